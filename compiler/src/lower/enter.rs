//! Calls that may wait: of flows, and of other bots. And the hand-over, which never comes back.

use super::function::Body;
use super::output::index;
use crate::ir::{BotId, Enter, Entered, Expr};
use crate::source::Place;
use sbot_vm::op::Op;
use sbot_vm::program::{Call, Callee};
use std::sync::Arc;

impl Body<'_, '_> {
    pub(super) fn lower_enter(&mut self, enter: &Enter, place: Place) {
        if !self.reachable() {
            return;
        }
        let (args, count) = self.args(&enter.args);
        let dst = match enter.into {
            Some(local) => self.local(local),
            None => self.temp(),
        };
        let call = index(self.out.tables.calls.len());
        let callee = match enter.target {
            Entered::Bot(bot) => Callee::Bot(bot.0),
            Entered::Flow(flow) => {
                // Where the flow is will be known once the bot's own function is finished.
                self.out.flow_calls.push((call, flow));
                Callee::Flow(0)
            }
        };
        let live = self.live(&enter.live, Vec::new());
        let (name, step) = (Arc::clone(&enter.name), Arc::clone(&self.name));
        self.out.tables.calls.push(Call { name, step, live, callee });
        self.emit(Op::Enter { dst, call, args, count }, place);
    }

    pub(super) fn lower_hand_over(&mut self, bot: BotId, args: &[Expr], place: Place) {
        let (args, count) = self.args(args);
        self.emit(Op::HandOver { bot: bot.0, args, count }, place);
    }
}
