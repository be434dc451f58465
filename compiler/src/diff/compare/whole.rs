//! Statements that are gone or new as a whole, with what stands inside of them.

use super::super::change::ChangeKind as K;
use super::super::line::Line;
use super::super::model::{How, Kind, Node, Role, Way};
use super::super::reword;
use super::super::show;
use super::super::term::Space;
use super::super::words::{self, Lead};
use super::node::leaving;
use super::{Compare, Frame, OTHERWISE, Place};

impl Compare<'_> {
    /// All statements of a block that is new as a whole.
    pub(super) fn all_new(&mut self, block: &[Node]) {
        let usual = leaving(block);
        for (rank, node) in block.iter().enumerate() {
            self.whole(node, true, rank, usual);
        }
    }

    /// All statements of a block that is gone as a whole.
    pub(super) fn all_gone(&mut self, block: &[Node]) {
        let usual = leaving(block);
        for (rank, node) in block.iter().enumerate() {
            self.whole(node, false, rank, usual);
        }
    }

    /// A statement that is gone or new, with what stands inside of it. `usual` is the jump that ends its block.
    pub(super) fn whole(&mut self, node: &Node, new: bool, rank: usize, usual: Option<&Node>) {
        let before = self.changes.len();
        if node.kind == Kind::Choose {
            return self.whole_choice(node, new, usual);
        }
        self.announce(node, new);
        let own = self.changes.len() > before;
        let thing = self.thing(node, new);
        if let Some(change) = self.changes.get_mut(before) {
            change.notes.key = Some(node.key);
            change.notes.rank = rank;
            change.notes.thing = thing;
        }
        self.whole_bodies(node, new);
        let inner = self.changes.len().saturating_sub(before + 1);
        if let (true, Some(change)) = (own, self.changes.get_mut(before)) {
            change.notes.inner = inner;
        }
    }

    /// What a statement is called in a sentence.
    fn thing(&self, node: &Node, new: bool) -> Line {
        match node.kind {
            Kind::Message => Line::say("a message"),
            Kind::List => Line::say("a list"),
            Kind::Pause => Line::say("a pause"),
            Kind::Validate => Line::say("a check of an answer"),
            Kind::Act => Line::default().code(self.call(node, new)),
            Kind::Set => Line::say("setting ").code(self.name_of(node.value(&Role::Field))),
            Kind::Enter => Line::say("the call of ").with(self.target(node, new)),
            Kind::Rotate => Line::say("a rotation"),
            Kind::Assign => Line::say("a change of a variable"),
            Kind::Choose | Kind::Let | Kind::For | Kind::While | Kind::Leave => Line::default(),
        }
    }

    fn whole_bodies(&mut self, node: &Node, new: bool) {
        for (number, way) in node.ways.iter().enumerate() {
            let frame = self.frame_of(node.kind, way, number, new);
            self.within(frame, new, |this| match new {
                true => this.all_new(&way.body),
                false => this.all_gone(&way.body),
            });
        }
    }

    /// A condition that is gone or new: told by what stands under it, or by where it leads.
    fn whole_choice(&mut self, node: &Node, new: bool, usual: Option<&Node>) {
        for (number, way) in node.ways.iter().enumerate() {
            let before = self.changes.len();
            let frame = self.frame_of(node.kind, way, number, new);
            self.within(frame, new, |this| match new {
                true => this.all_new(&way.body),
                false => this.all_gone(&way.body),
            });
            let told = self.changes.iter().skip(before).any(|change| !change.notes.weak);
            let leaves = leaving(&way.body);
            let as_usual = leaves.map(|node| node.key) == usual.map(|node| node.key);
            if !told || !(leaves.is_none() || as_usual) {
                self.case_announced(way, new, node.place);
            }
        }
    }

    /// A case that is gone or new.
    pub(super) fn case_announced(&mut self, way: &Way, new: bool, place: Place) {
        let side = if new { &self.new } else { &self.old };
        let condition = match way.slot(&Role::Condition) {
            Some(slot) => Line::say("if ").code(self.condition(side, slot)).and(", "),
            None => Line::say("in every other case, "),
        };
        let last = leaving(&way.body);
        let lead = last.map_or(Lead::Follows, |node| words::lead(self.terms, &side.names, node));
        let goes = words::goes(&lead);
        let (kind, places, what) = match new {
            true => (K::ConditionNew, (None, Some(place)), condition.and("the conversation now ").with(goes)),
            false => {
                let what = condition.and("the conversation no longer ").with(words::goes(&lead));
                (K::ConditionGone, (Some(place), None), what)
            }
        };
        self.tell(kind, places, what);
    }

    /// Where one is inside of a way.
    pub(super) fn frame_of(&self, kind: Kind, way: &Way, number: usize, new: bool) -> Frame {
        let side = if new { &self.new } else { &self.old };
        let mut phrase = words::inside(self.terms, &side.names, kind, way, number);
        let mut condition = None;
        match way.how {
            How::Case => {
                let written =
                    way.slot(&Role::Condition).map(|slot| self.condition(side, slot)).unwrap_or_default();
                phrase = Line::say("if ").code(written.clone());
                condition = Some(written);
            }
            How::Else => condition = Some(OTHERWISE.to_owned()),
            How::Option
            | How::Link
            | How::Chosen
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
            | How::Timeout => {}
        }
        Frame { phrase, option: way.how == How::Option, condition }
    }

    /// Does something inside of a way of one of the programs.
    pub(super) fn within(&mut self, frame: Frame, new: bool, f: impl FnOnce(&mut Self)) {
        let side = if new { &mut self.new } else { &mut self.old };
        side.path.push(frame);
        f(self);
        let side = if new { &mut self.new } else { &mut self.old };
        side.path.pop();
    }

    /// Tells that a statement is gone or new.
    fn announce(&mut self, node: &Node, new: bool) {
        let places = if new { (None, Some(node.place)) } else { (Some(node.place), None) };
        let told = match node.kind {
            Kind::Message | Kind::List => return self.announce_message(node, new, places),
            Kind::Let => {
                let what = Line::default().code(self.written(node, &Role::Value, new));
                let what = what.and(if new { " is now kept" } else { " is no longer kept" });
                // A local that only one of the steps has shows where it is read.
                let local = node.value(&Role::Local).and_then(|local| self.terms.as_of(Space::Local, local));
                let weak = local.is_none_or(|local| !self.locals.contains(&local));
                self.tell(K::ValueChanged, places, what).notes.weak = weak;
                return;
            }
            Kind::Pause | Kind::Validate => (K::WaitNew, K::WaitGone, self.wait_announced(node, new)),
            Kind::Set => (K::FieldNew, K::FieldGone, self.field_announced(node, new)),
            Kind::Act => {
                let what = Line::default().code(self.call(node, new));
                (K::ActionNew, K::ActionGone, what.and(if new { " is new" } else { " is gone" }))
            }
            Kind::Assign => {
                let what = Line::say("the variable ").code(self.written(node, &Role::Variable, new));
                let what = what.and(if new { " now becomes " } else { " no longer becomes " });
                let what = what.code(self.written(node, &Role::Value, new));
                (K::VariableChanged, K::VariableChanged, what)
            }
            Kind::Rotate => {
                let word = if new { "there is a new rotation of " } else { "there is no more rotation of " };
                let what = Line::say(word).and(format!("{} options", node.ways.len()));
                (K::RotationChanged, K::RotationChanged, what)
            }
            Kind::Enter => {
                let words = if new { " is now called" } else { " is no longer called" };
                (K::CallNew, K::CallGone, self.target(node, new).and(words))
            }
            Kind::For | Kind::While => {
                let what = Line::say(if new { "there is a new loop" } else { "a loop is gone" });
                (K::LoopChanged, K::LoopChanged, what)
            }
            // Where a block leads is told with the block, and a condition with what stands under it.
            Kind::Leave | Kind::Choose => return,
        };
        let (kind_new, kind_gone, what) = told;
        self.tell(if new { kind_new } else { kind_gone }, places, what);
    }

    /// A part of a statement as it is written.
    fn written(&self, node: &Node, role: &Role, new: bool) -> String {
        let side = if new { &self.new } else { &self.old };
        match (role, node.slot(role)) {
            // Where a variable stands is the whole statement.
            (Role::Variable, Some(slot)) => show::expr(self.terms, &side.names, slot.value),
            (_, Some(slot)) => self.one(side, slot),
            (_, None) => String::new(),
        }
    }

    fn wait_announced(&self, node: &Node, new: bool) -> Line {
        if node.kind == Kind::Validate {
            let words = if new { "the bot now waits" } else { "the bot no longer waits" };
            let what = Line::say(words).and(" for an answer with ");
            return what.code(self.written(node, &Role::Pattern, new));
        }
        let side = if new { &self.new } else { &self.old };
        let after = match node.ways.iter().find_map(|way| way.value(&Role::After)) {
            Some(after) => Line::say("of ").with(words::time(self.terms, &side.names, after)),
            None => Line::say("for an event"),
        };
        match new {
            true => Line::say("there is a new pause ").with(after),
            false => Line::say("the pause ").with(after).and(" is gone"),
        }
    }

    fn field_announced(&self, node: &Node, new: bool) -> Line {
        let what = Line::default().code(self.name_of(node.value(&Role::Field)));
        let what = what.and(if new { " is now " } else { " is no longer " });
        match node.slot(&Role::Value) {
            Some(_) => what.and("set to ").code(self.written(node, &Role::Value, new)),
            None => what.and("cleared"),
        }
    }

    fn announce_message(&mut self, node: &Node, new: bool, places: (Option<Place>, Option<Place>)) {
        let side = if new { &self.new } else { &self.old };
        let text = node.value(&Role::Text).map(|text| show::text(self.terms, &side.names, text));
        let file = [&Role::Attach, &Role::Voice].into_iter().find_map(|role| node.value(role));
        let shown = match (text, file) {
            (Some(text), _) => reword::quote(&text),
            (None, Some(file)) => Line::say("the file ").code(show::expr(self.terms, &side.names, file)),
            (None, None) => Line::default(),
        };
        let more = self.ways_shown(node, new);
        let (kind, words) = match new {
            true => (K::MessageNew, "there is a new message"),
            false => (K::MessageGone, "a message is gone"),
        };
        let change = self.tell(kind, places, Line::say(words));
        if new {
            change.now = Some(shown);
        } else {
            change.was = Some(shown);
        }
        change.more = more;
    }

    /// The ways of a statement, a line each.
    pub(super) fn ways_shown(&self, node: &Node, new: bool) -> Vec<Line> {
        let side = if new { &self.new } else { &self.old };
        let mut lines = Vec::new();
        for (number, way) in node.ways.iter().enumerate() {
            let line = words::subject(self.terms, &side.names, node.kind, way, number);
            let line = match (way.slot(&Role::Link), words::plain_lead(self.terms, &side.names, &way.body)) {
                (Some(link), _) => {
                    line.and(" opens ").with(reword::quote(&show::text(self.terms, &side.names, link.value)))
                }
                (None, Some(Lead::Follows)) if way.how == How::Delivered => continue,
                (None, Some(lead)) => line.and(" ").with(words::leads(&lead)),
                (None, None) => match leaving(&way.body) {
                    Some(last) => {
                        let lead = words::lead(self.terms, &side.names, last);
                        line.and(" ").with(words::leads(&lead))
                    }
                    None => line,
                },
            };
            lines.push(line);
        }
        lines
    }
}
