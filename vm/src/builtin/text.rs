//! Functions of texts.

use super::{Answer, built, fits, list_bytes};
use crate::context::Context;
use crate::text::graphemes;
use crate::trap::TrapKind;
use crate::value::Value;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

pub(super) fn len(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    i64::try_from(graphemes(text)).map(Value::Int).map_err(|_| TrapKind::Overflow)
}

pub(super) fn lower(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    built(text.to_lowercase())
}

pub(super) fn upper(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    built(text.to_uppercase())
}

pub(super) fn trim(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::text(text.trim()))
}

pub(super) fn replace(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Text(from), Value::Text(to)] = args else {
        return Err(TrapKind::WrongKind);
    };
    if from.is_empty() {
        return Ok(Value::Text(Arc::clone(text)));
    }
    if to.len() > from.len() {
        let grown = text.matches(&**from).count().saturating_mul(to.len() - from.len());
        fits(text.len().saturating_add(grown))?;
    }
    built(text.replace(&**from, to))
}

pub(super) fn split(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Text(by)] = args else { return Err(TrapKind::WrongKind) };
    let count = if by.is_empty() { graphemes(text) } else { text.matches(&**by).count().saturating_add(1) };
    fits(list_bytes(count).saturating_add(text.len()))?;
    Ok(Value::List(if by.is_empty() {
        text.graphemes(true).map(Value::text).collect()
    } else {
        text.split(&**by).map(Value::text).collect()
    }))
}

pub(super) fn starts_with(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Text(start)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Bool(text.starts_with(&**start)))
}

pub(super) fn ends_with(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Text(end)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Bool(text.ends_with(&**end)))
}
