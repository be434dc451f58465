//! Numbers, durations, dates and times: from the characters to the value, or nothing where there is none.

use crate::error::SyntaxErrorKind;
use crate::token::Token;
use smol_str::SmolStr;

/// A number has at most this many significant digits, and as many behind the point.
const DIGITS: usize = 28;

/// Which literal the characters are, and what is wrong with them. A wrong one still gives the token that was
/// most likely meant, so that nothing else is reported about it.
pub(crate) fn classify(text: &str) -> (Token, Option<SyntaxErrorKind>) {
    if text.contains(':') {
        (Token::Time, time(text).is_none().then_some(SyntaxErrorKind::BadTime))
    } else if text.contains('-') {
        (Token::Date, date(text).is_none().then_some(SyntaxErrorKind::BadDate))
    } else if number(text).is_some() {
        (Token::Number, None)
    } else if duration(text).is_some() {
        (Token::Duration, None)
    } else if text
        .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '_'))
        .starts_with(is_unit)
    {
        (Token::Duration, Some(SyntaxErrorKind::BadDuration))
    } else {
        (Token::Number, Some(SyntaxErrorKind::BadNumber))
    }
}

/// The unit that a word names.
pub(crate) fn unit(word: &str) -> Option<char> {
    Some(match word.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 's',
        "m" | "min" | "mins" | "minute" | "minutes" => 'm',
        "h" | "hr" | "hrs" | "hour" | "hours" => 'h',
        "d" | "day" | "days" => 'd',
        "w" | "wk" | "wks" | "week" | "weeks" => 'w',
        _ => return None,
    })
}

/// The duration that was meant by one that is none: `2h30m` by `2hrs30min` and by `2.5h`.
#[must_use]
pub fn meant_duration(text: &str) -> Option<SmolStr> {
    let mut meant = String::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (digits, tail) = rest.split_at(rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?);
        let tail = tail.trim_start();
        let (word, after) = tail.split_at(tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len()));
        meant.push_str(&whole(digits, unit(word)?)?);
        rest = after.trim_start();
    }
    (!meant.is_empty() && duration(&meant).is_some()).then(|| meant.into())
}

/// `2h30m` for `2.5` and `h`, where that comes out even.
fn whole(digits: &str, unit: char) -> Option<String> {
    let Some((before, after)) = digits.split_once('.') else { return Some(format!("{digits}{unit}")) };
    let (smaller, factor) = match unit {
        'w' => ('d', 7),
        'd' => ('h', 24),
        'h' => ('m', 60),
        'm' => ('s', 60),
        _ => return None,
    };
    let scale = 10_u32.checked_pow(u32::try_from(after.len()).ok()?)?;
    let part = after.parse::<u32>().ok()?.checked_mul(factor)?;
    if part % scale != 0 {
        return None;
    }
    let big =
        if before.trim_start_matches('0').is_empty() { String::new() } else { format!("{before}{unit}") };
    Some(format!("{big}{}{smaller}", part / scale))
}

/// `2026-01-05` for `2026-1-5`, `09:30` for `9:30`: what was meant where only zeros are missing.
#[must_use]
pub fn meant_day_or_time(text: &str) -> Option<SmolStr> {
    let sign = if text.contains(':') { ':' } else { '-' };
    let parts: Vec<String> = text.split(sign).map(|part| format!("{part:0>2}")).collect();
    let meant = parts.join(&sign.to_string());
    let right = if sign == ':' { time(&meant).is_some() } else { date(&meant).is_some() };
    (right && meant != text).then(|| meant.into())
}

fn is_unit(c: char) -> bool {
    matches!(c, 's' | 'm' | 'h' | 'd' | 'w')
}

/// The digits without underscores: `1_000.50` is `1000.50`.
pub(crate) fn number(text: &str) -> Option<SmolStr> {
    let grouped = |part: &str| {
        part.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()))
    };
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    if !grouped(whole) || !fraction.is_none_or(grouped) {
        return None;
    }
    let digits: SmolStr = text.chars().filter(|c| *c != '_').collect();
    let places = digits.split_once('.').map_or(0, |(_, places)| places.len());
    let significant = digits.trim_start_matches(['0', '.']).bytes().filter(u8::is_ascii_digit).count();
    (significant <= DIGITS && places <= DIGITS).then_some(digits)
}

/// The seconds of `2h30m`.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let mut seconds: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (digits, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let unit = tail.chars().next()?;
        let factor = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            'w' => 7 * 24 * 60 * 60,
            _ => return None,
        };
        seconds = seconds.checked_add(digits.parse::<i64>().ok()?.checked_mul(factor)?)?;
        rest = tail.strip_prefix(unit)?;
    }
    Some(seconds)
}

/// Year, month and day of `2026-11-22`, if there is such a day.
pub(crate) fn date(text: &str) -> Option<(i16, i8, i8)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let (year, month, day) = (digits::<i16>(year)?, digits::<i8>(month)?, digits::<i8>(day)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (year >= 1 && (1..=days).contains(&day)).then_some((year, month, day))
}

/// Hour and minute of `09:30`.
pub(crate) fn time(text: &str) -> Option<(i8, i8)> {
    let (hour, minute) = text.split_once(':')?;
    if (hour.len(), minute.len()) != (2, 2) {
        return None;
    }
    let (hour, minute) = (digits::<i8>(hour)?, digits::<i8>(minute)?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute))
}

/// `parse` alone would take a sign.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}
