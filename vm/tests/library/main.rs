//! The built-in functions behind `std/text.sbot`, `std/number.sbot`, `std/date.sbot` and `std/list.sbot`, and json that is
//! written: what they give, and what they do with texts and numbers that are seldom.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod dates;
mod json;
mod lists;
mod numbers;
mod texts;

use rust_decimal::Decimal;
use sbot_vm::Context;
use sbot_vm::builtin::builtin;
use sbot_vm::program::{Account, Shape, Symbol, SymbolKind, Tables};
use sbot_vm::trap::TrapKind;
use sbot_vm::value::Value;
use std::sync::Arc;

fn context(region: Option<&str>) -> Context {
    let symbol = Symbol {
        kind: SymbolKind::User,
        name: Arc::from("anna"),
        title: Arc::from("Anna \"the\" Smith"),
        detail: Arc::from(""),
    };
    let shape = Shape { name: Arc::from(""), fields: vec![Arc::from("a"), Arc::from("content-type")] };
    let account = Account {
        zone: Arc::from("Europe/Madrid"),
        region: region.map(Arc::from),
        currency: Some(Arc::from("EUR")),
        ..Account::default()
    };
    let tables = Tables { account, symbols: vec![symbol], shapes: vec![shape], ..Tables::default() };
    Context::new(Arc::new(tables)).expect("a known zone and region")
}

fn run_in(region: &str, name: &str, args: &[Value]) -> Result<Value, TrapKind> {
    (builtin(name).expect("a function").run)(&context(Some(region)), args)
}

fn run(name: &str, args: &[Value]) -> Result<Value, TrapKind> {
    run_in("ES", name, args)
}

fn t(text: &str) -> Value {
    Value::text(text)
}

fn n(text: &str) -> Value {
    Value::Number(Decimal::from_str_exact(text).expect("a decimal"))
}

fn j(text: &str) -> Value {
    Value::Json(Arc::from(text))
}

fn l(items: &[Value]) -> Value {
    Value::List(Arc::from(items))
}

fn ints(items: &[i64]) -> Value {
    Value::List(items.iter().copied().map(Value::Int).collect())
}
