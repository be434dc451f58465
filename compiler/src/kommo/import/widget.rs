//! Widgets: what their blocks are given and answer, as a declaration and calls.

use super::lower::Lower;
use super::text::{Ty, single};
use super::tree::{Exit, Head, On, Stmt};
use super::words;
use crate::kommo::bot::Widget;
use crate::kommo::quotes::quoted;
use sbot_embed::Json;
use std::collections::{BTreeMap, BTreeSet};

/// An action of a widget, as far as the bot uses it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Declared {
    /// Parameters with their types.
    pub(super) params: BTreeMap<String, &'static str>,
    /// Exits with what they bring along.
    pub(super) exits: BTreeMap<String, Vec<String>>,
    /// The number, code name and installation of its widget.
    pub(super) ids: (String, Option<String>, Option<String>),
}

/// Names that no exit may have.
const NOT_EXITS: &[&str] = &["timeout", "message", "video", "hours", "failed", "other", "valid", "invalid"];

/// A widget's block.
pub(super) fn call(lower: &mut Lower<'_>, widget: &Widget, out: &mut Vec<Stmt>) {
    let id = match words::id(&words::plain(&widget.id)) {
        Ok(id) => id,
        Err(why) => return lower.lost(&format!("a widget: {why}: {}", widget.params), out),
    };
    let code = widget.code.as_deref().filter(|code| !code.trim().is_empty());
    let known = lower.ground.symbol("widgets", &id).map(str::to_owned);
    let symbol = known
        .or_else(|| code.and_then(|code| words::slug(code, 9, 40)))
        .or_else(|| words::slug(&format!("widget {id}"), 9, 40))
        .unwrap_or_else(|| "widget".to_owned());
    let symbol = words::name(symbol, "widget", &[]);
    let handler =
        widget.params.get("handler").or_else(|| widget.params.get("handler_code")).and_then(Json::as_text);
    let action = handler.and_then(|handler| words::slug(handler, 9, 40)).unwrap_or_else(|| "call".to_owned());
    let action = words::name(action, "action", &[]);
    let instance = widget.instance.as_ref().and_then(|id| words::id(&words::plain(id)).ok());
    let mut declared = lower.widgets.remove(&format!("{symbol}.{action}")).unwrap_or_default();
    declared.ids = (id, code.map(str::to_owned), instance);
    let known = lower.ground.widget(&format!("{symbol}.{action}"));
    let exits = known.into_iter().flat_map(|action| action.exits.keys());
    exits.for_each(|exit| {
        declared.exits.entry(exit.clone()).or_default();
    });
    let (mut args, mut given) = (Vec::new(), BTreeSet::new());
    if let Json::Object(keys) = &widget.params {
        for (key, value) in keys.iter().filter(|(key, _)| !matches!(&**key, "handler" | "handler_code")) {
            let name = words::slug(key, 9, 40);
            let Some(name) = name.filter(|name| given.insert(name.clone())) else {
                lower.tell(&format!(
                    "the widget is given {} as `{key}`, for which there is no other name",
                    value
                ));
                continue;
            };
            let wanted = known.and_then(|action| action.params.get(&name));
            // Nothing is what stands there for what was left out.
            if matches!(wanted, Some((_, true))) && value.as_text() == Some("") {
                continue;
            }
            let (mut expr, mut ty) = argument(lower, value);
            if let (Some((true, _)), Some(number)) = (wanted, value.as_text().and_then(super::ask::number)) {
                (expr, ty) = (number, "number");
            }
            // What is a number here and a text there can be anything.
            let ty = match declared.params.get(&name) {
                Some(known) if *known != ty => "json",
                Some(_) | None => ty,
            };
            declared.params.insert(name.clone(), ty);
            args.push(format!("{name}: {expr}"));
        }
    }
    let notes = lower.take_notes();
    let mut exits = Vec::new();
    for (code, to) in &widget.exits {
        let name = words::slug(code, 9, 40).unwrap_or_else(|| "exit".to_owned());
        let name = words::name(name, "exit", NOT_EXITS);
        if exits.iter().any(|exit: &Exit| exit.on == On::Answer(name.clone())) {
            lower.tell(&format!("the exit `{code}` has the name of another"));
            continue;
        }
        declared.exits.entry(name.clone()).or_default();
        let body = lower.go(*to);
        let notes = lower.take_notes();
        exits.push(Exit { notes, on: On::Answer(name), body });
    }
    lower.widgets.insert(format!("{symbol}.{action}"), declared);
    out.extend(notes.into_iter().map(Stmt::Note));
    let line = format!("{symbol}.{action}({})", args.join(", "));
    if exits.is_empty() {
        lower.push(out, Stmt::Line(line));
    } else {
        lower.notes.push("Kommo: a widget has no time-out, so this can wait for ever.".to_owned());
        lower.push(out, Stmt::wait(Head::Call(line), exits));
    }
}

/// A parameter: what it is given, and its type.
fn argument(lower: &mut Lower<'_>, value: &Json) -> (String, &'static str) {
    match value {
        Json::Number(number) => match super::ask::number(number) {
            Some(number) => (number, "number"),
            None => (quoted(number), "text"),
        },
        Json::Text(text) => {
            let given = lower.value(text);
            match (single(text), given.ty) {
                (Some(_), Ty::Number) => (given.expr, "number"),
                (Some(_), Ty::Text | Ty::Phone | Ty::Email | Ty::Message | Ty::Found) => (given.expr, "text"),
                (Some(_), Ty::Bool | Ty::Stage | Ty::User | Ty::Channel | Ty::Tags) => {
                    (format!("\"{{{}}}\"", given.expr), "text")
                }
                (None, _) => (given.expr, "text"),
            }
        }
        Json::Bool(bool) => (bool.to_string(), "bool"),
        Json::Null => ("none".to_owned(), "text"),
        Json::List(_) | Json::Object(_) => (quoted(&value.to_string()), "text"),
    }
}

/// Gives every call all exits that its action declares.
pub(super) fn complete(widgets: &BTreeMap<String, Declared>, stmts: &mut [Stmt]) {
    for stmt in stmts {
        if let Stmt::Wait(wait) = stmt
            && let Head::Call(line) = &wait.head
            && let Some(declared) = widgets.get(line.split('(').next().unwrap_or_default())
        {
            for name in declared.exits.keys() {
                let on = On::Answer(name.clone());
                if !wait.exits.iter().any(|exit| exit.on == on) {
                    let notes = vec!["Kommo: this exit leads nowhere, and the bot ends there.".to_owned()];
                    wait.exits.push(Exit { notes, on, body: vec![Stmt::Stuck] });
                }
            }
        }
        for body in stmt.bodies_mut() {
            complete(widgets, body);
        }
    }
}
