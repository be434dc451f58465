//! How long each way out of a wait can take.
//!
//! In: the graph. Out: [`Times`], which gives a [`Passes`] for every edge. The client's messages set the clock to zero; a timer, working
//! hours and whatever else the wait ends with take as long as they can, and no longer than the shortest timer beside
//! them. A delivery report counts as coming at once. What has no bound takes for ever.

use super::durations::{Durations, FOREVER, NEVER};
use super::graph::{EdgeKind, Graph, NodeId, NodeKind};
use crate::ir::On;
use sbot_vm::program::Hours;
use std::collections::BTreeSet;

/// What an edge does to the time since the client's last message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passes {
    /// That long is added to what it was; [`NEVER`] where the client has always written on the way.
    pub(super) adds: i64,
    /// So long ago the client has written on the way, at most; [`NEVER`] where none is sure to have written.
    pub(super) since: i64,
}

impl Passes {
    pub(super) const NOTHING: Passes = Passes { adds: 0, since: NEVER };
    const CLIENT: Passes = Passes { adds: NEVER, since: 0 };
    /// For a call that is not known to come back.
    pub(super) const NO_WAY: Passes = Passes { adds: NEVER, since: NEVER };
}

/// What is known of timers and working hours.
pub(super) struct Times {
    pub(super) durations: Durations,
    /// For each of the project's hours.
    gaps: Vec<i64>,
}

impl Times {
    pub(super) fn of(graph: &Graph<'_>) -> Times {
        let gaps = graph.project.hours.iter().map(longest_gap).collect();
        Times { durations: Durations::of(graph), gaps }
    }

    /// What passes on the edges of a node, in their order. For calls nothing is known yet.
    pub(super) fn passes(&self, graph: &Graph<'_>, id: NodeId) -> Vec<Passes> {
        let bound = self.shortest(graph, id);
        let runs = matches!(graph.node(id).map(|node| node.kind), Some(NodeKind::Run(..)));
        let no_buttons = graph.incoming(id).any(|(_, edge)| {
            let from = graph.node(edge.from).map(|node| node.kind);
            matches!(from, Some(NodeKind::Send(message)) if message.may_have_no_buttons())
        });
        let of = |kind: &EdgeKind<'_>| {
            if runs && matches!(kind, EdgeKind::Failed) {
                // What the bot takes until it fails is not known yet.
                Passes::NO_WAY
            } else if no_buttons && matches!(kind, EdgeKind::Exit(exit) if matches!(exit.on, On::Other)) {
                Passes { adds: 0, since: 0 }
            } else {
                passes(kind, bound)
            }
        };
        graph.outgoing(id).map(|(_, edge)| of(&edge.kind)).collect()
    }

    /// When a wait is over at the latest, whatever it waits for.
    fn shortest(&self, graph: &Graph<'_>, id: NodeId) -> i64 {
        let Some((node, wait)) = graph.node(id).and_then(|node| Some((node, node.kind.wait()?))) else {
            return FOREVER;
        };
        let bot = graph.routine(node.routine).and_then(|routine| routine.kind.bot());
        let bounds = wait.exits.iter().filter_map(|exit| {
            if let On::Timeout(after) = &exit.on {
                Some(self.durations.longest(after, node.routine.0 as usize, bot).max(0))
            } else if let On::Hours(hours) = exit.on {
                self.gaps.get(hours as usize).copied()
            } else {
                None
            }
        });
        bounds.min().unwrap_or(FOREVER)
    }
}

fn passes(kind: &EdgeKind<'_>, bound: i64) -> Passes {
    match kind {
        EdgeKind::Exit(exit) => match &exit.on {
            On::Option { .. } | On::Other | On::Message | On::Chosen => Passes::CLIENT,
            On::Failed | On::Delivered | On::Drawn(_) => Passes::NOTHING,
            On::Timeout(_)
            | On::Hours(_)
            | On::VideoOpened
            | On::VideoClosed
            | On::Answer(_)
            | On::Result => Passes { adds: bound, since: NEVER },
        },
        EdgeKind::Valid | EdgeKind::Invalid => Passes::CLIENT,
        EdgeKind::Back => Passes::NO_WAY,
        EdgeKind::Next
        | EdgeKind::Then
        | EdgeKind::Else
        | EdgeKind::Goto
        | EdgeKind::Call
        | EdgeKind::Run
        | EdgeKind::HandOver
        | EdgeKind::Failed => Passes::NOTHING,
    }
}

const DAY: i64 = 1440;
/// Days on both sides of an exception that are looked at: hours repeat every week, and may last past midnight.
const AROUND: i32 = 9;

/// The longest that hours are closed at a stretch, in seconds; for ever if they never open.
pub(super) fn longest_gap(hours: &Hours) -> i64 {
    let mut days: BTreeSet<i32> = BTreeSet::new();
    let around = |day: i32| day.saturating_sub(AROUND)..=day.saturating_add(AROUND);
    let except: BTreeSet<i32> = hours.except.iter().copied().collect();
    let ordinary = except.last().map_or(0, |last| last.saturating_add(AROUND * 4));
    for day in except.iter().copied().chain([ordinary]) {
        days.extend(around(day));
    }
    let (mut longest, mut closed_since): (Option<i64>, Option<i64>) = (None, None);
    let mut before: Option<i32> = None;
    for day in days {
        if before.is_none_or(|before| day != before + 1) {
            closed_since = None;
        }
        before = Some(day);
        if except.contains(&day) {
            continue;
        }
        // 1970-01-01 was a Thursday; bit 0 is Monday.
        let weekday = (i64::from(day) + 3).rem_euclid(7);
        let midnight = i64::from(day) * DAY;
        let mut open: Vec<(i64, i64)> = hours
            .rows
            .iter()
            .filter(|row| row.days & (1 << weekday) != 0)
            .map(|row| {
                let (from, to) = (i64::from(row.from), i64::from(row.to));
                (midnight + from, midnight + to + if to <= from { DAY } else { 0 })
            })
            .collect();
        open.sort_unstable();
        for (from, to) in open {
            if let Some(since) = closed_since {
                longest = longest.max(Some((from - since).max(0)));
            }
            closed_since = closed_since.max(Some(to));
        }
    }
    longest.map_or(FOREVER, |minutes| minutes.saturating_mul(60))
}

#[cfg(test)]
mod tests {
    use super::{FOREVER, longest_gap};
    use sbot_vm::program::{Hours, Open};

    fn hours(rows: &[(u8, u16, u16)], except: &[i32]) -> Hours {
        let rows = rows.iter().map(|(days, from, to)| Open { days: *days, from: *from, to: *to }).collect();
        Hours { symbol: 0, rows, except: except.to_vec() }
    }

    const H: i64 = 3600;
    const WEEK: u8 = 0b111_1111;
    const WORK: u8 = 0b001_1111;

    #[test]
    fn the_longest_time_that_hours_are_closed() {
        assert_eq!(longest_gap(&hours(&[(WEEK, 540, 1080)], &[])), 15 * H);
        assert_eq!(longest_gap(&hours(&[(WORK, 540, 1080)], &[])), (6 + 48 + 9) * H);
        assert_eq!(longest_gap(&hours(&[(WORK, 540, 780), (WORK, 900, 1080)], &[])), (6 + 48 + 9) * H);
        assert_eq!(longest_gap(&hours(&[(WEEK, 0, 1440)], &[])), 0);
        // Past midnight, once a week.
        assert_eq!(longest_gap(&hours(&[(1, 1320, 120)], &[])), (7 * 24 - 4) * H);
        assert_eq!(longest_gap(&hours(&[], &[])), FOREVER);
    }

    #[test]
    fn exceptions_make_it_longer() {
        // 1970-01-05 is day 4, a Monday.
        assert_eq!(longest_gap(&hours(&[(WEEK, 540, 1080)], &[4])), (15 + 24) * H);
        assert_eq!(longest_gap(&hours(&[(WORK, 540, 1080)], &[4])), (6 + 72 + 9) * H);
        let weeks: Vec<i32> = (0..30).collect();
        assert_eq!(longest_gap(&hours(&[(WEEK, 540, 1080)], &weeks)), (15 + 30 * 24) * H);
        // What began the day before still ends.
        assert_eq!(longest_gap(&hours(&[(WEEK, 1320, 120)], &[4])), (20 + 24) * H);
    }
}
