//! `sbotc upgrade`.

mod against;
mod runs;

pub(crate) use against::{against, read_olds};

use super::output::{self, BOLD, DIM, GREEN, Out, RED, YELLOW, count, visible};
use super::project::{self, Compiled};
use super::{Exit, Format, Stop};
use sbot_vm::Program;
use sbot_vm::program::Place;
use sbot_vm::upgrade::{Outcome, Upgrade};
use sbotc::diagnostic::Diagnostic;
use sbotc::ir;
use sbotc::upgrade::{self, Old, Report, Row, Sort, called};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  sbotc upgrade released/v1.sbc shop
                      what becomes of runs that wait, under the source as it is
  sbotc upgrade released/v1.sbc shop/shop.sbc
                      under a program that is built
  sbotc upgrade v1.sbc v2.sbc v3.sbc
                      runs of v1 go through v2 to v3
  sbotc upgrade v1.sbc v2.sbc --runs parked
                      count the runs in the folder `parked`
  sbotc upgrade v1.sbc v2.sbc --runs runs.bin --write moved.bin

For every wait of the old program where a run can stand: it continues, continues with a decision or a value, or would \
be lost. What would be lost is decided in the source, with `upgrade from \"v1\" { greet.message -> hello.message }`.

Exit codes: 0 every run can be moved, 1 some would be lost or were not moved, 2 a file could not be read or written.";

/// Tell what becomes of parked runs under a new version
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// The old program, a .sbc file, and the new one, a project or a .sbc file; between them those that came between
    #[arg(required = true, num_args = 2.., value_names = ["OLD", "NEW"])]
    programs: Vec<String>,

    /// Parked runs to count: a file of them, or a folder with one in each file
    #[arg(long, value_name = "PATH")]
    runs: Option<String>,

    /// Where to write the runs as they wait under the new program, which must be a .sbc file
    #[arg(long, value_name = "PATH", requires = "runs")]
    write: Option<String>,

    /// The time of the move, in milliseconds since 1970 [default: now]
    #[arg(long, value_name = "MILLISECONDS", requires = "runs")]
    at: Option<i64>,

    /// JSON goes to standard output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The new program, with its source if it was built for this.
enum New {
    Built(Arc<Program>),
    Source(Box<(Compiled, ir::Project)>),
}

impl New {
    fn program(&self) -> &Program {
        match self {
            New::Built(program) => program,
            New::Source(source) => &source.0.program,
        }
    }
}

/// An upgrade from one program to the next.
struct Step<'p> {
    path: &'p str,
    old: &'p Program,
    new: &'p Program,
    report: Report,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let Some((new_path, old_paths)) = args.programs.split_last() else {
        return Err(Stop::new("no program is named"));
    };
    if args.write.is_some() && !project::is_compiled(new_path) {
        return Err(Stop::new("runs belong to one program, and this one is not built yet")
            .help(format!("build it with `sbotc build {new_path}`, and name the .sbc file")));
    }
    let olds = read_olds(old_paths)?;
    let new = if project::is_compiled(new_path) {
        New::Built(project::read_program(new_path)?)
    } else {
        let compiled = project::compile_whole(project::load(new_path, true)?, false, None)?;
        New::Source(Box::new(compiled))
    };
    let mut steps: Vec<Step<'_>> = Vec::new();
    let mut programs: Vec<&Program> = olds.0.iter().map(|(_, program)| &**program).collect();
    programs.push(new.program());
    for ((path, old), next) in olds.0.iter().zip(programs.iter().skip(1)) {
        let upgrade = Upgrade::new(old, next);
        let report = upgrade::report(old, next, &upgrade);
        steps.push(Step { path, old, new: next, report });
    }
    let counted = match &args.runs {
        Some(path) => Some(runs::count(path, args.write.as_deref(), args.at, &programs, &steps)?),
        None => None,
    };
    let mut out = output::stdout();
    match args.format {
        Format::Json => json(&mut out, &steps, counted.as_ref())?,
        Format::Text => text(&mut out, &steps, counted.as_ref())?,
    }
    out.flush()?;
    if let (New::Source(source), Format::Text) = (&new, args.format) {
        let found = olds.0.last().zip(steps.last()).map(|((path, old), step)| {
            upgrade::findings(Old { path, program: old }, step.new, &step.report, &source.1)
        });
        project::print(&found.unwrap_or_default(), &source.0.sources)?;
    }
    if args.format == Format::Text {
        decisions(&mut out, &steps)?;
        out.flush()?;
    }
    let complete = steps.iter().all(|step| step.report.is_complete());
    let moved = counted.is_none_or(|counted| counted.counts.kept_back() == 0);
    Ok(if complete && moved { Exit::Clean } else { Exit::Problems })
}

fn text(out: &mut Out, steps: &[Step<'_>], counted: Option<&runs::Counted>) -> Result<(), Stop> {
    for (at, step) in steps.iter().enumerate() {
        let to = called(step.new);
        writeln!(out, "{BOLD}{} to {to}{BOLD:#} {DIM}{}{DIM:#}", called(step.old), visible(step.path))?;
        let width = step.report.rows.iter().map(|row| shown(row).chars().count()).max().unwrap_or(0);
        let mut bot = None;
        for row in &step.report.rows {
            if bot != Some(&row.bot) {
                writeln!(out, "  {}", row.bot)?;
                bot = Some(&row.bot);
            }
            one_row(out, row, width, counted.map(|counted| counted.at(at, row)))?;
        }
        let Step { report, .. } = step;
        let verdicts = [Sort::Continues, Sort::ContinuesWith, Sort::Lost];
        let counts: Vec<String> = verdicts
            .iter()
            .map(|sort| (report.count(*sort), sort))
            .filter(|(n, _)| *n > 0)
            .map(|(n, sort)| format!("{n} {}", sort.name()))
            .collect();
        let waits = report.rows.iter().filter(|row| row.is_wait()).count();
        writeln!(
            out,
            "  {}: {}",
            count(waits, "wait"),
            if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
        )?;
    }
    if let Some(counted) = counted {
        counted.text(out)?;
    }
    Ok(())
}

/// The name of a row: a caller is told apart from a wait.
fn shown(row: &Row) -> String {
    if row.is_wait() { row.name.to_string() } else { format!("{} (caller)", row.name) }
}

fn one_row(out: &mut Out, row: &Row, width: usize, runs: Option<String>) -> Result<(), Stop> {
    let style = match row.sort {
        Sort::Continues => GREEN,
        Sort::ContinuesWith => YELLOW,
        Sort::Lost => RED,
    };
    let name = shown(row);
    let gap = " ".repeat(width.saturating_sub(name.chars().count()));
    let detail = match row.sort {
        Sort::Continues => String::new(),
        Sort::ContinuesWith => format!(" {}", row.detail),
        Sort::Lost => format!(": {}", row.detail),
    };
    let runs = runs.map(|runs| format!("  {runs}")).unwrap_or_default();
    let place =
        row.new.as_ref().map(|place| format!("  {DIM}line {}{DIM:#}", place.line)).unwrap_or_default();
    writeln!(out, "    {name}{gap}  {style}{}{style:#}{}{place}{runs}", row.sort.name(), visible(&detail))?;
    for note in &row.notes {
        writeln!(out, "    {}  {DIM}{}{DIM:#}", " ".repeat(width), visible(note))?;
    }
    Ok(())
}

/// A block of decisions to begin with.
fn decisions(out: &mut Out, steps: &[Step<'_>]) -> Result<(), Stop> {
    for step in steps {
        let rows = step.report.rows.iter();
        let mut rules: Vec<String> =
            rows.flat_map(|row| upgrade::suggestions(step.old, step.new, row)).collect();
        let mut seen = std::collections::HashSet::new();
        rules.retain(|rule| seen.insert(rule.clone()));
        if rules.is_empty() {
            continue;
        }
        writeln!(out, "Decisions to begin with, for the bot's file:")?;
        writeln!(out, "  upgrade from \"{}\" {{", called(step.old))?;
        for rule in rules {
            writeln!(out, "    {},", visible(&rule))?;
        }
        writeln!(out, "  }}")?;
    }
    Ok(())
}

fn json(out: &mut Out, steps: &[Step<'_>], counted: Option<&runs::Counted>) -> Result<(), Stop> {
    for (at, step) in steps.iter().enumerate() {
        for row in &step.report.rows {
            let mut object = json_row(step.old, step.new, row);
            if let (Some(counted), Some(object)) = (counted, object.as_object_mut()) {
                counted.json_row(at, row, object);
            }
            writeln!(out, "{object}")?;
        }
        let mut sum = serde_json::json!({
            "kind": "sum",
            "old": format!("{:016x}", step.old.id()),
            "old_tag": step.old.tables().tag,
            "new": format!("{:016x}", step.new.id()),
            "new_tag": step.new.tables().tag,
            "continues": step.report.count(Sort::Continues),
            "continues_with": step.report.count(Sort::ContinuesWith),
            "would_be_lost": step.report.count(Sort::Lost),
            "complete": step.report.is_complete(),
        });
        if let (Some(counted), true, Some(sum)) = (counted, at + 1 == steps.len(), sum.as_object_mut()) {
            counted.json_sum(sum);
        }
        writeln!(out, "{sum}")?;
    }
    Ok(())
}

/// A row as JSON.
pub(crate) fn json_row(old: &Program, new: &Program, row: &Row) -> serde_json::Value {
    let place = |program: &Program, place: Option<&Place>| {
        let files = program.debug().map_or(&[][..], |debug| &debug.files);
        place.map(|place| {
            serde_json::json!({
                "file": files.get(place.file as usize),
                "line": place.line,
                "column": place.column,
                "start": place.start,
                "end": place.end,
            })
        })
    };
    let (outcome, to) = match &row.outcome {
        Outcome::Waits(wait) => {
            ("waits", new.tables().waits.get(*wait as usize).map(|row| row.name.to_string()))
        }
        Outcome::Calls(call) => {
            ("calls", new.tables().calls.get(*call as usize).map(|row| row.name.to_string()))
        }
        Outcome::Restarts(step, _) => ("restarts", Some(step.to_string())),
        Outcome::Ends => ("ends", None),
        Outcome::Covered => ("decided elsewhere", None),
        Outcome::Lost(_) => ("lost", None),
    };
    serde_json::json!({
        "kind": if row.is_wait() { "wait" } else { "caller" },
        "old": called(old),
        "bot": row.bot,
        "name": row.name,
        "verdict": row.sort.name(),
        "outcome": outcome,
        "to": to,
        "detail": row.detail,
        "notes": row.notes,
        "decisions": upgrade::suggestions(old, new, row),
        "at": place(new, row.new.as_ref()),
        "was_at": place(old, row.old.as_ref()),
    })
}

/// The findings of an upgrade whose new program is built from source.
pub(crate) fn found(
    path: &str,
    old: &Program,
    new: &Program,
    source: &ir::Project,
) -> (Report, Vec<Diagnostic>) {
    let upgrade = Upgrade::new(old, new);
    let report = upgrade::report(old, new, &upgrade);
    let found = upgrade::findings(Old { path, program: old }, new, &report, source);
    (report, found)
}

/// Whether a path is a folder.
pub(crate) fn is_folder(path: &str) -> bool {
    Path::new(path).is_dir()
}
