//! A conversation as lines of a log, from which `sbotc replay` takes every turn again.

use super::replay::{Recorded, Took};
use super::world::World;
use sbot_embed::log::Line;
use sbot_embed::{Engine, Outcome, Then};
use sbot_vm::Run;
use std::sync::Arc;

/// The lines of a world's conversation, under this name. An event that met no run leaves none.
///
/// # Errors
/// An event does something else than it did.
pub fn lines(world: &World, name: &str) -> Result<Vec<Line>, String> {
    let engine = Engine::new(Arc::clone(world.program())).with_limits(world.limits);
    let mut run: Option<Run> = None;
    let mut lines = Vec::new();
    for Recorded { event, facts, took } in world.log() {
        let outcome = match (took, &run) {
            (Took::Starts, _) => {
                let turn = engine
                    .start_typed(world.bot(), &world.args, event, facts)
                    .map_err(|error| error.to_string())?;
                lines.push(engine.log_start(name, world.bot(), &world.args, event, facts, &turn));
                Outcome::Turn(turn)
            }
            (Took::Resumes | Took::Nothing, Some(before)) => {
                let outcome = engine.turn_typed(before.clone(), event, facts);
                lines.push(engine.log_turn(name, before, event, facts, &outcome));
                outcome
            }
            (Took::Nothing, None) => continue,
            (Took::Resumes, None) => return Err(format!("there is no run for {event:?}")),
        };
        match outcome {
            Outcome::Refused(_) => {}
            Outcome::Turn(turn) => {
                run = match turn.then {
                    Then::Ended(_) => None,
                    Then::Waits { run, .. } => {
                        Some(Run::decode(world.program(), &run).map_err(|error| error.to_string())?)
                    }
                };
            }
        }
    }
    Ok(lines)
}
