//! A parked run: plain, small, named data. A few dozen bytes when encoded.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | format version |
//! | 4 | low half of the program's id |
//! | 4 | CRC-32 of the version, the program's whole id and everything below |
//! | varints | twice the outermost bot, and one more if there are callers; turn, wait |
//! | | if there are callers: their number, and for each its call, the bot that runs there now if the call runs a bot, and one value per live register of the call |
//! | varints | number and turn of the effect the wait belongs to, if it can belong to one |
//! | varints | one deadline per timer and hours of the wait |
//! | | one value per live register of the wait |
//!
//! The program knows how many of the others there are and what they hold, so nothing here says it again. Integers are
//! little-endian; the varints and values are those of the program's own encoding.

use crate::effect::EffectId;
use crate::error::RunError;
use crate::loaded::{Program, Subject, WaitInfo};
use crate::program::{Callee, Live};
use crate::stack::{MAX_DEPTH, MAX_REGISTERS};
use crate::value::Value;
use crate::wire::{Reader, WireError, put_signed, put_unsigned, put_value};
use crc32fast::Hasher;

/// A run that waits. Everything it needs to go on, and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The program it was parked under: [`crate::Program::id`].
    pub program: u64,
    /// The outermost bot: index into the program's bots.
    pub bot: u32,
    /// How many turns it has taken.
    pub turn: u32,
    /// Index into the program's waits.
    pub wait: u32,
    /// One per `Timeout` or `Hours` exit of the wait, in order: when it is due, in milliseconds since 1970-01-01T00:00Z.
    /// [`NEVER`] for hours that do not open within 400 days.
    pub deadlines: Vec<i64>,
    /// The effect the wait belongs to, if one of its exits asks for its delivery, failure or answer.
    pub effect: Option<EffectId>,
    /// The callers, outermost first: what stands below the function that waits.
    pub frames: Vec<Frame>,
    /// One per live register of the wait, in order.
    pub values: Vec<Value>,
}

/// A caller of a run that waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Where it stands: index into the program's calls.
    pub call: u32,
    /// The bot that runs in what was called: for [`crate::program::Callee::Bot`] the one that runs there now, which a
    /// hand-over changes; for a flow the caller's own.
    pub bot: u32,
    /// One per live register of the call, in order.
    pub values: Vec<Value>,
}

/// The format written, and the newest one read.
pub(crate) const FORMAT: u8 = 2;
/// The oldest format read.
const OLDEST: u8 = 2;
/// A deadline that never comes.
pub const NEVER: i64 = i64::MAX;
/// No parked run is larger.
pub(crate) const MAX_RUN: usize = 1 << 20;
/// What the parked values of a run may take, so that what is parked can be restored.
pub(crate) const MAX_VALUES: usize = MAX_RUN - (64 << 10);

const HEADER: usize = 9;

impl Run {
    /// The number of the wait it is parked at: 1 for the first of its life, one more with every turn. An event that
    /// carries it is taken by this wait or by none, see [`crate::Event::wait`].
    #[must_use]
    pub fn number(&self) -> u32 {
        self.turn
    }

    /// When it next wants a [`crate::EventKind::Timer`], in milliseconds since 1970-01-01T00:00Z, if ever.
    #[must_use]
    pub fn due(&self) -> Option<i64> {
        self.deadlines.iter().copied().filter(|at| *at != NEVER).min()
    }

    /// The bytes to store. `program` is the one it is parked under.
    #[must_use]
    pub fn encode(&self, program: &Program) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        self.encode_into(program, &mut out);
        out
    }

    /// Like [`Run::encode`], at the end of a buffer.
    pub fn encode_into(&self, program: &Program, out: &mut Vec<u8>) {
        let at = out.len();
        out.push(FORMAT);
        out.extend_from_slice(&(self.program as u32).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        put_unsigned(out, u64::from(self.bot) << 1 | u64::from(!self.frames.is_empty()));
        put_unsigned(out, u64::from(self.turn));
        put_unsigned(out, u64::from(self.wait));
        if !self.frames.is_empty() {
            put_unsigned(out, self.frames.len() as u64);
        }
        for frame in &self.frames {
            put_unsigned(out, u64::from(frame.call));
            let call = program.tables().calls.get(frame.call as usize);
            if call.is_some_and(|call| matches!(call.callee, Callee::Bot(_))) {
                put_unsigned(out, u64::from(frame.bot));
            }
            frame.values.iter().for_each(|value| put_value(out, value));
        }
        let info = program.derived.waits.get(self.wait as usize);
        if info.is_some_and(|info| info.subject != Subject::None) {
            match self.effect {
                None => put_unsigned(out, 0),
                Some(effect) => {
                    put_unsigned(out, u64::from(effect.n) + 1);
                    put_unsigned(out, u64::from(self.turn.wrapping_sub(effect.turn)));
                }
            }
        }
        self.deadlines.iter().for_each(|deadline| put_signed(out, *deadline));
        self.values.iter().for_each(|value| put_value(out, value));
        if let Some((head, body)) = out.get_mut(at..).and_then(|run| run.split_at_mut_checked(HEADER)) {
            let begun = if self.program == program.id() {
                program.derived.run_sum.clone()
            } else {
                begin_sum(FORMAT, self.program)
            };
            let sum = checksum(begun, body).to_le_bytes();
            if let Some(place) = head.last_chunk_mut::<4>() {
                *place = sum;
            }
        }
    }

    /// Restores a run from what [`Run::encode`] gave. Never trusts the bytes.
    ///
    /// # Errors
    /// What is wrong with the bytes, and what to do about it.
    pub fn decode(program: &Program, bytes: &[u8]) -> Result<Run, RunError> {
        let mut run = Run::default();
        run.decode_from(program, bytes)?;
        Ok(run)
    }

    /// Like [`Run::decode`], reusing what this run has allocated. After an error it holds nothing of use.
    ///
    /// # Errors
    /// What is wrong with the bytes, and what to do about it.
    pub fn decode_from(&mut self, program: &Program, bytes: &[u8]) -> Result<(), RunError> {
        if bytes.len() > MAX_RUN {
            return Err(RunError::TooLarge { bytes: bytes.len() });
        }
        let version = *bytes.first().ok_or(RunError::Truncated)?;
        if !(OLDEST..=FORMAT).contains(&version) {
            return Err(RunError::Version { found: version, oldest: OLDEST, newest: FORMAT });
        }
        let (head, body) = bytes.split_at_checked(HEADER).ok_or(RunError::Truncated)?;
        let word = |at: usize| {
            let word = head.get(at..).and_then(<[u8]>::first_chunk::<4>);
            word.map_or(0, |word| u32::from_le_bytes(*word))
        };
        if word(1) != program.id() as u32 {
            return Err(RunError::OtherProgram);
        }
        let derived = &program.derived;
        let begun =
            if version == FORMAT { derived.run_sum.clone() } else { begin_sum(version, program.id()) };
        if word(5) != checksum(begun, body) {
            return Err(RunError::Checksum);
        }
        self.program = program.id();
        let mut reader = Reader::new(body);
        self.read_body(program, &mut reader).map_err(|why| match why {
            WireError::End => RunError::Truncated,
            WireError::Bad(what) => RunError::Corrupt { what },
        })?;
        if reader.left() > 0 {
            return Err(RunError::Corrupt { what: "it goes on after its end" });
        }
        Ok(())
    }

    fn read_body(&mut self, program: &Program, reader: &mut Reader<'_>) -> Result<(), WireError> {
        let head = reader.unsigned()?;
        self.bot = u32::try_from(head >> 1).map_err(|_| WireError::Bad("a number is too large"))?;
        self.turn = reader.index()?;
        self.wait = reader.index()?;
        let mut chain = Chain::new(program, self.bot).ok_or(WireError::Bad("its bot does not exist"))?;
        self.read_frames(&mut chain, head & 1 == 1, reader)?;
        let info = chain.wait(self.wait).ok_or(WireError::Bad("the function that waits has no such wait"))?;
        self.effect = None;
        if info.subject != Subject::None {
            let n = reader.unsigned()?;
            if n > 0 {
                let n =
                    u32::try_from(n - 1).map_err(|_| WireError::Bad("an effect's number is too large"))?;
                let turn = self.turn.wrapping_sub(reader.index()?);
                self.effect = Some(EffectId { turn, n });
            }
        }
        self.deadlines.clear();
        for _ in &info.timers {
            self.deadlines.push(reader.signed()?);
        }
        let live = program.tables().waits.get(self.wait as usize).map_or(&[][..], |wait| &wait.live);
        read_values(live, &mut self.values, reader)
    }

    fn read_frames(
        &mut self,
        chain: &mut Chain<'_>,
        any: bool,
        reader: &mut Reader<'_>,
    ) -> Result<(), WireError> {
        const DEPTH: WireError = WireError::Bad("it has no callers where it should, or too many");
        self.frames.clear();
        let count = if any { reader.count()? } else { 0 };
        if any != (count > 0) || count > MAX_DEPTH {
            return Err(DEPTH);
        }
        for _ in 0..count {
            let number = reader.index()?;
            let call = chain.program.tables().calls.get(number as usize);
            let call = call.ok_or(WireError::Bad("a call that does not exist"))?;
            let bot = match call.callee {
                Callee::Flow(_) => chain.bot,
                Callee::Bot(_) => reader.index()?,
            };
            chain.enter(number, bot).ok_or(WireError::Bad("a caller that does not make this call"))?;
            let mut values = Vec::new();
            read_values(&call.live, &mut values, reader)?;
            self.frames.push(Frame { call: number, bot, values });
        }
        Ok(())
    }
}

impl Default for Run {
    /// A run of no program, to decode into.
    fn default() -> Self {
        Run {
            program: 0,
            bot: 0,
            turn: 0,
            wait: 0,
            deadlines: Vec::new(),
            effect: None,
            frames: Vec::new(),
            values: Vec::new(),
        }
    }
}

/// A value for each live register.
fn read_values(live: &[Live], values: &mut Vec<Value>, reader: &mut Reader<'_>) -> Result<(), WireError> {
    values.resize_with(live.len(), Value::default);
    for (place, live) in values.iter_mut().zip(live) {
        reader.value_into(place)?;
        if !live.slot.accepts(place) {
            return Err(WireError::Bad("a value of another type than its variable has"));
        }
    }
    Ok(())
}

/// The functions of a parked run, from the outermost bot inwards: each stands in the one before.
pub(crate) struct Chain<'p> {
    program: &'p Program,
    /// The bot that runs here.
    bot: u32,
    /// Its own function, or one of its flows.
    function: u32,
    /// The registers of the frames so far, this one included.
    registers: usize,
    depth: usize,
}

impl<'p> Chain<'p> {
    /// The outermost bot, if there is such a bot.
    pub(crate) fn new(program: &'p Program, bot: u32) -> Option<Chain<'p>> {
        let mut chain = Chain { program, bot, function: 0, registers: 0, depth: 0 };
        chain.set(program.tables().bots.get(bot as usize)?.function)?;
        Some(chain)
    }

    fn set(&mut self, function: u32) -> Option<()> {
        let row = self.program.tables().functions.get(function as usize)?;
        self.function = function;
        self.registers += usize::from(row.registers);
        (self.registers <= MAX_REGISTERS).then_some(())
    }

    /// What this call leads to, if it stands in the function; `bot` is the one that runs there.
    pub(crate) fn enter(&mut self, call: u32, bot: u32) -> Option<()> {
        let tables = self.program.tables();
        let row = tables.calls.get(call as usize)?;
        let info = self.program.derived.calls.get(call as usize)?;
        self.depth += 1;
        if info.function != self.function || self.depth > MAX_DEPTH {
            return None;
        }
        match row.callee {
            Callee::Flow(_) if bot != self.bot => None,
            Callee::Flow(flow) => self.set(flow),
            Callee::Bot(_) => {
                self.bot = bot;
                self.set(tables.bots.get(bot as usize)?.function)
            }
        }
    }

    /// A wait, if it stands in the function.
    pub(crate) fn wait(&self, wait: u32) -> Option<&'p WaitInfo> {
        let info = self.program.derived.waits.get(wait as usize)?;
        (info.function == Some(self.function)).then_some(info)
    }
}

/// The wait a run is parked at, if everything in the run fits together.
pub(crate) fn wait_of<'p>(program: &'p Program, run: &Run) -> Option<&'p WaitInfo> {
    let mut chain = Chain::new(program, run.bot)?;
    for frame in &run.frames {
        chain.enter(frame.call, frame.bot)?;
        let call = program.tables().calls.get(frame.call as usize)?;
        if frame.values.len() != call.live.len() {
            return None;
        }
    }
    let info = chain.wait(run.wait)?;
    let wait = program.tables().waits.get(run.wait as usize)?;
    (run.deadlines.len() == info.timers.len() && run.values.len() == wait.live.len()).then_some(info)
}

/// The checksum so far of everything but the body, which is the same for all runs of a program. A program keeps it:
/// beginning one anew asks what the processor can do.
pub(crate) fn begin_sum(version: u8, program: u64) -> Hasher {
    let mut sum = Hasher::new();
    sum.update(&[version]);
    sum.update(&program.to_le_bytes());
    sum
}

fn checksum(mut begun: Hasher, body: &[u8]) -> u32 {
    begun.update(body);
    begun.finalize()
}
