//! gettext's `.po` files, as far as a bot needs them: contexts, comments, flags, previous texts and obsolete entries,
//! without plural forms. In: the text of a file. Out: its entries with their places, and back.
//!
//! Reading never fails half way: there are entries, or there are problems with a place and a remedy. What was read and
//! is written again says the same; what was written and is read again is the same.

mod read;
mod write;

pub use read::read;
pub use write::write;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, MAX_SOURCE, Place, Sources};
use sbot_grammar::ast::Span;
use std::sync::Arc;

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// In the order of the file. The header, if there is one, is an entry of its own with an empty text.
    pub entries: Vec<Entry>,
    /// Comments behind the last entry.
    pub trailing: Vec<String>,
}

/// A text and its translation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What translators wrote, a line each, without the `#`.
    pub comments: Vec<String>,
    /// What the tool says to translators: `#.`.
    pub notes: Vec<String>,
    /// Where the text stands: `#:`.
    pub references: Vec<String>,
    /// `fuzzy`, and whatever else stands after `#,`.
    pub flags: Vec<String>,
    /// The place that the translation was made for, if it has changed since: `#| msgctxt`.
    pub previous_context: Option<String>,
    /// The text that the translation was made for, if it has changed since: `#| msgid`.
    pub previous: Option<String>,
    /// `msgctxt`.
    pub context: Option<String>,
    /// `msgid`.
    pub text: String,
    /// `msgstr`; empty for none.
    pub translation: String,
    /// Whether the text is in the program no more: `#~`.
    pub obsolete: bool,
    /// Where it stands in the file.
    pub places: Places,
}

/// Where the parts of an entry stand. All places are equal: they are no part of what an entry says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Places {
    /// From the first keyword to the end.
    pub entry: Span,
    /// The lines of the translation.
    pub translation: Span,
}

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Places {}

impl Entry {
    /// Whether somebody has to look at the translation again.
    #[must_use]
    pub fn is_fuzzy(&self) -> bool {
        self.flags.iter().any(|flag| flag == "fuzzy")
    }

    /// Whether it is the header of the file.
    #[must_use]
    pub fn is_header(&self) -> bool {
        self.text.is_empty() && self.context.is_none() && !self.obsolete
    }

    /// Whether the translation can be used.
    #[must_use]
    pub fn is_translated(&self) -> bool {
        !self.obsolete && !self.is_fuzzy() && !self.translation.is_empty()
    }
}

impl Catalog {
    /// The value of a line of the header, such as `Language`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.entries.iter().find(|entry| entry.is_header())?;
        header.translation.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// One sentence.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// Reads the bytes of a file, and adds it to the sources: what is wrong with it is E0801 at its place.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(sources: &mut Sources, path: &str, bytes: &[u8]) -> (FileId, Result<Catalog, Vec<Diagnostic>>) {
    if bytes.len() > MAX_SOURCE {
        let id = sources.add(path.to_owned(), Arc::from(""));
        let what = format!("the file has {} bytes; a file may have {MAX_SOURCE}", bytes.len());
        return (id, Err(vec![broken(id, Span::default(), what, "remove obsolete entries from it")]));
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let id = sources.add(path.to_owned(), Arc::from(text));
    if let Err(error) = std::str::from_utf8(bytes) {
        let byte = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
        let what = "the file is not encoded in UTF-8 here";
        return (id, Err(vec![broken(id, Span::new(byte, byte), what, "save it as UTF-8")]));
    }
    let problem = |problem: Problem| broken(id, problem.span, problem.message, problem.help);
    (id, read(text).map_err(|problems| problems.into_iter().map(problem).collect()))
}

fn broken(file: FileId, span: Span, what: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::E0801, Place { file, span }, what).help(help)
}

#[cfg(test)]
mod tests;
