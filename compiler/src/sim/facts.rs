//! The simulated CRM: what every field of the program holds, and what effects change of it.

use rustc_hash::FxHashMap;
use sbot_vm::event::{EventKind, Facts};
use sbot_vm::program::{Echo, Field, Format, SymbolKind, Tables};
use sbot_vm::value::{Kind, Value};
use std::sync::Arc;

/// The number of a field of the program, if some code reads or sets it.
#[must_use]
pub fn field(tables: &Tables, entity: &str, name: &str) -> Option<u32> {
    (0u32..)
        .zip(&tables.fields)
        .find(|(_, field)| *field.entity == *entity && *field.name == *name)
        .map(|(n, _)| n)
}

/// The number of the first symbol of a kind.
#[must_use]
pub fn first_symbol(tables: &Tables, kind: SymbolKind) -> Option<u32> {
    (0u32..).zip(&tables.symbols).find(|(_, symbol)| symbol.kind == kind).map(|(n, _)| n)
}

/// A new lead of a new client: the first declared user is responsible, the stage is the first one declared.
#[must_use]
pub fn new_lead(tables: &Tables, bot: &str, now: i64) -> Facts {
    Facts { values: tables.fields.iter().map(|field| initial(tables, field, bot, now)).collect() }
}

fn initial(tables: &Tables, field: &Field, bot: &str, now: i64) -> Value {
    let symbol = |kind| first_symbol(tables, kind).map_or(Value::None, Value::Symbol);
    match (&*field.entity, &*field.name) {
        ("now", "") | ("lead", "created") => Value::DateTime(now),
        ("bot", "name") => Value::text(bot),
        ("client", _) | ("chat", "code" | "nps") => Value::None,
        ("chat", "status") => Value::text("open"),
        (_, "tags") => Value::List(Arc::from([])),
        (_, "responsible") => symbol(SymbolKind::User),
        ("lead", "stage") => symbol(SymbolKind::Stage),
        ("lead", "pipeline") => symbol(SymbolKind::Pipeline),
        ("lead", "id") => Value::Int(1),
        ("contact" | "chat_contact", "id") => Value::Int(2),
        ("company", "id") => Value::Int(3),
        ("lead", "name") => Value::text("New lead"),
        ("contact" | "chat_contact", "name") => Value::text("Client"),
        ("company", "name") => Value::text("Company"),
        _ if field.slot.optional => Value::None,
        _ => zero(field),
    }
}

/// What stands in a field that is never absent and of which nothing else is known.
fn zero(field: &Field) -> Value {
    match field.slot.kind {
        Kind::Bool => Value::Bool(false),
        Kind::Int => Value::Int(0),
        Kind::Number => Value::Number(0.into()),
        Kind::Text => match &field.format {
            Format::Choice(texts) => texts.first().map_or(Value::None, |text| Value::Text(Arc::clone(text))),
            Format::Plain | Format::Phone | Format::Email | Format::Url => Value::text(""),
        },
        Kind::Date => Value::Date(0),
        Kind::Time => Value::Time(0),
        Kind::DateTime => Value::DateTime(0),
        Kind::Duration => Value::Duration(0),
        Kind::List => Value::List(Arc::from([])),
        Kind::Json => Value::Json(Arc::from("null")),
        Kind::Record | Kind::Symbol | Kind::File => Value::None,
    }
}

/// Writes a field. Numbers out of range are ignored: no instruction reads such a field.
pub fn put(facts: &mut Facts, field: u32, value: Value) {
    if let Some(place) = facts.values.get_mut(field as usize) {
        *place = value;
    }
}

/// What the client facts become by an event, whether a bot takes it or not: just as the turn itself sees them.
/// What an event does not say stays as it was.
pub fn note_client(tables: &Tables, facts: &mut Facts, kind: &EventKind) {
    let text = |text: &Arc<str>| Value::Text(Arc::clone(text));
    let (channel, known) = match kind {
        EventKind::Message(message) => (
            &message.channel,
            vec![
                ("text", Some(message.text.as_ref().map_or(Value::None, text))),
                ("button", Some(Value::None)),
                ("language", message.language.as_ref().map(text)),
                (
                    "file",
                    Some(message.file.as_ref().map_or(Value::None, |file| Value::File(Arc::clone(file)))),
                ),
            ],
        ),
        EventKind::Press { label, channel } => {
            let pressed = Some(text(label));
            (channel, vec![("text", pressed.clone()), ("button", pressed), ("file", Some(Value::None))])
        }
        EventKind::Comment { text: comment, channel } => (channel, vec![("comment", Some(text(comment)))]),
        EventKind::Trigger(_)
        | EventKind::Drawn { .. }
        | EventKind::Timer
        | EventKind::VideoOpened
        | EventKind::VideoClosed
        | EventKind::Delivered { .. }
        | EventKind::Failed { .. }
        | EventKind::Answer { .. } => return,
    };
    let mut note = |entity, name, value| {
        if let Some(number) = field(tables, entity, name) {
            put(facts, number, value);
        }
    };
    for (name, value) in known {
        if let Some(value) = value {
            note("client", name, value);
        }
    }
    if let Some(channel) = channel {
        note("client", "channel", channel.value());
        note("chat", "channel", channel.value());
    }
}

/// What an action changes of the facts: as its declaration says, so that later turns see what the turn itself saw.
pub fn echo(tables: &Tables, facts: &mut Facts, action: u32, args: &[Value]) {
    let Some(declared) = tables.actions.get(action as usize) else { return };
    let by_name: FxHashMap<&str, &Value> =
        declared.params.iter().map(|param| &*param.name).zip(args).collect();
    let arg = |name: &str| by_name.get(name).copied();
    match declared.echo {
        Echo::None | Echo::Input => {}
        Echo::Close => {
            if let (Some(status), Some(number)) = (arg("status"), field(tables, "chat", "status")) {
                put(facts, number, status.clone());
            }
        }
        Echo::Stage => {
            if let Some(Value::Symbol(stage)) = arg("stage") {
                change_stage(tables, facts, *stage);
            }
        }
        Echo::Responsible => {
            if let (Some(to), Some(Value::List(of))) = (arg("to"), arg("of")) {
                for number in of.iter().flat_map(|entity| fields_of(tables, entity, "responsible")) {
                    put(facts, number, to.clone());
                }
            }
        }
        Echo::Tags => {
            let entity = arg("on").cloned().unwrap_or_default();
            for number in fields_of(tables, &entity, "tags") {
                change_tags(facts, number, list(arg("add")), list(arg("remove")));
            }
        }
    }
}

fn change_stage(tables: &Tables, facts: &mut Facts, stage: u32) {
    if let Some(number) = field(tables, "lead", "stage") {
        put(facts, number, Value::Symbol(stage));
    }
    let pipeline = tables.symbols.get(stage as usize).and_then(|symbol| symbol.name.rsplit_once('.'));
    let pipeline = pipeline.and_then(|(pipeline, _)| {
        (0u32..).zip(&tables.symbols).find(|(_, s)| s.kind == SymbolKind::Pipeline && *s.name == *pipeline)
    });
    if let (Some((pipeline, _)), Some(number)) = (pipeline, field(tables, "lead", "pipeline")) {
        put(facts, number, Value::Symbol(pipeline));
    }
}

fn change_tags(facts: &mut Facts, number: u32, add: &[Value], remove: &[Value]) {
    let Some(Value::List(had)) = facts.values.get(number as usize) else { return };
    let mut tags: Vec<Value> = had.iter().filter(|tag| !remove.contains(tag)).cloned().collect();
    for tag in add {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    put(facts, number, Value::List(tags.into()));
}

fn list(value: Option<&Value>) -> &[Value] {
    if let Some(Value::List(list)) = value { list } else { &[] }
}

/// The fields of this name of the entity that a value names. `contacts` are the main one and that of the chat.
fn fields_of(tables: &Tables, entity: &Value, name: &str) -> Vec<u32> {
    let Value::Symbol(number) = entity else { return Vec::new() };
    let entity = tables.symbols.get(*number as usize).map_or("", |symbol| &*symbol.name);
    let entities: &[&str] = match entity {
        "contacts" => &["contact", "chat_contact", "contacts"],
        other => &[other],
    };
    entities.iter().filter_map(|entity| field(tables, entity, name)).collect()
}
