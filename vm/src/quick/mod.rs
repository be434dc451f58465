//! Computations of ints alone, translated when a program is loaded. In: verified tables. Out: for every `fn` and every
//! loop in which no register ever holds anything but an int or a bool, instructions on a frame of plain ints.
//!
//! The translation is one to one, so both loops of the VM do the same: a computation that is entered here has the same
//! result, the same fuel and the same trap at the same instruction. What does not qualify, or is entered with a value
//! of another kind, runs in [`crate::step`].

mod computations;
mod kinds;
mod run;
mod translate;

#[cfg(test)]
mod tests;

pub(crate) use computations::Computations;
pub(crate) use run::{Above, Ints};

/// The most registers of a computation.
const MOST_SLOTS: usize = 64;

/// A register of a computation.
type Slot = u8;

/// An instruction on ints; a bool is 0 or 1. A jump goes `by` instructions from the one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quick {
    Int {
        dst: Slot,
        value: i32,
    },
    Const {
        dst: Slot,
        at: u32,
    },
    Bool {
        dst: Slot,
        value: bool,
    },
    Move {
        dst: Slot,
        src: Slot,
    },
    Add {
        dst: Slot,
        a: Slot,
        b: Slot,
    },
    Sub {
        dst: Slot,
        a: Slot,
        b: Slot,
    },
    Mul {
        dst: Slot,
        a: Slot,
        b: Slot,
    },
    Rem {
        dst: Slot,
        a: Slot,
        b: Slot,
    },
    AddImm {
        dst: Slot,
        a: Slot,
        value: i32,
    },
    Neg {
        dst: Slot,
        a: Slot,
    },
    Not {
        dst: Slot,
        a: Slot,
    },
    Eq {
        dst: Slot,
        a: Slot,
        b: Slot,
    },
    Ne {
        dst: Slot,
        a: Slot,
        b: Slot,
    },
    Lt {
        dst: Slot,
        a: Slot,
        b: Slot,
    },
    Le {
        dst: Slot,
        a: Slot,
        b: Slot,
    },
    Jump {
        by: i16,
    },
    JumpIf {
        cond: Slot,
        by: i16,
    },
    JumpUnless {
        cond: Slot,
        by: i16,
    },
    JumpLt {
        a: Slot,
        b: Slot,
        by: i16,
    },
    JumpLe {
        a: Slot,
        b: Slot,
        by: i16,
    },
    JumpEq {
        a: Slot,
        b: Slot,
        by: i16,
    },
    JumpNe {
        a: Slot,
        b: Slot,
        by: i16,
    },
    JumpLtImm {
        a: Slot,
        by: i16,
        value: i32,
    },
    JumpGtImm {
        a: Slot,
        by: i16,
        value: i32,
    },
    JumpEqImm {
        a: Slot,
        by: i16,
        value: i32,
    },
    JumpNeImm {
        a: Slot,
        by: i16,
        value: i32,
    },
    AddJumpLt {
        a: Slot,
        value: i16,
        b: Slot,
        by: i16,
    },
    AddJumpLe {
        a: Slot,
        value: i16,
        b: Slot,
        by: i16,
    },
    /// `size` is how many registers the caller has; `function` is an index into [`Computations`]'s functions.
    Call {
        dst: Slot,
        args: Slot,
        size: Slot,
        function: u32,
    },
    Return {
        src: Slot,
    },
    /// The end of a loop: index into its exits.
    Exit {
        exit: u32,
    },
}

/// Which registers hold an int, and which a bool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kinds {
    ints: u64,
    bools: u64,
}

/// A `fn` of ints with an int as its result.
#[derive(Clone, Copy, Debug)]
struct Function {
    /// Its first instruction.
    start: u32,
    params: u8,
    /// The fuel that a call takes for the frame.
    frame: u8,
}

/// A loop of ints.
#[derive(Debug)]
struct Loop {
    /// Its first instruction in the tables, to which it jumps back.
    top: u32,
    /// Its first instruction here.
    start: u32,
    /// The registers of the frame that it uses, in order of slots.
    registers: Vec<u16>,
    /// What they have to hold when it is entered.
    wants: Kinds,
    exits: Vec<Exit>,
}

/// Where a loop is left.
#[derive(Clone, Copy, Debug)]
struct Exit {
    /// The instruction of the tables that follows.
    to: u32,
    /// What has been written, and holds this now.
    gives: Kinds,
}
