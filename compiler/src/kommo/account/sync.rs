//! An account and a project side by side: which symbol each thing has, what is declared of it, and in what they differ.

use super::declared::{Declared, Entry};
use super::drift::{Change, Drift};
use super::edit::{Edit, File, apply};
use super::symbols::{suggested, unique};
use super::{Account, Thing};
use crate::kommo::env::Env;
use sbot_embed::Json;
use std::collections::{BTreeMap, BTreeSet};

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What there is.
    pub account: &'a Account,
    /// Which symbols have which ids.
    pub env: &'a Env,
    /// The sources of the project. What is new is declared in the first one, which may be empty.
    pub files: &'a [File],
}

/// A file that declares something of the account, and cannot be read as a whole: its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotReadable(pub usize);

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// The new texts of the files that change, by index.
    pub texts: Vec<(usize, String)>,
    /// For the environment file: section, symbol, and the id; none where the entry goes.
    pub ids: Vec<(&'static str, String, Option<i64>)>,
    /// In what the two differed.
    pub drift: Vec<Drift>,
    /// What the account has and the project does not get, and why.
    pub told: Vec<String>,
}

/// How something has got its symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// By its id.
    Kept,
    /// It is declared under its title, without an id.
    Adopted,
    /// It is declared under its title, and the id it had is nobody's now.
    Renumbered(i64),
    /// The name was invented.
    New,
}

/// A symbol, without what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) name: String,
    pub(super) how: How,
}

/// Things of one kind that get their symbols.
pub(super) struct Kind<'a> {
    pub(super) section: &'static str,
    pub(super) noun: &'static str,
    /// `sales.`
    pub(super) prefix: &'a str,
    /// Names of declarations and their titles.
    pub(super) declared: Vec<(&'a str, &'a str)>,
    /// A declaration counts that is called as a new one would be, whatever its title.
    pub(super) by_name: bool,
    /// Names that some ids have of themselves.
    pub(super) fixed: &'a [(i64, &'static str)],
}

pub(super) struct Sync<'a> {
    pub(super) account: &'a Account,
    pub(super) env: &'a Env,
    pub(super) files: &'a [File],
    /// Names that a new declaration of a file must not have.
    pub(super) taken: BTreeSet<String>,
    pub(super) edits: Vec<Edit>,
    /// New items of the first file, with their kind.
    pub(super) fresh: Vec<(&'static str, String)>,
    pub(super) out: Synced,
}

/// Compares them.
///
/// # Errors
/// A file that declares something of the account has syntax errors.
pub fn sync(wanted: Wanted<'_>) -> Result<Synced, NotReadable> {
    let Wanted { account, env, files } = wanted;
    let parsed: Vec<sbot_grammar::Parsed> =
        files.iter().map(|file| sbot_grammar::parse(&file.text)).collect();
    let trees: Vec<sbot_grammar::ast::File> = parsed.iter().map(|parsed| parsed.file.clone()).collect();
    let declared = Declared::new(&trees);
    let broken = |at: &usize| parsed.get(*at).is_some_and(|parsed| !parsed.errors.is_empty());
    // A bot with a mistake in it is no reason to know nothing of the account.
    if let Some(at) = std::iter::once(0).chain(declared.files.iter().copied()).find(broken) {
        return Err(NotReadable(at));
    }
    let mut taken = declared.names.clone();
    for section in
        ["pipelines", "users", "teams", "channels", "templates", "email_templates", "forms", "widgets"]
    {
        taken.extend(env.section(section).map(|(symbol, _)| symbol.to_owned()));
    }
    let out = Synced::default();
    let mut sync = Sync { account, env, files, taken, edits: Vec::new(), fresh: Vec::new(), out };
    sync.settings(&declared);
    sync.fields(&declared);
    sync.pipelines(&declared);
    let users = sync.users(&declared);
    sync.teams(&declared, &users);
    let channel = sync.channels(&declared);
    sync.templates(&declared, channel.as_deref());
    sync.bots(&declared);
    sync.place_fresh(&declared);
    for (at, file) in files.iter().enumerate() {
        let mut text = apply(at, &file.text, &sync.edits);
        if text == file.text {
            continue;
        }
        let formatted = |text: &str| sbot_grammar::print::print(text, &sbot_grammar::parse(text));
        // Whoever lays out a file in their own way keeps it.
        if file.text.is_empty() || formatted(&file.text) == file.text {
            text = formatted(&text);
        }
        sync.out.texts.push((at, text));
    }
    Ok(sync.out)
}

impl Synced {
    /// The sources as they are now, and the places of the differences in them.
    #[must_use]
    pub fn followed(&self, files: &[File]) -> (Vec<File>, Vec<Drift>) {
        let mut files = files.to_vec();
        for (at, text) in &self.texts {
            if let Some(file) = files.get_mut(*at) {
                file.text.clone_from(text);
            }
        }
        let trees: Vec<_> = files.iter().map(|file| sbot_grammar::parse(&file.text).file).collect();
        let declared = Declared::new(&trees);
        let mut drift = self.drift.clone();
        for one in &mut drift {
            let entry = declared.find(one.noun, &one.symbol);
            one.place = entry.map(|entry| (entry.file, entry.place.start as usize));
        }
        (files, drift)
    }
}

/// An id of the environment file as a number.
pub(super) fn number(id: &Json) -> Option<i64> {
    match id {
        Json::Number(text) | Json::Text(text) => text.parse().ok(),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => None,
    }
}

impl Sync<'_> {
    /// The symbol of each thing, by its id. One that has a symbol keeps it; one that is declared by its title without an
    /// id gets that name; the others get new names, in the order of their ids, so that the account's order is no matter.
    pub(super) fn resolve(
        &self,
        kind: &Kind<'_>,
        things: &[&Thing],
        taken: &mut BTreeSet<String>,
    ) -> BTreeMap<i64, Resolved> {
        let mut things: Vec<&Thing> = things.to_vec();
        things.sort_by_key(|thing| thing.id);
        things.dedup_by_key(|thing| thing.id);
        let live: BTreeSet<i64> = things.iter().map(|thing| thing.id).collect();
        let mut known: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
        for (symbol, id) in self.env.section(kind.section) {
            if let (Some(name), Some(id)) = (symbol.strip_prefix(kind.prefix), number(id)) {
                known.entry(id).or_default().push(name);
            }
        }
        let mut found: BTreeMap<i64, Resolved> = BTreeMap::new();
        let mut used: BTreeSet<String> = BTreeSet::new();
        for thing in &things {
            let names = known.get(&thing.id).map(Vec::as_slice).unwrap_or_default();
            let declared = |name: &&&str| kind.declared.iter().any(|(declared, _)| declared == *name);
            if let Some(name) = names.iter().find(declared).or(names.first()) {
                used.insert((*name).to_owned());
                found.insert(thing.id, Resolved { name: (*name).to_owned(), how: How::Kept });
            }
        }
        // The stages that every pipeline has: their names are nobody else's, whatever the titles are.
        let fixed = |thing: &Thing| kind.fixed.iter().any(|(id, _)| *id == thing.id);
        let reserved =
            |name: &str, thing: &Thing| !fixed(thing) && kind.fixed.iter().any(|(_, own)| *own == name);
        things.sort_by_key(|thing| (!fixed(thing), thing.id));
        let suggestion = |thing: &Thing| match kind.fixed.iter().find(|(id, _)| *id == thing.id) {
            Some((_, name)) => ((*name).to_owned(), true),
            None => (suggested(&thing.title, kind.noun, thing.id), kind.by_name),
        };
        for thing in &things {
            if found.contains_key(&thing.id) {
                continue;
            }
            let (wanted, by_name) = suggestion(thing);
            let old =
                |name: &str| self.env.get(kind.section, &format!("{}{name}", kind.prefix)).and_then(number);
            let free = |name: &str| !used.contains(name) && old(name).is_none_or(|id| !live.contains(&id));
            let titled = |(name, title): &&(&str, &str)| *title == thing.title && free(name);
            let named = |(name, _): &&(&str, &str)| by_name && *name == wanted && free(name);
            let titled = |one: &&(&str, &str)| !fixed(thing) && !reserved(one.0, thing) && titled(one);
            let named = |one: &&(&str, &str)| !reserved(one.0, thing) && named(one);
            let declared = kind.declared.iter().find(titled).or_else(|| kind.declared.iter().find(named));
            if let Some((name, _)) = declared {
                let how = old(name).map_or(How::Adopted, How::Renumbered);
                used.insert((*name).to_owned());
                found.insert(thing.id, Resolved { name: (*name).to_owned(), how });
            }
        }
        for thing in &things {
            if let std::collections::btree_map::Entry::Vacant(entry) = found.entry(thing.id) {
                let name = unique(suggestion(thing).0, kind.noun, taken);
                taken.insert(name.clone());
                entry.insert(Resolved { name, how: How::New });
            }
        }
        found
    }

    /// Notes an id, and that it has changed if it has.
    pub(super) fn id(&mut self, kind: &Kind<'_>, resolved: &Resolved, thing: &Thing, entry: Option<&Entry>) {
        let symbol = format!("{}{}", kind.prefix, resolved.name);
        if let How::Renumbered(old) = resolved.how {
            let change = Change::Renumbered(old.to_string(), thing.id.to_string());
            self.differs(kind.noun, &symbol, &thing.title, change, entry, Vec::new());
        }
        self.out.ids.push((kind.section, symbol, Some(thing.id)));
    }

    pub(super) fn differs(
        &mut self,
        noun: &'static str,
        symbol: &str,
        title: &str,
        change: Change,
        entry: Option<&Entry>,
        without: Vec<Edit>,
    ) {
        let place = entry.map(|entry| (entry.file, entry.place.start as usize));
        let (symbol, title) = (symbol.to_owned(), title.to_owned());
        self.out.drift.push(Drift { noun, symbol, title, change, place, without });
    }

    /// Declared things, and entries of the environment file, that are nothing of the account any more. `gone` makes the
    /// edits of a source without one.
    pub(super) fn gone(
        &mut self,
        kind: &Kind<'_>,
        found: &BTreeMap<i64, Resolved>,
        declared: &[&Entry],
        gone: &dyn Fn(&Self, &Entry) -> Vec<Edit>,
    ) {
        let used: BTreeSet<&str> = found.values().map(|resolved| resolved.name.as_str()).collect();
        for entry in declared.iter().filter(|entry| !used.contains(entry.name.as_str())) {
            let symbol = format!("{}{}", kind.prefix, entry.name);
            let known = self.env.get(kind.section, &symbol).is_some();
            let change = if known { Change::Deleted } else { Change::Unknown };
            let without = gone(self, entry);
            self.differs(kind.noun, &symbol, &entry.title, change, Some(entry), without);
            if known {
                self.out.ids.push((kind.section, symbol, None));
            }
        }
        let rest: Vec<String> = self
            .env
            .section(kind.section)
            .filter_map(|(symbol, _)| Some((symbol, symbol.strip_prefix(kind.prefix)?)))
            .filter(|(_, name)| !used.contains(name) && !declared.iter().any(|entry| entry.name == *name))
            .map(|(symbol, _)| symbol.to_owned())
            .collect();
        for symbol in rest {
            self.differs(kind.noun, &symbol, "", Change::Deleted, None, Vec::new());
            self.out.ids.push((kind.section, symbol, None));
        }
    }

    pub(super) fn text(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| file.text.as_str())
    }
}
