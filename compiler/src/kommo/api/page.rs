//! A page of JSON, read with the place at hand: what is wrong is told by its path.

use sbot_embed::Json;
use std::fmt;

/// What is wrong with a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where in the JSON: `_embedded.users[3].id`. Empty for the whole.
    pub path: String,
    /// What is wrong there.
    pub what: String,
}

impl Wrong {
    pub(super) fn new(path: &str, what: String) -> Wrong {
        Wrong { path: path.to_owned(), what }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.what) } else { write!(f, "{}: {}", self.path, self.what) }
    }
}

/// A value with its path.
#[derive(Clone, Debug)]
pub(super) struct Of<'a> {
    json: &'a Json,
    path: String,
}

impl<'a> Of<'a> {
    pub(super) fn new(json: &'a Json) -> Of<'a> {
        Of { json, path: String::new() }
    }

    fn wrong(&self, wanted: &str) -> Wrong {
        Wrong::new(&self.path, format!("expected {wanted}, found {}", self.json.what()))
    }

    /// What a key has, if it is there and not `null`.
    pub(super) fn maybe(&self, key: &str) -> Option<Of<'a>> {
        let json = self.json.get(key).filter(|json| **json != Json::Null)?;
        let dot = if self.path.is_empty() { "" } else { "." };
        Some(Of { json, path: format!("{}{dot}{key}", self.path) })
    }

    /// What a key has.
    pub(super) fn get(&self, key: &str) -> Result<Of<'a>, Wrong> {
        if !matches!(self.json, Json::Object(_)) {
            return Err(self.wrong("an object"));
        }
        self.maybe(key).ok_or_else(|| Wrong::new(&self.path, format!("expected a key `{key}`")))
    }

    pub(super) fn list(&self) -> Result<Vec<Of<'a>>, Wrong> {
        let Json::List(items) = self.json else { return Err(self.wrong("a list")) };
        let item = |(at, json): (usize, &'a Json)| Of { json, path: format!("{}[{at}]", self.path) };
        Ok(items.iter().enumerate().map(item).collect())
    }

    pub(super) fn int(&self) -> Result<i64, Wrong> {
        let number = if let Json::Number(number) = self.json { number.parse().ok() } else { None };
        number.ok_or_else(|| self.wrong("a whole number"))
    }

    pub(super) fn text(&self) -> Result<String, Wrong> {
        self.json.as_text().map(str::to_owned).ok_or_else(|| self.wrong("a text"))
    }

    pub(super) fn bool(&self) -> Result<bool, Wrong> {
        if let Json::Bool(value) = self.json { Ok(*value) } else { Err(self.wrong("true or false")) }
    }
}
