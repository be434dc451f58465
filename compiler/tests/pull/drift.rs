//! In what an account and a project differ, and the lines that this breaks.

use super::kommo_account::{Fake, TOKEN};
use super::{FILES, pull, pulled, text};
use serde_json::json;

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
