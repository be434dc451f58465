//! What must hold whatever bytes somebody brings: one law per file, each a function of bytes that panics where it is
//! broken. The fuzzer calls them with bytes of its own making, and an ordinary test with all that it has kept.
//!
//! Nothing here depends on the fuzzer, reads a clock or draws a random number: the same bytes always do the same.

pub mod bytecode;
pub mod check;
pub mod dictionary;
pub mod json;
pub mod mutate;
pub mod pack;
pub mod run;
pub mod seeds;
pub mod syntax;
pub mod tables;
pub mod upgrade;

mod drive;
mod event;
mod input;
mod programs;
mod value;

/// A law.
#[derive(Clone, Copy)]
pub struct Law {
    /// The name of the fuzz target, its pack and the folder of its crashes.
    pub name: &'static str,
    /// Panics if the law does not hold for these bytes.
    pub holds: fn(&[u8]),
    /// What the fuzzer begins with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All laws.
pub const LAWS: &[Law] = &[
    Law { name: "syntax", holds: syntax::holds, seeds: seeds::syntax },
    Law { name: "check", holds: check::holds, seeds: seeds::check },
    Law { name: "bytecode", holds: bytecode::holds, seeds: seeds::bytecode },
    Law { name: "tables", holds: tables::holds, seeds: seeds::tables },
    Law { name: "run", holds: run::holds, seeds: seeds::run },
    Law { name: "upgrade", holds: upgrade::holds, seeds: seeds::upgrade },
    Law { name: "json", holds: json::holds, seeds: seeds::json },
];
