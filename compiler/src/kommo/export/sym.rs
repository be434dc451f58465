//! What is known of a value when a bot is exported: all of it, or which placeholder of Kommo stands for it.

use sbot_vm::value::Value;
use std::sync::Arc;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sym {
    /// The same in every conversation.
    Known(Value),
    /// What a placeholder stands for.
    Hole(Hole),
    /// A text with placeholders in it.
    Text(Vec<Part>),
    /// Something to be calculated: numbers, placeholders and `+ - * /`.
    Sum(String),
    /// A text of the client's, trimmed or in lower case: it can be compared, and nothing else.
    Folded {
        /// The text.
        hole: Hole,
        /// Without the white space around it.
        trimmed: bool,
        /// In lower case.
        lowered: bool,
    },
    /// A list of values that are not all known.
    List(Vec<Sym>),
    /// No placeholder stands for it any more: why. Empty where that has been reported.
    Lost(Arc<str>),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// As it is.
    Text(String),
    /// A placeholder.
    Hole(Hole),
}

/// A placeholder.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hole {
    /// What stands in texts for it: `{{contact.name}}`. Absent where Kommo has no text of it.
    pub(super) text: Option<String>,
    /// What stands for its id, where it is a reference.
    pub(super) id: Option<String>,
    /// Where it comes from.
    pub(super) from: Source,
    /// It may be absent.
    pub(super) optional: bool,
    /// It is a number.
    pub(super) number: bool,
}

/// Where a placeholder's value comes from, and so what changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The client's last message.
    Message,
    /// What the last validation found.
    Found,
    /// What a widget gave.
    Widget,
    /// A field, by its name: `lead.budget`.
    Field(Arc<str>),
    /// Nothing changes it while the bot runs.
    Fixed,
}

impl Hole {
    /// A text of the bot's own: the last message and the like.
    pub(super) fn text(placeholder: &str, from: Source) -> Hole {
        Hole { text: Some(placeholder.to_owned()), id: None, from, optional: false, number: false }
    }

    /// The client's last message.
    pub(super) fn message() -> Hole {
        Hole::text("{{message_text}}", Source::Message)
    }
}

impl Sym {
    /// What is the same in every conversation.
    pub(super) fn known(&self) -> Option<&Value> {
        if let Sym::Known(value) = self { Some(value) } else { None }
    }

    /// Takes away what has changed meanwhile.
    pub(super) fn forget(&mut self, changed: &dyn Fn(&Source) -> bool, why: &str) {
        let gone = match self {
            Sym::Known(_) | Sym::Lost(_) => false,
            Sym::Hole(hole) | Sym::Folded { hole, .. } => changed(&hole.from),
            Sym::Text(parts) => {
                parts.iter().any(|part| matches!(part, Part::Hole(hole) if changed(&hole.from)))
            }
            // A formula is of fields.
            Sym::Sum(_) => changed(&Source::Field("".into())),
            Sym::List(items) => {
                items.iter_mut().for_each(|item| item.forget(changed, why));
                false
            }
        };
        if gone {
            *self = Sym::Lost(why.into());
        }
    }
}

/// A question that a block of Kommo answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    /// All of them, or any.
    pub(super) all: bool,
    /// Of one class, at least one.
    pub(super) atoms: Vec<Atom>,
}

impl Test {
    pub(super) fn one(atom: Atom) -> Test {
        Test { all: true, atoms: vec![atom] }
    }

    /// It is about the client's last message.
    pub(super) fn on_message(&self) -> bool {
        self.atoms.first().is_some_and(|atom| atom.kind.is_some())
    }
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atom {
    /// A placeholder.
    pub(super) left: String,
    /// For what the client wrote: `simple`, `regex` …
    pub(super) kind: Option<&'static str>,
    /// `=`, `in_range`, `contains` …
    pub(super) operation: &'static str,
    /// With what.
    pub(super) right: Right,
}

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Right {
    /// A text or number.
    Text(String),
    /// From, to.
    Range(String, String),
}

/// A condition, made of questions.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cond {
    /// The same in every conversation.
    Known(bool),
    /// A question.
    Atom(Atom),
    /// The opposite.
    Not(Box<Cond>),
    /// All of them.
    All(Vec<Cond>),
    /// Any of them.
    Any(Vec<Cond>),
}

impl Cond {
    pub(super) fn negated(self) -> Cond {
        match self {
            Cond::Known(value) => Cond::Known(!value),
            Cond::Not(inner) => *inner,
            Cond::Atom(_) | Cond::All(_) | Cond::Any(_) => Cond::Not(Box::new(self)),
        }
    }

    /// Its value as far as the answers tell it.
    pub(super) fn value(&self, answers: &[(Test, bool)]) -> Option<bool> {
        match self {
            Cond::Known(value) => Some(*value),
            Cond::Not(inner) => inner.value(answers).map(|value| !value),
            Cond::Atom(atom) => {
                let told = answers
                    .iter()
                    .find(|(test, _)| test.atoms.len() == 1 && test.atoms.first() == Some(atom));
                told.map(|(_, value)| *value)
            }
            Cond::All(parts) | Cond::Any(parts) => {
                let all = matches!(self, Cond::All(_));
                let values: Vec<Option<bool>> = parts.iter().map(|part| part.value(answers)).collect();
                // One that is false decides over all of them, one that is true over any.
                if values.contains(&Some(!all)) {
                    return Some(!all);
                }
                if values.iter().all(Option::is_some) {
                    return Some(all);
                }
                let whole = self.whole()?;
                answers.iter().find(|(test, _)| *test == whole).map(|(_, value)| *value)
            }
        }
    }

    /// What has to be asked next.
    pub(super) fn ask(&self, answers: &[(Test, bool)]) -> Option<Test> {
        match self {
            Cond::Known(_) => None,
            Cond::Atom(atom) => Some(Test::one(atom.clone())),
            Cond::Not(inner) => inner.ask(answers),
            Cond::All(parts) | Cond::Any(parts) => {
                // As one question where Kommo can join them, and none of them has been answered.
                let fresh = parts.iter().all(|part| part.value(answers).is_none());
                if let (true, Some(whole)) = (fresh, self.whole()) {
                    return Some(whole);
                }
                parts.iter().find(|part| part.value(answers).is_none())?.ask(answers)
            }
        }
    }

    /// As one question: comparisons of one class, joined in one way.
    fn whole(&self) -> Option<Test> {
        let (Cond::All(parts) | Cond::Any(parts)) = self else { return None };
        let atom = |part: &Cond| if let Cond::Atom(atom) = part { Some(atom.clone()) } else { None };
        let atoms = parts.iter().map(atom).collect::<Option<Vec<Atom>>>()?;
        let class = |atom: &Atom| atom.kind.is_some();
        let one = atoms.iter().all(|atom| atoms.first().is_some_and(|first| class(first) == class(atom)));
        (one && !atoms.is_empty()).then_some(Test { all: matches!(self, Cond::All(_)), atoms })
    }
}
