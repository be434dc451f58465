//! Which fields a turn may read, so that a host fetches them in one go. In: a verified program. Out: for each bot, for
//! each bot's triggers and for each wait, the fields that code reads which is reached before the run waits again or ends.
//!
//! Everything is followed that a turn can go through: jumps, functions, flows and bots that are called, the way back
//! into what called them, hand-overs, and `on failed`. Who called is not known of a wait, so all that could have are
//! followed: of a flow its calls, of a bot the calls of all bots, since a run that was moved to a newer program may stand
//! behind a call from which no hand-over leads to it any more. Conditions are not followed: a field that is read on one
//! way is read.

use crate::event::EventKind;
use crate::loaded::{CallInfo, FieldKind, Program};
use crate::machine::starts;
use crate::op::{Op, Role, Target};
use crate::program::{Callee, FunctionKind, On, Tables, Trigger};
use crate::world::client;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// What has been worked out so far.
#[derive(Default)]
pub(crate) struct Reads {
    flows: OnceLock<Flows>,
    waits: Vec<OnceLock<Box<[u32]>>>,
}

impl Reads {
    pub(crate) fn new(waits: usize) -> Reads {
        Reads { flows: OnceLock::new(), waits: (0..waits).map(|_| OnceLock::new()).collect() }
    }
}

impl Program {
    /// The fields that the first turn of a bot may read, ascending: indices into the program's fields. `now`,
    /// `bot.name` and `bot.version` are not among them: the turn knows them by itself.
    #[must_use]
    pub fn reads_at_start(&self, bot: u32) -> Vec<u32> {
        let function = self.tables().bots.get(bot as usize).map(|bot| bot.function);
        let walk = function.and_then(|function| self.flows().whole.get(function as usize));
        walk.map_or_else(Vec::new, |walk| self.facts_of(&walk.fields))
    }

    /// The fields that the tests of a bot's triggers may read: of those that take such an event, or of all.
    #[must_use]
    pub fn reads_of_triggers(&self, bot: u32, event: Option<&EventKind>) -> Vec<u32> {
        let mut fields = BTreeSet::new();
        let triggers = self.tables().bots.get(bot as usize).map(|bot| &bot.triggers);
        let taken = |trigger: &&Trigger| {
            event.is_none_or(|event| starts(event).is_some_and(|(kind, _)| *kind == trigger.kind))
        };
        for test in triggers.into_iter().flatten().filter(taken).filter_map(|trigger| trigger.test) {
            if let Some(walk) = self.flows().whole.get(test as usize) {
                fields.extend(&walk.fields);
            }
        }
        self.facts_of(&fields)
    }

    /// The fields that a turn may read which goes on from this wait, whatever event it is.
    #[must_use]
    pub fn reads_at_wait(&self, wait: u32) -> &[u32] {
        let Some(known) = self.derived.reads.waits.get(wait as usize) else { return &[] };
        known.get_or_init(|| {
            let mut ways = Ways { program: self, flows: self.flows(), fields: BTreeSet::new() };
            ways.all_from(wait);
            self.facts_of(&ways.fields).into()
        })
    }

    /// Whether a turn that is given this event takes the field from the facts. What an event says about the client
    /// holds for its turn, whatever the facts say.
    #[must_use]
    pub fn is_fact(&self, field: u32, event: &EventKind) -> bool {
        let kind = self.derived.fields.get(field as usize).copied();
        kind.is_some_and(|kind| from_host(kind) && client(event, kind).is_none())
    }

    /// Whether a host gives this field: `now`, `bot.name` and `bot.version` the turn knows by itself.
    #[must_use]
    pub fn is_from_host(&self, field: u32) -> bool {
        self.derived.fields.get(field as usize).is_some_and(|kind| from_host(*kind))
    }

    fn facts_of(&self, fields: &BTreeSet<u32>) -> Vec<u32> {
        fields.iter().filter(|field| self.is_from_host(**field)).copied().collect()
    }

    fn flows(&self) -> &Flows {
        self.derived.reads.flows.get_or_init(|| Flows::new(self.tables(), &self.derived.calls))
    }
}

fn from_host(kind: FieldKind) -> bool {
    match kind {
        FieldKind::Fact
        | FieldKind::ClientText
        | FieldKind::ClientButton
        | FieldKind::ClientComment
        | FieldKind::ClientChannel
        | FieldKind::ClientLanguage
        | FieldKind::ClientFile => true,
        FieldKind::Now | FieldKind::BotName | FieldKind::BotVersion => false,
    }
}

/// What a stretch of code does before the run waits.
#[derive(Clone, Debug, Default, PartialEq)]
struct Walk {
    fields: BTreeSet<u32>,
    /// It may come to its end, and what called it goes on.
    returns: bool,
    /// Of a flow: it may end its bot.
    ends: bool,
    /// Of a flow: where it may go on in its bot's own function.
    leaves: BTreeSet<Target>,
}

/// What each function does from its beginning, and who calls it.
struct Flows {
    whole: Vec<Walk>,
    /// For each function, the calls of it as a flow.
    flow_calls: Vec<Vec<u32>>,
    /// The calls of bots.
    bot_calls: Vec<u32>,
    /// For each function that is a bot's own, its bots.
    bots_of: Vec<Vec<u32>>,
}

fn push<T>(lists: &mut [Vec<T>], at: u32, item: T) {
    if let Some(list) = lists.get_mut(at as usize) {
        list.push(item);
    }
}

impl Flows {
    fn new(tables: &Tables, calls: &[CallInfo]) -> Flows {
        let functions = tables.functions.len();
        let mut flows = Flows {
            whole: vec![Walk::default(); functions],
            flow_calls: vec![Vec::new(); functions],
            bot_calls: Vec::new(),
            bots_of: vec![Vec::new(); functions],
        };
        for (number, bot) in (0u32..).zip(&tables.bots) {
            push(&mut flows.bots_of, bot.function, number);
        }
        for (number, call) in (0u32..).zip(&tables.calls) {
            match call.callee {
                Callee::Flow(flow) => push(&mut flows.flow_calls, flow, number),
                Callee::Bot(_) => flows.bot_calls.push(number),
            }
        }
        let users = Flows::users(tables, calls);
        let mut waiting: BTreeSet<u32> = (0u32..).zip(&tables.functions).map(|(n, _)| n).collect();
        while let Some(function) = waiting.pop_first() {
            let Some(row) = tables.functions.get(function as usize) else { continue };
            let walk = flows.walk(tables, function, [row.start]);
            let Some(known) = flows.whole.get_mut(function as usize) else { continue };
            if *known != walk {
                *known = walk;
                waiting.extend(users.get(function as usize).into_iter().flatten());
            }
        }
        flows
    }

    /// For each function, those in which it is called, run or handed over to.
    fn users(tables: &Tables, calls: &[CallInfo]) -> Vec<Vec<u32>> {
        let mut users = vec![Vec::new(); tables.functions.len()];
        for (number, function) in (0u32..).zip(&tables.functions) {
            let code = tables.code.get(function.start as usize..function.end as usize);
            for op in code.into_iter().flatten() {
                if let Op::Call { function: called, .. } = op {
                    push(&mut users, *called, number);
                } else if let Op::HandOver { bot, .. } = op
                    && let Some(to) = tables.bots.get(*bot as usize)
                {
                    push(&mut users, to.function, number);
                }
            }
        }
        for (call, info) in tables.calls.iter().zip(calls) {
            let called = match call.callee {
                Callee::Flow(flow) => Some(flow),
                Callee::Bot(bot) => tables.bots.get(bot as usize).map(|bot| bot.function),
            };
            if let Some(called) = called {
                push(&mut users, called, info.function);
            }
        }
        users
    }

    /// The bots in which a function runs that waits or has effects.
    fn bots_in(&self, tables: &Tables, function: u32) -> Vec<u32> {
        let own = match tables.functions.get(function as usize).map(|row| row.kind) {
            Some(FunctionKind::Flow { bot }) => bot,
            Some(FunctionKind::Bot) => function,
            Some(FunctionKind::Fn) | None => return Vec::new(),
        };
        self.bots_of.get(own as usize).cloned().unwrap_or_default()
    }

    /// Everything in one function that is reached from these instructions before the run waits.
    fn walk(&self, tables: &Tables, function: u32, from: impl IntoIterator<Item = Target>) -> Walk {
        let mut walk = Walk::default();
        let is_flow = tables
            .functions
            .get(function as usize)
            .is_some_and(|row| matches!(row.kind, FunctionKind::Flow { .. }));
        let mut open: Vec<Target> = from.into_iter().collect();
        let mut seen: FxHashSet<Target> = FxHashSet::default();
        while let Some(pc) = open.pop() {
            if !seen.insert(pc) {
                continue;
            }
            let Some(op) = tables.code.get(pc as usize) else { continue };
            let mut goes_on = !op.is_final();
            if let Op::GetField { field, .. } = op {
                walk.fields.insert(*field);
            } else if let Op::Return { .. } = op {
                walk.returns = true;
            } else if let Op::End {} = op {
                walk.ends = true;
            } else if let Op::Leave { to, .. } = op {
                walk.leaves.insert(*to);
            } else if let Op::HandOver { bot, .. } = op {
                if let Some(other) = self.of_bot(tables, *bot) {
                    walk.fields.extend(&other.fields);
                    walk.ends |= other.returns;
                }
            } else if let Op::Call { function, .. } = op {
                let called = self.whole.get(*function as usize);
                walk.fields.extend(called.into_iter().flat_map(|called| &called.fields));
            } else if let Op::Wait { wait } = op {
                // What waits for hours that have begun already goes on in the same turn.
                let exits = tables.waits.get(*wait as usize).map(|wait| &wait.exits);
                let begun = exits.into_iter().flatten().filter(|exit| matches!(exit.on, On::Hours(_)));
                open.extend(begun.map(|exit| exit.to));
            } else if let Op::Enter { call, .. } = op
                && let Some(called) = self.called(tables, *call)
            {
                walk.fields.extend(&called.fields);
                walk.ends |= called.ends;
                walk.leaves.extend(&called.leaves);
                goes_on = called.returns;
            }
            if !is_flow {
                open.extend(std::mem::take(&mut walk.leaves));
            }
            op.operands(|operand| {
                if operand.role == Role::Target {
                    open.extend(u32::try_from(operand.value));
                }
            });
            if goes_on {
                open.push(pc + 1);
            }
        }
        if !is_flow {
            walk.returns |= std::mem::take(&mut walk.ends);
        }
        walk
    }

    fn of_bot(&self, tables: &Tables, bot: u32) -> Option<&Walk> {
        self.whole.get(tables.bots.get(bot as usize)?.function as usize)
    }

    fn called(&self, tables: &Tables, call: u32) -> Option<&Walk> {
        match tables.calls.get(call as usize)?.callee {
            Callee::Flow(flow) => self.whole.get(flow as usize),
            Callee::Bot(bot) => self.of_bot(tables, bot),
        }
    }
}

/// The ways from a wait, back through everything that may have called.
struct Ways<'p> {
    program: &'p Program,
    flows: &'p Flows,
    fields: BTreeSet<u32>,
}

impl Ways<'_> {
    fn all_from(&mut self, wait: u32) {
        let tables = self.program.tables();
        let info = self.program.derived.waits.get(wait as usize);
        let Some(function) = info.and_then(|info| info.function) else { return };
        let exits = tables.waits.get(wait as usize).map(|wait| &wait.exits);
        let mut open: Vec<(u32, Target)> =
            exits.into_iter().flatten().map(|exit| (function, exit.to)).collect();
        self.failures(function, &mut open);
        let mut seen: FxHashSet<(u32, Target)> = FxHashSet::default();
        while let Some((function, to)) = open.pop() {
            if seen.insert((function, to)) {
                self.follow(function, to, &mut open);
            }
        }
    }

    fn follow(&mut self, function: u32, to: Target, open: &mut Vec<(u32, Target)>) {
        let tables = self.program.tables();
        let walk = self.flows.walk(tables, function, [to]);
        self.fields.extend(&walk.fields);
        let own = match tables.functions.get(function as usize).map(|row| row.kind) {
            Some(FunctionKind::Flow { bot }) => bot,
            Some(FunctionKind::Bot | FunctionKind::Fn) | None => function,
        };
        open.extend(walk.leaves.iter().map(|to| (own, *to)));
        if walk.returns && own != function {
            let calls = self.flows.flow_calls.get(function as usize);
            open.extend(calls.into_iter().flatten().filter_map(|call| self.after(*call)));
        }
        if walk.ends || (walk.returns && own == function) {
            open.extend(self.flows.bot_calls.iter().filter_map(|call| self.after(*call)));
        }
    }

    /// The instruction after a call.
    fn after(&self, call: u32) -> Option<(u32, Target)> {
        let info = self.program.derived.calls.get(call as usize)?;
        Some((info.function, info.op + 1))
    }

    /// Where the run may go on when an effect has failed that no exit takes: `on failed` of the bot, or of those that
    /// called it.
    fn failures(&self, inner: u32, open: &mut Vec<(u32, Target)>) {
        let tables = self.program.tables();
        let calls = self.flows.bot_calls.iter();
        let callers = calls.filter_map(|call| Some(self.program.derived.calls.get(*call as usize)?.function));
        for function in std::iter::once(inner).chain(callers) {
            let mut caught = function == inner;
            for bot in self.flows.bots_in(tables, function) {
                let row = tables.bots.get(bot as usize);
                let to = row.and_then(|row| Some((row.function, row.on_failed?)));
                caught &= to.is_some();
                open.extend(to);
            }
            if caught {
                return;
            }
        }
    }
}
