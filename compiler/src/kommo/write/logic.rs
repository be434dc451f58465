//! What the bot does, by numbered steps: `model.text`.

use super::{handler, some};
use crate::kommo::bot::{
    Attachment, Bot, Button, Event, Finder, Handler, List, Logic, Message, Part, Recipient, Reply, ReplyIs,
    Row, Step, Stop, Target, Wait, What,
};
use sbot_embed::Json;

/// What Kommo allows a bot's text to have: 64 KB.
pub const MOST_BYTES: usize = 64 * 1024;

/// `model.text` before it becomes a string.
pub(super) fn text(bot: &Bot) -> Json {
    let mut keys: Vec<(Box<str>, Json)> =
        bot.steps.iter().map(|one| (one.number.to_string().into(), step(one))).collect();
    if !bot.error.is_empty() {
        keys.push(("error".into(), list(&bot.error)));
    }
    keys.push(("conversation".into(), Json::Bool(false)));
    Json::Object(keys)
}

pub(super) fn step(step: &Step) -> Json {
    let some_list = |handlers: &[Handler]| (!handlers.is_empty()).then(|| list(handlers));
    some(vec![
        ("question", Some(list(&step.question))),
        ("answer", some_list(&step.answer)),
        // One handler, and not a list of them.
        ("no_answer", step.no_answer.first().map(one)),
        ("finish", some_list(&step.finish)),
        ("block_uuid", step.uuid.as_deref().map(Json::text)),
    ])
}

fn list(handlers: &[Handler]) -> Json {
    Json::list(handlers.iter().map(one))
}

/// A handler as JSON.
pub(super) fn one(what: &Handler) -> Json {
    match &what.what {
        What::Message(message) => handler("send_message", message_params(message)),
        What::Buttons(replies) => handler("buttons", Json::list(replies.iter().map(reply))),
        What::Goto(to) => handler("goto", target(*to)),
        What::WaitAnswer(to) => handler("wait_answer", target(*to)),
        What::Waits(waits) => {
            let conditions = Json::list(
                waits.iter().map(|wait| Json::object([("event", event(wait)), ("action", target(wait.to))])),
            );
            handler("waits", Json::object([("logic", Json::text("or")), ("conditions", conditions)]))
        }
        What::Conditions { result, .. } | What::Validations { result, .. } => {
            let name = test_name(&what.what);
            let Json::Object(mut keys) = test_params(&what.what) else { return Json::Null };
            keys.push(("result".into(), list(result)));
            handler(name, Json::Object(keys))
        }
        What::Distribution { seed, variants } => handler(
            "distribution",
            some(vec![
                ("type", Some(Json::text("round_robin"))),
                ("seed_id", seed.as_deref().map(Json::text)),
                ("variants", Some(Json::list(variants.iter().map(|to| target(*to))))),
            ]),
        ),
        What::Widget(widget) => {
            let exits = widget.exits.iter().map(|(code, to)| (code.as_str().into(), target(*to))).collect();
            let Json::Object(mut keys) = widget_params(widget) else { return Json::Null };
            keys.push(("exits".into(), Json::Object(exits)));
            handler("widget", Json::Object(keys))
        }
        What::Find { params, by, actions } => {
            let mut keys = if let Json::Object(keys) = params { keys.clone() } else { Vec::new() };
            keys.push(("actions".into(), list(actions)));
            let name = match by {
                Finder::Find => "find",
                Finder::Filter => "filter",
            };
            handler(name, Json::Object(keys))
        }
        What::Comment { .. }
        | What::Internal { .. }
        | What::Action { .. }
        | What::Trigger { .. }
        | What::Meta { .. }
        | What::Preset { .. }
        | What::WidgetRequest { .. }
        | What::OptIn(_)
        | What::Stop(_)
        | What::Exits(_)
        | What::Unknown { .. } => plain(&what.what),
    }
}

/// A handler that leads nowhere: it looks the same in both graphs.
fn plain(what: &What) -> Json {
    match what {
        What::Comment { text, recipient: to } => handler(
            "send_comment",
            some(vec![
                ("text", Some(Json::text(text))),
                ("recipient", to.as_ref().map(recipient)),
                ("send_to_all_chat_sources", Some(Json::Bool(true))),
                ("is_in_starting_block", Some(Json::Bool(false))),
            ]),
        ),
        What::Internal { text, user, group } => handler(
            "send_internal",
            some(vec![
                ("entity_id", Some(Json::text("{{lead.id}}"))),
                ("entity_type", Some(Json::int(2))),
                ("message", Some(Json::text(text))),
                ("user_id", user.clone()),
                ("group_id", group.clone()),
            ]),
        ),
        What::Action { name, params } => {
            handler("action", Json::object([("name", Json::text(name)), ("params", params.clone())]))
        }
        What::Trigger { action, settings } => {
            let trigger = Json::object([("action", Json::text(action)), ("settings", settings.clone())]);
            handler("trigger", Json::object([("trigger", trigger)]))
        }
        What::Meta { delimiter, values } => {
            let values = Json::list(values.iter().map(|value| Json::text(value)));
            handler("meta", Json::object([("delimiter", Json::text(delimiter)), ("values", values)]))
        }
        What::Preset { name, params } => {
            handler("preset", Json::object([("name", Json::text(name)), ("params", params.clone())]))
        }
        What::WidgetRequest { url, data } => {
            handler("widget_request", Json::object([("url", Json::text(url)), ("data", data.clone())]))
        }
        What::OptIn(params) => handler("opt_in", params.clone()),
        What::Stop(stop) => handler("stop", stop_params(stop)),
        What::Exits(value) => handler("exits", Json::object([("value", Json::text(value))])),
        What::Unknown { name, params } => handler(name, params.clone()),
        What::Message(_)
        | What::Buttons(_)
        | What::Goto(_)
        | What::WaitAnswer(_)
        | What::Waits(_)
        | What::Conditions { .. }
        | What::Validations { .. }
        | What::Distribution { .. }
        | What::Widget(_)
        | What::Find { .. } => Json::Null,
    }
}

fn stop_params(stop: &Stop) -> Json {
    match stop {
        Stop::Here => Json::List(Vec::new()),
        Stop::CloseTalk => Json::object([("action", Json::text("talk-close"))]),
        Stop::StartBot(bot) => Json::object([("action", Json::text("salesbot-start")), ("bot", bot.clone())]),
    }
}

/// The handler of a test; its parameters without what runs then.
pub(super) fn test_name(what: &What) -> &'static str {
    if matches!(what, What::Validations { .. }) { "validations" } else { "conditions" }
}

/// What a test asks.
pub(super) fn test_params(what: &What) -> Json {
    let (logic, conditions) = if let What::Conditions { logic, tests, .. } = what {
        let tests = tests.iter().map(|test| {
            some(vec![
                ("term1", Some(Json::text(&test.left))),
                ("term2", Some(test.right.clone())),
                ("operation", Some(Json::text(&test.operation))),
                ("value_type", test.value_type.as_deref().map(Json::text)),
            ])
        });
        (*logic, Json::list(tests))
    } else if let What::Validations { logic, tests, .. } = what {
        let tests = tests.iter().map(|test| {
            Json::object([
                ("client_value", Json::text(&test.left)),
                ("type", Json::text(&test.kind)),
                ("operation", Json::text(&test.operation)),
                ("condition_value", test.right.clone()),
            ])
        });
        (*logic, Json::list(tests))
    } else {
        (Logic::And, Json::List(Vec::new()))
    };
    let logic = match logic {
        Logic::And => "and",
        Logic::Or => "or",
    };
    Json::object([("logic", Json::text(logic)), ("conditions", conditions)])
}

/// A widget's parameters without its exits.
pub(super) fn widget_params(widget: &crate::kommo::bot::Widget) -> Json {
    some(vec![
        ("widget_id", Some(widget.id.clone())),
        ("widget_source_code", widget.code.as_deref().map(Json::text)),
        ("widget_instance_id", widget.instance.clone()),
        ("params", Some(widget.params.clone())),
    ])
}

/// `{"type": …, "step": …}`
fn target(to: Target) -> Json {
    let part = match to.part {
        Part::Question => "question",
        Part::Answer => "answer",
        Part::Finish => "finish",
    };
    Json::object([("type", Json::text(part)), ("step", Json::int(to.step))])
}

/// `{"source": …, "action": …}`
pub(super) fn event(wait: &Wait) -> Json {
    let (source, action, delay) = match &wait.event {
        Event::Message => ("message", "received", None),
        Event::Timer(seconds) => ("timer", "ended", Some(Json::int(*seconds))),
        Event::Unknown(name) => name.split_once('.').map_or((name.as_str(), "", None), |(a, b)| (a, b, None)),
    };
    some(vec![("source", Some(Json::text(source))), ("action", Some(Json::text(action))), ("delay", delay)])
}

fn reply(reply: &Reply) -> Json {
    match &reply.when {
        ReplyIs::Option { value, synonyms } => Json::object([
            ("value", Json::text(value)),
            ("synonyms", Json::list(synonyms.iter().map(|synonym| Json::text(synonym)))),
            ("params", list(&reply.then)),
        ]),
        ReplyIs::Else => Json::object([("type", Json::text("else")), ("params", list(&reply.then))]),
    }
}

fn recipient(to: &Recipient) -> Json {
    some(vec![
        ("type", Some(Json::text(&to.who))),
        ("way_of_communication", to.way.as_deref().map(Json::text)),
    ])
}

/// The parameters of a message.
pub(super) fn message_params(message: &Message) -> Json {
    let on_error = message.on_error.map_or(Json::Null, |to| handler("goto", target(to)));
    let files = || Json::list(message.attachments.iter().map(attachment));
    let sources = |ids: &Vec<Json>| Json::list(ids.iter().map(|id| Json::object([("id", id.clone())])));
    some(vec![
        ("tag", Some(Json::text(""))),
        ("text", Some(Json::text(&message.text))),
        ("type", Some(Json::text("external"))),
        ("buttons", Some(Json::list(message.buttons.iter().map(button)))),
        ("attachments", (!message.attachments.is_empty()).then(files)),
        ("list_message", message.list.as_ref().map(list_message)),
        ("template_id", message.template.clone()),
        ("templateType", message.template.as_ref().map(|_| Json::text("waba"))),
        ("recipient", message.recipient.as_ref().map(recipient)),
        ("send_to_all_chat_sources", message.channels.is_none().then_some(Json::Bool(true))),
        ("chat_sources", message.channels.as_ref().map(sources)),
        ("create_chat_if_not_exists", message.creates_chat.then_some(Json::Bool(true))),
        ("is_in_starting_block", message.starting.map(Json::Bool)),
        ("on_error", Some(on_error)),
    ])
}

fn button(button: &Button) -> Json {
    match button {
        Button::Reply(text) => Json::object([("text", Json::text(text)), ("type", Json::text("inline"))]),
        Button::Link { text, url } => {
            Json::object([("text", Json::text(text)), ("type", Json::text("url")), ("url", Json::text(url))])
        }
    }
}

fn attachment(file: &Attachment) -> Json {
    Json::object([
        ("type", Json::text(&file.kind)),
        ("value", Json::text(&file.value)),
        ("is_external", Json::Bool(file.external)),
    ])
}

fn list_message(list: &List) -> Json {
    let optional = |text: &Option<String>| text.as_deref().map(Json::text);
    let row = |row: &Row| {
        some(vec![
            ("title", Some(Json::text(&row.title))),
            ("description", optional(&row.description)),
            ("callback_data", optional(&row.callback)),
        ])
    };
    let sections = list.sections.iter().map(|section| {
        let rows = Json::list(section.rows.iter().map(row));
        some(vec![("title", optional(&section.title)), ("rows", Some(rows))])
    });
    some(vec![
        ("header", optional(&list.title)),
        ("body", Some(Json::text(&list.body))),
        ("footer", optional(&list.footer)),
        ("button", optional(&list.button)),
        ("sections", Some(Json::list(sections))),
    ])
}
