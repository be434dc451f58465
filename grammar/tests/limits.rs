//! No text makes the parser panic, overflow the stack, or take more than linear time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)] // A test may panic.

use sbot_grammar::{SyntaxErrorKind, dump, parse};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

const PIZZERIA: &str = include_str!("../../examples/pizzeria/welcome.sbot");

fn is_too_deep(source: &str) -> bool {
    let parsed = parse(source);
    assert!(dump(&parsed.file).contains("(step after (do (-> end)))"), "the next item is lost");
    parsed.errors.iter().any(|error| error.kind == SyntaxErrorKind::TooDeep)
}

/// A step with this expression, and one after it.
fn expression(value: &str) -> String {
    format!("step a:\n  let x = {value}\nstep after: -> end\n")
}

#[test]
fn nesting_has_a_limit() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{a: ", "}"), ("f(", ")"), ("[\"{", "}\"]")] {
        let depth = if open.contains('"') { 30 } else { 60 };
        let nested = |depth: usize| expression(&format!("{}1{}", open.repeat(depth), close.repeat(depth)));
        assert!(!is_too_deep(&nested(depth)), "{open}");
        assert!(is_too_deep(&nested(10_000)), "{open}");
    }
    let blocks = |depth: usize| {
        format!("step a:\n{}{}\nstep after: -> end", "if x { ".repeat(depth), "}".repeat(depth))
    };
    assert!(!is_too_deep(&blocks(60)));
    assert!(is_too_deep(&blocks(10_000)));
    assert!(is_too_deep(&format!("type T = {}\nstep after: -> end", "[".repeat(10_000))));
}

#[test]
fn chains_have_a_limit() {
    for link in [" + 1", ".a", "[0]", "(1)", " ?? 1", " and 1", " == 1 or 1"] {
        assert!(!is_too_deep(&expression(&format!("a{}", link.repeat(100)))), "{link}");
        assert!(is_too_deep(&expression(&format!("a{}", link.repeat(100_000)))), "{link}");
    }
    for prefix in ["not ", "- "] {
        assert!(!is_too_deep(&expression(&format!("{}a", prefix.repeat(100)))), "{prefix}");
        assert!(is_too_deep(&expression(&format!("{}a", prefix.repeat(100_000)))), "{prefix}");
    }
    let branches = |count: usize| {
        format!("step a:\n  if a -> b{}\nstep after: -> end", "\n  else if a -> b".repeat(count))
    };
    assert!(!is_too_deep(&branches(200)));
    assert!(is_too_deep(&branches(100_000)));
    // Chains in brackets in chains add up.
    let mut mixed = "a".to_owned();
    for _ in 0..50 {
        mixed = format!("({mixed}){}", " + 1".repeat(50));
    }
    assert!(is_too_deep(&expression(&mixed)));
}

#[test]
fn what_is_long_but_not_deep_has_no_limit() {
    let mut source = "step a:\n".to_owned();
    for n in 0..2000 {
        let _ = writeln!(
            source,
            "  x.y = a.b + c({n}).d - 1\n  if x {{ foo.bar(1) }} else if y -> b\n  foo.bar(-1)\n  -> end"
        );
    }
    let _ = writeln!(source, "  let l = [{}]", "1 + 2, ".repeat(2000));
    let _ = writeln!(source, "  message \"x\" buttons [{}]", "\"a\" | \"b\" -> c, ".repeat(2000));
    let parsed = parse(&source);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors.first());
}

#[test]
fn after_a_hundred_errors_nothing_more_is_read() {
    for source in [
        "step a:\n".to_owned() + &"  let x = = = 3 )\n".repeat(1000),
        "user a\n".repeat(1000),
        "use \"\\q\"\n".repeat(1000),
    ] {
        let errors = parse(&source).errors;
        assert_eq!(errors.len(), 101);
        assert_eq!(errors[100].kind, SyntaxErrorKind::TooManyErrors);
    }
}

/// Far more than any machine needs; a quadratic step would take hours.
#[test]
fn garbage_takes_linear_time() {
    let pieces = [
        "x ", "( ", "\"{", "\"", "[ ", ", ", "@", "a: ", "-> ", "step a: ", "on ", "§", "if { ", "\"\"\"\n",
        "1 ", ") ",
    ];
    for piece in pieces {
        for before in ["", "step a: ", "step a: foo(", "test \"x\" { "] {
            let source = format!("{before}{}", piece.repeat(20_000));
            let start = Instant::now();
            let parsed = parse(&source);
            drop(parsed);
            assert!(start.elapsed() < Duration::from_secs(60), "{before}{piece} took {:?}", start.elapsed());
        }
    }
}

#[test]
fn every_prefix_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parse");
    let mut sources = vec![(1, PIZZERIA.to_owned())];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "sbot") {
            // Some of them only, for the sake of slow machines.
            sources.push((17, fs::read_to_string(path).unwrap()));
        }
    }
    for (step, source) in sources {
        for (end, _) in source.char_indices().step_by(step) {
            let prefix = &source[..end];
            let parsed = parse(prefix);
            let tree = dump(&parsed.file);
            let broken = tree.contains("(error)");
            assert!(!broken || !parsed.errors.is_empty(), "no error for\n{prefix}\n{tree}");
            for error in &parsed.errors {
                assert!(prefix.get(error.span.range()).is_some(), "{error:?} is no place in\n{prefix}");
                assert!(error.span.start <= error.span.end);
            }
        }
    }
}

#[test]
fn every_missing_token_is_noticed_or_harmless() {
    let words: Vec<&str> = PIZZERIA.split_inclusive([' ', '\n']).collect();
    for skip in 0..words.len() {
        let source: String =
            words.iter().enumerate().filter(|(index, _)| *index != skip).map(|(_, word)| *word).collect();
        let parsed = parse(&source);
        let tree = dump(&parsed.file);
        assert!(!tree.contains("(error)") || !parsed.errors.is_empty(), "{source}");
        assert!(parsed.errors.len() <= 8, "without {:?}: {:?}", words[skip], parsed.errors);
    }
}
