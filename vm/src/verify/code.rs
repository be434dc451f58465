//! Instructions, each by itself and with the one before it.

use super::point::{enter_op, message_op, wait_op};
use super::{Check, WaitPlace, fail};
use crate::builtin::numbered;
use crate::loaded::CallInfo;
use crate::op::{Op, Operand, Reg, Role, Target};
use crate::program::{Callee, Function, FunctionKind, Live, On, Source, Tables};
use crate::value::Kind;

/// The function that is being checked, and where.
pub(super) struct At<'a> {
    pub(super) tables: &'a Tables,
    /// Registers of the widest bot.
    pub(super) widest: u16,
    pub(super) function: &'a Function,
    /// The number of the bot's own function, if this is that or one of its flows.
    pub(super) owner: Option<u32>,
    pub(super) pc: usize,
    pub(super) op: Op,
}

impl At<'_> {
    pub(super) fn wrong<T>(&self, what: impl std::fmt::Display) -> Check<T> {
        fail(format!("instruction {} ({}) of {}: {what}", self.pc, self.op.name(), self.function.name))
    }

    pub(super) fn reg(&self, reg: i64) -> Check {
        if (0..i64::from(self.function.registers)).contains(&reg) {
            Ok(())
        } else {
            self.wrong(format_args!("register {reg} of a frame of {}", self.function.registers))
        }
    }

    pub(super) fn target(&self, to: i64) -> Check {
        if (i64::from(self.function.start)..i64::from(self.function.end)).contains(&to) {
            Ok(())
        } else {
            self.wrong(format_args!("goes on at {to}, outside of its function"))
        }
    }

    pub(super) fn index<'t, T>(&self, table: &'t [T], index: i64, what: &str) -> Check<&'t T> {
        match usize::try_from(index).ok().and_then(|index| table.get(index)) {
            Some(row) => Ok(row),
            None => self.wrong(format_args!("{what} {index} does not exist, there are {}", table.len())),
        }
    }

    /// The function whose frame holds the bot's registers, in a bot and its flows.
    pub(super) fn own(&self) -> Check<&Function> {
        let own = self.owner.and_then(|owner| self.tables.functions.get(owner as usize));
        match own.filter(|own| own.kind == FunctionKind::Bot) {
            Some(own) => Ok(own),
            None => self.wrong("stands in a flow of something that is no bot"),
        }
    }

    /// Registers that are kept while parked.
    pub(super) fn live(&self, live: &[Live], name: &str) -> Check {
        if live.iter().zip(live.iter().skip(1)).any(|(a, b)| a.reg >= b.reg) {
            return self.wrong(format_args!("the registers kept by {name} are not ascending"));
        }
        live.iter().try_for_each(|live| self.reg(i64::from(live.reg)))
    }

    /// Registers of counted arguments.
    pub(super) fn args(&self, first: Reg, count: u8) -> Check {
        let end = u32::from(first) + u32::from(count);
        if end <= u32::from(self.function.registers) {
            Ok(())
        } else {
            self.wrong(format_args!("arguments {first}.. ({count}) lie outside of the frame"))
        }
    }

    /// A text of a message, an option or a button.
    pub(super) fn source(&self, source: Source, kinds: &[Kind]) -> Check {
        match source {
            Source::Reg(reg) => self.reg(i64::from(reg)),
            Source::Const(index) => {
                let value = self.index(&self.tables.consts, i64::from(index), "constant")?;
                if value.kind().is_some_and(|kind| kinds.contains(&kind)) {
                    Ok(())
                } else {
                    self.wrong(format_args!("constant {index} is not a text"))
                }
            }
        }
    }
}

pub(super) fn code(
    tables: &Tables,
    widest: u16,
    index: u32,
    function: &Function,
    waits: &mut [WaitPlace],
    calls: &mut [Option<CallInfo>],
) -> Check {
    let owner = match function.kind {
        FunctionKind::Fn => None,
        FunctionKind::Bot => Some(index),
        FunctionKind::Flow { bot } => Some(bot),
    };
    let mut last_action = None;
    let mut before = None;
    for pc in function.start as usize..function.end as usize {
        let Some(op) = tables.code.get(pc).copied() else { continue };
        let at = At { tables, widest, function, owner, pc, op };
        operands(&at)?;
        if let Op::Act { action, .. } = op {
            last_action = Some(action);
        } else if let Op::Wait { wait } = op {
            let counter = if let Some(Op::Draw { counter }) = before { Some(counter) } else { None };
            let place = WaitPlace { function: Some(index), action: last_action, counter };
            wait_op(&at, wait, place, waits)?;
        } else if let Op::Message { message, .. } = op {
            let row = at.index(&tables.messages, i64::from(message), "message")?;
            message_op(&at, row)?;
        } else if let Op::Enter { dst, call, .. } = op {
            enter_op(&at, call, CallInfo { function: index, op: at.pc as Target, dst }, calls)?;
        }
        if let Some(Op::Draw { .. }) = before
            && !takes_draws(tables, op)
        {
            return at.wrong("stands where the draw before it has to be waited for");
        }
        before = Some(op);
    }
    Ok(())
}

fn takes_draws(tables: &Tables, op: Op) -> bool {
    let Op::Wait { wait } = op else { return false };
    let wait = tables.waits.get(wait as usize);
    wait.is_some_and(|wait| wait.exits.iter().any(|exit| matches!(exit.on, On::Drawn(_))))
}

/// Checks every operand by its role. A count belongs to the arguments before it, and has to be what the callee takes.
fn operands(at: &At<'_>) -> Check {
    allowed(at)?;
    let tables = at.tables;
    let mut result = Ok(());
    let mut first = 0;
    let mut takes: Option<usize> = None;
    at.op.operands(|operand: Operand| {
        if result.is_ok() {
            result = one_operand(at, operand, &mut first, &mut takes);
        }
    });
    result?;
    if let Op::Call { function, .. } = at.op
        && at.index(&tables.functions, i64::from(function), "function")?.kind != FunctionKind::Fn
    {
        return at.wrong("calls a bot or a flow");
    }
    if let Op::SetField { convert: flag, .. } | Op::Bool { value: flag, .. } = at.op
        && flag > 1
    {
        return at.wrong("a flag that is neither 0 nor 1");
    }
    Ok(())
}

/// Instructions that stand only in bots and flows, or only in flows.
fn allowed(at: &At<'_>) -> Check {
    let for_flows = matches!(at.op, Op::Leave { .. } | Op::StoreVar { .. });
    let for_bots = matches!(
        at.op,
        Op::SetField { .. }
            | Op::ClearField { .. }
            | Op::Act { .. }
            | Op::Message { .. }
            | Op::Wait { .. }
            | Op::End {}
            | Op::Enter { .. }
            | Op::HandOver { .. }
            | Op::Draw { .. }
    );
    match at.function.kind {
        FunctionKind::Fn if for_bots || for_flows => at.wrong("stands outside of a bot"),
        FunctionKind::Bot if for_flows => at.wrong("stands outside of a flow"),
        FunctionKind::Fn | FunctionKind::Bot => Ok(()),
        FunctionKind::Flow { .. } => at.own().map(drop),
    }
}

fn one_operand(at: &At<'_>, operand: Operand, first: &mut i64, takes: &mut Option<usize>) -> Check {
    let tables = at.tables;
    let value = operand.value;
    match operand.role {
        Role::Read | Role::Write | Role::Update => at.reg(value),
        Role::Args => {
            *first = value;
            Ok(())
        }
        Role::Count => {
            if takes.is_some_and(|takes| i64::try_from(takes) != Ok(value)) {
                return at
                    .wrong(format_args!("gives {value} arguments to something that takes another number"));
            }
            if *first + value <= i64::from(at.function.registers) && *first >= 0 {
                Ok(())
            } else {
                at.wrong(format_args!("arguments {first}.. ({value}) lie outside of the frame"))
            }
        }
        Role::Target => at.target(value),
        Role::Const => at.index(&tables.consts, value, "constant").map(drop),
        Role::Function => {
            *takes = Some(usize::from(at.index(&tables.functions, value, "function")?.params));
            Ok(())
        }
        Role::Builtin => {
            let Some(row) = u16::try_from(value).ok().and_then(numbered) else {
                return at.wrong(format_args!("built-in function {value} does not exist"));
            };
            *takes = Some(usize::from(row.arity));
            Ok(())
        }
        Role::Field => at.index(&tables.fields, value, "field").map(drop),
        Role::Action => {
            *takes = Some(at.index(&tables.actions, value, "action")?.params.len());
            Ok(())
        }
        Role::Message => at.index(&tables.messages, value, "message").map(drop),
        Role::Wait => at.index(&tables.waits, value, "wait").map(drop),
        Role::Shape => {
            *takes = Some(at.index(&tables.shapes, value, "record shape")?.fields.len());
            Ok(())
        }
        Role::Regex => at.index(&tables.regexes, value, "regular expression").map(drop),
        Role::Var => variable(at, value),
        Role::Call => {
            let call = at.index(&tables.calls, value, "call")?;
            *takes = Some(match call.callee {
                Callee::Flow(flow) => {
                    usize::from(at.index(&tables.functions, i64::from(flow), "function")?.params)
                }
                Callee::Bot(bot) => at.index(&tables.bots, i64::from(bot), "bot")?.params.len(),
            });
            Ok(())
        }
        Role::Bot => {
            *takes = Some(at.index(&tables.bots, value, "bot")?.params.len());
            Ok(())
        }
        Role::Counter => at.index(&tables.counters, value, "counter").map(drop),
        Role::BotTarget => {
            let own = at.own()?;
            if (i64::from(own.start)..i64::from(own.end)).contains(&value) {
                Ok(())
            } else {
                at.wrong(format_args!("goes on at {value}, outside of its bot"))
            }
        }
        Role::BotReg => receives(at, value),
        Role::Small => Ok(()),
    }
}

/// A register of the bot: in a `fn` one that some bot has, for nobody knows which one calls it.
fn variable(at: &At<'_>, reg: i64) -> Check {
    let registers = if at.owner.is_some() { at.own()?.registers } else { at.widest };
    if (0..i64::from(registers)).contains(&reg) {
        return Ok(());
    }
    let which = if at.owner.is_some() { "the bot does not have" } else { "no bot has" };
    at.wrong(format_args!("variable {reg}, which {which}"))
}

/// Registers of the bot that receive arguments.
fn receives(at: &At<'_>, first: i64) -> Check {
    let registers = at.own()?.registers;
    let count = if let Op::Leave { count, .. } = at.op { i64::from(count) } else { 0 };
    if first >= 0 && first + count <= i64::from(registers) {
        Ok(())
    } else {
        at.wrong(format_args!("registers {first}.. ({count}) of a bot that has {registers}"))
    }
}
