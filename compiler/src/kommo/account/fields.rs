//! Custom fields and their choices.

use super::declared::{Declared, Entry, Field as DeclaredField, Owner, with_comma};
use super::drift::Change;
use super::edit::{Edit, behind, blank};
use super::kinds::{BUILT_IN, MOST_CHOICES, Shape};
use super::sync::{How, Kind, Sync, number};
use super::{Field, FieldKind, Thing, kind};
use crate::kommo::quotes::{on_one_line, quoted};
use std::collections::{BTreeMap, BTreeSet};

/// Entities that have custom fields.
const ENTITIES: &[&str] = &["lead", "contact", "company"];

impl Sync<'_> {
    pub(super) fn fields(&mut self, declared: &Declared) {
        let mut seen = BTreeSet::new();
        let mut without: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let account = self.account;
        for entity in ENTITIES {
            let mut fields: Vec<(&Field, FieldKind)> = Vec::new();
            for field in account.fields.iter().filter(|field| field.entity == *entity) {
                let code = field.code.as_deref();
                let built_in = BUILT_IN.iter().find(|(known, _)| Some(*known) == code && *entity != "lead");
                match (built_in, kind(&field.kind)) {
                    (Some((_, name)), _) => {
                        self.out.ids.push(("fields", format!("{entity}.{name}"), Some(field.thing.id)));
                    }
                    (None, Some(kind)) => fields.push((field, kind)),
                    (None, None) => without.entry(&field.kind).or_default().push(&field.thing.title),
                }
            }
            self.entity(declared, entity, &fields, &mut seen);
        }
        // A field can be there with a type of Kommo's own.
        for one in
            self.out.drift.iter_mut().filter(|one| one.noun == "field" && one.change == Change::Deleted)
        {
            let id = self.env.get("fields", &one.symbol).and_then(number);
            if let Some(field) = account.fields.iter().find(|field| Some(field.thing.id) == id) {
                one.change = Change::NoEquivalent(field.kind.clone());
            }
        }
        // Choices of fields that are gone.
        let known: Vec<String> = self
            .out
            .ids
            .iter()
            .filter(|(section, _, id)| *section == "fields" && id.is_some())
            .map(|(_, symbol, _)| format!("{symbol}."))
            .collect();
        let stale =
            self.env.section("enums").filter(|(name, _)| !known.iter().any(|of| name.starts_with(of)));
        let stale: Vec<_> = stale.map(|(name, _)| ("enums", name.to_owned(), None)).collect();
        self.out.ids.extend(stale);
        for (kind, titles) in without {
            let titles: Vec<String> = titles.iter().map(|title| format!("{title:?}")).collect();
            let told = format!(
                "fields of the type {kind} have no equivalent, and are left out: {}",
                titles.join(", ")
            );
            self.out.told.push(told);
        }
    }

    fn entity(
        &mut self,
        declared: &Declared,
        entity: &str,
        fields: &[(&Field, FieldKind)],
        seen: &mut BTreeSet<(usize, u32)>,
    ) {
        let owners: Vec<&Owner<DeclaredField>> =
            declared.entities.iter().filter(|owner| owner.entry.name == entity).collect();
        let all: Vec<&DeclaredField> = owners.iter().flat_map(|owner| &owner.items).collect();
        let prefix = format!("{entity}.");
        let names = all.iter().map(|field| (field.entry.name.as_str(), field.entry.title.as_str()));
        let of = Kind {
            section: "fields",
            noun: "field",
            prefix: &prefix,
            declared: names.collect(),
            by_name: true,
            fixed: &[],
        };
        let mut taken: BTreeSet<String> = all.iter().map(|field| field.entry.name.clone()).collect();
        let known = self.env.section("fields").filter_map(|(field, _)| field.strip_prefix(&prefix));
        taken.extend(known.map(str::to_owned));
        let things: Vec<&Thing> = fields.iter().map(|(field, _)| &field.thing).collect();
        let found = self.resolve(&of, &things, &mut taken);
        let mut fresh = Vec::new();
        for (field, kind) in fields {
            let Some(resolved) = found.get(&field.thing.id) else { continue };
            let known = all.iter().find(|known| known.entry.name == resolved.name);
            self.id(&of, resolved, &field.thing, known.map(|known| &known.entry));
            let symbol = format!("{prefix}{}", resolved.name);
            match known {
                Some(known) => self.field(&symbol, field, *kind, known, seen),
                None => {
                    self.new_one("field", &symbol, &field.thing.title);
                    let choices = self.choices(&symbol, field);
                    let default = if *kind == FieldKind::Bool { " = false" } else { "" };
                    let title = on_one_line(&field.thing.title);
                    let (name, ty) = (&resolved.name, kind.written(&choices));
                    fresh.push(format!("/// {title}\n  {name}: {ty}{default}"));
                }
            }
        }
        match owners.first() {
            Some(owner) => self.add_fields(owner, &fresh),
            None if !fresh.is_empty() => {
                let fields: String = fresh.iter().map(|field| format!("\n  {field},")).collect();
                self.fresh.push(("fields", format!("entity {entity} {{{fields}\n}}")));
            }
            None => {}
        }
        let entries: Vec<&Entry> = all.iter().map(|field| &field.entry).collect();
        let mut kept = found;
        // Fields of the language have ids here and no declaration.
        for (nth, (_, name)) in BUILT_IN.iter().enumerate() {
            let resolved = super::sync::Resolved { name: (*name).to_owned(), how: How::Kept };
            kept.insert(-1 - i64::try_from(nth).unwrap_or(0), resolved);
        }
        self.gone(&of, &kept, &entries, &|sync, entry| sync.without_element(entry));
    }

    fn add_fields(&mut self, owner: &Owner<DeclaredField>, fresh: &[String]) {
        if fresh.is_empty() {
            return;
        }
        let file = owner.entry.file;
        let edits = match owner.items.last() {
            Some(last) => behind(file, self.text(file), last.entry.span.end as usize, fresh),
            None => {
                let fields: String = fresh.iter().map(|field| format!("\n  {field},")).collect();
                vec![Edit::insert(file, owner.close(), format!("{fields}\n"))]
            }
        };
        self.edits.extend(edits);
    }

    /// The values of a list, each once, with their ids for the environment file.
    fn choices(&mut self, symbol: &str, field: &Field) -> Vec<String> {
        let mut choices: Vec<String> = Vec::new();
        let mut doubled = Vec::new();
        for choice in &field.enums {
            if choice.title.trim().is_empty() {
                continue;
            }
            if choices.contains(&choice.title) {
                doubled.push(format!("{:?}", choice.title));
                continue;
            }
            choices.push(choice.title.clone());
            self.out.ids.push(("enums", format!("{symbol}.{}", choice.title), Some(choice.id)));
        }
        if !doubled.is_empty() {
            let told = format!(
                "field {symbol} has {} more than once: the first of each is meant, so call the others otherwise in Kommo",
                doubled.join(", ")
            );
            self.out.told.push(told);
        }
        choices
    }

    fn field(
        &mut self,
        symbol: &str,
        field: &Field,
        kind: FieldKind,
        known: &DeclaredField,
        seen: &mut BTreeSet<(usize, u32)>,
    ) {
        let choices = self.choices(symbol, field);
        let file = known.entry.file;
        if !kind.takes(&known.shape) {
            let source = self.text(file);
            let old = source.get(known.ty.range()).unwrap_or_default().to_owned();
            let ty = kind.written(&choices);
            // The same number of lines, so that what breaks keeps its place.
            let mut padded = ty.clone();
            padded.extend(old.chars().filter(|c| *c == '\n'));
            let without = vec![Edit::replace(file, known.ty, padded)];
            let change = Change::Retyped(old.split_whitespace().collect::<Vec<_>>().join(" "), ty.clone());
            self.differs("field", symbol, &field.thing.title, change, Some(&known.entry), without);
            self.edits.push(Edit::replace(file, known.ty, ty));
            return;
        }
        let listed = match &known.shape {
            Shape::Choice => true,
            Shape::List(item) => **item == Shape::Choice,
            Shape::Named(_) | Shape::Unknown => false,
        };
        let first = known.options.first().map(|(_, span)| span.start).unwrap_or_default();
        // A list that two fields share is followed once.
        if listed && choices.len() <= MOST_CHOICES && seen.insert((known.options_file, first)) {
            self.follow_choices(symbol, field, &choices, known);
        }
        let prefix = format!("{symbol}.");
        let stale = self.env.section("enums").filter(|(choice, _)| {
            choice.strip_prefix(&prefix).is_some_and(|choice| !choices.iter().any(|known| known == choice))
        });
        let stale: Vec<_> = stale.map(|(choice, _)| ("enums", choice.to_owned(), None)).collect();
        self.out.ids.extend(stale);
    }

    fn follow_choices(&mut self, symbol: &str, field: &Field, choices: &[String], known: &DeclaredField) {
        let file = known.options_file;
        let mut kept: BTreeSet<&str> = BTreeSet::new();
        let mut fresh = Vec::new();
        for choice in choices {
            let id = field.enums.iter().find(|one| one.title == *choice).map(|one| one.id);
            let before = self.env.section("enums").find_map(|(name, value)| {
                let old = name.strip_prefix(symbol)?.strip_prefix('.')?;
                (number(value) == id && old != choice).then_some(old)
            });
            // Not what is another choice, which is called otherwise now.
            let moved = |option: &str| {
                let had = self.env.get("enums", &format!("{symbol}.{option}")).and_then(number);
                had != id && field.enums.iter().any(|one| Some(one.id) == had && one.title != option)
            };
            let declared = known.options.iter().find(|(option, _)| option == choice && !moved(option));
            let renamed = before.and_then(|old| known.options.iter().find(|(option, _)| option == old));
            match (declared, renamed) {
                (Some((option, _)), _) => {
                    kept.insert(option);
                }
                (None, Some((option, span))) => {
                    kept.insert(option);
                    let edit = Edit::replace(file, *span, quoted(choice));
                    let change = Change::Renamed(option.clone(), choice.clone());
                    let name = format!("{symbol} {}", quoted(option));
                    self.differs("choice", &name, choice, change, Some(&known.entry), vec![edit.clone()]);
                    self.edits.push(edit);
                }
                (None, None) => {
                    self.new_one("choice", &format!("{symbol} {}", quoted(choice)), choice);
                    fresh.push(quoted(choice));
                }
            }
        }
        if let (Some((_, last)), false) = (known.options.last(), fresh.is_empty()) {
            let text = format!(" | {}", fresh.join(" | "));
            self.edits.push(Edit::insert(file, last.end as usize, text));
        }
        for (option, span) in known.options.iter().filter(|(option, _)| !kept.contains(option.as_str())) {
            let source = self.text(file);
            let without = if known.options.len() == 1 {
                Edit::replace(file, *span, quoted("?"))
            } else {
                let (start, end) = with_comma(source, *span, '|');
                Edit { file, start, end, text: blank(source, start, end) }
            };
            let had = self.env.get("enums", &format!("{symbol}.{option}")).is_some();
            let change = if had { Change::Deleted } else { Change::Unknown };
            let name = format!("{symbol} {}", quoted(option));
            self.differs("choice", &name, option, change, Some(&known.entry), vec![without]);
        }
    }
}
