//! `upgrade from "v1" { … }`, checked as far as the old program is not needed.

use super::{StepId, VarId};
use crate::source::Place;
use crate::types::Ty;
use sbot_vm::program::SymbolKind;
use sbot_vm::value::Value;
use std::sync::Arc;

/// The decisions of one item, as they apply to one bot.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// Ids or tags of older programs, where each stands.
    pub from: Vec<(Arc<str>, Place)>,
    /// In source order.
    pub rules: Vec<Rule>,
    /// The item.
    pub place: Place,
}

/// A decision.
#[derive(Clone, Debug)]
pub struct Rule {
    /// All of it.
    pub place: Place,
    /// The name of the old program in it; of a value the new one.
    pub old: Place,
    /// What is decided.
    pub kind: RuleKind,
}

/// What is decided.
#[derive(Clone, Debug)]
pub enum RuleKind {
    /// What becomes of runs at a wait or call, or in a step or flow.
    Place {
        /// Its name in the old program.
        old: Arc<str>,
        /// What becomes of them.
        to: To,
    },
    /// A variable or local has another name.
    Renamed {
        /// In the old program.
        old: Arc<str>,
        /// Here.
        new: Kept,
    },
    /// What a variable or local holds where an old run has nothing that fits.
    Value {
        /// Here.
        new: Kept,
        /// Its type.
        ty: Ty,
        /// What it holds.
        value: Value,
    },
    /// A user, a stage and so on has another name, or none any more.
    Symbol {
        /// What it is.
        kind: SymbolKind,
        /// In the old program.
        old: Arc<str>,
        /// Here; none for an absent value.
        new: Option<u32>,
    },
    /// What becomes of the runs of an old bot. [`To::Place`] means that it is this one.
    Bot {
        /// Its name in the old program.
        old: Arc<str>,
        /// What becomes of them.
        to: To,
    },
}

/// A variable of the bot, or the locals of this name.
#[derive(Clone, Debug)]
pub struct Kept {
    /// As it is written.
    pub name: Arc<str>,
    /// The variable, if it is one.
    pub var: Option<VarId>,
}

/// What becomes of a run.
#[derive(Clone, Debug)]
pub enum To {
    /// It waits there.
    Place {
        /// A wait, a call, a step or a flow.
        name: Arc<str>,
        /// The calls that lead there, outermost first.
        callers: Vec<Arc<str>>,
        /// What timers last that the old wait did not have.
        timeout: Option<i64>,
    },
    /// It begins a step.
    Restart {
        /// The step.
        step: StepId,
        /// The parameters that are given.
        args: Vec<(Arc<str>, Value)>,
    },
    /// Its bot ends.
    End,
}
