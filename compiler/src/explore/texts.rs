//! What a client might write: for every pattern, number and text that the bot looks for, a text that passes and texts
//! that just do not. In: the checked project. Out: a short list of texts, and what tells two texts apart.

use super::relevant::Routine;
use crate::ir::{BinaryOp, BotId, Entered, Expr, ExprKind, On, Project, Stmt, StmtKind, each_stmt};
use regex_syntax::hir::{Class, Hir, HirKind};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use sbot_vm::builtin::{Builtin, numbered};
use sbot_vm::program::{Field, Format};
use sbot_vm::value::{Kind, Value};
use sbot_vm::{Program, compile_regex};
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// No wait gets more texts than this to read; those of the patterns that stand first are kept.
const MOST_TEXTS: usize = 40;
/// An answer in json is no more than this many objects.
const MOST_OBJECTS: usize = 12;
/// A text that says nothing in particular.
const PLAIN: &str = "hello";

/// A number that is as good as any.
const NUMBER: &str = "7";

/// Texts in which built-in functions find what they look for.
const ANSWERS: &[(&str, &[&str])] = &[
    ("find_phone", &["+34 912 345 678"]),
    ("find_email", &["ann@example.com"]),
    ("find_number", &[NUMBER]),
    ("find_number_in", &[NUMBER]),
    ("number_text", &[NUMBER]),
    ("int_text", &[NUMBER]),
    ("date_text", &["2026-01-09", "2026-12-24", "2020-01-01"]),
    ("time_text", &["10:30", "23:00"]),
    ("json_parse", &["{}"]),
    ("has_letters", &["abc"]),
    ("has_digits", &["123"]),
];

/// A question that the bot asks of a text.
#[derive(Clone)]
enum Question {
    /// A built-in function, with what stands behind the text.
    Builtin(&'static Builtin, Vec<Value>),
    Regex(regex::Regex),
    Equals(Arc<str>),
    /// Something that depends on more than the text: no two texts are the same to it.
    Any,
}

/// What the bot looks for in texts, and texts that answer each way.
pub(super) struct Texts {
    questions: Vec<Question>,
    /// What a client might write at a wait of each routine.
    candidates: FxHashMap<Routine, Vec<String>>,
    /// All of them.
    pub(super) all: Vec<String>,
    /// The numbers that are compared with something, ascending.
    thresholds: Vec<Decimal>,
    /// The largest number that is compared with something.
    pub(super) largest: i64,
    /// Numbers that fields and answers might hold.
    pub(super) numbers: Vec<Decimal>,
    /// Texts that the bot looks for in a list, such as a tag.
    pub(super) members: Vec<Arc<str>>,
    /// Objects with everything that the bot reads in json: each time all of it is one of the texts that it looks for.
    pub(super) objects: Vec<Arc<str>>,
}

impl Texts {
    pub(super) fn new(project: &Project) -> Texts {
        let mut seeker = Seeker { fields: &project.fields, ..Seeker::default() };
        let mut own: FxHashMap<Part, Vec<String>> = FxHashMap::default();
        let mut leads: FxHashMap<Part, Vec<Part>> = FxHashMap::default();
        for (bot, row) in (0u32..).zip(&project.bots) {
            for trigger in &row.triggers {
                trigger.test.iter().for_each(|test| seeker.expr(test));
            }
            own.entry(Part::Triggers(bot)).or_default().append(&mut seeker.texts);
            leads
                .entry(Part::Triggers(bot))
                .or_default()
                .push(Part::Routine(Routine::Step(bot, row.first.0)));
            let steps = (0u32..).zip(&row.steps).map(|(step, row)| (Routine::Step(bot, step), &row.body));
            let flows = (0u32..).zip(&row.flows).map(|(flow, row)| (Routine::Flow(bot, flow), &row.body));
            for (routine, body) in steps.chain(flows) {
                each_stmt(body, &mut |stmt| {
                    seeker.stmt(stmt);
                    follow(bot, routine, stmt, &mut leads);
                });
                own.entry(Part::Routine(routine)).or_default().append(&mut seeker.texts);
                leads.entry(Part::Routine(routine)).or_default().append(&mut seeker.called);
            }
        }
        for (number, function) in (0u32..).zip(&project.functions) {
            each_stmt(&function.body, &mut |stmt| seeker.stmt(stmt));
            own.entry(Part::Function(number)).or_default().append(&mut seeker.texts);
            leads.entry(Part::Function(number)).or_default().append(&mut seeker.called);
        }
        seeker.finish(&own, &leads)
    }

    /// What a client might write at a wait of this routine.
    pub(super) fn at(&self, routine: Option<Routine>) -> &[String] {
        routine.and_then(|routine| self.candidates.get(&routine)).map_or(&self.all, Vec::as_slice)
    }

    /// Hashes what the bot can tell of a number: between which of those that it compares with it lies.
    pub(super) fn rank<H: Hasher>(&self, number: Decimal, state: &mut H) {
        let below = self.thresholds.partition_point(|threshold| *threshold < number);
        (below, self.thresholds.get(below) == Some(&number)).hash(state);
    }

    /// Hashes what the bot can tell of a text.
    pub(super) fn classify<H: Hasher>(&self, program: &Program, text: &Arc<str>, state: &mut H) {
        text.trim().is_empty().hash(state);
        for question in &self.questions {
            match question {
                Question::Equals(other) => (**text == **other).hash(state),
                Question::Regex(regex) => regex.is_match(text).hash(state),
                Question::Any => text.hash(state),
                Question::Builtin(builtin, others) => {
                    let mut args = vec![Value::Text(Arc::clone(text))];
                    args.extend(others.iter().cloned());
                    match (builtin.run)(program.context(), &args) {
                        Ok(Value::Bool(holds)) => holds.hash(state),
                        Ok(Value::None) | Err(_) => 0u8.hash(state),
                        Ok(Value::Number(number)) => self.rank(number, state),
                        Ok(Value::Int(number)) => number.hash(state),
                        Ok(_) => 1u8.hash(state),
                    }
                }
            }
        }
    }
}

/// A part of the project that looks at texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    /// The triggers of a bot.
    Triggers(u32),
    Routine(Routine),
    Function(u32),
}

/// Where a text that the client writes here may be looked at next: in the steps and flows that get it as an argument or
/// look at the client's text themselves, and in whatever called this flow.
fn follow(bot: u32, routine: Routine, stmt: &Stmt, leads: &mut FxHashMap<Part, Vec<Part>>) {
    let here = Part::Routine(routine);
    if let StmtKind::Goto { step, args } = &stmt.kind {
        if !args.is_empty() {
            leads.entry(here).or_default().push(Part::Routine(Routine::Step(bot, step.0)));
        }
    } else if let StmtKind::Enter(enter) = &stmt.kind {
        let inside = match enter.target {
            Entered::Flow(flow) => Routine::Flow(bot, flow.0),
            Entered::Bot(BotId(bot)) => Routine::Step(bot, 0),
        };
        leads.entry(Part::Routine(inside)).or_default().push(here);
        if !enter.args.is_empty() {
            leads.entry(here).or_default().push(Part::Routine(inside));
        }
    }
}

#[derive(Default)]
struct Seeker<'p> {
    fields: &'p [Field],
    questions: Vec<Question>,
    /// Texts for the part that is being looked at.
    texts: Vec<String>,
    /// Functions that it calls.
    called: Vec<Part>,
    thresholds: BTreeSet<Decimal>,
    numbers: BTreeSet<Decimal>,
    largest: i64,
    /// Texts that something is equal to, or not.
    looked_for: BTreeSet<Arc<str>>,
    members: BTreeSet<Arc<str>>,
    /// Names that are read in json.
    names: BTreeSet<Arc<str>>,
}

impl Seeker<'_> {
    fn finish(self, own: &FxHashMap<Part, Vec<String>>, leads: &FxHashMap<Part, Vec<Part>>) -> Texts {
        let gather = |from: Part| {
            let mut out = vec![PLAIN.to_owned()];
            let mut open = vec![from];
            let mut at = 0;
            while let Some(part) = open.get(at).copied() {
                at += 1;
                for next in leads.get(&part).into_iter().flatten() {
                    if !open.contains(next) {
                        open.push(*next);
                    }
                }
                for text in own.get(&part).into_iter().flatten() {
                    if out.len() < MOST_TEXTS && !out.contains(text) && !text.trim().is_empty() {
                        out.push(text.clone());
                    }
                }
            }
            out
        };
        let mut candidates = FxHashMap::default();
        let mut all = vec![PLAIN.to_owned()];
        let mut parts: Vec<Part> = own.keys().copied().collect();
        parts.sort_unstable_by_key(|part| format!("{part:?}"));
        for part in parts {
            let texts = gather(part);
            if let Part::Routine(routine) = part {
                candidates.insert(routine, texts);
            } else if let Part::Triggers(_) = part {
                for text in texts {
                    if !all.contains(&text) {
                        all.push(text);
                    }
                }
            }
        }
        Texts {
            objects: objects(&self.names, &self.looked_for),
            members: self.members.into_iter().collect(),
            questions: self.questions,
            candidates,
            all,
            thresholds: self.thresholds.into_iter().collect(),
            largest: self.largest,
            numbers: self.numbers.into_iter().collect(),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Validate(validate) => {
                self.expr(&validate.test);
                validate.found.iter().for_each(|(_, found)| self.expr(found));
            }
            StmtKind::If { condition, .. } | StmtKind::While { condition, .. } => self.expr(condition),
            StmtKind::Local { value, .. } | StmtKind::Var { value, .. } => self.expr(value),
            StmtKind::Return(value) => value.iter().for_each(|value| self.expr(value)),
            StmtKind::Set { field, value, convert } => {
                if *convert && let Some(field) = self.fields.get(field.0 as usize) {
                    self.texts.extend(convertible(field).iter().map(|text| (*text).to_owned()));
                }
                value.iter().for_each(|value| self.expr(value));
            }
            StmtKind::Goto { args, .. } | StmtKind::HandOver { args, .. } => {
                args.iter().for_each(|arg| self.expr(arg));
            }
            StmtKind::Enter(enter) => enter.args.iter().for_each(|arg| self.expr(arg)),
            StmtKind::Message(message) => message.text.iter().for_each(|text| self.expr(text)),
            StmtKind::Act(act) => act.args.iter().for_each(|arg| self.expr(arg)),
            StmtKind::Pause(_)
            | StmtKind::Rotate(_)
            | StmtKind::Block(_)
            | StmtKind::For { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::End => {}
        }
        for exit in stmt.wait().iter().flat_map(|wait| &wait.exits) {
            if let On::Option { synonyms, .. } = &exit.on {
                for text in synonyms.iter().filter_map(constant_text) {
                    self.texts.push(format!("well, {text}"));
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Builtin { number, args } => self.builtin(*number, args),
            ExprKind::Matches { regex, .. } => self.regex(regex),
            ExprKind::Binary { op: BinaryOp::Div | BinaryOp::Rem, right, .. } => self.divisor(right),
            ExprKind::Binary { op, left, right } if !matches!(op, BinaryOp::Add | BinaryOp::Mul) => {
                for side in [left, right] {
                    self.compared(side);
                }
            }
            ExprKind::In { value, list } => {
                if let ExprKind::List(items) = &list.kind {
                    items.iter().for_each(|item| self.compared(item));
                } else if let Some(text) = constant_text(value) {
                    self.members.insert(Arc::clone(&text));
                    self.questions.push(Question::Equals(text));
                }
            }
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Var(_)
            | ExprKind::Field(_)
            | ExprKind::Not(_)
            | ExprKind::Neg(_)
            | ExprKind::Binary { .. }
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Coalesce(..)
            | ExprKind::IsSet(_)
            | ExprKind::Concat(_)
            | ExprKind::List(_)
            | ExprKind::Record { .. }
            | ExprKind::Get { .. }
            | ExprKind::Index { .. }
            | ExprKind::Localized { .. } => {}
            ExprKind::Call { function, .. } => self.called.push(Part::Function(function.0)),
        }
        expr.each_child(&mut |child| self.expr(child));
    }

    /// A divisor is nothing where it is the difference of what stands in it.
    fn divisor(&mut self, expr: &Expr) {
        if let ExprKind::Const(value) = &expr.kind {
            self.number(value);
        }
        expr.each_child(&mut |child| self.divisor(child));
    }

    /// A value that something is compared with.
    fn compared(&mut self, side: &Expr) {
        if let Some(text) = constant_text(side) {
            self.texts.push(text.to_string());
            self.looked_for.insert(Arc::clone(&text));
            self.questions.push(Question::Equals(text));
        } else if let ExprKind::Const(value) = &side.kind {
            self.number(value);
        }
    }

    /// A number that something is compared with: itself, and its neighbours.
    fn number(&mut self, value: &Value) {
        let number = if let Value::Int(int) = value {
            Decimal::from(*int)
        } else if let Value::Number(number) = value {
            *number
        } else {
            return;
        };
        self.thresholds.insert(number);
        if let Ok(int) = i64::try_from(number.abs().ceil()) {
            self.largest = self.largest.max(int);
        }
        for number in [Decimal::NEGATIVE_ONE, Decimal::ZERO, Decimal::ONE].map(|by| number.checked_add(by)) {
            self.numbers.extend(number);
            // It may be written too.
            self.texts.extend(number.map(|number| number.normalize().to_string()));
        }
    }

    fn builtin(&mut self, number: u16, args: &[Expr]) {
        let Some(builtin) = numbered(number) else { return };
        let known = ANSWERS.iter().find(|(name, _)| *name == builtin.name);
        self.texts.extend(known.iter().flat_map(|(_, texts)| texts.iter()).map(|text| (*text).to_owned()));
        let others: Option<Vec<Value>> = args.iter().skip(1).map(constant).collect();
        let Some(others) = others else {
            if known.is_some() {
                self.questions.push(Question::Any);
            }
            return;
        };
        let text = |at: usize| match others.get(at) {
            Some(Value::Text(text)) => Some(text.to_string()),
            _ => None,
        };
        let int = |at: usize| match others.get(at) {
            Some(Value::Int(int)) => usize::try_from(*int).ok().filter(|int| *int < 10_000),
            _ => None,
        };
        match builtin.name {
            "fold_eq" => {
                self.texts.extend(text(0));
                self.looked_for.extend(text(0).map(Arc::from));
            }
            "json_field" => {
                self.names.extend(text(0).map(Arc::from));
                return;
            }
            "contains_words" => self.texts.extend(text(0).map(|text| format!("well, {text}"))),
            "starts_with" => self.texts.extend(text(0).map(|text| format!("{text} and more"))),
            "ends_with" => self.texts.extend(text(0).map(|text| format!("well, {text}"))),
            "find_number_in" | "in_range" => others.iter().for_each(|end| self.number(end)),
            "length_is" => self.lengths(int(0), int(0)),
            "length_in" => self.lengths(int(0), int(1)),
            _ if known.is_some() => {}
            _ => return,
        }
        self.questions.push(Question::Builtin(builtin, others));
    }

    /// Texts of these lengths, and one grapheme shorter and longer.
    fn lengths(&mut self, from: Option<usize>, to: Option<usize>) {
        for length in [from.map(|n| n.saturating_sub(1)), from, to, to.map(|n| n + 1)].into_iter().flatten() {
            self.texts.push("x".repeat(length));
        }
    }

    fn regex(&mut self, source: &Arc<str>) {
        let Ok(regex) = compile_regex(source) else { return };
        if let Ok(hir) = regex_syntax::parse(source) {
            let mut text = String::new();
            witness(&hir, &mut text);
            if regex.is_match(&text) {
                self.texts.push(text);
            }
        }
        self.questions.push(Question::Regex(regex));
    }
}

/// Objects in which every one of the names has one of the texts.
fn objects(names: &BTreeSet<Arc<str>>, texts: &BTreeSet<Arc<str>>) -> Vec<Arc<str>> {
    if names.is_empty() {
        return Vec::new();
    }
    // In a test the object is written as a record, whose texts have other escapes.
    let plain = texts.iter().filter(|text| !text.contains(['{', '}', '\\', '"']) && !text.is_empty());
    let object = |text: &Arc<str>| -> serde_json::Map<String, serde_json::Value> {
        names.iter().map(|name| (name.to_string(), (**text).into())).collect()
    };
    let written = plain.filter_map(|text| serde_json::to_string(&object(text)).ok());
    written.take(MOST_OBJECTS).map(Arc::from).collect()
}

/// Texts that can be set into a field of another kind.
fn convertible(field: &Field) -> &'static [&'static str] {
    match field.slot.kind {
        Kind::Date => &["2026-01-09", "2026-02-20", "2020-01-01"],
        Kind::DateTime => &["2026-01-09 10:30"],
        Kind::Time => &["10:30"],
        Kind::Duration => &["2h"],
        Kind::Int | Kind::Number => &[NUMBER],
        Kind::Bool | Kind::Text | Kind::List | Kind::Record | Kind::Symbol | Kind::File | Kind::Json => {
            match field.format {
                Format::Phone => &["+34 912 345 678"],
                Format::Email => &["ann@example.com"],
                Format::Url => &["https://example.com"],
                Format::Plain | Format::Choice(_) => &[],
            }
        }
    }
}

fn constant(expr: &Expr) -> Option<Value> {
    if let ExprKind::Const(value) = &expr.kind { Some(value.clone()) } else { None }
}

fn constant_text(expr: &Expr) -> Option<Arc<str>> {
    if let ExprKind::Const(Value::Text(text)) = &expr.kind { Some(Arc::clone(text)) } else { None }
}

/// A text that a regular expression finds: the first alternative, as few repetitions as are asked for.
fn witness(hir: &Hir, out: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(member(class)),
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min.min(1000) {
                witness(&repetition.sub, out);
            }
        }
        HirKind::Capture(capture) => witness(&capture.sub, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| witness(part, out)),
        HirKind::Alternation(parts) => parts.iter().take(1).for_each(|part| witness(part, out)),
    }
}

/// A character of a class: a letter or digit if it has one.
fn member(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    let known = ('a'..='z').chain('0'..='9').chain('A'..='Z');
    let plain = known.into_iter().find(|c| ranges.iter().any(|(from, to)| (from..=to).contains(&c)));
    plain.or_else(|| ranges.first().map(|(from, _)| *from))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A pattern that does not compile is a failure.
mod tests {
    use super::*;
    use sbot_vm::builtin::BUILTINS;

    #[test]
    fn regular_expressions_have_witnesses() {
        for source in [r"^\d{4}-\d{2}$", r"(?i)yes|no", r"[^a]b+", r"\p{Greek}{3}", r"x*", r"^(ab){2,5}c?$"] {
            let regex = compile_regex(source).unwrap();
            let mut text = String::new();
            witness(&regex_syntax::parse(source).unwrap(), &mut text);
            assert!(regex.is_match(&text), "{source}: {text}");
        }
    }

    #[test]
    fn questions_are_built_in_functions() {
        for name in ["fold_eq", "contains_words", "find_phone", "length_in", "in_range", "starts_with"] {
            assert!(BUILTINS.iter().any(|builtin| builtin.name == name), "{name}");
        }
    }
}
