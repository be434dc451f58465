//! What conversations ask of a host, and what the host tells them, in the words of the table. In: a world in which
//! something has happened. Out: a name for each effect, and `← NAME` for each event that a run has taken.

use sbot_vm::program::{Recipients, Tables, TriggerKind, Via};
use sbot_vm::{EffectKind, EventKind, RunEvent, Value};
use sbotc::sim::replay::Took;
use sbotc::sim::{World, transcript};
use std::collections::BTreeSet;

/// The names of everything that has happened in a world.
pub(crate) fn of_world(world: &World) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for effect in world.effects() {
        of_effect(world.tables(), &effect.kind, &mut found);
    }
    for recorded in world.log() {
        match recorded.took {
            Took::Starts => drop(found.insert(format!("← start by {}", start(&recorded.event.kind)))),
            Took::Resumes => drop(found.insert(format!("← {}", told(&recorded.event.kind)))),
            Took::Nothing => {}
        }
    }
    for line in world.transcript() {
        match &line.kind {
            transcript::LineKind::Waits { .. } => drop(found.insert("parks".to_owned())),
            transcript::LineKind::Ended(_) => drop(found.insert("ends".to_owned())),
            transcript::LineKind::Failed(_) => drop(found.insert("fails".to_owned())),
            transcript::LineKind::Client(_)
            | transcript::LineKind::Trigger(_)
            | transcript::LineKind::Answer(_)
            | transcript::LineKind::Bot(_)
            | transcript::LineKind::Effect(_)
            | transcript::LineKind::Untaken(_)
            | transcript::LineKind::Clock { .. }
            | transcript::LineKind::NotDelivered
            | transcript::LineKind::NotSet(_)
            | transcript::LineKind::Trapped(_) => {}
        }
    }
    found
}

fn of_effect(tables: &Tables, kind: &EffectKind, found: &mut BTreeSet<String>) {
    match kind {
        EffectKind::Message(message) => {
            found.insert("message".to_owned());
            let parts = [
                ("attach", message.attach.is_some()),
                ("voice", message.voice.is_some()),
                ("list", message.list.is_some()),
                ("template", message.template.is_some()),
                ("button", message.buttons.iter().any(|button| button.link.is_none())),
                ("link", message.buttons.iter().any(|button| button.link.is_some())),
            ];
            let parts = parts.iter().filter(|(_, has)| *has).map(|(part, _)| format!("message: {part}"));
            found.extend(parts);
            if let Some(row) = tables.messages.get(message.message as usize) {
                found.extend(route(row.to, &row.via));
            }
        }
        EffectKind::Set { value: Value::None, .. } => drop(found.insert("clear".to_owned())),
        EffectKind::Set { .. } => drop(found.insert("set".to_owned())),
        EffectKind::Action { action, args } => {
            let Some(row) = tables.actions.get(*action as usize) else { return };
            found.insert(row.name.to_string());
            for (param, _) in row.params.iter().zip(args).filter(|(_, arg)| is_given(arg)) {
                found.insert(format!("{}: {}", row.name, param.name));
            }
        }
        EffectKind::Draw { .. } => drop(found.insert("draw".to_owned())),
        EffectKind::Event(event) => {
            let name = match event {
                RunEvent::NotSet { .. } => "not_set",
                RunEvent::Trimmed { .. } => "trimmed",
                RunEvent::Failed { .. } => "failed",
                RunEvent::Trapped(_) => "trapped",
            };
            found.insert(name.to_owned());
        }
    }
}

/// Whether an argument asks for something: not what a parameter with a default has when nobody gives it.
fn is_given(value: &Value) -> bool {
    match value {
        Value::None | Value::Bool(false) => false,
        Value::List(items) => !items.is_empty(),
        Value::Bool(true)
        | Value::Text(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Duration(_)
        | Value::Record(_)
        | Value::Symbol(_)
        | Value::Undeclared(_)
        | Value::File(_)
        | Value::Json(_) => true,
    }
}

/// To whom and on which channels, if not simply into the chat: `message: to all via primary`.
fn route(to: Recipients, via: &Via) -> Option<String> {
    let to = match to {
        Recipients::Chat => "",
        Recipients::All => " to all",
        Recipients::Main => " to main",
    };
    let via = match via {
        Via::Chat => "",
        Via::Any => " via any",
        Via::Primary => " via primary",
        Via::Channels(_) => " via channels",
    };
    (!to.is_empty() || !via.is_empty()).then(|| format!("message:{to}{via}"))
}

fn start(event: &EventKind) -> &'static str {
    match event {
        EventKind::Message(_) | EventKind::Press { .. } => "message",
        EventKind::Comment { .. } => "comment",
        EventKind::Trigger(kind) => match kind {
            TriggerKind::Message => "message",
            TriggerKind::Comment => "comment",
            TriggerKind::Manual => "hand",
            TriggerKind::Stage(_) => "stage",
            TriggerKind::LeadCreated => "new lead",
            TriggerKind::TagAdded(_) => "tag",
            TriggerKind::TagRemoved(_) => "removed tag",
            TriggerKind::ResponsibleChanged => "responsible",
            TriggerKind::FieldChanged(_) => "field",
            TriggerKind::FormSent(_) => "form",
            TriggerKind::Every { .. } => "clock",
            TriggerKind::Before { .. } => "time before",
            TriggerKind::After { .. } => "time after",
            TriggerKind::Silence(_) => "silence",
            TriggerKind::ConversationClosed => "closed conversation",
        },
        EventKind::Timer
        | EventKind::VideoOpened
        | EventKind::VideoClosed
        | EventKind::Delivered { .. }
        | EventKind::Failed { .. }
        | EventKind::Drawn { .. }
        | EventKind::Answer { .. } => "nothing",
    }
}

fn told(event: &EventKind) -> &'static str {
    match event {
        EventKind::Message(_) => "message",
        EventKind::Press { .. } => "press",
        EventKind::Comment { .. } => "comment",
        EventKind::Timer => "timer",
        EventKind::VideoOpened => "video opened",
        EventKind::VideoClosed => "video closed",
        EventKind::Delivered { .. } => "delivered",
        EventKind::Failed { .. } => "failed",
        EventKind::Drawn { .. } => "drawn",
        EventKind::Answer { exit: Some(_), .. } => "answer",
        EventKind::Answer { exit: None, .. } => "result",
        EventKind::Trigger(_) => "trigger",
    }
}
