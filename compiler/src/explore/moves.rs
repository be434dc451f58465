//! What can happen next in a conversation, how it is done, and how it is written in a test.

use super::relevant::Routine;
use super::texts::Texts;
use crate::sim::{World, facts, show};
use rust_decimal::Decimal;
use sbot_vm::program::{Format, On, Param, SymbolKind, Tables, TriggerKind};
use sbot_vm::value::{Kind, Slot, Value};
use sbot_vm::{Program, trigger_name};
use std::sync::Arc;

/// Something that happens.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Move {
    /// The client writes; on a channel, if it is not the usual one.
    Say(String, Option<u32>),
    Press(String),
    Send,
    Comment(String),
    Video {
        opens: bool,
    },
    /// Nothing happens until the next timer is due, in seconds.
    Wait(i64),
    /// The last message could not be delivered.
    Fail,
    /// The last message was delivered. Not written in a test, where that goes without saying.
    Deliver,
    /// The action that the run waits for could not be carried out.
    FailAction(u32),
    Answer {
        action: u32,
        exit: Option<u32>,
        values: Vec<Value>,
    },
    Trigger(TriggerKind),
}

/// The file that the client of a test sends.
const FILE: &str = "photo.jpg";

impl Move {
    /// Whether it is the client who does something.
    pub(super) fn is_client(&self) -> bool {
        matches!(self, Move::Say(..) | Move::Press(_) | Move::Send | Move::Comment(_))
    }

    /// Does it. False if that is not possible here.
    pub(super) fn perform(&self, world: &mut World) -> bool {
        match self {
            Move::Say(text, via) => world.client_says(text, *via),
            Move::Press(label) => return world.press(label).is_ok(),
            Move::Send => world.sends(FILE),
            Move::Comment(text) => world.comment(text),
            Move::Video { opens: true } => world.opens_video(),
            Move::Video { opens: false } => world.closes_video(),
            Move::Wait(seconds) => return world.advance(*seconds, true).is_ok(),
            Move::Fail => return world.fail_last_message().is_ok(),
            Move::FailAction(action) => return world.fail_action(*action).is_ok(),
            Move::Deliver => return world.deliver_one(),
            Move::Answer { action, exit, values } => {
                return world.answer(*action, *exit, values.clone()).is_ok();
            }
            Move::Trigger(kind) => world.start(kind),
        }
        true
    }

    /// As a statement of a test; nothing for what goes without saying.
    pub(super) fn written(&self, program: &Program) -> Option<String> {
        let tables = program.tables();
        let symbol = |number: u32| show::value(program, &Value::Symbol(number));
        Some(match self {
            Move::Say(text, None) => format!("client {}", show::quoted(text)),
            Move::Say(text, Some(via)) => format!("client {} via {}", show::quoted(text), symbol(*via)),
            Move::Press(label) => format!("client presses {}", show::quoted(label)),
            Move::Send => format!("client sends {}", show::quoted(FILE)),
            Move::Comment(text) => format!("client comments {}", show::quoted(text)),
            Move::Video { opens: true } => "client opens video".to_owned(),
            Move::Video { opens: false } => "client closes video".to_owned(),
            Move::Wait(seconds) => format!("wait {}", show::plain(program, &Value::Duration(*seconds))),
            Move::Fail => "fail message".to_owned(),
            Move::FailAction(action) => {
                format!("answer {}.failed()", tables.actions.get(*action as usize)?.name)
            }
            Move::Deliver => return None,
            Move::Answer { action, exit, values } => {
                let declared = tables.actions.get(*action as usize)?;
                let exit = exit.and_then(|exit| declared.exits.get(exit as usize));
                let exit = exit.map_or_else(String::new, |exit| format!(".{}", exit.name));
                let values: Vec<String> = values.iter().map(|value| show::value(program, value)).collect();
                format!("answer {}{exit}({})", declared.name, values.join(", "))
            }
            Move::Trigger(kind) => format!("trigger {}", trigger_name(tables, kind)),
        })
    }
}

/// What can happen to the run of a world.
pub(super) fn moves(world: &World, texts: &Texts, routine: Option<Routine>) -> Vec<Move> {
    let Some(wait) = world.wait() else { return Vec::new() };
    let has = |asks: fn(&On) -> bool| wait.exits.iter().any(|exit| asks(&exit.on));
    let mut out = Vec::new();
    if world.awaits_delivery() {
        out.push(Move::Deliver);
    }
    if has(|on| matches!(on, On::Option { .. } | On::Chosen(_))) {
        out.extend(world.offered().into_iter().map(|label| Move::Press(label.to_owned())));
    }
    if has(|on| matches!(on, On::Message | On::Other | On::Option { .. } | On::Chosen(_))) {
        out.extend(texts.at(routine).iter().map(|text| Move::Say(text.clone(), None)));
        out.push(Move::Send);
    }
    if has(|on| matches!(on, On::VideoOpened)) {
        out.push(Move::Video { opens: true });
    }
    if has(|on| matches!(on, On::VideoClosed)) {
        out.push(Move::Video { opens: false });
    }
    if let Some((_, action)) = world.awaited_action() {
        answers(world.program(), texts, action, &mut out);
    }
    let due = world.run().and_then(|run| run.deadlines.iter().min().copied());
    if let Some(due) = due.filter(|due| *due != sbot_vm::run::NEVER) {
        let milliseconds = due.saturating_sub(world.now());
        out.push(Move::Wait(milliseconds.div_euclid(1000) + i64::from(milliseconds.rem_euclid(1000) > 0)));
    }
    let takes_failure = world.tables().bots.iter().any(|bot| bot.on_failed.is_some());
    let failed_exit = has(|on| matches!(on, On::Failed));
    match world.awaited_action() {
        Some((_, action)) if failed_exit || takes_failure => out.push(Move::FailAction(action)),
        None if world.has_sent() && (failed_exit || takes_failure) => out.push(Move::Fail),
        Some(_) | None => {}
    }
    out
}

/// Every answer that the host may give to an action.
fn answers(program: &Program, texts: &Texts, action: u32, out: &mut Vec<Move>) {
    let Some(declared) = program.tables().actions.get(action as usize) else { return };
    for (exit, row) in (0u32..).zip(&declared.exits) {
        for values in rows(program, texts, &row.params) {
            out.push(Move::Answer { action, exit: Some(exit), values });
        }
    }
    if let Some(slot) = declared.result {
        for value in values(program, texts, slot, &declared.result_format) {
            out.push(Move::Answer { action, exit: None, values: vec![value] });
        }
    }
}

/// Values for all parameters: each one changed by itself.
pub(super) fn rows(program: &Program, texts: &Texts, params: &[Param]) -> Vec<Vec<Value>> {
    let choices: Vec<Vec<Value>> =
        params.iter().map(|param| values(program, texts, param.slot, &param.format)).collect();
    let first: Vec<Value> =
        choices.iter().map(|values| values.first().cloned().unwrap_or_default()).collect();
    let mut all = vec![first.clone()];
    for (at, values) in choices.iter().enumerate() {
        for value in values.iter().skip(1) {
            let mut row = first.clone();
            if let Some(place) = row.get_mut(at) {
                *place = value.clone();
            }
            all.push(row);
        }
    }
    all
}

/// Values that a field or an answer of this kind might hold, an ordinary one first.
pub(super) fn values(program: &Program, texts: &Texts, slot: Slot, format: &Format) -> Vec<Value> {
    let tables = program.tables();
    let mut out: Vec<Value> = match slot.kind {
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Int => numbers(texts).into_iter().filter_map(whole).map(Value::Int).collect(),
        Kind::Number => numbers(texts).into_iter().map(Value::Number).collect(),
        Kind::Text => match format {
            Format::Choice(choices) => choices.iter().map(|text| Value::Text(Arc::clone(text))).collect(),
            Format::Phone => vec![Value::text("+34912345678")],
            Format::Email => vec![Value::text("ann@example.com")],
            Format::Url => vec![Value::text("https://example.com")],
            Format::Plain => texts.all.iter().take(12).map(|text| Value::text(text)).collect(),
        },
        Kind::Date => vec![Value::Date(20_458), Value::Date(20_000), Value::Date(21_000)],
        Kind::Time => vec![Value::Time(600), Value::Time(0), Value::Time(1320)],
        Kind::Duration => vec![Value::Duration(3600)],
        Kind::Json => {
            std::iter::once(Arc::from("{}")).chain(texts.objects.iter().cloned()).map(Value::Json).collect()
        }
        Kind::File => vec![Value::File(Arc::from(FILE))],
        Kind::List => vec![Value::List(Arc::from([]))],
        Kind::Symbol => symbols(tables),
        // A moment cannot be written in a test, and nothing invents a record.
        Kind::DateTime | Kind::Record => Vec::new(),
    };
    if slot.optional {
        out.push(Value::None);
    }
    out
}

fn numbers(texts: &Texts) -> Vec<Decimal> {
    std::iter::once(Decimal::ONE)
        .chain(texts.numbers.iter().copied().filter(|n| *n != Decimal::ONE))
        .collect()
}

fn whole(number: Decimal) -> Option<i64> {
    i64::try_from(number).ok().filter(|_| number.fract().is_zero())
}

/// Users, stages and the like; what kind of symbol is meant is not known here, so the caller sorts them out.
fn symbols(tables: &Tables) -> Vec<Value> {
    let known = (0u32..).zip(&tables.symbols);
    let kinds = |kind: SymbolKind| {
        matches!(kind, SymbolKind::User | SymbolKind::Stage | SymbolKind::Pipeline | SymbolKind::Channel)
    };
    known.filter(|(_, symbol)| kinds(symbol.kind)).map(|(number, _)| Value::Symbol(number)).collect()
}

/// What a conversation can begin with.
pub(super) fn openings(world: &World, texts: &Texts) -> Vec<Move> {
    let triggers =
        world.tables().bots.get(world.bot() as usize).map_or(&[][..], |bot| bot.triggers.as_slice());
    if triggers.is_empty() {
        return vec![Move::Trigger(TriggerKind::Manual)];
    }
    let reads_channel = facts::field(world.tables(), "client", "channel").is_some();
    let mut out: Vec<Move> = Vec::new();
    for trigger in triggers {
        match &trigger.kind {
            TriggerKind::Message => {
                let channels: Vec<Option<u32>> = match reads_channel {
                    true => channels(world.tables(), &trigger.via).into_iter().map(Some).collect(),
                    false => vec![None],
                };
                for text in &texts.all {
                    out.extend(channels.iter().map(|via| Move::Say(text.clone(), *via)));
                }
                out.push(Move::Send);
            }
            TriggerKind::Comment => out.extend(texts.all.iter().cloned().map(Move::Comment)),
            kind @ (TriggerKind::Manual
            | TriggerKind::Stage(_)
            | TriggerKind::LeadCreated
            | TriggerKind::TagAdded(_)
            | TriggerKind::TagRemoved(_)
            | TriggerKind::ResponsibleChanged
            | TriggerKind::FieldChanged(_)
            | TriggerKind::FormSent(_)
            | TriggerKind::Every { .. }
            | TriggerKind::Before { .. }
            | TriggerKind::After { .. }
            | TriggerKind::Silence(_)
            | TriggerKind::ConversationClosed) => out.push(Move::Trigger(kind.clone())),
        }
    }
    out.dedup();
    out
}

fn channels(tables: &Tables, via: &[u32]) -> Vec<u32> {
    if !via.is_empty() {
        return via.to_vec();
    }
    let all = (0u32..).zip(&tables.symbols).filter(|(_, symbol)| symbol.kind == SymbolKind::Channel);
    all.map(|(number, _)| number).collect()
}
