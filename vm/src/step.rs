//! The loop: runs instructions until the turn waits, ends or traps. In: a function, an instruction, registers, and the
//! world of the turn. Out: why it stopped. Nothing here can panic, and every instruction costs fuel, so nothing here
//! can run away; what an instruction does stands in [`crate::op`].

use crate::arith;
use crate::builtin::BUILTINS;
use crate::compare;
use crate::context::Context;
use crate::fuel::{Cost, HEAD, MAX_NESTING, charge, charge_bytes, weight};
use crate::op::{Op, Reg, Target};
use crate::program::Function;
use crate::text;
use crate::trap::{Trap, TrapKind};
use crate::value::{Record, Value};
use crate::world::World;
use std::cmp::Ordering;
use std::sync::Arc;

/// Why the loop stopped.
pub(crate) enum Stop {
    /// At a wait, by this instruction.
    Parked { wait: u32, op: u32 },
    /// The function has returned, or the bot has ended.
    Done(Value),
    /// The conversation was closed.
    Closed,
}

/// The registers of all frames, one frame after the other, and what the callers left behind.
#[derive(Default)]
pub(crate) struct Stack {
    pub(crate) registers: Vec<Value>,
    frames: Vec<Frame>,
}

/// Where a call goes back to.
struct Frame {
    pc: usize,
    dst: Reg,
    base: usize,
    length: usize,
}

/// Calls nest at most this deep.
const MAX_DEPTH: usize = 64;
/// All frames together have at most this many registers.
const MAX_REGISTERS: usize = 1 << 18;

static NONE: Value = Value::None;

/// Everything below the frame at `base`, and the frame.
#[inline]
fn window(registers: &mut [Value], base: usize, length: usize) -> (&mut [Value], &mut [Value]) {
    let (lower, upper) = registers.split_at_mut_checked(base).unwrap_or_default();
    (lower, upper.get_mut(..length).unwrap_or_default())
}

/// A clone that does not look further for the commonest kind.
#[inline]
fn copy(value: &Value) -> Value {
    if let Value::Int(value) = value { Value::Int(*value) } else { value.clone() }
}

#[inline]
fn slice(frame: &[Value], first: Reg, count: u8) -> &[Value] {
    frame.get(usize::from(first)..usize::from(first) + usize::from(count)).unwrap_or_default()
}

/// Prepares the frame of a function that runs by itself.
pub(crate) fn prepare(stack: &mut Stack, function: &Function) {
    stack.frames.clear();
    stack.registers.clear();
    stack.registers.resize(usize::from(function.registers), Value::None);
}

/// Runs from `pc` in `function`, whose frame has been prepared.
#[allow(clippy::too_many_lines)]
pub(crate) fn run(
    world: &mut World<'_>,
    stack: &mut Stack,
    function: &Function,
    pc: Target,
    fuel: u64,
) -> Result<Stop, Trap> {
    let program = world.program;
    let tables = program.tables();
    let context = &program.context;
    let code: &[Op] = &tables.code;
    let Stack { registers, frames } = stack;
    let variables = if function.bot { usize::from(function.registers) } else { 0 };
    let mut fuel = fuel;
    let mut pc = pc as usize;
    let mut base = 0;
    let (mut lower, mut frame) = window(registers, base, usize::from(function.registers));

    loop {
        let here = pc;
        macro_rules! trap {
            ($kind:expr) => {
                return Err(Trap { kind: $kind, op: here as u32 })
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
        macro_rules! get {
            ($reg:expr) => {
                frame.get(usize::from($reg)).unwrap_or(&NONE)
            };
        }
        macro_rules! set {
            ($reg:expr, $value:expr) => {{
                let value = $value;
                if let Some(place) = frame.get_mut(usize::from($reg)) {
                    *place = value;
                }
            }};
        }
        macro_rules! spend {
            ($amount:expr) => {{
                let amount: u64 = $amount;
                if fuel < amount {
                    trap!(TrapKind::OutOfFuel)
                }
                fuel -= amount;
            }};
        }
        macro_rules! ints {
            ($dst:expr, $a:expr, $b:expr, $method:ident, $other:expr) => {
                if let (Value::Int(a), Value::Int(b)) = (get!($a), get!($b)) {
                    let Some(value) = a.$method(*b) else { trap!(TrapKind::Overflow) };
                    set!($dst, Value::Int(value));
                } else {
                    $other
                }
            };
        }
        macro_rules! jump_ints {
            ($a:expr, $b:expr, $to:expr, $compare:ident) => {
                match (get!($a), get!($b)) {
                    (Value::Int(a), Value::Int(b)) => {
                        if a.$compare(b) {
                            pc = $to as usize;
                        }
                    }
                    (Value::None, Value::Int(_) | Value::None) | (Value::Int(_), Value::None) => {}
                    _ => trap!(TrapKind::WrongKind),
                }
            };
        }

        let Some(op) = code.get(pc) else { trap!(TrapKind::WrongKind) };
        spend!(1);
        pc += 1;
        match *op {
            Op::Const { dst, value } => {
                let value = tables.consts.get(value as usize).unwrap_or(&NONE);
                set!(dst, copy(value));
            }
            Op::Int { dst, value } => set!(dst, Value::Int(i64::from(value))),
            Op::Bool { dst, value } => set!(dst, Value::Bool(value != 0)),
            Op::None { dst } => set!(dst, Value::None),
            Op::Move { dst, src } => set!(dst, copy(get!(src))),

            Op::Jump { to } => pc = to as usize,
            Op::JumpIf { cond, to } => {
                let Value::Bool(cond) = *get!(cond) else { trap!(TrapKind::WrongKind) };
                if cond {
                    pc = to as usize;
                }
            }
            Op::JumpUnless { cond, to } => {
                let Value::Bool(cond) = *get!(cond) else { trap!(TrapKind::WrongKind) };
                if !cond {
                    pc = to as usize;
                }
            }
            Op::JumpNone { src, to } => {
                if matches!(get!(src), Value::None) {
                    pc = to as usize;
                }
            }
            Op::JumpSet { src, to } => {
                if !matches!(get!(src), Value::None) {
                    pc = to as usize;
                }
            }
            Op::Call { dst, function, args, count } => {
                let Some(callee) = tables.functions.get(function as usize) else {
                    trap!(TrapKind::WrongKind)
                };
                let length = usize::from(callee.registers);
                let next = base + frame.len();
                if frames.len() >= MAX_DEPTH || next + length > MAX_REGISTERS {
                    trap!(TrapKind::TooDeep)
                }
                spend!(length as u64 / 16);
                frames.push(Frame { pc, dst, base, length: frame.len() });
                if registers.len() < next + length {
                    registers.resize(next + length, Value::None);
                }
                (lower, frame) = window(registers, next, length);
                let given = lower.get(base + usize::from(args)..).unwrap_or_default();
                let mut given = given.iter().take(usize::from(count));
                for place in frame.iter_mut() {
                    *place = given.next().map_or(Value::None, copy);
                }
                base = next;
                pc = callee.start as usize;
            }
            Op::Return { src } => {
                let value = frame.get_mut(usize::from(src)).map(std::mem::take).unwrap_or_default();
                let Some(back) = frames.pop() else { return Ok(Stop::Done(value)) };
                base = back.base;
                (lower, frame) = window(registers, base, back.length);
                pc = back.pc;
                set!(back.dst, value);
            }
            Op::End {} => return Ok(Stop::Done(Value::None)),
            Op::Builtin { dst, function, args, count } => {
                let Some(builtin) = BUILTINS.get(usize::from(function)) else { trap!(TrapKind::WrongKind) };
                let args = slice(frame, args, count);
                let Cost { own, shallow } =
                    program.derived.costs.get(usize::from(function)).copied().unwrap_or_default();
                spend!(args.iter().map(|arg| weight(arg, shallow) * 4).sum::<u64>() + own);
                let value = tri!((builtin.run)(context, args));
                if !shallow && is_built(&value) {
                    tri!(charge(&value, &mut world.memory));
                }
                set!(dst, value);
            }

            Op::AddInt { dst, a, b } => ints!(dst, a, b, checked_add, trap!(TrapKind::WrongKind)),
            Op::SubInt { dst, a, b } => ints!(dst, a, b, checked_sub, trap!(TrapKind::WrongKind)),
            Op::MulInt { dst, a, b } => ints!(dst, a, b, checked_mul, trap!(TrapKind::WrongKind)),
            Op::AddImm { dst, a, value } => {
                let Value::Int(a) = get!(a) else { trap!(TrapKind::WrongKind) };
                let Some(value) = a.checked_add(i64::from(value)) else { trap!(TrapKind::Overflow) };
                set!(dst, Value::Int(value));
            }
            Op::Add { dst, a, b } => ints!(dst, a, b, checked_add, {
                let (a, b) = (get!(a), get!(b));
                let value = if let (Value::Text(a), Value::Text(b)) = (a, b) {
                    tri!(join(world, a, b))
                } else {
                    tri!(arith::add(a, b, context))
                };
                set!(dst, value);
            }),
            Op::Sub { dst, a, b } => ints!(dst, a, b, checked_sub, {
                set!(dst, tri!(arith::sub(get!(a), get!(b), context)));
            }),
            Op::Mul { dst, a, b } => ints!(dst, a, b, checked_mul, {
                set!(dst, tri!(arith::mul(get!(a), get!(b))));
            }),
            Op::Div { dst, a, b } => set!(dst, tri!(arith::div(get!(a), get!(b)))),
            Op::Rem { dst, a, b } => set!(dst, tri!(arith::rem(get!(a), get!(b)))),
            Op::Neg { dst, a } => set!(dst, tri!(arith::neg(get!(a)))),
            Op::Not { dst, a } => {
                let Value::Bool(a) = *get!(a) else { trap!(TrapKind::WrongKind) };
                set!(dst, Value::Bool(!a));
            }

            Op::Eq { dst, a, b } => {
                let (a, b) = (get!(a), get!(b));
                spend!(weight(a, false));
                set!(dst, Value::Bool(compare::eq(a, b)));
            }
            Op::Ne { dst, a, b } => {
                let (a, b) = (get!(a), get!(b));
                spend!(weight(a, false));
                set!(dst, Value::Bool(compare::ne(a, b)));
            }
            Op::Lt { dst, a, b } => {
                let (a, b) = (get!(a), get!(b));
                spend!(weight(a, true));
                let order = tri!(compare::order(a, b));
                set!(dst, Value::Bool(order == Some(Ordering::Less)));
            }
            Op::Le { dst, a, b } => {
                let (a, b) = (get!(a), get!(b));
                spend!(weight(a, true));
                let order = tri!(compare::order(a, b));
                set!(dst, Value::Bool(order.is_some_and(Ordering::is_le)));
            }
            Op::In { dst, a, list } => {
                let (a, list) = (get!(a), get!(list));
                spend!(weight(list, false));
                let found = tri!(compare::contains(list, a));
                set!(dst, Value::Bool(found));
            }
            Op::IsSet { dst, a } => {
                let set = !matches!(get!(a), Value::None);
                set!(dst, Value::Bool(set));
            }
            Op::JumpLtInt { a, b, to } => jump_ints!(a, b, to, lt),
            Op::JumpLeInt { a, b, to } => jump_ints!(a, b, to, le),
            Op::JumpEqInt { a, b, to } => jump_ints!(a, b, to, eq),

            Op::Concat { dst, args, count } => {
                let value = tri!(concat(world, context, slice(frame, args, count)));
                set!(dst, value);
            }
            Op::List { dst, args, count } => {
                let value = Value::List(Arc::from(slice(frame, args, count)));
                tri!(charge(&value, &mut world.memory));
                set!(dst, value);
            }
            Op::Record { dst, shape, args, count } => {
                let fields = slice(frame, args, count).to_vec();
                let value = Value::Record(Arc::new(Record { shape, fields }));
                tri!(charge(&value, &mut world.memory));
                set!(dst, value);
            }
            Op::RecordGet { dst, src, index } => {
                let Value::Record(record) = get!(src) else { trap!(TrapKind::WrongKind) };
                let Some(value) = record.fields.get(usize::from(index)) else { trap!(TrapKind::WrongKind) };
                set!(dst, copy(value));
            }
            Op::Index { dst, src, at } => {
                let (Value::List(items), Value::Int(at)) = (get!(src), get!(at)) else {
                    trap!(TrapKind::WrongKind)
                };
                let item = usize::try_from(*at).ok().and_then(|at| items.get(at));
                let Some(item) = item else { trap!(TrapKind::BadIndex) };
                set!(dst, copy(item));
            }

            Op::GetField { dst, field } => set!(dst, tri!(world.get(field))),
            Op::SetField { field, src, convert } => {
                let value = get!(src);
                spend!(weight(value, false));
                tri!(world.set(field, value, convert != 0));
            }
            Op::ClearField { field } => tri!(world.clear(field)),
            Op::Act { action, args, count } => {
                let args = slice(frame, args, count);
                spend!(args.iter().map(|arg| weight(arg, false)).sum());
                if tri!(world.act(action, args)) {
                    return Ok(Stop::Closed);
                }
            }
            Op::Message { message, text } => tri!(world.message(message, get!(text), frame)),
            Op::Wait { wait } => return Ok(Stop::Parked { wait, op: here as u32 }),
            Op::LoadVar { dst, var } => {
                let at = usize::from(var);
                let value = if at >= variables {
                    trap!(TrapKind::WrongKind)
                } else if base == 0 {
                    copy(get!(var))
                } else {
                    lower.get(at).map_or(Value::None, copy)
                };
                set!(dst, value);
            }
            Op::Matches { dst, src, regex } => {
                let found = if let Value::Text(text) = get!(src) {
                    spend!(text.len() as u64 / 16);
                    let Some(regex) = program.regex(regex) else { trap!(TrapKind::WrongKind) };
                    regex.is_match(text)
                } else if matches!(get!(src), Value::None) {
                    false
                } else {
                    trap!(TrapKind::WrongKind)
                };
                set!(dst, Value::Bool(found));
            }
        }
    }
}

/// Whether a value has content of its own.
#[inline]
fn is_built(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::List(_) | Value::Record(_) | Value::File(_) | Value::Json(_))
}

/// Two texts as one.
fn join(world: &mut World<'_>, a: &str, b: &str) -> Result<Value, TrapKind> {
    charge_bytes(HEAD.saturating_add(a.len()).saturating_add(b.len()), &mut world.memory)?;
    world.buffer.clear();
    world.buffer.push_str(a);
    world.buffer.push_str(b);
    Ok(Value::Text(Arc::from(world.buffer.as_str())))
}

/// Values as one text.
fn concat(world: &mut World<'_>, context: &Context, args: &[Value]) -> Result<Value, TrapKind> {
    if let [Value::Text(only)] = args {
        return Ok(Value::Text(Arc::clone(only)));
    }
    let buffer = &mut *world.buffer;
    buffer.clear();
    for arg in args {
        if let Value::Text(text) = arg {
            buffer.push_str(text);
        } else {
            longest(context, arg, &mut { world.memory }, MAX_NESTING)?;
            text::display(buffer, arg, context);
        }
        if buffer.len() > world.memory {
            return Err(TrapKind::OutOfMemory);
        }
    }
    charge_bytes(HEAD.saturating_add(buffer.len()), &mut world.memory)?;
    Ok(Value::Text(Arc::from(buffer.as_str())))
}

/// Takes what a value can be as a text from `left`, before it is made.
fn longest(context: &Context, value: &Value, left: &mut usize, depth: u32) -> Result<(), TrapKind> {
    let (own, inner): (usize, &[Value]) = match value {
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Number(_) | Value::Date(_) => return Ok(()),
        Value::Time(_) | Value::DateTime(_) | Value::Duration(_) => return Ok(()),
        Value::Text(text) | Value::File(text) | Value::Json(text) => (text.len(), &[]),
        Value::Symbol(symbol) => (context.symbol(*symbol).map_or(0, |symbol| symbol.title.len()), &[]),
        Value::List(items) => (items.len().saturating_mul(2), items),
        Value::Record(record) => (record.fields.len().saturating_mul(2), &record.fields),
    };
    charge_bytes(own, left)?;
    let depth = depth.checked_sub(1).ok_or(TrapKind::OutOfMemory)?;
    inner.iter().try_for_each(|item| longest(context, item, left, depth))
}
