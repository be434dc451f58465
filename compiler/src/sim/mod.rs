//! A simulated world around a program: a client, a CRM and a clock that only moves when told. In: a program, and what
//! the client does. Out: a transcript and the recorded effects.
//!
//! Invariants: nothing here reads a real clock, a file or a terminal; the same doings give the same transcript;
//! nothing here decides what a bot does, that is the VM's alone.

pub mod chat;
pub mod clock;
mod doings;
mod expect;
pub mod facts;
pub mod log;
mod relive;
pub mod replay;
pub mod saved;
pub mod show;
pub mod state;
pub mod test;
mod text_pattern;
pub mod transcript;
mod turn;
pub mod world;

pub use chat::{Act, Chat};
pub use test::{Failure, Outcome, TestReport, run_test, tested};
pub use text_pattern::matches;
pub use world::World;
