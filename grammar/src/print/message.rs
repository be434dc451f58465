//! What talks to the client: message, list, pause, validate, and the exits of every statement.

use super::Printer;
use super::doc::Op;
use super::list::Shape;
use super::statement::body_span;
use crate::ast::{
    Button, ButtonKind, Chosen, Clause, ClauseKind, Event, Exit, Expr, List, ListOption, Message,
    MessageHead, Name, Pause, Section, Span, Validate,
};

impl Printer<'_> {
    pub(super) fn message(&mut self, message: &Message, span: Span) {
        self.op(Op::Open);
        self.word("message");
        match &message.head {
            MessageHead::Text(text) => self.expr(text),
            MessageHead::Attach(file) => self.worded("attach", file),
            MessageHead::Voice(file) => self.worded("voice", file),
        }
        for clause in &message.clauses {
            self.flush(clause.span.start);
            let whole = !matches!(clause.kind, ClauseKind::Buttons(_));
            self.op(if whole { Op::FillWhole } else { Op::Fill });
            self.message_clause(clause);
        }
        self.exits(&message.exits, span);
        self.op(Op::Close);
    }

    fn worded(&mut self, word: &'static str, expr: &Expr) {
        self.word(word);
        self.expr(expr);
    }

    fn message_clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::Attach(file) => self.worded("attach", file),
            ClauseKind::Voice(file) => self.worded("voice", file),
            ClauseKind::ToAll => self.text("to all"),
            ClauseKind::ToMain => self.text("to main"),
            ClauseKind::ViaAny => self.text("via any"),
            ClauseKind::ViaPrimary => self.text("via primary"),
            ClauseKind::Via(channels) => {
                self.word("via");
                self.series(channels, Self::name);
            }
            ClauseKind::Called(name) => {
                self.word("called");
                self.name(name);
            }
            ClauseKind::Buttons(buttons) => {
                let shape = Shape::kept(self.same_line(clause.span.start, clause.span.end)).hanging();
                self.word("buttons");
                self.list(
                    shape,
                    clause.span.end.saturating_sub(1),
                    buttons,
                    |button| button.span,
                    Self::button,
                );
            }
            ClauseKind::ButtonsFrom { list, chosen } => {
                self.worded("buttons from", list);
                match chosen.as_ref() {
                    Chosen::Step(step) => {
                        self.infix("->");
                        self.name(step);
                    }
                    Chosen::As { name, body } => {
                        self.infix("as");
                        self.name(name);
                        self.optional_body(Some(body));
                    }
                }
            }
        }
    }

    fn button(&mut self, button: &Button) {
        match &button.kind {
            ButtonKind::Reply { labels, body } => {
                self.alternatives(labels, |label| label.span, Self::expr);
                self.optional_body(body.as_ref());
            }
            ButtonKind::Link { label, url } => {
                self.expr(label);
                self.infix("link");
                self.expr(url);
            }
            ButtonKind::Error => self.leaf(button.span),
        }
    }

    pub(super) fn list_message(&mut self, list: &List, span: Span) {
        self.op(Op::Open);
        self.worded("list", &list.text);
        self.clause("button");
        self.expr(&list.button);
        if let Some(title) = &list.title {
            self.clause("title");
            self.expr(title);
        }
        if let Some(footer) = &list.footer {
            self.clause("footer");
            self.expr(footer);
        }
        self.called(list.called.as_ref());
        self.op(Op::In(2));
        for section in &list.sections {
            self.below(section.span.start, span);
            self.lead(section.span.start, section.span.start, false);
            self.section(section);
        }
        self.op(Op::Out);
        self.exits(&list.exits, span);
        self.op(Op::Close);
    }

    fn section(&mut self, section: &Section) {
        self.word("section");
        self.literal(&section.title);
        self.op(Op::Space);
        let shape = Shape::kept(self.same_line(section.span.start, section.span.end));
        self.list(
            shape,
            section.span.end.saturating_sub(1),
            &section.options,
            |option| option.span,
            Self::option,
        );
    }

    fn option(&mut self, option: &ListOption) {
        if let Some(title) = &option.title {
            self.expr(title);
        }
        if let Some(about) = &option.about {
            self.infix("about");
            self.expr(about);
        }
        self.optional_body(option.body.as_ref());
    }

    pub(super) fn pause(&mut self, pause: &Pause, span: Span) {
        self.op(Op::Open);
        self.text("pause");
        if let Some(duration) = &pause.duration {
            self.op(Op::Space);
            self.expr(duration);
        }
        self.called(pause.called.as_ref());
        self.exits(&pause.exits, span);
        self.op(Op::Close);
    }

    pub(super) fn validate(&mut self, validate: &Validate, span: Span) {
        self.op(Op::Open);
        self.word("validate");
        self.pattern(&validate.pattern);
        self.bind(validate.bind.as_ref());
        if let Some(retry) = &validate.retry {
            self.flush(retry.span.start);
            self.clause("retry");
            self.expr(&retry.count);
            self.infix("saying");
            self.expr(&retry.saying);
        }
        self.called(validate.called.as_ref());
        self.exits(&validate.exits, span);
        self.op(Op::Close);
    }

    /// Prints ` as NAME`.
    pub(super) fn bind(&mut self, name: Option<&Name>) {
        if let Some(name) = name {
            self.infix("as");
            self.name(name);
        }
    }

    /// Prints ` called NAME`.
    pub(super) fn called(&mut self, name: Option<&Name>) {
        if let Some(name) = name {
            self.clause("called");
            self.name(name);
        }
    }

    /// Goes to where a part of the statement at `span` begins that hangs below its head:
    /// on the same line only where the whole statement was written on one line.
    fn below(&mut self, start: u32, span: Span) {
        self.trail(start);
        self.op(if self.same_line(span.start, span.end) { Op::Line } else { Op::Hard });
    }

    /// Prints the exits of the statement at `span`.
    pub(super) fn exits(&mut self, exits: &[Exit], span: Span) {
        self.op(Op::In(2));
        for exit in exits {
            self.below(exit.span.start, span);
            // Comments between the head and the body go above the exit, so that the two stay on one line.
            let body = exit.body.as_ref().map_or(exit.head.end, |body| body_span(body).start);
            self.lead(body, exit.span.start, false);
            self.exit(exit);
        }
        self.op(Op::Out);
    }

    fn exit(&mut self, exit: &Exit) {
        self.word("on");
        match &exit.event {
            Event::Message(_) => self.text("message"),
            Event::Timeout(after) => self.worded("timeout", after),
            Event::Hours(name) => {
                self.word("hours");
                self.name(name);
            }
            Event::VideoOpened(_) => self.text("video opened"),
            Event::VideoClosed(_) => self.text("video closed"),
            Event::Named { name, binds } => {
                self.name(name);
                if !binds.is_empty() {
                    let last = binds.last().map_or(name.span.end, |bind| bind.span.end);
                    let close = self.token_after(last, b",");
                    self.list(Shape::fit("(", ")"), close, binds, |bind| bind.span, Self::name);
                }
            }
            Event::Error(span) => self.leaf(*span),
        }
        self.bind(exit.bind.as_ref());
        self.optional_body(exit.body.as_ref());
    }
}
