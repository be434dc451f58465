//! Diagnostics as people and programs read them: reports for a terminal here, JSON lines for editors and CI in
//! `json.rs`. The only file that knows ariadne. Nothing here words a finding, reads a file or prints.
//!
//! ariadne gets an excerpt and not the file: the lines a finding points at, with long lines cut; their numbers are
//! put in afterwards. So a report costs and shows what it points at, however large the file, and all positions in it
//! are characters of our own making: bytes inside a character, past the end or in another order cannot reach it.

use super::Diagnostic;
use super::codes::Severity;
use crate::source::{LineColumn, Place, Source, Sources};
use ariadne::{CharSet, Color, Config, IndexType, LabelAttach, Report, ReportKind};
use sbot_grammar::ast::Span;
use std::collections::BTreeMap;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

mod json;
mod preview;

pub use json::json_line;

/// A line with more bytes than this is cut.
const LONG_LINE: usize = 500;
/// How many bytes of a cut line stand before and after the place it is cut around.
const BEFORE: usize = 100;
const AFTER: usize = 200;
/// A sentence with more characters than this is cut: it may quote the source.
const LONG_SENTENCE: usize = 1000;
/// More related places than this are counted, not shown.
const MAX_LABELS: usize = 20;

/// Puts diagnostics in order of file, place and code, and drops exact repeats.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| seen.insert(format!("{diagnostic:?}")));
    diagnostics
        .sort_by_key(|diagnostic| (diagnostic.place.file, diagnostic.place.span.start, diagnostic.code));
}

/// Reports for people, with an empty line between them and none after the last.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        if !out.is_empty() {
            out.push('\n');
        }
        one(&mut out, diagnostic, sources, color);
    }
    out
}

fn one(out: &mut String, diagnostic: &Diagnostic, sources: &Sources, color: bool) {
    let (word, tint) = match diagnostic.code.severity() {
        Severity::Error => ("error", &RED),
        Severity::Warning => ("warning", &YELLOW),
    };
    let paint = Paint { color };
    let head = paint.bold(Some(tint), &format!("{word}[{}]", diagnostic.code.name()));
    let message = paint.bold(None, &format!(": {}", sentence(&diagnostic.message)));
    out.push_str(&format!("{head}{message}\n"));
    out.push_str(&snippet(diagnostic, sources, tint, color));
    let preview = diagnostic.suggestion.as_ref().and_then(|suggestion| {
        let source = source(sources, diagnostic.place)?;
        preview::preview(source, suggestion, &paint)
    });
    let help = match (&diagnostic.help, &preview) {
        (Some(help), _) => help.as_str(),
        (None, Some(_)) => "write it like this",
        (None, None) => return,
    };
    for (n, line) in help.lines().enumerate() {
        let head = if n == 0 { paint.bold(Some(&CYAN), "help:") } else { "     ".to_owned() };
        out.push_str(format!("{head} {}", sentence(line)).trim_end());
        out.push('\n');
    }
    out.push_str(&preview.unwrap_or_default());
}

/// The lines of source with their labels.
fn snippet(diagnostic: &Diagnostic, sources: &Sources, tint: &Tint, color: bool) -> String {
    let marks = marks(diagnostic, sources);
    if marks.is_empty() {
        return String::new();
    }
    let shown: Vec<&Mark<'_>> = marks.iter().collect();
    let mut excerpts: Vec<Excerpt> = Vec::new();
    for mark in &shown {
        if !excerpts.iter().any(|excerpt| excerpt.file == mark.place.file) {
            let of_file: Vec<&Mark<'_>> =
                shown.iter().filter(|other| other.place.file == mark.place.file).copied().collect();
            excerpts.push(Excerpt::new(&of_file));
        }
    }
    // A file is drawn once only if its labels come one after the other, from the top.
    let mut ordered = shown.clone();
    ordered.sort_by_key(|mark| {
        (excerpts.iter().position(|excerpt| excerpt.file == mark.place.file), mark.to.line, mark.from.line)
    });
    let labels = ordered.iter().filter_map(|mark| {
        let at = excerpts.iter().position(|excerpt| excerpt.file == mark.place.file)?;
        let span = excerpts.get(at)?.span(mark);
        let tint = if mark.primary { tint.color } else { Color::Blue };
        let label = ariadne::Label::new((at, span)).with_color(tint);
        // ariadne underlines a place without words only beside one that has some.
        let bare = mark.text.is_empty() && mark.beside(&shown);
        Some(if bare {
            label
        } else {
            label.with_message(if mark.text.is_empty() { WORDLESS } else { &mark.text })
        })
    });
    let config = Config::new()
        .with_color(color)
        .with_char_set(CharSet::Unicode)
        .with_label_attach(LabelAttach::Middle)
        .with_index_type(IndexType::Char);
    let report = Report::build(ReportKind::Custom("", Color::Primary), (0, 0..0))
        .with_config(config)
        .with_labels(labels)
        .finish();
    let cache = Shown(excerpts.iter().map(|excerpt| ariadne::Source::from(excerpt.text.as_str())).collect());
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = report.write(cache, &mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    // The first line is ariadne's own heading.
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    let mut lines: Vec<String> = Vec::new();
    let mut margin = Margin::new(&excerpts);
    for line in body.lines() {
        margin.enter(line);
        let line = margin.renumbered(&merge_colors(&located(line, &excerpts, &ordered)));
        if line.contains(WORDLESS) {
            // The arm to a label without words: what matters is the underline above it.
            if let Some(above) = lines.last_mut().filter(|above| above.matches('┬').count() == 1) {
                *above = above.replace('┬', "─");
                continue;
            }
        }
        lines.push(line.replace(WORDLESS, "").trim_end().to_owned());
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The column of line numbers. ariadne counts the lines of an excerpt; people those of the file.
struct Margin<'e> {
    excerpts: &'e [Excerpt],
    /// The excerpt that is being drawn.
    current: usize,
    /// How many digits more the numbers of the file have.
    wider: usize,
}

impl<'e> Margin<'e> {
    fn new(excerpts: &'e [Excerpt]) -> Self {
        let digits = |number: usize| number.to_string().len();
        let last = excerpts.iter().filter_map(|excerpt| excerpt.numbers.last()).max();
        let most = excerpts.iter().map(|excerpt| excerpt.numbers.len()).max().unwrap_or(1);
        let wider = digits(last.map_or(1, |last| *last as usize)).saturating_sub(digits(most));
        Self { excerpts, current: 0, wider }
    }

    /// Notes which excerpt begins with this line.
    fn enter(&mut self, line: &str) {
        if let Some(at) = line.split(MARKER).nth(1).and_then(|at| at.parse().ok()) {
            self.current = at;
        }
    }

    fn renumbered(&self, line: &str) -> String {
        let (before, rest) = line.split_at(first_mark(line));
        let (number, text) = rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count());
        let actual = number
            .parse::<usize>()
            .ok()
            .and_then(|number| self.excerpts.get(self.current)?.numbers.get(number.checked_sub(1)?));
        match actual {
            Some(actual) if text.get(first_mark(text)..).is_some_and(|text| text.starts_with('│')) => {
                let width = number.len() + self.wider;
                format!("{before}{actual:>width$}{text}")
            }
            Some(_) | None => {
                let fill = if rest.starts_with('─') { "─" } else { " " };
                format!("{before}{}{rest}", fill.repeat(self.wider))
            }
        }
    }
}

/// Where the first character stands that is neither a space nor part of a colour.
fn first_mark(line: &str) -> usize {
    let mut colour = false;
    let mark = line.char_indices().find(|(_, c)| {
        let part = colour || *c == '\x1b' || *c == ' ';
        colour = (colour || *c == '\x1b') && *c != 'm';
        !part
    });
    mark.map_or(line.len(), |(at, _)| at)
}

/// A line of the report with the location that ariadne wrote replaced by ours: it would count in the excerpt.
fn located(line: &str, excerpts: &[Excerpt], marks: &[&Mark<'_>]) -> String {
    let mut parts = line.split(MARKER);
    let (Some(before), Some(at), Some(after)) = (parts.next(), parts.next(), parts.next()) else {
        return line.to_owned();
    };
    let file = at.parse::<usize>().ok().and_then(|at| excerpts.get(at)).map(|excerpt| excerpt.file);
    let of_file = || marks.iter().filter(|mark| Some(mark.place.file) == file);
    let Some(mark) = of_file().find(|mark| mark.primary).or_else(|| of_file().next()) else {
        return line.to_owned();
    };
    // `:line:column`, as ariadne counts.
    let rest = after.trim_start_matches([':', '?', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    format!("{before}{}{rest}", location(mark))
}

fn location(mark: &Mark<'_>) -> String {
    format!("{}:{}:{}", sentence(&mark.source.path), mark.from.line, mark.from.column)
}

/// Stands around the number of an excerpt where ariadne prints a file name. It cannot come from anywhere else,
/// because control characters of sources and sentences are replaced.
const MARKER: char = '\u{1}';
/// The label of a place that has no words. It cannot come from anywhere else either.
const WORDLESS: &str = "\u{2}";

/// The sources of one report, by number.
struct Shown<'a>(Vec<ariadne::Source<&'a str>>);

impl<'a> ariadne::Cache<usize> for Shown<'a> {
    type Storage = &'a str;

    fn fetch(&mut self, id: &usize) -> Result<&ariadne::Source<&'a str>, impl fmt::Debug> {
        self.0.get(*id).ok_or("no such excerpt")
    }

    fn display<'i>(&self, id: &'i usize) -> Option<impl fmt::Display + 'i> {
        Some(format!("{MARKER}{id}{MARKER}"))
    }
}

/// A place to draw.
struct Mark<'a> {
    source: &'a Source,
    place: Place,
    from: LineColumn,
    to: LineColumn,
    text: String,
    primary: bool,
}

impl Mark<'_> {
    /// Whether another mark with words is drawn on the one line of this one.
    fn beside(&self, marks: &[&Mark<'_>]) -> bool {
        let on_this_line = |other: &&&Mark<'_>| {
            other.place.file == self.place.file
                && other.from.line == self.from.line
                && other.to.line == self.from.line
        };
        self.from.line == self.to.line
            && marks.iter().filter(on_this_line).any(|other| !other.text.is_empty())
    }
}

/// The place of a diagnostic and the related ones, in order, each snapped into its file.
fn marks<'a>(diagnostic: &Diagnostic, sources: &'a Sources) -> Vec<Mark<'a>> {
    let mark = |place: Place, text: &str, primary: bool| {
        let source = source(sources, place)?;
        let mut span = snap(&source.text, place.span);
        // White space at the end of a span would make it one of several lines.
        span.end = span.start + small(source.slice(span).trim_end().len());
        let text = sentence(text);
        Some(Mark {
            source,
            place: Place { file: place.file, span },
            from: source.line_column(span.start),
            to: source.line_column(span.end),
            text,
            primary,
        })
    };
    let mut marks: Vec<Mark<'a>> = mark(diagnostic.place, &diagnostic.note, true).into_iter().collect();
    if let Some(first) = marks.first_mut()
        && diagnostic.labels.len() > MAX_LABELS
    {
        first.text.push_str(&format!(" (and {} more places)", diagnostic.labels.len() - MAX_LABELS));
        first.text = first.text.trim_start().to_owned();
    }
    let related = diagnostic.labels.iter().take(MAX_LABELS);
    marks.extend(related.filter_map(|label| mark(label.place, &label.text, false)));
    marks
}

/// What of a file one report shows.
struct Excerpt {
    file: crate::source::FileId,
    /// The lines that are pointed at, with an empty one where others are between them.
    text: String,
    /// For each line of the excerpt its number in the file.
    numbers: Vec<u32>,
    lines: BTreeMap<u32, Line>,
}

/// A line of an excerpt.
struct Line {
    /// The bytes of the file that are shown.
    shown: Range<usize>,
    /// Whether an ellipsis stands before them.
    cut: bool,
    /// The character of the excerpt at which the line begins.
    at: usize,
    /// Those bytes.
    text: String,
}

impl Excerpt {
    /// The excerpt of one file; `marks` are those of this file and not empty.
    fn new(marks: &[&Mark<'_>]) -> Excerpt {
        let mut lines: BTreeMap<u32, Line> = BTreeMap::new();
        for mark in marks {
            for (position, byte) in [(mark.from, mark.place.span.start), (mark.to, mark.place.span.end)] {
                lines.entry(position.line).or_insert_with(|| Line::around(&mark.source.text, byte as usize));
            }
        }
        let (mut text, mut characters) = (String::new(), 0);
        let mut numbers: Vec<u32> = Vec::new();
        for (number, line) in &mut lines {
            if let Some(last) = numbers.last().copied() {
                if last + 1 < *number {
                    numbers.push(last + 1);
                    text.push('\n');
                    characters += 1;
                }
                text.push('\n');
                characters += 1;
            }
            numbers.push(*number);
            line.at = characters;
            let after = text.len();
            text.push_str(if line.cut { "…" } else { "" });
            text.push_str(&line.text);
            // So that there is a character to point at where the line ends.
            text.push(' ');
            characters += text.get(after..).map_or(0, |line| line.chars().count());
        }
        let file = marks.first().map_or(crate::source::FileId(0), |mark| mark.place.file);
        Excerpt { file, text, numbers, lines }
    }

    /// The characters of the excerpt that a mark covers: at least one.
    fn span(&self, mark: &Mark<'_>) -> Range<usize> {
        let start = self.character(mark.from.line, mark.place.span.start as usize);
        let end = self.character(mark.to.line, mark.place.span.end as usize);
        start..end.max(start + 1)
    }

    fn character(&self, line: u32, byte: usize) -> usize {
        let Some(line) = self.lines.get(&line) else { return 0 };
        if byte < line.shown.start {
            return line.at;
        }
        let before = line.text.get(..byte - line.shown.start).unwrap_or(&line.text);
        line.at + usize::from(line.cut) + before.chars().count()
    }
}

impl Line {
    /// The line that holds `byte`, cut around it if it is long.
    fn around(text: &str, byte: usize) -> Line {
        let whole = line_range(text, byte);
        let shown = if whole.len() <= LONG_LINE {
            whole.clone()
        } else {
            let start = whole.start.max(byte.saturating_sub(BEFORE));
            let end = whole.end.min(byte + AFTER);
            text.floor_char_boundary(start)..text.floor_char_boundary(end)
        };
        let mut clean = clean(text.get(shown.clone()).unwrap_or(""), Bytes::Kept);
        if shown.end < whole.end {
            clean.push('…');
        }
        Line { cut: shown.start > whole.start, shown, at: 0, text: clean }
    }
}

/// The bytes of the line that holds `byte`, without its line break.
fn line_range(text: &str, byte: usize) -> Range<usize> {
    let start = text.get(..byte).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end = text.get(byte..).and_then(|after| after.find('\n')).map_or(text.len(), |at| byte + at);
    start..end
}

/// A span inside the text, on character boundaries, not backwards.
fn snap(text: &str, span: Span) -> Span {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len())).max(start);
    Span::new(small(start), small(end))
}

/// A file has at most 8 MB.
fn small(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// The file of a place; a diagnostic about a file that could not be read may have none.
fn source(sources: &Sources, place: Place) -> Option<&Source> {
    sources.iter().nth(place.file.0 as usize).map(|(_, source)| source)
}

/// Whether a stand-in has as many bytes as the character it stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bytes {
    Kept,
    Free,
}

/// Source text that a terminal can show: whatever moves the cursor, changes colours or turns the direction of
/// writing is replaced, character by character. A tab stays where the bytes count, because ariadne widens it.
fn clean(text: &str, bytes: Bytes) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' if bytes == Bytes::Free => out.push_str("    "),
            '\r' => out.push(' '),
            '\t' => out.push('\t'),
            c if !hidden(c) => out.push(c),
            c => out.push(match c.len_utf8() {
                1 => '?',
                2 => '·',
                _ => '\u{FFFD}',
            }),
        }
    }
    out
}

/// Control characters, and those that cannot be seen but change how others are. The joiners of emoji and of
/// Persian and Indic scripts are not among them.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Source text of one line as a terminal can show it.
#[must_use]
pub fn visible(text: &str) -> String {
    clean(text, Bytes::Free)
}

/// A sentence in one line, cut if it is very long.
fn sentence(text: &str) -> String {
    let short: String = text.chars().take(LONG_SENTENCE).collect();
    let mut out = clean(&short.replace(['\n', '\t'], " "), Bytes::Free);
    if short.len() < text.len() {
        out.push('…');
    }
    out
}

/// A colour: for ariadne, and as the number of its escape.
struct Tint {
    color: Color,
    escape: &'static str,
}

const RED: Tint = Tint { color: Color::Red, escape: "31" };
const YELLOW: Tint = Tint { color: Color::Yellow, escape: "33" };
const GREEN: Tint = Tint { color: Color::Green, escape: "32" };
const CYAN: Tint = Tint { color: Color::Cyan, escape: "36" };
/// What ariadne paints its margins with.
const GREY: Tint = Tint { color: Color::Fixed(246), escape: "38;5;246" };

/// Colours, if they are wanted.
struct Paint {
    color: bool,
}

impl Paint {
    fn bold(&self, tint: Option<&Tint>, text: &str) -> String {
        match (self.color, tint) {
            (false, _) => text.to_owned(),
            (true, None) => format!("\x1b[1m{text}\x1b[0m"),
            (true, Some(tint)) => format!("\x1b[1;{}m{text}\x1b[0m", tint.escape),
        }
    }

    fn plain(&self, tint: &Tint, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", tint.escape)
        } else {
            text.to_owned()
        }
    }
}

/// The same line with one escape per run of a colour: ariadne writes two for every character.
fn merge_colors(line: &str) -> String {
    const RESET: &str = "\x1b[0m";
    let mut out = String::with_capacity(line.len());
    let (mut wanted, mut active) = ("", "");
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if c == '\x1b'
            && let Some(end) = rest.find('m')
        {
            let (escape, after) = rest.split_at(end + 1);
            wanted = if escape == RESET { "" } else { escape };
            rest = after;
            continue;
        }
        if wanted != active {
            out.push_str(if active.is_empty() { "" } else { RESET });
            out.push_str(wanted);
            active = wanted;
        }
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or("");
    }
    out.push_str(if active.is_empty() { "" } else { RESET });
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
