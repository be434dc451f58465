//! Words for what the parser found. The parser gives kinds and places; this gives sentences: what is wrong, in the
//! words of the language, and what to write instead.

mod hint;
mod lexical;
mod unexpected;

use super::{Code, Diagnostic, Label};
use crate::source::{FileId, Place, Source, Sources};
use sbot_grammar::ast::Span;
use sbot_grammar::{Context, Hint, SyntaxError, SyntaxErrorKind};

/// The diagnostics for the syntax errors of a file. A reserved word that is used as a name again and again is one
/// mistake: reported where something is called so, with the other places as labels.
#[must_use]
pub fn word_all(errors: &[SyntaxError], file: FileId, sources: &Sources) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    let mut reserved: Vec<(&str, usize)> = Vec::new();
    for error in errors {
        let mut diagnostic = word(error, file, sources);
        let SyntaxErrorKind::Unexpected { hint: Some(Hint::ReservedWord(name)), .. } = &error.kind else {
            all.push(diagnostic);
            continue;
        };
        let known = reserved.iter().find(|(known, _)| known == name).map(|(_, at)| *at);
        let Some(first) = known.and_then(|at| all.get_mut(at)) else {
            reserved.push((name, all.len()));
            all.push(diagnostic);
            continue;
        };
        let declares = |place: Place| {
            let spot = Spot { source: sources.get(file), file, span: place.span };
            spot.slice(spot.last_word()) != "->"
        };
        if declares(diagnostic.place) && !declares(first.place) {
            std::mem::swap(first, &mut diagnostic);
            first.labels = std::mem::take(&mut diagnostic.labels);
        }
        first.labels.push(Label { place: diagnostic.place, text: "and here".to_owned() });
    }
    all
}

/// The diagnostic for a syntax error.
fn word(error: &SyntaxError, file: FileId, sources: &Sources) -> Diagnostic {
    let spot = Spot { source: sources.get(file), file, span: error.span };
    match &error.kind {
        SyntaxErrorKind::UnknownCharacter(c) => lexical::unknown_character(&spot, *c),
        SyntaxErrorKind::Foreign { instead } => lexical::foreign(&spot, instead),
        SyntaxErrorKind::OtherQuotes { close } => lexical::other_quotes(&spot, *close),
        SyntaxErrorKind::OtherComment { end } => lexical::other_comment(&spot, *end),
        SyntaxErrorKind::UnterminatedText { block } => lexical::unterminated(&spot, *block),
        SyntaxErrorKind::UnterminatedHole => spot
            .found(Code::E0102, "this `{` has no `}` in the text")
            .help("close it with `}`, or write `\\{` for the brace itself"),
        SyntaxErrorKind::BadEscape => lexical::bad_escape(&spot),
        SyntaxErrorKind::BadNumber => spot
            .found(Code::E0103, format!("`{}` is no number", spot.written()))
            .help("numbers look like `12`, `1_000` or `3.5`, with at most 28 digits"),
        SyntaxErrorKind::BadDuration => lexical::bad_duration(&spot),
        SyntaxErrorKind::BadDate => {
            let help = "dates look like `2026-11-22`: year, month and a day that exists";
            lexical::bad_day_or_time(&spot, "date", help)
        }
        SyntaxErrorKind::BadTime => {
            lexical::bad_day_or_time(&spot, "time of day", "times look like `09:30`, from `00:00` to `23:59`")
        }
        SyntaxErrorKind::Unexpected { found, expected, context, hint: None } => {
            unexpected::word(&spot, found, expected, *context)
        }
        SyntaxErrorKind::Unexpected { found, context, hint: Some(hint), .. } => {
            hint::word(&spot, found, *context, hint)
        }
        SyntaxErrorKind::TooDeep => spot.found(Code::E0110, "this is nested too deep").help(
            "at most 64 brackets may stand inside each other, and 256 operators in one expression; split it up",
        ),
        SyntaxErrorKind::TooManyErrors => {
            let mut diagnostic = spot
                .found(Code::E0110, "too many errors: nothing after this place was read")
                .help("mend those above first");
            diagnostic.unread = true;
            diagnostic
        }
    }
}

/// A place in a file, with what stands around it.
struct Spot<'a> {
    source: &'a Source,
    file: FileId,
    span: Span,
}

impl<'a> Spot<'a> {
    fn found(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.place(self.span), message)
    }

    fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// What stands at the place.
    fn written(&self) -> &'a str {
        self.slice(self.span)
    }

    fn slice(&self, span: Span) -> &'a str {
        self.source.text.get(span.range()).unwrap_or("")
    }

    /// The rest of its line before the place.
    fn line_before(&self) -> &'a str {
        let before = self.source.text.get(..self.span.start as usize).unwrap_or("");
        before.rsplit('\n').next().unwrap_or("")
    }

    /// The rest of its line behind the place.
    fn line_after(&self) -> &'a str {
        let after = self.source.text.get(self.span.end as usize..).unwrap_or("");
        after.split('\n').next().unwrap_or("").trim_end_matches('\r')
    }

    /// The character right before the place, and the one right behind it.
    fn neighbours(&self) -> (Option<char>, Option<char>) {
        let before =
            self.source.text.get(..self.span.start as usize).and_then(|text| text.chars().next_back());
        let after = self.source.text.get(self.span.end as usize..).and_then(|text| text.chars().next());
        (before, after)
    }

    /// Where the last token before the place ends.
    fn end_of_token(&self) -> u32 {
        let mut text = self.source.text.get(..self.span.start as usize).unwrap_or("");
        loop {
            text = text.trim_end();
            let line = text.rsplit('\n').next().unwrap_or("");
            let Some(comment) = comment(line) else { return u32::try_from(text.len()).unwrap_or(u32::MAX) };
            text = text.get(..text.len() - line.len() + comment).unwrap_or("");
        }
    }

    /// The word or sign right before the place, white space not counted.
    fn last_word(&self) -> Span {
        let end = self.end_of_token();
        let text = self.source.text.get(..end as usize).unwrap_or("");
        let name = text.trim_end_matches(is_word);
        let name = if name.len() == text.len() {
            text.trim_end_matches(|c: char| !is_word(c) && !c.is_whitespace())
        } else {
            name
        };
        Span::new(u32::try_from(name.len()).unwrap_or(u32::MAX), end)
    }
}

/// Where a line has a comment. Whoever puts the slashes of an address into a text of a hole is not understood.
fn comment(line: &str) -> Option<usize> {
    let (mut inside, mut escaped, mut slash) = (false, false, false);
    for (at, c) in line.char_indices() {
        match c {
            '/' if slash => return Some(at - 1),
            '"' if !escaped => inside = !inside,
            _ => {}
        }
        slash = c == '/' && !inside;
        escaped = c == '\\' && inside && !escaped;
    }
    None
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where it is, as far as that says something to the author.
fn inside(context: Option<Context>) -> String {
    match context {
        None => String::new(),
        Some(Context::Item(word) | Context::Statement(word)) => format!(" in this `{word}`"),
        Some(Context::Buttons) => " among these buttons".to_owned(),
        Some(Context::Options) => " among these options".to_owned(),
        Some(Context::Rotate) => " in this `rotate`".to_owned(),
        Some(Context::Arms) => " in this `when`".to_owned(),
        Some(Context::Exit) => " in this exit".to_owned(),
        Some(Context::Arguments) => " among these arguments".to_owned(),
        Some(Context::Parameters) => " among these parameters".to_owned(),
        Some(Context::Hole) => " between `{` and `}` in this text".to_owned(),
        Some(Context::List) => " in this list".to_owned(),
        Some(Context::Record) => " in this record".to_owned(),
        Some(Context::Parens) => " between these parentheses".to_owned(),
    }
}
