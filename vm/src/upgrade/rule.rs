//! What the source of a program decides about runs of older programs: `upgrade from "v1" { … }` as plain tables. Names
//! of the old program stand here as texts, for it is not at hand when the new one is built.

use crate::error::LoadError;
use crate::fuel;
use crate::layout::{Type, slot_of};
use crate::program::{SymbolKind, Tables};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The decisions of one `upgrade` item, for one bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// The old programs they are about: ids in 16 hexadecimal digits, or tags.
    pub from: Vec<Arc<str>>,
    /// The bot of the new program whose waits, steps and variables are meant: index into `bots`.
    pub bot: u32,
    /// In source order.
    pub rules: Vec<Rule>,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Rule {
    /// `greet.message -> …`, `greet -> …`: a wait, a call, or all of a step or flow.
    Place {
        /// Its name in the old program.
        old: Arc<str>,
        /// What becomes of runs there.
        to: To,
    },
    /// `var tries -> attempts`
    Renamed {
        /// Its name in the old program.
        old: Arc<str>,
        /// Its name here.
        new: Arc<str>,
    },
    /// `var tries: int = 0`: where the old run has no such value, or one that does not fit.
    Value {
        /// Its name here.
        name: Arc<str>,
        /// Its type.
        ty: u32,
        /// What it holds.
        value: Value,
    },
    /// `user bob -> anna`, `user bob -> none`
    Symbol {
        /// What kind of name it is.
        kind: SymbolKind,
        /// In the old program.
        old: Arc<str>,
        /// In the new one; none for an absent value.
        new: Option<u32>,
    },
    /// `bot promo -> …`: the old bot is this one now, begins in a step of this one, or ends.
    Bot {
        /// Its name in the old program.
        old: Arc<str>,
        /// What becomes of its runs. [`To::Place`] means that the bot has only another name.
        to: To,
    },
}

/// What becomes of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum To {
    /// It waits there now.
    Place {
        /// A wait, a call, or a step or flow.
        name: Arc<str>,
        /// The calls that lead to it, outermost first, where the source names them.
        callers: Vec<Arc<str>>,
        /// The seconds that timers have which the old wait did not have.
        timeout: Option<i64>,
    },
    /// It begins this step.
    Restart {
        /// The step's name.
        step: Arc<str>,
        /// Parameters by name, as far as they are given.
        args: Vec<(Arc<str>, Value)>,
    },
    /// The bot ends.
    End,
}

/// Whether what the rules name exists.
pub(crate) fn verify_rules(tables: &Tables) -> Result<(), LoadError> {
    let wrong = |what: &str| Err(LoadError::Corrupt { what: format!("an upgrade {what}") });
    for rules in &tables.upgrades {
        if rules.bot as usize >= tables.bots.len() {
            return wrong("is about a bot that does not exist");
        }
        for rule in &rules.rules {
            match rule {
                Rule::Value { ty, value, .. } => {
                    let known = tables.types.get(*ty as usize).is_some_and(|ty| *ty != Type::Unknown);
                    if !known || !slot_of(&tables.types, *ty).accepts(value) || !fits_well(tables, value) {
                        return wrong("gives a value of another type than it says");
                    }
                }
                Rule::Symbol { new: Some(new), kind, .. } => {
                    if tables.symbols.get(*new as usize).is_none_or(|symbol| symbol.kind != *kind) {
                        return wrong("names a symbol that does not exist");
                    }
                }
                Rule::Place { to: To::Restart { args, .. }, .. }
                | Rule::Bot { to: To::Restart { args, .. }, .. } => {
                    if !args.iter().all(|(_, value)| fits_well(tables, value)) {
                        return wrong("gives an argument that makes no sense");
                    }
                }
                Rule::Place { .. }
                | Rule::Bot { .. }
                | Rule::Renamed { .. }
                | Rule::Symbol { new: None, .. } => {}
            }
        }
    }
    Ok(())
}

/// Whether a value nests well, and everything that it names exists.
fn fits_well(tables: &Tables, value: &Value) -> bool {
    fuel::nests_well(value) && names_exist(tables, value)
}

fn names_exist(tables: &Tables, value: &Value) -> bool {
    if let Value::List(items) = value {
        items.iter().all(|item| names_exist(tables, item))
    } else if let Value::Record(record) = value {
        let shape = tables.shapes.get(record.shape as usize);
        shape.is_some_and(|shape| shape.fields.len() == record.fields.len())
            && record.fields.iter().all(|field| names_exist(tables, field))
    } else if let Value::Symbol(symbol) = value {
        (*symbol as usize) < tables.symbols.len()
    } else {
        true
    }
}
