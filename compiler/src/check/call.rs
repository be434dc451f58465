//! Calls inside expressions: functions and built-ins. Actions are statements.

use super::Checker;
use super::args::try_bind;
use super::body::Kind;
use super::calls::Callee;
use super::compare::comparable;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind};
use crate::resolve::{Def, FnDecl};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Arg, ExprKind as Ast, Name, Span};
use sbot_vm::program::SymbolKind;
use std::sync::Arc;

impl<'a> Checker<'a> {
    pub(super) fn call(&mut self, place: Place, callee: &ast::Expr, args: &[Arg]) -> Expr {
        let Ast::Name(name) = &callee.kind else {
            if let Ast::Field { base, name } = &callee.kind {
                if let Ast::Name(widget) = &base.kind
                    && let Some(Def::Widget(_)) = self.lookup(&widget.text).map(|named| named.def)
                {
                    if let Some(decl) = self.widget_action(widget, name) {
                        self.action_in_expression(callee.span, decl);
                    }
                } else {
                    let at = self.place(name.span);
                    let text = format!("there is no function `{}` of this value", name.text);
                    self.report(
                        Diagnostic::new(Code::E0202, at, text)
                            .help(format!("functions are called `{}(value)`", name.text)),
                    );
                }
            } else {
                self.report(
                    Diagnostic::new(Code::E0301, place, "this cannot be called")
                        .help("a call begins with the name of a function"),
                );
            }
            return Self::error(place);
        };
        match self.lookup(&name.text).map(|named| named.def) {
            Some(Def::Fn(first)) => {
                return self.call_fn(place, name, first, args).unwrap_or_else(|| Self::error(place));
            }
            Some(Def::Action(decl)) => self.action_in_expression(name.span, decl),
            Some(Def::Flow(_)) => self.flow_in_expression(name),
            Some(Def::Symbol(_)) => return self.symbol_call(place, name, args),
            Some(Def::Widget(_)) => self.widget_called(name),
            Some(Def::Var(_) | Def::Object(_)) => {
                let at = self.place(name.span);
                self.report(
                    Diagnostic::new(Code::E0301, at, format!("`{}` is no function", name.text))
                        .help("leave the parentheses out"),
                );
            }
            None => self.unknown_name("function", name),
        }
        Self::error(place)
    }

    fn action_in_expression(&mut self, span: Span, decl: usize) {
        let place = self.place(span);
        let Some(action) = self.names.actions.get(decl) else { return };
        let name = &action.name;
        let diagnostic = if action.result.is_some() {
            Diagnostic::new(
                Code::E0308,
                place,
                format!("`{name}` waits for its answer and cannot stand inside an expression"),
            )
            .help(self.before(name))
        } else {
            Diagnostic::new(Code::E0301, place, format!("`{name}` gives no value"))
                .help("an action is a statement of its own")
        };
        self.report(diagnostic);
    }

    fn flow_in_expression(&mut self, name: &Name) {
        let place = self.place(name.span);
        let text = format!("the flow `{}` may wait and cannot stand inside an expression", name.text);
        self.report(Diagnostic::new(Code::E0308, place, text).help(self.before(&name.text)));
    }

    /// What to do about a call that may wait.
    fn before(&self, name: &str) -> String {
        if self.body.kind == Kind::Expression {
            return "a call that may wait belongs into a step or a flow".to_owned();
        }
        format!("write `let result = {name}(…)` before, and use `result` here")
    }

    /// An e-mail template with its arguments is a value; no other symbol is called in an expression.
    fn symbol_call(&mut self, place: Place, name: &Name, args: &[Arg]) -> Expr {
        let id = match self.lookup(&name.text).map(|named| named.def) {
            Some(Def::Symbol(id)) => id,
            _ => return Self::error(place),
        };
        match self.names.symbols.get(id as usize).map(|symbol| symbol.kind) {
            Some(SymbolKind::EmailTemplate) => return self.email_template(place, name, id, args),
            Some(SymbolKind::Template) => self.template_as_value(name),
            _ => {
                let at = self.place(name.span);
                self.report(
                    Diagnostic::new(Code::E0301, at, format!("`{}` is no function", name.text))
                        .help("leave the parentheses out"),
                );
            }
        }
        Self::error(place)
    }

    fn overloads(&self, first: usize) -> Vec<FnDecl<'a>> {
        let mut out = Vec::new();
        let mut next = Some(first);
        while let Some(decl) = next.and_then(|at| self.names.functions.get(at)) {
            out.push(decl.clone());
            next = decl.next;
        }
        out
    }

    fn call_fn(&mut self, place: Place, name: &Name, first: usize, args: &[Arg]) -> Option<Expr> {
        let what = format!("`{}`", name.text);
        let overloads = self.overloads(first);
        let generic = |decl: &FnDecl<'_>| decl.params.iter().any(|param| holds_any(&param.ty));
        if let [only] = overloads.as_slice()
            && !generic(only)
        {
            let bound = self.bind_args(&what, &only.params, args, place)?;
            let values = self.typed_args(&what, &only.params, &bound, only.unit);
            return Some(self.finish(place, first, only, values, only.result.clone()));
        }
        let values: Vec<(usize, Expr)> =
            args.iter().map(|arg| (arg.span.start as usize, self.expr(&arg.value, None))).collect();
        if values.iter().any(|(_, value)| value.ty == Ty::Error) {
            return None;
        }
        let value_of = |arg: &Arg| {
            values.iter().find(|(start, _)| *start == arg.span.start as usize).map(|(_, value)| value)
        };
        for (n, decl) in overloads.iter().enumerate() {
            let Ok(bound) = try_bind(&decl.params, args) else { continue };
            let mut any = None;
            let fits = decl.params.iter().zip(&bound).all(|(param, arg)| {
                arg.and_then(value_of).is_none_or(|value| fits(&param.ty, &value.ty, &mut any))
            });
            if !fits {
                continue;
            }
            if let Some(ty) = any.as_ref().filter(|ty| decl.ordered && !has_order(ty)) {
                let text = format!("{what} needs values that have an order, and `{ty}` has none");
                self.report(
                    Diagnostic::new(Code::E0301, place, text)
                        .help("numbers, texts, dates, times and durations have one"),
                );
                return None;
            }
            let mut out = Vec::new();
            for (param, arg) in decl.params.iter().zip(&bound) {
                out.push(match arg.and_then(value_of) {
                    Some(value) => value.clone(),
                    None => self.default_of(param, decl.unit, &what),
                });
            }
            let result = substitute(&decl.result, any.as_ref().unwrap_or(&Ty::Error));
            return Some(self.finish(place, nth(&self.names.functions, first, n), decl, out, result));
        }
        self.no_overload(place, &what, &overloads, args, &values);
        None
    }

    fn no_overload(
        &mut self,
        place: Place,
        what: &str,
        overloads: &[FnDecl<'a>],
        args: &[Arg],
        values: &[(usize, Expr)],
    ) {
        if let [only] = overloads
            && self.bind_args(&what, &only.params, args, place).is_none()
        {
            return;
        }
        let given: Vec<String> = values.iter().map(|(_, value)| value.ty.to_string()).collect();
        let optional = values.iter().find(|(_, value)| value.ty.is_optional());
        let forms: Vec<String> = overloads
            .iter()
            .map(|decl| {
                let params: Vec<String> =
                    decl.params.iter().map(|param| format!("{}: {}", param.name, show(&param.ty))).collect();
                format!("{}({})", what.trim_matches('`'), params.join(", "))
            })
            .collect();
        let count_fits = overloads.iter().any(|decl| try_bind(&decl.params, args).is_ok());
        let present = overloads.iter().any(|decl| {
            let mut any = None;
            decl.params
                .iter()
                .zip(values)
                .all(|(param, (_, value))| fits(&param.ty, value.ty.present(), &mut any))
        });
        if let (Some((_, value)), true, true) = (optional, count_fits, present) {
            let (at, ty) = (value.place, value.ty.clone());
            self.absent(at, what, &ty);
            return;
        }
        let code = if count_fits { Code::E0301 } else { Code::E0302 };
        self.report(
            Diagnostic::new(code, place, format!("{what} cannot be called with ({})", given.join(", ")))
                .help(format!("it is called as {}", forms.join(" or "))),
        );
    }

    fn finish(&mut self, place: Place, at: usize, decl: &FnDecl<'a>, args: Vec<Expr>, ty: Ty) -> Expr {
        let kind = match (decl.builtin, self.function_ids.get(&at).copied()) {
            (Some(builtin), _) => {
                self.need_for_builtin(builtin.name, place);
                ExprKind::Builtin { number: builtin.number, args }
            }
            (None, Some(function)) => {
                self.note_call(Callee::Function(function), place);
                ExprKind::Call { function, args }
            }
            (None, None) => return Self::error(place),
        };
        self.in_parts(Expr { ty, place, kind })
    }
}

fn nth(functions: &[FnDecl<'_>], first: usize, n: usize) -> usize {
    let mut at = first;
    for _ in 0..n {
        at = functions.get(at).and_then(|function| function.next).unwrap_or(at);
    }
    at
}

/// Inside of a generic function the type is not known; there the function itself says what it takes.
fn has_order(ty: &Ty) -> bool {
    *ty == Ty::Any || comparable(ty, ty, true)
}

fn holds_any(ty: &Ty) -> bool {
    if let Ty::List(inner) | Ty::Optional(inner) = ty { holds_any(inner) } else { *ty == Ty::Any }
}

/// Whether an argument fits a parameter, settling the type variable at its first use or widening it.
fn fits(param: &Ty, have: &Ty, any: &mut Option<Ty>) -> bool {
    match (param, have) {
        (Ty::Any, have) if have.is_optional() => false,
        (Ty::Any, have) => match any {
            Some(known) if have.widens_to(known) => true,
            Some(known) if known.widens_to(have) => {
                *any = Some(have.clone());
                true
            }
            Some(_) => false,
            None => {
                *any = Some(have.clone());
                true
            }
        },
        (Ty::List(param), Ty::List(have)) => fits(param, have, any),
        (Ty::Optional(param), have) => *have == Ty::None || fits(param, have.present(), any),
        (param, have) => have.widens_to(param) && !have.is_optional(),
    }
}

fn substitute(ty: &Ty, any: &Ty) -> Ty {
    if let Ty::List(inner) = ty {
        Ty::List(Arc::new(substitute(inner, any)))
    } else if let Ty::Optional(inner) = ty {
        substitute(inner, any).optional()
    } else if *ty == Ty::Any {
        any.clone()
    } else {
        ty.clone()
    }
}

fn show(ty: &Ty) -> String {
    if let Ty::List(inner) = ty {
        format!("[{}]", show(inner))
    } else if let Ty::Optional(inner) = ty {
        format!("{}?", show(inner))
    } else if *ty == Ty::Any {
        "T".to_owned()
    } else {
        ty.to_string()
    }
}
