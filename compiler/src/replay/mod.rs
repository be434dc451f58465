//! Turns again from a log of them. In: the lines of a log (`sbot_embed::log`) and programs. Out: whether every line is
//! made again byte for byte (`prove.rs`); where another program would have gone another way (`compare/`); one
//! conversation up to a turn, to go on from there (`reopen.rs`).
//!
//! Invariants: lines are taken one by one, and what is kept is one parked run for each conversation; nothing here does
//! I/O; a line that makes no sense costs that line and no other.

pub mod compare;
mod prove;
mod reopen;
mod words;

pub use compare::{Compared, Comparison, Differing, Group, Kind, Part};
pub use prove::{Difference, Proof, Prover, Verdict};
pub use reopen::{Reopened, Reopening};

use rustc_hash::FxHashMap;
use sbot_embed::Engine;
use sbot_vm::Program;
use std::sync::Arc;

/// The programs that a log may have been written under, by their ids.
#[derive(Default)]
pub struct Programs(FxHashMap<u64, Engine>);

impl Programs {
    /// Adds a program.
    pub fn add(&mut self, program: Arc<Program>) {
        self.0.insert(program.id(), Engine::new(program));
    }

    /// The program of this id.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&Engine> {
        self.0.get(&id)
    }
}
