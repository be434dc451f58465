//! Users, stages and channels that the host knows and the source does not declare: no turn stops at them, none of them is
//! taken for another, and each comes back as it was given.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // What fails here fails the test.

mod support;

use sbot_embed::{Engine, Outcome, Then, Turn, What};
use sbot_vm::{EventKind, Program, Run, Value};

const SOURCE: &str = r#"
bot welcome
account { zone "UTC", region "US", language "en" }
entity lead { budget: number }
pipeline sales "Sales" { incoming "Incoming", won "Won" }
user anna "Anna Smith"
user bob "Bob Jones"
channel shop: whatsapp "Shop"
hours duty { mon..fri 09:00..18:00 }
var first: user? = none
var then: user? = none
trigger message
trigger message via shop
trigger stage sales.won
step greet:
  first = lead.responsible
  then = contact.responsible
  if lead.responsible == anna { message "never" }
  if lead.responsible != anna { message "Not Anna but {lead.responsible}" }
  if lead.responsible == contact.responsible { message "never" }
  if lead.responsible in [anna, bob] { message "never" }
  if lead.stage == sales.won { message "never" }
  message "{lead.stage} on {client.channel}"
  when lead.responsible { anna -> end, bob -> end, else {} }
  pause on message -> later on timeout 2h -> end
step later:
  if first == lead.responsible { message "Still {first}" }
  if first == then { message "never" }
  change_responsible(to: then ?? anna, of: [lead])
  if lead.responsible == then { message "Now {lead.responsible}" }
  change_lead_status(lead.stage)
  message "{lead.stage} in {lead.pipeline}"
  send_internal("Look", to: [first ?? anna, anna])
  -> end
"#;

const KIM: &str = r#"{"id":"u-77","title":"Kim"}"#;
/// Another person of the same name.
const KIM_TOO: &str = r#"{"id":"u-78","title":"Kim"}"#;
const CHANNEL: &str = r#"{"id":"tt","title":"TikTok"}"#;

fn facts() -> String {
    format!(
        r#"{{"lead.responsible":{KIM},"contact.responsible":{KIM_TOO},"lead.stage":{{"id":"9","title":"Cold"}},"lead.pipeline":"sales"}}"#
    )
}

fn texts(turn: &Turn) -> Vec<String> {
    let texts = turn.effects.iter().filter_map(|effect| match &effect.what {
        What::Message(message) => Some(message.made.text.to_string()),
        What::Action { action, args } => {
            Some(format!("{action} {}", args[if &**action == "send_internal" { 1 } else { 0 }].1))
        }
        What::Set { .. } | What::Draw(_) | What::Event(_) => None,
    });
    texts.collect()
}

#[test]
fn a_turn_goes_on() {
    let engine = support::engine(SOURCE);
    let event = format!(r#"{{"at":0,"kind":"message","text":"hi","channel":{CHANNEL}}}"#);
    let turn = engine.start("welcome", "{}", &event, &facts()).unwrap();
    assert_eq!(texts(&turn), ["Not Anna but Kim", "Cold on TikTok"], "{turn:?}");
    let Then::Waits { run, .. } = &turn.then else { panic!("{turn:?}") };
    same_when_parked(&engine, run);
    let event = r#"{"at":1000,"kind":"message","text":"and?"}"#;
    let Outcome::Turn(turn) = engine.turn(run, event, &facts()).unwrap() else { panic!() };
    assert_eq!(
        texts(&turn),
        [
            "Still Kim".to_owned(),
            format!("change_responsible {KIM_TOO}"),
            "Now Kim".to_owned(),
            r#"change_lead_status {"id":"9","title":"Cold"}"#.to_owned(),
            "Cold in Sales".to_owned(),
            format!(r#"send_internal [{KIM},"anna"]"#),
        ]
    );
}

/// What is parked comes back as it was, and no part of it is taken for the whole.
fn same_when_parked(engine: &Engine, bytes: &[u8]) {
    let program = engine.program();
    let run = Run::decode(program, bytes).unwrap();
    assert!(run.values.contains(&Value::undeclared("u-77", "Kim")), "{run:?}");
    assert_eq!(run.encode(program), bytes);
    for end in 0..bytes.len() {
        assert!(Run::decode(program, &bytes[..end]).is_err());
    }
}

#[test]
fn triggers_that_name_no_channel_listen_on_any() {
    let engine = support::engine(SOURCE);
    let starts = |event: &str| engine.triggered(event, "{}", "{}").unwrap().bots.len();
    assert_eq!(starts(&format!(r#"{{"at":0,"kind":"message","channel":{CHANNEL}}}"#)), 1);
    let only = support::engine(&SOURCE.replace("trigger message\n", ""));
    let event = format!(r#"{{"at":0,"kind":"message","channel":{CHANNEL}}}"#);
    assert_eq!(only.triggered(&event, "{}", "{}").unwrap().bots.len(), 0);
    assert_eq!(starts(r#"{"at":0,"kind":"trigger","on":"stage","stage":"sales.won"}"#), 1);
    assert_eq!(starts(r#"{"at":0,"kind":"trigger","on":"stage","stage":{"id":"9","title":"Cold"}}"#), 0);
}

#[test]
fn events_come_back() {
    let engine = support::engine(SOURCE);
    for event in [
        format!(r#"{{"at":0,"kind":"press","label":"Go","channel":{CHANNEL}}}"#),
        r#"{"at":0,"kind":"trigger","on":"stage","stage":{"id":"","title":""}}"#.to_owned(),
    ] {
        let read = engine.read_event(None, &event).unwrap();
        assert_eq!(engine.event_json(None, &read).to_string(), event);
    }
    let event = engine.read_event(None, r#"{"at":0,"kind":"timer"}"#).unwrap();
    let facts = engine.read_facts(&facts(), &[], &EventKind::Timer).unwrap();
    let reads = engine.program().reads_at_start(0);
    let json = engine.facts_json(&facts, &reads).to_string();
    assert_eq!(engine.read_facts(&json, &[], &event.kind).unwrap().values, {
        let mut values = facts.values.clone();
        let kept = |n: &usize| reads.contains(&u32::try_from(*n).unwrap());
        (0..values.len()).filter(|n| !kept(n)).for_each(|n| values[n] = Value::None);
        values
    });
}

#[test]
fn both_parts_are_asked_for() {
    let engine = support::engine(SOURCE);
    let error = engine
        .start(
            "welcome",
            "{}",
            r#"{"at":0,"kind":"message","channel":{"id":7}}"#,
            r#"{"lead.responsible":{"title":"Kim","colour":1},"contact.responsible":"bob","lead.stage":"sales.won"}"#,
        )
        .unwrap_err();
    let all = error.to_string();
    for part in [
        "event/channel/id: a text was expected and 7 is there",
        "event/channel/title: a text is missing",
        "facts/lead.responsible/id: a text is missing",
        "facts/lead.responsible/colour: there is no such key here",
    ] {
        assert!(all.contains(part), "{all}");
    }
}

#[test]
fn no_program_has_one_in_it() {
    let engine = support::engine(SOURCE);
    let mut tables = engine.program().tables().clone();
    tables.consts.push(Value::undeclared("u-77", "Kim"));
    assert!(Program::new(tables, None).unwrap_err().to_string().contains("does not exist"));
}
