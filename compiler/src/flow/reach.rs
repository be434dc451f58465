//! W0601 and W0602: steps and statements that are never reached.

use super::calls::{Calls, follow, inside};
use super::graph::{EdgeKind, Graph, Node, NodeId, NodeKind, PerNode, RoutineId, RoutineKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Project, RuleKind, To};
use std::ops::Range;

/// What of a bot some way from its first step, or from `on failed`, leads to.
pub(crate) struct Reached {
    /// For each step.
    pub steps: Vec<bool>,
    /// For each flow.
    pub flows: Vec<bool>,
}

/// What is reached of each bot of a project.
pub(crate) fn reached(project: &Project) -> Vec<Reached> {
    let graph = Graph::of(project);
    let marked = marked(&graph, &Calls::of(&graph));
    let of = |routines: &Range<u32>| {
        let routines = routines.clone().filter_map(|id| graph.routine(RoutineId(id)));
        routines.map(|routine| marked.get(routine.entry)).collect()
    };
    graph.bots.iter().map(|bot| Reached { steps: of(&bot.steps), flows: of(&bot.flows) }).collect()
}

/// The nodes that a way from the start of a bot, or from `on failed`, leads to.
fn marked(graph: &Graph<'_>, calls: &Calls) -> PerNode<bool> {
    let starts = graph.bots.iter().map(|bot| bot.start);
    let failed = graph.project.bots.iter().zip(&graph.bots).filter_map(|(bot, nodes)| {
        let at = nodes.steps.start.checked_add(bot.on_failed?.0)?;
        graph.routine(RoutineId(at)).map(|step| step.entry)
    });
    // Runs of older programs begin there.
    let restarted = graph.project.bots.iter().zip(&graph.bots).flat_map(|(bot, nodes)| {
        let rules = bot.upgrades.iter().flat_map(|upgrade| &upgrade.rules);
        let steps = rules.filter_map(|rule| match &rule.kind {
            RuleKind::Place { to: To::Restart { step, .. }, .. }
            | RuleKind::Bot { to: To::Restart { step, .. }, .. } => Some(step.0),
            RuleKind::Place { .. }
            | RuleKind::Bot { .. }
            | RuleKind::Renamed { .. }
            | RuleKind::Value { .. }
            | RuleKind::Symbol { .. } => None,
        });
        steps.filter_map(|step| {
            let at = nodes.steps.start.checked_add(step)?;
            graph.routine(RoutineId(at)).map(|step| step.entry)
        })
    });
    follow(graph, starts.chain(failed).chain(restarted), |from, kind| {
        !matches!(kind, EdgeKind::Back) || calls.comes_back(graph, from)
    })
}

/// Reports the bots' own steps that are never reached.
pub(super) fn steps(graph: &Graph<'_>, calls: &Calls, diagnostics: &mut Vec<Diagnostic>) {
    let marked = marked(graph, calls);
    for step in graph.routines.iter().filter(|of| matches!(of.kind, RoutineKind::Step(..)) && !of.library) {
        if !marked.get(step.entry) {
            diagnostics.push(
                Diagnostic::new(
                    Code::W0601,
                    step.place,
                    format!("the step `{}` is never reached", step.name),
                )
                .help("go to it from somewhere with `-> …`, or remove it"),
            );
        }
    }
}

/// The nodes that a way from the beginning of their own routine leads to.
pub(super) fn within(graph: &Graph<'_>, calls: &Calls) -> PerNode<bool> {
    follow(graph, graph.routines.iter().map(|routine| routine.entry), |from, kind| {
        inside(kind) && (!matches!(kind, EdgeKind::Back) || calls.comes_back(graph, from))
    })
}

/// Reports the first statement after one that nothing gets past.
pub(super) fn statements(graph: &Graph<'_>, within: &PerNode<bool>, diagnostics: &mut Vec<Diagnostic>) {
    for block in &graph.blocks {
        let first_lost = block.clone().map(NodeId).find(|id| !within.get(*id));
        let Some(lost) = first_lost.filter(|id| id.0 > block.start) else { continue };
        let (Some(before), Some(node)) = (graph.node(NodeId(lost.0 - 1)), graph.node(lost)) else { continue };
        let diagnostic = Diagnostic::new(Code::W0602, node.place, "this is never reached");
        diagnostics.push(because(graph, before, diagnostic));
    }
}

/// Says why nothing gets past a statement.
fn because(graph: &Graph<'_>, before: &Node<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let bot = graph.routine(before.routine).and_then(|routine| routine.kind.bot());
    match (before.kind, bot) {
        (NodeKind::Call(flow, _), Some(bot)) => {
            let Some(flow) = graph.flow(bot, flow).and_then(|id| graph.routine(id)) else {
                return diagnostic;
            };
            diagnostic
                .label(before.place, format!("the flow `{}` never comes back", flow.name))
                .label(flow.place, "no way through it comes to its end")
                .help("remove this, or let a way through the flow reach its end")
        }
        (NodeKind::Run(run, _), _) => {
            let Some(bot) = graph.project.bots.get(run.0 as usize) else { return diagnostic };
            diagnostic
                .label(before.place, format!("the bot `{}` never ends", bot.name))
                .label(bot.place, "no way through it comes to an end")
                .help("remove this, or let a way through the bot end")
        }
        _ => {
            diagnostic.label(before.place, "nothing gets past this").help("remove it, or let a way lead here")
        }
    }
}
