//! A language that nobody speaks: every text in brackets. Where a bot says something without them, a text does not go
//! through the translation; where a channel cuts the last one off, a longer language will not fit either.

use super::pieces::alternatives;
use super::po::Catalog;
use super::texts::{Role, Text, Texts};

/// Its tag.
pub const PSEUDO: &str = "en-XA";

/// The translation of the file without translations that [`super::template`] gives for the same texts.
#[must_use]
pub fn pseudo(texts: &Texts, mut template: Catalog) -> Catalog {
    let entries = template.entries.iter_mut().filter(|entry| !entry.is_header());
    for (entry, text) in entries.zip(&texts.texts) {
        entry.translation = bracketed(text);
    }
    template
}

fn bracketed(text: &Text) -> String {
    let written: Vec<String> = text.written.iter().map(|written| format!("⟦{written}⟧")).collect();
    if text.role == Role::Synonyms { alternatives(&written) } else { written.concat() }
}
