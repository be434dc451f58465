//! Parked runs in bulk: what becomes of each, counted by wait. In: programs, and the bytes of runs. Out: the bytes of the
//! moved runs, or why one stays as it is. Nothing is ever dropped: whoever writes keeps the bytes of a run that stays.
//!
//! A file of runs begins with [`MAGIC`]; then each run is its length in bytes, four of them, the lowest first, and what
//! `Run::encode` gave. A length of 0 stands for a run that is over.

use super::report::{Report, Sort};
use sbot_vm::upgrade::{At, Upgrade};
use sbot_vm::{Moved, Program, Run};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a file of runs begins with.
pub const MAGIC: &[u8; 8] = b"SBOTRUNS";
/// No run is longer.
pub const LONGEST: u32 = 1 << 20;

/// An old program, and what becomes of its runs.
pub struct From<'p> {
    /// It.
    pub program: &'p Program,
    /// To the newest program.
    pub upgrade: &'p Upgrade,
    /// What becomes of runs at each place.
    pub report: &'p Report,
}

/// Moves runs, and counts.
pub struct Mover<'p> {
    new: &'p Program,
    from: Vec<Sorted<'p>>,
    now: i64,
    run: Run,
    /// What was found.
    pub counts: Counts,
}

struct Sorted<'p> {
    from: From<'p>,
    waits: Vec<Sort>,
    calls: Vec<Sort>,
    /// For each wait how many runs have each sort of verdict, and how many of them end.
    seen: Vec<Seen>,
}

/// Runs at one wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// They just go on.
    pub continue_: u64,
    /// They go on by a decision, or with a value that is given.
    pub with: u64,
    /// They cannot be moved.
    pub lost: u64,
    /// Of those that go on by a decision: they are over.
    pub ended: u64,
}

/// How many runs there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All together.
    pub all: u64,
    /// Cannot be read.
    pub damaged: u64,
    /// Belong to a program that was not given.
    pub other: u64,
    /// Belong to the new program already.
    pub new: u64,
    /// Of all waits.
    pub sum: Seen,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is moved: its bytes now.
    Moved(Vec<u8>),
    /// It belongs to the new program already.
    New,
    /// It is over.
    Ended,
    /// It stays as it is, because of this.
    Stays(String),
}

impl<'p> Mover<'p> {
    /// Moves runs to `new`, at a time in milliseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn new(new: &'p Program, from: Vec<From<'p>>, now: i64) -> Mover<'p> {
        let sorted = |from: From<'p>| {
            let tables = from.program.tables();
            let mut waits = vec![Sort::ContinuesWith; tables.waits.len()];
            let mut calls = vec![Sort::ContinuesWith; tables.calls.len()];
            for row in &from.report.rows {
                let sort = match row.at {
                    At::Wait(wait) => waits.get_mut(wait as usize),
                    At::Call(call) => calls.get_mut(call as usize),
                };
                if let Some(sort) = sort {
                    *sort = row.sort;
                }
            }
            let seen = vec![Seen::default(); waits.len()];
            Sorted { from, waits, calls, seen }
        };
        let from = from.into_iter().map(sorted).collect();
        Mover { new, from, now, run: Run::default(), counts: Counts::default() }
    }

    /// What becomes of one run.
    pub fn take(&mut self, bytes: &[u8]) -> Became {
        self.counts.all += 1;
        // The low half of the id of the program it was parked under.
        let id = bytes.get(1..5).and_then(|id| id.try_into().ok()).map(u32::from_le_bytes);
        let of = |program: &Program| Some(program.id() as u32) == id;
        let mut why = None;
        for sorted in self.from.iter_mut().filter(|sorted| of(sorted.from.program)) {
            match self.run.decode_from(sorted.from.program, bytes) {
                Ok(()) => return sorted.take(&self.run, self.new, self.now, &mut self.counts),
                Err(error) => why = Some(error.to_string()),
            }
        }
        if of(self.new) {
            match self.run.decode_from(self.new, bytes) {
                Ok(()) => {
                    self.counts.new += 1;
                    return Became::New;
                }
                Err(error) => why = Some(error.to_string()),
            }
        }
        match (why, id) {
            (Some(why), _) => {
                self.counts.damaged += 1;
                Became::Stays(why)
            }
            (None, None) => {
                self.counts.damaged += 1;
                Became::Stays("it is too short for a parked run".to_owned())
            }
            (None, Some(id)) => {
                self.counts.other += 1;
                Became::Stays(format!(
                    "it was parked under a program whose id ends with {id:08x}, which was not given"
                ))
            }
        }
    }

    /// For each wait of an old program where runs were found: its bot, its name, and how many.
    #[must_use]
    pub fn seen(&self, at: usize) -> BTreeMap<(Arc<str>, Arc<str>), Seen> {
        let mut seen: BTreeMap<(Arc<str>, Arc<str>), Seen> = BTreeMap::new();
        let Some(sorted) = self.from.get(at) else { return seen };
        for row in &sorted.from.report.rows {
            let At::Wait(wait) = row.at else { continue };
            if let Some(counted) =
                sorted.seen.get(wait as usize).filter(|counted| **counted != Seen::default())
            {
                let sum = seen.entry((Arc::clone(&row.bot), Arc::clone(&row.name))).or_default();
                sum.add(*counted);
            }
        }
        seen
    }

    /// How many runs of an old program stand at one of its waits.
    #[must_use]
    pub fn at(&self, program: usize, wait: u32) -> Seen {
        let sorted = self.from.get(program);
        sorted.and_then(|sorted| sorted.seen.get(wait as usize)).copied().unwrap_or_default()
    }
}

impl Seen {
    /// All together.
    #[must_use]
    pub fn all(self) -> u64 {
        self.continue_ + self.with + self.lost
    }

    fn add(&mut self, other: Seen) {
        self.continue_ += other.continue_;
        self.with += other.with;
        self.lost += other.lost;
        self.ended += other.ended;
    }
}

impl Sorted<'_> {
    fn take(&mut self, run: &Run, new: &Program, now: i64, counts: &mut Counts) -> Became {
        let wait = self.waits.get(run.wait as usize).copied();
        let calls = run.frames.iter().filter_map(|frame| self.calls.get(frame.call as usize).copied());
        let plain = calls.chain(wait).all(|sort| sort == Sort::Continues);
        let moved = run.upgrade(self.from.upgrade, now);
        let seen = match (&moved, plain) {
            (Err(_), _) => Seen { lost: 1, ..Seen::default() },
            (Ok(Moved::Parked(_)), true) => Seen { continue_: 1, ..Seen::default() },
            (Ok(Moved::Parked(_)), false) => Seen { with: 1, ..Seen::default() },
            (Ok(Moved::Ended), _) => Seen { with: 1, ended: 1, ..Seen::default() },
        };
        counts.sum.add(seen);
        if let Some(known) = self.seen.get_mut(run.wait as usize) {
            known.add(seen);
        }
        match moved {
            Ok(Moved::Parked(run)) => Became::Moved(run.encode(new)),
            Ok(Moved::Ended) => Became::Ended,
            Err(why) => Became::Stays(why.to_string()),
        }
    }
}

impl Counts {
    /// How many stay as they are although they should not.
    #[must_use]
    pub fn kept_back(&self) -> u64 {
        self.damaged + self.other + self.sum.lost
    }
}
