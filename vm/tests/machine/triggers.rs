use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{FunctionKind, Often, SymbolKind, Tables, Trigger, TriggerKind, slot};
use sbot_vm::{
    Channel, ClientMessage, Event, EventKind, Facts, Kind, Limits, Program, StartError, TrapKind, Value,
    triggered,
};

fn with(triggers: Vec<Trigger>) -> Program {
    let code = vec![
        Op::End {},
        // A test: client.text == "go"
        Op::GetField { dst: 0, field: 0 },
        Op::Const { dst: 1, value: 0 },
        Op::Eq { dst: 0, a: 0, b: 1 },
        Op::Return { src: 0 },
        // A test that gives an int, and one that never ends
        Op::Int { dst: 0, value: 1 },
        Op::Return { src: 0 },
        Op::Jump { to: 7 },
    ];
    let mut all = Tables {
        consts: texts(&["go"]),
        symbols: vec![symbol(SymbolKind::Channel, "w"), symbol(SymbolKind::Channel, "i")],
        fields: vec![reading("client", "text", Kind::Text)],
        functions: vec![
            function("b", FunctionKind::Bot, 0, 1, 0, 1),
            function("t", FunctionKind::Fn, 0, 2, 1, 5),
            function("u", FunctionKind::Fn, 0, 1, 5, 7),
            function("v", FunctionKind::Fn, 0, 1, 7, 8),
        ],
        ..tables(1, code)
    };
    all.bots[0].triggers = triggers;
    program(all)
}

fn message(text: &str, channel: Option<u32>) -> Event {
    let message = ClientMessage {
        text: Some(text.into()),
        channel: channel.map(Channel::from),
        ..ClientMessage::default()
    };
    event(NOW, EventKind::Message(message))
}

fn starts(program: &Program, event: &Event) -> bool {
    triggered(program, 0, event, &Facts::default(), &[], &Limits::default()).unwrap().is_some()
}

#[test]
fn kind_channel_and_test_decide() {
    let program =
        with(vec![trigger(TriggerKind::Message, &[0], Some(1)), trigger(TriggerKind::Manual, &[], None)]);
    assert!(starts(&program, &message("go", Some(0))));
    assert!(!starts(&program, &message("stay", Some(0))));
    assert!(!starts(&program, &message("go", Some(1))));
    assert!(!starts(&program, &message("go", None)));
    assert!(starts(&program, &manual()));
    let press = event(NOW, EventKind::Press { label: "go".into(), channel: Some(0.into()) });
    assert!(starts(&program, &press));
    let comment = event(NOW, EventKind::Comment { text: "go".into(), channel: Some(0.into()) });
    assert!(!starts(&program, &comment));
    assert!(!starts(&program, &timer(NOW)));
    assert_eq!(triggered(&program, 9, &manual(), &Facts::default(), &[], &Limits::default()), Ok(None));
}

fn takes(program: &Program, kind: TriggerKind) -> Option<u32> {
    let event = event(NOW, EventKind::Trigger(kind));
    triggered(program, 0, &event, &Facts::default(), &[], &Limits::default()).unwrap()
}

#[test]
fn every_kind_is_taken_by_the_first_trigger_that_says_the_same() {
    let kinds = [
        TriggerKind::Manual,
        TriggerKind::Stage(0),
        TriggerKind::Stage(1),
        TriggerKind::LeadCreated,
        TriggerKind::TagAdded("hot".into()),
        TriggerKind::TagAdded("Hot".into()),
        TriggerKind::TagRemoved("hot".into()),
        TriggerKind::ResponsibleChanged,
        TriggerKind::FieldChanged(0),
        TriggerKind::FormSent(0),
        TriggerKind::Every { days: 1, at: 540 },
        TriggerKind::Every { days: 3, at: 540 },
        TriggerKind::Before { by: 60, field: 0 },
        TriggerKind::After { by: 60, field: 0 },
        TriggerKind::After { by: 60, field: 1 },
        TriggerKind::Silence(60),
        TriggerKind::ConversationClosed,
    ];
    // Channels are no filter for what has none; the second of two equal ones is never asked.
    let all = kinds.iter().chain(&kinds).map(|kind| trigger(kind.clone(), &[0], None)).collect();
    let program = with(all);
    for (kind, number) in kinds.into_iter().zip(0..) {
        assert_eq!(takes(&program, kind.clone()), Some(number), "{kind:?}");
    }
    for kind in [
        TriggerKind::Silence(61),
        TriggerKind::TagAdded("cold".into()),
        // These have a channel, which is not known here.
        TriggerKind::Message,
        TriggerKind::Comment,
    ] {
        assert_eq!(takes(&program, kind.clone()), None, "{kind:?}");
    }
    let open = with(vec![trigger(TriggerKind::Comment, &[], None), trigger(TriggerKind::Message, &[], None)]);
    assert_eq!(takes(&open, TriggerKind::Message), Some(1));
}

#[test]
fn a_trigger_starts_its_bot_once_or_not_too_soon() {
    let often = |often| Trigger { often, ..trigger(TriggerKind::Manual, &[], None) };
    let started = |program: &Program, started: &[Option<i64>]| {
        triggered(program, 0, &manual(), &Facts::default(), started, &Limits::default()).unwrap()
    };
    let once = with(vec![often(Often::Once), often(Often::Cooldown(3600)), often(Often::Always)]);
    let hour = 3_600_000;
    assert_eq!(started(&once, &[]), Some(0));
    assert_eq!(started(&once, &[None, Some(NOW)]), Some(0));
    let long_ago = Some(0);
    assert_eq!(started(&once, &[long_ago]), Some(1));
    assert_eq!(started(&once, &[long_ago, Some(NOW - hour)]), Some(1));
    assert_eq!(started(&once, &[long_ago, Some(NOW - hour + 1)]), Some(2));
    assert_eq!(started(&once, &[long_ago, Some(NOW)]), Some(2));
    // A start in the future, and times at the edge.
    assert_eq!(started(&once, &[long_ago, Some(NOW + hour)]), Some(2));
    assert_eq!(started(&once, &[long_ago, Some(i64::MIN)]), Some(1));
    assert_eq!(started(&once, &[long_ago, Some(i64::MAX), Some(NOW)]), Some(2));
    let never = with(vec![often(Often::Cooldown(i64::MAX))]);
    assert_eq!(started(&never, &[Some(i64::MIN)]), Some(0));
    assert_eq!(started(&never, &[Some(0)]), None);
}

#[test]
fn a_test_that_does_not_hold_leaves_the_event_to_the_next_trigger() {
    let program =
        with(vec![trigger(TriggerKind::Message, &[], Some(1)), trigger(TriggerKind::Message, &[0], None)]);
    let takes = |text, channel| {
        let event = message(text, channel);
        triggered(&program, 0, &event, &Facts::default(), &[], &Limits::default()).unwrap()
    };
    assert_eq!(takes("go", Some(0)), Some(0));
    assert_eq!(takes("stay", Some(0)), Some(1));
    assert_eq!(takes("stay", Some(1)), None);
}

#[test]
fn a_test_can_trap() {
    for (test, kind) in [(2, TrapKind::WrongKind), (3, TrapKind::OutOfFuel)] {
        let program = with(vec![trigger(TriggerKind::Manual, &[], Some(test))]);
        let trap = triggered(&program, 0, &manual(), &Facts::default(), &[], &Limits::default()).unwrap_err();
        assert_eq!(trap.kind, kind);
    }
}

#[test]
fn a_bot_is_started_with_what_it_declares() {
    let mut all = tables(2, vec![Op::List { dst: 0, args: 0, count: 2 }, Op::Return { src: 0 }]);
    all.functions[0].params = 2;
    all.bots[0].params = vec![param("a", slot(Kind::Number, false)), param("b", slot(Kind::Text, true))];
    let program = program(all);
    let start =
        |args: &[Value]| sbot_vm::start(&program, 0, args, &manual(), &Facts::default(), &Limits::default());
    let result = Value::List([Value::Number(3.into()), Value::None].into());
    assert_eq!(done(start(&[Value::Int(3), Value::None]).unwrap()), result);
    assert_eq!(start(&[]).unwrap_err(), StartError::ArgumentCount { expected: 2, found: 0 });
    let wrong = StartError::Argument { index: 0, name: "a".into() };
    assert_eq!(start(&[Value::None, Value::None]).unwrap_err(), wrong);
    let none = sbot_vm::start(&program, 5, &[], &manual(), &Facts::default(), &Limits::default());
    assert_eq!(none.unwrap_err(), StartError::NoSuchBot { bot: 5 });
}
