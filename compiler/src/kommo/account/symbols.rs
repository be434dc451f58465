//! Symbols that are invented: readable, made of what people call a thing, and never one that means something already.

use crate::{check, resolve, types};
use icu_normalizer::ComposingNormalizerBorrowed;
use sbot_grammar::ast::ItemKind;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Longer names are cut after a word.
const LONGEST: usize = 32;

/// A name made of the words of a title, in lower case; of `kind` and the id where it has no words.
pub(super) fn suggested(title: &str, kind: &str, id: i64) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(title);
    let mut name = String::new();
    let kept = |c: &char| unicode_ident::is_xid_continue(*c) && *c != '_';
    for word in composed.split(|c: char| !kept(&c) && c != '\'' && c != '’') {
        let word: String = word.to_lowercase().chars().filter(kept).collect();
        if word.is_empty() {
            continue;
        }
        if !name.is_empty() && name.chars().count() + word.chars().count() >= LONGEST {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name.extend(word.chars().take(LONGEST));
    }
    match name.chars().next() {
        Some(first) if unicode_ident::is_xid_start(first) => name,
        Some(_) => format!("{kind}_{name}"),
        None => format!("{kind}_{}", id.unsigned_abs()),
    }
}

/// The name itself, or with the first number that makes it one that nothing else has. A word of the language gets what
/// the thing is at its end: `max_user`.
pub(super) fn unique(name: String, kind: &str, taken: &BTreeSet<String>) -> String {
    let name = if is_of_the_language(&name) { format!("{name}_{kind}") } else { name };
    let free = |name: &String| !taken.contains(name) && !is_of_the_language(name);
    if free(&name) {
        return name;
    }
    let numbered = (2..).map(|n: usize| format!("{name}_{n}"));
    numbered.into_iter().find(free).unwrap_or(name)
}

fn is_of_the_language(name: &str) -> bool {
    static WORDS: OnceLock<BTreeSet<String>> = OnceLock::new();
    WORDS.get_or_init(|| words().collect()).contains(name)
}

/// Every name that means something already, at least in some place. Whoever gives it that meaning has the list; there is no
/// second one here.
fn words() -> impl Iterator<Item = String> {
    let grammar = sbot_grammar::language_words();
    let types = types::NAMED.iter().map(|(name, _)| *name);
    let objects = resolve::OBJECTS.iter().copied();
    let known = grammar.chain(types).chain(objects).chain(check::words());
    known.map(str::to_owned).chain(library())
}

/// What the standard library declares, and the fields of its entities.
fn library() -> impl Iterator<Item = String> {
    let items = sbot_stdlib::FILES.iter().flat_map(|file| sbot_grammar::parse(file.text).file.items);
    items.flat_map(|item| {
        let mut names: Vec<String> = item_name(&item.kind).map(str::to_owned).into_iter().collect();
        if let ItemKind::Entity { fields, .. } = &item.kind {
            names.extend(fields.iter().map(|field| field.name.text.to_string()));
        }
        names
    })
}

/// The name that an item gives to its file.
pub(super) fn item_name(item: &ItemKind) -> Option<&str> {
    match item {
        ItemKind::Bot(bot) => Some(&bot.name.text),
        ItemKind::Var(var) => Some(&var.name.text),
        ItemKind::Flow(flow) => Some(&flow.name.text),
        ItemKind::Fn(function) => Some(&function.name.text),
        ItemKind::Action(action) => Some(&action.name.text),
        ItemKind::Type { name, .. }
        | ItemKind::Entity { name, .. }
        | ItemKind::Pipeline { name, .. }
        | ItemKind::User { name, .. }
        | ItemKind::Team { name, .. }
        | ItemKind::Channel { name, .. }
        | ItemKind::Template { name, .. }
        | ItemKind::EmailTemplate { name, .. }
        | ItemKind::Form { name, .. }
        | ItemKind::Hours { name, .. }
        | ItemKind::Widget { name, .. } => Some(&name.text),
        ItemKind::Use(_)
        | ItemKind::Trigger(_)
        | ItemKind::Step(_)
        | ItemKind::Account(_)
        | ItemKind::Test { .. }
        | ItemKind::Upgrade(_)
        | ItemKind::Error => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable_and_mean_nothing_else() {
        let name = |title: &str| suggested(title, "user", 7);
        assert_eq!(name("Anna Smith"), "anna_smith");
        assert_eq!(name("Первичный контакт"), "первичный_контакт");
        assert_eq!(name("L'Équipe d’été (2)"), "léquipe_dété_2");
        assert_eq!(name("é"), name("e\u{301}"));
        assert_eq!(name("🍕 !!"), "user_7");
        assert_eq!(name("24/7"), "user_24_7");
        assert_eq!(name("a_b"), "a_b");
        assert_eq!(name(&"word ".repeat(40)), "word_word_word_word_word_word");
        assert_eq!(name(&"x".repeat(400)).len(), 32);
        let mut taken = BTreeSet::new();
        for word in ["step", "end", "max", "lead", "add_note", "timeout"] {
            assert_eq!(unique(word.to_owned(), "user", &taken), format!("{word}_user"), "{word}");
        }
        // Words of the grammar, of exits, of `contains`, of types, objects and fields, of the standard library.
        for word in ["step", "end", "video", "other", "invalid", "digits", "letters", "recipient", "json"] {
            assert!(is_of_the_language(word), "{word}");
        }
        for word in ["now", "chat_contact", "id", "name", "source", "first_name", "add_note", "ask_email"] {
            assert!(is_of_the_language(word), "{word}");
        }
        taken.insert("bob".to_owned());
        taken.insert("bob_2".to_owned());
        assert_eq!(unique("bob".to_owned(), "user", &taken), "bob_3");
    }
}
