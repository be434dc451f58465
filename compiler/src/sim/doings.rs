//! What can be done in the world: the client writes, presses, comments; the clock is turned; a delivery fails.

use super::facts;
use super::show;
use super::transcript::{ClientLine, LineKind};
use super::world::World;
use sbot_vm::program::{Echo, On, SymbolKind, TriggerKind, Wait};
use sbot_vm::value::Value;
use sbot_vm::{Channel, ClientMessage, EffectId, EffectKind, EventKind, convert};
use std::sync::Arc;

/// A bot that is still busy after so many turns without the client does so for ever.
pub(super) const MAX_TURNS: usize = 100_000;
/// The end of the year 9999.
const LATEST: i64 = 253_402_300_800_000;

impl World {
    /// The client writes. Without a channel it is the first one of the bot's trigger.
    pub fn client_says(&mut self, text: &str, via: Option<u32>) {
        self.note(LineKind::Client(ClientLine::Says(text.to_owned())));
        let channel = via.or_else(|| self.channel(&TriggerKind::Message)).map(Channel::Declared);
        self.happens(EventKind::Message(ClientMessage {
            text: Some(Arc::from(text)),
            channel,
            ..ClientMessage::default()
        }));
    }

    /// The client presses a button that some message has shown.
    ///
    /// # Errors
    /// No message has shown such a button, or it is a link.
    pub fn press(&mut self, label: &str) -> Result<(), String> {
        let shown: Vec<&str> = self
            .messages()
            .flat_map(|(_, message)| &message.buttons)
            .filter(|button| button.link.is_none())
            .map(|button| &*button.label)
            .collect();
        if !shown.contains(&label) {
            let offered = self.offered();
            return Err(match (shown.is_empty(), offered.is_empty()) {
                (true, _) => format!("there is no button {}: no message has shown one", show::quoted(label)),
                (false, true) => {
                    format!("there is no button {}, and none is offered now", show::quoted(label))
                }
                (false, false) => {
                    let labels: Vec<String> = offered.iter().map(|label| show::quoted(label)).collect();
                    format!("there is no button {}, there is {}", show::quoted(label), labels.join(", "))
                }
            });
        }
        self.note(LineKind::Client(ClientLine::Presses(label.to_owned())));
        let channel = self.channel(&TriggerKind::Message).map(Channel::Declared);
        self.happens(EventKind::Press { label: Arc::from(label), channel });
        Ok(())
    }

    /// The client comments on a post.
    pub fn comment(&mut self, text: &str) {
        self.note(LineKind::Client(ClientLine::Comments(text.to_owned())));
        let channel = self.channel(&TriggerKind::Comment).map(Channel::Declared);
        self.happens(EventKind::Comment { text: Arc::from(text), channel });
    }

    /// The client sends a file without a text.
    pub fn sends(&mut self, file: &str) {
        self.note(LineKind::Client(ClientLine::Sends(file.to_owned())));
        let channel = self.channel(&TriggerKind::Message).map(Channel::Declared);
        self.happens(EventKind::Message(ClientMessage {
            channel,
            file: Some(Arc::from(file)),
            ..ClientMessage::default()
        }));
    }

    /// The client opens a video.
    pub fn opens_video(&mut self) {
        self.note(LineKind::Client(ClientLine::OpensVideo));
        self.happens(EventKind::VideoOpened);
    }

    /// The client closes a video.
    pub fn closes_video(&mut self) {
        self.note(LineKind::Client(ClientLine::ClosesVideo));
        self.happens(EventKind::VideoClosed);
    }

    /// Starts the bot by a kind of trigger, with nothing said.
    pub fn start(&mut self, kind: &TriggerKind) {
        let channel = self.channel(kind).map(Channel::Declared);
        let event = match kind {
            TriggerKind::Message => EventKind::Message(ClientMessage { channel, ..ClientMessage::default() }),
            TriggerKind::Comment => EventKind::Comment { text: Arc::from(""), channel },
            TriggerKind::Manual
            | TriggerKind::Stage(_)
            | TriggerKind::LeadCreated
            | TriggerKind::TagAdded(_)
            | TriggerKind::TagRemoved(_)
            | TriggerKind::ResponsibleChanged
            | TriggerKind::FieldChanged(_)
            | TriggerKind::FormSent(_)
            | TriggerKind::Every { .. }
            | TriggerKind::Before { .. }
            | TriggerKind::After { .. }
            | TriggerKind::Silence(_)
            | TriggerKind::ConversationClosed => EventKind::Trigger(kind.clone()),
        };
        self.note(LineKind::Trigger(sbot_vm::trigger_name(self.tables(), kind)));
        self.happens(event);
    }

    /// Turns the clock on by some seconds. Timers that become due fire one by one, each at its own instant.
    /// Messages count as delivered at once; with `hold` the run is left waiting for the report.
    ///
    /// # Errors
    /// The clock would leave the calendar, or the bot never comes to rest.
    pub fn advance(&mut self, seconds: i64, hold: bool) -> Result<(), String> {
        let until =
            seconds.checked_mul(1000).and_then(|by| self.now.checked_add(by)).filter(|until| *until < LATEST);
        let until = until.ok_or("the clock does not go past the year 9999")?;
        for _ in 0..MAX_TURNS {
            let due = self.run.as_ref().and_then(|run| run.deadlines.iter().min().copied());
            let Some(due) = due.filter(|due| *due <= until) else {
                self.turn_clock(until);
                return Ok(());
            };
            self.turn_clock(due.max(self.now));
            if !self.happens(EventKind::Timer) {
                return Err("a timer is due and the run does not take it".to_owned());
            }
            if !hold {
                self.deliver()?;
            }
        }
        Err(format!("the bot has taken {MAX_TURNS} turns without the client and goes on"))
    }

    pub(super) fn turn_clock(&mut self, to: i64) {
        let moved = to - self.now;
        self.now = to;
        if moved > 0 {
            let by = show::span(&self.program, moved);
            let to = show::plain(&self.program, &Value::DateTime(to));
            self.note(LineKind::Clock { by, to });
        }
    }

    /// Whether the run waits for the report that its message was delivered.
    #[must_use]
    pub fn awaits_delivery(&self) -> bool {
        let asks = |wait: &Wait| wait.exits.iter().any(|exit| exit.on == On::Delivered);
        self.wait().is_some_and(asks)
    }

    /// Reports messages as delivered, as long as the run waits for that.
    ///
    /// # Errors
    /// The bot never comes to rest.
    pub fn deliver(&mut self) -> Result<(), String> {
        for _ in 0..MAX_TURNS {
            if !self.deliver_one() {
                return Ok(());
            }
        }
        Err(format!("the bot has sent {MAX_TURNS} messages without the client and goes on"))
    }

    /// Reports one message as delivered. False if the run does not wait for that.
    pub fn deliver_one(&mut self) -> bool {
        let effect = if self.awaits_delivery() { self.run.as_ref().and_then(|run| run.effect) } else { None };
        effect.is_some_and(|effect| self.happens(EventKind::Delivered { effect }))
    }

    /// Reports the last message as one that could not be delivered.
    ///
    /// # Errors
    /// There is no message.
    pub fn fail_last_message(&mut self) -> Result<(), String> {
        let effect = self.sent.ok_or("no message has been sent yet")?;
        self.note(LineKind::NotDelivered);
        self.happens(EventKind::Failed { effect });
        Ok(())
    }

    /// The action whose answer the run waits for, with its effect.
    #[must_use]
    pub fn awaited_action(&self) -> Option<(EffectId, u32)> {
        let run = self.run.as_ref()?;
        Some((run.effect?, self.program.awaited_action(run.wait)?))
    }

    /// The action that the run waits for could not be carried out.
    ///
    /// # Errors
    /// The run does not wait for this action.
    pub fn fail_action(&mut self, action: u32) -> Result<(), String> {
        let (effect, awaited) =
            self.awaited_action().ok_or("the bot does not wait for the answer of an action")?;
        let name = |action: u32| {
            self.tables()
                .actions
                .get(action as usize)
                .map_or_else(|| "?".into(), |action| action.name.clone())
        };
        if awaited != action {
            return Err(format!("the bot waits for the answer of `{}`", name(awaited)));
        }
        self.note(LineKind::Answer(format!("{}.failed()", name(action))));
        self.happens(EventKind::Failed { effect });
        Ok(())
    }

    /// The host answers the action that the run waits for: with one of its exits, or with its result.
    ///
    /// # Errors
    /// The run does not wait for this action, or not for this answer.
    pub fn answer(&mut self, action: u32, exit: Option<u32>, values: Vec<Value>) -> Result<(), String> {
        let (effect, awaited) =
            self.awaited_action().ok_or("the bot does not wait for the answer of an action")?;
        let name = |action: u32| {
            self.tables()
                .actions
                .get(action as usize)
                .map_or_else(|| "?".into(), |action| action.name.clone())
        };
        if awaited != action {
            return Err(format!("the bot waits for the answer of `{}`", name(awaited)));
        }
        let exits = self.tables().actions.get(action as usize).map(|action| &action.exits);
        let named = exit.and_then(|exit| Some(exits?.get(exit as usize)?.name.clone()));
        let shown: Vec<String> = values.iter().map(|value| show::value(&self.program, value)).collect();
        let called =
            named.map_or_else(|| name(action).to_string(), |exit| format!("{}.{exit}", name(action)));
        self.note(LineKind::Answer(format!("{called}({})", shown.join(", "))));
        self.write_input(effect, values.first());
        if self.happens(EventKind::Answer { effect, exit, values }) {
            Ok(())
        } else {
            Err("the bot does not wait for this answer".to_owned())
        }
    }

    /// A person has entered the value of a field: the host writes it before it answers.
    fn write_input(&mut self, effect: EffectId, value: Option<&Value>) {
        // Ids begin anew with every run; the run that waits is the last one.
        let asked = self.turns.iter().flatten().rev().find(|asked| asked.id == effect);
        let Some(EffectKind::Action { action, args }) = asked.map(|asked| &asked.kind) else { return };
        let Some(declared) = self.tables().actions.get(*action as usize) else { return };
        let at = declared.params.iter().position(|param| &*param.name == "field");
        let (Echo::Input, Some(at), Some(Value::Text(text))) = (declared.echo, at, value) else { return };
        let Some(Value::Symbol(symbol)) = args.get(at) else { return };
        let name = self.tables().symbols.get(*symbol as usize).map_or("", |symbol| &*symbol.name);
        let field = name.split_once('.').and_then(|(entity, name)| facts::field(self.tables(), entity, name));
        let Some(number) = field else { return };
        let row = self.tables().fields.get(number as usize);
        if let Some(value) = row.and_then(|row| convert::to_field(text, row, self.program.context())) {
            self.put(number, value);
        }
    }

    /// The channel of an event that names none: the first one of the trigger, or of any trigger, or the first declared.
    fn channel(&self, kind: &TriggerKind) -> Option<u32> {
        let triggers =
            self.tables().bots.get(self.bot as usize).map(|bot| bot.triggers.as_slice()).unwrap_or_default();
        let of_kind = triggers.iter().find(|trigger| trigger.kind == *kind).or(triggers.first());
        of_kind
            .and_then(|trigger| trigger.via.first().copied())
            .or_else(|| facts::first_symbol(self.tables(), SymbolKind::Channel))
    }
}
