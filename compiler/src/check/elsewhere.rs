//! Names that another file declares: the `use` that is missing.

use crate::diagnostic::{Code, Diagnostic, Edit};
use crate::project::{Parsed, Unit, parent};
use crate::resolve::is_bot;
use crate::source::Source;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::{Item, ItemKind};

/// Adds to each unknown name that another file of the project or the standard library declares the `use` for it.
pub(super) fn point_out(parsed: &Parsed, diagnostics: &mut [Diagnostic]) {
    let unknown = |found: &Diagnostic| matches!(found.code, Code::E0201 | Code::E0202);
    if !diagnostics.iter().any(unknown) {
        return;
    }
    let declared = declared(parsed);
    for diagnostic in diagnostics.iter_mut().filter(|found| unknown(found)) {
        let Some(unit) = parsed.units.get(diagnostic.place.file.0 as usize).filter(|unit| !unit.std) else {
            continue;
        };
        let source = parsed.sources.get(unit.file);
        let name = source.slice(diagnostic.place.span);
        let Some(files) = declared.get(name) else { continue };
        let paths: Vec<String> = files
            .iter()
            .filter(|file| **file != source.path)
            .map(|file| relative(parent(&source.path), file))
            .collect();
        let [path] = paths.as_slice() else {
            if !paths.is_empty() {
                let list: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
                diagnostic.help = Some(format!("{} declare it: use one of them", list.join(" and ")));
            }
            continue;
        };
        let help = format!("`{path}` declares it: write `use \"{path}\"`");
        *diagnostic = diagnostic.clone().help(help).change(vec![added(source, unit, path)], true);
    }
}

/// For each name the files that declare it and can be used.
fn declared(parsed: &Parsed) -> FxHashMap<String, Vec<String>> {
    let mut all: FxHashMap<String, Vec<String>> = FxHashMap::default();
    let mut add = |items: &[Item], path: &str| {
        for name in items.iter().filter_map(name) {
            let files = all.entry(name.to_owned()).or_default();
            if !files.iter().any(|file| file == path) {
                files.push(path.to_owned());
            }
        }
    };
    let loaded = |path: &str| parsed.units.iter().any(|unit| parsed.sources.get(unit.file).path == path);
    for unit in parsed.units.iter().filter(|unit| !is_bot(unit)) {
        let path = &parsed.sources.get(unit.file).path;
        if !sbot_stdlib::ALWAYS.contains(&path.as_str()) {
            add(&unit.tree.items, path);
        }
    }
    for file in sbot_stdlib::FILES.iter().filter(|file| !loaded(file.path)) {
        add(&sbot_grammar::parse(file.text).file.items, file.path);
    }
    all
}

/// What an item declares under a name.
fn name(item: &Item) -> Option<&str> {
    let name = match &item.kind {
        ItemKind::Var(var) => &var.name,
        ItemKind::Step(step) => &step.name,
        ItemKind::Flow(flow) => &flow.name,
        ItemKind::Fn(function) => &function.name,
        ItemKind::Action(action) => &action.name,
        ItemKind::Type { name, .. }
        | ItemKind::Pipeline { name, .. }
        | ItemKind::User { name, .. }
        | ItemKind::Team { name, .. }
        | ItemKind::Channel { name, .. }
        | ItemKind::Template { name, .. }
        | ItemKind::EmailTemplate { name, .. }
        | ItemKind::Form { name, .. }
        | ItemKind::Hours { name, .. }
        | ItemKind::Widget { name, .. } => name,
        ItemKind::Bot(_)
        | ItemKind::Use(_)
        | ItemKind::Trigger(_)
        | ItemKind::Account(_)
        | ItemKind::Entity { .. }
        | ItemKind::Test { .. }
        | ItemKind::Upgrade(_)
        | ItemKind::Error => return None,
    };
    Some(&name.text)
}

/// The `use` behind the last one, behind the bot, or before the first item.
fn added(source: &Source, unit: &Unit, path: &str) -> Edit {
    let items = &unit.tree.items;
    let last = |wanted: fn(&Item) -> bool| items.iter().rfind(|item| wanted(item));
    let behind = |item: &Item, breaks: &str| {
        let rest = source.text.get(item.span.end as usize..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or("").trim_end();
        let free = line.trim().is_empty() || line.trim_start().starts_with("//");
        let end = item.span.end + if free { u32::try_from(line.len()).unwrap_or(0) } else { 0 };
        Edit::insert(end, format!("{breaks}use \"{path}\""))
    };
    if let Some(item) = last(|item| matches!(item.kind, ItemKind::Use(_))) {
        return behind(item, "\n");
    }
    if let Some(item) = last(|item| matches!(item.kind, ItemKind::Bot(_))) {
        return behind(item, "\n\n");
    }
    Edit::insert(0, format!("use \"{path}\"\n\n"))
}

/// `path` as a file of the folder `from` names it.
fn relative(from: &str, path: &str) -> String {
    if path.starts_with("std/") && sbot_stdlib::file(path).is_some() {
        return path.to_owned();
    }
    let mut from = from.split('/').filter(|part| !part.is_empty()).peekable();
    let mut to = path.split('/').filter(|part| !part.is_empty()).peekable();
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|_| "..");
    up.chain(to).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_are_seen_from_the_folder() {
        assert_eq!(relative("", "account.sbot"), "account.sbot");
        assert_eq!(relative("shop", "shop/account.sbot"), "account.sbot");
        assert_eq!(relative("shop/bots", "shop/account.sbot"), "../account.sbot");
        assert_eq!(relative("shop", "lib/ask.sbot"), "../lib/ask.sbot");
        assert_eq!(relative("/a/b", "/a/c/d.sbot"), "../c/d.sbot");
    }
}
