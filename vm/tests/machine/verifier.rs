//! One thing wrong at a time.

use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{
    Button, Echo, Field, FunctionKind, On, Shape, Source, Tables, Trigger, TriggerKind, slot,
};
use sbot_vm::value::Record;
use sbot_vm::{Debug, Kind, LoadError, Program, Value};
use std::sync::Arc;

fn why(tables: Tables) -> String {
    match Program::new(tables, None) {
        Err(LoadError::Corrupt { what }) => what,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn bad(op: Op, what: &str) {
    let found = why(Tables { code: vec![op, Op::End {}], ..tables(4, vec![Op::End {}, Op::End {}]) });
    assert!(found.contains(what), "{found}");
}

#[test]
fn operands_point_at_something() {
    bad(Op::Move { dst: 4, src: 0 }, "register 4 of a frame of 4");
    bad(Op::Move { dst: 0, src: 9 }, "register 9");
    bad(Op::Const { dst: 0, value: 0 }, "constant 0 does not exist");
    bad(Op::Jump { to: 2 }, "goes on at 2, outside");
    bad(Op::Call { dst: 0, function: 1, args: 0, count: 0 }, "function 1 does not exist");
    bad(Op::Call { dst: 0, function: 0, args: 0, count: 0 }, "calls a bot");
    bad(Op::Builtin { dst: 0, function: 60_000, args: 0, count: 1 }, "built-in function 60000");
    bad(Op::Builtin { dst: 0, function: 0, args: 0, count: 3 }, "another number");
    bad(Op::GetField { dst: 0, field: 0 }, "field 0");
    bad(Op::SetField { field: 0, src: 0, convert: 0 }, "field 0");
    bad(Op::Act { action: 0, args: 0, count: 0 }, "action 0");
    bad(Op::Message { message: 0, text: 0 }, "message 0");
    bad(Op::Wait { wait: 0 }, "wait 0");
    bad(Op::Record { dst: 0, shape: 0, args: 0, count: 0 }, "record shape 0");
    bad(Op::Matches { dst: 0, src: 0, regex: 0 }, "regular expression 0");
    bad(Op::LoadVar { dst: 0, var: 4 }, "variable 4");
    bad(Op::List { dst: 0, args: 2, count: 3 }, "outside of the frame");
    bad(Op::Bool { dst: 0, value: 2 }, "flag");
}

/// Tables that a program gave may have the waits that stand in no source behind the others, and there they are dropped;
/// a file has none.
#[test]
fn only_the_machine_adds_waits_that_stand_in_no_source() {
    for name in ["a.%start", "a.b.%back"] {
        let mut all = tables(1, vec![Op::Wait { wait: 0 }]);
        all.waits = vec![wait(name, &[], vec![]), wait("a.pause", &[], vec![])];
        let why = why(all);
        assert!(why.contains("a name that only the machine gives"), "{why}");
    }
}

#[test]
fn what_steps_keep_is_bounded() {
    use sbot_vm::layout::{NO_TYPE, Step, Variable};
    let mut all = tables(2_100, vec![Op::End {}]);
    let variable = |n| Variable { name: format!("v{n}").into(), ty: NO_TYPE, first: None };
    all.bots[0].variables = (0..2_100).map(variable).collect();
    let step = |n| Step { name: format!("s{n}").into(), to: 0, params: Vec::new() };
    all.bots[0].steps = (0..2_000).map(step).collect();
    let why = why(all);
    assert!(why.contains("together keep more than"), "{why}");
}

#[test]
fn calls_give_what_is_taken() {
    let shapes = vec![Shape { name: "".into(), fields: vec!["a".into()] }];
    let code = vec![Op::Record { dst: 0, shape: 0, args: 0, count: 2 }, Op::End {}];
    assert!(why(Tables { shapes, ..tables(4, code) }).contains("gives 2 arguments"));
    let actions = vec![action("a", vec![param("p", slot(Kind::Int, true))], Echo::None)];
    let code = vec![Op::Act { action: 0, args: 0, count: 0 }, Op::End {}];
    assert!(why(Tables { actions, ..tables(4, code) }).contains("gives 0 arguments"));
}

#[test]
fn functions_end_and_stay_in_the_code() {
    assert!(why(tables(1, vec![Op::None { dst: 0 }])).contains("can be left at its end"));
    assert!(why(tables(1, vec![])).contains("empty"));
    let mut long = tables(1, vec![Op::End {}]);
    long.functions[0].end = 2;
    assert!(why(long).contains("outside of the code"));
    let mut shared = tables(1, vec![Op::Return { src: 0 }, Op::Return { src: 0 }]);
    shared.functions.push(function("f", FunctionKind::Fn, 0, 1, 1, 2));
    assert!(why(shared).contains("share instructions"));
    let mut narrow = tables(1, vec![Op::End {}]);
    narrow.functions[0].params = 2;
    assert!(why(narrow).contains("more parameters than registers"));
}

#[test]
fn functions_have_no_effects_and_do_not_wait() {
    for op in [
        Op::ClearField { field: 0 },
        Op::SetField { field: 0, src: 0, convert: 0 },
        Op::Act { action: 0, args: 0, count: 0 },
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        Op::End {},
    ] {
        let mut all = Tables {
            fields: vec![reading("lead", "sale", Kind::Number)],
            actions: vec![action("a", vec![], Echo::None)],
            messages: vec![plain()],
            waits: vec![wait("w", &[], vec![])],
            ..tables(1, vec![Op::End {}, op, Op::Return { src: 0 }])
        };
        all.functions =
            vec![function("b", FunctionKind::Bot, 0, 1, 0, 1), function("f", FunctionKind::Fn, 0, 1, 1, 3)];
        assert!(why(all).contains("outside of a bot"));
    }
}

fn waiting(live: &[(u16, Kind)], exits: Vec<sbot_vm::program::Exit>) -> Tables {
    let code = vec![Op::Wait { wait: 0 }, Op::End {}];
    Tables { waits: vec![wait("w", live, exits)], consts: vec![Value::Int(1)], ..tables(2, code) }
}

#[test]
fn waits_are_consistent() {
    let two = |a, b| [(a, Kind::Int), (b, Kind::Int)];
    assert!(why(waiting(&two(1, 0), vec![])).contains("not ascending"));
    assert!(why(waiting(&two(1, 1), vec![])).contains("not ascending"));
    assert!(why(waiting(&two(1, 2), vec![])).contains("register 2"));
    let one = |exit| why(waiting(&[(0, Kind::Text)], vec![exit]));
    assert!(one(exit(On::Message, &[], 2)).contains("goes on at 2"));
    assert!(one(exit(On::Message, &[2], 1)).contains("register 2"));
    assert!(one(exit(On::Message, &[0, 1], 1)).contains("binds more"));
    assert!(one(exit(On::Timeout(0), &[0], 1)).contains("binds more"));
    assert!(one(exit(On::Timeout(2), &[], 1)).contains("register 2"));
    assert!(one(exit(option(0, &[]), &[], 1)).contains("not a text"));
    assert!(one(exit(option(1, &[]), &[], 1)).contains("constant 1"));
    let kept = |reg| On::Option { label: Source::Reg(reg), synonyms: vec![] };
    assert!(one(exit(kept(1), &[], 1)).contains("does not keep"));
    assert!(Program::new(waiting(&[(0, Kind::Text)], vec![exit(kept(0), &[], 1)]), None).is_ok());
    assert!(one(exit(On::Answer(0), &[], 1)).contains("no action"));
    assert!(one(exit(On::Result, &[], 1)).contains("no action"));
}

#[test]
fn answers_are_those_of_the_action_before() {
    let asking = |exits| {
        let code = vec![Op::Act { action: 0, args: 0, count: 0 }, Op::Wait { wait: 0 }, Op::End {}];
        let mut ask = action("a", vec![], Echo::None);
        ask.exits = vec![answer("paid", vec![param("sum", slot(Kind::Int, false))])];
        Tables { actions: vec![ask], waits: vec![wait("w", &[], exits)], ..tables(2, code) }
    };
    assert!(Program::new(asking(vec![exit(On::Answer(0), &[0], 2)]), None).is_ok());
    assert!(why(asking(vec![exit(On::Answer(0), &[0, 1], 2)])).contains("binds more"));
    assert!(why(asking(vec![exit(On::Answer(1), &[], 2)])).contains("answer 1"));
    assert!(why(asking(vec![exit(On::Result, &[], 2)])).contains("has none"));
}

#[test]
fn a_wait_belongs_to_one_function() {
    let mut all = waiting(&[], vec![]);
    all.code.extend([Op::Wait { wait: 0 }]);
    all.functions.push(function("c", FunctionKind::Bot, 0, 2, 2, 3));
    assert!(why(all).contains("used for two things"));
}

#[test]
fn messages_have_texts_and_channels() {
    let message = |edit: fn(&mut sbot_vm::program::Message)| {
        let mut message = plain();
        edit(&mut message);
        let code = vec![Op::Message { message: 0, text: 0 }, Op::End {}];
        why(Tables { consts: vec![Value::Int(1)], messages: vec![message], ..tables(1, code) })
    };
    assert!(message(|m| m.attach = Some(Source::Const(0))).contains("not a text"));
    assert!(message(|m| m.voice = Some(Source::Reg(1))).contains("register 1"));
    let label = |m: &mut sbot_vm::program::Message| {
        m.buttons = vec![Button { label: Source::Const(1), link: None }];
    };
    assert!(message(label).contains("constant 1"));
    assert!(message(|m| m.via = sbot_vm::program::Via::Channels(vec![0])).contains("unknown channel"));
}

#[test]
fn constants_point_at_something_and_are_flat() {
    let one = |value| why(Tables { consts: vec![value], ..tables(1, vec![Op::End {}]) });
    assert!(one(Value::Symbol(0)).contains("does not exist"));
    let record = Value::Record(Arc::new(Record { shape: 0, fields: vec![] }));
    assert!(one(Value::List([record].into())).contains("does not exist"));
    let deep = (0..33).fold(Value::None, |inner, _| Value::List([inner].into()));
    assert!(one(deep).contains("too deep"));
}

#[test]
fn bots_have_a_function_and_sound_triggers() {
    let edit = |edit: fn(&mut Tables)| {
        let mut all = tables(2, vec![Op::End {}, Op::Return { src: 0 }]);
        all.functions =
            vec![function("b", FunctionKind::Bot, 0, 1, 0, 1), function("f", FunctionKind::Fn, 1, 1, 1, 2)];
        edit(&mut all);
        why(all)
    };
    assert!(edit(|all| all.bots[0].function = 1).contains("no function of its own"));
    assert!(edit(|all| all.bots[0].function = 2).contains("no function of its own"));
    assert!(edit(|all| all.bots[0].params = vec![param("p", slot(Kind::Int, true))]).contains("parameters"));
    assert!(edit(|all| all.bots[0].on_failed = Some(1)).contains("leads outside"));
    let trigger = |via: Vec<u32>, test| trigger(TriggerKind::Manual, &via, test);
    let with = |trigger: Trigger| {
        let mut all = tables(2, vec![Op::End {}, Op::Return { src: 0 }]);
        all.functions =
            vec![function("b", FunctionKind::Bot, 0, 1, 0, 1), function("f", FunctionKind::Fn, 1, 1, 1, 2)];
        all.bots[0].triggers = vec![trigger];
        why(all)
    };
    assert!(with(trigger(vec![0], None)).contains("unknown channel"));
    assert!(with(trigger(vec![], Some(0))).contains("not a function without parameters"));
    assert!(with(trigger(vec![], Some(1))).contains("not a function without parameters"));
    assert!(with(trigger(vec![], Some(2))).contains("not a function without parameters"));
}

#[test]
fn fields_stand_once_and_are_what_they_are() {
    let fields = |fields: Vec<Field>| why(Tables { fields, ..tables(1, vec![Op::End {}]) });
    let sale = || reading("lead", "sale", Kind::Number);
    assert!(fields(vec![sale(), sale()]).contains("twice"));
    assert!(fields(vec![reading("client", "text", Kind::Int)]).contains("another type"));
}

#[test]
fn the_account_can_be_resolved() {
    let account = |zone: &str, region: &str| {
        let mut all = tables(1, vec![Op::End {}]);
        all.account.zone = zone.into();
        all.account.region = Some(region.into());
        why(all)
    };
    assert!(account("Europe/Nowhere", "ES").contains("time zone"));
    assert!(account("Europe/Madrid", "Spain").contains("region"));
}

#[test]
fn the_debug_section_fits_the_code() {
    let (all, debug) = sample();
    let with = |edit: fn(&mut Debug)| {
        let mut debug = debug.clone();
        edit(&mut debug);
        assert!(Program::new(all.clone(), Some(debug)).is_err());
    };
    with(|debug| debug.places.swap(0, 1));
    with(|debug| debug.places[0].file = 1);
    with(|debug| debug.places[3].op = 99);
    with(|debug| debug.labels.swap(0, 1));
    with(|debug| debug.labels[1].0 = 99);
}
