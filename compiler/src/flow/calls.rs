//! Which flows come back to their callers and which bots end, with and without a wait on the way.
//!
//! In: the graph. Out: [`Calls`]. Goes backwards from every end, once over each edge.

use super::graph::{EdgeKind, Graph, NodeId, NodeKind, PerNode, RoutineKind};

/// What is known of calls.
pub(super) struct Calls {
    /// The ways on from a node, at most.
    any: PerNode<Ends>,
    /// Those without a wait on them.
    dry: PerNode<Ends>,
}

/// How a way can end that begins at a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ends {
    /// It gives control back to the caller of its flow or `fn`.
    returns: bool,
    /// It ends its bot.
    ends: bool,
}

impl Ends {
    fn or(self, other: Ends) -> Ends {
        Ends { returns: self.returns || other.returns, ends: self.ends || other.ends }
    }
}

impl Calls {
    pub(super) fn of(graph: &Graph<'_>) -> Calls {
        Calls { any: backwards(graph, false), dry: backwards(graph, true) }
    }

    /// Whether what is called at this node can come back. True for a node that calls nothing.
    pub(super) fn comes_back(&self, graph: &Graph<'_>, call: NodeId) -> bool {
        comes_back(graph, &self.any, call)
    }

    /// Whether it can do so without waiting.
    pub(super) fn comes_back_dry(&self, graph: &Graph<'_>, call: NodeId) -> bool {
        comes_back(graph, &self.dry, call)
    }
}

/// Whether an edge leads into what is called, run or handed over to.
pub(super) fn calls(kind: &EdgeKind<'_>) -> bool {
    matches!(kind, EdgeKind::Call | EdgeKind::Run | EdgeKind::HandOver)
}

/// Whether a node parks the run. Round Robin is answered at once.
pub(super) fn waits(kind: &NodeKind<'_>) -> bool {
    kind.wait().is_some()
}

fn comes_back(graph: &Graph<'_>, ends: &PerNode<Ends>, call: NodeId) -> bool {
    let into = graph.outgoing(call).find(|(_, edge)| calls(&edge.kind));
    into.is_none_or(|(_, edge)| {
        let ends = ends.get(edge.to);
        if matches!(edge.kind, EdgeKind::Call) { ends.returns } else { ends.ends }
    })
}

fn backwards(graph: &Graph<'_>, dry: bool) -> PerNode<Ends> {
    let mut known = PerNode::new(graph, Ends::default());
    let mut open = Vec::new();
    for (id, node) in graph.all() {
        let step = graph.routine(node.routine).is_some_and(|of| matches!(of.kind, RoutineKind::Step(..)));
        let ends = if matches!(node.kind, NodeKind::End) {
            Ends { returns: false, ends: true }
        } else if matches!(node.kind, NodeKind::Leave | NodeKind::Return) {
            Ends { returns: !step, ends: step }
        } else {
            continue;
        };
        known.set(id, ends);
        open.push(id);
    }
    while let Some(id) = open.pop() {
        for (_, edge) in graph.incoming(id) {
            let now = known.get(id);
            let bot_only = Ends { returns: false, ends: now.ends };
            let waits = graph.node(edge.from).is_some_and(|node| waits(&node.kind));
            let more = match edge.kind {
                EdgeKind::Next
                | EdgeKind::Then
                | EdgeKind::Else
                | EdgeKind::Exit(_)
                | EdgeKind::Valid
                | EdgeKind::Invalid => now,
                EdgeKind::Goto => bot_only,
                EdgeKind::Failed if dry => continue,
                EdgeKind::Failed => bot_only,
                EdgeKind::Back if comes_back(graph, &known, edge.from) => now,
                EdgeKind::Back => continue,
                // What is called may have become one that comes back.
                EdgeKind::Call => after(graph, &known, edge.from).or(bot_only),
                EdgeKind::Run | EdgeKind::HandOver => after(graph, &known, edge.from),
            };
            let before = known.get(edge.from);
            let now = before.or(more);
            if now != before && !(dry && waits) {
                known.set(edge.from, now);
                open.push(edge.from);
            }
        }
    }
    known
}

/// What follows a call, if that comes back.
fn after(graph: &Graph<'_>, known: &PerNode<Ends>, call: NodeId) -> Ends {
    if !comes_back(graph, known, call) {
        return Ends::default();
    }
    let back = graph.outgoing(call).find(|(_, edge)| matches!(edge.kind, EdgeKind::Back));
    back.map_or_else(Ends::default, |(_, edge)| known.get(edge.to))
}

/// Marks every node that some way from `roots` passes. `takes` says which edges count.
pub(super) fn follow(
    graph: &Graph<'_>,
    roots: impl IntoIterator<Item = NodeId>,
    mut takes: impl FnMut(NodeId, &EdgeKind<'_>) -> bool,
) -> PerNode<bool> {
    let mut marked = PerNode::new(graph, false);
    let mut open: Vec<NodeId> = roots.into_iter().filter(|root| !marked.set(*root, true)).collect();
    while let Some(id) = open.pop() {
        for (_, edge) in graph.outgoing(id) {
            if takes(id, &edge.kind) && !marked.set(edge.to, true) {
                open.push(edge.to);
            }
        }
    }
    marked
}

/// Whether an edge stays inside its routine.
pub(super) fn inside(kind: &EdgeKind<'_>) -> bool {
    match kind {
        EdgeKind::Next
        | EdgeKind::Then
        | EdgeKind::Else
        | EdgeKind::Exit(_)
        | EdgeKind::Valid
        | EdgeKind::Invalid
        | EdgeKind::Back => true,
        EdgeKind::Goto | EdgeKind::Call | EdgeKind::Run | EdgeKind::HandOver | EdgeKind::Failed => false,
    }
}
