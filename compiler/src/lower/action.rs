//! Action calls.

use super::function::Body;
use crate::ir::{ActionId, Expr};
use crate::source::Place;
use sbot_vm::op::Op;

impl Body<'_, '_> {
    pub(super) fn lower_action(&mut self, action: ActionId, args: &[Expr], place: Place) {
        let (args, count) = self.args(args);
        self.emit(Op::Act { action: action.0, args, count }, place);
    }
}
