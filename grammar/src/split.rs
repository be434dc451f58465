//! Cuts the tokens of a file into items, so that a mistake in one item never reaches the next one.
//!
//! Item words begin an item, unless they stand where a type, an event or a name is meant. While a bracket is open
//! only an unmistakable opening at the start of a line does, and the brackets are closed before it.

#![allow(clippy::wildcard_enum_match_arm, reason = "a match names the few tokens it is about")]

use crate::ast::Span;
use crate::balance::{Balance, Closing};
use crate::error::{Expected, Found, Hint, SyntaxError, SyntaxErrorKind};
use crate::token::{Spanned, Token};
use crate::{expected, foreign, spelling};

/// The tokens of one item, brackets balanced.
pub(crate) struct Chunk {
    /// Never empty. Invented tokens have no bytes.
    pub(crate) tokens: Vec<Spanned>,
    /// From the first token to the last.
    pub(crate) span: Span,
    /// What was wrong with the brackets.
    pub(crate) errors: Vec<SyntaxError>,
    /// Nested or chained too deep to be made a tree.
    pub(crate) too_deep: bool,
}

/// The items of a file, one after the other.
pub(crate) struct Split<'s> {
    source: &'s str,
    tokens: &'s [Spanned],
    next: usize,
}

/// Most items have fewer tokens.
const ITEM: usize = 64;

/// How surely an item begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    No,
    Weak,
    /// With the tokens that follow it can be nothing else.
    Strong,
}

impl<'s> Split<'s> {
    /// Over all tokens of a file.
    pub(crate) fn new(source: &'s str, tokens: &'s [Spanned]) -> Self {
        Self { source, tokens, next: 0 }
    }

    fn token(&self, at: usize) -> Option<Token> {
        self.tokens.get(at).map(|next| next.token)
    }

    fn before(&self, at: usize) -> Option<Token> {
        at.checked_sub(1).and_then(|at| self.token(at))
    }

    /// Whether a line break stands before the token.
    fn at_line_start(&self, at: usize) -> bool {
        let from = at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |last| last.end as usize);
        let to = self.tokens.get(at).map_or(from, |next| next.start as usize);
        from == 0 || self.source.get(from..to).is_some_and(|between| between.contains('\n'))
    }

    /// Whether the tokens from `at` look like an item that begins with `word`.
    fn opening(&self, word: Token, at: usize) -> Opening {
        if !word.is_item_word() {
            return Opening::No;
        }
        let is_name = |at: usize| self.token(at).is_some_and(Token::is_name);
        let is_text = |at: usize| matches!(self.token(at), Some(Token::Text | Token::TextStart | Token::Raw));
        let is = |at: usize, token: Token| self.token(at) == Some(token);
        let named = is_name(at + 1);
        let strong = match word {
            Token::Step => named && (is(at + 2, Token::Colon) || is(at + 2, Token::OpenParen)),
            Token::Flow | Token::Fn | Token::Action => named && is(at + 2, Token::OpenParen),
            Token::Var | Token::Channel => named && is(at + 2, Token::Colon),
            Token::Type => named && is(at + 2, Token::Assign),
            Token::Use => is_text(at + 1),
            Token::Test => is_text(at + 1),
            Token::Upgrade => is(at + 1, Token::From),
            Token::Account => is(at + 1, Token::OpenBrace),
            Token::Entity | Token::Hours | Token::Widget => named && is(at + 2, Token::OpenBrace),
            Token::User | Token::Team | Token::Pipeline | Token::Form => named && is_text(at + 2),
            Token::Template => named && (is(at + 2, Token::OpenParen) || is(at + 2, Token::Via)),
            Token::EmailTemplate => named && (is(at + 2, Token::OpenParen) || is(at + 2, Token::Subject)),
            Token::Bot => named,
            Token::Trigger => matches!(
                self.token(at + 1),
                Some(
                    Token::Message
                        | Token::Comment_
                        | Token::Stage
                        | Token::Lead
                        | Token::Tag
                        | Token::Responsible
                        | Token::Field
                        | Token::Form
                        | Token::Every
                        | Token::Duration
                        | Token::Silence
                        | Token::Conversation
                        | Token::Manual
                )
            ),
            _ => false,
        };
        if strong { Opening::Strong } else { Opening::Weak }
    }

    /// Whether a new item begins at `at`, while the item of `word` is being read.
    fn begins_item(&self, at: usize, word: Option<Token>, balance: &Balance) -> bool {
        let Some(token) = self.token(at) else { return false };
        if token != Token::At && !token.is_item_word() {
            return false;
        }
        let before = self.before(at);
        if token == Token::At {
            let in_widget = word == Some(Token::Widget) && balance.depth() == 1;
            return balance.depth() == 0 || (!in_widget && self.at_line_start(at));
        }
        let opening = self.opening(token, at);
        if opening == Opening::No || before == Some(Token::Dot) {
            return false;
        }
        if balance.depth() > 0 {
            let inside = match word {
                Some(Token::Test) => matches!(token, Token::Bot | Token::Trigger),
                Some(Token::Widget) => token == Token::Action,
                // What comes after a comma goes on anyway.
                Some(Token::Upgrade) => before == Some(Token::OpenBrace) && token != Token::Upgrade,
                Some(_) | None => false,
            };
            let continued = matches!(before, Some(Token::Colon | Token::Arrow | Token::Comma | Token::Bar));
            return !inside && !continued && opening == Opening::Strong && self.at_line_start(at);
        }
        if token == Token::Bot {
            return opening == Opening::Strong && before != Some(Token::Arrow);
        }
        let meant_as_name = match before {
            Some(Token::Colon) => word != Some(Token::Step),
            Some(Token::Arrow | Token::Assign | Token::On) => true,
            Some(before) => before.is_item_word(),
            None => false,
        };
        opening == Opening::Strong || (!meant_as_name && self.weak(token, at))
    }

    /// Whether an item word with something unexpected after it still begins an item: not where it is used
    /// like a variable.
    fn weak(&self, token: Token, at: usize) -> bool {
        if token == Token::Hours && self.before(at) == Some(Token::Number) && !self.at_line_start(at) {
            // `pause 2 hours`
            return false;
        }
        let head = match self.token(at + 1) {
            // `trigger: message`
            Some(Token::Colon) => token == Token::Step || self.in_first_column(at),
            // `var x = 5` inside of a step is a `let`.
            Some(next) if token == Token::Var && next.is_name() => {
                return self.token(at + 2) != Some(Token::Assign) || self.in_first_column(at);
            }
            Some(Token::OpenParen) => matches!(token, Token::Step | Token::Flow | Token::Fn | Token::Action),
            None | Some(Token::OpenBrace | Token::Text | Token::TextStart | Token::Raw | Token::At) => {
                return true;
            }
            Some(next) => return next.is_name() || next.is_reserved(),
        };
        head && self.at_line_start(at)
    }

    /// A word at the start of a line that is a slip of an item word, with an item after it.
    fn misspelt(&self, at: usize) -> Option<(Hint, Token)> {
        let next = self.tokens.get(at)?;
        if !(next.token.is_name() && self.at_line_start(at)) {
            return None;
        }
        let text = self.source.get(next.start as usize..next.end as usize)?;
        let follows = self.token(at + 1)?;
        if follows == Token::Colon && self.in_first_column(at) && self.begins_body(at + 2) {
            return Some((Hint::MissingStep, Token::Step));
        }
        let named = follows.is_name() || matches!(follows, Token::Text | Token::OpenBrace);
        if !named || next.token != Token::Name {
            return None;
        }
        let strong = |token: Token| self.opening(token, at) == Opening::Strong;
        let other = foreign::words(text).find_map(|(instead, tokens)| match tokens {
            [token] if strong(*token) => Some((Hint::Foreign { instead }, *token)),
            _ => None,
        });
        let similar = || spelling::meant(text).into_iter().find(|(_, token)| strong(*token));
        other.or_else(|| similar().map(|(word, token)| (Hint::DidYouMean(word), token)))
    }

    /// Whether nothing stands before the token on its line.
    fn in_first_column(&self, at: usize) -> bool {
        let start = self.tokens.get(at).map_or(0, |next| next.start as usize);
        start == 0 || self.source.get(..start).is_some_and(|before| before.ends_with('\n'))
    }

    /// Whether the token may be the first of the statements of a step.
    fn begins_body(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| {
            token == Token::Arrow || token.is_statement_word() || (token.is_name() && self.at_line_start(at))
        })
    }

    /// Whether a statement begins that cannot stand in a list or in parentheses.
    fn begins_statement(&self, at: usize, inside: Token) -> bool {
        let Some(token) = self.token(at) else { return false };
        let surely = match token {
            Token::On => true,
            Token::Section => inside == Token::OpenBracket,
            Token::Set | Token::Else => false,
            _ => token.is_statement_word() && self.at_line_start(at),
        };
        surely && self.before(at) != Some(Token::Dot) && self.token(at + 1) != Some(Token::Colon)
    }
}

impl Iterator for Split<'_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        let first = *self.tokens.get(self.next)?;
        let mut chunk = Chunk {
            tokens: Vec::with_capacity(ITEM),
            span: Span::new(first.start, first.end),
            errors: vec![],
            too_deep: false,
        };
        let mut balance = Balance::default();
        let mut word = None;
        let mut attributes = first.token == Token::At;
        while let Some(next) = self.tokens.get(self.next).copied() {
            let at = self.next;
            let slip = if balance.depth() == 0 { self.misspelt(at) } else { None };
            let begins = slip.is_some() || self.begins_item(at, word, &balance);
            if begins && !chunk.tokens.is_empty() && !attributes {
                break;
            }
            let mut token = next;
            if balance.depth() == 0 {
                if let Some((hint, meant)) = slip {
                    if hint == Hint::MissingStep {
                        Self::push(Spanned { token: meant, start: next.start, end: next.start }, &mut chunk);
                        word = Some(meant);
                    } else {
                        token.token = meant;
                    }
                    chunk.errors.push(self.slip_error(next, hint));
                }
                if token.token.is_item_word() && word.is_none() && self.before(at) != Some(Token::At) {
                    word = Some(token.token);
                    attributes = false;
                }
            }
            self.feed(token, &mut chunk, &mut balance);
            self.next += 1;
        }
        self.close(balance.depth(), self.next, &mut chunk, &mut balance);
        chunk.too_deep = balance.too_deep;
        Some(chunk)
    }
}

impl Split<'_> {
    /// One token of an item; brackets that do not fit are made to.
    fn feed(&self, next: Spanned, chunk: &mut Chunk, balance: &mut Balance) {
        if next.token.is_closer() && !balance.too_deep {
            match balance.closing(next.token) {
                Closing::Fits => {
                    balance.close();
                }
                Closing::After(inside) => {
                    self.close(inside, self.next, chunk, balance);
                    balance.close();
                }
                Closing::Instead(token) => {
                    let kind = self.unclosed(next, balance.innermost().unwrap_or(next), token);
                    chunk.errors.push(kind);
                    balance.close();
                    return Self::push(Spanned { token, ..next }, chunk);
                }
                Closing::Nothing => {
                    chunk.errors.push(self.unopened(next));
                    return;
                }
            }
        } else {
            if let Some(open) = balance.innermost()
                && matches!(open.token, Token::OpenBracket | Token::OpenParen)
                && self.begins_statement(self.next, open.token)
            {
                while balance
                    .innermost()
                    .is_some_and(|open| matches!(open.token, Token::OpenBracket | Token::OpenParen))
                {
                    self.close(1, self.next, chunk, balance);
                }
            }
            let deep = balance.too_deep;
            balance.take(next);
            if balance.too_deep && !deep {
                let span = Span::new(next.start, next.end);
                chunk.errors.push(SyntaxError { span, kind: SyntaxErrorKind::TooDeep });
            }
        }
        if balance.too_deep {
            chunk.span.end = chunk.span.end.max(next.end);
        } else {
            Self::push(next, chunk);
        }
    }

    fn push(next: Spanned, chunk: &mut Chunk) {
        chunk.span.end = chunk.span.end.max(next.end);
        chunk.tokens.push(next);
    }

    /// Closes so many brackets where the token at `at` stands in the way.
    fn close(&self, brackets: usize, at: usize, chunk: &mut Chunk, balance: &mut Balance) {
        for _ in 0..brackets {
            let Some((open, token)) = balance.close() else { return };
            let end = chunk.span.end;
            let found = self.tokens.get(at).copied().unwrap_or(Spanned { token, start: end, end });
            if !balance.too_deep {
                chunk.errors.push(self.unclosed(found, open, token));
                chunk.tokens.push(Spanned { token, start: end, end });
            }
        }
    }

    /// A bracket that is still open where `found` stands.
    fn unclosed(&self, found: Spanned, open: Spanned, token: Token) -> SyntaxError {
        let hint = Hint::UnclosedBracket { open: Span::new(open.start, open.end) };
        self.unexpected(found, vec![expected::closing(token)], hint)
    }

    fn unopened(&self, found: Spanned) -> SyntaxError {
        self.unexpected(found, vec![Expected::Statement], Hint::UnopenedBracket)
    }

    fn slip_error(&self, found: Spanned, hint: Hint) -> SyntaxError {
        self.unexpected(found, vec![Expected::Item], hint)
    }

    fn unexpected(&self, found: Spanned, expected: Vec<Expected>, hint: Hint) -> SyntaxError {
        let span = Span::new(found.start, found.end);
        let found = if span.start == span.end { Found::End } else { expected::found(self.source, span) };
        SyntaxError {
            span,
            kind: SyntaxErrorKind::Unexpected { found, expected, context: None, hint: Some(hint) },
        }
    }
}
