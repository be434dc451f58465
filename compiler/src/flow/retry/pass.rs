//! What a search for retries needs of the whole graph: how flows and bots can be passed through, where they come back
//! to, and which failures are heard at all.

use super::super::calls::{calls, waits};
use super::super::graph::{Edge, EdgeId, EdgeKind, Graph, NodeId, NodeKind, PerNode, RoutineId, RoutineKind};
use super::{Phase, after};
use crate::ir::{BotId, On};
use rustc_hash::{FxHashMap, FxHashSet};

/// How a flow comes back, or a bot ends, that is entered in one phase: for each the phases it can then be in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Through {
    /// The flow gives control back: by the phase it is entered in, and the one it then is in.
    returns: [[bool; 2]; 2],
    /// The bot ends.
    ends: [[bool; 2]; 2],
}

impl Through {
    fn add(&mut self, other: Through) {
        for (mine, theirs) in [(&mut self.returns, other.returns), (&mut self.ends, other.ends)] {
            for (mine, theirs) in mine.iter_mut().flatten().zip(theirs.iter().flatten()) {
                *mine |= *theirs;
            }
        }
    }

    fn ends_only(self) -> Through {
        Through { ends: self.ends, ..Through::default() }
    }
}

/// What comes first, then what follows.
fn chain(first: [[bool; 2]; 2], then: [[bool; 2]; 2]) -> [[bool; 2]; 2] {
    first.map(|first| {
        let mut all = [false; 2];
        for (_, then) in first.iter().zip(then).filter(|(passes, _)| **passes) {
            all.iter_mut().zip(then).for_each(|(all, then)| *all |= then);
        }
        all
    })
}

/// What is known of the graph.
pub(super) struct Passing {
    through: PerNode<Through>,
    /// From here some way leads to a wait, where a failure is heard.
    parks: PerNode<bool>,
    /// Waits for the answer of an action, with the call.
    waits: FxHashMap<NodeId, NodeId>,
    /// Waits that ask somebody, in flows and bots that give a result.
    tells: PerNode<bool>,
    /// Where flows and bots end.
    ends: FxHashMap<NodeId, Vec<NodeId>>,
    /// Effects in bots without an `on failed`, with the edges of those that run them.
    above: FxHashMap<NodeId, Vec<EdgeId>>,
}

impl Passing {
    pub(super) fn of(graph: &Graph<'_>) -> Passing {
        let mut passing = Passing {
            through: PerNode::new(graph, Through::default()),
            parks: PerNode::new(graph, false),
            waits: FxHashMap::default(),
            tells: PerNode::new(graph, false),
            ends: ends(graph),
            above: FxHashMap::default(),
        };
        passing.find_own_waits(graph);
        passing.find_tells(graph);
        passing.find_parks(graph);
        passing.find_through(graph);
        passing.find_above(graph);
        passing
    }

    /// The call whose answer is waited for here.
    pub(super) fn wait_of(&self, node: NodeId) -> Option<NodeId> {
        self.waits.get(&node).copied()
    }

    /// Whether somebody is asked here, and a caller hears the outcome.
    pub(super) fn tells(&self, node: NodeId) -> bool {
        self.tells.get(node)
    }

    /// The edges by which a failure at a node is heard in a bot that runs the node's.
    pub(super) fn heard_above(&self, node: NodeId) -> &[EdgeId] {
        self.above.get(&node).map_or(&[], Vec::as_slice)
    }

    /// For an edge into a flow or a bot: where that ends, each with where the caller goes on.
    pub(super) fn ends_of(&self, graph: &Graph<'_>, into: &Edge<'_>) -> Vec<(NodeId, NodeId)> {
        let Some((_, back)) = back_of(graph, into.from) else { return Vec::new() };
        self.ends.get(&into.to).into_iter().flatten().map(|end| (*end, back.to)).collect()
    }

    /// Where flows and bots end that begin at this node.
    pub(super) fn ends_from(&self, entry: NodeId) -> &[NodeId] {
        self.ends.get(&entry).map_or(&[], Vec::as_slice)
    }

    /// Whether an edge for a failure can be taken: somebody still waits when it is reported.
    pub(super) fn is_heard(&self, edge: &Edge<'_>) -> bool {
        !matches!(edge.kind, EdgeKind::Failed) || self.parks.get(edge.from)
    }

    /// The phases in which what is called at a node can be left that is entered in this one.
    pub(super) fn through(&self, graph: &Graph<'_>, call: NodeId, phase: Phase) -> Vec<Phase> {
        let Some((_, into)) = graph.outgoing(call).find(|(_, edge)| calls(&edge.kind)) else {
            return vec![phase];
        };
        let known = self.through.get(into.to);
        let kind = if matches!(into.kind, EdgeKind::Call) { known.returns } else { known.ends };
        let passes = kind.get(phase.number()).copied().unwrap_or_default();
        Phase::BOTH.into_iter().zip(passes).filter(|(_, passes)| *passes).map(|(phase, _)| phase).collect()
    }

    fn find_own_waits(&mut self, graph: &Graph<'_>) {
        for (id, node) in graph.all() {
            if matches!(node.kind, NodeKind::Effect(act) if act.wait.is_some()) {
                let next = graph.outgoing(id).find(|(_, edge)| matches!(edge.kind, EdgeKind::Next));
                self.waits.extend(next.map(|(_, edge)| (edge.to, id)));
            }
        }
    }

    fn find_tells(&mut self, graph: &Graph<'_>) {
        for (id, node) in graph.all() {
            let asks = matches!(node.kind, NodeKind::Validate(_))
                || node.kind.wait().is_some_and(|wait| wait.exits.iter().any(|exit| is_answer(&exit.on)));
            let kind = graph.routine(node.routine).map(|routine| routine.kind);
            if asks && kind.is_some_and(|kind| gives_result(graph, kind)) {
                self.tells.set(id, true);
            }
        }
    }

    /// Marks what leads to a wait, backwards. What comes back to a caller that waits does so, too.
    fn find_parks(&mut self, graph: &Graph<'_>) {
        let mut open: Vec<NodeId> =
            graph.all().filter(|(_, node)| waits(&node.kind)).map(|(id, _)| id).collect();
        for id in &open {
            self.parks.set(*id, true);
        }
        let mut left: FxHashSet<NodeId> = FxHashSet::default();
        while let Some(id) = open.pop() {
            let mut more: Vec<NodeId> = Vec::new();
            for (_, edge) in graph.incoming(id).filter(|(_, edge)| !matches!(edge.kind, EdgeKind::Failed)) {
                more.push(edge.from);
                let into = graph.outgoing(edge.from).find(|(_, edge)| calls(&edge.kind));
                if let (EdgeKind::Back, Some((_, into))) = (edge.kind, into)
                    && left.insert(into.to)
                {
                    more.extend(self.ends_from(into.to));
                }
            }
            open.extend(more.into_iter().filter(|id| !self.parks.set(*id, true)));
        }
    }

    fn find_through(&mut self, graph: &Graph<'_>) {
        let mut open: Vec<NodeId> = graph.all().map(|(id, _)| id).collect();
        while let Some(id) = open.pop() {
            let now = self.through_here(graph, id);
            if now != self.through.get(id) {
                self.through.set(id, now);
                open.extend(graph.incoming(id).map(|(_, edge)| edge.from));
            }
        }
    }

    fn through_here(&self, graph: &Graph<'_>, id: NodeId) -> Through {
        const STAYS: [[bool; 2]; 2] = [[true, false], [false, true]];
        let mut all = Through::default();
        let Some(node) = graph.node(id) else { return all };
        let step = of_step(graph, node.routine);
        if matches!(node.kind, NodeKind::End) || step && leaves(&node.kind) {
            all.ends = STAYS;
        } else if leaves(&node.kind) {
            all.returns = STAYS;
        }
        for (_, edge) in graph.outgoing(id).filter(|(_, edge)| self.is_heard(edge)) {
            let then = self.through.get(edge.to);
            let more = match edge.kind {
                EdgeKind::Back => self.through_call(graph, id, then),
                EdgeKind::Run | EdgeKind::HandOver => continue,
                EdgeKind::Goto | EdgeKind::Call | EdgeKind::Failed => {
                    by_edge(edge, then.ends_only(), self.tells(id))
                }
                EdgeKind::Next
                | EdgeKind::Then
                | EdgeKind::Else
                | EdgeKind::Exit(_)
                | EdgeKind::Valid
                | EdgeKind::Invalid => by_edge(edge, then, self.tells(id)),
            };
            all.add(more);
        }
        all
    }

    fn through_call(&self, graph: &Graph<'_>, call: NodeId, then: Through) -> Through {
        let Some((_, into)) = graph.outgoing(call).find(|(_, edge)| calls(&edge.kind)) else { return then };
        let inside = self.through.get(into.to);
        let first = if matches!(into.kind, EdgeKind::Call) { inside.returns } else { inside.ends };
        Through { returns: chain(first, then.returns), ends: chain(first, then.ends) }
    }

    /// What fails in a bot without an `on failed` is heard by the nearest one that runs it and has one.
    fn find_above(&mut self, graph: &Graph<'_>) {
        let ids = (0u32..).map(BotId).zip(graph.project.bots.iter().zip(&graph.bots));
        for (id, (bot, nodes)) in ids {
            if bot.on_failed.is_some() {
                continue;
            }
            let heard = heard_above(graph, id);
            for node in nodes.nodes.clone().map(NodeId).filter(|_| !heard.is_empty()) {
                let effect = graph
                    .node(node)
                    .is_some_and(|node| matches!(node.kind, NodeKind::Send(_) | NodeKind::Effect(_)));
                if effect && self.parks.get(node) && !fails_itself(graph, node) {
                    self.above.insert(node, heard.clone());
                }
            }
        }
    }
}

/// What passes over an edge, given what passes after it.
fn by_edge(edge: &Edge<'_>, then: Through, tells: bool) -> Through {
    let mut all = Through::default();
    for phase in Phase::BOTH {
        let Some(to) = after(&edge.kind, phase, false, tells) else { continue };
        let (from, to) = (phase.number(), to.number());
        for (mine, theirs) in [(&mut all.returns, then.returns), (&mut all.ends, then.ends)] {
            if let (Some(mine), Some(theirs)) = (mine.get_mut(from), theirs.get(to)) {
                *mine = *theirs;
            }
        }
    }
    all
}

/// Whether somebody has answered: the client, or an action.
fn is_answer(on: &On) -> bool {
    match on {
        On::Option { .. } | On::Other | On::Message | On::Chosen | On::Answer(_) | On::Result => true,
        On::Timeout(_)
        | On::Failed
        | On::Delivered
        | On::Hours(_)
        | On::VideoOpened
        | On::VideoClosed
        | On::Drawn(_) => false,
    }
}

/// Whether the flow, or the bot of the step, gives a result.
fn gives_result(graph: &Graph<'_>, kind: RoutineKind) -> bool {
    let bot = kind.bot().and_then(|bot| graph.project.bots.get(bot.0 as usize));
    match kind {
        RoutineKind::Step(..) => bot.is_some_and(|bot| bot.result.is_some()),
        RoutineKind::Flow(_, flow) => {
            bot.and_then(|bot| bot.flows.get(flow.0 as usize)).is_some_and(|flow| flow.result.is_some())
        }
        RoutineKind::Fn(_) => false,
    }
}

pub(super) fn leaves(kind: &NodeKind<'_>) -> bool {
    matches!(kind, NodeKind::Leave | NodeKind::Return)
}

/// The edge by which a caller goes on.
pub(super) fn back_of<'g, 'p>(graph: &'g Graph<'p>, call: NodeId) -> Option<(EdgeId, &'g Edge<'p>)> {
    graph.outgoing(call).find(|(_, edge)| matches!(edge.kind, EdgeKind::Back))
}

/// Whether an exit of its own takes the failure of an effect.
fn fails_itself(graph: &Graph<'_>, effect: NodeId) -> bool {
    graph
        .outgoing(effect)
        .filter_map(|(_, edge)| graph.node(edge.to)?.kind.wait())
        .any(|wait| wait.exits.iter().any(|exit| matches!(exit.on, On::Failed)))
}

/// The edges of the bots that run this one and take its failures.
fn heard_above(graph: &Graph<'_>, bot: BotId) -> Vec<EdgeId> {
    let mut heard = Vec::new();
    let mut seen = FxHashSet::from_iter([bot]);
    let mut open = vec![bot];
    while let Some(bot) = open.pop() {
        let into = graph.start(bot).into_iter().flat_map(|start| graph.incoming(start));
        for (_, edge) in into.filter(|(_, edge)| matches!(edge.kind, EdgeKind::Run)) {
            let failed = graph.outgoing(edge.from).find(|(_, edge)| matches!(edge.kind, EdgeKind::Failed));
            let caller = graph.routine_of(edge.from).and_then(|routine| routine.kind.bot());
            match (failed, caller) {
                (Some((id, _)), _) => heard.push(id),
                (None, Some(caller)) if seen.insert(caller) => open.push(caller),
                (None, _) => {}
            }
        }
    }
    heard
}

/// For the entry of every flow and the start of every bot that is called, where it ends.
fn ends(graph: &Graph<'_>) -> FxHashMap<NodeId, Vec<NodeId>> {
    let mut ends: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
    for edge in graph.edges.iter().filter(|edge| calls(&edge.kind)) {
        if ends.contains_key(&edge.to) {
            continue;
        }
        let Some(to) = graph.node(edge.to) else { continue };
        let nodes = if let NodeKind::Start(bot) = to.kind {
            graph.bots.get(bot.0 as usize).map(|bot| bot.nodes.clone())
        } else {
            graph.routine(to.routine).map(|routine| routine.nodes.clone())
        };
        let bot = matches!(to.kind, NodeKind::Start(_));
        let is_end = |id: &NodeId| {
            let Some(node) = graph.node(*id) else { return false };
            let step = of_step(graph, node.routine);
            if bot {
                matches!(node.kind, NodeKind::End) || step && leaves(&node.kind)
            } else {
                leaves(&node.kind)
            }
        };
        ends.insert(edge.to, nodes.into_iter().flatten().map(NodeId).filter(is_end).collect());
    }
    ends
}

pub(super) fn of_step(graph: &Graph<'_>, routine: RoutineId) -> bool {
    graph.routine(routine).is_some_and(|of| matches!(of.kind, RoutineKind::Step(..)))
}
