//! `sbotc explore`.

use super::locale::{self, Locales, Unasked};
use super::output::{self, BOLD, DIM, GREEN, Out, RED, YELLOW, count};
use super::project::{self, Marked};
use super::{Exit, Format, Stop};
use sbotc::coverage::Hits;
use sbotc::explore::{self, Finding, FindingKind, Input, Progress, Report, Walk};
use sbotc::i18n::Strictness;
use sbotc::sim::run_test;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

const EXAMPLES: &str = "\
Examples:
  sbotc explore pizzeria                  every conversation with every bot
  sbotc explore pizzeria --bot welcome    with one of them
  sbotc explore pizzeria --write-tests    tests for exits that no test reaches
  sbotc explore pizzeria --limit 200000   look further, if the walk was cut off
  sbotc explore . --format json           one object a bot

The walk uses the real virtual machine and a virtual clock: it presses every button, writes texts that pass and texts \
that fail each pattern, lets every timer run out, lets messages fail, and answers actions in every way they declare. \
The same project always gives the same report.

Exit codes: 0 nothing was found, 1 something was found, 2 the command could not do its work.";

/// Walk through every conversation a bot can have
///
/// Tells what no conversation reaches, and prints the shortest conversation to every error, every end without a word
/// and every wait that can last for ever.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files, or folders with .sbot files; each is a project of its own
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,

    /// Only this bot
    #[arg(long, value_name = "NAME")]
    bot: Option<String>,

    /// How many moments to look at, for each bot
    #[arg(long, value_name = "N", default_value_t = explore::DEFAULT_LIMIT)]
    limit: usize,

    /// Write a test into the bot's file for each exit that no test reaches yet
    #[arg(long)]
    write_tests: bool,

    #[command(flatten)]
    locales: Locales,

    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let projects = project::projects(&args.paths)?;
    let mut out = output::stdout();
    let mut clean = true;
    let mut known = false;
    for path in &projects {
        let (loaded, _) = locale::load(path, &args.locales, Unasked::All, Strictness::Incomplete)?;
        let marked = project::compile_marked(loaded)?;
        let names: Vec<Arc<str>> =
            marked.compiled.program.tables().bots.iter().map(|bot| Arc::clone(&bot.name)).collect();
        for (bot, name) in (0u32..).zip(&names) {
            if args.bot.as_ref().is_some_and(|wanted| **wanted != **name) {
                continue;
            }
            known = true;
            clean &= one_bot(args, &marked, bot, &mut out)?;
        }
        if let (Some(wanted), false) = (&args.bot, known) {
            let stop = Stop::new(format!("there is no bot `{wanted}` in `{path}`"));
            return Err(match output::nearest(wanted, names.iter().map(|name| &**name)) {
                Some(near) => stop.help(format!("did you mean `{near}`?")),
                None => stop.help(format!("it has {}", names.join(", "))),
            });
        }
    }
    out.flush()?;
    Ok(if clean { Exit::Clean } else { Exit::Problems })
}

/// Explores a bot. True if nothing was found.
fn one_bot(args: &Args, marked: &Marked, bot: u32, out: &mut Out) -> Result<bool, Stop> {
    let input = Input {
        program: &marked.compiled.program,
        project: &marked.project,
        marks: &marked.marks,
        sources: &marked.compiled.sources,
        bot,
        limit: args.limit,
    };
    let mut shown = Shown::new();
    let walk = explore::explore(input, &mut |progress| shown.show(progress));
    shown.clear();
    let report = walk.report();
    match args.format {
        Format::Json => writeln!(out, "{}", serde_json::json!(report))?,
        Format::Text => text(out, &report)?,
    }
    if args.write_tests {
        write_tests(args, marked, bot, &walk, out)?;
    }
    Ok(report.findings.is_empty())
}

fn text(out: &mut Out, report: &Report) -> Result<(), Stop> {
    let Report { bot, moments, complete, reached, all, findings } = report;
    let cut = if *complete { "" } else { ", and there are more (see --limit)" };
    writeln!(
        out,
        "{BOLD}{bot}{BOLD:#}: {reached} of {all} steps, exits and buttons reached, {} looked at{cut}",
        count(*moments, "moment")
    )?;
    if findings.is_empty() {
        writeln!(out, "  {GREEN}nothing found{GREEN:#}")?;
    }
    for Finding { kind, message, file, line, conversation, .. } in findings {
        let (style, word) = match kind {
            FindingKind::Error => (RED, "error"),
            FindingKind::SilentEnd => (YELLOW, "silent end"),
            FindingKind::EndlessWait => (YELLOW, "endless wait"),
            FindingKind::UnreachedStep | FindingKind::UnreachedExit => (YELLOW, "not reached"),
        };
        let place = match (file, line) {
            (Some(file), Some(line)) => format!(" {DIM}{file}:{line}{DIM:#}"),
            _ => String::new(),
        };
        writeln!(out, "\n{style}{word}{style:#}: {message}{place}")?;
        for step in conversation {
            writeln!(out, "    {step}")?;
        }
    }
    Ok(())
}

/// Adds tests to the file of the bot.
fn write_tests(args: &Args, marked: &Marked, bot: u32, walk: &Walk<'_>, out: &mut Out) -> Result<(), Stop> {
    let compiled = &marked.compiled;
    let own: Vec<_> = compiled.tests.iter().filter(|test| test.bot == Some(bot as usize)).collect();
    let mut hits = Hits::default();
    for test in &compiled.tests {
        hits.add(run_test(&compiled.program, test, &compiled.sources, false).world.marks());
    }
    let titles: Vec<String> = own.iter().map(|test| test.title.to_string()).collect();
    let written = explore::write_tests(walk, &hits, &titles);
    let Some(row) = marked.project.bots.get(bot as usize) else { return Ok(()) };
    let source = compiled.sources.get(row.place.file);
    if written.count > 0 {
        let mut text = source.text.trim_end().to_owned();
        text.push('\n');
        text.push_str(&written.text);
        let parsed = sbot_grammar::parse(&text);
        if !parsed.errors.is_empty() {
            return Err(Stop::new(format!("the tests for `{}` are no tests", walk.bot()))
                .help("this is a mistake of sbotc; please report it with the source"));
        }
        // A file in the standard form stays in it; another one keeps its own.
        let formatted =
            sbot_grammar::print::print(&source.text, &sbot_grammar::parse(&source.text)) == *source.text;
        let text = if formatted { sbot_grammar::print::print(&text, &parsed) } else { text };
        project::write_atomically(&source.path, text.as_bytes())?;
    }
    if args.format == Format::Json {
        let tests = serde_json::json!({
            "bot": walk.bot(), "written": written.count, "file": source.path, "left_out": written.left_out,
        });
        writeln!(out, "{tests}")?;
        return Ok(());
    }
    match written.count {
        0 => writeln!(out, "No test to write: every exit that is reached has one")?,
        n => writeln!(out, "Wrote {} into {}", count(n, "test"), source.path)?,
    }
    for what in &written.left_out {
        writeln!(
            out,
            "  no test for {what}: other leads have to come before, or another bot to run this one"
        )?;
    }
    Ok(())
}

/// The line that tells how far the walk is: on a terminal, and only if it takes longer than a second.
struct Shown {
    begun: Instant,
    last: Option<Instant>,
    terminal: bool,
}

impl Shown {
    fn new() -> Shown {
        Shown { begun: Instant::now(), last: None, terminal: std::io::stderr().is_terminal() }
    }

    fn show(&mut self, progress: Progress) {
        let now = Instant::now();
        let often = self.last.is_some_and(|last| now - last < Duration::from_millis(100));
        if !self.terminal || often || now - self.begun < Duration::from_secs(1) {
            return;
        }
        self.last = Some(now);
        let Progress { moments, reached, all } = progress;
        // Nobody is harmed if this cannot be written.
        let _ = write!(std::io::stderr(), "\r\x1b[K{moments} moments, {reached} of {all} reached");
    }

    fn clear(&self) {
        if self.last.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
