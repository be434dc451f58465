//! What the verifier says of calls, flows, hand-overs, draws, hours and lists. One thing wrong at a time.

use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{
    Callee, Counter, Echo, FunctionKind, Hours, List, Message, On, Open, Row, Section, Source, SymbolKind,
    Tables, Template, Trigger, TriggerKind,
};
use sbot_vm::{Kind, LoadError, Program, Value};

#[track_caller]
fn why(tables: Tables) -> String {
    match Program::new(tables, None) {
        Err(LoadError::Corrupt { what }) => what,
        other => panic!("{other:?}"),
    }
}

/// Bot `a` with 3 registers calls its flow `f(x)` with 2; bot `b(n)` with 4 calls its flow `g()`; `h` is a `fn`.
fn two() -> Tables {
    let a = vec![Op::Enter { dst: 0, call: 0, args: 0, count: 1 }, Op::End {}];
    let f = vec![Op::StoreVar { var: 2, src: 0 }, Op::Leave { to: 1, param: 1, args: 0, count: 2 }];
    let b =
        vec![Op::Enter { dst: 0, call: 1, args: 0, count: 0 }, Op::HandOver { bot: 0, args: 0, count: 0 }];
    let g = vec![
        Op::LoadVar { dst: 0, var: 3 },
        Op::Enter { dst: 0, call: 2, args: 0, count: 0 },
        Op::Return { src: 0 },
    ];
    let h = vec![Op::LoadVar { dst: 0, var: 3 }, Op::Return { src: 0 }];
    Tables {
        calls: vec![
            call("s.f", &[(1, Kind::Int), (2, Kind::Int)], Callee::Flow(1)),
            call("s.g", &[], Callee::Flow(3)),
            call("g.a", &[], Callee::Bot(0)),
        ],
        ..functions(vec![
            ("a", BOT, 0, 3, a),
            ("f", flow_of(0), 1, 2, f),
            ("b", BOT, 1, 4, b),
            ("g", flow_of(2), 0, 1, g),
            ("h", FunctionKind::Fn, 0, 1, h),
        ])
    }
}

#[track_caller]
fn with(what: &str, edit: impl Fn(&mut Tables)) {
    let mut all = two();
    edit(&mut all);
    let found = why(all);
    assert!(found.contains(what), "{found}");
}

#[test]
fn calls_and_their_owners() {
    assert!(Program::new(two(), None).is_ok());
    with("call 9 does not exist", |all| all.code[0] = Op::Enter { dst: 0, call: 9, args: 0, count: 1 });
    with("is made in two places", |all| all.code[301] = Op::Enter { dst: 0, call: 1, args: 0, count: 0 });
    with("no instruction makes the call g.a", |all| all.code[301] = Op::None { dst: 0 });
    with("gives 0 arguments", |all| all.code[0] = Op::Enter { dst: 0, call: 0, args: 0, count: 0 });
    with("outside of the frame", |all| all.code[0] = Op::Enter { dst: 0, call: 0, args: 3, count: 1 });
    with("register 3 of a frame of 3", |all| all.code[0] = Op::Enter { dst: 3, call: 0, args: 0, count: 1 });
    with("function 9 does not exist", |all| all.calls[0].callee = Callee::Flow(9));
    with("bot 9 does not exist", |all| all.calls[2].callee = Callee::Bot(9));
    with("gives 0 arguments", |all| all.calls[2].callee = Callee::Bot(1));
    with("calls a flow of another bot", |all| {
        all.code[0] = Op::Enter { dst: 0, call: 0, args: 0, count: 0 };
        all.functions[1].params = 0;
        all.calls[1].callee = Callee::Flow(1);
    });
    with("calls something that is no flow", |all| all.calls[1].callee = Callee::Flow(0));
    with("calls something that is no flow", |all| all.calls[1].callee = Callee::Flow(4));
    with("not ascending", |all| all.calls[0].live.swap(0, 1));
    with("register 3 of a frame of 3", |all| all.calls[0].live[1].reg = 3);
    with("calls a bot or a flow", |all| all.code[400] = Op::Call { dst: 0, function: 1, args: 0, count: 1 });
}

#[test]
fn a_flow_belongs_to_a_bot() {
    for bot in [1, 4, 9] {
        with("of something that is no bot", |all| {
            all.functions[3].kind = FunctionKind::Flow { bot };
            all.code[200] = Op::None { dst: 0 };
            all.calls[1].callee = Callee::Flow(3);
        });
    }
}

#[test]
fn flows_leave_to_their_own_bot() {
    let leave = |to, param, args, count| Op::Leave { to, param, args, count };
    with("goes on at 2, outside of its bot", |all| all.code[101] = leave(2, 0, 0, 0));
    with("goes on at 100, outside of its bot", |all| all.code[101] = leave(100, 0, 0, 0));
    with("goes on at 200, outside of its bot", |all| all.code[101] = leave(200, 0, 0, 0));
    with("registers 2.. (2) of a bot that has 3", |all| all.code[101] = leave(0, 2, 0, 2));
    with("registers 4.. (0) of a bot that has 3", |all| all.code[101] = leave(0, 4, 0, 0));
    with("outside of the frame", |all| all.code[101] = leave(0, 0, 1, 2));
    with("stands outside of a flow", |all| all.code[1] = leave(0, 0, 0, 0));
    with("stands outside of a bot", |all| all.code[401] = leave(0, 0, 0, 0));
}

#[test]
fn variables_are_those_of_the_owner() {
    with("variable 3, which the bot does not have", |all| all.code[100] = Op::StoreVar { var: 3, src: 0 });
    with("variable 3, which the bot does not have", |all| all.code[100] = Op::LoadVar { dst: 0, var: 3 });
    with("variable 4, which the bot does not have", |all| all.code[300] = Op::LoadVar { dst: 0, var: 4 });
    with("variable 4, which no bot has", |all| all.code[400] = Op::LoadVar { dst: 0, var: 4 });
    with("register 2 of a frame of 2", |all| all.code[100] = Op::StoreVar { var: 0, src: 2 });
    with("stands outside of a flow", |all| all.code[0] = Op::StoreVar { var: 0, src: 0 });
    with("stands outside of a bot", |all| all.code[400] = Op::StoreVar { var: 0, src: 0 });
}

#[test]
fn a_function_that_is_called_by_the_wrong_bot_traps() {
    // `h` reads a variable that only `b` has.
    let mut all = two();
    all.code[0] = Op::Call { dst: 0, function: 4, args: 0, count: 0 };
    all.calls.remove(0);
    for (at, call) in [(200, 0), (301, 1)] {
        all.code[at] = Op::Enter { dst: 0, call, args: 0, count: 0 };
    }
    assert_eq!(trap(start(&program(all))), sbot_vm::TrapKind::WrongKind);
}

#[test]
fn hand_overs_have_a_bot() {
    let hand = |bot, count| Op::HandOver { bot, args: 0, count };
    with("bot 2 does not exist", |all| all.code[201] = hand(2, 0));
    with("gives 1 arguments", |all| all.code[201] = hand(0, 1));
    with("gives 0 arguments", |all| all.code[201] = hand(1, 0));
    with("stands outside of a bot", |all| all.code[401] = hand(0, 0));
    with("stands outside of a bot", |all| all.code[400] = Op::Enter { dst: 0, call: 2, args: 0, count: 0 });
}

fn drawing(code: Vec<Op>, exits: Vec<sbot_vm::program::Exit>) -> Tables {
    let counter = Counter { bot: "b".into(), step: "s".into(), name: "rotate".into(), hash: 1, options: 2 };
    let mut ask = action("a", vec![], Echo::None);
    ask.exits = vec![answer("x", vec![])];
    Tables {
        counters: vec![counter],
        actions: vec![ask],
        waits: vec![wait("s.rotate", &[], exits), wait("s.pause", &[], vec![])],
        ..tables(1, code)
    }
}

#[test]
fn draws_are_waited_for_at_once() {
    let draw = Op::Draw { counter: 0 };
    let ask = Op::Wait { wait: 0 };
    let takes = || vec![exit(On::Drawn(0), &[], 0), exit(On::Drawn(1), &[], 0)];
    let bad = |code: &[Op], exits| why(drawing(code.to_vec(), exits));
    assert!(Program::new(drawing(vec![draw, ask], takes()), None).is_ok());
    assert!(bad(&[Op::Draw { counter: 1 }, ask], takes()).contains("counter 1 does not exist"));
    assert!(bad(&[draw, Op::None { dst: 0 }, ask], takes()).contains("has to be waited for"));
    assert!(bad(&[draw, Op::Wait { wait: 1 }], takes()).contains("has to be waited for"));
    assert!(bad(&[draw], takes()).contains("can be left at its end"));
    assert!(bad(&[ask], takes()).contains("none is right before it"));
    assert!(bad(&[draw, ask], vec![exit(On::Drawn(2), &[], 0)]).contains("option 2 of a counter of 2"));
    assert!(bad(&[draw, ask], vec![exit(On::Drawn(0), &[0], 0)]).contains("binds more"));
    assert!(bad(&[draw, ask, ask], takes()).contains("used for two things"));
    let both = vec![exit(On::Drawn(0), &[], 0), exit(On::Answer(0), &[], 0)];
    let act = Op::Act { action: 0, args: 0, count: 0 };
    assert!(bad(&[act, draw, ask], both).contains("for an answer and for a draw"));
    let mut outside = drawing(vec![Op::End {}, draw, Op::Return { src: 0 }], takes());
    outside.functions = vec![function("b", BOT, 0, 1, 0, 1), function("f", FunctionKind::Fn, 0, 1, 1, 3)];
    assert!(why(outside).contains("outside of a bot"));
}

#[test]
fn exits_name_what_is_kept_and_what_exists() {
    let one = |exit| {
        let code = vec![Op::Wait { wait: 0 }, Op::End {}];
        Tables { waits: vec![wait("w", &[(0, Kind::List)], vec![exit])], ..tables(2, code) }
    };
    assert!(Program::new(one(exit(On::Chosen(0), &[1], 1)), None).is_ok());
    assert!(why(one(exit(On::Chosen(1), &[1], 1))).contains("does not keep"));
    assert!(why(one(exit(On::Chosen(0), &[0, 1], 1))).contains("binds more"));
    assert!(why(one(exit(On::Hours(0), &[], 1))).contains("hours 0 does not exist"));
    let mut all = one(exit(On::Hours(0), &[0], 1));
    all.symbols = vec![symbol(SymbolKind::Hours, "duty")];
    all.hours = vec![Hours { symbol: 0, rows: vec![], except: vec![] }];
    assert!(why(all).contains("binds more"));
}

#[test]
fn hours_have_rows_of_the_week_and_a_symbol_of_their_own() {
    let hours = |rows: Vec<Open>| Hours { symbol: 0, rows, except: vec![] };
    let with = |hours: Vec<Hours>| Tables {
        symbols: vec![symbol(SymbolKind::Hours, "duty"), symbol(SymbolKind::Form, "form")],
        hours,
        ..tables(1, vec![Op::End {}])
    };
    let open = |days, from, to| Open { days, from, to };
    assert!(Program::new(with(vec![hours(vec![open(0x7f, 1439, 1440), open(0, 0, 0)])]), None).is_ok());
    for bad in [open(0x80, 0, 1), open(1, 1440, 1), open(1, 0, 1441)] {
        assert!(why(with(vec![hours(vec![bad])])).contains("outside of the week or of the day"));
    }
    assert!(why(with(vec![hours(vec![open(1, 0, 1); 101])])).contains("more than 100 rows"));
    assert!(why(with(vec![hours(vec![]), hours(vec![])])).contains("no symbol of their own"));
    for symbol in [1, 2] {
        let hours = Hours { symbol, ..hours(vec![]) };
        assert!(why(with(vec![hours])).contains("no symbol of their own"));
    }
}

#[test]
fn triggers_name_what_exists() {
    let with = |trigger: Trigger| {
        let mut all = tables(1, vec![Op::End {}]);
        all.bots[0].triggers = vec![trigger];
        why(all)
    };
    let of = |kind| trigger(kind, &[], None);
    assert!(with(Trigger { during: Some(0), ..of(TriggerKind::Manual) }).contains("hours that do not exist"));
    for kind in [
        TriggerKind::Stage(0),
        TriggerKind::FieldChanged(0),
        TriggerKind::FormSent(0),
        TriggerKind::Before { by: 1, field: 0 },
        TriggerKind::After { by: 1, field: 0 },
    ] {
        assert!(with(of(kind)).contains("a symbol that does not exist"));
    }
    for (days, at) in [(0x80, 0), (1, 1440)] {
        assert!(with(of(TriggerKind::Every { days, at })).contains("outside of the week or of the day"));
    }
}

#[test]
fn messages_show_one_thing_and_read_their_own_frame() {
    let message = |edit: fn(&mut Message)| {
        let mut message = plain();
        edit(&mut message);
        let code = vec![Op::Message { message: 0, text: 0 }, Op::End {}];
        let mut consts = texts(&["x"]);
        consts.push(Value::Int(1));
        let symbols = vec![symbol(SymbolKind::Template, "t"), symbol(SymbolKind::Form, "f")];
        Program::new(Tables { consts, symbols, messages: vec![message], ..tables(2, code) }, None)
    };
    let bad = |edit| match message(edit) {
        Err(LoadError::Corrupt { what }) => what,
        other => panic!("{other:?}"),
    };
    fn list(title: Source) -> Option<List> {
        let row = Row { title, about: Some(Source::Const(0)) };
        let section = Section { title: Source::Const(0), options: vec![row] };
        Some(List { button: Source::Const(0), title: None, footer: None, sections: vec![section] })
    }
    assert!(message(|m| m.list = list(Source::Reg(1))).is_ok());
    assert!(bad(|m| m.list = list(Source::Reg(2))).contains("register 2"));
    assert!(bad(|m| m.list = list(Source::Const(1))).contains("not a text"));
    assert!(bad(|m| m.list = list(Source::Const(9))).contains("constant 9"));
    assert!(
        bad(|m| m.list = list(Source::Const(0)).map(|list| List { footer: Some(Source::Reg(7)), ..list }))
            .contains("register 7")
    );
    assert!(
        bad(|m| {
            m.list = list(Source::Const(0));
            let list = m.list.as_mut().unwrap();
            list.sections = vec![list.sections[0].clone(); 128];
        })
        .contains("more than 255")
    );
    assert!(message(|m| m.from = Some(1)).is_ok());
    assert!(bad(|m| m.from = Some(2)).contains("register 2"));
    assert!(
        bad(|m| {
            m.from = Some(0);
            m.list = list(Source::Const(0));
        })
        .contains("has two of")
    );
    assert!(message(|m| m.template = Some(Template { symbol: 0, args: 0, count: 2 })).is_ok());
    assert!(
        bad(|m| m.template = Some(Template { symbol: 0, args: 1, count: 2 }))
            .contains("outside of the frame")
    );
    let form = bad(|m| m.template = Some(Template { symbol: 1, args: 0, count: 0 }));
    let none = bad(|m| m.template = Some(Template { symbol: 2, args: 0, count: 0 }));
    assert!(form.contains("no template") && none.contains("no template"), "{form}, {none}");
}
