//! Law: translations leave the command line and come back, nothing of a translator's work is lost, and whatever is wrong
//! is named with its file and line.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod scratch;

use scratch::Scratch;
use std::fs;

const BOT: &str = r#"bot shop

account { language "en" }

channel page: live_chat "Page"

trigger message via page

step hello: message "Hello {contact.name}!" buttons [ "Prices" | "price" -> prices, "Bye" -> end ]
  on other -> end
  on timeout 1h -> end

step prices:
  message "All is free."
  -> end

test "in Spanish" {
  given client.language = "es-MX"
  client "hola"
  bot next "¡Hola, Client!"
  client presses "Precios"
  bot next "Todo es gratis."
}
"#;

const SPANISH: &[(&str, &str)] = &[
    ("Hello {contact.name}!", "¡Hola, {contact.name}!"),
    ("Prices", "Precios"),
    ("price", "precio | cuánto"),
    ("Bye", "Adiós"),
    ("All is free.", "Todo es gratis."),
];

fn shop(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("shop.sbot", BOT);
    scratch
}

/// Translates what is not translated yet.
fn translate(scratch: &Scratch, words: &[(&str, &str)]) {
    let mut text = String::from_utf8(scratch.read("locale/es.po")).unwrap();
    for (from, to) in words {
        let empty = format!("msgid \"{from}\"\nmsgstr \"\"\n");
        assert!(text.contains(&empty), "{from}\n{text}");
        text = text.replace(&empty, &format!("msgid \"{from}\"\nmsgstr \"{to}\"\n"));
    }
    scratch.write("locale/es.po", text);
}

#[test]
fn a_translation_begins_and_is_built_in() {
    let scratch = shop("i18n-begins");
    scratch
        .sbotc(&["i18n", "extract", "."])
        .exits(0)
        .prints("locale/messages.pot: new, 5 texts\n")
        .says("--locale es");
    scratch.sbotc(&["i18n", "status", "."]).exits(0).prints("not translated");
    let ran = scratch.sbotc(&["i18n", "extract", ".", "--locale", "es"]).exits(0);
    let ran = ran.prints("locale/messages.pot: up to date");
    ran.prints("locale/es.po: new, 5 texts, 0 translated, 5 missing\n");
    scratch
        .sbotc(&["i18n", "status", "shop.sbot"])
        .exits(1)
        .prints("locale/es.po: 0 of 5 texts translated, 5 missing");
    scratch
        .sbotc(&["build", ".", "--locale", "es"])
        .exits(1)
        .says("error[E0803]")
        .says("locale/es.po:")
        .says("5 errors");
    assert!(!scratch.0.join("i18n-begins.sbc").exists());
    translate(&scratch, SPANISH);
    scratch.sbotc(&["i18n", "status", "."]).exits(0).prints("locale/es.po: 5 of 5 texts translated\n");
    scratch.sbotc(&["i18n", "extract", ".", "--check"]).exits(0);
    scratch.sbotc(&["test", "."]).exits(0).prints("1 passed");
    scratch.sbotc(&["test", ".", "--locale", "none"]).exits(1).prints("0 passed, 1 failed");
    scratch.sbotc(&["build", ".", "--locale", "all", "-o", "all.sbc"]).exits(0).prints(", in en, es, ");
    let ran = scratch.sbotc(&["build", ".", "--locale", "ES", "-o", "all2.sbc", "--format", "json"]).exits(0);
    assert_eq!(ran.lines()[0]["languages"], serde_json::json!(["en", "es"]));
    assert_eq!(scratch.read("all.sbc"), scratch.read("all2.sbc"));
    let script = ":language es\nhola\ncuánto\n:language none\nhi\nprice\n";
    let ran = scratch.fed(&["run", "all.sbc"], script).exits(0);
    ran.prints("bot> ¡Hola, Client!\n  [1] Precios\n")
        .prints("bot> Todo es gratis.")
        .prints("bot> All is free.");
}

#[test]
fn without_a_translation_a_program_is_what_it_was() {
    let scratch = shop("i18n-none");
    let (bot, _) = BOT.split_once("test ").unwrap();
    scratch.write("shop.sbot", bot);
    let ran = scratch.sbotc(&["build", ".", "-o", "before.sbc", "--format", "json"]).exits(0);
    assert_eq!(ran.lines()[0]["languages"], serde_json::json!([]));
    scratch.sbotc(&["i18n", "extract", ".", "--locale", "es,pt-BR"]).exits(0).prints("locale/pt-BR.po: new");
    scratch.sbotc(&["build", ".", "-o", "after.sbc"]).exits(0).says("`locale` (es, pt-BR) are not built in");
    scratch.sbotc(&["build", ".", "-o", "none.sbc", "--locale", "none"]).exits(0);
    assert_eq!(scratch.read("before.sbc"), scratch.read("after.sbc"));
    assert_eq!(scratch.read("before.sbc"), scratch.read("none.sbc"));
    scratch
        .fed(&["run", "none.sbc"], ":language es\n")
        .exits(1)
        .says("does not depend on the client's language");
}

#[test]
fn incomplete_translations_fall_back_text_by_text() {
    let scratch = shop("i18n-incomplete");
    scratch.sbotc(&["i18n", "extract", ".", "--locale", "es"]).exits(0);
    translate(&scratch, &SPANISH[..1]);
    let args = ["build", ".", "-o", "x.sbc", "--locale", "all", "--allow-incomplete"];
    scratch.sbotc(&args).exits(0).says("4 of 5 texts have no translation into es");
    let ran = scratch.fed(&["run", "x.sbc"], ":language es\nhola\n1\n").exits(0);
    ran.prints("bot> ¡Hola, Client!\n  [1] Prices\n").prints("bot> All is free.");
    scratch.sbotc(&["build", ".", "--allow-incomplete"]).exits(2).says("--locale");
    // Somebody has to look at a text that was reworded.
    scratch.write("shop.sbot", BOT.replace("Hello {contact.name}!", "Hi {contact.name}!"));
    scratch
        .sbotc(&["i18n", "extract", ".", "--check"])
        .exits(1)
        .prints("locale/es.po: out of date")
        .says("not up to date");
    scratch.sbotc(&["i18n", "extract", "."]).exits(0).prints("0 translated, 1 fuzzy, 4 missing");
    scratch
        .sbotc(&["build", ".", "--locale", "es"])
        .exits(1)
        .says("has changed since it was translated into es");
    let ran = scratch.sbotc(&["i18n", "status", ".", "--format", "json"]).exits(1);
    let line = &ran.lines()[0];
    assert_eq!((&line["language"], &line["fuzzy"], &line["missing"]), (&"es".into(), &1.into(), &4.into()));
    assert_eq!(line["complete"], false);
    let ran = scratch.sbotc(&["build", ".", "--locale", "es", "--format", "json"]).exits(1);
    assert!(ran.lines().iter().all(|line| line["code"] == "E0803" && line["file"] == "locale/es.po"));
}

#[test]
fn a_language_that_nobody_speaks() {
    let scratch = shop("i18n-pseudo");
    let ran = scratch.fed(&["run", ".", "--locale", "en-XA"], ":language en-XA\nhi\nprice\n").exits(0);
    ran.prints("bot> ⟦Hello Client!⟧\n  [1] ⟦Prices⟧\n").prints("bot> ⟦All is free.⟧");
}

#[test]
fn what_is_wrong_is_named() {
    let scratch = shop("i18n-wrong");
    scratch.sbotc(&["i18n", "extract", ".", "--locale", "en"]).exits(2).says("are in en already");
    scratch
        .sbotc(&["i18n", "extract", ".", "--locale", "all"])
        .exits(2)
        .says("`all` is no language to begin");
    scratch.sbotc(&["i18n", "extract", ".", "--locale", "../es"]).exits(2).says("is no language");
    scratch.sbotc(&["i18n", "extract", "nowhere"]).exits(2).says("no file or folder `nowhere`");
    scratch.sbotc(&["i18n", "extract", ".", "--check"]).exits(0);
    scratch.sbotc(&["i18n", "extract", ".", "--check", "--locale", "es"]).exits(1).prints("es.po: missing");
    assert!(!scratch.0.join("locale").exists(), "a check writes nothing");
    scratch
        .sbotc(&["build", ".", "--locale", "es"])
        .exits(2)
        .says("no translation into `es`")
        .says("--locale es");
    scratch.sbotc(&["build", ".", "--locale", "all"]).exits(2).says("there are no translations in `locale`");
    scratch.sbotc(&["i18n", "extract", ".", "--locale", "es"]).exits(0);
    scratch.sbotc(&["test", ".", "--locale", "ez"]).exits(2).says("there is es; another one begins with");
    let good = scratch.read("locale/es.po");
    for (bytes, said) in [
        (&b"msgid \"x\nmsgstr \"\"\n"[..], "locale/es.po:1:1"),
        (b"msgid \"\xff\"\nmsgstr \"\"\n", "not encoded in UTF-8"),
        (b"MZ\x00\x01", "no word of a .po file"),
        (b"msgid \"a\"\nmsgid_plural \"b\"\n", "plural forms are not supported"),
    ] {
        scratch.write("locale/es.po", bytes);
        for args in [
            &["i18n", "extract", "."][..],
            &["i18n", "status", "."],
            &["build", ".", "--locale", "all"],
            &["test", "."],
        ] {
            scratch.sbotc(args).exits(1).says("error[E0801]").says(said);
        }
        assert_eq!(scratch.read("locale/es.po"), bytes, "what cannot be read is left alone");
    }
    scratch
        .write("locale/es.po", vec![b'#'; 9 << 20])
        .sbotc(&["i18n", "status", "."])
        .exits(1)
        .says("9437184 bytes");
    scratch.write("locale/es.po", b"").sbotc(&["i18n", "extract", "."]).exits(0);
    assert_eq!(scratch.read("locale/es.po"), good, "an empty file is a new one");
    scratch
        .write("locale/spanish words.po", "")
        .sbotc(&["test", "."])
        .exits(2)
        .says("is not named after a language");
    fs::remove_file(scratch.0.join("locale/spanish words.po")).unwrap();
    scratch.write("shop.sbot", BOT.replace("language \"en\"", "zone \"UTC\""));
    scratch
        .sbotc(&["build", ".", "--locale", "all"])
        .exits(1)
        .says("error[E0208]")
        .says("account { language \"en\" }");
    scratch.write("shop.sbot", BOT.replace("-> prices", "-> price"));
    scratch.sbotc(&["i18n", "extract", "."]).exits(1).says("E0201");
    scratch.sbotc(&["i18n", "status", "."]).exits(1).says("E0201");
    scratch.sbotc(&["run", "x.sbc", "--locale", "es"]).exits(2).says("is compiled");
}

#[test]
fn each_project_has_its_own_translations() {
    let scratch = Scratch::new("i18n-several");
    scratch.write("a/shop.sbot", BOT).write("b/shop.sbot", BOT.replace("bot shop", "bot other"));
    let ran = scratch.sbotc(&["i18n", "extract", ".", "--locale", "es"]).exits(0);
    ran.prints("a/locale/es.po: new").prints("b/locale/es.po: new");
    scratch.sbotc(&["i18n", "extract", ".", "-o", "words"]).exits(2).says("texts of 2 projects");
    scratch
        .sbotc(&["i18n", "extract", "a", "-o", "words", "--locale", "es"])
        .exits(0)
        .prints("words/es.po: new");
    scratch.sbotc(&["i18n", "status", "a", "--locale-dir", "words"]).exits(1).prints("words/es.po: 0 of 5");
    assert_eq!(
        scratch.read("words/es.po"),
        scratch.read("a/locale/es.po"),
        "paths are told from the project"
    );
}
