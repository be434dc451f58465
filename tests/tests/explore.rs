//! Laws of walks through conversations, over `fixtures/explore`, `fixtures/run` and the examples:
//!
//! - the report of a fixture is the one beside it, and the same each time;
//! - everything that tests reach, a walk reaches;
//! - in the examples there is nothing for it to find;
//! - the tests that a walk writes pass, reach what they are for, and are in the standard form;
//! - a project that is built to be explored has the effects of the one that is not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbot_vm::Program;
use sbotc::coverage::{Hits, is_own, word};
use sbotc::explore::{Input, Report, explore, write_tests};
use sbotc::i18n::Strictness;
use sbotc::ir;
use sbotc::lower::{Lowered, Mark};
use sbotc::sim::{Outcome, run_test};
use sbotc::source::Sources;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::{Memory, entries, fixtures};

/// A project that is built to be explored.
struct Marked {
    name: String,
    is_example: bool,
    program: Arc<Program>,
    /// The same without marks.
    plain: (Arc<Program>, Vec<ir::Test<u32>>),
    project: ir::Project,
    tests: Vec<ir::Test<u32>>,
    marks: Vec<Mark>,
    sources: Sources,
    files: Memory,
}

/// Compiles what is in memory, beginning with these files.
fn compile(name: &str, wanted: &[String], files: Memory) -> Marked {
    let parsed = sbotc::project::parse(wanted, &files).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut checked = sbotc::check::check(parsed, &files);
    sbotc::i18n::localize(&mut checked, "", support::locales(&files), Strictness::Complete);
    let errors = support::listed(checked.diagnostics.iter().filter(|one| one.is_error()), &checked.sources);
    let project = checked.project.unwrap_or_else(|| panic!("{name} does not compile:\n{errors}"));
    let sources = checked.sources;
    let program = |lowered: Lowered| {
        let program = Program::new(lowered.tables, Some(lowered.debug));
        (Arc::new(program.unwrap_or_else(|error| panic!("{name}: {error}"))), lowered.tests, lowered.marks)
    };
    let (plain, plain_tests, _) = program(sbotc::lower::lower(&project, &sources, true));
    let (marked, tests, marks) = program(sbotc::lower::lower_marked(&project, &sources));
    let plain = (plain, plain_tests);
    let is_example = false;
    Marked {
        name: name.to_owned(),
        is_example,
        program: marked,
        plain,
        project,
        tests,
        marks,
        sources,
        files,
    }
}

/// A file, or all files of a folder.
fn load(path: &Path) -> Marked {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let root = if path.is_dir() { path } else { path.parent().unwrap() };
    let mut files = Memory::default();
    for file in entries(root).iter().filter(|file| file.is_file()) {
        files.0.insert(file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(file).unwrap());
    }
    files.0.extend(support::project::translations(root));
    let wanted: Vec<String> = if path.is_dir() {
        files.0.keys().filter(|file| file.ends_with(".sbot")).cloned().collect()
    } else {
        vec![name.clone()]
    };
    compile(&name, &wanted, files)
}

fn with_ending(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.to_str().unwrap().ends_with(".sbot")).collect()
}

fn corpus() -> Vec<Marked> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut paths = with_ending(&fixtures("run"));
    paths.extend(entries(&examples).into_iter().filter(|path| path.is_dir()));
    let loaded = paths.iter().map(|path| Marked { is_example: path.is_dir(), ..load(path) });
    loaded.collect()
}

fn input(marked: &Marked, bot: u32, limit: usize) -> Input<'_> {
    let Marked { program, project, marks, sources, .. } = marked;
    Input { program, project, marks, sources, bot, limit }
}

fn bots(marked: &Marked) -> impl Iterator<Item = u32> {
    0..u32::try_from(marked.program.tables().bots.len()).unwrap()
}

/// The report as text.
fn shown(report: &Report) -> String {
    let mut text = format!(
        "{}: {} of {} reached{}\n",
        report.bot,
        report.reached,
        report.all,
        if report.complete { "" } else { ", cut off" }
    );
    for finding in &report.findings {
        let line = finding.line.map_or_else(String::new, |line| format!(", line {line}"));
        writeln!(text, "\n{:?}: {}{line}", finding.kind, finding.message).unwrap();
        for step in &finding.conversation {
            writeln!(text, "    {step}").unwrap();
        }
    }
    text
}

#[test]
fn reports_are_those_beside_the_fixtures() {
    let paths = with_ending(&fixtures("explore"));
    assert!(!paths.is_empty());
    for path in paths {
        let marked = load(&path);
        let mut text = String::new();
        for bot in bots(&marked) {
            let walk = |limit| explore(input(&marked, bot, limit), &mut |_| {}).report();
            let report = walk(5_000);
            assert_eq!(report, walk(5_000), "{}", marked.name);
            text.push_str(&shown(&report));
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../fixtures/explore");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(marked.name.as_str(), text));
    }
}

/// What the tests of a project pass.
fn hits(marked: &Marked) -> Hits {
    let mut hits = Hits::default();
    for test in &marked.tests {
        let report = run_test(&marked.program, test, &marked.sources, false);
        assert_eq!(report.outcome, Outcome::Passed, "{}: {} with marks", marked.name, test.title);
        hits.add(report.world.marks());
    }
    hits
}

#[test]
fn marks_change_nothing_else() {
    for marked in corpus() {
        for (test, plain) in marked.tests.iter().zip(&marked.plain.1) {
            let with = run_test(&marked.program, test, &marked.sources, true);
            let without = run_test(&marked.plain.0, plain, &marked.sources, true);
            let said = |world: &sbotc::sim::World| sbotc::sim::transcript::render(world.transcript());
            assert_eq!(with.outcome, without.outcome, "{}: {}", marked.name, test.title);
            // A mark costs fuel: a turn that runs out of it does so a little earlier.
            if said(&without.world).contains("the turn took too many steps") {
                continue;
            }
            assert_eq!(said(&with.world), said(&without.world), "{}: {}", marked.name, test.title);
            assert!(without.world.marks().is_empty());
        }
    }
}

/// Exits that only a particular text, field or history leads to, which a walk does not invent.
const NOT_FOUND: &[(&str, &str)] = &[];

#[test]
fn a_walk_reaches_what_tests_reach_and_writes_tests_for_the_rest() {
    let mut written = 0;
    for marked in corpus() {
        let hits = hits(&marked);
        for bot in bots(&marked) {
            let walk = explore(input(&marked, bot, 1_500), &mut |_| {});
            let report = walk.report();
            if report.complete {
                missed(&marked, bot, &hits, &report);
            }
            if marked.is_example {
                is_clean(&report);
            }
            let titles: Vec<String> = marked
                .tests
                .iter()
                .filter(|test| test.bot == Some(bot as usize))
                .map(|test| test.title.to_string())
                .collect();
            let tests = write_tests(&walk, &hits, &titles);
            written += tests.count;
            if tests.count > 0 {
                they_pass(&marked, bot, &tests.text, tests.count);
            }
        }
    }
    assert!(written > 20, "only {written} tests were written");
}

/// Nothing that a client should not find first; and nothing unreached, where the walk has come to its end.
fn is_clean(report: &Report) {
    let found = report.findings.iter().filter(|found| report.complete || !found.conversation.is_empty());
    assert_eq!(found.count(), 0, "{}", shown(report));
}

/// Everything that the tests of the bot itself reach is reached by the walk.
fn missed(marked: &Marked, bot: u32, hits: &Hits, report: &Report) {
    for (number, mark) in marked.marks.iter().enumerate() {
        let own = mark.bot == bot && word(mark.kind).is_some() && is_own(mark.place, &marked.sources);
        if !own || mark.library || hits.of(number) == 0 {
            continue;
        }
        let at = marked.sources.get(mark.place.file).line_column(mark.place.span.start);
        let place = (Some(at.line), Some(at.column));
        let unreached = report
            .findings
            .iter()
            .any(|finding| finding.conversation.is_empty() && (finding.line, finding.column) == place);
        let known = NOT_FOUND.iter().any(|(name, step)| *name == marked.name && *step == &*mark.step);
        assert!(!unreached || known, "{}: no walk to line {} in `{}`", marked.name, at.line, mark.step);
    }
}

/// The file of the bot with its new tests compiles, they pass, and nothing else is reached by less.
fn they_pass(marked: &Marked, bot: u32, text: &str, count: usize) {
    let place = marked.project.bots[bot as usize].place;
    let source = marked.sources.get(place.file);
    let mut files = marked.files.clone();
    let whole = format!("{}\n{text}", source.text.trim_end());
    files.0.insert(source.path.clone(), whole.into_bytes());
    let again = compile(&marked.name, std::slice::from_ref(&source.path), files);
    let tests: Vec<_> = again
        .tests
        .iter()
        .filter(|test| again.project.bots[test.bot.unwrap()].name == marked.project.bots[bot as usize].name)
        .collect();
    assert!(tests.len() >= count);
    for test in tests {
        let report = run_test(&again.program, test, &again.sources, true);
        let why = report.explain(&again.sources).join("\n");
        assert_eq!(report.outcome, Outcome::Passed, "{}: {}\n{why}\n{text}", again.name, test.title);
    }
}
