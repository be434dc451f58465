//! Laws of conversations, over the fixtures of `fixtures/run` and all examples:
//!
//! - every test passes, with the run kept and with the run encoded, dropped and decoded before every event;
//! - both ways give the same effects, and so do the recorded events alone;
//! - a program survives its bytes, and every script gives the transcript beside it.
//!
//! A script is a file of lines as one types them in `sbotc run`; its first line names the project: `:# run: PATH`.
//! `INSTA_UPDATE=always cargo test -p sbot-tests --test run` writes transcripts and reports anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbot_vm::Program;
use sbotc::sim::{Act, Chat, Outcome, World, replay, run_test, transcript};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use support::fixtures;
use support::project::{self, Built, Project, with_ending};

/// Compiles a file, or all files of a folder, with the translations that are there.
fn compile(path: &Path, tests: bool) -> Project {
    project::compile(path, tests, Built::AsFound)
}

/// The fixtures of one file, those of several in a folder, then the examples.
fn corpus() -> Vec<Project> {
    project::paths().iter().map(|path| compile(path, true)).collect()
}

#[test]
fn every_test_passes_however_the_run_is_kept() {
    for project in corpus() {
        assert!(!project.tests.is_empty(), "{} has no test", project.name);
        for test in &project.tests {
            let kept = run_test(&project.program, test, &project.sources, false);
            let why = kept.explain(&project.sources).join("\n");
            assert_eq!(kept.outcome, Outcome::Passed, "{}: {}\n{why}", project.name, test.title);
            let restored = run_test(&project.program, test, &project.sources, true);
            let why = restored.explain(&project.sources).join("\n");
            assert_eq!(
                restored.outcome,
                Outcome::Passed,
                "{}: {}, restored\n{why}",
                project.name,
                test.title
            );
            same_effects(&kept.world, restored.world.turns(), &project.name, &test.title);
            let replayed =
                replay::replay(&kept.world).unwrap_or_else(|why| panic!("{}: {why}", project.name));
            same_effects(&kept.world, &replayed, &project.name, &test.title);
        }
    }
}

/// Byte-identical: values are compared, and so are the texts of all of them.
fn same_effects(world: &World, turns: &[Vec<sbot_vm::Effect>], project: &str, title: &str) {
    assert_eq!(world.turns(), turns, "{project}: {title}");
    assert_eq!(
        serde_json::to_vec(world.turns()).unwrap(),
        serde_json::to_vec(turns).unwrap(),
        "{project}: {title}"
    );
}

#[test]
fn programs_survive_their_bytes() {
    for project in corpus() {
        for strip in [false, true] {
            let bytes = project.program.encode(strip);
            let loaded = Program::load(&bytes).unwrap_or_else(|error| panic!("{}: {error}", project.name));
            assert_eq!(loaded.tables(), project.program.tables(), "{}", project.name);
            assert_eq!(loaded.id(), project.program.id(), "{}", project.name);
            assert_eq!(loaded.debug().is_none(), strip, "{}", project.name);
            assert_eq!(loaded.encode(strip), bytes, "{}", project.name);
        }
    }
}

fn snapshot(name: &str, folder: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn failures_say_what_was_expected_and_what_there_was() {
    let paths = with_ending(&fixtures("run/fails"), ".sbot");
    assert!(!paths.is_empty());
    for path in paths {
        let project = compile(&path, true);
        let mut text = String::new();
        for test in &project.tests {
            let report = run_test(&project.program, test, &project.sources, false);
            assert_eq!(report.outcome, Outcome::Failed, "{}: {} passes", project.name, test.title);
            text.push_str(&format!("{}\n", test.title));
            for line in report.explain(&project.sources) {
                text.push_str(&format!("    {}\n", line.trim_end()));
            }
        }
        snapshot(&project.name, "../fixtures/run/fails", &text);
    }
}

/// Performs a script. Every line must make sense.
fn perform(path: &Path, world: World) -> Chat {
    let mut chat = Chat::new(world);
    for line in fs::read_to_string(path).unwrap().lines() {
        let done = Act::read(line).and_then(|act| chat.perform(&act));
        done.unwrap_or_else(|why| panic!("{}: {line}: {why}", path.display()));
    }
    chat.settle().unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    chat
}

#[test]
fn scripts_give_their_transcripts() {
    let paths = with_ending(&fixtures("run"), ".script");
    assert!(!paths.is_empty());
    for path in paths {
        let script = fs::read_to_string(&path).unwrap();
        let named = script.lines().next().and_then(|line| line.strip_prefix(":# run: "));
        let named = named.unwrap_or_else(|| panic!("{} does not begin with `:# run: PATH`", path.display()));
        let project = compile(&fs::canonicalize(path.parent().unwrap().join(named)).unwrap(), false);
        let kept = perform(&path, World::new(Arc::clone(&project.program), 0, None));
        let restored =
            perform(&path, World::new(Arc::clone(&project.program), 0, None).restoring_every_turn());
        let name = path.file_name().unwrap().to_str().unwrap();
        same_effects(kept.world(), restored.world().turns(), &project.name, name);
        let replayed = replay::replay(kept.world()).unwrap_or_else(|why| panic!("{name}: {why}"));
        same_effects(kept.world(), &replayed, &project.name, name);
        assert_eq!(kept.world().transcript(), restored.world().transcript(), "{name}");
        snapshot(name, "../fixtures/run", &transcript::render(kept.world().transcript()));
    }
}

#[test]
fn a_saved_conversation_goes_on_where_it_was() {
    let project = compile(&fixtures("run").join("locals.sbot"), false);
    let mut chat = Chat::new(World::new(Arc::clone(&project.program), 0, None));
    for line in ["hi", "xy", ":wait 1h"] {
        chat.perform(&Act::read(line).unwrap()).unwrap();
    }
    let text = sbotc::sim::saved::save(chat.world());
    let world = sbotc::sim::saved::load(&project.program, &text, None).unwrap();
    assert_eq!(world.run(), chat.world().run());
    assert_eq!(world.facts(), chat.world().facts());
    assert_eq!(world.now(), chat.world().now());
    let mut later = Chat::new(world);
    let act = Act::read("7").unwrap();
    later.perform(&act).unwrap();
    chat.perform(&act).unwrap();
    assert_eq!(later.world().turns().last(), chat.world().turns().last());
    // Every prefix and every changed digit of the run is refused with a reason.
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        if let Err(why) = sbotc::sim::saved::load(&project.program, &text[..end], None) {
            assert!(!why.is_empty());
        } else {
            assert!(text[end..].trim().is_empty(), "a beginning of {end} bytes is taken for the whole");
        }
    }
    let at = text.find("\"run\": \"").unwrap() + 8;
    for n in 0..20 {
        let mut changed = text.clone().into_bytes();
        changed[at + n] = if changed[at + n] == b'0' { b'1' } else { b'0' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(sbotc::sim::saved::load(&project.program, &changed, None).is_err(), "digit {n}");
    }
}
