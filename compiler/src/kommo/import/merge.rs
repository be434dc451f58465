//! Parts of steps as steps: what only one place leads to stands there, as a person would write it.

use super::tree::{Exit, Found, Head, If, On, Stmt, Wait, closed, each_go};
use crate::kommo::bot::Target;
use sbot_vm::text::fold;
use std::collections::{BTreeMap, BTreeSet};

/// Bodies nest so deep; what is deeper is a step of its own.
const DEPTH: usize = 12;

/// Every place with what happens there.
pub(super) struct Places {
    /// Where the bot starts.
    pub(super) entry: Target,
    /// By place.
    pub(super) trees: BTreeMap<Target, Vec<Stmt>>,
    /// In the order in which they become steps.
    pub(super) order: Vec<Target>,
    /// The step and the number of its block, where the bot's file spells them.
    pub(super) spelled: BTreeMap<Target, (String, u32)>,
    /// What is named elsewhere, and so is a step whatever leads to it.
    pub(super) keep: BTreeSet<Target>,
    refs: BTreeMap<Target, usize>,
}

impl Places {
    pub(super) fn new(
        entry: Target,
        trees: BTreeMap<Target, Vec<Stmt>>,
        order: Vec<Target>,
        spelled: BTreeMap<Target, (String, u32)>,
    ) -> Places {
        Places { entry, trees, order, spelled, keep: BTreeSet::new(), refs: BTreeMap::new() }
    }

    /// Merges until nothing changes.
    pub(super) fn merge(&mut self) {
        self.thread();
        // Each round takes at least one place away, or is the last one.
        loop {
            self.count();
            let mut changed = false;
            for at in self.order.clone() {
                let Some(mut tree) = self.trees.remove(&at) else { continue };
                changed |= self.list(&mut tree, at, 0);
                self.trees.insert(at, tree);
            }
            // Joining takes jumps to one place away, and no others.
            self.count();
            for at in self.order.clone() {
                let Some(mut tree) = self.trees.remove(&at) else { continue };
                while self.join(&mut tree, at, 0) {
                    changed = true;
                }
                self.trees.insert(at, tree);
            }
            if !changed {
                break;
            }
        }
        self.order.retain(|at| self.trees.contains_key(at));
        self.trees.values_mut().for_each(first_wins);
    }

    fn count(&mut self) {
        let mut refs = BTreeMap::new();
        for tree in self.trees.values() {
            each_go(tree, &mut |to| *refs.entry(to).or_insert(0) += 1);
        }
        self.refs = refs;
    }

    fn lone(&self, at: Target) -> bool {
        at != self.entry
            && !self.keep.contains(&at)
            && self.refs.get(&at) == Some(&1)
            && self.trees.contains_key(&at)
    }

    /// Places that only lead on are no places.
    fn thread(&mut self) {
        let mut leads: BTreeMap<Target, Stmt> = BTreeMap::new();
        for (at, tree) in &self.trees {
            let named = self.spelled.get(at).is_some_and(|(_, number)| *number == 1);
            if let ([only @ (Stmt::Go(_) | Stmt::End | Stmt::Leave(_))], false) =
                (tree.as_slice(), named || *at == self.entry || self.keep.contains(at))
            {
                leads.insert(*at, only.clone());
            }
        }
        let mut ends: BTreeMap<Target, Stmt> = BTreeMap::new();
        for from in leads.keys() {
            // Circles have been cut, but for those of places that nothing leads to.
            let (mut way, mut seen) = (Vec::new(), BTreeSet::new());
            let mut at = Stmt::Go(*from);
            while let Stmt::Go(to) = at {
                if let Some(end) = ends.get(&to) {
                    at = end.clone();
                    break;
                }
                let Some(next) = leads.get(&to).filter(|_| seen.insert(to)) else { break };
                way.push(to);
                at = next.clone();
            }
            ends.extend(way.into_iter().map(|passed| (passed, at.clone())));
        }
        for tree in self.trees.values_mut() {
            replace(tree, &|to| ends.get(&to).cloned().unwrap_or(Stmt::Go(to)));
        }
        let mut refs = BTreeSet::new();
        for tree in self.trees.values() {
            each_go(tree, &mut |to| {
                refs.insert(to);
            });
        }
        self.trees.retain(|at, _| refs.contains(at) || !leads.contains_key(at));
    }

    /// Whether the block at `at` is a further one of the step at `owner`, or a step of its own; none if nobody says.
    fn further(&self, at: Target, owner: Target) -> Option<bool> {
        let (step, number) = self.spelled.get(&at)?;
        Some(*number > 1 && self.spelled.get(&owner).is_some_and(|(of, _)| of == step))
    }

    fn list(&mut self, list: &mut Vec<Stmt>, owner: Target, depth: usize) -> bool {
        let mut changed = false;
        while let Some(Stmt::Go(to)) = list.last() {
            let to = *to;
            let fits = depth == 0 || (depth < DEPTH && self.trees.get(&to).is_some_and(|tree| small(tree)));
            let further = self.further(to, owner);
            let take = further.unwrap_or(fits) && (depth < DEPTH || further != Some(true));
            if to == owner || !self.lone(to) || !take {
                break;
            }
            list.pop();
            list.extend(self.trees.remove(&to).unwrap_or_default());
            changed = true;
        }
        changed |= self.validate(list, owner);
        if depth >= DEPTH {
            return changed;
        }
        for stmt in list {
            for body in stmt.bodies_mut() {
                changed |= self.list(body, owner, depth + 1);
            }
            changed |= retry(stmt);
        }
        changed
    }

    /// A wait for a message that is then tested by one pattern is a `validate`.
    fn validate(&mut self, list: &mut Vec<Stmt>, owner: Target) -> bool {
        let Some(Stmt::Wait(wait)) = list.last_mut() else { return false };
        let plain = match &wait.head {
            Head::Message(say) => !say.asks(),
            Head::Pause => true,
            Head::Validate { .. } | Head::Call(_) => false,
        };
        let Some(exit) = wait.exits.iter_mut().find(|exit| exit.on == On::Message).filter(|_| plain) else {
            return false;
        };
        if let [Stmt::Go(to)] = exit.body.as_slice() {
            let to = *to;
            let tested = self.trees.get(&to).is_some_and(|tree| one_test(tree));
            if to == owner || !tested || !self.lone(to) || self.further(to, owner) == Some(false) {
                return false;
            }
            exit.body = self.trees.remove(&to).unwrap_or_default();
        }
        // What is asked next tells whether it is one test or several.
        let mut spliced = false;
        while let Some(Stmt::Go(to)) = exit.body.last() {
            let to = *to;
            let asks = self.trees.get(&to).is_some_and(|tree| {
                matches!(tree.iter().find(|stmt| !matches!(stmt, Stmt::Note(_))), Some(Stmt::If(test)) if test.test.pattern.is_some())
            });
            if to == owner
                || !asks
                || !self.lone(to)
                || self.further(to, owner) == Some(false)
                || exit.body.len() < 2
            {
                break;
            }
            exit.body.pop();
            exit.body.extend(self.trees.remove(&to).unwrap_or_default());
            spliced = true;
        }
        if !one_test(&exit.body) {
            return spliced;
        }
        let Some(Stmt::Wait(mut wait)) = list.pop() else { return false };
        let mut body = Vec::new();
        let mut about = Vec::new();
        let mut rest = Vec::new();
        for exit in std::mem::take(&mut wait.exits) {
            if exit.on == On::Message {
                body = exit.body;
                about = exit.notes;
            } else if exit.on == On::Failed {
                wait.exits.push(exit);
            } else {
                rest.push(exit);
            }
        }
        let at = body.iter().position(|stmt| matches!(stmt, Stmt::If(_))).unwrap_or_default();
        let invalid = body.split_off(at + 1);
        let Some(Stmt::If(test)) = body.pop() else { return false };
        let If { notes, test, then } = *test;
        about.extend(
            body.into_iter().filter_map(|stmt| if let Stmt::Note(note) = stmt { Some(note) } else { None }),
        );
        about.extend(notes);
        let mut exits = vec![
            Exit { notes: Vec::new(), on: On::Valid, body: then },
            Exit { notes: Vec::new(), on: On::Invalid, body: invalid },
        ];
        exits.extend(rest);
        let head =
            Head::Validate { pattern: test.pattern.unwrap_or_default(), finds: test.finds, retry: None };
        if matches!(wait.head, Head::Message(_)) {
            list.push(Stmt::Wait(wait));
        }
        list.extend(about.into_iter().map(Stmt::Note));
        list.push(Stmt::wait(head, exits));
        true
    }

    /// Where all ways of a branch meet again, the flow goes on behind it.
    fn join(&mut self, list: &mut Vec<Stmt>, owner: Target, depth: usize) -> bool {
        if depth > DEPTH {
            return false;
        }
        let Some(start) = branches(list) else { return false };
        for stmt in list.iter_mut().skip(start) {
            for body in stmt.bodies_mut() {
                if self.join(body, owner, depth + 1) {
                    return true;
                }
            }
        }
        let branch = list.get(start..).unwrap_or_default();
        let mut counts: BTreeMap<Target, (usize, usize)> = BTreeMap::new();
        for stmt in branch {
            if let Stmt::Go(to) = stmt {
                counts.entry(*to).or_default().0 += 1;
            }
            for body in stmt.bodies() {
                tails(body, 1, &mut |to, depth| {
                    let (count, deepest) = counts.entry(to).or_default();
                    *count += 1;
                    *deepest = depth.max(*deepest);
                });
            }
        }
        let waits = branch.iter().any(|stmt| matches!(stmt, Stmt::Wait(_) | Stmt::Rotate(_)));
        let meeting = counts.into_iter().find(|(to, (count, deepest))| {
            let further = self.further(*to, owner);
            // An arm that only leads there says so better by itself.
            let jumps =
                branch.iter().any(|stmt| matches!(stmt, Stmt::If(arm) if arm.then == [Stmt::Go(*to)]));
            let fits = further.unwrap_or(!waits && !jumps) && *deepest < 3;
            let free =
                *to != owner && *to != self.entry && !self.keep.contains(to) && self.trees.contains_key(to);
            *count > 1 && self.refs.get(to) == Some(count) && fits && free
        });
        let Some((to, _)) = meeting else { return false };
        open(list, to);
        list.extend(self.trees.remove(&to).unwrap_or_default());
        true
    }
}

/// Where a branch begins that nothing stands behind; none if the statements do not end in one.
fn branches(list: &[Stmt]) -> Option<usize> {
    if !closed(list) {
        return None;
    }
    if matches!(list.last()?, Stmt::Wait(_) | Stmt::Rotate(_) | Stmt::Choose(..))
        && !list.iter().any(|stmt| matches!(stmt, Stmt::If(_)))
    {
        return Some(list.len() - 1);
    }
    let last = list.iter().rposition(|stmt| matches!(stmt, Stmt::If(_)))?;
    let mut start = None;
    for (at, stmt) in list.iter().enumerate().take(last + 1).rev() {
        if matches!(stmt, Stmt::If(test) if closed(&test.then)) {
            start = Some(at);
        } else if !matches!(stmt, Stmt::Note(_)) {
            break;
        }
    }
    start
}

/// Calls `f` with every place that statements lead to at their ends, and how deep that is.
fn tails(list: &[Stmt], depth: usize, f: &mut dyn FnMut(Target, usize)) {
    if let Some(Stmt::Go(to)) = list.last() {
        f(*to, depth);
    }
    let Some(start) = branches(list) else { return };
    for stmt in list.iter().skip(start) {
        stmt.bodies().into_iter().for_each(|body| tails(body, depth + 1, f));
    }
}

/// Takes the jumps to a place away, since it comes next.
fn open(list: &mut Vec<Stmt>, to: Target) {
    if let Some(start) = branches(list) {
        let mut branch = list.split_off(start);
        for body in branch.iter_mut().flat_map(Stmt::bodies_mut) {
            open(body, to);
        }
        if branch.last() == Some(&Stmt::Go(to)) {
            branch.pop();
        }
        chosen(branch, list);
    } else if list.last() == Some(&Stmt::Go(to)) {
        list.pop();
    }
    for stmt in list {
        if *stmt == Stmt::Stuck {
            *stmt = Stmt::End;
        }
    }
}

/// `if`s one after the other and what comes behind them, as one branch.
fn chosen(mut branch: Vec<Stmt>, out: &mut Vec<Stmt>) {
    let Some(last) = branch.iter().rposition(|stmt| matches!(stmt, Stmt::If(_))) else {
        return out.append(&mut branch);
    };
    let rest = branch.split_off(last + 1);
    let mut arms = Vec::new();
    let mut notes = Vec::new();
    for stmt in branch {
        if let Stmt::If(mut arm) = stmt {
            arm.notes.splice(0..0, std::mem::take(&mut notes));
            arms.push(*arm);
        } else if let Stmt::Note(note) = stmt {
            notes.push(note);
        } else {
            out.push(stmt);
        }
    }
    out.push(Stmt::Choose(arms, rest));
}

/// Whether statements begin with a pattern, and nothing else is asked behind it.
fn one_test(list: &[Stmt]) -> bool {
    let mut rest = list.iter().skip_while(|stmt| matches!(stmt, Stmt::Note(_)));
    let first =
        matches!(rest.next(), Some(Stmt::If(test)) if test.test.pattern.is_some() && closed(&test.then));
    let more = |stmt: &Stmt| matches!(stmt, Stmt::If(test) if test.test.pattern.is_some());
    first && closed(list) && rest.next().is_some_and(|next| !more(next))
}

/// A validation that is tried again with the same words, so many times.
fn retry(stmt: &mut Stmt) -> bool {
    let Stmt::Wait(wait) = stmt else { return false };
    let Some((said, inner)) = again(wait) else { return false };
    let Head::Validate { retry, .. } = &inner.head else { return false };
    let count = retry.as_ref().map_or(0, |(count, _)| *count) + 1;
    if retry.as_ref().is_some_and(|(_, before)| *before != said) {
        return false;
    }
    let inner = inner.clone();
    let Some(invalid) = inner.exits.into_iter().find(|exit| exit.on == On::Invalid) else { return false };
    if let Some(exit) = wait.exits.iter_mut().find(|exit| exit.on == On::Invalid) {
        *exit = invalid;
    }
    if let Head::Validate { retry, .. } = &mut wait.head {
        *retry = Some((count, said));
    }
    true
}

/// What is said before the same validation comes again, and that validation.
fn again(wait: &Wait) -> Option<(String, &Wait)> {
    let Head::Validate { pattern, retry: None, .. } = &wait.head else { return None };
    let invalid = wait.exits.iter().find(|exit| exit.on == On::Invalid)?;
    let [Stmt::Wait(message), Stmt::Wait(inner)] = invalid.body.as_slice() else { return None };
    let Head::Message(say) = &message.head else { return None };
    let Head::Validate { pattern: same, .. } = &inner.head else { return None };
    let others = |wait: &Wait| -> Vec<Exit> {
        wait.exits.iter().filter(|exit| exit.on != On::Invalid).cloned().collect()
    };
    let plain = message.exits.is_empty()
        && say.sections.is_empty()
        && say.clauses.is_empty()
        && say.attach.is_none()
        && !say.text.contains('(');
    (plain && pattern == same && others(wait) == others(inner)).then(|| (say.text.clone(), inner.as_ref()))
}

/// What stands well inside of a branch: one or two things that are done, and where it goes on.
fn small(tree: &[Stmt]) -> bool {
    let simple = |stmt: &Stmt| match stmt {
        Stmt::Line(_) | Stmt::Note(_) | Stmt::Go(_) | Stmt::End | Stmt::Stuck | Stmt::Leave(_) => true,
        Stmt::Wait(wait) => {
            wait.exits.is_empty()
                && matches!(&wait.head, Head::Message(say) if say.sections.is_empty() && !say.text.contains('\n'))
        }
        Stmt::If(_) | Stmt::Choose(..) | Stmt::Rotate(_) => false,
    };
    let messages = tree.iter().filter(|stmt| matches!(stmt, Stmt::Wait(_))).count();
    tree.len() <= 3 && messages <= 1 && (messages == 0 || tree.len() <= 2) && tree.iter().all(simple)
}

/// Takes away what is never reached, since one before it asks for the same text and leads elsewhere.
fn first_wins(list: &mut Vec<Stmt>) {
    // Texts are the same in any case; regular expressions are not.
    let same = |one: &str| one.starts_with('"').then(|| fold(one)).ok_or_else(|| one.to_owned());
    let mut taken = BTreeSet::new();
    list.retain_mut(|stmt| {
        if let Stmt::If(test) = stmt
            && let Some(pattern) = &mut test.test.pattern
        {
            let all = alternatives(pattern);
            let left: Vec<&str> = all.iter().filter(|one| !taken.contains(&same(one))).copied().collect();
            let reached = !left.is_empty();
            let left = left.join(" | ");
            let closed = closed(&test.then);
            if closed {
                taken.extend(all.iter().map(|one| same(one)));
            } else {
                taken.clear();
            }
            *pattern = left;
            return reached;
        }
        if !matches!(stmt, Stmt::Note(_)) {
            taken.clear();
        }
        true
    });
    list.iter_mut().flat_map(Stmt::bodies_mut).for_each(first_wins);
}

/// The parts of a pattern between `|`, those in texts aside.
fn alternatives(pattern: &str) -> Vec<&str> {
    let (mut all, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in pattern.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '|' if !quoted => {
                all.push(pattern.get(from..at).unwrap_or_default().trim());
                from = at + 1;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    all.push(pattern.get(from..).unwrap_or_default().trim());
    all
}

/// Puts something else in the place of every jump.
fn replace(list: &mut [Stmt], with: &dyn Fn(Target) -> Stmt) {
    for stmt in list {
        if let Stmt::Go(to) = stmt {
            *stmt = with(*to);
        }
        stmt.bodies_mut().into_iter().for_each(|body| replace(body, with));
    }
}

/// The type of what a pattern finds.
pub(super) fn finds(stmt: &Stmt) -> Option<Found> {
    if let Stmt::If(test) = stmt {
        return test.test.pattern.as_ref().map(|_| test.test.finds);
    }
    let Stmt::Wait(wait) = stmt else { return None };
    if let Head::Validate { finds, .. } = &wait.head { Some(*finds) } else { None }
}
