//! A contender: a process that answers requests.

use sbot_bench::protocol::{Reply, Request, reply};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child as Process, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Nothing that is asked takes this long.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct Child {
    process: Process,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Child {
    /// Starts it.
    pub(crate) fn start(command: &[String]) -> Result<Self, String> {
        let (program, args) = command.split_first().ok_or("there is no command")?;
        let mut process = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| format!("`{program}` does not start: {error}"))?;
        let input = process.stdin.take().ok_or("it has no input")?;
        let output = process.stdout.take().ok_or("it has no output")?;
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, input, lines })
    }

    /// Asks for something, and waits for it. That it has no such thing is an error, too.
    pub(crate) fn ask(&mut self, request: Request) -> Result<Reply, String> {
        writeln!(self.input, "{request}").map_err(|_| self.gone(request))?;
        let line = self.lines.recv_timeout(PATIENCE).map_err(|error| match error {
            RecvTimeoutError::Timeout => {
                format!("`{request}` was not answered within {} seconds", PATIENCE.as_secs())
            }
            RecvTimeoutError::Disconnected => self.gone(request),
        })?;
        match reply(&line)? {
            Reply::Unsupported(why) | Reply::Failed(why) => Err(why),
            answer => Ok(answer),
        }
    }

    fn gone(&mut self, request: Request) -> String {
        match self.process.wait() {
            Ok(status) => format!("it stopped at `{request}`: {status}"),
            Err(error) => format!("it stopped at `{request}`: {error}"),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Nothing can be done about a process that is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
