//! The bytes of instructions and values: variable-length integers and tagged values, the same in programs and in
//! parked runs. Reading never allocates more than a small multiple of what there is to read, and never recurses deeper
//! than [`crate::fuel::MAX_NESTING`]. What can be read was written that way: nothing has two spellings, so a run that
//! is read gives the same bytes again.

use crate::fuel::MAX_NESTING;
use crate::op::Op;
use crate::value::{Record, Undeclared, Value};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WireError {
    /// The bytes end too early.
    End,
    /// They make no sense.
    Bad(&'static str),
}

/// There is a shorter way to write it, and that is the one.
const LONGER: WireError = WireError::Bad("something is written longer than it has to be");

/// Reads from the front of a slice.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, WireError> {
        let (first, rest) = self.rest.split_first().ok_or(WireError::End)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(WireError::End)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn unsigned(&mut self) -> Result<u64, WireError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut value = u64::from(first & 0x7f);
        let mut shift = 7;
        loop {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(WireError::Bad("a number is too long"));
            }
            value |= part << shift;
            if byte < 0x80 {
                return if byte == 0 { Err(LONGER) } else { Ok(value) };
            }
            shift += 7;
            if shift > 63 {
                return Err(WireError::Bad("a number is too long"));
            }
        }
    }

    #[inline]
    pub(crate) fn signed(&mut self) -> Result<i64, WireError> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    pub(crate) fn index(&mut self) -> Result<u32, WireError> {
        u32::try_from(self.unsigned()?).map_err(|_| WireError::Bad("a number is too large"))
    }

    /// A number of things of which each takes at least one byte.
    pub(crate) fn count(&mut self) -> Result<usize, WireError> {
        let count = usize::try_from(self.unsigned()?).map_err(|_| WireError::End)?;
        if count > self.left() { Err(WireError::End) } else { Ok(count) }
    }

    fn text(&mut self, length: usize) -> Result<Arc<str>, WireError> {
        let bytes = self.bytes(length)?;
        std::str::from_utf8(bytes).map(Arc::from).map_err(|_| WireError::Bad("a text is not UTF-8"))
    }

    fn counted_text(&mut self) -> Result<Arc<str>, WireError> {
        let length = self.count()?;
        self.text(length)
    }

    fn number(&mut self) -> Result<Decimal, WireError> {
        let head = self.byte()?;
        let low = self.unsigned()?;
        let high = u32::try_from(self.unsigned()?).map_err(|_| WireError::Bad("a number is too large"))?;
        let mantissa = i128::from(high) << 64 | i128::from(low);
        let mut number = Decimal::try_from_i128_with_scale(mantissa, u32::from(head & 0x7f))
            .map_err(|_| WireError::Bad("a number has too many digits"))?;
        number.set_sign_negative(head & 0x80 != 0);
        Ok(number)
    }

    pub(crate) fn value(&mut self) -> Result<Value, WireError> {
        let tag = self.byte()?;
        self.tagged(tag, MAX_NESTING)
    }

    /// Like [`Reader::value`], written where it is to be: what parked runs have most is never moved.
    #[inline]
    pub(crate) fn value_into(&mut self, place: &mut Value) -> Result<(), WireError> {
        match self.byte()? {
            small @ tag::SMALL_INT.. => *place = small_int(small),
            short @ tag::SHORT_TEXT.. => *place = Value::Text(self.short_text(short)?),
            tag => *place = self.tagged(tag, MAX_NESTING)?,
        }
        Ok(())
    }

    /// The rest of a value of which the first byte has been read.
    fn tagged(&mut self, tag: u8, depth: u32) -> Result<Value, WireError> {
        let narrow = || WireError::Bad("a value is outside of its range");
        Ok(match tag {
            tag::NONE => Value::None,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::INT => match self.signed()? {
                value if small(value).is_some() => return Err(LONGER),
                value => Value::Int(value),
            },
            tag::NUMBER => Value::Number(self.number()?),
            tag::TEXT => match self.counted_text()? {
                text if short(text.len()).is_some() => return Err(LONGER),
                text => Value::Text(text),
            },
            tag::DATE => Value::Date(i32::try_from(self.signed()?).map_err(|_| narrow())?),
            tag::TIME => Value::Time(u16::try_from(self.unsigned()?).map_err(|_| narrow())?),
            tag::DATE_TIME => Value::DateTime(self.signed()?),
            tag::DURATION => Value::Duration(self.signed()?),
            tag::LIST => Value::List(self.items(depth)?.into()),
            tag::RECORD => {
                let shape = self.index()?;
                Value::Record(Arc::new(Record { shape, fields: self.items(depth)? }))
            }
            tag::SYMBOL => Value::Symbol(self.index()?),
            tag::FILE => Value::File(self.counted_text()?),
            tag::JSON => Value::Json(self.counted_text()?),
            tag::UNDECLARED => {
                let (id, title) = (self.counted_text()?, self.counted_text()?);
                Value::Undeclared(Arc::new(Undeclared { id, title }))
            }
            short @ tag::SHORT_TEXT..tag::SMALL_INT => Value::Text(self.short_text(short)?),
            small @ tag::SMALL_INT.. => small_int(small),
        })
    }

    fn short_text(&mut self, tag: u8) -> Result<Arc<str>, WireError> {
        self.text(usize::from(tag - tag::SHORT_TEXT))
    }

    fn items(&mut self, depth: u32) -> Result<Vec<Value>, WireError> {
        let depth = depth.checked_sub(1).ok_or(WireError::Bad("values nest too deep"))?;
        let count = self.count()?;
        let mut items = Vec::with_capacity(count.min(1024));
        for _ in 0..count {
            let tag = self.byte()?;
            items.push(self.tagged(tag, depth)?);
        }
        Ok(items)
    }

    pub(crate) fn op(&mut self) -> Result<Op, WireError> {
        let number = self.byte()?;
        let mut error = None;
        let op = Op::build(number, || self.signed().map_err(|why| error = Some(why)).ok());
        match (op, error) {
            (Some(op), None) => Ok(op),
            (_, Some(why)) => Err(why),
            (None, None) => Err(WireError::Bad("an unknown instruction, or an operand outside of its range")),
        }
    }
}

/// The first byte of a value. Texts under 16 bytes and ints near zero have theirs in it. None is left: a value of another
/// kind needs a new format of the run.
mod tag {
    pub(super) const NONE: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const NUMBER: u8 = 4;
    pub(super) const TEXT: u8 = 5;
    pub(super) const DATE: u8 = 6;
    pub(super) const TIME: u8 = 7;
    pub(super) const DATE_TIME: u8 = 8;
    pub(super) const DURATION: u8 = 9;
    pub(super) const LIST: u8 = 10;
    pub(super) const RECORD: u8 = 11;
    pub(super) const SYMBOL: u8 = 12;
    pub(super) const FILE: u8 = 13;
    pub(super) const JSON: u8 = 14;
    pub(super) const UNDECLARED: u8 = 15;
    pub(super) const SHORT_TEXT: u8 = 16;
    pub(super) const SMALL_INT: u8 = 32;
    /// The int of the tag `SMALL_INT`.
    pub(super) const SMALLEST: i64 = -16;
}

/// The tag of an int that stands in it.
#[inline]
fn small(value: i64) -> Option<u8> {
    let above = u8::try_from(value.saturating_sub(tag::SMALLEST)).ok()?;
    above.checked_add(tag::SMALL_INT)
}

/// The int of such a tag.
#[inline]
fn small_int(tag: u8) -> Value {
    Value::Int(i64::from(tag - tag::SMALL_INT) + tag::SMALLEST)
}

/// The tag of a text of this length, if the length stands in it.
#[inline]
fn short(length: usize) -> Option<u8> {
    let tag = u8::try_from(length).ok()?.checked_add(tag::SHORT_TEXT)?;
    (tag < tag::SMALL_INT).then_some(tag)
}

#[inline]
pub(crate) fn put_unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[inline]
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_unsigned(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

fn put_text(out: &mut Vec<u8>, kind: u8, text: &str) {
    out.push(kind);
    put_counted(out, text);
}

fn put_counted(out: &mut Vec<u8>, text: &str) {
    put_unsigned(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

pub(crate) fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::None => out.push(tag::NONE),
        Value::Bool(value) => out.push(if *value { tag::TRUE } else { tag::FALSE }),
        Value::Int(value) => match small(*value) {
            Some(tag) => out.push(tag),
            None => {
                out.push(tag::INT);
                put_signed(out, *value);
            }
        },
        Value::Number(value) => {
            out.push(tag::NUMBER);
            let sign = if value.is_sign_negative() { 0x80 } else { 0 };
            out.push(value.scale() as u8 | sign);
            let mantissa = value.mantissa().unsigned_abs();
            put_unsigned(out, mantissa as u64);
            put_unsigned(out, (mantissa >> 64) as u64);
        }
        Value::Text(text) => match short(text.len()) {
            Some(tag) => {
                out.push(tag);
                out.extend_from_slice(text.as_bytes());
            }
            None => put_text(out, tag::TEXT, text),
        },
        Value::Date(days) => {
            out.push(tag::DATE);
            put_signed(out, i64::from(*days));
        }
        Value::Time(minutes) => {
            out.push(tag::TIME);
            put_unsigned(out, u64::from(*minutes));
        }
        Value::DateTime(at) => {
            out.push(tag::DATE_TIME);
            put_signed(out, *at);
        }
        Value::Duration(seconds) => {
            out.push(tag::DURATION);
            put_signed(out, *seconds);
        }
        Value::List(items) => {
            out.push(tag::LIST);
            put_unsigned(out, items.len() as u64);
            items.iter().for_each(|item| put_value(out, item));
        }
        Value::Record(record) => {
            out.push(tag::RECORD);
            put_unsigned(out, u64::from(record.shape));
            put_unsigned(out, record.fields.len() as u64);
            record.fields.iter().for_each(|item| put_value(out, item));
        }
        Value::Symbol(symbol) => {
            out.push(tag::SYMBOL);
            put_unsigned(out, u64::from(*symbol));
        }
        Value::File(path) => put_text(out, tag::FILE, path),
        Value::Json(json) => put_text(out, tag::JSON, json),
        Value::Undeclared(one) => {
            put_text(out, tag::UNDECLARED, &one.id);
            put_counted(out, &one.title);
        }
    }
}

pub(crate) fn put_op(out: &mut Vec<u8>, op: &Op) {
    out.push(op.number());
    op.operands(|operand| put_signed(out, operand.value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, -1, 63, 64, -64, -65, i64::MAX, i64::MIN, 1 << 40] {
            let mut bytes = Vec::new();
            put_signed(&mut bytes, value);
            assert_eq!(Reader::new(&bytes).signed(), Ok(value));
        }
        for value in [-17, -16, 0, 207, 208, 255, 256, i64::MAX, i64::MIN] {
            let mut bytes = Vec::new();
            put_value(&mut bytes, &Value::Int(value));
            assert_eq!(Reader::new(&bytes).value(), Ok(Value::Int(value)), "{bytes:?}");
            assert_eq!(bytes.len() == 1, (-16..=207).contains(&value));
        }
    }

    #[test]
    fn deep_values_are_refused_before_they_are_read() {
        let deep = [tag::LIST, 1].repeat(1_000_000);
        assert_eq!(Reader::new(&deep).value(), Err(WireError::Bad("values nest too deep")));
    }

    #[test]
    fn nothing_has_two_spellings() {
        for longer in [&[0x80, 0x00][..], &[0xff, 0x00], &[0xff, 0x80, 0x00]] {
            assert_eq!(Reader::new(longer).unsigned(), Err(LONGER));
        }
        assert_eq!(Reader::new(&[0]).unsigned(), Ok(0));
        for (value, fits) in [(-17, false), (-16, true), (0, true), (207, true), (208, false)] {
            let mut bytes = vec![tag::INT];
            put_signed(&mut bytes, value);
            let read = Reader::new(&bytes).value();
            assert_eq!(read, if fits { Err(LONGER) } else { Ok(Value::Int(value)) }, "{value}");
        }
        for (length, fits) in [(0, true), (15, true), (16, false)] {
            let mut bytes = Vec::new();
            put_text(&mut bytes, tag::TEXT, &"x".repeat(length));
            let read = Reader::new(&bytes).value();
            assert_eq!(read.is_err(), fits, "{length}");
        }
    }

    #[test]
    fn overlong_numbers_are_refused() {
        assert!(Reader::new(&[0xff; 12]).unsigned().is_err());
        let mut most = vec![0xff; 9];
        most.push(1);
        assert_eq!(Reader::new(&most).unsigned(), Ok(u64::MAX));
    }
}
