//! W0603: exits that can never be taken, because another one always takes the event first.

use super::durations::FOREVER;
use super::graph::Graph;
use super::time::longest_gap;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Exit, ExprKind, On, Wait};
use sbot_vm::value::Value;

/// By how much a change of the clocks can prolong a night.
const CLOCK_CHANGE: i64 = 3600;

/// Reports them.
pub(super) fn exits(graph: &Graph<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let closed: Vec<i64> = graph.project.hours.iter().map(longest_gap).collect();
    for wait in graph.nodes.iter().filter_map(|node| node.kind.wait()) {
        of_wait(wait, &closed, diagnostics);
    }
}

/// The exit that always takes the event of the `n`th one first, if there is one.
pub(crate) fn always_first(wait: &Wait, n: usize) -> Option<&Exit> {
    let exit = wait.exits.get(n)?;
    let before = wait.exits.iter().take(n).find(|before| takes_all(&before.on, &exit.on));
    before.or_else(|| wait.exits.iter().skip(n + 1).find(|after| earlier_timer(&after.on, &exit.on)))
}

/// `closed` has the longest time that each of the project's hours are closed.
fn of_wait(wait: &Wait, closed: &[i64], diagnostics: &mut Vec<Diagnostic>) {
    for (n, exit) in wait.exits.iter().enumerate() {
        let hours = wait.exits.iter().find(|other| opens_before(&other.on, &exit.on, closed));
        if let Some(first) = always_first(wait, n).or(hours) {
            diagnostics.push(
                Diagnostic::new(Code::W0603, exit.place, "this exit can never be taken")
                    .label(first.place, "this one is always first")
                    .help("remove it, or change what it listens to"),
            );
        }
    }
}

/// Whether hours always begin before a timer is over.
fn opens_before(hours: &On, timer: &On, closed: &[i64]) -> bool {
    let (On::Hours(hours), On::Timeout(timer)) = (hours, timer) else { return false };
    let closed = closed.get(*hours as usize).copied().filter(|closed| *closed != FOREVER);
    matches!((closed, fixed(&timer.kind)), (Some(closed), Some(timer)) if timer > closed + CLOCK_CHANGE)
}

/// Whether `first` takes every event that `second` would.
fn takes_all(first: &On, second: &On) -> bool {
    match (first, second) {
        (On::Other, On::Other) | (On::Message, On::Message | On::Other) | (On::Failed, On::Failed) => true,
        (On::VideoOpened, On::VideoOpened) | (On::VideoClosed, On::VideoClosed) => true,
        (On::Hours(first), On::Hours(second)) => first == second,
        (On::Timeout(first), On::Timeout(second)) => {
            matches!((fixed(&first.kind), fixed(&second.kind)), (Some(first), Some(second)) if first <= second)
        }
        _ => false,
    }
}

/// Whether `other` is a timer that is over before `this` one.
fn earlier_timer(other: &On, this: &On) -> bool {
    match (other, this) {
        (On::Timeout(other), On::Timeout(this)) => {
            matches!((fixed(&other.kind), fixed(&this.kind)), (Some(other), Some(this)) if other < this)
        }
        _ => false,
    }
}

fn fixed(kind: &ExprKind) -> Option<i64> {
    if let ExprKind::Const(Value::Duration(seconds)) = kind { Some(*seconds) } else { None }
}
