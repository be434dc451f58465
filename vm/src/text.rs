//! Texts: how they are compared, counted, and how every other value is written as one.
//!
//! Nothing here depends on a locale or on the clock; every function takes time linear in its input.

use crate::ascii;
use crate::calendar;
use crate::context::{Context, MAX_BUILT};
use crate::value::Value;
use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use std::fmt::Write as _;
use std::iter;
use unicode_segmentation::UnicodeSegmentation;
use writeable::Writeable;

/// A text in the form in which texts are matched: trimmed, each run of white space one space, Unicode NFKC and
/// case folded. The full, locale-free folding of `CaseFolding.txt` is used (`ß` is `ss`; the Turkish `İ` is `i` with
/// a dot above, so it does not equal `i`, and `ı` stays itself), with NFKC before and after it, because either
/// can undo the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folded(String);

/// Folds a text for matching.
#[must_use]
pub fn fold(text: &str) -> Folded {
    let mut folder = Folder::default();
    folder.fold(text);
    folder.folded
}

/// Folds one text after the other, in memory that it keeps.
#[derive(Default)]
pub(crate) struct Folder {
    folded: Folded,
    composed: String,
    mapped: String,
}

impl Folder {
    /// Folds a text, see [`fold`].
    pub(crate) fn fold(&mut self, text: &str) -> &Folded {
        if text.is_ascii() {
            self.folded.set_ascii(text);
        } else {
            self.by_data(text);
        }
        &self.folded
    }

    fn by_data(&mut self, text: &str) {
        let normalizer = ComposingNormalizerBorrowed::new_nfkc();
        // Writing to a `String` cannot fail.
        let composed = |text: &str, out: &mut String| {
            out.clear();
            let _ = normalizer.normalize_to(text, out);
        };
        self.mapped.clear();
        let mapper = CaseMapper::new();
        if normalizer.is_normalized(text) {
            let _ = mapper.fold(text).write_to(&mut self.mapped);
        } else {
            composed(text, &mut self.composed);
            let _ = mapper.fold(&self.composed).write_to(&mut self.mapped);
        }
        if normalizer.is_normalized(&self.mapped) {
            self.folded.set_words(&self.mapped);
        } else {
            composed(&self.mapped, &mut self.composed);
            self.folded.set_words(&self.composed);
        }
    }
}

impl Folded {
    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Lower case is all that folding and NFKC do to ASCII.
    fn set_ascii(&mut self, text: &str) {
        self.set_words(text);
        self.0.make_ascii_lowercase();
    }

    /// Becomes the words of a text, with single spaces between them.
    fn set_words(&mut self, text: &str) {
        self.0.clear();
        let trimmed = text.trim();
        if trimmed.is_ascii() && ascii::is_spaced_well(trimmed.as_bytes()) {
            self.0.push_str(trimmed);
            return;
        }
        for word in trimmed.split_whitespace() {
            if !self.0.is_empty() {
                self.0.push(' ');
            }
            self.0.push_str(word);
        }
    }

    /// Whether a text is this one when it is folded.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        if !text.is_ascii() {
            return fold(text) == *self;
        }
        let mut rest = self.0.as_bytes();
        let mut gap = false;
        for byte in text.bytes() {
            if ascii::is_space(byte) {
                gap = rest.len() < self.0.len();
                continue;
            }
            if gap {
                let Some((b' ', after)) = rest.split_first() else { return false };
                rest = after;
                gap = false;
            }
            match rest.split_first() {
                Some((first, after)) if *first == byte.to_ascii_lowercase() => rest = after,
                _ => return false,
            }
        }
        rest.is_empty()
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
    // Where a search goes on after a byte that does not fit. Short needles, which most are, need no allocation.
    let (mut few, mut many) = ([0_usize; 64], Vec::new());
    let borders = match few.get_mut(..needle.len()) {
        Some(few) => few,
        None => {
            many.resize(needle.len(), 0);
            &mut many[..]
        }
    };
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
        matched = if at == 0 { 0 } else { step(borders, matched, *byte) };
        if let Some(border) = borders.get_mut(at) {
            *border = matched;
        }
    }
    matched = 0;
    for (at, byte) in hay.bytes().enumerate() {
        matched = step(borders, matched, byte);
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
        Value::Undeclared(one) => out.write_str(&one.title),
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

#[cfg(test)]
mod tests {
    use super::{Folder, fold};
    use crate::dice::Dice;

    #[test]
    fn ascii_folds_as_the_data_of_unicode_say() {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let ascii: Vec<char> = (0u8..128).map(char::from).collect();
        let close: Vec<char> = "aAzZ  \t\n\x0b\x0c\r\x1c\x1f.".chars().collect();
        let (mut quick, mut data) = (Folder::default(), Folder::default());
        for round in 0..10_000 {
            let text = dice.text(if round % 2 == 0 { &ascii } else { &close }, 12);
            data.by_data(&text);
            assert_eq!(quick.fold(&text), &data.folded, "{text:?}");
            assert!(data.folded.is(&text), "{text:?}");
        }
    }

    #[test]
    fn a_folded_text_is_what_folds_to_it() {
        let mut dice = Dice(7);
        let signs: Vec<char> = "aAbB  \tßẞéÉЖжİıﬁ\u{301}\u{a0}\u{3000}Ａ①".chars().collect();
        let mut folder = Folder::default();
        for _ in 0..10_000 {
            let (a, b) = (dice.text(&signs, 12), dice.text(&signs, 12));
            assert_eq!(fold(&a).is(&b), fold(&a) == fold(&b), "{a:?} {b:?}");
            assert_eq!(folder.fold(&a), &fold(&a), "{a:?} after another text");
            assert!(fold(&a).is(fold(&a).as_str()), "{a:?} folds to something else when it is folded again");
        }
    }
}
