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
