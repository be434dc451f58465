//! From the places where the parser stopped to errors that name the mistake.
//!
//! For each such place a few edits of one token are tried: put in a comma, an arrow, a colon or a bracket, take a
//! word for the one it resembles, leave the token out. An edit that lets the parser go on past the place is made,
//! and the rest of the item is read as its author most likely meant it. Where none helps, the recovery of the
//! grammar has skipped what it must.

#![allow(clippy::wildcard_enum_match_arm, reason = "a match names the few tokens it is about")]

use crate::ast::{Item, ItemKind, Span};
use crate::error::{Expected, Found, Hint, SyntaxError, SyntaxErrorKind};
use crate::expected::{self, Terminals};
use crate::parser::{Failure, Outcome, Parser};
use crate::split::Chunk;
use crate::token::{Spanned, Token};
use crate::{MAX_ERRORS, spelling};

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
}

/// A change of the tokens of an item.
#[derive(Clone)]
struct Edit {
    /// The index of the first token that is replaced.
    at: usize,
    /// How many are replaced.
    removed: usize,
    /// By these.
    inserted: Vec<Spanned>,
    /// The invented closing bracket that this edit puts elsewhere.
    moved: Option<usize>,
    /// Where the error is.
    span: Span,
    hint: Hint,
}

impl Edit {
    fn apply(&self, tokens: &mut Vec<Spanned>) {
        if let Some(moved) = self.moved.filter(|moved| *moved < tokens.len()) {
            tokens.remove(moved);
        }
        let end = (self.at + self.removed).min(tokens.len());
        tokens.splice(self.at.min(end)..end, self.inserted.iter().copied());
    }
}

impl<'s> Reader<'s> {
    /// For one file.
    pub(crate) fn new(source: &'s str, parser: Parser<'s>, errors: &[SyntaxError]) -> Self {
        let unclosed = |error: &SyntaxError| match error.kind {
            SyntaxErrorKind::UnterminatedText { .. } => Some((error.span, 1)),
            SyntaxErrorKind::UnterminatedHole => Some((error.span, 3)),
            _ => None,
        };
        let broken = errors.iter().filter_map(unclosed).collect();
        Self { source, parser, budget: BUDGET, broken }
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
                settled = at + 1;
                quiet_until = resumed.max(at) + ENOUGH;
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
        let span = edit.map_or(failure.span, |edit| edit.span);
        let found = if span.start == span.end { Found::End } else { expected::found(self.source, span) };
        let mut expected = Terminals::new(&failure.expected).groups();
        let hint = edit.map(|edit| edit.hint.clone());
        let first = hint.as_ref().and_then(|hint| match hint {
            Hint::MissingComma => Some(Expected::Comma),
            Hint::MissingArrow => Some(Expected::Arrow),
            Hint::MissingColon => Some(Expected::Colon),
            Hint::DidYouMean(word) => Some(expected::meant(word)),
            Hint::ReservedWord(_)
            | Hint::EqualsForComparison
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
        for edit in self.candidates(tokens, at, failure) {
            let cost = (at + WINDOW).min(tokens.len()) + WINDOW;
            if self.budget < cost {
                return None;
            }
            self.budget -= cost;
            let reach = self.reach(tokens, at, &edit);
            let surely =
                matches!(edit.hint, Hint::EqualsForComparison | Hint::ReservedWord(_) | Hint::DidYouMean(_));
            let least = if surely { needed.min(2) } else { needed };
            if reach > best.as_ref().map_or(least.max(1) - 1, |(reach, _)| *reach) {
                best = Some((reach, edit));
            }
        }
        best.map(|(_, edit)| edit)
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

    /// The edits worth trying, the ones that say more first.
    fn candidates(&self, tokens: &[Spanned], at: usize, failure: &Failure) -> Vec<Edit> {
        let fits = Terminals::new(&failure.expected);
        let mut edits = vec![];
        for index in [Some(at), at.checked_sub(1)].into_iter().flatten() {
            // A word of the language that fitted was meant.
            if index == at || tokens.get(index).is_some_and(|next| next.token.is_name()) {
                self.respell(tokens, index, &mut edits);
            }
        }
        let next = tokens.get(at).copied();
        let last = at.checked_sub(1).and_then(|last| tokens.get(last)).copied();
        let span = next.map_or(failure.span, |next| Span::new(next.start, next.end));
        let gap = last.map_or(span.start, |last| last.end);
        let insert = |at: usize, token: Token, hint: Hint, span: Span, from: u32| Edit {
            at,
            removed: 0,
            inserted: vec![Spanned { token, start: from, end: from }],
            moved: None,
            span,
            hint,
        };
        let closers = closers(tokens, at, &fits, span, gap);
        let first_on_line =
            self.source.get(gap as usize..span.start as usize).is_some_and(|s| s.contains('\n'));
        if let Some(next) = next {
            self.retag(next, at, &fits, first_on_line, &mut edits);
        }
        let (before, after) = if first_on_line { (closers, vec![]) } else { (vec![], closers) };
        let comma = insert(at, Token::Comma, Hint::MissingComma, span, gap);
        let arrow = insert(at, Token::Arrow, Hint::MissingArrow, span, span.start);
        edits.extend(before);
        if fits.has(",") && first_on_line {
            edits.push(comma.clone());
        }
        if fits.has("->") && next.is_some_and(|next| next.token.is_name()) {
            edits.push(arrow);
        }
        if fits.has(",") && !first_on_line {
            edits.push(comma);
        }
        if let Some(last) = last.filter(|last| last.token.is_name() && follows_exit(tokens, at - 1)) {
            // `on other again`: the name alone was taken for the beginning of a statement.
            let span = Span::new(last.start, last.end);
            edits.push(insert(at - 1, Token::Arrow, Hint::MissingArrow, span, last.start));
        }
        if let Some(last) = last.filter(|last| last.token.is_reserved() && fits.has(":")) {
            // `foo(to)`: the word could have been the name of an argument.
            let span = Span::new(last.start, last.end);
            edits.push(Edit {
                at: at - 1,
                removed: 1,
                inserted: vec![Spanned { token: Token::Name, ..last }],
                moved: None,
                span,
                hint: Hint::ReservedWord(self.source.get(span.range()).unwrap_or("").into()),
            });
        }
        if fits.has(":") {
            edits.push(insert(at, Token::Colon, Hint::MissingColon, span, gap));
        }
        edits.extend(after);
        if let Some(next) = next
            && may_be_left_out(next.token, last, first_on_line)
        {
            edits.push(Edit { at, removed: 1, inserted: vec![], moved: None, span, hint: Hint::Superfluous });
        }
        edits
    }

    /// A word that resembles another one.
    fn respell(&self, tokens: &[Spanned], index: usize, edits: &mut Vec<Edit>) {
        let Some(next) = tokens.get(index).filter(|next| next.token.is_name() || next.token.is_reserved())
        else {
            return;
        };
        let span = Span::new(next.start, next.end);
        let text = self.source.get(span.range()).unwrap_or("");
        for (word, token) in spelling::meant(text) {
            edits.push(Edit {
                at: index,
                removed: 1,
                inserted: vec![Spanned { token, ..*next }],
                moved: None,
                span,
                hint: Hint::DidYouMean(word),
            });
        }
    }

    /// A token that stands for another one: a reserved word for a name, `=` for `==`, `=>` for `->`.
    fn retag(
        &self,
        next: Spanned,
        at: usize,
        fits: &Terminals<'_>,
        first_on_line: bool,
        edits: &mut Vec<Edit>,
    ) {
        let span = Span::new(next.start, next.end);
        let mut add = |token: Token, hint: Hint| {
            let inserted = vec![Spanned { token, ..next }];
            edits.push(Edit { at, removed: 1, inserted, moved: None, span, hint });
        };
        // At the start of a line a statement begins, and something is missing before it.
        let begins = first_on_line && next.token.is_statement_word();
        if next.token.is_reserved() && fits.has("NAME") && !begins {
            add(Token::Name, Hint::ReservedWord(self.source.get(span.range()).unwrap_or("").into()));
        }
        if next.token == Token::Assign && fits.has("==") {
            add(Token::Equal, Hint::EqualsForComparison);
        }
        if next.token == Token::Assign
            && self.source.get(next.end as usize..).is_some_and(|s| s.starts_with('>'))
        {
            let arrow = Spanned { token: Token::Arrow, start: next.start, end: next.end + 1 };
            let span = Span::new(arrow.start, arrow.end);
            let hint = Hint::DidYouMean("->");
            edits.push(Edit { at, removed: 2, inserted: vec![arrow], moved: None, span, hint });
        }
    }
}

/// Brackets that could be closed before the token at `at`, where they were closed later because nothing closes them.
fn closers(tokens: &[Spanned], at: usize, fits: &Terminals<'_>, span: Span, gap: u32) -> Vec<Edit> {
    let mut open: Vec<Spanned> = vec![];
    for next in tokens.iter().take(at) {
        if next.token.closer().is_some() {
            open.push(*next);
        } else if next.token.is_closer() {
            open.pop();
        }
    }
    let Some((bracket, token)) = open.last().and_then(|open| Some((*open, open.token.closer()?))) else {
        return vec![];
    };
    let sign = match expected::closing(token) {
        Expected::ClosingParen => ")",
        Expected::ClosingBracket => "]",
        _ => "}",
    };
    if !fits.has(sign) {
        return vec![];
    }
    let mut depth = 0usize;
    let invented = tokens.iter().enumerate().skip(at).find_map(|(index, next)| {
        if next.token.closer().is_some() {
            depth += 1;
        } else if next.token.is_closer() {
            if depth == 0 {
                return Some((next.start == next.end && next.token == token).then_some(index));
            }
            depth -= 1;
        }
        None
    });
    let Some(Some(moved)) = invented else { return vec![] };
    let hint = Hint::UnclosedBracket { open: Span::new(bracket.start, bracket.end) };
    let inserted = vec![Spanned { token, start: gap, end: gap }];
    vec![Edit { at, removed: 0, inserted, moved: Some(moved), span, hint }]
}

/// Whether the head of an exit stands right before this token.
fn follows_exit(tokens: &[Spanned], at: usize) -> bool {
    let body = |token: Token| matches!(token, Token::Arrow | Token::OpenBrace | Token::CloseBrace);
    let mut before = tokens.iter().take(at).rev().take(8).map(|next| next.token);
    before.find(|token| *token == Token::On || body(*token)) == Some(Token::On)
}

/// Whether a token may be one too many: a sign twice, or a word or text behind something complete.
fn may_be_left_out(token: Token, last: Option<Spanned>, first_on_line: bool) -> bool {
    let twice =
        last.is_some_and(|last| last.token == token) && token.closer().is_none() && !token.is_closer();
    let sign = matches!(token, Token::Comma | Token::Colon | Token::Dot | Token::Bar | Token::Assign);
    let operand =
        token.is_name() || matches!(token, Token::Text | Token::Raw | Token::Number | Token::Duration);
    let behind = last.is_some_and(|last| last.token.ends_operand()) && !first_on_line;
    sign || (twice && token != Token::Arrow) || (operand && behind)
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
