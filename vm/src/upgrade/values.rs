//! Where the values of a moved run come from: variables of the bot, locals, what the source gives.

use super::convert::{Fit, holds};
use super::plan::{PlannedVariable, Planner, Planning, Row, Source};
use super::why::{Lost, With};
use crate::layout::{Variable, type_name};
use crate::op::Reg;
use crate::program::Live;
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Planner<'_> {
    /// Where each variable of a bot comes from.
    pub(super) fn variables(
        &mut self,
        old: &[Variable],
        new: &[Variable],
        bot: Option<u32>,
    ) -> Vec<PlannedVariable> {
        let mut planned = Vec::with_capacity(new.len());
        let last = |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(_, last)| last.to_owned());
        for variable in new {
            let name = self.old_name(bot, &variable.name);
            let same = old.iter().position(|old| old.name == name);
            // One that has moved between the bot's file and a library.
            let moved = || {
                let mut alike = old.iter().enumerate().filter(|(_, old)| last(&old.name) == last(&name));
                alike.next().filter(|_| alike.next().is_none()).map(|(at, _)| at)
            };
            let found = same.or_else(moved).and_then(|at| Some((u32::try_from(at).ok()?, old.get(at)?.ty)));
            let first = variable.first.and_then(|first| self.new.tables().consts.get(first as usize));
            self.with.clear();
            let source = match (found, first) {
                (None, Some(first)) if !self.is_given(bot, &variable.name) => {
                    self.with.push(With::First(Arc::clone(&variable.name)));
                    Ok(Source::Given(first.clone()))
                }
                _ => {
                    let found = found.map(|(at, ty)| (true, at, ty));
                    self.pick(bot, (&name, &variable.name), found, variable.ty)
                }
            };
            planned.push((source, self.with.pop()));
        }
        self.with.clear();
        planned
    }

    pub(super) fn old_name(&self, bot: Option<u32>, name: &Arc<str>) -> Arc<str> {
        let decided = bot.and_then(|bot| self.decided.get(&bot));
        Arc::clone(decided.and_then(|decided| decided.renamed.get(name)).unwrap_or(name))
    }

    pub(super) fn is_given(&self, bot: Option<u32>, name: &Arc<str>) -> bool {
        bot.and_then(|bot| self.decided.get(&bot)).is_some_and(|decided| decided.values.contains_key(name))
    }

    /// Where a value comes from: the old one if there is one that fits, else what the source gives. `found` tells whether
    /// the old one is a variable of the bot, its place, and its type.
    fn pick(
        &mut self,
        bot: Option<u32>,
        (old, new): (&Arc<str>, &Arc<str>),
        found: Option<(bool, u32, u32)>,
        ty: u32,
    ) -> Planning<Source> {
        let decided = bot.and_then(|bot| self.decided.get(&bot));
        let given = decided.and_then(|decided| decided.values.get(new)).cloned();
        let tables = self.new.tables();
        if let Some(value) = &given
            && !holds(tables, ty, value)
        {
            return Err(Lost::BadValue { name: Arc::clone(new), ty: type_name(tables, ty) });
        }
        let Some((of_bot, at, had)) = found else {
            let Some(value) = given else {
                return Err(Lost::NoValue { name: Arc::clone(new), ty: type_name(tables, ty) });
            };
            self.with.push(With::Given(Arc::clone(new)));
            return Ok(Source::Given(value));
        };
        let (conv, or) = match (self.types.fit(had, ty), given) {
            (Fit::Always(conv), _) => (conv, None),
            (Fit::Sometimes(conv, _), Some(value)) => {
                self.with.push(With::Given(Arc::clone(new)));
                (conv, Some(value))
            }
            (Fit::Never(_), Some(value)) => {
                self.with.push(With::Given(Arc::clone(new)));
                return Ok(Source::Given(value));
            }
            (Fit::Sometimes(_, why) | Fit::Never(why), None) => {
                return Err(why.of(new, type_name(self.old.tables(), had), type_name(tables, ty)));
            }
        };
        if old != new {
            self.with.push(With::Renamed(Arc::clone(old), Arc::clone(new)));
        }
        Ok(if of_bot { Source::Bot(at, conv, or) } else { Source::Own(at, conv, or) })
    }

    /// Where the values of a row of the new program come from. `special` has what hidden registers get.
    pub(super) fn sources(
        &mut self,
        row: Row<'_>,
        live: &[Live],
        variables: usize,
        special: &FxHashMap<Reg, Source>,
    ) -> Planning<Vec<Source>> {
        let Some(bot) = self.bots.get(row.bot) else { return Ok(Vec::new()) };
        let to = bot.to;
        let mut sources = Vec::with_capacity(live.len());
        let mut with = Vec::new();
        let mut lost = Vec::new();
        for (source, because) in bot.variables.iter().take(variables) {
            match source {
                Ok(source) => sources.push(source.clone()),
                Err(why) => lost.push(why.clone()),
            }
            with.extend(because.clone());
        }
        self.with.extend(with);
        let locals = row.live.get(row.variables..).unwrap_or_default();
        let mut seen: FxHashMap<&Arc<str>, usize> = FxHashMap::default();
        for live in live.iter().skip(variables) {
            let before = seen.entry(&live.name).or_default();
            let nth = std::mem::replace(before, *before + 1);
            let name = self.old_name(to, &live.name);
            let own = locals.iter().enumerate().filter(|(_, old)| old.name == name).nth(nth);
            let own =
                own.and_then(|(at, old)| Some((false, u32::try_from(row.variables + at).ok()?, old.ty)));
            if let Some(special) = special.get(&live.reg)
                && (own.is_none() || live.name.starts_with("%label"))
            {
                sources.push(special.clone());
                continue;
            }
            let found = own.or_else(|| self.variable_of(row.bot, &name).filter(|_| nth == 0));
            match self.pick(to, (&name, &live.name), found, live.ty) {
                Ok(source) => sources.push(source),
                Err(why) => lost.push(why),
            }
        }
        // All reasons are told, the first as the reason.
        let mut lost = lost.into_iter();
        match lost.next() {
            None => Ok(sources),
            Some(first) => {
                self.also.extend(lost);
                Err(first)
            }
        }
    }

    /// A variable of an old bot.
    fn variable_of(&self, bot: usize, name: &Arc<str>) -> Option<(bool, u32, u32)> {
        let variables = &self.old.tables().bots.get(bot)?.variables;
        let at = variables.iter().position(|variable| variable.name == *name)?;
        Some((true, u32::try_from(at).ok()?, variables.get(at)?.ty))
    }
}
