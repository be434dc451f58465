//! What becomes of kept values: whether a client reads them, and whether anything else does.
//!
//! A value that is passed to a `fn` or flow and comes back as its result goes where the result of that very call goes:
//! `plural(n, "table", "tables")` in a message is read by the client, whatever other calls of `plural` are for.

use super::walk::{Scope, Sink, Slot};
use crate::source::Place;
use rustc_hash::FxHashMap;

/// What becomes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Clients read it, and nothing else is done with it: it can be translated where it stands.
    Shown,
    /// Clients read it, and here something else is done with it that needs it as the source has it.
    Mixed(Place),
    /// No client reads it.
    Hidden,
}

/// The reads of kept values.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    numbers: FxHashMap<Slot, usize>,
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
struct Node {
    slot: Slot,
    /// What goes here.
    sources: Vec<usize>,
    /// For a parameter, its arguments in all calls.
    arguments: Vec<Argument>,
    known: Known,
}

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
struct Argument {
    node: usize,
    /// Where the result of the call goes.
    result: Sink,
    call: Place,
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Known {
    shown: bool,
    used: Option<Place>,
    /// It comes back as the result of the `fn` or flow that keeps it.
    returned: bool,
}

impl Known {
    fn with(self, other: Known) -> Known {
        Known {
            shown: self.shown || other.shown,
            used: self.used.or(other.used),
            returned: self.returned || other.returned,
        }
    }
}

impl Graph {
    /// Notes that a kept value is read and goes on.
    pub(super) fn read(&mut self, slot: Slot, sink: Sink, place: Place) {
        let from = self.number(slot);
        self.goes(from, sink, place, &mut Vec::new());
    }

    /// Notes that an argument of a call goes into a parameter, and the result of the call elsewhere.
    pub(super) fn pass(&mut self, argument: Slot, parameter: Slot, result: Sink, call: Place) {
        let (node, parameter) = (self.number(argument), self.number(parameter));
        if let Some(parameter) = self.nodes.get_mut(parameter) {
            parameter.arguments.push(Argument { node, result, call });
        }
    }

    fn number(&mut self, slot: Slot) -> usize {
        let next = self.nodes.len();
        let number = *self.numbers.entry(slot).or_insert(next);
        if number == next {
            let known = Known::default();
            self.nodes.push(Node { slot, sources: Vec::new(), arguments: Vec::new(), known });
        }
        number
    }

    /// A value goes somewhere. True if that is news about the value itself; what is news from where it goes is left open.
    fn goes(&mut self, from: usize, sink: Sink, place: Place, open: &mut Vec<usize>) -> bool {
        let Some(slot) = self.nodes.get(from).map(|node| node.slot) else { return false };
        match sink {
            Sink::Shown => self.learn(from, Known { shown: true, ..Known::default() }),
            Sink::Used => self.learn(from, Known { used: Some(place), ..Known::default() }),
            Sink::Nowhere => false,
            Sink::Kept(Slot::Result(to)) if slot.scope() == Some(to) => {
                self.learn(from, Known { returned: true, ..Known::default() })
            }
            Sink::Kept(to) => {
                self.attach(from, to, open);
                false
            }
        }
    }

    /// Adds to what is known of a value. True if that is news.
    fn learn(&mut self, number: usize, news: Known) -> bool {
        let Some(node) = self.nodes.get_mut(number) else { return false };
        let known = node.known.with(news);
        std::mem::replace(&mut node.known, known) != known
    }

    /// Carries what is known of each value back to those it is made of. Of each value at most three things are learnt,
    /// so no read is looked at more than a few times.
    pub(super) fn settle(&mut self) {
        let mut open: Vec<usize> = (0..self.nodes.len()).collect();
        while let Some(number) = open.pop() {
            let Some(node) = self.nodes.get_mut(number) else { continue };
            let (known, scope) = (node.known, node.slot.scope());
            if known == Known::default() {
                continue;
            }
            let sources = std::mem::take(&mut node.sources);
            let arguments = std::mem::take(&mut node.arguments);
            for from in &sources {
                self.carry(*from, known, scope, &mut open);
            }
            for Argument { node: from, result, call } in &arguments {
                // What the callee does with it. Whether it comes back matters to the call, not to the caller.
                let mut news = self.learn(*from, Known { returned: false, ..known });
                if known.returned {
                    news |= self.goes(*from, *result, *call, &mut open);
                }
                if news {
                    open.push(*from);
                }
            }
            if let Some(node) = self.nodes.get_mut(number) {
                node.sources.extend(sources);
                // What has come back was noted with where it goes.
                if !known.returned {
                    node.arguments = arguments;
                }
            }
        }
    }

    /// Carries what is known of a value, kept in this scope, to one it is made of.
    fn carry(&mut self, from: usize, known: Known, scope: Option<Scope>, open: &mut Vec<usize>) {
        let Some(slot) = self.nodes.get(from).map(|node| node.slot) else { return };
        let inside = slot.scope() == scope;
        if let (true, false, Some(scope)) = (known.returned, inside, scope) {
            // The result of a call is kept, and comes back from there.
            self.attach(from, Slot::Result(scope), open);
        }
        if self.learn(from, Known { returned: known.returned && inside, ..known }) {
            open.push(from);
        }
    }

    /// A value goes to another, which may be known already.
    fn attach(&mut self, from: usize, to: Slot, open: &mut Vec<usize>) {
        let number = self.number(to);
        let Some(node) = self.nodes.get_mut(number) else { return };
        node.sources.push(from);
        let known = node.known;
        if known != Known::default() {
            self.carry(from, known, to.scope(), open);
        }
    }

    fn known(&self, slot: Slot) -> Known {
        self.numbers
            .get(&slot)
            .and_then(|number| self.nodes.get(*number))
            .map_or_else(Known::default, |node| node.known)
    }

    /// What becomes of a text that goes there. Only after [`Graph::settle`].
    pub(super) fn fate(&self, sink: Sink) -> Fate {
        let slot = match sink {
            Sink::Shown => return Fate::Shown,
            Sink::Used | Sink::Nowhere => return Fate::Hidden,
            Sink::Kept(slot) => slot,
        };
        let mut known = self.known(slot);
        if let (true, Some(scope)) = (known.returned, slot.scope()) {
            known = known.with(self.known(Slot::Result(scope)));
        }
        match known {
            Known { shown: true, used: Some(place), .. } => Fate::Mixed(place),
            Known { shown: true, used: None, .. } => Fate::Shown,
            Known { shown: false, .. } => Fate::Hidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Graph};
    use crate::i18n::walk::{Scope, Sink, Slot};
    use crate::source::{FileId, Place};
    use sbot_grammar::ast::Span;

    const HERE: Place = Place { file: FileId(0), span: Span { start: 1, end: 2 } };
    const F: Scope = Scope::Fn(0);
    const G: Scope = Scope::Fn(1);
    const STEP: Scope = Scope::Step(0, 0);

    fn local(scope: Scope, at: usize) -> Slot {
        Slot::Local(scope, at)
    }

    #[test]
    fn what_is_shown_and_used_is_carried_back() {
        let mut graph = Graph::default();
        graph.read(local(STEP, 0), Sink::Kept(local(STEP, 1)), HERE);
        graph.read(local(STEP, 1), Sink::Shown, HERE);
        graph.read(local(STEP, 2), Sink::Kept(local(STEP, 1)), HERE);
        graph.read(local(STEP, 2), Sink::Used, HERE);
        graph.read(local(STEP, 3), Sink::Nowhere, HERE);
        graph.settle();
        let fate = |at| graph.fate(Sink::Kept(local(STEP, at)));
        assert_eq!(
            [fate(0), fate(1), fate(2), fate(3)],
            [Fate::Shown, Fate::Shown, Fate::Mixed(HERE), Fate::Hidden]
        );
    }

    #[test]
    fn each_call_counts_for_itself() {
        // `fn g(x)` gives `x` back, `fn f(y)` gives `g(y)` back; `f` is called for a message and for a comparison.
        let mut graph = Graph::default();
        graph.read(local(G, 0), Sink::Kept(Slot::Result(G)), HERE);
        let inner = Slot::Argument(F, 0, 0);
        graph.pass(inner, local(G, 0), Sink::Kept(Slot::Result(F)), HERE);
        graph.read(local(F, 0), Sink::Kept(inner), HERE);
        graph.read(Slot::Result(G), Sink::Kept(Slot::Result(F)), HERE);
        let calls = [Slot::Argument(STEP, 1, 0), Slot::Argument(STEP, 2, 0)];
        for (call, sink) in calls.into_iter().zip([Sink::Shown, Sink::Used]) {
            graph.pass(call, local(F, 0), sink, HERE);
            graph.read(Slot::Result(F), sink, HERE);
        }
        graph.settle();
        assert_eq!(graph.fate(Sink::Kept(calls[0])), Fate::Shown);
        assert_eq!(graph.fate(Sink::Kept(calls[1])), Fate::Hidden);
        // A text of the functions themselves is part of both results.
        for slot in [Slot::Result(F), Slot::Result(G), local(F, 0), local(G, 0)] {
            assert_eq!(graph.fate(Sink::Kept(slot)), Fate::Mixed(HERE), "{slot:?}");
        }
    }

    #[test]
    fn what_comes_back_inside_is_no_result_outside() {
        // `fn f(y)` shows `g(y)` and gives something else back, which is compared.
        let mut graph = Graph::default();
        graph.read(local(G, 0), Sink::Kept(Slot::Result(G)), HERE);
        let inner = Slot::Argument(F, 0, 0);
        graph.pass(inner, local(G, 0), Sink::Shown, HERE);
        graph.read(local(F, 0), Sink::Kept(inner), HERE);
        graph.read(Slot::Result(G), Sink::Shown, HERE);
        graph.read(local(F, 1), Sink::Kept(Slot::Result(F)), HERE);
        graph.read(Slot::Result(F), Sink::Used, HERE);
        graph.settle();
        assert_eq!(graph.fate(Sink::Kept(local(F, 0))), Fate::Shown);
        assert_eq!(graph.fate(Sink::Kept(inner)), Fate::Shown);
        assert_eq!(graph.fate(Sink::Kept(local(F, 1))), Fate::Hidden);
    }

    #[test]
    fn a_result_that_is_kept_and_given_back_goes_on() {
        // `fn f { let a = g()  return a }`, and `f` is shown.
        let mut graph = Graph::default();
        graph.read(Slot::Result(G), Sink::Kept(local(F, 0)), HERE);
        graph.read(local(F, 0), Sink::Kept(Slot::Result(F)), HERE);
        graph.read(Slot::Result(F), Sink::Shown, HERE);
        graph.settle();
        assert_eq!(graph.fate(Sink::Kept(Slot::Result(G))), Fate::Shown);
        assert_eq!(graph.fate(Sink::Kept(local(F, 0))), Fate::Shown);
    }
}
