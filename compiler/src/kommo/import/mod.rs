//! A Salesbot as the sources of a project. In: a [`Bot`]. Out: the text of the bot's file, of `account.sbot` and of the
//! environment file, and a list of everything that was not carried over as it was.
//!
//! What Kommo leaves open, and what Sbot has no word for, becomes a comment at its place and a line of the list; never
//! something that does otherwise without a word. The same bot gives the same texts.

mod actions;
mod asks;
mod circles;
mod messages;
mod met;
mod plan;
mod statements;
mod usable;
mod words;

use super::bot::{Bot, Handler, Target, What};
use super::read::Note;
use met::Met;
use plan::Plan;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
pub(crate) use words::escaped;

/// The names of all actions, those of the digital pipeline among them.
pub fn actions() -> impl Iterator<Item = &'static str> {
    actions::ACTIONS.iter().chain(actions::TRIGGERS).map(|(name, _)| *name)
}

/// The sources of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The bot's name.
    pub name: String,
    /// Its file.
    pub bot: String,
    /// `account.sbot`
    pub account: String,
    /// `account.env.toml`
    pub env: String,
    /// What was not carried over as it was.
    pub told: Vec<Told>,
}

/// Something that was not carried over as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The step, if it is one's.
    pub step: Option<i64>,
    /// Where it stands in the JSON.
    pub path: String,
    /// What it is, and what became of it.
    pub what: String,
}

struct Importer<'b> {
    bot: &'b Bot,
    plan: Plan,
    met: Met,
    told: Vec<Told>,
    /// Comments for the statement that comes next.
    comments: Vec<String>,
    /// The step and place that are being written.
    at: (Option<i64>, String),
    /// Something reads what the last validation found: as far as is seen, and at all.
    uses_found: bool,
    binds_found: bool,
    /// Steps to which something leads as if the client had replied.
    answers: BTreeSet<i64>,
    /// Where every message leads that could not be delivered.
    failed: Option<Target>,
    /// Ways that would lead round in a circle on which nothing waits.
    cuts: BTreeSet<(String, i64)>,
}

/// Imports a bot. `file` is the name of its file, for a bot without a name.
#[must_use]
pub fn import(bot: &Bot, notes: &[Note], file: &str) -> Imported {
    let plan = Plan::new(bot);
    let name = plan::bot_name(bot.name.as_deref().unwrap_or(file));
    let mut importer = Importer {
        bot,
        plan,
        met: Met::default(),
        told: Vec::new(),
        comments: Vec::new(),
        at: (None, String::new()),
        uses_found: false,
        binds_found: false,
        answers: BTreeSet::new(),
        failed: failed(bot),
        cuts: circles::cuts(bot, failed(bot)),
    };
    // What a statement is called may rest on what a later one says: of fields their types, of stages their pipelines.
    importer.source(&name);
    importer.binds_found = importer.uses_found;
    importer.told = notes
        .iter()
        .map(|note| Told { step: note.step, path: note.path.clone(), what: note.what.clone() })
        .collect();
    let source = importer.source(&name);
    Imported {
        bot: formatted(&source),
        account: formatted(&importer.met.account()),
        env: importer.met.env(),
        told: importer.told,
        name,
    }
}

/// In the standard form.
fn formatted(source: &str) -> String {
    sbot_grammar::print::print(source, &sbot_grammar::parse(source))
}

/// The one place where all messages lead that could not be delivered.
fn failed(bot: &Bot) -> Option<Target> {
    let mut all: BTreeMap<(i64, bool), usize> = BTreeMap::new();
    let mut without = 0;
    let mut one = None;
    for what in bot.steps.iter().flat_map(|step| &step.question) {
        if let What::Message(message) = &what.what {
            match message.on_error {
                Some(to) => {
                    *all.entry((to.step, to.part == super::bot::Part::Answer)).or_default() += 1;
                    one = Some(to);
                }
                None => without += 1,
            }
        }
    }
    (all.len() == 1 && without == 0 && all.values().sum::<usize>() > 1).then_some(one).flatten()
}

impl Importer<'_> {
    /// Notes that something is not carried over as it was, at the statement that comes next.
    fn lost(&mut self, what: &str) {
        self.comments.push(what.to_owned());
        self.told.push(Told { step: self.at.0, path: self.at.1.clone(), what: what.to_owned() });
    }

    /// Adds a statement, with the comments that belong to it.
    fn push(&mut self, out: &mut String, statement: &str) {
        for comment in std::mem::take(&mut self.comments) {
            let _ = writeln!(out, "// {}", comment.replace(['\n', '\r'], " "));
        }
        let _ = writeln!(out, "{statement}");
    }

    fn source(&mut self, name: &str) -> String {
        self.answers.clear();
        self.uses_found = false;
        let bot = self.bot;
        let mut steps = String::new();
        let first = bot.steps.first().map(|step| step.number);
        for step in &bot.steps {
            if Some(step.number) == first || !self.plan.is_merged(step.number) {
                self.step(step, &mut steps);
            }
        }
        if !bot.error.is_empty() {
            let mut body = String::new();
            self.at = (None, "error".to_owned());
            if !self.handlers(&bot.error, &mut body) {
                self.push(&mut body, "-> end");
            }
            let _ = write!(steps, "step not_delivered:\n{body}\n");
        }
        // Writing one may show that another one is needed.
        let mut written = BTreeSet::new();
        while let Some(number) = self.answers.difference(&written).next().copied() {
            written.insert(number);
            if let Some(step) = self.plan.step(bot, number) {
                self.answer_step(step, &mut steps);
            }
        }
        let mut out = String::new();
        if let Some(title) = &bot.name {
            let _ = writeln!(out, "/// {} (from Kommo)", title.replace(['\n', '\r'], " "));
        }
        let failed = match self.failed {
            _ if !bot.error.is_empty() => " on failed -> not_delivered".to_owned(),
            Some(to) => format!(" on failed {}", self.arrow(to)),
            None => String::new(),
        };
        let failed = if failed.ends_with("-> end") { String::new() } else { failed };
        let _ = write!(
            out,
            "bot {name}{failed}\n\nuse \"account.sbot\"\n\n\
             // When a bot starts is a setting of the pipeline in Kommo, and stands in no file: put it here.\n\
             trigger message\n\n"
        );
        if self.binds_found {
            out.push_str("/// What the last validation has found.\nvar found: text? = none\n\n");
        }
        out + &steps
    }

    fn step(&mut self, step: &super::bot::Step, out: &mut String) {
        let mut body = String::new();
        self.at = (Some(step.number), String::new());
        if !self.question(step, &mut body) {
            self.push(&mut body, "-> end");
        }
        let _ = write!(out, "step {}:\n{body}\n", self.plan.name(step.number));
    }

    /// A step that something leads to as if the client had replied.
    fn answer_step(&mut self, step: &super::bot::Step, out: &mut String) {
        let mut body = String::new();
        self.at = (Some(step.number), String::new());
        if !self.answered(&step.answer, &mut body) {
            self.push(&mut body, "-> end");
        }
        let _ = write!(out, "step {}_answer:\n{body}\n", self.plan.name(step.number));
    }

    /// `-> greet`, `-> end`
    fn arrow(&mut self, to: Target) -> String {
        use super::bot::Part;
        let known = self.plan.step(self.bot, to.step).is_some();
        if to.part != Part::Finish && self.cuts.contains(&(self.at.1.clone(), to.step)) {
            self.lost(&format!(
                "Kommo goes back to `{}` here, round in a circle on which nothing waits: the bot ends",
                self.plan.name(to.step)
            ));
            return "-> end".to_owned();
        }
        match to.part {
            Part::Finish => "-> end".to_owned(),
            Part::Question | Part::Answer if !known => {
                self.lost(&format!("this leads to step {}, which is nowhere: the bot ends", to.step));
                "-> end".to_owned()
            }
            Part::Question => format!("-> {}", self.plan.name(to.step)),
            Part::Answer => {
                self.answers.insert(to.step);
                format!("-> {}_answer", self.plan.name(to.step))
            }
        }
    }

    /// What runs after an exit or a test: `-> greet`, or statements in braces. `then` says what the place is, where there is
    /// nothing.
    fn body(&mut self, handlers: &[Handler], then: &str) -> String {
        if let [Handler { what: What::Goto(to), path }] = handlers {
            let outer = std::mem::replace(&mut self.at.1, path.clone());
            let arrow = self.arrow(*to);
            self.at.1 = outer;
            return arrow;
        }
        if handlers.is_empty() {
            self.lost(&format!("{then} leads nowhere in Kommo: the bot ends"));
            return "-> end".to_owned();
        }
        let before = std::mem::take(&mut self.comments);
        let mut inner = String::new();
        if !self.handlers(handlers, &mut inner) {
            self.push(&mut inner, "-> end");
        }
        self.comments = before;
        format!("{{\n{inner}}}")
    }
}
