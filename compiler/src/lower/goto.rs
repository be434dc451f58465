//! `-> step`, `return` and the end.

use super::function::{Body, registers};
use crate::ir::{Expr, StepId};
use crate::source::Place;
use sbot_vm::op::{Op, Reg};

impl Body<'_, '_> {
    /// Steps share their registers, so the arguments may read what the parameters overwrite. An argument goes
    /// straight into its parameter unless one after it reads that register; such a one waits in a temporary.
    pub(super) fn lower_goto(&mut self, step: StepId, args: &[Expr], place: Place) {
        if self.bot_frame.is_some() {
            return self.leave(step, args, place);
        }
        let Some((label, _)) = self.steps.get(step.0 as usize).copied() else { return };
        let first = self.param(0);
        // Parameters may overwrite what a loop keeps; the loop is left for good.
        let pinned = std::mem::take(&mut self.pinned);
        self.reserve(self.param(args.len()));
        let last_reads = self.last_reads(first, args);
        let mut waiting: Vec<(Reg, Reg, Place)> = Vec::new();
        for (index, ((arg, dst), last_read)) in args.iter().zip(registers(first)).zip(last_reads).enumerate()
        {
            if last_read.is_some_and(|reader| reader > index) {
                let value = self.temp();
                self.expr(arg, value);
                waiting.push((dst, value, arg.place));
            } else {
                self.store(arg, dst);
            }
        }
        for (dst, value, place) in waiting {
            self.copy(dst, value, place);
        }
        self.jump(label, place);
        self.pinned = pinned;
    }

    /// From a flow into a step of its bot: all flows that are open are left.
    fn leave(&mut self, step: StepId, args: &[Expr], place: Place) {
        let (args, count) = self.args(args);
        let Some(frame) = &self.bot_frame else { return };
        let to = frame.targets.get(step.0 as usize).copied().unwrap_or_default();
        let param = frame.first_param;
        self.emit(Op::Leave { to, param, args, count }, place);
    }

    /// For each parameter's register, the last argument that reads it.
    fn last_reads(&self, first: Reg, args: &[Expr]) -> Vec<Option<usize>> {
        let mut last = vec![None; args.len()];
        for (index, arg) in args.iter().enumerate() {
            self.each_read(arg, &mut |reg| {
                let slot = reg.checked_sub(first).and_then(|offset| last.get_mut(usize::from(offset)));
                if let Some(slot) = slot {
                    *slot = Some(index);
                }
            });
        }
        last
    }

    pub(super) fn lower_return(&mut self, value: Option<&Expr>, place: Place) {
        match value {
            Some(value) => {
                let src = self.operand(value);
                self.emit(Op::Return { src }, place);
            }
            None if self.bot_frame.is_some() => self.end_function(place),
            None => self.end(place),
        }
    }

    /// Leaves a flow without a value. A `fn` never gets here: it returns on every path.
    pub(super) fn end_function(&mut self, place: Place) {
        let src = self.temp();
        self.emit(Op::None { dst: src }, place);
        self.emit(Op::Return { src }, place);
    }
}
