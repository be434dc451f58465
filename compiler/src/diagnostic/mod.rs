//! What the compiler says. A diagnostic is made here, by a function per kind that holds its wording,
//! and rendered in `render.rs`; nothing else of the compiler words or prints one.

pub mod codes;
pub mod render;
pub mod suggest;
pub mod syntax;

use crate::source::Place;
pub use codes::Code;
use sbot_grammar::ast::Span;

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its code; the code's row tells whether it is an error or a warning.
    pub code: Code,
    /// One sentence of what is wrong, without a full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to say at the place itself; empty for nothing.
    pub note: String,
    /// Related places, in order.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// A replacement that is right in nearly every case.
    pub suggestion: Option<Suggestion>,
}

/// A related place.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What it has to do with the finding.
    pub text: String,
}

/// A replacement of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

impl Diagnostic {
    /// A finding with nothing but its sentence.
    #[must_use]
    pub fn new(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            place,
            note: String::new(),
            labels: Vec::new(),
            help: None,
            suggestion: None,
        }
    }

    /// What to say at the place.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.note = text.into();
        self
    }

    /// A related place.
    #[must_use]
    pub fn label(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// What to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// A replacement.
    #[must_use]
    pub fn suggest(mut self, span: Span, text: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion { span, text: text.into() });
        self
    }

    /// Whether it stops the build.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == codes::Severity::Error
    }
}
