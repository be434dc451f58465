//! Any bytes can be offered as a program: they are refused with a reason, or they are a program that survives its bytes
//! and can be run. The container is put right first, so that what lies behind its checksum is reached.
//!
//! What follows the container decides what happens to the program.

use crate::drive;
use crate::input::Input;
use sbot_vm::Program;
use sha2::{Digest, Sha256};

const HEADER: usize = 16;
const PREFIX: usize = HEADER + 32;

/// The law.
///
/// # Panics
/// It does not hold.
pub fn holds(data: &[u8]) {
    if let Err(why) = Program::load(data) {
        assert!(!why.to_string().is_empty());
    }
    let Some((bytes, story)) = mended(data) else { return };
    let program = match Program::load(&bytes) {
        Ok(program) => program,
        Err(why) => {
            assert!(!why.to_string().is_empty());
            return;
        }
    };
    assert_eq!(program.encode(program.debug().is_none()), bytes, "a program became another one by its bytes");
    let made = Program::new(program.tables().clone(), program.debug().cloned());
    let made = made.unwrap_or_else(|why| panic!("loaded, and refused when made of its tables: {why}"));
    assert_eq!(made.tables(), program.tables());
    drive::whole(&program, &mut Input::new(story));
}

/// The container with lengths, flags and a checksum that fit its content, and what follows it.
fn mended(data: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (head, rest) = data.split_at_checked(PREFIX)?;
    let length = |at: usize| {
        let bytes = head.get(at..).and_then(<[u8]>::first_chunk::<4>);
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
    };
    let (code, rest) = rest.split_at(length(8).min(rest.len()));
    let (debug, story) = rest.split_at(length(12).min(rest.len()));
    let mut bytes = b"SBOT".to_vec();
    bytes.extend_from_slice(head.get(4..6).unwrap_or_default());
    bytes.extend_from_slice(&u16::from(!debug.is_empty()).to_le_bytes());
    bytes.extend_from_slice(&(code.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(debug.len() as u32).to_le_bytes());
    let mut sum = Sha256::new();
    sum.update(&bytes);
    sum.update(Sha256::digest(code));
    sum.update(Sha256::digest(debug));
    bytes.extend_from_slice(&sum.finalize());
    bytes.extend_from_slice(code);
    bytes.extend_from_slice(debug);
    Some((bytes, story))
}
