//! Arithmetic on values of any kind. The loop handles two ints itself and comes here for the rest.

use crate::calendar;
use crate::context::Context;
use crate::trap::TrapKind;
use crate::value::Value;
use rust_decimal::Decimal;

/// Both sides as numbers, if they are ints or numbers.
fn numbers(a: &Value, b: &Value) -> Option<(Decimal, Decimal)> {
    Some((number(a)?, number(b)?))
}

/// The result of two ints, if it is one. The loop has an instruction of its own for those that have to be ints: what
/// comes here is a number, and goes on beyond them.
fn ints(a: &Value, b: &Value, operator: fn(i64, i64) -> Option<i64>) -> Option<Value> {
    if let (Value::Int(a), Value::Int(b)) = (a, b) { operator(*a, *b).map(Value::Int) } else { None }
}

fn number(value: &Value) -> Option<Decimal> {
    if let Value::Int(value) = value {
        Some(Decimal::from(*value))
    } else if let Value::Number(value) = value {
        Some(*value)
    } else {
        None
    }
}

fn checked(value: Option<Decimal>) -> Result<Value, TrapKind> {
    value.map(Value::Number).ok_or(TrapKind::Overflow)
}

/// `a + b` of everything but texts.
pub(crate) fn add(a: &Value, b: &Value, context: &Context) -> Result<Value, TrapKind> {
    if let Some(sum) = ints(a, b, i64::checked_add) {
        Ok(sum)
    } else if let Some((a, b)) = numbers(a, b) {
        checked(a.checked_add(b))
    } else if let (Value::Duration(a), Value::Duration(b)) = (a, b) {
        a.checked_add(*b).map(Value::Duration).ok_or(TrapKind::Overflow)
    } else {
        calendar::add(a, b, context)
    }
}

/// `a - b`.
pub(crate) fn sub(a: &Value, b: &Value, context: &Context) -> Result<Value, TrapKind> {
    if let Some(difference) = ints(a, b, i64::checked_sub) {
        Ok(difference)
    } else if let Some((a, b)) = numbers(a, b) {
        checked(a.checked_sub(b))
    } else if let (Value::Duration(a), Value::Duration(b)) = (a, b) {
        a.checked_sub(*b).map(Value::Duration).ok_or(TrapKind::Overflow)
    } else {
        calendar::sub(a, b, context)
    }
}

/// `a * b`.
pub(crate) fn mul(a: &Value, b: &Value) -> Result<Value, TrapKind> {
    match (a, b) {
        (Value::Duration(a), Value::Int(b)) | (Value::Int(b), Value::Duration(a)) => {
            a.checked_mul(*b).map(Value::Duration).ok_or(TrapKind::Overflow)
        }
        _ => match (ints(a, b, i64::checked_mul), numbers(a, b)) {
            (Some(product), _) => Ok(product),
            (None, Some((a, b))) => checked(a.checked_mul(b)),
            (None, None) => Err(TrapKind::WrongKind),
        },
    }
}

/// `a / b`, always a number.
pub(crate) fn div(a: &Value, b: &Value) -> Result<Value, TrapKind> {
    let (a, b) = numbers(a, b).ok_or(TrapKind::WrongKind)?;
    if b.is_zero() { Err(TrapKind::DivisionByZero) } else { checked(a.checked_div(b)) }
}

/// `a % b`, with the sign of `a`.
pub(crate) fn rem(a: &Value, b: &Value) -> Result<Value, TrapKind> {
    if let (Value::Int(a), Value::Int(b)) = (a, b) {
        // The smallest int modulo -1 is 0, although its quotient has no int.
        return if *b == 0 { Err(TrapKind::DivisionByZero) } else { Ok(Value::Int(a.wrapping_rem(*b))) };
    }
    let (a, b) = numbers(a, b).ok_or(TrapKind::WrongKind)?;
    if b.is_zero() { Err(TrapKind::DivisionByZero) } else { checked(a.checked_rem(b)) }
}

/// `-a`.
pub(crate) fn neg(a: &Value) -> Result<Value, TrapKind> {
    if let Value::Int(a) = a {
        a.checked_neg().map(Value::Int).ok_or(TrapKind::Overflow)
    } else if let Value::Duration(a) = a {
        a.checked_neg().map(Value::Duration).ok_or(TrapKind::Overflow)
    } else if let Value::Number(a) = a {
        Ok(Value::Number(-*a))
    } else {
        Err(TrapKind::WrongKind)
    }
}
