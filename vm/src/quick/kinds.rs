//! Which register holds what before each instruction of a computation. In: a draft. Out: what it wants when it is
//! entered and gives when it is left, or nothing if some register may hold something else than its instructions take.
//!
//! A register that is read before it is surely written is wanted. So is one that is written on some ways to an exit
//! only: what it held before is what it holds then.

use super::translate::Draft;
use super::{Kinds, Quick, Slot};
use crate::program::Tables;

/// How often a draft is gone through at most, each time with more wanted than before.
const ROUNDS: usize = 8;

/// What a loop wants, and what each of its exits gives.
pub(super) struct Around {
    pub(super) wants: Kinds,
    pub(super) gives: Vec<Kinds>,
}

impl Kinds {
    /// The first registers are ints.
    pub(super) fn of_params(params: u8) -> Kinds {
        Kinds { ints: 1u64.checked_shl(u32::from(params)).unwrap_or(0).wrapping_sub(1), bools: 0 }
    }

    fn known(self) -> u64 {
        self.ints | self.bools
    }

    /// What is known on both ways.
    fn meet(self, other: Kinds) -> Kinds {
        Kinds { ints: self.ints & other.ints, bools: self.bools & other.bools }
    }

    fn only(self, slots: u64) -> Kinds {
        Kinds { ints: self.ints & slots, bools: self.bools & slots }
    }

    fn set_int(&mut self, slot: Slot) {
        self.ints |= bit(slot);
        self.bools &= !bit(slot);
    }

    fn set_bool(&mut self, slot: Slot) {
        self.bools |= bit(slot);
        self.ints &= !bit(slot);
    }
}

fn bit(slot: Slot) -> u64 {
    1u64.checked_shl(u32::from(slot)).unwrap_or(0)
}

/// Whether a function of so many ints computes with ints and gives one, and reads nothing that it has not written.
pub(super) fn is_function(tables: &Tables, draft: &Draft, params: u8) -> bool {
    let entry = Kinds::of_params(params);
    Flow::new(tables, draft).follow(entry).is_some_and(|flow| flow.wants == entry)
}

/// What a loop wants and gives, if it computes with ints and bools.
pub(super) fn around(tables: &Tables, draft: &Draft) -> Option<Around> {
    let mut entry = Kinds::default();
    for _ in 0..ROUNDS {
        let flow = Flow::new(tables, draft).follow(entry)?;
        let mut wants = flow.wants;
        let written = flow.written;
        for (_, kinds) in &flow.exits {
            let missing = written.known() & !kinds.known();
            if (written.ints & written.bools | entry.known()) & missing != 0 {
                return None;
            }
            wants.ints |= written.ints & missing;
            wants.bools |= written.bools & missing;
        }
        if wants.ints & wants.bools != 0 {
            return None;
        }
        if wants == entry {
            let mut gives = vec![Kinds::default(); draft.exits.len()];
            for (exit, kinds) in &flow.exits {
                *gives.get_mut(*exit as usize)? = kinds.only(written.known());
            }
            return Some(Around { wants, gives });
        }
        entry = wants;
    }
    None
}

struct Flow<'a> {
    tables: &'a Tables,
    code: &'a [Quick],
    /// Before each instruction, once some way to it has been found.
    before: Vec<Option<Kinds>>,
    /// Instructions before which less is known than when they were looked at.
    open: Vec<usize>,
    /// What is known before the first one. If it is not known later, something else has been written on some way.
    entry: Kinds,
    /// That, and what else has been read before it was known.
    wants: Kinds,
    /// What is written as what.
    written: Kinds,
    /// Exits that are reached.
    exits: Vec<(u32, Kinds)>,
}

impl<'a> Flow<'a> {
    fn new(tables: &'a Tables, draft: &'a Draft) -> Flow<'a> {
        Flow {
            tables,
            code: &draft.code,
            before: vec![None; draft.code.len()],
            open: Vec::new(),
            entry: Kinds::default(),
            wants: Kinds::default(),
            written: Kinds::default(),
            exits: Vec::new(),
        }
    }

    /// Follows all ways from the first instruction on.
    fn follow(mut self, entry: Kinds) -> Option<Flow<'a>> {
        self.entry = entry;
        self.wants = entry;
        self.reach(0, entry)?;
        let mut left = self.code.len().saturating_mul(4).saturating_add(64);
        while let Some(at) = self.open.pop() {
            left = left.checked_sub(1)?;
            let op = *self.code.get(at)?;
            let kinds = (*self.before.get(at)?)?;
            self.pass(at, op, kinds)?;
        }
        let exits = self.code.iter().zip(&self.before);
        self.exits = exits
            .filter_map(|(op, before)| {
                if let (Quick::Exit { exit }, Some(kinds)) = (op, before) {
                    Some((*exit, *kinds))
                } else {
                    None
                }
            })
            .collect();
        Some(self)
    }

    /// Notes a way to an instruction.
    fn reach(&mut self, at: usize, kinds: Kinds) -> Option<()> {
        let before = self.before.get_mut(at)?;
        let met = before.map_or(kinds, |known| known.meet(kinds));
        if *before != Some(met) {
            *before = Some(met);
            self.open.push(at);
        }
        Some(())
    }

    fn jumps(&mut self, at: usize, by: i16, kinds: Kinds) -> Option<()> {
        self.reach((at + 1).checked_add_signed(isize::from(by))?, kinds)
    }

    fn int(&mut self, kinds: &mut Kinds, slot: Slot) -> Option<()> {
        if kinds.ints & bit(slot) == 0 {
            if (kinds.bools | self.wants.bools | self.entry.known()) & bit(slot) != 0 {
                return None;
            }
            self.wants.ints |= bit(slot);
            kinds.ints |= bit(slot);
        }
        Some(())
    }

    fn bool(&mut self, kinds: &mut Kinds, slot: Slot) -> Option<()> {
        if kinds.bools & bit(slot) == 0 {
            if (kinds.ints | self.wants.ints | self.entry.known()) & bit(slot) != 0 {
                return None;
            }
            self.wants.bools |= bit(slot);
            kinds.bools |= bit(slot);
        }
        Some(())
    }

    fn gives_int(&mut self, kinds: &mut Kinds, slot: Slot) {
        self.written.ints |= bit(slot);
        kinds.set_int(slot);
    }

    fn gives_bool(&mut self, kinds: &mut Kinds, slot: Slot) {
        self.written.bools |= bit(slot);
        kinds.set_bool(slot);
    }

    /// Passes an instruction, and reaches those that may follow it.
    fn pass(&mut self, at: usize, op: Quick, mut kinds: Kinds) -> Option<()> {
        let known = &mut kinds;
        match op {
            Quick::Int { dst, .. } | Quick::Const { dst, .. } => self.gives_int(known, dst),
            Quick::Bool { dst, .. } => self.gives_bool(known, dst),
            Quick::Move { dst, src } if known.bools & bit(src) != 0 => self.gives_bool(known, dst),
            Quick::Move { dst, src: a } | Quick::AddImm { dst, a, .. } | Quick::Neg { dst, a } => {
                self.int(known, a)?;
                self.gives_int(known, dst);
            }
            Quick::Not { dst, a } => {
                self.bool(known, a)?;
                self.gives_bool(known, dst);
            }
            Quick::Add { dst, a, b }
            | Quick::Sub { dst, a, b }
            | Quick::Mul { dst, a, b }
            | Quick::Rem { dst, a, b } => {
                self.int(known, a)?;
                self.int(known, b)?;
                self.gives_int(known, dst);
            }
            Quick::Eq { dst, a, b }
            | Quick::Ne { dst, a, b }
            | Quick::Lt { dst, a, b }
            | Quick::Le { dst, a, b } => {
                self.int(known, a)?;
                self.int(known, b)?;
                self.gives_bool(known, dst);
            }
            Quick::Jump { by } => return self.jumps(at, by, kinds),
            Quick::JumpIf { cond, by } | Quick::JumpUnless { cond, by } => {
                self.bool(known, cond)?;
                self.jumps(at, by, kinds)?;
            }
            Quick::JumpLt { a, b, by }
            | Quick::JumpLe { a, b, by }
            | Quick::JumpEq { a, b, by }
            | Quick::JumpNe { a, b, by } => {
                self.int(known, a)?;
                self.int(known, b)?;
                self.jumps(at, by, kinds)?;
            }
            Quick::JumpLtImm { a, by, .. }
            | Quick::JumpGtImm { a, by, .. }
            | Quick::JumpEqImm { a, by, .. }
            | Quick::JumpNeImm { a, by, .. } => {
                self.int(known, a)?;
                self.jumps(at, by, kinds)?;
            }
            Quick::AddJumpLt { a, b, by, .. } | Quick::AddJumpLe { a, b, by, .. } => {
                self.int(known, a)?;
                self.int(known, b)?;
                self.gives_int(known, a);
                self.jumps(at, by, kinds)?;
            }
            Quick::Call { dst, args, function, .. } => {
                let params = self.tables.functions.get(function as usize)?.params;
                for slot in args..args.checked_add(params)? {
                    self.int(known, slot)?;
                }
                self.gives_int(known, dst);
            }
            Quick::Return { src } => return self.int(known, src),
            Quick::Exit { .. } => return Some(()),
        }
        self.reach(at + 1, kinds)
    }
}
