//! Laws of differences.
//!
//! A fixture `fixtures/diff/NAME` has an `old` and a `new` project, each a file or a folder with a `main.sbot`. The first
//! line of the new one names the kinds of all differences, in order: `//= message-reworded, wait-longer`, or
//! `//= nothing`. The text beside them is the report.
//!
//! - A fixture has exactly the differences that it names, and gives that report.
//! - Where there are none, there are none the other way round, and the old tests pass on both with the same conversations.
//! - Nothing differs from itself, nor from its standard form.
//! - The pages show a real report and all kinds.
//! - Whatever a change of one literal or one line makes of an example: equal programs have no difference, and programs
//!   that do not behave the same have one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbot_grammar::ast::ItemKind;
use sbotc::diff::render::{self, Style};
use sbotc::diff::{Diff, KINDS, diff, json};
use sbotc::ir::Project;
use sbotc::sim::run_test;
use sbotc::sim::transcript::{self, LineKind};
use sbotc::source::Sources;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::{Case, Memory, cases, entries, fixtures, listed};

struct Built {
    project: Project,
    sources: Sources,
}

fn build(entry: &str, files: &Memory) -> Result<Built, String> {
    let checked = sbotc::check_files(entry, files).map_err(|error| error.to_string())?;
    let errors = listed(checked.diagnostics.iter().filter(|one| one.is_error()), &checked.sources);
    let project = checked.project.ok_or(errors)?;
    Ok(Built { project, sources: checked.sources })
}

fn between(old: &Built, new: &Built) -> Diff {
    diff((&old.project, &old.sources), (&new.project, &new.sources))
}

fn kinds(diff: &Diff) -> Vec<&'static str> {
    diff.changes.iter().map(|change| change.kind.name()).collect()
}

/// One side of a fixture: its files, and the one that is compiled.
fn side(folder: &Path, name: &str) -> Case {
    let mut files = Memory::default();
    let root = folder.join(name);
    let entry = if root.is_dir() {
        let mut open = vec![root.clone()];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(entries(&path));
            } else {
                let inside = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.0.insert(inside, fs::read(&path).unwrap());
            }
        }
        format!("{name}/main.sbot")
    } else {
        let file = format!("{name}.sbot");
        files.0.insert(file.clone(), fs::read(folder.join(&file)).unwrap());
        file
    };
    Case { name: name.to_owned(), entry, files }
}

struct Fixture {
    name: String,
    folder: PathBuf,
    old: Case,
    new: Case,
    expected: Vec<String>,
}

fn all_fixtures() -> Vec<Fixture> {
    let all: Vec<Fixture> = entries(&fixtures("diff"))
        .into_iter()
        .filter(|folder| folder.is_dir())
        .map(|folder| {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let (old, new) = (side(&folder, "old"), side(&folder, "new"));
            let text = String::from_utf8(new.files.0[&new.entry].clone()).unwrap();
            let head = text.lines().next().and_then(|line| line.strip_prefix("//= "));
            let head = head.unwrap_or_else(|| panic!("{name} does not begin with `//= KINDS`"));
            let expected = match head {
                "nothing" => Vec::new(),
                kinds => kinds.split(", ").map(str::to_owned).collect(),
            };
            Fixture { name, folder, old, new, expected }
        })
        .collect();
    assert!(all.len() > 60, "only {} fixtures were found", all.len());
    all
}

fn built(fixture: &Fixture) -> (Built, Built) {
    let side = |case: &Case| {
        build(&case.entry, &case.files)
            .unwrap_or_else(|errors| panic!("{}/{} has errors\n{errors}", fixture.name, case.name))
    };
    (side(&fixture.old), side(&fixture.new))
}

#[test]
fn fixtures_have_the_differences_they_name() {
    let mut wrong = String::new();
    for fixture in all_fixtures() {
        let (old, new) = built(&fixture);
        let found = between(&old, &new);
        let text = render::text(&found, Style::Markdown);
        let reverse = between(&new, &old);
        if kinds(&found) != fixture.expected || reverse.is_empty() != found.is_empty() {
            wrong.push_str(&format!("{}: {}\n{text}", fixture.name, kinds(&found).join(", ")));
            continue;
        }
        if fixture.expected.is_empty() {
            assert_eq!(text, "", "{}", fixture.name);
            continue;
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&fixture.folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("report", text));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The texts of the tests of a file, and the file without them.
fn without_tests(source: &str) -> (String, String) {
    let parsed = sbot_grammar::parse(source);
    let (mut tests, mut rest, mut at) = (String::new(), String::new(), 0);
    for item in &parsed.file.items {
        if matches!(item.kind, ItemKind::Test { .. }) {
            let span = item.span.range();
            tests.push_str(&source[span.clone()]);
            tests.push('\n');
            rest.push_str(&source[at..span.start]);
            at = span.end;
        }
    }
    rest.push_str(&source[at..]);
    (tests, rest)
}

/// How each test of a project goes: its title, outcome and the whole conversation.
fn conversations(built: &Built) -> Vec<String> {
    let lowered = sbotc::lower::lower(&built.project, &built.sources, true);
    let program = Arc::new(sbot_vm::Program::new(lowered.tables, Some(lowered.debug)).unwrap());
    let run = |test| {
        let report = run_test(&program, test, &built.sources, false);
        let mut lines = report.world.transcript().to_vec();
        for line in &mut lines {
            // A timer that another one always comes before is shown and does nothing.
            if let LineKind::Waits { timers, .. } = &mut line.kind {
                timers.clear();
            }
        }
        format!("{}: {:?}\n{}", report.title, report.outcome, transcript::render(&lines))
    };
    lowered.tests.iter().map(run).collect()
}

/// The old tests on the old program, and on the new one.
fn old_tests_on_both(old: &Case, new: &Case) -> (Vec<String>, Vec<String>) {
    let text = |case: &Case| String::from_utf8(case.files.0[&case.entry].clone()).unwrap();
    let (tests, _) = without_tests(&text(old));
    let (_, rest) = without_tests(&text(new));
    let mut files = new.files.clone();
    files.0.insert(new.entry.clone(), format!("{rest}\n{tests}").into_bytes());
    let new = build(&new.entry, &files).unwrap();
    (conversations(&build(&old.entry, &old.files).unwrap()), conversations(&new))
}

#[test]
fn without_a_difference_the_old_tests_give_the_same_conversations() {
    let mut run = 0;
    for fixture in all_fixtures().iter().filter(|fixture| fixture.expected.is_empty()) {
        let (old, new) = old_tests_on_both(&fixture.old, &fixture.new);
        run += old.len();
        for (old, new) in old.iter().zip(&new) {
            assert!(old.contains("Passed"), "{}: {old}", fixture.name);
            assert_eq!(old, new, "{}", fixture.name);
        }
        assert_eq!(old.len(), new.len());
    }
    assert!(run > 30, "only {run} tests were run");
}

/// The fixtures of other laws that compile, and the examples. Those in a folder are all files of it.
fn corpus() -> Vec<Case> {
    let mut all: Vec<Case> =
        ["check", "lower", "render"].into_iter().flat_map(|name| cases(&fixtures(name))).collect();
    all.extend(run_fixtures());
    all.extend(examples());
    all
}

/// The conversations of `fixtures/run`.
fn run_fixtures() -> Vec<Case> {
    let mut files = Memory::default();
    for path in entries(&fixtures("run")).iter().filter(|path| path.is_file()) {
        files.0.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap());
    }
    let bots = files.0.keys().filter(|name| name.ends_with(".sbot"));
    bots.map(|entry| Case { name: entry.clone(), entry: entry.clone(), files: files.clone() }).collect()
}

/// Each file of the examples with a bot in it.
fn examples() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut all = Vec::new();
    for folder in entries(&root).into_iter().filter(|path| path.is_dir()) {
        let mut files = Memory::default();
        for path in entries(&folder).iter().filter(|path| path.is_file()) {
            files.0.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap());
        }
        for (entry, text) in &files.0 {
            let text = String::from_utf8_lossy(text);
            if entry.ends_with(".sbot") && text.lines().any(|line| line.starts_with("bot ")) {
                all.push(Case { name: entry.clone(), entry: entry.clone(), files: files.clone() });
            }
        }
    }
    assert!(all.len() >= 4);
    all
}

#[test]
fn nothing_differs_from_itself_or_from_its_standard_form() {
    let mut compared = 0;
    for case in corpus() {
        let Ok(built) = build(&case.entry, &case.files) else { continue };
        assert!(between(&built, &built).is_empty(), "{}", case.name);
        let text = String::from_utf8(case.files.0[&case.entry].clone()).unwrap();
        let printed = sbot_grammar::print::print(&text, &sbot_grammar::parse(&text));
        let mut files = case.files.clone();
        files.0.insert(case.entry.clone(), printed.into_bytes());
        let standard = build(&case.entry, &files).unwrap();
        let found = between(&built, &standard);
        assert!(found.is_empty(), "{}:\n{}", case.name, render::text(&found, Style::Markdown));
        compared += 1;
    }
    assert!(compared > 60, "only {compared} projects compile");
}

/// The spans of items whose text decides what a bot does.
fn telling_spans(source: &str) -> Vec<std::ops::Range<usize>> {
    let parsed = sbot_grammar::parse(source);
    let telling = |kind: &ItemKind| {
        matches!(
            kind,
            ItemKind::Step(_) | ItemKind::Flow(_) | ItemKind::Fn(_) | ItemKind::Var(_) | ItemKind::Trigger(_)
        )
    };
    parsed.file.items.iter().filter(|item| telling(&item.kind)).map(|item| item.span.range()).collect()
}

/// The source with one literal changed, for each literal of a span that is not in a comment.
fn changed_literals(source: &str, span: std::ops::Range<usize>) -> Vec<String> {
    let bytes = source.as_bytes();
    let (mut changed, mut at) = (Vec::new(), span.start);
    let word = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    while at < span.end {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += source[at..].find('\n').unwrap_or(source.len() - at);
            }
            b'"' => {
                changed.push(format!("{}Q{}", &source[..=at], &source[at + 1..]));
                at += 1;
                while at < span.end && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            digit if digit.is_ascii_digit() && (at == 0 || !word(at - 1)) => {
                let other = if digit == b'9' { b'8' } else { digit + 1 };
                changed.push(format!("{}{}{}", &source[..at], other as char, &source[at + 1..]));
                while word(at) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    changed
}

/// What is left of a program when nobody looks at it: places and tests make no difference.
fn tables(built: &Built) -> sbot_vm::Tables {
    sbotc::lower::lower(&built.project, &built.sources, false).tables
}

fn with_text(case: &Case, text: String) -> Case {
    let mut files = case.files.clone();
    files.0.insert(case.entry.clone(), text.into_bytes());
    Case { files, ..case.clone() }
}

/// How changes of one kind went.
#[derive(Debug, Default)]
struct Tally {
    told: usize,
    /// The programs are not the same, and nothing is told.
    silent: usize,
    seen: BTreeSet<&'static str>,
}

impl Tally {
    /// Compares a project with a changed one, if that compiles.
    fn compare(&mut self, case: &Case, old: &Built, changed: &Case) {
        let Ok(new) = build(&changed.entry, &changed.files) else { return };
        let found = between(old, &new);
        let same = tables(&new) == tables(old);
        if found.is_empty() {
            if !same {
                let (olds, news) = old_tests_on_both(case, changed);
                assert_eq!(olds, news, "{}", case.name);
                self.silent += 1;
            }
            return;
        }
        let shown = render::text(&found, Style::Markdown);
        assert!(!same, "{}: {shown}", case.name);
        assert!(!shown.contains("has no name here"), "{}: {shown}", case.name);
        self.seen.extend(kinds(&found));
        self.told += 1;
    }
}

#[test]
fn every_literal_makes_a_difference() {
    let mut tally = Tally::default();
    // Of the fixtures every third, as there are very many.
    let all = examples().into_iter().map(|case| (case, 1));
    for (case, step) in all.chain(run_fixtures().into_iter().map(|case| (case, 3))) {
        let text = String::from_utf8(case.files.0[&case.entry].clone()).unwrap();
        let Ok(old) = build(&case.entry, &case.files) else { continue };
        let all = telling_spans(&text).into_iter().flat_map(|span| changed_literals(&text, span));
        for changed in all.step_by(step) {
            tally.compare(&case, &old, &with_text(&case, changed));
        }
    }
    // Of two timers of one wait the later one does nothing.
    assert!(tally.told > 300 && tally.silent < 10 && tally.seen.len() > 10, "{tally:?}");
}

#[test]
fn every_line_makes_a_difference_or_none_that_tests_can_see() {
    let mut tally = Tally::default();
    for case in examples() {
        let text = String::from_utf8(case.files.0[&case.entry].clone()).unwrap();
        let old = build(&case.entry, &case.files).unwrap();
        let spans = telling_spans(&text);
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let here = start..start + line.len();
            start = here.end;
            if spans.iter().any(|span| span.start < here.end && here.start < span.end) {
                let left = format!("{}{}", &text[..here.start], &text[here.end..]);
                tally.compare(&case, &old, &with_text(&case, left));
            }
        }
    }
    assert!(tally.told > 60, "{tally:?}");
}

#[test]
fn json_has_an_object_for_each_difference_and_one_for_the_sum() {
    for fixture in all_fixtures() {
        let (old, new) = built(&fixture);
        let found = between(&old, &new);
        let lines: Vec<serde_json::Value> =
            json::lines(&found).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), found.changes.len() + 1, "{}", fixture.name);
        let told: Vec<&str> = lines.iter().filter_map(|line| line["kind"].as_str()).collect();
        assert_eq!(told, kinds(&found));
        let sum = lines.last().unwrap();
        assert_eq!(sum["differences"], found.changes.len());
        assert_eq!(sum["summary"].as_str().unwrap().is_empty(), found.is_empty());
        for line in &lines[..lines.len() - 1] {
            assert!(!line["text"].as_str().unwrap().is_empty(), "{line}");
            assert!(line["section"].is_string(), "{line}");
        }
    }
}

/// A bot of one file.
fn bot(text: &str) -> Built {
    let mut files = Memory::default();
    let head = "bot large\n\nchannel wa: whatsapp \"Shop\"\n\ntrigger message via wa\n\n";
    files.0.insert("large.sbot".to_owned(), format!("{head}{text}").into_bytes());
    build("large.sbot", &files).unwrap()
}

fn many_steps(count: usize, step: &str, word: &str) -> String {
    let one = |n: usize| {
        let next = (n + 1) % count;
        format!(
            "step {step}{n}:\n  message \"This is text {n} {word}.\"\n  message \"What now? ({n})\" buttons [ \"Go {n}\" -> {step}{next} ]\n    on other -> {step}0\n    on timeout 1d -> {step}{next}\n"
        )
    };
    (0..count).map(one).collect()
}

/// The kind of all differences, and how many there are.
fn only(diff: &Diff) -> Option<(&'static str, usize)> {
    let first = diff.changes.first()?.kind;
    diff.changes.iter().all(|change| change.kind == first).then(|| (first.name(), diff.changes.len()))
}

#[test]
fn large_projects_are_compared_whole() {
    let count = 1000;
    let old = bot(&many_steps(count, "a", "as it was"));
    let reworded = between(&old, &bot(&many_steps(count, "a", "as it is")));
    assert_eq!(only(&reworded), Some(("message-reworded", count)));
    let renamed = between(&old, &bot(&many_steps(count, "b", "as it was")));
    assert_eq!(only(&renamed), Some(("step-renamed", count)));
    let other = between(
        &old,
        &bot("step other: message \"Nothing of that.\" on message -> other on timeout 1h -> end\n"),
    );
    assert!(other.changes.len() > count);
    let statements = |word: &str| {
        let all: String = (0..5000).map(|n| format!("message \"Text {n} {word}\" ")).collect();
        bot(&format!("step s: {all} -> end\n"))
    };
    assert_eq!(between(&statements("a"), &statements("b")).changes.len(), 5000);
    let nested = |word: &str| {
        let inside = (0..50).fold(format!("message \"{word}\""), |inside, n| {
            format!("if lead.id == {n} {{ {inside} }} else {{ message \"no {n}\" }}")
        });
        bot(&format!("step s: {inside} message \"after\" -> end\n"))
    };
    assert_eq!(kinds(&between(&nested("old"), &nested("new"))), ["message-reworded"]);
    let doubling = |first: &str| {
        let more: String = (1..40)
            .map(|n| format!("fn f{n}(x: int) -> int {{ return f{0}(x) + f{0}(x) + f{0}(x) }}\n", n - 1))
            .collect();
        bot(&format!(
            "fn f0(x: int) -> int {{ return {first} }}\n{more}step s: message \"{{f39(lead.id)}}\" -> end\n"
        ))
    };
    assert_eq!(kinds(&between(&doubling("x"), &doubling("x + 1"))), ["function-changed"]);
    let long = |word: &str| bot(&format!("step s: message \"{} {word}\" -> end\n", "word ".repeat(50_000)));
    let found = between(&long("old"), &long("new"));
    assert_eq!(kinds(&found), ["message-reworded"]);
    assert!(render::text(&found, Style::Markdown).len() < 2000);
}

fn page(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

/// What a page shows of `sbotc diff old.sbot new.sbot`.
fn shown_in(page: &str, fence: &str) -> String {
    let start = format!("{fence}text\n$ sbotc diff old.sbot new.sbot\n");
    let (_, shown) = page.split_once(&start).unwrap();
    shown.split_once(&format!("\n{fence}\n")).unwrap().0.to_owned()
}

#[test]
fn the_pages_show_a_real_report() {
    let all = all_fixtures();
    let fixture = all.iter().find(|fixture| fixture.name == "several").unwrap();
    let (old, new) = built(fixture);
    let report = render::text(&between(&old, &new), Style::Markdown);
    let doc = page("docs/diff.md");
    assert_eq!(shown_in(&doc, "````"), report.trim_end());
    // The README leaves lines out where it says so.
    let mut rest = report.as_str();
    for part in shown_in(&page("README.md"), "```").split('…') {
        let at = rest.find(part.trim()).unwrap_or_else(|| panic!("the report has no\n{part}\nin\n{rest}"));
        rest = &rest[at + part.trim().len()..];
    }
    assert!(rest.trim().is_empty(), "{rest}");
    let rows = KINDS
        .iter()
        .map(|kind| format!("| `{}` | {} | {} |\n", kind.name(), kind.section().name(), kind.counted().0));
    let table = format!("| kind | section | in the summary |\n|---|---|---|\n{}", rows.collect::<String>());
    assert!(doc.ends_with(&table), "the table of docs/diff.md is not what diff/change.rs says:\n{table}");
}
