//! Functions of json: values stay JSON text, and these look into it.
//!
//! The text comes from outside and is not trusted: nothing here recurses, and what is not JSON gives an absent value or
//! a wrong piece of that text, never a panic. Numbers are read as written, exactly, never by way of a float.

use super::{Answer, fits, list_bytes};
use crate::context::Context;
use crate::convert::whole;
use crate::trap::TrapKind;
use crate::value::Value;
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::sync::Arc;

pub(super) fn field(_: &Context, args: &[Value]) -> Answer {
    let [Value::Json(json), Value::Text(name)] = args else { return Err(TrapKind::WrongKind) };
    let mut found = None;
    let mut scan = Scan::new(json);
    if scan.takes('{') {
        while let Some((key, value)) = scan.member() {
            if unescaped(key).is_some_and(|key| key == **name) {
                found = Some(value);
            }
        }
    }
    Ok(present(found))
}

pub(super) fn index(_: &Context, args: &[Value]) -> Answer {
    let [Value::Json(json), Value::Int(at)] = args else { return Err(TrapKind::WrongKind) };
    let found = usize::try_from(*at).ok().and_then(|at| elements(json)?.nth(at));
    Ok(present(found))
}

pub(super) fn text(_: &Context, args: &[Value]) -> Answer {
    let [Value::Json(json)] = args else { return Err(TrapKind::WrongKind) };
    let inner = json.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    Ok(inner.and_then(unescaped).map_or(Value::None, |text| Value::Text(Arc::from(text))))
}

pub(super) fn int(_: &Context, args: &[Value]) -> Answer {
    let [Value::Json(json)] = args else { return Err(TrapKind::WrongKind) };
    Ok(decimal(json).and_then(whole).map_or(Value::None, Value::Int))
}

pub(super) fn number(_: &Context, args: &[Value]) -> Answer {
    let [Value::Json(json)] = args else { return Err(TrapKind::WrongKind) };
    Ok(decimal(json).map_or(Value::None, Value::Number))
}

pub(super) fn bool(_: &Context, args: &[Value]) -> Answer {
    let [Value::Json(json)] = args else { return Err(TrapKind::WrongKind) };
    Ok(match json.trim() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => Value::None,
    })
}

pub(super) fn items(_: &Context, args: &[Value]) -> Answer {
    let [Value::Json(json)] = args else { return Err(TrapKind::WrongKind) };
    let Some(found) = elements(json) else { return Ok(Value::None) };
    let mut items = Vec::new();
    for item in found {
        items.push(Value::Json(Arc::from(item)));
        fits(list_bytes(items.len()))?;
    }
    Ok(Value::List(Arc::from(items)))
}

fn present(json: Option<&str>) -> Value {
    json.filter(|json| *json != "null").map_or(Value::None, |json| Value::Json(Arc::from(json)))
}

/// A JSON number (RFC 8259, 6), if it can be held without rounding.
fn decimal(json: &str) -> Option<Decimal> {
    let json = json.trim();
    let number = json.strip_prefix('-').unwrap_or(json);
    if !number.starts_with(|c: char| c.is_ascii_digit()) || number.len() > 80 {
        return None;
    }
    let Some((digits, exponent)) = number.split_once(['e', 'E']) else {
        return Decimal::from_str_exact(json).ok().map(|value| value.normalize());
    };
    let digits = Decimal::from_str_exact(digits).ok()?.normalize();
    let exponent: i32 = exponent.parse().ok()?;
    if digits.is_zero() {
        return Some(Decimal::ZERO);
    }
    let scale = i32::try_from(digits.scale()).ok()?.checked_sub(exponent)?;
    let value = match u32::try_from(scale) {
        Ok(scale) => Decimal::try_from_i128_with_scale(digits.mantissa(), scale).ok()?,
        Err(_) => {
            let power = 10_i128.checked_pow(scale.unsigned_abs())?;
            Decimal::try_from_i128_with_scale(digits.mantissa().checked_mul(power)?, 0).ok()?
        }
    };
    Some(if json.starts_with('-') { -value } else { value })
}

/// The elements of an array.
fn elements(json: &str) -> Option<impl Iterator<Item = &str>> {
    let mut scan = Scan::new(json);
    if !scan.takes('[') {
        return None;
    }
    Some(std::iter::from_fn(move || scan.element()))
}

/// What is left of a JSON text.
struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    fn new(json: &'a str) -> Self {
        Scan { rest: json.trim_start() }
    }

    /// Goes past a sign and the white space after it, if it comes next.
    fn takes(&mut self, sign: char) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    /// The next element of an array.
    fn element(&mut self) -> Option<&'a str> {
        let value = self.value()?;
        self.takes(',');
        Some(value)
    }

    /// The next member of an object: its key between its quotes, and its value.
    fn member(&mut self) -> Option<(&'a str, &'a str)> {
        let key = self.rest.get(..string_end(self.rest)?)?;
        self.rest = self.rest.get(key.len()..)?.trim_start();
        let key = key.strip_prefix('"')?.strip_suffix('"')?;
        if !self.takes(':') {
            return None;
        }
        Some((key, self.element()?))
    }

    /// The next value, without looking deeper than its brackets and strings.
    fn value(&mut self) -> Option<&'a str> {
        let mut depth = 0_usize;
        let mut at = 0;
        loop {
            let rest = self.rest.get(at..)?;
            match rest.bytes().next() {
                Some(b'"') => at += string_end(rest)?,
                Some(b'{' | b'[') => {
                    depth += 1;
                    at += 1;
                }
                Some(b'}' | b']') if depth > 0 => {
                    depth -= 1;
                    at += 1;
                }
                Some(b',' | b'}' | b']') | None if depth == 0 => break,
                // White space, `,` and `:` inside, and the letters and digits of a literal.
                Some(_) => at += rest.chars().next().map_or(1, char::len_utf8),
                None => return None,
            }
        }
        let value = self.rest.get(..at)?.trim_end();
        self.rest = self.rest.get(at..)?;
        (!value.is_empty()).then_some(value)
    }
}

/// Where the string that begins the text ends, its quotes included.
fn string_end(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    if bytes.next()?.1 != b'"' {
        return None;
    }
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(at + 1),
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    None
}

/// The text of a JSON string (RFC 8259, 7), given what stands between its quotes. A surrogate without its other half
/// is U+FFFD.
fn unescaped(inner: &str) -> Option<Cow<'_, str>> {
    let Some(first) = inner.find(['\\', '"']) else { return Some(Cow::Borrowed(inner)) };
    let mut out = String::with_capacity(inner.len());
    out.push_str(inner.get(..first)?);
    let mut units: Vec<u16> = Vec::new();
    let mut rest = inner.get(first..)?;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        if let Some(hex) = rest.strip_prefix("\\u") {
            units.push(u16::from_str_radix(hex.get(..4)?, 16).ok()?);
            length = 6;
        } else {
            flush(&mut units, &mut out);
            if c == '"' {
                return None;
            }
            if c == '\\' {
                length = 2;
                out.push(match rest.chars().nth(1)? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{C}',
                    same @ ('"' | '\\' | '/') => same,
                    _ => return None,
                });
            } else {
                out.push(c);
            }
        }
        rest = rest.get(length..)?;
    }
    flush(&mut units, &mut out);
    Some(Cow::Owned(out))
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    if !units.is_empty() {
        out.extend(
            char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
    }
}
