//! The files of a pull as they stand on the disk: how they are written.

use super::kommo_account::Fake;
use super::scratch::Scratch;
use super::{FILES, pull, pulled, text};
use serde_json::json;
use std::fs;

/// Something new in every list, and a title that is another one.
fn grown(fake: &Fake) {
    fake.change(|state| {
        let lists = &mut state.lists;
        let stages = lists["pipelines"][0]["_embedded"]["statuses"].as_array_mut().unwrap();
        stages.insert(2, json!({"id": 7109, "name": "Menu sent"}));
        lists["users"][0]["name"] = json!("Anna Brown");
        let user = json!({"id": 105, "name": "Eve", "rights": {"is_active": true, "group_id": 412}});
        lists["users"].as_array_mut().unwrap().push(user);
        let field = json!({"id": 910, "name": "Table", "type": "numeric", "enums": null});
        lists["leads/custom_fields"].as_array_mut().unwrap().push(field);
    });
}

/// The folder, file by file.
fn all(scratch: &Scratch) -> Vec<(String, String)> {
    let names = fs::read_dir(scratch.0.join("shop")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut all: Vec<_> = names.map(|name| (name.clone(), text(scratch, &format!("shop/{name}")))).collect();
    all.sort();
    all
}

fn windows(text: &str) -> String {
    format!("\u{feff}{}", text.replace('\n', "\r\n"))
}

/// In the standard form, and in a layout of one's own.
#[test]
fn line_ends_and_marks_stay() {
    for layout in ["user bob_jones", "user  bob_jones"] {
        let fake = Fake::new();
        let plain = pulled(&format!("pull-plain-{}", layout.len()), &fake);
        let own = text(&plain, "shop/account.sbot").replace("user bob_jones", layout);
        let own = own.replace("user anna_smith \"Anna Smith\"\n", "");
        plain.write("shop/account.sbot", own);
        plain.write("shop/people.sbot", "// Ours.\nuser anna_smith \"Anna Smith\"\n");
        let returns = Scratch::new(&format!("pull-returns-{}", layout.len()));
        for (name, text) in all(&plain) {
            returns.write(&format!("shop/{name}"), windows(&text));
        }
        let before = all(&returns);
        pull(&returns, &fake, &[]).exits(0).says("Nothing to write");
        assert_eq!(all(&returns), before);

        grown(&fake);
        for scratch in [&plain, &returns] {
            let ran = pull(scratch, &fake, &[]).exits(0);
            ran.says("Wrote shop/account.sbot and shop/people.sbot and shop/account.env.toml");
        }
        let wanted: Vec<_> = all(&plain).into_iter().map(|(name, text)| (name, windows(&text))).collect();
        assert_eq!(all(&returns), wanted);
        assert!(text(&plain, "shop/account.sbot").contains("menu_sent"));
        pull(&returns, &fake, &[]).exits(0).says("Nothing to write");
        assert_eq!(all(&returns), wanted);
    }
}

/// A file in which both kinds of line ends stand is written as most of it is, and not before something in it changes.
#[test]
fn line_ends_of_two_kinds() {
    let fake = Fake::new();
    let scratch = pulled("pull-mixed", &fake);
    for file in FILES {
        let plain = text(&scratch, &format!("shop/{file}"));
        let (first, rest) = plain.split_once('\n').unwrap();
        scratch.write(&format!("shop/{file}"), format!("{first}\r\n{rest}"));
    }
    let before = all(&scratch);
    pull(&scratch, &fake, &[]).exits(0).says("Nothing to write");
    assert_eq!(all(&scratch), before);
    grown(&fake);
    pull(&scratch, &fake, &[]).exits(0).says("Wrote shop/account.sbot and shop/account.env.toml");
    assert!(all(&scratch).iter().all(|(_, text)| !text.contains('\r')));
}
