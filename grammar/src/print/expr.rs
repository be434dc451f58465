//! Expressions and patterns.

use super::Printer;
use super::doc::Op;
use super::list::Shape;
use crate::ast::{Arg, BinaryOp, Expr, ExprKind, Name, Pattern, PatternAlt, PatternKind, Span};

impl Printer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Text(_)
            | ExprKind::Number(_)
            | ExprKind::Duration(_)
            | ExprKind::Date(_)
            | ExprKind::Time(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Name(_)
            | ExprKind::Error => self.leaf(expr.span),
            ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Call { .. } => self.postfix(expr),
            ExprKind::List(items) => {
                let close = expr.span.end.saturating_sub(1);
                self.list(Shape::fit("[", "]"), close, items, |item| item.span, Self::expr);
            }
            ExprKind::Record(fields) => {
                let close = expr.span.end.saturating_sub(1);
                self.list(
                    Shape::fit("{", "}"),
                    close,
                    fields,
                    |field| field.0.span.to(field.1.span),
                    Self::record_field,
                );
            }
            ExprKind::Paren(inner) => self.enclosed("(", inner, ")", expr.span.end),
            ExprKind::Not(_) | ExprKind::Neg(_) => self.prefix(expr),
            ExprKind::Binary { op, .. } => self.chain(expr, level(*op)),
            ExprKind::In { negated, value, list } => {
                self.test(value, *negated, "in");
                self.expr(list);
            }
            ExprKind::InRange { negated, value, from, to } => {
                self.test(value, *negated, "in");
                self.range(from, to);
            }
            ExprKind::Contains { negated, value, what, range } => {
                self.test(value, *negated, "contains");
                self.expr(what);
                if let Some((from, to)) = range.as_deref() {
                    self.infix("in");
                    self.range(from, to);
                }
            }
            ExprKind::Matches { negated, value, regex } => {
                self.test(value, *negated, "matches");
                self.literal(regex);
            }
            ExprKind::IsSet { negated, value } => {
                self.expr(value);
                self.infix(if *negated { "is not" } else { "is" });
                self.text("set");
            }
        }
    }

    /// Prints `value [not] word `.
    fn test(&mut self, value: &Expr, negated: bool, word: &'static str) {
        self.expr(value);
        self.op(Op::Space);
        if negated {
            self.word("not");
        }
        self.word(word);
    }

    fn range(&mut self, from: &Expr, to: &Expr) {
        self.expr(from);
        self.text("..");
        self.expr(to);
    }

    fn record_field(&mut self, (key, value): &(Name, Expr)) {
        self.name(key);
        self.word(":");
        self.expr(value);
    }

    /// Prints an expression in brackets, the last of which ends at `end`.
    fn enclosed(&mut self, open: &'static str, inner: &Expr, close: &'static str, end: u32) {
        self.text(open);
        self.op(Op::Open);
        self.op(Op::In(2));
        self.op(Op::Soft);
        self.expr(inner);
        self.flush(end.saturating_sub(1));
        self.op(Op::Out);
        self.op(Op::Soft);
        self.op(Op::Close);
        self.text(close);
    }

    /// Prints `not` and `-` with what they stand before: a loop, since such a chain can be long.
    fn prefix(&mut self, expr: &Expr) {
        let mut expr = expr;
        while let ExprKind::Not(inner) | ExprKind::Neg(inner) = &expr.kind {
            self.flush(expr.span.start);
            if matches!(expr.kind, ExprKind::Not(_)) {
                self.word("not");
            } else {
                self.text("-");
            }
            expr = inner;
        }
        self.expr(expr);
    }

    /// Prints a name with its calls, fields and indices: a loop, since such a chain can be long.
    fn postfix(&mut self, expr: &Expr) {
        let mut chain = Vec::new();
        let mut base = expr;
        while let ExprKind::Field { base: inner, .. }
        | ExprKind::Index { base: inner, .. }
        | ExprKind::Call { callee: inner, .. } = &base.kind
        {
            chain.push(base);
            base = inner;
        }
        self.expr(base);
        let mut before = base.span.end;
        for link in chain.into_iter().rev() {
            if let ExprKind::Field { name, .. } = &link.kind {
                self.text(".");
                self.name(name);
            } else if let ExprKind::Index { index, .. } = &link.kind {
                self.enclosed("[", index, "]", link.span.end);
            } else if let ExprKind::Call { args, .. } = &link.kind {
                self.args(args, before);
            }
            before = link.span.end;
        }
    }

    /// Prints `(…)` after something that ends at `from`.
    pub(super) fn args(&mut self, args: &[Arg], from: u32) {
        let last = args.last().map_or(from, |arg| arg.span.end);
        let skip: &[u8] = if args.is_empty() { b"(" } else { b"," };
        let close = self.token_after(last, skip);
        if let [only] = args
            && matches!(only.value.kind, ExprKind::Text(_) | ExprKind::List(_) | ExprKind::Record(_))
        {
            // Breaking around it would win nothing.
            self.text("(");
            self.arg(only);
            self.flush(close);
            self.text(")");
        } else {
            self.list(Shape::fit("(", ")"), close, args, |arg| arg.span, Self::arg);
        }
    }

    /// The same where the parentheses may be left out.
    pub(super) fn optional_args(&mut self, args: &[Arg], from: u32) {
        if !args.is_empty() {
            self.args(args, from);
        }
    }

    fn arg(&mut self, arg: &Arg) {
        if let Some(name) = &arg.name {
            self.name(name);
            self.word(":");
        }
        self.expr(&arg.value);
    }

    /// Prints operators of one level as one group, each on a line of its own where they do not fit.
    fn chain(&mut self, expr: &Expr, of: u8) {
        let mut links = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary { op, op_span, left, right } = &first.kind
            && level(*op) == of
        {
            links.push((*op_span, right));
            first = left;
        }
        self.op(Op::Open);
        self.expr(first);
        self.op(Op::In(4));
        for (op, mut right) in links.into_iter().rev() {
            let mut op = op;
            // `??` groups to the right.
            while let ExprKind::Binary { op: next, op_span, left, right: rest } = &right.kind
                && level(*next) == of
            {
                self.operand(op, left);
                op = *op_span;
                right = rest;
            }
            self.operand(op, right);
        }
        self.op(Op::Out);
        self.op(Op::Close);
    }

    fn operand(&mut self, op: Span, right: &Expr) {
        self.trail(op.start);
        self.op(Op::Line);
        self.lead(op.start, op.start, false);
        self.word(self.slice(op));
        self.expr(right);
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
        self.alternatives(&pattern.alternatives, |one| one.span, Self::alternative);
    }

    fn alternative(&mut self, alternative: &PatternAlt) {
        if alternative.negated {
            self.word("not");
        }
        match &alternative.kind {
            PatternKind::Value(value) => self.expr(value),
            PatternKind::Range(from, to) => self.range(from, to),
            PatternKind::Contains { what, range } => {
                self.word("contains");
                self.expr(what);
                if let Some((from, to)) = range {
                    self.infix("in");
                    self.range(from, to);
                }
            }
            PatternKind::Length(length) => {
                self.word("length");
                self.expr(length);
            }
            PatternKind::LengthRange(from, to) => {
                self.word("length");
                self.range(from, to);
            }
            PatternKind::Matches(regex) => {
                self.word("matches");
                self.literal(regex);
            }
            PatternKind::Set => self.text("set"),
        }
    }
}

/// Operators that print as one chain share a level.
fn level(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => 3,
        BinaryOp::Coalesce => 4,
        BinaryOp::Add | BinaryOp::Sub => 5,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => 6,
    }
}
