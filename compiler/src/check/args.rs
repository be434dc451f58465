//! Arguments of calls and gotos: positional, then named, defaults as declared.

use super::Checker;
use super::body::{Body, Kind};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::Expr;
use crate::resolve::ParamDecl;
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Arg};
use smol_str::SmolStr;
use std::fmt::Display;

/// For each parameter the argument given for it.
pub(super) type Bound<'c> = Vec<Option<&'c Arg>>;

impl<'a> Checker<'a> {
    /// Sorts the arguments by parameter. What does not fit is reported; then there is no result.
    pub(super) fn bind_args<'c>(
        &mut self,
        what: &dyn Display,
        params: &[ParamDecl<'a>],
        args: &'c [Arg],
        place: Place,
    ) -> Option<Bound<'c>> {
        match try_bind(params, args) {
            Ok(bound) => Some(bound),
            Err(problems) => {
                for problem in problems {
                    self.bad_argument(what, params, problem, place);
                }
                None
            }
        }
    }

    /// The same where a parameter may stay without an argument: `expect action(…)`.
    pub(super) fn bind_some_args<'c>(
        &mut self,
        what: &dyn Display,
        params: &[ParamDecl<'a>],
        args: &'c [Arg],
        place: Place,
    ) -> Option<Bound<'c>> {
        let (bound, problems) = sort_args(params, args);
        let good = problems.is_empty();
        for problem in problems {
            self.bad_argument(what, params, problem, place);
        }
        good.then_some(bound)
    }

    /// The arguments in the order of the parameters. Where they do not fit, which is reported, they are looked at all the same.
    pub(super) fn args(
        &mut self,
        what: &dyn Display,
        params: &[ParamDecl<'a>],
        args: &[Arg],
        place: Place,
        unit: usize,
    ) -> Vec<Expr> {
        if params.is_empty() && args.is_empty() {
            return Vec::new();
        }
        match self.bind_args(what, params, args, place) {
            Some(bound) => self.typed_args(what, params, &bound, unit),
            None => self.look_at_args(args),
        }
    }

    /// Looks at arguments that belong to nothing, for the mistakes in them.
    pub(super) fn look_at_args(&mut self, args: &[Arg]) -> Vec<Expr> {
        args.iter().map(|arg| self.expr(&arg.value, None)).collect()
    }

    fn bad_argument(
        &mut self,
        what: &dyn Display,
        params: &[ParamDecl<'a>],
        problem: Problem<'_>,
        call: Place,
    ) {
        let diagnostic = match problem {
            Problem::TooMany(arg) => {
                let takes = match params.len() {
                    0 => "takes no arguments".to_owned(),
                    1 => "takes one argument".to_owned(),
                    n => format!("takes {n} arguments"),
                };
                let text = format!("{what} {takes}, and this is one too many");
                Diagnostic::new(Code::E0302, self.place(arg.span), text).help(signature(what, params))
            }
            Problem::Unknown(name) => {
                let text = format!("{what} has no parameter `{}`", name.text);
                let diagnostic = Diagnostic::new(Code::E0302, self.place(name.span), text);
                suggest::similar(
                    diagnostic,
                    &name.text,
                    name.span,
                    params.iter().map(|param| param.name.as_str()),
                )
            }
            Problem::Twice(arg, name) => {
                Diagnostic::new(Code::E0302, self.place(arg.span), format!("`{name}` is given twice"))
                    .help("remove one of them")
            }
            Problem::Missing(name) => {
                let text = format!("{what} needs the argument `{name}`");
                Diagnostic::new(Code::E0302, call, text).help(signature(what, params))
            }
            Problem::Order(arg) => Diagnostic::new(
                Code::E0302,
                self.place(arg.span),
                "an argument without a name stands after one with a name",
            )
            .help("put it first, or name it"),
        };
        self.report(diagnostic);
    }

    /// The arguments as expressions, in the order of the parameters. `unit` is where the defaults are declared.
    pub(super) fn typed_args(
        &mut self,
        what: &dyn Display,
        params: &[ParamDecl<'a>],
        bound: &Bound<'_>,
        unit: usize,
    ) -> Vec<Expr> {
        let mut out = Vec::new();
        for (param, arg) in params.iter().zip(bound) {
            let what = format!("the argument `{}` of {what}", param.name);
            out.push(match arg {
                Some(arg) => self.expr_as(&arg.value, &param.ty, &what),
                None => self.default_of(param, unit, &what),
            });
        }
        out
    }

    /// The default of a parameter. What is wrong with it is reported where it is declared.
    pub(super) fn default_of(&mut self, param: &ParamDecl<'a>, unit: usize, what: &str) -> Expr {
        let Some(default) = param.default else { return Self::error(self.place(ast::Span::default())) };
        let known = self.diagnostics.len();
        let value = self.declared_value(Kind::Expression, unit, default, &param.ty, what);
        self.reported_at_declaration(known);
        value
    }

    /// Drops the reports after the first `known`: they are on something declared elsewhere, where they are made too.
    /// The first error of them stands for the others if that was wrong.
    pub(super) fn reported_at_declaration(&mut self, known: usize) {
        for diagnostic in self.diagnostics.drain(known.min(self.diagnostics.len())..) {
            if diagnostic.is_error() && self.dropped.is_none() {
                self.dropped = Some(diagnostic);
            }
        }
    }

    /// A value that stands in a declaration: it sees the names of its file, and nothing of whoever needs it.
    pub(super) fn declared_value(
        &mut self,
        kind: Kind,
        unit: usize,
        value: &ast::Expr,
        want: &Ty,
        what: &str,
    ) -> Expr {
        let here = std::mem::replace(&mut self.unit, unit);
        let body = std::mem::replace(&mut self.body, Body::new(kind, SmolStr::default()));
        let value = self.expr_as(value, want, what);
        self.body = body;
        self.unit = here;
        value
    }

    /// Looks at the defaults of parameters where they are declared.
    pub(super) fn defaults(&mut self, kind: Kind, params: &[ParamDecl<'a>]) {
        for param in params {
            let Some(default) = param.default else { continue };
            let what = format!("the default of `{}`", param.name);
            self.only_look(|this| this.declared_value(kind, this.unit, default, &param.ty, &what));
        }
    }

    /// Looks at something for its mistakes. The program does not need the fields and functions that are read in it.
    pub(super) fn only_look(&mut self, look: impl FnOnce(&mut Self) -> Expr) -> Expr {
        let (fields, calls) = (self.out.fields.len(), self.calls.mark());
        let found = look(self);
        self.calls.back_to(calls);
        if self.out.fields.len() > fields {
            self.out.fields.truncate(fields);
            self.out.field_types.truncate(fields);
            self.field_ids.retain(|_, id| (id.0 as usize) < fields);
        }
        found
    }

    /// Looks at the defaults in the declarations of a file: of actions, templates and fields.
    pub(super) fn declared_defaults(&mut self, n: usize) {
        self.unit = n;
        let actions = self.names.actions.iter().filter(|action| action.unit == n);
        let templates = self.names.templates.values().filter(|template| template.unit == n);
        let params: Vec<ParamDecl<'a>> = actions
            .flat_map(|action| &action.params)
            .chain(templates.flat_map(|template| &template.params))
            .cloned()
            .collect();
        self.defaults(Kind::Expression, &params);
        let fields: Vec<(Ty, &'a ast::Expr)> = self
            .names
            .fields
            .values()
            .flat_map(|fields| fields.values())
            .filter(|field| field.unit == n)
            .filter_map(|field| field.default.map(|default| (field.ty.clone(), default)))
            .collect();
        for (ty, default) in fields {
            self.only_look(|this| this.declared_value(Kind::Expression, n, default, &ty, FIELD_DEFAULT));
        }
    }
}

/// Begins the sentence of a report on the default of a field.
pub(super) const FIELD_DEFAULT: &str = "the default of the field";

/// What can be wrong with arguments.
pub(super) enum Problem<'c> {
    TooMany(&'c Arg),
    Unknown(ast::Name),
    Twice(&'c Arg, SmolStr),
    Missing(SmolStr),
    Order(&'c Arg),
}

/// Sorts the arguments by parameter without reporting. All parameters without a default must be given.
pub(super) fn try_bind<'c>(params: &[ParamDecl<'_>], args: &'c [Arg]) -> Result<Bound<'c>, Vec<Problem<'c>>> {
    let (bound, mut problems) = sort_args(params, args);
    let missing: Vec<&ParamDecl<'_>> = params
        .iter()
        .zip(&bound)
        .filter(|(param, arg)| arg.is_none() && param.default.is_none())
        .map(|(param, _)| param)
        .collect();
    let unknown: Vec<SmolStr> = problems
        .iter()
        .filter_map(
            |problem| if let Problem::Unknown(name) = problem { Some(name.text.clone()) } else { None },
        )
        .collect();
    let misplaced = problems.iter().any(|problem| matches!(problem, Problem::Order(_)));
    for param in missing.iter().filter(|_| !misplaced && missing.len() != unknown.len()) {
        // A name that is this one misspelt is one mistake, not two; nor is an argument in the wrong place.
        if !unknown.iter().any(|name| suggest::nearest(name, [param.name.as_str()]).is_some()) {
            problems.push(Problem::Missing(param.name.clone()));
        }
    }
    if problems.is_empty() { Ok(bound) } else { Err(problems) }
}

/// Sorts the arguments by parameter; a parameter may stay without one.
fn sort_args<'c>(params: &[ParamDecl<'_>], args: &'c [Arg]) -> (Bound<'c>, Vec<Problem<'c>>) {
    let mut bound: Bound<'c> = vec![None; params.len()];
    let mut problems = Vec::new();
    let mut named = false;
    for (n, arg) in args.iter().enumerate() {
        let at = match &arg.name {
            Some(name) => {
                named = true;
                match params.iter().position(|param| param.name == name.text) {
                    Some(at) => at,
                    None => {
                        problems.push(Problem::Unknown(name.clone()));
                        continue;
                    }
                }
            }
            None if named => {
                problems.push(Problem::Order(arg));
                continue;
            }
            None => n,
        };
        match (bound.get_mut(at), params.get(at)) {
            (Some(Some(_)), Some(param)) => problems.push(Problem::Twice(arg, param.name.clone())),
            (Some(free), _) => *free = Some(arg),
            (None, _) => problems.push(Problem::TooMany(arg)),
        }
    }
    (bound, problems)
}

fn signature(what: &dyn Display, params: &[ParamDecl<'_>]) -> String {
    if params.is_empty() {
        return format!("{what} is written without arguments");
    }
    let list: Vec<String> = params
        .iter()
        .map(|param| {
            format!("{}: {}{}", param.name, param.ty, if param.default.is_some() { " = …" } else { "" })
        })
        .collect();
    format!("{what} takes ({})", list.join(", "))
}
