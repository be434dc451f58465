//! The Pause step.

use super::function::Body;
use super::wait::Way;
use crate::ir;
use crate::source::Place;

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_pause(&mut self, pause: &'p ir::Pause, place: Place) {
        self.await_exits(&pause.wait, place);
    }

    /// A wait whose exits need nothing but what comes with the event.
    pub(super) fn await_exits(&mut self, wait: &'p ir::Wait, place: Place) {
        let mark = self.taken();
        let done = self.new_label();
        let ways = self.ways(&wait.exits, Vec::new(), done);
        let labels: Vec<_> = ways.iter().map(|Way { to, .. }| *to).collect();
        self.park(wait, Vec::new(), ways, place);
        self.release(mark);
        self.bodies(wait, &labels, done, &[]);
        self.bind(done);
    }
}
