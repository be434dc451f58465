//! Where a long row of columns goes on in the next row, as a line of text does.
//!
//! A conversation of two hundred steps may be a hundred columns long, and nobody looks at a picture of that shape.

use super::Style;
use super::grid::Grid;
use std::collections::BTreeSet;

/// What a column takes with the gap on its right, beyond its cards.
const PITCH: f64 = 90.0;
/// What a row takes beyond its highest column.
const ROW: f64 = 160.0;
/// How much wider than high a picture should be.
const SHAPE: f64 = 1.7;
/// Folding has to make a picture that much smaller to be worth it.
const WORTH: f64 = 0.7;
/// More rows than this are never tried.
const MOST_ROWS: usize = 24;

/// The first column of each row.
pub(super) fn rows(grid: &Grid, style: Style) -> Vec<usize> {
    let heights: Vec<f64> = grid.columns.iter().map(|column| grid.stacked(column)).collect();
    let measure = |starts: &[usize]| {
        let ends = starts.iter().skip(1).copied().chain([heights.len()]);
        let (mut longest, mut high) = (0, 0.0);
        for (start, end) in starts.iter().zip(ends) {
            longest = longest.max(end - start);
            let row = heights.get(*start..end).unwrap_or_default();
            high += row.iter().copied().fold(0.0, f64::max) + ROW;
        }
        let wide = f64::from(u32::try_from(longest).unwrap_or(u32::MAX)) * (style.width + PITCH);
        (wide / SHAPE).max(high)
    };
    let passing: Vec<usize> = (0..heights.len()).map(|column| passing(grid, column)).collect();
    let mut best = vec![0];
    let mut least = measure(&best) * WORTH;
    for rows in 2..=MOST_ROWS.min(heights.len() / 2) {
        let starts = cuts(rows, &passing);
        let measured = measure(&starts);
        if measured < least {
            (best, least) = (starts, measured);
        }
    }
    best
}

/// Rows of about the same length, cut where the fewest lines pass.
fn cuts(rows: usize, passing: &[usize]) -> Vec<usize> {
    let mut starts = vec![0];
    for row in 1..rows {
        let ideal = passing.len() * row / rows;
        let near = ideal.saturating_sub(2)..=(ideal + 2).min(passing.len().saturating_sub(1));
        let after = starts.last().copied().unwrap_or(0);
        let lines = |column: &usize| passing.get(column - 1).copied().unwrap_or(usize::MAX);
        let cut = near
            .filter(|column| *column > after)
            .min_by_key(|column| (lines(column), column.abs_diff(ideal)));
        starts.extend(cut);
    }
    starts
}

/// How many lines run between a column and the next.
fn passing(grid: &Grid, column: usize) -> usize {
    let items = grid.columns.get(column).into_iter().flatten();
    let wires = items.flat_map(|item| grid.right.get(*item).into_iter().flatten());
    wires.filter_map(|wire| grid.wires.get(*wire)).map(|wire| wire.key).collect::<BTreeSet<_>>().len()
}
