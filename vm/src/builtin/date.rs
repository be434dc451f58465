//! Functions of dates and times.

use super::{Answer, built};
use crate::calendar;
use crate::context::Context;
use crate::trap::TrapKind;
use crate::value::Value;
use jiff::Timestamp;
use jiff::civil;
use jiff::fmt::strtime::BrokenDownTime;

/// The longest pattern of a date, in bytes. A directive can ask for a width of 255.
const MAX_PATTERN: usize = 1024;

fn local(at: i64, context: &Context) -> Result<civil::DateTime, TrapKind> {
    calendar::local(at, &context.zone).ok_or(TrapKind::BadTime)
}

pub(super) fn date_of(context: &Context, args: &[Value]) -> Answer {
    let [Value::DateTime(at)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Date(calendar::days(local(*at, context)?.date())))
}

pub(super) fn time_of(context: &Context, args: &[Value]) -> Answer {
    let [Value::DateTime(at)] = args else { return Err(TrapKind::WrongKind) };
    let local = local(*at, context)?;
    let minutes = i64::from(local.hour()) * 60 + i64::from(local.minute());
    u16::try_from(minutes).map(Value::Time).map_err(|_| TrapKind::BadTime)
}

pub(super) fn datetime_of(context: &Context, args: &[Value]) -> Answer {
    let [Value::Date(days), Value::Time(minutes)] = args else { return Err(TrapKind::WrongKind) };
    let date = calendar::civil_date(*days).ok_or(TrapKind::BadTime)?;
    let time = calendar::civil_time(*minutes).ok_or(TrapKind::BadTime)?;
    let at = calendar::instant(civil::DateTime::from_parts(date, time), &context.zone);
    at.map(Value::DateTime).ok_or(TrapKind::BadTime)
}

pub(super) fn weekday(_: &Context, args: &[Value]) -> Answer {
    let [Value::Date(days)] = args else { return Err(TrapKind::WrongKind) };
    let date = calendar::civil_date(*days).ok_or(TrapKind::BadTime)?;
    Ok(Value::text(match date.weekday() {
        civil::Weekday::Monday => "mon",
        civil::Weekday::Tuesday => "tue",
        civil::Weekday::Wednesday => "wed",
        civil::Weekday::Thursday => "thu",
        civil::Weekday::Friday => "fri",
        civil::Weekday::Saturday => "sat",
        civil::Weekday::Sunday => "sun",
    }))
}

pub(super) fn format_datetime(context: &Context, args: &[Value]) -> Answer {
    let [Value::DateTime(at), Value::Text(pattern)] = args else { return Err(TrapKind::WrongKind) };
    let at = Timestamp::from_millisecond(*at).map_err(|_| TrapKind::BadTime)?;
    format(&BrokenDownTime::from(&at.to_zoned(context.zone.clone())), pattern)
}

pub(super) fn format_date(_: &Context, args: &[Value]) -> Answer {
    let [Value::Date(days), Value::Text(pattern)] = args else { return Err(TrapKind::WrongKind) };
    format(&BrokenDownTime::from(calendar::civil_date(*days).ok_or(TrapKind::BadTime)?), pattern)
}

fn format(time: &BrokenDownTime, pattern: &str) -> Answer {
    if pattern.len() > MAX_PATTERN {
        return Err(TrapKind::BadTime);
    }
    built(time.to_string(pattern).map_err(|_| TrapKind::BadTime)?)
}
