//! Circles in a graph: Tarjan's strongly connected components, without recursion and in linear time.

/// The components of a graph of `count` nodes, each a list of its members, and every component after those that it
/// leads to. `next` gives the nth node that a node leads to, in any fixed order, and `None` after the last.
pub(super) fn components(
    count: usize,
    mut next: impl FnMut(usize, usize) -> Option<usize>,
) -> Vec<Vec<usize>> {
    let mut search = Search { order: vec![0; count], low: vec![0; count], ..Search::default() };
    for root in 0..count {
        if search.order.get(root) == Some(&0) {
            search.from(root, &mut next);
        }
    }
    search.found
}

#[derive(Default)]
struct Search {
    /// When each node was reached, from 1; 0 for not yet.
    order: Vec<usize>,
    /// The earliest open node that each one leads back to; `usize::MAX` once its component is closed.
    low: Vec<usize>,
    clock: usize,
    /// Nodes whose component is not closed yet.
    open: Vec<usize>,
    found: Vec<Vec<usize>>,
}

impl Search {
    fn from(&mut self, root: usize, next: &mut impl FnMut(usize, usize) -> Option<usize>) {
        // Each node with how many of its ways were taken.
        let mut path = vec![(root, 0)];
        self.reach(root);
        while let Some((node, taken)) = path.last_mut() {
            let (node, way) = (*node, *taken);
            *taken += 1;
            match next(node, way) {
                Some(to) if self.order.get(to) == Some(&0) => {
                    self.reach(to);
                    path.push((to, 0));
                }
                Some(to) => {
                    let low = self.low.get(to).copied().unwrap_or(usize::MAX);
                    self.lower(node, low);
                }
                None => {
                    path.pop();
                    self.close(node);
                    if let (Some((outer, _)), Some(low)) = (path.last(), self.low.get(node).copied()) {
                        self.lower(*outer, low);
                    }
                }
            }
        }
    }

    fn reach(&mut self, node: usize) {
        self.clock += 1;
        for list in [&mut self.order, &mut self.low] {
            if let Some(value) = list.get_mut(node) {
                *value = self.clock;
            }
        }
        self.open.push(node);
    }

    fn lower(&mut self, node: usize, low: usize) {
        if let Some(known) = self.low.get_mut(node) {
            *known = low.min(*known);
        }
    }

    /// Closes the component that begins with this node, if one does.
    fn close(&mut self, node: usize) {
        if self.low.get(node) != self.order.get(node) {
            return;
        }
        let at = self.open.iter().rposition(|open| *open == node).unwrap_or(0);
        let members = self.open.split_off(at);
        for member in &members {
            if let Some(low) = self.low.get_mut(*member) {
                *low = usize::MAX;
            }
        }
        self.found.push(members);
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)] // The graphs are written out below.
mod tests {
    use super::components;

    fn of(edges: &[&[usize]]) -> Vec<Vec<usize>> {
        let mut found = components(edges.len(), |node, nth| edges[node].get(nth).copied());
        found.iter_mut().for_each(|members| members.sort_unstable());
        found
    }

    #[test]
    fn circles_and_single_nodes() {
        assert_eq!(of(&[&[1], &[2, 3], &[0], &[4], &[]]), [vec![4], vec![3], vec![0, 1, 2]]);
        assert_eq!(of(&[&[0], &[]]), [vec![0], vec![1]]);
        assert_eq!(of(&[&[1], &[0, 2], &[3], &[2]]), [vec![2, 3], vec![0, 1]]);
    }

    #[test]
    fn a_long_way_needs_no_stack() {
        let count = 200_000;
        let found = components(count, |node, nth| (nth == 0).then_some((node + 1) % count));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].len(), count);
    }
}
