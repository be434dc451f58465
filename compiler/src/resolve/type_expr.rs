//! Types as written, turned into types.

use super::{Names, TypeState};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::source::{FileId, Place};
use crate::types::{MOST_PARTS, NAMED, Ty};
use sbot_grammar::ast::{FieldDecl, Text, TypeExpr, TypeKind};
use smol_str::SmolStr;

/// The most fields of a record.
pub(crate) const MOST_FIELDS: usize = 200;
/// The most texts of a choice.
const MOST_TEXTS: usize = 1000;
/// How deep types may stand in each other while they are worked out, `type`s inside of `type`s included.
const MOST_DEEP: usize = 500;
/// Types of other languages.
const OTHER: &[(&str, &str)] = &[
    ("string", "text"),
    ("str", "text"),
    ("char", "text"),
    ("boolean", "bool"),
    ("integer", "int"),
    ("long", "int"),
    ("float", "number"),
    ("double", "number"),
    ("decimal", "number"),
    ("money", "number"),
    ("timestamp", "datetime"),
    ("interval", "duration"),
    ("uri", "url"),
    ("mail", "email"),
];

impl Names<'_> {
    /// What a declared type means. One that contains itself is reported.
    pub(super) fn declared_type(&mut self, at: usize) -> Ty {
        let Some(decl) = self.types.get_mut(at) else { return Ty::Error };
        let (unit, item, place) = (decl.unit, decl.item, decl.place);
        match &decl.ty {
            TypeState::Known(ty) => return ty.clone(),
            TypeState::Open => {
                self.report(
                    Diagnostic::new(Code::E0301, place, "this type contains itself")
                        .help("a value of it would never end: let one of the types on the way be `json`"),
                );
                return Ty::Error;
            }
            TypeState::Unknown => decl.ty = TypeState::Open,
        }
        let ty = self.type_of(unit, place.file, item);
        if let Some(decl) = self.types.get_mut(at) {
            decl.ty = TypeState::Known(ty.clone());
        }
        ty
    }

    /// The type that `ty` means in a file. What is wrong is reported, and gives [`Ty::Error`].
    pub fn type_of(&mut self, unit: usize, file: FileId, ty: &TypeExpr) -> Ty {
        if self.depth == MOST_DEEP {
            let place = Place { file, span: ty.span };
            self.report(
                Diagnostic::new(
                    Code::E0110,
                    place,
                    format!("types stand in each other at most {MOST_DEEP} deep"),
                )
                .help("name fewer types by other types"),
            );
            return Ty::Error;
        }
        self.depth += 1;
        let found = self.type_expr(unit, file, ty);
        self.depth -= 1;
        if found.is_within(MOST_PARTS) {
            return found;
        }
        self.report(too_many_parts(Place { file, span: ty.span }));
        Ty::Error
    }

    fn type_expr(&mut self, unit: usize, file: FileId, ty: &TypeExpr) -> Ty {
        match &ty.kind {
            TypeKind::Named(name) => {
                if let Some((_, ty)) = NAMED.iter().find(|(known, _)| *known == name.text) {
                    return ty.clone();
                }
                if self.generic == Some(unit) && name.text == "T" {
                    return Ty::Any;
                }
                let known = self.scopes.get(unit).and_then(|scope| scope.types.get(&name.text)).copied();
                if let Some(at) = known {
                    if let Some(place) = self.types.get(at).map(|decl| decl.place) {
                        self.uses.ty(unit, place);
                    }
                    return self.declared_type(at);
                }
                let own = self
                    .scopes
                    .get(unit)
                    .into_iter()
                    .flat_map(|scope| scope.types.keys())
                    .map(SmolStr::as_str);
                let known: Vec<&str> = NAMED.iter().map(|(name, _)| *name).chain(own).collect();
                let place = Place { file, span: name.span };
                let diagnostic =
                    Diagnostic::new(Code::E0202, place, format!("there is no type `{}`", name.text));
                let diagnostic = match OTHER.iter().find(|(other, _)| other.eq_ignore_ascii_case(&name.text))
                {
                    Some((_, ours)) => diagnostic.help(format!("write `{ours}`")).fix(name.span, *ours),
                    None => suggest::similar(diagnostic, &name.text, name.span, known),
                };
                self.report(diagnostic);
                Ty::Error
            }
            TypeKind::Optional(inner) => self.type_of(unit, file, inner).optional(),
            TypeKind::List(inner) => self.type_of(unit, file, inner).list(),
            TypeKind::Paren(inner) => self.type_of(unit, file, inner),
            TypeKind::Choice(texts) => self.choice(file, texts),
            TypeKind::Record(fields) => self.record(unit, file, fields),
        }
    }

    fn choice(&mut self, file: FileId, texts: &[Text]) -> Ty {
        if let Some(extra) = texts.get(MOST_TEXTS) {
            let place = Place { file, span: extra.span };
            self.report(
                Diagnostic::new(Code::E0110, place, format!("a choice has at most {MOST_TEXTS} texts"))
                    .help("take a `text`"),
            );
            return Ty::Error;
        }
        let mut choice: Vec<SmolStr> = Vec::new();
        for text in texts {
            let place = Place { file, span: text.span };
            match text.plain() {
                None => self.report(
                    Diagnostic::new(Code::E0301, place, "a choice is made of fixed texts")
                        .help("write the text without `{…}`"),
                ),
                Some(plain) if choice.iter().any(|known| known == plain) => self.report(
                    Diagnostic::new(Code::E0204, place, format!("\"{plain}\" stands twice in this choice"))
                        .help("remove one of them"),
                ),
                Some(plain) => choice.push(SmolStr::new(plain)),
            }
        }
        Ty::Choice(choice.into())
    }

    fn record(&mut self, unit: usize, file: FileId, fields: &[FieldDecl]) -> Ty {
        if let Some(extra) = fields.get(MOST_FIELDS) {
            let place = Place { file, span: extra.name.span };
            self.report(too_many_fields(place));
            return Ty::Error;
        }
        let mut out: Vec<(SmolStr, Ty)> = Vec::new();
        for field in fields {
            let place = Place { file, span: field.name.span };
            if let Some(first) = fields
                .iter()
                .take_while(|other| other.span != field.span)
                .find(|other| other.name.text == field.name.text)
            {
                let first = Place { file, span: first.name.span };
                self.twice("field", &field.name, place, first);
                continue;
            }
            if let Some(default) = &field.default {
                let place = Place { file, span: default.span };
                self.report(
                    Diagnostic::new(Code::E0110, place, "a field of a record has no default")
                        .help("make it optional with `?`, and give a value with `??` where it is read"),
                );
            }
            out.push((field.name.text.clone(), self.type_of(unit, file, &field.ty)));
        }
        Ty::record(out)
    }
}

/// E0110: a type with more parts than one may have.
pub(crate) fn too_many_parts(place: Place) -> Diagnostic {
    Diagnostic::new(Code::E0110, place, format!("a type has at most {MOST_PARTS} parts"))
        .help("count its fields, lists and `?`s, those of the types inside of it too; make it smaller")
}

/// E0110: a record with more fields than one may have.
pub(crate) fn too_many_fields(place: Place) -> Diagnostic {
    Diagnostic::new(Code::E0110, place, format!("a record has at most {MOST_FIELDS} fields"))
        .help("put some of them into a record of their own, or into a list")
}
