//! Pages that are made from what they are about.
//!
//! `UPDATE_PAGES=1 cargo test -p sbot-tests --test pages` writes the pages anew.

#![allow(clippy::expect_used)] // A page that cannot be written is a failure.

use std::fs;
use std::path::Path;

/// Whether a page of `docs` is what it is made from; written anew where that is asked for.
fn is_up_to_date(name: &str, page: &str) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, page).expect("the page can be written");
    }
    fs::read_to_string(&path).is_ok_and(|written| written == page)
}

#[test]
fn the_page_of_instructions_is_up_to_date() {
    let fresh = is_up_to_date("instructions.md", &sbot_vm::instructions_page());
    assert!(fresh, "docs/instructions.md is not what vm/src/op.rs says; see the top of this test");
}

#[test]
fn the_page_of_the_library_is_up_to_date() {
    let fresh = is_up_to_date("library.md", &sbotc::library::page());
    assert!(fresh, "docs/library.md is not what the files in stdlib say; see the top of this test");
}

/// Headings as GitHub names them, and every link of the page of the library to one of them.
#[test]
fn links_in_the_page_of_the_library_lead_somewhere() {
    let page = sbotc::library::page();
    let anchor = |heading: &str| -> String {
        heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let headings: Vec<String> = page
        .lines()
        .filter(|line| line.starts_with("## ") || line.starts_with("### "))
        .map(|line| anchor(line.trim_start_matches('#').trim()))
        .collect();
    let links: Vec<&str> = page.split("](#").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 150, "only {} links were found", links.len());
    for link in links {
        assert_eq!(headings.iter().filter(|heading| *heading == link).count(), 1, "#{link}");
    }
}
