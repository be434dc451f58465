//! Law: what a person reads. The reports of the most common mistakes, each with its source, beside the fixture, and
//! all of them on one page.
//!
//! `INSTA_UPDATE=always UPDATE_PAGES=1 cargo test -p sbot-tests --test render` writes them anew after a change of
//! wording.

#![allow(clippy::expect_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbotc::diagnostic::render::render;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use support::{Case, cases, check_folder, fixtures};

/// The first line of the main file, which says what the mistake is.
fn title(case: &Case) -> String {
    let text = String::from_utf8_lossy(&case.files.0[&case.entry]).into_owned();
    let first = text.lines().next().unwrap_or_default();
    let title =
        first.strip_prefix("// ").unwrap_or_else(|| panic!("{} does not begin with `// title`", case.name));
    title.trim_end_matches('.').to_owned()
}

#[test]
fn reports_read_well() {
    let cases = cases(&fixtures("render"));
    assert!(cases.len() >= 24);
    for case in &cases {
        let checked = check_folder(case);
        assert!(!checked.diagnostics.is_empty(), "{} has nothing to report", case.name);
        let mut shown = String::new();
        for (path, bytes) in &case.files.0 {
            if case.files.0.len() > 1 {
                writeln!(shown, "── {path}").expect("memory");
            }
            let text = String::from_utf8_lossy(bytes);
            for (line, text) in (1..).zip(text.lines()) {
                writeln!(shown, "{}", format!("{line:>3}  {text}").trim_end()).expect("memory");
            }
        }
        let report = render(&checked.diagnostics, &checked.sources, false);
        let snapshot = format!("{shown}\n{}\n{report}", "─".repeat(60));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../fixtures/render");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(case.name.as_str(), snapshot));
    }
}

#[test]
fn the_page_of_messages_is_up_to_date() {
    let mut page = String::from(
        "# Messages\n\n\
         What `sbotc check` says about the most common mistakes: the cause first, the exact place, and what to write\n\
         instead. One mistake is one report; what only follows from it is left out. `sbotc explain CODE` tells more, and\n\
         `sbotc check --fix` mends those under which *mended by `--fix`* stands.\n\n\
         This page is made from `tests/fixtures/render`.\n",
    );
    for case in cases(&fixtures("render")) {
        let checked = check_folder(&case);
        let report = render(&checked.diagnostics, &checked.sources, false);
        write!(page, "\n## {}\n\n```text\n{report}```\n", title(&case)).expect("memory");
        let sure = |found: &sbotc::diagnostic::Diagnostic| found.suggestion.as_ref().is_some_and(|s| s.sure);
        if checked.diagnostics.iter().all(sure) {
            page.push_str("\n*Mended by `--fix`.*\n");
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/messages.md");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/messages.md is not what the compiler says; see the top of this test");
}
