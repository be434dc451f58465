//! Statements: which file checks which, and what may stand where.

use super::Checker;
use super::body::Kind;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Block, Stmt, StmtKind};
use crate::source::Place;
use sbot_grammar::ast::{self, Body, StmtKind as Ast};

impl<'a> Checker<'a> {
    /// Statements with their own scope.
    pub(super) fn block(&mut self, block: &ast::Block) -> Block {
        self.body.open();
        let mut out = Vec::with_capacity(block.stmts.len());
        for (n, stmt) in block.stmts.iter().enumerate() {
            let last = n + 1 == block.stmts.len();
            self.statement(stmt, last, &mut out);
        }
        self.body.close();
        out
    }

    /// `-> target` or `{ … }`.
    pub(super) fn branch(&mut self, body: &Body) -> Block {
        match body {
            Body::Goto(goto) => self.goto(goto).into_iter().collect(),
            Body::Block(block) => self.block(block),
        }
    }

    /// Checks a statement and appends what it becomes.
    fn statement(&mut self, stmt: &ast::Stmt, last: bool, out: &mut Block) {
        let place = self.place(stmt.span);
        if !self.allowed(&stmt.kind, place) {
            return;
        }
        match &stmt.kind {
            Ast::Message(message) => self.message(place, message, out),
            Ast::Pause(pause) => self.pause(place, pause, out),
            Ast::Validate(validate) => self.validate(place, validate, out),
            Ast::If(branch) => {
                let stmt = self.condition(place, branch);
                out.push(stmt);
            }
            Ast::When(when) => self.when(place, when, out),
            Ast::Let(statement) => self.let_(place, statement, out),
            Ast::Assign(assign) => self.assign(place, assign, out),
            Ast::Set(set) => self.set(place, set, out),
            Ast::Call(call) => self.call_statement(place, call, out),
            Ast::Code(block) => self.code(place, block, out),
            Ast::For(stmt) => self.for_(place, &stmt.name, &stmt.list, &stmt.body, out),
            Ast::While(stmt) => self.while_(place, &stmt.condition, &stmt.body, out),
            Ast::Break => self.leave_loop(place, StmtKind::Break, out),
            Ast::Continue => self.leave_loop(place, StmtKind::Continue, out),
            Ast::Return(value) => self.return_(place, value.as_ref(), last, out),
            Ast::Goto(goto) => out.extend(self.goto(goto)),
            Ast::List(list) => self.list_message(place, list, out),
            Ast::Rotate(options) => self.rotate(place, options, out),
            Ast::Run(run) => self.run(place, run, out),
            Ast::Error => {}
        }
    }

    /// E0306: waits, effects and arrows in `fn` and `code`; loops in steps.
    fn allowed(&mut self, stmt: &Ast, place: Place) -> bool {
        let (what, in_code, in_fn) = match stmt {
            Ast::Message(_) => ("a message", false, false),
            Ast::List(_) => ("a list message", false, false),
            Ast::Pause(_) => ("a pause", false, false),
            Ast::Validate(_) => ("`validate`", false, false),
            Ast::Rotate(_) => ("`rotate`", false, false),
            Ast::Run(_) => ("`run`", false, false),
            Ast::Goto(_) => ("`->`", false, false),
            Ast::Code(_) => ("`code`", false, false),
            Ast::Set(_) => ("`set`", true, false),
            Ast::Return(_) => ("`return`", false, true),
            Ast::For { .. } => ("`for`", true, true),
            Ast::While { .. } => ("`while`", true, true),
            Ast::Break => ("`break`", true, true),
            Ast::Continue => ("`continue`", true, true),
            Ast::Call(_) | Ast::If(_) | Ast::When(_) | Ast::Let(_) | Ast::Assign(_) | Ast::Error => {
                return true;
            }
        };
        let (here, ok, help) = match (&self.body.kind, self.body.code) {
            (_, true) => {
                ("`code`", in_code, "`code` computes and sets fields; write this before or after it")
            }
            (Kind::Fn, false) => {
                ("a `fn`", in_fn, "a `fn` computes a value and nothing else; do this in a step")
            }
            (Kind::Flow, false) => return true,
            (Kind::Step | Kind::Expression, false) => {
                let is_loop =
                    matches!(stmt, Ast::For { .. } | Ast::While { .. } | Ast::Break | Ast::Continue);
                ("a step", !is_loop, "write the loop inside `code { … }`")
            }
        };
        if !ok {
            self.report(
                Diagnostic::new(Code::E0306, place, format!("{what} cannot stand in {here}")).help(help),
            );
        }
        ok
    }

    pub(super) fn push(out: &mut Block, place: Place, kind: StmtKind) {
        out.push(Stmt { place, kind });
    }
}
