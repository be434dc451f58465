//! Texts: how they are compared, counted, and how every other value is written as one.
//!
//! Nothing here depends on a locale or on the clock; every function takes time linear in its input.

use crate::calendar;
use crate::context::{Context, MAX_BUILT};
use crate::value::Value;
use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use std::fmt::Write as _;
use std::iter;
use unicode_segmentation::UnicodeSegmentation;

/// A text in the form in which texts are matched: trimmed, each run of white space one space, Unicode NFKC and
/// case folded. The full, locale-free folding of `CaseFolding.txt` is used (`ß` is `ss`; the Turkish `İ` is `i` with
/// a dot above, so it does not equal `i`, and `ı` stays itself), with NFKC before and after it, because either
/// can undo the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folded(String);

/// Folds a text for matching.
#[must_use]
pub fn fold(text: &str) -> Folded {
    if text.is_ascii() {
        return Folded(fold_ascii(text));
    }
    let normalizer = ComposingNormalizerBorrowed::new_nfkc();
    let composed = normalizer.normalize(text);
    let folded = CaseMapper::new().fold_string(&composed);
    let text = normalizer.normalize(&folded);
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Folded(out)
}

/// Lower case is all that folding and NFKC do to ASCII.
fn fold_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = !out.is_empty();
        } else {
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c.to_ascii_lowercase());
        }
    }
    out
}

impl Folded {
    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `needle` stands in this text as whole words: it occurs, and both of its ends are word boundaries of
    /// this text by UAX #29. An empty needle never does. Scripts without spaces between words have a boundary
    /// at nearly every character there, so in them this is plain containment.
    #[must_use]
    pub fn contains_words(&self, needle: &Folded) -> bool {
        let (hay, needle) = (self.0.as_str(), needle.0.as_str());
        if needle.is_empty() || !hay.contains(needle) {
            return false;
        }
        let mut starts = boundaries(hay).peekable();
        let mut ends = boundaries(hay).peekable();
        let mut reaches = |from: usize| {
            let to = from.saturating_add(needle.len());
            while starts.next_if(|at| *at < from).is_some() {}
            while ends.next_if(|at| *at < to).is_some() {}
            starts.peek() == Some(&from) && ends.peek() == Some(&to)
        };
        occurrences(hay, needle, &mut reaches)
    }
}

/// The word boundaries of a text, ascending, both of its ends among them.
fn boundaries(text: &str) -> impl Iterator<Item = usize> {
    text.split_word_bound_indices().map(|(at, _)| at).chain(iter::once(text.len()))
}

/// Whether some occurrence of `needle`, overlapping ones included, is `wanted`; asks in ascending order.
/// Knuth, Morris and Pratt: linear, whatever repeats.
fn occurrences(hay: &str, needle: &str, wanted: &mut impl FnMut(usize) -> bool) -> bool {
    let needle = needle.as_bytes();
    let mut borders: Vec<usize> = Vec::with_capacity(needle.len());
    let shorter = |borders: &[usize], matched: usize| {
        matched.checked_sub(1).and_then(|last| borders.get(last)).copied().unwrap_or(0)
    };
    let step = |borders: &[usize], mut matched: usize, byte: u8| {
        while matched > 0 && needle.get(matched) != Some(&byte) {
            matched = shorter(borders, matched);
        }
        if needle.get(matched) == Some(&byte) { matched + 1 } else { 0 }
    };
    let mut matched = 0;
    for (at, byte) in needle.iter().enumerate() {
        matched = if at == 0 { 0 } else { step(&borders, matched, *byte) };
        borders.push(matched);
    }
    matched = 0;
    for (at, byte) in hay.bytes().enumerate() {
        matched = step(&borders, matched, byte);
        if matched == needle.len() && wanted((at + 1).saturating_sub(matched)) {
            return true;
        }
    }
    false
}

/// Latin and Greek letters without their accents. Those of other scripts stay: `й` is a letter of its own.
pub(crate) fn plain_letters(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut accented = false;
    for c in DecomposingNormalizerBorrowed::new_nfd().normalize(text).chars() {
        if let '\u{300}'..='\u{36F}' = c {
            if !accented {
                out.push(c);
            }
            continue;
        }
        accented =
            matches!(c, 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | 'Ͱ'..='Ͽ' | '\u{1E00}'..='\u{1FFF}');
        match UNDIVIDED.iter().find(|(letter, _)| *letter == c) {
            Some((_, plain)) => out.push_str(plain),
            None => out.push(c),
        }
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(&out).into_owned()
}

/// Latin letters that Unicode does not take apart, as they are written where they are not to be had.
const UNDIVIDED: &[(char, &str)] = &[
    ('ß', "ss"),
    ('ẞ', "SS"),
    ('æ', "ae"),
    ('Æ', "AE"),
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ø', "o"),
    ('Ø', "O"),
    ('đ', "d"),
    ('Đ', "D"),
    ('ð', "d"),
    ('Ð', "D"),
    ('þ', "th"),
    ('Þ', "Th"),
    ('ł', "l"),
    ('Ł', "L"),
    ('ħ', "h"),
    ('Ħ', "H"),
    ('ı', "i"),
];

/// How many characters a reader sees: extended grapheme clusters of UAX #29.
#[must_use]
pub fn graphemes(text: &str) -> usize {
    // In ASCII only a carriage return with a line feed is one cluster of two characters.
    if text.is_ascii() && !text.contains('\r') { text.len() } else { text.graphemes(true).count() }
}

/// Writes a value as the language writes it into texts; an absent one, and a record, write nothing.
///
/// Number in shortest decimal form with `.`, date `2026-11-22`, time `09:30`, datetime `2026-11-22 09:30` in
/// the account's zone, duration `2h30m`, list joined by `, ` without its absent elements, references their title,
/// json compact. A list stops once `out` is longer than [`MAX_BUILT`]: the caller has to look at its length.
pub fn display(out: &mut String, value: &Value, context: &Context) {
    display_nested(out, value, context, 32);
}

fn display_nested(out: &mut String, value: &Value, context: &Context, depth: u32) {
    // Writing to a `String` cannot fail.
    let _ = match value {
        Value::None | Value::Record(_) => Ok(()),
        Value::Bool(value) => write!(out, "{value}"),
        Value::Int(value) => write!(out, "{value}"),
        // `normalize` also turns -0 into 0.
        Value::Number(value) => write!(out, "{}", value.normalize()),
        Value::Text(text) | Value::File(text) | Value::Json(text) => out.write_str(text),
        Value::Date(days) => calendar::write_date(out, i64::from(*days)),
        Value::Time(minutes) => calendar::write_time(out, i64::from(*minutes)),
        Value::DateTime(at) => calendar::write_datetime(out, *at, &context.zone),
        Value::Duration(seconds) => out.write_str(&calendar::format_duration(*seconds)),
        Value::Symbol(index) => out.write_str(context.symbol(*index).map_or("", |symbol| &symbol.title)),
        Value::List(items) => {
            let mut first = true;
            for item in items.iter().filter(|item| **item != Value::None) {
                if depth == 0 || out.len() > MAX_BUILT {
                    break;
                }
                if !first {
                    out.push_str(", ");
                }
                first = false;
                display_nested(out, item, context, depth - 1);
            }
            Ok(())
        }
    };
}
