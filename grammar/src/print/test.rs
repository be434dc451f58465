//! Statements of tests.

use super::Printer;
use super::doc::Op;
use crate::ast::{TestKind, TestStmt, Text};

impl Printer<'_> {
    pub(super) fn test_stmt(&mut self, stmt: &TestStmt) {
        match &stmt.kind {
            TestKind::At { date, time } => {
                self.word("at");
                self.leaf(date.span);
                self.op(Op::Space);
                self.leaf(time.span);
            }
            TestKind::Given { field, value } => {
                self.word("given");
                self.path(field);
                self.infix("=");
                self.expr(value);
            }
            TestKind::ClientSays { text, via } => {
                self.says("client", text);
                if let Some(channel) = via {
                    self.clause("via");
                    self.name(channel);
                }
            }
            TestKind::ClientPresses(label) => self.says("client presses", label),
            TestKind::ClientSends(file) => self.says("client sends", file),
            TestKind::ClientComments(text) => self.says("client comments", text),
            TestKind::ClientOpensVideo => self.text("client opens video"),
            TestKind::ClientClosesVideo => self.text("client closes video"),
            TestKind::Wait(duration) => {
                self.word("wait");
                self.expr(duration);
            }
            TestKind::Answer { path, args } => {
                self.word("answer");
                self.path(path);
                self.optional_args(args, path.span.end);
            }
            TestKind::FailMessage => self.text("fail message"),
            TestKind::BotSays(text) => self.says("bot", text),
            TestKind::BotSaysNext(text) => self.says("bot next", text),
            TestKind::BotSilent => self.text("bot nothing"),
            TestKind::Expect(condition) => {
                self.word("expect");
                self.expr(condition);
            }
            TestKind::ExpectStep(name) => {
                self.word("expect step");
                self.name(name);
            }
            TestKind::ExpectWaiting => self.text("expect waiting"),
            TestKind::ExpectEnded => self.text("expect ended"),
            TestKind::Trigger(trigger) => self.trigger(trigger),
            TestKind::Error => self.leaf(stmt.span),
        }
    }

    fn says(&mut self, words: &'static str, text: &Text) {
        self.word(words);
        self.literal(text);
    }
}
