//! Laws: what `docs/kommo.md` shows is what `sbotc` does; and `sbotc export kommo` and `sbotc import kommo` lose nothing,
//! whatever they are given.
//!
//! `UPDATE_PAGES=1 cargo test -p sbotc --test kommo` writes the output of the page anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod scratch;

use scratch::Scratch;
use std::fs;
use std::path::Path;

fn pizzeria(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/pizzeria");
    for file in ["account.sbot", "menu.pdf", "welcome.sbot"] {
        scratch.write(&format!("shop/{file}"), fs::read(folder.join(file)).unwrap());
    }
    scratch
}

/// The environment file of the page.
fn env() -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kommo.md")).unwrap();
    let (_, rest) = page.split_once("```toml file=shop/account.env.toml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_page_shows_what_happens() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kommo.md");
    let page = fs::read_to_string(&path).unwrap();
    let scratch = pizzeria("kommo-page");
    scratch.write("shop/account.env.toml", env());
    let (before, rest) = page.split_once("```text\n$ ").unwrap();
    let (block, after) = rest.split_once("\n```").unwrap();
    let command = block.lines().next().unwrap();
    let args: Vec<&str> = command.split(' ').skip(1).collect();
    let ran = scratch.sbotc(&args).exits(0);
    let made = format!("{before}```text\n$ {command}\n{}```{after}", ran.err);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, &made).unwrap();
    } else {
        assert_eq!(made, page, "UPDATE_PAGES=1 cargo test -p sbotc --test kommo");
    }
    let written: serde_json::Value =
        serde_json::from_slice(&scratch.read("shop/welcome.kommo.json")).unwrap();
    assert_eq!(written["model"]["name"], "welcome");
}

#[test]
fn nothing_is_replaced_unless_asked_for() {
    let scratch = pizzeria("kommo-force");
    scratch.write("e.toml", env()).write("shop/welcome.kommo.json", "mine");
    let args = ["export", "kommo", "shop", "--env", "e.toml"];
    scratch.sbotc(&args).exits(2).says("is there already").says("--force");
    assert_eq!(scratch.read("shop/welcome.kommo.json"), b"mine");
    scratch.sbotc(&[&args[..], &["--force"]].concat()).exits(0).says("Wrote");
    let first = scratch.read("shop/welcome.kommo.json");
    scratch.sbotc(&[&args[..], &["-o", "other.json"]].concat()).exits(0);
    assert_eq!(scratch.read("other.json"), first);
    fs::create_dir(scratch.0.join("out")).unwrap();
    scratch.sbotc(&[&args[..], &["-o", "out", "--bot", "welcome"]].concat()).exits(0);
    assert_eq!(scratch.read("out/welcome.kommo.json"), first);
}

#[test]
fn every_missing_id_is_told_at_once() {
    let scratch = pizzeria("kommo-ids");
    scratch.write("e.toml", "[users]\nanna = 101\n[variables]\n\"welcome.tries\" = \"lead.bot_tries\"\n");
    let ran = scratch.sbotc(&["export", "kommo", "shop", "--env", "e.toml", "--format", "json"]).exits(1);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let missing: Vec<&str> = lines
        .iter()
        .filter(|line| line["severity"] == "error")
        .map(|line| {
            assert_eq!(line["file"], "shop/welcome.sbot", "{line}");
            line["message"].as_str().unwrap()
        })
        .collect();
    for symbol in
        ["sales_team", "sales.decision_making", "sales", "contact.phone", "lead.bot_tries", "menu.pdf"]
    {
        assert!(missing.iter().any(|told| told.ends_with(&format!("`{symbol}`"))), "{symbol}: {missing:?}");
    }
    assert!(!scratch.0.join("shop/welcome.kommo.json").exists());
}

#[test]
fn what_cannot_be_exported_is_told_with_its_place() {
    let scratch = Scratch::new("kommo-refused");
    scratch.write("e.toml", "").write(
        "late.sbot",
        "bot late\n\naccount { zone \"Europe/Madrid\" }\n\ntrigger message\n\nstep first:\n  message \"It is {now}\"\n  -> end\n",
    );
    let ran = scratch.sbotc(&["export", "kommo", "late.sbot", "--env", "e.toml"]).exits(1);
    let ran = ran.says("late.sbot:8:").says("Salesbot has no placeholder for `now`").says("help: ");
    ran.says("nothing was written");
    assert!(!scratch.0.join("late.kommo.json").exists());
}

#[test]
fn wrong_input_ends_in_a_clear_error() {
    let scratch = pizzeria("kommo-wrong");
    let export = |env: &str, more: &[&str]| {
        scratch.sbotc(&[&["export", "kommo", "shop", "--env", env][..], more].concat())
    };
    export("none.toml", &[]).exits(2).says("none.toml");
    scratch.write("e.toml", "[users]\nanna = \"\"\n[stage]\n\"sales.won\" = 142\n");
    export("e.toml", &[]).exits(2).says("e.toml:2:8: ").says("e.toml:3:2: ").says("write `[stages]`");
    scratch.write("e.toml", b"[users]\n\xff\n");
    export("e.toml", &[]).exits(2).says("UTF-8");
    scratch.write("e.toml", "[users\n");
    export("e.toml", &[]).exits(2).says("e.toml:1:");
    scratch.write("e.toml", env());
    export("e.toml", &["--bot", "welcom"]).exits(2).says("did you mean `welcome`?");
    export("e.toml", &["--language", "es"]).exits(1).says("`es`");
    export("e.toml", &["-o", "nowhere/at/all.json"]).exits(2).says("nowhere/at/all.json");
    scratch.sbotc(&["export", "kommo", "shop"]).exits(2).says("--env");
    scratch.sbotc(&["export", "zoho", "shop"]).exits(2).says("zoho");
    scratch.sbotc(&["export", "kommo", "nothing", "--env", "e.toml"]).exits(2).says("nothing");
    scratch.write("broken.sbot", "bot broken\nstep first: message \n");
    scratch.sbotc(&["export", "kommo", "broken.sbot", "--env", "e.toml"]).exits(1).says("broken.sbot");
    scratch.sbotc(&["help", "export", "kommo"]).exits(0).prints("Examples:");
}

#[test]
fn several_bots_need_a_folder() {
    let scratch = Scratch::new("kommo-several");
    let bot = |name: &str| {
        format!("bot {name} on failed -> a\n\ntrigger manual\n\nstep a:\n  message \"A\"\n  -> end\n")
    };
    scratch.write("e.toml", "").write("p/one.sbot", bot("one")).write("p/two.sbot", bot("two"));
    let args = ["export", "kommo", "p", "--env", "e.toml"];
    scratch.sbotc(&[&args[..], &["-o", "x.json"]].concat()).exits(2).says("2 bots").says("--bot NAME");
    scratch.sbotc(&args).exits(0).says("Wrote p/one.kommo.json").says("Wrote p/two.kommo.json");
}

const BOT: &str =
    r#"{"0":{"question":[{"handler":"show","params":{"type":"text","value":"Hi {{name}}"}},HANDLER]}}"#;

#[test]
fn an_import_is_a_project_that_is_checked() {
    let scratch = pizzeria("kommo-import");
    scratch.write("shop/account.env.toml", env());
    scratch.sbotc(&["export", "kommo", "shop", "--env", "shop/account.env.toml"]).exits(0);
    let args = ["import", "kommo", "shop/welcome.kommo.json"];
    scratch.sbotc(&args).exits(0).says("Wrote welcome/welcome.sbot").says("sbotc check welcome");
    scratch.sbotc(&["check", "welcome"]).exits(0);
    scratch.sbotc(&["fmt", "--check", "welcome"]).exits(0);
    let first = scratch.read("welcome/welcome.sbot");
    scratch.write("welcome/account.sbot", "// mine");
    scratch.sbotc(&args).exits(2).says("is there already").says("--force");
    assert_eq!(scratch.read("welcome/account.sbot"), b"// mine");
    scratch.sbotc(&[&args[..], &["--force"]].concat()).exits(0);
    assert_eq!(scratch.read("welcome/welcome.sbot"), first);
    scratch.sbotc(&["help", "import", "kommo"]).exits(0).prints("Examples:");
}

#[test]
fn what_has_changed_in_kommo_comes_back_into_the_project() {
    let scratch = pizzeria("kommo-onto");
    scratch.write("shop/account.env.toml", env());
    scratch.sbotc(&["export", "kommo", "shop", "--env", "shop/account.env.toml", "-o", "out.json"]).exits(0);
    let before = scratch.read("shop/welcome.sbot");
    let import =
        |more: &[&str]| scratch.sbotc(&[&["import", "kommo", "out.json", "--onto"][..], more].concat());
    import(&["shop"]).exits(0).says("Nothing has changed");
    assert_eq!(scratch.read("shop/welcome.sbot"), before);
    let file = String::from_utf8(scratch.read("out.json")).unwrap();
    let changed = file.replace("Here is the menu.", "This is the menu.");
    assert_ne!(changed, file);
    scratch.write("out.json", &changed);
    scratch.write("old/welcome.sbot", &before);
    scratch.write("old/account.sbot", scratch.read("shop/account.sbot"));
    scratch.write("old/menu.pdf", scratch.read("shop/menu.pdf"));
    // Another environment file, and without one: symbols of ids.
    scratch.write("live.toml", env()).write("shop/account.env.toml", "[users\n");
    import(&["shop"]).exits(2).says("account.env.toml:1");
    assert_eq!(scratch.read("shop/welcome.sbot"), before);
    import(&["shop", "--env", "live.toml"])
        .exits(0)
        .says("Wrote shop/welcome.sbot")
        .says("Written anew: prices\n");
    assert!(String::from_utf8(scratch.read("shop/welcome.sbot")).unwrap().contains("This is the menu."));
    scratch.write("shop/account.env.toml", env());
    scratch.sbotc(&["check", "shop"]).exits(0);
    let differs = scratch.sbotc(&["diff", "old", "shop", "--summary"]).exits(1);
    assert_eq!(differs.out.trim(), "After *Prices*, a message is reworded.");
    import(&["nowhere"]).exits(2).says("`nowhere` is no folder");
    import(&["shop", "-o", "x"]).exits(2);
    import(&["shop", "--force"]).exits(2);
    scratch.sbotc(&["import", "kommo", "out.json", "--env", "live.toml"]).exits(2).says("--onto");
    // A project with an error is not touched.
    scratch.write("shop/account.sbot", "user anna\n");
    let before = scratch.read("shop/welcome.sbot");
    import(&["shop"]).exits(1).says("1:10");
    assert_eq!(scratch.read("shop/welcome.sbot"), before);
}

/// Files with the line ends of Windows and a mark at their beginning.
#[test]
fn what_is_put_into_a_file_is_written_as_the_file_is() {
    let scratch = pizzeria("kommo-onto-lines");
    scratch.write("shop/account.env.toml", env());
    let files = ["shop/welcome.sbot", "shop/account.sbot", "shop/account.env.toml"];
    for file in files {
        let text = String::from_utf8(scratch.read(file)).unwrap();
        scratch.write(file, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
    let before = files.map(|file| scratch.read(file));
    scratch.sbotc(&["export", "kommo", "shop", "--env", files[2], "-o", "out.json"]).exits(0);
    let import = ["import", "kommo", "out.json", "--onto", "shop"];
    scratch.sbotc(&import).exits(0).says("Nothing has changed");
    assert_eq!(files.map(|file| scratch.read(file)), before);
    // Another text, and a user whom nobody has named yet.
    let file = String::from_utf8(scratch.read("out.json")).unwrap();
    let changed = file.replace("Here is the menu.", "This is the menu.").replace(":101", ":177");
    scratch.write("out.json", changed);
    scratch.sbotc(&import).exits(0).says("Written anew: prices, human\n");
    for (file, before) in files.iter().zip(before) {
        let text = String::from_utf8(scratch.read(file)).unwrap();
        let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap().split_inclusive('\n').collect();
        assert!(
            lines.iter().all(|line| line.ends_with("\r\n") && line.matches('\r').count() == 1),
            "{text:?}"
        );
        assert_ne!(text.as_bytes(), before, "{file}");
    }
    scratch.sbotc(&["check", "shop"]).exits(0);
}

/// The bot that goes on stands in a file of another name.
#[test]
fn a_bot_that_the_project_has_is_not_made_again() {
    let scratch = Scratch::new("kommo-onto-bots");
    scratch
        .write(
            "p/a.sbot",
            "bot one\n\nuse \"b.sbot\"\n\ntrigger message\n\nstep hi:\n  message \"Hi\"\n  -> bot two\n",
        )
        .write("p/b.sbot", "bot two\n\ntrigger manual\n\nstep s: message \"Two\" -> end\n")
        .write("e.toml", "[bots]\ntwo = 9\n");
    let export = ["export", "kommo", "p", "--env", "e.toml", "--bot", "one", "-o", "one.json"];
    scratch.sbotc(&export).exits(0);
    let changed = String::from_utf8(scratch.read("one.json")).unwrap().replace("Hi", "Hello");
    scratch.write("one.json", changed);
    scratch.sbotc(&["import", "kommo", "one.json", "--onto", "p", "--env", "e.toml"]).exits(0);
    let source = String::from_utf8(scratch.read("p/a.sbot")).unwrap();
    assert!(source.contains("\"Hello\"") && source.matches("use ").count() == 1, "{source}");
    assert!(!scratch.0.join("p/two.sbot").exists());
    scratch.sbotc(&["check", "p"]).exits(0);
}

#[test]
fn a_translation_does_not_take_the_place_of_the_source() {
    let scratch = Scratch::new("kommo-onto-language");
    scratch
        .write("a/hi.sbot", "bot hi\n\naccount { language \"en\" }\n\ntrigger message\n\nstep a: message \"Hello\" -> b\n\nstep b: message \"Bye\" -> end\n")
        .write("a/locale/es.po", "msgid \"\"\nmsgstr \"Language: es\\n\"\n\nmsgctxt \"hi/a.message\"\nmsgid \"Hello\"\nmsgstr \"Hola\"\n\nmsgctxt \"hi/b.message\"\nmsgid \"Bye\"\nmsgstr \"Chao\"\n")
        .write("e.toml", "");
    for (language, code) in [("en", 0), ("es", 2)] {
        let out = format!("{language}.json");
        scratch
            .sbotc(&["export", "kommo", "a", "--env", "e.toml", "--language", language, "-o", &out])
            .exits(0);
        let ran = scratch.sbotc(&["import", "kommo", &out, "--onto", "a"]).exits(code);
        ran.says(if code == 0 { "Nothing has changed" } else { "locale/es.po" });
    }
}

#[test]
fn what_is_wrong_with_a_file_is_told_and_nothing_is_written() {
    let scratch = Scratch::new("kommo-broken");
    let import = |file: &str, more: &[&str]| scratch.sbotc(&[&["import", "kommo", file][..], more].concat());
    import("none.json", &[]).exits(2).says("none.json");
    scratch.write("cut.json", BOT.get(..40).unwrap());
    import("cut.json", &[]).exits(1).says("cut.json").says("line 1");
    scratch.write("odd.json", BOT.replace("HANDLER", r#"{"handler":"save_data","params":{}}"#));
    let ran = import("odd.json", &[]).exits(1).says("nobody knows the handler `save_data`");
    ran.says("odd.json, step 0, 0.question[1].handler").says("--lenient");
    assert!(!scratch.0.join("odd").exists());
    let ran = import("odd.json", &["--format", "json"]).exits(1);
    let line: serde_json::Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert_eq!((line["step"].as_i64(), line["severity"].as_str()), (Some(0), Some("error")));
    import("odd.json", &["--lenient"]).exits(0).says("Wrote odd/odd.sbot");
    assert!(String::from_utf8(scratch.read("odd/odd.sbot")).unwrap().contains("save_data"));
    scratch.sbotc(&["check", "odd"]).exits(0);
    scratch.write("bytes.json", b"\xff\xfe");
    import("bytes.json", &[]).exits(1).says("UTF-8");
    scratch.write("file", "x");
    import("odd.json", &["--lenient", "-o", "file/deeper"]).exits(2).says("file/deeper");
}
