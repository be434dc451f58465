//! What is extracted, into what translators have: new texts are added, texts that were reworded are marked, texts that
//! are gone are kept as obsolete, and what only stands elsewhere keeps its translation.

use super::names::relative;
use super::po::{Catalog, Entry};
use super::tag::Tag;
use super::texts::{Text, Texts};
use crate::source::Sources;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// A file without translations, for a language that nobody has begun: the `.pot` file.
#[must_use]
pub fn template(texts: &Texts, sources: &Sources, root: &str) -> Catalog {
    let mut entries = vec![header(None)];
    entries.extend(texts.texts.iter().map(|text| entry(text, sources, root)));
    Catalog { entries, trailing: Vec::new() }
}

/// A translation brought up to date. The same texts and the same translation always give the same file, and what is up
/// to date stays as it is.
#[must_use]
pub fn merge(old: Catalog, tag: &Tag, texts: &Texts, sources: &Sources, root: &str) -> Catalog {
    let mut known = Known::new(old);
    let mut entries: Vec<Entry> = texts.texts.iter().map(|text| entry(text, sources, root)).collect();
    // What has stayed comes first, so that nothing else is taken for it; then what has only moved; then what was
    // reworded where it stands.
    let mut open: Vec<&mut Entry> = entries.iter_mut().collect();
    for find in [Known::same as Find, Known::moved, Known::reworded] {
        open.retain_mut(|entry| {
            let Some(at) = find(&mut known, entry) else { return true };
            known.take(at, entry);
            false
        });
    }
    let mut all = vec![known.header.take().unwrap_or_else(|| header(Some(tag)))];
    all.append(&mut entries);
    all.extend(known.left());
    Catalog { entries: all, trailing: known.trailing }
}

type Find = fn(&mut Known, &Entry) -> Option<usize>;

/// The entries of the old file.
struct Known {
    header: Option<Entry>,
    /// Those that are not taken yet.
    entries: Vec<Option<Entry>>,
    by_context: FxHashMap<String, Vec<usize>>,
    /// Those with a translation: by their step and text, and by their text alone. Who is first is taken first.
    in_step: FxHashMap<(String, String), VecDeque<usize>>,
    anywhere: FxHashMap<String, VecDeque<usize>>,
    trailing: Vec<String>,
}

impl Known {
    fn new(old: Catalog) -> Known {
        let mut known = Known {
            header: None,
            entries: Vec::new(),
            by_context: FxHashMap::default(),
            in_step: FxHashMap::default(),
            anywhere: FxHashMap::default(),
            trailing: old.trailing,
        };
        let (obsolete, used): (Vec<Entry>, Vec<Entry>) =
            old.entries.into_iter().partition(|entry| entry.obsolete);
        for entry in used.into_iter().chain(obsolete) {
            if entry.is_header() {
                known.header.get_or_insert(entry);
                continue;
            }
            let at = known.entries.len();
            let context = entry.context.clone().unwrap_or_default();
            if !entry.translation.is_empty() {
                let text = entry.text.clone();
                known.in_step.entry((step(&context).to_owned(), text.clone())).or_default().push_back(at);
                known.anywhere.entry(text).or_default().push_back(at);
            }
            known.by_context.entry(context).or_default().push(at);
            known.entries.push(Some(entry));
        }
        known
    }

    /// The first entry at the place of another that fits.
    fn at_its_place(&self, entry: &Entry, fits: impl Fn(&Entry) -> bool) -> Option<usize> {
        let there = self.by_context.get(entry.context.as_deref().unwrap_or(""))?;
        there
            .iter()
            .copied()
            .find(|at| self.entries.get(*at).is_some_and(|old| old.as_ref().is_some_and(&fits)))
    }

    /// The same text at the same place.
    fn same(&mut self, entry: &Entry) -> Option<usize> {
        self.at_its_place(entry, |old| old.text == entry.text || was(old, entry))
    }

    /// The same text elsewhere: in the same step if there, else anywhere.
    fn moved(&mut self, entry: &Entry) -> Option<usize> {
        let step = step(entry.context.as_deref().unwrap_or("")).to_owned();
        let here = self.in_step.get_mut(&(step, entry.text.clone()));
        let here = here.and_then(|queue| first_left(queue, &self.entries));
        here.or_else(|| first_left(self.anywhere.get_mut(&entry.text)?, &self.entries))
    }

    /// Another text at the same place.
    fn reworded(&mut self, entry: &Entry) -> Option<usize> {
        self.at_its_place(entry, |old| !old.obsolete && !old.translation.is_empty())
    }

    /// Gives what an old entry has to a new one.
    fn take(&mut self, at: usize, entry: &mut Entry) {
        let Some(old) = self.entries.get_mut(at).and_then(Option::take) else { return };
        let (same, again) = (old.text == entry.text, was(&old, entry));
        entry.flags = old.flags;
        entry.comments = old.comments;
        entry.translation = old.translation;
        if same {
            entry.previous = old.previous;
            entry.previous_context = old.previous_context;
        } else if again {
            entry.flags.retain(|flag| flag != "fuzzy");
        } else {
            // The translation was made for the oldest text that is known.
            let fuzzy = entry.is_fuzzy();
            entry.previous = old.previous.filter(|_| fuzzy).or(Some(old.text));
            if !fuzzy {
                entry.flags.insert(0, "fuzzy".to_owned());
            }
        }
    }

    /// What no text has taken, as obsolete. Without a translation there is nothing to keep.
    fn left(&mut self) -> Vec<Entry> {
        let left = std::mem::take(&mut self.entries).into_iter().flatten();
        left.filter(|entry| !entry.translation.is_empty())
            .map(|entry| Entry { obsolete: true, notes: Vec::new(), references: Vec::new(), ..entry })
            .collect()
    }
}

/// The step, or whatever else a place belongs to.
fn step(context: &str) -> &str {
    context.split_once('.').map_or(context, |(step, _)| step)
}

/// The first that is not taken; those before it are dropped.
fn first_left(queue: &mut VecDeque<usize>, entries: &[Option<Entry>]) -> Option<usize> {
    while let Some(at) = queue.pop_front() {
        if entries.get(at).is_some_and(Option::is_some) {
            return Some(at);
        }
    }
    None
}

/// Whether an entry is marked because its text was reworded from what it is now again.
fn was(old: &Entry, entry: &Entry) -> bool {
    old.is_fuzzy() && old.previous.as_deref() == Some(&entry.text)
}

/// A text without its translation.
fn entry(text: &Text, sources: &Sources, root: &str) -> Entry {
    Entry {
        notes: vec![text.role.note().to_owned()],
        references: vec![relative(root, &sources.get(text.place.file).path)],
        context: Some(text.context.clone()),
        text: text.text.clone(),
        ..Entry::default()
    }
}

/// The head of a new file. It has no dates: the same texts give the same file.
fn header(tag: Option<&Tag>) -> Entry {
    let language = tag.map(ToString::to_string).unwrap_or_default();
    Entry {
        translation: format!(
            "Language: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
        ),
        ..Entry::default()
    }
}

#[cfg(test)]
mod tests;
