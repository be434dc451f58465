//! Whether a block lets anything past it, for the checker, which asks before there is a graph.

use crate::ir::{Block, ExprKind, Stmt, StmtKind};
use sbot_vm::value::Value;

/// Whether what follows a block can be reached through it. Calls count as coming back.
#[must_use]
pub fn falls_through(block: &Block) -> bool {
    passes(block)
}

/// The same for one statement.
pub(crate) fn statement_falls_through(stmt: &Stmt) -> bool {
    passes(std::slice::from_ref(stmt))
}

fn passes(block: &[Stmt]) -> bool {
    // Most blocks have no block inside, and need no list.
    let mut stmts = block.iter();
    let ways = loop {
        let Some(stmt) = stmts.next() else { return true };
        match stmt_passes(stmt) {
            Passes::Known(true) => {}
            Passes::Known(false) => return false,
            Passes::ThroughOneOf(blocks) => break blocks,
        }
    };
    // Blocks that are looked at, outermost first: each with whether one way past is enough, or each part must be passed.
    let mut open = vec![Part::All(stmts), Part::Any(ways.into_iter())];
    let mut passed = false;
    while let Some(part) = open.last_mut() {
        match part {
            Part::All(stmts) => match stmts.next().filter(|_| passed) {
                Some(stmt) => match stmt_passes(stmt) {
                    Passes::Known(known) => passed = known,
                    Passes::ThroughOneOf(blocks) => {
                        passed = false;
                        open.push(Part::Any(blocks.into_iter()));
                    }
                },
                None => drop(open.pop()),
            },
            Part::Any(blocks) => match blocks.next().filter(|_| !passed) {
                Some(block) => {
                    passed = true;
                    open.push(Part::All(block.iter()));
                }
                None => drop(open.pop()),
            },
        }
    }
    passed
}

enum Part<'s> {
    All(std::slice::Iter<'s, Stmt>),
    Any(std::vec::IntoIter<&'s Block>),
}

enum Passes<'s> {
    Known(bool),
    ThroughOneOf(Vec<&'s Block>),
}

fn stmt_passes(stmt: &Stmt) -> Passes<'_> {
    match &stmt.kind {
        StmtKind::Message(message) if message.wait.is_none() || message.may_pass_without_buttons() => {
            Passes::Known(true)
        }
        StmtKind::Act(act) if act.wait.is_none() => Passes::Known(true),
        StmtKind::Message(_)
        | StmtKind::Act(_)
        | StmtKind::Pause(_)
        | StmtKind::Validate(_)
        | StmtKind::Rotate(_)
        | StmtKind::If { .. }
        | StmtKind::Block(_) => {
            let mut blocks = Vec::with_capacity(8);
            stmt.each_block(&mut |block| blocks.push(block));
            Passes::ThroughOneOf(blocks)
        }
        StmtKind::While { condition, body } => {
            let endless = matches!(condition.kind, ExprKind::Const(Value::Bool(true)));
            Passes::Known(!endless || breaks(body))
        }
        StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Return(_)
        | StmtKind::Goto { .. }
        | StmtKind::HandOver { .. }
        | StmtKind::End => Passes::Known(false),
        StmtKind::Local { .. }
        | StmtKind::Var { .. }
        | StmtKind::Set { .. }
        | StmtKind::Enter(_)
        | StmtKind::For { .. } => Passes::Known(true),
    }
}

/// Whether a `break` in the body of a loop leaves that loop.
fn breaks(body: &Block) -> bool {
    let mut open = vec![body];
    while let Some(block) = open.pop() {
        for stmt in block {
            if matches!(stmt.kind, StmtKind::Break) {
                return true;
            }
            if !matches!(stmt.kind, StmtKind::For { .. } | StmtKind::While { .. }) {
                stmt.each_block(&mut |block| open.push(block));
            }
        }
    }
    false
}
