//! What the harness and a contender say to each other. The harness writes a request on a line of the contender's
//! standard input, and the contender answers with a line of JSON on its standard output. So every contender is a
//! process of its own, in whatever language, and is measured in the same way.

use crate::script::Act;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How a conversation is kept between two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Its state stays as it is.
    Memory,
    /// Its state is encoded after every event, dropped, and decoded before the next.
    Durable,
}

/// How waiting conversations are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As the contender works with them.
    Live,
    /// Encoded.
    Stored,
}

/// What a contender is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Its version.
    About,
    /// What it does in one of the three conversations.
    Log(Mode, usize),
    /// The sizes of the encoded states of the three conversations.
    Sizes,
    /// To hold that many conversations.
    Play(Mode, usize),
    /// To keep that many conversations after four of their six events.
    Park(Form, usize),
    /// To compile a source of that many steps.
    Compile(usize),
    /// That Fibonacci number, by calls.
    Fib(i64),
    /// The sum of the numbers below this one, by a loop.
    Sum(i64),
    /// To move that many parked runs to a new version.
    Upgrade(usize),
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reply {
    /// To `About`.
    About {
        /// The version of the language, as it says itself.
        version: String,
    },
    /// To `Log`.
    Log(Vec<Act>),
    /// To `Sizes`: bytes.
    Sizes(Vec<usize>),
    /// To `Play`, `Compile`, `Fib`, `Sum` and `Upgrade`.
    Took {
        /// How long it took.
        seconds: f64,
        /// The result of `Fib` and `Sum`, the lines of `Compile`, the conversations of `Play` and `Upgrade`.
        amount: i64,
    },
    /// To `Park`: the resident memory of the process, in bytes.
    Resident {
        /// Before the first conversation.
        before: u64,
        /// With all of them.
        after: u64,
    },
    /// It has no such thing, and why.
    Unsupported(String),
    /// It could not, and why.
    Failed(String),
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Durable => "durable",
        })
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "live",
            Self::Stored => "stored",
        })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::About => f.write_str("about"),
            Self::Log(mode, script) => write!(f, "log {mode} {script}"),
            Self::Sizes => f.write_str("sizes"),
            Self::Play(mode, n) => write!(f, "play {mode} {n}"),
            Self::Park(form, n) => write!(f, "park {form} {n}"),
            Self::Compile(steps) => write!(f, "compile {steps}"),
            Self::Fib(n) => write!(f, "fib {n}"),
            Self::Sum(n) => write!(f, "sum {n}"),
            Self::Upgrade(n) => write!(f, "upgrade {n}"),
        }
    }
}

fn mode(word: &str) -> Option<Mode> {
    [Mode::Memory, Mode::Durable].into_iter().find(|mode| mode.to_string() == word)
}

fn form(word: &str) -> Option<Form> {
    [Form::Live, Form::Stored].into_iter().find(|form| form.to_string() == word)
}

impl FromStr for Request {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let request = match words.as_slice() {
            ["about"] => Some(Self::About),
            ["sizes"] => Some(Self::Sizes),
            ["log", how, n] => mode(how).zip(n.parse().ok()).map(|(how, n)| Self::Log(how, n)),
            ["play", how, n] => mode(how).zip(n.parse().ok()).map(|(how, n)| Self::Play(how, n)),
            ["park", how, n] => form(how).zip(n.parse().ok()).map(|(how, n)| Self::Park(how, n)),
            ["compile", n] => n.parse().ok().map(Self::Compile),
            ["fib", n] => n.parse().ok().map(Self::Fib),
            ["sum", n] => n.parse().ok().map(Self::Sum),
            ["upgrade", n] => n.parse().ok().map(Self::Upgrade),
            _ => None,
        };
        request.ok_or_else(|| format!("`{}` is no request", line.trim()))
    }
}

/// Reads an answer.
///
/// # Errors
/// The line is no answer; what is wrong with it, and its beginning.
pub fn reply(line: &str) -> Result<Reply, String> {
    serde_json::from_str(line).map_err(|error| {
        let start: String = line.trim().chars().take(80).collect();
        format!("`{start}` is no answer: {error}")
    })
}
