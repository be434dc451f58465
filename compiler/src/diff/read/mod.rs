//! From the checked project to its model. In: [`ir::Project`]. Out: [`Model`].
//!
//! Every match here names all variants and every pattern all fields, so that nothing a later version of the language
//! adds can be left out unseen.

mod block;
mod expr;
mod locals;
mod seal;
mod statement;
mod trigger;

pub(crate) use seal::{Renamer, waits};
pub(crate) use trigger::days_of;

use super::model::{Bot, Model, Shown, Unit, UnitKind, Var};
use super::term::{Head, Space, TermId, Terms};
use crate::ir::{self, LocalId};
use crate::types::Ty;
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_vm::program::{self, SymbolKind};
use sbot_vm::value::Kind as Held;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The model of a project.
pub(crate) fn model(project: &ir::Project, terms: &mut Terms) -> Model {
    let blank = terms.word("", Vec::new());
    let mut reader = Reader {
        project,
        terms,
        blank,
        used: Used::default(),
        functions: Vec::new(),
        known_functions: FxHashSet::default(),
        inlined: FxHashMap::default(),
        inlining: Vec::new(),
        budget: 10_000,
        bot: None,
        constants: Vec::new(),
        body: Body::default(),
    };
    reader.project()
}

/// What statements that are reached refer to.
#[derive(Default)]
struct Used {
    symbols: BTreeSet<u32>,
    fields: BTreeSet<u32>,
    actions: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    vars: FxHashSet<u32>,
}

struct Reader<'p, 't> {
    project: &'p ir::Project,
    terms: &'t mut Terms,
    /// Stands for a key that is not known yet.
    blank: TermId,
    used: Used,
    /// Functions that are called and stand for themselves, in the order in which they were found.
    functions: Vec<u32>,
    known_functions: FxHashSet<u32>,
    /// Calls that became the function's expression.
    inlined: FxHashMap<(u32, Vec<TermId>), TermId>,
    inlining: Vec<u32>,
    /// How many more calls may become expressions.
    budget: u32,
    bot: Option<&'p ir::Bot>,
    /// For each variable of the bot its value, if it never has another one.
    constants: Vec<Option<TermId>>,
    body: Body,
}

/// The step, flow or function that is read.
#[derive(Default)]
struct Body {
    /// Locals that only ever get one value, by one statement.
    once: FxHashSet<LocalId>,
    /// What locals stand for.
    values: FxHashMap<LocalId, TermId>,
}

impl<'p> Reader<'p, '_> {
    fn project(&mut self) -> Model {
        // Projects are compared before translations come in, in the language of their source.
        let ir::Project {
            account,
            symbols,
            fields,
            actions,
            hours,
            functions,
            bots,
            tests: _,
            needs: _,
            shown: _,
            languages: _,
            // Types, which only a program needs to know.
            given: _,
            field_types: _,
            answer_types: _,
        } = self.project;
        let bots = bots.iter().map(|bot| self.bot(bot)).collect();
        let functions = self.function_units(functions);
        let mut model = Model { account: account.clone(), functions, bots, ..Model::default() };
        for field in self.used.fields.iter().filter_map(|at| fields.get(*at as usize)) {
            model.fields.insert(field_name(field), field.clone());
        }
        for action in self.used.actions.iter().filter_map(|at| actions.get(*at as usize)) {
            model.actions.insert(Arc::clone(&action.name), action.clone());
        }
        for hours in self.used.hours.iter().filter_map(|at| hours.get(*at as usize)) {
            let mut hours = hours.clone();
            hours.rows.sort_by_key(|open| (open.days, open.from, open.to));
            hours.rows.dedup();
            hours.except.sort_unstable();
            hours.except.dedup();
            model.hours.insert(self.symbol_name(hours.symbol), hours);
        }
        // A field that holds a symbol can show any of its kind.
        let any = model.fields.values().any(|field| field.slot.kind == Held::Symbol);
        for (at, symbol) in (0u32..).zip(symbols) {
            let program::Symbol { kind, name, title, detail } = symbol;
            if let Some((word, named)) = shown_kind(*kind)
                && (self.used.symbols.contains(&at) || (any && named))
            {
                let title = if named { Arc::clone(title) } else { Arc::from("") };
                model.symbols.insert((word, Arc::clone(name)), Shown { title, detail: Arc::clone(detail) });
            }
        }
        model
    }

    fn symbol_name(&self, symbol: u32) -> Arc<str> {
        let symbol = self.project.symbols.get(symbol as usize);
        symbol.map_or_else(|| Arc::from("?"), |symbol| Arc::clone(&symbol.name))
    }

    fn bot(&mut self, bot: &'p ir::Bot) -> Bot {
        let ir::Bot {
            name,
            params,
            vars,
            steps,
            flows,
            result,
            first,
            on_failed,
            triggers,
            place,
            doc: _,
            upgrades: _,
        } = bot;
        self.bot = Some(bot);
        self.used.vars.clear();
        self.body = Body::default();
        self.constants.clear();
        let mut read_vars = Vec::new();
        for (var, changed) in vars.iter().zip(locals::changed_vars(bot)) {
            let init = var.init.as_ref().map(|init| self.expr(init));
            self.constants.push(init.filter(|init| !changed && self.terms.as_lit(*init).is_some()));
            read_vars.push(init);
        }
        // What the initial values read counts only where the variable itself is used.
        self.used.vars.clear();
        let triggers = triggers.iter().map(|trigger| self.trigger(trigger)).collect();
        let (steps, flows) = self.reached(steps, flows, (*first, *on_failed));
        self.used_by_values(&read_vars);
        let vars = (0u32..).zip(vars.iter().zip(read_vars));
        let vars = vars.map(|(n, (ir::Var { name, ty, init: _, place }, init))| Var {
            name: Arc::clone(name),
            place: *place,
            ty: ty.to_string(),
            init,
            // A value that cannot be computed ends the run whether it is read or not.
            used: self.used.vars.contains(&n) || init.is_some_and(|init| self.terms.may_trap(init)),
        });
        Bot {
            name: Arc::clone(name),
            place: *place,
            params: *params,
            vars: vars.collect(),
            steps,
            flows,
            first: first.0,
            on_failed: on_failed.map(|step| step.0),
            triggers,
            result: result.as_ref().map(Ty::to_string),
        }
    }

    /// Variables that the initial values of used ones read are used, too. They stand before those.
    fn used_by_values(&mut self, values: &[Option<TermId>]) {
        for (n, value) in values.iter().enumerate().rev() {
            let n = u32::try_from(n).unwrap_or(u32::MAX);
            if let (true, Some(value)) = (self.used.vars.contains(&n), value) {
                let used = &mut self.used.vars;
                self.terms.visit(*value, &mut FxHashSet::default(), &mut |head| {
                    if let Head::Of(Space::Var, var) = head {
                        used.insert(*var);
                    }
                });
            }
        }
    }

    /// The steps and flows of a bot. Only those to which a way leads have a body.
    fn reached(
        &mut self,
        steps: &'p [ir::Step],
        flows: &'p [ir::Flow],
        (first, on_failed): (ir::StepId, Option<ir::StepId>),
    ) -> (Vec<Unit>, Vec<Unit>) {
        let mut step_units: Vec<Unit> = steps.iter().map(|step| self.step_head(step)).collect();
        let mut flow_units: Vec<Unit> = flows.iter().map(|flow| self.flow_head(flow)).collect();
        let mut open_steps: Vec<u32> = std::iter::once(first.0).chain(on_failed.map(|step| step.0)).collect();
        let mut open_flows: Vec<u32> = Vec::new();
        loop {
            let (unit, body, locals) = if let Some(at) = open_steps.pop() {
                match (step_units.get_mut(at as usize), steps.get(at as usize)) {
                    (Some(unit), Some(step)) => (unit, &step.body, &step.locals),
                    _ => continue,
                }
            } else if let Some(at) = open_flows.pop() {
                match (flow_units.get_mut(at as usize), flows.get(at as usize)) {
                    (Some(unit), Some(flow)) => (unit, &flow.body, &flow.locals),
                    _ => continue,
                }
            } else {
                return (step_units, flow_units);
            };
            if !unit.reached {
                self.read_body(unit, body, locals);
                seal::targets(self.terms, &unit.body, &mut open_steps, &mut open_flows);
            }
        }
    }

    fn step_head(&mut self, step: &'p ir::Step) -> Unit {
        let ir::Step { name, params, locals, body: _, place, library: _, doc: _ } = step;
        self.unit_head(UnitKind::Step, name, *place, locals.get(..*params).unwrap_or_default())
    }

    fn flow_head(&mut self, flow: &'p ir::Flow) -> Unit {
        let ir::Flow { name, params, locals, result, body: _, place, library: _, doc: _ } = flow;
        let head = self.unit_head(UnitKind::Flow, name, *place, locals.get(..*params).unwrap_or_default());
        Unit { result: result.as_ref().map(Ty::to_string), ..head }
    }

    fn unit_head(
        &mut self,
        kind: UnitKind,
        name: &Arc<str>,
        place: crate::source::Place,
        params: &[ir::Local],
    ) -> Unit {
        Unit {
            kind,
            name: Arc::clone(name),
            place,
            reached: false,
            params: params.iter().map(|param| param.ty.to_string()).collect(),
            result: None,
            locals: Vec::new(),
            body: Vec::new(),
            key: self.blank,
        }
    }

    fn read_body(&mut self, unit: &mut Unit, body: &'p ir::Block, locals: &[ir::Local]) {
        unit.reached = true;
        self.body = Body { once: locals::once(body), values: FxHashMap::default() };
        unit.body = self.unit_block(unit.kind, body, unit.place);
        seal::seal(self.terms, unit, locals);
    }

    /// The functions that are called. Reading one may find more.
    fn function_units(&mut self, functions: &'p [ir::Function]) -> Vec<Unit> {
        let mut units: Vec<Unit> = functions
            .iter()
            .map(|function| {
                let ir::Function { name, params, locals, body: _, place, used: _ } = function;
                let params = locals.get(..*params).unwrap_or_default();
                self.unit_head(UnitKind::Function, name, *place, params)
            })
            .collect();
        self.bot = None;
        let mut at = 0;
        while let Some(number) = self.functions.get(at).copied() {
            at += 1;
            if let (Some(unit), Some(function)) =
                (units.get_mut(number as usize), functions.get(number as usize))
            {
                self.read_body(unit, &function.body, &function.locals);
            }
        }
        units
    }
}

/// `lead.budget`; `now`.
fn field_name(field: &program::Field) -> Arc<str> {
    if field.name.is_empty() {
        return Arc::clone(&field.entity);
    }
    format!("{}.{}", field.entity, field.name).into()
}

/// What symbols of a kind are called, and whether a text can show their titles. None for those that say nothing more
/// than their name.
fn shown_kind(kind: SymbolKind) -> Option<(&'static str, bool)> {
    match kind {
        SymbolKind::User => Some(("user", true)),
        SymbolKind::Team => Some(("team", true)),
        SymbolKind::Channel => Some(("channel", true)),
        SymbolKind::Pipeline => Some(("pipeline", true)),
        SymbolKind::Stage => Some(("stage", true)),
        SymbolKind::Form => Some(("form", true)),
        // The texts of templates stand in the messages.
        SymbolKind::Template => Some(("template", false)),
        SymbolKind::EmailTemplate => Some(("e-mail template", false)),
        SymbolKind::Entity | SymbolKind::Field | SymbolKind::Hours => None,
    }
}
