//! What stops a turn and gives a value: calls of flows, `run`, and the results of actions. Each stands as a statement
//! or as the whole right side of `let` and `=`.

use super::Checker;
use super::action::CallParts;
use super::calls::Callee;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{Block, BotId, Enter, Entered, Expr, ExprKind, LocalId, StmtKind};
use crate::resolve::Def;
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Arg, ExprKind as Ast, Name, Span};
use sbot_vm::value::Value;

/// Why a call of a flow or a bot has no exits.
const EXITS_INSIDE: &str = "what it waits for stands inside of it; remove the exit";

/// A call that may wait.
pub(super) struct Called<'c> {
    pub target: Target,
    /// The name that is called.
    pub span: Span,
    pub args: &'c [Arg],
}

/// What is called: index into the declarations of its kind.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Action(usize),
    Flow(usize),
    Bot(usize),
}

impl Checker<'_> {
    /// The call that is the whole right side of `let` or `=`, if it is one that stops the turn.
    pub(super) fn called<'c>(&mut self, value: &'c ast::Value) -> Option<Called<'c>> {
        let expr = match value {
            ast::Value::Run(run) => {
                let target = Target::Bot(self.bot_named(&run.bot)?);
                return Some(Called { target, span: run.bot.span, args: &run.args });
            }
            ast::Value::Expr(expr) => expr,
        };
        let Ast::Call { callee, args } = &expr.kind else { return None };
        let target = if let Ast::Name(name) = &callee.kind {
            match self.lookup(&name.text).map(|named| named.def) {
                Some(Def::Action(decl)) => Target::Action(decl),
                Some(Def::Flow(decl)) => Target::Flow(decl),
                _ => return None,
            }
        } else {
            let (widget, name) = self.of_widget(callee)?;
            Target::Action(self.widget_action(widget, name)?)
        };
        Some(Called { target, span: callee.span, args })
    }

    /// The two names of `widget.action`, if the first one is a widget.
    pub(super) fn of_widget<'c>(&mut self, callee: &'c ast::Expr) -> Option<(&'c Name, &'c Name)> {
        let Ast::Field { base, name } = &callee.kind else { return None };
        let Ast::Name(widget) = &base.kind else { return None };
        let known = self.lookup(&widget.text).map(|named| named.def);
        matches!(known, Some(Def::Widget(_))).then_some((widget, name))
    }

    /// Calls it as a statement of its own. With `into` the result goes there, and its type is given.
    pub(super) fn waiting_call(
        &mut self,
        place: Place,
        called: &Called<'_>,
        exits: &[ast::Exit],
        name: Option<&Name>,
        into: Option<LocalId>,
        out: &mut Block,
    ) -> Option<Ty> {
        let call = CallParts { exits, name, into };
        match called.target {
            Target::Action(decl) => self.call_action(place, called, decl, call, out),
            Target::Flow(decl) => self.call_flow(place, called, decl, call, out),
            Target::Bot(decl) => self.run_bot(place, called, decl, call, out),
        }
    }

    /// `run other(args)` as a statement.
    pub(super) fn run(&mut self, place: Place, run: &ast::RunBot, out: &mut Block) {
        let Some(decl) = self.bot_named(&run.bot) else {
            self.look_at_args(&run.args);
            return;
        };
        let called = Called { target: Target::Bot(decl), span: run.bot.span, args: &run.args };
        self.waiting_call(place, &called, &[], None, None, out);
    }

    /// The declaration of a bot that can be run from here; E0202 if there is none.
    pub(super) fn bot_named(&mut self, name: &Name) -> Option<usize> {
        let scope = self.names.scopes.get(self.unit)?;
        if let Some(decl) = scope.bots.get(&name.text).copied() {
            if let Some(bot) = self.names.bots.get(decl) {
                self.names.uses.file(self.unit, bot.place);
            }
            return Some(decl);
        }
        let known: Vec<String> = scope.bots.keys().map(ToString::to_string).collect();
        let place = self.place(name.span);
        let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no bot `{}`", name.text));
        let elsewhere = self.names.bots.iter().find(|bot| bot.item.name.text == name.text);
        let diagnostic = if let Some(bot) = elsewhere {
            let path = self.parsed.sources.get(bot.place.file).path.clone();
            let file = path.rsplit('/').next().unwrap_or(&path).to_owned();
            diagnostic.label(bot.place, "it stands here").help(format!("bring it in with `use \"{file}\"`"))
        } else if known.is_empty() {
            diagnostic.help("bring the bot's file in with `use \"file.sbot\"`")
        } else {
            suggest::similar(diagnostic, &name.text, name.span, known.iter().map(String::as_str))
        };
        self.report(diagnostic);
        None
    }

    fn call_flow(
        &mut self,
        place: Place,
        called: &Called<'_>,
        decl: usize,
        call: CallParts<'_>,
        out: &mut Block,
    ) -> Option<Ty> {
        let flow = self.names.flows.get(decl).cloned()?;
        let name = &flow.item.name.text;
        let what = format!("the flow `{name}`");
        let callee = self.place(called.span);
        self.no_exits(&what, call.exits, EXITS_INSIDE);
        if !self.may_wait(
            callee,
            &what,
            "a flow may wait and have effects: call it in a step or in another flow",
        ) {
            self.look_at_args(called.args);
            return None;
        }
        let args = self.args(&what, &flow.params, called.args, callee, flow.unit);
        self.note_call(Callee::Flow(decl), callee);
        let target = Entered::Flow(self.bot.flows.get(&decl).copied()?);
        let name = self.wait_name(name, call.name);
        let live = self.body.live();
        self.body.forget_all_but_locals();
        let enter = Enter { name, target, args, live, into: call.into, callee };
        Self::push(out, place, StmtKind::Enter(Box::new(enter)));
        if call.into.is_some() && flow.result.is_none() {
            self.no_result(called, &what, "give it one: `flow name() -> T`");
        }
        flow.result
    }

    fn run_bot(
        &mut self,
        place: Place,
        called: &Called<'_>,
        decl: usize,
        call: CallParts<'_>,
        out: &mut Block,
    ) -> Option<Ty> {
        let bot = self.names.bots.get(decl).cloned()?;
        let what = format!("the bot `{}`", bot.item.name.text);
        let callee = self.place(called.span);
        self.no_exits(&what, call.exits, EXITS_INSIDE);
        if !self.may_wait(place, "`run`", "another bot may wait and have effects: run it in a step or a flow")
        {
            self.look_at_args(called.args);
            return None;
        }
        let args = self.bot_args(callee, decl, called.args)?;
        let target = Entered::Bot(BotId(u32::try_from(decl).unwrap_or(u32::MAX)));
        let name = self.wait_name(&bot.item.name.text, call.name);
        let live = self.body.live();
        self.body.forget_fields();
        let enter = Enter { name, target, args, live, into: call.into, callee };
        Self::push(out, place, StmtKind::Enter(Box::new(enter)));
        if call.into.is_some() && bot.result.is_none() {
            self.no_result(called, &what, "give it one: `bot name -> T`");
        }
        bot.result
    }

    /// The arguments of a bot. The bot itself gives a parameter its default, so none stands here for one.
    pub(super) fn bot_args(&mut self, place: Place, decl: usize, args: &[Arg]) -> Option<Vec<Expr>> {
        let bot = self.names.bots.get(decl).cloned()?;
        let what = format!("the bot `{}`", bot.item.name.text);
        let Some(bound) = self.bind_args(&what, &bot.params, args, place) else {
            return Some(self.look_at_args(args));
        };
        let mut out = Vec::new();
        for (param, arg) in bot.params.iter().zip(bound) {
            let what = format!("the argument `{}` of {what}", param.name);
            out.push(match arg {
                Some(arg) => self.expr_as(&arg.value, &param.ty, &what),
                None => Self::constant(place, Ty::None, Value::None),
            });
        }
        Some(out)
    }

    /// E0502: exits after a call that has none.
    pub(super) fn no_exits(&mut self, what: &str, exits: &[ast::Exit], help: &str) {
        if let Some(exit) = exits.first() {
            let at = self.place(exit.head);
            self.report(Diagnostic::new(Code::E0502, at, format!("{what} has no exits")).help(help));
        }
        self.look_at_exits(exits);
    }

    fn no_result(&mut self, called: &Called<'_>, what: &str, help: &str) {
        let at = self.place(called.span);
        self.report(Diagnostic::new(Code::E0301, at, format!("{what} gives no value")).help(help));
    }

    /// The value of a local.
    pub(super) fn local_value(place: Place, local: LocalId, ty: Ty) -> Expr {
        Expr { ty, place, kind: ExprKind::Local(local) }
    }
}
