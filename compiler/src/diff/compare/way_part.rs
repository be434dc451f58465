//! Parts of two ways that belong together: labels, links, synonyms, timers, conditions.

use super::super::change::ChangeKind as K;
use super::super::line::{Line, list};
use super::super::model::{Kind, Node, Role, Slot, Way};
use super::super::reword::{quote, reword};
use super::super::show;
use super::super::term::{Lit, TermId};
use super::super::words;
use super::part::{Both, differing};
use super::{Compare, Place};

impl Compare<'_> {
    /// Parts of two ways that belong together. `subject` is what takes them.
    pub(super) fn way_parts(&mut self, node: (&Node, &Node), ways: (&Way, &Way), subject: &Line) {
        let places = (Some(ways.0.place), Some(ways.1.place));
        for (role, both) in differing(&ways.0.slots, &ways.1.slots) {
            match role {
                Role::Label => {
                    let was = both.0.map(|slot| self.old_text(slot.value)).unwrap_or_default();
                    let now = both.1.map(|slot| self.new_text(slot.value)).unwrap_or_default();
                    let what = Line::say("the button ").label(was).and(" now says ").label(now);
                    self.tell(K::ButtonReworded, places, what);
                }
                Role::Link => {
                    let was = both.0.map(|slot| self.old_text(slot.value)).unwrap_or_default();
                    let now = both.1.map(|slot| self.new_text(slot.value)).unwrap_or_default();
                    let change = self.tell(
                        K::ButtonChanged,
                        places,
                        Line::say("the link ").with(subject.clone()).and(" opens another page"),
                    );
                    (change.was, change.now) = (Some(quote(&was)), Some(quote(&now)));
                }
                Role::About => {
                    let what = Line::say("the description of ").with(subject.clone());
                    self.described(places, what, both);
                }
                Role::Section => {
                    let (was, now) = (both.0, both.1);
                    let was = was
                        .map(|slot| show::expr(self.terms, &self.old.names, slot.value))
                        .unwrap_or_default();
                    let now = now
                        .map(|slot| show::expr(self.terms, &self.new.names, slot.value))
                        .unwrap_or_default();
                    let what = Line::say("the option ").with(subject.clone()).and(" stands in the section ");
                    self.tell(K::ButtonChanged, places, what.code(now).and(" instead of ").code(was));
                }
                Role::Synonyms => self.synonyms_changed(places, subject, both),
                Role::After => self.timer_changed(node.1, places, both),
                Role::Condition => {
                    let (was, now) = self.values(both);
                    let what = Line::say("the condition is ").with(now).and(" instead of ").with(was);
                    self.tell(K::ConditionChanged, places, what);
                }
                Role::Bind(_)
                | Role::Local
                | Role::Found
                | Role::Text
                | Role::Template
                | Role::Attach
                | Role::Voice
                | Role::To
                | Role::Via
                | Role::From
                | Role::ListButton
                | Role::ListTitle
                | Role::ListFooter
                | Role::Pattern
                | Role::Tries
                | Role::Saying
                | Role::Value
                | Role::Items
                | Role::Field
                | Role::Variable
                | Role::Convert
                | Role::Action
                | Role::Target
                | Role::Arg(_) => self.kept_changed(places, both),
            }
        }
    }

    fn described(&mut self, places: (Option<Place>, Option<Place>), what: Line, both: Both<'_>) {
        let old = both.0.map(|slot| self.old_text(slot.value));
        let new = both.1.map(|slot| self.new_text(slot.value));
        let what = what.and(match (&old, &new) {
            (None, _) => " is new",
            (_, None) => " is gone",
            (Some(_), Some(_)) => " is reworded",
        });
        let change = self.tell(K::ButtonChanged, places, what);
        match (&old, &new) {
            (Some(old), Some(new)) => {
                let (was, now) = reword(old, new);
                (change.was, change.now) = (Some(was), Some(now));
            }
            (old, new) => (change.was, change.now) = (old.as_deref().map(quote), new.as_deref().map(quote)),
        }
    }

    fn synonyms_changed(&mut self, places: (Option<Place>, Option<Place>), subject: &Line, both: Both<'_>) {
        let items = |slot: Option<&Slot>| -> Vec<TermId> {
            slot.and_then(|slot| self.terms.as_word("list", slot.value)).unwrap_or_default().to_vec()
        };
        let (old, new) = (items(both.0), items(both.1));
        let shown = |list: &[TermId], other: &[TermId], names: &show::Names| -> Vec<Line> {
            let only = list.iter().filter(|item| !other.contains(item));
            only.map(|item| Line::default().label(show::text(self.terms, names, *item))).collect()
        };
        let added = shown(&new, &old, &self.new.names);
        let gone = shown(&old, &new, &self.old.names);
        let mut what = Line::default().with(subject.clone());
        let (some_added, some_gone) = (!added.is_empty(), !gone.is_empty());
        if some_added {
            what = what.and(" also answers to ").with(list(added));
        }
        if some_gone {
            let and = if some_added { " and no longer to " } else { " no longer answers to " };
            what = what.and(and).with(list(gone));
        }
        if !some_added && !some_gone {
            what = what.and(" answers to the same words in another order");
        }
        self.tell(K::ButtonChanged, places, what);
    }

    /// A timer runs longer or shorter.
    fn timer_changed(&mut self, node: &Node, places: (Option<Place>, Option<Place>), both: Both<'_>) {
        let seconds = |slot: Option<&Slot>| match slot.and_then(|slot| self.terms.as_lit(slot.value)) {
            Some(Lit::Duration(seconds)) => Some(*seconds),
            _ => None,
        };
        let what = Line::say(if node.kind == Kind::Pause && node.ways.len() == 1 {
            "the pause is "
        } else {
            "the wait is "
        });
        match (seconds(both.0), seconds(both.1)) {
            (Some(old), Some(new)) => {
                let kind = if new > old { K::WaitLonger } else { K::WaitShorter };
                self.tell(kind, places, what.and(words::duration_instead(new, old)));
            }
            _ => {
                let shown = |slot: Option<&Slot>, names: &show::Names| {
                    slot.map(|slot| words::time(self.terms, names, slot.value)).unwrap_or_default()
                };
                let (was, now) = (shown(both.0, &self.old.names), shown(both.1, &self.new.names));
                self.tell(K::WaitChanged, places, what.with(now).and(" instead of ").with(was));
            }
        }
    }
}
