//! What happens on the longest way to a message, as the labels of a report: who writes when, and where time passes.

use super::durations::{FOREVER, plus};
use super::graph::{EdgeId, EdgeKind, Graph};
use super::longest::{Event, Link, LinkId, Longest};
use super::trail::hop;
use super::ways::MOST_LABELS;
use crate::ir::On;
use crate::source::Place;
use sbot_vm::calendar::format_duration;
use sbot_vm::program::TriggerKind;

/// How deep it looks into calls.
const DEPTH: usize = 6;

/// What happens up to `last`, in order. A long way is shown by its beginning and its end.
pub(super) fn of(graph: &Graph<'_>, longest: &Longest<'_, '_>, last: Option<LinkId>) -> Vec<(Place, String)> {
    let mut story = Story { graph, longest, told: Vec::new() };
    story.tell(last, 0, DEPTH);
    story.told
}

struct Story<'s, 'g, 'p> {
    graph: &'s Graph<'p>,
    longest: &'s Longest<'g, 'p>,
    told: Vec<(Place, String)>,
}

impl Story<'_, '_, '_> {
    fn link(&self, id: LinkId) -> Option<Link> {
        self.longest.links.get(id as usize).copied()
    }

    /// Tells a chain of events. `start` is the time at its beginning.
    fn tell(&mut self, last: Option<LinkId>, start: i64, depth: usize) {
        let mut chain = Vec::new();
        let mut at = last;
        while let Some(link) = at.and_then(|id| self.link(id)) {
            chain.push(link);
            at = link.before;
            if chain.len() + 1 >= MOST_LABELS && link.count > 2 {
                chain.extend(self.link(link.origin));
                break;
            }
        }
        let mut told = 0;
        for link in chain.into_iter().rev() {
            let before = link
                .before
                .and_then(|before| self.link(before))
                .map_or(start, |link| plus(start, link.total));
            let skipped = link.count.saturating_sub(told + 1);
            let skipped = if skipped == 0 { String::new() } else { format!("after {skipped} more waits, ") };
            self.event(link, &skipped, before, plus(start, link.total), depth);
            told = link.count;
        }
    }

    fn say(&mut self, place: Option<Place>, text: String) {
        self.told.extend(place.map(|place| (place, text)));
    }

    fn event(&mut self, link: Link, skipped: &str, before: i64, total: i64, depth: usize) {
        match link.event {
            Event::Trigger(bot, n) => {
                let bot = self.graph.project.bots.get(bot.0 as usize);
                if let Some(trigger) = bot.and_then(|bot| bot.triggers.get(n)) {
                    self.say(Some(trigger.place), started(&trigger.kind).to_owned());
                }
            }
            Event::Client(edge) => self.say(self.place(edge), "the client writes".to_owned()),
            Event::Time(edge, adds) => {
                let text = self.waited(edge, adds, before, total);
                self.say(self.place(edge), format!("{skipped}{text}"));
            }
            Event::Hop(edge) => self.hop(edge),
            Event::Round(edge, adds) => {
                let more =
                    if adds == FOREVER { String::new() } else { format!("{} ", format_duration(adds)) };
                let text = format!("{skipped}{more}pass here in every round, and the rounds have no end");
                self.say(self.place(edge), text);
            }
            Event::Call(through, inside) => {
                let call = self.graph.edge(through).map(|edge| edge.from);
                let mut into = call.into_iter().flat_map(|call| self.graph.outgoing(call));
                if let Some((edge, _)) = into.find(|(_, edge)| super::calls::calls(&edge.kind)) {
                    self.hop(edge);
                }
                if depth > 0 && self.told.len() < MOST_LABELS {
                    self.tell(inside, before, depth - 1);
                }
                if self.graph.edge(through).is_some_and(|edge| matches!(edge.kind, EdgeKind::Failed)) {
                    self.hop(through);
                }
            }
        }
    }

    fn hop(&mut self, edge: EdgeId) {
        self.told.extend(hop(self.graph, edge));
    }

    /// How long a wait takes, and how long it is in all.
    fn waited(&self, edge: EdgeId, adds: i64, before: i64, total: i64) -> String {
        let kind = self.graph.edge(edge).map(|edge| edge.kind);
        let on = if let Some(EdgeKind::Exit(exit)) = kind { Some(&exit.on) } else { None };
        let timer = matches!(on, Some(On::Timeout(_)));
        if adds == FOREVER {
            let why = match on {
                Some(On::Hours(_)) => "these hours never begin",
                _ if timer => "how long this timer runs cannot be told",
                _ => "this can take any time: there is no `on timeout`",
            };
            return why.to_owned();
        }
        let time = format_duration(adds);
        let time = if timer { format!("{time} pass") } else { format!("up to {time} pass") };
        if before == 0 || total == FOREVER {
            time
        } else {
            format!("{time}, {} in all", format_duration(total))
        }
    }

    /// The exit, or the statement that an edge leaves.
    fn place(&self, edge: EdgeId) -> Option<Place> {
        let edge = self.graph.edge(edge)?;
        if let EdgeKind::Exit(exit) = edge.kind {
            return Some(exit.place);
        }
        self.graph.node(edge.from).map(|node| node.place)
    }
}

fn started(kind: &TriggerKind) -> &'static str {
    if *kind == TriggerKind::Message {
        "the client writes"
    } else if *kind == TriggerKind::Comment {
        "the client comments, which is no message"
    } else {
        "this starts the bot, and the client may not have written for long"
    }
}
