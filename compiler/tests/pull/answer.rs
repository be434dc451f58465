//! What an account answers, and how soon.

use super::kommo_account::{Fake, Hostile};
use super::scratch::Scratch;
use super::{FILES, pull, pulled, text};
use serde_json::{Value, json};

#[test]
fn many_pages_at_a_rate_that_kommo_takes() {
    let fake = Fake::new();
    fake.change(|state| {
        state.lists["leads/custom_fields"] = (1..=620)
            .map(|n| json!({"id": n, "name": format!("Field {n}"), "type": "text", "enums": null}))
            .collect::<Vec<Value>>()
            .into();
    });
    let scratch = Scratch::new("pull-pages");
    pull(&scratch, &fake, &[]).exits(0).says("625 fields");
    assert!(text(&scratch, "shop/account.sbot").contains("field_620: text"));
    let asked = fake.asked();
    assert_eq!(asked.iter().filter(|path| path.starts_with("/api/v4/leads/custom_fields")).count(), 13);
    assert!(fake.fastest() <= 7, "{} requests in a second", fake.fastest());
    assert_eq!(fake.state.lock().unwrap().refused, 0);
}

#[test]
fn it_waits_when_it_is_asked_to() {
    let fake = Fake::new();
    fake.change(|state| (state.busy, state.retry_after) = (2, 1));
    let scratch = Scratch::new("pull-busy");
    pull(&scratch, &fake, &[]).exits(0);
    fake.change(|state| state.failing = 1);
    pull(&scratch, &fake, &[]).exits(0);
    fake.change(|state| (state.busy, state.retry_after) = (1, 3600));
    pull(&scratch, &fake, &[]).exits(2).says("asks for fewer requests").says("try again in 3600 seconds");
    // Whoever asks nevertheless is blocked.
    pull(&scratch, &fake, &[]).exits(2).says("refuses this machine or this token").says("status 403");
}

#[test]
fn what_a_token_may_not_read_stays_as_it_is() {
    let fake = Fake::new();
    let scratch = pulled("pull-rights", &fake);
    let before = FILES.map(|file| scratch.read(&format!("shop/{file}")));
    fake.change(|state| {
        state.forbidden = ["users", "bots", "sources", "chats/templates"].map(str::to_owned).into();
    });
    let ran = pull(&scratch, &fake, &[]).exits(0).says("users could not be read");
    ran.says("bots could not be read, and those of the project stay: Kommo answers 403")
        .says("Nothing to write");
    assert_eq!(FILES.map(|file| scratch.read(&format!("shop/{file}"))), before);
    fake.change(|state| {
        state.forbidden.insert("account".to_owned());
    });
    pull(&scratch, &fake, &[]).exits(2).says("status 403");
}

#[test]
fn whatever_an_account_answers() {
    let fake = Fake::new();
    let scratch = Scratch::new("pull-hostile");
    let cases = [
        (Hostile::Truncated, "is not what Kommo documents"),
        (Hostile::WrongTypes, "_embedded.users[1].id: expected a whole number, found a text"),
        (Hostile::SamePages, "this one has nothing new"),
        (Hostile::Huge, "more than 4 MB"),
        (Hostile::Slow, "did not answer within 1 second"),
        (Hostile::Redirect, "leads to https://evil.example ("),
        (Hostile::Binary, "is no text"),
        (Hostile::Deep, "nests more than 64 deep"),
        (Hostile::Html, "is not what Kommo documents"),
    ];
    for (hostile, told) in cases {
        fake.change(|state| state.hostile = Some(hostile));
        pull(&scratch, &fake, &["--timeout", "1"]).exits(2).says(told);
        assert!(!scratch.0.join("shop").exists(), "{hostile:?}");
    }
}

/// The address and the remedy are told of what does not come from Kommo itself.
#[test]
fn answers_that_something_on_the_way_has_spoiled() {
    let fake = Fake::new();
    let scratch = Scratch::new("pull-spoiled");
    let first = format!("{}/api/v4/account?with=", fake.domain());
    let users = format!("{}/api/v4/users?", fake.domain());
    let cases = [
        (
            Hostile::CutOff,
            format!("the answer of {first}"),
            " is cut off: ",
            "help: nothing was written; try again",
        ),
        (
            Hostile::CutOffLater,
            format!("the answer of {users}"),
            " is cut off: ",
            "the proxy of this machine",
        ),
        (Hostile::Coded("gzip"), first.clone(), " answers in the coding `gzip`", "help: something between"),
        (Hostile::Coded("identity, br"), first, " answers in the coding `identity, br`", "a proxy mostly"),
    ];
    for (hostile, address, what, help) in cases {
        fake.change(|state| state.hostile = Some(hostile));
        pull(&scratch, &fake, &[]).exits(2).says(&address).says(what).says(help);
        assert!(!scratch.0.join("shop").exists(), "{hostile:?}");
    }
    assert_eq!(fake.state.lock().unwrap().codings, ["identity".to_owned()].into(), "none is asked for");
    // This one says that there is none.
    fake.change(|state| state.hostile = Some(Hostile::Coded("Identity")));
    let ran = pull(&scratch, &fake, &[]).exits(2);
    assert!(!ran.err.contains("coding"), "{}", ran.err);
}
