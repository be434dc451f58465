//! The Message step.

use super::constant::constant;
use super::function::{Body, Label};
use super::wait::Way;
use crate::ir::{self, Expr, On};
use crate::source::Place;
use sbot_vm::op::{Op, Reg};
use sbot_vm::program::{self, Live, Source};
use sbot_vm::value::Value;

impl<'p> Body<'_, 'p> {
    pub(super) fn lower_message(&mut self, message: &'p ir::Message, place: Place) {
        let mark = self.taken();
        self.language_of(message, place);
        let text = self.message_text(message.text.as_ref(), place);
        let template = message.template.as_ref().map(|template| {
            let (args, count) = self.args(&template.args);
            program::Template { symbol: template.symbol, args, count }
        });
        let from = message.from.as_ref().map(|from| {
            let shown = self.local(from.shown);
            self.store(&from.list, shown);
            shown
        });
        let attach = message.attach.as_ref().map(|file| self.source(file));
        let voice = message.voice.as_ref().map(|file| self.source(file));
        let mut buttons = Vec::with_capacity(message.buttons.len());
        for ir::Button { label, link } in &message.buttons {
            let label = self.source(label);
            let link = link.as_ref().map(|link| self.source(link));
            buttons.push(program::Button { label, link });
        }
        let options = message.wait.as_ref().map(|wait| self.options(wait, &buttons, from));
        let list = message.list.as_ref().map(|list| self.list_spec(list, std::mem::take(&mut buttons)));
        let (to, via) = (message.to, message.via.clone());
        let spec = program::Message { to, via, attach, voice, buttons, list, template, from };
        let spec = self.out.message(spec);
        self.emit(Op::Message { message: spec, text }, place);
        self.language = None;
        if let (Some(wait), Some(options)) = (&message.wait, options) {
            let done = self.new_label();
            let mut hidden = self.hidden(&options);
            if let Some(from) = &message.from {
                hidden.extend(self.live_local(from.shown));
            }
            let ways = self.ways(&wait.exits, options, done);
            let labels: Vec<_> = ways.iter().map(|Way { to, .. }| *to).collect();
            if let Some(shown) = from {
                self.leave_if_empty(shown, &ways, done, place);
            }
            self.park(wait, hidden, ways, place);
            self.release(mark);
            self.bodies(wait, &labels, done, &message.buttons);
            self.bind(done);
        }
    }

    /// `buttons from`: the wait keeps what was shown, and an empty list takes `on other` at once.
    fn leave_if_empty(&mut self, shown: Reg, ways: &[Way], done: Label, place: Place) {
        let mark = self.taken();
        if let Some(function) = self.out.first_options {
            self.emit(Op::Builtin { dst: shown, function, args: shown, count: 1 }, place);
        }
        let length = self.temp();
        if let Some(function) = self.out.len {
            self.emit(Op::Builtin { dst: length, function, args: shown, count: 1 }, place);
        }
        let zero = self.temp();
        self.emit(Op::Int { dst: zero, value: 0 }, place);
        let some = self.new_label();
        self.emit_jump(Op::JumpLtInt { a: zero, b: length, to: 0 }, some, place);
        let other = ways.iter().find(|way| way.on == program::On::Other);
        for dst in other.iter().flat_map(|way| &way.bind) {
            let value = self.out.constant(Value::text(""));
            self.emit(Op::Const { dst: *dst, value }, place);
        }
        self.jump(other.map_or(done, |way| way.to), place);
        self.bind(some);
        self.release(mark);
    }

    /// What a list message has beside its text; its rows take the labels of the message's buttons.
    fn list_spec(&mut self, list: &ir::List, labels: Vec<program::Button>) -> program::List {
        let button = self.source(&list.button);
        let title = list.title.as_ref().map(|title| self.source(title));
        let footer = list.footer.as_ref().map(|footer| self.source(footer));
        let mut labels = labels.into_iter();
        let mut sections = Vec::with_capacity(list.sections.len());
        for ir::Section { title, abouts } in &list.sections {
            let title = self.source(title);
            let mut options = Vec::with_capacity(abouts.len());
            for (about, label) in abouts.iter().zip(labels.by_ref()) {
                let about = about.as_ref().map(|about| self.source(about));
                options.push(program::Row { title: label.label, about });
            }
            sections.push(program::Section { title, options });
        }
        program::List { button, title, footer, sections }
    }

    /// A message without buttons, files and exits, to where messages go.
    pub(super) fn say(&mut self, text: &Expr, place: Place) {
        let mark = self.taken();
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
    fn options(
        &mut self,
        wait: &ir::Wait,
        buttons: &[program::Button],
        from: Option<Reg>,
    ) -> Vec<Option<program::On>> {
        let mut options = Vec::with_capacity(wait.exits.len());
        for exit in &wait.exits {
            let On::Option { button, synonyms } = &exit.on else {
                options.push(from.filter(|_| matches!(exit.on, On::Chosen)).map(program::On::Chosen));
                continue;
            };
            let label = buttons.get(*button).map(|button| button.label);
            let synonyms = synonyms.iter().map(|synonym| self.source(synonym)).collect();
            options.push(label.map(|label| program::On::Option { label, synonyms }));
        }
        options
    }

    /// Registers that options read when an event comes.
    fn hidden(&mut self, options: &[Option<program::On>]) -> Vec<Live> {
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
