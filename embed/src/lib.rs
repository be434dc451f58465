//! The machine behind names and JSON, for hosts in any language. In: a compiled program; JSON texts with events, facts and
//! arguments by name; parked runs as bytes. Out: JSON texts with effects by name, and the run parked again or its end.
//!
//! Invariants: no number of a table is ever seen outside, only names of the source; the same input always gives the same
//! bytes; nothing here is a floating point number; everything that is wrong with what a host gives is told at once, with
//! its place, and nothing has changed then. There is no state but the program, and nothing here does I/O.
//!
//! ```
//! use sbot_embed::{Engine, Outcome, Then, What};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let compiled = compiled()?;
//! // What `sbotc build` has written.
//! let engine = Engine::load(&compiled)?;
//! engine.check(r#"{"actions":"all","fields":["contact.name"]}"#)?;
//!
//! let event = r#"{"at":1795339800000,"kind":"message","text":"hello"}"#;
//! let turn = engine.start("shop", "{}", event, r#"{"contact.name":"Ann"}"#)?;
//! let What::Message(message) = &turn.effects[0].what else { return Err("no message".into()) };
//! assert_eq!(&*message.made.text, "Hi Ann! A pizza?");
//!
//! // The run waits: a few bytes, to be stored until the client answers.
//! let Then::Waits { run, wait } = turn.then else { return Err("it should wait".into()) };
//! let event = r#"{"at":1795339860000,"wait":1,"kind":"press","label":"Yes"}"#;
//! let Outcome::Turn(turn) = engine.turn(&run, event, "{}")? else { return Err("refused".into()) };
//! assert!(matches!(turn.then, Then::Ended(_)));
//! # Ok(())
//! # }
//! #
//! # const SOURCE: &str = r#"
//! # bot shop
//! # trigger message
//! # step greet: message "Hi {contact.name}! A pizza?" buttons ["Yes" -> end, "No" -> end] on other -> end
//! # "#;
//! #
//! # struct OneFile;
//! #
//! # impl sbotc::Files for OneFile {
//! #     fn read(&self, _: &str) -> std::io::Result<Vec<u8>> {
//! #         Ok(SOURCE.into())
//! #     }
//! #     fn exists(&self, path: &str) -> bool {
//! #         path == "shop.sbot"
//! #     }
//! # }
//! #
//! # fn compiled() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
//! #     let checked = sbotc::check_files("shop.sbot", &OneFile)?;
//! #     let project = checked.project.as_ref().ok_or("it does not compile")?;
//! #     let lowered = sbotc::lower::lower(project, &checked.sources, false);
//! #     Ok(sbot_vm::Program::new(lowered.tables, Some(lowered.debug))?.encode(false))
//! # }
//! ```
//!
//! `docs/embedding.md` in the repository leads through all of it.

pub mod base64;
mod describe;
mod engine;
pub mod event;
pub mod json;
pub mod log;
pub mod manifest;
mod names;
mod problem;
mod turn;
mod turn_json;
mod upgrade;
mod value;

pub use engine::{Engine, Starts};
pub use json::Json;
pub use problem::{Error, Problem};
pub use turn::{
    Awaited, Counter, Effect, End, Happened, Message, Outcome, Place, Route, Takes, Then, Trapped, Turn,
    Wait, What,
};
pub use upgrade::{MovedRun, Upgrade};
