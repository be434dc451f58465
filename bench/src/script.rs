//! What happens in the reference conversation, and what a contender does in it.

use serde::{Deserialize, Serialize};

/// What a contender did, in order. Texts are owned: a host has to keep them anyway.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// A message with its buttons.
    Send {
        /// What it says.
        text: String,
        /// Their labels.
        buttons: Vec<String>,
    },
    /// A field was set.
    Set(String),
    /// A tag was added.
    Tag(String),
    /// A note was written.
    Note(String),
    /// The stage was changed.
    Stage,
    /// The conversation ended.
    End,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// The bot is started.
    Start,
    /// The client writes.
    Says(&'static str),
    /// Two hours have passed.
    Timer,
}

/// One conversation.
#[derive(Debug)]
pub struct Script {
    /// Six events.
    pub events: [Event; 6],
    /// Of the contact.
    pub name: &'static str,
    /// Of the lead.
    pub budget: i64,
}

/// Three conversations that take different branches, numbers of tries, and ends of the race.
pub static SCRIPTS: [Script; 3] = [
    Script {
        events: [
            Event::Start,
            Event::Says("hmm, what is this?"),
            Event::Says("COST"),
            Event::Says("my number"),
            Event::Says("+44 7911 123456"),
            Event::Timer,
        ],
        name: "Anna",
        budget: 5000,
    },
    Script {
        events: [
            Event::Start,
            Event::Says("Book a Demo"),
            Event::Says("call me"),
            Event::Says("12"),
            Event::Says("020 7946 0958"),
            Event::Says("thanks!"),
        ],
        name: "Bob",
        budget: 500,
    },
    Script {
        events: [
            Event::Start,
            Event::Says("yo"),
            Event::Says("hello?"),
            Event::Says(" Agent "),
            Event::Says("+1 202 555 0147"),
            Event::Timer,
        ],
        name: "Chris",
        budget: 1500,
    },
];

/// A way to hold the reference conversation.
pub trait Contender {
    /// A conversation that waits.
    type Waiting;

    /// Plays a script with the state in memory.
    fn in_memory(&mut self, script: usize, log: &mut Vec<Act>);

    /// Plays a script, encoding the state after every event and decoding it before the next.
    /// Adds the size of every encoded state to `sizes`.
    fn durable(&mut self, script: usize, log: &mut Vec<Act>, sizes: &mut Vec<usize>);

    /// Plays the first four events of a script.
    fn waiting(&mut self, script: usize) -> Self::Waiting;

    /// Encodes a conversation that waits, at the end of `out`.
    fn encode(&self, waiting: &Self::Waiting, out: &mut Vec<u8>);
}
