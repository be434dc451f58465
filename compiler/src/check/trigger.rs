//! What starts a bot.

use super::Checker;
use super::body::Body;
use crate::ir::{self, Expr, ExprKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, ItemKind, Name, Pattern, Span};
use sbot_vm::program::TriggerKind;
use smol_str::SmolStr;

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
        let kind = self.trigger_kind(trigger)?;
        let via = self.channels(&trigger.via);
        if let Some(during) = &trigger.during {
            self.unsupported(during.span, "`during` is");
        }
        if trigger.often.is_some() {
            self.unsupported(trigger.span, "`once` and `cooldown` are");
        }
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
        Some(ir::Trigger { kind, via, test, place })
    }

    fn trigger_pattern(&mut self, pattern: &Pattern, field: &'static str) -> Expr {
        let place: Place = self.place(pattern.span);
        let name = Name { text: SmolStr::new_static(field), span: Span::default() };
        let subject = self.field_value(place, "client", &name);
        self.pattern(pattern, &subject).condition
    }

    fn trigger_kind(&mut self, trigger: &ast::Trigger) -> Option<TriggerKind> {
        use ast::TriggerKind as Ast;
        let what = match &trigger.kind {
            Ast::Message(_) => return Some(TriggerKind::Message),
            Ast::Comment(_) => return Some(TriggerKind::Comment),
            Ast::Manual => return Some(TriggerKind::Manual),
            Ast::Stage(_) => "stage",
            Ast::LeadCreated => "lead created",
            Ast::TagAdded(_) => "tag added",
            Ast::TagRemoved(_) => "tag removed",
            Ast::ResponsibleChanged => "responsible changed",
            Ast::FieldChanged(_) => "field changed",
            Ast::FormSent(_) => "form sent",
            Ast::Every { .. } => "every",
            Ast::Before { .. } => "before",
            Ast::After { .. } => "after",
            Ast::Silence(_) => "silence",
            Ast::ConversationClosed => "conversation closed",
        };
        self.unsupported(trigger.span, &format!("`trigger {what}` is"));
        None
    }
}
