//! The Condition step: `if`, and both forms of `when`, which become chains of `if`.

use super::Checker;
use super::known::Known;
use super::pattern::Test;
use crate::diagnostic::{Code, Diagnostic};
use crate::flow::falls_through;
use crate::ir::{Block, Expr, ExprKind, Stmt, StmtKind};
use crate::source::Place;
use crate::types::Ty;
use rust_decimal::Decimal;
use sbot_grammar::ast::{self, ArmTest, Else, PatternKind, Span};

/// The most arms of a `when`: each is a branch inside the one before.
const MOST_ARMS: usize = 1000;

impl Checker<'_> {
    pub(super) fn condition(&mut self, place: Place, branch: &ast::If) -> Stmt {
        let condition = self.expr_as(&branch.condition, &Ty::Bool, "a condition");
        let before = self.body.known.clone();
        let then = self.guarded(&before, self.proven(&condition, true), |this| this.branch(&branch.then));
        let otherwise =
            self.guarded(&before, self.proven(&condition, false), |this| match &branch.otherwise {
                None => Vec::new(),
                Some(Else::Body(body)) => this.branch(body),
                Some(Else::If { span, branch }) => {
                    let place = this.place(*span);
                    vec![this.condition(place, branch)]
                }
            });
        self.join(then, otherwise, place, condition)
    }

    /// Checks a branch in which something more is known; gives it with what is known at its end.
    fn guarded(
        &mut self,
        before: &[Known],
        proven: Vec<Known>,
        check: impl FnOnce(&mut Self) -> Block,
    ) -> (Block, Vec<Known>) {
        self.body.known = before.to_vec();
        self.body.known.extend(proven);
        let block = check(self);
        (block, std::mem::take(&mut self.body.known))
    }

    /// After an `if`, that is known which is known at the end of every branch that gets there.
    fn join(
        &mut self,
        then: (Block, Vec<Known>),
        otherwise: (Block, Vec<Known>),
        place: Place,
        condition: Expr,
    ) -> Stmt {
        let (then, after_then) = then;
        let (otherwise, after_otherwise) = otherwise;
        self.body.known = match (falls_through(&then), falls_through(&otherwise)) {
            (true, true) => after_then.into_iter().filter(|known| after_otherwise.contains(known)).collect(),
            (true, false) => after_then,
            (false, _) => after_otherwise,
        };
        Stmt { place, kind: StmtKind::If { condition, then, otherwise } }
    }

    pub(super) fn when(&mut self, place: Place, when: &ast::When, out: &mut Block) {
        if let Some(arm) = when.arms.get(MOST_ARMS) {
            let at = self.place(arm.span);
            self.report(
                Diagnostic::new(Code::E0110, at, format!("a `when` has at most {MOST_ARMS} arms"))
                    .help("ask `… in [\"a\", \"b\"]`, or split it into several steps"),
            );
            return;
        }
        self.same_arms(when);
        let subject = when.subject.as_ref().map(|subject| {
            let subject = self.expr(subject, None);
            self.subject(subject, out)
        });
        if let Some(stmt) = self.arms(place, &when.arms, subject.as_ref()) {
            out.push(stmt);
        }
    }

    /// The subject of a `when`, computed once. A plain field, variable or local is read where it is needed.
    fn subject(&mut self, subject: Expr, out: &mut Block) -> Expr {
        if matches!(
            subject.kind,
            ExprKind::Local(_) | ExprKind::Var(_) | ExprKind::Field(_) | ExprKind::Const(_)
        ) {
            return subject;
        }
        let (place, ty) = (subject.place, subject.ty.clone());
        let local = self.body.hidden("%when", ty.clone());
        Self::push(out, place, StmtKind::Local { local, value: subject });
        Expr { ty, place, kind: ExprKind::Local(local) }
    }

    fn arms(&mut self, place: Place, arms: &[ast::Arm], subject: Option<&Expr>) -> Option<Stmt> {
        let (arm, rest) = arms.split_first()?;
        let here = self.place(arm.span);
        let before = self.body.known.clone();
        match &arm.test {
            ArmTest::Error(_) => self.arms(place, rest, subject),
            ArmTest::Else(_) => {
                let body = self.branch(&arm.body);
                self.unreached(rest);
                Some(Stmt { place, kind: StmtKind::Block(body) })
            }
            ArmTest::Expr(test) => {
                let condition = self.expr_as(test, &Ty::Bool, "a condition");
                let then =
                    self.guarded(&before, self.proven(&condition, true), |this| this.branch(&arm.body));
                let otherwise = self.guarded(&before, self.proven(&condition, false), |this| {
                    this.arms(place, rest, subject).into_iter().collect()
                });
                Some(self.join(then, otherwise, place, condition))
            }
            ArmTest::Pattern { pattern, bind } => {
                let error = Self::error(here);
                let subject_expr = subject.unwrap_or(&error);
                let test = self.pattern(pattern, subject_expr);
                Some(self.pattern_arm(place, arm, bind.as_ref(), test, subject_expr, |this| {
                    this.arms(place, rest, subject).into_iter().collect()
                }))
            }
        }
    }

    /// Arms after `else` are never taken.
    fn unreached(&mut self, rest: &[ast::Arm]) {
        if let Some(arm) = rest.first() {
            let place = self.place(arm.span);
            self.report(
                Diagnostic::new(Code::W0602, place, "this arm is never reached")
                    .note("`else` before it takes everything")
                    .help("put `else` last"),
            );
        }
    }

    fn pattern_arm(
        &mut self,
        place: Place,
        arm: &ast::Arm,
        bind: Option<&ast::Name>,
        test: Test,
        subject: &Expr,
        rest: impl FnOnce(&mut Self) -> Block,
    ) -> Stmt {
        let ty = test.bind_ty(subject);
        let mut first = Vec::new();
        self.body.open();
        let (condition, given) = match (bind, test.found) {
            (Some(name), Some(found)) => {
                let hidden = self.body.hidden("%found", found.ty.clone());
                let read =
                    |ty: &Ty| Expr { ty: ty.clone(), place: found.place, kind: ExprKind::Local(hidden) };
                let set = Expr { ty: Ty::Bool, place, kind: ExprKind::IsSet(Box::new(read(&found.ty))) };
                let value = read(&ty);
                Self::push(&mut first, place, StmtKind::Local { local: hidden, value: found });
                (set, Some((name, value)))
            }
            (Some(name), None) => {
                let mut value = subject.clone();
                value.ty = ty.clone();
                (test.condition, Some((name, value)))
            }
            (None, _) => (test.condition, None),
        };
        let before = self.body.known.clone();
        let then = self.guarded(&before, self.proven(&condition, true), |this| {
            let mut block = Vec::new();
            if let Some((name, value)) = given {
                let local = this.bind_as(name, ty);
                Self::push(&mut block, place, StmtKind::Local { local, value });
            }
            block.extend(this.branch(&arm.body));
            block
        });
        self.body.close();
        let otherwise = self.guarded(&before, self.proven(&condition, false), rest);
        let stmt = self.join(then, otherwise, place, condition);
        if first.is_empty() {
            return stmt;
        }
        first.push(stmt);
        Stmt { place, kind: StmtKind::Block(first) }
    }

    /// E0409: fixed texts that two arms share, and number ranges that overlap.
    fn same_arms(&mut self, when: &ast::When) {
        let mut texts: Vec<(String, usize, Span)> = Vec::new();
        let mut values: Vec<(String, usize, Span)> = Vec::new();
        let mut ranges: Vec<(Decimal, Decimal, usize, Span)> = Vec::new();
        for (n, arm) in when.arms.iter().enumerate() {
            let ArmTest::Pattern { pattern, .. } = &arm.test else { continue };
            for alternative in pattern.alternatives.iter().filter(|alternative| !alternative.negated) {
                match &alternative.kind {
                    PatternKind::Value(ast::Expr { kind: ast::ExprKind::Text(text), span }) => {
                        if let Some(plain) = text.plain() {
                            let folded = sbot_vm::text::fold(plain).as_str().to_owned();
                            self.same_text(&mut texts, folded, n, *span, "arm");
                        }
                    }
                    PatternKind::Value(value) => {
                        if let Some(number) = fixed_number(value) {
                            self.overlap(&mut ranges, (number, number), n, value.span);
                        } else {
                            let written =
                                self.parsed.sources.get(self.unit().file).slice(value.span).to_owned();
                            self.same_text(&mut values, written, n, value.span, "arm");
                        }
                    }
                    PatternKind::Range(from, to) => {
                        if let (Some(from), Some(to)) = (fixed_number(from), fixed_number(to)) {
                            self.overlap(&mut ranges, (from, to), n, alternative.span);
                        }
                    }
                    PatternKind::Contains { .. }
                    | PatternKind::Length(_)
                    | PatternKind::LengthRange(..)
                    | PatternKind::Matches(_)
                    | PatternKind::Set => {}
                }
            }
        }
    }

    fn overlap(
        &mut self,
        ranges: &mut Vec<(Decimal, Decimal, usize, Span)>,
        (from, to): (Decimal, Decimal),
        arm: usize,
        span: Span,
    ) {
        let before = ranges
            .iter()
            .find(|(low, high, other, _)| *other != arm && from <= *high && to >= *low)
            .map(|range| range.3);
        if let Some(before) = before {
            let (place, before) = (self.place(span), self.place(before));
            self.report(
                Diagnostic::new(Code::E0409, place, "another arm takes some of these numbers")
                    .label(before, "the first one")
                    .help("both ends of a range belong to it; let the ranges not meet"),
            );
        } else {
            ranges.push((from, to, arm, span));
        }
    }
}

fn fixed_number(expr: &ast::Expr) -> Option<Decimal> {
    if let ast::ExprKind::Number(digits) = &expr.kind {
        Decimal::from_str_exact(digits).ok()
    } else if let ast::ExprKind::Neg(inner) = &expr.kind {
        fixed_number(inner).map(|number| -number)
    } else {
        None
    }
}
