//! Parts of two statements that belong together: texts, files, recipients, patterns, arguments.

use super::super::change::ChangeKind as K;
use super::super::line::Line;
use super::super::model::{Kind, Node, Role, Slot};
use super::super::reword::{quote, reword};
use super::super::show;
use super::super::strict::{self, Strictness};
use super::super::term::{Head, Lit, Space, TermId};
use super::{Compare, Place, short};

/// Where a message goes, by the word for it.
const ROUTES: &[(Role, &str, &str)] = &[
    (Role::To, "chat", "to the chat"),
    (Role::To, "all", "to all contacts"),
    (Role::To, "main", "to the main contact"),
    (Role::Via, "chat", "on the channel of the chat"),
    (Role::Via, "any", "on every selected channel"),
    (Role::Via, "primary", "on the primary channel"),
];

/// What a message is sent with.
const WITH: &[(Role, &str)] = &[
    (Role::Attach, "with the file "),
    (Role::Voice, "with the voice file "),
    (Role::Template, "from the template "),
    (Role::Via, "on "),
];

/// A part of the old statement, of the new one, or of both.
pub(super) type Both<'s> = (Option<&'s Slot>, Option<&'s Slot>);

impl Compare<'_> {
    /// Tells the parts of two statements that differ.
    pub(super) fn parts(&mut self, old: &Node, new: &Node) {
        let places = (Some(old.place), Some(new.place));
        for (role, both) in differing(&old.slots, &new.slots) {
            match role {
                Role::Text => self.text_changed(places, both),
                Role::Template | Role::Attach | Role::Voice | Role::To | Role::Via => {
                    self.sent_differently(places, &role, both);
                }
                Role::From => {
                    let (was, now) = self.values(both);
                    let what = Line::say("the buttons come from ").with(now).and(" instead of ").with(was);
                    self.tell(K::ButtonChanged, places, what);
                }
                Role::ListButton => self.reworded(places, "the button that opens the list", both),
                Role::ListTitle => self.reworded(places, "the title of the list", both),
                Role::ListFooter => self.reworded(places, "the footer of the list", both),
                Role::Saying => {
                    // Where there is only one, the number of tries tells it.
                    if both.0.is_some() && both.1.is_some() {
                        self.reworded(places, "the text after a wrong answer", both);
                    }
                }
                Role::Pattern => self.pattern_changed(places, both),
                Role::Tries => self.tries_changed(places, both),
                Role::Value | Role::Convert => self.value_changed(old, new, &role, both),
                Role::Arg(_) => self.argument(old, new, &role, both),
                Role::Items | Role::Condition => {
                    let (was, now) = self.values(both);
                    let word = if role == Role::Items {
                        "the loop goes through "
                    } else {
                        "the loop goes on while "
                    };
                    let what = Line::say(word).with(now).and(" instead of ").with(was);
                    self.tell(K::LoopChanged, places, what);
                }
                // The pattern shows it.
                Role::Found => {
                    let what = Line::say("something else is looked for in the answer");
                    self.tell_weakly(K::CheckChanged, places, what);
                }
                Role::Local | Role::Bind(_) => self.kept_changed(places, both),
                // Statements that differ in these do not belong together, and the others are parts of ways.
                Role::Action
                | Role::Field
                | Role::Variable
                | Role::Target
                | Role::Label
                | Role::Link
                | Role::About
                | Role::Section
                | Role::Synonyms
                | Role::After => {
                    let (was, now) = self.values(both);
                    let what = Line::default().with(now).and(" stands here instead of ").with(was);
                    self.tell(K::ValueChanged, places, what);
                }
            }
        }
    }

    /// Tells the arguments of two jumps to the same step that differ.
    pub(super) fn arguments(&mut self, old: &Node, new: &Node) {
        for (role, both) in differing(&old.slots, &new.slots) {
            self.argument(old, new, &role, both);
        }
    }

    /// What a name is given here. A name that only one of the statements gives shows where it is read.
    pub(super) fn kept_changed(&mut self, places: (Option<Place>, Option<Place>), both: Both<'_>) {
        let what = Line::say("the values that come with this have other names");
        self.tell(K::ValueChanged, places, what).notes.weak = both.0.is_none() || both.1.is_none();
    }

    fn text_changed(&mut self, places: (Option<Place>, Option<Place>), both: Both<'_>) {
        match both {
            (Some(old), Some(new)) => {
                let (was, now) = reword(&self.old_text(old.value), &self.new_text(new.value));
                let change = self.tell(K::MessageReworded, places, Line::say("a message is reworded"));
                (change.was, change.now) = (Some(was), Some(now));
            }
            (None, new) => {
                let now = new.map(|new| quote(&self.new_text(new.value)));
                self.tell(K::MessageChanged, places, Line::say("a message now has a text")).now = now;
            }
            (old, None) => {
                let was = old.map(|old| quote(&self.old_text(old.value)));
                self.tell(K::MessageChanged, places, Line::say("a message no longer has a text")).was = was;
            }
        }
    }

    /// A text beside the message itself.
    fn reworded(&mut self, places: (Option<Place>, Option<Place>), what: &str, both: Both<'_>) {
        let old = both.0.map(|slot| self.old_text(slot.value));
        let new = both.1.map(|slot| self.new_text(slot.value));
        let what = Line::say(what).and(match (&old, &new) {
            (None, _) => " is new",
            (_, None) => " is gone",
            (Some(_), Some(_)) => " is reworded",
        });
        let (was, now) = match (&old, &new) {
            (Some(old), Some(new)) => {
                let (was, now) = reword(old, new);
                (Some(was), Some(now))
            }
            (old, new) => (old.as_deref().map(quote), new.as_deref().map(quote)),
        };
        let change = self.tell(K::MessageReworded, places, what);
        (change.was, change.now) = (was, now);
    }

    fn sent_differently(&mut self, places: (Option<Place>, Option<Place>), role: &Role, both: Both<'_>) {
        let shown = |this: &Self, new: bool, slot: &Slot| {
            let names = if new { &this.new.names } else { &this.old.names };
            this.route(role, slot.value, names)
        };
        let was = both.0.map(|slot| shown(self, false, slot));
        let now = both.1.map(|slot| shown(self, true, slot));
        let what = match (was, now) {
            (Some(was), Some(now)) => Line::say("a message is sent ").with(now).and(" instead of ").with(was),
            (None, now) => Line::say("a message is now sent ").with(now.unwrap_or_default()),
            (was, None) => Line::say("a message is no longer sent ").with(was.unwrap_or_default()),
        };
        self.tell(K::MessageChanged, places, what);
    }

    /// How or with what a message is sent.
    fn route(&self, role: &Role, value: TermId, names: &show::Names) -> Line {
        let fixed =
            ROUTES.iter().find(|(of, word, _)| of == role && self.terms.as_word(word, value).is_some());
        if let Some((_, _, phrase)) = fixed {
            return Line::say(*phrase);
        }
        let file = matches!(self.terms.as_lit(value), Some(Lit::Text(_) | Lit::File(_)));
        let shown = match file {
            true => show::text(self.terms, names, value),
            false => show::expr(self.terms, names, value),
        };
        let before = WITH.iter().find(|(of, _)| of == role).map_or("", |(_, words)| words);
        Line::say(before).code(short(&shown))
    }

    /// Both values as they are written.
    pub(super) fn values(&self, both: Both<'_>) -> (Line, Line) {
        let line = |text: String| Line::default().code(text);
        match both {
            (Some(old), Some(new)) => {
                let (was, now) = self.both(old, new);
                (line(was), line(now))
            }
            (old, new) => {
                let none = || Line::say("nothing");
                let was = old.map(|slot| line(self.one(&self.old, slot)));
                let now = new.map(|slot| line(self.one(&self.new, slot)));
                (was.unwrap_or_else(none), now.unwrap_or_else(none))
            }
        }
    }

    fn pattern_changed(&mut self, places: (Option<Place>, Option<Place>), both: Both<'_>) {
        let (was, now) = self.values(both);
        let strictness = match both {
            (Some(old), Some(new)) => strict::compare(self.terms, old.value, new.value),
            _ => Strictness::Other,
        };
        let (kind, how) = match strictness {
            Strictness::Tighter => (K::CheckTighter, "more strictly: "),
            Strictness::Looser => (K::CheckLooser, "less strictly: "),
            Strictness::Other => (K::CheckChanged, "in another way: "),
        };
        let what = Line::say("the answer is checked ").and(how).with(now).and(" instead of ").with(was);
        self.tell(kind, places, what);
    }

    fn tries_changed(&mut self, places: (Option<Place>, Option<Place>), both: Both<'_>) {
        let times = |this: &Self, new: bool, slot: &Slot| match this.terms.as_lit(slot.value) {
            Some(Lit::Int(1)) => Line::say("once"),
            Some(Lit::Int(count)) => Line::say(format!("{count} times")),
            _ => Line::default().code(this.one(if new { &this.new } else { &this.old }, slot)).and(" times"),
        };
        let was = both.0.map(|slot| times(self, false, slot));
        let now = both.1.map(|slot| times(self, true, slot));
        let what = Line::say("a wrong answer can ");
        let what = match (was, now) {
            (Some(was), Some(now)) => what.and("be corrected ").with(now).and(" instead of ").with(was),
            (None, now) => what.and("now be corrected ").with(now.unwrap_or_default()),
            (Some(_), None) => what.and("no longer be corrected"),
        };
        self.tell(K::TriesChanged, places, what);
    }

    /// The value that a field, a variable or a local gets.
    fn value_changed(&mut self, old: &Node, new: &Node, role: &Role, both: Both<'_>) {
        let places = (Some(old.place), Some(new.place));
        if *role == Role::Convert {
            let what = Line::default().code(self.name_of(old.value(&Role::Field)));
            let what = what.and(match both.1 {
                Some(_) => " is now set from a value that may not fit",
                None => " is now set from a value that always fits",
            });
            self.tell_weakly(K::FieldChanged, places, what);
            return;
        }
        let (was, now) = self.values(both);
        let local = new.value(&Role::Local).and_then(|local| self.terms.as_of(Space::Local, local));
        if local.is_some_and(|local| self.new.names.get(Space::Local, local).starts_with('%')) {
            let what = Line::say("the condition is ").with(now).and(" instead of ").with(was);
            self.tell(K::ConditionChanged, places, what);
            return;
        }
        let named = |role: &Role| new.value(role).map(|name| show::expr(self.terms, &self.new.names, name));
        let (kind, name, verb) = match old.kind {
            Kind::Set => (K::FieldChanged, Some(self.name_of(new.value(&Role::Field))), " is set to "),
            Kind::Assign => (K::VariableChanged, named(&Role::Variable), " becomes "),
            Kind::Message
            | Kind::List
            | Kind::Pause
            | Kind::Validate
            | Kind::Choose
            | Kind::Let
            | Kind::Act
            | Kind::Rotate
            | Kind::Enter
            | Kind::For
            | Kind::While
            | Kind::Leave => (K::ValueChanged, named(&Role::Local), " becomes "),
        };
        let what = Line::default().code(name.unwrap_or_default());
        let what = match both {
            (None, _) => what.and(" is set to ").with(now).and(" instead of cleared"),
            (_, None) => what.and(" is cleared instead of set to ").with(was),
            _ => what.and(verb).with(now).and(" instead of ").with(was),
        };
        self.tell(kind, places, what);
    }

    fn argument(&mut self, old: &Node, new: &Node, role: &Role, both: Both<'_>) {
        let places = (Some(old.place), Some(new.place));
        let (was, now) = self.values(both);
        let Role::Arg(param) = role else {
            return self.kept_changed(places, both);
        };
        if old.kind != Kind::Act {
            let kind = if old.kind == Kind::Enter { K::CallChanged } else { K::ValueChanged };
            let what = self.target(new, true).and(" is given ").with(now).and(" instead of ").with(was);
            self.tell(kind, places, what);
            return;
        }
        let what = Line::default().code(self.name_of(new.value(&Role::Action))).and(": ").code(&**param);
        let texts = both.0.zip(both.1).and_then(|(old, new)| {
            let old = self.written_text(old.value, &self.old.names)?;
            Some((old, self.written_text(new.value, &self.new.names)?))
        });
        if let Some((old, new)) = texts.filter(|(old, new)| old != new) {
            let (was, now) = reword(&old, &new);
            let change = self.tell(K::ActionChanged, places, what.and(" is reworded"));
            (change.was, change.now) = (Some(was), Some(now));
        } else {
            let what = what.and(" is ").with(now).and(" instead of ").with(was);
            self.tell(K::ActionChanged, places, what);
        }
    }

    /// What a person reads of a value: a text, or the subject and the body of an e-mail template.
    fn written_text(&self, value: TermId, names: &show::Names) -> Option<String> {
        let text = |value: TermId| show::text(self.terms, names, value);
        if let Head::Record(template, fields) = self.terms.head(value)
            && !template.is_empty()
        {
            let parts = fields.iter().zip(self.terms.args(value)).filter(|(field, _)| field.starts_with('%'));
            return Some(parts.map(|(_, part)| text(*part)).collect::<Vec<_>>().join("\n"));
        }
        let fixed = matches!(self.terms.as_lit(value), Some(Lit::Text(_)));
        (fixed || self.terms.as_word("concat", value).is_some()).then(|| text(value))
    }

    /// A call as it is written, without its exits.
    pub(super) fn call(&self, node: &Node, new: bool) -> String {
        let side = if new { &self.new } else { &self.old };
        let name = self.name_of(node.value(&Role::Action));
        match side.written(node.place).as_deref().and_then(head_of_call) {
            Some(call) => short(call),
            None => format!("{name}(…)"),
        }
    }

    /// What is called or gone to.
    pub(super) fn target(&self, node: &Node, new: bool) -> Line {
        let names = if new { &self.new.names } else { &self.old.names };
        let Some(target) = node.value(&Role::Target) else { return Line::default() };
        let spaces = [(Space::Flow, "the flow "), (Space::Bot, "the bot "), (Space::Step, "the step ")];
        for (space, word) in spaces {
            if let Some(number) = self.terms.as_of(space, target) {
                return Line::say(word).code(names.get(space, number));
            }
        }
        Line::default().code(show::expr(self.terms, names, target))
    }
}

/// The parts of which one is there only once, or whose values differ, in order.
pub(super) fn differing<'s>(old: &'s [Slot], new: &'s [Slot]) -> Vec<(Role, Both<'s>)> {
    let find = |slots: &'s [Slot], role: &Role| slots.iter().find(|slot| slot.role == *role);
    let mut roles: Vec<&Role> = old.iter().map(|slot| &slot.role).collect();
    for slot in new {
        if !roles.contains(&&slot.role) {
            roles.push(&slot.role);
        }
    }
    let both = roles.into_iter().map(|role| (role, (find(old, role), find(new, role))));
    let differs = |both: &Both<'_>| both.0.map(|slot| slot.value) != both.1.map(|slot| slot.value);
    both.filter(|(_, both)| differs(both)).map(|(role, both)| (role.clone(), both)).collect()
}

/// `name(…)` at the beginning of a statement.
fn head_of_call(text: &str) -> Option<&str> {
    let start = text.find('(')?;
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < start) {
        if quoted {
            (quoted, escaped) = (escaped || c != '"', !escaped && c == '\\');
            continue;
        }
        match c {
            '"' => quoted = true,
            '(' => depth += 1,
            ')' if depth == 1 => return text.get(..=at),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
