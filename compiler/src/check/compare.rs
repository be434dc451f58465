//! Comparisons and tests: `==`, `<`, `in`, `contains`, `matches`, `is set`. With an absent side each is false.

use super::Checker;
use super::expr::sign;
use super::report::{a, unquoted};
use super::unknown::value_meant;
use crate::diagnostic::{Code, Diagnostic, Edit};
use crate::ir::{BinaryOp as Op, Expr, ExprKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, ExprKind as Ast, Text};
use sbot_vm::value::Value;

/// What `contains` can look for besides a text: the word, and the VM's built-in that finds or tests it.
/// A kind with a type binds the value it finds.
pub(super) const KINDS: &[(&str, &str, Option<Ty>)] = &[
    ("phone", "find_phone", Some(Ty::Phone)),
    ("email", "find_email", Some(Ty::Email)),
    ("number", "find_number", Some(Ty::Number)),
    ("letters", "has_letters", None),
    ("digits", "has_digits", None),
];

/// What `contains` can look for, by its word.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(word, _, _)| *word)
}

impl Checker<'_> {
    /// A call of a VM built-in.
    pub(super) fn builtin(place: Place, name: &str, ty: Ty, args: Vec<Expr>) -> Expr {
        match sbot_vm::builtin::builtin(name) {
            Some(builtin) => Expr { ty, place, kind: ExprKind::Builtin { number: builtin.number, args } },
            None => Self::error(place),
        }
    }

    fn bool(place: Place, kind: ExprKind) -> Expr {
        Expr { ty: Ty::Bool, place, kind }
    }

    /// `not test`, and false as well where `subject` is absent.
    pub(super) fn negate(place: Place, negated: bool, subject: &Expr, test: Expr) -> Expr {
        if !negated {
            return test;
        }
        let not = Self::bool(place, ExprKind::Not(Box::new(test)));
        if !subject.ty.is_optional() {
            return not;
        }
        let set = Self::bool(place, ExprKind::IsSet(Box::new(subject.clone())));
        Self::bool(place, ExprKind::And(Box::new(set), Box::new(not)))
    }

    pub(super) fn compare(
        &mut self,
        place: Place,
        op: Op,
        op_place: Place,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Expr {
        if let Some(error) = self.compared_with_nothing(place, op, left, right) {
            return error;
        }
        let left = self.expr(left, None);
        let hint = matches!(left.ty.present(), Ty::Choice(_)).then(|| left.ty.clone());
        let right = self.expr(right, hint.as_ref());
        self.choices(&left, &right);
        let ordered = !matches!(op, Op::Eq | Op::Ne);
        if !comparable(left.ty.present(), right.ty.present(), ordered) {
            let (l, r) = (a(&left.ty), a(&right.ty));
            let what = if ordered && left.ty.present() == right.ty.present() {
                "have no order"
            } else {
                "cannot be compared"
            };
            let diagnostic =
                Diagnostic::new(Code::E0301, op_place, format!("{l} and {r} {what} with `{}`", sign(op)))
                    .label(left.place, format!("this is {l}"))
                    .label(right.place, format!("this is {r}"));
            self.report(self.help_to_compare(diagnostic, &left, &right));
            return Self::error(place);
        }
        Self::bool(place, ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) })
    }

    /// What to write for two values that cannot be compared.
    fn help_to_compare(&self, diagnostic: Diagnostic, left: &Expr, right: &Expr) -> Diagnostic {
        for (number, text) in [(left, right), (right, left)] {
            let written = self.parsed.sources.get(text.place.file).slice(text.place.span);
            if number.ty.present().is_numeric()
                && let Some(meant) = unquoted(&Ty::Number, written)
            {
                let help = format!("write the number without quotes: `{meant}`");
                return diagnostic.help(help).fix(text.place.span, meant);
            }
        }
        if [left, right].into_iter().any(|side| *side.ty.present() == Ty::Json) {
            return diagnostic.help(
                "read a value out of the json first, with `text(…)`, `int(…)`, `number(…)` or `bool(…)`",
            );
        }
        if left.ty.present().is_numeric() || right.ty.present().is_numeric() {
            return diagnostic.help("`number(…)` turns a text into a number, which is absent if it is none");
        }
        diagnostic.help("compare values of the same type")
    }

    /// `x == none`, and the same with what other languages call it.
    fn compared_with_nothing(
        &mut self,
        place: Place,
        op: Op,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Option<Expr> {
        let nothing = |expr: &ast::Expr| {
            let Ast::Name(name) = &expr.kind else { return matches!(expr.kind, Ast::None) };
            self.body.find(&name.text).is_none()
                && self.meaning(&name.text).is_none()
                && value_meant(&name.text) == Some("none")
        };
        let (none, other) = match (nothing(left), nothing(right)) {
            (_, true) => (right, left),
            (true, false) => (left, right),
            (false, false) => return None,
        };
        let written = |expr: &ast::Expr| self.parsed.sources.get(place.file).slice(expr.span).to_owned();
        let text = if matches!(none.kind, Ast::None) {
            "a comparison with `none` is always false".to_owned()
        } else {
            format!("there is no `{}`: a value is there or it is absent", written(none))
        };
        let code = if matches!(none.kind, Ast::None) { Code::E0301 } else { Code::E0202 };
        let is = if op == Op::Ne { "is set" } else { "is not set" };
        let meant = format!("{} {is}", written(other));
        let at = if code == Code::E0301 { place } else { self.place(none.span) };
        let diagnostic = Diagnostic::new(code, at, text).help(format!("write `{meant}`"));
        // What `<` was to say about nothing is not clear.
        let clear = matches!(op, Op::Eq | Op::Ne);
        self.report(diagnostic.change(vec![Edit::new(place.span, meant)], clear));
        Some(Self::error(place))
    }

    /// A fixed text that is compared with a choice has to be one of its texts.
    fn choices(&mut self, left: &Expr, right: &Expr) {
        for (choice, other) in [(left, right), (right, left)] {
            if let (Ty::Choice(texts), Ty::Text, ExprKind::Const(Value::Text(text))) =
                (choice.ty.present(), &other.ty, &other.kind)
                && !texts.iter().any(|known| **known == **text)
            {
                let (texts, text) = (texts.clone(), text.clone());
                self.not_a_choice(other, &text, &texts);
            }
        }
    }

    pub(super) fn is_in(&mut self, place: Place, negated: bool, value: &ast::Expr, list: &ast::Expr) -> Expr {
        let value = self.expr(value, None);
        let want = value.ty.present().clone().list();
        let hint = matches!(value.ty.present(), Ty::Choice(_)).then_some(&want);
        let list = self.expr(list, hint);
        if let Ty::List(item) = list.ty.present() {
            if !comparable(value.ty.present(), item.present(), false) {
                let text = format!("this list holds `{item}` values, and this is {}", a(&value.ty));
                self.report(
                    Diagnostic::new(Code::E0301, value.place, text).help("compare values of the same type"),
                );
                return Self::error(place);
            }
        } else {
            if list.ty != Ty::Error {
                let text = format!("`in` needs a list or a range, but this is {}", a(&list.ty));
                let help = "write a list `[…]` or a range `18..99`; for a part of a text, `contains`";
                self.report(Diagnostic::new(Code::E0301, list.place, text).help(help));
            }
            return Self::error(place);
        }
        let subject = value.clone();
        let test = Self::bool(place, ExprKind::In { value: Box::new(value), list: Box::new(list) });
        Self::negate(place, negated, &subject, test)
    }

    pub(super) fn in_range(
        &mut self,
        place: Place,
        negated: bool,
        value: &ast::Expr,
        ends: (&ast::Expr, &ast::Expr),
    ) -> Expr {
        let value = self.expr(value, None);
        let test = self.range_test(place, &value, ends);
        Self::negate(place, negated, &value, test)
    }

    /// `value` lies in the inclusive range.
    pub(super) fn range_test(&mut self, place: Place, value: &Expr, ends: (&ast::Expr, &ast::Expr)) -> Expr {
        let from = self.expr(ends.0, None);
        let to = self.expr(ends.1, None);
        for end in [&from, &to] {
            if end.ty.is_optional() {
                let (place, ty) = (end.place, end.ty.clone());
                self.absent(place, "a range", &ty);
                return Self::error(place);
            }
            if !comparable(value.ty.present(), end.ty.present(), true) {
                let text = format!("a range of {} cannot hold {}", a(&end.ty), a(&value.ty));
                let help = "`contains number in a..b` looks for a number in a text";
                let diagnostic = Diagnostic::new(Code::E0301, end.place, text)
                    .label(value.place, format!("this is {}", a(&value.ty)));
                self.report(if value.ty.present().is_text() {
                    diagnostic.help(help)
                } else {
                    diagnostic.help("use ends of the same type")
                });
                return Self::error(place);
            }
        }
        Self::builtin(place, "in_range", Ty::Bool, vec![value.clone(), from, to])
    }

    /// The text side of `contains` and `matches`.
    pub(super) fn text_side(&mut self, place: Place, value: &Expr, word: &str) {
        if !value.ty.present().is_text() {
            let ty = value.ty.clone();
            let text = format!("`{word}` looks into a text, but this is {}", a(&ty));
            let help = if matches!(ty.present(), Ty::List(_)) {
                "for a list, write `value in list`"
            } else {
                "write the value into a text: \"{…}\""
            };
            self.report(Diagnostic::new(Code::E0301, place, text).help(help));
        }
    }

    pub(super) fn contains(
        &mut self,
        place: Place,
        negated: bool,
        value: &ast::Expr,
        what: &ast::Expr,
        range: Option<&(ast::Expr, ast::Expr)>,
    ) -> Expr {
        let value = self.expr(value, None);
        self.text_side(value.place, &value, "contains");
        let (test, _) = self.contains_test(place, &value, what, range.map(|range| (&range.0, &range.1)));
        Self::negate(place, negated, &value, test)
    }

    /// The test, and for kinds that find something the found value (an optional).
    pub(super) fn contains_test(
        &mut self,
        place: Place,
        value: &Expr,
        what: &ast::Expr,
        range: Option<(&ast::Expr, &ast::Expr)>,
    ) -> (Expr, Option<Expr>) {
        let kind = if let Ast::Name(name) = &what.kind {
            KINDS.iter().find(|(word, _, _)| *word == name.text)
        } else {
            None
        };
        if let Some((from, to)) = range {
            if kind.is_none_or(|(word, _, _)| *word != "number") {
                let at = self.place(what.span);
                self.report(
                    Diagnostic::new(Code::E0301, at, "only `contains number` can be followed by a range")
                        .help("write `contains number in 1..10`"),
                );
                return (Self::error(place), None);
            }
            let from = self.expr_as(from, &Ty::Number, "the range of a number");
            let to = self.expr_as(to, &Ty::Number, "the range of a number");
            self.region_for(kind, place);
            let found =
                Self::builtin(place, "find_number_in", Ty::Number.optional(), vec![value.clone(), from, to]);
            return (Self::bool(place, ExprKind::IsSet(Box::new(found.clone()))), Some(found));
        }
        match kind {
            Some((_, builtin, Some(ty))) => {
                self.region_for(kind, place);
                let found = Self::builtin(place, builtin, ty.clone().optional(), vec![value.clone()]);
                (Self::bool(place, ExprKind::IsSet(Box::new(found.clone()))), Some(found))
            }
            Some((_, builtin, None)) => (Self::builtin(place, builtin, Ty::Bool, vec![value.clone()]), None),
            None => {
                let what = self.expr_as(what, &Ty::Text, "`contains`");
                (Self::builtin(place, "contains_words", Ty::Bool, vec![value.clone(), what]), None)
            }
        }
    }

    /// E0208: phone numbers are read in the account's region.
    fn region_for(&mut self, kind: Option<&(&str, &str, Option<Ty>)>, place: Place) {
        if kind.is_some_and(|(word, _, _)| *word == "phone") {
            self.need_region(place);
        }
    }

    pub(super) fn matches(&mut self, place: Place, negated: bool, value: &ast::Expr, regex: &Text) -> Expr {
        let value = self.expr(value, None);
        self.text_side(value.place, &value, "matches");
        let test = self.matches_test(place, &value, regex);
        Self::negate(place, negated, &value, test)
    }

    pub(super) fn matches_test(&mut self, place: Place, value: &Expr, regex: &Text) -> Expr {
        let at = self.place(regex.span);
        let Some(pattern) = regex.plain() else { return Self::error(place) };
        if let Err(why) = sbot_vm::compile_regex(pattern) {
            let written = self.parsed.sources.get(at.file).slice(at.span);
            let diagnostic = super::regex::refused(at, written, &why.to_string());
            self.report(diagnostic);
            return Self::error(place);
        }
        Self::bool(place, ExprKind::Matches { value: Box::new(value.clone()), regex: pattern.into() })
    }

    pub(super) fn is_set(&mut self, place: Place, negated: bool, value: &ast::Expr) -> Expr {
        let value = self.expr(value, None);
        let test = Self::bool(place, ExprKind::IsSet(Box::new(value)));
        if negated { Self::bool(place, ExprKind::Not(Box::new(test))) } else { test }
    }
}

/// Whether values of two present types can be compared.
pub(super) fn comparable(left: &Ty, right: &Ty, ordered: bool) -> bool {
    match (left, right) {
        (Ty::Error, _) | (_, Ty::Error) => true,
        (l, r) if l.is_numeric() && r.is_numeric() => true,
        (l, r) if l.is_text() && r.is_text() => true,
        (Ty::Date, Ty::Date)
        | (Ty::Time, Ty::Time)
        | (Ty::DateTime, Ty::DateTime)
        | (Ty::Duration, Ty::Duration) => true,
        _ if ordered => false,
        (Ty::Bool, Ty::Bool) | (Ty::File, Ty::File) => true,
        (Ty::List(l), Ty::List(r)) => comparable(l.present(), r.present(), false),
        (l @ (Ty::Symbol(_) | Ty::Recipient), r @ (Ty::Symbol(_) | Ty::Recipient)) => {
            l.widens_to(r) || r.widens_to(l)
        }
        _ => false,
    }
}
