//! Values that a host may bring: of the declared kind, or of any other.

use crate::input::Input;
use sbot_vm::value::Record;
use sbot_vm::{Kind, Program, Slot, Value};
use std::sync::Arc;

/// What clients write, and what functions of texts, numbers and dates are about.
const TEXTS: &[&str] = &[
    "",
    "yes",
    "+1 415 555 0132",
    "call 91 123 45 67 or +34 612 345 678, ext. 5",
    "ann@example.com",
    "https://example.com/a?b=c#d",
    "12",
    "-0.000000000000000000000000000001",
    "79228162514264337593543950336",
    "9223372036854775808",
    "1.234,56 €",
    "tomorrow at half past nine",
    "2026-02-29",
    "24:00",
    "on the 31st of December, 23:59",
    "%Y-%m-%d %H:%M:%S.%f %:z %Q %%%",
    "{\"a\":[1,2.5e300,null,true,{\"b\":\"\\ud83d\\ude00\"}]}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "Straße İstanbul ﬁn Å",
    "\u{200d}\u{feff}\u{202e}\u{0}",
    "👩‍👩‍👧‍👦🇪🇸e\u{301}",
    "ПРИВЕТ мир 三月三日 下午三点",
];

/// A text: one of the program's, one of the usual ones, or any.
pub(crate) fn text(program: &Program, input: &mut Input<'_>) -> Arc<str> {
    let tables = program.tables();
    match input.byte() % 8 {
        0..=1 => match input.one_of(&tables.consts) {
            Some(Value::Text(text) | Value::File(text) | Value::Json(text)) => Arc::clone(text),
            Some(_) | None => Arc::from("hello"),
        },
        2..=3 => Arc::from(input.one_of(TEXTS).copied().unwrap_or_default()),
        4 => {
            let symbol = input.one_of(&tables.symbols);
            symbol.map_or_else(|| Arc::from(""), |symbol| Arc::clone(&symbol.title))
        }
        5 => {
            let piece = input.one_of(TEXTS).copied().unwrap_or_default();
            Arc::from(piece.repeat(1 << (input.byte() % 11)))
        }
        _ => Arc::from(input.text()),
    }
}

/// A value that may stand there; seldom one that may not.
pub(crate) fn fitting(slot: Slot, program: &Program, input: &mut Input<'_>) -> Value {
    let choice = input.byte();
    if choice > 0xf0 {
        any(program, input, 8)
    } else if slot.optional && choice.is_multiple_of(4) {
        Value::None
    } else {
        of_kind(slot.kind, program, input, 6)
    }
}

const KINDS: &[Kind] = &[
    Kind::Bool,
    Kind::Int,
    Kind::Number,
    Kind::Text,
    Kind::Date,
    Kind::Time,
    Kind::DateTime,
    Kind::Duration,
    Kind::List,
    Kind::Record,
    Kind::Symbol,
    Kind::File,
    Kind::Json,
];

/// Any value, seldom one that nests deeper than a program may build it.
pub(crate) fn any(program: &Program, input: &mut Input<'_>, depth: u8) -> Value {
    let choice = input.byte();
    if choice > 0xf8 {
        let mut value = Value::None;
        for _ in 0..input.byte() % 80 {
            value = Value::List(Arc::from([value]));
        }
        return value;
    }
    match KINDS.get(usize::from(choice) % (KINDS.len() + 1)) {
        Some(kind) => of_kind(*kind, program, input, depth),
        None => Value::None,
    }
}

fn of_kind(kind: Kind, program: &Program, input: &mut Input<'_>, depth: u8) -> Value {
    match kind {
        Kind::Bool => Value::Bool(input.byte() % 2 == 1),
        Kind::Int => Value::Int(input.int()),
        Kind::Number => number(input),
        Kind::Text => Value::Text(text(program, input)),
        Kind::Date => Value::Date(input.int() as i32),
        Kind::Time => Value::Time(input.int() as u16),
        Kind::DateTime => Value::DateTime(input.int()),
        Kind::Duration => Value::Duration(input.int()),
        Kind::List => Value::List(several(program, input, depth).into()),
        Kind::Record => record(program, input, depth),
        Kind::Symbol => {
            if input.byte() > 0xe8 {
                return Value::undeclared(&text(program, input), &text(program, input));
            }
            let known = program.tables().symbols.len();
            let symbol = if input.seldom() { input.int() as u32 } else { input.below(known) as u32 };
            Value::Symbol(symbol)
        }
        Kind::File => Value::File(text(program, input)),
        Kind::Json => Value::Json(text(program, input)),
    }
}

/// A decimal by its text, as a host that reads JSON would bring it.
fn number(input: &mut Input<'_>) -> Value {
    let scale = usize::from(input.byte() % 30);
    let digits = format!("{}{}", input.int(), input.int().unsigned_abs());
    let (sign, digits) = digits.strip_prefix('-').map_or(("", &*digits), |digits| ("-", digits));
    let digits = format!("{digits:0>30}");
    let (whole, part) = digits.split_at(digits.len() - scale);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if part.is_empty() { "" } else { "." };
    let value = serde_json::json!({ "Number": format!("{sign}{whole}{point}{part}") });
    serde_json::from_value(value).unwrap_or(Value::Int(1))
}

fn several(program: &Program, input: &mut Input<'_>, depth: u8) -> Vec<Value> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    let choice = input.byte();
    let count = if choice > 0xf8 { 20 } else { choice % 5 };
    if choice.is_multiple_of(2) {
        let kind = input.one_of(KINDS).copied().unwrap_or(Kind::Text);
        (0..count).map(|_| of_kind(kind, program, input, depth)).collect()
    } else {
        (0..count).map(|_| any(program, input, depth)).collect()
    }
}

fn record(program: &Program, input: &mut Input<'_>, depth: u8) -> Value {
    let shapes = &program.tables().shapes;
    let shape = input.below(shapes.len());
    let count = shapes.get(shape).map_or(0, |shape| shape.fields.len());
    let wrong = input.seldom();
    let Some(depth) = depth.checked_sub(1) else { return Value::None };
    let fields = (usize::from(wrong)..count).map(|_| any(program, input, depth)).collect();
    Value::Record(Arc::new(Record { shape: shape as u32, fields }))
}
