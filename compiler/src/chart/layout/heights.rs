//! How far down everything in a column stands, in the order that is settled.
//!
//! Column after column, each item is drawn to the height at which the arrows on one side of it would be straight. Where
//! that makes items overlap, the nearest heights (by least squares) are found at which they do not. A column is never
//! left with an overlap.

use super::grid::Grid;
use super::straight::straighten;
use std::ops::Range;

/// Between two cards of a column.
const CARDS: f64 = 34.0;
/// Between a card and a lane.
const CARD_LANE: f64 = 16.0;
/// Between two lanes.
const LANES: f64 = 2.0;
/// How much cards are drawn to one base line, so that a long conversation does not wander off. An arrow that goes on
/// counts two.
const BASE: f64 = 6.0;
/// Rounds from left to right and back.
const ROUNDS: usize = 16;

/// The top of every item.
pub(super) fn settle(grid: &Grid) -> Vec<f64> {
    let mut tops = vec![0.0; grid.items.len()];
    for column in &grid.columns {
        let offsets = offsets(grid, column);
        for (item, offset) in column.iter().zip(&offsets) {
            put(&mut tops, *item, *offset);
        }
    }
    for round in 0..ROUNDS {
        let last = round + 1 == ROUNDS;
        for n in 0..grid.columns.len() {
            let n = if round % 2 == 0 { n } else { grid.columns.len() - 1 - n };
            let Some(column) = grid.columns.get(n) else { continue };
            let sides = if last {
                Sides { left: true, right: true }
            } else {
                Sides { left: round % 2 == 0, right: round % 2 == 1 }
            };
            settle_column(grid, column, sides, &mut tops);
        }
    }
    straighten(grid, &mut tops);
    for row in grid.row_ranges() {
        close_up(grid, row, &mut tops);
    }
    tops.iter().map(|top| top.round()).collect()
}

/// Takes out of a row what is empty over its whole length.
fn close_up(grid: &Grid, row: Range<usize>, tops: &mut [f64]) {
    let columns = grid.columns.get(row).unwrap_or_default();
    let mut items: Vec<(f64, usize)> =
        columns.iter().flatten().filter_map(|item| Some((*tops.get(*item)?, *item))).collect();
    items.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some((first, _)) = items.first().copied() else { return };
    // Everything moves up by what has been taken out above it.
    let (mut bottom, mut taken) = (first, 0.0);
    for (top, item) in items {
        taken += (top - bottom - CARDS).max(0.0);
        bottom = bottom.max(top + grid.height_of(item));
        put(tops, item, top - taken);
    }
}

/// Which neighbours an item looks at.
#[derive(Clone, Copy)]
struct Sides {
    left: bool,
    right: bool,
}

fn settle_column(grid: &Grid, column: &[usize], sides: Sides, tops: &mut [f64]) {
    let offsets = offsets(grid, column);
    // Without what must lie between them, items may stand at the same height, but not in another order.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (item, offset) in column.iter().zip(&offsets) {
        let (wanted, weight) = wanted(grid, *item, sides, tops);
        let mut pool = ((wanted - offset) * weight, weight, 1);
        while let Some((sum, weight, count)) = pools.last().copied() {
            if sum / weight < pool.0 / pool.1 {
                break;
            }
            pool = (pool.0 + sum, pool.1 + weight, pool.2 + count);
            pools.pop();
        }
        pools.push(pool);
    }
    let bases = pools.iter().flat_map(|(sum, weight, count)| std::iter::repeat_n(sum / weight, *count));
    for ((item, offset), base) in column.iter().zip(&offsets).zip(bases) {
        put(tops, *item, base + offset);
    }
}

/// Where an item would like to stand, and how much it matters.
fn wanted(grid: &Grid, item: usize, sides: Sides, tops: &[f64]) -> (f64, f64) {
    let lane = |n: usize| !grid.is_card(n);
    let mut heights: Vec<(f64, f64)> = Vec::new();
    for (wires, used, leftwards) in [(&grid.left, sides.left, true), (&grid.right, sides.right, false)] {
        for wire in wires.get(item).into_iter().flatten().filter(|_| used).filter_map(|n| grid.wires.get(*n))
        {
            if grid.folds(wire) {
                continue;
            }
            let (near, far) = if leftwards { (wire.right, wire.left) } else { (wire.left, wire.right) };
            let top = tops.get(far.item).copied().unwrap_or(0.0);
            // A long line is straight first of all, and what goes on matters more than what comes back.
            let weight = match (lane(near.item) && lane(far.item), wire.key.1) {
                (true, _) => 8.0,
                (false, false) => 2.0,
                (false, true) => 1.0,
            };
            // Neighbours stand side by side: arrows leave a card far below its head, and would make a long staircase
            // of a long conversation.
            let step = if lane(near.item) || lane(far.item) { far.offset - near.offset } else { 0.0 };
            heights.push((top + step, weight));
        }
    }
    if heights.is_empty() {
        return (tops.get(item).copied().unwrap_or(0.0), 0.1);
    }
    heights.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all: f64 = heights.iter().map(|(_, weight)| weight).sum();
    let mut below = 0.0;
    let median = heights.iter().find(|(_, weight)| {
        below += weight;
        below * 2.0 >= all
    });
    let height = median.map_or(0.0, |(height, _)| *height);
    let base = if lane(item) { 0.0 } else { BASE };
    (height * all / (all + base), all + base)
}

/// How far below the first item of a column each one stands if they stand as close as they may.
pub(super) fn offsets(grid: &Grid, column: &[usize]) -> Vec<f64> {
    let mut offset = 0.0;
    let mut before: Option<usize> = None;
    let mut offsets = Vec::with_capacity(column.len());
    for item in column {
        offset += before.map_or(0.0, |before| grid.height_of(before) + between(grid, before, *item));
        offsets.push(offset);
        before = Some(*item);
    }
    offsets
}

/// What lies between two neighbours at least.
pub(super) fn between(grid: &Grid, upper: usize, lower: usize) -> f64 {
    match (grid.is_card(upper), grid.is_card(lower)) {
        (true, true) => CARDS,
        (false, false) => LANES,
        (true, false) | (false, true) => CARD_LANE,
    }
}

fn put(tops: &mut [f64], item: usize, top: f64) {
    if let Some(slot) = tops.get_mut(item) {
        *slot = top;
    }
}
