//! What becomes of the runs at each place of an old program, and why, as plain data.

use crate::program::SymbolKind;
use std::fmt;
use std::sync::Arc;

/// A place where runs of the old program can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// A wait: index into the old program's waits.
    Wait(u32),
    /// A call whose callee waits: index into the old program's calls.
    Call(u32),
}

/// What becomes of the runs at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The place.
    pub at: At,
    /// What becomes of them.
    pub outcome: Outcome,
    /// What it rests on beside names and types that are the same. Nothing of this means that they just go on.
    pub with: Vec<With>,
    /// What people may want to know.
    pub notes: Vec<Note>,
    /// Further reasons why they cannot be moved, beside the one that is the outcome.
    pub also: Vec<Lost>,
}

/// What becomes of the runs at a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// They wait on, at this wait of the new program.
    Waits(u32),
    /// Their caller stands at this call of the new program.
    Calls(u32),
    /// They begin a step: its name, and the wait before it.
    Restarts(Arc<str>, u32),
    /// Their bot ends.
    Ends,
    /// Nobody gets here: all callers of this place begin a step or end, or everything inside of this call does.
    Covered,
    /// They cannot be moved.
    Lost(Lost),
}

/// What a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum With {
    /// A decision of the source about this place.
    Decided,
    /// A variable that has another name now: the old one, the new one.
    Renamed(Arc<str>, Arc<str>),
    /// A value that the source gives for this purpose.
    Given(Arc<str>),
    /// The first value of a variable that is new.
    First(Arc<str>),
}

/// What people may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The wait has a timer less: it is dropped.
    TimerDropped,
    /// The wait has a timer more, of so many seconds: it begins with the move.
    TimerAdded(i64),
    /// Clients who see this label can still press it, and nothing takes it by that name.
    LabelGone(Arc<str>),
    /// The answer to this action is no longer waited for.
    AnswerDropped(Arc<str>),
}

/// Why runs cannot be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The bot is gone.
    NoBot {
        /// Its name.
        bot: Arc<str>,
    },
    /// The wait is gone, or the call that leads to it.
    NoPlace {
        /// Its name in the new program.
        name: Arc<str>,
    },
    /// The step that runs should begin is gone.
    NoStep {
        /// Its name.
        step: Arc<str>,
    },
    /// The call leads somewhere else now.
    OtherCallee {
        /// The call's name.
        name: Arc<str>,
    },
    /// The wait stands in a flow, and it is not clear which calls lead there.
    Callers {
        /// The wait's name.
        wait: Arc<str>,
        /// The flow's name.
        flow: Arc<str>,
        /// The calls of it.
        calls: Vec<Arc<str>>,
    },
    /// No old value fits the type.
    Type {
        /// The variable's name.
        name: Arc<str>,
        /// Its old type.
        old: String,
        /// Its new type.
        new: String,
    },
    /// The old value may be absent, and the new one may not.
    Absent {
        /// The variable's name.
        name: Arc<str>,
        /// Its old type.
        old: String,
        /// Its new type.
        new: String,
    },
    /// The old value may be a text that is not among the new choice.
    Choice {
        /// The variable's name.
        name: Arc<str>,
        /// The text.
        text: Arc<str>,
        /// Its new type.
        new: String,
    },
    /// The old value may be a name that is no longer declared.
    Symbol {
        /// The variable's name.
        name: Arc<str>,
        /// What kind of name it is.
        kind: SymbolKind,
        /// It.
        symbol: Arc<str>,
    },
    /// The old run has no such value.
    NoValue {
        /// The variable's name.
        name: Arc<str>,
        /// Its type.
        ty: String,
    },
    /// The value that the source gives is of another type.
    BadValue {
        /// The variable's name.
        name: Arc<str>,
        /// Its type.
        ty: String,
    },
    /// The wait has a timer more, and how long it runs is computed.
    Timer,
    /// The wait is for the answer of an action that the old run did not call.
    OtherAction {
        /// The action of the new program.
        action: Arc<str>,
    },
    /// The wait no longer takes this answer of the action.
    Answer {
        /// The action.
        action: Arc<str>,
        /// The answer.
        answer: Arc<str>,
    },
    /// The counter has fewer options.
    Options,
    /// Nothing that can still happen would end the wait.
    Stuck,
    /// The bot promises a result to the one that ran it.
    Result {
        /// The bot.
        bot: Arc<str>,
    },
    /// There are more callers, or they need more, than a run can have.
    TooDeep,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lost::NoBot { bot } => write!(f, "there is no bot `{bot}` any more"),
            Lost::NoPlace { name } => write!(f, "there is no `{name}` any more"),
            Lost::NoStep { step } => write!(f, "there is no step `{step}`"),
            Lost::OtherCallee { name } => write!(f, "`{name}` calls something else now"),
            Lost::Callers { flow, calls, .. } if calls.is_empty() => {
                write!(f, "nothing calls the flow `{flow}` that it stands in now")
            }
            Lost::Callers { flow, calls, .. } => write!(
                f,
                "it stands in the flow `{flow}` now, and there are several ways to it: {}",
                calls.join(", ")
            ),
            Lost::Type { name, old, new } => write!(f, "`{name}` was {old} and is {new} now"),
            Lost::Absent { name, old, new } => {
                write!(f, "`{name}` was {old}, so it may be absent, and is {new} now")
            }
            Lost::Choice { name, text, new } => write!(f, "`{name}` may be \"{text}\", and is {new} now"),
            Lost::Symbol { name, kind, symbol } => {
                write!(f, "`{name}` may be the {} `{symbol}`, which is no longer declared", kind.name())
            }
            Lost::NoValue { name, ty } => write!(f, "`{name}` is new there, and has no value: it is {ty}"),
            Lost::BadValue { name, ty } => {
                write!(f, "the value that is given for `{name}` does not fit: it is {ty}")
            }
            Lost::Timer => f.write_str("it has a timer now whose length is computed"),
            Lost::OtherAction { action } => {
                write!(f, "it waits for an answer of `{action}`, which the old run did not call there")
            }
            Lost::Answer { action, answer } => {
                write!(f, "it no longer takes the answer `{answer}` of `{action}` as it was declared")
            }
            Lost::Options => f.write_str("it has fewer options to draw from"),
            Lost::Stuck => f.write_str("nothing that can still happen would end it"),
            Lost::Result { bot } => write!(f, "the bot `{bot}` promises a result, and `end` gives none"),
            Lost::TooDeep => f.write_str("more callers than a run can have"),
        }
    }
}
