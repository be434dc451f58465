//! A parked run: plain, small, named data. A few dozen bytes when encoded.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | format version |
//! | 4 | low half of the program's id |
//! | 4 | CRC-32 of the version, the program's whole id and everything below |
//! | varints | bot, turn, wait |
//! | varints | number and turn of the effect the wait belongs to, if it can belong to one |
//! | varints | one deadline per timer of the wait |
//! | | one value per live register of the wait |
//!
//! The program knows how many of each there are and what they hold, so nothing here says it again. Integers are
//! little-endian; the varints and values are those of the program's own encoding.

use crate::effect::EffectId;
use crate::error::RunError;
use crate::loaded::{Program, Subject, WaitInfo};
use crate::value::Value;
use crate::wire::{Reader, WireError, put_signed, put_unsigned, put_value};

/// A run that waits. Everything it needs to go on, and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The program it was parked under: [`crate::Program::id`].
    pub program: u64,
    /// Index into the program's bots.
    pub bot: u32,
    /// How many turns it has taken.
    pub turn: u32,
    /// Index into the program's waits.
    pub wait: u32,
    /// One per `Timeout` exit of the wait, in order: when it is due, in milliseconds since 1970-01-01T00:00Z.
    pub deadlines: Vec<i64>,
    /// The effect the wait belongs to, if one of its exits asks for its delivery, failure or answer.
    pub effect: Option<EffectId>,
    /// One per live register of the wait, in order.
    pub values: Vec<Value>,
}

/// The format written, and the newest one read.
const FORMAT: u8 = 1;
/// The oldest format read.
const OLDEST: u8 = 1;
/// No parked run is larger.
pub(crate) const MAX_RUN: usize = 1 << 20;
/// What the parked values of a run may take, so that what is parked can be restored.
pub(crate) const MAX_VALUES: usize = MAX_RUN - (64 << 10);

const HEADER: usize = 9;

impl Run {
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
        put_unsigned(out, u64::from(self.bot));
        put_unsigned(out, u64::from(self.turn));
        put_unsigned(out, u64::from(self.wait));
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
            let sum = checksum(FORMAT, self.program, body).to_le_bytes();
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
        if word(5) != checksum(version, program.id(), body) {
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
        self.bot = reader.index()?;
        self.turn = reader.index()?;
        self.wait = reader.index()?;
        let info = wait_of(program, self).ok_or(WireError::Bad("its bot has no such wait"))?;
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
        self.values.clear();
        let live = program.tables().waits.get(self.wait as usize).map_or(&[][..], |wait| &wait.live);
        for live in live {
            let value = reader.value()?;
            if !live.slot.accepts(&value) {
                return Err(WireError::Bad("a value of another type than its variable has"));
            }
            self.values.push(value);
        }
        Ok(())
    }
}

impl Default for Run {
    /// A run of no program, to decode into.
    fn default() -> Self {
        Run { program: 0, bot: 0, turn: 0, wait: 0, deadlines: Vec::new(), effect: None, values: Vec::new() }
    }
}

/// The wait a run is parked at, if its bot has it.
pub(crate) fn wait_of<'p>(program: &'p Program, run: &Run) -> Option<&'p WaitInfo> {
    let info = program.derived.waits.get(run.wait as usize)?;
    let bot = program.tables().bots.get(run.bot as usize)?;
    (info.function == Some(bot.function)).then_some(info)
}

fn checksum(version: u8, program: u64, body: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&[version]);
    sum.update(&program.to_le_bytes());
    sum.update(body);
    sum.finalize()
}
