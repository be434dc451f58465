//! What the report of an export says.

use crate::source::Place;
use rustc_hash::FxHashSet;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The bot would do otherwise in Kommo: no file is written.
    Error,
    /// It is written, but rests on something that Kommo does not publish.
    Warning,
    /// Nothing is lost, but something is to be known or to be done by hand.
    Note,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Something that Kommo cannot express, or expresses in another way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Where it stands; absent for what concerns the whole bot.
    pub place: Option<Place>,
    /// What it is.
    pub message: String,
    /// The nearest that Kommo can do, and what to write.
    pub help: String,
}

impl Finding {
    pub(super) fn new(
        severity: Severity,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Finding {
        Finding { severity, place: Some(place), message: message.into(), help: help.into() }
    }

    pub(super) fn error(place: Place, message: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding::new(Severity::Error, place, message, help)
    }
}

/// Findings, each once. What concerns a kind of thing is told at the first of its kind.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) findings: Vec<Finding>,
    seen: FxHashSet<Finding>,
    told: FxHashSet<String>,
}

impl Report {
    pub(super) fn add(&mut self, finding: Finding) {
        if self.seen.insert(finding.clone()) {
            self.findings.push(finding);
        }
    }

    /// The same, once for the whole bot, whatever its place.
    pub(super) fn once(&mut self, finding: Finding) {
        if self.told.insert(finding.message.clone()) {
            self.add(finding);
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}
