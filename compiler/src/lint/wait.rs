//! W0711: the second wait of its kind in a step has no name of its own. It is called `#2` then, and a run that is
//! parked there finds another wait under that name once one is put before it.

use super::Lint;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Block, Bot, Entered, Stmt, StmtKind, each_stmt};

impl<'p> Lint<'p> {
    pub(super) fn second_wait(&mut self, stmt: &Stmt) {
        let (name, callee) = match &stmt.kind {
            StmtKind::Act(act) => match &act.wait {
                Some(wait) => (&wait.name, Some(act.callee)),
                None => return,
            },
            StmtKind::Enter(enter) => match enter.target {
                Entered::Flow(flow) if self.waits.get(flow.0 as usize) == Some(&true) => {
                    (&enter.name, Some(enter.callee))
                }
                // `run` is no wait of its own.
                Entered::Flow(_) | Entered::Bot(_) => return,
            },
            // The counter of `rotate` cannot be named.
            StmtKind::Rotate(_) => return,
            StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::Validate(_)
            | StmtKind::If { .. }
            | StmtKind::Local { .. }
            | StmtKind::Var { .. }
            | StmtKind::Set { .. }
            | StmtKind::HandOver { .. }
            | StmtKind::Block(_)
            | StmtKind::For { .. }
            | StmtKind::While { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto { .. }
            | StmtKind::End => match stmt.wait() {
                Some(wait) => (&wait.name, None),
                None => return,
            },
        };
        let Some((step, kind)) = name.rsplit_once('#').and_then(|(first, _)| first.split_once('.')) else {
            return;
        };
        let place = callee.unwrap_or_else(|| self.head(stmt));
        let text = format!("`{step}` already has a wait called `{step}.{kind}`, so this one is `{name}`");
        self.out.push(
            Diagnostic::new(Code::W0711, place, text)
                .note("a number changes when a wait is put before it, a name does not")
                .help("give it a name of its own at the end of its head: `called NAME`"),
        );
    }
}

/// For each flow of a bot whether a call of it may wait.
pub(super) fn waiting_flows(bot: &Bot) -> Vec<bool> {
    let mut waits = vec![false; bot.flows.len()];
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); bot.flows.len()];
    let mut open = Vec::new();
    for (n, flow) in bot.flows.iter().enumerate() {
        if waits_itself(&flow.body, n, &mut callers) {
            open.push(n);
        }
    }
    while let Some(n) = open.pop() {
        let Some(known) = waits.get_mut(n) else { continue };
        if !std::mem::replace(known, true) {
            open.extend(callers.get(n).into_iter().flatten());
        }
    }
    waits
}

/// Whether a body has a wait of its own; notes the flows it calls. A bot that it runs may wait.
fn waits_itself(body: &Block, n: usize, callers: &mut [Vec<usize>]) -> bool {
    let mut waits = false;
    each_stmt(body, &mut |stmt| {
        waits |= stmt.wait().is_some();
        if let StmtKind::Enter(enter) = &stmt.kind {
            match enter.target {
                Entered::Flow(flow) => {
                    callers.get_mut(flow.0 as usize).into_iter().for_each(|list| list.push(n))
                }
                Entered::Bot(_) => waits = true,
            }
        }
    });
    waits
}
