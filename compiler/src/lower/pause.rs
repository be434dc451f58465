//! The Pause step.

use super::function::Body;
use super::wait::Way;
use crate::ir;
use crate::source::Place;

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_pause(&mut self, pause: &'p ir::Pause, place: Place) {
        let mark = self.mark();
        let done = self.new_label();
        let exits = &pause.wait.exits;
        let ways = self.ways(exits, Vec::new(), done);
        let labels: Vec<_> = ways.iter().map(|Way { to, .. }| *to).collect();
        self.park(&pause.wait, Vec::new(), ways, place);
        self.release(mark);
        self.bodies(exits, &labels, done);
        self.bind(done);
    }
}
