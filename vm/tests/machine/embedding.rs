//! What a host sees of a program, and one program for many threads.

use crate::build::*;
use sbot_vm::{
    Facts, Limits, Machine, NEVER, Program, Recipients, Run, SymbolKind, Turn, Value, Via, start, turn,
};
use std::thread;

fn loaded() -> Program {
    let (tables, debug) = sample();
    Program::load(&Program::new(tables, Some(debug)).unwrap().encode(false)).unwrap()
}

#[test]
fn everything_is_found_by_name() {
    let program = loaded();
    assert_eq!(&*program.account().zone, "Europe/Madrid");
    assert_eq!(program.bots().iter().map(|bot| &*bot.name).collect::<Vec<_>>(), ["welcome", "other"]);
    assert_eq!((program.bot("other"), program.bot("none")), (Some(1), None));
    assert_eq!(program.bots()[1].triggers.len(), 2);
    // One of them stands in no source: behind the call of a bot.
    let names: Vec<&str> = program.waits().iter().map(|wait| &*wait.name).collect();
    assert_eq!(names[..3], ["ask.message", "ask.add_note", "start.rotate"]);
    assert_eq!(names.len(), 4);
    assert_eq!((program.action("add_note"), program.action("add")), (Some(0), None));
    assert_eq!(&*program.actions()[0].exits[0].name, "read");
    assert_eq!((program.field("contact.phone"), program.field("phone")), (Some(0), None));
    assert_eq!(program.fields()[0].to_string(), "contact.phone");
    assert_eq!(reading("now", "", sbot_vm::Kind::DateTime).to_string(), "now");
    assert_eq!(program.symbol(SymbolKind::Channel, "shop"), Some(1));
    assert_eq!(program.symbol(SymbolKind::User, "shop"), None);
    assert_eq!(&*program.symbols()[1].name, "shop");
    assert_eq!(program.channels(), [1]);
    assert_eq!(program.counters()[0].options, 2);
    assert_eq!(program.route(0), Some((Recipients::Chat, &Via::Channels(vec![1]))));
    assert_eq!(program.route(9), None);
    let place = program.place(7).unwrap();
    assert_eq!((program.file(place), place.line), (Some("welcome.sbot"), 4));
}

#[test]
fn facts_have_a_value_for_every_field() {
    let program = loaded();
    assert_eq!(program.facts([]).values, [Value::None]);
    assert_eq!(program.facts([(0, Value::text("1")), (u32::MAX, Value::Int(1))]).values, [Value::text("1")]);
}

#[test]
fn a_run_says_when_it_wants_a_timer() {
    let program = loaded();
    let run = parked(start_with(&program, &Facts::default()));
    assert_eq!(run.due(), Some(NOW + 3_600_000));
    assert_eq!(Run { deadlines: vec![NEVER], ..run.clone() }.due(), None);
    assert_eq!(Run { deadlines: vec![NEVER, 7, 9], ..run }.due(), Some(7));
}

/// Two turns, with the run stored in between.
fn conversation(program: &Program) -> (Vec<u8>, Turn) {
    let (facts, limits) = (Facts::default(), Limits::default());
    let first = start(program, 0, &[], &manual(), &facts, &limits).unwrap();
    let stored = parked(first).encode(program);
    let run = Run::decode(program, &stored).unwrap();
    (stored, turn(program, run, &says("12 little ones"), &facts, &limits).unwrap())
}

/// The test of a trigger, which has a regular expression in it.
fn started(program: &Program) -> Result<Option<u32>, sbot_vm::Trap> {
    Machine::new().triggered(program, 0, &says("12"), &Facts::default(), &[], &Limits::default())
}

#[test]
fn threads_share_one_program() {
    let program = loaded();
    let wanted = conversation(&loaded());
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    // What is worked out at its first use is worked out by whichever thread is first.
                    for wait in 0..3 {
                        assert_eq!(program.reads_at_wait(wait), loaded().reads_at_wait(wait));
                    }
                    assert_eq!(started(&program), started(&loaded()));
                    (0..50).map(|_| conversation(&program)).all(|found| found == wanted)
                })
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    });
}

#[test]
fn a_machine_leaves_nothing_to_the_next_turn() {
    let (program, mut machine) = (loaded(), Machine::new());
    let (stored, wanted) = conversation(&program);
    for _ in 0..3 {
        let mut run = Run::decode(&program, &stored).unwrap();
        machine
            .turn(&program, &mut run, &says("12 little ones"), &Facts::default(), &Limits::default())
            .unwrap();
        assert_eq!(machine.effects(), wanted.effects);
        assert_eq!(run, parked(wanted.clone()));
        let mut refused = Run::decode(&program, &stored).unwrap();
        let late = says("12").for_wait(7);
        machine.turn(&program, &mut refused, &late, &Facts::default(), &Limits::default()).unwrap_err();
        assert_eq!(refused.encode(&program), stored);
    }
}
