//! Actions: one row for each that Kommo has, whether it can be written here or not.

use super::lower::Lower;
use super::text::{Piece, Ty, pieces};
use super::tree::Stmt;
use super::{ask, words};
use crate::kommo::quotes::quoted;
use sbot_embed::Json;

/// How an action is written.
enum How {
    /// As these statements; the text says why not if they cannot be.
    As(fn(&mut Lower<'_>, &Params<'_>) -> Result<Vec<String>, String>),
    /// Not at all, and why.
    Not(&'static str),
}

/// The actions that Kommo documents, and those that its exports are known to have.
const ACTIONS: &[(&str, How)] = &[
    (
        "unsorted",
        How::Not("accepting and declining incoming leads; change_lead_status moves a lead out of them"),
    ),
    ("change_status", How::As(change_status)),
    ("set_tag", How::As(set_tag)),
    ("unset_tag", How::As(unset_tag)),
    ("set_custom_fields", How::As(set_custom_fields)),
    ("subscribe", How::As(subscribe)),
    ("unsubscribe", How::As(unsubscribe)),
    ("add_lead_contact", How::As(add_lead_contact)),
    ("set_budget", How::As(set_budget)),
    ("add_linked_company", How::As(add_linked_company)),
    ("add_note", How::As(add_note)),
    ("link", How::Not("links between entities and elements of lists")),
    ("change_responsible_user", How::As(change_responsible_user)),
    ("link_to_unsorted", How::Not("links to incoming leads")),
];

/// The actions of the digital pipeline that a bot's file is known to have.
const TRIGGERS: &[&str] = &["create_task"];

/// The names of all actions, those of the digital pipeline among them.
pub fn actions() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|(name, _)| *name).chain(TRIGGERS.iter().copied())
}

/// Parameters of an action.
struct Params<'p>(&'p Json);

impl Params<'_> {
    fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key).filter(|value| **value != Json::Null)
    }

    /// A number or text, without quotes.
    fn plain(&self, key: &str) -> Option<String> {
        self.get(key).map(words::plain).filter(|text| !text.is_empty())
    }

    fn needed(&self, key: &str) -> Result<String, String> {
        self.plain(key).ok_or_else(|| format!("it has no `{key}`"))
    }

    /// An id of the account, if there is one.
    fn id(&self, key: &str) -> Result<Option<String>, String> {
        self.plain(key).map(|id| words::id(&id)).transpose()
    }

    fn needed_id(&self, key: &str) -> Result<String, String> {
        words::id(&self.needed(key)?)
    }

    /// One text or several.
    fn texts(&self, key: &str) -> Vec<String> {
        match self.get(key) {
            Some(Json::List(items)) => {
                items.iter().map(words::plain).filter(|text| !text.trim().is_empty()).collect()
            }
            Some(one @ (Json::Text(_) | Json::Number(_) | Json::Bool(_))) => {
                vec![words::plain(one)].into_iter().filter(|text| !text.trim().is_empty()).collect()
            }
            Some(Json::Null | Json::Object(_)) | None => Vec::new(),
        }
    }

    /// The entity that is meant, by its number or name.
    fn entity(&self, keys: &[&str], without: &'static str) -> Result<&'static str, String> {
        let Some(given) = keys.iter().find_map(|key| self.plain(key)) else { return Ok(without) };
        let contact = match self.plain("contact_type").as_deref() {
            Some("current") => "chat_contact",
            Some("all") => "contacts",
            Some(_) | None => "contact",
        };
        match given.as_str() {
            "1" | "contact" | "contacts" => Ok(contact),
            "2" | "lead" | "leads" => Ok("lead"),
            "3" | "company" | "companies" => Ok("company"),
            other => Err(format!("`{other}` is no entity here")),
        }
    }
}

/// An action.
pub(super) fn action(lower: &mut Lower<'_>, name: &str, params: &Json, out: &mut Vec<Stmt>) {
    let how = ACTIONS.iter().find(|(known, _)| *known == name).map(|(_, how)| how);
    let made = match how {
        Some(How::As(make)) => make(lower, &Params(params)),
        Some(How::Not(why)) => Err((*why).to_owned()),
        None => Err("it is documented nowhere".to_owned()),
    };
    match made {
        Ok(lines) => {
            for line in lines {
                lower.push(out, Stmt::Line(line));
            }
        }
        Err(why) => lower.lost(&format!("the action `{name}`: {why}: {params}"), out),
    }
}

/// An action of the digital pipeline.
pub(super) fn trigger(lower: &mut Lower<'_>, action: &str, settings: &Json, out: &mut Vec<Stmt>) {
    let text = settings.get("task_text").or_else(|| settings.get("text")).and_then(Json::as_text);
    match text {
        Some(text) if TRIGGERS.contains(&action) => {
            let text = lower.text(text);
            if let Json::Object(keys) = settings
                && keys.iter().any(|(key, _)| !matches!(&**key, "task_text" | "text"))
            {
                lower.tell(&format!("of a task, its text alone has a known meaning; the rest is {settings}"));
            }
            lower.push(out, Stmt::Line(format!("add_task({text})")));
        }
        _ => lower.lost(&format!("`{action}`, whose settings are published nowhere: {settings}"), out),
    }
}

/// Another bot goes on, if it can.
pub(super) fn hand_over(lower: &mut Lower<'_>, bot: &Json, out: &mut Vec<Stmt>) {
    let why = match words::id(&words::plain(bot)) {
        Ok(id) => {
            let bot = lower.symbols.bot(&id);
            match lower.ground.files.bars(&bot) {
                None => return lower.push(out, Stmt::Leave(bot)),
                Some(why) => format!(", `{bot}`: {why}"),
            }
        }
        Err(why) => format!(": {why}"),
    };
    lower.lost(&format!("another bot that goes on here{why}"), out);
    out.push(Stmt::End);
}

fn change_status(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    let (stage, pipeline) = (params.needed_id("value")?, params.id("pipeline_id")?);
    if params.plain("entity").as_deref() == Some("double") {
        return Err("a bot here moves its own lead, and not a duplicate of it".to_owned());
    }
    let stage = lower.symbols.stage(pipeline.as_deref(), &stage);
    if pipeline.is_none() {
        lower.tell("the file does not say which pipeline this stage belongs to");
    }
    Ok(vec![format!("change_lead_status({stage})")])
}

fn set_tag(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    tags(lower, params, "add")
}

fn unset_tag(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    tags(lower, params, "remove")
}

fn tags(lower: &mut Lower<'_>, params: &Params<'_>, list: &str) -> Result<Vec<String>, String> {
    let entity = params.entity(&["element_type", "type"], "lead")?;
    let tags: Vec<String> = params.texts("value").iter().map(|tag| lower.text(tag)).collect();
    if tags.is_empty() {
        return Err("it names no tag".to_owned());
    }
    let on = if entity == "lead" { String::new() } else { format!("on: {entity}, ") };
    Ok(vec![format!("manage_tags({on}{list}: [{}])", tags.join(", "))])
}

/// What can be set by its name; the others have numbers.
const SET: &[(&str, &str)] = &[
    ("lead.price", "lead.sale"),
    ("lead.name", "lead.name"),
    ("contact.name", "contact.name"),
    ("name", "contact.name"),
    ("contact.first_name", "contact.first_name"),
    ("contact.phone", "contact.phone"),
    ("contact.email", "contact.email"),
    ("company.name", "company.name"),
    ("company.phone", "company.phone"),
    ("company.email", "company.email"),
];

fn set_custom_fields(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    let (field, ty) = field(lower, params)?;
    if params.get("enum").is_some() {
        lower.tell("a field with several kinds of values; the kind is not kept here");
    }
    let value = match params.texts("value").as_slice() {
        [] => return Err(format!("{field} gets no value; how Kommo clears a field is not published")),
        [one] => one.clone(),
        many => many.join(", "),
    };
    if params.get("calculated") == Some(&Json::Bool(true)) {
        let formula = formula(lower, &value)?;
        return Ok(vec![assigned(&field, &formula)]);
    }
    if params.plain("option").as_deref() == Some("add") {
        if ty != Ty::Text {
            return Err(format!("{value} is added to what {field} holds, which only texts can have here"));
        }
        lower.tell("the value is added to what the field holds; here it stands behind it");
        let value = lower.text(&value);
        return Ok(vec![format!("set {field} = \"{{{field} ?? \"\"}}\" + {value}")]);
    }
    let given = lower.value(&value);
    let plain = pieces(&value).iter().all(|piece| matches!(piece, Piece::Text(_)));
    let value = match ty {
        Ty::Number if plain => {
            ask::number(&value).ok_or_else(|| format!("{value} is no number, which {field} holds"))?
        }
        Ty::Bool if plain => matches!(value.as_str(), "1" | "true").to_string(),
        Ty::Phone if plain && !phone(&value) => {
            return Err(format!("{value} is no phone number in international form"));
        }
        Ty::Email if plain && !value.contains('@') => return Err(format!("{value} is no e-mail address")),
        Ty::Phone => {
            lower.region = true;
            given.expr
        }
        _ if given.ty == Ty::Message || given.ty == Ty::Text || given.ty == Ty::Found || given.ty == ty => {
            given.expr
        }
        Ty::Text if given.ty == Ty::Phone || given.ty == Ty::Email => given.expr,
        Ty::Text => format!("\"{{{}}}\"", given.expr),
        Ty::Number
        | Ty::Bool
        | Ty::Stage
        | Ty::User
        | Ty::Channel
        | Ty::Email
        | Ty::Tags
        | Ty::Message
        | Ty::Found => return Err(format!("{value} is nothing that {field} can hold")),
    };
    Ok(vec![assigned(&field, &value)])
}

/// `set lead.size = …`; a variable is assigned without the word.
fn assigned(field: &str, value: &str) -> String {
    if field.contains('.') { format!("set {field} = {value}") } else { format!("{field} = {value}") }
}

/// A number as `+34912345678`.
fn phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit())
}

/// The field that is set.
fn field(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<(String, Ty), String> {
    if let Some(id) = params.id("custom_fields_id")? {
        let entity = params.entity(&["type", "element_type"], "lead")?;
        let entity = if entity == "chat_contact" || entity == "contacts" { "contact" } else { entity };
        let (field, ty, _) = lower.symbols.field(entity, &id);
        return Ok((field, named(ty)));
    }
    let written = params.needed("custom_field")?;
    let hole = super::text::single(&written).unwrap_or(&written).to_owned();
    if let Some((_, field)) = SET.iter().find(|(name, _)| *name == hole) {
        let ty = match *field {
            "lead.sale" => Ty::Number,
            field if field.ends_with(".phone") => Ty::Phone,
            field if field.ends_with(".email") => Ty::Email,
            _ => Ty::Text,
        };
        return Ok(((*field).to_owned(), ty));
    }
    let mut parts = hole.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(entity @ ("lead" | "contact" | "company")), Some("cf"), Some(id)) if !id.is_empty() => {
            let (field, ty, _) = lower.symbols.field(entity, id);
            Ok((field, named(ty)))
        }
        _ => Err(format!("{written} is no field that a bot here can set")),
    }
}

fn named(ty: &str) -> Ty {
    match ty {
        "number" => Ty::Number,
        "bool" => Ty::Bool,
        _ => Ty::Text,
    }
}

/// A formula: numbers, placeholders, `+ - * / ( )`.
fn formula(lower: &mut Lower<'_>, text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut empty = false;
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => {
                if !text.chars().all(|c| c.is_ascii_digit() || " .+-*/()".contains(c)) {
                    return Err(format!("`{text}` is no part of a formula here"));
                }
                for c in text.chars().filter(|c| *c != ' ') {
                    if "+-*/".contains(c) { out.push_str(&format!(" {c} ")) } else { out.push(c) }
                }
            }
            Piece::Hole(hole) => {
                let value = lower.placeholder(hole).filter(|value| value.ty == Ty::Number);
                let value = value.ok_or_else(|| format!("{{{{{hole}}}}} is no number here"))?;
                empty |= value.optional;
                out.push_str(&if value.optional { format!("({} ?? 0)", value.expr) } else { value.expr });
            }
        }
    }
    let source = format!("bot x\nstep y:\n  set lead.sale = {out}\n");
    if out.trim().is_empty() || !sbot_grammar::parse(&source).errors.is_empty() {
        return Err(format!("`{text}` is no formula"));
    }
    if empty {
        lower.tell("what an empty field counts in a formula is not published; here it is 0");
    }
    Ok(out.trim().to_owned())
}

fn set_budget(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    let formula = formula(lower, &params.needed("value")?)?;
    Ok(vec![format!("set lead.sale = {formula}")])
}

fn subscribe(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    subscribers(lower, params, "add")
}

fn unsubscribe(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    subscribers(lower, params, "remove")
}

fn subscribers(lower: &mut Lower<'_>, params: &Params<'_>, list: &str) -> Result<Vec<String>, String> {
    let who: Result<_, String> = match params.plain("type").as_deref() {
        Some("all") => {
            return Err("a bot here names people and teams, and cannot mean all of them".to_owned());
        }
        Some("group") => params.texts("value").iter().map(|id| lower.team(id)).collect(),
        Some(_) | None => params.texts("value").iter().map(|id| lower.user(id)).collect(),
    };
    let who: Vec<String> = who?;
    if who.is_empty() {
        return Err("it names nobody".to_owned());
    }
    Ok(vec![format!("manage_subscribers({list}: [{}])", who.join(", "))])
}

fn add_lead_contact(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    let lead = params.get("lead").cloned().unwrap_or_default();
    let lead = Params(&lead);
    let mut args = Vec::new();
    if let Some(name) = lead.plain("name") {
        args.push(format!("name: {}", lower.text(&name)));
    }
    if let Some(stage) = lead.id("status_id")? {
        args.push(format!("stage: {}", lower.symbols.stage(lead.id("pipeline_id")?.as_deref(), &stage)));
    }
    if let Some(user) = lead.plain("responsible_user_id") {
        args.push(format!("responsible: {}", lower.user(&user)?));
    }
    let tags: Vec<String> = lead.texts("tags").iter().map(|tag| lower.text(tag)).collect();
    if !tags.is_empty() {
        args.push(format!("tags: [{}]", tags.join(", ")));
    }
    lower.tell(&format!(
        "a new lead with a new contact; here the lead alone is made. All that it was given: {}",
        params.0
    ));
    Ok(vec![format!("create_lead({})", args.join(", "))])
}

fn add_linked_company(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    let name = lower.text(&params.needed("name")?);
    lower.tell("a company is made and linked; here the company of the lead gets this name");
    Ok(vec![format!("set company.name = {name}")])
}

fn add_note(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    let text = lower.text(&params.needed("text")?);
    let entity = params.entity(&["element_type", "type"], "contact")?;
    let on = if entity == "contact" { String::new() } else { format!(", on: {entity}") };
    if !matches!(params.plain("note_type").as_deref(), None | Some("4")) {
        lower.tell("a note of another kind; here it is an ordinary one");
    }
    Ok(vec![format!("add_note({text}{on})")])
}

fn change_responsible_user(lower: &mut Lower<'_>, params: &Params<'_>) -> Result<Vec<String>, String> {
    let user = lower.user(&params.needed("value")?)?;
    let entity = params.entity(&["element_type", "type"], "lead")?;
    let of = if entity == "lead" { String::new() } else { format!(", of: [{entity}]") };
    Ok(vec![format!("change_responsible(to: {user}{of})")])
}

/// `preset`: questions of the standard library come nearest.
pub(super) fn preset(lower: &mut Lower<'_>, name: &str, params: &Json, out: &mut Vec<Stmt>) {
    if !matches!(name, "contacts.validate_base_info" | "contacts.get_base_info") {
        return lower.lost(&format!("the preset `{name}`, which is documented nowhere: {params}"), out);
    }
    let params = Params(params);
    let text = |lower: &mut Lower<'_>, key: &str| params.plain(key).map(|text| lower.text(&text));
    let email = text(lower, "empty_email").unwrap_or_else(|| quoted("What is your e-mail address?"));
    let phone = text(lower, "empty_phone").unwrap_or_else(|| quoted("What is your phone number?"));
    let sorry = text(lower, "invalid_phone").map(|text| format!(", sorry: {text}")).unwrap_or_default();
    lower.uses.insert("std/ask.sbot");
    lower.region = true;
    lower.tell(&format!(
        "the preset `{name}` asks for what the contact lacks and looks for duplicates. Here both are asked for where they \
         are not known, and nothing is looked for. All its texts: {}",
        params.0
    ));
    let asked = |field: &str, flow: &str, ask: &str| {
        format!(
            "if contact.{field} is not set {{\n let {field} = ask_{flow}({ask})\n if {field} is set {{ set contact.{field} = {field} }}\n}}"
        )
    };
    lower.push(out, Stmt::Line(asked("email", "email", &email)));
    lower.push(out, Stmt::Line(asked("phone", "phone", &format!("{phone}{sorry}"))));
    if let Some(success) = text(lower, "success") {
        lower.push(out, Stmt::Line(format!("message {success}")));
    }
}

/// `widget_request`: a webhook comes nearest.
pub(super) fn widget_request(lower: &mut Lower<'_>, url: &str, data: &Json, out: &mut Vec<Stmt>) {
    let absolute = url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !absolute || url.contains("{{") {
        return lower.lost(&format!("a widget request to `{url}`, which is no address: {data}"), out);
    }
    let data = record(lower, data);
    lower.tell(
        "this address answers later, by `return_url`, and may say what to show and where to go on. A webhook here waits \
         for its own answer alone",
    );
    let url = lower.text(url);
    let line =
        format!("send_webhook({url}{data}) on ok(_status, _body) {{}} on timeout 1d {{}} on failed {{}}");
    lower.push(out, Stmt::Line(line));
}

/// `, data: {…}`
fn record(lower: &mut Lower<'_>, data: &Json) -> String {
    match data {
        Json::Object(keys) if !keys.is_empty() => format!(", data: {}", value(lower, data)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => {
            String::new()
        }
    }
}

/// A value of JSON as an expression.
fn value(lower: &mut Lower<'_>, data: &Json) -> String {
    match data {
        Json::Object(keys) => {
            let keys: Vec<String> =
                keys.iter().map(|(key, inner)| format!("{}: {}", quoted(key), value(lower, inner))).collect();
            format!("{{{}}}", keys.join(", "))
        }
        Json::List(items) => {
            let items: Vec<String> = items.iter().map(|item| value(lower, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Text(text) => lower.value(text).expr,
        Json::Number(number) => ask::number(number).unwrap_or_else(|| quoted(number)),
        Json::Bool(bool) => bool.to_string(),
        Json::Null => "none".to_owned(),
    }
}
