//! Calls of actions as statements.

use super::Checker;
use super::body::Kind;
use super::body::Known;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{Block, StmtKind};
use crate::resolve::Def;
use crate::source::Place;
use sbot_grammar::ast::{self, Name};
use sbot_vm::program::Echo;

impl Checker<'_> {
    pub(super) fn action(&mut self, place: Place, call: &ast::Call, out: &mut Block) {
        let Some(name) = self.callee(call) else { return };
        let decl = match self.lookup(&name.text).map(|named| named.def) {
            Some(Def::Action(decl)) => decl,
            Some(Def::Fn(_)) => {
                let text = format!("the value of `{}` is not used", name.text);
                let at = self.place(name.span);
                self.report(
                    Diagnostic::new(Code::E0301, at, text)
                        .help(format!("keep it: `let value = {}(…)`", name.text)),
                );
                return;
            }
            Some(Def::Unsupported(what)) => {
                return self.unsupported(call.callee.span, &format!("calling this {what} is"));
            }
            Some(Def::Var(_) | Def::Symbol(_) | Def::Object(_)) => {
                let at = self.place(name.span);
                self.report(
                    Diagnostic::new(Code::E0301, at, format!("`{}` is no action", name.text))
                        .help("only actions are called as statements"),
                );
                return;
            }
            None => return self.unknown_action(name),
        };
        let Some(action) = self.names.actions.get(decl).cloned() else { return };
        if self.body.kind != Kind::Step || self.body.code {
            let inside = if self.body.code { "`code`" } else { "a `fn`" };
            let text = format!("the action `{}` cannot stand in {inside}", name.text);
            self.report(
                Diagnostic::new(Code::E0306, place, text).help("an action is an effect: call it in a step"),
            );
            return;
        }
        if let Some(exit) = call.exits.first() {
            if action.exits.is_empty() && action.result.is_none() {
                let at = self.place(exit.head);
                self.report(
                    Diagnostic::new(Code::E0502, at, format!("the action `{}` has no exits", name.text))
                        .help("remove the exit: the bot does not wait for this action"),
                );
            } else {
                self.unsupported(exit.head, "waiting for the answer of an action is");
            }
            return;
        }
        if action.must_wait {
            let exits: Vec<String> = action.exits.iter().map(|(name, _)| format!("`on {name}`")).collect();
            let text = format!("the action `{}` has to be waited for", name.text);
            let at = self.place(name.span);
            self.report(
                Diagnostic::new(Code::E0503, at, text).help(format!("add its exits: {}", exits.join(", "))),
            );
            return;
        }
        if action.result.is_some() {
            return self.unsupported(call.callee.span, "an action with a result is");
        }
        if let Some(called) = &call.called {
            let at = self.place(called.span);
            self.report(
                Diagnostic::new(Code::E0502, at, "only a wait has a name")
                    .help(format!("remove `called {}`", called.text)),
            );
        }
        let what = format!("`{}`", name.text);
        let Some(bound) = self.bind_args(&what, &action.params, &call.args, place) else { return };
        let args = self.typed_args(&what, &action.params, &bound, action.unit);
        if action.echo != Echo::None {
            self.body.known.retain(|known| !matches!(known, Known::Field(_)));
        }
        let action = self.action_id(decl);
        Self::push(out, place, StmtKind::Act { action, args });
    }

    /// The name that is called; a call through a dot is a widget's.
    fn callee<'c>(&mut self, call: &'c ast::Call) -> Option<&'c Name> {
        match call.callee.names.as_slice() {
            [name] => Some(name),
            [widget, ..] => {
                if let Some(Def::Unsupported(what)) = self.lookup(&widget.text).map(|named| named.def) {
                    self.unsupported(call.callee.span, &format!("this {what} is"));
                } else {
                    self.unknown_name("widget", widget);
                }
                None
            }
            [] => None,
        }
    }

    fn unknown_action(&mut self, name: &Name) {
        let place = self.place(name.span);
        let known: Vec<String> = self
            .names
            .scopes
            .get(self.unit)
            .into_iter()
            .flat_map(|scope| &scope.values)
            .filter(|(_, named)| matches!(named.def, Def::Action(_)))
            .map(|(name, _)| name.to_string())
            .collect();
        let is_step =
            self.names.scopes.get(self.unit).is_some_and(|scope| scope.steps.contains_key(&name.text));
        let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no action `{}`", name.text));
        let diagnostic = if is_step {
            diagnostic.help(format!("`{0}` is a step: write `-> {0}` to go there", name.text))
        } else if let Some(found) = suggest::nearest(&name.text, known.iter().map(String::as_str)) {
            diagnostic.help(format!("did you mean `{found}`?")).suggest(name.span, found)
        } else {
            diagnostic.help("the actions are listed in `std/actions.sbot`")
        };
        self.report(diagnostic);
    }
}
