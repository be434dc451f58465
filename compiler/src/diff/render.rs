//! Differences as text: Markdown, or the same with colours instead of marks for a terminal.

use super::change::{At, Change, ChangeKind, Diff, KINDS, Section};
use super::line::{Line, Piece};
use std::fmt::Write;

/// How names, labels and changed words are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As Markdown does; it reads well as it is, too.
    Markdown,
    /// By colours.
    Terminal,
}

/// The most differences that the summary tells in a sentence of their own.
const MOST_SENTENCES: usize = 3;
/// Shorter ones do not count, in characters.
const SHORT: usize = 40;
/// Longer ones are only counted there.
const LONGEST: usize = 110;

/// All differences; nothing where there are none.
#[must_use]
pub fn text(diff: &Diff, style: Style) -> String {
    if diff.is_empty() {
        return String::new();
    }
    let mut out = summary(diff, style);
    let mut section = None;
    for change in &diff.changes {
        let here = change.kind.section();
        if section != Some(here) {
            section = Some(here);
            let _ = match style {
                Style::Markdown => writeln!(out, "\n### {}\n", here.title()),
                Style::Terminal => writeln!(out, "\n{HEADING}{}{PLAIN}", here.title()),
            };
        }
        one(&mut out, change, style);
    }
    out
}

/// What changed, in one line; nothing where nothing did.
#[must_use]
pub fn summary(diff: &Diff, style: Style) -> String {
    let line = summary_line(diff);
    if line.is_empty() {
        return String::new();
    }
    let shown = show(&line, style);
    match style {
        Style::Markdown => format!("{shown}.\n"),
        Style::Terminal => format!("{BOLD}{shown}.{PLAIN}\n"),
    }
}

/// The same in pieces, without a full stop.
#[must_use]
pub fn summary_line(diff: &Diff) -> Line {
    let mut parts: Vec<Line> = Vec::new();
    let mut sentences = 0;
    let mut kinds: Vec<ChangeKind> = KINDS.to_vec();
    kinds.sort_by_key(|kind| kind.section());
    for kind in kinds.into_iter().filter(|kind| kind.section() != Section::Parked) {
        let mut of_kind = diff.changes.iter().filter(|change| change.kind == kind);
        let (Some(first), others) = (of_kind.next(), of_kind.count()) else { continue };
        let sentence = sentence(first);
        let length = sentence.plain().chars().count();
        if others == 0 && (length <= SHORT || (sentences < MOST_SENTENCES && length <= LONGEST)) {
            sentences += usize::from(length > SHORT);
            parts.push(sentence);
        } else {
            parts.push(counted(others + 1, kind.counted()));
        }
    }
    let parked = diff.changes.iter().filter(|change| change.kind.section() == Section::Parked).count();
    if parked > 0 {
        let words = ("change matters", "changes matter");
        parts.push(counted(parked, words).and(" for conversations that are waiting"));
    }
    let joined = parts
        .into_iter()
        .fold(Line::default(), |all, part| if all.is_empty() { part } else { all.and("; ").with(part) });
    joined.capital()
}

fn counted(count: usize, (one, many): (&str, &str)) -> Line {
    Line::say(format!("{count} {}", if count == 1 { one } else { many }))
}

/// Where and what: `after *Prices*, the wait is 2 days instead of 1`.
pub(super) fn sentence(change: &Change) -> Line {
    let mut line = Line::default();
    if change.name_bots && !change.bots.is_empty() && !matches!(change.kind, ChangeKind::BotRenamed) {
        let bots = change.bots.iter().map(|bot| Line::default().code(&**bot)).collect();
        line = line.and("in ").with(super::line::list(bots)).and(", ");
    }
    if !change.place.is_empty() {
        line = line.with(change.place.clone()).and(", ");
    }
    line.with(change.what.clone())
}

fn one(out: &mut String, change: &Change, style: Style) {
    let bullet = if style == Style::Terminal { "  " } else { "- " };
    let _ = write!(out, "{bullet}{}", show(&sentence(change).capital(), style));
    if let Some(places) = places(change) {
        let _ = match style {
            Style::Markdown => write!(out, " ({})", escaped(&places)),
            Style::Terminal => write!(out, " {DIM}({places}){PLAIN}"),
        };
    }
    out.push('\n');
    let inner = if style == Style::Terminal { "      " } else { "  - " };
    let both = change.was.is_some() && change.now.is_some();
    let words = if both { ["was: ", "now: "] } else { ["said: ", "says: "] };
    for (word, line) in words.into_iter().zip([&change.was, &change.now]) {
        if let Some(line) = line.as_ref().filter(|line| !line.is_empty()) {
            let _ = writeln!(out, "{inner}{word}{}", show(line, style));
        }
    }
    for line in &change.more {
        let _ = writeln!(out, "{inner}{}", show(line, style));
    }
}

/// `old.sbot:3 → new.sbot:4`
fn places(change: &Change) -> Option<String> {
    let place = |at: &At| format!("{}:{}", at.file, at.line);
    match (&change.old, &change.new) {
        (Some(old), Some(new)) if old == new => Some(place(new)),
        (Some(old), Some(new)) => Some(format!("{} → {}", place(old), place(new))),
        (Some(only), None) | (None, Some(only)) => Some(place(only)),
        (None, None) => None,
    }
}

const PLAIN: &str = "\x1b[0m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const HEADING: &str = "\x1b[1;4m";
const CODE: &str = "\x1b[36m";
const GONE: &str = "\x1b[31m";
const NEW: &str = "\x1b[32m";

fn show(line: &Line, style: Style) -> String {
    let mut out = String::new();
    for piece in &line.0 {
        let _ = match (style, piece) {
            (_, Piece::Plain(words)) => out.write_str(words),
            (Style::Markdown, Piece::Code(code)) => out.write_str(&code_span(&visible(code))),
            (Style::Markdown, Piece::Label(label)) => write!(out, "*{}*", escaped(&visible(label))),
            (Style::Markdown, Piece::Quote(text)) => out.write_str(&escaped(&visible(text))),
            (Style::Markdown, Piece::Gone(text)) => write!(out, "~~{}~~", escaped(&visible(text))),
            (Style::Markdown, Piece::New(text)) => write!(out, "**{}**", escaped(&visible(text))),
            (Style::Terminal, Piece::Code(code)) => write!(out, "{CODE}{}{PLAIN}", visible(code)),
            (Style::Terminal, Piece::Label(label)) => write!(out, "{BOLD}{}{PLAIN}", visible(label)),
            (Style::Terminal, Piece::Quote(text)) => out.write_str(&visible(text)),
            (Style::Terminal, Piece::Gone(text)) => write!(out, "{GONE}{}{PLAIN}", visible(text)),
            (Style::Terminal, Piece::New(text)) => write!(out, "{NEW}{}{PLAIN}", visible(text)),
        };
    }
    out
}

/// In one line, and without characters that would steer a terminal.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push('↵'),
            '\t' => out.push(' '),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// With what Markdown would take for marks made plain. An underscore inside of a word is none.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(c) = chars.next() {
        let in_word = before.is_some_and(char::is_alphanumeric)
            && chars.peek().is_some_and(|next| next.is_alphanumeric());
        if matches!(c, '\\' | '`' | '*' | '~' | '[' | ']' | '<' | '|') || (c == '_' && !in_word) {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// Something from the source, between as many back-ticks as it needs.
fn code_span(code: &str) -> String {
    let mut fence = String::from("`");
    while code.contains(&fence) {
        fence.push('`');
    }
    let space = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{code}{space}{fence}")
}
