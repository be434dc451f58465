//! From characters to tokens, comments and errors. Nothing here is fatal: every file has tokens.
//!
//! logos knows code; texts are read by hand, because what stands in a hole is code again. A hole is read as
//! far as its brace before anything of it counts: if the brace is missing, the text goes on as if the hole were
//! characters, so that one missing brace is one error and the rest of the line is still read.

use crate::ast::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::token::{Spanned, Token};
use crate::{Comment, MAX_ERRORS, MAX_NESTING, foreign, literal, text};
use logos::Logos;

/// What a file is made of.
#[derive(Default)]
pub(crate) struct Lexed {
    /// In source order.
    pub(crate) tokens: Vec<Spanned>,
    /// In source order.
    pub(crate) comments: Vec<Comment>,
    /// In the order they were found.
    pub(crate) errors: Vec<SyntaxError>,
}

/// Reads a whole file; after 100 errors the rest is left.
pub(crate) fn lex(source: &str) -> Lexed {
    let mut lexer = Lexer { source, out: Lexed::default(), nesting: 0, line: 0..0 };
    // At the top level a text without an end is an error of its own, never a reason to stop.
    let _ = lexer.code(0, source.len(), Mode::File);
    lexer.out
}

/// Where code stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    File,
    /// In a hole of a text of one line.
    LineHole,
    /// In a hole of a `"""` text.
    BlockHole,
}

/// Why a hole could not be read.
enum Broken {
    Unclosed,
    TooDeep,
}

struct Lexer<'s> {
    source: &'s str,
    out: Lexed,
    /// Holes around the place that is being read.
    nesting: usize,
    /// The line that was looked at last, so that its end is searched for once.
    line: std::ops::Range<usize>,
}

impl<'s> Lexer<'s> {
    /// Reads code up to `limit`, or up to the brace that closes the hole. Returns where it stopped.
    fn code(&mut self, start: usize, limit: usize, mode: Mode) -> Result<usize, Broken> {
        let mut tokens = Token::lexer(self.slice(start, limit));
        let mut braces = 0usize;
        while let Some(next) = tokens.next() {
            let (from, to) = (start + tokens.span().start, start + tokens.span().end);
            let end = match next {
                Err(()) => self.unknown(from, to),
                Ok(Token::Comment) => self.comment(from, to),
                Ok(Token::Name) => self.push(Token::of_word(tokens.slice()).unwrap_or(Token::Name), from, to),
                Ok(Token::Number) => self.number(from, to),
                Ok(Token::TripleQuote) if mode == Mode::BlockHole => return Err(Broken::Unclosed),
                Ok(Token::TripleQuote) => self.text(from, to, limit, true)?,
                Ok(Token::Quote) => {
                    let line_end = self.line_end(from).min(limit);
                    self.text(from, to, line_end, false)?
                }
                Ok(Token::RawQuote) => self.raw(from, to, limit)?,
                Ok(Token::Sign) => self.sign(from, to),
                Ok(Token::OtherQuote) => {
                    let line_end = self.line_end(from).min(limit);
                    self.other_quotes(from, to, line_end)
                }
                Ok(Token::OtherComment) => self.other_comment(from, to, limit),
                Ok(Token::CloseBrace) if braces == 0 && mode != Mode::File => {
                    return Ok(self.push(Token::HoleClose, from, to));
                }
                Ok(token) => {
                    if token == Token::OpenBrace {
                        braces += 1;
                    } else if token == Token::CloseBrace {
                        braces = braces.saturating_sub(1);
                    }
                    self.push(token, from, to)
                }
            };
            tokens.bump(end.saturating_sub(to));
            if self.out.errors.len() >= MAX_ERRORS {
                return Ok(limit);
            }
        }
        if mode == Mode::File { Ok(limit) } else { Err(Broken::Unclosed) }
    }

    /// A text from its opening quotes, `start..inner`, to its closing ones. Returns its end.
    fn text(&mut self, start: usize, inner: usize, limit: usize, block: bool) -> Result<usize, Broken> {
        let mut piece = inner;
        let mut at = inner;
        let mut holes = false;
        let wildcards = self.expects_wildcards();
        loop {
            let Some(found) = self.slice(at, limit).bytes().position(|b| matches!(b, b'"' | b'\\' | b'{'))
            else {
                return self.unterminated(start, piece, limit, block, holes);
            };
            at += found;
            let rest = self.slice(at, limit);
            if wildcards && rest.starts_with("\\*") {
                at += 2;
            } else if rest.starts_with('\\') {
                at += 1 + self.escape(at, limit);
            } else if rest.starts_with('{') {
                match self.hole(start, piece, at, limit, holes, block) {
                    Ok(end) => {
                        (at, piece, holes) = (end, end, true);
                    }
                    Err(broken) if self.nesting > 0 => return Err(broken),
                    Err(broken) => {
                        let kind = match broken {
                            Broken::Unclosed => SyntaxErrorKind::UnterminatedHole,
                            Broken::TooDeep => SyntaxErrorKind::TooDeep,
                        };
                        let hopeless = kind == SyntaxErrorKind::TooDeep && !block;
                        self.error(at, at + 1, kind);
                        if hopeless {
                            // Nothing on this line is worth a second look.
                            return Ok(self.end_text(start, piece, limit, 0, holes));
                        }
                        at += 1;
                        if self.out.errors.len() >= MAX_ERRORS {
                            return Ok(limit);
                        }
                    }
                }
            } else if !block || rest.starts_with("\"\"\"") {
                let close = if block { 3 } else { 1 };
                return Ok(self.end_text(start, piece, at, close, holes));
            } else {
                at += 1;
            }
        }
    }

    /// Whether the text that begins now is what a test expects the bot to say: there `*` stands for anything and `\*`
    /// for a star. The backslash stays in the text for the test to see.
    fn expects_wildcards(&self) -> bool {
        let mut before = self.out.tokens.iter().rev().map(|spanned| spanned.token);
        match before.next() {
            Some(Token::Bot) => true,
            Some(Token::Next) => before.next() == Some(Token::Bot),
            _ => false,
        }
    }

    /// The hole that opens at `at`. If it cannot be read, it is as if nothing had been tried.
    fn hole(
        &mut self,
        start: usize,
        piece: usize,
        at: usize,
        limit: usize,
        holes: bool,
        block: bool,
    ) -> Result<usize, Broken> {
        if self.nesting >= MAX_NESTING {
            return Err(Broken::TooDeep);
        }
        let before = (self.out.tokens.len(), self.out.comments.len(), self.out.errors.len());
        if !holes {
            self.push(Token::TextStart, start, start + if block { 3 } else { 1 });
        }
        if piece < at {
            self.push(Token::Piece, piece, at);
        }
        self.push(Token::HoleOpen, at, at + 1);
        self.nesting += 1;
        let end = self.code(at + 1, limit, if block { Mode::BlockHole } else { Mode::LineHole });
        self.nesting -= 1;
        if end.is_err() {
            self.out.tokens.truncate(before.0);
            self.out.comments.truncate(before.1);
            self.out.errors.truncate(before.2);
        }
        end
    }

    /// Closes a text at `at`, where `close` bytes of quotes stand.
    fn end_text(&mut self, start: usize, piece: usize, at: usize, close: usize, holes: bool) -> usize {
        if !holes {
            return self.push(Token::Text, start, at + close);
        }
        if piece < at {
            self.push(Token::Piece, piece, at);
        }
        self.push(Token::TextEnd, at, at + close)
    }

    /// A text whose quotes are missing. In a hole the hole is what is broken.
    fn unterminated(
        &mut self,
        start: usize,
        piece: usize,
        limit: usize,
        block: bool,
        holes: bool,
    ) -> Result<usize, Broken> {
        if self.nesting > 0 {
            return Err(Broken::Unclosed);
        }
        let end = start + self.slice(start, limit).trim_end().len();
        self.error(start, if block { start + 3 } else { end }, SyntaxErrorKind::UnterminatedText { block });
        self.end_text(start, piece, end.max(piece), 0, holes);
        Ok(limit)
    }

    /// `r"…"` on one line, `r#"…"#` on any number.
    fn raw(&mut self, start: usize, inner: usize, limit: usize) -> Result<usize, Broken> {
        let hashes = inner.saturating_sub(start + 2);
        let limit = if hashes == 0 { self.line_end(start).min(limit) } else { limit };
        let close = format!("\"{}", "#".repeat(hashes));
        match self.slice(inner, limit).find(&close) {
            Some(found) => Ok(self.push(Token::Raw, start, inner + found + close.len())),
            None if self.nesting > 0 => Err(Broken::Unclosed),
            None => {
                let end = start + self.slice(start, limit).trim_end().len();
                let block = hashes > 0;
                let shown = if block { inner } else { end };
                self.error(start, shown, SyntaxErrorKind::UnterminatedText { block });
                self.push(Token::Raw, start, end);
                Ok(limit)
            }
        }
    }

    /// Checks the escape whose backslash stands at `at`; returns the bytes after the backslash.
    fn escape(&mut self, at: usize, limit: usize) -> usize {
        let (found, length) = text::escape(self.slice(at + 1, limit));
        if found.is_none() {
            self.error(at, at + 1 + length, SyntaxErrorKind::BadEscape);
        }
        length
    }

    fn number(&mut self, from: usize, to: usize) -> usize {
        let (token, wrong) = literal::classify(self.slice(from, to));
        if let Some(kind) = wrong {
            self.error(from, to, kind);
        }
        self.push(token, from, to)
    }

    fn comment(&mut self, from: usize, to: usize) -> usize {
        let text = self.slice(from, to).trim_end_matches('\r');
        let doc = text.starts_with("///") && !text.starts_with("////");
        self.out.comments.push(Comment { span: span(from, from + text.len()), doc });
        to
    }

    /// A sign of another language is read as what it stands for.
    fn sign(&mut self, from: usize, to: usize) -> usize {
        let Some((instead, tokens)) = foreign::sign(self.slice(from, to)) else {
            return self.unknown(from, to);
        };
        match self.out.errors.last_mut() {
            // `;;` is one mistake.
            Some(last)
                if last.span.end as usize == from
                    && last.kind == (SyntaxErrorKind::Foreign { instead: "" }) =>
            {
                last.span.end = narrow(to);
            }
            Some(_) | None => self.error(from, to, SyntaxErrorKind::Foreign { instead }),
        }
        for token in tokens {
            self.push(*token, from, to);
        }
        to
    }

    /// A text in quotes that are not `"`, without holes. It ends at the first quote that no word goes on after, so that
    /// an apostrophe ends none.
    fn other_quotes(&mut self, from: usize, inner: usize, line_end: usize) -> usize {
        let open = self.slice(from, inner).chars().next().unwrap_or('\'');
        let rest = self.slice(inner, line_end);
        let close = rest.char_indices().find(|(at, c)| {
            let after = rest.get(at + c.len_utf8()..).and_then(|after| after.chars().next());
            foreign::closes(open, *c) && !after.is_some_and(char::is_alphanumeric)
        });
        let (end, close) = match close {
            Some((at, c)) => {
                let close = span(inner + at, inner + at + c.len_utf8());
                (close.end as usize, Some(close))
            }
            None => (inner + rest.trim_end().len(), None),
        };
        self.error(from, end, SyntaxErrorKind::OtherQuotes { close });
        self.push(Token::Text, from, end)
    }

    /// `# …` to the end of the line; `/* … */` to its end, or that of the line if it has none.
    fn other_comment(&mut self, from: usize, to: usize, limit: usize) -> usize {
        let line_end = self.line_end(from).min(limit);
        let close = if to - from == 2 { self.slice(to, limit).find("*/") } else { None };
        let end = match close {
            Some(found) => to + found + 2,
            None => to + self.slice(to, line_end).trim_end().len(),
        };
        self.error(from, to, SyntaxErrorKind::OtherComment { end: narrow(end) });
        end
    }

    /// Neighbouring unknown characters are one error.
    fn unknown(&mut self, from: usize, to: usize) -> usize {
        if let Some(SyntaxError { span: last, kind: SyntaxErrorKind::UnknownCharacter(_) }) =
            self.out.errors.last_mut()
            && last.end as usize == from
        {
            last.end = narrow(to);
            return to;
        }
        let first = self.slice(from, to).chars().next().unwrap_or('\u{FFFD}');
        self.error(from, to, SyntaxErrorKind::UnknownCharacter(first));
        to
    }

    fn push(&mut self, token: Token, from: usize, to: usize) -> usize {
        self.out.tokens.push(Spanned { token, start: narrow(from), end: narrow(to) });
        to
    }

    fn error(&mut self, from: usize, to: usize, kind: SyntaxErrorKind) {
        self.out.errors.push(SyntaxError { span: span(from, to), kind });
    }

    fn slice(&self, from: usize, to: usize) -> &'s str {
        self.source.get(from..to).unwrap_or("")
    }

    /// Where the line that holds `at` ends, its line break excluded.
    fn line_end(&mut self, at: usize) -> usize {
        if !self.line.contains(&at) {
            let rest = self.slice(at, self.source.len());
            self.line = at..at + rest.find('\n').unwrap_or(rest.len());
        }
        self.line.end
    }
}

fn span(from: usize, to: usize) -> Span {
    Span::new(narrow(from), narrow(to))
}

/// A file is never longer than `u32::MAX` bytes: `parse` sees to it.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
