//! Names of the source as names of another language. Nothing here is silent: two names that become the same are a
//! [`Clash`].

use icu_normalizer::ComposingNormalizerBorrowed;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::fmt;
use unicode_ident::{is_xid_continue, is_xid_start};

/// Two names of the project that would be one in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// What each of them is in the source: ``the action `add_note` ``.
    pub first: String,
    /// The other one.
    pub second: String,
    /// What both would be called.
    pub name: String,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Clash { first, second, name } = self;
        write!(f, "{first} and {second} would both be called `{name}`")
    }
}

/// The names of one scope of a file.
pub(super) struct Scope<'w> {
    /// Words that cannot be names there.
    words: &'w [&'w str],
    /// What is called so; by the form that the language compares.
    taken: FxHashMap<String, String>,
}

impl<'w> Scope<'w> {
    /// A scope in which these words are no names.
    pub(super) fn new(words: &'w [&'w str]) -> Scope<'w> {
        Scope { words, taken: FxHashMap::default() }
    }

    /// Gives `what` this name, or one with `instead` behind it if it is a word of the language or of the file.
    pub(super) fn name(
        &mut self,
        name: String,
        instead: &str,
        what: String,
        clashes: &mut Vec<Clash>,
    ) -> SmolStr {
        let name = if self.words.contains(&name.as_str()) { name + instead } else { name };
        match self.taken.get(&compared(&name)) {
            Some(first) => clashes.push(Clash { first: first.clone(), second: what, name: name.clone() }),
            None => {
                self.taken.insert(compared(&name), what);
            }
        }
        SmolStr::new(name)
    }
}

/// What languages compare of a name: Python its compatibility form, the others less.
fn compared(name: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(name).into_owned()
}

/// The words of a name: parted by `_`, `.`, spaces and signs, and where a capital letter follows a small one.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut small_before = false;
    let mut inside = false;
    for c in name.chars() {
        if c == '_' || !is_xid_continue(c) {
            inside = false;
            continue;
        }
        if !inside || small_before && c.is_uppercase() {
            words.push(String::new());
        }
        inside = true;
        small_before = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words
}

/// `StripeInvoice`, from `stripe.invoice`.
pub(super) fn pascal(name: &str) -> String {
    let mut out = String::new();
    for word in words(name) {
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            // Digits that meet would become one number.
            if out.ends_with(|c: char| c.is_numeric()) && first.is_numeric() {
                out.push('_');
            }
            out.extend(first.to_uppercase());
            let rest = chars.as_str();
            let shouts = rest.chars().any(char::is_uppercase) && !rest.chars().any(char::is_lowercase);
            out.push_str(&if shouts { rest.to_lowercase() } else { rest.to_owned() });
        }
    }
    legal(out)
}

/// `stripe_invoice`
pub(super) fn snake(name: &str) -> String {
    let words: Vec<String> = words(name).into_iter().map(|word| word.to_lowercase()).collect();
    legal(words.join("_"))
}

/// A name begins with a letter.
fn legal(name: String) -> String {
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if is_xid_start(first) => name,
        Some(_) => format!("N{name}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // Two names become two names.
mod tests {
    use super::{Scope, pascal, snake};

    #[test]
    fn names_of_other_languages() {
        let of = |name: &str| (pascal(name), snake(name));
        let both = |pascal: &str, snake: &str| (pascal.to_owned(), snake.to_owned());
        assert_eq!(of("stripe.invoice"), both("StripeInvoice", "stripe_invoice"));
        assert_eq!(of("dueAt"), both("DueAt", "due_at"));
        assert_eq!(of("XL"), both("Xl", "xl"));
        assert_eq!(of("_x"), both("X", "x"));
        assert_eq!(of("größe"), both("Größe", "größe"));
        assert_eq!(of("имя_лида"), both("ИмяЛида", "имя_лида"));
        assert_eq!(of("名前"), both("名前", "名前"));
        assert_eq!(pascal("3-1"), "N3_1");
        assert_eq!(pascal("31"), "N31");
        assert_eq!(pascal(" + "), "Empty");
        assert_eq!(snake("2 large ones"), "N2_large_ones");
    }

    #[test]
    fn nothing_gets_the_name_of_another_thing() {
        let mut clashes = Vec::new();
        let mut scope = Scope::new(&["type", "Effect"]);
        let mut name =
            |name: &str, what: &str| scope.name(name.to_owned(), "_", what.to_owned(), &mut clashes);
        assert_eq!(name("type", "a"), "type_");
        assert_eq!(name("Due", "b"), "Due");
        assert_eq!(name("due", "c"), "due");
        assert_eq!(name("ﬁn", "d"), "ﬁn");
        assert_eq!(name("fin", "e"), "fin");
        assert_eq!(name("Fin", "f"), "Fin");
        assert_eq!(name("due", "g"), "due");
        // A ligature is the same letters to some languages.
        let found: Vec<String> = clashes.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["d and e would both be called `fin`", "c and g would both be called `due`"]);
    }
}
