//! What a message shows beside its text: lists, templates, buttons from a list of texts. And draws.

use crate::build::*;
use sbot_vm::effect;
use sbot_vm::op::Op;
use sbot_vm::program::{
    Counter, List, MOST_BUTTONS, Message, On, Row, Section, Source, SymbolKind, Tables, Template,
};
use sbot_vm::{
    Effect, EffectKind, Ending, Event, EventKind, Kind, Limits, Program, RunEvent, TrapKind, Turn, Value,
    WhyRefused,
};
use std::sync::Arc;

fn message(turn: &Turn) -> &effect::Message {
    match &turn.effects[0].kind {
        EffectKind::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn row(title: Source, about: Option<Source>) -> Row {
    Row { title, about }
}

/// A list with two sections; its title, an option and what is said about one come from registers.
fn menu(known: bool) -> Program {
    let reg = |reg: u16, index: u32| if known { Source::Const(index) } else { Source::Reg(reg) };
    let list = List {
        button: Source::Const(1),
        title: Some(reg(0, 2)),
        footer: Some(Source::Const(3)),
        sections: vec![
            Section {
                title: Source::Const(4),
                options: vec![row(Source::Const(5), Some(reg(1, 6))), row(reg(2, 7), None)],
            },
            Section { title: Source::Const(8), options: vec![row(Source::Const(9), None)] },
        ],
    };
    let code = vec![
        Op::Const { dst: 0, value: 2 },
        Op::Const { dst: 1, value: 6 },
        Op::Const { dst: 2, value: 7 },
        Op::Const { dst: 3, value: 0 },
        Op::Message { message: 0, text: 3 },
        Op::Wait { wait: 0 },
        Op::Return { src: 3 },
        Op::End {},
    ];
    let option = |label| On::Option { label, synonyms: vec![] };
    let exits = vec![
        exit(option(Source::Const(5)), &[3], 6),
        exit(option(reg(2, 7)), &[3], 6),
        exit(option(Source::Const(9)), &[3], 7),
        exit(On::Other, &[], 7),
    ];
    program(Tables {
        consts: texts(&["Pick", "Menu", "Top", "Foot", "Pizza", "Small", "Thin", "Large", "Drinks", "Cola"]),
        messages: vec![Message { list: Some(list), ..plain() }],
        waits: vec![wait("s.list", &[(2, Kind::Text)], exits)],
        ..tables(4, code)
    })
}

#[test]
fn a_list_shows_its_sections_and_options() {
    let text = |text: &str| Arc::<str>::from(text);
    let row = |title: &str, about: Option<&str>| effect::Row { title: text(title), about: about.map(text) };
    let expected = effect::List {
        button: text("Menu"),
        title: Some(text("Top")),
        footer: Some(text("Foot")),
        sections: vec![
            effect::Section {
                title: text("Pizza"),
                options: vec![row("Small", Some("Thin")), row("Large", None)],
            },
            effect::Section { title: text("Drinks"), options: vec![row("Cola", None)] },
        ],
    };
    for known in [true, false] {
        let program = menu(known);
        let turn = start(&program);
        assert_eq!(message(&turn).list.as_deref(), Some(&expected));
        assert!(message(&turn).buttons.is_empty());
        assert_eq!(&*message(&turn).text, "Pick");
        let run = parked(turn);
        assert_eq!(done(next(&program, run.clone(), &presses("Large"))), Value::text("Large"));
        assert_eq!(done(next(&program, run.clone(), &says("  small"))), Value::text("  small"));
        assert_eq!(done(next(&program, run, &says("cola"))), Value::None);
    }
}

#[test]
fn a_list_leaves_out_what_is_absent() {
    let mut all = menu(false).tables().clone();
    for op in &mut all.code[..3] {
        *op = Op::None { dst: 0 };
    }
    let turn = start(&program(all.clone()));
    let list = message(&turn).list.clone().unwrap();
    assert_eq!(list.title, None);
    assert_eq!(list.sections[0].options.len(), 1);
    assert_eq!(list.sections[0].options[0].about, None);
    // A section without options.
    let shown = all.messages[0].list.as_mut().unwrap();
    shown.sections[0].options.remove(0);
    let turn = start(&program(all.clone()));
    assert_eq!(message(&turn).list.as_ref().unwrap().sections.len(), 1);
    // Its button says something.
    all.messages[0].list.as_mut().unwrap().button = Source::Reg(0);
    assert_eq!(trap(start(&program(all.clone()))), TrapKind::WrongKind);
    all.code[0] = Op::Int { dst: 0, value: 1 };
    assert_eq!(trap(start(&program(all))), TrapKind::WrongKind);
}

#[test]
fn a_message_from_a_template_has_its_arguments() {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Int { dst: 1, value: 5 },
        Op::Const { dst: 2, value: 1 },
        Op::Message { message: 0, text: 2 },
        Op::End {},
    ];
    let template = Template { symbol: 0, args: 0, count: 2 };
    let program = program(Tables {
        consts: texts(&["Ann", "Hi Ann, 5 left."]),
        symbols: vec![symbol(SymbolKind::Template, "left")],
        messages: vec![Message { template: Some(template), ..plain() }],
        ..tables(3, code)
    });
    let turn = start(&program);
    let args = vec![Value::text("Ann"), Value::Int(5)];
    assert_eq!(message(&turn).template, Some(effect::Template { symbol: 0, args }));
    assert_eq!(&*message(&turn).text, "Hi Ann, 5 left.");
}

/// `message … buttons from texts`, as the compiler does it: the texts, once each; then those that are shown are kept.
fn dynamic(texts: Value) -> Program {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Builtin { dst: 0, function: 48, args: 0, count: 1 },
        Op::Message { message: 0, text: 1 },
        Op::Builtin { dst: 0, function: 49, args: 0, count: 1 },
        Op::Wait { wait: 0 },
        Op::Return { src: 1 },
        Op::Return { src: 1 },
    ];
    let exits = vec![exit(On::Chosen(0), &[1], 5), exit(On::Other, &[], 6)];
    program(Tables {
        consts: vec![texts],
        messages: vec![Message { from: Some(0), ..plain() }],
        waits: vec![wait("s.message", &[(0, Kind::List)], exits)],
        ..tables(2, code)
    })
}

fn list(items: &[&str]) -> Value {
    Value::List(texts(items).into())
}

fn labels(turn: &Turn) -> Vec<&str> {
    message(turn).buttons.iter().map(|button| &*button.label).collect()
}

#[test]
fn texts_become_buttons_once_each() {
    let program = dynamic(list(&["Small", " Large ", "", "  ", "Small ", "large", "Large"]));
    let turn = start(&program);
    assert_eq!(labels(&turn), ["Small", " Large ", "large"]);
    assert!(message(&turn).buttons.iter().all(|button| button.link.is_none()));
    assert_eq!(turn.effects.len(), 1);
    let run = parked(turn);
    assert_eq!(run.values, [list(&["Small", " Large ", "large"])]);
    for (event, chosen) in [
        (presses("Small"), "Small"),
        (presses("large"), "large"),
        (presses(" Large "), " Large "),
        // What equals folded is the first one; what comes with it is the text of the list.
        (presses("LARGE"), " Large "),
        (says("small"), "Small"),
        (says("lArGe"), " Large "),
    ] {
        assert_eq!(done(next(&program, run.clone(), &event)), Value::text(chosen), "{event:?}");
    }
    for other in [says("a small one"), says(""), says("Medium"), presses("Medium")] {
        assert_eq!(done(next(&program, run.clone(), &other)), Value::None, "{other:?}");
    }
}

#[test]
fn more_texts_than_buttons_are_trimmed() {
    let many: Vec<String> = (1..=15).map(|n| format!("no {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let program = dynamic(list(&many));
    let turn = start(&program);
    assert_eq!(labels(&turn), many[..MOST_BUTTONS]);
    let trimmed = RunEvent::Trimmed { message: 0, left_out: 2 };
    assert_eq!(turn.effects[1..], [Effect { id: id(0, 1), kind: EffectKind::Event(trimmed) }]);
    let run = parked(turn);
    assert_eq!(run.values, [list(&many[..MOST_BUTTONS])]);
    assert_eq!(done(next(&program, run.clone(), &says("NO 13"))), Value::text("no 13"));
    assert_eq!(done(next(&program, run, &says("no 14"))), Value::None);
    let exactly = start(&dynamic(list(&many[..MOST_BUTTONS])));
    assert_eq!(exactly.effects.len(), 1);
}

#[test]
fn only_what_is_shown_can_be_chosen() {
    // The wait keeps the whole list.
    let many: Vec<String> = (1..=15).map(|n| format!("no {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut all = dynamic(list(&many)).tables().clone();
    all.code[3] = Op::None { dst: 1 };
    let program = program(all);
    let run = parked(start(&program));
    assert_eq!(run.values, [list(&many)]);
    assert_eq!(done(next(&program, run.clone(), &presses("no 13"))), Value::text("no 13"));
    assert_eq!(done(next(&program, run, &presses("no 14"))), Value::None);
}

#[test]
fn a_list_that_is_none_or_holds_no_texts_is_a_trap() {
    for wrong in [Value::None, Value::text("x"), Value::List([Value::Int(1)].into())] {
        let mut all = dynamic(wrong).tables().clone();
        all.code[1] = Op::None { dst: 1 };
        assert_eq!(trap(start(&program(all))), TrapKind::WrongKind);
    }
    // An absent element is left out, and an empty list shows nothing.
    let turn = start(&dynamic(Value::List([Value::None, Value::text("a")].into())));
    assert_eq!(labels(&turn), ["a"]);
    assert!(labels(&start(&dynamic(list(&[])))).is_empty());
}

#[test]
fn a_long_list_of_buttons_costs_fuel() {
    let long: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let code = vec![Op::Const { dst: 0, value: 0 }, Op::Message { message: 0, text: 1 }, Op::End {}];
    let program = program(Tables {
        consts: vec![list(&long)],
        messages: vec![Message { from: Some(0), ..plain() }],
        ..tables(2, code)
    });
    let run = |fuel| {
        let limits = Limits { fuel, ..Limits::default() };
        sbot_vm::start(&program, 0, &[], &manual(), &Default::default(), &limits).unwrap()
    };
    assert_eq!(trap(run(4_002)), TrapKind::OutOfFuel);
    assert_eq!(run(4_003).effects.len(), 2);
}

#[test]
fn an_option_with_an_equal_text_comes_before_a_list() {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Wait { wait: 0 },
        Op::Int { dst: 1, value: 1 },
        Op::Return { src: 1 },
        Op::Return { src: 1 },
    ];
    let exits = vec![exit(On::Chosen(0), &[1], 4), exit(option(1, &[2]), &[], 2)];
    let mut consts = vec![list(&["Stop it", "Go"])];
    consts.extend(texts(&["go", "stop"]));
    let program = program(Tables {
        consts,
        waits: vec![wait("s.message", &[(0, Kind::List)], exits)],
        ..tables(2, code)
    });
    let run = parked(start(&program));
    assert_eq!(done(next(&program, run.clone(), &says("GO"))), Value::Int(1));
    // A text of the list by equality, before a synonym among the words of what was said.
    assert_eq!(done(next(&program, run.clone(), &says("stop it"))), Value::text("Stop it"));
    assert_eq!(done(next(&program, run, &says("please stop it"))), Value::Int(1));
}

/// `rotate [ a, b, c ]`; the exits return their number, and the third option has none.
fn rotating() -> Program {
    let code = vec![
        Op::Message { message: 0, text: 0 },
        Op::Draw { counter: 0 },
        Op::Wait { wait: 0 },
        Op::Int { dst: 0, value: 0 },
        Op::Return { src: 0 },
        Op::Int { dst: 0, value: 1 },
        Op::Return { src: 0 },
        Op::Int { dst: 0, value: 2 },
        Op::Return { src: 0 },
    ];
    let exits = vec![exit(On::Drawn(0), &[], 3), exit(On::Drawn(1), &[], 5), exit(On::Failed, &[], 7)];
    let counter = Counter { bot: "b".into(), step: "s".into(), name: "rotate".into(), hash: 9, options: 3 };
    program(Tables {
        messages: vec![plain()],
        counters: vec![counter],
        waits: vec![wait("s.rotate", &[], exits)],
        ..tables(1, code)
    })
}

fn drawn(effect: sbot_vm::EffectId, option: u32) -> Event {
    event(NOW, EventKind::Drawn { effect, option })
}

#[test]
fn a_draw_is_asked_for_and_answered() {
    let program = rotating();
    let turn = start(&program);
    assert_eq!(turn.effects[1], Effect { id: id(0, 1), kind: EffectKind::Draw { counter: 0 } });
    let run = parked(turn);
    assert_eq!(run.effect, Some(id(0, 1)));
    for option in [0, 1] {
        assert_eq!(done(next(&program, run.clone(), &drawn(id(0, 1), option))), Value::Int(option.into()));
    }
    assert_eq!(refused(&program, &run, &drawn(id(0, 1), 2)), WhyRefused::NotAwaited);
    for option in [3, u32::MAX] {
        assert_eq!(refused(&program, &run, &drawn(id(0, 1), option)), WhyRefused::BadAnswer);
    }
    // Of another effect.
    assert_eq!(refused(&program, &run, &drawn(id(0, 0), 0)), WhyRefused::NotAwaited);
    assert_eq!(refused(&program, &run, &says("x")), WhyRefused::NotAwaited);
    // A draw that fails is an effect that fails.
    let failed = |n| event(NOW, EventKind::Failed { effect: id(0, n) });
    assert_eq!(done(next(&program, run.clone(), &failed(1))), Value::Int(2));
    assert_eq!(ended(next(&program, run, &failed(0))), Ending::Failed(id(0, 0)));
}

#[test]
fn a_run_that_waits_for_no_draw_refuses_one() {
    let program = menu(true);
    let run = parked(start(&program));
    assert_eq!(refused(&program, &run, &drawn(id(0, 0), 0)), WhyRefused::NotAwaited);
}

#[test]
fn a_wait_for_a_draw_that_nobody_asked_for_is_a_trap() {
    // The verifier sees the draw before the wait, and the code jumps over it.
    let mut all = rotating().tables().clone();
    all.code[0] = Op::Jump { to: 2 };
    assert_eq!(trap(start(&program(all))), TrapKind::WrongKind);
}
