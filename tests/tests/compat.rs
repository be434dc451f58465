//! Law: program files of older formats do what their source does today, and their runs move to what is built of it.
//!
//! `fixtures/compat/format-N.sbc` was built of the source beside it by an `sbotc` that wrote format N.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A file that does not load is a failure.

mod support;

use sbot_embed::{Engine, MovedRun, Outcome, Then, Turn, Upgrade};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use support::project::{Built, compile};

const NOW: i64 = 1_795_334_400_000;

fn json_of(turn: &Turn) -> Value {
    let mut json: Value = serde_json::from_str(&Outcome::Turn(turn.clone()).to_json().to_string()).unwrap();
    // It names the program.
    json.as_object_mut().unwrap().remove("run");
    json
}

fn run(turn: &Turn) -> &[u8] {
    let Then::Waits { run, .. } = &turn.then else { panic!("{turn:?}") };
    run
}

fn goes_on(engine: &Engine, run: &[u8], event: &Value) -> Turn {
    match engine.turn(run, &event.to_string(), r#"{"lead.size":null}"#).unwrap() {
        Outcome::Turn(turn) => turn,
        Outcome::Refused(why) => panic!("{why}"),
    }
}

#[test]
fn older_programs_do_what_their_source_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/compat");
    let new = Engine::new(compile(&folder.join("shop.sbot"), false, Built::AsFound).program);
    let start = json!({"at": NOW, "kind": "trigger", "on": "manual"}).to_string();
    let press = json!({"at": NOW, "kind": "press", "label": "S"});
    let values = json!({"by": "bob", "sum": "12.50"});
    let answer = json!({"at": NOW, "kind": "answer", "effect": "1.1", "exit": "picked", "values": values});
    let turns = |engine: &Engine| {
        let first = engine.start("shop", r#"{"among":[]}"#, &start, r#"{"lead.size":null}"#).unwrap();
        let second = goes_on(engine, run(&first), &press);
        let third = goes_on(engine, run(&second), &answer);
        [first, second, third]
    };
    let today = turns(&new);
    assert_eq!(json_of(&today[2])["effects"][0]["text"], "Bob Jones for 12.5");
    let mut found = 0;
    for version in 3u16.. {
        let Ok(bytes) = fs::read(folder.join(format!("format-{version}.sbc"))) else { break };
        assert_eq!(bytes[4..6], version.to_le_bytes());
        let old = Engine::load(&bytes).unwrap();
        let then = turns(&old);
        assert_eq!(then.each_ref().map(json_of), today.each_ref().map(json_of), "format {version}");
        let MovedRun::Waits { run, .. } = Upgrade::new(&old, &new).run(run(&then[1]), NOW).unwrap() else {
            panic!("format {version}")
        };
        assert_eq!(json_of(&goes_on(&new, &run, &answer)), json_of(&today[2]), "format {version}");
        found += 1;
    }
    assert!(found > 0);
}
