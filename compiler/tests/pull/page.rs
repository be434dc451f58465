//! The examples of `docs/kommo.md`.

use super::kommo_account::{Fake, TOKEN};
use super::scratch::Scratch;
use super::{fixture, text, with_token};
use serde_json::json;
use std::path::Path;

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
