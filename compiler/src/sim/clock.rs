//! Dates, times and durations as people type them.

use sbot_vm::program::{Field, Format};
use sbot_vm::value::{Kind, Slot, Value};
use sbot_vm::{Program, calendar, convert};
use std::sync::Arc;

/// Where the clock stands before anything happens, in the account's zone.
pub const START: &str = "2026-01-05 10:00";

/// A local date and time of the account's zone, in milliseconds since 1970-01-01T00:00Z.
#[must_use]
pub fn instant(program: &Program, local: &str) -> Option<i64> {
    let slot = Slot { kind: Kind::DateTime, optional: false };
    let field = Field { entity: Arc::from(""), name: Arc::from(""), slot, format: Format::Plain };
    match convert::to_field(local, &field, program.context()) {
        Some(Value::DateTime(at)) => Some(at),
        _ => None,
    }
}

/// The seconds of a duration: `2h30m`.
#[must_use]
pub fn seconds(text: &str) -> Option<i64> {
    calendar::parse_duration(text.trim()).filter(|seconds| *seconds >= 0)
}
