//! Differences for tools: one object a line, and one with the sum at the end.

use super::change::{At, Change, Diff};
use super::line::Line;
use super::render::{sentence, summary_line};
use serde_json::{Value, json};
use std::fmt::Write;

/// All differences.
#[must_use]
pub fn lines(diff: &Diff) -> String {
    let mut out = String::new();
    for change in &diff.changes {
        let _ = writeln!(out, "{}", object(change));
    }
    out.push_str(&sum(diff));
    out
}

/// How many there are, and what they are in one line.
#[must_use]
pub fn sum(diff: &Diff) -> String {
    let sum = json!({ "differences": diff.changes.len(), "summary": summary_line(diff).plain() });
    format!("{sum}\n")
}

fn object(change: &Change) -> Value {
    let line = |line: &Option<Line>| line.as_ref().map(Line::plain);
    let at = |at: &Option<At>| at.as_ref().map(|at| json!({ "file": at.file, "line": at.line }));
    json!({
        "kind": change.kind.name(),
        "section": change.kind.section().name(),
        "bots": change.bots.iter().map(|bot| &**bot).collect::<Vec<_>>(),
        "step": change.unit.as_deref(),
        "place": change.place.plain(),
        "text": sentence(change).plain(),
        "was": line(&change.was),
        "now": line(&change.now),
        "more": change.more.iter().map(Line::plain).collect::<Vec<_>>(),
        "old": at(&change.old),
        "new": at(&change.new),
    })
}
