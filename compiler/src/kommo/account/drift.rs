//! In what an account and a project differ, and the words for it.

use super::edit::Edit;
use std::fmt;

/// What has become of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The account has it, and the project does not know it.
    New,
    /// The environment file has its id, and the account has nothing with this id.
    Deleted,
    /// The project declares it, and neither the environment file nor the account know it.
    Unknown,
    /// Its title, from and to.
    Renamed(String, String),
    /// Its type: as it is declared, and as the account has it.
    Retyped(String, String),
    /// Its type is one of Kommo's now that has no equivalent.
    NoEquivalent(String),
    /// It was deleted and made again: the old id and the new one.
    Renumbered(String, String),
    /// Somebody who cannot sign in any more.
    SwitchedOff,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// `stage`, `user` …
    pub noun: &'static str,
    /// As sources name it: `sales.contacted`.
    pub symbol: String,
    /// What people call it.
    pub title: String,
    /// What has become of it.
    pub change: Change,
    /// Where it is declared: index of the file, and the byte.
    pub place: Option<(usize, usize)>,
    /// What a source that followed would look like. Lines stay where they are.
    pub(super) without: Vec<Edit>,
}

impl Drift {
    /// Whether the project rests on something that is not so any more. What is merely new hurts nobody.
    #[must_use]
    pub fn matters(&self) -> bool {
        match self.change {
            Change::New => false,
            Change::Deleted
            | Change::Unknown
            | Change::Renamed(..)
            | Change::Retyped(..)
            | Change::NoEquivalent(_)
            | Change::Renumbered(..)
            | Change::SwitchedOff => true,
        }
    }

    /// `deleted`, for programs.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.change {
            Change::New => "new",
            Change::Deleted => "deleted",
            Change::Unknown => "unknown",
            Change::Renamed(..) => "renamed",
            Change::Retyped(..) | Change::NoEquivalent(_) => "retyped",
            Change::Renumbered(..) => "renumbered",
            Change::SwitchedOff => "switched_off",
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Drift { noun, symbol, title, .. } = self;
        write!(f, "{noun} {symbol} ")?;
        match &self.change {
            Change::New => write!(f, "is new: {title:?}"),
            Change::Deleted => f.write_str("was deleted"),
            Change::Unknown => f.write_str("is not in the account"),
            Change::Renamed(from, to) => write!(f, "was renamed: {from:?} is {to:?} now"),
            Change::Retyped(from, to) => write!(f, "has changed its type: {from} is {to} now"),
            Change::NoEquivalent(kind) => write!(f, "is of the type {kind} now, which has no equivalent"),
            Change::Renumbered(from, to) => write!(f, "was made anew: its id {from} is {to} now"),
            Change::SwitchedOff => f.write_str("cannot sign in any more"),
        }
    }
}
