//! Tests in the language.

use super::Checker;
use super::body::{Body, Kind};
use super::calls::Caller;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{self, Expr, TestKind, TestStmt};
use crate::resolve::{Def, ParamDecl};
use crate::source::Place;
use crate::types::Ty;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::{self, Arg, ExprKind as Ast, ItemKind, Often, Span, Text};

impl Checker<'_> {
    /// The tests of a file. Those of a library have no bot, and look at what its functions give.
    pub(super) fn tests(&mut self, n: usize, bot: Option<usize>) {
        let Some(unit) = self.parsed.units.get(n) else { return };
        self.calls.caller = Caller::Test;
        let mut titles: FxHashMap<&str, Place> = FxHashMap::default();
        for item in &unit.tree.items {
            let ItemKind::Test { title, stmts } = &item.kind else { continue };
            self.body = Body::default();
            if bot.is_none() {
                self.body.kind = Kind::Fn;
            }
            let place = self.place(title.span);
            let text = title.plain().unwrap_or("");
            if title.plain().is_none() {
                self.report(
                    Diagnostic::new(Code::E0301, place, "the title of a test is a fixed text")
                        .help("write the text without `{…}`"),
                );
            } else if let Some(first) = titles.insert(text, place) {
                self.report(
                    Diagnostic::new(Code::E0204, place, "two tests have the same title")
                        .label(first, "the first one")
                        .help("give each its own"),
                );
            }
            let mut out = Vec::new();
            for (at, stmt) in stmts.iter().enumerate() {
                let place = self.place(stmt.span);
                if bot.is_none() && needs_bot(&stmt.kind) {
                    self.no_bot(place, "this part of a test");
                    continue;
                }
                if let Some(kind) = self.test_statement(place, &stmt.kind, at == 0) {
                    out.push(TestStmt { place, kind });
                }
            }
            self.out.tests.push(ir::Test { title: text.into(), bot, stmts: out, place });
        }
        self.calls.caller = Caller::Bot;
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
            Ast::Answer { path, args } => return self.answer(path, args),
            Ast::FailMessage => TestKind::FailMessage,
            Ast::BotSays(text) => TestKind::BotSays { text: self.test_text(text), next: false },
            Ast::BotSaysNext(text) => TestKind::BotSays { text: self.test_text(text), next: true },
            Ast::BotSilent => TestKind::BotSilent,
            Ast::Expect(expr) => return self.expect(expr),
            Ast::ExpectStep(name) => {
                let flow = matches!(self.lookup(&name.text).map(|named| named.def), Some(Def::Flow(_)));
                if !flow {
                    self.step(name)?;
                }
                TestKind::ExpectStep(name.text.as_str().into())
            }
            Ast::ExpectWaiting => TestKind::ExpectWaiting,
            Ast::ExpectEnded => TestKind::ExpectEnded,
            Ast::Trigger(trigger) => return self.started(trigger),
            Ast::Error => return None,
        })
    }

    /// `trigger …`: what happens. When the bot listens to it, the bot's own trigger says.
    fn started(&mut self, trigger: &ast::Trigger) -> Option<TestKind> {
        let condition = trigger.condition.as_ref().map(|condition| ("if", condition.span));
        let often = trigger.often.as_ref().map(|often| match often {
            Often::Once(span) => ("once", *span),
            Often::Cooldown(time) => ("cooldown", time.span),
        });
        let during = trigger.during.as_ref().map(|hours| ("during", hours.span));
        let via = trigger.via.first().map(|channel| ("via", channel.span));
        if let Some((word, span)) = via.or(during).or(often).or(condition) {
            let text = format!("the `trigger` of a test says what happens, so it has no `{word}`");
            let help = match word {
                "via" => "remove it; a client who writes on another channel is `client \"hi\" via …`",
                _ => "remove it: the trigger of the bot has it, and is asked",
            };
            self.report(Diagnostic::new(Code::E0410, self.place(span), text).help(help));
        }
        Some(TestKind::Trigger(self.trigger(trigger)?.kind))
    }

    /// `answer action.exit(args)` or `answer action(value)`.
    fn answer(&mut self, path: &ast::Path, args: &[Arg]) -> Option<TestKind> {
        let place = self.place(path.span);
        let (decl, exit) = self.answered(&path.names)?;
        let action = self.names.actions.get(decl)?.clone();
        let waits = action.result.is_some() || !action.exits.is_empty();
        if waits && args.is_empty() && exit.is_some_and(|name| name.text == "failed") {
            return Some(TestKind::FailAction(self.action_id(decl)));
        }
        let (params, index) = match exit {
            Some(name) => {
                let found = action.exits.iter().position(|(known, _)| *known == name.text);
                let Some(index) = found else {
                    let at = self.place(name.span);
                    let text = format!("the action `{}` has no exit `{}`", action.name, name.text);
                    let known: Vec<&str> = action.exits.iter().map(|(name, _)| name.as_str()).collect();
                    let diagnostic = Diagnostic::new(Code::E0502, at, text);
                    self.report(suggest::similar(diagnostic, &name.text, name.span, known));
                    return None;
                };
                let params = action.exits.get(index).map(|(_, params)| params.clone()).unwrap_or_default();
                (params, u32::try_from(index).ok())
            }
            None => {
                let Some(ty) = action.result.clone() else {
                    let exits: Vec<String> =
                        action.exits.iter().map(|(name, _)| format!("`{}.{name}`", action.name)).collect();
                    let text = format!("the action `{}` has no result to answer with", action.name);
                    let diagnostic = Diagnostic::new(Code::E0502, place, text);
                    self.report(match exits.is_empty() {
                        true => diagnostic.help("the bot does not wait for it: remove this line"),
                        false => diagnostic.help(format!("answer with an exit: {}", exits.join(", "))),
                    });
                    return None;
                };
                let name = smol_str::SmolStr::new_static("result");
                (vec![ParamDecl { name, ty, default: None }], None)
            }
        };
        let what = format!("the answer of `{}`", action.name);
        let bound = self.bind_args(&what, &params, args, place)?;
        let args = self.typed_args(&what, &params, &bound, action.unit);
        Some(TestKind::Answer { action: self.action_id(decl), exit: index, args })
    }

    /// The action that a path names, and the exit after it.
    fn answered<'n>(&mut self, names: &'n [ast::Name]) -> Option<(usize, Option<&'n ast::Name>)> {
        let (first, rest) = names.split_first()?;
        match (self.lookup(&first.text).map(|named| named.def), rest) {
            (Some(Def::Action(decl)), []) => return Some((decl, None)),
            (Some(Def::Action(decl)), [exit]) => return Some((decl, Some(exit))),
            (Some(Def::Widget(_)), [name]) => return Some((self.widget_action(first, name)?, None)),
            (Some(Def::Widget(_)), [name, exit]) => {
                return Some((self.widget_action(first, name)?, Some(exit)));
            }
            (Some(Def::Widget(_)), []) => {
                let place = self.place(first.span);
                let text = format!("`{}` is a widget, and this names none of its actions", first.text);
                let help = format!("write `answer {}.action.exit(…)`", first.text);
                self.report(Diagnostic::new(Code::E0202, place, text).help(help));
            }
            (Some(Def::Action(_) | Def::Widget(_)), [.., extra]) => {
                let place = self.place(extra.span);
                let text = "an answer names an action, and an exit if it has some";
                let help = "write `answer action.exit(…)`, or `answer action(value)` for a result";
                self.report(Diagnostic::new(Code::E0502, place, text).help(help));
            }
            _ => self.unknown_name("action", first),
        }
        None
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
        let (field, ty, default) = self.field(&entity.text, name)?;
        // Where there is a default, the CRM may have nothing.
        let ty = if default.is_some() { ty.optional() } else { ty };
        let value = self.expr_as(value, &ty, "`given`");
        Some(TestKind::Given { field, value })
    }

    /// `expect EXPR`, `expect action(…)` or `expect not action(…)`.
    fn expect(&mut self, expr: &ast::Expr) -> Option<TestKind> {
        let (call, negated) = if let Ast::Not(inner) = &expr.kind { (&**inner, true) } else { (expr, false) };
        if let Ast::Call { callee, args } = &call.kind
            && let Some((span, decl)) = self.expected_action(callee)
        {
            return self.expect_action(span, decl, args, negated);
        }
        Some(TestKind::Expect(self.expr_as(expr, &Ty::Bool, "`expect`")))
    }

    /// The action that an expectation calls.
    fn expected_action(&mut self, callee: &ast::Expr) -> Option<(Span, usize)> {
        if let Ast::Name(name) = &callee.kind {
            return match self.lookup(&name.text).map(|named| named.def) {
                Some(Def::Action(decl)) => Some((name.span, decl)),
                _ => None,
            };
        }
        let (widget, name) = self.of_widget(callee)?;
        Some((callee.span, self.widget_action(widget, name)?))
    }

    fn expect_action(&mut self, span: Span, decl: usize, args: &[Arg], negated: bool) -> Option<TestKind> {
        let action = self.names.actions.get(decl)?.clone();
        let place = self.place(span);
        let bound = self.bind_some_args(&format!("`{}`", action.name), &action.params, args, place)?;
        let mut out = Vec::new();
        for (param, arg) in action.params.iter().zip(bound) {
            out.push(arg.map(|arg| {
                let what = format!("the argument `{}` of `{}`", param.name, action.name);
                self.expr_as(&arg.value, &param.ty, &what)
            }));
        }
        let action = self.action_id(decl);
        Some(TestKind::ExpectAction { action, negated, args: out })
    }
}

/// Whether a statement of a test is about a conversation.
fn needs_bot(stmt: &ast::TestKind) -> bool {
    use ast::TestKind as Ast;
    match stmt {
        Ast::At { .. } | Ast::Given { .. } | Ast::Expect(_) | Ast::Error => false,
        Ast::ClientSays { .. }
        | Ast::ClientPresses(_)
        | Ast::ClientSends(_)
        | Ast::ClientComments(_)
        | Ast::ClientOpensVideo
        | Ast::ClientClosesVideo
        | Ast::Wait(_)
        | Ast::Answer { .. }
        | Ast::FailMessage
        | Ast::BotSays(_)
        | Ast::BotSaysNext(_)
        | Ast::BotSilent
        | Ast::ExpectStep(_)
        | Ast::ExpectWaiting
        | Ast::ExpectEnded
        | Ast::Trigger(_) => true,
    }
}
