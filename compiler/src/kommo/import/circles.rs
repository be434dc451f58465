//! Ways that lead round in a circle on which nothing waits. Kommo takes them, and sends for ever or stops without a word;
//! here they are an error, so one way of each circle is cut, and told.

use super::lower::{Lower, waits};
use super::tree::{Head, Stmt};
use crate::kommo::bot::{Bot, Handler, Part, Target, What};
use std::collections::{BTreeMap, BTreeSet};

/// Where the steps lead that stay as they are written, before anything waits: by the places where their blocks begin.
pub(super) fn dry(lower: &Lower<'_>, bot: &Bot) -> BTreeMap<Target, Vec<Target>> {
    let mut all = BTreeMap::new();
    let mut of: BTreeMap<&str, Vec<Target>> = BTreeMap::new();
    for step in bot.steps.iter().filter(|step| lower.kept.holds(step.number)) {
        let at = Target { step: step.number, part: Part::Question };
        let mut ways = Vec::new();
        led(&step.question, lower.failed, &mut ways);
        if let Some(name) = lower.kept.begins(at) {
            of.entry(name).or_default().extend(&ways);
        }
        all.insert(at, ways);
    }
    // Copies of a step for different arguments are one step.
    for (at, ways) in &mut all {
        if let Some(of) = lower.kept.begins(*at).and_then(|name| of.get(name)) {
            ways.clone_from(of);
        }
    }
    all
}

/// Where handlers lead before anything waits.
fn led(handlers: &[Handler], failed: Option<Target>, all: &mut Vec<Target>) {
    for handler in handlers {
        let goes_on = match &handler.what {
            What::Message(message) => message.on_error.is_none_or(|to| Some(to) == failed),
            What::Goto(to) => {
                all.push(*to);
                false
            }
            What::Distribution { variants, .. } => {
                all.extend(variants);
                false
            }
            What::Conditions { result: then, .. }
            | What::Validations { result: then, .. }
            | What::Find { actions: then, .. } => {
                led(then, failed, all);
                true
            }
            What::Widget(widget) => widget.exits.is_empty(),
            What::Buttons(_)
            | What::WaitAnswer(_)
            | What::Waits(_)
            | What::WidgetRequest { .. }
            | What::Stop(_)
            | What::Exits(_) => false,
            What::Comment { .. }
            | What::Internal { .. }
            | What::Action { .. }
            | What::Trigger { .. }
            | What::Meta { .. }
            | What::Preset { .. }
            | What::OptIn(_)
            | What::Unknown { .. } => true,
        };
        if !goes_on {
            return;
        }
    }
}

/// The ways to cut: from where, to where. In the order of `order`, so that they are the same each time. `dry` are the
/// steps that stay as they are written: nothing is cut in those.
pub(super) fn cuts(
    order: &[Target],
    trees: &BTreeMap<Target, Vec<Stmt>>,
    dry: &BTreeMap<Target, Vec<Target>>,
) -> Vec<(Target, Target)> {
    let mut ways: BTreeMap<Target, Vec<Target>> = dry.clone();
    for (at, tree) in trees.iter().filter(|(at, _)| !dry.contains_key(at)) {
        leaving(tree, ways.entry(*at).or_default());
    }
    let (mut done, mut cuts, mut cut) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for start in order {
        // Without recursion: a bot may have as many steps in a row as its file has room for.
        let mut open = BTreeSet::from([*start]);
        let mut stack = if done.contains(start) { Vec::new() } else { vec![(*start, 0)] };
        while let Some((at, next)) = stack.last_mut() {
            let at = *at;
            let Some(to) = ways.get(&at).and_then(|all| all.get(*next)).copied() else {
                open.remove(&at);
                done.insert(at);
                stack.pop();
                continue;
            };
            *next += 1;
            if cut.contains(&(at, to)) {
                continue;
            }
            if !open.contains(&to) {
                if !done.contains(&to) {
                    open.insert(to);
                    stack.push((to, 0));
                }
                continue;
            }
            if !dry.contains_key(&at) {
                cut.insert((at, to));
                cuts.push((at, to));
                continue;
            }
            // The last way of the circle that may be cut.
            let circle = stack.iter().rposition(|(at, _)| *at == to).unwrap_or_default();
            let last = stack.iter().rposition(|(at, _)| !dry.contains_key(at)).filter(|last| *last >= circle);
            let Some(last) = last else { continue };
            let behind = stack.split_off(last + 1);
            let to = behind.first().map_or(to, |(at, _)| *at);
            // What was on its way is looked at again from elsewhere.
            behind.iter().for_each(|(at, _)| {
                open.remove(at);
            });
            if let Some((from, _)) = stack.last() {
                cut.insert((*from, to));
                cuts.push((*from, to));
            }
        }
    }
    cuts
}

/// Puts something else in the place of the ways of a tree that lead to a place before anything waits.
pub(super) fn cut(tree: &mut Vec<Stmt>, to: Target, note: &str) {
    let mut at = 0;
    while let Some(stmt) = tree.get_mut(at) {
        if *stmt == Stmt::Go(to) {
            *stmt = Stmt::Note(note.to_owned());
            tree.insert(at + 1, Stmt::Stuck);
        } else if pauses(stmt) {
            return;
        } else {
            stmt.bodies_mut().into_iter().for_each(|body| cut(body, to, note));
        }
        at += 1;
    }
}

/// Where statements lead before anything waits.
fn leaving(tree: &[Stmt], all: &mut Vec<Target>) {
    for stmt in tree {
        if let Stmt::Go(to) = stmt {
            all.push(*to);
        }
        if pauses(stmt) {
            return;
        }
        stmt.bodies().into_iter().for_each(|body| leaving(body, all));
    }
}

/// Whether a statement waits, whatever the conversation.
fn pauses(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Line(line) => line.starts_with("pause ") || line.starts_with("send_webhook("),
        // Even for the report of its delivery.
        Stmt::Wait(wait) => match &wait.head {
            Head::Message(_) => !wait.exits.is_empty() || waits(Some(stmt)),
            Head::Pause | Head::Validate { .. } | Head::Call(_) => true,
        },
        Stmt::Note(_)
        | Stmt::If(_)
        | Stmt::Choose(..)
        | Stmt::Rotate(_)
        | Stmt::Go(_)
        | Stmt::End
        | Stmt::Stuck
        | Stmt::Leave(_) => false,
    }
}
