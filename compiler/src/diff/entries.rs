//! How a client gets to a step: what was pressed or happened before it.

use super::model::{Bot, How, Node, Role, Way};
use super::term::{Space, TermId, Terms};

/// One way that leads to a step.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The unit it is in: a step, or a flow by its number after all steps.
    pub(crate) from: u32,
    /// The way it leaves by, and the label of an option; none for a step that simply goes on.
    pub(crate) by: Option<(How, Option<TermId>)>,
}

/// For each step of a bot the ways that lead to it.
pub(crate) fn entries(terms: &Terms, bot: &Bot) -> Vec<Vec<Entry>> {
    let mut found = vec![Vec::new(); bot.steps.len()];
    for (from, unit) in (0u32..).zip(bot.steps.iter().chain(&bot.flows)) {
        collect(terms, from, &unit.body, None, &mut found);
    }
    found
}

fn collect(terms: &Terms, from: u32, body: &[Node], by: Option<&Way>, found: &mut [Vec<Entry>]) {
    for node in body {
        if let Some(step) = node.value(&Role::Target).and_then(|target| terms.as_of(Space::Step, target))
            && let Some(entries) = found.get_mut(step as usize)
        {
            entries.push(Entry { from, by: by.map(|way| (way.how.clone(), way.value(&Role::Label))) });
        }
        for way in &node.ways {
            // Which case of a condition it is says nothing about what the client did.
            let inner = if matches!(way.how, How::Case | How::Else | How::Round) { by } else { Some(way) };
            collect(terms, from, &way.body, inner, found);
        }
    }
}

/// The labels that lead to each step, where nothing else does. A step that another one simply goes on with is reached
/// by what leads to that one.
pub(crate) fn labels(
    terms: &Terms,
    entries: &[Vec<Entry>],
    first: u32,
    on_failed: Option<u32>,
) -> Vec<Vec<TermId>> {
    let mut known: Vec<Option<Vec<TermId>>> = vec![None; entries.len()];
    for step in 0..entries.len() {
        of((terms, entries), (first, on_failed), step, &mut known, 0);
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}

/// The most labels that are named.
const MOST: usize = 2;
/// How far back a conversation is followed.
const FAR: usize = 8;

fn of(
    (terms, entries): (&Terms, &[Vec<Entry>]),
    starts: (u32, Option<u32>),
    step: usize,
    known: &mut Vec<Option<Vec<TermId>>>,
    depth: usize,
) -> Vec<TermId> {
    if let Some(Some(labels)) = known.get(step) {
        return labels.clone();
    }
    let start = [Some(starts.0), starts.1].contains(&u32::try_from(step).ok());
    let mut labels: Vec<TermId> = Vec::new();
    let mut other = start;
    // While it is worked out, a circle leads nowhere.
    if let Some(slot) = known.get_mut(step) {
        *slot = Some(Vec::new());
    }
    for entry in entries.get(step).into_iter().flatten() {
        if other || labels.len() > MOST {
            break;
        }
        match &entry.by {
            Some((How::Option, Some(label))) if !terms.is_numbered(*label) => labels.push(*label),
            Some(_) => other = true,
            None if depth < FAR => {
                let before = of((terms, entries), starts, entry.from as usize, known, depth + 1);
                other |= before.is_empty();
                labels.extend(before);
            }
            None => other = true,
        }
    }
    labels.sort_unstable();
    labels.dedup();
    if other || labels.len() > MOST {
        labels.clear();
    }
    if let Some(slot) = known.get_mut(step) {
        *slot = Some(labels.clone());
    }
    labels
}
