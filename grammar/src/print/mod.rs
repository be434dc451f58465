//! The formatter: a parsed file goes in, its one canonical text comes out.
//!
//! The tree does not change, every comment is kept, texts, numbers, durations and dates are copied byte for byte.
//! Formatting what was formatted changes nothing. Nothing here depends on anything but the file.
//!
//! The printer walks the tree in source order. Before each leaf it prints the comments that stand before it, so no
//! comment can be lost; lists, statements and items look further and put a comment at the end of a line or on its own.

mod comment;
mod declaration;
mod doc;
mod expr;
mod item;
mod list;
mod message;
mod statement;
mod test;
mod types;
mod upgrade;

use crate::ast::{Name, Path, Span, Text};
use crate::{Comment, Parsed};
use doc::Op;

/// Formats a file. `parsed` must be what `parse` made of `source`; where it holds errors,
/// what could not be read is copied as far as the tree knows its place.
#[must_use]
pub fn print(source: &str, parsed: &Parsed) -> String {
    Printer::new(source, &parsed.comments).file(&parsed.file)
}

/// What is being printed and how far the comments have been.
struct Printer<'a> {
    source: &'a str,
    comments: &'a [Comment],
    /// The first comment not yet printed.
    next: usize,
    /// Where each line begins.
    lines: Vec<u32>,
    ops: Vec<Op<'a>>,
}

impl<'a> Printer<'a> {
    fn new(source: &'a str, comments: &'a [Comment]) -> Self {
        let breaks = source.bytes().zip(1..).filter(|&(byte, _)| byte == b'\n').map(|(_, next)| next);
        let lines = std::iter::once(0).chain(breaks).collect();
        Self { source, comments, next: 0, lines, ops: Vec::new() }
    }

    fn op(&mut self, op: Op<'a>) {
        self.ops.push(op);
    }

    /// Prints a word or sign with nothing around it.
    fn text(&mut self, text: &'a str) {
        self.op(Op::Text(text));
    }

    /// Prints a word or sign with a space after it.
    fn word(&mut self, text: &'a str) {
        self.op(Op::Text(text));
        self.op(Op::Space);
    }

    /// Prints a word or sign with a space before and after it.
    fn infix(&mut self, text: &'a str) {
        self.op(Op::Space);
        self.word(text);
    }

    /// Copies a leaf from the source, after the comments before it.
    fn leaf(&mut self, span: Span) {
        self.flush(span.start);
        self.text(self.slice(span));
        self.skip(span.end);
    }

    fn name(&mut self, name: &Name) {
        self.leaf(name.span);
    }

    fn literal(&mut self, text: &Text) {
        self.leaf(text.span);
    }

    fn path(&mut self, path: &Path) {
        for (index, name) in path.names.iter().enumerate() {
            if index > 0 {
                self.text(".");
            }
            self.name(name);
        }
    }
}
