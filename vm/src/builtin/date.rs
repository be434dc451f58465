//! Functions of dates and times.

use super::{Answer, built};
use crate::calendar;
use crate::context::Context;
use crate::find;
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

pub(super) fn hours_open(context: &Context, args: &[Value]) -> Answer {
    // Hours that the source does not declare have no rows: they never open.
    if let [Value::Undeclared(_), Value::DateTime(_)] = args {
        return Ok(Value::Bool(false));
    }
    let [Value::Symbol(symbol), Value::DateTime(at)] = args else { return Err(TrapKind::WrongKind) };
    let hours = context.hours(*symbol).ok_or(TrapKind::WrongKind)?;
    Ok(Value::Bool(context.open(hours, *at)))
}

pub(super) fn opens_in(context: &Context, args: &[Value]) -> Answer {
    if let [Value::Undeclared(_), Value::DateTime(_)] = args {
        return Ok(Value::None);
    }
    let [Value::Symbol(symbol), Value::DateTime(at)] = args else { return Err(TrapKind::WrongKind) };
    let hours = context.hours(*symbol).ok_or(TrapKind::WrongKind)?;
    if context.open(hours, *at) {
        return Ok(Value::Duration(0));
    }
    // Rounded up: after so many seconds they are open.
    let opens = context.opens_after(hours, *at);
    Ok(opens.map_or(Value::None, |opens| Value::Duration((opens - at + 999).div_euclid(1000))))
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

/// The parts of a date.
fn civil(args: &[Value]) -> Result<civil::Date, TrapKind> {
    let [Value::Date(days)] = args else { return Err(TrapKind::WrongKind) };
    calendar::civil_date(*days).ok_or(TrapKind::BadTime)
}

pub(super) fn year_of(_: &Context, args: &[Value]) -> Answer {
    Ok(Value::Int(civil(args)?.year().into()))
}

pub(super) fn month_of(_: &Context, args: &[Value]) -> Answer {
    Ok(Value::Int(civil(args)?.month().into()))
}

pub(super) fn day_of(_: &Context, args: &[Value]) -> Answer {
    Ok(Value::Int(civil(args)?.day().into()))
}

pub(super) fn make_date(_: &Context, args: &[Value]) -> Answer {
    let [Value::Int(year), Value::Int(month), Value::Int(day)] = args else {
        return Err(TrapKind::WrongKind);
    };
    Ok(calendar::days_of(*year, *month, *day).map_or(Value::None, Value::Date))
}

pub(super) fn minutes_of(_: &Context, args: &[Value]) -> Answer {
    let [Value::Time(minutes)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Int(i64::from(*minutes)))
}

pub(super) fn make_time(_: &Context, args: &[Value]) -> Answer {
    let [Value::Int(hour), Value::Int(minute)] = args else { return Err(TrapKind::WrongKind) };
    if !(0..24).contains(hour) || !(0..60).contains(minute) {
        return Ok(Value::None);
    }
    u16::try_from(hour * 60 + minute).map(Value::Time).map_err(|_| TrapKind::BadTime)
}

pub(super) fn seconds_of(_: &Context, args: &[Value]) -> Answer {
    let [Value::Duration(seconds)] = args else { return Err(TrapKind::WrongKind) };
    Ok(Value::Int(*seconds))
}

pub(super) fn add_months(_: &Context, args: &[Value]) -> Answer {
    let [Value::Date(days), Value::Int(months)] = args else { return Err(TrapKind::WrongKind) };
    let date = calendar::civil_date(*days).ok_or(TrapKind::BadTime)?;
    let month = (i64::from(date.year()) * 12 + i64::from(date.month()) - 1).checked_add(*months);
    let month = month.ok_or(TrapKind::BadTime)?;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    // The last days of a long month have none to fall on in a short one.
    let moved = (0..4).find_map(|short| calendar::days_of(year, month, i64::from(date.day()) - short));
    moved.map(Value::Date).ok_or(TrapKind::BadTime)
}

pub(super) fn day_name(_: &Context, args: &[Value]) -> Answer {
    let [date, Value::Text(language)] = args else { return Err(TrapKind::WrongKind) };
    let day = civil(std::slice::from_ref(date))?.weekday().to_monday_zero_offset();
    let names = find::language(language).ok_or(TrapKind::WrongKind)?.days;
    name(&names, i64::from(day))
}

pub(super) fn month_name(_: &Context, args: &[Value]) -> Answer {
    let [date, Value::Text(language)] = args else { return Err(TrapKind::WrongKind) };
    let month = civil(std::slice::from_ref(date))?.month();
    let names = find::language(language).ok_or(TrapKind::WrongKind)?.months;
    name(&names, i64::from(month) - 1)
}

fn name(names: &[&str], at: i64) -> Answer {
    let name = usize::try_from(at).ok().and_then(|at| names.get(at));
    name.map(|name| Value::text(name)).ok_or(TrapKind::BadTime)
}

pub(super) fn from_text(context: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text), Value::Date(today)] = args else { return Err(TrapKind::WrongKind) };
    Ok(find::date(text, *today, context).map_or(Value::None, Value::Date))
}

pub(super) fn time_from_text(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    Ok(find::time(text).map_or(Value::None, Value::Time))
}
