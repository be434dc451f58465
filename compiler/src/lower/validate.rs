//! The Validation step:
//!
//! ```text
//!          left = count                      only with `retry`
//! again:   wait                              a message -> check, the time-outs
//! check:   no text, or the test fails -> no
//!          the valid block; -> done
//! no:      left <= 0 -> invalid              only with `retry`
//!          left -= 1; send the text; -> again
//! invalid: the invalid block
//! done:
//! ```

use super::function::{Body, Label};
use super::mark::MarkKind;
use super::wait::Way;
use crate::ir::{self, Retry};
use crate::source::Place;
use sbot_vm::op::Op;
use sbot_vm::program::On;

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_validate(&mut self, validate: &'p ir::Validate, place: Place) {
        let [again, check, done] = [self.new_label(), self.new_label(), self.new_label()];
        let marking = self.out.marking;
        let plain_invalid = self.plain_target(&validate.invalid, done).filter(|_| !marking);
        let invalid = plain_invalid.unwrap_or_else(|| self.new_label());
        let no = if validate.retry.is_some() { self.new_label() } else { invalid };
        if let Some(Retry { count, left, .. }) = &validate.retry {
            self.store(count, self.local(*left));
            self.bind_entry(again);
        }
        let labels = self.await_text(validate, check, done, place);
        self.bind(check);
        self.check_text(validate, no, place);
        self.mark(MarkKind::Exit, Some(&validate.wait.name), validate.valid_place);
        self.block(&validate.valid);
        self.jump(done, place);
        if let Some(retry) = &validate.retry {
            self.bind(no);
            self.try_again(retry, again, invalid, place);
        }
        if plain_invalid.is_none() {
            self.bind(invalid);
            self.mark(MarkKind::Exit, Some(&validate.wait.name), validate.invalid_place);
            self.block(&validate.invalid);
            self.jump(done, place);
        }
        self.bodies(&validate.wait, &labels, done, &[]);
        self.bind(done);
    }

    /// Waits for a message. Gives the labels of the time-outs.
    fn await_text(
        &mut self,
        validate: &'p ir::Validate,
        check: Label,
        done: Label,
        place: Place,
    ) -> Vec<Label> {
        let mark = self.taken();
        let mut left = None;
        if let Some(retry) = &validate.retry {
            left = self.live_local(retry.left);
            self.know(self.local(retry.left), &retry.count);
        }
        let timeouts = self.ways(&validate.wait.exits, Vec::new(), done);
        let labels = timeouts.iter().map(|Way { to, .. }| *to).collect();
        let mut ways = vec![Way { on: On::Message, bind: Vec::new(), to: check }];
        ways.extend(timeouts);
        self.park(&validate.wait, left.into_iter().collect(), ways, place);
        self.release(mark);
        labels
    }

    /// Goes on if the client's text matches, else to `no`.
    fn check_text(&mut self, validate: &'p ir::Validate, no: Label, place: Place) {
        let mark = self.taken();
        let bind = validate.bind.map(|local| self.local(local));
        if let Some(field) = self.out.client_text {
            let dst = bind.unwrap_or_else(|| self.temp());
            self.emit(Op::GetField { dst, field }, place);
            self.emit_jump(Op::JumpNone { src: dst, to: 0 }, no, place);
        }
        self.release(mark);
        if let Some((local, value)) = &validate.found {
            let found = self.local(*local);
            self.store(value, found);
            self.emit_jump(Op::JumpNone { src: found, to: 0 }, no, value.place);
        } else {
            self.jump_when(&validate.test, false, no);
        }
    }

    fn try_again(&mut self, retry: &'p Retry, again: Label, invalid: Label, place: Place) {
        let mark = self.taken();
        let left = self.local(retry.left);
        let zero = self.temp();
        self.emit(Op::Int { dst: zero, value: 0 }, place);
        self.emit_jump(Op::JumpLeInt { a: left, b: zero, to: 0 }, invalid, place);
        self.emit(Op::AddImm { dst: left, a: left, value: -1 }, place);
        self.release(mark);
        self.say(&retry.saying, retry.saying.place);
        self.jump(again, place);
    }
}
