//! Law of Round Robin: the sequence begins anew when an option is added, changed or deleted, and only then. The counter
//! of the invitations of `examples/school` is looked at, as it is and after changes of the file.

#![allow(clippy::unwrap_used)] // An example that cannot be read is a failure.

mod support;

use sbot_vm::program::Counter;
use std::fs;
use std::path::Path;
use support::Memory;

/// The counter of the bot `invite` after a change of its file.
fn counter(change: impl Fn(&str) -> String) -> Counter {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/school");
    let mut files = Memory::default();
    files.0.insert("account.sbot".to_owned(), fs::read(folder.join("account.sbot")).unwrap());
    let text = fs::read_to_string(folder.join("invite.sbot")).unwrap();
    files.0.insert("invite.sbot".to_owned(), change(&text).into_bytes());
    let checked = sbotc::check_files("invite.sbot", &files).unwrap();
    let found = support::listed(checked.diagnostics.iter().filter(|one| one.is_error()), &checked.sources);
    let project = checked.project.unwrap_or_else(|| panic!("{found}"));
    let lowered = sbotc::lower::lower(&project, &checked.sources, false);
    assert_eq!(lowered.tables.counters.len(), 1);
    lowered.tables.counters.first().unwrap().clone()
}

/// Replaces what has to stand there.
fn replaced(from: &str, to: &str) -> impl Fn(&str) -> String {
    move |text: &str| {
        assert!(text.contains(from), "the example has no {from}");
        text.replacen(from, to, 1)
    }
}

const OPTION_B: &str =
    "    { version = \"B\" -> invite(\"Last call: the course begins on Monday. Are you in?\") },\n";

#[test]
fn the_sequence_begins_anew_when_an_option_is_added_changed_or_deleted() {
    let before = counter(str::to_owned);
    assert_eq!(before.options, 3);
    let changed = counter(replaced("Last call:", "Hurry up:"));
    let deleted = counter(replaced(OPTION_B, ""));
    let added = counter(replaced(OPTION_B, &format!("{OPTION_B}{}", OPTION_B.replace("Last", "Very last"))));
    assert_eq!((changed.options, deleted.options, added.options), (3, 2, 4));
    let mut hashes = vec![before.hash, changed.hash, deleted.hash, added.hash];
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 4, "two of the versions share a counter");
}

#[test]
fn nothing_else_begins_it_anew() {
    let before = counter(str::to_owned);
    let comment = counter(replaced("  rotate [\n", "  // In turn.\n  rotate [\n\n"));
    let spaces = counter(replaced("{ version = \"B\" ->", "{   version   =   \"B\"\n ->"));
    let elsewhere = counter(replaced("Then until next time!", "Another time, then!"));
    for after in [comment, spaces, elsewhere] {
        assert_eq!(after, before);
    }
}
