//! Handlers as statements.

use super::Importer;
use super::actions;
use super::messages::is_reply;
use super::met::is_id;
use super::usable::is_address;
use super::words::slug;
use crate::kommo::bot::{Event, Handler, Part, Step, Stop, Wait, What, Widget};
use sbot_embed::Json;
use std::fmt::Write;

/// Of a Round Robin.
const MOST_OPTIONS: usize = 100;

/// A number or a text without quotes.
pub(super) fn id(json: &Json) -> String {
    json.as_text().map_or_else(|| json.to_string(), str::to_owned)
}

/// How long a timer lasts: `2h30m`.
pub(super) fn duration(mut seconds: i64) -> String {
    let mut out = String::new();
    for (unit, length) in [("h", 3600), ("m", 60), ("s", 1)] {
        if seconds >= length {
            let _ = write!(out, "{}{unit}", seconds / length);
            seconds %= length;
        }
    }
    out
}

impl Importer<'_> {
    /// What a step does on entry, with the steps that stand in it. Whether nothing follows.
    pub(super) fn question(&mut self, step: &Step, out: &mut String) -> bool {
        let mut step = step;
        loop {
            let (last, rest) = match step.question.split_last() {
                Some((Handler { what: What::Goto(to), .. }, rest)) => (Some(*to), rest),
                Some(_) | None => (None, step.question.as_slice()),
            };
            if self.all(rest, Some(step), last.is_some(), out) {
                return true;
            }
            let Some(to) = last else { return false };
            if let Some(last) = step.question.last() {
                self.at.1.clone_from(&last.path);
            }
            let next = self.plan.step(self.bot, to.step);
            match next.filter(|next| self.plan.is_merged(next.number)) {
                Some(next) => {
                    step = next;
                    self.at.0 = Some(next.number);
                }
                None => {
                    let arrow = self.arrow(to);
                    self.push(out, &arrow);
                    return true;
                }
            }
        }
    }

    /// Handlers that stand inside of another one.
    pub(super) fn handlers(&mut self, handlers: &[Handler], out: &mut String) -> bool {
        self.all(handlers, None, false, out)
    }

    /// `step` is the one whose question they are, and `leads` says that it goes on elsewhere. Whether nothing follows.
    fn all(&mut self, handlers: &[Handler], step: Option<&Step>, leads: bool, out: &mut String) -> bool {
        let mut at = 0;
        while let Some(one) = handlers.get(at) {
            self.at.1.clone_from(&one.path);
            let rest = handlers.get(at + 1..).unwrap_or_default();
            // Waiting for the answer of the step itself is what a message with an answer does.
            let own = |what: &What| {
                let step = step.map(|step| step.number);
                matches!(what, What::WaitAnswer(to) if Some(to.step) == step && to.part == Part::Answer)
            };
            let waits = matches!(rest, [next] if own(&next.what));
            let asks = match &one.what {
                What::Message(message) => {
                    Some(message.list.is_some() || message.buttons.iter().any(is_reply))
                }
                What::Buttons(_)
                | What::Goto(_)
                | What::WaitAnswer(_)
                | What::Waits(_)
                | What::Conditions { .. }
                | What::Validations { .. }
                | What::Distribution { .. }
                | What::Comment { .. }
                | What::Internal { .. }
                | What::Action { .. }
                | What::Trigger { .. }
                | What::Find { .. }
                | What::Meta { .. }
                | What::Preset { .. }
                | What::Widget(_)
                | What::WidgetRequest { .. }
                | What::OptIn(_)
                | What::Stop(_)
                | What::Exits(_)
                | What::Unknown { .. } => None,
            };
            let answered = step.filter(|step| {
                let waits = asks.is_some_and(|asks| asks || waits || (rest.is_empty() && !leads));
                !step.answer.is_empty() && waits
            });
            if self.one(one, answered, out) {
                if !rest.is_empty() && !waits {
                    self.at.1.clone_from(&one.path);
                    self.lost(if matches!(one.what, What::Message(_)) {
                        "what Kommo does between sending this and waiting for the answer is left out"
                    } else {
                        "what stands behind this in Kommo is never reached, and is left out"
                    });
                    self.flush(out);
                }
                return true;
            }
            at += 1;
        }
        false
    }

    /// Whether nothing follows.
    pub(super) fn one(&mut self, handler: &Handler, answered: Option<&Step>, out: &mut String) -> bool {
        match &handler.what {
            What::Message(message) => return self.message(message, answered, out),
            What::Goto(to) => {
                let arrow = self.arrow(*to);
                self.push(out, &arrow);
                return true;
            }
            What::WaitAnswer(to) => {
                let arrow = self.arrow(*to);
                self.push(out, &format!("pause on message {arrow}"));
                return true;
            }
            What::Waits(waits) => return self.pause(waits, out),
            What::Conditions { logic, tests, result } => {
                if let Some(condition) = self.comparisons(*logic, tests) {
                    let body = self.body(result, "this test");
                    self.push(out, &format!("if {condition} {body}"));
                }
            }
            What::Validations { logic, tests, result } => {
                if let Some(condition) = self.validations(*logic, tests) {
                    let body = self.body(result, "this validation");
                    match self.finds(tests).filter(|_| self.binds_found) {
                        Some(pattern) => {
                            let braced = if body.starts_with('{') { body } else { format!("{{\n{body}\n}}") };
                            let inner = braced.replacen('{', "{\nfound = \"{value}\"\n", 1);
                            self.push(
                                out,
                                &format!("when client.text {{\n{pattern} as value {inner},\nelse {{}}\n}}"),
                            );
                        }
                        None => self.push(out, &format!("if {condition} {body}")),
                    }
                }
            }
            What::Distribution { variants, .. } => {
                if variants.len() > MOST_OPTIONS {
                    self.lost(&format!(
                        "Round Robin with {} options: the first {MOST_OPTIONS} stay",
                        variants.len()
                    ));
                }
                let arrows: Vec<String> =
                    variants.iter().take(MOST_OPTIONS).map(|to| self.arrow(*to)).collect();
                match arrows.as_slice() {
                    [] => self.lost("Round Robin without an option: the bot ends"),
                    [one] => {
                        self.lost("Round Robin with one option only");
                        self.push(out, one);
                        return true;
                    }
                    _ => {
                        self.push(out, &format!("rotate [\n{},\n]", arrows.join(",\n")));
                        return true;
                    }
                }
            }
            What::Comment { text, .. } => {
                self.met.needs.insert("instagram");
                let text = self.text(text);
                self.push(out, &format!("comment({text})"));
            }
            What::Internal { text, user, group } => {
                let to = match (group, user) {
                    (Some(group), _) if is_id(&id(group)) => Some(self.met.team(&id(group))),
                    (None, Some(user)) if is_id(&id(user)) => Some(self.met.user(&id(user))),
                    (Some(_), _) | (None, Some(_) | None) => None,
                };
                let text = self.text(text);
                match to {
                    Some(to) => self.push(out, &format!("send_internal({text}, to: [{to}])")),
                    None => {
                        self.lost("an internal message to nobody whose id is given; here it goes to whoever is responsible");
                        self.push(out, &format!("send_internal({text}, to: [lead.responsible])"));
                    }
                }
            }
            What::Action { name, params } => {
                let statements = actions::action(self, name, params);
                self.several(&statements, out);
            }
            What::Trigger { action, settings } => {
                let statements = actions::trigger(self, action, settings);
                self.several(&statements, out);
            }
            What::Widget(widget) => return self.widget(widget, out),
            What::Stop(stop) => return self.stop(stop, out),
            What::Find { .. }
            | What::Meta { .. }
            | What::Preset { .. }
            | What::WidgetRequest { .. }
            | What::OptIn(_)
            | What::Exits(_)
            | What::Unknown { .. }
            | What::Buttons(_) => return self.without_words(&handler.what, out),
        }
        false
    }

    fn several(&mut self, statements: &[String], out: &mut String) {
        for statement in statements {
            self.push(out, statement);
        }
        self.flush(out);
    }

    /// Comments that belong to no statement.
    pub(super) fn flush(&mut self, out: &mut String) {
        for comment in std::mem::take(&mut self.comments) {
            let _ = writeln!(out, "// {}", comment.replace(['\n', '\r'], " "));
        }
    }

    /// Handlers that have no statement of their own here.
    fn without_words(&mut self, what: &What, out: &mut String) -> bool {
        match what {
            What::Find { params, actions, .. } => {
                self.lost(&format!(
                    "Kommo looks here for another entity ({params}) and does something if there is one; Sbot knows the \
                     entities of its own lead alone, so this is left out, with what {} would do",
                    if actions.is_empty() { "nothing" } else { "its actions" }
                ));
            }
            What::Meta { delimiter, values } => self.lost(&format!(
                "the data of the start link, divided by {delimiter:?}, goes to {} in Kommo; a host has it in the trigger",
                values.join(", ")
            )),
            What::Preset { name, .. } => {
                self.lost(&format!("the ready-made conversation `{name}` of Kommo: std/ask.sbot asks for phones and e-mails"));
            }
            What::WidgetRequest { url, .. } => {
                let text = self.text(url);
                let known = is_address(url);
                self.lost(
                    "Kommo asks this address and does what it answers (`show`, `goto`); here the answer's body can be \
                     looked at in `on ok(status, body)`, and what follows has to be written",
                );
                if known {
                    self.push(out, &format!("send_webhook({text})\n-> end"));
                } else {
                    self.lost(&format!("{url:?} is no address that is known here"));
                    self.push(out, "-> end");
                }
                return true;
            }
            What::OptIn(_) => {
                self.lost("Subscribe (Meta), whose parameters are published nowhere: `subscribe(TITLE, tags: [TAG])`");
            }
            What::Exits(code) => {
                self.lost(&format!("the exit `{code}` of a widget's own code: the bot ends here"));
                self.push(out, "-> end");
                return true;
            }
            What::Unknown { name, params } => self.lost(&format!("a handler that nobody knows, `{name}`: {params}")),
            What::Buttons(_) => self.lost("branches of buttons without buttons are left out"),
            What::Message(_)
            | What::Goto(_)
            | What::WaitAnswer(_)
            | What::Waits(_)
            | What::Conditions { .. }
            | What::Validations { .. }
            | What::Distribution { .. }
            | What::Comment { .. }
            | What::Internal { .. }
            | What::Action { .. }
            | What::Trigger { .. }
            | What::Widget(_)
            | What::Stop(_) => {}
        }
        self.flush(out);
        false
    }

    fn stop(&mut self, stop: &Stop, out: &mut String) -> bool {
        match stop {
            Stop::Here => {}
            Stop::CloseTalk => self.push(out, "change_conversation_status(\"closed\")"),
            Stop::StartBot(bot) => {
                let bot = id(bot);
                self.lost(&format!(
                    "Kommo's bot {bot} goes on here: import it too, and write `-> bot NAME` in place of the next line"
                ));
            }
        }
        self.push(out, "-> end");
        true
    }

    fn pause(&mut self, waits: &[Wait], out: &mut String) -> bool {
        let mut exits = String::new();
        let mut seen = [false; 2];
        let timers = waits.iter().filter_map(|wait| match wait.event {
            Event::Timer(seconds) => Some(seconds),
            Event::Message | Event::Unknown(_) => None,
        });
        let shortest = timers.min();
        for wait in waits {
            if matches!(wait.event, Event::Timer(seconds) if Some(seconds) != shortest) {
                self.lost("a timer of this pause is longer than another one, so it is never over first, and is left out");
                continue;
            }
            let (kind, on) = match &wait.event {
                Event::Message => (0, "on message".to_owned()),
                Event::Timer(seconds) => (1, format!("on timeout {}", duration(*seconds))),
                Event::Unknown(name) => {
                    self.lost(&format!("waiting for `{name}` is published nowhere, and is left out"));
                    continue;
                }
            };
            // The first wins, so a second one of its kind never comes.
            if seen.get(kind).copied().unwrap_or_default() {
                self.lost("a pause with two events of one kind: the first of them stays");
                continue;
            }
            if let Some(seen) = seen.get_mut(kind) {
                *seen = true;
            }
            let arrow = self.arrow(wait.to);
            let _ = write!(exits, "\n{on} {arrow}");
        }
        if exits.is_empty() {
            self.push(out, "-> end");
        } else {
            self.push(out, &format!("pause{exits}"));
        }
        true
    }

    fn widget(&mut self, widget: &Widget, out: &mut String) -> bool {
        let id = id(&widget.id);
        let code = widget.code.as_deref().map(|code| slug(code, 4)).filter(|code| !code.is_empty());
        let code = code.unwrap_or_else(|| super::met::symbol("widget", &id));
        let code =
            if sbot_grammar::RESERVED.contains(&code.as_str()) { format!("{code}_widget") } else { code };
        let mut args = Vec::new();
        if let Json::Object(keys) = &widget.params {
            for (key, value) in keys {
                let name = slug(key, 6);
                match value {
                    Json::Text(text) | Json::Number(text) if !name.is_empty() => {
                        let text = self.text(text);
                        args.push((name, text));
                    }
                    Json::Null => {}
                    Json::Text(_) | Json::Number(_) | Json::Bool(_) | Json::List(_) | Json::Object(_) => {
                        self.lost(&format!("the widget's setting `{key}` is left out: {value}"));
                    }
                }
            }
        }
        let mut exits = Vec::new();
        for (code, to) in &widget.exits {
            let name = slug(code, 4);
            let name = if name.is_empty()
                || ["timeout", "message", "video", "hours", "failed"].contains(&name.as_str())
            {
                format!("exit_{name}")
            } else {
                name
            };
            let arrow = self.arrow(*to);
            exits.push((name, arrow));
        }
        if exits.is_empty() {
            self.lost("the widget has no exit in Kommo, where the bot then waits for ever; here it goes on at `done`");
            exits.push(("done".to_owned(), "-> end".to_owned()));
        }
        let row = self.met.widgets.entry(code.clone()).or_default();
        row.id = id;
        row.instance = widget.instance.as_ref().map(self::id).unwrap_or_default();
        row.params.extend(args.iter().map(|(name, _)| name.clone()));
        row.exits.extend(exits.iter().map(|(name, _)| name.clone()));
        let mut arms: Vec<String> =
            exits.iter().map(|(name, arrow)| format!("\non {name} {arrow}")).collect();
        // Every exit that this widget has anywhere has to be written.
        let all: Vec<String> =
            row.exits.iter().filter(|name| !exits.iter().any(|(own, _)| own == *name)).cloned().collect();
        arms.extend(all.into_iter().map(|name| format!("\non {name} -> end")));
        let args: Vec<String> = args.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        self.push(out, &format!("{code}.call({}){}", args.join(", "), arms.concat()));
        true
    }
}
