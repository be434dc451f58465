//! Working hours: whether they are open at a moment, and when they open next. In: rows of a table, a moment and a zone.
//! Out: moments. No clock is read.
//!
//! A row is one stretch of time on each of its days, from the instant at which the clock of the zone shows `from` to the
//! one at which it shows `to`. Of a time that the clocks show twice it is the first; a time that they skip is
//! the instant at which they skip it. So a night from 22:00 to 06:00 is an hour shorter in spring and longer in autumn.

use crate::calendar;
use crate::program::{Hours, Open};
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use rustc_hash::FxHashSet;

/// Hours that do not open within so many days never do.
const HORIZON: i32 = 400;

/// Working hours, ready to be asked.
#[derive(Clone, Debug)]
pub struct Schedule {
    rows: Vec<Open>,
    except: FxHashSet<i32>,
}

impl Schedule {
    /// The hours of a row of the table.
    #[must_use]
    pub fn new(hours: &Hours) -> Schedule {
        Schedule { rows: hours.rows.clone(), except: hours.except.iter().copied().collect() }
    }

    /// Whether they are open, at a moment in milliseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn is_open(&self, at: i64, zone: &TimeZone) -> bool {
        let Some(today) = today(at, zone) else { return false };
        // What began yesterday may last until today, and where clocks go back over midnight tomorrow has begun already.
        (-1..=1)
            .filter_map(|by| today.checked_add(by))
            .any(|day| self.windows(day, zone).any(|(from, to)| from <= at && at < to))
    }

    /// When they open next after a moment, both in milliseconds since 1970-01-01T00:00Z; `None` if that is more than
    /// 400 days away.
    #[must_use]
    pub fn opens_after(&self, at: i64, zone: &TimeZone) -> Option<i64> {
        let today = today(at, zone)?;
        (-1..=HORIZON).filter_map(|by| today.checked_add(by)).find_map(|day| {
            let starts = self.windows(day, zone).filter(|(from, to)| at < *from && from < to);
            starts.map(|(from, _)| from).min()
        })
    }

    /// When the rows of a day begin and end.
    fn windows<'s>(&'s self, day: i32, zone: &'s TimeZone) -> impl Iterator<Item = (i64, i64)> + 's {
        // 1970-01-01 was a Thursday.
        let weekday = (i64::from(day) + 3).rem_euclid(7);
        let works = !self.except.contains(&day);
        let rows = self.rows.iter().filter(move |row| works && row.days >> weekday & 1 == 1);
        rows.filter_map(move |row| window(day, *row, zone))
    }
}

fn today(at: i64, zone: &TimeZone) -> Option<i32> {
    calendar::local(at, zone).map(|local| calendar::days(local.date()))
}

fn window(day: i32, row: Open, zone: &TimeZone) -> Option<(i64, i64)> {
    let date = calendar::civil_date(day)?;
    let end = if row.to > row.from && row.to < DAY { date } else { date.tomorrow().ok()? };
    Some((instant(date, row.from, zone)?, instant(end, row.to % DAY, zone)?))
}

/// Minutes of a day.
pub(crate) const DAY: u16 = 24 * 60;

/// The instant at which the clock of the zone shows this time of day.
fn instant(date: Date, minutes: u16, zone: &TimeZone) -> Option<i64> {
    let local = DateTime::from_parts(date, calendar::civil_time(minutes)?);
    let ambiguous = zone.to_ambiguous_timestamp(local);
    if let AmbiguousOffset::Gap { .. } = ambiguous.offset() {
        let before = ambiguous.earlier().ok()?;
        return zone.following(before).next().map(|change| change.timestamp().as_millisecond());
    }
    ambiguous.compatible().ok().map(|at| at.as_millisecond())
}
