//! Laws of upgrades, with random bots, random edits of them, random decisions and random parked runs:
//!
//! - a run is moved, or is over, or was told before to be lost: the place that the error names has that verdict, and
//!   with no such verdict every run is moved;
//! - a moved run stands where the verdicts say, and keeps its bytes and its values' types;
//! - whatever happens next, its turn never meets a value of a wrong kind, and something that can happen ends its wait;
//! - texts, labels and the order of steps make no difference.
//!
//! `SEED=n cargo test -p sbot-tests --test upgraded` runs one case, and prints it where it fails; `PROJECTS=n` runs so
//! many.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)] // A case that fails is printed.
#![allow(dead_code)] // The trees are shared with another test.

mod edit;
#[path = "../generated/make/mod.rs"]
mod make;
#[path = "../generated/print.rs"]
mod print;
#[path = "../support/mod.rs"]
mod support;
#[path = "../generated/tree.rs"]
mod tree;

use sbot_vm::program::{On, Tables};
use sbot_vm::upgrade::{At, Outcome, Upgrade};
use sbot_vm::value::{Kind, Slot};
use sbot_vm::{
    ClientMessage, EffectId, Ending, Event as Happens, EventKind, Facts, Limits, Moved, NotMoved, Program,
    Run, Status, TrapKind, Value, WhyRefused,
};
use sbotc::sim::World;
use std::sync::Arc;
use support::Memory;
use tree::{Dice, Event};

const PROJECTS: u64 = 8;
const CONVERSATIONS: u64 = 5;

type Files = Vec<(String, String)>;

fn build(files: &Files) -> Result<Arc<Program>, String> {
    let memory = Memory(files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect());
    let parsed = sbotc::project::parse(&["bot0.sbot".to_owned()], &memory).map_err(|why| why.to_string())?;
    let checked = sbotc::check::check(parsed, &memory);
    let errors = checked.diagnostics.iter().filter(|found| found.is_error());
    let errors = support::listed(errors, &checked.sources);
    let project = checked.project.ok_or(errors)?;
    let mut lowered = sbotc::lower::lower(&project, &checked.sources, false);
    lowered.tables.tag = Some("old".into());
    // Through its bytes, as a host has it.
    let program = Program::new(lowered.tables, Some(lowered.debug)).map_err(|why| why.to_string())?;
    Program::load(&program.encode(false)).map(Arc::new).map_err(|why| why.to_string())
}

fn first(program: &Program) -> u32 {
    (0u32..).zip(&program.tables().bots).find(|(_, bot)| &*bot.name == "bot0").map_or(0, |(at, _)| at)
}

/// Every run that is parked in some conversations, and when.
fn parked(program: &Arc<Program>, seed: u64) -> Vec<(Run, i64)> {
    let mut runs: Vec<(Run, i64)> = Vec::new();
    for n in 0..CONVERSATIONS {
        let mut world = World::new(Arc::clone(program), first(program), None);
        for event in make::events(&mut Dice::new(seed * 1000 + n)) {
            if perform(&mut world, &event).is_err() {
                break;
            }
            if let Some(run) = world.run()
                && runs.iter().all(|(known, _)| known != run)
            {
                runs.push((run.clone(), world.now()));
            }
        }
    }
    runs
}

fn perform(world: &mut World, event: &Event) -> Result<(), String> {
    match event {
        Event::Says(text) => world.client_says(text, None),
        Event::Sends => world.sends("photo.jpg"),
        Event::Presses(at) => {
            let offered: Vec<String> = world.offered().iter().map(|label| (*label).to_owned()).collect();
            if !offered.is_empty() {
                world.press(&offered[at % offered.len()])?;
            }
        }
        Event::Waits(minutes) => world.advance(i64::from(*minutes) * 60, false)?,
        Event::Answers(_) => {}
    }
    world.deliver()
}

/// What an upgrade does with runs of the old program, or what is wrong.
fn check(old: &Program, new: &Arc<Program>, runs: &[(Run, i64)]) -> Result<[usize; 3], String> {
    let upgrade = Upgrade::new(old, new);
    let complete = upgrade.is_complete();
    let verdict = |at: At| upgrade.verdicts().iter().find(|verdict| verdict.at == at);
    let facts = World::new(Arc::clone(new), first(new), None).facts().clone();
    let [mut moved, mut ended, mut lost] = [0; 3];
    for (run, now) in runs {
        let calls = run.frames.iter().map(|frame| At::Call(frame.call));
        let at = At::Wait(run.wait);
        let rows: Vec<_> = calls.chain([at]).map(|at| (at, verdict(at))).collect();
        if let Some((at, _)) = rows.iter().find(|(_, verdict)| verdict.is_none()) {
            return Err(format!("no verdict for {at:?}\n{run:?}"));
        }
        let told = |at: At| {
            let verdict = verdict(at).map(|verdict| &verdict.outcome);
            matches!(verdict, Some(Outcome::Lost(_)))
        };
        match run.upgrade(&upgrade, *now) {
            Err(NotMoved::Lost { at, why }) => {
                lost += 1;
                if !told(at) || complete {
                    return Err(format!(
                        "nobody told that {at:?} is lost: {why}\n{:?}\n{run:?}",
                        verdict(at)
                    ));
                }
            }
            Err(why) => return Err(format!("{why}\n{run:?}\n{rows:?}")),
            Ok(_) if told(at) && rows.iter().rev().skip(1).all(|(_, row)| goes_on(row)) => {
                return Err(format!("it was told to be lost and is moved\n{run:?}\n{rows:?}"));
            }
            Ok(Moved::Ended) => {
                ended += 1;
                if !rows.iter().any(|(_, row)| row.is_some_and(|row| row.outcome == Outcome::Ends)) {
                    return Err(format!("it ends, and nobody said so\n{run:?}\n{rows:?}"));
                }
            }
            Ok(Moved::Parked(to)) => {
                moved += 1;
                let plain = rows.iter().all(|(_, row)| goes_on(row));
                if let (true, Some(row)) = (plain, verdict(at))
                    && row.outcome != Outcome::Waits(to.wait)
                {
                    return Err(format!("it waits elsewhere than was told: {to:?}\n{row:?}"));
                }
                fits(new, &to).map_err(|why| format!("{why}\n{run:?}\n{to:?}\n{rows:?}"))?;
                goes(new, &facts, &to, *now).map_err(|why| {
                    let name = &new.tables().waits[to.wait as usize].name;
                    format!("{why} at {name}\n{run:?}\n{to:?}\n{rows:?}")
                })?;
            }
        }
    }
    Ok([moved, ended, lost])
}

fn goes_on(row: &Option<&sbot_vm::upgrade::Verdict>) -> bool {
    row.is_some_and(|row| matches!(row.outcome, Outcome::Waits(_) | Outcome::Calls(_)))
}

/// The run comes back from its bytes, and every value has the type of its register.
fn fits(program: &Program, run: &Run) -> Result<(), String> {
    let back = Run::decode(program, &run.encode(program)).map_err(|why| why.to_string())?;
    if back != *run {
        return Err("it does not come back from its bytes".to_owned());
    }
    let tables = program.tables();
    let rows = run.frames.iter().map(|frame| (&tables.calls[frame.call as usize].live, &frame.values));
    let rows = rows.chain([(&tables.waits[run.wait as usize].live, &run.values)]);
    for (live, values) in rows {
        for (live, value) in live.iter().zip(values) {
            if !live.slot.accepts(value) {
                return Err(format!("{} holds {value:?}", live.name));
            }
        }
    }
    Ok(())
}

/// Whatever happens next is a turn like any other, and something ends the wait.
fn goes(program: &Program, facts: &Facts, run: &Run, now: i64) -> Result<(), String> {
    let mut ended = false;
    for kind in happenings(program.tables(), run) {
        let due = run.deadlines.iter().copied().min().unwrap_or(now);
        let at = if kind == EventKind::Timer { due.max(now) } else { now };
        let event = Happens { at, kind, wait: None };
        match sbot_vm::turn(program, run.clone(), &event, facts, &Limits::default()) {
            Ok(turn) => {
                ended = true;
                if let Status::Ended(Ending::Trapped(trap)) = &turn.status
                    && trap.kind == TrapKind::WrongKind
                {
                    return Err(format!("{event:?} meets a value of a wrong kind: {trap:?}"));
                }
                if let Status::Parked(run) = &turn.status {
                    fits(program, run)?;
                }
            }
            Err(refused) => match refused.why {
                WhyRefused::NotAwaited | WhyRefused::NotDue { .. } => {}
                why => return Err(format!("{event:?} is refused: {why}")),
            },
        }
    }
    if ended { Ok(()) } else { Err("nothing ends the wait".to_owned()) }
}

/// Everything that can happen to a run.
fn happenings(tables: &Tables, run: &Run) -> Vec<EventKind> {
    let message = |text: &str| {
        EventKind::Message(ClientMessage { text: Some(text.into()), ..ClientMessage::default() })
    };
    let mut all: Vec<EventKind> = ["yes", "7", "hello", "no such words"].into_iter().map(message).collect();
    if !run.deadlines.is_empty() {
        all.push(EventKind::Timer);
    }
    let wait = &tables.waits[run.wait as usize];
    let press = |label: &str| EventKind::Press { label: label.into(), channel: None };
    for value in run.values.iter().chain(&tables.consts) {
        match value {
            Value::Text(label) => all.push(press(label)),
            Value::List(labels) => {
                let texts = labels.iter().filter_map(|label| match label {
                    Value::Text(text) => Some(press(text)),
                    _ => None,
                });
                all.extend(texts);
            }
            _ => {}
        }
    }
    if let Some(effect) = run.effect {
        all.push(EventKind::Delivered { effect });
        all.push(EventKind::Failed { effect });
        for exit in &wait.exits {
            match exit.on {
                On::Drawn(option) => all.push(EventKind::Drawn { effect, option }),
                On::Result => all.extend(answers(tables, effect, None)),
                On::Answer(answer) => all.extend(answers(tables, effect, Some(answer))),
                _ => {}
            }
        }
    }
    all
}

/// Answers as the actions of a program declare them.
fn answers(tables: &Tables, effect: EffectId, exit: Option<u32>) -> Vec<EventKind> {
    let actions = tables.actions.iter();
    let declared = actions.filter_map(|action| match exit {
        None => action.result.map(|result| vec![result]),
        Some(exit) => {
            let exit = action.exits.get(exit as usize)?;
            Some(exit.params.iter().map(|param| param.slot).collect::<Vec<Slot>>())
        }
    });
    let value = |slot: &Slot| match slot.kind {
        Kind::Bool => Value::Bool(true),
        Kind::Int | Kind::Number => Value::Int(3),
        Kind::Text => Value::text("t"),
        Kind::Date => Value::Date(1),
        Kind::Time => Value::Time(1),
        Kind::DateTime => Value::DateTime(1),
        Kind::Duration => Value::Duration(60),
        Kind::List => Value::List(Vec::new().into()),
        Kind::Record | Kind::Symbol => Value::Symbol(0),
        Kind::File => Value::File("f".into()),
        Kind::Json => Value::Json("{}".into()),
    };
    declared
        .map(|slots| EventKind::Answer { effect, exit, values: slots.iter().map(value).collect() })
        .collect()
}

/// What was seen in some cases.
#[derive(Default)]
struct Seen {
    edits: usize,
    refused: usize,
    moved: usize,
    ended: usize,
    lost: usize,
}

fn case(seed: u64, seen: &mut Seen) {
    let files: Files = print::files(&make::project(seed));
    let shown = |files: &Files| -> String {
        files.iter().map(|(name, text)| format!("// {name}\n{text}\n")).collect()
    };
    let old = build(&files).unwrap_or_else(|why| panic!("SEED={seed}\n{}\n{why}", shown(&files)));
    let runs = parked(&old, seed);
    let mut dice = Dice::new(seed ^ 0x5eed);
    for n in 0..8 {
        let (what, edited) = edit::edited(&mut dice, seed, n, &files);
        let Ok(new) = build(&edited) else {
            seen.refused += 1;
            continue;
        };
        seen.edits += 1;
        let mut fail = |files: &Files, result: Result<[usize; 3], String>| match result {
            Ok([moved, ended, lost]) => {
                seen.moved += moved;
                seen.ended += ended;
                seen.lost += lost;
                lost
            }
            Err(why) => panic!("SEED={seed} edit {n}: {what}\n{}\n{why}", shown(files)),
        };
        let lost = fail(&edited, check(&old, &new, &runs));
        if what.is_wording() && lost > 0 {
            panic!("SEED={seed} edit {n}: {what} loses {lost} runs\n{}", shown(&edited));
        }
        // And with decisions, as far as they make sense.
        for _ in 0..2 {
            let decided = edit::decided(&mut dice, &edited, old.tables(), new.tables());
            if let Ok(new) = build(&decided) {
                fail(&decided, check(&old, &new, &runs));
                two_versions(&old, &new, &runs)
                    .unwrap_or_else(|why| panic!("SEED={seed} edit {n}: {what}\n{}\n{why}", shown(&decided)));
            }
        }
    }
}

/// Through the new program and back: the same as one after the other.
fn two_versions(old: &Program, new: &Program, runs: &[(Run, i64)]) -> Result<(), String> {
    let (there, back) = (Upgrade::new(old, new), Upgrade::new(new, old));
    let both = Upgrade::through(&[old, new, old]);
    for (run, now) in runs {
        let single = run.upgrade(&there, *now).and_then(|moved| match moved {
            Moved::Parked(run) => run.upgrade(&back, *now),
            Moved::Ended => Ok(Moved::Ended),
        });
        if single != run.upgrade(&both, *now) {
            return Err(format!("through both it is another run\n{run:?}"));
        }
        match single {
            Ok(_) | Err(NotMoved::Lost { .. }) => {}
            Err(why) => return Err(format!("{why}\n{run:?}")),
        }
    }
    Ok(())
}

#[test]
fn every_run_is_told_to_be_lost_or_is_moved_and_goes_on() {
    let mut seen = Seen::default();
    if let Ok(seed) = std::env::var("SEED") {
        return case(seed.parse().unwrap(), &mut seen);
    }
    let projects = std::env::var("PROJECTS").map_or(PROJECTS, |projects| projects.parse().unwrap());
    (0..projects).for_each(|seed| case(seed, &mut seen));
    let Seen { edits, refused, moved, ended, lost } = seen;
    eprintln!("{edits} edits ({refused} did not compile): {moved} moved, {ended} over, {lost} lost");
    // Most edits compile, and each kind of thing happens often.
    let projects = projects as usize;
    assert!(edits > projects * 3, "{edits} edits");
    assert!(moved > projects * 50 && lost > projects * 10 && ended > projects, "{moved} {ended} {lost}");
}
