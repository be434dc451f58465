//! What a host tells a run. Plain data.

use crate::effect::EffectId;
use crate::program::TriggerKind;
use crate::value::{Undeclared, Value};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Something that happened, with its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since 1970-01-01T00:00Z. This is `now` for the whole turn.
    pub at: i64,
    /// The number of the wait it is meant for, [`crate::Run::number`], if whoever sends it knows: a timer, an answer, a
    /// press of a button that a certain message showed. A run that waits elsewhere by now refuses it.
    pub wait: Option<u32>,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// An event for whatever the run waits for.
    #[must_use]
    pub fn new(at: i64, kind: EventKind) -> Event {
        Event { at, wait: None, kind }
    }

    /// The same event for the wait of this number alone.
    #[must_use]
    pub fn for_wait(self, number: u32) -> Event {
        Event { wait: Some(number), ..self }
    }
}

/// The channel that an event came on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channel {
    /// One that the source declares: its symbol.
    Declared(u32),
    /// Another one. Only triggers that name no channel listen on it.
    Undeclared(Arc<Undeclared>),
}

impl From<u32> for Channel {
    fn from(symbol: u32) -> Channel {
        Channel::Declared(symbol)
    }
}

impl Channel {
    /// What `client.channel` is then.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Channel::Declared(symbol) => Value::Symbol(*symbol),
            Channel::Undeclared(channel) => Value::Undeclared(Arc::clone(channel)),
        }
    }

    /// Its symbol, if the source declares it.
    #[must_use]
    pub fn symbol(&self) -> Option<u32> {
        match self {
            Channel::Declared(symbol) => Some(*symbol),
            Channel::Undeclared(_) => None,
        }
    }
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EventKind {
    /// Something other than a message or a comment of the client, which are events of their own, may start the bot.
    Trigger(TriggerKind),
    /// The client wrote.
    Message(ClientMessage),
    /// The client pressed a button: its label as shown.
    Press {
        /// The label.
        label: Arc<str>,
        /// The channel, if known.
        channel: Option<Channel>,
    },
    /// The client commented on a post.
    Comment {
        /// The comment.
        text: Arc<str>,
        /// The channel, if known.
        channel: Option<Channel>,
    },
    /// A timer is due, or hours begin. Takes the earliest exit whose time has come.
    Timer,
    /// The client opened a video.
    VideoOpened,
    /// The client closed a video.
    VideoClosed,
    /// An effect reached the outside.
    Delivered {
        /// Which.
        effect: EffectId,
    },
    /// An effect could not be carried out.
    Failed {
        /// Which.
        effect: EffectId,
    },
    /// The host's draw from a counter.
    Drawn {
        /// The effect that asked for it.
        effect: EffectId,
        /// The option, from 0.
        option: u32,
    },
    /// The host's answer to a waiting action.
    Answer {
        /// The action's effect.
        effect: EffectId,
        /// Index into the exits of the action; `None` for its result.
        exit: Option<u32>,
        /// What comes with it.
        values: Vec<Value>,
    },
}

/// A message of the client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClientMessage {
    /// Absent for a message without text.
    pub text: Option<Arc<str>>,
    /// The channel, if known.
    pub channel: Option<Channel>,
    /// BCP 47 code.
    pub language: Option<Arc<str>>,
    /// A file the client sent: its name or address.
    pub file: Option<Arc<str>>,
}

/// What the host knows before the turn: one value per field of [`crate::Program::fields`], absent where it has none.
/// Missing values at the end count as absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// In the order of the program's fields.
    pub values: Vec<Value>,
}
