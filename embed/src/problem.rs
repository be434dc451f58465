//! What can be wrong with what a host gives: all of it at once, each with its place.

use crate::json::{Json, NotJson};
use std::fmt;

/// Something wrong with what a host gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The document, and the way to the place in it as a JSON pointer (RFC 6901): `facts/lead.budget`, `event/values/0`.
    pub at: String,
    /// What is wrong there, and what to write instead.
    pub what: String,
}

/// Why a call has given nothing. Nothing has changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The program cannot be loaded.
    Load(sbot_vm::LoadError),
    /// The parked run cannot be restored.
    Run(sbot_vm::RunError),
    /// What was given is wrong: everything that is.
    Input(Vec<Problem>),
    /// The host does not have what the program needs: everything that is missing.
    Host(Vec<Problem>),
}

impl Error {
    /// One problem with the input.
    pub(crate) fn input(at: &str, what: impl Into<String>) -> Error {
        Error::Input(vec![Problem { at: at.to_owned(), what: what.into() }])
    }

    /// What kind of error it is: `load`, `run`, `input`, `host`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::Load(_) => "load",
            Error::Run(_) => "run",
            Error::Input(_) => "input",
            Error::Host(_) => "host",
        }
    }

    /// Everything that is wrong; empty where it is one thing that the message tells.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Error::Load(_) | Error::Run(_) => &[],
            Error::Input(problems) | Error::Host(problems) => problems,
        }
    }

    /// `{"error":CODE,"message":TEXT,"problems":[{"at":PLACE,"what":TEXT}]}`
    #[must_use]
    pub fn to_json(&self) -> Json {
        let problem = |problem: &Problem| {
            Json::object([("at", Json::text(&problem.at)), ("what", Json::text(&problem.what))])
        };
        Json::object([
            ("error", Json::text(self.code())),
            ("message", Json::text(&self.to_string())),
            ("problems", Json::list(self.problems().iter().map(problem))),
        ])
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Load(why) => why.fmt(f),
            Error::Run(why) => why.fmt(f),
            Error::Input(problems) => list(f, "what was given does not fit the program", problems),
            Error::Host(problems) => list(f, "the host does not have what the program needs", problems),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, head: &str, problems: &[Problem]) -> fmt::Result {
    write!(f, "{head}:")?;
    problems.iter().try_for_each(|problem| write!(f, "\n- {}: {}", problem.at, problem.what))
}

impl std::error::Error for Error {}

impl From<sbot_vm::LoadError> for Error {
    fn from(why: sbot_vm::LoadError) -> Error {
        Error::Load(why)
    }
}

impl From<sbot_vm::RunError> for Error {
    fn from(why: sbot_vm::RunError) -> Error {
        Error::Run(why)
    }
}

/// A place in a document, told only when something is wrong there.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    Document(&'static str),
    Key(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Document(name) => f.write_str(name),
            At::Key(of, key) => write!(f, "{of}/{}", key.replace('~', "~0").replace('/', "~1")),
            At::Item(of, n) => write!(f, "{of}/{n}"),
        }
    }
}

/// Gathers problems.
#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a problem. Gives nothing, so that it can stand where a value was wanted.
    pub(crate) fn note<T>(&mut self, at: &At<'_>, what: impl Into<String>) -> Option<T> {
        self.0.push(Problem { at: at.to_string(), what: what.into() });
        None
    }

    /// Reads a document.
    pub(crate) fn read(&mut self, name: &'static str, text: &str) -> Option<Json> {
        match crate::json::read(text) {
            Ok(json) => Some(json),
            Err(why @ NotJson { .. }) => self.note(&At::Document(name), format!("this is no JSON: {why}")),
        }
    }

    /// The value, if there is no problem.
    pub(crate) fn or<T>(self, value: Option<T>) -> Result<T, Error> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            Some(_) | None => Err(Error::Input(self.0)),
        }
    }
}
