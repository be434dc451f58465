//! Where another program would have gone another way: the same events and facts, given to the new one.
//!
//! A conversation is played on the new program from its first turn, and compared until it differs: messages, fields,
//! stages and other actions. A timer of the new program that is due before the next event of the log fires first. What
//! a report or an answer of the host is about is found by the effects' kinds and order, because ids may differ.

use super::words;
use rustc_hash::FxHashMap;
use sbot_embed::json::Json;
use sbot_embed::log::{Line, Logged, Taken};
use sbot_embed::{Effect, Engine, Error, Outcome, Then, Turn};
use serde::Serialize;
use std::collections::BTreeMap;

/// A new program that fires so many timers before the next event does so for ever.
const MAX_TIMERS: usize = 1000;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Messages.
    Messages,
    /// Fields that are set.
    Fields,
    /// Stages that the lead is moved to.
    Stages,
    /// Other actions.
    Actions,
    /// The new program cannot take the turn at all.
    Impossible,
}

/// A difference: what only the log has, and what only the new program does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is about.
    pub kind: Kind,
    /// Only in the log.
    pub was: Vec<String>,
    /// Only of the new program.
    pub would_be: Vec<String>,
}

/// A conversation that would have gone another way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The host's name of it.
    pub run: Box<str>,
    /// The first turn that differs.
    pub turn: u32,
    /// Its line in the log, from 1.
    pub line: usize,
    /// What had happened: `the client wrote "12"`.
    pub event: String,
    /// What differs.
    pub parts: Vec<Part>,
}

/// The step where conversations begin to differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The bot.
    pub bot: Box<str>,
    /// The step that the new program waited in; nothing for the beginning of the bot.
    pub step: Option<Box<str>>,
    /// In the order of the log.
    pub conversations: Vec<Differing>,
}

/// The sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Conversations whose first turn is in the log.
    pub conversations: usize,
    /// Those that would have gone another way.
    pub differ: usize,
    /// Those whose first turn is not in the log.
    pub without_beginning: usize,
    /// Turns that were compared.
    pub turns: usize,
}

/// Compares the conversations of a log with what a new program would do.
pub struct Comparison<'p> {
    engine: &'p Engine,
    /// What became of each conversation.
    played: FxHashMap<Box<str>, Played>,
    groups: BTreeMap<Spot, Vec<Differing>>,
    compared: Compared,
}

/// A bot and a step of it.
type Spot = (Box<str>, Option<Box<str>>);

/// A conversation on the new program.
enum Played {
    Goes(Box<Going>),
    Differs,
    NoBeginning,
}

struct Going {
    bot: Box<str>,
    /// The parked run of the new program; nothing if it has ended there.
    run: Option<Vec<u8>>,
    /// From the ids of effects in the log to those of the new program.
    ids: Vec<(Box<str>, Box<str>)>,
    /// The newest value of every field that the log has told.
    known: BTreeMap<Box<str>, Json>,
}

impl Played {
    fn is_known(&self) -> bool {
        !matches!(self, Played::NoBeginning)
    }
}

impl<'p> Comparison<'p> {
    /// A comparison with this program.
    #[must_use]
    pub fn new(engine: &'p Engine) -> Comparison<'p> {
        Comparison {
            engine,
            played: FxHashMap::default(),
            groups: BTreeMap::new(),
            compared: Compared::default(),
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> (Vec<Group>, Compared) {
        let differ = self.played.values().filter(|played| matches!(played, Played::Differs)).count();
        let without_beginning = self.played.values().filter(|played| !played.is_known()).count();
        let conversations = self.played.len() - without_beginning;
        let groups = self.groups.into_iter();
        (
            groups.map(|((bot, step), conversations)| Group { bot, step, conversations }).collect(),
            Compared { conversations, differ, without_beginning, ..self.compared },
        )
    }

    /// The next line of the log; `number` is its number, from 1.
    pub fn line(&mut self, number: usize, line: &Line) {
        match &line.what {
            Logged::Moved { .. } => {}
            Logged::Refused { event, facts, .. } => self.event(number, line, event, facts, None),
            Logged::Turn(taken) => match &taken.start {
                Some((bot, args)) => self.start(number, line, taken, bot, args),
                None => self.event(number, line, &taken.event, &taken.facts, Some(&taken.effects)),
            },
        }
    }

    fn start(&mut self, number: usize, line: &Line, taken: &Taken, bot: &str, args: &Json) {
        if matches!(self.played.get(&line.run), Some(Played::Differs)) {
            return;
        }
        let mut going = Going { bot: bot.into(), run: None, ids: Vec::new(), known: BTreeMap::new() };
        going.learn(&taken.facts);
        self.compared.turns += 1;
        let facts = self.engine.reads_at_start(bot).map(|reads| going.facts(&reads));
        let started = facts.and_then(|facts| {
            self.engine.start(bot, &args.to_string(), &taken.event.to_string(), &facts.to_string())
        });
        let (step, parts) = match started {
            Ok(turn) => {
                let made = going.goes_on(&turn, &taken.effects);
                (None, compare(&taken.effects, &made))
            }
            Err(why) => (None, impossible(&why)),
        };
        going.learn_effects(&taken.effects);
        self.settle(number, line, &taken.event, going, step, parts);
    }

    /// An event of the log, given to the run of the new program. Without effects it is one that was refused.
    fn event(&mut self, number: usize, line: &Line, event: &Json, facts: &Json, effects: Option<&Json>) {
        let going = match self.played.remove(&line.run) {
            Some(Played::Goes(going)) => going,
            Some(Played::Differs) => {
                self.played.insert(line.run.clone(), Played::Differs);
                return;
            }
            Some(Played::NoBeginning) | None => {
                self.played.insert(line.run.clone(), Played::NoBeginning);
                return;
            }
        };
        let mut going = *going;
        going.learn(facts);
        self.compared.turns += 1;
        let none = Json::List(Vec::new());
        let logged = effects.unwrap_or(&none);
        let step = self.step(&going);
        let parts = match self.play(&mut going, event, logged) {
            Ok(made) => compare(logged, &made),
            Err(why) => impossible(&why),
        };
        going.learn_effects(logged);
        self.settle(number, line, event, going, step, parts);
    }

    fn settle(
        &mut self,
        number: usize,
        line: &Line,
        event: &Json,
        going: Going,
        step: Option<Box<str>>,
        parts: Vec<Part>,
    ) {
        if parts.is_empty() {
            self.played.insert(line.run.clone(), Played::Goes(Box::new(going)));
            return;
        }
        self.played.insert(line.run.clone(), Played::Differs);
        self.groups.entry((going.bot, step)).or_default().push(Differing {
            run: line.run.clone(),
            turn: line.turn,
            line: number,
            event: words::event(event),
            parts,
        });
    }

    /// The step that the run of the new program waits in.
    fn step(&self, going: &Going) -> Option<Box<str>> {
        let wait = self.engine.wait(going.run.as_ref()?).ok()?;
        Some((&*wait.step).into())
    }

    /// Gives the event to the new program, after the timers that are due before it. Gives the effects, as they are logged.
    fn play(&self, going: &mut Going, event: &Json, logged: &Json) -> Result<Vec<Json>, Error> {
        let at = moment(event);
        let is_timer = event.get("kind").and_then(Json::as_text) == Some("timer");
        let mut made = Vec::new();
        let none = Json::List(Vec::new());
        for _ in 0..MAX_TIMERS {
            let due = self.due(going)?.filter(|due| at.is_some_and(|at| *due < at));
            let Some(due) = due else { break };
            let timer = Json::object([("at", Json::int(due)), ("kind", Json::text("timer"))]);
            let before = going.run.clone();
            made.extend(self.give(going, &timer, if is_timer { logged } else { &none })?);
            if is_timer {
                // It is the timer of the log, at another moment: whatever it did stands for that turn.
                return Ok(made);
            }
            if going.run == before {
                break;
            }
        }
        let mut event = event.clone();
        going.translate(&mut event);
        made.extend(self.give(going, &event, logged)?);
        Ok(made)
    }

    fn due(&self, going: &Going) -> Result<Option<i64>, Error> {
        match &going.run {
            Some(run) => Ok(self.engine.wait(run)?.due()),
            None => Ok(None),
        }
    }

    /// Gives one event. A run that has ended, or does not take it, does nothing.
    fn give(&self, going: &mut Going, event: &Json, logged: &Json) -> Result<Vec<Json>, Error> {
        let Some(run) = &going.run else { return Ok(Vec::new()) };
        let facts = going.facts(&self.engine.reads(run)?);
        match self.engine.turn(run, &event.to_string(), &facts.to_string())? {
            Outcome::Turn(turn) => Ok(going.goes_on(&turn, logged)),
            Outcome::Refused(_) => Ok(Vec::new()),
        }
    }
}

impl Going {
    fn learn(&mut self, facts: &Json) {
        if let Json::Object(facts) = facts {
            self.known.extend(facts.iter().cloned());
        }
    }

    /// What the host has written since: the fields that the logged turn has set.
    fn learn_effects(&mut self, effects: &Json) {
        for effect in list(effects) {
            if let (Some(field), Some(value)) =
                (effect.get("field").and_then(Json::as_text), effect.get("value"))
            {
                self.known.insert(field.into(), value.clone());
            }
        }
    }

    /// The facts that the new program needs, as far as the log has told them.
    fn facts(&self, reads: &[String]) -> Json {
        let known = |name: &String| Some((name.as_str().into(), self.known.get(name.as_str())?.clone()));
        Json::Object(reads.iter().filter_map(known).collect())
    }

    /// Takes over what the turn has made, and gives its effects.
    fn goes_on(&mut self, turn: &Turn, logged: &Json) -> Vec<Json> {
        let made: Vec<Json> = turn.effects.iter().map(Effect::to_json).collect();
        self.run = match &turn.then {
            Then::Waits { run, .. } => Some(run.clone()),
            Then::Ended(_) => None,
        };
        self.pair(list(logged), &made);
        made
    }

    /// Effects of the same kind, and of the same action, belong together in their order.
    fn pair(&mut self, logged: &[Json], made: &[Json]) {
        let class = |effect: &Json| (effect.get("kind").cloned(), effect.get("action").cloned());
        let id = |effect: &Json| effect.get("id").and_then(Json::as_text).map(Box::from);
        let mut taken = vec![false; made.len()];
        for old in logged {
            let new = made.iter().zip(&mut taken).find(|(new, taken)| !**taken && class(new) == class(old));
            if let Some((new, taken)) = new {
                *taken = true;
                self.ids.extend(id(old).zip(id(new)));
            }
        }
    }

    /// Makes an event of the log one for the run of the new program.
    fn translate(&self, event: &mut Json) {
        let Json::Object(keys) = event else { return };
        keys.retain(|(key, _)| **key != *"wait");
        for (_, value) in keys.iter_mut().filter(|(key, _)| **key == *"effect") {
            let new = value.as_text().and_then(|old| self.ids.iter().rev().find(|(id, _)| **id == *old));
            if let Some((_, new)) = new {
                *value = Json::text(new);
            }
        }
    }
}

fn moment(event: &Json) -> Option<i64> {
    if let Some(Json::Number(at)) = event.get("at") { at.parse().ok() } else { None }
}

fn list(json: &Json) -> &[Json] {
    if let Json::List(items) = json { items } else { &[] }
}

fn impossible(why: &Error) -> Vec<Part> {
    let problems = why.problems();
    let words = if problems.is_empty() {
        vec![why.to_string()]
    } else {
        problems.iter().map(|problem| format!("{}: {}", problem.at, problem.what)).collect()
    };
    vec![Part { kind: Kind::Impossible, was: Vec::new(), would_be: words }]
}

/// What kind of difference an effect is part of; nothing for what neither clients nor the CRM see.
fn kind_of(effect: &Json) -> Option<Kind> {
    let text = |key: &str| effect.get(key).and_then(Json::as_text);
    match (text("kind")?, text("field"), text("action")) {
        ("message", ..) => Some(Kind::Messages),
        ("set", Some("lead.stage" | "lead.pipeline"), _) => Some(Kind::Stages),
        ("set", ..) => Some(Kind::Fields),
        ("action", _, Some("change_lead_status")) => Some(Kind::Stages),
        ("action", ..) => Some(Kind::Actions),
        _ => None,
    }
}

fn compare(logged: &Json, made: &[Json]) -> Vec<Part> {
    let words = |effects: &[Json], wanted: Kind| -> Vec<String> {
        effects.iter().filter(|effect| kind_of(effect) == Some(wanted)).map(words::effect).collect()
    };
    let mut parts = Vec::new();
    for kind in [Kind::Messages, Kind::Fields, Kind::Stages, Kind::Actions] {
        let (mut was, mut would_be) = (words(list(logged), kind), words(made, kind));
        if was == would_be {
            continue;
        }
        let same = was.iter().zip(&would_be).take_while(|(a, b)| a == b).count();
        was.drain(..same);
        would_be.drain(..same);
        let same = was.iter().rev().zip(would_be.iter().rev()).take_while(|(a, b)| a == b).count();
        was.truncate(was.len() - same);
        would_be.truncate(would_be.len() - same);
        parts.push(Part { kind, was, would_be });
    }
    parts
}
