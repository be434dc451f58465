//! What a turn gives, in names: effects, and then the wait or the end.

use crate::json::Json;
use crate::value::write;
use sbot_vm::program::{self, Delivery, On, Recipients, Tables, Via};
use sbot_vm::run::NEVER;
use sbot_vm::{EffectId, EffectKind, Program, Run, RunEvent, Trap, TrapKind, WhyRefused, effect};
use std::sync::Arc;

/// What came of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A turn was taken.
    Turn(Turn),
    /// The run does not take the event and is as it was.
    Refused(WhyRefused),
}

/// A turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Its number in the life of the run, from 0.
    pub number: u32,
    /// What the host has to do, in order.
    pub effects: Vec<Effect>,
    /// What became of the run.
    pub then: Then,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// It waits.
    Waits {
        /// For what.
        wait: Box<Wait>,
        /// The parked run, to store: [`Run::encode`].
        run: Vec<u8>,
    },
    /// It is over.
    Ended(End),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Regularly, with its result.
    Done(Json),
    /// The conversation was closed.
    Closed,
    /// This effect failed and nothing took care of it.
    Failed(EffectId),
    /// The turn could not be finished: nothing of it has happened.
    Trapped(Trapped),
}

/// A turn that could not be finished.
#[derive(Clone, Debug, PartialEq)]
pub struct Trapped {
    /// Why.
    pub kind: TrapKind,
    /// Where in the source, unless the program was stripped.
    pub place: Option<Place>,
}

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Path of the file.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

/// An effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Its id within the run: the same turn always gives the same ids.
    pub id: EffectId,
    /// How a host may repeat it; nothing for an event, which asks for nothing.
    pub delivery: Option<Delivery>,
    /// What to do.
    pub what: What,
}

/// What an effect asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Send a message.
    Message(Message),
    /// Set a field; an absent value clears it.
    Set {
        /// `lead.budget`.
        field: String,
        /// The new value.
        value: Json,
    },
    /// Carry out an action.
    Action {
        /// `add_note`, `stripe.invoice`.
        action: Arc<str>,
        /// A value for every parameter, in declared order.
        args: Vec<(Arc<str>, Json)>,
    },
    /// Draw the next option of a counter, and answer with the event `drawn`.
    Draw(Counter),
    /// Nothing to do; something worth recording happened.
    Event(Happened),
}

/// Something that happened to the run.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// A text could not be converted for this field, which stays as it was.
    NotSet(String),
    /// This message had more buttons than it shows, by so many.
    Trimmed(EffectId, u32),
    /// This effect failed, and nothing took care of it.
    Failed(EffectId),
    /// The turn could not be finished.
    Trapped(Trapped),
}

/// A message to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Who gets it.
    pub to: Recipients,
    /// On which channels.
    pub via: Route,
    /// What the turn has made: text, files, buttons, list.
    pub made: effect::Message,
    /// The template it is sent from, and its arguments.
    pub template: Option<(Arc<str>, Vec<Json>)>,
}

/// On which channels a message goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The channel of the chat; without one the primary channel.
    Chat,
    /// Every selected channel.
    Any,
    /// The contact's primary channel.
    Primary,
    /// These.
    Channels(Vec<Arc<str>>),
}

/// What a `rotate` draws from: one counter for all leads. One with another hash is another counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The bot.
    pub bot: Arc<str>,
    /// The step.
    pub step: Arc<str>,
    /// `rotate`, `rotate#2`.
    pub name: Arc<str>,
    /// Of its options.
    pub hash: u64,
    /// How many options there are.
    pub options: u32,
}

/// Where a run is parked, and what it takes there.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// The stable name: `greet.message`.
    pub name: Arc<str>,
    /// The number of the wait in the life of the run, from 1. An event that carries it is taken here or nowhere.
    pub number: u32,
    /// The bot that waits.
    pub bot: Arc<str>,
    /// The step it waits in.
    pub step: Arc<str>,
    /// The calls that led here, outermost first: `greet.ask_phone`.
    pub calls: Vec<Arc<str>>,
    /// The effect that the wait is about: the message, the action or the draw right before it, if its exits ask for it.
    pub effect: Option<EffectId>,
    /// Each timer, in source order: the exit, and when it is due; never, for hours that do not open.
    pub deadlines: Vec<(String, Option<i64>)>,
    /// What it takes.
    pub takes: Takes,
}

impl Wait {
    /// When a `timer` event has to come, if ever.
    #[must_use]
    pub fn due(&self) -> Option<i64> {
        self.deadlines.iter().filter_map(|(_, at)| *at).min()
    }
}

/// What a wait takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takes {
    /// What the client can press or write: the label and its synonyms.
    pub options: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// Texts of which each can be pressed or written, of `buttons from`.
    pub texts: Vec<Arc<str>>,
    /// Any message of the client.
    pub message: bool,
    /// The report that the message was delivered.
    pub delivered: bool,
    /// The report that the effect failed. Every run takes that of every effect; this one has an exit for it.
    pub failed: bool,
    /// The client opened a video.
    pub video_opened: bool,
    /// The client closed a video.
    pub video_closed: bool,
    /// The answer to an action.
    pub answer: Option<Awaited>,
    /// The draw from a counter.
    pub draw: Option<Counter>,
}

/// An answer that a wait takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The action.
    pub action: Arc<str>,
    /// The exits it takes.
    pub exits: Vec<Arc<str>>,
    /// It takes the action's result.
    pub result: bool,
}

/// A turn of the machine, in names.
pub(crate) fn turn(program: &Program, turn: &sbot_vm::Turn, number: u32) -> Turn {
    Turn {
        number,
        effects: turn.effects.iter().map(|effect| one_effect(program, effect)).collect(),
        then: match &turn.status {
            sbot_vm::Status::Parked(run) => {
                Then::Waits { wait: Box::new(wait(program, run)), run: run.encode(program) }
            }
            sbot_vm::Status::Ended(ending) => Then::Ended(match ending {
                sbot_vm::Ending::Done(value) => End::Done(write(program.tables(), value)),
                sbot_vm::Ending::Closed => End::Closed,
                sbot_vm::Ending::Failed(effect) => End::Failed(*effect),
                sbot_vm::Ending::Trapped(trap) => End::Trapped(trapped(program, trap)),
            }),
        },
    }
}

pub(crate) fn trapped(program: &Program, trap: &Trap) -> Trapped {
    let place = program.place(trap.op).map(|place| {
        let file = program.debug().and_then(|debug| debug.files.get(place.file as usize));
        Place { file: file.map_or_else(|| Arc::from(""), Arc::clone), line: place.line, column: place.column }
    });
    Trapped { kind: trap.kind, place }
}

fn field(tables: &Tables, index: u32) -> String {
    tables.fields.get(index as usize).map(ToString::to_string).unwrap_or_default()
}

fn symbol(tables: &Tables, index: u32) -> Arc<str> {
    tables.symbols.get(index as usize).map_or_else(|| Arc::from(""), |symbol| Arc::clone(&symbol.name))
}

pub(crate) fn counter(tables: &Tables, index: u32) -> Counter {
    match tables.counters.get(index as usize) {
        Some(program::Counter { bot, step, name, hash, options }) => Counter {
            bot: Arc::clone(bot),
            step: Arc::clone(step),
            name: Arc::clone(name),
            hash: *hash,
            options: *options,
        },
        // The machine draws only from counters that are there.
        None => Counter { bot: Arc::from(""), step: Arc::from(""), name: Arc::from(""), hash: 0, options: 0 },
    }
}

fn one_effect(program: &Program, effect: &sbot_vm::Effect) -> Effect {
    let tables = program.tables();
    let (delivery, what) = match &effect.kind {
        EffectKind::Message(made) => (Some(Delivery::Keyed), What::Message(message(tables, made))),
        EffectKind::Set { field: index, value } => (
            Some(Delivery::Idempotent),
            What::Set { field: field(tables, *index), value: write(tables, value) },
        ),
        EffectKind::Action { action, args } => match tables.actions.get(*action as usize) {
            Some(row) => {
                let args = row.params.iter().zip(args);
                let args = args.map(|(param, value)| (Arc::clone(&param.name), write(tables, value)));
                (Some(row.delivery), What::Action { action: Arc::clone(&row.name), args: args.collect() })
            }
            // The machine asks only for actions that are there.
            None => (None, What::Action { action: Arc::from(""), args: Vec::new() }),
        },
        EffectKind::Draw { counter: index } => (Some(Delivery::Keyed), What::Draw(counter(tables, *index))),
        EffectKind::Event(event) => (None, What::Event(happened(program, effect.id, event))),
    };
    Effect { id: effect.id, delivery, what }
}

fn happened(program: &Program, id: EffectId, event: &RunEvent) -> Happened {
    match event {
        RunEvent::NotSet { field: index } => Happened::NotSet(field(program.tables(), *index)),
        RunEvent::Trimmed { message, left_out } => {
            Happened::Trimmed(EffectId { turn: id.turn, n: *message }, *left_out)
        }
        RunEvent::Failed { effect } => Happened::Failed(*effect),
        RunEvent::Trapped(trap) => Happened::Trapped(trapped(program, trap)),
    }
}

fn message(tables: &Tables, made: &effect::Message) -> Message {
    let row = tables.messages.get(made.message as usize);
    let via = match row.map(|row| &row.via) {
        None | Some(Via::Chat) => Route::Chat,
        Some(Via::Any) => Route::Any,
        Some(Via::Primary) => Route::Primary,
        Some(Via::Channels(list)) => Route::Channels(list.iter().map(|one| symbol(tables, *one)).collect()),
    };
    let template = made.template.as_ref().map(|template| {
        (symbol(tables, template.symbol), template.args.iter().map(|arg| write(tables, arg)).collect())
    });
    Message { to: row.map(|row| row.to).unwrap_or_default(), via, made: made.clone(), template }
}

/// What a parked run waits for.
pub(crate) fn wait(program: &Program, run: &Run) -> Wait {
    let tables = program.tables();
    let row = tables.waits.get(run.wait as usize);
    let exits = row.map(|row| row.exits.as_slice()).unwrap_or_default();
    let timers = exits.iter().filter_map(|exit| timer_name(tables, &exit.on));
    let calls = run.frames.iter().filter_map(|frame| tables.calls.get(frame.call as usize));
    let inner = run.frames.iter().rev().find(|frame| {
        let call = tables.calls.get(frame.call as usize);
        call.is_some_and(|call| matches!(call.callee, program::Callee::Bot(_)))
    });
    let bot = inner.map_or(run.bot, |frame| frame.bot);
    let named = |name: Option<&Arc<str>>| name.map_or_else(|| Arc::from(""), Arc::clone);
    Wait {
        name: named(row.map(|row| &row.name)),
        number: run.number(),
        bot: named(tables.bots.get(bot as usize).map(|bot| &bot.name)),
        step: named(row.map(|row| &row.step)),
        calls: calls.map(|call| Arc::clone(&call.name)).collect(),
        effect: run.effect,
        deadlines: timers
            .zip(&run.deadlines)
            .map(|(exit, at)| (exit, (*at != NEVER).then_some(*at)))
            .collect(),
        takes: takes(program, run, exits),
    }
}

/// `timeout`, `hours duty`
fn timer_name(tables: &Tables, on: &On) -> Option<String> {
    if let On::Hours(hours) = on {
        let hours = tables.hours.get(*hours as usize);
        return Some(format!(
            "hours {}",
            hours.map_or_else(|| Arc::from(""), |row| symbol(tables, row.symbol))
        ));
    }
    matches!(on, On::Timeout(_)).then(|| "timeout".to_owned())
}

fn takes(program: &Program, run: &Run, exits: &[program::Exit]) -> Takes {
    let tables = program.tables();
    let mut takes = Takes::default();
    let text = |source: &program::Source| program.kept_text(run, *source);
    let action = program.awaited_action(run.wait).and_then(|action| tables.actions.get(action as usize));
    let mut awaited =
        action.map(|action| Awaited { action: Arc::clone(&action.name), exits: Vec::new(), result: false });
    for exit in exits {
        match &exit.on {
            On::Option { label, synonyms } => {
                if let Some(label) = text(label) {
                    takes.options.push((label, synonyms.iter().filter_map(text).collect()));
                }
            }
            On::Chosen(reg) => takes.texts.extend(program.kept_texts(run, *reg)),
            On::Other | On::Message => takes.message = true,
            On::Timeout(_) | On::Hours(_) => {}
            On::Failed => takes.failed = true,
            On::Delivered => takes.delivered = true,
            On::VideoOpened => takes.video_opened = true,
            On::VideoClosed => takes.video_closed = true,
            On::Answer(answer) => {
                let exit = action.and_then(|action| action.exits.get(*answer as usize));
                if let (Some(awaited), Some(exit)) = (&mut awaited, exit) {
                    awaited.exits.push(Arc::clone(&exit.name));
                }
            }
            On::Result => {
                if let Some(awaited) = &mut awaited {
                    awaited.result = true;
                }
            }
            On::Drawn(_) => {}
        }
    }
    takes.answer = awaited;
    takes.draw = program.awaited_counter(run.wait).map(|index| counter(tables, index));
    takes
}
