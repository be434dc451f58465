//! Instructions that do more than move values and compare ints: everything that may allocate, read the world, or take
//! long. The loop in [`crate::step`] calls them, and stays small enough to be fast.

use crate::arith;
use crate::compare;
use crate::context::Context;
use crate::fuel::{Cost, HEAD, HOURS, MAX_NESTING, charge, charge_bytes, weight};
use crate::loaded::Due;
use crate::op::{Reg, Target};
use crate::stack::slice;
use crate::text;
use crate::trap::TrapKind;
use crate::value::{Record, Value};
use crate::world::World;
use std::cmp::Ordering;
use std::sync::Arc;

pub(crate) static NONE: Value = Value::None;

type Done = Result<(), TrapKind>;
/// The fuel that is left.
type Left = Result<u64, TrapKind>;

#[inline(always)]
pub(crate) fn get(frame: &[Value], reg: Reg) -> &Value {
    frame.get(usize::from(reg)).unwrap_or(&NONE)
}

pub(crate) fn set(frame: &mut [Value], reg: Reg, value: Value) {
    if let Some(place) = frame.get_mut(usize::from(reg)) {
        *place = value;
    }
}

fn spend(fuel: u64, amount: u64) -> Left {
    fuel.checked_sub(amount).ok_or(TrapKind::OutOfFuel)
}

/// An operator on two values of any kind.
#[inline(never)]
pub(crate) fn binary(
    frame: &mut [Value],
    [dst, a, b]: [Reg; 3],
    context: &Context,
    operator: fn(&Value, &Value, &Context) -> Result<Value, TrapKind>,
) -> Done {
    let value = operator(get(frame, a), get(frame, b), context)?;
    set(frame, dst, value);
    Ok(())
}

#[inline(never)]
pub(crate) fn add(world: &mut World<'_>, frame: &mut [Value], [dst, a, b]: [Reg; 3]) -> Done {
    let value = match (get(frame, a), get(frame, b)) {
        (Value::Text(a), Value::Text(b)) => join(world, a, b)?,
        (a, b) => arith::add(a, b, &world.program.context)?,
    };
    set(frame, dst, value);
    Ok(())
}

#[inline(never)]
pub(crate) fn neg(frame: &mut [Value], dst: Reg, a: Reg) -> Done {
    let value = arith::neg(get(frame, a))?;
    set(frame, dst, value);
    Ok(())
}

/// Compares two values of any kind.
#[inline(never)]
pub(crate) fn relation(
    frame: &mut [Value],
    [dst, a, b]: [Reg; 3],
    fuel: u64,
    holds: fn(&Value, &Value) -> Result<bool, TrapKind>,
) -> Left {
    let (a, b) = (get(frame, a), get(frame, b));
    let left = spend(fuel, weight(a, false))?;
    let holds = holds(a, b)?;
    set(frame, dst, Value::Bool(holds));
    Ok(left)
}

/// Whether two values are ints or absent, and at least one is absent.
#[inline(never)]
pub(crate) fn absent(a: &Value, b: &Value) -> bool {
    matches!((a, b), (Value::None, Value::Int(_) | Value::None) | (Value::Int(_), Value::None))
}

pub(crate) fn lt(a: &Value, b: &Value) -> Result<bool, TrapKind> {
    Ok(compare::order(a, b)? == Some(Ordering::Less))
}

pub(crate) fn le(a: &Value, b: &Value) -> Result<bool, TrapKind> {
    Ok(compare::order(a, b)?.is_some_and(Ordering::is_le))
}

#[inline(never)]
pub(crate) fn concat(world: &mut World<'_>, frame: &mut [Value], dst: Reg, args: Reg, count: u8) -> Done {
    let context = &world.program.context;
    let value = joined(world, context, slice(frame, args, count))?;
    set(frame, dst, value);
    Ok(())
}

#[inline(never)]
pub(crate) fn list(world: &mut World<'_>, frame: &mut [Value], dst: Reg, args: Reg, count: u8) -> Done {
    let value = Value::List(Arc::from(slice(frame, args, count)));
    charge(&value, &mut world.memory)?;
    set(frame, dst, value);
    Ok(())
}

#[inline(never)]
pub(crate) fn record(
    world: &mut World<'_>,
    frame: &mut [Value],
    dst: Reg,
    shape: u32,
    (args, count): (Reg, u8),
) -> Done {
    let fields = slice(frame, args, count).to_vec();
    let value = Value::Record(Arc::new(Record { shape, fields }));
    charge(&value, &mut world.memory)?;
    set(frame, dst, value);
    Ok(())
}

#[inline(never)]
pub(crate) fn record_get(frame: &mut [Value], dst: Reg, src: Reg, index: u16) -> Done {
    let Value::Record(record) = get(frame, src) else { return Err(TrapKind::WrongKind) };
    let value = record.fields.get(usize::from(index)).ok_or(TrapKind::WrongKind)?.clone();
    set(frame, dst, value);
    Ok(())
}

#[inline(never)]
pub(crate) fn set_field(
    world: &mut World<'_>,
    frame: &[Value],
    field: u32,
    src: Reg,
    convert: bool,
    fuel: u64,
) -> Left {
    let value = get(frame, src);
    let left = spend(fuel, weight(value, false))?;
    world.set(field, value, convert)?;
    Ok(left)
}

#[inline(never)]
pub(crate) fn builtin(
    world: &mut World<'_>,
    frame: &mut [Value],
    dst: Reg,
    function: u16,
    (args, count): (Reg, u8),
    fuel: u64,
) -> Left {
    let program = world.program;
    let callee = program.derived.builtins.get(usize::from(function)).copied().flatten();
    let (row, Cost { own, shallow }) = callee.ok_or(TrapKind::WrongKind)?;
    let args = slice(frame, args, count);
    let left = spend(fuel, args.iter().map(|arg| weight(arg, shallow) * 4).sum::<u64>() + own)?;
    let value = (row.run)(&program.context, args)?;
    if !shallow && is_built(&value) {
        charge(&value, &mut world.memory)?;
    }
    set(frame, dst, value);
    Ok(left)
}

#[inline(never)]
pub(crate) fn matches(
    world: &World<'_>,
    frame: &mut [Value],
    dst: Reg,
    src: Reg,
    regex: u32,
    fuel: u64,
) -> Left {
    let text = if let Value::Text(text) = get(frame, src) {
        Some(&**text)
    } else if matches!(get(frame, src), Value::None) {
        None
    } else {
        return Err(TrapKind::WrongKind);
    };
    let mut left = fuel;
    let found = found(world, text, regex, &mut left)?;
    set(frame, dst, Value::Bool(found));
    Ok(left)
}

/// Whether a regular expression finds something in a text.
pub(crate) fn found(
    world: &World<'_>,
    text: Option<&str>,
    regex: u32,
    fuel: &mut u64,
) -> Result<bool, TrapKind> {
    let Some(text) = text else { return Ok(false) };
    *fuel = spend(*fuel, text.len() as u64 / 16)?;
    Ok(world.program.regex(regex).ok_or(TrapKind::WrongKind)?.is_match(text))
}

/// What is fixed about a message stands in its row, of which a list of texts may be long.
#[inline(never)]
pub(crate) fn message(
    world: &mut World<'_>,
    frame: &mut [Value],
    (message, text): (u32, Reg),
    last: bool,
    fuel: u64,
) -> Left {
    let row = world.program.tables().messages.get(message as usize).ok_or(TrapKind::WrongKind)?;
    let left = match row.from {
        Some(list) => spend(fuel, weight(get(frame, list), false) * 4)?,
        None => fuel,
    };
    world.message(message, row, text, last, frame)?;
    Ok(left)
}

/// Where a wait goes on that waits for hours which have begun already; the first such exit in the source.
#[inline(never)]
pub(crate) fn hours(world: &World<'_>, wait: u32, fuel: u64) -> Result<(Option<Target>, u64), TrapKind> {
    let program = world.program;
    let info = program.derived.waits.get(wait as usize).ok_or(TrapKind::WrongKind)?;
    if info.hours == 0 {
        return Ok((None, fuel));
    }
    let left = spend(fuel, info.hours.saturating_mul(HOURS))?;
    let open = info.timers.iter().find(|(_, due)| match due {
        Due::Hours(hours) => program.context.open(*hours, world.event.at),
        Due::After(_) => false,
    });
    let exits = program.tables().waits.get(wait as usize).map(|wait| wait.exits.as_slice());
    let exit = open.and_then(|(exit, _)| exits.unwrap_or_default().get(*exit as usize));
    Ok((exit.map(|exit| exit.to), left))
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
fn joined(world: &mut World<'_>, context: &Context, args: &[Value]) -> Result<Value, TrapKind> {
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
pub(crate) fn longest(
    context: &Context,
    value: &Value,
    left: &mut usize,
    depth: u32,
) -> Result<(), TrapKind> {
    let (own, inner): (usize, &[Value]) = match value {
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Number(_) | Value::Date(_) => return Ok(()),
        Value::Time(_) | Value::DateTime(_) | Value::Duration(_) => return Ok(()),
        Value::Text(text) | Value::File(text) | Value::Json(text) => (text.len(), &[]),
        Value::Symbol(symbol) => (context.symbol(*symbol).map_or(0, |symbol| symbol.title.len()), &[]),
        Value::Undeclared(one) => (one.title.len(), &[]),
        Value::List(items) => (items.len().saturating_mul(2), items),
        Value::Record(record) => (record.fields.len().saturating_mul(2), &record.fields),
    };
    charge_bytes(own, left)?;
    let depth = depth.checked_sub(1).ok_or(TrapKind::OutOfMemory)?;
    inner.iter().try_for_each(|item| longest(context, item, left, depth))
}
