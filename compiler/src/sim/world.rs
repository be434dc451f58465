//! The world of one conversation: a lead, its client, the clock, and the run of one bot.

use super::facts;
use super::replay::{Recorded, Took};
use super::show;
use super::transcript::{BotLine, ClientLine, Line, LineKind};
use super::clock;
use sbot_vm::program::{On, SymbolKind, Tables, TriggerKind, Wait};
use sbot_vm::value::Value;
use sbot_vm::{
    ClientMessage, Effect, EffectId, EffectKind, Ending, Event, EventKind, Facts, Limits, Program, Run, RunEvent,
    Status, Trap, Turn, WhyRefused,
};
use std::sync::Arc;

/// A bot that is still busy after so many turns without the client does so for ever.
const MAX_TURNS: usize = 10_000;
/// The end of the year 9999.
const LATEST: i64 = 253_402_300_800_000;

/// A lead, its client, the clock, and the run of one bot.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) program: Arc<Program>,
    pub(super) bot: u32,
    pub(super) limits: Limits,
    pub(super) facts: Facts,
    pub(super) now: i64,
    pub(super) run: Option<Run>,
    pub(super) begun: bool,
    /// The last message that was sent.
    pub(super) sent: Option<EffectId>,
    transcript: Vec<Line>,
    turns: Vec<Vec<Effect>>,
    log: Vec<Recorded>,
    restore_every_turn: bool,
}

/// A world at some moment, to go back to.
#[derive(Clone, Debug)]
pub struct Snapshot {
    facts: Facts,
    now: i64,
    run: Option<Run>,
    begun: bool,
    sent: Option<EffectId>,
    transcript: usize,
    turns: usize,
    log: usize,
}

impl World {
    /// A new lead of a new client, at a moment in milliseconds since 1970-01-01T00:00Z; without one the clock stands
    /// at [`clock::START`].
    #[must_use]
    pub fn new(program: Arc<Program>, bot: u32, at: Option<i64>) -> World {
        let now = at.or_else(|| clock::instant(&program, clock::START)).unwrap_or(0);
        let name = program.tables().bots.get(bot as usize).map_or("", |bot| &*bot.name);
        let facts = facts::new_lead(program.tables(), name, now);
        World {
            bot,
            limits: Limits::default(),
            facts,
            now,
            run: None,
            begun: false,
            sent: None,
            transcript: Vec::new(),
            turns: Vec::new(),
            log: Vec::new(),
            restore_every_turn: false,
            program,
        }
    }

    /// Encodes the run, drops it and decodes it again before every event. Nothing may change by that.
    #[must_use]
    pub fn restoring_every_turn(mut self) -> World {
        self.restore_every_turn = true;
        self
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The tables of the program.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        self.program.tables()
    }

    /// The number of the bot.
    #[must_use]
    pub fn bot(&self) -> u32 {
        self.bot
    }

    /// What the clock shows, in milliseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// What the CRM holds.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The parked run.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// The wait the run is parked in.
    #[must_use]
    pub fn wait(&self) -> Option<&Wait> {
        self.tables().waits.get(self.run.as_ref()?.wait as usize)
    }

    /// Whether a run has ever begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Everything that happened.
    #[must_use]
    pub fn transcript(&self) -> &[Line] {
        &self.transcript
    }

    /// The effects of each turn.
    #[must_use]
    pub fn turns(&self) -> &[Vec<Effect>] {
        &self.turns
    }

    /// All effects, in order.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.turns.iter().flatten()
    }

    /// Every event with the facts of its moment, from which the conversation can be replayed.
    #[must_use]
    pub fn log(&self) -> &[Recorded] {
        &self.log
    }

    /// The messages of the bot, with their places in the transcript.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = (usize, &BotLine)> {
        self.transcript.iter().enumerate().filter_map(|(n, line)| match &line.kind {
            LineKind::Bot(message) => Some((n, message)),
            _other => None,
        })
    }

    /// The labels the client can press now, in order: those of the last message with reply buttons, while the run
    /// waits for an option.
    #[must_use]
    pub fn offered(&self) -> Vec<&str> {
        let asks = |wait: &Wait| wait.exits.iter().any(|exit| matches!(exit.on, On::Option { .. }));
        if !self.wait().is_some_and(asks) {
            return Vec::new();
        }
        let replies = |message: &'_ BotLine| message.buttons.iter().any(|button| button.link.is_none());
        let last = self.messages().rev().map(|(_, message)| message).find(|message| replies(message));
        last.into_iter().flat_map(|m| &m.buttons).filter(|b| b.link.is_none()).map(|b| &*b.label).collect()
    }

    /// The world as it is, to go back to. Going back is possible only to a moment of this world's own past.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            facts: self.facts.clone(),
            now: self.now,
            run: self.run.clone(),
            begun: self.begun,
            sent: self.sent,
            transcript: self.transcript.len(),
            turns: self.turns.len(),
            log: self.log.len(),
        }
    }

    /// Goes back to an earlier moment.
    pub fn restore(&mut self, snapshot: Snapshot) {
        self.facts = snapshot.facts;
        self.now = snapshot.now;
        self.run = snapshot.run;
        self.begun = snapshot.begun;
        self.sent = snapshot.sent;
        self.transcript.truncate(snapshot.transcript);
        self.turns.truncate(snapshot.turns);
        self.log.truncate(snapshot.log);
    }

    /// Adds a line to the transcript.
    pub(super) fn note(&mut self, kind: LineKind) {
        self.transcript.push(Line { at: self.now, kind });
    }

    /// Writes a field, whatever the language says about who may.
    pub fn put(&mut self, field: u32, value: Value) {
        facts::put(&mut self.facts, field, value);
    }

    /// The client writes. Without a channel it is the first one of the bot's trigger.
    pub fn client_says(&mut self, text: &str, via: Option<u32>) {
        self.note(LineKind::Client(ClientLine::Says(text.to_owned())));
        let channel = via.or_else(|| self.channel(TriggerKind::Message));
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
                (false, true) => format!("there is no button {}, and none is offered now", show::quoted(label)),
                (false, false) => {
                    let labels: Vec<String> = offered.iter().map(|label| show::quoted(label)).collect();
                    format!("there is no button {}, there is {}", show::quoted(label), labels.join(", "))
                }
            });
        }
        self.note(LineKind::Client(ClientLine::Presses(label.to_owned())));
        let channel = self.channel(TriggerKind::Message);
        self.happens(EventKind::Press { label: Arc::from(label), channel });
        Ok(())
    }

    /// The client comments on a post.
    pub fn comment(&mut self, text: &str) {
        self.note(LineKind::Client(ClientLine::Comments(text.to_owned())));
        let channel = self.channel(TriggerKind::Comment);
        self.happens(EventKind::Comment { text: Arc::from(text), channel });
    }

    /// The client sends a file without a text.
    pub fn sends(&mut self, file: &str) {
        self.note(LineKind::Client(ClientLine::Sends(file.to_owned())));
        let channel = self.channel(TriggerKind::Message);
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
    pub fn start(&mut self, kind: TriggerKind) {
        let channel = self.channel(kind);
        let (name, event) = match kind {
            TriggerKind::Manual => ("manual", EventKind::Manual),
            TriggerKind::Message => {
                ("message", EventKind::Message(ClientMessage { channel, ..ClientMessage::default() }))
            }
            TriggerKind::Comment => ("comment", EventKind::Comment { text: Arc::from(""), channel }),
        };
        self.note(LineKind::Trigger(name.to_owned()));
        self.happens(event);
    }

    /// Turns the clock on by some seconds. Timers that become due fire one by one, each at its own instant.
    /// Messages count as delivered at once; with `hold` the run is left waiting for the report.
    ///
    /// # Errors
    /// The clock would leave the calendar, or the bot never comes to rest.
    pub fn advance(&mut self, seconds: i64, hold: bool) -> Result<(), String> {
        let until = seconds.checked_mul(1000).and_then(|by| self.now.checked_add(by)).filter(|until| *until < LATEST);
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

    fn turn_clock(&mut self, to: i64) {
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

    /// The channel of an event that names none: the first one of the trigger, or of any trigger, or the first declared.
    fn channel(&self, kind: TriggerKind) -> Option<u32> {
        let triggers = self.tables().bots.get(self.bot as usize).map(|bot| bot.triggers.as_slice()).unwrap_or_default();
        let of_kind = triggers.iter().find(|trigger| trigger.kind == kind).or(triggers.first());
        of_kind
            .and_then(|trigger| trigger.via.first().copied())
            .or_else(|| facts::first_symbol(self.tables(), SymbolKind::Channel))
    }

    /// An event of this moment.
    pub(super) fn event(&self, kind: EventKind) -> Event {
        Event { at: self.now, kind }
    }

    /// Something happens to the lead. True if it made the bot do something.
    fn happens(&mut self, kind: EventKind) -> bool {
        facts::note_client(self.program.tables(), &mut self.facts, &kind);
        if let Some(number) = facts::field(self.tables(), "now", "") {
            self.put(number, Value::DateTime(self.now));
        }
        let event = self.event(kind);
        let facts = self.facts.clone();
        let (took, ran) = match self.run.take() {
            Some(run) => self.resume(run, &event),
            None => self.begin(&event),
        };
        self.log.push(Recorded { event, facts, took });
        if let Some(turn) = ran {
            self.finish(turn);
        }
        took != Took::Nothing
    }

    fn resume(&mut self, run: Run, event: &Event) -> (Took, Option<Turn>) {
        let run = match self.restored(run) {
            Ok(run) => run,
            Err(why) => {
                self.note(LineKind::Failed(why));
                return (Took::Nothing, None);
            }
        };
        match sbot_vm::turn(&self.program, run, event, &self.facts, &self.limits) {
            Ok(turn) => (Took::Resumes, Some(turn)),
            Err(refused) => {
                self.run = Some(refused.run);
                self.note(LineKind::Untaken(match refused.why {
                    WhyRefused::NotAwaited => "the bot does not wait for this".to_owned(),
                    why => why.to_string(),
                }));
                (Took::Nothing, None)
            }
        }
    }

    /// The run after a way through its bytes, if that is asked for.
    fn restored(&self, run: Run) -> Result<Run, String> {
        if !self.restore_every_turn {
            return Ok(run);
        }
        let bytes = run.encode(&self.program);
        let restored = Run::decode(&self.program, &bytes).map_err(|error| error.to_string())?;
        if restored == run { Ok(restored) } else { Err(format!("the restored run differs: {restored:?} is not {run:?}")) }
    }

    /// A run begins if a trigger says so. A bot without any trigger begins with whatever comes first.
    fn begin(&mut self, event: &Event) -> (Took, Option<Turn>) {
        let tables = self.program.tables();
        let starts = match tables.bots.get(self.bot as usize).map(|bot| bot.triggers.is_empty()) {
            Some(true) => {
                !self.begun && matches!(event.kind, EventKind::Manual | EventKind::Message(_) | EventKind::Comment { .. })
            }
            Some(false) | None => {
                match sbot_vm::triggered(&self.program, self.bot, event, &self.facts, &self.limits) {
                    Ok(starts) => starts,
                    Err(trap) => {
                        self.note(LineKind::Trapped(show::trapped(&self.program, &trap)));
                        return (Took::Nothing, None);
                    }
                }
            }
        };
        if !starts {
            self.note(LineKind::Untaken("no bot is running, and no trigger takes this".to_owned()));
            return (Took::Nothing, None);
        }
        match sbot_vm::start(&self.program, self.bot, &[], event, &self.facts, &self.limits) {
            Ok(turn) => {
                self.begun = true;
                (Took::Starts, Some(turn))
            }
            Err(error) => {
                self.note(LineKind::Failed(error.to_string()));
                (Took::Nothing, None)
            }
        }
    }

    fn finish(&mut self, turn: Turn) {
        for effect in &turn.effects {
            self.apply(effect);
        }
        self.turns.push(turn.effects);
        match turn.status {
            Status::Parked(run) => {
                let timers = run.deadlines.iter().map(|due| show::span(&self.program, due - self.now)).collect();
                let name = self.tables().waits.get(run.wait as usize).map_or_else(String::new, |w| w.name.to_string());
                self.run = Some(run);
                self.note(LineKind::Waits { name, timers });
            }
            Status::Ended(ending) => self.end(&ending),
        }
    }

    fn end(&mut self, ending: &Ending) {
        match ending {
            Ending::Done(Value::None) | Ending::Closed => self.note(LineKind::Ended(None)),
            Ending::Done(value) => {
                let value = show::value(&self.program, value);
                self.note(LineKind::Ended(Some(value)));
            }
            Ending::Failed(effect) => {
                let what = self.describe(*effect);
                self.note(LineKind::Failed(format!("nothing takes care of {what}")));
            }
            Ending::Trapped(trap) => {
                let why = show::trapped(&self.program, trap);
                self.note(LineKind::Trapped(why));
            }
        }
    }

    fn describe(&self, id: EffectId) -> String {
        // Ids begin anew with every run; the run that ended is the last one.
        let effect = self.turns.iter().flatten().rev().find(|effect| effect.id == id);
        effect.map_or_else(|| "an effect".to_owned(), |effect| show::effect(&self.program, &effect.kind))
    }

    /// Carries out an effect: messages are shown, the CRM changes as the action declares, all else is only recorded.
    pub fn apply(&mut self, effect: &Effect) {
        match &effect.kind {
            EffectKind::Message(message) => {
                self.sent = Some(effect.id);
                let line = show::message(&self.program, message);
                self.note(LineKind::Bot(line));
                return;
            }
            EffectKind::Set { field, value } => self.put(*field, value.clone()),
            EffectKind::Action { action, args } => {
                facts::echo(self.program.tables(), &mut self.facts, *action, args);
            }
            EffectKind::Event(RunEvent::NotSet { field }) => {
                let field = show::field(&self.program, *field);
                self.note(LineKind::NotSet(field));
                return;
            }
            // The end of the run tells of these.
            EffectKind::Event(RunEvent::Failed { .. } | RunEvent::Trapped(_)) => return,
        }
        let text = show::effect(&self.program, &effect.kind);
        self.note(LineKind::Effect(text));
    }

    /// The value of a function of a test, which takes the variables of the bot: those of the parked run, and absent
    /// ones where there is none.
    ///
    /// # Errors
    /// The function could not be finished.
    pub fn evaluate(&self, function: u32) -> Result<Value, Trap> {
        let count = self.tables().functions.get(function as usize).map_or(0, |function| usize::from(function.params));
        let mut args = vec![Value::None; count];
        if let (Some(wait), Some(run)) = (self.wait(), &self.run) {
            for (live, value) in wait.live.iter().zip(&run.values) {
                if let Some(arg) = args.get_mut(usize::from(live.reg)) {
                    *arg = value.clone();
                }
            }
        }
        let event = self.event(EventKind::Manual);
        sbot_vm::evaluate(&self.program, function, &args, &event, &self.facts, &self.limits)
    }
}
