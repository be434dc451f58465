//! `sbotc bindings`.

use super::locale::{self, Locales, Unasked};
use super::output::{self, visible};
use super::project;
use super::{Exit, Stop};
use sbotc::bindings::{self, Clash, Declared, Extent, LANGUAGES, Model};
use sbotc::i18n::Strictness;
use sbotc::lower;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  sbotc bindings rust pizzeria -o src/pizzeria.rs
                              types for a host that calls sbot-vm
  sbotc bindings typescript pizzeria -o pizzeria.ts
                              types of the JSON of sbot-embed
  sbotc bindings python pizzeria -o pizzeria.py
                              the same, as dataclasses
  sbotc bindings json-schema pizzeria
                              the same, as JSON Schema, to standard output
  sbotc bindings rust pizzeria -o src/pizzeria.rs --check
                              whether the file is what would be written

Exit codes: 0 written or up to date, 1 the source has errors or the file is out of date, 2 a file could not be read \
or written.";

/// Write types for the program that runs the bots
///
/// What the bots ask for, and what they are told, becomes types: actions and their answers, fields, names, parameters.
/// A host that handles all of them no longer compiles when a bot asks for something new.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// rust, typescript, python or json-schema
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(LANGUAGES.iter().map(|(_, name, _)| *name)))]
    language: String,

    /// A file, or a folder with .sbot files
    path: String,

    /// Where to write; without it standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,

    #[command(flatten)]
    locales: Locales,

    /// Everything that is declared, and not only what the bots use
    #[arg(long)]
    all: bool,

    /// Write nothing; tell whether FILE is what would be written
    #[arg(long, requires = "output")]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let found = LANGUAGES.iter().find(|(_, name, _)| *name == args.language);
    let Some((language, name, _)) = found else {
        return Err(Stop::new(format!("there is no language `{}`", args.language)));
    };
    let model = model(args)?;
    let text = bindings::write(&model, *language).map_err(|clashes| clashing(&clashes, name))?;
    let mut out = output::stdout();
    let Some(target) = args.output.as_deref().filter(|target| *target != "-") else {
        out.write_all(text.as_bytes())?;
        out.flush()?;
        return Ok(Exit::Clean);
    };
    if args.check {
        let up_to_date = project::read_file(target)? == text.as_bytes();
        if !up_to_date {
            let all = if args.all { " --all" } else { "" };
            writeln!(out, "{} is out of date: write it with", visible(target))?;
            writeln!(out, "  sbotc bindings {name} {} -o {}{all}", visible(&args.path), visible(target))?;
            out.flush()?;
            return Ok(Exit::Problems);
        }
        writeln!(out, "{} is up to date", visible(target))?;
    } else {
        project::write_atomically(target, text.as_bytes())?;
        writeln!(out, "Wrote {}: {}", visible(target), output::count(text.lines().count(), "line"))?;
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn model(args: &Args) -> Result<Model, Stop> {
    project::source_only(&args.path)?;
    let declared = Declared::of(&project::parse(&project::entries(&args.path)?)?);
    // A program that speaks several languages reads that of the client.
    let (loaded, _) = locale::load(&args.path, &args.locales, Unasked::All, Strictness::Incomplete)?;
    let (checked, sources) = project::checked(loaded, false)?;
    let lowered = lower::lower(&checked, &sources, false);
    let program = project::verified(lowered.tables, lowered.debug)?;
    let extent = if args.all { Extent::All } else { Extent::Used };
    Model::of(&declared, &checked, &program, extent).map_err(|clashes| clashing(&clashes, "every language"))
}

/// Names that would be one: nobody but the author can settle it.
fn clashing(clashes: &[Clash], language: &str) -> Stop {
    for clash in clashes {
        output::complain(&format!("for {language}, {clash}"), None);
    }
    output::complain(
        &format!("nothing was written: {} would get the same name", output::count(clashes.len(), "pair")),
        Some("rename one of each pair in the source"),
    );
    Stop::Problems
}
