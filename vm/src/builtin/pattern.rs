//! The tests of patterns: `validate`, `when`, `contains`, `length`, ranges.

use super::{Answer, order};
use crate::context::Context;
use crate::find;
use crate::text::{fold, graphemes};
use crate::trap::TrapKind;
use crate::value::Value;
use std::cmp::Ordering;

pub(super) fn fold_eq(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Text(literal)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Bool(fold(text).is(literal)))
}

pub(super) fn contains_words(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Text(needle)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Bool(fold(text).contains_words(&fold(needle))))
}

pub(super) fn phone(context: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(find::phone(text, context).map_or(Value::None, |found| Value::Text(found.into())))
}

pub(super) fn email(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(find::email(text).map_or(Value::None, |found| Value::Text(found.into())))
}

pub(super) fn number(context: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(find::numbers_in(text, context).next().map_or(Value::None, Value::Number))
}

pub(super) fn number_in(context: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), from, to] = args else { return Err(TrapKind::WrongKind) };
    let from = super::number::decimal(from).ok_or(TrapKind::WrongKind)?;
    let to = super::number::decimal(to).ok_or(TrapKind::WrongKind)?;
    let found = find::numbers_in(text, context).find(|number| (from..=to).contains(number));
    Ok(found.map_or(Value::None, Value::Number))
}

pub(super) fn has_letters(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Bool(find::has_letters(text)))
}

pub(super) fn has_digits(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Bool(find::has_digits(text)))
}

pub(super) fn length_is(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Int(wanted)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Bool(i64::try_from(graphemes(text)) == Ok(*wanted)))
}

pub(super) fn length_in(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Int(from), Value::Int(to)] = args else {
        return Err(TrapKind::WrongKind);
    };
    Ok(Value::Bool(i64::try_from(graphemes(text)).is_ok_and(|length| (*from..=*to).contains(&length))))
}

pub(super) fn in_range(_: &Context, args: &[Value]) -> Answer {
    let [value, from, to] = args else { return Err(TrapKind::WrongKind) };
    let above = order(from, value).ok_or(TrapKind::WrongKind)? != Ordering::Greater;
    let below = order(value, to).ok_or(TrapKind::WrongKind)? != Ordering::Greater;
    Ok(Value::Bool(above && below))
}
