//! The tables of a real program with changes anywhere, each of which mostly makes sense by itself: the verifier refuses
//! them with a reason, or they are a program that survives its bytes and can be run.
//!
//! The first byte names the program, the second one says how many changes follow; the rest decides what happens.

mod edit;

use crate::drive;
use crate::input::Input;
use crate::programs::{SMALL, programs};
use sbot_vm::op::Op;
use sbot_vm::{Debug, Program, Tables};
use serde_json::Value;
use std::sync::OnceLock;

/// A program as a tree that any change can be made in.
pub(crate) struct Tree {
    tables: Value,
    debug: Value,
    code: Vec<Op>,
}

/// The law.
///
/// # Panics
/// It does not hold.
pub fn holds(data: &[u8]) {
    let mut input = Input::new(data);
    let Some(tree) = input.one_of(trees()) else { return };
    let Some((tables, debug)) = changed(tree, &mut input) else { return };
    let program = match Program::new(tables, debug) {
        Ok(program) => program,
        Err(why) => {
            assert!(!why.to_string().is_empty());
            return;
        }
    };
    let loaded = Program::load(&program.encode(false));
    let loaded = loaded.unwrap_or_else(|why| panic!("made, and refused when loaded: {why}"));
    assert_eq!(loaded.tables(), program.tables());
    assert_eq!(loaded.debug(), program.debug());
    assert_eq!(loaded.id(), program.id());
    drive::whole(&loaded, &mut input);
}

pub(crate) fn trees() -> &'static [Tree] {
    static TREES: OnceLock<Vec<Tree>> = OnceLock::new();
    let tree = |program: &Program| Tree {
        tables: serde_json::to_value(program.tables()).unwrap_or_default(),
        debug: serde_json::to_value(program.debug()).unwrap_or_default(),
        code: program.tables().code.clone(),
    };
    TREES.get_or_init(|| programs().iter().take(SMALL).map(tree).collect())
}

/// The tables with some changes, if they are still tables.
pub(crate) fn changed(tree: &Tree, input: &mut Input<'_>) -> Option<(Tables, Option<Debug>)> {
    let count = input.byte() % 7;
    let (mut tables, mut debug, mut code) = (tree.tables.clone(), None, tree.code.clone());
    for _ in 0..count {
        match input.byte() {
            0..=0x7f => edit::code(&mut code, tree, input),
            0x80..=0xf7 => edit::table(&mut tables, input),
            _ => edit::table(debug.get_or_insert_with(|| tree.debug.clone()), input),
        }
    }
    let mut tables: Tables = serde_json::from_value(tables).ok()?;
    tables.code = code;
    let debug = debug.and_then(|debug| serde_json::from_value(debug).ok());
    Some((tables, debug))
}
