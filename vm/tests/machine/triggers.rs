use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{FunctionKind, SymbolKind, Tables, Trigger, TriggerKind, slot};
use sbot_vm::{
    ClientMessage, Event, EventKind, Facts, Kind, Limits, Program, StartError, TrapKind, Value, triggered,
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
    let message = ClientMessage { text: Some(text.into()), channel, ..ClientMessage::default() };
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
    let press = event(NOW, EventKind::Press { label: "go".into(), channel: Some(0) });
    assert!(starts(&program, &press));
    let comment = event(NOW, EventKind::Comment { text: "go".into(), channel: Some(0) });
    assert!(!starts(&program, &comment));
    assert!(!starts(&program, &timer(NOW)));
    assert_eq!(triggered(&program, 9, &manual(), &Facts::default(), &[], &Limits::default()), Ok(None));
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
