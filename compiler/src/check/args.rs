//! Arguments of calls and gotos: positional, then named, defaults as declared.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::Expr;
use crate::resolve::ParamDecl;
use crate::source::Place;
use sbot_grammar::ast::{self, Arg};
use smol_str::SmolStr;

/// For each parameter the argument given for it.
pub(super) type Bound<'c> = Vec<Option<&'c Arg>>;

impl<'a> Checker<'a> {
    /// Sorts the arguments by parameter. What does not fit is reported; then there is no result.
    pub(super) fn bind_args<'c>(
        &mut self,
        what: &str,
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
        what: &str,
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

    fn bad_argument(&mut self, what: &str, params: &[ParamDecl<'a>], problem: Problem<'_>, call: Place) {
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
            Problem::Unknown(arg, name) => {
                let text = format!("{what} has no parameter `{}`", name.text);
                let diagnostic = Diagnostic::new(Code::E0302, self.place(arg.span), text);
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
        what: &str,
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

    pub(super) fn default_of(&mut self, param: &ParamDecl<'a>, unit: usize, what: &str) -> Expr {
        let Some(default) = param.default else { return Self::error(self.place(ast::Span::default())) };
        let here = std::mem::replace(&mut self.unit, unit);
        let known = std::mem::take(&mut self.body.known);
        let value = self.expr_as(default, &param.ty, what);
        self.body.known = known;
        self.unit = here;
        value
    }
}

/// What can be wrong with arguments.
pub(super) enum Problem<'c> {
    TooMany(&'c Arg),
    Unknown(&'c Arg, ast::Name),
    Twice(&'c Arg, SmolStr),
    Missing(SmolStr),
    Order(&'c Arg),
}

/// Sorts the arguments by parameter without reporting. All parameters without a default must be given.
pub(super) fn try_bind<'c>(params: &[ParamDecl<'_>], args: &'c [Arg]) -> Result<Bound<'c>, Vec<Problem<'c>>> {
    let (bound, mut problems) = sort_args(params, args);
    for (param, arg) in params.iter().zip(&bound) {
        if arg.is_none() && param.default.is_none() {
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
                        problems.push(Problem::Unknown(arg, name.clone()));
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

fn signature(what: &str, params: &[ParamDecl<'_>]) -> String {
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
