//! Who sits at the terminal: what they see, and that they can stop it.

#![cfg(unix)]

use super::kommo_account::{Fake, Hostile, TOKEN};
use super::scratch::Scratch;
use super::{FILES, pulled};
use std::process::Stdio;

#[test]
fn ctrl_c_leaves_the_files_whole() {
    use nix::sys::signal::{Signal, kill};
    let fake = Fake::new();
    let scratch = pulled("pull-interrupted", &fake);
    let before = FILES.map(|file| scratch.read(&format!("shop/{file}")));
    fake.change(|state| (state.hostile, state.begun) = (Some(Hostile::Slow), 0));
    let mut command = scratch.command(&["pull", "kommo", "shop"]);
    let mut child = command.env("KOMMO_TOKEN", TOKEN).spawn().unwrap();
    while fake.state.lock().unwrap().begun == 0 {
        std::thread::yield_now();
    }
    kill(nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    assert!(!child.wait().unwrap().success());
    assert_eq!(FILES.map(|file| scratch.read(&format!("shop/{file}"))), before);
    let files = std::fs::read_dir(scratch.0.join("shop")).unwrap().count();
    assert_eq!(files, 3, "nothing is left behind");
}

/// On a terminal, a long pull tells what it is at, and leaves nothing of that line.
#[test]
fn progress_is_shown_on_a_terminal() {
    use std::io::Read;
    let fake = Fake::new();
    fake.change(|state| (state.busy, state.retry_after) = (1, 1));
    let scratch = Scratch::new("pull-progress");
    let terminal = nix::pty::openpty(None, None).unwrap();
    let mut command = scratch.command(&["pull", "kommo", "shop", "--domain", &fake.domain()]);
    command.env("KOMMO_TOKEN", TOKEN).stderr(Stdio::from(terminal.slave));
    let mut child = command.spawn().unwrap();
    // The last one who could write to the terminal.
    drop(command);
    let mut shown = Vec::new();
    // A terminal that nobody writes to any more is an error on some systems, and the end on others.
    let _ = std::fs::File::from(terminal.master).read_to_end(&mut shown);
    assert!(child.wait().unwrap().success());
    let shown = String::from_utf8_lossy(&shown);
    assert!(shown.contains("\r\x1b[KReading fields of leads"), "{shown:?}");
    let (_, end) = shown.rsplit_once("\r\x1b[K").unwrap();
    assert!(end.contains("Wrote"), "{shown:?}");
}
