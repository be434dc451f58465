//! Lists and records that a host gives are read by their declared types: names in them are references, figures are exact,
//! days are days; and they are written as they are read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // What fails here fails the test.

mod support;

use sbot_embed::{Engine, Outcome, Then, What};
use sbot_vm::layout::{Given, Type};
use sbot_vm::{Program, Run, SymbolKind, Value};

const SOURCE: &str = r#"
bot main(among: [user], sums: [number] = [], notes: [json] = [])
account { zone "UTC" }
type Seat = {who: user?, sum: number}
entity lead { helpers: [user], route: [stage], days: [date], seats: [Seat] }
pipeline sales "Sales" { incoming "Incoming", won "Won" }
user anna "Anna Smith"
user bob "Bob Jones"
team crew "Crew" { anna, bob }
action pick(among: [user]) exits picked(all: [recipient], of: [entity], best: {who: user, days: [date]}), nobody
action paths() -> [[stage]]
fn bill(seats: [Seat]) -> text {
  let all = ""
  for seat in seats { all += "{seat.who ?? bob} pays {seat.sum}. " }
  return all
}
fn total(sums: [number]) -> number {
  let sum = 0.0
  for one in sums { sum += one }
  return sum
}
fn wins(paths: [[stage]]) -> int {
  let count = 0
  for path in paths { if sales.won in path { count += 1 } }
  return count
}
step start:
  if anna in (lead.helpers ?? []) { message "Anna helps" }
  if sales.won in (lead.route ?? []) { message "Won on the way" }
  if 2026-11-22 in (lead.days ?? []) { message "Today" }
  message "{bill(lead.seats ?? [])}"
  message "{total(sums)}"
  pick(among: among)
    on picked(all, of, best) {
      send_internal("{len(of)}", to: all)
      change_responsible(to: best.who, of: of)
      if 2026-11-22 in best.days { message "The best is today" }
    }
    on nobody {}
    on timeout 1h -> end
  let found = paths()
  message "{wins(found)}"
  -> end
"#;

const KIM: &str = r#"{"id":"u-77","title":"Kim"}"#;
const COLD: &str = r#"{"id":"s-9","title":"Cold"}"#;

fn facts() -> String {
    format!(
        r#"{{"lead.helpers":["anna",{KIM}],"lead.route":[{COLD},"sales.won"],"lead.days":["2026-11-22"],"lead.seats":[{{"sum":"2","who":{KIM}}},{{"sum":"0.5","who":null}}]}}"#
    )
}

fn args() -> String {
    format!(r#"{{"among":[{KIM},"bob"],"sums":["12","0.25"],"notes":[[1,"a"],{{"b":null}}]}}"#)
}

const EVENT: &str = r#"{"at":1795334400000,"kind":"trigger","on":"manual"}"#;

fn told(outcome: &sbot_embed::Turn) -> Vec<String> {
    let told = outcome.effects.iter().filter_map(|effect| match &effect.what {
        What::Message(message) => Some(message.made.text.to_string()),
        What::Action { action, args } => Some(format!(
            "{action}{}",
            args.iter().map(|(name, json)| format!(" {name}={json}")).collect::<String>()
        )),
        What::Set { .. } | What::Draw(_) | What::Event(_) => None,
    });
    told.collect()
}

fn parked(turn: &sbot_embed::Turn) -> Vec<u8> {
    let Then::Waits { run, .. } = &turn.then else { panic!("{turn:?}") };
    run.clone()
}

#[test]
fn names_in_lists_are_references() {
    let engine = support::engine(SOURCE);
    let turn = engine.start("main", &args(), EVENT, &facts()).unwrap();
    assert_eq!(
        told(&turn),
        [
            "Anna helps".to_owned(),
            "Won on the way".to_owned(),
            "Today".to_owned(),
            "Kim pays 2. Bob Jones pays 0.5. ".to_owned(),
            "12.25".to_owned(),
            format!("pick among=[{KIM},\"bob\"]"),
        ]
    );
    let run = parked(&turn);
    let id = turn.effects.last().unwrap().id;
    let answer = format!(
        r#"{{"at":1795334400000,"kind":"answer","effect":"{id}","exit":"picked","values":{{"all":["crew",{KIM}],"of":["lead"],"best":{{"who":{KIM},"days":["2026-11-22"]}}}}}}"#
    );
    let Outcome::Turn(turn) = engine.turn(&run, &answer, &facts()).unwrap() else { panic!() };
    let told = told(&turn);
    assert_eq!(told[0], format!("send_internal text=\"1\" to=[\"crew\",{KIM}]"));
    assert!(told[1].starts_with(&format!("change_responsible to={KIM} of=[\"lead\"]")), "{told:?}");
    assert_eq!(told[2..], ["The best is today", "paths"]);
    let id = turn.effects.last().unwrap().id;
    let answer = format!(
        r#"{{"at":1795334400000,"kind":"answer","effect":"{id}","result":[["sales.won",{COLD}],[]]}}"#
    );
    let Outcome::Turn(last) = engine.turn(&parked(&turn), &answer, &facts()).unwrap() else { panic!() };
    assert_eq!(self::told(&last), ["1"]);
}

/// Also when the program has lost its debug section, and with it what only people need.
#[test]
fn what_is_read_is_written_the_same() {
    let engine = support::engine(SOURCE);
    let bytes = engine.program().encode(true);
    let engine = Engine::load(&bytes).unwrap();
    let program = engine.program();
    assert_eq!(program.encode(true), bytes);
    let event = engine.read_event(None, EVENT).unwrap();
    let read = engine.read_facts(&facts(), &[], &event.kind).unwrap();
    let number =
        |name: &str| program.tables().fields.iter().position(|field| field.to_string() == name).unwrap();
    let Value::List(helpers) = &read.values[number("lead.helpers")] else { panic!() };
    assert!(matches!(helpers[..], [Value::Symbol(_), Value::Undeclared(_)]), "{helpers:?}");
    let reads = ["lead.helpers", "lead.route", "lead.days", "lead.seats"].map(|name| number(name) as u32);
    assert_eq!(engine.facts_json(&read, &reads).to_string(), facts());

    let turn = engine.start("main", &args(), EVENT, &facts()).unwrap();
    let run = Run::decode(program, &parked(&turn)).unwrap();
    let id = turn.effects.last().unwrap().id;
    let answer = format!(
        r#"{{"at":1795334400000,"kind":"answer","effect":"{id}","exit":"picked","values":{{"all":["crew",{KIM}],"of":["lead"],"best":{{"days":["2026-11-22"],"who":"anna"}}}}}}"#
    );
    let event = engine.read_event(Some(&run), &answer).unwrap();
    assert_eq!(engine.event_json(Some(&run), &event).to_string(), answer);
}

#[test]
fn all_that_is_wrong_is_told_with_its_place() {
    let engine = support::engine(SOURCE);
    let facts = r#"{"lead.helpers":["ana","crew",7,null],"lead.route":["anna"],"lead.days":["soon"],"lead.seats":[{"who":"bob"},{"who":"bob","sum":"1","more":1}]}"#;
    let error = engine.start("main", r#"{"among":"bob","sums":[[]],"notes":[]}"#, EVENT, facts).unwrap_err();
    let all = error.to_string();
    for part in [
        "args/among: a list was expected and \"bob\" is there",
        "args/sums/0: a number such as \"12.5\", of at most 28 digits was expected and [] is there",
        "facts/lead.helpers/0: the program declares no user `ana`: mend the name, or give what it does not declare as {\"id\":ID,\"title\":TITLE}",
        "facts/lead.helpers/1: the program declares no user `crew`",
        "facts/lead.helpers/2: the name of something that the source declares, or {\"id\":ID,\"title\":TITLE}, was expected and 7 is there",
        "facts/lead.helpers/3: it is never absent: give a value",
        "facts/lead.route/0: the program declares no stage `anna`",
        "facts/lead.days/0: a date such as \"2026-11-22\" was expected and \"soon\" is there",
        "facts/lead.seats/0/sum: it is missing: give it, `null` if there is none",
        "facts/lead.seats/1/more: there is no such value here: there are sum, who",
    ] {
        assert!(all.contains(part), "{part}\n\n{all}");
    }
}

/// Entities are names of the language: there is none that only the host knows.
#[test]
fn an_entity_is_always_declared() {
    let engine = support::engine(SOURCE);
    let turn = engine.start("main", &args(), EVENT, &facts()).unwrap();
    let id = turn.effects.last().unwrap().id;
    let values = format!(r#"{{"all":[],"of":["leads",{KIM}],"best":{{"who":"anna","days":[]}}}}"#);
    let answer = format!(
        r#"{{"at":1795334400000,"kind":"answer","effect":"{id}","exit":"picked","values":{values}}}"#
    );
    let all = engine.turn(&parked(&turn), &answer, &facts()).unwrap_err().to_string();
    for part in [
        "event/values/of/0: the program declares no entity `leads`: mend the name",
        "event/values/of/1: the name of a declared entity was expected and {\"id\":\"u-77\",\"title\":\"Kim\"} is there",
    ] {
        assert!(all.contains(part), "{part}\n\n{all}");
    }
}

#[test]
fn types_are_given_for_everything_or_for_nothing() {
    let engine = support::engine(SOURCE);
    let tables = engine.program().tables();
    let mut less = tables.clone();
    less.given.fields.pop();
    let mut other = tables.clone();
    let user = tables.types.iter().position(|ty| *ty == Type::Symbol(SymbolKind::User)).unwrap();
    other.given.fields.fill(user as u32);
    let mut none = tables.clone();
    none.given.actions.iter_mut().for_each(|answers| answers.exits.clear());
    let mut beyond = tables.clone();
    beyond.given.fields.fill(1_000_000);
    for (tables, why) in [
        (less, "what a host gives has types in part"),
        (other, "has a type that does not exist, or another one than the VM checks"),
        (none, "have types in part"),
        (beyond, "has a type that does not exist"),
    ] {
        let error = Program::new(tables, None).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    // Without them a program is what it was before there were any.
    let mut without = tables.clone();
    without.given = Given::default();
    let program = Program::new(without, None).unwrap();
    let bytes = program.encode(true);
    assert_eq!(Program::load(&bytes).unwrap().tables(), program.tables());
}
