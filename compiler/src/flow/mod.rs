//! What the flow of a checked project shows: what is never reached, and where a bot ends without saying so.
//! In: the typed program. Out: warnings. Nothing here looks at conditions, except that a fixed one is no choice.

mod end;
mod exit;
pub(crate) mod live;
mod reach;

use crate::diagnostic::Diagnostic;
use crate::ir::{Block, Project, Stmt, StmtKind, Wait};

/// Reports everything that the flow of the project's bots shows.
pub fn check(project: &Project, diagnostics: &mut Vec<Diagnostic>) {
    for bot in &project.bots {
        reach::steps(bot, diagnostics);
        for step in &bot.steps {
            reach::statements(&step.body, diagnostics);
            exit::exits(&step.body, diagnostics);
            if !step.library {
                end::silent_end(step, diagnostics);
            }
        }
        for flow in &bot.flows {
            reach::statements(&flow.body, diagnostics);
            exit::exits(&flow.body, diagnostics);
        }
    }
    for function in &project.functions {
        reach::statements(&function.body, diagnostics);
    }
}

/// Whether what follows a block can be reached through it.
#[must_use]
pub fn falls_through(block: &Block) -> bool {
    block.iter().all(statement_falls_through)
}

fn statement_falls_through(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Message(message) => message.wait.as_ref().is_none_or(wait_falls_through),
        StmtKind::Pause(pause) => wait_falls_through(&pause.wait),
        StmtKind::Validate(validate) => {
            falls_through(&validate.valid)
                || falls_through(&validate.invalid)
                || validate.wait.exits.iter().any(|exit| falls_through(&exit.body))
        }
        StmtKind::Act(act) => act.wait.as_ref().is_none_or(wait_falls_through),
        StmtKind::Rotate(rotate) => wait_falls_through(&rotate.wait),
        StmtKind::If { then, otherwise, .. } => falls_through(then) || falls_through(otherwise),
        StmtKind::Block(block) => falls_through(block),
        StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Return(_)
        | StmtKind::Goto { .. }
        | StmtKind::HandOver { .. }
        | StmtKind::End => false,
        StmtKind::Local { .. }
        | StmtKind::Var { .. }
        | StmtKind::Set { .. }
        | StmtKind::Enter(_)
        | StmtKind::For { .. }
        | StmtKind::While { .. } => true,
    }
}

fn wait_falls_through(wait: &Wait) -> bool {
    wait.exits.iter().any(|exit| falls_through(&exit.body))
}
