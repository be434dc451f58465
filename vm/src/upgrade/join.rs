//! What a run waits for, before and after: the effect that its wait belongs to, timers, labels that clients see.

use super::convert::Conv;
use super::plan::{Planner, Planning, Row, Source, Timer};
use super::why::{Lost, Note};
use crate::layout::START;
use crate::loaded::{Due, Program, Subject};
use crate::op::Reg;
use crate::program::{On, Source as Label, Wait};
use crate::text::fold;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl<'p> Planner<'p> {
    /// Whether the effect that the old wait belongs to is the one that the new wait belongs to.
    pub(super) fn joins(&mut self, old: u32, new: u32, moved: bool) -> Planning<bool> {
        let subject = |program: &Program, wait: u32| {
            program.derived.waits.get(wait as usize).map_or(Subject::None, |info| info.subject)
        };
        let (had, has) = (subject(self.old, old), subject(self.new, new));
        let (was, is) = (self.old.tables(), self.new.tables());
        let Some((from, to)) = was.waits.get(old as usize).zip(is.waits.get(new as usize)) else {
            return Ok(false);
        };
        let action = |action: u32| is.actions.get(action as usize);
        if let Subject::Action(had) = had
            && has == Subject::None
        {
            let had =
                was.actions.get(had as usize).map(|action| Arc::clone(&action.name)).unwrap_or_default();
            if !moved {
                return Err(Lost::Answer { action: had, answer: "".into() });
            }
            self.notes.push(Note::AnswerDropped(had));
        }
        match (had, has) {
            (_, Subject::None) => {}
            (Subject::Message, Subject::Message) => return Ok(true),
            (_, Subject::Message) => {}
            (Subject::Action(had), Subject::Action(has)) => {
                let (Some(had), Some(has)) = (was.actions.get(had as usize), action(has)) else {
                    return Ok(false);
                };
                if had.name != has.name {
                    return Err(Lost::OtherAction { action: Arc::clone(&has.name) });
                }
                return answers((from, had), (to, has)).map(|()| true);
            }
            (_, Subject::Action(has)) => {
                let action = action(has).map(|action| Arc::clone(&action.name)).unwrap_or_default();
                return Err(Lost::OtherAction { action });
            }
            (Subject::Counter(had), Subject::Counter(has)) => {
                let options = |tables: &crate::Tables, counter: u32| {
                    tables.counters.get(counter as usize).map_or(0, |counter| counter.options)
                };
                let fewer = options(is, has) < options(was, had);
                return if fewer { Err(Lost::Options) } else { Ok(true) };
            }
            (_, Subject::Counter(_)) => return Err(Lost::Stuck),
        }
        let ends =
            |on: &On| !matches!(on, On::Failed | On::Delivered | On::Answer(_) | On::Result | On::Drawn(_));
        if to.exits.iter().any(|exit| ends(&exit.on)) { Ok(false) } else { Err(Lost::Stuck) }
    }

    pub(super) fn timers(
        &mut self,
        (old, was): (u32, &Wait),
        (new, wait): (u32, &Wait),
        declared: Option<i64>,
    ) -> Planning<Vec<Timer>> {
        let timers = |program: &'p Program, wait: u32| {
            program.derived.waits.get(wait as usize).map_or(&[][..], |info| &info.timers)
        };
        let (had, has) = (timers(self.old, old), timers(self.new, new));
        let (old_hours, new_hours) = (&self.old.tables().hours, &self.new.tables().hours);
        let of = |program: &'p Program, hours: u32| {
            let row = program.tables().hours.get(hours as usize)?;
            program.tables().symbols.get(row.symbol as usize).map(|symbol| &symbol.name)
        };
        let mut planned = Vec::with_capacity(has.len());
        let mut kept = 0;
        let mut durations = (0u32..).zip(had).filter(|(_, (_, due))| matches!(due, Due::After(_)));
        for (_, due) in has {
            let timer = match due {
                Due::After(reg) => match durations.next() {
                    Some((at, _)) => Timer::Kept(at),
                    None => {
                        let seconds =
                            declared.or_else(|| known_duration(self.new, wait, *reg)).ok_or(Lost::Timer)?;
                        self.notes.push(Note::TimerAdded(seconds));
                        Timer::After(seconds.saturating_mul(1000))
                    }
                },
                Due::Hours(hours) => {
                    let same = |(_, (_, due)): &(u32, &(u32, Due))| matches!(due, Due::Hours(old) if of(self.old, *old) == of(self.new, *hours));
                    match (0u32..).zip(had).find(same) {
                        Some((at, (_, Due::Hours(old)))) => {
                            let rows = |all: &[crate::program::Hours], at: u32| {
                                all.get(at as usize).map(|hours| (hours.rows.clone(), hours.except.clone()))
                            };
                            let zones = self.old.tables().account.zone == self.new.tables().account.zone;
                            let unchanged = zones && rows(old_hours, *old) == rows(new_hours, *hours);
                            if unchanged { Timer::Kept(at) } else { Timer::Hours(Some(at), *hours) }
                        }
                        Some(_) | None => Timer::Hours(None, *hours),
                    }
                }
            };
            kept += usize::from(matches!(timer, Timer::Kept(_) | Timer::Hours(Some(_), _)));
            planned.push(timer);
        }
        if kept < had.len() && !was.name.ends_with(START) {
            self.notes.push(Note::TimerDropped);
        }
        Ok(planned)
    }

    /// Notes labels that clients still see, and that nothing takes any more.
    pub(super) fn labels(&mut self, was: &Wait, wait: &Wait) {
        let texts = |program: &Program, on: &On| -> Vec<Option<Arc<str>>> {
            let On::Option { label, synonyms } = on else { return Vec::new() };
            let text = |label: &Label| crate::loaded::known_text(program.tables(), *label).cloned();
            std::iter::once(label).chain(synonyms).map(text).collect()
        };
        let now: Vec<_> = wait.exits.iter().flat_map(|exit| texts(self.new, &exit.on)).collect();
        if now.iter().any(Option::is_none) || wait.exits.iter().any(|exit| matches!(exit.on, On::Chosen(_))) {
            return;
        }
        let now: Vec<_> = now.iter().flatten().map(|text| fold(text)).collect();
        for label in
            was.exits.iter().filter_map(|exit| texts(self.old, &exit.on).into_iter().next().flatten())
        {
            if !now.contains(&fold(&label)) {
                self.notes.push(Note::LabelGone(label));
            }
        }
    }

    /// What registers without a name in the source get: tries that are left, and labels that clients see.
    pub(super) fn special(&self, row: Row<'_>, was: &Wait, wait: &Wait) -> FxHashMap<Reg, Source> {
        let mut special = FxHashMap::default();
        for (reg, value) in &wait.known {
            if let Some(value) = self.new.tables().consts.get(*value as usize) {
                special.insert(*reg, Source::Given(value.clone()));
            }
        }
        let options = |wait: &Wait| -> Vec<Vec<Label>> {
            let options = wait.exits.iter().filter_map(|exit| match &exit.on {
                On::Option { label, synonyms } => {
                    Some(std::iter::once(*label).chain(synonyms.iter().copied()).collect())
                }
                On::Other
                | On::Message
                | On::Timeout(_)
                | On::Failed
                | On::Delivered
                | On::VideoOpened
                | On::VideoClosed
                | On::Answer(_)
                | On::Result
                | On::Chosen(_)
                | On::Hours(_)
                | On::Drawn(_) => None,
            });
            options.collect()
        };
        let had = options(was);
        for (n, option) in options(wait).into_iter().enumerate() {
            for (m, label) in option.into_iter().enumerate() {
                let Label::Reg(reg) = label else { continue };
                let before = had.get(n).and_then(|option| option.get(m)).copied();
                let source = match before {
                    Some(Label::Const(_)) | None => {
                        let text =
                            before.and_then(|before| crate::loaded::known_text(self.old.tables(), before));
                        Source::Given(Value::Text(text.cloned().unwrap_or_else(|| Arc::from(""))))
                    }
                    Some(Label::Reg(old)) => match row.live.iter().position(|live| live.reg == old) {
                        Some(at) => Source::Own(at as u32, Conv::Keep, None),
                        None => Source::Given(Value::text("")),
                    },
                };
                special.insert(reg, source);
            }
        }
        special
    }
}

/// The length of a timer, if it is the same in every run.
fn known_duration(program: &Program, wait: &Wait, reg: Reg) -> Option<i64> {
    let (_, value) = wait.known.iter().find(|(known, _)| *known == reg)?;
    let value = program.tables().consts.get(*value as usize)?;
    if let Value::Duration(seconds) = value { Some(*seconds) } else { None }
}

/// Whether every answer that the old wait took is taken by the new one, with the same values.
fn answers(
    (from, had): (&Wait, &crate::program::Action),
    (to, has): (&Wait, &crate::program::Action),
) -> Planning<()> {
    let lost = |answer: &Arc<str>| Lost::Answer { action: Arc::clone(&has.name), answer: Arc::clone(answer) };
    let takes = |wanted: &On| to.exits.iter().any(|exit| exit.on == *wanted);
    for exit in &from.exits {
        if exit.on == On::Result && (!takes(&On::Result) || had.result != has.result) {
            return Err(lost(&Arc::from("result")));
        }
        let On::Answer(answer) = exit.on else { continue };
        let Some(answer) = had.exits.get(answer as usize) else { continue };
        let same = (0u32..).zip(&has.exits).find(|(_, exit)| exit.name == answer.name);
        let same = same.filter(|(at, exit)| takes(&On::Answer(*at)) && exit.params == answer.params);
        if same.is_none() {
            return Err(lost(&answer.name));
        }
    }
    Ok(())
}
