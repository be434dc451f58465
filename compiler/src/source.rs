//! Source files: text in, places out. Nothing here reads a disk; the caller brings the text.

use sbot_grammar::ast::Span;
use std::sync::Arc;

/// The largest file that is compiled, in bytes.
pub const MAX_SOURCE: usize = 8 << 20;

/// About what a line has, in bytes.
const LINE: usize = 24;

/// A file of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A span in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Bytes of the file.
    pub span: Span,
}

/// A file: its path as people know it, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Relative to where the tool was started, with `/`; files of the standard library begin with `std/`.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    /// The byte at which each line begins.
    lines: Vec<u32>,
}

/// All files of a project.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// How a file is written, beside what it says. Whoever changes its text leaves this as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// It begins with a byte order mark.
    mark: bool,
    /// Its lines end as on Windows, or most of them.
    returns: bool,
}

impl Style {
    /// The style of a file with these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Style {
        let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
        let returned = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
        Style { mark: bytes.starts_with("\u{feff}".as_bytes()), returns: returned > feeds - returned }
    }

    /// A text without any style: no mark, and line feeds alone.
    #[must_use]
    pub fn strip(text: &str) -> String {
        text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
    }

    /// A text that has no style, in this one.
    #[must_use]
    pub fn put(self, text: &str) -> String {
        let mark = if self.mark { "\u{feff}" } else { "" };
        if self.returns { format!("{mark}{}", text.replace('\n', "\r\n")) } else { format!("{mark}{text}") }
    }
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// The text of a file, without a byte order mark. A carriage return alone ends a line as a line feed does: else a
/// comment would go on to the end of a file with such line breaks.
///
/// # Errors
/// Why it is no text, and what to do.
pub fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > MAX_SOURCE {
        return Err(format!("it has {} bytes; a file may have {MAX_SOURCE}, so split it", bytes.len()));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16; save the file as UTF-8".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8, from byte {} of the file on; save the file as UTF-8", valid.len())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if !text.contains('\r') {
        return Ok(text.to_owned());
    }
    let after = text.chars().skip(1).chain(['\n']);
    Ok(text.chars().zip(after).map(|(c, next)| if c == '\r' && next != '\n' { '\n' } else { c }).collect())
}

impl Source {
    fn new(path: String, text: Arc<str>) -> Self {
        let breaks = text.match_indices('\n').filter_map(|(at, _)| u32::try_from(at + 1).ok());
        let mut lines = Vec::with_capacity(1 + text.len() / LINE);
        lines.push(0);
        lines.extend(breaks);
        Self { path, text, lines }
    }

    /// The line of a byte, from 1.
    #[must_use]
    pub fn line(&self, byte: u32) -> u32 {
        u32::try_from(self.lines.partition_point(|start| *start <= byte)).unwrap_or(u32::MAX)
    }

    /// The line and column of a byte. The column is counted anew each time.
    #[must_use]
    pub fn line_column(&self, byte: u32) -> LineColumn {
        let line = self.line(byte);
        let start = self.lines.get((line as usize).saturating_sub(1)).copied().unwrap_or(0) as usize;
        let column = self.text.get(start..byte as usize).map_or(0, |text| text.chars().count());
        LineColumn { line, column: u32::try_from(column + 1).unwrap_or(u32::MAX) }
    }

    /// The source of a span; empty if the span is not of this file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, path: String, text: Arc<str>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source::new(path, text));
        id
    }

    /// The file.
    ///
    /// # Panics
    /// Never for an id that this table gave out.
    #[must_use]
    #[allow(clippy::indexing_slicing)] // Ids are made by `add` only.
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// All files with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0u32..).map(FileId).zip(&self.files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_what_most_lines_have() {
        for text in ["", "a", "a\nb\n", "a\r\nb\r\n", "\u{feff}", "\u{feff}a\r\n", "\u{feff}a\n"] {
            assert_eq!(Style::of(text.as_bytes()).put(&Style::strip(text)), text);
        }
        let mixed = |text: &str| Style::of(text.as_bytes()).put(&Style::strip(text));
        assert_eq!(mixed("a\r\nb\nc\n"), "a\nb\nc\n");
        assert_eq!(mixed("a\r\nb\r\nc\n"), "a\r\nb\r\nc\r\n");
    }
}
