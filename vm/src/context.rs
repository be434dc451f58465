//! What built-in functions, conversions and texts need to know of a program: resolved once, when it is loaded.

use crate::program::{Account, Shape, Symbol, Tables};
use jiff::tz::TimeZone;
use phonenumber::country;
use std::sync::Arc;

/// The largest text or list, in bytes, that one built-in function may build. A function whose result could grow
/// past its arguments (`replace`, `join`, `format`) checks this before it builds and answers
/// [`crate::trap::TrapKind::OutOfMemory`]; what it returns is then counted against the turn's own limit.
pub const MAX_BUILT: usize = 4 << 20;

/// The resolved side of a program's account, and its names. One per program, shared by all turns.
#[derive(Clone, Debug)]
pub struct Context {
    /// The account's zone.
    pub zone: TimeZone,
    /// The region in which phone numbers are read.
    pub region: Option<country::Id>,
    /// The tables of the program.
    pub tables: Arc<Tables>,
}

/// A setting of the account that nothing can be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadAccount {
    /// No such time zone.
    Zone(Arc<str>),
    /// No such region.
    Region(Arc<str>),
}

impl Context {
    /// Resolves the account of these tables.
    ///
    /// # Errors
    /// An unknown zone or region.
    pub fn new(tables: Arc<Tables>) -> Result<Context, BadAccount> {
        let account = &tables.account;
        let zone = TimeZone::get(&account.zone).map_err(|_| BadAccount::Zone(Arc::clone(&account.zone)))?;
        let region = match &account.region {
            None => None,
            Some(name) => Some(name.parse().map_err(|_| BadAccount::Region(Arc::clone(name)))?),
        };
        Ok(Context { zone, region, tables })
    }

    /// What the account declares.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.tables.account
    }

    /// A symbol, by the number in a `Value::Symbol`.
    #[must_use]
    pub fn symbol(&self, index: u32) -> Option<&Symbol> {
        self.tables.symbols.get(index as usize)
    }

    /// A record's shape, by the number in the record.
    #[must_use]
    pub fn shape(&self, index: u32) -> Option<&Shape> {
        self.tables.shapes.get(index as usize)
    }
}
