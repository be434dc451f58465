//! Building the graph: each statement becomes a node, its exits and branches become edges.
//!
//! Blocks inside each other are put on a list and done one after the other, so a chain of `else if` needs no stack.

use super::graph::{
    BotNodes, Edge, EdgeKind, Graph, Node, NodeId, NodeKind, Routine, RoutineId, RoutineKind,
};
use crate::ir::{
    Block, Bot, BotId, Enter, Entered, ExprKind, FlowId, FnId, On, Project, StepId, Stmt, StmtKind, Wait,
};
use crate::source::Place;
use rustc_hash::FxHashSet;
use sbot_vm::value::Value;
use std::ops::Range;

impl<'p> Graph<'p> {
    /// The graph of a project.
    #[must_use]
    pub fn of(project: &'p Project) -> Graph<'p> {
        let ids = (0u32..).map(BotId).zip(&project.bots);
        let hears = ids.filter(|(_, bot)| bot.on_failed.is_some()).map(|(id, _)| id).collect();
        let mut builder = Builder { hears, ..Builder::default() };
        for (id, bot) in (0u32..).map(BotId).zip(&project.bots) {
            builder.bot(id, bot);
        }
        for (id, function) in (0u32..).map(FnId).zip(&project.functions) {
            builder.on_failed = None;
            builder.routine(RoutineKind::Fn(id), &function.name, function.place, true, &function.body);
        }
        builder.finish(project)
    }
}

/// What an edge leads to before every routine has its nodes.
#[derive(Clone, Copy)]
enum Target {
    Step(BotId, StepId),
    Flow(BotId, FlowId),
    Bot(BotId),
}

/// Where `break` and `continue` lead.
#[derive(Clone, Copy)]
struct Around {
    done: NodeId,
    again: NodeId,
}

/// A block whose nodes are there, and whose edges are not.
struct Job<'p> {
    block: &'p Block,
    first: NodeId,
    next: NodeId,
    around: Option<Around>,
}

#[derive(Default)]
struct Builder<'p> {
    nodes: Vec<Node<'p>>,
    edges: Vec<Edge<'p>>,
    /// Edges whose end is not known yet.
    open: Vec<(usize, Target)>,
    routines: Vec<Routine<'p>>,
    bots: Vec<BotNodes>,
    blocks: Vec<Range<u32>>,
    jobs: Vec<Job<'p>>,
    /// The bot of the routine at hand, and its end.
    bot: Option<(BotId, NodeId)>,
    on_failed: Option<StepId>,
    /// The bots with an `on failed` of their own.
    hears: FxHashSet<BotId>,
}

impl<'p> Builder<'p> {
    fn bot(&mut self, id: BotId, bot: &'p Bot) {
        self.on_failed = bot.on_failed;
        let start = self.node(NodeKind::Start(id), bot.place);
        let end = self.node(NodeKind::End, bot.place);
        self.bot = Some((id, end));
        let steps = count(&self.routines);
        self.edge_to(start, EdgeKind::Next, Target::Step(id, bot.first));
        for (number, step) in (0u32..).map(StepId).zip(&bot.steps) {
            self.routine(RoutineKind::Step(id, number), &step.name, step.place, step.library, &step.body);
        }
        let flows = count(&self.routines);
        for (number, flow) in (0u32..).map(FlowId).zip(&bot.flows) {
            self.routine(RoutineKind::Flow(id, number), &flow.name, flow.place, flow.library, &flow.body);
        }
        self.bots.push(BotNodes {
            start,
            end,
            nodes: start.0..count(&self.nodes),
            steps: steps..flows,
            flows: flows..count(&self.routines),
        });
        self.bot = None;
    }

    fn routine(&mut self, kind: RoutineKind, name: &'p str, place: Place, library: bool, body: &'p Block) {
        let entry = self.node(NodeKind::Entry, place);
        let exit = self.node(NodeKind::Leave, place);
        let first = self.enter(body, exit, None);
        self.edge(entry, EdgeKind::Next, first);
        while let Some(job) = self.jobs.pop() {
            let ids = (job.first.0..).map(NodeId);
            let mut nexts = (job.first.0 + 1..).map(NodeId);
            let last = job.block.len().saturating_sub(1);
            for ((n, stmt), id) in job.block.iter().enumerate().zip(ids) {
                let next = nexts.next().filter(|_| n < last).unwrap_or(job.next);
                self.stmt(stmt, id, next, job.around);
            }
        }
        let nodes = entry.0..count(&self.nodes);
        self.routines.push(Routine { kind, name, place, library, entry, exit, nodes });
    }

    fn node(&mut self, kind: NodeKind<'p>, place: Place) -> NodeId {
        let id = NodeId(count(&self.nodes));
        self.nodes.push(Node { kind, place, routine: RoutineId(count(&self.routines)) });
        id
    }

    fn edge(&mut self, from: NodeId, kind: EdgeKind<'p>, to: NodeId) {
        self.edges.push(Edge { from, to, kind });
    }

    fn edge_to(&mut self, from: NodeId, kind: EdgeKind<'p>, to: Target) {
        self.open.push((self.edges.len(), to));
        self.edge(from, kind, from);
    }

    /// Makes the nodes of a block; gives where it begins, which is what follows for an empty one.
    fn enter(&mut self, block: &'p Block, next: NodeId, around: Option<Around>) -> NodeId {
        if block.is_empty() {
            return next;
        }
        let first = NodeId(count(&self.nodes));
        for stmt in block {
            self.node(NodeKind::Plain, stmt.place);
        }
        if block.len() > 1 {
            self.blocks.push(first.0..count(&self.nodes));
        }
        self.jobs.push(Job { block, first, next, around });
        first
    }

    fn stmt(&mut self, stmt: &'p Stmt, id: NodeId, next: NodeId, around: Option<Around>) {
        let kind = match &stmt.kind {
            StmtKind::Message(message) => {
                let parked = self.effect(id, stmt.place, message.wait.as_ref(), next, around);
                if let Some(parked) = parked.filter(|_| message.may_pass_without_buttons()) {
                    self.edge(parked, EdgeKind::Next, next);
                }
                NodeKind::Send(message)
            }
            StmtKind::Act(act) => {
                self.effect(id, stmt.place, act.wait.as_ref(), next, around);
                NodeKind::Effect(act)
            }
            StmtKind::Pause(pause) => {
                self.exits(id, &pause.wait, next, around);
                NodeKind::Wait(&pause.wait)
            }
            StmtKind::Validate(validate) => {
                let outcomes = [(EdgeKind::Valid, &validate.valid), (EdgeKind::Invalid, &validate.invalid)];
                self.branches(id, outcomes, next, around);
                self.exits(id, &validate.wait, next, around);
                NodeKind::Validate(validate)
            }
            StmtKind::Rotate(rotate) => {
                self.exits(id, &rotate.wait, next, around);
                NodeKind::Draw(rotate)
            }
            StmtKind::If { condition, then, otherwise } => {
                self.branches(id, [(EdgeKind::Then, then), (EdgeKind::Else, otherwise)], next, around);
                NodeKind::Branch(condition)
            }
            StmtKind::While { condition, body } => {
                let endless = matches!(condition.kind, ExprKind::Const(Value::Bool(true)));
                self.rounds(id, body, next, endless)
            }
            StmtKind::For { body, .. } => self.rounds(id, body, next, false),
            StmtKind::Enter(enter) => self.call(id, enter, next),
            StmtKind::HandOver { bot, .. } => {
                self.edge_to(id, EdgeKind::HandOver, Target::Bot(*bot));
                if let Some((_, end)) = self.bot {
                    self.edge(id, EdgeKind::Back, end);
                }
                NodeKind::HandOver(*bot)
            }
            StmtKind::Goto { step, .. } => {
                if let Some((bot, _)) = self.bot {
                    self.edge_to(id, EdgeKind::Goto, Target::Step(bot, *step));
                }
                NodeKind::Goto(*step)
            }
            StmtKind::Block(block) => {
                let to = self.enter(block, next, around);
                self.edge(id, EdgeKind::Next, to);
                NodeKind::Plain
            }
            StmtKind::Break => self.leave_round(id, around.map(|around| around.done)),
            StmtKind::Continue => self.leave_round(id, around.map(|around| around.again)),
            StmtKind::Local { .. } | StmtKind::Var { .. } | StmtKind::Set { .. } => {
                self.edge(id, EdgeKind::Next, next);
                NodeKind::Plain
            }
            StmtKind::Return(_) => NodeKind::Return,
            StmtKind::End => NodeKind::End,
        };
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.kind = kind;
        }
    }

    fn branches(
        &mut self,
        id: NodeId,
        branches: [(EdgeKind<'p>, &'p Block); 2],
        next: NodeId,
        around: Option<Around>,
    ) {
        for (kind, block) in branches {
            let to = self.enter(block, next, around);
            self.edge(id, kind, to);
        }
    }

    /// A message or an action, with its wait behind it, which is given.
    fn effect(
        &mut self,
        id: NodeId,
        place: Place,
        wait: Option<&'p Wait>,
        next: NodeId,
        around: Option<Around>,
    ) -> Option<NodeId> {
        let parked = wait.map(|wait| {
            let parked = self.node(NodeKind::Wait(wait), place);
            self.exits(parked, wait, next, around);
            parked
        });
        self.edge(id, EdgeKind::Next, parked.unwrap_or(next));
        let own = wait.is_some_and(|wait| wait.exits.iter().any(|exit| matches!(exit.on, On::Failed)));
        if !own {
            self.failed(id);
        }
        parked
    }

    /// Where a failure leads that nothing else takes.
    fn failed(&mut self, id: NodeId) {
        if let (Some((bot, _)), Some(step)) = (self.bot, self.on_failed) {
            self.edge_to(id, EdgeKind::Failed, Target::Step(bot, step));
        }
    }

    fn exits(&mut self, id: NodeId, wait: &'p Wait, next: NodeId, around: Option<Around>) {
        for exit in &wait.exits {
            let to = self.enter(&exit.body, next, around);
            self.edge(id, EdgeKind::Exit(exit), to);
        }
    }

    fn rounds(&mut self, id: NodeId, body: &'p Block, next: NodeId, endless: bool) -> NodeKind<'p> {
        let to = self.enter(body, id, Some(Around { done: next, again: id }));
        self.edge(id, EdgeKind::Then, to);
        if !endless {
            self.edge(id, EdgeKind::Else, next);
        }
        NodeKind::Loop { endless, after: next }
    }

    fn leave_round(&mut self, id: NodeId, to: Option<NodeId>) -> NodeKind<'p> {
        if let Some(to) = to {
            self.edge(id, EdgeKind::Next, to);
        }
        NodeKind::Plain
    }

    fn call(&mut self, id: NodeId, enter: &'p Enter, next: NodeId) -> NodeKind<'p> {
        let kind = match (enter.target, self.bot) {
            (Entered::Flow(flow), Some((bot, _))) => {
                self.edge_to(id, EdgeKind::Call, Target::Flow(bot, flow));
                NodeKind::Call(flow, enter)
            }
            (Entered::Bot(bot), _) => {
                self.edge_to(id, EdgeKind::Run, Target::Bot(bot));
                if !self.hears.contains(&bot) {
                    self.failed(id);
                }
                NodeKind::Run(bot, enter)
            }
            (Entered::Flow(flow), None) => NodeKind::Call(flow, enter),
        };
        self.edge(id, EdgeKind::Back, next);
        kind
    }

    /// Closes the open edges, and puts all in order.
    fn finish(self, project: &'p Project) -> Graph<'p> {
        let Builder { nodes, mut edges, open, routines, bots, blocks, .. } = self;
        let entry = |range: &Range<u32>, index: u32| {
            let at = range.start.checked_add(index).filter(|at| range.contains(at))?;
            routines.get(at as usize).map(|routine| routine.entry)
        };
        for (at, target) in open {
            let to = match target {
                Target::Step(bot, step) => bots.get(bot.0 as usize).and_then(|bot| entry(&bot.steps, step.0)),
                Target::Flow(bot, flow) => bots.get(bot.0 as usize).and_then(|bot| entry(&bot.flows, flow.0)),
                Target::Bot(bot) => bots.get(bot.0 as usize).map(|bot| bot.start),
            };
            if let (Some(edge), Some(to)) = (edges.get_mut(at), to) {
                edge.to = to;
            }
        }
        let (out, order) = by_node(nodes.len(), &edges, |edge| edge.from);
        let edges: Vec<Edge<'p>> = order.iter().filter_map(|at| edges.get(*at as usize).copied()).collect();
        let (into, back) = by_node(nodes.len(), &edges, |edge| edge.to);
        Graph { project, nodes, edges, routines, bots, blocks, out, back, into }
    }
}

/// The edges in order of their nodes at one end, and as they come for each node; and where those of each node begin.
fn by_node(nodes: usize, edges: &[Edge<'_>], end: impl Fn(&Edge<'_>) -> NodeId) -> (Vec<u32>, Vec<u32>) {
    let mut offsets = vec![0u32; nodes + 1];
    for edge in edges {
        if let Some(count) = offsets.get_mut(end(edge).0 as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for offset in &mut offsets {
        sum += *offset;
        *offset = sum;
    }
    let mut next = offsets.clone();
    let mut order = vec![0u32; edges.len()];
    for (number, edge) in (0u32..).zip(edges) {
        let Some(next) = next.get_mut(end(edge).0 as usize) else { continue };
        if let Some(place) = order.get_mut(*next as usize) {
            *place = number;
        }
        *next += 1;
    }
    (offsets, order)
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
