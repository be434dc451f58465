//! Dates, times and durations: arithmetic, and their forms as text.
//!
//! A date is a count of days, a datetime a count of milliseconds, both since 1970-01-01 (UTC); a duration is a count
//! of seconds. Results have to lie between the years -9999 and 9999, the calendar of `jiff`. No clock is read.

use crate::context::Context;
use crate::trap::TrapKind;
use crate::value::Value;
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;
use std::fmt;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Milliseconds of a second.
const MILLIS: i64 = 1000;

/// `a + b`: durations, and a date or datetime with a duration on either side.
///
/// A date stands for the midnight it begins with: the duration is added to that, and the date of the result is kept.
/// So 36 hours after a date is the next day, and 36 hours before it the day before yesterday. A datetime moves by
/// exactly that many seconds, whatever the clocks of the zone do in between.
///
/// # Errors
/// `Overflow` for durations, `BadTime` outside of the calendar, `WrongKind` for everything else.
pub fn add(a: &Value, b: &Value, _: &Context) -> Result<Value, TrapKind> {
    match (a, b) {
        (Value::Duration(a), Value::Duration(b)) => {
            a.checked_add(*b).map(Value::Duration).ok_or(TrapKind::Overflow)
        }
        (Value::Date(date), Value::Duration(by)) | (Value::Duration(by), Value::Date(date)) => {
            move_date(*date, *by)
        }
        (Value::DateTime(at), Value::Duration(by)) | (Value::Duration(by), Value::DateTime(at)) => {
            move_datetime(*at, Some(*by))
        }
        _ => Err(TrapKind::WrongKind),
    }
}

/// `a - b`: durations, a date or datetime less a duration (see [`add`]), and the duration between two dates or two
/// datetimes, of which the milliseconds are dropped.
///
/// # Errors
/// `Overflow` for durations, `BadTime` outside of the calendar, `WrongKind` for everything else.
pub fn sub(a: &Value, b: &Value, _: &Context) -> Result<Value, TrapKind> {
    match (a, b) {
        (Value::Duration(a), Value::Duration(b)) => {
            a.checked_sub(*b).map(Value::Duration).ok_or(TrapKind::Overflow)
        }
        (Value::Date(date), Value::Duration(by)) => {
            move_date(*date, by.checked_neg().ok_or(TrapKind::BadTime)?)
        }
        (Value::DateTime(at), Value::Duration(by)) => move_datetime(*at, by.checked_neg()),
        // Days of 32 bits as seconds always fit.
        (Value::Date(a), Value::Date(b)) => Ok(Value::Duration((i64::from(*a) - i64::from(*b)) * DAY)),
        (Value::DateTime(a), Value::DateTime(b)) => {
            a.checked_sub(*b).map(|millis| Value::Duration(millis / MILLIS)).ok_or(TrapKind::Overflow)
        }
        _ => Err(TrapKind::WrongKind),
    }
}

fn move_date(date: i32, by: i64) -> Result<Value, TrapKind> {
    let days = i32::try_from(by.div_euclid(DAY)).ok().and_then(|days| date.checked_add(days));
    days.filter(|days| civil_date(*days).is_some()).map(Value::Date).ok_or(TrapKind::BadTime)
}

fn move_datetime(at: i64, by: Option<i64>) -> Result<Value, TrapKind> {
    by.and_then(|seconds| seconds.checked_mul(MILLIS))
        .and_then(|millis| at.checked_add(millis))
        .filter(|at| Timestamp::from_millisecond(*at).is_ok())
        .map(Value::DateTime)
        .ok_or(TrapKind::BadTime)
}

/// Days since 1970-01-01 as a date of the calendar; `None` outside of it.
#[must_use]
pub fn civil_date(days: i32) -> Option<civil::Date> {
    let (year, month, day) = from_days(i64::from(days));
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A date as days since 1970-01-01.
#[must_use]
pub fn days(date: civil::Date) -> i32 {
    // The years of the calendar give at most a few million days.
    let days = to_days(i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// The days of a date given by its parts, if there is such a date.
#[must_use]
pub fn days_of(year: i64, month: i64, day: i64) -> Option<i32> {
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()
        .map(days)
}

/// Milliseconds since 1970-01-01T00:00Z as the clock of a zone shows them; `None` outside of the calendar.
#[must_use]
pub fn local(at: i64, zone: &TimeZone) -> Option<civil::DateTime> {
    Timestamp::from_millisecond(at).ok().map(|at| zone.to_datetime(at))
}

/// What the clock of a zone shows as milliseconds since 1970-01-01T00:00Z; `None` outside of the calendar. A time
/// that the clocks skip counts from before the change (02:30 is 03:30), one they show twice is the first.
#[must_use]
pub fn instant(local: civil::DateTime, zone: &TimeZone) -> Option<i64> {
    zone.to_ambiguous_timestamp(local).compatible().ok().map(Timestamp::as_millisecond)
}

/// A number of minutes since midnight as a time of day.
#[must_use]
pub fn civil_time(minutes: u16) -> Option<civil::Time> {
    let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    civil::Time::new(hour, minute, 0, 0).ok()
}

/// A duration as the language writes it: days, hours, minutes and seconds, largest first, those that are zero left
/// out; `0s`, `90m` is `1h30m`, `1w` is `7d`.
#[must_use]
pub fn format_duration(seconds: i64) -> String {
    let mut rest = seconds.unsigned_abs();
    if rest == 0 {
        return String::from("0s");
    }
    let mut out = String::from(if seconds < 0 { "-" } else { "" });
    for (unit, name) in [(86_400, 'd'), (3600, 'h'), (60, 'm'), (1, 's')] {
        if rest >= unit {
            out.push_str(&(rest / unit).to_string());
            out.push(name);
            rest %= unit;
        }
    }
    out
}

/// Reads a duration, `2h30m`, with or without spaces between its parts, in seconds: whole numbers with the units
/// `w d h m s`, each at most once, largest first, a `-` before all of it. `None` for everything else.
#[must_use]
pub fn parse_duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut units = [(604_800_i64, 'w'), (DAY, 'd'), (3600, 'h'), (60, 'm'), (1, 's')].into_iter();
    let mut total = 0_i64;
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: i64 = rest.get(..end)?.parse().ok()?;
        let mut after = rest.get(end..)?.chars();
        let name = after.next()?;
        let (unit, _) = units.find(|(_, unit)| *unit == name)?;
        total = total.checked_add(count.checked_mul(unit)?)?;
        rest = after.as_str().trim_start();
        if rest.is_empty() {
            return if negative { total.checked_neg() } else { Some(total) };
        }
    }
}

/// Days since 1970-01-01 as `2026-11-22`.
#[must_use]
pub fn date_text(days: i32) -> String {
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    let _ = write_date(&mut out, i64::from(days));
    out
}

/// Reads what [`date_text`] writes; `None` for everything else.
#[must_use]
pub fn parse_date(text: &str) -> Option<i32> {
    let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut parts = rest.split('-').map(digits);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let whole = parts.next().is_none() && rest.len() == 10;
    days_of(sign * year, month, day).filter(|_| whole)
}

/// Minutes since midnight as `09:30`.
#[must_use]
pub fn time_text(minutes: u16) -> String {
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    let _ = write_time(&mut out, i64::from(minutes));
    out
}

/// Reads what [`time_text`] writes, up to `23:59`; `None` for everything else.
#[must_use]
pub fn parse_time(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let whole = hours.len() == 2 && minutes.len() == 2;
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    let fits = whole && hours < 24 && minutes < 60;
    u16::try_from(hours * 60 + minutes).ok().filter(|_| fits)
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Whether milliseconds since 1970-01-01T00:00Z lie in the calendar.
#[must_use]
pub fn is_datetime(at: i64) -> bool {
    Timestamp::from_millisecond(at).is_ok()
}

/// Writes days since 1970-01-01 as `2026-11-22`. Total: any number of days gives a date.
pub(crate) fn write_date(out: &mut dyn fmt::Write, days: i64) -> fmt::Result {
    let (year, month, day) = from_days(days);
    let sign = if year < 0 { "-" } else { "" };
    write!(out, "{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs())
}

/// Writes minutes since midnight as `09:30`.
pub(crate) fn write_time(out: &mut dyn fmt::Write, minutes: i64) -> fmt::Result {
    write!(out, "{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Writes milliseconds since 1970-01-01T00:00Z as `2026-11-22 09:30` in a zone; outside of the calendar, where no zone
/// is known, in UTC.
pub(crate) fn write_datetime(out: &mut dyn fmt::Write, at: i64, zone: &TimeZone) -> fmt::Result {
    let (date, minutes) = match local(at, zone) {
        Some(local) => {
            (i64::from(days(local.date())), i64::from(local.hour()) * 60 + i64::from(local.minute()))
        }
        None => (at.div_euclid(DAY * MILLIS), at.rem_euclid(DAY * MILLIS) / (60 * MILLIS)),
    };
    write_date(out, date)?;
    out.write_char(' ')?;
    write_time(out, minutes)
}

/// Year, month and day of a number of days since 1970-01-01, in the Gregorian calendar extended both ways.
/// The arithmetic is that of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March,
/// in eras of 400 years or 146,097 days.
fn from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The reverse of [`from_days`].
fn to_days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
