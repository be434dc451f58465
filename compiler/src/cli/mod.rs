//! The command line. In: arguments, files and a terminal or pipe. Out: text and an exit code.
//!
//! Exit codes: 0 all is well, 1 the project has problems, 2 the command could not do its work.
//! Only this folder reads or writes files; nothing here knows a rule of the language.

mod bindings;
mod build;
mod check;
mod completions;
mod diff;
mod disasm;
mod explain;
mod explore;
mod export;
mod fmt;
mod i18n;
mod import;
mod locale;
mod map;
mod new;
mod output;
mod patch;
mod project;
mod pull;
mod replay;
mod run;
mod talk;
mod test;
mod turn_log;
mod upgrade;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use output::{BOLD, GREEN, HEADING, RED};
use std::io;
use std::process::ExitCode;

// Here and in every command: an example fits in 80 columns, with what it does behind it or below it; a paragraph is one
// line, which is as wide as the terminal.
const EXAMPLES: &str = "\
Examples:
  sbotc new pizzeria               start a project in the folder pizzeria
  sbotc check pizzeria             find mistakes in all bots of the folder
  sbotc test pizzeria              run the tests that stand in the files
  sbotc run pizzeria               talk to the bot in the terminal
  sbotc map pizzeria               draw the bot: pizzeria/pizzeria.map.html
  sbotc explore pizzeria           find what no conversation reaches, and ends
                                   without a word
  sbotc build pizzeria             compile to pizzeria/pizzeria.sbc
  sbotc bindings rust pizzeria     types for the program that runs the bots
  sbotc diff shop-live shop        what changes for clients
  sbotc upgrade old.sbc shop       what becomes of conversations that wait
  sbotc replay turns.jsonl --on shop
                                   which conversations would go another way
  sbotc export kommo pizzeria --env account.env.toml
                                   files that Kommo's Salesbot editor imports
  sbotc import kommo welcome.json  a project from what that editor exports
  sbotc pull kommo pizzeria --account mycompany
                                   stages, users and fields, with their ids
  sbotc i18n extract pizzeria      write texts to translate to pizzeria/locale
  sbotc explain E0203              what a diagnostic means, with an example

A PATH is a .sbot file, or a folder: then it means every .sbot file below it.

Exit codes: 0 all is well, 1 problems were found, 2 the command could not do its work.";

/// Compiles, checks, tests and tries out sales bots written in .sbot
#[derive(Parser)]
#[command(
    name = "sbotc",
    version,
    about,
    after_help = "Run `sbotc help COMMAND` for the options and examples of a command.",
    after_long_help = EXAMPLES,
    arg_required_else_help = true,
    max_term_width = 100
)]
struct Cli {
    /// When to colour the output; NO_COLOR is honoured
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,

    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal
    Auto,
    Always,
    Never,
}

/// How findings and results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Find mistakes, without building anything
    Check(check::Args),
    /// Run the tests that stand in the files
    Test(test::Args),
    /// Talk to a bot in the terminal, or feed it a script
    Run(run::Args),
    /// Take the turns of a log again, on the same program or on another
    Replay(replay::Args),
    /// Draw a bot as a picture: HTML, SVG, Mermaid or DOT
    Map(map::Args),
    /// Walk through every conversation a bot can have
    Explore(explore::Args),
    /// Compile to a .sbc file
    Build(build::Args),
    /// Write types for the program that runs the bots
    Bindings(bindings::Args),
    /// Turn bots into the files of another product: Kommo's Salesbot
    Export(export::Args),
    /// Bring in what an account of another product has
    Pull(pull::Args),
    /// Turn the bots of another product into a project: Kommo's Salesbot
    Import(import::Args),
    /// Bring files into the standard form
    Fmt(fmt::Args),
    /// Start a new project
    New(new::Args),
    /// Tell what changed for clients between two projects
    Diff(diff::Args),
    /// Tell what becomes of parked runs under a new version
    Upgrade(upgrade::Args),
    /// Explain a diagnostic code
    Explain(explain::Args),
    /// Translate what a bot says
    I18n(i18n::Args),
    /// List the instructions of a program
    Disasm(disasm::Args),
    /// Print completions for a shell
    Completions(completions::Args),
}

/// How a command that could do its work went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Clean,
    Problems,
}

/// Why a command stopped early.
#[derive(Debug)]
enum Stop {
    /// Problems of the project, which have been printed.
    Problems,
    /// Something that is not the project's fault: what, and what to do about it.
    CouldNot { what: String, help: Option<String> },
    /// Whoever read the output has gone.
    Gone,
}

impl Stop {
    fn new(what: impl Into<String>) -> Stop {
        Stop::CouldNot { what: what.into(), help: None }
    }

    fn help(self, text: impl Into<String>) -> Stop {
        match self {
            Stop::CouldNot { what, .. } => Stop::CouldNot { what, help: Some(text.into()) },
            Stop::Problems | Stop::Gone => self,
        }
    }
}

/// Errors of writing the output; errors of files are worded where they happen.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Stop::Gone;
        }
        Stop::new(format!("cannot write the output: {error}"))
    }
}

pub(crate) fn main() -> ExitCode {
    let color = early_color();
    color.write();
    let parsed = styled(color).try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that has gone away is no reason to complain.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    cli.color.write();
    match dispatch(cli.command) {
        Ok(Exit::Clean) | Err(Stop::Gone) => ExitCode::SUCCESS,
        Ok(Exit::Problems) | Err(Stop::Problems) => ExitCode::from(1),
        Err(Stop::CouldNot { what, help }) => {
            output::complain(&what, help.as_deref());
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: Command) -> Result<Exit, Stop> {
    match command {
        Command::Check(args) => check::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Map(args) => map::run(&args),
        Command::Explore(args) => explore::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Bindings(args) => bindings::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Pull(args) => pull::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Fmt(args) => fmt::run(&args),
        Command::New(args) => new::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Upgrade(args) => upgrade::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::I18n(args) => i18n::run(&args),
        Command::Disasm(args) => disasm::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}

/// The command with its colours, for parsing and for completions.
fn styled(color: Color) -> clap::Command {
    let styles =
        clap::builder::Styles::styled().header(HEADING).usage(HEADING).literal(GREEN).error(RED).valid(BOLD);
    let color = match color {
        Color::Auto => clap::ColorChoice::Auto,
        Color::Always => clap::ColorChoice::Always,
        Color::Never => clap::ColorChoice::Never,
    };
    Cli::command().styles(styles).color(color)
}

impl Color {
    fn write(self) {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// `--color` as far as help and usage errors need it, which are printed before the arguments are understood.
fn early_color() -> Color {
    let mut args = std::env::args_os().skip(1);
    while let Some(arg) = args.next() {
        let arg = arg.to_string_lossy();
        let value = match arg.split_once('=') {
            Some(("--color", value)) => value.to_owned(),
            _ if arg == "--color" => args.next().unwrap_or_default().to_string_lossy().into_owned(),
            _ if arg == "--" => return Color::Auto,
            _ => continue,
        };
        return Color::from_str(&value, false).unwrap_or(Color::Auto);
    }
    Color::Auto
}
