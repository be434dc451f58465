//! Words for a mistake that the parser could name.

use super::{Spot, inside, is_word};
use crate::diagnostic::{Code, Diagnostic, Edit};
use sbot_grammar::ast::Span;
use sbot_grammar::{Context, Found, Hint, is_clear_slip};

pub(super) fn word(spot: &Spot<'_>, found: &Found, context: Option<Context>, hint: &Hint) -> Diagnostic {
    let what = match found {
        Found::End => "the end".to_owned(),
        Found::Token(text) => format!("`{text}`"),
    };
    let inside = inside(context);
    let message = |text: String| spot.found(Code::E0110, text);
    let gap = spot.end_of_token();
    match hint {
        Hint::MissingComma => message(format!("a comma is missing before {what}{inside}"))
            .help("separate the entries with `,`")
            .change(vec![Edit::insert(gap, ",")], true),
        Hint::MissingArrow { known } => message(format!("an arrow is missing before {what}{inside}"))
            .help(format!("write `-> {}` to go there", spot.written()))
            .change(vec![Edit::insert(spot.span.start, "-> ")], *known),
        Hint::MissingOn => message(format!("`on` is missing before {what}"))
            .help(format!("an exit is written `on {}`", spot.written()))
            .change(vec![Edit::insert(spot.span.start, "on ")], true),
        Hint::MissingColon => message(format!("a colon is missing before {what}{inside}"))
            .help(colon(context))
            .change(vec![Edit::insert(gap, ":")], true),
        Hint::MissingStep => message(format!("the word `step` is missing before {what}"))
            .help(format!("a step begins with `step {}:`", spot.written()))
            .change(vec![Edit::insert(spot.span.start, "step ")], true),
        Hint::MissingType { of_value } => missing_type(spot, *of_value),
        Hint::ReservedWord(word) if word == "end" => {
            message("no step can be called `end`: `-> end` ends the bot".to_owned())
                .help("choose another name, such as `goodbye`")
        }
        Hint::ReservedWord(word) => {
            message(format!("`{word}` is a word of the language and cannot be a name"))
                .help(format!("choose another name, such as `{word}_`"))
        }
        Hint::EqualsForComparison => message("`=` sets a value; `==` compares two".to_owned())
            .help("write `==` to compare")
            .fix(spot.span, "=="),
        Hint::IsForComparison { instead } => {
            message("`is` asks only whether a value is there: `is set`, `is not set`".to_owned())
                .help(format!("write `{instead}` to compare"))
                .fix(spot.span, *instead)
        }
        Hint::RawText => message("a regular expression stands in a raw text".to_owned())
            .help("write `r` before the quotes: r\"…\"")
            .change(vec![Edit::insert(spot.span.start, "r")], true),
        Hint::EqualsForColon => equals_for_colon(spot),
        Hint::DidYouMean(word) => message(format!("{what} means nothing here"))
            .help(format!("did you mean `{word}`?"))
            .change(vec![Edit::new(spot.span, *word)], is_clear_slip(spot.written())),
        Hint::Foreign { instead } => foreign(spot, instead),
        Hint::NoStatement => no_statement(spot),
        Hint::UnitApart { unit } => unit_apart(spot, *unit),
        Hint::Braces { close, colon } => braces(spot, *close, *colon),
        Hint::DoubleBraces { close } => message("one pair of braces is enough in a text".to_owned())
            .help("write `{name}`; a brace itself is `\\{`")
            .change(vec![Edit::new(spot.span, ""), Edit::new(*close, "")], true),
        Hint::UnclosedBracket { open } => unclosed(spot, found, *open),
        Hint::UnopenedBracket => message(format!("{what} closes nothing")).help("remove it"),
        Hint::Superfluous => superfluous(spot, &format!("{what} is one too many{inside}")),
    }
}

/// `2 hours`.
fn unit_apart(spot: &Spot<'_>, unit: char) -> Diagnostic {
    let digits: String = spot.written().chars().take_while(|c| !c.is_whitespace()).collect();
    let meant = format!("{digits}{unit}");
    spot.found(Code::E0110, format!("`{}` is no duration", spot.written()))
        .help(format!("a duration is written in one word: `{meant}`"))
        .fix(spot.span, meant)
}

/// A bracket that is still open where something stands that cannot be inside.
fn unclosed(spot: &Spot<'_>, found: &Found, open: Span) -> Diagnostic {
    let sign = match spot.slice(open) {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    let before = match found {
        Found::End => "at the end of the file".to_owned(),
        Found::Token(text) => format!("before `{text}`"),
    };
    spot.found(Code::E0110, format!("`{sign}` is missing {before}"))
        .label(spot.place(open), "opened here and never closed")
        .help(format!("close it with `{sign}`"))
}

/// A token that is one too many. Which of two names or texts is meant, nobody knows.
fn superfluous(spot: &Spot<'_>, message: &str) -> Diagnostic {
    let sign = spot.written().starts_with(|c: char| !is_word(c) && c != '"');
    spot.found(Code::E0110, message).help("remove it").change(vec![Edit::new(without_space(spot), "")], sign)
}

/// The place, with the white space before it where some stands behind it as well.
fn without_space(spot: &Spot<'_>) -> Span {
    let before = spot.line_before();
    let blank = before.len() - before.trim_end().len();
    let closes = spot.line_after().chars().next().is_none_or(char::is_whitespace);
    let start = spot.span.start - if closes { u32::try_from(blank).unwrap_or(0) } else { 0 };
    Span::new(start, spot.span.end)
}

fn colon(context: Option<Context>) -> &'static str {
    match context {
        Some(Context::Item("step")) => "a step begins with `step name:`",
        Some(Context::Item("var")) => "a variable is written `var name: type = value`",
        Some(Context::Item("channel")) => "a channel is written `channel name: kind \"Title\"`",
        Some(Context::Parameters) => "a parameter is written `name: type`",
        Some(
            Context::Item(_)
            | Context::Statement(_)
            | Context::Buttons
            | Context::Options
            | Context::Rotate
            | Context::Arms
            | Context::Exit
            | Context::Arguments
            | Context::Hole
            | Context::List
            | Context::Record
            | Context::Parens,
        )
        | None => "write `:` behind the name",
    }
}

/// `var tries = 0`.
fn missing_type(spot: &Spot<'_>, of_value: Option<&str>) -> Diagnostic {
    let name = spot.last_word();
    let written = spot.slice(name);
    let mut diagnostic =
        Diagnostic::new(Code::E0110, spot.place(name), format!("`var {written}` has no type"));
    diagnostic =
        diagnostic.help(format!("say what it holds: `var {written}: {} = …`", of_value.unwrap_or("text")));
    match of_value {
        Some(ty) => diagnostic.change(vec![Edit::insert(name.end, format!(": {ty}"))], true),
        None => diagnostic,
    }
}

/// `due = 2h` among arguments.
fn equals_for_colon(spot: &Spot<'_>) -> Diagnostic {
    let name = spot.last_word();
    let space = if spot.neighbours().1.is_some_and(char::is_whitespace) { "" } else { " " };
    spot.found(Code::E0110, "an argument is named with `:`, not with `=`")
        .help(format!("write `{}: …`", spot.slice(name)))
        .fix(Span::new(name.end, spot.span.end), format!(":{space}"))
}

/// A word of another language.
fn foreign(spot: &Spot<'_>, instead: &str) -> Diagnostic {
    let written = spot.written();
    if instead.is_empty() {
        return spot
            .found(Code::E0110, format!("`{written}` is not needed here"))
            .help("leave it out")
            .fix(without_space(spot), "");
    }
    if written == "var" {
        return spot
            .found(Code::E0110, "`var` stands outside of steps")
            .help("a value of one step is named with `let`")
            .fix(spot.span, instead);
    }
    let help = match instead {
        "->" => "write an arrow to go to a step: `-> name`".to_owned(),
        _ => format!("write `{instead}`"),
    };
    spot.found(Code::E0110, format!("`{written}` is no word of the language"))
        .help(help)
        .fix(spot.span, instead)
}

/// A name alone.
fn no_statement(spot: &Spot<'_>) -> Diagnostic {
    let name = spot.written();
    spot.found(Code::E0110, format!("`{name}` alone is no statement")).help(format!(
        "`-> {name}` goes to a step, `{name}(…)` calls an action, `{name} = …` sets a variable"
    ))
}

/// `step name { … }`.
fn braces(spot: &Spot<'_>, close: Span, colon: bool) -> Diagnostic {
    let gap = spot.end_of_token();
    let mut edits = vec![Edit::new(Span::new(gap, spot.span.end), if colon { "" } else { ":" })];
    if close.start < close.end {
        let closing = Spot { source: spot.source, file: spot.file, span: close };
        let alone = closing.line_before().trim().is_empty() && closing.line_after().trim().is_empty();
        let blank = u32::try_from(closing.line_before().len()).unwrap_or(0);
        let line_break = u32::from(close.start > blank);
        let start = if alone { close.start - blank - line_break } else { close.start };
        let before = spot.source.text.get(..start as usize).unwrap_or("");
        let start = if alone && before.ends_with('\r') { start - 1 } else { start };
        edits.push(Edit::new(Span::new(start, close.end), ""));
    }
    spot.found(Code::E0110, "the statements of a step stand behind its colon, without braces")
        .help("write `step name:`, and end the step where the next item begins")
        .change(edits, true)
}
