//! The Message step.

use super::constant::constant;
use super::function::Body;
use super::wait::Way;
use crate::ir::{self, Expr, On};
use crate::source::Place;
use sbot_vm::op::{Op, Reg};
use sbot_vm::program::{self, Live, Source};
use sbot_vm::value::Value;

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_message(&mut self, message: &'p ir::Message, place: Place) {
        let mark = self.mark();
        let text = self.message_text(message.text.as_ref(), place);
        let attach = message.attach.as_ref().map(|file| self.source(file));
        let voice = message.voice.as_ref().map(|file| self.source(file));
        let mut buttons = Vec::with_capacity(message.buttons.len());
        for ir::Button { label, link } in &message.buttons {
            let label = self.source(label);
            let link = link.as_ref().map(|link| self.source(link));
            buttons.push(program::Button { label, link });
        }
        let options = message.wait.as_ref().map(|wait| self.options(wait, &buttons));
        let spec = program::Message { to: message.to, via: message.via.clone(), attach, voice, buttons };
        let spec = self.out.message(spec);
        self.emit(Op::Message { message: spec, text }, place);
        if let (Some(wait), Some(options)) = (&message.wait, options) {
            let done = self.new_label();
            let hidden = self.hidden(&options);
            let ways = self.ways(&wait.exits, options, done);
            let labels: Vec<_> = ways.iter().map(|Way { to, .. }| *to).collect();
            self.park(wait, hidden, ways, place);
            self.release(mark);
            self.bodies(&wait.exits, &labels, done);
            self.bind(done);
        }
    }

    /// A message without buttons, files and exits, to where messages go.
    pub(super) fn say(&mut self, text: &Expr, place: Place) {
        let mark = self.mark();
        let text = self.message_text(Some(text), place);
        let message = self.out.message(program::Message::default());
        self.emit(Op::Message { message, text }, place);
        self.release(mark);
    }

    fn message_text(&mut self, text: Option<&Expr>, place: Place) -> Reg {
        if let Some(text) = text {
            return self.operand(text);
        }
        let dst = self.temp();
        let value = self.out.constant(Value::text(""));
        self.emit(Op::Const { dst, value }, place);
        dst
    }

    /// A text or file: as a constant if it is known now, else in a register.
    fn source(&mut self, expr: &Expr) -> Source {
        match constant(expr).as_deref() {
            Some(Value::Text(text) | Value::File(text)) => self.out.text(text),
            _ => Source::Reg(self.operand(expr)),
        }
    }

    /// What the options among the exits take.
    fn options(&mut self, wait: &ir::Wait, buttons: &[program::Button]) -> Vec<Option<program::On>> {
        let mut options = Vec::with_capacity(wait.exits.len());
        for exit in &wait.exits {
            let On::Option { button, synonyms } = &exit.on else {
                options.push(None);
                continue;
            };
            let label = buttons.get(*button).map(|button| button.label);
            let synonyms = synonyms.iter().map(|synonym| self.source(synonym)).collect();
            options.push(label.map(|label| program::On::Option { label, synonyms }));
        }
        options
    }

    /// Registers that options read when an event comes.
    fn hidden(&self, options: &[Option<program::On>]) -> Vec<Live> {
        let mut hidden: Vec<Live> = Vec::new();
        for option in options.iter().flatten() {
            if let program::On::Option { label, synonyms } = option {
                for source in std::iter::once(label).chain(synonyms) {
                    if let Source::Reg(reg) = source {
                        hidden.push(self.live_label(*reg, hidden.len()));
                    }
                }
            }
        }
        hidden
    }
}
