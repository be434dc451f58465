//! From instructions of the tables to those of computations, one by one. What has no counterpart here gives none.

use super::{MOST_SLOTS, Quick, Slot};
use crate::op::{Op, Reg, Role, Target};
use crate::program::Tables;
use crate::value::Value;
use std::ops::Range;

/// A translated range of code that has not been checked yet. Calls name functions of the tables.
pub(super) struct Draft {
    pub(super) top: Target,
    pub(super) code: Vec<Quick>,
    /// The registers of the slots, ascending.
    pub(super) registers: Vec<Reg>,
    /// Where a loop is left for, the end of the range first. Their instructions stand at the end of the code. A function
    /// has none.
    pub(super) exits: Vec<Target>,
    /// The functions that it calls.
    pub(super) calls: Vec<u32>,
}

/// Translates a loop; whatever leads out of the range leaves it, and so does what returns from the function.
pub(super) fn translate_loop(tables: &Tables, ints: &mut Vec<i64>, range: Range<Target>) -> Option<Draft> {
    let exits = vec![range.end];
    translate(Translator { tables, ints, range, registers: Vec::new(), exits, calls: Vec::new(), by: 0 })
}

/// Translates a function. Its parameters have the first slots.
pub(super) fn translate_fn(
    tables: &Tables,
    ints: &mut Vec<i64>,
    range: Range<Target>,
    params: u8,
) -> Option<Draft> {
    let registers = (0..Reg::from(params)).collect();
    translate(Translator { tables, ints, range, registers, exits: Vec::new(), calls: Vec::new(), by: 0 })
}

fn translate(mut from: Translator<'_>) -> Option<Draft> {
    let ops = from.tables.code.get(from.range.start as usize..from.range.end as usize)?;
    for op in ops {
        from.collect(op)?;
    }
    from.registers.sort_unstable();
    from.registers.dedup();
    if from.registers.len() > MOST_SLOTS {
        return None;
    }
    let mut code = Vec::with_capacity(ops.len() + from.exits.len());
    for op in ops {
        from.by = i64::try_from(code.len()).ok()? + 1;
        code.push(from.op(op)?);
    }
    code.extend((0u32..).zip(&from.exits).map(|(exit, _)| Quick::Exit { exit }));
    let Translator { registers, exits, calls, range, .. } = from;
    Some(Draft { top: range.start, code, registers, exits, calls })
}

/// Whether an instruction can have a counterpart: nearly all ranges of code begin with some that have none.
fn has_counterpart(op: &Op) -> bool {
    matches!(
        op,
        Op::Const { .. }
            | Op::Int { .. }
            | Op::Bool { .. }
            | Op::Move { .. }
            | Op::AddInt { .. }
            | Op::SubInt { .. }
            | Op::MulInt { .. }
            | Op::Rem { .. }
            | Op::Eq { .. }
            | Op::Ne { .. }
            | Op::Lt { .. }
            | Op::Le { .. }
            | Op::AddImm { .. }
            | Op::Neg { .. }
            | Op::Not { .. }
            | Op::Call { .. }
            | Op::Return { .. }
            | Op::Jump { .. }
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
    )
}

struct Translator<'a> {
    tables: &'a Tables,
    ints: &'a mut Vec<i64>,
    range: Range<Target>,
    registers: Vec<Reg>,
    exits: Vec<Target>,
    calls: Vec<u32>,
    /// The place from which jumps are counted.
    by: i64,
}

impl Translator<'_> {
    /// Notes the registers of an instruction that has a counterpart.
    fn collect(&mut self, op: &Op) -> Option<()> {
        let mut first = None;
        let registers = &mut self.registers;
        op.operands(|operand| {
            let reg = Reg::try_from(operand.value).unwrap_or_default();
            if let Role::Read | Role::Write | Role::Update = operand.role {
                registers.push(reg);
            } else if operand.role == Role::Args {
                first = Some(reg);
            } else if operand.role == Role::Count {
                let first = first.unwrap_or_default();
                registers.extend(first..first.saturating_add(reg));
            }
        });
        has_counterpart(op).then_some(())
    }

    fn slot(&self, reg: Reg) -> Option<Slot> {
        self.registers.binary_search(&reg).ok().and_then(|slot| Slot::try_from(slot).ok())
    }

    /// How far it is to an instruction of the tables, or to the exit that leads there.
    fn by(&mut self, to: Target) -> Option<i16> {
        let place = if self.range.contains(&to) {
            to - self.range.start
        } else {
            self.range.end - self.range.start + self.exit(to)?
        };
        i16::try_from(i64::from(place) - self.by).ok()
    }

    /// The number of the exit that leads there.
    fn exit(&mut self, to: Target) -> Option<u32> {
        let known = self.exits.iter().position(|exit| *exit == to);
        let exit = known.unwrap_or_else(|| {
            self.exits.push(to);
            self.exits.len() - 1
        });
        u32::try_from(exit).ok()
    }

    fn three(&self, [dst, a, b]: [Reg; 3], make: fn(dst: Slot, a: Slot, b: Slot) -> Quick) -> Option<Quick> {
        Some(make(self.slot(dst)?, self.slot(a)?, self.slot(b)?))
    }

    fn two(
        &mut self,
        a: Reg,
        b: Reg,
        to: Target,
        make: fn(a: Slot, b: Slot, by: i16) -> Quick,
    ) -> Option<Quick> {
        Some(make(self.slot(a)?, self.slot(b)?, self.by(to)?))
    }

    /// The counterpart of an instruction.
    fn op(&mut self, op: &Op) -> Option<Quick> {
        Some(match *op {
            Op::Const { dst, value } => {
                let Some(Value::Int(value)) = self.tables.consts.get(value as usize) else { return None };
                self.ints.push(*value);
                Quick::Const { dst: self.slot(dst)?, at: u32::try_from(self.ints.len() - 1).ok()? }
            }
            Op::Int { dst, value } => Quick::Int { dst: self.slot(dst)?, value },
            Op::Bool { dst, value } => Quick::Bool { dst: self.slot(dst)?, value: value != 0 },
            Op::Move { dst, src } => Quick::Move { dst: self.slot(dst)?, src: self.slot(src)? },
            Op::AddInt { dst, a, b } => self.three([dst, a, b], |dst, a, b| Quick::Add { dst, a, b })?,
            Op::SubInt { dst, a, b } => self.three([dst, a, b], |dst, a, b| Quick::Sub { dst, a, b })?,
            Op::MulInt { dst, a, b } => self.three([dst, a, b], |dst, a, b| Quick::Mul { dst, a, b })?,
            Op::Rem { dst, a, b } => self.three([dst, a, b], |dst, a, b| Quick::Rem { dst, a, b })?,
            Op::Eq { dst, a, b } => self.three([dst, a, b], |dst, a, b| Quick::Eq { dst, a, b })?,
            Op::Ne { dst, a, b } => self.three([dst, a, b], |dst, a, b| Quick::Ne { dst, a, b })?,
            Op::Lt { dst, a, b } => self.three([dst, a, b], |dst, a, b| Quick::Lt { dst, a, b })?,
            Op::Le { dst, a, b } => self.three([dst, a, b], |dst, a, b| Quick::Le { dst, a, b })?,
            Op::AddImm { dst, a, value } => Quick::AddImm { dst: self.slot(dst)?, a: self.slot(a)?, value },
            Op::Neg { dst, a } => Quick::Neg { dst: self.slot(dst)?, a: self.slot(a)? },
            Op::Not { dst, a } => Quick::Not { dst: self.slot(dst)?, a: self.slot(a)? },
            Op::Call { dst, function, args, count } => {
                self.calls.push(function);
                let size = Slot::try_from(self.registers.len()).ok()?;
                // Without arguments the register that would hold the first is none of those that are used.
                let args = if count == 0 { 0 } else { self.slot(args)? };
                Quick::Call { dst: self.slot(dst)?, args, size, function }
            }
            Op::Return { src } if self.exits.is_empty() => Quick::Return { src: self.slot(src)? },
            Op::Return { .. } => {
                let here = self.range.start + u32::try_from(self.by).ok()? - 1;
                Quick::Exit { exit: self.exit(here)? }
            }
            Op::Jump { to } => Quick::Jump { by: self.by(to)? },
            Op::JumpIf { cond, to } => Quick::JumpIf { cond: self.slot(cond)?, by: self.by(to)? },
            Op::JumpUnless { cond, to } => Quick::JumpUnless { cond: self.slot(cond)?, by: self.by(to)? },
            Op::JumpLtInt { a, b, to } => self.two(a, b, to, |a, b, by| Quick::JumpLt { a, b, by })?,
            Op::JumpLeInt { a, b, to } => self.two(a, b, to, |a, b, by| Quick::JumpLe { a, b, by })?,
            Op::JumpEqInt { a, b, to } => self.two(a, b, to, |a, b, by| Quick::JumpEq { a, b, by })?,
            Op::JumpNeInt { a, b, to } => self.two(a, b, to, |a, b, by| Quick::JumpNe { a, b, by })?,
            Op::JumpLtImm { a, value, to } => Quick::JumpLtImm { a: self.slot(a)?, by: self.by(to)?, value },
            Op::JumpGtImm { a, value, to } => Quick::JumpGtImm { a: self.slot(a)?, by: self.by(to)?, value },
            Op::JumpEqImm { a, value, to } => Quick::JumpEqImm { a: self.slot(a)?, by: self.by(to)?, value },
            Op::JumpNeImm { a, value, to } => Quick::JumpNeImm { a: self.slot(a)?, by: self.by(to)?, value },
            Op::AddJumpLt { a, value, b, to } => {
                Quick::AddJumpLt { a: self.slot(a)?, value, b: self.slot(b)?, by: self.by(to)? }
            }
            Op::AddJumpLe { a, value, b, to } => {
                Quick::AddJumpLe { a: self.slot(a)?, value, b: self.slot(b)?, by: self.by(to)? }
            }
            Op::None { .. }
            | Op::JumpNone { .. }
            | Op::JumpSet { .. }
            | Op::End {}
            | Op::Builtin { .. }
            | Op::Enter { .. }
            | Op::Leave { .. }
            | Op::HandOver { .. }
            | Op::Add { .. }
            | Op::Sub { .. }
            | Op::Mul { .. }
            | Op::Div { .. }
            | Op::In { .. }
            | Op::IsSet { .. }
            | Op::Concat { .. }
            | Op::List { .. }
            | Op::Record { .. }
            | Op::RecordGet { .. }
            | Op::Index { .. }
            | Op::GetField { .. }
            | Op::SetField { .. }
            | Op::ClearField { .. }
            | Op::Act { .. }
            | Op::Message { .. }
            | Op::LoadVar { .. }
            | Op::Matches { .. }
            | Op::StoreVar { .. }
            | Op::Draw { .. }
            | Op::Mark { .. }
            | Op::Wait { .. } => return None,
        })
    }
}
