//! `sbotc build`.

use super::locale::{self, Locales, Unasked};
use super::output::{self, count, size, visible};
use super::project::{self, Compiled};
use super::{Exit, Format, Stop, upgrade};
use sbotc::diagnostic::render;
use sbotc::i18n::Strictness;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  sbotc build pizzeria                 writes pizzeria/pizzeria.sbc
  sbotc build bots/welcome.sbot        writes bots/welcome.sbc
  sbotc build . -o out/bot.sbc --strip
  sbotc build pizzeria --locale all    with every translation of pizzeria/locale
  sbotc build pizzeria --locale es,pt  with these
  sbotc build pizzeria --tag v2 -o released/v2.sbc --against released/

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

    #[command(flatten)]
    locales: Locales,

    /// Build in translations that are not finished: texts without one are shown as they stand in the source
    #[arg(long, requires = "wanted")]
    allow_incomplete: bool,

    /// An older program, or a folder of them: refuse to build while parked runs of one would be lost
    #[arg(long, value_name = "PATH")]
    against: Vec<String>,

    /// A name for this program, by which later versions can speak of it: `upgrade from "v1" { … }`
    #[arg(long, value_name = "NAME", value_parser = tag)]
    tag: Option<String>,

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
        None => project::beside(&args.path, "sbc")?,
    };
    let strictness = match args.allow_incomplete {
        true => Strictness::Incomplete,
        false => Strictness::Complete,
    };
    let (mut loaded, counts) = locale::load(&args.path, &args.locales, Unasked::None, strictness)?;
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
    let olds = upgrade::read_olds(&args.against)?;
    let (compiled, source) = project::compile_whole(loaded, true, args.tag.as_deref())?;
    upgrade::against(&olds, &compiled, &source, args.format)?;
    locale::left_out(&args.path, &args.locales)?;
    locale::fallbacks(&counts)?;
    let bytes = compiled.program.encode(args.strip);
    project::write_atomically(&target, &bytes)?;
    report(args, &target, &compiled, bytes.len())
}

/// A tag: short, and no id.
fn tag(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_alphanumeric() || "._-+".contains(c);
    if text.is_empty() || text.len() > 64 || !text.chars().all(plain) {
        return Err("a tag is up to 64 letters, digits, `.`, `-`, `_` and `+`".to_owned());
    }
    if text.len() == 16 && text.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err("this looks like the id of a program; choose another name".to_owned());
    }
    Ok(text.to_owned())
}

fn report(args: &Args, target: &str, compiled: &Compiled, bytes: usize) -> Result<Exit, Stop> {
    let program = &compiled.program;
    let languages: Vec<String> = compiled.languages.iter().map(ToString::to_string).collect();
    let spoken = if languages.is_empty() { String::new() } else { format!(", in {}", languages.join(", ")) };
    let bots: Vec<&str> = program.tables().bots.iter().map(|bot| &*bot.name).collect();
    let mut out = output::stdout();
    match args.format {
        Format::Text => writeln!(
            out,
            "Built {}: {} ({}){spoken}, {}, program {:016x}",
            visible(target),
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
                "tag": args.tag,
                "bots": bots,
                "languages": languages,
                "stripped": args.strip,
            });
            writeln!(out, "{object}")?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}
