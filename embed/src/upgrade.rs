//! New versions under parked runs, by names: what becomes of the runs at each place, and each run as bytes.

use crate::base64;
use crate::engine::Engine;
use crate::json::Json;
use crate::log::Line;
use crate::problem::Error;
use crate::turn::{self, Wait};
use sbot_vm::upgrade::{At, Note, Outcome, Verdict, With};
use sbot_vm::{Moved, Program, Run};
use std::sync::Arc;

/// What becomes of runs of one program under a newer one. Worked out once for a pair of programs; share it between
/// threads.
pub struct Upgrade {
    old: Arc<Program>,
    new: Engine,
    upgrade: sbot_vm::Upgrade,
}

/// A run after a move.
#[derive(Clone, Debug, PartialEq)]
pub enum MovedRun {
    /// It waits under the new program.
    Waits {
        /// What it waits for. It may be due at once.
        wait: Box<Wait>,
        /// The run, to be stored in place of the old one.
        run: Vec<u8>,
    },
    /// The decisions of the source end it.
    Ended,
    /// It cannot be moved, and is as it was: keep it, and the old program.
    Lost {
        /// The wait or call it stands at, in the old program, where that is why.
        at: Option<Arc<str>>,
        /// Why, and what to do.
        message: String,
    },
}

impl Upgrade {
    /// Works out what becomes of runs of `old` under `new`.
    #[must_use]
    pub fn new(old: &Engine, new: &Engine) -> Upgrade {
        let upgrade = sbot_vm::Upgrade::new(old.program(), new.program());
        Upgrade { old: Arc::clone(old.program()), new: Engine::new(Arc::clone(new.program())), upgrade }
    }

    /// Whether every run can be moved.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.upgrade.is_complete()
    }

    /// What becomes of the runs at each place of the old program, and whether all of them can be moved:
    /// `{"complete":true,"places":[{"at":"greet.message","kind":"wait","becomes":"waits","to":"hello.message",…}]}`
    #[must_use]
    pub fn describe(&self) -> Json {
        let places = self.upgrade.verdicts().iter().map(|verdict| self.place(verdict));
        Json::object([("complete", Json::Bool(self.is_complete())), ("places", Json::list(places))])
    }

    /// Moves a run, at a time in milliseconds since 1970-01-01T00:00Z. A run that cannot be moved is an outcome.
    ///
    /// # Errors
    /// The run cannot be restored: it is none of the old program's, or damaged.
    pub fn run(&self, run: &[u8], now: i64) -> Result<MovedRun, Error> {
        self.moved(&Run::decode(&self.old, run)?, now).map(|(moved, _)| moved)
    }

    /// Like [`Upgrade::run`], with the line for the log, if the run was moved. `name` is the host's name of the
    /// conversation.
    ///
    /// # Errors
    /// The run cannot be restored.
    pub fn run_logged(&self, name: &str, run: &[u8], now: i64) -> Result<(MovedRun, Option<Line>), Error> {
        let run = Run::decode(&self.old, run)?;
        let (moved, made) = self.moved(&run, now)?;
        Ok((moved, made.map(|made| self.new.log_moved(name, &run, now, &made))))
    }

    fn moved(&self, run: &Run, now: i64) -> Result<(MovedRun, Option<Moved>), Error> {
        let made = match run.upgrade(&self.upgrade, now) {
            Ok(made) => made,
            Err(why) => {
                let at = why.at().and_then(|at| self.name(at));
                return Ok((MovedRun::Lost { at, message: why.to_string() }, None));
            }
        };
        let moved = match &made {
            Moved::Parked(run) => {
                let program = self.new.program();
                MovedRun::Waits { wait: Box::new(turn::wait(program, run)), run: run.encode(program) }
            }
            Moved::Ended => MovedRun::Ended,
        };
        Ok((moved, Some(made)))
    }

    fn name(&self, at: At) -> Option<Arc<str>> {
        let tables = self.old.tables();
        match at {
            At::Wait(wait) => tables.waits.get(wait as usize).map(|wait| Arc::clone(&wait.name)),
            At::Call(call) => tables.calls.get(call as usize).map(|call| Arc::clone(&call.name)),
        }
    }

    fn place(&self, verdict: &Verdict) -> Json {
        let tables = self.new.program().tables();
        let wait = |wait: u32| tables.waits.get(wait as usize).map(|wait| Json::text(&wait.name));
        let call = |call: u32| tables.calls.get(call as usize).map(|call| Json::text(&call.name));
        let (becomes, to) = match &verdict.outcome {
            Outcome::Waits(at) => ("waits", wait(*at)),
            Outcome::Calls(at) => ("calls", call(*at)),
            Outcome::Restarts(step, _) => ("restarts", Some(Json::text(step))),
            Outcome::Ends => ("ends", None),
            Outcome::Covered => ("covered", None),
            Outcome::Lost(_) => ("lost", None),
        };
        let why = match &verdict.outcome {
            Outcome::Lost(why) => vec![why],
            Outcome::Waits(_)
            | Outcome::Calls(_)
            | Outcome::Restarts(..)
            | Outcome::Ends
            | Outcome::Covered => Vec::new(),
        };
        let why = why.into_iter().chain(&verdict.also).map(|why| Json::text(&why.to_string()));
        let kind = match verdict.at {
            At::Wait(_) => "wait",
            At::Call(_) => "call",
        };
        Json::object([
            ("at", self.name(verdict.at).map(|name| Json::text(&name)).unwrap_or_default()),
            ("kind", Json::text(kind)),
            ("becomes", Json::text(becomes)),
            ("to", to.unwrap_or_default()),
            ("why", Json::list(why)),
            ("with", Json::list(verdict.with.iter().map(with))),
            ("notes", Json::list(verdict.notes.iter().map(note))),
        ])
    }
}

impl MovedRun {
    /// As JSON: `{"kind":"waits","wait":{…},"run":BASE64}`, `{"kind":"ended"}`, `{"kind":"lost","at":NAME,"message":TEXT}`
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            MovedRun::Waits { wait, run } => Json::object([
                ("kind", Json::text("waits")),
                ("wait", wait.to_json()),
                ("run", Json::text(&base64::encode(run))),
            ]),
            MovedRun::Ended => Json::object([("kind", Json::text("ended"))]),
            MovedRun::Lost { at, message } => Json::object([
                ("kind", Json::text("lost")),
                ("at", at.as_ref().map(|at| Json::text(at)).unwrap_or_default()),
                ("message", Json::text(message)),
            ]),
        }
    }
}

fn with(with: &With) -> Json {
    let (kind, name, to) = match with {
        With::Decided => ("decided", None, None),
        With::Renamed(old, new) => ("renamed", Some(old), Some(new)),
        With::Given(name) => ("given", Some(name), None),
        With::First(name) => ("first_value", Some(name), None),
    };
    let text = |text: Option<&Arc<str>>| text.map(|text| Json::text(text)).unwrap_or_default();
    Json::object([("kind", Json::text(kind)), ("name", text(name)), ("to", text(to))])
}

fn note(note: &Note) -> Json {
    let (kind, about) = match note {
        Note::TimerDropped => ("timer_dropped", Json::Null),
        Note::TimerAdded(seconds) => ("timer_added", Json::int(*seconds)),
        Note::LabelGone(label) => ("label_gone", Json::text(label)),
        Note::AnswerDropped(action) => ("answer_dropped", Json::text(action)),
    };
    Json::object([("kind", Json::text(kind)), ("about", about)])
}
