//! Functions of numbers. Decimals have 96 bits of digits and at most 28 places: what needs more integer digits is
//! an overflow; what needs more places is rounded half to even at the last place that fits, in `sum` as in `+`, `-` and
//! `*` (`rust_decimal` drops places before it overflows).

use super::{Answer, order};
use crate::context::Context;
use crate::convert::whole;
use crate::find;
use crate::trap::TrapKind;
use crate::value::Value;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;

/// An int or a number as a decimal.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    if let Value::Int(value) = value {
        return Some(Decimal::from(*value));
    }
    if let Value::Number(value) = value { Some(*value) } else { None }
}

fn wanted(value: &Value) -> Result<Decimal, TrapKind> {
    decimal(value).ok_or(TrapKind::WrongKind)
}

pub(super) fn from_text(context: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(find::whole_number(text, context).map_or(Value::None, Value::Number))
}

pub(super) fn int_from_text(context: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(find::whole_number(text, context).and_then(whole).map_or(Value::None, Value::Int))
}

pub(super) fn round(_: &Context, args: &[Value]) -> Answer {
    let [value, Value::Int(places)] = args else { return Err(TrapKind::WrongKind) };
    if let (Value::Int(_), 0..) = (value, places) {
        return Ok(value.clone());
    }
    rounded(wanted(value)?, *places).map(Value::Number)
}

fn rounded(value: Decimal, places: i64) -> Result<Decimal, TrapKind> {
    if let Ok(places) = u32::try_from(places) {
        let rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven);
        return Ok(rounded.normalize());
    }
    // To tens, hundreds …: a number has at most 29 digits before its point.
    let step = u32::try_from(places.unsigned_abs()).ok().filter(|places| *places <= 29);
    let Some(step) = step.and_then(|places| 10_i128.checked_pow(places)) else { return Ok(Decimal::ZERO) };
    let digits = value.trunc().normalize().mantissa();
    let (steps, rest) = (digits / step, digits % step);
    // The rest of less than a unit matters only in the middle.
    let twice = (rest.abs() * 2).cmp(&step);
    let up = match twice {
        Ordering::Greater => true,
        Ordering::Less => false,
        Ordering::Equal => !value.fract().is_zero() || steps % 2 != 0,
    };
    let steps = if up { steps + if value.is_sign_negative() { -1 } else { 1 } } else { steps };
    let rounded = steps.checked_mul(step).ok_or(TrapKind::Overflow)?;
    Decimal::try_from_i128_with_scale(rounded, 0).map_err(|_| TrapKind::Overflow)
}

pub(super) fn floor(_: &Context, args: &[Value]) -> Answer {
    let [value] = args else { return Err(TrapKind::WrongKind) };
    wanted(value)?.floor().to_i64().map(Value::Int).ok_or(TrapKind::Overflow)
}

pub(super) fn ceil(_: &Context, args: &[Value]) -> Answer {
    let [value] = args else { return Err(TrapKind::WrongKind) };
    wanted(value)?.ceil().to_i64().map(Value::Int).ok_or(TrapKind::Overflow)
}

pub(super) fn min(_: &Context, args: &[Value]) -> Answer {
    let [a, b] = args else { return Err(TrapKind::WrongKind) };
    let order = order(a, b).ok_or(TrapKind::WrongKind)?;
    Ok(if order == Ordering::Greater { b.clone() } else { a.clone() })
}

pub(super) fn max(_: &Context, args: &[Value]) -> Answer {
    let [a, b] = args else { return Err(TrapKind::WrongKind) };
    let order = order(a, b).ok_or(TrapKind::WrongKind)?;
    Ok(if order == Ordering::Less { b.clone() } else { a.clone() })
}

pub(super) fn abs(_: &Context, args: &[Value]) -> Answer {
    let [value] = args else { return Err(TrapKind::WrongKind) };
    if let Value::Int(value) = value
        && let Some(value) = value.checked_abs()
    {
        return Ok(Value::Int(value));
    }
    if let Value::Duration(value) = value {
        return value.checked_abs().map(Value::Duration).ok_or(TrapKind::Overflow);
    }
    wanted(value).map(|value| Value::Number(value.abs()))
}

pub(super) fn sum(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    let mut sum = Decimal::ZERO;
    for item in items.iter() {
        sum = sum.checked_add(wanted(item)?).ok_or(TrapKind::Overflow)?;
    }
    Ok(Value::Number(sum.normalize()))
}

pub(super) fn format(_: &Context, args: &[Value]) -> Answer {
    let [value, Value::Int(places)] = args else { return Err(TrapKind::WrongKind) };
    let places = usize::try_from(*places).unwrap_or(0).min(28);
    // Normalised, so that a small negative number is not written as -0.00. The decimals are filled up here because
    // `rust_decimal` panics on a precision that does not fit its buffer.
    let mut out = rounded(wanted(value)?, i64::try_from(places).unwrap_or(0))?.to_string();
    let fraction = out.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if fraction == 0 && places > 0 {
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', places.saturating_sub(fraction)));
    Ok(Value::Text(out.into()))
}
