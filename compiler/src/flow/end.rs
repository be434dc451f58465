//! W0604: a step whose last statement can be left behind ends the bot without saying so.

use super::falls_through;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::Step;
use crate::source::Place;
use sbot_grammar::ast::Span;

pub(super) fn silent_end(step: &Step, diagnostics: &mut Vec<Diagnostic>) {
    if !falls_through(&step.body) {
        return;
    }
    let last = step.body.last().map_or(step.place, |stmt| stmt.place);
    let end = Span::new(last.span.end, last.span.end);
    diagnostics.push(
        Diagnostic::new(
            Code::W0604,
            last,
            format!("the bot ends after this step `{}` without saying so", step.name),
        )
        .label(Place { file: step.place.file, span: step.place.span }, "the step")
        .help("write `-> end` after it, or go on with `-> step`")
        .suggest(end, " -> end"),
    );
}
