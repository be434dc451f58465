//! The actions of Kommo, by their names.

use super::Importer;
use super::met::is_id;
use super::statements::id;
use sbot_embed::Json;

type Make = fn(&mut Importer<'_>, &Json) -> Vec<String>;

/// Every action that Kommo documents, and how it is written. What has no words is noted as a comment.
pub(super) const ACTIONS: &[(&str, Make)] = &[
    ("unsorted", |this, params| {
        let value = word(params, "value");
        nothing(
            this,
            &format!("incoming leads are accepted and declined in Kommo alone (`unsorted {value}`)"),
        )
    }),
    ("change_status", change_status),
    ("set_tag", |this, params| tags(this, params, "add")),
    ("unset_tag", |this, params| tags(this, params, "remove")),
    ("set_custom_fields", set_field),
    ("subscribe", |this, params| subscribers(this, params, "add")),
    ("unsubscribe", |this, params| subscribers(this, params, "remove")),
    ("add_lead_contact", |this, _| {
        nothing(this, "Kommo adds a lead and a contact here: `create_lead(…)` adds a lead")
    }),
    ("set_budget", set_budget),
    ("add_linked_company", |this, params| {
        let name = word(params, "name");
        nothing(this, &format!("Kommo adds the company {name:?} here; there is no action for it"))
    }),
    ("add_note", |this, params| {
        let text = this.text(&word(params, "text"));
        let on = entity(params).unwrap_or("contact");
        vec![format!("add_note({text}, on: {on})")]
    }),
    ("link", |this, params| nothing(this, &format!("Kommo links list elements here: {params}"))),
    ("change_responsible_user", responsible),
    ("link_to_unsorted", |this, params| {
        nothing(this, &format!("Kommo links an incoming lead here: {params}"))
    }),
];

/// The actions of the digital pipeline, by their names.
pub(super) const TRIGGERS: &[(&str, Make)] = &[("create_task", |this, settings| {
    let text = ["task_text", "text"].iter().map(|key| word(settings, key)).find(|text| !text.is_empty());
    let text = this.text(&text.unwrap_or_else(|| "Task".to_owned()));
    if matches!(settings, Json::Object(keys) if keys.len() > 1) {
        this.lost("when it is due and who does it is not published: compare it with the task in Kommo");
    }
    vec![format!("add_task({text})")]
})];

pub(super) fn action(this: &mut Importer<'_>, name: &str, params: &Json) -> Vec<String> {
    made(ACTIONS, this, name, params)
}

pub(super) fn trigger(this: &mut Importer<'_>, name: &str, settings: &Json) -> Vec<String> {
    made(TRIGGERS, this, name, settings)
}

fn made(table: &[(&str, Make)], this: &mut Importer<'_>, name: &str, params: &Json) -> Vec<String> {
    match table.iter().find(|(known, _)| *known == name) {
        Some((_, make)) => make(this, params),
        None => nothing(this, &format!("the action `{name}` of Kommo is published nowhere: {params}")),
    }
}

fn nothing(this: &mut Importer<'_>, why: &str) -> Vec<String> {
    this.lost(why);
    Vec::new()
}

/// A parameter as a text; empty if it is not there.
fn word(params: &Json, key: &str) -> String {
    match params.get(key) {
        Some(Json::Text(text) | Json::Number(text)) => text.to_string(),
        Some(Json::Bool(true)) => "1".to_owned(),
        Some(Json::Bool(false) | Json::Null | Json::List(_) | Json::Object(_)) | None => String::new(),
    }
}

/// `lead`, `contact` …, by number or by name.
fn entity(params: &Json) -> Option<&'static str> {
    let of = |key: &str| match word(params, key).as_str() {
        "1" | "contact" => Some("contact"),
        "2" | "lead" => Some("lead"),
        "3" | "company" => Some("company"),
        _ => None,
    };
    let found = of("element_type").or_else(|| of("type"))?;
    Some(if found == "contact" && word(params, "contact_type") == "current" { "chat_contact" } else { found })
}

fn change_status(this: &mut Importer<'_>, params: &Json) -> Vec<String> {
    let stage = word(params, "value");
    if stage.is_empty() {
        return nothing(this, "a change of the stage without a stage");
    }
    if word(params, "entity") == "double" {
        return nothing(this, "Kommo moves the lead of a duplicate here; Sbot knows its own lead alone");
    }
    let pipeline = word(params, "pipeline_id");
    if !is_id(&stage) || !(pipeline.is_empty() || is_id(&pipeline)) {
        return nothing(this, &format!("Kommo works out the stage here, and Sbot names it: {params}"));
    }
    let stage = this.met.stage(Some(pipeline.as_str()).filter(|id| !id.is_empty()), &stage);
    vec![format!("change_lead_status({stage})")]
}

fn tags(this: &mut Importer<'_>, params: &Json, list: &str) -> Vec<String> {
    let values: Vec<String> = match params.get("value") {
        Some(Json::List(items)) => items.iter().map(id).collect(),
        Some(Json::Text(_) | Json::Number(_)) => vec![word(params, "value")],
        Some(Json::Null | Json::Bool(_) | Json::Object(_)) | None => Vec::new(),
    };
    let tags: Vec<String> = values.iter().filter(|tag| !tag.is_empty()).map(|tag| this.text(tag)).collect();
    if tags.is_empty() {
        return nothing(this, "a change of tags without a tag");
    }
    let on = entity(params).unwrap_or("lead");
    vec![format!("manage_tags(on: {on}, {list}: [{}])", tags.join(", "))]
}

/// The field of an action: its expression, and whether it is a number.
fn field(this: &mut Importer<'_>, params: &Json, is_number: bool) -> Option<(String, bool)> {
    let custom = word(params, "custom_field");
    let name = custom.trim_matches(['{', '}', ' ']);
    match name {
        "lead.price" => return Some(("lead.sale".to_owned(), true)),
        "lead.name" | "contact.name" => return Some((name.to_owned(), false)),
        "" => {}
        _ => {
            let (entity, id) = name.split_once(".cf.")?;
            let known = ["lead", "contact", "company"].contains(&entity) && is_id(id);
            return known.then(|| this.met.field(entity, id, is_number));
        }
    }
    let id = word(params, "custom_fields_id");
    let of = entity(params)?;
    is_id(&id).then(|| this.met.field(of, &id, is_number))
}

fn set_field(this: &mut Importer<'_>, params: &Json) -> Vec<String> {
    let raw = word(params, "value");
    let calculated = params.get("calculated") == Some(&Json::Bool(true));
    let Some((field, is_number)) = field(this, params, calculated) else {
        let what = if word(params, "custom_field").is_empty() {
            params.to_string()
        } else {
            word(params, "custom_field")
        };
        return nothing(this, &format!("Kommo sets a field that has no name here: {what}"));
    };
    if calculated || is_number {
        if let Some(formula) = this.formula(&raw) {
            return vec![format!("set {field} = {formula}")];
        }
        let text = this.text(&raw);
        return vec![format!("set {field} = number({text})")];
    }
    // As it is, so that what is absent leaves the field alone.
    if let Some(super::words::Filled { expr, kind: super::words::Kind::Text, .. }) =
        raw.starts_with("{{").then(|| this.only(&raw)).flatten()
        && word(params, "option") != "add"
    {
        return vec![format!("set {field} = {expr}")];
    }
    let text = this.text(&raw);
    if word(params, "option") == "add" {
        return vec![format!("set {field} = \"{{{field} ?? \"\"}}\" + {text}")];
    }
    vec![format!("set {field} = {text}")]
}

fn set_budget(this: &mut Importer<'_>, params: &Json) -> Vec<String> {
    let raw = word(params, "value");
    match this.formula(&raw) {
        Some(formula) => vec![format!("set lead.sale = {formula}")],
        None => {
            let text = this.text(&raw);
            vec![format!("set lead.sale = number({text})")]
        }
    }
}

fn subscribers(this: &mut Importer<'_>, params: &Json, list: &str) -> Vec<String> {
    let id = word(params, "value");
    let who = match word(params, "type").as_str() {
        "user" if is_id(&id) => this.met.user(&id),
        "group" if is_id(&id) => this.met.team(&id),
        _ => {
            return nothing(
                this,
                &format!("Kommo changes all subscribers here; name them: `manage_subscribers({list}: […])`"),
            );
        }
    };
    vec![format!("manage_subscribers({list}: [{who}])")]
}

fn responsible(this: &mut Importer<'_>, params: &Json) -> Vec<String> {
    let user = word(params, "value");
    if user.is_empty() {
        return nothing(this, "a change of who is responsible without a user");
    }
    if !is_id(&user) {
        return nothing(this, &format!("Kommo works out the user here, and Sbot names them: {user}"));
    }
    let user = this.met.user(&user);
    let of = entity(params).unwrap_or("lead");
    vec![format!("change_responsible(to: {user}, of: [{of}])")]
}
