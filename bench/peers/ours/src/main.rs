//! `sbot-bench-ours yardstick` and `sbot-bench-ours sbot`: the hand-written state machine and Sbot itself, measured as
//! every other contender is.

use sbot_bench::contender::{Vm, compile};
use sbot_bench::protocol::Mode;
use sbot_bench::script::{Act, Contender};
use sbot_bench::steps;
use sbot_bench::upgrade;
use sbot_bench::yardstick::Yardstick;
use sbot_bench_common::{Move, Peer, Unsupported, serve};
use sbot_vm::{Ending, EventKind, Facts, Limits, Machine, Program, Status, Value};
use std::hint::black_box;
use std::process::ExitCode;

const COMPUTE: &str = include_str!("../../../compute.sbot");

/// A contender of the crate `sbot-bench`, and what it computes with if it is a language.
struct Ours<C> {
    contender: C,
    compute: Option<Program>,
}

const NO_LANGUAGE: Unsupported = "the yardstick is no language";

impl<C> Ours<C> {
    fn compute(&self, what: &str, n: i64) -> Result<Result<i64, String>, Unsupported> {
        let program = self.compute.as_ref().ok_or(NO_LANGUAGE)?;
        let event = sbot_vm::Event::new(0, EventKind::Trigger(sbot_vm::program::TriggerKind::Manual));
        let facts = Facts { values: vec![Value::None; program.tables().fields.len()] };
        // Counted as always, and enough.
        let limits = Limits { fuel: u64::MAX / 2, ..Limits::default() };
        let args = [Value::text(what), Value::Int(n)];
        Ok(match Machine::new().start(program, 0, &args, &event, &facts, &limits) {
            Ok(Status::Ended(Ending::Done(Value::Int(result)))) => Ok(result),
            Ok(other) => Err(format!("{what}({n}) gives {other:?}")),
            Err(error) => Err(error.to_string()),
        })
    }
}

impl<C: Contender> Peer for Ours<C> {
    type Waiting = C::Waiting;
    type Kept = C::Waiting;

    fn version(&mut self) -> Result<String, String> {
        Ok(if self.compute.is_some() { env!("CARGO_PKG_VERSION").to_owned() } else { String::new() })
    }

    fn play(
        &mut self,
        how: Mode,
        script: usize,
        log: &mut Vec<Act>,
        sizes: &mut Vec<usize>,
    ) -> Result<(), String> {
        match how {
            Mode::Memory => self.contender.in_memory(script, log),
            Mode::Durable => self.contender.durable(script, log, sizes),
        }
        Ok(())
    }

    fn waiting(&mut self, script: usize) -> Result<C::Waiting, String> {
        Ok(self.contender.waiting(script))
    }

    fn keep(&mut self, waiting: C::Waiting) -> Result<C::Waiting, String> {
        Ok(waiting)
    }

    fn encode(&mut self, waiting: &C::Waiting, out: &mut Vec<u8>) -> Result<(), String> {
        self.contender.encode(waiting, out);
        Ok(())
    }

    fn source(&self, n: usize) -> Result<String, Unsupported> {
        if self.compute.is_some() { Ok(steps::sbot(n)) } else { Err(NO_LANGUAGE) }
    }

    fn compile(&mut self, source: &str) -> Result<(), String> {
        compile(source).map(|program| {
            black_box(&program);
        })
    }

    fn fib(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported> {
        self.compute("fib", n)
    }

    fn sum(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported> {
        self.compute("sum", n)
    }

    fn park_for_upgrade(&mut self, n: usize) -> Result<Result<Move, String>, Unsupported> {
        if self.compute.is_none() {
            return Err(NO_LANGUAGE);
        }
        Ok(upgrade::park(n).map(|mut parked| -> Move { Box::new(move || parked.upgrade()) }))
    }
}

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("yardstick") => {
            let contender = Yardstick::new().map_err(|error| error.to_string());
            serve(contender.map(|contender| Ours { contender, compute: None }));
        }
        Some("sbot") => {
            let both = Vm::new().and_then(|contender| Ok((contender, compile(COMPUTE)?)));
            serve(both.map(|(contender, compute)| Ours { contender, compute: Some(compute) }));
        }
        _ => {
            eprintln!("say which: `yardstick` or `sbot`");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
