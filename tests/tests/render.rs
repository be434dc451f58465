//! Law: what a person reads. The reports of the most common mistakes, each with its source, beside the fixture.
//!
//! `INSTA_UPDATE=always cargo test -p sbot-tests --test render` writes them anew after a change of wording.

#![allow(clippy::expect_used)] // A fixture that cannot be read is a failure.

mod support;

use sbotc::diagnostic::render::render;
use std::fmt::Write;
use support::{cases, check, fixtures};

#[test]
fn reports_read_well() {
    let cases = cases(&fixtures("render"));
    assert!(cases.len() >= 10);
    for case in &cases {
        let checked = check(case);
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
