//! Where `-> end` is written after a step that ends without saying so.

use crate::diagnostic::{Code, Diagnostic, Edit};
use crate::project::Parsed;
use crate::source::Source;
use sbot_grammar::ast::{Block, ItemKind};

/// Adds the edit to each W0604.
pub(super) fn write_ends(parsed: &Parsed, diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics.iter_mut().filter(|found| found.code == Code::W0604) {
        let Some(unit) = parsed.units.get(diagnostic.place.file.0 as usize) else { continue };
        let at = diagnostic.place.span;
        // Items stand in source order.
        let after = unit.tree.items.partition_point(|item| item.span.start <= at.start);
        let item = after.checked_sub(1).and_then(|last| unit.tree.items.get(last));
        let Some(ItemKind::Step(step)) = item.map(|item| &item.kind) else { continue };
        let edit = end_of(parsed.sources.get(diagnostic.place.file), &step.body);
        diagnostic.suggestion = None;
        *diagnostic = diagnostic.clone().change(vec![edit], true);
    }
}

/// On a line of its own where the last statement begins one; on the same line where an exit without a body would
/// take the arrow for its own, and where other things share the line.
fn end_of(source: &Source, body: &Block) -> Edit {
    let Some(last) = body.stmts.last() else { return Edit::insert(body.span.end, " -> end") };
    let open_exit = last.exits().last().is_some_and(|exit| exit.body.is_none());
    let end = last.span.end;
    let before = source.text.get(..last.span.start as usize).unwrap_or("");
    let indent = before.rsplit('\n').next().unwrap_or("");
    let rest = source.text.get(end as usize..).unwrap_or("").split('\n').next().unwrap_or("");
    let free = rest.trim().is_empty() || rest.trim_start().starts_with("//");
    if open_exit || !free || indent.is_empty() || !indent.trim().is_empty() {
        return Edit::insert(end, " -> end");
    }
    let line_end = end + u32::try_from(rest.trim_end().len()).unwrap_or(0);
    Edit::insert(line_end, format!("\n{indent}-> end"))
}
