//! `sbot-bench-process N COMMAND …` runs a command that many times and prints the seconds of each run, then the largest
//! peak of memory in bytes. A small process of its own, because a child's peak counts from the size of what started it.

use nix::sys::resource::{UsageWho, getrusage};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

fn run(times: usize, command: &str, args: &[String]) -> Result<(), String> {
    for _ in 0..times {
        let start = Instant::now();
        let status = Command::new(command)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(|error| format!("{command}: {error}"))?;
        let took = start.elapsed();
        if !status.success() {
            return Err(format!("{command}: {status}"));
        }
        println!("{}", took.as_secs_f64());
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    println!("peak {}", usage.max_rss() * unit);
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.as_slice() {
        [times, command, args @ ..] => match times.parse() {
            Ok(times) => run(times, command, args),
            Err(_) => Err(format!("`{times}` is no number of times")),
        },
        _ => Err("say how often, and which command".to_owned()),
    };
    if let Err(why) = done {
        eprintln!("{why}");
        return ExitCode::from(2);
    }
    ExitCode::SUCCESS
}
