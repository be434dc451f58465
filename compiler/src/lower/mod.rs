//! Bytecode. In: the checked project and its texts. Out: the tables of a program, its debug section, and the tests
//! with their expressions compiled.
//!
//! A bot becomes one function. Its frame holds the bot's parameters and variables, then the locals of the step that
//! is running (steps share these registers), then temporaries. Its code sets the variables, then follow the steps in
//! order. A `fn` becomes a function whose frame holds its locals, then temporaries.
//!
//! Invariants: nothing here finds an error or decides what a program means; nothing here looks up a name; no pass
//! takes more than linear time in the size of the project.

mod action;
mod assign;
mod condition;
mod constant;
mod expr;
mod function;
mod goto;
mod intern;
mod loops;
mod message;
mod output;
mod pause;
mod pin;
mod places;
mod statement;
mod test;
mod trigger;
mod validate;
mod wait;

#[cfg(test)]
mod tests;

use crate::ir;
use crate::source::Sources;
use function::{Body, Label, Variables, registers};
use output::Output;
use sbot_vm::op::Op;
use sbot_vm::program::{self, Debug, Tables};
use std::sync::Arc;

/// A project as bytecode.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The program.
    pub tables: Tables,
    /// Where its code came from.
    pub debug: Debug,
    /// The tests, each expression replaced by the index of a function that takes the variables of the bot under test
    /// and returns the expression's value. Empty if tests were not asked for.
    pub tests: Vec<ir::Test<u32>>,
}

/// Lowers a checked project; with its tests if `tests` is set.
#[must_use]
pub fn lower(project: &ir::Project, sources: &Sources, tests: bool) -> Lowered {
    let mut out = Output::new(project, sources);
    for function in &project.functions {
        lower_function(&mut out, function);
    }
    for bot in &project.bots {
        lower_bot(&mut out, bot);
    }
    let tests = if tests { test::lower_tests(&mut out) } else { Vec::new() };
    Lowered { tables: out.tables, debug: out.debug, tests }
}

/// Functions come first in the table, so a [`ir::FnId`] is an index into it.
fn lower_function<'p>(out: &mut Output<'p>, function: &'p ir::Function) {
    let mut body = Body::new(out, Variables::Elsewhere);
    body.begin(&function.name, &function.locals);
    body.block(&function.body);
    if body.reachable() {
        body.end_function(function.place);
    }
    body.finish(&function.name, function.params, false);
}

fn lower_bot<'p>(out: &mut Output<'p>, bot: &'p ir::Bot) {
    let mut body = Body::new(out, Variables::Here(&bot.vars));
    let steps: Vec<Label> = bot.steps.iter().map(|_| body.new_label()).collect();
    body.steps = steps.iter().zip(&bot.steps).map(|(label, step)| (*label, step.params)).collect();
    for (n, (var, reg)) in bot.vars.iter().zip(registers(0)).enumerate() {
        let Some(init) = &var.init else { continue };
        if n < bot.params {
            // A default stands in for an argument that is not given.
            let given = body.new_label();
            body.emit_jump(Op::JumpSet { src: reg, to: 0 }, given, var.place);
            body.store(init, reg);
            body.bind(given);
        } else {
            body.store(init, reg);
        }
    }
    if let Some(first) = steps.get(bot.first.0 as usize) {
        body.jump(*first, bot.place);
    }
    for (step, label) in bot.steps.iter().zip(&steps) {
        body.bind_entry(*label);
        body.begin(&step.name, &step.locals);
        body.step_end = Some(body.new_label());
        body.block(&step.body);
        body.end_step(step.place);
    }
    let on_failed =
        bot.on_failed.and_then(|step| steps.get(step.0 as usize)).and_then(|label| body.target(*label));
    let function = body.finish(&bot.name, bot.params, true);
    let triggers = bot.triggers.iter().map(|trigger| trigger::lower_trigger(out, bot, trigger)).collect();
    let params = bot.vars.iter().take(bot.params);
    let params = params.map(|var| {
        let slot = var.ty.slot();
        let slot = program::slot(slot.kind, slot.optional || var.init.is_some());
        program::Param { name: Arc::clone(&var.name), slot }
    });
    let params = params.collect();
    out.tables.bots.push(program::Bot { name: Arc::clone(&bot.name), function, params, on_failed, triggers });
}
