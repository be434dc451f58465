//! `sbotc build`.

use super::output::{self, count, size};
use super::{Exit, Format, Stop, project};
use sbot_vm::Program;
use sbotc::diagnostic::render;
use std::fs;
use std::io::Write;
use std::path::Path;

const EXAMPLES: &str = "\
Examples:
  sbotc build pizzeria                 writes pizzeria/pizzeria.sbc
  sbotc build bots/welcome.sbot        writes bots/welcome.sbc
  sbotc build . -o out/bot.sbc --strip

The file is replaced as a whole: nobody ever sees half of a program.
Exit codes: 0 built, 1 the source has errors, 2 a file could not be read or written.";

/// Compile to a .sbc file
///
/// The program holds all bots of the project. Tests are left out.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// A file, or a folder with .sbot files
    path: String,

    /// Where to write; without it NAME.sbc beside the source
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,

    /// Leave out the places in the source, which only reports of errors need
    #[arg(long)]
    strip: bool,

    /// JSON goes to standard output: the diagnostics, then one object about the program
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let target = match &args.output {
        Some(path) => path.clone(),
        None => beside(&args.path)?,
    };
    let mut loaded = project::load(&args.path, true)?;
    if args.format == Format::Json {
        let diagnostics = std::mem::take(&mut loaded.diagnostics);
        let mut out = output::stdout();
        for diagnostic in &diagnostics {
            writeln!(out, "{}", render::json_line(diagnostic, &loaded.sources).trim_end())?;
        }
        out.flush()?;
        if loaded.project.is_none() {
            return Ok(Exit::Problems);
        }
    }
    let compiled = project::compile(loaded, false, true)?;
    let bytes = compiled.program.encode(args.strip);
    project::write_atomically(&target, &bytes)?;
    report(args, &target, &compiled.program, bytes.len())
}

fn report(args: &Args, target: &str, program: &Program, bytes: usize) -> Result<Exit, Stop> {
    let bots: Vec<&str> = program.tables().bots.iter().map(|bot| &*bot.name).collect();
    let mut out = output::stdout();
    match args.format {
        Format::Text => writeln!(
            out,
            "Built {target}: {} ({}), {}, program {:016x}",
            count(bots.len(), "bot"),
            bots.join(", "),
            size(bytes),
            program.id()
        )?,
        Format::Json => {
            let object = serde_json::json!({
                "file": target,
                "bytes": bytes,
                "program": format!("{:016x}", program.id()),
                "bots": bots,
                "stripped": args.strip,
            });
            writeln!(out, "{object}")?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// `bots/welcome.sbot` gives `bots/welcome.sbc`, the folder `pizzeria` gives `pizzeria/pizzeria.sbc`.
fn beside(path: &str) -> Result<String, Stop> {
    let given = Path::new(path);
    if !given.exists() {
        return Err(project::missing(path));
    }
    if !given.is_dir() {
        return Ok(given.with_extension("sbc").to_string_lossy().into_owned());
    }
    // The name of `.` or `..` is known only to the file system.
    let whole = fs::canonicalize(given).map_err(|error| {
        Stop::new(format!("cannot look at `{path}`: {error}")).help(project::remedy(&error))
    })?;
    let name = whole.file_name().map_or_else(|| "bot".to_owned(), |name| name.to_string_lossy().into_owned());
    let file = format!("{name}.sbc");
    let inside = if path == "." { Path::new(&file).to_path_buf() } else { given.join(&file) };
    Ok(inside.to_string_lossy().into_owned())
}
