//! Messages and what their buttons, lists and silences lead to.

use super::Importer;
use super::met::is_id;
use super::statements::{duration, id};
use super::usable::folded;
use super::words::escaped;
use crate::kommo::bot::{Button, Event, Handler, Message, Reply, ReplyIs, Step, What};
use std::collections::BTreeSet;
use std::fmt::Write;

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

pub(super) fn is_reply(button: &Button) -> bool {
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
    /// Whether nothing follows: it waits.
    pub(super) fn message(&mut self, message: &Message, answered: Option<&Step>, out: &mut String) -> bool {
        let message = &self.usable(message);
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
        let list = message.list.as_ref().map_or("", |list| &list.body);
        let text = if message.text.trim().is_empty() { list } else { &message.text };
        let stand_in = self.stand_in(message, answered.is_some());
        let stand_in = stand_in.filter(|_| text.trim().is_empty());
        if let Some(text) = &stand_in {
            self.lost(&format!("the text of this is not in Kommo's file: put it in place of {text:?}"));
        }
        let text = stand_in.as_deref().unwrap_or(text);
        if text.trim().is_empty() {
            self.lost("a message without a text");
            self.flush(out);
            return false;
        }
        let text = self.text(text);
        let mut head = match (&message.list, &message.template) {
            (Some(_), _) => format!("list {text}"),
            (None, Some(template)) if is_id(&id(template)) => {
                format!("message {}({text})", self.met.template(&id(template)))
            }
            (None, Some(_) | None) => format!("message {text}"),
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

    /// What stands for a message whose text is not in the file, so that what follows from it can be told: a template's, or
    /// that of a file whose buttons lead on.
    fn stand_in(&self, message: &Message, answered: bool) -> Option<String> {
        let leads = answered || !message.buttons.is_empty() || message.on_error.is_some();
        match (&message.template, message.attachments.first()) {
            (Some(template), _) => Some(format!("Template {}", id(template))),
            (None, Some(file)) if leads => Some(format!("({})", file.kind)),
            (None, Some(_) | None) => None,
        }
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
                let (good, bad): (Vec<String>, Vec<String>) =
                    channels.iter().map(id).partition(|id| is_id(id));
                for id in bad {
                    self.lost(&format!("{id:?} is no channel"));
                }
                let names: Vec<String> = good.iter().map(|id| self.met.channel(id)).collect();
                if names.is_empty() { String::new() } else { format!(" via {}", names.join(", ")) }
            }
            (None, Some("over_all")) => " via any".to_owned(),
            (None, Some("any_first")) => " via primary".to_owned(),
            (None, Some(_) | None) => String::new(),
        }
    }

    fn buttons(&mut self, buttons: &[Button], replies: &[Reply]) -> String {
        let mut out = String::from(" buttons [");
        let labels = buttons.iter().filter_map(|button| match button {
            Button::Reply(label) => Some(folded(label)),
            Button::Link { .. } => None,
        });
        let mut seen: BTreeSet<String> = labels.collect();
        for button in buttons {
            match button {
                Button::Link { text, url } => {
                    let _ = write!(out, "\n{} link {},", quoted(text), self.text(url));
                }
                Button::Reply(label) => {
                    let branch = replies.iter().find(|reply| takes(reply, label));
                    let _ = write!(out, "\n{},", self.option(label, branch, "button", &mut seen));
                }
            }
        }
        out + "\n]"
    }

    /// `"Prices" | "price" -> prices`
    fn option(
        &mut self,
        label: &str,
        branch: Option<&Reply>,
        what: &str,
        seen: &mut BTreeSet<String>,
    ) -> String {
        let mut out = quoted(label);
        let Some(branch) = branch else {
            self.lost(&format!("the {what} {label:?} has no branch in Kommo: the bot ends there"));
            return out + " -> end";
        };
        if let ReplyIs::Option { value, synonyms } = &branch.when {
            // The rows of a list go by a name of their own, which nobody writes.
            let own =
                synonyms.iter().filter(|word| word.to_lowercase() != label.to_lowercase() && *word != value);
            let mut mine = BTreeSet::from([String::new(), folded(label)]);
            for word in own.filter(|word| mine.insert(folded(word))) {
                if seen.insert(folded(word)) {
                    let _ = write!(out, " | {}", quoted(word));
                } else {
                    self.lost(&format!(
                        "the synonym {word:?} of {label:?} stands for another {what}, too, and is left out"
                    ));
                }
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
        let rows = list.sections.iter().flat_map(|section| &section.rows);
        let mut seen: BTreeSet<String> = rows.map(|row| folded(&row.title)).collect();
        for section in &list.sections {
            let _ = write!(out, "\nsection {} [", quoted(section.title.as_deref().unwrap_or("Options")));
            for row in &section.rows {
                let known = |value: &str| {
                    row.callback.as_deref() == Some(value) || value.to_lowercase() == row.title.to_lowercase()
                };
                let branch = replies
                    .iter()
                    .find(|reply| matches!(&reply.when, ReplyIs::Option { value, .. } if known(value)));
                let option = self.option(&row.title, branch, "option", &mut seen);
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
                if waits.unwrap_or_default().len() > 1 {
                    self.lost(
                        "No answer waits for more than a timer in Kommo: what the client writes is an answer to this \
                         message here, and longer timers are never over first",
                    );
                }
                let arrow = self.arrow(to);
                let _ = write!(exits, "\non timeout {} {arrow}", duration(seconds));
            }
            None => self.lost("No answer leads to a step without a timer in Kommo, so it is left out"),
        }
    }
}
