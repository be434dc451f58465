//! Ways that lead round in a circle on which nothing waits. Kommo takes them, and sends for ever or stops without a word;
//! here they are an error, so one way of each circle is cut, and told.

use super::lower::waits;
use super::tree::{Head, Stmt};
use crate::kommo::bot::Target;
use std::collections::{BTreeMap, BTreeSet};

/// The ways to cut: from where, to where. In the order of `order`, so that they are the same each time.
pub(super) fn cuts(order: &[Target], trees: &BTreeMap<Target, Vec<Stmt>>) -> Vec<(Target, Target)> {
    let mut ways: BTreeMap<Target, Vec<Target>> = BTreeMap::new();
    for (at, tree) in trees {
        leaving(tree, ways.entry(*at).or_default());
    }
    let (mut done, mut cuts) = (BTreeSet::new(), Vec::new());
    for start in order {
        // Without recursion: a bot may have as many steps in a row as its file has room for.
        let mut open = BTreeSet::from([*start]);
        let mut stack = if done.contains(start) { Vec::new() } else { vec![(*start, 0)] };
        while let Some((at, next)) = stack.last_mut() {
            let Some(to) = ways.get(at).and_then(|all| all.get(*next)).copied() else {
                open.remove(at);
                done.insert(*at);
                stack.pop();
                continue;
            };
            *next += 1;
            if open.contains(&to) {
                cuts.push((*at, to));
            } else if !done.contains(&to) {
                open.insert(to);
                stack.push((to, 0));
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
