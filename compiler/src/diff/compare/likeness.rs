//! How much two statements, or two ways, look like the same one changed.

use super::super::model::{How, Kind, Node, Role, Way};
use super::super::show;
use super::super::term::{Head, TermId};
use super::Compare;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use unicode_segmentation::UnicodeSegmentation;

/// The most words of a text that are looked at.
const MOST_WORDS: usize = 200;

impl Compare<'_> {
    /// 0 for statements of which one can only stand in the place of the other.
    pub(super) fn likeness(&mut self, old: &Node, new: &Node) -> u32 {
        if old.kind != new.kind {
            return 0;
        }
        let same = |role: &Role| old.value(role) == new.value(role);
        let plus = |yes: bool, weight: u32| if yes { weight } else { 0 };
        match old.kind {
            Kind::Message | Kind::List => {
                let text = self.text_likeness(old.value(&Role::Text), new.value(&Role::Text));
                2 + 2 * text
                    + plus(old.waits() == new.waits(), 3)
                    + plus(old.wait.is_some() && tail(old) == tail(new), 2)
                    + plus(labels_shared(old, new), 4)
            }
            Kind::Pause | Kind::Rotate => 4 + plus(tail(old) == tail(new), 2),
            Kind::Validate => 4 + plus(same(&Role::Pattern), 4) + plus(tail(old) == tail(new), 2),
            Kind::Choose => {
                let bodies = old.ways.iter().zip(&new.ways).all(|(a, b)| body_key(a) == body_key(b));
                let conditions = old.ways.iter().zip(&new.ways);
                let conditions = conditions
                    .filter(|(a, b)| a.value(&Role::Condition) == b.value(&Role::Condition))
                    .count();
                1 + plus(bodies, 6) + plus(conditions > 0, 6)
            }
            Kind::Let => plus(same(&Role::Local), 4),
            Kind::Assign => {
                plus(same(&Role::Variable), 4) + plus(same(&Role::Variable) && same(&Role::Value), 2)
            }
            Kind::Set => plus(same(&Role::Field), 6) + plus(same(&Role::Field) && same(&Role::Value), 2),
            Kind::Act if !same(&Role::Action) => 0,
            Kind::Act => {
                let args = old.slots.iter().filter(|slot| new.value(&slot.role) == Some(slot.value)).count();
                3 + u32::try_from(args).unwrap_or(u32::MAX).min(20)
            }
            Kind::Enter => plus(same(&Role::Target), 6),
            Kind::For | Kind::While => 3,
            Kind::Leave => 1 + plus(same(&Role::Target), 2),
        }
    }

    /// From 0 to 10: how many words two texts have in common.
    pub(super) fn text_likeness(&mut self, old: Option<TermId>, new: Option<TermId>) -> u32 {
        let (Some(old), Some(new)) = (old, new) else { return 0 };
        if old == new {
            return 10;
        }
        let (old, new) = (self.words_of(old), self.words_of(new));
        let common = old.iter().filter(|word| new.binary_search(word).is_ok()).count();
        u32::try_from(20 * common / (old.len() + new.len()).max(1)).unwrap_or(10).min(10)
    }

    fn words_of(&mut self, text: TermId) -> Rc<[u64]> {
        if let Some(known) = self.words.get(&text) {
            return Rc::clone(known);
        }
        let shown = show::text(self.terms, &self.new.names, text);
        let hash = |word: &str| {
            let mut hasher = FxHasher::default();
            word.to_lowercase().hash(&mut hasher);
            hasher.finish()
        };
        let mut words: Vec<u64> = shown.unicode_words().take(MOST_WORDS).map(hash).collect();
        words.sort_unstable();
        words.dedup();
        let words: Rc<[u64]> = words.into();
        self.words.insert(text, Rc::clone(&words));
        words
    }

    /// The likeness of ways of the same kind.
    pub(super) fn way_likeness(&mut self, old: &Way, new: &Way) -> u32 {
        if old.how != new.how {
            return 0;
        }
        let body = old.body.iter().map(|node| node.key).eq(new.body.iter().map(|node| node.key));
        let telling = body && !old.body.is_empty();
        let plus = |yes: bool, weight: u32| if yes { weight } else { 0 };
        match old.how {
            How::Option | How::Link => {
                let text = self.text_likeness(old.value(&Role::Label), new.value(&Role::Label));
                let link = old.how == How::Link && old.value(&Role::Link) == new.value(&Role::Link);
                plus(telling || link, 4) + plus(text > 2, text)
            }
            How::Case => {
                1 + plus(old.value(&Role::Condition) == new.value(&Role::Condition), 8) + plus(telling, 4)
            }
            How::Chosen
            | How::Else
            | How::Round
            | How::Drawn
            | How::Valid
            | How::Invalid
            | How::Answer(_)
            | How::Result
            | How::Message
            | How::Other
            | How::VideoOpened
            | How::VideoClosed
            | How::Failed
            | How::Delivered
            | How::Hours(_)
            | How::Timeout => 1 + plus(telling, 4),
        }
    }

    /// A name that is the same for every program.
    pub(super) fn name_of(&self, value: Option<TermId>) -> String {
        match value.map(|value| self.terms.head(value)) {
            Some(Head::Name(name) | Head::Field(name)) => name.to_string(),
            _ => String::new(),
        }
    }
}

/// The name of a wait without its step.
pub(super) fn tail(node: &Node) -> Option<&str> {
    node.wait.as_deref().map(|name| name.split_once('.').map_or(name, |(_, tail)| tail))
}

fn body_key(way: &Way) -> Vec<TermId> {
    way.body.iter().map(|node| node.key).collect()
}

fn labels_shared(old: &Node, new: &Node) -> bool {
    let label = |way: &Way| way.value(&Role::Label);
    old.ways.iter().filter_map(label).any(|one| new.ways.iter().filter_map(label).any(|other| one == other))
}
