//! Collects the items of every file: first the types and account, then everything that mentions a type, then what the
//! `use`s bring in.

use super::{
    ActionDecl, BotDecl, Def, FieldDecl, FlowDecl, FnDecl, Named, Names, OBJECTS, ParamDecl, Scope, StepDecl,
    TypeDecl, TypeState, VarDecl, WidgetDecl,
};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::project::{Parsed, Unit};
use crate::source::Place;
use crate::types::NAMED;
use sbot_grammar::ast::{self, ItemKind, Name};
use sbot_vm::program::{Echo, SymbolKind};
use smol_str::SmolStr;

/// Words that are no names of exits: waiting calls have exits of these names.
const NO_EXIT: &[&str] = &["timeout", "message", "video", "hours", "failed"];

pub(super) fn declare<'a>(names: &mut Names<'a>, parsed: &'a Parsed) {
    for _ in &parsed.units {
        names.scopes.push(Scope::default());
    }
    let units = || parsed.units.iter().enumerate();
    for (n, unit) in units() {
        for item in &unit.tree.items {
            names.declare_type(n, unit, item);
            names.declare_account_item(n, unit, item);
        }
    }
    names.import_types(parsed);
    for at in 0..names.types.len() {
        names.declared_type(at);
    }
    for (n, unit) in units() {
        for item in &unit.tree.items {
            names.check_attrs(unit, item);
            names.declare_item(n, unit, item);
        }
    }
    names.complete_account();
    names.import(parsed);
    names.check_account(parsed);
}

impl<'a> Names<'a> {
    fn declare_type(&mut self, n: usize, unit: &'a Unit, item: &'a ast::Item) {
        let ItemKind::Type { name, ty } = &item.kind else { return };
        let place = Place { file: unit.file, span: name.span };
        if NAMED.iter().any(|(known, _)| *known == name.text) {
            let text = format!("`{}` is a type of the language", name.text);
            self.report(Diagnostic::new(Code::E0204, place, text).help("choose another name"));
            return;
        }
        let index = self.types.len();
        self.types.push(TypeDecl { unit: n, item: ty, place, ty: TypeState::Unknown });
        let Some(scope) = self.scopes.get_mut(n) else { return };
        if let Some(first) = scope.types.get(&name.text).copied() {
            let first = self.types.get(first).map_or(place, |first| first.place);
            self.twice("type", name, place, first);
        } else {
            scope.types.insert(name.text.clone(), index);
        }
    }

    fn declare_item(&mut self, n: usize, unit: &'a Unit, item: &'a ast::Item) {
        let place = |name: &Name| Place { file: unit.file, span: name.span };
        match &item.kind {
            ItemKind::Var(var) => {
                let ty = self.type_of(n, unit.file, &var.ty);
                let decl = VarDecl { unit: n, item: var, ty, place: place(&var.name) };
                let def = Def::Var(self.vars.len());
                self.vars.push(decl);
                self.define(n, "variable", &var.name, unit, def);
            }
            ItemKind::Step(step) => self.declare_step(n, unit, step, item.doc.as_deref()),
            ItemKind::Fn(function) => self.declare_fn(n, unit, item, function),
            ItemKind::Action(action) => {
                let decl = self.action_decl(n, unit, item, action, None);
                let def = Def::Action(self.actions.len());
                self.actions.push(decl);
                self.define(n, "action", &action.name, unit, def);
            }
            ItemKind::Entity { name, fields } => self.declare_fields(n, unit, name, fields),
            ItemKind::Flow(flow) => self.declare_flow(n, unit, flow, item.doc.as_deref()),
            ItemKind::Widget { name, actions } => self.declare_widget(n, unit, name, actions),
            ItemKind::Bot(bot) => self.declare_bot(n, unit, bot),
            ItemKind::Use(_)
            | ItemKind::Trigger(_)
            | ItemKind::Type { .. }
            | ItemKind::Account(_)
            | ItemKind::Pipeline { .. }
            | ItemKind::User { .. }
            | ItemKind::Team { .. }
            | ItemKind::Channel { .. }
            | ItemKind::Template { .. }
            | ItemKind::EmailTemplate { .. }
            | ItemKind::Form { .. }
            | ItemKind::Hours { .. }
            | ItemKind::Test { .. }
            | ItemKind::Upgrade(_)
            | ItemKind::Error => {}
        }
    }

    fn declare_flow(&mut self, n: usize, unit: &'a Unit, flow: &'a ast::Flow, doc: Option<&'a str>) {
        let place = Place { file: unit.file, span: flow.name.span };
        let params = self.params(n, unit, &flow.params);
        let result = flow.result.as_ref().map(|ty| self.type_of(n, unit.file, ty));
        let def = Def::Flow(self.flows.len());
        self.flows.push(FlowDecl { unit: n, item: flow, doc, params, result, place });
        self.define(n, "flow", &flow.name, unit, def);
    }

    /// Only the first bot of a file counts; another one is reported where files are checked.
    fn declare_bot(&mut self, n: usize, unit: &'a Unit, bot: &'a ast::Bot) {
        if self.bots.last().is_some_and(|last| last.unit == n) {
            return;
        }
        let place = Place { file: unit.file, span: bot.name.span };
        let params = self.params(n, unit, &bot.params);
        let result = bot.result.as_ref().map(|ty| self.type_of(n, unit.file, ty));
        if let Some(scope) = self.scopes.get_mut(n) {
            scope.bots.insert(bot.name.text.clone(), self.bots.len());
        }
        self.bots.push(BotDecl { unit: n, item: bot, params, result, place });
    }

    fn declare_widget(&mut self, n: usize, unit: &'a Unit, name: &Name, actions: &'a [ast::Item]) {
        let mut widget = WidgetDecl::default();
        for item in actions {
            let ItemKind::Action(action) = &item.kind else { continue };
            let decl = self.action_decl(n, unit, item, action, Some(name));
            let place = decl.place;
            if let Some(first) = widget.actions.get(&action.name.text).and_then(|at| self.actions.get(*at)) {
                let first = first.place;
                self.twice("action", &action.name, place, first);
                continue;
            }
            widget.actions.insert(action.name.text.clone(), self.actions.len());
            self.actions.push(decl);
        }
        let def = Def::Widget(self.widgets.len());
        self.widgets.push(widget);
        self.define(n, "widget", name, unit, def);
    }

    /// Defines a name of the value namespace.
    pub(super) fn define(&mut self, n: usize, what: &str, name: &Name, unit: &Unit, def: Def) {
        let place = Place { file: unit.file, span: name.span };
        if OBJECTS.contains(&name.text.as_str()) && !unit.std {
            let text = format!("`{}` is always in scope and cannot be defined again", name.text);
            self.report(Diagnostic::new(Code::E0204, place, text).help("choose another name"));
            return;
        }
        let Some(scope) = self.scopes.get_mut(n) else { return };
        if let Some(first) = scope.values.get(&name.text).map(|named| named.place) {
            self.twice(what, name, place, first);
        } else {
            scope.values.insert(name.text.clone(), Named { def, place });
        }
    }

    fn declare_step(&mut self, n: usize, unit: &'a Unit, step: &'a ast::Step, doc: Option<&'a str>) {
        let place = Place { file: unit.file, span: step.name.span };
        let index = self.steps.len();
        self.steps.push(StepDecl { unit: n, item: step, doc, place });
        let Some(scope) = self.scopes.get_mut(n) else { return };
        if let Some(first) = scope.steps.get(&step.name.text).copied() {
            let first = self.steps.get(first).map_or(place, |step| step.place);
            self.twice("step", &step.name, place, first);
        } else {
            scope.steps.insert(step.name.text.clone(), index);
        }
    }

    /// The parameters of a declaration. A name that stands twice is reported.
    pub(crate) fn params(&mut self, n: usize, unit: &Unit, params: &'a [ast::Param]) -> Vec<ParamDecl<'a>> {
        let mut out: Vec<ParamDecl<'a>> = Vec::new();
        for (at, param) in params.iter().enumerate() {
            let ty = self.type_of(n, unit.file, &param.ty);
            if let Some(first) = params.iter().take(at).find(|other| other.name.text == param.name.text) {
                let place = |name: &Name| Place { file: unit.file, span: name.span };
                self.twice("parameter", &param.name, place(&param.name), place(&first.name));
            }
            out.push(ParamDecl { name: param.name.text.clone(), ty, default: param.default.as_ref() });
        }
        out
    }

    fn declare_fn(&mut self, n: usize, unit: &'a Unit, item: &'a ast::Item, function: &'a ast::Fn) {
        let place = Place { file: unit.file, span: function.name.span };
        let builtin = self.builtin_of(unit, item, function);
        // The type variable of the standard library's generic functions, with a body or without.
        self.generic = unit.std.then_some(n);
        let params = self.params(n, unit, &function.params);
        let result = self.type_of(n, unit.file, &function.result);
        self.generic = None;
        let index = self.functions.len();
        let ordered = item.attrs.iter().any(|attr| attr.name.text == "ordered");
        self.functions.push(FnDecl {
            unit: n,
            item: function,
            params,
            result,
            builtin,
            ordered,
            next: None,
            place,
        });
        let before =
            self.scopes.get(n).and_then(|scope| scope.values.get(&function.name.text)).map(|named| named.def);
        if let (Some(Def::Fn(mut first)), true) = (before, builtin.is_some()) {
            while let Some(next) = self.functions.get(first).and_then(|function| function.next) {
                first = next;
            }
            if let Some(last) = self.functions.get_mut(first) {
                last.next = Some(index);
            }
            return;
        }
        self.define(n, "function", &function.name, unit, Def::Fn(index));
    }

    fn builtin_of(
        &mut self,
        unit: &Unit,
        item: &ast::Item,
        function: &ast::Fn,
    ) -> Option<&'static sbot_vm::builtin::Builtin> {
        let place = Place { file: unit.file, span: function.name.span };
        let attr = item.attrs.iter().find(|attr| unit.std && attr.name.text == "builtin");
        if function.body.is_some() {
            return None;
        }
        let found = attr
            .filter(|_| unit.std)
            .and_then(|attr| attr.args.first())
            .and_then(|name| sbot_vm::builtin::builtin(&name.text));
        if found.is_none() {
            let text = format!("the function `{}` has no body", function.name.text);
            self.report(
                Diagnostic::new(Code::E0309, place, text)
                    .help("write its statements in `{ … }` after its type"),
            );
        }
        found
    }

    /// The exits of an action. Those of waiting calls have other names; a value of an answer comes from outside.
    fn exit_decls(
        &mut self,
        n: usize,
        unit: &'a Unit,
        exits: &'a [ast::ExitDecl],
    ) -> Vec<(SmolStr, Vec<ParamDecl<'a>>)> {
        let mut out: Vec<(SmolStr, Vec<ParamDecl<'a>>)> = Vec::new();
        for exit in exits {
            let place = Place { file: unit.file, span: exit.name.span };
            if NO_EXIT.contains(&exit.name.text.as_str()) {
                let text = format!("an exit cannot be called `{}`", exit.name.text);
                self.report(
                    Diagnostic::new(Code::E0204, place, text)
                        .help("it would mean something else after `on`: choose another name"),
                );
                continue;
            }
            let params = self.params(n, unit, &exit.params);
            if let Some(default) = exit.params.iter().find_map(|param| param.default.as_ref()) {
                let place = Place { file: unit.file, span: default.span };
                self.report(
                    Diagnostic::new(Code::E0110, place, "a value of an exit has no default")
                        .help("make it optional with `?`"),
                );
            }
            let first =
                exits.iter().find(|other| other.name.text == exit.name.text).map(|first| first.name.span);
            match first.filter(|first| *first != exit.name.span) {
                Some(first) => self.twice("exit", &exit.name, place, Place { file: unit.file, span: first }),
                None => out.push((exit.name.text.clone(), params)),
            }
        }
        out
    }

    /// An action as declared. Those of a widget have its name before theirs, and have to be waited for.
    fn action_decl(
        &mut self,
        n: usize,
        unit: &'a Unit,
        item: &'a ast::Item,
        action: &'a ast::Action,
        widget: Option<&Name>,
    ) -> ActionDecl<'a> {
        let place = Place { file: unit.file, span: action.name.span };
        let params = self.params(n, unit, &action.params);
        let result = action.result.as_ref().map(|ty| self.type_of(n, unit.file, ty));
        let exits = self.exit_decls(n, unit, &action.exits);
        let mut decl = ActionDecl {
            unit: n,
            name: widget.map_or_else(
                || action.name.text.clone(),
                |widget| SmolStr::new(format!("{}.{}", widget.text, action.name.text)),
            ),
            params,
            result,
            exits,
            delivery: self.delivery(unit, &item.attrs),
            echo: Echo::default(),
            channels: Vec::new(),
            needs_comment: false,
            shown: Vec::new(),
            must_wait: widget.is_some() && !action.exits.is_empty(),
            place,
        };
        for attr in &item.attrs {
            self.action_attr(unit, attr, &mut decl);
        }
        let nothing = decl.exits.is_empty() && decl.result.is_none();
        if let (true, Some(attr)) = (nothing, item.attrs.iter().find(|attr| attr.name.text == "must_wait")) {
            let place = Place { file: unit.file, span: attr.span };
            self.report(
                Diagnostic::new(Code::E0503, place, "a call of this action has nothing to wait for")
                    .help("give it an exit or a result, or remove `@must_wait`"),
            );
        }
        decl
    }

    fn declare_fields(&mut self, n: usize, unit: &'a Unit, entity: &Name, fields: &'a [ast::FieldDecl]) {
        let known = ["lead", "contact", "company"];
        let allowed = known.contains(&entity.text.as_str()) || unit.std;
        if !allowed {
            let place = Place { file: unit.file, span: entity.span };
            let diagnostic =
                Diagnostic::new(Code::E0202, place, format!("there is no entity `{}`", entity.text));
            self.report(suggest::similar(diagnostic, &entity.text, entity.span, known));
            return;
        }
        for field in fields {
            let written = self.type_of(n, unit.file, &field.ty);
            let ty = if unit.std || field.default.is_some() { written } else { written.optional() };
            let place = Place { file: unit.file, span: field.name.span };
            let decl = FieldDecl { ty, default: field.default.as_ref(), unit: n, place };
            let of = self.fields.entry(entity.text.clone()).or_default();
            if let Some(first) = of.get(&field.name.text).map(|field| field.place) {
                self.twice("field", &field.name, place, first);
            } else {
                of.insert(field.name.text.clone(), decl);
            }
        }
    }

    /// A symbol with a name in the file's scope.
    pub(super) fn define_symbol(
        &mut self,
        n: usize,
        unit: &Unit,
        kind: SymbolKind,
        name: &Name,
        title: &str,
        detail: &str,
    ) -> u32 {
        let id = self.symbol(kind, &name.text, title, detail);
        let what = match kind {
            SymbolKind::User => "user",
            SymbolKind::Team => "team",
            SymbolKind::Channel => "channel",
            SymbolKind::Pipeline => "pipeline",
            SymbolKind::Template => "template",
            SymbolKind::EmailTemplate => "e-mail template",
            SymbolKind::Form => "form",
            SymbolKind::Hours => "hours",
            SymbolKind::Entity | SymbolKind::Field | SymbolKind::Stage => "name",
        };
        self.define(n, what, name, unit, Def::Symbol(id));
        id
    }
}
