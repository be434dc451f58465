//! Types, parameters and fields.

use super::Printer;
use super::doc::Op;
use super::list::Shape;
use crate::ast::{FieldDecl, Param, TypeExpr, TypeKind};

impl Printer<'_> {
    pub(super) fn type_expr(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeKind::Named(name) => self.name(name),
            TypeKind::Optional(inner) => {
                self.type_expr(inner);
                self.text("?");
            }
            TypeKind::List(inner) => {
                self.text("[");
                self.type_expr(inner);
                self.text("]");
            }
            TypeKind::Choice(texts) => self.alternatives(texts, |text| text.span, Self::literal),
            TypeKind::Record(fields) => {
                let close = ty.span.end.saturating_sub(1);
                self.flush(ty.span.start);
                self.list(Shape::fit("{", "}"), close, fields, |field| field.span, Self::field_decl);
            }
            TypeKind::Paren(inner) => {
                self.text("(");
                self.type_expr(inner);
                self.text(")");
            }
        }
    }

    pub(super) fn field_decl(&mut self, field: &FieldDecl) {
        self.name(&field.name);
        self.word(":");
        self.type_expr(&field.ty);
        if let Some(value) = &field.default {
            self.infix("=");
            self.expr(value);
        }
    }

    fn param(&mut self, param: &Param) {
        self.name(&param.name);
        self.word(":");
        self.type_expr(&param.ty);
        if let Some(value) = &param.default {
            self.infix("=");
            self.expr(value);
        }
    }

    /// Prints `(…)` after something that ends at `from`.
    pub(super) fn params(&mut self, params: &[Param], from: u32) {
        let last = params.last().map_or(from, |param| param.span.end);
        let skip: &[u8] = if params.is_empty() { b"(" } else { b"," };
        let close = self.token_after(last, skip);
        self.list(Shape::fit("(", ")"), close, params, |param| param.span, Self::param);
    }

    /// The same where the parentheses may be left out.
    pub(super) fn optional_params(&mut self, params: &[Param], from: u32) {
        if !params.is_empty() {
            self.params(params, from);
        }
    }

    /// Prints ` -> T`.
    pub(super) fn result(&mut self, result: Option<&TypeExpr>) {
        if let Some(ty) = result {
            self.infix("->");
            self.type_expr(ty);
        }
    }

    /// Begins a clause such as `retry 3 saying …`, on a line of its own where it is too long for this one.
    pub(super) fn clause(&mut self, word: &'static str) {
        self.op(Op::FillWhole);
        self.word(word);
    }
}
