//! Words for characters, texts, comments and literals that are none.

use super::{Spot, is_word};
use crate::diagnostic::{Code, Diagnostic, Edit};
use sbot_grammar::ast::Span;
use sbot_grammar::{meant_day_or_time, meant_duration};

pub(super) fn unknown_character(spot: &Spot<'_>, c: char) -> Diagnostic {
    if unseen(c) {
        let shown = format!("U+{:04X}", u32::from(c));
        if c.is_whitespace() {
            let spaces: String = spot.written().chars().map(|_| ' ').collect();
            return spot
                .found(Code::E0101, format!("the character {shown} looks like a space and is none"))
                .help("it came with copied text: write a space")
                .fix(spot.span, spaces);
        }
        return spot
            .found(Code::E0101, format!("the character {shown} cannot be seen and means nothing here"))
            .help("it came with copied text: remove it")
            .fix(spot.span, "");
    }
    let diagnostic = spot.found(Code::E0101, format!("`{c}` means nothing here"));
    match c {
        '\\' => diagnostic.help("a backslash has a meaning in texts only"),
        '$' => diagnostic.help("a name stands without `$`, and in a text between braces: \"{name}\""),
        '€' | '£' => diagnostic.help("write the number alone"),
        _ => diagnostic.help("only texts and comments may hold this character"),
    }
}

/// Characters that take no room on the screen, or look like a space and are none.
fn unseen(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// A sign of another language.
pub(super) fn foreign(spot: &Spot<'_>, instead: &str) -> Diagnostic {
    // Made of signs that the language has, it is a token that does not fit.
    let known =
        spot.written().chars().all(|c| matches!(c, '=' | '<' | '>' | '|' | '!')) && spot.written() != "!";
    let code = if known { Code::E0110 } else { Code::E0101 };
    let diagnostic = spot.found(code, format!("`{}` means nothing here", spot.written()));
    if instead.is_empty() {
        return diagnostic.help("a statement ends by itself: leave it out").fix(spot.span, "");
    }
    let help = match spot.written() {
        "!" => "write `not`; \"is not equal\" is `!=`".to_owned(),
        _ => format!("write `{instead}`"),
    };
    // A word needs room on both sides.
    let (before, after) = spot.neighbours();
    let space = |c: Option<char>| {
        let close = c.is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | '['));
        if close && instead.starts_with(is_word) { " " } else { "" }
    };
    let behind =
        if after.is_some_and(|c| !c.is_whitespace()) && instead.starts_with(is_word) { " " } else { "" };
    diagnostic.help(help).fix(spot.span, format!("{}{instead}{behind}", space(before)))
}

/// A text in quotes that are not ours.
pub(super) fn other_quotes(spot: &Spot<'_>, close: Option<Span>) -> Diagnostic {
    let written = spot.written();
    let open = written.chars().next().unwrap_or('\'');
    let message = format!("a text stands between double quotes, and `{open}` is none");
    let diagnostic = spot.found(Code::E0101, message);
    let Some(close) = close else {
        return diagnostic.help("write the text as \"…\"");
    };
    let inner = Span::new(spot.span.start + u32::try_from(open.len_utf8()).unwrap_or(1), close.start);
    let text = spot.slice(inner);
    let plain = text.replace("\\'", "'").replace("\\\"", "\"").replace('"', "\\\"");
    let edits = if plain == text {
        vec![
            Edit::new(Span::new(spot.span.start, inner.start), "\""),
            Edit::new(Span::new(close.start, close.end), "\""),
        ]
    } else {
        vec![Edit::new(spot.span, format!("\"{plain}\""))]
    };
    diagnostic.help("write it with `\"`").change(edits, true)
}

/// `# …` or `/* … */`.
pub(super) fn other_comment(spot: &Spot<'_>, end: u32) -> Diagnostic {
    let code = if spot.written() == "#" { Code::E0101 } else { Code::E0110 };
    let diagnostic = spot
        .found(code, format!("`{}` begins no comment", spot.written()))
        .help("a comment begins with `//` and ends with its line");
    if spot.written() == "#" {
        return diagnostic.fix(spot.span, "//");
    }
    let text = spot.slice(Span::new(spot.span.end, end));
    let behind = spot.source.text.get(end as usize..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
    match text.strip_suffix("*/") {
        Some(text) if !text.contains('\n') && behind.trim().is_empty() => {
            let close = end - u32::try_from(text.len() - text.trim_end().len() + 2).unwrap_or(2);
            diagnostic.change(vec![Edit::new(spot.span, "//"), Edit::new(Span::new(close, end), "")], true)
        }
        Some(_) | None => diagnostic,
    }
}

pub(super) fn unterminated(spot: &Spot<'_>, block: bool) -> Diagnostic {
    if block {
        return spot
            .found(Code::E0102, "this text is never closed")
            .help("close it with the same quotes that it began with");
    }
    let diagnostic = spot.found(Code::E0102, "this text has no closing quote");
    let written = spot.written();
    let at = |byte: usize| spot.span.start + u32::try_from(byte).unwrap_or(0);
    if let Some((quote, c)) = written.char_indices().rfind(|(_, c)| matches!(c, '“' | '”' | '„' | '«' | '»'))
    {
        return diagnostic
            .help(format!("`{c}` closes no text: write `\"`"))
            .suggest(Span::new(at(quote), at(quote + c.len_utf8())), "\"");
    }
    let diagnostic = diagnostic
        .help("close it with `\"` on the same line; a text of several lines stands between `\"\"\"`");
    // What looks like the rest of the statement is no part of the text.
    let end = [" ->", " |", " buttons", " on ", "]", ",", ")"]
        .iter()
        .filter_map(|sign| written.find(sign))
        .min()
        .unwrap_or(written.len());
    if written.starts_with('r') || end < 2 {
        return diagnostic;
    }
    let looks_whole = written.get(end..).is_some_and(|rest| !rest.contains('"'));
    if looks_whole { diagnostic.suggest(Span::new(at(end), at(end)), "\"") } else { diagnostic }
}

pub(super) fn bad_escape(spot: &Spot<'_>) -> Diagnostic {
    let written = spot.written();
    let diagnostic = spot.found(Code::E0103, format!("`{written}` is no escape"));
    let help = "a text knows \\n, \\t, \\\", \\\\, \\{, \\} and \\u{1F600}; write `\\\\` for a backslash";
    match written.strip_prefix('\\') {
        Some(c @ ("'" | "$" | "/")) => {
            diagnostic.help(format!("`{c}` stands in a text as it is")).fix(spot.span, c)
        }
        Some(_) | None => diagnostic.help(help),
    }
}

pub(super) fn bad_duration(spot: &Spot<'_>) -> Diagnostic {
    let written = spot.written();
    let diagnostic = spot.found(Code::E0103, format!("`{written}` is no duration"));
    match meant_duration(written) {
        Some(meant) => diagnostic
            .help(format!("write `{meant}`; the units are `s`, `m`, `h`, `d` and `w`"))
            .fix(spot.span, meant.as_str()),
        None => diagnostic.help("durations look like `45s`, `30m`, `2h`, `1d`, `1w` or `2h30m`"),
    }
}

pub(super) fn bad_day_or_time(spot: &Spot<'_>, what: &str, help: &str) -> Diagnostic {
    let written = spot.written();
    let diagnostic = spot.found(Code::E0103, format!("`{written}` is no {what}"));
    match meant_day_or_time(written) {
        Some(meant) => diagnostic.help(format!("write `{meant}`")).fix(spot.span, meant.as_str()),
        None => diagnostic.help(help),
    }
}
