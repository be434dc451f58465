//! The loop: runs instructions until the turn waits, ends or traps. In: a function, an instruction, registers, and the
//! world of the turn. Out: why it stopped. Nothing here can panic, and every instruction costs fuel, so nothing here
//! can run away; what an instruction does stands in [`crate::op`].
//!
//! Only what moves values, computes with ints, jumps and calls stands here; the rest is in [`crate::heavy`]. Ints and
//! bools are written over ints and bools in place: assigning a whole [`Value`] costs several times as much.

use crate::arith;
use crate::compare;
use crate::fuel::weight;
use crate::heavy::{self, NONE, get};
use crate::op::{Op, Reg};
use crate::quick::Above;
use crate::stack::{
    Caller, MAX_DEPTH, MAX_REGISTERS, OF_FN, Spot, Stack, assign, fill, plain, returned, slice, window,
};
use crate::trap::{Trap, TrapKind};
use crate::value::Value;
use crate::world::World;
use std::mem::{forget, replace, take};

/// Why the loop stopped.
pub(crate) enum Stop {
    /// At a wait, by this instruction.
    Parked { wait: u32, op: u32, base: usize },
    /// The function has returned, or the bot has ended.
    Done(Value),
    /// The conversation was closed.
    Closed,
}

#[inline(always)]
fn peek(frame: &[Value], reg: Reg) -> Option<&Value> {
    frame.get(usize::from(reg))
}

#[inline(always)]
fn set_int(frame: &mut [Value], reg: Reg, value: i64) {
    let Some(place) = frame.get_mut(usize::from(reg)) else { return };
    if let Value::Int(place) = place {
        *place = value;
    } else if plain(place) {
        forget(replace(place, Value::Int(value)));
    } else {
        assign(place, &Value::Int(value));
    }
}

#[inline(always)]
fn set_bool(frame: &mut [Value], reg: Reg, value: bool) {
    let Some(place) = frame.get_mut(usize::from(reg)) else { return };
    if let Value::Bool(place) = place {
        *place = value;
    } else if plain(place) {
        forget(replace(place, Value::Bool(value)));
    } else {
        assign(place, &Value::Bool(value));
    }
}

/// A copy of a value in a register.
#[inline(always)]
fn set_copy(place: Option<&mut Value>, value: &Value) {
    let Some(place) = place else { return };
    if let (Value::Int(place), Value::Int(value)) = (&mut *place, value) {
        *place = *value;
    } else {
        assign(place, value);
    }
}

/// A copy of one register in another, or the value itself if nothing reads it again.
#[inline(never)]
fn copy(frame: &mut [Value], dst: Reg, src: Reg, last: bool) {
    let value = match frame.get_mut(usize::from(src)) {
        Some(value) if last => take(value),
        Some(value) => value.clone(),
        None => Value::None,
    };
    if let Some(place) = frame.get_mut(usize::from(dst)) {
        *place = value;
    }
}

/// Runs from a spot in the frame that has been prepared there.
#[inline(never)]
#[allow(clippy::too_many_lines)]
pub(crate) fn run(world: &mut World<'_>, stack: &mut Stack, from: Spot, mut fuel: u64) -> Result<Stop, Trap> {
    let tables = world.program.tables();
    let context = &world.program.context;
    let quick = &world.program.derived.quick;
    let has_loops = quick.has_loops();
    let code: &[Op] = &tables.code;
    let plans = &world.program.derived.plans;
    let last_reads = &world.program.derived.last_reads;
    let mut variables = stack.variables();
    let mut base = from.base;
    let (_, mut frame) = window(&mut stack.registers, base, from.length);
    // The code from the next instruction on, and how much of it there was after the last jump. Fuel is taken when the
    // next jump is made: what lies between two jumps is bounded by the length of the program.
    let mut rest: &[Op] = code.get(from.pc as usize..).unwrap_or_default();
    let mut paid = rest.len();

    loop {
        macro_rules! pc {
            () => {
                (code.len() - rest.len()).saturating_sub(1) as u32
            };
        }
        macro_rules! trap {
            ($kind:expr) => {
                return Err(Trap { kind: $kind, op: pc!() })
            };
        }
        macro_rules! tri {
            ($result:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(kind) => trap!(kind),
                }
            };
        }
        macro_rules! spend {
            ($amount:expr) => {
                match fuel.checked_sub($amount) {
                    Some(left) => fuel = left,
                    None => trap!(TrapKind::OutOfFuel),
                }
            };
        }
        macro_rules! pay {
            () => {
                spend!((paid - rest.len()) as u64)
            };
        }
        macro_rules! stop {
            ($stop:expr) => {{
                if fuel < (paid - rest.len()) as u64 {
                    trap!(TrapKind::OutOfFuel)
                }
                return Ok($stop);
            }};
        }
        macro_rules! go {
            ($to:expr) => {{
                rest = code.get($to as usize..).unwrap_or_default();
                paid = rest.len();
            }};
        }
        // Another frame is the one that runs, and perhaps another bot.
        macro_rules! shift {
            ($spot:expr) => {{
                let spot: Spot = $spot;
                base = spot.base;
                variables = stack.variables();
                world.bot = stack.bot().unwrap_or(world.bot);
                (_, frame) = window(&mut stack.registers, base, spot.length);
                go!(spot.pc);
            }};
        }
        macro_rules! ints {
            ($dst:expr, $a:expr, $b:expr, $method:ident) => {{
                let (Some(Value::Int(a)), Some(Value::Int(b))) = (peek(frame, $a), peek(frame, $b)) else {
                    trap!(TrapKind::WrongKind)
                };
                let Some(value) = a.$method(*b) else { trap!(TrapKind::Overflow) };
                set_int(frame, $dst, value);
            }};
        }
        // What is an int as long as it fits one, and a number beyond.
        macro_rules! numbers {
            ($dst:expr, $a:expr, $b:expr, $method:ident, $other:expr) => {
                if let (Some(Value::Int(a)), Some(Value::Int(b))) = (peek(frame, $a), peek(frame, $b))
                    && let Some(value) = a.$method(*b)
                {
                    set_int(frame, $dst, value);
                } else {
                    $other
                }
            };
        }
        macro_rules! compare {
            ($dst:expr, $a:expr, $b:expr, $method:ident, $other:expr) => {
                if let (Some(Value::Int(a)), Some(Value::Int(b))) = (peek(frame, $a), peek(frame, $b)) {
                    let holds = a.$method(b);
                    set_bool(frame, $dst, holds);
                } else {
                    fuel = tri!(heavy::relation(frame, [$dst, $a, $b], fuel, $other))
                }
            };
        }
        macro_rules! binary {
            ($dst:expr, $a:expr, $b:expr, $operator:expr) => {
                tri!(heavy::binary(frame, [$dst, $a, $b], context, $operator))
            };
        }
        macro_rules! jump {
            ($to:expr) => {{
                pay!();
                go!($to);
            }};
        }
        // A jump that may end a round of a loop: one of ints goes on in a loop of its own.
        macro_rules! jump_back {
            ($to:expr) => {{
                let before = rest.len();
                jump!($to);
                if has_loops && before < rest.len() {
                    let above = Above { callers: stack.callers.len(), registers: base + frame.len() };
                    if let Some((to, left)) = stack.ints.go_round(quick, $to, frame, above, fuel)? {
                        fuel = left;
                        go!(to);
                    }
                }
            }};
        }
        macro_rules! jump_imm {
            ($a:expr, $value:expr, $to:expr, $method:ident) => {{
                if let Some(Value::Int(a)) = peek(frame, $a) {
                    if a.$method(&i64::from($value)) {
                        jump_back!($to)
                    }
                } else if !heavy::absent(get(frame, $a), &NONE) {
                    trap!(TrapKind::WrongKind)
                }
            }};
        }
        macro_rules! add_jump {
            ($a:expr, $value:expr, $b:expr, $to:expr, $method:ident) => {{
                let Some(Value::Int(a)) = frame.get_mut(usize::from($a)) else { trap!(TrapKind::WrongKind) };
                let Some(sum) = a.checked_add(i64::from($value)) else { trap!(TrapKind::Overflow) };
                *a = sum;
                let Some(Value::Int(b)) = peek(frame, $b) else { trap!(TrapKind::WrongKind) };
                if sum.$method(b) {
                    jump_back!($to)
                }
            }};
        }
        macro_rules! jump_ints {
            ($a:expr, $b:expr, $to:expr, $method:ident) => {
                if let (Some(Value::Int(a)), Some(Value::Int(b))) = (peek(frame, $a), peek(frame, $b)) {
                    if a.$method(b) {
                        jump_back!($to)
                    }
                } else if !heavy::absent(get(frame, $a), get(frame, $b)) {
                    trap!(TrapKind::WrongKind)
                }
            };
        }

        // Several instructions at once.
        macro_rules! follow {
            ($plan:expr) => {{
                let mut left = fuel;
                if let Err((kind, further)) = $plan.carry_out(world, frame, &mut left) {
                    return Err(Trap { kind, op: pc!() + further });
                }
                fuel = left;
                rest = rest.get($plan.more as usize..).unwrap_or_default();
            }};
        }

        let Some((op, after)) = rest.split_first() else { trap!(TrapKind::WrongKind) };
        rest = after;
        match *op {
            Op::Const { dst, value } => {
                if let Some(plan) = plans.at(pc!()) {
                    follow!(plan)
                } else {
                    let value = tables.consts.get(value as usize).unwrap_or(&NONE);
                    set_copy(frame.get_mut(usize::from(dst)), value);
                }
            }
            Op::Int { dst, value } => set_int(frame, dst, i64::from(value)),
            Op::Bool { dst, value } => set_bool(frame, dst, value != 0),
            Op::None { dst } => set_copy(frame.get_mut(usize::from(dst)), &NONE),
            Op::Move { dst, src } => {
                if let Some(Value::Int(value)) = peek(frame, src) {
                    let value = *value;
                    set_int(frame, dst, value);
                } else {
                    copy(frame, dst, src, last_reads.at(pc!() as usize));
                }
            }

            Op::Jump { to } => jump_back!(to),
            Op::JumpIf { cond, to } => {
                let Some(Value::Bool(cond)) = peek(frame, cond) else { trap!(TrapKind::WrongKind) };
                if *cond {
                    jump_back!(to)
                }
            }
            Op::JumpUnless { cond, to } => {
                let Some(Value::Bool(cond)) = peek(frame, cond) else { trap!(TrapKind::WrongKind) };
                if !*cond {
                    jump_back!(to)
                }
            }
            Op::JumpNone { src, to } => {
                if matches!(get(frame, src), Value::None) {
                    jump!(to)
                }
            }
            Op::JumpSet { src, to } => {
                if !matches!(get(frame, src), Value::None) {
                    jump!(to)
                }
            }
            Op::JumpLtInt { a, b, to } => jump_ints!(a, b, to, lt),
            Op::JumpLeInt { a, b, to } => jump_ints!(a, b, to, le),
            Op::JumpEqInt { a, b, to } => jump_ints!(a, b, to, eq),
            Op::JumpNeInt { a, b, to } => jump_ints!(a, b, to, ne),
            Op::JumpLtImm { a, value, to } => jump_imm!(a, value, to, lt),
            Op::JumpGtImm { a, value, to } => jump_imm!(a, value, to, gt),
            Op::JumpEqImm { a, value, to } => jump_imm!(a, value, to, eq),
            Op::JumpNeImm { a, value, to } => jump_imm!(a, value, to, ne),
            Op::AddJumpLt { a, value, b, to } => add_jump!(a, value, b, to, lt),
            Op::AddJumpLe { a, value, b, to } => add_jump!(a, value, b, to, le),

            Op::Call { dst, function, args, count } => {
                let Some(callee) = tables.functions.get(function as usize) else {
                    trap!(TrapKind::WrongKind)
                };
                let length = usize::from(callee.registers);
                let next = base + frame.len();
                if stack.callers.len() >= MAX_DEPTH || next + length > MAX_REGISTERS {
                    trap!(TrapKind::TooDeep)
                }
                pay!();
                spend!(length as u64 / 16);
                if quick.has_function(function) {
                    let above = Above { callers: stack.callers.len(), registers: next };
                    let args = slice(frame, args, count);
                    if let Some((value, left)) = stack.ints.call(quick, function, args, above, fuel)? {
                        set_int(frame, dst, value);
                        fuel = left;
                        paid = rest.len();
                        continue;
                    }
                }
                let back = (code.len() - rest.len()) as u32;
                let (from, size) = (base as u32, frame.len() as u16);
                stack.callers.push(Caller { pc: back, base: from, length: size, dst, call: OF_FN });
                if stack.registers.len() < next + length {
                    stack.registers.resize(next + length, Value::None);
                }
                let lower;
                (lower, frame) = window(&mut stack.registers, next, length);
                fill(frame, slice(lower.get(base..).unwrap_or_default(), args, count));
                base = next;
                go!(callee.start);
            }
            Op::Return { src } => {
                pay!();
                let Some(back) = stack.callers.pop() else {
                    let value = frame.get_mut(usize::from(src)).map(take).unwrap_or_default();
                    return Ok(Stop::Done(value));
                };
                let length = usize::from(back.length);
                base = back.base as usize;
                let (_, upper) = stack.registers.split_at_mut_checked(base).unwrap_or_default();
                let (caller, callee) = upper.split_at_mut_checked(length).unwrap_or_default();
                set_copy(caller.get_mut(usize::from(back.dst)), get(callee, src));
                frame = caller;
                if back.call != OF_FN {
                    let bot;
                    (bot, variables) = returned(&mut stack.bots, stack.callers.len());
                    world.bot = bot.unwrap_or(world.bot);
                }
                go!(back.pc);
            }
            Op::End {} => {
                pay!();
                match stack.end() {
                    Some(spot) => shift!(spot),
                    None => return Ok(Stop::Done(Value::None)),
                }
            }
            Op::Enter { dst, call, args, count } => {
                pay!();
                let back = (code.len() - rest.len()) as u32;
                let caller = Caller { pc: back, base: base as u32, length: frame.len() as u16, dst, call };
                let spot = tri!(stack.enter(world.program, caller, (args, count)));
                spend!(spot.length as u64 / 16);
                shift!(spot);
            }
            Op::Leave { to, param, args, count } => {
                pay!();
                shift!(tri!(stack.leave(base, to, param, (args, count))));
            }
            Op::HandOver { bot, args, count } => {
                pay!();
                let spot = tri!(stack.hand_over(world.program, base, bot, (args, count)));
                spend!(spot.length as u64 / 16);
                shift!(spot);
            }

            Op::AddInt { dst, a, b } => ints!(dst, a, b, checked_add),
            Op::SubInt { dst, a, b } => ints!(dst, a, b, checked_sub),
            Op::MulInt { dst, a, b } => ints!(dst, a, b, checked_mul),
            Op::AddImm { dst, a, value } => {
                let Some(Value::Int(a)) = peek(frame, a) else { trap!(TrapKind::WrongKind) };
                let Some(value) = a.checked_add(i64::from(value)) else { trap!(TrapKind::Overflow) };
                set_int(frame, dst, value);
            }
            Op::Add { dst, a, b } => {
                numbers!(dst, a, b, checked_add, tri!(heavy::add(world, frame, [dst, a, b])));
            }
            Op::Sub { dst, a, b } => {
                numbers!(dst, a, b, checked_sub, binary!(dst, a, b, arith::sub));
            }
            Op::Mul { dst, a, b } => {
                numbers!(dst, a, b, checked_mul, binary!(dst, a, b, |a, b, _| arith::mul(a, b)));
            }
            Op::Div { dst, a, b } => binary!(dst, a, b, |a, b, _| arith::div(a, b)),
            Op::Rem { dst, a, b } => binary!(dst, a, b, |a, b, _| arith::rem(a, b)),
            Op::Neg { dst, a } => tri!(heavy::neg(frame, dst, a)),
            Op::Eq { dst, a, b } => compare!(dst, a, b, eq, |a, b| Ok(compare::eq(a, b))),
            Op::Ne { dst, a, b } => compare!(dst, a, b, ne, |a, b| Ok(compare::ne(a, b))),
            Op::Lt { dst, a, b } => compare!(dst, a, b, lt, heavy::lt),
            Op::Le { dst, a, b } => compare!(dst, a, b, le, heavy::le),
            Op::In { dst, a, list } => {
                let contains = |list: &Value, a: &Value| compare::contains(list, a);
                fuel = tri!(heavy::relation(frame, [dst, list, a], fuel, contains));
            }
            Op::Not { dst, a } => {
                let Some(Value::Bool(a)) = peek(frame, a) else { trap!(TrapKind::WrongKind) };
                let value = !*a;
                set_bool(frame, dst, value);
            }
            Op::IsSet { dst, a } => {
                let present = !matches!(get(frame, a), Value::None);
                set_bool(frame, dst, present);
            }
            Op::Index { dst, src, at } => {
                let (Value::List(items), Value::Int(at)) = (get(frame, src), get(frame, at)) else {
                    trap!(TrapKind::WrongKind)
                };
                let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
                let Some(item) = item else { trap!(TrapKind::BadIndex) };
                if let Value::Int(item) = *item {
                    set_int(frame, dst, item);
                } else {
                    let item = item.clone();
                    set_copy(frame.get_mut(usize::from(dst)), &item);
                }
            }
            Op::LoadVar { dst, var } => {
                let at = usize::from(var);
                if at >= variables.length {
                    trap!(TrapKind::WrongKind)
                } else if base == variables.base {
                    copy(frame, dst, var, false);
                } else {
                    let length = frame.len();
                    let lower;
                    (lower, frame) = window(&mut stack.registers, base, length);
                    let value = lower.get(variables.base + at).unwrap_or(&NONE);
                    set_copy(frame.get_mut(usize::from(dst)), value);
                }
            }
            Op::StoreVar { var, src } => {
                let at = usize::from(var);
                if at >= variables.length || base == variables.base {
                    trap!(TrapKind::WrongKind)
                }
                let length = frame.len();
                let lower;
                (lower, frame) = window(&mut stack.registers, base, length);
                set_copy(lower.get_mut(variables.base + at), get(frame, src));
            }

            Op::Wait { wait } => {
                let mut open = None;
                if !tables.hours.is_empty() {
                    (open, fuel) = tri!(heavy::hours(world, wait, fuel));
                }
                match open {
                    Some(to) => jump!(to),
                    None => stop!(Stop::Parked { wait, op: pc!(), base }),
                }
            }
            Op::Draw { counter } => tri!(world.draw(counter)),
            Op::Mark { mark } => world.marks.note(mark),
            Op::Act { action, args, count } => {
                let first = usize::from(args);
                let args = frame.get_mut(first..first + usize::from(count)).unwrap_or_default();
                spend!(args.iter().map(|arg| weight(arg, false)).sum());
                if tri!(world.act(action, args, last_reads.at(pc!() as usize))) {
                    stop!(Stop::Closed)
                }
            }
            Op::Concat { dst, args, count } => tri!(heavy::concat(world, frame, dst, args, count)),
            Op::List { dst, args, count } => tri!(heavy::list(world, frame, dst, args, count)),
            Op::Record { dst, shape, args, count } => {
                tri!(heavy::record(world, frame, dst, shape, (args, count)));
            }
            Op::RecordGet { dst, src, index } => tri!(heavy::record_get(frame, dst, src, index)),
            Op::Builtin { dst, function, args, count } => {
                fuel = tri!(heavy::builtin(world, frame, dst, function, (args, count), fuel));
            }
            Op::Matches { dst, src, regex } => {
                fuel = tri!(heavy::matches(world, frame, dst, src, regex, fuel))
            }
            Op::GetField { dst, field } => {
                if let Some(plan) = plans.at(pc!()) {
                    follow!(plan)
                } else {
                    let Some(place) = frame.get_mut(usize::from(dst)) else { trap!(TrapKind::WrongKind) };
                    tri!(world.get(field, place))
                }
            }
            Op::SetField { field, src, convert } => {
                fuel = tri!(heavy::set_field(world, frame, field, src, convert != 0, fuel));
            }
            Op::ClearField { field } => tri!(world.clear(field)),
            Op::Message { message, text } => {
                let last = last_reads.at(pc!() as usize);
                fuel = tri!(heavy::message(world, frame, (message, text), last, fuel));
            }
        }
    }
}
