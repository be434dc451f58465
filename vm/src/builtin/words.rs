//! Functions that need Unicode data to take texts apart and to write them in another way.

use super::{Answer, built, fits, list_bytes};
use crate::context::Context;
use crate::find::digit;
use crate::text::{graphemes, plain_letters};
use crate::trap::TrapKind;
use crate::value::Value;
use icu_casemap::CaseMapper;
use icu_properties::props::{EmojiPresentation, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use std::fmt::Write as _;
use std::iter;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

pub(super) fn title_case(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    let mut out = String::with_capacity(text.len());
    for word in text.split_word_bounds() {
        title_word(&mut out, word);
    }
    built(out)
}

/// A word that is in one case only, as a name: `ANNA` and `anna` are `Anna`, `o'brien` is `O'Brien`. A word in mixed
/// case was written so on purpose.
fn title_word(out: &mut String, word: &str) {
    let mut chars = word.chars();
    let Some(first) = chars.next().filter(|c| c.is_alphabetic()) else { return out.push_str(word) };
    if word.chars().any(char::is_lowercase) && word.chars().any(char::is_uppercase) {
        return out.push_str(word);
    }
    let mapper = CaseMapper::new();
    out.push(mapper.simple_titlecase(first));
    let rest = chars.as_str();
    let name = rest.strip_prefix(['\'', '’']).filter(|name| {
        matches!(first, 'O' | 'o' | 'D' | 'd' | 'L' | 'l')
            && name.chars().filter(|c| c.is_alphabetic()).count() > 1
    });
    let Some(name) = name else { return out.push_str(&rest.to_lowercase()) };
    out.extend(rest.chars().next());
    let mut chars = name.chars();
    out.extend(chars.next().map(|first| mapper.simple_titlecase(first)));
    out.push_str(&chars.as_str().to_lowercase());
}

pub(super) fn words(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    fits(list_bytes(text.split_whitespace().count()).saturating_add(text.len()))?;
    Ok(Value::List(text.split_whitespace().map(Value::text).collect()))
}

pub(super) fn substring(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Int(from), Value::Int(count)] = args else {
        return Err(TrapKind::WrongKind);
    };
    let from = match usize::try_from(*from) {
        Ok(from) => from,
        // Counted from the end.
        Err(_) => graphemes(text).saturating_sub(usize::try_from(from.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let count = usize::try_from((*count).max(0)).unwrap_or(usize::MAX);
    let mut bounds = text.grapheme_indices(true).map(|(at, _)| at).chain(iter::once(text.len()));
    let start = bounds.nth(from).unwrap_or(text.len());
    let end = count.checked_sub(1).map_or(start, |more| bounds.nth(more).unwrap_or(text.len()));
    Ok(Value::text(text.get(start..end).unwrap_or("")))
}

pub(super) fn repeat(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Int(times)] = args else { return Err(TrapKind::WrongKind) };
    let times = usize::try_from((*times).max(0)).unwrap_or(usize::MAX);
    fits(text.len().saturating_mul(times))?;
    built(text.repeat(times))
}

pub(super) fn without_accents(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    built(plain_letters(text))
}

pub(super) fn slug(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    let categories = CodePointMapData::<GeneralCategory>::new();
    let mut out = String::new();
    let mut gap = false;
    for c in plain_letters(text).to_lowercase().chars() {
        let mark = GeneralCategoryGroup::Mark.contains(categories.get(c));
        if c.is_alphanumeric() || (mark && !gap && !out.is_empty()) {
            if gap && !out.is_empty() {
                out.push('-');
            }
            gap = false;
            out.push(c);
        } else {
            gap = true;
        }
    }
    built(out)
}

pub(super) fn only_digits(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Text(text.chars().filter_map(digit).collect::<String>().into()))
}

pub(super) fn without_emoji(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    let shown = CodePointSetData::new::<EmojiPresentation>();
    // Shown as a picture by itself, by the selector U+FE0F, or as a key by U+20E3.
    let picture = |c: char| matches!(c, '\u{FE0F}' | '\u{20E3}') || (!c.is_ascii() && shown.contains(c));
    if !text.chars().any(picture) {
        return Ok(Value::Text(Arc::clone(text)));
    }
    let mut out = String::with_capacity(text.len());
    let mut dropped = false;
    for cluster in text.graphemes(true) {
        if cluster.chars().any(picture) {
            dropped = true;
            continue;
        }
        // Of the spaces around a picture one is left, and none at the ends of the text.
        let spaced = out.is_empty() || out.ends_with(char::is_whitespace);
        if !(dropped && spaced && cluster.trim().is_empty()) {
            dropped = false;
            out.push_str(cluster);
        }
    }
    Ok(Value::text(if dropped { out.trim_end() } else { &out }))
}

pub(super) fn before(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Text(mark)] = args else { return Err(TrapKind::WrongKind) };
    Ok(around(text, mark).map_or(Value::None, |(before, _)| Value::text(before)))
}

pub(super) fn after(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Text(mark)] = args else { return Err(TrapKind::WrongKind) };
    Ok(around(text, mark).map_or(Value::None, |(_, after)| Value::text(after)))
}

fn around<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    if mark.is_empty() { None } else { text.split_once(mark) }
}

/// RFC 3986, 2: everything but the unreserved characters.
pub(super) fn url_encode(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    fits(text.len().saturating_mul(3))?;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    built(out)
}
