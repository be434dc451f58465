//! How much of a bot its tests have reached: steps, ways out of waits, and buttons. In: the marks of a program that is
//! built to be explored, and those that conversations have passed. Out: counts, what is left, and the same as JSON or
//! in the format of lcov (its manual page geninfo(1), "FILES").
//!
//! Nothing here runs a conversation.

use crate::lower::{Mark, MarkKind};
use crate::source::{Place, Sources};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// How often each mark was passed.
#[derive(Clone, Debug, Default)]
pub struct Hits(Vec<u64>);

impl Hits {
    /// Counts the marks that a conversation has passed.
    pub fn add(&mut self, marks: &[u32]) {
        for mark in marks {
            let at = *mark as usize;
            if self.0.len() <= at {
                self.0.resize(at + 1, 0);
            }
            if let Some(count) = self.0.get_mut(at) {
                *count += 1;
            }
        }
    }

    /// How often a mark was passed.
    #[must_use]
    pub fn of(&self, mark: usize) -> u64 {
        self.0.get(mark).copied().unwrap_or(0)
    }
}

/// What is reached of something, and how much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Reached at least once.
    pub reached: usize,
    /// All there is.
    pub all: usize,
}

impl Share {
    fn count(&mut self, reached: bool) {
        self.all += 1;
        self.reached += usize::from(reached);
    }

    /// In whole percent, rounded down; of nothing all is reached.
    #[must_use]
    pub fn percent(self) -> usize {
        (self.reached * 100).checked_div(self.all).unwrap_or(100)
    }
}

/// What is reached of a bot.
#[derive(Clone, Debug, Serialize)]
pub struct BotCoverage {
    /// Its name.
    pub bot: Arc<str>,
    /// Its steps and flows.
    pub steps: Share,
    /// The ways out of its waits, buttons aside.
    pub exits: Share,
    /// Its buttons and list options.
    pub buttons: Share,
    /// What is not reached, in source order.
    pub missing: Vec<Missing>,
}

/// Something that is not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// `step`, `flow`, `exit` or `button`.
    pub kind: &'static str,
    /// The step or flow it stands in.
    pub step: Arc<str>,
    /// As it is written: `on timeout 2h`, `"Prices"`.
    pub name: String,
    /// The file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

/// The word for a kind of marks that counts; statements do not.
#[must_use]
pub fn word(kind: MarkKind) -> Option<&'static str> {
    match kind {
        MarkKind::Step => Some("step"),
        MarkKind::Flow => Some("flow"),
        MarkKind::Exit => Some("exit"),
        MarkKind::Button => Some("button"),
        MarkKind::Statement => None,
    }
}

/// What stands at a mark, on one line: `on timeout 2h`, `"Prices"`, `greet`.
#[must_use]
pub fn written(mark: &Mark, sources: &Sources) -> String {
    let text = sources.get(mark.place.file).slice(mark.place.span);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Whether a mark stands in a file of the project, rather than of the standard library.
#[must_use]
pub fn is_own(place: Place, sources: &Sources) -> bool {
    !sources.get(place.file).path.starts_with("std/")
}

/// What is reached of each bot. `bots` are the names of the bots of the program.
#[must_use]
pub fn by_bot(bots: &[Arc<str>], marks: &[Mark], hits: &Hits, sources: &Sources) -> Vec<BotCoverage> {
    let empty = |bot: &Arc<str>| BotCoverage {
        bot: Arc::clone(bot),
        steps: Share::default(),
        exits: Share::default(),
        buttons: Share::default(),
        missing: Vec::new(),
    };
    let mut all: Vec<BotCoverage> = bots.iter().map(empty).collect();
    for (number, mark) in marks.iter().enumerate() {
        let (Some(kind), Some(bot)) = (word(mark.kind), all.get_mut(mark.bot as usize)) else { continue };
        if !is_own(mark.place, sources) {
            continue;
        }
        let reached = hits.of(number) > 0;
        match mark.kind {
            MarkKind::Step | MarkKind::Flow => bot.steps.count(reached),
            MarkKind::Exit => bot.exits.count(reached),
            MarkKind::Button => bot.buttons.count(reached),
            MarkKind::Statement => {}
        }
        if !reached {
            let source = sources.get(mark.place.file);
            let at = source.line_column(mark.place.span.start);
            bot.missing.push(Missing {
                kind,
                step: Arc::clone(&mark.step),
                name: written(mark, sources),
                file: source.path.clone(),
                line: at.line,
                column: at.column,
            });
        }
    }
    for bot in &mut all {
        bot.missing.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    }
    all
}

/// A file as lcov counts it.
#[derive(Default)]
struct LcovFile {
    /// Steps and flows by line: name and hits.
    functions: BTreeMap<(u32, String), u64>,
    /// Ways out by line and column: hits.
    branches: BTreeMap<(u32, u32), u64>,
    lines: BTreeMap<u32, u64>,
}

/// The same as an lcov trace file: steps and flows are functions, ways out and buttons are branches.
#[must_use]
pub fn lcov(marks: &[Mark], hits: &Hits, sources: &Sources) -> String {
    let mut files: BTreeMap<&str, LcovFile> = BTreeMap::new();
    for (number, mark) in marks.iter().enumerate().filter(|(_, mark)| is_own(mark.place, sources)) {
        let source = sources.get(mark.place.file);
        let at = source.line_column(mark.place.span.start);
        let file = files.entry(&source.path).or_default();
        let count = hits.of(number);
        match mark.kind {
            MarkKind::Step | MarkKind::Flow => {
                *file.functions.entry((at.line, mark.step.to_string())).or_default() += count;
            }
            MarkKind::Exit | MarkKind::Button => {
                *file.branches.entry((at.line, at.column)).or_default() += count;
            }
            MarkKind::Statement => {}
        }
        let line = file.lines.entry(at.line).or_default();
        *line = (*line).max(count);
    }
    let mut out = String::new();
    for (path, file) in files {
        // Writing into a text cannot fail.
        let _ = write_lcov(&mut out, path, &file);
    }
    out
}

fn write_lcov(out: &mut String, path: &str, file: &LcovFile) -> std::fmt::Result {
    writeln!(out, "TN:\nSF:{path}")?;
    for (line, name) in file.functions.keys() {
        writeln!(out, "FN:{line},{name}")?;
    }
    for ((_, name), count) in &file.functions {
        writeln!(out, "FNDA:{count},{name}")?;
    }
    let reached = |counts: &mut dyn Iterator<Item = &u64>| counts.filter(|count| **count > 0).count();
    writeln!(out, "FNF:{}\nFNH:{}", file.functions.len(), reached(&mut file.functions.values()))?;
    for (number, ((line, _), count)) in file.branches.iter().enumerate() {
        writeln!(out, "BRDA:{line},0,{number},{count}")?;
    }
    writeln!(out, "BRF:{}\nBRH:{}", file.branches.len(), reached(&mut file.branches.values()))?;
    for (line, count) in &file.lines {
        writeln!(out, "DA:{line},{count}")?;
    }
    writeln!(out, "LF:{}\nLH:{}\nend_of_record", file.lines.len(), reached(&mut file.lines.values()))
}
