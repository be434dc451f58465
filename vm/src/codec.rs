//! The container of a compiled program, and the only place that names the serialisation crate.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SBOT` |
//! | 2 | format version |
//! | 2 | flags: 1 = a debug section follows the code section |
//! | 4 | length of the code section |
//! | 4 | length of the debug section |
//! | 32 | SHA-256 over the 16 bytes above and the SHA-256 of each section |
//! | | code section: tables, constants, instructions, and the types of what a host gives, if they are known |
//! | | debug section |
//!
//! All integers are little-endian. What is read here is only well-formed; [`crate::verify`] decides whether it makes sense.

use crate::error::LoadError;
use crate::layout::{Given, Type};
use crate::program::{
    Account, Action, Bot, Call, Counter, Debug, Field, Function, Hours, Message, Shape, Symbol, Tables, Wait,
};
use crate::upgrade::rule::Rules;
use crate::wire::{Reader, WireError, put_op, put_unsigned, put_value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The format written, and the newest one read.
pub(crate) const FORMAT: u16 = 4;
/// The oldest format read. It is the same, without the types of what a host gives.
pub(crate) const OLDEST: u16 = 3;
/// No program is larger.
pub(crate) const MAX_PROGRAM: usize = 64 << 20;

const MAGIC: &[u8; 4] = b"SBOT";
const HEADER: usize = 16;
const PREFIX: usize = HEADER + 32;
const HAS_DEBUG: u16 = 1;
const GIVEN: &str = "the types of what a host gives";

/// The tables that hold no nested values, in the order of the file.
type Flat = (
    Account,
    Vec<Symbol>,
    Vec<Shape>,
    Vec<Field>,
    Vec<Action>,
    Vec<Arc<str>>,
    Vec<Message>,
    Vec<Wait>,
    Vec<Call>,
    Vec<Counter>,
    Vec<Hours>,
    Vec<Function>,
    Vec<Bot>,
    (Vec<Type>, Vec<Rules>, Option<Arc<str>>),
);

/// The two sections of a container.
pub(crate) struct Sections {
    pub(crate) code: Box<[u8]>,
    pub(crate) debug: Option<Box<[u8]>>,
}

/// The code section of these tables.
pub(crate) fn encode_tables(tables: &Tables) -> Result<Box<[u8]>, LoadError> {
    let flat = (
        &tables.account,
        &tables.symbols,
        &tables.shapes,
        &tables.fields,
        &tables.actions,
        &tables.regexes,
        &tables.messages,
        &tables.waits,
        &tables.calls,
        &tables.counters,
        &tables.hours,
        &tables.functions,
        &tables.bots,
        (&tables.types, &tables.upgrades, &tables.tag),
    );
    let flat = pack(&flat)?;
    let mut out = Vec::with_capacity(flat.len() + tables.code.len() * 6 + 16);
    put_unsigned(&mut out, flat.len() as u64);
    out.extend_from_slice(&flat);
    put_unsigned(&mut out, tables.consts.len() as u64);
    tables.consts.iter().for_each(|value| put_value(&mut out, value));
    put_unsigned(&mut out, tables.code.len() as u64);
    tables.code.iter().for_each(|op| put_op(&mut out, op));
    if !tables.given.is_empty() {
        out.extend_from_slice(&pack(&tables.given)?);
    }
    limit(out.len() as u64)?;
    Ok(out.into())
}

/// The tables of a code section.
pub(crate) fn decode_tables(section: &[u8]) -> Result<Tables, LoadError> {
    let mut reader = Reader::new(section);
    let flat =
        reader.count().and_then(|length| reader.bytes(length)).map_err(|why| wrong("the tables", why))?;
    let flat: Flat = unpack(flat, "the tables")?;
    let (
        account,
        symbols,
        shapes,
        fields,
        actions,
        regexes,
        messages,
        waits,
        calls,
        counters,
        hours,
        functions,
        bots,
        (types, upgrades, tag),
    ) = flat;
    let consts = many(&mut reader, "a constant", Reader::value)?;
    let code = many(&mut reader, "an instruction", Reader::op)?;
    let given = match reader.left() {
        0 => Given::default(),
        left => given(reader.bytes(left).map_err(|why| wrong(GIVEN, why))?)?,
    };
    Ok(Tables {
        account,
        consts,
        symbols,
        shapes,
        fields,
        actions,
        regexes,
        messages,
        waits,
        calls,
        counters,
        hours,
        functions,
        bots,
        types,
        given,
        upgrades,
        tag,
        code,
    })
}

/// The types of what a host gives. Where nothing is known nothing stands, so that the same tables are always the same bytes.
fn given(section: &[u8]) -> Result<Given, LoadError> {
    let given: Given = unpack(section, GIVEN)?;
    if given.is_empty() { Err(corrupt("the code section goes on after its end")) } else { Ok(given) }
}

/// The debug section.
pub(crate) fn encode_debug(debug: &Debug) -> Result<Box<[u8]>, LoadError> {
    pack(debug).map(Into::into)
}

/// What a debug section says.
pub(crate) fn decode_debug(section: &[u8]) -> Result<Debug, LoadError> {
    unpack(section, "the debug section")
}

/// The id of the program with this code section.
pub(crate) fn id(code: &[u8]) -> u64 {
    id_of(&digest(code))
}

fn id_of(digest: &[u8; 32]) -> u64 {
    digest.first_chunk().map_or(0, |head| u64::from_le_bytes(*head))
}

/// The whole container.
pub(crate) fn seal(code: &[u8], debug: Option<&[u8]>) -> Vec<u8> {
    let debug_bytes = debug.unwrap_or_default();
    let mut out = Vec::with_capacity(PREFIX + code.len() + debug_bytes.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&FORMAT.to_le_bytes());
    let flags = if debug.is_some() { HAS_DEBUG } else { 0 };
    out.extend_from_slice(&flags.to_le_bytes());
    out.extend_from_slice(&length(code).to_le_bytes());
    out.extend_from_slice(&length(debug_bytes).to_le_bytes());
    let sum = checksum(&out, &digest(code), debug_bytes);
    out.extend_from_slice(&sum);
    out.extend_from_slice(code);
    out.extend_from_slice(debug_bytes);
    out
}

/// Checks the container and takes it apart. Gives the program's id too.
pub(crate) fn open(bytes: &[u8]) -> Result<(Sections, u64), LoadError> {
    if !bytes.starts_with(MAGIC) {
        return Err(if MAGIC.starts_with(bytes) && !bytes.is_empty() {
            LoadError::Truncated { expected: PREFIX as u64, found: bytes.len() as u64 }
        } else {
            LoadError::NotAProgram
        });
    }
    limit(bytes.len() as u64)?;
    let short = || LoadError::Truncated { expected: PREFIX as u64, found: bytes.len() as u64 };
    let (header, rest) = bytes.split_at_checked(HEADER).ok_or_else(short)?;
    let version = u16::try_from(field(header, 4, 2)).unwrap_or(u16::MAX);
    if version > FORMAT {
        return Err(LoadError::TooNew { found: version, newest: FORMAT });
    }
    if version < OLDEST {
        return Err(LoadError::TooOld { found: version, oldest: OLDEST });
    }
    let flags = field(header, 6, 2);
    let (code_length, debug_length) = (field(header, 8, 4), field(header, 12, 4));
    let expected = PREFIX as u64 + u64::from(code_length) + u64::from(debug_length);
    limit(expected)?;
    if expected != bytes.len() as u64 {
        return Err(LoadError::Truncated { expected, found: bytes.len() as u64 });
    }
    let (sum, payload) = rest.split_at_checked(32).ok_or_else(short)?;
    let (code, debug) = payload.split_at_checked(code_length as usize).ok_or_else(short)?;
    let code_digest = digest(code);
    if checksum(header, &code_digest, debug) != *sum {
        return Err(LoadError::Checksum);
    }
    if flags & !u32::from(HAS_DEBUG) != 0 {
        return Err(corrupt("unknown flags in the header"));
    }
    let has_debug = flags & u32::from(HAS_DEBUG) != 0;
    if has_debug == debug.is_empty() {
        return Err(corrupt("the flags do not fit the length of the debug section"));
    }
    let sections = Sections { code: code.into(), debug: has_debug.then(|| debug.into()) };
    Ok((sections, id_of(&code_digest)))
}

fn field(header: &[u8], at: usize, bytes: usize) -> u32 {
    let field = header.iter().skip(at).take(bytes);
    field.rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn length(section: &[u8]) -> u32 {
    u32::try_from(section.len()).unwrap_or(u32::MAX)
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn checksum(header: &[u8], code: &[u8; 32], debug: &[u8]) -> [u8; 32] {
    let mut sum = Sha256::new();
    sum.update(header);
    sum.update(code);
    sum.update(digest(debug));
    sum.finalize().into()
}

fn limit(bytes: u64) -> Result<(), LoadError> {
    if bytes > MAX_PROGRAM as u64 { Err(LoadError::TooLarge { bytes }) } else { Ok(()) }
}

fn many<'a, T>(
    reader: &mut Reader<'a>,
    what: &str,
    mut one: impl FnMut(&mut Reader<'a>) -> Result<T, WireError>,
) -> Result<Vec<T>, LoadError> {
    let count = reader.count().map_err(|why| wrong(what, why))?;
    let mut all = Vec::with_capacity(count.min(1 << 16));
    for n in 0..count {
        all.push(one(reader).map_err(|why| wrong(&format!("{what} (number {n})"), why))?);
    }
    Ok(all)
}

fn wrong(what: &str, why: WireError) -> LoadError {
    let why = match why {
        WireError::End => "it ends too early",
        WireError::Bad(why) => why,
    };
    LoadError::Corrupt { what: format!("{what} cannot be read: {why}") }
}

fn corrupt(what: &str) -> LoadError {
    LoadError::Corrupt { what: what.to_owned() }
}

fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, LoadError> {
    let config = bincode::config::standard().with_limit::<MAX_PROGRAM>();
    bincode::serde::encode_to_vec(value, config)
        .map_err(|why| LoadError::Corrupt { what: format!("the tables cannot be written: {why}") })
}

fn unpack<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, LoadError> {
    let config = bincode::config::standard().with_limit::<MAX_PROGRAM>();
    let (value, read) = bincode::serde::decode_from_slice(bytes, config)
        .map_err(|why| LoadError::Corrupt { what: format!("{what} cannot be read: {why}") })?;
    if read == bytes.len() {
        Ok(value)
    } else {
        Err(LoadError::Corrupt { what: format!("{what} goes on after its end") })
    }
}
