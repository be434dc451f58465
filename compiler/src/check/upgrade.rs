//! `upgrade from "v1" { … }`: what the new program knows by itself. Whether the old program has what is named stands in
//! `crate::upgrade`, where the old program is at hand.

use super::Checker;
use super::body::Body;
use super::report::a;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{self, Kept, Rule, RuleKind, To, VarId};
use crate::lower::constant::constant;
use crate::source::Place;
use crate::types::Ty;
use crate::upgrade::names::Places;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::{self, Becomes, ItemKind, Name, PlaceName, UpgradeKind};
use sbot_vm::program::SymbolKind;
use sbot_vm::value::Value;
use std::sync::Arc;

/// What the bot keeps while it waits, and where it waits.
struct Known<'b> {
    places: Places,
    vars: &'b [ir::Var],
    /// The locals of all steps and flows.
    locals: Vec<&'b ir::Local>,
}

impl<'a> Checker<'a> {
    /// The decisions of a bot's file and of its libraries.
    pub(super) fn upgrades(
        &mut self,
        n: usize,
        steps: &[ir::Step],
        flows: &[ir::Flow],
        vars: &[ir::Var],
    ) -> Vec<ir::Upgrade> {
        let mut found: Vec<(usize, &'a ast::Item, &'a ast::Upgrade)> = Vec::new();
        for library in self.libraries(n) {
            let items = self.parsed.units.get(library).into_iter().flat_map(|unit| &unit.tree.items);
            let upgrade = |item: &'a ast::Item| {
                let ItemKind::Upgrade(upgrade) = &item.kind else { return None };
                Some((library, item, upgrade))
            };
            found.extend(items.filter_map(upgrade));
        }
        if found.is_empty() {
            return Vec::new();
        }
        let locals =
            steps.iter().flat_map(|step| &step.locals).chain(flows.iter().flat_map(|flow| &flow.locals));
        let known = Known {
            places: Places::new(steps, flows),
            vars,
            locals: locals.filter(|local| !local.name.starts_with('%')).collect(),
        };
        let mut decided: FxHashMap<(Arc<str>, &'static str, Arc<str>), Place> = FxHashMap::default();
        let mut upgrades = Vec::with_capacity(found.len());
        for (unit, item, upgrade) in found {
            self.unit = unit;
            self.body = Body::in_expression();
            let from = self.old_programs(upgrade);
            let rules: Vec<Rule> =
                upgrade.rules.iter().filter_map(|rule| self.upgrade_rule(rule, &known)).collect();
            for (from, rule) in from.iter().flat_map(|from| rules.iter().map(move |rule| (from, rule))) {
                let (what, name) = key(&rule.kind);
                if let Some(first) = decided.insert((Arc::clone(&from.0), what, Arc::clone(&name)), rule.old)
                    && first != rule.old
                {
                    self.report(
                        Diagnostic::new(Code::E0204, rule.old, format!("`{name}` is decided twice"))
                            .label(first, "the first time")
                            .help("remove one of the decisions"),
                    );
                }
            }
            upgrades.push(ir::Upgrade { from, rules, place: self.place(item.span) });
        }
        self.unit = n;
        upgrades
    }

    /// The names of the programs that an item is about.
    fn old_programs(&mut self, upgrade: &ast::Upgrade) -> Vec<(Arc<str>, Place)> {
        let mut from = Vec::new();
        for text in &upgrade.from {
            let place = self.place(text.span);
            match text.plain().map(str::trim).filter(|name| !name.is_empty()) {
                Some(name) => from.push((Arc::from(name), place)),
                None => self.report(
                    Diagnostic::new(Code::E0301, place, "this names no program")
                        .help("write the id that `bot.version` gives, or the tag of `sbotc build --tag`"),
                ),
            }
        }
        from
    }

    fn upgrade_rule(&mut self, rule: &ast::UpgradeRule, known: &Known<'_>) -> Option<Rule> {
        let (old, kind) = match &rule.kind {
            UpgradeKind::Place { old, to } => {
                let name = self.place_name(old)?;
                (old.span(), RuleKind::Place { old: name, to: self.becomes(to, known)? })
            }
            UpgradeKind::Renamed { old, new } => {
                let new = self.kept(new, known)?;
                (old.span, RuleKind::Renamed { old: old.text.as_str().into(), new })
            }
            UpgradeKind::Value(var) => (var.name.span, self.upgrade_value(var, known)?),
            UpgradeKind::Bot { old, to } => {
                let to = self.old_bot(old, to, known)?;
                (old.span, RuleKind::Bot { old: old.text.as_str().into(), to })
            }
            UpgradeKind::Symbol { kind, old, new } => {
                let names: Vec<&str> = old.names.iter().map(|name| name.text.as_str()).collect();
                let (kind, new) = self.new_symbol(kind, new.as_ref())?;
                (old.span, RuleKind::Symbol { kind, old: names.join(".").into(), new })
            }
        };
        Some(Rule { place: self.place(rule.span), old: self.place(old), kind })
    }

    fn place_name(&mut self, name: &PlaceName) -> Option<Arc<str>> {
        let text = name.text();
        if text.is_empty() {
            let place = self.place(name.span());
            self.report(
                Diagnostic::new(Code::E0702, place, "this names no wait")
                    .help("write the name as messages show it: `\"greet.message#2\"`"),
            );
            return None;
        }
        Some(text.into())
    }

    /// The name of a wait, call, step or flow that the bot has. E0702.
    fn known_place(&mut self, name: &PlaceName, known: &Known<'_>, calls: bool) -> Option<Arc<str>> {
        let text = self.place_name(name)?;
        let places = &known.places;
        if (calls && places.is_call(&text)) || (!calls && places.has(&text)) {
            return Some(text);
        }
        let place = self.place(name.span());
        let what = if calls { "call of a flow or bot" } else { "wait" };
        let bot = self.bot.name.clone();
        let diagnostic = Diagnostic::new(Code::E0702, place, format!("`{bot}` has no {what} `{text}`"));
        let all = self.names.guesses.spend(places.names(calls));
        let diagnostic = suggest::meant_as(diagnostic, &text, name.span(), all, |near| {
            (format!("`{near}`"), crate::upgrade::names::written(near))
        });
        self.report(if diagnostic.help.is_some() {
            diagnostic
        } else {
            diagnostic.help("a wait is called `step.message`, `step.validate` …, a call `step.flow`; `sbotc run` shows the names")
        });
        None
    }

    fn becomes(&mut self, to: &Becomes, known: &Known<'_>) -> Option<To> {
        Some(match to {
            Becomes::End(span) => {
                let place = self.place(*span);
                self.bot_result_at(place, "`end`");
                To::End
            }
            Becomes::Restart { step, args } => {
                let decl = self.step(step)?;
                let id = *self.bot.steps.get(&decl)?;
                let params = self.bot.step_params.get(id.0 as usize).cloned().unwrap_or_default();
                let what = format!("the step `{}`", step.text);
                let place = self.place(step.span);
                let bound = self.bind_some_args(&what, &params, args, place)?;
                let mut given = Vec::new();
                for (param, arg) in params.iter().zip(bound) {
                    let Some(arg) = arg else { continue };
                    let value =
                        self.fixed(&arg.value, &param.ty, &format!("the parameter `{}`", param.name))?;
                    given.push((Arc::from(param.name.as_str()), value));
                }
                To::Restart { step: id, args: given }
            }
            Becomes::Place { name, callers, timeout } => {
                let name = self.known_place(name, known, false);
                let callers: Option<Vec<_>> =
                    callers.iter().map(|caller| self.known_place(caller, known, true)).collect();
                if let Some(timeout) = timeout {
                    let place = self.place(timeout.span);
                    self.in_timer_bounds(place, timeout.seconds);
                }
                let timeout = timeout.map(|timeout| timeout.seconds);
                To::Place { name: name?, callers: callers?, timeout }
            }
        })
    }

    /// A value that is the same in every run.
    fn fixed(&mut self, value: &ast::Expr, ty: &Ty, what: &str) -> Option<Value> {
        self.body = Body::in_expression();
        let expr = self.expr_as(value, ty, what);
        if expr.ty == Ty::Error {
            return None;
        }
        let fixed = constant(&expr).map(std::borrow::Cow::into_owned);
        if fixed.is_none() {
            self.report(
                Diagnostic::new(Code::E0301, expr.place, "what an `upgrade` gives is the same for every run")
                    .help("write a value without variables, fields and calls"),
            );
        }
        fixed
    }

    /// A variable of the bot, or a local of one of its steps and flows. E0202.
    fn kept(&mut self, name: &Name, known: &Known<'_>) -> Option<Kept> {
        let vars = (0u32..).zip(known.vars);
        // A variable of this file comes before those of others.
        let file = self.unit().file;
        let named = vars.filter(|(_, var)| *var.name == *name.text);
        let var = named.max_by_key(|(_, var)| var.place.file == file).map(|(at, _)| VarId(at));
        let is_local = known.locals.iter().any(|local| *local.name == *name.text);
        if var.is_some() || is_local {
            return Some(Kept { name: name.text.as_str().into(), var });
        }
        let place = self.place(name.span);
        let text = format!("there is no variable `{}`", name.text);
        let all =
            known.vars.iter().map(|var| &*var.name).chain(known.locals.iter().map(|local| &*local.name));
        let all = self.names.guesses.spend(all);
        let diagnostic =
            suggest::similar(Diagnostic::new(Code::E0202, place, text), &name.text, name.span, all);
        self.report(diagnostic);
        None
    }

    fn upgrade_value(&mut self, var: &ast::Var, known: &Known<'_>) -> Option<RuleKind> {
        let ty = self.type_of(&var.ty);
        let new = self.kept(&var.name, known);
        let value = self.fixed(&var.value, &ty, &format!("`{}`", var.name.text));
        let (new, value) = (new?, value?);
        let of_var = new.var.and_then(|var| known.vars.get(var.0 as usize)).map(|var| &var.ty);
        let of_locals = || known.locals.iter().filter(|local| local.name == new.name).map(|local| &local.ty);
        let fits = |wanted: &Ty| ty.widens_to(wanted) && (wanted.is_optional() || !ty.is_optional());
        let misfit = match of_var {
            Some(of_var) => (!fits(of_var)).then_some(of_var),
            None if of_locals().any(fits) => None,
            None => of_locals().next(),
        };
        if let Some(wanted) = misfit {
            let place = self.place(var.ty.span);
            let text = format!("`{}` is {}, not {}", new.name, a(wanted), a(&ty));
            self.report(
                Diagnostic::new(Code::E0301, place, text).help(format!("write `{}: {wanted}`", new.name)),
            );
            return None;
        }
        Some(RuleKind::Value { new, ty, value })
    }

    /// What becomes of an old bot: it is this one now, begins a step of this one, or ends.
    fn old_bot(&mut self, old: &Name, to: &Becomes, known: &Known<'_>) -> Option<To> {
        let place = self.place(old.span);
        if let Some(bot) = self.names.bots.iter().find(|bot| bot.item.name.text == old.text) {
            let text = format!("there is a bot `{}` in this project", old.text);
            let first = bot.place;
            self.report(
                Diagnostic::new(Code::E0204, place, text)
                    .label(first, "this one")
                    .help("its runs stay with it; decide about its waits in its own file"),
            );
            return None;
        }
        let Becomes::Place { name, .. } = to else { return self.becomes(to, known) };
        let text = self.place_name(name)?;
        if *text != *self.bot.name {
            let place = self.place(name.span());
            let own = self.bot.name.clone();
            self.report(
                Diagnostic::new(Code::E0702, place, format!("`{text}` is not the bot of this file"))
                    .help(format!("write `-> {own}`, `-> restart STEP` or `-> end`")),
            );
            return None;
        }
        Some(To::Place { name: text, callers: Vec::new(), timeout: None })
    }

    fn new_symbol(&mut self, kind: &Name, new: Option<&ast::Path>) -> Option<(SymbolKind, Option<u32>)> {
        let kind = [
            ("user", SymbolKind::User),
            ("team", SymbolKind::Team),
            ("channel", SymbolKind::Channel),
            ("pipeline", SymbolKind::Pipeline),
            ("stage", SymbolKind::Stage),
            ("template", SymbolKind::Template),
            ("email_template", SymbolKind::EmailTemplate),
            ("form", SymbolKind::Form),
            ("hours", SymbolKind::Hours),
        ]
        .into_iter()
        .find(|(word, _)| *word == kind.text)
        .map(|(_, found)| found)?;
        let Some(path) = new else { return Some((kind, None)) };
        let (n, unit) = (self.unit, self.unit());
        let symbol = if kind == SymbolKind::Stage {
            self.names.stage(n, unit, path)?
        } else {
            let name = path.names.first()?;
            self.names.expect_symbol(n, unit, name, kind, kind.name())?
        };
        Some((kind, Some(symbol)))
    }
}

/// What a decision is about.
fn key(kind: &RuleKind) -> (&'static str, Arc<str>) {
    match kind {
        RuleKind::Place { old, .. } => ("place", Arc::clone(old)),
        RuleKind::Renamed { new, .. } => ("renamed", Arc::clone(&new.name)),
        RuleKind::Value { new, .. } => ("value", Arc::clone(&new.name)),
        RuleKind::Symbol { kind, old, .. } => (kind.name(), Arc::clone(old)),
        RuleKind::Bot { old, .. } => ("bot", Arc::clone(old)),
    }
}
