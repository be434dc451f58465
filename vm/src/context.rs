//! What built-in functions, conversions and texts need to know of a program: resolved once, when it is loaded.

use crate::hours::Schedule;
use crate::program::{Account, Shape, Symbol, Tables};
use jiff::tz::TimeZone;
use phonenumber::country;
use rustc_hash::FxHashMap;
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
    /// In the order of the table.
    schedules: Vec<Schedule>,
    /// From a symbol to its hours.
    schedule_of: FxHashMap<u32, u32>,
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
        let schedules = tables.hours.iter().map(Schedule::new).collect();
        let schedule_of = (0u32..).zip(&tables.hours).map(|(index, hours)| (hours.symbol, index)).collect();
        Ok(Context { zone, region, tables, schedules, schedule_of })
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

    /// The hours of a symbol: index into the program's hours.
    #[must_use]
    pub fn hours(&self, symbol: u32) -> Option<u32> {
        self.schedule_of.get(&symbol).copied()
    }

    /// Whether hours are open at a moment, in milliseconds since 1970-01-01T00:00Z. Unknown ones never are.
    #[must_use]
    pub fn open(&self, hours: u32, at: i64) -> bool {
        self.schedules.get(hours as usize).is_some_and(|hours| hours.is_open(at, &self.zone))
    }

    /// When hours open next after a moment, see [`Schedule::opens_after`].
    #[must_use]
    pub fn opens_after(&self, hours: u32, at: i64) -> Option<i64> {
        self.schedules.get(hours as usize)?.opens_after(at, &self.zone)
    }

    /// A record's shape, by the number in the record.
    #[must_use]
    pub fn shape(&self, index: u32) -> Option<&Shape> {
        self.tables.shapes.get(index as usize)
    }
}
