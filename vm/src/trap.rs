//! Why a turn could not be finished.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A turn that could not be finished, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    /// Why.
    pub kind: TrapKind,
    /// The instruction; [`crate::Program::place`] tells its place in the source.
    pub op: u32,
}

/// The reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrapKind {
    /// A result does not fit its type.
    Overflow,
    /// Division or remainder by zero.
    DivisionByZero,
    /// A list was asked for an element it does not have.
    BadIndex,
    /// The turn used up its fuel.
    OutOfFuel,
    /// The turn built more data than it may.
    OutOfMemory,
    /// Calls nest too deep.
    TooDeep,
    /// A timer under 1 second or over 8760h60m60s.
    BadTimer,
    /// A value of the wrong kind: the host brought a wrong fact, or the bytecode was not made by the compiler.
    WrongKind,
    /// A date or time outside of the calendar.
    BadTime,
}

impl fmt::Display for TrapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrapKind::Overflow => "the result is too large",
            TrapKind::DivisionByZero => "division by zero",
            TrapKind::BadIndex => "the list has no element at this index",
            TrapKind::OutOfFuel => "the turn took too many steps (a loop that does not end?)",
            TrapKind::OutOfMemory => "the turn built too much data",
            TrapKind::TooDeep => "calls nest more than 64 deep",
            TrapKind::BadTimer => "a timer must be between 1 second and 8760h60m60s",
            TrapKind::WrongKind => "a value has the wrong type",
            TrapKind::BadTime => "the date or time is outside of the calendar",
        })
    }
}

impl std::error::Error for Trap {}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (instruction {})", self.kind, self.op)
    }
}
