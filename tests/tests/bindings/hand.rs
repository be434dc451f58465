//! Users, teams, stages and channels that only the host knows: a host in every language gives them in facts, arguments,
//! events and answers, and gets them back in effects.

use super::everything::{
    Action, Awaited, Bindings, Client, Contact, Effect, Facts, HandOverStart, Lead, Pick, Recipient, Set,
    Stage, Start, Team, User, Wait,
};
use super::json::{checker, fixture, good, played, schema, with_input};
use super::{read, root};
use sbot_vm::bind::{Ref, Takes};
use sbot_vm::value::Undeclared;
use sbot_vm::{Channel, ClientMessage, Ending, Event, EventKind, Limits, Status};
use sbotc::bindings::Extent;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;

/// 2026-11-22 09:00 in Madrid.
const NOW: i64 = 1_795_334_400_000;

fn kim<T>() -> Ref<T> {
    Ref::undeclared("u-77", "Kim")
}

fn lee<T>() -> Ref<T> {
    Ref::undeclared("u-78", "Lee")
}

fn cold() -> Ref<Stage> {
    Ref::undeclared("s-9", "Cold")
}

fn facts() -> Facts {
    Facts {
        lead: Lead {
            name: Arc::from("A lead"),
            stage: cold(),
            responsible: kim(),
            size: None,
            interests: None,
            at: None,
            seen: None,
            vip: None,
            helpers: Some(vec![User::Anna.into(), lee()]),
        },
        contact: Contact { name: Arc::from("Ann"), email: None },
        client: Client { text: None, channel: None },
    }
}

#[test]
fn a_host_in_rust() {
    let (program, _) = read(&root().join("tests/fixtures/bindings/everything"), Extent::Used).unwrap();
    let names = Bindings::of(&program).unwrap();
    let start = Start::HandOver(HandOverStart {
        who: kim(),
        among: vec![User::Self_.into(), kim()],
        stages: vec![cold(), Stage::SalesWon.into()],
        also: Some(Team::SalesTeam.into()),
    });
    let (bot, args) = names.start(&start).unwrap();
    let tiktok = Channel::Undeclared(Arc::new(Undeclared { id: "tt".into(), title: "TikTok".into() }));
    let message =
        ClientMessage { text: Some("Hi".into()), channel: Some(tiktok), ..ClientMessage::default() };
    let event = Event::new(NOW, EventKind::Message(message));
    let facts = names.facts(&facts()).unwrap();
    let turn = sbot_vm::start(&program, bot, &args, &event, &facts, &Limits::default()).unwrap();
    let effects: Vec<_> = turn.effects.iter().map(|effect| names.effect(effect).unwrap()).collect();
    let [
        Effect::Action(Action::AddNote(note)),
        Effect::Action(Action::SendInternal(asked)),
        Effect::Action(Action::Pick(pick)),
    ] = effects.as_slice()
    else {
        panic!("{effects:#?}")
    };
    assert_eq!(&*note.text, "Kim had it at Cold on TikTok");
    assert_eq!(asked.to, [Recipient::Team(Team::SalesTeam)]);
    assert_eq!(pick.who, kim());
    assert_eq!(pick.among, [Ref::Declared(User::Anna), lee()]);
    assert_eq!(pick.stages, [cold(), Ref::Declared(Stage::SalesWon)]);

    let Status::Parked(run) = turn.status else { panic!("{:?}", turn.status) };
    assert_eq!(names.wait(&run), Some(Wait::HandOverStartPick));
    assert_eq!(Wait::HandOverStartPick.takes(), [Takes::Answer(Awaited::Pick), Takes::Timer]);
    let id = turn.effects.last().unwrap().id;
    let others = vec![Team::SalesTeam.into(), kim()];
    let answer = Pick::picked(&names, id, lee(), others, Some(cold())).unwrap();
    let turn = sbot_vm::turn(&program, run, &Event::new(NOW, answer), &facts, &Limits::default()).unwrap();
    let effects: Vec<_> = turn.effects.iter().map(|effect| names.effect(effect).unwrap()).collect();
    let [
        Effect::Action(Action::ChangeResponsible(change)),
        Effect::Action(Action::ChangeLeadStatus(status)),
        Effect::Action(Action::SendInternal(told)),
        Effect::Set(Set::LeadHelpers(Some(helpers))),
    ] = effects.as_slice()
    else {
        panic!("{effects:#?}")
    };
    assert_eq!((&change.to, &status.stage), (&lee(), &cold()));
    assert_eq!((told.to.as_slice(), &*told.text), (&[Team::SalesTeam.into(), kim()][..], "It is yours, Lee"));
    assert_eq!(helpers.as_slice(), [Ref::Declared(User::Self_), kim()]);
    let Status::Ended(Ending::Done(value)) = &turn.status else { panic!("{:?}", turn.status) };
    assert_eq!(names.hand_over_result(value), Some(Some(lee())));
}

/// Equal by the host's id alone, and never equal to a name of the source.
#[test]
fn references_are_compared_as_bots_compare_them() {
    assert_eq!(kim::<User>(), Ref::undeclared("u-77", "Kim Smith"));
    assert_ne!(kim::<User>(), Ref::undeclared("u-78", "Kim"));
    assert_ne!(kim::<User>(), Ref::Declared(User::Anna));
    assert_ne!(Ref::undeclared("anna", "Anna Smith"), User::Anna);
    assert_eq!(Ref::from(User::Anna), User::Anna);
    assert_eq!(Ref::from(User::Anna).declared(), Some(&User::Anna));
}

/// What the hosts of the other languages say: arguments, facts, the first event, and the answer.
fn said() -> [Value; 4] {
    let (kim, lee) = (json!({"id": "u-77", "title": "Kim"}), json!({"id": "u-78", "title": "Lee"}));
    let cold = json!({"id": "s-9", "title": "Cold"});
    [
        json!({"who": kim, "among": ["self", kim], "stages": [cold, "sales.won"], "also": "sales_team"}),
        json!({"lead.responsible": kim, "lead.stage": cold, "lead.helpers": ["anna", lee]}),
        json!({"at": NOW, "kind": "message", "text": "Hi", "channel": {"id": "tt", "title": "TikTok"}}),
        json!({
            "at": NOW, "kind": "answer", "effect": "0.2", "exit": "picked",
            "values": {"by": lee, "others": ["sales_team", kim], "place": cold},
        }),
    ]
}

#[test]
fn the_schema_knows_them() {
    let schema = schema();
    let [args, facts, first, answer] = said();
    schema.takes("HandOverArgs", &args);
    schema.takes("Facts", &facts);
    let events = [first, answer];
    events.iter().for_each(|event| schema.takes("Event", event));
    let outcomes = played("hand_over", &events, &facts, &args);
    outcomes.iter().for_each(|outcome| schema.takes("Outcome", outcome));
    assert_eq!(outcomes[1]["effects"][0]["args"]["to"], json!({"id": "u-78", "title": "Lee"}));
    assert_eq!(outcomes[1]["end"]["value"], json!({"id": "u-78", "title": "Lee"}));
    for wrong in [json!({"id": "u-77"}), json!({"id": 77, "title": "Kim"}), json!("kim")] {
        assert!(schema.refuses("UserRef", &wrong) && schema.refuses("Recipient", &wrong), "{wrong}");
    }
    // What is no account's is declared or nothing.
    let undeclared = json!({"id": "1", "title": "It"});
    for name in ["Entity", "Field", "Hours", "User"] {
        assert!(schema.refuses(name, &undeclared), "{name}");
    }
    let event = |key: &str, on: &str| json!({"at": NOW, "kind": "trigger", "on": on, key: undeclared});
    for event in [event("stage", "stage"), event("field", "field_changed"), event("form", "form_sent")] {
        schema.takes("Event", &event);
    }
}

/// Gives a host the outcomes of what is said, and gets the same from it.
fn says_the_same(mut host: Command) {
    let [args, facts, first, answer] = said();
    let outcomes = played("hand_over", &[first, answer], &facts, &args);
    let input: String = outcomes.iter().map(|outcome| format!("{outcome}\n")).collect();
    let Some(output) = with_input(&mut host, &input) else { return };
    let mut made: Vec<Value> = good(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for one in &mut made {
        one.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    assert_eq!(made, said());
}

#[test]
fn a_host_in_python() {
    let mut host = Command::new("python3");
    host.arg("-B").arg(fixture("hand.py")).env("PYTHONPATH", fixture("generated"));
    says_the_same(host);
    if let Some(output) = checker("hand.py", &[]) {
        good(output);
    }
}

#[test]
fn a_host_in_typescript() {
    let folder = std::env::temp_dir().join(format!("sbot-hand-{}", std::process::id()));
    let out = folder.to_str().unwrap();
    if let Some(output) = checker("hand.ts", &["--outDir", out, "--module", "commonjs"]) {
        good(output);
        let mut host = Command::new("node");
        host.arg(folder.join("hand.js"));
        says_the_same(host);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
