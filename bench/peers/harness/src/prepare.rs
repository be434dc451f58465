//! Builds the contenders, or finds them on the machine. What is not there is no error: it has a reason.

use sbot_bench::report::{SBOT, YARDSTICK};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is built of Sbot.
const OURS: [&str; 2] = ["sbot-bench-ours", "sbotc"];

/// The folder with all contenders.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where cargo puts what it builds.
fn built(name: &str) -> Result<String, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = own.ancestors().nth(2).ok_or("this program stands in no target folder")?;
    Ok(target.join("release").join(name).display().to_string())
}

/// Builds a package and tells where its program is.
pub(crate) fn build(package: &str) -> Result<String, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(&cargo);
    command
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(folder().join("Cargo.toml"))
        .stdin(Stdio::null());
    // Both of ours at once: built one after the other, features that differ would have all of Sbot built twice.
    let all = if OURS.contains(&package) { &OURS[..] } else { &[package] };
    for package in all {
        command.args(["-p", package]);
    }
    // CSML brings the sources of OpenSSL, which take longer to build than everything else together.
    if succeeds("pkg-config", &["--exists", "openssl"]) {
        command.env("OPENSSL_NO_VENDOR", "1");
    }
    eprintln!("building {} …", all.join(" and "));
    let output = command.output().map_err(|error| format!("`{cargo}` does not start: {error}"))?;
    if output.status.success() {
        return built(package);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    eprintln!("{said}");
    let error = said.lines().find(|line| line.starts_with("error")).unwrap_or("cargo fails");
    Err(format!("it does not build here: {error}"))
}

fn succeeds(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A program that is installed or not.
fn installed(program: &str) -> Result<(), String> {
    if succeeds(program, &["--version"]) { Ok(()) } else { Err(format!("`{program}` is not installed")) }
}

fn script(path: &str) -> String {
    folder().join(path).display().to_string()
}

fn node(path: &str) -> Result<Vec<String>, String> {
    installed("node")?;
    Ok(vec!["node".to_owned(), "--expose-gc".to_owned(), script(path)])
}

/// Installs what `package-lock.json` says, if it is not there yet.
fn packages() -> Result<(), String> {
    let place = folder().join("node");
    if place.join("node_modules/xstate/package.json").exists() {
        return Ok(());
    }
    installed("npm")?;
    eprintln!("installing xstate …");
    let output = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(place)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`npm` does not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("`npm ci` fails: {}", said.lines().next().unwrap_or_default()))
}

/// The command that starts a contender, by its id.
pub(crate) fn command(id: &str) -> Result<Vec<String>, String> {
    match id {
        YARDSTICK | SBOT => Ok(vec![build("sbot-bench-ours")?, id.to_owned()]),
        "lua" => Ok(vec![build("sbot-bench-lua54")?]),
        "luajit" | "rhai" | "csml" => Ok(vec![build(&format!("sbot-bench-{id}"))?]),
        "node" => node("node/node.js"),
        "xstate" => {
            let command = node("node/xstate.js")?;
            packages().map(|()| command)
        }
        "cpython" => {
            installed("python3")?;
            Ok(vec!["python3".to_owned(), script("python/peer.py")])
        }
        other => Err(format!("nobody knows how to start `{other}`")),
    }
}

/// Whether it has threads that must not wait for each other.
pub(crate) fn threads(id: &str) -> bool {
    matches!(id, "node" | "xstate")
}
