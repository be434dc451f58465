//! Law: `check --fix` writes what it says and nothing else, `--diff` shows the same and writes nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod scratch;

use scratch::Scratch;
use std::fs;

const BOT: &str = "\
bot shop

use \"account.sbot\"

trigger message via whats

step greet:
  message 'Hi!' buttons [\"Prices\" -> price \"Bye\" -> end] on other -> prices on timeout 1d -> end

step prices:
  send_internal(\"A question\", to: [ana])
";
const MENDED: &str = "\
bot shop

use \"account.sbot\"

trigger message via whats

step greet:
  message \"Hi!\" buttons [\"Prices\" -> prices, \"Bye\" -> end] on other -> prices on timeout 1d -> end

step prices:
  send_internal(\"A question\", to: [anna])
  -> end
";

fn shop(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let account = "channel whats: whatsapp \"Shop\"; // ours\nuser anna \"Anna Smith\"\n";
    scratch.write("bots/shop.sbot", BOT).write("bots/account.sbot", account);
    scratch
}

#[test]
fn what_is_mended_is_written_and_counted() {
    let scratch = shop("fix-writes");
    scratch
        .sbotc(&["check", "bots", "--fix"])
        .exits(0)
        .says("fixed 6 problems in 2 files")
        .says("No problems in 2 files");
    assert_eq!(String::from_utf8(scratch.read("bots/shop.sbot")).unwrap(), MENDED);
    assert!(scratch.read("bots/account.sbot").starts_with(b"channel whats: whatsapp \"Shop\" // ours\n"));
    // Nothing is left of writing, and a second run has nothing to do.
    assert_eq!(fs::read_dir(scratch.0.join("bots")).unwrap().count(), 2);
    let again = scratch.sbotc(&["check", "bots", "--fix"]).exits(0);
    assert!(!again.err.contains("fixed"), "{again:?}");
    // The same file of two projects is mended once.
    let scratch = shop("fix-twice");
    scratch.sbotc(&["check", "bots", "bots/shop.sbot", "--fix"]).exits(0).says("fixed 6 problems in 2 files");
}

#[test]
fn a_patch_is_what_would_be_written() {
    let scratch = shop("fix-diff");
    let ran = scratch.sbotc(&["check", "bots", "--diff"]).exits(1).says("would fix 6 problems in 2 files");
    assert_eq!(String::from_utf8(scratch.read("bots/shop.sbot")).unwrap(), BOT);
    for line in ["--- bots/account.sbot", "+++ bots/account.sbot", "--- bots/shop.sbot", "+  -> end"] {
        assert!(ran.out.lines().any(|printed| printed == line), "no `{line}` in\n{}", ran.out);
    }
    // Every line of the patch is one of the file before or after.
    for line in ran.out.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++")) {
        assert!(MENDED.lines().any(|written| written == &line[1..]) || line.ends_with("// ours"), "{line}");
    }
    scratch.sbotc(&["check", "bots", "--fix"]).exits(0);
    let ran = scratch.sbotc(&["check", "bots", "--diff"]).exits(0).says("nothing to fix");
    assert!(ran.out.is_empty());
    scratch.sbotc(&["check", "bots", "--diff", "--fix"]).exits(2).says("--fix");
    scratch.sbotc(&["check", "bots", "--diff", "--format", "json"]).exits(2);
}

#[test]
fn what_has_no_one_answer_is_left_and_reported() {
    let scratch = Scratch::new("fix-left");
    let source = "bot shop\n\nstep greet:\n  message \"Hi {name}\" then\n  -> prices\n  let x = 5 +\n";
    scratch.write("shop.sbot", source);
    // The word is mended, the rest is not.
    scratch.sbotc(&["check", "shop.sbot", "--fix"]).exits(1).says("fixed 1 problem in 1 file").says("E0110");
    let left = String::from_utf8(scratch.read("shop.sbot")).unwrap();
    assert_eq!(left, source.replace(" then\n", "\n"));
    // A mistake whose fix would uncover another one stays as it is.
    let source =
        "bot shop\n\nstep greet:\n  if lead.pricee > \"x\" -> end\n  if lead.sal > \"x\" -> end\n  -> end\n";
    scratch
        .write("shop.sbot", source)
        .sbotc(&["check", "shop.sbot", "--fix"])
        .exits(1)
        .says("did you mean `sale`?");
    assert_eq!(String::from_utf8(scratch.read("shop.sbot")).unwrap(), source);
}

#[test]
fn editors_get_the_edits() {
    let scratch = shop("fix-json");
    let lines = scratch.sbotc(&["check", "bots", "--format", "json"]).exits(1).lines();
    let of = |code: &str, line: u64| {
        let found = lines.iter().find(|found| found["code"] == code && found["line"] == line);
        found.unwrap_or_else(|| panic!("no {code} on line {line} in {lines:?}")).clone()
    };
    let quotes = of("E0101", 8);
    assert_eq!(quotes["sure"], true);
    let edits = quotes["fix"].as_array().unwrap();
    assert_eq!(edits.len(), 2, "{quotes}");
    for edit in edits {
        let (start, end) = (edit["start"].as_u64().unwrap(), edit["end"].as_u64().unwrap());
        let range = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        assert_eq!((&BOT[range], edit["text"].as_str()), ("'", Some("\"")));
    }
    let comma = of("E0110", 8);
    assert_eq!(comma["fix"][0]["start"], comma["fix"][0]["end"]);
    assert_eq!(comma["fix"][0]["text"], ",");
    // With --fix, what is left is listed.
    let ran = scratch.sbotc(&["check", "bots", "--fix", "--format", "json"]).exits(0);
    assert!(ran.out.is_empty() && ran.err.is_empty(), "{ran:?}");
}

#[test]
fn files_that_cannot_be_mended() {
    let scratch = shop("fix-cannot");
    scratch.sbotc(&["check", "nowhere.sbot", "--fix"]).exits(2).says("nowhere.sbot");
    scratch.write("broken.sbot", b"bot x\n\xff".as_slice());
    scratch.sbotc(&["check", "broken.sbot", "--fix"]).exits(2).says("UTF-8");
    scratch.write("program.sbc", "").sbotc(&["check", "program.sbc", "--fix"]).exits(2).says("compiled");
}
