use crate::build::*;
use crate::runs::Random;
use sbot_vm::layout::Given;
use sbot_vm::op::{Op, TABLE};
use sbot_vm::program::Tables;
use sbot_vm::{Facts, Limits, LoadError, Program};
use sha2::{Digest, Sha256};

fn full() -> Program {
    let (all, debug) = sample();
    Program::new(all, Some(debug)).unwrap()
}

#[test]
fn what_is_encoded_comes_back() {
    let program = full();
    let loaded = Program::load(&program.encode(false)).unwrap();
    assert_eq!(loaded.tables(), program.tables());
    assert_eq!(loaded.debug(), program.debug());
    assert_eq!(loaded.id(), program.id());
    assert_eq!(loaded.encode(false), program.encode(false));
}

#[test]
fn a_stripped_program_is_the_same_program() {
    let program = full();
    let stripped = Program::load(&program.encode(true)).unwrap();
    assert_eq!(stripped.id(), program.id());
    assert_eq!(stripped.tables(), program.tables());
    assert_eq!(stripped.debug(), None);
    assert!(program.encode(true).len() < program.encode(false).len());
    let (all, _) = sample();
    assert_eq!(Program::new(all, None).unwrap().encode(false), program.encode(true));
}

#[test]
fn every_instruction_comes_back() {
    for row in TABLE {
        for value in [0, 1, 2, 200] {
            let op = Op::build(row.number, || Some(value)).unwrap();
            let mut operands = Vec::new();
            op.operands(|operand| operands.push(operand.value));
            assert_eq!(operands.len(), row.operands.len());
            let mut operands = operands.into_iter();
            assert_eq!(Op::build(op.number(), || operands.next()), Some(op));
        }
    }
    let mut numbers: Vec<_> = TABLE.iter().map(|row| row.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), TABLE.len(), "a number stands twice");
}

#[test]
fn places_and_bots_are_found() {
    let program = full();
    assert_eq!(program.bot("welcome"), Some(0));
    assert_eq!(program.bot("other"), Some(1));
    assert_eq!(program.bot("nobody"), None);
    assert_eq!(program.place(0).unwrap().line, 3);
    assert_eq!(program.place(5).unwrap().line, 3);
    assert_eq!(program.place(6).unwrap().line, 4);
    assert_eq!(program.place(100).unwrap().line, 9);
}

#[test]
fn other_files_versions_and_sizes_are_told_apart() {
    let bytes = full().encode(false);
    assert_eq!(Program::load(b"").unwrap_err(), LoadError::NotAProgram);
    assert_eq!(Program::load(b"bot welcome").unwrap_err(), LoadError::NotAProgram);
    assert!(matches!(Program::load(b"SBOT").unwrap_err(), LoadError::Truncated { .. }));
    let version = |version: u16| {
        let mut bytes = bytes.clone();
        bytes[4..6].copy_from_slice(&version.to_le_bytes());
        Program::load(&bytes).unwrap_err()
    };
    assert_eq!(version(5), LoadError::TooNew { found: 5, newest: 4 });
    assert_eq!(version(2), LoadError::TooOld { found: 2, oldest: 3 });
    assert_eq!(version(0), LoadError::TooOld { found: 0, oldest: 3 });
    let mut large = bytes.clone();
    large.resize((64 << 20) + 1, 0);
    assert_eq!(Program::load(&large).unwrap_err(), LoadError::TooLarge { bytes: large.len() as u64 });
    let mut long = bytes.clone();
    long.push(0);
    assert!(matches!(Program::load(&long).unwrap_err(), LoadError::Truncated { .. }));
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = full().encode(false);
    for length in 0..bytes.len() {
        let error = Program::load(&bytes[..length]).unwrap_err();
        assert!(matches!(error, LoadError::Truncated { .. } | LoadError::NotAProgram), "{length}: {error}");
    }
}

#[test]
fn every_flipped_byte_is_an_error() {
    let bytes = full().encode(false);
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut broken = bytes.clone();
            broken[at] ^= flip;
            assert!(Program::load(&broken).is_err(), "byte {at}");
        }
    }
}

/// Gives the bytes the checksum they need, so that what lies behind it is tested too.
fn seal(bytes: &mut [u8]) {
    let length = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (code, debug) = bytes[48..].split_at(length(8));
    let mut sum = Sha256::new();
    sum.update(&bytes[..16]);
    sum.update(Sha256::digest(code));
    sum.update(Sha256::digest(debug));
    let sum: [u8; 32] = sum.finalize().into();
    bytes[16..48].copy_from_slice(&sum);
}

/// Without the checksum a change may make another program, but never a panic, not even when it runs.
#[test]
fn forged_programs_do_not_panic() {
    let bytes = full().encode(false);
    let mut random = Random(7);
    let failed = event(NOW, sbot_vm::EventKind::Failed { effect: id(0, 0) });
    let mut loaded = 0;
    for _ in 0..6_000 {
        let mut forged = bytes.clone();
        for _ in 0..=random.below(3) {
            let at = 48 + random.below(forged.len() - 48);
            forged[at] = random.next() as u8;
        }
        seal(&mut forged);
        let Ok(program) = Program::load(&forged) else { continue };
        loaded += 1;
        assert_eq!(program.encode(false), forged);
        let limits = Limits { fuel: 1_000, memory: 100_000 };
        for bot in 0..2 {
            let turn = sbot_vm::start(&program, bot, &[], &manual(), &Facts::default(), &limits);
            if let Ok(sbot_vm::Turn { status: sbot_vm::Status::Parked(run), .. }) = turn {
                for event in [says("little"), timer(i64::MAX - 1), failed.clone()] {
                    let _ = sbot_vm::turn(&program, run.clone(), &event, &Facts::default(), &limits);
                }
            }
            let _ = sbot_vm::triggered(&program, bot, &says("little"), &Facts::default(), &[], &limits);
        }
        let _ = sbot_vm::disassemble(&program);
    }
    assert!(loaded > 100, "{loaded}");
}

/// A program without a debug section, with this code section.
fn sealed(code: &[u8]) -> Vec<u8> {
    let mut bytes = full().encode(true);
    bytes.truncate(48);
    bytes[8..12].copy_from_slice(&(code.len() as u32).to_le_bytes());
    bytes.extend_from_slice(code);
    seal(&mut bytes);
    bytes
}

#[test]
fn a_forged_code_section_says_what_is_wrong() {
    let error = Program::load(&sealed(&[1, 0, 0, 0])).unwrap_err();
    assert!(matches!(&error, LoadError::Corrupt { what } if what.starts_with("the tables")), "{error}");
}

/// The code section of the sample, and how much of it format 3 has: all but the types of what a host gives.
fn with_types() -> (Vec<u8>, usize) {
    let (mut all, _) = sample();
    all.given = Given::default();
    let code = |program: Program| program.encode(true)[48..].to_vec();
    (code(full()), code(Program::new(all, None).unwrap()).len())
}

#[test]
fn programs_of_the_format_before_load() {
    let (code, before) = with_types();
    let mut bytes = sealed(&code[..before]);
    bytes[4] = 3;
    seal(&mut bytes);
    let program = Program::load(&bytes).unwrap();
    assert_eq!(program.tables(), &Tables { given: Given::default(), ..full().tables().clone() });
    // It is the same program in the format of today.
    let again = Program::load(&program.encode(true)).unwrap();
    assert_eq!((again.id(), again.tables()), (program.id(), program.tables()));
}

#[test]
fn forged_types_of_what_a_host_gives_say_what_is_wrong() {
    let (code, before) = with_types();
    let wrong = |end: &[u8], why: &str| {
        let error = Program::load(&sealed(&[&code[..before], end].concat())).unwrap_err();
        assert!(matches!(&error, LoadError::Corrupt { what } if what.contains(why)), "{end:?}: {error}");
    };
    let end = &code[before..];
    for length in 1..end.len() {
        wrong(&end[..length], "the types of what a host gives cannot be read");
    }
    wrong(&[end, &[0]].concat(), "the types of what a host gives goes on after its end");
    wrong(&[0, 0], "the code section goes on after its end");
    wrong(&[1, 1], "the types of what a host gives cannot be read");
    // More than there are bytes, and more than fits into memory.
    wrong(&[0xfc, 0xff, 0xff, 0xff, 0xff], "the types of what a host gives cannot be read");
    wrong(&[0xfd; 9], "the types of what a host gives cannot be read");
    // Of no field, of another type than the VM checks, and of one that there is not.
    wrong(&[0, 1, 0, 1, 0], "has types in part");
    wrong(&[1, 0, 1, 0, 1, 0], "another one than the VM checks");
    wrong(&[1, 9, 1, 0, 1, 0], "a type that does not exist");
}
