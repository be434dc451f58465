//! From the names that people and hosts use to the numbers in the tables of a program, worked out once, and back.

use rustc_hash::FxHashMap;
use sbot_vm::program::{Symbol, SymbolKind, Tables};
use std::sync::Arc;

/// In this order a name is looked for where no kind is known. Within a source file names of different kinds differ.
pub(crate) const KINDS: [SymbolKind; 11] = [
    SymbolKind::User,
    SymbolKind::Team,
    SymbolKind::Channel,
    SymbolKind::Stage,
    SymbolKind::Pipeline,
    SymbolKind::Template,
    SymbolKind::EmailTemplate,
    SymbolKind::Form,
    SymbolKind::Hours,
    SymbolKind::Entity,
    SymbolKind::Field,
];

pub(crate) struct Names {
    fields: FxHashMap<Arc<str>, u32>,
    symbols: FxHashMap<(SymbolKind, Arc<str>), u32>,
    /// Record shapes without a name of their own, by their fields in the order of the alphabet.
    shapes: FxHashMap<Vec<Arc<str>>, u32>,
}

impl Names {
    pub(crate) fn new(tables: &Tables) -> Names {
        let fields = (0u32..).zip(&tables.fields).map(|(n, field)| (Arc::from(field.to_string()), n));
        let mut symbols = FxHashMap::default();
        for (n, symbol) in (0u32..).zip(&tables.symbols) {
            symbols.entry((symbol.kind, Arc::clone(&symbol.name))).or_insert(n);
        }
        let mut shapes = FxHashMap::default();
        for (n, shape) in (0u32..).zip(&tables.shapes).filter(|(_, shape)| shape.name.is_empty()) {
            let mut fields = shape.fields.clone();
            fields.sort_unstable();
            shapes.entry(fields).or_insert(n);
        }
        Names { fields: fields.collect(), symbols, shapes }
    }

    pub(crate) fn field(&self, name: &str) -> Option<u32> {
        self.fields.get(name).copied()
    }

    /// The symbol of a name: of the first of these kinds that has it.
    pub(crate) fn symbol(&self, kinds: &[SymbolKind], name: &str) -> Option<u32> {
        let name: Arc<str> = Arc::from(name);
        kinds.iter().find_map(|kind| self.symbols.get(&(*kind, Arc::clone(&name))).copied())
    }

    /// The shape of a record with these fields, in whatever order.
    pub(crate) fn shape(&self, names: &[&str]) -> Option<u32> {
        let mut names: Vec<Arc<str>> = names.iter().map(|name| Arc::from(*name)).collect();
        names.sort_unstable();
        self.shapes.get(&names).copied()
    }
}

/// A symbol's name.
pub(crate) fn symbol_name(tables: &Tables, index: u32) -> &str {
    tables.symbols.get(index as usize).map_or("", |symbol: &Symbol| &symbol.name)
}
