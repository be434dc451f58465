//! Locals, variables and fields get their values.

use super::function::Body;
use crate::ir::{Expr, FieldId, VarId};
use crate::source::Place;
use sbot_vm::op::{Op, Reg};

impl Body<'_, '_> {
    /// A variable stands in the bot's own frame, which a flow reaches by an instruction.
    pub(super) fn lower_var(&mut self, var: VarId, value: &Expr) {
        if let Some(dst) = self.var(var) {
            self.store(value, dst);
        } else {
            let src = self.operand(value);
            let var = Reg::try_from(var.0).unwrap_or(Reg::MAX);
            self.emit(Op::StoreVar { var, src }, value.place);
        }
    }

    pub(super) fn lower_set(&mut self, field: FieldId, value: Option<&Expr>, convert: bool, place: Place) {
        if let Some(value) = value {
            let src = self.operand(value);
            self.emit(Op::SetField { field: field.0, src, convert: u8::from(convert) }, place);
        } else {
            self.emit(Op::ClearField { field: field.0 }, place);
        }
    }
}
