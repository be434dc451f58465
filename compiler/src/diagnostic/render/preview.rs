//! What a suggestion makes of the lines that it changes.

use super::{Bytes, GREEN, GREY, LONG_LINE, Paint, clean, line_range, snap};
use crate::diagnostic::Suggestion;
use crate::source::Source;
use sbot_grammar::ast::Span;
use std::ops::Range;

/// More lines than these are no hint.
const MOST_LINES: usize = 5;

/// Neighbouring edits, and the whole lines that they change.
struct Group<'s> {
    lines: Range<usize>,
    edits: Vec<(Span, &'s str)>,
}

/// The lines after the change, if they are few and short.
pub(super) fn preview(source: &Source, suggestion: &Suggestion, paint: &Paint) -> Option<String> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for edit in &suggestion.edits {
        let span = snap(&source.text, edit.span);
        let (first, last) = (span.start as usize, span.end as usize);
        let lines = line_range(&source.text, first).start..line_range(&source.text, last).end;
        match groups.last_mut() {
            Some(group) if lines.start < group.lines.end => {
                group.lines.end = group.lines.end.max(lines.end);
                group.edits.push((span, &edit.text));
            }
            Some(_) | None => groups.push(Group { lines, edits: vec![(span, &edit.text)] }),
        }
    }
    let mut out = String::new();
    let mut added: i64 = 0;
    let mut count = 0;
    for group in &groups {
        let old = source.text.get(group.lines.clone())?;
        let lines = group.changed(source)?;
        let begins = i64::from(source.line_column(u32::try_from(group.lines.start).ok()?).line) + added;
        added += i64::try_from(lines.len()).ok()? - i64::try_from(old.split('\n').count()).ok()?;
        let same = lines.iter().all(|line| line.iter().all(|(new, _)| !new));
        if same && group.edits.iter().any(|(span, _)| source.slice(*span).contains('\n')) {
            // Whole lines are removed.
            continue;
        }
        for (number, line) in (begins..).zip(&lines) {
            let text: String = line
                .iter()
                .map(|(new, text)| if *new { paint.plain(&GREEN, text) } else { text.clone() })
                .collect();
            let margin = paint.plain(&GREY, &format!("{number:>4} │"));
            out.push_str(format!("{margin} {text}").trim_end());
            out.push('\n');
        }
        count += lines.len();
    }
    (0 < count && count <= MOST_LINES).then_some(out)
}

impl Group<'_> {
    /// The lines after the change: for each its pieces, and whether they are new. Nothing where that is no use.
    fn changed(&self, source: &Source) -> Option<Vec<Vec<(bool, String)>>> {
        let mut pieces: Vec<(bool, &str)> = Vec::new();
        let mut at = self.lines.start;
        for (span, text) in &self.edits {
            let before = source.text.get(at..span.start as usize)?;
            let old = source.slice(*span);
            if old == *text {
                return None;
            }
            if self.lines.start == at && before.trim().is_empty() && matches!(text.trim(), "," | ":") {
                // It would stand at the end of a line above; here it would look odd.
                return None;
            }
            pieces.push((false, before));
            pieces.push((true, text));
            at = span.end as usize;
        }
        pieces.push((false, source.text.get(at..self.lines.end)?));
        if pieces.iter().map(|(_, text)| text.len()).sum::<usize>() > LONG_LINE {
            return None;
        }
        let mut lines: Vec<Vec<(bool, String)>> = vec![Vec::new()];
        for (new, text) in pieces {
            for (n, part) in text.split('\n').enumerate() {
                if n > 0 {
                    lines.push(Vec::new());
                }
                if let Some(line) = lines.last_mut().filter(|_| !part.is_empty()) {
                    line.push((new, clean(part, Bytes::Free)));
                }
            }
        }
        for line in &mut lines {
            while line.last().is_some_and(|(_, text)| text.trim().is_empty()) {
                line.pop();
            }
            if let Some((_, text)) = line.last_mut() {
                text.truncate(text.trim_end().len());
            }
        }
        Some(lines)
    }
}
