//! The Go to step statement.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{Stmt, StmtKind};
use sbot_grammar::ast::{self, Name, Target};

impl<'a> Checker<'a> {
    pub(super) fn goto(&mut self, goto: &ast::Goto) -> Option<Stmt> {
        let place = self.place(goto.span);
        if !self.in_step() {
            let inside = if self.body.code { "`code`" } else { "a `fn`" };
            self.report(
                Diagnostic::new(Code::E0306, place, format!("`->` cannot stand in {inside}"))
                    .help("go to a step from a step; here a value can decide, and the step asks for it"),
            );
            return None;
        }
        let kind = match &goto.target {
            Target::End(_) => StmtKind::End,
            Target::Bot { .. } => {
                self.unsupported(goto.span, "handing over to another bot is");
                return None;
            }
            Target::Step { name, args } => {
                let decl = self.step(name)?;
                let step = *self.bot.steps.get(&decl)?;
                let params = self.bot.step_params.get(step.0 as usize).cloned().unwrap_or_default();
                let unit = self.names.steps.get(decl).map_or(self.unit, |step| step.unit);
                let what = format!("the step `{}`", name.text);
                let bound = self.bind_args(&what, &params, args, place)?;
                let args = self.typed_args(&what, &params, &bound, unit);
                StmtKind::Goto { step, args }
            }
        };
        Some(Stmt { place, kind })
    }

    /// The declaration of a step in scope; E0201 if there is none.
    pub(super) fn step(&mut self, name: &Name) -> Option<usize> {
        let scope = self.names.scopes.get(self.unit)?;
        if let Some(decl) = scope.steps.get(&name.text) {
            return Some(*decl);
        }
        let known: Vec<String> = scope.steps.keys().map(ToString::to_string).collect();
        let place = self.place(name.span);
        let diagnostic = Diagnostic::new(Code::E0201, place, format!("there is no step `{}`", name.text));
        self.report(suggest::similar(diagnostic, &name.text, name.span, known.iter().map(String::as_str)));
        None
    }
}
