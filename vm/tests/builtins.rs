//! Built-in functions, conversions into fields, and the arithmetic of dates.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

use rust_decimal::Decimal;
use sbot_vm::Context;
use sbot_vm::builtin::{BUILTINS, builtin};
use sbot_vm::calendar;
use sbot_vm::convert::{date, to_field};
use sbot_vm::program::{Account, Field, Format, Tables, slot};
use sbot_vm::trap::TrapKind;
use sbot_vm::value::{Kind, Record, Value};
use std::sync::Arc;

fn context(region: &str) -> Context {
    let account =
        Account { zone: Arc::from("Europe/Madrid"), region: Some(Arc::from(region)), ..Account::default() };
    Context::new(Arc::new(Tables { account, ..Tables::default() })).expect("a known zone and region")
}

fn run(name: &str, args: &[Value]) -> Result<Value, TrapKind> {
    (builtin(name).expect("a function").run)(&context("ES"), args)
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

use Value::{Bool, Date, DateTime, Duration, Int, Time};

/// 2026-11-22
const DAY: Value = Date(20_779);
/// 2026-11-22 09:30 in Madrid
const MOMENT: Value = DateTime(1_795_336_200_000);

#[test]
fn texts() {
    assert_eq!(run("len_text", &[t("👩‍👩‍👧 é")]), Ok(Int(3)));
    assert_eq!(run("lower", &[t("ÀÉ ΣΑΣ")]), Ok(t("àé σας")));
    assert_eq!(run("upper", &[t("straße ﬁ")]), Ok(t("STRASSE FI")));
    assert_eq!(run("trim", &[t(" \u{A0}a b\n")]), Ok(t("a b")));
    assert_eq!(run("replace", &[t("aXbX"), t("X"), t("--")]), Ok(t("a--b--")));
    assert_eq!(run("replace", &[t("ab"), t(""), t("-")]), Ok(t("ab")));
    assert_eq!(run("split", &[t("a,b,,c"), t(",")]), Ok(l(&[t("a"), t("b"), t(""), t("c")])));
    assert_eq!(run("split", &[t(""), t(",")]), Ok(l(&[t("")])));
    assert_eq!(run("split", &[t("ae\u{301}"), t("")]), Ok(l(&[t("a"), t("e\u{301}")])));
    assert_eq!(run("join", &[l(&[t("a"), Value::None, Int(2), n("1.50")]), t(" / ")]), Ok(t("a / 2 / 1.5")));
    assert_eq!(run("starts_with", &[t("Straße"), t("Str")]), Ok(Bool(true)));
    assert_eq!(run("starts_with", &[t("Straße"), t("str")]), Ok(Bool(false)));
    assert_eq!(run("ends_with", &[t("Straße"), t("ße")]), Ok(Bool(true)));
}

#[test]
fn results_have_a_limit() {
    let long = t(&"a".repeat(1 << 20));
    assert_eq!(run("replace", &[long.clone(), t("a"), t("1234567")]), Err(TrapKind::OutOfMemory));
    assert_eq!(run("split", &[long.clone(), t("a")]), Err(TrapKind::OutOfMemory));
    assert_eq!(run("split", &[long.clone(), t("")]), Err(TrapKind::OutOfMemory));
    let shared = Value::List(Arc::from(vec![long.clone(); 1000]));
    assert_eq!(run("join", &[shared.clone(), t("")]), Err(TrapKind::OutOfMemory));
    assert_eq!(run("join", &[l(&[shared.clone(), shared]), t("")]), Err(TrapKind::OutOfMemory));
    let array = j(&format!("[{}1]", "1,".repeat(1 << 20)));
    assert_eq!(run("json_items", &[array]), Err(TrapKind::OutOfMemory));
}

#[test]
fn numbers() {
    assert_eq!(run("number_text", &[t(" -1.125 ")]), Ok(n("-1.125")));
    assert_eq!(run("number_text", &[t("1.000,50")]), Ok(n("1000.5")));
    assert_eq!(run("number_text", &[t("1,5")]), Ok(n("1.5")));
    for none in ["", "12 apples", "1,2,3", "a1", "1.2.3", "$5", "-", ".", "1e5", "NaN", &"9".repeat(40)] {
        assert_eq!(run("number_text", &[t(none)]), Ok(Value::None), "{none}");
    }
    assert_eq!(run("int_text", &[t("12")]), Ok(Int(12)));
    assert_eq!(run("int_text", &[t("12.0")]), Ok(Int(12)));
    assert_eq!(run("int_text", &[t("12.5")]), Ok(Value::None));
    assert_eq!(run("int_text", &[t("9223372036854775807")]), Ok(Int(i64::MAX)));
    assert_eq!(run("int_text", &[t("9223372036854775808")]), Ok(Value::None));
    for (value, places, rounded) in [
        ("2.5", 0, "2"),
        ("3.5", 0, "4"),
        ("-2.5", 0, "-2"),
        ("2.345", 2, "2.34"),
        ("2.355", 2, "2.36"),
        ("1.2", 50, "1.2"),
        ("1250", -2, "1200"),
        ("1350", -2, "1400"),
        ("1250.01", -2, "1300"),
        ("-1250.01", -2, "-1300"),
        ("1249.99", -2, "1200"),
        ("-1350", -2, "-1400"),
        ("5", -1, "0"),
        ("15", -1, "20"),
        ("79228162514264337593543950335", -40, "0"),
        ("79228162514264337593543950335", -1, "79228162514264337593543950340"),
    ] {
        let expected = if rounded.len() == 29 && rounded.ends_with("340") {
            Err(TrapKind::Overflow)
        } else {
            Ok(n(rounded))
        };
        assert_eq!(run("round", &[n(value), Int(places)]), expected, "{value} {places}");
    }
    assert_eq!(run("round", &[Int(7), Int(2)]), Ok(Int(7)));
    assert_eq!(run("round", &[n("1"), Int(i64::MIN)]), Ok(n("0")));
    assert_eq!(run("floor", &[n("-1.5")]), Ok(Int(-2)));
    assert_eq!(run("ceil", &[n("-1.5")]), Ok(Int(-1)));
    assert_eq!(run("floor", &[Int(i64::MAX)]), Ok(Int(i64::MAX)));
    assert_eq!(run("floor", &[n("79228162514264337593543950335")]), Err(TrapKind::Overflow));
    assert_eq!(run("min", &[Int(2), n("1.5")]), Ok(n("1.5")));
    assert_eq!(run("max", &[Int(2), n("2.0")]), Ok(Int(2)));
    assert_eq!(run("max", &[t("a"), t("b")]), Ok(t("b")));
    assert_eq!(run("min", &[DAY, Date(1)]), Ok(Date(1)));
    assert_eq!(run("min", &[Int(2), t("1")]), Err(TrapKind::WrongKind));
    assert_eq!(run("abs", &[Int(-2)]), Ok(Int(2)));
    assert_eq!(run("abs", &[n("-2.5")]), Ok(n("2.5")));
    assert_eq!(run("abs", &[Int(i64::MIN)]), Ok(n("9223372036854775808")));
    assert_eq!(run("sum", &[l(&[Int(1), n("0.1"), n("0.2")])]), Ok(n("1.3")));
    assert_eq!(run("sum", &[l(&[])]), Ok(n("0")));
    assert_eq!(run("sum", &[l(&[n("79228162514264337593543950335"), Int(1)])]), Err(TrapKind::Overflow));
    assert_eq!(run("sum", &[l(&[t("1")])]), Err(TrapKind::WrongKind));
    for (value, places, text) in [
        (Int(1200), 2, "1200.00"),
        (n("2.345"), 2, "2.34"),
        (n("-0.001"), 2, "0.00"),
        (n("0.5"), 0, "0"),
        (n("1.5"), -3, "2"),
        (n("1"), 99, "1.0000000000000000000000000000"),
        (n("79228162514264337593543950335"), 2, "79228162514264337593543950335.00"),
    ] {
        assert_eq!(run("format_number", &[value, Int(places)]), Ok(t(text)));
    }
}

#[test]
fn lists() {
    assert_eq!(run("len_list", &[l(&[Int(1), Int(2)])]), Ok(Int(2)));
    assert_eq!(
        run("sort", &[l(&[n("2.5"), Int(3), Int(1), n("1.0")])]),
        Ok(l(&[Int(1), n("1.0"), n("2.5"), Int(3)]))
    );
    assert_eq!(run("sort", &[l(&[t("b"), t("a"), t("B")])]), Ok(l(&[t("B"), t("a"), t("b")])));
    assert_eq!(run("sort", &[l(&[])]), Ok(l(&[])));
    assert_eq!(run("sort", &[l(&[t("b"), Int(1)])]), Err(TrapKind::WrongKind));
    assert_eq!(run("sort", &[l(&[Bool(true)])]), Err(TrapKind::WrongKind));
    assert_eq!(run("sort", &[l(&[Int(1), Value::None])]), Err(TrapKind::WrongKind));
    assert_eq!(run("first", &[l(&[Int(1), Int(2)])]), Ok(Int(1)));
    assert_eq!(run("last", &[l(&[Int(1), Int(2)])]), Ok(Int(2)));
    assert_eq!(run("first", &[l(&[])]), Ok(Value::None));
    assert_eq!(run("last", &[l(&[])]), Ok(Value::None));
}

#[test]
fn texts_for_buttons() {
    let many = |count| l(&(0..count).map(|n| t(&n.to_string())).collect::<Vec<_>>());
    let shown = l(&[t(" a"), t("b"), t("A")]);
    assert_eq!(
        run("options", &[l(&[t(" a"), t(""), t("b"), t("a "), Value::None, t(" \n"), t("A")])]),
        Ok(shown)
    );
    assert_eq!(run("options", &[l(&[t("a"), Int(1)])]), Err(TrapKind::WrongKind));
    assert_eq!(run("options", &[l(&[])]), Ok(l(&[])));
    assert_eq!(run("options", &[many(20)]), Ok(many(20)));
    assert_eq!(run("first_options", &[many(20)]), Ok(many(13)));
    for count in [0, 1, 13] {
        assert_eq!(run("first_options", &[many(count)]), Ok(many(count)));
    }
}

#[test]
fn dates() {
    assert_eq!(run("date_of", &[MOMENT]), Ok(DAY));
    assert_eq!(run("time_of", &[MOMENT]), Ok(Time(570)));
    assert_eq!(run("datetime_of", &[DAY, Time(570)]), Ok(MOMENT));
    assert_eq!(run("weekday", &[DAY]), Ok(t("sun")));
    assert_eq!(run("weekday", &[Date(0)]), Ok(t("thu")));
    // 2026-03-29: Madrid skips from 02:00 to 03:00; 2026-10-25: 02:30 comes twice.
    let gap = run("datetime_of", &[Date(20_541), Time(150)]).expect("a time");
    assert_eq!(run("time_of", &[gap]), Ok(Time(210)));
    assert_eq!(run("datetime_of", &[Date(20_751), Time(150)]), Ok(DateTime(1_792_888_200_000)));
    assert_eq!(run("format_datetime", &[MOMENT, t("%d.%m.%Y %H:%M %Z")]), Ok(t("22.11.2026 09:30 CET")));
    assert_eq!(run("format_date", &[DAY, t("%A, %-d %B %Y")]), Ok(t("Sunday, 22 November 2026")));
    assert_eq!(run("format_date", &[DAY, t("%H")]), Err(TrapKind::BadTime));
    assert_eq!(run("format_date", &[DAY, t("%")]), Err(TrapKind::BadTime));
    assert_eq!(run("format_date", &[DAY, t("%!")]), Err(TrapKind::BadTime));
    assert_eq!(run("format_date", &[DAY, t(&"%Y".repeat(1000))]), Err(TrapKind::BadTime));
    assert_eq!(run("weekday", &[Date(i32::MAX)]), Err(TrapKind::BadTime));
    assert_eq!(run("date_of", &[DateTime(i64::MAX)]), Err(TrapKind::BadTime));
    assert_eq!(run("datetime_of", &[DAY, Time(1440)]), Err(TrapKind::BadTime));
    assert_eq!(run("datetime_of", &[Date(i32::MIN), Time(0)]), Err(TrapKind::BadTime));
    assert_eq!(run("format_datetime", &[DateTime(i64::MIN), t("%Y")]), Err(TrapKind::BadTime));
}

#[test]
fn json_is_read_as_written() {
    let object =
        j(r#"{"a":1,"b":{"a":[2,"]}",{"c":null}]},"a\u0062":"x\n\"\\\/é\ud83d\ude00\ud800","n":null,"a":3}"#);
    assert_eq!(run("json_field", &[object.clone(), t("a")]), Ok(j("3")));
    assert_eq!(run("json_field", &[object.clone(), t("n")]), Ok(Value::None));
    assert_eq!(run("json_field", &[object.clone(), t("zz")]), Ok(Value::None));
    let text = run("json_field", &[object.clone(), t("ab")]).expect("a field");
    assert_eq!(run("json_text", &[text]), Ok(t("x\n\"\\/é😀\u{FFFD}")));
    let inner = run("json_field", &[object, t("b")]).expect("a field");
    let list = run("json_field", &[inner, t("a")]).expect("a field");
    assert_eq!(list, j(r#"[2,"]}",{"c":null}]"#));
    assert_eq!(run("json_index", &[list.clone(), Int(1)]), Ok(j("\"]}\"")));
    assert_eq!(run("json_index", &[list.clone(), Int(-1)]), Ok(Value::None));
    assert_eq!(run("json_index", &[list.clone(), Int(3)]), Ok(Value::None));
    assert_eq!(run("json_items", &[list]), Ok(l(&[j("2"), j("\"]}\""), j("{\"c\":null}")])));
    assert_eq!(run("json_items", &[j("[ ]")]), Ok(l(&[])));
    assert_eq!(run("json_items", &[j(" [ 1 , 2 ] ")]), Ok(l(&[j("1"), j("2")])));
    assert_eq!(run("json_field", &[j(" { \"a\" : [ 1 ] , \"b\" : 2 } "), t("b")]), Ok(j("2")));
    for (json, number) in
        [("1.50", "1.5"), ("-2e3", "-2000"), ("12.5E-1", "1.25"), ("0e999", "0"), ("-0.0", "0")]
    {
        assert_eq!(run("json_number", &[j(json)]), Ok(n(number)), "{json}");
    }
    for json in ["1e30", "1e-30", "x", "\"1\"", "null", "", "-", "1e", "1e99999999999", "+1", ".5"] {
        assert_eq!(run("json_number", &[j(json)]), Ok(Value::None), "{json}");
    }
    assert_eq!(run("json_int", &[j("2.0")]), Ok(Int(2)));
    assert_eq!(run("json_int", &[j("2.5")]), Ok(Value::None));
    assert_eq!(run("json_bool", &[j("true")]), Ok(Bool(true)));
    assert_eq!(run("json_bool", &[j("1")]), Ok(Value::None));
    assert_eq!(run("json_text", &[j("1")]), Ok(Value::None));
    assert_eq!(run("json_text", &[Value::None]), Ok(Value::None));
}

#[test]
fn broken_json_is_absent() {
    let deep = "[".repeat(1 << 20);
    for json in [
        "",
        "{",
        "[",
        "\"",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":}",
        "{a:1}",
        "[1",
        "[,]",
        "\"\\",
        "\"\\u12",
        "\"\\u12é9\"",
        "]",
        "}",
        "{]",
        &deep,
    ] {
        for (name, args) in [
            ("json_field", vec![j(json), t("a")]),
            ("json_index", vec![j(json), Int(1)]),
            ("json_text", vec![j(json)]),
            ("json_number", vec![j(json)]),
        ] {
            assert_eq!(run(name, &args), Ok(Value::None), "{name} {json:.20}");
        }
        assert!(run("json_items", &[j(json)]).is_ok());
    }
}

#[test]
fn patterns() {
    assert_eq!(run("fold_eq", &[t(" STRASSE "), t("Straße")]), Ok(Bool(true)));
    assert_eq!(run("contains_words", &[t("how much?"), t("Much")]), Ok(Bool(true)));
    assert_eq!(run("find_phone", &[t("my number: 600 123 456")]), Ok(t("+34600123456")));
    assert_eq!(run("find_phone", &[t("12")]), Ok(Value::None));
    assert_eq!(run("find_email", &[t("ann@example.com!")]), Ok(t("ann@example.com")));
    assert_eq!(run("find_number", &[t("about 1.500 €")]), Ok(n("1500")));
    assert_eq!(run("find_number_in", &[t("5, 15 or 25"), Int(10), n("20.0")]), Ok(n("15")));
    assert_eq!(run("find_number_in", &[t("5, 15 or 25"), Int(16), Int(20)]), Ok(Value::None));
    assert_eq!(run("has_letters", &[t("12a")]), Ok(Bool(true)));
    assert_eq!(run("has_digits", &[t("abc")]), Ok(Bool(false)));
    assert_eq!(run("length_is", &[t("👩‍👩‍👧é"), Int(2)]), Ok(Bool(true)));
    assert_eq!(run("length_in", &[t("abc"), Int(1), Int(3)]), Ok(Bool(true)));
    assert_eq!(run("length_in", &[t("abc"), Int(4), Int(9)]), Ok(Bool(false)));
    assert_eq!(run("in_range", &[Int(18), n("17.5"), Int(18)]), Ok(Bool(true)));
    assert_eq!(run("in_range", &[Time(570), Time(600), Time(700)]), Ok(Bool(false)));
    assert_eq!(run("in_range", &[t("m"), t("a"), t("z")]), Ok(Bool(true)));
    assert_eq!(run("in_range", &[DAY, DAY, DAY]), Ok(Bool(true)));
    assert_eq!(run("in_range", &[Int(1), Duration(1), Duration(2)]), Err(TrapKind::WrongKind));
}

/// No function panics on anything, and an absent argument is never a trap.
#[test]
fn any_arguments_are_answered() {
    let record = Value::Record(Arc::new(Record { shape: 9, fields: vec![] }));
    let values = [
        Value::None,
        Bool(true),
        Int(i64::MIN),
        Int(-1),
        Int(3),
        n("79228162514264337593543950335"),
        n("-0.5"),
        t(""),
        t("%q\u{0}é 1.5 +34 600123456"),
        Date(i32::MIN),
        DAY,
        Time(u16::MAX),
        Time(1),
        DateTime(i64::MIN),
        MOMENT,
        Duration(i64::MIN),
        l(&[]),
        l(&[Int(1), t("x"), Value::None]),
        record,
        Value::Symbol(u32::MAX),
        Value::File(Arc::from("f")),
        j("[{\"a\":1}]"),
    ];
    let context = context("ES");
    for row in BUILTINS {
        let arity = usize::from(row.arity);
        assert!((row.run)(&context, &vec![Int(1); arity + 1]) == Err(TrapKind::WrongKind), "{}", row.name);
        assert!((row.run)(&context, &[]) == Err(TrapKind::WrongKind), "{}", row.name);
        for turn in 0..values.len().pow(u32::from(row.arity)) {
            let args: Vec<Value> = (0..row.arity)
                .map(|at| values[turn / values.len().pow(u32::from(at)) % values.len()].clone())
                .collect();
            let answer = (row.run)(&context, &args);
            if args.contains(&Value::None) {
                let null = row.name == "json_of" && answer == Ok(j("null"));
                assert!(null || matches!(answer, Ok(Value::None | Bool(false))), "{} {args:?}", row.name);
            }
        }
    }
}

fn converted(text: &str, kind: Kind, format: Format, region: &str) -> Option<Value> {
    let field = Field { entity: Arc::from("lead"), name: Arc::from("f"), slot: slot(kind, true), format };
    to_field(text, &field, &context(region))
}

#[test]
fn texts_become_fields() {
    let plain = |text: &str, kind| converted(text, kind, Format::Plain, "ES");
    let sizes = || Format::Choice(["S", "M", "L", "Extra Large", "Large"].map(Arc::from).to_vec());
    assert_eq!(plain(" as is ", Kind::Text), Some(t(" as is ")));
    assert_eq!(converted("tel 600 123 456", Kind::Text, Format::Phone, "ES"), Some(t("+34600123456")));
    assert_eq!(converted("12", Kind::Text, Format::Phone, "ES"), None);
    assert_eq!(converted("ann@example.com.", Kind::Text, Format::Email, "ES"), Some(t("ann@example.com")));
    assert_eq!(
        converted("at https://x.example/a.", Kind::Text, Format::Url, "ES"),
        Some(t("https://x.example/a"))
    );
    assert_eq!(converted(" extra  LARGE", Kind::Text, sizes(), "ES"), Some(t("Extra Large")));
    assert_eq!(converted("the m please", Kind::Text, sizes(), "ES"), Some(t("M")));
    assert_eq!(converted("s or m", Kind::Text, sizes(), "ES"), None);
    assert_eq!(converted("small", Kind::Text, sizes(), "ES"), None);
    assert_eq!(plain("about 1.500 €", Kind::Number), Some(n("1500")));
    assert_eq!(plain("3 of them", Kind::Int), Some(Int(3)));
    assert_eq!(plain("3,5", Kind::Int), None);
    assert_eq!(plain(" TRUE", Kind::Bool), Some(Bool(true)));
    assert_eq!(plain("yes", Kind::Bool), None);
    for text in ["9:30", "at 09:30, please", "09:30:15", "9:30 am", "9:30AM", "٠٩:٣٠", "9:30 a.m."] {
        assert_eq!(plain(text, Kind::Time), Some(Time(570)), "{text}");
    }
    assert_eq!(plain("12:05 am", Kind::Time), Some(Time(5)));
    assert_eq!(plain("12:05pm", Kind::Time), Some(Time(725)));
    for text in ["930", "24:00", "9:60", "9:5", "13:00 pm", "1:2:3:4", "9"] {
        assert_eq!(plain(text, Kind::Time), None, "{text}");
    }
    for text in [
        "2026-11-22 09:30",
        "22.11.2026 at 9:30",
        "2026-11-22T09:30:00+01:00",
        "2026-11-22T08:30:00Z",
        "2026-11-22T09:30",
    ] {
        assert_eq!(plain(text, Kind::DateTime), Some(MOMENT), "{text}");
    }
    for text in ["2026-11-22", "09:30", "09:30 2026-11-22", ""] {
        assert_eq!(plain(text, Kind::DateTime), None, "{text}");
    }
    assert_eq!(plain("2h30m", Kind::Duration), Some(Duration(9000)));
    assert_eq!(plain("2H 30M", Kind::Duration), Some(Duration(9000)));
    for kind in [Kind::List, Kind::Record, Kind::Symbol, Kind::File, Kind::Json] {
        assert_eq!(plain("x", kind), None);
    }
}

#[test]
fn dates_are_read_when_they_are_clear() {
    for text in [
        "2026-11-22",
        "2026/11/22",
        "2026.11.22",
        "22.11.2026",
        "22/11/2026",
        "22-11-2026",
        "11/22/2026",
        "on 22.11.2026.",
        "(22.11.2026)",
        "٢٢.١١.٢٠٢٦",
    ] {
        assert_eq!(converted(text, Kind::Date, Format::Plain, "ES"), Some(DAY), "{text}");
    }
    let read = |text: &str, region| converted(text, Kind::Date, Format::Plain, region);
    assert_eq!(read("3.4.2026", "US"), Some(Date(20_546)));
    assert_eq!(read("3/4/2026", "ES"), Some(Date(20_546)));
    assert_eq!(read("4/3/2026", "US"), Some(Date(20_546)));
    let account = Account::default();
    let nowhere = Context::new(Arc::new(Tables { account, ..Tables::default() })).expect("UTC");
    assert_eq!(date("3/4/2026", &nowhere), None);
    assert_eq!(date("4/4/2026", &nowhere), Some(20_547));
    for text in [
        "",
        "22.11.26",
        "30.02.2026",
        "2026-13-01",
        "2026-1-1-1",
        "tomorrow",
        "22.13.2026",
        "1.2",
        "2026-11/22",
        "0.1.2026",
    ] {
        assert_eq!(read(text, "ES"), None, "{text}");
    }
}

#[test]
fn time_adds_up() {
    let c = context("ES");
    let hours = |hours: i64| Duration(hours * 3600);
    assert_eq!(calendar::add(&Duration(90), &Duration(-30), &c), Ok(Duration(60)));
    assert_eq!(calendar::add(&Duration(i64::MAX), &Duration(1), &c), Err(TrapKind::Overflow));
    assert_eq!(calendar::sub(&Duration(i64::MIN), &Duration(1), &c), Err(TrapKind::Overflow));
    assert_eq!(calendar::add(&Date(10), &hours(36), &c), Ok(Date(11)));
    assert_eq!(calendar::sub(&Date(10), &hours(36), &c), Ok(Date(8)));
    assert_eq!(calendar::add(&hours(24), &Date(10), &c), Ok(Date(11)));
    assert_eq!(calendar::sub(&Date(10), &Date(3), &c), Ok(hours(7 * 24)));
    assert_eq!(calendar::sub(&Date(i32::MIN), &Date(i32::MAX), &c), Ok(Duration(-371_085_174_288_000)));
    assert_eq!(calendar::add(&DateTime(5), &Duration(-1), &c), Ok(DateTime(-995)));
    assert_eq!(calendar::sub(&DateTime(2500), &DateTime(0), &c), Ok(Duration(2)));
    assert_eq!(calendar::sub(&DateTime(0), &DateTime(2500), &c), Ok(Duration(-2)));
    for by in [i64::MIN, i64::MAX, 1 << 50] {
        assert_eq!(calendar::add(&DAY, &Duration(by), &c), Err(TrapKind::BadTime));
        assert_eq!(calendar::sub(&DAY, &Duration(by), &c), Err(TrapKind::BadTime));
        assert_eq!(calendar::add(&MOMENT, &Duration(by), &c), Err(TrapKind::BadTime));
        assert_eq!(calendar::sub(&MOMENT, &Duration(by), &c), Err(TrapKind::BadTime));
    }
    for (a, b) in [(Int(1), Duration(1)), (DAY, DAY), (DAY, MOMENT), (Value::None, DAY), (DAY, Time(1))] {
        assert_eq!(calendar::add(&a, &b, &c), Err(TrapKind::WrongKind));
    }
    assert_eq!(calendar::sub(&DateTime(i64::MIN), &DateTime(1), &c), Err(TrapKind::Overflow));
}

#[test]
fn days_and_dates_are_each_others_reverse() {
    for days in (-4_371_587..2_932_897).step_by(977).chain([-4_371_587, 2_932_896, -1, 0, 59, 60]) {
        let date = calendar::civil_date(days).expect("inside of the calendar");
        assert_eq!(calendar::days(date), days, "{date}");
    }
    assert_eq!(calendar::civil_date(-4_371_588), None);
    assert_eq!(calendar::civil_date(2_932_897), None);
    assert_eq!(calendar::days_of(2024, 2, 29), Some(19_782));
    assert_eq!(calendar::days_of(2023, 2, 29), None);
}

#[test]
fn durations_are_read_as_they_are_written() {
    for seconds in [0, 1, 59, 60, 3600, 86_400, 9000, 694_861, -90, i64::MAX] {
        assert_eq!(calendar::parse_duration(&calendar::format_duration(seconds)), Some(seconds));
    }
    assert_eq!(calendar::parse_duration("1w 2d"), Some(777_600));
    assert_eq!(calendar::parse_duration("90m"), Some(5400));
    for text in [
        "",
        "-",
        "5",
        "h",
        "1m2h",
        "1h1h",
        "1.5h",
        "1 h",
        "1h x",
        "99999999999999999999s",
        "9223372036854775807w",
        "٣h",
        "é",
    ] {
        assert_eq!(calendar::parse_duration(text), None, "{text}");
    }
}
