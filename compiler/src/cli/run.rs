//! `sbotc run`: opens a conversation; `talk.rs` holds it.

use super::locale::{self, Locales, Unasked};
use super::{Exit, Stop, project, talk};
use sbot_vm::Program;
use sbot_vm::program::TriggerKind;
use sbotc::i18n::Strictness;
use sbotc::sim::{World, clock, saved};
use std::io::{self, IsTerminal};
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  sbotc run pizzeria                    talk to the bot: you are the client
  sbotc run pizzeria.sbc --at \"2026-12-24 23:50\"
  printf 'hello\\n1\\n:wait 2h\\n' | sbotc run pizzeria
                                        a script: prints the transcript
  sbotc run pizzeria --log turns.jsonl  write a log, for `sbotc replay`
  sbotc run pizzeria --resume ann.json  go on with what `:save ann.json` parked

While you talk:
  1                    presses the first button, while the bot offers buttons
                       (else it is the message \"1\")
  :wait 2h             turns the clock; timers fire at their times
  :press LABEL   :comment TEXT   :file NAME   :video open|close   :start   :fail
  :back                undoes the last turn
  :state               shows what is parked: wait, variables, timers, size
  :set contact.name = Ann
  :language es         the client reads Spanish, where the bot is translated
  :save FILE   :help   :quit
  ::)                  writes a text that begins with a colon
  :# text              a comment, for scripts

Nothing leaves this machine: effects are only shown. The clock stands still unless it is turned.

Exit codes: 0 done, 1 errors in the source; in a script also a bot that failed or a line that makes no sense, 2 a \
file could not be read, 130 left with Ctrl-C.";

/// Talk to a bot in the terminal, or feed it a script
///
/// A bot with a message trigger starts with the first message; one with a manual trigger or none starts at once.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// A .sbot file, a folder, or a .sbc file
    path: String,

    /// Which bot, if there are several
    #[arg(long, value_name = "NAME")]
    bot: Option<String>,

    /// Go on with a conversation that `:save` parked
    #[arg(long, value_name = "FILE", conflicts_with = "at")]
    resume: Option<String>,

    #[command(flatten)]
    locales: Locales,

    /// Write every turn to this file, for `sbotc replay`
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    log: Option<String>,

    /// Where the clock stands at first, in the account's zone [default: 2026-01-05 10:00]
    #[arg(long, value_name = "DATE TIME")]
    at: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let program = if project::is_compiled(&args.path) {
        args.locales.none_for(&args.path)?;
        project::read_program(&args.path)?
    } else {
        let (loaded, _) = locale::load(&args.path, &args.locales, Unasked::All, Strictness::Incomplete)?;
        project::compile(loaded, false, false)?.program
    };
    let world = match &args.resume {
        Some(file) => resume(&program, file, args.bot.as_deref())?,
        None => open(&program, args)?,
    };
    let log = args.log.as_deref();
    if io::stdin().is_terminal() {
        talk::terminal(world, log)
    } else {
        talk::script(world, log, io::stdin().lock())
    }
}

fn open(program: &Arc<Program>, args: &Args) -> Result<World, Stop> {
    let at = match &args.at {
        None => None,
        Some(text) => Some(clock::instant(program, text).ok_or_else(|| {
            Stop::new(format!("`{text}` is no date and time")).help("write it as \"2026-12-24 23:50\"")
        })?),
    };
    let bot = choose(program, args.bot.as_deref())?;
    let mut world = World::new(Arc::clone(program), bot, at);
    let row = program.tables().bots.get(bot as usize);
    if let Some(row) = row.filter(|row| !row.params.is_empty()) {
        return Err(Stop::new(format!(
            "the bot `{}` takes parameters, so only another bot can start it",
            row.name
        ))
        .help("run the bot that starts it"));
    }
    let by_client = |kind: &TriggerKind| *kind != TriggerKind::Manual;
    if !row.is_some_and(|row| row.triggers.iter().any(|trigger| by_client(&trigger.kind))) {
        world.start(&TriggerKind::Manual);
    }
    Ok(world)
}

fn choose(program: &Program, wanted: Option<&str>) -> Result<u32, Stop> {
    let names: Vec<&str> = program.tables().bots.iter().map(|bot| &*bot.name).collect();
    match wanted {
        Some(name) => program.bot(name).ok_or_else(|| project::no_bot(name, &names)),
        None if names.len() == 1 => Ok(0),
        None if names.is_empty() => {
            Err(Stop::new("the program has no bot").help("build it from a file with one"))
        }
        None => Err(Stop::new(format!("there are several bots: {}", names.join(", ")))
            .help("choose one with `--bot NAME`, or name its file")),
    }
}

fn resume(program: &Arc<Program>, file: &str, bot: Option<&str>) -> Result<World, Stop> {
    let cannot = |why: &str| Stop::new(format!("cannot resume from `{file}`: {why}"));
    let bytes = project::read_file(file)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| cannot("it is no text; name a file that `:save FILE` wrote in `sbotc run`"))?;
    let mut world = saved::load(program, text, bot).map_err(|why| cannot(&why))?;
    // What an upgrade has sent to a step begins it at once.
    world.advance(0, false).map_err(|why| cannot(&why))?;
    Ok(world)
}
