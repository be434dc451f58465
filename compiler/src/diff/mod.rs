//! What changed between two projects, in the words of those who talk with clients.
//!
//! In: two checked projects. Out: a [`Diff`], and its forms as text and as JSON.
//!
//! - `read/` makes a model of each project that leaves out what makes no difference;
//! - `matching.rs` finds which bots, steps, flows, functions and variables are the same ones;
//! - `compare/` aligns the statements of those, and tells what is not equal;
//! - `render.rs` and `json.rs` show it.
//!
//! Nothing here reads a file or a clock, and the same two projects always give the same text. The time is linear in the
//! size of the projects as long as they have something in common, and what has nothing in common gets a coarse look.

mod align;
mod change;
mod compare;
mod entries;
pub mod json;
mod line;
mod matching;
mod model;
mod read;
pub mod render;
mod reword;
mod show;
mod strict;
mod term;
mod words;

pub use change::{At, Change, ChangeKind, Diff, KINDS, Section};
pub use line::{Line, Piece};

use crate::ir::Project;
use crate::source::Sources;

/// Compares two projects, each with its texts.
#[must_use]
pub fn diff(old: (&Project, &Sources), new: (&Project, &Sources)) -> Diff {
    let mut terms = term::Terms::default();
    let (old_model, new_model) = (read::model(old.0, &mut terms), read::model(new.0, &mut terms));
    compare::compare(&mut terms, (&old_model, old.1), (&new_model, new.1))
}
