//! From the characters between quotes to the text they stand for: escapes, and the indentation of `"""`.

use crate::ast::TextStyle;
use crate::foreign;
use smol_str::SmolStr;
use std::borrow::Cow;

/// A piece of a text: source characters, or a hole.
pub(crate) enum Piece<'s, Hole> {
    /// As written.
    Source(Cow<'s, str>),
    /// An interpolated expression.
    Hole(Hole),
}

/// Reads the escape after a backslash: the character, or nothing if it is no escape, and the bytes it takes.
pub(crate) fn escape(after: &str) -> (Option<char>, usize) {
    let Some(first) = after.chars().next() else { return (None, 0) };
    let simple = match first {
        'n' => '\n',
        't' => '\t',
        '"' | '\\' | '{' | '}' => first,
        'u' => return unicode_escape(after),
        // A backslash at the end of a line: the line break is no part of the mistake.
        '\n' | '\r' => return (None, 0),
        _ => return (None, first.len_utf8()),
    };
    (Some(simple), 1)
}

/// `u{1F600}`.
fn unicode_escape(after: &str) -> (Option<char>, usize) {
    let Some(rest) = after.strip_prefix("u{") else { return (None, 1) };
    let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
    let (hex, tail) = rest.split_at(digits);
    if !tail.starts_with('}') {
        return (None, 2 + digits);
    }
    let value = if digits <= 6 { u32::from_str_radix(hex, 16).ok() } else { None };
    (value.and_then(char::from_u32), 2 + digits + 1)
}

/// The characters that `source` stands for. A bad escape stands for itself.
fn unescape(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((plain, after)) = rest.split_once('\\') {
        text.push_str(plain);
        let (found, length) = escape(after);
        let (written, tail) = after.split_at(length.min(after.len()));
        match found {
            Some(c) => text.push(c),
            None => {
                text.push('\\');
                text.push_str(written);
            }
        }
        rest = tail;
    }
    text.push_str(rest);
    text
}

/// A literal without holes, quotes included: how it was quoted and what it says.
pub(crate) fn literal(source: &str) -> (TextStyle, SmolStr) {
    if let Some(rest) = source.strip_prefix('r') {
        let hashes = rest.bytes().take_while(|b| *b == b'#').count();
        let inner = rest.trim_start_matches('#');
        let inner = inner.strip_prefix('"').unwrap_or(inner);
        let close = format!("\"{}", "#".repeat(hashes));
        return (TextStyle::Raw, inner.strip_suffix(close.as_str()).unwrap_or(inner).into());
    }
    if let Some(inner) = source.strip_prefix("\"\"\"") {
        let inner = inner.strip_suffix("\"\"\"").unwrap_or(inner);
        let mut pieces: Vec<Piece<'_, ()>> = vec![Piece::Source(Cow::Borrowed(inner))];
        resolve(TextStyle::Block, &mut pieces);
        let text = pieces.iter().map(|piece| if let Piece::Source(text) = piece { text } else { "" });
        return (TextStyle::Block, text.collect());
    }
    let quote = |c: char| c == '"' || foreign::is_quote(c);
    let inner = source.strip_prefix(quote).unwrap_or(source);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    (TextStyle::Line, if inner.contains('\\') { unescape(inner).into() } else { inner.into() })
}

/// Turns source characters into what they stand for, in place.
pub(crate) fn resolve<Hole>(style: TextStyle, pieces: &mut [Piece<'_, Hole>]) {
    if style == TextStyle::Block {
        dedent(pieces);
    }
    for piece in pieces {
        if let Piece::Source(source) = piece
            && source.contains('\\')
        {
            *source = Cow::Owned(unescape(source));
        }
    }
}

/// Drops the first line break, the white space before the closing quotes and the common indentation.
/// Only what is written counts: an escape is never white space here.
fn dedent<Hole>(pieces: &mut [Piece<'_, Hole>]) {
    for piece in pieces.iter_mut() {
        if let Piece::Source(source) = piece
            && source.contains('\r')
        {
            *source = Cow::Owned(source.replace("\r\n", "\n"));
        }
    }
    let mut opens_line = false;
    if let Some(Piece::Source(source)) = pieces.first_mut()
        && let Some((before, after)) = source.split_once('\n')
        && before.chars().all(is_blank)
    {
        *source = Cow::Owned(after.to_owned());
        opens_line = true;
    }
    if let Some(Piece::Source(source)) = pieces.last_mut() {
        *source = Cow::Owned(source.trim_end_matches(|c| is_blank(c) || c == '\n').to_owned());
    }
    let indentation = common_indentation(pieces, opens_line).unwrap_or_default();
    for (index, piece) in pieces.iter_mut().enumerate() {
        let Piece::Source(source) = piece else { continue };
        let mut text = String::with_capacity(source.len());
        for (number, line) in source.split('\n').enumerate() {
            if number > 0 {
                text.push('\n');
            }
            if number > 0 || (index == 0 && opens_line) {
                // A blank line may have less than the common indentation.
                let blank = line.trim_start_matches(is_blank);
                text.push_str(line.strip_prefix(indentation.as_str()).unwrap_or(blank));
            } else {
                text.push_str(line);
            }
        }
        *source = Cow::Owned(text);
    }
}

/// The longest white space that begins every line with something on it.
fn common_indentation<Hole>(pieces: &[Piece<'_, Hole>], opens_line: bool) -> Option<String> {
    let mut common: Option<String> = None;
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Source(source) = piece else { continue };
        let before_hole = index + 1 < pieces.len();
        let mut lines = source.split('\n').enumerate().peekable();
        while let Some((number, line)) = lines.next() {
            let rest = line.trim_start_matches(is_blank);
            let something = !rest.is_empty() || (lines.peek().is_none() && before_hole);
            if something && (number > 0 || (index == 0 && opens_line)) {
                let blank = line.strip_suffix(rest).unwrap_or_default();
                common = Some(match common {
                    Some(known) => shared_prefix(&known, blank).to_owned(),
                    None => blank.to_owned(),
                });
            }
        }
        if opens_line && index == 0 && source.is_empty() && before_hole {
            common = Some(String::new());
        }
    }
    common
}

fn shared_prefix<'t>(one: &'t str, other: &str) -> &'t str {
    let length = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    one.get(..length).unwrap_or_default()
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}
