//! `for` and `while`. Both test at the bottom, so a round costs one jump.

use super::function::{Body, Loop};
use crate::ir::{Block, Expr, LocalId};
use crate::source::Place;
use sbot_vm::op::{Op, Reg};
use sbot_vm::program::Live;
use sbot_vm::value::{Kind, Slot};
use std::sync::Arc;

/// The locals of a `for`: the item, and the hidden ones for the list and the index.
#[derive(Clone, Copy)]
pub(super) struct ForLocals {
    pub(super) item: LocalId,
    pub(super) list: LocalId,
    pub(super) index: LocalId,
}

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_while(&mut self, condition: &'p Expr, body: &'p Block) {
        let test = self.new_label();
        let done = self.new_label();
        self.pin(Some(condition), body);
        self.jump(test, condition.place);
        let top = self.new_label();
        self.bind_entry(top);
        self.loops.push(Loop { again: test, done });
        self.block(body);
        self.loops.pop();
        self.bind(test);
        self.jump_when(condition, true, top);
        self.bind(done);
        self.unpin();
    }

    pub(super) fn lower_for(&mut self, locals: ForLocals, list: &'p Expr, body: &'p Block) {
        let [item, items, at] = [locals.item, locals.list, locals.index].map(|local| self.local(local));
        let place = list.place;
        self.store(list, items);
        self.pin(None, body);
        let length = self.held_length(items, place);
        self.emit(Op::Int { dst: at, value: 0 }, place);
        let [again, test, done] = [self.new_label(), self.new_label(), self.new_label()];
        self.jump(test, place);
        let top = self.new_label();
        self.bind_entry(top);
        self.emit(Op::Index { dst: item, src: items, at }, place);
        self.loops.push(Loop { again, done });
        self.block(body);
        self.loops.pop();
        self.bind(again);
        self.emit(Op::AddImm { dst: at, a: at, value: 1 }, place);
        self.bind(test);
        self.emit_jump(Op::JumpLtInt { a: at, b: length, to: 0 }, top, place);
        self.bind(done);
        self.held.pop();
        self.unpin();
    }

    /// The number of rounds: the list of a `for` is a copy that does not change.
    fn held_length(&mut self, items: Reg, place: Place) -> Reg {
        let reg = self.temp();
        if let Some(function) = self.out.len {
            self.emit(Op::Builtin { dst: reg, function, args: items, count: 1 }, place);
        }
        let name = Arc::from(format!("%length{}", self.held.len()));
        self.held.push(Live { reg, slot: Slot { kind: Kind::Int, optional: false }, name });
        reg
    }

    pub(super) fn lower_break(&mut self, place: Place) {
        if let Some(Loop { done, .. }) = self.loops.last().copied() {
            self.jump(done, place);
        }
    }

    pub(super) fn lower_continue(&mut self, place: Place) {
        if let Some(Loop { again, .. }) = self.loops.last().copied() {
            self.jump(again, place);
        }
    }
}
