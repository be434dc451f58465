//! Messages: `show` of the documented dialect, `send_external_message`, and `send_message` of the visual builder.

use super::reader::{Reader, short, shown};
use crate::kommo::bot::{Attachment, Button, List, Message, Recipient, Row, Section, What};
use sbot_embed::Json;

pub(super) fn show(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let kind = reader.filled(params, "type", path).unwrap_or_else(|| "text".to_owned());
    if !["text", "buttons", "buttons_url"].contains(&kind.as_str()) {
        let what = format!("`show` has no type `{}`", short(&kind));
        return reader.wrong(&format!("{path}.type"), &what, "write `text`, `buttons` or `buttons_url`");
    }
    let mut message = Message { text: reader.text(params, "value", path), ..Message::default() };
    for (button, place) in reader.list(params, "buttons", path) {
        let text = match button {
            Json::Text(text) | Json::Number(text) => text.to_string(),
            Json::Object(_) => {
                reader.only(button, &place, &["text"]);
                reader.text(button, "text", &place)
            }
            Json::Null | Json::Bool(_) | Json::List(_) => {
                let what = format!("the text of a button was expected, and this is {}", shown(button));
                return reader.wrong(&place, &what, "write its text");
            }
        };
        message.buttons.push(if kind == "buttons_url" {
            Button::Link { text: text.clone(), url: text }
        } else {
            Button::Reply(text)
        });
    }
    message.quick_replies = reader.texts(params, "quick_replies", path);
    Some(What::Message(Box::new(message)))
}

pub(super) fn send_message(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let mut message = body(reader, params, path);
    settings(reader, params, path, &mut message);
    reader.is_always(params, "templateType", path, "waba");
    let all = reader.flag(params, "send_to_all_chat_sources", path);
    let channels = channels(reader, params, "chat_sources", path);
    match (all, channels) {
        (Some(true), Some(_)) => {
            let what = "`send_to_all_chat_sources` is `true`, so these channels say nothing: it goes to all";
            reader.note(&format!("{path}.chat_sources"), what);
        }
        (Some(false), None) => {
            let what = "it goes neither to all channels nor to one that is named; it is read as all of them";
            reader.note(&format!("{path}.send_to_all_chat_sources"), what);
        }
        (_, channels) => message.channels = channels,
    }
    Some(What::Message(Box::new(message)))
}

pub(super) fn external(reader: &mut Reader, params: &Json, path: &str) -> Option<What> {
    let place = format!("{path}.message");
    let Some(sent) = params.get("message") else {
        return reader.wrong(&place, "`message` is missing", "write `\"message\": {\"text\": \"…\"}`");
    };
    if !reader.is_object(sent, &place) {
        return None;
    }
    reader.only(sent, &place, &["type", "text", "buttons", "attachments", "list_message"]);
    let mut message = body(reader, sent, &place);
    settings(reader, params, path, &mut message);
    message.channels = channels(reader, params, "channels", path);
    if let Some(meta) = reader.object(params, "metadata", path) {
        let place = format!("{path}.metadata");
        reader.only(meta, &place, &["facebook_tag"]);
        message.facebook_tag = reader.filled(meta, "facebook_tag", &place);
    }
    Some(What::Message(Box::new(message)))
}

/// The channels of a message; none means all. One without an id is an error, since leaving it out would send to all.
fn channels(reader: &mut Reader, params: &Json, key: &str, path: &str) -> Option<Vec<Json>> {
    let mut ids = Vec::new();
    for (source, place) in reader.objects(params, key, path) {
        match reader.id(source, "id", &place) {
            Some(id) => ids.push(id),
            None => reader
                .wrong(&place, "a channel without an id", "write `{\"id\": 33}`, or take it out")
                .unwrap_or_default(),
        }
    }
    (!ids.is_empty()).then_some(ids)
}

/// What the client sees.
fn body(reader: &mut Reader, json: &Json, path: &str) -> Message {
    reader.is_always(json, "type", path, "external");
    let text = reader.optional(json, "text", path).unwrap_or_default();
    let mut message = Message { text, ..Message::default() };
    for (json, place) in reader.objects(json, "buttons", path) {
        message.buttons.extend(button(reader, json, &place));
    }
    for (file, place) in reader.objects(json, "attachments", path) {
        reader.only(file, &place, &["type", "value", "is_external"]);
        message.attachments.push(Attachment {
            kind: reader.assumed(file, "type", &place, "file"),
            value: reader.text(file, "value", &place),
            external: reader.flag(file, "is_external", &place).unwrap_or_default(),
        });
    }
    let list = reader.object(json, "list_message", path);
    message.list = list.map(|list| list_of(reader, list, &format!("{path}.list_message")));
    message
}

fn button(reader: &mut Reader, json: &Json, path: &str) -> Option<Button> {
    reader.only(json, path, &["type", "text", "url"]);
    let text = reader.text(json, "text", path);
    match reader.filled(json, "type", path).as_deref() {
        None | Some("inline") => Some(Button::Reply(text)),
        Some("url") => Some(Button::Link { text, url: reader.text(json, "url", path) }),
        Some(other) => {
            let what = format!("nobody knows buttons of the type `{}`", short(other));
            reader.wrong(&format!("{path}.type"), &what, "write `inline` or `url`")
        }
    }
}

fn settings(reader: &mut Reader, params: &Json, path: &str, message: &mut Message) {
    message.recipient = recipient(reader, params, path);
    message.template = reader.id(params, "template_id", path);
    message.on_error = reader.only_goto(params, "on_error", path).map(|(_, to)| to);
    message.creates_chat = reader.flag(params, "create_chat_if_not_exists", path).unwrap_or_default();
    message.starting = reader.flag(params, "is_in_starting_block", path);
}

pub(super) fn recipient(reader: &mut Reader, params: &Json, path: &str) -> Option<Recipient> {
    let json = reader.object(params, "recipient", path)?;
    let place = format!("{path}.recipient");
    reader.only(json, &place, &["type", "way_of_communication"]);
    let way = reader.filled(json, "way_of_communication", &place);
    let who = reader.filled(json, "type", &place);
    if who.is_none() && way.is_some() {
        reader.note(&place, "whom it is for is missing, so what is said of the way is left out");
    }
    Some(Recipient { who: who?, way })
}

fn list_of(reader: &mut Reader, json: &Json, path: &str) -> List {
    reader.only(
        json,
        path,
        &["header", "title", "body", "text", "footer", "button", "button_text", "sections"],
    );
    // Where Kommo keeps these is not published.
    let text = |reader: &mut Reader, keys: [&str; 2]| -> Option<String> {
        keys.iter().find_map(|key| match json.get(key)? {
            Json::Object(inner) if inner.is_empty() => None,
            inner @ Json::Object(_) => Some(reader.text(inner, "text", &format!("{path}.{key}"))),
            Json::Text(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) => {
                reader.filled(json, key, path)
            }
        })
    };
    let mut list = List {
        title: text(reader, ["header", "title"]),
        body: text(reader, ["body", "text"]).unwrap_or_default(),
        footer: text(reader, ["footer", "footer"]),
        button: text(reader, ["button", "button_text"]),
        sections: Vec::new(),
    };
    for (section, place) in reader.objects(json, "sections", path) {
        reader.only(section, &place, &["title", "rows"]);
        let mut made = Section { title: reader.filled(section, "title", &place), rows: Vec::new() };
        for (row, place) in reader.objects(section, "rows", &place) {
            reader.only(row, &place, &["title", "description", "callback_data"]);
            made.rows.push(Row {
                title: reader.text(row, "title", &place),
                description: reader.filled(row, "description", &place),
                callback: reader.filled(row, "callback_data", &place),
            });
        }
        list.sections.push(made);
    }
    list
}
