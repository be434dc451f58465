//! Functions of lists.

use super::{Answer, built, fits, order};
use crate::context::Context;
use crate::text::display;
use crate::trap::TrapKind;
use crate::value::Value;
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) fn len(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    i64::try_from(items.len()).map(Value::Int).map_err(|_| TrapKind::Overflow)
}

pub(super) fn join(context: &Context, args: &[Value]) -> Answer {
    let [Value::List(items), Value::Text(by)] = args else { return Err(TrapKind::WrongKind) };
    let mut out = String::new();
    let mut first = true;
    for item in items.iter().filter(|item| **item != Value::None) {
        if !first {
            out.push_str(by);
        }
        first = false;
        display(&mut out, item, context);
        // Elements are shared, so that a short list can stand for a very long text.
        fits(out.len())?;
    }
    built(out)
}

pub(super) fn append(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(left), Value::List(right)] = args else { return Err(TrapKind::WrongKind) };
    fits((left.len().saturating_add(right.len())).saturating_mul(size_of::<Value>()))?;
    Ok(Value::List(left.iter().chain(right.iter()).cloned().collect()))
}

pub(super) fn sort(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    fits(items.len().saturating_mul(size_of::<Value>()))?;
    // Values that can be compared with one of them can all be compared with each other.
    if let Some(first) = items.first()
        && items.iter().any(|item| order(first, item).is_none())
    {
        return Err(TrapKind::WrongKind);
    }
    let mut sorted: Vec<Value> = items.to_vec();
    sorted.sort_by(|a, b| order(a, b).unwrap_or(Ordering::Equal));
    Ok(Value::List(Arc::from(sorted)))
}

pub(super) fn first(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    Ok(items.first().cloned().unwrap_or_default())
}

pub(super) fn last(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    Ok(items.last().cloned().unwrap_or_default())
}
