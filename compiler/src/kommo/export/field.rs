//! Fields of the CRM as placeholders, and how they are set.

use super::eval::{Halt, Known};
use super::finding::{Finding, Severity};
use super::sym::{Hole, Part, Source, Sym};
use super::{Exporter, ids};
use crate::ir::{FieldId, VarId};
use crate::kommo::bot::What;
use crate::source::Place;
use crate::types::Ty;
use sbot_embed::Json;
use sbot_vm::program::{Format, SymbolKind};
use sbot_vm::value::{Kind, Value};

/// A field that every account has: its name, what stands for it in texts, what for its id, and what Kommo calls it where
/// it is set. Placeholders are those that Kommo documents.
struct Standard {
    name: &'static str,
    text: &'static str,
    id: &'static str,
    set: &'static str,
}

const fn standard(name: &'static str, text: &'static str, id: &'static str, set: &'static str) -> Standard {
    Standard { name, text, id, set }
}

const STANDARD: &[Standard] = &[
    standard("lead.id", "{{lead.id}}", "", ""),
    standard("lead.name", "{{lead.name}}", "", "{{lead.name}}"),
    standard("lead.sale", "{{lead.price}}", "", "{{lead.price}}"),
    standard("lead.stage", "", "{{lead.status_id}}", ""),
    standard("lead.responsible", "{{lead.responsible.name}}", "{{lead.responsible.id}}", ""),
    standard("contact.id", "{{contact.id}}", "", ""),
    standard("contact.name", "{{contact.name}}", "", "{{contact.name}}"),
    standard("contact.first_name", "{{contact.first_name}}", "", ""),
    standard("contact.phone", "{{contact.phone}}", "", "by id"),
    standard("contact.email", "by id", "", "by id"),
    standard("contact.responsible", "{{contact.responsible.name}}", "{{contact.responsible.id}}", ""),
    standard("company.phone", "by id", "", "by id"),
    standard("company.email", "by id", "", "by id"),
    standard("company.responsible", "{{company.responsible.name}}", "{{company.responsible.id}}", ""),
    standard("chat.nps", "{{cf.talk.nps}}", "", ""),
];

/// Every placeholder of the table, with its field.
#[cfg(test)]
pub(in crate::kommo) fn placeholders() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = STANDARD.iter().flat_map(|row| [(row.name, row.text), (row.name, row.id), (row.name, row.set)]);
    all.filter(|(_, text)| text.starts_with("{{"))
}

/// Fields of every account that no placeholder stands for.
const WITHOUT: &[&str] = &[
    "lead.source",
    "lead.pipeline",
    "lead.tags",
    "lead.created",
    "contact.tags",
    "company.id",
    "company.name",
    "company.tags",
];

impl Exporter<'_> {
    /// What stands for a field.
    pub(super) fn field(&mut self, field: FieldId, place: Place) -> Known<Sym> {
        let Some(row) = self.project.fields.get(field.0 as usize) else { return Err(Halt::Reported) };
        let (name, optional) = (row.to_string(), row.slot.optional);
        let number = matches!(row.slot.kind, Kind::Int | Kind::Number);
        match name.as_str() {
            "client.text" => return Ok(Sym::Hole(Hole { optional: true, ..Hole::message() })),
            "client.comment" => {
                let comment = Hole::text("{{comment}}", Source::Fixed);
                return Ok(Sym::Hole(Hole { optional: true, ..comment }));
            }
            "bot.name" => return Ok(Sym::Known(Value::Text(self.bot.name.clone()))),
            _ => {}
        }
        let known = STANDARD.iter().find(|standard| standard.name == name);
        let ours = ["lead", "contact", "company"].contains(&&*row.entity);
        if known.is_none() && (!ours || WITHOUT.contains(&name.as_str())) {
            return Err(Halt::cannot(Finding::error(
                place,
                format!("Salesbot has no placeholder for `{name}`"),
                nearest(&name),
            )));
        }
        let (bool, day) = (row.slot.kind == Kind::Bool, row.slot.kind);
        if bool {
            return Err(Halt::cannot(Finding::error(
                place,
                format!("what Salesbot reads from the checkbox `{name}` is not published"),
                "use a field with the choices \"yes\" | \"no\" instead",
            )));
        }
        if matches!(day, Kind::Date | Kind::DateTime | Kind::Time | Kind::Duration | Kind::List) {
            self.report.once(Finding::new(
                Severity::Warning,
                place,
                format!("Kommo writes `{name}` in a form of its own, which is not published"),
                "try the message in your account",
            ));
        }
        let text = match known.map(|known| known.text) {
            Some("by id") | None => Some(self.own_placeholder(&name, place)),
            Some("") => None,
            Some(text) => Some(text.to_owned()),
        };
        let id = known.map(|known| known.id).filter(|id| !id.is_empty()).map(str::to_owned);
        Ok(Sym::Hole(Hole { text, id, from: Source::Field(name.as_str().into()), optional, number }))
    }

    /// `{{lead.cf.901}}`
    fn own_placeholder(&mut self, name: &str, place: Place) -> String {
        let entity = name.split('.').next().unwrap_or_default().to_owned();
        let id = self.ids.text("fields", name, place);
        format!("{{{{{entity}.cf.{id}}}}}")
    }

    /// What stands for a variable: the field that the environment file maps it to.
    pub(super) fn var(&mut self, var: VarId, place: Place) -> Known<Sym> {
        let Some(row) = self.bot.vars.get(var.0 as usize) else { return Err(Halt::Reported) };
        let known = row.init.as_ref().and_then(|init| {
            let mut init = init.clone();
            self.constants.strip(&mut init);
            self.constants.value(init)
        });
        if !self.assigned.contains(&var.0)
            && let Some(value) = known
        {
            return Ok(Sym::Known(value));
        }
        let name = format!("{}.{}", self.bot.name, row.name);
        if (var.0 as usize) < self.bot.params {
            return Err(Halt::cannot(Finding::error(
                place,
                format!("nobody can give a Salesbot its parameter `{}`", row.name),
                "read a field of the lead instead, which whoever starts the bot has set",
            )));
        }
        let kept = matches!(
            row.ty.present(),
            Ty::Int | Ty::Number | Ty::Text | Ty::Phone | Ty::Email | Ty::Url | Ty::Choice(_) | Ty::Bool
        );
        if !kept {
            return Err(Halt::cannot(Finding::error(
                place,
                format!("`{}` is no value that a field of Kommo can keep for Salesbot", row.name),
                "keep a number or a text",
            )));
        }
        let Some(field) = self.ids.maybe("variables", &name) else {
            let finding = Finding::error(
                place,
                format!("Salesbot has no variables: `{}` needs a field that keeps it", row.name),
                format!(
                    "add a field for it in Kommo, and write in the environment file\n[variables]\n\"{name}\" = \
                     \"lead.{}\"\nwith its id among the [fields]",
                    row.name
                ),
            );
            return Err(Halt::cannot(Finding { place: Some(row.place), ..finding }));
        };
        let field = ids::plain(&field);
        self.used.insert(var.0);
        let text = Some(self.own_placeholder(&field, row.place));
        let optional = row.ty.is_optional();
        let number = row.ty.present().is_numeric();
        Ok(Sym::Hole(Hole { text, id: None, from: Source::Field(field.as_str().into()), optional, number }))
    }

    /// `set FIELD = VALUE`
    pub(super) fn set_field(
        &mut self,
        field: FieldId,
        value: &Sym,
        convert: bool,
        place: Place,
    ) -> Known<What> {
        let Some(row) = self.project.fields.get(field.0 as usize) else { return Err(Halt::Reported) };
        let (name, kind, format) = (row.to_string(), row.slot.kind, row.format.clone());
        let entity = row.entity.to_string();
        if !["lead", "contact", "company"].contains(&entity.as_str()) {
            return Err(Halt::cannot(Finding::error(
                place,
                format!(
                    "Salesbot sets fields of the lead, the main contact and the company, and not `{name}`"
                ),
                "set the field of `contact`",
            )));
        }
        if matches!(kind, Kind::Bool | Kind::Date | Kind::DateTime | Kind::Time | Kind::Duration | Kind::List)
        {
            return Err(Halt::cannot(Finding::error(
                place,
                format!("how Salesbot sets `{name}` is not published: it is a {}", kind.name()),
                "set a text, a number or a choice",
            )));
        }
        let found = |hole: &Hole| matches!(hole.from, Source::Found | Source::Widget);
        let checked = match value {
            Sym::Hole(hole) => found(hole),
            Sym::Known(_) | Sym::Sum(_) => true,
            Sym::Text(_) | Sym::Folded { .. } | Sym::List(_) | Sym::Lost(_) => false,
        };
        let free = kind == Kind::Text && format == Format::Plain;
        if convert && !free && !checked {
            return Err(Halt::cannot(Finding::error(
                place,
                format!(
                    "Salesbot would write into `{name}` whatever the text is, and not what `{name}` can hold"
                ),
                "check it first: `validate contains phone as number`, then `set` what was found",
            )));
        }
        let target = STANDARD.iter().find(|standard| standard.name == name).map(|standard| standard.set);
        let custom = match target {
            Some("by id") | None => self.own_placeholder(&name, place),
            Some(target) => target.to_owned(),
        };
        self.write_into(&entity, &custom, value, place)
    }

    /// `set_custom_fields`
    pub(super) fn write_into(
        &mut self,
        entity: &str,
        custom: &str,
        value: &Sym,
        place: Place,
    ) -> Known<What> {
        let (text, calculated) = match value {
            Sym::Known(Value::None) => {
                return Err(Halt::cannot(Finding::error(
                    place,
                    "how Salesbot clears a field is not published",
                    "set a value that means none, such as \"-\"",
                )));
            }
            Sym::Sum(formula) => (formula.clone(), true),
            Sym::Known(_)
            | Sym::Hole(_)
            | Sym::Text(_)
            | Sym::Folded { .. }
            | Sym::List(_)
            | Sym::Lost(_) => (self.shown(value, place)?, false),
        };
        let mut keys = vec![
            ("type".into(), Json::text(entity)),
            ("value".into(), Json::text(&text)),
            ("value_type".into(), Json::text("value")),
            ("custom_field".into(), Json::text(custom)),
        ];
        if calculated {
            keys.push(("calculated".into(), Json::Bool(true)));
        }
        Ok(What::Action { name: "set_custom_fields".to_owned(), params: Json::Object(keys) })
    }

    /// `VARIABLE = VALUE`
    pub(super) fn set_var(&mut self, var: VarId, value: &Sym, place: Place) -> Known<(What, String)> {
        let Sym::Hole(hole) = self.var(var, place)? else { return Err(Halt::Reported) };
        let (Some(custom), Source::Field(field)) = (hole.text, hole.from) else { return Err(Halt::Reported) };
        let entity = field.split('.').next().unwrap_or_default().to_owned();
        // A variable that holds nothing is an empty field.
        let value =
            if value.known() == Some(&Value::None) { Sym::Known(Value::text("")) } else { value.clone() };
        Ok((self.write_into(&entity, &custom, &value, place)?, field.to_string()))
    }

    /// A value as a text with placeholders.
    pub(super) fn shown(&mut self, value: &Sym, place: Place) -> Known<String> {
        let mut text = String::new();
        for part in self.parts(value, place)? {
            match part {
                Part::Text(part) => {
                    if part.contains("{{") {
                        return Err(Halt::cannot(Finding::error(
                            place,
                            "Salesbot would take `{{` in this text for the beginning of a placeholder",
                            "write it with a space between the braces",
                        )));
                    }
                    text.push_str(&part);
                }
                Part::Hole(hole) => match hole.text {
                    Some(placeholder) => text.push_str(&placeholder),
                    None => {
                        let name = if let Source::Field(name) = &hole.from { name } else { "this value" };
                        return Err(Halt::cannot(Finding::error(
                            place,
                            format!("Salesbot has no text of `{name}`, only its number"),
                            nearest(name),
                        )));
                    }
                },
            }
        }
        Ok(text)
    }

    /// A value as the parts of a text.
    pub(super) fn parts(&mut self, value: &Sym, place: Place) -> Known<Vec<Part>> {
        match value {
            Sym::Known(value) => {
                let text = self.constants.text(value, place).unwrap_or_default();
                Ok(if text.is_empty() { Vec::new() } else { vec![Part::Text(text)] })
            }
            Sym::Hole(hole) => Ok(vec![Part::Hole(hole.clone())]),
            Sym::Text(parts) => Ok(parts.clone()),
            Sym::Sum(_) => Err(Halt::cannot(Finding::error(
                place,
                "Salesbot calculates only where it sets a field",
                "set a field to it first, then write the field",
            ))),
            Sym::Folded { .. } => Err(Halt::cannot(Finding::error(
                place,
                "Salesbot cannot change what the client wrote",
                "use the text as it is",
            ))),
            Sym::List(_) => Err(Halt::cannot(Finding::error(
                place,
                "Salesbot has no lists",
                "write the texts one by one",
            ))),
            Sym::Lost(why) => Err(lost("this", why, place)),
        }
    }

    /// The id of something that the account declares.
    pub(super) fn symbol_id(&mut self, symbol: u32, place: Place) -> Known<Json> {
        let Some(row) = self.project.symbols.get(symbol as usize) else { return Err(Halt::Reported) };
        let (section, name) = (section(row.kind), row.name.to_string());
        Ok(self.ids.get(section, &name, place))
    }
}

/// A value that nothing stands for any more.
pub(super) fn lost(what: &str, why: &str, place: Place) -> Halt {
    if why.is_empty() {
        return Halt::Reported;
    }
    Halt::cannot(Finding::error(
        place,
        format!("{what} {why}"),
        "keep it in a field when it comes (`set lead.… = …`), and read the field here",
    ))
}

/// Where the environment file has the ids of a kind.
pub(super) fn section(kind: SymbolKind) -> &'static str {
    match kind {
        SymbolKind::User => "users",
        SymbolKind::Team => "teams",
        SymbolKind::Channel => "channels",
        SymbolKind::Pipeline => "pipelines",
        SymbolKind::Stage => "stages",
        SymbolKind::Template => "templates",
        SymbolKind::EmailTemplate => "email_templates",
        SymbolKind::Form => "forms",
        SymbolKind::Field => "fields",
        SymbolKind::Entity | SymbolKind::Hours => "symbols",
    }
}

/// What comes nearest to a field without a placeholder.
fn nearest(name: &str) -> &'static str {
    match name {
        "lead.tags" | "contact.tags" | "company.tags" => {
            "tags can be added and removed; ask a field instead, or start the bot by a trigger with a tag filter"
        }
        "lead.stage" | "lead.pipeline" => {
            "compare the stage (`lead.stage == sales.won`), or write its name yourself"
        }
        "now" | "lead.created" => "take the part out, or let a trigger of the pipeline decide about times",
        _ => "use a field of the lead, the main contact or the company",
    }
}
