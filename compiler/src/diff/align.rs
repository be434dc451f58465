//! Which elements of two sequences belong together: equal ones by the patience method, and what lies between them by
//! likeness. Deterministic, and bounded: what is too long for a thorough look gets a coarse one.

use rustc_hash::FxHashMap;
use std::hash::Hash;
use std::ops::Range;

/// How two sequences go together, in the order of the new one; what is gone stands where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Equal elements.
    Same(usize, usize),
    /// Elements that belong together and differ.
    Pair(usize, usize),
    Gone(usize),
    New(usize),
}

/// The most cells of a table that compares everything with everything.
const MOST_CELLS: usize = 40_000;
/// How often a gap is split by elements that occur once in it.
const MOST_SPLITS: u32 = 24;

/// Aligns equal elements only.
pub(crate) fn equal<K: Eq + Hash + Copy>(old: &[K], new: &[K]) -> Vec<Edit> {
    align(old, new, &mut |_, _| 0)
}

/// Aligns equal elements, and in the gaps those that are alike. `likeness` is 0 for elements that do not belong
/// together, and the higher the more they do.
pub(crate) fn align<K: Eq + Hash + Copy>(
    old: &[K],
    new: &[K],
    likeness: &mut dyn FnMut(usize, usize) -> u32,
) -> Vec<Edit> {
    let mut edits = Vec::with_capacity(old.len().max(new.len()));
    let (mut o, mut n) = (0, 0);
    let end = (old.len(), new.len());
    for (next_old, next_new) in equals(old, new).into_iter().chain(std::iter::once(end)) {
        gap(o..next_old, n..next_new, likeness, &mut edits);
        if (next_old, next_new) != end {
            edits.push(Edit::Same(next_old, next_new));
        }
        (o, n) = (next_old + 1, next_new + 1);
    }
    edits
}

/// Pairs of equal elements, ascending on both sides.
fn equals<K: Eq + Hash + Copy>(old: &[K], new: &[K]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open = vec![(0..old.len(), 0..new.len(), MOST_SPLITS)];
    while let Some((mut o, mut n, splits)) = open.pop() {
        while !o.is_empty() && !n.is_empty() && old.get(o.start) == new.get(n.start) {
            found.push((o.start, n.start));
            (o.start, n.start) = (o.start + 1, n.start + 1);
        }
        while !o.is_empty() && !n.is_empty() && old.get(o.end - 1) == new.get(n.end - 1) {
            (o.end, n.end) = (o.end - 1, n.end - 1);
            found.push((o.end, n.end));
        }
        if o.is_empty() || n.is_empty() {
            continue;
        }
        let anchors = if splits == 0 { Vec::new() } else { once_in_both(old, new, &o, &n) };
        if anchors.is_empty() {
            table(old, new, o, n, &mut found);
            continue;
        }
        let (mut from_old, mut from_new) = (o.start, n.start);
        for (at_old, at_new) in anchors {
            found.push((at_old, at_new));
            open.push((from_old..at_old, from_new..at_new, splits - 1));
            (from_old, from_new) = (at_old + 1, at_new + 1);
        }
        open.push((from_old..o.end, from_new..n.end, splits - 1));
    }
    found.sort_unstable();
    found
}

/// The longest ascending run of pairs of elements that occur once on each side.
fn once_in_both<K: Eq + Hash + Copy>(
    old: &[K],
    new: &[K],
    o: &Range<usize>,
    n: &Range<usize>,
) -> Vec<(usize, usize)> {
    // How often it occurs on each side, and where.
    let mut seen: FxHashMap<K, (u32, usize, u32, usize)> = FxHashMap::default();
    for (at, key) in old.iter().enumerate().take(o.end).skip(o.start) {
        let row = seen.entry(*key).or_default();
        (row.0, row.1) = (row.0 + 1, at);
    }
    for (at, key) in new.iter().enumerate().take(n.end).skip(n.start) {
        let row = seen.entry(*key).or_default();
        (row.2, row.3) = (row.2 + 1, at);
    }
    let once = seen.into_values().filter(|row| row.0 == 1 && row.2 == 1);
    let mut pairs: Vec<(usize, usize)> = once.map(|row| (row.1, row.3)).collect();
    pairs.sort_unstable();
    ascending(&pairs)
}

/// The longest subsequence whose second elements ascend.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // The smallest end of a run of each length, and for each pair the one before it in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |at: usize| pairs.get(at).map_or(0, |pair| pair.1);
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(*end) < pair.1);
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut run = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        run.extend(pairs.get(at));
        next = before.get(at).copied().flatten();
    }
    run.reverse();
    run
}

/// The longest common subsequence of a gap, if it is small enough.
fn table<K: Eq>(old: &[K], new: &[K], o: Range<usize>, n: Range<usize>, found: &mut Vec<(usize, usize)>) {
    found.extend(best(&o, &n, &mut |a, b| u32::from(old.get(a) == new.get(b))));
}

/// The pairs with the highest sum of weights, ascending on both sides. None if there would be too many to look at.
fn best(
    o: &Range<usize>,
    n: &Range<usize>,
    weight: &mut dyn FnMut(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    let (rows, columns) = (o.len(), n.len());
    if rows.saturating_mul(columns) > MOST_CELLS || rows == 0 || columns == 0 {
        return Vec::new();
    }
    // The sum for the rest from each cell on, and the weight of each pair.
    let width = columns + 1;
    let mut sums = vec![0u32; (rows + 1) * width];
    let mut weights = vec![0u32; rows * columns];
    let at = |sums: &[u32], row: usize, column: usize| sums.get(row * width + column).copied().unwrap_or(0);
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let own = weight(o.start + row, n.start + column);
            let with = if own == 0 { 0 } else { own + at(&sums, row + 1, column + 1) };
            let sum = with.max(at(&sums, row + 1, column)).max(at(&sums, row, column + 1));
            if let Some(cell) = sums.get_mut(row * width + column) {
                *cell = sum;
            }
            if let Some(cell) = weights.get_mut(row * columns + column) {
                *cell = own;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        let own = weights.get(row * columns + column).copied().unwrap_or(0);
        let here = at(&sums, row, column);
        if own > 0 && here == own + at(&sums, row + 1, column + 1) {
            pairs.push((o.start + row, n.start + column));
            (row, column) = (row + 1, column + 1);
        } else if here == at(&sums, row + 1, column) {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}

/// What stands between equal elements.
fn gap(
    o: Range<usize>,
    n: Range<usize>,
    likeness: &mut dyn FnMut(usize, usize) -> u32,
    edits: &mut Vec<Edit>,
) {
    let small = o.len().saturating_mul(n.len()) <= MOST_CELLS;
    // In a large gap, elements at the same place belong together if they can at all.
    let pairs = if small {
        best(&o, &n, likeness)
    } else {
        o.clone().zip(n.clone()).filter(|(old, new)| likeness(*old, *new) > 0).collect()
    };
    let (mut at_old, mut at_new) = (o.start, n.start);
    for (next_old, next_new) in pairs.into_iter().chain(std::iter::once((o.end, n.end))) {
        edits.extend((at_old..next_old).map(Edit::Gone));
        edits.extend((at_new..next_new).map(Edit::New));
        if next_old < o.end && next_new < n.end {
            edits.push(Edit::Pair(next_old, next_new));
        }
        (at_old, at_new) = (next_old + 1, next_new + 1);
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::{Edit, align, equal};

    fn show(old: &str, new: &str) -> String {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let alike = |a: char, b: char| u32::from(a.eq_ignore_ascii_case(&b));
        let edits = align(&old, &new, &mut |o, n| alike(old[o], new[n]));
        edits
            .iter()
            .map(|edit| match edit {
                Edit::Same(o, _) => old[*o].to_string(),
                Edit::Pair(o, n) => format!("({}{})", old[*o], new[*n]),
                Edit::Gone(o) => format!("-{}", old[*o]),
                Edit::New(n) => format!("+{}", new[*n]),
            })
            .collect()
    }

    #[test]
    fn elements_that_belong_together_are_found() {
        assert_eq!(show("abc", "abc"), "abc");
        assert_eq!(show("", "ab"), "+a+b");
        assert_eq!(show("abc", ""), "-a-b-c");
        assert_eq!(show("abc", "axc"), "a-b+xc");
        assert_eq!(show("abc", "aBc"), "a(bB)c");
        assert_eq!(show("ab", "xBa"), "+x+Ba-b");
        assert_eq!(show("aab", "aaab"), "aa+ab");
        assert_eq!(show("xaay", "xay"), "xa-ay");
        assert_eq!(show("abcd", "bcda"), "-abcd+a");
    }

    #[test]
    fn every_element_occurs_once_and_in_order() {
        let mut state = 7u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            (state >> 16) % below
        };
        for round in 0..300 {
            let kinds = 1 + round % 9;
            let old: Vec<u32> = (0..next(30)).map(|_| next(kinds)).collect();
            let new: Vec<u32> = (0..next(30)).map(|_| next(kinds)).collect();
            let (mut olds, mut news) = (Vec::new(), Vec::new());
            for edit in align(&old, &new, &mut |o, n| u32::from(old[o] % 3 == new[n] % 3)) {
                match edit {
                    Edit::Same(o, n) => {
                        assert_eq!(old[o], new[n]);
                        olds.push(o);
                        news.push(n);
                    }
                    Edit::Pair(o, n) => {
                        assert_eq!(old[o] % 3, new[n] % 3);
                        olds.push(o);
                        news.push(n);
                    }
                    Edit::Gone(o) => olds.push(o),
                    Edit::New(n) => news.push(n),
                }
            }
            assert_eq!(olds, (0..old.len()).collect::<Vec<_>>());
            assert_eq!(news, (0..new.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn long_sequences_without_anything_in_common_are_no_trouble() {
        let old: Vec<u32> = (0..200_000).collect();
        let new: Vec<u32> = (200_000..400_000).collect();
        assert_eq!(equal(&old, &new).len(), 400_000);
        let old = vec![1u32; 200_000];
        let new: Vec<u32> = (0..200_000).map(|n| n % 2).collect();
        assert!(equal(&old, &new).len() >= 200_000);
    }
}
