//! Json that is written.

use super::{j, l, n, run, t};
use sbot_vm::trap::TrapKind;
use sbot_vm::value::Value::{Bool, Date, DateTime, Duration, Int, Time};
use sbot_vm::value::{Record, Value};
use std::sync::Arc;

/// 2026-11-22
const DAY: i32 = 20_779;

#[test]
fn values_become_json() {
    let record = |fields| Value::Record(Arc::new(Record { shape: 0, fields }));
    for (value, json) in [
        (Value::None, "null"),
        (Bool(true), "true"),
        (Int(i64::MIN), "-9223372036854775808"),
        (n("1.50"), "1.5"),
        (n("-0.0"), "0"),
        (n("79228162514264337593543950335"), "79228162514264337593543950335"),
        (n("0.0000000000000000000000000001"), "0.0000000000000000000000000001"),
        (t("a\"\\\n\t\r\u{1}\u{7F}é🌸</"), "\"a\\\"\\\\\\n\\t\\r\\u0001\u{7F}é🌸</\""),
        (Date(DAY), "\"2026-11-22\""),
        (Date(i32::MIN), "\"-5877641-06-23\""),
        (Time(570), "\"09:30\""),
        (DateTime(1_795_336_200_000), "\"2026-11-22 09:30\""),
        (Duration(-9000), "\"-2h30m\""),
        (Value::Symbol(0), "\"anna\""),
        (Value::Symbol(9), "\"\""),
        (Value::undeclared("u-77", "Kim"), "\"u-77\""),
        (Value::File(Arc::from("a \"b\".pdf")), "\"a \\\"b\\\".pdf\""),
        (j(" {\"a\" : [ 1 , 2 ] }\n"), "{\"a\":[1,2]}"),
        (l(&[]), "[]"),
        (l(&[Int(1), Value::None, l(&[t("x")])]), "[1,null,[\"x\"]]"),
        (record(vec![Value::None, l(&[Int(1)])]), "{\"a\":null,\"content-type\":[1]}"),
    ] {
        assert_eq!(run("json_of", std::slice::from_ref(&value)), Ok(j(json)), "{value:?}");
        assert_eq!(run("json_parse", &[t(json)]), Ok(j(json)));
    }
    assert_eq!(run("json_of", &[record(vec![Int(1)])]), Err(TrapKind::WrongKind));
    assert_eq!(
        run("json_of", &[Value::Record(Arc::new(Record { shape: 9, fields: vec![] }))]),
        Err(TrapKind::WrongKind)
    );
    assert_eq!(run("json_of", &[l(&[j("{")])]), Err(TrapKind::WrongKind));
    let deep = (0..40).fold(Int(1), |inner, _| l(&[inner]));
    assert_eq!(run("json_of", &[deep]), Err(TrapKind::OutOfMemory));
    let long = t(&"\u{1}".repeat(1 << 20));
    assert_eq!(run("json_of", &[l(&[long])]), Err(TrapKind::OutOfMemory));
}

#[test]
fn only_json_is_json() {
    for (text, json) in [
        (" { \"a\\u00e9\" : { } , \"b\" : [ ] } ", "{\"a\\u00e9\":{},\"b\":[]}"),
        ("[[],[[]],{}]", "[[],[[]],{}]"),
        ("-1.5e+10", "-1.5e+10"),
        ("0", "0"),
        ("\" a  b \"", "\" a  b \""),
        ("true", "true"),
    ] {
        assert_eq!(run("json_parse", &[t(text)]), Ok(j(json)));
    }
    let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
    for text in [
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "[1",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "1 2",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "--1",
        "tru",
        "True",
        "nul",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "'a'",
        "[1}",
        "{\"a\":1]",
        "\u{A0}1",
        "NaN",
        "1,",
        "[1] x",
        "\u{feff}1",
        &deep,
    ] {
        assert_eq!(run("json_parse", &[t(text)]), Ok(Value::None), "{text:.20}");
    }
    let inside = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert_eq!(run("json_parse", &[t(&inside)]), Ok(j(&inside)));
    assert_eq!(run("json_parse", &[t(&"[".repeat(1 << 20))]), Ok(Value::None));
}
