//! What a program needs of its host, and whether a host has it: asked once, before the first turn. In: a verified
//! program and what the host says of itself. Out: nothing, or everything that is missing.

use crate::loaded::Program;
use crate::op::Op;
use crate::program::{SymbolKind, Tables, TriggerKind, Via};
use crate::value::{Kind, Slot, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// What a host has of one kind of thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Has<T> {
    /// Whatever a program asks for.
    All,
    /// These, by name.
    These(BTreeMap<Arc<str>, T>),
}

impl<T> Default for Has<T> {
    fn default() -> Self {
        Has::These(BTreeMap::new())
    }
}

impl<T> Has<T> {
    /// What the host has under this name: nothing to compare for one that has everything.
    fn get(&self, name: &str) -> Option<Option<&T>> {
        match self {
            Has::All => Some(None),
            Has::These(list) => list.get(name).map(Some),
        }
    }
}

/// What a host has. One that is made by [`Host::default`] has nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// The actions that it carries out; with the types of their parameters, if they are to be compared.
    pub actions: Has<Option<BTreeMap<Arc<str>, Slot>>>,
    /// The fields that it knows, `lead.budget`; with their types, if they are to be compared.
    pub fields: Has<Option<Slot>>,
    /// By kind, the names for which it has an id of its own: users, teams, channels, stages and so on.
    pub symbols: BTreeMap<SymbolKind, Has<()>>,
}

impl Host {
    /// A host that has everything: nothing is checked until a part of it is replaced.
    #[must_use]
    pub fn with_everything() -> Host {
        let symbols = OWN_IDS.iter().map(|kind| (*kind, Has::All));
        Host { actions: Has::All, fields: Has::All, symbols: symbols.collect() }
    }
}

/// The kinds of symbols for which a host has ids of its own. Entities and fields are names of the language, and hours
/// are part of the program.
pub const OWN_IDS: [SymbolKind; 8] = [
    SymbolKind::User,
    SymbolKind::Team,
    SymbolKind::Channel,
    SymbolKind::Pipeline,
    SymbolKind::Stage,
    SymbolKind::Template,
    SymbolKind::EmailTemplate,
    SymbolKind::Form,
];

/// Something that a program needs and a host does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// An action.
    Action {
        /// Its name.
        name: Arc<str>,
    },
    /// A parameter of an action.
    Param {
        /// The action.
        action: Arc<str>,
        /// The parameter.
        name: Arc<str>,
        /// What the program gives.
        needs: Slot,
    },
    /// A parameter of an action takes another type.
    ParamType {
        /// The action.
        action: Arc<str>,
        /// The parameter.
        name: Arc<str>,
        /// What the program gives.
        needs: Slot,
        /// What the host takes.
        has: Slot,
    },
    /// A field.
    Field {
        /// `lead.budget`.
        name: String,
        /// Its type.
        needs: Slot,
    },
    /// A field has another type.
    FieldType {
        /// `lead.budget`.
        name: String,
        /// Its type in the program.
        needs: Slot,
        /// Its type in the host.
        has: Slot,
    },
    /// A user, a stage, a channel or the like.
    Symbol {
        /// What it is.
        kind: SymbolKind,
        /// Its name in the source.
        name: Arc<str>,
    },
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unmet::Action { name } => {
                write!(
                    f,
                    "the program calls the action {name} and the host does not carry it out: add a handler for it"
                )
            }
            Unmet::Param { action, name, needs } => write!(
                f,
                "the program gives the action {action} the parameter {name}, {needs}, which the host does not take: add it"
            ),
            Unmet::ParamType { action, name, needs, has } => write!(
                f,
                "the parameter {name} of the action {action} is {needs} in the program and {has} in the host: make them the same"
            ),
            Unmet::Field { name, needs } => {
                write!(f, "the program uses the field {name}, {needs}, which the host does not know: add it")
            }
            Unmet::FieldType { name, needs, has } => write!(
                f,
                "the field {name} is {needs} in the program and {has} in the host: make them the same"
            ),
            Unmet::Symbol { kind, name } => {
                write!(f, "the program names the {kind} {name} and the host has no id for it: add one")
            }
        }
    }
}

/// Everything that a program needs and a host does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetAll(
    /// In the order of the program; never empty.
    pub Vec<Unmet>,
);

impl fmt::Display for UnmetAll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host does not have what the program needs:")?;
        self.0.iter().try_for_each(|one| write!(f, "\n- {one}"))
    }
}

impl std::error::Error for UnmetAll {}

/// What a program needs of its host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requires {
    /// The actions that it calls: indices into the program's actions.
    pub actions: BTreeSet<u32>,
    /// The fields that it reads: indices into the program's fields.
    pub reads: BTreeSet<u32>,
    /// The fields that it sets.
    pub sets: BTreeSet<u32>,
    /// What it names for which a host has an id of its own, see [`OWN_IDS`]: indices into the program's symbols.
    pub symbols: BTreeSet<u32>,
}

impl Program {
    /// What the program needs of its host.
    #[must_use]
    pub fn requires(&self) -> Requires {
        let tables = self.tables();
        let mut needs = Requires::default();
        for op in &tables.code {
            if let Op::Act { action, .. } = op {
                needs.actions.insert(*action);
            } else if let Op::GetField { field, .. } = op {
                needs.reads.insert(*field);
            } else if let Op::SetField { field, .. } | Op::ClearField { field } = op {
                needs.sets.insert(*field);
            }
        }
        needs.reads.retain(|field| self.is_from_host(*field));
        tables.consts.iter().for_each(|value| named(value, &mut needs.symbols));
        for message in &tables.messages {
            needs.symbols.extend(message.template.map(|template| template.symbol));
            if let Via::Channels(channels) = &message.via {
                needs.symbols.extend(channels);
            }
        }
        triggers(tables, &mut needs.symbols);
        let own = |symbol: &u32| {
            let kind = tables.symbols.get(*symbol as usize).map(|symbol| symbol.kind);
            kind.is_some_and(|kind| OWN_IDS.contains(&kind))
        };
        needs.symbols.retain(own);
        needs
    }

    /// Whether a host has everything that the program needs.
    ///
    /// # Errors
    /// Everything that is missing.
    pub fn check(&self, host: &Host) -> Result<(), UnmetAll> {
        let tables = self.tables();
        let needs = self.requires();
        let mut unmet = Vec::new();
        for action in needs.actions.iter().filter_map(|action| tables.actions.get(*action as usize)) {
            match host.actions.get(&action.name) {
                None => unmet.push(Unmet::Action { name: Arc::clone(&action.name) }),
                Some(Some(Some(has))) => {
                    for param in &action.params {
                        let (action, name) = (Arc::clone(&action.name), Arc::clone(&param.name));
                        match has.get(&*param.name) {
                            None => unmet.push(Unmet::Param { action, name, needs: param.slot }),
                            Some(has) if !flows(param.slot, *has) => {
                                unmet.push(Unmet::ParamType { action, name, needs: param.slot, has: *has });
                            }
                            Some(_) => {}
                        }
                    }
                }
                Some(None | Some(None)) => {}
            }
        }
        for number in needs.reads.union(&needs.sets) {
            let Some(field) = tables.fields.get(*number as usize) else { continue };
            let name = field.to_string();
            match host.fields.get(&name) {
                None => unmet.push(Unmet::Field { name, needs: field.slot }),
                Some(Some(Some(has))) => {
                    let reads = !needs.reads.contains(number) || flows(*has, field.slot);
                    let sets = !needs.sets.contains(number) || flows(field.slot, *has);
                    if !reads || !sets {
                        unmet.push(Unmet::FieldType { name, needs: field.slot, has: *has });
                    }
                }
                Some(None | Some(None)) => {}
            }
        }
        for symbol in needs.symbols.iter().filter_map(|symbol| tables.symbols.get(*symbol as usize)) {
            if host.symbols.get(&symbol.kind).and_then(|has| has.get(&symbol.name)).is_none() {
                unmet.push(Unmet::Symbol { kind: symbol.kind, name: Arc::clone(&symbol.name) });
            }
        }
        if unmet.is_empty() { Ok(()) } else { Err(UnmetAll(unmet)) }
    }
}

/// Whether every value of one type may stand where the other is declared.
fn flows(from: Slot, to: Slot) -> bool {
    let kind = from.kind == to.kind || (from.kind == Kind::Int && to.kind == Kind::Number);
    kind && (to.optional || !from.optional)
}

/// The symbols in a value.
fn named(value: &Value, symbols: &mut BTreeSet<u32>) {
    if let Value::Symbol(symbol) = value {
        symbols.insert(*symbol);
    } else if let Value::List(items) = value {
        items.iter().for_each(|item| named(item, symbols));
    } else if let Value::Record(record) = value {
        record.fields.iter().for_each(|item| named(item, symbols));
    }
}

/// The symbols in triggers.
fn triggers(tables: &Tables, symbols: &mut BTreeSet<u32>) {
    for trigger in tables.bots.iter().flat_map(|bot| &bot.triggers) {
        symbols.extend(&trigger.via);
        match &trigger.kind {
            TriggerKind::Stage(symbol)
            | TriggerKind::FieldChanged(symbol)
            | TriggerKind::FormSent(symbol)
            | TriggerKind::Before { field: symbol, .. }
            | TriggerKind::After { field: symbol, .. } => {
                symbols.insert(*symbol);
            }
            TriggerKind::Message
            | TriggerKind::Comment
            | TriggerKind::Manual
            | TriggerKind::LeadCreated
            | TriggerKind::TagAdded(_)
            | TriggerKind::TagRemoved(_)
            | TriggerKind::ResponsibleChanged
            | TriggerKind::Every { .. }
            | TriggerKind::Silence(_)
            | TriggerKind::ConversationClosed => {}
        }
    }
}
