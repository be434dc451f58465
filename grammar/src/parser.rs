//! One item at a time through the LR parser. Nothing outside this file knows lalrpop.

use crate::actions::{doc_line, doc_text};
use crate::ast::{
    Attr, Block, Date, Duration, Expr, ExprKind, Fn, Item, ItemKind, Name, Param, Span, Text, TextPart,
    TextStyle, Time, TypeExpr,
};
use crate::text::{self, Piece};
use crate::token::{Spanned, Token};
use crate::{Comment, MAX_ERRORS, literal};
use lalrpop_util::{ErrorRecovery, ParseError};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::cell::RefCell;

/// The code that lalrpop makes from `sbot.lalrpop`.
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    unreachable_pub,
    missing_docs,
    unused,
    reason = "generated"
)]
mod generated {
    // As `lalrpop_mod!` does, but in the module that may name what is private in there.
    include!(concat!(env!("OUT_DIR"), "/sbot.rs"));

    /// What the parser keeps on its stack for each symbol.
    #[cfg(test)]
    pub(super) type Symbol<'s> = __parse__Item::__Symbol<'s>;
}

/// What goes on with a value.
const GOES_ON: &[&str] = &[
    "(", "[", ".", "*", "/", "%", "+", "-", "??", "==", "!=", "<", "<=", ">", ">=", "in", "is", "contains",
    "matches", "not", "and", "or",
];

/// A place where the parser could not go on.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The token that did not fit, or an empty span at the end.
    pub(crate) span: Span,
    /// Nothing at the end of the item.
    pub(crate) token: Option<Token>,
    /// The terminals of the grammar that would have fitted, as they are written there.
    pub(crate) expected: Vec<String>,
    /// Where the parser went on.
    pub(crate) resumed: u32,
}

/// What came of one item.
pub(crate) struct Outcome {
    /// Nothing where not even recovery made an item.
    pub(crate) item: Option<Item>,
    /// In source order.
    pub(crate) failures: Vec<Failure>,
    /// Parameters with a reserved word for a name, where that is not allowed.
    pub(crate) reserved: Vec<Name>,
    /// Whether the rest of the tokens was left.
    pub(crate) cut: bool,
}

/// What the rules of the grammar need beside the tokens.
pub(crate) struct Cx<'s> {
    source: &'s str,
    tokens: &'s [Spanned],
    comments: &'s [Comment],
    failures: RefCell<Vec<Failure>>,
    reserved: RefCell<Vec<Name>>,
}

/// Builds the one parser that is used for a whole file.
pub(crate) struct Parser<'s> {
    cx: Cx<'s>,
    lr: generated::ItemParser,
}

impl<'s> Parser<'s> {
    /// For a file with these tokens and comments.
    pub(crate) fn new(source: &'s str, tokens: &'s [Spanned], comments: &'s [Comment]) -> Self {
        let cx = Cx { source, tokens, comments, failures: RefCell::default(), reserved: RefCell::default() };
        Self { cx, lr: generated::ItemParser::new() }
    }

    /// Parses the tokens of one item. After `MAX_ERRORS` failures the rest of them is left.
    pub(crate) fn parse(&self, tokens: &[Spanned]) -> Outcome {
        self.cx.failures.borrow_mut().clear();
        self.cx.reserved.borrow_mut().clear();
        let stream = tokens
            .iter()
            .take_while(|_| self.cx.failures.borrow().len() <= MAX_ERRORS)
            .map(|next| Ok((next.start, next.token, next.end)));
        let result = self.lr.parse(&self.cx, stream);
        let end = tokens.last().map_or(0, |last| last.end);
        let cut = self.cx.failures.borrow().len() > MAX_ERRORS;
        let item = match result {
            Ok(item) => Some(*item),
            Err(error) => {
                self.cx.fail(error, end);
                None
            }
        };
        if cut {
            // What is behind the cut is missing, not wrong.
            self.cx.failures.borrow_mut().truncate(MAX_ERRORS);
        }
        Outcome { item, failures: self.cx.failures.take(), reserved: self.cx.reserved.take(), cut }
    }
}

impl<'s> Cx<'s> {
    fn slice(&self, span: Span) -> &'s str {
        self.source.get(span.range()).unwrap_or("")
    }

    fn fail(&self, error: ParseError<u32, Token, ()>, resumed: u32) {
        let failure = match error {
            ParseError::UnrecognizedToken { token: (start, token, end), mut expected } => {
                if token == Token::DotDot {
                    end_value(&mut expected);
                }
                Failure { span: Span::new(start, end), token: Some(token), expected, resumed }
            }
            ParseError::UnrecognizedEof { location, expected } => {
                Failure { span: Span::new(location, location), token: None, expected, resumed }
            }
            ParseError::ExtraToken { token: (start, token, end) } => {
                Failure { span: Span::new(start, end), token: Some(token), expected: vec![], resumed }
            }
            ParseError::InvalidToken { location } => {
                Failure { span: Span::new(location, location), token: None, expected: vec![], resumed }
            }
            ParseError::User { error: () } => return,
        };
        self.failures.borrow_mut().push(failure);
    }

    /// Tokens that recovery skipped: `l..r` is what the error stands for in the tree.
    pub(crate) fn skipped(&self, recovery: ErrorRecovery<u32, Token, ()>, l: u32, r: u32) -> Span {
        self.fail(recovery.error, r);
        Span::new(l, r.max(l))
    }

    // ---- Items

    pub(crate) fn item(&self, l: u32, r: u32, attrs: Vec<Attr>, kind: ItemKind) -> Box<Item> {
        Box::new(Item { span: Span::new(l, r), doc: self.doc(l), attrs, kind })
    }

    /// The `///` comments between the token before `at` and `at`.
    pub(crate) fn doc(&self, at: u32) -> Option<SmolStr> {
        let before = self.tokens.partition_point(|token| token.start < at);
        let from = before.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.end);
        let first = self.comments.partition_point(|comment| comment.span.start < from);
        let lines: Vec<&str> = self
            .comments
            .iter()
            .skip(first)
            .take_while(|comment| comment.span.end <= at)
            .filter(|comment| comment.doc)
            .map(|comment| doc_line(self.slice(comment.span)))
            .collect();
        doc_text(&lines)
    }

    /// A function without a body is built in, and only its parameters may be called like a word of the language.
    pub(crate) fn function(
        &self,
        name: Name,
        params: Vec<Param>,
        result: TypeExpr,
        body: Option<Block>,
    ) -> Fn {
        if body.is_some() {
            let reserved = |param: &&Param| Token::of_word(&param.name.text).is_some_and(Token::is_reserved);
            let names = params.iter().filter(reserved).map(|param| param.name.clone());
            self.reserved.borrow_mut().extend(names);
        }
        Fn { name, params, result, body }
    }

    // ---- Words and literals

    pub(crate) fn name(&self, span: Span) -> Name {
        Name { text: self.slice(span).into(), span }
    }

    /// The key of a record or an argument of an attribute may be written as a text.
    pub(crate) fn text_as_name(&self, text: Text) -> Name {
        Name { text: text.plain().unwrap_or_default().into(), span: text.span }
    }

    pub(crate) fn number(&self, span: Span) -> Expr {
        let digits = literal::number(self.slice(span)).unwrap_or_else(|| "0".into());
        Expr { span, kind: ExprKind::Number(digits) }
    }

    /// An hour where the duration was bad, so that nothing else is wrong with it.
    pub(crate) fn duration(&self, span: Span) -> Duration {
        Duration { span, seconds: literal::duration(self.slice(span)).unwrap_or(3600) }
    }

    pub(crate) fn date(&self, span: Span) -> Date {
        let (year, month, day) = literal::date(self.slice(span)).unwrap_or((2026, 1, 1));
        Date { span, year, month, day }
    }

    pub(crate) fn time(&self, span: Span) -> Time {
        let (hour, minute) = literal::time(self.slice(span)).unwrap_or((0, 0));
        Time { span, hour, minute }
    }

    /// A text without holes.
    pub(crate) fn literal(&self, span: Span) -> Text {
        let (style, text) = text::literal(self.slice(span));
        let parts = if text.is_empty() { vec![] } else { vec![TextPart::Literal(text)] };
        Text { span, style, parts }
    }

    pub(crate) fn piece(&self, span: Span) -> Piece<'s, Expr> {
        Piece::Source(Cow::Borrowed(self.slice(span)))
    }

    /// A text with holes.
    pub(crate) fn text(&self, span: Span, quote: Span, mut pieces: Vec<Piece<'_, Expr>>) -> Text {
        let style = if self.slice(quote).len() > 1 { TextStyle::Block } else { TextStyle::Line };
        text::resolve(style, &mut pieces);
        let parts = pieces
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Source(text) if text.is_empty() => None,
                Piece::Source(text) => Some(TextPart::Literal(text.into())),
                Piece::Hole(hole) => Some(TextPart::Hole(hole)),
            })
            .collect();
        Text { span, style, parts }
    }
}

/// `..` ends the value before it even where no range may stand, so what would go on with that value is not missing.
fn end_value(expected: &mut Vec<String>) {
    let has = |terminal: &str| expected.iter().any(|known| known == terminal);
    // Where a number may stand, there is no value yet.
    if has("\"==\"") && !has("NUMBER") {
        expected.retain(|terminal| !GOES_ON.contains(&terminal.trim_matches('"')));
    }
}

#[cfg(test)]
mod tests {
    /// Each reduction moves a symbol: one large rule makes all of them slow. A rule that is too large gives a box.
    #[test]
    fn symbols_are_small() {
        assert!(size_of::<super::generated::Symbol<'_>>() <= 72);
    }
}
