//! Which column a card stands in, and what stands above what in a column: the only file that names the layout library.
//!
//! The library breaks cycles, finds the columns in which arrows are shortest, and avoids crossings. It counts its work
//! on the columns and stops when that is more than [`MOST_WORK`]; then they are the distances from the first card.

use super::Link;
use super::grid::Grid;
use dugong::graphlib::{Graph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel, WorkControl, WorkError, order, rank};
use std::collections::VecDeque;

/// What the library may spend on columns: a second or two.
const MOST_WORK: usize = 40_000_000;
/// The most items that the library puts in order; more keep the order of the source.
const MOST_ITEMS: usize = 14_000;

type Picture = Graph<NodeLabel, EdgeLabel, GraphLabel>;

/// Stops the library when it has done enough.
struct Budget {
    left: usize,
}

impl WorkControl for Budget {
    fn charge(&mut self, units: usize) -> Result<(), WorkError> {
        self.left = self.left.checked_sub(units).ok_or(WorkError::Interrupted)?;
        Ok(())
    }
}

/// For each card its column, from 0 and without an empty one between.
pub(super) fn columns(cards: usize, links: &[Link]) -> Vec<usize> {
    let ranks = by_library(cards, links).unwrap_or_else(|| by_distance(cards, links));
    let mut all = ranks.clone();
    all.sort_unstable();
    all.dedup();
    ranks.iter().map(|rank| all.partition_point(|other| other < rank)).collect()
}

/// For each item of the grid a number: within a column they tell what stands above what.
pub(super) fn order(grid: &Grid) -> Vec<usize> {
    let source = (0..grid.items.len()).collect();
    if grid.items.len() > MOST_ITEMS {
        return source;
    }
    let mut picture = empty();
    for item in 0..grid.items.len() {
        let rank = i32::try_from(grid.column_of(item)).ok();
        picture.set_node(id(item), NodeLabel { rank, ..NodeLabel::default() });
    }
    for wire in &grid.wires {
        join(&mut picture, wire.left.item, wire.right.item);
    }
    order::order(&mut picture, order::OrderOptions::default());
    let place = |item: usize| picture.node(&id(item)).and_then(|node| node.order);
    (0..grid.items.len()).map(place).collect::<Option<Vec<_>>>().unwrap_or(source)
}

fn empty() -> Picture {
    let mut picture = Graph::new(GraphOptions { multigraph: false, compound: false, directed: true });
    picture.set_graph(GraphLabel::default());
    picture
}

fn id(number: usize) -> String {
    format!("c{number}")
}

/// An edge; it weighs as much as there are arrows.
fn join(picture: &mut Picture, from: usize, to: usize) {
    let (from, to) = (id(from), id(to));
    match picture.edge_mut(&from, &to, None) {
        Some(label) => label.weight += 1.0,
        None => {
            picture.set_edge_with_label(from, to, EdgeLabel { weight: 1.0, ..EdgeLabel::default() });
        }
    }
}

fn by_library(cards: usize, links: &[Link]) -> Option<Vec<i64>> {
    let mut picture = empty();
    for card in 0..cards {
        picture.set_node(id(card), NodeLabel::default());
    }
    for link in links.iter().filter(|link| link.from != link.to) {
        join(&mut picture, link.from, link.to);
    }
    let plan = rank::plan_controlled(&picture, &mut Budget { left: MOST_WORK }).ok()?;
    // In the order in which they were given, which is that of their numbers.
    let ranks = plan.nodes.iter().map(|node| node.rank.map(i64::from)).collect::<Option<Vec<_>>>()?;
    (ranks.len() == cards).then_some(ranks)
}

/// The distance from the first card; what no way leads to begins anew.
fn by_distance(cards: usize, links: &[Link]) -> Vec<i64> {
    let mut leads: Vec<Vec<usize>> = vec![Vec::new(); cards];
    for link in links {
        if let Some(leads) = leads.get_mut(link.from) {
            leads.push(link.to);
        }
    }
    let mut columns: Vec<Option<i64>> = vec![None; cards];
    for first in 0..cards {
        let mut open = VecDeque::from([(first, 0)]);
        while let Some((card, column)) = open.pop_front() {
            if let Some(place @ None) = columns.get_mut(card) {
                *place = Some(column);
                open.extend(leads.get(card).into_iter().flatten().map(|next| (*next, column + 1)));
            }
        }
    }
    columns.into_iter().map(Option::unwrap_or_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(pairs: &[(usize, usize)]) -> Vec<Link> {
        pairs.iter().map(|(from, to)| Link { from: *from, to: *to, port: 0.0 }).collect()
    }

    #[test]
    fn arrows_go_on_unless_they_come_back() {
        let chain = links(&[(0, 1), (1, 2), (2, 0), (0, 2), (3, 3)]);
        let columns = columns(4, &chain);
        assert_eq!(columns.get(..3), Some([0, 1, 2].as_slice()));
    }

    #[test]
    fn columns_are_distances_where_the_library_gives_up() {
        assert_eq!(by_distance(5, &links(&[(0, 1), (1, 2), (2, 0), (0, 3), (3, 3)])), [0, 1, 2, 1, 0]);
    }
}
