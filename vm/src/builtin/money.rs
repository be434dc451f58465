//! Functions that write numbers, amounts and phone numbers as people do, after the account's region.

use super::{Answer, number};
use crate::context::Context;
use crate::region;
use crate::trap::TrapKind;
use crate::value::Value;
use phonenumber::{Mode, PhoneNumber};
use std::fmt::Write as _;
use std::sync::Arc;

pub(super) fn group(context: &Context, args: &[Value]) -> Answer {
    let [value] = args else { return Err(TrapKind::WrongKind) };
    let value = number::decimal(value).ok_or(TrapKind::WrongKind)?;
    Ok(Value::text(&region::grouped(&value.normalize().to_string(), context)))
}

pub(super) fn group_places(context: &Context, args: &[Value]) -> Answer {
    let Value::Text(plain) = number::format(context, args)? else { return Err(TrapKind::WrongKind) };
    Ok(Value::text(&region::grouped(&plain, context)))
}

pub(super) fn money(context: &Context, args: &[Value]) -> Answer {
    let [amount, Value::Text(currency), Value::Bool(short)] = args else { return Err(TrapKind::WrongKind) };
    written(amount, currency, *short, context)
}

/// The compiler asks for a currency where it is declared, so that a program without one never comes here.
pub(super) fn account_money(context: &Context, args: &[Value]) -> Answer {
    let [amount, Value::Bool(short)] = args else { return Err(TrapKind::WrongKind) };
    let currency = context.account().currency.as_deref().ok_or(TrapKind::WrongKind)?;
    written(amount, currency, *short, context)
}

fn written(amount: &Value, currency: &str, short: bool, context: &Context) -> Answer {
    let currency = currency.trim().to_uppercase();
    let places = region::decimals(&currency);
    let Value::Text(plain) = number::format(context, &[amount.clone(), Value::Int(places)])? else {
        return Err(TrapKind::WrongKind);
    };
    let whole = plain.split_once('.').filter(|(_, cents)| short && cents.bytes().all(|digit| digit == b'0'));
    let plain = whole.map_or(&*plain, |(whole, _)| whole);
    Ok(Value::text(&region::money(plain, &currency, context)))
}

/// A phone number that is one.
fn phone(text: &str) -> Option<PhoneNumber> {
    phonenumber::parse(None, text).ok()
}

pub(super) fn phone_written(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    let mut out = String::new();
    // A number of a country that is not known has no form of its own.
    match phone(text) {
        Some(number) if write!(out, "{}", number.format().mode(Mode::International)).is_ok() => {
            Ok(Value::text(&out))
        }
        Some(_) | None => Ok(Value::Text(Arc::clone(text))),
    }
}

pub(super) fn phone_country(_: &Context, args: &[Value]) -> Answer {
    let [Value::Text(text)] = args else { return Err(TrapKind::WrongKind) };
    let country = phone(text).and_then(|number| number.country().id());
    Ok(country.map_or(Value::None, |country| Value::text(country.as_ref())))
}
