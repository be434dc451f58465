//! Places in the source: where comments stand, which things share a line, where a blank line was.

use super::Printer;
use super::doc::Op;
use crate::Comment;
use crate::ast::Span;

/// White space of the language, wherever it stands.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

impl<'a> Printer<'a> {
    /// The bytes of a span.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.source.get(span.range()).unwrap_or("")
    }

    fn line(&self, at: u32) -> usize {
        self.lines.partition_point(|&start| start <= at)
    }

    /// Whether both places are on one line.
    pub(super) fn same_line(&self, a: u32, b: u32) -> bool {
        self.line(a) == self.line(b)
    }

    /// How far a place is from the beginning of its line.
    fn column(&self, at: u32) -> u32 {
        at - self.line_start(at)
    }

    fn line_start(&self, at: u32) -> u32 {
        let line = self.line(at);
        line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or(0)
    }

    /// Whether only white space stands before the comment on its line.
    fn is_own_line(&self, comment: &Comment) -> bool {
        let start = comment.span.start;
        self.slice(Span::new(self.line_start(start), start)).trim().is_empty()
    }

    /// Whether an empty line stands directly before a token or comment.
    pub(super) fn blank_before(&self, at: u32) -> bool {
        let before = self.source.as_bytes().get(..at as usize).unwrap_or(&[]);
        before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_whitespace())
            .filter(|&&byte| byte == b'\n')
            .count()
            > 1
    }

    /// The first token at or after `at`, comments and the bytes in `skip` passed over.
    pub(super) fn token_after(&self, at: u32, skip: &[u8]) -> u32 {
        let bytes = self.source.as_bytes();
        let mut at = at as usize;
        while let Some(&byte) = bytes.get(at) {
            if byte == b'/' && bytes.get(at + 1) == Some(&b'/') {
                let line = bytes.get(at..).unwrap_or(&[]);
                at += line.iter().position(|&byte| byte == b'\n').unwrap_or(line.len());
            } else if byte.is_ascii_whitespace() || skip.contains(&byte) {
                at += 1;
            } else if bytes.get(at..).is_some_and(|rest| rest.starts_with(BYTE_ORDER_MARK)) {
                at += BYTE_ORDER_MARK.len();
            } else {
                break;
            }
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The next comment, if it begins before `limit`.
    fn pending(&self, limit: u32) -> Option<&'a Comment> {
        self.comments.get(self.next).filter(|comment| comment.span.start < limit)
    }

    /// Whether a comment is still to be printed before `limit`.
    pub(super) fn has_comment(&self, limit: u32) -> bool {
        self.pending(limit).is_some()
    }

    /// Where a node begins with the comments above it.
    pub(super) fn with_comments(&self, start: u32) -> u32 {
        self.pending(start).map_or(start, |comment| comment.span.start)
    }

    fn take(&mut self, comment: &Comment) {
        self.next += 1;
        self.op(Op::Comment(self.slice(comment.span).trim_end()));
    }

    /// Prints the comments before `limit` where the line has got to.
    pub(super) fn flush(&mut self, limit: u32) {
        while let Some(comment) = self.pending(limit) {
            self.take(comment);
        }
    }

    /// Forgets the comments before `limit`: they stood inside a text that was copied.
    pub(super) fn skip(&mut self, limit: u32) {
        while self.has_comment(limit) {
            self.next += 1;
        }
    }

    /// Prints the comment that ends the line just printed, if it has one before `limit`.
    /// A doc comment belongs to what is below and goes there.
    pub(super) fn trail(&mut self, limit: u32) {
        if let Some(comment) = self.pending(limit)
            && !comment.doc
            && !self.is_own_line(comment)
        {
            self.take(comment);
        }
    }

    /// Prints the comments before the comma or bracket that is the first token after `end` if a doc comment is
    /// among them, which behind it would belong to the next field.
    pub(super) fn docs_before_sign(&mut self, end: u32) {
        if self.has_comment(u32::MAX) {
            let sign = self.token_after(end, b"");
            let rest = self.comments.get(self.next..).unwrap_or(&[]).iter();
            if rest.take_while(|comment| comment.span.start < sign).any(|comment| comment.doc) {
                self.flush(sign);
            }
        }
    }

    /// Prints the comments before `end` that nothing printed yet before the last word, so that they stay in the item.
    pub(super) fn flush_inside(&mut self, end: u32) {
        if self.has_comment(end)
            && let Some(last) = self.ops.iter().rposition(|op| matches!(op, Op::Text(_)))
        {
            let rest = self.ops.split_off(last);
            self.flush(end);
            self.ops.extend(rest);
        }
    }

    /// Prints the comments before `limit`, each on a line of its own, above the node at `start`.
    pub(super) fn lead(&mut self, limit: u32, start: u32, blanks: bool) {
        while let Some(comment) = self.pending(limit) {
            self.take(comment);
            let next = self.pending(limit).map_or(start, |comment| comment.span.start);
            self.op(if blanks && self.blank_before(next) { Op::Blank } else { Op::Hard });
        }
    }

    /// Prints the comments before `limit`, each on a line of its own, below the node printed last.
    pub(super) fn close(&mut self, limit: u32, first: bool, blanks: bool) {
        self.trail(limit);
        let mut first = first;
        while let Some(comment) = self.pending(limit) {
            let blank = blanks && !first && self.blank_before(comment.span.start);
            self.op(if blank { Op::Blank } else { Op::Hard });
            self.take(comment);
            first = false;
        }
    }

    /// The end of the comments below `last` that are indented deeper than the item at `item`:
    /// a step has no closing brace, so only that tells the end of its body from the lines above the next item.
    pub(super) fn end_of_body(&self, item: u32, last: u32, next: u32) -> u32 {
        let after = self.comments.partition_point(|comment| comment.span.start < last);
        let mut end = last;
        for comment in self.comments.get(after..).unwrap_or(&[]) {
            let own = self.is_own_line(comment);
            let inside = self.column(comment.span.start) > self.column(item);
            if comment.span.start >= next || comment.doc || (own && !inside) {
                break;
            }
            if own {
                end = comment.span.end;
            }
        }
        end
    }
}
