//! Words for what the parser found. The parser gives kinds and places; this gives sentences.

use super::{Code, Diagnostic};
use crate::source::{FileId, Place, Sources};
use sbot_grammar::ast::Span;
use sbot_grammar::{Context, Expected, Found, Hint, SyntaxError, SyntaxErrorKind};

/// The diagnostic for a syntax error.
#[must_use]
pub fn word(error: &SyntaxError, file: FileId, sources: &Sources) -> Diagnostic {
    let place = Place { file, span: error.span };
    let written = sources.get(file).slice(error.span);
    match &error.kind {
        SyntaxErrorKind::UnknownCharacter(c) => unknown_character(place, *c),
        SyntaxErrorKind::UnterminatedText { block: false } => {
            Diagnostic::new(Code::E0102, place, "this text has no closing quote")
                .help("close it with `\"` on the same line; a text of several lines stands between `\"\"\"`")
        }
        SyntaxErrorKind::UnterminatedText { block: true } => {
            Diagnostic::new(Code::E0102, place, "this text is never closed")
                .help("close it with the same quotes that it began with")
        }
        SyntaxErrorKind::UnterminatedHole => {
            Diagnostic::new(Code::E0102, place, "this `{` has no `}` in the text")
                .help("close it with `}`, or write `\\{` for the brace itself")
        }
        SyntaxErrorKind::BadEscape => Diagnostic::new(Code::E0103, place, format!("`{written}` is no escape"))
            .help("a text knows \\n, \\t, \\\", \\\\, \\{, \\} and \\u{1F600}; write `\\\\` for a backslash"),
        SyntaxErrorKind::BadNumber => Diagnostic::new(Code::E0103, place, format!("`{written}` is no number"))
            .help("numbers look like `12`, `1_000` or `3.5`, with at most 28 digits"),
        SyntaxErrorKind::BadDuration => Diagnostic::new(Code::E0103, place, format!("`{written}` is no duration"))
            .help("durations look like `45s`, `30m`, `2h`, `1d`, `1w` or `2h30m`"),
        SyntaxErrorKind::BadDate => Diagnostic::new(Code::E0103, place, format!("`{written}` is no date"))
            .help("dates look like `2026-11-22`: year, month and a day that exists"),
        SyntaxErrorKind::BadTime => Diagnostic::new(Code::E0103, place, format!("`{written}` is no time of day"))
            .help("times look like `09:30`, from `00:00` to `23:59`"),
        SyntaxErrorKind::Unexpected { found, expected, context, hint } => {
            let gap = sources.get(file).text.get(..error.span.start as usize).unwrap_or("");
            unexpected(place, found, expected, (*context, hint.as_ref()), end_of_token(gap))
        }
        SyntaxErrorKind::TooDeep => Diagnostic::new(Code::E0110, place, "this is nested too deep")
            .help("at most 64 brackets may stand inside each other, and 256 operators in one expression; split it up"),
        SyntaxErrorKind::TooManyErrors => {
            Diagnostic::new(Code::E0110, place, "too many errors: nothing after this place was read")
                .help("mend those above first")
        }
    }
}

fn unknown_character(place: Place, c: char) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::E0101, place, format!("`{}` means nothing here", c.escape_debug()));
    match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => {
            diagnostic.help("texts stand between straight quotes: \"…\"")
        }
        '\'' | '\u{2018}' | '\u{2019}' | '`' => diagnostic.help("texts stand between double quotes: \"…\""),
        ';' => diagnostic.help("statements need no `;`: leave it out"),
        '&' => diagnostic.help("write `and`"),
        '!' => diagnostic.help("write `not`, or `!=` for \"is not equal\""),
        '\u{2192}' => diagnostic.help("write the arrow as `->`").suggest(place.span, "->"),
        '#' => diagnostic.help("comments begin with `//`"),
        _ => diagnostic.help("only texts and comments may hold this character"),
    }
}

fn unexpected(
    place: Place,
    found: &Found,
    expected: &[Expected],
    (context, hint): (Option<Context>, Option<&Hint>),
    before: u32,
) -> Diagnostic {
    let what = match found {
        Found::End => "the end of the item".to_owned(),
        Found::Token(text) => format!("`{text}`"),
    };
    let list = list(expected);
    let inside = context.map(inside).unwrap_or_default();
    let at = Span::new(place.span.start, place.span.start);
    let after = Span::new(before, before);
    let message = |text: String| Diagnostic::new(Code::E0110, place, text);
    match hint {
        Some(Hint::MissingComma) => message(format!("a comma is missing before {what}{inside}"))
            .help("separate the entries with `,`")
            .suggest(after, ","),
        Some(Hint::MissingArrow) => message(format!("an arrow is missing before {what}{inside}"))
            .help(format!("write `-> {}` to go there", bare(found)))
            .suggest(at, "-> "),
        Some(Hint::MissingColon) => message(format!("a colon is missing before {what}{inside}"))
            .help("a step begins with `step name:`")
            .suggest(after, ":"),
        Some(Hint::ReservedWord(word)) => {
            message(format!("`{word}` is a word of the language and cannot be a name{inside}"))
                .help(format!("choose another name, such as `{word}_`"))
        }
        Some(Hint::EqualsForComparison) => message(format!("`=` sets a value; it does not compare{inside}"))
            .help("write `==` to compare")
            .suggest(place.span, "=="),
        Some(Hint::DidYouMean(word)) => message(format!("{what} is not expected{inside}"))
            .help(format!("did you mean `{word}`?"))
            .suggest(place.span, *word),
        Some(Hint::UnclosedBracket { open }) => message(format!("{list} is missing before {what}{inside}"))
            .label(Place { file: place.file, span: *open }, "opened here and never closed"),
        Some(Hint::UnopenedBracket) => message(format!("{what} closes nothing{inside}")).help("remove it"),
        Some(Hint::Superfluous) => {
            message(format!("{what} is one too many{inside}")).help("remove it").suggest(place.span, "")
        }
        None => message(format!("{what} is not expected{inside}")).help(format!("expected {list}")),
    }
}

/// Where the last token of `text` ends. Where a comment may stand after it, the place is the end of `text` itself.
fn end_of_token(text: &str) -> u32 {
    let token = text.trim_end();
    let line = token.rsplit('\n').next().unwrap_or("");
    let end = if line.contains("//") { text } else { token };
    u32::try_from(end.len()).unwrap_or(u32::MAX)
}

fn bare(found: &Found) -> &str {
    match found {
        Found::End => "step",
        Found::Token(text) => text,
    }
}

/// `a, b or c`.
fn list(expected: &[Expected]) -> String {
    let words: Vec<String> = expected.iter().map(ToString::to_string).collect();
    match words.as_slice() {
        [] => "something else".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

fn inside(context: Context) -> String {
    match context {
        Context::Item(word) => format!(" in this `{word}`"),
        Context::Statement(word) => format!(" in this `{word}`"),
        Context::Buttons => " among these buttons".to_owned(),
        Context::Options => " among these options".to_owned(),
        Context::Rotate => " in this `rotate`".to_owned(),
        Context::Arms => " in this `when`".to_owned(),
        Context::Exit => " in this exit".to_owned(),
        Context::Arguments => " among these arguments".to_owned(),
        Context::Parameters => " among these parameters".to_owned(),
        Context::Hole => " between `{` and `}` in this text".to_owned(),
        Context::List => " in this list".to_owned(),
        Context::Record => " in this record".to_owned(),
        Context::Parens => " between these parentheses".to_owned(),
    }
}
