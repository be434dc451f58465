//! Tests: each expression becomes a function of the variables of the bot under test.

use super::function::{Body, Variables};
use super::output::Output;
use crate::ir::{Bot, Expr, Test, TestKind, TestStmt};
use sbot_vm::program::FunctionKind;
use std::sync::Arc;

pub(super) fn lower_tests(out: &mut Output<'_>) -> Vec<Test<u32>> {
    let project = out.project;
    let mut tests = Vec::with_capacity(project.tests.len());
    for test in &project.tests {
        let mut stmts = Vec::with_capacity(test.stmts.len());
        let bot = test.bot.and_then(|bot| project.bots.get(bot));
        for stmt in &test.stmts {
            stmts.push(TestStmt { place: stmt.place, kind: lower_kind(out, bot, &stmt.kind) });
        }
        tests.push(Test { title: test.title.clone(), bot: test.bot, stmts, place: test.place });
    }
    tests
}

fn lower_kind<'p>(out: &mut Output<'p>, bot: Option<&'p Bot>, kind: &TestKind) -> TestKind<u32> {
    let mut function = |expr: &Expr| lower_value(out, bot, expr);
    match kind {
        TestKind::At { year, month, day, hour, minute } => {
            TestKind::At { year: *year, month: *month, day: *day, hour: *hour, minute: *minute }
        }
        TestKind::Given { field, value } => TestKind::Given { field: *field, value: function(value) },
        TestKind::ClientSays { text, via } => TestKind::ClientSays { text: function(text), via: *via },
        TestKind::ClientPresses(label) => TestKind::ClientPresses(function(label)),
        TestKind::ClientSends(file) => TestKind::ClientSends(function(file)),
        TestKind::ClientComments(text) => TestKind::ClientComments(function(text)),
        TestKind::ClientOpensVideo => TestKind::ClientOpensVideo,
        TestKind::ClientClosesVideo => TestKind::ClientClosesVideo,
        TestKind::Wait(time) => TestKind::Wait(function(time)),
        TestKind::Answer { action, exit, args } => {
            TestKind::Answer { action: *action, exit: *exit, args: args.iter().map(function).collect() }
        }
        TestKind::FailMessage => TestKind::FailMessage,
        TestKind::FailAction(action) => TestKind::FailAction(*action),
        TestKind::BotSays { text, next } => TestKind::BotSays { text: function(text), next: *next },
        TestKind::BotSilent => TestKind::BotSilent,
        TestKind::Expect(condition) => TestKind::Expect(function(condition)),
        TestKind::ExpectAction { action, negated, args } => {
            let args = args.iter().map(|arg| arg.as_ref().map(&mut function)).collect();
            TestKind::ExpectAction { action: *action, negated: *negated, args }
        }
        TestKind::ExpectStep(name) => TestKind::ExpectStep(name.clone()),
        TestKind::ExpectWaiting => TestKind::ExpectWaiting,
        TestKind::ExpectEnded => TestKind::ExpectEnded,
        TestKind::Trigger(kind) => TestKind::Trigger(kind.clone()),
    }
}

fn lower_value<'p>(out: &mut Output<'p>, bot: Option<&'p Bot>, expr: &Expr) -> u32 {
    let vars = bot.map(|bot| bot.vars.as_slice()).unwrap_or_default();
    let name = bot.map_or_else(|| Arc::from("library"), |bot| Arc::clone(&bot.name));
    let mut body = Body::new(out, Variables::Here(vars));
    body.lower_return(Some(expr), expr.place);
    body.finish(&name, vars.len(), FunctionKind::Fn)
}
