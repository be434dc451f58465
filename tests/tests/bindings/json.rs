//! What `sbot-embed` gives and takes is what the schema says, for every conversation of the corpus; and hosts in Python and
//! TypeScript can be written with the types alone.

use super::schema::Schema;
use super::{read, root, written};
use sbot_embed::{Engine, Outcome, Then};
use sbot_vm::Run;
use sbot_vm::value::Value as Given;
use sbotc::bindings::{Extent, Language};
use sbotc::sim::replay::{Recorded, Took};
use sbotc::sim::{World, run_test};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use super::support::project::{self, Built};

#[test]
fn every_conversation_is_as_the_schema_says() {
    let (mut outcomes, mut effects) = (0, 0);
    for path in project::paths() {
        let project = project::compile(&path, true, Built::AsFound);
        // A fixture may declare an action twice, in two files.
        let Ok(text) = written(&path, Extent::Used, Language::JsonSchema) else { continue };
        let schema = Schema::read(&text);
        let engine = Engine::new(Arc::clone(&project.program));
        for test in &project.tests {
            let world = run_test(&project.program, test, &project.sources, false).world;
            for outcome in again(&engine, &world, &schema) {
                schema.takes("Outcome", &outcome);
                outcomes += 1;
                for effect in outcome["effects"].as_array().into_iter().flatten() {
                    effects += 1;
                    if effects % 10 != 0 {
                        continue;
                    }
                    // Nothing may be missing, and nothing be there that is not known.
                    let mut less = effect.clone();
                    less.as_object_mut().unwrap().remove("kind");
                    assert!(schema.refuses("Effect", &less), "{less}");
                    let mut more = effect.clone();
                    more.as_object_mut().unwrap().insert("more".to_owned(), json!(1));
                    assert!(schema.refuses("Effect", &more), "{more}");
                }
            }
        }
    }
    assert!(outcomes > 500 && effects > 1000, "{outcomes} outcomes, {effects} effects");
}

/// Plays the recorded events of a world again, in JSON. Gives what becomes of each. A wait takes nothing but what its own
/// definition has.
fn again(engine: &Engine, world: &World, schema: &Schema) -> Vec<Value> {
    let program = engine.program();
    let mut run: Option<Vec<u8>> = None;
    let mut waits: Option<String> = None;
    let mut outcomes = Vec::new();
    for Recorded { event, facts, took } in world.log() {
        let parked = run.as_ref().map(|run| Run::decode(program, run).unwrap());
        let reads = match &parked {
            Some(parked) => program.reads_at_wait(parked.wait).to_vec(),
            None => program.reads_at_start(world.bot()),
        };
        let (event, facts) = (engine.event_json(parked.as_ref(), event), engine.facts_json(facts, &reads));
        let (event, facts) = (event.to_string(), facts.to_string());
        let said: Value = serde_json::from_str(&event).unwrap();
        schema.takes("Event", &said);
        schema.takes("Facts", &serde_json::from_str(&facts).unwrap());
        let outcome = match (took, &run) {
            (Took::Nothing, None) => continue,
            (Took::Starts, _) => {
                let event = engine.read_event(None, &event).unwrap();
                let reads = program.reads_at_start(world.bot());
                let facts = engine.read_facts(&facts, &reads, &event.kind).unwrap();
                let params = program.tables().bots[world.bot() as usize].params.len();
                Outcome::Turn(
                    engine.start_typed(world.bot(), &vec![Given::None; params], &event, &facts).unwrap(),
                )
            }
            (Took::Resumes | Took::Nothing, Some(run)) => engine.turn(run, &event, &facts).unwrap(),
            (Took::Resumes, None) => panic!("there is no run for {event}"),
        };
        if let (Took::Resumes, Some(at), Outcome::Turn(_)) = (took, &waits, &outcome) {
            schema.takes(at, &said);
        }
        let json: Value = serde_json::from_str(&outcome.to_json().to_string()).unwrap();
        if let Some(wait) = json.get("wait") {
            let (name, bot) = (wait["name"].as_str().unwrap(), wait["bot"].as_str().unwrap());
            waits = Some(schema.about(&format!("What the wait `{name}` of the bot `{bot}` takes.")));
        }
        outcomes.push(json);
        match outcome {
            Outcome::Turn(turn) => {
                run = if let Then::Waits { run, .. } = turn.then { Some(run) } else { None };
            }
            Outcome::Refused(_) => {}
        }
    }
    outcomes
}

/// 2026-11-22 09:00 in Madrid.
const NOW: i64 = 1_795_334_400_000;

fn facts() -> Value {
    json!({
        "lead.name": "A lead", "lead.size": "très grand", "lead.interests": ["pizza"], "lead.at": "09:30",
        "lead.seen": NOW, "lead.vip": true, "contact.name": "Ann", "contact.email": null, "client.text": null,
    })
}

fn args() -> Value {
    json!({"days": 3, "who": "self", "_extra": null})
}

/// The events of the conversation in `rust.rs`, in JSON. Each is for the last effect of the turn before.
fn events() -> Vec<Value> {
    vec![
        json!({"at": NOW, "kind": "trigger", "on": "manual"}),
        json!({"at": NOW, "kind": "answer", "effect": "0.12", "result": "https://forms.example/1"}),
        json!({"at": NOW, "kind": "answer", "effect": "1.1", "exit": "done", "values": {"value": "https://a.example"}}),
        json!({
            "at": NOW, "kind": "answer", "effect": "2.0", "exit": "booked",
            "values": {"number": 12, "where": {"row": 4, "seat": "b"}},
        }),
        json!({"at": NOW, "kind": "answer", "effect": "3.0", "result": "49.90"}),
        json!({"at": NOW, "kind": "answer", "effect": "4.0", "exit": "declined", "values": {"reason": "late"}}),
    ]
}

/// What becomes of events, one after the other.
pub(super) fn played(bot: &str, events: &[Value], facts: &Value, args: &Value) -> Vec<Value> {
    let (program, _) = read(&root().join("tests/fixtures/bindings/everything"), Extent::Used).unwrap();
    let engine = Engine::new(program);
    let mut run: Option<Vec<u8>> = None;
    let mut outcomes = Vec::new();
    for event in events {
        let (event, facts) = (event.to_string(), facts.to_string());
        let outcome = match &run {
            None => engine.start(bot, &args.to_string(), &event, &facts).map(Outcome::Turn),
            Some(run) => engine.turn(run, &event, &facts),
        };
        let outcome = outcome.unwrap_or_else(|error| panic!("{event}: {error}"));
        outcomes.push(serde_json::from_str(&outcome.to_json().to_string()).unwrap());
        run = match outcome {
            Outcome::Turn(turn) => {
                if let Then::Waits { run, .. } = turn.then {
                    Some(run)
                } else {
                    None
                }
            }
            Outcome::Refused(why) => panic!("{event}: {why}"),
        };
    }
    outcomes
}

/// The schema of the same project.
pub(super) fn schema() -> Schema {
    let path = root().join("tests/fixtures/bindings/everything");
    Schema::read(&written(&path, Extent::Used, Language::JsonSchema).unwrap())
}

#[test]
fn the_schema_knows_everything() {
    let schema = schema();
    let outcomes = played("main", &events(), &facts(), &args());
    outcomes.iter().for_each(|outcome| schema.takes("Outcome", outcome));
    events().iter().for_each(|event| schema.takes("Event", event));
    // Every answer is that of its own wait. What is a result shows its type and no more.
    let waits =
        ["StartGenerateForm", "StartRequestInput", "BookingBook", "PayingEffect", "PayingStripeInvoice"];
    for (at, wait) in waits.iter().enumerate() {
        for (of, event) in events()[1..].iter().enumerate() {
            let takes = !schema.refuses(&format!("Main{wait}Event"), event);
            let may = at == of || event.get("result").is_some();
            assert!(if takes { may } else { at != of }, "{wait}: {event}");
        }
    }
    schema.takes("Facts", &facts());
    schema.takes("MainArgs", &args());
    assert_eq!(outcomes[5]["end"], json!({"how": "done", "value": "late"}));
    for (name, wrong) in [
        ("Facts", json!({"lead.nam": "x"})),
        ("Facts", json!({"lead.size": "L"})),
        ("Facts", json!({"lead.at": 570})),
        ("MainArgs", json!({"days": 3, "who": "somebody", "_extra": null})),
        ("MainArgs", json!({"days": 3.5, "who": "anna", "_extra": null})),
        (
            "Event",
            json!({"at": NOW, "kind": "answer", "effect": "4.0", "exit": "declined", "values": {"reason": "x"}}),
        ),
        (
            "Event",
            json!({"at": NOW, "kind": "answer", "effect": "4", "exit": "paid", "values": {"amount": "1"}}),
        ),
        ("Event", json!({"at": NOW, "kind": "trigger", "on": "stage", "stage": "sales.lost"})),
    ] {
        assert!(schema.refuses(name, &wrong), "{name} {wrong}");
    }
}

pub(super) fn fixture(name: &str) -> PathBuf {
    root().join("tests/fixtures/bindings").join(name)
}

/// A command that may not be there; says so then.
pub(super) fn with_input(command: &mut Command, input: &str) -> Option<Output> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            eprintln!("{command:?} cannot be run here, so this is not checked: {error}");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Some(child.wait_with_output().unwrap())
}

pub(super) fn good(output: Output) -> String {
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{out}\n{err}");
    out
}

/// A host in Python reads what becomes of the events, and makes the same events, facts and arguments.
#[test]
fn a_host_in_python() {
    let outcomes = played("main", &events(), &facts(), &args());
    let input: String = outcomes.iter().map(|outcome| format!("{outcome}\n")).collect();
    let mut command = Command::new("python3");
    command.arg("-B").arg(fixture("host.py")).env("PYTHONPATH", fixture("generated"));
    let Some(output) = with_input(&mut command, &input) else { return };
    let mut made: Vec<Value> = good(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (args, facts) = (made.remove(0), made.remove(0));
    assert_eq!(made.len(), outcomes.len());
    assert_eq!(played("main", &made, &facts, &args), outcomes);
    for (made, wanted) in made.iter().zip(events()) {
        let mut made = made.clone();
        made.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        assert_eq!(made, wanted);
    }
}

/// What the type checker of its language says about a host.
pub(super) fn checker(host: &str, more: &[&str]) -> Option<Output> {
    let mypy = std::env::var_os("MYPY").unwrap_or_else(|| "mypy".into());
    let tsc = std::env::var_os("TSC").unwrap_or_else(|| "tsc".into());
    let mut command = Command::new(if host.ends_with(".py") { &mypy } else { &tsc });
    match host.ends_with(".py") {
        true => command.args(["--strict", "--cache-dir=/dev/null"]).env("MYPYPATH", fixture("generated")),
        false => command.args(["--strict", "--target", "es2022", "--lib", "es2022"]),
    };
    with_input(command.args(more).arg(fixture(host)), "")
}

/// Type checkers find nothing in a host that handles everything, and something in one that does not.
#[test]
fn hosts_are_checked() {
    let check = |host: &str| {
        let only = if host.ends_with(".ts") { &["--noEmit"][..] } else { &[] };
        checker(host, only)
    };
    for (whole, partly) in [("host.py", "host_partly.py"), ("host.ts", "host_partly.ts")] {
        let Some(output) = check(whole) else { continue };
        good(output);
        let output = check(partly).unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(!output.status.success() && said.contains("StripeInvoice"), "{partly}: {said}");
    }
}
