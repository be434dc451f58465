//! The machine behind names and JSON, for hosts in any language. In: a compiled program; JSON texts with events, facts and
//! arguments by name; parked runs as bytes. Out: JSON texts with effects by name, and the run parked again or its end.
//!
//! Invariants: no number of a table is ever seen outside, only names of the source; the same input always gives the same
//! bytes; nothing here is a floating point number; everything that is wrong with what a host gives is told at once, with
//! its place, and nothing has changed then. There is no state but the program, and nothing here does I/O.

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
mod value;

pub use engine::{Engine, Starts};
pub use json::Json;
pub use problem::{Error, Problem};
pub use turn::{
    Awaited, Counter, Effect, End, Happened, Message, Outcome, Place, Route, Takes, Then, Trapped, Turn,
    Wait, What,
};
