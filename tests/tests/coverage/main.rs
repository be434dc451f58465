//! Laws of `docs/coverage.md`, the table of what the Salesbot guide has and how it is written in Sbot:
//!
//! - every row is true: its example and its fixture have the construct in their trees, its codes exist, and the tests
//!   of the example have the effect on the host that the row tells of;
//! - nothing is missing: every construct that any file of this repository has stands in a row, and so does every
//!   action of `std/actions.sbot` with each of its parameters and exits;
//! - examples are as they should be: without a warning, in the standard form, and their tests reach every step, exit
//!   and button.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A file that cannot be read is a failure.

mod constructs;
mod declared;
mod host;
mod names;
#[path = "../support/mod.rs"]
mod support;
mod table;

use constructs::Constructs;
use declared::Declared;
use sbot_vm::Program;
use sbotc::coverage::{Hits, by_bot};
use sbotc::i18n::{self, Strictness};
use sbotc::sim::{Outcome, run_test};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::entries;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// `.sbot` files below a folder, in order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "sbot") {
            found.push(path);
        }
    }
    found
}

/// What a file has in its tree, seen with what its project declares: the files beside it, or itself where it is a
/// fixture of one file.
fn constructs_of(path: &Path) -> Constructs {
    let tree = |path: &Path| sbot_grammar::parse(&fs::read_to_string(path).unwrap()).file;
    let folder = path.parent().unwrap();
    let alone = folder.parent().is_some_and(|above| above.ends_with("fixtures"));
    let mut declared = Declared::library();
    let beside = match (alone, folder.ends_with("stdlib")) {
        (true, _) => vec![path.to_path_buf()],
        (false, true) => Vec::new(),
        (false, false) => entries(folder),
    };
    for path in beside.iter().filter(|path| path.to_str().unwrap().ends_with(".sbot")) {
        declared.add(&tree(path));
    }
    constructs::of_file(&tree(path), &declared)
}

/// Every file that compiles: examples, the library, and fixtures that are about no error.
fn corpus() -> Vec<PathBuf> {
    let folders =
        ["examples", "stdlib", "tests/fixtures/run", "tests/fixtures/explore", "tests/fixtures/lower"];
    let mut paths: Vec<PathBuf> = folders.iter().flat_map(|folder| sources(&root().join(folder))).collect();
    for path in sources(&root().join("tests/fixtures/check")) {
        let name =
            path.strip_prefix(root().join("tests/fixtures/check")).unwrap().to_str().unwrap().to_owned();
        if name.starts_with("clean-") {
            paths.push(path);
        }
    }
    paths
}

/// What the tests of each file of an example have asked of the host.
type Happened = BTreeMap<String, BTreeSet<String>>;

/// Compiles an example and runs its tests. It has to be as examples should be.
fn perform(folder: &Path) -> Happened {
    let (name, files, mut checked) = support::project::check(folder);
    for (file, bytes) in files.0.iter().filter(|(file, _)| file.ends_with(".sbot")) {
        let text = std::str::from_utf8(bytes).unwrap();
        let formatted = sbot_grammar::print::print(text, &sbot_grammar::parse(text));
        assert!(formatted == text, "examples/{name}/{file} is not in the standard form: run `sbotc fmt`");
    }
    i18n::localize(&mut checked, "", support::locales(&files), Strictness::Complete);
    let findings = support::listed(&checked.diagnostics, &checked.sources);
    assert!(findings.is_empty(), "examples/{name} is not clean:\n{findings}");
    let project = checked.project.unwrap();
    let lowered = sbotc::lower::lower_marked(&project, &checked.sources);
    let program = Arc::new(Program::new(lowered.tables, Some(lowered.debug)).unwrap());
    let mut hits = Hits::default();
    let mut happened = Happened::new();
    for test in &lowered.tests {
        let report = run_test(&program, test, &checked.sources, false);
        let why = report.explain(&checked.sources).join("\n");
        assert_eq!(report.outcome, Outcome::Passed, "examples/{name}: {}\n{why}", test.title);
        hits.add(report.world.marks());
        let file = &checked.sources.get(test.place.file).path;
        happened.entry(format!("examples/{name}/{file}")).or_default().extend(host::of_world(&report.world));
    }
    let bots: Vec<Arc<str>> = program.tables().bots.iter().map(|bot| Arc::clone(&bot.name)).collect();
    for bot in by_bot(&bots, &lowered.marks, &hits, &checked.sources) {
        let missing: Vec<String> =
            bot.missing.iter().map(|one| format!("{}:{} {}", one.file, one.line, one.name)).collect();
        assert!(missing.is_empty(), "examples/{name}: no test reaches\n{}", missing.join("\n"));
    }
    happened
}

fn examples() -> Vec<PathBuf> {
    entries(&root().join("examples")).into_iter().filter(|path| path.is_dir()).collect()
}

fn page() -> String {
    fs::read_to_string(root().join("docs/coverage.md")).unwrap()
}

/// What the tests of a file have had for effects; those of its whole project where it has no tests itself, since then
/// other bots run it.
fn of_example(happened: &Happened, file: &str) -> BTreeSet<String> {
    if let Some(found) = happened.get(file) {
        return found.clone();
    }
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside =
        happened.iter().filter(|(file, _)| file.rsplit_once('/').is_some_and(|(other, _)| other == folder));
    beside.flat_map(|(_, found)| found.iter().cloned()).collect()
}

#[test]
fn every_row_is_true() {
    let mut happened = Happened::new();
    examples().iter().for_each(|folder| happened.extend(perform(folder)));
    let mut problems = Vec::new();
    let rows = table::rows(&page());
    assert!(rows.len() > 200, "only {} rows were found", rows.len());
    for row in rows {
        let mut problem = |text: String| problems.push(format!("docs/coverage.md:{}: {text}", row.line));
        for link in [&row.example, &row.fixture] {
            let path = root().join(link);
            if !path.is_file() {
                problem(format!("there is no file {link}"));
                continue;
            }
            let found = constructs_of(&path);
            for construct in row.constructs.iter().filter(|construct| !found.has(construct)) {
                problem(format!("{link} has no `{construct}`"));
            }
        }
        for code in row.codes.iter().filter(|code| sbotc::diagnostic::Code::find(code).is_none()) {
            problem(format!("there is no code {code}"));
        }
        let of_example = of_example(&happened, &row.example);
        for effect in row.effects.iter().filter(|effect| !of_example.contains(*effect)) {
            problem(format!("the tests of {} never have the effect `{effect}`", row.example));
        }
    }
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn nothing_is_missing() {
    let rows: BTreeSet<String> = table::rows(&page()).into_iter().flat_map(|row| row.constructs).collect();
    let mut all = Constructs::default();
    corpus().iter().for_each(|path| all.add(constructs_of(path)));
    for (name, action) in &Declared::library().actions {
        all.names.extend(action.params.iter().map(|param| format!("{name}({param}: …)")));
        all.names.extend(action.exits.iter().map(|exit| format!("{name}(…) on {exit}")));
    }
    let missing: Vec<&String> = all.names.difference(&rows).collect();
    assert!(missing.is_empty(), "docs/coverage.md has no row for\n{missing:#?}");
}

/// `ALL` of the codes but those about the text itself and about its translations, which belong to no construct.
#[test]
fn every_code_about_a_construct_stands_in_a_row() {
    let rows: BTreeSet<String> = table::rows(&page()).into_iter().flat_map(|row| row.codes).collect();
    let about = |name: &str| !["E01", "E08", "W08"].iter().any(|start| name.starts_with(start));
    let missing: Vec<&str> = sbotc::diagnostic::codes::ALL
        .iter()
        .map(|code| code.name())
        .filter(|name| about(name) && !rows.contains(*name))
        .collect();
    assert!(missing.is_empty(), "docs/coverage.md names no construct for {}", missing.join(", "));
}
