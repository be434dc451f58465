//! The files of a pull as they stand on the disk: how they are written, and who else writes them.

use super::kommo_account::{Fake, Meanwhile};
use super::scratch::Scratch;
use super::{FILES, pull, pulled, text};
use serde_json::json;
use std::fs;
use std::path::Path;

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

/// While the account is read, `change` is done once to this file.
fn meanwhile(fake: &Fake, file: &Path, change: fn(&Path)) {
    let file = file.to_owned();
    let mut once = Some(change);
    let hook = move |asked: &str| {
        if asked.starts_with("/api/v4/bots")
            && let Some(change) = once.take()
        {
            change(&file);
        }
    };
    fake.change(|state| state.meanwhile = Meanwhile(Some(Box::new(hook))));
}

fn another_line(file: &Path) {
    let text = fs::read_to_string(file).unwrap_or_default();
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, format!("{text}\n")).unwrap();
}

fn other_line_ends(file: &Path) {
    fs::write(file, windows(&fs::read_to_string(file).unwrap())).unwrap();
}

fn gone(file: &Path) {
    fs::remove_file(file).unwrap();
}

/// What is written while the account is read is not written over, in neither file, and the other one waits for it.
#[test]
fn a_file_that_was_changed_meanwhile_stops_the_pull() {
    let fake = Fake::new();
    let scratch = pulled("pull-meanwhile", &fake);
    let before = all(&scratch);
    grown(&fake);
    let changes: [fn(&Path); 3] = [another_line, other_line_ends, gone];
    for (file, change) in FILES.iter().flat_map(|file| changes.map(|change| (file, change))) {
        let path = scratch.0.join("shop").join(file);
        let kept = fs::read(&path).unwrap();
        change(&path);
        let wanted = all(&scratch);
        assert_ne!(wanted, before);
        fs::write(&path, &kept).unwrap();

        meanwhile(&fake, &path, change);
        let told = format!("`shop/{file}` was changed while the account was read");
        pull(&scratch, &fake, &[]).exits(2).says(&told).says("pull again: nothing was written");
        assert_eq!(all(&scratch), wanted);
        fs::write(&path, kept).unwrap();
    }
    // Nobody is there any more.
    pull(&scratch, &fake, &[]).exits(0);
    assert!(text(&scratch, "shop/account.sbot").contains("user eve \"Eve\""));
    assert!(text(&scratch, "shop/account.env.toml").contains("eve = 105"));
}

/// A file that comes is one that was changed; one that is saved again as it was is none.
#[test]
fn files_that_come_and_files_that_are_saved_meanwhile() {
    let fake = Fake::new();
    for file in FILES {
        let scratch = Scratch::new(&format!("pull-comes-{file}"));
        meanwhile(&fake, &scratch.0.join("shop").join(file), another_line);
        pull(&scratch, &fake, &[]).exits(2).says(&format!("`shop/{file}` was changed while"));
        assert_eq!(all(&scratch), [(file.to_owned(), "\n".to_owned())]);
    }
    let scratch = pulled("pull-saved", &fake);
    grown(&fake);
    meanwhile(&fake, &scratch.0.join("shop"), |folder| {
        for file in FILES {
            fs::write(folder.join(file), fs::read(folder.join(file)).unwrap()).unwrap();
        }
    });
    pull(&scratch, &fake, &[]).exits(0).says("Wrote shop/account.sbot and shop/account.env.toml");
}
