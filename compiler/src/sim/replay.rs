//! A conversation again from what was recorded of it: the same events and facts must give the same effects.

use super::world::World;
use sbot_vm::{Effect, Event, Facts, Limits, Program, Run, Status};

/// An event as it happened.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The event, with its time.
    pub event: Event,
    /// The facts at that moment.
    pub facts: Facts,
    /// What it did.
    pub took: Took,
}

/// What an event did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Took {
    /// It began a run.
    Starts,
    /// The parked run went on.
    Resumes,
    /// Nothing.
    Nothing,
}

/// Plays the recorded events of a world again, without a world. Gives the effects of each turn.
///
/// # Errors
/// An event does something else than it did.
pub fn replay(world: &World) -> Result<Vec<Vec<Effect>>, String> {
    let program: &Program = world.program();
    let limits = Limits::default();
    let mut run: Option<Run> = None;
    let mut turns = Vec::new();
    for Recorded { event, facts, took } in world.log() {
        let turn = match (took, run.take()) {
            (Took::Nothing, None) => continue,
            (Took::Nothing, Some(parked)) => match sbot_vm::turn(program, parked, event, facts, &limits) {
                Ok(_) => return Err(format!("this was not taken and now is: {event:?}")),
                Err(refused) => {
                    run = Some(*refused.run);
                    continue;
                }
            },
            (Took::Starts, _) => sbot_vm::start(program, world.bot(), &world.args, event, facts, &limits)
                .map_err(|e| e.to_string())?,
            (Took::Resumes, Some(parked)) => {
                sbot_vm::turn(program, parked, event, facts, &limits).map_err(|e| e.to_string())?
            }
            (Took::Resumes, None) => return Err(format!("there is no run for {event:?}")),
        };
        turns.push(turn.effects);
        if let Status::Parked(parked) = turn.status {
            run = Some(parked);
        }
    }
    Ok(turns)
}
