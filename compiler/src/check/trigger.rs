//! What starts a bot.

use super::Checker;
use super::body::Body;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, Expr, ExprKind};
use crate::resolve::hours::minutes;
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, ItemKind, Name, Pattern, Span};
use sbot_vm::program::{Often, SymbolKind, TriggerKind};
use smol_str::SmolStr;
use std::sync::Arc;

impl Checker<'_> {
    pub(super) fn triggers(&mut self, n: usize) -> Vec<ir::Trigger> {
        let Some(unit) = self.parsed.units.get(n) else { return Vec::new() };
        let mut out = Vec::new();
        for item in &unit.tree.items {
            let ItemKind::Trigger(trigger) = &item.kind else { continue };
            self.body = Body::default();
            if let Some(trigger) = self.trigger(trigger) {
                out.push(trigger);
            }
        }
        out
    }

    pub(super) fn trigger(&mut self, trigger: &ast::Trigger) -> Option<ir::Trigger> {
        let place = self.place(trigger.span);
        let kind = self.trigger_kind(trigger);
        let via = self.channels(&trigger.via);
        let during = trigger.during.as_ref().and_then(|during| self.hours(during));
        let often = match &trigger.often {
            None => Often::Always,
            Some(ast::Often::Once(_)) => Often::Once,
            Some(ast::Often::Cooldown(duration)) => Often::Cooldown(self.period(duration)),
        };
        let pattern = if let ast::TriggerKind::Message(Some(pattern)) = &trigger.kind {
            Some(self.trigger_pattern(pattern, "text"))
        } else if let ast::TriggerKind::Comment(Some(pattern)) = &trigger.kind {
            Some(self.trigger_pattern(pattern, "comment"))
        } else {
            None
        };
        let condition =
            trigger.condition.as_ref().map(|condition| self.expr_as(condition, &Ty::Bool, "a condition"));
        let test = match (pattern, condition) {
            (Some(left), Some(right)) => {
                Some(Expr { ty: Ty::Bool, place, kind: ExprKind::And(Box::new(left), Box::new(right)) })
            }
            (left, right) => left.or(right),
        };
        Some(ir::Trigger { kind: kind?, via, during, often, test, place })
    }

    fn trigger_pattern(&mut self, pattern: &Pattern, field: &'static str) -> Expr {
        let place: Place = self.place(pattern.span);
        let name = Name { text: SmolStr::new_static(field), span: Span::default() };
        let subject = self.field_value(place, "client", &name);
        self.pattern(pattern, &subject).condition
    }

    fn trigger_kind(&mut self, trigger: &ast::Trigger) -> Option<TriggerKind> {
        use ast::TriggerKind as Ast;
        let (n, unit) = (self.unit, self.unit());
        Some(match &trigger.kind {
            Ast::Message(_) => TriggerKind::Message,
            Ast::Comment(_) => TriggerKind::Comment,
            Ast::Manual => TriggerKind::Manual,
            Ast::Stage(path) => TriggerKind::Stage(self.names.stage(n, unit, path)?),
            Ast::LeadCreated => TriggerKind::LeadCreated,
            Ast::TagAdded(tag) => TriggerKind::TagAdded(self.tag(tag)?),
            Ast::TagRemoved(tag) => TriggerKind::TagRemoved(self.tag(tag)?),
            Ast::ResponsibleChanged => TriggerKind::ResponsibleChanged,
            Ast::FieldChanged(path) => TriggerKind::FieldChanged(self.trigger_field(path)?.0),
            Ast::FormSent(name) => {
                TriggerKind::FormSent(self.names.expect_symbol(n, unit, name, SymbolKind::Form, "form")?)
            }
            Ast::Every { days, at } => {
                self.need_zone(self.place(days.from.span));
                TriggerKind::Every { days: self.names.days_of(unit, days), at: minutes(*at) }
            }
            Ast::Before { by, field } => {
                TriggerKind::Before { by: self.period(by), field: self.trigger_moment(field)? }
            }
            Ast::After { by, field } => {
                TriggerKind::After { by: self.period(by), field: self.trigger_moment(field)? }
            }
            Ast::Silence(time) => TriggerKind::Silence(self.period(time)),
            Ast::ConversationClosed => TriggerKind::ConversationClosed,
        })
    }

    /// A length of time of a trigger, in the bounds of a timer.
    fn period(&mut self, duration: &ast::Duration) -> i64 {
        self.in_timer_bounds(self.place(duration.span), duration.seconds);
        duration.seconds
    }

    fn tag(&mut self, tag: &ast::Text) -> Option<Arc<str>> {
        let place = self.place(tag.span);
        let Some(plain) = tag.plain() else {
            self.report(
                Diagnostic::new(Code::E0301, place, "the tag of a trigger is a fixed text")
                    .help("write the text without `{…}`"),
            );
            return None;
        };
        if plain.trim().is_empty() {
            self.report(
                Diagnostic::new(Code::E0406, place, "this tag is empty").help("write the tag that is meant"),
            );
        }
        Some(plain.into())
    }

    /// The symbol and the type of a field that a trigger names.
    fn trigger_field(&mut self, path: &ast::Path) -> Option<(u32, Ty)> {
        let place = self.place(path.span);
        let [entity, name] = path.names.as_slice() else {
            self.report(
                Diagnostic::new(Code::E0203, place, "a field is written `entity.field`")
                    .help("such as `lead.delivery`"),
            );
            return None;
        };
        if crate::resolve::Names::entity(&entity.text).is_none() {
            self.unknown_name("entity", entity);
            return None;
        }
        let (_, ty, _) = self.field(&entity.text, name)?;
        Some((self.names.field_symbol(&entity.text, &name.text), ty))
    }

    /// A field that holds a date or a moment.
    fn trigger_moment(&mut self, path: &ast::Path) -> Option<u32> {
        let (symbol, ty) = self.trigger_field(path)?;
        let place = self.place(path.span);
        if !matches!(ty.present(), Ty::Date | Ty::DateTime | Ty::Error) {
            self.wrong_type(place, "`before` and `after`", &Ty::DateTime, &ty);
        }
        self.need_zone(place);
        Some(symbol)
    }
}
