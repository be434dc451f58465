//! The last look at all differences: what is gone at one place and new at another has moved, what several bots share is
//! told once, and the most relevant stands first.

use super::super::change::{Change, ChangeKind as K};
use super::super::line::Line;
use super::super::term::TermId;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;

/// What moved statements of a kind are told as.
fn moved_kind(kind: K) -> K {
    const MOVED: &[(K, K)] = &[
        (K::MessageNew, K::MessageMoved),
        (K::ActionNew, K::ActionMoved),
        (K::FieldNew, K::FieldMoved),
        (K::WaitNew, K::WaitChanged),
        (K::CallNew, K::CallChanged),
    ];
    MOVED.iter().find(|(new, _)| *new == kind).map_or(kind, |(_, moved)| *moved)
}

/// The differences as they are told.
pub(super) fn in_order(changes: Vec<Change>) -> Vec<Change> {
    let changes = join_bots(without_moves(changes));
    let mut changes: Vec<Change> =
        changes.into_iter().filter(|change| !change.notes.inside && !change.notes.dropped).collect();
    changes.sort_by_key(|change| change.kind.section());
    changes
}

/// Statements that are gone and new become one difference.
fn without_moves(mut changes: Vec<Change>) -> Vec<Change> {
    let mut gone: FxHashMap<(Option<Arc<str>>, TermId), VecDeque<usize>> = FxHashMap::default();
    for (n, change) in changes.iter().enumerate() {
        if let (Some(key), true, None) = (change.notes.key, change.old.is_some(), &change.new) {
            gone.entry((change.bots.first().cloned(), key)).or_default().push_back(n);
        }
    }
    for n in 0..changes.len() {
        let Some(change) = changes.get(n) else { continue };
        let (Some(key), None, false) = (change.notes.key, &change.old, change.notes.dropped) else {
            continue;
        };
        let Some(open) = gone.get_mut(&(change.bots.first().cloned(), key)) else { continue };
        // One of the same step belongs to it before one of another step does.
        let own =
            |at: &usize| changes.get(*at).is_some_and(|gone| gone.unit == change.unit && !gone.notes.dropped);
        let at = open
            .iter()
            .position(own)
            .or_else(|| open.iter().position(|at| changes.get(*at).is_some_and(|gone| !gone.notes.dropped)));
        let Some(before) = at.and_then(|at| open.remove(at)) else { continue };
        let (Some(was), Some(now)) = (changes.get(before).cloned(), changes.get(n).cloned()) else {
            continue;
        };
        if was.notes.inside && now.notes.inside {
            continue;
        }
        drop_with_inner(&mut changes, before);
        drop_with_inner(&mut changes, n);
        if let Some(slot) = changes.get_mut(n) {
            *slot = moved(was, now);
        }
    }
    changes
}

fn drop_with_inner(changes: &mut [Change], at: usize) {
    let inner = changes.get(at).map_or(0, |change| change.notes.inner);
    for change in changes.iter_mut().skip(at).take(inner + 1) {
        change.notes.dropped = true;
    }
}

fn moved(was: Change, now: Change) -> Change {
    let thing = if now.notes.thing.is_empty() { Line::say("a statement") } else { now.notes.thing.clone() };
    let verb = if now.kind == K::MessageNew { "sent" } else { "done" };
    let (old, new) = (&was.notes.conditions, &now.notes.conditions);
    let same_unit = was.unit == now.unit && !was.notes.inside && !now.notes.inside;
    let (mut place, mut now_shown) = (now.place.clone(), now.now.clone().or(was.was.clone()));
    let what = if same_unit && new.len() > old.len() && new.starts_with(old) {
        place = was.place.clone();
        with_conditions(thing.and(format!(" is now {verb} only ")), new.get(old.len()..).unwrap_or_default())
    } else if same_unit && old.len() > new.len() && old.starts_with(new) {
        with_conditions(
            thing.and(format!(" is no longer {verb} only ")),
            old.get(new.len()..).unwrap_or_default(),
        )
    } else if same_unit && was.place == now.place {
        let when = if now.notes.rank < was.notes.rank { "earlier" } else { "later" };
        thing.and(format!(" now comes {when}"))
    } else if now.notes.inside {
        place = was.place.clone();
        thing.and(" moved to the new step ").code(now.unit.as_deref().unwrap_or_default())
    } else {
        now_shown = now_shown.or(was.now.clone());
        let from = match was.unit.as_deref() {
            Some(unit) if was.unit != now.unit => Line::say("step ").code(unit),
            _ => Line::say("another point: ").with(was.place.clone()),
        };
        thing.and(" moved here from ").with(from)
    };
    let mut notes = now.notes.clone();
    (notes.inside, notes.dropped, notes.weak) = (false, false, false);
    Change {
        kind: moved_kind(now.kind),
        place,
        what,
        was: None,
        now: now_shown,
        more: Vec::new(),
        old: was.old,
        notes,
        ..now
    }
}

fn with_conditions(what: Line, conditions: &[String]) -> Line {
    let mut what = what;
    for (n, condition) in conditions.iter().enumerate() {
        what = what.and(if n == 0 { "" } else { " and " });
        what = match condition.as_str() {
            super::OTHERWISE => what.and(super::OTHERWISE),
            condition => what.and("if ").code(condition),
        };
    }
    what
}

/// What several bots share, as the steps of a library, is told once.
fn join_bots(changes: Vec<Change>) -> Vec<Change> {
    type Key = (K, Option<(String, u32)>, Option<(String, u32)>, String);
    let mut known: FxHashMap<Key, usize> = FxHashMap::default();
    let mut out: Vec<Change> = Vec::new();
    for change in changes {
        let at = |at: &Option<super::super::change::At>| at.as_ref().map(|at| (at.file.clone(), at.line));
        let key = (change.kind, at(&change.old), at(&change.new), change.what.plain());
        let told = !change.notes.inside && !change.notes.dropped;
        if let Some(same) = known.get(&key).and_then(|n| out.get_mut(*n))
            && told
            && change.bots.iter().all(|bot| !same.bots.contains(bot))
        {
            // Each bot leads there in its own way, so the step says more than that.
            if same.place != change.place && change.place.plain().starts_with("in ") {
                same.place = change.place.clone();
            }
            same.bots.extend(change.bots);
            continue;
        }
        if told {
            known.insert(key, out.len());
        }
        out.push(change);
    }
    out
}
