//! `sbotc export`.

use super::locale::{self, Locales, Unasked};
use super::output::{self, BOLD, DIM, GREEN, RED, YELLOW, count, visible};
use super::project;
use super::{Exit, Format, Stop};
use anstream::AutoStream;
use sbot_embed::Json;
use sbotc::i18n::Strictness;
use sbotc::ir::Project;
use sbotc::kommo::env::{Env, Wrong};
use sbotc::kommo::export::{self, Export, Finding, Input, Missing, Severity};
use sbotc::kommo::write;
use sbotc::source::{Place, Sources};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  sbotc export kommo shop --env account.env.toml
                              every bot, as shop/NAME.kommo.json
  sbotc export kommo shop/welcome.sbot --env live.env.toml
                              the bots of one file
  sbotc export kommo shop --env live.env.toml --bot welcome -o welcome.json
                              one bot, into this file
  sbotc export kommo shop --env live.env.toml --language es
                              texts in Spanish, for a translated project

In Kommo, the file is imported in Settings, Communication tools, Salesbot. What Kommo cannot express is told with the \
nearest that it can, and then no file is written. Ids come from the environment file alone; docs/kommo.md has its form.

Exit codes: 0 written, 1 a bot cannot be exported as it is, or ids are missing, 2 a file could not be read or written.";

/// Turn bots into the files of another product
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    to: To,
}

#[derive(clap::Subcommand)]
enum To {
    /// Into the file that Kommo's Salesbot editor imports
    #[command(after_long_help = EXAMPLES)]
    Kommo(Kommo),
}

#[derive(clap::Args)]
struct Kommo {
    /// A file, or a folder with .sbot files
    path: String,

    /// The environment file, which has the ids of the account
    #[arg(long, value_name = "FILE")]
    env: String,

    /// Only this bot
    #[arg(long, value_name = "NAME")]
    bot: Option<String>,

    /// Where to write: a file for one bot, or a folder that is there [default: beside the source, NAME.kommo.json]
    #[arg(short, long, value_name = "PATH")]
    output: Option<String>,

    /// The language of the texts, for a project that is translated
    #[arg(long, value_name = "LANG")]
    language: Option<String>,

    /// Replace files that are there
    #[arg(long)]
    force: bool,

    /// The report: text goes to standard error, JSON to standard output, an object a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let To::Kommo(args) = &args.to;
    let env = read_env(&args.env)?;
    project::source_only(&args.path)?;
    let (project, sources) = loaded(&args.path)?;
    let chosen: Vec<usize> = (0..project.bots.len())
        .filter(|at| {
            let name = project.bots.get(*at).map(|bot| &*bot.name);
            args.bot.as_deref().is_none_or(|wanted| name == Some(wanted))
        })
        .collect();
    if chosen.is_empty() {
        return Err(no_bot(args, &project));
    }
    let lookup = |section: &str, symbol: &str| env.get(section, symbol).cloned();
    let language = args.language.as_deref();
    let exported = chosen.into_iter().map(|bot| {
        let name = project.bots.get(bot).map(|bot| bot.name.to_string()).unwrap_or_default();
        let input = Input { project: &project, sources: &sources, bot, language, lookup: &lookup };
        (name, export::export(input))
    });
    let exported: Vec<(String, Export)> = exported.collect();
    let targets = targets(args, &exported)?;
    let told = match args.format {
        Format::Text => Told::Text(String::new()),
        Format::Json => Told::Json(Vec::new()),
    };
    finish(args, &exported, &targets, &sources, told)
}

/// A bot of a project in each of its languages, that of the source first; none if Kommo cannot express it.
/// The languages of a project that is not translated are none.
pub(super) fn in_every_language(
    path: &str,
    name: &str,
    env: &Env,
) -> Result<Vec<(Option<String>, Export)>, Stop> {
    let (project, sources) = loaded(path)?;
    let lookup = |section: &str, symbol: &str| env.get(section, symbol).cloned();
    let Some(bot) = project.bots.iter().position(|bot| &*bot.name == name) else { return Ok(Vec::new()) };
    let languages: Vec<Option<&str>> = match project.languages.as_slice() {
        [] => vec![None],
        all => all.iter().map(|language| Some(&**language)).collect(),
    };
    let made = languages.into_iter().filter_map(|language| {
        let input = Input { project: &project, sources: &sources, bot, language, lookup: &lookup };
        let made = export::export(input);
        made.bot.is_some().then(|| (language.map(str::to_owned), made))
    });
    Ok(made.collect())
}

fn loaded(path: &str) -> Result<(Project, Sources), Stop> {
    let (loaded, _) = locale::load(path, &Locales::default(), Unasked::All, Strictness::Incomplete)?;
    project::checked(loaded, false)
}

pub(super) fn read_env(path: &str) -> Result<Env, Stop> {
    Env::read(&env_source(path)?).map_err(|wrong| wrong_env(path, &wrong))
}

/// The text of an environment file.
pub(super) fn env_source(path: &str) -> Result<String, Stop> {
    let bytes = project::read_file(path)?;
    String::from_utf8(bytes)
        .map_err(|_| Stop::new(format!("`{path}` is not UTF-8")).help("save the environment file as UTF-8"))
}

/// Tells everything that is wrong with an environment file.
pub(super) fn wrong_env(path: &str, wrong: &[Wrong]) -> Stop {
    for one in wrong {
        let place = format!("{path}:{}:{}", one.line, one.column);
        output::complain(&format!("{place}: {}", one.what), Some(&one.help));
    }
    Stop::new(format!("`{path}` has {}", count(wrong.len(), "mistake")))
        .help("mend the environment file; docs/kommo.md has every section")
}

fn no_bot(args: &Kommo, project: &Project) -> Stop {
    let names: Vec<&str> = project.bots.iter().map(|bot| &*bot.name).collect();
    match &args.bot {
        None => Stop::new(format!("`{}` has no bot", args.path)).help("a bot begins with `bot NAME`"),
        Some(wanted) => {
            let help = match output::nearest(wanted, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", names.join(", ")),
            };
            Stop::new(format!("`{}` has no bot `{wanted}`", args.path)).help(help)
        }
    }
}

/// Where each bot goes. Nothing that is there is replaced unless that is asked for.
fn targets(args: &Kommo, exported: &[(String, Export)]) -> Result<Vec<PathBuf>, Stop> {
    let output = args.output.as_deref().map(Path::new);
    let one_file = output.filter(|path| !path.is_dir());
    if let (Some(path), true) = (one_file, exported.len() > 1) {
        return Err(Stop::new(format!(
            "`{}` is one file, and there are {}",
            path.display(),
            count(exported.len(), "bot")
        ))
        .help("name a folder that is there, or choose one with `--bot NAME`"));
    }
    let folder = match output {
        Some(path) => path.to_owned(),
        None if Path::new(&args.path).is_dir() => PathBuf::from(&args.path),
        None => Path::new(&args.path).parent().map(Path::to_owned).unwrap_or_default(),
    };
    let mut targets = Vec::new();
    for (name, _) in exported {
        let target = one_file.map_or_else(|| folder.join(format!("{name}.kommo.json")), Path::to_owned);
        if target.exists() && !args.force {
            return Err(Stop::new(format!("`{}` is there already", target.display()))
                .help("name another file with `-o`, or replace it with `--force`"));
        }
        targets.push(target);
    }
    Ok(targets)
}

/// The report so far.
enum Told {
    Text(String),
    Json(Vec<Json>),
}

fn finish(
    args: &Kommo,
    exported: &[(String, Export)],
    targets: &[PathBuf],
    sources: &Sources,
    mut told: Told,
) -> Result<Exit, Stop> {
    let mut refused = 0;
    let mut missing: BTreeSet<(String, String)> = BTreeSet::new();
    for (name, export) in exported {
        for finding in &export.findings {
            told.finding(name, finding, sources);
        }
        for one in &export.missing {
            if missing.insert((one.section.clone(), one.symbol.clone())) {
                told.missing(args, name, one, sources);
            }
        }
        refused += usize::from(export.bot.is_none());
    }
    // All or nothing: bots that start one another belong together.
    if refused == 0 {
        for ((name, export), target) in exported.iter().zip(targets) {
            if let Some(bot) = &export.bot {
                let text = write::file(bot);
                project::write_atomically(&target.to_string_lossy(), text.as_bytes())?;
                told.written(name, target, bot.steps.len(), write::bytes(bot));
            }
        }
    }
    told.end(exported.len(), refused)?;
    Ok(if refused == 0 { Exit::Clean } else { Exit::Problems })
}

/// Path, line and column of a finding.
fn location(place: Option<Place>, sources: &Sources) -> Option<(String, u32, u32)> {
    let place = place?;
    let source = sources.get(place.file);
    let at = source.line_column(place.span.start);
    Some((source.path.to_string(), at.line, at.column))
}

impl Told {
    fn line(&mut self, bot: &str, word: &str, at: Option<(String, u32, u32)>, what: &str, help: &str) {
        match self {
            Told::Text(text) => {
                let style = match word {
                    "error" => RED,
                    "warning" => YELLOW,
                    _ => GREEN,
                };
                let place = match at {
                    Some((path, line, column)) => format!("{}:{line}:{column}", visible(&path)),
                    None => format!("bot {}", visible(bot)),
                };
                text.push_str(&format!(
                    "{style}{word}{style:#}: {BOLD}{}{BOLD:#}\n  {DIM}-->{DIM:#} {place}\n  {GREEN}help{GREEN:#}: {}\n\n",
                    visible(what),
                    help.lines().map(visible).collect::<Vec<_>>().join("\n        ")
                ));
            }
            Told::Json(lines) => {
                let (path, line, column) = match at {
                    Some((path, line, column)) => (Json::text(&path), line.into(), column.into()),
                    None => (Json::Null, Json::Null, Json::Null),
                };
                lines.push(Json::object([
                    ("severity", Json::text(word)),
                    ("bot", Json::text(bot)),
                    ("message", Json::text(what)),
                    ("help", Json::text(help)),
                    ("file", path),
                    ("line", line),
                    ("column", column),
                ]));
            }
        }
    }

    fn finding(&mut self, bot: &str, finding: &Finding, sources: &Sources) {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        self.line(bot, word, location(finding.place, sources), &finding.message, &finding.help);
    }

    fn missing(&mut self, args: &Kommo, bot: &str, missing: &Missing, sources: &Sources) {
        let what = format!("`{}` has no id of `{}`", args.env, missing.symbol);
        let key = if missing.symbol.contains(|c: char| !c.is_alphanumeric() && c != '_') {
            format!("{:?}", missing.symbol)
        } else {
            missing.symbol.clone()
        };
        let value = if missing.section == "variables" { "\"lead.FIELD\"" } else { "ID" };
        let help = format!("write `{key} = {value}` below `[{}]`", missing.section);
        self.line(bot, "error", location(Some(missing.place), sources), &what, &help);
    }

    fn written(&mut self, bot: &str, target: &Path, steps: usize, bytes: usize) {
        match self {
            Told::Text(text) => text.push_str(&format!(
                "Wrote {}: bot {}, {}, {} of 64 KB\n",
                visible(&target.to_string_lossy()),
                visible(bot),
                count(steps, "block"),
                output::size(bytes)
            )),
            Told::Json(lines) => lines.push(Json::object([
                ("written", Json::text(&target.to_string_lossy())),
                ("bot", Json::text(bot)),
                ("blocks", number(steps)),
                ("bytes", number(bytes)),
            ])),
        }
    }

    fn end(self, bots: usize, refused: usize) -> Result<(), Stop> {
        match self {
            Told::Text(mut text) => {
                if refused > 0 {
                    text.push_str(&format!(
                        "{RED}nothing was written{RED:#}: {refused} of {} cannot be exported\n",
                        count(bots, "bot")
                    ));
                }
                output::to_stderr(&text)
            }
            Told::Json(lines) => {
                let mut out = AutoStream::never(std::io::stdout().lock());
                for line in lines {
                    writeln!(out, "{line}")?;
                }
                Ok(out.flush()?)
            }
        }
    }
}

fn number(n: usize) -> Json {
    Json::int(i64::try_from(n).unwrap_or(i64::MAX))
}
