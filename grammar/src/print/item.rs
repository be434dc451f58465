//! The file: items with what stands above them, and the blank lines between them.

use super::Printer;
use super::doc::{Op, render};
use super::list::Shape;
use crate::ast::{Attr, Bot, File, Flow, Fn, Item, ItemKind, Span, Step, Stmt};
use std::mem;

/// What the next item needs to know of the one before it.
struct Before {
    kind: mem::Discriminant<ItemKind>,
    one_line: bool,
}

impl Printer<'_> {
    /// Prints the whole file.
    pub(super) fn file(mut self, file: &File) -> String {
        let mut out = String::with_capacity(self.source.len() + self.source.len() / 8);
        let mut before: Option<Before> = None;
        let end = u32::try_from(self.source.len()).unwrap_or(u32::MAX);
        for (index, item) in file.items.iter().enumerate() {
            let start = self.with_comments(item.span.start);
            let next = file.items.get(index + 1).map_or(end, |item| item.span.start);
            self.lead(item.span.start, item.span.start, true);
            self.item(item, next);
            self.trail(next);
            let (text, many_lines) = self.take_text();
            let now = Before { kind: mem::discriminant(&item.kind), one_line: !many_lines };
            if let Some(before) = before {
                let together =
                    before.one_line && now.one_line && before.kind == now.kind && !self.blank_before(start);
                out.push_str(if together { "\n" } else { "\n\n" });
            }
            before = Some(now);
            out.push_str(&text);
        }
        self.last_comments(end, &mut out);
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    /// Prints the comments below the last item.
    fn last_comments(&mut self, end: u32, out: &mut String) {
        let start = self.with_comments(end);
        self.close(end, true, true);
        let (text, _) = self.take_text();
        if !text.is_empty() && !out.is_empty() {
            out.push_str(if self.blank_before(start) { "\n\n" } else { "\n" });
        }
        out.push_str(&text);
    }

    /// Lays out what was printed so far. The text has no line break at its end.
    fn take_text(&mut self) -> (String, bool) {
        let mut text = String::new();
        let many_lines = render(&self.ops, &mut text);
        self.ops.clear();
        (text, many_lines)
    }

    /// Prints an item; the one after it begins at `next`.
    fn item(&mut self, item: &Item, next: u32) {
        let mut start = item.span.start;
        for attr in &item.attrs {
            self.attr(attr);
            start = self.token_after(attr.span.end, b"");
            self.trail(start);
            let one_line = self.same_line(attr.span.end, start);
            self.op(if one_line { Op::Space } else { Op::Hard });
            self.lead(start, start, false);
        }
        self.op(Op::Mark);
        self.item_kind(item, start, next);
        self.flush_inside(item.span.end);
        self.op(Op::Mark);
    }

    fn attr(&mut self, attr: &Attr) {
        self.text("@");
        self.name(&attr.name);
        if !attr.args.is_empty() {
            self.text("(");
            self.series(&attr.args, Self::name);
            self.flush(attr.span.end);
            self.text(")");
        }
    }

    fn item_kind(&mut self, item: &Item, start: u32, next: u32) {
        match &item.kind {
            ItemKind::Bot(bot) => self.bot(bot),
            ItemKind::Use(path) => {
                self.word("use");
                self.literal(path);
            }
            ItemKind::Trigger(trigger) => self.trigger(trigger),
            ItemKind::Var(var) => {
                self.word("var");
                self.name(&var.name);
                self.word(":");
                self.type_expr(&var.ty);
                self.infix("=");
                self.expr(&var.value);
            }
            ItemKind::Step(step) => self.step(step, start, item.span.end, next),
            ItemKind::Flow(flow) => self.flow(flow),
            ItemKind::Fn(function) => self.function(function),
            ItemKind::Type { name, ty } => {
                self.word("type");
                self.name(name);
                self.infix("=");
                self.type_expr(ty);
            }
            ItemKind::Action(action) => self.action(action),
            ItemKind::Widget { name, actions } => {
                self.word("widget");
                self.name(name);
                let shape = Shape::block(self.one_line_braces(name.span.end, item.span.end));
                self.docs_before_sign(name.span.end);
                self.op(Op::Space);
                let close = item.span.end.saturating_sub(1);
                self.list(shape, close, actions, |action| action.span, |p, action| p.item(action, close));
            }
            ItemKind::Test { title, stmts } => {
                self.word("test");
                self.literal(title);
                let shape = Shape::block(self.one_line_braces(title.span.end, item.span.end));
                self.op(Op::Space);
                let close = item.span.end.saturating_sub(1);
                self.list(shape, close, stmts, |stmt| stmt.span, Self::test_stmt);
            }
            ItemKind::Account(_)
            | ItemKind::Entity { .. }
            | ItemKind::Pipeline { .. }
            | ItemKind::User { .. }
            | ItemKind::Team { .. }
            | ItemKind::Channel { .. }
            | ItemKind::Template { .. }
            | ItemKind::EmailTemplate { .. }
            | ItemKind::Form { .. }
            | ItemKind::Hours { .. } => self.declaration(&item.kind, start, item.span.end),
            ItemKind::Upgrade(upgrade) => self.upgrade(upgrade, start, item.span.end),
            ItemKind::Error => self.leaf(Span::new(start, item.span.end)),
        }
    }

    /// Whether the braces of an item were written on one line: the opening one is the first token after `head`.
    pub(super) fn one_line_braces(&self, head: u32, end: u32) -> bool {
        self.same_line(self.token_after(head, b""), end)
    }

    fn bot(&mut self, bot: &Bot) {
        self.word("bot");
        self.name(&bot.name);
        self.optional_params(&bot.params, bot.name.span.end);
        self.result(bot.result.as_ref());
        if let Some(step) = &bot.on_failed {
            self.clause("on failed ->");
            self.name(step);
        }
    }

    fn flow(&mut self, flow: &Flow) {
        self.word("flow");
        self.name(&flow.name);
        self.params(&flow.params, flow.name.span.end);
        self.result(flow.result.as_ref());
        self.op(Op::Space);
        self.block(&flow.body);
    }

    fn function(&mut self, function: &Fn) {
        self.word("fn");
        self.name(&function.name);
        self.params(&function.params, function.name.span.end);
        self.result(Some(&function.result));
        if let Some(body) = &function.body {
            self.op(Op::Space);
            self.block(body);
        }
    }

    /// Prints a step: on one line if it was written so and fits. A single statement that begins on the line of the
    /// step and goes on below it stays there, its parts indented as if it stood at the margin.
    fn step(&mut self, step: &Step, start: u32, end: u32, next: u32) {
        self.word("step");
        self.name(&step.name);
        self.optional_params(&step.params, step.name.span.end);
        let stmts = step.body.stmts.as_slice();
        let head = step.params.last().map_or(step.name.span.end, |param| param.span.end);
        let colon = self.token_after(head, b",()");
        if stmts.is_empty() {
            self.docs_before_sign(colon);
        }
        self.text(":");
        self.step_body(stmts, colon);
        let last = stmts.last().map_or(end, |stmt| stmt.span.end);
        let close = self.end_of_body(start, last, next);
        if close > last {
            self.op(Op::In(2));
            self.close(close, stmts.is_empty(), true);
            self.op(Op::Out);
        }
    }

    fn step_body(&mut self, stmts: &[Stmt], colon: u32) {
        let plain = !stmts.first().is_some_and(|first| self.has_comment(first.span.start));
        if plain && stmts.last().is_some_and(|last| self.same_line(colon, last.span.end)) {
            self.op(Op::Open);
            self.op(Op::In(2));
            for stmt in stmts {
                self.op(Op::Line);
                self.stmt(stmt);
            }
            self.op(Op::Out);
            self.op(Op::Close);
        } else if let [only] = stmts
            && plain
            && self.same_line(colon, only.span.start)
        {
            self.op(Op::Hug(2));
            self.stmt(only);
            self.op(Op::Unhug);
        } else {
            self.op(Op::In(2));
            for (index, stmt) in stmts.iter().enumerate() {
                let start = stmt.span.start;
                self.trail(start);
                let blank = index > 0 && self.blank_before(self.with_comments(start));
                self.op(if blank { Op::Blank } else { Op::Hard });
                self.lead(start, start, true);
                self.stmt(stmt);
            }
            self.op(Op::Out);
        }
    }
}
