//! Bytecode. In: the checked project and its texts. Out: the tables of a program, its debug section, and the tests
//! with their expressions compiled.
//!
//! A bot becomes one function. Its frame holds the bot's parameters and variables, then the locals of the step that
//! is running (steps share these registers), then temporaries. Its code sets the variables, then follow the steps in
//! order. A `fn` becomes a function whose frame holds its locals, then temporaries. So does a flow, once for each bot
//! that calls it: it reaches the bot's variables and steps.
//!
//! Invariants: nothing here finds an error or decides what a program means; nothing here looks up a name; no pass
//! takes more than linear time in the size of the project.

mod action;
mod assign;
mod condition;
pub(crate) mod constant;
mod enter;
mod expr;
mod function;
mod goto;
mod intern;
mod layout;
mod localized;
mod loops;
mod mark;
mod message;
mod output;
mod pause;
mod pin;
mod places;
mod rotate;
mod statement;
mod test;
mod trigger;
mod upgrade;
mod validate;
mod wait;

#[cfg(test)]
mod tests;

pub use mark::{Mark, MarkKind};

use crate::ir;
use crate::source::Sources;
use function::{Body, BotFrame, Label, Variables, registers};
use output::Output;
use sbot_vm::op::Op;
use sbot_vm::program::{self, Callee, Debug, FunctionKind, Tables};
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
    /// What the marks of the program stand for. Empty unless it is built to be explored.
    pub marks: Vec<Mark>,
}

/// Lowers a checked project; with its tests if `tests` is set.
#[must_use]
pub fn lower(project: &ir::Project, sources: &Sources, tests: bool) -> Lowered {
    lower_into(Output::new(project, sources), tests)
}

/// The same with its tests, and with marks that tell what a conversation reaches.
#[must_use]
pub fn lower_marked(project: &ir::Project, sources: &Sources) -> Lowered {
    let mut out = Output::new(project, sources);
    out.marking = true;
    lower_into(out, true)
}

fn lower_into(mut out: Output<'_>, tests: bool) -> Lowered {
    let project = out.project;
    let least = if tests { ir::Use::Tests } else { ir::Use::Bots };
    let mut next = 0;
    for function in &project.functions {
        out.functions.push(next);
        next += u32::from(function.used >= least);
    }
    for function in project.functions.iter().filter(|function| function.used >= least) {
        lower_function(&mut out, function);
    }
    for (number, bot) in (0u32..).zip(&project.bots) {
        out.bot = Arc::clone(&bot.name);
        out.bot_number = number;
        lower_bot(&mut out, bot);
    }
    given_records(&mut out);
    out.tables.given = out.given();
    let tests = if tests { test::lower_tests(&mut out) } else { Vec::new() };
    Lowered { tables: out.tables, debug: out.debug, tests, marks: out.marks }
}

/// Records that a host gives have shapes, whether the program makes such records itself or not.
fn given_records(out: &mut Output<'_>) {
    let none = Arc::from("");
    let project = out.project;
    for names in &project.given {
        out.shape(&none, names);
    }
    for bot in &project.bots {
        for param in bot.vars.iter().take(bot.params) {
            param.ty.each_record(&mut |fields| {
                let names: Vec<Arc<str>> = fields.iter().map(|(name, _)| Arc::from(name.as_str())).collect();
                out.shape(&none, &names);
            });
        }
    }
}

/// Functions come first in the table, in their order and without those that nothing calls.
fn lower_function<'p>(out: &mut Output<'p>, function: &'p ir::Function) {
    let mut body = Body::new(out, Variables::Elsewhere);
    body.begin(&function.name, &function.locals);
    body.block(&function.body);
    if body.reachable() {
        body.end_function(function.place);
    }
    body.finish(&function.name, function.params, FunctionKind::Fn);
}

/// The flows of a bot that something calls, in the order in which they are found.
pub(crate) fn called_flows(bot: &ir::Bot) -> Vec<ir::FlowId> {
    let mut found = Vec::new();
    let mut seen = vec![false; bot.flows.len()];
    let mut note = |block: &ir::Block, found: &mut Vec<ir::FlowId>| {
        ir::each_stmt(block, &mut |stmt| {
            if let ir::StmtKind::Enter(enter) = &stmt.kind
                && let ir::Entered::Flow(flow) = enter.target
                && let Some(seen) = seen.get_mut(flow.0 as usize)
                && !std::mem::replace(seen, true)
            {
                found.push(flow);
            }
        });
    };
    for step in &bot.steps {
        note(&step.body, &mut found);
    }
    let mut at = 0;
    while let Some(flow) = found.get(at).and_then(|flow| bot.flows.get(flow.0 as usize)) {
        note(&flow.body, &mut found);
        at += 1;
    }
    found
}

/// The flows of a bot, right behind its own function; then its calls of them know where they are.
fn lower_flows<'p>(out: &mut Output<'p>, bot: &'p ir::Bot, function: u32, frame: BotFrame) {
    let called = called_flows(bot);
    for flow in called.iter().filter_map(|flow| bot.flows.get(flow.0 as usize)) {
        let mut body = Body::new(out, Variables::Elsewhere);
        body.bot_frame = Some(frame.clone());
        body.begin(&flow.name, &flow.locals);
        body.library = flow.library;
        body.mark(MarkKind::Flow, None, flow.place);
        body.block(&flow.body);
        if body.reachable() {
            body.end_function(flow.place);
        }
        body.finish(&flow.name, flow.params, FunctionKind::Flow { bot: function });
    }
    for (call, flow) in std::mem::take(&mut out.flow_calls) {
        let rank = called.iter().position(|known| *known == flow).unwrap_or_default();
        if let Some(call) = out.tables.calls.get_mut(call as usize) {
            call.callee = Callee::Flow(function.saturating_add(1).saturating_add(output::index(rank)));
        }
    }
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
        body.library = step.library;
        body.mark(MarkKind::Step, None, step.place);
        body.block(&step.body);
        body.end_step(step.place);
    }
    let on_failed =
        bot.on_failed.and_then(|step| steps.get(step.0 as usize)).and_then(|label| body.target(*label));
    let targets: Vec<_> = steps.iter().map(|label| body.target(*label).unwrap_or_default()).collect();
    let first_param = body.param(0);
    let step_rows = body.out.step_rows(bot, &targets, first_param);
    let frame = BotFrame { targets, first_param };
    let function = body.finish(&bot.name, bot.params, FunctionKind::Bot);
    lower_flows(out, bot, function, frame);
    let triggers = bot.triggers.iter().map(|trigger| trigger::lower_trigger(out, bot, trigger)).collect();
    let params = bot.vars.iter().take(bot.params);
    let params = params.map(|var| {
        let slot = var.ty.slot();
        let slot = program::slot(slot.kind, slot.optional || var.init.is_some());
        program::Param { name: Arc::clone(&var.name), slot, format: var.ty.format() }
    });
    let params = params.collect();
    let variables = out.variables(bot);
    let result = bot.result.as_ref().map(|ty| out.type_of(ty));
    upgrade::lower_upgrades(out, bot, &variables);
    out.tables.bots.push(program::Bot {
        name: Arc::clone(&bot.name),
        function,
        params,
        on_failed,
        triggers,
        variables,
        steps: step_rows,
        result,
    });
}
