//! On which channels each message of a project can go out, for the warnings that look at messages one by one.

use super::carry::own_channels;
use super::channels::{Channels, Declared, Set};
use super::graph::{Graph, NodeKind};
use crate::ir::Message;
use rustc_hash::FxHashMap;

/// The channels of the messages. Empty for one that no run comes to.
pub(crate) struct Sent<'p> {
    declared: Declared<'p>,
    /// By the message's address: the project stays where it is.
    on: FxHashMap<*const Message, Set>,
}

impl<'p> Sent<'p> {
    pub(super) fn of(graph: &Graph<'p>, channels: Channels<'_, 'p>) -> Self {
        let mut on = FxHashMap::default();
        for (id, node) in graph.all() {
            if let NodeKind::Send(message) = node.kind {
                let own = own_channels(graph, &channels, id, message);
                on.insert(std::ptr::from_ref(message), own.unwrap_or(channels.at.get(id).channels()));
            }
        }
        Sent { declared: channels.declared, on }
    }

    fn channels(&self, message: &Message) -> Set {
        self.on.get(&std::ptr::from_ref(message)).copied().unwrap_or(0)
    }

    /// On how many channels a message can go out.
    pub(crate) fn count(&self, message: &Message) -> usize {
        self.declared.names(self.channels(message)).len()
    }

    /// Whether it can go out on one of this kind.
    pub(crate) fn can_be_on(&self, message: &Message, kind: &str) -> bool {
        self.channels(message) & self.declared.of_kinds(&[kind]) != 0
    }
}
