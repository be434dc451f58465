//! What a program is and needs, as JSON: bots with their triggers, waits, actions, fields, and everything it declares.

use crate::event::trigger_keys;
use crate::json::Json;
use crate::names::symbol_name;
use crate::turn::counter;
use crate::turn_json::delivery_name;
use sbot_vm::layout::is_hidden;
use sbot_vm::program::{
    Action, Bot, FunctionKind, Often, On, Param, Symbol, SymbolKind, Tables, Trigger, Wait,
};
use sbot_vm::value::Slot;
use sbot_vm::{Program, Requires};
use std::sync::Arc;

/// All of it.
pub(crate) fn describe(program: &Program) -> Json {
    let tables = program.tables();
    let needs = program.requires();
    let account = &tables.account;
    let text = |text: &Option<Arc<str>>| text.as_deref().map_or(Json::Null, Json::text);
    // Those that stand in no source come last.
    let waits = (0u32..).zip(&tables.waits).take_while(|(_, row)| !is_hidden(&row.name));
    let mut keys: Vec<(&str, Json)> = vec![
        ("program", Json::text(&format!("{:016x}", program.id()))),
        (
            "account",
            Json::object([
                ("zone", Json::text(&account.zone)),
                ("region", text(&account.region)),
                ("language", text(&account.language)),
                ("currency", text(&account.currency)),
            ]),
        ),
        ("bots", Json::list((0u32..).zip(&tables.bots).map(|(n, row)| bot(program, n, row)))),
        ("waits", Json::list(waits.map(|(n, row)| wait(program, n, row)))),
        (
            "actions",
            Json::list(needs.actions.iter().filter_map(|n| tables.actions.get(*n as usize)).map(action)),
        ),
        ("fields", fields(tables, &needs)),
        ("counters", Json::list((0u32..).zip(&tables.counters).map(|(n, _)| counter(tables, n).to_json()))),
    ];
    for kind in sbot_vm::OWN_IDS {
        let symbols = (0u32..).zip(&tables.symbols).filter(|(_, symbol)| symbol.kind == kind);
        let list = symbols.map(|(n, row)| symbol(row, needs.symbols.contains(&n)));
        keys.push((crate::manifest::section_name(kind), Json::list(list)));
    }
    Json::Object(keys.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

fn kind(slot: Slot) -> Json {
    Json::text(&slot.to_string())
}

fn params(params: &[Param]) -> Json {
    let param = |param: &Param| Json::object([("name", Json::text(&param.name)), ("type", kind(param.slot))]);
    Json::list(params.iter().map(param))
}

/// The names of fields.
pub(crate) fn field_names(tables: &Tables, fields: &[u32]) -> Json {
    let fields = fields.iter().filter_map(|field| tables.fields.get(*field as usize));
    Json::list(fields.map(|field| Json::text(&field.to_string())))
}

fn bot(program: &Program, number: u32, row: &Bot) -> Json {
    let tables = program.tables();
    Json::object([
        ("name", Json::text(&row.name)),
        ("params", params(&row.params)),
        ("reads", field_names(tables, &program.reads_at_start(number))),
        ("trigger_reads", field_names(tables, &program.reads_of_triggers(number, None))),
        (
            "triggers",
            Json::list((0u32..).zip(&row.triggers).map(|(number, row)| trigger(tables, number, row))),
        ),
    ])
}

fn trigger(tables: &Tables, number: u32, row: &Trigger) -> Json {
    let keys = trigger_keys(tables, &row.kind).into_iter().map(|(key, value)| (key.into(), value));
    let hours = row.during.and_then(|hours| tables.hours.get(hours as usize));
    let often = match row.often {
        Often::Always => Json::text("always"),
        Often::Once => Json::text("once"),
        Often::Cooldown(seconds) => Json::object([("cooldown", Json::int(seconds))]),
    };
    Json::object([
        ("number", number.into()),
        ("event", Json::Object(keys.collect())),
        ("via", Json::list(row.via.iter().map(|channel| Json::text(symbol_name(tables, *channel))))),
        ("during", hours.map_or(Json::Null, |hours| Json::text(symbol_name(tables, hours.symbol)))),
        ("often", often),
        ("tests", row.test.is_some().into()),
    ])
}

fn wait(program: &Program, number: u32, row: &Wait) -> Json {
    let tables = program.tables();
    let function = program.waits_in(number);
    let own =
        function.and_then(|function| match tables.functions.get(function as usize).map(|row| row.kind) {
            Some(FunctionKind::Flow { bot }) => Some(bot),
            Some(FunctionKind::Bot) => Some(function),
            Some(FunctionKind::Fn) | None => None,
        });
    let bot = own.and_then(|own| tables.bots.iter().find(|bot| bot.function == own));
    Json::object([
        ("name", Json::text(&row.name)),
        ("bot", bot.map_or(Json::Null, |bot| Json::text(&bot.name))),
        ("step", Json::text(&row.step)),
        ("exits", Json::list(row.exits.iter().map(|exit| Json::text(exit_name(&exit.on))))),
        ("reads", field_names(tables, program.reads_at_wait(number))),
    ])
}

/// What takes an exit.
fn exit_name(on: &On) -> &'static str {
    match on {
        On::Option { .. } => "option",
        On::Chosen(_) => "text",
        On::Other => "other",
        On::Message => "message",
        On::Timeout(_) => "timeout",
        On::Hours(_) => "hours",
        On::Failed => "failed",
        On::Delivered => "delivered",
        On::VideoOpened => "video_opened",
        On::VideoClosed => "video_closed",
        On::Answer(_) => "answer",
        On::Result => "result",
        On::Drawn(_) => "drawn",
    }
}

fn action(row: &Action) -> Json {
    let exits = row
        .exits
        .iter()
        .map(|exit| Json::object([("name", Json::text(&exit.name)), ("params", params(&exit.params))]));
    Json::object([
        ("name", Json::text(&row.name)),
        ("delivery", Json::text(delivery_name(row.delivery))),
        ("params", params(&row.params)),
        ("result", row.result.map_or(Json::Null, kind)),
        ("exits", Json::list(exits)),
    ])
}

fn fields(tables: &Tables, needs: &Requires) -> Json {
    let used = needs.reads.union(&needs.sets);
    let rows = used.filter_map(|number| Some((number, tables.fields.get(*number as usize)?)));
    Json::list(rows.map(|(number, field)| {
        Json::object([
            ("name", Json::text(&field.to_string())),
            ("type", kind(field.slot)),
            ("reads", needs.reads.contains(number).into()),
            ("sets", needs.sets.contains(number).into()),
        ])
    }))
}

fn symbol(row: &Symbol, needed: bool) -> Json {
    let mut keys = vec![("name", Json::text(&row.name)), ("title", Json::text(&row.title))];
    let list = |text: &str| Json::list(text.split(',').filter(|part| !part.is_empty()).map(Json::text));
    match row.kind {
        SymbolKind::Channel => keys.push(("kind", Json::text(&row.detail))),
        SymbolKind::Team => keys.push(("members", list(&row.detail))),
        SymbolKind::Template => keys.push(("channels", list(&row.detail))),
        SymbolKind::Entity
        | SymbolKind::Field
        | SymbolKind::User
        | SymbolKind::Pipeline
        | SymbolKind::Stage
        | SymbolKind::EmailTemplate
        | SymbolKind::Form
        | SymbolKind::Hours => {}
    }
    keys.push(("needed", needed.into()));
    Json::Object(keys.into_iter().map(|(key, value)| (key.into(), value)).collect())
}
