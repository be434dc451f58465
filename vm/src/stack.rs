//! The frames of a turn: the function that runs, and everything that waits for its result. In: the instructions that
//! call, leave and end, and parked runs. Out: where the loop goes on. Nothing here reads or writes the world.

use crate::fuel::{HEAD, charge, charge_bytes};
use crate::loaded::Program;
use crate::op::{Reg, Target};
use crate::program::{Callee, Function, Live};
use crate::quick::Ints;
use crate::run::{Frame, MAX_VALUES, Run};
use crate::trap::TrapKind;
use crate::value::{Kind, Value};
use std::mem::{forget, replace, swap, take};

/// Frames of all kinds together nest at most this deep.
pub(crate) const MAX_DEPTH: usize = 64;
/// All frames together have at most this many registers.
pub(crate) const MAX_REGISTERS: usize = 1 << 18;
/// Stands in [`Caller::call`] for a call of a `fn`.
pub(crate) const OF_FN: u32 = u32::MAX;

/// The registers of all frames, one frame after the other, and what the callers left behind.
#[derive(Default)]
pub(crate) struct Stack {
    pub(crate) registers: Vec<Value>,
    pub(crate) callers: Vec<Caller>,
    /// The bots that run, each started by the one before. None where a `fn` runs by itself.
    pub(crate) bots: Vec<Running>,
    /// Arguments on their way.
    given: Vec<Value>,
    /// The frames of computations, which never outlast the instruction that begins one.
    pub(crate) ints: Ints,
}

/// Where a call goes back to.
pub(crate) struct Caller {
    pub(crate) pc: Target,
    pub(crate) base: u32,
    pub(crate) length: u16,
    pub(crate) dst: Reg,
    /// Index into the program's calls, or [`OF_FN`].
    pub(crate) call: u32,
}

/// A bot that runs, and where its own frame is.
pub(crate) struct Running {
    pub(crate) bot: u32,
    base: u32,
    length: u16,
    /// How many callers stand below its own function.
    pub(crate) depth: u8,
}

/// Where the loop goes on.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) base: usize,
    pub(crate) length: usize,
    pub(crate) pc: Target,
}

/// The registers of a bot, as an instruction that names them sees them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Variables {
    pub(crate) base: usize,
    pub(crate) length: usize,
}

impl Stack {
    /// The frame of a function that runs by itself.
    #[inline]
    pub(crate) fn prepare(&mut self, function: &Function) -> Spot {
        let length = usize::from(function.registers);
        self.callers.clear();
        self.bots.clear();
        if self.registers.len() > length {
            self.registers.truncate(length);
        }
        for place in &mut self.registers {
            if !matches!(place, Value::None) {
                *place = Value::None;
            }
        }
        if self.registers.len() < length {
            self.registers.resize(length, Value::None);
        }
        Spot { base: 0, length, pc: function.start }
    }

    /// The frame of a bot that begins.
    #[inline]
    pub(crate) fn prepare_bot(&mut self, bot: u32, function: &Function) -> Spot {
        let spot = self.prepare(function);
        self.bots.push(Running { bot, base: 0, length: function.registers, depth: 0 });
        spot
    }

    /// The frames of a parked run, of which the innermost are dropped so that `callers` stand below the last one. Takes
    /// the values out of the run. The run has been checked.
    pub(crate) fn restore(&mut self, program: &Program, run: &mut Run, callers: usize) -> Option<Spot> {
        let tables = program.tables();
        if run.frames.is_empty() {
            let function = tables.functions.get(tables.bots.get(run.bot as usize)?.function as usize)?;
            let spot = self.prepare_bot(run.bot, function);
            self.put(0, &tables.waits.get(run.wait as usize)?.live, &mut run.values);
            return Some(spot);
        }
        let own = |bot: u32| tables.functions.get(tables.bots.get(bot as usize)?.function as usize);
        let mut function = own(run.bot)?;
        let mut spot = self.prepare_bot(run.bot, function);
        for (depth, frame) in (1u8..).zip(run.frames.iter_mut().take(callers)) {
            let call = tables.calls.get(frame.call as usize)?;
            let info = program.derived.calls.get(frame.call as usize)?;
            self.put(spot.base, &call.live, &mut frame.values);
            let (base, length) = (u32::try_from(spot.base).ok()?, function.registers);
            self.callers.push(Caller { pc: info.op + 1, base, length, dst: info.dst, call: frame.call });
            spot.base += spot.length;
            function = match call.callee {
                Callee::Flow(flow) => tables.functions.get(flow as usize)?,
                Callee::Bot(_) => own(frame.bot)?,
            };
            spot.length = usize::from(function.registers);
            self.registers.resize(spot.base + spot.length, Value::None);
            if let Callee::Bot(_) = call.callee {
                let base = u32::try_from(spot.base).ok()?;
                self.bots.push(Running { bot: frame.bot, base, length: function.registers, depth });
            }
        }
        match run.frames.get_mut(callers) {
            Some(Frame { call, values, .. }) => {
                self.put(spot.base, &tables.calls.get(*call as usize)?.live, values);
            }
            None => self.put(spot.base, &tables.waits.get(run.wait as usize)?.live, &mut run.values),
        }
        Some(spot)
    }

    /// Moves values into registers that are absent, and leaves absent ones behind.
    fn put(&mut self, base: usize, live: &[Live], values: &mut [Value]) {
        let frame = self.registers.get_mut(base..).unwrap_or_default();
        for (live, value) in live.iter().zip(values) {
            if let Some(place) = frame.get_mut(usize::from(live.reg)) {
                swap(place, value);
            }
        }
    }

    /// Keeps in the run what its frames need to go on; `live` are the registers of the last one, at `base`. Takes the
    /// values out of the frames.
    pub(crate) fn save(
        &mut self,
        program: &Program,
        run: &mut Run,
        base: usize,
        live: &[Live],
    ) -> Result<(), TrapKind> {
        let mut left = MAX_VALUES;
        run.bot = self.bots.first().ok_or(TrapKind::WrongKind)?.bot;
        if self.callers.is_empty() {
            run.frames.clear();
            return keep(&mut self.registers, base, live, &mut run.values, &mut left);
        }
        run.frames.resize_with(self.callers.len(), Frame::default);
        let mut bots = self.bots.iter().peekable();
        let mut bot = run.bot;
        for (depth, (caller, frame)) in (1u8..).zip(self.callers.iter().zip(&mut run.frames)) {
            let call = program.tables().calls.get(caller.call as usize).ok_or(TrapKind::WrongKind)?;
            while let Some(running) = bots.next_if(|running| running.depth <= depth) {
                bot = running.bot;
            }
            frame.call = caller.call;
            frame.bot = bot;
            keep(&mut self.registers, caller.base as usize, &call.live, &mut frame.values, &mut left)?;
        }
        keep(&mut self.registers, base, live, &mut run.values, &mut left)
    }

    /// The number of the bot that runs now.
    pub(crate) fn bot(&self) -> Option<u32> {
        self.bots.last().map(|running| running.bot)
    }

    /// The registers of the bot that runs now; none where a `fn` runs by itself.
    pub(crate) fn variables(&self) -> Variables {
        variables(self.bots.last())
    }

    /// Calls a flow or runs a bot. `caller` is the frame that calls.
    #[inline(never)]
    pub(crate) fn enter(
        &mut self,
        program: &Program,
        caller: Caller,
        (args, count): (Reg, u8),
    ) -> Result<Spot, TrapKind> {
        let tables = program.tables();
        let call = tables.calls.get(caller.call as usize).ok_or(TrapKind::WrongKind)?;
        let (function, bot) = match call.callee {
            Callee::Flow(flow) => (flow, None),
            Callee::Bot(bot) => {
                (tables.bots.get(bot as usize).ok_or(TrapKind::WrongKind)?.function, Some(bot))
            }
        };
        let function = tables.functions.get(function as usize).ok_or(TrapKind::WrongKind)?;
        let base = caller.base as usize + usize::from(caller.length);
        let length = usize::from(function.registers);
        if self.callers.len() >= MAX_DEPTH || base + length > MAX_REGISTERS {
            return Err(TrapKind::TooDeep);
        }
        if self.registers.len() < base + length {
            self.registers.resize(base + length, Value::None);
        }
        let (lower, frame) = window(&mut self.registers, base, length);
        fill(frame, slice(lower.get(caller.base as usize..).unwrap_or_default(), args, count));
        self.callers.push(caller);
        if let Some(bot) = bot {
            let (base, depth) = (narrow(base), self.callers.len() as u8);
            self.bots.push(Running { bot, base, length: function.registers, depth });
        }
        Ok(Spot { base, length, pc: function.start })
    }

    /// Goes on in the bot's own function, with copies of arguments of the flow at `base`.
    #[inline(never)]
    pub(crate) fn leave(
        &mut self,
        base: usize,
        to: Target,
        param: Reg,
        (args, count): (Reg, u8),
    ) -> Result<Spot, TrapKind> {
        let running = self.bots.last().ok_or(TrapKind::WrongKind)?;
        let spot = Spot { base: running.base as usize, length: usize::from(running.length), pc: to };
        let first = usize::from(param);
        let (lower, flow) = self.registers.split_at_mut_checked(base).unwrap_or_default();
        let own = lower.get_mut(spot.base..spot.base + spot.length).unwrap_or_default();
        let params = own.get_mut(first..first + usize::from(count)).unwrap_or_default();
        let given = flow.get_mut(usize::from(args)..).unwrap_or_default();
        for (place, value) in params.iter_mut().zip(given) {
            *place = take(value);
        }
        self.callers.truncate(usize::from(running.depth));
        Ok(spot)
    }

    /// Another bot takes the place of the one that runs, with copies of arguments of the frame at `base`.
    #[inline(never)]
    pub(crate) fn hand_over(
        &mut self,
        program: &Program,
        base: usize,
        bot: u32,
        (args, count): (Reg, u8),
    ) -> Result<Spot, TrapKind> {
        let tables = program.tables();
        let row = tables.bots.get(bot as usize).ok_or(TrapKind::WrongKind)?;
        let function = tables.functions.get(row.function as usize).ok_or(TrapKind::WrongKind)?;
        let running = self.bots.last_mut().ok_or(TrapKind::WrongKind)?;
        let (own, length) = (running.base as usize, usize::from(function.registers));
        if own + length > MAX_REGISTERS {
            return Err(TrapKind::TooDeep);
        }
        self.given.clear();
        self.given.extend_from_slice(slice(self.registers.get(base..).unwrap_or_default(), args, count));
        if self.registers.len() < own + length {
            self.registers.resize(own + length, Value::None);
        }
        fill(window(&mut self.registers, own, length).1, &self.given);
        self.given.clear();
        running.bot = bot;
        running.length = function.registers;
        self.callers.truncate(usize::from(running.depth));
        Ok(Spot { base: own, length, pc: function.start })
    }

    /// The bot that runs now ends without a result. `None` if nothing waits for it.
    #[inline(never)]
    pub(crate) fn end(&mut self) -> Option<Spot> {
        let running = self.bots.pop()?;
        self.callers.truncate(usize::from(running.depth));
        let back = self.callers.pop()?;
        let base = back.base as usize;
        if let Some(place) = self.registers.get_mut(base + usize::from(back.dst)) {
            *place = Value::None;
        }
        Some(Spot { base, length: usize::from(back.length), pc: back.pc })
    }
}

/// The registers of the bot that runs once so many callers are left: a function that was called has returned.
#[inline(never)]
pub(crate) fn returned(bots: &mut Vec<Running>, callers: usize) -> (Option<u32>, Variables) {
    if bots.last().is_some_and(|running| usize::from(running.depth) > callers) {
        bots.pop();
    }
    (bots.last().map(|running| running.bot), variables(bots.last()))
}

/// Moves the live registers of the frame at `base` out of it. What `values` has held is of no use any more.
fn keep(
    registers: &mut [Value],
    base: usize,
    live: &[Live],
    values: &mut Vec<Value>,
    left: &mut usize,
) -> Result<(), TrapKind> {
    let frame = registers.get_mut(base..).unwrap_or_default();
    values.truncate(live.len());
    if values.len() < live.len() {
        values.resize_with(live.len(), Value::default);
    }
    for (value, live) in values.iter_mut().zip(live) {
        if let Some(place) = frame.get_mut(usize::from(live.reg)) {
            swap(value, place);
        }
        if let (Value::Int(_), Kind::Int) = (&*value, live.slot.kind) {
            charge_bytes(HEAD, left)?;
        } else {
            may_be_kept(value, live, left)?;
        }
    }
    Ok(())
}

#[inline(never)]
fn may_be_kept(value: &Value, live: &Live, left: &mut usize) -> Result<(), TrapKind> {
    if live.slot.accepts(value) { charge(value, left) } else { Err(TrapKind::WrongKind) }
}

fn variables(running: Option<&Running>) -> Variables {
    running.map_or_else(Variables::default, |running| Variables {
        base: running.base as usize,
        length: usize::from(running.length),
    })
}

/// A place below [`MAX_REGISTERS`].
fn narrow(base: usize) -> u32 {
    u32::try_from(base).unwrap_or(u32::MAX)
}

/// The registers of counted arguments.
#[inline]
pub(crate) fn slice(frame: &[Value], first: Reg, count: u8) -> &[Value] {
    frame.get(usize::from(first)..usize::from(first) + usize::from(count)).unwrap_or_default()
}

/// Everything below the frame at `base`, and the frame.
#[inline(always)]
pub(crate) fn window(registers: &mut [Value], base: usize, length: usize) -> (&mut [Value], &mut [Value]) {
    let (lower, upper) = registers.split_at_mut_checked(base).unwrap_or_default();
    (lower, upper.get_mut(..length).unwrap_or_default())
}

/// Whether a value can be written over without being dropped.
#[inline(always)]
pub(crate) fn plain(value: &Value) -> bool {
    matches!(value, Value::None | Value::Bool(_) | Value::Int(_))
}

#[inline(never)]
pub(crate) fn assign(place: &mut Value, value: &Value) {
    *place = value.clone();
}

/// The frame of a callee: copies of the arguments, then absent values.
#[inline(always)]
pub(crate) fn fill(frame: &mut [Value], given: &[Value]) {
    let (params, rest) = frame.split_at_mut_checked(given.len()).unwrap_or_default();
    for (place, value) in params.iter_mut().zip(given) {
        if let (Value::Int(value), true) = (value, plain(place)) {
            forget(replace(place, Value::Int(*value)));
        } else {
            assign(place, value);
        }
    }
    for place in rest {
        if plain(place) {
            forget(replace(place, Value::None));
        } else {
            assign(place, &Value::None);
        }
    }
}
