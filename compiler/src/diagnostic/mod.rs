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
    /// A change of the text that mends it.
    pub suggestion: Option<Suggestion>,
    /// Whether what follows in the file was not read.
    pub unread: bool,
}

/// A related place.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What it has to do with the finding.
    pub text: String,
}

/// A change of the text of the file of the finding. All its edits are made, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// In source order, none inside another; never empty.
    pub edits: Vec<Edit>,
    /// Whether it is the one right answer: then `sbotc check --fix` makes it. Any other is only shown.
    pub sure: bool,
}

/// A replacement of source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}

impl Edit {
    /// In place of what stands at `span`.
    #[must_use]
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Before what stands at `at`.
    #[must_use]
    pub fn insert(at: u32, text: impl Into<String>) -> Self {
        Self::new(Span::new(at, at), text)
    }
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
            unread: false,
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

    /// A change that is likely, and shown.
    #[must_use]
    pub fn suggest(self, span: Span, text: impl Into<String>) -> Self {
        self.change(vec![Edit::new(span, text)], false)
    }

    /// A change that is the one right answer.
    #[must_use]
    pub fn fix(self, span: Span, text: impl Into<String>) -> Self {
        self.change(vec![Edit::new(span, text)], true)
    }

    /// A change of one or more places, in source order.
    #[must_use]
    pub fn change(mut self, edits: Vec<Edit>, sure: bool) -> Self {
        self.suggestion = (!edits.is_empty()).then_some(Suggestion { edits, sure });
        self
    }

    /// Whether it stops the build.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == codes::Severity::Error
    }
}
