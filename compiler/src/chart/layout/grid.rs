//! Columns of cards and lanes.
//!
//! A link that leads further than the next column gets a lane in each column it passes. Links to the same card share
//! their lanes, so that twenty ways to one step become one line with twenty beginnings. Then neighbours in a column
//! change places as long as that takes crossings away; the library does not know that arrows begin at lines of a card.

use super::{Link, Size, Style};
use super::{fold, heights, rank};
use std::collections::BTreeMap;
use std::ops::Range;

/// The height of a lane.
pub(super) const LANE: f64 = 10.0;
/// Rounds of exchanging neighbours.
const ROUNDS: usize = 24;
/// What exchanging neighbours may compare, all rounds together.
const MOST_COMPARED: usize = 10_000_000;
/// The most columns that all arrows pass together.
const MOST_PIECES: usize = 100_000;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Item {
    /// Else it is a lane.
    pub card: bool,
    pub height: f64,
}

/// A piece of a link between neighbouring columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wire {
    pub left: End,
    pub right: End,
    /// The card it leads to, and whether it leads back to the left.
    pub key: (usize, bool),
}

/// Where a wire touches an item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct End {
    pub item: usize,
    /// Below the top of the item.
    pub offset: f64,
}

/// Items in columns, and the wires between them.
#[derive(Default)]
pub(super) struct Grid {
    pub items: Vec<Item>,
    /// From left to right, each from top to bottom.
    pub columns: Vec<Vec<usize>>,
    pub wires: Vec<Wire>,
    /// For each link its wires, from its beginning to its head: empty where both its ends are in one column, and none
    /// where they are too far apart for an arrow.
    pub chains: Vec<Option<Vec<usize>>>,
    /// For each item the wires on its left and on its right.
    pub left: Vec<Vec<usize>>,
    pub right: Vec<Vec<usize>>,
    /// The first column of each row.
    pub rows: Vec<usize>,
    /// For each item its column. A card is the item of the same number.
    column: Vec<usize>,
    /// For each item its place in the column.
    place: Vec<usize>,
}

impl Grid {
    pub(super) fn new(sizes: &[Size], links: &[Link], style: Style) -> Self {
        let mut grid = Grid { column: rank::columns(sizes.len(), links), ..Grid::default() };
        grid.items.extend(sizes.iter().map(|size| Item { card: true, height: size.height }));
        let longest = grid.longest(links);
        let mut lanes = Lanes::default();
        for link in links {
            let chain = if grid.span(link) <= longest { grid.chain(link, style, &mut lanes) } else { None };
            grid.chains.push(chain);
        }
        grid.neighbours();
        let order = rank::order(&grid);
        let count = grid.column.iter().max().map_or(0, |last| last + 1);
        grid.columns = vec![Vec::new(); count];
        for (item, column) in grid.column.iter().enumerate() {
            if let Some(column) = grid.columns.get_mut(*column) {
                column.push(item);
            }
        }
        for column in &mut grid.columns {
            column.sort_by_key(|item| (order.get(*item).copied(), *item));
        }
        grid.untangle();
        grid.rows = fold::rows(&grid, style);
        grid
    }

    fn span(&self, link: &Link) -> usize {
        self.column_of(link.from).abs_diff(self.column_of(link.to))
    }

    /// The longest arrow that is drawn, in columns, so that all of them together are not more than anybody can follow.
    fn longest(&self, links: &[Link]) -> usize {
        let mut spans: Vec<usize> = links.iter().map(|link| self.span(link)).collect();
        spans.sort_unstable();
        let mut sum = 0;
        let too_long = spans.iter().find(|span| {
            sum += **span;
            sum > MOST_PIECES
        });
        too_long.map_or(usize::MAX, |span| span.saturating_sub(1).max(1))
    }

    /// Whether an item is a card, and no lane.
    pub(super) fn is_card(&self, item: usize) -> bool {
        self.items.get(item).is_some_and(|item| item.card)
    }

    pub(super) fn height_of(&self, item: usize) -> f64 {
        self.items.get(item).map_or(LANE, |item| item.height)
    }

    pub(super) fn column_of(&self, item: usize) -> usize {
        self.column.get(item).copied().unwrap_or(0)
    }

    /// The columns of each row.
    pub(super) fn row_ranges(&self) -> Vec<Range<usize>> {
        let ends = self.rows.iter().skip(1).copied().chain([self.columns.len()]);
        self.rows.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
    }

    pub(super) fn place_of(&self, item: usize) -> usize {
        self.place.get(item).copied().unwrap_or(0)
    }

    /// Whether a wire leads from one row to the next.
    pub(super) fn folds(&self, wire: &Wire) -> bool {
        self.rows.iter().skip(1).any(|row| *row == self.column_of(wire.left.item) + 1)
    }

    /// How high the items of a column are if they stand as close as they may.
    pub(super) fn stacked(&self, column: &[usize]) -> f64 {
        let last = column.last().map_or(0.0, |item| self.height_of(*item));
        heights::offsets(self, column).last().map_or(0.0, |offset| offset + last)
    }

    /// The lanes and wires of a link.
    fn chain(&mut self, link: &Link, style: Style, lanes: &mut Lanes) -> Option<Vec<usize>> {
        let (from, to) = (self.column_of(link.from), self.column_of(link.to));
        let back = from > to;
        let mut ends: Vec<End> = (from.min(to) + 1..from.max(to))
            .map(|column| End { item: lanes.pass((column, link.to, back), self), offset: LANE / 2.0 })
            .collect();
        if back {
            ends.reverse();
        }
        ends.insert(0, End { item: link.from, offset: link.port });
        ends.push(End { item: link.to, offset: style.entry });
        let mut chain = Vec::new();
        if from != to {
            for pair in ends.windows(2) {
                let [first, second] = pair else { continue };
                let (left, right) = if back { (*second, *first) } else { (*first, *second) };
                chain.push(lanes.wire(Wire { left, right, key: (link.to, back) }, &mut self.wires));
            }
        }
        Some(chain)
    }

    fn neighbours(&mut self) {
        self.left = vec![Vec::new(); self.items.len()];
        self.right = vec![Vec::new(); self.items.len()];
        for (n, wire) in self.wires.iter().enumerate() {
            if let Some(wires) = self.right.get_mut(wire.left.item) {
                wires.push(n);
            }
            if let Some(wires) = self.left.get_mut(wire.right.item) {
                wires.push(n);
            }
        }
    }

    /// Lets neighbours in a column change places as long as that takes crossings away.
    fn untangle(&mut self) {
        let mut places = vec![0; self.items.len()];
        for (place, item) in self.columns.iter().flat_map(|column| column.iter().enumerate()) {
            if let Some(slot) = places.get_mut(*item) {
                *slot = place;
            }
        }
        self.exchange(&mut places);
        self.place = places;
    }

    fn exchange(&mut self, places: &mut [usize]) {
        let mut compared = 0;
        for round in 0..ROUNDS {
            let mut changed = false;
            for n in 0..self.columns.len() {
                // Left to right, then right to left.
                let n = if round % 2 == 0 { n } else { self.columns.len() - 1 - n };
                let mut column = self.columns.get_mut(n).map(std::mem::take).unwrap_or_default();
                for at in 1..column.len() {
                    let (Some(upper), Some(lower)) = (column.get(at - 1).copied(), column.get(at).copied())
                    else {
                        continue;
                    };
                    let now = self.crossings(upper, lower, places, &mut compared);
                    let then = self.crossings(lower, upper, places, &mut compared);
                    if then < now {
                        column.swap(at - 1, at);
                        for (item, place) in [(lower, at - 1), (upper, at)] {
                            if let Some(slot) = places.get_mut(item) {
                                *slot = place;
                            }
                        }
                        changed = true;
                    }
                }
                if let Some(slot) = self.columns.get_mut(n) {
                    *slot = column;
                }
            }
            if !changed || compared > MOST_COMPARED {
                return;
            }
        }
    }

    /// How many wires of two neighbours cross if `upper` stands above `lower`.
    fn crossings(&self, upper: usize, lower: usize, places: &[usize], compared: &mut usize) -> usize {
        let mut crossings = 0;
        for (wires, leftwards) in [(&self.left, true), (&self.right, false)] {
            let ends = |item: usize| {
                wires.get(item).into_iter().flatten().filter_map(move |n| {
                    let wire = self.wires.get(*n)?;
                    let far = if leftwards { wire.left } else { wire.right };
                    Some((places.get(far.item).copied()?, far.offset))
                })
            };
            for (place, offset) in ends(upper) {
                for (other, below) in ends(lower) {
                    *compared += 1;
                    crossings += usize::from((place, offset) > (other, below));
                }
            }
        }
        crossings
    }
}

/// Lanes and wires that exist already.
#[derive(Default)]
struct Lanes {
    /// By column, target and direction: the item.
    items: BTreeMap<(usize, usize, bool), usize>,
    wires: BTreeMap<(usize, u64, usize), usize>,
}

impl Lanes {
    /// The lane of a link, made if there is none yet.
    fn pass(&mut self, key: (usize, usize, bool), grid: &mut Grid) -> usize {
        *self.items.entry(key).or_insert_with(|| {
            grid.items.push(Item { card: false, height: LANE });
            grid.column.push(key.0);
            grid.items.len() - 1
        })
    }

    /// The wire, which other links may have made already.
    fn wire(&mut self, wire: Wire, wires: &mut Vec<Wire>) -> usize {
        // Two ends at a card differ by their line, those at a lane do not differ.
        let (near, far) = if wire.key.1 { (wire.right, wire.left) } else { (wire.left, wire.right) };
        *self.wires.entry((near.item, near.offset.to_bits(), far.item)).or_insert_with(|| {
            wires.push(wire);
            wires.len() - 1
        })
    }
}
