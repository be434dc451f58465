//! W0701: a wait for the client with nothing that bounds it can last for ever.

use super::graph::{Graph, Node, NodeKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{On, Wait};
use sbot_grammar::ast::Span;

/// What the suggestion writes: long enough for an answer, short enough for a lead.
const TIMEOUT: &str = "on timeout 1d -> end";

pub(super) fn waits(graph: &Graph<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for node in &graph.nodes {
        let Some(wait) = node.kind.wait() else { continue };
        let validates = matches!(node.kind, NodeKind::Validate(_));
        let client = validates || wait.exits.iter().any(|exit| by_client(&exit.on));
        if client && !bounded(wait) {
            diagnostics.push(report(graph, node));
        }
    }
}

/// Whether it is the client who takes an exit.
fn by_client(on: &On) -> bool {
    match on {
        On::Option { .. } | On::Other | On::Message | On::Chosen | On::VideoOpened | On::VideoClosed => true,
        On::Timeout(_)
        | On::Failed
        | On::Delivered
        | On::Hours(_)
        | On::Answer(_)
        | On::Result
        | On::Drawn(_) => false,
    }
}

fn bounded(wait: &Wait) -> bool {
    wait.exits.iter().any(|exit| matches!(exit.on, On::Timeout(_) | On::Hours(_)))
}

fn report(graph: &Graph<'_>, node: &Node<'_>) -> Diagnostic {
    let bot = graph.routine(node.routine).and_then(|routine| routine.kind.bot());
    let bot = bot.and_then(|bot| graph.project.bots.get(bot.0 as usize));
    let diagnostic = Diagnostic::new(
        Code::W0701,
        node.place,
        "this waits for the client without a time-out, so it can hang for ever",
    )
    .help(format!("say what happens when nothing comes, such as `{TIMEOUT}`"));
    // `-> end` is no way out of a bot that promises a result.
    if bot.is_some_and(|bot| bot.result.is_some()) {
        return diagnostic;
    }
    let end = node.place.span.end;
    diagnostic.suggest(Span::new(end, end), format!(" {TIMEOUT}"))
}
