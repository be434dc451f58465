//! Ways that lead round in a circle on which nothing waits. Kommo takes them, and sends for ever or stops without a word;
//! in Sbot they are an error, so one way of each circle is cut, and told.

use crate::kommo::bot::{Bot, Button, Handler, Message, Part, Step, Target, What};
use std::collections::{BTreeMap, BTreeSet};

/// A step on entry, or as if the client had replied.
type Place = (i64, bool);
/// Where the way is written, and where it leads.
type Way = (String, Target);

/// The ways to cut: by the path of their handler, and where they lead. `failed` is where the bot itself leads with what
/// could not be delivered, so that messages do not wait for that.
pub(super) fn cuts(bot: &Bot, failed: Option<Target>) -> BTreeSet<(String, i64)> {
    let mut ways: BTreeMap<Place, Vec<Way>> = BTreeMap::new();
    for step in &bot.steps {
        ways.insert((step.number, false), leaving(&step.question, Some(step), failed));
        ways.insert((step.number, true), leaving(&step.answer, None, failed));
    }
    let mut cut = BTreeSet::new();
    let mut done: BTreeSet<Place> = BTreeSet::new();
    for start in ways.keys() {
        walk(*start, &ways, &mut done, &mut cut);
    }
    cut
}

/// Goes into the depth, and cuts each way that leads back to where it came from. Without recursion: a bot may have as many
/// steps in a row as its file has room for.
fn walk(
    start: Place,
    ways: &BTreeMap<Place, Vec<Way>>,
    done: &mut BTreeSet<Place>,
    cut: &mut BTreeSet<(String, i64)>,
) {
    if done.contains(&start) {
        return;
    }
    let mut open = BTreeSet::from([start]);
    let mut stack = vec![(start, 0)];
    while let Some((place, at)) = stack.last_mut() {
        let Some((path, to)) = ways.get(place).and_then(|all| all.get(*at)) else {
            open.remove(place);
            done.insert(*place);
            stack.pop();
            continue;
        };
        *at += 1;
        let next = (to.step, to.part == Part::Answer);
        if open.contains(&next) {
            cut.insert((path.clone(), to.step));
        } else if !done.contains(&next) && ways.contains_key(&next) {
            open.insert(next);
            stack.push((next, 0));
        }
    }
}

/// The ways that leave handlers before anything waits.
fn leaving(handlers: &[Handler], step: Option<&Step>, failed: Option<Target>) -> Vec<Way> {
    let mut all = Vec::new();
    collect(handlers, step, failed, &mut all);
    all.retain(|(_, to)| to.part != Part::Finish);
    all
}

/// Whether something waits, or nothing follows.
fn collect(handlers: &[Handler], step: Option<&Step>, failed: Option<Target>, all: &mut Vec<Way>) -> bool {
    for (at, one) in handlers.iter().enumerate() {
        let last = at + 1 == handlers.len();
        match &one.what {
            What::Goto(to) => {
                all.push((one.path.clone(), *to));
                return true;
            }
            What::Message(message) => {
                let answered = last && step.is_some_and(|step| !step.answer.is_empty());
                if answered || waits(message, failed) {
                    return true;
                }
            }
            What::WaitAnswer(_) | What::Waits(_) | What::Widget(_) => return true,
            What::WidgetRequest { .. } | What::Stop(_) | What::Exits(_) => return true,
            What::Distribution { variants, .. } => {
                all.extend(variants.iter().map(|to| (one.path.clone(), *to)));
                return true;
            }
            What::Conditions { result: then, .. } | What::Validations { result: then, .. } => {
                collect(then, None, failed, all);
            }
            What::Buttons(replies) => {
                for reply in replies {
                    collect(&reply.then, None, failed, all);
                }
            }
            What::Comment { .. }
            | What::Internal { .. }
            | What::Action { .. }
            | What::Trigger { .. }
            | What::Find { .. }
            | What::Meta { .. }
            | What::Preset { .. }
            | What::OptIn(_)
            | What::Unknown { .. } => {}
        }
    }
    false
}

/// Whether a message waits by itself: for a choice, or for the report that it was delivered.
fn waits(message: &Message, failed: Option<Target>) -> bool {
    message.list.is_some()
        || message.buttons.iter().any(|one| matches!(one, Button::Reply(_)))
        || message.on_error.is_some() && message.on_error != failed
}
