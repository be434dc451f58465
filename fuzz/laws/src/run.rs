//! Any bytes can be offered as a parked run: they are refused with a reason, or they are a run that gives the same
//! bytes again and goes on. The head is put right first, so that what lies behind its checksum is reached.
//!
//! The first byte names the program, the second one says how many of the following decide what happens to the run.

use crate::drive;
use crate::input::Input;
use crate::programs::programs;
use sbot_vm::{Limits, Program, Run};

/// Version, half of the program's id, checksum.
pub(crate) const HEAD: usize = 9;

/// The law.
///
/// # Panics
/// It does not hold.
pub fn holds(data: &[u8]) {
    let mut input = Input::new(data);
    let Some(program) = input.one_of(programs()) else { return };
    let length = input.byte();
    let mut story = Input::new(input.bytes(usize::from(length)));
    let body = input.all();
    let bytes = sealed(program, body);
    match Run::decode(program, &bytes) {
        Ok(run) => {
            assert_eq!(run.encode(program), bytes, "a run became another one by its bytes: {run:?}");
            drive::kept(program, &run);
            let limits = Limits { fuel: 20_000, memory: 256 << 10 };
            drive::talk(program, run, &limits, &mut story);
        }
        Err(why) => assert!(!why.to_string().is_empty()),
    }
    // Without the checksum, a body is a run of no program.
    assert!(Run::decode(program, body).is_err());
}

/// The bytes of a run of this program.
fn sealed(program: &Program, body: &[u8]) -> Vec<u8> {
    let version = version(program);
    let mut sum = crc32fast::Hasher::new();
    sum.update(&[version]);
    sum.update(&program.id().to_le_bytes());
    sum.update(body);
    let mut bytes = vec![version];
    bytes.extend_from_slice(&(program.id() as u32).to_le_bytes());
    bytes.extend_from_slice(&sum.finalize().to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// The version that runs are written in.
fn version(program: &Program) -> u8 {
    Run::default().encode(program).first().copied().unwrap_or_default()
}
