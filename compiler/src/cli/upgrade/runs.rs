//! Parked runs: reading them from a file or folder, writing them back as they are moved.

use super::super::Stop;
use super::super::output::{Out, count as counted};
use super::super::project::{self, remedy};
use super::{Step, is_folder};
use sbot_vm::Program;
use sbot_vm::upgrade::{At, Upgrade};
use sbotc::sim::saved;
use sbotc::upgrade::Row;
use sbotc::upgrade::runs::{Became, Counts, From, LONGEST, MAGIC, Mover, Seen};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// No more runs that stay are told one by one.
const MOST_TOLD: usize = 20;

/// What was found.
pub(super) struct Counted {
    pub(super) counts: Counts,
    /// For each old program and each of its waits.
    seen: Vec<Vec<Seen>>,
    /// Runs that stay as they are, and why.
    stays: Vec<(String, String)>,
    written: Option<String>,
}

impl Counted {
    /// How many runs stand at a row, in words.
    pub(super) fn at(&self, program: usize, row: &Row) -> String {
        let seen = self.seen_at(program, row);
        if row.is_wait() { format!("{}", Runs(seen.all())) } else { String::new() }
    }

    fn seen_at(&self, program: usize, row: &Row) -> Seen {
        let At::Wait(wait) = row.at else { return Seen::default() };
        self.seen.get(program).and_then(|waits| waits.get(wait as usize)).copied().unwrap_or_default()
    }

    pub(super) fn text(&self, out: &mut Out) -> Result<(), Stop> {
        let Counts { all, damaged, other, new, sum } = &self.counts;
        let parts = [
            (sum.continue_, "continue"),
            (sum.with, "continue with what is decided"),
            (sum.lost, "would be lost"),
            (*new, "belong to the new program already"),
            (*other, "belong to another program"),
            (*damaged, "damaged"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        writeln!(
            out,
            "{}: {}",
            Runs(*all),
            if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
        )?;
        if sum.ended > 0 {
            writeln!(out, "  {} of them over", are(sum.ended))?;
        }
        for (name, why) in &self.stays {
            writeln!(out, "  {name} stays as it is: {why}")?;
        }
        let told = self.stays.len() as u64;
        if self.counts.kept_back() > told {
            writeln!(out, "  and {} more stay as they are", self.counts.kept_back() - told)?;
        }
        if let Some(written) = &self.written {
            writeln!(out, "Wrote {written}")?;
        }
        Ok(())
    }

    pub(super) fn json_row(
        &self,
        program: usize,
        row: &Row,
        object: &mut serde_json::Map<String, serde_json::Value>,
    ) {
        if row.is_wait() {
            let Seen { continue_, with, lost, ended } = self.seen_at(program, row);
            let runs = serde_json::json!({
                "continue": continue_, "continue_with": with, "lost": lost, "ended": ended,
            });
            object.insert("runs".to_owned(), runs);
        }
    }

    pub(super) fn json_sum(&self, object: &mut serde_json::Map<String, serde_json::Value>) {
        let Counts { all, damaged, other, new, sum } = &self.counts;
        let stays: Vec<_> =
            self.stays.iter().map(|(run, why)| serde_json::json!({ "run": run, "why": why })).collect();
        let runs = serde_json::json!({
            "all": all, "continue": sum.continue_, "continue_with": sum.with, "lost": sum.lost,
            "ended": sum.ended, "new": new, "other": other, "damaged": damaged, "stay": stays,
        });
        object.insert("runs".to_owned(), runs);
        object.insert("written".to_owned(), serde_json::json!(self.written));
    }
}

/// `1 run`, `2 runs`.
struct Runs(u64);

impl std::fmt::Display for Runs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} run{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

fn are(n: u64) -> String {
    if n == 1 { "1 is".to_owned() } else { format!("{n} are") }
}

/// Counts runs, and writes them as they are moved if `write` says where.
pub(super) fn count(
    path: &str,
    write: Option<&str>,
    at: Option<i64>,
    programs: &[&Program],
    steps: &[Step<'_>],
) -> Result<Counted, Stop> {
    if write.is_some_and(|write| same_place(path, write)) {
        return Err(Stop::new("the moved runs would take the place of those that are read")
            .help("write them to another place, and keep the old ones until the new program has them"));
    }
    let now = at.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    });
    let upgrades: Vec<Upgrade> =
        (0..steps.len()).map(|at| Upgrade::through(programs.get(at..).unwrap_or_default())).collect();
    let from = steps.iter().zip(&upgrades);
    let from =
        from.map(|(step, upgrade)| From { program: step.old, upgrade, report: &step.report }).collect();
    let new = programs.last().ok_or_else(|| Stop::new("no program is named"))?;
    let mut reading = Reading {
        mover: Mover::new(new, from, now),
        programs,
        upgrades: &upgrades,
        stays: Vec::new(),
        shown: Shown::new(),
    };
    if is_folder(path) {
        reading.folder(path, write)?;
    } else {
        reading.file(path, write)?;
    }
    reading.shown.clear();
    let waits = |step: &Step<'_>| step.old.tables().waits.len();
    let seen = steps
        .iter()
        .enumerate()
        .map(|(at, step)| (0u32..).take(waits(step)).map(|wait| reading.mover.at(at, wait)).collect());
    let seen = seen.collect();
    Ok(Counted {
        counts: reading.mover.counts.clone(),
        seen,
        stays: reading.stays,
        written: write.map(str::to_owned),
    })
}

fn same_place(a: &str, b: &str) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

struct Reading<'p> {
    mover: Mover<'p>,
    programs: &'p [&'p Program],
    upgrades: &'p [Upgrade],
    stays: Vec<(String, String)>,
    shown: Shown,
}

impl Reading<'_> {
    fn stays(&mut self, name: impl FnOnce() -> String, why: String) {
        if self.stays.len() < MOST_TOLD {
            self.stays.push((name(), why));
        }
    }

    /// What a file that holds one run is to hold now; nothing if the run is over.
    fn one(&mut self, name: &str, bytes: Vec<u8>) -> Option<Vec<u8>> {
        if bytes.first() == Some(&b'{') {
            return Some(self.conversation(name, bytes));
        }
        match self.mover.take(&bytes) {
            Became::Moved(moved) => Some(moved),
            Became::New => Some(bytes),
            Became::Ended => None,
            Became::Stays(why) => {
                self.stays(|| name.to_owned(), why);
                Some(bytes)
            }
        }
    }

    /// A conversation that `sbotc run` has saved.
    fn conversation(&mut self, name: &str, bytes: Vec<u8>) -> Vec<u8> {
        let Ok(text) = String::from_utf8(bytes.clone()) else {
            self.mover.counts.all += 1;
            self.mover.counts.damaged += 1;
            self.stays(|| name.to_owned(), "it is not UTF-8".to_owned());
            return bytes;
        };
        let parked = match saved::parked(&text) {
            Ok(parked) => parked,
            Err(why) => {
                self.mover.counts.all += 1;
                self.mover.counts.damaged += 1;
                self.stays(|| name.to_owned(), why);
                return bytes;
            }
        };
        match self.mover.take(&parked.run) {
            Became::New => bytes,
            Became::Stays(why) => {
                self.stays(|| name.to_owned(), why);
                bytes
            }
            Became::Moved(_) | Became::Ended => {
                let from = self.programs.iter().position(|old| old.id() == parked.program);
                let moved = from.and_then(|at| Some((self.programs.get(at)?, self.upgrades.get(at)?)));
                let moved = moved.zip(self.programs.last());
                let moved = moved.map(|((old, upgrade), new)| saved::moved(&text, old, new, upgrade));
                match moved {
                    Some(Ok(moved)) => moved.into_bytes(),
                    Some(Err(why)) => {
                        self.stays(|| name.to_owned(), why);
                        bytes
                    }
                    None => bytes,
                }
            }
        }
    }

    fn folder(&mut self, path: &str, write: Option<&str>) -> Result<(), Stop> {
        let unreadable = |error: io::Error| {
            Stop::new(format!("cannot read the folder `{path}`: {error}")).help(remedy(&error))
        };
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?.path();
            let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if entry.is_file() && !hidden {
                files.push(entry);
            }
        }
        files.sort();
        if let Some(write) = write {
            empty_folder(write)?;
        }
        let all = files.len() as u64;
        for file in files {
            let name = file.to_string_lossy().into_owned();
            let bytes = project::read_file(&name)?;
            let becomes = self.one(&name, bytes);
            if let (Some(write), Some(bytes), Some(own)) = (write, becomes, file.file_name()) {
                project::write_atomically(&Path::new(write).join(own).to_string_lossy(), &bytes)?;
            }
            self.shown.show(self.mover.counts.all, Some(all));
        }
        Ok(())
    }

    fn file(&mut self, path: &str, write: Option<&str>) -> Result<(), Stop> {
        if !Path::new(path).exists() {
            return Err(project::missing(path));
        }
        let unreadable =
            |error: io::Error| Stop::new(format!("cannot read `{path}`: {error}")).help(remedy(&error));
        let mut input = BufReader::with_capacity(1 << 16, File::open(path).map_err(unreadable)?);
        let mut head = Vec::new();
        input.by_ref().take(MAGIC.len() as u64).read_to_end(&mut head).map_err(unreadable)?;
        if head != MAGIC {
            // One run, or one conversation.
            let bytes = project::read_file(path)?;
            let becomes = self.one(path, bytes);
            return match (write, becomes) {
                (Some(write), Some(bytes)) => project::write_atomically(write, &bytes),
                (Some(_) | None, _) => Ok(()),
            };
        }
        match write {
            None => self.runs(path, &mut input, &mut io::sink()),
            Some(write) => {
                let temporary = format!("{write}.{}.tmp", std::process::id());
                let error = |error: io::Error| {
                    Stop::new(format!("cannot write `{write}`: {error}")).help(remedy(&error))
                };
                let mut output = BufWriter::with_capacity(1 << 16, File::create(&temporary).map_err(error)?);
                let done = self.runs(path, &mut input, &mut output);
                let done = done.and_then(|()| output.flush().map_err(error));
                let done = done.and_then(|()| fs::rename(&temporary, write).map_err(error));
                if done.is_err() {
                    // What is left of a failed attempt is of no use.
                    let _ = fs::remove_file(&temporary);
                }
                done
            }
        }
    }

    /// All runs of a file of runs.
    fn runs(&mut self, path: &str, input: &mut impl Read, output: &mut impl Write) -> Result<(), Stop> {
        let broken = |at: u64| {
            Stop::new(format!(
                "`{path}` is damaged at its run {at}: it ends in the middle, or its length is none"
            ))
            .help("write the file again; runs before that place are whole")
        };
        let failed =
            |error: io::Error| Stop::new(format!("cannot write the runs: {error}")).help(remedy(&error));
        output.write_all(MAGIC).map_err(failed)?;
        let mut bytes = Vec::new();
        let mut at = 0;
        loop {
            let mut length = [0; 4];
            match filled(input, &mut length).map_err(|_| broken(at))? {
                0 => return Ok(()),
                4 => {}
                _ => return Err(broken(at)),
            }
            let length = u32::from_le_bytes(length);
            if length > LONGEST {
                return Err(broken(at));
            }
            bytes.resize(length as usize, 0);
            input.read_exact(&mut bytes).map_err(|_| broken(at))?;
            let moved = if length == 0 { Became::New } else { self.mover.take(&bytes) };
            let becomes = match &moved {
                Became::Moved(moved) => moved,
                Became::New => &bytes,
                Became::Ended => &[][..],
                Became::Stays(why) => {
                    self.stays(|| format!("run {at}"), why.clone());
                    &bytes
                }
            };
            output.write_all(&(becomes.len() as u32).to_le_bytes()).map_err(failed)?;
            output.write_all(becomes).map_err(failed)?;
            at += 1;
            if at % 4096 == 0 {
                self.shown.show(at, None);
            }
        }
    }
}

/// Reads until the buffer is full or the input ends, and tells how much there was.
fn filled(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match input.read(rest)? {
            0 => break,
            n => done += n,
        }
    }
    Ok(done)
}

/// A folder to write into: made if it is not there, and refused if something is in it.
fn empty_folder(path: &str) -> Result<(), Stop> {
    let error =
        |error: io::Error| Stop::new(format!("cannot write to `{path}`: {error}")).help(remedy(&error));
    fs::create_dir_all(path).map_err(error)?;
    if fs::read_dir(path).map_err(error)?.next().is_some() {
        return Err(Stop::new(format!("there is something in `{path}` already")).help(
            "name a folder that is empty or not there yet, so that no old run is taken for a moved one",
        ));
    }
    Ok(())
}

/// How far the work is, on a terminal, from the first second on.
struct Shown {
    begun: Instant,
    last: Option<Instant>,
    terminal: bool,
}

impl Shown {
    fn new() -> Shown {
        Shown { begun: Instant::now(), last: None, terminal: io::stderr().is_terminal() }
    }

    fn show(&mut self, done: u64, all: Option<u64>) {
        if !self.terminal {
            return;
        }
        let now = Instant::now();
        let often = self.last.is_some_and(|last| now - last < Duration::from_millis(100));
        if often || now - self.begun < Duration::from_secs(1) {
            return;
        }
        self.last = Some(now);
        let of = all.map(|all| format!(" of {all}")).unwrap_or_default();
        // Nobody is harmed if this cannot be written.
        let _ = write!(
            io::stderr(),
            "\r\x1b[K{}{of}",
            counted(usize::try_from(done).unwrap_or(usize::MAX), "run")
        );
    }

    fn clear(&self) {
        if self.last.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
