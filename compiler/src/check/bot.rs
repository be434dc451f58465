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
use rustc_hash::FxHashMap;
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
    /// Declarations of variables, by their number in the bot.
    pub vars: FxHashMap<usize, VarId>,
    pub var_types: Vec<Ty>,
    pub var_names: Vec<SmolStr>,
    pub steps: FxHashMap<usize, StepId>,
    pub flows: FxHashMap<usize, FlowId>,
    pub step_params: Vec<Vec<ParamDecl<'a>>>,
    pub result: Option<Ty>,
}

impl<'a> Checker<'a> {
    /// Checks everything, and collects the program.
    pub(super) fn project(&mut self) {
        self.number_functions();
        self.functions();
        self.templates();
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
        // A library that no bot uses is checked all the same, as if a bot without a first step used it.
        for n in 0..units {
            let library = self.bot_of(n).is_none() && used.get(n).is_some_and(|used| !used);
            if library && self.parsed.units.get(n).is_some_and(|unit| !unit.std) {
                self.bot = self.scope(n, None);
                self.steps(n);
                self.flows(n);
                self.misplaced(n);
            }
        }
        self.out.symbols.clone_from(&self.names.symbols);
        self.settle_calls();
    }

    fn bot_of(&self, n: usize) -> Option<&'a ast::Bot> {
        let unit = self.parsed.units.get(n)?;
        unit.tree
            .items
            .iter()
            .find_map(|item| if let ItemKind::Bot(bot) = &item.kind { Some(bot) } else { None })
    }

    /// The unit and all libraries it reaches through `use`, the unit first.
    fn libraries(&self, n: usize) -> Vec<usize> {
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

    /// Numbers the variables and steps of a bot and its libraries.
    fn scope(&mut self, n: usize, bot: Option<&'a ast::Bot>) -> BotScope<'a> {
        let mut scope = BotScope { unit: n, ..BotScope::default() };
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
        let libraries = self.libraries(n);
        for library in &libraries {
            for (at, decl) in self.names.vars.iter().enumerate().filter(|(_, decl)| decl.unit == *library) {
                let id = VarId(u32::try_from(scope.var_types.len()).unwrap_or(u32::MAX));
                scope.vars.insert(at, id);
                scope.var_types.push(decl.ty.clone());
                scope.var_names.push(decl.item.name.text.clone());
            }
        }
        if let (true, Some(bot)) = (scope.var_types.len() > MOST_VARS, bot) {
            let place = self.place(bot.name.span);
            self.too_many(place, "a bot has", MOST_VARS, "variables and parameters");
        }
        for library in &libraries {
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
        let vars = self.vars(n, bot);
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
        self.out.bots.push(ir::Bot {
            name: bot.name.text.as_str().into(),
            params: bot.params.len(),
            vars,
            steps,
            flows,
            result: self.bot.result.clone(),
            first: StepId(0),
            on_failed,
            triggers,
            place,
        });
        let number = self.out.bots.len().saturating_sub(1);
        self.tests(n, number);
        self.body = Body::default();
    }

    fn vars(&mut self, n: usize, bot: &'a ast::Bot) -> Vec<ir::Var> {
        let mut out: Vec<ir::Var> = Vec::new();
        self.body = Body::default();
        for param in &bot.params {
            let place = self.place(param.name.span);
            let ty = self.bot.var_types.get(out.len()).cloned().unwrap_or(Ty::Error);
            let what = format!("the parameter `{}`", param.name.text);
            let init = param.default.as_ref().map(|default| self.expr_as(default, &ty, &what));
            out.push(ir::Var { name: param.name.text.as_str().into(), ty, init, place });
        }
        for library in self.libraries(n) {
            let decls: Vec<VarDecl<'a>> =
                self.names.vars.iter().filter(|decl| decl.unit == library).cloned().collect();
            for decl in decls {
                self.unit = library;
                let what = format!("the variable `{}`", decl.item.name.text);
                let init = self.expr_as(&decl.item.value, &decl.ty, &what);
                out.push(ir::Var {
                    name: decl.item.name.text.as_str().into(),
                    ty: decl.ty,
                    init: Some(init),
                    place: decl.place,
                });
            }
        }
        out
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
                out.push(self.step_item(decl, &params, library != n));
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
                out.push(self.flow_item(&flow, library != n));
                self.calls.caller = Caller::Bot;
            }
        }
        out
    }

    fn step_item(&mut self, decl: StepDecl<'a>, params: &[ParamDecl<'a>], library: bool) -> ir::Step {
        let step = decl.item;
        self.body = Body::new(Kind::Step, step.name.text.clone());
        for param in params {
            self.body.bind(&param.name, param.ty.clone(), Some("a parameter"));
        }
        let mut body = self.block(&step.body);
        if flow::falls_through(&body) {
            self.bot_result_at(decl.place, &format!("the end of the step `{}`", step.name.text));
        }
        self.bound_locals(decl.place);
        flow::live::trim(&mut body, self.body.locals.len());
        ir::Step {
            name: step.name.text.as_str().into(),
            params: params.len(),
            locals: std::mem::take(&mut self.body.locals),
            body,
            place: decl.place,
            library,
        }
    }

    /// `bot` has to be the first item; triggers and tests belong to a bot.
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
                    .help("put the other one into a file of its own"),
            );
        }
        if first.is_none() {
            for item in &unit.tree.items {
                let word = if matches!(item.kind, ItemKind::Trigger(_)) {
                    "a trigger"
                } else if matches!(item.kind, ItemKind::Test { .. }) {
                    "a test"
                } else {
                    continue;
                };
                self.report(
                    Diagnostic::new(
                        Code::E0207,
                        place(item),
                        format!("{word} needs a bot, and this file has none"),
                    )
                    .help("begin the file with `bot name`, or move this to the bot's file"),
                );
            }
        }
    }
}
