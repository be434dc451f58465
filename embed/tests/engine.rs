//! A conversation through names and JSON, and what is wrong with what a host gives.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // What fails here fails the test.

mod support;

use sbot_embed::{Engine, Error, Json, Outcome, Then, Turn, json};

const SOURCE: &str = r#"
bot welcome on failed -> sorry
account { zone "UTC", region "US", language "en" }
entity lead { budget: number, visits: int, delivery: date, vip: bool = false }
pipeline sales "Sales" { incoming "Incoming", won "Won" }
user anna "Anna Smith"
user bob "Bob Jones"
channel shop: whatsapp "Shop"
widget pay { action invoice(amount: number, to: user) exits paid(amount: number, on: date), declined(reason: text) }
trigger message via shop if client.text contains "hi"
step greet: message "Hi {contact.name}!" buttons [ "Pay" | "invoice" -> bill, "Site" link "https://pizza.example" ]
  on other -> again
  on timeout 2h -> end
step again: set lead.visits = (lead.visits ?? 0) + 1 -> greet
step bill: pay.invoice((lead.budget ?? 0) * 1.5, to: lead.responsible)
  on paid(sum, day) -> thanks(sum, day)
  on declined(why) -> end
  on timeout 3d -> end
step thanks(sum: number, day: date): add_note("Paid {sum} on {day}", on: lead) set lead.delivery = day message "Thanks" -> end
step sorry: message "Sorry" -> end
"#;

fn engine() -> Engine {
    support::engine(SOURCE)
}

/// One engine is shared by all threads.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Engine>();
};

fn started(engine: &Engine) -> (String, Vec<u8>) {
    parked(
        &engine
            .start(
                "welcome",
                "{}",
                r#"{"at":1000,"kind":"message","text":"hi","channel":"shop"}"#,
                r#"{"contact.name":"Ann"}"#,
            )
            .unwrap(),
    )
}

fn parked(turn: &Turn) -> (String, Vec<u8>) {
    let Then::Waits { run, .. } = &turn.then else { panic!("{turn:?}") };
    (turn.to_json().to_string(), run.clone())
}

fn goes(engine: &Engine, run: &[u8], event: &str, facts: &str) -> Turn {
    match engine.turn(run, event, facts).unwrap() {
        Outcome::Turn(turn) => turn,
        Outcome::Refused(why) => panic!("{why}"),
    }
}

fn refused(engine: &Engine, run: &[u8], event: &str) -> String {
    let facts = r#"{"contact.name":"Ann","lead.visits":1,"lead.budget":null,"lead.responsible":"bob"}"#;
    let outcome = engine.turn(run, event, facts).unwrap();
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    outcome.to_json().to_string()
}

/// Without the run, of which the program's id is a part.
fn without_run(json: &str) -> &str {
    json.split_once(r#","run":"#).map_or(json, |(before, _)| before)
}

#[test]
fn a_conversation() {
    let engine = engine();
    assert_eq!(engine.reads_at_start("welcome").unwrap(), ["contact.name"]);
    let (json, run) = started(&engine);
    assert_eq!(
        without_run(&json),
        r#"{"kind":"waits","turn":0,"effects":[{"id":"0.0","kind":"message","delivery":"keyed","to":"chat","via":"chat","text":"Hi Ann!","attach":null,"voice":null,"buttons":[{"label":"Pay","link":null},{"label":"Site","link":"https://pizza.example"}],"list":null,"template":null}],"wait":{"name":"greet.message","number":1,"bot":"welcome","step":"greet","calls":[],"effect":null,"due":7201000,"deadlines":[{"exit":"timeout","at":7201000}],"takes":{"options":[{"label":"Pay","synonyms":["invoice"]}],"texts":[],"message":true,"delivered":false,"failed":false,"video_opened":false,"video_closed":false,"answer":null,"draw":null}}"#
    );
    assert_eq!(
        engine.reads(&run).unwrap(),
        ["contact.name", "lead.visits", "lead.budget", "lead.responsible"]
    );

    // The number of a wait makes a repeated press harmless.
    let press = r#"{"at":2000,"wait":1,"kind":"press","label":"Pay"}"#;
    let facts = r#"{"contact.name":"Ann","lead.visits":1,"lead.budget":"0.1","lead.responsible":"bob"}"#;
    let (json, run) = parked(&goes(&engine, &run, press, facts));
    assert_eq!(
        without_run(&json),
        r#"{"kind":"waits","turn":1,"effects":[{"id":"1.0","kind":"action","delivery":"keyed","action":"pay.invoice","args":{"amount":"0.15","to":"bob"}}],"wait":{"name":"bill.pay.invoice","number":2,"bot":"welcome","step":"bill","calls":[],"effect":"1.0","due":259202000,"deadlines":[{"exit":"timeout","at":259202000}],"takes":{"options":[],"texts":[],"message":false,"delivered":false,"failed":false,"video_opened":false,"video_closed":false,"answer":{"action":"pay.invoice","exits":["paid","declined"],"result":false},"draw":null}}"#
    );
    assert_eq!(
        refused(&engine, &run, press),
        r#"{"kind":"refused","why":"other_wait","message":"the event is meant for wait 1 and the run is at wait 2: it came too late or twice; drop it","next":null}"#
    );
    assert_eq!(
        refused(&engine, &run, r#"{"at":2000,"kind":"timer"}"#),
        r#"{"kind":"refused","why":"not_due","message":"no timer is due: the next one is due at 259202000 ms; send the event then","next":259202000}"#
    );
    let late = r#"{"at":2000,"kind":"answer","effect":"0.7","exit":"paid","values":{"amount":1}}"#;
    assert!(refused(&engine, &run, late).contains("not_awaited"));

    let paid = r#"{"at":3000,"kind":"answer","effect":"1.0","exit":"paid","values":{"amount":0.150,"on":"2026-11-22"}}"#;
    let turn = goes(&engine, &run, paid, "{}");
    assert_eq!(
        turn.to_json().to_string(),
        r#"{"kind":"ended","turn":2,"effects":[{"id":"2.0","kind":"action","delivery":"keyed","action":"add_note","args":{"text":"Paid 0.15 on 2026-11-22","on":"lead"}},{"id":"2.1","kind":"set","delivery":"idempotent","field":"lead.delivery","value":"2026-11-22"},{"id":"2.2","kind":"message","delivery":"keyed","to":"chat","via":"chat","text":"Thanks","attach":null,"voice":null,"buttons":[],"list":null,"template":null}],"end":{"how":"done","value":null}}"#
    );
}

#[test]
fn triggers() {
    let engine = engine();
    let starts = |event: &str| engine.triggered(event, "{}", "{}").unwrap().to_json().to_string();
    assert_eq!(
        starts(r#"{"at":1,"kind":"message","text":"hi","channel":"shop"}"#),
        r#"{"starts":[{"bot":"welcome","trigger":0}],"trapped":[]}"#
    );
    assert_eq!(starts(r#"{"at":1,"kind":"message","text":"hi"}"#), r#"{"starts":[],"trapped":[]}"#);
    assert_eq!(
        starts(r#"{"at":1,"kind":"trigger","on":"stage","stage":"sales.won"}"#),
        r#"{"starts":[],"trapped":[]}"#
    );
}

fn problems(error: &Error) -> Vec<String> {
    error.problems().iter().map(|problem| format!("{}: {}", problem.at, problem.what)).collect()
}

#[test]
fn everything_wrong_is_told_at_once() {
    let engine = engine();
    let (_, run) = started(&engine);
    let error = engine
        .turn(
            &run,
            r#"{"at":"soon","kind":"message","text":5,"channel":"shp","colour":1}"#,
            r#"{"lead.visits":1.5,"lead.bugdet":1,"lead.vip":null,"lead.responsible":"eve","contact.name":7}"#,
        )
        .unwrap_err();
    assert_eq!(
        problems(&error),
        [
            "event/at: a moment in milliseconds since 1970-01-01T00:00Z was expected and \"soon\" is there",
            "event/text: a text was expected and 5 is there",
            "event/channel: the program declares no channel `shp`: mend the name, or give what it does not declare as {\"id\":ID,\"title\":TITLE}",
            "event/colour: there is no such key here: the keys are at, wait, kind, text, channel, language, file",
            "facts/lead.visits: an int such as 12 was expected and 1.5 is there",
            "facts/lead.bugdet: the program uses no such field: leave it out, or mend its name",
            "facts/lead.vip: the program uses no such field: leave it out, or mend its name",
            "facts/lead.responsible: the program declares no user `eve`: mend the name, or give what it does not declare as {\"id\":ID,\"title\":TITLE}",
            "facts/contact.name: a text was expected and 7 is there",
        ]
    );
    let missing = engine.turn(&run, r#"{"at":1,"kind":"press","label":"Pay"}"#, "{}").unwrap_err();
    assert_eq!(problems(&missing).len(), 4, "{missing}");
    assert!(
        missing.to_string().contains("facts/lead.budget: the turn may read it and it is missing"),
        "{missing}"
    );
    let error = engine.start("welcom", "{}", "{}", "{}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "what was given does not fit the program:\n- bot: the program has no bot `welcom`: it has welcome"
    );
}

#[test]
fn a_host_is_checked_before_the_first_turn() {
    let engine = engine();
    let host = r#"{"actions":{"add_note":{"text":"text"},"pay.invoice":null},"fields":{"contact.name":"text","lead.visits":"text","lead.budget":"int?","lead.responsible":"symbol","lead.delivery":"date?","client.text":null},"channels":["shop"]}"#;
    let error = engine.check(host).unwrap_err();
    assert_eq!(
        problems(&error),
        [
            "host/actions/add_note/on: the program gives the action add_note the parameter on, symbol, which the host does not take: add it",
            "host/fields/lead.visits: the field lead.visits is int? in the program and text in the host: make them the same",
        ]
    );
    engine.check(r#"{"actions":"all","fields":"all","channels":["shop"]}"#).unwrap();
    let error =
        engine.check(r#"{"actions":"all","fields":{"lead.visits":"money"},"colours":[]}"#).unwrap_err();
    assert_eq!(error.code(), "input");
    assert_eq!(problems(&error).len(), 2);
}

#[test]
fn hostile_json() {
    let engine = engine();
    let (_, run) = started(&engine);
    let deep = "[".repeat(100_000);
    for (text, what) in [
        (deep.as_str(), "nests more than 64 deep"),
        (r#"{"at":1,"at":2,"kind":"timer"}"#, "the key \"at\" stands twice"),
        (r#"{"at":1,"kind":"timer"} x"#, "the end of the JSON was expected"),
        (r#"{"at":1,"kind":"message","text":"\ud800"}"#, "half of a pair"),
        ("", "a value was expected and the text ends (line 1, column 1)"),
        ("{\"at\": 01}", "`01` is no number of JSON"),
        ("{\"at\":\n tru}", "a value was expected and 't' is there (line 2, column 2)"),
        (r#"{"at":1e400,"kind":"timer"}"#, "event/at"),
        (r#"{"at":9223372036854775807,"kind":"timer"}"#, "outside of the calendar"),
        (r#"[]"#, "an object was expected"),
    ] {
        let error = engine.turn(&run, text, "{}").unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    let long = format!("[{}0]", "0,".repeat(json::MAX_PARTS));
    assert!(json::read(&long).is_err());
    assert!(json::read(&" ".repeat(json::MAX_BYTES + 1)).is_err());
    assert!(engine.turn(&run[1..], "{}", "{}").is_err());
    assert!(engine.turn(&[], "{}", "{}").is_err());
}

#[test]
fn json_loses_nothing() {
    for text in [
        r#"{"b":1.50,"a":[null,true,"x\n\"\\\u0001é😀"],"c":{}}"#,
        "-0.10e+7",
        "12345678901234567890123456789",
    ] {
        assert_eq!(json::read(text).unwrap().to_string(), text);
    }
    assert_eq!(json::read(r#"" \/ 😀 ""#).unwrap(), Json::text(" / 😀 "));
    assert_eq!(Json::int(json::SAFE).to_string(), "9007199254740991");
    assert_eq!(Json::int(json::SAFE + 1).to_string(), r#""9007199254740992""#);
}

#[test]
fn descriptions_name_everything() {
    let json = engine().describe().to_string();
    for part in [
        r#""triggers":[{"number":0,"event":{"kind":"message"},"via":["shop"],"during":null,"often":"always","tests":true}]"#,
        r#"{"name":"bill.pay.invoice","bot":"welcome","step":"bill","exits":["answer","answer","timeout"],"reads":[]}"#,
        r#"{"name":"pay.invoice","delivery":"keyed","params":[{"name":"amount","type":"number"},{"name":"to","type":"symbol"}],"result":null,"exits":[{"name":"paid","params":[{"name":"amount","type":"number"},{"name":"on","type":"date"}]},"#,
        r#"{"name":"lead.delivery","type":"date?","reads":false,"sets":true}"#,
        r#""users":[{"name":"anna","title":"Anna Smith","needed":false}"#,
        r#""channels":[{"name":"shop","title":"Shop","kind":"whatsapp","needed":true}]"#,
    ] {
        assert!(json.contains(part), "{part}\n{json}");
    }
    assert_eq!(json, engine().describe().to_string());
    assert_eq!(json::read(&json).unwrap().to_string(), json);
}
