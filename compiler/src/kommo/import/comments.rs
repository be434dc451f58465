//! Comments of a step that is written anew: Kommo's file has none, and what a person has written must not get lost.
//!
//! Both texts are compared line by line in the standard form. A comment keeps its place at a line that is the same, or
//! that has merely been replaced by another one; every other comment goes to the top of the step.

use super::onto::{formatted, without_comments};
use sbot_grammar::ast::ItemKind;
use sbot_grammar::parse;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::BTreeSet;

/// The new text of a step with the comments of the old one.
pub(super) fn carried(old: &str, new: &str) -> String {
    let old = formatted(old);
    let mut comments = comments(&old);
    let new = formatted(new);
    // What an import has said before, and says again.
    let mut said: Vec<String> = self::comments(&new).into_iter().map(|comment| comment.text).collect();
    comments.retain(|comment| {
        let again = said.iter().position(|said| *said == comment.text);
        again.map(|at| said.remove(at)).is_none()
    });
    if comments.is_empty() {
        return new.trim_end().to_owned();
    }
    let Some(top) = top(&new) else { return new };
    let places = places(&old, &new, &comments);
    let places = places.into_iter().map(|place| place.filter(|(at, _)| *at > top).unwrap_or((top, false)));
    let mut places: Vec<(usize, bool)> = places.collect();
    let made = put(&new, &comments, &places);
    // Whatever the places are, the step has to say the same: in the middle of a text is no place.
    if is_same(&made, &new, comments.len()) {
        return made;
    }
    for (place, comment) in places.iter_mut().zip(&comments) {
        if !is_same(&put(&new, std::slice::from_ref(comment), &[*place]), &new, 1) {
            *place = (top, false);
        }
    }
    let made = put(&new, &comments, &places);
    if is_same(&made, &new, comments.len()) {
        return made;
    }
    put(&new, &comments, &vec![(top, false); comments.len()])
}

/// Whether the new text of a step has a comment that the old one has not.
pub(super) fn says_more(old: &str, new: &str) -> bool {
    let said: BTreeSet<String> = comments(old).into_iter().map(|comment| comment.text).collect();
    comments(new).into_iter().any(|comment| !said.contains(&comment.text))
}

/// A comment.
struct Comment {
    text: String,
    /// How many signs of the code stand before it.
    before: usize,
    /// It stands behind something on its line.
    trails: bool,
}

/// The comments of a text.
fn comments(text: &str) -> Vec<Comment> {
    let signs = signs(text);
    let all = parse(text).comments;
    let all = all.iter().map(|comment| {
        let span = comment.span.range();
        let line = text.get(..span.start).and_then(|before| before.rsplit('\n').next());
        Comment {
            text: text.get(span.clone()).unwrap_or_default().trim_end().to_owned(),
            before: signs.partition_point(|at| *at < span.start),
            trails: line.is_some_and(|line| !line.trim().is_empty()),
        }
    });
    all.collect()
}

/// Where the code has its signs: neither white space, nor comments, nor commas, which depend on the layout.
fn signs(text: &str) -> Vec<usize> {
    let comments = parse(text).comments;
    let mut comments = comments.iter().map(|comment| comment.span.range()).peekable();
    let mut signs = Vec::new();
    for (at, c) in text.char_indices() {
        while comments.next_if(|comment| comment.end <= at).is_some() {}
        let inside = comments.peek().is_some_and(|comment| comment.contains(&at));
        if !inside && !c.is_whitespace() && c != ',' {
            signs.push(at);
        }
    }
    signs
}

/// A piece of code: a line, or what stands between signs that separate.
struct Piece {
    text: String,
    /// The number of its first sign.
    from: usize,
    /// The number of the sign behind its last one.
    to: usize,
}

/// How a text is cut into pieces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// At the ends of lines, and where the statements of the step begin.
    Lines,
    /// At brackets, braces and commas, too, whatever line they stand on.
    Parts,
}

fn pieces(text: &str, signs: &[usize], cut: Cut) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let statements = statements(text);
    let (mut from, mut end) = (0, 0);
    for (number, at) in signs.iter().enumerate() {
        let between = text.get(end..*at).unwrap_or_default();
        let sign = text.get(*at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        let apart = |c: char| matches!(c, '[' | ']' | '{' | '}');
        let before = text.get(..end).and_then(|before| before.chars().next_back());
        let parts = between.contains(',') || apart(sign) || before.is_some_and(apart);
        let begins = between.contains('\n') || statements.binary_search(at).is_ok();
        if number > 0 && (begins || (cut == Cut::Parts && parts)) {
            pieces.push(piece(text, signs, from, number));
            from = number;
        }
        end = at + sign.len_utf8();
    }
    pieces.push(piece(text, signs, from, signs.len()));
    pieces
}

fn piece(text: &str, signs: &[usize], from: usize, to: usize) -> Piece {
    let end = to.checked_sub(1).and_then(|last| behind(text, signs, last));
    let span = signs.get(from).copied().zip(end);
    let text = span.and_then(|(start, end)| text.get(start..end)).unwrap_or_default();
    Piece { text: text.to_owned(), from, to }
}

/// The end of a sign.
fn behind(text: &str, signs: &[usize], sign: usize) -> Option<usize> {
    let at = *signs.get(sign)?;
    Some(at + text.get(at..)?.chars().next()?.len_utf8())
}

/// For each comment where it stands in the new text, and whether it stands behind something there; none if it has no
/// place of its own.
fn places(old: &str, new: &str, comments: &[Comment]) -> Vec<Option<(usize, bool)>> {
    let bare = formatted(&without_comments(old));
    let (old_signs, new_signs) = (signs(&bare), signs(new));
    if signs(old).len() != old_signs.len() {
        return comments.iter().map(|_| None).collect();
    }
    let sides = |cut: Cut| Sides::new((&bare, &old_signs), (new, &new_signs), cut);
    let (parts, lines) = (sides(Cut::Parts), sides(Cut::Lines));
    comments.iter().map(|comment| parts.place(comment).or_else(|| lines.place(comment))).collect()
}

/// Both texts, piece by piece.
struct Sides<'t> {
    old: Vec<Piece>,
    new: Vec<Piece>,
    ops: Vec<DiffOp>,
    text: &'t str,
    /// Those of the new text.
    signs: &'t [usize],
}

impl<'t> Sides<'t> {
    fn new(old: (&str, &[usize]), new: (&'t str, &'t [usize]), cut: Cut) -> Sides<'t> {
        let (text, signs) = new;
        let (old, new) = (pieces(old.0, old.1, cut), pieces(text, signs, cut));
        let texts =
            |pieces: &[Piece]| -> Vec<String> { pieces.iter().map(|piece| piece.text.clone()).collect() };
        let ops = capture_diff_slices(Algorithm::Myers, &texts(&old), &texts(&new));
        Sides { old, new, ops, text, signs }
    }

    fn place(&self, comment: &Comment) -> Option<(usize, bool)> {
        let last = comment.before.checked_sub(1)?;
        if comment.trails {
            let (at, piece) = self.piece(last)?;
            let sign = match self.same(at) {
                Some(to) => to.from + last - piece.from,
                None => self.replaced(at)?.to.checked_sub(1)?,
            };
            return self.behind(sign).map(|at| (at, true));
        }
        let Some((at, piece)) = self.piece(comment.before) else {
            return Some((self.text.trim_end().len(), false));
        };
        let sign = match self.same(at) {
            Some(to) => to.from + comment.before - piece.from,
            // What closes something is everywhere.
            None if piece.text.chars().all(|c| matches!(c, ')' | ']' | '}')) => {
                let (at, piece) = self.piece(last)?;
                let sign = self.same(at)?.from + last - piece.from;
                return self.behind(sign).map(|at| (at, false));
            }
            None => self.replaced(at)?.from,
        };
        self.signs.get(sign).map(|at| (*at, false))
    }

    /// Behind a sign of the new text, and the comma there.
    fn behind(&self, sign: usize) -> Option<usize> {
        let end = behind(self.text, self.signs, sign)?;
        Some(end + usize::from(self.text.get(end..)?.starts_with(',')))
    }

    /// The piece of the old text that has a sign, and its number.
    fn piece(&self, sign: usize) -> Option<(usize, &Piece)> {
        let at = self.old.partition_point(|piece| piece.to <= sign);
        self.old.get(at).map(|piece| (at, piece))
    }

    /// The same piece in the new text.
    fn same(&self, at: usize) -> Option<&Piece> {
        let found = self.ops.iter().find_map(|op| match op {
            DiffOp::Equal { old_index, new_index, len } => {
                let within = at.checked_sub(*old_index).filter(|within| within < len)?;
                Some(new_index + within)
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => None,
        });
        found.and_then(|at| self.new.get(at))
    }

    /// The piece that stands where an old one stood: as many for as many, or else the first for the first.
    fn replaced(&self, at: usize) -> Option<&Piece> {
        let found = self.ops.iter().find_map(|op| match op {
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let within = at.checked_sub(*old_index).filter(|within| within < old_len)?;
                (old_len == new_len || within == 0).then_some(new_index + within)
            }
            DiffOp::Equal { .. } | DiffOp::Delete { .. } | DiffOp::Insert { .. } => None,
        });
        found.and_then(|at| self.new.get(at))
    }
}

/// Where the first statement of a step stands.
pub(super) fn top(step: &str) -> Option<usize> {
    statements(step).first().copied()
}

/// Where the statements of a step begin; or where it ends, if it has none.
fn statements(step: &str) -> Vec<usize> {
    let parsed = parse(step);
    let Some(item) = parsed.file.items.first() else { return Vec::new() };
    let ItemKind::Step(step) = &item.kind else { return Vec::new() };
    if step.body.stmts.is_empty() {
        return vec![item.span.range().end];
    }
    step.body.stmts.iter().map(|stmt| stmt.span.range().start).collect()
}

/// A text with comments at their places: behind what stands there, or above it.
fn put(text: &str, comments: &[Comment], places: &[(usize, bool)]) -> String {
    let mut all: Vec<(usize, bool, &str)> =
        places.iter().zip(comments).map(|((at, behind), comment)| (*at, *behind, &*comment.text)).collect();
    all.sort_by_key(|(at, _, _)| *at);
    let (mut out, mut from, mut open) = (String::new(), 0, false);
    for (at, behind, comment) in all {
        let more = text.get(from..at).unwrap_or_default();
        if open && !more.is_empty() && !more.starts_with('\n') {
            out.push('\n');
        }
        out.push_str(more);
        let line = out.rsplit('\n').next().unwrap_or_default();
        if line.trim().is_empty() {
            let indent = line.to_owned();
            out.push_str(&format!("{comment}\n{indent}"));
            open = false;
        } else {
            out.push_str(if behind && !(open && more.is_empty()) { " " } else { "\n  " });
            out.push_str(comment);
            open = true;
        }
        from = at;
    }
    let more = text.get(from..).unwrap_or_default();
    if open && !more.starts_with('\n') {
        out.push('\n');
    }
    out.push_str(more);
    out.trim_end().to_owned()
}

/// Whether a text says what another one says, with so many comments more.
fn is_same(made: &str, new: &str, more: usize) -> bool {
    let (one, other) = (parse(made), parse(new));
    let says = |text: &str| -> String {
        let signs = signs(text).into_iter();
        signs.filter_map(|at| text.get(at..).and_then(|rest| rest.chars().next())).collect()
    };
    one.errors.is_empty() && one.comments.len() == other.comments.len() + more && says(made) == says(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(old: &str, new: &str) -> String {
        let made = carried(old, new);
        let count = |text: &str| parse(text).comments.len();
        assert_eq!(count(&carried(&made, new)), count(&made));
        formatted(&made)
    }

    #[test]
    fn comments_stay_at_what_is_the_same() {
        let old = "step a(n: int): // Begins.\n  // Politely.\n  message \"Hi\" // as ever\n  // Twice.\n  // Or more.\n  k += 1\n  \
                   pause 1h // long\n  // Away.\n  -> b // there\n  // No more.\n";
        let new =
            "step a(n: int):\n  message \"Hi\"\n  message \"New\"\n  k += 1\n  message \"Newer\"\n  -> b";
        assert_eq!(
            made(old, new),
            "step a(n: int):\n  // Begins.\n  // Politely.\n  message \"Hi\" // as ever\n  message \"New\"\n  // Twice.\n  \
             // Or more.\n  k += 1\n  message \"Newer\" // long\n  // Away.\n  -> b // there\n  // No more.\n"
        );
    }

    #[test]
    fn comments_stay_at_what_is_replaced() {
        let old = "step a:\n  // The first.\n  message \"One\"\n  // The second.\n  message \"Two\"\n  // Go.\n  -> b";
        let new = "step a:\n  message \"Eins\"\n  message \"Zwei\"\n  -> b";
        assert_eq!(made(old, new), old.replace("One", "Eins").replace("Two", "Zwei") + "\n");
        let new = "step a: -> b";
        assert_eq!(made(old, new), "step a:\n  // The first.\n  // The second.\n  // Go.\n  -> b\n");
    }

    #[test]
    fn comments_inside_of_statements_stay_there() {
        let old = "step a:\n  message \"Hi\" buttons [\n    // The usual.\n    \"A\" -> b, // mostly\n    \"B\" { message \"x\" // here\n -> c }, \n    // No more.\n  ]\n  \
                   // If not.\n  on other -> a";
        let new = "step a:\n  message \"Hi\" buttons [\"A\" -> b, \"New\" -> d, \"B\" { message \"x\" -> c }] on other -> a";
        let text = made(old, new);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let at = |part: &str| {
            lines.iter().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{text}"))
        };
        assert_eq!(at("The usual") + 1, at("\"A\""), "{text}");
        assert!(lines.contains(&"\"A\" -> b, // mostly") && at("here") > at("\"B\""), "{text}");
        assert_eq!(at("If not") + 1, at("on other"), "{text}");
        assert!(at("No more") < at("]"), "{text}");
    }

    #[test]
    fn texts_are_not_broken() {
        let old =
            "step a:\n  // One.\n  message \"\"\"\n    // no comment\n    x\n    \"\"\"\n  // Two.\n  -> b";
        let new =
            "step a:\n  message \"\"\"\n    // no comment\n    y\n    // Two.\n    -> b\n    \"\"\"\n  -> b";
        let text = made(old, new);
        assert_eq!(parse(&text).comments.len(), 2, "{text}");
        assert!(text.contains("// Two.\n  -> b\n"), "{text}");
        // What an import says itself is said once.
        let old = "step a:\n  // Kommo: gone.\n  // Mine.\n  -> b";
        let new = "step a:\n  // Kommo: gone.\n  message \"x\"\n  -> b";
        assert_eq!(made(old, new).matches("Kommo").count(), 1);
    }
}
