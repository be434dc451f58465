//! The formatter's laws over its own fixtures and the examples.
//!
//! `print/NAME.sbot` is formatted as `print/NAME.formatted.sbot`. With `UPDATE_FORMATTED=1` the second is written anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)] // A test may panic.

use sbot_grammar::ast::File;
use sbot_grammar::{Parsed, dump, parse};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn read(source: &str) -> Parsed {
    let parsed = parse(source);
    assert!(parsed.errors.is_empty(), "{:?} in\n{source}", parsed.errors);
    parsed
}

fn print(source: &str) -> String {
    sbot_grammar::print::print(source, &read(source))
}

fn tree(source: &str) -> String {
    dump(&read(source).file)
}

/// The comments without the white space around them, sorted, since a comment inside a head may move above it.
fn comments(source: &str) -> Vec<String> {
    let mut comments: Vec<String> = read(source)
        .comments
        .iter()
        .map(|comment| source[comment.span.range()].trim_end().to_owned())
        .collect();
    comments.sort();
    comments
}

/// Everything that holds for every file. Returns the formatted text.
fn laws(source: &str) -> String {
    let once = print(source);
    assert_eq!(tree(source), tree(&once), "the tree changed:\n{source}\n--- became ---\n{once}");
    assert_eq!(comments(source), comments(&once), "comments changed:\n{source}\n--- became ---\n{once}");
    let twice = print(&once);
    assert!(once == twice, "not stable:\n{source}\n--- became ---\n{once}\n--- became ---\n{twice}");
    assert!(once.is_empty() || once.ends_with('\n') && !once.ends_with("\n\n"), "wrong end:\n{once}");
    assert!(!once.contains('\r') || source.contains("\"\"\""), "CR in\n{once}");
    once
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "sbot") {
            into.push(path);
        }
    }
    into.sort();
}

/// Every source that can be read without errors: fixtures, their formatted twins, examples, the standard library.
fn corpus() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    for path in ["tests/print", "../examples", "../stdlib"] {
        sources(&folder(path), &mut paths);
    }
    let read = |path: PathBuf| fs::read_to_string(&path).map(|source| (path, source)).unwrap();
    paths.into_iter().map(read).collect()
}

#[test]
fn fixtures_format_as_written_down() {
    let mut paths = Vec::new();
    sources(&folder("tests/print"), &mut paths);
    paths.retain(|path| !path.to_string_lossy().ends_with(".formatted.sbot"));
    assert!(!paths.is_empty());
    for path in paths {
        let formatted = path.with_extension("formatted.sbot");
        let got = laws(&fs::read_to_string(&path).unwrap());
        if env::var_os("UPDATE_FORMATTED").is_some() {
            fs::write(&formatted, &got).unwrap();
        }
        let expected = fs::read_to_string(&formatted).unwrap_or_default();
        assert!(got == expected, "{}: got\n{got}", path.display());
    }
}

#[test]
fn the_complete_bot_of_the_language_page_is_formatted() {
    let source = fs::read_to_string(folder("../examples/pizzeria/welcome.sbot")).unwrap();
    assert_eq!(print(&source), source);
}

#[test]
fn laws_hold_for_every_file() {
    for (_, source) in corpus() {
        laws(&source);
        laws(&source.replace('\n', "\r\n"));
    }
}

#[test]
fn laws_hold_without_line_breaks() {
    for (_, source) in corpus() {
        let code: Vec<&str> =
            source.lines().filter(|line| !line.contains("//") || line.contains("://")).collect();
        let joined = code.join(" ");
        if parse(&joined).errors.is_empty() {
            laws(&joined);
        }
    }
}

/// Puts line breaks and comments between two tokens of the fixtures, as far as the tree stays the same.
/// Every third place is tried, with another text each time.
#[test]
fn laws_hold_with_a_comment_anywhere() {
    let texts = [
        " // one\n",
        "\n",
        "\n\n// own\n",
        "\n\n\n",
        "// one\n// two\n\n// three\n",
        "\n        // deep\n\n",
        " /// doc\n",
    ];
    let mut tried = 0;
    for (path, source) in corpus() {
        let is_fixture = path.starts_with(folder("tests/print"));
        if !is_fixture || path.to_string_lossy().ends_with(".formatted.sbot") {
            continue;
        }
        for piece in pieces(&source) {
            let gaps = piece.char_indices().filter(|(_, c)| c.is_whitespace() || "()[]{},:|".contains(*c));
            let tree = tree(piece);
            for ((at, _), text) in gaps.step_by(3).zip(texts.iter().cycle()) {
                let (before, after) = piece.split_at(at);
                let changed = format!("{before}{text}{after}");
                let parsed = parse(&changed);
                if parsed.errors.is_empty() && (dump(&parsed.file) == tree || text.contains("///")) {
                    laws(&changed);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} places");
}

/// Two neighbouring items each, so that the time stays linear in the size of a file.
fn pieces(source: &str) -> Vec<&str> {
    let ends: Vec<usize> = read(source).file.items.iter().map(|item| item.span.end as usize).collect();
    let starts = [0, 0].into_iter().chain(ends.iter().copied());
    let mut pieces: Vec<&str> =
        starts.zip(&ends).step_by(2).map(|(start, &end)| &source[start..end]).collect();
    pieces.push(&source[ends.iter().rev().nth(1).copied().unwrap_or(0)..]);
    pieces
}

#[test]
fn a_file_of_nothing_stays_so() {
    assert_eq!(print(""), "");
    assert_eq!(print("\n\n  \n"), "");
    assert_eq!(print("// only\n\n\n// this  "), "// only\n\n// this\n");
}

#[test]
fn laws_hold_for_long_chains() {
    let sum = vec!["a"; 200].join(" + ");
    let coalesce = vec!["a"; 60].join(" ?? ");
    let fields = vec!["a"; 200].join(".");
    let otherwise = vec!["if a -> one"; 40].join(" else ");
    let step = format!("step one:\n  x = {sum}\n  x = {coalesce}\n  x = {fields}\n  {otherwise}\n");
    laws(&step);
}

#[test]
fn what_could_not_be_read_is_no_panic() {
    for (_, source) in corpus() {
        for (at, _) in source.char_indices().step_by(source.len() / 20 + 1) {
            let part = &source[..at];
            let _ = sbot_grammar::print::print(part, &parse(part));
        }
    }
    let _ = sbot_grammar::print::print("", &Parsed { file: File::default(), ..parse("step a: x()") });
}
