//! JSON as a tree that loses nothing: numbers stay the text they were, the order of keys stays, and a key that stands
//! twice is an error. Written, the same tree is always the same bytes.
//!
//! A reader of our own, because what is needed here is what the usual ones do not give: exact decimals, keys in order
//! whatever other crates ask of a shared dependency, repeated keys found, and bounds on depth and size.

mod read;
mod write;

pub use read::{Bounds, MAX_BYTES, MAX_DEPTH, MAX_PARTS, NotJson, read, read_within};

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Json {
    /// `null`: absent.
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as it is written.
    Number(Box<str>),
    /// A text.
    Text(Box<str>),
    /// `[…]`
    List(Vec<Json>),
    /// `{…}`, keys in order, each once.
    Object(Vec<(Box<str>, Json)>),
}

/// The largest int that every reader of JSON keeps exact (RFC 8259, 6); its negative is the smallest.
pub const SAFE: i64 = (1 << 53) - 1;

impl Json {
    /// An object with these keys, which must differ.
    #[must_use]
    pub fn object<const N: usize>(keys: [(&str, Json); N]) -> Json {
        Json::Object(keys.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// A list.
    #[must_use]
    pub fn list(items: impl IntoIterator<Item = Json>) -> Json {
        Json::List(items.into_iter().collect())
    }

    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Json {
        Json::Text(text.into())
    }

    /// An int: a number as far as every reader keeps it exact, a text beyond.
    #[must_use]
    pub fn int(value: i64) -> Json {
        let written = value.to_string().into();
        if (-SAFE..=SAFE).contains(&value) { Json::Number(written) } else { Json::Text(written) }
    }

    /// The value of a key, if this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        let Json::Object(keys) = self else { return None };
        keys.iter().find(|(known, _)| **known == *key).map(|(_, value)| value)
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Json::Text(text) = self { Some(text) } else { None }
    }

    /// What it is, for messages.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "true or false",
            Json::Number(_) => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Json {
        Json::Bool(value)
    }
}

impl From<u32> for Json {
    fn from(value: u32) -> Json {
        Json::int(i64::from(value))
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::text(text)
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Json {
        value.map_or(Json::Null, Into::into)
    }
}
