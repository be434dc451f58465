//! Any bytes can be offered as a program: they are refused with a reason, or they are a program that survives its bytes
//! and can be run. The container is put right first, so that what lies behind its checksum is reached.
//!
//! What follows the container decides what happens to the program.

use crate::drive;
use crate::input::Input;
use sbot_vm::Program;
use sbot_vm::program::Tables;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

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

/// Whether this is a program, once its container is put right.
#[must_use]
pub fn loads(data: &[u8]) -> bool {
    mended(data).is_some_and(|(bytes, _)| Program::load(&bytes).is_ok())
}

/// The format that is written. What was kept in an older one is tried as if it were of this.
fn format() -> [u8; 2] {
    static FORMAT: OnceLock<[u8; 2]> = OnceLock::new();
    *FORMAT.get_or_init(|| {
        let bytes = Program::new(Tables::default(), None).map(|program| program.encode(true));
        bytes.ok().and_then(|bytes| bytes.get(4..)?.first_chunk().copied()).unwrap_or_default()
    })
}

/// The container with a format, lengths, flags and a checksum that fit its content, and what follows it.
fn mended(data: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let (head, rest) = data.split_at_checked(PREFIX)?;
    let length = |at: usize| {
        let bytes = head.get(at..).and_then(<[u8]>::first_chunk::<4>);
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
    };
    let (code, rest) = rest.split_at(length(8).min(rest.len()));
    let (debug, story) = rest.split_at(length(12).min(rest.len()));
    let mut bytes = b"SBOT".to_vec();
    bytes.extend_from_slice(&format());
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
