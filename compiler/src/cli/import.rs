//! `sbotc import`.

use super::output::{self, BOLD, DIM, GREEN, YELLOW, count, visible};
use super::{Exit, Format, Stop};
use super::{export, project};
use anstream::AutoStream;
use sbot_embed::Json;
use sbotc::kommo::bot::Bot;
use sbotc::kommo::env::Env;
use sbotc::kommo::import::{Ground, Imported, Told, bot_name, import, onto, stand_in};
use sbotc::kommo::read::{self, Note, Problem};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The environment file of a project.
const ENV: &str = "account.env.toml";

const EXAMPLES: &str = "\
Examples:
  sbotc import kommo welcome.json  a project in a folder called like the bot
  sbotc import kommo welcome.json -o shop
                                   the same in the folder shop
  sbotc import kommo welcome.json --lenient
                                   keep handlers that nobody knows as comments
  sbotc import kommo welcome.json --onto shop
                                   what changed in Kommo, into the project shop

FILE is what the Export of Kommo's Salesbot editor writes, or the source that the editor shows. What has no words in \
Sbot becomes a comment at its place, and is told here with its step; `sbotc check` then finds the mistakes of the \
original.

Exit codes: 0 written, 1 FILE is no bot that can be read, 2 a file could not be read or written.";

/// Turn the bots of another product into a project
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
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

    /// Bring what has changed in Kommo into a project that is there: everything else in it stays
    #[arg(long, value_name = "PROJECT", conflicts_with = "output")]
    onto: Option<String>,

    /// The environment file of that project [default: PROJECT/account.env.toml]
    #[arg(long, value_name = "FILE", requires = "onto")]
    env: Option<String>,

    /// Keep handlers that nobody knows as comments, and go on
    #[arg(long)]
    lenient: bool,

    /// Replace files that are there
    #[arg(long, conflicts_with = "onto")]
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
    let stem = stem.unwrap_or_default();
    let name = bot_name(&bot, &stem);
    let project = match &args.onto {
        Some(folder) => Project::read(folder, args.env.as_deref(), &name)?,
        None => Project::default(),
    };
    let made = project.import(&bot, &notes, &stem)?;
    let folder = PathBuf::from(args.output.as_deref().or(args.onto.as_deref()).unwrap_or(&made.name));
    let mut files = project.put(&made, &folder)?;
    // What stands for another bot never takes the place of that bot.
    let others = made.others.iter().map(|other| (folder.join(format!("{other}.sbot")), stand_in(other)));
    files.extend(others.filter(|(path, _)| !path.exists()));
    files.retain(|(path, text)| {
        !text.is_empty() && std::fs::read(path).ok().as_deref() != Some(text.as_bytes())
    });
    for (path, _) in &files {
        if path.exists() && !args.force && args.onto.is_none() {
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
    told(args, &made, &project.changes(&files), &files, &folder)?;
    Ok(Exit::Clean)
}

/// A project onto which a bot is imported; nothing where there is none.
#[derive(Default)]
struct Project {
    ground: Ground,
    /// The same with what the bot looks like in Kommo: in each of its languages, if it is translated.
    exported: Vec<(Option<String>, Ground)>,
    /// The bot's file, if it has one, and its text.
    file: Option<(PathBuf, String)>,
    env: PathBuf,
}

impl Project {
    fn read(folder: &str, env: Option<&str>, bot: &str) -> Result<Project, Stop> {
        if !Path::new(folder).is_dir() {
            return Err(Stop::new(format!("`{folder}` is no folder")).help("give the folder of a project"));
        }
        let env_path = env.map_or_else(|| Path::new(folder).join(ENV), PathBuf::from);
        let env = if env.is_some() || env_path.exists() {
            export::read_env(&env_path.to_string_lossy())?
        } else {
            Env::default()
        };
        let (mut texts, mut file, mut own) = (Vec::new(), None, format!("{bot}.sbot"));
        for path in project::sources(folder)? {
            let text = sbotc::source::text(project::read_file(&path)?).map_err(|why| {
                Stop::new(format!("`{path}`: {why}")).help("correct the file, and import again")
            })?;
            let inside = Path::new(&path).strip_prefix(folder).unwrap_or(Path::new(&path));
            let inside = inside.to_string_lossy().into_owned();
            if onto::has_bot(&text, bot) {
                own.clone_from(&inside);
                file = Some((PathBuf::from(path), text.clone()));
            }
            texts.push((inside, text));
        }
        let ground = Ground::new(&env, &own, &texts);
        let mut exported = Vec::new();
        if let Some((_, source)) = &file {
            let bots = export::in_every_language(folder, bot, &env)?;
            exported.extend(bots.into_iter().filter_map(|(language, made)| {
                Some((language, ground.clone().with_bot(made.bot?, made.calls, source)))
            }));
        }
        Ok(Project { ground, exported, file, env: env_path })
    }

    /// The import. What is in the language of a translation is refused: its texts are not those of the source.
    fn import(&self, bot: &Bot, notes: &[Note], name: &str) -> Result<Imported, Stop> {
        let mut all =
            self.exported.iter().map(|(language, ground)| (language, import(bot, notes, name, ground)));
        let Some((own, made)) = all.next() else { return Ok(import(bot, notes, name, &self.ground)) };
        let other = all.find(|(_, other)| other.kept.len() > made.kept.len());
        let (Some((Some(other), _)), Some(own)) = (other, own) else { return Ok(made) };
        let help = format!(
            "bring in the one in `{own}`, in which the source is; texts in `{other}` stand in locale/{other}.po"
        );
        Err(Stop::new(format!("this is the bot in the language `{other}`")).help(help))
    }

    /// Every file with what the import adds to it. What nothing is added to has its old text.
    fn put(&self, made: &Imported, folder: &Path) -> Result<Vec<(PathBuf, String)>, Stop> {
        let bot = self
            .file
            .as_ref()
            .map(|(path, _)| path.clone())
            .unwrap_or_else(|| folder.join(format!("{}.sbot", made.name)));
        let env = if self.env.as_os_str().is_empty() { folder.join(ENV) } else { self.env.clone() };
        let account = folder.join("account.sbot");
        Ok(vec![
            (bot.clone(), joined(&bot, &made.bot, self.file.is_some(), |old| onto::bot(old, made))?),
            (
                account.clone(),
                joined(&account, &made.account, self.known(), |old| onto::account(old, &made.account))?,
            ),
            (env.clone(), joined(&env, &made.env, self.known(), |old| onto::env(old, &made.env))?),
        ])
    }

    /// What becomes of the steps of the bot's file, if it is there already.
    fn changes(&self, files: &[(PathBuf, String)]) -> Vec<(&'static str, Vec<String>)> {
        let Some((path, old)) = &self.file else { return Vec::new() };
        let new = files.iter().find(|(other, _)| other == path);
        let changes = new.and_then(|(_, new)| onto::changes(old, new)).unwrap_or_default();
        let all = vec![("Written anew", changes.anew), ("Added", changes.added), ("Taken out", changes.gone)];
        all.into_iter().filter(|(_, steps)| !steps.is_empty()).collect()
    }

    fn known(&self) -> bool {
        !self.env.as_os_str().is_empty()
    }
}

/// A new text, or what is there with the new text put into it.
fn joined(
    path: &Path,
    new: &str,
    known: bool,
    join: impl Fn(&str) -> Option<String>,
) -> Result<String, Stop> {
    if !known || !path.exists() {
        return Ok(new.to_owned());
    }
    let path = path.to_string_lossy();
    let old = String::from_utf8_lossy(&project::read_file(&path)?).into_owned();
    if new.is_empty() {
        return Ok(old);
    }
    join(&old).ok_or_else(|| {
        Stop::new(format!("`{path}` has errors, so nothing can be put into it"))
            .help("correct what `sbotc check` reports, and import again")
    })
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

fn told(
    args: &Kommo,
    made: &Imported,
    changes: &[(&str, Vec<String>)],
    files: &[(PathBuf, String)],
    folder: &Path,
) -> Result<(), Stop> {
    if args.format == Format::Json {
        let noted = made.told.iter().map(|Told { step, path, what }| json("note", *step, path, what, None));
        let written =
            files.iter().map(|(path, _)| Json::object([("written", Json::text(&path.to_string_lossy()))]));
        let changed = changes.iter().map(|(what, steps)| {
            Json::object([
                ("change", Json::text(what)),
                ("steps", Json::list(steps.iter().map(|step| Json::text(step)))),
            ])
        });
        return lines(&noted.chain(written).chain(changed).collect::<Vec<Json>>());
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
    if files.is_empty() {
        text.push_str("Nothing has changed\n");
    }
    for (what, steps) in changes {
        text.push_str(&format!("{what}: {}\n", steps.join(", ")));
    }
    let folder = folder.to_string_lossy();
    text.push_str(&format!("{GREEN}next{GREEN:#}: sbotc check {}\n", visible(&folder)));
    output::to_stderr(&text)
}
