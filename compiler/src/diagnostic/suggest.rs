//! Did you mean …? The nearest known name, and if it is near enough a replacement.

use super::{Diagnostic, Edit};
use sbot_grammar::ast::Span;
use sbot_grammar::edit_distance;
use std::cell::Cell;

/// At most this many names are listed where none is near.
const LISTED: usize = 8;
/// A name that takes more edits than this is another one.
const FARTHEST: usize = 3;

/// The known name that `name` was probably meant to be.
#[must_use]
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    near(name, known).map(|near| near.name)
}

/// How many names a check compares with unknown ones: a hundred thousand unknown names among as many known ones are
/// still reported, the later ones without a guess.
#[derive(Debug)]
pub struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(5_000_000))
    }
}

impl Budget {
    /// The names, as long as the budget lasts.
    pub fn spend<'b, N>(&'b self, names: impl IntoIterator<Item = N> + 'b) -> impl Iterator<Item = N> + 'b {
        names.into_iter().take_while(|_| {
            let left = self.0.get();
            self.0.set(left.saturating_sub(1));
            left > 0
        })
    }
}

/// A name that is near another one.
struct Near<'k> {
    name: &'k str,
    /// It is the only one that is near, and not so short that chance would do.
    alone: bool,
}

fn near<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<Near<'k>> {
    let name = Folded::new(name);
    let mut best: Option<(usize, &str)> = None;
    let mut alone = true;
    for candidate in known {
        let Some(distance) = name.distance(candidate) else { continue };
        match best {
            // A name may be known in two ways.
            Some((_, known)) if known == candidate => continue,
            Some(known) => {
                alone = false;
                best = Some(known.min((distance, candidate)));
            }
            None => best = Some((distance, candidate)),
        }
    }
    let (distance, found) = best?;
    Some(Near { name: found, alone: alone && distance <= name.letters.len() / 3 })
}

/// A name to be compared with many, of which nearly all are of plain letters.
struct Folded<'n> {
    name: &'n str,
    plain: bool,
    letters: Vec<char>,
}

impl<'n> Folded<'n> {
    fn new(name: &'n str) -> Self {
        Self { name, plain: name.is_ascii(), letters: fold(name) }
    }

    /// How many letters are different, if they are few.
    fn distance(&self, other: &str) -> Option<usize> {
        let bound = |most: usize| (most / 3).clamp(1, FARTHEST);
        if self.plain && other.is_ascii() {
            let (name, other) = (self.name.as_bytes(), other.as_bytes());
            let bound = bound(name.len().max(other.len()));
            let found = edit_distance(name, other, bound, u8::eq_ignore_ascii_case)?;
            return (found == 0 || found < name.len().min(other.len())).then_some(found);
        }
        let other = fold(other);
        let found =
            edit_distance(&self.letters, &other, bound(self.letters.len().max(other.len())), char::eq)?;
        // With no letter in common one is no slip of the other.
        (found == 0 || found < self.letters.len().min(other.len())).then_some(found)
    }
}

fn fold(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).collect()
}

/// Adds the nearest of the known names as help and replacement, if one is near.
#[must_use]
pub fn meant<'k>(
    diagnostic: Diagnostic,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'k str>,
) -> Diagnostic {
    meant_as(diagnostic, name, span, known, |near| (format!("`{near}`"), near.to_owned()))
}

/// The same where a name is written in another way: `write` gives it as help shows it, and as it replaces the span.
#[must_use]
pub fn meant_as<'k>(
    diagnostic: Diagnostic,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'k str>,
    write: impl Fn(&str) -> (String, String),
) -> Diagnostic {
    let Some(near) = near(name, known) else { return diagnostic };
    let (shown, written) = write(near.name);
    diagnostic.help(format!("did you mean {shown}?")).change(vec![Edit::new(span, written)], near.alone)
}

/// Adds the nearest of the known names as help and replacement; without one, lists them if they are few.
#[must_use]
pub fn similar<'k>(
    diagnostic: Diagnostic,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'k str>,
) -> Diagnostic {
    let mut some: Vec<&str> = Vec::new();
    let known = known.into_iter().inspect(|name| {
        if some.len() <= LISTED && !some.contains(name) {
            some.push(name);
        }
    });
    let diagnostic = meant(diagnostic, name, span, known);
    if diagnostic.help.is_some() {
        return diagnostic;
    }
    some.sort_unstable();
    match some.as_slice() {
        [] => diagnostic,
        [only] => diagnostic.help(format!("there is `{only}`")),
        many if many.len() > LISTED => diagnostic,
        many => {
            let list: Vec<String> = many.iter().map(|name| format!("`{name}`")).collect();
            diagnostic.help(format!("there are {}", list.join(", ")))
        }
    }
}
