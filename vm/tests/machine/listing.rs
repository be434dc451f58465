use crate::build::*;
use sbot_vm::op::TABLE;
use sbot_vm::{Program, disassemble, instructions_page};

#[test]
fn a_listing_shows_tables_functions_and_sources() {
    let (all, debug) = sample();
    let program = Program::new(all, Some(debug)).unwrap();
    let expected = include_str!("listing.txt");
    let listing = disassemble(&program);
    assert_eq!(listing, expected, "\n{listing}");
}

#[test]
fn a_stripped_program_has_a_listing() {
    let (all, _) = sample();
    let listing = disassemble(&Program::new(all, None).unwrap());
    assert!(!listing.contains("welcome.sbot"));
    assert!(listing.contains("; contact.phone"));
}

#[test]
fn the_page_describes_every_instruction() {
    let page = instructions_page();
    for row in TABLE {
        assert!(page.contains(&format!("| {} | `{}` |", row.number, row.name)), "{}", row.name);
    }
    assert!(page.lines().filter(|line| line.starts_with("| ")).all(|line| line.ends_with('|')));
}
