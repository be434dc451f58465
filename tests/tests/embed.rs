//! Laws of the machine behind names and JSON, over every conversation of the corpus:
//!
//! - events and facts, written as JSON and read again, give the same effects as before;
//! - of the facts, only the fields are given that a turn is said to read, so nothing else can have been read;
//! - the same input gives the same bytes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbot_embed::{Engine, Outcome, Then, Turn};
use sbot_vm::value::Value;
use sbot_vm::{Run, Status};
use sbotc::sim::replay::{Recorded, Took};
use sbotc::sim::{World, run_test};
use std::sync::Arc;
use support::project::{self, Built};

#[test]
fn every_conversation_in_names() {
    let mut turns = 0;
    for path in project::paths() {
        let project = project::compile(&path, true, Built::AsFound);
        let engine = Engine::new(Arc::clone(&project.program));
        assert_eq!(engine.describe().to_string(), engine.describe().to_string(), "{}", project.name);
        for test in &project.tests {
            let kept = run_test(&project.program, test, &project.sources, false);
            let place = format!("{}: {}", project.name, test.title);
            turns += again(&engine, &kept.world, &place);
        }
    }
    assert!(turns > 500, "{turns}");
}

/// Plays the recorded events of a world again. Gives the number of turns.
fn again(engine: &Engine, world: &World, place: &str) -> usize {
    let program = engine.program();
    let mut recorded = world.turns().iter();
    let mut run: Option<Vec<u8>> = None;
    let mut turns = 0;
    for Recorded { event, facts, took } in world.log() {
        let parked = run.as_ref().map(|run| Run::decode(program, run).unwrap());
        let event = engine.event_json(parked.as_ref(), event).to_string();
        let reads = match (&parked, took) {
            (Some(parked), _) => program.reads_at_wait(parked.wait).to_vec(),
            (None, Took::Nothing) => continue,
            (None, Took::Starts | Took::Resumes) => program.reads_at_start(world.bot()),
        };
        let facts = engine.facts_json(facts, &reads).to_string();
        let turn = match (took, &run) {
            (Took::Starts, _) => start(engine, world, &event, &facts, place),
            (Took::Resumes | Took::Nothing, Some(run)) => {
                let outcome =
                    engine.turn(run, &event, &facts).unwrap_or_else(|e| panic!("{place}: {event}: {e}"));
                let same = engine.turn(run, &event, &facts).unwrap();
                assert_eq!(outcome.to_json().to_string(), same.to_json().to_string(), "{place}");
                match (outcome, took) {
                    (Outcome::Turn(turn), Took::Resumes) => turn,
                    (Outcome::Refused(_), Took::Nothing) => continue,
                    (outcome, _) => panic!("{place}: {event}: {outcome:?}"),
                }
            }
            (Took::Resumes | Took::Nothing, None) => panic!("{place}: there is no run for {event}"),
        };
        let effects = recorded.next().unwrap().clone();
        let before =
            sbot_vm::Turn { effects, status: Status::Ended(sbot_vm::Ending::Closed), marks: Vec::new() };
        let before = engine.named(&before, turn.number);
        assert_eq!(turn.effects, before.effects, "{place}: {event}");
        turns += 1;
        run = match turn.then {
            Then::Waits { run, wait } => {
                assert_eq!(*wait, engine.wait(&run).unwrap(), "{place}");
                Some(run)
            }
            Then::Ended(_) => None,
        };
    }
    turns
}

fn start(engine: &Engine, world: &World, event: &str, facts: &str, place: &str) -> Turn {
    let program = engine.program();
    let event = engine.read_event(None, event).unwrap_or_else(|e| panic!("{place}: {event}: {e}"));
    let reads = program.reads_at_start(world.bot());
    let facts =
        engine.read_facts(facts, &reads, &event.kind).unwrap_or_else(|e| panic!("{place}: {facts}: {e}"));
    let params = program.tables().bots[world.bot() as usize].params.len();
    engine.start_typed(world.bot(), &vec![Value::None; params], &event, &facts).unwrap()
}
