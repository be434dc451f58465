//! Ways of two statements that belong together: buttons, exits, branches.

use super::super::align::{Edit, align};
use super::super::change::ChangeKind as K;
use super::super::line::{Line, list};
use super::super::model::{How, Node, Role, Way};
use super::super::term::TermId;
use super::super::words;
use super::Compare;

/// Two ways by their numbers, or one of them.
type Match = (Option<usize>, Option<usize>);

impl Compare<'_> {
    pub(super) fn ways(&mut self, old: &Node, new: &Node) {
        let order = self.buttons_order(old, new);
        let matched = self.matched(old, new);
        self.timers_order(old, new, &matched);
        for (o, n) in matched {
            let (way_old, way_new) = (o.and_then(|o| old.ways.get(o)), n.and_then(|n| new.ways.get(n)));
            match (way_old, way_new, o.unwrap_or(0), n.unwrap_or(0)) {
                (Some(was), Some(now), o, n) => self.way((old, new), (was, now), (o, n)),
                (None, Some(way), _, n) => self.whole_way(old, new, way, true, n),
                (Some(way), None, o, _) => self.whole_way(old, new, way, false, o),
                (None, None, _, _) => {}
            }
        }
        if let Some(labels) = order {
            let what = Line::say("the buttons stand in another order: ").with(list(labels));
            self.tell(K::ButtonOrder, (Some(old.place), Some(new.place)), what);
        }
    }

    /// Which ways belong together, in the order of the new ones.
    fn matched(&mut self, old: &Node, new: &Node) -> Vec<Match> {
        let mut found = self.buttons(old, new);
        let others = |node: &Node| -> Vec<usize> {
            let ways = node.ways.iter().enumerate().filter(|(_, way)| !is_button(way));
            let mut ways: Vec<(usize, &Way)> = ways.collect();
            ways.sort_by(|a, b| a.1.how.cmp(&b.1.how));
            ways.into_iter().map(|(n, _)| n).collect()
        };
        found.extend(self.aligned(old, new, &others(old), &others(new)));
        found
    }

    fn aligned(&mut self, old: &Node, new: &Node, olds: &[usize], news: &[usize]) -> Vec<Match> {
        let key = |node: &Node, at: &usize| node.ways.get(*at).map(|way| way.key);
        let old_keys: Vec<Option<TermId>> = olds.iter().map(|at| key(old, at)).collect();
        let new_keys: Vec<Option<TermId>> = news.iter().map(|at| key(new, at)).collect();
        let edits = align(&old_keys, &new_keys, &mut |o, n| {
            let way = |node: &Node, at: Option<&usize>| at.and_then(|at| node.ways.get(*at)).cloned();
            match (way(old, olds.get(o)), way(new, news.get(n))) {
                (Some(old), Some(new)) => self.way_likeness(&old, &new),
                _ => 0,
            }
        });
        let at = |list: &[usize], n: usize| list.get(n).copied();
        let matched = edits.into_iter().map(|edit| match edit {
            Edit::Same(o, n) | Edit::Pair(o, n) => (at(olds, o), at(news, n)),
            Edit::Gone(o) => (at(olds, o), None),
            Edit::New(n) => (None, at(news, n)),
        });
        matched.collect()
    }

    /// Buttons belong together by what they say, wherever they stand; what is left by where it leads.
    fn buttons(&mut self, old: &Node, new: &Node) -> Vec<Match> {
        let places = |node: &Node| -> Vec<usize> {
            node.ways.iter().enumerate().filter(|(_, way)| is_button(way)).map(|(n, _)| n).collect()
        };
        let (mut olds, news) = (places(old), places(new));
        let mut found: Vec<Match> = Vec::new();
        let mut left = Vec::new();
        for n in news {
            let label = new.ways.get(n).map(|way| (way.value(&Role::Label), &way.how));
            let says = |o: &usize| old.ways.get(*o).map(|way| (way.value(&Role::Label), &way.how)) == label;
            match olds.iter().position(says) {
                Some(at) => found.push((Some(olds.remove(at)), Some(n))),
                None => left.push(n),
            }
        }
        found.extend(self.aligned(old, new, &olds, &left));
        // Those that are gone stand where they stood.
        found.sort_by_key(|(o, n)| (n.or(*o), n.is_some()));
        found
    }

    /// The labels in their new order, if the buttons that stayed stand in another one.
    fn buttons_order(&mut self, old: &Node, new: &Node) -> Option<Vec<Line>> {
        let matched = self.buttons(old, new);
        let stayed: Vec<usize> = matched.iter().filter_map(|(o, n)| o.filter(|_| n.is_some())).collect();
        if stayed.is_sorted() {
            return None;
        }
        let ways = new.ways.iter().filter(|way| is_button(way));
        Some(ways.map(|way| Line::default().label(words::label(self.terms, &self.new.names, way))).collect())
    }

    /// Of two timers that are due at the same instant, the first one is taken.
    fn timers_order(&mut self, old: &Node, new: &Node, matched: &[Match]) {
        let timer = |n: &usize| new.ways.get(*n).is_some_and(Way::is_timer);
        let mut both: Vec<(usize, usize)> =
            matched.iter().filter_map(|(o, n)| Some((n.filter(|n| timer(n))?, (*o)?))).collect();
        both.sort_unstable();
        if !both.iter().map(|(_, o)| o).is_sorted() {
            let what = Line::say("another one of two times comes first where both are at the same instant");
            self.tell(K::WaitChanged, (Some(old.place), Some(new.place)), what);
        }
    }

    /// Two ways that belong together.
    fn way(&mut self, nodes: (&Node, &Node), ways: (&Way, &Way), numbers: (usize, usize)) {
        let (old, new) = ways;
        if old.key == new.key {
            return self.same(&old.body, &new.body);
        }
        let subject = words::subject(self.terms, &self.new.names, nodes.1.kind, new, numbers.1);
        self.way_parts(nodes, ways, &subject);
        let was = words::plain_lead(self.terms, &self.old.names, &old.body);
        let now = words::plain_lead(self.terms, &self.new.names, &new.body);
        if let (Some(was), Some(now)) = (&was, &now)
            && target_of(old) != target_of(new)
        {
            let what = if matches!(new.how, How::Case | How::Else) {
                let frame = self.frame_of(nodes.1.kind, new, numbers.1, true);
                frame.phrase.and(", the conversation ").with(words::goes_instead(now, was))
            } else {
                subject.and(" now ").with(words::leads_instead(now, was))
            };
            self.tell(K::LeadsElsewhere, (Some(old.place), Some(new.place)), what);
            return;
        }
        let frames = (
            self.frame_of(nodes.0.kind, old, numbers.0, false),
            self.frame_of(nodes.1.kind, new, numbers.1, true),
        );
        self.within(frames.0, false, |this| {
            this.within(frames.1, true, |this| this.blocks(&old.body, &new.body));
        });
    }

    /// A way that is gone or new.
    fn whole_way(&mut self, old: &Node, new: &Node, way: &Way, is_new: bool, number: usize) {
        let node = if is_new { new } else { old };
        let places = match is_new {
            true => (Some(old.place), Some(way.place)),
            false => (Some(way.place), Some(new.place)),
        };
        let side = if is_new { &self.new } else { &self.old };
        let subject = words::subject(self.terms, &side.names, node.kind, way, number);
        let last = super::node::leaving(&way.body);
        let lead = last.map_or(words::Lead::Follows, |last| words::lead(self.terms, &side.names, last));
        let leads = words::leads(&lead);
        match &way.how {
            How::Option | How::Link => {
                let word = if way.how == How::Link { "link " } else { "button " };
                let (kind, what) = match is_new {
                    true => (K::ButtonNew, Line::say("there is a new ").and(word).with(subject)),
                    false => (K::ButtonGone, Line::say("the ").and(word).with(subject).and(" is gone")),
                };
                let what =
                    if is_new && way.how == How::Option { what.and(", which ").with(leads) } else { what };
                self.tell(kind, places, what);
            }
            How::Case | How::Else => self.case_announced(way, is_new, way.place),
            How::Drawn => {
                let word = if is_new { "there is a new " } else { "there is no more " };
                let what = Line::say(word).with(subject).and(", which ").with(leads);
                self.tell(K::RotationChanged, places, what);
            }
            // It comes and goes with the exits beside it.
            How::Delivered => {}
            How::Timeout
            | How::Chosen
            | How::Round
            | How::Valid
            | How::Invalid
            | How::Answer(_)
            | How::Result
            | How::Message
            | How::Other
            | How::VideoOpened
            | How::VideoClosed
            | How::Failed
            | How::Hours(_) => {
                let (kind, now) = if is_new { (K::ExitNew, " now ") } else { (K::ExitGone, " no longer ") };
                self.tell(kind, places, subject.and(now).with(leads));
            }
        }
        let frame = self.frame_of(node.kind, way, number, is_new);
        self.within(frame, is_new, |this| match is_new {
            true => this.all_new(&way.body),
            false => this.all_gone(&way.body),
        });
    }
}

/// Where a way leads that does nothing else.
fn target_of(way: &Way) -> Option<TermId> {
    super::node::leaving(&way.body).and_then(|last| last.value(&Role::Target))
}

fn is_button(way: &Way) -> bool {
    matches!(way.how, How::Option | How::Link)
}
