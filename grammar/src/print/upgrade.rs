//! `upgrade from "v1" { … }`.

use super::Printer;
use super::doc::Op;
use super::list::Shape;
use crate::ast::{Becomes, PlaceName, Upgrade, UpgradeKind, UpgradeRule};

impl Printer<'_> {
    pub(super) fn upgrade(&mut self, upgrade: &Upgrade, start: u32, end: u32) {
        self.word("upgrade from");
        self.series(&upgrade.from, |p, tag| p.literal(tag));
        let head = upgrade.from.last().map_or(start, |tag| tag.span.end);
        let shape = Shape::entries(self.one_line_braces(head, end));
        self.docs_before_sign(head);
        self.op(Op::Space);
        self.list(shape, end.saturating_sub(1), &upgrade.rules, |rule| rule.span, Self::upgrade_rule);
    }

    fn upgrade_rule(&mut self, rule: &UpgradeRule) {
        match &rule.kind {
            UpgradeKind::Place { old, to } => {
                self.place_name(old);
                self.infix("->");
                self.becomes(to);
            }
            UpgradeKind::Renamed { old, new } => {
                self.word("var");
                self.name(old);
                self.infix("->");
                self.name(new);
            }
            UpgradeKind::Value(var) => {
                self.word("var");
                self.name(&var.name);
                self.word(":");
                self.type_expr(&var.ty);
                self.infix("=");
                self.expr(&var.value);
            }
            UpgradeKind::Bot { old, to } => {
                self.word("bot");
                self.name(old);
                self.infix("->");
                self.becomes(to);
            }
            UpgradeKind::Symbol { kind, old, new } => {
                self.name(kind);
                self.op(Op::Space);
                self.path(old);
                self.infix("->");
                match new {
                    Some(new) => self.path(new),
                    None => self.text("none"),
                }
            }
        }
    }

    fn place_name(&mut self, name: &PlaceName) {
        match name {
            PlaceName::Path(path) => self.path(path),
            PlaceName::Text(text) => self.literal(text),
        }
    }

    fn becomes(&mut self, to: &Becomes) {
        match to {
            Becomes::End(at) => self.leaf(*at),
            Becomes::Restart { step, args } => {
                self.word("restart");
                self.name(step);
                self.optional_args(args, step.span.end);
            }
            Becomes::Place { name, callers, timeout } => {
                self.place_name(name);
                for caller in callers {
                    self.clause("in");
                    self.place_name(caller);
                }
                if let Some(timeout) = timeout {
                    self.clause("timeout");
                    self.leaf(timeout.span);
                }
            }
        }
    }
}
