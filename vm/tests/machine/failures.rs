//! Effects that fail while bots and flows stand in each other.

use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{Callee, On, Tables};
use sbot_vm::{
    Effect, EffectId, EffectKind, Ending, Event, EventKind, Kind, Program, RunEvent, Value, WhyRefused,
};

/// `a` runs `b`, which calls its flow `f`, which runs `c`, which calls its flow `g`, which waits. Each bot has a
/// variable and, if it is named, an `on failed` that returns `[variable, what a call gave]`.
fn nested(own: bool, on_failed: &str) -> Program {
    let bot = |variable, call| {
        vec![
            Op::Int { dst: 0, value: variable },
            Op::Enter { dst: 1, call, args: 0, count: 0 },
            // On failed, too.
            Op::List { dst: 2, args: 0, count: 2 },
            Op::Return { src: 2 },
        ]
    };
    let f = vec![Op::Enter { dst: 0, call: 2, args: 0, count: 0 }, Op::Return { src: 0 }];
    let g = vec![
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        Op::Int { dst: 0, value: 0 },
        Op::Return { src: 0 },
    ];
    let mut exits = vec![exit(On::Message, &[], 402)];
    if own {
        exits.push(exit(On::Failed, &[], 402));
    }
    let keeps = [(0, Kind::Int)];
    let mut all = Tables {
        messages: vec![plain()],
        waits: vec![wait("g.message", &[], exits)],
        calls: vec![
            call("s.b", &keeps, Callee::Bot(1)),
            call("s.f", &keeps, Callee::Flow(2)),
            call("f.c", &[], Callee::Bot(2)),
            call("s.g", &keeps, Callee::Flow(4)),
        ],
        ..functions(vec![
            ("a", BOT, 0, 3, bot(1, 0)),
            ("b", BOT, 0, 3, bot(2, 1)),
            ("f", flow_of(1), 0, 1, f),
            ("c", BOT, 0, 3, bot(3, 3)),
            ("g", flow_of(3), 0, 1, g),
        ])
    };
    for bot in &mut all.bots {
        let start = all.functions[bot.function as usize].start;
        bot.on_failed = on_failed.contains(&*bot.name).then_some(start + 2);
    }
    program(all)
}

fn fails(effect: EffectId) -> Event {
    event(NOW, EventKind::Failed { effect })
}

fn pair(variable: i64, result: Value) -> Value {
    Value::List([Value::Int(variable), result].into())
}

#[test]
fn the_innermost_bot_that_cares_goes_on() {
    let zero = Value::Int(0);
    for (on_failed, expected) in [
        // Straight into `c`: what its call gave is absent.
        ("abc", pair(1, pair(2, pair(3, Value::None)))),
        ("c", pair(1, pair(2, pair(3, Value::None)))),
        ("ab", pair(1, pair(2, Value::None))),
        ("b", pair(1, pair(2, Value::None))),
        ("a", pair(1, Value::None)),
    ] {
        let program = nested(false, on_failed);
        let run = parked(start(&program));
        assert_eq!(run.frames.len(), 4);
        assert_eq!(done(next(&program, run.clone(), &fails(id(0, 0)))), expected, "{on_failed}");
        let whole = pair(1, pair(2, pair(3, zero.clone())));
        assert_eq!(done(next(&program, run, &says("on"))), whole, "{on_failed}");
    }
}

#[test]
fn an_exit_of_the_wait_comes_first() {
    for on_failed in ["", "abc"] {
        let program = nested(true, on_failed);
        let run = parked(start(&program));
        assert_eq!(run.effect, Some(id(0, 0)));
        let whole = pair(1, pair(2, pair(3, Value::Int(0))));
        assert_eq!(done(next(&program, run.clone(), &fails(id(0, 0)))), whole);
        assert_eq!(refused(&program, &run, &fails(id(1, 0))), WhyRefused::UnknownEffect);
    }
}

#[test]
fn a_run_in_which_nobody_cares_ends() {
    let program = nested(false, "");
    let run = parked(start(&program));
    let turn = next(&program, run, &fails(id(0, 0)));
    let effect = id(0, 0);
    let kind = EffectKind::Event(RunEvent::Failed { effect });
    assert_eq!(turn.effects, [Effect { id: id(1, 0), kind }]);
    assert_eq!(ended(turn), Ending::Failed(effect));
}

#[test]
fn a_bot_that_took_over_is_the_one_that_cares() {
    // `c` hands over to `d`, which waits; its `on failed` counts, not that of `c`.
    let mut all = nested(false, "c").tables().clone();
    all.code[301] = Op::HandOver { bot: 3, args: 0, count: 0 };
    all.code.resize(500, Op::End {});
    all.code.extend([
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 1 },
        Op::Int { dst: 0, value: 8 },
        Op::Return { src: 0 },
    ]);
    all.calls.pop();
    // Without those that stand in no source.
    all.waits.truncate(1);
    all.functions[4].end = 404;
    all.waits.push(wait("s.message", &[], vec![exit(On::Message, &[], 502)]));
    all.functions.push(function("d", BOT, 0, 1, 500, 504));
    let mut bot = all.bots[2].clone();
    (bot.name, bot.function, bot.on_failed) = ("d".into(), 5, Some(502));
    all.bots.push(bot);
    let taken = program(all.clone());
    let run = parked(start(&taken));
    assert_eq!(done(next(&taken, run, &fails(id(0, 0)))), pair(1, pair(2, Value::Int(8))));
    all.bots[3].on_failed = None;
    let program = program(all);
    let run = parked(start(&program));
    assert_eq!(ended(next(&program, run, &fails(id(0, 0)))), Ending::Failed(id(0, 0)));
}

#[test]
fn an_action_that_fails_takes_the_exit_of_its_wait() {
    let code = vec![
        Op::Act { action: 0, args: 0, count: 0 },
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        Op::Int { dst: 0, value: 1 },
        Op::Return { src: 0 },
    ];
    let mut ask = action("ask", vec![], sbot_vm::program::Echo::None);
    ask.exits = vec![answer("paid", vec![])];
    for exits in [
        vec![exit(On::Failed, &[], 3), exit(On::Answer(0), &[], 4)],
        vec![exit(On::Answer(0), &[], 4), exit(On::Failed, &[], 3)],
    ] {
        let program = program(Tables {
            messages: vec![plain()],
            actions: vec![ask.clone()],
            waits: vec![wait("s.ask", &[], exits)],
            ..tables(1, code.clone())
        });
        let run = parked(start(&program));
        assert_eq!(done(next(&program, run.clone(), &fails(id(0, 0)))), Value::Int(1));
        // The message is not what it waits for.
        assert_eq!(ended(next(&program, run, &fails(id(0, 1)))), Ending::Failed(id(0, 1)));
    }
}
