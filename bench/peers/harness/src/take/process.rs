//! Whole processes, from start to exit.

use super::Taking;
use crate::{prepare, root};
use sbot_bench::report::{Measure, SBOT, Spread};
use std::process::{Command, Stdio};

/// The first starts read files that are not in the system's cache yet.
const WARM: usize = 10;

impl Taking {
    pub(super) fn process(&mut self) {
        eprintln!("measuring: whole processes …");
        let check = prepare::build("sbotc").map(|sbotc| {
            let project = root().join("examples/pizzeria").display().to_string();
            vec![sbotc, "check".to_owned(), project]
        });
        let probe = prepare::build("sbot-bench-process");
        let nothing = Ok(vec!["true".to_owned()]);
        for (command, time, peak) in [
            (check, Measure::CheckTime, Measure::CheckPeak),
            (nothing, Measure::StartTime, Measure::StartPeak),
        ] {
            let started = command.and_then(|command| self.starts(&probe.clone()?, &command));
            match started {
                Ok((seconds, bytes)) => {
                    self.put(SBOT, time, seconds, None, None);
                    self.put(SBOT, peak, Spread::one(bytes), None, None);
                }
                Err(why) => {
                    self.miss(SBOT, Some(time), why.clone());
                    self.miss(SBOT, Some(peak), why);
                }
            }
        }
    }

    /// What the probe tells about a command.
    fn starts(&self, probe: &str, command: &[String]) -> Result<(Spread, f64), String> {
        let mut whole = self.priority.before(false);
        whole.extend([probe.to_owned(), (WARM + self.plan.starts).to_string()]);
        whole.extend_from_slice(command);
        let (program, args) = whole.split_first().ok_or("there is no command")?;
        let output = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("`{program}` does not start: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let seconds: Vec<f64> = said.lines().filter_map(|line| line.parse().ok()).skip(WARM).collect();
        let peak = said.lines().find_map(|line| line.strip_prefix("peak ")?.parse().ok());
        Spread::of(&seconds).zip(peak).ok_or_else(|| format!("`{said}` is no answer"))
    }
}
