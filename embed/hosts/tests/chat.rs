//! The host in the terminal holds a conversation.

#![allow(clippy::unwrap_used)] // What fails here fails the test.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

fn chat(args: &[&str], input: &str) -> (String, String, bool) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chat"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that gives up early has not read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.success())
}

#[test]
fn a_conversation() {
    let program = support::shop(&support::folder("chat"));
    let (said, errors, ok) =
        chat(&[program.to_str().unwrap(), "shop"], "hello\nprice\nagain\npay\nnever mind\n");
    assert!(ok, "{errors}");
    assert_eq!(
        said,
        "0.0 Hi Ann! How can we help?\n\
         1.0 A pizza is 10.\n\
         2.0 Hi Ann! How can we help?\n\
         3.0 {\"id\":\"3.0\",\"kind\":\"action\",\"delivery\":\"keyed\",\"action\":\"pay.invoice\",\"args\":{\"amount\":\"10\"}}\n\
         - the run does not wait for this: keep it parked and send it what it waits for\n"
    );
}

#[test]
fn what_is_wrong_is_told() {
    let program = support::shop(&support::folder("chat-wrong"));
    let program = program.to_str().unwrap();
    let (_, errors, ok) = chat(&[program, "shp"], "hello\n");
    assert!(!ok && errors.contains("the program has no bot `shp`: it has shop"), "{errors}");
    let (_, errors, ok) = chat(&[file!(), "shop"], "hello\n");
    assert!(!ok, "{errors}");
    let (_, errors, ok) = chat(&[program], "");
    assert!(!ok && errors.contains("say which bot"), "{errors}");
}
