//! Random code runs the same with computations and without: same result, same trap, and it runs out of fuel at the same
//! instruction.

use super::Computations;
use crate::error::StartError;
use crate::event::{Event, EventKind, Facts};
use crate::fuel::Limits;
use crate::loaded::Program;
use crate::machine::{Ending, Machine, Status};
use crate::op::{Op, Reg, Target};
use crate::program::{Bot, Function, FunctionKind, Tables, TriggerKind};
use std::sync::Arc;

const REGISTERS: Reg = 8;

/// A generator of small numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn reg(&mut self) -> Reg {
        self.below(u64::from(REGISTERS)) as Reg
    }

    /// Registers of ints, in most cases.
    fn int(&mut self) -> Reg {
        if self.below(40) == 0 { self.reg() } else { self.below(5) as Reg }
    }

    fn bool(&mut self) -> Reg {
        if self.below(40) == 0 { self.reg() } else { 5 + self.below(2) as Reg }
    }

    fn value(&mut self) -> i32 {
        if self.below(30) == 0 { i32::MAX } else { self.below(20) as i32 - 6 }
    }

    fn jump(&mut self, to: Target) -> Op {
        let (a, b, value) = (self.int(), self.int(), self.value());
        match self.below(13) {
            0 => Op::JumpLtInt { a, b, to },
            1 => Op::JumpLeInt { a, b, to },
            2 => Op::JumpEqInt { a, b, to },
            3 => Op::JumpNeInt { a, b, to },
            4 => Op::JumpLtImm { a, value, to },
            5 => Op::JumpGtImm { a, value, to },
            6 => Op::JumpEqImm { a, value, to },
            7 => Op::JumpNeImm { a, value, to },
            8 => Op::AddJumpLt { a, value: value as i16, b, to },
            9 => Op::AddJumpLe { a, value: value as i16, b, to },
            10 => Op::JumpIf { cond: self.bool(), to },
            11 => Op::JumpUnless { cond: self.bool(), to },
            _ => Op::Jump { to },
        }
    }

    fn plain(&mut self, functions: u32) -> Op {
        let (dst, a, b) = (self.int(), self.int(), self.int());
        match self.below(22) {
            0 => Op::Int { dst, value: self.value() },
            1 => Op::Bool { dst: self.bool(), value: self.below(2) as u8 },
            2 => Op::Move { dst, src: a },
            3 => Op::SubInt { dst, a, b },
            4 => Op::MulInt { dst, a, b },
            5 => Op::Rem { dst, a, b },
            6 => Op::Neg { dst, a },
            7 => Op::Not { dst: self.bool(), a: self.bool() },
            8 => Op::Eq { dst: self.bool(), a, b },
            9 => Op::Ne { dst: self.bool(), a, b },
            10 => Op::Lt { dst: self.bool(), a, b },
            11 => Op::Le { dst: self.bool(), a, b },
            12 => Op::Move { dst: self.bool(), src: self.bool() },
            13 => Op::Const { dst, value: 0 },
            14 | 15 if functions > 0 => Op::Call {
                dst,
                function: self.below(u64::from(functions)) as u32,
                args: self.below(4) as Reg,
                count: 2,
            },
            16 if self.below(12) == 0 => Op::None { dst: self.reg() },
            _ => Op::AddImm { dst, a, value: self.value() },
        }
    }

    /// Code from `start` on, with jumps in all directions; ends with everything that its registers hold.
    fn code(&mut self, start: Target, fills: Reg, functions: u32, is_fn: bool) -> Vec<Op> {
        let mut code: Vec<Op> = (fills..5).map(|dst| Op::Int { dst, value: self.value() }).collect();
        code.extend((5..7).map(|dst| Op::Bool { dst, value: self.below(2) as u8 }));
        let body = 4 + self.below(14) as Target;
        let first = start + code.len() as Target;
        for _ in 0..body {
            let to = first + self.below(u64::from(body) + 1) as Target;
            let op = match self.below(9) {
                0..3 => self.jump(to),
                3 if self.below(6) == 0 => Op::Return { src: self.int() },
                _ => self.plain(functions),
            };
            code.push(op);
        }
        if is_fn {
            code.push(Op::Return { src: self.int() });
        } else {
            code.push(Op::List { dst: 7, args: 0, count: REGISTERS as u8 });
            code.push(Op::Return { src: 7 });
        }
        code
    }

    /// Two functions and a bot.
    fn tables(&mut self) -> Tables {
        let mut tables = Tables { consts: vec![crate::value::Value::Int(1 << 40)], ..Tables::default() };
        for (name, params, kind) in
            [("f", 2, FunctionKind::Fn), ("g", 2, FunctionKind::Fn), ("b", 0, FunctionKind::Bot)]
        {
            let start = tables.code.len() as Target;
            let code = self.code(start, params, 2, kind == FunctionKind::Fn);
            tables.code.extend(code);
            let end = tables.code.len() as Target;
            let (name, params) = (Arc::from(name), params as u8);
            tables.functions.push(Function { name, params, registers: REGISTERS, start, end, kind });
        }
        tables.bots.push(Bot {
            name: Arc::from("b"),
            function: 2,
            params: Vec::new(),
            on_failed: None,
            triggers: Vec::new(),
            variables: Vec::new(),
            steps: Vec::new(),
            result: None,
        });
        tables
    }
}

fn load(tables: Tables) -> Program {
    match Program::new(tables, None) {
        Ok(program) => program,
        Err(error) => panic!("{error}"),
    }
}

fn outcome(program: &Program, fuel: u64) -> Result<Status, StartError> {
    let event = Event::new(0, EventKind::Trigger(TriggerKind::Manual));
    let limits = Limits { fuel, ..Limits::default() };
    Machine::new().start(program, 0, &[], &event, &Facts::default(), &limits)
}

#[test]
fn random_code_does_the_same_in_both_loops() {
    let (mut loops, mut functions, mut done) = (0, 0, 0);
    for seed in 1..4_000u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let tables = random.tables();
        let quick = load(tables.clone());
        let mut slow = load(tables);
        slow.derived.quick = Computations::default();
        loops += usize::from(quick.derived.quick.has_loops());
        functions += quick.derived.quick.functions.len();
        for fuel in [5_000, 50 + random.below(300), random.below(60)] {
            let (got, want) = (outcome(&quick, fuel), outcome(&slow, fuel));
            assert_eq!(got, want, "seed {seed}, fuel {fuel}\n{}", crate::disassemble(&quick));
            done += usize::from(matches!(got, Ok(Status::Ended(Ending::Done(_)))));
        }
    }
    // Enough of it is translated, and comes to an end.
    assert!(loops > 500 && functions > 500 && done > 1_000, "{loops} {functions} {done}");
}

#[test]
fn an_instruction_has_eight_bytes() {
    assert_eq!(size_of::<super::Quick>(), 8);
}
