//! Texts, numbers, durations, dates, times, comments and what is wrong with them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)] // A test may panic.

use sbot_grammar::ast::{ExprKind, ItemKind};
use sbot_grammar::{RESERVED, SyntaxErrorKind, dump, parse};

/// The dump of `var x: int = SOURCE`.
fn value(source: &str) -> String {
    let parsed = parse(&format!("var x: int = {source}\n"));
    assert!(parsed.errors.is_empty(), "{source}: {:?}", parsed.errors);
    let tree = dump(&parsed.file);
    tree.trim_end().strip_prefix("(var x int ").unwrap().strip_suffix(')').unwrap().to_owned()
}

/// The kinds of the errors with what they point at; the tree must be a `var` all the same.
fn wrong(source: &str) -> Vec<(String, SyntaxErrorKind)> {
    let source = format!("var x: int = {source}\n");
    let parsed = parse(&source);
    assert!(matches!(parsed.file.items[0].kind, ItemKind::Var(_)), "{source}: {}", dump(&parsed.file));
    parsed.errors.into_iter().map(|error| (source[error.span.range()].to_owned(), error.kind)).collect()
}

#[test]
fn escapes() {
    assert_eq!(value(r#""\n\t\"\\\{\}\u{1F600}""#), r#""\n\t\"\\{}😀""#);
    assert_eq!(value(r#""a } b""#), "\"a } b\"");
    for bad in [r"\q", r"\u{110000}", r"\u{}", r"\u{D800}", r"\u{1F600"] {
        assert_eq!(wrong(&format!("\"a{bad} b\"")), [(bad.to_owned(), SyntaxErrorKind::BadEscape)]);
    }
}

#[test]
fn blocks_lose_their_indentation() {
    let block = |source: &str| {
        let tree = value(source);
        tree.strip_prefix("(block-text").unwrap().strip_suffix(')').unwrap().trim().to_owned()
    };
    assert_eq!(block("\"\"\"\n    a\n      b\n\n    c\n    \"\"\""), r#""a\n  b\n\nc""#);
    assert_eq!(block("\"\"\"\r\n    a\r\n    b\r\n    \"\"\""), r#""a\nb""#);
    assert_eq!(block("\"\"\"a\n  b\n    c\"\"\""), r#""a\nb\n  c""#);
    assert_eq!(block("\"\"\"\n  {x}\n    a\n  \"\"\""), r#"(hole x) "\n  a""#);
    assert_eq!(block("\"\"\"\n{x}\n    a\n  \"\"\""), r#"(hole x) "\n    a""#);
    assert_eq!(block("\"\"\"\n    a {x}\n  b\"\"\""), r#""  a " (hole x) "\nb""#);
    assert_eq!(block("\"\"\"\n  a\\n\n  \"\"\""), r#""a\n""#);
    assert_eq!(block("\"\"\"\n  say \"hi\" {f(\"x\")}\"\"\""), r#""say \"hi\" " (hole (call f "x"))"#);
    assert_eq!(block("\"\"\"\"\"\""), "");
    assert_eq!(block("\"\"\"   \"\"\""), "");
}

#[test]
fn raw_texts() {
    assert_eq!(value(r##"r"\d{3}""##), r#"(raw-text "\\d{3}")"#);
    assert_eq!(value("r#\"a \"b\"\nc\"#"), r#"(raw-text "a \"b\"\nc")"#);
    assert_eq!(value("r\"\""), "(raw-text)");
}

#[test]
fn holes() {
    assert_eq!(value(r#""{a}{b}""#), "(text (hole a) (hole b))");
    assert_eq!(
        value(r#""x{f("\}\{", {a: "}"})}y""#),
        r#"(text "x" (hole (call f "}{" (record (a: "}")))) "y")"#
    );
    assert_eq!(value(r##""{x matches r"}"}""##), r#"(text (hole (matches x (raw-text "}"))))"#);
    assert_eq!(value(r#""{"{"{a}"}"}""#), "(text (hole (text (hole (text (hole a))))))");
}

#[test]
fn numbers() {
    assert_eq!(value("1_000"), "1000");
    assert_eq!(value("3.50"), "3.50");
    assert_eq!(value("1234567890123456789012345678"), "1234567890123456789012345678");
    assert_eq!(value("0.0001"), "0.0001");
    for bad in ["12abc", "1__0", "1_", "12345678901234567890123456789", "5k", "0x10"] {
        let found = wrong(bad);
        assert_eq!(found[0].1, SyntaxErrorKind::BadNumber, "{bad}");
    }
}

#[test]
fn durations_dates_and_times() {
    assert_eq!(value("1w2d3h4m5s"), format!("{}s", 7 * 86400 + 2 * 86400 + 3 * 3600 + 4 * 60 + 5));
    assert_eq!(value("8760h60m60s"), format!("{}s", 8760 * 3600 + 3660));
    assert_eq!(value("2024-02-29"), "2024-02-29");
    assert_eq!(value("23:59"), "23:59");
    assert_eq!(value("5 - 3"), "(- 5 3)");
    assert_eq!(value("5-3"), "(- 5 3)");
    for bad in ["2hours", "3.5h", "2h30", "99999999999999999999h", "9223372036854775807w", "1_000s"] {
        assert_eq!(wrong(bad), [(bad.to_owned(), SyntaxErrorKind::BadDuration)]);
    }
    for bad in ["2026-02-30", "2026-13-01", "2025-02-29", "10-3-2", "2026-1-5", "0000-01-01", "2026-11-22x"] {
        assert_eq!(wrong(bad), [(bad.to_owned(), SyntaxErrorKind::BadDate)]);
    }
    for bad in ["25:00", "24:00", "09:60", "9:30", "09:30:00"] {
        assert_eq!(wrong(bad), [(bad.to_owned(), SyntaxErrorKind::BadTime)]);
    }
}

#[test]
fn texts_without_an_end() {
    let kinds = |source: &str| parse(source).errors.into_iter().map(|error| error.kind).collect::<Vec<_>>();
    assert_eq!(kinds("use \"a\nuser b \"B\""), [SyntaxErrorKind::UnterminatedText { block: false }]);
    assert_eq!(kinds("use \"\"\"a\nuser b \"B\""), [SyntaxErrorKind::UnterminatedText { block: true }]);
    assert_eq!(
        kinds("var x: int = r\"a\nuser b \"B\""),
        [SyntaxErrorKind::UnterminatedText { block: false }]
    );
    assert_eq!(
        kinds("var x: int = r#\"a\nuser b \"B\""),
        [SyntaxErrorKind::UnterminatedText { block: true }]
    );
    assert_eq!(kinds("use \"\"\"a {b\n\"\"\"\nuser b \"B\""), [SyntaxErrorKind::UnterminatedHole]);
    assert_eq!(parse("use \"a\nuser b \"B\"").file.items.len(), 2);
    assert_eq!(parse("use \"\"\"a {b\n\"\"\"\nuser b \"B\"").file.items.len(), 2);
}

#[test]
fn unknown_characters_are_one_error_a_run() {
    let parsed = parse("§§§ user a \"A\" ; ¤¤\n");
    let spans: Vec<_> = parsed.errors.iter().map(|error| (error.span.start, error.span.end)).collect();
    assert_eq!(spans, [(0, 6), (18, 19), (20, 24)]);
    assert_eq!(parsed.errors[0].kind, SyntaxErrorKind::UnknownCharacter('§'));
    assert!(matches!(parsed.file.items[0].kind, ItemKind::User { .. }));
}

#[test]
fn comments_are_kept_and_documents_found() {
    let source = "// plain\n/// one\n// between\n///  two \nuser a \"A\" // end\r\n//// not doc\nuser b \"B\"\n/// last";
    let parsed = parse(source);
    let comments: Vec<_> =
        parsed.comments.iter().map(|comment| (&source[comment.span.range()], comment.doc)).collect();
    assert_eq!(
        comments,
        [
            ("// plain", false),
            ("/// one", true),
            ("// between", false),
            ("///  two ", true),
            ("// end", false),
            ("//// not doc", false),
            ("/// last", true),
        ]
    );
    assert_eq!(parsed.file.items[0].doc.as_deref(), Some("one\n two"));
    assert_eq!(parsed.file.items[1].doc, None);
}

#[test]
fn a_byte_order_mark_and_an_empty_file() {
    assert!(parse("\u{FEFF}user a \"A\"").errors.is_empty());
    assert!(parse("").errors.is_empty());
    assert!(parse("// only a comment").errors.is_empty());
}

#[test]
fn spans_are_exact() {
    let source = "var  x : int = a.b( 1 , c : \"d{e }\" ) [ 2 ] ";
    let parsed = parse(source);
    let item = &parsed.file.items[0];
    assert_eq!(&source[item.span.range()], source.trim_end());
    let ItemKind::Var(var) = &item.kind else { panic!() };
    assert_eq!(&source[var.value.span.range()], "a.b( 1 , c : \"d{e }\" ) [ 2 ]");
    let ExprKind::Index { base, .. } = &var.value.kind else { panic!() };
    assert_eq!(&source[base.span.range()], "a.b( 1 , c : \"d{e }\" )");
    let ExprKind::Call { args, .. } = &base.kind else { panic!() };
    assert_eq!(&source[args[1].span.range()], "c : \"d{e }\"");
    let source = "step a:   message \"x\"  on other  as y   \nstep b :  // nothing\n\nuser c \"C\"";
    let parsed = parse(source);
    let ItemKind::Step(step) = &parsed.file.items[0].kind else { panic!() };
    assert_eq!(&source[step.body.span.range()], "message \"x\"  on other  as y");
    assert_eq!(&source[parsed.file.items[1].span.range()], "step b :");
}

#[test]
fn the_reserved_words_are_those_of_the_page() {
    let page = "and or not in is contains matches as on true false none \
        message list pause validate if else when rotate run set let code return for while break continue \
        bot use trigger var step flow fn type account entity pipeline user team channel template email_template \
        form hours action widget test upgrade \
        attach voice to via buttons button link from title footer section about retry saying called";
    let mut page: Vec<&str> = page.split_whitespace().collect();
    let mut known = RESERVED.to_vec();
    page.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, page);
}
