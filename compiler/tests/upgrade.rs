//! `sbotc upgrade` and `build --against`, as people and scripts use them: exit codes, runs in files and folders, JSON.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod scratch;

use sbot_vm::{Program, Run};
use scratch::Scratch;
use std::fs;

const OLD: &str = "bot shop\n\ntrigger message\n\nvar n: int = 0\n\nstep greet:\n  n += 1\n  message \"Hi {n}\" on message -> next on timeout 2h -> end\n\nstep next:\n  message \"And?\" on message -> greet on timeout 2h -> end\n";

fn new() -> String {
    OLD.replace("step greet", "step hello").replace("-> greet", "-> hello")
}

/// Both programs, and the bytes of a run at each wait of the old one.
fn prepared(name: &str) -> (Scratch, Vec<Vec<u8>>) {
    let scratch = Scratch::new(name);
    scratch.write("old.sbot", OLD).write("new.sbot", new());
    scratch.sbotc(&["build", "old.sbot", "--tag", "v1"]).exits(0);
    let program = Program::load(&scratch.read("old.sbc")).unwrap();
    let run = |wait| {
        let values = vec![sbot_vm::Value::Int(7)];
        let deadlines = vec![1_767_607_200_000];
        Run { program: program.id(), turn: 3, wait, values, deadlines, ..Run::default() }.encode(&program)
    };
    let runs = vec![run(0), run(1)];
    (scratch, runs)
}

fn decided() -> String {
    format!("{}\nupgrade from \"v1\" {{ greet -> hello }}\n", new())
}

#[test]
fn exit_codes_tell_what_would_be_lost() {
    let (scratch, _) = prepared("upgrade-codes");
    scratch.sbotc(&["upgrade", "old.sbc", "old.sbot"]).exits(0).prints("2 waits: 2 continues");
    let found = scratch.sbotc(&["upgrade", "old.sbc", "new.sbot"]).exits(1);
    found.prints("greet.message  would be lost: there is no `greet.message` any more").says("E0701");
    scratch.write("new.sbot", decided());
    scratch.sbotc(&["upgrade", "old.sbc", "new.sbot"]).exits(0).prints("continues with hello.message");
    scratch
        .sbotc(&["upgrade", "none.sbc", "new.sbot"])
        .exits(2)
        .says("there is no file or folder `none.sbc`");
    scratch.sbotc(&["upgrade", "old.sbot", "new.sbot"]).exits(2).says("`old.sbot` is no compiled program");
    scratch.sbotc(&["upgrade", "old.sbc"]).exits(2);
}

#[test]
fn nothing_is_built_while_runs_would_be_lost() {
    let (scratch, _) = prepared("upgrade-against");
    fs::create_dir(scratch.0.join("released")).unwrap();
    scratch
        .sbotc(&["build", "new.sbot", "--against", "released"])
        .exits(2)
        .says("there is no .sbc file in `released`");
    fs::copy(scratch.0.join("old.sbc"), scratch.0.join("released/v1.sbc")).unwrap();
    let found = scratch.sbotc(&["build", "new.sbot", "--against", "released"]).exits(1);
    found.says("E0701").says("1 error: nothing was built");
    assert!(!scratch.0.join("new.sbc").exists());
    let rows =
        scratch.sbotc(&["build", "new.sbot", "--against", "released", "--format", "json"]).exits(1).lines();
    assert!(
        rows.iter().any(|row| row["verdict"] == "would be lost"
            && row["decisions"][0] == "greet.message -> hello.message")
    );
    assert!(rows.iter().any(|row| row["code"] == "E0701"));
    scratch.write("new.sbot", decided().replace("\"v1\"", "\"v2\""));
    scratch
        .sbotc(&["build", "new.sbot", "--against", "released"])
        .exits(1)
        .says("none of the older programs is called `v2`");
    scratch.write("new.sbot", decided());
    scratch.sbotc(&["build", "new.sbot", "--against", "released", "--tag", "v2"]).exits(0);
    assert!(scratch.0.join("new.sbc").exists());
    scratch
        .sbotc(&["build", "new.sbot", "--tag", "0123456789abcdef"])
        .exits(2)
        .says("looks like the id of a program");
}

#[test]
fn runs_in_a_folder_are_moved_and_nothing_is_lost() {
    let (scratch, runs) = prepared("upgrade-folder");
    scratch.write("new.sbot", decided());
    scratch.sbotc(&["build", "new.sbot"]).exits(0);
    let mut damaged = runs[0].clone();
    *damaged.last_mut().unwrap() ^= 1;
    let mut other = runs[0].clone();
    other[1] ^= 1;
    scratch
        .write("parked/a", &runs[0])
        .write("parked/b", &runs[1])
        .write("parked/c", &damaged)
        .write("parked/d", &other);
    scratch.write("parked/e", b"");
    let sources = scratch.sbotc(&["upgrade", "old.sbc", "new.sbot", "--runs", "parked", "--write", "moved"]);
    sources.exits(2).says("this one is not built yet");
    let done =
        scratch.sbotc(&["upgrade", "old.sbc", "new.sbc", "--runs", "parked", "--write", "moved"]).exits(1);
    done.prints(
        "5 runs: 1 continue, 1 continue with what is decided, 1 belong to another program, 2 damaged",
    )
    .prints("parked/c stays as it is: the parked run was changed")
    .prints("parked/d stays as it is: it was parked under a program")
    .prints("parked/e stays as it is: it is too short");
    let new = Program::load(&scratch.read("new.sbc")).unwrap();
    let moved = Run::decode(&new, &scratch.read("moved/a")).unwrap();
    assert_eq!(&*new.tables().waits[moved.wait as usize].name, "hello.message");
    assert_eq!((moved.turn, &moved.values[..]), (3, &[sbot_vm::Value::Int(7)][..]));
    assert_eq!(
        &*new.tables().waits[Run::decode(&new, &scratch.read("moved/b")).unwrap().wait as usize].name,
        "next.message"
    );
    assert_eq!((scratch.read("moved/c"), scratch.read("moved/d")), (damaged, other));
    // The folder is never written over, and moved runs stay as they are.
    scratch.sbotc(&["upgrade", "old.sbc", "new.sbc", "--runs", "parked", "--write", "moved"]).exits(2);
    scratch.sbotc(&["upgrade", "old.sbc", "new.sbc", "--runs", "parked", "--write", "parked"]).exits(2);
    fs::remove_file(scratch.0.join("moved/c")).unwrap();
    fs::remove_file(scratch.0.join("moved/d")).unwrap();
    fs::remove_file(scratch.0.join("moved/e")).unwrap();
    let again = scratch.sbotc(&["upgrade", "old.sbc", "new.sbc", "--runs", "moved"]).exits(0);
    again.prints("2 runs: 2 belong to the new program already");
}

#[test]
fn files_of_runs_keep_their_order() {
    let (scratch, runs) = prepared("upgrade-file");
    scratch.write("new.sbot", decided().replace("greet -> hello", "greet -> hello, next -> end"));
    scratch.sbotc(&["build", "new.sbot"]).exits(0);
    let mut file = b"SBOTRUNS".to_vec();
    let mut add = |run: &[u8]| {
        file.extend_from_slice(&u32::try_from(run.len()).unwrap().to_le_bytes());
        file.extend_from_slice(run);
    };
    add(&runs[0]);
    add(&runs[1]);
    add(b"nonsense");
    scratch.write("runs.bin", &file);
    let args =
        ["upgrade", "old.sbc", "new.sbc", "--runs", "runs.bin", "--write", "moved.bin", "--format", "json"];
    let lines = scratch.sbotc(&args).exits(1).lines();
    let sum = lines.last().unwrap();
    assert_eq!(sum["runs"]["all"], 3);
    assert_eq!((&sum["runs"]["ended"], &sum["runs"]["other"]), (&1.into(), &1.into()));
    assert_eq!(lines[0]["runs"]["continue_with"], 1);
    let moved = scratch.read("moved.bin");
    assert!(moved.starts_with(b"SBOTRUNS"));
    let mut rest = &moved[8..];
    let mut found = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (run, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        found.push(run.to_vec());
        rest = after;
    }
    let new = Program::load(&scratch.read("new.sbc")).unwrap();
    assert!(Run::decode(&new, &found[0]).is_ok());
    assert_eq!((found[1].as_slice(), found[2].as_slice()), (&b""[..], &b"nonsense"[..]));
    // A file that ends in the middle is no file of runs, and nothing is written.
    scratch.write("short.bin", &file[..file.len() - 3]);
    scratch
        .sbotc(&["upgrade", "old.sbc", "new.sbc", "--runs", "short.bin", "--write", "none.bin"])
        .exits(2)
        .says("is damaged at its run 2");
    assert!(!scratch.0.join("none.bin").exists());
}

#[test]
fn versions_between_are_gone_through() {
    let (scratch, runs) = prepared("upgrade-versions");
    scratch.write("new.sbot", decided());
    scratch.sbotc(&["build", "new.sbot", "--tag", "v2"]).exits(0);
    let newest = new().replace("step hello", "step welcome").replace("-> hello", "-> welcome");
    scratch.write("newest.sbot", format!("{newest}\nupgrade from \"v2\" {{ hello -> restart next }}\n"));
    scratch.sbotc(&["build", "newest.sbot"]).exits(0);
    scratch.write("parked/a", &runs[0]);
    let args =
        ["upgrade", "old.sbc", "new.sbc", "newest.sbc", "--runs", "parked", "--write", "moved", "--at", "5"];
    scratch.sbotc(&args).exits(0).prints("1 run");
    let program = Program::load(&scratch.read("newest.sbc")).unwrap();
    let moved = Run::decode(&program, &scratch.read("moved/a")).unwrap();
    assert_eq!((moved.deadlines, moved.turn), (vec![5], 3));
    // Without the version between there is no decision.
    scratch.sbotc(&["upgrade", "old.sbc", "newest.sbc"]).exits(1);
}
