//! Which functions and loops of a program are computations, and where their instructions are.

use super::kinds::{Around, around, is_function};
use super::translate::{Draft, translate_fn, translate_loop};
use super::{Exit, Function, Loop, MOST_SLOTS, Quick};
use crate::op::{Op, Role, Target};
use crate::program::{self, FunctionKind, Tables};
use crate::trap::{Trap, TrapKind};

/// How often the instructions of a program are translated at most, as loops stand in loops.
const TIMES: usize = 4;

/// The computations of a program.
#[derive(Debug, Default)]
pub(crate) struct Computations {
    pub(super) code: Vec<Quick>,
    pub(super) functions: Vec<Function>,
    /// Ints that are too large for an instruction.
    ints: Vec<i64>,
    /// For each function of the tables the one here; empty if there is none at all.
    numbers: Vec<Option<u32>>,
    /// In order of their first instructions, each of which begins one.
    loops: Vec<Loop>,
    /// Where ranges of the code begin, here and in the tables.
    origins: Vec<(u32, Target)>,
}

impl Computations {
    pub(crate) fn new(tables: &Tables) -> Computations {
        let mut known = Computations::default();
        let mut drafts = Vec::with_capacity(tables.functions.len());
        for function in &tables.functions {
            drafts.push(known.draft(tables, function));
        }
        drop_callers(&mut drafts);
        if drafts.iter().any(Option::is_some) {
            known.numbers = vec![None; drafts.len()];
        }
        let numbers = drafts.iter().zip(&tables.functions).zip(&mut known.numbers);
        for ((_, function), number) in numbers.filter(|((draft, _), _)| draft.is_some()) {
            *number = u32::try_from(known.functions.len()).ok();
            let frame = u8::try_from(function.registers / 16).unwrap_or(u8::MAX);
            known.functions.push(Function { start: 0, params: function.params, frame });
        }
        for (draft, number) in drafts.into_iter().flatten().zip(0usize..) {
            let start = known.place(draft);
            if let Some(function) = known.functions.get_mut(number) {
                function.start = start;
            }
        }
        let mut left = tables.code.len().saturating_mul(TIMES);
        for (index, function) in tables.functions.iter().enumerate() {
            if known.numbers.get(index).copied().flatten().is_none() {
                known.add_loops(tables, function, &mut left);
            }
        }
        known.loops.sort_by_key(|around| around.top);
        known
    }

    /// A function that computes with ints, as far as it can be seen without those that it calls.
    fn draft(&mut self, tables: &Tables, function: &program::Function) -> Option<Draft> {
        if function.kind != FunctionKind::Fn || usize::from(function.registers) > MOST_SLOTS {
            return None;
        }
        let draft = translate_fn(tables, &mut self.ints, function.start..function.end, function.params)?;
        is_function(tables, &draft, function.params).then_some(draft)
    }

    /// Appends code. Gives where it begins.
    fn place(&mut self, draft: Draft) -> u32 {
        let start = u32::try_from(self.code.len()).unwrap_or(u32::MAX);
        self.origins.push((start, draft.top));
        for mut op in draft.code {
            if let Quick::Call { function, .. } = &mut op {
                *function = self.numbers.get(*function as usize).copied().flatten().unwrap_or(u32::MAX);
            }
            self.code.push(op);
        }
        start
    }

    /// The loops of a function: what lies between a jump back and where it leads.
    fn add_loops(&mut self, tables: &Tables, function: &program::Function, left: &mut usize) {
        let code = tables.code.get(function.start as usize..function.end as usize).unwrap_or_default();
        let mut ranges: Vec<(Target, Target)> = Vec::new();
        for (at, op) in (function.start..).zip(code) {
            if let Some(to) = goes_back(op).filter(|to| *to <= at) {
                ranges.push((to, at + 1));
            }
        }
        ranges.sort_by_key(|(top, end)| (*top, u32::MAX - *end));
        ranges.dedup_by_key(|(top, _)| *top);
        for (top, end) in ranges {
            let Some(draft) = translate_loop(tables, &mut self.ints, top..end) else { continue };
            let Some(rest) = left.checked_sub(draft.code.len()) else { return };
            *left = rest;
            if draft.calls.iter().any(|callee| self.number(*callee).is_none()) {
                continue;
            }
            let Some(Around { wants, gives }) = around(tables, &draft) else { continue };
            let exits = draft.exits.iter().zip(gives).map(|(to, gives)| Exit { to: *to, gives }).collect();
            let registers = draft.registers.clone();
            let start = self.place(draft);
            self.loops.push(Loop { top, start, registers, wants, exits });
        }
    }

    #[inline]
    fn number(&self, function: u32) -> Option<u32> {
        self.numbers.get(function as usize).copied().flatten()
    }

    /// The function of ints that a function of the tables is.
    pub(super) fn function(&self, function: u32) -> Option<&Function> {
        self.functions.get(self.number(function)? as usize)
    }

    /// Whether a function of the tables is one of ints.
    #[inline]
    pub(crate) fn has_function(&self, function: u32) -> bool {
        self.number(function).is_some()
    }

    /// Whether there is any loop.
    pub(crate) fn has_loops(&self) -> bool {
        !self.loops.is_empty()
    }

    /// The loop that begins at an instruction of the tables.
    pub(super) fn loop_at(&self, top: Target) -> Option<&Loop> {
        let at = self.loops.binary_search_by_key(&top, |around| around.top).ok()?;
        self.loops.get(at)
    }

    pub(super) fn int(&self, at: u32) -> i64 {
        self.ints.get(at as usize).copied().unwrap_or_default()
    }

    /// A trap of the instruction before this one.
    #[cold]
    pub(super) fn trap(&self, kind: TrapKind, pc: usize) -> Trap {
        let at = u32::try_from(pc).unwrap_or(u32::MAX).saturating_sub(1);
        let after = self.origins.partition_point(|(start, _)| *start <= at);
        let origin = after.checked_sub(1).and_then(|origin| self.origins.get(origin));
        Trap { kind, op: origin.map_or(0, |(start, top)| top + (at - start)) }
    }
}

/// Where an instruction leads at which loops end.
fn goes_back(op: &Op) -> Option<Target> {
    let ends = matches!(
        op,
        Op::Jump { .. }
            | Op::JumpIf { .. }
            | Op::JumpUnless { .. }
            | Op::JumpLtInt { .. }
            | Op::JumpLeInt { .. }
            | Op::JumpEqInt { .. }
            | Op::JumpNeInt { .. }
            | Op::JumpLtImm { .. }
            | Op::JumpGtImm { .. }
            | Op::JumpEqImm { .. }
            | Op::JumpNeImm { .. }
            | Op::AddJumpLt { .. }
            | Op::AddJumpLe { .. }
    );
    let mut to = None;
    if ends {
        op.operands(|operand| {
            if operand.role == Role::Target {
                to = Target::try_from(operand.value).ok();
            }
        });
    }
    to
}

/// Drops what calls something that has been dropped.
fn drop_callers(drafts: &mut [Option<Draft>]) {
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    for (caller, draft) in drafts.iter().enumerate() {
        for callee in draft.iter().flat_map(|draft| &draft.calls) {
            if let Some(callers) = callers.get_mut(*callee as usize) {
                callers.push(caller);
            }
        }
    }
    let mut dropped: Vec<usize> =
        drafts.iter().enumerate().filter(|(_, draft)| draft.is_none()).map(|(index, _)| index).collect();
    while let Some(callee) = dropped.pop() {
        for caller in callers.get_mut(callee).map(std::mem::take).unwrap_or_default() {
            if drafts.get_mut(caller).and_then(Option::take).is_some() {
                dropped.push(caller);
            }
        }
    }
}
