//! Expressions, patterns, types and texts.

use super::{Node, atom, labelled, list, name, quoted};
use crate::ast::*;

pub(super) fn text(text: &Text) -> Node {
    let head = match text.style {
        TextStyle::Line => "text",
        TextStyle::Block => "block-text",
        TextStyle::Raw => "raw-text",
    };
    if let (TextStyle::Line, Some(plain)) = (text.style, text.plain()) {
        return quoted(plain);
    }
    list(
        head,
        text.parts.iter().map(|part| match part {
            TextPart::Literal(literal) => quoted(literal),
            TextPart::Hole(hole) => list("hole", [expr(hole)]),
        }),
    )
}

pub(super) fn duration(duration: &Duration) -> Node {
    atom(format!("{}s", duration.seconds))
}

pub(super) fn date(date: &Date) -> Node {
    atom(format!("{:04}-{:02}-{:02}", date.year, date.month, date.day))
}

pub(super) fn time(time: &Time) -> Node {
    atom(format!("{:02}:{:02}", time.hour, time.minute))
}

pub(super) fn expr(expr: &Expr) -> Node {
    match &expr.kind {
        ExprKind::Text(inner) => text(inner),
        ExprKind::Number(digits) => atom(digits.as_str()),
        ExprKind::Duration(inner) => duration(inner),
        ExprKind::Date(inner) => date(inner),
        ExprKind::Time(inner) => time(inner),
        ExprKind::Bool(value) => atom(value.to_string()),
        ExprKind::None => atom("none"),
        ExprKind::Name(inner) => name(inner),
        ExprKind::Field { base, name: field } => list("field", [self::expr(base), name(field)]),
        ExprKind::Index { base, index } => list("index", [self::expr(base), self::expr(index)]),
        ExprKind::Call { callee, args: given } => {
            list("call", std::iter::once(self::expr(callee)).chain(args(given)))
        }
        ExprKind::List(all) => list("list", all.iter().map(self::expr)),
        ExprKind::Record(fields) => list(
            "record",
            fields.iter().map(|(key, value)| list(&format!("{}:", key.text), [self::expr(value)])),
        ),
        ExprKind::Paren(inner) => list("paren", [self::expr(inner)]),
        ExprKind::Not(inner) => list("not", [self::expr(inner)]),
        ExprKind::Neg(inner) => list("neg", [self::expr(inner)]),
        ExprKind::Binary { op, left, right, .. } => {
            list(operator(*op), [self::expr(left), self::expr(right)])
        }
        ExprKind::In { negated, value, list: all } => test("in", *negated, value, [self::expr(all)]),
        ExprKind::InRange { negated, value, from, to } => {
            test("in-range", *negated, value, [self::expr(from), self::expr(to)])
        }
        ExprKind::Contains { negated, value, what, range } => {
            let range = range.as_ref().map(|range| self::range(&range.0, &range.1));
            test("contains", *negated, value, std::iter::once(self::expr(what)).chain(range))
        }
        ExprKind::Matches { negated, value, regex } => test("matches", *negated, value, [text(regex)]),
        ExprKind::IsSet { negated, value } => test("is-set", *negated, value, []),
        ExprKind::Error => list("error", []),
    }
}

fn test(head: &str, negated: bool, value: &Expr, rest: impl IntoIterator<Item = Node>) -> Node {
    let head = if negated { format!("not-{head}") } else { head.to_owned() };
    list(&head, std::iter::once(expr(value)).chain(rest))
}

fn range(from: &Expr, to: &Expr) -> Node {
    list("range", [expr(from), expr(to)])
}

pub(super) fn args(args: &[Arg]) -> impl Iterator<Item = Node> {
    args.iter().map(|arg| match &arg.name {
        Some(name) => list(&format!("{}:", name.text), [expr(&arg.value)]),
        None => expr(&arg.value),
    })
}

fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Coalesce => "??",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
    }
}

pub(super) fn pattern(pattern: &Pattern) -> Node {
    list("pattern", pattern.alternatives.iter().map(alternative))
}

fn alternative(alternative: &PatternAlt) -> Node {
    let node = match &alternative.kind {
        PatternKind::Value(value) => expr(value),
        PatternKind::Range(from, to) => range(from, to),
        PatternKind::Contains { what, range: bounds } => {
            let bounds = bounds.as_ref().map(|bounds| range(&bounds.0, &bounds.1));
            list("contains", std::iter::once(expr(what)).chain(bounds))
        }
        PatternKind::Length(length) => list("length", [expr(length)]),
        PatternKind::LengthRange(from, to) => list("length", [range(from, to)]),
        PatternKind::Matches(regex) => list("matches", [text(regex)]),
        PatternKind::Set => list("set", []),
    };
    if alternative.negated { list("not", [node]) } else { node }
}

pub(super) fn type_expr(ty: &TypeExpr) -> Node {
    match &ty.kind {
        TypeKind::Named(inner) => name(inner),
        TypeKind::Optional(inner) => list("optional", [type_expr(inner)]),
        TypeKind::List(inner) => list("list-of", [type_expr(inner)]),
        TypeKind::Choice(texts) => list("choice", texts.iter().map(text)),
        TypeKind::Record(all) => list("record", all.iter().map(field)),
        TypeKind::Paren(inner) => list("paren", [type_expr(inner)]),
    }
}

pub(super) fn field(field: &FieldDecl) -> Node {
    let doc = field.doc.as_ref().map(|doc| list("doc", [quoted(doc)]));
    let default = labelled("default", field.default.as_ref().map(expr));
    list("field", doc.into_iter().chain([name(&field.name), type_expr(&field.ty)]).chain(default))
}
