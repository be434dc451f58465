//! W0601 and W0602: steps and statements that are never reached.

use super::statement_falls_through;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Block, Bot, Entered, StepId, StmtKind};

/// Reports the bot's own steps that no way from its first step, or from `on failed`, leads to.
pub(super) fn steps(bot: &Bot, diagnostics: &mut Vec<Diagnostic>) {
    let mut reached = vec![false; bot.steps.len()];
    let mut called = vec![false; bot.flows.len()];
    let mut open: Vec<StepId> = std::iter::once(bot.first).chain(bot.on_failed).collect();
    while let Some(step) = open.pop() {
        let Some(seen) = reached.get_mut(step.0 as usize) else { continue };
        if !std::mem::replace(seen, true)
            && let Some(step) = bot.steps.get(step.0 as usize)
        {
            gotos(&step.body, bot, &mut open, &mut called);
        }
    }
    for (step, _) in bot.steps.iter().zip(reached).filter(|(step, reached)| !reached && !step.library) {
        diagnostics.push(
            Diagnostic::new(Code::W0601, step.place, format!("the step `{}` is never reached", step.name))
                .help("go to it from somewhere with `-> …`, or remove it"),
        );
    }
}

/// The steps that a block leads to, also through the flows that it calls.
fn gotos(block: &Block, bot: &Bot, out: &mut Vec<StepId>, called: &mut Vec<bool>) {
    for stmt in block {
        if let StmtKind::Goto { step, .. } = &stmt.kind {
            out.push(*step);
        }
        if let StmtKind::Enter(enter) = &stmt.kind
            && let Entered::Flow(flow) = enter.target
            && let Some(known) = called.get_mut(flow.0 as usize)
            && !std::mem::replace(known, true)
            && let Some(flow) = bot.flows.get(flow.0 as usize)
        {
            gotos(&flow.body, bot, out, called);
        }
        stmt.each_block(&mut |block| gotos(block, bot, out, called));
        if !statement_falls_through(stmt) {
            return;
        }
    }
}

/// Reports the first statement after one that nothing gets past.
pub(super) fn statements(block: &Block, diagnostics: &mut Vec<Diagnostic>) {
    for (n, stmt) in block.iter().enumerate() {
        stmt.each_block(&mut |block| statements(block, diagnostics));
        if !statement_falls_through(stmt)
            && let Some(next) = block.get(n + 1)
        {
            diagnostics.push(
                Diagnostic::new(Code::W0602, next.place, "this is never reached")
                    .label(stmt.place, "nothing gets past this")
                    .help("remove it, or let a way lead here"),
            );
            return;
        }
    }
}
