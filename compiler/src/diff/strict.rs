//! Whether one test of an answer is stricter than another.

use super::term::{Head, Lit, TermId, Terms};
use rust_decimal::Decimal;

/// How a new test compares with the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    Tighter,
    Looser,
    /// Some answers pass now and did not before, and the other way round; or it cannot be told.
    Other,
}

/// Compares two tests.
pub(crate) fn compare(terms: &Terms, old: TermId, new: TermId) -> Strictness {
    let mut budget = BUDGET;
    let tighter = implies(terms, new, old, &mut budget);
    let looser = implies(terms, old, new, &mut budget);
    match (tighter, looser) {
        (true, false) => Strictness::Tighter,
        (false, true) => Strictness::Looser,
        (true, true) | (false, false) => Strictness::Other,
    }
}

/// How many pairs of tests are looked at.
const BUDGET: u32 = 10_000;

/// Whether every answer that passes `a` passes `b`, as far as it can be told.
fn implies(terms: &Terms, a: TermId, b: TermId, budget: &mut u32) -> bool {
    if a == b || is_bool(terms, a, false) || is_bool(terms, b, true) {
        return true;
    }
    let Some(left) = budget.checked_sub(1) else { return false };
    *budget = left;
    if let Some(parts) = terms.as_word("or", a) {
        return parts.iter().all(|part| implies(terms, *part, b, budget));
    }
    if let Some(parts) = terms.as_word("and", b) {
        return parts.iter().all(|part| implies(terms, a, *part, budget));
    }
    if let (Some([a]), Some([b])) = (terms.as_word("not", a), terms.as_word("not", b)) {
        return implies(terms, *b, *a, budget);
    }
    if let Some(parts) = terms.as_word("or", b)
        && parts.iter().any(|part| implies(terms, a, *part, budget))
    {
        return true;
    }
    if let Some(parts) = terms.as_word("and", a)
        && parts.iter().any(|part| implies(terms, *part, b, budget))
    {
        return true;
    }
    if let (Some([a]), Some([b])) = (terms.as_word("is set", a), terms.as_word("is set", b)) {
        return finds(terms, *a, *b);
    }
    simple(terms, a, b)
}

fn is_bool(terms: &Terms, id: TermId, value: bool) -> bool {
    matches!(terms.as_lit(id), Some(Lit::Bool(found)) if *found == value)
}

/// A range within a range; a number of characters within a range.
fn simple(terms: &Terms, a: TermId, b: TermId) -> bool {
    let (Some((one, a)), Some((other, b))) = (builtin(terms, a), builtin(terms, b)) else { return false };
    match (one, a, other, b) {
        ("length_is", [x, length], "length_in", [y, from, to]) => {
            x == y && within(terms, (*length, *length), (*from, *to))
        }
        ("length_in", [x, low, high], "length_in", [y, from, to])
        | ("in_range", [x, low, high], "in_range", [y, from, to]) => {
            x == y && within(terms, (*low, *high), (*from, *to))
        }
        ("length_in", [x, low, high], "length_is", [y, length]) => {
            x == y && within(terms, (*low, *high), (*length, *length))
        }
        _ => false,
    }
}

/// A number in a range is a number, and one in a wider range.
fn finds(terms: &Terms, a: TermId, b: TermId) -> bool {
    let (Some((one, a)), Some((other, b))) = (builtin(terms, a), builtin(terms, b)) else { return false };
    match (one, a, other, b) {
        ("find_number_in", [x, ..], "find_number", [y]) => x == y,
        ("find_number_in", [x, low, high], "find_number_in", [y, from, to]) => {
            x == y && within(terms, (*low, *high), (*from, *to))
        }
        _ => false,
    }
}

fn builtin(terms: &Terms, id: TermId) -> Option<(&'static str, &[TermId])> {
    if let Head::Builtin(name) = terms.head(id) { Some((name, terms.args(id))) } else { None }
}

fn within(terms: &Terms, inner: (TermId, TermId), outer: (TermId, TermId)) -> bool {
    let at_most = |a: TermId, b: TermId| match (number(terms, a), number(terms, b)) {
        (Some(a), Some(b)) => a <= b,
        _ => a == b,
    };
    at_most(outer.0, inner.0) && at_most(inner.1, outer.1)
}

fn number(terms: &Terms, id: TermId) -> Option<Decimal> {
    match terms.as_lit(id)? {
        Lit::Int(value) => Some(Decimal::from(*value)),
        Lit::Number(value) => Some(*value),
        Lit::Date(value) => Some(Decimal::from(*value)),
        Lit::Time(value) => Some(Decimal::from(*value)),
        Lit::Duration(value) | Lit::DateTime(value) => Some(Decimal::from(*value)),
        Lit::None | Lit::Bool(_) | Lit::Text(_) | Lit::File(_) | Lit::Json(_) | Lit::Symbol(..) => None,
    }
}
