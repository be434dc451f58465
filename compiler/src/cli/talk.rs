//! The conversation of `sbotc run`: lines in, transcript out. The same for a terminal and for a script from a pipe.

use super::output::{self, BOLD, CYAN, DIM, RED};
use super::turn_log::TurnLog;
use super::{Exit, Stop, project};
use clap::builder::styling::Style;
use sbotc::sim::chat::COMMANDS;
use sbotc::sim::transcript::{ClientLine, Line, LineKind};
use sbotc::sim::{Act, Chat, World, saved, state};
use std::io::{self, BufRead, Write};
use std::sync::Mutex;

/// No line of a conversation is longer.
const MAX_LINE: u64 = 1 << 20;

/// What a shell gives for a command that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Held while a file is written, so that none is left half done.
static SAVING: Mutex<()> = Mutex::new(());

/// Ctrl-C leaves with a word, and never in the middle of saving.
fn leave_when_interrupted() {
    // Where no handler can be set, Ctrl-C ends the process without a word, as it does elsewhere.
    let _ = ctrlc::set_handler(|| {
        let _saved = SAVING.lock();
        // Nobody is left to be told that nothing can be said.
        let _ = output::to_stderr(&format!(
            "\n{DIM}Left with Ctrl-C; what was saved is kept. `:save FILE` keeps a conversation for `--resume`.{DIM:#}\n"
        ));
        std::process::exit(INTERRUPTED);
    });
}

/// A person types.
pub(crate) fn terminal(world: World, log: Option<&str>) -> Result<Exit, Stop> {
    let talk = Talk::new(world, false, log)?;
    let greeting = talk.greeting();
    output::to_stderr(&greeting)?;
    typed(talk)
}

/// A person goes on with a conversation, of which everything is shown first, what the client did too.
pub(crate) fn terminal_from(world: World, note: &str) -> Result<Exit, Stop> {
    let mut talk = Talk::new(world, true, None)?;
    talk.show()?;
    talk.echo = false;
    output::to_stderr(&format!("{DIM}{note} :help shows the commands, :quit leaves.{DIM:#}\n"))?;
    typed(talk)
}

fn typed(mut talk: Talk) -> Result<Exit, Stop> {
    leave_when_interrupted();
    talk.show()?;
    let mut input = io::stdin().lock();
    loop {
        talk.write_log()?;
        let mut out = output::stdout();
        write!(out, "{BOLD}client>{BOLD:#} ")?;
        out.flush()?;
        match read_line(&mut input) {
            Ok(None) => {
                // Ctrl-D: the prompt has no line break yet.
                output::to_stderr("\n")?;
                return Ok(Exit::Clean);
            }
            Ok(Some(line)) => match Act::read(&line).and_then(|act| talk.perform(&act)) {
                Ok(Go::On) => {}
                Ok(Go::Away) => return Ok(Exit::Clean),
                Err(why) => output::to_stderr(&format!("  {RED}{why}{RED:#}\n"))?,
            },
            Err(why) => output::to_stderr(&format!("  {RED}{why}{RED:#}\n"))?,
        }
        talk.show()?;
    }
}

/// Lines come from a file or another program. The first line that makes no sense ends the script.
pub(crate) fn script(world: World, log: Option<&str>, input: impl BufRead) -> Result<Exit, Stop> {
    let mut talk = Talk::new(world, true, log)?;
    let exit = scripted(&mut talk, input)?;
    talk.write_log()?;
    Ok(exit)
}

fn scripted(talk: &mut Talk, mut input: impl BufRead) -> Result<Exit, Stop> {
    talk.show()?;
    for number in 1.. {
        let done = match read_line(&mut input) {
            Ok(None) => break,
            Ok(Some(line)) => Act::read(&line).and_then(|act| talk.perform(&act)),
            Err(why) => Err(why),
        };
        talk.show()?;
        match done {
            Ok(Go::On) => {}
            Ok(Go::Away) => break,
            Err(why) => {
                output::complain(&format!("line {number} of the script: {why}"), None);
                return Ok(Exit::Problems);
            }
        }
    }
    let settled = talk.chat.settle();
    talk.show()?;
    if let Err(why) = settled {
        output::complain(&why, None);
        return Ok(Exit::Problems);
    }
    Ok(if talk.failed { Exit::Problems } else { Exit::Clean })
}

/// The next line without its line break; nothing at the end.
fn read_line(input: &mut impl BufRead) -> Result<Option<String>, String> {
    let mut bytes = Vec::new();
    let read = io::Read::take(&mut *input, MAX_LINE).read_until(b'\n', &mut bytes);
    match read {
        Ok(0) => Ok(None),
        Ok(n) if n as u64 == MAX_LINE => Err(format!("the line is longer than {MAX_LINE} bytes")),
        Ok(_) => String::from_utf8(bytes).map(Some).map_err(|_| "the line is not UTF-8".to_owned()),
        Err(error) => Err(format!("standard input cannot be read: {error}")),
    }
}

enum Go {
    On,
    Away,
}

struct Talk {
    chat: Chat,
    /// A script: the client's lines are shown, because nobody typed them here.
    echo: bool,
    /// How many lines of the transcript have been shown.
    shown: usize,
    failed: bool,
    /// Where the turns are logged, and how many events are in there.
    log: Option<(TurnLog, usize)>,
}

impl Talk {
    fn new(world: World, echo: bool, log: Option<&str>) -> Result<Talk, Stop> {
        let log = log.map(TurnLog::open).transpose()?.map(|log| (log, 0));
        Ok(Talk { chat: Chat::new(world), echo, shown: 0, failed: false, log })
    }

    /// Writes the log anew, if something has happened: what `:back` undoes is gone from it too.
    fn write_log(&mut self) -> Result<(), Stop> {
        let events = self.chat.world().log().len();
        if let Some((log, written)) = &mut self.log
            && *written != events
        {
            let _whole = SAVING.lock();
            log.write(&[("run".to_owned(), self.chat.world())])?;
            *written = events;
        }
        Ok(())
    }

    fn greeting(&self) -> String {
        let world = self.chat.world();
        let bot = world.tables().bots.get(world.bot() as usize).map_or("?", |bot| &*bot.name);
        let begins = if world.has_begun() { "" } else { " It starts with your first message." };
        format!(
            "{DIM}You are the client of the bot `{bot}`.{begins} :help shows the commands, :quit leaves.{DIM:#}\n"
        )
    }

    fn perform(&mut self, act: &Act) -> Result<Go, String> {
        match act {
            Act::Quit => return Ok(Go::Away),
            Act::Help => self.print(&help()),
            Act::State => self.print(&state::describe(self.chat.world())),
            Act::Save(file) => self.save(file),
            Act::Back => {
                self.chat.perform(act)?;
                self.shown = self.chat.world().transcript().len();
                self.print("  (one turn undone)\n")?;
                let last = self.chat.world().transcript().iter().rev().find(|line| !line.is_aside()).cloned();
                last.map_or(Ok(()), |line| self.print(&format!("{}\n", styled(&line))))
            }
            // An empty line at the terminal stands for the report that the last message was delivered.
            Act::Nothing if !self.echo => self.chat.settle(),
            Act::Nothing
            | Act::Say(_)
            | Act::Wait(_)
            | Act::Press(_)
            | Act::Comment(_)
            | Act::File(_)
            | Act::Video { .. }
            | Act::Start
            | Act::Answer(_)
            | Act::Fail
            | Act::Language(_)
            | Act::Set { .. } => self.chat.perform(act),
        }?;
        Ok(Go::On)
    }

    fn save(&mut self, file: &str) -> Result<(), String> {
        let _whole = SAVING.lock();
        let text = saved::save(self.chat.world());
        match project::write_atomically(file, text.as_bytes()) {
            Ok(()) => self.print(&format!("  (saved in {file})\n")),
            Err(Stop::CouldNot { what, help }) => {
                Err(help.map_or(what.clone(), |help| format!("{what}; {help}")))
            }
            Err(Stop::Problems | Stop::Gone) => Ok(()),
        }
    }

    /// Prints something that is no part of the transcript.
    fn print(&self, text: &str) -> Result<(), String> {
        let mut out = output::stdout();
        let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        // Where nobody reads any more, the next line of the transcript finds the same and ends the conversation.
        printed.or_else(|error| {
            let gone = error.kind() == io::ErrorKind::BrokenPipe;
            if gone { Ok(()) } else { Err(format!("cannot write the output: {error}")) }
        })
    }

    /// Prints what has happened since the last time.
    fn show(&mut self) -> Result<(), Stop> {
        let mut out = output::stdout();
        let transcript = self.chat.world().transcript();
        for line in transcript.get(self.shown..).unwrap_or_default() {
            self.failed |= line.is_failure();
            let typed = matches!(line.kind, LineKind::Client(ClientLine::Says(_) | ClientLine::Comments(_)));
            if self.echo || !typed {
                writeln!(out, "{}", styled(line))?;
            }
        }
        self.shown = transcript.len();
        if !self.echo && self.chat.world().awaits_delivery() {
            writeln!(out, "{DIM}  (Enter: the message was delivered, :fail: it was not){DIM:#}")?;
        }
        Ok(out.flush()?)
    }
}

/// A line with what is said set off from what is only told.
fn styled(line: &Line) -> String {
    let text = line.to_string();
    let style: Style = match &line.kind {
        _ if line.is_failure() => RED,
        LineKind::Client(_) => BOLD,
        LineKind::Bot(_) => CYAN,
        LineKind::Trigger(_)
        | LineKind::Answer(_)
        | LineKind::Effect(_)
        | LineKind::Waits { .. }
        | LineKind::Untaken(_)
        | LineKind::Clock { .. }
        | LineKind::NotDelivered
        | LineKind::NotSet(_)
        | LineKind::Ended(_)
        | LineKind::Failed(_)
        | LineKind::Trapped(_) => DIM,
    };
    match text.split_once("> ").filter(|_| !line.is_aside()) {
        Some((who, said)) => format!("{style}{who}>{style:#} {said}"),
        None => format!("{style}{text}{style:#}"),
    }
}

fn help() -> String {
    let mut text = String::from("  What you type is what the client writes; a number presses that button.\n");
    for (name, wants, does) in COMMANDS {
        text.push_str(&format!("  {:<22} {does}\n", format!(":{name} {wants}")));
    }
    text.push_str("  ::text                 write a text that begins with a colon\n");
    text
}
