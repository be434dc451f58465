//! Round Robin: the host draws, and the wait behind the draw has one exit per option.

use super::function::Body;
use super::output::index;
use crate::ir::Rotate;
use crate::source::Place;
use sbot_vm::op::Op;
use sbot_vm::program::Counter;
use std::sync::Arc;

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_rotate(&mut self, rotate: &'p Rotate, place: Place) {
        if !self.reachable() {
            return;
        }
        let counter = index(self.out.tables.counters.len());
        let own = rotate.wait.name.rsplit_once('.').map_or(&*rotate.wait.name, |(_, own)| own);
        self.out.tables.counters.push(Counter {
            bot: Arc::clone(&self.out.bot),
            step: Arc::clone(&self.name),
            name: Arc::from(own),
            hash: rotate.hash,
            options: index(rotate.wait.exits.len()),
        });
        self.emit(Op::Draw { counter }, place);
        self.await_exits(&rotate.wait, place);
    }
}
