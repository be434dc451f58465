//! A finding as one line of JSON.

use super::{snap, source};
use crate::diagnostic::codes::Severity;
use crate::diagnostic::{Code, Diagnostic, Edit};
use crate::source::{LineColumn, Place, Sources};
use sbot_grammar::ast::Span;
use serde::Serialize;

/// One JSON object without a line break. Lines and columns count from 1, columns in characters; `end`,
/// `end_line` and `end_column` are those of the first character that is no longer meant. `fix` lists the edits that
/// would mend it, in bytes of the same file, all to be made or none; `sure` tells whether `check --fix` makes them.
#[must_use]
pub fn json_line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let at = |place: Place| {
        let source = source(sources, place)?;
        let span = snap(&source.text, place.span);
        Some((source, span, source.line_column(span.start), source.line_column(span.end)))
    };
    let place = at(diagnostic.place);
    let (from, to) = place.as_ref().map_or((START, START), |(_, _, from, to)| (*from, *to));
    let span = place.as_ref().map_or(Span::default(), |(_, span, _, _)| *span);
    let labels = diagnostic.labels.iter().filter_map(|label| {
        let (source, span, from, _) = at(label.place)?;
        Some(JsonLabel {
            file: &source.path,
            start: span.start,
            end: span.end,
            line: from.line,
            column: from.column,
            text: &label.text,
        })
    });
    let fix = diagnostic.suggestion.as_ref().map(|suggestion| {
        let edit = |edit: &'_ Edit| {
            let span = place.as_ref().map_or(edit.span, |(source, ..)| snap(&source.text, edit.span));
            JsonEdit { start: span.start, end: span.end, text: edit.text.clone() }
        };
        suggestion.edits.iter().map(edit).collect()
    });
    let json = Json {
        code: diagnostic.code,
        severity: match diagnostic.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &diagnostic.message,
        file: place.as_ref().map_or("", |(source, ..)| &source.path),
        start: span.start,
        end: span.end,
        line: from.line,
        column: from.column,
        end_line: to.line,
        end_column: to.column,
        note: Some(diagnostic.note.as_str()).filter(|note| !note.is_empty()),
        labels: labels.collect(),
        help: diagnostic.help.as_deref(),
        fix,
        sure: diagnostic.suggestion.as_ref().is_some_and(|suggestion| suggestion.sure),
    };
    // Texts and numbers can always be written.
    serde_json::to_string(&json).unwrap_or_default()
}

const START: LineColumn = LineColumn { line: 1, column: 1 };

#[derive(Serialize)]
struct Json<'a> {
    #[serde(serialize_with = "code_name")]
    code: Code,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    start: u32,
    end: u32,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    note: Option<&'a str>,
    labels: Vec<JsonLabel<'a>>,
    help: Option<&'a str>,
    fix: Option<Vec<JsonEdit>>,
    sure: bool,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    line: u32,
    column: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonEdit {
    start: u32,
    end: u32,
    text: String,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature.
fn code_name<S: serde::Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.name())
}
