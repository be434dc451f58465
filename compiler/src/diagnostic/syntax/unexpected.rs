//! Words for a token that does not fit, where the parser could not name the mistake: the common ones are told by what
//! stands before it, and all others by what could stand there.

use super::{Spot, inside, is_word};
use crate::diagnostic::{Code, Diagnostic};
use sbot_grammar::ast::Span;
use sbot_grammar::{Context, Expected, Found};

/// So many things that could stand there are named.
const NAMED: usize = 4;

pub(super) fn word(
    spot: &Spot<'_>,
    found: &Found,
    expected: &[Expected],
    context: Option<Context>,
) -> Diagnostic {
    known_mistake(spot, found, expected, context).unwrap_or_else(|| fallback(spot, found, expected, context))
}

fn known_mistake(
    spot: &Spot<'_>,
    found: &Found,
    expected: &[Expected],
    context: Option<Context>,
) -> Option<Diagnostic> {
    let wants = |wanted: Expected| expected.contains(&wanted);
    let last = spot.last_word();
    let Found::Token(token) = found else {
        return None;
    };
    let among = matches!(context, Some(Context::Buttons | Context::Options));
    if wants(Expected::Arrow) && wants(Expected::Block) && !among {
        return without_braces(spot, token);
    }
    match (spot.slice(last), token.as_str()) {
        ("timeout", _) if wants(Expected::Expression) => {
            return Some(
                Diagnostic::new(Code::E0110, spot.place(last), "`on timeout` does not say how long to wait")
                    .help("write a duration behind it: `on timeout 2h -> …`"),
            );
        }
        ("->", text) if text.starts_with('"') && !wants(Expected::Expression) => {
            return Some(quoted_step(spot, text));
        }
        (number, ",") if number.ends_with(|c: char| c.is_ascii_digit()) => {
            if let Some(diagnostic) = grouped(spot, last) {
                return Some(diagnostic);
            }
        }
        _ => {}
    }
    match (context, token.as_str()) {
        (Some(Context::Buttons | Context::Options), "->") => Some(branch(spot, context)),
        (_, "buttons" | "attach" | "voice" | "via" | "to" | "called") if wants(Expected::Statement) => Some(
            spot.found(Code::E0110, format!("`{token}` stands behind the end of its message"))
                .help(format!("write it before any arrow: `message \"…\" {token} …`")),
        ),
        (_, "button") if wants(Expected::Clause) => Some(
            spot.found(Code::E0110, "the buttons of a message stand together, between `[` and `]`")
                .help("write `buttons [\"Yes\" -> yes, \"No\" -> no]`"),
        ),
        (Some(Context::Statement("message")), _) if wants(Expected::OpeningBracket) => Some(
            spot.found(Code::E0110, format!("`[` is missing before `{token}`"))
                .help("buttons stand between brackets: `buttons [\"Yes\" -> yes, \"No\" -> no]`"),
        ),
        _ => None,
    }
}

/// `if x message "…"` and `if x: message "…"`.
fn without_braces(spot: &Spot<'_>, token: &str) -> Option<Diagnostic> {
    if token == ":" {
        return Some(
            spot.found(Code::E0110, "no colon stands behind a condition")
                .help("go somewhere with `-> step`, or put statements between braces: `{ … }`"),
        );
    }
    if !token.starts_with(char::is_alphabetic) {
        return None;
    }
    Some(
        spot.found(Code::E0110, format!("braces are missing around `{token} …`"))
            .help(format!("write `{{ {token} … }}`, or go to a step with `-> name`")),
    )
}

/// `-> "prices"`.
fn quoted_step(spot: &Spot<'_>, text: &str) -> Diagnostic {
    let diagnostic = spot.found(Code::E0110, "the name of a step stands without quotes");
    let name = text.trim_matches('"');
    let plain =
        !name.is_empty() && name.chars().all(is_word) && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain {
        diagnostic.help(format!("write `-> {name}`")).fix(spot.span, name)
    } else {
        diagnostic.help("write `-> name`")
    }
}

/// `1,000`.
fn grouped(spot: &Spot<'_>, number: Span) -> Option<Diagnostic> {
    let digits: String = spot.line_after().chars().take_while(char::is_ascii_digit).collect();
    if digits.len() != 3 || number.end != spot.span.start {
        return None;
    }
    let whole = spot.slice(number).trim_start_matches(|c: char| !c.is_ascii_digit());
    Some(
        spot.found(Code::E0110, "a number is written without a comma")
            .help(format!("write `{whole}_{digits}` or `{whole}{digits}`"))
            .suggest(spot.span, "_"),
    )
}

/// An arrow among buttons that belongs to none.
fn branch(spot: &Spot<'_>, context: Option<Context>) -> Diagnostic {
    let before = spot.source.text.get(..spot.span.start as usize).unwrap_or("");
    let own = before.rsplit(['[', ',']).next().unwrap_or("");
    let (what, label) = match context {
        Some(Context::Options) => ("option", "\"Title\""),
        _ => ("button", "\"Label\""),
    };
    if own.trim().is_empty() {
        return spot
            .found(Code::E0110, format!("this {what} has no label"))
            .help(format!("write what the client sees before the arrow: `{label} -> step`"));
    }
    if own.contains("->") {
        return spot
            .found(Code::E0110, format!("a {what} goes to one step"))
            .help("leave one of the arrows out");
    }
    spot.found(Code::E0110, format!("a {what} with a link opens its page and goes nowhere"))
        .help("leave the arrow out, or the link")
}

fn fallback(spot: &Spot<'_>, found: &Found, expected: &[Expected], context: Option<Context>) -> Diagnostic {
    let list = list(expected);
    let last = spot.slice(spot.last_word());
    let inside = inside(context);
    // Few things are missing; of many, none is.
    let missing = expected.len() <= 2
        && !expected.iter().any(|expected| matches!(expected, Expected::End | Expected::Statement));
    match found {
        Found::End => spot
            .found(Code::E0110, format!("something is missing behind `{last}`{inside}"))
            .help(format!("here could stand {list}")),
        // On the next line something else begins.
        Found::Token(_) if missing && !last.is_empty() && spot.line_before().trim().is_empty() => {
            let place = spot.place(spot.last_word());
            Diagnostic::new(Code::E0110, place, format!("{list} is missing behind `{last}`{inside}"))
        }
        Found::Token(token) if last.is_empty() => spot
            .found(Code::E0110, format!("`{token}` begins nothing"))
            .help("a file begins with `bot name`, or with an item such as `step`, `fn` or `channel`"),
        Found::Token(token) if missing => {
            spot.found(Code::E0110, format!("{list} is missing before `{token}`{inside}"))
        }
        Found::Token(token) => spot
            .found(Code::E0110, format!("`{token}` does not fit here{inside}"))
            .help(format!("here could stand {list}")),
    }
}

/// `a, b or c`.
fn list(expected: &[Expected]) -> String {
    let words: Vec<String> = expected.iter().take(NAMED).map(ToString::to_string).collect();
    match words.as_slice() {
        [] => "something else".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}
