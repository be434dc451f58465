//! From the places where the parser stopped to errors that name the mistake.
//!
//! For each such place the few edits of `edits.rs` are tried. One that lets the parser go on past the place is made,
//! and the rest of the item is read as its author most likely meant it. Where none helps, `cut.rs` takes out the
//! smallest part that makes no sense; and where that does not help either, the recovery of the grammar has skipped
//! what it must.

#![allow(clippy::wildcard_enum_match_arm, reason = "a match names the few tokens it is about")]

use crate::ast::{Item, ItemKind, Span};
use crate::error::{Expected, Found, Hint, SyntaxError, SyntaxErrorKind};
use crate::expected::{self, Terminals};
use crate::parser::{Failure, Outcome, Parser};
use crate::split::Chunk;
use crate::token::{Spanned, Token};
use crate::{MAX_ERRORS, cut, edits};
use std::collections::HashSet;

/// So many tokens behind the place must fit for an edit to count.
const ENOUGH: usize = 3;
/// So many tokens behind the place are looked at.
const WINDOW: usize = 12;
/// So many tokens are parsed again for one file, so that a hostile one is still read in linear time.
const BUDGET: usize = 1_000_000;

/// Reads the items of one file.
pub(crate) struct Reader<'s> {
    source: &'s str,
    parser: Parser<'s>,
    budget: usize,
    /// Where the lexer found a text without an end, and how many tokens behind it are not worth an error.
    broken: Vec<(Span, usize)>,
    /// The names of the steps of the file.
    steps: HashSet<&'s str>,
}

/// A change of the tokens of an item.
#[derive(Clone)]
pub(crate) struct Edit {
    /// The index of the first token that is replaced.
    pub(crate) at: usize,
    /// How many are replaced.
    pub(crate) removed: usize,
    /// By these.
    pub(crate) inserted: Vec<Spanned>,
    /// A closing bracket behind them that this edit takes away, or puts elsewhere.
    pub(crate) moved: Option<usize>,
    /// Where the error is.
    pub(crate) span: Span,
    /// The mistake that this edit mends.
    pub(crate) hint: Hint,
}

impl Edit {
    pub(crate) fn apply(&self, tokens: &mut Vec<Spanned>) {
        if let Some(moved) = self.moved.filter(|moved| *moved < tokens.len()) {
            tokens.remove(moved);
        }
        let end = (self.at + self.removed).min(tokens.len());
        tokens.splice(self.at.min(end)..end, self.inserted.iter().copied());
    }
}

impl<'s> Reader<'s> {
    /// For one file.
    pub(crate) fn new(
        source: &'s str,
        parser: Parser<'s>,
        tokens: &[Spanned],
        errors: &[SyntaxError],
    ) -> Self {
        let unclosed = |error: &SyntaxError| match error.kind {
            SyntaxErrorKind::UnterminatedText { .. } | SyntaxErrorKind::OtherQuotes { close: None } => {
                Some((error.span, 1))
            }
            SyntaxErrorKind::UnterminatedHole => Some((error.span, 3)),
            _ => None,
        };
        let broken = errors.iter().filter_map(unclosed).collect();
        let steps = tokens.windows(2).filter_map(|pair| match pair {
            [word, name] if word.token == Token::Step && name.token.is_name() => {
                source.get(name.start as usize..name.end as usize)
            }
            // `step` may be missing before it.
            [name, colon] if name.token.is_name() && colon.token == Token::Colon => {
                let before = source.get(..name.start as usize).unwrap_or("");
                let first = before.is_empty() || before.ends_with('\n');
                source.get(name.start as usize..name.end as usize).filter(|_| first)
            }
            _ => None,
        });
        Self { source, parser, budget: BUDGET, broken, steps: steps.collect() }
    }

    /// The tree of one item, with everything that is wrong in it.
    pub(crate) fn item(&mut self, chunk: Chunk) -> (Item, Vec<SyntaxError>) {
        let Chunk { mut tokens, span, mut errors, too_deep } = chunk;
        if too_deep {
            return (broken_item(span), errors);
        }
        let mut outcome = self.parser.parse(&tokens);
        // Everything before this token is settled.
        let mut settled = 0;
        let mut quiet_until = 0;
        while errors.len() < MAX_ERRORS {
            let Some((at, failure)) = next_failure(&tokens, &outcome, settled) else { break };
            let resumed = tokens.partition_point(|next| next.start < failure.resumed);
            let quiet = self.is_echo(&tokens, at);
            if let Some(edit) = self.find(&tokens, at, &failure) {
                if !quiet {
                    if let Hint::UnclosedBracket { open } = edit.hint {
                        errors.retain(|error| !is_unclosed(error, open));
                    }
                    errors.push(self.error(&tokens, at, &failure, Some(&edit)));
                }
                edit.apply(&mut tokens);
                settled = (edit.at + edit.inserted.len()).max(at);
                self.budget = self.budget.saturating_sub(tokens.len());
                outcome = self.parser.parse(&tokens);
            } else {
                if !quiet && at >= quiet_until {
                    errors.push(self.error(&tokens, at, &failure, None));
                }
                if let Some(edit) = self.cut(&tokens, at) {
                    edit.apply(&mut tokens);
                    settled = edit.at + 1;
                    quiet_until = quiet_until.min(settled);
                    self.budget = self.budget.saturating_sub(tokens.len());
                    outcome = self.parser.parse(&tokens);
                } else {
                    settled = at + 1;
                    quiet_until = resumed.max(at) + ENOUGH;
                }
            }
        }
        errors.extend(outcome.reserved.iter().map(|name| SyntaxError {
            span: name.span,
            kind: SyntaxErrorKind::Unexpected {
                found: Found::Token(name.text.clone()),
                expected: vec![Expected::Name],
                context: None,
                hint: Some(Hint::ReservedWord(name.text.clone())),
            },
        }));
        if outcome.cut && errors.len() < MAX_ERRORS {
            let last = outcome.failures.last().map_or(span, |failure| failure.span);
            errors.push(SyntaxError { span: last, kind: SyntaxErrorKind::TooManyErrors });
        }
        (outcome.item.unwrap_or_else(|| broken_item(span)), errors)
    }

    /// Whether the mistake at this token was reported already: by the lexer, or as a bracket.
    fn is_echo(&self, tokens: &[Spanned], at: usize) -> bool {
        let invented = tokens.get(at).is_some_and(|next| next.start == next.end);
        let after_broken = self.broken.iter().any(|(broken, reach)| {
            let touches = |last: &Spanned| last.start <= broken.end && broken.start <= last.end;
            tokens.iter().take(at).rev().take(*reach).any(touches)
        });
        invented || after_broken
    }

    fn error(&self, tokens: &[Spanned], at: usize, failure: &Failure, edit: Option<&Edit>) -> SyntaxError {
        let nameless = if edit.is_none() { edits::bare_path(tokens, at, failure) } else { None };
        let span = edit.map_or(failure.span, |edit| edit.span);
        let span = nameless.unwrap_or(span);
        let found = if span.start == span.end { Found::End } else { expected::found(self.source, span) };
        let mut expected = Terminals::new(&failure.expected).groups();
        let hint = edit.map(|edit| edit.hint.clone()).or(nameless.map(|_| Hint::NoStatement));
        let first = hint.as_ref().and_then(|hint| match hint {
            Hint::MissingComma => Some(Expected::Comma),
            Hint::MissingArrow { .. } => Some(Expected::Arrow),
            Hint::MissingOn => Some(Expected::Exit),
            Hint::UnitApart { .. } => Some(Expected::Duration),
            Hint::MissingColon => Some(Expected::Colon),
            Hint::DidYouMean(word) => Some(expected::meant(word)),
            Hint::EqualsForColon => Some(Expected::Colon),
            Hint::MissingType { .. } => Some(Expected::Type),
            Hint::NoStatement => Some(Expected::Statement),
            Hint::ReservedWord(_)
            | Hint::EqualsForComparison
            | Hint::IsForComparison { .. }
            | Hint::RawText
            | Hint::Foreign { .. }
            | Hint::Braces { .. }
            | Hint::DoubleBraces { .. }
            | Hint::MissingStep
            | Hint::UnclosedBracket { .. }
            | Hint::UnopenedBracket
            | Hint::Superfluous => None,
        });
        if let Some(first) = first {
            // The parser may have stopped one token after the mistake, where other things fit.
            if edit.is_some_and(|edit| edit.at < at) {
                expected.clear();
            }
            expected.retain(|known| *known != first);
            expected.insert(0, first);
        }
        let context = expected::context(tokens, edit.map_or(at, |edit| edit.at));
        SyntaxError { span, kind: SyntaxErrorKind::Unexpected { found, expected, context, hint } }
    }

    /// The edit that lets the parser go on farthest, if one lets it go on far enough.
    fn find(&mut self, tokens: &[Spanned], at: usize, failure: &Failure) -> Option<Edit> {
        if self.budget < tokens.len() {
            return None;
        }
        let mut best: Option<(usize, Edit)> = None;
        let needed = ENOUGH.min(tokens.len() - at.min(tokens.len()));
        for edit in edits::candidates(self.source, &self.steps, tokens, at, failure) {
            let cost = (at + WINDOW).min(tokens.len()) + WINDOW;
            if self.budget < cost {
                return None;
            }
            self.budget -= cost;
            let reach = self.reach(tokens, at, &edit);
            let surely = matches!(
                edit.hint,
                Hint::EqualsForComparison
                    | Hint::IsForComparison { .. }
                    | Hint::EqualsForColon
                    | Hint::ReservedWord(_)
                    | Hint::DidYouMean(_)
                    | Hint::Foreign { .. }
                    | Hint::MissingType { .. }
                    | Hint::Braces { .. }
                    | Hint::DoubleBraces { .. }
                    | Hint::UnitApart { .. }
            );
            let least = match edit.hint {
                // The name of a step says enough.
                Hint::MissingArrow { known: true } => needed.min(1),
                _ if surely => needed.min(2),
                _ => needed,
            };
            if reach > best.as_ref().map_or(least.max(1) - 1, |(reach, _)| *reach) {
                best = Some((reach, edit));
            }
        }
        best.map(|(_, edit)| edit)
    }

    /// Takes out the smallest part around the token that makes no sense, so that what is behind it is read.
    fn cut(&mut self, tokens: &[Spanned], at: usize) -> Option<Edit> {
        self.budget = self.budget.checked_sub(tokens.len())?;
        for (from, to) in cut::ranges(self.source, tokens, at) {
            let limit = (to + WINDOW).min(tokens.len());
            if self.budget < limit {
                return None;
            }
            self.budget -= limit;
            let edit = cut::edit(tokens, from, to)?;
            let mut window = tokens.get(..limit).unwrap_or_default().to_vec();
            edit.apply(&mut window);
            let failure =
                self.parser.parse(&window).failures.into_iter().map(|failure| index_of(&window, &failure));
            // What stood before the part was settled; where the window ends the parser must stop.
            let fits = failure
                .filter(|index| *index >= from)
                .all(|index| index > from + 1 || (index >= window.len() && limit < tokens.len()));
            if fits {
                return Some(edit);
            }
        }
        None
    }

    /// How many of the tokens from `at` on the parser takes after the edit. The end of the item counts as one.
    fn reach(&self, tokens: &[Spanned], at: usize, edit: &Edit) -> usize {
        let limit = (at + WINDOW).min(tokens.len());
        let mut window = tokens.get(..limit).unwrap_or_default().to_vec();
        edit.apply(&mut window);
        let first = self.parser.parse(&window).failures.into_iter().find_map(|failure| {
            let index = index_of(&window, &failure);
            (index + 1 >= edit.at + edit.inserted.len().min(1)).then_some(index)
        });
        let until = match first {
            // Where the window ends the parser must stop.
            Some(index) if limit == tokens.len() || index < window.len() => index,
            Some(_) | None => window.len() + 1,
        };
        let moved = edit.moved.is_some_and(|moved| moved < limit);
        (until + edit.removed + usize::from(moved)).saturating_sub(at + edit.inserted.len())
    }
}

fn is_unclosed(error: &SyntaxError, bracket: Span) -> bool {
    matches!(
        error.kind,
        SyntaxErrorKind::Unexpected { hint: Some(Hint::UnclosedBracket { open }), .. } if open == bracket
    )
}

/// The first failure that is not settled, with the index of its token.
fn next_failure(tokens: &[Spanned], outcome: &Outcome, settled: usize) -> Option<(usize, Failure)> {
    outcome
        .failures
        .iter()
        .map(|failure| (index_of(tokens, failure), failure))
        .find(|(index, _)| *index >= settled)
        .map(|(index, failure)| (index, failure.clone()))
}

/// The index of the token that did not fit; one past the last at the end.
fn index_of(tokens: &[Spanned], failure: &Failure) -> usize {
    let Some(token) = failure.token else { return tokens.len() };
    let from = tokens.partition_point(|next| next.start < failure.span.start);
    let fits = |next: &Spanned| next.token == token && next.end == failure.span.end;
    tokens.iter().skip(from).position(fits).map_or(tokens.len(), |offset| from + offset)
}

fn broken_item(span: Span) -> Item {
    Item { span, doc: None, attrs: vec![], kind: ItemKind::Error }
}
