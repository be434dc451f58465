//! Events as JSON.
//!
//! Every event has `at`, milliseconds since 1970-01-01T00:00Z, and `kind`; it may have `wait`, the number of the wait it
//! is meant for. What else it has depends on its kind; what is marked `?` may be left out or `null`.
//!
//! | kind | with |
//! |---|---|
//! | `message` | `text?`, `channel?`, `language?`, `file?` |
//! | `press` | `label`, `channel?` |
//! | `comment` | `text`, `channel?` |
//! | `timer`, `video_opened`, `video_closed` | |
//! | `delivered`, `failed` | `effect`: its id |
//! | `drawn` | `effect`, `option`: from 0 |
//! | `answer` | `effect`, and either `exit` with `values` by name, or `result` |
//! | `trigger` | `on`, and what belongs to it: `manual`, `lead_created`, `responsible_changed`, `conversation_closed`; `stage` with `stage`; `tag_added`, `tag_removed` with `tag`; `field_changed` with `field`; `form_sent` with `form`; `every` with `days` and `time`; `before`, `after` with `by` and `field`; `silence` with `by` |
//!
//! A channel, a stage, a form or a field that the source does not declare is `{"id":…,"title":…}`. Only triggers that name
//! no channel listen on such a channel; an event about such a stage, form or field starts nothing.

use crate::json::Json;
use crate::names::symbol_name;
use crate::problem::At;
use crate::value::{MAX_NESTING, Reader, Wanted, shown, write, write_as, write_undeclared};
use sbot_vm::program::{Action, SymbolKind, Tables, TriggerKind};
use sbot_vm::value::Value;
use sbot_vm::{Channel, ClientMessage, EffectId, Event, EventKind, Program, Run, UNDECLARED, calendar};
use std::sync::Arc;

/// `mon` is bit 0.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// An object of which every key has to be known.
pub(crate) struct Keys<'a> {
    at: &'a At<'a>,
    keys: &'a [(Box<str>, Json)],
    known: Vec<&'static str>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(reader: &mut Reader<'_>, at: &'a At<'a>, json: &'a Json) -> Option<Keys<'a>> {
        match json {
            Json::Object(keys) => Some(Keys { at, keys, known: Vec::new() }),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                reader.problems.note(at, format!("an object was expected and {} is there", shown(json)))
            }
        }
    }

    fn knows(&mut self, key: &'static str) {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
    }

    /// What stands at a key; `null` is as good as nothing.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Json> {
        self.knows(key);
        let found = self.keys.iter().find(|(name, _)| **name == *key).map(|(_, json)| json);
        found.filter(|json| **json != Json::Null)
    }

    fn has(&mut self, key: &'static str) -> Option<&'a Json> {
        self.knows(key);
        self.keys.iter().find(|(name, _)| **name == *key).map(|(_, json)| json)
    }

    fn of<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        wanted: &str,
        read: impl Fn(&Json) -> Option<T>,
    ) -> Option<T> {
        let at = At::Key(self.at, key);
        match self.get(key) {
            None => reader.problems.note(&at, format!("{wanted} is missing")),
            Some(json) => match read(json) {
                Some(value) => Some(value),
                None => {
                    reader.problems.note(&at, format!("{wanted} was expected and {} is there", shown(json)))
                }
            },
        }
    }

    pub(crate) fn text(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Arc<str>> {
        self.of(reader, key, "a text", |json| json.as_text().map(Arc::from))
    }

    fn int<T: std::str::FromStr>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        what: &str,
    ) -> Option<T> {
        self.of(reader, key, what, number)
    }

    /// A text that may be missing.
    fn optional(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Arc<str>> {
        self.get(key).and_then(|_| self.text(reader, key))
    }

    /// What an event is about. What the source does not declare starts nothing, so it is not kept which it is.
    fn symbol(&mut self, reader: &mut Reader<'_>, key: &'static str, kind: SymbolKind) -> Option<u32> {
        let at = At::Key(self.at, key);
        if let Some(json @ Json::Object(_)) = self.get(key) {
            return reader.undeclared(&at, json).map(|_| UNDECLARED);
        }
        let name = self.text(reader, key)?;
        reader.symbol(&at, &name, &[kind])
    }

    fn channel(&mut self, reader: &mut Reader<'_>) -> Option<Channel> {
        let json = self.get("channel")?;
        if let Json::Object(_) = json {
            let one = reader.undeclared(&At::Key(self.at, "channel"), json)?;
            return Some(Channel::Undeclared(Arc::new(one)));
        }
        self.symbol(reader, "channel", SymbolKind::Channel).map(Channel::Declared)
    }

    fn effect(&mut self, reader: &mut Reader<'_>) -> Option<EffectId> {
        self.of(reader, "effect", "the id of an effect such as \"3.0\"", |json| effect_id(json.as_text()?))
    }

    /// Notes every key that nothing has asked for.
    pub(crate) fn end(self, reader: &mut Reader<'_>) {
        for (key, _) in self.keys.iter().filter(|(key, _)| !self.known.contains(&&**key)) {
            let known = self.known.join(", ");
            let _: Option<()> = reader
                .problems
                .note(&At::Key(self.at, key), format!("there is no such key here: the keys are {known}"));
        }
    }
}

/// `3.0`
pub(crate) fn effect_id(text: &str) -> Option<EffectId> {
    let number =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
    let (turn, n) = text.split_once('.')?;
    Some(EffectId { turn: number(turn)?, n: number(n)? })
}

/// An event for a run, or for none.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    json: &Json,
    program: &Program,
    run: Option<&Run>,
) -> Option<Event> {
    let at = At::Document("event");
    let mut keys = Keys::new(reader, &at, json)?;
    let moment = keys.int(reader, "at", "a moment in milliseconds since 1970-01-01T00:00Z");
    let moment = moment.filter(|moment| {
        let fits = calendar::is_datetime(*moment);
        if !fits {
            let _: Option<()> =
                reader.problems.note(&At::Key(&at, "at"), "this moment lies outside of the calendar");
        }
        fits
    });
    let wait = match keys.get("wait") {
        None => None,
        Some(_) => keys.int(reader, "wait", "the number of a wait"),
    };
    let name = keys.text(reader, "kind");
    let kind = name.and_then(|name| kind(reader, &mut keys, &name, program, run));
    if kind.is_some() {
        keys.end(reader);
    }
    Some(Event { at: moment?, wait, kind: kind? })
}

fn kind(
    reader: &mut Reader<'_>,
    keys: &mut Keys<'_>,
    name: &str,
    program: &Program,
    run: Option<&Run>,
) -> Option<EventKind> {
    Some(match name {
        "message" => EventKind::Message(ClientMessage {
            text: keys.optional(reader, "text"),
            channel: keys.channel(reader),
            language: keys.optional(reader, "language"),
            file: keys.optional(reader, "file"),
        }),
        "press" => {
            let (label, channel) = (keys.text(reader, "label"), keys.channel(reader));
            EventKind::Press { label: label?, channel }
        }
        "comment" => {
            let (text, channel) = (keys.text(reader, "text"), keys.channel(reader));
            EventKind::Comment { text: text?, channel }
        }
        "timer" => EventKind::Timer,
        "video_opened" => EventKind::VideoOpened,
        "video_closed" => EventKind::VideoClosed,
        "delivered" => EventKind::Delivered { effect: keys.effect(reader)? },
        "failed" => EventKind::Failed { effect: keys.effect(reader)? },
        "drawn" => {
            let (effect, option) =
                (keys.effect(reader), keys.int(reader, "option", "the number of an option"));
            EventKind::Drawn { effect: effect?, option: option? }
        }
        "answer" => return answer(reader, keys, program, run),
        "trigger" => EventKind::Trigger(trigger(reader, keys)?),
        _ => {
            return reader.problems.note(
                &At::Key(keys.at, "kind"),
                format!(
                    "there is no event `{name}`: there are message, press, comment, timer, video_opened, video_closed, delivered, failed, drawn, answer and trigger"
                ),
            );
        }
    })
}

/// An answer is read as the action declares it whose answer the run waits for. One to anything else is not awaited,
/// and the run will say so.
fn answer(
    reader: &mut Reader<'_>,
    keys: &mut Keys<'_>,
    program: &Program,
    run: Option<&Run>,
) -> Option<EventKind> {
    let effect = keys.effect(reader);
    let (exit, values, result) = (keys.get("exit"), keys.has("values"), keys.has("result"));
    if exit.is_some() == result.is_some() {
        return reader.problems.note(keys.at, "an answer has either `exit` with its `values`, or `result`");
    }
    let effect = effect?;
    let tables = program.tables();
    let number =
        run.filter(|run| run.effect == Some(effect)).and_then(|run| program.awaited_action(run.wait));
    let action = number.and_then(|number| Some((number, tables.actions.get(number as usize)?)));
    let Some((number, action)) = action else {
        return Some(EventKind::Answer { effect, exit: None, values: Vec::new() });
    };
    match (exit, result) {
        (Some(exit), _) => {
            let at = At::Key(keys.at, "exit");
            let (exit, values) =
                exit_values(reader, (number, action), &at, exit, &At::Key(keys.at, "values"), values)?;
            Some(EventKind::Answer { effect, exit: Some(exit), values })
        }
        (None, Some(result)) => {
            let at = At::Key(keys.at, "result");
            let Some(slot) = action.result else {
                return reader.problems.note(&at, format!("the action {} has no result", action.name));
            };
            let value = reader.value(&at, result, Wanted::new(slot, tables.given.result(number)))?;
            Some(EventKind::Answer { effect, exit: None, values: vec![value] })
        }
        (None, None) => None,
    }
}

fn exit_values(
    reader: &mut Reader<'_>,
    (action_number, action): (u32, &Action),
    at: &At<'_>,
    exit: &Json,
    values_at: &At<'_>,
    values: Option<&Json>,
) -> Option<(u32, Vec<Value>)> {
    let name = exit.as_text();
    let found = (0u32..).zip(&action.exits).find(|(_, exit)| Some(&*exit.name) == name);
    let Some((number, exit)) = found else {
        let exits: Vec<&str> = action.exits.iter().map(|exit| &*exit.name).collect();
        let all = exits.join(", ");
        return reader
            .problems
            .note(at, format!("the action {} has no such exit: it has {all}", action.name));
    };
    let given = &reader.tables.given;
    let wanted = exit
        .params
        .iter()
        .enumerate()
        .map(|(n, param)| (&*param.name, Wanted::new(param.slot, given.value(action_number, number, n))));
    let wanted = wanted.collect::<Vec<_>>();
    let none = Json::Object(Vec::new());
    Some((number, named_values(reader, values_at, values.unwrap_or(&none), &wanted)?))
}

/// A value for each of these names.
pub(crate) fn named_values(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    json: &Json,
    wanted: &[(&str, Wanted)],
) -> Option<Vec<Value>> {
    let Json::Object(keys) = json else {
        return reader.problems.note(at, format!("an object was expected and {} is there", shown(json)));
    };
    reader.named(at, keys, wanted, MAX_NESTING)
}

fn trigger(reader: &mut Reader<'_>, keys: &mut Keys<'_>) -> Option<TriggerKind> {
    let on = keys.text(reader, "on")?;
    let seconds = "a duration in seconds";
    Some(match &*on {
        "manual" => TriggerKind::Manual,
        "lead_created" => TriggerKind::LeadCreated,
        "responsible_changed" => TriggerKind::ResponsibleChanged,
        "conversation_closed" => TriggerKind::ConversationClosed,
        "stage" => TriggerKind::Stage(keys.symbol(reader, "stage", SymbolKind::Stage)?),
        "tag_added" => TriggerKind::TagAdded(keys.text(reader, "tag")?),
        "tag_removed" => TriggerKind::TagRemoved(keys.text(reader, "tag")?),
        "field_changed" => TriggerKind::FieldChanged(keys.symbol(reader, "field", SymbolKind::Field)?),
        "form_sent" => TriggerKind::FormSent(keys.symbol(reader, "form", SymbolKind::Form)?),
        "every" => {
            let days = keys.of(reader, "days", "a list of days such as [\"mon\",\"fri\"]", days);
            let at = keys
                .of(reader, "time", "a time such as \"09:30\"", |json| calendar::parse_time(json.as_text()?));
            TriggerKind::Every { days: days?, at: at? }
        }
        "before" | "after" => {
            let by = keys.int(reader, "by", seconds);
            let field = keys.symbol(reader, "field", SymbolKind::Field);
            let (by, field) = (by?, field?);
            if &*on == "before" {
                TriggerKind::Before { by, field }
            } else {
                TriggerKind::After { by, field }
            }
        }
        "silence" => TriggerKind::Silence(keys.int(reader, "by", seconds)?),
        _ => {
            return reader.problems.note(
                &At::Key(keys.at, "on"),
                format!(
                    "there is no trigger `{on}`: there are manual, stage, lead_created, tag_added, tag_removed, responsible_changed, field_changed, form_sent, every, before, after, silence and conversation_closed; a message or a comment is an event of its own"
                ),
            );
        }
    })
}

fn days(json: &Json) -> Option<u8> {
    let Json::List(days) = json else { return None };
    let bit = |day: &Json| DAYS.iter().position(|known| Some(*known) == day.as_text()).map(|bit| 1 << bit);
    days.iter().map(bit).try_fold(0, |days, bit| Some(days | bit?))
}

fn days_list(days: u8) -> Json {
    let set = DAYS.iter().enumerate().filter(|(bit, _)| days >> bit & 1 == 1);
    Json::list(set.map(|(_, day)| Json::text(day)))
}

/// The keys of the event that a trigger waits for, all but `at`.
pub(crate) fn trigger_keys(tables: &Tables, kind: &TriggerKind) -> Vec<(&'static str, Json)> {
    let symbol = |index: u32| match index {
        UNDECLARED => Json::object([("id", Json::text("")), ("title", Json::text(""))]),
        _ => Json::text(symbol_name(tables, index)),
    };
    let rest = |on: &str, mut rest: Vec<(&'static str, Json)>| {
        let mut keys = vec![("kind", Json::text("trigger")), ("on", Json::text(on))];
        keys.append(&mut rest);
        keys
    };
    match kind {
        TriggerKind::Message => vec![("kind", Json::text("message"))],
        TriggerKind::Comment => vec![("kind", Json::text("comment"))],
        TriggerKind::Manual => rest("manual", vec![]),
        TriggerKind::Stage(stage) => rest("stage", vec![("stage", symbol(*stage))]),
        TriggerKind::LeadCreated => rest("lead_created", vec![]),
        TriggerKind::TagAdded(tag) => rest("tag_added", vec![("tag", Json::text(tag))]),
        TriggerKind::TagRemoved(tag) => rest("tag_removed", vec![("tag", Json::text(tag))]),
        TriggerKind::ResponsibleChanged => rest("responsible_changed", vec![]),
        TriggerKind::FieldChanged(field) => rest("field_changed", vec![("field", symbol(*field))]),
        TriggerKind::FormSent(form) => rest("form_sent", vec![("form", symbol(*form))]),
        TriggerKind::Every { days, at } => {
            rest("every", vec![("days", days_list(*days)), ("time", Json::text(&calendar::time_text(*at)))])
        }
        TriggerKind::Before { by, field } => {
            rest("before", vec![("by", Json::int(*by)), ("field", symbol(*field))])
        }
        TriggerKind::After { by, field } => {
            rest("after", vec![("by", Json::int(*by)), ("field", symbol(*field))])
        }
        TriggerKind::Silence(by) => rest("silence", vec![("by", Json::int(*by))]),
        TriggerKind::ConversationClosed => rest("conversation_closed", vec![]),
    }
}

/// An event as JSON, as [`read`] reads it back: with every key that has something to say.
pub(crate) fn write_event(program: &Program, run: Option<&Run>, event: &Event) -> Json {
    let tables = program.tables();
    let channel = |channel: &Option<Channel>| {
        let json = channel.as_ref().map(|channel| match channel {
            Channel::Declared(symbol) => Json::text(symbol_name(tables, *symbol)),
            Channel::Undeclared(one) => write_undeclared(one),
        });
        ("channel", json)
    };
    let text = |key: &'static str, text: &Option<Arc<str>>| (key, text.as_deref().map(Json::text));
    let named = |name: &'static str| ("kind", Some(Json::text(name)));
    let of = |effect: &EffectId| ("effect", Some(Json::text(&effect.to_string())));
    let mut keys = vec![("at", Some(Json::int(event.at))), ("wait", event.wait.map(Json::from))];
    keys.extend(match &event.kind {
        EventKind::Message(message) => vec![
            named("message"),
            text("text", &message.text),
            channel(&message.channel),
            text("language", &message.language),
            text("file", &message.file),
        ],
        EventKind::Press { label, channel: on } => {
            vec![named("press"), ("label", Some(Json::text(label))), channel(on)]
        }
        EventKind::Comment { text, channel: on } => {
            vec![named("comment"), ("text", Some(Json::text(text))), channel(on)]
        }
        EventKind::Timer => vec![named("timer")],
        EventKind::VideoOpened => vec![named("video_opened")],
        EventKind::VideoClosed => vec![named("video_closed")],
        EventKind::Delivered { effect } => vec![named("delivered"), of(effect)],
        EventKind::Failed { effect } => vec![named("failed"), of(effect)],
        EventKind::Drawn { effect, option } => {
            vec![named("drawn"), of(effect), ("option", Some(Json::from(*option)))]
        }
        EventKind::Answer { effect, exit, values } => {
            let mut keys = vec![named("answer"), of(effect)];
            keys.extend(answer_keys(program, run, *exit, values));
            keys
        }
        EventKind::Trigger(kind) => {
            trigger_keys(tables, kind).into_iter().map(|(key, json)| (key, Some(json))).collect()
        }
    });
    Json::Object(keys.into_iter().filter_map(|(key, json)| Some((key.into(), json?))).collect())
}

fn answer_keys(
    program: &Program,
    run: Option<&Run>,
    exit: Option<u32>,
    values: &[Value],
) -> Vec<(&'static str, Option<Json>)> {
    let tables = program.tables();
    let number = run.and_then(|run| program.awaited_action(run.wait));
    let action = number.and_then(|number| tables.actions.get(number as usize));
    let Some(exit) = exit else {
        let ty = number.and_then(|number| tables.given.result(number));
        let wanted = action.and_then(|action| action.result).map(|slot| Wanted::new(slot, ty));
        let value = values.first().map(|value| {
            wanted.map_or_else(|| write(tables, value), |wanted| write_as(tables, value, wanted))
        });
        return vec![("result", Some(value.unwrap_or_default()))];
    };
    let declared = action.and_then(|action| action.exits.get(exit as usize));
    let name = declared.map_or("", |exit| &exit.name);
    let params = declared.map(|exit| exit.params.as_slice()).unwrap_or_default();
    let pairs = params.iter().zip(values).enumerate().map(|(n, (param, given))| {
        let ty = number.and_then(|number| tables.given.value(number, exit, n));
        (Box::from(&*param.name), write_as(tables, given, Wanted::new(param.slot, ty)))
    });
    vec![("exit", Some(Json::text(name))), ("values", Some(Json::Object(pairs.collect())))]
}

fn number<T: std::str::FromStr>(json: &Json) -> Option<T> {
    match json {
        Json::Number(text) | Json::Text(text) => text.parse().ok(),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    }
}
