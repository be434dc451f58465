//! Texts as translators see them: the characters of the text, each hole as it is written in the source, and `\` before a
//! brace or backslash that is meant as such. In several alternatives, as synonyms are, `|` separates them.

use crate::diagnostic::suggest::nearest;
use crate::ir::{Expr, ExprKind};
use crate::source::{Place, Sources};
use sbot_vm::value::Value;

/// A part of a translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// One of the holes of the text, counted from its beginning.
    Hole(usize),
}

/// Why a translation does not fit its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// One sentence.
    pub(super) what: String,
    /// What to write instead.
    pub(super) help: String,
    /// The part of the translation that it is about.
    pub(super) part: Option<String>,
    /// What would fit in its place.
    pub(super) instead: Option<String>,
}

impl Misfit {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Misfit {
        Misfit { what: what.into(), help: help.into(), part: None, instead: None }
    }

    fn about(self, part: impl Into<String>) -> Misfit {
        Misfit { part: Some(part.into()), ..self }
    }
}

/// A text without holes.
pub(super) fn plain_text(expr: &Expr) -> Option<&str> {
    if let ExprKind::Const(Value::Text(text)) = &expr.kind { Some(text) } else { None }
}

/// Whether a part of a text is characters, and no hole.
pub(super) fn is_piece(part: &Expr, text: Place) -> bool {
    part.place == text && plain_text(part).is_some()
}

/// The holes of a literal text, in order.
pub(super) fn holes(text: &Expr) -> impl Iterator<Item = &Expr> {
    let parts = if let ExprKind::Concat(parts) = &text.kind { parts.as_slice() } else { &[] };
    parts.iter().filter(|part| !is_piece(part, text.place))
}

/// A literal text as translators see it.
pub(super) fn shown(text: &Expr, sources: &Sources) -> String {
    let mut out = String::new();
    if let ExprKind::Concat(parts) = &text.kind {
        for part in parts {
            match plain_text(part) {
                Some(piece) if is_piece(part, text.place) => escape(&mut out, piece),
                Some(_) | None => {
                    out.push('{');
                    out.push_str(sources.get(part.place.file).slice(part.place.span).trim());
                    out.push('}');
                }
            }
        }
    } else if let Some(plain) = plain_text(text) {
        escape(&mut out, plain);
    }
    out
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Several texts in one, as synonyms are shown.
pub(super) fn alternatives(texts: &[String]) -> String {
    let escaped: Vec<String> = texts.iter().map(|text| escape_bars(text)).collect();
    escaped.join(" | ")
}

/// `\|` for each bar outside of a hole.
fn escape_bars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '{' => hole_length(rest).unwrap_or(1),
            '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            c => c.len_utf8(),
        };
        if c == '|' {
            out.push('\\');
        }
        let (taken, after) = rest.split_at(length.min(rest.len()));
        out.push_str(taken);
        rest = after;
    }
    out
}

/// Takes a translation apart. `holes` are the holes of the text as they are written there; each has to stand in the
/// translation as often as in the text. With `several`, there are alternatives and any hole may stand in any of them.
pub(super) fn parse(translation: &str, holes: &[String], several: bool) -> Result<Vec<Vec<Piece>>, Misfit> {
    let mut texts = vec![Vec::new()];
    let mut text = String::new();
    let mut left: Vec<Option<String>> = holes.iter().map(|hole| Some(normal(hole))).collect();
    let mut rest = translation;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '\\' => {
                let escaped = rest.chars().nth(1);
                match escaped {
                    Some(c @ ('\\' | '{' | '}' | '|')) => text.push(c),
                    _ => return Err(bad_escape(escaped)),
                }
                length += 1;
            }
            '{' => {
                length = hole_length(rest).ok_or_else(|| {
                    Misfit::new(
                        "a hole is not closed",
                        "write `}` at its end, or `\\{` for a brace that is part of the text",
                    )
                })?;
                let written = rest.get(1..length - 1).unwrap_or("");
                let at = take(&mut left, written, holes)?;
                push(&mut texts, &mut text, Some(Piece::Hole(at)));
            }
            '}' => {
                return Err(Misfit::new(
                    "a `}` closes no hole",
                    "write `\\}` for a brace that is part of the text",
                ));
            }
            '|' if several => {
                push(&mut texts, &mut text, None);
                texts.push(Vec::new());
            }
            c => text.push(c),
        }
        rest = rest.get(length..).unwrap_or("");
    }
    push(&mut texts, &mut text, None);
    if several {
        texts.iter_mut().for_each(trim);
    }
    let missing: Vec<String> = left
        .iter()
        .zip(holes)
        .filter(|(left, _)| left.is_some())
        .map(|(_, hole)| format!("`{{{hole}}}`"))
        .collect();
    if !missing.is_empty() && !several {
        let are = if missing.len() == 1 { "a hole is" } else { "holes are" };
        return Err(Misfit::new(
            format!("{are} missing in the translation: {}", missing.join(", ")),
            "write each hole of the text exactly as it stands there; its place in the sentence is free",
        ));
    }
    if texts.iter().any(|pieces| blank(pieces)) {
        let what = if several && texts.len() > 1 { "one of the alternatives" } else { "the translation" };
        return Err(Misfit::new(
            format!("{what} is empty"),
            "write what the client should read, or leave `msgstr \"\"` for no translation yet",
        ));
    }
    Ok(texts)
}

/// Closes the characters before, and adds a hole.
fn push(texts: &mut [Vec<Piece>], text: &mut String, hole: Option<Piece>) {
    if let Some(last) = texts.last_mut() {
        if !text.is_empty() {
            last.push(Piece::Text(std::mem::take(text)));
        }
        last.extend(hole);
    }
}

/// Drops the white space around an alternative.
fn trim(pieces: &mut Vec<Piece>) {
    if let Some(Piece::Text(text)) = pieces.first_mut() {
        *text = text.trim_start().to_owned();
    }
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        *text = text.trim_end().to_owned();
    }
    pieces.retain(|piece| *piece != Piece::Text(String::new()));
}

fn blank(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| match piece {
        Piece::Text(text) => text.trim().is_empty(),
        Piece::Hole(_) => false,
    })
}

fn bad_escape(found: Option<char>) -> Misfit {
    let help = "write two backslashes for one; only `{`, `}`, `|` and `\\` can stand behind a single one";
    match found {
        Some(c) => Misfit::new(format!("`\\{c}` stands for nothing in a text"), help),
        None => Misfit::new("a backslash stands at the end of the text", help),
    }
}

/// Finds a hole of the translation among those of the text that are left.
fn take(left: &mut [Option<String>], written: &str, holes: &[String]) -> Result<usize, Misfit> {
    let wanted = normal(written);
    if let Some((at, found)) = left.iter_mut().enumerate().find(|(_, hole)| hole.as_ref() == Some(&wanted)) {
        *found = None;
        return Ok(at);
    }
    let part = format!("{{{written}}}");
    if holes.iter().any(|hole| normal(hole) == wanted) {
        let what = format!("the hole `{part}` stands more often in the translation than in the text");
        return Err(Misfit::new(what, "remove one of them").about(part));
    }
    let near = nearest(written, holes.iter().map(String::as_str)).map(|near| format!("{{{near}}}"));
    let help = match &near {
        Some(near) => format!("did you mean `{near}`?"),
        None if holes.is_empty() => {
            "the text has no holes; write `\\{` for a brace that is part of it".to_owned()
        }
        None => {
            let list: Vec<String> = holes.iter().map(|hole| format!("`{{{hole}}}`")).collect();
            format!("it has {}", list.join(", "))
        }
    };
    let misfit = Misfit::new(format!("the text has no hole `{part}`"), help);
    Err(Misfit { instead: near, ..misfit.about(part) })
}

/// The bytes of the hole that a text begins with, braces included. Texts inside of it may hold braces, and holes of
/// their own.
fn hole_length(text: &str) -> Option<usize> {
    // Whether each open bracket is a quote; a brace otherwise.
    let mut open: Vec<bool> = Vec::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        let quoted = open.last() == Some(&true);
        match c {
            '\\' if quoted => {
                chars.next();
            }
            '"' if quoted => {
                open.pop();
            }
            '"' => open.push(true),
            '{' => open.push(false),
            '}' if !quoted => {
                open.pop();
            }
            _ => {}
        }
        if open.is_empty() {
            return Some(at + c.len_utf8());
        }
    }
    None
}

/// The source of a hole without the white space that makes no difference.
fn normal(hole: &str) -> String {
    let mut out = String::with_capacity(hole.len());
    let (mut quoted, mut escaped, mut gap) = (false, false, false);
    for c in hole.trim().chars() {
        if !quoted && c.is_whitespace() {
            gap = true;
            continue;
        }
        let word = |c: char| c.is_alphanumeric() || c == '_';
        if gap && word(c) && out.chars().next_back().is_some_and(word) {
            out.push(' ');
        }
        gap = false;
        out.push(c);
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    out
}

#[cfg(test)]
#[allow(clippy::expect_used)] // What a test needs and does not get is its failure.
mod tests {
    use super::{Piece, alternatives, normal, parse};

    fn holes(list: &[&str]) -> Vec<String> {
        list.iter().map(|hole| (*hole).to_owned()).collect()
    }

    fn one(translation: &str, known: &[&str]) -> Result<Vec<Piece>, String> {
        parse(translation, &holes(known), false)
            .map(|mut texts| texts.remove(0))
            .map_err(|misfit| format!("{}: {}", misfit.what, misfit.help))
    }

    #[test]
    fn holes_are_found_wherever_they_stand() {
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(one("Hola {name}!", &["name"]), Ok(vec![text("Hola "), Piece::Hole(0), text("!")]));
        assert_eq!(one("{b}{ a }", &["a", "b"]), Ok(vec![Piece::Hole(1), Piece::Hole(0)]));
        assert_eq!(one("{a}{a}", &["a", "a"]), Ok(vec![Piece::Hole(0), Piece::Hole(1)]));
        let nested = r#"x ?? "} \" {y ?? "\{"}""#;
        assert_eq!(one(&format!("{{{nested}}}."), &[nested]), Ok(vec![Piece::Hole(0), text(".")]));
        assert_eq!(one(r"\{a\} \\ |", &[]), Ok(vec![text(r"{a} \ |")]));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        for (translation, known, said) in [
            ("Hola", &["name"][..], "a hole is missing in the translation: `{name}`"),
            ("Hola", &["a", "b"], "holes are missing in the translation: `{a}`, `{b}`"),
            ("Hola {nane}", &["name"], "the text has no hole `{nane}`: did you mean `{name}`?"),
            ("Hola {x}", &[], "the text has no holes"),
            ("{name} {name}", &["name"], "more often in the translation"),
            ("Hola {name", &["name"], "a hole is not closed"),
            ("Hola name}", &["name"], "closes no hole"),
            (r"C:\dir", &[], r"`\d` stands for nothing"),
            ("\\", &[], "a backslash stands at the end"),
            (" \n", &[], "the translation is empty"),
        ] {
            let wrong = one(translation, known).expect_err(translation);
            assert!(wrong.contains(said), "{translation}: {wrong}");
        }
    }

    #[test]
    fn alternatives_are_separated_by_bars() {
        let shown = alternatives(&holes(&["a | b", "c", r#"{x ?? "|"}"#]));
        assert_eq!(shown, r#"a \| b | c | {x ?? "|"}"#);
        let texts = parse(&shown, &holes(&[r#"x ?? "|""#]), true).expect("they are read again");
        let text = |text: &str| vec![Piece::Text(text.to_owned())];
        assert_eq!(texts, [text("a | b"), text("c"), vec![Piece::Hole(0)]]);
        assert_eq!(parse("precio|cuánto", &[], true).map(|texts| texts.len()), Ok(2));
        assert!(
            parse("precio | ", &[], true)
                .is_err_and(|misfit| misfit.what == "one of the alternatives is empty")
        );
    }

    #[test]
    fn white_space_in_holes_makes_no_difference() {
        assert_eq!(normal(" a . b ?? \"x  y\" "), "a.b??\"x  y\"");
        assert_eq!(normal("a  and\nb"), "a and b");
        assert_ne!(normal("not a"), normal("nota"));
    }
}
