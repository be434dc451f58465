//! From the text of a file to its entries, line by line.

use super::{Catalog, Entry, Problem};
use rustc_hash::FxHashSet;
use sbot_grammar::ast::Span;

/// After so many problems nothing more is reported.
const MAX_PROBLEMS: usize = 50;

/// Reads a file.
///
/// # Errors
/// Everything that is wrong with it, at least one thing and at most [`MAX_PROBLEMS`], in the order of the file.
pub fn read(source: &str) -> Result<Catalog, Vec<Problem>> {
    let mut reader = Reader::default();
    let mut start = 0usize;
    for written in source.split_inclusive('\n') {
        let line = written.strip_suffix('\n').unwrap_or(written);
        reader.line(line.strip_suffix('\r').unwrap_or(line), start);
        start += written.len();
        if reader.problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    reader.finish();
    reader.catalog.trailing = reader.draft.entry.comments;
    reader.problems.truncate(MAX_PROBLEMS);
    if reader.problems.is_empty() {
        charset(&reader.catalog, &mut reader.problems);
    }
    if reader.problems.is_empty() { Ok(reader.catalog) } else { Err(reader.problems) }
}

/// What a text in quotes belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Context,
    Text,
    Translation,
    PreviousContext,
    Previous,
}

/// The entry that is being read.
#[derive(Default)]
struct Draft {
    entry: Entry,
    seen: Vec<Field>,
    /// The field that the next line goes on with.
    open: Option<Field>,
}

impl Draft {
    fn has(&self, field: Field) -> bool {
        self.seen.contains(&field)
    }

    fn slot(&mut self, field: Field) -> &mut String {
        match field {
            Field::Context => self.entry.context.get_or_insert_default(),
            Field::Text => &mut self.entry.text,
            Field::Translation => &mut self.entry.translation,
            Field::PreviousContext => self.entry.previous_context.get_or_insert_default(),
            Field::Previous => self.entry.previous.get_or_insert_default(),
        }
    }
}

#[derive(Default)]
struct Reader {
    catalog: Catalog,
    problems: Vec<Problem>,
    draft: Draft,
    known: FxHashSet<(Option<String>, String)>,
}

impl Reader {
    fn problem(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem { span, message: message.into(), help: help.into() });
    }

    fn line(&mut self, line: &str, start: usize) {
        let trimmed = line.trim_start();
        let start = start + (line.len() - trimmed.len());
        let line = trimmed.trim_end();
        let span = span(start, line.len());
        let Some(comment) = line.strip_prefix('#') else {
            match line.is_empty() {
                true => self.draft.open = None,
                false => self.keyword(line, span, false, false),
            }
            return;
        };
        // What stands behind the sign of a comment, without the one space that separates them.
        let rest = |sign: char| {
            let rest = comment.strip_prefix(sign)?;
            Some(rest.strip_prefix(' ').unwrap_or(rest))
        };
        if let Some(rest) = rest('~') {
            let (rest, previous) = match rest.strip_prefix('|') {
                Some(rest) => (rest, true),
                None => (rest, false),
            };
            return self.keyword(rest.trim_start(), span, true, previous);
        }
        if let Some(rest) = rest('|') {
            return self.keyword(rest.trim_start(), span, false, true);
        }
        self.begin_comment();
        let entry = &mut self.draft.entry;
        if let Some(note) = rest('.') {
            entry.notes.push(note.to_owned());
        } else if let Some(reference) = rest(':') {
            entry.references.push(reference.to_owned());
        } else if let Some(flags) = rest(',') {
            let flags = flags.split(',').map(str::trim).filter(|flag| !flag.is_empty());
            entry.flags.extend(flags.map(str::to_owned));
        } else {
            entry.comments.push(comment.strip_prefix(' ').unwrap_or(comment).to_owned());
        }
    }

    /// A comment behind a whole entry belongs to the next one.
    fn begin_comment(&mut self) {
        self.draft.open = None;
        if self.draft.has(Field::Translation) {
            self.finish();
        }
    }

    /// A keyword with its text, or a text that goes on with the line before.
    fn keyword(&mut self, line: &str, span: Span, obsolete: bool, previous: bool) {
        if line.starts_with('"') {
            let Some(field) = self.draft.open else {
                return self.problem(
                    span,
                    "this text belongs to nothing",
                    "a text in quotes stands behind `msgctxt`, `msgid` or `msgstr`, or on the lines below one",
                );
            };
            return self.text(field, line, span);
        }
        let (word, text) = line.find(|c: char| c == '"' || c.is_whitespace()).map_or((line, ""), |end| {
            let (word, text) = line.split_at(end);
            (word, text.trim_start())
        });
        let field = match (word, previous) {
            ("msgctxt", false) => Field::Context,
            ("msgid", false) => Field::Text,
            ("msgstr", false) => Field::Translation,
            ("msgctxt", true) => Field::PreviousContext,
            ("msgid", true) => Field::Previous,
            ("msgid_plural", _) => return self.plural(span),
            (word, false) if word.starts_with("msgstr[") => return self.plural(span),
            _ => {
                self.draft.open = None;
                let word: String = word.chars().take(40).collect();
                return self.problem(
                    span,
                    format!("`{word}` is no word of a .po file"),
                    "a line begins with `msgctxt`, `msgid`, `msgstr`, a quote or `#`",
                );
            }
        };
        if self.begin(field, span, obsolete) {
            self.text(field, text, span);
        }
    }

    fn plural(&mut self, span: Span) {
        self.draft.open = None;
        self.problem(
            span,
            "plural forms are not supported",
            "in the bot, write a `when` with a text of its own for each case; then each is translated for itself",
        );
    }

    /// Whether a field can begin here.
    fn begin(&mut self, field: Field, span: Span, obsolete: bool) -> bool {
        if field != Field::Translation && (self.draft.has(Field::Translation) || self.draft.has(Field::Text))
        {
            self.finish();
        }
        let draft = &mut self.draft;
        draft.open = Some(field);
        let keywords = !matches!(field, Field::Previous | Field::PreviousContext);
        let first = !draft.has(Field::Context) && !draft.has(Field::Text);
        let wrong = if draft.has(field) {
            Some(("this stands twice in one entry", "remove one of them"))
        } else if field == Field::Translation && !draft.has(Field::Text) {
            Some(("a translation without its text", "write the line `msgid \"…\"` above it"))
        } else if keywords && !first && draft.entry.obsolete != obsolete {
            Some((
                "an entry is in use or obsolete, not half of each",
                "begin each of its lines with `#~`, or none",
            ))
        } else {
            None
        };
        if let Some((message, help)) = wrong {
            // One report is enough: the entry is not reported again for what it lacks.
            draft.seen.push(field);
            if field == Field::Translation {
                draft.seen.push(Field::Text);
            }
            self.problem(span, message, help);
            return false;
        }
        if keywords {
            if first {
                draft.entry.places.entry = span;
            }
            draft.entry.obsolete = obsolete;
        }
        draft.seen.push(field);
        true
    }

    /// A text in quotes.
    fn text(&mut self, field: Field, quoted: &str, span: Span) {
        let end = span.end;
        let places = &mut self.draft.entry.places;
        if field == Field::Translation {
            let start =
                if places.translation == Span::default() { span.start } else { places.translation.start };
            places.translation = Span::new(start, end);
        }
        if !matches!(field, Field::Previous | Field::PreviousContext) {
            places.entry.end = end;
        }
        let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let Some(inner) = inner else {
            return self.problem(span, "the text is not in quotes", "write it as \"…\", on one line");
        };
        match unescaped(inner) {
            Ok(text) => self.draft.slot(field).push_str(&text),
            Err((message, help)) => self.problem(span, message, help),
        }
    }

    /// Closes the entry, if one has begun.
    fn finish(&mut self) {
        if !self.draft.has(Field::Context) && !self.draft.has(Field::Text) {
            return;
        }
        let draft = std::mem::take(&mut self.draft);
        let at = draft.entry.places.entry;
        if !draft.has(Field::Text) || !draft.has(Field::Translation) {
            return self.problem(
                at,
                "this entry is not complete",
                "an entry has a `msgid` and a `msgstr`; an empty `msgstr \"\"` stands for no translation yet",
            );
        }
        let key = (draft.entry.context.clone(), draft.entry.text.clone());
        if !draft.entry.obsolete && !self.known.insert(key) {
            return self.problem(
                at,
                "this text stands twice in the file",
                "keep the entry with the better translation and remove the other",
            );
        }
        self.catalog.entries.push(draft.entry);
    }
}

/// What stands between quotes.
fn unescaped(inner: &str) -> Result<String, (String, String)> {
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                return Err((
                    "a quote ends the text too early".to_owned(),
                    "write `\\\"` for a quote inside of a text".to_owned(),
                ));
            }
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('a') => out.push('\u{7}'),
                Some('b') => out.push('\u{8}'),
                Some('v') => out.push('\u{b}'),
                Some('f') => out.push('\u{c}'),
                Some(c @ ('"' | '\\')) => out.push(c),
                Some(c) => {
                    return Err((
                        format!("`\\{c}` stands for nothing"),
                        "write `\\\\` for a backslash, `\\n` for a line break".to_owned(),
                    ));
                }
                None => {
                    return Err((
                        "the text is not closed: its last quote belongs to a backslash".to_owned(),
                        "write `\\\\` for a backslash".to_owned(),
                    ));
                }
            },
            c => out.push(c),
        }
    }
    Ok(out)
}

/// The file says what it is encoded in, and this must be true.
fn charset(catalog: &Catalog, problems: &mut Vec<Problem>) {
    let Some(header) = catalog.entries.iter().find(|entry| entry.is_header()) else { return };
    let kind = catalog.header("Content-Type").unwrap_or("").to_ascii_lowercase();
    let Some((_, charset)) = kind.split_once("charset=") else { return };
    if !matches!(charset.trim(), "utf-8" | "utf8" | "charset" | "") {
        problems.push(Problem {
            span: header.places.translation,
            message: format!("the file says that it is encoded in {}", charset.trim()),
            help: "save it as UTF-8, with `Content-Type: text/plain; charset=UTF-8` in its header".to_owned(),
        });
    }
}

/// A span from a place in the file. Files are smaller than 4 GiB: the caller sees to it.
fn span(start: usize, length: usize) -> Span {
    let at = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Span::new(at(start), at(start + length))
}
