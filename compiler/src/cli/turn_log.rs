//! The file that `--log` writes: turns for `sbotc replay`.

use super::{Stop, project};
use sbot_embed::log::Line;
use sbotc::sim::{World, log};
use std::path::Path;

/// A log that may be written: nothing else is overwritten.
pub(crate) struct TurnLog {
    path: String,
}

impl TurnLog {
    /// A log at this path, which is a new file, an empty one or an older log.
    pub(crate) fn open(path: &str) -> Result<TurnLog, Stop> {
        if Path::new(path).exists() {
            let bytes = project::read_file(path)?;
            let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let is_log = std::str::from_utf8(first).is_ok_and(|line| Line::read(line).is_ok());
            if !bytes.is_empty() && !is_log {
                return Err(Stop::new(format!("`{path}` is there already, and is no log of turns"))
                    .help("name another file, or remove it"));
            }
        }
        Ok(TurnLog { path: path.to_owned() })
    }

    /// Writes the turns of these conversations, each under its name, in place of what was there.
    pub(crate) fn write(&self, worlds: &[(String, &World)]) -> Result<(), Stop> {
        let mut text = String::new();
        for (name, world) in worlds {
            let lines = log::lines(world, name).map_err(|why| {
                Stop::new(format!("a turn of `{name}` cannot be logged: {why}"))
                    .help("this is a mistake of sbotc; please report it with the source")
            })?;
            for line in lines {
                text.push_str(&line.to_string());
                text.push('\n');
            }
        }
        project::write_atomically(&self.path, text.as_bytes())
    }
}
