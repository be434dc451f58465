//! Tests in the language.

use super::Checker;
use super::body::Body;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, Expr, TestKind, TestStmt};
use crate::resolve::Def;
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Arg, ExprKind as Ast, ItemKind, Text};

impl Checker<'_> {
    pub(super) fn tests(&mut self, n: usize, bot: usize) {
        let Some(unit) = self.parsed.units.get(n) else { return };
        let mut titles: Vec<(&str, Place)> = Vec::new();
        for item in &unit.tree.items {
            let ItemKind::Test { title, stmts } = &item.kind else { continue };
            self.body = Body::default();
            let place = self.place(title.span);
            let text = title.plain().unwrap_or("");
            if let Some((_, first)) = titles.iter().find(|(known, _)| *known == text) {
                let first = *first;
                self.report(
                    Diagnostic::new(Code::E0204, place, "two tests have the same title")
                        .label(first, "the first one")
                        .help("give each its own"),
                );
            }
            titles.push((text, place));
            let mut out = Vec::new();
            for (at, stmt) in stmts.iter().enumerate() {
                let place = self.place(stmt.span);
                if let Some(kind) = self.test_statement(place, &stmt.kind, at == 0) {
                    out.push(TestStmt { place, kind });
                }
            }
            self.out.tests.push(ir::Test { title: text.into(), bot, stmts: out, place });
        }
    }

    fn test_statement(&mut self, place: Place, stmt: &ast::TestKind, first: bool) -> Option<TestKind> {
        use ast::TestKind as Ast;
        Some(match stmt {
            Ast::At { date, time } => {
                if !first {
                    self.report(
                        Diagnostic::new(Code::E0110, place, "`at` stands first in a test")
                            .help("move it to the top, or turn the clock with `wait`"),
                    );
                    return None;
                }
                TestKind::At {
                    year: date.year,
                    month: date.month,
                    day: date.day,
                    hour: time.hour,
                    minute: time.minute,
                }
            }
            Ast::Given { field, value } => return self.given(field, value),
            Ast::ClientSays { text, via } => {
                let via =
                    via.as_ref().and_then(|name| self.channels(std::slice::from_ref(name)).first().copied());
                TestKind::ClientSays { text: self.test_text(text), via }
            }
            Ast::ClientPresses(text) => TestKind::ClientPresses(self.test_text(text)),
            Ast::ClientSends(text) => TestKind::ClientSends(self.test_text(text)),
            Ast::ClientComments(text) => TestKind::ClientComments(self.test_text(text)),
            Ast::ClientOpensVideo => TestKind::ClientOpensVideo,
            Ast::ClientClosesVideo => TestKind::ClientClosesVideo,
            Ast::Wait(duration) => TestKind::Wait(self.expr_as(duration, &Ty::Duration, "`wait`")),
            Ast::Answer { path, .. } => {
                self.unsupported(path.span, "answering an action is");
                return None;
            }
            Ast::FailMessage => TestKind::FailMessage,
            Ast::BotSays(text) => TestKind::BotSays { text: self.test_text(text), next: false },
            Ast::BotSaysNext(text) => TestKind::BotSays { text: self.test_text(text), next: true },
            Ast::BotSilent => TestKind::BotSilent,
            Ast::Expect(expr) => return self.expect(expr),
            Ast::ExpectStep(name) => {
                self.step(name)?;
                TestKind::ExpectStep(name.text.as_str().into())
            }
            Ast::ExpectWaiting => TestKind::ExpectWaiting,
            Ast::ExpectEnded => TestKind::ExpectEnded,
            Ast::Trigger(trigger) => TestKind::Trigger(self.trigger(trigger)?.kind),
            Ast::Error => return None,
        })
    }

    fn test_text(&mut self, text: &Text) -> Expr {
        self.text(text, None)
    }

    fn given(&mut self, path: &ast::Path, value: &ast::Expr) -> Option<TestKind> {
        let [entity, name] = path.names.as_slice() else {
            let place = self.place(path.span);
            self.report(
                Diagnostic::new(Code::E0203, place, "`given` sets a field")
                    .help("write `given contact.name = …`"),
            );
            return None;
        };
        let known = self.names.field(&entity.text, &name.text).is_some()
            || crate::resolve::Names::entity(&entity.text).is_some();
        if !known && !self.names.fields.contains_key(&entity.text) {
            self.unknown_name("entity", entity);
            return None;
        }
        let (field, ty, _) = self.field(&entity.text, name)?;
        let value = self.expr_as(value, &ty.optional(), "`given`");
        Some(TestKind::Given { field, value })
    }

    /// `expect EXPR`, `expect action(…)` or `expect not action(…)`.
    fn expect(&mut self, expr: &ast::Expr) -> Option<TestKind> {
        let (call, negated) = if let Ast::Not(inner) = &expr.kind { (&**inner, true) } else { (expr, false) };
        if let Ast::Call { callee, args } = &call.kind
            && let Ast::Name(name) = &callee.kind
            && let Some(Def::Action(decl)) = self.lookup(&name.text).map(|named| named.def)
        {
            return self.expect_action(name, decl, args, negated);
        }
        Some(TestKind::Expect(self.expr_as(expr, &Ty::Bool, "`expect`")))
    }

    fn expect_action(
        &mut self,
        name: &ast::Name,
        decl: usize,
        args: &[Arg],
        negated: bool,
    ) -> Option<TestKind> {
        let action = self.names.actions.get(decl)?.clone();
        let place = self.place(name.span);
        let bound = self.bind_some_args(&format!("`{}`", name.text), &action.params, args, place)?;
        let mut out = Vec::new();
        for (param, arg) in action.params.iter().zip(bound) {
            out.push(arg.map(|arg| {
                let what = format!("the argument `{}` of `{}`", param.name, name.text);
                self.expr_as(&arg.value, &param.ty, &what)
            }));
        }
        let action = self.action_id(decl);
        Some(TestKind::ExpectAction { action, negated, args: out })
    }
}
