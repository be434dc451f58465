//! A bot of a checked project as a Salesbot. In: the project, and what the environment file says of its symbols. Out: a
//! [`Bot`], and a report of everything that Kommo cannot express or expresses in another way.
//!
//! A Salesbot has no variables, parameters, functions or calls: it has blocks, and placeholders that the CRM fills in.
//! So a bot is followed here as it would run, with placeholders for what only a conversation tells: each moment at which
//! a new block has to begin becomes one, and two moments that go on alike become the same. What remains unknown when a
//! block has to be written is either a placeholder, a question that a block before asks, or an error of the report.
//!
//! Nothing here reads a file or a clock, and the same project gives the same bot.

mod act;
mod call;
mod cond;
mod constant;
mod eval;
mod field;
mod finding;
mod ids;
mod send;
mod state;
mod sym;
mod walk;

use super::bot::{Bot, Handler, Part, Step, Target, What};
use super::{names, write};
use crate::ir::{self, Project, StmtKind, each_stmt};
use crate::source::Sources;
use constant::Constants;
#[cfg(test)]
pub(super) use field::placeholders;
use finding::Report;
pub use finding::{Finding, Severity};
use ids::Ids;
pub use ids::{Lookup, Missing};
use rustc_hash::FxHashMap;
use sbot_vm::program::{Often, SymbolKind};
use state::{Reads, State};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use sym::Sym;
use walk::{Block, FINISH, handler};

/// What is exported.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its texts.
    pub sources: &'a Sources,
    /// The bot: index into the project's bots.
    pub bot: usize,
    /// The language whose texts are taken, if the bot has several.
    pub language: Option<&'a str>,
    /// The environment file.
    pub lookup: Lookup<'a>,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Export {
    /// The Salesbot; absent if a finding is an error or an id is missing.
    pub bot: Option<Bot>,
    /// By the numbers of blocks in which steps with parameters begin: how the source goes there, if the arguments are the
    /// same in every conversation, such as `bill("Roses")`.
    pub calls: BTreeMap<i64, String>,
    /// By their places.
    pub findings: Vec<Finding>,
    /// Ids that the environment file does not have.
    pub missing: Vec<Missing>,
}

/// While a bot is exported.
struct Exporter<'a> {
    project: &'a Project,
    sources: &'a Sources,
    bot: &'a ir::Bot,
    ids: Ids<'a>,
    constants: Constants<'a>,
    report: Report,
    /// The place of the language among those of the project.
    language: Option<u16>,
    /// Variables that are given a value somewhere.
    assigned: BTreeSet<u32>,
    /// Variables that blocks read or set.
    used: BTreeSet<u32>,
    whatsapp: bool,
    reads: Reads<'a>,
    blocks: Vec<Block>,
    /// By block: how the source goes there.
    calls: BTreeMap<usize, String>,
    known: FxHashMap<String, usize>,
    open: VecDeque<(usize, State<'a>)>,
}

/// Exports a bot.
#[must_use]
pub fn export(input: Input<'_>) -> Export {
    let Some(bot) = input.project.bots.get(input.bot) else {
        return Export { bot: None, calls: BTreeMap::new(), findings: Vec::new(), missing: Vec::new() };
    };
    let language = input.language.and_then(|wanted| {
        let found = input.project.languages.iter().position(|known| known.eq_ignore_ascii_case(wanted));
        found.and_then(|at| u16::try_from(at).ok())
    });
    let mut exporter = Exporter {
        project: input.project,
        sources: input.sources,
        bot,
        ids: Ids::new(input.lookup),
        constants: Constants::new(input.project, input.sources, language),
        report: Report::default(),
        language,
        assigned: assigned(bot),
        used: BTreeSet::new(),
        whatsapp: whatsapp(input.project, bot),
        reads: Reads::default(),
        blocks: Vec::new(),
        calls: BTreeMap::new(),
        known: FxHashMap::default(),
        open: VecDeque::new(),
    };
    exporter.settings(input.language);
    let made = exporter.whole();
    let shift = made.as_ref().map_or(0, |(_, shift)| *shift);
    let calls = exporter.calls.into_iter();
    let calls = calls.filter_map(|(block, call)| Some((i64::try_from(block).ok()? + shift, call))).collect();
    let mut findings = exporter.report.findings;
    findings.sort_by_key(|finding| (finding.place, finding.severity));
    let missing = exporter.ids.missing();
    let fine = missing.is_empty() && findings.iter().all(|finding| finding.severity != Severity::Error);
    Export { bot: made.filter(|_| fine).map(|(bot, _)| bot), calls, findings, missing }
}

/// Variables that some statement gives a value.
fn assigned(bot: &ir::Bot) -> BTreeSet<u32> {
    let mut all = BTreeSet::new();
    let bodies = bot.steps.iter().map(|step| &step.body).chain(bot.flows.iter().map(|flow| &flow.body));
    for body in bodies {
        each_stmt(body, &mut |stmt| {
            if let StmtKind::Var { var, .. } = &stmt.kind {
                all.insert(var.0);
            }
        });
    }
    all
}

/// Whether clients may read it in WhatsApp.
fn whatsapp(project: &Project, bot: &ir::Bot) -> bool {
    let named: Vec<u32> = bot.triggers.iter().flat_map(|trigger| trigger.via.iter().copied()).collect();
    let all = bot.triggers.iter().any(|trigger| trigger.via.is_empty()) || named.is_empty();
    (0..).zip(&project.symbols).any(|(number, symbol)| {
        symbol.kind == SymbolKind::Channel
            && &*symbol.detail == "whatsapp"
            && (all || named.contains(&number))
    })
}

impl<'a> Exporter<'a> {
    /// What stands around the blocks of a bot in Kommo.
    fn settings(&mut self, language: Option<&str>) {
        for trigger in &self.bot.triggers {
            let written = self.written(trigger.place);
            let more = match (trigger.often, trigger.during.is_some() || trigger.test.is_some()) {
                (Often::Always, false) => "",
                _ => "; what it says beside the event is for its filters, active hours and cool-down",
            };
            self.report.add(Finding::new(
                Severity::Note,
                trigger.place,
                format!("`{written}` is a setting of the pipeline, and not of the bot's file{more}"),
                "add the trigger in Kommo after the import: Leads, Automate",
            ));
        }
        let languages = &self.project.languages;
        match (language, self.language) {
            (Some(wanted), None) => {
                let known: Vec<&str> = languages.iter().map(|known| &**known).collect();
                self.report.add(Finding::error(
                    self.bot.place,
                    format!("the project has no language `{wanted}`"),
                    format!("there is {}", known.join(", ")),
                ));
            }
            (None, None) if languages.len() > 1 => {
                let known: Vec<&str> = languages.iter().map(|known| &**known).collect();
                self.report.add(Finding::error(
                    self.bot.place,
                    "Salesbot does not know the client's language, and this project is translated",
                    format!(
                        "export one bot for each language with `--language` ({}), and start each by triggers of its own",
                        known.join(", ")
                    ),
                ));
            }
            _ => {}
        }
    }

    /// All blocks, numbered, and how many stand before the first of them.
    fn whole(&mut self) -> Option<(Bot, i64)> {
        let bot = self.bot;
        let body = bot.steps.get(bot.first.0 as usize).map(|step| step.body.as_slice()).unwrap_or_default();
        let first = self.go(State::step(bot.first, body, Vec::new()));
        self.fill_all();
        if first == FINISH {
            self.report.add(Finding::error(
                bot.place,
                "this bot does nothing that Kommo could do",
                "send a message or call an action in its first step",
            ));
            return None;
        }
        let start = self.start();
        if self.report.has_errors() {
            return None;
        }
        let shift = i64::from(start.is_some());
        let bot = self.numbered(start);
        let bytes = write::bytes(&bot);
        if bytes > write::MOST_BYTES {
            self.report.add(Finding::error(
                self.bot.place,
                format!("the bot would have {bytes} bytes, and Kommo takes {} (64 KB)", write::MOST_BYTES),
                "split it into several bots with `-> bot`; each constant argument of a step makes a copy of its blocks",
            ));
            return None;
        }
        Some((bot, shift))
    }

    /// What has to come before the first step: first values of variables, and nothing at all before buttons, which the
    /// starting block sends twice.
    fn start(&mut self) -> Option<Vec<What>> {
        let bot = self.bot;
        let mut sets = Vec::new();
        for var in self.used.clone() {
            let Some(row) = bot.vars.get(var as usize) else { continue };
            let init = row.init.as_ref().map(|init| {
                let mut init = init.clone();
                self.constants.strip(&mut init);
                (init.place, self.constants.value(init))
            });
            let Some((place, Some(value))) = init else {
                self.report.add(Finding::error(
                    row.place,
                    format!("the first value of `{}` is not the same in every conversation", row.name),
                    "give it a fixed one, and set it in the first step",
                ));
                continue;
            };
            match self.set_var(ir::VarId(var), &Sym::Known(value), place) {
                Ok((what, _)) => sets.push(what),
                Err(why) => self.tell(why),
            }
        }
        let waits = self.blocks.first().is_some_and(|first| !first.answer.is_empty());
        (waits || !sets.is_empty()).then_some(sets)
    }

    /// Blocks as steps: the starting block is 0, ends come behind all steps, and have no entry of their own.
    fn numbered(&self, start: Option<Vec<What>>) -> Bot {
        let shift = i64::from(start.is_some());
        let mut steps = Vec::new();
        if let Some(mut sets) = start {
            sets.push(What::Goto(Target { step: shift, part: Part::Question }));
            steps.push(Step {
                number: 0,
                uuid: Some(names::uuid(names::START)),
                question: sets.into_iter().map(handler).collect(),
                ..Step::default()
            });
        }
        let blocks = i64::try_from(self.blocks.len()).unwrap_or_default() + shift;
        let mut ends = blocks;
        let titles = titles(&self.blocks);
        for ((number, block), title) in (shift..).zip(&self.blocks).zip(titles) {
            let list = |what: &[What]| what.iter().cloned().map(handler).collect::<Vec<Handler>>();
            let mut step = Step {
                number,
                uuid: Some(names::uuid(&title)),
                question: list(&block.question),
                answer: list(&block.answer),
                no_answer: block.no_answer.map(|to| handler(What::Goto(to))).into_iter().collect(),
                finish: Vec::new(),
            };
            let mut ended = false;
            step.each_handler_mut(&mut |what| {
                what.each_target_mut(&mut |to| {
                    let end = *to == FINISH;
                    ended |= end;
                    to.step = if end { ends } else { to.step + shift };
                });
                if let (0, What::Message(message)) = (number, &mut what.what) {
                    message.starting = Some(true);
                }
            });
            ends += i64::from(ended);
            steps.push(step);
        }
        Bot {
            name: Some(self.bot.name.to_string()),
            functionality: 0,
            steps,
            error: Vec::new(),
            blocks: Vec::new(),
        }
    }
}

/// A name for each block: a step's first is called like the step, further ones have numbers.
fn titles(blocks: &[Block]) -> Vec<String> {
    let mut begun: BTreeSet<&str> = BTreeSet::new();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut titles = Vec::with_capacity(blocks.len());
    for block in blocks {
        let first = block.fresh && begun.insert(&block.step);
        let count = counts.entry(&block.step).or_insert(1);
        *count += u32::from(!first);
        titles.push(names::numbered(&block.step, if first { 1 } else { *count }));
    }
    titles
}
