//! What a turn may use up. Every instruction costs one unit of fuel, and more when it reads long data; every text or
//! list that is built costs its size in memory, counted as if nothing in it were shared. Both counts depend on the
//! program, the run, the event and the facts only, so a turn that passes on one machine passes on all.

use crate::trap::TrapKind;
use crate::value::Value;

/// What a turn may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions.
    pub fuel: u64,
    /// Bytes of texts and lists built, cumulative.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { fuel: 1_000_000, memory: 4 << 20 }
    }
}

/// How deep lists and records may nest, in constants, in answers, in parked values and when they are built.
pub(crate) const MAX_NESTING: u32 = 32;

/// What an element, an effect or a text costs beside its content.
pub(crate) const HEAD: usize = 24;

/// What it costs to ask whether hours are open, and when they open next.
pub(crate) const HOURS: u64 = 500;

/// Takes the bytes of `value`, with everything in it, from `left`.
#[inline]
pub(crate) fn charge(value: &Value, left: &mut usize) -> Result<(), TrapKind> {
    charge_to(value, left, MAX_NESTING)
}

/// Takes `bytes` from `left`.
#[inline]
pub(crate) fn charge_bytes(bytes: usize, left: &mut usize) -> Result<(), TrapKind> {
    *left = left.checked_sub(bytes).ok_or(TrapKind::OutOfMemory)?;
    Ok(())
}

#[inline]
fn charge_to(value: &Value, left: &mut usize, depth: u32) -> Result<(), TrapKind> {
    if let Value::Text(text) | Value::File(text) | Value::Json(text) = value {
        charge_bytes(HEAD.saturating_add(text.len()), left)
    } else if let Value::Undeclared(one) = value {
        charge_bytes(HEAD.saturating_add(one.id.len()).saturating_add(one.title.len()), left)
    } else if let Value::List(items) = value {
        charge_items(items, left, depth)
    } else if let Value::Record(record) = value {
        charge_items(&record.fields, left, depth)
    } else {
        charge_bytes(HEAD, left)
    }
}

#[inline(never)]
fn charge_items(items: &[Value], left: &mut usize, depth: u32) -> Result<(), TrapKind> {
    let depth = depth.checked_sub(1).ok_or(TrapKind::OutOfMemory)?;
    charge_bytes(HEAD, left)?;
    items.iter().try_for_each(|item| charge_to(item, left, depth))
}

/// Whether lists and records nest no deeper than allowed.
pub(crate) fn nests_well(value: &Value) -> bool {
    let mut left = usize::MAX;
    !matches!(value, Value::List(_) | Value::Record(_)) || charge(value, &mut left).is_ok()
}

/// The extra fuel of reading a value once.
#[inline]
pub(crate) fn weight(value: &Value, shallow: bool) -> u64 {
    if let Value::Text(text) | Value::File(text) | Value::Json(text) = value {
        text.len() as u64 / 64
    } else if let Value::Undeclared(one) = value {
        (one.id.len() as u64 + one.title.len() as u64) / 64
    } else if shallow {
        0
    } else if let Value::List(items) = value {
        items.iter().map(|item| 1 + weight(item, false)).sum()
    } else if let Value::Record(record) = value {
        record.fields.iter().map(|item| 1 + weight(item, false)).sum()
    } else {
        0
    }
}

/// What a built-in function costs beside reading its arguments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// Fuel of the call.
    pub(crate) own: u64,
    /// It looks at no more than the head of a list, and builds nothing.
    pub(crate) shallow: bool,
}

/// The cost of the built-in function of this name.
pub(crate) fn cost(name: &str) -> Cost {
    match name {
        "len_list" | "first" | "last" => Cost { own: 0, shallow: true },
        "hours_open" | "opens_in" => Cost { own: HOURS, shallow: true },
        "find_phone" | "phone_written" | "phone_country" => Cost { own: 200, shallow: false },
        "format_datetime" | "format_date" | "date_text" | "time_text" | "datetime_of" | "date_of"
        | "time_of" | "find_email" => Cost { own: 20, shallow: false },
        _ => Cost::default(),
    }
}
