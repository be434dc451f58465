//! What can go wrong around a turn, each with what to do about it. What goes wrong inside of one is a [`crate::Trap`].

use crate::run::Run;
use std::fmt;

/// Why a program could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// The bytes are something else.
    NotAProgram,
    /// The file was made for a newer format.
    TooNew {
        /// The format of the file.
        found: u16,
        /// The newest format known here.
        newest: u16,
    },
    /// The file was made for a format that is no longer read.
    TooOld {
        /// The format of the file.
        found: u16,
        /// The oldest format read here.
        oldest: u16,
    },
    /// The file does not have the length it says.
    Truncated {
        /// The length it says.
        expected: u64,
        /// Its length.
        found: u64,
    },
    /// The file is over the limit.
    TooLarge {
        /// Its length.
        bytes: u64,
    },
    /// The checksum does not fit the content.
    Checksum,
    /// The content makes no sense.
    Corrupt {
        /// Where, and what is wrong.
        what: String,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NotAProgram => f.write_str(
                "this is not a compiled bot: an .sbc file begins with `SBOT`; compile the .sbot source with `sbotc build`",
            ),
            LoadError::TooNew { found, newest } => write!(
                f,
                "the program has format {found}, this runtime knows formats up to {newest}: update the runtime, or compile the source again with the compiler of this version"
            ),
            LoadError::TooOld { found, oldest } => write!(
                f,
                "the program has format {found}, this runtime reads formats from {oldest}: compile the source again with `sbotc build`"
            ),
            LoadError::Truncated { expected, found } => write!(
                f,
                "the program should be {expected} bytes long and is {found}: it was not copied completely; copy it again"
            ),
            LoadError::TooLarge { bytes } => write!(
                f,
                "the program is {bytes} bytes long, the limit is {}: split the project into several bots",
                crate::codec::MAX_PROGRAM
            ),
            LoadError::Checksum => f.write_str(
                "the program was changed after it was compiled: the checksum is wrong; copy it again or compile it again",
            ),
            LoadError::Corrupt { what } => {
                write!(f, "the program is corrupt: {what}; compile it again, and report it if that does not help")
            }
        }
    }
}

impl std::error::Error for LoadError {}

/// Why a bot could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The program has no bot of this number.
    NoSuchBot {
        /// The number.
        bot: u32,
    },
    /// Another number of arguments than the bot has parameters.
    ArgumentCount {
        /// How many it has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// An argument that is not what the bot declares.
    Argument {
        /// Which, from 0.
        index: usize,
        /// The parameter's name.
        name: std::sync::Arc<str>,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::NoSuchBot { bot } => {
                write!(f, "the program has no bot number {bot}: take the number from `Program::bot`")
            }
            StartError::ArgumentCount { expected, found } => {
                write!(f, "the bot takes {expected} arguments and {found} were given: give one per parameter")
            }
            StartError::Argument { index, name } => write!(
                f,
                "argument {index} (`{name}`) is of another type than the bot declares: give a value of the declared type"
            ),
        }
    }
}

impl std::error::Error for StartError {}

/// An event that the run does not take. The run comes back as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The unchanged run.
    pub run: Box<Run>,
    /// Why.
    pub why: WhyRefused,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl std::error::Error for Refused {}

/// Why a run does not take an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyRefused {
    /// No exit of its wait takes such an event. This is no error: the run goes on waiting.
    NotAwaited,
    /// The run was parked under another program.
    OtherProgram {
        /// Under which.
        parked: u64,
        /// Which was given.
        given: u64,
    },
    /// The event is meant for another wait of the run: it comes too late, or a second time.
    OtherWait {
        /// The number of the wait it is meant for.
        meant: u32,
        /// The number of the wait the run is parked at.
        parked: u32,
    },
    /// No timer is due at the time of the event.
    NotDue {
        /// When the next one is, if the wait has one: milliseconds since 1970-01-01T00:00Z.
        next: Option<i64>,
    },
    /// The values of an answer are not what the action declares.
    BadAnswer,
    /// The report is about an effect that the run never had.
    UnknownEffect,
    /// The run does not fit the program: it was not made by it.
    Corrupt,
}

impl fmt::Display for WhyRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WhyRefused::NotAwaited => {
                f.write_str("the run does not wait for this: keep it parked and send it what it waits for")
            }
            WhyRefused::OtherProgram { parked, given } => write!(
                f,
                "the run was parked under program {parked:016x} and this is {given:016x}: run it with its own program, or upgrade it"
            ),
            WhyRefused::OtherWait { meant, parked } => write!(
                f,
                "the event is meant for wait {meant} and the run is at wait {parked}: it came too late or twice; drop it"
            ),
            WhyRefused::NotDue { next: Some(next) } => {
                write!(f, "no timer is due: the next one is due at {next} ms; send the event then")
            }
            WhyRefused::NotDue { next: None } => {
                f.write_str("no timer is due: the run waits without a timer; do not send timer events to it")
            }
            WhyRefused::BadAnswer => f.write_str(
                "the answer does not have the values that the action declares: send one value of the declared type per name of the exit",
            ),
            WhyRefused::UnknownEffect => f.write_str(
                "the report is about an effect that this run never had: send reports to the run that the effect came from",
            ),
            WhyRefused::Corrupt => f.write_str(
                "the run does not fit its program: restore it with `Run::decode` from what `Run::encode` gave",
            ),
        }
    }
}

impl std::error::Error for WhyRefused {}

/// Why a parked run could not be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The bytes end too early.
    Truncated,
    /// Over the limit.
    TooLarge {
        /// Their number.
        bytes: usize,
    },
    /// Another format.
    Version {
        /// The format of the bytes.
        found: u8,
        /// The oldest format read here.
        oldest: u8,
        /// The newest format known here.
        newest: u8,
    },
    /// The run was parked under another program.
    OtherProgram,
    /// The checksum does not fit the content.
    Checksum,
    /// The content does not fit the program.
    Corrupt {
        /// What is wrong.
        what: &'static str,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Truncated => {
                f.write_str("the parked run is incomplete: it was not stored completely; restore it from a copy")
            }
            RunError::TooLarge { bytes } => write!(
                f,
                "the parked run is {bytes} bytes long, the limit is {}: this is not a parked run",
                crate::run::MAX_RUN
            ),
            RunError::Version { found, oldest, newest } => write!(
                f,
                "the parked run has format {found}, this runtime reads {oldest} to {newest}: use the runtime that parked it, or a newer one"
            ),
            RunError::OtherProgram => f.write_str(
                "the run was parked under another program: restore it with the program it was parked under, or upgrade it",
            ),
            RunError::Checksum => f.write_str(
                "the parked run was changed: its checksum is wrong, or it belongs to another program; restore it from a copy",
            ),
            RunError::Corrupt { what } => {
                write!(f, "the parked run is corrupt: {what}; restore it from a copy")
            }
        }
    }
}

impl std::error::Error for RunError {}
