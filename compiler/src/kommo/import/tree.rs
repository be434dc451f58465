//! A bot on its way from handlers to statements: every part of a step as a tree, whose leaves lead to other parts.

use crate::kommo::bot::Target;

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stmt {
    /// A comment.
    Note(String),
    /// What neither branches nor waits, as it is written.
    Line(String),
    /// `if`, or an arm of `when client.text`.
    If(Box<If>),
    /// The first arm whose condition holds, or else the rest; then what comes behind it.
    Choose(Vec<If>, Vec<Stmt>),
    /// A message, a pause, a validation or a call that can wait.
    Wait(Box<Wait>),
    /// `rotate`
    Rotate(Vec<Vec<Stmt>>),
    /// Goes on there.
    Go(Target),
    /// The bot ends.
    End,
    /// The bot ends, and nobody has said that it should.
    Stuck,
    /// Another bot goes on; its symbol.
    Leave(String),
}

/// `if TEST { … }`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct If {
    /// What is said about it.
    pub(super) notes: Vec<String>,
    /// The condition.
    pub(super) test: Test,
    /// What happens if it holds.
    pub(super) then: Vec<Stmt>,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    /// As an expression.
    pub(super) expr: String,
    /// As a pattern for the client's message.
    pub(super) pattern: Option<String>,
    /// What the pattern finds.
    pub(super) finds: Found,
}

/// What a pattern finds in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    /// The message itself, or a part of it.
    Text,
    /// A phone number.
    Phone,
    /// An address.
    Email,
    /// A number.
    Number,
}

impl Found {
    /// Its type.
    pub(super) fn ty(self) -> &'static str {
        match self {
            Found::Text => "text",
            Found::Phone => "phone",
            Found::Email => "email",
            Found::Number => "number",
        }
    }

    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Found::Text => "answer",
            Found::Phone => "number",
            Found::Email => "address",
            Found::Number => "amount",
        }
    }
}

/// A statement with exits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wait {
    /// What it is.
    pub(super) head: Head,
    /// In order.
    pub(super) exits: Vec<Exit>,
}

/// What waits.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Head {
    /// `message …`
    Message(Say),
    /// `pause`
    Pause,
    /// `validate PATTERN`
    Validate {
        /// The pattern.
        pattern: String,
        /// What it finds.
        finds: Found,
        /// How many further tries there are, and what is said before each.
        retry: Option<(u32, String)>,
    },
    /// A call, as it is written.
    Call(String),
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Say {
    /// A text in quotes, or the call of a template.
    pub(super) text: String,
    /// The file, as it is written.
    pub(super) attach: Option<String>,
    /// `to … via …`
    pub(super) clauses: String,
    /// The buttons, in one section without a title.
    pub(super) sections: Vec<Part>,
    /// Of a list: what is written between its text and its sections.
    pub(super) list: Option<String>,
}

/// Buttons, or a section of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Part {
    /// In quotes; buttons have none.
    pub(super) title: String,
    /// The options.
    pub(super) choices: Vec<Choice>,
}

/// A button, or an option of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Choice {
    /// What is said about it.
    pub(super) notes: Vec<String>,
    /// The label as the client sees it.
    pub(super) label: String,
    /// Other words for it.
    pub(super) synonyms: Vec<String>,
    /// In quotes: where a link leads.
    pub(super) link: Option<String>,
    /// In quotes: what stands below an option.
    pub(super) about: Option<String>,
    /// What Kommo knows an option by.
    pub(super) callback: Option<String>,
    /// Where it leads.
    pub(super) body: Vec<Stmt>,
}

impl Say {
    /// All options.
    pub(super) fn choices(&self) -> impl Iterator<Item = &Choice> {
        self.sections.iter().flat_map(|part| &part.choices)
    }

    /// Whether the client can choose.
    pub(super) fn asks(&self) -> bool {
        self.choices().any(|choice| choice.link.is_none())
    }
}

/// An exit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exit {
    /// What is said about it.
    pub(super) notes: Vec<String>,
    /// What takes it.
    pub(super) on: On,
    /// Where it leads.
    pub(super) body: Vec<Stmt>,
}

/// What takes an exit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// `on message`
    Message,
    /// `on other`
    Other,
    /// `on valid`
    Valid,
    /// `on invalid`
    Invalid,
    /// `on timeout D`, in seconds
    Timeout(i64),
    /// `on failed`
    Failed,
    /// An exit of a widget; its symbol.
    Answer(String),
}

impl Stmt {
    /// A message or pause without exits.
    pub(super) fn wait(head: Head, exits: Vec<Exit>) -> Stmt {
        Stmt::Wait(Box::new(Wait { head, exits }))
    }

    /// The statements inside of it.
    pub(super) fn bodies(&self) -> Vec<&Vec<Stmt>> {
        match self {
            Stmt::If(test) => vec![&test.then],
            Stmt::Choose(arms, rest) => arms.iter().map(|arm| &arm.then).chain([rest]).collect(),
            Stmt::Wait(wait) => {
                let choices = match &wait.head {
                    Head::Message(say) => say.sections.iter().flat_map(|part| &part.choices).collect(),
                    Head::Pause | Head::Validate { .. } | Head::Call(_) => Vec::new(),
                };
                let choices = choices.into_iter().map(|choice: &Choice| &choice.body);
                choices.chain(wait.exits.iter().map(|exit| &exit.body)).collect()
            }
            Stmt::Rotate(options) => options.iter().collect(),
            Stmt::Note(_) | Stmt::Line(_) | Stmt::Go(_) | Stmt::End | Stmt::Stuck | Stmt::Leave(_) => {
                Vec::new()
            }
        }
    }

    /// The same, to change them.
    pub(super) fn bodies_mut(&mut self) -> Vec<&mut Vec<Stmt>> {
        match self {
            Stmt::If(test) => vec![&mut test.then],
            Stmt::Choose(arms, rest) => arms.iter_mut().map(|arm| &mut arm.then).chain([rest]).collect(),
            Stmt::Wait(wait) => {
                let choices = match &mut wait.head {
                    Head::Message(say) => {
                        say.sections.iter_mut().flat_map(|part| &mut part.choices).collect()
                    }
                    Head::Pause | Head::Validate { .. } | Head::Call(_) => Vec::new(),
                };
                let choices = choices.into_iter().map(|choice: &mut Choice| &mut choice.body);
                choices.chain(wait.exits.iter_mut().map(|exit| &mut exit.body)).collect()
            }
            Stmt::Rotate(options) => options.iter_mut().collect(),
            Stmt::Note(_) | Stmt::Line(_) | Stmt::Go(_) | Stmt::End | Stmt::Stuck | Stmt::Leave(_) => {
                Vec::new()
            }
        }
    }

    /// Whether nothing comes behind it.
    pub(super) fn ends(&self) -> bool {
        matches!(self, Stmt::Go(_) | Stmt::End | Stmt::Stuck | Stmt::Leave(_))
    }
}

/// Whether nothing comes behind these statements.
pub(super) fn closed(stmts: &[Stmt]) -> bool {
    match stmts.last() {
        Some(Stmt::Wait(wait)) => {
            let message = matches!(&wait.head, Head::Message(say) if !say.asks());
            let answered = wait.exits.iter().any(|exit| exit.on == On::Message);
            // A message that waits for its delivery alone goes on when it is delivered.
            let waits = !message || answered;
            let last = stmts.last().map(Stmt::bodies).unwrap_or_default();
            let links = |body: &&Vec<Stmt>| !body.is_empty();
            waits
                && !wait.exits.is_empty()
                && last.iter().filter(|body| links(body)).all(|body| closed(body))
                && wait.exits.iter().all(|exit| !exit.body.is_empty())
        }
        Some(Stmt::Rotate(options)) => options.iter().all(|body| closed(body)),
        Some(Stmt::Choose(arms, rest)) => closed(rest) && arms.iter().all(|arm| closed(&arm.then)),
        Some(
            last @ (Stmt::Note(_)
            | Stmt::Line(_)
            | Stmt::If(_)
            | Stmt::Go(_)
            | Stmt::End
            | Stmt::Stuck
            | Stmt::Leave(_)),
        ) => last.ends(),
        None => false,
    }
}

/// Calls `f` with every place that statements lead to, in order.
pub(super) fn each_go(stmts: &[Stmt], f: &mut dyn FnMut(Target)) {
    for stmt in stmts {
        if let Stmt::Go(to) = stmt {
            f(*to);
        }
        for body in stmt.bodies() {
            each_go(body, f);
        }
    }
}
