//! The Custom step: `code`, its loops, and `return`.

use super::Checker;
use super::body::Kind;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Block, Expr, StmtKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Name};
use smol_str::SmolStr;

impl Checker<'_> {
    pub(super) fn code(&mut self, place: Place, block: &ast::Block, out: &mut Block) {
        if block.stmts.is_empty() {
            self.report(
                Diagnostic::new(Code::E0405, place, "this `code` is empty")
                    .help("write what it should compute, or remove it"),
            );
            return;
        }
        let outside = std::mem::replace(&mut self.body.code, true);
        let block = self.block(block);
        self.body.code = outside;
        Self::push(out, place, StmtKind::Block(block));
    }

    pub(super) fn for_(
        &mut self,
        place: Place,
        name: &Name,
        list: &ast::Expr,
        body: &ast::Block,
        out: &mut Block,
    ) {
        let list = self.expr(list, None);
        let item_ty = if let Ty::List(item) = &list.ty {
            (**item).clone()
        } else {
            let ty = list.ty.clone();
            if ty.is_optional() {
                self.absent(list.place, "`for`", &ty);
            } else if ty != Ty::Error {
                self.wrong_type(list.place, "`for`", &Ty::Text.list(), &ty);
            }
            Ty::Error
        };
        self.body.open();
        // In a flow a round may wait: what the loop needs then is kept with the locals in scope.
        let list_local = self.body.bind(&SmolStr::new_static("%list"), list.ty.clone(), None);
        let index_local = self.body.bind(&SmolStr::new_static("%index"), Ty::Int, None);
        let item = self.body.bind(&name.text, item_ty, Some("the variable of a loop"));
        let body = self.loop_body(None, body).1;
        self.body.close();
        Self::push(out, place, StmtKind::For { item, list_local, index_local, list, body });
    }

    pub(super) fn while_(&mut self, place: Place, condition: &ast::Expr, body: &ast::Block, out: &mut Block) {
        let (condition, body) = self.loop_body(Some(condition), body);
        let Some(condition) = condition else { return };
        Self::push(out, place, StmtKind::While { condition, body });
    }

    /// The rounds of a loop. What one of them may change is known in none, and not after them.
    fn loop_body(&mut self, condition: Option<&ast::Expr>, body: &ast::Block) -> (Option<Expr>, Block) {
        self.forget_changes(body);
        let always = self.body.known.clone();
        let condition = condition.map(|condition| self.expr_as(condition, &Ty::Bool, "a condition"));
        let proven = condition.as_ref().map(|condition| self.proven(condition, true));
        self.body.known.extend(proven.into_iter().flatten());
        self.body.loops += 1;
        let body = self.block(body);
        self.body.loops -= 1;
        self.body.known = always;
        (condition, body)
    }

    pub(super) fn leave_loop(&mut self, place: Place, kind: StmtKind, out: &mut Block) {
        if self.body.loops == 0 {
            let word = if matches!(kind, StmtKind::Break) { "break" } else { "continue" };
            self.report(
                Diagnostic::new(Code::E0306, place, format!("`{word}` stands outside of a loop"))
                    .help("it belongs into `for` or `while`"),
            );
            return;
        }
        Self::push(out, place, kind);
    }

    /// `return`: in a function its value, in a step the bot's result.
    pub(super) fn return_(&mut self, place: Place, value: Option<&ast::Expr>, last: bool, out: &mut Block) {
        let own = matches!(self.body.kind, Kind::Fn | Kind::Flow);
        let want = if own { self.body.result.clone() } else { self.bot.result.clone() };
        let value = match (value, want) {
            (Some(value), Some(want)) => Some(self.expr_as(value, &want, "the result")),
            (Some(value), None) if self.bot.alone && !own => Some(self.expr(value, None)),
            (Some(value), None) => {
                let value = self.expr(value, None);
                let (text, help) = match self.body.kind {
                    Kind::Flow => {
                        ("this flow has no result", format!("declare one: `flow {}(…) -> T`", self.body.name))
                    }
                    Kind::Expression | Kind::Step | Kind::Fn => (
                        "this bot has no result",
                        format!("declare one: `bot {} -> T`, or write `-> end`", self.bot.name),
                    ),
                };
                self.report_return(own, Diagnostic::new(Code::E0301, value.place, text).help(help));
                None
            }
            (None, Some(want)) => {
                let text = format!("a value of type `{want}` has to be returned");
                let diagnostic = Diagnostic::new(Code::E0309, place, text);
                self.report_return(own, diagnostic.help("write `return …` with the value"));
                None
            }
            (None, None) => None,
        };
        if value.is_none() && !last {
            self.report(
                Diagnostic::new(
                    Code::E0110,
                    place,
                    "`return` without a value stands only at the end of `{ }`",
                )
                .help("write `-> end`"),
            );
        }
        Self::push(out, place, StmtKind::Return(value));
    }

    /// What is wrong with the result of a function of its `own`, or else of the bot.
    fn report_return(&mut self, own: bool, diagnostic: Diagnostic) {
        if own { self.report(diagnostic) } else { self.report_result(diagnostic) }
    }
}
