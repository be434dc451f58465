//! What an account of Kommo has, and how a project follows it. In: an [`Account`], the sources of a project, and its
//! environment file. Out: the same with what the account has added and changed, and everything in which the two
//! differed. Nothing here knows a network, a file or JSON.
//!
//! What somebody wrote stays: comments, order, names, settings, hours, defaults, and whatever an account does not tell.
//! No declaration is ever taken away; what the account no longer has is told.

mod breaks;
mod chats;
mod declared;
mod drift;
mod edit;
mod fields;
mod follow;
mod kinds;
mod symbols;
mod sync;

pub use breaks::{Break, breaks};
pub use drift::{Change, Drift};
pub use edit::File;
pub use kinds::{FieldKind, KINDS, kind};
pub use sync::{NotReadable, Synced, Wanted, sync};

/// Won and lost are stages of every pipeline, with these ids
/// (<https://www.kommo.com/developers/content/api_v4/leads-pipelines-and-statuses/>).
pub const WON: i64 = 142;
/// See [`WON`].
pub const LOST: i64 = 143;

/// Something with an id and what people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// Of this account alone.
    pub id: i64,
    /// What people call it.
    pub title: String,
}

/// A pipeline with its stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Itself.
    pub thing: Thing,
    /// It has been archived: it can be named, and nobody is led to it.
    pub archived: bool,
    /// In order.
    pub stages: Vec<Thing>,
}

/// Somebody who works in the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Itself.
    pub thing: Thing,
    /// Whether they can sign in.
    pub active: bool,
    /// The team.
    pub team: Option<i64>,
}

/// A custom field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `lead`, `contact`, `company`
    pub entity: &'static str,
    /// Itself.
    pub thing: Thing,
    /// What Kommo calls a field that every account has: `PHONE`.
    pub code: Option<String>,
    /// Its type as Kommo writes it: `select`.
    pub kind: String,
    /// What it may be, for those that have a list of it.
    pub enums: Vec<Thing>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Itself.
    pub thing: Thing,
    /// As Kommo writes it, if it says so.
    pub kind: Option<String>,
}

/// A chat template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Itself.
    pub thing: Thing,
    /// What it says, with Kommo's placeholders in it.
    pub text: String,
}

/// What an account has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// IANA name.
    pub zone: Option<String>,
    /// Two letters.
    pub region: Option<String>,
    /// Two letters.
    pub language: Option<String>,
    /// Three letters.
    pub currency: Option<String>,
    /// In order.
    pub pipelines: Vec<Pipeline>,
    /// None if the token may not read them.
    pub users: Option<Vec<User>>,
    /// Groups of users; none if the account does not tell.
    pub teams: Option<Vec<Thing>>,
    /// Custom fields of leads, contacts and companies.
    pub fields: Vec<Field>,
    /// Those that Kommo shows to whoever asks; there may be more.
    pub channels: Vec<Channel>,
    /// Those that Kommo shows to whoever asks; there may be more.
    pub templates: Vec<Template>,
    /// Salesbots. None if the token may not read them.
    pub bots: Option<Vec<Thing>>,
}
