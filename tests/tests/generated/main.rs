//! Laws of random bots: small, well typed, with flows in flows, loops that wait, locals that hide each other, results,
//! bots that run each other, and a library that all of them use. In random conversations with them
//!
//! - the bot says what a direct walk of the tree says, and waits or has ended where that does;
//! - it does so whether the run is kept or goes through its bytes before every event;
//! - the recorded events alone give the same effects;
//! - no turn fails, and a walk through all conversations ends.
//!
//! `SEED=n cargo test -p sbot-tests --test generated` runs one case, and prints it where it fails; `PROJECTS=n` runs
//! so many.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)] // A case that fails is printed.

mod make;
mod oracle;
mod print;
#[path = "../support/mod.rs"]
mod support;
mod tree;

use oracle::converse;
use sbot_vm::Program;
use sbot_vm::value::Value;
use sbotc::explore::{Input, explore};
use sbotc::sim::{World, replay, transcript};
use std::sync::Arc;
use support::Memory;
use tree::{Dice, Event, Project};

/// So many projects, each with some conversations.
const PROJECTS: u64 = 150;
const CONVERSATIONS: u64 = 4;

struct Built {
    plain: Arc<Program>,
    marked: Arc<Program>,
    project: sbotc::ir::Project,
    sources: sbotc::source::Sources,
    marks: Vec<sbotc::lower::Mark>,
}

fn build(files: &[(String, String)]) -> Result<Built, String> {
    let memory = Memory(files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect());
    let parsed = sbotc::project::parse(&["bot0.sbot".to_owned()], &memory).map_err(|why| why.to_string())?;
    let checked = sbotc::check::check(parsed, &memory);
    let errors = checked.diagnostics.iter().filter(|found| found.is_error());
    let errors = support::listed(errors, &checked.sources);
    let project = checked.project.ok_or(errors)?;
    let plain = sbotc::lower::lower(&project, &checked.sources, false);
    let marked = sbotc::lower::lower_marked(&project, &checked.sources);
    let program = |tables, debug| Program::new(tables, Some(debug)).map_err(|why| why.to_string());
    Ok(Built {
        plain: Arc::new(program(plain.tables, plain.debug)?),
        marked: Arc::new(program(marked.tables, marked.debug)?),
        project,
        sources: checked.sources,
        marks: marked.marks,
    })
}

/// The bot that the client talks to.
fn first(program: &Program) -> u32 {
    (0u32..).zip(&program.tables().bots).find(|(_, bot)| &*bot.name == "bot0").unwrap().0
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
        Event::Answers(number) => {
            if let Some((_, action)) = world.awaited_action() {
                let webhook = &*world.tables().actions[action as usize].name == "send_webhook";
                let (exit, body) =
                    if webhook { (Some(0), Some(Value::Json("{}".into()))) } else { (None, None) };
                let values = std::iter::once(Value::Int(*number)).chain(body).collect();
                world.answer(action, exit, values)?;
            }
        }
    }
    world.deliver()
}

fn play(program: &Arc<Program>, events: &[Event], restore: bool) -> Result<World, String> {
    let world = World::new(Arc::clone(program), first(program), None);
    let mut world = if restore { world.restoring_every_turn() } else { world };
    events.iter().try_for_each(|event| perform(&mut world, event))?;
    Ok(world)
}

/// What the bot has said; nothing if a turn has failed.
fn said(world: &World) -> Option<Vec<String>> {
    let shown = transcript::render(world.transcript());
    if shown.contains("stopped:") || shown.contains("differs:") || shown.contains("failed") {
        return None;
    }
    Some(world.messages().map(|(_, message)| message.text.clone()).collect())
}

/// Plays one conversation every way. Gives whether it was played, or what is wrong.
fn check(project: &Project, built: &Built, events: &[Event]) -> Result<bool, String> {
    let Some((oracle, waits)) = converse(project, events) else { return Ok(false) };
    let kept = play(&built.plain, events, false)?;
    let shown = || transcript::render(kept.transcript());
    let found = said(&kept).ok_or_else(|| format!("a turn failed\n{}", shown()))?;
    if found != oracle.messages {
        let at = found.iter().zip(&oracle.messages).take_while(|(a, b)| a == b).count();
        let (got, want) = (found.get(at), oracle.messages.get(at));
        return Err(format!("message {at}: {got:?} instead of {want:?}\n{}", shown()));
    }
    if kept.run().is_some() != waits {
        return Err(format!("the bot {}\n{}", if waits { "has ended" } else { "waits" }, shown()));
    }
    for other in [play(&built.plain, events, true)?, play(&built.marked, events, true)?] {
        if said(&other).as_ref() != Some(&found) || other.turns() != kept.turns() {
            return Err(format!("restored:\n{}", transcript::render(other.transcript())));
        }
    }
    let replayed = replay::replay(&kept)?;
    if serde_json::to_vec(&replayed).unwrap() != serde_json::to_vec(kept.turns()).unwrap() {
        return Err("another replay".to_owned());
    }
    Ok(true)
}

fn case(seed: u64) -> usize {
    let project = make::project(seed);
    let files = print::files(&project);
    let fail = |why: String| -> usize {
        let shown: Vec<String> = files.iter().map(|(name, text)| format!("// {name}\n{text}")).collect();
        panic!("SEED={seed}\n{}\n{why}", shown.join("\n"));
    };
    let built = match build(&files) {
        Ok(built) => built,
        Err(why) => return fail(why),
    };
    let mut played = 0;
    for n in 0..CONVERSATIONS {
        let events = make::events(&mut Dice::new(seed * 1000 + n));
        match check(&project, &built, &events) {
            Ok(done) => played += usize::from(done),
            Err(why) => played += fail(format!("{events:?}\n{why}")),
        }
    }
    if seed.is_multiple_of(30) {
        let bot = first(&built.marked);
        let (program, project, marks, sources) =
            (&built.marked, &built.project, &built.marks, &built.sources);
        let walk = explore(Input { program, project, marks, sources, bot, limit: 40 }, &mut |_| {});
        drop(walk);
    }
    played
}

#[test]
fn random_bots_do_what_is_written() {
    if let Ok(seed) = std::env::var("SEED") {
        case(seed.parse().unwrap());
        return;
    }
    let projects = std::env::var("PROJECTS").map_or(PROJECTS, |projects| projects.parse().unwrap());
    let played: usize = (0..projects).map(case).sum();
    // Conversations that grow without end are left out; most must not be.
    assert!(played as u64 > projects * CONVERSATIONS / 2, "only {played} were played");
}
