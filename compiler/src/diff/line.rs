//! Sentences in pieces, so that each way of showing them marks names and labels as it can.

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Words of ours.
    Plain(String),
    /// Something as it stands in the source: a name, a condition.
    Code(String),
    /// Something as the client sees it, in short: a button.
    Label(String),
    /// Words of a text.
    Quote(String),
    /// Words that are only in the old text.
    Gone(String),
    /// Words that are only in the new text.
    New(String),
}

/// A sentence, or a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Piece>);

impl Line {
    /// Words.
    pub(crate) fn say(words: impl Into<String>) -> Line {
        Line::default().and(words)
    }

    /// Adds words.
    pub(crate) fn and(mut self, words: impl Into<String>) -> Line {
        let words = words.into();
        if let Some(Piece::Plain(last)) = self.0.last_mut() {
            last.push_str(&words);
        } else if !words.is_empty() {
            self.0.push(Piece::Plain(words));
        }
        self
    }

    /// Adds something from the source.
    pub(crate) fn code(mut self, code: impl Into<String>) -> Line {
        self.0.push(Piece::Code(code.into()));
        self
    }

    /// Adds something that the client sees.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Line {
        self.0.push(Piece::Label(label.into()));
        self
    }

    /// Adds another one.
    pub(crate) fn with(mut self, other: Line) -> Line {
        for piece in other.0 {
            if let Piece::Plain(words) = piece {
                self = self.and(words);
            } else {
                self.0.push(piece);
            }
        }
        self
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// With a capital letter, if it begins with words of ours.
    pub(crate) fn capital(mut self) -> Line {
        if let Some(Piece::Plain(words)) = self.0.first_mut() {
            let mut chars = words.chars();
            if let Some(first) = chars.next() {
                *words = first.to_uppercase().chain(chars).collect();
            }
        }
        self
    }

    /// The words alone.
    #[must_use]
    pub fn plain(&self) -> String {
        let words = self.0.iter().map(|piece| match piece {
            Piece::Plain(text)
            | Piece::Code(text)
            | Piece::Label(text)
            | Piece::Quote(text)
            | Piece::Gone(text)
            | Piece::New(text) => text.as_str(),
        });
        words.collect()
    }
}

/// Several things in a row: `a`, `a and b`, `a, b and c`.
pub(crate) fn list(lines: Vec<Line>) -> Line {
    let count = lines.len();
    lines.into_iter().enumerate().fold(Line::default(), |all, (n, line)| {
        let between = if n == 0 {
            ""
        } else if n + 1 == count {
            " and "
        } else {
            ", "
        };
        all.and(between).with(line)
    })
}
