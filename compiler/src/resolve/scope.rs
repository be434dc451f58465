//! What a file sees besides its own items: those of the files it uses, and the standard library's.

use super::{Named, Names};
use crate::project::{Parsed, Unit};
use crate::source::Place;
use sbot_grammar::ast::{ItemKind, Name, Span};
use smol_str::SmolStr;

impl Names<'_> {
    /// Brings the items of used files into each scope. An own item hides one of the standard library that is always in;
    /// any other pair of the same name is E0204.
    pub(super) fn import(&mut self, parsed: &Parsed) {
        let mut own: Vec<Vec<(SmolStr, Named)>> = Vec::new();
        for scope in &self.scopes {
            own.push(scope.values.iter().map(|(name, named)| (name.clone(), *named)).collect());
        }
        let steps: Vec<Vec<(SmolStr, usize)>> = self
            .scopes
            .iter()
            .map(|scope| scope.steps.iter().map(|(name, step)| (name.clone(), *step)).collect())
            .collect();
        for (n, unit) in parsed.units.iter().enumerate() {
            for (used, span) in &unit.uses {
                let m = used.0 as usize;
                if parsed.units.get(m).is_some_and(is_bot) {
                    self.import_bot(n, unit, *span, m);
                    continue;
                }
                for (name, named) in own.get(m).into_iter().flatten() {
                    self.import_value(n, unit, *span, name, *named);
                }
                for (name, step) in steps.get(m).into_iter().flatten() {
                    self.import_step(n, unit, *span, name, *step);
                }
            }
        }
        let always = parsed.units.iter().enumerate().filter(|(_, unit)| {
            unit.std && sbot_stdlib::ALWAYS.contains(&parsed.sources.get(unit.file).path.as_str())
        });
        for (m, _) in always {
            for scope in &mut self.scopes {
                for (name, named) in own.get(m).into_iter().flatten() {
                    scope.values.entry(name.clone()).or_insert(*named);
                }
            }
        }
    }

    /// Brings the types of used files into each scope, before anything that mentions a type is looked at.
    pub(super) fn import_types(&mut self, parsed: &Parsed) {
        let types: Vec<Vec<(SmolStr, usize)>> = self
            .scopes
            .iter()
            .map(|scope| scope.types.iter().map(|(name, ty)| (name.clone(), *ty)).collect())
            .collect();
        for (n, unit) in parsed.units.iter().enumerate() {
            for (used, span) in &unit.uses {
                let m = used.0 as usize;
                if parsed.units.get(m).is_some_and(is_bot) {
                    continue;
                }
                for (name, ty) in types.get(m).into_iter().flatten() {
                    let Some(scope) = self.scopes.get_mut(n) else { continue };
                    let own = *scope.types.entry(name.clone()).or_insert(*ty);
                    let place = |ty: usize| self.types.get(ty).map(|ty| ty.place);
                    if let (Some(first), Some(second)) = (place(own), place(*ty))
                        && first != second
                    {
                        self.clash("type", name, first, second, Place { file: unit.file, span: *span });
                    }
                }
            }
        }
    }

    /// The bot of a used file comes in under its name.
    fn import_bot(&mut self, n: usize, unit: &Unit, span: Span, m: usize) {
        let found = self.bots.iter().enumerate().find(|(_, bot)| bot.unit == m);
        let Some((number, name, place)) =
            found.map(|(number, bot)| (number, bot.item.name.text.clone(), bot.place))
        else {
            return;
        };
        let Some(scope) = self.scopes.get_mut(n) else { return };
        let first = *scope.bots.entry(name.clone()).or_insert(number);
        if let Some(first) = self.bots.get(first).filter(|_| first != number).map(|bot| bot.place) {
            self.clash("bot", &name, first, place, Place { file: unit.file, span });
        }
    }

    fn import_value(&mut self, n: usize, unit: &Unit, span: Span, name: &SmolStr, named: Named) {
        let Some(scope) = self.scopes.get_mut(n) else { return };
        match scope.values.get(name).map(|own| own.place) {
            None => {
                scope.values.insert(name.clone(), named);
            }
            Some(first) if first == named.place => {}
            Some(first) => self.clash("item", name, first, named.place, Place { file: unit.file, span }),
        }
    }

    fn import_step(&mut self, n: usize, unit: &Unit, span: Span, name: &SmolStr, step: usize) {
        let place = |names: &Self, step: usize| names.steps.get(step).map(|step| step.place);
        let Some(scope) = self.scopes.get_mut(n) else { return };
        match scope.steps.get(name).copied() {
            None => {
                scope.steps.insert(name.clone(), step);
            }
            Some(own) if own == step => {}
            Some(own) => {
                if let (Some(first), Some(second)) = (place(self, own), place(self, step)) {
                    self.clash("step", name, first, second, Place { file: unit.file, span });
                }
            }
        }
    }

    /// A name that comes from two files: reported at the own item, or at the `use` if both come from elsewhere.
    fn clash(&mut self, what: &str, text: &SmolStr, first: Place, second: Place, used: Place) {
        let place = if first.file == used.file { first } else { used };
        let name = Name { text: text.clone(), span: place.span };
        self.twice(what, &name, place, second);
    }
}

/// Whether the file holds a bot: then only the bot comes in where it is used.
#[must_use]
pub(crate) fn is_bot(unit: &Unit) -> bool {
    unit.tree.items.iter().any(|item| matches!(item.kind, ItemKind::Bot(_)))
}
