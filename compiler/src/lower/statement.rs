//! Statements: which file lowers which.

use super::function::Body;
use super::loops::ForLocals;
use super::mark::MarkKind;
use crate::ir::{Block, Stmt, StmtKind};

impl<'p> Body<'_, 'p> {
    /// Lowers statements up to the first that cannot be reached.
    pub(super) fn block(&mut self, block: &'p Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    pub(super) fn stmt(&mut self, stmt: &'p Stmt) {
        if !self.reachable() {
            return;
        }
        let taken = self.taken();
        let place = stmt.place;
        if !matches!(stmt.kind, StmtKind::Block(_)) {
            self.mark(MarkKind::Statement, None, place);
        }
        match &stmt.kind {
            StmtKind::Message(message) => self.lower_message(message, place),
            StmtKind::Pause(pause) => self.lower_pause(pause, place),
            StmtKind::Validate(validate) => self.lower_validate(validate, place),
            StmtKind::If { condition, then, otherwise } => self.lower_if(condition, then, otherwise),
            StmtKind::Local { local, value } => self.store(value, self.local(*local)),
            StmtKind::Var { var, value } => self.lower_var(*var, value),
            StmtKind::Set { field, value, convert } => {
                self.lower_set(*field, value.as_ref(), *convert, place)
            }
            StmtKind::Act(act) => self.lower_action(act, place),
            StmtKind::Rotate(rotate) => self.lower_rotate(rotate, place),
            StmtKind::Enter(enter) => self.lower_enter(enter, place),
            StmtKind::HandOver { bot, args } => self.lower_hand_over(*bot, args, place),
            StmtKind::Block(block) => self.block(block),
            StmtKind::For { item, list_local, index_local, list, body } => {
                self.lower_for(ForLocals { item: *item, list: *list_local, index: *index_local }, list, body);
            }
            StmtKind::While { condition, body } => self.lower_while(condition, body),
            StmtKind::Break => self.lower_break(place),
            StmtKind::Continue => self.lower_continue(place),
            StmtKind::Return(value) => self.lower_return(value.as_ref(), place),
            StmtKind::Goto { step, args } => self.lower_goto(*step, args, place),
            StmtKind::End => self.end(place),
        }
        self.release(taken);
    }
}
