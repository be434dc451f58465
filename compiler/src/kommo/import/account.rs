//! The account as far as a bot names it: declarations, and the environment file with the ids.

use super::Answers;
use super::lower::Lower;
use super::symbols::{Row, Symbols};
use super::widget::Declared;
use crate::kommo::quotes::quoted;
use std::collections::{BTreeMap, BTreeSet};

/// The kind of a channel that the file does not tell.
const SOME_KIND: &str = "telegram";

/// The first lines of the account's file.
const ABOUT: &str = "// What the bot names of its account. Kommo's file has the numbers alone, so the titles are to be filled in.\n";

/// `account.sbot`; empty if there is nothing to declare.
pub(super) fn declarations(lower: &Lower<'_>, answers: &Answers) -> String {
    let symbols = &lower.symbols;
    let mut out = String::new();
    settings(lower, &mut out);
    for entity in ["lead", "contact", "company"] {
        fields(symbols, entity, &mut out);
    }
    pipelines(symbols, &mut out);
    for (section, word) in [("users", "user"), ("teams", "team")] {
        for (symbol, row) in symbols.new_rows(section) {
            let members = if word == "team" { " {}" } else { "" };
            out.push_str(&format!("{word} {symbol} {}{members}\n", quoted(&row.title)));
        }
    }
    for (symbol, row) in symbols.new_rows("channels") {
        channel(symbol, row, &mut out);
    }
    for (symbol, row) in symbols.new_rows("templates") {
        out.push_str(&format!("template {symbol}(text: text) {}\n", row.what));
    }
    widgets(lower, answers, &mut out);
    if !out.is_empty() {
        out.insert_str(0, ABOUT);
    }
    out
}

fn settings(lower: &Lower<'_>, out: &mut String) {
    let mut all = Vec::new();
    if lower.zone && !lower.ground.says("zone") {
        all.push("zone \"UTC\"");
    }
    if lower.region && !lower.ground.says("region") {
        all.push("region \"US\"");
    }
    if !all.is_empty() {
        out.push_str("\n// Not in Kommo's file: put your own here. Phone numbers are read in the region, days in the zone.\n");
        out.push_str(&format!("account {{ {} }}\n", all.join(", ")));
    }
}

fn fields(symbols: &Symbols<'_>, entity: &str, out: &mut String) {
    let own = symbols
        .new_rows("fields")
        .filter_map(|(symbol, row)| Some((symbol.strip_prefix(entity)?.strip_prefix('.')?, row)));
    let own: Vec<String> = own
        .map(|(name, row)| {
            format!("{name}: {}{}", row.what, if row.what == "bool" { " = false" } else { "" })
        })
        .collect();
    if !own.is_empty() {
        out.push_str(&format!("entity {entity} {{ {} }}\n", own.join(", ")));
    }
}

fn pipelines(symbols: &Symbols<'_>, out: &mut String) {
    for (symbol, row) in symbols.made.get("pipelines").into_iter().flatten() {
        let stages: Vec<String> = symbols
            .new_rows("stages")
            .filter_map(|(name, stage)| Some((name.strip_prefix(symbol.as_str())?.strip_prefix('.')?, stage)))
            .map(|(name, stage)| format!("{name} {}", quoted(&stage.title)))
            .collect();
        // Stages that an existing pipeline has not yet are added to it.
        if row.declared && stages.is_empty() {
            continue;
        }
        if row.id.is_none() {
            out.push_str("// The file does not say which pipeline these stages belong to.\n");
        }
        out.push_str(&format!("pipeline {symbol} {} {{ {} }}\n", quoted(&row.title), stages.join(", ")));
    }
}

fn channel(symbol: &str, row: &Row, out: &mut String) {
    if row.what.is_empty() {
        out.push_str("// What kind of channel this is, the file does not say.\n");
    }
    let kind = if row.what.is_empty() { SOME_KIND } else { &row.what };
    out.push_str(&format!("channel {symbol}: {kind} {}\n", quoted(&row.title)));
}

fn widgets(lower: &Lower<'_>, answers: &Answers, out: &mut String) {
    let fresh = |declared: &Declared| lower.ground.symbol("widgets", &declared.ids.0).is_none();
    let declared: BTreeMap<&str, &Declared> =
        lower.widgets.iter().filter(|(_, one)| fresh(one)).map(|(call, one)| (call.as_str(), one)).collect();
    let names: BTreeSet<&str> = declared.keys().filter_map(|call| call.split('.').next()).collect();
    for name in names {
        out.push_str(&format!("widget {name} {{\n"));
        for (call, action) in declared.iter().filter(|(call, _)| call.split('.').next() == Some(name)) {
            let params: Vec<String> =
                action.params.iter().map(|(name, ty)| format!("{name}: {ty}? = none")).collect();
            let exits: Vec<String> = action
                .exits
                .keys()
                .map(|exit| {
                    let keys = answers.get(&((*call).to_owned(), exit.clone())).into_iter().flatten();
                    let keys: Vec<String> = keys.map(|key| format!("{key}: text")).collect();
                    if keys.is_empty() { exit.clone() } else { format!("{exit}({})", keys.join(", ")) }
                })
                .collect();
            let action = call.split('.').nth(1).unwrap_or("call");
            out.push_str(&format!("action {action}({})", params.join(", ")));
            if !exits.is_empty() {
                out.push_str(&format!(" exits {}", exits.join(", ")));
            }
            out.push('\n');
        }
        out.push_str("}\n");
    }
}

/// What the environment file has to say: section, symbol, value as TOML writes it.
pub(super) fn ids(lower: &Lower<'_>) -> Vec<(&'static str, String, String)> {
    let mut all = Vec::new();
    for section in ["pipelines", "stages", "users", "teams", "channels", "templates", "fields", "bots"] {
        for (symbol, row) in lower.symbols.new_rows(section) {
            if let Some(id) = &row.id {
                all.push((section, symbol.clone(), id_value(id)));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (call, declared) in &lower.widgets {
        let symbol = call.split('.').next().unwrap_or_default();
        let (id, code, instance) = &declared.ids;
        if lower.ground.symbol("widgets", id).is_none() && seen.insert(symbol) {
            let mut keys = vec![format!("id = {}", id_value(id))];
            keys.extend(code.as_ref().map(|code| format!("code = {}", toml_text(code))));
            keys.extend(instance.as_ref().map(|instance| format!("instance = {}", id_value(instance))));
            all.push(("widgets", symbol.to_owned(), format!("{{ {} }}", keys.join(", "))));
        }
    }
    all
}

/// `account.env.toml`; empty if there is no id.
pub(super) fn environment(ids: &[(&'static str, String, String)]) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let mut out = String::from("# The account's own numbers of what account.sbot names.\n");
    let mut section = "";
    for (of, symbol, value) in ids {
        if *of != section {
            out.push_str(&format!("\n[{of}]\n"));
            section = of;
        }
        let bare = symbol.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let key = if bare { symbol.clone() } else { toml_text(symbol) };
        out.push_str(&format!("{key} = {value}\n"));
    }
    out
}

fn id_value(id: &str) -> String {
    let number = id.len() < 19
        && !id.is_empty()
        && id.chars().all(|c| c.is_ascii_digit())
        && (id == "0" || !id.starts_with('0'));
    if number { id.to_owned() } else { toml_text(id) }
}

fn toml_text(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
