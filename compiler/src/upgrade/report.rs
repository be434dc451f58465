//! Every place where a run of the old program can stand, with what becomes of it.

use super::words;
use rustc_hash::FxHashMap;
use sbot_vm::Program;
use sbot_vm::op::Op;
use sbot_vm::program::{FunctionKind, Place, Tables};
use sbot_vm::upgrade::{At, Lost, Outcome, Upgrade, Verdict};
use std::sync::Arc;

/// What becomes of the runs of an old program.
#[derive(Clone, Debug)]
pub struct Report {
    /// In the order of the old program: bot by bot, the waits, then the callers.
    pub rows: Vec<Row>,
}

/// The sorts of verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// They just go on.
    Continues,
    /// They go on by a decision, or with a value that is given.
    ContinuesWith,
    /// They cannot be moved.
    Lost,
}

impl Sort {
    /// As reports show it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Sort::Continues => "continues",
            Sort::ContinuesWith => "continues with",
            Sort::Lost => "would be lost",
        }
    }
}

/// What becomes of the runs at one place.
#[derive(Clone, Debug)]
pub struct Row {
    /// The place.
    pub at: At,
    /// The bot, as the old program calls it.
    pub bot: Arc<str>,
    /// The wait or call, as the old program calls it.
    pub name: Arc<str>,
    /// The sort of verdict.
    pub sort: Sort,
    /// What becomes of them.
    pub outcome: Outcome,
    /// Further reasons why they would be lost, beside the one that is the outcome.
    pub also: Vec<Lost>,
    /// What stands behind the sort: `hello.message`, `tries = 0`; for what would be lost the reasons.
    pub detail: String,
    /// What people may want to know.
    pub notes: Vec<String>,
    /// Where it is in the new source, if the new program tells.
    pub new: Option<Place>,
    /// Where it was in the old source, if the old program tells.
    pub old: Option<Place>,
}

impl Row {
    /// Whether it is a wait of the source, and no caller.
    #[must_use]
    pub fn is_wait(&self) -> bool {
        matches!(self.at, At::Wait(_))
    }

    /// Why its runs would be lost: every reason.
    pub fn reasons(&self) -> impl Iterator<Item = &Lost> {
        let first = if let Outcome::Lost(why) = &self.outcome { Some(why) } else { None };
        first.into_iter().chain(&self.also)
    }
}

impl Report {
    /// How many waits have a verdict of this sort.
    #[must_use]
    pub fn count(&self, sort: Sort) -> usize {
        self.rows.iter().filter(|row| row.is_wait() && row.sort == sort).count()
    }

    /// Whether no run can be lost.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.rows.iter().all(|row| row.sort != Sort::Lost)
    }
}

/// The report on an upgrade from `old` to `new`.
#[must_use]
pub fn report(old: &Program, new: &Program, upgrade: &Upgrade) -> Report {
    let (was, is) = (Where::new(old), Where::new(new));
    let mut rows: Vec<Row> =
        upgrade.verdicts().iter().filter_map(|verdict| row(&was, &is, verdict)).collect();
    let order = |row: &Row| (was.bot_at(row.at), !row.is_wait());
    rows.sort_by_key(order);
    Report { rows }
}

fn row(was: &Where<'_>, is: &Where<'_>, verdict: &Verdict) -> Option<Row> {
    let (name, head) = was.name(verdict.at)?;
    let bot = was.tables().bots.get(was.bot_at(verdict.at)? as usize)?;
    let sort = match (&verdict.outcome, verdict.with.is_empty()) {
        (Outcome::Lost(_), _) => Sort::Lost,
        (Outcome::Waits(_) | Outcome::Calls(_), true) => Sort::Continues,
        (
            Outcome::Waits(_) | Outcome::Calls(_) | Outcome::Restarts(..) | Outcome::Ends | Outcome::Covered,
            _,
        ) => Sort::ContinuesWith,
    };
    let place = match &verdict.outcome {
        Outcome::Waits(wait) => is.place(At::Wait(*wait)),
        Outcome::Calls(call) => is.place(At::Call(*call)),
        Outcome::Restarts(step, _) => is.step(&bot.name, step),
        Outcome::Ends | Outcome::Covered | Outcome::Lost(_) => is.likely(&bot.name, name, head),
    };
    Some(Row {
        at: verdict.at,
        bot: Arc::clone(&bot.name),
        name: words::shown(name).into(),
        sort,
        outcome: verdict.outcome.clone(),
        also: verdict.also.clone(),
        detail: words::detail(is.tables(), (name, verdict)),
        notes: verdict.notes.iter().map(words::note).collect(),
        new: place.cloned(),
        old: was.place(verdict.at).cloned(),
    })
}

/// Where waits and calls stand in a program.
pub(super) struct Where<'p> {
    program: &'p Program,
    waits: Vec<Option<u32>>,
    calls: Vec<Option<u32>>,
    /// Functions in the order of their code: where each ends, and the bot it belongs to.
    bots: Vec<(u32, Option<u32>)>,
}

impl<'p> Where<'p> {
    pub(super) fn new(program: &'p Program) -> Where<'p> {
        let tables = program.tables();
        let mut all = Where {
            program,
            waits: vec![None; tables.waits.len()],
            calls: vec![None; tables.calls.len()],
            bots: Vec::with_capacity(tables.functions.len()),
        };
        for (at, op) in (0u32..).zip(&tables.code) {
            let row = if let Op::Wait { wait } = op {
                all.waits.get_mut(*wait as usize)
            } else if let Op::Enter { call, .. } = op {
                all.calls.get_mut(*call as usize)
            } else {
                None
            };
            if let Some(row) = row {
                row.get_or_insert(at);
            }
        }
        let owners: FxHashMap<u32, u32> =
            (0u32..).zip(&tables.bots).map(|(bot, row)| (row.function, bot)).collect();
        for (at, function) in (0u32..).zip(&tables.functions) {
            let owner = match function.kind {
                FunctionKind::Fn => None,
                FunctionKind::Bot => owners.get(&at),
                FunctionKind::Flow { bot } => owners.get(&bot),
            };
            all.bots.push((function.end, owner.copied()));
        }
        all.bots.sort_unstable();
        all
    }

    pub(super) fn tables(&self) -> &'p Tables {
        self.program.tables()
    }

    fn op(&self, at: At) -> Option<u32> {
        match at {
            At::Wait(wait) => {
                let row = self.tables().waits.get(wait as usize)?;
                let op = self.waits.get(wait as usize).copied().flatten();
                // Those that stand in no source lead to the step or behind the call at once.
                op.or_else(|| row.exits.first().map(|exit| exit.to))
            }
            At::Call(call) => self.calls.get(call as usize).copied().flatten(),
        }
    }

    fn place(&self, at: At) -> Option<&'p Place> {
        self.program.place(self.op(at)?)
    }

    pub(super) fn bot_at(&self, at: At) -> Option<u32> {
        let op = self.op(at)?;
        let at = self.bots.partition_point(|(end, _)| *end <= op);
        self.bots.get(at).and_then(|(_, bot)| *bot)
    }

    pub(super) fn name(&self, at: At) -> Option<(&'p Arc<str>, &'p Arc<str>)> {
        match at {
            At::Wait(wait) => self.tables().waits.get(wait as usize).map(|row| (&row.name, &row.step)),
            At::Call(call) => self.tables().calls.get(call as usize).map(|row| (&row.name, &row.step)),
        }
    }

    /// The beginning of a step.
    fn step(&self, bot: &str, step: &str) -> Option<&'p Place> {
        let row = self.tables().bots.iter().find(|row| *row.name == *bot)?;
        let step = row.steps.iter().find(|row| *row.name == *step)?;
        self.program.place(step.to)
    }

    /// Where something of the old program would stand here: the wait or call of its name, or its step.
    fn likely(&self, bot: &str, name: &str, head: &str) -> Option<&'p Place> {
        let (number, _) = (0u32..).zip(&self.tables().bots).find(|(_, row)| *row.name == *bot)?;
        let waits = (0u32..).map(At::Wait).take(self.tables().waits.len());
        let calls = (0u32..).map(At::Call).take(self.tables().calls.len());
        let same = |at: &At| {
            self.name(*at).is_some_and(|(own, _)| **own == *name) && self.bot_at(*at) == Some(number)
        };
        let found = waits.chain(calls).find(same);
        found.and_then(|at| self.place(at)).or_else(|| self.step(bot, head))
    }
}
