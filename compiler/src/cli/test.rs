//! `sbotc test`.

use super::locale::{self, Locales, Unasked};
use super::output::{self, BOLD, DIM, GREEN, Out, RED, YELLOW, visible};
use super::project::{self, Compiled};
use super::turn_log::TurnLog;
use super::{Exit, Format, Stop};
use sbotc::coverage::{self, Hits, Missing, Share};
use sbotc::i18n::Strictness;
use sbotc::lower::Mark;
use sbotc::sim::{Outcome, TestReport, World, run_test, tested};
use sbotc::source::Sources;
use std::io::Write;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  sbotc test pizzeria                      all tests of the folder
  sbotc test bot.sbot --filter phone       tests with `phone` in title or bot
  sbotc test examples/*                    several projects
  sbotc test pizzeria --locale none        without the project's translations
  sbotc test . --format json               one object a test, then the sums
  sbotc test . --coverage                  what the tests do not reach yet
  sbotc test . --lcov coverage.info        the same for editors and CI
  sbotc test shop --log turns.jsonl        every turn, for `sbotc replay`

A test that fails shows the whole conversation, the statement that did not hold, what it asked for and what there was.

Exit codes: 0 all passed (or there are none), 1 a test failed or the source has errors, 2 a path could not be read.";

/// Run the tests that stand in the files
///
/// Tests run against the real compiler and virtual machine, on a virtual clock, with a simulated CRM.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files, or folders with .sbot files; each is a project of its own
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,

    /// Only tests whose title or bot has this text in it, upper or lower case
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    #[command(flatten)]
    locales: Locales,

    /// JSON goes to standard output too
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Tell which steps, ways out and buttons of each bot the tests reach
    #[arg(long)]
    coverage: bool,

    /// Write the coverage for other tools, in the format of lcov
    #[arg(long, value_name = "FILE")]
    lcov: Option<String>,

    /// Write every turn of the tests to this file, for `sbotc replay`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["coverage", "lcov"])]
    log: Option<String>,
}

/// How the tests went, all projects together.
#[derive(Default)]
struct Tally {
    all: usize,
    passed: usize,
    failed: usize,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let projects = project::projects(&args.paths)?;
    let mut tally = Tally::default();
    let mut traces = String::new();
    let mut broken = false;
    let log = args.log.as_deref().map(TurnLog::open).transpose()?;
    let mut worlds = Vec::new();
    let mut out = output::stdout();
    for path in &projects {
        match build(args, path) {
            Ok((compiled, marks)) => {
                let hits = run_all(args, projects.len(), &compiled, &mut tally, &mut worlds, &mut out)?;
                if args.coverage {
                    show_coverage(args, &compiled, &marks, &hits, &mut out)?;
                }
                if args.lcov.is_some() {
                    traces.push_str(&coverage::lcov(&marks, &hits, &compiled.sources));
                }
            }
            // The other projects can be tested all the same.
            Err(Stop::Problems) => broken = true,
            Err(stop) => return Err(stop),
        }
    }
    if args.format == Format::Json {
        writeln!(out, "{}", serde_json::json!({"passed": tally.passed, "failed": tally.failed}))?;
    } else if !broken || tally.all > 0 {
        writeln!(out, "{}", summary(args, &tally))?;
    }
    out.flush()?;
    if let Some(file) = &args.lcov {
        project::write_atomically(file, traces.as_bytes())?;
    }
    if let Some(log) = log {
        let worlds: Vec<(String, &World)> =
            worlds.iter().map(|(name, world)| (name.clone(), world)).collect();
        log.write(&worlds)?;
    }
    Ok(if tally.failed == 0 && !broken { Exit::Clean } else { Exit::Problems })
}

/// Compiles a project, with marks if its coverage is wanted.
fn build(args: &Args, path: &str) -> Result<(Compiled, Vec<Mark>), Stop> {
    let (loaded, _) = locale::load(path, &args.locales, Unasked::All, Strictness::Incomplete)?;
    if args.coverage || args.lcov.is_some() {
        let marked = project::compile_marked(loaded)?;
        return Ok((marked.compiled, marked.marks));
    }
    Ok((project::compile(loaded, true, false)?, Vec::new()))
}

fn show_coverage(
    args: &Args,
    compiled: &Compiled,
    marks: &[Mark],
    hits: &Hits,
    out: &mut Out,
) -> Result<(), Stop> {
    let bots: Vec<Arc<str>> =
        compiled.program.tables().bots.iter().map(|bot| Arc::clone(&bot.name)).collect();
    for bot in coverage::by_bot(&bots, marks, hits, &compiled.sources) {
        if args.format == Format::Json {
            writeln!(out, "{}", serde_json::json!({ "coverage": bot }))?;
            continue;
        }
        let share = |what: &str, share: Share| {
            let style = if share.reached == share.all { GREEN } else { YELLOW };
            format!("{style}{}/{} {what}{style:#} ({} %)", share.reached, share.all, share.percent())
        };
        let shares = [share("steps", bot.steps), share("exits", bot.exits), share("buttons", bot.buttons)];
        writeln!(out, "{BOLD}{}{BOLD:#}: {}", bot.bot, shares.join(", "))?;
        for missing in &bot.missing {
            let Missing { kind, step, name, file, line, .. } = missing;
            let place = format!("{DIM}{file}:{line}{DIM:#}");
            match *kind {
                "step" | "flow" => writeln!(out, "  not reached: {kind} `{name}` {place}")?,
                _ => writeln!(out, "  not reached: {name} in `{step}` {place}")?,
            }
        }
    }
    Ok(())
}

fn run_all(
    args: &Args,
    projects: usize,
    compiled: &Compiled,
    tally: &mut Tally,
    worlds: &mut Vec<(String, World)>,
    out: &mut Out,
) -> Result<Hits, Stop> {
    let mut hits = Hits::default();
    let several = projects > 1 || compiled.program.tables().bots.len() > 1;
    let wanted = args.filter.as_deref().unwrap_or("").to_lowercase();
    for test in &compiled.tests {
        tally.all += 1;
        let bot = tested(&compiled.program, test, &compiled.sources);
        if !test.title.to_lowercase().contains(&wanted) && !bot.to_lowercase().contains(&wanted) {
            continue;
        }
        let report = run_test(&compiled.program, test, &compiled.sources, false);
        hits.add(report.world.marks());
        match report.outcome {
            Outcome::Passed => tally.passed += 1,
            Outcome::Failed => tally.failed += 1,
        }
        match args.format {
            Format::Text => text(out, &report, &compiled.sources, several)?,
            Format::Json => json(out, &report, &compiled.sources)?,
        }
        // One test may take long; those before it should not wait for it to be seen.
        out.flush()?;
        if args.log.is_some() {
            worlds.push((format!("{bot}: {}", report.title), report.world));
        }
    }
    Ok(hits)
}

fn summary(args: &Args, tally: &Tally) -> String {
    let Tally { all, passed, failed } = tally;
    if *all == 0 {
        let paths = args.paths.join(", ");
        return format!(
            "There are no tests in {paths}. Write one: test \"a title\" {{ client \"hello\" bot \"*\" }}"
        );
    }
    if passed + failed == 0 {
        return format!(
            "None of the {all} tests has `{}` in its title",
            args.filter.as_deref().unwrap_or("")
        );
    }
    let style = if *failed == 0 { GREEN } else { RED };
    format!("{style}{passed} passed, {failed} failed{style:#}")
}

fn text(out: &mut Out, report: &TestReport, sources: &Sources, several: bool) -> Result<(), Stop> {
    let title = if several { format!("{}: {}", report.bot, report.title) } else { report.title.to_string() };
    let title = visible(&title);
    if report.outcome == Outcome::Passed {
        writeln!(out, "{GREEN}ok{GREEN:#}    {title}")?;
        return Ok(());
    }
    writeln!(out, "{RED}FAIL{RED:#}  {BOLD}{title}{BOLD:#}")?;
    for line in report.explain(sources) {
        let line = visible(&line);
        match line.strip_prefix('|') {
            Some(said) => writeln!(out, "      {DIM}|{DIM:#}{said}")?,
            None => writeln!(out, "      {line}")?,
        }
    }
    Ok(())
}

fn json(out: &mut Out, report: &TestReport, sources: &Sources) -> Result<(), Stop> {
    let place = report.failure.as_ref().map_or(report.place, |failure| failure.place);
    let source = sources.get(place.file);
    let at = source.line_column(place.span.start);
    let lines: Vec<String> = report.transcript.iter().map(ToString::to_string).collect();
    let object = serde_json::json!({
        "title": &*report.title,
        "bot": &*report.bot,
        "outcome": if report.failure.is_none() { "passed" } else { "failed" },
        "file": source.path,
        "line": at.line,
        "column": at.column,
        "expected": report.failure.as_ref().map(|failure| &failure.expected),
        "got": report.failure.as_ref().map(|failure| &failure.got),
        "transcript": lines,
    });
    writeln!(out, "{object}")?;
    Ok(())
}
