//! `sbotc check`.

use super::output::{self, GREEN, RED, YELLOW, count, nearest};
use super::patch::patch;
use super::project::Disk;
use super::{Exit, Format, Stop, project};
use sbotc::diagnostic::codes::{ALL, Severity};
use sbotc::diagnostic::{Code, Diagnostic, render};
use sbotc::fix::{Edited, fix};
use sbotc::source::Sources;
use std::collections::HashSet;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  sbotc check pizzeria                     every .sbot file below the folder
  sbotc check bot.sbot                     one file and what it uses
  sbotc check . --deny warnings            for CI: warnings fail too
  sbotc check . --format json | jq .code   for tools: one object a line
  sbotc check pizzeria --diff              what --fix would change, as a patch
  sbotc check pizzeria --fix               mends what has one right answer,
                                           and reports the rest

Exit codes: 0 no errors, 1 errors (or denied warnings; with --diff: a file would change), 2 a path could not be read.";

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

    /// Mend what has one right answer: a name that is nearly another, a missing comma or arrow, a missing `-> end`
    #[arg(long, conflicts_with = "diff")]
    fix: bool,

    /// Show what --fix would change as a patch on standard output, and change nothing
    #[arg(long, conflicts_with = "format")]
    diff: bool,
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
    if args.diff {
        return diff(&projects);
    }
    if args.fix {
        let (fixes, files) = write_fixes(&projects)?;
        if args.format == Format::Text && fixes > 0 {
            output::to_stderr(&format!("{GREEN}fixed{GREEN:#} {}\n", in_files(fixes, files)))?;
        }
    }
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

/// Mends all projects; how many findings were mended in how many files.
fn write_fixes(projects: &[String]) -> Result<(usize, usize), Stop> {
    let mut edited = Edited::new(&Disk);
    let fixes = mend(projects, &mut edited)?;
    let changed = edited.changed();
    for (path, text) in &changed {
        project::write_atomically(path, text.as_bytes())?;
    }
    Ok((fixes, changed.len()))
}

fn mend(projects: &[String], edited: &mut Edited<'_>) -> Result<usize, Stop> {
    let mut fixes = 0;
    for path in projects {
        project::source_only(path)?;
        fixes += fix(&project::entries(path)?, edited).map_err(|error| project::unreadable(&error))?;
    }
    Ok(fixes)
}

/// Prints the patch that `--fix` would make.
fn diff(projects: &[String]) -> Result<Exit, Stop> {
    let mut edited = Edited::new(&Disk);
    let fixes = mend(projects, &mut edited)?;
    let mut out = output::stdout();
    let changed = edited.changed();
    for (path, text) in &changed {
        let old = project::read_file(path)?;
        write!(out, "{}", patch(path, &String::from_utf8_lossy(&old), text))?;
    }
    out.flush()?;
    let summary = if fixes == 0 {
        "nothing to fix".to_owned()
    } else {
        format!("would fix {}", in_files(fixes, changed.len()))
    };
    output::to_stderr(&format!("{summary}\n"))?;
    Ok(if fixes == 0 { Exit::Clean } else { Exit::Problems })
}

/// `3 problems in 2 files`.
fn in_files(fixes: usize, files: usize) -> String {
    format!("{} in {}", count(fixes, "problem"), count(files, "file"))
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
