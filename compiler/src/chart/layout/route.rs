//! How arrows run: level along their lanes, and up or down on a track in the gap between two columns.
//!
//! Arrows to the same card share a track; any other two that would lie on each other get tracks of their own. From the
//! end of a row to the beginning of the next, arrows run through a channel between the rows.

use super::grid::{End, Grid};
use super::{Link, Placed, Point, Style};
use std::collections::BTreeMap;

/// Between a card and the first track.
const MARGIN: f64 = 22.0;
/// Between two tracks.
const TRACK: f64 = 9.0;
/// The narrowest gap.
const GAP: f64 = 64.0;
/// Between a row and the channel below it.
const CHANNEL: f64 = 40.0;
/// Arrows that are almost level are drawn level.
const LEVEL: f64 = 0.5;

/// What uses a track: a target, and whether it lies to the left. Links within a column have tracks of their own.
type Key = (usize, bool, usize);

/// The arrows of one track.
#[derive(Clone, Debug)]
struct Run {
    top: f64,
    bottom: f64,
    /// Where they touch the columns, summed up.
    left: f64,
    right: f64,
    count: f64,
}

/// The gap on the right of a column.
#[derive(Clone, Debug, Default)]
struct Gap {
    runs: BTreeMap<Key, Run>,
    tracks: BTreeMap<Key, usize>,
    left: f64,
    width: f64,
    /// Where the next row begins, if this is the end of one.
    fold: Option<Fold>,
}

/// The way to the next row.
#[derive(Clone, Copy, Debug)]
struct Fold {
    /// The top of the channel.
    channel: f64,
    /// Where the next column begins.
    next: f64,
}

/// Everything that is known when arrows are drawn.
struct Router<'g> {
    grid: &'g Grid,
    style: Style,
    tops: Vec<f64>,
    gaps: Vec<Gap>,
}

pub(super) fn route(grid: &Grid, tops: &[f64], links: &[Link], style: Style) -> Placed {
    let mut router =
        Router { grid, style, tops: tops.to_vec(), gaps: vec![Gap::default(); grid.columns.len()] };
    router.collect(links);
    let (width, height) = router.arrange();
    let top = |card: usize| router.tops.get(card).copied().unwrap_or(0.0);
    let left = |column: usize| router.gaps.get(column).map_or(0.0, |gap| gap.left - style.width);
    let cards = grid.columns.iter().flatten().filter(|item| grid.is_card(**item)).count();
    let corners = (0..cards).map(|card| Point { x: left(grid.column_of(card)), y: top(card) });
    let links = links.iter().enumerate().map(|(n, link)| router.path(n, link));
    Placed { cards: corners.collect(), links: links.collect(), width, height }
}

impl Router<'_> {
    fn height(&self, end: End) -> f64 {
        self.tops.get(end.item).copied().unwrap_or(0.0) + end.offset
    }

    /// A link whose ends stand in one column: its gap, and its two heights.
    fn loop_of(&self, n: usize, link: &Link) -> Option<(usize, f64, f64)> {
        let chain = self.grid.chains.get(n)?.as_ref()?;
        let from = self.height(End { item: link.from, offset: link.port });
        let to = self.height(End { item: link.to, offset: self.style.entry });
        chain.is_empty().then(|| (self.grid.column_of(link.from), from, to))
    }

    /// Notes what runs through each gap.
    fn collect(&mut self, links: &[Link]) {
        for wire in &self.grid.wires {
            let (left, right) = (self.height(wire.left), self.height(wire.right));
            if let Some(gap) = self.gaps.get_mut(self.grid.column_of(wire.left.item)) {
                gap.add((wire.key.0, wire.key.1, 0), left, right);
            }
        }
        for (n, link) in links.iter().enumerate() {
            if let Some((column, from, to)) = self.loop_of(n, link)
                && let Some(gap) = self.gaps.get_mut(column)
            {
                gap.add((link.to, true, n + 1), from, to);
            }
        }
    }

    /// Gives columns and rows their places; gives the size of the whole.
    fn arrange(&mut self) -> (f64, f64) {
        let rows = self.grid.row_ranges();
        let ends: Vec<usize> = rows.iter().map(|row| row.end).collect();
        for (n, gap) in self.gaps.iter_mut().enumerate() {
            let folds = ends.iter().take(ends.len() - 1).any(|end| n + 1 == *end);
            gap.assign(folds);
        }
        let gutter = |end: usize| self.gaps.get(end - 1).map_or(0.0, |gap| gap.width);
        let indent = ends.iter().take(ends.len() - 1).map(|end| gutter(*end)).fold(0.0, f64::max);
        let (mut widest, mut y) = (0.0f64, 0.0);
        for row in rows {
            let items: Vec<usize> =
                self.grid.columns.get(row.clone()).into_iter().flatten().flatten().copied().collect();
            let tops = items.iter().filter_map(|item| self.tops.get(*item).copied());
            let shift = y - tops.fold(f64::INFINITY, f64::min);
            let mut bottom = y;
            for item in items {
                if let Some(top) = self.tops.get_mut(item) {
                    *top += shift;
                    bottom = bottom.max(*top + self.grid.height_of(item));
                }
            }
            let last = row.end == self.grid.columns.len();
            let mut x = indent;
            for gap in self.gaps.get_mut(row.clone()).unwrap_or_default() {
                gap.left = x + self.style.width;
                x = gap.left + gap.width;
            }
            y = bottom;
            if let Some(gap) = self.gaps.get_mut(row.end - 1) {
                if last && gap.runs.is_empty() {
                    x = gap.left;
                }
                if !last {
                    gap.fold = Some(Fold { channel: bottom + CHANNEL, next: indent });
                    y += 2.0 * CHANNEL + gap.span();
                }
            }
            widest = widest.max(x);
        }
        (widest, y)
    }

    /// The corners of a link.
    fn path(&self, n: usize, link: &Link) -> Vec<Point> {
        let mut points = Vec::new();
        if let Some((column, from, to)) = self.loop_of(n, link)
            && let Some(gap) = self.gaps.get(column)
        {
            let track = gap.x((link.to, true, n + 1));
            points.extend([(gap.left, from), (track, from), (track, to), (gap.left, to)]);
        }
        for wire in self.grid.chains.get(n).into_iter().flatten().flatten() {
            let Some(wire) = self.grid.wires.get(*wire) else { continue };
            let Some(gap) = self.gaps.get(self.grid.column_of(wire.left.item)) else { continue };
            let (from, to) = (self.height(wire.left), self.height(wire.right));
            let mut corners = gap.corners((wire.key.0, wire.key.1, 0), from, to);
            if wire.key.1 {
                corners.reverse();
            }
            points.extend(corners);
        }
        joined(points.into_iter().map(|(x, y)| Point { x, y }))
    }
}

/// Leaves out the corners that are none.
fn joined(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        if let [.., before, last] = kept.as_slice() {
            let level = (before.y - last.y).abs() < LEVEL && (last.y - point.y).abs() < LEVEL;
            let upright = (before.x - last.x).abs() < LEVEL && (last.x - point.x).abs() < LEVEL;
            if level || upright {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}

impl Gap {
    fn add(&mut self, key: Key, left: f64, right: f64) {
        let none = Run { top: f64::INFINITY, bottom: f64::NEG_INFINITY, left: 0.0, right: 0.0, count: 0.0 };
        let run = self.runs.entry(key).or_insert(none);
        run.top = run.top.min(left).min(right);
        run.bottom = run.bottom.max(left).max(right);
        run.left += left;
        run.right += right;
        run.count += 1.0;
    }

    /// Gives every run a track.
    fn assign(&mut self, folds: bool) {
        let count = if folds { self.assign_nested() } else { self.assign_shared() };
        self.width = GAP.max(2.0 * MARGIN + times(count.saturating_sub(1)));
    }

    /// Those that go down begin further left the lower they begin, and those that go up the higher: so they cross
    /// least. What does not meet shares a track.
    fn assign_shared(&mut self) -> usize {
        let mut runs: Vec<(Key, Run)> = self
            .runs
            .iter()
            .filter(|(_, run)| run.bottom - run.top >= LEVEL)
            .map(|(key, run)| (*key, run.clone()))
            .collect();
        let down = |run: &Run| run.right >= run.left;
        runs.sort_by(|(a, left), (b, right)| {
            let order = match (down(left), down(right)) {
                (true, true) => (right.left / right.count).total_cmp(&(left.left / left.count)),
                (false, false) => (left.left / left.count).total_cmp(&(right.left / right.count)),
                (up, other) => up.cmp(&other),
            };
            order.then(a.cmp(b))
        });
        let mut tracks: Vec<Vec<(f64, f64)>> = Vec::new();
        for (key, run) in &runs {
            let meets = |track: &Vec<(f64, f64)>| {
                track.iter().any(|(top, bottom)| run.top < bottom + TRACK && run.bottom > top - TRACK)
            };
            // To the right of everything it meets that came before it.
            let track = tracks.iter().rposition(meets).map_or(0, |last| last + 1);
            if track == tracks.len() {
                tracks.push(Vec::new());
            }
            if let Some(slots) = tracks.get_mut(track) {
                slots.push((run.top, run.bottom));
            }
            self.tracks.insert(*key, track);
        }
        tracks.len()
    }

    /// At the end of a row all go down to the channel: the lowest is the innermost. What stays in its column comes first.
    fn assign_nested(&mut self) -> usize {
        let mut runs: Vec<(&Key, &Run)> = self.runs.iter().collect();
        runs.sort_by(|(a, left), (b, right)| {
            let order = (right.left / right.count).total_cmp(&(left.left / left.count));
            (a.2 == 0).cmp(&(b.2 == 0)).then(order).then(a.cmp(b))
        });
        self.tracks = runs.iter().enumerate().map(|(n, (key, _))| (**key, n)).collect();
        self.tracks.len()
    }

    /// What the tracks take.
    fn span(&self) -> f64 {
        times(self.tracks.values().max().copied().unwrap_or(0))
    }

    /// How far from the first track a run has its own.
    fn track(&self, key: Key) -> f64 {
        times(self.tracks.get(&key).copied().unwrap_or(0))
    }

    /// Where the track of a run is.
    fn x(&self, key: Key) -> f64 {
        self.left + (self.width - self.span()) / 2.0 + self.track(key)
    }

    /// From the left column to the right one.
    fn corners(&self, key: Key, from: f64, to: f64) -> Vec<(f64, f64)> {
        let x = self.x(key);
        if let Some(fold) = self.fold {
            let channel = fold.channel + self.track(key);
            let back = fold.next - self.width + (self.width - self.span()) / 2.0 + self.track(key);
            return vec![
                (self.left, from),
                (x, from),
                (x, channel),
                (back, channel),
                (back, to),
                (fold.next, to),
            ];
        }
        let right = self.left + self.width;
        if (from - to).abs() < LEVEL {
            return vec![(self.left, from), (right, from)];
        }
        vec![(self.left, from), (x, from), (x, to), (right, to)]
    }
}

fn times(tracks: usize) -> f64 {
    f64::from(u32::try_from(tracks).unwrap_or(u32::MAX)) * TRACK
}
