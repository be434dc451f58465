//! Comparing values. Kinds that do not belong together are never equal; ordering them is a trap.

use crate::trap::TrapKind;
use crate::value::Value;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Whether two present values are equal: int and number by value, texts exactly, lists and records item by item.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Number(b)) | (Value::Number(b), Value::Int(a)) => Decimal::from(*a) == *b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b))
        }
        (Value::Undeclared(a), Value::Undeclared(b)) => a.id == b.id,
        (Value::Record(a), Value::Record(b)) => {
            a.shape == b.shape
                && a.fields.len() == b.fields.len()
                && a.fields.iter().zip(&b.fields).all(|(a, b)| equal(a, b))
        }
        _ => a == b,
    }
}

/// `==` as the language has it: false when a side is absent.
pub(crate) fn eq(a: &Value, b: &Value) -> bool {
    !absent(a) && !absent(b) && equal(a, b)
}

/// `!=` as the language has it: false when a side is absent.
pub(crate) fn ne(a: &Value, b: &Value) -> bool {
    !absent(a) && !absent(b) && !equal(a, b)
}

/// The order of two values, `None` when a side is absent.
pub(crate) fn order(a: &Value, b: &Value) -> Result<Option<Ordering>, TrapKind> {
    Ok(Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Int(a), Value::Number(b)) => Decimal::from(*a).cmp(b),
        (Value::Number(a), Value::Int(b)) => a.cmp(&Decimal::from(*b)),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) | (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        (Value::None, _) | (_, Value::None) => return Ok(None),
        _ => return Err(TrapKind::WrongKind),
    }))
}

/// Whether the list holds a value equal to `a`.
pub(crate) fn contains(list: &Value, a: &Value) -> Result<bool, TrapKind> {
    if let Value::List(items) = list {
        Ok(!absent(a) && items.iter().any(|item| !absent(item) && equal(item, a)))
    } else if absent(list) {
        Ok(false)
    } else {
        Err(TrapKind::WrongKind)
    }
}

#[inline]
fn absent(value: &Value) -> bool {
    matches!(value, Value::None)
}

/// An order of all values, in which those are equal that [`equal`] calls so. It says nothing that a bot could see; it
/// brings equal elements of a list together.
pub(crate) fn total(a: &Value, b: &Value) -> Ordering {
    let items = |a: &[Value], b: &[Value]| {
        let unequal = a.iter().zip(b).map(|(a, b)| total(a, b)).find(|order| *order != Ordering::Equal);
        unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
    };
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Symbol(a), Value::Symbol(b)) => a.cmp(b),
        (Value::Undeclared(a), Value::Undeclared(b)) => a.id.cmp(&b.id),
        (Value::File(a), Value::File(b)) | (Value::Json(a), Value::Json(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => items(a, b),
        (Value::Record(a), Value::Record(b)) => {
            a.shape.cmp(&b.shape).then_with(|| items(&a.fields, &b.fields))
        }
        (a, b) => match order(a, b) {
            Ok(Some(order)) => order,
            Ok(None) | Err(_) => rank(a).cmp(&rank(b)),
        },
    }
}

/// The place of a kind among the kinds; an int and a number have one.
fn rank(value: &Value) -> u8 {
    match value {
        Value::None => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Number(_) => 2,
        Value::Text(_) => 3,
        Value::Date(_) => 4,
        Value::Time(_) => 5,
        Value::DateTime(_) => 6,
        Value::Duration(_) => 7,
        Value::List(_) => 8,
        Value::Record(_) => 9,
        Value::Symbol(_) => 10,
        Value::File(_) => 11,
        Value::Json(_) => 12,
        Value::Undeclared(_) => 13,
    }
}
