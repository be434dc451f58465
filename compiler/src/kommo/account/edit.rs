//! Changes of a source that leave everything else where it is.

use sbot_grammar::ast::Span;

/// A file of the project: its path and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// As people know it.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Index of the file.
    pub(super) file: usize,
    /// What goes: bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// What comes in its place.
    pub(super) text: String,
}

impl Edit {
    pub(super) fn insert(file: usize, at: usize, text: String) -> Edit {
        Edit { file, start: at, end: at, text }
    }

    pub(super) fn replace(file: usize, span: Span, text: String) -> Edit {
        let range = span.range();
        Edit { file, start: range.start, end: range.end, text }
    }
}

/// The text of a file with the edits of this file made. Those at one place stay in the order in which they are given.
pub(super) fn apply(file: usize, text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().filter(|edit| edit.file == file).collect();
    edits.sort_by_key(|edit| edit.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        // Two that overlap are of one thing; the first says it.
        let Some(between) = text.get(done..edit.start) else { continue };
        out.push_str(between);
        out.push_str(&edit.text);
        done = edit.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// White space of the same lines, so that nothing else moves to another one.
pub(super) fn blank(text: &str, start: usize, end: usize) -> String {
    let gone = text.get(start..end).unwrap_or_default();
    gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect()
}

/// Adds elements to a list that is separated by commas, behind the element that ends at `after`; a comment at the end of
/// that element's line stays with it.
pub(super) fn behind(file: usize, text: &str, after: usize, items: &[String]) -> Vec<Edit> {
    if items.is_empty() {
        return Vec::new();
    }
    let rest = text.get(after..).unwrap_or_default();
    let space = space(rest);
    let comma = rest.get(space..).is_some_and(|rest| rest.starts_with(','));
    let mut edits = Vec::new();
    let mut at = after;
    if comma {
        at += space + 1;
    } else {
        edits.push(Edit::insert(file, at, ",".to_owned()));
    }
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let alone = line.trim().is_empty() || line.trim_start().starts_with("//");
    let ends = rest.contains('\n') && alone;
    if ends {
        let returned = usize::from(line.ends_with('\r'));
        let joined: String = items.iter().map(|item| format!("\n  {item},")).collect();
        edits.push(Edit::insert(file, at + line.len() - returned, joined));
    } else if items.iter().any(|item| item.contains("//")) {
        let joined: String = items.iter().map(|item| format!("\n  {item},")).collect();
        edits.push(Edit::insert(file, at, format!("{joined}\n")));
    } else {
        let last = if comma { "," } else { "" };
        edits.push(Edit::insert(file, at, format!(" {}{last}", items.join(", "))));
    }
    edits
}

/// How far it is to the comma of an element: beyond comments and line ends, too, where it stands at the next line's start.
fn space(rest: &str) -> usize {
    let mut left = rest;
    loop {
        left = left.trim_start();
        if !left.starts_with("//") {
            break;
        }
        left = left.split_once('\n').map_or("", |(_, left)| left);
    }
    let near = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if left.starts_with(',') { rest.len() - left.len() } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str, after: &str) -> String {
        let at = text.find(after).map_or(0, |at| at + after.len());
        apply(0, text, &behind(0, text, at, &["x \"X\"".to_owned(), "y \"Y\"".to_owned()]))
    }

    #[test]
    fn comments_stay_where_they_are() {
        assert_eq!(added("{ a \"A\", b \"B\" }", "\"A\""), "{ a \"A\", x \"X\", y \"Y\", b \"B\" }");
        assert_eq!(added("{ a \"A\" }", "\"A\""), "{ a \"A\", x \"X\", y \"Y\" }");
        let lines = "{\n  a \"A\", // first\n  // of b\n  b \"B\" // last\n}";
        assert_eq!(
            added(lines, "\"A\""),
            "{\n  a \"A\", // first\n  x \"X\",\n  y \"Y\",\n  // of b\n  b \"B\" // last\n}"
        );
        assert_eq!(
            added(lines, "\"B\""),
            "{\n  a \"A\", // first\n  // of b\n  b \"B\", // last\n  x \"X\",\n  y \"Y\",\n}"
        );
    }

    #[test]
    fn edits_are_made_at_their_places() {
        let edits = [
            Edit { file: 0, start: 4, end: 5, text: "E".to_owned() },
            Edit::insert(0, 1, "+".to_owned()),
            Edit::insert(0, 1, "-".to_owned()),
            Edit { file: 1, start: 0, end: 6, text: String::new() },
        ];
        assert_eq!(apply(0, "abcdef", &edits), "a+-bcdEf");
        assert_eq!(blank("a\nbé\nc", 0, 5), " \n  ");
    }
}
