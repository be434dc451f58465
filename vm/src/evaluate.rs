//! Values of functions outside of any run: what the tests of the language are checked with.

use crate::event::{Event, Facts};
use crate::fuel::Limits;
use crate::loaded::Program;
use crate::program::FunctionKind;
use crate::stack::Stack;
use crate::step::{self, Stop};
use crate::trap::{Trap, TrapKind};
use crate::value::Value;
use crate::world::{Last, Marks, World};

/// The value of a function that has no effects and does not wait, in the light of an event and of facts.
///
/// # Errors
/// The function could not be finished, does not exist or is a bot's own, or takes another number of arguments.
pub fn evaluate(
    program: &Program,
    function: u32,
    args: &[Value],
    event: &Event,
    facts: &Facts,
    limits: &Limits,
) -> Result<Value, Trap> {
    let wrong = Trap { kind: TrapKind::WrongKind, op: 0 };
    let row = program.tables().functions.get(function as usize).ok_or(wrong.clone())?;
    if row.kind != FunctionKind::Fn || usize::from(row.params) != args.len() {
        return Err(Trap { op: row.start, ..wrong });
    }
    let mut stack = Stack::default();
    let spot = stack.prepare(row);
    for (place, value) in stack.registers.iter_mut().zip(args) {
        *place = value.clone();
    }
    let mut world = World {
        program,
        event,
        facts,
        // The function of a test carries the name of its bot.
        bot: program.bot(&row.name).unwrap_or(0),
        turn: 0,
        memory: limits.memory,
        effects: &mut Vec::new(),
        overlay: &mut Vec::new(),
        marks: &mut Marks::default(),
        buffer: &mut String::new(),
        last: Last::default(),
    };
    match step::run(&mut world, &mut stack, spot, limits.fuel)? {
        Stop::Done(value) => Ok(value),
        Stop::Parked { .. } | Stop::Closed => Err(Trap { op: row.start, ..wrong }),
    }
}
