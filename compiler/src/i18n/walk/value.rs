//! Expressions: which literal texts a value is made of, and what else is read on the way.

use super::{Found, Scope, Sink, Slot, Spot, Walk};
use crate::i18n::pieces::is_piece;
use crate::i18n::texts::Role;
use crate::ir::{BinaryOp, Expr, ExprKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_vm::builtin::numbered;
use sbot_vm::value::Value;

/// The functions whose result shows the texts of these arguments, and no others.
const PASSES: &[(&str, &[usize])] = &[
    ("lower", &[0]),
    ("upper", &[0]),
    ("title_case", &[0]),
    ("trim", &[0]),
    ("replace", &[0, 2]),
    ("repeat", &[0]),
    ("join", &[0, 1]),
    ("first", &[0]),
    ("last", &[0]),
    ("append", &[0, 1]),
    ("options", &[0]),
    ("reverse", &[0]),
    ("distinct", &[0]),
    ("slice", &[0]),
    ("flatten", &[0]),
];

/// The functions that only look at these texts, whatever their language.
const LOOKS: &[&str] = &["len_list"];

impl Walk<'_> {
    /// Whether it is a text as it stands in the source, and no value of another type.
    pub(super) fn is_literal(&self, expr: &Expr) -> bool {
        let plain = matches!(&expr.kind, ExprKind::Const(Value::Text(_)));
        if expr.ty != Ty::Text || !(plain || matches!(&expr.kind, ExprKind::Concat(_))) {
            return false;
        }
        let written = self.sources.get(expr.place.file).slice(expr.place.span);
        written.starts_with('"') || (plain && (written.starts_with("r\"") || written.starts_with("r#")))
    }

    /// Follows a value to the literal texts that it is made of.
    pub(super) fn value(&mut self, expr: &mut Expr, sink: Sink, spot: &Spot) {
        let literal = self.is_literal(expr);
        let (place, text) = (expr.place, expr.ty.is_text());
        match &mut expr.kind {
            ExprKind::Const(_) | ExprKind::Field(_) | ExprKind::Localized { .. } => {}
            ExprKind::Local(local) => self.read(self.local(*local), sink, place),
            ExprKind::Var(var) => self.read(Slot::Var(self.bot, var.0 as usize), sink, place),
            ExprKind::Concat(parts) => {
                let inner = if literal { spot.part("/hole") } else { spot.clone() };
                for part in parts.iter_mut().filter(|part| !literal || !is_piece(part, place)) {
                    self.value(part, sink, &inner);
                }
            }
            ExprKind::Coalesce(left, right) => {
                let field =
                    if let ExprKind::Field(field) = left.kind { Some(field.0 as usize) } else { None };
                let field = field.and_then(|field| self.names.fields.get(field));
                let declared = field.map(|field| format!("entity/{field}")).or_else(|| spot.declared.clone());
                self.value(left, sink, spot);
                self.value(right, sink, &Spot { declared, ..spot.clone() });
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } if text => {
                let spot = Spot { option: None, ..spot.clone() };
                self.value(left, sink, &spot);
                self.value(right, sink, &spot);
            }
            ExprKind::Record { template, fields, .. } if !template.is_empty() => {
                self.email(fields, &format!("email_template/{template}"), spot);
            }
            ExprKind::List(items) | ExprKind::Record { fields: items, .. } => {
                items.iter_mut().for_each(|item| self.value(item, sink, spot));
            }
            ExprKind::Get { record, .. } => self.value(record, sink, spot),
            ExprKind::Index { list, index } => {
                self.value(list, sink, spot);
                self.value(index, Sink::Used, spot);
            }
            ExprKind::Builtin { number, args } => {
                let spot = &Spot { option: None, ..spot.clone() };
                let name = numbered(*number).map_or("", |row| row.name);
                let passes =
                    PASSES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, args)| *args);
                let other = if LOOKS.contains(&name) { Sink::Nowhere } else { Sink::Used };
                for (at, arg) in args.iter_mut().enumerate() {
                    self.value(arg, if passes.contains(&at) { sink } else { other }, spot);
                }
            }
            ExprKind::Call { function, args } => {
                let scope = Scope::Fn(function.0 as usize);
                self.read(Slot::Result(scope), sink, place);
                let item = self.names.functions.get(function.0 as usize);
                self.calls += 1;
                let number = self.calls;
                for (at, arg) in args.iter_mut().enumerate() {
                    let declared = item.map(|item| item.param(at));
                    let spot = Spot { declared, ..spot.part("/argument") };
                    let argument = self.pass(number, at, scope, sink, place);
                    self.value(arg, argument, &spot);
                }
            }
            ExprKind::IsSet(inner) => self.value(inner, Sink::Nowhere, spot),
            ExprKind::Not(_)
            | ExprKind::Neg(_)
            | ExprKind::Binary { .. }
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::In { .. }
            | ExprKind::Matches { .. } => {
                expr.each_child_mut(&mut |child| self.value(child, Sink::Used, spot))
            }
        }
        if literal {
            let spot = self.placed(place, spot);
            (self.f)(Found::Text { text: expr, sink, spot: &spot });
        }
    }

    /// An e-mail template: the client reads its arguments, its subject and its body.
    fn email(&mut self, fields: &mut [Expr], declared: &str, spot: &Spot) {
        let texts = fields.len().saturating_sub(2);
        for (at, field) in fields.iter_mut().enumerate() {
            let (part, role) = match at.checked_sub(texts) {
                None => ("value", Role::Value),
                Some(0) => ("subject", Role::EmailSubject),
                Some(_) => ("body", Role::EmailBody),
            };
            let declared = Some(format!("{declared}/{part}"));
            self.value(field, Sink::Shown, &Spot { declared, role, ..spot.part(&format!("/{part}")) });
        }
    }

    /// The spot of a text at this place: what is not part of the statement is called after where it is declared.
    fn placed(&self, place: Place, spot: &Spot) -> Spot {
        let inside = match self.stmt {
            Some(stmt) => {
                place.file == stmt.file
                    && place.span.start >= stmt.span.start
                    && place.span.end <= stmt.span.end
            }
            None => spot.declared.is_none(),
        };
        let name = match (&spot.declared, inside) {
            (_, true) => spot.name.clone(),
            (Some(declared), false) => declared.clone(),
            (None, false) => format!("{}/default", self.names.owner(place.file)),
        };
        Spot { name, ..spot.clone() }
    }
}

impl Spot {
    /// A part of the value.
    fn part(&self, part: &str) -> Spot {
        let declared = self.declared.as_ref().map(|declared| format!("{declared}{part}"));
        Spot { name: format!("{}{part}", self.name), declared, role: Role::Value, option: None }
    }
}
