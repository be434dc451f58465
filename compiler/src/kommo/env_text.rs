//! The environment file as a text that is changed: entries come, go and get other ids, and everything else stays as
//! somebody wrote it, comments, order and layout.

use super::env::{Env, SECTIONS, Wrong};
use crate::source::Style;
use sbot_embed::Json;
use toml_edit::{DocumentMut, InlineTable, Item, Key, RawString, Table, Value};

/// A file that is being changed.
#[derive(Clone, Debug)]
pub struct EnvText {
    document: DocumentMut,
    style: Style,
}

impl EnvText {
    /// The file with this text; an empty one gives an empty file.
    ///
    /// # Errors
    /// What [`Env::read`] says is wrong with it.
    pub fn read(text: &str) -> Result<(EnvText, Env), Vec<Wrong>> {
        let env = Env::read(text)?;
        // What could be read as a whole can be read in parts.
        let document = Style::strip(text).parse::<DocumentMut>().map_err(|why| {
            vec![Wrong { line: 1, column: 1, what: why.message().to_owned(), help: String::new() }]
        })?;
        Ok((EnvText { document, style: Style::of(text.as_bytes()) }, env))
    }

    /// Gives a symbol an id. An entry that has it already is not touched; one with another keeps its place and its
    /// comment, and a new one comes last of its section.
    pub fn set(&mut self, section: &str, symbol: &str, id: &Json) {
        let Some(mut value) = value(id) else { return };
        if self.document.get(section).is_none() {
            self.add_section(section);
        }
        let Some(table) = self.document.get_mut(section).and_then(Item::as_table_like_mut) else { return };
        let old = table.get_mut(symbol).and_then(Item::as_value_mut);
        if let Some(old) = old {
            if plain(old) != plain(&value) {
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            return;
        }
        table.entry_format(&Key::new(symbol)).or_insert(Item::Value(value));
    }

    /// Takes an entry away, if there is one, with the comment that stands above it.
    pub fn remove(&mut self, section: &str, symbol: &str) {
        if let Some(table) = self.document.get_mut(section).and_then(Item::as_table_like_mut) {
            table.remove(symbol);
        }
    }

    /// The whole file.
    #[must_use]
    pub fn text(&self) -> String {
        self.style.put(&self.document.to_string())
    }

    /// Sections stand in the order of [`SECTIONS`] where they are new; those that are there keep their places, and the
    /// first one stays it, because the comment above it is the file's.
    fn add_section(&mut self, name: &str) {
        let rank = |name: &str| SECTIONS.iter().position(|section| section.name == name);
        let before = |other: &str| rank(other) < rank(name);
        let places = self.document.iter().filter_map(|(other, item)| {
            let position = item.as_table().and_then(Table::position)?;
            Some((position, before(other)))
        });
        let places: Vec<(isize, bool)> = places.collect();
        let last = places.iter().filter(|(_, before)| *before).map(|(place, _)| *place).max();
        let first = places.iter().map(|(place, _)| *place).min();
        let at = last.or(first).map_or(0, |before| before + 1);
        let above = self.take_comments(at, places.is_empty());
        for (_, item) in self.document.iter_mut() {
            if let Some(table) = item.as_table_mut()
                && let Some(place) = table.position()
                && place >= at
            {
                table.set_position(Some(place + 1));
            }
        }
        let mut table = Table::new();
        table.decor_mut().set_prefix(above);
        table.set_position(Some(at));
        self.document.insert(name, Item::Table(table));
    }

    /// What is to stand above a new section at this place. These are the comments that end the section before it: TOML
    /// counts them to what comes behind them, which is the next section or the end of the file.
    fn take_comments(&mut self, at: isize, first: bool) -> String {
        let behind = self.document.iter().filter_map(|(name, item)| {
            let position = item.as_table().and_then(Table::position)?;
            (position >= at).then_some((position, name))
        });
        let next = behind.min().map(|(_, name)| name.to_owned());
        let next = next.and_then(|name| self.document.get_mut(&name)?.as_table_mut());
        let ends = if let Some(next) = next {
            let gap = next.decor().prefix().and_then(RawString::as_str).unwrap_or_default().to_owned();
            let (ends, begins) = parted(&gap, true);
            next.decor_mut().set_prefix(begins);
            ends.to_owned()
        } else {
            let gap = self.document.trailing().as_str().unwrap_or_default().to_owned();
            // The first section has what stands in the file, which is comments, above it.
            let (ends, begins) = if first { (&*gap, "") } else { parted(&gap, false) };
            self.document.set_trailing(begins);
            ends.to_owned()
        };
        if first {
            return ends;
        }
        let line = if ends.is_empty() || ends.ends_with('\n') { "\n" } else { "\n\n" };
        ends + line
    }
}

/// The lines between two sections: those that end the first one, and those right above the second, which are its own. Empty
/// lines part them. Where nothing follows, all comments are of the first.
fn parted(gap: &str, followed: bool) -> (&str, &str) {
    let mut at = gap.len();
    let mut parts = !followed;
    let mut empty = false;
    for line in gap.split_inclusive('\n').rev() {
        let is_empty = line.ends_with('\n') && line.trim().is_empty();
        if !is_empty && (empty || parts) {
            return gap.split_at_checked(at).unwrap_or((gap, ""));
        }
        (empty, parts) = (is_empty, parts || is_empty);
        at -= line.len();
    }
    ("", gap)
}

/// An id as TOML.
fn value(id: &Json) -> Option<Value> {
    match id {
        Json::Number(number) => number.parse::<i64>().ok().map(Value::from),
        Json::Text(text) => Some(Value::from(text.as_ref())),
        Json::Object(keys) => {
            let mut table = InlineTable::new();
            for (key, id) in keys {
                table.insert(&**key, value(id)?);
            }
            Some(Value::InlineTable(table))
        }
        Json::Null | Json::Bool(_) | Json::List(_) => None,
    }
}

/// Without the white space and comments around it.
fn plain(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // What cannot be read fails the test.
mod tests {
    use super::*;

    fn changed(text: &str, change: impl FnOnce(&mut EnvText)) -> String {
        let (mut file, _) = EnvText::read(text).unwrap();
        change(&mut file);
        Env::read(&file.text()).unwrap();
        file.text()
    }

    const FILE: &str = "# of the shop\n\n[stages] # see the board\n\"sales.won\" = 142 # hooray\n\n# people\n[users]\n\
                        bob   = 102\n# the boss\nanna = \"101\"\n";

    #[test]
    fn what_does_not_change_stays_byte_for_byte() {
        let same = |file: &mut EnvText| {
            file.set("users", "bob", &Json::int(102));
            file.remove("users", "eve");
            file.remove("teams", "eve");
        };
        let windows = FILE.replace('\n', "\r\n");
        for text in [FILE, &windows, &format!("\u{feff}{windows}"), ""] {
            assert_eq!(changed(text, same).replace("[users]\nbob = 102\n", ""), *text);
        }
    }

    #[test]
    fn entries_come_change_and_go() {
        let text = changed(FILE, |file| {
            file.set("users", "eve \"x\"", &Json::int(103));
            file.set("stages", "sales.won", &Json::int(143));
            file.remove("users", "anna");
            file.set("pipelines", "sales", &Json::int(7));
            file.set("widgets", "pay", &Json::object([("id", Json::int(1)), ("code", Json::text("p"))]));
            file.set("teams", "все", &Json::int(0));
        });
        assert_eq!(
            text,
            "# of the shop\n\n[stages] # see the board\n\"sales.won\" = 143 # hooray\n\n[pipelines]\nsales = 7\n\n# people\n[users]\n\
             bob   = 102\n'eve \"x\"' = 103\n\n[teams]\n\"все\" = 0\n\n[widgets]\npay = { id = 1, code = \"p\" }\n"
        );
    }

    #[test]
    fn comments_at_the_end_of_a_section_stay_there() {
        let added = |text: &str| {
            let made = changed(text, |file| {
                file.set("users", "bob", &Json::int(1));
                file.set("bots", "hi", &Json::int(2));
            });
            let windows = changed(&text.replace('\n', "\r\n"), |file| {
                file.set("users", "bob", &Json::int(1));
                file.set("bots", "hi", &Json::int(2));
            });
            assert_eq!(windows, made.replace('\n', "\r\n"));
            made
        };
        let (users, bots) = ("[users]\nbob = 1\n", "[bots]\nhi = 2\n");
        let stages = "# of the shop\n\n[stages]\n\"a.b\" = 1 # one\n";
        // Before another section: what an empty line parts from its head ends the section above.
        for (ends, begins) in [
            ("", "\n# ids\n"),
            ("# c comes in May\n", "\n"),
            ("# c comes in May\n", "\n# ids\n# of fields\n"),
            ("\n# alone\n", "\n\n# ids\n"),
            ("# c\n\n# d\n", "\n"),
            ("", ""),
            ("", "# ids\n"),
            ("# c\n", "\n  # ids\n  "),
        ] {
            let fields = format!("{begins}[fields]\n\"lead.a\" = 3\n");
            assert_eq!(
                added(&format!("{stages}{ends}{fields}")),
                format!("{stages}{ends}\n{users}{fields}\n{bots}"),
                "{ends:?} {begins:?}"
            );
        }
        // At the end of the file.
        for ends in ["", "# c comes in May\n", "\n# alone\n\n# d\n"] {
            assert_eq!(added(&format!("{stages}{ends}")), format!("{stages}{ends}\n{users}\n{bots}"));
        }
        assert_eq!(added(&format!("{stages}# c")), format!("{stages}# c\n\n{users}\n{bots}"));
    }

    #[test]
    fn a_new_file_keeps_its_comment_above() {
        let text = changed("# ids\n\n", |file| {
            file.set("users", "bob", &Json::int(1));
            file.set("account", "domain", &Json::text("a.kommo.com"));
        });
        assert_eq!(text, "# ids\n\n[users]\nbob = 1\n\n[account]\ndomain = \"a.kommo.com\"\n");
    }
}
