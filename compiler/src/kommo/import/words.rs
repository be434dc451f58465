//! Texts of Kommo with placeholders, as texts and expressions of Sbot.

use super::Importer;
use super::met::is_id;

/// What a placeholder becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    /// The expression.
    pub(super) expr: String,
    /// It may be absent.
    pub(super) optional: bool,
    pub(super) kind: Kind,
}

/// Of what type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Stage,
    User,
}

/// Placeholders with a name of their own: what stands between the braces, the expression, its type, and whether it may be
/// absent. <https://developers.kommo.com/docs/salesbot-dp>
const NAMED: &[(&str, &str, Kind, bool)] = &[
    ("name", "contact.name", Kind::Text, false),
    ("contact.name", "contact.name", Kind::Text, false),
    ("contact.first_name", "contact.first_name", Kind::Text, true),
    ("contact.id", "contact.id", Kind::Number, false),
    ("contact.phone", "contact.phone", Kind::Text, true),
    ("contact.email", "contact.email", Kind::Text, true),
    ("contact.responsible.name", "contact.responsible", Kind::User, false),
    ("contact.responsible.id", "contact.responsible", Kind::User, false),
    ("lead.id", "lead.id", Kind::Number, false),
    ("lead.name", "lead.name", Kind::Text, false),
    ("lead.price", "lead.sale", Kind::Number, true),
    ("lead.status_id", "lead.stage", Kind::Stage, false),
    ("lead.source_id", "lead.source", Kind::Text, true),
    ("lead.responsible.name", "lead.responsible", Kind::User, false),
    ("lead.responsible.id", "lead.responsible", Kind::User, false),
    ("lead.responsible_user_id", "lead.responsible", Kind::User, false),
    ("company.name", "company.name", Kind::Text, true),
    ("company.responsible.name", "company.responsible", Kind::User, true),
    ("message_text", "client.text", Kind::Text, true),
    ("comment", "client.comment", Kind::Text, true),
    ("origin", "chat.code", Kind::Text, true),
    ("messenger", "chat.code", Kind::Text, true),
    ("chat.origin", "chat.code", Kind::Text, true),
    ("cf.talk.nps", "chat.nps", Kind::Number, true),
];

impl Importer<'_> {
    /// What a placeholder stands for: what is between its braces.
    pub(super) fn placeholder(&mut self, name: &str) -> Option<Filled> {
        let name = name.trim();
        if let Some((_, expr, kind, optional)) = NAMED.iter().find(|(known, ..)| *known == name) {
            return Some(Filled { expr: (*expr).to_owned(), optional: *optional, kind: *kind });
        }
        if name == "last_validation_result" {
            self.uses_found = true;
            return Some(Filled { expr: "found".to_owned(), optional: true, kind: Kind::Text });
        }
        let (entity, id) = name.split_once(".cf.")?;
        if !["lead", "contact", "company"].contains(&entity) || !is_id(id) {
            return None;
        }
        let (expr, is_number) = self.met.field(entity, id, false);
        Some(Filled { expr, optional: true, kind: if is_number { Kind::Number } else { Kind::Text } })
    }

    /// The one placeholder that a text is.
    pub(super) fn only(&mut self, text: &str) -> Option<Filled> {
        let text = text.trim();
        let inner = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        match inner {
            Some(inner) if !inner.contains("}}") => self.placeholder(inner),
            Some(_) => None,
            // Some tests name their operand without braces.
            None => self.placeholder(text),
        }
    }

    /// A text between quotes, with holes for its placeholders.
    pub(super) fn text(&mut self, raw: &str) -> String {
        let mut out = String::from("\"");
        let mut rest = raw;
        while let Some(start) = rest.find("{{") {
            let (before, behind) = rest.split_at(start);
            let Some(end) = behind.find("}}") else { break };
            out.push_str(&escaped(before));
            let (whole, after) = behind.split_at(end + 2);
            let name = whole.trim_matches(['{', '}']);
            match self.placeholder(name) {
                Some(Filled { expr, optional: false, .. }) => out.push_str(&format!("{{{expr}}}")),
                Some(Filled { expr, kind: Kind::Text, .. }) => out.push_str(&format!("{{{expr} ?? \"\"}}")),
                Some(Filled { expr, kind: Kind::Number, .. }) => out.push_str(&format!("{{{expr} ?? 0}}")),
                Some(Filled { expr, .. }) => out.push_str(&format!("{{{expr}}}")),
                None => {
                    self.lost(&format!(
                        "nothing stands for the placeholder {whole} here, and it is left as it is"
                    ));
                    out.push_str(&escaped(whole));
                }
            }
            rest = after;
        }
        out.push_str(&escaped(rest));
        out.push('"');
        out
    }

    /// A formula: numbers, placeholders, `+ - * /` and parentheses. None if there is anything else in it.
    pub(super) fn formula(&mut self, raw: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = raw;
        while let Some(start) = rest.find("{{") {
            let (before, behind) = rest.split_at(start);
            let end = behind.find("}}")?;
            out.push_str(before);
            let (whole, after) = behind.split_at(end + 2);
            let name = whole.trim_matches(['{', '}']);
            if let Some((entity, id)) = name.split_once(".cf.") {
                self.met.field(entity, id, true);
            }
            let filled = self.placeholder(name)?;
            if filled.kind != Kind::Number {
                return None;
            }
            let value = if filled.optional { format!("({} ?? 0)", filled.expr) } else { filled.expr };
            out.push_str(&value);
            rest = after;
        }
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_digit() || "+-*/(). ".contains(c));
        let whole = out.clone() + rest;
        let outside: Vec<&str> =
            raw.split("{{").map(|part| part.split_once("}}").map_or(part, |(_, after)| after)).collect();
        (outside.iter().all(|part| plain(part)) && !whole.trim().is_empty()).then_some(whole)
    }
}

/// Inside of quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '{' => out.push_str("\\{"),
            '}' => out.push_str("\\}"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

/// A name made of words: `ask_phone`.
pub(super) fn slug(text: &str, most: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        if words.len() == most
            || words.iter().map(|word| word.chars().count() + 1).sum::<usize>() + word.chars().count() > 24
        {
            break;
        }
        words.push(word);
    }
    let name = words.join("_");
    let begins = name.chars().next().is_some_and(unicode_ident::is_xid_start);
    let name: String = name.chars().filter(|c| unicode_ident::is_xid_continue(*c)).collect();
    if begins || name.is_empty() { name } else { format!("_{name}") }
}
