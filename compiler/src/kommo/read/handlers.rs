//! Every handler by its name: those that Kommo documents, and those that exports of the visual builder have.

use super::message::{external, recipient, send_message, show};
use super::reader::{Reader, short, shown};
use crate::kommo::bot::{
    Comparison, Event, Finder, Logic, Reply, ReplyIs, Stop, Validation, Wait, What, Widget,
};
use sbot_embed::Json;

/// Handlers stand inside of one another, as the result of a test: no bot needs more.
pub(super) const MOST_DEEP: usize = 16;

/// What the parameters of a handler are.
pub enum Params {
    /// An object of these keys.
    Keys(&'static [&'static str]),
    /// An object whose keys its reader sees to.
    Any,
    /// A list.
    List,
}

/// How a handler is read.
pub struct Known {
    /// Its parameters.
    pub params: Params,
    /// Gives nothing only after it has told a problem.
    pub(super) read: fn(&mut Reader, &Json, &str) -> Option<What>,
}

type Read = fn(&mut Reader, &Json, &str) -> Option<What>;

const fn known(params: Params, read: Read) -> Known {
    Known { params, read }
}

/// Every handler, by its name.
pub const HANDLERS: &[(&str, Known)] = &[
    ("show", known(Params::Keys(&["type", "value", "buttons", "quick_replies"]), show)),
    (
        "send_message",
        known(
            Params::Keys(&[
                "text",
                "type",
                "buttons",
                "attachments",
                "list_message",
                "recipient",
                "send_to_all_chat_sources",
                "chat_sources",
                "template_id",
                "templateType",
                "create_chat_if_not_exists",
                "is_in_starting_block",
                "on_error",
            ]),
            send_message,
        ),
    ),
    (
        "send_external_message",
        known(
            Params::Keys(&["message", "recipient", "channels", "metadata", "template_id", "on_error"]),
            external,
        ),
    ),
    ("buttons", known(Params::List, buttons)),
    ("goto", known(Params::Any, |reader, params, path| reader.target(params, path).map(What::Goto))),
    (
        "wait_answer",
        known(Params::Any, |reader, params, path| reader.target(params, path).map(What::WaitAnswer)),
    ),
    ("waits", known(Params::Keys(&["logic", "conditions"]), waits)),
    ("condition", known(Params::Keys(&["term1", "term2", "operation", "value_type", "result"]), condition)),
    ("conditions", known(TESTS, conditions)),
    ("validations", known(TESTS, validations)),
    ("distribution", known(Params::Keys(&["type", "seed_id", "variants"]), distribution)),
    (
        "send_comment",
        known(
            Params::Keys(&["text", "recipient", "send_to_all_chat_sources", "is_in_starting_block"]),
            |reader, params, path| {
                let text = reader.text(params, "text", path);
                Some(What::Comment { text, recipient: recipient(reader, params, path) })
            },
        ),
    ),
    (
        "send_internal",
        known(
            Params::Keys(&["entity_id", "entity_type", "message", "user_id", "group_id"]),
            |reader, params, path| {
                let text = reader.text(params, "message", path);
                reader.is_always(params, "entity_id", path, "{{lead.id}}");
                reader.is_always(params, "entity_type", path, "2");
                let user = reader.id(params, "user_id", path);
                Some(What::Internal { text, user, group: reader.id(params, "group_id", path) })
            },
        ),
    ),
    (
        "action",
        known(Params::Keys(&["name", "params"]), |reader, params, path| {
            let (name, params) = named(reader, params, path);
            Some(What::Action { name, params })
        }),
    ),
    (
        "trigger",
        known(Params::Any, |reader, params, path| {
            let (trigger, place) = match reader.object(params, "trigger", path) {
                Some(trigger) => (trigger, format!("{path}.trigger")),
                None => (params, path.to_owned()),
            };
            reader.only(trigger, &place, &["action", "settings"]);
            let settings = kept(reader, trigger, "settings", &place);
            Some(What::Trigger { action: reader.text(trigger, "action", &place), settings })
        }),
    ),
    ("find", known(Params::Any, |reader, params, path| find(reader, params, path, Finder::Find))),
    ("filter", known(Params::Any, |reader, params, path| find(reader, params, path, Finder::Filter))),
    (
        "meta",
        known(Params::Keys(&["delimiter", "values"]), |reader, params, path| {
            let delimiter = reader.optional(params, "delimiter", path).unwrap_or_default();
            Some(What::Meta { delimiter, values: reader.texts(params, "values", path) })
        }),
    ),
    (
        "preset",
        known(Params::Keys(&["name", "params"]), |reader, params, path| {
            let (name, params) = named(reader, params, path);
            Some(What::Preset { name, params })
        }),
    ),
    (
        "widget",
        known(
            Params::Keys(&["widget_id", "widget_source_code", "widget_instance_id", "params", "exits"]),
            widget,
        ),
    ),
    (
        "widget_request",
        known(Params::Keys(&["url", "data"]), |reader, params, path| {
            let url = reader.text(params, "url", path);
            Some(What::WidgetRequest { url, data: params.get("data").cloned().unwrap_or_default() })
        }),
    ),
    ("opt_in", known(Params::Any, |_, params, _| Some(What::OptIn(params.clone())))),
    ("stop", known(Params::Keys(&["action", "bot"]), stop)),
    (
        "exits",
        known(Params::Keys(&["value"]), |reader, params, path| {
            Some(What::Exits(reader.text(params, "value", path)))
        }),
    ),
];

const TESTS: Params = Params::Keys(&["logic", "conditions", "result"]);

/// `{"name": …, "params": …}`
fn named(reader: &mut Reader, params: &Json, path: &str) -> (String, Json) {
    (reader.text(params, "name", path), kept(reader, params, "params", path))
}

/// An object that is kept as it is.
fn kept(reader: &mut Reader, json: &Json, key: &str, path: &str) -> Json {
    reader.object(json, key, path).cloned().unwrap_or_else(|| Json::Object(Vec::new()))
}

fn buttons(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let Json::List(items) = params else {
        let what = format!("a list of branches was expected, and this is {}", shown(params));
        return reader.wrong(path, &what, "write `[{\"value\": …, \"params\": […]}]`");
    };
    let mut replies = Vec::new();
    for (at, json) in items.iter().enumerate() {
        let path = format!("{path}[{at}]");
        if !reader.is_object(json, &path) {
            continue;
        }
        reader.only(json, &path, &["type", "value", "synonyms", "params"]);
        let then = reader.then(json, "params", &path);
        let when = if reader.optional(json, "type", &path).as_deref() == Some("else") {
            ReplyIs::Else
        } else {
            let synonyms = reader.texts(json, "synonyms", &path);
            ReplyIs::Option { synonyms, value: reader.text(json, "value", &path) }
        };
        replies.push(Reply { path, when, then });
    }
    Some(What::Buttons(replies))
}

fn waits(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    logic(reader, params, path)?;
    let mut waits = Vec::new();
    for (json, path) in reader.objects(params, "conditions", path) {
        reader.only(json, &path, &["event", "action"]);
        let event = event(reader, json, &path);
        let place = format!("{path}.action");
        let to = match json.get("action") {
            Some(action) => reader.target(action, &place),
            None => {
                reader.wrong(&place, "`action` is missing", "write `{\"type\": \"question\", \"step\": 1}`")
            }
        };
        if let (Some(event), Some(to)) = (event, to) {
            waits.push(Wait { path, event, to });
        }
    }
    if params.get("logic") == Some(&Json::text("and")) && waits.len() > 1 {
        let what = "a pause goes on at the first of its events; what `and` does here is published nowhere";
        return reader.wrong(&format!("{path}.logic"), what, "write `or`");
    }
    if waits.is_empty() {
        return reader.wrong(path, "it waits for nothing", "write at least one condition");
    }
    Some(What::Waits(waits))
}

fn event(reader: &mut Reader, json: &Json, path: &str) -> Option<Event> {
    let place = format!("{path}.event");
    let Some(event) = json.get("event") else {
        return reader.wrong(&place, "`event` is missing", "write `{\"source\": \"timer\", …}`");
    };
    if !reader.is_object(event, &place) {
        return None;
    }
    reader.only(event, &place, &["source", "action", "delay"]);
    let source = reader.text(event, "source", &place);
    let action = reader.optional(event, "action", &place).unwrap_or_default();
    match (source.as_str(), action.as_str()) {
        ("message", "received" | "") | ("message_received", _) => Some(Event::Message),
        ("timer", "ended" | "") => match reader.int(event, "delay", &place)? {
            delay @ 1..=31_539_660 => Some(Event::Timer(delay)),
            delay => {
                let what = format!("a timer of {delay} seconds");
                let help = "a timer lasts from 1 to 31539660 seconds, which is 8760h60m60s";
                reader.wrong(&format!("{place}.delay"), &what, help)
            }
        },
        _ => Some(Event::Unknown(format!("{source}.{action}"))),
    }
}

fn logic(reader: &mut Reader, params: &Json, path: &str) -> Option<Logic> {
    match reader.filled(params, "logic", path).as_deref() {
        None | Some("and") => Some(Logic::And),
        Some("or") => Some(Logic::Or),
        Some(other) => {
            let what = format!("there is no logic `{}`", short(other));
            reader.wrong(&format!("{path}.logic"), &what, "write `and` or `or`")
        }
    }
}

fn comparison(reader: &mut Reader, json: &Json, path: &str) -> Comparison {
    Comparison {
        path: path.to_owned(),
        left: reader.text(json, "term1", path),
        operation: reader.assumed(json, "operation", path, "="),
        right: json.get("term2").cloned().unwrap_or_default(),
        value_type: reader.filled(json, "value_type", path),
    }
}

fn condition(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let tests = vec![comparison(reader, params, path)];
    Some(What::Conditions { logic: Logic::And, tests, result: reader.then(params, "result", path) })
}

fn conditions(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let logic = logic(reader, params, path);
    let mut tests = Vec::new();
    for (json, path) in reader.objects(params, "conditions", path) {
        reader.only(json, &path, &["term1", "term2", "operation", "value_type"]);
        tests.push(comparison(reader, json, &path));
    }
    let result = reader.then(params, "result", path);
    Some(What::Conditions { logic: logic?, tests, result })
}

fn validations(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let logic = logic(reader, params, path);
    let mut tests = Vec::new();
    for (json, path) in reader.objects(params, "conditions", path) {
        reader.only(json, &path, &["client_value", "type", "condition_value", "operation"]);
        tests.push(Validation {
            left: reader.assumed(json, "client_value", &path, "{{message_text}}"),
            kind: reader.assumed(json, "type", &path, "simple"),
            operation: reader.assumed(json, "operation", &path, "equal"),
            right: json.get("condition_value").cloned().unwrap_or_default(),
            path,
        });
    }
    let result = reader.then(params, "result", path);
    Some(What::Validations { logic: logic?, tests, result })
}

fn distribution(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let kind = reader.filled(params, "type", path).unwrap_or_else(|| "round_robin".to_owned());
    if kind != "round_robin" {
        let what = format!("nobody knows the distribution `{}`", short(&kind));
        return reader.wrong(&format!("{path}.type"), &what, "write `round_robin`");
    }
    let mut variants = Vec::new();
    for (json, path) in reader.list(params, "variants", path) {
        variants.extend(reader.target(json, &path));
    }
    Some(What::Distribution { seed: reader.filled(params, "seed_id", path), variants })
}

fn find(reader: &mut Reader, params: &Json, path: &str, by: Finder) -> Option<What> {
    let actions = reader.then(params, "actions", path);
    let keys = match params {
        Json::Object(keys) => keys.iter().filter(|(key, _)| &**key != "actions").cloned().collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => Vec::new(),
    };
    Some(What::Find { params: Json::Object(keys), by, actions })
}

fn widget(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let mut exits = Vec::new();
    if let Some(Json::Object(keys)) = reader.object(params, "exits", path) {
        for (code, json) in keys {
            let to = reader.target(json, &format!("{path}.exits.{}", short(code)));
            exits.extend(to.map(|to| (code.to_string(), to)));
        }
    }
    let told = reader.problems.len();
    let id = reader.id(params, "widget_id", path);
    if id.is_none() && reader.problems.len() == told {
        reader.note(&format!("{path}.widget_id"), "which widget this is is not said");
    }
    Some(What::Widget(Widget {
        id: id.unwrap_or_default(),
        code: reader.filled(params, "widget_source_code", path),
        instance: reader.id(params, "widget_instance_id", path),
        params: kept(reader, params, "params", path),
        exits,
    }))
}

fn stop(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    Some(What::Stop(match reader.filled(params, "action", path).as_deref() {
        None => Stop::Here,
        Some("talk-close") => Stop::CloseTalk,
        Some("salesbot-start") => match reader.id(params, "bot", path) {
            Some(bot) => Stop::StartBot(bot),
            None => {
                return reader.wrong(&format!("{path}.bot"), "`bot` is missing", "write the id of the bot");
            }
        },
        Some(other) => {
            let what = format!("`stop` has no action `{}`", short(other));
            return reader.wrong(&format!("{path}.action"), &what, "write `talk-close` or `salesbot-start`");
        }
    }))
}
