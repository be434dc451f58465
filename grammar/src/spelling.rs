//! Which word of the language was most likely meant.

use crate::token::{Token, words};

/// The words that `text` may be a slip of, the closest first; not the word itself.
pub(crate) fn meant(text: &str) -> Vec<(&'static str, Token)> {
    let length = text.chars().count();
    if !(3..=16).contains(&length) {
        return vec![];
    }
    let limit = if length < 6 { 1 } else { 2 };
    let mut found: Vec<(usize, &'static str, Token)> = words()
        .filter(|(word, _, _)| *word != text && word.len() >= 3 && word.len().abs_diff(length) <= limit)
        .map(|(word, _, token)| (distance(&text.to_lowercase(), word), word, token))
        .filter(|(distance, _, _)| *distance <= limit)
        .collect();
    found.sort_by_key(|(distance, _, _)| *distance);
    found.into_iter().take(3).map(|(_, word, token)| (word, token)).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = vec![];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut left = None;
    for (row, a) in one.chars().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in other.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, column) + usize::from(a != *b);
            let mut best = replaced.min(at(&last, column + 1) + 1).min(at(&line, column) + 1);
            let swapped =
                column.checked_sub(1).and_then(|index| other.get(index)) == Some(&a) && left == Some(*b);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut last, line);
        left = Some(a);
    }
    last.last().copied().unwrap_or(usize::MAX)
}
