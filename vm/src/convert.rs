//! Texts into values of fields: what `set` does with what a client wrote.

use crate::calendar;
use crate::context::Context;
use crate::find;
use crate::program::{Field, Format};
use crate::text::{Folded, fold};
use crate::value::{Kind, Value};
use jiff::Timestamp;
use jiff::civil;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Converts a text for a field; `None` if nothing of the field's kind is in it.
///
/// | field | what of the text |
/// |---|---|
/// | phone, email, url | the first one in it: [`find::phone`], [`find::email`], [`find::url`] |
/// | choice | the choice that equals it, folded; else the one it contains as whole words, if it is the only one |
/// | number | the first number, as the account's region writes numbers: [`find::Numbers`] |
/// | int | the first number, if it is whole |
/// | bool | `true` or `false`, folded |
/// | date | the first word that is a date: [`date`] |
/// | time | the first word that is a time: `9:30`, `09:30`, `9:30 pm` |
/// | datetime | RFC 3339 with its offset, or a date followed by a time, in the account's zone |
/// | duration | all of it: `2h30m` |
/// | text | the text as it is |
///
/// Files, json, lists, records and references are never made from text.
#[must_use]
pub fn to_field(text: &str, field: &Field, context: &Context) -> Option<Value> {
    let owned = |text: String| Value::Text(Arc::from(text));
    match &field.format {
        Format::Phone => return find::phone(text, context).map(owned),
        Format::Email => return find::email(text).map(owned),
        Format::Url => return find::url(text).map(owned),
        Format::Choice(choices) => return choice(text, choices).cloned().map(Value::Text),
        Format::Plain => {}
    }
    match field.slot.kind {
        Kind::Text => Some(Value::text(text)),
        Kind::Number => find::numbers_in(text, context).next().map(Value::Number),
        Kind::Int => find::numbers_in(text, context).next().and_then(whole).map(Value::Int),
        Kind::Bool => match fold(text).as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        Kind::Date => words(&find::ascii_digits(text)).find_map(|word| date(word, context)).map(Value::Date),
        Kind::Time => first_time(&find::ascii_digits(text)).map(Value::Time),
        Kind::DateTime => datetime(&find::ascii_digits(text), context).map(Value::DateTime),
        Kind::Duration => calendar::parse_duration(fold(text).as_str()).map(Value::Duration),
        Kind::List | Kind::Record | Kind::Symbol | Kind::File | Kind::Json => None,
    }
}

/// The choice a text names.
fn choice<'a>(text: &str, choices: &'a [Arc<str>]) -> Option<&'a Arc<str>> {
    let text = fold(text);
    let folded: Vec<(Folded, &Arc<str>)> = choices.iter().map(|choice| (fold(choice), choice)).collect();
    if let Some((_, choice)) = folded.iter().find(|(folded, _)| *folded == text) {
        return Some(choice);
    }
    let mut contained = folded.iter().filter(|(folded, _)| text.contains_words(folded));
    match (contained.next(), contained.next()) {
        (Some((_, choice)), None) => Some(choice),
        _ => None,
    }
}

/// A number as an `int`, if it is whole and fits.
pub(crate) fn whole(number: Decimal) -> Option<i64> {
    if number.is_integer() { i64::try_from(number).ok() } else { None }
}

/// The words of a sentence, without the punctuation around them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// Reads one word as a date, in days since 1970-01-01.
///
/// `2026-11-22`, also with `/` or `.`; `22.11.2026`, day first; `22/11/2026` and `22-11-2026`, where the part
/// over 12 is the day. If both are 12 or less, the month comes first in the regions that write so (the United States
/// and islands near them, the Philippines), the day comes first in every other region, and without a region there
/// is no date unless both are the same. Years have four digits.
#[must_use]
pub fn date(word: &str, context: &Context) -> Option<i32> {
    let sign = word.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '-' | '/' | '.'))?;
    let parts: Vec<&str> = word.split(sign).collect();
    let &[a, b, c] = parts.as_slice() else { return None };
    if !parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let short = |part: &str| if part.len() <= 2 { part.parse::<i64>().ok() } else { None };
    let year = |part: &str| if part.len() == 4 { part.parse::<i64>().ok() } else { None };
    if let Some(year) = year(a) {
        return calendar::days_of(year, short(b)?, short(c)?);
    }
    let (day, month) = day_and_month(short(a)?, short(b)?, sign, context)?;
    calendar::days_of(year(c)?, month, day)
}

/// Which of two numbers is the day: the one over 12, the first before a point, else as the region writes dates.
pub(crate) fn day_and_month(first: i64, second: i64, sign: char, context: &Context) -> Option<(i64, i64)> {
    let day_first = match (sign, first > 12, second > 12) {
        ('.', ..) | (_, true, _) => true,
        (_, false, true) => false,
        (_, false, false) if first == second => true,
        (_, false, false) => !is_month_first(context.account().region.as_deref()?),
    };
    Some(if day_first { (first, second) } else { (second, first) })
}

/// Regions whose short date is `M/d/y` in CLDR 46.
fn is_month_first(region: &str) -> bool {
    matches!(region, "AS" | "FM" | "GU" | "MH" | "MP" | "PH" | "PR" | "PW" | "UM" | "US" | "VI")
}

/// The first time of day among the words, in minutes since midnight.
fn first_time(text: &str) -> Option<u16> {
    let mut words = words(text).peekable();
    while let Some(word) = words.next() {
        if let Some(minutes) = time(word, words.peek().copied()) {
            return Some(minutes);
        }
    }
    None
}

/// Reads a word as a time: `9:30`, `09:30:00` (seconds are dropped), `9:30pm`, or with `pm` as the next word.
fn time(word: &str, next: Option<&str>) -> Option<u16> {
    let end = word.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(word.len());
    let (clock, suffix) = word.split_at_checked(end)?;
    let mut parts = clock.split(':');
    let mut part = |limit: u16, lengths: [usize; 2]| {
        let part = parts.next()?;
        let value: u16 = if lengths.contains(&part.len()) { part.parse().ok()? } else { return None };
        (value < limit).then_some(value)
    };
    let (hour, minute) = (part(24, [1, 2])?, part(60, [2, 2])?);
    if clock.split(':').count() > 2 {
        part(60, [2, 2])?;
    }
    if clock.split(':').count() > 3 {
        return None;
    }
    let half = |word: &str| match fold(word).as_str() {
        "am" | "a.m" | "a.m." => Some(0),
        "pm" | "p.m" | "p.m." => Some(12),
        _ => None,
    };
    let half = if suffix.is_empty() { next.and_then(half) } else { Some(half(suffix)?) };
    match half {
        None => Some(hour * 60 + minute),
        Some(half) if (1..=12).contains(&hour) => Some((hour % 12 + half) * 60 + minute),
        Some(_) => None,
    }
}

/// Reads a datetime, in milliseconds since 1970-01-01T00:00Z.
fn datetime(text: &str, context: &Context) -> Option<i64> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let mut rest =
        words(text).flat_map(|word| word.split(['T', 't'])).skip_while(|word| date(word, context).is_none());
    let day = date(rest.next()?, context)?;
    let after: Vec<&str> = rest.take(16).collect();
    let minutes = first_time(&after.join(" "))?;
    let local = civil::DateTime::from_parts(calendar::civil_date(day)?, calendar::civil_time(minutes)?);
    calendar::instant(local, &context.zone)
}
