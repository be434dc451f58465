//! Handlers as statements.

use super::Importer;
use super::actions;
use super::words::{escaped, slug};
use crate::kommo::bot::{
    Button, Event, Handler, Message, Part, Reply, ReplyIs, Step, Stop, Wait, What, Widget,
};
use sbot_embed::Json;
use std::fmt::Write;

/// A number or a text without quotes.
pub(super) fn id(json: &Json) -> String {
    json.as_text().map_or_else(|| json.to_string(), str::to_owned)
}

/// How long a timer lasts: `2h30m`.
fn duration(mut seconds: i64) -> String {
    let mut out = String::new();
    for (unit, length) in [("h", 3600), ("m", 60), ("s", 1)] {
        if seconds >= length {
            let _ = write!(out, "{}{unit}", seconds / length);
            seconds %= length;
        }
    }
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn is_reply(button: &Button) -> bool {
    matches!(button, Button::Reply(_))
}

/// Whether a client who presses a button takes this branch: it has the label, or a pattern that the label matches.
fn takes(reply: &Reply, label: &str) -> bool {
    let ReplyIs::Option { value, .. } = &reply.when else { return false };
    let pattern = value.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    match pattern {
        Some((inner, _)) => {
            let regex = regex::RegexBuilder::new(inner).case_insensitive(true).size_limit(1 << 18).build();
            regex.is_ok_and(|regex| regex.is_match(label))
        }
        None => value.trim().to_lowercase() == label.trim().to_lowercase(),
    }
}

/// The regular expression of a reply's value.
fn regex_of(value: &str) -> Option<&str> {
    value.strip_prefix('/').filter(|rest| rest.rfind('/').is_some_and(|end| end > 0)).map(|_| value)
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
                    let what =
                        "what stands behind this in Kommo is never reached, and is left out".to_owned();
                    self.told.push(super::Told { step: self.at.0, path: one.path.clone(), what });
                }
                return true;
            }
            at += 1;
        }
        false
    }

    /// Whether nothing follows.
    fn one(&mut self, handler: &Handler, answered: Option<&Step>, out: &mut String) -> bool {
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
                let arrows: Vec<String> = variants.iter().map(|to| self.arrow(*to)).collect();
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
                    (Some(group), _) => Some(self.met.team(&id(group))),
                    (None, Some(user)) => Some(self.met.user(&id(user))),
                    (None, None) => None,
                };
                let text = self.text(text);
                match to {
                    Some(to) => self.push(out, &format!("send_internal({text}, to: [{to}])")),
                    None => {
                        self.lost("an internal message to nobody");
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
    fn flush(&mut self, out: &mut String) {
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
                self.lost(
                    "Kommo asks this address and does what it answers (`show`, `goto`); here the answer's body can be \
                     looked at in `on ok(status, body)`, and what follows has to be written",
                );
                self.push(out, &format!("send_webhook({text})\n-> end"));
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
        for wait in waits {
            let (kind, on) = match &wait.event {
                Event::Message => (0, "on message".to_owned()),
                Event::Timer(seconds) => (1, format!("on timeout {}", duration(*seconds))),
                Event::Unknown(name) => {
                    self.lost(&format!("waiting for `{name}` is published nowhere, and is left out"));
                    continue;
                }
            };
            // The first wins; a second timer is a later one that never comes, or the first.
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

    /// Whether nothing follows: it waits.
    fn message(&mut self, message: &Message, answered: Option<&Step>, out: &mut String) -> bool {
        for reply in &message.quick_replies {
            self.lost(&format!("the quick reply `{reply}` of Messenger is left out"));
        }
        if let Some(tag) = &message.facebook_tag {
            self.lost(&format!("Kommo sends it with the tag {tag} of Messenger"));
        }
        for file in &message.attachments {
            self.lost(&format!(
                "Kommo attaches the {} {} here: put the file beside this one and write `attach \"FILE\"`",
                file.kind, file.value
            ));
        }
        if message.creates_chat {
            self.lost("Kommo begins a chat if there was none: a host does that for `via`");
        }
        let text = if message.text.is_empty() {
            message.list.as_ref().map_or("", |list| &list.body)
        } else {
            &message.text
        };
        if text.trim().is_empty() {
            self.lost("a message without a text");
            self.flush(out);
            return false;
        }
        let text = self.text(text);
        let mut head = match (&message.list, &message.template) {
            (Some(_), _) => format!("list {text}"),
            (None, Some(template)) => format!("message {}({text})", self.met.template(&id(template))),
            (None, None) => format!("message {text}"),
        };
        if message.list.is_none() {
            head.push_str(&self.recipients(message));
        }
        let replies = answered.and_then(|step| {
            step.answer
                .iter()
                .find_map(|one| if let What::Buttons(all) = &one.what { Some(all.as_slice()) } else { None })
        });
        let mut exits = String::new();
        let mut waits =
            message.list.is_some() || message.buttons.iter().any(|one| matches!(one, Button::Reply(_)));
        if let Some(list) = &message.list {
            self.met.needs.insert("whatsapp");
            head.push_str(&self.list(list, replies.unwrap_or_default()));
        } else if !message.buttons.is_empty() {
            head.push_str(&self.buttons(&message.buttons, replies.unwrap_or_default()));
        }
        match answered {
            Some(step) if waits => self.other(message, step, replies.unwrap_or_default(), &mut exits),
            Some(step) => {
                // Whatever the client writes is the answer.
                let before = std::mem::take(&mut self.comments);
                let mut inner = String::new();
                if !self.answered(&step.answer, &mut inner) {
                    self.push(&mut inner, "-> end");
                }
                self.comments = before;
                let _ = write!(exits, "\non message {{\n{inner}}}");
                waits = true;
            }
            None => {}
        }
        if let Some(step) = answered {
            self.silence(step, &mut exits);
        }
        if let Some(to) = message.on_error.filter(|to| self.failed != Some(*to)) {
            let arrow = self.arrow(to);
            let _ = write!(exits, "\non failed {arrow}");
        }
        self.push(out, &format!("{head}{exits}"));
        waits
    }

    fn recipients(&mut self, message: &Message) -> String {
        let mut out = String::new();
        let Some(to) = &message.recipient else { return self.via(message, None) };
        match to.who.as_str() {
            "all_contacts" => out.push_str(" to all"),
            "main_contact" => {}
            other => self.lost(&format!("Kommo sends it to `{other}`; here it goes to the main contact")),
        }
        let way = to.way.as_deref();
        out + &self.via(message, way)
    }

    fn via(&mut self, message: &Message, way: Option<&str>) -> String {
        match (&message.channels, way) {
            (Some(channels), _) => {
                let names: Vec<String> =
                    channels.iter().map(|channel| self.met.channel(&id(channel))).collect();
                format!(" via {}", names.join(", "))
            }
            (None, Some("over_all")) => " via any".to_owned(),
            (None, Some("any_first")) => " via primary".to_owned(),
            (None, Some(_) | None) => String::new(),
        }
    }

    fn buttons(&mut self, buttons: &[Button], replies: &[Reply]) -> String {
        let mut out = String::from(" buttons [");
        for button in buttons {
            match button {
                Button::Link { text, url } => {
                    let _ = write!(out, "\n{} link {},", quoted(text), self.text(url));
                }
                Button::Reply(label) => {
                    let branch = replies.iter().find(|reply| takes(reply, label));
                    let _ = write!(out, "\n{},", self.option(label, branch, "button"));
                }
            }
        }
        out + "\n]"
    }

    /// `"Prices" | "price" -> prices`
    fn option(&mut self, label: &str, branch: Option<&Reply>, what: &str) -> String {
        let mut out = quoted(label);
        let Some(branch) = branch else {
            self.lost(&format!("the {what} {label:?} has no branch in Kommo: the bot ends there"));
            return out + " -> end";
        };
        if let ReplyIs::Option { value, synonyms } = &branch.when {
            // The rows of a list go by a name of their own, which nobody writes.
            let own =
                synonyms.iter().filter(|word| word.to_lowercase() != label.to_lowercase() && *word != value);
            for word in own.filter(|word| !word.trim().is_empty()) {
                let _ = write!(out, " | {}", quoted(word));
            }
        }
        let body = self.body(&branch.then, &format!("the {what} {label:?}"));
        format!("{out} {body}")
    }

    fn list(&mut self, list: &crate::kommo::bot::List, replies: &[Reply]) -> String {
        let mut out = format!(" button {}", quoted(list.button.as_deref().unwrap_or("Options")));
        if list.button.is_none() {
            self.lost("the label of the button that opens the list is not in Kommo's file");
        }
        for (word, text) in [("title", &list.title), ("footer", &list.footer)] {
            if let Some(text) = text {
                let _ = write!(out, " {word} {}", self.text(text));
            }
        }
        for section in &list.sections {
            let _ = write!(out, "\nsection {} [", quoted(section.title.as_deref().unwrap_or("Options")));
            for row in &section.rows {
                let known = |value: &str| {
                    row.callback.as_deref() == Some(value) || value.to_lowercase() == row.title.to_lowercase()
                };
                let branch = replies
                    .iter()
                    .find(|reply| matches!(&reply.when, ReplyIs::Option { value, .. } if known(value)));
                let option = self.option(&row.title, branch, "option");
                let label = quoted(&row.title);
                let option = match &row.description {
                    Some(about) => option.replacen(&label, &format!("{label} about {}", quoted(about)), 1),
                    None => option,
                };
                let _ = write!(out, "\n{option},");
            }
            out.push_str("\n]");
        }
        out
    }

    /// Any other answer: what is compared with a word or a pattern that no button shows, and what is left.
    fn other(&mut self, message: &Message, step: &Step, replies: &[Reply], exits: &mut String) {
        let shown: Vec<String> = message
            .buttons
            .iter()
            .filter_map(
                |one| if let Button::Reply(label) = one { Some(label.trim().to_lowercase()) } else { None },
            )
            .chain(
                message
                    .list
                    .iter()
                    .flat_map(|list| &list.sections)
                    .flat_map(|section| &section.rows)
                    .flat_map(|row| {
                        [
                            Some(row.title.to_lowercase()),
                            row.callback.as_ref().map(|word| word.to_lowercase()),
                        ]
                        .into_iter()
                        .flatten()
                    }),
            )
            .collect();
        // What is to be said of the message itself stands before it.
        let before = std::mem::take(&mut self.comments);
        let mut inner = String::new();
        for reply in replies {
            let ReplyIs::Option { value, synonyms } = &reply.when else { continue };
            if shown.contains(&value.trim().to_lowercase()) {
                continue;
            }
            if let Some(condition) = self.written(value, synonyms) {
                let body = self.body(&reply.then, &format!("the answer {value:?}"));
                self.push(&mut inner, &format!("if {condition} {body}"));
            }
        }
        // Handlers beside the buttons run for every answer.
        let others: Vec<&Handler> =
            step.answer.iter().filter(|one| !matches!(one.what, What::Buttons(_))).collect();
        let rest = replies.iter().find(|reply| reply.when == ReplyIs::Else);
        if inner.is_empty() && others.is_empty() {
            self.comments.splice(0..0, before);
            if let Some(rest) = rest {
                let body = self.body(&rest.then, "any other answer");
                let _ = write!(exits, "\non other {body}");
            }
            return;
        }
        let mut ended = false;
        for one in others {
            ended = ended || self.one(one, None, &mut inner);
        }
        if !ended {
            match rest {
                Some(rest) if self.handlers(&rest.then, &mut inner) => {}
                Some(_) | None => self.push(&mut inner, "-> end"),
            }
        }
        self.comments = before;
        let _ = write!(exits, "\non other {{\n{inner}}}");
    }

    /// Whether the client wrote this.
    fn written(&mut self, value: &str, synonyms: &[String]) -> Option<String> {
        let mut all = Vec::new();
        for word in std::iter::once(value).chain(synonyms.iter().map(String::as_str)) {
            match regex_of(word) {
                Some(pattern) => match self.regex("client.text", pattern) {
                    Some(test) => all.push(test),
                    None => self.lost(&format!("the pattern {pattern} has no words here")),
                },
                None if word.trim().is_empty() => {}
                None => all.push(format!("client.text contains {}", quoted(word))),
            }
        }
        (!all.is_empty()).then(|| all.join(" or "))
    }

    /// What runs when the client has replied, where there are no buttons.
    pub(super) fn answered(&mut self, answer: &[Handler], out: &mut String) -> bool {
        for one in answer {
            self.at.1.clone_from(&one.path);
            let What::Buttons(replies) = &one.what else {
                if self.one(one, None, out) {
                    return true;
                }
                continue;
            };
            let mut rest = None;
            for reply in replies {
                match &reply.when {
                    ReplyIs::Else => rest = Some(reply),
                    ReplyIs::Option { value, synonyms } => {
                        if let Some(condition) = self.written(value, synonyms) {
                            let body = self.body(&reply.then, &format!("the answer {value:?}"));
                            self.push(out, &format!("if {condition} {body}"));
                        }
                    }
                }
            }
            if let Some(rest) = rest
                && self.handlers(&rest.then, out)
            {
                return true;
            }
        }
        false
    }

    /// `on timeout`, from the step that the silence of the client leads to.
    fn silence(&mut self, step: &Step, exits: &mut String) {
        let Some(Handler { what: What::Goto(to), .. }) = step.no_answer.first() else { return };
        let waits = self.plan.step(self.bot, to.step).and_then(|next| match next.question.as_slice() {
            [Handler { what: What::Waits(waits), .. }] => Some(waits.as_slice()),
            _ => None,
        });
        let timers = waits.unwrap_or_default().iter().filter_map(|wait| match wait.event {
            Event::Timer(seconds) => Some((seconds, wait.to)),
            Event::Message | Event::Unknown(_) => None,
        });
        match timers.min_by_key(|(seconds, _)| *seconds) {
            Some((seconds, to)) => {
                let arrow = self.arrow(to);
                let _ = write!(exits, "\non timeout {} {arrow}", duration(seconds));
            }
            None => self.lost("No answer leads to a step without a timer in Kommo, so it is left out"),
        }
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
