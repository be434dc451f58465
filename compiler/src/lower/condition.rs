//! `if`, and conditions that become jumps.

use super::expr::both_ints;
use super::function::{Body, Label};
use crate::ir::{BinaryOp, Block, Expr, ExprKind, Stmt, StmtKind};
use crate::source::Place;
use sbot_vm::op::Op;
use sbot_vm::value::Value;

impl<'p> Body<'_, 'p> {
    /// `if`, with the whole chain of `else if`: as long as it may be, it is walked along, not into.
    pub(super) fn lower_if(&mut self, condition: &'p Expr, then: &'p Block, otherwise: &'p Block) {
        let done = self.new_label();
        let mut arm = Some((condition, then, otherwise));
        while let Some((condition, then, otherwise)) = arm.take() {
            let place = condition.place;
            match (self.plain_target(then, done), self.plain_target(otherwise, done)) {
                (Some(yes), Some(no)) => {
                    self.jump_when(condition, true, yes);
                    self.jump(no, place);
                }
                (Some(yes), None) => {
                    self.jump_when(condition, true, yes);
                    arm = self.last_if(otherwise);
                }
                (None, Some(no)) => {
                    self.jump_when(condition, false, no);
                    self.block(then);
                    self.jump(done, place);
                }
                (None, None) => {
                    let next = self.new_label();
                    self.jump_when(condition, false, next);
                    self.block(then);
                    self.jump(done, place);
                    self.bind(next);
                    arm = self.last_if(otherwise);
                }
            }
        }
        self.bind(done);
    }

    /// Lowers all of an `else` but the `if` that it ends with.
    fn last_if(&mut self, mut block: &'p Block) -> Option<(&'p Expr, &'p Block, &'p Block)> {
        loop {
            let (last, before) = block.split_last()?;
            for stmt in before {
                self.stmt(stmt);
            }
            if let StmtKind::If { condition, then, otherwise } = &last.kind {
                return Some((condition, then, otherwise));
            }
            let StmtKind::Block(inner) = &last.kind else {
                self.stmt(last);
                return None;
            };
            block = inner;
        }
    }

    /// The label of a block that only goes somewhere else and takes nothing along: `after` for an empty one.
    pub(super) fn plain_target(&self, block: &Block, after: Label) -> Option<Label> {
        let Some((Stmt { kind, .. }, more)) = block.split_first() else { return Some(after) };
        if !more.is_empty() {
            None
        } else if let StmtKind::Block(inner) = kind {
            self.plain_target(inner, after)
        } else if let StmtKind::Goto { step, args } = kind {
            self.steps.get(step.0 as usize).map(|(label, _)| *label).filter(|_| args.is_empty())
        } else if matches!(kind, StmtKind::End | StmtKind::Return(None)) {
            self.step_end
        } else if matches!(kind, StmtKind::Break) {
            self.loops.last().map(|innermost| innermost.done)
        } else if matches!(kind, StmtKind::Continue) {
            self.loops.last().map(|innermost| innermost.again)
        } else {
            None
        }
    }

    /// Goes to `to` if the condition is `want`, else on.
    pub(super) fn jump_when(&mut self, condition: &Expr, want: bool, to: Label) {
        let mark = self.taken();
        let place = condition.place;
        match &condition.kind {
            ExprKind::Const(Value::Bool(value)) => {
                if *value == want {
                    self.jump(to, place);
                }
            }
            ExprKind::Not(inner) => self.jump_when(inner, !want, to),
            ExprKind::And(left, right) if want => self.jump_when_both(left, right, true, to),
            ExprKind::Or(left, right) if !want => self.jump_when_both(left, right, false, to),
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                self.jump_when(left, want, to);
                self.jump_when(right, want, to);
            }
            ExprKind::IsSet(inner) => {
                let src = self.operand(inner);
                let op = if want { Op::JumpSet { src, to: 0 } } else { Op::JumpNone { src, to: 0 } };
                self.emit_jump(op, to, place);
            }
            ExprKind::Coalesce(left, right) if let ExprKind::Const(Value::Bool(value)) = right.kind => {
                self.jump_with_default(left, value, want, to);
            }
            ExprKind::Binary { op, left, right } if both_ints(left, right) => {
                self.jump_comparing(*op, left, right, want, to, place);
            }
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Var(_)
            | ExprKind::Field(_)
            | ExprKind::Neg(_)
            | ExprKind::Binary { .. }
            | ExprKind::Coalesce(..)
            | ExprKind::In { .. }
            | ExprKind::Concat(_)
            | ExprKind::List(_)
            | ExprKind::Record { .. }
            | ExprKind::Get { .. }
            | ExprKind::Index { .. }
            | ExprKind::Builtin { .. }
            | ExprKind::Call { .. }
            | ExprKind::Matches { .. }
            | ExprKind::Localized { .. } => {
                let cond = self.operand(condition);
                let op = if want { Op::JumpIf { cond, to: 0 } } else { Op::JumpUnless { cond, to: 0 } };
                self.emit_jump(op, to, place);
            }
        }
        self.release(mark);
    }

    fn jump_when_both(&mut self, left: &Expr, right: &Expr, want: bool, to: Label) {
        let skip = self.new_label();
        self.jump_when(left, !want, skip);
        self.jump_when(right, want, to);
        self.bind(skip);
    }

    /// A bool that counts as `value` where it is absent.
    fn jump_with_default(&mut self, left: &Expr, value: bool, want: bool, to: Label) {
        let skip = self.new_label();
        let cond = self.operand(left);
        let absent = if value == want { to } else { skip };
        self.emit_jump(Op::JumpNone { src: cond, to: 0 }, absent, left.place);
        let op = if want { Op::JumpIf { cond, to: 0 } } else { Op::JumpUnless { cond, to: 0 } };
        self.emit_jump(op, to, left.place);
        self.bind(skip);
    }

    /// A comparison of ints, which are never absent: the opposite of less is not less.
    fn jump_comparing(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        want: bool,
        to: Label,
        place: Place,
    ) {
        let a = self.operand(left);
        let b = self.operand(right);
        let less = |a, b| Op::JumpLtInt { a, b, to: 0 };
        let at_most = |a, b| Op::JumpLeInt { a, b, to: 0 };
        let jump = match (op, want) {
            (BinaryOp::Lt, true) | (BinaryOp::Ge, false) => less(a, b),
            (BinaryOp::Gt, true) | (BinaryOp::Le, false) => less(b, a),
            (BinaryOp::Le, true) | (BinaryOp::Gt, false) => at_most(a, b),
            (BinaryOp::Ge, true) | (BinaryOp::Lt, false) => at_most(b, a),
            (BinaryOp::Eq, true) | (BinaryOp::Ne, false) => Op::JumpEqInt { a, b, to: 0 },
            // Not equal. Arithmetic on ints is no condition and never comes here.
            _ => {
                let skip = self.new_label();
                self.emit_jump(Op::JumpEqInt { a, b, to: 0 }, skip, place);
                self.jump(to, place);
                return self.bind(skip);
            }
        };
        self.emit_jump(jump, to, place);
    }
}
