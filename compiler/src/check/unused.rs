//! W0709: what is declared and never used.
//!
//! A body notes which of its locals are read while it is checked, and [`Uses`](crate::resolve::Uses) what is used of the
//! declarations. What is found here is a warning, so it counts only where nothing is an error: a name that could not be
//! understood may have been the use that is missed.
//!
//! A file without a bot is a library: its items are there for others, who need not be part of this project. So only
//! what nobody outside can use is looked at there: parameters, locals and `use`s. Declarations of the account may stand
//! unused everywhere, and nothing is said of the standard library.

use super::Checker;
use super::body::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::LocalId;
use crate::source::{FileId, Place};
use sbot_grammar::ast::{ItemKind, Name, Param};
use smol_str::SmolStr;

impl<'a> Checker<'a> {
    /// Notes the parameters of a step, flow or `fn` as names that should be read.
    pub(super) fn declare_params(&mut self, params: &'a [Param], of: &str) {
        for (param, local) in params.iter().zip(0u32..) {
            let what = format!("the parameter `{}` of {of}", param.name.text);
            self.body.declare(LocalId(local), &param.name, what, PARAMETER);
        }
    }

    /// Reports what a body that has been checked does not read.
    pub(super) fn unused_locals(&mut self) {
        if self.unit().std {
            return;
        }
        for Declared { name, what, help } in self.body.unread() {
            self.unused(&name, &format!("{what} is never read"), &help.replace('%', &name.text));
        }
    }

    /// Reports the parameters of the bot that nothing reads.
    pub(super) fn unused_bot_params(&mut self, params: &[Param]) {
        for param in params {
            let read = self.bot.params.get(&param.name.text).is_some_and(|id| self.bot.read.contains(id));
            if !read {
                let name = &param.name;
                let text =
                    format!("the parameter `{}` of the bot `{}` is never read", name.text, self.bot.name);
                self.unused(name, &text, &PARAMETER.replace('%', &name.text));
            }
        }
    }

    fn unused(&mut self, name: &Name, text: &str, help: &str) {
        // The name says that it may stand unused.
        if !name.text.starts_with('_') {
            let place = self.place(name.span);
            self.warnings.push(Diagnostic::new(Code::W0709, place, text).help(help));
        }
    }

    /// Reports the items that nothing uses.
    pub(super) fn unused_items(&mut self) {
        for (n, unit) in self.parsed.units.iter().enumerate().filter(|(_, unit)| !unit.std) {
            self.unit = n;
            self.unused_files(n);
            if !crate::resolve::is_bot(unit) {
                continue;
            }
            for item in &unit.tree.items {
                let (kind, name, verb, help) = match &item.kind {
                    ItemKind::Var(var) => {
                        ("variable", &var.name, "read", "read it, or remove it and what sets it")
                    }
                    ItemKind::Flow(flow) => ("flow", &flow.name, "called", "call it, or remove it"),
                    ItemKind::Fn(function) => ("function", &function.name, "called", "call it, or remove it"),
                    ItemKind::Type { name, .. } => ("type", name, "used", "use it, or remove it"),
                    ItemKind::Bot(_)
                    | ItemKind::Use(_)
                    | ItemKind::Trigger(_)
                    | ItemKind::Step(_)
                    | ItemKind::Account(_)
                    | ItemKind::Entity { .. }
                    | ItemKind::Pipeline { .. }
                    | ItemKind::User { .. }
                    | ItemKind::Team { .. }
                    | ItemKind::Channel { .. }
                    | ItemKind::Template { .. }
                    | ItemKind::EmailTemplate { .. }
                    | ItemKind::Form { .. }
                    | ItemKind::Hours { .. }
                    | ItemKind::Action(_)
                    | ItemKind::Widget { .. }
                    | ItemKind::Test { .. }
                    | ItemKind::Upgrade(_)
                    | ItemKind::Error => continue,
                };
                if !self.item_used(kind, &name.text) {
                    let text = format!("the {kind} `{}` is never {verb}", name.text);
                    self.unused(
                        name,
                        &text,
                        &format!("{help}; a name that begins with `_` may stand unused"),
                    );
                }
            }
        }
    }

    fn item_used(&self, kind: &str, name: &SmolStr) -> bool {
        let Some(scope) = self.names.scopes.get(self.unit) else { return true };
        match kind {
            "type" => {
                let ty = scope.types.get(name).and_then(|ty| self.names.types.get(*ty));
                ty.is_none_or(|ty| self.names.uses.has_type(ty.place))
            }
            _ => scope.values.get(name).is_none_or(|named| self.names.uses.has_value(named.def)),
        }
    }

    /// Reports the `use`s that bring in nothing: no name, and no declaration of the account.
    fn unused_files(&mut self, n: usize) {
        let Some(unit) = self.parsed.units.get(n) else { return };
        for item in &unit.tree.items {
            let ItemKind::Use(text) = &item.kind else { continue };
            let Some((used, _)) = unit.uses.iter().find(|(_, span)| *span == text.span) else { continue };
            if self.names.uses.has_file(n, *used) || self.brings_account(n, *used) {
                continue;
            }
            let place = Place { file: unit.file, span: text.span };
            let text = format!("nothing of `{}` is used here", text.plain().unwrap_or(""));
            self.warnings.push(
                Diagnostic::new(Code::W0709, place, text).help("remove this `use`").suggest(item.span, ""),
            );
        }
    }

    /// Whether a used file declares something of the account, or brings in a file that does and that no other `use` of
    /// the same file brings in. Such a declaration works without being named: a channel is one that the bot runs on.
    fn brings_account(&self, n: usize, used: FileId) -> bool {
        if self.has_account(used) {
            return true;
        }
        let others = self.parsed.units.get(n).into_iter().flat_map(|unit| &unit.uses).map(|(file, _)| *file);
        let elsewhere = self.reached(others.filter(|file| *file != used).collect());
        let brought = self.reached(vec![used]);
        brought.into_iter().any(|file| !elsewhere.contains(&file) && self.has_account(file))
    }

    /// The files and everything they use.
    fn reached(&self, mut found: Vec<FileId>) -> Vec<FileId> {
        let mut at = 0;
        while let Some(unit) = found.get(at).and_then(|file| self.parsed.units.get(file.0 as usize)) {
            for (used, _) in &unit.uses {
                if !found.contains(used) {
                    found.push(*used);
                }
            }
            at += 1;
        }
        found
    }

    fn has_account(&self, file: FileId) -> bool {
        let items = self.parsed.units.get(file.0 as usize).into_iter().flat_map(|unit| &unit.tree.items);
        items.into_iter().any(|item| match &item.kind {
            ItemKind::Account(_)
            | ItemKind::Entity { .. }
            | ItemKind::Pipeline { .. }
            | ItemKind::User { .. }
            | ItemKind::Team { .. }
            | ItemKind::Channel { .. }
            | ItemKind::Template { .. }
            | ItemKind::EmailTemplate { .. }
            | ItemKind::Form { .. }
            | ItemKind::Hours { .. } => true,
            ItemKind::Bot(_)
            | ItemKind::Use(_)
            | ItemKind::Trigger(_)
            | ItemKind::Var(_)
            | ItemKind::Step(_)
            | ItemKind::Flow(_)
            | ItemKind::Fn(_)
            | ItemKind::Type { .. }
            | ItemKind::Action(_)
            | ItemKind::Widget { .. }
            | ItemKind::Test { .. }
            | ItemKind::Upgrade(_)
            | ItemKind::Error => false,
        })
    }
}

/// What to do about a parameter, `%` for its name.
const PARAMETER: &str = "remove it, or call it `_%` if it has to stay";
/// The same for a local.
pub(super) const LOCAL: &str = "remove it, or call it `_%` if it is there for the reader";
