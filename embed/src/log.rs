//! A log of turns, from which every one of them can be taken again: one line of JSON each.
//!
//! | `sbot` | with |
//! |---|---|
//! | `turn` | `program`, `run`, `turn`, for the first turn `bot` and `args`; `event`, `facts`: every field that the turn may read; `effects`, `wait`: the name of the wait or `null`, `end` or `null`, `parked`: the run in base64 or `null` |
//! | `refused` | `program`, `run`, `turn`, `event`, `facts`, `why`: an event that the run did not take, and that changed nothing |
//! | `moved` | `program`, `run`, `turn`, `from`: the program it was parked under before, `at`: when it was moved, `parked`: the run in base64, or `null` if the move has ended it |
//!
//! `run` is the host's own name of the conversation. The same turn always gives the same bytes, so a line that is made
//! again from its own event and facts proves the turn.

use crate::engine::Engine;
use crate::json::{self, Json};
use crate::problem::Error;
use crate::turn::{Outcome, Then, Turn};
use crate::{base64, turn_json};
use sbot_vm::value::Value;
use sbot_vm::{Event, Facts, Moved, Run};
use std::fmt;

/// A line of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The program that took the turn.
    pub program: u64,
    /// The host's name of the conversation.
    pub run: Box<str>,
    /// The number of the turn in the life of the run, from 0. For what is no turn, that of the next one.
    pub turn: u32,
    /// What happened.
    pub what: Logged,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Logged {
    /// A turn was taken.
    Turn(Box<Taken>),
    /// The run did not take an event, and is as it was.
    Refused {
        /// The event.
        event: Json,
        /// Every field that a turn might have read.
        facts: Json,
        /// `not_awaited`, `not_due` …
        why: Box<str>,
    },
    /// The run was moved to another program.
    Moved {
        /// The program it was parked under.
        from: u64,
        /// When, in milliseconds since 1970-01-01T00:00Z.
        at: i64,
        /// The run as it is parked now, unless the move has ended it.
        parked: Option<Vec<u8>>,
    },
}

/// A turn as it is logged.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The bot that was started, and with what; only of a first turn.
    pub start: Option<(Box<str>, Json)>,
    /// The event.
    pub event: Json,
    /// Every field that the turn may read.
    pub facts: Json,
    /// The effects.
    pub effects: Json,
    /// The name of the wait, if it waits.
    pub wait: Option<Box<str>>,
    /// How it ended, or `null`.
    pub end: Json,
    /// The run as it is parked, if it waits.
    pub parked: Option<Vec<u8>>,
}

/// Why a line cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotLogged {
    /// What is wrong, and where in the line.
    pub what: String,
}

impl fmt::Display for NotLogged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for NotLogged {}

fn wrong<T>(what: impl Into<String>) -> Result<T, NotLogged> {
    Err(NotLogged { what: what.into() })
}

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// It is no JSON, or no line of a log.
    pub fn read(text: &str) -> Result<Line, NotLogged> {
        let json = json::read(text).map_err(|why| NotLogged { what: format!("this is no JSON: {why}") })?;
        let Json::Object(keys) = json else { return wrong("a line of a log is an object") };
        let mut keys = Keys(keys);
        let kind = keys.text("sbot")?;
        let program = keys.program("program")?;
        let run = keys.text("run")?;
        let turn = keys.take("turn")?;
        let Some(turn) = number(&turn) else { return wrong("`turn` is the number of a turn") };
        let what = match &*kind {
            "turn" => Logged::Turn(Box::new(Taken::read(&mut keys, turn)?)),
            "refused" => Logged::Refused {
                event: keys.take("event")?,
                facts: keys.take("facts")?,
                why: keys.text("why")?,
            },
            "moved" => {
                let from = keys.program("from")?;
                let at = keys.take("at")?;
                let Some(at) = number(&at) else { return wrong("`at` is a moment in milliseconds") };
                Logged::Moved { from, at, parked: keys.parked()? }
            }
            other => return wrong(format!("`sbot` is `{other}`: there are `turn`, `refused` and `moved`")),
        };
        keys.end()?;
        Ok(Line { program, run, turn, what })
    }

    /// As JSON. As a text it is one line, without its line break.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let kind = match &self.what {
            Logged::Turn(_) => "turn",
            Logged::Refused { .. } => "refused",
            Logged::Moved { .. } => "moved",
        };
        let mut keys = vec![
            ("sbot", Json::text(kind)),
            ("program", id(self.program)),
            ("run", Json::text(&self.run)),
            ("turn", self.turn.into()),
        ];
        match &self.what {
            Logged::Turn(taken) => taken.keys(&mut keys),
            Logged::Refused { event, facts, why } => {
                keys.extend([("event", event.clone()), ("facts", facts.clone()), ("why", Json::text(why))])
            }
            Logged::Moved { from, at, parked } => {
                let parked = parked.as_ref().map(|parked| Json::text(&base64::encode(parked)));
                keys.extend([
                    ("from", id(*from)),
                    ("at", Json::int(*at)),
                    ("parked", parked.unwrap_or_default()),
                ]);
            }
        }
        Json::Object(keys.into_iter().map(|(key, json)| (key.into(), json)).collect())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_json().fmt(f)
    }
}

impl Taken {
    fn read(keys: &mut Keys, turn: u32) -> Result<Taken, NotLogged> {
        let start = match turn {
            0 => Some((keys.text("bot")?, keys.take("args")?)),
            _ => None,
        };
        let (event, facts, effects) = (keys.take("event")?, keys.take("facts")?, keys.take("effects")?);
        if !matches!(effects, Json::List(_)) {
            return wrong("`effects` is a list");
        }
        let wait = match keys.take("wait")? {
            Json::Null => None,
            Json::Text(name) => Some(name),
            Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
                return wrong("`wait` is the name of a wait, or null");
            }
        };
        let taken =
            Taken { start, event, facts, effects, wait, end: keys.take("end")?, parked: keys.parked()? };
        match (taken.wait.is_some(), taken.end != Json::Null, taken.parked.is_some()) {
            (true, false, true) | (false, true, false) => Ok(taken),
            _ => wrong("a turn has either `wait` and `parked`, or `end`"),
        }
    }

    fn keys(&self, keys: &mut Vec<(&'static str, Json)>) {
        if let Some((bot, args)) = &self.start {
            keys.extend([("bot", Json::text(bot)), ("args", args.clone())]);
        }
        let parked = self.parked.as_ref().map(|parked| Json::text(&base64::encode(parked)));
        keys.extend([
            ("event", self.event.clone()),
            ("facts", self.facts.clone()),
            ("effects", self.effects.clone()),
            ("wait", self.wait.as_deref().into()),
            ("end", self.end.clone()),
            ("parked", parked.unwrap_or_default()),
        ]);
    }
}

/// The keys of a line that nothing has asked for yet.
struct Keys(Vec<(Box<str>, Json)>);

impl Keys {
    fn take(&mut self, key: &str) -> Result<Json, NotLogged> {
        match self.0.iter().position(|(name, _)| **name == *key) {
            Some(at) => Ok(self.0.remove(at).1),
            None => wrong(format!("`{key}` is missing")),
        }
    }

    fn text(&mut self, key: &str) -> Result<Box<str>, NotLogged> {
        match self.take(key)? {
            Json::Text(text) => Ok(text),
            json @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_)) => {
                wrong(format!("`{key}` is a text, and {} is there", json.what()))
            }
        }
    }

    fn program(&mut self, key: &str) -> Result<u64, NotLogged> {
        let text = self.text(key)?;
        let digits = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match u64::from_str_radix(&text, 16) {
            Ok(id) if digits => Ok(id),
            _ => {
                wrong(format!("`{key}` is the id of a program, 16 hexadecimal digits, and `{text}` is there"))
            }
        }
    }

    fn parked(&mut self) -> Result<Option<Vec<u8>>, NotLogged> {
        match self.take("parked")? {
            Json::Null => Ok(None),
            Json::Text(text) => match base64::decode(&text) {
                Some(bytes) => Ok(Some(bytes)),
                None => wrong("`parked` is no base64"),
            },
            json @ (Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_)) => {
                wrong(format!("`parked` is a run in base64, and {} is there", json.what()))
            }
        }
    }

    fn end(self) -> Result<(), NotLogged> {
        match self.0.first() {
            Some((key, _)) => wrong(format!("there is no such key here: `{key}`")),
            None => Ok(()),
        }
    }
}

fn number<T: std::str::FromStr>(json: &Json) -> Option<T> {
    if let Json::Number(text) = json { text.parse().ok() } else { None }
}

fn id(program: u64) -> Json {
    Json::text(&format!("{program:016x}"))
}

impl Engine {
    /// The line of a first turn.
    #[must_use]
    pub fn log_start(
        &self,
        run: &str,
        bot: u32,
        args: &[Value],
        event: &Event,
        facts: &Facts,
        turn: &Turn,
    ) -> Line {
        let name = self.program().tables().bots.get(bot as usize).map_or("", |bot| &*bot.name);
        let start = Some((name.into(), self.args_json(bot, args)));
        let reads = self.program().reads_at_start(bot);
        self.line(
            run,
            turn.number,
            taken(turn, start, self.event_json(None, event), self.read_json(facts, &reads, event)),
        )
    }

    /// The line of what an event did to a parked run; `before` is the run as it was.
    #[must_use]
    pub fn log_turn(&self, run: &str, before: &Run, event: &Event, facts: &Facts, outcome: &Outcome) -> Line {
        let facts = self.read_json(facts, self.program().reads_at_wait(before.wait), event);
        let event = self.event_json(Some(before), event);
        match outcome {
            Outcome::Turn(turn) => self.line(run, turn.number, taken(turn, None, event, facts)),
            Outcome::Refused(why) => {
                let why = turn_json::why_name(why).into();
                self.line(run, before.number(), Logged::Refused { event, facts, why })
            }
        }
    }

    /// The line of a run that was moved to this program: `before` is the run as it was, `at` the moment that
    /// [`Run::upgrade`] was given. A run that is moved through several programs has a line for each.
    #[must_use]
    pub fn log_moved(&self, run: &str, before: &Run, at: i64, moved: &Moved) -> Line {
        let parked = match moved {
            Moved::Parked(run) => Some(run.encode(self.program())),
            Moved::Ended => None,
        };
        self.line(run, before.number(), Logged::Moved { from: before.program, at, parked })
    }

    /// Like [`Engine::start`], with the line for the log. `run` is the host's name of the conversation.
    ///
    /// # Errors
    /// Everything that is wrong with what was given.
    pub fn start_logged(
        &self,
        run: &str,
        bot: &str,
        args: &str,
        event: &str,
        facts: &str,
    ) -> Result<(Turn, Line), Error> {
        let (bot, args, event, facts) = self.read_start(bot, args, event, facts)?;
        let turn = self.start_typed(bot, &args, &event, &facts)?;
        let line = self.log_start(run, bot, &args, &event, &facts, &turn);
        Ok((turn, line))
    }

    /// Like [`Engine::turn`], with the line for the log. `run` is the host's name of the conversation.
    ///
    /// # Errors
    /// The run cannot be restored, or everything that is wrong with what was given.
    pub fn turn_logged(
        &self,
        run: &str,
        parked: &[u8],
        event: &str,
        facts: &str,
    ) -> Result<(Outcome, Line), Error> {
        let (before, event, facts) = self.read_turn(parked, event, facts)?;
        let outcome = self.turn_typed(before.clone(), &event, &facts);
        let line = self.log_turn(run, &before, &event, &facts, &outcome);
        Ok((outcome, line))
    }

    /// Those of the fields that the event does not tell by itself.
    fn read_json(&self, facts: &Facts, reads: &[u32], event: &Event) -> Json {
        let read: Vec<u32> =
            reads.iter().copied().filter(|field| self.program().is_fact(*field, &event.kind)).collect();
        self.facts_json(facts, &read)
    }

    fn line(&self, run: &str, turn: u32, what: Logged) -> Line {
        Line { program: self.program().id(), run: run.into(), turn, what }
    }
}

fn taken(turn: &Turn, start: Option<(Box<str>, Json)>, event: Json, facts: Json) -> Logged {
    let effects = Json::list(turn.effects.iter().map(crate::turn::Effect::to_json));
    let (wait, end, parked) = match &turn.then {
        Then::Waits { wait, run } => (Some((&*wait.name).into()), Json::Null, Some(run.clone())),
        Then::Ended(end) => (None, end.to_json(), None),
    };
    Logged::Turn(Box::new(Taken { start, event, facts, effects, wait, end, parked }))
}
