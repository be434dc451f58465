//! The tables that instructions do not have to be seen for.

use super::{Check, fail};
use crate::fuel;
use crate::hours::DAY;
use crate::program::{
    Bot, Field, FunctionKind, MOST_HOURS, Message, SymbolKind, Tables, Template, Trigger, TriggerKind, Via,
};
use crate::value::{Kind, Value};
use rustc_hash::FxHashSet;

const MAX_REGEXES: usize = 10_000;
const MAX_REGEX: usize = 64 << 10;
const MAX_TITLE: usize = 4 << 10;
const MAX_BUTTONS: usize = 255;

pub(super) fn plain_tables(tables: &Tables) -> Check {
    for (n, value) in tables.consts.iter().enumerate() {
        if !fuel::nests_well(value) {
            return fail(format!("constant {n} nests too deep"));
        }
        constant(tables, value).or_else(|()| {
            fail(format!("constant {n} names a symbol or a record shape that does not exist"))
        })?;
    }
    for symbol in &tables.symbols {
        if symbol.title.len() > MAX_TITLE || symbol.name.len() > MAX_TITLE {
            return fail(format!("a symbol's name or title is longer than {MAX_TITLE} bytes"));
        }
    }
    let mut seen = FxHashSet::default();
    for field in &tables.fields {
        if !seen.insert((&field.entity, &field.name)) {
            return fail(format!("field {}.{} stands in the table twice", field.entity, field.name));
        }
        known_field(field)?;
    }
    if tables.regexes.len() > MAX_REGEXES || tables.regexes.iter().any(|regex| regex.len() > MAX_REGEX) {
        return fail(format!(
            "more than {MAX_REGEXES} regular expressions, or one longer than {MAX_REGEX} bytes"
        ));
    }
    for (n, message) in tables.messages.iter().enumerate() {
        via(tables, &message.via).or_else(|()| fail(format!("message {n} goes over an unknown channel")))?;
        shown(tables, message).or_else(|what| fail(format!("message {n} {what}")))?;
    }
    Ok(())
}

/// What a message shows beside its text.
fn shown(tables: &Tables, message: &Message) -> Result<(), String> {
    let sections = message.list.iter().flat_map(|list| &list.sections);
    let options: usize = sections.map(|section| 1 + section.options.len()).sum();
    if message.buttons.len() > MAX_BUTTONS || options > MAX_BUTTONS {
        return Err(format!("has more than {MAX_BUTTONS} buttons, or options and sections of its list"));
    }
    let kinds = [!message.buttons.is_empty(), message.list.is_some(), message.from.is_some()];
    if kinds.into_iter().filter(|has| *has).count() > 1 {
        return Err("has two of buttons, a list and buttons from a register".to_owned());
    }
    let known = |template: &Template| {
        let symbol = tables.symbols.get(template.symbol as usize);
        symbol.is_some_and(|symbol| symbol.kind == SymbolKind::Template)
    };
    if message.template.as_ref().is_some_and(|template| !known(template)) {
        return Err("is sent from something that is no template".to_owned());
    }
    Ok(())
}

pub(super) fn hours(tables: &Tables) -> Check {
    let mut seen = FxHashSet::default();
    for (n, hours) in tables.hours.iter().enumerate() {
        let symbol = tables.symbols.get(hours.symbol as usize);
        if symbol.is_none_or(|symbol| symbol.kind != SymbolKind::Hours) || !seen.insert(hours.symbol) {
            return fail(format!("hours {n} have no symbol of their own"));
        }
        if hours.rows.len() > MOST_HOURS {
            return fail(format!("hours {n} have more than {MOST_HOURS} rows"));
        }
        if !hours.rows.iter().all(|row| row.days < 1 << 7 && row.from < DAY && row.to <= DAY) {
            return fail(format!("hours {n} have a row outside of the week or of the day"));
        }
    }
    Ok(())
}

fn constant(tables: &Tables, value: &Value) -> Result<(), ()> {
    let ok = if let Value::List(items) = value {
        return items.iter().try_for_each(|item| constant(tables, item));
    } else if let Value::Record(record) = value {
        record.fields.iter().try_for_each(|item| constant(tables, item))?;
        let shape = tables.shapes.get(record.shape as usize);
        shape.is_some_and(|shape| shape.fields.len() == record.fields.len())
    } else if let Value::Symbol(symbol) = value {
        (*symbol as usize) < tables.symbols.len()
    } else {
        // What a program refers to, it declares.
        !matches!(value, Value::Undeclared(_))
    };
    if ok { Ok(()) } else { Err(()) }
}

/// The fields that the VM fills itself hold what it puts there.
fn known_field(field: &Field) -> Check {
    let kind = match (&*field.entity, &*field.name) {
        ("client", "text" | "button" | "comment" | "language") | ("bot", "name" | "version") => Kind::Text,
        ("client", "channel") => Kind::Symbol,
        ("client", "file") => Kind::File,
        ("now", "") => Kind::DateTime,
        _ => return Ok(()),
    };
    if field.slot.kind == kind {
        Ok(())
    } else {
        fail(format!("field {}.{} is declared with another type than it has", field.entity, field.name))
    }
}

fn via(tables: &Tables, via: &Via) -> Result<(), ()> {
    match via {
        Via::Channels(channels) => symbols(tables, channels),
        Via::Chat | Via::Any | Via::Primary => Ok(()),
    }
}

fn symbols(tables: &Tables, indices: &[u32]) -> Result<(), ()> {
    if indices.iter().all(|index| (*index as usize) < tables.symbols.len()) { Ok(()) } else { Err(()) }
}

pub(super) fn one_bot(tables: &Tables, bot: &Bot) -> Check {
    let name = &bot.name;
    let Some(function) =
        tables.functions.get(bot.function as usize).filter(|function| function.kind == FunctionKind::Bot)
    else {
        return fail(format!("bot {name} has no function of its own"));
    };
    if usize::from(function.params) != bot.params.len() {
        return fail(format!("bot {name} and its function have different parameters"));
    }
    if bot.on_failed.is_some_and(|to| !(function.start..function.end).contains(&to)) {
        return fail(format!("the `on failed` of bot {name} leads outside of it"));
    }
    for trigger in &bot.triggers {
        trigger_row(tables, trigger).or_else(|what| fail(format!("a trigger of bot {name} {what}")))?;
        symbols(tables, &trigger.via)
            .or_else(|()| fail(format!("a trigger of bot {name} listens on an unknown channel")))?;
        let Some(test) = trigger.test else { continue };
        let function = tables.functions.get(test as usize);
        if !function.is_some_and(|function| function.kind == FunctionKind::Fn && function.params == 0) {
            return fail(format!("the test of a trigger of bot {name} is not a function without parameters"));
        }
    }
    Ok(())
}

fn trigger_row(tables: &Tables, trigger: &Trigger) -> Result<(), &'static str> {
    if trigger.during.is_some_and(|hours| hours as usize >= tables.hours.len()) {
        return Err("listens in hours that do not exist");
    }
    let symbol = match &trigger.kind {
        TriggerKind::Stage(symbol) | TriggerKind::FieldChanged(symbol) | TriggerKind::FormSent(symbol) => {
            *symbol
        }
        TriggerKind::Before { field, .. } | TriggerKind::After { field, .. } => *field,
        TriggerKind::Every { days, at } if *days >= 1 << 7 || *at >= DAY => {
            return Err("is outside of the week or of the day");
        }
        TriggerKind::Every { .. }
        | TriggerKind::Message
        | TriggerKind::Comment
        | TriggerKind::Manual
        | TriggerKind::LeadCreated
        | TriggerKind::TagAdded(_)
        | TriggerKind::TagRemoved(_)
        | TriggerKind::ResponsibleChanged
        | TriggerKind::Silence(_)
        | TriggerKind::ConversationClosed => return Ok(()),
    };
    symbols(tables, &[symbol]).or(Err("names a symbol that does not exist"))
}
