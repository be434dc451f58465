//! The edits worth trying where the parser stopped: put in a comma, an arrow, a colon or a bracket, take a word for
//! the one it resembles or the one another language has, leave the token out. Each names the mistake that it mends.

#![allow(clippy::wildcard_enum_match_arm, reason = "a match names the few tokens it is about")]

use crate::ast::Span;
use crate::error::{Context, Expected, Hint};
use crate::expected::{self, Terminals};
use crate::parser::Failure;
use crate::repair::Edit;
use crate::token::{Spanned, Token};
use crate::{foreign, literal, spelling};
use std::collections::HashSet;

/// What exits are about, as far as it is no word of the language elsewhere.
const EVENTS: &[&str] = &["other", "timeout", "valid", "invalid", "failed"];

/// The place where the parser stopped.
struct Stop<'a> {
    source: &'a str,
    tokens: &'a [Spanned],
    /// The index of the token that does not fit; one past the last at the end.
    at: usize,
    fits: Terminals<'a>,
    /// The token that does not fit.
    next: Option<Spanned>,
    /// The token before it.
    last: Option<Spanned>,
    /// Where the token that does not fit is.
    span: Span,
    /// Where the token before it ends.
    gap: u32,
    first_on_line: bool,
    /// The parser stopped behind a name that could become a call or an assignment.
    bare_path: Option<Span>,
}

/// The edits worth trying, the ones that say more first. `steps` are the names of the steps of the file.
pub(crate) fn candidates(
    source: &str,
    steps: &HashSet<&str>,
    tokens: &[Spanned],
    at: usize,
    failure: &Failure,
) -> Vec<Edit> {
    let next = tokens.get(at).copied();
    let last = at.checked_sub(1).and_then(|last| tokens.get(last)).copied();
    let span = next.map_or(failure.span, |next| Span::new(next.start, next.end));
    let gap = last.map_or(span.start, |last| last.end);
    let between = source.get(gap as usize..span.start as usize);
    let stop = Stop {
        source,
        tokens,
        at,
        fits: Terminals::new(&failure.expected),
        next,
        last,
        span,
        gap,
        first_on_line: between.is_some_and(|between| between.contains('\n')),
        bare_path: bare_path(tokens, at, failure),
    };
    let mut edits = vec![];
    stop.unit_apart(&mut edits);
    stop.other_words(&mut edits);
    stop.other_tokens(&mut edits);
    stop.missing(steps, &mut edits);
    stop.left_out(&mut edits);
    edits
}

/// The dotted name right before the token, where the parser could go on with a call or an assignment only: the name
/// itself is what is wrong.
pub(crate) fn bare_path(tokens: &[Spanned], at: usize, failure: &Failure) -> Option<Span> {
    let fits = Terminals::new(&failure.expected);
    if !(fits.has("(") && fits.has("+=") && fits.has("-=")) {
        return None;
    }
    let mut first = at.checked_sub(1)?;
    let end = tokens.get(first).filter(|last| last.token.is_name())?.end;
    while let Some(before) = first.checked_sub(2)
        && tokens.get(first - 1).is_some_and(|dot| dot.token == Token::Dot)
    {
        first = before;
    }
    tokens.get(first).map(|name| Span::new(name.start, end))
}

impl Stop<'_> {
    fn text(&self, span: Span) -> &str {
        self.source.get(span.range()).unwrap_or("")
    }

    /// In place of the token at `index`, with the error there.
    fn instead(&self, index: usize, tokens: &[Token], hint: Hint) -> Option<Edit> {
        let next = *self.tokens.get(index)?;
        let inserted = tokens.iter().map(|token| Spanned { token: *token, ..next }).collect();
        let span = Span::new(next.start, next.end);
        Some(Edit { at: index, removed: 1, inserted, moved: None, span, hint })
    }

    /// Before the token at `index`, with the error at `span`.
    fn before(&self, index: usize, token: Token, hint: Hint, span: Span, from: u32) -> Edit {
        let inserted = vec![Spanned { token, start: from, end: from }];
        Edit { at: index, removed: 0, inserted, moved: None, span, hint }
    }

    /// `2 hours`: a number, and a word that is a unit.
    fn unit_apart(&self, edits: &mut Vec<Edit>) {
        for word in [Some(self.at), self.at.checked_sub(1)].into_iter().flatten() {
            let number = word.checked_sub(1).and_then(|number| self.tokens.get(number));
            let (Some(number), Some(next)) = (number, self.tokens.get(word)) else { continue };
            let unit = literal::unit(self.text(Span::new(next.start, next.end)));
            if let Some(unit) = unit.filter(|_| number.token == Token::Number) {
                let span = Span::new(number.start, next.end);
                edits.push(Edit {
                    at: word - 1,
                    removed: 2,
                    inserted: vec![Spanned { token: Token::Duration, start: span.start, end: span.end }],
                    moved: None,
                    span,
                    hint: Hint::UnitApart { unit },
                });
            }
        }
    }

    /// A word that resembles another one, or that another language has.
    fn other_words(&self, edits: &mut Vec<Edit>) {
        for index in [Some(self.at), self.at.checked_sub(1)].into_iter().flatten() {
            let Some(word) = self.tokens.get(index) else { continue };
            // A word of the language that fitted was meant.
            let open = word.token.is_name() || (index == self.at && word.token.is_reserved());
            if !open {
                continue;
            }
            let text = self.text(Span::new(word.start, word.end));
            edits.extend(self.two_words(index, text));
            let others = foreign::words(text)
                .map(|(instead, tokens)| self.instead(index, tokens, Hint::Foreign { instead }));
            edits.extend(others.flatten());
            let similar = spelling::meant(text)
                .into_iter()
                .map(|(word, token)| self.instead(index, &[token], Hint::DidYouMean(word)));
            edits.extend(similar.flatten());
        }
    }

    /// `then goto`: two words of another language for one of ours.
    fn two_words(&self, index: usize, first: &str) -> Option<Edit> {
        let second = self.tokens.get(index + 1)?;
        foreign::words(first).find(|(instead, _)| instead.is_empty())?;
        let (instead, tokens) = foreign::words(self.text(Span::new(second.start, second.end))).next()?;
        let mut edit = self.instead(index, tokens, Hint::Foreign { instead })?;
        edit.removed = 2;
        edit.span.end = second.end;
        Some(edit)
    }

    /// A token that stands for another one: a reserved word for a name, `=` for `==` or `:`, braces for a colon.
    fn other_tokens(&self, edits: &mut Vec<Edit>) {
        let Some(next) = self.next else { return };
        let last = self.last.map(|last| last.token);
        // At the start of a line a statement begins, and something is missing before it.
        let begins = self.first_on_line && next.token.is_statement_word();
        if next.token.is_reserved() && self.fits.has("NAME") && !begins {
            let hint = Hint::ReservedWord(self.text(self.span).into());
            edits.extend(self.instead(self.at, &[Token::Name], hint));
        }
        if next.token == Token::Text && self.fits.has("RAW") && !self.fits.has("TEXT") {
            edits.extend(self.instead(self.at, &[Token::Raw], Hint::RawText));
        }
        if self.fits.has("set") && !next.token.is_reserved() {
            edits.extend(self.is_for_comparison());
        }
        if next.token == Token::End && self.item() == Some(Token::Step) && last == Some(Token::Step) {
            edits.extend(self.instead(self.at, &[Token::Name], Hint::ReservedWord("end".into())));
        }
        if next.token == Token::OpenBrace && last == Some(Token::HoleOpen) {
            edits.extend(self.double_braces());
        }
        if next.token == Token::Assign {
            let before = self.at.checked_sub(2).and_then(|before| self.tokens.get(before));
            let opens = |token| matches!(token, Token::OpenParen | Token::Comma | Token::OpenBrace);
            let context = expected::context(self.tokens, self.at);
            let named = matches!(context, Some(Context::Arguments | Context::Record | Context::Parameters));
            if named && before.is_some_and(|before| opens(before.token)) {
                edits.extend(self.instead(self.at, &[Token::Colon], Hint::EqualsForColon));
            }
            if self.fits.has("==") {
                edits.extend(self.instead(self.at, &[Token::Equal], Hint::EqualsForComparison));
            }
            if self.item() == Some(Token::Var) && self.fits.has(":") {
                let mut edit = self.before(self.at, Token::Colon, self.missing_type(), self.span, self.gap);
                edit.inserted.push(Spanned { token: Token::Name, start: self.gap, end: self.gap });
                edits.push(edit);
            }
        }
        if next.token == Token::OpenBrace && self.item() == Some(Token::Step) && self.depth() == 0 {
            let colon = last == Some(Token::Colon);
            if colon || self.fits.has(":") {
                edits.extend(self.braces(colon));
            }
        }
    }

    /// `x is "S"` and `x is not "S"`.
    fn is_for_comparison(&self) -> Option<Edit> {
        let last = self.last?;
        let before = || self.at.checked_sub(2).and_then(|before| self.tokens.get(before));
        let (index, token, instead) = match last.token {
            Token::Is => (self.at - 1, Token::Equal, "=="),
            Token::Not if before()?.token == Token::Is => (self.at - 2, Token::NotEqual, "!="),
            _ => return None,
        };
        let mut edit = self.instead(index, &[token], Hint::IsForComparison { instead })?;
        edit.removed = self.at - index;
        edit.span.end = last.end;
        Some(edit)
    }

    /// The word of the item.
    fn item(&self) -> Option<Token> {
        self.tokens.iter().map(|next| next.token).find(|token| token.is_item_word())
    }

    /// How many brackets are open before the token.
    fn depth(&self) -> usize {
        self.tokens.iter().take(self.at).fold(0usize, |depth, next| {
            if next.token.closer().is_some() {
                depth + 1
            } else {
                depth.saturating_sub(usize::from(next.token.is_closer()))
            }
        })
    }

    /// `var tries = 0`: what the value says about the type.
    fn missing_type(&self) -> Hint {
        let value = self.tokens.get(self.at + 1);
        let of_value = value.and_then(|value| match value.token {
            Token::Number if self.text(Span::new(value.start, value.end)).contains('.') => Some("number"),
            Token::Number => Some("int"),
            Token::Text | Token::TextStart | Token::Raw => Some("text"),
            Token::True | Token::False => Some("bool"),
            Token::Duration => Some("duration"),
            Token::Date => Some("date"),
            Token::Time => Some("time"),
            _ => None,
        });
        Hint::MissingType { of_value }
    }

    /// `step name { … }`: a colon for the opening brace, nothing for the closing one.
    fn braces(&self, colon: bool) -> Option<Edit> {
        let close = matching(self.tokens, self.at)?;
        let found = self.tokens.get(close)?;
        let hint = Hint::Braces { close: Span::new(found.start, found.end), colon };
        let instead: &[Token] = if colon { &[] } else { &[Token::Colon] };
        let mut edit = self.instead(self.at, instead, hint)?;
        edit.moved = Some(close);
        Some(edit)
    }

    /// `{{name}}`: without the inner braces.
    fn double_braces(&self) -> Option<Edit> {
        let close = matching(self.tokens, self.at)?;
        let found = self.tokens.get(close)?;
        let hint = Hint::DoubleBraces { close: Span::new(found.start, found.end) };
        let mut edit = self.instead(self.at, &[], hint)?;
        edit.moved = Some(close);
        Some(edit)
    }

    /// Something is missing before the token.
    fn missing(&self, steps: &HashSet<&str>, edits: &mut Vec<Edit>) {
        let (at, span, gap) = (self.at, self.span, self.gap);
        let arrow = |index: usize, span: Span| {
            let name = self.text(span);
            let known = name == "end" || steps.contains(name);
            self.before(index, Token::Arrow, Hint::MissingArrow { known }, span, span.start)
        };
        if let Some(path) = self.bare_path {
            let name = self.text(path);
            if steps.contains(name) {
                edits.push(arrow(at - 1, path));
            } else if EVENTS.contains(&name) {
                edits.push(self.before(at - 1, Token::On, Hint::MissingOn, path, path.start));
            }
        }
        let closers = self.closers();
        let (before, after) = if self.first_on_line { (closers, vec![]) } else { (vec![], closers) };
        let comma = self.before(at, Token::Comma, Hint::MissingComma, span, gap);
        edits.extend(before);
        if self.fits.has(",") && self.first_on_line {
            edits.push(comma.clone());
        }
        if self.fits.has("->") && self.next.is_some_and(|next| next.token.is_name()) {
            edits.push(arrow(at, span));
        }
        if self.fits.has(",") && !self.first_on_line {
            edits.push(comma);
        }
        if let Some(last) = self.last {
            let place = Span::new(last.start, last.end);
            if last.token.is_name() && follows_exit(self.tokens, at - 1) {
                // `on other again`: the name alone was taken for the beginning of a statement.
                edits.push(arrow(at - 1, place));
            }
            if last.token.is_reserved() && self.fits.has(":") {
                // `foo(to)`: the word could have been the name of an argument.
                let hint = Hint::ReservedWord(self.text(place).into());
                edits.extend(self.instead(at - 1, &[Token::Name], hint));
            }
        }
        if self.fits.has(":") {
            edits.push(self.before(at, Token::Colon, Hint::MissingColon, span, gap));
        }
        edits.extend(after);
    }

    /// The token may be one too many: a sign twice, or a word or text behind something complete.
    fn left_out(&self, edits: &mut Vec<Edit>) {
        let Some(next) = self.next else { return };
        let token = next.token;
        let twice = self.last.is_some_and(|last| last.token == token)
            && token.closer().is_none()
            && !token.is_closer();
        let sign = matches!(token, Token::Comma | Token::Colon | Token::Dot | Token::Bar | Token::Assign);
        let operand =
            token.is_name() || matches!(token, Token::Text | Token::Raw | Token::Number | Token::Duration);
        let behind = self.last.is_some_and(|last| last.token.ends_operand())
            && !self.first_on_line
            && self.bare_path.is_none();
        if sign || (twice && token != Token::Arrow) || (operand && behind) {
            edits.extend(self.instead(self.at, &[], Hint::Superfluous));
        }
    }

    /// Brackets that could be closed before the token, where they were closed later because nothing closes them.
    fn closers(&self) -> Vec<Edit> {
        let mut open: Vec<Spanned> = vec![];
        for next in self.tokens.iter().take(self.at) {
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
        if !self.fits.has(sign) {
            return vec![];
        }
        let invented = closing(self.tokens, self.at)
            .filter(|index| self.tokens.get(*index).is_some_and(|next| next.start == next.end));
        let Some(moved) =
            invented.filter(|index| self.tokens.get(*index).is_some_and(|next| next.token == token))
        else {
            return vec![];
        };
        let hint = Hint::UnclosedBracket { open: Span::new(bracket.start, bracket.end) };
        let mut edit = self.before(self.at, token, hint, self.span, self.gap);
        edit.moved = Some(moved);
        vec![edit]
    }
}

/// The index of the bracket that closes the innermost one open at `at`.
fn closing(tokens: &[Spanned], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (index, next) in tokens.iter().enumerate().skip(at) {
        if next.token.closer().is_some() {
            depth += 1;
        } else if next.token.is_closer() {
            if depth == 0 {
                return Some(index);
            }
            depth -= 1;
        }
    }
    None
}

/// The index of the bracket that closes the one at `open`.
pub(crate) fn matching(tokens: &[Spanned], open: usize) -> Option<usize> {
    closing(tokens, open + 1)
}

/// Whether the head of an exit stands right before this token.
fn follows_exit(tokens: &[Spanned], at: usize) -> bool {
    let body = |token: Token| matches!(token, Token::Arrow | Token::OpenBrace | Token::CloseBrace);
    let mut before = tokens.iter().take(at).rev().take(8).map(|next| next.token);
    before.find(|token| *token == Token::On || body(*token)) == Some(Token::On)
}
