//! Works out, once for a pair of programs, what becomes of the runs at every place of the old one. In: both programs, and
//! the rules in the new one. Out: a table of plans. Nothing here looks at a run.

use super::convert::{Conv, Types, holds};
use super::names::{Decided, Index, decisions};
use super::why::{At, Lost, Note, With};
use crate::layout::{BACK, START, slot_of, type_name};
use crate::loaded::Program;
use crate::program::{Callee, Live};
use crate::upgrade::rule::To;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Where a value of a moved run comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// From the frame that is moved: which of its values, how it is written, and what stands in for one that does not fit.
    Own(u32, Conv, Option<Value>),
    /// From the variables of the bot that runs there.
    Bot(u32, Conv, Option<Value>),
    /// It is the same in every run.
    Given(Value),
}

/// When a timer of a moved run is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// When the one of this number was.
    Kept(u32),
    /// When hours of the new program open next; the one of this number is kept where it is due already.
    Hours(Option<u32>, u32),
    /// So many milliseconds after the move.
    After(i64),
}

/// Where a run waits on.
#[derive(Clone, Debug)]
pub(super) struct Goes {
    pub(super) wait: u32,
    /// The flows that are open are left.
    pub(super) unwinds: bool,
    /// Calls that lead to the wait and that the old run has not made.
    pub(super) inner: Vec<(u32, Vec<Source>)>,
    pub(super) values: Vec<Source>,
    pub(super) timers: Vec<Timer>,
    pub(super) keeps_effect: bool,
}

/// What becomes of the runs at a place.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    Goes(Goes),
    /// The caller stands at this call now.
    Calls(u32, Vec<Source>),
    Ends,
    Lost(Lost),
}

/// What is worked out for a place.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) with: Vec<With>,
    pub(super) notes: Vec<Note>,
    /// The step that runs begin, if they begin one.
    pub(super) step: Option<Arc<str>>,
    /// The function of the old program that it stands in.
    pub(super) function: u32,
    /// Further reasons why runs are lost.
    pub(super) also: Vec<Lost>,
}

/// What an old bot is in the new program.
pub(super) struct BotPlan {
    /// Its number there, or that of the bot whose source decides about it.
    pub(super) to: Option<u32>,
    /// What becomes of all of its runs.
    all: Option<To>,
    pub(super) variables: Vec<PlannedVariable>,
}

/// Where a variable comes from, and what that rests on.
pub(super) type PlannedVariable = (Result<Source, Lost>, Option<With>);

/// What a decision says beside where a run waits: the calls that lead there, and what new timers last.
type Moved<'m> = Option<(&'m [Arc<str>], Option<i64>)>;

/// A place of the old program, as the planning of its values sees it.
#[derive(Clone, Copy)]
pub(super) struct Row<'p> {
    pub(super) bot: usize,
    pub(super) live: &'p [Live],
    /// How many of them are variables of the bot.
    pub(super) variables: usize,
}

pub(super) struct Planner<'p> {
    pub(super) old: &'p Program,
    pub(super) new: &'p Program,
    pub(super) types: Types<'p>,
    from: Index<'p>,
    index: Index<'p>,
    pub(super) decided: FxHashMap<u32, Decided>,
    pub(super) bots: Vec<BotPlan>,
    pub(super) with: Vec<With>,
    pub(super) notes: Vec<Note>,
    step: Option<Arc<str>>,
    /// Reasons why runs are lost, beside the first.
    pub(super) also: Vec<Lost>,
}

pub(super) type Planning<T> = Result<T, Lost>;

impl<'p> Planner<'p> {
    pub(super) fn new(old: &'p Program, new: &'p Program) -> Planner<'p> {
        let decisions = decisions(old, new);
        let types = Types::new(old.tables(), new.tables(), &decisions.symbols);
        let mut planner = Planner {
            old,
            new,
            types,
            from: Index::new(old),
            index: Index::new(new),
            decided: decisions.bots,
            bots: Vec::new(),
            with: Vec::new(),
            notes: Vec::new(),
            step: None,
            also: Vec::new(),
        };
        for bot in &old.tables().bots {
            let (to, all) = match decisions.of_bots.get(&bot.name) {
                Some((to, To::Place { .. })) => (Some(*to), None),
                Some((to, all)) => (Some(*to), Some(all.clone())),
                None => (new.bot(&bot.name), None),
            };
            let variables =
                to.and_then(|to| new.tables().bots.get(to as usize)).map_or(&[][..], |to| &to.variables);
            let variables = planner.variables(&bot.variables, variables, to);
            planner.bots.push(BotPlan { to, all, variables });
        }
        planner
    }

    /// The bots of the new program, for those of the old one.
    pub(super) fn bots(&self) -> Vec<Option<u32>> {
        self.bots.iter().map(|bot| bot.to).collect()
    }

    /// What becomes of the runs at a place.
    pub(super) fn place(&mut self, at: At) -> Option<Planned> {
        let tables = self.old.tables();
        let (name, head, live, function) = match at {
            At::Wait(wait) => {
                let row = tables.waits.get(wait as usize)?;
                (&row.name, &row.step, &row.live, self.old.derived.waits.get(wait as usize)?.function?)
            }
            At::Call(call) => {
                let row = tables.calls.get(call as usize)?;
                (&row.name, &row.step, &row.live, self.old.derived.calls.get(call as usize)?.function)
            }
        };
        let bot = self.from.bot_of(function)?;
        let is_flow = tables.bots.get(bot as usize)?.function != function;
        let variables = tables.bots.get(bot as usize)?.variables.len();
        let row = Row { bot: bot as usize, live, variables: if is_flow { 0 } else { variables } };
        self.with.clear();
        self.notes.clear();
        self.also.clear();
        self.step = None;
        let plan = self.becomes(at, (name, head), function, row).unwrap_or_else(Plan::Lost);
        if let Plan::Lost(first) = &plan {
            self.with.clear();
            self.notes.clear();
            // What is wrong with the variables is wrong wherever the run goes.
            let variables = self.bots.get(row.bot).filter(|_| row.variables > 0).map(|bot| &bot.variables);
            for why in variables.into_iter().flatten().filter_map(|(source, _)| source.as_ref().err()) {
                if why != first && !self.also.contains(why) {
                    self.also.push(why.clone());
                }
            }
        }
        self.with.dedup();
        let (with, notes) = (std::mem::take(&mut self.with), std::mem::take(&mut self.notes));
        let also = std::mem::take(&mut self.also);
        Some(Planned { plan, with, notes, step: self.step.take(), function, also })
    }

    fn becomes(
        &mut self,
        at: At,
        (name, head): (&Arc<str>, &Arc<str>),
        function: u32,
        row: Row<'p>,
    ) -> Planning<Plan> {
        let Some(bot) = self.bots.get(row.bot) else { return Ok(Plan::Ends) };
        let Some(to) = bot.to else {
            let name = self.old.tables().bots.get(row.bot).map(|bot| Arc::clone(&bot.name));
            return Err(Lost::NoBot { bot: name.unwrap_or_default() });
        };
        let all = bot.all.clone();
        let plain = name.strip_suffix(BACK).unwrap_or(name);
        let rest = name.strip_prefix(&**head).unwrap_or_default();
        let places = self.decided.get(&to).map(|decided| &decided.places);
        let own = places.and_then(|places| places.get(plain)).cloned();
        let of_head = places.and_then(|places| places.get(&**head)).cloned();
        let decided = all.or(own).or(of_head);
        if decided.is_some() {
            self.with.push(With::Decided);
        }
        match decided {
            None => self.goes(at, name, function, row, (to, None)),
            Some(To::End) => self.ends(to),
            Some(To::Restart { step, args }) => self.restarts(row, to, &step, &args),
            Some(To::Place { name: new, callers, timeout }) => {
                let new: Arc<str> = match (new.contains('.'), name.ends_with(BACK)) {
                    (false, _) => format!("{new}{rest}").into(),
                    (true, true) => format!("{new}{BACK}").into(),
                    (true, false) => new,
                };
                self.goes(at, &new, function, row, (to, Some((&callers, timeout))))
            }
        }
    }

    fn ends(&self, bot: u32) -> Planning<Plan> {
        let row = self.new.tables().bots.get(bot as usize);
        let promises = |ty: u32| !slot_of(&self.new.tables().types, ty).optional;
        match row.filter(|row| row.result.is_some_and(promises)) {
            Some(row) => Err(Lost::Result { bot: Arc::clone(&row.name) }),
            None => Ok(Plan::Ends),
        }
    }

    fn restarts(
        &mut self,
        row: Row<'_>,
        bot: u32,
        step: &Arc<str>,
        args: &[(Arc<str>, Value)],
    ) -> Planning<Plan> {
        let hidden = format!("{step}{START}");
        let wait = self.index.wait(bot, &hidden).ok_or_else(|| Lost::NoStep { step: Arc::clone(step) })?;
        let tables = self.new.tables();
        let (Some(to), Some(of)) = (tables.waits.get(wait as usize), tables.bots.get(bot as usize)) else {
            return Err(Lost::NoStep { step: Arc::clone(step) });
        };
        let mut given = FxHashMap::default();
        for live in to.live.iter().skip(of.variables.len()) {
            let Some((_, value)) = args.iter().find(|(name, _)| *name == live.name) else { continue };
            if !holds(tables, live.ty, value) {
                return Err(Lost::BadValue { name: Arc::clone(&live.name), ty: type_name(tables, live.ty) });
            }
            given.insert(live.reg, Source::Given(value.clone()));
        }
        // What is written at `restart` comes before what the old run has.
        let wanted: Vec<Live> =
            to.live.iter().filter(|live| !given.contains_key(&live.reg)).cloned().collect();
        let rest = self.sources(row, &wanted, of.variables.len(), &FxHashMap::default())?;
        let mut rest = rest.into_iter();
        let pick = |live: &Live| given.get(&live.reg).cloned().or_else(|| rest.next());
        let values = to.live.iter().filter_map(pick).collect();
        self.step = Some(Arc::clone(step));
        let timers = vec![Timer::After(0)];
        Ok(Plan::Goes(Goes { wait, unwinds: true, inner: Vec::new(), values, timers, keeps_effect: false }))
    }

    /// The place of this name in the new program.
    fn goes(
        &mut self,
        at: At,
        name: &Arc<str>,
        function: u32,
        row: Row<'p>,
        (bot, moved): (u32, Moved<'_>),
    ) -> Planning<Plan> {
        let to = self.function(function, bot);
        match at {
            At::Call(call) => self.call(call, name, to, row, bot),
            At::Wait(wait) => {
                let nth = self.from.nth(At::Wait(wait));
                let found = self.index.waits(bot, name);
                let there = to.and_then(|to| found.iter().filter(|(_, function)| *function == to).nth(nth));
                let gone = || Lost::NoPlace { name: Arc::clone(name) };
                let (new, function) = *there.or_else(|| found.first()).ok_or_else(gone)?;
                self.wait(wait, new, row, (to, function, bot), moved)
            }
        }
    }

    /// The function of the new program that has taken the place of an old one.
    fn function(&self, function: u32, bot: u32) -> Option<u32> {
        let tables = self.old.tables();
        let own = self.new.tables().bots.get(bot as usize)?.function;
        let of = self.from.bot_of(function).and_then(|bot| tables.bots.get(bot as usize))?;
        if of.function == function {
            return Some(own);
        }
        let name = &tables.functions.get(function as usize)?.name;
        let places = self.decided.get(&bot).map(|decided| &decided.places);
        let renamed = match places.and_then(|places| places.get(name)) {
            Some(To::Place { name, .. }) if !name.contains('.') => name,
            Some(_) | None => name,
        };
        self.index.flow(bot, renamed, self.from.nth_flow(function))
    }

    fn call(
        &mut self,
        call: u32,
        name: &Arc<str>,
        to: Option<u32>,
        row: Row<'p>,
        bot: u32,
    ) -> Planning<Plan> {
        let (old, tables) = (self.old.tables(), self.new.tables());
        let gone = || Lost::NoPlace { name: Arc::clone(name) };
        let callee = old.calls.get(call as usize).ok_or_else(gone)?.callee;
        let (had, wanted) = match callee {
            Callee::Flow(flow) => {
                let new = self.function(flow, bot);
                let name = |tables: &crate::Tables, of: u32| {
                    tables.functions.get(of as usize).map(|row| row.name.clone())
                };
                (name(old, flow), new.and_then(|new| Some((Callee::Flow(new), name(tables, new)?))))
            }
            Callee::Bot(other) => {
                let new = self.bots.get(other as usize).and_then(|bot| bot.to);
                let name = |tables: &crate::Tables, of: u32| {
                    tables.bots.get(of as usize).map(|row| row.name.clone())
                };
                (name(old, other), new.and_then(|new| Some((Callee::Bot(new), name(tables, new)?))))
            }
        };
        let there = |name: &str| {
            let found = self.index.calls(bot, name);
            found
                .iter()
                .filter(|(_, function)| Some(*function) == to)
                .nth(self.from.nth(At::Call(call)))
                .copied()
        };
        // A call has the name of what it calls, unless it is `called` another.
        let renamed = || {
            let (head, last) = name.rsplit_once('.')?;
            let rest = last.strip_prefix(&*had?)?;
            let (_, callee) = wanted.as_ref()?;
            let own = rest.is_empty() || rest.starts_with('#');
            own.then(|| there(&format!("{head}.{callee}{rest}"))).flatten()
        };
        let (new, function) = there(name).or_else(renamed).ok_or_else(gone)?;
        let to = tables.calls.get(new as usize).ok_or_else(gone)?;
        if wanted.as_ref().is_none_or(|(callee, _)| *callee != to.callee) {
            return Err(Lost::OtherCallee { name: Arc::clone(&to.name) });
        }
        let variables = self.kept_by(function, bot);
        Ok(Plan::Calls(new, self.sources(row, &to.live, variables, &FxHashMap::default())?))
    }

    /// How many variables the rows of a function begin with.
    fn kept_by(&self, function: u32, bot: u32) -> usize {
        let row = self.new.tables().bots.get(bot as usize);
        row.filter(|row| row.function == function).map_or(0, |row| row.variables.len())
    }

    fn wait(
        &mut self,
        old: u32,
        new: u32,
        row: Row<'p>,
        (to, function, bot): (Option<u32>, u32, u32),
        moved: Moved<'_>,
    ) -> Planning<Plan> {
        let tables = self.new.tables();
        let gone = || Lost::NoPlace { name: Arc::from("") };
        let own = tables.bots.get(bot as usize).ok_or_else(gone)?.function;
        let waits = self.old.tables().waits.get(old as usize).zip(tables.waits.get(new as usize));
        let (was, wait) = waits.ok_or_else(gone)?;
        let (calls, unwinds) = if to == Some(function) {
            (Vec::new(), false)
        } else if function == own {
            (Vec::new(), true)
        } else {
            self.way(to, own, (&wait.name, function), moved.map_or(&[][..], |(callers, _)| callers))?
        };
        self.labels(was, wait);
        // What is wrong is told all at once.
        let keeps_effect = self.joins(old, new, moved.is_some());
        let timers = self.timers((old, was), (new, wait), moved.and_then(|(_, timeout)| timeout));
        let inner = self.inner(row, &calls, bot);
        let special = self.special(row, was, wait);
        let values = self.sources(row, &wait.live, self.kept_by(function, bot), &special);
        match (keeps_effect, timers, inner, values) {
            (Ok(keeps_effect), Ok(timers), Ok(inner), Ok(values)) => {
                Ok(Plan::Goes(Goes { wait: new, unwinds, inner, values, timers, keeps_effect }))
            }
            (keeps_effect, timers, inner, values) => {
                let lost = [keeps_effect.err(), timers.err(), inner.err(), values.err()];
                let mut lost = lost.into_iter().flatten();
                let first = lost.next().unwrap_or(Lost::Stuck);
                self.also.extend(lost);
                Err(first)
            }
        }
    }

    /// Calls that the old run has not made, with what their callers keep.
    fn inner(&mut self, row: Row<'p>, calls: &[u32], bot: u32) -> Planning<Vec<(u32, Vec<Source>)>> {
        let tables = self.new.tables();
        let mut inner = Vec::with_capacity(calls.len());
        for call in calls {
            let info = self.new.derived.calls.get(*call as usize);
            let Some((to, info)) = tables.calls.get(*call as usize).zip(info) else { continue };
            let variables = self.kept_by(info.function, bot);
            inner.push((*call, self.sources(row, &to.live, variables, &FxHashMap::default())?));
        }
        Ok(inner)
    }

    /// The calls that lead to a flow, from the function in which the run stands or from the bot's own, and whether the flows
    /// that are open are left.
    fn way(
        &self,
        from: Option<u32>,
        own: u32,
        (wait, flow): (&Arc<str>, u32),
        callers: &[Arc<str>],
    ) -> Planning<(Vec<u32>, bool)> {
        let tables = self.new.tables();
        let (mut calls, mut target) = (Vec::new(), flow);
        let mut named = callers.iter().rev();
        while Some(target) != from && target != own {
            let name = named.next();
            let leads = |(_, call): &(u32, &crate::program::Call)| {
                call.callee == Callee::Flow(target) && name.is_none_or(|name| call.name == *name)
            };
            let mut found = (0u32..).zip(&tables.calls).filter(leads);
            let (first, second) = (found.next(), found.next());
            let (Some((call, _)), None) = (first, second) else {
                let flow = tables.functions.get(target as usize).map(|row| Arc::clone(&row.name));
                let calls =
                    (0u32..).zip(&tables.calls).filter(|(_, call)| call.callee == Callee::Flow(target));
                let calls = calls.map(|(_, call)| Arc::clone(&call.name)).collect();
                let wait = Arc::clone(wait);
                return Err(Lost::Callers { wait, flow: flow.unwrap_or_default(), calls });
            };
            calls.push(call);
            target = self.new.derived.calls.get(call as usize).map_or(own, |info| info.function);
            if calls.len() > crate::stack::MAX_DEPTH {
                return Err(Lost::TooDeep);
            }
        }
        calls.reverse();
        Ok((calls, from != Some(target)))
    }
}
