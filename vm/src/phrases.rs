//! The labels and synonyms of a wait, and which option a text takes. Short texts in ASCII, which are most, are compared
//! with all phrases at once; every other text and every phrase that is parked with a run is compared one by one.

use crate::ascii;
use crate::text::{Folded, fold};
use crate::value::Value;
use std::sync::Arc;

/// Longer texts are searched phrase by phrase, in time that does not depend on what repeats in them.
const SHORT: usize = 256;

/// An option of a wait.
pub(crate) struct Choice {
    pub(crate) exit: u32,
    pub(crate) label: Phrase,
    pub(crate) synonyms: Vec<Phrase>,
}

/// A label or synonym.
pub(crate) enum Phrase {
    /// Written in the program.
    Known { text: Arc<str>, folded: Folded },
    /// Parked with the run: index into the wait's live registers.
    Kept(u32),
}

impl Phrase {
    /// The text as it is; `values` are those of the run.
    pub(crate) fn text<'s>(&'s self, values: &'s [Value]) -> Option<&'s Arc<str>> {
        match self {
            Phrase::Known { text, .. } => Some(text),
            Phrase::Kept(at) => {
                if let Some(Value::Text(text)) = values.get(*at as usize) {
                    Some(text)
                } else {
                    None
                }
            }
        }
    }

    fn equals(&self, text: &Folded, values: &[Value]) -> bool {
        match self {
            Phrase::Known { folded, .. } => folded == text,
            Phrase::Kept(_) => self.text(values).is_some_and(|phrase| text.is(phrase)),
        }
    }

    fn stands_in(&self, text: &Folded, values: &[Value]) -> bool {
        let stands_in = |phrase: &Folded| text.contains_words(phrase);
        match self {
            Phrase::Known { folded, .. } => stands_in(folded),
            Phrase::Kept(_) => self.text(values).is_some_and(|phrase| stands_in(&fold(phrase))),
        }
    }
}

/// The options of a wait, in the order of the source.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) all: Vec<Choice>,
    /// If the program knows every phrase.
    quick: Option<Quick>,
}

impl Options {
    pub(crate) fn new(all: Vec<Choice>) -> Options {
        let quick = Quick::new(&all);
        Options { all, quick }
    }

    /// The exit that a short text in ASCII takes, if it can be told at once: of the option that equals it, else of the
    /// one with a synonym among its words.
    pub(crate) fn at_once(&self, text: &str) -> Option<Option<u32>> {
        let quick = self.quick.as_ref()?;
        if text.len() > SHORT {
            return None;
        }
        // What equals a folded phrase in ASCII is in ASCII and spaced well itself.
        let trimmed = text.trim_ascii();
        if let Some(exit) = quick.equal(trimmed.as_bytes()) {
            return Some(Some(exit));
        }
        // White space that is left makes it one that is not spaced well.
        if !trimmed.is_ascii() || !ascii::is_spaced_well(trimmed.as_bytes()) {
            return None;
        }
        Some(quick.contained(trimmed.as_bytes()))
    }

    /// The exit of the first option that is equal to a text, label or synonym.
    pub(crate) fn equal(&self, text: &Folded, values: &[Value]) -> Option<u32> {
        let equals = |phrase: &Phrase| phrase.equals(text, values);
        let option =
            self.all.iter().find(|option| equals(&option.label) || option.synonyms.iter().any(equals));
        option.map(|option| option.exit)
    }

    /// The exit of the first option with a synonym among the words of a text.
    pub(crate) fn contained(&self, text: &Folded, values: &[Value]) -> Option<u32> {
        let contained = |phrase: &Phrase| phrase.stands_in(text, values);
        self.all.iter().find(|option| option.synonyms.iter().any(contained)).map(|option| option.exit)
    }
}

/// What can stand in a text in ASCII, whose white space is single spaces: folding it does no more than to make its
/// letters small.
struct Quick {
    /// The folded labels and synonyms in ASCII, each with its exit, in the order of the options.
    phrases: Vec<(Box<[u8]>, u32)>,
    /// The synonyms among them, each with its place among the options and its exit.
    synonyms: Vec<(Box<[u8]>, u32, u32)>,
    /// The bytes that a synonym begins with, small and capital.
    first: Box<[bool; 256]>,
    /// How long labels and synonyms are, as bits; the last one stands for all that are longer.
    lengths: u64,
}

/// The bit of a length.
fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

impl Quick {
    fn new(all: &[Choice]) -> Option<Quick> {
        let mut quick =
            Quick { phrases: Vec::new(), synonyms: Vec::new(), first: Box::new([false; 256]), lengths: 0 };
        for (place, option) in (0u32..).zip(all) {
            quick.phrase(&option.label, option.exit)?;
            for synonym in &option.synonyms {
                let Some(phrase) = quick.phrase(synonym, option.exit)? else { continue };
                for first in phrase.first().into_iter().flat_map(|c| [*c, c.to_ascii_uppercase()]) {
                    if let Some(place) = quick.first.get_mut(usize::from(first)) {
                        *place = true;
                    }
                }
                quick.synonyms.push((phrase, place, option.exit));
            }
        }
        Some(quick)
    }

    /// Takes down a phrase. Nothing equals an empty one, and none in ASCII one with other letters.
    fn phrase(&mut self, phrase: &Phrase, exit: u32) -> Option<Option<Box<[u8]>>> {
        let Phrase::Known { folded, .. } = phrase else { return None };
        let text = folded.as_str();
        if text.is_empty() || !text.is_ascii() {
            return Some(None);
        }
        self.lengths |= bit(text.len());
        self.phrases.push((text.as_bytes().into(), exit));
        Some(Some(text.as_bytes().into()))
    }

    fn equal(&self, text: &[u8]) -> Option<u32> {
        if self.lengths & bit(text.len()) == 0 {
            return None;
        }
        let equal = self.phrases.iter().find(|(phrase, _)| text.eq_ignore_ascii_case(phrase));
        equal.map(|(_, exit)| *exit)
    }

    fn contained(&self, text: &[u8]) -> Option<u32> {
        let mut best = None;
        for (at, byte) in text.iter().enumerate() {
            if self.first.get(usize::from(*byte)) != Some(&true) || !ascii::is_boundary(text, at) {
                continue;
            }
            let rest = text.get(at..).unwrap_or_default();
            for (synonym, place, exit) in &self.synonyms {
                if best.is_some_and(|(best, _)| best <= *place) {
                    break;
                }
                let found = rest.get(..synonym.len()).is_some_and(|word| word.eq_ignore_ascii_case(synonym));
                if found && ascii::is_boundary(text, at + synonym.len()) {
                    best = Some((*place, *exit));
                }
            }
        }
        best.map(|(_, exit)| exit)
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Options, Phrase};
    use crate::dice::Dice;
    use crate::text::fold;
    use std::sync::Arc;

    fn phrase(text: &str) -> Phrase {
        Phrase::Known { text: Arc::from(text), folded: fold(text) }
    }

    /// Texts that are compared with all phrases at once take the exit that they take phrase by phrase.
    #[test]
    fn at_once_is_as_one_by_one() {
        const PARTS: &[&str] = &[
            "a", "B", "ab", "1", "2", " ", "  ", "\t", ".", "'", ":", ",", "_", "-", "é", "ß", "Ж", "K",
            "\u{212a}",
        ];
        let mut dice = Dice(0x1234_5678_9abc_def1);
        let (mut at_once, mut taken) = (0, 0);
        for _ in 0..1_000 {
            let choices = (0..1 + dice.below(4) as u32).map(|exit| Choice {
                exit,
                label: phrase(&dice.text(PARTS, 4)),
                synonyms: (0..dice.below(4)).map(|_| phrase(&dice.text(PARTS, 4))).collect(),
            });
            let options = Options::new(choices.collect());
            for _ in 0..20 {
                let text = dice.text(PARTS, 9);
                let folded = fold(&text);
                let wanted = if folded.as_str().is_empty() {
                    None
                } else {
                    options.equal(&folded, &[]).or_else(|| options.contained(&folded, &[]))
                };
                if let Some(found) = options.at_once(&text) {
                    assert_eq!(found, wanted, "{text:?}");
                    at_once += 1;
                    taken += usize::from(found.is_some());
                }
            }
        }
        assert!(at_once > 1_000 && taken > 100, "{at_once} {taken}");
    }
}
