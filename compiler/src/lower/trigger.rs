//! What starts a bot.

use super::function::{Body, Variables};
use super::output::Output;
use crate::ir;
use sbot_vm::program::{self, FunctionKind};

/// The condition of a trigger becomes a function that sees no variables: no run has begun.
pub(super) fn lower_trigger(out: &mut Output<'_>, bot: &ir::Bot, trigger: &ir::Trigger) -> program::Trigger {
    let test = trigger.test.as_ref().map(|test| {
        let mut body = Body::new(out, Variables::Elsewhere);
        body.lower_return(Some(test), trigger.place);
        body.finish(&bot.name, 0, FunctionKind::Fn)
    });
    program::Trigger {
        kind: trigger.kind.clone(),
        via: trigger.via.clone(),
        during: trigger.during,
        often: trigger.often,
        test,
    }
}
