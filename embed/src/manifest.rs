//! What a host says of itself, as JSON.
//!
//! ```json
//! {
//!   "actions": {"add_note": {"text": "text", "on": "symbol"}, "stripe.invoice": null},
//!   "fields": {"lead.budget": "number?", "contact.name": null},
//!   "channels": ["shop_whatsapp"], "users": ["anna"], "stages": "all"
//! }
//! ```
//!
//! Every section is an object by name, a list of names or `"all"`; one that is missing has nothing in it. The sections are
//! `actions`, `fields`, `users`, `teams`, `channels`, `pipelines`, `stages`, `templates`, `email_templates`, `forms`. `null`
//! stands for whatever type the program has.

use crate::event::Keys;
use crate::json::Json;
use crate::problem::{At, Problem};
use crate::value::{Reader, shown};
use sbot_vm::program::SymbolKind;
use sbot_vm::value::{Kind, Slot};
use sbot_vm::{Has, Host, Unmet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Sections of symbols.
const SECTIONS: [(&str, SymbolKind); 8] = [
    ("users", SymbolKind::User),
    ("teams", SymbolKind::Team),
    ("channels", SymbolKind::Channel),
    ("pipelines", SymbolKind::Pipeline),
    ("stages", SymbolKind::Stage),
    ("templates", SymbolKind::Template),
    ("email_templates", SymbolKind::EmailTemplate),
    ("forms", SymbolKind::Form),
];

/// The section of a kind.
pub(crate) fn section_name(kind: SymbolKind) -> &'static str {
    SECTIONS.iter().find(|(_, known)| *known == kind).map_or("", |(name, _)| name)
}

/// Reads a manifest.
pub(crate) fn read(reader: &mut Reader<'_>, json: &Json) -> Option<Host> {
    let at = At::Document("host");
    let mut keys = Keys::new(reader, &at, json)?;
    let mut host = Host {
        actions: section(reader, &At::Key(&at, "actions"), keys.get("actions"), params),
        fields: section(reader, &At::Key(&at, "fields"), keys.get("fields"), slot),
        symbols: BTreeMap::new(),
    };
    for (name, kind) in SECTIONS {
        let has = section(reader, &At::Key(&at, name), keys.get(name), |_, _, _| Some(()));
        host.symbols.insert(kind, has);
    }
    keys.end(reader);
    Some(host)
}

fn section<T: Default>(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    json: Option<&Json>,
    read: impl Fn(&mut Reader<'_>, &At<'_>, &Json) -> Option<T>,
) -> Has<T> {
    let mut list = BTreeMap::new();
    match json {
        None => {}
        Some(Json::Text(all)) if &**all == "all" => return Has::All,
        Some(Json::Object(keys)) => {
            for (name, json) in keys {
                let at = At::Key(at, name);
                let value = if *json == Json::Null { Some(T::default()) } else { read(reader, &at, json) };
                list.extend(value.map(|value| (Arc::from(&**name), value)));
            }
        }
        Some(Json::List(names)) => {
            for (n, name) in names.iter().enumerate() {
                match name.as_text() {
                    Some(name) => {
                        list.insert(Arc::from(name), T::default());
                    }
                    None => {
                        let _: Option<()> = reader.problems.note(
                            &At::Item(at, n),
                            format!("a name was expected and {} is there", shown(name)),
                        );
                    }
                }
            }
        }
        Some(json @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_))) => {
            let what = format!(
                "an object by name, a list of names or \"all\" was expected and {} is there",
                shown(json)
            );
            let _: Option<()> = reader.problems.note(at, what);
        }
    }
    Has::These(list)
}

fn params(reader: &mut Reader<'_>, at: &At<'_>, json: &Json) -> Option<Option<BTreeMap<Arc<str>, Slot>>> {
    let Json::Object(keys) = json else {
        return reader.problems.note(
            at,
            format!("an object with the types of the parameters was expected and {} is there", shown(json)),
        );
    };
    let mut params = BTreeMap::new();
    for (name, json) in keys {
        if let Some(slot) = slot(reader, &At::Key(at, name), json).flatten() {
            params.insert(Arc::from(&**name), slot);
        }
    }
    Some(Some(params))
}

fn slot(reader: &mut Reader<'_>, at: &At<'_>, json: &Json) -> Option<Option<Slot>> {
    let name = json.as_text().unwrap_or_default();
    let (kind, optional) = name.strip_suffix('?').map_or((name, false), |kind| (kind, true));
    match Kind::named(kind) {
        Some(kind) => Some(Some(Slot { kind, optional })),
        None => reader.problems.note(
            at,
            format!(
                "there is no type {}: there are bool, int, number, text, date, time, datetime, duration, list, record, symbol, file and json, with a `?` where it may be absent",
                shown(json)
            ),
        ),
    }
}

/// Something that is missing, with its place in the manifest.
pub(crate) fn problem(unmet: &Unmet) -> Problem {
    let document = At::Document("host");
    let at = |section: &str, names: &[&str]| {
        let section = At::Key(&document, section);
        match names {
            [name] => At::Key(&section, name).to_string(),
            [name, param] => At::Key(&At::Key(&section, name), param).to_string(),
            _ => section.to_string(),
        }
    };
    let at = match unmet {
        Unmet::Action { name } => at("actions", &[name]),
        Unmet::Param { action, name, .. } | Unmet::ParamType { action, name, .. } => {
            at("actions", &[action, name])
        }
        Unmet::Field { name, .. } | Unmet::FieldType { name, .. } => at("fields", &[name]),
        Unmet::Symbol { kind, name } => at(section_name(*kind), &[name]),
    };
    Problem { at, what: unmet.to_string() }
}
