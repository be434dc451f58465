//! What a step does, in a few lines.

use super::super::line::Line;
use super::super::model::{How, Kind, Node, Role};
use super::super::reword;
use super::super::show;
use super::super::words;
use super::Compare;

/// The most lines.
const MOST: usize = 8;

impl Compare<'_> {
    pub(super) fn outline(&self, body: &[Node], new: bool) -> Vec<Line> {
        let mut lines = Vec::new();
        self.outlined(body, new, &mut lines);
        let left = lines.len().saturating_sub(MOST);
        if left > 1 {
            lines.truncate(MOST);
            lines.push(Line::say(format!("and {left} more")));
        }
        lines
    }

    fn outlined(&self, body: &[Node], new: bool, lines: &mut Vec<Line>) {
        let side = if new { &self.new } else { &self.old };
        for node in body {
            match node.kind {
                Kind::Message | Kind::List => {
                    let text = node.value(&Role::Text).map(|text| show::text(self.terms, &side.names, text));
                    let said = Line::say("says: ").with(reword::quote(&text.unwrap_or_default()));
                    lines.push(said);
                    lines.extend(self.ways_shown(node, new));
                }
                Kind::Pause => match node.ways.as_slice() {
                    [only] if only.how == How::Timeout => {
                        let after = only.value(&Role::After);
                        let after = after.map(|after| words::time(self.terms, &side.names, after));
                        lines.push(Line::say("pauses for ").with(after.unwrap_or_default()));
                    }
                    _ => lines.extend(self.ways_shown(node, new)),
                },
                Kind::Validate => {
                    let pattern = node.slot(&Role::Pattern).map(|slot| self.one(side, slot));
                    lines.push(Line::say("waits for an answer with ").code(pattern.unwrap_or_default()));
                    lines.extend(self.ways_shown(node, new));
                }
                Kind::Act => lines.push(Line::say("does ").code(self.call(node, new))),
                Kind::Set => {
                    let field = self.name_of(node.value(&Role::Field));
                    let value = node.slot(&Role::Value).map(|slot| self.one(side, slot));
                    let line = Line::say("sets ").code(field);
                    lines.push(match value {
                        Some(value) => line.and(" to ").code(value),
                        None => line.and(" to nothing"),
                    });
                }
                Kind::Enter => lines.push(Line::say("calls ").with(self.target(node, new))),
                Kind::Rotate => {
                    lines.push(Line::say(format!("takes one of {} options in turn", node.ways.len())))
                }
                Kind::Leave => {
                    let lead = words::lead(self.terms, &side.names, node);
                    lines.push(words::goes(&lead));
                }
                Kind::Choose | Kind::Let | Kind::Assign | Kind::For | Kind::While => {}
            }
            for way in node.ways.iter().filter(|way| way.body.len() > 1) {
                self.outlined(&way.body, new, lines);
            }
        }
    }
}
