//! The machine, and how its processes are scheduled.

use sbot_bench::report::Circumstances;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::available_parallelism;

fn first_of(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn said(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// What is known of the machine.
pub(crate) fn circumstances(quick: bool, priority: &Priority) -> Circumstances {
    let unknown = || "unknown".to_owned();
    let kib = first_of("/proc/meminfo", "MemTotal").and_then(|v| v.strip_suffix(" kB")?.parse::<f64>().ok());
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    Circumstances {
        date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        quick,
        processor: first_of("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
        processors: available_parallelism().map_or(1, usize::from),
        memory: kib.unwrap_or(0.0) / f64::from(1 << 20),
        system: said("uname", &["-sr"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
        rustc: said(&rustc, &["--version"]).unwrap_or_else(unknown),
        priority: priority.words().to_owned(),
        pace: None,
    }
}

/// Whether processes may run at real-time priority, where nothing else comes between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Priority {
    /// They may, on this processor.
    RealTime(usize),
    /// They may not.
    Normal,
}

impl Priority {
    /// Tries it.
    pub(crate) fn find() -> Self {
        let last = Self::RealTime(available_parallelism().map_or(1, usize::from) - 1);
        let mut command = last.before(false);
        command.push("true".to_owned());
        let Some((program, args)) = command.split_first() else { return Self::Normal };
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        if said(program, &args).is_some() { last } else { Self::Normal }
    }

    fn words(self) -> &'static str {
        match self {
            Self::RealTime(_) => {
                "Processes ran at real-time priority on one processor; Node, whose compiler has threads of its own, on \
                 all of them"
            }
            Self::Normal => "Processes ran at normal priority, so other work on the machine is in the ranges",
        }
    }

    /// What stands before a command. A process with threads that must not wait for each other gets all processors.
    pub(crate) fn before(self, threads: bool) -> Vec<String> {
        let words = match self {
            Self::Normal => return Vec::new(),
            Self::RealTime(_) if threads => "chrt -r 10".to_owned(),
            Self::RealTime(cpu) => format!("chrt -f 10 taskset -c {cpu}"),
        };
        words.split(' ').map(str::to_owned).collect()
    }
}
