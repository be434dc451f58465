//! In the steady state a turn allocates what leaves it and nothing else.

#![allow(clippy::expect_used, reason = "a test may panic")]

use allocation_counter::measure;
use sbot_bench::contender::{Vm, compile};
use sbot_bench::script::SCRIPTS;
use sbot_vm::program::TriggerKind;
use sbot_vm::{
    ClientMessage, Effect, EffectKind, Event, EventKind, Facts, Limits, Machine, Program, Run, Status, Value,
};
use std::sync::Arc;

/// The reference conversation, and one whose buttons, words and messages are not ASCII.
const OTHER: &str = r#"
bot other

trigger manual

var tries: int = 0

step start:
  message "Привет, {contact.name}!" buttons [
      "Цены" | "цена" | "почём" -> prices,
      "Straße" -> street,
    ]
    on other -> again

step again:
  tries += 1
  message "Не понял."
  -> start

step prices:
  message "Дорого."
  -> start

step street:
  message "Goethestraße 1"
  -> start
"#;

/// How many allocations an effect takes with it: one for each text that the program and the client have not, and one
/// for the arguments of an action that are not all known.
fn leaving(program: &Program, effect: &Effect) -> u64 {
    let known = |text: &Arc<str>| program.tables().consts.contains(&Value::Text(Arc::clone(text)));
    match &effect.kind {
        EffectKind::Message(message) => u64::from(!known(&message.text)),
        EffectKind::Action { args, .. } => {
            let built = |arg: &&Value| if let Value::Text(text) = arg { !known(text) } else { false };
            let built = args.iter().filter(built).count() as u64;
            built + u64::from(built > 0)
        }
        EffectKind::Set { .. } | EffectKind::Draw { .. } | EffectKind::Event(_) => 0,
    }
}

struct Host {
    program: Program,
    facts: Facts,
    machine: Machine,
    limits: Limits,
    effects: Vec<Effect>,
    run: Run,
    stored: Vec<u8>,
}

impl Host {
    fn new(source: &str) -> Host {
        let program = compile(source).expect("the bot compiles");
        let value = |name: &str| match name {
            "name" => Value::text("Anna"),
            "budget" => Value::Int(5000),
            _ => Value::None,
        };
        let facts =
            Facts { values: program.tables().fields.iter().map(|field| value(&field.name)).collect() };
        Host {
            program,
            facts,
            machine: Machine::new(),
            limits: Limits::default(),
            effects: Vec::with_capacity(64),
            run: Run::default(),
            stored: Vec::with_capacity(256),
        }
    }

    /// Takes the events in order; the first one starts the bot. Gives the allocations of each turn, and those that have
    /// left with its effects or stay in the run. `stored`: the run is decoded before a turn and encoded after it.
    fn play(&mut self, events: &[Event], stored: bool) -> Vec<(u64, u64)> {
        let mut counts = Vec::new();
        let mut live = Run::default();
        for (n, event) in events.iter().enumerate() {
            self.effects.clear();
            let run = if stored && n > 0 { &mut self.run } else { &mut live };
            let (room, mut kept) = (capacities(run), 0);
            let found = measure(|| {
                if n == 0 {
                    let started = self.machine.start(&self.program, 0, &[], event, &self.facts, &self.limits);
                    let Ok(Status::Parked(parked)) = started else { panic!("the bot does not wait") };
                    *run = parked;
                } else {
                    if stored {
                        run.decode_from(&self.program, &self.stored).expect("what was encoded");
                        kept = run.values.iter().filter(|value| matches!(value, Value::Text(_))).count();
                    }
                    let turn = self.machine.turn(&self.program, run, event, &self.facts, &self.limits);
                    turn.expect("the bot waits for this");
                }
                self.machine.move_effects(&mut self.effects);
                self.stored.clear();
                run.encode_into(&self.program, &mut self.stored);
            });
            let grown = capacities(run).iter().zip(room).filter(|(now, before)| **now > *before).count();
            let leaving: u64 = self.effects.iter().map(|effect| leaving(&self.program, effect)).sum();
            counts.push((found.count_total, leaving + (kept + grown) as u64));
        }
        counts
    }
}

/// The room that a run has for what it keeps.
fn capacities(run: &Run) -> [usize; 3] {
    [run.values.capacity(), run.deadlines.capacity(), run.frames.capacity()]
}

fn event(kind: EventKind, at: i64) -> Event {
    Event::new(at, kind)
}

fn says(text: &str) -> EventKind {
    EventKind::Message(ClientMessage { text: Some(text.into()), ..ClientMessage::default() })
}

fn check(source: &str, scripts: &[Vec<Event>]) {
    let mut host = Host::new(source);
    let mut left = 0;
    for round in 0..3 {
        for (script, events) in scripts.iter().enumerate() {
            for stored in [false, true] {
                let counts = host.play(events, stored);
                // The first round finds out how much room the machine wants.
                for (turn, (found, wanted)) in counts.iter().enumerate().filter(|_| round > 0) {
                    assert_eq!(found, wanted, "script {script}, turn {turn}, stored {stored}");
                    left += wanted;
                }
            }
        }
    }
    assert!(left > 0);
}

#[test]
fn a_turn_allocates_what_leaves_and_nothing_else() {
    use sbot_bench::script::Event as Given;
    let scripts: Vec<Vec<Event>> = SCRIPTS
        .iter()
        .map(|script| {
            let take = |given: &Given| match given {
                Given::Start => event(EventKind::Trigger(TriggerKind::Manual), 0),
                Given::Says(text) => event(says(text), 0),
                Given::Timer => event(EventKind::Timer, 2 * 3_600_000),
            };
            script.events.iter().map(take).collect()
        })
        .collect();
    check(sbot_bench::contender::SOURCE, &scripts);
}

#[test]
fn texts_that_are_not_ascii_take_no_more() {
    let start = event(EventKind::Trigger(TriggerKind::Manual), 0);
    let texts = ["ЦЕНЫ", "а какая у вас цена?", "что?", "STRASSE", "  привет  ", "ＳＴＲＡＳＳＥ", "ça va"];
    let script = std::iter::once(start).chain(texts.iter().map(|text| event(says(text), 0))).collect();
    check(OTHER, &[script]);
}

/// The test above counts what there is to count.
#[test]
fn the_count_sees_allocations() {
    assert!(Vm::new().is_ok());
    assert_eq!(measure(|| drop(std::hint::black_box(vec![1_u8]))).count_total, 1);
}
