//! The JSON of a Salesbot, of either dialect. In: the bytes of a file. Out: a [`Bot`] and what was odd about the file, or
//! everything that is wrong with it, each with its step and its place.
//!
//! Exports come from PHP and are read as such: an empty object may be an empty list, and a number may be a text. What is
//! unknown is an error and no guess, unless it is asked to be kept.

mod handlers;
mod message;
mod reader;

pub use handlers::HANDLERS;
pub use reader::{Note, Problem};

use super::bot::{Block, Bot, Handler, Step};
use reader::Reader;
use sbot_embed::Json;
use sbot_embed::json;

/// Reads a file. `lenient` keeps handlers that nobody knows, for the reader of the bot to tell.
///
/// # Errors
/// Everything that is wrong, at most the first hundred.
pub fn read(bytes: &[u8], lenient: bool) -> Result<(Bot, Vec<Note>), Vec<Problem>> {
    let mut reader = Reader::new(lenient);
    let bot = whole(&mut reader, bytes);
    match bot {
        Some(bot) if reader.problems.is_empty() => Ok((bot, reader.notes)),
        Some(_) | None => Err(reader.problems),
    }
}

fn whole(reader: &mut Reader, bytes: &[u8]) -> Option<Bot> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return reader.wrong("", "the file is not UTF-8", "export the bot again, or save the file as UTF-8");
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json = parsed(reader, "", text)?;
    let Some(model) = json.get("model") else { return documented(reader, &json) };
    let mut bot = Bot {
        name: reader.optional(model, "name"),
        functionality: reader.maybe_int(&json, "type_functionality").unwrap_or_default(),
        ..Bot::default()
    };
    let logic = inner(reader, model, "text")?;
    steps(reader, &logic, "text", &mut bot);
    if model.get("positions").is_some() {
        let blocks = inner(reader, model, "positions")?;
        bot.blocks = positions(reader, &blocks);
    }
    with_steps(reader, bot, "model.text")
}

/// The bot, if there is anything in it or its mistakes are told.
fn with_steps(reader: &mut Reader, bot: Bot, path: &str) -> Option<Bot> {
    if bot.steps.is_empty() && reader.problems.is_empty() {
        return reader.wrong(path, "the bot has no step", "give the file that Kommo's editor exports");
    }
    Some(bot)
}

/// A text of JSON inside of the JSON; some exporters write the JSON itself.
fn inner(reader: &mut Reader, model: &Json, key: &str) -> Option<Json> {
    let path = format!("model.{key}");
    match model.get(key) {
        Some(Json::Text(text)) => parsed(reader, &path, text),
        Some(json @ (Json::Object(_) | Json::List(_))) => {
            reader.note(&path, "it is JSON where exports have a text of JSON");
            Some(json.clone())
        }
        Some(Json::Null | Json::Bool(_) | Json::Number(_)) | None => {
            reader.wrong(&path, "a text of JSON was expected", "export the bot again from Kommo's editor")
        }
    }
}

fn parsed(reader: &mut Reader, path: &str, text: &str) -> Option<Json> {
    match json::read(text) {
        Ok(json) => Some(json),
        Err(why) => {
            let twice = why.what.contains("twice");
            let help = if twice {
                "Kommo keeps one of the two and drops the other without a word: give one of them another name or number"
            } else {
                "export the bot again: the file may have been cut off or edited"
            };
            reader.wrong(path, &format!("this is no JSON of a bot: {why}"), help)
        }
    }
}

/// Steps as a list, or as an object by their numbers.
fn documented(reader: &mut Reader, json: &Json) -> Option<Bot> {
    let mut bot = Bot::default();
    match json {
        Json::List(items) => {
            for (number, step) in (0i64..).zip(items) {
                let step = one_step(reader, step, number, &format!("[{number}]"));
                bot.steps.extend(step);
            }
        }
        Json::Object(_) => steps(reader, json, "", &mut bot),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
            return reader.wrong(
                "",
                &format!("a bot is a list or an object of steps, and this is {}", json.what()),
                "give the file that Kommo's editor exports, or the source that it shows",
            );
        }
    }
    with_steps(reader, bot, "")
}

fn steps(reader: &mut Reader, json: &Json, path: &str, bot: &mut Bot) {
    let Json::Object(keys) = json else {
        if let Json::List(items) = json {
            for (number, step) in (0i64..).zip(items) {
                bot.steps.extend(one_step(reader, step, number, &format!("{path}[{number}]")));
            }
            return;
        }
        let what = format!("steps by their numbers were expected, and this is {}", json.what());
        return reader.wrong(path, &what, "export the bot again from Kommo's editor").unwrap_or_default();
    };
    let at = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    for (key, value) in keys {
        // One spelling for one number: `01` would be another step, or the same one twice.
        let number = key.parse::<i64>().ok().filter(|number| number.to_string() == **key);
        match (&**key, number) {
            (_, Some(number)) => bot.steps.extend(one_step(reader, value, number, &at(key))),
            ("error", _) => bot.error = reader.handlers(value, &at(key)),
            // Whether the bot has an AI's conversation; no export has another value.
            ("conversation", _) if *value == Json::Bool(false) => {}
            ("conversation", _) => {
                reader.note(&at(key), "what this means is published nowhere; it is left out")
            }
            _ => {
                let key: String = key.chars().take(40).collect();
                let what = format!("`{key}` is no number of a step");
                let _: Option<()> = reader.wrong(&at(&key), &what, "number the steps: 0, 1, 2 …");
            }
        }
    }
    bot.steps.sort_by_key(|step| step.number);
}

fn one_step(reader: &mut Reader, json: &Json, number: i64, path: &str) -> Option<Step> {
    reader.step = Some(number);
    let step = match json {
        Json::Object(_) => {
            for key in reader.others(json, &["question", "answer", "no_answer", "finish", "block_uuid"]) {
                reader.note(&format!("{path}.{key}"), "a step has no such key; it is left out");
            }
            let mut list = |key: &str| -> Vec<Handler> {
                json.get(key).map(|all| reader.handlers(all, &format!("{path}.{key}"))).unwrap_or_default()
            };
            let (question, answer) = (list("question"), list("answer"));
            let (no_answer, finish) = (list("no_answer"), list("finish"));
            let uuid = reader.optional(json, "block_uuid");
            Some(Step { number, uuid, question, answer, no_answer, finish })
        }
        Json::List(items) if items.is_empty() => Some(Step { number, ..Step::default() }),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => reader.wrong(
            path,
            &format!("a step with `question` and `answer` was expected, and this is {}", json.what()),
            "write `{\"question\": […]}`",
        ),
    };
    reader.step = None;
    step
}

/// The blocks of the editor.
fn positions(reader: &mut Reader, json: &Json) -> Vec<Block> {
    let path = "model.positions";
    let Json::List(items) = json else {
        reader.note(path, "a list of blocks was expected; the editor's places are left out");
        return Vec::new();
    };
    let mut blocks = Vec::new();
    for json in items {
        let number = |key: &str| match json.get(key) {
            Some(Json::Number(text) | Json::Text(text)) => text.parse::<f64>().unwrap_or_default(),
            Some(Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_)) | None => 0.0,
        };
        blocks.push(Block {
            id: reader.maybe_int(json, "id").unwrap_or_default(),
            step: reader.maybe_int(json, "step").unwrap_or(-1),
            kind: reader.optional(json, "type").unwrap_or_default(),
            x: number("x"),
            y: number("y"),
            json: json.clone(),
        });
    }
    blocks
}
