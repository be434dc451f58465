//! From the text of one `.sbot` file to its tree.
//!
//! In: the text. Out: [`Parsed`], always a tree, with every syntax error that could be found and every comment.
//! Nothing here fails, panics, does I/O, knows a type or looks into another file.
//!
//! The way: `lexer` makes tokens, `split` cuts them into items and balances their brackets, `parser` takes each
//! item through the LR grammar, and `repair` looks for the one mistake that explains a failure. `foreign` and
//! `spelling` know what is written elsewhere or by mistake.

pub mod ast;
pub mod dump;
pub mod print;

mod actions;
mod balance;
mod cut;
mod edits;
mod error;
mod expected;
mod foreign;
mod lexer;
mod literal;
mod nested;
mod parser;
mod repair;
mod spelling;
mod split;
mod text;
mod token;

pub use dump::dump;
pub use error::{Context, Expected, Found, Hint, SyntaxError, SyntaxErrorKind};
pub use literal::{meant_day_or_time, meant_duration};
pub use spelling::{edit_distance, is_clear_slip};
pub use token::{RESERVED, language_words};

use ast::{File, Span};

/// After this many errors nothing more is read.
const MAX_ERRORS: usize = 100;
/// Brackets, braces and holes nest this deep.
const MAX_NESTING: usize = 64;

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Its items; those with an error in them as far as they could be read.
    pub file: File,
    /// In source order. Empty if and only if the whole text is a program of the grammar.
    pub errors: Vec<SyntaxError>,
    /// Every comment, in source order.
    pub comments: Vec<Comment>,
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// With the slashes, without the line break.
    pub span: Span,
    /// `///`, but not `////`.
    pub doc: bool,
}

/// Reads the text of a file. Never fails: what is wrong is in the errors.
#[must_use]
pub fn parse(source: &str) -> Parsed {
    if u32::try_from(source.len()).is_err() {
        let errors = vec![SyntaxError { span: Span::default(), kind: SyntaxErrorKind::TooManyErrors }];
        return Parsed { errors, ..Parsed::default() };
    }
    let lexer::Lexed { tokens, comments, mut errors } = lexer::lex(source);
    let parser = parser::Parser::new(source, &tokens, &comments);
    let mut reader = repair::Reader::new(source, parser, &tokens, &errors);
    let mut items = vec![];
    for chunk in split::Split::new(source, &tokens) {
        let (item, wrong) = reader.item(chunk);
        items.push(item);
        let unread = wrong.last().is_some_and(|last| last.kind == SyntaxErrorKind::TooManyErrors);
        errors.extend(wrong);
        if unread || errors.len() >= MAX_ERRORS {
            break;
        }
    }
    drop_escapes(&mut errors);
    errors.sort_by_key(|error| (error.span.start, error.span.end));
    errors.dedup();
    if errors.len() >= MAX_ERRORS {
        errors.retain(|error| error.kind != SyntaxErrorKind::TooManyErrors);
        errors.truncate(MAX_ERRORS);
        let span = errors.last().map_or(Span::default(), |last| last.span);
        errors.push(SyntaxError { span, kind: SyntaxErrorKind::TooManyErrors });
    }
    Parsed { file: File { items }, errors, comments }
}

/// In a text that should be raw, a backslash begins no escape.
fn drop_escapes(errors: &mut Vec<SyntaxError>) {
    let is_raw = |error: &&SyntaxError| {
        matches!(error.kind, SyntaxErrorKind::Unexpected { hint: Some(Hint::RawText), .. })
    };
    let raw: Vec<Span> = errors.iter().filter(is_raw).map(|error| error.span).collect();
    if !raw.is_empty() {
        errors.retain(|error| {
            let inside = |raw: &Span| raw.start <= error.span.start && error.span.end <= raw.end;
            error.kind != SyntaxErrorKind::BadEscape || !raw.iter().any(inside)
        });
    }
}
