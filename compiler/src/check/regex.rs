//! Regular expressions that cannot be used: what is wrong with one, and where in it.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Place;
use sbot_grammar::ast::Span;

/// E0407. `place` is the text with its quotes, `written` what stands there, `error` what the library says.
pub(super) fn refused(place: Place, written: &str, error: &str) -> Diagnostic {
    let why = error.lines().last().unwrap_or("").trim_start_matches("error: ");
    let too_large = why.contains("size limit");
    let why = if too_large { "it becomes too large" } else { why };
    let part = inside(place.span, written, error).unwrap_or(place.span);
    let diagnostic =
        Diagnostic::new(Code::E0407, Place { span: part, ..place }, "this regular expression cannot be used")
            .note(why);
    let help = HELP.iter().find(|(sign, _)| why.contains(sign)).map(|(_, help)| *help);
    match help {
        Some(help) => diagnostic.help(help),
        None => {
            diagnostic.help("signs such as `.`, `(` and `*` have a meaning; write `\\.` for a point itself")
        }
    }
}

/// What helps against what the library says.
const HELP: &[(&str, &str)] = &[
    ("too large", "let it repeat less often: `{800}` makes 800 copies of what stands before it"),
    ("look-around", "ask twice instead: `… matches r\"…\" and not … matches r\"…\"`"),
    ("backreferences", "what was found before cannot be asked for again; write it out"),
    ("unclosed group", "close it with `)`, or write `\\(` for the parenthesis itself"),
    ("unopened group", "open it with `(`, or write `\\)` for the parenthesis itself"),
    ("unclosed character class", "close it with `]`, or write `\\[` for the bracket itself"),
    ("unclosed counted repetition", "close it with `}`, or write `\\{` for the brace itself"),
    (
        "repetition operator missing",
        "write what is repeated before it, or `\\*`, `\\+`, `\\?` for the sign itself",
    ),
    ("unrecognized escape sequence", "write `\\\\` for a backslash itself"),
];

/// The place that the library marks with `^` below the expression, if that is of one line.
fn inside(span: Span, written: &str, error: &str) -> Option<Span> {
    const MARGIN: usize = 4;
    let pattern_at = written.find('"')? + 1;
    let pattern = written.get(pattern_at..)?.trim_end_matches('#').strip_suffix('"')?;
    let marks =
        error.lines().find(|line| line.contains('^') && line.chars().all(|c| c == ' ' || c == '^'))?;
    if pattern.contains('\n') {
        return None;
    }
    let first = marks.chars().take_while(|c| *c == ' ').count().checked_sub(MARGIN)?;
    let last = first + marks.chars().filter(|c| *c == '^').count();
    let byte =
        |character: usize| pattern.char_indices().nth(character).map_or(pattern.len(), |(byte, _)| byte);
    let at = |character: usize| Some(span.start + u32::try_from(pattern_at + byte(character)).ok()?);
    let found = Span::new(at(first)?, at(last)?);
    (found.start < found.end).then_some(found)
}
