//! Which instructions read their registers for the last time: a message, an action or a move may then take the values
//! out of their registers instead of sharing them. In: verified tables. Out: a bit per instruction.
//!
//! Looked at is only what follows directly; where that is not enough to be sure, the value is shared.

use crate::op::{Op, Reg, Role};
use crate::program::{Message, On, Source::Const, Tables, Wait};

/// How many instructions are looked at after a read.
const AHEAD: usize = 8;

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
    let mut next = at + 1;
    for _ in 0..AHEAD {
        let Some(op) = tables.code.get(next) else { return false };
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
    Unknown,
}

/// What an instruction that calls nothing does with a register.
fn after(op: &Op, reg: Reg) -> After {
    let (mut read, mut written, mut jumps, mut first) = (false, false, false, 0);
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
            Role::Target | Role::BotTarget => jumps = true,
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
    match (read || jumps, written) {
        (true, _) => After::Unknown,
        (false, true) => After::Written,
        (false, false) => After::Nothing,
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
