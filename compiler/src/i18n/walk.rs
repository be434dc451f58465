//! The one walk over a program that knows where the value of every text goes. What is offered for translation, and what
//! is replaced by a choice of translations, are the literal texts it finds on their way to a client.

mod value;

use super::names::{Item, Names};
use super::texts::Role;
use crate::ir::{
    ActionId, Block, Bot, Entered, Exit, Expr, List, Message, On, Project, Stmt, StmtKind, Validate, Wait,
};
use crate::lower::called_flows;
use crate::source::{Place, Sources};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Whose local, or result, it is: index into the functions, or the bot and an index into its steps or flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    Fn(usize),
    Step(usize, usize),
    Flow(usize, usize),
    Bot(usize),
}

/// Something that keeps a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    Local(Scope, usize),
    /// A variable or parameter of a bot.
    Var(usize, usize),
    Result(Scope),
    /// An argument of a call: where that stands, its number, and which of its arguments.
    Argument(Scope, usize, usize),
}

impl Slot {
    /// Where it is kept, if it is only known there.
    pub(super) fn scope(self) -> Option<Scope> {
        match self {
            Slot::Local(scope, _) | Slot::Argument(scope, ..) => Some(scope),
            Slot::Var(..) | Slot::Result(_) => None,
        }
    }
}

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sink {
    /// A client reads it.
    Shown,
    /// It is kept, and read from there.
    Kept(Slot),
    /// It is compared, computed with, stored or sent elsewhere: it has to be what the source says.
    Used,
    /// It is only looked at.
    Nowhere,
}

/// What a text is for, and how its place is called.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// For a text that stands in the statement itself.
    pub(super) name: String,
    /// For a default, which stands where the parameter or field is declared.
    declared: Option<String>,
    pub(super) role: Role,
    /// Of a button or row: the message, counted through, and which of its options.
    pub(super) option: Option<(usize, usize)>,
}

/// What the walk comes across, in an order that depends on the source only.
pub(super) enum Found<'e> {
    /// A literal text.
    Text { text: &'e mut Expr, sink: Sink, spot: &'e Spot },
    /// The synonyms of an option, all of them literal texts.
    Synonyms { synonyms: &'e mut Vec<Expr>, spot: &'e Spot },
    /// A kept value is read, and goes on.
    Read { slot: Slot, sink: Sink, place: Place },
    /// An argument goes into a parameter, and the result of the call elsewhere.
    Passed { argument: Slot, parameter: Slot, result: Sink, call: Place },
}

/// Walks over a project.
pub(super) fn walk(project: &mut Project, names: &Names, sources: &Sources, f: &mut dyn FnMut(Found<'_>)) {
    let shown = project.shown.clone();
    let mut walk = Walk {
        names,
        sources,
        shown: &shown,
        f,
        scope: Scope::Bot(0),
        bot: 0,
        messages: 0,
        calls: 0,
        item: String::new(),
        locals: &[],
        counts: FxHashMap::default(),
        stmt: None,
        base: String::new(),
    };
    for (n, (function, item)) in project.functions.iter_mut().zip(&names.functions).enumerate() {
        walk.begin(Scope::Fn(n), item);
        walk.block(&mut function.body);
    }
    for (n, bot) in project.bots.iter_mut().enumerate() {
        walk.bot(n, bot);
    }
}

struct Walk<'w> {
    names: &'w Names,
    sources: &'w Sources,
    shown: &'w [(ActionId, usize)],
    f: &'w mut dyn FnMut(Found<'_>),
    scope: Scope,
    bot: usize,
    /// How many messages there were, and how many calls.
    messages: usize,
    calls: usize,
    /// The path of the step, flow or `fn`.
    item: String,
    /// The names of its locals.
    locals: &'w [Arc<str>],
    /// How many statements of a name there were in it.
    counts: FxHashMap<String, u32>,
    /// The statement; none for an initial value.
    stmt: Option<Place>,
    /// Its name.
    base: String,
}

impl<'w> Walk<'w> {
    fn begin(&mut self, scope: Scope, item: &'w Item) {
        self.scope = scope;
        self.locals = &item.locals;
        self.item.clone_from(&item.path);
        self.counts.clear();
        self.stmt = None;
    }

    fn bot(&mut self, n: usize, bot: &mut Bot) {
        let Some(names) = self.names.bots.get(n) else { return };
        self.bot = n;
        let result = Slot::Result(Scope::Bot(n));
        (self.f)(Found::Read { slot: result, sink: Sink::Used, place: bot.place });
        for (at, (var, item)) in bot.vars.iter_mut().zip(&names.vars).enumerate() {
            self.begin(Scope::Bot(n), item);
            self.base.clone_from(&item.path);
            if let Some(init) = &mut var.init {
                let spot = self.spot("", Role::Value);
                self.value(init, Sink::Kept(Slot::Var(n, at)), &spot);
            }
        }
        for trigger in &mut bot.triggers {
            if let Some(test) = &mut trigger.test {
                self.used(test);
            }
        }
        for (at, (step, item)) in bot.steps.iter_mut().zip(&names.steps).enumerate() {
            self.begin(Scope::Step(n, at), item);
            self.block(&mut step.body);
        }
        let called = called_flows(bot);
        for (at, (flow, item)) in bot.flows.iter_mut().zip(&names.flows).enumerate() {
            if !called.iter().any(|flow| flow.0 as usize == at) {
                continue;
            }
            self.begin(Scope::Flow(n, at), item);
            self.block(&mut flow.body);
        }
    }

    fn block(&mut self, block: &mut Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    /// Names a statement: the second and later of a name get a number.
    fn name(&mut self, place: Place, name: &str) {
        self.stmt = Some(place);
        let count = self.counts.entry(name.to_owned()).or_default();
        *count += 1;
        self.base = match *count {
            1 => format!("{}.{name}", self.item),
            n => format!("{}.{name}#{n}", self.item),
        };
    }

    fn spot(&self, part: &str, role: Role) -> Spot {
        Spot { name: format!("{}{part}", self.base), declared: None, role, option: None }
    }

    fn shown(&mut self, text: &mut Expr, part: &str, role: Role) {
        let spot = self.spot(part, role);
        self.value(text, Sink::Shown, &spot);
    }

    fn used(&mut self, value: &mut Expr) {
        let spot = self.spot("", Role::Value);
        self.value(value, Sink::Used, &spot);
    }

    fn read(&mut self, slot: Slot, sink: Sink, place: Place) {
        (self.f)(Found::Read { slot, sink, place });
    }

    /// Notes that an argument of a call goes into a parameter. Gives where the argument goes first.
    fn pass(&mut self, call: usize, at: usize, callee: Scope, result: Sink, place: Place) -> Sink {
        let (argument, parameter) = (Slot::Argument(self.scope, call, at), Slot::Local(callee, at));
        (self.f)(Found::Passed { argument, parameter, result, call: place });
        Sink::Kept(argument)
    }

    fn local(&self, local: crate::ir::LocalId) -> Slot {
        Slot::Local(self.scope, local.0 as usize)
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        let place = stmt.place;
        match &mut stmt.kind {
            StmtKind::Message(message) => self.message(place, message),
            StmtKind::Validate(validate) => self.validate(place, validate),
            StmtKind::Pause(pause) => self.wait(place, &mut pause.wait),
            StmtKind::Rotate(rotate) => self.wait(place, &mut rotate.wait),
            StmtKind::If { condition, then, otherwise } => {
                self.used(condition);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Local { local, value } => {
                let name = self.locals.get(local.0 as usize).filter(|name| !name.starts_with('%'));
                self.name(place, name.map_or("value", |name| name));
                let spot = self.spot("", Role::Value);
                self.value(value, Sink::Kept(self.local(*local)), &spot);
            }
            StmtKind::Var { var, value } => {
                let name = self.names.bots.get(self.bot).and_then(|bot| bot.vars.get(var.0 as usize));
                self.name(place, name.map_or("value", |item| &item.name));
                let spot = self.spot("", Role::Value);
                self.value(value, Sink::Kept(Slot::Var(self.bot, var.0 as usize)), &spot);
            }
            StmtKind::Set { value, .. } => {
                if let Some(value) = value {
                    self.used(value);
                }
            }
            StmtKind::Act(act) => self.act(place, act),
            StmtKind::Enter(enter) => self.enter(place, enter),
            StmtKind::HandOver { bot, args } => {
                let bot = bot.0 as usize;
                let Some(names) = self.names.bots.get(bot) else { return };
                self.name(place, &names.item.name);
                self.args(args, &names.item, |at| Slot::Var(bot, at));
            }
            StmtKind::Goto { step, args } => {
                let (bot, step) = (self.bot, step.0 as usize);
                let Some(item) = self.names.bots.get(bot).and_then(|bot| bot.steps.get(step)) else { return };
                self.name(place, &item.name);
                self.args(args, item, |at| Slot::Local(Scope::Step(bot, step), at));
            }
            StmtKind::Return(value) => {
                let Some(value) = value else { return };
                let scope = if let Scope::Step(bot, _) = self.scope { Scope::Bot(bot) } else { self.scope };
                self.name(place, "return");
                let spot = self.spot("", Role::Value);
                self.value(value, Sink::Kept(Slot::Result(scope)), &spot);
            }
            StmtKind::For { item, list_local, list, body, .. } => {
                self.name(place, "for");
                let (list_slot, item) = (self.local(*list_local), self.local(*item));
                let spot = self.spot("", Role::Value);
                self.value(list, Sink::Kept(list_slot), &spot);
                self.read(list_slot, Sink::Kept(item), place);
                self.block(body);
            }
            StmtKind::While { condition, body } => {
                self.used(condition);
                self.block(body);
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::Break | StmtKind::Continue | StmtKind::End => {}
        }
    }

    fn wait(&mut self, place: Place, wait: &mut Wait) {
        self.stmt = Some(place);
        self.timers(&mut wait.exits);
        self.bodies(&mut wait.exits);
    }

    fn timers(&mut self, exits: &mut [Exit]) {
        for exit in exits {
            if let On::Timeout(after) = &mut exit.on {
                self.used(after);
            }
        }
    }

    fn bodies(&mut self, exits: &mut [Exit]) {
        for exit in exits {
            self.block(&mut exit.body);
        }
    }

    fn message(&mut self, place: Place, message: &mut Message) {
        let kind = if message.list.is_some() { "list" } else { "message" };
        let called = message.wait.as_ref().and_then(|wait| called(&wait.name, kind)).map(str::to_owned);
        self.name(place, called.as_deref().unwrap_or(kind));
        self.messages += 1;
        let mut declared = None;
        if let Some(template) = &mut message.template {
            let symbol = self.names.symbols.get(template.symbol as usize).map_or("", |name| name);
            declared = Some(format!("template/{symbol}"));
            for arg in &mut template.args {
                let mut spot = self.spot("/value", Role::Value);
                spot.declared = Some(format!("template/{symbol}/value"));
                self.value(arg, Sink::Shown, &spot);
            }
        }
        if let Some(text) = &mut message.text {
            let role = if declared.is_some() { Role::Template } else { Role::Message };
            let spot = Spot { declared, ..self.spot("", role) };
            self.value(text, Sink::Shown, &spot);
        }
        for file in [&mut message.attach, &mut message.voice].into_iter().flatten() {
            self.used(file);
        }
        self.options(message);
        if let Some(list) = &mut message.list {
            self.list(list);
        }
        if let Some(from) = &mut message.from {
            let shown = self.local(from.shown);
            let spot = self.spot("/buttons", Role::Button);
            self.value(&mut from.list, Sink::Kept(shown), &spot);
            self.read(shown, Sink::Shown, place);
            let exits = message.wait.iter().flat_map(|wait| &wait.exits);
            for local in exits.filter(|exit| matches!(exit.on, On::Chosen)).flat_map(|exit| &exit.binds) {
                self.read(shown, Sink::Kept(self.local(*local)), place);
            }
        }
        if let Some(wait) = &mut message.wait {
            self.timers(&mut wait.exits);
            self.bodies(&mut wait.exits);
        }
    }

    /// Buttons or rows, with their synonyms.
    fn options(&mut self, message: &mut Message) {
        let group = self.messages;
        let (word, role) =
            if message.list.is_some() { ("option", Role::Option) } else { ("button", Role::Button) };
        for (n, button) in (1..).zip(&mut message.buttons) {
            let mut spot = self.spot(&format!("/{word}/{n}"), role);
            spot.option = button.link.is_none().then_some((group, n));
            self.value(&mut button.label, Sink::Shown, &spot);
            if let Some(link) = &mut button.link {
                self.used(link);
            }
        }
        for exit in message.wait.iter_mut().flat_map(|wait| &mut wait.exits) {
            let On::Option { button, synonyms } = &mut exit.on else { continue };
            let n = *button + 1;
            let spot = Spot {
                option: Some((group, n)),
                ..self.spot(&format!("/{word}/{n}/synonyms"), Role::Synonyms)
            };
            let literal = synonyms.iter().all(|synonym| self.is_literal(synonym));
            for synonym in synonyms.iter_mut() {
                if !literal {
                    self.value(synonym, Sink::Shown, &spot);
                }
            }
            if literal && !synonyms.is_empty() {
                (self.f)(Found::Synonyms { synonyms, spot: &spot });
            }
        }
    }

    fn list(&mut self, list: &mut List) {
        self.shown(&mut list.button, "/button", Role::ListButton);
        if let Some(title) = &mut list.title {
            self.shown(title, "/title", Role::ListTitle);
        }
        if let Some(footer) = &mut list.footer {
            self.shown(footer, "/footer", Role::ListFooter);
        }
        let mut row = 0;
        for (n, section) in (1..).zip(&mut list.sections) {
            self.shown(&mut section.title, &format!("/section/{n}"), Role::Section);
            for about in &mut section.abouts {
                row += 1;
                if let Some(about) = about {
                    self.shown(about, &format!("/option/{row}/about"), Role::About);
                }
            }
        }
    }

    fn validate(&mut self, place: Place, validate: &mut Validate) {
        let called = called(&validate.wait.name, "validate").map(str::to_owned);
        self.name(place, called.as_deref().unwrap_or("validate"));
        if let Some(retry) = &mut validate.retry {
            self.used(&mut retry.count);
            self.shown(&mut retry.saying, "/saying", Role::Saying);
        }
        self.used(&mut validate.test);
        if let Some((_, found)) = &mut validate.found {
            self.used(found);
        }
        self.timers(&mut validate.wait.exits);
        self.block(&mut validate.valid);
        self.block(&mut validate.invalid);
        self.bodies(&mut validate.wait.exits);
    }

    fn act(&mut self, place: Place, act: &mut crate::ir::Act) {
        let item = self.names.actions.get(act.action.0 as usize);
        self.name(place, item.map_or("action", |item| &item.name));
        for (at, arg) in act.args.iter_mut().enumerate() {
            let sink = if self.shown.contains(&(act.action, at)) { Sink::Shown } else { Sink::Used };
            let spot = self.argument(item, at);
            self.value(arg, sink, &spot);
        }
        if let Some(wait) = &mut act.wait {
            self.timers(&mut wait.exits);
            self.bodies(&mut wait.exits);
        }
    }

    fn enter(&mut self, place: Place, enter: &mut crate::ir::Enter) {
        let Some(names) = self.names.bots.get(self.bot) else { return };
        // The name of the call is unique in its step already.
        let name = enter.name.rsplit_once('.').map_or(&*enter.name, |(_, name)| name);
        self.stmt = Some(place);
        self.base = format!("{}.{name}", self.item);
        let result = match enter.target {
            Entered::Flow(flow) => {
                let scope = Scope::Flow(self.bot, flow.0 as usize);
                let Some(item) = names.flows.get(flow.0 as usize) else { return };
                let result = enter.into.map_or(Sink::Nowhere, |into| Sink::Kept(self.local(into)));
                self.calls += 1;
                let number = self.calls;
                for (at, arg) in enter.args.iter_mut().enumerate() {
                    let spot = self.argument(Some(item), at);
                    let argument = self.pass(number, at, scope, result, place);
                    self.value(arg, argument, &spot);
                }
                Slot::Result(scope)
            }
            Entered::Bot(bot) => {
                let bot = bot.0 as usize;
                let Some(names) = self.names.bots.get(bot) else { return };
                self.args(&mut enter.args, &names.item, |at| Slot::Var(bot, at));
                Slot::Result(Scope::Bot(bot))
            }
        };
        if let Some(into) = enter.into {
            self.read(result, Sink::Kept(self.local(into)), place);
        }
    }

    /// What an argument is called, and its default where the parameter is declared.
    fn argument(&self, item: Option<&Item>, at: usize) -> Spot {
        let name = item.and_then(|item| item.locals.get(at)).map_or("value", |name| name);
        let declared = item.map(|item| item.param(at));
        Spot { declared, ..self.spot(&format!("/{name}"), Role::Value) }
    }

    fn args(&mut self, args: &mut [Expr], item: &Item, slot: impl Fn(usize) -> Slot) {
        for (at, arg) in args.iter_mut().enumerate() {
            let spot = self.argument(Some(item), at);
            self.value(arg, Sink::Kept(slot(at)), &spot);
        }
    }
}

/// The `called` name of a wait, told from the name it would have without one.
fn called<'n>(wait: &'n str, kind: &str) -> Option<&'n str> {
    let name = wait.rsplit_once('.').map_or(wait, |(_, name)| name);
    let given = name.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'));
    (!given).then_some(name)
}
