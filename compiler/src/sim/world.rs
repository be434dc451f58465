//! The world of one conversation: a lead, its client, the clock, and the run of one bot.

use super::clock;
use super::facts;
use super::replay::Recorded;
use super::transcript::{BotLine, Line, LineKind};
use sbot_vm::program::{Live, On, Tables, TriggerKind, Wait};
use sbot_vm::value::Value;
use sbot_vm::{Effect, EffectId, Event, EventKind, Facts, Limits, Program, Run, Trap};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A lead, its client, the clock, and the run of one bot.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) program: Arc<Program>,
    pub(super) bot: u32,
    /// What the bot is started with: absent for each parameter that takes its default.
    pub(super) args: Vec<Value>,
    pub(super) limits: Limits,
    pub(super) facts: Facts,
    pub(super) now: i64,
    pub(super) run: Option<Run>,
    pub(super) begun: bool,
    /// The last message that was sent.
    pub(super) sent: Option<EffectId>,
    /// What each counter draws next.
    pub(super) counters: BTreeMap<u32, u32>,
    /// When each trigger of the bot last started it.
    pub(super) started: Vec<Option<i64>>,
    pub(super) transcript: Vec<Line>,
    pub(super) turns: Vec<Vec<Effect>>,
    /// The marks that all turns have passed.
    pub(super) marks: Vec<u32>,
    pub(super) log: Vec<Recorded>,
    pub(super) restore_every_turn: bool,
}

/// A world at some moment, to go back to.
#[derive(Clone, Debug)]
pub struct Snapshot {
    facts: Facts,
    now: i64,
    run: Option<Run>,
    begun: bool,
    sent: Option<EffectId>,
    counters: BTreeMap<u32, u32>,
    started: Vec<Option<i64>>,
    transcript: usize,
    turns: usize,
    marks: usize,
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
        let params = program.tables().bots.get(bot as usize).map_or(0, |bot| bot.params.len());
        World {
            bot,
            args: vec![Value::None; params],
            limits: Limits::default(),
            facts,
            now,
            run: None,
            begun: false,
            sent: None,
            counters: BTreeMap::new(),
            started: Vec::new(),
            transcript: Vec::new(),
            turns: Vec::new(),
            marks: Vec::new(),
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

    /// Starts the bot with these values, as another bot would that runs it. Otherwise each parameter takes its default.
    #[must_use]
    pub fn with_args(mut self, args: &[Value]) -> World {
        self.args = args.to_vec();
        self
    }

    /// What the bot is started with.
    #[must_use]
    pub fn args(&self) -> &[Value] {
        &self.args
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

    /// What is kept of the frame of the bot; nothing if there is no run, or it was handed over to another bot.
    pub fn variables(&self) -> impl Iterator<Item = (&Live, &Value)> {
        let run = self.run.as_ref().filter(|run| run.bot == self.bot);
        let kept = run.and_then(|run| match run.frames.first() {
            Some(frame) => Some((&self.tables().calls.get(frame.call as usize)?.live, &frame.values)),
            None => Some((&self.tables().waits.get(run.wait as usize)?.live, &run.values)),
        });
        kept.into_iter().flat_map(|(live, values)| live.iter().zip(values))
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

    /// The marks that all turns have passed, in order, each once a turn. Only a program that is built to be explored
    /// has any.
    #[must_use]
    pub fn marks(&self) -> &[u32] {
        &self.marks
    }

    /// Forgets what has happened, but for what the client saw last. Nothing that is still to come changes by that.
    pub fn forget_past(&mut self) {
        let from = super::saved::seen_from(self);
        self.transcript.drain(..from);
        self.transcript.retain(|line| matches!(line.kind, LineKind::Bot(_)));
        self.turns.clear();
        self.marks.clear();
        self.log.clear();
    }

    /// What each counter that was drawn from gives next, in their order.
    pub fn counters(&self) -> impl Iterator<Item = (u32, u32)> {
        self.counters.iter().map(|(counter, next)| (*counter, *next))
    }

    /// Whether a message has been sent.
    #[must_use]
    pub fn has_sent(&self) -> bool {
        self.sent.is_some()
    }

    /// Lets a counter draw this option next, as it would after other leads.
    pub fn set_counter(&mut self, counter: u32, option: u32) {
        self.counters.insert(counter, option);
    }

    /// Every event with the facts of its moment, from which the conversation can be replayed.
    #[must_use]
    pub fn log(&self) -> &[Recorded] {
        &self.log
    }

    /// The messages of the bot, with their places in the transcript.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = (usize, &BotLine)> {
        self.transcript.iter().enumerate().filter_map(|(n, line)| {
            if let LineKind::Bot(message) = &line.kind { Some((n, message)) } else { None }
        })
    }

    /// The labels the client can press now, in order: those of the last message with reply buttons, while the run
    /// waits for an option.
    #[must_use]
    pub fn offered(&self) -> Vec<&str> {
        let asks =
            |wait: &Wait| wait.exits.iter().any(|exit| matches!(exit.on, On::Option { .. } | On::Chosen(_)));
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
            counters: self.counters.clone(),
            started: self.started.clone(),
            transcript: self.transcript.len(),
            turns: self.turns.len(),
            marks: self.marks.len(),
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
        self.counters = snapshot.counters;
        self.started = snapshot.started;
        self.transcript.truncate(snapshot.transcript);
        self.turns.truncate(snapshot.turns);
        self.marks.truncate(snapshot.marks);
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

    /// An event of this moment.
    pub(super) fn event(&self, kind: EventKind) -> Event {
        Event::new(self.now, kind)
    }

    /// The value of a function of a test, which takes the variables of the bot: those of the parked run, and absent
    /// ones where there is none.
    ///
    /// # Errors
    /// The function could not be finished.
    pub fn evaluate(&self, function: u32) -> Result<Value, Trap> {
        let count =
            self.tables().functions.get(function as usize).map_or(0, |function| usize::from(function.params));
        let mut args = vec![Value::None; count];
        for (live, value) in self.variables() {
            if let Some(arg) = args.get_mut(usize::from(live.reg)) {
                *arg = value.clone();
            }
        }
        let event = self.event(EventKind::Trigger(TriggerKind::Manual));
        sbot_vm::evaluate(&self.program, function, &args, &event, &self.facts, &self.limits)
    }
}
