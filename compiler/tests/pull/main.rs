//! Laws of `sbotc pull`, against an account on this machine that answers, refuses and counts as Kommo does.
//!
//! `UPDATE_PAGES=1 cargo test -p sbotc --test pull` writes the examples of `docs/kommo.md` anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod answer;
mod drift;
mod file;
mod kommo_account;
mod page;
mod project;
#[path = "../scratch/mod.rs"]
mod scratch;
mod target;
mod terminal;
mod title;

use kommo_account::{Fake, TOKEN};
use scratch::{Ran, Scratch};
use std::path::Path;
use std::process::Stdio;

const FILES: [&str; 2] = ["account.sbot", "account.env.toml"];

/// `sbotc` with a token in its environment, or without one.
fn with_token(scratch: &Scratch, args: &[&str], token: Option<&str>) -> Ran {
    let mut command = scratch.command(args);
    command.env_remove("KOMMO_TOKEN").stdin(Stdio::null());
    if let Some(token) = token {
        command.env("KOMMO_TOKEN", token);
    }
    let output = command.output().unwrap();
    let ran = Ran {
        args: args.join(" "),
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(matches!(ran.code, Some(0..=2)) && !ran.err.contains("panicked"), "{ran:?}");
    let told = format!("{}{}", ran.out, ran.err);
    assert!(
        !token.is_some_and(|token| !token.is_empty() && told.contains(token)),
        "it tells the token: {told}"
    );
    ran
}

fn pull(scratch: &Scratch, fake: &Fake, more: &[&str]) -> Ran {
    let domain = fake.domain();
    let args = [&["pull", "kommo", "shop", "--domain", &domain], more].concat();
    with_token(scratch, &args, Some(TOKEN))
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(Path::new("../tests/fixtures/kommo_pull").join(name)).unwrap()
}

/// The files of a pull, and a bot beside them.
fn pulled(name: &str, fake: &Fake) -> Scratch {
    let scratch = Scratch::new(name);
    scratch.write("shop/welcome.sbot", fixture("welcome.sbot"));
    pull(&scratch, fake, &[]).exits(0);
    scratch
}

fn text(scratch: &Scratch, file: &str) -> String {
    String::from_utf8(scratch.read(file)).unwrap()
}

/// The environment file as it is whatever the port.
fn env(scratch: &Scratch, fake: &Fake) -> String {
    text(scratch, "shop/account.env.toml").replace(&fake.domain(), "https://corner.kommo.com")
}
