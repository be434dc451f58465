//! Names of what is small: patterns, operators, answers, and what an expression names.

use sbot_grammar::ast::{AssignOp, Expr, ExprKind, Path, PatternAlt, PatternKind};

/// `answer ACTION.EXIT(…)`; a result has no exit, and an action of a widget has one name more.
pub(crate) fn answer(path: &Path) -> &'static str {
    match path.names.last().map(|name| name.text.as_str()) {
        Some("failed") => "answer ACTION.failed()",
        _ if path.names.len() == 1 => "answer ACTION(VALUE)",
        _ => "answer ACTION.EXIT(…)",
    }
}

pub(crate) fn pattern_name(alternative: &PatternAlt) -> &'static str {
    match &alternative.kind {
        PatternKind::Value(_) => "VALUE",
        PatternKind::Range(..) => "A..B",
        PatternKind::Contains { range: Some(_), .. } => "contains number in A..B",
        PatternKind::Contains { what, range: None } => match path(what).as_str() {
            "phone" => "contains phone",
            "email" => "contains email",
            "number" => "contains number",
            "letters" => "contains letters",
            "digits" => "contains digits",
            _ => "contains TEXT",
        },
        PatternKind::Length(_) => "length N",
        PatternKind::LengthRange(..) => "length A..B",
        PatternKind::Matches(_) => "matches REGEX",
        PatternKind::Set => "set",
    }
}

pub(crate) fn operator(op: AssignOp) -> &'static str {
    match op {
        AssignOp::Set => "=",
        AssignOp::Add => "+=",
        AssignOp::Sub => "-=",
    }
}

/// `a.b` of an expression that is nothing but names; empty for others.
pub(crate) fn path(expr: &Expr) -> String {
    if let ExprKind::Name(name) = &expr.kind {
        return name.text.to_string();
    }
    if let ExprKind::Field { base, name } = &expr.kind {
        let base = path(base);
        if !base.is_empty() {
            return format!("{base}.{}", name.text);
        }
    }
    String::new()
}

/// The names of what is called.
pub(crate) fn callee(expr: &Expr) -> Option<Vec<&str>> {
    let ExprKind::Call { callee, .. } = &expr.kind else { return None };
    if let ExprKind::Name(name) = &callee.kind {
        return Some(vec![name.text.as_str()]);
    }
    let ExprKind::Field { base, name } = &callee.kind else { return None };
    let ExprKind::Name(base) = &base.kind else { return None };
    Some(vec![base.text.as_str(), name.text.as_str()])
}
