//! Pages that are made from tables, and examples that stand in doc comments.
//!
//! `UPDATE_PAGES=1 cargo test -p sbot-tests --test pages` writes the pages anew.

#![allow(clippy::expect_used)] // A page that cannot be read is a failure.

mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use support::Memory;

#[test]
fn the_page_of_instructions_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/instructions.md");
    let page = sbot_vm::instructions_page();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/instructions.md is not what vm/src/op.rs says; see the top of this test");
}

/// In the prelude, every doc line that is set in by four spaces is a true expression.
#[test]
fn the_examples_of_the_prelude_are_true() {
    let prelude = sbot_stdlib::file("std/prelude.sbot").expect("the prelude is there");
    let examples: Vec<&str> =
        prelude.text.lines().filter_map(|line| line.trim().strip_prefix("///     ")).collect();
    assert!(examples.len() > 25, "only {} examples were found", examples.len());
    let mut source = String::from(
        "bot examples\n\naccount { zone \"Europe/Madrid\" }\n\ntrigger manual\n\nstep start: -> end\n\n",
    );
    for (n, example) in examples.iter().enumerate() {
        writeln!(source, "test \"{n}\" {{ trigger manual expect {example} }}")
            .expect("a text can be written to");
    }
    let mut files = Memory::default();
    files.0.insert("main.sbot".to_owned(), source.into_bytes());
    let checked = sbotc::check_files("main.sbot", &files).expect("the examples are a file");
    let project = checked.project.as_ref().unwrap_or_else(|| {
        panic!("{}", sbotc::diagnostic::render::render(&checked.diagnostics, &checked.sources, false))
    });
    let lowered = sbotc::lower::lower(project, &checked.sources, true);
    let program = sbot_vm::Program::new(lowered.tables, Some(lowered.debug)).expect("the examples verify");
    let program = std::sync::Arc::new(program);
    for (test, example) in lowered.tests.iter().zip(&examples) {
        let report = sbotc::sim::run_test(&program, test, &checked.sources, false);
        assert!(report.failure.is_none(), "{example}");
    }
}
