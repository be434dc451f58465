//! `sbotc replay`: the page about it, whose commands are run, and what it says about logs that are none.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod scratch;

use scratch::Scratch;
use std::fs;
use std::path::Path;
use std::process::Command;

fn repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn pizzeria(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    copy(&repository().join("examples/pizzeria"), &scratch.0.join("pizzeria"));
    scratch
}

/// A log of two conversations with the pizzeria, written by its tests.
fn logged(name: &str) -> Scratch {
    let scratch = pizzeria(name);
    scratch.sbotc(&["test", "pizzeria", "--log", "turns.jsonl"]).exits(0);
    scratch
}

#[test]
fn the_page_says_what_is_printed() {
    let scratch = pizzeria("replay_page");
    let page = fs::read_to_string(repository().join("docs/replay.md")).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_sbotc")).parent().unwrap().to_owned();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let mut ran = 0;
    for block in page.split("```console\n").skip(1) {
        let block = block.split("\n```").next().unwrap();
        for example in format!("\n{block}").split("\n$ ").skip(1) {
            let (command, printed) = example.split_once('\n').unwrap_or((example, ""));
            let output = Command::new("sh")
                .args(["-c", &format!("{{ {command}\n}} 2>&1")])
                .current_dir(&scratch.0)
                .env("PATH", &path)
                .env_remove("CLICOLOR_FORCE")
                .output()
                .unwrap();
            assert_eq!(
                String::from_utf8(output.stdout).unwrap().trim_end(),
                printed.trim_end(),
                "$ {command}"
            );
            ran += 1;
        }
    }
    assert!(ran >= 7, "{ran}");
}

#[test]
fn logs_that_are_none_are_told() {
    let scratch = logged("replay_bad");
    let log = String::from_utf8(scratch.read("turns.jsonl")).unwrap();
    let replay = |file: &str| scratch.sbotc(&["replay", file, "--program", "pizzeria"]);
    replay("no.jsonl").exits(2).says("no.jsonl");
    scratch.write("empty.jsonl", "");
    replay("empty.jsonl").exits(0).prints("no line");
    for (bad, says) in [
        ("{\"sbot\":\"turn\"}", "`program` is missing"),
        ("{", "no JSON"),
        ("[]", "an object"),
        ("{\"sbot\":\"turn\",\"program\":\"12\"}", "16 hexadecimal digits"),
        ("\u{fffd}", "no JSON"),
    ] {
        scratch.write("bad.jsonl", format!("{log}{bad}\n"));
        replay("bad.jsonl").exits(1).prints(says).prints("bad.jsonl:").prints("byte for byte");
    }
    scratch.write("bytes.jsonl", [b"\xff\xfe{}\n", log.as_bytes()].concat());
    replay("bytes.jsonl").exits(1).prints("bytes.jsonl:1");
    // A program that is not at hand.
    scratch.sbotc(&["replay", "turns.jsonl"]).exits(2).says("not at hand").says("--program");
    scratch.sbotc(&["replay", "turns.jsonl", "--program", "pizzeria", "--at", "1"]).exits(2).says("--run");
    let run = "welcome: a bad phone number is asked for again";
    let at = |turn: &str, run: &str| {
        scratch.sbotc(&["replay", "turns.jsonl", "--program", "pizzeria", "--at", turn, "--run", run])
    };
    at("99", run).exits(2).says("the last turn");
    at("1", "nobody").exits(2).says("nobody");
    at("1", run).exits(0).prints("greet.message");
}

#[test]
fn a_log_that_begins_in_the_middle_is_proved_from_there() {
    let scratch = logged("replay_middle");
    let log = String::from_utf8(scratch.read("turns.jsonl")).unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("a bad phone number is asked")).collect();
    assert!(lines.len() > 3);
    scratch.write("rest.jsonl", lines[1..].join("\n") + "\n");
    scratch.sbotc(&["replay", "rest.jsonl", "--program", "pizzeria"]).exits(0).prints("1 line not proved");
    scratch
        .sbotc(&["replay", "rest.jsonl", "--on", "pizzeria"])
        .exits(0)
        .prints("1 conversation not compared");
    // The same with the older log before it.
    scratch.write("first.jsonl", format!("{}\n", lines[0]));
    let both = scratch.sbotc(&["replay", "first.jsonl", "rest.jsonl", "--program", "pizzeria"]).exits(0);
    assert!(both.out.starts_with(&format!("{} lines of 1 conversation", lines.len())), "{both:?}");
}

#[test]
fn machines_read_it_too() {
    let scratch = logged("replay_json");
    let source = String::from_utf8(scratch.read("pizzeria/welcome.sbot")).unwrap();
    copy(&scratch.0.join("pizzeria"), &scratch.0.join("next"));
    scratch.write("next/welcome.sbot", source.replace("Here is the menu.", "Our menu:"));
    let same =
        scratch.sbotc(&["replay", "turns.jsonl", "--program", "pizzeria", "--format", "json"]).exits(0);
    let sums = same.lines();
    assert_eq!((sums.len(), &sums[0]["differ"]), (1, &serde_json::json!(0)));
    assert!(sums[0]["same"].as_u64().unwrap() > 5);
    let on = scratch.sbotc(&["replay", "turns.jsonl", "--on", "next", "--format", "json"]).exits(1).lines();
    assert_eq!(on[0]["step"], "greet");
    assert_eq!(on[0]["conversations"][0]["parts"][0]["kind"], "messages");
    assert_eq!(on[1]["differ"], on[0]["conversations"].as_array().unwrap().len());
}

#[test]
fn only_logs_are_written_over() {
    let scratch = pizzeria("replay_over");
    scratch.write("notes.txt", "my notes\n");
    scratch.fed(&["run", "pizzeria", "--log", "notes.txt"], "hello\n").exits(2).says("notes.txt");
    assert_eq!(scratch.read("notes.txt"), b"my notes\n");
    scratch.fed(&["run", "pizzeria", "--log", "turns.jsonl"], "hello\n1\n").exits(0);
    let first = scratch.read("turns.jsonl");
    // What is undone is gone from the log.
    scratch.fed(&["run", "pizzeria", "--log", "turns.jsonl"], "hello\n2\n:back\n1\n").exits(0);
    assert_eq!(first, scratch.read("turns.jsonl"));
}
