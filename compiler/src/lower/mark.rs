//! Marks: in a program that is built to be explored, every step, way out and statement notes that it was reached.
//! They change nothing else about what the program does.

use super::function::{Body, Label};
use super::output::index;
use crate::ir::{self, On};
use crate::source::Place;
use sbot_vm::op::Op;
use std::sync::Arc;

/// Something that a conversation can reach. Its number in the program is its place in [`super::Lowered::marks`].
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// What it is.
    pub kind: MarkKind,
    /// The bot whose code it stands in: index into the program's bots.
    pub bot: u32,
    /// The step or flow it stands in.
    pub step: Arc<str>,
    /// Whether that belongs to a library.
    pub library: bool,
    /// The stable name of the wait, for a way out of one.
    pub wait: Option<Arc<str>>,
    /// Where it stands: the name of a step, `on …` of an exit, the label of a button, a statement.
    pub place: Place,
}

/// The kinds of marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkKind {
    /// A step begins.
    Step,
    /// A flow begins.
    Flow,
    /// A way out of a wait: `on timeout 2h`, `on valid`, an option of `rotate`.
    Exit,
    /// A button, or an option of a list.
    Button,
    /// A statement begins.
    Statement,
}

impl<'p> Body<'_, 'p> {
    /// Notes that this place is reached, if the program is built to be explored.
    pub(super) fn mark(&mut self, kind: MarkKind, wait: Option<&Arc<str>>, place: Place) {
        if !self.out.marking || !self.reachable() {
            return;
        }
        let mark = index(self.out.marks.len());
        self.out.marks.push(Mark {
            kind,
            bot: self.out.bot_number,
            step: Arc::clone(&self.name),
            library: self.library,
            wait: wait.cloned(),
            place,
        });
        self.emit(Op::Mark { mark }, place);
    }

    /// Where an exit leads without code of its own. With marks every exit has some.
    pub(super) fn exit_target(&self, exit: &ir::Exit, done: Label) -> Option<Label> {
        if self.out.marking && exit_kind(&exit.on).is_some() {
            return None;
        }
        self.plain_target(&exit.body, done)
    }

    /// Marks an exit of a wait. `buttons` are those of the message.
    pub(super) fn mark_exit(&mut self, exit: &ir::Exit, wait: &Arc<str>, buttons: &[ir::Button]) {
        let Some(kind) = exit_kind(&exit.on) else { return };
        let label = if let On::Option { button, .. } = &exit.on {
            buttons.get(*button).map(|button| button.label.place)
        } else {
            None
        };
        self.mark(kind, Some(wait), label.unwrap_or(exit.place));
    }
}

/// What an exit counts as; nothing for one that stands in no source.
fn exit_kind(on: &On) -> Option<MarkKind> {
    match on {
        On::Option { .. } | On::Chosen => Some(MarkKind::Button),
        On::Other
        | On::Message
        | On::Timeout(_)
        | On::Failed
        | On::Hours(_)
        | On::VideoOpened
        | On::VideoClosed
        | On::Answer(_)
        | On::Drawn(_) => Some(MarkKind::Exit),
        On::Delivered | On::Result => None,
    }
}
