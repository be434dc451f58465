//! Action calls. One that waits is followed by its wait.

use super::function::Body;
use crate::ir::Act;
use crate::source::Place;
use sbot_vm::op::Op;

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_action(&mut self, act: &'p Act, place: Place) {
        let mark = self.taken();
        let (args, count) = self.args(&act.args);
        self.emit(Op::Act { action: act.action.0, args, count }, place);
        self.release(mark);
        if let Some(wait) = &act.wait {
            self.await_exits(wait, place);
        }
    }
}
