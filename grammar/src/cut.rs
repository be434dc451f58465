//! What to take out where no edit helps: the smallest part around the place that makes no sense, so that everything
//! behind it is read as it was meant. The grammar takes a `Broken` token where such a part may stand.

#![allow(clippy::wildcard_enum_match_arm, reason = "a match names the few tokens it is about")]

use crate::ast::Span;
use crate::edits;
use crate::error::Hint;
use crate::repair::Edit;
use crate::token::{Spanned, Token};

/// The parts around the token at `at`, the smallest first, as indexes of tokens.
pub(crate) fn ranges(source: &str, tokens: &[Spanned], at: usize) -> Vec<(usize, usize)> {
    let mut ranges = vec![];
    ranges.extend(event(source, tokens, at));
    let mut open = opened(tokens, at);
    loop {
        let inner = open.last().copied();
        let from = inner.map_or(0, |bracket| bracket + 1);
        let to = inner.and_then(|bracket| edits::matching(tokens, bracket)).unwrap_or(tokens.len());
        if inner.is_some() {
            ranges.extend(element(tokens, from, to, at));
        }
        if inner.is_none_or(|inner| tokens.get(inner).is_some_and(|next| next.token == Token::OpenBrace)) {
            ranges.extend(statement(source, tokens, from, to, at));
        }
        if open.pop().is_none() {
            break;
        }
    }
    ranges
}

/// Puts one `Broken` token in place of those from `from` up to `to`.
pub(crate) fn edit(tokens: &[Spanned], from: usize, to: usize) -> Option<Edit> {
    let first = tokens.get(from)?;
    let last = tokens.get(from..to)?.last().unwrap_or(first);
    let broken = Spanned { token: Token::Broken, start: first.start, end: last.end.max(first.start) };
    let span = Span::new(broken.start, broken.end);
    Some(Edit {
        at: from,
        removed: to - from,
        inserted: vec![broken],
        moved: None,
        span,
        hint: Hint::Superfluous,
    })
}

/// The brackets that are open before the token, the innermost last.
fn opened(tokens: &[Spanned], at: usize) -> Vec<usize> {
    let mut open = vec![];
    for (index, next) in tokens.iter().enumerate().take(at) {
        if next.token.closer().is_some() {
            open.push(index);
        } else if next.token.is_closer() {
            open.pop();
        }
    }
    open
}

/// Walks the tokens of `from..to` that stand in no further bracket.
fn outside(tokens: &[Spanned], from: usize, to: usize) -> impl Iterator<Item = (usize, Spanned)> {
    let mut depth = 0usize;
    tokens.iter().copied().enumerate().take(to).skip(from).filter(move |(_, next)| {
        let inside = depth > 0;
        if next.token.closer().is_some() {
            depth += 1;
        } else if next.token.is_closer() {
            depth = depth.saturating_sub(1);
        }
        !inside
    })
}

/// Between the commas around the token; the brackets around them are at `from - 1` and `to`.
fn element(tokens: &[Spanned], from: usize, to: usize, at: usize) -> Option<(usize, usize)> {
    let mut range = (from, to);
    for (index, next) in outside(tokens, from, to) {
        if next.token == Token::Comma {
            if index < at {
                range.0 = index + 1;
            } else {
                range.1 = index;
                break;
            }
        }
    }
    (range.0 < range.1).then_some(range)
}

/// The statement that holds the token, from the start of a line to that of the next one.
fn statement(source: &str, tokens: &[Spanned], from: usize, to: usize, at: usize) -> Option<(usize, usize)> {
    let mut range = (from, to);
    let mut begun = from > 0;
    let mut after_colon = false;
    for (index, next) in outside(tokens, from, to) {
        let begins = after_colon
            || (at_line_start(source, tokens, index)
                && (next.token.is_statement_word() || next.token.is_name() || next.token == Token::Arrow));
        after_colon = false;
        if index > at && (begins || next.token.is_item_word()) && index > range.0 {
            range.1 = index;
            break;
        }
        if index <= at && begins {
            range.0 = index;
            begun = true;
        }
        // The first statement of a step stands behind the colon of its head.
        if next.token == Token::Colon && !begun {
            after_colon = true;
        }
    }
    (begun && range.0 < range.1 && range.0 <= at).then_some(range)
}

/// What stands between `on` and the body of an exit.
fn event(source: &str, tokens: &[Spanned], at: usize) -> Option<(usize, usize)> {
    let on =
        (0..at).rev().take(4).find(|index| tokens.get(*index).is_some_and(|next| next.token == Token::On))?;
    let ends = |index: usize, next: &Spanned| {
        matches!(next.token, Token::Arrow | Token::OpenBrace | Token::On)
            || next.token.is_closer()
            || (index > on + 1 && at_line_start(source, tokens, index))
    };
    let found = tokens.iter().enumerate().skip(on + 1).take(8).find(|(index, next)| ends(*index, next));
    let end = found.map_or(tokens.len(), |(index, _)| index);
    (on + 1 < end && at <= end).then_some((on + 1, end))
}

fn at_line_start(source: &str, tokens: &[Spanned], at: usize) -> bool {
    let from = at.checked_sub(1).and_then(|at| tokens.get(at)).map_or(0, |last| last.end as usize);
    let to = tokens.get(at).map_or(from, |next| next.start as usize);
    from == 0 || source.get(from..to).is_some_and(|between| between.contains('\n'))
}
