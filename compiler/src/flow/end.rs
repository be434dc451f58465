//! W0604: a step whose last statement can be left behind ends the bot without saying so.

use super::graph::{Graph, PerNode, RoutineKind};
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn silent_ends(graph: &Graph<'_>, within: &PerNode<bool>, diagnostics: &mut Vec<Diagnostic>) {
    for routine in graph.routines.iter().filter(|routine| !routine.library && within.get(routine.exit)) {
        let RoutineKind::Step(bot, step) = routine.kind else { continue };
        let bot = graph.project.bots.get(bot.0 as usize);
        let Some(step) = bot.and_then(|bot| bot.steps.get(step.0 as usize)) else { continue };
        let last = step.body.last().map_or(step.place, |stmt| stmt.place);
        diagnostics.push(
            Diagnostic::new(
                Code::W0604,
                last,
                format!("the bot ends after the step `{}` without saying so", step.name),
            )
            .label(step.place, "the step")
            .help("write `-> end` after it, or go on with `-> step`"),
        );
    }
}
