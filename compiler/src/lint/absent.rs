//! W0702: a value that may be absent stands in a text that somebody reads. It then writes nothing: "Hi !".
//!
//! Texts that are only compared are left alone: a condition is a bool, and no text comes out of a bool or a number.

use super::Lint;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind, Local, Stmt, StmtKind};
use crate::types::Ty;

impl Lint<'_> {
    /// Looks at every text of a statement.
    pub(super) fn texts(&mut self, stmt: &Stmt, locals: &[Local]) {
        // What a `when` compares is kept in a local without a name in the source.
        let hidden = matches!(&stmt.kind, StmtKind::Local { local, .. }
            if locals.get(local.0 as usize).is_some_and(|local| local.name.starts_with('%')));
        if !hidden {
            stmt.each_expr(&mut |expr| self.absent_in(expr));
        }
    }

    /// Looks at every text of an expression.
    pub(super) fn absent_in(&mut self, expr: &Expr) {
        if !holds_text(&expr.ty) {
            return;
        }
        if let ExprKind::Concat(parts) = &expr.kind {
            for part in parts.iter().filter(|part| part.ty.is_optional()) {
                self.gap(part);
            }
        }
        expr.each_child(&mut |child| self.absent_in(child));
    }

    fn gap(&mut self, part: &Expr) {
        let written = self.sources.get(part.place.file).slice(part.place.span);
        let help = match part.ty.present() {
            ty if ty.is_text() => format!("write what stands there then: {{{written} ?? \"…\"}}"),
            ty if ty.is_numeric() => format!("write what stands there then: {{{written} ?? 0}}"),
            _ => format!("ask first: `if {written} is set {{ … }}`"),
        };
        self.out.push(
            Diagnostic::new(Code::W0702, part.place, "this value may be absent, and then the text has a gap")
                .note(format!("this is a `{}`", part.ty))
                .help(help),
        );
    }
}

/// Whether a value of the type can bring a text along.
fn holds_text(ty: &Ty) -> bool {
    !matches!(
        ty.present(),
        Ty::Bool | Ty::Int | Ty::Number | Ty::Date | Ty::Time | Ty::DateTime | Ty::Duration
    )
}
