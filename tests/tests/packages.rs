//! Law: a program gives the same texts, byte for byte, to hosts in every language.
//!
//! Every conversation of the corpus becomes a list of calls with what the library in Rust gives; a small runner of each
//! language makes the same calls. The one in C is built and run here. The others need their packages built first:
//! `packages/test.sh` does that and says where they are.
//!
//! A call is written as a line with its name (`!` before it for one that fails) and the number of its texts, and each
//! text as a line with its length and a line with its bytes. The last text is what the call gives.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbot_embed::{Engine, Error, Json, Outcome, Then, Upgrade, base64};
use sbotc::in_memory::{self, InMemory};
use sbotc::sim::replay::{Recorded, Took};
use sbotc::sim::{World, run_test};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use support::project::{self, Built};

/// The calls so far.
#[derive(Default)]
struct Calls {
    bytes: Vec<u8>,
    count: usize,
}

impl Calls {
    fn note(&mut self, name: &str, texts: &[&[u8]]) {
        self.bytes.extend(format!("{name} {}\n", texts.len()).bytes());
        for text in texts {
            self.bytes.extend(format!("{}\n", text.len()).bytes());
            self.bytes.extend_from_slice(text);
            self.bytes.push(b'\n');
        }
        self.count += 1;
    }

    /// A call and what it gives; the result is handed on.
    fn call<T>(
        &mut self,
        name: &str,
        texts: &[&str],
        result: Result<T, Error>,
        json: impl Fn(&T) -> String,
    ) -> Option<T> {
        let (name, gives) = match &result {
            Ok(value) => (name.to_owned(), json(value)),
            Err(why) => (format!("!{name}"), why.to_json().to_string()),
        };
        let texts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).chain([gives.as_bytes()]).collect();
        self.note(&name, &texts);
        result.ok()
    }
}

fn names(names: &[String]) -> String {
    Json::list(names.iter().map(|name| Json::text(name))).to_string()
}

fn corpus() -> Calls {
    let mut calls = Calls::default();
    let mut before: Option<Engine> = None;
    for path in project::paths() {
        let (name, mut files, _) = project::check(&path);
        // A file that stands for itself has the other fixtures beside it.
        files.0.retain(|file, _| path.is_dir() || *file == name);
        if files.0.values().all(|bytes| std::str::from_utf8(bytes).is_ok()) {
            compile(&mut calls, &InMemory(files.0));
        }
        let project = project::compile(&path, true, Built::AsFound);
        let engine = Engine::new(Arc::clone(&project.program));
        calls.note("program", &[&project.program.encode(false)]);
        calls.call("describe", &[], Ok(engine.describe()), Json::to_string);
        calls.call("reads_of_triggers", &[], Ok(engine.reads_of_triggers()), |reads| names(reads));
        let mut parked = Vec::new();
        for test in &project.tests {
            let played = run_test(&project.program, test, &project.sources, false);
            play(&mut calls, &engine, &played.world, &mut parked);
        }
        // Under the same program every run goes on, under a stranger hardly any.
        moves(&mut calls, "same", &Upgrade::new(&engine, &engine), &parked);
        if let Some(before) = &before {
            moves(&mut calls, "other", &Upgrade::new(&engine, before), &parked);
        }
        before = Some(engine);
    }
    calls
}

fn moves(calls: &mut Calls, to: &str, upgrade: &Upgrade, parked: &[Vec<u8>]) {
    calls.note("upgrade", &[to.as_bytes()]);
    calls.call("upgrade_describe", &[], Ok(upgrade.describe()), Json::to_string);
    let now = "1795339800000";
    for run in parked {
        let text = base64::encode(run);
        let moved = upgrade.run(run, now.parse().unwrap());
        calls.call("upgrade_run", &[&text, now], moved, |moved| moved.to_json().to_string());
        let logged = upgrade.run_logged("42", run, now.parse().unwrap());
        calls.call("upgrade_run_logged", &["42", &text, now], logged, |(moved, line)| {
            let line = line.as_ref().map(|line| Json::text(&line.to_string()));
            Json::object([("moved", moved.to_json()), ("log", line.unwrap_or_default())]).to_string()
        });
    }
    let damaged = upgrade.run(b"no run", 0);
    calls.call("upgrade_run", &["bm8gcnVu", "0"], damaged, |moved| moved.to_json().to_string());
}

fn compile(calls: &mut Calls, files: &InMemory) {
    let texts =
        files.0.iter().map(|(path, bytes)| (path.clone(), String::from_utf8_lossy(bytes).into_owned()));
    let texts = serde_json::json!(texts.collect::<std::collections::BTreeMap<_, _>>()).to_string();
    let compiled = in_memory::compile(files);
    let program = compiled.program.as_ref().map(|bytes| base64::encode(bytes));
    let mut keys = vec![("program".into(), program.map_or(Json::Null, |text| Json::text(&text)))];
    if let Json::Object(told) = sbot_embed::json::read(&compiled.to_json().to_string()).unwrap() {
        keys.extend(told);
    }
    calls.note("compile", &[texts.as_bytes(), Json::Object(keys).to_string().as_bytes()]);
}

/// Every turn of a conversation again; the runs that are parked on the way are added to `all`.
fn play(calls: &mut Calls, engine: &Engine, world: &World, all: &mut Vec<Vec<u8>>) {
    // A test of a library has no bot.
    let Some(bot) = world.tables().bots.get(world.bot() as usize).map(|bot| &*bot.name) else { return };
    let mut run: Option<Vec<u8>> = None;
    for (n, Recorded { event, facts, took }) in world.log().iter().enumerate() {
        let parked = run.as_ref().map(|run| sbot_vm::Run::decode(engine.program(), run).unwrap());
        let event = engine.event_json(parked.as_ref(), event).to_string();
        let then = match (&run, took) {
            (None, Took::Nothing) => continue,
            (Some(parked), _) => {
                let text = base64::encode(parked);
                let reads = engine.reads(parked);
                let numbers = engine
                    .program()
                    .reads_at_wait(sbot_vm::Run::decode(engine.program(), parked).unwrap().wait);
                let facts = engine.facts_json(facts, numbers).to_string();
                calls.call("reads", &[&text], reads, |reads| names(reads));
                calls.call("wait", &[&text], engine.wait(parked), |wait| wait.to_json().to_string());
                let outcome = engine.turn(parked, &event, &facts);
                let outcome =
                    calls.call("turn", &[&text, &event, &facts], outcome, |one| one.to_json().to_string());
                // What is wrong is told in the same words.
                let wrong = engine.turn(parked, &event, "{\"lead.nothing\":1}");
                calls.call("turn", &[&text, &event, "{\"lead.nothing\":1}"], wrong, |one| {
                    one.to_json().to_string()
                });
                match outcome {
                    Some(Outcome::Turn(turn)) => turn.then,
                    Some(Outcome::Refused(_)) | None => continue,
                }
            }
            (None, _) => {
                let args = engine.args_json(world.bot(), world.args()).to_string();
                let reads = engine.program().reads_at_start(world.bot());
                let facts = engine.facts_json(facts, &reads).to_string();
                calls.call("reads_at_start", &[bot], engine.reads_at_start(bot), |reads| names(reads));
                let turn = engine.start(bot, &args, &event, &facts);
                let texts = [bot, &args, &event, &facts];
                let turn = calls.call("start", &texts, turn, |turn| turn.to_json().to_string());
                if n == 0 {
                    let wrong = engine.start("nobody", &args, "{\"at\":", &facts);
                    calls.call("start", &["nobody", &args, "{\"at\":", &facts], wrong, |turn| {
                        turn.to_json().to_string()
                    });
                }
                match turn {
                    Some(turn) => turn.then,
                    None => return,
                }
            }
        };
        run = match then {
            Then::Waits { run, .. } => Some(run),
            Then::Ended(_) => None,
        };
        all.extend(run.clone());
    }
}

/// Each example of the page, and what it prints, which stands right below it.
fn examples(language: &str) -> Vec<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/packages.md");
    let page = fs::read_to_string(page).unwrap();
    let fence = format!("```{language}\n");
    let parts = page.split(&fence).skip(1);
    let one = |part: &str| {
        let (code, rest) = part.split_once("\n```\n").unwrap();
        let printed = rest.trim_start().strip_prefix("```text\n").unwrap().split("\n```").next().unwrap();
        (format!("{code}\n"), printed.to_owned())
    };
    parts.map(one).collect()
}

#[test]
fn the_page_about_packages_says_what_is_printed() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    fs::create_dir_all(&folder).unwrap();
    let packages = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages")).unwrap();
    let prints = |command: &mut Command, printed: &str| {
        let output = command.current_dir(&folder).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), printed, "{err}");
    };
    for (code, printed) in examples("c") {
        fs::write(folder.join("example.c"), code).unwrap();
        let example = in_c(&packages, &folder.join("example.c"), folder.join("example-c"));
        prints(&mut Command::new(example), &printed);
    }
    if std::env::var_os("SBOT_WASM").is_some() {
        let module = packages.join("wasm/index.js");
        for (code, printed) in examples("js") {
            let code = code.replace("from \"sbot\"", &format!("from \"{}\"", module.display()));
            fs::write(folder.join("example.mjs"), code).unwrap();
            prints(Command::new("node").arg("example.mjs"), &printed);
        }
    }
    if let Some(python) = std::env::var_os("SBOT_PYTHON") {
        for (code, printed) in examples("python") {
            fs::write(folder.join("example.py"), code).unwrap();
            prints(Command::new(&python).arg("example.py"), &printed);
        }
    }
}

#[test]
fn every_language_gives_the_same_bytes() {
    let calls = corpus();
    assert!(calls.count > 2000, "{}", calls.count);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("calls");
    fs::write(&file, &calls.bytes).unwrap();
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages");
    let said = |what: &str, command: &mut Command| {
        let output = command.output().unwrap_or_else(|why| panic!("{what}: {why}"));
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{what}: {out}{err}");
        assert_eq!(out.trim(), format!("{} calls, all the same", calls.count), "{what}");
    };
    let runner = in_c(&packages, &packages.join("c/tests/calls.c"), folder.join("calls-c"));
    said("C", Command::new(runner).arg(&file));
    match std::env::var_os("SBOT_WASM") {
        Some(wasm) => {
            let script = packages.join("wasm/test/calls.mjs");
            said("JavaScript", Command::new("node").arg(script).arg(wasm).arg(&file));
        }
        None => eprintln!("JavaScript: skipped, `packages/test.sh` builds the module"),
    }
    match std::env::var_os("SBOT_PYTHON") {
        Some(python) => {
            said("Python", Command::new(python).arg(packages.join("python/tests/calls.py")).arg(&file))
        }
        None => eprintln!("Python: skipped, `packages/test.sh` builds the package"),
    }
}

/// A program in C, built against the shared library that Cargo has made for this test.
fn in_c(packages: &Path, source: &Path, program: PathBuf) -> PathBuf {
    // `target/debug/deps/packages-0123` stands beside the library.
    let beside = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let built = Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-O1", "-o"])
        .arg(&program)
        .arg(source)
        .arg("-I")
        .arg(packages.join("c/include"))
        .arg("-L")
        .arg(&beside)
        .arg(format!("-Wl,-rpath,{}", beside.display()))
        .arg("-lsbot")
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    program
}
