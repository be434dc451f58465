//! Declarations: account, entity, pipeline, people, channels, templates, forms, hours, actions and triggers.

use super::Printer;
use super::doc::Op;
use super::list::Shape;
use crate::ast::{
    Action, Days, Duration, ExitDecl, FormPart, HoursRow, ItemKind, Name, Often, Path, Pattern, Span, Stage,
    Text, Time, Trigger, TriggerKind,
};

impl Printer<'_> {
    /// Prints a declaration of the account from its first word at `start` to `end`.
    pub(super) fn declaration(&mut self, kind: &ItemKind, start: u32, end: u32) {
        if let ItemKind::Account(settings) = kind {
            let word = start + 7;
            self.text("account");
            self.entries(word, end, settings, |setting| setting.0.span.to(setting.1.span), Self::setting);
        } else if let ItemKind::Entity { name, fields } = kind {
            self.word("entity");
            self.name(name);
            self.entries(name.span.end, end, fields, |field| field.span, Self::field_decl);
        } else if let ItemKind::Pipeline { name, title, stages } = kind {
            self.titled("pipeline", name, title);
            self.entries(
                title.span.end,
                end,
                stages,
                |stage| stage.name.span.to(stage.title.span),
                Self::stage,
            );
        } else if let ItemKind::User { name, title } = kind {
            self.titled("user", name, title);
        } else if let ItemKind::Team { name, title, members } = kind {
            self.titled("team", name, title);
            self.entries(title.span.end, end, members, |member| member.span, Self::name);
        } else if let ItemKind::Channel { name, kind, title } = kind {
            self.word("channel");
            self.name(name);
            self.word(":");
            self.name(kind);
            self.op(Op::Space);
            self.literal(title);
        } else if let ItemKind::Template { name, params, via, text } = kind {
            self.word("template");
            self.name(name);
            self.optional_params(params, name.span.end);
            self.clause("via");
            self.series(via, Self::name);
            self.op(Op::Fill);
            self.literal(text);
        } else if let ItemKind::EmailTemplate { name, params, subject, body } = kind {
            self.word("email_template");
            self.name(name);
            self.optional_params(params, name.span.end);
            self.clause("subject");
            self.literal(subject);
            self.clause("body");
            self.literal(body);
        } else if let ItemKind::Form { name, title, parts } = kind {
            self.titled("form", name, title);
            let parts = self.form_parts(title.span.end, parts);
            self.entries(title.span.end, end, &parts, |part| part.0, |p, part| p.form_part(part.0, part.1));
        } else if let ItemKind::Hours { name, rows } = kind {
            self.word("hours");
            self.name(name);
            let rows = self.hours_rows(name.span.end, rows);
            self.entries(name.span.end, end, &rows, |row| row.0, |p, row| p.hours_row(row.1));
        }
    }

    fn titled(&mut self, word: &'static str, name: &Name, title: &Text) {
        self.word(word);
        self.name(name);
        self.op(Op::Space);
        self.literal(title);
    }

    /// Prints ` { …, … }` after a head that ends at `head`.
    fn entries<T>(
        &mut self,
        head: u32,
        end: u32,
        entries: &[T],
        span: impl Fn(&T) -> Span,
        each: impl FnMut(&mut Self, &T),
    ) {
        self.docs_before_sign(head);
        self.op(Op::Space);
        let shape = Shape::entries(self.one_line_braces(head, end));
        self.list(shape, end.saturating_sub(1), entries, span, each);
    }

    fn setting(&mut self, (name, value): &(Name, Text)) {
        self.name(name);
        self.op(Op::Space);
        self.literal(value);
    }

    fn stage(&mut self, stage: &Stage) {
        self.name(&stage.name);
        self.op(Op::Space);
        self.literal(&stage.title);
    }

    /// The parts of a form with their places, which the tree does not hold.
    fn form_parts<'p>(&self, head: u32, parts: &'p [FormPart]) -> Vec<(Span, &'p FormPart)> {
        let mut at = head;
        let mut skip: &[u8] = b"{";
        let mut places = Vec::new();
        for part in parts {
            let start = self.token_after(at, skip);
            let last = match part {
                FormPart::Fields(fields) => fields.last().map(|field| field.span.end),
                FormPart::Stage(path) => Some(path.span.end),
                FormPart::Tags(tags) => tags.last().map(|tag| tag.span.end),
            };
            at = if matches!(part, FormPart::Stage(_)) {
                last.unwrap_or(start)
            } else {
                // The closing bracket; what stands before it in an empty list is `fields [` or `tags [`.
                self.token_after(last.unwrap_or(start), b",[abcdefghijklmnopqrstuvwxyz") + 1
            };
            places.push((Span::new(start, at), part));
            skip = b",";
        }
        places
    }

    fn form_part(&mut self, span: Span, part: &FormPart) {
        let close = span.end.saturating_sub(1);
        match part {
            FormPart::Fields(fields) => {
                self.word("fields");
                self.list(Shape::fit("[", "]"), close, fields, |field| field.span, Self::path);
            }
            FormPart::Stage(path) => {
                self.word("stage");
                self.path(path);
            }
            FormPart::Tags(tags) => {
                self.word("tags");
                self.list(Shape::fit("[", "]"), close, tags, |tag| tag.span, Self::expr);
            }
        }
    }

    /// The rows of hours with their places, which the tree does not hold.
    fn hours_rows<'r>(&self, head: u32, rows: &'r [HoursRow]) -> Vec<(Span, &'r HoursRow)> {
        let mut at = head;
        let mut skip: &[u8] = b"{";
        let mut places = Vec::new();
        for row in rows {
            let start = self.token_after(at, skip);
            at = match row {
                HoursRow::Open { times, days } => {
                    times.last().map_or(days.from.span.end, |(_, to)| to.span.end)
                }
                HoursRow::Except { date } => date.span.end,
            };
            places.push((Span::new(start, at), row));
            skip = b",";
        }
        places
    }

    fn hours_row(&mut self, row: &HoursRow) {
        match row {
            HoursRow::Open { days, times } => {
                self.days(days);
                for (from, to) in times {
                    self.op(Op::Fill);
                    self.time(*from);
                    self.text("..");
                    self.time(*to);
                }
            }
            HoursRow::Except { date } => {
                self.word("except");
                self.leaf(date.span);
            }
        }
    }

    fn days(&mut self, days: &Days) {
        self.name(&days.from);
        if let Some(to) = &days.to {
            self.text("..");
            self.name(to);
        }
    }

    fn time(&mut self, time: Time) {
        self.leaf(time.span);
    }

    pub(super) fn action(&mut self, action: &Action) {
        self.word("action");
        self.name(&action.name);
        self.params(&action.params, action.name.span.end);
        self.result(action.result.as_ref());
        if !action.exits.is_empty() {
            self.clause("exits");
            self.series(&action.exits, Self::exit_decl);
        }
    }

    fn exit_decl(&mut self, exit: &ExitDecl) {
        self.name(&exit.name);
        self.optional_params(&exit.params, exit.name.span.end);
    }

    pub(super) fn trigger(&mut self, trigger: &Trigger) {
        self.word("trigger");
        self.trigger_kind(&trigger.kind);
        if !trigger.via.is_empty() {
            self.clause("via");
            self.series(&trigger.via, Self::name);
        }
        if let Some(hours) = &trigger.during {
            self.clause("during");
            self.name(hours);
        }
        match trigger.often {
            None => {}
            Some(Often::Once(_)) => {
                self.op(Op::Fill);
                self.text("once");
            }
            Some(Often::Cooldown(duration)) => {
                self.clause("cooldown");
                self.leaf(duration.span);
            }
        }
        if let Some(condition) = &trigger.condition {
            self.clause("if");
            self.expr(condition);
        }
    }

    fn trigger_kind(&mut self, kind: &TriggerKind) {
        match kind {
            TriggerKind::Message(pattern) => self.trigger_pattern("message", pattern.as_ref()),
            TriggerKind::Comment(pattern) => self.trigger_pattern("comment", pattern.as_ref()),
            TriggerKind::Stage(stage) => {
                self.word("stage");
                self.path(stage);
            }
            TriggerKind::LeadCreated => self.words("lead", "created"),
            TriggerKind::TagAdded(tag) => {
                self.word("tag");
                self.literal(tag);
                self.op(Op::Space);
                self.text("added");
            }
            TriggerKind::TagRemoved(tag) => {
                self.word("tag");
                self.literal(tag);
                self.op(Op::Space);
                self.text("removed");
            }
            TriggerKind::ResponsibleChanged => self.words("responsible", "changed"),
            TriggerKind::FieldChanged(field) => {
                self.word("field");
                self.path(field);
                self.op(Op::Space);
                self.text("changed");
            }
            TriggerKind::FormSent(form) => {
                self.word("form");
                self.name(form);
                self.op(Op::Space);
                self.text("sent");
            }
            TriggerKind::Every { days, at } => {
                self.word("every");
                self.days(days);
                self.infix("at");
                self.time(*at);
            }
            TriggerKind::Before { by, field } => self.trigger_around(*by, "before", field),
            TriggerKind::After { by, field } => self.trigger_around(*by, "after", field),
            TriggerKind::Silence(duration) => {
                self.word("silence");
                self.leaf(duration.span);
            }
            TriggerKind::ConversationClosed => self.words("conversation", "closed"),
            TriggerKind::Manual => self.text("manual"),
        }
    }

    fn words(&mut self, first: &'static str, second: &'static str) {
        self.word(first);
        self.text(second);
    }

    fn trigger_pattern(&mut self, word: &'static str, pattern: Option<&Pattern>) {
        self.text(word);
        if let Some(pattern) = pattern {
            self.op(Op::Space);
            self.pattern(pattern);
        }
    }

    fn trigger_around(&mut self, by: Duration, word: &'static str, field: &Path) {
        self.leaf(by.span);
        self.infix(word);
        self.path(field);
    }
}
