use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{Button, Echo, Message, On, Source, Tables, TriggerKind, slot};
use sbot_vm::{
    Effect, EffectId, EffectKind, Ending, Event, EventKind, Kind, Program, Run, RunEvent, TrapKind, Value,
    WhyRefused,
};

const HOUR: i64 = 3_600_000;

/// A menu: the exits return "prices", "talk", "other", "late", and the client's text is appended.
fn menu() -> Program {
    let consts = texts(&["Prices", "how much", "Talk to us", "agent", "prices", "Hi!"]);
    let mut consts = consts;
    consts.push(Value::Duration(7200));
    let code = vec![
        Op::Const { dst: 0, value: 5 },
        Op::Const { dst: 3, value: 6 },
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        // 4: Prices
        Op::Int { dst: 0, value: 1 },
        Op::List { dst: 0, args: 0, count: 2 },
        Op::Return { src: 0 },
        // 7: Talk to us
        Op::Int { dst: 0, value: 2 },
        Op::List { dst: 0, args: 0, count: 2 },
        Op::Return { src: 0 },
        // 10: other
        Op::Int { dst: 0, value: 3 },
        Op::List { dst: 0, args: 0, count: 2 },
        Op::Return { src: 0 },
        // 13: timeout
        Op::Int { dst: 0, value: 4 },
        Op::List { dst: 0, args: 0, count: 2 },
        Op::Return { src: 0 },
    ];
    let button = |label| Button { label: Source::Const(label), link: None };
    program(Tables {
        consts,
        messages: vec![Message { buttons: vec![button(0), button(2)], ..plain() }],
        waits: vec![wait(
            "s.message",
            &[],
            vec![
                exit(option(0, &[1, 4]), &[1], 4),
                exit(option(2, &[3]), &[1], 7),
                exit(On::Other, &[1], 10),
                exit(On::Timeout(3), &[], 13),
            ],
        )],
        ..tables(4, code)
    })
}

fn list(which: i64, text: Option<&str>) -> Value {
    Value::List([Value::Int(which), text.map_or(Value::None, Value::text)].into())
}

#[test]
fn a_message_shows_its_buttons_and_waits() {
    let program = menu();
    let turn = start(&program);
    let [Effect { id: EffectId { turn: 0, n: 0 }, kind: EffectKind::Message(message) }] = &turn.effects[..]
    else {
        panic!("{:?}", turn.effects)
    };
    assert_eq!(&*message.text, "Hi!");
    let labels: Vec<_> = message.buttons.iter().map(|button| &*button.label).collect();
    assert_eq!(labels, ["Prices", "Talk to us"]);
    let run = parked(turn);
    assert_eq!(run.deadlines, [NOW + 2 * HOUR]);
    assert_eq!((run.turn, run.effect), (1, None));
}

#[test]
fn a_press_takes_the_exact_label_and_else_is_a_text() {
    let program = menu();
    let run = parked(start(&program));
    assert_eq!(done(next(&program, run.clone(), &presses("Talk to us"))), list(2, Some("Talk to us")));
    assert_eq!(done(next(&program, run.clone(), &presses("talk  TO us"))), list(2, Some("talk  TO us")));
    assert_eq!(done(next(&program, run, &presses("An old button"))), list(3, Some("An old button")));
}

#[test]
fn a_text_matches_by_equality_before_containment() {
    let program = menu();
    let run = parked(start(&program));
    for (text, which) in [
        ("  PRICES ", 1),
        ("prices", 1),
        ("How  much", 1),
        ("tell me how much it is", 1),
        ("an agent please", 2),
        // A label is not looked for inside of a text, a synonym is.
        ("please talk to us", 3),
        ("agents", 3),
        ("", 3),
    ] {
        assert_eq!(done(next(&program, run.clone(), &says(text))), list(which, Some(text)), "{text}");
    }
}

#[test]
fn equality_of_a_later_option_beats_containment_of_an_earlier_one() {
    let program = menu();
    let run = parked(start(&program));
    assert_eq!(done(next(&program, run.clone(), &says("agent"))), list(2, Some("agent")));
    // Both contain: source order.
    assert_eq!(done(next(&program, run, &says("agent, how much?"))), list(1, Some("agent, how much?")));
}

#[test]
fn a_message_without_text_is_an_empty_text_that_matches_nothing() {
    let program = menu();
    let run = parked(start(&program));
    let file = event(NOW, EventKind::Message(sbot_vm::ClientMessage::default()));
    assert_eq!(done(next(&program, run, &file)), list(3, Some("")));
}

#[test]
fn a_timer_fires_when_it_is_due_and_not_before() {
    let program = menu();
    let run = parked(start(&program));
    let due = NOW + 2 * HOUR;
    assert_eq!(refused(&program, &run, &timer(due - 1)), WhyRefused::NotDue { next: Some(due) });
    assert_eq!(done(next(&program, run.clone(), &timer(due))), list(4, None));
    assert_eq!(done(next(&program, run.clone(), &timer(due + HOUR))), list(4, None));
    // Another event at or after the deadline is itself, not the timer.
    assert_eq!(done(next(&program, run, &says_at(due + 1, "prices"))), list(1, Some("prices")));
}

#[test]
fn what_no_exit_takes_is_refused() {
    let program = menu();
    let run = parked(start(&program));
    for kind in [
        EventKind::Trigger(TriggerKind::Manual),
        EventKind::VideoOpened,
        EventKind::Comment { text: "prices".into(), channel: None },
        EventKind::Delivered { effect: id(0, 0) },
        EventKind::Answer { effect: id(0, 0), exit: None, values: vec![] },
    ] {
        assert_eq!(refused(&program, &run, &event(NOW, kind)), WhyRefused::NotAwaited);
    }
}

#[test]
fn a_run_goes_on_only_under_its_own_program() {
    let program = menu();
    let run = parked(start(&program));
    let other = Run { program: run.program ^ 1, ..run.clone() };
    assert!(matches!(refused(&program, &other, &says("x")), WhyRefused::OtherProgram { .. }));
    for broken in [
        Run { wait: 7, ..run.clone() },
        Run { bot: 7, ..run.clone() },
        Run { deadlines: vec![], ..run.clone() },
        Run { values: vec![Value::None], ..run },
    ] {
        assert_eq!(refused(&program, &broken, &says("x")), WhyRefused::Corrupt);
    }
}

/// Two timers of these durations; returns which.
fn race(first: Value, second: Value) -> Program {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Const { dst: 1, value: 1 },
        Op::Wait { wait: 0 },
        Op::Int { dst: 0, value: 1 },
        Op::Return { src: 0 },
        Op::Int { dst: 0, value: 2 },
        Op::Return { src: 0 },
    ];
    let exits = vec![exit(On::Timeout(0), &[], 3), exit(On::Timeout(1), &[], 5)];
    program(Tables {
        consts: vec![first, second],
        waits: vec![wait("s.pause", &[], exits)],
        ..tables(2, code)
    })
}

#[test]
fn of_two_timers_the_earlier_wins_and_at_one_instant_the_first() {
    let seconds = Value::Duration;
    for (first, second, wins) in [(60, 30, 2), (30, 60, 1), (30, 30, 1)] {
        let program = race(seconds(first), seconds(second));
        let run = parked(start(&program));
        let late = timer(NOW + 100_000);
        assert_eq!(done(next(&program, run, &late)), Value::Int(wins), "{first} {second}");
    }
}

#[test]
fn timers_have_bounds() {
    let second = Value::Duration(1);
    for bad in [0, -1, 31_539_661, i64::MAX] {
        assert_eq!(trap(start(&race(Value::Duration(bad), second.clone()))), TrapKind::BadTimer);
    }
    parked(start(&race(Value::Duration(31_539_660), second.clone())));
    assert_eq!(trap(start(&race(Value::None, second))), TrapKind::WrongKind);
}

#[test]
fn registers_that_are_not_kept_are_absent_afterwards() {
    let code = vec![
        Op::Int { dst: 0, value: 1 },
        Op::Int { dst: 1, value: 2 },
        Op::Wait { wait: 0 },
        Op::List { dst: 0, args: 0, count: 3 },
        Op::Return { src: 0 },
    ];
    let waits = vec![wait("s.pause", &[(1, Kind::Int)], vec![exit(On::Message, &[2], 3)])];
    let program = program(Tables { waits, ..tables(3, code) });
    let run = parked(start(&program));
    assert_eq!(run.values, [Value::Int(2)]);
    let values = [Value::None, Value::Int(2), Value::text("go")];
    assert_eq!(done(next(&program, run, &says("go"))), Value::List(values.into()));
}

#[test]
fn an_option_can_be_a_text_of_the_run() {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        Op::Return { src: 2 },
        Op::End {},
    ];
    let option = |reg| On::Option { label: Source::Reg(reg), synonyms: vec![] };
    let live = [(0, Kind::Text), (1, Kind::Text)];
    let exits = vec![exit(option(0), &[2], 3), exit(option(1), &[2], 4), exit(On::Other, &[], 4)];
    let buttons = vec![
        Button { label: Source::Reg(0), link: None },
        Button { label: Source::Reg(1), link: Some(Source::Const(0)) },
    ];
    let program = program(Tables {
        consts: texts(&["Large"]),
        messages: vec![Message { buttons, ..plain() }],
        waits: vec![wait("s.message", &live, exits)],
        ..tables(3, code)
    });
    let turn = start(&program);
    let EffectKind::Message(message) = &turn.effects[0].kind else { panic!() };
    // The second one has no label.
    assert_eq!(message.buttons.len(), 1);
    let run = parked(turn);
    assert_eq!(done(next(&program, run.clone(), &says("large"))), Value::text("large"));
    assert_eq!(done(next(&program, run, &says("small"))), Value::None);
}

/// A message that waits for its report, in a bot with or without `on failed`.
fn delivery(own: bool, of_bot: bool) -> Program {
    let code = vec![
        Op::Message { message: 0, text: 0 },
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        // 3, 5, 7: own exit, delivered, of the bot
        Op::Int { dst: 0, value: 1 },
        Op::Return { src: 0 },
        Op::Int { dst: 0, value: 2 },
        Op::Return { src: 0 },
        Op::Int { dst: 0, value: 3 },
        Op::Return { src: 0 },
    ];
    let mut exits = vec![exit(On::Delivered, &[], 5)];
    if own {
        exits.push(exit(On::Failed, &[], 3));
    }
    let mut all =
        Tables { messages: vec![plain()], waits: vec![wait("s.message", &[], exits)], ..tables(1, code) };
    all.bots[0].on_failed = of_bot.then_some(7);
    program(all)
}

fn report(failed: bool, effect: EffectId) -> Event {
    event(NOW, if failed { EventKind::Failed { effect } } else { EventKind::Delivered { effect } })
}

#[test]
fn a_failed_effect_takes_its_own_exit_then_that_of_the_bot() {
    for (own, of_bot) in [(true, true), (true, false), (false, true), (false, false)] {
        let program = delivery(own, of_bot);
        let run = parked(start(&program));
        assert_eq!(run.effect, Some(id(0, 1)));
        assert_eq!(done(next(&program, run.clone(), &report(false, id(0, 1)))), Value::Int(2));
        assert_eq!(refused(&program, &run, &report(false, id(0, 0))), WhyRefused::NotAwaited);
        assert_eq!(refused(&program, &run, &report(true, id(1, 0))), WhyRefused::UnknownEffect);
        for (effect, exit) in [(id(0, 1), own), (id(0, 0), false)] {
            let turn = next(&program, run.clone(), &report(true, effect));
            if exit {
                assert_eq!(done(turn), Value::Int(1));
            } else if of_bot {
                assert_eq!(done(turn), Value::Int(3));
            } else {
                let event = EffectKind::Event(RunEvent::Failed { effect });
                assert_eq!(turn.effects, [Effect { id: id(1, 0), kind: event }]);
                assert_eq!(ended(turn), Ending::Failed(effect));
            }
        }
    }
}

/// An action with an exit of two values and a result.
fn asking() -> Program {
    let code = vec![
        Op::Message { message: 0, text: 0 },
        Op::Act { action: 0, args: 0, count: 0 },
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        Op::List { dst: 0, args: 0, count: 2 },
        Op::Return { src: 0 },
        Op::Return { src: 0 },
    ];
    let mut ask = action("ask", vec![], Echo::None);
    let number = slot(Kind::Number, false);
    ask.exits = vec![answer("paid", vec![param("sum", number), param("note", slot(Kind::Text, true))])];
    ask.result = Some(slot(Kind::Int, false));
    let exits = vec![exit(On::Answer(0), &[0, 1], 4), exit(On::Result, &[0], 6), exit(On::Failed, &[], 6)];
    program(Tables {
        messages: vec![plain()],
        actions: vec![ask],
        waits: vec![wait("s.ask", &[], exits)],
        ..tables(2, code)
    })
}

fn answers(effect: EffectId, exit: Option<u32>, values: &[Value]) -> Event {
    event(NOW, EventKind::Answer { effect, exit, values: values.to_vec() })
}

#[test]
fn an_answer_is_checked_against_what_the_action_declares() {
    let program = asking();
    let run = parked(start(&program));
    // The action, not the message after it.
    assert_eq!(run.effect, Some(id(0, 1)));
    let paid = answers(id(0, 1), Some(0), &[Value::Int(5), Value::None]);
    let sum = Value::List([Value::Number(5.into()), Value::None].into());
    assert_eq!(done(next(&program, run.clone(), &paid)), sum);
    assert_eq!(done(next(&program, run.clone(), &answers(id(0, 1), None, &[Value::Int(7)]))), Value::Int(7));
    for bad in
        [vec![], vec![Value::Int(5)], vec![Value::None, Value::None], vec![Value::Int(5), Value::Int(5)]]
    {
        assert_eq!(refused(&program, &run, &answers(id(0, 1), Some(0), &bad)), WhyRefused::BadAnswer);
    }
    assert_eq!(refused(&program, &run, &answers(id(0, 1), None, &[])), WhyRefused::BadAnswer);
    assert_eq!(refused(&program, &run, &answers(id(0, 0), None, &[Value::Int(7)])), WhyRefused::NotAwaited);
    assert_eq!(refused(&program, &run, &answers(id(0, 1), Some(1), &[])), WhyRefused::NotAwaited);
}

#[test]
fn an_answer_that_nests_too_deep_is_refused() {
    let code = vec![Op::Act { action: 0, args: 0, count: 0 }, Op::Wait { wait: 0 }, Op::Return { src: 0 }];
    let mut ask = action("ask", vec![], Echo::None);
    ask.result = Some(slot(Kind::List, false));
    let program = program(Tables {
        actions: vec![ask],
        waits: vec![wait("s.ask", &[], vec![exit(On::Result, &[0], 2)])],
        ..tables(1, code)
    });
    let run = parked(start(&program));
    let nested = |depth| (0..depth).fold(Value::None, |inner, _| Value::List([inner].into()));
    assert_eq!(done(next(&program, run.clone(), &answers(id(0, 0), None, &[nested(32)]))), nested(32));
    assert_eq!(refused(&program, &run, &answers(id(0, 0), None, &[nested(33)])), WhyRefused::BadAnswer);
}

#[test]
fn videos() {
    let code = vec![Op::Wait { wait: 0 }, Op::End {}, Op::Return { src: 0 }];
    let exits = vec![exit(On::VideoOpened, &[], 1), exit(On::VideoClosed, &[], 2)];
    let program = program(Tables { waits: vec![wait("s.pause", &[], exits)], ..tables(1, code) });
    let run = parked(start(&program));
    assert_eq!(done(next(&program, run.clone(), &event(NOW, EventKind::VideoOpened))), Value::None);
    assert_eq!(done(next(&program, run.clone(), &event(NOW, EventKind::VideoClosed))), Value::None);
    assert_eq!(refused(&program, &run, &says("x")), WhyRefused::NotAwaited);
    assert_eq!(refused(&program, &run, &timer(NOW)), WhyRefused::NotDue { next: None });
}

#[test]
fn turns_count_and_number_their_effects() {
    let code = vec![
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        Op::Message { message: 0, text: 0 },
        Op::Jump { to: 0 },
    ];
    let program = program(Tables {
        messages: vec![plain()],
        waits: vec![wait("s.message", &[], vec![exit(On::Message, &[0], 2)])],
        ..tables(1, code)
    });
    let mut turn = start(&program);
    for n in 1..5 {
        let run = parked(turn);
        assert_eq!(run.turn, n);
        turn = next(&program, run, &says(&format!("text {n}")));
        let ids: Vec<_> = turn.effects.iter().map(|effect| effect.id).collect();
        assert_eq!(ids, [id(n, 0), id(n, 1)]);
        assert_eq!(&*said(&turn.effects)[0], &*format!("text {n}"));
    }
}

#[test]
fn a_machine_does_the_same_as_turns_of_their_own() {
    let program = menu();
    let (facts, limits) = (Default::default(), Default::default());
    let mut machine = sbot_vm::Machine::new();
    let mut run = parked(start(&program));
    assert!(machine.turn(&program, &mut run, &timer(NOW), &facts, &limits).is_err());
    let ending = machine.turn(&program, &mut run, &says("agent"), &facts, &limits).unwrap();
    assert_eq!(ending, Some(Ending::Done(list(2, Some("agent")))));
    let status = machine.start(&program, 0, &[], &manual(), &facts, &limits).unwrap();
    assert_eq!(
        sbot_vm::Turn { effects: machine.effects().to_vec(), status, marks: Vec::new() },
        start(&program)
    );
}

#[test]
fn the_values_of_a_parked_run_are_bounded() {
    let code = vec![Op::Const { dst: 0, value: 0 }, Op::Wait { wait: 0 }, Op::End {}];
    let tables = |length: usize| Tables {
        consts: texts(&[&"x".repeat(length)]),
        waits: vec![wait("s.pause", &[(0, Kind::Text)], vec![exit(On::Message, &[], 2)])],
        ..tables(1, code.clone())
    };
    let large = program(tables(900_000));
    let run = parked(start(&large));
    assert_eq!(Run::decode(&large, &run.encode(&large)), Ok(run));
    assert_eq!(trap(start(&program(tables(1_000_000)))), TrapKind::OutOfMemory);
}
