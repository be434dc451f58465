//! What a flow or a bot takes from its start to its end, for the calls that lead through it.

use super::calls::{calls, waits};
use super::durations::{FOREVER, NEVER, plus};
use super::graph::{EdgeId, EdgeKind, NodeId, NodeKind, RoutineId, RoutineKind};
use super::longest::{Event, LinkId, Longest, Scope};
use super::scc::components;
use super::time::Passes;
use crate::ir::BotId;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// With how many different times a flow is looked at.
const MOST_SHORTER: usize = 16;

/// What can be called.
#[derive(Clone, Copy, Debug)]
enum Callee {
    Flow(RoutineId),
    Bot(BotId),
}

/// A time with what happens in it.
pub(super) type Told = (i64, Option<LinkId>);

/// What a flow or a bot takes from its start, without a message of the client on the way, and since the last one.
#[derive(Clone, Copy)]
struct Whole {
    /// To its end.
    end: [Told; 2],
    /// To any point where it can fail. Kept for bots only: what fails in a flow fails in its bot.
    failure: [Told; 2],
}

impl Whole {
    fn times(&mut self) -> impl Iterator<Item = &mut i64> {
        self.end.iter_mut().chain(&mut self.failure).map(|told| &mut told.0)
    }
}

impl Longest<'_, '_> {
    /// Finds what every flow and bot takes that is called, and tells their calls.
    pub(super) fn settle_all_calls(&mut self) {
        for group in self.callees_first() {
            self.settle_calls(&group);
        }
    }

    /// Flows and bots that are called, in groups that call each other, callees before callers.
    fn callees_first(&self) -> Vec<Vec<Callee>> {
        let graph = self.graph;
        let flows = graph.routines.len();
        let mut called: Vec<Vec<usize>> = vec![Vec::new(); flows + graph.bots.len()];
        let mut needed = vec![false; called.len()];
        for edge in graph.edges.iter().filter(|edge| calls(&edge.kind)) {
            let (Some(from), Some(to)) = (graph.node(edge.from), graph.node(edge.to)) else { continue };
            let to = if let NodeKind::Start(bot) = to.kind {
                flows + bot.0 as usize
            } else {
                to.routine.0 as usize
            };
            if let Some(needed) = needed.get_mut(to) {
                *needed = true;
            }
            let bot = graph.routine(from.routine).and_then(|routine| routine.kind.bot());
            let bot = bot.map(|bot| flows + bot.0 as usize);
            for from in [Some(from.routine.0 as usize), bot].into_iter().flatten() {
                if let Some(list) = called.get_mut(from) {
                    list.push(to);
                }
            }
        }
        let callee = |one: &usize| {
            needed.get(*one).filter(|needed| **needed)?;
            let id = u32::try_from(*one).ok()?;
            Some(match one.checked_sub(flows) {
                None => Callee::Flow(RoutineId(id)),
                Some(bot) => Callee::Bot(BotId(u32::try_from(bot).ok()?)),
            })
        };
        let groups = components(called.len(), |from, nth| called.get(from)?.get(nth).copied());
        groups.iter().map(|group| group.iter().filter_map(callee).collect()).collect()
    }

    /// Finds what the flows and bots of a group take. Those that call each other are gone through until all is known.
    fn settle_calls(&mut self, group: &[Callee]) {
        let mut known = vec![[NEVER; 4]; group.len()];
        for round in 0.. {
            let mut changed = false;
            for (callee, known) in group.iter().zip(&mut known) {
                let mut whole = self.whole(*callee);
                for (found, before) in whole.times().zip(known) {
                    // What still grows after some rounds grows for ever.
                    *found = if *found > *before && round > 3 { FOREVER } else { (*found).max(*before) };
                    changed |= *found != *before;
                    *before = *found;
                }
                self.pass_on(*callee, whole);
            }
            if !changed || group.len() == 1 && round == 0 && !self.calls_itself(group) {
                return;
            }
        }
    }

    fn calls_itself(&self, group: &[Callee]) -> bool {
        group.iter().any(|callee| {
            let nodes = self.nodes_of(*callee);
            self.calls_of(*callee).iter().any(|call| nodes.contains(&call.0))
        })
    }

    fn nodes_of(&self, callee: Callee) -> Range<u32> {
        match callee {
            Callee::Flow(id) => self.graph.routine(id).map_or(0..0, |routine| routine.nodes.clone()),
            Callee::Bot(id) => self.graph.bots.get(id.0 as usize).map_or(0..0, |bot| bot.nodes.clone()),
        }
    }

    fn start_of(&self, callee: Callee) -> Option<NodeId> {
        match callee {
            Callee::Flow(id) => self.graph.routine(id).map(|routine| routine.entry),
            Callee::Bot(id) => self.graph.start(id),
        }
    }

    /// The nodes that call it or hand over to it.
    fn calls_of(&self, callee: Callee) -> Vec<NodeId> {
        let into = self.start_of(callee).into_iter().flat_map(|start| self.graph.incoming(start));
        into.filter(|(_, edge)| calls(&edge.kind)).map(|(_, edge)| edge.from).collect()
    }

    /// Tells every call what it takes. A flow that is called with shorter times than it is elsewhere is looked at
    /// again with those, as often as that is worth it.
    fn pass_on(&mut self, callee: Callee, whole: Whole) {
        let mut shorter: FxHashMap<Vec<(usize, i64)>, Whole> = FxHashMap::default();
        for call in self.calls_of(callee) {
            let Some((id, _)) =
                self.graph.outgoing(call).find(|(_, edge)| matches!(edge.kind, EdgeKind::Back))
            else {
                continue;
            };
            let given = self.given(callee, call);
            let whole = if given.is_empty() {
                whole
            } else if let Some(known) = shorter.get(&given) {
                *known
            } else if shorter.len() < MOST_SHORTER {
                let known = self.whole_given(callee, &given);
                shorter.insert(given, known);
                known
            } else {
                whole
            };
            self.put(id, whole.end);
            if matches!(callee, Callee::Bot(_)) {
                self.failures.insert(call, whole.failure);
                let failed =
                    self.graph.outgoing(call).find(|(_, edge)| matches!(edge.kind, EdgeKind::Failed));
                if let Some((id, _)) = failed {
                    self.put(id, whole.failure);
                }
            }
        }
    }

    /// What passes on an edge that stands for a way through something else.
    fn put(&mut self, id: EdgeId, [adds, since]: [Told; 2]) {
        let at = id.0 as usize;
        if let (Some(passes), Some(inside)) = (self.passes.get_mut(at), self.inside.get_mut(at)) {
            *passes = Passes { adds: adds.0, since: since.0 };
            *inside = (adds.1, since.1);
        }
    }

    /// The parameters of a flow for which a call gives shorter times than the longest that is given anywhere.
    fn given(&self, callee: Callee, call: NodeId) -> Vec<(usize, i64)> {
        let (Callee::Flow(flow), Some(node)) = (callee, self.graph.node(call)) else { return Vec::new() };
        let NodeKind::Call(_, enter) = node.kind else { return Vec::new() };
        let bot = self.graph.routine(node.routine).and_then(|routine| routine.kind.bot());
        self.times.durations.shorter(flow.0 as usize, &enter.args, (node.routine.0 as usize, bot))
    }

    /// What a flow takes where its parameters are no longer than this.
    fn whole_given(&mut self, callee: Callee, given: &[(usize, i64)]) -> Whole {
        let before = self.times.durations.put(given);
        self.time_waits(callee);
        let whole = self.whole(callee);
        self.times.durations.put(&before);
        self.time_waits(callee);
        whole
    }

    /// Works out anew what passes at the waits of a flow.
    fn time_waits(&mut self, callee: Callee) {
        for id in self.nodes_of(callee).map(NodeId) {
            if self.graph.node(id).is_none_or(|node| !waits(&node.kind)) {
                continue;
            }
            let now = self.times.passes(self.graph, id);
            for ((at, _), now) in self.graph.outgoing(id).zip(now) {
                if let Some(passes) = self.passes.get_mut(at.0 as usize) {
                    *passes = now;
                }
            }
        }
    }

    fn whole(&mut self, callee: Callee) -> Whole {
        let nodes = self.nodes_of(callee);
        let mut whole = Whole { end: [(NEVER, None); 2], failure: [(NEVER, None); 2] };
        let Some(start) = self.start_of(callee) else { return whole };
        let bot = matches!(callee, Callee::Bot(_));
        let parts = [false, true].into_iter().zip(whole.end.iter_mut().zip(&mut whole.failure));
        for (client, (end, failure)) in parts {
            let root = (start, if client { NEVER } else { 0 }, None);
            self.search(&Scope { nodes: nodes.clone(), client, flows: bot, bots: false }, &[root]);
            for id in nodes.clone().map(NodeId) {
                let here = (self.time.get(id), self.link.get(id));
                if here.0 > end.0 && self.is_end(id, callee) {
                    *end = here;
                }
                if bot {
                    self.failure_at(id, client, failure);
                }
            }
        }
        whole
    }

    /// The latest that a bot can fail at a node, or in another bot that is run or takes over there.
    fn failure_at(&mut self, id: NodeId, client: bool, latest: &mut Told) {
        let (time, link) = (self.time.get(id), self.link.get(id));
        if time > latest.0 {
            *latest = (time, link);
        }
        let Some([adds, since]) = self.failures.get(&id).copied().filter(|_| self.met(id)) else { return };
        let Some((call, _)) = self.graph.outgoing(id).next() else { return };
        let through = plus(time, adds.0);
        if through > latest.0 {
            *latest = (through, Some(self.push(Event::Call(call, adds.1), through, link)));
        }
        if client && since.0 > latest.0 {
            *latest = (since.0, Some(self.push(Event::Call(call, since.1), since.0, None)));
        }
    }

    fn is_end(&self, id: NodeId, of: Callee) -> bool {
        let Some(node) = self.graph.node(id) else { return false };
        let step =
            self.graph.routine(node.routine).is_some_and(|of| matches!(of.kind, RoutineKind::Step(..)));
        let leaves = matches!(node.kind, NodeKind::Leave | NodeKind::Return);
        match of {
            Callee::Flow(_) => leaves,
            Callee::Bot(_) => matches!(node.kind, NodeKind::End) || leaves && step,
        }
    }
}
