//! Statements that do something or wait, as handlers.

use super::Exporter;
use super::eval::{Halt, Known};
use super::finding::{Finding, Severity};
use super::state::{Checking, State};
use super::sym::{Source, Sym};
use super::walk::{Block, Made, handler};
use crate::ir::{Exit, LocalId, Message, On, Rotate, Stmt, StmtKind, Validate, Wait};
use crate::kommo::bot::{
    self, Attachment, Button, Event, List, Recipient, Reply, ReplyIs, Row, Section, Stop, Target, What,
};
use crate::kommo::names;
use crate::source::Place;
use sbot_vm::program::{MOST_BUTTONS, Recipients, Via};
use sbot_vm::value::Value;

/// What WhatsApp shows of a button.
const WHATSAPP_LABEL: usize = 20;

impl<'a> Exporter<'a> {
    /// Adds what a statement does to its block.
    pub(super) fn emit(&mut self, stmt: &'a Stmt, state: &mut State<'a>, block: &mut Block) -> Known<Made> {
        let apart = !block.question.is_empty();
        match &stmt.kind {
            StmtKind::Message(message) => self.message(message, stmt.place, state, block),
            StmtKind::Pause(pause) if !apart => self.pause(&pause.wait, state, block),
            StmtKind::Validate(validate) => self.validate(validate, state, block),
            StmtKind::Rotate(rotate) if !apart => self.rotate(rotate, state, block),
            StmtKind::Set { field, value, convert } => {
                let value = match value {
                    Some(value) => self.eval(value, state)?,
                    None => Sym::Known(Value::None),
                };
                let what = self.set_field(*field, &value, *convert, stmt.place)?;
                let name =
                    self.project.fields.get(field.0 as usize).map(ToString::to_string).unwrap_or_default();
                block.question.push(what);
                changed(state, &name);
                state.advance();
                Ok(Made::On)
            }
            StmtKind::Var { var, value } => {
                let value = self.eval(value, state)?;
                let (what, field) = self.set_var(*var, &value, stmt.place)?;
                block.question.push(what);
                changed(state, &field);
                state.advance();
                Ok(Made::On)
            }
            StmtKind::Act(act) => self.act(act, stmt.place, state, block),
            StmtKind::HandOver { bot, args } => {
                let bot =
                    self.project.bots.get(bot.0 as usize).map(|bot| bot.name.clone()).unwrap_or_default();
                if !args.is_empty() {
                    return Err(Halt::cannot(Finding::error(
                        stmt.place,
                        "Salesbot starts another bot without arguments",
                        "set a field first, which the other bot reads",
                    )));
                }
                let id = self.ids.get("bots", &bot, stmt.place);
                block.question.push(What::Stop(Stop::StartBot(id)));
                Ok(Made::Closed)
            }
            StmtKind::Enter(_) => Err(Halt::cannot(Finding::error(
                stmt.place,
                "whether a bot that Salesbot starts gives control back is not published",
                "make a flow of what the other bot does, or hand over with `-> bot`",
            ))),
            StmtKind::Pause(_) | StmtKind::Rotate(_) => Ok(Made::Apart),
            StmtKind::If { .. }
            | StmtKind::Local { .. }
            | StmtKind::Block(_)
            | StmtKind::For { .. }
            | StmtKind::While { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto { .. }
            | StmtKind::End => Err(Halt::Reported),
        }
    }

    fn message(
        &mut self,
        message: &'a Message,
        place: Place,
        state: &mut State<'a>,
        block: &mut Block,
    ) -> Known<Made> {
        let mut sent = self.sent(message, place, state)?;
        let exits = message.wait.as_ref().map(|wait| wait.exits.as_slice()).unwrap_or_default();
        // A block of the editor has one way for what could not be delivered.
        sent.on_error = self.fails(exits, state);
        let other = block
            .question
            .iter()
            .any(|what| matches!(what, What::Message(before) if before.on_error != sent.on_error));
        if other {
            return Ok(Made::Apart);
        }
        if message.wait.is_none() {
            block.question.push(What::Message(Box::new(sent)));
            state.advance();
            return Ok(Made::On);
        }
        let replies = self.replies(message, exits, state, place)?;
        if replies.is_empty() {
            return self.answered(sent, exits, state, block);
        }
        let timers = self.timers(exits, state)?;
        block.question.push(What::Message(Box::new(sent)));
        block.answer.push(What::Buttons(replies));
        if !timers.is_empty() {
            let step = block.step.clone();
            let waits = self.add(Block { step, question: vec![What::Waits(timers)], ..Block::default() });
            block.no_answer =
                Some(Target { step: i64::try_from(waits).unwrap_or_default(), part: bot::Part::Question });
        }
        Ok(Made::Closed)
    }

    /// A message without buttons that waits: the pause is a block of its own.
    fn answered(
        &mut self,
        sent: bot::Message,
        exits: &'a [Exit],
        state: &mut State<'a>,
        block: &mut Block,
    ) -> Known<Made> {
        let delivered = |exit: &&Exit| matches!(exit.on, On::Delivered);
        let waits = self.waits(exits, state)?;
        block.question.push(What::Message(Box::new(sent)));
        let next = if waits.is_empty() {
            let body = exits.iter().find(delivered).map(|exit| exit.body.as_slice()).unwrap_or_default();
            self.exit(state, body, &[])
        } else {
            self.waiting(waits, block)
        };
        block.question.push(What::Goto(next));
        Ok(Made::Closed)
    }

    /// A block that waits.
    fn waiting(&mut self, waits: Vec<bot::Wait>, block: &Block) -> Target {
        let step = block.step.clone();
        let number = self.add(Block { step, question: vec![What::Waits(waits)], ..Block::default() });
        Target { step: i64::try_from(number).unwrap_or_default(), part: bot::Part::Question }
    }

    /// Where a message leads that could not be delivered.
    fn fails(&mut self, exits: &'a [Exit], state: &State<'a>) -> Option<Target> {
        let own = exits.iter().find(|exit| matches!(exit.on, On::Failed));
        if let Some(exit) = own {
            return Some(self.exit(state, &exit.body, &[]));
        }
        let bot = self.bot;
        let Some(step) = bot.on_failed else {
            let place = self.here();
            self.report.once(Finding::new(
                Severity::Note,
                place,
                "this bot has no way for messages that could not be delivered; Kommo's bots then hang",
                "write `on failed -> STEP` in its first line",
            ));
            return None;
        };
        let body = bot.steps.get(step.0 as usize).map(|step| step.body.as_slice())?;
        Some(self.go(State::step(step, body, Vec::new())))
    }

    /// What a message shows.
    fn sent(&mut self, message: &'a Message, place: Place, state: &State<'a>) -> Known<bot::Message> {
        let mut sent = bot::Message { starting: Some(false), ..bot::Message::default() };
        if let Some(text) = &message.text {
            let value = self.eval(text, state)?;
            sent.text = self.shown(&value, text.place)?;
        }
        for (file, voice) in message
            .attach
            .iter()
            .map(|file| (file, false))
            .chain(message.voice.iter().map(|file| (file, true)))
        {
            sent.attachments.push(self.file(file, voice, state)?);
        }
        self.channels(message, place, &mut sent)?;
        if let Some(template) = &message.template {
            sent.template = Some(self.symbol_id(template.symbol, place)?);
            if !template.args.is_empty() {
                self.report.add(Finding::new(
                    Severity::Warning,
                    place,
                    "Salesbot gives a template no values: Kommo fills in what the template itself names",
                    "put the same placeholders into the template in Kommo",
                ));
            }
        }
        if let Some(list) = &message.list {
            sent.list = Some(self.list(message, list, place, &sent.text, state)?);
            return Ok(sent);
        }
        for (button, label) in message.buttons.iter().zip(self.labels(message, state)?) {
            sent.buttons.push(match &button.link {
                Some(url) => {
                    let url = self.eval(url, state).and_then(|value| self.shown(&value, place))?;
                    Button::Link { text: label, url }
                }
                None => Button::Reply(label),
            });
        }
        if message.from.is_some() {
            sent.buttons.extend(self.labels(message, state)?.into_iter().map(Button::Reply));
        }
        Ok(sent)
    }

    /// The labels of the buttons; they are the same in every conversation.
    fn labels(&mut self, message: &'a Message, state: &State<'a>) -> Known<Vec<String>> {
        let mut labels = Vec::new();
        if let Some(from) = &message.from {
            let place = from.list.place;
            let Sym::Known(Value::List(items)) = self.eval(&from.list, state)? else {
                return Err(Halt::cannot(Finding::error(
                    place,
                    "the buttons of a Salesbot are the same in every conversation",
                    "write them one by one, or ask in words",
                )));
            };
            for item in items.iter().take(MOST_BUTTONS) {
                labels.extend(self.constants.text(item, place));
            }
            if items.len() > MOST_BUTTONS {
                self.report.add(Finding::new(
                    Severity::Note,
                    place,
                    format!(
                        "of {} texts, the first {MOST_BUTTONS} become buttons, here as there",
                        items.len()
                    ),
                    "offer fewer",
                ));
            }
        }
        for button in &message.buttons {
            let place = button.label.place;
            let value = self.eval(&button.label, state)?;
            let label = self.shown(&value, place)?;
            if label.contains("{{") {
                return Err(Halt::cannot(Finding::error(
                    place,
                    "Kommo compares answers with the label as it is written, so it cannot have a placeholder",
                    "write the label itself",
                )));
            }
            if message.list.is_none() && self.whatsapp && label.chars().count() > WHATSAPP_LABEL {
                self.report.add(Finding::new(
                    Severity::Warning,
                    place,
                    format!(
                        "WhatsApp shows {WHATSAPP_LABEL} characters of a button, and this label has {}",
                        label.chars().count()
                    ),
                    "shorten it",
                ));
            }
            labels.push(label);
        }
        Ok(labels)
    }

    fn list(
        &mut self,
        message: &'a Message,
        list: &'a crate::ir::List,
        place: Place,
        body: &str,
        state: &State<'a>,
    ) -> Known<List> {
        let text = |this: &mut Self, expr: &crate::ir::Expr| {
            let value = this.eval(expr, state)?;
            this.shown(&value, expr.place)
        };
        let mut made = List { body: body.to_owned(), ..List::default() };
        made.button = Some(text(self, &list.button)?);
        made.title = list.title.as_ref().map(|title| text(self, title)).transpose()?;
        made.footer = list.footer.as_ref().map(|footer| text(self, footer)).transpose()?;
        let mut labels = self.labels(message, state)?.into_iter();
        let mut number = 0;
        for section in &list.sections {
            let mut rows = Vec::new();
            for about in &section.abouts {
                number += 1;
                rows.push(Row {
                    title: labels.next().unwrap_or_default(),
                    description: about.as_ref().map(|about| text(self, about)).transpose()?,
                    callback: Some(callback(number)),
                });
            }
            made.sections.push(Section { title: Some(text(self, &section.title)?), rows });
        }
        self.report.once(Finding::new(
            Severity::Warning,
            place,
            "where Kommo keeps the title, the footer, the button and the descriptions of a list is not published",
            "they are written as `header`, `footer`, `button` and `description`: look at the block after the import",
        ));
        Ok(made)
    }

    /// Who gets a message, and on which channels.
    fn channels(&mut self, message: &Message, place: Place, sent: &mut bot::Message) -> Known<()> {
        let who = match message.to {
            Recipients::All => "all_contacts",
            Recipients::Chat | Recipients::Main => "main_contact",
        };
        let way = match &message.via {
            Via::Any | Via::Channels(_) => "over_all",
            Via::Primary => "any_first",
            Via::Chat => "last_active",
        };
        if matches!(message.via, Via::Chat) {
            self.report.once(Finding::new(
                Severity::Note,
                place,
                "a message without `to` and `via` goes to the main contact in the channel that was active last",
                "that is the chat the client has just written in; Kommo has no other word for it",
            ));
        }
        sent.recipient = Some(Recipient { who: who.to_owned(), way: Some(way.to_owned()) });
        if let Via::Channels(channels) = &message.via {
            let ids = channels.iter().map(|channel| self.symbol_id(*channel, place));
            sent.channels = Some(ids.collect::<Known<_>>()?);
        }
        Ok(())
    }

    fn file(&mut self, file: &crate::ir::Expr, voice: bool, state: &State<'a>) -> Known<Attachment> {
        let value = self.eval(file, state)?;
        let Sym::Known(Value::File(path) | Value::Text(path)) = value else {
            return Err(Halt::cannot(Finding::error(
                file.place,
                "Salesbot sends the same file in every conversation",
                "write the file itself",
            )));
        };
        let ending = path.rsplit('.').next().unwrap_or_default().to_lowercase();
        let picture = ["png", "jpg", "jpeg", "gif", "webp"].contains(&ending.as_str());
        let kind = match (voice, picture) {
            (true, _) => "voice",
            (false, true) => "picture",
            (false, false) => "file",
        };
        if kind != "picture" {
            self.report.add(Finding::new(
                Severity::Warning,
                file.place,
                format!("what Kommo calls an attachment that is no picture is not published; `{path}` is written as `{kind}`"),
                "look at the block after the import, and attach the file again if it is missing",
            ));
        }
        // An address needs no upload.
        let external = path.starts_with("https://") || path.starts_with("http://");
        let value = if external { path.to_string() } else { self.ids.text("files", &path, file.place) };
        Ok(Attachment { kind: kind.to_owned(), external: external || value.starts_with("http"), value })
    }

    /// Where replies lead; empty where a message has none to choose.
    fn replies(
        &mut self,
        message: &'a Message,
        exits: &'a [Exit],
        state: &State<'a>,
        place: Place,
    ) -> Known<Vec<Reply>> {
        let labels = self.labels(message, state)?;
        let mut replies = Vec::new();
        for exit in exits {
            match &exit.on {
                On::Option { button, synonyms } => {
                    let label = labels.get(*button).cloned().unwrap_or_default();
                    let mut words = Vec::new();
                    for synonym in synonyms {
                        let value = self.eval(synonym, state)?;
                        words.push(self.shown(&value, synonym.place)?);
                    }
                    self.contained(&words, exit.place);
                    let to = self.exit(state, &exit.body, &self.binds(&exit.on, &exit.binds));
                    replies.push(if message.list.is_some() {
                        words.insert(0, label);
                        reply(callback(button + 1), words, to)
                    } else {
                        reply(label, words, to)
                    });
                }
                On::Chosen => {
                    for label in &labels {
                        let chosen = Sym::Known(Value::text(label));
                        let binds: Vec<(LocalId, Sym)> =
                            exit.binds.iter().map(|local| (*local, chosen.clone())).collect();
                        let to = self.exit(state, &exit.body, &binds);
                        replies.push(reply(label.clone(), Vec::new(), to));
                    }
                }
                On::Other
                | On::Message
                | On::Timeout(_)
                | On::Failed
                | On::Delivered
                | On::Hours(_)
                | On::VideoOpened
                | On::VideoClosed
                | On::Answer(_)
                | On::Result
                | On::Drawn(_) => {}
            }
        }
        if replies.is_empty() {
            return Ok(replies);
        }
        let Some(other) = exits.iter().find(|exit| matches!(exit.on, On::Other)) else {
            return Err(Halt::cannot(Finding::error(
                place,
                "any other answer ends a message with buttons in Kommo, and here it goes on waiting",
                "say where it leads: `on other -> STEP`",
            )));
        };
        let to = self.exit(state, &other.body, &self.binds(&other.on, &other.binds));
        replies.push(Reply { path: String::new(), when: ReplyIs::Else, then: vec![handler(What::Goto(to))] });
        Ok(replies)
    }

    /// Synonyms are found inside of longer messages here.
    fn contained(&mut self, words: &[String], place: Place) {
        if !words.is_empty() {
            self.report.once(Finding::new(
                Severity::Warning,
                place,
                "Kommo does not publish whether a synonym counts inside of a longer message, as it does here",
                "try it in your account; where it does not, add the usual sentences as synonyms",
            ));
        }
    }

    /// The timers of a wait.
    fn timers(&mut self, exits: &'a [Exit], state: &State<'a>) -> Known<Vec<bot::Wait>> {
        let mut timers = Vec::new();
        for exit in exits {
            if let On::Timeout(after) = &exit.on {
                let seconds = self.seconds(after, state)?;
                let to = self.exit(state, &exit.body, &[]);
                timers.push(bot::Wait { path: String::new(), event: Event::Timer(seconds), to });
            }
        }
        Ok(timers)
    }

    /// What a pause waits for.
    fn waits(&mut self, exits: &'a [Exit], state: &State<'a>) -> Known<Vec<bot::Wait>> {
        let mut waits = Vec::new();
        for exit in exits {
            let event = match &exit.on {
                On::Message | On::Other => Event::Message,
                On::Timeout(after) => Event::Timer(self.seconds(after, state)?),
                On::Hours(_) => return Err(unknown(exit.place, "a pause until working hours")),
                On::VideoOpened | On::VideoClosed => {
                    return Err(unknown(exit.place, "a pause until a video is watched"));
                }
                On::Failed
                | On::Delivered
                | On::Option { .. }
                | On::Chosen
                | On::Answer(_)
                | On::Result
                | On::Drawn(_) => continue,
            };
            let to = self.exit(state, &exit.body, &self.binds(&exit.on, &exit.binds));
            waits.push(bot::Wait { path: String::new(), event, to });
        }
        Ok(waits)
    }

    fn pause(&mut self, wait: &'a Wait, state: &mut State<'a>, block: &mut Block) -> Known<Made> {
        let waits = self.waits(&wait.exits, state)?;
        block.question.push(What::Waits(waits));
        Ok(Made::Closed)
    }

    /// Waits for the message that is checked then; before a further try it says what was wrong.
    fn validate(&mut self, validate: &'a Validate, state: &mut State<'a>, block: &mut Block) -> Known<Made> {
        let left = match (state.checking, &validate.retry) {
            (Some(Checking::Retry { left }), Some(retry)) => {
                if !block.question.is_empty() {
                    return Ok(Made::Apart);
                }
                let value = self.eval(&retry.saying, state)?;
                let text = self.shown(&value, retry.saying.place)?;
                let on_error = self.fails(&[], state);
                let (who, way) = ("main_contact".to_owned(), Some("last_active".to_owned()));
                let recipient = Some(Recipient { who, way });
                let starting = Some(false);
                let sent = bot::Message { text, on_error, recipient, starting, ..bot::Message::default() };
                block.question.push(What::Message(Box::new(sent)));
                left
            }
            (_, Some(retry)) => {
                let Sym::Known(Value::Int(count)) = self.eval(&retry.count, state)? else {
                    return Err(Halt::cannot(Finding::error(
                        retry.count.place,
                        "Salesbot has no counter of tries: each try is a block",
                        "write the number itself",
                    )));
                };
                count.clamp(0, 100)
            }
            (_, None) => 0,
        };
        let mut next = state.clone();
        next.wait();
        next.checking = Some(Checking::Test { left });
        let to = self.go(next);
        let mut waits = vec![bot::Wait { path: String::new(), event: Event::Message, to }];
        waits.extend(self.timers(&validate.wait.exits, state)?);
        if block.question.is_empty() {
            block.question.push(What::Waits(waits));
        } else {
            let to = self.waiting(waits, block);
            block.question.push(What::Goto(to));
        }
        Ok(Made::Closed)
    }

    fn rotate(&mut self, rotate: &'a Rotate, state: &mut State<'a>, block: &mut Block) -> Known<Made> {
        let mut variants = Vec::new();
        for exit in &rotate.wait.exits {
            // A draw takes no time.
            let mut next = state.clone();
            next.advance();
            next.answers.clear();
            next.fresh = false;
            next.push(super::state::Code::block(&exit.body, true));
            variants.push(self.go(next));
        }
        let seed = names::uuid(&format!("{}/{}/{:016x}", self.bot.name, rotate.wait.name, rotate.hash));
        block.question.push(What::Distribution { seed: Some(seed), variants });
        Ok(Made::Closed)
    }
}

/// A field has another value now.
fn changed(state: &mut State<'_>, name: &str) {
    let is = |source: &Source| matches!(source, Source::Field(field) if **field == *name || field.is_empty());
    state.forget(&is, "is what a field held before it was set, and Kommo knows what it holds now");
}

fn reply(value: String, synonyms: Vec<String>, to: Target) -> Reply {
    Reply {
        path: String::new(),
        when: ReplyIs::Option { value, synonyms },
        then: vec![handler(What::Goto(to))],
    }
}

/// What a row of a list answers with.
fn callback(number: usize) -> String {
    format!("option_{number}")
}

/// Something whose JSON nobody has published.
pub(super) fn unknown(place: Place, what: &str) -> Halt {
    Halt::cannot(Finding::error(
        place,
        format!("how Kommo's file writes {what} is published nowhere"),
        "leave it out, and add the step by hand in the editor after the import",
    ))
}
