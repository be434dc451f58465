use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{Callee, On, Tables};
use sbot_vm::{Facts, Frame, Kind, Limits, Program, Run, RunError, Value};

/// A run with callers: a bot, its flow, and the bot that the flow runs.
fn nested() -> (Program, Run) {
    let (program, _) = full();
    let turn = sbot_vm::start(&program, 1, &[], &manual(), &Facts::default(), &Limits::default()).unwrap();
    let run = parked(turn);
    assert_eq!(run.frames.len(), 2);
    assert_eq!((run.bot, run.frames[1].bot), (1, 0));
    (program, run)
}

fn full() -> (Program, Run) {
    let (all, debug) = sample();
    let program = Program::new(all, Some(debug)).unwrap();
    let run = parked(start(&program));
    assert_eq!(run.effect, Some(id(0, 0)));
    assert_eq!(run.values.len(), 6);
    (program, run)
}

#[test]
fn what_is_encoded_comes_back() {
    let (program, run) = full();
    assert_eq!(Run::decode(&program, &run.encode(&program)), Ok(run.clone()));
    let other = Run { turn: u32::MAX, effect: None, deadlines: vec![i64::MIN], ..run };
    assert_eq!(Run::decode(&program, &other.encode(&program)), Ok(other));
}

#[test]
fn a_small_run_is_small() {
    let code = vec![Op::Const { dst: 1, value: 0 }, Op::Wait { wait: 0 }, Op::End {}];
    let exits = vec![exit(On::Message, &[], 2), exit(On::Timeout(1), &[], 2)];
    let program = program(Tables {
        consts: vec![Value::Duration(60)],
        waits: vec![wait("s.message", &[(0, Kind::Int)], exits)],
        ..tables(2, code)
    });
    let run = parked(start(&program));
    assert_eq!(run.encode(&program).len(), 1 + 4 + 4 + 3 + 6 + 1);
}

#[test]
fn callers_come_back() {
    let (program, run) = nested();
    let bytes = run.encode(&program);
    assert_eq!(Run::decode(&program, &bytes), Ok(run.clone()));
    // A run that is decoded into another one leaves nothing of it behind.
    let (_, mut other) = full();
    let plain = other.encode(&program);
    other.decode_from(&program, &bytes).unwrap();
    assert_eq!(other, run);
    other.decode_from(&program, &plain).unwrap();
    assert_eq!(other, full().1);
}

#[test]
fn every_truncation_is_an_error() {
    for (program, run) in [full(), nested()] {
        let bytes = run.encode(&program);
        for length in 0..bytes.len() {
            let error = Run::decode(&program, &bytes[..length]).unwrap_err();
            assert!(matches!(error, RunError::Truncated | RunError::Checksum), "{length}: {error}");
        }
        // With the right checksum, too.
        for length in 9..bytes.len() {
            let mut short = bytes[..length].to_vec();
            seal(&program, &mut short);
            let error = Run::decode(&program, &short).unwrap_err();
            assert!(matches!(error, RunError::Truncated), "{length}: {error}");
        }
    }
}

#[test]
fn every_flipped_bit_and_byte_is_an_error() {
    for (program, run) in [full(), nested()] {
        flips(&program, &run);
    }
}

fn flips(program: &Program, run: &Run) {
    let bytes = run.encode(program);
    for at in 0..bytes.len() {
        for flip in [1, 2, 4, 8, 16, 32, 64, 128, 0x55, 0xff] {
            let mut broken = bytes.clone();
            broken[at] ^= flip;
            let error = Run::decode(program, &broken).unwrap_err();
            match at {
                0 => assert!(matches!(error, RunError::Version { .. })),
                1..=4 => assert_eq!(error, RunError::OtherProgram),
                _ => assert_eq!(error, RunError::Checksum),
            }
        }
    }
}

#[test]
fn what_goes_on_after_its_end_is_an_error() {
    let (program, run) = full();
    let mut bytes = run.encode(&program);
    bytes.push(0);
    assert_eq!(Run::decode(&program, &bytes), Err(RunError::Checksum));
    let large = vec![1; (1 << 20) + 1];
    assert_eq!(Run::decode(&program, &large), Err(RunError::TooLarge { bytes: large.len() }));
}

/// Gives the bytes the checksum they need, so that what lies behind it is tested too.
fn seal(program: &Program, bytes: &mut [u8]) {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&bytes[..1]);
    sum.update(&program.id().to_le_bytes());
    sum.update(&bytes[9..]);
    bytes[5..9].copy_from_slice(&sum.finalize().to_le_bytes());
}

/// Without the checksum a change may go unnoticed, but it never panics, nor does the turn that follows.
#[test]
fn forged_runs_do_not_panic() {
    forge(full(), says("little"), 100);
    forge(nested(), says("little"), 100);
    forge(nested(), event(NOW, sbot_vm::EventKind::Failed { effect: id(0, 0) }), 100);
}

fn forge((program, run): (Program, Run), event: sbot_vm::Event, least: usize) {
    let bytes = run.encode(&program);
    let mut random = Random(1);
    let mut restored = 0;
    for _ in 0..6_000 {
        let mut forged = bytes.clone();
        for _ in 0..=random.below(3) {
            let at = 9 + random.below(forged.len() - 9);
            forged[at] = random.next() as u8;
        }
        if random.below(4) == 0 {
            forged.truncate(9 + random.below(forged.len() - 9));
        }
        seal(&program, &mut forged);
        if let Ok(run) = Run::decode(&program, &forged) {
            restored += 1;
            assert_eq!(Run::decode(&program, &run.encode(&program)), Ok(run.clone()));
            let _ = sbot_vm::turn(&program, run, &event, &Facts::default(), &Limits::default());
        }
    }
    assert!(restored > least, "{restored}");
}

#[test]
fn deep_values_are_refused() {
    let (program, run) = full();
    let nested = |depth| {
        let list = (0..depth).fold(Value::None, |inner, _| Value::List([inner].into()));
        let mut run = run.clone();
        run.values[3] = list;
        run
    };
    let deep = nested(32);
    assert_eq!(Run::decode(&program, &deep.encode(&program)), Ok(deep));
    let error = Run::decode(&program, &nested(33).encode(&program)).unwrap_err();
    assert!(matches!(error, RunError::Corrupt { .. }));
    let error = Run::decode(&program, &nested(300).encode(&program)).unwrap_err();
    assert!(matches!(error, RunError::Corrupt { .. }));
}

#[test]
fn a_value_has_the_kind_of_its_variable() {
    let (program, run) = full();
    let wrong = Run { values: run.values.iter().rev().cloned().collect(), ..run };
    let error = Run::decode(&program, &wrong.encode(&program)).unwrap_err();
    assert!(matches!(error, RunError::Corrupt { .. }));
    assert!(error.to_string().contains("restore it from a copy"), "{error}");
}

#[test]
fn a_run_belongs_to_one_program() {
    let (program, run) = full();
    let (mut all, _) = sample();
    all.consts[0] = Value::text("What size?");
    let other = Program::new(all, None).unwrap();
    assert_ne!(program.id(), other.id());
    assert_eq!(Run::decode(&other, &run.encode(&program)), Err(RunError::OtherProgram));
}

/// What is wrong with the bytes of a changed run.
fn corrupt(program: &Program, run: &Run, edit: impl Fn(&mut Run)) -> &'static str {
    let mut run = run.clone();
    edit(&mut run);
    match Run::decode(program, &run.encode(program)) {
        Err(RunError::Corrupt { what }) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn callers_that_do_not_fit_are_refused() {
    let (program, run) = nested();
    let what = |edit: fn(&mut Run)| corrupt(&program, &run, edit);
    let caller = "a caller that does not make this call";
    assert_eq!(what(|run| run.frames[0].call = 9), "a call that does not exist");
    assert_eq!(what(|run| run.frames[1].call = 0), caller);
    assert_eq!(what(|run| run.frames.swap(0, 1)), caller);
    assert_eq!(what(|run| run.frames[1].bot = 2), caller);
    assert_eq!(what(|run| run.bot = 0), caller);
    assert_eq!(what(|run| run.bot = 2), "its bot does not exist");
    assert_eq!(what(|run| run.bot = u32::MAX), "its bot does not exist");
    assert_eq!(what(|run| run.wait = 2), "the function that waits has no such wait");
    assert_eq!(what(|run| run.frames[1].bot = 1), "the function that waits has no such wait");
    let kind = "a value of another type than its variable has";
    assert_eq!(what(|run| run.frames[0].values[0] = Value::Int(1)), kind);
    let (_, alone) = full();
    assert_eq!(corrupt(&program, &alone, |run| run.bot = 1), "the function that waits has no such wait");
}

#[test]
fn a_run_without_callers_says_so() {
    let (program, run) = full();
    let mut bytes = run.encode(&program);
    assert_eq!(bytes[9], 0);
    // With callers, of which there are none.
    bytes[9] = 1;
    bytes.insert(12, 0);
    seal(&program, &mut bytes);
    let what = "it has no callers where it should, or too many";
    assert_eq!(Run::decode(&program, &bytes), Err(RunError::Corrupt { what }));
}

#[test]
fn a_turn_does_not_trust_the_callers_of_a_run() {
    let (program, run) = nested();
    let edits: [fn(&mut Run); 8] = [
        |run| run.frames.clear(),
        |run| run.frames[0].values.clear(),
        |run| run.frames[1].values.push(Value::None),
        |run| run.frames[0].bot = 0,
        |run| run.frames[1].bot = 1,
        |run| run.frames[1].call = u32::MAX,
        |run| run.frames.push(run.frames[1].clone()),
        |run| run.bot = 0,
    ];
    for edit in edits {
        let mut broken = run.clone();
        edit(&mut broken);
        assert_eq!(refused(&program, &broken, &says("little")), sbot_vm::WhyRefused::Corrupt);
    }
}

#[test]
fn more_than_64_callers_are_refused() {
    // `flow f() { f() }`, with a wait.
    let f = vec![Op::Enter { dst: 0, call: 1, args: 0, count: 0 }, Op::Wait { wait: 0 }, Op::End {}];
    let a = vec![Op::Enter { dst: 0, call: 0, args: 0, count: 0 }, Op::End {}];
    let waits = vec![wait("f.pause", &[], vec![exit(On::Message, &[], 102)])];
    let calls = vec![call("s.f", &[], Callee::Flow(1)), call("f.f", &[], Callee::Flow(1))];
    let mut all = Tables { waits, calls, ..functions(vec![("a", BOT, 0, 1, a), ("f", flow_of(0), 0, 1, f)]) };
    let with = |program: &Program, callers: u32| {
        let frame = |call| Frame { call, bot: 0, values: vec![] };
        let frames = (0..callers).map(|n| frame(n.min(1))).collect();
        Run { program: program.id(), turn: 1, frames, ..Run::default() }
    };
    let narrow = program(all.clone());
    let run = with(&narrow, 64);
    assert_eq!(Run::decode(&narrow, &run.encode(&narrow)), Ok(run.clone()));
    assert_eq!(done(next(&narrow, run, &says("on"))), Value::None);
    let deep = with(&narrow, 65);
    assert!(matches!(Run::decode(&narrow, &deep.encode(&narrow)), Err(RunError::Corrupt { .. })));
    assert_eq!(refused(&narrow, &deep, &says("on")), sbot_vm::WhyRefused::Corrupt);
    // Frames that are too wide together.
    all.functions[1].registers = u16::MAX;
    let wide = program(all);
    let run = with(&wide, 4);
    assert_eq!(Run::decode(&wide, &run.encode(&wide)), Ok(run));
    let run = with(&wide, 5);
    assert!(matches!(Run::decode(&wide, &run.encode(&wide)), Err(RunError::Corrupt { .. })));
    assert_eq!(refused(&wide, &run, &says("on")), sbot_vm::WhyRefused::Corrupt);
}

/// A generator whose numbers are the same on every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}
