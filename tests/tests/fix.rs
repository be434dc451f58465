//! Law: `check --fix` mends what has one right answer, leaves the rest, and leads to no error that was not there.
//!
//! `INSTA_UPDATE=always cargo test -p sbot-tests --test fix` writes the results of `fixtures/fix` anew.

#![allow(clippy::expect_used)] // A fixture that cannot be read is a failure.

mod support;

use sbotc::diagnostic::Diagnostic;
use sbotc::fix::{Edited, fix};
use std::collections::BTreeSet;
use std::fmt::Write;
use support::{Case, Memory, cases, check_folder, fixtures, listed, sbot_files};

/// The case after mending, and how many findings were mended.
fn mended(case: &Case) -> (Case, usize) {
    let mut edited = Edited::new(&case.files);
    let count = fix(&sbot_files(case), &mut edited).expect("fixtures can be read");
    let mut files = Memory(case.files.0.clone());
    for (path, text) in edited.changed() {
        files.0.insert(path.to_owned(), text.as_bytes().to_vec());
    }
    (Case { files, ..case.clone() }, count)
}

fn is_sure(found: &&Diagnostic) -> bool {
    found.suggestion.as_ref().is_some_and(|suggestion| suggestion.sure)
}

fn is_syntax(found: &&Diagnostic) -> bool {
    found.code.name().starts_with("E01")
}

/// Every fixture that may have something to mend.
fn corpus() -> Vec<Case> {
    ["fix", "check", "render"].iter().flat_map(|folder| cases(&fixtures(folder))).collect()
}

#[test]
fn what_has_one_right_answer_is_mended() {
    for case in cases(&fixtures("fix")) {
        let (after, count) = mended(&case);
        let mut shown = String::new();
        for (path, bytes) in &after.files.0 {
            writeln!(shown, "── {path}").expect("memory");
            // Marks and line breaks that cannot be seen are part of the result.
            let text = String::from_utf8_lossy(bytes).replace('\u{feff}', "<BOM>").replace('\r', "<CR>");
            shown.push_str(&text);
        }
        let left = check_folder(&after);
        let rest = listed(&left.diagnostics, &left.sources);
        let snapshot = format!("{shown}{}\nfixed {count}, left:\n{rest}", "─".repeat(60));
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../fixtures/fix");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(case.name.as_str(), snapshot));
    }
}

#[test]
fn mending_leads_to_no_new_error_and_a_second_run_changes_nothing() {
    for case in corpus() {
        let before = check_folder(&case);
        let (fixed, count) = mended(&case);
        if count == 0 {
            assert_eq!(fixed.files.0, case.files.0, "{} was changed for nothing", case.name);
            continue;
        }
        let after = check_folder(&fixed);
        let syntax = |checked: &sbotc::Checked| checked.diagnostics.iter().filter(is_syntax).count();
        assert!(syntax(&after) <= syntax(&before), "{}", case.name);
        if syntax(&before) == 0 {
            let errors = |checked: &sbotc::Checked| {
                checked.diagnostics.iter().filter(|found| found.is_error()).count()
            };
            assert!(errors(&after) <= errors(&before), "{}", case.name);
        }
        let (again, count) = mended(&fixed);
        assert_eq!(count, 0, "{}", case.name);
        assert_eq!(again.files.0, fixed.files.0, "{}", case.name);
    }
}

#[test]
fn every_code_that_can_be_mended_is_mended_in_a_fixture() {
    let sure = |cases: Vec<Case>| -> BTreeSet<&'static str> {
        let codes = |case: &Case| -> Vec<&'static str> {
            check_folder(case).diagnostics.iter().filter(is_sure).map(|found| found.code.name()).collect()
        };
        cases.iter().flat_map(codes).collect()
    };
    let mended: BTreeSet<&str> = cases(&fixtures("fix"))
        .iter()
        .flat_map(|case| {
            let (after, _) = mended(case);
            let left: BTreeSet<&str> = check_folder(&after)
                .diagnostics
                .iter()
                .filter(is_sure)
                .map(|found| found.code.name())
                .collect();
            let before = check_folder(case);
            let codes: Vec<&str> =
                before.diagnostics.iter().filter(is_sure).map(|found| found.code.name()).collect();
            codes.into_iter().filter(move |code| !left.contains(code)).collect::<Vec<_>>()
        })
        .collect();
    let missing: Vec<&str> = sure(corpus()).difference(&mended).copied().collect();
    assert!(missing.is_empty(), "no fixture of `fix` mends {}", missing.join(", "));
}
