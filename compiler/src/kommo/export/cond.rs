//! Conditions as the questions that Salesbot can ask: comparisons of placeholders, and validations of the client's last
//! message.

use super::Exporter;
use super::eval::{Halt, Known};
use super::finding::{Finding, Severity};
use super::ids::plain;
use super::state::State;
use super::sym::{Atom, Cond, Hole, Right, Source, Sym};
use crate::ir::{BinaryOp, Expr, ExprKind};
use crate::source::Place;
use sbot_vm::builtin;
use sbot_vm::value::Value;

/// No number of a CRM is further from 0. Salesbot has ranges and no comparison.
const FAR: &str = "999999999999";

impl<'a> Exporter<'a> {
    /// The answer to a condition, or the question that comes first.
    pub(super) fn decide(&mut self, cond: &Cond, state: &State<'a>) -> Known<bool> {
        match cond.value(&state.answers) {
            Some(value) => Ok(value),
            None => cond.ask(&state.answers).map_or(Err(Halt::Reported), |test| Err(Halt::Ask(test))),
        }
    }

    /// A condition as questions.
    pub(super) fn cond(&mut self, expr: &Expr, state: &State<'a>) -> Known<Cond> {
        if let Some(Value::Bool(value)) = self.closed(expr, state) {
            return Ok(Cond::Known(value));
        }
        let place = expr.place;
        match &expr.kind {
            ExprKind::Not(inner) => Ok(self.cond(inner, state)?.negated()),
            ExprKind::And(left, right) => {
                let left = self.cond(left, state)?;
                if left.value(&state.answers) == Some(false) {
                    return Ok(Cond::Known(false));
                }
                let right = self.cond(right, state)?;
                Ok(Cond::All(joined(left, right, true)))
            }
            ExprKind::Or(left, right) => {
                let left = self.cond(left, state)?;
                if left.value(&state.answers) == Some(true) {
                    return Ok(Cond::Known(true));
                }
                let right = self.cond(right, state)?;
                Ok(Cond::Any(joined(left, right, false)))
            }
            ExprKind::IsSet(inner) => self.set_cond(inner, state),
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.eval(left, state)?, self.eval(right, state)?);
                self.compare(*op, &left, &right, place)
            }
            ExprKind::In { value, list } => {
                let (value, list) = (self.eval(value, state)?, self.eval(list, state)?);
                self.within(&value, &list, place)
            }
            ExprKind::Matches { value, regex } => {
                let value = self.eval(value, state)?;
                let Some(hole) = message(&value) else { return Err(self.only_messages(place)) };
                self.report.once(Finding::new(
                    Severity::Note,
                    place,
                    "Salesbot's regular expressions are those of PHP",
                    "they agree with ours but for rare signs, such as `&&` in classes",
                ));
                Ok(validation(hole, "regex", "contains", &format!("/{}/u", slashed(regex))))
            }
            ExprKind::Builtin { number, args } => self.builtin_cond(*number, args, expr, state),
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Var(_)
            | ExprKind::Field(_)
            | ExprKind::Neg(_)
            | ExprKind::Coalesce(..)
            | ExprKind::Concat(_)
            | ExprKind::List(_)
            | ExprKind::Record { .. }
            | ExprKind::Get { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::Localized { .. } => match self.eval(expr, state)? {
                Sym::Known(value) => Ok(Cond::Known(value == Value::Bool(true))),
                Sym::Hole(hole) => Ok(equals(&hole, "true")),
                Sym::Text(_) | Sym::Sum(_) | Sym::Folded { .. } | Sym::List(_) | Sym::Lost(_) => {
                    Err(self.unable(place))
                }
            },
        }
    }

    fn unable(&self, place: Place) -> Halt {
        Halt::cannot(Finding::error(
            place,
            format!("Salesbot cannot ask whether `{}`", self.written(place)),
            "compare one field with a text or a number, or test the client's last message",
        ))
    }

    fn only_messages(&self, place: Place) -> Halt {
        Halt::cannot(Finding::error(
            place,
            format!(
                "Salesbot tests like this only what the client wrote last, and not `{}`",
                self.written(place)
            ),
            "compare a field with `==`, or test `client.text`",
        ))
    }

    fn set_cond(&mut self, inner: &Expr, state: &State<'a>) -> Known<Cond> {
        if let ExprKind::Coalesce(first, second) = &inner.kind {
            let (first, second) = (self.set_cond(first, state)?, self.set_cond(second, state)?);
            return Ok(Cond::Any(joined(first, second, false)));
        }
        if let ExprKind::Builtin { number, args } = &inner.kind {
            let name = builtin::numbered(*number).map_or("", |row| row.name);
            if let (true, Some(text)) = (name.starts_with("find_"), args.first()) {
                let value = self.eval(text, state)?;
                if value.known().is_none() {
                    return self.found(name, &value, args, state, inner.place);
                }
            }
        }
        let value = self.eval(inner, state)?;
        self.is_set(&value, inner.place)
    }

    /// Whether a value is there.
    pub(super) fn is_set(&mut self, value: &Sym, place: Place) -> Known<Cond> {
        Ok(match value {
            Sym::Known(value) => Cond::Known(*value != Value::None),
            Sym::Hole(hole) if !hole.optional => Cond::Known(true),
            Sym::Hole(hole) if hole.from == Source::Message => {
                validation(hole, "regex", "contains", r"/\S/u")
            }
            Sym::Hole(hole) => {
                self.report.once(Finding::new(
                    Severity::Warning,
                    place,
                    "Kommo does not publish what a placeholder of an empty field becomes",
                    "the file takes it for an empty text: try this question in your account",
                ));
                equals(hole, "").negated()
            }
            Sym::Text(_) | Sym::Sum(_) | Sym::Folded { .. } | Sym::List(_) | Sym::Lost(_) => {
                Cond::Known(true)
            }
        })
    }

    /// Whether the client's message contains a phone number and the like.
    pub(super) fn found(
        &mut self,
        name: &str,
        value: &Sym,
        args: &[Expr],
        state: &State<'a>,
        place: Place,
    ) -> Known<Cond> {
        let Some(hole) = message(value) else { return Err(self.only_messages(place)) };
        let told = |what: &str| {
            Finding::new(
                Severity::Warning,
                place,
                format!("Kommo finds {what} by rules of its own, which are not published"),
                "try some in your account; what was found is written as the client wrote it",
            )
        };
        Ok(match name {
            "find_phone" => {
                self.report.once(told("phone numbers"));
                validation(hole, "phone", "contains", "")
            }
            "find_email" => {
                self.report.once(told("e-mail addresses"));
                validation(hole, "email", "contains", "")
            }
            "find_number" => {
                self.report.once(told("numbers"));
                validation(hole, "regex", "contains", r"/-?\d+(?:[.,]\d+)*/u")
            }
            _ => {
                let (Some(from), Some(to)) = (args.get(1), args.get(2)) else {
                    return Err(self.unable(place));
                };
                let (from, to) = (self.eval(from, state)?, self.eval(to, state)?);
                self.report.once(told("numbers in a range"));
                Cond::Atom(Atom {
                    left: "{{message_text}}".to_owned(),
                    kind: Some("range_numbers"),
                    operation: "contains",
                    right: Right::Range(self.shown(&from, place)?, self.shown(&to, place)?),
                })
            }
        })
    }

    fn builtin_cond(&mut self, number: u16, args: &[Expr], expr: &Expr, state: &State<'a>) -> Known<Cond> {
        let place = expr.place;
        let name = builtin::numbered(number).map_or("", |row| row.name);
        let values = args.iter().map(|arg| self.eval(arg, state)).collect::<Known<Vec<Sym>>>()?;
        let Some((value, rest)) = values.split_first() else { return Err(self.unable(place)) };
        let known = |at: usize| rest.get(at).and_then(Sym::known).cloned();
        let text = |value: Option<Value>| match value {
            Some(Value::Text(text)) => Some(text.to_string()),
            _ => None,
        };
        let int = |value: Option<Value>| match value {
            Some(Value::Int(int)) => Some(int),
            _ => None,
        };
        let hole = message(value);
        match (name, hole) {
            ("fold_eq", Some(hole)) => {
                let Some(text) = text(known(0)) else { return Err(self.unable(place)) };
                Ok(validation(hole, "regex", "contains", &whole(&text, true, true)))
            }
            ("fold_eq", None) => match rest.first() {
                Some(right) => self.compare(BinaryOp::Eq, value, right, place),
                None => Err(self.unable(place)),
            },
            ("contains_words", Some(hole)) => {
                let Some(text) = text(known(0)) else { return Err(self.unable(place)) };
                let regex = format!(r"/(?<![\p{{L}}\p{{N}}_]){}(?![\p{{L}}\p{{N}}_])/iu", spaced(&text));
                Ok(validation(hole, "regex", "contains", &regex))
            }
            ("has_letters", Some(hole)) => Ok(validation(hole, "regex", "contains", r"/\p{L}/u")),
            ("has_digits", Some(hole)) => Ok(validation(hole, "regex", "contains", r"/\p{Nd}/u")),
            ("length_is", Some(hole)) => match int(known(0)) {
                Some(length) => Ok(validation(hole, "regex", "contains", &format!(r"/^\X{{{length}}}$/u"))),
                None => Err(self.unable(place)),
            },
            ("length_in", Some(hole)) => match (int(known(0)), int(known(1))) {
                (Some(from), Some(to)) => {
                    Ok(validation(hole, "regex", "contains", &format!(r"/^\X{{{from},{to}}}$/u")))
                }
                _ => Err(self.unable(place)),
            },
            ("in_range", _) => match rest {
                [from, to] => {
                    let low = self.compare(BinaryOp::Ge, value, from, place)?;
                    let high = self.compare(BinaryOp::Le, value, to, place)?;
                    self.between(value, (from, to), place).unwrap_or(Ok(Cond::All(joined(low, high, true))))
                }
                _ => Err(self.unable(place)),
            },
            ("contains_words" | "has_letters" | "has_digits" | "length_is" | "length_in", None) => {
                Err(self.only_messages(place))
            }
            _ => Err(self.unable(place)),
        }
    }

    /// `x in 18..99`: both ends count, which Kommo does not say of its ranges.
    fn between(&mut self, value: &Sym, (from, to): (&Sym, &Sym), place: Place) -> Option<Known<Cond>> {
        let Sym::Hole(hole) = value else { return None };
        let (from, to) = (from.known()?.clone(), to.known()?.clone());
        if !hole.number {
            return None;
        }
        let from = self.constants.text(&from, place)?;
        let to = self.constants.text(&to, place)?;
        Some(Ok(Cond::Any(vec![equals(hole, &from), equals(hole, &to), range(hole, &from, &to)])))
    }

    fn within(&mut self, value: &Sym, list: &Sym, place: Place) -> Known<Cond> {
        let items: Vec<Sym> = match list {
            Sym::Known(Value::List(items)) => items.iter().cloned().map(Sym::Known).collect(),
            Sym::List(items) => items.clone(),
            Sym::Known(_) | Sym::Hole(_) | Sym::Text(_) | Sym::Sum(_) | Sym::Folded { .. } | Sym::Lost(_) => {
                return Err(self.unable(place));
            }
        };
        let mut any = Vec::new();
        for item in &items {
            any.push(self.compare(BinaryOp::Eq, value, item, place)?);
        }
        Ok(if any.is_empty() { Cond::Known(false) } else { Cond::Any(any) })
    }

    /// A comparison. One side is known, or both are.
    fn compare(&mut self, op: BinaryOp, left: &Sym, right: &Sym, place: Place) -> Known<Cond> {
        let (value, other, op) = match (left, right) {
            (Sym::Known(_), Sym::Known(_)) => return self.both_known(op, left, right, place),
            (Sym::Known(other), value) => (value, other, turned(op)),
            (value, Sym::Known(other)) => (value, other, op),
            _ => return Err(self.unable(place)),
        };
        if *other == Value::None {
            return Ok(Cond::Known(false));
        }
        let (hole, trimmed, folded) = match value {
            Sym::Hole(hole) => (hole.clone(), false, false),
            Sym::Folded { hole, trimmed, lowered } => (hole.clone(), *trimmed, *lowered),
            Sym::Known(_) | Sym::Text(_) | Sym::Sum(_) | Sym::List(_) | Sym::Lost(_) => {
                return Err(self.unable(place));
            }
        };
        let equal = if let Value::Symbol(symbol) = other {
            let id = self.symbol_id(*symbol, place)?;
            let Some(left) = &hole.id else { return Err(self.unable(place)) };
            let named = Hole { text: Some(left.clone()), ..hole.clone() };
            equals(&named, &plain(&id))
        } else {
            let Some(text) = self.constants.text(other, place) else { return Err(self.unable(place)) };
            if hole.from == Source::Message {
                validation(&hole, "regex", "contains", &whole(&text, trimmed, folded))
            } else {
                if hole.text.is_none() {
                    return Err(self.unable(place));
                }
                self.case_of_letters(&text, place);
                equals(&hole, &text)
            }
        };
        let text = self.constants.text(other, place).unwrap_or_default();
        let low = || range(&hole, &format!("-{FAR}"), &text);
        let high = || range(&hole, &text, FAR);
        // Whether the ends of a range belong to it is not published, so they are asked for beside it.
        Ok(match op {
            BinaryOp::Eq => equal,
            BinaryOp::Ne if hole.optional => {
                let set = self.is_set(&Sym::Hole(hole), place)?;
                Cond::All(joined(set, equal.negated(), true))
            }
            BinaryOp::Ne => equal.negated(),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge if !hole.number => {
                return Err(self.unable(place));
            }
            BinaryOp::Lt => Cond::All(vec![equal.negated(), low()]),
            BinaryOp::Le => Cond::Any(vec![equal, low()]),
            BinaryOp::Gt => Cond::All(vec![equal.negated(), high()]),
            BinaryOp::Ge => Cond::Any(vec![equal, high()]),
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => {
                return Err(self.unable(place));
            }
        })
    }

    fn both_known(&mut self, op: BinaryOp, left: &Sym, right: &Sym, place: Place) -> Known<Cond> {
        let side = |value: &Sym| Expr {
            ty: crate::types::Ty::Any,
            place,
            kind: ExprKind::Const(value.known().cloned().unwrap_or_default()),
        };
        let kind = ExprKind::Binary { op, left: Box::new(side(left)), right: Box::new(side(right)) };
        match self.constants.value(Expr { ty: crate::types::Ty::Bool, place, kind }) {
            Some(Value::Bool(value)) => Ok(Cond::Known(value)),
            _ => Err(self.unable(place)),
        }
    }

    /// `==` is exact here; Kommo does not say what it is there.
    fn case_of_letters(&mut self, text: &str, place: Place) {
        if text.chars().any(char::is_alphabetic) {
            self.report.once(Finding::new(
                Severity::Warning,
                place,
                "Kommo does not publish whether a comparison of texts heeds upper and lower case",
                "fields with choices are safe; for free texts try it in your account",
            ));
        }
    }
}

/// What was written, if the value is the client's last message.
fn message(value: &Sym) -> Option<&Hole> {
    match value {
        Sym::Hole(hole) | Sym::Folded { hole, .. } => (hole.from == Source::Message).then_some(hole),
        Sym::Known(_) | Sym::Text(_) | Sym::Sum(_) | Sym::List(_) | Sym::Lost(_) => None,
    }
}

/// Two conditions in one list, those inside of the same kind laid open.
fn joined(left: Cond, right: Cond, all: bool) -> Vec<Cond> {
    let mut list = Vec::new();
    for part in [left, right] {
        match part {
            Cond::All(parts) if all => list.extend(parts),
            Cond::Any(parts) if !all => list.extend(parts),
            Cond::Known(value) if value == all => {}
            Cond::Known(_) | Cond::Atom(_) | Cond::Not(_) | Cond::All(_) | Cond::Any(_) => list.push(part),
        }
    }
    if list.is_empty() {
        list.push(Cond::Known(all));
    }
    list
}

fn equals(hole: &Hole, text: &str) -> Cond {
    Cond::Atom(Atom {
        left: hole.text.clone().unwrap_or_default(),
        kind: None,
        operation: "=",
        right: Right::Text(text.to_owned()),
    })
}

fn range(hole: &Hole, from: &str, to: &str) -> Cond {
    Cond::Atom(Atom {
        left: hole.text.clone().unwrap_or_default(),
        kind: None,
        operation: "in_range",
        right: Right::Range(from.to_owned(), to.to_owned()),
    })
}

fn validation(hole: &Hole, kind: &'static str, operation: &'static str, right: &str) -> Cond {
    Cond::Atom(Atom {
        left: hole.text.clone().unwrap_or_default(),
        kind: Some(kind),
        operation,
        right: Right::Text(right.to_owned()),
    })
}

/// The sides exchanged.
fn turned(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Lt => BinaryOp::Gt,
        BinaryOp::Le => BinaryOp::Ge,
        BinaryOp::Gt => BinaryOp::Lt,
        BinaryOp::Ge => BinaryOp::Le,
        BinaryOp::Eq
        | BinaryOp::Ne
        | BinaryOp::Add
        | BinaryOp::Sub
        | BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Rem => op,
    }
}

/// A regular expression for exactly this text.
fn whole(text: &str, trimmed: bool, folded: bool) -> String {
    let (space, flags) = (if trimmed { r"\s*" } else { "" }, if folded { "iu" } else { "u" });
    let text = if trimmed { spaced(text) } else { quoted(text) };
    format!("/^{space}{text}{space}$/{flags}")
}

/// A text in a regular expression, with any white space between its words.
fn spaced(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(quoted).collect();
    words.join(r"\s+")
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in text.chars() {
        if r"\/.*+?^${}()|[]#-".contains(c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}

/// A regular expression of ours between slashes.
fn slashed(regex: &str) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for c in regex.chars() {
        if c == '/' && !escaped {
            text.push('\\');
        }
        escaped = c == '\\' && !escaped;
        text.push(c);
    }
    text
}
