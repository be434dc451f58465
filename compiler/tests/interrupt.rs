//! Law: Ctrl-C leaves a conversation with a word and the exit code of an interrupted command, and what was saved is
//! there.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // A test that cannot make its files has failed.

mod scratch;

use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use scratch::Scratch;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

const BOT: &str = "bot hello\n\ntrigger message\n\nchannel shop: whatsapp \"Shop\"\n\nstep first:\n  message \"Hi!\" on message -> first on timeout 2h -> end\n";

#[test]
fn ctrl_c_leaves_a_conversation() {
    let scratch = Scratch::new("interrupt");
    scratch.write("hello.sbot", BOT);
    let terminal = openpty(None, None).unwrap();
    let mut typed = File::from(terminal.master);
    let mut command = scratch.command(&["run", "hello.sbot"]);
    let mut child = command.stdin(Stdio::from(terminal.slave)).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    writeln!(typed, "hello\n:save ann.json").unwrap();
    let mut line = String::new();
    while !line.contains("saved in ann.json") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "the conversation ended before it was saved");
    }
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    kill(pid, Signal::SIGINT).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{err}");
    assert!(err.contains("Left with Ctrl-C"), "{err}");
    assert!(err.ends_with('\n'), "{err}");
    scratch.fed(&["run", "hello.sbot", "--resume", "ann.json"], "again\n").exits(0).prints("bot> Hi!");
}
