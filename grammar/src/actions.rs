//! What the rules of the grammar do: one small function a node.

#![allow(clippy::wildcard_enum_match_arm, reason = "one expression of many")]
#![allow(clippy::vec_box, clippy::boxed_local, reason = "what is on the stack of the parser has to be small")]

use crate::ast::*;
use smol_str::SmolStr;

// ---- Lists

/// The first of a list that goes on.
pub(crate) fn first<T>(first: T) -> Vec<T> {
    let mut all = Vec::with_capacity(4);
    all.push(first);
    all
}

/// With one more at the end.
pub(crate) fn push<T>(mut all: Vec<T>, next: T) -> Vec<T> {
    all.push(next);
    all
}

/// With the last one at the end, if there is one.
pub(crate) fn finish<T>(mut all: Vec<T>, last: Option<T>) -> Vec<T> {
    if let Some(last) = last {
        all.reserve_exact(1);
        all.push(last);
    }
    all
}

/// With one more at the start.
pub(crate) fn prepend<T>(first: T, rest: Vec<T>) -> Vec<T> {
    let mut all = Vec::with_capacity(rest.len() + 1);
    all.push(first);
    all.extend(rest);
    all
}

/// The elements themselves, in a list that is as long as it must be.
pub(crate) fn unbox<T>(all: Vec<Box<T>>) -> Vec<T> {
    all.into_iter().map(|next| *next).collect()
}

/// Without what recovery skipped.
pub(crate) fn kept<T>(all: Vec<Option<Box<T>>>) -> Vec<T> {
    let mut kept = Vec::with_capacity(all.len());
    kept.extend(all.into_iter().flatten().map(|next| *next));
    kept
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

pub(crate) fn trigger(
    span: Span,
    kind: TriggerKind,
    via: Option<Vec<Name>>,
    during: Option<Name>,
    often: Option<Often>,
    condition: Option<Expr>,
) -> Box<Trigger> {
    Box::new(Trigger { span, kind, via: via.unwrap_or_default(), during, often, condition })
}

/// The statements of a step, whose colon ends at `at`.
pub(crate) fn step_body(at: u32, stmts: Vec<Box<Stmt>>) -> Block {
    let span = stmts.iter().map(|stmt| stmt.span).reduce(Span::to).unwrap_or(Span::new(at, at));
    Block { span, stmts: unbox(stmts) }
}

// ---- Statements

pub(crate) fn stmt(span: Span, kind: StmtKind) -> Box<Stmt> {
    Box::new(Stmt { span, kind })
}

pub(crate) fn block(l: u32, r: u32, stmts: Vec<Box<Stmt>>) -> Block {
    Block { span: Span::new(l, r), stmts: unbox(stmts) }
}

pub(crate) fn message(head: MessageHead, clauses: Vec<Box<Clause>>) -> StmtKind {
    StmtKind::Message(Box::new(Message { head, clauses: unbox(clauses), exits: vec![] }))
}

pub(crate) fn list(
    text: Expr,
    button: Expr,
    title: Option<Expr>,
    footer: Option<Expr>,
    called: Option<Name>,
    sections: Vec<Box<Section>>,
) -> StmtKind {
    let sections = unbox(sections);
    StmtKind::List(Box::new(List { text, button, title, footer, called, sections, exits: vec![] }))
}

pub(crate) fn pause(duration: Option<Expr>, called: Option<Name>, exits: Vec<Box<Exit>>) -> StmtKind {
    StmtKind::Pause(Box::new(Pause { duration, called, exits: unbox(exits) }))
}

pub(crate) fn when(subject: Option<Expr>, arms: Vec<Box<Arm>>) -> StmtKind {
    StmtKind::When(Box::new(When { subject, arms: unbox(arms) }))
}

pub(crate) fn validate(
    pattern: Pattern,
    bind: Option<Name>,
    retry: Option<Box<Retry>>,
    called: Option<Name>,
) -> StmtKind {
    let retry = retry.map(|retry| *retry);
    StmtKind::Validate(Box::new(Validate { pattern, bind, retry, called, exits: vec![] }))
}

pub(crate) fn call_stmt(callee: Path, args: Vec<Arg>, called: Option<Name>) -> StmtKind {
    StmtKind::Call(Box::new(Call { callee, args, called, exits: vec![] }))
}

pub(crate) fn let_(name: Name, value: Value, called: Option<Name>) -> StmtKind {
    StmtKind::Let(Box::new(Let { name, value, called, exits: vec![] }))
}

pub(crate) fn assign(target: Path, op: AssignOp, value: Value, called: Option<Name>) -> StmtKind {
    StmtKind::Assign(Box::new(Assign { target, op, value, called, exits: vec![] }))
}

/// The statement with its exits. Only the statements that the grammar calls `Waiting` come here.
pub(crate) fn with_exits(mut kind: StmtKind, exits: Vec<Box<Exit>>) -> StmtKind {
    let exits = unbox(exits);
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

pub(crate) fn button(span: Span, kind: ButtonKind) -> Box<Button> {
    Box::new(Button { span, kind })
}

pub(crate) fn broken_arm(span: Span) -> Box<Arm> {
    Box::new(Arm { span, test: ArmTest::Error(span), body: Body::Block(Block { span, stmts: vec![] }) })
}

pub(crate) fn exit_head(l: u32, r: u32, event: Event, bind: Option<Name>) -> Box<Exit> {
    let span = Span::new(l, r);
    Box::new(Exit { span, head: span, event, bind, body: None })
}

pub(crate) fn closed_exit(mut exit: Box<Exit>, body: Body, r: u32) -> Box<Exit> {
    exit.span.end = r;
    exit.body = Some(body);
    exit
}

// ---- Patterns and expressions

pub(crate) fn pattern((span, alternatives): (Span, Vec<Box<PatternAlt>>)) -> Pattern {
    Pattern { span, alternatives: unbox(alternatives) }
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

pub(crate) fn in_range(value: Expr, negated: bool, range: Box<(Expr, Expr)>) -> ExprKind {
    let (from, to) = *range;
    ExprKind::InRange { negated, value: Box::new(value), from: Box::new(from), to: Box::new(to) }
}

pub(crate) fn contains(value: Expr, negated: bool, what: Expr, range: Option<Box<(Expr, Expr)>>) -> ExprKind {
    ExprKind::Contains { negated, value: Box::new(value), what: Box::new(what), range }
}

pub(crate) fn matches(value: Expr, negated: bool, regex: Text) -> ExprKind {
    ExprKind::Matches { negated, value: Box::new(value), regex: Box::new(regex) }
}

pub(crate) fn is_set(value: Expr, negated: bool) -> ExprKind {
    ExprKind::IsSet { negated, value: Box::new(value) }
}

pub(crate) fn arg(name: Option<Name>, value: Expr) -> Box<Arg> {
    let span = name.as_ref().map_or(value.span, |name| name.span.to(value.span));
    Box::new(Arg { span, name, value })
}

// ---- Tests

pub(crate) fn test_stmt(span: Span, kind: TestKind) -> Box<TestStmt> {
    Box::new(TestStmt { span, kind })
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
