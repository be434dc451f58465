//! Triggers.

use super::super::model::Trigger;
use super::Reader;
use crate::ir;
use crate::resolve::hours::DAYS;
use crate::sim::show::quoted;
use sbot_vm::calendar::format_duration;
use sbot_vm::program::{Often, TriggerKind};

impl Reader<'_, '_> {
    pub(super) fn trigger(&mut self, trigger: &ir::Trigger) -> Trigger {
        let ir::Trigger { kind, via, during, often, test, place } = trigger;
        let mut clauses = std::collections::BTreeSet::new();
        for channel in via {
            self.used.symbols.insert(*channel);
            clauses.insert(format!("via {}", self.symbol_name(*channel)));
        }
        if let Some(hours) = during {
            clauses.insert(format!("during {}", self.hours(*hours)));
        }
        match often {
            Often::Always => {}
            Often::Once => {
                clauses.insert("once".to_owned());
            }
            Often::Cooldown(seconds) => {
                clauses.insert(format!("cooldown {}", format_duration(*seconds)));
            }
        }
        Trigger {
            place: *place,
            kind: self.trigger_kind(kind),
            clauses,
            test: test.as_ref().map(|test| self.expr(test)),
        }
    }

    /// The name of working hours.
    pub(super) fn hours(&mut self, hours: u32) -> std::sync::Arc<str> {
        self.used.hours.insert(hours);
        let symbol = self.project.hours.get(hours as usize).map(|hours| hours.symbol);
        self.symbol_name(symbol.unwrap_or(u32::MAX))
    }

    fn trigger_kind(&mut self, kind: &TriggerKind) -> String {
        let mut named = |symbol: &u32| {
            self.used.symbols.insert(*symbol);
            self.symbol_name(*symbol)
        };
        match kind {
            TriggerKind::Message => "message".to_owned(),
            TriggerKind::Comment => "comment".to_owned(),
            TriggerKind::Manual => "manual".to_owned(),
            TriggerKind::Stage(stage) => format!("stage {}", named(stage)),
            TriggerKind::LeadCreated => "lead created".to_owned(),
            TriggerKind::TagAdded(tag) => format!("tag {} added", quoted(tag)),
            TriggerKind::TagRemoved(tag) => format!("tag {} removed", quoted(tag)),
            TriggerKind::ResponsibleChanged => "responsible changed".to_owned(),
            TriggerKind::FieldChanged(field) => format!("field {} changed", named(field)),
            TriggerKind::FormSent(form) => format!("form {} sent", named(form)),
            TriggerKind::Every { days, at } => {
                format!("every {} at {:02}:{:02}", days_of(*days), at / 60, at % 60)
            }
            TriggerKind::Before { by, field } => format!("{} before {}", format_duration(*by), named(field)),
            TriggerKind::After { by, field } => format!("{} after {}", format_duration(*by), named(field)),
            TriggerKind::Silence(seconds) => format!("silence {}", format_duration(*seconds)),
            TriggerKind::ConversationClosed => "conversation closed".to_owned(),
        }
    }
}

/// Days of the week, a bit each, Monday first: `day`, `mon, wed`.
pub(crate) fn days_of(days: u8) -> String {
    if days & 0b111_1111 == 0b111_1111 {
        return "day".to_owned();
    }
    let named: Vec<&str> =
        DAYS.iter().enumerate().filter(|(n, _)| days & (1 << n) != 0).map(|(_, day)| *day).collect();
    named.join(", ")
}
