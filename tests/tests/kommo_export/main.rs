//! Laws of bots that are exported to Kommo, over the examples and `fixtures/kommo_export`:
//!
//! - the exported file does what the bot does: in every conversation of the tests, and in those that a walk through the bot
//!   finds, both send the same messages, set the same fields, do the same actions and wait for the same things;
//! - a file that is imported and exported again still does what the bot does;
//! - the two graphs of a file, for the machine and for the editor, lead to the same places;
//! - what cannot be exported is told in the words of the report beside the fixture, and so are the blocks of what can;
//! - the same project is exported as the same bytes.

// A fixture that cannot be read is a failure, and so is whatever a match does not expect.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::wildcard_enum_match_arm)]

mod graphs;
mod salesbot;
mod sameness;
#[path = "../support/mod.rs"]
mod support;

use sbot_embed::Json;
use sbotc::kommo::env::Env;
use sbotc::kommo::export::{Export, Input, export};
use sbotc::kommo::import::{Ground, import};
use sbotc::kommo::{read, write};
use sbotc::{Checked, i18n};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// An account in which everything has an id.
#[derive(Default)]
pub(crate) struct Account(RefCell<BTreeMap<(String, String), i64>>);

impl Account {
    pub(crate) fn id(&self, section: &str, symbol: &str) -> i64 {
        let mut known = self.0.borrow_mut();
        let next = 1001 + i64::try_from(known.len()).unwrap();
        *known.entry((section.to_owned(), symbol.to_owned())).or_insert(next)
    }

    fn lookup(&self, section: &str, symbol: &str) -> Option<Json> {
        Some(match section {
            "variables" => Json::text(&format!("lead.{}", symbol.replace('.', "_"))),
            "files" => Json::text(symbol),
            _ => Json::int(self.id(section, symbol)),
        })
    }
}

/// The examples, and fixtures that show what can be exported and what cannot.
fn paths() -> Vec<PathBuf> {
    let folder = support::fixtures("kommo_export");
    let mut paths: Vec<PathBuf> =
        support::project::paths().into_iter().filter(|path| path.is_dir()).collect();
    paths.extend(support::project::with_ending(&folder, ".sbot"));
    paths
}

fn exported(checked: &Checked, account: &Account) -> Vec<(String, Export)> {
    let project = checked.project.as_ref().unwrap();
    let lookup = |section: &str, symbol: &str| account.lookup(section, symbol);
    let one = |bot: usize| {
        let language = project.languages.first().map(|language| &**language);
        let input = Input { project, sources: &checked.sources, bot, language, lookup: &lookup };
        (project.bots[bot].name.to_string(), export(input))
    };
    (0..project.bots.len()).map(one).collect()
}

/// Everything that can be exported: its path, the number of the bot, and its file.
fn files(account: &Account) -> Vec<(PathBuf, usize, String)> {
    let mut all = Vec::new();
    for path in paths() {
        let (_, memory, mut checked) = support::project::check(&path);
        i18n::localize(&mut checked, "", support::locales(&memory), i18n::Strictness::Complete);
        for (number, (_, export)) in exported(&checked, account).into_iter().enumerate() {
            all.extend(export.bot.map(|bot| (path.clone(), number, write::file(&bot))));
        }
    }
    all
}

/// What is told of an export, and the blocks that it has.
fn shown(checked: &Checked, account: &Account) -> String {
    let mut text = String::new();
    for (name, export) in exported(checked, account) {
        writeln!(text, "bot {name}").unwrap();
        for finding in &export.findings {
            let at =
                finding.place.map(|place| checked.sources.get(place.file).line_column(place.span.start).line);
            let at = at.map_or_else(String::new, |line| format!(" {line}"));
            let word = finding.severity.word();
            writeln!(text, "  {word}{at}: {}\n    {}", finding.message, finding.help).unwrap();
        }
        if let Some(bot) = &export.bot {
            let file: serde_json::Value = serde_json::from_str(&write::file(bot)).unwrap();
            let logic: serde_json::Value =
                serde_json::from_str(file["model"]["text"].as_str().unwrap()).unwrap();
            let mut steps: Vec<(&String, &serde_json::Value)> = logic.as_object().unwrap().iter().collect();
            steps.sort_by_key(|(number, _)| number.parse::<i64>().unwrap_or(i64::MAX));
            for (number, step) in steps {
                writeln!(text, "  {number}: {step}").unwrap();
            }
        }
        text.push('\n');
    }
    text
}

#[test]
fn reports_and_blocks_are_as_they_were() {
    for path in support::project::with_ending(&support::fixtures("kommo_export"), ".sbot") {
        let (name, _, checked) = support::project::check(&path);
        let text = shown(&checked, &Account::default());
        insta::with_settings!({ snapshot_path => path.parent().unwrap(), prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

#[test]
fn a_file_is_the_same_bytes_each_time() {
    let (first, second) = (files(&Account::default()), files(&Account::default()));
    assert!(first.len() > 7, "{}", first.len());
    assert_eq!(first, second);
}

#[test]
fn both_graphs_lead_to_the_same_places() {
    for (path, _, file) in files(&Account::default()) {
        graphs::agree(&path.display().to_string(), &file);
    }
}

#[test]
fn kommo_does_what_the_bot_does() {
    let account = Account::default();
    let mut conversations = 0;
    for (path, bot, file) in files(&account) {
        conversations += sameness::compare(Path::new(&path), bot, &file, &account);
    }
    assert!(conversations > 100, "{conversations}");
}

/// The way there and back: the file becomes a project, and the project a file.
#[test]
fn an_imported_bot_does_what_the_bot_does() {
    let account = Account::default();
    let mut conversations = 0;
    for (path, bot, file) in files(&account) {
        // Files that messages attach are not in Kommo's file, and what a widget gives has no name there.
        if file.contains("attachments") || file.contains("{{json.") {
            continue;
        }
        let (read, _) = read::read(file.as_bytes(), false).unwrap();
        let made = import(&read, &[], "imported", &Ground::default());
        let mut files = support::Memory::default();
        let name = format!("{}.sbot", made.name);
        files.0.insert(name.clone(), made.bot.into_bytes());
        files.0.insert("account.sbot".to_owned(), made.account.into_bytes());
        let checked = sbotc::check::check(sbotc::project::parse(&[name], &files).unwrap(), &files);
        let env = Env::read(&made.env).unwrap();
        let lookup = |section: &str, symbol: &str| match section {
            "variables" => Some(Json::text(&format!("lead.{}", symbol.replace('.', "_")))),
            _ => env.get(section, symbol).cloned().or_else(|| account.lookup(section, symbol)),
        };
        let project = checked.project.as_ref().unwrap();
        let input = Input { project, sources: &checked.sources, bot: 0, language: None, lookup: &lookup };
        let again = export(input);
        let Some(again) = &again.bot else { panic!("{}: {:#?}", path.display(), again.findings) };
        conversations += sameness::compare(&path, bot, &write::file(again), &account);
    }
    assert!(conversations > 50, "{conversations}");
}
