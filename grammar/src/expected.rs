//! From the terminals that would have fitted to the things of the language they begin, and what was being read.

#![allow(clippy::wildcard_enum_match_arm, reason = "a match names the few tokens it is about")]

use crate::ast::Span;
use crate::error::{Context, Expected, Found};
use crate::token::{Class, Spanned, Token};

/// The source text of a token, cut.
pub(crate) fn found(source: &str, span: Span) -> Found {
    Found::Token(source.get(span.range()).unwrap_or("").chars().take(40).collect())
}

/// What closes a bracket.
pub(crate) fn closing(token: Token) -> Expected {
    match token {
        Token::CloseParen => Expected::ClosingParen,
        Token::CloseBracket => Expected::ClosingBracket,
        _ => Expected::ClosingBrace,
    }
}

/// What the word that was most likely meant begins.
pub(crate) fn meant(word: &'static str) -> Expected {
    match Token::of_word(word).and_then(Token::word) {
        Some((_, Class::Statement)) => Expected::Statement,
        Some((_, Class::Item)) => Expected::Item,
        Some((_, Class::Clause | Class::Operator | Class::Soft)) => Expected::Word(word),
        None => Expected::Arrow,
    }
}

/// The terminals of a place in the grammar.
pub(crate) struct Terminals<'f>(&'f [String]);

impl<'f> Terminals<'f> {
    /// As lalrpop writes them: `"step"` with quotes, `NAME` without.
    pub(crate) fn new(all: &'f [String]) -> Self {
        Self(all)
    }

    /// Whether a terminal fits, written as in the grammar but without quotes.
    pub(crate) fn has(&self, terminal: &str) -> bool {
        self.0.iter().any(|known| bare(known) == terminal)
    }

    /// The same in the words of the language; at most eight of them, the likeliest first.
    pub(crate) fn groups(&self) -> Vec<Expected> {
        let any_word = self.has("step") && self.has("and");
        let has = |terminals: &[&str]| !any_word && terminals.iter().all(|terminal| self.has(terminal));
        let statement = has(&["pause", "let"]);
        let test = has(&["given", "wait", "bot"]) && !self.has("length");
        let expression = self.has("NUMBER") && self.has("[") && self.has("(");
        let pattern = has(&["NUMBER", "matches", "length"]);
        let item = has(&["pipeline", "step"]);
        let trigger = has(&["silence", "manual", "DURATION"]) && !self.has("NAME");
        let ty = has(&["pipeline", "[", "NAME"]) && !self.has("step");
        let name = self.has("NAME") && !statement && !expression && !pattern && !ty;
        let operators = self.has("*") && self.has("-");
        let clause = has(&["attach", "buttons"]);
        let mut groups = vec![];
        let mut add = |wanted: bool, group: Expected| {
            if wanted {
                groups.push(group);
            }
        };
        add(item, Expected::Item);
        add(trigger, Expected::Trigger);
        add(pattern, Expected::Pattern);
        add(expression && !pattern, Expected::Expression);
        add(ty, Expected::Type);
        // Behind an arrow a bot may stand as well.
        let step = !any_word && (self.has("bot") || !self.has("end"));
        add(name && !test, if step { Expected::StepName } else { Expected::Name });
        add(!expression && !pattern && !ty && self.has("TEXT"), Expected::Text);
        add(!expression && !pattern && self.has("RAW") && !self.has("TEXT"), Expected::RawText);
        add(!expression && !pattern && self.has("NUMBER"), Expected::Number);
        add(!expression && !pattern && !trigger && self.has("DURATION"), Expected::Duration);
        add(!expression && !pattern && self.has("DATE"), Expected::Date);
        add(!expression && !pattern && self.has("TIME"), Expected::Time);
        add(self.has("->"), Expected::Arrow);
        add(self.has(","), Expected::Comma);
        add(self.has(":"), Expected::Colon);
        add(self.has(")"), Expected::ClosingParen);
        add(self.has("]"), Expected::ClosingBracket);
        add(self.has("}"), Expected::ClosingBrace);
        add(!expression && !ty && self.has("{"), Expected::Block);
        add(!expression && !ty && !operators && self.has("["), Expected::OpeningBracket);
        add(!expression && !ty && self.has("("), Expected::Arguments);
        add(self.has("=") && !operators, Expected::Equals);
        add(self.has("..") && !operators, Expected::DotDot);
        add(clause, Expected::Clause);
        add(has(&["on"]), Expected::Exit);
        add(statement, Expected::Statement);
        add(test, Expected::TestStatement);
        add(operators && !statement && !expression, Expected::Operator);
        if !any_word {
            let covered = Covered { statement, test, expression, pattern, item, ty, name, trigger, clause };
            groups.extend(self.0.iter().filter_map(|terminal| covered.word(bare(terminal))));
        }
        if groups.is_empty() {
            groups.push(Expected::End);
        }
        groups.truncate(8);
        groups
    }
}

/// The groups that were named, so that their words need not be.
#[allow(clippy::struct_excessive_bools, reason = "one a group")]
struct Covered {
    statement: bool,
    test: bool,
    expression: bool,
    pattern: bool,
    item: bool,
    ty: bool,
    name: bool,
    trigger: bool,
    clause: bool,
}

impl Covered {
    /// The word, if no group stands for it.
    fn word(&self, terminal: &str) -> Option<Expected> {
        let (word, class) = Token::of_word(terminal)?.word()?;
        let covered = match class {
            Class::Operator => true,
            Class::Statement => self.statement || self.trigger || self.pattern,
            Class::Item => self.item || self.ty || self.expression || self.trigger || self.test,
            Class::Clause => self.clause,
            Class::Soft => {
                self.statement
                    || self.expression
                    || self.pattern
                    || self.name
                    || self.ty
                    || self.trigger
                    || self.test
            }
        };
        (!covered).then_some(Expected::Word(word))
    }
}

fn bare(terminal: &str) -> &str {
    terminal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(terminal)
}

/// What was being read at the token with this index: found by walking back through the item.
pub(crate) fn context(tokens: &[Spanned], at: usize) -> Option<Context> {
    let mut closed = 0usize;
    let before: Vec<Token> = tokens.iter().take(at).map(|next| next.token).collect();
    for (index, token) in before.iter().enumerate().rev() {
        if token.is_closer() {
            closed += 1;
        } else if token.closer().is_some() {
            if closed == 0 {
                let head = before.get(..index).unwrap_or_default();
                if let Some(context) = bracket_context(head, *token) {
                    return Some(context);
                }
            }
            closed = closed.saturating_sub(1);
        } else if closed == 0
            && before.get(index + 1) != Some(&Token::Colon)
            && let Some(context) = word_context(before.get(..index).unwrap_or_default(), *token)
        {
            return Some(context);
        }
    }
    None
}

/// What a word after these tokens begins.
fn word_context(head: &[Token], token: Token) -> Option<Context> {
    let (word, class) = token.word()?;
    let last = head.last();
    let in_test =
        matches!(token, Token::Bot | Token::Trigger | Token::Step) && head.first() == Some(&Token::Test);
    match class {
        Class::Operator if token == Token::On => Some(Context::Exit),
        Class::Statement if last == Some(&Token::On) => Some(Context::Exit),
        Class::Item if last == Some(&Token::On) => Some(Context::Exit),
        Class::Statement | Class::Item
            if in_test
                || matches!(token, Token::Set | Token::Else)
                || matches!(last, Some(Token::Dot | Token::Arrow))
                || (class == Class::Item && last == Some(&Token::Colon)) =>
        {
            None
        }
        Class::Statement => Some(Context::Statement(word)),
        Class::Item => Some(Context::Item(word)),
        Class::Operator | Class::Clause | Class::Soft => None,
    }
}

/// What an open bracket after these tokens holds. Nothing for a block of statements.
fn bracket_context(head: &[Token], open: Token) -> Option<Context> {
    let last = head.last().copied();
    match open {
        Token::HoleOpen => Some(Context::Hole),
        Token::OpenBracket => Some(match last {
            Some(Token::Buttons) => Context::Buttons,
            Some(Token::Rotate) => Context::Rotate,
            Some(Token::Text | Token::TextEnd | Token::Raw) if section_head(head) => Context::Options,
            _ => Context::List,
        }),
        Token::OpenParen => Some(match last {
            Some(last) if last.is_name() => {
                let declares = head.iter().rev().nth(1).is_some_and(|word| word.is_item_word());
                if declares { Context::Parameters } else { Context::Arguments }
            }
            _ => Context::Parens,
        }),
        Token::OpenBrace => match last {
            Some(Token::When) => Some(Context::Arms),
            Some(Token::Comma | Token::Assign | Token::Colon | Token::OpenParen | Token::OpenBracket) => {
                Some(Context::Record)
            }
            _ => None,
        },
        _ => None,
    }
}

fn section_head(head: &[Token]) -> bool {
    let mut back = head.iter().rev();
    matches!(back.next(), Some(Token::Text | Token::Raw)) && back.next() == Some(&Token::Section)
}
