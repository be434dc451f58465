//! `sbotc pull`.

mod client;
mod report;
mod target;

use super::output::count;
use super::{Exit, Format, Stop, project};
use client::{Answer, Client};
use report::Report;
use sbot_embed::Json;
use sbotc::kommo::account::{Account, Drift, File, Synced, Wanted, breaks, sync};
use sbotc::kommo::api::{LISTS, Reading};
use sbotc::kommo::env::Env;
use sbotc::kommo::env_text::EnvText;
use sbotc::source::Style;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};
use target::Target;

const EXAMPLES: &str = "\
Examples:
  export KOMMO_TOKEN=…                        from a private integration
  sbotc pull kommo shop --account mycompany   mycompany.kommo.com, into shop
  sbotc pull kommo shop                       once more: the account is known
  sbotc pull kommo shop --check               change nothing, tell what breaks
  sbotc pull kommo shop --env live.env.toml --account live
                                              one project, another account

Writes account.sbot (pipelines, stages, users, teams, fields, channels, templates) and account.env.toml (their ids). \
What somebody wrote there stays: names, comments, order, settings, hours. Nothing is ever taken out of account.sbot; \
what the account no longer has is told. Nothing is changed in Kommo. The token is read from KOMMO_TOKEN and nowhere \
else.

Exit codes: 0 all is well, 1 the project names what is gone or has changed (without --check: and that breaks a bot), \
2 the account or a file could not be read.";

/// Bring in what an account of another product has
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    of: Of,
}

#[derive(clap::Subcommand)]
enum Of {
    /// Pipelines, stages, users, fields and the like of a Kommo account, with their ids
    #[command(after_long_help = EXAMPLES)]
    Kommo(Kommo),
}

#[derive(clap::Args)]
struct Kommo {
    /// The folder of the project
    #[arg(default_value = ".")]
    dir: String,

    /// The account: the word before `.kommo.com` [default: what the environment file says]
    #[arg(long, value_name = "SUB", conflicts_with = "domain")]
    account: Option<String>,

    /// The same as a whole domain, for accounts elsewhere
    #[arg(long, value_name = "HOST")]
    domain: Option<String>,

    /// The environment file [default: account.env.toml in the folder]
    #[arg(long, value_name = "FILE")]
    env: Option<String>,

    /// Change no file, and tell what has changed in the account
    #[arg(long)]
    check: bool,

    /// How long to wait for an answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,

    /// The report: text goes to standard error, JSON to standard output, an object a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let Of::Kommo(args) = &args.of;
    let local = Local::read(args)?;
    let target =
        Target::find(args.account.as_deref(), args.domain.as_deref(), &local.env, &local.env_was.path)?;
    let mut client = Client::new(&target, Duration::from_secs(args.timeout))?;
    let mut shown = Shown::new();
    let account = account(&mut client, &mut shown);
    shown.clear();
    let (account, refused) = account?;
    let wanted = Wanted { account: &account, env: &local.env, files: &local.files };
    let synced = sync(wanted).map_err(|broken| {
        let path = local.files.get(broken.0).map_or("", |file| file.path.as_str());
        Stop::new(format!("`{path}` has syntax errors, so nothing can be added to it"))
            .help(format!("correct what `sbotc check {path}` reports, and pull again"))
    })?;
    let broken = breaks(&local.entries, &project::Disk, &local.files, &synced.drift);
    // Lines are told as whoever reads the report will find them.
    let (files, drift) =
        if args.check { (local.files.clone(), synced.drift.clone()) } else { synced.followed(&local.files) };
    let mut report = Report::new(args.format, args.check, &target.name, &files);
    let bad = broken.iter().any(|of| of.as_ref().is_none_or(|of| !of.is_empty()));
    let differs = synced.drift.iter().any(Drift::matters);
    report.account(&account);
    for (drift, broken) in drift.iter().zip(&broken) {
        report.drift(drift, broken.as_deref());
    }
    refused.iter().for_each(|told| report.told(told));
    if !args.check {
        synced.told.iter().for_each(|told| report.told(told));
        report.written(&local.write(&target, &synced)?);
    }
    report.end()?;
    Ok(if bad || (args.check && differs) { Exit::Problems } else { Exit::Clean })
}

/// The project as it is.
struct Local {
    /// The first one is `account.sbot`, whether it is there or not.
    files: Vec<File>,
    /// The same as they stand on the disk.
    were: Vec<Was>,
    /// What is checked.
    entries: Vec<String>,
    env_was: Was,
    env_text: EnvText,
    env: Env,
}

impl Local {
    fn read(args: &Kommo) -> Result<Local, Stop> {
        let dir = Path::new(&args.dir);
        if dir.exists() && !dir.is_dir() {
            let help = "name the folder of the project";
            return Err(Stop::new(format!("`{}` is a file", args.dir)).help(help));
        }
        if args.check && !dir.exists() {
            return Err(project::missing(&args.dir));
        }
        let own = dir.join("account.sbot").to_string_lossy().into_owned();
        let mut files = vec![File { path: own.clone(), text: String::new() }];
        let mut were = vec![Was { path: own.clone(), bytes: None }];
        let entries = if dir.is_dir() { project::sources(&args.dir)? } else { Vec::new() };
        for path in &entries {
            let bytes = project::read_file(path)?;
            let text = sbotc::source::text(bytes.clone())
                .map_err(|why| Stop::new(format!("cannot read `{path}`: {why}")))?;
            let file = File { path: path.clone(), text: Style::strip(&text) };
            let was = Was { path: path.clone(), bytes: Some(bytes) };
            match (files.first_mut(), were.first_mut()) {
                (Some(first), Some(first_was)) if *path == own => (*first, *first_was) = (file, was),
                (Some(_) | None, _) => {
                    files.push(file);
                    were.push(was);
                }
            }
        }
        let beside = dir.join("account.env.toml").to_string_lossy().into_owned();
        let path = args.env.clone().unwrap_or(beside);
        let found = if Path::new(&path).exists() { Some(super::export::env_source(&path)?) } else { None };
        let (env_text, env) = EnvText::read(found.as_deref().unwrap_or(NEW_ENV))
            .map_err(|wrong| super::export::wrong_env(&path, &wrong))?;
        let env_was = Was { path, bytes: found.map(String::into_bytes) };
        Ok(Local { files, were, entries, env_was, env_text, env })
    }

    /// Writes what changes, and tells which files.
    fn write(&self, target: &Target, synced: &Synced) -> Result<Vec<String>, Stop> {
        let mut written = Vec::new();
        let mut env = self.env_text.clone();
        if self.env.get("account", "domain").is_none() {
            env.set("account", "domain", &Json::text(&target.name));
        }
        // An entry can have gone as one thing and come as another.
        let coming = |section: &str, symbol: &str| {
            synced.ids.iter().any(|(of, name, id)| id.is_some() && *of == section && name == symbol)
        };
        for (section, symbol, id) in &synced.ids {
            match id {
                Some(id) => env.set(section, symbol, &Json::int(*id)),
                None if !coming(section, symbol) => env.remove(section, symbol),
                None => {}
            }
        }
        let mut targets: Vec<(&Was, String)> = Vec::new();
        for (at, text) in &synced.texts {
            let Some(was) = self.were.get(*at) else { continue };
            if !sbot_grammar::parse(text).errors.is_empty() {
                let path = &was.path;
                return Err(Stop::new(format!("what is new does not fit into `{path}` as it stands")).help(
                    "bring it into the usual form with `sbotc fmt`, and pull again; nothing was written",
                ));
            }
            targets.push((was, was.style().put(text)));
        }
        let text = env.text();
        if self.env_was.bytes.is_none() || text != self.env_text.text() {
            targets.push((&self.env_was, text));
        }
        for (was, _) in &targets {
            was.is_still()?;
        }
        for (was, _) in &targets {
            let folder = Path::new(&was.path).parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder).map_err(|why| {
                Stop::new(format!("cannot make the folder `{}`: {why}", folder.display()))
                    .help(project::remedy(&why))
            })?;
        }
        for (was, text) in targets {
            project::write_atomically(&was.path, text.as_bytes())?;
            written.push(was.path.clone());
        }
        Ok(written)
    }
}

/// A file as it stood on the disk when it was read; without bytes where there was none.
struct Was {
    path: String,
    bytes: Option<Vec<u8>>,
}

impl Was {
    /// How it is written. A new file has line feeds.
    fn style(&self) -> Style {
        self.bytes.as_deref().map(Style::of).unwrap_or_default()
    }

    /// Nobody has changed it since. Reading an account can take minutes.
    fn is_still(&self) -> Result<(), Stop> {
        let path = &self.path;
        let is = if Path::new(path).exists() { Some(project::read_file(path)?) } else { None };
        if is == self.bytes {
            return Ok(());
        }
        Err(Stop::new(format!("`{path}` was changed while the account was read"))
            .help("pull again: nothing was written"))
    }
}

const NEW_ENV: &str =
    "# Which ids the symbols of account.sbot have in one account of Kommo. `sbotc pull kommo` keeps it.\n\n";

/// Everything that can be read, and what could not.
fn account(client: &mut Client, shown: &mut Shown) -> Result<(Account, Vec<String>), Stop> {
    let mut account = Account::default();
    let mut told = Vec::new();
    for list in LISTS {
        let mut reading = Reading::new(list);
        loop {
            shown.show(list.what, reading.page());
            let address = reading.address();
            match client.get(&address, list.optional)? {
                Answer::Nothing if reading.is_needed() => {
                    return Err(Stop::new("the account says nothing of itself (status 204)")
                        .help("nothing was written; try again in a few minutes"));
                }
                Answer::Nothing => {
                    reading.nothing(&mut account);
                    break;
                }
                Answer::Refused(status) => {
                    // Either the token may not read this, or may not read anything any more.
                    if let Some(first) = LISTS.first() {
                        client.get(first.path, false)?;
                    }
                    told.push(format!(
                        "{} could not be read, and those of the project stay: Kommo answers {status} to this token",
                        list.what
                    ));
                    break;
                }
                Answer::Page(text) => {
                    let more = reading.take(&text, &mut account).map_err(|wrong| {
                        let place = format!("{}{address}", client.base());
                        Stop::new(format!("what {place} says is not what Kommo documents: {wrong}")).help(
                            "nothing was written; try again, and check that the domain is an account of Kommo",
                        )
                    })?;
                    if !more {
                        break;
                    }
                }
            }
        }
    }
    Ok((account, told))
}

/// The line that tells what is being read: on a terminal, and only if it takes longer than a second.
struct Shown {
    begun: Instant,
    any: bool,
    terminal: bool,
}

impl Shown {
    fn new() -> Shown {
        Shown { begun: Instant::now(), any: false, terminal: std::io::stderr().is_terminal() }
    }

    fn show(&mut self, what: &str, page: u32) {
        if !self.terminal || self.begun.elapsed() < Duration::from_secs(1) {
            return;
        }
        self.any = true;
        let page = if page > 1 { format!(", page {page}") } else { String::new() };
        // Nobody is harmed if this cannot be written.
        let _ = write!(std::io::stderr(), "\r\x1b[KReading {what}{page}");
    }

    fn clear(&self) {
        if self.any {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

/// `2 pipelines with 11 stages, 4 users`
fn sum(account: &Account) -> String {
    let stages: usize = account.pipelines.iter().map(|pipeline| pipeline.stages.len()).sum();
    let counted = [
        (account.users.as_ref().map_or(0, Vec::len), "user"),
        (account.teams.as_ref().map_or(0, Vec::len), "team"),
        (account.fields.len(), "field"),
        (account.channels.len(), "channel"),
        (account.templates.len(), "template"),
        (account.bots.as_ref().map_or(0, Vec::len), "bot"),
    ];
    let mut all = format!("{} with {}", count(account.pipelines.len(), "pipeline"), count(stages, "stage"));
    for (n, what) in counted.iter().filter(|(n, _)| *n > 0) {
        all.push_str(&format!(", {}", count(*n, what)));
    }
    all
}
