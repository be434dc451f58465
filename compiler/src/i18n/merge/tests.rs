//! A translator's work survives what an author does.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test that cannot compile its bot has failed.

use super::{merge, template};
use crate::i18n::po::{self, Catalog, Entry};
use crate::i18n::{Tag, texts};
use crate::project::Files;
use std::io;

struct One(String);

impl Files for One {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        if path == "shop.sbot" {
            Ok(self.0.clone().into_bytes())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }

    fn exists(&self, path: &str) -> bool {
        path == "shop.sbot"
    }
}

/// Brings a translation up to date with a bot of these steps.
fn merged(old: &str, steps: &str) -> Catalog {
    let source =
        format!("bot shop\n\nchannel page: live_chat \"Page\"\n\ntrigger message via page\n\n{steps}");
    let checked = crate::check_files("shop.sbot", &One(source)).unwrap();
    let mut project = checked.project.expect("the bot compiles");
    let texts = texts(&mut project, &checked.sources, "");
    let tag = Tag::read("es").unwrap();
    let new = merge(po::read(old).unwrap(), &tag, &texts, &checked.sources, "");
    // What is up to date stays as it is, byte for byte.
    let written = po::write(&new);
    let again = merge(po::read(&written).unwrap(), &tag, &texts, &checked.sources, "");
    assert_eq!(po::write(&again), written);
    assert_eq!(template(&texts, &checked.sources, "").entries.len(), texts.texts.len() + 1);
    new
}

fn find<'c>(catalog: &'c Catalog, text: &str) -> &'c Entry {
    catalog.entries.iter().find(|entry| entry.text == text).unwrap_or_else(|| panic!("no `{text}`"))
}

const OLD: &str = r#"# By Rosa.
msgid ""
msgstr "Language: es\nX-Editor: mine\n"

# informal
#. an old note
#: old.sbot
#, no-wrap
msgctxt "shop/hello.message"
msgid "Hello!"
msgstr "¡Hola!"

msgctxt "shop/hello.message#2"
msgid "How are you?"
msgstr "¿Qué tal?"
"#;

#[test]
fn what_is_there_stays() {
    let new = merged(OLD, "step hello: message \"Hello!\" message \"How are you?\" -> end");
    let [header, hello, how] = new.entries.as_slice() else { panic!("{new:?}") };
    assert_eq!(header.comments, ["By Rosa."]);
    assert_eq!(new.header("X-Editor"), Some("mine"));
    assert_eq!((hello.translation.as_str(), how.translation.as_str()), ("¡Hola!", "¿Qué tal?"));
    assert_eq!(
        (&hello.comments[..], &hello.flags[..]),
        (&["informal".to_owned()][..], &["no-wrap".to_owned()][..])
    );
    assert_eq!(
        (&hello.notes[..], &hello.references[..]),
        (&["a message".to_owned()][..], &["shop.sbot".to_owned()][..])
    );
}

#[test]
fn what_moves_keeps_its_translation() {
    // A message before it, and the other one in another step.
    let steps = "step hello: message \"Welcome\" message \"Hello!\" -> more\nstep more: message \"How are you?\" -> end";
    let new = merged(OLD, steps);
    assert!(find(&new, "Welcome").translation.is_empty());
    for (text, context, translation) in
        [("Hello!", "shop/hello.message#2", "¡Hola!"), ("How are you?", "shop/more.message", "¿Qué tal?")]
    {
        let entry = find(&new, text);
        assert_eq!(entry.context.as_deref(), Some(context));
        assert!(entry.is_translated() && entry.translation == translation, "{entry:?}");
    }
    assert!(new.entries.iter().all(|entry| !entry.obsolete));
}

#[test]
fn what_is_reworded_is_marked_until_somebody_looks() {
    let steps = |text: &str| format!("step hello: message \"{text}\" message \"How are you?\" -> end");
    let new = merged(OLD, &steps("Hi!"));
    let hi = find(&new, "Hi!");
    assert!(
        hi.is_fuzzy() && hi.translation == "¡Hola!" && hi.previous.as_deref() == Some("Hello!"),
        "{hi:?}"
    );
    assert_eq!(hi.flags, ["fuzzy", "no-wrap"]);
    // Again: the translation is still that of the first text.
    let twice = merged(&po::write(&new), &steps("Hey!"));
    assert_eq!(find(&twice, "Hey!").previous.as_deref(), Some("Hello!"));
    // And back: it is right again.
    let back = merged(&po::write(&twice), &steps("Hello!"));
    assert_eq!(back.entries, merged(OLD, &steps("Hello!")).entries);
}

#[test]
fn what_is_gone_is_kept_and_comes_back() {
    let gone = merged(OLD, "step hello: message \"Hello!\" -> end");
    let how = find(&gone, "How are you?");
    assert!(how.obsolete && how.references.is_empty(), "{how:?}");
    let back = merged(&po::write(&gone), "step hello: message \"Hello!\" message \"How are you?\" -> end");
    assert!(find(&back, "How are you?").is_translated());
    // Nothing is kept of a text that nobody had translated.
    let empty = OLD.replace("¿Qué tal?", "");
    assert_eq!(merged(&empty, "step hello: message \"Hello!\" -> end").entries.len(), 2);
}

#[test]
fn a_new_file_has_a_head() {
    let new = merged("", "step hello: message \"Hello!\" -> end");
    assert_eq!(new.header("Language"), Some("es"));
    assert!(new.header("POT-Creation-Date").is_none());
}
