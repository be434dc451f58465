//! When two moments of a conversation are the same: the same wait, reached through the same calls, and the same values
//! as far as they can decide anything.

use super::relevant::{Holder, Relevant, Routine};
use super::texts::Texts;
use crate::ir::{FieldId, LocalId, Project, VarId};
use crate::sim::World;
use rustc_hash::{FxHashMap, FxHasher};
use sbot_vm::Program;
use sbot_vm::hours::Schedule;
use sbot_vm::program::{Callee, Live};
use sbot_vm::value::Value;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What is needed to compare moments.
pub(super) struct States<'a> {
    relevant: &'a Relevant,
    texts: &'a Texts,
    fields: Vec<FieldId>,
    /// Steps and flows of each bot by name.
    routines: FxHashMap<(u32, bool, Arc<str>), Routine>,
    /// How many variables each bot has.
    vars: Vec<usize>,
    /// Whether somebody is there decides, whatever else the clock shows.
    hours: Vec<Schedule>,
}

impl<'a> States<'a> {
    pub(super) fn new(
        program: &Program,
        project: &Project,
        relevant: &'a Relevant,
        texts: &'a Texts,
    ) -> States<'a> {
        let mut routines = FxHashMap::default();
        for (bot, row) in (0u32..).zip(&project.bots) {
            for (step, row) in (0u32..).zip(&row.steps) {
                routines.entry((bot, false, Arc::clone(&row.name))).or_insert(Routine::Step(bot, step));
            }
            for (flow, row) in (0u32..).zip(&row.flows) {
                routines.entry((bot, true, Arc::clone(&row.name))).or_insert(Routine::Flow(bot, flow));
            }
        }
        let vars = project.bots.iter().map(|bot| bot.vars.len()).collect();
        let hours = program.tables().hours.iter().map(Schedule::new).collect();
        States { relevant, texts, fields: relevant.fields(), routines, vars, hours }
    }

    /// The key of the moment at which a world is; `None` where no run waits.
    pub(super) fn key(&self, world: &World) -> Option<u64> {
        let run = world.run()?;
        let tables = world.tables();
        let mut state = FxHasher::default();
        (run.bot, run.wait).hash(&mut state);
        let mut bot = run.bot;
        let mut in_flow = false;
        for frame in &run.frames {
            let call = tables.calls.get(frame.call as usize)?;
            frame.call.hash(&mut state);
            self.values(world, (bot, in_flow, &call.step), &call.live, &frame.values, &mut state);
            in_flow = matches!(call.callee, Callee::Flow(_));
            if !in_flow {
                bot = frame.bot;
                bot.hash(&mut state);
            }
        }
        let wait = tables.waits.get(run.wait as usize)?;
        self.values(world, (bot, in_flow, &wait.step), &wait.live, &run.values, &mut state);
        for deadline in &run.deadlines {
            deadline.saturating_sub(world.now()).hash(&mut state);
        }
        for hours in &self.hours {
            hours.is_open(world.now(), &world.program().context().zone).hash(&mut state);
        }
        for field in &self.fields {
            if let Some(value) = world.facts().values.get(field.0 as usize) {
                let clock = tables.fields.get(field.0 as usize).is_some_and(|field| &*field.entity == "now");
                if !clock {
                    self.value(world, value, self.relevant.counts(Holder::Field(*field)), &mut state);
                }
            }
        }
        for drawn in world.counters() {
            drawn.hash(&mut state);
        }
        Some(state.finish())
    }

    /// The step or flow in which the run waits.
    pub(super) fn routine(&self, world: &World) -> Option<Routine> {
        let run = world.run()?;
        let tables = world.tables();
        let mut bot = run.bot;
        let mut in_flow = false;
        for frame in &run.frames {
            in_flow = matches!(tables.calls.get(frame.call as usize)?.callee, Callee::Flow(_));
            if !in_flow {
                bot = frame.bot;
            }
        }
        let wait = tables.waits.get(run.wait as usize)?;
        self.routines.get(&(bot, in_flow, Arc::clone(&wait.step))).copied()
    }

    fn values<H: Hasher>(
        &self,
        world: &World,
        (bot, in_flow, step): (u32, bool, &Arc<str>),
        live: &[Live],
        values: &[Value],
        state: &mut H,
    ) {
        let routine = self.routines.get(&(bot, in_flow, Arc::clone(step)));
        let vars = if in_flow { 0 } else { self.vars.get(bot as usize).copied().unwrap_or(0) };
        for (live, value) in live.iter().zip(values) {
            let reg = usize::from(live.reg);
            let holder = match (reg.checked_sub(vars), routine) {
                (None, _) => Some(Holder::Var(bot, VarId(u32::from(live.reg)))),
                // What the compiler keeps for itself stands behind the locals, and decides.
                (Some(_), _) if live.name.starts_with('%') => None,
                (Some(local), Some(routine)) => {
                    let local = LocalId(u32::try_from(local).unwrap_or(u32::MAX));
                    Some(Holder::Local(*routine, local))
                }
                (Some(_), None) => None,
            };
            if holder.is_none_or(|holder| self.relevant.holds(holder)) {
                live.reg.hash(state);
                self.value(world, value, holder.is_none_or(|holder| self.relevant.counts(holder)), state);
            }
        }
    }

    /// A value, as far as the bot can tell it from others.
    fn value<H: Hasher>(&self, world: &World, value: &Value, exact: bool, state: &mut H) {
        std::mem::discriminant(value).hash(state);
        match value {
            Value::None => {}
            Value::Bool(value) => value.hash(state),
            // Beyond every number that is compared, one is as good as another.
            Value::Int(value) if exact => value.clamp(&-self.most(), &self.most()).hash(state),
            Value::Int(value) => self.texts.rank((*value).into(), state),
            Value::Number(value) => self.texts.rank(*value, state),
            Value::Text(text) => self.texts.classify(world.program(), text, state),
            Value::Date(value) => value.hash(state),
            Value::Time(value) => value.hash(state),
            Value::DateTime(value) => value.saturating_sub(world.now()).hash(state),
            Value::Duration(value) => value.hash(state),
            Value::List(items) => {
                items.len().hash(state);
                items.iter().for_each(|item| self.value(world, item, exact, state));
            }
            Value::Record(record) => {
                record.fields.iter().for_each(|field| self.value(world, field, exact, state));
            }
            Value::Symbol(value) => value.hash(state),
            Value::Undeclared(value) => value.hash(state),
            Value::File(text) | Value::Json(text) => text.hash(state),
        }
    }

    fn most(&self) -> i64 {
        self.texts.largest.saturating_add(2).max(3)
    }
}
