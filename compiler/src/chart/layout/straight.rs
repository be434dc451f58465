//! Lanes that run straight over as many columns as their neighbours allow.
//!
//! A lane lies close to the card above it, and cards differ in height, so a long line would have a small bend in each
//! column. Here every line is drawn to heights that several of its lanes can have at once; cards keep their places.

use super::grid::{Grid, Wire};
use super::heights::between;

/// Moves lanes, but nothing else, and none past its neighbours.
pub(super) fn straighten(grid: &Grid, tops: &mut [f64]) {
    let mut lines = lines(grid);
    let height = |line: &[usize], tops: &[f64]| {
        let heights: f64 = line.iter().filter_map(|item| tops.get(*item)).sum();
        heights / f64::from(u32::try_from(line.len()).unwrap_or(1).max(1))
    };
    // Where several lie on each other, the outer ones make room first.
    for upwards in [false, true] {
        lines.sort_by(|a, b| {
            let order = height(b, tops).total_cmp(&height(a, tops));
            (if upwards { order.reverse() } else { order }).then(a.cmp(b))
        });
        for line in &lines {
            straighten_line(grid, line, tops);
        }
    }
}

/// The lanes of each line, from left to right, within a row.
fn lines(grid: &Grid) -> Vec<Vec<usize>> {
    let is_lane = |item: usize| !grid.is_card(item);
    let goes_on = |wire: &Wire| is_lane(wire.left.item) && is_lane(wire.right.item) && !grid.folds(wire);
    let next = |item: usize| {
        let wires = grid.right.get(item).into_iter().flatten().filter_map(|wire| grid.wires.get(*wire));
        wires.filter(|wire| goes_on(wire)).map(|wire| wire.right.item).next()
    };
    let begins = |item: usize| {
        let wires = grid.left.get(item).into_iter().flatten().filter_map(|wire| grid.wires.get(*wire));
        is_lane(item) && !wires.into_iter().any(goes_on)
    };
    let first = (0..grid.items.len()).filter(|item| begins(*item));
    first.map(|first| std::iter::successors(Some(first), |item| next(*item)).collect()).collect()
}

fn straighten_line(grid: &Grid, line: &[usize], tops: &mut [f64]) {
    let mut rest = line;
    while !rest.is_empty() {
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut count = 0;
        for item in rest {
            let (above, below) = room(grid, *item, tops);
            if above.max(low) > below.min(high) {
                break;
            }
            (low, high) = (above.max(low), below.min(high));
            count += 1;
        }
        // An item always has room where it stands; should rounding say otherwise, it stays there.
        let (part, after) = rest.split_at(count.max(1));
        let heights: Vec<f64> = part.iter().filter_map(|item| tops.get(*item).copied()).collect();
        let mean = heights.iter().sum::<f64>() / f64::from(u32::try_from(heights.len()).unwrap_or(1).max(1));
        if count > 1 {
            for item in part {
                if let Some(top) = tops.get_mut(*item) {
                    *top = mean.max(low).min(high);
                }
            }
        }
        rest = after;
    }
}

/// Between which heights an item may stand without moving its neighbours.
fn room(grid: &Grid, item: usize, tops: &[f64]) -> (f64, f64) {
    let column = grid.columns.get(grid.column_of(item)).map(Vec::as_slice).unwrap_or_default();
    let at = grid.place_of(item);
    let top = |item: usize| tops.get(item).copied().unwrap_or(0.0);
    let above = at.checked_sub(1).and_then(|at| column.get(at)).map_or(f64::NEG_INFINITY, |upper| {
        top(*upper) + grid.height_of(*upper) + between(grid, *upper, item)
    });
    let below = column
        .get(at + 1)
        .map_or(f64::INFINITY, |lower| top(*lower) - between(grid, item, *lower) - grid.height_of(item));
    (above, below)
}
