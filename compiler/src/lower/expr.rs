//! Expressions whose value is wanted in a register. Those that decide where to go on are in `condition.rs`.

use super::constant::{Part, constant, parts};
use super::function::{Body, registers};
use crate::ir::{BinaryOp, Expr, ExprKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_vm::op::{Op, Reg};
use sbot_vm::value::Value;
use std::borrow::Cow;

/// The most arguments an instruction can have.
const MAX_ARGS: usize = u8::MAX as usize;

impl Body<'_, '_> {
    /// Puts the value into the register of a variable or local, which the expression may read.
    pub(super) fn store(&mut self, expr: &Expr, dst: Reg) {
        let early = matches!(
            expr.kind,
            ExprKind::Coalesce(..) | ExprKind::And(..) | ExprKind::Or(..) | ExprKind::Localized { .. }
        );
        if early && self.reads(expr, dst) {
            let mark = self.taken();
            let value = self.temp();
            self.expr(expr, value);
            self.copy(dst, value, expr.place);
            self.release(mark);
        } else {
            self.expr(expr, dst);
        }
    }

    /// The register that holds the value: that of a variable or local, or a temporary.
    pub(super) fn operand(&mut self, expr: &Expr) -> Reg {
        self.register_of(expr).unwrap_or_else(|| {
            let value = self.temp();
            self.expr(expr, value);
            value
        })
    }

    /// The same, with the register `spare` for a value that is in none, if that is a temporary.
    fn operand_in(&mut self, expr: &Expr, spare: Reg) -> Reg {
        if self.register_of(expr).is_none() && self.is_temp(spare) {
            self.expr(expr, spare);
            spare
        } else {
            self.operand(expr)
        }
    }

    /// Puts the value into `dst`, which the right sides of `??`, `and` and `or` must not read.
    pub(super) fn expr(&mut self, expr: &Expr, dst: Reg) {
        let mark = self.taken();
        if let Some(value) = constant(expr) {
            self.value(value, dst, expr.place);
        } else if let Some(src) = self.register_of(expr) {
            self.copy(dst, src, expr.place);
        } else {
            self.compute(expr, dst);
        }
        self.release(mark);
    }

    fn compute(&mut self, expr: &Expr, dst: Reg) {
        let place = expr.place;
        match &expr.kind {
            // Known values and locals never come here.
            ExprKind::Const(_) | ExprKind::Local(_) => {}
            ExprKind::Var(var) => {
                let var = Reg::try_from(var.0).unwrap_or(Reg::MAX);
                self.emit(Op::LoadVar { dst, var }, place);
            }
            ExprKind::Field(field) => self.emit(Op::GetField { dst, field: field.0 }, place),
            ExprKind::Not(inner) => {
                let a = self.operand_in(inner, dst);
                self.emit(Op::Not { dst, a }, place);
            }
            ExprKind::Neg(inner) => {
                let a = self.operand_in(inner, dst);
                self.emit(Op::Neg { dst, a }, place);
            }
            ExprKind::IsSet(inner) => {
                let a = self.operand_in(inner, dst);
                self.emit(Op::IsSet { dst, a }, place);
            }
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, dst, place),
            ExprKind::And(left, right) => {
                self.short_circuit(left, right, dst, place, |cond| Op::JumpUnless { cond, to: 0 })
            }
            ExprKind::Or(left, right) => {
                self.short_circuit(left, right, dst, place, |cond| Op::JumpIf { cond, to: 0 })
            }
            ExprKind::Coalesce(left, right) => {
                self.short_circuit(left, right, dst, place, |src| Op::JumpSet { src, to: 0 });
            }
            ExprKind::In { value, list } => {
                let a = self.operand_in(value, dst);
                let list = self.operand(list);
                self.emit(Op::In { dst, a, list }, place);
            }
            ExprKind::Concat(list) => self.concat(list, dst, place),
            ExprKind::List(items) => self.list(items, dst, place),
            ExprKind::Record { template, names, fields } => {
                let (args, count) = self.args(fields);
                let shape = self.out.shape(template, names);
                self.emit(Op::Record { dst, shape, args, count }, place);
            }
            ExprKind::Get { record, index } => {
                let src = self.operand_in(record, dst);
                self.emit(Op::RecordGet { dst, src, index: *index }, place);
            }
            ExprKind::Index { list, index } => {
                let src = self.operand_in(list, dst);
                let at = self.operand(index);
                self.emit(Op::Index { dst, src, at }, place);
            }
            ExprKind::Builtin { number, args } => {
                let (args, count) = self.args(args);
                self.emit(Op::Builtin { dst, function: *number, args, count }, place);
            }
            ExprKind::Call { function, args } => {
                let (args, count) = self.args(args);
                let function = self.out.functions.get(function.0 as usize).copied().unwrap_or_default();
                self.emit(Op::Call { dst, function, args, count }, place);
            }
            ExprKind::Matches { value, regex } => {
                let src = self.operand_in(value, dst);
                let regex = self.out.regex(regex);
                self.emit(Op::Matches { dst, src, regex }, place);
            }
            ExprKind::Localized { base, variants } => self.localized(base, variants, dst, place),
        }
    }

    /// A value that is known now.
    fn value(&mut self, value: Cow<'_, Value>, dst: Reg, place: Place) {
        let known: &Value = &value;
        let op = if let Value::Int(value) = known
            && let Ok(value) = i32::try_from(*value)
        {
            Op::Int { dst, value }
        } else if let Value::Bool(value) = known {
            Op::Bool { dst, value: u8::from(*value) }
        } else if *known == Value::None {
            Op::None { dst }
        } else if self.reachable() {
            Op::Const { dst, value: self.out.constant(value.into_owned()) }
        } else {
            return;
        };
        self.emit(op, place);
    }

    /// The left value, or the right one unless `leave` jumps.
    fn short_circuit(&mut self, left: &Expr, right: &Expr, dst: Reg, place: Place, leave: fn(Reg) -> Op) {
        let done = self.new_label();
        self.expr(left, dst);
        self.emit_jump(leave(dst), done, place);
        self.expr(right, dst);
        self.bind(done);
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, dst: Reg, place: Place) {
        let ints = both_ints(left, right);
        if let Some((side, value)) = small_sum(op, left, right) {
            let a = self.operand_in(side, dst);
            return self.emit(Op::AddImm { dst, a, value }, place);
        }
        let a = self.operand_in(left, dst);
        let b = self.operand(right);
        let op = match op {
            BinaryOp::Add if ints => Op::AddInt { dst, a, b },
            BinaryOp::Sub if ints => Op::SubInt { dst, a, b },
            BinaryOp::Mul if ints => Op::MulInt { dst, a, b },
            BinaryOp::Add => Op::Add { dst, a, b },
            BinaryOp::Sub => Op::Sub { dst, a, b },
            BinaryOp::Mul => Op::Mul { dst, a, b },
            BinaryOp::Div => Op::Div { dst, a, b },
            BinaryOp::Rem => Op::Rem { dst, a, b },
            BinaryOp::Eq => Op::Eq { dst, a, b },
            BinaryOp::Ne => Op::Ne { dst, a, b },
            BinaryOp::Lt => Op::Lt { dst, a, b },
            BinaryOp::Le => Op::Le { dst, a, b },
            BinaryOp::Gt => Op::Lt { dst, a: b, b: a },
            BinaryOp::Ge => Op::Le { dst, a: b, b: a },
        };
        self.emit(op, place);
    }

    /// A text of parts. More than an instruction takes are joined piece by piece.
    fn concat(&mut self, list: &[Expr], dst: Reg, place: Place) {
        let parts = parts(list);
        if let [Part::Expr(only)] = parts.as_slice()
            && only.ty.is_text()
            && only.ty != Ty::Error
        {
            return self.store(only, dst);
        }
        if let [Part::Expr(only)] = parts.as_slice() {
            let args = self.operand_in(only, dst);
            return self.emit(Op::Concat { dst, args, count: 1 }, place);
        }
        let base = self.temps(parts.len().min(MAX_ARGS));
        let mut count: u8 = 0;
        for part in parts {
            if count == u8::MAX {
                self.emit(Op::Concat { dst: base, args: base, count }, place);
                count = 1;
            }
            let reg = base.saturating_add(Reg::from(count));
            match part {
                Part::Text(text) => self.value(Cow::Owned(Value::text(&text)), reg, place),
                Part::Expr(expr) => self.expr(expr, reg),
            }
            count += 1;
        }
        self.emit(Op::Concat { dst, args: base, count }, place);
    }

    /// A list. One with more elements than an instruction takes is made of its halves.
    fn list(&mut self, items: &[Expr], dst: Reg, place: Place) {
        if let (true, Some(function)) = (items.len() > MAX_ARGS, self.out.append) {
            let halves = self.temps(2);
            let (front, back) = items.split_at(items.len() / 2);
            for (half, dst) in [front, back].into_iter().zip(registers(halves)) {
                let mark = self.taken();
                self.list(half, dst, place);
                self.release(mark);
            }
            return self.emit(Op::Builtin { dst, function, args: halves, count: 2 }, place);
        }
        let (args, count) = self.args(items);
        self.emit(Op::List { dst, args, count }, place);
    }

    /// Puts values into registers that stand together: the first one, and how many.
    pub(super) fn args(&mut self, args: &[Expr]) -> (Reg, u8) {
        let count = u8::try_from(args.len()).unwrap_or(u8::MAX);
        if let Some(first) = self.standing_together(args) {
            return (first, count);
        }
        let base = self.temps(args.len());
        for (arg, reg) in args.iter().zip(registers(base)) {
            self.expr(arg, reg);
        }
        (base, count)
    }

    /// The first register of variables and locals that stand together already, in this order.
    fn standing_together(&self, args: &[Expr]) -> Option<Reg> {
        let first = self.register_of(args.first()?)?;
        let together = args.iter().zip(registers(first)).all(|(arg, reg)| self.register_of(arg) == Some(reg));
        together.then_some(first)
    }

    /// Whether the expression reads the register of a variable or local.
    fn reads(&self, expr: &Expr, reg: Reg) -> bool {
        let mut found = false;
        self.each_read(expr, &mut |read| found |= read == reg);
        found
    }

    /// Calls `f` with the register of each variable and local that the expression reads.
    pub(super) fn each_read(&self, expr: &Expr, f: &mut dyn FnMut(Reg)) {
        if let ExprKind::Local(_) | ExprKind::Var(_) = expr.kind
            && let Some(reg) = self.register_of(expr)
        {
            f(reg);
        }
        expr.each_child(&mut |child| self.each_read(child, f));
    }
}

/// Whether both sides are ints that are never absent.
pub(super) fn both_ints(left: &Expr, right: &Expr) -> bool {
    left.ty == Ty::Int && right.ty == Ty::Int
}

/// A sum or difference with a small known number: the other side, and what is added to it.
pub(super) fn small_sum<'e>(op: BinaryOp, left: &'e Expr, right: &'e Expr) -> Option<(&'e Expr, i32)> {
    if !both_ints(left, right) {
        return None;
    }
    if op == BinaryOp::Add {
        small_int(right).map(|value| (left, value)).or_else(|| Some((right, small_int(left)?)))
    } else if op == BinaryOp::Sub {
        Some((left, small_int(right)?.checked_neg()?))
    } else {
        None
    }
}

/// A known int that an instruction can hold.
pub(super) fn small_int(expr: &Expr) -> Option<i32> {
    let Value::Int(value) = *constant(expr)? else { return None };
    i32::try_from(value).ok()
}
