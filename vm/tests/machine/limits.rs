use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{FunctionKind, Message, Tables};
use sbot_vm::{Ending, Facts, Limits, Status, TrapKind, Value, start as start_bot};

fn with(limits: Limits, tables: Tables) -> TrapKind {
    trap(start_bot(&program(tables), 0, &[], &manual(), &Facts::default(), &limits).unwrap())
}

#[test]
fn a_loop_without_end_runs_out_of_fuel_and_has_no_effects() {
    let code = vec![Op::None { dst: 0 }, Op::Message { message: 0, text: 0 }, Op::Jump { to: 2 }];
    let tables = Tables { messages: vec![Message::default()], ..tables(1, code) };
    assert_eq!(with(Limits::default(), tables), TrapKind::OutOfFuel);
}

#[test]
fn fuel_counts_instructions() {
    let code =
        vec![Op::Int { dst: 0, value: 1 }, Op::AddImm { dst: 0, a: 0, value: 1 }, Op::Return { src: 0 }];
    let program = program(tables(1, code));
    let run = |fuel| {
        let limits = Limits { fuel, ..Limits::default() };
        start_bot(&program, 0, &[], &manual(), &Facts::default(), &limits).unwrap().status
    };
    assert_eq!(run(3), Status::Ended(Ending::Done(Value::Int(2))));
    assert!(matches!(run(2), Status::Ended(Ending::Trapped(_))));
}

#[test]
fn texts_that_double_run_out_of_memory() {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Concat { dst: 1, args: 0, count: 1 },
        Op::Add { dst: 0, a: 0, b: 1 },
        Op::Jump { to: 1 },
    ];
    let tables = Tables { consts: texts(&["0123456789"]), ..tables(2, code) };
    assert_eq!(with(Limits::default(), tables), TrapKind::OutOfMemory);
}

#[test]
fn lists_that_share_their_elements_run_out_of_memory() {
    let code = vec![Op::Move { dst: 1, src: 0 }, Op::List { dst: 0, args: 0, count: 2 }, Op::Jump { to: 0 }];
    assert_eq!(with(Limits::default(), tables(2, code)), TrapKind::OutOfMemory);
}

#[test]
fn lists_that_nest_without_end_run_out_of_memory() {
    let code = vec![Op::List { dst: 0, args: 0, count: 1 }, Op::Jump { to: 0 }];
    let limits = Limits { fuel: 1 << 40, memory: usize::MAX };
    assert_eq!(with(limits, tables(1, code)), TrapKind::OutOfMemory);
}

#[test]
fn effects_cost_memory() {
    let code = vec![Op::Message { message: 0, text: 0 }, Op::Jump { to: 0 }];
    let tables = Tables { messages: vec![Message::default()], ..tables(1, code) };
    assert_eq!(with(Limits::default(), tables), TrapKind::OutOfMemory);
}

/// `fn f(n) { if n <= 0 return 0; return f(n - 1) + 1 }`, called with `depth`.
fn recursion(depth: i32) -> Tables {
    let code = vec![
        Op::Int { dst: 0, value: depth },
        Op::Call { dst: 0, function: 1, args: 0, count: 1 },
        Op::Return { src: 0 },
        Op::Int { dst: 1, value: 0 },
        Op::JumpLeInt { a: 0, b: 1, to: 8 },
        Op::AddImm { dst: 1, a: 0, value: -1 },
        Op::Call { dst: 1, function: 1, args: 1, count: 1 },
        Op::AddImm { dst: 1, a: 1, value: 1 },
        Op::Return { src: 1 },
    ];
    Tables {
        functions: vec![
            function("b", FunctionKind::Bot, 0, 1, 0, 3),
            function("f", FunctionKind::Fn, 1, 2, 3, 9),
        ],
        ..tables(1, code)
    }
}

#[test]
fn calls_nest_64_deep_and_no_deeper() {
    assert_eq!(done(start(&program(recursion(63)))), Value::Int(63));
    assert_eq!(with(Limits::default(), recursion(64)), TrapKind::TooDeep);
}

#[test]
fn wide_frames_are_too_deep_sooner() {
    let mut tables = recursion(60);
    tables.functions[1].registers = u16::MAX;
    assert_eq!(with(Limits::default(), tables), TrapKind::TooDeep);
}

#[test]
fn a_callee_begins_with_absent_registers() {
    let code = vec![
        Op::Int { dst: 0, value: 5 },
        Op::Call { dst: 1, function: 1, args: 0, count: 1 },
        Op::Call { dst: 1, function: 1, args: 0, count: 1 },
        Op::Return { src: 1 },
        Op::JumpSet { src: 1, to: 7 },
        Op::Move { dst: 1, src: 0 },
        Op::Return { src: 1 },
        Op::Bool { dst: 1, value: 0 },
        Op::Return { src: 1 },
    ];
    let functions =
        vec![function("b", FunctionKind::Bot, 0, 2, 0, 4), function("f", FunctionKind::Fn, 1, 2, 4, 9)];
    assert_eq!(done(start(&program(Tables { functions, ..tables(2, code) }))), Value::Int(5));
}

#[test]
fn functions_see_the_variables_of_the_bot() {
    let code = vec![
        Op::Int { dst: 1, value: 9 },
        Op::Call { dst: 0, function: 1, args: 0, count: 0 },
        Op::Return { src: 0 },
        Op::LoadVar { dst: 0, var: 1 },
        Op::Return { src: 0 },
    ];
    let functions =
        vec![function("b", FunctionKind::Bot, 0, 2, 0, 3), function("f", FunctionKind::Fn, 0, 1, 3, 5)];
    assert_eq!(done(start(&program(Tables { functions, ..tables(2, code) }))), Value::Int(9));
}

#[test]
fn a_regular_expression_that_does_not_compile_traps() {
    let code =
        vec![Op::Const { dst: 0, value: 0 }, Op::Matches { dst: 0, src: 0, regex: 0 }, Op::Return { src: 0 }];
    let tables = |regex: &str| Tables {
        consts: texts(&["a12"]),
        regexes: vec![regex.into()],
        ..tables(1, code.clone())
    };
    assert_eq!(done(start(&program(tables("[0-9]+$")))), Value::Bool(true));
    assert_eq!(done(start(&program(tables("^[0-9]+$")))), Value::Bool(false));
    for bad in ["(", r"\pL{5000}", &"(".repeat(60_000)] {
        assert_eq!(with(Limits::default(), tables(bad)), TrapKind::WrongKind);
    }
}

#[test]
fn a_trap_names_its_instruction() {
    let code = vec![
        Op::Int { dst: 0, value: 1 },
        Op::Jump { to: 3 },
        Op::End {},
        Op::Call { dst: 0, function: 1, args: 0, count: 0 },
        Op::Return { src: 0 },
        Op::None { dst: 0 },
        Op::Not { dst: 0, a: 0 },
        Op::Return { src: 0 },
    ];
    let functions =
        vec![function("b", FunctionKind::Bot, 0, 1, 0, 5), function("f", FunctionKind::Fn, 0, 1, 5, 8)];
    let program = program(Tables { functions, ..tables(1, code) });
    let at = |fuel| {
        let limits = Limits { fuel, ..Limits::default() };
        match start_bot(&program, 0, &[], &manual(), &Facts::default(), &limits).unwrap().status {
            Status::Ended(Ending::Trapped(trap)) => (trap.kind, trap.op),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(at(1_000), (TrapKind::WrongKind, 6));
    // Fuel is taken at jumps, calls and ends.
    assert_eq!(at(1), (TrapKind::OutOfFuel, 1));
    assert_eq!(at(2), (TrapKind::OutOfFuel, 3));
}
