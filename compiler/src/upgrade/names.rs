//! The names under which runs are known to wait: waits, calls, and the steps and flows they stand in.

use crate::ir::{self, StmtKind};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// The places of a bot.
pub(crate) struct Places {
    waits: Vec<Arc<str>>,
    calls: Vec<Arc<str>>,
    heads: Vec<Arc<str>>,
    all: FxHashSet<Arc<str>>,
    called: FxHashSet<Arc<str>>,
}

impl Places {
    /// Of a bot with these steps and flows.
    pub(crate) fn new(steps: &[ir::Step], flows: &[ir::Flow]) -> Places {
        let (mut waits, mut calls) = (Vec::new(), Vec::new());
        let mut note = |stmt: &ir::Stmt| {
            waits.extend(stmt.wait().map(|wait| Arc::clone(&wait.name)));
            if let StmtKind::Enter(enter) = &stmt.kind {
                calls.push(Arc::clone(&enter.name));
            }
        };
        let bodies = steps.iter().map(|step| &step.body).chain(flows.iter().map(|flow| &flow.body));
        for body in bodies {
            ir::each_stmt(body, &mut note);
        }
        let heads = steps.iter().map(|step| &step.name).chain(flows.iter().map(|flow| &flow.name));
        let heads: Vec<Arc<str>> = heads.cloned().collect();
        let all = waits.iter().chain(&calls).chain(&heads).cloned().collect();
        let called = calls.iter().cloned().collect();
        Places { waits, calls, heads, all, called }
    }

    /// Whether a wait, call, step or flow has this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all.contains(name)
    }

    /// Whether a call has this name.
    pub(crate) fn is_call(&self, name: &str) -> bool {
        self.called.contains(name)
    }

    /// The names that may be meant: of calls only, or all.
    pub(crate) fn names(&self, calls: bool) -> impl Iterator<Item = &str> {
        let others = if calls { &[][..] } else { &self.waits };
        let heads = if calls { &[][..] } else { &self.heads };
        others.iter().chain(&self.calls).chain(heads).map(|name| &**name)
    }
}

/// A name as it is written in a decision: with quotes where it is no path.
#[must_use]
pub fn written(name: &str) -> String {
    if name.contains('#') { format!("\"{name}\"") } else { name.to_owned() }
}
