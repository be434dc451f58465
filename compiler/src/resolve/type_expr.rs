//! Types as written, turned into types.

use super::Names;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::source::{FileId, Place};
use crate::types::{NAMED, Ty};
use sbot_grammar::ast::{TypeExpr, TypeKind};
use smol_str::SmolStr;

impl Names<'_> {
    /// The type that `ty` means in a file. What is wrong is reported, and gives [`Ty::Error`].
    pub fn type_of(&mut self, unit: usize, file: FileId, ty: &TypeExpr) -> Ty {
        match &ty.kind {
            TypeKind::Named(name) => {
                if let Some((_, ty)) = NAMED.iter().find(|(known, _)| *known == name.text) {
                    return ty.clone();
                }
                if let Some((ty, _)) = self.scopes.get(unit).and_then(|scope| scope.types.get(&name.text)) {
                    return ty.clone();
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
                self.report(suggest::similar(diagnostic, &name.text, name.span, known));
                Ty::Error
            }
            TypeKind::Optional(inner) => self.type_of(unit, file, inner).optional(),
            TypeKind::List(inner) => self.type_of(unit, file, inner).list(),
            TypeKind::Paren(inner) => self.type_of(unit, file, inner),
            TypeKind::Choice(texts) => {
                let mut choice: Vec<SmolStr> = Vec::new();
                for text in texts {
                    let place = Place { file, span: text.span };
                    match text.plain() {
                        None => self.report(
                            Diagnostic::new(Code::E0301, place, "a choice is made of fixed texts")
                                .help("write the text without `{…}`"),
                        ),
                        Some(plain) if choice.iter().any(|known| known == plain) => self.report(
                            Diagnostic::new(
                                Code::E0204,
                                place,
                                format!("\"{plain}\" stands twice in this choice"),
                            )
                            .help("remove one of them"),
                        ),
                        Some(plain) => choice.push(SmolStr::new(plain)),
                    }
                }
                Ty::Choice(choice.into())
            }
            TypeKind::Record(fields) => {
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
                            Diagnostic::new(Code::E0110, place, "a field of a record has no default").help(
                                "make it optional with `?`, and give a value with `??` where it is read",
                            ),
                        );
                    }
                    out.push((field.name.text.clone(), self.type_of(unit, file, &field.ty)));
                }
                Ty::record(out)
            }
        }
    }
}
