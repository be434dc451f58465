//! W0603: exits that can never be taken, because an earlier one always takes the event first.

use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Block, ExprKind, On, Wait};
use sbot_vm::value::Value;

/// Reports them in a block and all blocks inside.
pub(super) fn exits(block: &Block, diagnostics: &mut Vec<Diagnostic>) {
    for stmt in block {
        if let Some(wait) = stmt.wait() {
            of_wait(wait, diagnostics);
        }
        stmt.each_block(&mut |block| exits(block, diagnostics));
    }
}

fn of_wait(wait: &Wait, diagnostics: &mut Vec<Diagnostic>) {
    for (n, exit) in wait.exits.iter().enumerate() {
        let before = wait.exits.iter().take(n).find(|before| takes_all(&before.on, &exit.on));
        let after = wait.exits.iter().skip(n + 1).find(|after| earlier_timer(&after.on, &exit.on));
        if let Some(first) = before.or(after) {
            diagnostics.push(
                Diagnostic::new(Code::W0603, exit.place, "this exit can never be taken")
                    .label(first.place, "this one is always first")
                    .help("remove it, or change what it listens to"),
            );
        }
    }
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
