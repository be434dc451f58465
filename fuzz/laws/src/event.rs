//! Events that a host may bring: mostly what the run waits for, else anything.

use crate::input::Input;
use crate::value::{any, fitting, text};
use sbot_vm::program::{On, Param, Source, TriggerKind, Wait};
use sbot_vm::value::Undeclared;
use sbot_vm::{Channel, ClientMessage, EffectId, Event, EventKind, Facts, Program, Run, Value};
use std::sync::Arc;

/// 2026-01-05 10:00 UTC.
const NOW: i64 = 1_767_607_200_000;

/// A value for each field of the program.
pub(crate) fn facts(program: &Program, input: &mut Input<'_>) -> Facts {
    let fields = &program.tables().fields;
    let count = if input.seldom() { input.below(fields.len() + 1) } else { fields.len() };
    Facts { values: fields.iter().take(count).map(|field| fitting(field.slot, program, input)).collect() }
}

/// The next event. Without further bytes it is one that the run waits for.
pub(crate) fn event(program: &Program, run: Option<&Run>, input: &mut Input<'_>) -> Event {
    let choice = input.byte();
    let (kind, due) = match run {
        Some(run) if choice < 0xa0 => awaited(program, run, input),
        Some(_) | None => (other(program, run, input), None),
    };
    let at = match due {
        Some(due) if input.byte() < 0xe0 => due,
        Some(_) | None => match input.byte() {
            0..=0xc0 => NOW,
            0xc1..=0xe0 => NOW.saturating_add(input.int().saturating_mul(60_000)),
            _ => input.int(),
        },
    };
    let event = Event::new(at, kind);
    match (run, input.byte()) {
        (Some(run), 0xa0..=0xbf) => event.for_wait(run.number()),
        (_, 0xc0..=0xff) => event.for_wait(input.int() as u32),
        (Some(_) | None, _) => event,
    }
}

/// What takes one of the exits of the wait, and when, if it is a timer.
fn awaited(program: &Program, run: &Run, input: &mut Input<'_>) -> (EventKind, Option<i64>) {
    let tables = program.tables();
    let wait = tables.waits.get(run.wait as usize);
    let Some((wait, exit)) = wait.and_then(|wait| Some((wait, input.one_of(&wait.exits)?))) else {
        return (other(program, Some(run), input), None);
    };
    let effect = run.effect.unwrap_or(EffectId { turn: 0, n: 0 });
    let kind = match &exit.on {
        On::Option { label, synonyms } => {
            let at = input.below(synonyms.len() + 1);
            let source = at.checked_sub(1).and_then(|at| synonyms.get(at)).unwrap_or(label);
            said(shown(program, wait, run, *source).unwrap_or_else(|| Arc::from("yes")), input)
        }
        On::Chosen(reg) => {
            let Some(Value::List(texts)) = kept(wait, run, *reg) else {
                return (other(program, Some(run), input), None);
            };
            match input.one_of(texts) {
                Some(Value::Text(text)) => said(Arc::clone(text), input),
                Some(_) | None => said(text(program, input), input),
            }
        }
        On::Other | On::Message => said(text(program, input), input),
        On::Timeout(_) | On::Hours(_) => {
            let due = input.one_of(&run.deadlines).copied().unwrap_or(NOW);
            return (EventKind::Timer, Some(due));
        }
        On::Failed => EventKind::Failed { effect },
        On::Delivered => EventKind::Delivered { effect },
        On::VideoOpened => EventKind::VideoOpened,
        On::VideoClosed => EventKind::VideoClosed,
        On::Answer(exit) => {
            let action = program.awaited_action(run.wait).and_then(|at| tables.actions.get(at as usize));
            let params = action.and_then(|action| action.exits.get(*exit as usize)).map(|exit| &exit.params);
            let values = params.map_or_else(Vec::new, |params| values(params, program, input));
            EventKind::Answer { effect, exit: Some(*exit), values }
        }
        On::Result => {
            let action = program.awaited_action(run.wait).and_then(|at| tables.actions.get(at as usize));
            let slot = action.and_then(|action| action.result);
            let values = slot.map(|slot| fitting(slot, program, input)).into_iter().collect();
            EventKind::Answer { effect, exit: None, values }
        }
        On::Drawn(option) => EventKind::Drawn { effect, option: *option },
    };
    (kind, None)
}

fn values(params: &[Param], program: &Program, input: &mut Input<'_>) -> Vec<Value> {
    params.iter().map(|param| fitting(param.slot, program, input)).collect()
}

/// The client presses this, or writes it.
fn said(text: Arc<str>, input: &mut Input<'_>) -> EventKind {
    let choice = input.byte();
    let channel = (choice & 2 != 0).then(|| Channel::Declared((choice >> 2).into()));
    if choice & 1 == 1 {
        EventKind::Press { label: text, channel }
    } else {
        EventKind::Message(ClientMessage { text: Some(text), channel, ..ClientMessage::default() })
    }
}

fn shown(program: &Program, wait: &Wait, run: &Run, source: Source) -> Option<Arc<str>> {
    let value = match source {
        Source::Const(at) => program.tables().consts.get(at as usize)?,
        Source::Reg(reg) => kept(wait, run, reg)?,
    };
    if let Value::Text(text) = value { Some(Arc::clone(text)) } else { None }
}

fn kept<'r>(wait: &Wait, run: &'r Run, reg: u16) -> Option<&'r Value> {
    let at = wait.live.iter().position(|live| live.reg == reg)?;
    run.values.get(at)
}

/// An effect of the run, or another one.
fn effect(run: Option<&Run>, input: &mut Input<'_>) -> EffectId {
    match (run, input.byte()) {
        (Some(run), 0..=0x7f) => run.effect.unwrap_or(EffectId { turn: run.turn.wrapping_sub(1), n: 0 }),
        (Some(run), turn @ 0x80..=0xbf) => {
            EffectId { turn: run.turn.wrapping_sub(u32::from(turn - 0x80)), n: u32::from(input.byte()) }
        }
        (Some(_), _) | (None, _) => EffectId { turn: input.int() as u32, n: input.int() as u32 },
    }
}

fn channel(program: &Program, input: &mut Input<'_>) -> Option<Channel> {
    match input.byte() {
        0..=0x7f => None,
        at @ 0x80..=0xef => Some(Channel::Declared((at - 0x80).into())),
        _ => {
            let (id, title) = (text(program, input), text(program, input));
            Some(Channel::Undeclared(Arc::new(Undeclared { id, title })))
        }
    }
}

/// Any event.
fn other(program: &Program, run: Option<&Run>, input: &mut Input<'_>) -> EventKind {
    match input.byte() % 12 {
        0 => EventKind::Trigger(trigger(program, input)),
        1 => EventKind::Message(ClientMessage {
            text: (!input.seldom()).then(|| text(program, input)),
            channel: channel(program, input),
            language: input.seldom().then(|| text(program, input)),
            file: input.seldom().then(|| text(program, input)),
        }),
        2 => EventKind::Press { label: text(program, input), channel: channel(program, input) },
        3 => EventKind::Comment { text: text(program, input), channel: channel(program, input) },
        4 => EventKind::Timer,
        5 => EventKind::VideoOpened,
        6 => EventKind::VideoClosed,
        7 => EventKind::Delivered { effect: effect(run, input) },
        8 => EventKind::Failed { effect: effect(run, input) },
        9 => EventKind::Drawn { effect: effect(run, input), option: input.int() as u32 },
        _ => EventKind::Answer {
            effect: effect(run, input),
            exit: (!input.byte().is_multiple_of(4)).then(|| u32::from(input.byte() % 4)),
            values: (0..input.byte() % 4).map(|_| any(program, input, 6)).collect(),
        },
    }
}

/// What starts a bot: one of the program's triggers, or another one.
fn trigger(program: &Program, input: &mut Input<'_>) -> TriggerKind {
    let bot = input.one_of(&program.tables().bots);
    let known = bot.and_then(|bot| input.one_of(&bot.triggers));
    match (input.byte() % 8, known) {
        (0..=2, Some(known)) => known.kind.clone(),
        (3, _) => TriggerKind::Stage(input.int() as u32),
        (4, _) => TriggerKind::TagAdded(text(program, input)),
        (5, _) => TriggerKind::FieldChanged(input.int() as u32),
        (6, _) => TriggerKind::Silence(input.int()),
        _ => TriggerKind::Manual,
    }
}
