//! A project as a picture. In: the checked project and its sources. Out: a [`Chart`], and from it SVG, HTML, Mermaid
//! or DOT text.
//!
//! A [`Chart`] is plain data: cards with lines of text, and edges between them. [`read`] is the only file that looks
//! at statements, [`layout`] decides where things stand, and everything that draws looks at the chart alone.
//!
//! Nothing here reads a file or a clock. The same project gives the same bytes.

mod dot;
mod html;
pub mod layout;
mod measure;
mod mermaid;
mod read;
mod svg;
mod words;

pub use dot::dot;
pub use html::html;
pub use mermaid::mermaid;
pub use read::read;
pub use svg::svg;

/// What a picture shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// The bots and flows, in source order.
    pub groups: Vec<Group>,
    /// The cards of all groups, each group's together, in source order.
    pub cards: Vec<Card>,
    /// Everything that leads from a line to a card, in the order of the lines.
    pub edges: Vec<Edge>,
}

/// Cards that belong together: a bot with its steps, or a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What it is.
    pub kind: GroupKind,
    /// Its name.
    pub name: String,
}

/// The kinds of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// A bot: its own card and a card for each step.
    Bot,
    /// A flow, which steps call and which goes back to them.
    Flow,
}

impl GroupKind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            GroupKind::Bot => "bot",
            GroupKind::Flow => "flow",
        }
    }
}

/// A card.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Index into [`Chart::groups`].
    pub group: usize,
    /// What it stands for.
    pub kind: CardKind,
    /// The name of the step, bot or flow.
    pub name: String,
    /// The names of its parameters: `number, day`.
    pub params: String,
    /// Its doc comment.
    pub doc: String,
    /// What it does, from top to bottom.
    pub lines: Vec<Line>,
    /// Whether the conversation begins here.
    pub start: bool,
    /// Whether any way leads here.
    pub reached: bool,
    /// Where it stands in the source.
    pub at: At,
}

/// What a card stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    /// A bot: its triggers, and where failures lead.
    Bot,
    /// A step.
    Step,
    /// A flow.
    Flow,
}

impl CardKind {
    /// The word for it, the class of the card in SVG.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            CardKind::Bot => "bot",
            CardKind::Step => "step",
            CardKind::Flow => "flow",
        }
    }
}

/// A place as people write it: `welcome.sbot:12`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// The path of the file, as in reports.
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// A line of a card; its text may be long enough to fill several.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it shows.
    pub kind: LineKind,
    /// How many conditions or exits it stands in.
    pub depth: usize,
    /// What there is to read. Clean: see [`read`].
    pub text: String,
    /// What stands beside it in small print: synonyms, an address, who receives a message. May be empty.
    pub note: String,
    /// The innermost exit or condition that it stands in, in words.
    pub under: String,
    /// What comes after it.
    pub then: Then,
    /// Whether the conversation can get here at all.
    pub reached: bool,
    /// The line in the source, in the file of the card.
    pub line: u32,
}

/// What comes after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The line below.
    Below,
    /// What follows the statement that this line is an exit of.
    GoesOn,
    /// Another card: index into [`Chart::edges`].
    Edge(usize),
    /// Nothing: the bot ends, or the flow goes back.
    End,
}

/// The kinds of lines. [`LineKind::word`] and the style sheet are the two places that say how each looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// What starts a bot.
    Trigger,
    /// A text that the client reads.
    Message,
    /// A file that goes with it.
    File,
    /// A reply button or an option of a list.
    Button,
    /// A button that opens a page.
    Link,
    /// What opens a list of options.
    Menu,
    /// A part of a list of options.
    Section,
    /// Here the conversation waits.
    Wait,
    /// An answer that no button took.
    Answer,
    /// A timer.
    Timeout,
    /// A message could not be delivered.
    Failed,
    /// The answer passed the check.
    Valid,
    /// It did not.
    Invalid,
    /// `if`, an arm of `when`, `else`, a loop.
    Condition,
    /// One way after the other, in turn.
    Turn,
    /// A field or variable gets a value.
    Set,
    /// An action of the CRM.
    Action,
    /// Calls a flow or another bot, and goes on when that is done.
    Call,
    /// Goes to another card.
    Goto,
    /// The bot ends.
    End,
}

impl LineKind {
    /// One word for it, the class of the line in SVG.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            LineKind::Trigger => "trigger",
            LineKind::Message => "message",
            LineKind::File => "file",
            LineKind::Button => "button",
            LineKind::Link => "link",
            LineKind::Menu => "menu",
            LineKind::Section => "section",
            LineKind::Wait => "wait",
            LineKind::Answer => "answer",
            LineKind::Timeout => "timeout",
            LineKind::Failed => "failed",
            LineKind::Valid => "valid",
            LineKind::Invalid => "invalid",
            LineKind::Condition => "condition",
            LineKind::Turn => "turn",
            LineKind::Set => "set",
            LineKind::Action => "action",
            LineKind::Call => "call",
            LineKind::Goto => "goto",
            LineKind::End => "end",
        }
    }
}

/// An arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The card it leaves.
    pub from: usize,
    /// The line of that card.
    pub line: usize,
    /// Where it leads.
    pub to: To,
    /// What takes it.
    pub kind: EdgeKind,
    /// What takes it, in words; empty if it is simply what comes next.
    pub label: String,
    /// Whether it can be taken.
    pub reached: bool,
}

/// Where an edge leads.
#[derive(Clone, Debug, PartialEq)]
pub enum To {
    /// Index into [`Chart::cards`].
    Card(usize),
    /// A bot that is not in this picture.
    Bot(String),
}

/// The kinds of edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// From a bot to its first step.
    Start,
    /// What comes next.
    Next,
    /// The client chose it.
    Button,
    /// The client wrote something else.
    Answer,
    /// A timer ran out.
    Timeout,
    /// The answer passed the check.
    Valid,
    /// It did not.
    Invalid,
    /// Something could not be delivered or done.
    Failed,
    /// A condition decided.
    Condition,
    /// It was its turn.
    Turn,
    /// A flow is called, and comes back.
    Call,
    /// Another bot is run, and comes back.
    Run,
    /// Another bot takes over.
    HandOver,
}

impl EdgeKind {
    /// One word for it, the class of the edge in SVG.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            EdgeKind::Start => "start",
            EdgeKind::Next => "next",
            EdgeKind::Button => "button",
            EdgeKind::Answer => "answer",
            EdgeKind::Timeout => "timeout",
            EdgeKind::Valid => "valid",
            EdgeKind::Invalid => "invalid",
            EdgeKind::Failed => "failed",
            EdgeKind::Condition => "condition",
            EdgeKind::Turn => "turn",
            EdgeKind::Call => "call",
            EdgeKind::Run => "run",
            EdgeKind::HandOver => "handover",
        }
    }
}

impl Chart {
    /// What the picture is called: the names of its bots.
    #[must_use]
    pub fn title(&self) -> String {
        let bots = self.groups.iter().filter(|group| group.kind == GroupKind::Bot);
        words::one_line(&bots.map(|bot| bot.name.as_str()).collect::<Vec<_>>().join(", "))
    }

    /// The edge that leaves a line.
    #[must_use]
    pub fn edge(&self, line: &Line) -> Option<&Edge> {
        if let Then::Edge(edge) = line.then { self.edges.get(edge) } else { None }
    }

    /// The bots that edges lead to and that are not in this picture, each once.
    #[must_use]
    pub fn other_bots(&self) -> Vec<&str> {
        let mut bots = Vec::new();
        for edge in &self.edges {
            if let To::Bot(bot) = &edge.to
                && !bots.contains(&bot.as_str())
            {
                bots.push(bot.as_str());
            }
        }
        bots
    }

    /// What an edge leads to, by name.
    #[must_use]
    pub fn target<'c>(&'c self, edge: &'c Edge) -> &'c str {
        match &edge.to {
            To::Card(card) => self.cards.get(*card).map_or("", |card| &card.name),
            To::Bot(bot) => bot,
        }
    }
}

impl Card {
    /// Whether a conversation waits here.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.lines.iter().any(|line| line.kind == LineKind::Wait && line.reached)
    }

    /// Whether a conversation can end here.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.lines.iter().any(|line| line.then == Then::End && line.reached)
    }

    /// Whether a line is never reached although its card is.
    #[must_use]
    pub fn skips(&self, line: &Line) -> bool {
        self.reached && !line.reached
    }

    /// Its name with its parameters, as one calls it.
    #[must_use]
    pub fn title(&self) -> String {
        if self.params.is_empty() { self.name.clone() } else { format!("{}({})", self.name, self.params) }
    }
}
