//! Bots: which variables and steps belong to each, and the order in which everything is checked.

use super::Checker;
use super::body::{Body, Kind};
use super::calls::Caller;
use crate::diagnostic::{Code, Diagnostic};
use crate::flow;
use crate::ir::{self, FlowId, StepId, VarId};
use crate::resolve::{ParamDecl, StepDecl, VarDecl};
use crate::source::Place;
use crate::types::Ty;
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_grammar::ast::{self, ItemKind};
use smol_str::SmolStr;

/// The most variables and parameters of a bot together.
const MOST_VARS: usize = 250;
/// The most locals of a step or function, those counted that the compiler makes itself.
const MOST_LOCALS: usize = 30_000;

/// What the bot being checked owns.
#[derive(Default)]
pub(super) struct BotScope<'a> {
    pub name: SmolStr,
    /// The unit of its file: its parameters are seen there only.
    unit: usize,
    pub params: FxHashMap<SmolStr, VarId>,
    /// The parameters that something reads.
    pub read: FxHashSet<VarId>,
    /// Declarations of variables, by their number in the bot.
    pub vars: FxHashMap<usize, VarId>,
    pub var_types: Vec<Ty>,
    pub var_names: Vec<SmolStr>,
    pub steps: FxHashMap<usize, StepId>,
    pub flows: FxHashMap<usize, FlowId>,
    pub step_params: Vec<Vec<ParamDecl<'a>>>,
    pub result: Option<Ty>,
    /// Stands in for the bots that may use a library: what they promise is not known.
    pub alone: bool,
    /// While initial values are looked at: the first variable that has none yet.
    ready: Option<VarId>,
    /// While a step or flow of a library is checked: which one.
    part: Option<Part>,
}

/// A step or flow of a library.
#[derive(Clone, Copy)]
enum Part {
    Step(StepId),
    Flow(FlowId),
}

/// What is wrong with the result of a bot in a library, if the bot gets there.
pub(super) struct Owed {
    bot: usize,
    part: Part,
    diagnostic: Diagnostic,
}

impl BotScope<'_> {
    /// Whether a variable gets its initial value only after the one that is looked at.
    pub(super) fn is_later(&self, var: VarId) -> bool {
        self.ready.is_some_and(|ready| var >= ready)
    }
}

impl<'a> Checker<'a> {
    /// Checks everything, and collects the program.
    pub(super) fn project(&mut self) {
        self.number_functions();
        self.functions();
        self.templates();
        // Before any bot is looked at: what is declared for all of them sees the variables of none.
        for n in 0..self.parsed.units.len() {
            self.declared_defaults(n);
        }
        let mut used = vec![false; self.parsed.units.len()];
        let units = self.parsed.units.len();
        for n in 0..units {
            if let Some(bot) = self.bot_of(n) {
                for library in self.libraries(n) {
                    if let Some(used) = used.get_mut(library) {
                        *used = true;
                    }
                }
                self.bot_item(n, bot);
            }
        }
        for n in 0..units {
            let Some(unit) = self.parsed.units.get(n).filter(|unit| !unit.std) else { continue };
            if self.bot_of(n).is_some() {
                continue;
            }
            self.bot = self.scope(n, None);
            self.misplaced(n);
            // A library that no bot uses is checked all the same, as if a bot without a first step used it.
            if used.get(n).is_some_and(|used| !used) {
                self.library_alone(n);
            }
            // The tests of a library stay with it.
            if unit.entry {
                self.unit = n;
                self.tests(n, None);
            }
        }
        self.settle_results();
        self.unused_items();
        self.out.symbols.clone_from(&self.names.symbols);
        self.settle_calls();
    }

    fn library_alone(&mut self, n: usize) {
        let place = self.place(ast::Span::default());
        let vars = self.vars(n, &[]);
        let steps = self.steps(n);
        let flows = self.flows(n);
        self.alone.push(ir::Bot {
            doc: None,
            name: "".into(),
            params: 0,
            vars,
            steps,
            flows,
            result: None,
            first: StepId(0),
            on_failed: None,
            triggers: Vec::new(),
            upgrades: Vec::new(),
            place,
        });
    }

    pub(super) fn bot_of(&self, n: usize) -> Option<&'a ast::Bot> {
        let unit = self.parsed.units.get(n)?;
        unit.tree
            .items
            .iter()
            .find_map(|item| if let ItemKind::Bot(bot) = &item.kind { Some(bot) } else { None })
    }

    /// The unit and all libraries it reaches through `use`, the unit first.
    pub(super) fn libraries(&self, n: usize) -> Vec<usize> {
        let mut found = vec![n];
        let mut at = 0;
        while let Some(unit) = found.get(at).and_then(|n| self.parsed.units.get(*n)) {
            for (used, _) in &unit.uses {
                let m = used.0 as usize;
                if !found.contains(&m) && self.bot_of(m).is_none() {
                    found.push(m);
                }
            }
            at += 1;
        }
        found
    }

    /// The same with every file after those it uses.
    fn libraries_first(&self, n: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = vec![(n, 0)];
        while let Some((unit, at)) = open.last_mut() {
            let used = self.parsed.units.get(*unit).and_then(|unit| unit.uses.get(*at));
            *at += 1;
            if let Some(m) = used.map(|(used, _)| used.0 as usize) {
                let known = found.contains(&m) || open.iter().any(|(unit, _)| *unit == m);
                if !known && self.bot_of(m).is_none() {
                    open.push((m, 0));
                }
            } else if let Some((unit, _)) = open.pop() {
                found.push(unit);
            }
        }
        found
    }

    /// The variables of a file and its libraries, in the order in which they get their initial values.
    fn declared_vars(&self, n: usize) -> Vec<(usize, VarDecl<'a>)> {
        let mut out = Vec::new();
        for library in self.libraries_first(n) {
            let vars = self.names.vars.iter().cloned().enumerate();
            out.extend(vars.filter(|(_, decl)| decl.unit == library));
        }
        out
    }

    /// Numbers the variables and steps of a bot and its libraries.
    fn scope(&mut self, n: usize, bot: Option<&'a ast::Bot>) -> BotScope<'a> {
        let mut scope = BotScope { unit: n, alone: bot.is_none(), ..BotScope::default() };
        self.unit = n;
        if let Some(bot) = bot {
            scope.name = bot.name.text.clone();
            scope.result = bot.result.as_ref().map(|ty| self.type_of(ty));
            let unit = self.unit();
            for param in self.names.params(n, unit, &bot.params) {
                let id = VarId(u32::try_from(scope.var_types.len()).unwrap_or(u32::MAX));
                scope.params.insert(param.name.clone(), id);
                scope.var_types.push(param.ty);
                scope.var_names.push(param.name);
            }
        }
        for (at, decl) in self.declared_vars(n) {
            let id = VarId(u32::try_from(scope.var_types.len()).unwrap_or(u32::MAX));
            scope.vars.insert(at, id);
            scope.var_types.push(decl.ty);
            scope.var_names.push(decl.item.name.text.clone());
        }
        if let (true, Some(bot)) = (scope.var_types.len() > MOST_VARS, bot) {
            let place = self.place(bot.name.span);
            self.too_many(place, "a bot has", MOST_VARS, "variables and parameters");
        }
        for library in &self.libraries(n) {
            for (at, decl) in self.steps_of(*library) {
                let Some(unit) = self.parsed.units.get(*library) else { continue };
                let id = StepId(u32::try_from(scope.step_params.len()).unwrap_or(u32::MAX));
                scope.steps.insert(at, id);
                let params = self.names.params(*library, unit, &decl.item.params);
                scope.step_params.push(params);
            }
            let flows = self.names.flows.iter().enumerate().filter(|(_, flow)| flow.unit == *library);
            for (at, _) in flows {
                let id = FlowId(u32::try_from(scope.flows.len()).unwrap_or(u32::MAX));
                scope.flows.insert(at, id);
            }
        }
        scope
    }

    /// The steps that a unit declares, with their numbers among all steps.
    fn steps_of(&self, unit: usize) -> Vec<(usize, StepDecl<'a>)> {
        self.names.steps.iter().copied().enumerate().filter(|(_, decl)| decl.unit == unit).collect()
    }

    /// Refuses a step or function with more locals than a frame holds.
    pub(super) fn bound_locals(&mut self, place: Place) {
        if self.body.locals.len() > MOST_LOCALS {
            self.too_many(place, "a step or function has", MOST_LOCALS, "values of its own");
        }
    }

    fn too_many(&mut self, place: Place, what: &str, most: usize, of: &str) {
        self.report(
            Diagnostic::new(Code::E0110, place, format!("{what} at most {most} {of}")).help("split it up"),
        );
    }

    /// A parameter of the bot, where its file sees it.
    pub(super) fn bot_param(&self, name: &str) -> Option<VarId> {
        if self.unit != self.bot.unit || self.body.kind == Kind::Fn {
            return None;
        }
        self.bot.params.get(name).copied()
    }

    fn bot_item(&mut self, n: usize, bot: &'a ast::Bot) {
        self.bot = self.scope(n, Some(bot));
        self.unit = n;
        let place = self.place(bot.name.span);
        self.misplaced(n);
        if let Some(other) = self.out.bots.iter().find(|other| *other.name == *bot.name.text) {
            let first = other.place;
            self.report(
                Diagnostic::new(
                    Code::E0204,
                    place,
                    format!("two bots of this project are called `{}`", bot.name.text),
                )
                .label(first, "the first one")
                .help("rename one of them"),
            );
        }
        self.unit = n;
        self.first_step(n);
        let vars = self.vars(n, &bot.params);
        let steps = self.steps(n);
        let flows = self.flows(n);
        self.unit = n;
        self.body = Body::default();
        let own = self.names.steps.iter().any(|step| step.unit == n);
        if !own {
            self.report(
                Diagnostic::new(Code::E0207, place, format!("the bot `{}` has no step", bot.name.text))
                    .help("it starts at its first step: add `step start: …`"),
            );
        }
        let on_failed = bot.on_failed.as_ref().and_then(|name| {
            let decl = self.step(name)?;
            let step = self.bot.steps.get(&decl).copied()?;
            if self.bot.step_params.get(step.0 as usize).is_some_and(|params| !params.is_empty()) {
                let at = self.place(name.span);
                self.report(
                    Diagnostic::new(Code::E0302, at, "the step after `on failed` cannot have parameters")
                        .help("choose a step without them"),
                );
            }
            Some(step)
        });
        let triggers = self.triggers(n);
        let needed = bot.params.iter().find(|param| param.default.is_none());
        if let (Some(param), Some(trigger)) = (needed, triggers.first()) {
            let text = format!("this trigger cannot give the parameter `{}`", param.name.text);
            let at = self.place(param.span);
            self.report(
                Diagnostic::new(Code::E0302, trigger.place, text)
                    .label(at, "it has no default")
                    .help(format!("give it one: `{}: … = …`", param.name.text)),
            );
        }
        let upgrades = self.upgrades(n, &steps, &flows, &vars);
        let doc = self
            .unit()
            .tree
            .items
            .iter()
            .find(|item| matches!(&item.kind, ItemKind::Bot(found) if std::ptr::eq(found, bot)));
        self.out.bots.push(ir::Bot {
            name: bot.name.text.as_str().into(),
            doc: doc.and_then(|item| item.doc.as_deref()).map(Into::into),
            params: bot.params.len(),
            vars,
            steps,
            flows,
            result: self.bot.result.clone(),
            first: StepId(0),
            on_failed,
            triggers,
            upgrades,
            place,
        });
        let number = self.out.bots.len().saturating_sub(1);
        self.tests(n, Some(number));
        self.unused_bot_params(&bot.params);
        self.body = Body::default();
    }

    /// The parameters of a bot, its variables, and those of its libraries.
    fn vars(&mut self, n: usize, params: &[ast::Param]) -> Vec<ir::Var> {
        let mut out: Vec<ir::Var> = Vec::new();
        self.body = Body::default();
        for param in params {
            self.bot.ready = Some(next_var(&out));
            let place = self.place(param.name.span);
            let ty = self.bot.var_types.get(out.len()).cloned().unwrap_or(Ty::Error);
            let what = format!("the parameter `{}`", param.name.text);
            let init = param.default.as_ref().map(|default| self.expr_as(default, &ty, &what));
            out.push(ir::Var { name: param.name.text.as_str().into(), ty, init, place });
        }
        for (_, decl) in self.declared_vars(n) {
            self.bot.ready = Some(next_var(&out));
            self.unit = decl.unit;
            let what = format!("the variable `{}`", decl.item.name.text);
            let init = self.expr_as(&decl.item.value, &decl.ty, &what);
            out.push(ir::Var {
                name: decl.item.name.text.as_str().into(),
                ty: decl.ty,
                init: Some(init),
                place: decl.place,
            });
        }
        self.bot.ready = None;
        out
    }

    /// E0302: nobody gives anything to the step that a bot starts at.
    fn first_step(&mut self, n: usize) {
        let Some(place) = self.names.steps.iter().find(|step| step.unit == n).map(|step| step.place) else {
            return;
        };
        let Some(param) = self.bot.step_params.first().and_then(|params| params.first()) else { return };
        let text = format!("the bot starts at this step, and has nothing to give for `{}`", param.name);
        self.report(
            Diagnostic::new(Code::E0302, place, text)
                .help("make it a parameter of the bot or a `var`, or begin with a step that gives it"),
        );
    }

    /// Reports what is wrong with the bot's result: in a library only where the bot gets there, since the library does
    /// not know which bots use it.
    pub(super) fn report_result(&mut self, diagnostic: Diagnostic) {
        match self.bot.part {
            Some(part) => self.owed.push(Owed { bot: self.out.bots.len(), part, diagnostic }),
            None => self.report(diagnostic),
        }
    }

    /// Reports what is owed where it is reached.
    fn settle_results(&mut self) {
        let owed = std::mem::take(&mut self.owed);
        if owed.is_empty() {
            return;
        }
        let reached = flow::reach::reached(&self.out);
        for Owed { bot, part, diagnostic } in owed {
            let reached = reached.get(bot).and_then(|bot| match part {
                Part::Step(step) => bot.steps.get(step.0 as usize),
                Part::Flow(flow) => bot.flows.get(flow.0 as usize),
            });
            if reached.copied().unwrap_or_default() {
                self.report(diagnostic);
            }
        }
    }

    /// Checks the steps of a unit and its libraries, in the order of their numbers.
    fn steps(&mut self, n: usize) -> Vec<ir::Step> {
        let mut out = Vec::new();
        for library in self.libraries(n) {
            for (at, decl) in self.steps_of(library) {
                let params = self
                    .bot
                    .steps
                    .get(&at)
                    .and_then(|id| self.bot.step_params.get(id.0 as usize))
                    .cloned()
                    .unwrap_or_default();
                self.unit = library;
                let id = StepId(u32::try_from(out.len()).unwrap_or(u32::MAX));
                self.bot.part = (library != n).then_some(Part::Step(id));
                out.push(self.step_item(decl, &params, library != n));
                self.bot.part = None;
            }
        }
        out
    }

    /// Checks the flows of a unit and its libraries, in the order of their numbers.
    fn flows(&mut self, n: usize) -> Vec<ir::Flow> {
        let mut out = Vec::new();
        for library in self.libraries(n) {
            let flows: Vec<_> = self.names.flows.iter().cloned().enumerate().collect();
            for (at, flow) in flows.into_iter().filter(|(_, flow)| flow.unit == library) {
                self.unit = library;
                if self.unit().std {
                    self.calls.caller = Caller::StdFlow(at);
                }
                let id = FlowId(u32::try_from(out.len()).unwrap_or(u32::MAX));
                self.bot.part = (library != n).then_some(Part::Flow(id));
                out.push(self.flow_item(at, &flow, library != n));
                self.bot.part = None;
                self.calls.caller = Caller::Bot;
            }
        }
        out
    }

    fn step_item(&mut self, decl: StepDecl<'a>, params: &[ParamDecl<'a>], library: bool) -> ir::Step {
        let step = decl.item;
        self.body = Body::new(Kind::Step, step.name.text.clone());
        self.defaults(Kind::Expression, params);
        for param in params {
            self.body.bind(&param.name, param.ty.clone(), Some("a parameter"));
        }
        self.declare_params(&step.params, &format!("the step `{}`", step.name.text));
        let mut body = self.block(&step.body);
        self.unused_locals();
        if flow::falls_through(&body) {
            self.bot_result_at(decl.place, &format!("the end of the step `{}`", step.name.text));
        }
        self.bound_locals(decl.place);
        flow::live::trim(&mut body, self.body.locals.len());
        ir::Step {
            name: step.name.text.as_str().into(),
            doc: decl.doc.map(Into::into),
            params: params.len(),
            locals: std::mem::take(&mut self.body.locals),
            body,
            place: decl.place,
            library,
        }
    }

    /// E0207: something that only a bot's file can have.
    pub(super) fn no_bot(&mut self, place: Place, what: &str) {
        let text = format!("{what} needs a bot, and this file has none");
        self.report(
            Diagnostic::new(Code::E0207, place, text)
                .help("begin the file with `bot name`, or move this to the bot's file"),
        );
    }

    /// `bot` has to be the first item; triggers belong to a bot.
    fn misplaced(&mut self, n: usize) {
        let Some(unit) = self.parsed.units.get(n) else { return };
        let mut bots =
            unit.tree.items.iter().enumerate().filter(|(_, item)| matches!(item.kind, ItemKind::Bot(_)));
        let first = bots.next();
        let place = |item: &ast::Item| Place { file: unit.file, span: item.span };
        if let Some((1.., item)) = first {
            self.report(
                Diagnostic::new(Code::E0110, place(item), "`bot` is the first item of its file")
                    .help("move this line to the top"),
            );
        }
        for (_, item) in bots {
            self.report(
                Diagnostic::new(Code::E0204, place(item), "a file holds one bot")
                    .note("the second bot")
                    .label(first.map_or(place(item), |(_, first)| place(first)), "the bot of this file")
                    .help("put this one, with its steps, into a file of its own"),
            );
        }
        if first.is_none() {
            for item in &unit.tree.items {
                if matches!(item.kind, ItemKind::Trigger(_)) {
                    self.no_bot(place(item), "a trigger");
                }
            }
        }
    }
}

/// The variable after these.
fn next_var(vars: &[ir::Var]) -> VarId {
    VarId(u32::try_from(vars.len()).unwrap_or(u32::MAX))
}
