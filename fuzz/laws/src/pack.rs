//! The inputs that are kept, in one file for each law: for each input its length, four bytes little-endian, and its
//! bytes. Sorted by length, then by content, each once, so that the same inputs always are the same file.

use crate::programs::{entries, root};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where the inputs of a law are kept.
#[must_use]
pub fn path(law: &str) -> PathBuf {
    root().join("fuzz/corpus").join(format!("{law}.pack"))
}

/// Where the inputs are kept that a law once did not hold for.
#[must_use]
pub fn crashes(law: &str) -> PathBuf {
    root().join("fuzz/crashes").join(law)
}

/// The inputs in a pack.
///
/// # Errors
/// It is not complete.
pub fn unpack(mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut inputs = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or("the pack ends in a length")?;
        let length = u32::from_le_bytes(*length) as usize;
        let (input, rest) = rest.split_at_checked(length).ok_or("the pack ends in an input")?;
        inputs.push(input.to_vec());
        bytes = rest;
    }
    Ok(inputs)
}

/// The pack of inputs.
#[must_use]
pub fn pack(mut inputs: Vec<Vec<u8>>) -> Vec<u8> {
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    inputs.dedup();
    let mut bytes = Vec::new();
    for input in &inputs {
        bytes.extend_from_slice(&(input.len() as u32).to_le_bytes());
        bytes.extend_from_slice(input);
    }
    bytes
}

/// The files of a folder; none if there is no such folder.
///
/// # Errors
/// One cannot be read.
pub fn read_folder(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    entries(folder).iter().filter(|path| path.is_file()).map(fs::read).collect()
}
