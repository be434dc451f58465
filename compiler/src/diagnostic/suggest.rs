//! Did you mean …? The nearest known name, and if it is near enough a replacement.

use super::Diagnostic;
use sbot_grammar::ast::Span;

/// At most this many names are listed where none is near.
const LISTED: usize = 8;

/// The known name that `name` was probably meant to be.
#[must_use]
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= (name.chars().count().max(candidate.chars().count()) / 3).max(1)
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// Adds the nearest of the known names as help and replacement; without one, lists them if they are few.
#[must_use]
pub fn similar<'k>(
    diagnostic: Diagnostic,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'k str>,
) -> Diagnostic {
    let mut known: Vec<&str> = known.into_iter().collect();
    if let Some(found) = nearest(name, known.iter().copied()) {
        return diagnostic.help(format!("did you mean `{found}`?")).suggest(span, found);
    }
    known.sort_unstable();
    known.dedup();
    if known.is_empty() || known.len() > LISTED {
        return diagnostic;
    }
    let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    diagnostic.help(format!("there is {}", list.join(", ")))
}
