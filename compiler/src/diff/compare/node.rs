//! Statements: aligned, compared part by part, or told as a whole where they are gone or new.

use super::super::align::{Edit, align};
use super::super::change::ChangeKind as K;
use super::super::line::Line;
use super::super::model::{Kind, Node, Role, falls};
use super::super::read::waits;
use super::super::words::{self, Lead};
use super::Compare;
use std::sync::Arc;

impl Compare<'_> {
    /// Two blocks that belong together.
    pub(super) fn blocks(&mut self, old: &[Node], new: &[Node]) {
        let old_keys: Vec<_> = old.iter().map(|node| node.key).collect();
        let new_keys: Vec<_> = new.iter().map(|node| node.key).collect();
        let edits = align(&old_keys, &new_keys, &mut |o, n| match (old.get(o), new.get(n)) {
            (Some(old), Some(new)) => self.likeness(old, new),
            _ => 0,
        });
        let usual = (leaving(old), leaving(new));
        for edit in edits {
            match edit {
                Edit::Same(o, n) => {
                    if let (Some(old), Some(new)) = (old.get(o), new.get(n)) {
                        self.same(std::slice::from_ref(old), std::slice::from_ref(new));
                    }
                }
                Edit::Pair(o, n) => {
                    if let (Some(old), Some(new)) = (old.get(o), new.get(n)) {
                        self.pair(old, new);
                    }
                }
                Edit::Gone(o) => {
                    if let Some(old) = old.get(o) {
                        self.whole(old, false, o, usual.0);
                    }
                }
                Edit::New(n) => {
                    if let Some(new) = new.get(n) {
                        self.whole(new, true, n, usual.1);
                    }
                }
            }
        }
        // A block that only now leaves, or that no longer does.
        if usual.0.is_some() != usual.1.is_some() {
            self.leaving_changed(usual, old, new);
        }
    }

    /// Equal statements: only the names of waits can differ.
    pub(super) fn same(&mut self, old: &[Node], new: &[Node]) {
        let (olds, news) = (waits(self.terms, old), waits(self.terms, new));
        for (old, new) in olds.into_iter().zip(news) {
            self.note_wait(old, new);
        }
    }

    fn note_wait(&mut self, old: &Node, new: &Node) {
        if let (Some(was), Some(now)) = (&old.wait, &new.wait) {
            let places = (old.place, new.place);
            self.waits.push(super::WaitPair { was: Arc::clone(was), now: Arc::clone(now), places });
            if old.counter != new.counter {
                let what =
                    Line::say("the rotation begins anew with its first option, for all clients together");
                self.tell(K::CounterAnew, (Some(old.place), Some(new.place)), what);
            }
        }
    }

    /// Two statements that belong together and differ.
    fn pair(&mut self, old: &Node, new: &Node) {
        self.note_wait(old, new);
        if old.kind == Kind::Leave {
            return self.leave(old, new);
        }
        self.parts(old, new);
        self.ways(old, new);
    }

    fn leave(&mut self, old: &Node, new: &Node) {
        let was = words::lead(self.terms, &self.old.names, old);
        let now = words::lead(self.terms, &self.new.names, new);
        let places = (Some(old.place), Some(new.place));
        if old.value(&Role::Target) != new.value(&Role::Target) {
            let what = Line::say("the conversation ").with(words::goes_instead(&now, &was));
            self.tell(K::LeadsElsewhere, places, what);
        } else if old.value(&Role::Value) != new.value(&Role::Value) {
            let shown = |side: &super::Side<'_>, node: &Node| match node.slot(&Role::Value) {
                Some(slot) => Line::default().code(self.one(side, slot)),
                None => Line::say("nothing"),
            };
            let (was, now) = (shown(&self.old, old), shown(&self.new, new));
            let what = Line::say("the result is ").with(now).and(" instead of ").with(was);
            self.tell(K::ValueChanged, places, what);
        } else {
            self.arguments(old, new);
        }
    }

    /// A block now ends in a jump, or no longer does.
    fn leaving_changed(&mut self, usual: (Option<&Node>, Option<&Node>), old: &[Node], new: &[Node]) {
        let was = usual.0.map_or(Lead::Follows, |node| words::lead(self.terms, &self.old.names, node));
        let now = usual.1.map_or(Lead::Follows, |node| words::lead(self.terms, &self.new.names, node));
        // An end that is not written is no difference where nothing gets there.
        if (usual.0.is_none() && !falls(old)) || (usual.1.is_none() && !falls(new)) {
            return;
        }
        let place = |block: &[Node]| block.last().map(|last| last.place);
        let what = Line::say("the conversation ").with(words::goes_instead(&now, &was));
        self.tell(K::LeadsElsewhere, (place(old), place(new)), what);
    }
}

/// The jump that ends a block.
pub(super) fn leaving(block: &[Node]) -> Option<&Node> {
    block.last().filter(|last| last.kind == Kind::Leave)
}
