//! Ints that a loop compares and computes with stand in registers of their own, filled once before the loop.
//! A loop that waits has none: they would have to be parked with the run.

use super::expr::{both_ints, small_int, small_sum};
use super::function::Body;
use super::loops::counts;
use crate::ir::{Block, Expr, ExprKind, Stmt, StmtKind};
use crate::source::Place;
use sbot_vm::op::Op;
use sbot_vm::value::Value;

/// The most registers that are spent on this.
const MAX_PINS: usize = 16;

/// How deep a loop is searched. A long chain of `else if` counts as deep.
const MAX_DEPTH: usize = 64;

/// The ints of a loop, with their places.
#[derive(Default)]
struct Pins {
    ints: Vec<(i32, Place)>,
    /// Whether something waits, or may wait as far as was looked.
    waits: bool,
    /// How deep the current statement stands.
    depth: usize,
}

impl<'p> Body<'_, 'p> {
    /// Pins the ints of a loop that is in no other one, for that loop and those in it.
    pub(super) fn pin(&mut self, condition: Option<&'p Expr>, body: &'p Block) {
        if !self.loops.is_empty() {
            return;
        }
        let mut pins = Pins::default();
        if let Some(condition) = condition {
            pins.loop_condition(condition, body);
        }
        pins.block(body);
        if pins.waits {
            return;
        }
        for (value, place) in pins.ints {
            let dst = self.temp();
            self.emit(Op::Int { dst, value }, place);
            self.pinned.push((i64::from(value), dst));
        }
    }

    /// Ends what [`Body::pin`] began.
    pub(super) fn unpin(&mut self) {
        if self.loops.is_empty() {
            self.pinned.clear();
        }
    }
}

impl Pins {
    fn block(&mut self, block: &Block) {
        if self.depth == MAX_DEPTH {
            self.waits = true;
        } else {
            self.depth += 1;
            block.iter().for_each(|stmt| self.stmt(stmt));
            self.depth -= 1;
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::Validate(_)
            | StmtKind::Act(_)
            | StmtKind::Rotate(_)
            | StmtKind::Enter(_) => self.waits = true,
            StmtKind::If { condition, then, otherwise } => {
                self.condition(condition);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Local { value, .. } | StmtKind::Var { value, .. } => self.expr(value),
            StmtKind::Set { value, .. } | StmtKind::Return(value) => {
                value.iter().for_each(|value| self.expr(value))
            }
            StmtKind::Goto { args, .. } | StmtKind::HandOver { args, .. } => self.exprs(args),
            StmtKind::Block(block) => self.block(block),
            StmtKind::For { list, body, .. } => {
                self.expr(list);
                self.block(body);
            }
            StmtKind::While { condition, body } => {
                self.loop_condition(condition, body);
                self.block(body);
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::End => {}
        }
    }

    /// The limit of a counter has to stand in a register, for one instruction to count and to compare with it.
    fn loop_condition(&mut self, condition: &Expr, body: &Block) {
        if counts(condition, body) {
            self.expr(condition);
        } else {
            self.condition(condition);
        }
    }

    /// Where a comparison decides where to go on, a known int stands in the jump.
    fn condition(&mut self, condition: &Expr) {
        if let ExprKind::Not(inner) = &condition.kind {
            self.condition(inner);
        } else if let ExprKind::And(left, right) | ExprKind::Or(left, right) = &condition.kind {
            self.condition(left);
            self.condition(right);
        } else if let ExprKind::Binary { left, right, .. } = &condition.kind
            && both_ints(left, right)
            && (small_int(left).is_some() || small_int(right).is_some())
        {
            self.expr(left);
            self.expr(right);
        } else {
            self.expr(condition);
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) {
        exprs.iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Binary { op, left, right } = &expr.kind {
            if let Some((side, _)) = small_sum(*op, left, right) {
                return self.expr(side);
            }
            self.operand(left);
            self.operand(right);
        }
        expr.each_child(&mut |child| self.expr(child));
    }

    fn operand(&mut self, expr: &Expr) {
        if let ExprKind::Const(Value::Int(value)) = &expr.kind
            && let Ok(value) = i32::try_from(*value)
            && self.ints.len() < MAX_PINS
            && self.ints.iter().all(|(known, _)| *known != value)
        {
            self.ints.push((value, expr.place));
        }
    }
}
