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
        .filter(|(word, _, _)| *word != text && word.len() >= 3)
        .filter_map(|(word, _, token)| Some((distance(text, word, limit)?, word, token)))
        .collect();
    found.sort_by_key(|(distance, _, _)| *distance);
    found.into_iter().take(3).map(|(_, word, token)| (word, token)).collect()
}

/// Whether `text` can be a slip of one word only.
#[must_use]
pub fn is_clear_slip(text: &str) -> bool {
    let steps = |word: &str| distance(text, word, text.len());
    match meant(text).as_slice() {
        [] => false,
        [_] => true,
        [(first, _), (second, _), ..] => steps(first) < steps(second),
    }
}

fn distance(text: &str, word: &str, bound: usize) -> Option<usize> {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let word: Vec<char> = word.chars().collect();
    edit_distance(&text, &word, bound, char::eq)
}

/// How many letters of a name are inserted, left out, replaced or swapped with their neighbour, if there are no more
/// than `bound`. Most names are told apart by what they share at both ends, without a table.
#[must_use]
pub fn edit_distance<L: Copy>(
    one: &[L],
    other: &[L],
    bound: usize,
    same: impl Fn(&L, &L) -> bool,
) -> Option<usize> {
    if one.len().abs_diff(other.len()) > bound {
        return None;
    }
    let before = one.iter().zip(other).take_while(|(a, b)| same(a, b)).count();
    let (one, other) = (one.get(before..)?, other.get(before..)?);
    let behind = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| same(a, b)).count();
    let (one, other) = (one.get(..one.len() - behind)?, other.get(..other.len() - behind)?);
    let (least, most) = (one.len().min(other.len()), one.len().max(other.len()));
    // Both ends differ, so that one edit explains what is left, or it takes two or more.
    let found = match (one, other) {
        _ if least == 0 || most == 1 => most,
        ([a, b], [c, d]) if same(a, d) && same(b, c) => 1,
        _ if bound < 2 => return None,
        _ => by_table(one, other, same),
    };
    (found <= bound).then_some(found)
}

/// The usual table, of which three rows are kept.
fn by_table<L: Copy>(one: &[L], other: &[L], same: impl Fn(&L, &L) -> bool) -> usize {
    let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    let mut left = None;
    for (line, a) in (1..).zip(one) {
        let mut row = Vec::with_capacity(last.len());
        row.push(line);
        for (column, b) in other.iter().enumerate() {
            let replaced = at(&last, column) + usize::from(!same(a, b));
            let mut best = replaced.min(at(&last, column + 1) + 1).min(at(&row, column) + 1);
            let up = column.checked_sub(1).and_then(|index| other.get(index));
            if up.zip(left).is_some_and(|(up, left)| same(up, a) && same(left, b)) {
                best = best.min(at(&before, column - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
        left = Some(a);
    }
    last.last().copied().unwrap_or(usize::MAX)
}
