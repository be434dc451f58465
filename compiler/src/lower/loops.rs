//! `for` and `while`. Both test at the bottom, so a round costs one jump; where it ends with a step of what is tested,
//! that jump makes the step.

use super::expr::small_sum;
use super::function::{Body, Loop};
use crate::ir::{Block, Expr, ExprKind, LocalId, StmtKind, VarId};
use crate::source::Place;
use crate::types::Ty;
use sbot_vm::op::{Op, Reg};
use std::sync::Arc;

/// The locals of a `for`: the item, and the hidden ones for the list and the index.
#[derive(Clone, Copy)]
pub(super) struct ForLocals {
    pub(super) item: LocalId,
    pub(super) list: LocalId,
    pub(super) index: LocalId,
}

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_while(&mut self, condition: &'p Expr, body: &'p Block) {
        let [test, done, top] = [self.new_label(), self.new_label(), self.new_label()];
        self.pin(Some(condition), body);
        let counts = counts(condition, body);
        if counts {
            self.jump_when(condition, false, done);
        } else {
            self.jump(test, condition.place);
        }
        self.bind_entry(top);
        self.loops.push(Loop { again: test, done });
        self.block(body);
        self.loops.pop();
        if !counts || self.is_used(test) || !self.count_and_jump(condition, top) {
            self.bind(test);
            self.jump_when(condition, true, top);
        }
        self.bind(done);
        self.unpin();
    }

    pub(super) fn lower_for(&mut self, locals: ForLocals, list: &'p Expr, body: &'p Block) {
        let [item, items, at] = [locals.item, locals.list, locals.index].map(|local| self.local(local));
        let place = list.place;
        self.store(list, items);
        self.pin(None, body);
        let length = self.held_length(items, place);
        self.emit(Op::Int { dst: at, value: 0 }, place);
        let [again, top, done] = [self.new_label(), self.new_label(), self.new_label()];
        self.emit_jump(Op::JumpLtImm { a: length, value: 1, to: 0 }, done, place);
        self.bind_entry(top);
        self.emit(Op::Index { dst: item, src: items, at }, place);
        self.loops.push(Loop { again, done });
        self.block(body);
        self.loops.pop();
        self.bind(again);
        self.emit_jump(Op::AddJumpLt { a: at, value: 1, b: length, to: 0 }, top, place);
        self.bind(done);
        self.held.pop();
        self.unpin();
    }

    /// The number of rounds: the list of a `for` is a copy that does not change.
    fn held_length(&mut self, items: Reg, place: Place) -> Reg {
        let reg = self.temp();
        if let Some(function) = self.out.len {
            self.emit(Op::Builtin { dst: reg, function, args: items, count: 1 }, place);
        }
        let name = Arc::from(format!("%length{}", self.held.len()));
        let held = self.out.kept(reg, &name, &Ty::Int);
        self.held.push(held);
        reg
    }

    pub(super) fn lower_break(&mut self, place: Place) {
        if let Some(Loop { done, .. }) = self.loops.last().copied() {
            self.jump(done, place);
        }
    }

    pub(super) fn lower_continue(&mut self, place: Place) {
        if let Some(Loop { again, .. }) = self.loops.last().copied() {
            self.jump(again, place);
        }
    }
}

/// What can be counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counter {
    Local(LocalId),
    Var(VarId),
}

/// Whether the last statement of a loop adds a small int to what the loop's condition compares.
pub(super) fn counts(condition: &Expr, body: &Block) -> bool {
    let ExprKind::Binary { left, right, .. } = &condition.kind else { return false };
    let Some((counter, value)) = body.last().and_then(|last| assigned(&last.kind)) else { return false };
    let ExprKind::Binary { op, left: a, right: b } = &value.kind else { return false };
    let is_counter = |expr: &Expr| read(expr) == Some(counter);
    let plain = |expr: &Expr| read(expr).is_some() || matches!(expr.kind, ExprKind::Const(_));
    small_sum(*op, a, b).is_some_and(|(side, _)| is_counter(side))
        && (is_counter(left) || is_counter(right))
        && plain(left)
        && plain(right)
}

/// The local or variable that a statement gives a value, and the value.
fn assigned(stmt: &StmtKind) -> Option<(Counter, &Expr)> {
    if let StmtKind::Local { local, value } = stmt {
        Some((Counter::Local(*local), value))
    } else if let StmtKind::Var { var, value } = stmt {
        Some((Counter::Var(*var), value))
    } else {
        None
    }
}

/// The local or variable that an expression is.
fn read(expr: &Expr) -> Option<Counter> {
    if let ExprKind::Local(local) = expr.kind {
        Some(Counter::Local(local))
    } else if let ExprKind::Var(var) = expr.kind {
        Some(Counter::Var(var))
    } else {
        None
    }
}
