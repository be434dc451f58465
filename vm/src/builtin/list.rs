//! Functions of lists.

use super::{Answer, built, fits, order};
use crate::compare;
use crate::context::Context;
use crate::program::MOST_BUTTONS;
use crate::text::display;
use crate::trap::TrapKind;
use crate::value::Value;
use rustc_hash::FxHashSet;
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

/// The texts that `buttons from` shows, as they stand in the list: one of those that are equal once trimmed, and none
/// that are empty then.
pub(crate) fn shown_texts(items: &[Value]) -> Result<Vec<&Arc<str>>, TrapKind> {
    let mut seen = FxHashSet::default();
    let mut texts = Vec::new();
    for item in items {
        if let Value::Text(text) = item {
            let trimmed = text.trim();
            if !trimmed.is_empty() && seen.insert(trimmed) {
                texts.push(text);
            }
        } else if !matches!(item, Value::None) {
            return Err(TrapKind::WrongKind);
        }
    }
    Ok(texts)
}

pub(super) fn options(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    let texts = shown_texts(items)?;
    if texts.len() == items.len() {
        return Ok(Value::List(Arc::clone(items)));
    }
    Ok(Value::List(texts.into_iter().map(|text| Value::Text(Arc::clone(text))).collect()))
}

pub(super) fn first_options(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    match items.get(..MOST_BUTTONS) {
        Some(shown) if shown.len() < items.len() => Ok(Value::List(Arc::from(shown))),
        Some(_) | None => Ok(Value::List(Arc::clone(items))),
    }
}

pub(super) fn reverse(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::List(items.iter().rev().cloned().collect()))
}

pub(super) fn distinct(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items)] = args else { return Err(TrapKind::WrongKind) };
    let mut places: Vec<usize> = (0..items.len()).collect();
    let item = |place: usize| items.get(place).unwrap_or(&Value::None);
    places.sort_by(|a, b| compare::total(item(*a), item(*b)));
    // Equal elements stand together now, the first of them first.
    places.dedup_by(|b, a| compare::total(item(*a), item(*b)) == Ordering::Equal);
    places.sort_unstable();
    Ok(Value::List(places.into_iter().map(|place| item(place).clone()).collect()))
}

pub(super) fn slice(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items), Value::Int(from), Value::Int(count)] = args else {
        return Err(TrapKind::WrongKind);
    };
    let from = match usize::try_from(*from) {
        Ok(from) => from,
        // Counted from the end.
        Err(_) => items.len().saturating_sub(usize::try_from(from.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let count = usize::try_from((*count).max(0)).unwrap_or(usize::MAX);
    Ok(Value::List(items.iter().skip(from).take(count).cloned().collect()))
}

pub(super) fn flatten(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(lists)] = args else { return Err(TrapKind::WrongKind) };
    let mut out: Vec<Value> = Vec::new();
    for list in lists.iter().filter(|list| **list != Value::None) {
        let Value::List(items) = list else { return Err(TrapKind::WrongKind) };
        fits((out.len().saturating_add(items.len())).saturating_mul(size_of::<Value>()))?;
        out.extend(items.iter().cloned());
    }
    Ok(Value::List(out.into()))
}

pub(super) fn index_of(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items), wanted] = args else { return Err(TrapKind::WrongKind) };
    let found = items.iter().position(|item| compare::eq(item, wanted));
    Ok(found.and_then(|at| i64::try_from(at).ok()).map_or(Value::None, Value::Int))
}

pub(super) fn count_of(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items), wanted] = args else { return Err(TrapKind::WrongKind) };
    let count = items.iter().filter(|item| compare::eq(item, wanted)).count();
    i64::try_from(count).map(Value::Int).map_err(|_| TrapKind::Overflow)
}

pub(super) fn without(_: &Context, args: &[Value]) -> Answer {
    let [Value::List(items), Value::List(others)] = args else { return Err(TrapKind::WrongKind) };
    let mut sorted: Vec<&Value> = others.iter().collect();
    sorted.sort_by(|a, b| compare::total(a, b));
    let kept =
        items.iter().filter(|item| sorted.binary_search_by(|other| compare::total(other, item)).is_err());
    Ok(Value::List(kept.cloned().collect()))
}

pub(super) fn range(_: &Context, args: &[Value]) -> Answer {
    let [Value::Int(from), Value::Int(to)] = args else { return Err(TrapKind::WrongKind) };
    let count = if from > to { 0 } else { to.abs_diff(*from).saturating_add(1) };
    fits(usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(size_of::<Value>()))?;
    Ok(Value::List((*from..=*to).map(Value::Int).collect()))
}
