//! The tag of a language.

use std::fmt;
use std::sync::Arc;

/// A BCP 47 tag, `es` or `pt-BR`. Two are equal if they differ in case, or in `_` for `-`, only.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(Arc<str>);

impl Tag {
    /// Reads a tag: letters and digits in parts of one to eight, the first part two letters or more.
    ///
    /// # Errors
    /// It is none; the text says what one looks like.
    pub fn read(text: &str) -> Result<Tag, String> {
        let plain = text.replace('_', "-").to_ascii_lowercase();
        let part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let first = plain.split('-').next().unwrap_or("");
        let language = (2..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic());
        if language && plain.split('-').all(part) && plain.len() <= 35 {
            return Ok(Tag(plain.into()));
        }
        Err(format!("`{text}` is no language; write a tag such as `es` or `pt-BR`"))
    }

    /// In lower case, with `-`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, shared.
    #[must_use]
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

/// As people write it: `pt-BR`, `zh-Hant-TW`.
impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, part) in self.0.split('-').enumerate() {
            let (head, rest) = part.split_at(part.len().min(1));
            match (n, part.len()) {
                (0, _) => write!(f, "{part}")?,
                (_, 2) => write!(f, "-{}", part.to_ascii_uppercase())?,
                (_, 4) => write!(f, "-{}{rest}", head.to_ascii_uppercase())?,
                _ => write!(f, "-{part}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Tag;

    #[test]
    fn tags_are_read_and_written() {
        for (written, shown) in [
            ("es", "es"),
            ("PT_br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("en-XA", "en-XA"),
        ] {
            assert_eq!(Tag::read(written).map(|tag| tag.to_string()), Ok(shown.to_owned()));
        }
        assert_eq!(Tag::read("pt-BR"), Tag::read("pt_br"));
        for bad in ["", "-", "e", "es-", "es--mx", "español", "es mx", "../es", "123", "englishlanguage"] {
            assert!(Tag::read(bad).is_err(), "{bad}");
        }
    }
}
