//! Blocks, bodies and the statements that do not talk to the client.

use super::Printer;
use super::doc::Op;
use super::list::Shape;
use crate::ast::{
    Arm, ArmTest, AssignOp, Block, Body, Call, Else, Exit, Goto, If, Name, RunBot, Span, Stmt, StmtKind,
    Target, Value, When,
};

/// From the arrow or brace to the last token.
pub(super) fn body_span(body: &Body) -> Span {
    match body {
        Body::Goto(goto) => goto.span,
        Body::Block(block) => block.span,
    }
}

impl Printer<'_> {
    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Message(message) => self.message(message, stmt.span),
            StmtKind::List(list) => self.list_message(list, stmt.span),
            StmtKind::Pause(pause) => self.pause(pause, stmt.span),
            StmtKind::Validate(validate) => self.validate(validate, stmt.span),
            StmtKind::If(branch) => self.if_chain(branch, stmt.span),
            StmtKind::When(when) => self.when(when, stmt.span),
            StmtKind::Rotate(bodies) => {
                self.word("rotate");
                let shape = Shape::kept(self.same_line(stmt.span.start, stmt.span.end));
                self.list(shape, stmt.span.end.saturating_sub(1), bodies, body_span, Self::body);
            }
            StmtKind::Run(run) => self.run(run),
            StmtKind::Let(binding) => {
                self.op(Op::Open);
                self.word("let");
                self.name(&binding.name);
                self.assigned(AssignOp::Set, &binding.value);
                self.exits_of_call(binding.called.as_ref(), &binding.exits, stmt.span);
            }
            StmtKind::Set(set) => {
                self.word("set");
                self.path(&set.field);
                self.infix(sign(set.op));
                self.expr(&set.value);
            }
            StmtKind::Assign(assign) => {
                self.op(Op::Open);
                self.path(&assign.target);
                self.assigned(assign.op, &assign.value);
                self.exits_of_call(assign.called.as_ref(), &assign.exits, stmt.span);
            }
            StmtKind::Call(call) => self.call(call, stmt.span),
            StmtKind::Code(body) => {
                self.word("code");
                self.block(body);
            }
            StmtKind::For(stmt) => {
                self.word("for");
                self.name(&stmt.name);
                self.infix("in");
                self.expr(&stmt.list);
                self.op(Op::Space);
                self.block(&stmt.body);
            }
            StmtKind::While(stmt) => {
                self.word("while");
                self.expr(&stmt.condition);
                self.op(Op::Space);
                self.block(&stmt.body);
            }
            StmtKind::Break => self.text("break"),
            StmtKind::Continue => self.text("continue"),
            StmtKind::Return(value) => {
                self.text("return");
                if let Some(value) = value {
                    self.op(Op::Space);
                    self.expr(value);
                }
            }
            StmtKind::Goto(goto) => self.goto(goto),
            StmtKind::Error => self.leaf(stmt.span),
        }
    }

    fn assigned(&mut self, op: AssignOp, value: &Value) {
        self.infix(sign(op));
        match value {
            Value::Expr(value) => self.expr(value),
            Value::Run(run) => self.run(run),
        }
    }

    /// Prints what follows a call, and closes its group.
    fn exits_of_call(&mut self, called: Option<&Name>, exits: &[Exit], span: Span) {
        self.called(called);
        self.exits(exits, span);
        self.op(Op::Close);
    }

    fn call(&mut self, call: &Call, span: Span) {
        self.op(Op::Open);
        self.path(&call.callee);
        self.args(&call.args, call.callee.span.end);
        self.exits_of_call(call.called.as_ref(), &call.exits, span);
    }

    fn run(&mut self, run: &RunBot) {
        self.word("run");
        self.name(&run.bot);
        self.optional_args(&run.args, run.bot.span.end);
    }

    fn goto(&mut self, goto: &Goto) {
        self.flush(goto.span.start);
        self.word("->");
        match &goto.target {
            Target::End(span) => self.leaf(*span),
            Target::Step { name, args } => {
                self.name(name);
                self.optional_args(args, name.span.end);
            }
            Target::Bot { name, args } => {
                self.word("bot");
                self.name(name);
                self.optional_args(args, name.span.end);
            }
        }
    }

    pub(super) fn body(&mut self, body: &Body) {
        match body {
            Body::Goto(goto) => self.goto(goto),
            Body::Block(block) => self.block(block),
        }
    }

    pub(super) fn optional_body(&mut self, body: Option<&Body>) {
        if let Some(body) = body {
            self.op(Op::Space);
            self.body(body);
        }
    }

    /// Prints `{ … }`, on one line if it was written so and fits.
    pub(super) fn block(&mut self, block: &Block) {
        let one_line = self.same_line(block.span.start, block.span.end);
        self.statements(block, Shape::block(one_line));
    }

    fn statements(&mut self, block: &Block, shape: Shape) {
        self.list(shape, block.span.end.saturating_sub(1), &block.stmts, |stmt| stmt.span, Self::stmt);
    }

    /// Prints `if`, `else if` and `else`: a loop, since such a chain can be long.
    /// Its blocks are all on one line or all on several.
    fn if_chain(&mut self, branch: &If, span: Span) {
        let one_line = self.same_line(span.start, span.end);
        self.op(Op::Open);
        let mut branch = branch;
        loop {
            self.word("if");
            self.expr(&branch.condition);
            self.op(Op::Space);
            self.branch(&branch.then, one_line);
            let Some(otherwise) = &branch.otherwise else { break };
            self.before_else(&branch.then, one_line);
            self.word("else");
            match otherwise {
                Else::Body(body) => {
                    self.branch(body, one_line);
                    break;
                }
                Else::If { branch: next, .. } => branch = next,
            }
        }
        self.op(Op::Close);
    }

    fn branch(&mut self, body: &Body, one_line: bool) {
        match body {
            Body::Goto(goto) => self.goto(goto),
            Body::Block(block) => self.statements(block, Shape { group: false, ..Shape::block(one_line) }),
        }
    }

    /// Goes to where `else` stands: right of a brace, but on its own line after an arrow or a comment.
    fn before_else(&mut self, then: &Body, one_line: bool) {
        let start = self.token_after(body_span(then).end, b"");
        if self.has_comment(start) {
            self.trail(start);
            self.op(Op::Hard);
            self.lead(start, start, false);
        } else if matches!(then, Body::Block(_)) {
            self.op(Op::Space);
        } else {
            self.op(if one_line { Op::Line } else { Op::Hard });
        }
    }

    fn when(&mut self, when: &When, span: Span) {
        self.word("when");
        if let Some(subject) = &when.subject {
            self.expr(subject);
            self.op(Op::Space);
        }
        self.list(Shape::entries(false), span.end.saturating_sub(1), &when.arms, |arm| arm.span, Self::arm);
    }

    fn arm(&mut self, arm: &Arm) {
        match &arm.test {
            ArmTest::Expr(test) => self.expr(test),
            ArmTest::Pattern { pattern, bind } => {
                self.pattern(pattern);
                self.bind(bind.as_ref());
            }
            ArmTest::Else(_) => self.text("else"),
            ArmTest::Error(span) => self.leaf(*span),
        }
        self.op(Op::Space);
        self.body(&arm.body);
    }
}

fn sign(op: AssignOp) -> &'static str {
    match op {
        AssignOp::Set => "=",
        AssignOp::Add => "+=",
        AssignOp::Sub => "-=",
    }
}
