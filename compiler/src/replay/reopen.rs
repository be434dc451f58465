//! One conversation of a log up to a turn, in a simulated world, to give another answer there and go on.

use super::{Programs, words};
use crate::sim::World;
use sbot_embed::Engine;
use sbot_embed::json::Json;
use sbot_embed::log::{Line, Logged, Taken};
use sbot_vm::value::Value;
use sbot_vm::{Event, Facts, Run};
use std::sync::Arc;

/// Plays a conversation up to a turn.
pub struct Reopening<'p> {
    programs: &'p Programs,
    run: &'p str,
    turn: u32,
    world: Option<World>,
    /// The last turn that was seen.
    seen: Option<u32>,
}

/// A conversation as it was right before a turn.
#[derive(Debug)]
pub struct Reopened {
    /// The world.
    pub world: World,
    /// What happened then: `the client wrote "12"`.
    pub event: String,
}

impl<'p> Reopening<'p> {
    /// The conversation `run`, up to right before its turn of this number.
    #[must_use]
    pub fn new(programs: &'p Programs, run: &'p str, turn: u32) -> Reopening<'p> {
        Reopening { programs, run, turn, world: None, seen: None }
    }

    /// The next line of the log. Gives the conversation if this line is the turn.
    ///
    /// # Errors
    /// What keeps the turns before from being taken again.
    pub fn line(&mut self, line: &Line) -> Result<Option<Reopened>, String> {
        if *line.run != *self.run {
            return Ok(None);
        }
        let engine = self.programs.get(line.program).ok_or_else(|| no_program(line.program))?;
        match &line.what {
            Logged::Moved { parked, at, .. } => {
                self.world = parked.as_ref().map(|parked| opened(engine, parked, *at)).transpose()?;
                Ok(None)
            }
            Logged::Refused { event, facts, .. } => {
                if let Some(world) = &mut self.world {
                    let (event, facts) = read(engine, world, event, facts)?;
                    world.set_scene(event.at, facts);
                    world.relive(event);
                }
                Ok(None)
            }
            Logged::Turn(taken) => {
                self.seen = Some(line.turn);
                self.turn(engine, line, taken)
            }
        }
    }

    /// Why there is no such conversation or turn.
    #[must_use]
    pub fn missing(&self) -> String {
        match self.seen {
            None => format!("the log has no conversation `{}`", self.run),
            Some(last) => format!("the last turn of `{}` in the log is turn {last}", self.run),
        }
    }

    fn turn(&mut self, engine: &Engine, line: &Line, taken: &Taken) -> Result<Option<Reopened>, String> {
        let wanted = line.turn == self.turn;
        let event = words::event(&taken.event);
        if let Some((bot, args)) = &taken.start {
            let texts = (args.to_string(), taken.event.to_string(), taken.facts.to_string());
            let start = engine.read_start(bot, &texts.0, &texts.1, &texts.2);
            let (bot, args, typed, facts) = start.map_err(|why| why.to_string())?;
            let mut world = World::new(Arc::clone(engine.program()), bot, Some(typed.at)).with_args(&args);
            let reads = engine.program().reads_at_start(bot);
            world.set_scene(typed.at, told(engine, &facts, &reads, &typed));
            if wanted {
                return Ok(Some(Reopened { world, event }));
            }
            world.relive_start(typed)?;
            self.world = Some(world);
            return Ok(None);
        }
        if let Some(mut world) = self.world.take() {
            let (typed, facts) = read(engine, &world, &taken.event, &taken.facts)?;
            world.set_scene(typed.at, facts);
            if wanted {
                return Ok(Some(Reopened { world, event }));
            }
            world.relive(typed);
            self.world = Some(world);
        } else if wanted {
            return Err(format!(
                "the turns before turn {} of `{}` are not in the log: name the older log before it",
                line.turn, self.run
            ));
        } else if let Some(parked) = &taken.parked {
            self.world = Some(opened(engine, parked, moment(&taken.event))?);
        }
        Ok(None)
    }
}

fn no_program(id: u64) -> String {
    format!("the program {id:016x} is not at hand: name it with `--program`")
}

fn moment(event: &Json) -> i64 {
    if let Some(Json::Number(at)) = event.get("at") { at.parse().unwrap_or(0) } else { 0 }
}

fn opened(engine: &Engine, parked: &[u8], at: i64) -> Result<World, String> {
    let run = Run::decode(engine.program(), parked).map_err(|why| why.to_string())?;
    Ok(World::with_run(Arc::clone(engine.program()), run, at))
}

/// An event for the run of a world, and the facts of its line.
fn read(
    engine: &Engine,
    world: &World,
    event: &Json,
    facts: &Json,
) -> Result<(Event, Vec<(u32, Value)>), String> {
    let run = world.run().ok_or("the log goes on after the end of the conversation")?;
    let event = engine.read_event(Some(run), &event.to_string()).map_err(|why| why.to_string())?;
    let reads = engine.program().reads_at_wait(run.wait);
    let facts = engine.read_facts(&facts.to_string(), reads, &event.kind).map_err(|why| why.to_string())?;
    let told = told(engine, &facts, reads, &event);
    Ok((event, told))
}

/// The facts that a line has told.
fn told(engine: &Engine, facts: &Facts, reads: &[u32], event: &Event) -> Vec<(u32, Value)> {
    let told = reads.iter().filter(|field| engine.program().is_fact(**field, &event.kind));
    told.filter_map(|field| Some((*field, facts.values.get(*field as usize)?.clone()))).collect()
}
