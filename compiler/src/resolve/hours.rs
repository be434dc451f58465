//! Days and working hours as written, turned into rows of minutes.

use super::Names;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::project::Unit;
use crate::source::Place;
use sbot_grammar::ast::{Days, HoursRow, Name, Time};
use sbot_vm::program::{Hours, MOST_HOURS, Open};

/// The days of the week, Monday first, as triggers and hours write them.
pub(crate) const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Every day of the week, one bit each.
const EVERY_DAY: u8 = 0b111_1111;

impl Names<'_> {
    pub(super) fn hours_of(&mut self, unit: &Unit, symbol: u32, rows: &[HoursRow]) -> Hours {
        let mut hours = Hours { symbol, rows: Vec::new(), except: Vec::new() };
        for row in rows {
            match row {
                HoursRow::Open { days, times } => {
                    if hours.rows.len() + times.len() > MOST_HOURS {
                        let place = Place { file: unit.file, span: days.from.span };
                        let what = format!("`hours` have at most {MOST_HOURS} times");
                        self.report(Diagnostic::new(Code::E0110, place, what).help(
                            "days that are open at the same times stand in one row: `mon..fri 09:00..18:00`",
                        ));
                        break;
                    }
                    let days = self.days_of(unit, days);
                    for (from, to) in times {
                        hours.rows.push(Open { days, from: minutes(*from), to: minutes(*to) });
                    }
                }
                HoursRow::Except { date } => {
                    let days =
                        sbot_vm::calendar::days_of(date.year.into(), date.month.into(), date.day.into());
                    hours.except.extend(days);
                }
            }
        }
        hours
    }

    /// The days that `mon`, `sat..mon` or `day` mean, a bit each, Monday first. E0202 for any other word.
    pub(crate) fn days_of(&mut self, unit: &Unit, days: &Days) -> u8 {
        if days.from.text == "day" && days.to.is_none() {
            return EVERY_DAY;
        }
        let from = self.day(unit, &days.from);
        let to = days.to.as_ref().map_or(from, |to| self.day(unit, to));
        let (Some(from), Some(to)) = (from, to) else { return EVERY_DAY };
        let mut bits = 0;
        let mut day = from;
        loop {
            bits |= 1 << day;
            if day == to {
                return bits;
            }
            day = (day + 1) % DAYS.len();
        }
    }

    fn day(&mut self, unit: &Unit, name: &Name) -> Option<usize> {
        let found = DAYS.iter().position(|day| *day == name.text);
        if found.is_none() {
            let place = Place { file: unit.file, span: name.span };
            let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no day `{}`", name.text));
            self.report(suggest::similar(diagnostic, &name.text, name.span, DAYS.iter().copied()));
        }
        found
    }
}

/// Minutes since midnight.
pub(crate) fn minutes(time: Time) -> u16 {
    u16::from(time.hour.unsigned_abs()) * 60 + u16::from(time.minute.unsigned_abs())
}
