//! Patterns of `validate`, `when` and triggers: each becomes a condition on the subject, and perhaps a found value.

use super::Checker;
use super::compare::{KINDS, comparable};
use super::report::a;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, ExprKind as Ast, Pattern, PatternAlt, PatternKind};
use sbot_vm::value::Value;

/// What a pattern becomes.
pub(super) struct Test {
    /// True where the subject matches.
    pub condition: Expr,
    /// The value that every alternative finds, of one type; an optional that is present exactly where it matches.
    pub found: Option<Expr>,
    /// An absent subject matches too: `not set` is among the alternatives.
    absent: bool,
}

impl Test {
    /// The type of an `as` name.
    pub(super) fn bind_ty(&self, subject: &Expr) -> Ty {
        match &self.found {
            Some(found) => found.ty.present().clone(),
            None if self.absent => subject.ty.clone(),
            None => subject.ty.present().clone(),
        }
    }
}

impl Checker<'_> {
    pub(super) fn pattern(&mut self, pattern: &Pattern, subject: &Expr) -> Test {
        let place = self.place(pattern.span);
        let mut tests = Vec::new();
        for alternative in &pattern.alternatives {
            tests.push(self.alternative(alternative, subject));
        }
        let one_type = tests.iter().all(|test| {
            test.found.is_some()
                && test.found.as_ref().map(|found| &found.ty)
                    == tests.first().and_then(|test| test.found.as_ref()).map(|found| &found.ty)
        });
        let mut tests = tests.into_iter();
        let Some(mut all) = tests.next() else {
            return Test { condition: Self::error(place), found: None, absent: false };
        };
        for test in tests {
            let kind = ExprKind::Or(Box::new(all.condition), Box::new(test.condition));
            all.absent |= test.absent;
            all.condition = Expr { ty: Ty::Bool, place, kind };
            all.found = match (all.found, test.found) {
                (Some(left), Some(right)) => {
                    let ty = left.ty.clone();
                    Some(Expr { ty, place, kind: ExprKind::Coalesce(Box::new(left), Box::new(right)) })
                }
                _ => None,
            };
        }
        if !one_type {
            all.found = None;
        }
        all
    }

    fn alternative(&mut self, alternative: &PatternAlt, subject: &Expr) -> Test {
        let place = self.place(alternative.span);
        let mut found = None;
        let test = match &alternative.kind {
            PatternKind::Value(value) => self.value_pattern(place, value, subject),
            PatternKind::Range(from, to) => self.range_test(place, subject, (from, to)),
            PatternKind::Contains { what, range } => {
                self.text_side(place, subject, "contains");
                let (test, value) =
                    self.contains_test(place, subject, what, range.as_ref().map(|(from, to)| (from, to)));
                found = value;
                test
            }
            PatternKind::Length(length) => {
                self.text_side(place, subject, "length");
                let length = self.length(length);
                Self::builtin(place, "length_is", Ty::Bool, vec![subject.clone(), length])
            }
            PatternKind::LengthRange(from, to) => {
                self.text_side(place, subject, "length");
                let (from, to) = (self.length(from), self.length(to));
                Self::builtin(place, "length_in", Ty::Bool, vec![subject.clone(), from, to])
            }
            PatternKind::Matches(regex) => {
                self.text_side(place, subject, "matches");
                self.matches_test(place, subject, regex)
            }
            PatternKind::Set => {
                Expr { ty: Ty::Bool, place, kind: ExprKind::IsSet(Box::new(subject.clone())) }
            }
        };
        if alternative.negated {
            let by_absence = matches!(alternative.kind, PatternKind::Set);
            let condition = if by_absence {
                Expr { ty: Ty::Bool, place, kind: ExprKind::Not(Box::new(test)) }
            } else {
                Self::negate(place, true, subject, test)
            };
            return Test { condition, found: None, absent: by_absence };
        }
        Test { condition: test, found, absent: false }
    }

    fn length(&mut self, length: &ast::Expr) -> Expr {
        let length = self.expr_as(length, &Ty::Int, "a length");
        if let ExprKind::Const(Value::Int(n)) = length.kind
            && n < 0
        {
            self.report(
                Diagnostic::new(Code::E0301, length.place, "a length cannot be negative")
                    .help("count from 0"),
            );
        }
        length
    }

    /// A literal or symbol: texts are compared folded, everything else by value.
    fn value_pattern(&mut self, place: Place, value: &ast::Expr, subject: &Expr) -> Expr {
        if let Ast::Name(name) = &value.kind
            && KINDS.iter().any(|(word, _, _)| *word == name.text)
            && self.body.find(&name.text).is_none()
        {
            self.report(
                Diagnostic::new(Code::E0202, place, format!("there is no value `{}`", name.text))
                    .help(format!("to look for one in the text, write `contains {}`", name.text))
                    .fix(value.span, format!("contains {}", name.text)),
            );
            return Self::error(place);
        }
        let hint = matches!(subject.ty.present(), Ty::Choice(_)).then(|| subject.ty.clone());
        let value = self.expr(value, hint.as_ref());
        if let (Ty::Choice(texts), Ty::Text, ExprKind::Const(Value::Text(text))) =
            (subject.ty.present(), &value.ty, &value.kind)
            && !texts.iter().any(|known| **known == **text)
        {
            let (texts, text) = (texts.clone(), text.clone());
            self.not_a_choice(&value, &text, &texts);
            return Self::error(place);
        }
        if value.ty == Ty::None {
            self.report(
                Diagnostic::new(Code::E0301, place, "nothing is equal to `none`").help("write `not set`"),
            );
            return Self::error(place);
        }
        if !comparable(subject.ty.present(), value.ty.present(), false) {
            let text = format!("{} never equals {}", a(&subject.ty), a(&value.ty));
            self.report(
                Diagnostic::new(Code::E0301, place, text).help("compare with a value of the same type"),
            );
            return Self::error(place);
        }
        if subject.ty.present().is_text() && subject.ty != Ty::Error {
            return Self::builtin(place, "fold_eq", Ty::Bool, vec![subject.clone(), value]);
        }
        let kind = ExprKind::Binary {
            op: crate::ir::BinaryOp::Eq,
            left: Box::new(subject.clone()),
            right: Box::new(value),
        };
        Expr { ty: Ty::Bool, place, kind }
    }
}
