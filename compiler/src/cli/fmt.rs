//! `sbotc fmt`.

use super::output::{self, count};
use super::{Exit, Stop, project};
use sbotc::diagnostic::syntax;
use sbotc::source::{self, MAX_SOURCE, Sources};
use std::io::{self, Read, Write};
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  sbotc fmt .                  rewrites every .sbot file below this folder
  sbotc fmt --check .          for CI: lists what is not in the standard form
  sbotc fmt - < bot.sbot       from standard input to standard output

There are no options of style: one form for everybody. Comments stay. A file with syntax errors is left alone.

Exit codes: 0 done, 1 syntax errors (or with --check: a file would change), 2 a file could not be read or written.";

/// Bring files into the standard form
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files, or folders with .sbot files; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,

    /// Change nothing, list the files that would change
    #[arg(long)]
    check: bool,
}

/// What became of a file.
enum Formatted {
    Same,
    Changed(String),
    /// Its syntax errors have been printed.
    Broken,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    if args.paths.iter().any(|path| path == "-") {
        if args.paths.len() > 1 {
            return Err(Stop::new("`-` stands for standard input and cannot be mixed with files")
                .help("format the files in a call of their own"));
        }
        return standard_input(args.check);
    }
    let mut files = Vec::new();
    for path in &args.paths {
        files.extend(project::entries(path)?);
    }
    files.sort();
    files.dedup();
    let (mut changed, mut broken) = (0, 0);
    let mut out = output::stdout();
    for file in &files {
        match format(file, project::read_file(file)?)? {
            Formatted::Same => {}
            Formatted::Broken => broken += 1,
            Formatted::Changed(text) => {
                changed += 1;
                if !args.check {
                    project::write_atomically(file, text.as_bytes())?;
                }
                let shown = if output::stdout_colored() { output::visible(file) } else { file.clone() };
                writeln!(out, "{shown}")?;
            }
        }
    }
    out.flush()?;
    output::to_stderr(&summary(files.len(), changed, broken, args.check))?;
    Ok(if broken > 0 || (args.check && changed > 0) { Exit::Problems } else { Exit::Clean })
}

fn summary(files: usize, changed: usize, broken: usize, check: bool) -> String {
    let what = match (changed, check) {
        (0, _) => format!("{} already in the standard form", count(files - broken, "file")),
        (_, true) => format!("{} would change", count(changed, "file")),
        (_, false) => format!("{} changed", count(changed, "file")),
    };
    match broken {
        0 => format!("{what}\n"),
        _ => format!("{what}, {} with syntax errors left alone\n", count(broken, "file")),
    }
}

fn standard_input(check: bool) -> Result<Exit, Stop> {
    let mut bytes = Vec::new();
    io::stdin()
        .take(MAX_SOURCE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Stop::new(format!("cannot read standard input: {error}")))?;
    let original = bytes.clone();
    let mut out = output::stdout();
    match format("<stdin>", bytes)? {
        Formatted::Broken => return Ok(Exit::Problems),
        Formatted::Changed(_) if check => {
            writeln!(out, "<stdin>")?;
            out.flush()?;
            return Ok(Exit::Problems);
        }
        Formatted::Changed(text) => out.write_all(text.as_bytes())?,
        Formatted::Same if check => {}
        Formatted::Same => out.write_all(&original)?,
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn format(path: &str, bytes: Vec<u8>) -> Result<Formatted, Stop> {
    let source =
        source::text(bytes.clone()).map_err(|why| Stop::new(format!("cannot read `{path}`: {why}")))?;
    let source = source.as_str();
    let parsed = sbot_grammar::parse(source);
    if !parsed.errors.is_empty() {
        let mut sources = Sources::default();
        let id = sources.add(path.to_owned(), Arc::from(source));
        let diagnostics = syntax::word_all(&parsed.errors, id, &sources);
        project::print(&diagnostics, &sources)?;
        return Ok(Formatted::Broken);
    }
    let printed = sbot_grammar::print::print(source, &parsed);
    if printed.as_bytes() == bytes {
        return Ok(Formatted::Same);
    }
    if !sbot_grammar::parse(&printed).errors.is_empty() {
        return Err(Stop::new(format!(
            "the standard form of `{path}` would not be readable; it is left as it was"
        ))
        .help("this is a mistake of sbotc; please report it with the file"));
    }
    Ok(Formatted::Changed(printed))
}
