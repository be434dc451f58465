//! The loop over ints. Nothing here can panic, and every jump takes the fuel of what was passed, so nothing here can
//! run away.

use super::computations::Computations;
use super::{Function, Loop, MOST_SLOTS, Quick, Slot};
use crate::stack::{MAX_DEPTH, MAX_REGISTERS};
use crate::trap::{Trap, TrapKind};
use crate::value::Value;

/// The registers that a frame is seen with, whatever its size: as many as a slot can name.
const WINDOW: usize = 1 << Slot::BITS;

/// The frames of the computation that runs, one after the other.
#[derive(Default)]
pub(crate) struct Ints {
    slots: Vec<i64>,
    backs: Vec<Back>,
}

/// Where a call goes back to.
#[derive(Clone, Copy)]
struct Back {
    pc: u32,
    base: u16,
    dst: Slot,
}

/// How a computation ended, and the fuel that is left.
enum Ended {
    Returned(i64, u64),
    Left(u32, u64),
}

/// Where the stack of the other loop stands.
#[derive(Clone, Copy)]
pub(crate) struct Above {
    /// How many callers there are.
    pub(crate) callers: usize,
    /// How many registers they and the frame that runs have.
    pub(crate) registers: usize,
}

impl Above {
    /// Whether the registers of a computation have room, however deep it calls.
    fn has_room(self) -> bool {
        self.registers + MAX_DEPTH * MOST_SLOTS <= MAX_REGISTERS
    }
}

#[inline(always)]
fn read(frame: &[i64; WINDOW], slot: Slot) -> i64 {
    frame.get(usize::from(slot)).copied().unwrap_or_default()
}

#[inline(always)]
fn write(frame: &mut [i64; WINDOW], slot: Slot, value: i64) {
    if let Some(place) = frame.get_mut(usize::from(slot)) {
        *place = value;
    }
}

impl Ints {
    /// Room for as many frames as there can be.
    fn prepare(&mut self) {
        self.backs.clear();
        if self.slots.is_empty() {
            self.slots.resize(MAX_DEPTH * MOST_SLOTS + WINDOW, 0);
        }
    }

    /// Calls a function of the tables, if it is one of ints and is given ints. Gives its result and the fuel that is
    /// left; `left` is what there is when the frame has been paid for.
    #[inline(never)]
    pub(crate) fn call(
        &mut self,
        known: &Computations,
        function: u32,
        args: &[Value],
        above: Above,
        left: u64,
    ) -> Result<Option<(i64, u64)>, Trap> {
        let Some(function) = known.function(function) else { return Ok(None) };
        if !above.has_room() {
            return Ok(None);
        }
        self.prepare();
        for (slot, arg) in self.slots.iter_mut().zip(args) {
            let Value::Int(arg) = arg else { return Ok(None) };
            *slot = *arg;
        }
        let deepest = MAX_DEPTH.saturating_sub(above.callers + 1);
        match self.run(known, function.start, deepest, left)? {
            Ended::Returned(value, left) => Ok(Some((value, left))),
            Ended::Left(..) => Ok(None),
        }
    }

    /// Runs the loop that begins at this instruction of the tables, if it is one of ints and finds what it wants. Gives
    /// the instruction that follows, and the fuel that is left.
    #[inline(never)]
    pub(crate) fn go_round(
        &mut self,
        known: &Computations,
        top: u32,
        frame: &mut [Value],
        above: Above,
        left: u64,
    ) -> Result<Option<(u32, u64)>, Trap> {
        let Some(around) = known.loop_at(top) else { return Ok(None) };
        if !above.has_room() {
            return Ok(None);
        }
        self.prepare();
        if !self.fetch(around, frame) {
            return Ok(None);
        }
        let deepest = MAX_DEPTH.saturating_sub(above.callers);
        let Ended::Left(exit, left) = self.run(known, around.start, deepest, left)? else { return Ok(None) };
        let Some(exit) = around.exits.get(exit as usize) else { return Ok(None) };
        for ((slot, reg), value) in around.registers.iter().enumerate().zip(&self.slots) {
            let Some(place) = frame.get_mut(usize::from(*reg)) else { continue };
            if exit.gives.ints >> slot & 1 == 1 {
                *place = Value::Int(*value);
            } else if exit.gives.bools >> slot & 1 == 1 {
                *place = Value::Bool(*value != 0);
            }
        }
        Ok(Some((exit.to, left)))
    }

    /// The values that a loop wants. False if something has another kind.
    fn fetch(&mut self, around: &Loop, frame: &[Value]) -> bool {
        for ((slot, reg), place) in around.registers.iter().enumerate().zip(&mut self.slots) {
            let value = frame.get(usize::from(*reg));
            if around.wants.ints >> slot & 1 == 1 {
                let Some(Value::Int(value)) = value else { return false };
                *place = *value;
            } else if around.wants.bools >> slot & 1 == 1 {
                let Some(Value::Bool(value)) = value else { return false };
                *place = i64::from(*value);
            }
        }
        true
    }

    /// Runs from an instruction, with calls as deep as that.
    #[allow(clippy::too_many_lines)]
    fn run(&mut self, known: &Computations, start: u32, deepest: usize, left: u64) -> Result<Ended, Trap> {
        let code: &[Quick] = &known.code;
        let mut pc = start as usize;
        // What was left of the fuel at the last jump, plus where that led.
        let mut credit = left.saturating_add(pc as u64);
        let mut base = 0;
        let Some(mut frame) = self.slots.first_chunk_mut::<WINDOW>() else {
            return Err(known.trap(TrapKind::TooDeep, pc));
        };

        loop {
            macro_rules! trap {
                ($kind:expr) => {
                    return Err(known.trap($kind, pc))
                };
            }
            macro_rules! get {
                ($slot:expr) => {
                    read(frame, $slot)
                };
            }
            macro_rules! jump {
                ($by:expr) => {{
                    if credit < pc as u64 {
                        trap!(TrapKind::OutOfFuel)
                    }
                    pc = pc.wrapping_add_signed(isize::from($by));
                    credit = credit.wrapping_add_signed(i64::from($by));
                }};
            }
            macro_rules! jump_if {
                ($holds:expr, $by:expr) => {
                    if $holds {
                        jump!($by)
                    }
                };
            }
            macro_rules! set {
                ($dst:expr, $value:expr) => {{
                    let value: i64 = $value;
                    write(frame, $dst, value);
                }};
            }
            macro_rules! checked {
                ($dst:expr, $value:expr) => {{
                    let Some(value) = $value else { trap!(TrapKind::Overflow) };
                    write(frame, $dst, value);
                }};
            }
            macro_rules! add_jump {
                ($a:expr, $value:expr, $b:expr, $by:expr, $method:ident) => {{
                    let Some(sum) = get!($a).checked_add(i64::from($value)) else {
                        trap!(TrapKind::Overflow)
                    };
                    write(frame, $a, sum);
                    jump_if!(sum.$method(&get!($b)), $by);
                }};
            }

            let Some(op) = code.get(pc) else { trap!(TrapKind::WrongKind) };
            pc += 1;
            match *op {
                Quick::Int { dst, value } => set!(dst, i64::from(value)),
                Quick::Const { dst, at } => set!(dst, known.int(at)),
                Quick::Bool { dst, value } => set!(dst, i64::from(value)),
                Quick::Move { dst, src } => set!(dst, get!(src)),
                Quick::Add { dst, a, b } => checked!(dst, get!(a).checked_add(get!(b))),
                Quick::Sub { dst, a, b } => checked!(dst, get!(a).checked_sub(get!(b))),
                Quick::Mul { dst, a, b } => checked!(dst, get!(a).checked_mul(get!(b))),
                Quick::AddImm { dst, a, value } => checked!(dst, get!(a).checked_add(i64::from(value))),
                Quick::Neg { dst, a } => checked!(dst, get!(a).checked_neg()),
                Quick::Rem { dst, a, b } => {
                    let b = get!(b);
                    if b == 0 {
                        trap!(TrapKind::DivisionByZero)
                    }
                    set!(dst, get!(a).wrapping_rem(b));
                }
                Quick::Not { dst, a } => set!(dst, get!(a) ^ 1),
                Quick::Eq { dst, a, b } => set!(dst, i64::from(get!(a) == get!(b))),
                Quick::Ne { dst, a, b } => set!(dst, i64::from(get!(a) != get!(b))),
                Quick::Lt { dst, a, b } => set!(dst, i64::from(get!(a) < get!(b))),
                Quick::Le { dst, a, b } => set!(dst, i64::from(get!(a) <= get!(b))),
                Quick::Jump { by } => jump!(by),
                Quick::JumpIf { cond, by } => jump_if!(get!(cond) != 0, by),
                Quick::JumpUnless { cond, by } => jump_if!(get!(cond) == 0, by),
                Quick::JumpLt { a, b, by } => jump_if!(get!(a) < get!(b), by),
                Quick::JumpLe { a, b, by } => jump_if!(get!(a) <= get!(b), by),
                Quick::JumpEq { a, b, by } => jump_if!(get!(a) == get!(b), by),
                Quick::JumpNe { a, b, by } => jump_if!(get!(a) != get!(b), by),
                Quick::JumpLtImm { a, by, value } => jump_if!(get!(a) < i64::from(value), by),
                Quick::JumpGtImm { a, by, value } => jump_if!(get!(a) > i64::from(value), by),
                Quick::JumpEqImm { a, by, value } => jump_if!(get!(a) == i64::from(value), by),
                Quick::JumpNeImm { a, by, value } => jump_if!(get!(a) != i64::from(value), by),
                Quick::AddJumpLt { a, value, b, by } => add_jump!(a, value, b, by, lt),
                Quick::AddJumpLe { a, value, b, by } => add_jump!(a, value, b, by, le),
                Quick::Call { dst, args, size, function } => {
                    let Some(callee) = known.functions.get(function as usize) else {
                        trap!(TrapKind::WrongKind)
                    };
                    if self.backs.len() >= deepest {
                        trap!(TrapKind::TooDeep)
                    }
                    let Some(left) = credit.checked_sub(pc as u64 + u64::from(callee.frame)) else {
                        trap!(TrapKind::OutOfFuel)
                    };
                    self.backs.push(Back { pc: pc as u32, base, dst });
                    let Some(next) = next_frame(&mut self.slots, base, args, size, callee) else {
                        trap!(TrapKind::TooDeep)
                    };
                    frame = next;
                    base += u16::from(size);
                    pc = callee.start as usize;
                    credit = left + pc as u64;
                }
                Quick::Return { src } => {
                    let Some(left) = credit.checked_sub(pc as u64) else { trap!(TrapKind::OutOfFuel) };
                    let value = get!(src);
                    let Some(back) = self.backs.pop() else { return Ok(Ended::Returned(value, left)) };
                    base = back.base;
                    let lower = self.slots.get_mut(usize::from(base)..);
                    let Some(caller) = lower.and_then(|lower| lower.first_chunk_mut()) else {
                        trap!(TrapKind::TooDeep)
                    };
                    frame = caller;
                    write(frame, back.dst, value);
                    pc = back.pc as usize;
                    credit = left + pc as u64;
                }
                // What follows is not passed yet: the other loop finds out that there is no fuel for it.
                Quick::Exit { exit } => return Ok(Ended::Left(exit, credit.saturating_sub(pc as u64 - 1))),
            }
        }
    }
}

/// The frame of a callee, with its arguments.
#[inline(always)]
fn next_frame<'s>(
    slots: &'s mut [i64],
    base: u16,
    args: Slot,
    size: Slot,
    callee: &Function,
) -> Option<&'s mut [i64; WINDOW]> {
    let (caller, next) = slots.get_mut(usize::from(base)..)?.split_at_mut_checked(usize::from(size))?;
    let next = next.first_chunk_mut::<WINDOW>()?;
    let given = caller.get(usize::from(args)..)?;
    for (param, arg) in next.iter_mut().zip(given).take(usize::from(callee.params)) {
        *param = *arg;
    }
    Some(next)
}
