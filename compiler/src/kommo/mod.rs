//! Kommo's Salesbots, both ways. In: the JSON of a bot, or a checked project. Out: the sources of a project, or the JSON.
//!
//! `bot.rs` is the seam between the two: a Salesbot as plain data, whichever dialect of JSON it was read from. What
//! reads JSON knows nothing of sources, what writes sources knows nothing of JSON. Nothing here reads a file or a
//! network, and no id of an account is written into a source: ids stand in the environment file alone.

pub mod account;
pub mod api;
pub mod bot;
pub mod env;
pub mod env_text;
pub mod export;
pub mod import;
pub mod names;
mod quotes;
pub mod read;
pub mod write;
