//! What the fuzzer begins with: everything there is in the repository, in the form that each law takes.

use crate::check::NEXT;
use crate::event::{event, facts};
use crate::input::Input;
use crate::json::{Known, known};
use crate::programs::{SMALL, entries, programs, root};
use crate::run::HEAD;
use sbot_vm::{Limits, Program, Run, Status, start, turn};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders with sources.
const SOURCES: &[&str] = &["examples", "stdlib", "bench", "tests/fixtures", "grammar/tests"];
/// No seed is longer.
const MOST: usize = 20_000;

/// Stories for programs: nothing but what is awaited, and more of everything.
const STORIES: &[&[u8]] = &[&[], &[1; 40], &[0x21; 60], b"abcdefghijklmnopqrstuvwxyz0123456789", &[0xa5; 80]];

/// Every source.
#[must_use]
pub fn syntax() -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    SOURCES.iter().for_each(|folder| collect(&root().join(folder), &mut paths));
    paths.iter().filter_map(|path| fs::read(path).ok()).filter(|bytes| bytes.len() <= MOST).collect()
}

/// Every file as a project, and every folder with a `main.sbot` or of an example.
#[must_use]
pub fn check() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for law in ["check", "fix", "render", "run"] {
        for path in entries(&root().join("tests/fixtures").join(law)) {
            seeds.extend(if path.is_dir() { folder(&path, "main.sbot") } else { file(&path) });
        }
    }
    let mut examples = Vec::new();
    collect(&root().join("examples"), &mut examples);
    for path in examples {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        seeds.extend(path.parent().and_then(|parent| folder(parent, name)));
    }
    seeds.retain(|seed| seed.len() <= MOST);
    seeds
}

fn file(path: &Path) -> Option<Vec<u8>> {
    if path.extension().is_some_and(|ending| ending == "sbot") { fs::read(path).ok() } else { None }
}

/// The files of a folder as one project that begins with this file.
fn folder(path: &Path, entry: &str) -> Option<Vec<u8>> {
    let mut seed = fs::read(path.join(entry)).ok()?;
    for other in entries(path) {
        let name = other.file_name()?.to_str()?.to_owned();
        if name == entry || !other.is_file() {
            continue;
        }
        seed.extend_from_slice(format!("\n{NEXT}{name}\n").as_bytes());
        // Of anything else only that it is there matters.
        seed.extend(file(&other).unwrap_or_default());
    }
    Some(seed)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|ending| ending == "sbot") {
            paths.push(path);
        }
    }
}

/// Every program, with and without places of the source, and with each story.
#[must_use]
pub fn bytecode() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (at, program) in programs().iter().enumerate() {
        let mut seed = program.encode(at % 4 != 0);
        seed.extend_from_slice(STORIES.get(at % STORIES.len()).copied().unwrap_or_default());
        seeds.push(seed);
    }
    seeds.retain(|seed| seed.len() <= MOST);
    seeds
}

/// Every small program without a change, and with some of each kind.
#[must_use]
pub fn tables() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for program in 0..SMALL as u8 {
        for (count, story) in (0u8..).zip(STORIES) {
            let mut seed = vec![program, count];
            seed.extend_from_slice(story);
            seeds.push(seed);
        }
    }
    seeds
}

/// Runs of every program at every wait that a few events lead to.
#[must_use]
pub fn run() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (at, program) in (0u8..).zip(programs()) {
        for run in parked(program) {
            let bytes = run.encode(program);
            let body = bytes.get(HEAD..).unwrap_or_default();
            for story in STORIES {
                let mut seed = vec![at, story.len() as u8];
                seed.extend_from_slice(story);
                seed.extend_from_slice(body);
                seeds.push(seed);
            }
        }
    }
    seeds
}

/// Every small program after itself, with some changes, and after others.
#[must_use]
pub fn upgrade() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for old in 0..SMALL as u8 {
        for (n, story) in (0u8..).zip(STORIES) {
            seeds.push([&[old, 0, n], *story].concat());
            seeds.push([&[old, 0xff, old.wrapping_add(n)], *story].concat());
        }
    }
    seeds
}

/// Texts of events and facts for every parked run, and a first turn.
#[must_use]
pub fn json() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (at, Known { engine, runs }) in (0u8..).zip(known()) {
        let program = engine.program();
        for (number, run) in (0u8..).zip(runs) {
            for (n, story) in (0u8..).zip(STORIES) {
                let mut input = Input::new(story);
                let event = event(program, Some(run), &mut input);
                let facts = facts(program, &mut input);
                let event = engine.event_json(Some(run), &event);
                let facts = engine.facts_json(&facts, program.reads_at_wait(run.wait));
                let mut seed = vec![at, number, 2, n, n];
                seed.extend_from_slice(format!("{event}\n{facts}\n{{}}\n").as_bytes());
                seeds.push(seed);
            }
        }
    }
    seeds
}

/// The parked runs of a program, one for each wait.
pub(crate) fn parked(program: &Program) -> Vec<Run> {
    let limits = Limits::default();
    let mut found: Vec<Run> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut keep = |status: Status, found: &mut Vec<Run>| {
        if let Status::Parked(run) = status
            && seen.insert((run.wait, run.frames.len()))
        {
            found.push(run);
        }
    };
    for bot in (0u32..).take(program.tables().bots.len()) {
        for story in STORIES {
            let mut input = Input::new(story);
            let given = facts(program, &mut input);
            let first = event(program, None, &mut input);
            if let Ok(turn) = start(program, bot, &[], &first, &given, &limits) {
                keep(turn.status, &mut found);
            }
        }
    }
    let mut next = 0;
    while let Some(run) = found.get(next).cloned() {
        next += 1;
        // The second byte of an event chooses the exit.
        for exit in 0..16 {
            for rest in [0, 0x12, 0x33] {
                let story = [0, exit, rest, rest, rest, rest];
                let event = event(program, Some(&run), &mut Input::new(&story));
                let given = facts(program, &mut Input::new(&[rest; 40]));
                if let Ok(turn) = turn(program, run.clone(), &event, &given, &limits) {
                    keep(turn.status, &mut found);
                }
            }
        }
    }
    found
}
