//! Which steps of a project an import leaves alone: those of which the file says what the project's own export says.
//!
//! Kommo's file has no flows, parameters or comments, so a step that was written anew from it would be another
//! one. A block goes by its uuid, which spells the step that it was made of; blocks may have other numbers.

use super::ground::{Exported, Ground};
use crate::kommo::bot::{Bot, Part, Target};
use crate::kommo::{names, write};
use std::collections::{BTreeMap, BTreeSet};

/// What each step of the source has become: the texts of its blocks by their numbers.
type Made = BTreeMap<String, Vec<(u32, String)>>;

/// Steps that stay.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// By the number of a step of the file: the step of the source that it was made of, and the number of its block.
    pub(super) blocks: BTreeMap<i64, (String, u32)>,
    /// The steps of the source that stay, and what stands before the first one.
    pub(super) steps: BTreeSet<String>,
    /// The steps of the source of which the file says the same: those that stay, and some that others lead to otherwise.
    pub(super) same: BTreeSet<String>,
    /// What leads where in the file.
    ways: Vec<(i64, Target)>,
    /// The steps of the source, and what each leads to there.
    leads: BTreeMap<String, BTreeSet<String>>,
    /// Steps that nothing but the source can lead to by their name alone: they have parameters, or are none.
    closed: BTreeSet<String>,
    /// By the number of a step of the file: how the source goes to a step with parameters that begins there.
    calls: BTreeMap<i64, String>,
}

impl Kept {
    pub(super) fn of(bot: &Bot, ground: &Ground) -> Kept {
        let mut kept = Kept { blocks: spelled(bot, ground.exported.as_ref()), ..Kept::default() };
        let Some(exported) = &ground.exported else { return kept };
        // The whole source relies on it.
        if exported.failed.is_some() && kept.failed(bot, exported).is_none() {
            return kept;
        }
        let ids = ids(&exported.bot, bot);
        let (old, new) = (
            made(&exported.bot, &ids, &spelled(&exported.bot, Some(exported))),
            made(bot, &ids, &kept.blocks),
        );
        let steps = exported.steps.keys().map(String::as_str).chain([names::START]);
        kept.steps = steps.filter(|step| old.get(*step) == new.get(*step)).map(str::to_owned).collect();
        kept.same.clone_from(&kept.steps);
        kept.closed.insert(names::START.to_owned());
        let with_params = exported.steps.iter().filter(|(_, step)| step.params);
        kept.closed.extend(with_params.map(|(name, _)| name.clone()));
        let own = |number: &i64| {
            let step = exported.bot.steps.iter().find(|step| step.number == *number)?;
            bot.steps.iter().find(|other| step.uuid.is_some() && other.uuid == step.uuid)
        };
        let calls =
            exported.calls.iter().filter_map(|(number, call)| Some((own(number)?.number, call.clone())));
        kept.calls.extend(calls);
        kept.leads = exported.steps.iter().map(|(name, step)| (name.clone(), step.leads.clone())).collect();
        for step in &bot.steps {
            let parts = [&step.question, &step.answer, &step.no_answer, &step.finish];
            for handler in parts.into_iter().flatten() {
                handler.each_target(&mut |to| kept.ways.push((step.number, to)));
            }
        }
        kept.settle();
        kept
    }

    /// Where the project leads every message that fails and has no way of its own. None if it does not, or if a message
    /// of the file leads nowhere.
    pub(super) fn failed(&self, bot: &Bot, exported: &Exported) -> Option<Target> {
        let named = exported.failed.as_deref()?;
        let at = self.blocks.iter().find(|(_, (step, number))| step == named && *number == 1);
        let leads = super::fails(bot).iter().all(Option::is_some) && bot.error.is_empty();
        at.filter(|_| leads).map(|(step, _)| Target { step: *step, part: Part::Question })
    }

    /// Whether a step of the file belongs to one that stays.
    pub(super) fn holds(&self, step: i64) -> bool {
        self.blocks.get(&step).is_some_and(|(step, _)| self.steps.contains(step))
    }

    /// The step of the source, if a place is where it begins and stays.
    pub(super) fn begun(&self, at: Target) -> Option<&str> {
        let (step, number) = self.blocks.get(&at.step)?;
        let begins = *number == 1 && at.part == Part::Question && step != names::START;
        (begins && self.steps.contains(step)).then_some(step)
    }

    /// How a step that stays is gone to with the same arguments in every conversation, if a place is where it then begins.
    pub(super) fn call(&self, at: Target) -> Option<&str> {
        let goes = at.part == Part::Question && self.holds(at.step);
        self.calls.get(&at.step).filter(|_| goes).map(String::as_str)
    }

    /// The step that stays, if a place is inside of it, so that no source can lead there.
    pub(super) fn inside(&self, at: Target) -> Option<&str> {
        let (step, _) = self.blocks.get(&at.step).filter(|_| self.holds(at.step))?;
        let named = self.begun(at).is_some() && !self.closed.contains(step);
        (!named && self.call(at).is_none()).then_some(step)
    }

    /// The step of the source that stays and begins at a place, with some arguments or without.
    pub(super) fn begins(&self, at: Target) -> Option<&str> {
        let (step, _) = self.blocks.get(&at.step)?;
        (self.begun(at).is_some() || self.call(at).is_some()).then_some(step)
    }

    /// Places that are steps whatever else leads to them: those that stay, and those to which what stays leads.
    pub(super) fn places(&self) -> BTreeSet<Target> {
        let (from, to): (Vec<i64>, Vec<Target>) = self.ways.iter().copied().unzip();
        let own = self.blocks.keys().map(|step| Target { step: *step, part: Part::Question });
        let own = own.filter(|at| self.begun(*at).is_some() || self.call(*at).is_some());
        let led = from.into_iter().zip(to).filter(|(from, _)| self.holds(*from)).map(|(_, to)| to);
        own.chain(led).collect()
    }

    /// Where a step that stays leads to others, which do not.
    pub(super) fn leads(&self, step: i64) -> impl Iterator<Item = Target> {
        self.ways.iter().filter(move |(from, to)| *from == step && !self.holds(to.step)).map(|(_, to)| *to)
    }

    /// Takes steps away, and those that cannot stay without them. Whether there were any.
    pub(super) fn drop(&mut self, steps: &BTreeSet<String>) -> bool {
        let before = self.steps.len();
        self.steps.retain(|step| !steps.contains(step));
        self.settle();
        self.steps.len() < before
    }

    /// What stays and what does not have to fit together: each leads to the other by the name of a step alone.
    fn settle(&mut self) {
        loop {
            let mut gone = BTreeSet::new();
            for (from, to) in &self.ways {
                let Some((step, number)) = self.blocks.get(&to.step) else { continue };
                let by_name = *number == 1 && to.part == Part::Question && !self.closed.contains(step);
                if by_name || self.call(*to).is_some() || self.holds(*from) == self.holds(to.step) {
                    continue;
                }
                // One of the two stays, and cannot.
                let owner = self.blocks.get(from).map(|(owner, _)| owner);
                gone.extend(
                    owner.into_iter().chain([step]).filter(|name| self.steps.contains(*name)).cloned(),
                );
            }
            // What the file does not name is there by its name in the source alone.
            let begun: BTreeSet<&str> = self
                .blocks
                .values()
                .filter(|(_, number)| *number == 1)
                .map(|(step, _)| step.as_str())
                .collect();
            let lost = |step: &String| {
                let known = self.leads.contains_key(step) && !self.steps.contains(step);
                known && (self.closed.contains(step) || !begun.contains(step.as_str()))
            };
            let torn = |step: &&String| self.leads.get(*step).is_some_and(|leads| leads.iter().any(lost));
            gone.extend(self.steps.iter().filter(torn).cloned());
            if gone.is_empty() {
                return;
            }
            self.steps.retain(|step| !gone.contains(step));
        }
    }
}

/// The steps of the source that the steps of a file were made of. A name that is too long for a uuid is known if the
/// source has it.
fn spelled(bot: &Bot, exported: Option<&Exported>) -> BTreeMap<i64, (String, u32)> {
    let mut all = BTreeMap::new();
    let mut others: BTreeMap<&str, i64> = BTreeMap::new();
    for step in &bot.steps {
        let Some(uuid) = step.uuid.as_deref() else { continue };
        match names::name(uuid).as_deref().and_then(names::split) {
            Some((name, number)) => {
                all.insert(step.number, (name.to_owned(), number));
            }
            None => {
                others.insert(uuid, step.number);
            }
        }
    }
    let Some(exported) = exported.filter(|_| !others.is_empty()) else { return all };
    for step in exported.steps.keys().map(String::as_str).chain([names::START]) {
        for number in (1..).take(bot.steps.len()) {
            if let Some(at) = others.get(&*names::uuid(&names::numbered(step, number))) {
                all.insert(*at, (step.to_owned(), number));
            }
        }
    }
    all
}

/// A number for each block, whichever of the two files it stands in.
fn ids(old: &Bot, new: &Bot) -> BTreeMap<String, i64> {
    let uuids = old.steps.iter().chain(&new.steps).filter_map(|step| step.uuid.clone());
    let uuids: BTreeSet<String> = uuids.collect();
    uuids.into_iter().zip(0..).collect()
}

/// A place by the number of its block. Where the bot ends has none.
fn renamed(bot: &Bot, ids: &BTreeMap<String, i64>, to: Target) -> Target {
    let step = bot.steps.binary_search_by_key(&to.step, |step| step.number).ok();
    let uuid = step.and_then(|at| bot.steps.get(at)).and_then(|step| step.uuid.as_ref());
    let number = uuid.and_then(|uuid| ids.get(uuid)).copied();
    Target { step: number.unwrap_or(if step.is_some() { -2 - to.step } else { -1 }), ..to }
}

/// What the steps of the source have become.
fn made(bot: &Bot, ids: &BTreeMap<String, i64>, blocks: &BTreeMap<i64, (String, u32)>) -> Made {
    let mut made = Made::new();
    for step in &bot.steps {
        let Some((name, number)) = blocks.get(&step.number) else { continue };
        let mut own = step.clone();
        own.each_handler_mut(&mut |handler| {
            handler.each_target_mut(&mut |to| *to = renamed(bot, ids, *to));
        });
        made.entry(name.clone()).or_default().push((*number, write::step(&own).to_string()));
    }
    made.values_mut().for_each(|blocks| blocks.sort_unstable());
    made
}
