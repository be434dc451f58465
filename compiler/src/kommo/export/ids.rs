//! The ids of an account, from its environment file. What it does not have is gathered, so that all of it is told at
//! once.

use crate::source::Place;
use sbot_embed::Json;
use std::collections::BTreeMap;

/// What an environment file says of a symbol: its section, then the symbol.
pub type Lookup<'a> = &'a dyn Fn(&str, &str) -> Option<Json>;

/// An id that the environment file does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// `users`, `stages` …
    pub section: String,
    /// As the source calls it.
    pub symbol: String,
    /// Where it is needed first.
    pub place: Place,
}

/// Ids, and which of them are missing.
pub(super) struct Ids<'a> {
    lookup: Lookup<'a>,
    missing: BTreeMap<(String, String), Place>,
}

impl<'a> Ids<'a> {
    pub(super) fn new(lookup: Lookup<'a>) -> Ids<'a> {
        Ids { lookup, missing: BTreeMap::new() }
    }

    /// What there is; nothing is missing if it is not there.
    pub(super) fn maybe(&self, section: &str, symbol: &str) -> Option<Json> {
        (self.lookup)(section, symbol)
    }

    /// An id; 0 stands for one that is missing, and nothing is written then.
    pub(super) fn get(&mut self, section: &str, symbol: &str, place: Place) -> Json {
        self.maybe(section, symbol).unwrap_or_else(|| {
            self.missing.entry((section.to_owned(), symbol.to_owned())).or_insert(place);
            Json::int(0)
        })
    }

    /// The same as it stands in placeholders.
    pub(super) fn text(&mut self, section: &str, symbol: &str, place: Place) -> String {
        plain(&self.get(section, symbol, place))
    }

    pub(super) fn missing(self) -> Vec<Missing> {
        let all = self.missing.into_iter();
        all.map(|((section, symbol), place)| Missing { section, symbol, place }).collect()
    }
}

/// A number or a text without quotes.
pub(super) fn plain(value: &Json) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}
