//! W0705: a free-form message that can go out more than 24 hours after the client's last message, on a channel that
//! takes only templates by then.

use super::carry::{list, own_channels};
use super::channels::{Channels, Runs, Set};
use super::durations::FOREVER;
use super::graph::{EdgeKind, Graph, NodeId, NodeKind};
use super::longest::{Event, Longest, Root};
use super::story;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::BotId;
use crate::source::Place;
use sbot_vm::calendar::format_duration;
use sbot_vm::program::TriggerKind;

/// Salesbot guide, "Subscribe (Meta)": 24 hours after the client's last message. 24 hours themselves are inside.
const WINDOW: i64 = 24 * 3600;
/// The channels with such a window: those of Meta.
pub(super) const KINDS: &[&str] = &["whatsapp", "instagram", "facebook"];

pub(super) fn messages(graph: &Graph<'_>, channels: &Channels<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let closing = channels.declared.of_kinds(KINDS);
    if closing == 0 {
        return;
    }
    // Runs on these channels only, those that a comment started apart from the others.
    let mut triggers = graph.project.bots.iter().flat_map(|bot| &bot.triggers);
    let comments = triggers.any(|trigger| trigger.kind == TriggerKind::Comment);
    let mut there = vec![times(graph, channels, closing, |runs| runs.started_by_comment(false))];
    there.extend(comments.then(|| times(graph, channels, closing, |runs| runs.started_by_comment(true))));
    // For messages that name their channels themselves, all runs.
    let mut anywhere = Vec::new();
    for (id, node) in graph.all() {
        let NodeKind::Send(message) = node.kind else { continue };
        if message.template.is_some() {
            continue;
        }
        let own = own_channels(graph, channels, id, message);
        if own.is_some() && anywhere.is_empty() {
            anywhere.push(times(graph, channels, Set::MAX, |runs| runs));
        }
        let times = if own.is_some() { &anywhere } else { &there };
        let Some(longest) = times.iter().max_by_key(|times| times.time.get(id)) else { continue };
        let on = own.unwrap_or(channels.at.get(id).channels()) & closing;
        if longest.time.get(id) > WINDOW && on != 0 {
            diagnostics.push(report(graph, channels, longest, (id, node.place), on));
        }
    }
}

/// The longest times of the runs that `which` takes, on some of these channels.
fn times<'g, 'p>(
    graph: &'g Graph<'p>,
    channels: &Channels<'_, '_>,
    on: Set,
    which: impl Fn(Runs) -> Runs,
) -> Longest<'g, 'p> {
    let roots = roots(graph, |bot, trigger| which(channels.started_by(bot, trigger)).channels() & on != 0);
    Longest::of(graph, &roots, |edge| {
        if !matches!(edge.kind, EdgeKind::Then | EdgeKind::Else) {
            return false;
        }
        let before = which(channels.at.get(edge.from));
        let after = which(channels.along(edge.from, &edge.kind, edge.to));
        let passed_by = !before.others && channels.without_comment(edge.from, &edge.kind);
        !before.none() && (passed_by || after.none() || before.channels() != 0 && after.channels() & on == 0)
    })
}

fn report(
    graph: &Graph<'_>,
    channels: &Channels<'_, '_>,
    longest: &Longest<'_, '_>,
    (id, at): (NodeId, Place),
    on: Set,
) -> Diagnostic {
    let names = channels.declared.names(on);
    let takes = if let [_] = names.as_slice() { "takes" } else { "take" };
    let text = match longest.time.get(id) {
        FOREVER => "this message can go out more than 24 hours after the client's last message".to_owned(),
        time => format!("this message can go out {} after the client's last message", format_duration(time)),
    };
    let mut diagnostic = Diagnostic::new(Code::W0705, at, text)
        .note(format!("{} {takes} only templates by then", list(&names)))
        .help(help(channels, on));
    for (n, (place, text)) in (1..).zip(story::of(graph, longest, longest.link.get(id))) {
        diagnostic = diagnostic.label(place, format!("{n}. {text}"));
    }
    diagnostic
}

fn help(channels: &Channels<'_, '_>, on: Set) -> String {
    let subscribe = match on & channels.declared.of_kinds(&["facebook"]) {
        0 => "",
        _ => ", ask the client to `subscribe` in time",
    };
    format!("send a template{subscribe}, or let the waits before it end sooner")
}

/// Where the runs of some triggers begin: with a message of the client, or without one.
fn roots(graph: &Graph<'_>, counts: impl Fn(BotId, usize) -> bool) -> Vec<Root> {
    let mut roots = Vec::new();
    for (id, bot) in (0u32..).map(BotId).zip(&graph.project.bots) {
        let mut triggers = (0..bot.triggers.len())
            .filter(|n| counts(id, *n))
            .filter_map(|n| Some((n, bot.triggers.get(n)?.kind == TriggerKind::Message)));
        let first = triggers.clone().find(|(_, message)| !message).or_else(|| triggers.next());
        if let (Some((trigger, message)), Some(start)) = (first, graph.start(id)) {
            roots.push((start, if message { 0 } else { FOREVER }, Some(Event::Trigger(id, trigger))));
        }
    }
    roots
}
