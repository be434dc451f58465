//! What is read is written again, and nothing that is not a `.po` file is taken for one.

#![allow(clippy::unwrap_used)] // A test that cannot read its own text has failed.

use super::{Catalog, Entry, read, write};

/// A file with everything that one can hold, as people and programs write it.
const FULL: &str = r##"# The shop's Spanish.
#
#   Set in by hand.
#, fuzzy
msgid ""
msgstr ""
"Language: es\n"
"Content-Type: text/plain; charset=UTF-8\n"

#no space
#. a message
#: bot.sbot
#, fuzzy, no-wrap
#| msgctxt "old"
#| msgid ""
#| "two\n"
#| "lines"
msgctxt "a/b.message"
msgid "She said \"hi\\\"\t{name}"
msgstr ""
"Dijo "
"«hola»"
msgctxt "without a line between"
msgid "x"
msgstr "y"

# of an obsolete one
#~| msgid "older"
#~ msgctxt "gone"
#~ msgid "One"
#~ msgstr ""
#~ "Uno\n"
#~ "dos"

#. nothing comes after this
"##;

fn entry(context: &str, text: &str, translation: &str) -> Entry {
    Entry {
        context: Some(context.to_owned()),
        text: text.to_owned(),
        translation: translation.to_owned(),
        ..Entry::default()
    }
}

#[test]
fn everything_is_read() {
    let catalog = read(FULL).unwrap();
    let [header, first, second, gone] = catalog.entries.as_slice() else { panic!("{catalog:?}") };
    assert!(header.is_header() && header.is_fuzzy());
    assert_eq!(header.comments, ["The shop's Spanish.", "", "  Set in by hand."]);
    assert_eq!(catalog.header("language"), Some("es"));
    assert_eq!(first.text, "She said \"hi\\\"\t{name}");
    assert_eq!(first.translation, "Dijo «hola»");
    assert_eq!(first.previous.as_deref(), Some("two\nlines"));
    assert_eq!(first.previous_context.as_deref(), Some("old"));
    assert_eq!(first.flags, ["fuzzy", "no-wrap"]);
    assert!(!first.is_translated() && second.is_translated());
    assert!(gone.obsolete && gone.translation == "Uno\ndos" && gone.previous.as_deref() == Some("older"));
    assert_eq!(FULL.get(first.places.translation.range()).unwrap().lines().count(), 3);
}

#[test]
fn what_was_read_is_written_and_read_again() {
    for text in [FULL.to_owned(), FULL.replace('\n', "\r\n"), FULL.replace("\n\n", "\n")] {
        let catalog = read(&text).unwrap();
        let written = write(&catalog);
        assert_eq!(read(&written).unwrap(), catalog);
        assert_eq!(write(&read(&written).unwrap()), written);
    }
}

#[test]
fn every_text_survives() {
    for text in [
        "",
        "\n",
        "a\nb",
        "a\nb\n",
        "\n\n",
        "\"",
        "\\",
        "\\n",
        "\t\r\u{7}\u{8}\u{b}\u{c}",
        "{a ?? \"b\"}",
        "#~ x",
        "🌸\u{202e}",
    ] {
        let mut catalog = Catalog::default();
        catalog.entries.push(entry("c", text, text));
        catalog.entries.push(Entry {
            obsolete: true,
            previous: Some(text.to_owned()),
            ..entry("d", text, "x")
        });
        let written = write(&catalog);
        assert_eq!(read(&written), Ok(catalog), "{text:?}\n{written}");
    }
}

/// A small generator: the same numbers every time.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    }
}

#[test]
fn damage_gives_problems_and_never_a_panic() {
    let mut number = numbers(7);
    let boundaries: Vec<usize> = (0..FULL.len()).filter(|at| FULL.is_char_boundary(*at)).collect();
    for end in &boundaries {
        if let Err(problems) = read(FULL.get(..*end).unwrap()) {
            assert!(
                !problems.is_empty() && problems.iter().all(|p| !p.message.is_empty() && !p.help.is_empty())
            );
        }
    }
    let signs = ["\"", "\\", "#~", "#|", "msgid ", "msgctxt \"", "\n", "msgstr[1]", "\u{0}", "\r", "é"];
    for _ in 0..3000 {
        let mut text = FULL.to_owned();
        for _ in 0..=number(4) {
            let boundaries: Vec<usize> = (0..text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            let at = boundaries.get(number(boundaries.len())).copied().unwrap_or(0);
            text.insert_str(at, signs.get(number(signs.len())).unwrap());
        }
        if let Ok(catalog) = read(&text) {
            assert_eq!(read(&write(&catalog)), Ok(catalog));
        }
    }
}

#[test]
fn large_files_are_read_at_once() {
    let mut catalog = Catalog::default();
    for n in 0..20_000 {
        catalog.entries.push(entry(&format!("step{n}.message"), "text", "texto"));
    }
    let written = write(&catalog);
    assert_eq!(read(&written), Ok(catalog));
    // Problems have an end.
    assert_eq!(read(&"msgid\n".repeat(100_000)).map_err(|problems| problems.len()), Err(50));
}

#[test]
fn another_encoding_is_named() {
    let text = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=ISO-8859-1\\n\"\n";
    let problems = read(text).unwrap_err();
    assert!(problems.iter().any(|problem| problem.message.contains("iso-8859-1")), "{problems:?}");
}
