//! Texts: folding, words, counting, how values are written, and what is found in what clients write.

#![allow(clippy::expect_used, reason = "a test may panic")]

use rust_decimal::Decimal;
use sbot_vm::Context;
use sbot_vm::find;
use sbot_vm::program::{Account, Symbol, SymbolKind, Tables};
use sbot_vm::text::{display, fold, graphemes};
use sbot_vm::value::{Record, Value};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn context(zone: &str, region: Option<&str>) -> Context {
    let symbol = |name: &str, title: &str| Symbol {
        kind: SymbolKind::User,
        name: Arc::from(name),
        title: Arc::from(title),
        detail: Arc::from(""),
    };
    let account = Account { zone: Arc::from(zone), region: region.map(Arc::from), ..Account::default() };
    let symbols = vec![symbol("anna", "Anna Smith"), symbol("bob", "Bob Jones")];
    Context::new(Arc::new(Tables { account, symbols, ..Tables::default() })).expect("a known zone and region")
}

fn spain() -> Context {
    context("Europe/Madrid", Some("ES"))
}

fn number(text: &str) -> Option<String> {
    find::number(text).map(|number| number.to_string())
}

fn numbers(text: &str) -> Vec<String> {
    find::numbers(text).map(|number| number.to_string()).collect()
}

fn phone(text: &str, region: &str) -> Option<String> {
    find::phone(text, &context("UTC", (!region.is_empty()).then_some(region)))
}

fn shown(value: &Value) -> String {
    let mut out = String::new();
    display(&mut out, value, &spain());
    out
}

#[test]
fn folding_makes_the_same_text_of_different_spellings() {
    for (a, b) in [
        ("Straße", "STRASSE"),
        ("ﬁnal", "FINAL"),
        ("É", "e\u{301}"),
        ("ПРИВЕТ", "привет"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("  two \t\n words ", "Two Words"),
        ("\u{A0}no\u{2003}break\u{3000}", "no break"),
        ("ＦＵＬＬ", "full"),
        ("①", "1"),
        ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
        ("Å", "\u{212B}"),
        ("ΐ", "\u{1FD3}"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("", " \t "),
    ] {
        assert_eq!(fold(a), fold(b), "{a:?} {b:?}");
    }
    for (a, b) in
        [("resume", "résumé"), ("I", "ı"), ("i", "İ"), ("שלום", "שלומ"), ("👍", "👍🏽"), ("a b", "ab")]
    {
        assert_ne!(fold(a), fold(b), "{a:?} {b:?}");
    }
    assert_eq!(fold("İ").as_str(), "i\u{307}");
}

#[test]
fn folding_twice_is_folding_once() {
    for text in ["ǅ ΐ ŉ ﬃ İ ẞ", "\u{345}\u{301}a", "K Å ϓ", "ͅ", "\u{1E9B}\u{323}", "¨ ͺ", "A\u{3000}B"]
    {
        let once = fold(text);
        assert_eq!(fold(once.as_str()), once, "{text:?}");
    }
}

#[test]
fn words_are_whole() {
    let holds = |text: &str, needle: &str| fold(text).contains_words(&fold(needle));
    for (text, needle) in [
        ("How MUCH is it?", "how much"),
        ("price", "price"),
        ("the price, please", "Price"),
        ("c++ and c#", "c++"),
        ("сколько стоит?", "СТОИТ"),
        ("价格多少", "价格"),
        ("كم السعر؟", "السعر"),
        ("aa a a", "a a"),
        ("abab ab", "ab"),
        ("ok 👍🏽!", "👍🏽"),
        ("we are 👩‍👩‍👧 here", "👩‍👩‍👧"),
        ("cafe\u{301} con leche", "café"),
        ("STRASSE 5", "straße"),
    ] {
        assert!(holds(text, needle), "{text:?} {needle:?}");
    }
    for (text, needle) in [
        ("prices", "price"),
        ("enterprise", "price"),
        ("don't", "don"),
        ("anything", ""),
        ("", "a"),
        ("", ""),
        ("a", "a a"),
        ("👩‍👩‍👧", "👩"),
        ("👍🏽", "👍"),
        ("cafe\u{301}", "cafe"),
        ("3.14", "3"),
    ] {
        assert!(!holds(text, needle), "{text:?} {needle:?}");
    }
}

#[test]
fn clusters_are_counted() {
    for (text, count) in [
        ("", 0),
        ("hello", 5),
        ("a\r\nb", 3),
        ("e\u{301}", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("🇪🇸🇺🇸", 2),
        ("שָׁלוֹם", 4),
        ("नमस्ते", 3),
    ] {
        assert_eq!(graphemes(text), count, "{text:?}");
    }
}

#[test]
fn values_are_written() {
    let number = |text: &str| Value::Number(Decimal::from_str_exact(text).expect("a decimal"));
    let list = |items: Vec<Value>| Value::List(Arc::from(items));
    for (value, text) in [
        (Value::None, ""),
        (Value::Bool(true), "true"),
        (Value::Int(-7), "-7"),
        (number("12.500"), "12.5"),
        (number("100"), "100"),
        (number("-0.0"), "0"),
        (number("0.0000001"), "0.0000001"),
        (number("79228162514264337593543950335"), "79228162514264337593543950335"),
        (Value::text("é"), "é"),
        (Value::Date(20_779), "2026-11-22"),
        (Value::Date(0), "1970-01-01"),
        (Value::Date(-719_529), "-0001-12-31"),
        (Value::Date(i32::MAX), "5881580-07-11"),
        (Value::Date(i32::MIN), "-5877641-06-23"),
        (Value::Time(570), "09:30"),
        (Value::DateTime(1_795_336_200_000), "2026-11-22 09:30"),
        (Value::DateTime(-1), "1970-01-01 00:59"),
        (Value::DateTime(i64::MAX), "292278994-08-17 07:12"),
        (Value::DateTime(i64::MIN), "-292275055-05-16 16:47"),
        (Value::Duration(9000), "2h30m"),
        (Value::Duration(0), "0s"),
        (Value::Duration(-90), "-1m30s"),
        (Value::Duration(604_800), "7d"),
        (Value::Duration(i64::MIN), "-106751991167300d15h30m8s"),
        (Value::Symbol(1), "Bob Jones"),
        (Value::Symbol(9), ""),
        (Value::undeclared("u-77", "Kim"), "Kim"),
        (Value::File(Arc::from("menu.pdf")), "menu.pdf"),
        (Value::Json(Arc::from("{\"a\":[1,2]}")), "{\"a\":[1,2]}"),
        (
            list(vec![Value::Int(1), Value::None, Value::text("b"), list(vec![Value::Bool(false)])]),
            "1, b, false",
        ),
        (list(vec![]), ""),
        (Value::Record(Arc::new(Record { shape: 0, fields: vec![] })), ""),
    ] {
        assert_eq!(shown(&value), text);
    }
}

#[test]
fn shared_elements_do_not_build_without_end() {
    let mut value = Value::text(&"x".repeat(1 << 20));
    for _ in 0..4 {
        value = Value::List(Arc::from(vec![value; 100]));
    }
    assert!(shown(&value).len() < 6 << 20);
}

#[test]
fn numbers_are_found() {
    for (text, found) in [
        ("12", "12"),
        ("I need 12 pieces", "12"),
        ("1 000", "1000"),
        ("1\u{A0}000\u{202F}000", "1000000"),
        ("1,000", "1000"),
        ("12,345", "12345"),
        ("1.500", "1.5"),
        ("0,125", "0.125"),
        ("1.000,50", "1000.5"),
        ("1,000.50", "1000.5"),
        ("1 000,50", "1000.5"),
        ("1'000.50", "1000.5"),
        ("1’000", "1000"),
        ("1.000.000", "1000000"),
        ("12,34,567", "1234567"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("12.", "12"),
        ("(12)", "12"),
        ("-5", "-5"),
        ("−5.5", "-5.5"),
        ("+5", "5"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("$1,299.00", "1299"),
        ("50%", "50"),
        ("€50", "50"),
        ("#3", "3"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("x-5", "5"),
        ("end.5", "5"),
        ("٣٤", "34"),
        ("١٬٢٣٤٫٥", "1234.5"),
        ("१२", "12"),
        ("１２", "12"),
        ("我要3个", "3"),
        ("3개 주세요", "3"),
        ("A4 and 7", "7"),
        ("007", "7"),
        ("10 100 20", "10"),
        ("10.12345678901234567890123456", "10.12345678901234567890123456"),
    ] {
        assert_eq!(number(text).as_deref(), Some(found), "{text}");
    }
}

#[test]
fn what_is_no_number() {
    for text in [
        "",
        "none",
        "A4",
        "4th",
        "10k",
        "10mil",
        "2½",
        "½",
        "x²",
        "1_000",
        "22.11.2026",
        "192.168.0.1",
        "1.2.3",
        "3fa85f",
        "1 000kg",
        "123456789012345678901234567890",
        "é5",
        "5é",
        "ж7",
    ] {
        assert_eq!(number(text), None, "{text}");
    }
}

#[test]
fn all_numbers_are_found() {
    assert_eq!(numbers("from 10-20, or 1,2,3 and -4"), ["10", "20", "1", "2", "3", "-4"]);
    assert_eq!(numbers("10 100 20"), ["10", "100", "20"]);
    assert_eq!(numbers("-1,2,3,-4"), ["-1", "2", "3", "-4"]);
    assert_eq!(numbers("5 100 000,5 1"), ["5100000.5", "1"]);
    assert_eq!(numbers("5'10"), ["5", "10"]);
    assert_eq!(numbers("22/11/2026"), ["22", "11", "2026"]);
}

#[test]
fn the_region_decides_what_is_ambiguous() {
    let first = |text: &str, region| {
        find::numbers_in(text, &context("UTC", region)).next().map(|number| number.to_string())
    };
    for (text, comma, point) in [
        ("1.500", "1500", "1.5"),
        ("1,500", "1.5", "1500"),
        ("1.5", "1.5", "1.5"),
        ("1,5", "1.5", "1.5"),
        ("0.500", "0.5", "0.5"),
        ("1.500,5", "1500.5", "1500.5"),
        ("1234,567", "1234.567", "1234.567"),
    ] {
        assert_eq!(first(text, Some("ES")).as_deref(), Some(comma), "{text}");
        assert_eq!(first(text, Some("BR")).as_deref(), Some(comma), "{text}");
        assert_eq!(first(text, Some("US")).as_deref(), Some(point), "{text}");
        assert_eq!(first(text, None).as_deref(), Some(point), "{text}");
    }
}

#[test]
fn phones_are_found() {
    for (text, region, found) in [
        ("+1 415 555 0132", "ES", "+14155550132"),
        ("+1 415 555 0132", "", "+14155550132"),
        ("call me: 600 123 456, thanks", "ES", "+34600123456"),
        ("600123456", "ES", "+34600123456"),
        ("2 pizzas, 600-123-456", "ES", "+34600123456"),
        ("2 600 123 456", "ES", "+34600123456"),
        ("0034 600 123 456", "ES", "+34600123456"),
        ("0034 600 123 456", "", "+34600123456"),
        ("34600123456", "ES", "+34600123456"),
        ("wa.me/34600123456", "ES", "+34600123456"),
        ("(650) 253-0000", "US", "+16502530000"),
        ("650.253.0000 x12", "US", "+16502530000"),
        ("6502530000ext.12", "US", "+16502530000"),
        ("011 34 600 123 456", "US", "+34600123456"),
        ("011 49 1511 2345678", "US", "+4915112345678"),
        ("+49 1511 2345678", "US", "+4915112345678"),
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("030/123456", "DE", "+4930123456"),
        ("02 3661 8300", "IT", "+390236618300"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("тел89161234567", "RU", "+79161234567"),
        ("我的电话是13812345678谢谢", "CN", "+8613812345678"),
        ("٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567"),
        ("\u{202A}+966 50 123 4567\u{202C} هذا رقمي", "", "+966501234567"),
        ("+９６６ ５０ １２３ ４５６７", "", "+966501234567"),
        ("11 98765-4321", "BR", "+5511987654321"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
        ("on 22.11.2026 call 600 123 456", "ES", "+34600123456"),
        ("22/11/2026 600123456", "ES", "+34600123456"),
        ("12:30 600123456", "ES", "+34600123456"),
        ("bad +34 12, good +34 600 123 456", "US", "+34600123456"),
        ("600123456+34600654321", "ES", "+34600123456"),
        ("600 123 456 / 600 654 321", "ES", "+34600123456"),
        ("A600123456 or 600654321", "ES", "+34600654321"),
        ("€600123456 600654321", "ES", "+34600654321"),
        ("*600123456*", "ES", "+34600123456"),
    ] {
        assert_eq!(phone(text, region).as_deref(), Some(found), "{text}");
    }
}

#[test]
fn what_is_no_phone() {
    for (text, region) in [
        ("", "ES"),
        ("12", "ES"),
        ("no", "ES"),
        ("600123456", ""),
        ("600123456@example.com", "ES"),
        ("A600123456", "ES"),
        ("600123456abc", "ES"),
        ("$600123456", "ES"),
        ("600123456%", "ES"),
        ("22.11.2026", "DK"),
        ("2026-11-22", "DK"),
        ("4111 1111 1111 1111", "ES"),
        ("+", "ES"),
        ("+++++", "ES"),
        ("+1", "ES"),
        ("+0 123 456 789", "ES"),
        ("+999 123 456 789", "ES"),
        ("000000000", "ES"),
        ("123456789012345678901234567890", "ES"),
        ("+1 415 555", "US"),
    ] {
        assert_eq!(phone(text, region), None, "{text}");
    }
}

#[test]
fn every_region_reads_hostile_texts() {
    for region in
        phonenumber::metadata::DATABASE.iter().map(|metadata| metadata.id()).filter(|id| *id != "001")
    {
        let context = context("UTC", Some(region));
        for text in
            ["0000000", "00", "0011 0 1", "9999999999999", "+00 00 0000", "1 1 1 1 1 1 1 1", "+800 12345678"]
        {
            let _ = find::phone(text, &context);
        }
    }
}

#[test]
fn addresses_are_found() {
    for (text, found) in [
        ("ann@example.com", "ann@example.com"),
        ("Write to Ann.B+x@Mail.Example.co.uk.", "Ann.B+x@Mail.Example.co.uk"),
        ("<ann@example.com>", "ann@example.com"),
        ("(ann@example.com)", "ann@example.com"),
        ("mailto:ann@example.com?subject=x", "ann@example.com"),
        ("*ann@example.com*", "ann@example.com"),
        ("_ann@example.com_", "ann@example.com"),
        ("'ann@example.com'", "ann@example.com"),
        ("_ann@example.com", "_ann@example.com"),
        ("ann@localhost or bob@example.org!", "bob@example.org"),
        ("a@b, ann@example.com", "ann@example.com"),
        ("我的邮箱是ann@example.com谢谢", "ann@example.com"),
        ("jürgen@müller.de", "jürgen@müller.de"),
        ("почта:анна@пример.рф", "анна@пример.рф"),
        ("@@ann@example.com", "ann@example.com"),
        ("...ann@example.com...", "ann@example.com"),
        ("ann@example.com,bob@example.com", "ann@example.com"),
    ] {
        assert_eq!(find::email(text).as_deref(), Some(found), "{text}");
    }
    for text in [
        "",
        "@",
        "ann",
        "ann@",
        "@example.com",
        "ann@localhost",
        "ann@b",
        "a b@c",
        "ann@example..com",
        "ann@1.2.3.4",
        "ann@[1.2.3.4]",
        "\"a b\"@example.com",
        "a..b@example.com",
        "ann@-example.com",
        "ann@example.c",
        "ann @example.com",
    ] {
        assert_eq!(find::email(text), None, "{text}");
    }
    let long = format!("{}@example.com", "a".repeat(65));
    assert_eq!(find::email(&long), None);
}

#[test]
fn web_addresses_are_found() {
    for (text, found) in [
        ("https://example.com", "https://example.com"),
        ("see http://example.com/a?b=c#d, please", "http://example.com/a?b=c#d"),
        ("(https://example.com/a_(b))", "https://example.com/a_(b)"),
        ("HTTPS://Example.com/X", "HTTPS://Example.com/X"),
        ("https://localhost:8080/x", "https://localhost:8080/x"),
        ("https://[::1]:80/", "https://[::1]:80/"),
        ("https://пример.рф/путь.", "https://пример.рф/путь"),
        ("ftp://x.example http://y.example", "http://y.example"),
    ] {
        assert_eq!(find::url(text).as_deref(), Some(found), "{text}");
    }
    for text in [
        "",
        "example.com",
        "://",
        "http://",
        "http:// x.com",
        "https://x",
        "xhttp://example.com",
        "http://a@b.com",
        "http://-a.com",
        "http://a..com",
        "http://a.com:99999",
        "javascript:alert(1)",
        "http://[zz]/",
    ] {
        assert_eq!(find::url(text), None, "{text}");
    }
}

#[test]
fn letters_and_digits() {
    assert!(find::has_letters("12é") && find::has_letters("价") && !find::has_letters("12 !👍"));
    assert!(find::has_digits("a1") && find::has_digits("٣") && !find::has_digits("½ one Ⅳ"));
}

/// Nothing here may take more than linear time. The bound is wide: debug builds, busy machines.
#[test]
fn long_texts_are_no_trouble() {
    let spain = spain();
    let hostile: Vec<String> = [
        "1",
        "1 ",
        "12 ",
        "123 ",
        "+",
        "+1",
        "1.",
        "1,",
        "1'",
        "600123456 ",
        "600 12345 ",
        "(",
        "-",
        "@",
        "a@",
        "a@b.",
        "@a.b",
        "http://",
        "http://a.b/",
        "http://a",
        "://",
        "a",
        "a ",
        "a.",
        "a'",
        "é",
        "e\u{301}",
        "\u{301}",
        "👩‍",
        "🇪🇸",
        "١",
        "א ",
        "ß",
        "\t",
        "A1",
        "1a",
        "-1",
        "0034600",
        "1.2.",
        "٣٫",
        "x1",
        "[",
        "價",
    ]
    .iter()
    .map(|piece| piece.repeat((if ["1", "é"].contains(piece) { 1 << 20 } else { 1 << 15 }) / piece.len()))
    .collect();
    for text in &hostile {
        let sample: String = text.chars().take(8).collect();
        let start = Instant::now();
        let _ = find::phone(text, &spain);
        let phone = start.elapsed();
        let _ = find::email(text);
        let _ = find::url(text);
        let found = start.elapsed();
        let _ = find::numbers(text).last();
        let numbers = start.elapsed();
        let folded = fold(text);
        let _ = folded.contains_words(&fold("a a b"));
        let _ = folded.contains_words(&fold(&text.chars().take(200_000).collect::<String>()));
        let _ = graphemes(text);
        let all = start.elapsed();
        assert!(all < Duration::from_secs(20), "{sample}: {phone:?} {found:?} {numbers:?} {all:?}");
        if all > Duration::from_millis(1500) {
            println!("{sample}: {phone:?} {found:?} {numbers:?} {all:?}");
        }
    }
}
