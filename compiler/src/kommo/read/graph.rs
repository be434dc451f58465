//! Whether the two graphs of an export say the same: where the steps lead, and where the editor's blocks show that they
//! lead. What Kommo does where they differ is published nowhere: the steps are read, and the difference is told. A step
//! that is nowhere is told by whoever goes there.

use super::reader::Reader;
use crate::kommo::bot::{Block, Bot, Handler, Part, Step, Target, What};
use sbot_embed::Json;
use std::collections::{BTreeMap, BTreeSet};

/// So many numbers are named; the rest is counted.
const NAMED: usize = 8;

/// Notes where the blocks differ from the steps.
pub(super) fn compare(reader: &mut Reader, bot: &Bot) {
    if bot.blocks.is_empty() {
        return;
    }
    let mut blocks: BTreeMap<i64, (usize, &Block)> = BTreeMap::new();
    // Links name ids: where two blocks have one, nothing that links say is worth telling.
    let mut certain = true;
    for (at, block) in bot.blocks.iter().enumerate() {
        if let Some((first, _)) = blocks.insert(block.id, (at, block)) {
            let what =
                format!("positions[{first}] has the id {}, too: where links lead cannot be told", block.id);
            reader.note(&format!("positions[{at}].id"), &what);
            certain = false;
        }
    }
    let steps: BTreeMap<i64, &Step> = bot.steps.iter().map(|step| (step.number, step)).collect();
    let handlers = bot.steps.iter().flat_map(all).chain(&bot.error);
    let ends: BTreeSet<i64> =
        targets(handlers).filter(|to| to.part == Part::Finish).map(|to| to.step).collect();
    // By the step: its first block, and where all of its blocks lead together.
    let mut shown: BTreeMap<i64, (usize, BTreeSet<i64>)> = BTreeMap::new();
    for (at, block) in bot.blocks.iter().enumerate() {
        let (_, ways) = shown.entry(block.step).or_insert_with(|| (at, BTreeSet::new()));
        let step = steps.get(&block.step);
        if certain {
            reader.step = step.map(|step| step.number);
            links(reader, block, at, &blocks, ways);
            reader.step = None;
        }
        // The start and the trigger show no step; an end may have none.
        if step.is_none() && block.step >= 0 && block.kind != "finish" && !ends.contains(&block.step) {
            let what = format!("this block shows step {}, which is nowhere", block.step);
            reader.note(&format!("positions[{at}].step"), &what);
        }
    }
    for (number, (at, ways)) in &shown {
        if certain && let Some(step) = steps.get(number) {
            reader.step = Some(*number);
            of_step(reader, step, ways, *at);
            reader.step = None;
        }
    }
    let hidden: BTreeSet<i64> = steps.keys().copied().filter(|number| !shown.contains_key(number)).collect();
    if !hidden.is_empty() {
        let what = format!("the editor has no block for {}", named(&hidden));
        reader.note("positions", &what);
    }
}

/// Do the blocks of a step lead where the step leads?
fn of_step(reader: &mut Reader, step: &Step, links: &BTreeSet<i64>, at: usize) {
    let everywhere: BTreeSet<i64> = targets(all(step)).map(|to| to.step).collect();
    // Whether blocks show these two ways is known of some exports only.
    let aside = [&step.no_answer, &step.finish];
    let mut certain: BTreeSet<i64> =
        targets(step.question.iter().chain(&step.answer)).map(|to| to.step).collect();
    for what in &step.question {
        if let What::Message(message) = &what.what
            && let Some(fails) = message.on_error
        {
            certain.remove(&fails.step);
        }
    }
    for to in targets(aside.into_iter().flatten()) {
        certain.remove(&to.step);
    }
    let more: BTreeSet<i64> = links.difference(&everywhere).copied().collect();
    if !more.is_empty() {
        let what =
            format!("the editor shows a way to {}, which step {} does not take", named(&more), step.number);
        reader.note(&format!("positions[{at}]"), &what);
    }
    let missing: BTreeSet<i64> = certain.difference(links).copied().collect();
    if !missing.is_empty() {
        let what =
            format!("step {} leads to {}, and the editor shows no way there", step.number, named(&missing));
        reader.note(&format!("positions[{at}]"), &what);
    }
}

/// Adds the steps that the links of a block lead to.
fn links(
    reader: &mut Reader,
    block: &Block,
    at: usize,
    blocks: &BTreeMap<i64, (usize, &Block)>,
    to: &mut BTreeSet<i64>,
) {
    let mut found = Vec::new();
    for key in ["goto", "no_answer", "on_error"] {
        found.extend(block.json.get(key).map(|link| (link, format!("positions[{at}].{key}"))));
    }
    if let Some(Json::List(actions)) = block.json.get("actions") {
        for (n, action) in actions.iter().enumerate() {
            let Some(Json::List(links)) = action.get("links") else { continue };
            let place = |link: usize| format!("positions[{at}].actions[{n}].links[{link}]");
            found.extend(links.iter().enumerate().map(|(n, link)| (link, place(n))));
        }
    }
    for (link, place) in found {
        let id = match link.get("block") {
            Some(Json::Number(text) | Json::Text(text)) => text.parse::<i64>().ok(),
            Some(Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_)) | None => continue,
        };
        match id.and_then(|id| blocks.get(&id)) {
            Some((_, block)) => {
                to.insert(block.step);
            }
            None => reader.note(&place, "this leads to a block that is nowhere"),
        }
    }
}

fn all(step: &Step) -> impl Iterator<Item = &Handler> {
    [&step.question, &step.answer, &step.no_answer, &step.finish].into_iter().flatten()
}

fn targets<'b>(handlers: impl Iterator<Item = &'b Handler>) -> impl Iterator<Item = Target> {
    let mut found = Vec::new();
    for what in handlers {
        what.each_target(&mut |to| found.push(to));
    }
    found.into_iter()
}

/// `step 3`, `the steps 3, 4 and 5`
fn named(numbers: &BTreeSet<i64>) -> String {
    let some: Vec<String> = numbers.iter().take(NAMED).map(i64::to_string).collect();
    match (some.as_slice(), numbers.len().saturating_sub(NAMED)) {
        ([one], _) => format!("step {one}"),
        (_, 0) => format!("the steps {}", some.join(", ")),
        (_, more) => format!("the steps {} and {more} more", some.join(", ")),
    }
}
