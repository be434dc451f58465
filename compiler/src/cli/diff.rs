//! `sbotc diff`.

use super::output::{self, GREEN};
use super::{Exit, Format, Stop, project};
use anstream::{AutoStream, ColorChoice};
use sbotc::diagnostic::Diagnostic;
use sbotc::diff::{self, json, render};
use sbotc::ir;
use sbotc::source::Sources;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  sbotc diff shop-live shop                 what `shop` will change for clients
  sbotc diff old/bot.sbot new/bot.sbot      two files
  sbotc diff shop-live shop --summary       one line
  sbotc diff shop-live shop > changes.md    Markdown, for a pull request
  sbotc diff shop-live shop --format json   for tools: one object a difference,
                                            then one with the sum

Names of locals, comments, the order of steps and the like make no difference: programs that behave the same have none.

Exit codes: 0 no difference, 1 differences, 2 a project has errors or could not be read.";

/// Tell what changed for clients between two projects
///
/// Messages, buttons, waits, checks, where the conversation leads, what happens in the CRM, and what matters for
/// conversations that are waiting while the new program goes live.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// What was before: a file, or a folder with .sbot files
    old: String,

    /// What is now
    new: String,

    /// Print the first line only, which sums everything up
    #[arg(long)]
    summary: bool,

    /// JSON goes to standard output too
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let found = diff::diff((&old.0, &old.1), (&new.0, &new.1));
    let colored = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    let style = if colored { render::Style::Terminal } else { render::Style::Markdown };
    let mut out = output::stdout();
    match (args.format, args.summary) {
        (Format::Json, false) => out.write_all(json::lines(&found).as_bytes())?,
        (Format::Json, true) => out.write_all(json::sum(&found).as_bytes())?,
        (Format::Text, false) => out.write_all(render::text(&found, style).as_bytes())?,
        (Format::Text, true) => out.write_all(render::summary(&found, style).as_bytes())?,
    }
    out.flush()?;
    if !found.is_empty() {
        return Ok(Exit::Problems);
    }
    if args.format == Format::Text {
        output::to_stderr(&format!("{GREEN}No difference{GREEN:#}: both behave the same\n"))?;
    }
    Ok(Exit::Clean)
}

/// A project that has no errors. Errors are no differences, so nothing can be said about a project that has some.
fn read(path: &str) -> Result<(ir::Project, Sources), Stop> {
    let loaded = project::load(path, true)?;
    let errors: Vec<Diagnostic> =
        loaded.diagnostics.into_iter().filter(|diagnostic| diagnostic.is_error()).collect();
    match loaded.project {
        Some(project) => Ok((project, loaded.sources)),
        None => {
            project::print(&errors, &loaded.sources)?;
            let what = format!("`{path}` has errors, so it cannot be compared");
            Err(Stop::new(what).help(format!("correct what `sbotc check {path}` reports")))
        }
    }
}
