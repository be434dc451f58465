//! The longest time since the client's last message, at every node, and the way that takes it.
//!
//! In: the graph, and what passes on each edge. Out: [`Longest`]. A call is passed as a whole, by what its flow or bot
//! can take from its start to its end, so no way enters at one call and comes back at another. Nodes that lead to each
//! other without a message of the client are settled together: if time passes on such a circle, it can pass for ever.
//! Linear, but for flows that call each other in a circle, which are gone through a few times.

use super::durations::{FOREVER, NEVER, plus};
use super::graph::{Edge, EdgeId, EdgeKind, Graph, NodeId, PerNode};
use super::scc::components;
use super::time::{Passes, Times};
use super::whole::Told;
use crate::ir::BotId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::ops::Range;

/// A part of a way on which something happens: index into [`Longest::links`].
pub(super) type LinkId = u32;

/// Something that happens on the way to a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) event: Event,
    /// The time since the client's last message, after it.
    pub(super) total: i64,
    /// What happened before.
    pub(super) before: Option<LinkId>,
    /// How many things happened, this one counted.
    pub(super) count: u32,
    /// The first of them.
    pub(super) origin: LinkId,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// A trigger starts the bot: its index.
    Trigger(BotId, usize),
    /// The client writes.
    Client(EdgeId),
    /// Time passes at a wait.
    Time(EdgeId, i64),
    /// What is called takes its time; what happens inside.
    Call(EdgeId, Option<LinkId>),
    /// The way leads into another bot, or to the step after `on failed`.
    Hop(EdgeId),
    /// Time passes in a circle.
    Round(EdgeId, i64),
}

/// What was found.
pub(super) struct Longest<'g, 'p> {
    pub(super) graph: &'g Graph<'p>,
    pub(super) passes: Vec<Passes>,
    pub(super) times: Times,
    /// What happens in a call, for its `Back` edge: where the time is added, and where it counts from within.
    pub(super) inside: Vec<(Option<LinkId>, Option<LinkId>)>,
    /// What a bot takes until it fails, by the node that runs it or hands over to it.
    pub(super) failures: FxHashMap<NodeId, [Told; 2]>,
    /// The time since the client's last message; [`NEVER`] where no run comes.
    pub(super) time: PerNode<i64>,
    /// What happened last.
    pub(super) link: PerNode<Option<LinkId>>,
    pub(super) links: Vec<Link>,
    met: PerNode<bool>,
}

/// Where a search may go.
pub(super) struct Scope {
    pub(super) nodes: Range<u32>,
    /// Messages of the client count.
    pub(super) client: bool,
    /// Into flows.
    pub(super) flows: bool,
    /// Into other bots.
    pub(super) bots: bool,
}

/// Where a search begins, with the time and what happens there.
pub(super) type Root = (NodeId, i64, Option<Event>);

impl<'g, 'p> Longest<'g, 'p> {
    /// The times of runs that begin at `roots`. Where `closed` says so, an edge is never taken.
    pub(super) fn of(graph: &'g Graph<'p>, roots: &[Root], closed: impl Fn(&Edge<'p>) -> bool) -> Self {
        let times = Times::of(graph);
        let mut passes: Vec<Passes> = graph.all().flat_map(|(id, _)| times.passes(graph, id)).collect();
        for (passes, edge) in passes.iter_mut().zip(&graph.edges) {
            if closed(edge) {
                *passes = Passes::NO_WAY;
            }
        }
        let mut this = Longest {
            graph,
            inside: vec![(None, None); passes.len()],
            passes,
            times,
            failures: FxHashMap::default(),
            time: PerNode::new(graph, NEVER),
            link: PerNode::new(graph, None),
            links: Vec::new(),
            met: PerNode::new(graph, false),
        };
        this.settle_all_calls();
        let nodes = 0..u32::try_from(graph.nodes.len()).unwrap_or(u32::MAX);
        this.search(&Scope { nodes, client: true, flows: true, bots: true }, roots);
        this
    }

    /// Finds the longest time at every node of a scope.
    pub(super) fn search(&mut self, scope: &Scope, roots: &[Root]) {
        self.time.reset(&scope.nodes);
        self.link.reset(&scope.nodes);
        self.met.reset(&scope.nodes);
        let mut open = Vec::new();
        for (id, time, event) in roots {
            let link = event.map(|event| self.push(event, *time, None));
            self.improve(*id, *time, link);
            if !self.met.set(*id, true) {
                open.push(*id);
            }
        }
        while let Some(id) = open.pop() {
            for (at, edge) in self.graph.outgoing(id) {
                let Some(passes) = self.along(scope, at, &edge.kind, edge.to) else { continue };
                if passes.since > self.time.get(edge.to) {
                    let event = if matches!(edge.kind, EdgeKind::Back | EdgeKind::Failed) {
                        Event::Call(at, self.inside.get(at.0 as usize).and_then(|inside| inside.1))
                    } else {
                        Event::Client(at)
                    };
                    let link = self.push(event, passes.since, None);
                    self.improve(edge.to, passes.since, Some(link));
                }
                if !self.met.set(edge.to, true) {
                    open.push(edge.to);
                }
            }
        }
        for group in self.circles(scope).iter().rev() {
            self.settle(scope, group);
            for id in group {
                self.relax(scope, *id);
            }
        }
    }

    /// What passes on an edge, if a search may go along it.
    fn along(&self, scope: &Scope, at: EdgeId, kind: &EdgeKind<'_>, to: NodeId) -> Option<Passes> {
        let open = match kind {
            EdgeKind::Call => scope.flows,
            EdgeKind::Run | EdgeKind::HandOver => scope.bots,
            EdgeKind::Next
            | EdgeKind::Then
            | EdgeKind::Else
            | EdgeKind::Exit(_)
            | EdgeKind::Valid
            | EdgeKind::Invalid
            | EdgeKind::Goto
            | EdgeKind::Back
            | EdgeKind::Failed => true,
        };
        let mut passes = *self.passes.get(at.0 as usize).filter(|_| open && scope.nodes.contains(&to.0))?;
        if !scope.client {
            passes.since = NEVER;
        }
        (passes != Passes::NO_WAY).then_some(passes)
    }

    /// Nodes that lead to each other without a message of the client, each group after those that it leads to.
    fn circles(&self, scope: &Scope) -> Vec<Vec<NodeId>> {
        let id =
            |local: usize| u32::try_from(local).map(|local| NodeId(scope.nodes.start.saturating_add(local)));
        let groups = components(scope.nodes.len(), |local, nth| {
            let from = id(local).ok().filter(|from| self.met.get(*from))?;
            let (at, edge) = self.graph.outgoing(from).nth(nth)?;
            let on = self.along(scope, at, &edge.kind, edge.to).is_some_and(|passes| passes.adds != NEVER);
            // An edge that leads nowhere here counts as leading back to where it begins.
            Some(if on { (edge.to.0 - scope.nodes.start) as usize } else { local })
        });
        groups
            .into_iter()
            .map(|group| group.into_iter().filter_map(|local| id(local).ok()).collect())
            .collect()
    }

    /// Gives all nodes of a circle the time they share.
    fn settle(&mut self, scope: &Scope, group: &[NodeId]) {
        let Some(first) = group.iter().copied().min_by_key(|id| (std::cmp::Reverse(self.time.get(*id)), *id))
        else {
            return;
        };
        let (mut time, mut link) = (self.time.get(first), self.link.get(first));
        if time == NEVER {
            return;
        }
        if time != FOREVER
            && let Some((edge, adds)) = self.growing(scope, group)
        {
            let before = self.way_inside(scope, group, first, edge);
            time = FOREVER;
            link = Some(self.push(Event::Round(edge, adds), time, before));
        }
        for id in group {
            self.time.set(*id, time);
            self.link.set(*id, link);
        }
    }

    /// The edge of a circle on which most time passes.
    fn growing(&self, scope: &Scope, group: &[NodeId]) -> Option<(EdgeId, i64)> {
        let mut most: Option<(EdgeId, i64)> = None;
        let members: FxHashSet<NodeId> = match group {
            [_] => FxHashSet::default(),
            group => group.iter().copied().collect(),
        };
        for id in group {
            for (at, edge) in
                self.graph.outgoing(*id).filter(|(_, edge)| edge.to == *id || members.contains(&edge.to))
            {
                let Some(passes) = self.along(scope, at, &edge.kind, edge.to) else { continue };
                if passes.adds > most.map_or(0, |most| most.1) {
                    most = Some((at, passes.adds));
                }
            }
        }
        most
    }

    /// What happens on the way from the first node of a circle to where an edge of it begins.
    fn way_inside(&mut self, scope: &Scope, group: &[NodeId], first: NodeId, edge: EdgeId) -> Option<LinkId> {
        let end = self.graph.edge(edge)?.from;
        let members: FxHashSet<NodeId> = group.iter().copied().collect();
        let mut found = FxHashMap::from_iter([(first, (self.time.get(first), self.link.get(first)))]);
        let mut open = VecDeque::from([first]);
        while let Some(id) = open.pop_front().filter(|_| !found.contains_key(&end)) {
            for (at, edge) in self.graph.outgoing(id) {
                let Some(passes) = self.along(scope, at, &edge.kind, edge.to) else { continue };
                if passes.adds == NEVER || !members.contains(&edge.to) || found.contains_key(&edge.to) {
                    continue;
                }
                let (time, link) = found.get(&id).copied().unwrap_or((NEVER, None));
                let through = plus(time, passes.adds);
                found.insert(edge.to, (through, self.happens(at, &edge.kind, passes.adds, through, link)));
                open.push_back(edge.to);
            }
        }
        found.get(&end).and_then(|found| found.1)
    }

    /// Takes the time of a node along its edges.
    fn relax(&mut self, scope: &Scope, id: NodeId) {
        let (time, link) = (self.time.get(id), self.link.get(id));
        if time == NEVER || !self.met.get(id) {
            return;
        }
        for (at, edge) in self.graph.outgoing(id) {
            let Some(passes) = self.along(scope, at, &edge.kind, edge.to) else { continue };
            let through = plus(time, passes.adds);
            if through > self.time.get(edge.to) {
                let link = self.happens(at, &edge.kind, passes.adds, through, link);
                self.improve(edge.to, through, link);
            }
        }
    }

    /// Whether the search at hand came to a node.
    pub(super) fn met(&self, id: NodeId) -> bool {
        self.met.get(id)
    }

    fn improve(&mut self, id: NodeId, time: i64, link: Option<LinkId>) {
        self.time.set(id, time);
        self.link.set(id, link);
    }

    /// Notes what happens on an edge, if anything does.
    fn happens(
        &mut self,
        at: EdgeId,
        kind: &EdgeKind<'_>,
        adds: i64,
        total: i64,
        before: Option<LinkId>,
    ) -> Option<LinkId> {
        let failed = matches!(kind, EdgeKind::Failed);
        let event = if matches!(kind, EdgeKind::Run | EdgeKind::HandOver) || failed && adds == 0 {
            Event::Hop(at)
        } else if adds == 0 {
            return before;
        } else if failed || matches!(kind, EdgeKind::Back) {
            Event::Call(at, self.inside.get(at.0 as usize).and_then(|inside| inside.0))
        } else {
            Event::Time(at, adds)
        };
        Some(self.push(event, total, before))
    }

    pub(super) fn push(&mut self, event: Event, total: i64, before: Option<LinkId>) -> LinkId {
        let id = LinkId::try_from(self.links.len()).unwrap_or(LinkId::MAX);
        let before_it = before.and_then(|before| self.links.get(before as usize));
        let (count, origin) = before_it.map_or((1, id), |link| (link.count + 1, link.origin));
        self.links.push(Link { event, total, before, count, origin });
        id
    }
}
