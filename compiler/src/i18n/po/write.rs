//! From entries to the text of a file. The same entries always give the same text.

use super::{Catalog, Entry};
use std::fmt::Write;

/// The text of a file.
#[must_use]
pub fn write(catalog: &Catalog) -> String {
    let mut out = String::new();
    for entry in &catalog.entries {
        if !out.is_empty() {
            out.push('\n');
        }
        one(&mut out, entry);
    }
    if !catalog.trailing.is_empty() {
        if !out.is_empty() {
            out.push('\n');
        }
        lines(&mut out, "#", &catalog.trailing);
    }
    out
}

fn one(out: &mut String, entry: &Entry) {
    lines(out, "#", &entry.comments);
    lines(out, "#.", &entry.notes);
    lines(out, "#:", &entry.references);
    if !entry.flags.is_empty() {
        lines(out, "#,", &[entry.flags.join(", ")]);
    }
    let (previous, prefix) = if entry.obsolete { ("#~| ", "#~ ") } else { ("#| ", "") };
    if let Some(context) = &entry.previous_context {
        keyword(out, previous, "msgctxt", context);
    }
    if let Some(text) = &entry.previous {
        keyword(out, previous, "msgid", text);
    }
    if let Some(context) = &entry.context {
        keyword(out, prefix, "msgctxt", context);
    }
    keyword(out, prefix, "msgid", &entry.text);
    keyword(out, prefix, "msgstr", &entry.translation);
}

/// Comments of a kind, a line each.
fn lines(out: &mut String, sign: &str, lines: &[String]) {
    for line in lines {
        let space = if line.is_empty() { "" } else { " " };
        // Writing to a text cannot fail.
        let _ = writeln!(out, "{sign}{space}{line}");
    }
}

/// A keyword with its text; a text of several lines gets a line for each.
fn keyword(out: &mut String, prefix: &str, word: &str, text: &str) {
    if !text.trim_end_matches('\n').contains('\n') {
        let _ = writeln!(out, "{prefix}{word} \"{}\"", escaped(text));
        return;
    }
    let _ = writeln!(out, "{prefix}{word} \"\"");
    for line in text.split_inclusive('\n') {
        let _ = writeln!(out, "{prefix}\"{}\"", escaped(line));
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            // The other controls that gettext has a letter for; the rest stand as they are.
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c => out.push(c),
        }
    }
    out
}
