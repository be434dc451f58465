//! What a pull tells.

use super::super::output::{self, BOLD, DIM, GREEN, RED, YELLOW, count, visible};
use super::super::{Format, Stop};
use sbot_embed::Json;
use sbotc::kommo::account::{Account, Break, Change, Drift, File};
use std::fmt::Write as _;
use std::io::Write as _;

/// More lines of one difference than this are counted, and not listed.
const MOST_LINES: usize = 12;

/// The report so far.
pub(super) struct Report<'a> {
    format: Format,
    check: bool,
    domain: &'a str,
    files: &'a [File],
    text: String,
    lines: Vec<Json>,
    new: usize,
    changed: usize,
    broken: usize,
}

impl<'a> Report<'a> {
    pub(super) fn new(format: Format, check: bool, domain: &'a str, files: &'a [File]) -> Report<'a> {
        let (text, lines) = (String::new(), Vec::new());
        Report { format, check, domain, files, text, lines, new: 0, changed: 0, broken: 0 }
    }

    /// What the account has.
    pub(super) fn account(&mut self, account: &Account) {
        let _ = writeln!(self.text, "Read {}: {}", visible(self.domain), super::sum(account));
    }

    /// A difference, and the lines that it breaks; none where nobody has looked.
    pub(super) fn drift(&mut self, drift: &Drift, broken: Option<&[Break]>) {
        let lines = broken.unwrap_or_default();
        self.new += usize::from(!drift.matters());
        self.changed += usize::from(drift.matters());
        self.broken += usize::from(!lines.is_empty());
        let place = self.place(drift);
        let mut message = drift.to_string();
        if !lines.is_empty() {
            let mut places: Vec<String> =
                lines.iter().map(|one| format!("{}:{}", short(&one.file), one.line)).collect();
            places.dedup();
            let more = places.len().saturating_sub(MOST_LINES);
            places.truncate(MOST_LINES);
            let _ = write!(message, ": {}", places.join(", "));
            if more > 0 {
                let _ = write!(message, " and {more} more");
            }
        }
        if self.format == Format::Json {
            self.lines.push(json(drift, place, &message, broken));
            return;
        }
        // What is new in a first pull is everything.
        if !self.check && !drift.matters() {
            return;
        }
        let (word, style) = match (drift.matters(), lines.is_empty()) {
            (_, false) => ("error", RED),
            (true, true) => ("warning", YELLOW),
            (false, true) => ("note", GREEN),
        };
        let _ = writeln!(self.text, "{style}{word}{style:#}: {BOLD}{}{BOLD:#}", visible(&message));
        for one in lines.iter().take(MOST_LINES) {
            let at = format!("{}:{}:{}", short(&one.file), one.line, one.column);
            let _ = writeln!(self.text, "  {DIM}-->{DIM:#} {}: {}", visible(&at), visible(&one.message));
        }
        if let (Some((file, line, _)), true) = (place, lines.is_empty()) {
            let _ = writeln!(self.text, "  {DIM}-->{DIM:#} {}:{line}", visible(short(&file)));
        }
        if broken.is_none() {
            let _ =
                writeln!(self.text, "  what it breaks was not looked for: there are too many differences");
        }
        if let Some(help) = self.help(drift, !lines.is_empty()) {
            let _ = writeln!(self.text, "  {GREEN}help{GREEN:#}: {help}");
        }
    }

    fn help(&self, drift: &Drift, used: bool) -> Option<&'static str> {
        Some(match (&drift.change, used, self.check) {
            (Change::New, _, _) => return None,
            (Change::Deleted | Change::Unknown | Change::NoEquivalent(_), true, _) => {
                "name another one there, or make it again in Kommo under the same title, and pull"
            }
            (Change::Deleted | Change::Unknown | Change::NoEquivalent(_), false, _) => {
                "no line rests on it: take its declaration out, or make it again in Kommo"
            }
            (Change::Renamed(..) | Change::Retyped(..), true, true) => {
                "pull without `--check` to follow it, then correct these lines"
            }
            (Change::Renamed(..) | Change::Retyped(..), true, false) => {
                "the declaration follows it: correct these lines"
            }
            (Change::Renamed(..) | Change::Retyped(..) | Change::Renumbered(..), _, true) => {
                "pull without `--check` to follow it"
            }
            (Change::Renamed(..) | Change::Retyped(..) | Change::Renumbered(..), _, false) => {
                "it has been followed"
            }
            (Change::SwitchedOff, _, _) => "let the bots name somebody else",
        })
    }

    fn place(&self, drift: &Drift) -> Option<(String, usize, usize)> {
        let (file, byte) = drift.place?;
        let file = self.files.get(file)?;
        let before = file.text.get(..byte)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        Some((file.path.clone(), before.matches('\n').count() + 1, line.chars().count() + 1))
    }

    /// What the project does not get.
    pub(super) fn told(&mut self, told: &str) {
        if self.format == Format::Json {
            self.lines.push(Json::object([("told", Json::text(told))]));
        } else {
            let _ = writeln!(self.text, "{GREEN}note{GREEN:#}: {}", visible(told));
        }
    }

    /// Which files have been written.
    pub(super) fn written(&mut self, files: &[String]) {
        if self.format == Format::Json {
            self.lines.extend(files.iter().map(|file| Json::object([("written", Json::text(file))])));
            return;
        }
        if files.is_empty() {
            self.text.push_str("Nothing to write: the project has all of it\n");
            return;
        }
        let names: Vec<String> = files.iter().map(|file| visible(short(file))).collect();
        let new = if self.new == 0 { String::new() } else { format!(", {} new", self.new) };
        let _ = writeln!(self.text, "Wrote {}{new}", names.join(" and "));
    }

    pub(super) fn end(mut self) -> Result<(), Stop> {
        let Report { new, changed, broken, .. } = self;
        if self.format == Format::Json {
            self.lines.push(Json::object([
                ("account", Json::text(self.domain)),
                ("new", number(new)),
                ("changed", number(changed)),
                ("broken", number(broken)),
            ]));
            let mut out = output::stdout();
            for line in &self.lines {
                writeln!(out, "{line}")?;
            }
            return Ok(out.flush()?);
        }
        if self.check && changed + new == 0 {
            let _ = writeln!(self.text, "{GREEN}No difference{GREEN:#}: the project fits the account");
        } else if self.check {
            let all = count(changed + new, "difference");
            let _ = writeln!(
                self.text,
                "{all}: {new} new, {changed} changed or gone, {broken} of them break a bot"
            );
        }
        output::to_stderr(&self.text)
    }
}

/// Without the `./` of the folder that everybody is in.
fn short(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

fn number(n: usize) -> Json {
    Json::int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn json(
    drift: &Drift,
    place: Option<(String, usize, usize)>,
    message: &str,
    broken: Option<&[Break]>,
) -> Json {
    let (from, to) = match &drift.change {
        Change::Renamed(from, to) | Change::Retyped(from, to) | Change::Renumbered(from, to) => {
            (Json::text(from), Json::text(to))
        }
        Change::NoEquivalent(kind) => (Json::Null, Json::text(kind)),
        Change::New | Change::Deleted | Change::Unknown | Change::SwitchedOff => (Json::Null, Json::Null),
    };
    let (file, line, column) = place.map_or((Json::Null, Json::Null, Json::Null), |(file, line, column)| {
        (Json::text(&file), number(line), number(column))
    });
    let breaks = broken.map_or(Json::Null, |broken| {
        Json::list(broken.iter().map(|one| {
            Json::object([
                ("file", Json::text(&one.file)),
                ("line", one.line.into()),
                ("column", one.column.into()),
                ("code", Json::text(one.code)),
                ("message", Json::text(&one.message)),
            ])
        }))
    });
    Json::object([
        ("change", Json::text(drift.word())),
        ("kind", Json::text(drift.noun)),
        ("symbol", Json::text(&drift.symbol)),
        ("title", Json::text(&drift.title)),
        ("from", from),
        ("to", to),
        ("file", file),
        ("line", line),
        ("column", column),
        ("message", Json::text(message)),
        ("breaks", breaks),
    ])
}
