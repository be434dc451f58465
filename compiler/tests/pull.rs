//! Laws of `sbotc pull`, against an account on this machine that answers, refuses and counts as Kommo does.
//!
//! `UPDATE_PAGES=1 cargo test -p sbotc --test pull` writes the examples of `docs/kommo.md` anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod kommo_account;
mod scratch;

use kommo_account::{Fake, Hostile, TOKEN};
use scratch::{Ran, Scratch};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;

const FILES: [&str; 2] = ["account.sbot", "account.env.toml"];

/// `sbotc` with a token in its environment, or without one.
fn with_token(scratch: &Scratch, args: &[&str], token: Option<&str>) -> Ran {
    let mut command = scratch.command(args);
    command.env_remove("KOMMO_TOKEN").stdin(Stdio::null());
    if let Some(token) = token {
        command.env("KOMMO_TOKEN", token);
    }
    let output = command.output().unwrap();
    let ran = Ran {
        args: args.join(" "),
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(matches!(ran.code, Some(0..=2)) && !ran.err.contains("panicked"), "{ran:?}");
    let told = format!("{}{}", ran.out, ran.err);
    assert!(
        !token.is_some_and(|token| !token.is_empty() && told.contains(token)),
        "it tells the token: {told}"
    );
    ran
}

fn pull(scratch: &Scratch, fake: &Fake, more: &[&str]) -> Ran {
    let domain = fake.domain();
    let args = [&["pull", "kommo", "shop", "--domain", &domain], more].concat();
    with_token(scratch, &args, Some(TOKEN))
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(Path::new("../tests/fixtures/kommo_pull").join(name)).unwrap()
}

/// The files of a pull, and a bot beside them.
fn pulled(name: &str, fake: &Fake) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("shop/welcome.sbot", fixture("welcome.sbot"));
    pull(&scratch, fake, &[]).exits(0);
    scratch
}

fn text(scratch: &Scratch, file: &str) -> String {
    String::from_utf8(scratch.read(file)).unwrap()
}

/// The environment file as it is whatever the port.
fn env(scratch: &Scratch, fake: &Fake) -> String {
    text(scratch, "shop/account.env.toml").replace(&fake.domain(), "https://corner.kommo.com")
}

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

/// Everything that an account can do to a project.
fn drifted(fake: &Fake) {
    fake.change(|state| {
        let lists = &mut state.lists;
        // Contacted is gone, and decision making was made again.
        let stages = lists["pipelines"][0]["_embedded"]["statuses"].as_array_mut().unwrap();
        stages.remove(1);
        stages[1]["id"] = json!(7999);
        lists["users"][1]["rights"]["is_active"] = json!(false);
        lists["users"].as_array_mut().unwrap().remove(0);
        lists["leads/custom_fields"][0]["type"] = json!("text");
        lists["leads/custom_fields"][1]["enums"][2]["value"] = json!("XL");
        lists["leads/custom_fields"][1]["enums"].as_array_mut().unwrap().remove(0);
        lists["leads/custom_fields"].as_array_mut().unwrap().remove(3);
        lists["companies/custom_fields"][0]["type"] = json!("legal_entity");
        lists["account"]["_embedded"]["users_groups"][1]["name"] = json!("The kitchen");
        lists["bots"].as_array_mut().unwrap().remove(0);
        lists["users"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": 106, "name": "Zoe", "rights": {"is_active": true}}));
    });
}

#[test]
fn a_check_tells_what_has_drifted_and_what_breaks() {
    let fake = Fake::new();
    let scratch = pulled("pull-check", &fake);
    let before = FILES.map(|file| scratch.read(&format!("shop/{file}")));
    drifted(&fake);
    let ran = pull(&scratch, &fake, &["--check"]).exits(1);
    for line in [
        "error: stage sales.contacted was deleted: shop/welcome.sbot:6, shop/welcome.sbot:26\n",
        "warning: stage sales.decision_making was made anew: its id 7103 is 7999 now\n",
        "warning: user bob_jones cannot sign in any more\n",
        "warning: user anna_smith was deleted\n",
        "error: field lead.budget has changed its type: number is text now: shop/welcome.sbot:20\n",
        "error: choice lead.size \"Extra large\" was renamed: \"Extra large\" is \"XL\" now: shop/welcome.sbot:19\n",
        "error: choice lead.size \"S\" was deleted: shop/welcome.sbot:14, shop/welcome.sbot:29\n",
        "warning: field lead.delivery was deleted\n",
        "warning: field company.web is of the type legal_entity now, which has no equivalent\n",
        "warning: team kitchen was renamed: \"Kitchen\" is \"The kitchen\" now\n",
        "warning: bot welcome was deleted\n",
        "note: user zoe is new: \"Zoe\"\n",
    ] {
        assert!(ran.err.contains(line), "no `{line}` in\n{}", ran.err);
    }
    assert!(ran.err.ends_with("4 of them break a bot\n"), "{}", ran.err);
    assert_eq!(FILES.map(|file| scratch.read(&format!("shop/{file}"))), before, "a check changes nothing");

    let lines = pull(&scratch, &fake, &["--check", "--format", "json"]).exits(1).lines();
    let stage = lines.iter().find(|line| line["symbol"] == "sales.contacted").unwrap();
    assert_eq!((&stage["change"], &stage["kind"]), (&json!("deleted"), &json!("stage")));
    assert_eq!(stage["breaks"][0]["file"], "shop/welcome.sbot");
    assert_eq!(stage["breaks"][0]["line"], 6);
    assert_eq!(stage["breaks"][0]["code"], "E0304");
    let last = lines.last().unwrap();
    assert_eq!((&last["broken"], &last["account"]), (&json!(4), &json!(fake.domain())));
}

/// The folder that everybody is in, and other ways to name one.
#[test]
fn a_folder_goes_by_many_names() {
    let fake = Fake::new();
    let scratch = pulled("pull-folders", &fake);
    drifted(&fake);
    for folder in [".", "./", "../shop", "../shop//"] {
        let mut command = scratch.command(&["pull", "kommo", folder, "--check"]);
        let output = command.current_dir(scratch.0.join("shop")).env("KOMMO_TOKEN", TOKEN).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(
            told.contains("stage sales.contacted was deleted: ") && told.contains("welcome.sbot:6"),
            "{told}"
        );
    }
}

/// What a pull tells of declarations stands where it says, after the file was written.
#[test]
fn lines_are_those_of_the_new_file() {
    let fake = Fake::new();
    let scratch = pulled("pull-lines", &fake);
    fake.change(|state| {
        let field = json!({"id": 950, "name": "New", "type": "text", "enums": null});
        state.lists["leads/custom_fields"].as_array_mut().unwrap().push(field);
        state.lists["users"][1]["name"] = json!("Robert Jones");
    });
    let ran = pull(&scratch, &fake, &[]).exits(0).says("user bob_jones was renamed");
    let (_, rest) = ran.err.split_once("--> shop/account.sbot:").unwrap();
    let line: usize = rest.lines().next().unwrap().parse().unwrap();
    let account = text(&scratch, "shop/account.sbot");
    assert_eq!(account.lines().nth(line - 1), Some("user bob_jones \"Robert Jones\""));
}

#[test]
fn a_pull_follows_and_tells_what_to_correct() {
    let fake = Fake::new();
    let scratch = pulled("pull-follows", &fake);
    drifted(&fake);
    pull(&scratch, &fake, &[]).exits(1).says("error: stage sales.contacted was deleted: shop/welcome.sbot:6");
    let account = text(&scratch, "shop/account.sbot");
    assert!(account.contains("contacted \"Contacted\""), "no declaration is taken out: {account}");
    assert!(account.contains("budget: text") && account.contains("\"XL\""), "{account}");
    let env = text(&scratch, "shop/account.env.toml");
    assert!(!env.contains("7102") && !env.contains("anna_smith") && !env.contains("lead.size.S\""), "{env}");
    assert!(env.contains("\"sales.decision_making\" = 7999"), "{env}");
    // Ids that are gone are missed by an export.
    scratch.write("shop/welcome.sbot", "bot welcome\n\nuse \"account.sbot\"\n\ntrigger message\n\nstep a:\n  change_lead_status(sales.contacted)\n  -> end\n");
    let export = ["export", "kommo", "shop", "--env", "shop/account.env.toml"];
    scratch.sbotc(&export).exits(1).says("has no id of `sales.contacted`");
    pull(&scratch, &fake, &["--check"])
        .exits(1)
        .says("stage sales.contacted is not in the account: shop/welcome.sbot:8");
}

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

/// Whatever people call things, the project compiles, and the next pull finds them all again.
#[test]
fn titles_of_all_kinds() {
    let long = "x".repeat(300);
    let titles = [
        "",
        " ",
        "\"q\" {x} \\",
        "a\nb",
        "// c",
        "/* d",
        "step",
        "end",
        "any",
        "Ёжик",
        "日本",
        "e\u{301}",
        "é",
        "🍕",
        "1st",
        "_",
        "Same",
        "Same",
        "same",
        &long,
        "\u{202e}abc",
        "lead",
        "max",
        "a | b",
        "\u{7}",
        "name",
        "won",
        "http",
    ];
    let named = |first: u64, more: &dyn Fn(u64) -> Value| -> Value {
        let thing = |(at, title): (usize, &&str)| {
            let mut thing = more(at as u64);
            thing["id"] = json!(first + at as u64);
            thing["name"] = json!(title);
            thing
        };
        titles.iter().enumerate().map(thing).collect::<Vec<Value>>().into()
    };
    let stages = |at: u64| named(10_000 + at * 100, &|_| json!({}));
    let enums = |at: u64| -> Value {
        let one =
            |(nth, title): (usize, &&str)| json!({"id": 50_000 + at * 100 + nth as u64, "value": title});
        titles.iter().enumerate().map(one).collect::<Vec<Value>>().into()
    };
    let kinds = ["text", "select", "multiselect", "checkbox", "date_time", "monetary", "url", "birthday"];
    let fake = Fake::with(json!({
        "account": {"id": 1, "name": "X", "country": "XX", "currency": "EUR", "language": "en", "_embedded": {
            "users_groups": named(300, &|_| json!({})), "datetime_settings": {"timezone": "Nowhere/Else"}}},
        "pipelines": named(100, &|at| json!({"_embedded": {"statuses": stages(at)}})),
        "users": named(200, &|at| json!({"rights": {"is_active": true, "group_id": 300 + at}})),
        "leads/custom_fields": named(400, &|at| json!({"type": kinds[at as usize % 8], "enums": enums(at)})),
        "contacts/custom_fields": named(500, &|_| json!({"type": "text"})),
        "companies/custom_fields": named(600, &|_| json!({"type": "numeric"})),
        "bots": named(700, &|_| json!({})),
        "sources": named(800, &|_| json!({"services": [{"type": "telegram"}]})),
        "chats/templates": named(900, &|at| json!({"content": format!("{} {{{{contact.name}}}} {{{{1}}}}", titles[at as usize])})),
    }));
    let scratch = Scratch::new("pull-titles");
    scratch.write("shop/bot.sbot", "bot b\n\nuse \"account.sbot\"\n\ntrigger manual\n\nstep a:\n  -> end\n");
    pull(&scratch, &fake, &[]).exits(0);
    scratch.sbotc(&["check", "shop"]).exits(0);
    scratch.sbotc(&["fmt", "--check", "shop"]).exits(0);
    pull(&scratch, &fake, &[]).exits(0).says("Nothing to write");
    pull(&scratch, &fake, &["--check"]).exits(0).says("No difference");
}

/// An item twice, a title with line ends of two kinds, a stage that is called like one that every pipeline has, and a
/// choice that takes the name of another one: a pull finds an end, and the project is one.
#[test]
fn what_accounts_are_like_is_settled_at_once() {
    let fake = Fake::new();
    fake.change(|state| {
        let stages = &mut state.lists["pipelines"][0]["_embedded"]["statuses"];
        let stages = stages.as_array_mut().unwrap();
        stages.insert(0, json!({"id": 5, "name": "Won", "sort": 1}));
        stages.push(stages[1].clone());
        let users = state.lists["users"].as_array_mut().unwrap();
        users[0]["name"] = json!("An\rna");
        users.push(users[0].clone());
        let fields = state.lists["leads/custom_fields"].as_array_mut().unwrap();
        let enums = json!([{"id": 7, "value": "M\r", "sort": 1}, {"id": 8, "value": "a\nb"}, {"id": 9, "value": "a\r\nb"}]);
        fields.push(json!({"id": 99, "name": "Odd", "type": "select", "enums": enums}));
        fields.push(fields[0].clone());
    });
    let scratch = Scratch::new("pull-settled");
    scratch.write(
        "shop/account.sbot",
        "pipeline sales \"Sales\" {\n  won \"Won\" // ours\n  , lost \"Lost\"\n}\n",
    );
    let again = |scratch: &Scratch| {
        let before = FILES.map(|file| text(scratch, &format!("shop/{file}")));
        pull(scratch, &fake, &[]);
        assert_eq!(before, FILES.map(|file| text(scratch, &format!("shop/{file}"))));
        let errors = with_token(scratch, &["check", "shop/account.sbot"], None).err;
        assert!(!errors.contains("error["), "{errors}");
    };
    pull(&scratch, &fake, &[]);
    let env = text(&scratch, "shop/account.env.toml");
    assert!(env.contains("\"sales.won\" = 142\n"), "{env}");
    again(&scratch);
    fake.change(|state| {
        let fields = state.lists["leads/custom_fields"].as_array_mut().unwrap();
        let odd = fields.iter_mut().find(|field| field["id"] == 99).unwrap();
        odd["enums"] =
            json!([{"id": 7, "value": "A"}, {"id": 8, "value": "a\nb"}, {"id": 10, "value": "M\n"}]);
    });
    pull(&scratch, &fake, &[]);
    again(&scratch);
    // What the account does not tell, it has not lost.
    let before = text(&scratch, "shop/account.env.toml");
    fake.change(|state| {
        state.lists["account"].as_object_mut().unwrap().remove("_embedded");
    });
    pull(&scratch, &fake, &[]);
    assert_eq!(text(&scratch, "shop/account.env.toml"), before);
}

#[test]
fn nothing_at_all() {
    let fake = Fake::with(json!({"account": {"id": 1, "name": "New"}}));
    let scratch = Scratch::new("pull-empty");
    pull(&scratch, &fake, &[]).exits(0).says("0 pipelines with 0 stages");
    assert!(!scratch.0.join("shop/account.sbot").exists());
    pull(&scratch, &fake, &["--check"]).exits(0);
}

#[test]
fn tokens_accounts_and_files_that_are_none() {
    let fake = Fake::new();
    let scratch = Scratch::new("pull-wrong");
    let domain = fake.domain();
    let args = ["pull", "kommo", "shop", "--domain", &domain];
    with_token(&scratch, &args, None).exits(2).says("KOMMO_TOKEN has no token").says("long-lived token");
    with_token(&scratch, &args, Some("  ")).exits(2).says("KOMMO_TOKEN has no token");
    with_token(&scratch, &args, Some("Bearer abc")).exits(2).says("without `Bearer`");
    assert!(fake.asked().is_empty());
    with_token(&scratch, &args, Some("another-token"))
        .exits(2)
        .says("does not take the token")
        .says("status 401");
    let none = ["pull", "kommo", "shop", "--account", "shop.kommo.com"];
    with_token(&scratch, &none, Some(TOKEN)).exits(2).says("is no account").says("--domain");
    let plain = ["pull", "kommo", "shop", "--domain", "http://shop.kommo.com"];
    with_token(&scratch, &plain, Some(TOKEN)).exits(2).says("over https alone");
    with_token(&scratch, &["pull", "kommo", "shop"], Some(TOKEN)).exits(2).says("no account is named");
    let nobody = ["pull", "kommo", "shop", "--domain", "http://127.0.0.1:9"];
    with_token(&scratch, &nobody, Some(TOKEN)).exits(2).says("cannot reach http://127.0.0.1:9");
    assert!(!scratch.0.join("shop").exists(), "nothing is written where nothing was read");

    scratch.write("shop/account.sbot", "user anna\n");
    pull(&scratch, &fake, &[]).exits(2).says("`shop/account.sbot` has syntax errors");
    scratch.write("shop/account.sbot", "").write("shop/account.env.toml", "[userz]\nanna = 1\n");
    pull(&scratch, &fake, &[]).exits(2).says("shop/account.env.toml:1:2: there is no section `userz`");
    scratch.write("shop/account.env.toml", "[account]\ndomain = \"other.kommo.com\"\n");
    pull(&scratch, &fake, &[]).exits(2).says("is of `other.kommo.com`").says("--env");
    pull(&scratch, &fake, &["--env", "shop/test.env.toml"]).exits(0).says("shop/test.env.toml");
    scratch.write("file", "");
    with_token(&scratch, &["pull", "kommo", "file", "--domain", &domain], Some(TOKEN))
        .exits(2)
        .says("is a file");
    with_token(&scratch, &["pull", "kommo", "nowhere", "--check", "--domain", &domain], Some(TOKEN))
        .exits(2)
        .says("there is no file or folder `nowhere`");
}

#[test]
fn whatever_an_account_answers() {
    let fake = Fake::new();
    let scratch = Scratch::new("pull-hostile");
    let cases = [
        (Hostile::Truncated, "is not what Kommo documents"),
        (Hostile::CutOff, "cannot reach"),
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

/// The examples of the page, in order, in one folder.
#[test]
fn the_page_shows_what_happens() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kommo.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let fake = Fake::new();
    let scratch = Scratch::new("pull-page");
    scratch.write("shop/welcome.sbot", fixture("welcome.sbot"));
    let domain = fake.domain();
    let mut made = page.clone();
    let mut shown = 0;
    for block in page.split("```console\n$ ").skip(1) {
        let (old, _) = block.split_once("```").unwrap();
        let command = old.lines().next().unwrap();
        if shown == 1 {
            fake.change(|state| {
                let lists = &mut state.lists;
                lists["pipelines"][0]["_embedded"]["statuses"].as_array_mut().unwrap().remove(1);
                lists["users"][1]["rights"]["is_active"] = json!(false);
                lists["leads/custom_fields"][1]["enums"][2]["value"] = json!("XL");
                lists["leads/custom_fields"][1]["enums"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"id": 7704, "value": "XXL"}));
            });
        }
        let with_domain = command.replace("--account corner", &format!("--domain {domain}"));
        let args: Vec<&str> = with_domain.split(' ').skip(1).collect();
        let ran = with_token(&scratch, &args, Some(TOKEN)).exits(shown);
        let told = ran.err.replace(&domain, "corner.kommo.com");
        made =
            made.replace(&format!("```console\n$ {old}```"), &format!("```console\n$ {command}\n{told}```"));
        shown += 1;
    }
    assert_eq!(shown, 2);
    let (_, old) = page.split_once("```sbot file=shop/account.sbot\n").unwrap();
    let (old, _) = old.split_once("```").unwrap();
    let account = text(&scratch, "shop/account.sbot");
    made = made.replace(
        &format!("```sbot file=shop/account.sbot\n{old}```"),
        &format!("```sbot file=shop/account.sbot\n{account}```"),
    );
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, &made).unwrap();
    } else {
        assert_eq!(made, page, "UPDATE_PAGES=1 cargo test -p sbotc --test pull");
    }
    for (kind, _) in sbotc::kommo::account::KINDS {
        assert!(page.contains(&format!("`{kind}`")), "the page has no row for {kind}");
    }
    scratch.sbotc(&["help", "pull", "kommo"]).exits(0).prints("Examples:");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_files_whole() {
    use nix::sys::signal::{Signal, kill};
    let fake = Fake::new();
    let scratch = pulled("pull-interrupted", &fake);
    let before = FILES.map(|file| scratch.read(&format!("shop/{file}")));
    fake.change(|state| (state.hostile, state.begun) = (Some(Hostile::Slow), 0));
    let mut command = scratch.command(&["pull", "kommo", "shop"]);
    let mut child = command.env("KOMMO_TOKEN", TOKEN).spawn().unwrap();
    while fake.state.lock().unwrap().begun == 0 {
        std::thread::yield_now();
    }
    kill(nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    assert!(!child.wait().unwrap().success());
    assert_eq!(FILES.map(|file| scratch.read(&format!("shop/{file}"))), before);
    let files = std::fs::read_dir(scratch.0.join("shop")).unwrap().count();
    assert_eq!(files, 3, "nothing is left behind");
}

/// On a terminal, a long pull tells what it is at, and leaves nothing of that line.
#[cfg(unix)]
#[test]
fn progress_is_shown_on_a_terminal() {
    use std::io::Read;
    let fake = Fake::new();
    fake.change(|state| (state.busy, state.retry_after) = (1, 1));
    let scratch = Scratch::new("pull-progress");
    let terminal = nix::pty::openpty(None, None).unwrap();
    let mut command = scratch.command(&["pull", "kommo", "shop", "--domain", &fake.domain()]);
    command.env("KOMMO_TOKEN", TOKEN).stderr(Stdio::from(terminal.slave));
    let mut child = command.spawn().unwrap();
    // The last one who could write to the terminal.
    drop(command);
    let mut shown = Vec::new();
    // A terminal that nobody writes to any more is an error on some systems, and the end on others.
    let _ = std::fs::File::from(terminal.master).read_to_end(&mut shown);
    assert!(child.wait().unwrap().success());
    let shown = String::from_utf8_lossy(&shown);
    assert!(shown.contains("\r\x1b[KReading fields of leads"), "{shown:?}");
    let (_, end) = shown.rsplit_once("\r\x1b[K").unwrap();
    assert!(end.contains("Wrote"), "{shown:?}");
}
