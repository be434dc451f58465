//! Terms as text, as one would write them in the source.

use super::term::{Head, Lit, Space, TermId, Terms};
use rustc_hash::FxHashMap;
use sbot_vm::calendar::{civil_date, format_duration};
use std::fmt::Write;
use std::sync::Arc;

/// No term is shown longer than this, in bytes.
const MOST: usize = 4000;
/// No term is shown deeper than this.
const DEEP: usize = 40;

/// What the numbers of terms are called in one of the programs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    locals: FxHashMap<u32, Arc<str>>,
    /// What locals stand for that nobody has written.
    hidden: FxHashMap<u32, TermId>,
    others: FxHashMap<(Space, u32), Arc<str>>,
}

impl Names {
    /// Names a number.
    pub(crate) fn add(&mut self, space: Space, number: u32, name: &Arc<str>) {
        match space {
            Space::Local => self.locals.insert(number, Arc::clone(name)),
            Space::Var | Space::Step | Space::Flow | Space::Bot | Space::Function => {
                self.others.insert((space, number), Arc::clone(name))
            }
        };
    }

    /// The name of a number.
    pub(crate) fn get(&self, space: Space, number: u32) -> &str {
        let found = match space {
            Space::Local => self.locals.get(&number),
            Space::Var | Space::Step | Space::Flow | Space::Bot | Space::Function => {
                self.others.get(&(space, number))
            }
        };
        found.map_or("?", |name| name)
    }

    /// Says what a local stands for if nobody has written its name.
    pub(crate) fn add_value(&mut self, local: u32, value: TermId) {
        if self.get(Space::Local, local).starts_with('%') {
            self.hidden.insert(local, value);
        }
    }

    /// Forgets the locals of the last unit.
    pub(crate) fn clear_locals(&mut self) {
        self.locals.clear();
        self.hidden.clear();
    }

    /// What a term stands for, if nobody has written it.
    fn meant(&self, terms: &Terms, id: TermId) -> Option<TermId> {
        self.hidden.get(&terms.as_of(Space::Local, id)?).copied()
    }
}

/// An expression.
pub(crate) fn expr(terms: &Terms, names: &Names, id: TermId) -> String {
    let mut shower = Shower { terms, names, out: String::new(), depth: 0 };
    shower.expr(id);
    shower.out
}

/// A text as its reader sees it, with `{…}` where a value stands.
pub(crate) fn text(terms: &Terms, names: &Names, id: TermId) -> String {
    let mut shower = Shower { terms, names, out: String::new(), depth: 0 };
    shower.template(id, &mut |out, text| out.push_str(text));
    shower.out
}

struct Shower<'a> {
    terms: &'a Terms,
    names: &'a Names,
    out: String,
    depth: usize,
}

impl<'a> Shower<'a> {
    fn say(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn template(&mut self, id: TermId, literal: &mut dyn FnMut(&mut String, &str)) {
        let terms = self.terms;
        let parts = terms.as_word("concat", id).unwrap_or(std::slice::from_ref(&id));
        for part in parts {
            if let Some(Lit::Text(text) | Lit::File(text)) = terms.as_lit(*part) {
                literal(&mut self.out, text);
            } else {
                self.say("{");
                self.expr(*part);
                self.say("}");
            }
        }
    }

    fn expr(&mut self, id: TermId) {
        if self.depth == DEEP || self.out.len() > MOST {
            return self.say("…");
        }
        self.depth += 1;
        self.plain(id);
        self.depth -= 1;
    }

    fn plain(&mut self, id: TermId) {
        let terms = self.terms;
        let args = terms.args(id);
        match terms.head(id) {
            Head::Lit(lit) => self.lit(lit),
            Head::Word(word) => self.word(word, id, args),
            Head::Name(name) | Head::Field(name) => self.say(name),
            Head::Builtin(name) => self.builtin(name, args),
            Head::Matches(regex) => {
                self.subject(args.first().copied());
                self.say("matches ");
                let _ = write!(self.out, "r\"{regex}\"");
            }
            Head::Record(name, fields) => {
                self.say(name);
                self.say(if name.is_empty() { "{" } else { "(" });
                for (n, (field, value)) in fields.iter().zip(args).enumerate() {
                    // What a template was filled in to is no argument of it.
                    if !field.starts_with('%') {
                        self.say(if n == 0 { "" } else { ", " });
                        let _ = write!(self.out, "{field}: ");
                        self.expr(*value);
                    }
                }
                self.say(if name.is_empty() { "}" } else { ")" });
            }
            Head::Get(field) => {
                args.iter().for_each(|record| self.expr(*record));
                let _ = write!(self.out, ".{field}");
            }
            Head::Of(space, number) => match self.names.meant(terms, id) {
                Some(value) => self.expr(value),
                None => {
                    let name = self.names.get(*space, *number).to_owned();
                    self.say(name.trim_start_matches('%'));
                }
            },
        }
    }

    fn lit(&mut self, lit: &Lit) {
        let shown = match lit {
            Lit::None => "none".to_owned(),
            Lit::Bool(value) => value.to_string(),
            Lit::Int(value) => value.to_string(),
            Lit::Number(value) => value.to_string(),
            Lit::Text(text) | Lit::File(text) => crate::sim::show::quoted(text),
            Lit::Date(days) => civil_date(*days).map_or_else(|| days.to_string(), |date| date.to_string()),
            Lit::Time(minutes) => format!("{:02}:{:02}", minutes / 60, minutes % 60),
            Lit::DateTime(at) => at.to_string(),
            Lit::Duration(seconds) => format_duration(*seconds),
            Lit::Json(json) => json.to_string(),
            Lit::Symbol(_, name) => name.to_string(),
        };
        self.say(&shown);
    }

    fn word(&mut self, word: &str, id: TermId, args: &[TermId]) {
        match (word, args) {
            ("concat", _) => {
                self.say("\"");
                self.template(id, &mut |out, text| {
                    let quoted = crate::sim::show::quoted(text);
                    out.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
                });
                self.say("\"");
            }
            ("list", items) => {
                self.say("[");
                self.commas(items);
                self.say("]");
            }
            ("template" | "call", [name, args @ ..]) => {
                self.expr(*name);
                self.say("(");
                self.commas(args);
                self.say(")");
            }
            ("channels", channels) => self.commas(channels),
            ("not", [inner]) => match self.terms.as_word("is set", *inner) {
                Some([value]) if self.finds(*value).is_none() => {
                    self.operand(*value);
                    self.say(" is not set");
                }
                _ => {
                    self.say("not ");
                    self.operand(*inner);
                }
            },
            ("is set", [value]) => match self.finds(*value) {
                Some((what, [subject, range @ ..])) => {
                    self.subject(Some(*subject));
                    let _ = write!(self.out, "contains {what}");
                    self.range(" in ", range);
                }
                _ => {
                    self.operand(*value);
                    self.say(" is set");
                }
            },
            ("-x", [inner]) => {
                self.say("-");
                self.operand(*inner);
            }
            ("[]", [list, index]) => {
                self.operand(*list);
                self.say("[");
                self.expr(*index);
                self.say("]");
            }
            ("section", [inner, ..]) | ("where there is one", [inner]) => self.expr(*inner),
            (word, [left, right]) => {
                self.operand(*left);
                let _ = write!(self.out, " {word} ");
                self.operand(*right);
            }
            (word, _) => self.say(word),
        }
    }

    /// A part of an expression, in parentheses if it has operators of its own.
    fn operand(&mut self, id: TermId) {
        let terms = self.terms;
        let plain = match terms.head(id) {
            Head::Word(word) => matches!(*word, "concat" | "list" | "call" | "[]" | "template"),
            Head::Lit(_)
            | Head::Name(_)
            | Head::Field(_)
            | Head::Builtin(_)
            | Head::Matches(_)
            | Head::Record(..)
            | Head::Get(_)
            | Head::Of(..) => true,
        };
        if plain {
            return self.expr(id);
        }
        self.say("(");
        self.expr(id);
        self.say(")");
    }

    fn commas(&mut self, items: &[TermId]) {
        for (n, item) in items.iter().enumerate() {
            self.say(if n == 0 { "" } else { ", " });
            self.expr(*item);
        }
    }

    fn range(&mut self, word: &str, range: &[TermId]) {
        if let [from, to] = range {
            self.say(word);
            self.expr(*from);
            self.say("..");
            self.expr(*to);
        }
    }

    /// What is tested; nothing for what the client wrote, which patterns test.
    fn subject(&mut self, subject: Option<TermId>) {
        let Some(subject) = subject else { return };
        if !matches!(self.terms.head(subject), Head::Field(field) if **field == *"client.text") {
            self.operand(subject);
            self.say(" ");
        }
    }

    /// What a value looks for, and where.
    fn finds(&self, value: TermId) -> Option<(&'static str, &'a [TermId])> {
        let terms: &'a Terms = self.terms;
        let value = self.names.meant(terms, value).unwrap_or(value);
        let Head::Builtin(name) = terms.head(value) else { return None };
        let what = FINDS.iter().find(|(builtin, _)| builtin == name)?.1;
        Some((what, terms.args(value)))
    }

    fn builtin(&mut self, name: &str, args: &[TermId]) {
        match (name, args) {
            ("fold_eq", [subject, value]) => {
                self.subject(Some(*subject));
                self.expr(*value);
            }
            ("contains_words", [subject, value]) => {
                self.subject(Some(*subject));
                self.say("contains ");
                self.expr(*value);
            }
            ("has_letters" | "has_digits", [subject]) => {
                self.subject(Some(*subject));
                self.say(if name == "has_letters" { "contains letters" } else { "contains digits" });
            }
            ("length_is", [subject, length]) => {
                self.subject(Some(*subject));
                self.say("length ");
                self.expr(*length);
            }
            ("length_in", [subject, range @ ..]) => {
                self.subject(Some(*subject));
                self.range("length ", range);
            }
            ("in_range", [subject, range @ ..]) => {
                self.operand(*subject);
                self.range(" in ", range);
            }
            ("options", [list]) => self.expr(*list),
            _ => {
                // Overloads have a name each; what they share stands before the line.
                self.say(name.split('_').next().unwrap_or(name));
                self.say("(");
                self.commas(args);
                self.say(")");
            }
        }
    }
}

/// The built-in functions that look for something, and the words for it.
const FINDS: &[(&str, &str)] = &[
    ("find_phone", "phone"),
    ("find_email", "email"),
    ("find_number", "number"),
    ("find_number_in", "number"),
];
