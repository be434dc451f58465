//! Runs compiled bots. In: a program, a parked run, an event and facts. Out: effects, and the run parked again or its end.
//!
//! Invariants: nothing here reads a clock, a file, a random number or a network; nothing here knows source text;
//! a program or a run is not trusted until it is verified, and after that a turn can neither panic nor run away;
//! the same turn always gives the same effects with the same ids.

mod arith;
pub mod builtin;
pub mod calendar;
mod codec;
mod compare;
pub mod context;
pub mod convert;
mod disasm;
pub mod effect;
mod error;
mod evaluate;
pub mod event;
pub mod find;
mod fuel;
mod heavy;
pub mod hours;
mod loaded;
mod machine;
mod message;
pub mod op;
mod page;
pub mod program;
mod reads;
mod region;
mod requires;
mod resume;
pub mod run;
mod stack;
mod step;
pub mod text;
pub mod trap;
pub mod value;
mod verify;
mod wire;
mod world;

pub use context::Context;
pub use disasm::{disassemble, trigger_name};
pub use effect::{Effect, EffectId, EffectKind, RunEvent};
pub use error::{LoadError, Refused, RunError, StartError, WhyRefused};
pub use evaluate::evaluate;
pub use event::{ClientMessage, Event, EventKind, Facts};
pub use fuel::Limits;
pub use loaded::{Program, compile_regex};
pub use machine::{Ending, Machine, Status, Turn, start, triggered, turn};
pub use page::instructions_page;
pub use program::{Debug, Tables};
pub use requires::{Has, Host, OWN_IDS, Requires, Unmet, UnmetAll};
pub use run::{Frame, Run};
pub use trap::{Trap, TrapKind};
pub use value::{Kind, Slot, Value};
