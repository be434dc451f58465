//! Things between brackets, and things one below the other.

use super::Printer;
use super::doc::Op;
use crate::ast::Span;

/// How a bracketed list is laid out.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    /// Elements are separated by commas; a trailing one where each has its own line.
    pub(super) comma: bool,
    /// Spaces inside the brackets on one line.
    pub(super) pad: bool,
    /// Each element on its own line, even if all would fit on one.
    pub(super) broken: bool,
    /// Blank lines between elements stay.
    pub(super) blanks: bool,
    /// Whether it may be one line is decided for this list alone.
    pub(super) group: bool,
    /// Where the closing bracket stands; the elements are two deeper.
    pub(super) indent: usize,
}

impl Shape {
    /// `(…)`, `[…]` or `{…}` of an expression: one line if it fits.
    pub(super) const fn fit(open: &'static str, close: &'static str) -> Self {
        Self { open, close, comma: true, pad: false, broken: false, blanks: false, group: true, indent: 0 }
    }

    /// `[…]` that is one line if it was written so and fits.
    pub(super) const fn kept(one_line: bool) -> Self {
        Self { blanks: true, broken: !one_line, ..Self::fit("[", "]") }
    }

    /// `{ …, … }` that is one line if it was written so and fits.
    pub(super) const fn entries(one_line: bool) -> Self {
        Self { open: "{", close: "}", pad: true, ..Self::kept(one_line) }
    }

    /// `{ … }` without commas that is one line if it was written so and fits.
    pub(super) const fn block(one_line: bool) -> Self {
        Self { comma: false, ..Self::entries(one_line) }
    }

    /// The same, its contents and closing bracket two deeper.
    pub(super) const fn hanging(self) -> Self {
        Self { indent: 2, ..self }
    }
}

impl Printer<'_> {
    /// Prints `items` between brackets; `close` is where the closing bracket stands in the source.
    pub(super) fn list<T>(
        &mut self,
        shape: Shape,
        close: u32,
        items: &[T],
        span: impl Fn(&T) -> Span,
        mut each: impl FnMut(&mut Self, &T),
    ) {
        self.text(shape.open);
        if items.is_empty() && !self.has_comment(close) {
            return self.text(shape.close);
        }
        let edge = match (shape.broken, shape.pad) {
            (true, _) => Op::Hard,
            (false, true) => Op::Line,
            (false, false) => Op::Soft,
        };
        if shape.group {
            self.op(Op::Open);
        }
        self.op(Op::In(shape.indent + 2));
        for (index, item) in items.iter().enumerate() {
            let start = span(item).start;
            self.trail(start);
            let between = if shape.broken { Op::Hard } else { Op::Line };
            if index == 0 {
                self.op(edge);
            } else if shape.blanks && self.blank_before(self.with_comments(start)) {
                self.op(Op::Blank);
            } else {
                self.op(between);
            }
            self.lead(start, start, shape.blanks);
            each(self, item);
            if shape.comma && index + 1 < items.len() {
                self.docs_before_sign(span(item).end);
                self.text(",");
            } else if shape.comma {
                self.op(Op::Comma);
            }
        }
        self.close(close, items.is_empty(), shape.blanks);
        self.op(Op::Out);
        self.op(Op::In(shape.indent));
        self.op(edge);
        self.op(Op::Out);
        self.text(shape.close);
        if shape.group {
            self.op(Op::Close);
        }
    }

    /// Prints things separated by `, `, filling the lines.
    pub(super) fn series<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(",");
                self.op(Op::FillWhole);
            }
            each(self, item);
        }
    }

    /// Prints things separated by ` | `, filling the lines.
    pub(super) fn alternatives<T>(
        &mut self,
        items: &[T],
        span: impl Fn(&T) -> Span,
        mut each: impl FnMut(&mut Self, &T),
    ) {
        let mut before = None;
        for item in items {
            if let Some(end) = before {
                self.flush(self.token_after(end, b""));
                self.op(Op::Fill);
                self.word("|");
            }
            each(self, item);
            before = Some(span(item).end);
        }
    }
}
