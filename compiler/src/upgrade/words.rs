//! Verdicts in words.

use sbot_vm::layout::is_hidden;
use sbot_vm::program::Tables;
use sbot_vm::upgrade::rule::Rule;
use sbot_vm::upgrade::{Note, Outcome, Verdict, With};
use sbot_vm::{Program, Value};

/// A name as reports show it. Waits that stand in no source are shown by the step or call they belong to.
pub(super) fn shown(name: &str) -> String {
    match name.rsplit_once(".%") {
        Some((head, "start")) => format!("{head} (begins)"),
        Some((head, _)) if is_hidden(name) => format!("{head} (goes on)"),
        _ => name.to_owned(),
    }
}

/// What stands behind the sort of a verdict.
pub(super) fn detail(new: &Tables, (name, verdict): (&str, &Verdict)) -> String {
    let there = match &verdict.outcome {
        Outcome::Lost(why) => {
            let reasons = std::iter::once(why).chain(&verdict.also).map(ToString::to_string);
            return reasons.collect::<Vec<_>>().join("; ");
        }
        Outcome::Ends => return "end".to_owned(),
        Outcome::Covered => return "what is decided for its callers, or inside of it".to_owned(),
        Outcome::Restarts(step, _) => Some(format!("restart {step}")),
        Outcome::Waits(wait) => new.waits.get(*wait as usize).map(|row| row.name.to_string()),
        Outcome::Calls(call) => new.calls.get(*call as usize).map(|row| row.name.to_string()),
    };
    let moved = there.filter(|there| there != name);
    let parts = moved.into_iter().chain(verdict.with.iter().filter_map(|with| part(new, with)));
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() && !verdict.with.is_empty() { name.to_owned() } else { parts.join(", ") }
}

fn part(new: &Tables, with: &With) -> Option<String> {
    Some(match with {
        With::Decided => return None,
        With::Renamed(old, new) => format!("`{old}` as `{new}`"),
        With::Given(name) => match given(new, name) {
            Some(value) => format!("{name} = {}", plain(new, value)),
            None => format!("the value given for {name}"),
        },
        With::First(name) => {
            let variables = new.bots.iter().flat_map(|bot| &bot.variables);
            let first =
                variables.filter(|variable| variable.name == *name).find_map(|variable| variable.first);
            let value = first.and_then(|first| new.consts.get(first as usize));
            match value {
                Some(value) => format!("{name} = {}", plain(new, value)),
                None => format!("the first value of {name}"),
            }
        }
    })
}

fn given<'t>(new: &'t Tables, wanted: &str) -> Option<&'t Value> {
    new.upgrades.iter().flat_map(|rules| &rules.rules).find_map(|rule| match rule {
        Rule::Value { name, value, .. } if **name == *wanted => Some(value),
        Rule::Value { .. }
        | Rule::Place { .. }
        | Rule::Renamed { .. }
        | Rule::Symbol { .. }
        | Rule::Bot { .. } => None,
    })
}

/// A value as it is written in source.
pub(super) fn plain(tables: &Tables, value: &Value) -> String {
    match value {
        Value::None => "none".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(text) | Value::File(text) | Value::Json(text) => format!("{text:?}"),
        Value::Undeclared(one) => format!("{:?}", one.title),
        Value::Symbol(symbol) => tables
            .symbols
            .get(*symbol as usize)
            .map_or_else(|| "?".to_owned(), |symbol| symbol.name.to_string()),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| plain(tables, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Duration(seconds) => length(*seconds),
        Value::Date(_) | Value::Time(_) | Value::DateTime(_) | Value::Record(_) => "…".to_owned(),
    }
}

/// A duration as it is written in source.
pub(super) fn length(seconds: i64) -> String {
    let parts = [(604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let (mut left, mut out) = (seconds, String::new());
    for (size, unit) in parts {
        if left >= size {
            out.push_str(&format!("{}{unit}", left / size));
            left %= size;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

/// What people may want to know.
pub(super) fn note(note: &Note) -> String {
    match note {
        Note::TimerDropped => "its timer is dropped: the new wait has fewer".to_owned(),
        Note::TimerAdded(seconds) => {
            format!("its new timer of {} begins with the move", length(*seconds))
        }
        Note::LabelGone(label) => format!(
            "clients still see the button `{label}`: keep it as a synonym of the one that took its place"
        ),
        Note::AnswerDropped(action) => format!("the answer to `{action}` is no longer waited for"),
    }
}

/// How the sources of newer programs call a program.
#[must_use]
pub fn called(program: &Program) -> String {
    match &program.tables().tag {
        Some(tag) => tag.to_string(),
        None => format!("{:016x}", program.id()),
    }
}
