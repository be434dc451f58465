//! Words for the ways between routines, as they stand in the labels of a path.

use super::graph::{EdgeId, EdgeKind, Graph, NodeKind};
use crate::source::Place;

/// A way that leads into another routine, in words: "`greet` goes to `again`". Nothing for ways inside one.
pub(super) fn hop(graph: &Graph<'_>, edge: EdgeId) -> Option<(Place, String)> {
    let edge = graph.edge(edge)?;
    let from = graph.node(edge.from)?;
    let (here, there) = (graph.routine(from.routine)?.name, graph.routine_of(edge.to)?.name);
    let text = match edge.kind {
        EdgeKind::Goto => format!("`{here}` goes to `{there}`"),
        EdgeKind::Call => format!("`{here}` calls `{there}`"),
        EdgeKind::Run => format!("`{here}` runs the bot `{}`", started(graph, edge.to)?),
        EdgeKind::HandOver => format!("`{here}` hands over to the bot `{}`", started(graph, edge.to)?),
        EdgeKind::Failed => format!("where this fails, `on failed` goes to `{there}`"),
        EdgeKind::Next
        | EdgeKind::Then
        | EdgeKind::Else
        | EdgeKind::Exit(_)
        | EdgeKind::Valid
        | EdgeKind::Invalid
        | EdgeKind::Back => return None,
    };
    Some((from.place, text))
}

/// The name of the bot that starts at a node.
fn started<'p>(graph: &Graph<'p>, at: super::graph::NodeId) -> Option<&'p str> {
    let NodeKind::Start(bot) = graph.node(at)?.kind else { return None };
    graph.project.bots.get(bot.0 as usize).map(|bot| &*bot.name)
}
