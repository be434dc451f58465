//! The files of a project: what each declares, which others it uses, and the `use` line that brings in one more.
//!
//! Paths are relative to the project's folder. A `use` brings in what the other file declares itself, and nothing of the
//! files that it uses; files that use each other in a circle are an error.

use crate::kommo::quotes::quoted;
use crate::project::{normalize, parent};
use sbot_grammar::ast::{Item, ItemKind};
use std::collections::{BTreeMap, BTreeSet};

/// Files by their paths. The default one is of a project that has none yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// The file of the bot that is imported.
    own: String,
    /// What each uses.
    uses: BTreeMap<String, BTreeSet<String>>,
    /// By name: whether a bot has to be given something, and the file that it is in.
    bots: BTreeMap<String, (bool, String)>,
    /// By name: where what an account has is declared.
    declared: BTreeMap<String, BTreeSet<String>>,
}

impl Files {
    pub(super) fn new(own: &str) -> Files {
        Files { own: normalize("", own), ..Files::default() }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, path: &str, items: &[Item]) {
        let path = normalize("", path);
        let mut uses = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut bot = false;
        for item in items {
            if let ItemKind::Use(used) = &item.kind {
                uses.extend(used.plain().map(|used| normalize(parent(&path), used)));
            } else if let ItemKind::Bot(found) = &item.kind {
                bot = true;
                let asks = found.params.iter().any(|param| param.default.is_none());
                self.bots.entry(found.name.text.to_string()).or_insert_with(|| (asks, path.clone()));
            } else if let ItemKind::User { name, .. }
            | ItemKind::Team { name, .. }
            | ItemKind::Channel { name, .. }
            | ItemKind::Template { name, .. }
            | ItemKind::Pipeline { name, .. }
            | ItemKind::Widget { name, .. } = &item.kind
            {
                names.insert(name.text.to_string());
            }
        }
        // Of a bot's file only the bot comes in.
        for name in names.into_iter().filter(|_| !bot || path == self.own) {
            self.declared.entry(name).or_default().insert(path.clone());
        }
        self.uses.insert(path, uses);
    }

    /// Whether there is a bot of this name, in whatever file.
    pub(super) fn has_bot(&self, name: &str) -> bool {
        self.bots.contains_key(name)
    }

    /// Why the bot that is imported cannot hand over to this one, if so.
    pub(super) fn bars(&self, bot: &str) -> Option<String> {
        let (asks, path) = self.bots.get(bot)?;
        if *asks {
            return Some(format!("`{bot}` has parameters, and Kommo hands over none"));
        }
        self.circle(path)
            .then(|| format!("{path} uses this file already, and two files cannot use each other"))
    }

    /// The `use` line for a file; none if it is there already.
    pub(super) fn line(&self, path: &str) -> Option<String> {
        let used = self.uses.get(&self.own).is_some_and(|uses| uses.contains(path));
        (!used && path != self.own).then(|| format!("use {}\n", quoted(&relative(&self.own, path))))
    }

    /// The `use` line for the file of a bot; none if it is there already, or if there is no such bot.
    pub(super) fn line_of_bot(&self, bot: &str) -> Option<String> {
        self.bots.get(bot).and_then(|(_, path)| self.line(path))
    }

    /// The `use` line for what an account has; none if it is there already, or if nobody declares it.
    pub(super) fn line_of(&self, name: &str) -> Option<String> {
        let lines = self.declared.get(name)?.iter().map(|path| (path, self.line(path)));
        let lines: Option<Vec<_>> = lines.map(|(path, line)| Some((path, line?))).collect();
        lines?.into_iter().find(|(path, _)| !self.circle(path)).map(|(_, line)| line)
    }

    /// Whether the bot's own file is among those that a file needs.
    fn circle(&self, path: &str) -> bool {
        let (mut open, mut seen) = (vec![path], BTreeSet::new());
        while let Some(at) = open.pop() {
            if at == self.own && at != path {
                return true;
            }
            if seen.insert(at) {
                open.extend(self.uses.get(at).into_iter().flatten().map(String::as_str));
            }
        }
        false
    }
}

/// A path as a file at another one names it.
fn relative(from: &str, to: &str) -> String {
    let mut base = parent(from).split('/').filter(|part| !part.is_empty()).peekable();
    let mut rest = to.split('/').peekable();
    while base.peek().is_some() && base.peek() == rest.peek() {
        base.next();
        rest.next();
    }
    let up = "../".repeat(base.count());
    let path = rest.collect::<Vec<_>>().join("/");
    // `std/` alone means the standard library.
    let here = if up.is_empty() && path.starts_with("std/") { "./" } else { "" };
    format!("{here}{up}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file() {
        for (from, to, path) in [
            ("a.sbot", "b.sbot", "b.sbot"),
            ("", "b.sbot", "b.sbot"),
            ("bots/a.sbot", "account.sbot", "../account.sbot"),
            ("bots/a.sbot", "bots/b.sbot", "b.sbot"),
            ("bots/a.sbot", "bots/more/b.sbot", "more/b.sbot"),
            ("x/y/a.sbot", "x/z/b.sbot", "../z/b.sbot"),
            ("a.sbot", "std/b.sbot", "./std/b.sbot"),
        ] {
            assert_eq!(relative(from, to), path);
            assert_eq!(normalize(parent(from), path), to);
        }
    }

    #[test]
    fn lines_are_those_that_are_missing() {
        let mut files = Files::new("bots/a.sbot");
        for (path, text) in [
            ("bots/a.sbot", "use \"../team.sbot\"\nbot a\nuser own \"Own\"\n"),
            ("team.sbot", "user anna \"Anna\"\n"),
            ("more.sbot", "user anna \"Anna\"\nuser bob \"Bob\"\n"),
            ("bots/b.sbot", "bot b\nuser hidden \"Hidden\"\n"),
            ("bots/c.sbot", "use \"b.sbot\"\nuse \"d.sbot\"\nbot c(n: int)\n"),
            ("bots/d.sbot", "use \"a.sbot\"\nbot d\n"),
        ] {
            files.add(path, &sbot_grammar::parse(text).file.items);
        }
        let line = |path: &str| Some(format!("use \"{path}\"\n"));
        assert_eq!(files.line("account.sbot"), line("../account.sbot"));
        assert_eq!(files.line("team.sbot"), None);
        for (name, path) in
            [("anna", None), ("own", None), ("bob", line("../more.sbot")), ("hidden", None), ("eve", None)]
        {
            assert_eq!(files.line_of(name), path, "{name}");
        }
        assert_eq!(files.line_of_bot("b"), line("b.sbot"));
        assert_eq!(files.line_of_bot("a"), None);
        assert_eq!((files.bars("a"), files.bars("b"), files.bars("new")), (None, None, None));
        assert!(files.bars("c").is_some_and(|why| why.contains("parameters")));
        assert!(files.bars("d").is_some_and(|why| why.contains("bots/d.sbot uses this file")));
    }
}
