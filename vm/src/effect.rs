//! What a turn asks the host to do. Plain data, in source order.

use crate::trap::Trap;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The stable id of an effect within its run: the same turn always gives the same ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EffectId {
    /// The turn of the run, from 0.
    pub turn: u32,
    /// The effect of the turn, from 0.
    pub n: u32,
}

/// `3.0`: unique within a run.
impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.turn, self.n)
    }
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Its id.
    pub id: EffectId,
    /// What to do.
    pub kind: EffectKind,
}

/// The kinds of effects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EffectKind {
    /// Send a message.
    Message(Message),
    /// Set a field: index into the program's fields, and the value (absent clears it).
    Set {
        /// The field.
        field: u32,
        /// The new value.
        value: Value,
    },
    /// Carry out an action: index into the program's actions, and a value per parameter.
    Action {
        /// The action.
        action: u32,
        /// In declared order.
        args: Args,
    },
    /// Draw the next option of a counter and answer with [`crate::EventKind::Drawn`]: index into the program's counters.
    Draw {
        /// The counter.
        counter: u32,
    },
    /// Nothing to do; something worth recording happened.
    Event(RunEvent),
}

/// A message to send. Recipients and channels stand in the program's message table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Index into the program's messages.
    pub message: u32,
    /// The text; empty if only a file is sent.
    pub text: Arc<str>,
    /// In order.
    pub buttons: Buttons,
    /// What few messages have; to be read as if it were the message's own: `message.attach`.
    pub more: Option<Box<More>>,
}

/// What few messages have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct More {
    /// A file to attach.
    pub attach: Option<Arc<str>>,
    /// A voice file.
    pub voice: Option<Arc<str>>,
    /// The list to show, for a List message.
    pub list: Option<Arc<List>>,
    /// The template it is sent from; the message's text is what that gives.
    pub template: Option<Template>,
}

impl Deref for Message {
    type Target = More;

    fn deref(&self) -> &More {
        static NOTHING: More = More { attach: None, voice: None, list: None, template: None };
        self.more.as_deref().unwrap_or(&NOTHING)
    }
}

/// The arguments of an action, one per parameter. A copy shares them, and so do all effects with the same known ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Args(Arc<[Value]>);

impl From<Vec<Value>> for Args {
    fn from(args: Vec<Value>) -> Args {
        Args(args.into())
    }
}

impl FromIterator<Value> for Args {
    fn from_iter<I: IntoIterator<Item = Value>>(args: I) -> Args {
        Args(args.into_iter().collect())
    }
}

impl Deref for Args {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Args {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The buttons of a message, in order. Most messages have none: those take nothing, and a copy shares the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Button>", into = "Vec<Button>")]
pub struct Buttons(Option<Arc<[Button]>>);

impl From<Vec<Button>> for Buttons {
    fn from(buttons: Vec<Button>) -> Buttons {
        Buttons(if buttons.is_empty() { None } else { Some(buttons.into()) })
    }
}

impl From<Buttons> for Vec<Button> {
    fn from(buttons: Buttons) -> Vec<Button> {
        buttons.to_vec()
    }
}

impl Deref for Buttons {
    type Target = [Button];

    fn deref(&self) -> &[Button] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'b> IntoIterator for &'b Buttons {
    type Item = &'b Button;
    type IntoIter = std::slice::Iter<'b, Button>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A list to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// What the button says that opens it.
    pub button: Arc<str>,
    /// Above the text.
    pub title: Option<Arc<str>>,
    /// Below the text.
    pub footer: Option<Arc<str>>,
    /// In order.
    pub sections: Vec<Section>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub title: Arc<str>,
    /// In order.
    pub options: Vec<Row>,
}

/// An option of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it says, and what a press of it says.
    pub title: Arc<str>,
    /// What is said about it.
    pub about: Option<Arc<str>>,
}

/// A template with its arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Its symbol.
    pub symbol: u32,
    /// In declared order.
    pub args: Vec<Value>,
}

/// A button to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it says.
    pub label: Arc<str>,
    /// Where it leads, for a link button.
    pub link: Option<Arc<str>>,
}

/// Something that happened to the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RunEvent {
    /// A text could not be converted for a field, which stays as it was.
    NotSet {
        /// Index into the program's fields.
        field: u32,
    },
    /// `buttons from` had more texts than a message shows.
    Trimmed {
        /// The number of the message's effect in this turn.
        message: u32,
        /// How many are not shown.
        left_out: u32,
    },
    /// An effect failed and nothing takes care of it: the run has ended.
    Failed {
        /// The effect.
        effect: EffectId,
    },
    /// The turn could not be finished: the run has ended, and nothing else of the turn has happened.
    Trapped(Trap),
}
