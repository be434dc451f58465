//! Signs and words of other languages, and what is written here instead. What they stand for is clear, so the rest
//! of the file is read as if the right thing stood there.

use crate::token::Token;

/// A sign that is none of ours: how it is written, what is written here, and the tokens of that.
type Row = (&'static str, &'static str, &'static [Token]);

/// Signs. The longest that fits is taken.
const SIGNS: &[Row] = &[
    ("&&", "and", &[Token::And]),
    ("&", "and", &[Token::And]),
    ("||", "or", &[Token::Or]),
    ("!", "not", &[Token::Not]),
    ("===", "==", &[Token::Equal]),
    ("!==", "!=", &[Token::NotEqual]),
    ("<>", "!=", &[Token::NotEqual]),
    ("≠", "!=", &[Token::NotEqual]),
    ("≤", "<=", &[Token::LessEqual]),
    ("≥", ">=", &[Token::GreaterEqual]),
    ("=>", "->", &[Token::Arrow]),
    ("→", "->", &[Token::Arrow]),
    ("–>", "->", &[Token::Arrow]),
    ("—>", "->", &[Token::Arrow]),
    (";", "", &[]),
];

/// Words that begin a statement, go on with one, or stand in the way. Tried only where the text makes no sense.
const WORDS: &[Row] = &[
    ("goto", "->", &[Token::Arrow]),
    ("jump", "->", &[Token::Arrow]),
    ("exit", "-> end", &[Token::Arrow, Token::End]),
    ("stop", "-> end", &[Token::Arrow, Token::End]),
    ("quit", "-> end", &[Token::Arrow, Token::End]),
    ("finish", "-> end", &[Token::Arrow, Token::End]),
    ("then", "", &[]),
    ("then", "->", &[Token::Arrow]),
    ("elif", "else if", &[Token::Else, Token::If]),
    ("elsif", "else if", &[Token::Else, Token::If]),
    ("elseif", "else if", &[Token::Else, Token::If]),
    ("otherwise", "else", &[Token::Else]),
    ("unless", "if not", &[Token::If, Token::Not]),
    ("switch", "when", &[Token::When]),
    ("match", "when", &[Token::When]),
    ("send", "message", &[Token::Message]),
    ("say", "message", &[Token::Message]),
    ("says", "", &[]),
    ("print", "message", &[Token::Message]),
    ("reply", "message", &[Token::Message]),
    ("write", "message", &[Token::Message]),
    ("sleep", "pause", &[Token::Pause]),
    ("delay", "pause", &[Token::Pause]),
    ("wait", "pause", &[Token::Pause]),
    ("var", "let", &[Token::Let]),
    ("const", "let", &[Token::Let]),
    ("function", "fn", &[Token::Fn]),
    ("func", "fn", &[Token::Fn]),
    ("def", "fn", &[Token::Fn]),
    ("import", "use", &[Token::Use]),
    ("include", "use", &[Token::Use]),
    ("require", "use", &[Token::Use]),
    ("state", "step", &[Token::Step]),
    ("node", "step", &[Token::Step]),
    ("block", "step", &[Token::Step]),
];

/// What is written instead of a sign, and the tokens of that.
pub(crate) fn sign(text: &str) -> Option<(&'static str, &'static [Token])> {
    SIGNS.iter().find(|(known, _, _)| *known == text).map(|(_, instead, tokens)| (*instead, *tokens))
}

/// What may be written instead of a word, the likeliest first.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (&'static str, &'static [Token])> {
    WORDS.iter().filter(move |(known, _, _)| *known == text).map(|(_, instead, tokens)| (*instead, *tokens))
}

/// The quotes of other languages and of word processors.
pub(crate) fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '`' | '‘' | '’' | '‚' | '“' | '”' | '„' | '«' | '»')
}

/// Whether a text that was opened with one of those quotes may be closed with `c`.
pub(crate) fn closes(open: char, c: char) -> bool {
    let single = |c| matches!(c, '\'' | '`' | '‘' | '’' | '‚');
    if single(open) { single(c) } else { c == '"' || (is_quote(c) && !single(c)) }
}
