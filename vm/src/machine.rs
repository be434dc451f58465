//! Turns from outside: start a bot, give an event to a parked run, ask whether an event starts a bot.
//!
//! [`start`], [`turn`] and [`triggered`] are the whole interface. A [`Machine`] does the same and keeps what it has
//! allocated from one turn to the next; nothing else passes from turn to turn.

use crate::effect::{Effect, EffectId, EffectKind, RunEvent};
use crate::error::{Refused, StartError, WhyRefused};
use crate::event::{Event, EventKind, Facts};
use crate::fuel::{self, Limits};
use crate::loaded::{Program, Subject};
use crate::op::Target;
use crate::program::{Function, Trigger, TriggerKind};
use crate::resume::{self, Taken, With};
use crate::run::{MAX_VALUES, Run};
use crate::step::{self, Stack, Stop};
use crate::trap::{Trap, TrapKind};
use crate::value::Value;
use crate::world::{World, widen};
use std::sync::Arc;

/// What a turn gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// What the host has to do, in order.
    pub effects: Vec<Effect>,
    /// What became of the run.
    pub status: Status,
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
    Ok(Turn { effects: machine.take_effects(), status })
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
            Ok(Turn { effects: machine.take_effects(), status })
        }
        Err(why) => Err(Refused { run, why }),
    }
}

/// Whether an event starts a bot: some trigger of it has this kind, listens on this channel, and its test holds.
///
/// # Errors
/// A test could not be finished.
pub fn triggered(
    program: &Program,
    bot: u32,
    event: &Event,
    facts: &Facts,
    limits: &Limits,
) -> Result<bool, Trap> {
    Machine::new().triggered(program, bot, event, facts, limits)
}

/// Everything a turn allocates beside its result, kept for the next turn.
#[derive(Default)]
pub struct Machine {
    stack: Stack,
    effects: Vec<Effect>,
    overlay: Vec<Option<Value>>,
    buffer: String,
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

    /// The effects of the last turn.
    #[must_use]
    pub fn effects(&self) -> &[Effect] {
        &self.effects
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
        step::prepare(&mut self.stack, function);
        let places = self.stack.registers.iter_mut();
        for (place, (param, value)) in places.zip(row.params.iter().zip(args)) {
            *place = widen(value, param.slot);
        }
        let mut run = Run { program: program.id(), bot, ..Run::default() };
        let given = Given { program, event, facts, limits };
        let ending = self.go(given, &mut run, function, function.start);
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
        let tables = program.tables();
        let (to, bind, with) = match resume::take(program, run, event)? {
            Taken::Goes { to, bind, with } => (to, bind, with),
            Taken::Fails(effect) => {
                self.only(run.turn, RunEvent::Failed { effect });
                return Ok(Some(Ending::Failed(effect)));
            }
        };
        let bot = tables.bots.get(run.bot as usize).ok_or(WhyRefused::Corrupt)?;
        let function = tables.functions.get(bot.function as usize).ok_or(WhyRefused::Corrupt)?;
        let wait = tables.waits.get(run.wait as usize).ok_or(WhyRefused::Corrupt)?;
        step::prepare(&mut self.stack, function);
        let registers = &mut self.stack.registers;
        for (live, value) in wait.live.iter().zip(run.values.drain(..)) {
            if let Some(place) = registers.get_mut(usize::from(live.reg)) {
                *place = value;
            }
        }
        for (at, reg) in bind.iter().enumerate() {
            let value = match with {
                With::Nothing => Value::None,
                With::Text(text) => Value::Text(Arc::clone(text.unwrap_or(&program.derived.empty))),
                With::Answer(values, declared) => match (values.get(at), declared.slot(at)) {
                    (Some(value), Some(slot)) => widen(value, slot),
                    _ => Value::None,
                },
            };
            if let Some(place) = registers.get_mut(usize::from(*reg)) {
                *place = value;
            }
        }
        Ok(self.go(Given { program, event, facts, limits }, run, function, to))
    }

    /// Whether an event starts a bot, see [`triggered`].
    ///
    /// # Errors
    /// A test could not be finished.
    pub fn triggered(
        &mut self,
        program: &Program,
        bot: u32,
        event: &Event,
        facts: &Facts,
        limits: &Limits,
    ) -> Result<bool, Trap> {
        let Some(row) = program.tables().bots.get(bot as usize) else { return Ok(false) };
        let Some((kind, channel)) = starts(&event.kind) else { return Ok(false) };
        let listens = |trigger: &&Trigger| {
            trigger.kind == kind
                && (trigger.via.is_empty() || channel.is_some_and(|channel| trigger.via.contains(&channel)))
        };
        for trigger in row.triggers.iter().filter(listens) {
            let Some(test) = trigger.test else { return Ok(true) };
            let Some(function) = program.tables().functions.get(test as usize) else { continue };
            let holds = self.test(Given { program, event, facts, limits }, bot, function)?;
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn test(&mut self, given: Given<'_>, bot: u32, function: &Function) -> Result<bool, Trap> {
        step::prepare(&mut self.stack, function);
        let stop = self.run(given, bot, 0, function, function.start).0?;
        match stop {
            Stop::Done(Value::Bool(holds)) => Ok(holds),
            Stop::Done(Value::None) => Ok(false),
            Stop::Done(_) | Stop::Parked { .. } | Stop::Closed => {
                Err(Trap { kind: TrapKind::WrongKind, op: function.start })
            }
        }
    }

    /// Runs the prepared frame. Gives the last message and the last action too.
    fn run(
        &mut self,
        given: Given<'_>,
        bot: u32,
        turn: u32,
        function: &Function,
        pc: Target,
    ) -> (Result<Stop, Trap>, Last) {
        self.effects.clear();
        self.overlay.clear();
        let mut world = World {
            program: given.program,
            event: given.event,
            facts: given.facts,
            bot,
            turn,
            memory: given.limits.memory,
            effects: &mut self.effects,
            overlay: &mut self.overlay,
            buffer: &mut self.buffer,
            last_message: None,
            last_action: None,
        };
        let stop = step::run(&mut world, &mut self.stack, function, pc, given.limits.fuel);
        let last = Last { message: world.last_message, action: world.last_action };
        (stop, last)
    }

    /// Runs the turn to its end. `None` if the run is parked again, with everything that belongs to it in `run`.
    fn go(&mut self, given: Given<'_>, run: &mut Run, function: &Function, pc: Target) -> Option<Ending> {
        let (stop, last) = self.run(given, run.bot, run.turn, function, pc);
        let parked = match stop {
            Ok(Stop::Done(value)) => return Some(Ending::Done(value)),
            Ok(Stop::Closed) => return Some(Ending::Closed),
            Ok(Stop::Parked { wait, op }) => {
                self.park(given, run, wait, last).map_err(|kind| Trap { kind, op })
            }
            Err(trap) => Err(trap),
        };
        let trap = parked.err()?;
        self.only(run.turn, RunEvent::Trapped(trap.clone()));
        Some(Ending::Trapped(trap))
    }

    /// The only effect of a turn.
    fn only(&mut self, turn: u32, event: RunEvent) {
        self.effects.clear();
        self.effects.push(Effect { id: EffectId { turn, n: 0 }, kind: EffectKind::Event(event) });
    }

    fn park(&mut self, given: Given<'_>, run: &mut Run, index: u32, last: Last) -> Result<(), TrapKind> {
        let program = given.program;
        let wait = program.tables().waits.get(index as usize).ok_or(TrapKind::WrongKind)?;
        let info = program.derived.waits.get(index as usize).ok_or(TrapKind::WrongKind)?;
        let registers = &mut self.stack.registers;
        run.deadlines.clear();
        for (_, reg) in &info.timers {
            let Some(Value::Duration(seconds)) = registers.get(usize::from(*reg)) else {
                return Err(TrapKind::WrongKind);
            };
            if !TIMERS.contains(seconds) {
                return Err(TrapKind::BadTimer);
            }
            let deadline = given.event.at.checked_add(seconds * 1000).ok_or(TrapKind::BadTime)?;
            run.deadlines.push(deadline);
        }
        run.effect = match info.subject {
            Subject::None => None,
            Subject::Message => last.message,
            Subject::Action(action) => match last.action {
                Some((n, called)) if called == action => Some(n),
                Some(_) | None => return Err(TrapKind::WrongKind),
            },
        }
        .map(|n| EffectId { turn: run.turn, n });
        run.values.clear();
        let mut left = MAX_VALUES;
        for live in &wait.live {
            let value = registers.get_mut(usize::from(live.reg)).map(std::mem::take).unwrap_or_default();
            if !live.slot.accepts(&value) {
                return Err(TrapKind::WrongKind);
            }
            fuel::charge(&value, &mut left)?;
            run.values.push(value);
        }
        run.wait = index;
        run.turn = run.turn.checked_add(1).ok_or(TrapKind::Overflow)?;
        Ok(())
    }
}

/// The last message and the last action of a turn.
#[derive(Clone, Copy)]
struct Last {
    message: Option<u32>,
    action: Option<(u32, u32)>,
}

/// The kind of trigger that an event can take, and its channel.
fn starts(event: &EventKind) -> Option<(TriggerKind, Option<u32>)> {
    match event {
        EventKind::Manual => Some((TriggerKind::Manual, None)),
        EventKind::Message(message) => Some((TriggerKind::Message, message.channel)),
        EventKind::Press { channel, .. } => Some((TriggerKind::Message, *channel)),
        EventKind::Comment { channel, .. } => Some((TriggerKind::Comment, *channel)),
        EventKind::Timer
        | EventKind::VideoOpened
        | EventKind::VideoClosed
        | EventKind::Delivered { .. }
        | EventKind::Failed { .. }
        | EventKind::Answer { .. } => None,
    }
}
