//! What a syntax error makes of the rest: findings that only repeat it are dropped, so that one mistake is one report.

use crate::diagnostic::{Code, Diagnostic};
use crate::project::Parsed;
use crate::source::{FileId, Place};
use rustc_hash::FxHashSet;
use sbot_grammar::ast::{ItemKind, Span, Stmt};

/// Words that give a name to what follows them.
const NAMING: &[&str] = &[
    "let",
    "as",
    "for",
    "called",
    "bot",
    "var",
    "step",
    "flow",
    "fn",
    "type",
    "entity",
    "pipeline",
    "user",
    "team",
    "channel",
    "template",
    "email_template",
    "form",
    "hours",
    "action",
    "widget",
];

/// Drops findings in statements that could not be read as they were meant, and about names that such a statement or
/// item would have made known.
pub(super) fn drop_echoes(parsed: &Parsed, syntax: &[Diagnostic], diagnostics: &mut Vec<Diagnostic>) {
    let broken: Vec<Place> =
        syntax.iter().filter(|found| is_syntax(found.code)).map(|found| found.place).collect();
    if broken.is_empty() {
        return;
    }
    if syntax.iter().any(|found| found.unread) {
        // Names of what was not read are missing everywhere.
        diagnostics.clear();
        return;
    }
    let mut echo =
        Echo { parsed, lines: FxHashSet::default(), parts: Vec::new(), lost: FxHashSet::default() };
    for place in &broken {
        echo.add(*place);
    }
    diagnostics.retain(|found| !echo.holds(found));
}

fn is_syntax(code: Code) -> bool {
    matches!(code, Code::E0101 | Code::E0102 | Code::E0103 | Code::E0110)
}

struct Echo<'p> {
    parsed: &'p Parsed,
    /// Lines with a syntax error.
    lines: FxHashSet<(FileId, u32)>,
    /// The statements and items with one.
    parts: Vec<Place>,
    /// The names that they would have made known.
    lost: FxHashSet<&'p str>,
}

impl<'p> Echo<'p> {
    fn line(&self, place: Place) -> (FileId, u32) {
        (place.file, self.parsed.sources.get(place.file).line_column(place.span.start).line)
    }

    fn add(&mut self, place: Place) {
        self.lines.insert(self.line(place));
        let Some(part) = self.part(place) else { return };
        if self.parts.last() == Some(&part) {
            return;
        }
        self.parts.push(part);
        let words = self.parsed.sources.get(part.file).slice(part.span);
        let words = words.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        let mut last = "";
        for word in words {
            if NAMING.contains(&last) {
                self.lost.insert(word);
            }
            last = word;
        }
    }

    /// The innermost statement around a place; outside of statements, the item if nothing of it could be read.
    fn part(&self, place: Place) -> Option<Place> {
        let unit = self.parsed.units.get(place.file.0 as usize)?;
        let holds = |span: Span| span.start <= place.span.start && place.span.start <= span.end;
        let item = unit.tree.items.iter().rfind(|item| holds(item.span))?;
        let Some(block) = item.block() else {
            let unread = matches!(item.kind, ItemKind::Error);
            return unread.then_some(Place { file: place.file, span: item.span });
        };
        let mut found: Option<Span> = None;
        let mut inside: Vec<&Stmt> = block.stmts.iter().collect();
        while let Some(stmt) = inside.iter().rfind(|stmt| holds(stmt.span)) {
            found = Some(stmt.span);
            inside = stmt.nested();
        }
        found.map(|span| Place { file: place.file, span })
    }

    fn holds(&self, found: &Diagnostic) -> bool {
        let unknown = matches!(found.code, Code::E0201 | Code::E0202);
        let name = || self.parsed.sources.get(found.place.file).slice(found.place.span);
        self.lines.contains(&self.line(found.place))
            // The step may be what could not be read.
            || found.code == Code::E0207
            || (unknown && self.lost.contains(name()))
            || self.part(found.place).is_some_and(|part| self.parts.contains(&part))
    }
}
