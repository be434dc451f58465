//! Which locals and variables never have but one value.

use crate::ir::{self, LocalId, StmtKind, VarId};
use rustc_hash::{FxHashMap, FxHashSet};

/// The locals of a body that one statement gives a value, and nothing else.
pub(super) fn once(body: &ir::Block) -> FxHashSet<LocalId> {
    let mut counts: FxHashMap<LocalId, u32> = FxHashMap::default();
    // What an exit or a loop brings counts as more than one value.
    let mut note = |local: LocalId, times: u32| *counts.entry(local).or_default() += times;
    ir::each_stmt(body, &mut |stmt| {
        for bind in stmt.wait().iter().flat_map(|wait| &wait.exits).flat_map(|exit| &exit.binds) {
            note(*bind, 2);
        }
        match &stmt.kind {
            StmtKind::Local { local, value: _ } => note(*local, 1),
            StmtKind::For { item, list_local, index_local, list: _, body: _ } => {
                [item, list_local, index_local].into_iter().for_each(|local| note(*local, 2));
            }
            StmtKind::Enter(enter) => enter.into.into_iter().for_each(|local| note(local, 2)),
            StmtKind::Validate(validate) => {
                let found = validate.found.as_ref().map(|(local, _)| *local);
                found.into_iter().chain(validate.bind).for_each(|local| note(local, 2));
            }
            StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::If { .. }
            | StmtKind::Var { .. }
            | StmtKind::Set { .. }
            | StmtKind::Act(_)
            | StmtKind::Rotate(_)
            | StmtKind::HandOver { .. }
            | StmtKind::Block(_)
            | StmtKind::While { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto { .. }
            | StmtKind::End => {}
        }
    });
    counts.into_iter().filter(|(_, times)| *times == 1).map(|(local, _)| local).collect()
}

/// For each variable of a bot whether some statement changes it. Parameters count as changed.
pub(super) fn changed_vars(bot: &ir::Bot) -> Vec<bool> {
    let mut changed = vec![false; bot.vars.len()];
    changed.iter_mut().take(bot.params).for_each(|changed| *changed = true);
    let bodies = bot.steps.iter().map(|step| &step.body).chain(bot.flows.iter().map(|flow| &flow.body));
    for body in bodies {
        ir::each_stmt(body, &mut |stmt| {
            if let StmtKind::Var { var: VarId(var), value: _ } = &stmt.kind
                && let Some(changed) = changed.get_mut(*var as usize)
            {
                *changed = true;
            }
        });
    }
    changed
}
