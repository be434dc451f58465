//! The shortest way from one call through a failure to a call that does the same, and the report of it.
//!
//! A way first leaves the flows and bots it began in, then enters others: so it never enters at one call and comes back
//! at another. What lies between a call and its return is passed in one go. Where the arguments of the call are made of
//! the parameters of its flow, coming back with other arguments is something else: [`same`] knows.

mod same;

use super::super::calls::calls;
use super::super::graph::{Edge, EdgeId, EdgeKind, Graph, NodeId, NodeKind};
use super::super::trail::hop;
use super::super::ways::MOST_LABELS;
use super::pass::{Passing, back_of, leaves, of_step};
use super::{Once, Onces, Phase, after};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::On;
use crate::source::Place;
use rustc_hash::FxHashMap;
use same::{Origin, Same};
use std::collections::VecDeque;

/// With more points than this a search gives up.
const MOST_POINTS: usize = 200_000;

/// A point of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    node: NodeId,
    phase: Phase,
    /// It has entered a flow or bot that it has not left.
    down: bool,
    /// The flows and bots that the way has left, with their arguments.
    origin: Origin,
}

struct Search<'s, 'p> {
    graph: &'s Graph<'p>,
    passing: &'s Passing,
    call: Once<'p>,
    same: Same<'s, 'p>,
    /// How each state was reached.
    from: FxHashMap<State, (State, EdgeId)>,
    open: VecDeque<State>,
}

/// Looks for a retry of this call.
pub(super) fn find(
    graph: &Graph<'_>,
    passing: &Passing,
    once: &Onces<'_>,
    call: Once<'_>,
) -> Option<Diagnostic> {
    let same = Same::of(graph, call);
    let start = State { node: call.node, phase: Phase::Attempt, down: false, origin: Origin::default() };
    let (from, open) = (FxHashMap::default(), VecDeque::new());
    let mut search = Search { graph, passing, call, same, from, open };
    search.leave(start);
    while let Some(state) = search.open.pop_front() {
        let again = once.get(state.node).filter(|other| other.class == call.class);
        if let Some(again) = again {
            if state.phase == Phase::Again {
                return Some(search.report(start, state, again.place));
            }
            // Another attempt begins here, with a search of its own.
            continue;
        }
        if search.from.len() < MOST_POINTS {
            search.leave(state);
        }
    }
    None
}

impl<'p> Search<'_, 'p> {
    /// Takes every way on from a state.
    fn leave(&mut self, state: State) {
        let State { node, phase, down, origin } = state;
        let own = self.passing.wait_of(node) == Some(self.call.node);
        let graph = self.graph;
        for (id, edge) in graph.outgoing(node).filter(|(_, edge)| self.passing.is_heard(edge)) {
            if self.is_other(edge, origin) {
                continue;
            }
            if matches!(edge.kind, EdgeKind::Back) {
                for phase in self.passing.through(graph, node, phase) {
                    self.reach(State { node: edge.to, phase, ..state }, state, id);
                }
            } else if let Some(phase) = after(&edge.kind, phase, own, self.passing.tells(node)) {
                let down = down || calls(&edge.kind);
                self.reach(State { node: edge.to, phase, down, origin }, state, id);
            }
        }
        if down {
            return;
        }
        let passing = self.passing;
        for id in passing.heard_above(node) {
            if let Some(edge) = graph.edge(*id)
                && let Some(origin) = self.same.left(origin, edge.from)
            {
                self.reach(State { node: edge.to, phase: Phase::Again, down, origin }, state, *id);
            }
        }
        for call in self.callers(node) {
            if let Some((id, back)) = back_of(graph, call)
                && let Some(origin) = self.same.left(origin, call)
            {
                self.reach(State { node: back.to, phase, down, origin }, state, id);
            }
        }
    }

    /// Whether what an edge leads into is something else each time.
    fn is_other(&self, edge: &Edge<'_>, origin: Origin) -> bool {
        match edge.kind {
            EdgeKind::Then => self.same.is_new_round(edge.from),
            EdgeKind::Call | EdgeKind::Run | EdgeKind::HandOver => !self.same.enters(origin, edge),
            EdgeKind::Next
            | EdgeKind::Else
            | EdgeKind::Exit(_)
            | EdgeKind::Valid
            | EdgeKind::Invalid
            | EdgeKind::Goto
            | EdgeKind::Back
            | EdgeKind::Failed => false,
        }
    }

    fn reach(&mut self, to: State, from: State, edge: EdgeId) {
        if let std::collections::hash_map::Entry::Vacant(new) = self.from.entry(to) {
            new.insert((from, edge));
            self.open.push_back(to);
        }
    }

    /// Who goes on where the flow or bot ends that ends at this node.
    fn callers(&self, node: NodeId) -> Vec<NodeId> {
        let graph = self.graph;
        let Some(point) = graph.node(node) else { return Vec::new() };
        let Some(routine) = graph.routine(point.routine) else { return Vec::new() };
        let step = of_step(graph, point.routine);
        let start = if matches!(point.kind, NodeKind::End) || step && leaves(&point.kind) {
            routine.kind.bot().and_then(|bot| graph.start(bot))
        } else {
            leaves(&point.kind).then_some(routine.entry)
        };
        let into = start.into_iter().flat_map(|start| graph.incoming(start));
        into.filter(|(_, edge)| calls(&edge.kind)).map(|(_, edge)| edge.from).collect()
    }

    fn report(&self, start: State, last: State, again: Place) -> Diagnostic {
        let mut way = Vec::new();
        let mut at = last;
        while let Some((before, edge)) = self.from.get(&at) {
            way.push((*before, at, *edge));
            at = *before;
            if at == start {
                break;
            }
        }
        way.reverse();
        let failure = way.iter().find(|(before, after, _)| before.phase != after.phase);
        let cause = failure.map_or(Cause::Follows, |(before, _, edge)| self.cause(before.node, *edge));
        let action = self.graph.project.actions.get(self.call.act.action.0 as usize);
        let name = action.map_or("?", |action| &*action.name);
        let text = format!("`{name}` is done again {}, and it must not be repeated", cause.words());
        let mut labels: Vec<(Place, String)> =
            way.iter().filter_map(|(before, after, edge)| self.label(*before, *after, *edge)).collect();
        if again != self.call.place {
            labels.push((again, "here the same is done again".to_owned()));
        }
        let mut diagnostic = Diagnostic::new(Code::E0602, self.call.callee(), text)
            .note("this action is `@at_most_once`")
            .help(
                "go on to a person or to the end there, or ask first: the client, or another action that knows what \
                 has happened",
            );
        for (n, (place, text)) in (1..).zip(labels.into_iter().take(MOST_LABELS)) {
            diagnostic = diagnostic.label(place, format!("{n}. {text}"));
        }
        diagnostic
    }

    fn cause(&self, at: NodeId, edge: EdgeId) -> Cause {
        let own = at == self.call.node || self.passing.wait_of(at) == Some(self.call.node);
        let late = self.graph.edge(edge).is_some_and(
            |edge| matches!(edge.kind, EdgeKind::Exit(exit) if matches!(exit.on, On::Timeout(_))),
        );
        match (own, late) {
            (true, true) => Cause::Late,
            (true, false) => Cause::Fails,
            (false, _) => Cause::Follows,
        }
    }

    /// What is said about a part of the way.
    fn label(&self, before: State, after: State, id: EdgeId) -> Option<(Place, String)> {
        let edge = self.graph.edge(id)?;
        let fails = before.phase != after.phase;
        match edge.kind {
            EdgeKind::Exit(exit) if matches!(exit.on, On::Timeout(_)) && fails => {
                Some((exit.place, "by now nobody knows whether it was done".to_owned()))
            }
            EdgeKind::Exit(exit) if matches!(exit.on, On::Failed) => {
                Some((exit.place, "this is where it fails".to_owned()))
            }
            EdgeKind::Exit(exit) if matches!(exit.on, On::Timeout(_) | On::Hours(_)) => {
                Some((exit.place, "time passes".to_owned()))
            }
            EdgeKind::Then if matches!(self.graph.node(edge.from)?.kind, NodeKind::Loop { .. }) => {
                Some((self.graph.node(edge.from)?.place, "the next round begins".to_owned()))
            }
            // Out of what was called, and not past it.
            EdgeKind::Back if before.node != edge.from => {
                let (inner, outer) = (self.graph.routine_of(before.node)?, self.graph.routine_of(edge.from)?);
                let text = format!("`{}` comes back to `{}`", inner.name, outer.name);
                Some((self.graph.node(edge.from)?.place, text))
            }
            EdgeKind::Back if fails => {
                let inner = self.graph.outgoing(edge.from).find(|(_, edge)| calls(&edge.kind))?.1;
                let text = format!("something fails in `{}`", self.graph.routine_of(inner.to)?.name);
                Some((self.graph.node(edge.from)?.place, text))
            }
            EdgeKind::Next
            | EdgeKind::Then
            | EdgeKind::Else
            | EdgeKind::Exit(_)
            | EdgeKind::Valid
            | EdgeKind::Invalid
            | EdgeKind::Goto
            | EdgeKind::Call
            | EdgeKind::Run
            | EdgeKind::HandOver
            | EdgeKind::Back
            | EdgeKind::Failed => hop(self.graph, id),
        }
    }
}

impl Once<'_> {
    fn callee(&self) -> Place {
        self.act.callee
    }
}

/// Why it is done again.
#[derive(Clone, Copy)]
enum Cause {
    Fails,
    Late,
    Follows,
}

impl Cause {
    fn words(self) -> &'static str {
        match self {
            Cause::Fails => "when it fails",
            Cause::Late => "when its answer is late",
            Cause::Follows => "when something after it fails",
        }
    }
}
