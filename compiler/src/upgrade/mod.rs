//! New versions of a bot under runs that are parked. In: an old program, a new one, and what the VM worked out for the
//! pair. Out: a row for every place where a run of the old program can stand, in words, and findings where runs would be
//! lost or where a decision names what the old program does not have.
//!
//! What becomes of a run is decided in the VM alone, so what stands here is what happens. Nothing here reads a file.

mod finding;
pub(crate) mod names;
mod report;
pub mod runs;
mod words;

pub use finding::{Old, findings, suggestions};
pub use names::written;
pub use report::{Report, Row, Sort, report};
pub use words::called;
