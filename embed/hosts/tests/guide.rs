//! The code of `docs/embedding.md`, run. Every block there stands in this file or in one of the hosts, word for word.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // What fails here fails the test.

mod support;

use sbot_embed::{Engine, Error, MovedRun, Outcome, Then, Turn, Upgrade, What};
use sbot_vm::program::Delivery;
use sbot_vm::{
    ClientMessage, Event, EventKind, Host, Limits, Machine, Program, Run, Status, Value, WhyRefused,
};
use std::fs;
use std::path::Path;
use std::sync::Arc;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn engine(name: &str) -> Engine {
    Engine::load(&fs::read(support::shop(&support::folder(name))).unwrap()).unwrap()
}

/// What a host knows of a lead.
fn crm(field: &str) -> &'static str {
    match field {
        "contact.name" => r#""Ann""#,
        _ => "null",
    }
}

fn facts_of(reads: &[String]) -> String {
    let pairs: Vec<String> = reads.iter().map(|name| format!(r#""{name}":{}"#, crm(name))).collect();
    format!("{{{}}}", pairs.join(","))
}

#[test]
fn load_and_check() -> Result {
    let path = support::shop(&support::folder("guide-load"));
    let engine = Engine::load(&fs::read(path)?)?;
    engine.check(
        r#"{
          "actions": {"pay.invoice": {"amount": "number"}, "pay.refund": null},
          "fields": {"contact.name": "text", "lead.budget": "number?"},
          "channels": ["shop"]
        }"#,
    )?;

    let error = engine.check(r#"{"actions": ["pay.invoice"], "fields": "all"}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the host does not have what the program needs:\n\
         - host/actions/pay.refund: the program calls the action pay.refund and the host does not carry it out: add a handler for it"
    );

    let json = engine.describe().to_string();
    assert!(json.contains(r#""name":"pay.refund","delivery":"at_most_once""#), "{json}");
    Ok(())
}

/// What a host would do with each effect.
fn carry_out(turn: &Turn, done: &mut Vec<String>) {
    for effect in &turn.effects {
        match &effect.what {
            What::Message(message) => done.push(format!("send {}: {}", effect.id, message.made.text)),
            What::Set { field, value } => done.push(format!("set {field} to {value}")),
            What::Action { action, args } => done.push(format!("do {}: {action} {args:?}", effect.id)),
            What::Draw(counter) => done.push(format!("draw {}: one of {}", effect.id, counter.options)),
            What::Event(happened) => done.push(format!("note {happened:?}")),
        }
    }
}

#[test]
fn a_conversation() -> Result {
    let engine = engine("guide-conversation");
    let mut done = Vec::new();

    let event = r#"{"at": 1795339800000, "kind": "message", "text": "hello", "channel": "shop"}"#;
    let facts = facts_of(&engine.reads_of_triggers());
    let started = r#"{"shop": [null]}"#;
    let starts = engine.triggered(event, &facts, started)?;
    let (bot, trigger) = starts.bots.first().ok_or("nothing starts")?;
    assert_eq!((&**bot, *trigger), ("shop", 0));

    let reads = engine.reads_at_start("shop")?;
    assert_eq!(reads, ["contact.name"]);
    let turn = engine.start("shop", "{}", event, r#"{"contact.name": "Ann"}"#)?;
    carry_out(&turn, &mut done);
    let Then::Waits { run, wait } = turn.then else { return Err("it should wait".into()) };
    assert_eq!((&*wait.name, wait.number), ("greet.message", 1));

    let reads = engine.reads(&run)?;
    let event = r#"{"at": 1795339860000, "kind": "press", "label": "Pay", "wait": 1}"#;
    let facts = facts_of(&reads);
    let turn = match engine.turn(&run, event, &facts)? {
        Outcome::Turn(turn) => turn,
        Outcome::Refused(why) => return Err(why.into()),
    };
    carry_out(&turn, &mut done);
    assert_eq!(turn.effects[0].delivery, Some(Delivery::Keyed));
    let Then::Waits { run, wait } = turn.then else { return Err("it should wait".into()) };

    // The same press again: it was meant for wait 1, and the run is at wait 2.
    let Outcome::Refused(why) = engine.turn(&run, event, &facts)? else { return Err("taken twice".into()) };
    assert_eq!(why, WhyRefused::OtherWait { meant: 1, parked: 2 });

    let due = wait.due().ok_or("it should have a timer")?;
    assert_eq!(due, 1795339860000 + 3 * 24 * 3_600_000);
    let early = r#"{"at": 1795339870000, "kind": "timer", "wait": 2}"#;
    assert!(matches!(engine.turn(&run, early, "{}")?, Outcome::Refused(WhyRefused::NotDue { .. })));

    let paid = r#"{"at": 1795339870000, "kind": "answer", "effect": "1.0", "exit": "paid", "values": {"amount": "10"}}"#;
    let Outcome::Turn(turn) = engine.turn(&run, paid, "{}")? else { return Err("not taken".into()) };
    carry_out(&turn, &mut done);
    assert!(matches!(turn.then, Then::Ended(_)));
    assert_eq!(
        done,
        [
            "send 0.0: Hi Ann! How can we help?",
            r#"do 1.0: pay.invoice [("amount", Text("10"))]"#,
            "set lead.budget to \"10\"",
            "send 2.1: Thank you for 10!",
        ]
    );
    Ok(())
}

#[test]
fn everything_wrong_at_once() -> Result {
    let engine = engine("guide-wrong");
    let event = r#"{"at": 1795339800000, "kind": "message", "txt": "hello"}"#;
    let Err(Error::Input(problems)) = engine.start("shop", "{}", event, "{}") else {
        return Err("that should not do".into());
    };
    let places: Vec<&str> = problems.iter().map(|problem| problem.at.as_str()).collect();
    assert_eq!(places, ["event/txt", "facts/contact.name"]);
    Ok(())
}

#[test]
fn limits_and_threads() -> Result {
    let path = support::shop(&support::folder("guide-limits"));
    let engine = Engine::load(&fs::read(path)?)?;
    let limits = Limits { fuel: 100_000, memory: 1 << 20 };
    let engine = Arc::new(engine.with_limits(limits));
    let event = r#"{"at": 1795339800000, "kind": "message", "text": "hello"}"#;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let engine = Arc::clone(&engine);
            scope.spawn(move || engine.start("shop", "{}", event, r#"{"contact.name": "Ann"}"#).unwrap());
        }
    });
    Ok(())
}

#[test]
fn without_names() -> Result {
    let path = support::shop(&support::folder("guide-typed"));
    let program = Program::load(&fs::read(path)?)?;
    program.check(&Host::with_everything())?;
    let bot = program.bot("shop").ok_or("there is no such bot")?;
    let name = program.field("contact.name").ok_or("there is no such field")?;

    let facts = program.facts([(name, Value::text("Ann"))]);
    let message = ClientMessage { text: Some("hello".into()), ..ClientMessage::default() };
    let event = Event::new(1_795_339_800_000, EventKind::Message(message));
    let (mut machine, limits) = (Machine::new(), Limits::default());
    let status = machine.start(&program, bot, &[], &event, &facts, &limits)?;
    assert_eq!(machine.effects().len(), 1);
    let Status::Parked(run) = status else { return Err("it should wait".into()) };
    let bytes = run.encode(&program);

    let mut run = Run::decode(&program, &bytes)?;
    let timer = Event::new(run.due().ok_or("no timer")?, EventKind::Timer).for_wait(run.number());
    let ending = machine.turn(&program, &mut run, &timer, &facts, &limits)?;
    assert!(ending.is_none());
    Ok(())
}

#[test]
fn a_new_version() -> Result {
    let (old, new) = (engine("guide-old"), engine("guide-new"));
    let event = r#"{"at": 1795339800000, "kind": "message", "text": "hello"}"#;
    let turn = old.start("shop", "{}", event, r#"{"contact.name": "Ann"}"#)?;
    let Then::Waits { run: parked, .. } = turn.then else { return Err("it should wait".into()) };
    let now = 1_795_339_860_000;

    let upgrade = Upgrade::new(&old, &new);
    let MovedRun::Waits { run, wait } = upgrade.run(&parked, now)? else {
        return Err("it should wait".into());
    };
    assert_eq!((&*wait.name, &run), ("greet.message", &parked));
    assert!(upgrade.is_complete());
    assert!(upgrade.run(&run[1..], now).is_err());
    Ok(())
}

/// Without indentation and empty lines, so that a block may stand anywhere in a file.
fn plain(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_block_of_the_page_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(folder.join("../../docs/embedding.md")).unwrap();
    let files = ["tests/guide.rs", "src/bin/chat.rs", "src/bin/web/host.rs", "src/bin/web/work.rs"];
    let sources: Vec<String> =
        files.iter().map(|file| plain(&fs::read_to_string(folder.join(file)).unwrap())).collect();
    let mut blocks = 0;
    for language in ["```rust\n", "```json\n"] {
        for block in page.split(language).skip(1) {
            let block = plain(block.split("```").next().unwrap());
            assert!(sources.iter().any(|source| source.contains(&block)), "nothing runs this:\n{block}");
            blocks += 1;
        }
    }
    assert!(blocks >= 10, "{blocks}");
    let chat = fs::read_to_string(folder.join("src/bin/chat.rs")).unwrap();
    let code = chat.lines().skip_while(|line| !line.starts_with("fn main"));
    assert!(code.count() <= 35, "the least that a host does has grown");
}
