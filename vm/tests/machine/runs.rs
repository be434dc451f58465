use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{On, Tables};
use sbot_vm::{Facts, Kind, Limits, Program, Run, RunError, Value};

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
fn every_truncation_is_an_error() {
    let (program, run) = full();
    let bytes = run.encode(&program);
    for length in 0..bytes.len() {
        let error = Run::decode(&program, &bytes[..length]).unwrap_err();
        assert!(matches!(error, RunError::Truncated | RunError::Checksum), "{length}: {error}");
    }
}

#[test]
fn every_flipped_bit_and_byte_is_an_error() {
    let (program, run) = full();
    let bytes = run.encode(&program);
    for at in 0..bytes.len() {
        for flip in [1, 2, 4, 8, 16, 32, 64, 128, 0x55, 0xff] {
            let mut broken = bytes.clone();
            broken[at] ^= flip;
            let error = Run::decode(&program, &broken).unwrap_err();
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
    let (program, run) = full();
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
            let _ = sbot_vm::turn(&program, run, &says("little"), &Facts::default(), &Limits::default());
        }
    }
    assert!(restored > 100, "{restored}");
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
