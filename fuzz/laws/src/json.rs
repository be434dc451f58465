//! Any texts can be offered as an event, facts and arguments by name: they are refused with a reason, or they are read,
//! written as they were read, and taken by a turn whose effects by name are JSON. Any event and any facts have such a
//! text, and what is read of it is the same again.
//!
//! The first byte names the program, the second one a parked run of it, and the third one says how many of the following
//! decide what a host brings that does not write JSON. Behind them stand the texts, one a line.

use crate::event::{event, facts};
use crate::input::Input;
use crate::programs::{SMALL, programs};
use crate::seeds::parked;
use sbot_embed::{Engine, Error, Json, Outcome, json};
use sbot_vm::{Event, Limits, Program, Run};
use std::sync::{Arc, OnceLock};

/// A program behind names, and runs of it.
pub(crate) struct Known {
    pub(crate) engine: Engine,
    pub(crate) runs: Vec<Run>,
}

/// The law.
///
/// # Panics
/// It does not hold.
pub fn holds(data: &[u8]) {
    let mut input = Input::new(data);
    let Some(Known { engine, runs }) = input.one_of(known()) else { return };
    let run = input.one_of(runs);
    let length = input.byte();
    let mut story = Input::new(input.bytes(usize::from(length)));
    let texts = String::from_utf8_lossy(input.all());
    texts.lines().for_each(stays);
    let mut lines = texts.lines();
    let mut next = || lines.next().unwrap_or("{}");
    let (event, facts, other) = (next(), next(), next());
    if let Some(run) = run {
        of_run(engine, run, event, facts);
        written(engine, Some(run), &mut story);
    }
    written(engine, None, &mut story);
    if let Some(bot) = story.one_of(&engine.program().tables().bots) {
        match engine.start(&bot.name, other, event, facts) {
            Ok(turn) => is_json(&turn.to_json()),
            Err(why) => told(&why),
        }
    }
    let triggered = engine.triggered(event, facts, other);
    triggered.map_or_else(|why| told(&why), |starts| assert!(starts.bots.len() <= 100));
    engine.check(other).unwrap_or_else(|why| told(&why));
}

pub(crate) fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    let known = |program: &Program| {
        let loaded = Program::load(&program.encode(false)).unwrap_or_else(|why| panic!("{why}"));
        let engine = Engine::new(Arc::new(loaded));
        Known {
            engine: engine.with_limits(Limits { fuel: 20_000, memory: 256 << 10 }),
            runs: parked(program),
        }
    };
    KNOWN.get_or_init(|| programs().iter().take(SMALL).map(known).collect())
}

/// A text that is JSON is written and read as the same again.
fn stays(text: &str) {
    match json::read(text) {
        Ok(json) => is_json(&json),
        Err(why) => assert!(why.line > 0 && why.column > 0 && !why.what.is_empty()),
    }
}

fn is_json(json: &Json) {
    let text = json.to_string();
    assert_eq!(json::read(&text).as_ref(), Ok(json), "{text}");
    // Read and thrown away: a number may have more digits than any type of the reader's holds.
    assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "no JSON: {text}");
}

/// Whatever is wrong is told as JSON too.
fn told(why: &Error) {
    is_json(&why.to_json());
    assert!(!why.to_string().is_empty());
}

fn of_run(engine: &Engine, run: &Run, event: &str, facts: &str) {
    let bytes = run.encode(engine.program());
    match engine.read_turn(&bytes, event, facts) {
        Ok((read, event, facts)) => {
            assert_eq!(read, *run);
            again(engine, Some(run), &event);
            let reads = engine.program().reads_at_wait(run.wait);
            let text = engine.facts_json(&facts, reads).to_string();
            let same =
                engine.read_facts(&text, reads, &event.kind).unwrap_or_else(|why| panic!("{why}: {text}"));
            assert_eq!(engine.facts_json(&same, reads).to_string(), text);
        }
        Err(why) => told(&why),
    }
    if let Ok(outcome) = engine.turn(&bytes, event, facts) {
        is_json(&outcome.to_json());
        if let Outcome::Turn(turn) = outcome {
            is_json(&turn.to_json());
        }
    }
    is_json(&engine.named_wait(run).to_json());
}

/// An event that was read is written, and read again.
fn again(engine: &Engine, run: Option<&Run>, event: &Event) {
    let text = engine.event_json(run, event).to_string();
    match engine.read_event(run, &text) {
        Ok(same) => assert_eq!(same, *event, "{text}"),
        Err(why) => panic!("an event that was read is refused when written: {why}: {text}"),
    }
}

/// What a host brings that does not write JSON has a text, too.
fn written(engine: &Engine, run: Option<&Run>, story: &mut Input<'_>) {
    let event = event(engine.program(), run, story);
    let given = facts(engine.program(), story);
    let text = engine.event_json(run, &event);
    is_json_if_flat(&text);
    if let Ok(read) = engine.read_event(run, &text.to_string()) {
        again(engine, run, &read);
    }
    let all: Vec<u32> = (0..given.values.len() as u32).collect();
    is_json_if_flat(&engine.facts_json(&given, &all));
}

/// A host can make values that nest deeper than any JSON that is read here.
fn is_json_if_flat(json: &Json) {
    match json::read(&json.to_string()) {
        Err(why) if why.what.contains("nests more than") => {}
        Ok(_) | Err(_) => is_json(json),
    }
}
