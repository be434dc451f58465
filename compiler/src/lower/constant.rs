//! Values that are known when the program is built.

use crate::ir::{Expr, ExprKind};
use sbot_vm::value::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// A part of a text with interpolations.
pub(super) enum Part<'e> {
    /// Known now; never empty.
    Text(String),
    /// Computed by the turn.
    Expr(&'e Expr),
}

/// The value of an expression that is known now.
pub(crate) fn constant(expr: &Expr) -> Option<Cow<'_, Value>> {
    if let ExprKind::Const(value) = &expr.kind {
        Some(Cow::Borrowed(value))
    } else if let ExprKind::Concat(list) = &expr.kind {
        match parts(list).as_slice() {
            [] => Some(Cow::Owned(Value::text(""))),
            [Part::Text(text)] => Some(Cow::Owned(Value::text(text))),
            _ => None,
        }
    } else if let ExprKind::List(items) = &expr.kind {
        let items: Option<Vec<Value>> =
            items.iter().map(|item| constant(item).map(Cow::into_owned)).collect();
        Some(Cow::Owned(Value::List(Arc::from(items?))))
    } else if let ExprKind::Neg(inner) = &expr.kind {
        let inner = constant(inner)?;
        if let Value::Int(value) = *inner {
            Some(Cow::Owned(Value::Int(value.checked_neg()?)))
        } else if let Value::Number(value) = *inner {
            Some(Cow::Owned(Value::Number(-value)))
        } else {
            None
        }
    } else {
        None
    }
}

/// The parts of a text, with those that are known joined.
pub(super) fn parts(list: &[Expr]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    add_parts(list, &mut parts);
    parts
}

fn add_parts<'e>(list: &'e [Expr], parts: &mut Vec<Part<'e>>) {
    for part in list {
        if let ExprKind::Concat(inner) = &part.kind {
            add_parts(inner, parts);
        } else if let Some(text) = literal_text(part) {
            if let Some(Part::Text(last)) = parts.last_mut() {
                last.push_str(&text);
            } else if !text.is_empty() {
                parts.push(Part::Text(text.into_owned()));
            }
        } else {
            parts.push(Part::Expr(part));
        }
    }
}

/// A literal as it stands in a text, as far as no setting of the account is needed for it.
fn literal_text(expr: &Expr) -> Option<Cow<'_, str>> {
    let ExprKind::Const(value) = &expr.kind else { return None };
    if let Value::Text(text) = value {
        Some(Cow::Borrowed(text))
    } else if let Value::Int(value) = value {
        Some(Cow::Owned(value.to_string()))
    } else if let Value::Bool(value) = value {
        Some(Cow::Borrowed(if *value { "true" } else { "false" }))
    } else if *value == Value::None {
        Some(Cow::Borrowed(""))
    } else {
        None
    }
}
