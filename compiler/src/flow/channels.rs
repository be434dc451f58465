//! Which channels the runs can be on that come to a node, and whether a comment started them.
//!
//! In: the graph. Out: [`Channels`]. A bot runs on the channels of its triggers, on all that are declared where one
//! names none, and without a trigger on those of its callers. Asking for `client.channel` or `client.comment` narrows
//! what comes through a branch, and everything that is only reached through it.

use super::calls::Calls;
use super::graph::{EdgeKind, Graph, NodeId, NodeKind, PerNode};
use super::narrow::{Keep, Narrow};
use crate::ir::{BotId, Project};
use rustc_hash::FxHashMap;
use sbot_vm::program::{SymbolKind, TriggerKind};
use std::collections::VecDeque;

/// A set of channels, a bit for each.
pub(super) type Set = u128;

/// How many channels have a bit of their own; the others share one with those of their kind.
const SINGLE: usize = 119;

/// Where clients comment: Salesbot guide, "Comment (Instagram)". A trigger for comments that names no channel listens
/// on these.
pub(super) const COMMENTS: &[&str] = &["instagram"];

/// The declared channels.
pub(super) struct Declared<'p> {
    /// The bit of each symbol.
    bits: FxHashMap<u32, usize>,
    /// What each bit stands for: kind and name. A shared one has a name for each.
    channels: Vec<(usize, &'p str, &'p str)>,
    pub(super) all: Set,
}

impl<'p> Declared<'p> {
    pub(super) fn of(project: &'p Project) -> Self {
        let mut declared = Declared { bits: FxHashMap::default(), channels: Vec::new(), all: 0 };
        let mut kinds: Vec<&str> = Vec::new();
        let symbols = (0u32..).zip(&project.symbols);
        for (id, symbol) in symbols.filter(|(_, symbol)| symbol.kind == SymbolKind::Channel) {
            let at = declared.channels.len();
            let bit = if at < SINGLE {
                at
            } else {
                let kind = kinds.iter().position(|kind| **kind == *symbol.detail).unwrap_or(kinds.len());
                if kind == kinds.len() {
                    kinds.push(&symbol.detail);
                }
                SINGLE + kind
            };
            declared.bits.insert(id, bit);
            declared.channels.push((bit, &symbol.detail, &symbol.name));
            declared.all |= mask(bit);
        }
        declared
    }

    /// The channels of these symbols.
    pub(super) fn of_symbols(&self, symbols: &[u32]) -> Set {
        symbols.iter().filter_map(|id| self.bits.get(id)).fold(0, |set, bit| set | mask(*bit))
    }

    /// All but the channel of this symbol.
    pub(super) fn but(&self, symbol: u32) -> Set {
        self.bits.get(&symbol).filter(|bit| **bit < SINGLE).map_or(self.all, |bit| self.all & !mask(*bit))
    }

    /// The channels of these kinds.
    pub(super) fn of_kinds(&self, kinds: &[&str]) -> Set {
        let fit = self.channels.iter().filter(|(_, kind, _)| kinds.contains(kind));
        fit.fold(0, |set, (bit, ..)| set | mask(*bit))
    }

    /// The channels with these names.
    pub(super) fn of_names(&self, names: &str) -> Set {
        let fit = self.channels.iter().filter(|(.., name)| names.split(',').any(|one| one == *name));
        fit.fold(0, |set, (bit, ..)| set | mask(*bit))
    }

    /// The names of a set, in declared order.
    pub(super) fn names(&self, set: Set) -> Vec<&'p str> {
        self.channels.iter().filter(|(bit, ..)| set & mask(*bit) != 0).map(|(.., name)| *name).collect()
    }
}

/// The first channel of a set, alone.
pub(super) fn first(set: Set) -> Set {
    set & set.wrapping_neg()
}

fn mask(bit: usize) -> Set {
    u32::try_from(bit).ok().and_then(|bit| 1u128.checked_shl(bit)).unwrap_or(0)
}

/// The runs that come to a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Runs {
    /// Whether there are some that a comment started, and their channels.
    pub(super) commented: bool,
    commented_on: Set,
    /// The same for all others.
    pub(super) others: bool,
    others_on: Set,
}

impl Runs {
    /// The channels they are on.
    pub(super) fn channels(self) -> Set {
        self.commented_on | self.others_on
    }

    fn or(self, more: Runs) -> Runs {
        Runs {
            commented: self.commented || more.commented,
            commented_on: self.commented_on | more.commented_on,
            others: self.others || more.others,
            others_on: self.others_on | more.others_on,
        }
    }

    /// Those that a branch lets through.
    pub(super) fn only(self, keep: Keep) -> Runs {
        let (commented_on, others_on) = (self.commented_on & keep.channels, self.others_on & keep.channels);
        let some = |before: Set, after: Set| before == 0 || after != 0;
        let commented = self.commented && keep.commented && some(self.commented_on, commented_on);
        let others = self.others && keep.others && some(self.others_on, others_on);
        Runs {
            commented,
            commented_on: if commented { commented_on } else { 0 },
            others,
            others_on: if others { others_on } else { 0 },
        }
    }

    /// Those that a comment started, or the others.
    pub(super) fn started_by_comment(self, comment: bool) -> Runs {
        Runs {
            commented: self.commented && comment,
            commented_on: if comment { self.commented_on } else { 0 },
            others: self.others && !comment,
            others_on: if comment { 0 } else { self.others_on },
        }
    }

    /// Whether there are none.
    pub(super) fn none(self) -> bool {
        !self.commented && !self.others
    }

    /// Without their channels.
    fn bare(self) -> Runs {
        Runs { commented_on: 0, others_on: 0, ..self }
    }
}

/// Which runs come where.
pub(super) struct Channels<'g, 'p> {
    graph: &'g Graph<'p>,
    calls: &'g Calls,
    pub(super) declared: Declared<'p>,
    narrow: Narrow,
    pub(super) at: PerNode<Runs>,
}

impl<'g, 'p> Channels<'g, 'p> {
    pub(super) fn of(graph: &'g Graph<'p>, calls: &'g Calls) -> Self {
        let declared = Declared::of(graph.project);
        let narrow = Narrow::of(graph.project);
        let mut this = Channels { graph, calls, declared, narrow, at: PerNode::new(graph, Runs::default()) };
        let mut open: VecDeque<NodeId> = VecDeque::new();
        let mut waiting = PerNode::new(graph, false);
        for (id, bot) in (0u32..).map(BotId).zip(&graph.bots) {
            let triggers = 0..this.triggers(id).len();
            let runs = triggers.fold(Runs::default(), |runs, n| runs.or(this.started_by(id, n)));
            this.at.set(bot.start, runs);
            if runs != Runs::default() && !waiting.set(bot.start, true) {
                open.push_back(bot.start);
            }
        }
        while let Some(id) = open.pop_front() {
            waiting.set(id, false);
            for (_, edge) in graph.outgoing(id) {
                let before = this.at.get(edge.to);
                let now = before.or(this.along(id, &edge.kind, edge.to));
                if now != before {
                    this.at.set(edge.to, now);
                    if !waiting.set(edge.to, true) {
                        open.push_back(edge.to);
                    }
                }
            }
        }
        this
    }

    fn triggers(&self, bot: BotId) -> &'p [crate::ir::Trigger] {
        self.graph.project.bots.get(bot.0 as usize).map_or(&[], |bot| &bot.triggers)
    }

    /// The runs that a trigger of a bot starts.
    pub(super) fn started_by(&self, bot: BotId, trigger: usize) -> Runs {
        let Some(trigger) = self.triggers(bot).get(trigger) else { return Runs::default() };
        let comments = self.declared.of_kinds(COMMENTS);
        let on = match trigger.via.as_slice() {
            [] if trigger.kind == TriggerKind::Comment && comments != 0 => comments,
            [] => self.declared.all,
            via => self.declared.of_symbols(via),
        };
        let runs = if trigger.kind == TriggerKind::Comment {
            Runs { commented: true, commented_on: on, ..Runs::default() }
        } else {
            Runs { others: true, others_on: on, ..Runs::default() }
        };
        trigger.test.as_ref().map_or(runs, |test| runs.only(self.narrow.condition(test, &self.declared).0))
    }

    /// Whether a branch is for clients without a comment: one who wrote a comment has sent a message since, or is not
    /// there.
    pub(super) fn without_comment(&self, from: NodeId, kind: &EdgeKind<'_>) -> bool {
        let Some(NodeKind::Branch(condition)) = self.graph.node(from).map(|node| node.kind) else {
            return false;
        };
        let then = matches!(kind, EdgeKind::Then);
        self.narrow.without_comment(condition).is_some_and(|value| value == then)
    }

    /// The runs that go along an edge.
    pub(super) fn along(&self, from: NodeId, kind: &EdgeKind<'_>, to: NodeId) -> Runs {
        let runs = self.at.get(from);
        match kind {
            EdgeKind::Then | EdgeKind::Else => {
                let Some(NodeKind::Branch(condition)) = self.graph.node(from).map(|node| node.kind) else {
                    return runs;
                };
                let (then, otherwise) = self.narrow.condition(condition, &self.declared);
                runs.only(if matches!(kind, EdgeKind::Then) { then } else { otherwise })
            }
            EdgeKind::Back if !self.calls.comes_back(self.graph, from) => Runs::default(),
            EdgeKind::Run | EdgeKind::HandOver => match self.graph.node(to).map(|node| node.kind) {
                Some(NodeKind::Start(bot)) if !self.triggers(bot).is_empty() => runs.bare(),
                _ => runs,
            },
            EdgeKind::Next
            | EdgeKind::Exit(_)
            | EdgeKind::Valid
            | EdgeKind::Invalid
            | EdgeKind::Goto
            | EdgeKind::Call
            | EdgeKind::Back
            | EdgeKind::Failed => runs,
        }
    }
}
