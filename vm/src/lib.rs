//! Runs compiled bots. In: a program, a parked run, an event and facts. Out: effects, and the run parked again or its end.
//!
//! A turn is a function and nothing else: the host owns the clock, the store, the network and the threads.
//!
//! ```
//! use sbot_vm::{ClientMessage, EffectKind, Event, EventKind, Facts, Host, Limits, Program, Run, Status};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let compiled = hello();
//! // Once: read what `sbotc build` has written, and see that the host has everything that the bots need.
//! let program = Program::load(&compiled)?;
//! program.check(&Host::with_everything())?;
//! let bot = program.bot("hello").ok_or("there is no bot hello")?;
//!
//! // A client writes, and the bot begins.
//! let says = |at, text: &str| {
//!     Event::new(at, EventKind::Message(ClientMessage { text: Some(text.into()), ..ClientMessage::default() }))
//! };
//! let turn = sbot_vm::start(&program, bot, &[], &says(1_795_339_800_000, "Hi"), &Facts::default(), &Limits::default())?;
//! for effect in &turn.effects {
//!     if let EffectKind::Message(message) = &effect.kind {
//!         assert_eq!((effect.id.turn, effect.id.n, &*message.text), (0, 0, "What is your name?"));
//!     }
//! }
//!
//! // It waits. A parked run is a few dozen bytes, to be kept for as long as it takes.
//! let Status::Parked(run) = turn.status else { return Err("the bot should wait".into()) };
//! let stored = run.encode(&program);
//! assert!(stored.len() < 24);
//!
//! // Days later, perhaps on another machine.
//! let run = Run::decode(&program, &stored)?;
//! let number = run.number();
//! let answer = says(1_795_426_200_000, "Ann").for_wait(number);
//! let turn = sbot_vm::turn(&program, run, &answer, &Facts::default(), &Limits::default())?;
//! assert!(matches!(turn.status, Status::Ended(_)));
//! # Ok(())
//! # }
//! #
//! # /// What the compiler makes of a bot that asks for a name.
//! # fn hello() -> Vec<u8> {
//! #     use sbot_vm::{Bot, Value, Wait, op::Op, program::*};
//! #     let code = vec![
//! #         Op::Const { dst: 0, value: 0 },
//! #         Op::Message { message: 0, text: 0 },
//! #         Op::Wait { wait: 0 },
//! #         Op::End {},
//! #     ];
//! #     let (name, kind) = ("hello".into(), FunctionKind::Bot);
//! #     let function = Function { name, kind, params: 0, registers: 1, start: 0, end: 4 };
//! #     let exits = vec![Exit { on: On::Message, bind: vec![], to: 3 }];
//! #     let tables = Tables {
//! #         consts: vec![Value::text("What is your name?")],
//! #         messages: vec![Message::default()],
//! #         waits: vec![Wait { name: "ask.message".into(), step: "ask".into(), live: vec![], exits, known: vec![] }],
//! #         functions: vec![function],
//! #         bots: vec![Bot {
//! #             name: "hello".into(),
//! #             function: 0,
//! #             params: vec![],
//! #             on_failed: None,
//! #             triggers: vec![],
//! #             variables: vec![],
//! #             steps: vec![],
//! #             result: None,
//! #         }],
//! #         code,
//! #         ..Tables::default()
//! #     };
//! #     Program::new(tables, None).map(|program| program.encode(true)).unwrap_or_default()
//! # }
//! ```
//!
//! | to | there is |
//! |---|---|
//! | load and verify a program | [`Program::load`]; the same bytes always have the same [`Program::id`] |
//! | see what is in it | [`Program::bots`] with their triggers, [`Program::waits`], [`Program::actions`], [`Program::fields`], [`Program::symbols`] |
//! | see what it needs, and check the host | [`Program::requires`], [`Program::channels`], [`Program::check`] |
//! | fetch the facts of a turn in one go | [`Program::reads_at_start`], [`Program::reads_at_wait`], [`Program::reads_of_triggers`] |
//! | find the bots that an event starts | [`triggered`] |
//! | take a turn | [`start`], [`turn`]; a [`Machine`] keeps what it has allocated for the next one |
//! | store a run, and take it up again | [`Run::encode`], [`Run::decode`], [`Run::due`], [`Run::number`] |
//!
//! Everything goes by the numbers of the program's tables here. The crate `sbot-embed` does the same by names, in JSON.
//!
//! # What holds
//!
//! Nothing here reads a clock, a file, a random number or a network, and nothing here knows source text. A program or a
//! run is not trusted until it is verified, and after that a turn can neither panic nor run away. The same turn always
//! gives the same effects with the same ids. An event that a run does not take changes nothing: it comes back as
//! [`Refused`]. There is no global state, and a [`Program`] is shared by all threads. There is no `unsafe`.
//!
//! # What stays
//!
//! What is documented here follows semantic versioning. Modules and items that are hidden from this page are for the
//! compiler and the tools of the same version, and change with any of them; so are fields of such a type. Program files
//! and parked runs have formats of their own: a newer version reads those of older ones or says that it does not.

mod arith;
mod ascii;
pub mod bind;
#[doc(hidden)]
pub mod builtin;
#[doc(hidden)]
pub mod calendar;
mod codec;
mod compare;
#[doc(hidden)]
pub mod context;
#[doc(hidden)]
pub mod convert;
#[cfg(test)]
mod dice;
mod disasm;
#[doc(hidden)]
pub mod effect;
mod error;
mod evaluate;
#[doc(hidden)]
pub mod event;
#[doc(hidden)]
pub mod find;
mod fuel;
mod heavy;
#[doc(hidden)]
pub mod hours;
mod last;
#[doc(hidden)]
pub mod layout;
mod lists;
mod loaded;
mod machine;
mod message;
// What its table says of an instruction is text, not links.
#[allow(rustdoc::broken_intra_doc_links)]
#[doc(hidden)]
pub mod op;
mod page;
mod phrases;
mod plan;
#[doc(hidden)]
pub mod program;
mod quick;
mod reads;
mod region;
mod requires;
mod resume;
#[doc(hidden)]
pub mod run;
mod stack;
mod step;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod trap;
pub mod upgrade;
#[doc(hidden)]
pub mod value;
mod verify;
mod wire;
mod world;

#[doc(inline)]
pub use effect::{Button, Effect, EffectId, EffectKind, List, Message, Row, RunEvent, Section, Template};
pub use error::{LoadError, Refused, RunError, StartError, WhyRefused};
#[doc(inline)]
pub use event::{Channel, ClientMessage, Event, EventKind, Facts};
pub use fuel::Limits;
pub use loaded::Program;
pub use machine::{Ending, Machine, Status, Turn, start, triggered, turn};
#[doc(inline)]
pub use program::{
    Account, Action, ActionExit, Bot, Counter, Delivery, Field, Often, Param, Place, Recipients, Symbol,
    SymbolKind, Trigger, TriggerKind, UNDECLARED, Via, Wait,
};
pub use requires::{Has, Host, OWN_IDS, Requires, Unmet, UnmetAll};
#[doc(inline)]
pub use run::{Frame, NEVER, Run};
#[doc(inline)]
pub use trap::{Trap, TrapKind};
#[doc(inline)]
pub use upgrade::{Moved, NotMoved, Upgrade};
#[doc(inline)]
pub use value::{Decimal, Kind, Record, Slot, Undeclared, Value};

// For the compiler and the tools of the same version.
#[doc(hidden)]
pub use context::Context;
#[doc(hidden)]
pub use disasm::{disassemble, trigger_name};
#[doc(hidden)]
pub use evaluate::evaluate;
#[doc(hidden)]
pub use loaded::compile_regex;
#[doc(hidden)]
pub use page::instructions_page;
#[doc(hidden)]
pub use program::{Debug, Tables};
