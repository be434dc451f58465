//! What is used of what is declared. Whoever finds out what a name means notes it here; what is never noted is W0709.

use super::{Def, Named};
use crate::source::{FileId, Place};
use rustc_hash::FxHashSet;

/// The declarations that something uses.
#[derive(Debug, Default)]
pub struct Uses {
    /// Variables, functions, flows, and whatever else has a name among the values.
    defs: FxHashSet<Def>,
    /// Types, by the place of their name.
    types: FxHashSet<Place>,
    /// The unit that used a name, and the file the name came from.
    files: FxHashSet<(usize, FileId)>,
}

impl Uses {
    /// Notes that the file of `unit` uses a value.
    pub fn value(&mut self, unit: usize, named: Named) {
        self.defs.insert(named.def);
        self.file(unit, named.place);
    }

    /// Notes that the file of `unit` uses a type.
    pub fn ty(&mut self, unit: usize, place: Place) {
        self.types.insert(place);
        self.file(unit, place);
    }

    /// Notes that the file of `unit` uses what is declared at `place`.
    pub fn file(&mut self, unit: usize, place: Place) {
        self.files.insert((unit, place.file));
    }

    /// Whether a value is used anywhere.
    #[must_use]
    pub fn has_value(&self, def: Def) -> bool {
        self.defs.contains(&def)
    }

    /// Whether the type with this place is used anywhere.
    #[must_use]
    pub fn has_type(&self, place: Place) -> bool {
        self.types.contains(&place)
    }

    /// Whether the file of `unit` uses something of another file.
    #[must_use]
    pub fn has_file(&self, unit: usize, file: FileId) -> bool {
        self.files.contains(&(unit, file))
    }
}
