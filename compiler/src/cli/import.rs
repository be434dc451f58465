//! `sbotc import`.

use super::output::{self, BOLD, DIM, GREEN, YELLOW, count, visible};
use super::project;
use super::{Exit, Format, Stop};
use anstream::AutoStream;
use sbot_embed::Json;
use sbotc::kommo::import::{Imported, Told, import};
use sbotc::kommo::read::{self, Problem};
use std::io::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  sbotc import kommo welcome.json                  a project in the folder that is called like the bot
  sbotc import kommo welcome.json -o shop          the same in the folder shop
  sbotc import kommo welcome.json --lenient        keep handlers that nobody knows as comments

FILE is what the Export of Kommo's Salesbot editor writes, or the source that the editor shows. What has no words in Sbot
becomes a comment at its place, and is told here with its step; `sbotc check` then finds the mistakes of the original.
Exit codes: 0 written, 1 FILE is no bot that can be read, 2 a file could not be read or written.";

/// Turn the bots of another product into a project
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    of: Of,
}

#[derive(clap::Subcommand)]
enum Of {
    /// A Salesbot of Kommo
    #[command(after_long_help = EXAMPLES)]
    Kommo(Kommo),
}

#[derive(clap::Args)]
struct Kommo {
    /// The exported file, or the source of the bot
    file: String,

    /// The folder for the project [default: called like the bot]
    #[arg(short, long, value_name = "DIR")]
    output: Option<String>,

    /// Keep handlers that nobody knows as comments, and go on
    #[arg(long)]
    lenient: bool,

    /// Replace files that are there
    #[arg(long)]
    force: bool,

    /// The report: text goes to standard error, JSON to standard output, an object a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let Of::Kommo(args) = &args.of;
    let bytes = project::read_file(&args.file)?;
    let (bot, notes) = match read::read(&bytes, args.lenient) {
        Ok(read) => read,
        Err(problems) => {
            wrong(args, &problems)?;
            return Ok(Exit::Problems);
        }
    };
    let stem = Path::new(&args.file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let made = import(&bot, &notes, &stem.unwrap_or_default());
    let folder = PathBuf::from(args.output.as_deref().unwrap_or(&made.name));
    let files = [
        (format!("{}.sbot", made.name), &made.bot),
        ("account.sbot".to_owned(), &made.account),
        ("account.env.toml".to_owned(), &made.env),
    ];
    let files: Vec<(PathBuf, &String)> =
        files.into_iter().map(|(name, text)| (folder.join(name), text)).collect();
    for (path, _) in &files {
        if path.exists() && !args.force {
            return Err(Stop::new(format!("`{}` is there already", path.display()))
                .help("name another folder with `-o`, or replace it with `--force`"));
        }
    }
    std::fs::create_dir_all(&folder).map_err(|why| {
        Stop::new(format!("cannot make the folder `{}`: {why}", folder.display()))
            .help("name another one with `-o`")
    })?;
    for (path, text) in &files {
        project::write_atomically(&path.to_string_lossy(), text.as_bytes())?;
    }
    told(args, &made, &files)?;
    Ok(Exit::Clean)
}

/// The place of something in the JSON.
fn place(file: &str, step: Option<i64>, path: &str) -> String {
    let step = step.map_or_else(String::new, |step| format!(", step {step}"));
    let path = if path.is_empty() { String::new() } else { format!(", {}", visible(path)) };
    format!("{}{step}{path}", visible(file))
}

fn json(severity: &str, step: Option<i64>, path: &str, what: &str, help: Option<&str>) -> Json {
    Json::object([
        ("severity", Json::text(severity)),
        ("step", step.map(Json::int).unwrap_or_default()),
        ("path", Json::text(path)),
        ("message", Json::text(what)),
        ("help", help.map(Json::text).unwrap_or_default()),
    ])
}

fn lines(lines: &[Json]) -> Result<(), Stop> {
    let mut out = AutoStream::never(std::io::stdout().lock());
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(out.flush()?)
}

fn wrong(args: &Kommo, problems: &[Problem]) -> Result<(), Stop> {
    match args.format {
        Format::Json => {
            let all =
                problems.iter().map(|one| json("error", one.step, &one.path, &one.what, Some(&one.help)));
            lines(&all.collect::<Vec<Json>>())
        }
        Format::Text => {
            for one in problems {
                let at = place(&args.file, one.step, &one.path);
                output::complain(&format!("{} ({at})", one.what), Some(&one.help));
            }
            output::to_stderr(&format!("nothing was written: {}\n", count(problems.len(), "mistake")))
        }
    }
}

fn told(args: &Kommo, made: &Imported, files: &[(PathBuf, &String)]) -> Result<(), Stop> {
    if args.format == Format::Json {
        let noted = made.told.iter().map(|Told { step, path, what }| json("note", *step, path, what, None));
        let written =
            files.iter().map(|(path, _)| Json::object([("written", Json::text(&path.to_string_lossy()))]));
        return lines(&noted.chain(written).collect::<Vec<Json>>());
    }
    let mut text = String::new();
    for Told { step, path, what } in &made.told {
        text.push_str(&format!(
            "{YELLOW}note{YELLOW:#}: {BOLD}{}{BOLD:#}\n  {DIM}-->{DIM:#} {}\n\n",
            visible(what),
            place(&args.file, *step, path)
        ));
    }
    for (path, content) in files {
        let lines = count(content.lines().count(), "line");
        text.push_str(&format!("Wrote {}: {lines}\n", visible(&path.to_string_lossy())));
    }
    let folder =
        files.first().and_then(|(path, _)| path.parent()).map(|path| path.to_string_lossy().into_owned());
    let folder = folder.unwrap_or_default();
    text.push_str(&format!("{GREEN}next{GREEN:#}: sbotc check {}\n", visible(&folder)));
    output::to_stderr(&text)
}
