//! Records, and reading json.

use super::Checker;
use super::report::a;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{Expr, ExprKind};
use crate::resolve::type_expr::{MOST_FIELDS, too_many_fields, too_many_parts};
use crate::source::Place;
use crate::types::{MOST_PARTS, Ty};
use sbot_grammar::ast::{self, Name};
use sbot_vm::value::Value;
use smol_str::SmolStr;
use std::sync::Arc;

impl Checker<'_> {
    /// `{a: 1, "content-type": 2}`. Where a record type is wanted, optional fields may be left out.
    pub(super) fn record(&mut self, place: Place, fields: &[(Name, ast::Expr)], want: Option<&Ty>) -> Expr {
        let json = want.map(Ty::present) == Some(&Ty::Json);
        let wanted: Option<Arc<[(SmolStr, Ty)]>> = match want.map(Ty::present) {
            Some(Ty::Record(fields)) => Some(Arc::clone(fields)),
            _ => None,
        };
        if let Some((extra, _)) = fields.get(MOST_FIELDS) {
            let place = self.place(extra.span);
            self.report(too_many_fields(place));
            return Self::error(place);
        }
        let mut values: Vec<(SmolStr, Expr)> = Vec::new();
        for (name, value) in fields {
            let hint = wanted.as_ref().and_then(|wanted| {
                wanted.iter().find(|(known, _)| *known == name.text).map(|(_, ty)| ty.clone())
            });
            if let (Some(wanted), None) = (&wanted, &hint) {
                self.unknown_record_field(name, wanted);
            }
            let value = match &hint {
                Some(ty) => self.expr_as(value, ty, &format!("the field `{}`", name.text)),
                None if json => self.json_value(value),
                None => self.plain_value(value),
            };
            if let Some(first) = fields
                .iter()
                .take_while(|(other, _)| other.span != name.span)
                .find(|(other, _)| other.text == name.text)
            {
                let (at, first) = (self.place(name.span), self.place(first.0.span));
                self.report(
                    Diagnostic::new(Code::E0204, at, format!("the field `{}` stands twice", name.text))
                        .label(first, "first here")
                        .help("remove one of them"),
                );
                continue;
            }
            values.push((name.text.clone(), value));
        }
        for (name, ty) in wanted.iter().flat_map(|wanted| wanted.iter()) {
            if values.iter().any(|(known, _)| known == name) {
                continue;
            }
            if !ty.is_optional() {
                self.report(
                    Diagnostic::new(Code::E0301, place, format!("this record needs the field `{name}`"))
                        .help(format!("add it: `{name}: …`, {}", a(ty))),
                );
            }
            values.push((name.clone(), Self::constant(place, ty.clone(), Value::None)));
        }
        values.sort_by(|a, b| a.0.cmp(&b.0));
        let ty = wanted.map_or_else(
            || Ty::record(values.iter().map(|(name, value)| (name.clone(), value.ty.clone())).collect()),
            Ty::Record,
        );
        let names: Vec<Arc<str>> = values.iter().map(|(name, _)| Arc::from(name.as_str())).collect();
        let fields = values.into_iter().map(|(_, value)| value).collect();
        let kind = ExprKind::Record { template: Arc::from(""), names: names.into(), fields };
        self.in_parts(Expr { ty, place, kind })
    }

    /// A value whose type was put together from others, unless that has become too large.
    pub(super) fn in_parts(&mut self, value: Expr) -> Expr {
        if value.ty.is_within(MOST_PARTS) {
            return value;
        }
        self.report(too_many_parts(value.place));
        Self::error(value.place)
    }

    /// A value without a wanted type. Things that are no values are reported.
    fn plain_value(&mut self, value: &ast::Expr) -> Expr {
        let value = self.expr(value, None);
        self.keepable(value, "a field of a record")
    }

    /// A part of what becomes json as a whole: `none` is null there.
    fn json_value(&mut self, value: &ast::Expr) -> Expr {
        let value = self.expr(value, Some(&Ty::Json));
        if value.ty == Ty::None { value } else { self.keepable(value, "a part of json") }
    }

    /// The elements of a list that becomes json need not have one type.
    pub(super) fn json_list(&mut self, place: Place, items: &[ast::Expr]) -> Expr {
        let null = Ty::Json.optional();
        let mut out = Vec::new();
        for item in items {
            let value = self.json_value(item);
            out.push(self.coerce(value, &null, "a part of json"));
        }
        Expr { ty: null.list(), place, kind: ExprKind::List(out) }
    }

    fn unknown_record_field(&mut self, name: &Name, fields: &[(SmolStr, Ty)]) {
        let place = self.place(name.span);
        let text = format!("this record has no field `{}`", name.text);
        let known = fields.iter().map(|(name, _)| name.as_str());
        self.report(suggest::similar(
            Diagnostic::new(Code::E0203, place, text),
            &name.text,
            name.span,
            known,
        ));
    }

    /// `record.field`
    pub(super) fn record_field(&mut self, place: Place, base: Expr, name: &Name) -> Expr {
        let Ty::Record(fields) = base.ty.present().clone() else { return Self::error(place) };
        if base.ty.is_optional() {
            let (at, ty) = (base.place, base.ty.clone());
            self.absent(at, &format!("reading `{}`", name.text), &ty);
            return Self::error(place);
        }
        let Some(at) = fields.iter().position(|(known, _)| *known == name.text) else {
            self.unknown_record_field(name, &fields);
            return Self::error(place);
        };
        let ty = fields.get(at).map_or(Ty::Error, |(_, ty)| ty.clone());
        let index = u16::try_from(at).unwrap_or(u16::MAX);
        self.narrowed(Expr { ty, place, kind: ExprKind::Get { record: Box::new(base), index } })
    }

    /// `json.name`: absent where there is none.
    pub(super) fn json_field(place: Place, base: Expr, name: &str) -> Expr {
        let name = Self::constant(place, Ty::Text, Value::text(name));
        Self::builtin(place, "json_field", Ty::Json.optional(), vec![base, name])
    }

    /// `json[0]`, `json["name"]`.
    pub(super) fn json_index(&mut self, place: Place, base: Expr, index: &ast::Expr) -> Expr {
        let index = self.expr(index, None);
        if index.ty == Ty::Text {
            return Self::builtin(place, "json_field", Ty::Json.optional(), vec![base, index]);
        }
        let index = self.coerce(index, &Ty::Int, "an index");
        Self::builtin(place, "json_index", Ty::Json.optional(), vec![base, index])
    }

    /// Any value as json.
    pub(super) fn as_json(value: Expr) -> Expr {
        let ty = if value.ty.is_optional() { Ty::Json.optional() } else { Ty::Json };
        let place = value.place;
        Self::builtin(place, "json_of", ty, vec![value])
    }
}
