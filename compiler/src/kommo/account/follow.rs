//! How the declarations of each kind follow the account.

use super::declared::{Declared, Entry, Owner, with_comma};
use super::drift::Change;
use super::edit::{Edit, behind, blank};
use super::sync::{How, Kind, Sync};
use super::{LOST, Pipeline, Thing, WON};
use crate::kommo::quotes::quoted;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What a new file begins with.
const HEADER: &str = "\
// The account, as Kommo tells it. `sbotc pull kommo` adds what is new and follows titles and types; names, comments, and
// whatever else you write here stay. The ids stand in account.env.toml.
";
/// The kinds of items, in the order in which new ones are written.
const ORDER: &[&str] = &["account", "fields", "pipelines", "users", "teams", "channels", "templates"];
/// Stages that every pipeline has.
const FIXED: &[(i64, &str)] = &[(WON, "won"), (LOST, "lost")];

pub(super) fn titled(entries: &[Entry]) -> Vec<(&str, &str)> {
    entries.iter().map(|entry| (entry.name.as_str(), entry.title.as_str())).collect()
}

fn owners<T>(owners: &[Owner<T>]) -> Vec<(&str, &str)> {
    owners.iter().map(|owner| (owner.entry.name.as_str(), owner.entry.title.as_str())).collect()
}

impl Sync<'_> {
    /// `account { … }`, if there is none.
    pub(super) fn settings(&mut self, declared: &Declared) {
        if declared.settings {
            return;
        }
        let account = self.account;
        let zone = account.zone.as_ref().filter(|zone| is_known(Some(zone), None));
        let region = account.region.as_ref().filter(|region| is_known(None, Some(region)));
        let settings = [
            ("zone", zone),
            ("region", region),
            ("language", account.language.as_ref()),
            ("currency", account.currency.as_ref()),
        ];
        let settings: Vec<String> = settings
            .iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", quoted(value.as_ref()?))))
            .collect();
        if !settings.is_empty() {
            self.fresh.push(("account", format!("account {{ {} }}", settings.join(", "))));
        }
    }

    /// Follows a title.
    pub(super) fn title(&mut self, noun: &'static str, symbol: &str, entry: &Entry, title: &str) {
        if entry.title == title {
            return;
        }
        let change = Change::Renamed(entry.title.clone(), title.to_owned());
        self.differs(noun, symbol, title, change, Some(entry), Vec::new());
        self.edits.push(Edit::replace(entry.file, entry.title_span, quoted(title)));
    }

    pub(super) fn new_one(&mut self, noun: &'static str, symbol: &str, title: &str) {
        self.differs(noun, symbol, title, Change::New, None, Vec::new());
    }

    /// A source without an item.
    fn without_item(&self, entry: &Entry) -> Vec<Edit> {
        let text = blank(self.text(entry.file), entry.span.start as usize, entry.span.end as usize);
        vec![Edit::replace(entry.file, entry.span, text)]
    }

    /// A source without an element of a list.
    pub(super) fn without_element(&self, entry: &Entry) -> Vec<Edit> {
        let source = self.text(entry.file);
        let (start, end) = with_comma(source, entry.span, ',');
        vec![Edit { file: entry.file, start, end, text: blank(source, start, end) }]
    }

    pub(super) fn pipelines(&mut self, declared: &Declared) {
        let kind = Kind {
            section: "pipelines",
            noun: "pipeline",
            prefix: "",
            declared: owners(&declared.pipelines),
            by_name: false,
            fixed: &[],
        };
        let account = self.account;
        let things: Vec<&Thing> = account.pipelines.iter().map(|pipeline| &pipeline.thing).collect();
        let mut taken = std::mem::take(&mut self.taken);
        let found = self.resolve(&kind, &things, &mut taken);
        self.taken = taken;
        for pipeline in &account.pipelines {
            let Some(resolved) = found.get(&pipeline.thing.id) else { continue };
            let owner = declared.pipelines.iter().find(|owner| owner.entry.name == resolved.name);
            if owner.is_none() && resolved.how == How::New && pipeline.archived {
                self.out
                    .told
                    .push(format!("pipeline {:?} is archived, and is left out", pipeline.thing.title));
                continue;
            }
            self.id(&kind, resolved, &pipeline.thing, owner.map(|owner| &owner.entry));
            match owner {
                Some(owner) => self.title("pipeline", &resolved.name, &owner.entry, &pipeline.thing.title),
                None => self.new_one("pipeline", &resolved.name, &pipeline.thing.title),
            }
            self.stages(pipeline, &resolved.name, owner);
        }
        let entries: Vec<&Entry> = declared.pipelines.iter().map(|owner| &owner.entry).collect();
        self.gone(&kind, &found, &entries, &|sync, entry| sync.without_item(entry));
        // Stages go with their pipeline.
        let kept: Vec<String> = found.values().map(|resolved| format!("{}.", resolved.name)).collect();
        let stale =
            self.env.section("stages").filter(|(stage, _)| !kept.iter().any(|kept| stage.starts_with(kept)));
        let stale: Vec<_> = stale.map(|(stage, _)| ("stages", stage.to_owned(), None)).collect();
        self.out.ids.extend(stale);
    }

    fn stages(&mut self, pipeline: &Pipeline, symbol: &str, owner: Option<&Owner<Entry>>) {
        let prefix = format!("{symbol}.");
        let entries = owner.map(|owner| owner.items.as_slice()).unwrap_or_default();
        let kind = Kind {
            section: "stages",
            noun: "stage",
            prefix: &prefix,
            declared: titled(entries),
            by_name: false,
            fixed: FIXED,
        };
        let mut taken: BTreeSet<String> = entries.iter().map(|entry| entry.name.clone()).collect();
        let known = self.env.section("stages").filter_map(|(stage, _)| stage.strip_prefix(&prefix));
        taken.extend(known.map(str::to_owned));
        let things: Vec<&Thing> = pipeline.stages.iter().collect();
        let found = self.resolve(&kind, &things, &mut taken);
        // What is new stands behind the declared stage that comes before it.
        let mut fresh: Vec<(Option<&Entry>, Vec<String>)> = vec![(None, Vec::new())];
        for stage in &pipeline.stages {
            let Some(resolved) = found.get(&stage.id) else { continue };
            let entry = entries.iter().find(|entry| entry.name == resolved.name);
            self.id(&kind, resolved, stage, entry);
            let full = format!("{prefix}{}", resolved.name);
            if let Some(entry) = entry {
                self.title("stage", &full, entry, &stage.title);
                fresh.push((Some(entry), Vec::new()));
                continue;
            }
            if owner.is_some() {
                self.new_one("stage", &full, &stage.title);
            }
            if let Some((_, items)) = fresh.last_mut() {
                items.push(format!("{} {}", resolved.name, quoted(&stage.title)));
            }
        }
        let Some(owner) = owner else {
            let stages: Vec<String> = fresh.into_iter().flat_map(|(_, items)| items).collect();
            let stages: String = stages.iter().map(|stage| format!("\n  {stage},")).collect();
            let title = quoted(&pipeline.thing.title);
            self.fresh.push(("pipelines", format!("pipeline {symbol} {title} {{{stages}\n}}")));
            return;
        };
        for (before, items) in fresh {
            self.add_elements(owner, before, &items);
        }
        let all: Vec<&Entry> = entries.iter().collect();
        self.gone(&kind, &found, &all, &|sync, entry| sync.without_element(entry));
    }

    /// Adds elements to a list, behind one of them or before the first.
    fn add_elements<T: AsRef<Entry>>(&mut self, owner: &Owner<T>, before: Option<&Entry>, items: &[String]) {
        if items.is_empty() {
            return;
        }
        let file = owner.entry.file;
        match (before, owner.items.first()) {
            (Some(entry), _) => {
                let edits = behind(file, self.text(file), entry.span.end as usize, items);
                self.edits.extend(edits);
            }
            (None, Some(first)) => {
                let start = first.as_ref().span.start as usize;
                self.edits.push(Edit::insert(file, start, format!("{},\n  ", items.join(",\n  "))));
            }
            (None, None) => {
                let text = format!("\n  {},\n", items.join(",\n  "));
                self.edits.push(Edit::insert(file, owner.close(), text));
            }
        }
    }

    /// The symbols of users, by id.
    pub(super) fn users(&mut self, declared: &Declared) -> BTreeMap<i64, String> {
        let account = self.account;
        let Some(users) = &account.users else { return BTreeMap::new() };
        let kind = Kind {
            section: "users",
            noun: "user",
            prefix: "",
            declared: titled(&declared.users),
            by_name: false,
            fixed: &[],
        };
        let things: Vec<&Thing> = users.iter().map(|user| &user.thing).collect();
        let mut taken = std::mem::take(&mut self.taken);
        let found = self.resolve(&kind, &things, &mut taken);
        self.taken = taken;
        let mut symbols = BTreeMap::new();
        let mut off = 0;
        for user in users {
            let Some(resolved) = found.get(&user.thing.id) else { continue };
            let entry = declared.users.iter().find(|entry| entry.name == resolved.name);
            if entry.is_none() && !user.active {
                off += 1;
                continue;
            }
            self.id(&kind, resolved, &user.thing, entry);
            symbols.insert(user.thing.id, resolved.name.clone());
            match entry {
                Some(entry) => {
                    self.title("user", &resolved.name, entry, &user.thing.title);
                    if !user.active {
                        let (name, title) = (&resolved.name, &user.thing.title);
                        self.differs("user", name, title, Change::SwitchedOff, Some(entry), Vec::new());
                    }
                }
                None => {
                    self.new_one("user", &resolved.name, &user.thing.title);
                    self.fresh
                        .push(("users", format!("user {} {}", resolved.name, quoted(&user.thing.title))));
                }
            }
        }
        if off > 0 {
            self.out.told.push(format!("users who cannot sign in are left out: {off}"));
        }
        let entries: Vec<&Entry> = declared.users.iter().collect();
        let members: Vec<&Entry> = declared.teams.iter().flat_map(|team| &team.items).collect();
        self.gone(&kind, &found, &entries, &|sync, entry| {
            let mut edits = sync.without_item(entry);
            let of = members.iter().filter(|member| member.name == entry.name);
            edits.extend(of.flat_map(|member| sync.without_element(member)));
            edits
        });
        symbols
    }

    pub(super) fn teams(&mut self, declared: &Declared, users: &BTreeMap<i64, String>) {
        let kind = Kind {
            section: "teams",
            noun: "team",
            prefix: "",
            declared: owners(&declared.teams),
            by_name: false,
            fixed: &[],
        };
        let account = self.account;
        let Some(teams) = &account.teams else { return };
        let things: Vec<&Thing> = teams.iter().collect();
        let mut taken = std::mem::take(&mut self.taken);
        let found = self.resolve(&kind, &things, &mut taken);
        self.taken = taken;
        for team in teams {
            let Some(resolved) = found.get(&team.id) else { continue };
            let of = account.users.iter().flatten().filter(|user| user.active && user.team == Some(team.id));
            let members: Vec<&String> = of.filter_map(|user| users.get(&user.thing.id)).collect();
            let owner = declared.teams.iter().find(|owner| owner.entry.name == resolved.name);
            self.id(&kind, resolved, team, owner.map(|owner| &owner.entry));
            let Some(owner) = owner else {
                self.new_one("team", &resolved.name, &team.title);
                let members: Vec<&str> = members.iter().map(|member| member.as_str()).collect();
                let (name, title) = (&resolved.name, quoted(&team.title));
                self.fresh.push(("teams", format!("team {name} {title} {{ {} }}", members.join(", "))));
                continue;
            };
            self.title("team", &resolved.name, &owner.entry, &team.title);
            let is_member = |name: &str| owner.items.iter().any(|member| member.name == name);
            let joined: Vec<String> =
                members.iter().filter(|name| !is_member(name)).map(|name| (*name).clone()).collect();
            for name in &joined {
                self.new_one("member", &format!("{}.{name}", resolved.name), name);
            }
            if owner.items.is_empty() && !joined.is_empty() {
                let edit = Edit::insert(owner.entry.file, owner.close(), format!(" {} ", joined.join(", ")));
                self.edits.push(edit);
            } else {
                self.add_elements(owner, owner.items.last(), &joined);
            }
        }
        let entries: Vec<&Entry> = declared.teams.iter().map(|owner| &owner.entry).collect();
        self.gone(&kind, &found, &entries, &|sync, entry| sync.without_item(entry));
    }

    /// Puts the new items into the first file: behind the last one of their kind, or at the end.
    pub(super) fn place_fresh(&mut self, declared: &Declared) {
        let fresh = std::mem::take(&mut self.fresh);
        let source = self.text(0);
        let mut end = if source.is_empty() { HEADER.to_owned() } else { String::new() };
        let mut edits = Vec::new();
        for kind in ORDER {
            let items = fresh.iter().filter(|(of, _)| of == kind).map(|(_, text)| text.as_str());
            let items: Vec<&str> = items.collect();
            let between = if matches!(*kind, "users" | "channels" | "teams") { "\n" } else { "\n\n" };
            let Some(last) = declared.last.get(kind) else {
                if !items.is_empty() {
                    // Writing into a text cannot fail.
                    let _ = write!(end, "\n{}\n", items.join(between));
                }
                continue;
            };
            let line = source.get(*last..).unwrap_or_default().split('\n').next().unwrap_or_default();
            let rest = line.trim();
            let at =
                if rest.is_empty() || rest.starts_with("//") { last + line.trim_end().len() } else { *last };
            edits.extend(items.iter().map(|item| Edit::insert(0, at, format!("{between}{item}"))));
        }
        if fresh.iter().any(|(kind, _)| !declared.last.contains_key(kind)) {
            let newline = if source.is_empty() || source.ends_with('\n') { "" } else { "\n" };
            edits.push(Edit::insert(0, source.len(), format!("{newline}{end}")));
        }
        self.edits.extend(edits);
    }
}

impl AsRef<Entry> for Entry {
    fn as_ref(&self) -> &Entry {
        self
    }
}

/// Whether a zone or a region is one.
fn is_known(zone: Option<&str>, region: Option<&str>) -> bool {
    let mut account = sbot_vm::program::Account::default();
    if let Some(zone) = zone {
        account.zone = zone.into();
    }
    account.region = region.map(Into::into);
    let tables = sbot_vm::program::Tables { account, ..sbot_vm::program::Tables::default() };
    sbot_vm::context::Context::new(std::sync::Arc::new(tables)).is_ok()
}
