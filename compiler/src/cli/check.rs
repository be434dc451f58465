//! `sbotc check`.

use super::output::{self, GREEN, RED, YELLOW, count, nearest};
use super::{Exit, Format, Stop, project};
use sbotc::diagnostic::codes::{ALL, Severity};
use sbotc::diagnostic::{Code, Diagnostic, render};
use sbotc::source::Sources;
use std::collections::HashSet;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  sbotc check pizzeria                     every .sbot file below the folder
  sbotc check bot.sbot                     one file and what it uses
  sbotc check . --deny warnings            for CI: warnings fail too
  sbotc check . --format json | jq .code   for tools: one object a line

Exit codes: 0 no errors, 1 errors (or denied warnings), 2 a path could not be read.";

/// Find mistakes, without building anything
///
/// Reports every mistake that can be found in one go. `sbotc explain CODE` tells more about each.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files, or folders with .sbot files; each is a project of its own
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,

    /// Text goes to standard error, JSON to standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Treat a warning as an error; `warnings` means all of them
    #[arg(long, value_name = "CODE|warnings")]
    deny: Vec<String>,
}

/// What was found in all projects together.
#[derive(Default)]
struct Tally {
    errors: usize,
    denied: usize,
    warnings: usize,
    files: usize,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let deny = Deny::parse(&args.deny)?;
    let projects = project::projects(&args.paths)?;
    let mut tally = Tally::default();
    let mut seen = HashSet::new();
    for path in &projects {
        let loaded = project::load(path, false)?;
        let mut diagnostics = loaded.diagnostics;
        // Projects may share files.
        diagnostics.retain(|d| {
            let file = loaded.sources.get(d.place.file).path.clone();
            seen.insert((file, d.place.span, d.code, d.message.clone()))
        });
        tally.files += loaded.files;
        tally.add(&diagnostics, &deny);
        match args.format {
            Format::Text => project::print(&diagnostics, &loaded.sources)?,
            Format::Json => json(&diagnostics, &loaded.sources, &deny)?,
        }
    }
    if args.format == Format::Text {
        output::to_stderr(&tally.summary())?;
    }
    Ok(if tally.errors + tally.denied == 0 { Exit::Clean } else { Exit::Problems })
}

fn json(diagnostics: &[Diagnostic], sources: &Sources, deny: &Deny) -> Result<(), Stop> {
    let mut out = output::stdout();
    for diagnostic in diagnostics {
        let mut line = render::json_line(diagnostic, sources);
        if deny.holds(diagnostic.code) {
            // Quotes inside of a JSON text are escaped, so this is the field and nothing else.
            line = line.replacen(r#""severity":"warning""#, r#""severity":"error""#, 1);
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(out.flush()?)
}

/// The warnings that count as errors.
struct Deny {
    all: bool,
    codes: Vec<Code>,
}

impl Deny {
    fn parse(words: &[String]) -> Result<Deny, Stop> {
        let mut deny = Deny { all: false, codes: Vec::new() };
        for word in words.iter().flat_map(|word| word.split(',')).map(str::trim) {
            if word == "warnings" {
                deny.all = true;
                continue;
            }
            let code = Code::find(word).ok_or_else(|| unknown(word))?;
            deny.codes.push(code);
        }
        Ok(deny)
    }

    fn holds(&self, code: Code) -> bool {
        code.severity() == Severity::Warning && (self.all || self.codes.contains(&code))
    }
}

fn unknown(word: &str) -> Stop {
    let stop = Stop::new(format!("there is no diagnostic `{word}` to deny"));
    let warnings = ALL.iter().filter(|code| code.severity() == Severity::Warning).map(|code| code.name());
    match nearest(word, warnings.chain(["warnings"])) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None => stop.help("write `warnings`, or a code of `sbotc explain --list`"),
    }
}

impl Tally {
    fn add(&mut self, diagnostics: &[Diagnostic], deny: &Deny) {
        for diagnostic in diagnostics {
            match diagnostic.code.severity() {
                Severity::Error => self.errors += 1,
                Severity::Warning if deny.holds(diagnostic.code) => self.denied += 1,
                Severity::Warning => self.warnings += 1,
            }
        }
    }

    fn summary(&self) -> String {
        let mut parts = Vec::new();
        if self.errors > 0 {
            parts.push(format!("{RED}{}{RED:#}", count(self.errors, "error")));
        }
        if self.denied > 0 {
            parts.push(format!("{RED}{}{RED:#}", count(self.denied, "denied warning")));
        }
        if self.warnings > 0 {
            parts.push(format!("{YELLOW}{}{YELLOW:#}", count(self.warnings, "warning")));
        }
        if parts.is_empty() {
            return format!("{GREEN}No problems{GREEN:#} in {}\n", count(self.files, "file"));
        }
        format!("{} in {}\n", parts.join(", "), count(self.files, "file"))
    }
}
