//! What a log says, as people write it.

use sbot_embed::json::Json;

/// A part of a line: effects in words, texts in quotes, anything else as it stands.
pub(super) fn any(json: &Json) -> String {
    if json.get("kind").is_some() && json.get("id").is_some() { effect(json) } else { json.to_string() }
}

/// An effect: `message "Hi!" ["Yes", "No"]`, `set lead.sale = "10"`, `add_note(text: "…", on: "lead")`.
pub(super) fn effect(effect: &Json) -> String {
    let text = |key: &str| effect.get(key).and_then(Json::as_text).unwrap_or_default();
    match text("kind") {
        "message" => message(effect),
        "set" => {
            let value = effect.get("value").map(Json::to_string).unwrap_or_default();
            format!("set {} = {value}", text("field"))
        }
        "action" => {
            let args = match effect.get("args") {
                Some(Json::Object(args)) => args.as_slice(),
                _ => &[],
            };
            let args: Vec<String> = args.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            format!("{}({})", text("action"), args.join(", "))
        }
        _ => rest(effect, &["id", "delivery"]),
    }
}

fn message(message: &Json) -> String {
    let mut words = vec!["message".to_owned()];
    let text = message.get("text").cloned().unwrap_or_default();
    if text != Json::text("") {
        words.push(text.to_string());
    }
    if let Some(Json::List(buttons)) = message.get("buttons") {
        let labels: Vec<String> = buttons
            .iter()
            .map(|button| {
                let label = button.get("label").map(Json::to_string).unwrap_or_default();
                match button.get("link").and_then(Json::as_text) {
                    Some(link) => format!("{label} {link}"),
                    None => label,
                }
            })
            .collect();
        if !labels.is_empty() {
            words.push(format!("[{}]", labels.join(", ")));
        }
    }
    let plain = [("to", Json::text("chat")), ("via", Json::text("chat"))];
    for key in ["attach", "voice", "list", "template", "to", "via"] {
        let usual = plain.iter().find(|(known, _)| *known == key).map(|(_, usual)| usual);
        let value = message.get(key).filter(|value| **value != Json::Null && Some(*value) != usual);
        words.extend(value.map(|value| format!("{key} {value}")));
    }
    words.join(" ")
}

/// An event: `the client wrote "12"`, `a timer was due`.
pub(super) fn event(event: &Json) -> String {
    let quoted = |key: &str| event.get(key).map_or_else(|| "nothing".to_owned(), Json::to_string);
    let text = |key: &str| event.get(key).and_then(Json::as_text).unwrap_or_default();
    match text("kind") {
        "message" if event.get("text").is_some() => format!("the client wrote {}", quoted("text")),
        "message" => format!("the client sent {}", quoted("file")),
        "press" => format!("the client pressed {}", quoted("label")),
        "comment" => format!("the client commented {}", quoted("text")),
        "timer" => "a timer was due".to_owned(),
        "video_opened" => "the client opened a video".to_owned(),
        "video_closed" => "the client closed a video".to_owned(),
        "delivered" => format!("effect {} was delivered", text("effect")),
        "failed" => format!("effect {} failed", text("effect")),
        "answer" => rest(event, &["at", "wait", "kind", "effect"]).replacen('{', "the host answered {", 1),
        "trigger" => format!("the trigger {}", text("on")),
        _ => rest(event, &["at", "wait"]),
    }
}

/// Everything but these keys.
fn rest(json: &Json, without: &[&str]) -> String {
    let Json::Object(keys) = json else { return json.to_string() };
    let kept = keys.iter().filter(|(key, _)| !without.contains(&&**key)).cloned().collect();
    Json::Object(kept).to_string()
}
