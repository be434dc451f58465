//! Placeholders as expressions, and texts that have some.

use super::lower::Lower;
use super::tree::Found;
use super::words;
use crate::kommo::quotes::escape;

/// Stands for what the last validation has found, until it is known where that was.
pub(super) const FOUND: &str = "\u{E000}found\u{E001}";

/// What a placeholder stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    /// As an expression.
    pub(super) expr: String,
    /// Its type.
    pub(super) ty: Ty,
    /// It may be absent.
    pub(super) optional: bool,
}

/// What an expression is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Text,
    Number,
    Bool,
    Stage,
    User,
    Channel,
    Phone,
    Email,
    Tags,
    /// The client's message.
    Message,
    /// What a validation has found.
    Found,
}

/// Placeholders that Kommo documents: what they are here, and whether they may be absent.
const PLACEHOLDERS: &[(&str, &str, Ty, bool)] = &[
    ("contact.name", "contact.name", Ty::Text, false),
    ("name", "contact.name", Ty::Text, false),
    ("contact.first_name", "contact.first_name", Ty::Text, true),
    ("contact.id", "contact.id", Ty::Number, false),
    ("contact.phone", "contact.phone", Ty::Phone, true),
    ("contact.email", "contact.email", Ty::Email, true),
    ("contact.tags", "contact.tags", Ty::Tags, false),
    ("contact.responsible.id", "contact.responsible", Ty::User, false),
    ("contact.responsible.name", "contact.responsible", Ty::User, false),
    ("company.name", "company.name", Ty::Text, false),
    ("company.phone", "company.phone", Ty::Phone, true),
    ("company.email", "company.email", Ty::Email, true),
    ("company.responsible.id", "company.responsible", Ty::User, false),
    ("company.responsible.name", "company.responsible", Ty::User, false),
    ("lead.id", "lead.id", Ty::Number, false),
    ("lead.name", "lead.name", Ty::Text, false),
    ("lead.price", "lead.sale", Ty::Number, true),
    ("lead.status_id", "lead.stage", Ty::Stage, false),
    ("lead.source_id", "lead.source", Ty::Text, true),
    ("lead.tags", "lead.tags", Ty::Tags, false),
    ("lead.responsible_user_id", "lead.responsible", Ty::User, false),
    ("lead.responsible.id", "lead.responsible", Ty::User, false),
    ("lead.responsible.name", "lead.responsible", Ty::User, false),
    ("origin", "client.channel", Ty::Channel, true),
    ("messenger", "client.channel", Ty::Channel, true),
    ("chat.origin", "client.channel", Ty::Channel, true),
    ("comment", "client.comment", Ty::Text, true),
    ("message_text", "client.text", Ty::Message, true),
    ("message_text.email", "client.text", Ty::Message, true),
    ("message_text.phone", "client.text", Ty::Message, true),
    ("last_validation_result", FOUND, Ty::Found, false),
    ("current_date", "date(now)", Ty::Text, false),
    ("cf.talk.nps", "chat.nps", Ty::Number, true),
];

/// Placeholders that nothing here stands for, and why.
const WITHOUT: &[(&str, &str)] = &[
    ("talk.id", "a bot here does not know the number of its conversation"),
    ("visitor_uid", "a bot here does not know its client's browser"),
    ("session_id", "a bot here does not know its client's browser"),
    ("founded_id", "a bot here does not look for other entities"),
    ("contact_double.", "a bot here does not look for other entities"),
    ("external_lead.", "a bot here does not look for other entities"),
    ("external_contact.", "a bot here does not look for other entities"),
    ("regexp.", "a part of a regular expression cannot be taken out here"),
    ("rand", "a turn of a bot here is the same each time it is computed, so there is no chance in it"),
    ("short_rand", "a turn of a bot here is the same each time it is computed, so there is no chance in it"),
    (
        "short_rand_num",
        "a turn of a bot here is the same each time it is computed, so there is no chance in it",
    ),
    ("lead.responsible.email", "a bot here does not know the addresses of its users"),
    ("contact.responsible.email", "a bot here does not know the addresses of its users"),
    ("company.responsible.email", "a bot here does not know the addresses of its users"),
];

/// A part of a text.
pub(super) enum Piece<'t> {
    /// As it is.
    Text(&'t str),
    /// What stands between `{{` and `}}`.
    Hole(&'t str),
}

/// A text, taken apart.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((inside, behind)) = rest.split_once("}}") {
        // Braces that nothing closes are as they are.
        match inside.rsplit_once("{{") {
            Some((before, hole)) => {
                if !before.is_empty() {
                    out.push(Piece::Text(before));
                }
                out.push(Piece::Hole(hole.trim()));
            }
            None => out.push(Piece::Text(&rest[..inside.len() + 2])),
        }
        rest = behind;
    }
    if !rest.is_empty() {
        out.push(Piece::Text(rest));
    }
    out
}

/// The only placeholder of a text that has nothing else.
pub(super) fn single(text: &str) -> Option<&str> {
    match pieces(text.trim()).as_slice() {
        [Piece::Hole(hole)] => Some(*hole),
        _ => None,
    }
}

impl Lower<'_> {
    /// What a placeholder stands for, without its braces. Tells why if nothing does.
    pub(super) fn placeholder(&mut self, hole: &str) -> Option<Value> {
        let known = PLACEHOLDERS.iter().find(|(name, ..)| *name == hole);
        if let Some((_, expr, ty, optional)) = known {
            if hole.starts_with("message_text.") {
                self.tell(
                    "Kommo takes the address or number out of the message here; this is the whole message",
                );
            }
            self.zone |= hole == "current_date";
            return Some(Value { expr: (*expr).to_owned(), ty: *ty, optional: *optional });
        }
        if let Some(key) = hole.strip_prefix("json.").and_then(|key| words::slug(key, 9, 40)) {
            let key = words::name(key, "value", &[]);
            let ty = if self.ground.answers_number(&key) { Ty::Number } else { Ty::Text };
            return Some(Value { expr: format!("\u{E000}json.{key}\u{E001}"), ty, optional: false });
        }
        if let Some(value) = self.own_field(hole) {
            return Some(value);
        }
        let why =
            WITHOUT.iter().find(|(name, _)| *name == hole || (name.ends_with('.') && hole.starts_with(name)));
        let why = why.map_or("it is not among the placeholders that Kommo documents", |(_, why)| why);
        self.tell(&format!("{{{{{hole}}}}} has no counterpart: {why}. It stands here as it did there"));
        None
    }

    /// `lead.cf.901`, `contact.cf.5.is_checked`
    fn own_field(&mut self, hole: &str) -> Option<Value> {
        let mut parts = hole.split('.');
        let entity = parts.next().filter(|entity| ["lead", "contact", "company"].contains(entity))?;
        parts.next().filter(|cf| *cf == "cf")?;
        let id = parts.next().filter(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric()))?;
        match parts.next() {
            None => {}
            Some("is_checked") if self.symbols.bools.contains(id) => {}
            Some("is_checked") => {
                self.tell("Kommo asks here whether a box is ticked; this is the text that the field holds");
            }
            Some(choice) => {
                self.tell(&format!(
                    "Kommo asks here about the choice {choice} of the field; this is all that it holds"
                ));
            }
        }
        let (expr, ty, optional) = self.symbols.field(entity, id);
        let ty = match ty {
            "number" => Ty::Number,
            "bool" => Ty::Bool,
            _ => Ty::Text,
        };
        Some(Value { expr, ty, optional })
    }

    /// A text with placeholders, as it is written.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut inside = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => escape(text, &mut inside),
                Piece::Hole(hole) => match self.placeholder(hole) {
                    Some(value) => {
                        inside.push_str(&format!("{{{}}}", value.expr));
                        self.shown(hole, &value);
                    }
                    None => escape(&format!("{{{{{hole}}}}}"), &mut inside),
                },
            }
        }
        words::lines(&inside).unwrap_or_else(|| format!("\"{inside}\""))
    }

    /// What a reader has to know of a value within a text.
    fn shown(&mut self, hole: &str, value: &Value) {
        if value.optional {
            let note = format!("{{{}}} may be empty.", value.expr);
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        if hole.ends_with(".id") && value.ty == Ty::User || hole.ends_with("_id") && value.ty != Ty::Text {
            self.tell(&format!("{{{{{hole}}}}} is a number in Kommo, and a name here"));
        }
        if value.ty == Ty::Channel {
            self.tell(&format!(
                "{{{{{hole}}}}} is the code of the messenger in Kommo, and the title of the channel here"
            ));
        }
    }

    /// A value for a text: an expression where it is a placeholder and nothing else.
    pub(super) fn value(&mut self, text: &str) -> Value {
        if let Some(hole) = single(text)
            && let Some(value) = self.placeholder(hole)
        {
            return value;
        }
        Value { expr: self.text(text), ty: Ty::Text, optional: false }
    }
}

/// The type that a parameter has for what was found.
pub(super) fn joined(kinds: &[Found]) -> Found {
    match kinds.split_first() {
        Some((first, rest)) if rest.iter().all(|kind| kind == first) => *first,
        _ => Found::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_exported_is_known() {
        for (field, text) in crate::kommo::export::placeholders() {
            let name = single(text).unwrap_or_default();
            let known = PLACEHOLDERS.iter().find(|(known, ..)| *known == name);
            assert_eq!(known.map(|(_, field, ..)| *field), Some(field), "{text}");
        }
    }

    #[test]
    fn braces_that_nothing_closes_are_a_text() {
        let shown = |text| -> String {
            let all = pieces(text).into_iter().map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Hole(hole) => format!("<{hole}>"),
            });
            all.collect()
        };
        for (text, wanted) in [
            ("a {{ b }} c", "a <b> c"),
            ("{{ {{x}} }}", "{{ <x> }}"),
            ("{{x", "{{x"),
            ("x}} {{y}}", "x}} <y>"),
            ("{{}}", "<>"),
            ("{{{x}}}", "{<x>}"),
        ] {
            assert_eq!(shown(text), wanted);
        }
    }
}
