//! Calls of actions, which may wait for an answer.

use super::Checker;
use super::enter::{Called, Target};
use super::exit::{Checked, Word};
use super::known::Ways;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::flow::falls_through;
use crate::ir::{self, Act, Block, LocalId, On, StmtKind, Wait};
use crate::resolve::{ActionDecl, Def};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Event, Name};
use sbot_vm::program::Echo;

impl<'a> Checker<'a> {
    /// A call as a statement: an action, a flow, or an action of a widget.
    pub(super) fn call_statement(&mut self, place: Place, call: &ast::Call, out: &mut Block) {
        let Some(called) = self.callee(call) else {
            self.look_at_args(&call.args);
            return self.look_at_exits(&call.exits);
        };
        self.waiting_call(place, &called, &call.exits, call.called.as_ref(), None, out);
    }

    /// What a statement calls. What cannot be called as one is reported.
    fn callee<'c>(&mut self, call: &'c ast::Call) -> Option<Called<'c>> {
        let span = call.callee.span;
        let args = &call.args;
        let name = match call.callee.names.as_slice() {
            [name] => name,
            [widget, name] => {
                let action = self.widget_action(widget, name)?;
                return Some(Called { target: Target::Action(action), span, args });
            }
            [widget, _, extra, ..] => {
                self.no_action_of_action(widget, extra);
                return None;
            }
            [] => return None,
        };
        let target = match self.lookup(&name.text).map(|named| named.def) {
            Some(Def::Action(decl)) => Target::Action(decl),
            Some(Def::Flow(decl)) => Target::Flow(decl),
            Some(Def::Fn(_)) => {
                let text = format!("the value of `{}` is not used", name.text);
                let at = self.place(name.span);
                self.report(
                    Diagnostic::new(Code::E0301, at, text)
                        .help(format!("keep it: `let value = {}(…)`", name.text)),
                );
                return None;
            }
            Some(Def::Widget(_)) => {
                self.widget_called(name);
                return None;
            }
            Some(Def::Var(_) | Def::Symbol(_) | Def::Object(_)) => {
                let at = self.place(name.span);
                self.report(
                    Diagnostic::new(Code::E0301, at, format!("`{}` is no action", name.text))
                        .help("only actions and flows are called as statements"),
                );
                return None;
            }
            None => {
                self.unknown_action(name);
                return None;
            }
        };
        Some(Called { target, span, args })
    }

    fn no_action_of_action(&mut self, widget: &Name, extra: &Name) {
        if !matches!(self.lookup(&widget.text).map(|named| named.def), Some(Def::Widget(_))) {
            return self.unknown_name("widget", widget);
        }
        let at = self.place(extra.span);
        let text = format!("an action has no action `{}`", extra.text);
        let help = format!("the actions of a widget are called `{}.action(…)`", widget.text);
        self.report(Diagnostic::new(Code::E0202, at, text).help(help));
    }

    /// E0301: a widget is called, and not one of its actions.
    pub(super) fn widget_called(&mut self, name: &Name) {
        let at = self.place(name.span);
        let help = format!("call one of its actions: `{}.action(…)`", name.text);
        self.report(Diagnostic::new(Code::E0301, at, format!("`{}` is a widget", name.text)).help(help));
    }

    /// The action of a widget; E0202 if there is none.
    pub(super) fn widget_action(&mut self, widget: &Name, name: &Name) -> Option<usize> {
        let Some(Def::Widget(decl)) = self.lookup(&widget.text).map(|named| named.def) else {
            self.unknown_name("widget", widget);
            return None;
        };
        let actions = &self.names.widgets.get(decl)?.actions;
        if let Some(action) = actions.get(&name.text) {
            return Some(*action);
        }
        let known: Vec<String> = actions.keys().map(ToString::to_string).collect();
        let place = self.place(name.span);
        let text = format!("the widget `{}` has no action `{}`", widget.text, name.text);
        let diagnostic = Diagnostic::new(Code::E0202, place, text);
        self.report(suggest::similar(diagnostic, &name.text, name.span, known.iter().map(String::as_str)));
        None
    }

    /// Calls an action. With `into` its result goes there; then the type of the result is given.
    pub(super) fn call_action(
        &mut self,
        place: Place,
        called: &Called<'_>,
        decl: usize,
        call: CallParts<'_>,
        out: &mut Block,
    ) -> Option<Ty> {
        let action = self.names.actions.get(decl).cloned()?;
        let what = format!("the action `{}`", action.name);
        let callee = self.place(called.span);
        if !self.may_wait(callee, &what, "an action is an effect: call it in a step") {
            self.look_at_args(called.args);
            return None;
        }
        let can_wait = action.result.is_some() || !action.exits.is_empty();
        if can_wait {
            self.exits_fit(called, &action, call.exits);
        } else {
            let help = "remove the exit: the bot does not wait for this action";
            self.no_exits(&what, call.exits, help);
        }
        let waits = action.result.is_some() || can_wait && !call.exits.is_empty();
        if let (false, Some(name)) = (waits, call.name) {
            self.no_wait_to_name(name);
        }
        let what = format!("`{}`", action.name);
        let args = self.args(&what, &action.params, called.args, callee, action.unit);
        let mut result = action.result.clone();
        if call.into.is_some() && result.is_none() {
            let at = self.place(called.span);
            self.report(
                Diagnostic::new(Code::E0301, at, format!("`{}` gives no value", action.name))
                    .help("an action is a statement of its own"),
            );
        }
        let wait = waits.then(|| {
            let name = self.wait_name(&action.name, call.name);
            let live = self.body.live();
            let before = self.body.known.clone();
            self.body.forget_fields();
            let mut ways = self.ways(before);
            let mut exits = Vec::new();
            if action.result.is_some() {
                self.plain_way(&mut ways);
                let binds = call.into.into_iter().collect();
                exits.push(ir::Exit { on: On::Result, binds, body: Vec::new(), place });
            }
            let named: Vec<Checked> =
                call.exits.iter().filter_map(|exit| self.action_exit(&action, exit, &mut ways)).collect();
            self.meet(ways);
            if named.iter().any(|exit| falls_through(&exit.exit.body)) {
                result = result.take().map(Ty::optional);
            }
            self.show_open_binds(&named, action.result.is_some());
            exits.extend(named.into_iter().map(|checked| checked.exit));
            Wait { name, live, exits }
        });
        if action.echo != Echo::None {
            self.body.forget_fields();
        }
        let must_wait = action.must_wait;
        let action = self.action_id(decl);
        Self::push(out, place, StmtKind::Act(Box::new(Act { action, args, wait, must_wait, callee })));
        result
    }

    /// E0503: exits of a waiting call that are missing.
    fn exits_fit(&mut self, called: &Called<'_>, action: &ActionDecl<'_>, exits: &[ast::Exit]) {
        if exits.is_empty() && !action.must_wait && action.result.is_none() {
            return;
        }
        let broken = exits.iter().any(|exit| matches!(exit.event, Event::Error(_)));
        let written = |wanted: &str| {
            exits.iter().any(|exit| matches!(&exit.event, Event::Named { name, .. } if name.text == wanted))
        };
        let missing: Vec<String> = action
            .exits
            .iter()
            .filter(|(name, _)| !written(name))
            .map(|(name, params)| {
                let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
                match names.is_empty() {
                    true => format!("`on {name} -> …`"),
                    false => format!("`on {name}({}) -> …`", names.join(", ")),
                }
            })
            .collect();
        if !missing.is_empty() && !broken {
            let at = self.place(called.span);
            let text = match exits.is_empty() && action.result.is_none() {
                true => format!("the action `{}` has to be waited for", action.name),
                false => format!("the action `{}` can end in a way that is not taken care of", action.name),
            };
            self.report(
                Diagnostic::new(Code::E0503, at, text).help(format!("add {}", missing.join(" and "))),
            );
        }
    }

    /// One exit of a waiting call.
    fn action_exit(&mut self, action: &ActionDecl<'a>, exit: &ast::Exit, ways: &mut Ways) -> Option<Checked> {
        let declared = if let Event::Named { name, .. } = &exit.event {
            action.exits.iter().position(|(known, _)| *known == name.text)
        } else {
            None
        };
        let Some(index) = declared else {
            let own: Vec<&str> = action.exits.iter().map(|(name, _)| name.as_str()).collect();
            let statement = format!("the action `{}`", action.name);
            return self.exit_with(exit, &statement, &[Word::Timeout, Word::Failed], &own, ways);
        };
        let params = action.exits.get(index).map(|(_, params)| params.clone()).unwrap_or_default();
        let place = self.place(exit.head);
        self.late_arrow(exit);
        self.body.open();
        let Event::Named { name, binds: names } = &exit.event else { return None };
        if let Some(extra) = names.get(params.len()) {
            let at = self.place(extra.span);
            let text = match params.len() {
                0 => format!("`on {}` brings no values", name.text),
                1 => format!("`on {}` brings one value", name.text),
                n => format!("`on {}` brings {n} values", name.text),
            };
            let list: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
            let help = match params.is_empty() {
                true => "leave the parentheses out".to_owned(),
                false => format!("write `on {}({})`", name.text, list.join(", ")),
            };
            self.report(Diagnostic::new(Code::E0302, at, text).help(help));
        }
        if let Some(bind) = &exit.bind {
            let at = self.place(bind.span);
            self.report(
                Diagnostic::new(Code::E0302, at, "the values of an answer are named in parentheses")
                    .help(format!("write `on {}({})`", name.text, bind.text)),
            );
        }
        let mut binds: Vec<LocalId> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            if let Some(first) = names.iter().take(at).find(|other| other.text == name.text) {
                let (place, first) = (self.place(name.span), self.place(first.span));
                self.report(
                    Diagnostic::new(Code::E0204, place, format!("two values are called `{}`", name.text))
                        .label(first, "the first one")
                        .help("give each its own name"),
                );
            }
        }
        for (name, param) in names.iter().zip(&params) {
            binds.push(self.bind_as(name, param.ty.clone()));
        }
        let body = self.exit_body(exit, ways);
        self.body.close();
        let open_binds = match exit.body {
            None => names.iter().cloned().zip(binds.iter().copied()).collect(),
            Some(_) => Vec::new(),
        };
        let on = On::Answer(u32::try_from(index).unwrap_or(u32::MAX));
        Some(Checked { word: Word::Other, exit: ir::Exit { on, binds, body, place }, open_binds })
    }

    fn unknown_action(&mut self, name: &Name) {
        let place = self.place(name.span);
        let known: Vec<String> = self
            .names
            .scopes
            .get(self.unit)
            .into_iter()
            .flat_map(|scope| &scope.values)
            .filter(|(_, named)| matches!(named.def, Def::Action(_) | Def::Flow(_)))
            .map(|(name, _)| name.to_string())
            .collect();
        let scope = self.names.scopes.get(self.unit);
        let is_step = scope.is_some_and(|scope| scope.steps.contains_key(&name.text));
        let is_bot = scope.is_some_and(|scope| scope.bots.contains_key(&name.text));
        let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no action `{}`", name.text));
        let diagnostic = if is_step {
            diagnostic.help(format!("`{0}` is a step: write `-> {0}` to go there", name.text))
        } else if is_bot {
            diagnostic.help(format!("`{0}` is a bot: write `run {0}(…)`", name.text))
        } else {
            let diagnostic = diagnostic.help("the actions are listed in `std/actions.sbot`");
            suggest::meant(diagnostic, &name.text, name.span, known.iter().map(String::as_str))
        };
        self.report(diagnostic);
    }

    /// E0502: `called` where nothing waits.
    pub(super) fn no_wait_to_name(&mut self, name: &Name) {
        let at = self.place(name.span);
        self.report(
            Diagnostic::new(Code::E0502, at, "only a wait has a name")
                .help(format!("remove `called {}`", name.text)),
        );
    }
}

/// What stands around a call.
#[derive(Clone, Copy)]
pub(super) struct CallParts<'c> {
    /// Written after it.
    pub exits: &'c [ast::Exit],
    /// `called NAME`.
    pub name: Option<&'c Name>,
    /// Receives its result.
    pub into: Option<LocalId>,
}
