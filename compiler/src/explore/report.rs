//! What a walk has found, for people and for tools.

use super::Walk;
use crate::coverage::{is_own, word, written};
use crate::lower::{Mark, MarkKind};
use crate::source::LineColumn;
use serde::Serialize;
use std::sync::Arc;

/// Something that a client should not find first, as the walk notes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Found {
    /// The run stops with this error.
    Stops(String),
    /// The client does something, and the bot ends without a word or an effect. The last mark that was passed.
    Silent(u32),
    /// A wait that nothing but the client, or the host, can end.
    Waits { wait: Arc<str>, host: bool },
}

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A run stops with an error.
    Error,
    /// The bot ends without a word after something that the client did.
    SilentEnd,
    /// A wait can last for ever.
    EndlessWait,
    /// No conversation reaches a step or flow.
    UnreachedStep,
    /// No conversation takes an exit or a button.
    UnreachedExit,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What kind it is.
    pub kind: FindingKind,
    /// One sentence, without a full stop.
    pub message: String,
    /// The step or flow; none where it is not known.
    pub step: Option<Arc<str>>,
    /// The file, if there is a place.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// In characters, from 1.
    pub column: Option<u32>,
    /// The shortest conversation that leads there, as statements of a test. Empty for what nothing leads to.
    pub conversation: Vec<String>,
}

/// What a walk has found about a bot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The bot.
    pub bot: String,
    /// How many moments were looked at.
    pub moments: usize,
    /// Whether that were all.
    pub complete: bool,
    /// Steps, flows, exits and buttons that some conversation reaches.
    pub reached: usize,
    /// All of them.
    pub all: usize,
    /// Errors first.
    pub findings: Vec<Finding>,
}

impl Walk<'_> {
    /// What was found.
    #[must_use]
    pub fn report(&self) -> Report {
        let mut findings: Vec<Finding> = Vec::new();
        for (found, node) in &self.found {
            findings.push(self.finding(found, *node));
        }
        let mut own = 0;
        let mut reached = 0;
        for (number, mark) in self.input.marks.iter().enumerate() {
            if !self.is_counted(mark) {
                continue;
            }
            own += 1;
            if self.reached.get(number).is_some_and(Option::is_some) {
                reached += 1;
            } else {
                findings.push(self.unreached(mark));
            }
        }
        findings.sort_by_key(|finding| order(finding.kind));
        Report {
            bot: self.bot().to_owned(),
            moments: self.moments,
            complete: self.complete,
            reached,
            all: own,
            findings,
        }
    }

    /// Whether a mark counts for the bot that is explored.
    pub(super) fn is_counted(&self, mark: &Mark) -> bool {
        mark.bot == self.input.bot
            && word(mark.kind).is_some()
            && !mark.library
            && is_own(mark.place, self.input.sources)
    }

    fn finding(&self, found: &Found, node: usize) -> Finding {
        let conversation = self.conversation(node);
        let at = |kind: FindingKind, message: String, mark: Option<&Mark>| {
            let place = mark.map(|mark| self.place(mark));
            Finding {
                kind,
                message,
                step: mark.map(|mark| Arc::clone(&mark.step)),
                file: place.as_ref().map(|(file, _)| file.clone()),
                line: place.as_ref().map(|(_, at)| at.line),
                column: place.as_ref().map(|(_, at)| at.column),
                conversation: conversation.clone(),
            }
        };
        match found {
            Found::Stops(why) => at(FindingKind::Error, why.clone(), None),
            Found::Silent(mark) => {
                let mark = self.input.marks.get(*mark as usize);
                let after = mark.map_or_else(String::new, |mark| format!(" at {}", self.named(mark)));
                let message = format!("the bot ends without a word{after}");
                at(FindingKind::SilentEnd, message, mark)
            }
            Found::Waits { wait, host } => {
                let who = if *host { "the answer of the host" } else { "the client" };
                let message = format!("{wait} waits for {who}, for ever if need be");
                let mark = self.input.marks.iter().find(|mark| mark.wait.as_ref() == Some(wait));
                at(FindingKind::EndlessWait, message, mark)
            }
        }
    }

    fn unreached(&self, mark: &Mark) -> Finding {
        let (file, at) = self.place(mark);
        let step = matches!(mark.kind, MarkKind::Step | MarkKind::Flow);
        Finding {
            kind: if step { FindingKind::UnreachedStep } else { FindingKind::UnreachedExit },
            message: format!("no conversation reaches {}", self.named(mark)),
            step: Some(Arc::clone(&mark.step)),
            file: Some(file),
            line: Some(at.line),
            column: Some(at.column),
            conversation: Vec::new(),
        }
    }

    /// The file, line and column of a mark.
    fn place(&self, mark: &Mark) -> (String, LineColumn) {
        let source = self.input.sources.get(mark.place.file);
        (source.path.clone(), source.line_column(mark.place.span.start))
    }

    /// A mark in words: the step `greet`, on timeout 2h in `greet`.
    pub(super) fn named(&self, mark: &Mark) -> String {
        match mark.kind {
            MarkKind::Step => format!("the step `{}`", mark.step),
            MarkKind::Flow => format!("the flow `{}`", mark.step),
            MarkKind::Exit => format!("`{}` in `{}`", written(mark, self.input.sources), mark.step),
            MarkKind::Button => {
                format!("the button {} in `{}`", written(mark, self.input.sources), mark.step)
            }
            MarkKind::Statement => {
                let text = written(mark, self.input.sources);
                let short: String = text.chars().take(60).collect();
                let cut = if short.len() < text.len() { "…" } else { "" };
                format!("`{short}{cut}` in `{}`", mark.step)
            }
        }
    }
}

fn order(kind: FindingKind) -> u8 {
    match kind {
        FindingKind::Error => 0,
        FindingKind::SilentEnd => 1,
        FindingKind::EndlessWait => 2,
        FindingKind::UnreachedStep => 3,
        FindingKind::UnreachedExit => 4,
    }
}
