//! Numbers and money.

use super::{context, n, run, run_in, t};
use sbot_vm::Context;
use sbot_vm::builtin::builtin;
use sbot_vm::program::Tables;
use sbot_vm::trap::TrapKind;
use sbot_vm::value::Value::{Bool, Int};
use std::sync::Arc;

#[test]
fn numbers_are_written_as_in_the_region() {
    for (region, written) in [
        ("ES", "-1.234.567,5"),
        ("US", "-1,234,567.5"),
        ("FR", "-1\u{A0}234\u{A0}567,5"),
        ("CH", "-1’234’567.5"),
        ("IN", "-12,34,567.5"),
    ] {
        assert_eq!(run_in(region, "group_number", &[n("-1234567.50")]), Ok(t(written)), "{region}");
        // What is written is read again.
        assert_eq!(run_in(region, "number_text", &[t(written)]), Ok(n("-1234567.5")), "{region}");
    }
    let nowhere = context(None);
    let group = builtin("group_number").expect("a function").run;
    assert_eq!(group(&nowhere, &[Int(1000)]), Ok(t("1,000")));
    for (value, written) in [
        (Int(0), "0"),
        (Int(999), "999"),
        (Int(-1000), "-1.000"),
        (Int(i64::MIN), "-9.223.372.036.854.775.808"),
        (n("0.0000000000000000000000000001"), "0,0000000000000000000000000001"),
        (n("79228162514264337593543950335"), "79.228.162.514.264.337.593.543.950.335"),
        (n("-0.0"), "0"),
    ] {
        assert_eq!(run("group_number", &[value]), Ok(t(written)));
    }
    for (value, places, written) in
        [(n("1234.5"), 2, "1.234,50"), (n("1234.5"), 0, "1.234"), (Int(5), -3, "5"), (n("-0.001"), 2, "0,00")]
    {
        assert_eq!(run("group_number_places", &[value, Int(places)]), Ok(t(written)));
    }
}

#[test]
fn money_is_written_as_in_the_region() {
    let money = |region: &str, amount: &str, currency: &str, short| {
        run_in(region, "money", &[n(amount), t(currency), Bool(short)])
    };
    for (region, currency, written) in [
        ("ES", "EUR", "1.234,50\u{A0}€"),
        ("IE", "EUR", "€1,234.50"),
        ("NL", "EUR", "€\u{A0}1.234,50"),
        ("FR", "EUR", "1\u{A0}234,50\u{A0}€"),
        ("US", "USD", "$1,234.50"),
        ("US", "CHF", "CHF\u{A0}1,234.50"),
        ("US", "CAD", "CA$1,234.50"),
        ("CA", "CAD", "$1,234.50"),
        ("CA", "USD", "US$1,234.50"),
        ("MX", "MXN", "$1,234.50"),
        ("BR", "BRL", "R$\u{A0}1.234,50"),
        ("RU", "RUB", "1\u{A0}234,50\u{A0}₽"),
        ("AE", "AED", "1,234.50\u{A0}AED"),
        ("IN", "INR", "₹1,234.50"),
        ("CH", "CHF", "CHF\u{A0}1’234.50"),
        ("TR", "TRY", "₺1.234,50"),
        ("JP", "JPY", "¥1,234"),
        ("KW", "KWD", "1,234.500\u{A0}KWD"),
        ("ES", " usd ", "1.234,50\u{A0}$"),
        ("ES", "points", "1.234,50\u{A0}POINTS"),
        ("ES", "", "1.234,50\u{A0}"),
    ] {
        assert_eq!(money(region, "1234.5", currency, false), Ok(t(written)), "{region} {currency}");
    }
    for (amount, short) in
        [("1200", "€1,200"), ("1200.50", "€1,200.50"), ("-0.001", "€0"), ("-5", "-€5"), ("0.005", "€0")]
    {
        assert_eq!(money("IE", amount, "EUR", true), Ok(t(short)));
    }
    assert_eq!(run("account_money", &[Int(3), Bool(false)]), Ok(t("3,00\u{A0}€")));
    let bare = Context::new(Arc::new(Tables::default())).expect("UTC");
    let account_money = builtin("account_money").expect("a function").run;
    assert_eq!(account_money(&bare, &[Int(3), Bool(false)]), Err(TrapKind::WrongKind));
    assert!(money("ES", "79228162514264337593543950335", "EUR", false).is_ok());
}
