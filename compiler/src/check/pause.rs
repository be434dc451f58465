//! The Pause step.

use super::Checker;
use super::exit::Word;
use crate::ir::{self, Block, On, StmtKind};
use crate::source::Place;
use sbot_grammar::ast;

impl Checker<'_> {
    pub(super) fn pause(&mut self, place: Place, pause: &ast::Pause, out: &mut Block) {
        if !self.in_step() {
            return;
        }
        let name = self.wait_name("pause", pause.called.as_ref());
        let live = self.body.live();
        let timer = pause.duration.as_ref().map(|duration| self.timer(duration));
        let before = self.body.known.clone();
        self.body.forget_fields();
        let mut ways = self.ways(before);
        let mut exits = Vec::new();
        if let Some(timer) = timer {
            self.plain_way(&mut ways);
            exits.push(ir::Exit {
                on: On::Timeout(Box::new(timer)),
                binds: Vec::new(),
                body: Vec::new(),
                place,
            });
        }
        let offered = [Word::Message, Word::Timeout, Word::Hours, Word::Video];
        let named = self.exits(&pause.exits, "a pause", &offered, &mut ways);
        self.meet(ways);
        self.show_open_binds(&named, !exits.is_empty());
        exits.extend(named.into_iter().map(|checked| checked.exit));
        let wait = ir::Wait { name, live, exits };
        Self::push(out, place, StmtKind::Pause(Box::new(ir::Pause { wait })));
    }
}
