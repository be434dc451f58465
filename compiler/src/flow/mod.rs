//! What the flow of a checked project shows: what is never reached, what goes round without waiting, what can hang,
//! which channels carry what, and how long ago the client has written.
//!
//! In: the typed program. Out: findings. One graph is made of all bots ([`graph`]); each analysis is a small file over
//! it and takes linear or nearly linear time. Nothing here looks at conditions, except at those that ask for the
//! channel or for a comment of the client, and at `while true`. Nothing here recurses over statements or calls.

mod build;
mod calls;
mod carry;
mod channels;
mod durations;
mod end;
pub(crate) mod exit;
pub mod graph;
mod hang;
pub(crate) mod live;
mod longest;
mod loops;
mod narrow;
mod passes;
pub(crate) mod reach;
mod retry;
mod scc;
mod sent;
mod story;
#[cfg(test)]
mod tests;
mod time;
mod trail;
mod ways;
mod whole;
mod window;

use crate::diagnostic::Diagnostic;
use crate::ir::Project;
use graph::Graph;
pub use passes::falls_through;
pub(crate) use passes::statement_falls_through;
pub(crate) use sent::Sent;

/// The channels of the messages of a checked project.
pub(crate) fn sent(project: &Project) -> Sent<'_> {
    let graph = Graph::of(project);
    let calls = calls::Calls::of(&graph);
    let channels = channels::Channels::of(&graph, &calls);
    Sent::of(&graph, channels)
}

/// Reports everything that the flow of the project's bots shows. Gives the channels of the messages.
pub(crate) fn check<'p>(project: &'p Project, diagnostics: &mut Vec<Diagnostic>) -> Sent<'p> {
    let graph = Graph::of(project);
    let calls = calls::Calls::of(&graph);
    let within = reach::within(&graph, &calls);
    reach::steps(&graph, &calls, diagnostics);
    reach::statements(&graph, &within, diagnostics);
    end::silent_ends(&graph, &within, diagnostics);
    exit::exits(&graph, diagnostics);
    loops::circles(&graph, &calls, diagnostics);
    loops::endless(&graph, diagnostics);
    retry::retries(&graph, diagnostics);
    hang::waits(&graph, diagnostics);
    let channels = channels::Channels::of(&graph, &calls);
    carry::carried(&graph, &channels, diagnostics);
    carry::comments(&graph, &channels, diagnostics);
    window::messages(&graph, &channels, diagnostics);
    Sent::of(&graph, channels)
}
