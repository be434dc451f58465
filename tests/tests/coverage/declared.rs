//! What the files of a project declare, as far as a name is needed to know what a call or an argument is.

use super::names::callee;
use sbot_grammar::ast::{Expr, ExprKind, File, ItemKind};
use std::collections::{BTreeMap, BTreeSet};

/// An action of the standard library.
#[derive(Default)]
pub(crate) struct ActionDecl {
    /// In declared order.
    pub(crate) params: Vec<String>,
    /// What can be answered.
    pub(crate) exits: Vec<String>,
}

/// The names of a project.
#[derive(Default)]
pub(crate) struct Declared {
    /// Those of `std/actions.sbot`.
    pub(crate) actions: BTreeMap<String, ActionDecl>,
    /// Those that the project declares itself, outside of widgets.
    pub(crate) own_actions: BTreeSet<String>,
    pub(crate) widgets: BTreeSet<String>,
    pub(crate) flows: BTreeSet<String>,
    pub(crate) templates: BTreeSet<String>,
    users: BTreeSet<String>,
    teams: BTreeSet<String>,
}

impl Declared {
    /// What the standard library declares.
    pub(crate) fn library() -> Declared {
        let mut declared = Declared::default();
        for file in sbot_stdlib::FILES {
            declared.add(&sbot_grammar::parse(file.text).file);
        }
        for name in std::mem::take(&mut declared.own_actions) {
            assert!(declared.actions.contains_key(&name), "{name} is declared outside of std/actions.sbot");
        }
        declared
    }

    /// What a file declares beside it.
    pub(crate) fn add(&mut self, file: &File) {
        for item in &file.items {
            match &item.kind {
                ItemKind::Action(action) => {
                    let params = action.params.iter().map(|param| param.name.text.to_string()).collect();
                    let exits = action.exits.iter().map(|exit| exit.name.text.to_string()).collect();
                    self.own_actions.insert(action.name.text.to_string());
                    self.actions.entry(action.name.text.to_string()).or_insert(ActionDecl { params, exits });
                }
                ItemKind::Widget { name, .. } => drop(self.widgets.insert(name.text.to_string())),
                ItemKind::Flow(flow) => drop(self.flows.insert(flow.name.text.to_string())),
                ItemKind::Template { name, .. } => drop(self.templates.insert(name.text.to_string())),
                ItemKind::User { name, .. } => drop(self.users.insert(name.text.to_string())),
                ItemKind::Team { name, .. } => drop(self.teams.insert(name.text.to_string())),
                ItemKind::Bot(_)
                | ItemKind::Use(_)
                | ItemKind::Trigger(_)
                | ItemKind::Var(_)
                | ItemKind::Step(_)
                | ItemKind::Fn(_)
                | ItemKind::Type { .. }
                | ItemKind::Account(_)
                | ItemKind::Entity { .. }
                | ItemKind::Pipeline { .. }
                | ItemKind::Channel { .. }
                | ItemKind::EmailTemplate { .. }
                | ItemKind::Form { .. }
                | ItemKind::Hours { .. }
                | ItemKind::Test { .. }
                | ItemKind::Upgrade(_)
                | ItemKind::Error => {}
            }
        }
    }

    /// What kind of argument it is, where a row may ask for it: a person, a team, an entity, a fixed text.
    pub(crate) fn kind_of(&self, value: &Expr) -> Option<String> {
        if let ExprKind::Text(text) = &value.kind {
            return text.plain().map(|text| format!("\"{text}\""));
        }
        let ExprKind::Name(name) = &value.kind else { return None };
        Some(match name.text.as_str() {
            name if self.users.contains(name) => "USER".to_owned(),
            name if self.teams.contains(name) => "TEAM".to_owned(),
            name => name.to_owned(),
        })
    }

    /// `expect ACTION(…)`, `expect not ACTION(…)`, or any other expectation.
    pub(crate) fn expected(&self, expr: &Expr) -> &'static str {
        let is_action = |expr: &Expr| {
            callee(expr).is_some_and(|names| match names.as_slice() {
                [name] => self.actions.contains_key(*name),
                [widget, _] => self.widgets.contains(*widget),
                _ => false,
            })
        };
        if let ExprKind::Not(inner) = &expr.kind
            && is_action(inner)
        {
            "expect not ACTION(…)"
        } else if is_action(expr) {
            "expect ACTION(…)"
        } else {
            "expect EXPR"
        }
    }
}
