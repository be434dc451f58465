//! Habits that go wrong on a real channel: what a client will not see as it was meant, and what a bot does to itself.
//! In: the typed program. Out: warnings. Nothing here follows the whole flow of a bot; `flow/` does.
//!
//! Nothing is said of the standard library.

mod absent;
pub(crate) mod limits;
mod message;
mod swallow;
mod wait;
mod webhook;

use crate::diagnostic::Diagnostic;
use crate::flow::Sent;
use crate::ir::{Block, Bot, Local, Project, Stmt, StmtKind, Var, each_stmt};
use crate::source::{Place, Sources};
use rustc_hash::FxHashSet;

/// Reports what the bots of a project show, and the libraries that no bot uses, which come as bots without a name.
pub(crate) fn check(
    project: &Project,
    libraries: &[Bot],
    sources: &Sources,
    sent: &Sent<'_>,
) -> Vec<Diagnostic> {
    let bots: Vec<&Bot> = project.bots.iter().chain(libraries).collect();
    let mut lint = Lint { sources, sent, vars: &[], waits: Vec::new(), validates: false, out: Vec::new() };
    for function in &project.functions {
        each_stmt(&function.body, &mut |stmt| lint.texts(stmt, &function.locals));
    }
    for bot in &bots {
        lint.vars = &bot.vars;
        lint.waits = wait::waiting_flows(bot);
        for init in bot.vars.iter().filter_map(|var| var.init.as_ref()) {
            lint.absent_in(init);
        }
        for step in &bot.steps {
            lint.body(&step.body, &step.locals);
        }
        for flow in &bot.flows {
            lint.body(&flow.body, &flow.locals);
        }
    }
    let mut out = lint.out;
    if lint.validates {
        swallow::check(&bots, &mut out);
    }
    // What a library does may be found once for each bot that uses it.
    let mut seen = FxHashSet::default();
    out.retain(|found| !is_std(sources, found.place) && seen.insert((found.code, found.place)));
    out
}

fn is_std(sources: &Sources, place: Place) -> bool {
    let path = &sources.get(place.file).path;
    path.starts_with("std/") && sbot_stdlib::file(path).is_some()
}

/// The state of looking at statements one by one.
struct Lint<'p> {
    sources: &'p Sources,
    sent: &'p Sent<'p>,
    /// The variables of the bot at hand.
    vars: &'p [Var],
    /// For each flow of that bot whether a call of it may wait.
    waits: Vec<bool>,
    /// Whether there is a `validate` anywhere.
    validates: bool,
    out: Vec<Diagnostic>,
}

impl<'p> Lint<'p> {
    /// A step or flow. The statements of a large project are far apart in memory, so one walk asks everything.
    fn body(&mut self, body: &'p Block, locals: &[Local]) {
        each_stmt(body, &mut |stmt| {
            self.texts(stmt, locals);
            self.message(stmt);
            self.webhook(stmt);
            self.second_wait(stmt);
            self.validates |= matches!(stmt.kind, StmtKind::Validate(_));
        });
    }

    /// The word that a statement begins with.
    fn head(&self, stmt: &Stmt) -> Place {
        let mut place = stmt.place;
        let text = self.sources.get(place.file).slice(place.span);
        let word = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        place.span.end = place.span.start + u32::try_from(word).unwrap_or(0);
        place
    }
}
