//! A program behind names and JSON.

use crate::describe;
use crate::event::{self, named_values};
use crate::json::Json;
use crate::manifest;
use crate::names::Names;
use crate::problem::{At, Error, Problems};
use crate::turn::{self, Outcome, Trapped, Turn, Wait};
use crate::value::{Reader, Wanted, write_as};
use sbot_vm::program::Bot;
use sbot_vm::{Event, EventKind, Facts, Limits, Program, Run, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A loaded program with its names. Immutable; share it between threads.
pub struct Engine {
    program: Arc<Program>,
    names: Names,
    limits: Limits,
}

/// The bots that an event starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Starts {
    /// Each bot that the event starts, with the number of the trigger that takes it; in the order of the program.
    pub bots: Vec<(Arc<str>, u32)>,
    /// Each bot of which a trigger's test could not be finished.
    pub trapped: Vec<(Arc<str>, Trapped)>,
}

impl Engine {
    /// Loads and verifies the bytes of an `.sbc` file.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn load(bytes: &[u8]) -> Result<Engine, Error> {
        Ok(Engine::new(Arc::new(Program::load(bytes)?)))
    }

    /// An engine for a program that is loaded already.
    #[must_use]
    pub fn new(program: Arc<Program>) -> Engine {
        let names = Names::new(program.tables());
        Engine { program, names, limits: Limits::default() }
    }

    /// The same with other limits for each turn.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Engine {
        Engine { limits, ..self }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// What the program is and needs.
    #[must_use]
    pub fn describe(&self) -> Json {
        describe::describe(&self.program)
    }

    /// Whether a host has everything that the program needs. `host` is the JSON of [`crate::manifest`].
    ///
    /// # Errors
    /// Everything that is missing or of another type.
    pub fn check(&self, host: &str) -> Result<(), Error> {
        let mut reader = self.reader();
        let json = reader.problems.read("host", host);
        let host = json.and_then(|json| manifest::read(&mut reader, &json));
        let host = reader.problems.or(host)?;
        self.program
            .check(&host)
            .map_err(|unmet| Error::Host(unmet.0.iter().map(manifest::problem).collect()))
    }

    /// Starts a bot. `args` is an object with a value for every parameter of the bot, `facts` one with a value for every
    /// field that the turn may read.
    ///
    /// # Errors
    /// Everything that is wrong with what was given.
    pub fn start(&self, bot: &str, args: &str, event: &str, facts: &str) -> Result<Turn, Error> {
        let (bot, args, event, facts) = self.read_start(bot, args, event, facts)?;
        self.start_typed(bot, &args, &event, &facts)
    }

    /// Everything that a first turn is made of: the bot's number, its arguments, the event and the facts.
    ///
    /// # Errors
    /// Everything that is wrong with what was given.
    pub fn read_start(
        &self,
        bot: &str,
        args: &str,
        event: &str,
        facts: &str,
    ) -> Result<(u32, Vec<Value>, Event, Facts), Error> {
        let number = self.bot(bot)?;
        let mut reader = self.reader();
        let args = reader.problems.read("args", args);
        let args = args.and_then(|args| self.read_args(&mut reader, number, &args));
        let event = self.read_event_with(&mut reader, None, event);
        let reads = self.program.reads_at_start(number);
        let facts = self.read_facts_with(&mut reader, facts, &reads, event.as_ref());
        let all = args.zip(event).zip(facts);
        let ((args, event), facts) = reader.problems.or(all)?;
        Ok((number, args, event, facts))
    }

    /// Gives an event to a parked run.
    ///
    /// # Errors
    /// The run cannot be restored, or everything that is wrong with what was given. A refused event is no error.
    pub fn turn(&self, run: &[u8], event: &str, facts: &str) -> Result<Outcome, Error> {
        let (run, event, facts) = self.read_turn(run, event, facts)?;
        Ok(self.turn_typed(run, &event, &facts))
    }

    /// Everything that a turn of a parked run is made of: the run, the event and the facts.
    ///
    /// # Errors
    /// The run cannot be restored, or everything that is wrong with what was given.
    pub fn read_turn(&self, run: &[u8], event: &str, facts: &str) -> Result<(Run, Event, Facts), Error> {
        let run = Run::decode(&self.program, run)?;
        let mut reader = self.reader();
        let event = self.read_event_with(&mut reader, Some(&run), event);
        let reads = self.program.reads_at_wait(run.wait);
        let facts = self.read_facts_with(&mut reader, facts, reads, event.as_ref());
        let (event, facts) = reader.problems.or(event.zip(facts))?;
        Ok((run, event, facts))
    }

    /// Which bots an event starts. `started` says when each trigger has started its bot on this lead last, in
    /// milliseconds since 1970-01-01T00:00Z: `{"welcome": [1795339800000, null]}`, by the triggers' numbers; what is
    /// missing never has.
    ///
    /// # Errors
    /// Everything that is wrong with what was given.
    pub fn triggered(&self, event: &str, facts: &str, started: &str) -> Result<Starts, Error> {
        let bots = || (0u32..).zip(&self.program.tables().bots);
        let mut reader = self.reader();
        let event = self.read_event_with(&mut reader, None, event);
        let reads = self.trigger_reads(event.as_ref().map(|event| &event.kind));
        let facts = self.read_facts_with(&mut reader, facts, &reads, event.as_ref());
        let started = reader.problems.read("started", started);
        let started = started.and_then(|started| self.read_started(&mut reader, &started));
        let all = event.zip(facts).zip(started);
        let ((event, facts), started) = reader.problems.or(all)?;
        let mut starts = Starts { bots: Vec::new(), trapped: Vec::new() };
        for ((number, bot), started) in bots().zip(started) {
            match sbot_vm::triggered(&self.program, number, &event, &facts, &started, &self.limits) {
                Ok(Some(trigger)) => starts.bots.push((Arc::clone(&bot.name), trigger)),
                Ok(None) => {}
                Err(trap) => {
                    starts.trapped.push((Arc::clone(&bot.name), turn::trapped(&self.program, &trap)));
                }
            }
        }
        Ok(starts)
    }

    /// What a parked run waits for.
    ///
    /// # Errors
    /// The run cannot be restored.
    pub fn wait(&self, run: &[u8]) -> Result<Wait, Error> {
        Ok(turn::wait(&self.program, &Run::decode(&self.program, run)?))
    }

    /// The names of the fields that the first turn of a bot may read: what `facts` has to have.
    ///
    /// # Errors
    /// There is no such bot.
    pub fn reads_at_start(&self, bot: &str) -> Result<Vec<String>, Error> {
        Ok(self.field_names(&self.program.reads_at_start(self.bot(bot)?)))
    }

    /// The names of the fields that the next turn of a parked run may read.
    ///
    /// # Errors
    /// The run cannot be restored.
    pub fn reads(&self, run: &[u8]) -> Result<Vec<String>, Error> {
        let run = Run::decode(&self.program, run)?;
        Ok(self.field_names(self.program.reads_at_wait(run.wait)))
    }

    /// The names of the fields that the triggers of all bots may read.
    #[must_use]
    pub fn reads_of_triggers(&self) -> Vec<String> {
        self.field_names(&self.trigger_reads(None))
    }

    fn trigger_reads(&self, event: Option<&EventKind>) -> Vec<u32> {
        let bots = (0u32..).zip(&self.program.tables().bots);
        let reads: BTreeSet<u32> = bots.flat_map(|(n, _)| self.program.reads_of_triggers(n, event)).collect();
        reads.into_iter().collect()
    }

    /// The event of a JSON text, for a run or for none.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read_event(&self, run: Option<&Run>, event: &str) -> Result<Event, Error> {
        let mut reader = self.reader();
        let event = self.read_event_with(&mut reader, run, event);
        reader.problems.or(event)
    }

    /// The facts of a JSON text. `reads` are the fields that have to be there, by their numbers, but for those that the
    /// event itself tells.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read_facts(&self, facts: &str, reads: &[u32], event: &EventKind) -> Result<Facts, Error> {
        let event = Event::new(0, event.clone());
        let mut reader = self.reader();
        let facts = self.read_facts_with(&mut reader, facts, reads, Some(&event));
        reader.problems.or(facts)
    }

    /// An event as the JSON that [`Engine::read_event`] reads. `run` is the one it is for.
    #[must_use]
    pub fn event_json(&self, run: Option<&Run>, event: &Event) -> Json {
        event::write_event(&self.program, run, event)
    }

    /// Facts as the JSON that [`Engine::read_facts`] reads: those of these fields.
    #[must_use]
    pub fn facts_json(&self, facts: &Facts, reads: &[u32]) -> Json {
        let tables = self.program.tables();
        let row = |number: &u32| {
            let field = tables.fields.get(*number as usize)?;
            let value = facts.values.get(*number as usize).unwrap_or(&Value::None);
            let wanted = Wanted::new(field.slot, tables.given.field(*number));
            Some((field.to_string().into(), write_as(tables, value, wanted)))
        };
        Json::Object(reads.iter().filter_map(row).collect())
    }

    /// The arguments of a bot as the JSON that [`Engine::start`] reads.
    #[must_use]
    pub fn args_json(&self, bot: u32, args: &[Value]) -> Json {
        let tables = self.program.tables();
        let wanted = tables.bots.get(bot as usize).map(wanted_args).unwrap_or_default();
        let pair = |((name, wanted), value): ((&str, Wanted), &Value)| {
            (Box::from(name), write_as(tables, value, wanted))
        };
        Json::Object(wanted.into_iter().zip(args).map(pair).collect())
    }

    /// A turn of the machine, in names. `number` is the number of the turn: 0 for the first, else [`Run::number`] of the
    /// run before it.
    #[must_use]
    pub fn named(&self, turn: &sbot_vm::Turn, number: u32) -> Turn {
        turn::turn(&self.program, turn, number)
    }

    /// What a parked run waits for, in names.
    #[must_use]
    pub fn named_wait(&self, run: &Run) -> Wait {
        turn::wait(&self.program, run)
    }

    /// Starts a bot with what has been read already.
    ///
    /// # Errors
    /// The arguments are not what the bot declares.
    pub fn start_typed(&self, bot: u32, args: &[Value], event: &Event, facts: &Facts) -> Result<Turn, Error> {
        let turn = sbot_vm::start(&self.program, bot, args, event, facts, &self.limits);
        let turn = turn.map_err(|why| Error::input("args", why.to_string()))?;
        Ok(turn::turn(&self.program, &turn, 0))
    }

    /// Gives a parked run an event that has been read already.
    #[must_use]
    pub fn turn_typed(&self, run: Run, event: &Event, facts: &Facts) -> Outcome {
        let number = run.number();
        match sbot_vm::turn(&self.program, run, event, facts, &self.limits) {
            Ok(turn) => Outcome::Turn(turn::turn(&self.program, &turn, number)),
            Err(refused) => Outcome::Refused(refused.why),
        }
    }

    fn reader(&self) -> Reader<'_> {
        Reader { tables: self.program.tables(), names: &self.names, problems: Problems::default() }
    }

    fn bot(&self, name: &str) -> Result<u32, Error> {
        self.program.bot(name).ok_or_else(|| {
            let known: Vec<&str> = self.program.tables().bots.iter().map(|bot| &*bot.name).collect();
            Error::input("bot", format!("the program has no bot `{name}`: it has {}", known.join(", ")))
        })
    }

    fn field_names(&self, fields: &[u32]) -> Vec<String> {
        let rows = fields.iter().filter_map(|field| self.program.tables().fields.get(*field as usize));
        rows.map(ToString::to_string).collect()
    }

    fn read_args(&self, reader: &mut Reader<'_>, bot: u32, json: &Json) -> Option<Vec<Value>> {
        let row = self.program.tables().bots.get(bot as usize)?;
        named_values(reader, &At::Document("args"), json, &wanted_args(row))
    }

    fn read_event_with(&self, reader: &mut Reader<'_>, run: Option<&Run>, text: &str) -> Option<Event> {
        let json = reader.problems.read("event", text)?;
        event::read(reader, &json, &self.program, run)
    }

    /// Facts by name. Everything that the turn may read has to be there, unless the event itself tells it.
    fn read_facts_with(
        &self,
        reader: &mut Reader<'_>,
        text: &str,
        reads: &[u32],
        event: Option<&Event>,
    ) -> Option<Facts> {
        let json = reader.problems.read("facts", text)?;
        let at = At::Document("facts");
        let Json::Object(keys) = &json else {
            return reader
                .problems
                .note(&at, "an object with values by field was expected: {\"lead.budget\": \"1000\"}");
        };
        let tables = self.program.tables();
        let mut facts = Facts { values: vec![Value::None; tables.fields.len()] };
        let mut given = vec![false; tables.fields.len()];
        for (name, json) in keys {
            let at = At::Key(&at, name);
            let Some((number, field)) =
                self.names.field(name).and_then(|number| Some((number, tables.fields.get(number as usize)?)))
            else {
                let _: Option<()> = reader
                    .problems
                    .note(&at, "the program uses no such field: leave it out, or mend its name");
                continue;
            };
            if !self.program.is_from_host(number) {
                let _: Option<()> = reader.problems.note(&at, "the turn knows it by itself: leave it out");
                continue;
            }
            let wanted = Wanted::new(field.slot, tables.given.field(number));
            let value = reader.value(&at, json, wanted);
            if let (Some(place), Some(given)) =
                (facts.values.get_mut(number as usize), given.get_mut(number as usize))
            {
                *place = value.unwrap_or_default();
                *given = true;
            }
        }
        let event = event?;
        for number in reads.iter().filter(|number| self.program.is_fact(**number, &event.kind)) {
            if given.get(*number as usize) == Some(&false)
                && let Some(field) = tables.fields.get(*number as usize)
            {
                let name = field.to_string();
                let _: Option<()> = reader.problems.note(
                    &At::Key(&at, &name),
                    "the turn may read it and it is missing: give its value, `null` if there is none",
                );
            }
        }
        Some(facts)
    }

    fn read_started(&self, reader: &mut Reader<'_>, json: &Json) -> Option<Vec<Vec<Option<i64>>>> {
        let at = At::Document("started");
        let Json::Object(keys) = json else {
            return reader.problems.note(&at, "an object with a list for each bot was expected");
        };
        let bots = &self.program.tables().bots;
        let mut started = vec![Vec::new(); bots.len()];
        for (name, json) in keys {
            let at = At::Key(&at, name);
            let place = self.program.bot(name).and_then(|number| started.get_mut(number as usize));
            let moments = match json {
                Json::List(items) => items.iter().map(moment).collect::<Option<Vec<_>>>(),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => None,
            };
            match (place, moments) {
                (Some(place), Some(moments)) => *place = moments,
                (None, _) => {
                    let _: Option<()> = reader.problems.note(&at, "the program has no such bot");
                }
                (_, None) => {
                    let _: Option<()> =
                        reader.problems.note(&at, "a list of moments in milliseconds, or null, was expected");
                }
            }
        }
        Some(started)
    }
}

/// The parameters of a bot, which are its first variables.
fn wanted_args(bot: &Bot) -> Vec<(&str, Wanted)> {
    let wanted = bot.params.iter().enumerate().map(|(n, param)| {
        let ty = bot.variables.get(n).map(|variable| variable.ty);
        (&*param.name, Wanted::new(param.slot, ty))
    });
    wanted.collect()
}

fn moment(json: &Json) -> Option<Option<i64>> {
    match json {
        Json::Null => Some(None),
        Json::Number(text) => text.parse().ok().map(Some),
        Json::Bool(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => None,
    }
}

impl Starts {
    /// As JSON: `{"starts":[{"bot":"welcome","trigger":0}],"trapped":[{"bot":…,"trap":{…}}]}`
    #[must_use]
    pub fn to_json(&self) -> Json {
        let starts = self
            .bots
            .iter()
            .map(|(bot, trigger)| Json::object([("bot", Json::text(bot)), ("trigger", (*trigger).into())]));
        let trapped = self
            .trapped
            .iter()
            .map(|(bot, trap)| Json::object([("bot", Json::text(bot)), ("trap", trap.to_json())]));
        Json::object([("starts", Json::list(starts)), ("trapped", Json::list(trapped))])
    }
}
