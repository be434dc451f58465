//! Which instructions read their registers for the last time: a message, an action or a move may then take the values
//! out of their registers instead of sharing them. In: verified tables. Out: a bit per instruction.
//!
//! Looked at is only what follows closely, on both ways of a jump that may be taken; where that is not enough to be
//! sure, the value is shared.

use crate::op::{Op, Reg, Role};
use crate::program::{Message, On, Source::Const, Tables, Wait};

/// How many instructions are looked at after a read, on all ways together.
const AHEAD: usize = 24;

/// One bit per instruction.
pub(crate) struct LastReads(Vec<u64>);

impl LastReads {
    pub(crate) fn new(tables: &Tables) -> LastReads {
        let mut bits = vec![0; tables.code.len().div_ceil(64)];
        for (at, op) in tables.code.iter().enumerate() {
            let (first, count) = if let Op::Message { text, .. } = *op {
                (text, 1)
            } else if let Op::Act { args, count, .. } = *op {
                (args, Reg::from(count))
            } else if let Op::Move { src, dst } = *op
                && src != dst
            {
                (src, 1)
            } else {
                continue;
            };
            let last = (first..first.saturating_add(count)).all(|reg| is_last(tables, at, reg));
            if let (true, Some(word)) = (last, bits.get_mut(at / 64)) {
                *word |= 1 << (at % 64);
            }
        }
        LastReads(bits)
    }

    /// Whether the instruction reads its text, its arguments or its source for the last time.
    #[inline]
    pub(crate) fn at(&self, op: usize) -> bool {
        self.0.get(op / 64).is_some_and(|word| word >> (op % 64) & 1 == 1)
    }
}

/// Whether nothing reads the register once the instruction at `at` has.
pub(crate) fn is_last(tables: &Tables, at: usize, reg: Reg) -> bool {
    if tables.code.get(at).is_none_or(|op| reads_more(tables, op)) {
        return false;
    }
    never_read(tables, at + 1, reg, &mut { AHEAD })
}

/// Whether nothing reads the register from the instruction at `next` on, as far as it can be told by looking at no more
/// than `left` instructions.
fn never_read(tables: &Tables, mut next: usize, reg: Reg, left: &mut usize) -> bool {
    while let (Some(op), Some(fewer)) = (tables.code.get(next), left.checked_sub(1)) {
        *left = fewer;
        next += 1;
        if let Op::Jump { to } = *op {
            next = to as usize;
            continue;
        }
        if let Op::Wait { wait } = *op {
            return tables.waits.get(wait as usize).is_some_and(|wait| !keeps(wait, reg));
        }
        if matches!(op, Op::End {}) {
            return true;
        }
        if reads_more(tables, op) {
            return false;
        }
        match after(op, reg) {
            After::Nothing => {}
            After::Written => return true,
            After::Unknown => return false,
            After::MayJump(to) => {
                if !never_read(tables, to, reg, left) {
                    return false;
                }
            }
        }
    }
    false
}

/// Whether an instruction reads registers that it does not name: those in the row of its message, or what the function
/// reads that is called or that it goes on in.
fn reads_more(tables: &Tables, op: &Op) -> bool {
    if let Op::Message { message, .. } = *op {
        return !tables.messages.get(message as usize).is_some_and(is_plain);
    }
    matches!(op, Op::Call { .. } | Op::Enter { .. } | Op::Leave { .. } | Op::HandOver { .. })
}

enum After {
    Nothing,
    Written,
    /// It does nothing with it, and goes on there or with the next one.
    MayJump(usize),
    Unknown,
}

/// What an instruction that calls nothing does with a register.
fn after(op: &Op, reg: Reg) -> After {
    let (mut read, mut written, mut first) = (false, false, 0);
    // Where it may jump to; an instruction has one place at most, and another bot's frame is another.
    let (mut to, mut elsewhere) = (None, false);
    op.operands(|operand| {
        let same = operand.value == i64::from(reg);
        match operand.role {
            Role::Read => read |= same,
            Role::Write => written |= same,
            Role::Update => {
                read |= same;
                written |= same;
            }
            Role::Args => first = operand.value,
            Role::Count => read |= (first..first + operand.value).contains(&i64::from(reg)),
            Role::Target => to = Some(operand.value),
            Role::BotTarget => elsewhere = true,
            Role::Var | Role::BotReg => read |= same,
            Role::Const
            | Role::Function
            | Role::Builtin
            | Role::Field
            | Role::Action
            | Role::Message
            | Role::Wait
            | Role::Shape
            | Role::Regex
            | Role::Call
            | Role::Bot
            | Role::Counter
            | Role::Small => {}
        }
    });
    match (read || elsewhere, written, to) {
        (true, _, _) | (false, true, Some(_)) => After::Unknown,
        (false, true, None) => After::Written,
        (false, false, None) => After::Nothing,
        (false, false, Some(to)) => usize::try_from(to).map_or(After::Unknown, After::MayJump),
    }
}

/// Whether a message reads no register but its text.
pub(crate) fn is_plain(message: &Message) -> bool {
    message.attach.is_none()
        && message.voice.is_none()
        && message.list.is_none()
        && message.template.is_none()
        && message.from.is_none()
        && message
            .buttons
            .iter()
            .all(|button| matches!(button.label, Const(_)) && matches!(button.link, None | Some(Const(_))))
}

/// Whether a register may be read at a wait or after it. One that goes on at once, where hours have begun, keeps all.
fn keeps(wait: &Wait, reg: Reg) -> bool {
    wait.live.iter().any(|live| live.reg == reg)
        || wait.exits.iter().any(|exit| match exit.on {
            On::Timeout(timer) => timer == reg,
            On::Hours(_) => true,
            On::Option { .. }
            | On::Other
            | On::Message
            | On::Failed
            | On::Delivered
            | On::VideoOpened
            | On::VideoClosed
            | On::Answer(_)
            | On::Result
            | On::Chosen(_)
            | On::Drawn(_) => false,
        })
}

#[cfg(test)]
mod tests {
    use super::is_last;
    use crate::op::Op;
    use crate::program::Tables;

    /// A register is read for the last time if it is written or gone on both ways of a jump, and only then.
    #[test]
    fn both_ways_of_a_jump_count() {
        let code = |other: Op| Tables {
            code: vec![
                Op::Move { dst: 1, src: 0 },
                Op::JumpUnless { cond: 1, to: 4 },
                Op::Int { dst: 0, value: 1 },
                Op::End {},
                other,
                Op::End {},
            ],
            ..Tables::default()
        };
        let last = |other: Op, reg| is_last(&code(other), 0, reg);
        assert!(last(Op::Bool { dst: 0, value: 1 }, 0), "written on both ways");
        assert!(last(Op::Bool { dst: 1, value: 1 }, 0), "gone on one way");
        assert!(!last(Op::Move { dst: 1, src: 0 }, 0), "read where the jump leads");
        assert!(!last(Op::Bool { dst: 0, value: 1 }, 1), "read by the jump");
        assert!(!last(Op::JumpUnless { cond: 1, to: 4 }, 0), "a circle that never ends");
        assert!(!last(Op::Call { dst: 0, function: 0, args: 0, count: 0 }, 0), "a call may read it");
    }

    /// Many jumps in a row do not take long: nothing is known of what lies far behind.
    #[test]
    fn only_so_much_is_looked_at() {
        let mut code = vec![Op::Move { dst: 1, src: 0 }];
        code.extend((0..10_000).map(|_| Op::JumpIf { cond: 1, to: 1 }));
        code.push(Op::End {});
        assert!(!is_last(&Tables { code, ..Tables::default() }, 0, 0));
    }
}
