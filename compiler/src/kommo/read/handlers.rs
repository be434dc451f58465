//! Every handler by its name: those that Kommo documents, and those that exports of the visual builder have.

use super::message::{external, recipient, send_message, show};
use super::reader::Reader;
use crate::kommo::bot::{
    Comparison, Event, Finder, Logic, Reply, ReplyIs, Stop, Validation, Wait, What, Widget,
};
use sbot_embed::Json;

/// Handlers stand inside of one another, as the result of a test: no bot needs more.
pub(super) const MOST_DEEP: usize = 16;

type Read = fn(&mut Reader, &Json, &str) -> Option<What>;

/// Every handler: its name, and how its parameters are read.
pub const HANDLERS: &[(&str, Read)] = &[
    ("show", show),
    ("send_message", send_message),
    ("send_external_message", external),
    ("buttons", buttons),
    ("goto", |reader, params, path| reader.target(params, path).map(What::Goto)),
    ("wait_answer", |reader, params, path| reader.target(params, path).map(What::WaitAnswer)),
    ("waits", waits),
    ("condition", condition),
    ("conditions", conditions),
    ("validations", validations),
    ("distribution", distribution),
    ("send_comment", |reader, params, path| {
        Some(What::Comment { text: reader.text(params, "text", path), recipient: recipient(reader, params) })
    }),
    ("send_internal", |reader, params, path| {
        let text = reader.text(params, "message", path);
        Some(What::Internal {
            text,
            user: reader.id(params, "user_id"),
            group: reader.id(params, "group_id"),
        })
    }),
    ("action", |reader, params, path| {
        let name = reader.text(params, "name", path);
        let params = params.get("params").cloned().unwrap_or_else(|| Json::Object(Vec::new()));
        Some(What::Action { name, params })
    }),
    ("trigger", |reader, params, path| {
        let inner = params.get("trigger").unwrap_or(params);
        let action = reader.text(inner, "action", &format!("{path}.trigger"));
        let settings = inner.get("settings").cloned().unwrap_or_else(|| Json::Object(Vec::new()));
        Some(What::Trigger { action, settings })
    }),
    ("find", |reader, params, path| find(reader, params, path, Finder::Find)),
    ("filter", |reader, params, path| find(reader, params, path, Finder::Filter)),
    ("meta", |reader, params, path| {
        let delimiter = reader.optional(params, "delimiter").unwrap_or_default();
        let values = reader.list(params, "values", path);
        let values = values.iter().filter_map(|value| value.as_text().map(str::to_owned)).collect();
        Some(What::Meta { delimiter, values })
    }),
    ("preset", |reader, params, path| {
        let name = reader.text(params, "name", path);
        let params = params.get("params").cloned().unwrap_or_else(|| Json::Object(Vec::new()));
        Some(What::Preset { name, params })
    }),
    ("widget", widget),
    ("widget_request", |reader, params, path| {
        let url = reader.text(params, "url", path);
        Some(What::WidgetRequest { url, data: params.get("data").cloned().unwrap_or_default() })
    }),
    ("opt_in", |_, params, _| Some(What::OptIn(params.clone()))),
    ("stop", stop),
    ("exits", |reader, params, path| Some(What::Exits(reader.text(params, "value", path)))),
];

fn buttons(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let Json::List(items) = params else {
        return reader.wrong(
            path,
            "a list of branches was expected",
            "write `[{\"value\": …, \"params\": […]}]`",
        );
    };
    let mut replies = Vec::new();
    for (at, json) in items.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let then = json.get("params").map(|then| reader.handlers(then, &format!("{path}.params")));
        let when = if reader.optional(json, "type").as_deref() == Some("else") {
            ReplyIs::Else
        } else {
            let synonyms = reader.list(json, "synonyms", &path);
            let synonyms = synonyms.iter().filter_map(|word| match word {
                Json::Text(text) | Json::Number(text) => Some(text.to_string()),
                Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
            });
            ReplyIs::Option { synonyms: synonyms.collect(), value: reader.text(json, "value", &path) }
        };
        replies.push(Reply { path, when, then: then.unwrap_or_default() });
    }
    Some(What::Buttons(replies))
}

fn waits(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let mut waits = Vec::new();
    for (at, json) in reader.list(params, "conditions", path).into_iter().enumerate() {
        let path = format!("{path}.conditions[{at}]");
        let place = format!("{path}.event");
        let Some(event) = json.get("event") else {
            return reader.wrong(&place, "`event` is missing", "write `{\"source\": \"timer\", …}`");
        };
        let source = reader.text(event, "source", &place);
        let action = reader.optional(event, "action").unwrap_or_default();
        let event = match source.as_str() {
            "message" | "message_received" => Event::Message,
            "timer" => match reader.int(event, "delay", &place)? {
                delay @ 1..=31_539_660 => Event::Timer(delay),
                delay => {
                    let what = format!("a timer of {delay} seconds");
                    let help = "a timer lasts from 1 to 31539660 seconds, which is 8760h60m60s";
                    return reader.wrong(&format!("{place}.delay"), &what, help);
                }
            },
            other => Event::Unknown(format!("{other}.{action}")),
        };
        let target = json.get("action").cloned().unwrap_or_default();
        let to = reader.target(&target, &format!("{path}.action"))?;
        waits.push(Wait { path, event, to });
    }
    if waits.is_empty() {
        return reader.wrong(path, "it waits for nothing", "write at least one condition");
    }
    Some(What::Waits(waits))
}

fn logic(reader: &mut Reader, params: &Json, path: &str) -> Option<Logic> {
    match reader.optional(params, "logic").as_deref() {
        None | Some("and" | "") => Some(Logic::And),
        Some("or") => Some(Logic::Or),
        Some(other) => reader.wrong(
            &format!("{path}.logic"),
            &format!("there is no logic `{other}`"),
            "write `and` or `or`",
        ),
    }
}

fn comparison(reader: &mut Reader, json: &Json, path: &str) -> Comparison {
    Comparison {
        path: path.to_owned(),
        left: reader.text(json, "term1", path),
        operation: reader.optional(json, "operation").unwrap_or_else(|| "=".to_owned()),
        right: json.get("term2").cloned().unwrap_or_default(),
        value_type: reader.filled(json, "value_type"),
    }
}

fn condition(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let tests = vec![comparison(reader, params, path)];
    let result = params.get("result").map(|then| reader.handlers(then, &format!("{path}.result")));
    Some(What::Conditions { logic: Logic::And, tests, result: result.unwrap_or_default() })
}

fn conditions(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let logic = logic(reader, params, path)?;
    let mut tests = Vec::new();
    for (at, json) in reader.list(params, "conditions", path).into_iter().enumerate() {
        tests.push(comparison(reader, json, &format!("{path}.conditions[{at}]")));
    }
    let result = params.get("result").map(|then| reader.handlers(then, &format!("{path}.result")));
    Some(What::Conditions { logic, tests, result: result.unwrap_or_default() })
}

fn validations(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let logic = logic(reader, params, path)?;
    let mut tests = Vec::new();
    for (at, json) in reader.list(params, "conditions", path).into_iter().enumerate() {
        let path = format!("{path}.conditions[{at}]");
        tests.push(Validation {
            left: reader.optional(json, "client_value").unwrap_or_else(|| "{{message_text}}".to_owned()),
            kind: reader.optional(json, "type").unwrap_or_else(|| "simple".to_owned()),
            operation: reader.optional(json, "operation").unwrap_or_else(|| "equal".to_owned()),
            right: json.get("condition_value").cloned().unwrap_or_default(),
            path,
        });
    }
    let result = params.get("result").map(|then| reader.handlers(then, &format!("{path}.result")));
    Some(What::Validations { logic, tests, result: result.unwrap_or_default() })
}

fn distribution(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let kind = reader.optional(params, "type").unwrap_or_else(|| "round_robin".to_owned());
    if kind != "round_robin" {
        let what = format!("nobody knows the distribution `{kind}`");
        return reader.wrong(&format!("{path}.type"), &what, "write `round_robin`");
    }
    let mut variants = Vec::new();
    for (at, json) in reader.list(params, "variants", path).into_iter().enumerate() {
        variants.extend(reader.target(json, &format!("{path}.variants[{at}]")));
    }
    Some(What::Distribution { seed: reader.filled(params, "seed_id"), variants })
}

fn find(reader: &mut Reader, params: &Json, path: &str, by: Finder) -> Option<What> {
    let actions = params.get("actions").map(|then| reader.handlers(then, &format!("{path}.actions")));
    let keys = match params {
        Json::Object(keys) => keys.iter().filter(|(key, _)| &**key != "actions").cloned().collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => Vec::new(),
    };
    Some(What::Find { params: Json::Object(keys), by, actions: actions.unwrap_or_default() })
}

fn widget(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let mut exits = Vec::new();
    if let Some(Json::Object(keys)) = params.get("exits") {
        for (code, json) in keys {
            let to = reader.target(json, &format!("{path}.exits.{code}"));
            exits.extend(to.map(|to| (code.to_string(), to)));
        }
    }
    Some(What::Widget(Widget {
        id: reader.id(params, "widget_id").unwrap_or_default(),
        code: reader.filled(params, "widget_source_code"),
        instance: reader.id(params, "widget_instance_id"),
        params: params.get("params").cloned().unwrap_or_else(|| Json::Object(Vec::new())),
        exits,
    }))
}

fn stop(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    Some(What::Stop(match reader.filled(params, "action").as_deref() {
        None => Stop::Here,
        Some("talk-close") => Stop::CloseTalk,
        Some("salesbot-start") => match reader.id(params, "bot") {
            Some(bot) => Stop::StartBot(bot),
            None => {
                return reader.wrong(&format!("{path}.bot"), "`bot` is missing", "write the id of the bot");
            }
        },
        Some(other) => {
            let what = format!("`stop` has no action `{other}`");
            return reader.wrong(&format!("{path}.action"), &what, "write `talk-close` or `salesbot-start`");
        }
    }))
}
