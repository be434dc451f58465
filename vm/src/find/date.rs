//! Dates and times as people write them in answer to a question: `22.11.`, `22 November`, `tomorrow`, `next Friday`,
//! `9pm`. Wider than what a field takes ([`crate::convert::date`]), as it is known here that one was asked for.
//!
//! Words are compared folded and without accents, in all languages at once; none of them means two dates.

use super::ascii_digits;
use super::calendar_words::{DAY_ENDINGS, FILLERS, LANGUAGES, Language, PARTS, Part, TIME_FILLERS, TIMES};
use crate::calendar;
use crate::context::Context;
use crate::convert;
use crate::text::{fold, plain_letters};
use std::sync::LazyLock;

/// The words of a language, by its code.
#[must_use]
pub fn language(code: &str) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.code == code)
}

/// Longer answers than this many words are not read to their end.
const MAX_WORDS: usize = 200;

/// A date as people write it, in days since 1970-01-01, like `today`.
///
/// | written | meant |
/// |---|---|
/// | what [`convert::date`] reads, anywhere in the text | that date |
/// | `22 November`, `November 22nd`, `22 de noviembre de 2026`, `22. Nov` | that day; without a year the next one, today included |
/// | `22.11`, `22/11` | the same, in the order of the region |
/// | `today`, `tomorrow`, `day after tomorrow` | that day |
/// | `Friday`, `next Friday`, `on friday` | the next one after today |
///
/// A date by its number or month is taken before the others, wherever it stands. Years have four digits.
#[must_use]
pub fn date(text: &str, today: i32, context: &Context) -> Option<i32> {
    let words = words(text);
    let from = |at: usize| words.get(at..).unwrap_or(&[]);
    (0..words.len())
        .find_map(|at| numeric(from(at), today, context).or_else(|| by_month(from(at), today)))
        .or_else(|| (0..words.len()).find_map(|at| near(from(at), today)))
        .filter(|days| calendar::civil_date(*days).is_some())
}

/// A time of day as people write it, in minutes since midnight: `9:30`, `9.30`, `9h30`, `9pm`, `9:30 pm`, `at 9`,
/// `3 de la tarde`, `noon`.
///
/// An hour without minutes is one only if nothing else stands beside it than words of the day and the like: `2 people` is
/// no time.
#[must_use]
pub fn time(text: &str) -> Option<u16> {
    let words = words(text);
    let part = words.iter().find_map(|word| known(&PART_WORDS, ending(word)).copied());
    let clock = words.iter().find_map(|word| clock(word));
    if let Some((hour, minute)) = clock {
        return on_clock(hour, minute, part);
    }
    if let Some(minutes) = words.iter().find_map(|word| known(&TIME_WORDS, word)) {
        return Some(*minutes);
    }
    let mut hours = words.iter().filter_map(|word| split_digits(word));
    let (hour, _) = hours.next()?;
    let alone = hours.next().is_none()
        && words.iter().all(|word| {
            let rest = split_digits(word).map_or(word.as_str(), |(_, rest)| rest);
            rest.is_empty()
                || known(&PART_WORDS, rest).is_some()
                || FILLER_WORDS.iter().any(|filler| filler == rest)
        });
    if alone { on_clock(hour, 0, part) } else { None }
}

/// A table with its words as texts are compared.
fn plain_table<T: Copy>(table: &[(&str, T)]) -> Vec<(String, T)> {
    table.iter().map(|(word, meaning)| (plain(word), *meaning)).collect()
}

fn known<'t, T>(table: &'t [(String, T)], word: &str) -> Option<&'t T> {
    table.iter().find(|(known, _)| known == word).map(|(_, meaning)| meaning)
}

static PART_WORDS: LazyLock<Vec<(String, Part)>> = LazyLock::new(|| plain_table(PARTS));
static TIME_WORDS: LazyLock<Vec<(String, u16)>> = LazyLock::new(|| plain_table(TIMES));
static FILLER_WORDS: LazyLock<Vec<String>> =
    LazyLock::new(|| TIME_FILLERS.iter().map(|word| plain(word)).collect());
/// Names of months, with the number of the month.
static MONTHS: LazyLock<Vec<(String, i64)>> = LazyLock::new(|| {
    let names = |names: &[&'static str]| -> Vec<_> {
        (1..).zip(names).filter(|(_, name)| !name.is_empty()).map(|(n, name)| (plain(name), n)).collect()
    };
    LANGUAGES.iter().flat_map(|of| names(&of.months).into_iter().chain(names(of.bare))).collect()
});
/// Names of days, with the number of the day.
static DAYS: LazyLock<Vec<(String, i64)>> = LazyLock::new(|| {
    LANGUAGES
        .iter()
        .flat_map(|of| (0..).zip(&of.days).map(|(n, name)| (plain(name), n)).chain(plain_table(of.also)))
        .collect()
});
/// Words for days near today, one phrase each, the longest first.
static NEAR: LazyLock<Vec<(Vec<String>, i64)>> = LazyLock::new(|| {
    let mut near: Vec<(Vec<String>, i64)> = LANGUAGES
        .iter()
        .flat_map(|of| of.near)
        .map(|(phrase, away)| (phrase.split(' ').map(plain).collect(), *away))
        .collect();
    near.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    near
});

/// A word as words are compared: folded, without accents, with one kind of apostrophe.
fn plain(word: &str) -> String {
    plain_letters(fold(word).as_str()).replace(['’', 'ʼ', '`'], "'")
}

fn words(text: &str) -> Vec<String> {
    convert::words(&ascii_digits(text)).filter(|word| !word.is_empty()).take(MAX_WORDS).map(plain).collect()
}

/// The number at the beginning of a word, of one or two digits, and what follows it.
fn split_digits(word: &str) -> Option<(i64, &str)> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (digits, rest) = word.split_at_checked(end)?;
    if digits.len() > 2 { None } else { Some((digits.parse().ok()?, rest)) }
}

/// What follows the digits of a word, or the word.
fn ending(word: &str) -> &str {
    word.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ':' | '.'))
}

/// `22.11.2026`, `22/11`.
fn numeric(words: &[String], today: i32, context: &Context) -> Option<i32> {
    let word = words.first()?;
    if let Some(days) = convert::date(word, context) {
        return Some(days);
    }
    let sign = word.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '.' | '/'))?;
    let (first, second) = word.split_once(sign)?;
    let whole = |part| split_digits(part).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value);
    let (day, month) = convert::day_and_month(whole(first)?, whole(second)?, sign, context)?;
    coming(month, day, today)
}

/// `22 November 2026`, `November 22`.
fn by_month(words: &[String], today: i32) -> Option<i32> {
    let day =
        |word: &String| split_digits(word).filter(|(_, rest)| DAY_ENDINGS.contains(rest)).map(|(day, _)| day);
    let mut rest = words.iter().filter(|word| !FILLERS.contains(&word.as_str())).peekable();
    let first = rest.next()?;
    let (day, month) = match day(first) {
        Some(day) => (day, month(rest.next()?)?),
        None => {
            let month = month(first)?;
            (day(rest.next()?)?, month)
        }
    };
    let year = rest.next().filter(|word| word.len() == 4).and_then(|word| word.parse::<i64>().ok());
    match year {
        Some(year) => calendar::days_of(year, month, day),
        None => coming(month, day, today),
    }
}

/// The month of a name, or of the first three letters or more of one, if all names that begin so are of one month.
fn month(word: &str) -> Option<i64> {
    if let Some(month) = known(&MONTHS, word) {
        return Some(*month);
    }
    if word.chars().count() < 3 {
        return None;
    }
    let mut months = MONTHS.iter().filter(|(name, _)| name.starts_with(word)).map(|(_, month)| *month);
    let month = months.next()?;
    months.all(|other| other == month).then_some(month)
}

/// The next such day of a year, today included.
fn coming(month: i64, day: i64, today: i32) -> Option<i32> {
    let year = i64::from(calendar::civil_date(today)?.year());
    // The 29th of February can be eight years away.
    (year..=year + 8).filter_map(|year| calendar::days_of(year, month, day)).find(|days| *days >= today)
}

/// `tomorrow`, `Friday`.
fn near(words: &[String], today: i32) -> Option<i32> {
    let begins = |phrase: &[String]| words.get(..phrase.len()).is_some_and(|words| words == phrase);
    let away = match NEAR.iter().find(|(phrase, _)| begins(phrase)) {
        Some((_, away)) => *away,
        None => {
            let wanted = *known(&DAYS, words.first()?)?;
            // 1970-01-01 was a Thursday.
            let have = (i64::from(today) + 3).rem_euclid(7);
            (wanted - have - 1).rem_euclid(7) + 1
        }
    };
    today.checked_add(i32::try_from(away).ok()?)
}

/// An hour with minutes: `9:30`, `9.30`, `9h30`, with whatever word touches it.
fn clock(word: &str) -> Option<(i64, i64)> {
    let (hour, rest) = split_digits(word)?;
    let rest = rest.strip_prefix([':', '.', 'h'])?;
    let minutes = rest.get(..2).filter(|minutes| minutes.bytes().all(|byte| byte.is_ascii_digit()))?;
    let rest = rest.get(2..)?;
    // Seconds are dropped.
    let rest = match rest.strip_prefix(':') {
        Some(seconds) => split_digits(seconds).filter(|(seconds, _)| *seconds < 60)?.1,
        None => rest,
    };
    let ends =
        rest.is_empty() || matches!(rest, "h" | "m" | "min" | "uhr") || known(&PART_WORDS, rest).is_some();
    if ends { Some((hour, minutes.parse().ok()?)) } else { None }
}

/// The time that a clock shows so in a part of the day.
fn on_clock(hour: i64, minute: i64, part: Option<Part>) -> Option<u16> {
    let hour = match part {
        None => hour,
        Some(Part::Morning | Part::Night) if hour == 12 => 0,
        Some(Part::Afternoon) if (1..12).contains(&hour) => hour + 12,
        Some(Part::Night) if (6..12).contains(&hour) => hour + 12,
        Some(Part::Morning | Part::Afternoon | Part::Night) => hour,
    };
    if (0..24).contains(&hour) && (0..60).contains(&minute) {
        u16::try_from(hour * 60 + minute).ok()
    } else {
        None
    }
}
