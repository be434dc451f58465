//! The way from a trigger to every node that takes the fewest steps, for the labels of a report.

use super::graph::{Edge, EdgeId, Graph, NodeId, PerNode};
use super::trail::hop;
use crate::diagnostic::Diagnostic;
use crate::ir::BotId;
use std::collections::VecDeque;

/// How many labels a path has at most.
pub(super) const MOST_LABELS: usize = 12;

/// Shortest ways.
pub(super) struct Ways {
    /// The last part of the way to each node.
    last: PerNode<Option<usize>>,
    parts: Vec<Part>,
}

/// A part of a way, with the one before it.
struct Part {
    what: What,
    before: Option<usize>,
    count: usize,
}

#[derive(Clone, Copy)]
enum What {
    /// A trigger of a bot, by its index.
    Trigger(BotId, usize),
    /// Into another routine.
    Hop(EdgeId),
}

impl Ways {
    /// The ways from these triggers along the edges that count.
    pub(super) fn of(
        graph: &Graph<'_>,
        triggers: impl IntoIterator<Item = (BotId, usize)>,
        mut follow: impl FnMut(&Edge<'_>) -> bool,
    ) -> Ways {
        let mut ways = Ways { last: PerNode::new(graph, None), parts: Vec::new() };
        let mut done = PerNode::new(graph, false);
        let mut open: VecDeque<(NodeId, usize)> = VecDeque::new();
        for (bot, trigger) in triggers {
            let part = ways.push(What::Trigger(bot, trigger), None);
            open.extend(graph.start(bot).map(|start| (start, part)));
        }
        while let Some((id, part)) = open.pop_front() {
            if done.set(id, true) {
                continue;
            }
            ways.last.set(id, Some(part));
            for (at, edge) in graph.outgoing(id) {
                if done.get(edge.to) || !follow(edge) {
                    continue;
                }
                // What stays inside a routine costs nothing.
                if super::calls::inside(&edge.kind) {
                    open.push_front((edge.to, part));
                } else {
                    let part = ways.push(What::Hop(at), Some(part));
                    open.push_back((edge.to, part));
                }
            }
        }
        ways
    }

    fn push(&mut self, what: What, before: Option<usize>) -> usize {
        let count = before.and_then(|before| self.parts.get(before)).map_or(1, |part| part.count + 1);
        self.parts.push(Part { what, before, count });
        self.parts.len() - 1
    }

    /// Adds the way to a node to a report, as numbered labels. `started` says what a trigger has to do with it.
    pub(super) fn label(
        &self,
        graph: &Graph<'_>,
        to: NodeId,
        started: impl Fn(BotId) -> String,
        mut diagnostic: Diagnostic,
    ) -> Diagnostic {
        let mut last = self.last.get(to);
        let mut parts = Vec::new();
        while let Some(part) =
            last.and_then(|last| self.parts.get(last)).filter(|_| parts.len() < MOST_LABELS)
        {
            parts.push(part);
            last = part.before;
        }
        for part in parts.iter().rev() {
            let label = match part.what {
                What::Trigger(bot, trigger) => {
                    let trigger =
                        graph.project.bots.get(bot.0 as usize).and_then(|bot| bot.triggers.get(trigger));
                    trigger.map(|trigger| (trigger.place, started(bot)))
                }
                What::Hop(edge) => hop(graph, edge),
            };
            if let Some((place, text)) = label {
                diagnostic = diagnostic.label(place, format!("{}. {text}", part.count));
            }
        }
        diagnostic
    }
}
