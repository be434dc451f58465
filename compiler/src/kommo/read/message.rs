//! Messages: `show` of the documented dialect, `send_external_message`, and `send_message` of the visual builder.

use super::reader::Reader;
use crate::kommo::bot::{Attachment, Button, List, Message, Recipient, Row, Section, Target, What};
use sbot_embed::Json;

pub(super) fn show(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let kind = reader.optional(params, "type").unwrap_or_else(|| "text".to_owned());
    if !["text", "buttons", "buttons_url"].contains(&kind.as_str()) {
        let what = format!("`show` has no type `{kind}`");
        return reader.wrong(&format!("{path}.type"), &what, "write `text`, `buttons` or `buttons_url`");
    }
    let mut message = Message { text: reader.text(params, "value", path), ..Message::default() };
    for (at, button) in reader.list(params, "buttons", path).into_iter().enumerate() {
        let place = format!("{path}.buttons[{at}]");
        let text = match button {
            Json::Text(text) | Json::Number(text) => text.to_string(),
            Json::Object(_) => reader.text(button, "text", &place),
            Json::Null | Json::Bool(_) | Json::List(_) => {
                let what = format!("the text of a button was expected, and this is {}", button.what());
                return reader.wrong(&place, &what, "write its text");
            }
        };
        message.buttons.push(if kind == "buttons_url" {
            Button::Link { text: text.clone(), url: text }
        } else {
            Button::Reply(text)
        });
    }
    for reply in reader.list(params, "quick_replies", path) {
        message.quick_replies.extend(reply.as_text().map(str::to_owned));
    }
    Some(What::Message(Box::new(message)))
}

pub(super) fn send_message(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let mut message = body(reader, params, path);
    settings(reader, params, path, &mut message);
    if params.get("send_to_all_chat_sources") != Some(&Json::Bool(true)) {
        message.channels = channels(reader, params, "chat_sources", path);
    }
    Some(What::Message(Box::new(message)))
}

pub(super) fn external(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let empty = Json::Object(Vec::new());
    let sent = params.get("message").unwrap_or(&empty);
    let mut message = body(reader, sent, &format!("{path}.message"));
    settings(reader, params, path, &mut message);
    message.channels = channels(reader, params, "channels", path);
    message.facebook_tag = params.get("metadata").and_then(|meta| reader.filled(meta, "facebook_tag"));
    Some(What::Message(Box::new(message)))
}

/// The channels of a message; none means all. One without an id is an error, since leaving it out would send to all.
fn channels(reader: &mut Reader, params: &Json, key: &str, path: &str) -> Option<Vec<Json>> {
    let mut ids = Vec::new();
    for (at, source) in reader.list(params, key, path).into_iter().enumerate() {
        match reader.id(source, "id") {
            Some(id) => ids.push(id),
            None => {
                let place = format!("{path}.{key}[{at}]");
                return reader.wrong(
                    &place,
                    "a channel without an id",
                    "write `{\"id\": 33}`, or take it out",
                );
            }
        }
    }
    (!ids.is_empty()).then_some(ids)
}

/// What the client sees.
fn body(reader: &mut Reader, json: &Json, path: &str) -> Message {
    let mut message =
        Message { text: reader.optional(json, "text").unwrap_or_default(), ..Message::default() };
    for (at, button) in reader.list(json, "buttons", path).into_iter().enumerate() {
        let place = format!("{path}.buttons[{at}]");
        let text = reader.text(button, "text", &place);
        message.buttons.push(match reader.optional(button, "type").as_deref() {
            Some("url") => Button::Link { text, url: reader.text(button, "url", &place) },
            Some(_) | None => Button::Reply(text),
        });
    }
    for (at, file) in reader.list(json, "attachments", path).into_iter().enumerate() {
        let place = format!("{path}.attachments[{at}]");
        message.attachments.push(Attachment {
            kind: reader.optional(file, "type").unwrap_or_else(|| "file".to_owned()),
            value: reader.text(file, "value", &place),
            external: file.get("is_external") == Some(&Json::Bool(true)),
        });
    }
    if let Some(list @ Json::Object(keys)) = json.get("list_message")
        && !keys.is_empty()
    {
        message.list = Some(list_of(reader, list, &format!("{path}.list_message")));
    }
    message
}

fn settings(reader: &mut Reader, params: &Json, path: &str, message: &mut Message) {
    message.recipient = recipient(reader, params);
    message.template = reader.id(params, "template_id");
    message.on_error = on_error(reader, params, path);
    message.creates_chat = params.get("create_chat_if_not_exists") == Some(&Json::Bool(true));
    message.starting = match params.get("is_in_starting_block") {
        Some(Json::Bool(starting)) => Some(*starting),
        Some(Json::Null | Json::Number(_) | Json::Text(_) | Json::List(_) | Json::Object(_)) | None => None,
    };
}

/// Where a message leads that could not be delivered: one `goto`.
fn on_error(reader: &mut Reader, params: &Json, path: &str) -> Option<Target> {
    let json = params.get("on_error")?;
    let place = format!("{path}.on_error");
    let handlers = reader.handlers(json, &place);
    match handlers.first().map(|one| &one.what) {
        Some(What::Goto(to)) => Some(*to),
        Some(_) => reader.wrong(&place, "a `goto` was expected", "write one `goto`, or `null`"),
        None => None,
    }
}

pub(super) fn recipient(reader: &Reader, params: &Json) -> Option<Recipient> {
    let json = params.get("recipient")?;
    let who = reader.filled(json, "type")?;
    Some(Recipient { who, way: reader.filled(json, "way_of_communication") })
}

fn list_of(reader: &mut Reader, json: &Json, path: &str) -> List {
    let text = |json: &Json, keys: [&str; 2]| -> Option<String> {
        // Where Kommo keeps these is not published.
        keys.iter().find_map(|key| match json.get(key)? {
            Json::Object(_) => json.get(key)?.get("text")?.as_text().map(str::to_owned),
            Json::Text(text) if !text.is_empty() => Some(text.to_string()),
            Json::Text(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) => None,
        })
    };
    let mut list = List {
        title: text(json, ["header", "title"]),
        body: text(json, ["body", "text"]).unwrap_or_default(),
        footer: text(json, ["footer", "footer"]),
        button: text(json, ["button", "button_text"]),
        sections: Vec::new(),
    };
    for (at, section) in reader.list(json, "sections", path).into_iter().enumerate() {
        let place = format!("{path}.sections[{at}]");
        let mut made = Section { title: reader.filled(section, "title"), rows: Vec::new() };
        for (at, row) in reader.list(section, "rows", &place).into_iter().enumerate() {
            made.rows.push(Row {
                title: reader.text(row, "title", &format!("{place}.rows[{at}]")),
                description: reader.filled(row, "description"),
                callback: reader.filled(row, "callback_data"),
            });
        }
        list.sections.push(made);
    }
    list
}
