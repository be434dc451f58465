//! What a Salesbot asks, as conditions and patterns.

use super::lower::Lower;
use super::text::{Ty, Value, pieces, single};
use super::tree::{Found, Test};
use super::words;
use crate::kommo::bot::{Comparison, Logic, Validation};
use crate::kommo::quotes::quoted;
use sbot_embed::Json;

/// What cannot be asked here: it does not hold.
fn never(lower: &mut Lower<'_>, why: &str) -> Test {
    lower.tell(&format!("{why}. Here it never holds"));
    Test { expr: "false".to_owned(), pattern: None, finds: Found::Text }
}

/// `condition`, `conditions`
pub(super) fn conditions(lower: &mut Lower<'_>, logic: Logic, tests: &[Comparison]) -> Test {
    if let (Logic::Or, [equal @ .., range]) = (logic, tests)
        && let Some(test) = bounded(lower, equal, range)
    {
        return test;
    }
    let mut parts = Vec::new();
    for test in tests {
        lower.path.clone_from(&test.path);
        parts.push(comparison(lower, test));
    }
    let (word, pattern) = (word(logic), None);
    match parts.as_slice() {
        [] => never(lower, "a condition that asks nothing"),
        [_] => Test { expr: parts.concat(), pattern, finds: Found::Text },
        _ => Test {
            expr: parts.iter().map(|part| bracketed(part, logic)).collect::<Vec<_>>().join(word),
            pattern,
            finds: Found::Text,
        },
    }
}

fn word(logic: Logic) -> &'static str {
    match logic {
        Logic::And => " and ",
        Logic::Or => " or ",
    }
}

/// A part that holds another word needs brackets.
fn bracketed(part: &str, logic: Logic) -> String {
    let other = match logic {
        Logic::And => " or ",
        Logic::Or => " and ",
    };
    if part.contains(other) { format!("({part})") } else { part.to_owned() }
}

/// `x = 5 or x in 5..999999999999` is how `x >= 5` is written there, and `x = 2 or x = 3 or x in 2..3` a range.
fn bounded(lower: &mut Lower<'_>, equal: &[Comparison], range: &Comparison) -> Option<Test> {
    const FAR: &str = "999999999999";
    let (from, to) = (range.right.get("from").map(words::plain)?, range.right.get("to").map(words::plain)?);
    let same = |test: &Comparison| test.left == range.left && test.operation == "=";
    if equal.is_empty() || !equal.iter().all(same) || range.operation != "in_range" {
        return None;
    }
    let equal: Vec<String> = equal.iter().map(|test| words::plain(&test.right)).collect();
    let asked = match equal.as_slice() {
        [one] if *one == from && to == FAR => format!(">= {}", number(one)?),
        [one] if *one == to && from.strip_prefix('-') == Some(FAR) => format!("<= {}", number(one)?),
        [one, other] if *one == from && *other == to => format!("in {}..{}", number(one)?, number(other)?),
        _ => return None,
    };
    let value = left(lower, &range.left)?;
    let expr = format!("{} {asked}", value.expr);
    (value.ty == Ty::Number).then_some(Test { expr, pattern: None, finds: Found::Text })
}

/// The left side: a placeholder, with or without its braces.
fn left(lower: &mut Lower<'_>, term: &str) -> Option<Value> {
    let term = term.trim();
    let hole = single(term).unwrap_or(term);
    let (notes, told) = (lower.notes.len(), lower.told.len());
    let found = lower.placeholder(hole);
    if found.is_none() {
        // Said again with what becomes of it.
        lower.notes.truncate(notes);
        lower.told.truncate(told);
    }
    found
}

/// One comparison.
fn comparison(lower: &mut Lower<'_>, test: &Comparison) -> String {
    let Some(value) = left(lower, &test.left) else {
        return never(lower, &format!("this asks about {}, which a bot here does not know", test.left)).expr;
    };
    let right = words::plain(&test.right);
    match test.operation.as_str() {
        "=" => equal(lower, &value, &right, true),
        "!=" => equal(lower, &value, &right, false),
        "in" | "not_in" => {
            let not = if test.operation == "in" { "" } else { "not " };
            let items: Vec<String> = match &test.right {
                Json::List(items) => items.iter().map(words::plain).collect(),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Object(_) => {
                    right.split(',').map(|item| item.trim().to_owned()).collect()
                }
            };
            if items.is_empty() {
                lower.tell(&format!("this compares {} with a list that has nothing in it", test.left));
                return (if not.is_empty() { "false" } else { "true" }).to_owned();
            }
            if value.ty == Ty::Tags {
                let each: Vec<String> = items
                    .iter()
                    .map(|tag| format!("{not_in} {}", value.expr, not_in = within(not, &lower.text(tag))))
                    .collect();
                return if not.is_empty() { each.join(" or ") } else { each.join(" and ") };
            }
            let items: Option<Vec<String>> =
                items.iter().map(|item| literal_of(lower, &value, item)).collect();
            match items {
                Some(items) => format!("{} {not}in [{}]", value.expr, items.join(", ")),
                None => never(lower, &format!("this compares {} with {right}", test.left)).expr,
            }
        }
        "in_range" => {
            let bound = |key: &str| test.right.get(key).map(words::plain).and_then(|text| number(&text));
            match (bound("from"), bound("to")) {
                (Some(from), Some(to)) if value.ty == Ty::Number => range(&value.expr, &from, &to),
                _ => never(lower, &format!("this asks whether {} lies in the range {right}", test.left)).expr,
            }
        }
        "contains" | "not_contains" => {
            let not = if test.operation == "contains" { "" } else { "not " };
            let text = lower.text(&right);
            match value.ty {
                Ty::Tags => format!("{text} {not}in {}", value.expr),
                Ty::Text | Ty::Message | Ty::Phone | Ty::Email | Ty::Found => {
                    lower.tell("a text contains another by its letters there, and by whole words here");
                    format!("{} {not}contains {text}", value.expr)
                }
                Ty::Number | Ty::Bool | Ty::Stage | Ty::User | Ty::Channel => {
                    never(lower, &format!("this asks whether {} contains {right}", test.left)).expr
                }
            }
        }
        other => never(lower, &format!("this compares by `{other}`, which is documented nowhere")).expr,
    }
}

fn within(not: &str, text: &str) -> String {
    format!("{text} {not}in")
}

/// Whole numbers written as a range are fine as they are; a `-` needs brackets in none.
fn range(value: &str, from: &str, to: &str) -> String {
    if from == "-999999999999" {
        return format!("{value} < {to}");
    }
    if to == "999999999999" {
        return format!("{value} > {from}");
    }
    format!("{value} in {from}..{to}")
}

fn equal(lower: &mut Lower<'_>, value: &Value, right: &str, is: bool) -> String {
    if right.is_empty() && value.ty != Ty::Bool {
        if !value.optional {
            return if is { "false".to_owned() } else { "true".to_owned() };
        }
        return format!("{} {}", value.expr, if is { "is not set" } else { "is set" });
    }
    if value.ty == Ty::Tags {
        let text = lower.text(right);
        return format!("{text} {}in {}", if is { "" } else { "not " }, value.expr);
    }
    if value.ty == Ty::Bool {
        let on = matches!(right, "1" | "true" | "on" | "yes");
        return if on == is { value.expr.clone() } else { format!("not {}", value.expr) };
    }
    match literal_of(lower, value, right) {
        Some(literal) => format!("{} {} {literal}", value.expr, if is { "==" } else { "!=" }),
        None => {
            never(lower, &format!("this compares {} with {right}, which is nothing like it here", value.expr))
                .expr
        }
    }
}

/// What stands on the right of a comparison.
fn literal_of(lower: &mut Lower<'_>, value: &Value, right: &str) -> Option<String> {
    let whole = !right.is_empty() && right.chars().all(|c| c.is_ascii_digit());
    match value.ty {
        Ty::Number => match single(right) {
            Some(_) => {
                Some(lower.value(right)).filter(|other| other.ty == Ty::Number).map(|other| other.expr)
            }
            None => number(right),
        },
        Ty::Stage => whole.then(|| lower.symbols.stage(None, right)),
        Ty::User => whole.then(|| lower.symbols.user(right)),
        Ty::Channel => lower.symbols.origin(right),
        Ty::Text | Ty::Phone | Ty::Email | Ty::Message | Ty::Found => {
            let other = lower.value(right);
            matches!(other.ty, Ty::Text | Ty::Phone | Ty::Email | Ty::Message | Ty::Found)
                .then_some(other.expr)
        }
        Ty::Bool | Ty::Tags => None,
    }
}

/// A number as it is written here.
pub(super) fn number(text: &str) -> Option<String> {
    let text = text.trim().replace(',', ".");
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.len() < 20 && text.chars().all(|c| c.is_ascii_digit());
    (plain(whole) && plain(part)).then_some(text)
}

/// `validations`
pub(super) fn validations(lower: &mut Lower<'_>, logic: Logic, tests: &[Validation]) -> Test {
    let mut parts: Vec<Test> = Vec::new();
    for test in tests {
        lower.path.clone_from(&test.path);
        parts.push(validation(lower, test));
    }
    if parts.is_empty() {
        return never(lower, "a validation that asks nothing");
    }
    let patterns: Option<Vec<String>> = parts.iter().map(|part| part.pattern.clone()).collect();
    let finds: Vec<Found> = parts.iter().map(|part| part.finds).collect();
    let finds = super::text::joined(&finds);
    if (logic == Logic::Or || parts.len() == 1)
        && let Some(patterns) = patterns
    {
        let expr = if let [part] = parts.as_slice() { part.expr.clone() } else { String::new() };
        return Test { expr, pattern: Some(patterns.join(" | ")), finds };
    }
    let exprs: Vec<String> = parts.iter().map(|part| bracketed(&part.expr, logic)).collect();
    Test { expr: exprs.join(word(logic)), pattern: None, finds: Found::Text }
}

/// One validation: as an expression, and as a pattern where it is about the client's message.
fn validation(lower: &mut Lower<'_>, test: &Validation) -> Test {
    let Some(value) = left(lower, &test.left) else {
        return never(lower, &format!("this validates {}, which a bot here does not know", test.left));
    };
    if !matches!(value.ty, Ty::Text | Ty::Message | Ty::Phone | Ty::Email | Ty::Found) {
        return never(lower, &format!("this validates {}, which is no text here", test.left));
    }
    let right = words::plain(&test.right);
    let not = matches!(test.operation.as_str(), "not_equal" | "not_contains");
    let (pattern, expr, finds) = match pattern(lower, test, &value.expr, &right) {
        Ok(found) => found,
        Err(why) => return never(lower, &why),
    };
    let (pattern, expr) = if not { (format!("not {pattern}"), negated(&expr)) } else { (pattern, expr) };
    let pattern = (value.ty == Ty::Message).then_some(pattern);
    Test { expr, pattern, finds: if not { Found::Text } else { finds } }
}

fn negated(expr: &str) -> String {
    format!("not ({expr})")
}

/// A pattern, the same as an expression, and what it finds.
fn pattern(
    lower: &mut Lower<'_>,
    test: &Validation,
    value: &str,
    right: &str,
) -> Result<(String, String, Found), String> {
    let contains = |kind: &str, finds: Found| {
        let pattern = format!("contains {kind}");
        Ok((pattern.clone(), format!("{value} {pattern}"), finds))
    };
    match (test.kind.as_str(), test.operation.as_str()) {
        ("phone", _) => {
            lower.region = true;
            contains("phone", Found::Phone)
        }
        ("email", _) => contains("email", Found::Email),
        ("range_numbers", _) => {
            let bounds = match &test.right {
                Json::Object(_) => {
                    (test.right.get("from").map(words::plain), test.right.get("to").map(words::plain))
                }
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                    let mut parts = right.splitn(2, ['-', ',', ';']).map(|part| part.trim().to_owned());
                    (parts.next(), parts.next())
                }
            };
            match (bounds.0.as_deref().and_then(number), bounds.1.as_deref().and_then(number)) {
                (Some(from), Some(to)) => contains(&format!("number in {from}..{to}"), Found::Number),
                _ => Err(format!("this asks for a number in the range {right}, which is none")),
            }
        }
        ("regex", _) => regular(value, right),
        ("simple" | "numbers" | "letters" | "", operation) => {
            simple(lower, (test.kind.as_str(), operation), value, right)
        }
        (kind, _) => Err(format!("this validates by `{kind}`, which is documented nowhere")),
    }
}

/// Plain comparisons of the message.
fn simple(
    lower: &mut Lower<'_>,
    (kind, operation): (&str, &str),
    value: &str,
    right: &str,
) -> Result<(String, String, Found), String> {
    match (kind, operation) {
        ("numbers", _) => Ok(("contains digits".to_owned(), format!("{value} contains digits"), Found::Text)),
        ("letters", _) => {
            Ok(("contains letters".to_owned(), format!("{value} contains letters"), Found::Text))
        }
        (_, "length") => match right.trim().parse::<u32>() {
            Ok(length) => {
                Ok((format!("length {length}"), format!("len({value} ?? \"\") == {length}"), Found::Text))
            }
            Err(_) => Err(format!("this asks for the length {right}, which is no number")),
        },
        (_, "contains" | "not_contains") => {
            let text = lower.text(right);
            if right.trim().is_empty() {
                return Ok(("set".to_owned(), format!("{value} is set"), Found::Text));
            }
            lower.tell("a message contains a text by its letters there, and by whole words here");
            Ok((format!("contains {text}"), format!("{value} contains {text}"), Found::Text))
        }
        (_, "equal" | "not_equal")
            if pieces(right).iter().all(|piece| matches!(piece, super::text::Piece::Text(_))) =>
        {
            let text = lower.text(right);
            Ok((text.clone(), format!("{value} == {text}"), Found::Text))
        }
        (_, "equal" | "not_equal") => Err(format!("this compares the message with {right}")),
        (_, other) => Err(format!("this compares by `{other}`, which is documented nowhere")),
    }
}

/// A regular expression: those that an export makes of our own patterns become patterns again.
fn regular(value: &str, right: &str) -> Result<(String, String, Found), String> {
    let both = |pattern: String, finds: Found| Ok((pattern.clone(), format!("{value} {pattern}"), finds));
    match right {
        r"/\S/u" => return Ok(("set".to_owned(), format!("{value} is set"), Found::Text)),
        r"/\p{L}/u" => return both("contains letters".to_owned(), Found::Text),
        r"/\p{Nd}/u" => return both("contains digits".to_owned(), Found::Text),
        r"/-?\d+(?:[.,]\d+)*/u" => return both("contains number".to_owned(), Found::Number),
        _ => {}
    }
    let length = right.strip_prefix(r"/^\X{").and_then(|rest| rest.strip_suffix("}$/u"));
    if let Some(length) = length {
        let (from, to) = length.split_once(',').unwrap_or((length, length));
        if let (Ok(from), Ok(to)) = (from.parse::<u32>(), to.parse::<u32>()) {
            let length = if from == to { from.to_string() } else { format!("{from}..{to}") };
            return Ok((
                format!("length {length}"),
                format!("len({value} ?? \"\") in {from}..{to}"),
                Found::Text,
            ));
        }
    }
    let words = right
        .strip_prefix(r"/(?<![\p{L}\p{N}_])")
        .and_then(|rest| rest.strip_suffix(r"(?![\p{L}\p{N}_])/iu"))
        .and_then(unescaped);
    if let Some(words) = words {
        let text = quoted(&words);
        return both(format!("contains {text}"), Found::Text);
    }
    let whole =
        right.strip_prefix(r"/^\s*").and_then(|rest| rest.strip_suffix(r"\s*$/iu")).and_then(unescaped);
    if let Some(whole) = whole {
        let text = quoted(&whole);
        return Ok((text.clone(), format!("lower(trim({value} ?? \"\")) == lower({text})"), Found::Text));
    }
    let written = slashed(right).or_else(|| (!right.trim().is_empty()).then(|| right.to_owned()));
    let written = written.ok_or_else(|| "this validates by an empty regular expression".to_owned())?;
    match regex(&written) {
        Some(regex) => both(matching(&regex), Found::Text),
        None => Err(format!("this asks for the regular expression {right}, which ours cannot be")),
    }
}

/// `/help|sos/iu` without slashes, its flags as ours; none if it has no slashes.
pub(super) fn slashed(text: &str) -> Option<String> {
    let (inside, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    if inside.is_empty() || !flags.chars().all(|flag| "imsux".contains(flag)) {
        return None;
    }
    let ours: String = flags.chars().filter(|flag| "imsx".contains(*flag)).collect();
    let inside = inside.replace("\\/", "/");
    Some(if ours.is_empty() { inside } else { format!("(?{ours}){inside}") })
}

/// A regular expression, if ours understand it.
pub(super) fn regex(written: &str) -> Option<String> {
    // What would end the raw text here.
    let written = written.replace("\"#", "\"\\#");
    regex::Regex::new(&written).is_ok().then_some(written)
}

/// `matches r"…"`
pub(super) fn matching(regex: &str) -> String {
    if regex.contains('"') { format!("matches r#\"{regex}\"#") } else { format!("matches r\"{regex}\"") }
}

/// The text that a regular expression without any signs stands for.
pub(super) fn literal(regex: &str) -> Option<String> {
    unescaped(regex.strip_prefix("(?i)").unwrap_or(regex))
}

/// A regular expression that stands for one text.
fn unescaped(regex: &str) -> Option<String> {
    let mut out = String::new();
    let spaced = regex.replace(r"\s+", " ");
    let mut chars = spaced.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().filter(|c| !c.is_alphanumeric())?),
            c if r".*+?^${}()|[]".contains(c) => return None,
            c => out.push(c),
        }
    }
    (!out.trim().is_empty()).then_some(out)
}
