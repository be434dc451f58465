//! The environment file, `account.env.toml`: what the symbols of a project are called in one account of Kommo. Sources
//! name symbols and no ids, so one bot goes to another account by another file of this kind.
//!
//! In: the text of the file. Out: for each symbol its id, or everything that is wrong with the file, each with its line.

use sbot_embed::Json;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use toml_edit::{Document, Item, Value};

/// A section of the file.
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub holds: Holds,
    /// An entry of it, as it may be written.
    pub example: &'static str,
}

/// What the entries of a section are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A number or a text.
    Id,
    /// A number, or a table with `id`, `code` and `instance`.
    Widget,
    /// A text.
    Text,
}

/// Every section. The symbols are those of the source; a stage goes by its pipeline, a field by its entity, a choice by
/// its field.
pub const SECTIONS: &[Section] = &[
    Section { name: "account", holds: Holds::Text, example: "domain = \"mycompany.kommo.com\"" },
    Section { name: "pipelines", holds: Holds::Id, example: "sales = 7001" },
    Section { name: "stages", holds: Holds::Id, example: "\"sales.contacted\" = 7101" },
    Section { name: "users", holds: Holds::Id, example: "anna = 101" },
    Section { name: "teams", holds: Holds::Id, example: "sales_team = 12" },
    Section { name: "channels", holds: Holds::Id, example: "shop_whatsapp = 33" },
    Section { name: "templates", holds: Holds::Id, example: "shipped = 55" },
    Section { name: "email_templates", holds: Holds::Id, example: "welcome_mail = 56" },
    Section { name: "forms", holds: Holds::Id, example: "order_form = 57" },
    Section { name: "fields", holds: Holds::Id, example: "\"lead.budget\" = 901" },
    Section { name: "enums", holds: Holds::Id, example: "\"lead.size.L\" = 7701" },
    Section { name: "bots", holds: Holds::Id, example: "complaints = 42" },
    Section {
        name: "widgets",
        holds: Holds::Widget,
        example: "stripe = { id = 12, code = \"stripe\", instance = 7 }",
    },
    Section {
        name: "files",
        holds: Holds::Text,
        example: "\"menu.pdf\" = \"0b2f6c1e-5d0f-4a55-9a3e-0d5cf8b1a7c4\"",
    },
    Section { name: "variables", holds: Holds::Text, example: "\"welcome.tries\" = \"lead.bot_tries\"" },
];

/// The keys of a widget's table.
const WIDGET: [&str; 3] = ["id", "code", "instance"];

/// An environment file that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Env {
    entries: BTreeMap<(&'static str, String), Json>,
}

/// Something that is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
    /// What to write instead.
    pub help: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.what)
    }
}

impl Env {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn read(text: &str) -> Result<Env, Vec<Wrong>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader { text, wrong: Vec::new() };
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(why) => {
                let help = "write it as TOML: `[users]`, and below it `anna = 101`";
                reader.note(why.span(), why.message().to_owned(), help.to_owned());
                return Err(reader.wrong);
            }
        };
        let mut entries = BTreeMap::new();
        for (name, item) in document.iter() {
            let span = document.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
            let Some(section) = SECTIONS.iter().find(|section| section.name == name) else {
                reader.no_section(name, item, span);
                continue;
            };
            let Some(table) = item.as_table_like() else {
                let help = format!("write `[{name}]`, and below it {}", section.example);
                reader.note(span, format!("`{name}` is a section and has entries"), help);
                continue;
            };
            for (symbol, item) in table.iter() {
                let span = item.span().or_else(|| span.clone());
                if let Some(value) = reader.entry(section, symbol, item, span) {
                    entries.insert((section.name, symbol.to_owned()), value);
                }
            }
        }
        if reader.wrong.is_empty() {
            return Ok(Env { entries });
        }
        reader.wrong.sort_by_key(|wrong| (wrong.line, wrong.column));
        Err(reader.wrong)
    }

    /// What a symbol is in the account: a number, a text, or the table of a widget.
    #[must_use]
    pub fn get(&self, section: &str, symbol: &str) -> Option<&Json> {
        let section = SECTIONS.iter().find(|known| known.name == section)?;
        self.entries.get(&(section.name, symbol.to_owned()))
    }

    /// Every entry of a section, by symbol.
    pub fn section<'a>(&'a self, section: &'a str) -> impl Iterator<Item = (&'a str, &'a Json)> {
        let of = self.entries.iter().filter(move |((name, _), _)| *name == section);
        of.map(|((_, symbol), value)| (symbol.as_str(), value))
    }
}

struct Reader<'t> {
    text: &'t str,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn note(&mut self, span: Option<Range<usize>>, what: String, help: String) {
        let before = self.text.get(..span.map_or(0, |span| span.start)).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        self.wrong.push(Wrong {
            line: 1 + before.bytes().filter(|byte| *byte == b'\n').count(),
            column: 1 + before.get(line_start..).unwrap_or_default().chars().count(),
            what,
            help,
        });
    }

    fn no_section(&mut self, name: &str, item: &Item, span: Option<Range<usize>>) {
        if !item.is_table_like() {
            let help = "put it below the section it belongs to: `[users]`, and below it `anna = 101`";
            self.note(span, format!("`{name}` stands in no section"), help.to_owned());
            return;
        }
        let names = SECTIONS.iter().map(|section| section.name);
        let help = match crate::diagnostic::suggest::nearest(name, names.clone()) {
            Some(near) => format!("write `[{near}]`"),
            None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
        };
        self.note(span, format!("there is no section `{name}`"), help);
    }

    fn entry(
        &mut self,
        section: &Section,
        symbol: &str,
        item: &Item,
        span: Option<Range<usize>>,
    ) -> Option<Json> {
        // `sales.contacted = 142` without quotes is a table in a table.
        if item.is_table() || (section.holds != Holds::Widget && item.is_inline_table()) {
            let help = format!("write the whole symbol between quotes: {}", section.example);
            self.note(span, format!("`{symbol}` is no entry of `{}`", section.name), help);
            return None;
        }
        let value = item.as_value()?;
        let read = match section.holds {
            Holds::Id => id(value),
            Holds::Text => value.as_str().filter(|text| !text.is_empty()).map(Json::text),
            Holds::Widget => id(value).or_else(|| widget(value)),
        };
        if read.is_none() {
            let wanted = match section.holds {
                Holds::Id => "an id is a number, or a text",
                Holds::Text => "a text belongs here",
                Holds::Widget => "a widget is a number, or a table with `id`, `code` and `instance`",
            };
            let what = format!("`{symbol}` of `{}`: {wanted}", section.name);
            self.note(span, what, format!("write it like {}", section.example));
        }
        read
    }
}

fn id(value: &Value) -> Option<Json> {
    match value {
        Value::Integer(number) => Some(Json::int(*number.value())),
        Value::String(text) if !text.value().trim().is_empty() => Some(Json::text(text.value())),
        Value::String(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_)
        | Value::InlineTable(_) => None,
    }
}

fn widget(value: &Value) -> Option<Json> {
    let table = value.as_inline_table()?;
    let mut keys = Vec::new();
    for (key, value) in table {
        keys.push((Box::from(WIDGET.into_iter().find(|known| *known == key)?), id(value)?));
    }
    keys.iter().any(|(key, _)| &**key == "id").then_some(Json::Object(keys))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // What cannot be read fails the test.
mod tests {
    use super::*;

    fn wrong(text: &str) -> Vec<String> {
        let all = Env::read(text).unwrap_err();
        all.iter().map(|wrong| format!("{wrong} ({})", wrong.help)).collect()
    }

    #[test]
    fn every_example_is_read() {
        let whole: String =
            SECTIONS.iter().map(|section| format!("[{}]\n{}\n", section.name, section.example)).collect();
        let env = Env::read(&format!("\u{feff}# of the shop\n{whole}")).unwrap();
        assert_eq!(env.get("stages", "sales.contacted"), Some(&Json::int(7101)));
        assert_eq!(env.get("widgets", "stripe").unwrap().get("instance"), Some(&Json::int(7)));
        assert_eq!(env.get("users", "bob"), None);
        assert_eq!(env.section("variables").count(), 1);
    }

    #[test]
    fn all_that_is_wrong_is_told() {
        let text = "domain = 1\n[userz]\nanna = 1\n[stages]\nsales.won = 142\n[fields]\n\"lead.a\" = 1.5\n\
                    [widgets]\npay = { code = \"x\" }\n[files]\n\"a.pdf\" = 3\n";
        assert_eq!(
            wrong(text),
            [
                "line 1, column 1: `domain` stands in no section (put it below the section it belongs to: `[users]`, and below it `anna = 101`)",
                "line 2, column 2: there is no section `userz` (write `[users]`)",
                "line 5, column 1: `sales` is no entry of `stages` (write the whole symbol between quotes: \"sales.contacted\" = 7101)",
                "line 7, column 12: `lead.a` of `fields`: an id is a number, or a text (write it like \"lead.budget\" = 901)",
                "line 9, column 7: `pay` of `widgets`: a widget is a number, or a table with `id`, `code` and `instance` (write it like stripe = { id = 12, code = \"stripe\", instance = 7 })",
                "line 11, column 11: `a.pdf` of `files`: a text belongs here (write it like \"menu.pdf\" = \"0b2f6c1e-5d0f-4a55-9a3e-0d5cf8b1a7c4\")",
            ]
        );
        assert_eq!(wrong("[users]\nanna = \n").len(), 1);
        assert_eq!(wrong("[users]\nanna = 1\nanna = 2\n").len(), 1);
    }
}
