//! Decides whether tables make sense, before anything runs. In: tables as the compiler built them or the container
//! stored them. Out: what the loop may rely on, or the first thing that is wrong.
//!
//! After this, every operand of every instruction of every function points at something that exists, no function can
//! be left at its end, and nothing that waits or has an effect stands outside of a bot.

mod code;
mod point;
mod table;

use crate::error::LoadError;
use crate::layout;
use crate::loaded::CallInfo;
use crate::op::{Op, Target};
use crate::program::{Debug, FunctionKind, Tables};
use crate::upgrade::rule;

/// What is known of a wait once all code has been seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WaitPlace {
    /// The function that waits here, if some instruction does.
    pub(crate) function: Option<u32>,
    /// The action whose answer it waits for.
    pub(crate) action: Option<u32>,
    /// The counter whose draw it waits for.
    pub(crate) counter: Option<u32>,
}

/// What is known of waits and calls once all code has been seen.
pub(crate) struct Places {
    pub(crate) waits: Vec<WaitPlace>,
    pub(crate) calls: Vec<CallInfo>,
}

type Check<T = ()> = Result<T, LoadError>;

fn fail<T>(what: String) -> Check<T> {
    Err(LoadError::Corrupt { what })
}

/// Checks the tables, and gives what is known of each wait and of each call.
pub(crate) fn verify(tables: &Tables) -> Check<Places> {
    table::plain_tables(tables)?;
    table::hours(tables)?;
    layout::verify_waits(tables)?;
    layout::verify_types(tables)?;
    layout::verify_known(tables)?;
    layout::verify_given(tables)?;
    rule::verify_rules(tables)?;
    ranges(tables)?;
    let mut waits = vec![WaitPlace::default(); tables.waits.len()];
    let mut calls: Vec<Option<CallInfo>> = tables.calls.iter().map(|_| None).collect();
    let bots = tables.functions.iter().filter(|function| function.kind == FunctionKind::Bot);
    let widest = bots.map(|function| function.registers).max().unwrap_or(0);
    for (index, function) in (0u32..).zip(&tables.functions) {
        code::code(tables, widest, index, function, &mut waits, &mut calls)?;
    }
    tables.bots.iter().try_for_each(|bot| table::one_bot(tables, bot))?;
    let calls = calls.into_iter().zip(&tables.calls).map(|(place, call)| match place {
        Some(place) => Ok(place),
        None => fail(format!("no instruction makes the call {}", call.name)),
    });
    let places = Places { waits, calls: calls.collect::<Check<_>>()? };
    layout::verify_bots(tables, &places)?;
    Ok(places)
}

/// Checks the debug section against the tables.
pub(crate) fn verify_debug(tables: &Tables, debug: &Debug) -> Check {
    let end = tables.code.len() as u64;
    let ascending = debug.places.iter().zip(debug.places.iter().skip(1)).all(|(a, b)| a.op < b.op);
    let places = debug.places.iter().all(|place| {
        u64::from(place.op) < end && (place.file as usize) < debug.files.len() && place.start <= place.end
    });
    let labels = debug.labels.iter().zip(debug.labels.iter().skip(1)).all(|(a, b)| a.0 <= b.0)
        && debug.labels.iter().all(|(op, _)| u64::from(*op) <= end);
    if !ascending || !places {
        return fail(
            "the places of the debug section are not ascending, or lie outside of code and files".into(),
        );
    }
    if !labels {
        return fail("the labels of the debug section are not ascending, or lie outside of the code".into());
    }
    Ok(())
}

/// The functions' ranges lie in the code, hold something, and share no instruction.
fn ranges(tables: &Tables) -> Check {
    let mut ranges: Vec<(Target, Target)> = Vec::with_capacity(tables.functions.len());
    for function in &tables.functions {
        let name = &function.name;
        if function.start >= function.end || function.end as usize > tables.code.len() {
            return fail(format!("function {name} lies outside of the code, or is empty"));
        }
        if u16::from(function.params) > function.registers {
            return fail(format!("function {name} has more parameters than registers"));
        }
        let last = tables.code.get(function.end as usize - 1);
        if !last.is_some_and(Op::is_final) {
            return fail(format!("function {name} can be left at its end"));
        }
        ranges.push((function.start, function.end));
    }
    ranges.sort_unstable();
    if ranges.iter().zip(ranges.iter().skip(1)).any(|(a, b)| b.0 < a.1) {
        return fail("two functions share instructions".into());
    }
    Ok(())
}
