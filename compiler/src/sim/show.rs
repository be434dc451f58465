//! Values and effects as the language writes them: texts in quotes, symbols by their names.

use super::transcript::{BotLine, ButtonLine};
use sbot_vm::effect::{Button, Message, Section};
use sbot_vm::program::{Action, Recipients, Via};
use sbot_vm::run::NEVER;
use sbot_vm::value::{Kind, Value};
use sbot_vm::{EffectKind, Program, Run, RunEvent};

/// A value as it would be written in the source.
#[must_use]
pub fn value(program: &Program, value: &Value) -> String {
    match value {
        Value::None => "none".to_owned(),
        Value::Text(text) | Value::File(text) => quoted(text),
        Value::Json(json) => json.to_string(),
        Value::List(items) => format!("[{}]", list(items.iter().map(|item| self::value(program, item)))),
        Value::Record(record) => {
            let shape = program.tables().shapes.get(record.shape as usize);
            let names = shape.map(|shape| shape.fields.as_slice()).unwrap_or_default();
            // What a template makes of its arguments is not written in the source.
            let written = names.iter().zip(&record.fields).filter(|(name, _)| !name.starts_with('%'));
            let fields = list(written.map(|(n, v)| format!("{n}: {}", self::value(program, v))));
            match shape.map(|shape| &*shape.name) {
                None | Some("") => format!("{{{fields}}}"),
                Some(template) => format!("{template}({fields})"),
            }
        }
        Value::Undeclared(one) => one.title.to_string(),
        Value::Symbol(number) => program
            .tables()
            .symbols
            .get(*number as usize)
            .map_or_else(|| "?".to_owned(), |symbol| symbol.name.to_string()),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Duration(_) => plain(program, value),
    }
}

/// A value as it stands in a text.
#[must_use]
pub fn plain(program: &Program, value: &Value) -> String {
    let mut text = String::new();
    sbot_vm::text::display(&mut text, value, program.context());
    text
}

/// A duration of whole seconds: `2h30m`. Milliseconds are rounded up, so that what is still to come is never `0s`.
#[must_use]
pub fn span(program: &Program, milliseconds: i64) -> String {
    let seconds = milliseconds.div_euclid(1000) + i64::from(milliseconds.rem_euclid(1000) > 0);
    plain(program, &Value::Duration(seconds))
}

/// How long it is until a moment: `2h30m`.
#[must_use]
pub fn until(program: &Program, due: i64, now: i64) -> String {
    span(program, due.saturating_sub(now))
}

/// Each deadline of a run, as a duration from now. Hours that do not open are left out.
#[must_use]
pub fn timers(program: &Program, run: &Run, now: i64) -> Vec<String> {
    run.deadlines.iter().filter(|due| **due != NEVER).map(|due| until(program, *due, now)).collect()
}

/// A text in quotes, with the escapes of the language. Spaces that are not what they look like are escaped too: a report
/// that shows a text beside another would show no difference.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '"' | '\\' | '{' | '}' => quoted.extend(['\\', c]),
            c if c.is_control() || (c.is_whitespace() && c != ' ') => {
                quoted.push_str(&format!("\\u{{{:X}}}", c as u32))
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// The name of a field: `contact.phone`.
#[must_use]
pub fn field(program: &Program, number: u32) -> String {
    program.tables().fields.get(number as usize).map_or_else(
        || "?".to_owned(),
        |field| {
            if field.name.is_empty() {
                field.entity.to_string()
            } else {
                format!("{}.{}", field.entity, field.name)
            }
        },
    )
}

/// An effect that is no message, in one line.
#[must_use]
pub fn effect(program: &Program, kind: &EffectKind) -> String {
    match kind {
        EffectKind::Set { field: number, value } => {
            format!("set {} = {}", field(program, *number), self::value(program, value))
        }
        EffectKind::Action { action, args } => match program.tables().actions.get(*action as usize) {
            Some(declared) => call(program, declared, args),
            None => "?".to_owned(),
        },
        EffectKind::Message(message) => format!("message {}", quoted(&message.text)),
        EffectKind::Event(RunEvent::NotSet { field: number }) => {
            format!("not set: {}", field(program, *number))
        }
        EffectKind::Draw { counter } => match program.tables().counters.get(*counter as usize) {
            Some(counter) => format!("draw for {} in {}", counter.name, counter.step),
            None => "?".to_owned(),
        },
        EffectKind::Event(RunEvent::Trimmed { left_out, .. }) => {
            format!("trimmed: {left_out} of the buttons are not shown")
        }
        EffectKind::Event(RunEvent::Failed { effect }) => {
            format!("failed: effect {}.{}", effect.turn, effect.n)
        }
        EffectKind::Event(RunEvent::Trapped(trap)) => trapped(program, trap),
    }
}

/// A call as one would write it: what is absent or empty is left out, and only an obvious first argument has no name.
fn call(program: &Program, action: &Action, args: &[Value]) -> String {
    let mut shown: Vec<String> = Vec::new();
    let said = |value: &Value| {
        !matches!(value, Value::None) && !matches!(value, Value::List(list) if list.is_empty())
    };
    let several = args.iter().filter(|value| said(value)).count() > 1;
    for (n, (param, arg)) in action.params.iter().zip(args).enumerate() {
        if !said(arg) {
            continue;
        }
        let obvious =
            n == 0 && !(several && param.slot.kind == Kind::Symbol && matches!(&*param.name, "on" | "to"));
        let text = value(program, arg);
        shown.push(if obvious { text } else { format!("{}: {text}", param.name) });
    }
    format!("{}({})", action.name, shown.join(", "))
}

/// Why a turn could not be finished, with the place in the source.
#[must_use]
pub fn trapped(program: &Program, trap: &sbot_vm::Trap) -> String {
    let place = program.place(trap.op).and_then(|place| {
        let file = program.debug()?.files.get(place.file as usize)?;
        Some(format!("{file}:{}:{}", place.line, place.column))
    });
    match place {
        Some(place) => format!("{} at {place}", trap.kind),
        None => format!("{} at instruction {}", trap.kind, trap.op),
    }
}

fn button(button: &Button) -> ButtonLine {
    let link = button.link.as_ref().map(ToString::to_string);
    ButtonLine { label: button.label.to_string(), link, ..ButtonLine::default() }
}

/// The rows of a section; the first one tells its title.
fn rows(section: &Section) -> impl Iterator<Item = ButtonLine> {
    section.options.iter().enumerate().map(|(n, row)| ButtonLine {
        label: row.title.to_string(),
        link: None,
        about: row.about.as_ref().map(ToString::to_string),
        section: (n == 0).then(|| section.title.to_string()),
    })
}

/// A message as people see it.
#[must_use]
pub fn message(program: &Program, message: &Message) -> BotLine {
    let fixed = program.tables().messages.get(message.message as usize);
    let mut route = Vec::new();
    match fixed.map(|fixed| fixed.to) {
        None | Some(Recipients::Chat) => {}
        Some(Recipients::All) => route.push("to all".to_owned()),
        Some(Recipients::Main) => route.push("to main".to_owned()),
    }
    match fixed.map(|fixed| &fixed.via) {
        None | Some(Via::Chat) => {}
        Some(Via::Any) => route.push("via any".to_owned()),
        Some(Via::Primary) => route.push("via primary".to_owned()),
        Some(Via::Channels(channels)) => {
            route.push(format!("via {}", list(channels.iter().map(|n| value(program, &Value::Symbol(*n))))));
        }
    }
    let text = |text: &std::sync::Arc<str>| text.to_string();
    BotLine {
        text: message.text.to_string(),
        attach: message.attach.as_ref().map(text),
        voice: message.voice.as_ref().map(text),
        buttons: match &message.list {
            Some(list) => list.sections.iter().flat_map(rows).collect(),
            None => message.buttons.iter().map(button).collect(),
        },
        list: message.list.as_ref().map(|list| {
            let parts = [("title", &list.title), ("footer", &list.footer)];
            let parts =
                parts.iter().filter_map(|(what, part)| Some(format!(", {what} {}", quoted(part.as_ref()?))));
            format!("list {}{}", quoted(&list.button), parts.collect::<String>())
        }),
        route: route.join(", "),
    }
}
