//! What a turn does most, found in the code when a program is loaded: messages that say a known text or one that is
//! joined of known texts, fields and registers, and actions whose arguments are known. Each is several instructions
//! that pass values on through registers which nothing else reads; a plan does the same at once.
//!
//! Plans change nothing that can be seen: the same effects, values, traps at the same instructions, fuel and memory. A
//! jump into the middle of such instructions finds them as they are.

use crate::effect::{Args, Buttons};
use crate::fuel::{HEAD, MAX_NESTING, charge_bytes, weight};
use crate::heavy::{self, longest};
use crate::last::{is_last, is_plain};
use crate::loaded::static_buttons;
use crate::op::{Op, Reg};
use crate::program::{Echo, Tables};
use crate::text;
use crate::trap::TrapKind;
use crate::value::Value;
use crate::world::{Seen, World, arguments};
use std::sync::Arc;

/// The plans of a program, by the instruction that each begins with.
pub(crate) struct Plans {
    /// For each instruction the number of its plan, from 1.
    at: Vec<u32>,
    all: Vec<Plan>,
}

/// What a few instructions do together.
pub(crate) struct Plan {
    what: What,
    /// How many instructions follow the first one.
    pub(crate) more: u32,
}

enum What {
    /// A message with a text that is known.
    Say { text: Arc<str>, message: Plain },
    /// A message with a text that is put together.
    Tell { text: Joined, message: Plain },
    /// A text in a register.
    Text { text: Joined, dst: Reg },
    /// Whether a field matches a regular expression, in a register.
    Match { field: u32, regex: u32, dst: Reg },
    /// An action.
    Act { action: u32, args: Args, fuel: u64 },
}

/// A message of which only the text is not in its row.
struct Plain {
    index: u32,
    buttons: Buttons,
}

/// A text that is put together.
struct Joined {
    parts: Vec<Part>,
    /// The number of the instruction that joins them, counted from the first one of the plan.
    joins: u32,
}

enum Part {
    Known(Value),
    /// A field, and the number of the instruction that reads it.
    Field(u32, u32),
    Reg(Reg),
}

/// Why a plan could not be finished, and at which of its instructions.
type Failed = (TrapKind, u32);

impl Plans {
    pub(crate) fn new(tables: &Tables) -> Plans {
        let mut plans = Plans { at: vec![0; tables.code.len()], all: Vec::new() };
        for at in 0..tables.code.len() {
            if let Some(plan) = Plan::new(tables, at) {
                plans.all.push(plan);
                if let (Some(place), Ok(number)) = (plans.at.get_mut(at), u32::try_from(plans.all.len())) {
                    *place = number;
                }
            }
        }
        plans
    }

    /// The plan that begins with this instruction.
    #[inline]
    pub(crate) fn at(&self, op: u32) -> Option<&Plan> {
        let number = *self.at.get(op as usize)?;
        self.all.get((number as usize).checked_sub(1)?)
    }
}

/// The most instructions that pass values on to one.
const MOST: usize = 32;

impl Plan {
    /// The plan that begins with the instruction at `at`, if it is one that brings a value.
    fn new(tables: &Tables, at: usize) -> Option<Plan> {
        let code = tables.code.get(at..)?;
        let brought = code.iter().take(MOST).take_while(|op| brings(op).is_some()).count();
        let first = brings(code.first()?)?;
        let (bringing, rest) = code.split_at_checked(brought)?;
        // What is brought stands in one register after the other.
        let in_row = bringing.iter().zip(first..=Reg::MAX).all(|(op, reg)| brings(op) == Some(reg));
        if in_row { Plan::of(tables, at, bringing, first, rest.first()?) } else { None }
    }

    /// The plan of instructions that bring values and one that uses all of them.
    fn of(tables: &Tables, at: usize, bringing: &[Op], first: Reg, used: &Op) -> Option<Plan> {
        let joins = u32::try_from(bringing.len()).ok()?;
        let whole = |args: Reg, count: u8| args == first && usize::from(count) == bringing.len();
        let last = |reg: Reg| is_last(tables, at + bringing.len(), reg);
        let registers = || (first..=Reg::MAX).take(bringing.len());
        if let (Op::Message { message, text }, [Op::Const { value, .. }]) = (*used, bringing) {
            let Value::Text(known) = tables.consts.get(*value as usize)? else { return None };
            let plain = Plain::new(tables, message).filter(|_| text == first && last(text))?;
            return Some(Plan { what: What::Say { text: Arc::clone(known), message: plain }, more: joins });
        }
        if let Op::Act { action, args, count } = *used {
            if !whole(args, count) || !registers().all(last) {
                return None;
            }
            return Plan::act(tables, action, bringing);
        }
        if let (Op::Matches { dst, src, regex }, [Op::GetField { field, .. }]) = (*used, bringing) {
            let passed_on = src == first && (src == dst || last(src));
            return passed_on
                .then_some(Plan { what: What::Match { field: *field, regex, dst }, more: joins });
        }
        let Op::Concat { dst, args, count } = *used else { return None };
        let own = |reg: Reg| registers().any(|own| own == reg);
        if !whole(args, count) || count < 2 || !registers().all(|reg| reg == dst || last(reg)) {
            return None;
        }
        let parts: Option<Vec<Part>> = (0..).zip(bringing).map(|(n, op)| part(tables, op, n, own)).collect();
        let text = Joined { parts: parts?, joins };
        let next = at + bringing.len() + 1;
        if let Some(Op::Message { message, text: said }) = tables.code.get(next)
            && *said == dst
            && is_last(tables, next, dst)
            && let Some(message) = Plain::new(tables, *message)
        {
            return Some(Plan { what: What::Tell { text, message }, more: joins + 1 });
        }
        Some(Plan { what: What::Text { text, dst }, more: joins })
    }

    fn act(tables: &Tables, action: u32, bringing: &[Op]) -> Option<Plan> {
        let row = tables.actions.get(action as usize)?;
        if row.echo == Echo::Close {
            return None;
        }
        let known = |op: &Op| {
            let Op::Const { value, .. } = *op else { return None };
            tables.consts.get(value as usize).cloned()
        };
        let mut args = bringing.iter().map(known).collect::<Option<Vec<_>>>()?;
        let fuel = args.iter().map(|arg| weight(arg, false)).sum();
        let args = arguments(row, &mut args, true).ok()?;
        Some(Plan { what: What::Act { action, args, fuel }, more: u32::try_from(bringing.len()).ok()? })
    }

    /// Does what the instructions do, and takes what they cost beside one unit each from the fuel.
    #[inline(never)]
    pub(crate) fn carry_out(
        &self,
        world: &mut World<'_>,
        frame: &mut [Value],
        fuel: &mut u64,
    ) -> Result<(), Failed> {
        let failed = |kind| (kind, self.more);
        match &self.what {
            What::Say { text, message } => message.say(world, Arc::clone(text)).map_err(failed),
            What::Tell { text, message } => {
                let text = text.join(world, frame)?;
                message.say(world, text).map_err(failed)
            }
            What::Text { text, dst } => {
                let text = text.join(world, frame)?;
                heavy::set(frame, *dst, Value::Text(text));
                Ok(())
            }
            What::Match { field, regex, dst } => {
                let found = {
                    let seen = world.look(*field).map_err(|kind| (kind, 0))?;
                    let text = match seen.text() {
                        Ok(text) => Some(text),
                        Err(Value::None) => None,
                        Err(_) => return Err(failed(TrapKind::WrongKind)),
                    };
                    heavy::found(world, text, *regex, fuel).map_err(failed)?
                };
                heavy::set(frame, *dst, Value::Bool(found));
                Ok(())
            }
            What::Act { action, args, fuel: spent } => {
                *fuel = fuel.checked_sub(*spent).ok_or((TrapKind::OutOfFuel, self.more))?;
                world.act_with(*action, args.clone()).map_err(failed)?;
                Ok(())
            }
        }
    }
}

/// The register into which an instruction brings a value from elsewhere.
fn brings(op: &Op) -> Option<Reg> {
    if let Op::Const { dst, .. } | Op::GetField { dst, .. } | Op::Move { dst, .. } = *op {
        Some(dst)
    } else {
        None
    }
}

/// What an instruction brings; `own` are the registers into which the plan brings something.
fn part(tables: &Tables, op: &Op, n: u32, own: impl Fn(Reg) -> bool) -> Option<Part> {
    if let Op::Const { value, .. } = *op {
        tables.consts.get(value as usize).cloned().map(Part::Known)
    } else if let Op::GetField { field, .. } = *op {
        Some(Part::Field(field, n))
    } else if let Op::Move { src, .. } = *op {
        (!own(src)).then_some(Part::Reg(src))
    } else {
        None
    }
}

impl Plain {
    fn new(tables: &Tables, index: u32) -> Option<Plain> {
        let row = tables.messages.get(index as usize).filter(|row| is_plain(row))?;
        Some(Plain { index, buttons: static_buttons(tables, row)? })
    }

    #[inline]
    fn say(&self, world: &mut World<'_>, text: Arc<str>) -> Result<(), TrapKind> {
        world.say(self.index, text, &self.buttons)
    }
}

impl Joined {
    fn join(&self, world: &mut World<'_>, frame: &[Value]) -> Result<Arc<str>, Failed> {
        let mut buffer = std::mem::take(world.buffer);
        buffer.clear();
        let joined = self.write(world, frame, &mut buffer).map(|()| Arc::from(buffer.as_str()));
        *world.buffer = buffer;
        // All fields are read before anything is joined.
        joined.map_err(|failed| self.unread(world).unwrap_or(failed))
    }

    /// The first of the fields that cannot be read.
    fn unread(&self, world: &World<'_>) -> Option<Failed> {
        self.parts.iter().find_map(|part| {
            let Part::Field(field, at) = part else { return None };
            Some((world.look(*field).err()?, *at))
        })
    }

    fn write(&self, world: &mut World<'_>, frame: &[Value], buffer: &mut String) -> Result<(), Failed> {
        let joins = |kind| (kind, self.joins);
        let context = &world.program.context;
        for part in &self.parts {
            let seen = match part {
                Part::Known(value) => Seen::There(value),
                Part::Reg(reg) => Seen::There(frame.get(usize::from(*reg)).unwrap_or(&Value::None)),
                Part::Field(field, at) => world.look(*field).map_err(|kind| (kind, *at))?,
            };
            match seen.text() {
                Ok(text) => buffer.push_str(text),
                Err(value) => {
                    longest(context, value, &mut { world.memory }, MAX_NESTING).map_err(joins)?;
                    text::display(buffer, value, context);
                }
            }
            if buffer.len() > world.memory {
                return Err(joins(TrapKind::OutOfMemory));
            }
        }
        charge_bytes(HEAD.saturating_add(buffer.len()), &mut world.memory).map_err(joins)
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::Plans;
    use crate::effect::EffectKind;
    use crate::event::{ClientMessage, Event, EventKind, Facts};
    use crate::fuel::Limits;
    use crate::last::LastReads;
    use crate::loaded::Program;
    use crate::machine::{self, Turn};
    use crate::op::Op;
    use crate::program::{
        Action, Bot, Button, Delivery, Echo, Field, Format, Function, FunctionKind, Message, Param, Source,
        Symbol, SymbolKind, Tables, slot,
    };
    use crate::value::{Kind, Value};

    /// Plans of every kind, jumps into the middle of two, and arguments that are read again.
    fn code() -> Vec<Op> {
        vec![
            Op::Int { dst: 0, value: 0 },
            Op::Const { dst: 1, value: 0 },
            Op::GetField { dst: 2, field: 0 },
            Op::Const { dst: 3, value: 5 },
            Op::GetField { dst: 4, field: 2 },
            Op::Concat { dst: 1, args: 1, count: 4 },
            Op::Message { message: 0, text: 1 },
            Op::None { dst: 3 },
            Op::None { dst: 4 },
            Op::Const { dst: 1, value: 2 },
            Op::Message { message: 1, text: 1 },
            Op::Const { dst: 1, value: 3 },
            Op::Const { dst: 2, value: 4 },
            Op::Act { action: 1, args: 1, count: 2 },
            Op::None { dst: 2 },
            Op::GetField { dst: 1, field: 1 },
            Op::Matches { dst: 1, src: 1, regex: 0 },
            Op::GetField { dst: 5, field: 1 },
            Op::Const { dst: 6, value: 0 },
            Op::Move { dst: 7, src: 5 },
            Op::Concat { dst: 6, args: 6, count: 2 },
            Op::Const { dst: 7, value: 3 },
            Op::Act { action: 0, args: 6, count: 2 },
            Op::AddImm { dst: 0, a: 0, value: 1 },
            Op::Int { dst: 3, value: 2 },
            Op::JumpLtInt { a: 0, b: 3, to: 2 },
            Op::Int { dst: 3, value: 3 },
            Op::Const { dst: 1, value: 1 },
            Op::JumpLtInt { a: 0, b: 3, to: 10 },
            Op::Message { message: 0, text: 6 },
            Op::End {},
        ]
    }

    fn tables() -> Tables {
        let field = |entity: &str, name: &str, kind, optional| Field {
            entity: entity.into(),
            name: name.into(),
            slot: slot(kind, optional),
            format: Format::Plain,
        };
        let param =
            |name: &str, kind| Param { name: name.into(), slot: slot(kind, true), format: Format::Plain };
        let action = |name: &str, params| Action {
            name: name.into(),
            params,
            result: None,
            result_format: Format::Plain,
            exits: Vec::new(),
            delivery: Delivery::Keyed,
            echo: Echo::None,
        };
        let code = code();
        Tables {
            consts: vec![
                Value::text("Hi "),
                Value::text("once more"),
                Value::text("a text that is known"),
                Value::Symbol(0),
                Value::List([Value::text("q")].into()),
                Value::Duration(90),
            ],
            symbols: vec![Symbol {
                kind: SymbolKind::Entity,
                name: "lead".into(),
                title: "Lead".into(),
                detail: "".into(),
            }],
            fields: vec![
                field("contact", "name", Kind::Text, false),
                field("client", "text", Kind::Text, true),
                field("lead", "budget", Kind::Number, true),
            ],
            actions: vec![
                action("note", vec![param("text", Kind::Text), param("on", Kind::Symbol)]),
                action("tag", vec![param("on", Kind::Symbol), param("add", Kind::List)]),
            ],
            regexes: vec!["^[a-z]+$".into()],
            messages: vec![
                Message::default(),
                Message {
                    buttons: vec![Button { label: Source::Const(1), link: None }],
                    ..Message::default()
                },
            ],
            functions: vec![Function {
                name: "b".into(),
                params: 0,
                registers: 8,
                start: 0,
                end: code.len() as u32,
                kind: FunctionKind::Bot,
            }],
            bots: vec![Bot {
                name: "b".into(),
                function: 0,
                params: Vec::new(),
                on_failed: None,
                triggers: Vec::new(),
                variables: Vec::new(),
                steps: Vec::new(),
                result: None,
            }],
            code,
            ..Tables::default()
        }
    }

    fn play(program: &Program, facts: &Facts, text: Option<&str>, fuel: u64, memory: usize) -> Turn {
        let message = ClientMessage { text: text.map(Into::into), ..ClientMessage::default() };
        let event = Event::new(0, EventKind::Message(message));
        machine::start(program, 0, &[], &event, facts, &Limits { fuel, memory }).expect("there is a bot")
    }

    /// With plans, a turn is what it is instruction by instruction: whatever it may use up, and wherever it stops.
    #[test]
    fn plans_change_nothing() {
        let with = Program::new(tables(), None).expect("it verifies");
        let mut without = Program::new(tables(), None).expect("it verifies");
        without.derived.plans = Plans { at: Vec::new(), all: Vec::new() };
        without.derived.last_reads = LastReads::new(&Tables::default());
        let begins: Vec<u32> =
            (0..code().len() as u32).filter(|at| with.derived.plans.at(*at).is_some()).collect();
        assert_eq!(begins, [1, 9, 11, 15, 18], "where plans begin");
        let facts = [
            vec![Value::text("Anna"), Value::None, Value::Int(5)],
            vec![Value::text("Anna"), Value::text("of the host"), Value::None],
            vec![Value::text("Anna"), Value::None, Value::text("no number")],
            vec![Value::None, Value::None, Value::Int(5)],
        ];
        let mut ended = 0;
        for values in facts {
            let facts = Facts { values };
            for text in [Some("yes"), Some("Two words"), None] {
                let same = |fuel, memory| {
                    let (a, b) =
                        (play(&with, &facts, text, fuel, memory), play(&without, &facts, text, fuel, memory));
                    assert_eq!(a, b, "fuel {fuel}, memory {memory}");
                    a
                };
                (0..100).for_each(|fuel| drop(same(fuel, 1 << 20)));
                (0..2_500).step_by(3).for_each(|memory| drop(same(1_000, memory)));
                let whole = same(1_000, 1 << 20);
                let trapped =
                    matches!(whole.effects.last().map(|effect| &effect.kind), Some(EffectKind::Event(_)));
                ended += usize::from(!trapped);
            }
        }
        assert_eq!(ended, 6, "turns that come to their end");
    }
}
