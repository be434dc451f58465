//! Languages, by their BCP 47 tags.

use super::Answer;
use crate::context::Context;
use crate::trap::TrapKind;
use crate::value::Value;

/// No tag of a real language is longer. Clients send what they like.
const MAX_TAG: usize = 64;

/// `pt-BR` is found as `pt-BR`, else as `pt`: each part at the end of a tag only says more (RFC 4647, "Lookup").
/// Case makes no difference, nor does `_` for `-`.
pub(super) fn index(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(language), Value::List(known)] = args else { return Err(TrapKind::WrongKind) };
    let mut wanted = language.trim();
    if wanted.len() > MAX_TAG {
        return Ok(Value::Int(0));
    }
    loop {
        let found = known.iter().position(|tag| matches!(tag, Value::Text(tag) if same(tag, wanted)));
        if let Some(at) = found {
            return i64::try_from(at).map(Value::Int).map_err(|_| TrapKind::Overflow);
        }
        match wanted.rfind(['-', '_']) {
            Some(end) => wanted = wanted.get(..end).unwrap_or(""),
            None => return Ok(Value::Int(0)),
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    let plain = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    one.len() == other.len() && one.bytes().map(plain).eq(other.bytes().map(plain))
}
