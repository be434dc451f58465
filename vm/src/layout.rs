//! What a program tells about itself beyond what a turn needs: its types in full, what each bot keeps, and where its
//! steps begin. It decides what becomes of a parked run under another program.
//!
//! Two kinds of waits stand in no source: one before each step, so that a run can begin there, and one behind each call
//! of a bot, so that its caller can go on without it. They are due at once. [`add_hidden`] puts them behind the others when a
//! program is loaded; the file does not have them.

use crate::error::LoadError;
use crate::program::{Callee, Exit, Live, On, SymbolKind, Tables, Wait};
use crate::value::{Kind, Slot};
use crate::verify::{Places, WaitPlace};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A type of the language. Others are named by their index in the table, which is lower than that of this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Type {
    /// Nothing is known of it, and nothing but an absent value is moved.
    Unknown,
    Bool,
    Int,
    Number,
    Text,
    Date,
    Time,
    DateTime,
    Duration,
    Phone,
    Email,
    Url,
    File,
    Json,
    /// One of these texts.
    Choice(Vec<Arc<str>>),
    List(u32),
    /// A record, by its shape and the types of its fields.
    Record {
        shape: u32,
        fields: Vec<u32>,
    },
    Optional(u32),
    Symbol(SymbolKind),
    /// A user or a team.
    Recipient,
}

/// A parameter or variable of a bot. They stand in the first registers of its frame, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name; one of a library begins with the name of its file: `ask.tries`.
    pub name: Arc<str>,
    /// Its type.
    pub ty: u32,
    /// Its first value, where that is the same for every run: index into `consts`.
    pub first: Option<u32>,
}

/// A step of a bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub name: Arc<str>,
    /// Its first instruction, in the bot's own function.
    pub to: u32,
    /// The registers of its parameters.
    pub params: Vec<Live>,
}

/// The types of what a host gives: indices into `types`. A turn checks no more than the slots; this is for those who read
/// values from elsewhere, and have to know what a name in them refers to. Arguments have the types of the bot's variables.
///
/// A program that was not made by the compiler may have nothing here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Of each field.
    pub fields: Vec<u32>,
    /// Of the answers of each action.
    pub actions: Vec<Answers>,
}

/// The types of an action's answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Of its result, if it has one.
    pub result: Option<u32>,
    /// By exit, of each value.
    pub exits: Vec<Vec<u32>>,
}

impl Given {
    /// The type of a field.
    #[must_use]
    pub fn field(&self, field: u32) -> Option<u32> {
        self.fields.get(field as usize).copied()
    }

    /// The type of an action's result.
    #[must_use]
    pub fn result(&self, action: u32) -> Option<u32> {
        self.actions.get(action as usize)?.result
    }

    /// The type of a value of an exit.
    #[must_use]
    pub fn value(&self, action: u32, exit: u32, value: usize) -> Option<u32> {
        self.actions.get(action as usize)?.exits.get(exit as usize)?.get(value).copied()
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.actions.is_empty()
    }
}

/// Stands for a type in a row that nobody has written one into. Only an absent value is moved.
pub const NO_TYPE: u32 = u32::MAX;

/// The most that types stand in each other.
const MAX_DEPTH: u32 = 1_000;
/// Ends the name of the wait before a step.
pub(crate) const START: &str = ".%start";
/// Ends the name of the wait behind a call of a bot.
pub(crate) const BACK: &str = ".%back";

/// What a turn checks of a type.
#[must_use]
pub fn slot_of(types: &[Type], ty: u32) -> Slot {
    let present = |kind| Slot { kind, optional: false };
    match types.get(ty as usize) {
        None | Some(Type::Unknown) => Slot { kind: Kind::Text, optional: true },
        Some(Type::Bool) => present(Kind::Bool),
        Some(Type::Int) => present(Kind::Int),
        Some(Type::Number) => present(Kind::Number),
        Some(Type::Text | Type::Phone | Type::Email | Type::Url | Type::Choice(_)) => present(Kind::Text),
        Some(Type::Date) => present(Kind::Date),
        Some(Type::Time) => present(Kind::Time),
        Some(Type::DateTime) => present(Kind::DateTime),
        Some(Type::Duration) => present(Kind::Duration),
        Some(Type::File) => present(Kind::File),
        Some(Type::Json) => present(Kind::Json),
        Some(Type::List(_)) => present(Kind::List),
        Some(Type::Record { .. }) => present(Kind::Record),
        Some(Type::Symbol(_) | Type::Recipient) => present(Kind::Symbol),
        // An optional of an optional is none in any program that is verified.
        Some(Type::Optional(inner)) if *inner < ty => Slot { optional: true, ..slot_of(types, *inner) },
        Some(Type::Optional(_)) => Slot { kind: Kind::Text, optional: true },
    }
}

/// A type in the words of the language.
#[must_use]
pub fn type_name(tables: &Tables, ty: u32) -> String {
    let name = |inner: &u32| if *inner < ty { type_name(tables, *inner) } else { "?".to_owned() };
    let plain = match tables.types.get(ty as usize) {
        None | Some(Type::Unknown) => "?",
        Some(Type::Bool) => "bool",
        Some(Type::Int) => "int",
        Some(Type::Number) => "number",
        Some(Type::Text) => "text",
        Some(Type::Date) => "date",
        Some(Type::Time) => "time",
        Some(Type::DateTime) => "datetime",
        Some(Type::Duration) => "duration",
        Some(Type::Phone) => "phone",
        Some(Type::Email) => "email",
        Some(Type::Url) => "url",
        Some(Type::File) => "file",
        Some(Type::Json) => "json",
        Some(Type::Recipient) => "recipient",
        Some(Type::Symbol(kind)) => kind.name(),
        Some(Type::Choice(texts)) => {
            return texts.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(" | ");
        }
        Some(Type::List(inner)) => return format!("[{}]", name(inner)),
        Some(Type::Optional(inner)) => {
            let choice = matches!(tables.types.get(*inner as usize), Some(Type::Choice(_)));
            let name = name(inner);
            return if choice { format!("({name})?") } else { format!("{name}?") };
        }
        Some(Type::Record { shape, fields }) => {
            let names = tables.shapes.get(*shape as usize).map_or(&[][..], |shape| &shape.fields);
            let fields = names.iter().zip(fields).map(|(field, ty)| format!("{field}: {}", name(ty)));
            return format!("{{{}}}", fields.collect::<Vec<_>>().join(", "));
        }
    };
    plain.to_owned()
}

/// The registers of a bot's variables, as its waits keep them.
pub(crate) fn kept_variables(tables: &Tables, variables: &[Variable]) -> Vec<Live> {
    let live = (0u16..).zip(variables).map(|(reg, variable)| Live {
        reg,
        slot: slot_of(&tables.types, variable.ty),
        name: Arc::clone(&variable.name),
        ty: variable.ty,
    });
    live.collect()
}

/// Takes away the waits that stand in no source, where the tables come from a program that has them.
pub(crate) fn take_hidden(tables: &mut Tables) {
    let written = tables.waits.iter().rposition(|wait| !is_hidden(&wait.name)).map_or(0, |last| last + 1);
    tables.waits.truncate(written);
}

/// Whether a wait stands in no source: the one before a step, or behind a call of a bot.
#[must_use]
pub fn is_hidden(name: &str) -> bool {
    name.ends_with(START) || name.ends_with(BACK)
}

/// The waits before all steps keep at most so many variables together. A file names a variable once, and each step of its
/// bot keeps it.
const MOST_KEPT: usize = 1 << 22;

/// The waits that stand in no source stand in no file, either, and there is room for them.
pub(crate) fn verify_waits(tables: &Tables) -> Result<(), LoadError> {
    if let Some(wait) = tables.waits.iter().find(|wait| is_hidden(&wait.name)) {
        return Err(wrong(format!("the wait {} has a name that only the machine gives", wait.name)));
    }
    let kept = tables.bots.iter().flat_map(|bot| {
        let of_bot = bot.variables.len().saturating_add(1);
        bot.steps.iter().map(move |step| of_bot.saturating_add(step.params.len()))
    });
    if kept.fold(0usize, usize::saturating_add) > MOST_KEPT {
        return Err(wrong(format!("the steps of all bots together keep more than {MOST_KEPT} variables")));
    }
    Ok(())
}

/// Adds the waits that stand in no source.
pub(crate) fn add_hidden(tables: &mut Tables, places: &mut Places) {
    let mut hidden = Vec::new();
    let now = |to| vec![Exit { on: On::Timeout(0), bind: Vec::new(), to }];
    for bot in &tables.bots {
        let variables = kept_variables(tables, &bot.variables);
        for step in &bot.steps {
            let live = variables.iter().chain(&step.params).cloned().collect();
            let name = format!("{}{START}", step.name).into();
            let wait =
                Wait { name, step: Arc::clone(&step.name), live, exits: now(step.to), known: Vec::new() };
            hidden.push((wait, bot.function));
        }
    }
    for (call, info) in tables.calls.iter().zip(&places.calls) {
        if let Callee::Bot(_) = call.callee {
            let (live, step) = (call.live.clone(), Arc::clone(&call.step));
            let name = format!("{}{BACK}", call.name).into();
            let wait = Wait { name, step, live, exits: now(info.op + 1), known: Vec::new() };
            hidden.push((wait, info.function));
        }
    }
    for (wait, function) in hidden {
        tables.waits.push(wait);
        places.waits.push(WaitPlace { function: Some(function), ..WaitPlace::default() });
    }
}

fn wrong(what: String) -> LoadError {
    LoadError::Corrupt { what }
}

/// Types come before those that name them, and do not stand too deep in each other.
pub(crate) fn verify_types(tables: &Tables) -> Result<(), LoadError> {
    let mut depths: Vec<u32> = Vec::with_capacity(tables.types.len());
    for (n, ty) in tables.types.iter().enumerate() {
        let inner: &[u32] = match ty {
            Type::List(inner) => std::slice::from_ref(inner),
            Type::Optional(inner) => {
                let nested = tables.types.get(*inner as usize);
                if matches!(nested, Some(Type::Optional(_) | Type::Unknown)) {
                    return Err(wrong(format!("type {n} is optional twice")));
                }
                std::slice::from_ref(inner)
            }
            Type::Record { shape, fields } => {
                let shape = tables.shapes.get(*shape as usize);
                if shape.is_none_or(|shape| shape.fields.len() != fields.len()) {
                    return Err(wrong(format!("type {n} has another number of fields than its shape")));
                }
                fields
            }
            Type::Unknown
            | Type::Bool
            | Type::Int
            | Type::Number
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::DateTime
            | Type::Duration
            | Type::Phone
            | Type::Email
            | Type::Url
            | Type::File
            | Type::Json
            | Type::Choice(_)
            | Type::Symbol(_)
            | Type::Recipient => &[],
        };
        let mut depth = 0;
        for inner in inner {
            let known = depths.get(*inner as usize);
            depth = depth.max(1 + known.ok_or_else(|| wrong(format!("type {n} names one after it")))?);
        }
        if depth > MAX_DEPTH {
            return Err(wrong(format!("type {n} nests too deep")));
        }
        depths.push(depth);
    }
    Ok(())
}

/// What every bot tells about itself fits its function, and each place in it where a run can stand keeps its variables.
pub(crate) fn verify_bots(tables: &Tables, places: &Places) -> Result<(), LoadError> {
    let mut variables: Vec<&[Variable]> = vec![&[]; tables.functions.len()];
    for bot in &tables.bots {
        let name = &bot.name;
        let Some(function) = tables.functions.get(bot.function as usize) else { continue };
        if bot.variables.len() > usize::from(function.registers) {
            return Err(wrong(format!("bot {name} has more variables than registers")));
        }
        for variable in &bot.variables {
            known_type(tables, variable.ty, slot_of(&tables.types, variable.ty), &variable.name)?;
            if let Some(first) = variable.first {
                let value = tables.consts.get(first as usize);
                if !value.is_some_and(|value| slot_of(&tables.types, variable.ty).accepts(value)) {
                    return Err(wrong(format!("the first value of {} is of another type", variable.name)));
                }
            }
        }
        for step in &bot.steps {
            if !(function.start..function.end).contains(&step.to) {
                return Err(wrong(format!("step {} lies outside of its bot", step.name)));
            }
            let mut next = bot.variables.len();
            for live in &step.params {
                known_type(tables, live.ty, live.slot, &live.name)?;
                if usize::from(live.reg) < next || live.reg >= function.registers {
                    return Err(wrong(format!("the parameters of step {} are not ascending", step.name)));
                }
                next = usize::from(live.reg) + 1;
            }
        }
        if let Some(row) = variables.get_mut(bot.function as usize) {
            *row = &bot.variables;
        }
    }
    let waits =
        tables.waits.iter().zip(&places.waits).map(|(row, place)| (&row.live, place.function, &row.name));
    let calls =
        tables.calls.iter().zip(&places.calls).map(|(row, at)| (&row.live, Some(at.function), &row.name));
    for (live, function, name) in waits.chain(calls) {
        live.iter().try_for_each(|live| known_type(tables, live.ty, live.slot, &live.name))?;
        let of = function.and_then(|function| variables.get(function as usize)).copied().unwrap_or_default();
        let kept = |(at, variable): (usize, &Variable)| {
            live.get(at).is_some_and(|live| usize::from(live.reg) == at && live.ty == variable.ty)
        };
        if !of.iter().enumerate().all(kept) {
            return Err(wrong(format!("{name} does not keep the variables of its bot")));
        }
    }
    Ok(())
}

/// What a host gives has the types that a turn checks: all of it, or none.
pub(crate) fn verify_given(tables: &Tables) -> Result<(), LoadError> {
    let Given { fields, actions } = &tables.given;
    if tables.given.is_empty() {
        return Ok(());
    }
    if fields.len() != tables.fields.len() || actions.len() != tables.actions.len() {
        return Err(wrong("what a host gives has types in part".to_owned()));
    }
    for (ty, field) in fields.iter().zip(&tables.fields) {
        known_type(tables, *ty, field.slot, &field.name)?;
    }
    for (given, action) in actions.iter().zip(&tables.actions) {
        let same = given.result.is_some() == action.result.is_some()
            && given.exits.iter().map(Vec::len).eq(action.exits.iter().map(|exit| exit.params.len()));
        if !same {
            return Err(wrong(format!("the answers of {} have types in part", action.name)));
        }
        if let (Some(ty), Some(slot)) = (given.result, action.result) {
            known_type(tables, ty, slot, &action.name)?;
        }
        let params = action.exits.iter().flat_map(|exit| &exit.params);
        for (ty, param) in given.exits.iter().flatten().zip(params) {
            known_type(tables, *ty, param.slot, &param.name)?;
        }
    }
    Ok(())
}

/// What is known of registers when a wait begins.
pub(crate) fn verify_known(tables: &Tables) -> Result<(), LoadError> {
    for wait in &tables.waits {
        if !wait.known.iter().all(|(_, value)| (*value as usize) < tables.consts.len()) {
            return Err(wrong(format!("wait {} knows a constant that does not exist", wait.name)));
        }
    }
    Ok(())
}

fn known_type(tables: &Tables, ty: u32, slot: Slot, name: &str) -> Result<(), LoadError> {
    if ty == NO_TYPE || ((ty as usize) < tables.types.len() && slot_of(&tables.types, ty) == slot) {
        return Ok(());
    }
    Err(wrong(format!("{name} has a type that does not exist, or another one than the VM checks")))
}
