//! E0501, W0712 and W0713: statements that the channels of the bot cannot carry, and answers to comments that may be
//! none. The one table of what carries what stands here; that of actions is the attribute `@channels` of their
//! declarations in `std/actions.sbot`, each with its source.

use super::channels::{Channels, Runs, Set, first};
use super::graph::{Graph, Node, NodeId, NodeKind};
use super::ways::Ways;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{BotId, Message, On};
use crate::source::Place;
use rustc_hash::FxHashMap;
use sbot_vm::program::{TriggerKind, Via};

/// What only some kinds of channels carry.
struct Row {
    /// In a sentence.
    what: &'static str,
    kinds: &'static [&'static str],
}

/// Salesbot guide, "List message (Whatsapp)".
const LIST: Row = Row { what: "a list message", kinds: &["whatsapp"] };
/// Salesbot guide, "Voice messages": via Instagram, Facebook and WACA, the WhatsApp Cloud API.
const VOICE: Row = Row { what: "a voice message", kinds: &["instagram", "facebook", "whatsapp"] };
/// Salesbot guide, "Pause": "only available in the Live Chat channel".
const VIDEO: Row = Row { what: "this exit", kinds: &["live_chat"] };

/// The kinds of channels, as people write them.
const TITLES: &[(&str, &str)] = &[
    ("whatsapp", "WhatsApp"),
    ("instagram", "Instagram"),
    ("facebook", "Facebook"),
    ("telegram", "Telegram"),
    ("live_chat", "live chat"),
    ("sms", "SMS"),
    ("email", "e-mail"),
    ("tiktok", "TikTok"),
    ("viber", "Viber"),
];

/// A statement that needs certain channels.
struct Needs {
    place: Place,
    what: String,
    /// Where it is carried, in words.
    by: String,
    carriers: Set,
    /// The channels that the statement itself names, instead of those of the runs.
    own: Option<Set>,
}

/// Reports what the channels of the runs that come to a statement cannot carry.
pub(super) fn carried(graph: &Graph<'_>, channels: &Channels<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if channels.declared.all == 0 {
        return;
    }
    let mut ways = FxHashMap::default();
    for (id, node) in graph.all() {
        let runs = channels.at.get(id).channels();
        for needs in needs(graph, channels, id, node) {
            let on = needs.own.unwrap_or(runs);
            if on & !needs.carriers == 0 || runs == 0 {
                continue;
            }
            let none = on & needs.carriers == 0;
            let code = if none { Code::E0501 } else { Code::W0712 };
            let whole = start_of(graph, id).is_some_and(|start| on == channels.at.get(start).channels());
            let names = list(&channels.declared.names(on & !needs.carriers));
            let what = &needs.what;
            let text = match (none, needs.own.is_some()) {
                (true, true) => format!("{names} cannot carry {what}"),
                (true, false) if whole => format!("no channel of this bot can carry {what}"),
                (true, false) => format!("{names} cannot carry {what}, and nothing else comes here"),
                (false, _) => format!("not every channel can carry {what}: {names} cannot"),
            };
            let instead = match (none, needs.own.is_some()) {
                (_, true) => "name such a channel after `via`",
                (true, false) => "say it in another way here, or let the bot run on such a channel",
                (false, false) => {
                    "ask before, `if client.channel == …`, and say it in another way on the others"
                }
            };
            let help = format!("only {} carries it: {instead}", needs.by);
            let mut diagnostic = Diagnostic::new(code, needs.place, text).help(help);
            if needs.own.is_none() {
                let bad = first(on & !needs.carriers);
                let ways = ways.entry(bad).or_insert_with(|| ways_on(graph, channels, bad));
                let name = list(&channels.declared.names(bad));
                let started = |bot: BotId| format!("`{}` runs on {name}", bot_name(graph, bot));
                diagnostic = ways.label(graph, id, started, diagnostic);
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// Reports answers to comments that are reached in a run that no comment started.
pub(super) fn comments(graph: &Graph<'_>, channels: &Channels<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut ways: Option<Ways> = None;
    for (id, node) in graph.all() {
        let NodeKind::Effect(act) = node.kind else { continue };
        let needs = graph.project.needs.get(act.action.0 as usize);
        if !channels.at.get(id).others || !needs.is_some_and(|needs| needs.comment) {
            continue;
        }
        let name = graph.project.actions.get(act.action.0 as usize).map_or("", |action| &*action.name);
        let diagnostic = Diagnostic::new(
            Code::W0713,
            node.place,
            format!("`{name}` answers a comment, and this run may have been started by something else"),
        )
        .help("ask first, `if client.comment is set { … }`, or give the comments a bot of their own");
        let ways = ways.get_or_insert_with(|| {
            Ways::of(graph, triggers(graph, |_, _, kind| *kind != TriggerKind::Comment), |edge| {
                channels.along(edge.from, &edge.kind, edge.to).others
            })
        });
        let started = |bot: BotId| format!("this starts `{}` without a comment", bot_name(graph, bot));
        diagnostics.push(ways.label(graph, id, started, diagnostic));
    }
}

/// The ways of runs on a channel.
fn ways_on(graph: &Graph<'_>, channels: &Channels<'_, '_>, channel: Set) -> Ways {
    let on = |runs: Runs| runs.channels() & channel != 0;
    let triggers = triggers(graph, |bot, n, _| on(channels.started_by(bot, n)));
    Ways::of(graph, triggers, |edge| on(channels.along(edge.from, &edge.kind, edge.to)))
}

fn triggers(graph: &Graph<'_>, which: impl Fn(BotId, usize, &TriggerKind) -> bool) -> Vec<(BotId, usize)> {
    let mut found = Vec::new();
    for (id, bot) in (0u32..).map(BotId).zip(&graph.project.bots) {
        let fit = bot.triggers.iter().enumerate().filter(|(n, trigger)| which(id, *n, &trigger.kind));
        found.extend(fit.map(|(n, _)| (id, n)));
    }
    found
}

/// Where the bot of a node starts.
fn start_of(graph: &Graph<'_>, id: NodeId) -> Option<NodeId> {
    graph.start(graph.routine_of(id)?.kind.bot()?)
}

fn bot_name<'p>(graph: &Graph<'p>, bot: BotId) -> &'p str {
    graph.project.bots.get(bot.0 as usize).map_or("", |bot| &bot.name)
}

/// What a statement needs of its channels.
fn needs(graph: &Graph<'_>, channels: &Channels<'_, '_>, id: NodeId, node: &Node<'_>) -> Vec<Needs> {
    let declared = &channels.declared;
    let row = |row: &Row, place: Place, own: Option<Set>| Needs {
        place,
        what: row.what.to_owned(),
        by: titles(row.kinds),
        carriers: declared.of_kinds(row.kinds),
        own,
    };
    let mut found = Vec::new();
    if let NodeKind::Send(message) = node.kind {
        let own = own_channels(graph, channels, id, message);
        found.extend(message.list.is_some().then(|| row(&LIST, node.place, own)));
        found.extend(message.voice.is_some().then(|| row(&VOICE, node.place, own)));
        found.extend(of_template(graph, channels, node.place, message));
    } else if let NodeKind::Effect(act) = node.kind
        && let Some(needs) = graph.project.needs.get(act.action.0 as usize)
        && !needs.channels.is_empty()
    {
        let kinds: Vec<&str> = needs.channels.iter().map(|kind| kind.as_str()).collect();
        let name = graph.project.actions.get(act.action.0 as usize).map_or("", |action| &*action.name);
        let (what, carriers) = (format!("`{name}`"), declared.of_kinds(&kinds));
        found.push(Needs { place: node.place, what, by: titles(&kinds), carriers, own: None });
    } else if let NodeKind::Wait(wait) = node.kind {
        let video = wait.exits.iter().filter(|exit| matches!(exit.on, On::VideoOpened | On::VideoClosed));
        found.extend(video.map(|exit| row(&VIDEO, exit.place, None)));
    }
    found
}

/// The channels that a message names itself.
pub(super) fn own_channels(
    graph: &Graph<'_>,
    channels: &Channels<'_, '_>,
    id: NodeId,
    message: &Message,
) -> Option<Set> {
    match &message.via {
        Via::Channels(via) => Some(channels.declared.of_symbols(via)),
        // Whatever the client writes on: every channel of the bot.
        Via::Any | Via::Primary => start_of(graph, id).map(|start| channels.at.get(start).channels()),
        Via::Chat => template_channels(graph, channels, message),
    }
}

/// The channels of a message's template, if it names some.
fn template_channels(graph: &Graph<'_>, channels: &Channels<'_, '_>, message: &Message) -> Option<Set> {
    let template = message.template.as_ref()?;
    let names = &graph.project.symbols.get(template.symbol as usize)?.detail;
    (!names.is_empty()).then(|| channels.declared.of_names(names))
}

/// A template goes out on its own channels only.
fn of_template(
    graph: &Graph<'_>,
    channels: &Channels<'_, '_>,
    place: Place,
    message: &Message,
) -> Option<Needs> {
    let Via::Channels(via) = &message.via else { return None };
    let carriers = template_channels(graph, channels, message)?;
    let symbol = graph.project.symbols.get(message.template.as_ref()?.symbol as usize)?;
    Some(Needs {
        place,
        what: format!("the template `{}`", symbol.name),
        by: list(&channels.declared.names(carriers)),
        carriers,
        own: Some(channels.declared.of_symbols(via)),
    })
}

fn titles(kinds: &[&str]) -> String {
    let title = |kind: &&str| TITLES.iter().find(|(known, _)| known == kind).map_or("", |(_, title)| *title);
    join(&kinds.iter().map(|kind| title(kind).to_owned()).collect::<Vec<_>>(), "or")
}

/// Names in a sentence.
pub(super) fn list(names: &[&str]) -> String {
    join(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>(), "and")
}

fn join(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} {word} {last}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{LIST, TITLES, VIDEO, VOICE};
    use crate::flow::{channels, window};
    use crate::resolve::account::CHANNEL_KINDS;

    #[test]
    fn every_kind_of_channel_has_a_title_and_no_other() {
        let titled: Vec<&str> = TITLES.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(titled, CHANNEL_KINDS);
        for kinds in [LIST.kinds, VOICE.kinds, VIDEO.kinds, channels::COMMENTS, window::KINDS] {
            assert!(kinds.iter().all(|kind| CHANNEL_KINDS.contains(kind)), "{kinds:?}");
        }
    }
}
