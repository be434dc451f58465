//! Texts in the client's language:
//!
//! ```text
//!          language = client.language
//!          language = language_index(language, [the source's, the translations'])
//!          language is there -> known
//!          language = 0
//! known:   the text, out of a list if all of them are known now, else by a jump to the one that is computed
//! ```
//!
//! A message has many texts and one language: it is worked out once for all of them.

use super::constant::constant;
use super::function::{Body, registers};
use crate::ir::{Expr, ExprKind, Message, On};
use crate::source::Place;
use sbot_vm::op::{Op, Reg};
use sbot_vm::value::Value;

impl Body<'_, '_> {
    /// Puts the text of the client's language into `dst`.
    pub(super) fn localized(&mut self, base: &Expr, variants: &[(u16, Expr)], dst: Reg, place: Place) {
        let mark = self.taken();
        let language = self.language.unwrap_or_else(|| self.find_language(place));
        if let Some(texts) = self.known_texts(base, variants) {
            let list = self.temp();
            let value = self.out.constant(texts);
            self.emit(Op::Const { dst: list, value }, place);
            self.emit(Op::Index { dst, src: list, at: language }, place);
        } else {
            let done = self.new_label();
            let number = self.temp();
            let mut bodies = Vec::with_capacity(variants.len());
            for (n, text) in variants {
                let here = self.new_label();
                self.emit(Op::Int { dst: number, value: i32::from(*n) }, place);
                self.emit_jump(Op::JumpEqInt { a: language, b: number, to: 0 }, here, place);
                bodies.push((here, text));
            }
            self.expr(base, dst);
            for (here, text) in bodies {
                self.jump(done, place);
                self.bind(here);
                self.expr(text, dst);
            }
            self.bind(done);
        }
        self.release(mark);
    }

    /// Works out the language once, if the message has a text that depends on it.
    pub(super) fn language_of(&mut self, message: &Message, place: Place) {
        if depends(message) {
            self.language = Some(self.find_language(place));
        }
    }

    /// The place of the client's language in the project's, in a temporary.
    fn find_language(&mut self, place: Place) -> Reg {
        let args = self.temps(2);
        let project = self.out.project;
        let list = Value::List(project.languages.iter().map(|tag| Value::Text(tag.clone())).collect());
        let value = self.out.constant(list);
        if let (Some(field), Some(function)) = (self.out.client_language, self.out.language_index) {
            self.emit(Op::GetField { dst: args, field }, place);
            for list in registers(args).skip(1).take(1) {
                self.emit(Op::Const { dst: list, value }, place);
            }
            self.emit(Op::Builtin { dst: args, function, args, count: 2 }, place);
        }
        let known = self.new_label();
        self.emit_jump(Op::JumpSet { src: args, to: 0 }, known, place);
        self.emit(Op::Int { dst: args, value: 0 }, place);
        self.bind(known);
        args
    }

    /// One text for each language, if all of them are known now.
    fn known_texts(&self, base: &Expr, variants: &[(u16, Expr)]) -> Option<Value> {
        let base = constant(base)?.into_owned();
        let mut texts = vec![base; self.out.project.languages.len()];
        for (n, text) in variants {
            *texts.get_mut(usize::from(*n))? = constant(text)?.into_owned();
        }
        Some(Value::List(texts.into()))
    }
}

/// Whether a message has a text in several languages.
fn depends(message: &Message) -> bool {
    let list = message.list.iter().flat_map(|list| {
        let sections = list.sections.iter();
        let rows = sections
            .flat_map(|section| std::iter::once(&section.title).chain(section.abouts.iter().flatten()));
        std::iter::once(&list.button).chain(&list.title).chain(&list.footer).chain(rows)
    });
    let exits = message.wait.iter().flat_map(|wait| &wait.exits);
    let synonyms = exits
        .flat_map(|exit| if let On::Option { synonyms, .. } = &exit.on { synonyms.as_slice() } else { &[] });
    let args = message.template.iter().flat_map(|template| &template.args);
    let from = message.from.iter().map(|from| &from.list);
    let labels = message.buttons.iter().map(|button| &button.label);
    message.text.iter().chain(list).chain(synonyms).chain(args).chain(from).chain(labels).any(is_localized)
}

fn is_localized(expr: &Expr) -> bool {
    let mut found = matches!(expr.kind, ExprKind::Localized { .. });
    expr.each_child(&mut |child| found |= is_localized(child));
    found
}
