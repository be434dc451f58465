//! Turns from outside: start a bot, give an event to a parked run, ask whether an event starts a bot.
//!
//! [`start`], [`turn`] and [`triggered`] are the whole interface. A [`Machine`] does the same and keeps what it has
//! allocated from one turn to the next; nothing else passes from turn to turn.

use crate::effect::{Effect, EffectId, EffectKind, RunEvent};
use crate::error::{Refused, StartError, WhyRefused};
use crate::event::{Channel, Event, EventKind, Facts};
use crate::fuel::{self, Limits};
use crate::loaded::{Due, Program, Subject};
use crate::program::{Function, Often, TriggerKind};
use crate::resume::{self, Taken};
use crate::run::{NEVER, Run};
use crate::stack::{Spot, Stack};
use crate::step::{self, Stop};
use crate::text::Folder;
use crate::trap::{Trap, TrapKind};
use crate::value::Value;
use crate::world::{Last, Marks, World, widen};
use std::sync::Arc;

/// What a turn gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// What the host has to do, in order.
    pub effects: Vec<Effect>,
    /// What became of the run.
    pub status: Status,
    /// The marks that the turn has passed, each once, in order. Only a program that is built to be explored has any.
    pub marks: Vec<u32>,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// It waits.
    Parked(Run),
    /// It is over.
    Ended(Ending),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// Regularly, with its result.
    Done(Value),
    /// The conversation was closed.
    Closed,
    /// This effect failed and nothing took care of it.
    Failed(EffectId),
    /// The turn could not be finished.
    Trapped(Trap),
}

/// Shortest and longest timer in seconds: 1 second and 8760h60m60s.
const TIMERS: std::ops::RangeInclusive<i64> = 1..=31_539_660;

/// Starts a bot.
///
/// # Errors
/// The program has no such bot, or it takes other arguments.
pub fn start(
    program: &Program,
    bot: u32,
    args: &[Value],
    event: &Event,
    facts: &Facts,
    limits: &Limits,
) -> Result<Turn, StartError> {
    let mut machine = Machine::new();
    let status = machine.start(program, bot, args, event, facts, limits)?;
    Ok(machine.finished(status))
}

/// Gives an event to a parked run.
///
/// # Errors
/// The run does not take the event, and comes back as it was.
pub fn turn(
    program: &Program,
    mut run: Run,
    event: &Event,
    facts: &Facts,
    limits: &Limits,
) -> Result<Turn, Refused> {
    let mut machine = Machine::new();
    match machine.turn(program, &mut run, event, facts, limits) {
        Ok(ending) => {
            let status = ending.map_or_else(|| Status::Parked(run), Status::Ended);
            Ok(machine.finished(status))
        }
        Err(why) => Err(Refused { run: Box::new(run), why }),
    }
}

/// The first trigger of a bot that an event takes: it has this kind, listens on this channel and at this time, may
/// start the bot again, and its test holds. `started` says when each trigger has started the bot on this lead last, in
/// milliseconds since 1970-01-01T00:00Z; one that is missing never has.
///
/// # Errors
/// A test could not be finished.
pub fn triggered(
    program: &Program,
    bot: u32,
    event: &Event,
    facts: &Facts,
    started: &[Option<i64>],
    limits: &Limits,
) -> Result<Option<u32>, Trap> {
    Machine::new().triggered(program, bot, event, facts, started, limits)
}

/// Everything a turn allocates beside its result, kept for the next turn.
#[derive(Default)]
pub struct Machine {
    stack: Stack,
    effects: Vec<Effect>,
    overlay: Vec<Option<Value>>,
    marks: Marks,
    buffer: String,
    /// Where what the client wrote is folded.
    folder: Folder,
}

/// What stays the same during a turn.
#[derive(Clone, Copy)]
struct Given<'a> {
    program: &'a Program,
    event: &'a Event,
    facts: &'a Facts,
    limits: &'a Limits,
}

impl Machine {
    /// A machine for any program.
    #[must_use]
    pub fn new() -> Machine {
        Machine::default()
    }

    fn finished(mut self, status: Status) -> Turn {
        Turn { effects: self.take_effects(), status, marks: self.marks.passed }
    }

    /// The effects of the last turn.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The effects of the last turn, moved to the end of a list.
    pub fn move_effects(&mut self, to: &mut Vec<Effect>) {
        to.append(&mut self.effects);
    }

    /// The effects of the last turn, to keep.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Starts a bot, see [`start`]. The effects are in [`Machine::effects`].
    ///
    /// # Errors
    /// The program has no such bot, or it takes other arguments.
    pub fn start(
        &mut self,
        program: &Program,
        bot: u32,
        args: &[Value],
        event: &Event,
        facts: &Facts,
        limits: &Limits,
    ) -> Result<Status, StartError> {
        let tables = program.tables();
        let unknown = StartError::NoSuchBot { bot };
        let row = tables.bots.get(bot as usize).ok_or(unknown.clone())?;
        let function = tables.functions.get(row.function as usize).ok_or(unknown)?;
        if args.len() != row.params.len() {
            return Err(StartError::ArgumentCount { expected: row.params.len(), found: args.len() });
        }
        for (index, (param, value)) in row.params.iter().zip(args).enumerate() {
            if !param.slot.accepts(value) || !fuel::nests_well(value) {
                return Err(StartError::Argument { index, name: Arc::clone(&param.name) });
            }
        }
        let spot = self.stack.prepare_bot(bot, function);
        let places = self.stack.registers.iter_mut();
        for (place, (param, value)) in places.zip(row.params.iter().zip(args)) {
            *place = widen(value, param.slot);
        }
        let mut run = Run { program: program.id(), bot, ..Run::default() };
        let given = Given { program, event, facts, limits };
        let ending = self.go(&given, &mut run, spot);
        Ok(ending.map_or_else(|| Status::Parked(run), Status::Ended))
    }

    /// Gives an event to a parked run, see [`turn`]. `None` if it is parked again; otherwise the run is over and what
    /// is left in it means nothing. The effects are in [`Machine::effects`].
    ///
    /// # Errors
    /// The run does not take the event, and is as it was.
    pub fn turn(
        &mut self,
        program: &Program,
        run: &mut Run,
        event: &Event,
        facts: &Facts,
        limits: &Limits,
    ) -> Result<Option<Ending>, WhyRefused> {
        let given = Given { program, event, facts, limits };
        let (exit, with) = match resume::take(program, run, event, &mut self.folder)? {
            Taken::Goes { exit, with } => (exit, with),
            Taken::Falls { to, callers } => {
                let spot = self.stack.restore(program, run, callers).ok_or(WhyRefused::Corrupt)?;
                return Ok(self.go(&given, run, Spot { pc: to, ..spot }));
            }
            Taken::Fails(effect) => {
                self.only(run.turn, RunEvent::Failed { effect });
                return Ok(Some(Ending::Failed(effect)));
            }
        };
        let wait = program.tables().waits.get(run.wait as usize).ok_or(WhyRefused::Corrupt)?;
        let exit = wait.exits.get(exit as usize).ok_or(WhyRefused::Corrupt)?;
        let spot = self.stack.restore(program, run, run.frames.len()).ok_or(WhyRefused::Corrupt)?;
        if !exit.bind.is_empty()
            && let Some(info) = program.derived.waits.get(run.wait as usize)
        {
            let frame = self.stack.registers.get_mut(spot.base..).unwrap_or_default();
            resume::give(program, wait, info, with, &event.kind, &exit.bind, frame);
        }
        Ok(self.go(&given, run, Spot { pc: exit.to, ..spot }))
    }

    /// The trigger of a bot that an event takes, see [`triggered`].
    ///
    /// # Errors
    /// A test could not be finished.
    pub fn triggered(
        &mut self,
        program: &Program,
        bot: u32,
        event: &Event,
        facts: &Facts,
        started: &[Option<i64>],
        limits: &Limits,
    ) -> Result<Option<u32>, Trap> {
        let Some(row) = program.tables().bots.get(bot as usize) else { return Ok(None) };
        let Some((kind, channel)) = starts(&event.kind) else { return Ok(None) };
        for (number, trigger) in (0u32..).zip(&row.triggers) {
            let last = started.get(number as usize).copied().flatten();
            if trigger.kind != *kind
                || !channel.passes(&trigger.via)
                || !may_start(trigger.often, last, event.at)
            {
                continue;
            }
            if trigger.during.is_some_and(|hours| !program.context.open(hours, event.at)) {
                continue;
            }
            let Some(test) = trigger.test else { return Ok(Some(number)) };
            let Some(function) = program.tables().functions.get(test as usize) else { continue };
            if self.test(Given { program, event, facts, limits }, bot, function)? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    fn test(&mut self, given: Given<'_>, bot: u32, function: &Function) -> Result<bool, Trap> {
        let spot = self.stack.prepare(function);
        let (mut world, stack) = self.world(&given, bot, 0);
        match step::run(&mut world, stack, spot, given.limits.fuel)? {
            Stop::Done(Value::Bool(holds)) => Ok(holds),
            Stop::Done(Value::None) => Ok(false),
            Stop::Done(_) | Stop::Parked { .. } | Stop::Closed => {
                Err(Trap { kind: TrapKind::WrongKind, op: function.start })
            }
        }
    }

    /// The world of a turn that begins, and the frame that is prepared.
    #[inline]
    fn world<'a>(&'a mut self, given: &Given<'a>, bot: u32, turn: u32) -> (World<'a>, &'a mut Stack) {
        self.effects.clear();
        self.overlay.clear();
        self.marks.clear();
        let world = World {
            program: given.program,
            event: given.event,
            facts: given.facts,
            bot,
            turn,
            memory: given.limits.memory,
            effects: &mut self.effects,
            overlay: &mut self.overlay,
            marks: &mut self.marks,
            buffer: &mut self.buffer,
            last: Last::default(),
        };
        (world, &mut self.stack)
    }

    /// Runs the turn to its end. `None` if the run is parked again, with everything that belongs to it in `run`.
    fn go(&mut self, given: &Given<'_>, run: &mut Run, from: Spot) -> Option<Ending> {
        let bot = self.stack.bot().unwrap_or(run.bot);
        let (mut world, stack) = self.world(given, bot, run.turn);
        let trap = match step::run(&mut world, stack, from, given.limits.fuel) {
            Ok(Stop::Parked { wait, op, base }) => match park(given, stack, run, wait, base, &world.last) {
                Ok(()) => return None,
                Err(kind) => Trap { kind, op },
            },
            Ok(Stop::Done(value)) => return Some(Ending::Done(value)),
            Ok(Stop::Closed) => return Some(Ending::Closed),
            Err(trap) => trap,
        };
        self.only(run.turn, RunEvent::Trapped(trap.clone()));
        Some(Ending::Trapped(trap))
    }

    /// The only effect of a turn.
    fn only(&mut self, turn: u32, event: RunEvent) {
        self.effects.clear();
        self.effects.push(Effect { id: EffectId { turn, n: 0 }, kind: EffectKind::Event(event) });
    }
}

/// Keeps in the run what it needs to go on from a wait.
fn park(
    given: &Given<'_>,
    stack: &mut Stack,
    run: &mut Run,
    index: u32,
    base: usize,
    last: &Last,
) -> Result<(), TrapKind> {
    let program = given.program;
    let wait = program.tables().waits.get(index as usize).ok_or(TrapKind::WrongKind)?;
    let info = program.derived.waits.get(index as usize).ok_or(TrapKind::WrongKind)?;
    run.deadlines.clear();
    if !info.timers.is_empty() {
        let frame = stack.registers.get(base..).unwrap_or_default();
        for (_, due) in &info.timers {
            run.deadlines.push(deadline(program, *due, frame, given.event.at)?);
        }
    }
    run.effect = subject(info.subject, last)?.map(|n| EffectId { turn: run.turn, n });
    stack.save(program, run, base, &wait.live)?;
    run.wait = index;
    run.turn = run.turn.checked_add(1).ok_or(TrapKind::Overflow)?;
    Ok(())
}

/// When a timer is due, or hours begin.
fn deadline(program: &Program, due: Due, frame: &[Value], now: i64) -> Result<i64, TrapKind> {
    match due {
        Due::Hours(hours) => Ok(program.context.opens_after(hours, now).unwrap_or(NEVER)),
        Due::After(reg) => {
            let Some(Value::Duration(seconds)) = frame.get(usize::from(reg)) else {
                return Err(TrapKind::WrongKind);
            };
            if !TIMERS.contains(seconds) {
                return Err(TrapKind::BadTimer);
            }
            now.checked_add(seconds * 1000).ok_or(TrapKind::BadTime)
        }
    }
}

/// The effect that a wait belongs to.
#[inline]
fn subject(subject: Subject, last: &Last) -> Result<Option<u32>, TrapKind> {
    let (last, wanted) = match subject {
        Subject::None => return Ok(None),
        Subject::Message => return Ok(last.message),
        Subject::Action(action) => (last.action, action),
        Subject::Counter(counter) => (last.draw, counter),
    };
    match last {
        Some((n, found)) if found == wanted => Ok(Some(n)),
        Some(_) | None => Err(TrapKind::WrongKind),
    }
}

/// What an event that may start a bot came on.
#[derive(Clone, Copy)]
pub(crate) enum Came<'a> {
    /// Such events have no channel.
    Without,
    /// This channel, if it is known.
    On(Option<&'a Channel>),
}

impl Came<'_> {
    /// Whether a trigger with these channels listens.
    fn passes(self, via: &[u32]) -> bool {
        match self {
            Came::Without => true,
            Came::On(channel) => {
                let declared = channel.and_then(Channel::symbol);
                via.is_empty() || declared.is_some_and(|channel| via.contains(&channel))
            }
        }
    }
}

/// The kind of trigger that an event can take, and its channel.
pub(crate) fn starts(event: &EventKind) -> Option<(&TriggerKind, Came<'_>)> {
    match event {
        EventKind::Message(message) => Some((&TriggerKind::Message, Came::On(message.channel.as_ref()))),
        EventKind::Press { channel, .. } => Some((&TriggerKind::Message, Came::On(channel.as_ref()))),
        EventKind::Comment { channel, .. } => Some((&TriggerKind::Comment, Came::On(channel.as_ref()))),
        EventKind::Trigger(kind @ (TriggerKind::Message | TriggerKind::Comment)) => {
            Some((kind, Came::On(None)))
        }
        EventKind::Trigger(kind) => Some((kind, Came::Without)),
        EventKind::Timer
        | EventKind::VideoOpened
        | EventKind::VideoClosed
        | EventKind::Delivered { .. }
        | EventKind::Failed { .. }
        | EventKind::Drawn { .. }
        | EventKind::Answer { .. } => None,
    }
}

/// Whether a trigger that has started its bot at that time may do it again now.
fn may_start(often: Often, last: Option<i64>, now: i64) -> bool {
    match (often, last) {
        (_, None) | (Often::Always, _) => true,
        (Often::Once, Some(_)) => false,
        (Often::Cooldown(seconds), Some(last)) => now.saturating_sub(last) >= seconds.saturating_mul(1000),
    }
}
