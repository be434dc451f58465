//! The JSON of a Salesbot, of either dialect. In: the bytes of a file. Out: a [`Bot`] and what was odd about the file, or
//! everything that is wrong with it, each with its step and its place.
//!
//! Exports come from PHP and are read as such: an empty object may be an empty list, and a number may be a text. What is
//! unknown is an error and no guess, unless it is asked to be kept.

mod graph;
mod handlers;
mod message;
mod reader;

pub use handlers::{HANDLERS, Known, Params};
pub use reader::{Note, Problem};

use super::bot::{Block, Bot, Handler, Step, What};
use reader::{Reader, short, shown};
use sbot_embed::Json;
use sbot_embed::json::{self, Bounds};

/// Kommo takes 64 KB of logic; its own exports are a few times that, with the editor's blocks and the quotes of two
/// layers of JSON.
const BOUNDS: Bounds = Bounds { bytes: 16 << 20, depth: 64, parts: 1_000_000 };

/// No bot has more steps.
pub const MOST_STEPS: usize = 20_000;

const AGAIN: &str = "export the bot again from Kommo's editor";
const TWICE: &str =
    "Kommo keeps one of the two and drops the other without a word: give one of them another name or number";

/// Reads a file. `lenient` keeps handlers that nobody knows, for the reader of the bot to tell.
///
/// # Errors
/// Everything that is wrong, at most the first hundred.
pub fn read(bytes: &[u8], lenient: bool) -> Result<(Bot, Vec<Note>), Vec<Problem>> {
    let mut reader = Reader::new(lenient);
    let bot = whole(&mut reader, bytes);
    match bot {
        Some(bot) if reader.problems.is_empty() => {
            graph::compare(&mut reader, &bot);
            Ok((bot, reader.notes))
        }
        Some(_) | None => Err(reader.problems),
    }
}

fn whole(reader: &mut Reader, bytes: &[u8]) -> Option<Bot> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(why) => {
            let what = format!("the file is not UTF-8 after the first {} bytes", why.valid_up_to());
            return reader.wrong("", &what, "export the bot again, or save the file as UTF-8");
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json = parsed(reader, "", text)?;
    let Some(model) = json.get("model") else { return documented(reader, &json) };
    if !reader.is_object(model, "model") {
        return None;
    }
    let functionality = json.get("type_functionality").filter(|json| **json != Json::Null);
    let functionality = functionality.and_then(|_| reader.int(&json, "type_functionality", ""));
    let mut bot = Bot {
        name: reader.optional(model, "name", "model"),
        functionality: functionality.unwrap_or_default(),
        ..Bot::default()
    };
    // Both are read whatever is wrong with the other.
    if let Some(logic) = inner(reader, model, "text") {
        steps(reader, &logic, "text", &mut bot);
    }
    if model.get("positions").is_some_and(|json| *json != Json::Null)
        && let Some(blocks) = inner(reader, model, "positions")
    {
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
        Some(Json::Text(text)) => {
            let json = parsed(reader, key, text.strip_prefix('\u{feff}').unwrap_or(text))?;
            if json.as_text().is_some() {
                let help = "it was written as a text twice: write it once";
                return reader.wrong(&path, "the JSON in this text is a text again", help);
            }
            Some(json)
        }
        Some(json @ (Json::Object(_) | Json::List(_))) => {
            reader.note(&path, "it is JSON where exports have a text of JSON");
            Some(json.clone())
        }
        Some(found @ (Json::Null | Json::Bool(_) | Json::Number(_))) => {
            let what = format!("a text of JSON was expected, and this is {}", shown(found));
            reader.wrong(&path, &what, AGAIN)
        }
        None => reader.wrong(&path, "a text of JSON was expected, and nothing is there", AGAIN),
    }
}

/// The JSON of the file, or of one of its two inner texts.
fn parsed(reader: &mut Reader, key: &str, text: &str) -> Option<Json> {
    let why = match json::read_within(text, BOUNDS) {
        Ok(json) => return Some(json),
        Err(why) => why,
    };
    let twice = why.what.contains("stands twice");
    let help = if twice { TWICE } else { "export the bot again: the file may have been cut off or edited" };
    // The place as handlers have it, so that both are looked for in the same way.
    let dot = if key.is_empty() || why.path.is_empty() || why.path.starts_with('[') { "" } else { "." };
    let path = if why.path.is_empty() && !key.is_empty() {
        format!("model.{key}")
    } else {
        format!("{key}{dot}{}", why.path)
    };
    if key != "positions" {
        let first = why.path.split(['.', '[', ']']).find(|part| !part.is_empty());
        reader.step = first.and_then(number);
    }
    let what = if key.is_empty() {
        format!("this is no JSON of a bot: {why}")
    } else {
        format!("the text in `model.{key}` is no JSON of a bot: {why}, counted inside of that text")
    };
    let _: Option<()> = reader.wrong(&path, &what, help);
    reader.step = None;
    None
}

/// Steps as a list, or as an object by their numbers.
fn documented(reader: &mut Reader, json: &Json) -> Option<Bot> {
    let mut bot = Bot::default();
    if !matches!(json, Json::List(_) | Json::Object(_)) {
        let what = format!("a bot is a list or an object of steps, and this is {}", shown(json));
        return reader.wrong(
            "",
            &what,
            "give the file that Kommo's editor exports, or the source that it shows",
        );
    }
    steps(reader, json, "", &mut bot);
    with_steps(reader, bot, "")
}

/// The number of a step, which has one spelling: `01` would be another step, or the same one twice.
fn number(key: &str) -> Option<i64> {
    key.parse::<i64>().ok().filter(|number| *number >= 0 && number.to_string() == key)
}

fn steps(reader: &mut Reader, json: &Json, path: &str, bot: &mut Bot) {
    let dot = if path.is_empty() { "" } else { "." };
    // The root may have keys that are no steps.
    let most = MOST_STEPS + 2;
    match json {
        Json::List(items) if items.len() > most => {
            too_many(reader, items.len(), i64::try_from(most).ok(), &format!("{path}[{most}]"));
        }
        Json::Object(keys) if let Some((key, _)) = keys.get(most) => {
            too_many(reader, keys.len(), number(key), &format!("{path}{dot}{}", short(key)));
        }
        Json::List(items) => {
            for (number, step) in (0i64..).zip(items) {
                bot.steps.extend(one_step(reader, step, number, &format!("{path}[{number}]")));
            }
        }
        Json::Object(keys) => {
            for (key, value) in keys {
                let path = format!("{path}{dot}{}", short(key));
                match number(key) {
                    Some(number) => bot.steps.extend(one_step(reader, value, number, &path)),
                    None => root_key(reader, key, value, &path, bot),
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
            let what = format!("steps by their numbers were expected, and this is {}", shown(json));
            reader.wrong(path, &what, AGAIN).unwrap_or_default()
        }
    }
    bot.steps.sort_by_key(|step| step.number);
}

fn too_many(reader: &mut Reader, count: usize, first: Option<i64>, path: &str) {
    reader.step = first;
    let what = format!("there are about {count} steps, the limit is {MOST_STEPS}; they end here");
    let help = "Kommo takes 64 KB for a bot, which is fewer: is this the file of one bot?";
    let _: Option<()> = reader.wrong(path, &what, help);
    reader.step = None;
}

/// A key beside the steps.
fn root_key(reader: &mut Reader, key: &str, value: &Json, path: &str, bot: &mut Bot) {
    match key {
        "error" => bot.error = reader.handlers(value, path),
        // Whether the bot has an AI's conversation; no export has another value.
        "conversation" if *value == Json::Bool(false) => {}
        "conversation" => reader.note(path, "what this means is published nowhere; it is left out"),
        _ => {
            let what = format!("`{}` is no number of a step", short(key));
            reader.wrong(path, &what, "number the steps: 0, 1, 2 …").unwrap_or_default()
        }
    }
}

fn one_step(reader: &mut Reader, json: &Json, number: i64, path: &str) -> Option<Step> {
    reader.step = Some(number);
    let step = match json {
        Json::Object(_) => {
            reader.only(json, path, &["question", "answer", "no_answer", "finish", "block_uuid"]);
            let silent = reader.only_goto(json, "no_answer", path);
            let silent = silent.map(|(path, to)| Handler { path, what: What::Goto(to) });
            Some(Step {
                number,
                question: reader.then(json, "question", path),
                answer: reader.then(json, "answer", path),
                no_answer: silent.into_iter().collect(),
                finish: reader.then(json, "finish", path),
                uuid: reader.optional(json, "block_uuid", path),
            })
        }
        Json::List(items) if items.is_empty() => Some(Step { number, ..Step::default() }),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
            let what =
                format!("a step with `question` and `answer` was expected, and this is {}", shown(json));
            reader.wrong(path, &what, "write `{\"question\": […]}`")
        }
    };
    reader.step = None;
    step
}

/// The blocks of the editor. They only show the steps, so what is wrong here is a note.
fn positions(reader: &mut Reader, json: &Json) -> Vec<Block> {
    let path = "positions";
    let Json::List(items) = json else {
        reader.note(path, "a list of blocks was expected; the editor's places are left out");
        return Vec::new();
    };
    let int = |json: &Json, key: &str| match json.get(key)? {
        Json::Number(text) | Json::Text(text) => text.parse::<i64>().ok(),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    };
    let float = |json: &Json, key: &str| match json.get(key)? {
        Json::Number(text) | Json::Text(text) => text.parse::<f64>().ok().filter(|number| number.is_finite()),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    };
    let mut blocks = Vec::new();
    for (at, json) in items.iter().enumerate() {
        let (Some(id), Some(step)) = (int(json, "id"), int(json, "step")) else {
            reader.note(
                &format!("{path}[{at}]"),
                "a block has the numbers `id` and `step`; this one is left out",
            );
            continue;
        };
        let (x, y) = (float(json, "x"), float(json, "y"));
        if x.is_none() || y.is_none() {
            reader.note(&format!("{path}[{at}]"), "a block has a place, `x` and `y`; this one is put at 0");
        }
        blocks.push(Block {
            id,
            step,
            kind: json.get("type").and_then(Json::as_text).unwrap_or_default().to_owned(),
            x: x.unwrap_or_default(),
            y: y.unwrap_or_default(),
            json: json.clone(),
        });
    }
    blocks
}
