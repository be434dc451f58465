//! What matters for runs that are parked: the stable names of waits, and of what they belong to.

use super::super::change::ChangeKind as K;
use super::super::line::{Line, list};
use super::super::matching::Pairs;
use super::super::model::{Bot, Node, Unit, UnitKind};
use super::bot::{BotPairs, unit_word};
use super::{Compare, Place};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A wait of a bot: its name and where it is.
type Named = (Arc<str>, Place);

impl Compare<'_> {
    /// Tells which waits have another name or none any more.
    pub(super) fn parked(&mut self, old: &Bot, new: &Bot, pairs: &BotPairs) {
        let pairs_of_waits = std::mem::take(&mut self.waits);
        let mut told: FxHashSet<Arc<str>> = FxHashSet::default();
        let new_names: FxHashSet<Arc<str>> = all_waits(new).into_iter().map(|(name, _)| name).collect();
        let known: FxHashMap<Arc<str>, Arc<str>> =
            pairs_of_waits.iter().map(|pair| (Arc::clone(&pair.was), Arc::clone(&pair.now))).collect();
        for (units, other, pairs, kind) in [
            (&old.steps, &new.steps, &pairs.steps, K::StepRenamed),
            (&old.flows, &new.flows, &pairs.flows, K::FlowRenamed),
        ] {
            for (before, after) in renamed_units(units, other, pairs) {
                let mut more = Vec::new();
                for (name, _) in waits(&before.body) {
                    if let Some(now) = known.get(&name).filter(|now| **now != name) {
                        more.push(Line::say("its wait ").code(&*name).and(" is now ").code(&**now));
                        told.insert(name);
                    }
                }
                if before.kind == UnitKind::Flow {
                    self.callers(before, &pairs_of_waits, &mut told, &mut more);
                }
                if more.is_empty() {
                    continue;
                }
                let what = Line::say(format!("{} ", unit_word(before.kind))).code(&*before.name);
                let what = what.and(" is now called ").code(&*after.name);
                self.unit = Some(Arc::clone(&after.name));
                self.tell_plainly(kind, (Some(before.place), Some(after.place)), what).more = more;
            }
        }
        self.unit = None;
        for super::WaitPair { was, now, places } in &pairs_of_waits {
            if was != now && told.insert(Arc::clone(was)) {
                let what = Line::say("the wait ").code(&**was).and(" is now called ").code(&**now);
                let what = match new_names.contains(was) {
                    true => what.and(", and another one has its name"),
                    false => what,
                };
                self.tell_plainly(K::WaitRenamed, (Some(places.0), Some(places.1)), what);
            }
        }
        let taken: FxHashSet<&Arc<str>> = pairs_of_waits.iter().map(|pair| &pair.now).collect();
        for unit in old.steps.iter().chain(&old.flows) {
            let lost = waits(&unit.body);
            let lost = lost.into_iter().filter(|(name, _)| !known.contains_key(name));
            let (replaced, gone): (Vec<Named>, Vec<Named>) = lost
                .filter(|(name, _)| !new_names.contains(name) || taken.contains(name))
                .partition(|(name, _)| taken.contains(name));
            self.unit = Some(Arc::clone(&unit.name));
            for (name, place) in replaced {
                let what =
                    Line::say("the wait ").code(&*name).and(" is gone, and another one has its name now");
                self.tell_plainly(K::WaitLost, (Some(place), None), what);
            }
            if let Some((_, place)) = gone.first() {
                let names: Vec<Line> = gone.iter().map(|(name, _)| Line::default().code(&**name)).collect();
                let what = match gone.len() {
                    1 => Line::say("the wait ").with(list(names)).and(" is gone"),
                    _ => Line::say("the waits ").with(list(names)).and(" are gone"),
                };
                self.tell_plainly(K::WaitLost, (Some(*place), None), what);
            }
        }
        self.unit = None;
    }

    /// The calls of a flow that are named after it.
    fn callers(
        &self,
        flow: &Unit,
        waits: &[super::WaitPair],
        told: &mut FxHashSet<Arc<str>>,
        more: &mut Vec<Line>,
    ) {
        for super::WaitPair { was, now, places: _ } in waits {
            let called = was.split_once('.').map_or("", |(_, tail)| tail.split('#').next().unwrap_or(tail));
            if was != now && called == &*flow.name && told.insert(Arc::clone(was)) {
                more.push(Line::say("its call ").code(&**was).and(" is now ").code(&**now));
            }
        }
    }
}

fn renamed_units<'u>(old: &'u [Unit], new: &'u [Unit], pairs: &Pairs) -> Vec<(&'u Unit, &'u Unit)> {
    let both = pairs.new.iter().zip(old).filter_map(|(new_number, before)| {
        let after = new.get((*new_number)? as usize)?;
        (before.name != after.name).then_some((before, after))
    });
    both.collect()
}

fn all_waits(bot: &Bot) -> Vec<Named> {
    bot.steps.iter().chain(&bot.flows).flat_map(|unit| waits(&unit.body)).collect()
}

/// The waits of a body, in order.
fn waits(body: &[Node]) -> Vec<Named> {
    let mut found = Vec::new();
    collect(body, &mut found);
    found
}

fn collect(body: &[Node], found: &mut Vec<Named>) {
    for node in body {
        found.extend(node.wait.iter().map(|name| (Arc::clone(name), node.place)));
        for way in &node.ways {
            collect(&way.body, found);
        }
    }
}
