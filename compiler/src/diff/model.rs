//! What a project does, without what makes no difference: names of locals, the order of steps, sugar, constants that
//! have a name, statements that are never reached. Two projects with equal models behave the same.
//!
//! Nothing here comes from the source but places and names, so a model can be made of anything that has those.

use super::term::TermId;
use crate::source::Place;
use sbot_vm::program;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A project.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// The account's settings.
    pub(crate) account: program::Account,
    /// Declared symbols by kind and name: title and detail.
    pub(crate) symbols: BTreeMap<(&'static str, Arc<str>), Shown>,
    /// What bots read or set, by its name.
    pub(crate) fields: BTreeMap<Arc<str>, program::Field>,
    /// What bots call.
    pub(crate) actions: BTreeMap<Arc<str>, program::Action>,
    /// Working hours that bots use: rows and exceptions, sorted.
    pub(crate) hours: BTreeMap<Arc<str>, program::Hours>,
    /// Functions; those that nothing calls have no body.
    pub(crate) functions: Vec<Unit>,
    /// The bots.
    pub(crate) bots: Vec<Bot>,
}

/// How a symbol is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) title: Arc<str>,
    /// A channel's kind, a team's members, a template's channels.
    pub(crate) detail: Arc<str>,
}

/// A bot.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    /// How many of the variables are parameters.
    pub(crate) params: usize,
    pub(crate) vars: Vec<Var>,
    pub(crate) steps: Vec<Unit>,
    pub(crate) flows: Vec<Unit>,
    /// Where it starts.
    pub(crate) first: u32,
    /// Where failed effects lead.
    pub(crate) on_failed: Option<u32>,
    pub(crate) triggers: Vec<Trigger>,
    /// The type of its result.
    pub(crate) result: Option<String>,
}

/// A variable or parameter of a bot.
#[derive(Clone, Debug)]
pub(crate) struct Var {
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    /// Its type, as written.
    pub(crate) ty: String,
    pub(crate) init: Option<TermId>,
    /// Whether a statement that is reached reads or changes it; never so for a constant.
    pub(crate) used: bool,
}

/// What starts a bot.
#[derive(Clone, Debug)]
pub(crate) struct Trigger {
    pub(crate) place: Place,
    /// Its kind, as one writes it: `message`, `stage sales.won`.
    pub(crate) kind: String,
    /// `via`, `during`, `once`, as one writes them.
    pub(crate) clauses: BTreeSet<String>,
    /// The pattern and the `if`.
    pub(crate) test: Option<TermId>,
}

/// A step, flow or function.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) kind: UnitKind,
    pub(crate) name: Arc<str>,
    pub(crate) place: Place,
    /// Whether a way leads here. Otherwise there is no body.
    pub(crate) reached: bool,
    /// The types of its parameters.
    pub(crate) params: Vec<String>,
    /// The type of its result.
    pub(crate) result: Option<String>,
    /// Names and types of locals, by number; parameters come first, the others as they occur.
    pub(crate) locals: Vec<Local>,
    pub(crate) body: Vec<Node>,
    /// Of the whole body.
    pub(crate) key: TermId,
}

/// A local.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Local {
    pub(crate) name: Arc<str>,
    pub(crate) ty: String,
}

/// The kinds of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnitKind {
    Step,
    Flow,
    Function,
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    /// What it is made of.
    pub(crate) slots: Vec<Slot>,
    /// Exits, branches and bodies.
    pub(crate) ways: Vec<Way>,
    /// The stable name of its wait, or of its call.
    pub(crate) wait: Option<Arc<str>>,
    /// Of all of it but the name of the wait, and of what it is asked to remember about a rotation.
    pub(crate) key: TermId,
    /// Of a rotation: another one is another counter.
    pub(crate) counter: Option<u64>,
}

/// The kinds of statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Message,
    List,
    Pause,
    Validate,
    Choose,
    Let,
    Assign,
    Set,
    Act,
    Rotate,
    Enter,
    For,
    While,
    /// `-> step`, `-> bot`, `-> end`, `return`, `break`, `continue`.
    Leave,
}

/// A part of a statement or of a way.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) role: Role,
    pub(crate) value: TermId,
    pub(crate) place: Place,
}

/// What a part is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Text,
    Template,
    Attach,
    Voice,
    To,
    Via,
    From,
    ListButton,
    ListTitle,
    ListFooter,
    Label,
    Link,
    About,
    Section,
    Synonyms,
    /// How long a timer runs.
    After,
    Pattern,
    /// The value that a pattern finds.
    Found,
    Tries,
    Saying,
    Condition,
    Value,
    /// A list that is gone through.
    Items,
    Field,
    Variable,
    /// Whether a text is converted into the field.
    Convert,
    Action,
    /// Where it leads, or what it calls.
    Target,
    /// An argument, by the name of its parameter.
    Arg(Arc<str>),
    /// A local that gets a value here.
    Local,
    /// A local that gets the n-th value that comes with an exit.
    Bind(u32),
}

/// A way out of a statement, or into a part of it.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) how: How,
    pub(crate) place: Place,
    pub(crate) slots: Vec<Slot>,
    /// Empty: goes on after the statement.
    pub(crate) body: Vec<Node>,
    pub(crate) key: TermId,
}

/// What takes a way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum How {
    /// A button, or an option of a list.
    Option,
    /// A button that is a link: nothing takes it.
    Link,
    /// One of `buttons from`.
    Chosen,
    /// The case of a choice, in order.
    Case,
    /// No case.
    Else,
    /// The repeated part of a loop.
    Round,
    /// An option of a rotation, in order.
    Drawn,
    Valid,
    Invalid,
    Answer(Arc<str>),
    Result,
    Message,
    Other,
    VideoOpened,
    VideoClosed,
    Failed,
    Delivered,
    Hours(Arc<str>),
    Timeout,
}

impl Node {
    /// The value of a part.
    pub(crate) fn slot(&self, role: &Role) -> Option<&Slot> {
        slot(&self.slots, role)
    }

    /// The value of a part.
    pub(crate) fn value(&self, role: &Role) -> Option<TermId> {
        self.slot(role).map(|slot| slot.value)
    }

    /// Whether the run can be parked here.
    pub(crate) fn waits(&self) -> bool {
        self.wait.is_some() && self.kind != Kind::Enter && self.kind != Kind::Rotate
    }
}

impl Way {
    /// Whether time takes it.
    pub(crate) fn is_timer(&self) -> bool {
        matches!(self.how, How::Timeout | How::Hours(_))
    }

    /// The value of a part.
    pub(crate) fn slot(&self, role: &Role) -> Option<&Slot> {
        slot(&self.slots, role)
    }

    /// The value of a part.
    pub(crate) fn value(&self, role: &Role) -> Option<TermId> {
        self.slot(role).map(|slot| slot.value)
    }
}

fn slot<'s>(slots: &'s [Slot], role: &Role) -> Option<&'s Slot> {
    slots.iter().find(|slot| slot.role == *role)
}

/// Whether what follows a block can be reached through it.
pub(crate) fn falls(block: &[Node]) -> bool {
    block.last().is_none_or(|last| match last.kind {
        Kind::Leave => false,
        Kind::Message | Kind::List | Kind::Pause | Kind::Validate | Kind::Act | Kind::Rotate => {
            last.wait.is_none() || exits(last).any(|way| falls(&way.body))
        }
        // A single case that leaves does not keep the other ones from going on.
        Kind::Choose => {
            last.ways.iter().any(|way| falls(&way.body)) || !last.ways.iter().any(|way| way.how == How::Else)
        }
        Kind::Let | Kind::Assign | Kind::Set | Kind::Enter | Kind::For | Kind::While => true,
    })
}

/// The ways that an event can take.
pub(crate) fn exits(node: &Node) -> impl Iterator<Item = &Way> {
    node.ways.iter().filter(|way| way.how != How::Link)
}
