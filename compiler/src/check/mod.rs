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
mod changes;
mod code;
mod coerce;
mod compare;
mod condition;
mod echo;
mod elsewhere;
mod ending;
mod enter;
mod exit;
mod expr;
mod function;
mod goto;
mod known;
mod list;
mod literal;
mod message;
mod pattern;
mod pause;
mod record;
mod regex;
mod report;
mod rotate;
mod statement;
mod template;
mod test;
mod trigger;
mod unknown;
mod unused;
mod upgrade;
mod validate;

use crate::diagnostic::{Code, Diagnostic};
use crate::flow;
use crate::ir;
use crate::lint;
use crate::project::{Files, Parsed, Unit};
use crate::resolve::{self, Names};
use crate::source::{Place, Sources};
use crate::types::Ty;
use body::Body;
use bot::BotScope;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::{ItemKind, Name, Span};
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
    /// The warnings that each `@allow` silences, and the item it stands above.
    allowed: Vec<(Place, Code)>,
}

impl Checked {
    /// Adds what a later stage has found.
    pub fn add(&mut self, found: Vec<Diagnostic>) {
        self.diagnostics.extend(found);
        silence(&self.allowed, &mut self.diagnostics);
        crate::diagnostic::render::sort(&mut self.diagnostics);
    }
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
    // What is broken never becomes a program, whoever reports it.
    if !diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.extend(checker.dropped.take());
    }
    let out = std::mem::take(&mut checker.out);
    let warnings = std::mem::take(&mut checker.warnings);
    let alone = std::mem::take(&mut checker.alone);
    drop(checker);
    echo::drop_echoes(&parsed, &early, &mut diagnostics);
    elsewhere::point_out(&parsed, &mut diagnostics);
    diagnostics.extend(early);
    // What is reached can only be told once every target is known.
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let sent = flow::check(&out, &mut diagnostics);
        diagnostics.extend(lint::check(&out, &alone, &parsed.sources, &sent));
        diagnostics.extend(warnings);
        ending::write_ends(&parsed, &mut diagnostics);
    }
    let allowed = allowed(&parsed, &mut diagnostics);
    silence(&allowed, &mut diagnostics);
    crate::diagnostic::render::sort(&mut diagnostics);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Checked { sources: parsed.sources, diagnostics, project: (!failed).then_some(out), allowed }
}

/// The warnings that each `@allow` silences, and the item it stands above.
fn allowed(parsed: &Parsed, diagnostics: &mut Vec<Diagnostic>) -> Vec<(Place, Code)> {
    let mut allowed: Vec<(Place, Code)> = Vec::new();
    for unit in &parsed.units {
        let inner = unit.tree.items.iter().flat_map(|item| {
            if let ItemKind::Widget { actions, .. } = &item.kind { actions.as_slice() } else { &[] }
        });
        for item in unit.tree.items.iter().chain(inner) {
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
    allowed
}

/// Drops the warnings that an `@allow` above their item silences.
fn silence(allowed: &[(Place, Code)], diagnostics: &mut Vec<Diagnostic>) {
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

/// Words that mean something in a place of a statement, and are names elsewhere.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    exit::words().chain(compare::words())
}

/// The state of checking.
pub(crate) struct Checker<'a> {
    parsed: &'a Parsed,
    files: &'a dyn Files,
    names: Names<'a>,
    diagnostics: Vec<Diagnostic>,
    /// What is wrong with the results of bots in their libraries.
    owed: Vec<bot::Owed>,
    /// The first error that was dropped because it is reported at a declaration too.
    dropped: Option<Diagnostic>,
    /// Findings that count only where nothing is an error.
    warnings: Vec<Diagnostic>,
    out: ir::Project,
    /// Libraries that no bot uses, each as if a bot did.
    alone: Vec<ir::Bot>,
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
            owed: Vec::new(),
            dropped: None,
            warnings: Vec::new(),
            out,
            alone: Vec::new(),
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

    /// What a name of the value namespace means in the current file. It counts as used.
    fn lookup(&mut self, name: &str) -> Option<resolve::Named> {
        let named = self.meaning(name)?;
        // A function that only calls itself is called by nobody.
        if self.body.own != Some(named.def) {
            self.names.uses.value(self.unit, named);
        }
        Some(named)
    }

    /// The same for a name that is not used here.
    fn meaning(&self, name: &str) -> Option<resolve::Named> {
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
        self.out.gives(ty);
        let id = ir::FieldId(u32::try_from(self.out.fields.len()).unwrap_or(u32::MAX));
        self.out.fields.push(program::Field { entity: entity.into(), name: name.into(), slot, format });
        self.out.field_types.push(if has_default { ty.clone().optional() } else { ty.clone() });
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
            let answers = action.exits.iter().flat_map(|(_, params)| params).map(|param| &param.ty);
            answers.chain(&action.result).for_each(|ty| self.out.gives(ty));
            self.out.shown.extend(action.shown.iter().map(|param| (id, *param)));
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
            let types = |params: &[resolve::ParamDecl<'_>]| params.iter().map(|it| it.ty.clone()).collect();
            self.out.answer_types.push(ir::AnswerTypes {
                result: action.result.clone(),
                exits: action.exits.iter().map(|(_, list)| types(list)).collect(),
            });
            self.out
                .needs
                .push(ir::Needs { channels: action.channels.clone(), comment: action.needs_comment });
        }
        id
    }
}
