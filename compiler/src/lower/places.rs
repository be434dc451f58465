//! Places of instructions. Lines and columns are counted from the place before, as instructions mostly come in the
//! order of the source: a file on one long line costs no more than one with many.

use crate::source::{FileId, LineColumn, Place, Sources};
use sbot_vm::op::Target;
use sbot_vm::program;

pub(super) struct Places<'p> {
    sources: &'p Sources,
    last: Option<(FileId, u32, LineColumn)>,
}

impl<'p> Places<'p> {
    pub(super) fn new(sources: &'p Sources) -> Self {
        Self { sources, last: None }
    }

    /// The debug entry of an instruction.
    pub(super) fn place(&mut self, op: Target, place: Place) -> program::Place {
        let LineColumn { line, column } = self.line_column(place.file, place.span.start);
        program::Place { op, file: place.file.0, start: place.span.start, end: place.span.end, line, column }
    }

    fn line_column(&mut self, file: FileId, byte: u32) -> LineColumn {
        let known = self.last.filter(|(last, _, _)| *last == file);
        let near = known.and_then(|(_, from, at)| self.same_line(file, from, at, byte));
        let found = near.unwrap_or_else(|| self.sources.get(file).line_column(byte));
        self.last = Some((file, byte, found));
        found
    }

    /// The place of `byte` if no line break stands between it and a known one.
    fn same_line(&self, file: FileId, from: u32, at: LineColumn, byte: u32) -> Option<LineColumn> {
        let text = self.sources.get(file).text.get(from.min(byte) as usize..from.max(byte) as usize)?;
        if text.contains('\n') {
            return None;
        }
        let distance = u32::try_from(text.chars().count()).ok()?;
        let column =
            if byte < from { at.column.checked_sub(distance)? } else { at.column.checked_add(distance)? };
        Some(LineColumn { line: at.line, column })
    }
}
