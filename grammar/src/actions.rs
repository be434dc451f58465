//! What the rules of the grammar do: one small function a node.

#![allow(clippy::wildcard_enum_match_arm, reason = "one expression of many")]

use crate::ast::*;
use smol_str::SmolStr;

// ---- Lists

/// With one more at the end, if there is one.
pub(crate) fn push<T>(mut all: Vec<T>, last: Option<T>) -> Vec<T> {
    all.extend(last);
    all
}

/// With one more at the start.
pub(crate) fn prepend<T>(first: T, rest: Vec<T>) -> Vec<T> {
    let mut all = Vec::with_capacity(rest.len() + 1);
    all.push(first);
    all.extend(rest);
    all
}

/// Without what recovery skipped.
pub(crate) fn kept<T>(all: Vec<Option<T>>) -> Vec<T> {
    all.into_iter().flatten().collect()
}

// ---- Names and types

/// The names are never none: the grammar sees to it.
pub(crate) fn path(names: Vec<Name>) -> Path {
    let span = names.iter().map(|name| name.span).reduce(Span::to).unwrap_or_default();
    Path { names, span }
}

/// `sales.won` as an expression.
pub(crate) fn path_expr(names: Vec<Name>) -> Expr {
    let mut names = names.into_iter();
    let first = names.next().map_or(Expr { span: Span::default(), kind: ExprKind::Error }, |name| Expr {
        span: name.span,
        kind: ExprKind::Name(name),
    });
    names.fold(first, |base, name| Expr {
        span: base.span.to(name.span),
        kind: ExprKind::Field { base: Box::new(base), name },
    })
}

pub(crate) fn type_expr((span, kind): (Span, TypeKind)) -> TypeExpr {
    TypeExpr { span, kind }
}

pub(crate) fn choice((span, texts): (Span, Vec<Text>)) -> TypeExpr {
    TypeExpr { span, kind: TypeKind::Choice(texts) }
}

pub(crate) fn optional(l: u32, r: u32, ty: TypeExpr) -> TypeExpr {
    TypeExpr { span: Span::new(l, r), kind: TypeKind::Optional(Box::new(ty)) }
}

// ---- Items

/// The trigger of an item begins with its word.
pub(crate) fn starting_at(l: u32, trigger: Trigger) -> Trigger {
    Trigger { span: Span::new(l, trigger.span.end), ..trigger }
}

/// The statements of a step, whose colon ends at `at`.
pub(crate) fn step_body(at: u32, stmts: Vec<Stmt>) -> Block {
    let span = stmts.iter().map(|stmt| stmt.span).reduce(Span::to).unwrap_or(Span::new(at, at));
    Block { span, stmts }
}

// ---- Statements

pub(crate) fn stmt((span, kind): (Span, StmtKind)) -> Stmt {
    Stmt { span, kind }
}

pub(crate) fn goto_stmt(goto: Goto) -> Stmt {
    Stmt { span: goto.span, kind: StmtKind::Goto(goto) }
}

pub(crate) fn message(head: MessageHead, clauses: Vec<Clause>) -> StmtKind {
    StmtKind::Message(Box::new(Message { head, clauses, exits: vec![] }))
}

pub(crate) fn list(
    text: Expr,
    button: Expr,
    title: Option<Expr>,
    footer: Option<Expr>,
    called: Option<Name>,
    sections: Vec<Section>,
) -> StmtKind {
    StmtKind::List(Box::new(List { text, button, title, footer, called, sections, exits: vec![] }))
}

pub(crate) fn pause(duration: Option<Expr>, called: Option<Name>, exits: Vec<Exit>) -> StmtKind {
    StmtKind::Pause(Pause { duration, called, exits })
}

pub(crate) fn validate(
    pattern: Pattern,
    bind: Option<Name>,
    retry: Option<Retry>,
    called: Option<Name>,
) -> StmtKind {
    StmtKind::Validate(Box::new(Validate { pattern, bind, retry, called, exits: vec![] }))
}

pub(crate) fn call_stmt(callee: Path, args: Vec<Arg>, called: Option<Name>) -> StmtKind {
    StmtKind::Call(Call { callee, args, called, exits: vec![] })
}

pub(crate) fn let_(name: Name, value: Value, called: Option<Name>) -> StmtKind {
    StmtKind::Let(Let { name, value, called, exits: vec![] })
}

pub(crate) fn assign(target: Path, op: AssignOp, value: Value, called: Option<Name>) -> StmtKind {
    StmtKind::Assign(Assign { target, op, value, called, exits: vec![] })
}

/// The statement with its exits. Only the statements that the grammar calls `Waiting` come here.
pub(crate) fn with_exits(mut kind: StmtKind, exits: Vec<Exit>) -> StmtKind {
    if let StmtKind::Message(node) = &mut kind {
        node.exits = exits;
    } else if let StmtKind::List(node) = &mut kind {
        node.exits = exits;
    } else if let StmtKind::Validate(node) = &mut kind {
        node.exits = exits;
    } else if let StmtKind::Call(node) = &mut kind {
        node.exits = exits;
    } else if let StmtKind::Let(node) = &mut kind {
        node.exits = exits;
    } else if let StmtKind::Assign(node) = &mut kind {
        node.exits = exits;
    }
    kind
}

pub(crate) fn clause((span, kind): (Span, ClauseKind)) -> Clause {
    Clause { span, kind }
}

pub(crate) fn button((span, kind): (Span, ButtonKind)) -> Button {
    Button { span, kind }
}

pub(crate) fn broken_arm(span: Span) -> Arm {
    Arm { span, test: ArmTest::Error(span), body: Body::Block(Block { span, stmts: vec![] }) }
}

pub(crate) fn exit_head(l: u32, r: u32, event: Event, bind: Option<Name>) -> Exit {
    let span = Span::new(l, r);
    Exit { span, head: span, event, bind, body: None }
}

pub(crate) fn closed_exit(head: Exit, body: Body, r: u32) -> Exit {
    Exit { span: Span::new(head.head.start, r), body: Some(body), ..head }
}

// ---- Patterns and expressions

pub(crate) fn pattern((span, alternatives): (Span, Vec<PatternAlt>)) -> Pattern {
    Pattern { span, alternatives }
}

pub(crate) fn negative(l: u32, r: u32, number: Expr) -> Expr {
    Expr { span: Span::new(l, r), kind: ExprKind::Neg(Box::new(number)) }
}

pub(crate) fn expr((span, kind): (Span, ExprKind)) -> Expr {
    Expr { span, kind }
}

pub(crate) fn binary(left: Expr, (op_span, op): (Span, BinaryOp), right: Expr) -> Expr {
    Expr {
        span: left.span.to(right.span),
        kind: ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) },
    }
}

pub(crate) fn index_of(base: Expr, index: Expr) -> ExprKind {
    ExprKind::Index { base: Box::new(base), index: Box::new(index) }
}

pub(crate) fn in_list(value: Expr, negated: bool, list: Expr) -> ExprKind {
    ExprKind::In { negated, value: Box::new(value), list: Box::new(list) }
}

pub(crate) fn in_range(value: Expr, negated: bool, (from, to): (Expr, Expr)) -> ExprKind {
    ExprKind::InRange { negated, value: Box::new(value), from: Box::new(from), to: Box::new(to) }
}

pub(crate) fn contains(value: Expr, negated: bool, what: Expr, range: Option<(Expr, Expr)>) -> ExprKind {
    ExprKind::Contains { negated, value: Box::new(value), what: Box::new(what), range: range.map(Box::new) }
}

pub(crate) fn matches(value: Expr, negated: bool, regex: Text) -> ExprKind {
    ExprKind::Matches { negated, value: Box::new(value), regex }
}

pub(crate) fn is_set(value: Expr, negated: bool) -> ExprKind {
    ExprKind::IsSet { negated, value: Box::new(value) }
}

pub(crate) fn arg(name: Option<Name>, value: Expr) -> Arg {
    let span = name.as_ref().map_or(value.span, |name| name.span.to(value.span));
    Arg { span, name, value }
}

// ---- Tests

pub(crate) fn test_stmt((span, kind): (Span, TestKind)) -> TestStmt {
    TestStmt { span, kind }
}

/// `waiting` and `ended` are names everywhere else, and would be one here too.
pub(crate) fn expectation(expr: Expr) -> TestKind {
    match &expr.kind {
        ExprKind::Name(name) if name.text == "waiting" => TestKind::ExpectWaiting,
        ExprKind::Name(name) if name.text == "ended" => TestKind::ExpectEnded,
        _ => TestKind::Expect(expr),
    }
}

/// The text of a doc comment without its slashes.
pub(crate) fn doc_line(comment: &str) -> &str {
    let line = comment.strip_prefix("///").unwrap_or(comment);
    line.strip_prefix(' ').unwrap_or(line).trim_end()
}

/// Lines joined by line breaks; nothing if there are none.
pub(crate) fn doc_text(lines: &[&str]) -> Option<SmolStr> {
    (!lines.is_empty()).then(|| lines.join("\n").into())
}
