//! Functions that write json: of a value, and of a text that is JSON.
//!
//! What is written is compact JSON (RFC 8259), whatever comes in: text is escaped, and json from outside is read once
//! more before it becomes a part of other json. Nothing here recurses into a text.

use super::{Answer, fits};
use crate::calendar;
use crate::context::Context;
use crate::fuel::MAX_NESTING;
use crate::trap::TrapKind;
use crate::value::Value;
use std::fmt::Write as _;

/// How deep brackets of a text may nest to be JSON: what reads it later may recurse.
const MAX_DEPTH: usize = 128;

pub(super) fn of(context: &Context, args: &[Value]) -> Answer {
    let [value] = args else { return Err(TrapKind::WrongKind) };
    let mut out = String::new();
    write(&mut out, value, context, MAX_NESTING)?;
    Ok(Value::Json(out.into()))
}

pub(super) fn parse(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    let mut out = String::with_capacity(text.len());
    Ok(compact(text, &mut out).map_or(Value::None, |()| Value::Json(out.into())))
}

fn write(out: &mut String, value: &Value, context: &Context, depth: u32) -> Result<(), TrapKind> {
    // Writing to a `String` cannot fail.
    let _ = match value {
        Value::None => out.write_str("null"),
        Value::Bool(value) => write!(out, "{value}"),
        Value::Int(value) => write!(out, "{value}"),
        Value::Number(value) => write!(out, "{}", value.normalize()),
        Value::Text(text) | Value::File(text) => {
            string(out, text);
            Ok(())
        }
        Value::Date(days) => quoted(out, |out| calendar::write_date(out, i64::from(*days))),
        Value::Time(minutes) => quoted(out, |out| calendar::write_time(out, i64::from(*minutes))),
        Value::DateTime(at) => quoted(out, |out| calendar::write_datetime(out, *at, &context.zone)),
        Value::Duration(seconds) => quoted(out, |out| out.write_str(&calendar::format_duration(*seconds))),
        Value::Symbol(index) => {
            string(out, context.symbol(*index).map_or("", |symbol| &symbol.name));
            Ok(())
        }
        Value::Undeclared(one) => {
            string(out, &one.id);
            Ok(())
        }
        Value::Json(json) => {
            compact(json, out).ok_or(TrapKind::WrongKind)?;
            Ok(())
        }
        Value::List(items) => return list(out, items, context, depth),
        Value::Record(record) => {
            let shape = context.shape(record.shape).ok_or(TrapKind::WrongKind)?;
            if shape.fields.len() != record.fields.len() {
                return Err(TrapKind::WrongKind);
            }
            let fields = shape.fields.iter().zip(&record.fields).map(|(name, value)| (Some(&**name), value));
            return nested(out, ['{', '}'], fields, context, depth);
        }
    };
    fits(out.len())
}

fn list(out: &mut String, items: &[Value], context: &Context, depth: u32) -> Result<(), TrapKind> {
    nested(out, ['[', ']'], items.iter().map(|item| (None, item)), context, depth)
}

fn nested<'v>(
    out: &mut String,
    [open, close]: [char; 2],
    parts: impl Iterator<Item = (Option<&'v str>, &'v Value)>,
    context: &Context,
    depth: u32,
) -> Result<(), TrapKind> {
    let depth = depth.checked_sub(1).ok_or(TrapKind::OutOfMemory)?;
    out.push(open);
    for (n, (name, value)) in parts.enumerate() {
        if n > 0 {
            out.push(',');
        }
        if let Some(name) = name {
            string(out, name);
            out.push(':');
        }
        write(out, value, context, depth)?;
    }
    out.push(close);
    fits(out.len())
}

fn quoted(out: &mut String, write: impl FnOnce(&mut String) -> std::fmt::Result) -> std::fmt::Result {
    out.push('"');
    write(out)?;
    out.push('"');
    Ok(())
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Copies one JSON value without the white space between its parts. `None` if the text is anything else; then `out`
/// holds a part of it.
fn compact(text: &str, out: &mut String) -> Option<()> {
    let mut reader = Reader { rest: text, out };
    let mut open: Vec<char> = Vec::new();
    loop {
        reader.skip();
        let rest = reader.rest;
        if reader.takes('{') {
            open.push('}');
            reader.skip();
            if !reader.rest.starts_with('}') {
                reader.key()?;
                continue;
            }
        } else if reader.takes('[') {
            open.push(']');
            reader.skip();
            if !reader.rest.starts_with(']') {
                continue;
            }
        } else if rest.starts_with('"') {
            reader.string()?;
        } else {
            reader.word()?;
        }
        if open.len() > MAX_DEPTH {
            return None;
        }
        // After a value: what it stands in ends, or goes on.
        loop {
            reader.skip();
            let Some(close) = open.last().copied() else {
                return reader.rest.is_empty().then_some(());
            };
            if reader.takes(close) {
                open.pop();
            } else if reader.takes(',') {
                if close == '}' {
                    reader.skip();
                    reader.key()?;
                }
                break;
            } else {
                return None;
            }
        }
    }
}

struct Reader<'t, 'o> {
    rest: &'t str,
    out: &'o mut String,
}

impl Reader<'_, '_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn takes(&mut self, sign: char) -> bool {
        let Some(rest) = self.rest.strip_prefix(sign) else { return false };
        self.out.push(sign);
        self.rest = rest;
        true
    }

    /// Takes so many bytes.
    fn take(&mut self, bytes: usize) -> Option<()> {
        self.out.push_str(self.rest.get(..bytes)?);
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }

    /// A key and the colon after it.
    fn key(&mut self) -> Option<()> {
        self.string()?;
        self.skip();
        self.takes(':').then_some(())
    }

    fn string(&mut self) -> Option<()> {
        let inner = self.rest.strip_prefix('"')?;
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return self.take(at + 2),
                '\\' => match chars.next()?.1 {
                    '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {}
                    'u' => {
                        for _ in 0..4 {
                            chars.next().filter(|(_, c)| c.is_ascii_hexdigit())?;
                        }
                    }
                    _ => return None,
                },
                c if c < ' ' => return None,
                _ => {}
            }
        }
        None
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self) -> Option<()> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.'));
        let word = self.rest.get(..end.unwrap_or(self.rest.len()))?;
        (matches!(word, "true" | "false" | "null") || is_number(word)).then_some(())?;
        self.take(word.len())
    }
}

/// RFC 8259, 6.
fn is_number(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (number, exponent) = match word.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (word, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
