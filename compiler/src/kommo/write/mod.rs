//! A Salesbot as the file that Kommo's editor imports. In: a [`Bot`]. Out: the text of the file.
//!
//! The file holds the bot twice: its logic by numbered steps (`text`), and the blocks of the editor (`positions`). Both
//! are made of the same steps here, so they agree: there is no third place that says what leads where. Shapes are those
//! of exports that people have published; Kommo documents none of them.

mod logic;
mod positions;

use super::bot::{Bot, Step};
use sbot_embed::Json;

pub use logic::MOST_BYTES;

/// The whole file.
#[must_use]
pub fn file(bot: &Bot) -> String {
    let model = Json::object([
        ("name", Json::text(bot.name.as_deref().unwrap_or("Salesbot"))),
        ("type", Json::int(2)),
        ("text", Json::text(&logic::text(bot).to_string())),
        ("positions", Json::text(&positions::positions(bot).to_string())),
    ]);
    let mut text =
        Json::object([("type_functionality", Json::int(bot.functionality)), ("model", model)]).to_string();
    text.push('\n');
    text
}

/// How many bytes its logic takes, of which Kommo allows [`MOST_BYTES`].
#[must_use]
pub fn bytes(bot: &Bot) -> usize {
    logic::text(bot).to_string().len()
}

/// A step of its logic.
pub(super) fn step(step: &Step) -> Json {
    logic::step(step)
}

/// `{"handler": …, "params": …}`
fn handler(name: &str, params: Json) -> Json {
    Json::object([("handler", Json::text(name)), ("params", params)])
}

/// An object of those keys that have a value.
fn some(keys: Vec<(&str, Option<Json>)>) -> Json {
    let present = keys.into_iter().filter_map(|(key, value)| Some((key.into(), value?)));
    Json::Object(present.collect())
}
