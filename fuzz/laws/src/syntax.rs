//! Any text has a tree and a list of errors. What has no error can be formatted: it stays the same tree with the same
//! comments, and formatting it again changes nothing.

use sbot_grammar::{Parsed, dump, parse, print::print};

/// The law.
///
/// # Panics
/// It does not hold.
pub fn holds(data: &[u8]) {
    let source = String::from_utf8_lossy(data);
    let parsed = parse(&source);
    places(&source, &parsed);
    let tree = dump(&parsed.file);
    let once = print(&source, &parsed);
    if !parsed.errors.is_empty() {
        return;
    }
    let again = parse(&once);
    assert!(again.errors.is_empty(), "formatted, it has errors: {:?}\n{source}\n---\n{once}", again.errors);
    assert_eq!(tree, dump(&again.file), "formatting changed the tree:\n{source}\n---\n{once}");
    assert_eq!(comments(&source, &parsed), comments(&once, &again), "{source}\n---\n{once}");
    let twice = print(&once, &again);
    assert!(once == twice, "formatting is not stable:\n{source}\n---\n{once}\n---\n{twice}");
}

/// Errors and comments lie in the text, between characters, in order.
fn places(source: &str, parsed: &Parsed) {
    let spans = parsed.errors.iter().map(|error| error.span);
    for span in spans.chain(parsed.comments.iter().map(|comment| comment.span)) {
        assert!(source.get(span.range()).is_some(), "{span:?} is no part of the text:\n{source}");
    }
    assert!(parsed.errors.is_sorted_by_key(|error| error.span.start));
    assert!(parsed.comments.is_sorted_by_key(|comment| comment.span.start));
}

/// The comments without the white space around them, sorted, since one inside of a head may move above it.
fn comments<'s>(source: &'s str, parsed: &Parsed) -> Vec<&'s str> {
    let texts = parsed.comments.iter().filter_map(|comment| source.get(comment.span.range()));
    let mut texts: Vec<&str> = texts.map(str::trim_end).collect();
    texts.sort_unstable();
    texts
}
