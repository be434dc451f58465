//! `upgrade from "v1" { … }`: the decisions as tables.

use super::output::Output;
use crate::ir::{self, RuleKind};
use sbot_vm::layout::Variable;
use sbot_vm::upgrade::rule::{Rule, Rules, To};
use std::sync::Arc;

/// The decisions for a bot, which gets its row after this.
pub(super) fn lower_upgrades(out: &mut Output<'_>, bot: &ir::Bot, variables: &[Variable]) {
    for upgrade in &bot.upgrades {
        let from = upgrade.from.iter().map(|(name, _)| Arc::clone(name)).collect();
        let rules = upgrade.rules.iter().map(|rule| lower_rule(out, bot, variables, &rule.kind)).collect();
        out.tables.upgrades.push(Rules { from, bot: out.bot_number, rules });
    }
}

fn lower_rule(out: &mut Output<'_>, bot: &ir::Bot, variables: &[Variable], kind: &RuleKind) -> Rule {
    // A variable of a library is known by the name of its file, too.
    let full = |kept: &ir::Kept| {
        let variable = kept.var.and_then(|var| variables.get(var.0 as usize));
        Arc::clone(variable.map_or(&kept.name, |variable| &variable.name))
    };
    match kind {
        RuleKind::Place { old, to } => Rule::Place { old: Arc::clone(old), to: lower_to(bot, to) },
        RuleKind::Renamed { old, new } => Rule::Renamed { old: Arc::clone(old), new: full(new) },
        RuleKind::Value { new, ty, value } => {
            Rule::Value { name: full(new), ty: out.type_of(ty), value: value.clone() }
        }
        RuleKind::Symbol { kind, old, new } => Rule::Symbol { kind: *kind, old: Arc::clone(old), new: *new },
        RuleKind::Bot { old, to } => Rule::Bot { old: Arc::clone(old), to: lower_to(bot, to) },
    }
}

fn lower_to(bot: &ir::Bot, to: &ir::To) -> To {
    match to {
        ir::To::Place { name, callers, timeout } => {
            To::Place { name: Arc::clone(name), callers: callers.clone(), timeout: *timeout }
        }
        ir::To::Restart { step, args } => {
            let step = bot.steps.get(step.0 as usize).map(|step| Arc::clone(&step.name));
            To::Restart { step: step.unwrap_or_default(), args: args.clone() }
        }
        ir::To::End => To::End,
    }
}
