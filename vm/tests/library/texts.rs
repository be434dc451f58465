//! Texts, and phone numbers as texts.

use super::{l, run, t};
use sbot_vm::trap::TrapKind;
use sbot_vm::value::Value;
use sbot_vm::value::Value::Int;

const FAMILY: &str = "👩‍👩‍👧";

/// What a function of one text makes of it.
#[track_caller]
fn texts(name: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(run(name, &[t(text)]), Ok(t(expected)), "{name} {text:?}");
    }
}

#[test]
fn names_are_written_as_names() {
    texts(
        "title_case",
        &[
            ("", ""),
            ("anna MARIA smith", "Anna Maria Smith"),
            ("ann-marie  o'brien", "Ann-Marie  O'Brien"),
            ("D’ANGELO", "D’Angelo"),
            ("i'm here, it's l'oréal", "I'm Here, It's L'Oréal"),
            ("McDonald iPhone", "McDonald iPhone"),
            ("1st 2ND", "1st 2ND"),
            ("иван ПЕТРОВ", "Иван Петров"),
            ("ΟΔΟΣ", "Οδος"),
            ("ǆ", "ǅ"),
            ("İSTANBUL ısparta", "İstanbul Isparta"),
            ("e\u{301}cole", "E\u{301}cole"),
            ("שלום עולם", "שלום עולם"),
            ("🌸 ann", "🌸 Ann"),
            ("x\u{0}y", "X\u{0}Y"),
        ],
    );
}

#[test]
fn texts_are_taken_apart_by_what_people_see() {
    assert_eq!(run("words", &[t(" one\u{A0}two\n 🌸 ")]), Ok(l(&[t("one"), t("two"), t("🌸")])));
    assert_eq!(run("words", &[t(" \t")]), Ok(l(&[])));
    let part = |text: &str, from, count| run("substring", &[t(text), Int(from), Int(count)]);
    let text = format!("a{FAMILY}e\u{301}\r\nz");
    assert_eq!(part(&text, 0, 2), Ok(t(&format!("a{FAMILY}"))));
    assert_eq!(part(&text, 2, 1), Ok(t("e\u{301}")));
    assert_eq!(part(&text, 3, 1), Ok(t("\r\n")));
    assert_eq!(part(&text, -2, 9), Ok(t("\r\nz")));
    assert_eq!(part(&text, -99, 1), Ok(t("a")));
    for (from, count) in [(5, 1), (0, 0), (2, -1), (i64::MAX, i64::MAX), (i64::MIN, i64::MIN), (i64::MAX, 1)]
    {
        assert_eq!(part(&text, from, count), Ok(t("")), "{from} {count}");
    }
    assert_eq!(part(&text, i64::MIN, i64::MAX), Ok(t(&text)));
    assert_eq!(run("text_before", &[t("a@b@c"), t("@")]), Ok(t("a")));
    assert_eq!(run("text_after", &[t("a@b@c"), t("@")]), Ok(t("b@c")));
    for name in ["text_before", "text_after"] {
        assert_eq!(run(name, &[t("abc"), t("")]), Ok(Value::None));
        assert_eq!(run(name, &[t("abc"), t("x")]), Ok(Value::None));
        assert_eq!(run(name, &[t("abc"), t("abc")]), Ok(t("")));
    }
    assert_eq!(run("repeat", &[t("ab"), Int(3)]), Ok(t("ababab")));
    assert_eq!(run("repeat", &[t("ab"), Int(-1)]), Ok(t("")));
    assert_eq!(run("repeat", &[t(""), Int(i64::MAX)]), Ok(t("")));
    assert_eq!(run("repeat", &[t("ab"), Int(i64::MAX)]), Err(TrapKind::OutOfMemory));
    assert_eq!(run("repeat", &[t("a"), Int((4 << 20) + 1)]), Err(TrapKind::OutOfMemory));
}

#[test]
fn texts_are_written_in_plain_letters() {
    texts(
        "without_accents",
        &[
            ("Crème brûlée, José Ángel", "Creme brulee, Jose Angel"),
            ("Łódź Ærø straße ıİ", "Lodz AEro strasse iI"),
            ("e\u{301}\u{302}", "e"),
            ("Ἀθήνα", "Αθηνα"),
            ("Йод ёж", "Йод ёж"),
            ("हिन्दी", "हिन्दी"),
            ("\u{301}", "\u{301}"),
            ("가", "가"),
        ],
    );
    texts(
        "slug",
        &[
            ("  Crème brûlée & Co.! ", "creme-brulee-co"),
            ("Привет, мир", "привет-мир"),
            ("हिन्दी भाषा", "हिन्दी-भाषा"),
            ("--", ""),
            ("🌸", ""),
            ("a_b", "a-b"),
            ("\u{301}a", "a"),
        ],
    );
    texts("only_digits", &[("+34 600-123", "34600123"), ("٣٤ ½ ６", "346"), ("abc", "")]);
    texts(
        "without_emoji",
        &[
            ("Ann 🌸 Smith", "Ann Smith"),
            ("🌸Ann🌸", "Ann"),
            ("🌸 Ann ❤️", "Ann"),
            ("☝🏽 1️⃣ 2 © ™ ☺", "2 © ™ ☺"),
            ("🇪🇸 Spain", "Spain"),
            ("a\n🌸\nb", "a\nb"),
            (FAMILY, ""),
            ("no  change ", "no  change "),
            ("#1 *", "#1 *"),
        ],
    );
    texts("url_encode", &[("a b&c=é/~.-_", "a%20b%26c%3D%C3%A9%2F~.-_"), ("🌸", "%F0%9F%8C%B8"), ("", "")]);
    assert_eq!(run("url_encode", &[t(&"é".repeat(1 << 20))]), Err(TrapKind::OutOfMemory));
}

#[test]
fn phones_know_their_country() {
    for (phone, written, country) in [
        ("+34600123456", "+34 600 12 34 56", "ES"),
        ("+14155550132", "+1 415-555-0132", "US"),
        ("+16135550123", "+1 613-555-0123", "CA"),
        ("+79161234567", "+7 916 123-45-67", "RU"),
        ("+77011234567", "+7 701 123 4567", "KZ"),
        ("+5511912345678", "+55 11 91234-5678", "BR"),
        ("+442079460958", "+44 20 7946 0958", "GB"),
    ] {
        assert_eq!(run("phone_written", &[t(phone)]), Ok(t(written)));
        assert_eq!(run("phone_country", &[t(phone)]), Ok(t(country)));
    }
    for odd in ["", "+", "+999123456789", "12", "x", "+1\u{0}", "🌸"] {
        assert!(matches!(run("phone_written", &[t(odd)]), Ok(Value::Text(_))), "{odd}");
        assert_eq!(run("phone_country", &[t(odd)]), Ok(Value::None), "{odd}");
    }
}

#[test]
fn a_language_is_found_by_its_tag_or_by_a_shorter_one() {
    let known = l(&[t("en"), t("pt"), t("pt-br"), t("zh-hant")]);
    let cases = [
        ("en", 0),
        ("pt", 1),
        ("pt-PT", 1),
        ("pt-BR", 2),
        ("PT_br", 2),
        (" pt-BR-x-shop ", 2),
        ("zh-Hant-TW", 3),
        ("zh", 0),
        ("en-GB", 0),
        ("", 0),
        ("-", 0),
        ("p", 0),
        ("português", 0),
    ];
    for (language, at) in cases {
        assert_eq!(run("language_index", &[t(language), known.clone()]), Ok(Int(at)), "{language}");
    }
    let long = "pt-".repeat(1_000_000);
    assert_eq!(run("language_index", &[t(&long), known.clone()]), Ok(Int(0)));
    assert_eq!(run("language_index", &[t("pt"), l(&[])]), Ok(Int(0)));
    assert_eq!(run("language_index", &[Value::None, known]), Ok(Value::None));
}
