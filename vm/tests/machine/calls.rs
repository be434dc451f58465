//! Flows and bots that call each other: every turn after the first one goes on from bytes.

use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{Callee, Echo, FunctionKind, On, Tables, slot};
use sbot_vm::{EffectKind, Ending, Facts, Frame, Kind, Limits, Program, Run, Status, TrapKind, Value};

fn list(items: &[Value]) -> Value {
    Value::List(items.into())
}

/// `bot a { var n = 7; let name = ask("Name?"); return [n, name] }`, where `ask` adds one to `n` once it is answered.
fn asking() -> Program {
    let a = vec![
        Op::Int { dst: 0, value: 7 },
        Op::Const { dst: 1, value: 0 },
        Op::Enter { dst: 2, call: 0, args: 1, count: 1 },
        Op::List { dst: 3, args: 0, count: 3 },
        Op::Return { src: 3 },
    ];
    let ask = vec![
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        Op::LoadVar { dst: 2, var: 0 },
        Op::AddImm { dst: 2, a: 2, value: 1 },
        Op::StoreVar { var: 0, src: 2 },
        Op::Return { src: 1 },
    ];
    program(Tables {
        consts: texts(&["Name?"]),
        messages: vec![plain()],
        waits: vec![wait("ask.message", &[], vec![exit(On::Message, &[1], 102)])],
        calls: vec![call("s.ask", &[(0, Kind::Int)], Callee::Flow(1))],
        ..functions(vec![("a", BOT, 0, 4, a), ("ask", flow_of(0), 1, 3, ask)])
    })
}

#[test]
fn a_flow_waits_and_gives_its_value_to_the_bot() {
    let program = asking();
    let turn = start(&program);
    assert_eq!(said(&turn.effects), ["Name?".into()]);
    let run = parked(turn);
    assert_eq!(run.frames, [Frame { call: 0, bot: 0, values: vec![Value::Int(7)] }]);
    assert!(run.values.is_empty());
    // What the call does not keep is absent afterwards.
    let expected = list(&[Value::Int(8), Value::None, Value::text("Ann")]);
    assert_eq!(done(next(&program, run, &says("Ann"))), expected);
}

/// `flow f(n) { if n <= 0 { wait; return 0 } return f(n - 1) + 1 }`, called with `depth`.
fn deep(depth: i32) -> Program {
    let a = vec![
        Op::Int { dst: 0, value: depth },
        Op::Enter { dst: 0, call: 0, args: 0, count: 1 },
        Op::Return { src: 0 },
    ];
    let f = vec![
        Op::Int { dst: 1, value: 0 },
        Op::JumpLeInt { a: 0, b: 1, to: 106 },
        Op::AddImm { dst: 1, a: 0, value: -1 },
        Op::Enter { dst: 1, call: 1, args: 1, count: 1 },
        Op::AddImm { dst: 1, a: 1, value: 1 },
        Op::Return { src: 1 },
        Op::Wait { wait: 0 },
        Op::Int { dst: 1, value: 0 },
        Op::Return { src: 1 },
    ];
    program(Tables {
        waits: vec![wait("f.pause", &[], vec![exit(On::Message, &[], 107)])],
        calls: vec![call("s.f", &[], Callee::Flow(1)), call("f.f", &[(0, Kind::Int)], Callee::Flow(1))],
        ..functions(vec![("a", BOT, 0, 1, a), ("f", flow_of(0), 1, 2, f)])
    })
}

#[test]
fn flows_call_themselves_64_deep_and_no_deeper() {
    for depth in [0, 1, 5, 63] {
        let program = deep(depth);
        let run = parked(start(&program));
        assert_eq!(run.frames.len(), depth as usize + 1);
        let kept: Vec<_> = run.frames.iter().skip(1).map(|frame| frame.values.clone()).collect();
        let expected: Vec<_> = (1..=depth).rev().map(|n| vec![Value::Int(n.into())]).collect();
        assert_eq!(kept, expected);
        assert_eq!(done(next(&program, run, &says("on"))), Value::Int(depth.into()));
    }
    assert_eq!(trap(start(&deep(64))), TrapKind::TooDeep);
}

#[test]
fn functions_and_flows_share_the_depth() {
    // 63 flows, and `fn`s below them.
    let with = |fns: i32| {
        let mut all = deep(62).tables().clone();
        let f = &mut all.code;
        // The innermost flow calls a `fn` that calls itself.
        f[107] = Op::Jump { to: 109 };
        f.extend([
            Op::Int { dst: 1, value: fns },
            Op::Call { dst: 1, function: 2, args: 1, count: 1 },
            Op::Return { src: 1 },
        ]);
        all.functions[1].end = 112;
        f.resize(200, Op::End {});
        f.extend([
            Op::Int { dst: 1, value: 0 },
            Op::JumpLeInt { a: 0, b: 1, to: 205 },
            Op::AddImm { dst: 0, a: 0, value: -1 },
            Op::Call { dst: 1, function: 2, args: 0, count: 1 },
            Op::Return { src: 1 },
            Op::Return { src: 1 },
        ]);
        all.functions.push(function("g", FunctionKind::Fn, 1, 2, 200, 206));
        let program = program(all);
        let run = parked(start(&program));
        next(&program, run, &says("on"))
    };
    assert_eq!(done(with(0)), Value::Int(62));
    assert_eq!(trap(with(1)), TrapKind::TooDeep);
}

/// `a` runs `b(5)`, whose flow `h` waits in the middle of `b`. Everybody says the name of the bot.
fn running() -> Tables {
    let a = vec![
        Op::GetField { dst: 1, field: 0 },
        Op::Message { message: 0, text: 1 },
        Op::Int { dst: 0, value: 5 },
        Op::Enter { dst: 1, call: 0, args: 0, count: 1 },
        Op::GetField { dst: 2, field: 0 },
        Op::Message { message: 0, text: 2 },
        Op::List { dst: 0, args: 0, count: 2 },
        Op::Return { src: 0 },
    ];
    let b = vec![
        Op::AddImm { dst: 0, a: 0, value: 1 },
        Op::Enter { dst: 1, call: 1, args: 0, count: 0 },
        Op::GetField { dst: 2, field: 0 },
        Op::Message { message: 0, text: 2 },
        Op::List { dst: 0, args: 0, count: 2 },
        Op::Return { src: 0 },
    ];
    let h = vec![
        Op::GetField { dst: 0, field: 0 },
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        Op::Call { dst: 0, function: 3, args: 0, count: 0 },
        Op::Return { src: 0 },
    ];
    // A `fn` sees the variables of the bot that runs, however deep it stands.
    let twice = vec![Op::LoadVar { dst: 0, var: 0 }, Op::Add { dst: 0, a: 0, b: 0 }, Op::Return { src: 0 }];
    Tables {
        fields: vec![reading("bot", "name", Kind::Text)],
        messages: vec![plain()],
        waits: vec![wait("h.pause", &[], vec![exit(On::Message, &[], 203)])],
        calls: vec![
            call("s.b", &[(0, Kind::Int)], Callee::Bot(1)),
            call("s.h", &[(0, Kind::Int)], Callee::Flow(2)),
        ],
        ..functions(vec![
            ("a", BOT, 0, 3, a),
            ("b", BOT, 1, 3, b),
            ("h", flow_of(1), 0, 1, h),
            ("twice", FunctionKind::Fn, 0, 1, twice),
        ])
    }
}

#[test]
fn a_bot_runs_another_to_its_end() {
    let program = program(running());
    let turn = start(&program);
    assert_eq!(said(&turn.effects), ["a".into(), "b".into()]);
    let run = parked(turn);
    let frame = |call, value| Frame { call, bot: 1, values: vec![Value::Int(value)] };
    assert_eq!(run.frames, [frame(0, 5), frame(1, 6)]);
    assert_eq!(run.bot, 0);
    let turn = next(&program, run, &says("on"));
    assert_eq!(said(&turn.effects), ["b".into(), "a".into()]);
    let of_b = list(&[Value::Int(6), Value::Int(12)]);
    assert_eq!(done(turn), list(&[Value::Int(5), of_b]));
}

#[test]
fn the_end_of_a_bot_leads_back_to_the_one_that_ran_it() {
    // In the flow of `b`, and in `b` itself.
    for at in [203, 102] {
        let mut all = running();
        all.code[at] = Op::End {};
        let program = program(all);
        let run = parked(start(&program));
        let turn = next(&program, run, &says("on"));
        assert_eq!(said(&turn.effects), ["a".into()]);
        assert_eq!(done(turn), list(&[Value::Int(5), Value::None]));
    }
}

#[test]
fn an_end_in_a_flow_of_the_outermost_bot_ends_the_run() {
    let mut all = deep(3).tables().clone();
    all.code[107] = Op::End {};
    let program = program(all);
    let run = parked(start(&program));
    assert_eq!(done(next(&program, run, &says("on"))), Value::None);
}

#[test]
fn a_closed_conversation_ends_all_callers() {
    let mut all = running();
    all.actions = vec![action("close", vec![param("status", slot(Kind::Text, false))], Echo::Close)];
    all.consts = texts(&["closed"]);
    all.code[203] = Op::Const { dst: 0, value: 0 };
    all.code[204] = Op::Act { action: 0, args: 0, count: 1 };
    all.code[205] = Op::End {};
    all.functions[2].end = 206;
    let program = program(all);
    let run = parked(start(&program));
    assert_eq!(ended(next(&program, run, &says("on"))), Ending::Closed);
}

/// Three flows deep, the innermost leaves to the bot's step with two arguments.
fn leaving() -> Tables {
    let a = vec![
        Op::Int { dst: 0, value: 1 },
        Op::Enter { dst: 1, call: 0, args: 0, count: 0 },
        Op::End {},
        // 3: step got(x, y)
        Op::Message { message: 0, text: 2 },
        Op::Wait { wait: 0 },
        Op::List { dst: 4, args: 0, count: 4 },
        Op::Return { src: 4 },
    ];
    let inner = |call| vec![Op::Enter { dst: 0, call, args: 0, count: 0 }, Op::End {}];
    let last = vec![
        Op::Wait { wait: 1 },
        Op::Int { dst: 0, value: 10 },
        Op::Leave { to: 3, param: 2, args: 1, count: 2 },
    ];
    Tables {
        messages: vec![plain()],
        consts: texts(&["y"]),
        waits: vec![
            wait(
                "got.message",
                &[(0, Kind::Int), (2, Kind::Text), (3, Kind::Text)],
                vec![exit(On::Message, &[], 5)],
            ),
            wait("h.pause", &[], vec![exit(On::Message, &[1], 301)]),
        ],
        calls: vec![
            call("s.f", &[(0, Kind::Int)], Callee::Flow(1)),
            call("f.g", &[], Callee::Flow(2)),
            call("g.h", &[], Callee::Flow(3)),
        ],
        ..functions(vec![
            ("a", BOT, 0, 5, a),
            ("f", flow_of(0), 0, 1, inner(1)),
            ("g", flow_of(0), 0, 1, inner(2)),
            ("h", flow_of(0), 0, 3, last),
        ])
    }
}

#[test]
fn a_flow_leaves_to_a_step_with_arguments() {
    let program = program(leaving());
    let run = parked(start(&program));
    assert_eq!(run.frames.len(), 3);
    let turn = next(&program, run, &says("x"));
    assert_eq!(said(&turn.effects), ["x".into()]);
    let run = parked(turn);
    assert!(run.frames.is_empty());
    let expected = list(&[Value::Int(1), Value::None, Value::text("x"), Value::None]);
    assert_eq!(done(next(&program, run, &says("on"))), expected);
}

#[test]
fn a_bot_that_was_run_leaves_to_its_own_step() {
    // `z` runs `a`, which is left three flows deep.
    let mut all = leaving();
    let z = vec![Op::Enter { dst: 0, call: 3, args: 0, count: 0 }, Op::Return { src: 0 }];
    all.code.resize(400, Op::End {});
    all.code.extend(z);
    all.functions.push(function("z", BOT, 0, 1, 400, 402));
    all.calls.push(call("s.a", &[], Callee::Bot(0)));
    let mut bot = all.bots[0].clone();
    bot.name = "z".into();
    bot.function = 4;
    all.bots.push(bot);
    let program = program(all);
    let turn = sbot_vm::start(&program, 1, &[], &manual(), &Facts::default(), &Limits::default()).unwrap();
    let run = parked(next(&program, parked(turn), &says("x")));
    assert_eq!(run.frames, [Frame { call: 3, bot: 0, values: vec![] }]);
    let expected = list(&[Value::Int(1), Value::None, Value::text("x"), Value::None]);
    assert_eq!(done(next(&program, run, &says("on"))), expected);
}

/// `a` hands over to `c(n + 1)`, straight or from inside a flow; `c` waits and returns `[name, n]`.
fn handing(from_flow: bool) -> Tables {
    let hand = vec![
        Op::Int { dst: 1, value: 4 },
        Op::AddImm { dst: 1, a: 1, value: 1 },
        Op::HandOver { bot: 1, args: 1, count: 1 },
    ];
    let flow = vec![Op::Enter { dst: 0, call: 0, args: 0, count: 0 }, Op::End {}];
    let (a, f) = if from_flow { (flow, hand) } else { (hand, flow) };
    let c = vec![
        Op::Wait { wait: 0 },
        Op::GetField { dst: 1, field: 0 },
        Op::LoadVar { dst: 2, var: 0 },
        Op::List { dst: 0, args: 1, count: 2 },
        Op::Return { src: 0 },
    ];
    let calls = if from_flow {
        vec![call("s.f", &[], Callee::Flow(1))]
    } else {
        vec![call("f.g", &[], Callee::Flow(1))]
    };
    Tables {
        fields: vec![reading("bot", "name", Kind::Text)],
        waits: vec![wait("s.pause", &[(0, Kind::Int)], vec![exit(On::Message, &[], 201)])],
        calls,
        ..functions(vec![("a", BOT, 0, 2, a), ("f", flow_of(0), 0, 2, f), ("c", BOT, 1, 3, c)])
    }
}

#[test]
fn a_hand_over_replaces_the_run() {
    for from_flow in [false, true] {
        let program = program(handing(from_flow));
        let run = parked(start(&program));
        assert_eq!((run.bot, run.frames.len()), (1, 0));
        assert_eq!(done(next(&program, run, &says("on"))), list(&[Value::text("c"), Value::Int(5)]));
    }
}

#[test]
fn a_hand_over_inside_a_run_gives_its_end_to_the_caller() {
    for from_flow in [false, true] {
        let mut all = handing(from_flow);
        // `z` runs `a`, and gets what `c` returns.
        let z = vec![
            Op::Int { dst: 0, value: 9 },
            Op::Enter { dst: 1, call: 1, args: 0, count: 0 },
            Op::List { dst: 0, args: 0, count: 2 },
            Op::Return { src: 0 },
        ];
        all.code.resize(300, Op::End {});
        all.code.extend(z);
        all.functions.push(function("z", BOT, 0, 2, 300, 304));
        all.calls.push(call("s.a", &[(0, Kind::Int)], Callee::Bot(0)));
        let mut bot = all.bots[0].clone();
        (bot.name, bot.function) = ("z".into(), 3);
        all.bots.push(bot);
        let program = program(all);
        let turn = sbot_vm::start(&program, 2, &[], &manual(), &Facts::default(), &Limits::default());
        let run = parked(turn.unwrap());
        assert_eq!(run.bot, 2);
        assert_eq!(run.frames, [Frame { call: 1, bot: 1, values: vec![Value::Int(9)] }]);
        let of_c = list(&[Value::text("c"), Value::Int(5)]);
        assert_eq!(done(next(&program, run, &says("on"))), list(&[Value::Int(9), of_c]));
    }
}

#[test]
fn bots_that_hand_over_for_ever_run_out_of_fuel() {
    let hand = |bot| vec![Op::HandOver { bot, args: 0, count: 0 }];
    let all = functions(vec![("a", BOT, 0, 1, hand(1)), ("b", BOT, 0, 1, hand(0))]);
    assert_eq!(trap(start(&program(all))), TrapKind::OutOfFuel);
}

#[test]
fn bots_that_run_each_other_are_too_deep() {
    let run = |call| vec![Op::Enter { dst: 0, call, args: 0, count: 0 }, Op::End {}];
    let all = Tables {
        calls: vec![call("s.b", &[], Callee::Bot(1)), call("s.a", &[], Callee::Bot(0))],
        ..functions(vec![("a", BOT, 0, 1, run(0)), ("b", BOT, 0, 1, run(1))])
    };
    assert_eq!(trap(start(&program(all))), TrapKind::TooDeep);
}

#[test]
fn wide_frames_are_too_deep_sooner() {
    let mut all = deep(60).tables().clone();
    all.functions[1].registers = u16::MAX;
    assert_eq!(trap(start(&program(all))), TrapKind::TooDeep);
}

#[test]
fn a_hand_over_to_a_wide_bot_is_too_deep_sooner() {
    // So many wide bots that run each other, of which the last one runs `a`, which hands over to a wide `c`.
    let wide = |count: u32| {
        let hand = vec![Op::HandOver { bot: 1, args: 0, count: 0 }];
        let mut parts = vec![("a", BOT, 0, 1, hand), ("c", BOT, 0, u16::MAX, vec![Op::Wait { wait: 0 }])];
        let mut calls = Vec::new();
        for n in 0..count {
            parts.push((
                "w",
                BOT,
                0,
                u16::MAX,
                vec![Op::Enter { dst: 0, call: n, args: 0, count: 0 }, Op::End {}],
            ));
            calls.push(call("s.w", &[], Callee::Bot(if n + 1 < count { n + 3 } else { 0 })));
        }
        let program =
            program(Tables { waits: vec![wait("s.pause", &[], vec![])], calls, ..functions(parts) });
        sbot_vm::start(&program, 2, &[], &manual(), &Facts::default(), &Limits::default()).unwrap()
    };
    assert_eq!(parked(wide(3)).frames.len(), 3);
    assert_eq!(trap(wide(4)), TrapKind::TooDeep);
}

#[test]
fn the_values_of_all_frames_together_are_bounded() {
    let tables = |length: usize| {
        let a = vec![
            Op::Const { dst: 0, value: 0 },
            Op::Enter { dst: 1, call: 0, args: 0, count: 0 },
            Op::Return { src: 1 },
        ];
        let f = vec![Op::Const { dst: 0, value: 0 }, Op::Wait { wait: 0 }, Op::End {}];
        Tables {
            consts: texts(&[&"x".repeat(length)]),
            waits: vec![wait("f.pause", &[(0, Kind::Text)], vec![exit(On::Message, &[], 102)])],
            calls: vec![call("s.f", &[(0, Kind::Text)], Callee::Flow(1))],
            ..functions(vec![("a", BOT, 0, 2, a), ("f", flow_of(0), 0, 1, f)])
        }
    };
    let large = program(tables(450_000));
    let run = parked(start(&large));
    assert_eq!(Run::decode(&large, &run.encode(&large)), Ok(run));
    assert_eq!(trap(start(&program(tables(500_000)))), TrapKind::OutOfMemory);
}

#[test]
fn a_value_that_a_call_keeps_has_its_type() {
    let mut all = running();
    all.calls[0].live[0].slot = slot(Kind::Text, false);
    let turn = start(&program(all));
    assert_eq!(turn.effects.len(), 1);
    assert!(matches!(turn.effects[0].kind, EffectKind::Event(_)));
    assert_eq!(trap(turn), TrapKind::WrongKind);
}

#[test]
fn a_machine_that_is_used_again_keeps_nothing() {
    let (deep, asking) = (deep(5), asking());
    let (facts, limits) = (Facts::default(), Limits::default());
    let mut machine = sbot_vm::Machine::new();
    for program in [&deep, &asking, &deep] {
        let Ok(Status::Parked(run)) = machine.start(program, 0, &[], &manual(), &facts, &limits) else {
            panic!()
        };
        assert_eq!(Status::Parked(run.clone()), start(program).status);
        let mut again = run.clone();
        let ending = machine.turn(program, &mut again, &says("on"), &facts, &limits).unwrap();
        assert_eq!(ending.map(Status::Ended), Some(next(program, run, &says("on")).status));
    }
}
