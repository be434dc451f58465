//! W0601 and W0602: steps and statements that are never reached.

use super::{inner_blocks, statement_falls_through};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Block, Bot, StepId, StmtKind};

/// Reports the bot's own steps that no way from its first step, or from `on failed`, leads to.
pub(super) fn steps(bot: &Bot, diagnostics: &mut Vec<Diagnostic>) {
    let mut reached = vec![false; bot.steps.len()];
    let mut open: Vec<StepId> = std::iter::once(bot.first).chain(bot.on_failed).collect();
    while let Some(step) = open.pop() {
        let Some(seen) = reached.get_mut(step.0 as usize) else { continue };
        if !std::mem::replace(seen, true)
            && let Some(step) = bot.steps.get(step.0 as usize)
        {
            gotos(&step.body, &mut open);
        }
    }
    for (step, _) in bot.steps.iter().zip(reached).filter(|(step, reached)| !reached && !step.library) {
        diagnostics.push(
            Diagnostic::new(Code::W0601, step.place, format!("the step `{}` is never reached", step.name))
                .help("go to it from somewhere with `-> …`, or remove it"),
        );
    }
}

fn gotos(block: &Block, out: &mut Vec<StepId>) {
    for stmt in block {
        if let StmtKind::Goto { step, .. } = &stmt.kind {
            out.push(*step);
        }
        inner_blocks(stmt, &mut |block| gotos(block, out));
        if !statement_falls_through(stmt) {
            return;
        }
    }
}

/// Reports the first statement after one that nothing gets past.
pub(super) fn statements(block: &Block, diagnostics: &mut Vec<Diagnostic>) {
    for (n, stmt) in block.iter().enumerate() {
        inner_blocks(stmt, &mut |block| statements(block, diagnostics));
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
