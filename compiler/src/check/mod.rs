//! Checking: names and types of every statement and expression. In: parsed files. Out: [`Checked`], with the typed
//! program if nothing was wrong.
//!
//! One file per statement. A file of this folder only reports; wording that is used twice stands in `report.rs`.

mod action;
mod args;
mod assign;
mod body;
mod bot;
mod call;
mod calls;
mod code;
mod coerce;
mod compare;
mod condition;
mod enter;
mod exit;
mod expr;
mod function;
mod goto;
mod list;
mod literal;
mod message;
mod pattern;
mod pause;
mod record;
mod report;
mod rotate;
mod statement;
mod template;
mod test;
mod trigger;
mod validate;

use crate::diagnostic::{Code, Diagnostic};
use crate::flow;
use crate::ir;
use crate::project::{Files, Parsed, Unit};
use crate::resolve::{self, Names};
use crate::source::{Place, Sources};
use crate::types::Ty;
use body::Body;
use bot::BotScope;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::{Name, Span};
use sbot_vm::program;
use smol_str::SmolStr;

/// A checked project.
#[derive(Debug)]
pub struct Checked {
    /// The texts, for reports.
    pub sources: Sources,
    /// Everything found, in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// The typed program; there if no diagnostic is an error.
    pub project: Option<ir::Project>,
}

/// Checks a project.
#[must_use]
pub fn check(mut parsed: Parsed, files: &dyn Files) -> Checked {
    let early = std::mem::take(&mut parsed.diagnostics);
    let names = resolve::resolve(&parsed);
    let mut checker = Checker::new(&parsed, files, names);
    checker.project();
    let mut diagnostics = std::mem::take(&mut checker.names.diagnostics);
    diagnostics.append(&mut checker.diagnostics);
    let out = std::mem::take(&mut checker.out);
    drop(checker);
    drop_echoes(&parsed.sources, &early, &mut diagnostics);
    diagnostics.extend(early);
    // What is reached can only be told once every target is known.
    if !diagnostics.iter().any(Diagnostic::is_error) {
        flow::check(&out, &mut diagnostics);
    }
    allow(&parsed, &mut diagnostics);
    crate::diagnostic::render::sort(&mut diagnostics);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Checked { sources: parsed.sources, diagnostics, project: (!failed).then_some(out) }
}

/// Drops findings on lines with a syntax error: what stands there was not read as it was meant.
fn drop_echoes(sources: &Sources, syntax: &[Diagnostic], diagnostics: &mut Vec<Diagnostic>) {
    let line = |place: Place| (place.file, sources.get(place.file).line_column(place.span.start).line);
    let broken: Vec<_> = syntax
        .iter()
        .filter(|found| matches!(found.code, Code::E0101 | Code::E0102 | Code::E0103 | Code::E0110))
        .map(|found| line(found.place))
        .collect();
    if !broken.is_empty() {
        diagnostics.retain(|found| !broken.contains(&line(found.place)));
    }
}

/// Drops the warnings that an `@allow` above their item silences.
fn allow(parsed: &Parsed, diagnostics: &mut Vec<Diagnostic>) {
    let mut allowed: Vec<(Place, Code)> = Vec::new();
    for unit in &parsed.units {
        for item in &unit.tree.items {
            for attr in item.attrs.iter().filter(|attr| attr.name.text == "allow") {
                for name in &attr.args {
                    match Code::find(&name.text) {
                        Some(code) => allowed.push((Place { file: unit.file, span: item.span }, code)),
                        None => diagnostics.push(report::unknown_code(
                            Place { file: unit.file, span: name.span },
                            &name.text,
                        )),
                    }
                }
            }
        }
    }
    if allowed.is_empty() {
        return;
    }
    let inside = |place: Place, of: Place| {
        place.file == of.file && place.span.start >= of.span.start && place.span.end <= of.span.end
    };
    diagnostics.retain(|diagnostic| {
        diagnostic.is_error()
            || !allowed
                .iter()
                .any(|(place, code)| *code == diagnostic.code && inside(diagnostic.place, *place))
    });
}

/// The default of a field, with the number of the unit that declares it.
type FieldDefault<'a> = Option<(usize, &'a sbot_grammar::ast::Expr)>;

/// The state of checking.
pub(crate) struct Checker<'a> {
    parsed: &'a Parsed,
    files: &'a dyn Files,
    names: Names<'a>,
    diagnostics: Vec<Diagnostic>,
    out: ir::Project,
    field_ids: FxHashMap<(SmolStr, SmolStr), ir::FieldId>,
    action_ids: FxHashMap<usize, ir::ActionId>,
    /// For each function with a body, its number in the program.
    function_ids: FxHashMap<usize, ir::FnId>,
    /// Who calls whom.
    calls: calls::Calls,
    /// The file whose names are looked up.
    unit: usize,
    /// The bot being checked.
    bot: BotScope<'a>,
    /// The step or function being checked.
    body: Body,
}

impl<'a> Checker<'a> {
    fn new(parsed: &'a Parsed, files: &'a dyn Files, names: Names<'a>) -> Self {
        let mut out = ir::Project { account: names.account.clone(), ..ir::Project::default() };
        out.symbols.clone_from(&names.symbols);
        out.hours.clone_from(&names.hours);
        Self {
            parsed,
            files,
            names,
            diagnostics: Vec::new(),
            out,
            field_ids: FxHashMap::default(),
            action_ids: FxHashMap::default(),
            function_ids: FxHashMap::default(),
            calls: calls::Calls::default(),
            unit: 0,
            bot: BotScope::default(),
            body: Body::default(),
        }
    }

    /// The file whose names are looked up.
    ///
    /// # Panics
    /// Never: units are made before checking, and `unit` is always one of them.
    #[allow(clippy::indexing_slicing)]
    fn unit(&self) -> &'a Unit {
        &self.parsed.units[self.unit]
    }

    /// A place in the current file.
    fn place(&self, span: Span) -> Place {
        Place { file: self.unit().file, span }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What a name of the value namespace means in the current file.
    fn lookup(&self, name: &str) -> Option<resolve::Named> {
        self.names.scopes.get(self.unit)?.values.get(name).copied()
    }

    /// The type of a type expression of the current file.
    fn type_of(&mut self, ty: &sbot_grammar::ast::TypeExpr) -> Ty {
        let file = self.unit().file;
        self.names.type_of(self.unit, file, ty)
    }

    /// The program's number of a field, its type and its default. E0203 if there is none.
    fn field(&mut self, entity: &str, name: &Name) -> Option<(ir::FieldId, Ty, FieldDefault<'a>)> {
        let Some(decl) = self.names.field(entity, &name.text) else {
            let unit = self.unit();
            self.names.unknown_field(unit, entity, name);
            return None;
        };
        let (ty, default) = (decl.ty.clone(), decl.default.map(|default| (decl.unit, default)));
        Some((self.field_id(entity, &name.text, &ty, default.is_some()), ty, default))
    }

    fn field_id(&mut self, entity: &str, name: &str, ty: &Ty, has_default: bool) -> ir::FieldId {
        let key = (SmolStr::new(entity), SmolStr::new(name));
        if let Some(id) = self.field_ids.get(&key) {
            return *id;
        }
        let mut slot = ty.slot();
        slot.optional |= has_default;
        let format = ty.format();
        let id = ir::FieldId(u32::try_from(self.out.fields.len()).unwrap_or(u32::MAX));
        self.out.fields.push(program::Field { entity: entity.into(), name: name.into(), slot, format });
        self.field_ids.insert(key, id);
        id
    }

    /// The program's number of an action.
    fn action_id(&mut self, decl: usize) -> ir::ActionId {
        if let Some(id) = self.action_ids.get(&decl) {
            return *id;
        }
        let id = ir::ActionId(u32::try_from(self.out.actions.len()).unwrap_or(u32::MAX));
        self.action_ids.insert(decl, id);
        if let Some(action) = self.names.actions.get(decl) {
            let params = |params: &[resolve::ParamDecl<'_>]| {
                params
                    .iter()
                    .map(|param| program::Param {
                        name: param.name.as_str().into(),
                        slot: param.ty.slot(),
                        format: param.ty.format(),
                    })
                    .collect()
            };
            self.out.actions.push(program::Action {
                name: action.name.as_str().into(),
                params: params(&action.params),
                result: action.result.as_ref().map(Ty::slot),
                result_format: action.result.as_ref().map(Ty::format).unwrap_or_default(),
                exits: action
                    .exits
                    .iter()
                    .map(|(name, list)| program::ActionExit {
                        name: name.as_str().into(),
                        params: params(list),
                    })
                    .collect(),
                delivery: action.delivery,
                echo: action.echo,
            });
        }
        id
    }
}
