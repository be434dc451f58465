//! New versions under parked runs. In: two programs, the decisions in the newer one, and runs parked under the older
//! one. Out: what becomes of the runs at every place where one can stand, and each run as it waits under the newer one.
//!
//! An [`Upgrade`] is worked out once for a pair of programs; then each run is moved by looking up tables. A run that
//! cannot be moved is as it was. What is moved is what the new program's own waits keep: every value has its type, every
//! timer a time, and something that can still happen ends the wait.
//!
//! A run that begins a step is parked at a wait before that step, which is due at once: the host takes a turn with a timer
//! event, as for every run that is due. Nothing here reads a clock; the time of the move is given.
//!
//! ```
//! use sbot_vm::{Moved, Program, Run, Upgrade};
//!
//! fn upgrade(old: &Program, new: &Program, runs: Vec<Run>, now: i64) -> Vec<Run> {
//!     let upgrade = Upgrade::new(old, new);
//!     let mut kept = Vec::new();
//!     for run in runs {
//!         match run.upgrade(&upgrade, now) {
//!             Ok(Moved::Parked(moved)) => kept.push(moved),
//!             Ok(Moved::Ended) => {}
//!             Err(why) => {
//!                 eprintln!("{why}");
//!                 kept.push(run);
//!             }
//!         }
//!     }
//!     kept
//! }
//! ```

mod convert;
mod cover;
mod join;
mod names;
mod plan;
pub mod rule;
mod values;
mod why;

pub use names::is_called;
pub use why::{At, Lost, Note, Outcome, Verdict, With};

use crate::context::Context;
use crate::fuel::charge;
use crate::layout::BACK;
use crate::loaded::Program;
use crate::program::Callee;
use crate::run::{Frame, MAX_VALUES, NEVER, Run};
use crate::stack::{MAX_DEPTH, MAX_REGISTERS};
use crate::value::Value;
use plan::{Goes, Plan, Planned, Planner, Source, Timer};
use std::fmt;

/// What becomes of runs of one program under a newer one.
#[derive(Debug)]
pub struct Upgrade {
    stages: Vec<Stage>,
}

/// From one program to the next.
#[derive(Debug)]
struct Stage {
    old: u64,
    new: u64,
    /// For hours of the new program.
    context: Context,
    bots: Vec<Option<u32>>,
    waits: Vec<Plan>,
    calls: Vec<Plan>,
    /// For each call of the old program: what is called, and how many values its caller keeps.
    callees: Vec<(Callee, usize)>,
    /// For each wait of the old program, how many values and timers it keeps.
    kept: Vec<(usize, usize)>,
    /// For each call of the new program: the wait behind it, if it runs a bot.
    backs: Vec<Option<u32>>,
    /// Registers of the frame that each call of the new program makes, if it calls a flow.
    flow_registers: Vec<usize>,
    /// Registers of each bot of the new program.
    bot_registers: Vec<usize>,
    verdicts: Vec<Verdict>,
}

/// A run after an upgrade.
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// It waits under the new program.
    Parked(Run),
    /// It is over.
    Ended,
}

/// Why a run was not moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMoved {
    /// It was parked under another program than the one that the upgrade begins with.
    OtherProgram {
        /// Under which.
        parked: u64,
        /// Which was expected.
        expected: u64,
    },
    /// It does not fit its program.
    Corrupt,
    /// It cannot be moved: where it stands, and why.
    Lost {
        /// The place.
        at: At,
        /// Why.
        why: Lost,
    },
    /// A value in it is none that its variable can have.
    Value {
        /// The place.
        at: At,
    },
    /// What it keeps would be larger than a run can be.
    TooLarge,
}

impl fmt::Display for NotMoved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotMoved::OtherProgram { parked, expected } => write!(
                f,
                "the run was parked under program {parked:016x}, and this upgrade is for runs of {expected:016x}: \
                 make one with the program it was parked under"
            ),
            NotMoved::Corrupt => f.write_str(
                "the run does not fit its program: restore it with `Run::decode` from what `Run::encode` gave",
            ),
            NotMoved::Lost { why, .. } => write!(
                f,
                "the run cannot be moved: {why}; decide in the source of the new program, with `upgrade from`"
            ),
            NotMoved::Value { .. } => {
                f.write_str("a value of the run is none of its variable's type: the host has put it there")
            }
            NotMoved::TooLarge => f.write_str("what the run would keep is more than a run can keep"),
        }
    }
}

impl std::error::Error for NotMoved {}

impl NotMoved {
    /// The place that the run cannot be moved from, if that is why.
    #[must_use]
    pub fn at(&self) -> Option<At> {
        match self {
            NotMoved::Lost { at, .. } | NotMoved::Value { at } => Some(*at),
            NotMoved::OtherProgram { .. } | NotMoved::Corrupt | NotMoved::TooLarge => None,
        }
    }
}

impl Run {
    /// The run under the newer program of an upgrade, at a time in milliseconds since 1970-01-01T00:00Z. This one stays
    /// as it is, and is the one to keep if there is an error.
    ///
    /// # Errors
    /// Why it cannot be moved.
    pub fn upgrade(&self, upgrade: &Upgrade, now: i64) -> Result<Moved, NotMoved> {
        let mut stages = upgrade.stages.iter();
        let Some(first) = stages.next() else { return Ok(Moved::Parked(self.clone())) };
        let mut moved = first.run(self, now)?;
        for stage in stages {
            let Moved::Parked(run) = &moved else { return Ok(moved) };
            moved = stage.run(run, now)?;
        }
        Ok(moved)
    }
}

impl Upgrade {
    /// Works out what becomes of runs of `old` under `new`.
    #[must_use]
    pub fn new(old: &Program, new: &Program) -> Upgrade {
        Upgrade { stages: vec![Stage::new(old, new)] }
    }

    /// Runs of the oldest program, through each of these to the newest.
    #[must_use]
    pub fn through(programs: &[&Program]) -> Upgrade {
        let pairs = programs.iter().zip(programs.iter().skip(1));
        Upgrade { stages: pairs.map(|(old, new)| Stage::new(old, new)).collect() }
    }

    /// What becomes of runs at every place of the old program where one can stand; of the first pair of programs. Waits
    /// come first, in the order of the program, then calls.
    #[must_use]
    pub fn verdicts(&self) -> &[Verdict] {
        self.stages.first().map_or(&[], |stage| &stage.verdicts)
    }

    /// Whether every run can be moved, through all programs.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let mut all = self.stages.iter().flat_map(|stage| &stage.verdicts);
        !all.any(|verdict| matches!(verdict.outcome, Outcome::Lost(_)))
    }
}

impl Stage {
    fn new(old: &Program, new: &Program) -> Stage {
        let mut planner = Planner::new(old, new);
        let (was, is) = (old.tables(), new.tables());
        let mut planned = |at: At| {
            planner.place(at).unwrap_or(Planned {
                // Nothing waits here.
                plan: Plan::Lost(Lost::Stuck),
                with: Vec::new(),
                notes: Vec::new(),
                step: None,
                also: Vec::new(),
                function: u32::MAX,
            })
        };
        let waits: Vec<Planned> = (0u32..).zip(&was.waits).map(|(wait, _)| planned(At::Wait(wait))).collect();
        let calls: Vec<Planned> = (0u32..).zip(&was.calls).map(|(call, _)| planned(At::Call(call))).collect();
        let bots = planner.bots();
        let registers = |function: u32| {
            is.functions.get(function as usize).map_or(MAX_REGISTERS, |row| usize::from(row.registers))
        };
        let verdicts = cover::verdicts(old, &waits, &calls);
        Stage {
            old: old.id(),
            new: new.id(),
            context: new.context().clone(),
            bots,
            kept: was
                .waits
                .iter()
                .zip(&old.derived.waits)
                .map(|(wait, info)| (wait.live.len(), info.timers.len()))
                .collect(),
            callees: was.calls.iter().map(|call| (call.callee, call.live.len())).collect(),
            backs: backs(new),
            flow_registers: is
                .calls
                .iter()
                .map(|call| match call.callee {
                    Callee::Flow(flow) => registers(flow),
                    Callee::Bot(_) => 0,
                })
                .collect(),
            bot_registers: is.bots.iter().map(|bot| registers(bot.function)).collect(),
            waits: waits.into_iter().map(|planned| planned.plan).collect(),
            calls: calls.into_iter().map(|planned| planned.plan).collect(),
            verdicts,
        }
    }

    fn run(&self, run: &Run, now: i64) -> Result<Moved, NotMoved> {
        if run.program != self.old {
            return Err(NotMoved::OtherProgram { parked: run.program, expected: self.old });
        }
        let moving = Moving { stage: self, run, now, frames: Vec::new(), base: 0, own: None, lost: None };
        moving.go()
    }
}

/// For each call of a program the wait behind it.
fn backs(program: &Program) -> Vec<Option<u32>> {
    let tables = program.tables();
    let mut backs = vec![None; tables.calls.len()];
    // They stand behind all others, in the order of the calls.
    let first = tables.waits.iter().rposition(|wait| !wait.name.ends_with(BACK)).map_or(0, |last| last + 1);
    let runs = tables.calls.iter().zip(&mut backs).filter(|(call, _)| matches!(call.callee, Callee::Bot(_)));
    for (at, (_, back)) in (first..tables.waits.len()).zip(runs) {
        *back = u32::try_from(at).ok();
    }
    backs
}

/// A run on its way.
struct Moving<'a> {
    stage: &'a Stage,
    run: &'a Run,
    now: i64,
    /// The callers so far.
    frames: Vec<Frame>,
    /// How many of them stand below the bot that runs innermost.
    base: usize,
    /// The values of the frame of its own function, where that is a caller.
    own: Option<&'a [Value]>,
    /// The first caller in that bot that has no place, and why.
    lost: Option<(At, &'a Lost)>,
}

impl<'a> Moving<'a> {
    fn go(mut self) -> Result<Moved, NotMoved> {
        let run = self.run;
        for frame in &run.frames {
            let at = At::Call(frame.call);
            let (callee, kept) = *self.stage.callees.get(frame.call as usize).ok_or(NotMoved::Corrupt)?;
            let plan = self.stage.calls.get(frame.call as usize).ok_or(NotMoved::Corrupt)?;
            if frame.values.len() != kept {
                return Err(NotMoved::Corrupt);
            }
            let first = self.own.is_none();
            if first {
                self.own = Some(&frame.values);
            }
            match plan {
                Plan::Goes(goes) => return self.waits(at, goes, &frame.values),
                Plan::Ends => return self.ends(at),
                Plan::Lost(why) => {
                    self.lost = self.lost.or(Some((at, why)));
                    self.frames.push(Frame::default());
                }
                Plan::Calls(call, sources) => {
                    let values = if self.lost.is_none() {
                        self.values(at, sources, &frame.values)?
                    } else {
                        Vec::new()
                    };
                    self.frames.push(Frame { call: *call, bot: self.bot(frame.bot)?, values });
                }
            }
            if let Callee::Bot(_) = callee {
                self.none_lost()?;
                self.base = self.frames.len();
                self.own = None;
            }
        }
        let at = At::Wait(run.wait);
        let plan = self.stage.waits.get(run.wait as usize).ok_or(NotMoved::Corrupt)?;
        let kept = *self.stage.kept.get(run.wait as usize).ok_or(NotMoved::Corrupt)?;
        if kept != (run.values.len(), run.deadlines.len()) {
            return Err(NotMoved::Corrupt);
        }
        match plan {
            Plan::Goes(goes) => self.waits(at, goes, &run.values),
            Plan::Ends => self.ends(at),
            Plan::Lost(why) => {
                self.none_lost()?;
                Err(NotMoved::Lost { at, why: why.clone() })
            }
            Plan::Calls(..) => Err(NotMoved::Corrupt),
        }
    }

    /// The bot of the new program.
    fn bot(&self, bot: u32) -> Result<u32, NotMoved> {
        let known = self.stage.bots.get(bot as usize).ok_or(NotMoved::Corrupt)?;
        // Without one, whatever waits in it is lost, and says so.
        Ok(known.unwrap_or_default())
    }

    fn none_lost(&self) -> Result<(), NotMoved> {
        self.lost.map_or(Ok(()), |(at, why)| Err(NotMoved::Lost { at, why: why.clone() }))
    }

    fn values(&self, at: At, sources: &[Source], own: &[Value]) -> Result<Vec<Value>, NotMoved> {
        let bot = self.own.unwrap_or(own);
        let value = |source: &Source| {
            let (value, conv, or) = match source {
                Source::Own(index, conv, or) => (own.get(*index as usize), conv, or),
                Source::Bot(index, conv, or) => (bot.get(*index as usize), conv, or),
                Source::Given(value) => return Ok(value.clone()),
            };
            let value = value.ok_or(NotMoved::Corrupt)?;
            conv.apply(value).or_else(|| or.clone()).ok_or(NotMoved::Value { at })
        };
        sources.iter().map(value).collect()
    }

    /// The run waits there.
    fn waits(mut self, at: At, goes: &Goes, own: &[Value]) -> Result<Moved, NotMoved> {
        if goes.unwinds {
            self.frames.truncate(self.base);
        } else {
            self.none_lost()?;
        }
        let bot = self.innermost()?;
        for (call, sources) in &goes.inner {
            let values = self.values(at, sources, own)?;
            self.frames.push(Frame { call: *call, bot, values });
        }
        let values = self.values(at, &goes.values, own)?;
        let mut deadlines = Vec::with_capacity(goes.timers.len());
        for timer in &goes.timers {
            let kept = |at: u32| self.run.deadlines.get(at as usize).copied();
            deadlines.push(match timer {
                Timer::Kept(at) => kept(*at).ok_or(NotMoved::Corrupt)?,
                Timer::After(milliseconds) => self.now.saturating_add(*milliseconds),
                Timer::Hours(old, hours) => match old.and_then(kept).filter(|due| *due <= self.now) {
                    Some(due) => due,
                    None => self.stage.context.opens_after(*hours, self.now).unwrap_or(NEVER),
                },
            });
        }
        let effect = self.run.effect.filter(|_| goes.keeps_effect);
        self.parked(at, goes.wait, deadlines, effect, values)
    }

    /// The bot that runs innermost ends: the one that ran it goes on, if there is one.
    fn ends(mut self, at: At) -> Result<Moved, NotMoved> {
        self.frames.truncate(self.base);
        let Some(caller) = self.frames.pop() else { return Ok(Moved::Ended) };
        let back = self.stage.backs.get(caller.call as usize).copied().flatten().ok_or(NotMoved::Corrupt)?;
        let now = vec![self.now];
        self.parked(at, back, now, None, caller.values)
    }

    fn innermost(&self) -> Result<u32, NotMoved> {
        match self.base.checked_sub(1).and_then(|at| self.frames.get(at)) {
            Some(frame) => Ok(frame.bot),
            None => self.bot(self.run.bot),
        }
    }

    fn parked(
        self,
        at: At,
        wait: u32,
        deadlines: Vec<i64>,
        effect: Option<crate::EffectId>,
        values: Vec<Value>,
    ) -> Result<Moved, NotMoved> {
        let stage = self.stage;
        let bot = self.bot(self.run.bot)?;
        let of_bot = |bot: u32| stage.bot_registers.get(bot as usize).copied().unwrap_or(MAX_REGISTERS);
        let mut registers = of_bot(bot);
        let mut left = MAX_VALUES;
        for frame in &self.frames {
            registers += match stage.flow_registers.get(frame.call as usize) {
                Some(0) | None => of_bot(frame.bot),
                Some(flow) => *flow,
            };
            for value in &frame.values {
                charge(value, &mut left).map_err(|_| NotMoved::TooLarge)?;
            }
        }
        for value in &values {
            charge(value, &mut left).map_err(|_| NotMoved::TooLarge)?;
        }
        if self.frames.len() > MAX_DEPTH || registers > MAX_REGISTERS {
            return Err(NotMoved::Lost { at, why: Lost::TooDeep });
        }
        let (program, turn, frames) = (stage.new, self.run.turn, self.frames);
        Ok(Moved::Parked(Run { program, bot, turn, wait, deadlines, effect, frames, values }))
    }
}
