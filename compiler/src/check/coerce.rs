//! Whether a value may stand where a type is needed.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{Expr, ExprKind};
use crate::types::Ty;
use sbot_grammar::ast;
use sbot_vm::value::Value;
use smol_str::SmolStr;

impl Checker<'_> {
    /// An expression of the wanted type. `what` begins the sentence of a report: "the text of a message".
    pub(super) fn expr_as(&mut self, expr: &ast::Expr, want: &Ty, what: &str) -> Expr {
        let expr = self.expr(expr, Some(want));
        self.coerce(expr, want, what)
    }

    /// The expression, if it fits; otherwise it is reported and gets the type [`Ty::Error`].
    pub(super) fn coerce(&mut self, mut expr: Expr, want: &Ty, what: &str) -> Expr {
        if let (Ty::Choice(texts), Ty::Text, ExprKind::Const(Value::Text(text))) =
            (want.present(), &expr.ty, &expr.kind)
        {
            let (texts, text) = (texts.clone(), text.clone());
            if texts.iter().any(|known| **known == *text) {
                expr.ty = want.present().clone();
            } else {
                self.not_a_choice(&expr, &text, &texts);
                expr.ty = Ty::Error;
            }
            return expr;
        }
        if *want.present() == Ty::Json
            && !matches!(expr.ty.present(), Ty::Json | Ty::Error | Ty::None)
            && expr.ty.is_value()
        {
            expr = Self::as_json(expr);
        }
        if matches!((&expr.ty, want), (Ty::None, want) if !want.is_optional() && *want != Ty::Error) {
            self.absent(expr.place, what, &Ty::None);
            expr.ty = Ty::Error;
        } else if !expr.ty.widens_to(want) {
            self.wrong_type(expr.place, what, want, &expr.ty.clone());
            expr.ty = Ty::Error;
        } else if expr.ty.is_optional() && !want.is_optional() && !matches!(want, Ty::Error | Ty::Any) {
            self.absent(expr.place, what, &expr.ty.clone());
            expr.ty = Ty::Error;
        }
        expr
    }

    /// E0303.
    pub(super) fn not_a_choice(&mut self, expr: &Expr, text: &str, texts: &[SmolStr]) {
        let list: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
        let diagnostic =
            Diagnostic::new(Code::E0303, expr.place, format!("\"{text}\" is not among the choices"))
                .help(format!("it can be {}", list.join(", ")));
        let quoted = |near: &str| (format!("\"{near}\""), format!("\"{near}\""));
        let known = texts.iter().map(SmolStr::as_str);
        let mut diagnostic = suggest::meant_as(diagnostic, text, expr.place.span, known, quoted);
        if diagnostic.suggestion.is_some() {
            let meant = diagnostic.help.unwrap_or_default();
            diagnostic.help = Some(format!("{meant} It can be {}", list.join(", ")));
        }
        self.report(diagnostic);
    }
}
