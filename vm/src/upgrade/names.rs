//! Where everything stands by name, and what the source of the new program decides about the old one.

use super::rule::{Rule, To};
use super::why::At;
use crate::loaded::Program;
use crate::program::{FunctionKind, SymbolKind};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Things by bot and name.
type Named<'p, T> = FxHashMap<u32, FxHashMap<&'p str, Vec<T>>>;

fn entry<'n, 'p, T>(named: &'n mut Named<'p, T>, bot: u32, name: &'p str) -> &'n mut Vec<T> {
    named.entry(bot).or_default().entry(name).or_default()
}

fn found<'n, T>(named: &'n Named<'_, T>, bot: u32, name: &str) -> &'n [T] {
    named.get(&bot).and_then(|of_bot| of_bot.get(name)).map_or(&[], Vec::as_slice)
}

/// Waits, calls and flows of a program by bot and name.
pub(super) struct Index<'p> {
    /// For each function the bot that it belongs to.
    owners: Vec<Option<u32>>,
    waits: Named<'p, (u32, u32)>,
    calls: Named<'p, (u32, u32)>,
    flows: Named<'p, u32>,
    /// For each function, how many flows of its name the bot has before it.
    nth_flows: Vec<usize>,
    /// How many places of the same name stand before one in its function.
    nth: FxHashMap<At, usize>,
}

impl<'p> Index<'p> {
    pub(super) fn new(program: &'p Program) -> Index<'p> {
        let tables = program.tables();
        let mut of_function = FxHashMap::default();
        for (bot, row) in (0u32..).zip(&tables.bots) {
            of_function.entry(row.function).or_insert(bot);
        }
        let owner = |(at, function): (u32, &crate::program::Function)| match function.kind {
            FunctionKind::Fn => None,
            FunctionKind::Bot => of_function.get(&at).copied(),
            FunctionKind::Flow { bot } => of_function.get(&bot).copied(),
        };
        let owners: Vec<Option<u32>> = (0u32..).zip(&tables.functions).map(owner).collect();
        let mut index = Index {
            owners,
            waits: FxHashMap::default(),
            calls: FxHashMap::default(),
            flows: FxHashMap::default(),
            nth_flows: vec![0; tables.functions.len()],
            nth: FxHashMap::default(),
        };
        for (at, function) in (0u32..).zip(&tables.functions) {
            if let (FunctionKind::Flow { .. }, Some(bot)) = (function.kind, index.bot_of(at)) {
                let known = entry(&mut index.flows, bot, &function.name);
                if let Some(nth) = index.nth_flows.get_mut(at as usize) {
                    *nth = known.len();
                }
                known.push(at);
            }
        }
        let waits = tables.waits.iter().zip(&program.derived.waits);
        for (at, (row, info)) in (0u32..).zip(waits) {
            if let Some((function, bot)) =
                info.function.and_then(|function| Some((function, index.bot_of(function)?)))
            {
                let known = entry(&mut index.waits, bot, &row.name);
                let nth = known.iter().filter(|(_, other)| *other == function).count();
                known.push((at, function));
                index.nth.insert(At::Wait(at), nth);
            }
        }
        for (at, (row, info)) in (0u32..).zip(tables.calls.iter().zip(&program.derived.calls)) {
            if let Some(bot) = index.bot_of(info.function) {
                let known = entry(&mut index.calls, bot, &row.name);
                let nth = known.iter().filter(|(_, other)| *other == info.function).count();
                known.push((at, info.function));
                index.nth.insert(At::Call(at), nth);
            }
        }
        index
    }

    /// The bot that a function belongs to.
    pub(super) fn bot_of(&self, function: u32) -> Option<u32> {
        self.owners.get(function as usize).copied().flatten()
    }

    /// The waits of a name, each with its function.
    pub(super) fn waits(&self, bot: u32, name: &str) -> &[(u32, u32)] {
        found(&self.waits, bot, name)
    }

    pub(super) fn wait(&self, bot: u32, name: &str) -> Option<u32> {
        self.waits(bot, name).first().map(|(wait, _)| *wait)
    }

    /// The calls of a name, each with its function.
    pub(super) fn calls(&self, bot: u32, name: &str) -> &[(u32, u32)] {
        found(&self.calls, bot, name)
    }

    pub(super) fn nth(&self, at: At) -> usize {
        self.nth.get(&at).copied().unwrap_or_default()
    }

    /// How many flows of the same name stand before one.
    pub(super) fn nth_flow(&self, function: u32) -> usize {
        self.nth_flows.get(function as usize).copied().unwrap_or_default()
    }

    pub(super) fn flow(&self, bot: u32, name: &str, nth: usize) -> Option<u32> {
        found(&self.flows, bot, name).get(nth).copied()
    }
}

/// What is decided for the runs that become those of one bot.
#[derive(Default)]
pub(super) struct Decided {
    /// Waits, calls, steps and flows, by their old names.
    pub(super) places: FxHashMap<Arc<str>, To>,
    /// From the new name of a variable to the old one.
    pub(super) renamed: FxHashMap<Arc<str>, Arc<str>>,
    pub(super) values: FxHashMap<Arc<str>, Value>,
}

/// All rules about an old program.
#[derive(Default)]
pub(super) struct Decisions {
    /// By the number of the bot in the new program.
    pub(super) bots: FxHashMap<u32, Decided>,
    /// Old bots by name: the bot whose source decides, and what.
    pub(super) of_bots: FxHashMap<Arc<str>, (u32, To)>,
    pub(super) symbols: FxHashMap<(SymbolKind, Arc<str>), Option<u32>>,
}

/// Whether a program is called by one of these names.
#[must_use]
pub fn is_called(program: &Program, names: &[Arc<str>]) -> bool {
    let id = &*program.derived.version;
    let tag = program.tables().tag.as_deref();
    names.iter().any(|name| name.eq_ignore_ascii_case(id) || Some(&**name) == tag)
}

pub(super) fn decisions(old: &Program, new: &Program) -> Decisions {
    let mut all = Decisions::default();
    for rules in new.tables().upgrades.iter().filter(|rules| is_called(old, &rules.from)) {
        let decided = all.bots.entry(rules.bot).or_default();
        for rule in &rules.rules {
            match rule {
                Rule::Place { old, to } => {
                    decided.places.insert(Arc::clone(old), to.clone());
                }
                Rule::Renamed { old, new } => {
                    decided.renamed.insert(Arc::clone(new), Arc::clone(old));
                }
                Rule::Value { name, ty: _, value } => {
                    decided.values.insert(Arc::clone(name), value.clone());
                }
                Rule::Symbol { kind, old, new } => {
                    all.symbols.insert((*kind, Arc::clone(old)), *new);
                }
                Rule::Bot { old, to } => {
                    all.of_bots.insert(Arc::clone(old), (rules.bot, to.clone()));
                }
            }
        }
    }
    all
}
