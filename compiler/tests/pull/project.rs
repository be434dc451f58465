//! What a project has after a pull, and what of it stays.

use super::kommo_account::{Fake, TOKEN};
use super::scratch::Scratch;
use super::{FILES, env, fixture, pull, pulled, text, with_token};
use serde_json::json;

#[test]
fn an_account_becomes_a_project() {
    let fake = Fake::new();
    let scratch = Scratch::new("pull-first");
    let ran = pull(&scratch, &fake, &[]).exits(0);
    let ran =
        ran.says("3 pipelines with 10 stages, 4 users, 2 teams, 13 fields, 2 channels, 1 template, 2 bots");
    let ran =
        ran.says("pipeline \"Old leads\" is archived").says("fields of the type file have no equivalent");
    let ran = ran.says("has \"pasta\" more than once").says("users who cannot sign in are left out: 1");
    ran.says("what kind of channel \"Something else\" is")
        .says("Wrote shop/account.sbot and shop/account.env.toml");
    assert_eq!(text(&scratch, "shop/account.sbot"), fixture("account.sbot"));
    assert_eq!(env(&scratch, &fake), fixture("account.env.toml"));

    // It can be used as it is.
    scratch.write("shop/welcome.sbot", fixture("welcome.sbot"));
    scratch.sbotc(&["check", "shop", "--deny", "warnings"]).exits(0);
    scratch.sbotc(&["test", "shop"]).exits(0);
    scratch.sbotc(&["fmt", "--check", "shop"]).exits(0);
    scratch.sbotc(&["export", "kommo", "shop", "--env", "shop/account.env.toml"]).exits(0);
    let exported = text(&scratch, "shop/welcome.kommo.json");
    assert!(exported.contains("7103") && exported.contains("102") && exported.contains("7001"), "{exported}");
}

#[test]
fn a_second_pull_changes_nothing() {
    let fake = Fake::new();
    let scratch = pulled("pull-twice", &fake);
    let before = FILES.map(|file| scratch.read(&format!("shop/{file}")));
    // The order of the account is no matter.
    fake.change(|state| {
        for list in ["pipelines", "users", "leads/custom_fields", "bots"] {
            state.lists[list].as_array_mut().unwrap().reverse();
        }
    });
    pull(&scratch, &fake, &[]).exits(0).says("Nothing to write");
    assert_eq!(FILES.map(|file| scratch.read(&format!("shop/{file}"))), before);
    let args = ["pull", "kommo", "shop", "--check"];
    with_token(&scratch, &args, Some(TOKEN)).exits(0).says("No difference");
}

#[test]
fn what_somebody_wrote_stays() {
    let fake = Fake::new();
    let scratch = pulled("pull-keeps", &fake);
    let account = text(&scratch, "shop/account.sbot")
        .replace("user anna_smith", "// She is the boss.\nuser anna")
        .replace("{ anna_smith }", "{ anna }")
        .replace("  contacted \"Contacted\",", "  contacted \"Contacted\", // within the hour\n")
        .replace("budget: number", "budget: int")
        .replace("zone \"Europe/Madrid\"", "zone \"Atlantic/Canary\"")
        + "\n// Ours.\nhours duty { mon..fri 09:00..17:00 }\n\nentity company { /* none */ }\n"
            .replace("/* none */", "")
            .as_str();
    let env = text(&scratch, "shop/account.env.toml").replace("anna_smith = 101", "anna = 101 # the boss")
        + "\n[forms]\norder_form = 57 # by hand\n\n[variables]\n\"welcome.tries\" = \"lead.budget\"\n";
    scratch.write("shop/account.sbot", &account).write("shop/account.env.toml", &env);
    fake.change(|state| {
        let lists = &mut state.lists;
        lists["pipelines"][0]["_embedded"]["statuses"]
            .as_array_mut()
            .unwrap()
            .insert(2, json!({"id": 7109, "name": "Menu sent"}));
        lists["users"][0]["name"] = json!("Anna Brown");
        lists["users"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": 105, "name": "Eve", "rights": {"is_active": true, "group_id": 412}}));
        lists["leads/custom_fields"][1]["enums"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": 7704, "value": "XXL"}));
        lists["leads/custom_fields"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": 910, "name": "Table", "type": "numeric", "enums": null}));
    });
    pull(&scratch, &fake, &[]).exits(0).says("user anna was renamed: \"Anna Smith\" is \"Anna Brown\" now");
    let after = text(&scratch, "shop/account.sbot");
    for kept in [
        "// She is the boss.\nuser anna \"Anna Brown\"",
        "// within the hour",
        "budget: int",
        "Atlantic/Canary",
        "// Ours.\nhours duty",
    ] {
        assert!(after.contains(kept), "no `{kept}` in\n{after}");
    }
    for new in [
        "  menu_sent \"Menu sent\",",
        "user eve \"Eve\"",
        "max_user, eve }",
        "| \"Extra large\" | \"XXL\"",
        "/// Table\n  table: number,",
    ] {
        assert!(after.contains(new), "no `{new}` in\n{after}");
    }
    let lines: Vec<&str> = after.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.starts_with("menu_sent")).unwrap();
    assert!(lines[at - 1].starts_with("contacted") || lines[at - 2].starts_with("contacted"), "{after}");
    let env = text(&scratch, "shop/account.env.toml");
    for kept in ["anna = 101 # the boss", "order_form = 57 # by hand", "\"welcome.tries\" = \"lead.budget\""]
    {
        assert!(env.contains(kept), "no `{kept}` in\n{env}");
    }
    for new in ["\"sales.menu_sent\" = 7109", "eve = 105", "\"lead.size.XXL\" = 7704", "\"lead.table\" = 910"]
    {
        assert!(env.contains(new), "no `{new}` in\n{env}");
    }
    scratch.sbotc(&["check", "shop"]).exits(0);
    pull(&scratch, &fake, &[]).exits(0).says("Nothing to write");
}

#[test]
fn a_project_of_its_own_finds_its_account() {
    let fake = Fake::new();
    let scratch = Scratch::new("pull-adopts");
    // Nothing in the standard form, and no ids.
    let own = "user boss \"Anna Smith\"   // first\npipeline p \"Sales\" { hello \"Contacted\", won \"Won\" }\n\
               entity lead { budget: number, size: \"S\" | \"M\" }\nchannel wa: whatsapp \"Shop WhatsApp\"\n";
    scratch.write("shop/account.sbot", own);
    scratch.write("shop/hello.sbot", "bot hello\n\nuse \"account.sbot\"\n\ntrigger message via wa\n\nstep a:\n  change_responsible(to: boss)\n  change_lead_status(p.hello)\n  -> end\n");
    pull(&scratch, &fake, &[]).exits(0);
    let after = text(&scratch, "shop/account.sbot");
    assert!(after.contains("user boss \"Anna Smith\"   // first"), "its layout is its own: {after}");
    assert!(after.contains("won \"Closed - won\""), "{after}");
    assert!(after.contains("size: \"S\" | \"M\" | \"Extra large\""), "{after}");
    let env = text(&scratch, "shop/account.env.toml");
    for id in [
        "boss = 101",
        "\"p.hello\" = 7102",
        "\"p.won\" = 142",
        "\"lead.budget\" = 901",
        "\"lead.size.S\" = 7701",
        "wa = 33",
    ] {
        assert!(env.contains(id), "no `{id}` in\n{env}");
    }
    scratch.sbotc(&["check", "shop"]).exits(0);
    pull(&scratch, &fake, &["--check"]).exits(0);
}

#[test]
fn nothing_at_all() {
    let fake = Fake::with(json!({"account": {"id": 1, "name": "New"}}));
    let scratch = Scratch::new("pull-empty");
    pull(&scratch, &fake, &[]).exits(0).says("0 pipelines with 0 stages");
    assert!(!scratch.0.join("shop/account.sbot").exists());
    pull(&scratch, &fake, &["--check"]).exits(0);
}
