//! The types of the language and what may stand where.

use sbot_vm::program::{Format, SymbolKind};
use sbot_vm::value::{Kind, Slot};
use smol_str::SmolStr;
use std::fmt;
use std::sync::Arc;

/// The most parts of a type. What is worked out from types looks at all of their parts, so they stay small.
pub const MOST_PARTS: usize = 1000;

/// A type. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Ty {
    /// Follows from an error that was reported already: fits everywhere.
    Error,
    /// The type of `none`.
    None,
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
    Choice(Arc<[SmolStr]>),
    List(Arc<Ty>),
    /// Fields with their types, in order of name: the order in which they are written makes no difference.
    Record(Arc<[(SmolStr, Ty)]>),
    Optional(Arc<Ty>),
    /// A reference to a declared symbol.
    Symbol(SymbolKind),
    /// A user or a team.
    Recipient,
    /// Something with fields that is no value by itself: `client`, `chat`, `bot`, or an entity
    /// (which is a value of type `entity` too).
    Object(SmolStr),
    /// The type variable of a built-in function.
    Any,
}

/// A field of a record.
type Field = (SmolStr, Ty);

impl Ty {
    /// `T?`; an optional stays one.
    #[must_use]
    pub fn optional(self) -> Ty {
        if matches!(self, Ty::Optional(_) | Ty::Error | Ty::None) {
            self
        } else {
            Ty::Optional(Arc::new(self))
        }
    }

    /// `[T]`
    #[must_use]
    pub fn list(self) -> Ty {
        Ty::List(Arc::new(self))
    }

    /// A record with these fields.
    #[must_use]
    pub fn record(mut fields: Vec<(SmolStr, Ty)>) -> Ty {
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        Ty::Record(fields.into())
    }

    /// Without its `?`.
    #[must_use]
    pub fn present(&self) -> &Ty {
        if let Ty::Optional(inner) = self { inner } else { self }
    }

    /// Whether its values can be kept and written down: an object with fields is no value, and an e-mail template is one
    /// only where it is sent.
    #[must_use]
    pub fn is_value(&self) -> bool {
        match self {
            Ty::Object(_) | Ty::Symbol(SymbolKind::EmailTemplate) => false,
            Ty::List(inner) | Ty::Optional(inner) => inner.is_value(),
            Ty::Record(fields) => fields.iter().all(|(_, ty)| ty.is_value()),
            Ty::Error
            | Ty::None
            | Ty::Bool
            | Ty::Int
            | Ty::Number
            | Ty::Text
            | Ty::Date
            | Ty::Time
            | Ty::DateTime
            | Ty::Duration
            | Ty::Phone
            | Ty::Email
            | Ty::Url
            | Ty::File
            | Ty::Json
            | Ty::Choice(_)
            | Ty::Symbol(_)
            | Ty::Recipient
            | Ty::Any => true,
        }
    }

    /// Whether it has at most so many parts: fields, lists and `?`s, all the way down.
    #[must_use]
    pub fn is_within(&self, most: usize) -> bool {
        let mut left = most;
        self.count_down(&mut left)
    }

    /// Takes its parts away from what is left; false once there are too many. So it never looks at more than that.
    fn count_down(&self, left: &mut usize) -> bool {
        let Some(rest) = left.checked_sub(1) else { return false };
        *left = rest;
        match self {
            Ty::List(inner) | Ty::Optional(inner) => inner.count_down(left),
            Ty::Record(fields) => fields.iter().all(|(_, ty)| ty.count_down(left)),
            Ty::Error
            | Ty::None
            | Ty::Bool
            | Ty::Int
            | Ty::Number
            | Ty::Text
            | Ty::Date
            | Ty::Time
            | Ty::DateTime
            | Ty::Duration
            | Ty::Phone
            | Ty::Email
            | Ty::Url
            | Ty::File
            | Ty::Json
            | Ty::Choice(_)
            | Ty::Symbol(_)
            | Ty::Recipient
            | Ty::Object(_)
            | Ty::Any => true,
        }
    }

    /// Calls `f` with the fields of every record that a value of this type is made of.
    pub fn each_record(&self, f: &mut dyn FnMut(&[Field])) {
        match self {
            Ty::List(inner) | Ty::Optional(inner) => inner.each_record(f),
            Ty::Record(fields) => {
                f(fields);
                fields.iter().for_each(|(_, ty)| ty.each_record(f));
            }
            Ty::Error
            | Ty::None
            | Ty::Bool
            | Ty::Int
            | Ty::Number
            | Ty::Text
            | Ty::Date
            | Ty::Time
            | Ty::DateTime
            | Ty::Duration
            | Ty::Phone
            | Ty::Email
            | Ty::Url
            | Ty::File
            | Ty::Json
            | Ty::Choice(_)
            | Ty::Symbol(_)
            | Ty::Recipient
            | Ty::Object(_)
            | Ty::Any => {}
        }
    }

    /// Whether a value may be absent.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        matches!(self, Ty::Optional(_) | Ty::None)
    }

    /// Whether its values are texts in the VM.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Ty::Text | Ty::Phone | Ty::Email | Ty::Url | Ty::Choice(_) | Ty::Error)
    }

    /// Whether it is `int` or `number`.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        matches!(self, Ty::Int | Ty::Number | Ty::Error)
    }

    /// Whether a value of this type may stand where `want` is needed, leaving absence aside.
    #[must_use]
    pub fn widens_to(&self, want: &Ty) -> bool {
        if matches!((self, want), (Ty::None, Ty::Optional(_) | Ty::None)) {
            return true;
        }
        match (self.present(), want.present()) {
            (Ty::Error, _) | (_, Ty::Error | Ty::Any) | (Ty::Int, Ty::Number) => true,
            (Ty::Phone | Ty::Email | Ty::Url | Ty::Choice(_), Ty::Text) => true,
            (Ty::Choice(have), Ty::Choice(want)) => have.iter().all(|text| want.contains(text)),
            (Ty::List(have), Ty::List(want)) => {
                have.widens_to(want) && (want.is_optional() || !have.is_optional())
            }
            (Ty::Record(have), Ty::Record(want)) => {
                have.len() == want.len()
                    && have.iter().zip(want.iter()).all(|((name, have), (wanted, want))| {
                        name == wanted && have.widens_to(want) && (want.is_optional() || !have.is_optional())
                    })
            }
            (Ty::Symbol(SymbolKind::User | SymbolKind::Team), Ty::Recipient) => true,
            (Ty::Object(name), Ty::Symbol(SymbolKind::Entity)) => is_entity(name),
            (have, want) => have == want,
        }
    }

    /// How the VM converts a text into it.
    #[must_use]
    pub fn format(&self) -> Format {
        let ty = self.present();
        if let Ty::Choice(texts) = ty {
            return Format::Choice(texts.iter().map(|text| text.as_str().into()).collect());
        }
        [(Ty::Phone, Format::Phone), (Ty::Email, Format::Email), (Ty::Url, Format::Url)]
            .into_iter()
            .find(|(known, _)| known == ty)
            .map_or(Format::Plain, |(_, format)| format)
    }

    /// What the VM checks of it.
    #[must_use]
    pub fn slot(&self) -> Slot {
        let kind = match self.present() {
            Ty::Bool => Kind::Bool,
            Ty::Int => Kind::Int,
            Ty::Number => Kind::Number,
            Ty::Text | Ty::Phone | Ty::Email | Ty::Url | Ty::Choice(_) => Kind::Text,
            Ty::Date => Kind::Date,
            Ty::Time => Kind::Time,
            Ty::DateTime => Kind::DateTime,
            Ty::Duration => Kind::Duration,
            Ty::File => Kind::File,
            Ty::Json => Kind::Json,
            Ty::List(_) => Kind::List,
            Ty::Record(_) => Kind::Record,
            Ty::Symbol(_) | Ty::Recipient | Ty::Object(_) => Kind::Symbol,
            Ty::Error | Ty::None | Ty::Any | Ty::Optional(_) => {
                return Slot { kind: Kind::Text, optional: true };
            }
        };
        Slot { kind, optional: self.is_optional() }
    }
}

/// Whether `name` is an object that stands for a record of the CRM.
#[must_use]
pub fn is_entity(name: &str) -> bool {
    !matches!(name, "client" | "chat" | "bot")
}

/// The built-in types by name. The one list of them.
pub const NAMED: &[(&str, Ty)] = &[
    ("text", Ty::Text),
    ("int", Ty::Int),
    ("number", Ty::Number),
    ("bool", Ty::Bool),
    ("date", Ty::Date),
    ("time", Ty::Time),
    ("datetime", Ty::DateTime),
    ("duration", Ty::Duration),
    ("phone", Ty::Phone),
    ("email", Ty::Email),
    ("url", Ty::Url),
    ("file", Ty::File),
    ("json", Ty::Json),
    ("user", Ty::Symbol(SymbolKind::User)),
    ("team", Ty::Symbol(SymbolKind::Team)),
    ("recipient", Ty::Recipient),
    ("stage", Ty::Symbol(SymbolKind::Stage)),
    ("pipeline", Ty::Symbol(SymbolKind::Pipeline)),
    ("channel", Ty::Symbol(SymbolKind::Channel)),
    ("template", Ty::Symbol(SymbolKind::Template)),
    ("email_template", Ty::Symbol(SymbolKind::EmailTemplate)),
    ("form", Ty::Symbol(SymbolKind::Form)),
    ("hours", Ty::Symbol(SymbolKind::Hours)),
    ("entity", Ty::Symbol(SymbolKind::Entity)),
    ("field", Ty::Symbol(SymbolKind::Field)),
];

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = NAMED.iter().find(|(_, ty)| ty == self) {
            return f.write_str(name);
        }
        match self {
            Ty::None => f.write_str("none"),
            Ty::Choice(texts) => {
                for (n, text) in texts.iter().enumerate() {
                    write!(f, "{}\"{text}\"", if n == 0 { "" } else { " | " })?;
                }
                Ok(())
            }
            Ty::List(inner) if **inner == Ty::Error => f.write_str("[]"),
            Ty::List(inner) => write!(f, "[{inner}]"),
            Ty::Record(fields) => {
                f.write_str("{")?;
                for (n, (name, ty)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {ty}", if n == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
            Ty::Optional(inner) if matches!(**inner, Ty::Choice(_)) => write!(f, "({inner})?"),
            Ty::Optional(inner) => write!(f, "{inner}?"),
            Ty::Object(name) => f.write_str(name),
            Ty::Error | Ty::Any => f.write_str("?"),
            // Named: found above.
            Ty::Bool
            | Ty::Int
            | Ty::Number
            | Ty::Text
            | Ty::Date
            | Ty::Time
            | Ty::DateTime
            | Ty::Duration
            | Ty::Phone
            | Ty::Email
            | Ty::Url
            | Ty::File
            | Ty::Json
            | Ty::Symbol(_)
            | Ty::Recipient => Ok(()),
        }
    }
}
