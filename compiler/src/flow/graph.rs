//! One graph of a checked project: every statement of every step, flow and `fn`, and every way from one to the next.
//!
//! In: [`Project`]. Out: plain data that borrows from it; nothing here reports or decides anything. It serves whoever
//! asks how a conversation can run: the analyses of this folder, and pictures, comparisons and coverage of bots.
//!
//! How to read it:
//! - A **routine** is a step, a flow or a `fn`. It has an entry node, a node for the end of its text (`exit`), and one
//!   node for every statement. A message or action that waits has a second node for its wait.
//! - A **block** is a run of nodes, one per statement, in order: `first`, `first + 1`, and so on.
//! - An **edge** is a way that a turn can take, with the exit or branch that leads along it. Conditions are not looked
//!   at; only `while true` has no way past it but `break`.
//! - A **call** has two edges: [`EdgeKind::Call`] or [`EdgeKind::Run`] into what is called, and [`EdgeKind::Back`] to
//!   what follows the call. `Back` stands for the whole way through what is called, and can be taken only where that
//!   comes back. `Return` and the end of a flow have no edge out. A bot that hands over is done when the other one is:
//!   its `Back` leads to the end of the bot.
//! - [`EdgeKind::Failed`] leads from every effect without an exit of its own for that to the step after the bot's
//!   `on failed`, and so it does from a `run` of a bot that has none itself. It is taken when the host reports the
//!   failure, not in the turn itself.
//!
//! The nodes of a routine are contiguous, and so are the routines of a bot: steps first, then flows. The functions
//! come last. Building takes linear time, and no stack for statements inside each other.

use crate::ir::{
    Act, BotId, Enter, Exit, Expr, FlowId, FnId, Message, Project, Rotate, StepId, Validate, Wait,
};
use crate::source::Place;
use std::ops::Range;

/// A node: index into [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);
/// A routine: index into [`Graph::routines`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoutineId(pub u32);
/// An edge: index into [`Graph::edges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EdgeId(pub u32);

/// The graph of a project.
#[derive(Debug)]
pub struct Graph<'p> {
    /// The project it was made from.
    pub project: &'p Project,
    /// All nodes.
    pub nodes: Vec<Node<'p>>,
    /// All edges, in order of the node they come from, and there in source order.
    pub edges: Vec<Edge<'p>>,
    /// Steps, flows and functions.
    pub routines: Vec<Routine<'p>>,
    /// One per bot of the project, in its order.
    pub bots: Vec<BotNodes>,
    /// The nodes of each block with more than one statement.
    pub blocks: Vec<Range<u32>>,
    /// For each node its first edge out; one more at the end.
    pub(super) out: Vec<u32>,
    /// Edges in order of the node they lead to.
    pub(super) back: Vec<u32>,
    /// For each node its first place in `back`; one more at the end.
    pub(super) into: Vec<u32>,
}

/// A point that a turn passes.
#[derive(Clone, Debug)]
pub struct Node<'p> {
    /// What happens here.
    pub kind: NodeKind<'p>,
    /// The statement in the source; for an entry or exit the name of the routine or bot.
    pub place: Place,
    /// Where it belongs. Of a bot's start and end, its first step.
    pub routine: RoutineId,
}

/// What happens at a node.
#[derive(Clone, Copy, Debug)]
pub enum NodeKind<'p> {
    /// A bot starts.
    Start(BotId),
    /// A routine begins.
    Entry,
    /// The end of a routine's text: a bot ends here without a word, a flow gives nothing back.
    Leave,
    /// A message goes out.
    Send(&'p Message),
    /// The run is parked.
    Wait(&'p Wait),
    /// The run is parked until the client writes, then that is checked.
    Validate(&'p Validate),
    /// Round Robin: the host answers at once.
    Draw(&'p Rotate),
    /// An action is called.
    Effect(&'p Act),
    /// `if`, with its condition.
    Branch(&'p Expr),
    /// `for` or `while`.
    Loop {
        /// `while true`.
        endless: bool,
        /// Where `break` leads.
        after: NodeId,
    },
    /// A flow is called.
    Call(FlowId, &'p Enter),
    /// A bot is run.
    Run(BotId, &'p Enter),
    /// The bot hands over.
    HandOver(BotId),
    /// The bot goes on with a step.
    Goto(StepId),
    /// `-> end`, or [`BotNodes::end`].
    End,
    /// `return`.
    Return,
    /// An assignment, `break` or anything else that only goes on.
    Plain,
}

impl<'p> NodeKind<'p> {
    /// What ends the wait, if the run is parked here. Of a validation this has the time-outs only.
    #[must_use]
    pub fn wait(&self) -> Option<&'p Wait> {
        match self {
            NodeKind::Wait(wait) => Some(wait),
            NodeKind::Validate(validate) => Some(&validate.wait),
            NodeKind::Start(_)
            | NodeKind::Entry
            | NodeKind::Leave
            | NodeKind::Send(_)
            | NodeKind::Draw(_)
            | NodeKind::Effect(_)
            | NodeKind::Branch(_)
            | NodeKind::Loop { .. }
            | NodeKind::Call(..)
            | NodeKind::Run(..)
            | NodeKind::HandOver(_)
            | NodeKind::Goto(_)
            | NodeKind::End
            | NodeKind::Return
            | NodeKind::Plain => None,
        }
    }
}

/// A way from one node to another.
#[derive(Clone, Copy, Debug)]
pub struct Edge<'p> {
    /// From here.
    pub from: NodeId,
    /// To there.
    pub to: NodeId,
    /// When it is taken.
    pub kind: EdgeKind<'p>,
}

/// When an edge is taken.
#[derive(Clone, Copy, Debug)]
pub enum EdgeKind<'p> {
    /// Always; also from a bot's start to its first step.
    Next,
    /// The condition is true, or the loop goes on.
    Then,
    /// The condition is false, or the loop is over.
    Else,
    /// This exit of a wait, or this option of `rotate`.
    Exit(&'p Exit),
    /// The client's message matches.
    Valid,
    /// The client's message does not match, and no try is left.
    Invalid,
    /// `-> step`
    Goto,
    /// Into a flow.
    Call,
    /// Into a bot that is run.
    Run,
    /// Into a bot that takes over.
    HandOver,
    /// To what follows a call once that has come back, or to the bot's end once the one that took over has ended.
    Back,
    /// To the step after the bot's `on failed`.
    Failed,
}

/// A step, a flow or a `fn`.
#[derive(Clone, Debug)]
pub struct Routine<'p> {
    /// What it is, with its bot.
    pub kind: RoutineKind,
    /// Its name.
    pub name: &'p str,
    /// Its name in the source.
    pub place: Place,
    /// From a library that the bot uses.
    pub library: bool,
    /// Where it begins.
    pub entry: NodeId,
    /// The end of its text.
    pub exit: NodeId,
    /// All its nodes.
    pub nodes: Range<u32>,
}

/// The kinds of routines. Flows and library steps stand here once for every bot that uses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutineKind {
    /// A step of a bot.
    Step(BotId, StepId),
    /// A flow as a bot calls it.
    Flow(BotId, FlowId),
    /// A function.
    Fn(FnId),
}

impl RoutineKind {
    /// The bot it belongs to; a `fn` belongs to none.
    #[must_use]
    pub fn bot(self) -> Option<BotId> {
        match self {
            RoutineKind::Step(bot, _) | RoutineKind::Flow(bot, _) => Some(bot),
            RoutineKind::Fn(_) => None,
        }
    }
}

/// Where the parts of a bot are.
#[derive(Clone, Debug)]
pub struct BotNodes {
    /// The node at which it starts.
    pub start: NodeId,
    /// The end that it comes to when a bot that took over has ended.
    pub end: NodeId,
    /// All its nodes, those of its flows included.
    pub nodes: Range<u32>,
    /// Its steps, in their order.
    pub steps: Range<u32>,
    /// Its flows, in their order.
    pub flows: Range<u32>,
}

impl<'p> Graph<'p> {
    /// A node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node<'p>> {
        self.nodes.get(id.0 as usize)
    }

    /// An edge.
    #[must_use]
    pub fn edge(&self, id: EdgeId) -> Option<&Edge<'p>> {
        self.edges.get(id.0 as usize)
    }

    /// All nodes with their ids.
    pub fn all(&self) -> impl Iterator<Item = (NodeId, &Node<'p>)> {
        (0u32..).map(NodeId).zip(&self.nodes)
    }

    /// The edges that leave a node, in source order.
    pub fn outgoing(&self, id: NodeId) -> impl Iterator<Item = (EdgeId, &Edge<'p>)> {
        let range = span(&self.out, id);
        (range.start..).map(EdgeId).zip(self.edges.get(usizes(&range)).unwrap_or(&[]))
    }

    /// The edges that lead to a node.
    pub fn incoming(&self, id: NodeId) -> impl Iterator<Item = (EdgeId, &Edge<'p>)> {
        let ids = self.back.get(usizes(&span(&self.into, id))).unwrap_or(&[]);
        ids.iter().filter_map(|id| Some((EdgeId(*id), self.edges.get(*id as usize)?)))
    }

    /// The routine that a node belongs to.
    #[must_use]
    pub fn routine_of(&self, id: NodeId) -> Option<&Routine<'p>> {
        self.routine(self.node(id)?.routine)
    }

    /// A routine.
    #[must_use]
    pub fn routine(&self, id: RoutineId) -> Option<&Routine<'p>> {
        self.routines.get(id.0 as usize)
    }

    /// The routine of a step.
    #[must_use]
    pub fn step(&self, bot: BotId, step: StepId) -> Option<RoutineId> {
        pick(&self.bots.get(bot.0 as usize)?.steps, step.0)
    }

    /// The routine of a flow.
    #[must_use]
    pub fn flow(&self, bot: BotId, flow: FlowId) -> Option<RoutineId> {
        pick(&self.bots.get(bot.0 as usize)?.flows, flow.0)
    }

    /// Where a bot starts.
    #[must_use]
    pub fn start(&self, bot: BotId) -> Option<NodeId> {
        self.bots.get(bot.0 as usize).map(|bot| bot.start)
    }
}

fn span(offsets: &[u32], id: NodeId) -> Range<u32> {
    let at = id.0 as usize;
    match offsets.get(at..at + 2) {
        Some([start, end]) => *start..*end,
        _ => 0..0,
    }
}

fn usizes(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

fn pick(range: &Range<u32>, index: u32) -> Option<RoutineId> {
    range.start.checked_add(index).filter(|id| range.contains(id)).map(RoutineId)
}

/// A value for every node.
#[derive(Clone, Debug)]
pub struct PerNode<T> {
    values: Vec<T>,
    otherwise: T,
}

impl<T: Copy> PerNode<T> {
    /// The same value for all.
    #[must_use]
    pub fn new(graph: &Graph<'_>, value: T) -> Self {
        Self { values: vec![value; graph.nodes.len()], otherwise: value }
    }

    /// The value of a node.
    #[must_use]
    pub fn get(&self, id: NodeId) -> T {
        self.values.get(id.0 as usize).copied().unwrap_or(self.otherwise)
    }

    /// Gives a node a value, and the one it had.
    pub fn set(&mut self, id: NodeId, value: T) -> T {
        self.values.get_mut(id.0 as usize).map_or(value, |old| std::mem::replace(old, value))
    }

    /// Gives the nodes of a range the first value again.
    pub fn reset(&mut self, range: &Range<u32>) {
        if let Some(values) = self.values.get_mut(usizes(range)) {
            values.fill(self.otherwise);
        }
    }
}
