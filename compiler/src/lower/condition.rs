//! `if`, and conditions that become jumps.

use super::expr::{both_ints, small_int};
use super::function::{Body, Label};
use crate::ir::{BinaryOp, Block, Expr, ExprKind, Stmt, StmtKind};
use crate::source::Place;
use sbot_vm::op::{Op, Reg};
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
        let op = if want { Some(op) } else { opposite(op) };
        let Some(op) = op else { return };
        if let Some(jump) = self.comparing_with_known(op, left, right) {
            return self.emit_jump(jump, to, place);
        }
        let a = self.operand(left);
        let b = self.operand(right);
        let jump = match op {
            BinaryOp::Lt => Op::JumpLtInt { a, b, to: 0 },
            BinaryOp::Gt => Op::JumpLtInt { a: b, b: a, to: 0 },
            BinaryOp::Le => Op::JumpLeInt { a, b, to: 0 },
            BinaryOp::Ge => Op::JumpLeInt { a: b, b: a, to: 0 },
            BinaryOp::Eq => Op::JumpEqInt { a, b, to: 0 },
            BinaryOp::Ne => Op::JumpNeInt { a, b, to: 0 },
            // Arithmetic on ints is no condition and never comes here.
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => return,
        };
        self.emit_jump(jump, to, place);
    }

    /// A comparison with an int that stands in the instruction.
    fn comparing_with_known(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Option<Op> {
        let (side, op, value) = match small_int(right) {
            Some(value) => (left, op, value),
            None => (right, mirrored(op)?, small_int(left)?),
        };
        let less = |a, value| Op::JumpLtImm { a, value, to: 0 };
        let more = |a, value| Op::JumpGtImm { a, value, to: 0 };
        let (jump, value): (fn(Reg, i32) -> Op, i32) = match op {
            BinaryOp::Lt => (less, value),
            BinaryOp::Le => (less, value.checked_add(1)?),
            BinaryOp::Gt => (more, value),
            BinaryOp::Ge => (more, value.checked_sub(1)?),
            BinaryOp::Eq => (|a, value| Op::JumpEqImm { a, value, to: 0 }, value),
            BinaryOp::Ne => (|a, value| Op::JumpNeImm { a, value, to: 0 }, value),
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => return None,
        };
        Some(jump(self.operand(side), value))
    }

    /// Goes to `to` if the comparison holds, after what has just been added to one of its sides: one instruction does
    /// both. False if what was emitted last is no such sum.
    pub(super) fn count_and_jump(&mut self, condition: &Expr, to: Label) -> bool {
        let ExprKind::Binary { op, left, right } = &condition.kind else { return false };
        let (counter, limit, equal) = match op {
            BinaryOp::Lt => (left, right, false),
            BinaryOp::Gt => (right, left, false),
            BinaryOp::Le => (left, right, true),
            BinaryOp::Ge => (right, left, true),
            BinaryOp::Eq | BinaryOp::Ne => return false,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => return false,
        };
        let (Some(a), Some(b)) = (self.register_of(counter), self.register_of(limit)) else { return false };
        let Some(value) = self.just_added(a) else { return false };
        let both = both_ints(left, right);
        both && self.replace_last(
            if equal { Op::AddJumpLe { a, value, b, to: 0 } } else { Op::AddJumpLt { a, value, b, to: 0 } },
            to,
        )
    }
}

/// What holds if the comparison does not. None for what compares nothing.
fn opposite(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Lt => BinaryOp::Ge,
        BinaryOp::Le => BinaryOp::Gt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Ge => BinaryOp::Lt,
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => return None,
    })
}

/// The comparison with its sides exchanged.
fn mirrored(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        BinaryOp::Eq | BinaryOp::Ne => op,
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => return None,
    })
}
