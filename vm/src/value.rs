//! The values a run computes with. Plain data, cheap to clone, no interior mutability.

pub use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A value of the language. Texts and lists are shared, so a clone never copies their content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Absent.
    #[default]
    None,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `number`: exact decimal.
    Number(Decimal),
    /// `text`, and everything that widens to it: `phone` (E.164), `email`, `url`, a choice.
    Text(Arc<str>),
    /// `date`: days since 1970-01-01.
    Date(i32),
    /// `time`: minutes since midnight.
    Time(u16),
    /// `datetime`: milliseconds since 1970-01-01T00:00Z.
    DateTime(i64),
    /// `duration`: seconds.
    Duration(i64),
    /// `[T]`
    List(Arc<[Value]>),
    /// A record: field values in the order of the program's record shape.
    Record(Arc<Record>),
    /// A reference to a declared symbol: index into [`crate::Program::symbols`].
    Symbol(u32),
    /// `file`: path or address of the file.
    File(Arc<str>),
    /// `json`: compact JSON text.
    Json(Arc<str>),
    /// A reference to something that the host knows and the source does not declare.
    Undeclared(Arc<Undeclared>),
}

/// A user, stage, channel or the like that the host knows and the source does not declare: most users of an account are
/// of no concern to its bots, and one of them can be responsible for a lead all the same.
///
/// It stands wherever a reference may stand, is equal to none that the source declares, prints as its title, and comes
/// back in effects and parked runs as it was given. Two of them are equal if their ids are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Undeclared {
    /// The host's own id of it, by which alone it is compared.
    pub id: Arc<str>,
    /// What people see.
    pub title: Arc<str>,
}

/// The fields of a record, names in declared order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Index into the shapes of the program's tables.
    pub shape: u32,
    /// One value per field of the shape.
    pub fields: Vec<Value>,
}

/// A type as far as the VM checks it: on facts, answers, arguments and parked values.
/// The compiler knows more: which choice, which kind of reference, a list of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `number`
    Number,
    /// `text`, and everything that widens to it.
    Text,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `datetime`
    DateTime,
    /// `duration`
    Duration,
    /// A list of anything.
    List,
    /// A record of any shape.
    Record,
    /// A reference, to what the source declares or not.
    Symbol,
    /// `file`
    File,
    /// `json`
    Json,
}

/// A kind that may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be absent.
    pub optional: bool,
}

impl Value {
    /// The kind of a present value, `None` for an absent one.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Value::None => return None,
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) => Kind::Int,
            Value::Number(_) => Kind::Number,
            Value::Text(_) => Kind::Text,
            Value::Date(_) => Kind::Date,
            Value::Time(_) => Kind::Time,
            Value::DateTime(_) => Kind::DateTime,
            Value::Duration(_) => Kind::Duration,
            Value::List(_) => Kind::List,
            Value::Record(_) => Kind::Record,
            Value::Symbol(_) | Value::Undeclared(_) => Kind::Symbol,
            Value::File(_) => Kind::File,
            Value::Json(_) => Kind::Json,
        })
    }

    /// A text value.
    #[must_use]
    pub fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    /// A reference to something that the source does not declare.
    #[must_use]
    pub fn undeclared(id: &str, title: &str) -> Value {
        Value::Undeclared(Arc::new(Undeclared { id: Arc::from(id), title: Arc::from(title) }))
    }
}

impl Kind {
    /// As the source calls it; `list`, `record` and `symbol` stand for what the machine does not tell apart.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Number => "number",
            Kind::Text => "text",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::DateTime => "datetime",
            Kind::Duration => "duration",
            Kind::List => "list",
            Kind::Record => "record",
            Kind::Symbol => "symbol",
            Kind::File => "file",
            Kind::Json => "json",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Kind> {
        const KINDS: [Kind; 13] = [
            Kind::Bool,
            Kind::Int,
            Kind::Number,
            Kind::Text,
            Kind::Date,
            Kind::Time,
            Kind::DateTime,
            Kind::Duration,
            Kind::List,
            Kind::Record,
            Kind::Symbol,
            Kind::File,
            Kind::Json,
        ];
        KINDS.into_iter().find(|kind| kind.name() == name)
    }
}

/// `number?`
impl std::fmt::Display for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind.name())?;
        f.write_str(if self.optional { "?" } else { "" })
    }
}

impl Slot {
    /// Whether a value may stand here. An `int` is accepted where a `number` is wanted.
    #[must_use]
    pub fn accepts(self, value: &Value) -> bool {
        match value.kind() {
            Some(kind) if kind == self.kind => true,
            None => self.optional,
            Some(kind) => kind == Kind::Int && self.kind == Kind::Number,
        }
    }
}
