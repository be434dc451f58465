use crate::build::*;
use sbot_vm::op::{Op, Reg};
use sbot_vm::program::Tables;
use sbot_vm::{TrapKind, Value};

type Binary = fn(Reg, Reg, Reg) -> Op;

fn add(dst: Reg, a: Reg, b: Reg) -> Op {
    Op::Add { dst, a, b }
}
fn sub(dst: Reg, a: Reg, b: Reg) -> Op {
    Op::Sub { dst, a, b }
}
fn mul(dst: Reg, a: Reg, b: Reg) -> Op {
    Op::Mul { dst, a, b }
}
fn div(dst: Reg, a: Reg, b: Reg) -> Op {
    Op::Div { dst, a, b }
}
fn rem(dst: Reg, a: Reg, b: Reg) -> Op {
    Op::Rem { dst, a, b }
}

fn code(op: Binary) -> Vec<Op> {
    vec![Op::Const { dst: 0, value: 0 }, Op::Const { dst: 1, value: 1 }, op(2, 0, 1), Op::Return { src: 2 }]
}

fn gives(op: Binary, a: Value, b: Value) -> Value {
    value_of(vec![a, b], 3, code(op))
}

fn traps(op: Binary, a: Value, b: Value) -> TrapKind {
    trap(start(&program(Tables { consts: vec![a, b], ..tables(3, code(op)) })))
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

#[test]
fn kinds_that_belong_together() {
    assert_eq!(gives(add, Value::Int(2), Value::Int(3)), Value::Int(5));
    assert_eq!(gives(add, Value::Int(2), number("0.5")), number("2.5"));
    assert_eq!(gives(sub, number("0.3"), number("0.1")), number("0.2"));
    assert_eq!(gives(mul, Value::Duration(60), Value::Int(3)), Value::Duration(180));
    assert_eq!(gives(add, Value::text("a"), Value::text("b")), Value::text("ab"));
    assert_eq!(gives(add, Value::DateTime(0), Value::Duration(2)), Value::DateTime(2000));
    assert_eq!(gives(div, Value::Int(7), Value::Int(2)), number("3.5"));
    assert_eq!(gives(rem, Value::Int(-7), Value::Int(2)), Value::Int(-1));
    assert_eq!(gives(rem, Value::Int(i64::MIN), Value::Int(-1)), Value::Int(0));
}

#[test]
fn division_rounds_half_to_even_at_28_digits() {
    assert_eq!(gives(div, Value::Int(1), Value::Int(3)), number("0.3333333333333333333333333333"));
    assert_eq!(gives(div, Value::Int(2), Value::Int(3)), number("0.6666666666666666666666666667"));
}

#[test]
fn what_does_not_fit_is_an_overflow() {
    let add_int = |dst, a, b| Op::AddInt { dst, a, b };
    let sub_int = |dst, a, b| Op::SubInt { dst, a, b };
    let mul_int = |dst, a, b| Op::MulInt { dst, a, b };
    assert_eq!(traps(add_int, Value::Int(i64::MAX), Value::Int(1)), TrapKind::Overflow);
    assert_eq!(traps(sub_int, Value::Int(i64::MIN), Value::Int(1)), TrapKind::Overflow);
    assert_eq!(traps(mul_int, Value::Int(i64::MAX), Value::Int(2)), TrapKind::Overflow);
    assert_eq!(traps(mul, Value::Duration(i64::MAX), Value::Int(2)), TrapKind::Overflow);
    let most = "79228162514264337593543950335";
    assert_eq!(traps(add, number(most), number(most)), TrapKind::Overflow);
}

#[test]
fn numbers_that_are_whole_go_on_beyond_ints() {
    let (least, most) = (Value::Int(i64::MIN), Value::Int(i64::MAX));
    assert_eq!(gives(add, most.clone(), Value::Int(1)), number("9223372036854775808"));
    assert_eq!(gives(sub, least, Value::Int(1)), number("-9223372036854775809"));
    assert_eq!(gives(mul, most, Value::Int(10)), number("92233720368547758070"));
}

#[test]
fn division_by_zero() {
    for zero in [Value::Int(0), number("0"), number("0.00")] {
        assert_eq!(traps(div, Value::Int(1), zero.clone()), TrapKind::DivisionByZero);
        assert_eq!(traps(rem, Value::Int(1), zero.clone()), TrapKind::DivisionByZero);
    }
}

#[test]
fn kinds_that_do_not_belong_together() {
    for op in [add as Binary, sub, mul, div, rem] {
        assert_eq!(traps(op, Value::Bool(true), Value::Int(1)), TrapKind::WrongKind);
        assert_eq!(traps(op, Value::None, Value::Int(1)), TrapKind::WrongKind);
    }
    assert_eq!(traps(add, Value::text("1"), Value::Int(1)), TrapKind::WrongKind);
}

#[test]
fn comparisons_with_an_absent_side_are_false() {
    let eq = |dst, a, b| Op::Eq { dst, a, b };
    let ne = |dst, a, b| Op::Ne { dst, a, b };
    let lt = |dst, a, b| Op::Lt { dst, a, b };
    let is_in = |dst, a, list| Op::In { dst, a, list };
    for op in [eq as Binary, ne, lt] {
        assert_eq!(gives(op, Value::None, Value::Int(1)), Value::Bool(false));
        assert_eq!(gives(op, Value::Int(1), Value::None), Value::Bool(false));
        assert_eq!(gives(op, Value::None, Value::None), Value::Bool(false));
    }
    assert_eq!(gives(eq, Value::Int(1), number("1.0")), Value::Bool(true));
    assert_eq!(gives(ne, Value::Int(1), number("1.0")), Value::Bool(false));
    assert_eq!(gives(lt, Value::Int(1), number("1.5")), Value::Bool(true));
    assert_eq!(gives(eq, Value::text("a"), Value::text("A")), Value::Bool(false));
    let list = Value::List([Value::Int(1), number("2")].into());
    assert_eq!(gives(eq, list.clone(), Value::List([number("1"), Value::Int(2)].into())), Value::Bool(true));
    assert_eq!(gives(is_in, Value::Int(2), list.clone()), Value::Bool(true));
    assert_eq!(gives(is_in, Value::Int(3), list.clone()), Value::Bool(false));
    assert_eq!(gives(is_in, Value::None, list), Value::Bool(false));
    assert_eq!(gives(is_in, Value::Int(1), Value::None), Value::Bool(false));
    assert_eq!(traps(lt, Value::text("1"), Value::Int(1)), TrapKind::WrongKind);
}

#[test]
fn conditions_are_bools() {
    let code = vec![Op::Int { dst: 0, value: 1 }, Op::JumpIf { cond: 0, to: 2 }, Op::End {}];
    assert_eq!(trap(start(&program(tables(1, code)))), TrapKind::WrongKind);
}

#[test]
fn lists_and_records() {
    let code = |at| {
        vec![
            Op::Int { dst: 0, value: 7 },
            Op::Int { dst: 1, value: 8 },
            Op::List { dst: 2, args: 0, count: 2 },
            Op::Int { dst: 3, value: at },
            Op::Index { dst: 4, src: 2, at: 3 },
            Op::Return { src: 4 },
        ]
    };
    assert_eq!(value_of(vec![], 5, code(1)), Value::Int(8));
    for at in [2, -1] {
        assert_eq!(trap(start(&program(tables(5, code(at))))), TrapKind::BadIndex);
    }
}

#[test]
fn texts_are_joined_without_absent_parts() {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Int { dst: 1, value: 3 },
        Op::Const { dst: 3, value: 1 },
        Op::Concat { dst: 4, args: 0, count: 4 },
        Op::Return { src: 4 },
    ];
    let consts = vec![Value::text("n = "), Value::Bool(true)];
    assert_eq!(value_of(consts, 5, code), Value::text("n = 3true"));
}
