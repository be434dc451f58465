//! Law: whatever is given to `sbotc`, it ends with 0, 1 or 2 as its help says, names the place, and never panics.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod scratch;

use scratch::{Ran, Scratch};
use std::fs;
use std::io::Write;
use std::path::Path;

const ACCOUNT: &str = "channel shop: whatsapp \"Shop\"\n";

const BOT: &str = r#"
bot hello

use "account.sbot"

trigger message via shop

step first:
  message "Hi {contact.name}!" buttons ["Yes" -> divide(1), "No" -> divide(0)]
    on other -> divide(2)
    on timeout 1h -> end

step divide(by: int):
  add_note("Said {client.text ?? "-"}")
  set lead.sale = 10 / by
  message "{lead.sale ?? 0}"
  pause 1h
  -> end

test "ten" {
  client "hi"
  client presses "Yes"
  bot "10"
}

test "five" {
  client "hi"
  client "maybe"
  bot "5"
}
"#;

fn hello(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("hello.sbot", BOT.trim_start()).write("account.sbot", ACCOUNT);
    scratch
}

#[test]
fn help_and_usage() {
    let scratch = Scratch::new("help");
    scratch.sbotc(&["--help"]).exits(0).prints("Examples:");
    scratch.sbotc(&["--version"]).exits(0).prints(env!("CARGO_PKG_VERSION"));
    scratch.sbotc(&[]).exits(2).says("Usage:");
    scratch.sbotc(&["chek", "."]).exits(2).says("check");
    scratch.sbotc(&["check"]).exits(2).says("PATH");
    scratch.sbotc(&["check", ".", "--format", "xml"]).exits(2).says("json");
    for command in
        ["check", "test", "run", "build", "fmt", "new", "explain", "disasm", "completions", "bindings"]
    {
        scratch.sbotc(&["help", command]).exits(0).prints("Example");
        scratch.sbotc(&[command, "-h"]).exits(0).prints("Usage:");
    }
}

fn help_page(scratch: &Scratch, page: &[String], width: usize) -> String {
    let mut command = scratch.command(&["help"]);
    let output = command.args(page).env("COLUMNS", width.to_string()).output().unwrap();
    assert!(output.status.success(), "{page:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a page of help lists, without `help` itself, which is clap's.
fn commands_of(help: &str) -> Vec<&str> {
    let listed = help.split_once("\nCommands:\n").map_or("", |(_, list)| list);
    listed
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty() && *name != "help")
        .collect()
}

/// On every page that can be reached from `sbotc help`: each line fits, each example is one line with what it does behind
/// it or below it, and paragraphs are filled: no line ends before the first word of the next one would not fit.
#[test]
fn help_is_as_wide_as_the_terminal() {
    let scratch = Scratch::new("help-width");
    let mut pages = vec![Vec::new()];
    let mut seen = 0;
    while let Some(page) = pages.get(seen).cloned() {
        seen += 1;
        let [narrow, wide] = [80, 100].map(|width| {
            let help = help_page(&scratch, &page, width);
            let beyond = help.lines().find(|line| line.chars().count() > width);
            assert_eq!(beyond, None, "{page:?} at {width}");
            let (about, rest) = help.split_once("\nUsage: ").unwrap();
            let (_, examples) =
                rest.split_once("\nExample").unwrap_or_else(|| panic!("{page:?} has no example"));
            let prose: Vec<&str> = about.lines().chain([""]).chain(examples.lines()).collect();
            for [line, next] in prose.array_windows() {
                let Some(word) = next.split(' ').next().filter(|word| !word.is_empty()) else { continue };
                let with_it = line.chars().count() + 1 + word.chars().count();
                assert!(line.is_empty() || with_it > width, "{page:?} at {width}: {line}\n{next}");
            }
            // What is set in columns, and must not be broken to fit.
            let columns = examples.lines().filter(|line| line.starts_with(' '));
            (columns.map(String::from).collect::<Vec<_>>(), help)
        });
        assert_eq!(narrow.0, wide.0, "{page:?}: a line of more than 80 columns");
        pages.extend(commands_of(&wide.1).into_iter().map(|name| [&page[..], &[name.to_owned()]].concat()));
    }
    for page in [&["check"][..], &["i18n", "status"]] {
        assert!(pages.iter().any(|found| found == page), "{page:?} is not among {pages:?}");
    }
}

#[test]
fn a_new_project_works_from_the_first_minute() {
    let scratch = Scratch::new("new");
    scratch.sbotc(&["new", "pizza-place"]).exits(0).says("sbotc test pizza-place");
    scratch.sbotc(&["check", "pizza-place", "--deny", "warnings"]).exits(0).says("No problems in 2 files");
    scratch.sbotc(&["test", "pizza-place"]).exits(0).prints("2 passed, 0 failed");
    scratch.sbotc(&["fmt", "--check", "pizza-place"]).exits(0);
    scratch
        .sbotc(&["build", "pizza-place"])
        .exits(0)
        .prints("pizza-place/pizza-place.sbc: 1 bot (pizza_place)");
    scratch.sbotc(&["disasm", "pizza-place/pizza-place.sbc"]).exits(0).prints("greet.message");
    scratch.fed(&["run", "pizza-place/pizza-place.sbc"], "hello\n").exits(0).prints("[1] Leave my number");
    assert_eq!(scratch.read("pizza-place/.gitignore"), b"*.sbc\n");
    scratch.sbotc(&["new", "pizza-place"]).exits(2).says("not empty");
    scratch.write("file", "").sbotc(&["new", "file"]).exits(2).says("is a file");
    fs::create_dir(scratch.0.join("empty")).unwrap();
    scratch.sbotc(&["new", "empty"]).exits(0);
    for odd in ["1st", "step", "Ünïcode shop", "a/b/c", "end"] {
        scratch.sbotc(&["new", odd]).exits(0);
        scratch.sbotc(&["test", odd]).exits(0).prints("2 passed, 0 failed");
    }
}

#[test]
fn bindings_are_written_and_checked() {
    let scratch = hello("bindings");
    scratch.sbotc(&["bindings", "rust", "."]).exits(0).prints("pub struct Bindings {");
    scratch.sbotc(&["bindings", "typescript", "."]).exits(0).prints("export type Effect =");
    scratch.sbotc(&["bindings", "python", "."]).exits(0).prints("def read_effect(");
    scratch.sbotc(&["bindings", "json-schema", "."]).exits(0).prints("2020-12/schema");
    scratch.sbotc(&["bindings", "cobol", "."]).exits(2).says("json-schema");
    let check = ["bindings", "rust", ".", "-o", "bots.rs", "--check"];
    scratch.sbotc(&check).exits(2).says("there is no file or folder `bots.rs`");
    scratch.sbotc(&["bindings", "rust", ".", "-o", "bots.rs"]).exits(0).prints("Wrote bots.rs: ");
    scratch.sbotc(&check).exits(0).prints("bots.rs is up to date");
    let whole = scratch.sbotc(&["bindings", "rust", ".", "--all"]).exits(0).out;
    assert!(
        whole.contains("pub struct AddTask {")
            && !String::from_utf8_lossy(&scratch.read("bots.rs")).contains("pub struct AddTask {")
    );
    scratch.write("account.sbot", format!("{ACCOUNT}\nuser zoe \"Zoe\"\n"));
    scratch
        .sbotc(&check)
        .exits(1)
        .prints("bots.rs is out of date")
        .prints("sbotc bindings rust . -o bots.rs");
    scratch.write("account.sbot", format!("{ACCOUNT}\nuser zoe_a \"Zoe\"\nuser zoeA \"Zoe\"\n"));
    scratch
        .sbotc(&["bindings", "rust", "."])
        .exits(1)
        .says("the user `zoe_a` and the user `zoeA` would both be called `ZoeA`")
        .says("rename one of each pair");
    scratch.write("account.sbot", format!("{ACCOUNT}\nuser\n"));
    scratch.sbotc(&["bindings", "rust", "."]).exits(1).says("E0110");
    scratch.sbotc(&["bindings", "rust", "nothing"]).exits(2).says("there is no file or folder `nothing`");
}

#[test]
fn check_reports_and_counts() {
    let scratch = hello("check");
    scratch.sbotc(&["check", "."]).exits(0).says("No problems in 2 files");
    scratch.sbotc(&["check", "account.sbot"]).exits(0).says("No problems in 1 file");
    scratch.write("two.sbot", "bot two\nstep a:\n  message \"x\"\n  -> b\nstep c: -> d\n");
    scratch.sbotc(&["check", "two.sbot"]).exits(1).says("E0201").says("2 errors").says("two.sbot:4:6");
    let ran = scratch.sbotc(&["check", "two.sbot", "--format", "json"]).exits(1);
    let lines = ran.lines();
    assert!(lines.len() >= 2, "{ran:?}");
    for line in &lines {
        for field in ["code", "severity", "message", "file", "line", "column", "start", "end"] {
            assert!(line.get(field).is_some(), "no {field} in {line}");
        }
    }
    assert_eq!((lines[0]["code"].as_str(), lines[0]["line"].as_u64()), (Some("E0201"), Some(4)));
    assert!(ran.err.is_empty(), "{ran:?}");
    // The same file twice is reported once.
    let once = scratch.sbotc(&["check", "two.sbot"]).err;
    assert_eq!(
        scratch.sbotc(&["check", "two.sbot", "two.sbot"]).exits(1).err.matches("E0201").count(),
        once.matches("E0201").count()
    );
}

#[test]
fn warnings_can_be_denied() {
    let scratch = Scratch::new("deny");
    scratch.write("warn.sbot", "bot warn\nstep a:\n  message \"x\"\n");
    scratch.sbotc(&["check", "warn.sbot"]).exits(0).says("W0604").says("1 warning");
    scratch.sbotc(&["check", "warn.sbot", "--deny", "warnings"]).exits(1).says("1 denied warning");
    scratch.sbotc(&["check", "warn.sbot", "--deny", "W0604"]).exits(1);
    scratch.sbotc(&["check", "warn.sbot", "--deny", "w0605,w0604"]).exits(1);
    scratch.sbotc(&["check", "warn.sbot", "--deny", "W0605"]).exits(0);
    scratch.sbotc(&["check", "warn.sbot", "--deny", "W06O4"]).exits(2).says("did you mean `W0604`?");
    let ran = scratch.sbotc(&["check", "warn.sbot", "--deny", "warnings", "--format", "json"]).exits(1);
    assert_eq!(ran.lines()[0]["severity"], "error");
    let ran = scratch.sbotc(&["check", "warn.sbot", "--format", "json"]).exits(0);
    assert_eq!(ran.lines()[0]["severity"], "warning");
}

#[test]
fn paths_that_lead_nowhere() {
    let scratch = hello("paths");
    for command in ["check", "test", "run", "build", "disasm", "fmt"] {
        scratch
            .sbotc(&[command, "helo.sbot"])
            .exits(2)
            .says("`helo.sbot`")
            .says("did you mean `hello.sbot`?");
        scratch.sbotc(&[command, "no/such/folder"]).exits(2).says("no/such/folder");
    }
    scratch.sbotc(&["check", "."]).exits(0);
    scratch.sbotc(&["check", ".", "nothing"]).exits(2).says("`nothing`");
    fs::create_dir(scratch.0.join("empty")).unwrap();
    for command in ["check", "test", "run", "build", "fmt"] {
        scratch.sbotc(&[command, "empty"]).exits(2).says("no .sbot file in `empty`");
    }
    scratch.write("lib/account.sbot", ACCOUNT);
    for command in ["check", "test", "run", "build"] {
        scratch.sbotc(&[command, "lib"]).exits(2).says("no file in `lib` has a bot");
    }
    scratch.sbotc(&["run", "account.sbot"]).exits(2).says("has no bot");
    scratch.sbotc(&["check", "hello.sbot/x"]).exits(2).says("hello.sbot/x");
}

#[test]
fn folders_are_searched_with_care() {
    let scratch = hello("folders");
    scratch
        .write(".hidden/broken.sbot", "what")
        .write("target/broken.sbot", "what")
        .write("notes.txt", "what");
    scratch.sbotc(&["check", "."]).exits(0).says("2 files");
    scratch.write("deep/er/library.sbot", "channel other: sms \"Other\"\n");
    scratch.sbotc(&["check", "."]).exits(0).says("3 files");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&scratch.0, scratch.0.join("deep/again")).unwrap();
        std::os::unix::fs::symlink("nowhere.sbot", scratch.0.join("dangling.sbot")).unwrap();
        scratch.sbotc(&["check", "."]).exits(0).says("3 files");
    }
}

#[test]
fn files_that_are_no_source() {
    let scratch = Scratch::new("hostile");
    scratch.write("latin.sbot", b"bot a\nstep s: message \"caf\xe9\" -> end\n");
    scratch.write("large.sbot", format!("bot a\nstep s: -> end\n{}", "// a comment\n".repeat(800_000)));
    for command in ["check", "test", "run", "build", "fmt", "disasm"] {
        scratch.sbotc(&[command, "latin.sbot"]).exits(2).says("`latin.sbot`").says("UTF-8");
        scratch.sbotc(&[command, "large.sbot"]).exits(2).says("`large.sbot`").says("split it");
    }
    let nested = |open: &str, inside: &str, close: &str| {
        format!(
            "bot a\nstep s:\n  let x = {}{inside}{}\n  -> end\n",
            open.repeat(10_000),
            close.repeat(10_000)
        )
    };
    let sources = [
        nested("(", "1", ")"),
        nested("[", "", "]"),
        nested("{a: ", "1", "}"),
        nested("\"{", "1", "}\""),
        nested("-", "1", ""),
        nested("not ", "true", ""),
        nested("", "1", " + 1"),
        nested("", "lead", ".a"),
        format!("bot a\nstep s:\n{}{}\n", "if true { ".repeat(10_000), "}".repeat(10_000)),
        format!("bot a\nstep s:\n  if true -> end {}\n", "else if true -> end ".repeat(10_000)),
        "(".repeat(10_000),
        "}".repeat(10_000),
        "\"".repeat(9_999),
        "\0\u{1b}[31m\u{7}".repeat(1000),
    ];
    for (n, source) in sources.iter().enumerate() {
        let file = format!("nested{n}.sbot");
        scratch.write(&file, source);
        let ran = scratch.sbotc(&["check", &file]);
        assert!(
            ran.code == Some(1) && ran.err.contains(&file),
            "{n}: {:?} {}",
            ran.code,
            &ran.err[..ran.err.len().min(500)]
        );
        assert!(!ran.err.contains('\u{1b}'), "{n} steers the terminal");
        scratch.sbotc(&["fmt", "--check", &file]).exits(1);
    }
    scratch.write("empty.sbot", "").sbotc(&["check", "empty.sbot"]).exits(0);
    scratch.sbotc(&["run", "empty.sbot"]).exits(2).says("no bot");
    scratch.write("bom.sbot", "\u{feff}bot a\nstep s: -> end\n").sbotc(&["check", "bom.sbot"]).exits(0);
}

#[test]
fn tests_are_run() {
    let scratch = hello("test");
    scratch.sbotc(&["test", "."]).exits(0).prints("ok    ten").prints("2 passed, 0 failed");
    scratch.sbotc(&["test", ".", "--filter", "TEN"]).exits(0).prints("1 passed, 0 failed");
    scratch.sbotc(&["test", ".", "--filter", "eleven"]).exits(0).prints("None of the 2 tests");
    let lines = scratch.sbotc(&["test", ".", "--format", "json"]).exits(0).lines();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["title"], &lines[0]["outcome"]), (&"ten".into(), &"passed".into()));
    assert_eq!(lines[2], serde_json::json!({"passed": 2, "failed": 0}));
    scratch.write("hello.sbot", BOT.trim_start().replace("bot \"10\"", "bot \"11\""));
    let ran = scratch.sbotc(&["test", "."]).exits(1).prints("FAIL  ten").prints("| client> [Yes]");
    ran.prints("hello.sbot:22:3: bot \"11\"")
        .prints("expected: ")
        .prints("got:      \"Hi Client!\", then \"10\"")
        .prints("1 passed, 1 failed");
    let lines = scratch.sbotc(&["test", ".", "--format", "json"]).exits(1).lines();
    assert_eq!((&lines[0]["outcome"], &lines[0]["line"]), (&"failed".into(), &22.into()));
    let (bot, _) = BOT.trim_start().split_once("test").unwrap();
    scratch.write("hello.sbot", bot).sbotc(&["test", "."]).exits(0).prints("There are no tests");
    scratch.write("hello.sbot", "bot hello\nstep a: -> b\n").sbotc(&["test", "."]).exits(1).says("E0201");
    let one =
        "bot one\ntrigger message\nstep a: message \"x\" -> end\ntest \"x\" { client \"hi\" bot \"x\" }\n";
    scratch.write("one.sbot", one);
    scratch
        .sbotc(&["test", "hello.sbot", "one.sbot"])
        .exits(1)
        .says("E0201")
        .prints("ok    one: x")
        .prints("1 passed");
    scratch.sbotc(&["test", "one.sbot", "nothing.sbot"]).exits(2).says("nothing.sbot");
}

const SILENT: &str = r#"
bot silent

channel shop: whatsapp "Shop"

trigger message

step start:
  message "Yes or no?" buttons [ "Yes" -> yes, "No" -> end ] on other -> start on timeout 1h -> end

step yes: message "Good." -> end

test "yes" { client "hi" client presses "Yes" bot "Good." expect ended }
"#;

#[test]
fn conversations_are_walked_through() {
    let scratch = Scratch::new("explore");
    scratch.write("bot.sbot", SILENT.trim_start());
    let ran = scratch.sbotc(&["explore", "bot.sbot"]).exits(1);
    let ran = ran.prints("silent end: the bot ends without a word").prints("    client presses \"No\"");
    assert_eq!(ran.out, scratch.sbotc(&["explore", "bot.sbot"]).out);
    let report = &scratch.sbotc(&["explore", ".", "--format", "json"]).exits(1).lines()[0];
    assert_eq!(report["bot"], "silent");
    assert_eq!(report["complete"], true);
    assert_eq!(report["findings"][0]["kind"], "silent_end");
    assert_eq!(report["findings"][0]["conversation"][1], "client presses \"No\"");
    scratch.sbotc(&["explore", ".", "--limit", "0"]).exits(1).prints("there are more");
    scratch.sbotc(&["explore", ".", "--bot", "silence"]).exits(2).says("did you mean `silent`?");
    scratch.sbotc(&["explore", "nowhere"]).exits(2).says("nowhere");
    scratch.write("bad.sbot", "bot bad\nstep start: -> nowhere\n");
    scratch.sbotc(&["explore", "bad.sbot"]).exits(1).says("E0201");
}

#[test]
fn tests_are_written_for_what_none_reaches() {
    let scratch = Scratch::new("write-tests");
    scratch.write("bot.sbot", SILENT.trim_start());
    let before = scratch.sbotc(&["test", ".", "--coverage"]).exits(0);
    before
        .prints("silent: 2/2 steps (100 %), 0/2 exits (0 %), 1/2 buttons (50 %)")
        .prints("not reached: \"No\" in `start`");
    scratch.sbotc(&["explore", ".", "--write-tests"]).prints("Wrote 3 tests into bot.sbot");
    let after = scratch.sbotc(&["test", ".", "--coverage", "--lcov", "trace.info"]).exits(0);
    after.prints("4 passed, 0 failed").prints("2/2 exits (100 %), 2/2 buttons (100 %)");
    scratch.sbotc(&["fmt", "--check", "."]).exits(1);
    scratch.sbotc(&["explore", ".", "--write-tests"]).prints("No test to write");
    let trace = String::from_utf8(scratch.read("trace.info")).unwrap();
    for line in ["SF:bot.sbot", "FNF:2", "FNH:2", "BRF:4", "BRH:4", "end_of_record"] {
        assert!(trace.lines().any(|known| known == line), "{line}\n{trace}");
    }
    let lines = scratch.sbotc(&["test", ".", "--coverage", "--format", "json"]).exits(0).lines();
    let coverage = lines.iter().find(|line| line.get("coverage").is_some()).unwrap();
    assert_eq!(coverage["coverage"]["exits"]["reached"], 2);
    scratch.sbotc(&["test", ".", "--lcov", "no/such/folder.info"]).exits(2).says("no/such/folder.info");
}

#[test]
fn a_script_is_a_conversation() {
    let scratch = hello("run");
    let script = ":# a comment\nhi\n\n1\n:wait 30m\n:state\n:back\n:wait 1h\nhi\n:press No way\n";
    let ran = scratch.fed(&["run", "."], script).exits(1).says("line 10").says("No way");
    let expected = "\
client> hi
bot> Hi Client!
  [1] Yes
  [2] No
  … waits at first.message (1h)
client> [Yes]
  add_note(\"Said Yes\", on: contact)
  set lead.sale = 10
bot> 10
  … waits at divide.pause (1h)
clock> 30m later: 2026-01-05 10:30
";
    assert!(ran.out.starts_with(expected), "{}", ran.out);
    let ran = ran.prints("waits at   divide.pause in step divide").prints("(one turn undone)");
    ran.prints("clock> 1h later: 2026-01-05 11:00\n  ended\nclient> hi\n");
    scratch
        .fed(&["run", ".", "--at", "2026-12-24 23:50"], "hi\n:wait 20m\n")
        .exits(0)
        .prints("2026-12-25 00:10");
    scratch.sbotc(&["run", ".", "--at", "soon"]).exits(2).says("`soon`");
    scratch.fed(&["run", "."], "hi\n:nosuch\n").exits(1).says("line 2").says(":nosuch");
    scratch.fed(&["run", "."], b"hi\n\xff\n").exits(1).says("line 2").says("UTF-8");
    scratch.fed(&["run", "."], "hi\n2\n").exits(1).prints("stopped: division by zero at hello.sbot:14:");
    scratch.fed(&["run", "."], "hi\n:fail\n").exits(1).prints("failed: nothing takes care of message");
    scratch.fed(&["run", "."], "hi\n:quit\n:nosuch\n").exits(0);
    scratch.fed(&["run", "."], "hi").exits(0).prints("bot> Hi Client!");
    scratch.fed(&["run", "."], "::)\n").exits(0).prints("client> :)");
    scratch.fed(&["run", "."], "\u{1b}[31mred\n").exits(0).prints("client> \u{fffd}[31mred");
    scratch.fed(&["run", "."], ":set contact.name = Ann\nhi\n").exits(0).prints("bot> Hi Ann!");
    scratch.fed(&["run", "."], ":set contact.nam = Ann\n").exits(1).says("did you mean `contact.name`?");
    scratch.fed(&["run", "."], "hi\n3\n").exits(0).prints("client> 3\n").prints("bot> 5");
}

#[test]
fn a_bot_is_chosen_and_started() {
    let scratch = hello("start");
    scratch.write("other.sbot", "bot other\ntrigger manual\nstep a: message \"By hand.\" -> end\n");
    scratch.write("alone.sbot", "bot alone\nstep a: message \"At once.\" -> end\n");
    scratch.sbotc(&["run", "."]).exits(2).says("alone, hello, other").says("--bot");
    scratch.sbotc(&["run", ".", "--bot", "othr"]).exits(2).says("did you mean `other`?");
    scratch.sbotc(&["run", ".", "--bot", "other"]).exits(0).prints("bot> By hand.");
    scratch.sbotc(&["run", "alone.sbot"]).exits(0).prints("bot> At once.");
    scratch.fed(&["run", "hello.sbot"], "").exits(0);
    scratch.fed(&["run", "hello.sbot"], ":start\n").exits(0).prints("no trigger takes this");
}

#[test]
fn a_conversation_goes_on_in_another_process() {
    let scratch = hello("resume");
    scratch
        .fed(&["run", "."], ":set contact.name = Ann\nhi\n:wait 20m\n:save ann.json\n")
        .exits(0)
        .prints("saved in ann.json");
    let ran = scratch.fed(&["run", ".", "--resume", "ann.json"], ":wait 39m\n1\n:save later.json\n").exits(0);
    ran.prints("waits at first.message (40m)")
        .prints("clock> 39m later: 2026-01-05 10:59")
        .prints("client> [Yes]")
        .prints("bot> 10");
    scratch.fed(&["run", ".", "--resume", "later.json"], ":wait 1h\n").exits(0).prints("ended");
    // The compiled program is the same program, with and without its debug section.
    scratch.sbotc(&["build", "hello.sbot", "-o", "out.sbc"]).exits(0);
    scratch.sbotc(&["build", "hello.sbot", "-o", "bare.sbc", "--strip"]).exits(0);
    for program in ["out.sbc", "bare.sbc"] {
        scratch.fed(&["run", program, "--resume", "ann.json"], "1\n").exits(0).prints("bot> 10");
    }
    let saved = String::from_utf8(scratch.read("ann.json")).unwrap();
    for (broken, why) in [
        ("", "no saved conversation"),
        ("{}", "no saved conversation"),
        ("[[[[", "no saved conversation"),
        (&saved.replace("\"format\": 1", "\"format\": 2"), "format 2"),
        (&saved.replace("\"run\": \"02", "\"run\": \"03"), "format 3"),
        (&saved.replace("\"run\": \"02", "\"run\": \"zz"), "damaged"),
        (&saved.replace("\"contact.name\"", "\"contact.nome\""), "contact.nome"),
        (&saved.replace("\"Text\": \"Ann\"", "\"Int\": 5"), "contact.name"),
        (&saved.replace("\"program\": \"", "\"program\": \"0"), "program"),
        (&saved.replace("\"bot\": \"hello\"", "\"bot\": \"other\""), "other"),
    ] {
        scratch.write("broken.json", broken);
        scratch.sbotc(&["run", ".", "--resume", "broken.json"]).exits(2).says("`broken.json`").says(why);
    }
    scratch
        .write("bytes.json", [0xff, 0xfe])
        .sbotc(&["run", ".", "--resume", "bytes.json"])
        .exits(2)
        .says("`bytes.json`");
    scratch.sbotc(&["run", ".", "--resume", "an.json"]).exits(2).says("did you mean `ann.json`?");
    scratch.write("hello.sbot", BOT.trim_start().replace("Hi {", "Hello {"));
    scratch.sbotc(&["run", ".", "--resume", "ann.json"]).exits(2).says("parked under program");
    scratch
        .fed(&["run", "."], "hi\n:save no/such/folder/x.json\n")
        .exits(1)
        .says("line 2")
        .says("no/such/folder");
}

#[test]
fn differences_are_told() {
    let scratch = hello("diff");
    let ran = scratch.sbotc(&["diff", "hello.sbot", "."]).exits(0).says("No difference");
    assert_eq!(ran.out, "");
    let ran = scratch.sbotc(&["diff", ".", "hello.sbot", "--format", "json"]).exits(0);
    assert_eq!(ran.lines(), [serde_json::json!({"differences": 0, "summary": ""})]);
    let text = String::from_utf8(scratch.read("hello.sbot")).unwrap();
    scratch.write("new/account.sbot", scratch.read("account.sbot"));
    scratch.write("new/hello.sbot", text.replacen("message \"", "message \"Dear, ", 1));
    let ran = scratch.sbotc(&["diff", "hello.sbot", "new"]).exits(1);
    let ran = ran.prints("a message is reworded").prints("### What the client sees").prints("**Dear,** Hi");
    assert!(
        ran.err.is_empty() && ran.out.contains("hello.sbot:") && ran.out.contains("new/hello.sbot:"),
        "{ran:?}"
    );
    let short = scratch.sbotc(&["diff", "hello.sbot", "new", "--summary"]).exits(1);
    assert_eq!(short.out.lines().collect::<Vec<_>>(), [ran.out.lines().next().unwrap()]);
    let ran = scratch.sbotc(&["diff", "hello.sbot", "new", "--format", "json"]).exits(1);
    assert_eq!((ran.lines()[0]["kind"].as_str(), ran.lines().len()), (Some("message-reworded"), 2));
    let ran = scratch.sbotc(&["diff", "hello.sbot", "new", "--summary", "--format", "json"]).exits(1);
    assert_eq!(ran.lines()[0]["differences"], 1);
    let colored = scratch.sbotc(&["diff", "hello.sbot", "new", "--color", "always"]).exits(1);
    assert!(colored.out.contains("\u{1b}[32mDear,") && !colored.out.contains("**"), "{colored:?}");
    scratch.write("broken.sbot", "bot hello\nstep a: -> b\n");
    scratch.sbotc(&["diff", "hello.sbot", "broken.sbot"]).exits(2).says("E0201").says("cannot be compared");
    scratch.sbotc(&["diff", "broken.sbot", "hello.sbot", "--format", "json"]).exits(2).says("E0201");
    scratch.sbotc(&["diff", "hello.sbot"]).exits(2);
    scratch.sbotc(&["diff", "hello.sbot", "helo.sbot"]).exits(2).says("did you mean `hello.sbot`?");
    scratch.sbotc(&["build", "hello.sbot"]).exits(0);
    scratch.sbotc(&["diff", "hello.sbc", "hello.sbot"]).exits(2).says("compiled program");
}

#[test]
fn programs_are_built_whole() {
    let scratch = hello("build");
    let ran = scratch.sbotc(&["build", "hello.sbot", "--format", "json"]).exits(0);
    let built = &ran.lines()[0];
    assert_eq!((&built["file"], &built["bots"]), (&"hello.sbc".into(), &serde_json::json!(["hello"])));
    assert_eq!(built["bytes"].as_u64(), Some(scratch.read("hello.sbc").len() as u64));
    scratch.sbotc(&["build", "hello.sbot", "-o", "bare.sbc", "--strip"]).exits(0);
    assert!(scratch.read("bare.sbc").len() < scratch.read("hello.sbc").len());
    let old = scratch.read("hello.sbc");
    scratch
        .write("hello.sbot", "bot hello\nstep a: -> b\n")
        .sbotc(&["build", "hello.sbot"])
        .exits(1)
        .says("E0201");
    let ran = scratch.sbotc(&["build", "hello.sbot", "--format", "json"]).exits(1);
    assert_eq!(ran.lines()[0]["code"], "E0201");
    assert_eq!(scratch.read("hello.sbc"), old, "a failed build leaves the old program");
    hello("build2").sbotc(&["build", "."]).exits(0).prints("build2.sbc");
    let scratch = hello("build3");
    scratch.sbotc(&["build", ".", "-o", "."]).exits(2).says("folder");
    scratch.sbotc(&["build", ".", "-o", "no/such/x.sbc"]).exits(2).says("no/such/x.sbc");
    let left = fs::read_dir(&scratch.0).unwrap().count();
    assert_eq!(left, 2, "nothing is left of what failed");
    scratch.sbotc(&["build", "hello.sbot"]).exits(0);
    scratch.sbotc(&["check", "hello.sbc"]).exits(2).says("compiled program");
}

#[test]
fn programs_that_are_none() {
    let scratch = hello("programs");
    scratch.sbotc(&["build", "hello.sbot"]).exits(0);
    let whole = scratch.read("hello.sbc");
    for end in (0..whole.len()).step_by(whole.len() / 25) {
        scratch.write("cut.sbc", &whole[..end]);
        scratch.sbotc(&["disasm", "cut.sbc"]).exits(2).says("`cut.sbc`");
    }
    for at in (0..whole.len()).step_by(whole.len() / 25) {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        scratch.write("changed.sbc", &changed);
        scratch.fed(&["run", "changed.sbc"], "hi\n").exits(2).says("`changed.sbc`");
    }
    scratch.write("text.sbc", BOT).sbotc(&["run", "text.sbc"]).exits(2).says("not a compiled bot");
    scratch.write("none.sbc", "").sbotc(&["run", "none.sbc"]).exits(2).says("`none.sbc`");
    scratch.sbotc(&["run", "missing.sbc"]).exits(2).says("`missing.sbc`");
}

#[test]
fn files_are_formatted() {
    let scratch = hello("fmt");
    scratch.sbotc(&["fmt", "."]).exits(0);
    scratch.sbotc(&["fmt", ".", "--check"]).exits(0).says("2 files already");
    let standard = scratch.read("hello.sbot");
    scratch.write("hello.sbot", String::from_utf8(standard.clone()).unwrap().replace("\n  ", "\n      "));
    scratch.sbotc(&["fmt", ".", "--check"]).exits(1).prints("hello.sbot").says("1 file would change");
    assert_ne!(scratch.read("hello.sbot"), standard);
    let ran = scratch.fed(&["fmt", "-"], scratch.read("hello.sbot")).exits(0);
    assert_eq!(ran.out.as_bytes(), standard);
    scratch.fed(&["fmt", "-", "--check"], scratch.read("hello.sbot")).exits(1);
    scratch.fed(&["fmt", "-", "--check"], &standard).exits(0);
    scratch.sbotc(&["fmt", "."]).exits(0).prints("hello.sbot").says("1 file changed");
    assert_eq!(scratch.read("hello.sbot"), standard);
    let broken = "bot hello\nstep a: message\n";
    scratch.write("broken.sbot", broken).sbotc(&["fmt", "."]).exits(1).says("E0110").says("left alone");
    assert_eq!(scratch.read("broken.sbot"), broken.as_bytes());
    scratch.fed(&["fmt", "-"], broken).exits(1).says("E0110");
    scratch.fed(&["fmt", "-"], [0xff]).exits(2).says("UTF-8");
    scratch.sbotc(&["fmt", "-", "hello.sbot"]).exits(2);
}

#[test]
fn codes_are_explained() {
    let scratch = Scratch::new("explain");
    let list = scratch.sbotc(&["explain", "--list"]).exits(0).out;
    assert!(list.lines().count() > 30);
    for line in list.lines() {
        let code = line.split_whitespace().next().unwrap();
        scratch.sbotc(&["explain", code]).exits(0).prints(code);
    }
    scratch.sbotc(&["explain", "e0201"]).exits(0).prints("E0201");
    scratch.sbotc(&["explain", "E020"]).exits(2).says("did you mean `E020");
    scratch.sbotc(&["explain", "nonsense"]).exits(2).says("--list");
    scratch.sbotc(&["explain"]).exits(2);
}

#[test]
fn completions_for_every_shell() {
    let scratch = Scratch::new("completions");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        scratch.sbotc(&["completions", shell]).exits(0).prints("sbotc");
    }
    scratch.sbotc(&["completions", "cmd"]).exits(2);
}

#[test]
fn colours_come_when_they_are_wanted() {
    let scratch = hello("color");
    let colored = |ran: Ran| ran.out.contains('\u{1b}') || ran.err.contains('\u{1b}');
    assert!(!colored(scratch.fed(&["run", "."], "hi\n")));
    assert!(!colored(scratch.sbotc(&["check", "nothing"])));
    assert!(colored(scratch.fed(&["run", ".", "--color", "always"], "hi\n")));
    assert!(colored(scratch.sbotc(&["--color=always", "--help"])));
    assert!(!colored(scratch.sbotc(&["--color=never", "test", "."])));
    assert!(colored(scratch.sbotc(&["test", ".", "--color", "always"])));
}

#[test]
fn a_reader_may_leave_early() {
    let scratch = hello("pipe");
    let long = "hi\n1\n:wait 1h\n".repeat(2000);
    for (args, input) in
        [(vec!["explain", "--list"], ""), (vec!["help"], ""), (vec!["run", "."], long.as_str())]
    {
        let mut child = scratch.command(&args).spawn().unwrap();
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().unwrap();
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(0) && err.is_empty(), "{args:?}: {:?} {err}", output.status);
    }
}

#[test]
fn maps_are_drawn_beside_the_source() {
    let scratch = hello("map");
    let page = |scratch: &Scratch, file: &str| String::from_utf8(scratch.read(file)).unwrap();
    scratch.sbotc(&["map", "hello.sbot"]).exits(0).prints("Drew hello.map.html: 1 bot (hello), 2 steps");
    assert!(page(&scratch, "hello.map.html").starts_with("<!doctype html>"));
    scratch.sbotc(&["map", ".", "--format", "svg"]).exits(0).prints("map.map.svg");
    assert!(page(&scratch, "map.map.svg").starts_with("<svg xmlns="));
    // The ending of the file decides, unless the format is given.
    for (file, begins) in
        [("a.svg", "<svg "), ("a.HTML", "<!doctype"), ("a.mmd", "flowchart"), ("a.dot", "digraph")]
    {
        scratch.sbotc(&["map", "hello.sbot", "-o", file]).exits(0);
        assert!(page(&scratch, file).starts_with(begins), "{file}");
    }
    scratch.sbotc(&["map", ".", "-o", "a.txt"]).exits(2).says(".svg").says("--format");
    scratch.sbotc(&["map", ".", "-o", "a.txt", "--format", "dot"]).exits(0);
    scratch.sbotc(&["map", ".", "--format", "gif"]).exits(2).says("mermaid");
    scratch.sbotc(&["map", ".", "-o", "no/such/a.svg"]).exits(2).says("no/such/a.svg");
    let ran = scratch.sbotc(&["map", ".", "--format", "mermaid", "-o", "-"]).exits(0);
    assert!(ran.out.starts_with("flowchart") && !ran.out.contains("Drew") && ran.err.is_empty(), "{ran:?}");
    scratch.sbotc(&["map", ".", "--bot", "helo"]).exits(2).says("did you mean `hello`?");
    scratch.sbotc(&["map", ".", "--bot", "hello", "-o", "-"]).exits(0).prints("<svg id=\"map\"");
    scratch.sbotc(&["map", ".", "--link-base", "https://git.example"]).exits(2).says("{file}");
    let link = "https://git.example/{file}#L{line}";
    scratch
        .write("two words.sbot", BOT)
        .sbotc(&["map", "two words.sbot", "-o", "-", "--link-base", link])
        .exits(0)
        .prints("data-link=\"https://git.example/two%20words.sbot#L");
    scratch.sbotc(&["map", "nowhere"]).exits(2).says("nowhere");
}

#[test]
fn what_has_errors_is_not_drawn() {
    let scratch = hello("map2");
    scratch.sbotc(&["map", "hello.sbot"]).exits(0);
    let old = scratch.read("hello.map.html");
    scratch
        .write("hello.sbot", "bot hello\nstep a: -> b\n")
        .sbotc(&["map", "hello.sbot"])
        .exits(1)
        .says("E0201");
    assert_eq!(scratch.read("hello.map.html"), old, "a failed map leaves the old one");
    scratch.write("empty.sbot", "").sbotc(&["map", "empty.sbot"]).exits(2).says("no bot");
    let left = fs::read_dir(&scratch.0).unwrap().count();
    assert_eq!(left, 4, "nothing is left of what failed");
}

#[test]
fn the_page_about_maps_names_options_that_there_are() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/map.md")).unwrap();
    let help = Scratch::new("map3").sbotc(&["map", "--help"]).exits(0).out;
    let options = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let mut found: Vec<String> =
            words.filter(|word| word.len() > 3 && word.starts_with("--")).map(str::to_owned).collect();
        found.sort();
        found.dedup();
        found
    };
    let known = options(&help);
    assert!(options(&page).len() > 2);
    assert!(options(&page).iter().all(|option| known.contains(option)), "{:?} {known:?}", options(&page));
    for format in ["html", "svg", "mermaid", "dot"] {
        assert!(help.contains(format) && page.contains(&format!("| `{format}` |")), "{format}");
    }
}
