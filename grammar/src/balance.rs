//! Brackets and depth. What comes out of here is balanced, and no tree made of it is deeper than `MAX_DEPTH`,
//! so that neither the parser nor whoever walks or drops the tree can run out of stack.

#![allow(clippy::wildcard_enum_match_arm, reason = "a match names the few tokens it is about")]

use crate::MAX_NESTING;
use crate::token::{Class, Spanned, Token};

/// No tree is deeper: brackets, operators of one expression and `else if` of one statement, added up along the
/// deepest way.
pub(crate) const MAX_DEPTH: usize = 256;

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    /// The bracket.
    pub(crate) bracket: Spanned,
    depth: Depth,
}

/// How deep the tree between two brackets is.
#[derive(Clone, Copy, Debug, Default)]
struct Depth {
    /// Operators, calls, fields and indexes of the expression that is being read.
    chain: usize,
    /// The deepest bracket of that expression.
    inner: usize,
    /// `else if` of the statement that is being read.
    elses: usize,
    /// The deepest expression so far.
    expression: usize,
    /// The longest chain of `else if` so far.
    branches: usize,
}

impl Depth {
    fn end_expression(&mut self) {
        self.expression = self.expression.max(self.chain + self.inner);
        (self.chain, self.inner) = (0, 0);
    }

    fn end_branches(&mut self) {
        self.branches = self.branches.max(self.elses);
        self.elses = 0;
    }

    fn total(mut self) -> usize {
        self.end_expression();
        self.end_branches();
        self.expression + self.branches + 1
    }
}

/// What to do with a closing bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// It closes the innermost open bracket.
    Fits,
    /// So many brackets inside the one it closes are still open.
    After(usize),
    /// It stands where another closing bracket should.
    Instead(Token),
    /// Nothing is open.
    Nothing,
}

/// The open brackets of one item.
#[derive(Debug, Default)]
pub(crate) struct Balance {
    open: Vec<Open>,
    top: Depth,
    /// The token before, and the one before that.
    last: Option<Token>,
    /// Whether the limits were passed; the item is then refused.
    pub(crate) too_deep: bool,
}

impl Balance {
    /// How many brackets are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The innermost open bracket.
    pub(crate) fn innermost(&self) -> Option<Spanned> {
        self.open.last().map(|open| open.bracket)
    }

    /// Takes an ordinary token or an opening bracket.
    pub(crate) fn take(&mut self, next: Spanned) {
        self.measure(next.token);
        if next.token.closer().is_some() {
            if self.open.len() >= MAX_NESTING {
                self.too_deep = true;
            } else {
                self.open.push(Open { bracket: next, depth: Depth::default() });
            }
        }
        self.last = Some(next.token);
    }

    /// What a closing bracket would do.
    pub(crate) fn closing(&self, token: Token) -> Closing {
        for (inside, open) in self.open.iter().rev().enumerate() {
            if open.bracket.token.closer() == Some(token) {
                return if inside == 0 { Closing::Fits } else { Closing::After(inside) };
            }
            if open.bracket.token == Token::HoleOpen {
                break;
            }
        }
        match self.innermost().map(|open| open.token) {
            None | Some(Token::HoleOpen) => Closing::Nothing,
            Some(open) => open.closer().map_or(Closing::Nothing, Closing::Instead),
        }
    }

    /// Closes the innermost bracket: returns it with the token that closes it.
    pub(crate) fn close(&mut self) -> Option<(Spanned, Token)> {
        let open = self.open.pop()?;
        let token = open.bracket.token.closer()?;
        let inner = open.depth.total();
        let level = self.level();
        level.inner = level.inner.max(inner);
        self.check();
        self.last = Some(token);
        Some((open.bracket, token))
    }

    fn level(&mut self) -> &mut Depth {
        self.open.last_mut().map_or(&mut self.top, |open| &mut open.depth)
    }

    fn check(&mut self) {
        let outside = self.open.len();
        let level = *self.level();
        if outside + level.total() > MAX_DEPTH {
            self.too_deep = true;
        }
    }

    /// Counts what makes the tree deeper, and begins anew where an expression or a statement ends.
    fn measure(&mut self, token: Token) {
        let last = self.last;
        let after_operand = last.is_some_and(Token::ends_operand);
        let level = self.level();
        match token {
            Token::OpenParen | Token::OpenBracket if after_operand => {
                level.chain += 1;
                self.check();
            }
            Token::Dot
            | Token::Coalesce
            | Token::Equal
            | Token::NotEqual
            | Token::LessEqual
            | Token::GreaterEqual
            | Token::Less
            | Token::Greater
            | Token::Plus
            | Token::Minus
            | Token::Star
            | Token::Slash
            | Token::Percent
            | Token::And
            | Token::Or
            | Token::Not
            | Token::In
            | Token::Is
            | Token::Contains
            | Token::Matches => {
                level.chain += 1;
                self.check();
            }
            Token::Question | Token::OpenParen | Token::OpenBracket | Token::DotDot => {}
            Token::If if last == Some(Token::Else) => {
                level.end_expression();
                level.elses += 1;
                self.check();
            }
            Token::Comma | Token::Colon | Token::Assign | Token::AddAssign | Token::SubAssign => {
                level.end_expression();
            }
            // `save(number)` after `else ->` goes on with the chain of the `if`.
            Token::Arrow | Token::Bar | Token::OpenBrace => level.end_expression(),
            _ => {
                let class = token.class();
                let begins = matches!(class, Some(Class::Statement | Class::Item | Class::Clause));
                if after_operand || begins {
                    level.end_expression();
                }
                if begins && !matches!(token, Token::Else | Token::Set) {
                    level.end_branches();
                }
            }
        }
    }
}
