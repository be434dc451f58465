//! Actions: one row for each, whether Kommo's file can say it or not.

use super::Exporter;
use super::eval::{Halt, Known};
use super::finding::{Finding, Severity};
use super::ids::plain;
use super::send::unknown;
use super::state::State;
use super::sym::{Hole, Source, Sym};
use super::walk::{Block, Made};
use crate::ir::{Act, On};
use crate::kommo::bot::{Recipient, Stop, What, Widget};
use crate::source::Place;
use sbot_embed::Json;
use sbot_vm::program::SymbolKind;
use sbot_vm::value::Value;

/// How an action is exported.
enum How {
    /// As these handlers.
    As(fn(&mut Exporter<'_>, &Call) -> Known<Vec<What>>),
    /// As this handler, which ends the bot.
    End(fn(&mut Exporter<'_>, &Call) -> Known<Vec<What>>),
    /// Not at all: nobody has published how Kommo's file writes it.
    Unpublished(&'static str),
    /// Not at all: Salesbot has no such thing. What comes nearest.
    Nothing(&'static str),
}

/// Every action of the standard library.
const ACTIONS: &[(&str, How)] = &[
    ("add_note", How::As(add_note)),
    ("add_task", How::As(add_task)),
    ("complete_task", How::Unpublished("completing tasks")),
    ("change_conversation_status", How::End(conversation)),
    ("change_lead_status", How::As(change_lead_status)),
    ("change_responsible", How::As(change_responsible)),
    ("generate_form", How::Unpublished("forms")),
    ("create_lead", How::Unpublished("creating leads")),
    ("manage_subscribers", How::As(manage_subscribers)),
    ("manage_tags", How::As(manage_tags)),
    ("meta_conversion", How::Unpublished("the Meta Conversions API")),
    ("send_email", How::Unpublished("e-mails")),
    ("send_webhook", How::Unpublished("webhooks")),
    ("send_internal", How::As(send_internal)),
    ("request_input", How::Unpublished("fields that a person fills in")),
    (
        "handoff",
        How::Nothing(
            "send an internal message (`send_internal`) and end the bot; a trigger of the pipeline can start the next one",
        ),
    ),
    ("comment", How::As(comment)),
    ("subscribe", How::Unpublished("subscriptions (Meta)")),
];

/// A call with its arguments by name.
struct Call {
    place: Place,
    args: Vec<(String, Sym, Place)>,
}

impl Call {
    fn arg(&self, name: &str) -> Known<(&Sym, Place)> {
        let found = self.args.iter().find(|(known, _, _)| known == name);
        found.map(|(_, value, place)| (value, *place)).ok_or(Halt::Reported)
    }

    /// An argument that is the same in every conversation.
    fn known(&self, name: &str) -> Known<Value> {
        let (value, place) = self.arg(name)?;
        value.known().cloned().ok_or_else(|| {
            Halt::cannot(Finding::error(
                place,
                format!("`{name}` is the same in every conversation in a Salesbot"),
                "write the value itself",
            ))
        })
    }

    /// The elements of a list.
    fn items(&self, name: &str) -> Known<Vec<Sym>> {
        Ok(match self.arg(name)?.0 {
            Sym::List(items) => items.clone(),
            Sym::Known(Value::List(items)) => items.iter().cloned().map(Sym::Known).collect(),
            Sym::Known(Value::None) => Vec::new(),
            Sym::Known(_) | Sym::Hole(_) | Sym::Text(_) | Sym::Sum(_) | Sym::Folded { .. } | Sym::Lost(_) => {
                return Err(Halt::cannot(Finding::error(
                    self.place,
                    "Salesbot has no lists that change",
                    "write them one by one",
                )));
            }
        })
    }
}

impl<'a> Exporter<'a> {
    pub(super) fn act(
        &mut self,
        act: &'a Act,
        place: Place,
        state: &mut State<'a>,
        block: &mut Block,
    ) -> Known<Made> {
        let project = self.project;
        let Some(action) = project.actions.get(act.action.0 as usize) else { return Err(Halt::Reported) };
        let row = ACTIONS.iter().find(|(name, _)| *name == &*action.name).map(|(_, how)| how);
        match row {
            Some(How::Unpublished(what)) => return Err(unknown(place, what)),
            Some(How::Nothing(nearest)) => {
                return Err(Halt::cannot(Finding::error(
                    place,
                    format!("Salesbot has nothing like `{}`", action.name),
                    *nearest,
                )));
            }
            Some(How::As(_) | How::End(_)) | None => {}
        }
        let mut args = Vec::new();
        for (param, arg) in action.params.iter().zip(&act.args) {
            args.push((param.name.to_string(), self.eval(arg, state)?, arg.place));
        }
        let call = Call { place, args };
        if let Some((widget, handler)) = action.name.split_once('.') {
            if !block.question.is_empty() {
                return Ok(Made::Apart);
            }
            return self.widget(act, (widget, handler), &call, state, block);
        }
        let made = match row {
            Some(How::As(make)) if act.wait.is_none() => {
                let what = make(self, &call)?;
                block.question.extend(what);
                state.advance();
                Made::On
            }
            Some(How::End(make)) if act.wait.is_none() => {
                let what = make(self, &call)?;
                block.question.extend(what);
                Made::Closed
            }
            Some(_) => {
                return Err(Halt::cannot(Finding::error(
                    place,
                    format!("Salesbot does not wait for `{}`", action.name),
                    "leave its exits out",
                )));
            }
            None => {
                return Err(Halt::cannot(Finding::error(
                    place,
                    format!(
                        "`{}` is an action of this project's own, which Kommo does not know",
                        action.name
                    ),
                    "declare it as the action of a widget that is installed in the account",
                )));
            }
        };
        Ok(made)
    }

    /// A widget's block: what it is given, and an exit for each of its answers.
    fn widget(
        &mut self,
        act: &'a Act,
        (widget, name): (&str, &str),
        call: &Call,
        state: &mut State<'a>,
        block: &mut Block,
    ) -> Known<Made> {
        let project = self.project;
        let Some(action) = project.actions.get(act.action.0 as usize) else { return Err(Halt::Reported) };
        let row = self.ids.get("widgets", widget, call.place);
        let key = |key: &str| row.get(key).cloned();
        let mut params = vec![("handler".into(), Json::text(name))];
        for (name, value, place) in &call.args {
            let value =
                if value.known() == Some(&Value::None) { String::new() } else { self.shown(value, *place)? };
            params.push((name.as_str().into(), Json::text(&value)));
        }
        state.forget(
            &|source| *source == Source::Widget,
            "is what a widget has answered before, and Kommo keeps the last answer alone",
        );
        let mut exits = Vec::new();
        for exit in act.wait.iter().flat_map(|wait| &wait.exits) {
            match &exit.on {
                On::Answer(number) => {
                    let Some(answer) = action.exits.get(*number as usize) else { continue };
                    let values = answer.params.iter().map(|param| {
                        let number = matches!(
                            param.slot.kind,
                            sbot_vm::value::Kind::Int | sbot_vm::value::Kind::Number
                        );
                        Sym::Hole(Hole {
                            number,
                            ..Hole::text(&format!("{{{{json.{}}}}}", param.name), Source::Widget)
                        })
                    });
                    let binds: Vec<_> = exit.binds.iter().copied().zip(values).collect();
                    exits.push((answer.name.to_string(), self.exit(state, &exit.body, &binds)));
                }
                On::Timeout(_) => {
                    return Err(Halt::cannot(Finding::error(
                        exit.place,
                        "Salesbot waits for a widget without a timer",
                        "leave `on timeout` out, and let the widget answer in time",
                    )));
                }
                On::Failed => self.report.add(Finding::new(
                    Severity::Note,
                    exit.place,
                    "a widget of Kommo has no exit for failing, so `on failed` is left out",
                    "let the widget give an answer of its own for it",
                )),
                On::Option { .. }
                | On::Other
                | On::Message
                | On::Delivered
                | On::Chosen
                | On::Hours(_)
                | On::VideoOpened
                | On::VideoClosed
                | On::Result
                | On::Drawn(_) => return Err(unknown(exit.place, "what a widget gives back")),
            }
        }
        self.report.once(Finding::new(
            Severity::Warning,
            call.place,
            "what a widget is given and answers is the widget's own business",
            "compare the names of parameters and exits with those of the widget in your account",
        ));
        let id = key("id").unwrap_or_else(|| row.clone());
        let code = key("code").as_ref().map_or_else(|| widget.to_owned(), plain);
        let made =
            Widget { id, code: Some(code), instance: key("instance"), params: Json::Object(params), exits };
        block.question.push(What::Widget(made));
        if act.wait.is_none() {
            state.advance();
            return Ok(Made::On);
        }
        Ok(Made::Closed)
    }

    /// What an argument of type `entity` names: `lead`.
    fn entity(&self, value: &Value) -> String {
        let Value::Symbol(symbol) = value else { return String::new() };
        self.project.symbols.get(*symbol as usize).map(|symbol| symbol.name.to_string()).unwrap_or_default()
    }
}

/// Kommo's number of an entity, and which contact it is.
fn numbered(entity: &str, place: Place, what: &str) -> Known<(i64, Option<&'static str>)> {
    match entity {
        "contact" => Ok((1, Some("main"))),
        "chat_contact" => Ok((1, Some("current"))),
        "lead" => Ok((2, None)),
        "company" => Ok((3, None)),
        _ => Err(unknown(place, &format!("{what} of `{entity}`"))),
    }
}

fn action(name: &str, params: Vec<(&str, Json)>) -> What {
    let params = params.into_iter().map(|(key, value)| (key.into(), value)).collect();
    What::Action { name: name.to_owned(), params: Json::Object(params) }
}

fn add_note(this: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    let (text, place) = call.arg("text")?;
    let text = this.shown(text, place)?;
    let entity = this.entity(&call.known("on")?);
    let (number, contact) = numbered(&entity, call.place, "notes")?;
    if number == 3 {
        return Err(unknown(call.place, "notes of the company"));
    }
    let mut params = vec![
        ("note_type", Json::int(4)),
        ("element_type", Json::int(number)),
        ("type", Json::int(number)),
        ("text", Json::text(&text)),
    ];
    params.extend(contact.map(|contact| ("contact_type", Json::text(contact))));
    Ok(vec![action("add_note", params)])
}

fn add_task(this: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    let (text, place) = call.arg("text")?;
    let text = this.shown(text, place)?;
    this.report.add(Finding::new(
        Severity::Warning,
        call.place,
        "of a task, Kommo's file is known to have the text alone",
        "set its deadline, its kind and who does it in the editor after the import",
    ));
    let settings = Json::object([("task_text", Json::text(&text))]);
    Ok(vec![What::Trigger { action: "create_task".to_owned(), settings }])
}

fn conversation(_: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    if call.known("status")? == Value::text("closed") {
        return Ok(vec![What::Stop(Stop::CloseTalk)]);
    }
    Err(unknown(call.place, "marking a conversation as answered"))
}

fn change_lead_status(this: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    let Value::Symbol(symbol) = call.known("stage")? else { return Err(Halt::Reported) };
    let stage = this.symbol_id(symbol, call.place)?;
    let name =
        this.project.symbols.get(symbol as usize).map(|stage| stage.name.to_string()).unwrap_or_default();
    let pipeline = name.split('.').next().unwrap_or_default();
    let pipeline = this.ids.get("pipelines", pipeline, call.place);
    Ok(vec![action("change_status", vec![("value", stage), ("pipeline_id", pipeline)])])
}

fn change_responsible(this: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    let Value::Symbol(user) = call.known("to")? else { return Err(Halt::Reported) };
    let user = this.symbol_id(user, call.place)?;
    let mut all = Vec::new();
    for of in call.items("of")? {
        let entity = this.entity(of.known().unwrap_or(&Value::None));
        let (number, contact) = numbered(&entity, call.place, "who is responsible")?;
        let mut params =
            vec![("value", user.clone()), ("type", Json::int(number)), ("element_type", Json::int(number))];
        params.extend(contact.map(|contact| ("contact_type", Json::text(contact))));
        all.push(action("change_responsible_user", params));
    }
    Ok(all)
}

fn manage_subscribers(this: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    let mut all = Vec::new();
    for (list, name) in [("add", "subscribe"), ("remove", "unsubscribe")] {
        for who in call.items(list)? {
            let Some(Value::Symbol(symbol)) = who.known() else { return Err(Halt::Reported) };
            let team = this.is_team(*symbol);
            let id = this.symbol_id(*symbol, call.place)?;
            let kind = if team { "group" } else { "user" };
            all.push(action(name, vec![("type", Json::text(kind)), ("value", id)]));
        }
    }
    Ok(all)
}

fn manage_tags(this: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    let entity = this.entity(&call.known("on")?);
    let (number, contact) = numbered(&entity, call.place, "tags")?;
    let mut all = Vec::new();
    for (list, name) in [("add", "set_tag"), ("remove", "unset_tag")] {
        let mut tags = Vec::new();
        for tag in call.items(list)? {
            tags.push(Json::text(&this.shown(&tag, call.place)?));
        }
        if tags.is_empty() {
            continue;
        }
        let mut params = vec![
            ("type", Json::int(number)),
            ("value", Json::list(tags)),
            ("element_type", Json::int(number)),
        ];
        params.extend(contact.map(|contact| ("contact_type", Json::text(contact))));
        all.push(action(name, params));
    }
    Ok(all)
}

fn send_internal(this: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    let (text, place) = call.arg("text")?;
    let text = this.shown(text, place)?;
    let mut all = Vec::new();
    for who in call.items("to")? {
        let Some(Value::Symbol(symbol)) = who.known() else {
            return Err(Halt::cannot(Finding::error(
                call.place,
                "an internal message of Salesbot goes to the same people in every conversation",
                "name a user or a team",
            )));
        };
        let id = this.symbol_id(*symbol, call.place)?;
        let (user, group) = if this.is_team(*symbol) { (None, Some(id)) } else { (Some(id), None) };
        all.push(What::Internal { text: text.clone(), user, group });
    }
    if all.len() > 1 {
        this.report.once(Finding::new(
            Severity::Note,
            call.place,
            "an internal message to several people is sent once for each",
            "name a team to send it once",
        ));
    }
    Ok(all)
}

fn comment(this: &mut Exporter<'_>, call: &Call) -> Known<Vec<What>> {
    let (text, place) = call.arg("text")?;
    let text = this.shown(text, place)?;
    let recipient = Recipient { who: "main_contact".to_owned(), way: Some("last_active".to_owned()) };
    Ok(vec![What::Comment { text, recipient: Some(recipient) }])
}

impl Exporter<'_> {
    fn is_team(&self, symbol: u32) -> bool {
        self.project.symbols.get(symbol as usize).is_some_and(|symbol| symbol.kind == SymbolKind::Team)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A file that is not there fails the test.
mod tests {
    use super::ACTIONS;

    #[test]
    fn every_action_of_the_library_has_a_row() {
        let source = sbot_stdlib::FILES.iter().find(|file| file.path == "std/actions.sbot").unwrap().text;
        let declared: Vec<&str> = source
            .lines()
            .filter_map(|line| line.strip_prefix("action "))
            .filter_map(|line| line.split('(').next())
            .collect();
        let rows: Vec<&str> = ACTIONS.iter().map(|(name, _)| *name).collect();
        assert_eq!(declared, rows);
    }
}
