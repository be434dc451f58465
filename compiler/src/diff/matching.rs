//! Which bots, steps, flows, functions and variables of two projects are the same ones: by name first, and where a name
//! is gone, by what they do and how one gets there.

use super::entries::Entry;
use super::model::{Bot, How, Model, Node, Role, Unit, Var};
use super::term::{Head, Lit, Space, TermId, Terms};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Which numbers of two tables belong together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    /// For each number of the new table the old one.
    pub(crate) old: Vec<Option<u32>>,
    /// For each number of the old table the new one.
    pub(crate) new: Vec<Option<u32>>,
}

impl Pairs {
    fn none(old: usize, new: usize) -> Pairs {
        Pairs { old: vec![None; new], new: vec![None; old] }
    }

    fn pair(&mut self, old: usize, new: usize) {
        if let Some(slot) = self.new.get_mut(old) {
            *slot = u32::try_from(new).ok();
        }
        if let Some(slot) = self.old.get_mut(new) {
            *slot = u32::try_from(old).ok();
        }
    }

    fn is_free(&self, old: usize, new: usize) -> bool {
        self.new.get(old) == Some(&None) && self.old.get(new) == Some(&None)
    }

    /// The number that something of the new table has for both: the old one, or one that no old one has.
    pub(crate) fn shared(&self, new: u32) -> u32 {
        let fresh = u32::try_from(self.new.len()).unwrap_or(u32::MAX).saturating_add(new);
        self.old.get(new as usize).copied().flatten().unwrap_or(fresh)
    }
}

/// The bots.
pub(crate) fn bots(terms: &Terms, old: &Model, new: &Model) -> Pairs {
    let mut pairs = Pairs::none(old.bots.len(), new.bots.len());
    by_name(
        &mut pairs,
        old.bots.iter().map(|bot| Some(&bot.name)),
        new.bots.iter().map(|bot| Some(&bot.name)),
    );
    let features = |bot: &Bot| {
        let mut all = Vec::new();
        bot.steps.iter().chain(&bot.flows).for_each(|unit| add_features(terms, &unit.body, &mut all));
        all.sort_unstable();
        all
    };
    alike(&mut pairs, old.bots.iter().map(features).collect(), new.bots.iter().map(features).collect());
    pairs
}

/// The functions that are called.
pub(crate) fn functions(terms: &Terms, old: &Model, new: &Model) -> Pairs {
    units(terms, &old.functions, &new.functions, (Vec::new(), Vec::new()))
}

/// The steps, or the flows, of two bots. `entries` has what leads to each old and each new one, as features.
pub(crate) fn units(
    terms: &Terms,
    old: &[Unit],
    new: &[Unit],
    entries: (Vec<Vec<TermId>>, Vec<Vec<TermId>>),
) -> Pairs {
    let mut pairs = Pairs::none(old.len(), new.len());
    let features = |units: &[Unit], entries: Vec<Vec<TermId>>| -> Vec<Vec<TermId>> {
        let entries = entries.into_iter().chain(std::iter::repeat(Vec::new()));
        let of = |(unit, mut all): (&Unit, Vec<TermId>)| {
            add_features(terms, &unit.body, &mut all);
            all.sort_unstable();
            all
        };
        units.iter().zip(entries).map(of).collect()
    };
    let (old_features, new_features) = (features(old, entries.0), features(new, entries.1));
    let name = |unit: &Unit| unit.reached.then_some(&unit.name).cloned();
    let (old_names, new_names): (Vec<_>, Vec<_>) =
        (old.iter().map(name).collect(), new.iter().map(name).collect());
    let namesakes = {
        let mut same = Pairs::none(old.len(), new.len());
        by_name(&mut same, old_names.iter().map(Option::as_ref), new_names.iter().map(Option::as_ref));
        same
    };
    // Those that have their name and something of what they do.
    let mut doubtful: Vec<(u32, usize, usize)> = Vec::new();
    for (o, n) in namesakes.new.iter().enumerate().filter_map(|(o, n)| Some((o, (*n)? as usize))) {
        let (Some(a), Some(b)) = (old_features.get(o), new_features.get(n)) else { continue };
        let likeness = dice(a, b);
        if likeness >= 500 {
            pairs.pair(o, n);
        } else {
            doubtful.push((750 + likeness, o, n));
        }
    }
    let open = |features: Vec<Vec<TermId>>, units: &[Unit], taken: &[Option<u32>]| -> Vec<Vec<TermId>> {
        let free = units.iter().zip(taken).map(|(unit, taken)| unit.reached && taken.is_none());
        features.into_iter().zip(free).map(|(all, free)| if free { all } else { Vec::new() }).collect()
    };
    let old_features = open(old_features, old, &pairs.new);
    let new_features = open(new_features, new, &pairs.old);
    let mut scored = candidates(&old_features, &new_features);
    scored.extend(doubtful);
    greedy(&mut pairs, scored);
    pairs
}

/// The variables that are used.
pub(crate) fn vars(terms: &Terms, old: &Bot, new: &Bot) -> Pairs {
    let mut pairs = Pairs::none(old.vars.len(), new.vars.len());
    let name = |var: &Var| var.used.then_some(&var.name).cloned();
    let (old_names, new_names): (Vec<_>, Vec<_>) =
        (old.vars.iter().map(name).collect(), new.vars.iter().map(name).collect());
    by_name(&mut pairs, old_names.iter().map(Option::as_ref), new_names.iter().map(Option::as_ref));
    // Parameters are given by their place.
    for n in 0..old.params.min(new.params) {
        if pairs.is_free(n, n) {
            pairs.pair(n, n);
        }
    }
    let free = |taken: &[Option<u32>], names: &[Option<Arc<str>>]| -> Vec<usize> {
        let open = taken.iter().zip(names).enumerate();
        open.filter(|(_, (taken, name))| taken.is_none() && name.is_some()).map(|(n, _)| n).collect()
    };
    let (gone, added) = (free(&pairs.new, &old_names), free(&pairs.old, &new_names));
    if gone.is_empty() || added.is_empty() {
        return pairs;
    }
    // A variable with another name is of the same type, begins the same and is used in a step of the same name.
    let (old_used, new_used) = (users(terms, old), users(terms, new));
    let mut scored = Vec::new();
    for o in gone {
        for n in &added {
            let (Some(a), Some(b)) = (old.vars.get(o), new.vars.get(*n)) else { continue };
            let shared = old_used.get(&o).zip(new_used.get(n)).map_or(0, |(a, b)| a.intersection(b).count());
            if a.ty == b.ty && a.init == b.init && shared > 0 {
                scored.push((u32::try_from(shared).unwrap_or(u32::MAX), o, *n));
            }
        }
    }
    greedy(&mut pairs, scored);
    pairs
}

/// The names of the units in which each variable is used.
fn users(terms: &Terms, bot: &Bot) -> FxHashMap<usize, FxHashSet<Arc<str>>> {
    let mut users: FxHashMap<usize, FxHashSet<Arc<str>>> = FxHashMap::default();
    for unit in bot.steps.iter().chain(&bot.flows).filter(|unit| unit.reached) {
        terms.visit(unit.key, &mut FxHashSet::default(), &mut |head| {
            if let Head::Of(Space::Var, var) = head {
                users.entry(*var as usize).or_default().insert(Arc::clone(&unit.name));
            }
        });
    }
    users
}

/// The locals of two units, for each of the new one the old one: parameters by place, others by name and type, and
/// what is left by type, in order.
pub(crate) fn locals(old: &Unit, new: &Unit) -> Pairs {
    let mut pairs = Pairs::none(old.locals.len(), new.locals.len());
    let params = old.params.len().min(new.params.len());
    (0..params).for_each(|n| pairs.pair(n, n));
    for by_name in [true, false] {
        let mut free: FxHashMap<(&str, &str), std::collections::VecDeque<usize>> = FxHashMap::default();
        for (o, local) in old.locals.iter().enumerate().filter(|(o, _)| pairs.new.get(*o) == Some(&None)) {
            let name = if by_name { &*local.name } else { "" };
            free.entry((name, &local.ty)).or_default().push_back(o);
        }
        for (n, local) in new.locals.iter().enumerate() {
            let name = if by_name { &*local.name } else { "" };
            if pairs.old.get(n) == Some(&None)
                && let Some(o) = free.get_mut(&(name, local.ty.as_str())).and_then(|free| free.pop_front())
            {
                pairs.pair(o, n);
            }
        }
    }
    pairs
}

/// The names of the steps and flows of a bot that are reached.
pub(crate) fn unit_names(bot: &Bot) -> FxHashSet<Arc<str>> {
    let units = bot.steps.iter().chain(&bot.flows).filter(|unit| unit.reached);
    units.map(|unit| Arc::clone(&unit.name)).collect()
}

/// What leads to a step, as features: the name of the unit it comes from, and by what. A name that only one of the bots
/// knows makes nothing recognisable.
pub(crate) fn entry_features(
    terms: &mut Terms,
    bot: &Bot,
    entries: &[Entry],
    known: &FxHashSet<Arc<str>>,
) -> Vec<TermId> {
    let mut features = Vec::new();
    for entry in entries.iter().take(MOST_ENTRIES) {
        let Some(from) = unit_at(bot, entry.from).filter(|unit| known.contains(&unit.name)) else { continue };
        let from = terms.leaf(Head::Name(Arc::clone(&from.name)));
        let by = match &entry.by {
            Some((_, Some(label))) => *label,
            Some((how, None)) => terms.leaf(Head::Name(how_name(how))),
            None => terms.word("on", Vec::new()),
        };
        // It counts as much as two texts.
        let feature = terms.word("entry", vec![from, by]);
        let twice = terms.word("twice", vec![feature]);
        features.extend([feature, twice]);
    }
    features
}

/// So many ways that lead to a step make it recognisable.
const MOST_ENTRIES: usize = 20;

fn unit_at(bot: &Bot, number: u32) -> Option<&Unit> {
    let number = number as usize;
    bot.steps.get(number).or_else(|| bot.flows.get(number.checked_sub(bot.steps.len())?))
}

fn how_name(how: &How) -> Arc<str> {
    format!("{how:?}").into()
}

/// Names in order; the second of a name belongs to the second.
fn by_name<'n>(
    pairs: &mut Pairs,
    old: impl Iterator<Item = Option<&'n Arc<str>>>,
    new: impl Iterator<Item = Option<&'n Arc<str>>>,
) {
    let mut known: FxHashMap<&str, std::collections::VecDeque<usize>> = FxHashMap::default();
    for (o, name) in old.enumerate() {
        if let Some(name) = name {
            known.entry(name).or_default().push_back(o);
        }
    }
    for (n, name) in new.enumerate() {
        if let Some(o) = name.and_then(|name| known.get_mut(&**name)).and_then(|known| known.pop_front()) {
            pairs.pair(o, n);
        }
    }
}

/// Fixed texts, names and durations of a body: what makes it recognisable whatever its names are.
fn add_features(terms: &Terms, body: &[Node], features: &mut Vec<TermId>) {
    for node in body {
        let own = node.slots.iter().chain(node.ways.iter().flat_map(|way| &way.slots));
        for slot in own.filter(|slot| !matches!(slot.role, Role::Target | Role::To | Role::Via)) {
            add_leaves(terms, slot.value, features);
        }
        for way in &node.ways {
            add_features(terms, &way.body, features);
        }
    }
}

fn add_leaves(terms: &Terms, value: TermId, features: &mut Vec<TermId>) {
    let mut open = vec![value];
    let mut budget = 200;
    while let Some(id) = open.pop() {
        let telling = match terms.head(id) {
            Head::Lit(lit) => !matches!(lit, Lit::None | Lit::Bool(_) | Lit::Int(_)),
            Head::Field(_) | Head::Name(_) | Head::Builtin(_) | Head::Matches(_) | Head::Record(..) => true,
            Head::Word(_) | Head::Get(_) | Head::Of(..) => false,
        };
        if telling && terms.args(id).is_empty() {
            features.push(id);
        }
        budget -= 1;
        if budget == 0 {
            return;
        }
        open.extend(terms.args(id));
    }
}

/// How much two sorted lists have in common, in thousandths.
fn dice(a: &[TermId], b: &[TermId]) -> u32 {
    if a.is_empty() && b.is_empty() {
        return 1000;
    }
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    let mut common = 0usize;
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                common += 1;
                left.next();
                right.next();
            }
        }
    }
    u32::try_from(2000 * common / (a.len() + b.len())).unwrap_or(1000)
}

/// Pairs what is alike among those without a pair. Where there is but one on each side, they are the same one.
fn alike(pairs: &mut Pairs, mut old: Vec<Vec<TermId>>, mut new: Vec<Vec<TermId>>) {
    if let ([_], [_]) = (old.as_slice(), new.as_slice()) {
        return pairs.pair(0, 0);
    }
    for (features, taken) in [(&mut old, &pairs.new), (&mut new, &pairs.old)] {
        for (features, _) in features.iter_mut().zip(taken).filter(|(_, taken)| taken.is_some()) {
            features.clear();
        }
    }
    let scored = candidates(&old, &new);
    greedy(pairs, scored);
}

/// Pairs that have at least half in common: likeness, old, new. Features that many have are no reason to look at a
/// pair, so the number of pairs stays small.
fn candidates(old: &[Vec<TermId>], new: &[Vec<TermId>]) -> Vec<(u32, usize, usize)> {
    const COMMON: usize = 20;
    let mut holders: FxHashMap<TermId, Vec<usize>> = FxHashMap::default();
    for (o, features) in old.iter().enumerate() {
        let mut features = features.clone();
        features.dedup();
        for feature in features {
            holders.entry(feature).or_default().push(o);
        }
    }
    let mut scored = Vec::new();
    for (n, features) in new.iter().enumerate() {
        let mut seen = FxHashSet::default();
        for feature in features {
            let holders = holders.get(feature).filter(|holders| holders.len() <= COMMON);
            for o in holders.into_iter().flatten() {
                if seen.len() < 200
                    && seen.insert(*o)
                    && let Some(old) = old.get(*o)
                {
                    let likeness = dice(old, features);
                    if likeness >= 500 {
                        scored.push((likeness, *o, n));
                    }
                }
            }
        }
    }
    scored
}

/// Takes the best pairs first; of equal ones those that stand first.
fn greedy(pairs: &mut Pairs, mut scored: Vec<(u32, usize, usize)>) {
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    for (_, old, new) in scored {
        if pairs.is_free(old, new) {
            pairs.pair(old, new);
        }
    }
}
