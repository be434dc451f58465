//! The Go to step statement.

use super::Checker;
use super::report::a;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{BotId, Stmt, StmtKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Name, Target};
use smol_str::SmolStr;
use std::fmt;

impl<'a> Checker<'a> {
    pub(super) fn goto(&mut self, goto: &ast::Goto) -> Option<Stmt> {
        let place = self.place(goto.span);
        let help = "go to a step from a step; here a value can decide, and the step asks for it";
        if !self.may_wait(place, "`->`", help) {
            return None;
        }
        let kind = match &goto.target {
            Target::End(_) => {
                self.bot_result_at(place, "`-> end`");
                StmtKind::End
            }
            Target::Bot { name, args } => {
                let Some(decl) = self.bot_named(name) else { return Some(self.nowhere(place, args)) };
                let args = self.bot_args(place, decl, args)?;
                self.same_result(place, decl);
                StmtKind::HandOver { bot: BotId(u32::try_from(decl).unwrap_or(u32::MAX)), args }
            }
            Target::Step { name, args } => {
                let Some(decl) = self.step(name) else { return Some(self.nowhere(place, args)) };
                let step = *self.bot.steps.get(&decl)?;
                let params = self.bot.step_params.get(step.0 as usize).cloned().unwrap_or_default();
                let unit = self.names.steps.get(decl).map_or(self.unit, |step| step.unit);
                let what = fmt::from_fn(|f| write!(f, "the step `{}`", name.text));
                let args = self.args(&what, &params, args, place, unit);
                StmtKind::Goto { step, args }
            }
        };
        Some(Stmt { place, kind })
    }

    /// An arrow to something that does not exist, which has been reported. Nothing gets past it all the same.
    fn nowhere(&mut self, place: Place, args: &[ast::Arg]) -> Stmt {
        self.look_at_args(args);
        Stmt { place, kind: StmtKind::End }
    }

    /// E0309: a bot that promises a result ends here without one.
    pub(super) fn bot_result_at(&mut self, place: Place, what: &str) {
        if let Some(want) = self.bot.result.clone().filter(|want| *want != Ty::Error) {
            let text = format!("{what} gives no result, and the bot `{}` promises one", self.bot.name);
            self.report_result(
                Diagnostic::new(Code::E0309, place, text).help(format!("write `return …` with {}", a(&want))),
            );
        }
    }

    /// E0309: the bot that takes over has to give what this one promises.
    fn same_result(&mut self, place: Place, decl: usize) {
        let Some(want) = self.bot.result.clone() else { return };
        let Some(bot) = self.names.bots.get(decl).cloned() else { return };
        let fits = bot
            .result
            .as_ref()
            .is_some_and(|have| have.widens_to(&want) && (want.is_optional() || !have.is_optional()));
        if !fits {
            let text = format!(
                "the bot `{}` takes over and does not give {}, which `{}` promises",
                bot.item.name.text,
                a(&want),
                self.bot.name
            );
            self.report_result(
                Diagnostic::new(Code::E0309, place, text)
                    .label(bot.place, "this bot")
                    .help("run it and return its result: `let r = run …`, then `return r`"),
            );
        }
    }

    /// The declaration of a step in scope; E0201 if there is none.
    pub(super) fn step(&mut self, name: &Name) -> Option<usize> {
        let scope = self.names.scopes.get(self.unit)?;
        if let Some(decl) = scope.steps.get(&name.text).copied() {
            if let Some(step) = self.names.steps.get(decl) {
                self.names.uses.file(self.unit, step.place);
            }
            return Some(decl);
        }
        let place = self.place(name.span);
        let diagnostic = Diagnostic::new(Code::E0201, place, format!("there is no step `{}`", name.text));
        let known = self.names.guesses.spend(scope.steps.keys().map(SmolStr::as_str));
        let diagnostic = suggest::similar(diagnostic, &name.text, name.span, known);
        self.report(diagnostic);
        None
    }
}
