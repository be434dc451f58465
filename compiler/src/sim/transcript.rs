//! What happened in a conversation, line by line, and how it reads.
//!
//! A line that begins in column 1 is something that a person sees or does (`client>`, `bot>`, `clock>`);
//! an indented one is what the bot did behind the scenes.

use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// When: milliseconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// What.
    pub kind: LineKind,
}

/// The things that happen. Values are texts already, as the language writes them.
#[derive(Clone, Debug, PartialEq)]
pub enum LineKind {
    /// The client did something.
    Client(ClientLine),
    /// The host started the bot without the client.
    Trigger(String),
    /// The host answered an action: `stripe.invoice.paid(49)`.
    Answer(String),
    /// The bot sent a message.
    Bot(BotLine),
    /// An effect: `set contact.phone = "+34…"`, `add_note("…", on: lead)`.
    Effect(String),
    /// The bot waits: the wait's name and what ends it by itself.
    Waits {
        /// `greet.message`
        name: String,
        /// Each timer, as a duration from now.
        timers: Vec<String>,
    },
    /// Nothing took the last event.
    Untaken(String),
    /// The clock was turned.
    Clock {
        /// By how much.
        by: String,
        /// To what date and time.
        to: String,
    },
    /// The last message turned out not to be delivered.
    NotDelivered,
    /// A field kept its value, because the text could not be converted.
    NotSet(String),
    /// The bot ended, with its result if it has one.
    Ended(Option<String>),
    /// The bot ended because an effect failed.
    Failed(String),
    /// The bot ended because the turn could not be finished.
    Trapped(String),
}

/// What the client did.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum ClientLine {
    Says(String),
    Presses(String),
    Comments(String),
    Sends(String),
    OpensVideo,
    ClosesVideo,
}

/// A message of the bot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BotLine {
    /// Empty where only a file was sent.
    pub text: String,
    /// A file sent with it.
    pub attach: Option<String>,
    /// A voice message.
    pub voice: Option<String>,
    /// In order; the rows of a list message too.
    pub buttons: Vec<ButtonLine>,
    /// What a list message has beside its text and rows: `list "Menu", title "Pizza"`.
    #[serde(default)]
    pub list: Option<String>,
    /// Where it went, if not simply into the chat: `to all, via shop_whatsapp`.
    pub route: String,
}

/// A button as shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ButtonLine {
    /// What it says.
    pub label: String,
    /// Where it leads, if it is a link.
    pub link: Option<String>,
    /// The description of a row.
    #[serde(default)]
    pub about: Option<String>,
    /// The section that begins with this row.
    #[serde(default)]
    pub section: Option<String>,
}

impl Line {
    /// Whether it is something that happened behind the scenes.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        !matches!(self.kind, LineKind::Client(_) | LineKind::Bot(_))
    }

    /// Whether it tells of a run that did not end as it should.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self.kind, LineKind::Failed(_) | LineKind::Trapped(_))
    }
}

/// Renders lines, each ended by a line break.
#[must_use]
pub fn render<'l>(lines: impl IntoIterator<Item = &'l Line>) -> String {
    lines.into_iter().fold(String::new(), |mut text, line| {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{line}");
        text
    })
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            LineKind::Client(line) => write!(f, "client> {line}"),
            LineKind::Trigger(kind) => write!(f, "trigger> {kind}"),
            LineKind::Answer(answer) => write!(f, "answer> {}", visible(answer)),
            LineKind::Bot(line) => line.fmt(f),
            LineKind::Effect(text) => write!(f, "  {}", visible(text)),
            LineKind::Waits { name, timers } if timers.is_empty() => write!(f, "  … waits at {name}"),
            LineKind::Waits { name, timers } => write!(f, "  … waits at {name} ({})", timers.join(", ")),
            LineKind::Untaken(why) => write!(f, "  ({why})"),
            LineKind::Clock { by, to } => write!(f, "clock> {by} later: {to}"),
            LineKind::NotDelivered => f.write_str("  (the last message was not delivered)"),
            LineKind::NotSet(field) => write!(f, "  not set: {field} keeps its value"),
            LineKind::Ended(None) => f.write_str("  ended"),
            LineKind::Ended(Some(result)) => write!(f, "  ended with {}", visible(result)),
            LineKind::Failed(why) => write!(f, "  failed: {}", visible(why)),
            LineKind::Trapped(why) => write!(f, "  stopped: {why}"),
        }
    }
}

impl fmt::Display for ClientLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientLine::Says(text) => f.write_str(&indented(text, 8)),
            ClientLine::Presses(label) => write!(f, "[{}]", visible(label)),
            ClientLine::Comments(text) => write!(f, "(comments) {}", indented(text, 8)),
            ClientLine::Sends(file) => write!(f, "(sends {})", visible(file)),
            ClientLine::OpensVideo => f.write_str("(opens the video)"),
            ClientLine::ClosesVideo => f.write_str("(closes the video)"),
        }
    }
}

impl fmt::Display for BotLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bot> ")?;
        let files = [("attached", &self.attach), ("voice", &self.voice)];
        let files: Vec<String> = files
            .iter()
            .filter_map(|(what, file)| Some(format!("({what}: {})", visible(file.as_ref()?))))
            .collect();
        f.write_str(&indented(&self.text, 5))?;
        if !files.is_empty() {
            write!(f, "{}{}", if self.text.is_empty() { "" } else { "\n     " }, files.join(" "))?;
        }
        if !self.route.is_empty() {
            write!(f, "\n     ({})", self.route)?;
        }
        if let Some(list) = &self.list {
            write!(f, "\n     ({})", visible(list))?;
        }
        let mut number = 0;
        for button in &self.buttons {
            if let Some(section) = &button.section {
                write!(f, "\n  {}:", visible(section))?;
            }
            let label = visible(&button.label);
            match &button.link {
                Some(link) => write!(f, "\n  [link] {label} {}", visible(link))?,
                None => {
                    number += 1;
                    write!(f, "\n  [{number}] {label}")?;
                    if let Some(about) = &button.about {
                        write!(f, " ({})", visible(about))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The text with its further lines moved to the right, so that none of them looks like a line of its own.
fn indented(text: &str, by: usize) -> String {
    let space = format!("\n{}", " ".repeat(by));
    text.split('\n').map(visible).collect::<Vec<_>>().join(&space)
}

/// The text without characters that would steer a terminal: control characters, and those that turn the direction of
/// what follows. The marks that only tell the direction of their neighbours belong to many languages, and stay.
fn visible(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}
