//! The Custom step: `code`, its loops, and `return`.

use super::Checker;
use super::body::Kind;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Block, StmtKind};
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
        let body = self.loop_body(body);
        self.body.close();
        Self::push(out, place, StmtKind::For { item, list_local, index_local, list, body });
    }

    pub(super) fn while_(&mut self, place: Place, condition: &ast::Expr, body: &ast::Block, out: &mut Block) {
        self.body.known.clear();
        let condition = self.expr_as(condition, &Ty::Bool, "a condition");
        let body = self.loop_body(body);
        Self::push(out, place, StmtKind::While { condition, body });
    }

    /// A later round may find other values than the first.
    fn loop_body(&mut self, body: &ast::Block) -> Block {
        self.body.known.clear();
        self.body.loops += 1;
        let body = self.block(body);
        self.body.loops -= 1;
        self.body.known.clear();
        body
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
                self.report(Diagnostic::new(Code::E0301, value.place, text).help(help));
                None
            }
            (None, Some(want)) => {
                self.report(
                    Diagnostic::new(
                        Code::E0309,
                        place,
                        format!("a value of type `{want}` has to be returned"),
                    )
                    .help("write `return …` with the value"),
                );
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
}
