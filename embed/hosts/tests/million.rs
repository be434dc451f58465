//! The host with a million runs, with fewer of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // What fails here fails the test.

mod support;

use std::process::Command;

const LEADS: usize = 20_000;

/// The numbers in a line.
fn numbers(line: &str) -> Vec<f64> {
    line.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|part| part.parse().ok()).collect()
}

#[test]
fn many_runs_take_little_memory() {
    let program = support::shop(&support::folder("million"));
    let output = Command::new(env!("CARGO_BIN_EXE_million"))
        .args([program.to_str().unwrap(), "shop", &LEADS.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let told = |head: &str| lines.iter().position(|line| line.starts_with(head)).unwrap();

    let first = told("everyone has written");
    assert_eq!(numbers(lines[first])[0] as usize, LEADS);
    let [runs, each, memory, timers] = numbers(lines[first + 1])[..] else { panic!("{text}") };
    assert_eq!(runs as usize, LEADS);
    assert!(each <= 24.0, "{text}");
    assert!((memory + timers) / runs <= 80.0, "{text}");

    // Half of them have gone on; the others were asked whether they are still there.
    let hour = told("an hour has passed");
    assert_eq!(numbers(lines[hour])[0] as usize, LEADS * 2);
    assert_eq!(numbers(lines[hour + 1])[0] as usize, LEADS);
    // Nobody has answered for two hours, and every run is over.
    let day = told("a day has passed");
    assert_eq!(numbers(lines[day])[0] as usize, LEADS * 3);
    assert_eq!(numbers(lines[day + 1])[0], 0.0);
}
