//! Law: every code has a page whose wrong example fails with that very code and whose right one passes, a fixture
//! that announces it, and a place in the compiler that reports it.

#![allow(clippy::expect_used)] // A fixture that cannot be read is a failure.

mod support;

use sbotc::diagnostic::codes::{ALL, Code, Severity};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::{Case, Memory, cases, check, entries, fixtures, listed};

/// A page, parsed.
struct Page {
    wrong: Case,
    right: Case,
}

/// Reads a page strictly: a title, text, `## Wrong` with its blocks, `## Right` with its blocks, and advice.
fn parse(code: Code) -> Result<Page, String> {
    let text = code.page();
    let mut lines = text.lines();
    let title = format!("# {}: {}", code.name(), code.title());
    if lines.next() != Some(title.as_str()) {
        return Err(format!("the first line is not `{title}`"));
    }
    let (intro, rest) = text.split_once("\n## Wrong\n").ok_or("there is no `## Wrong`")?;
    let (wrong, right) = rest.split_once("\n## Right\n").ok_or("there is no `## Right`")?;
    if intro.lines().skip(1).all(|line| line.trim().is_empty()) {
        return Err("nothing stands before `## Wrong`".to_owned());
    }
    if text.contains("\n## ") && text.matches("\n## ").count() != 2 {
        return Err("there are other headings than `## Wrong` and `## Right`".to_owned());
    }
    Ok(Page { wrong: blocks(code, "wrong", wrong)?, right: blocks(code, "right", right)? })
}

/// The files of a section.
fn blocks(code: Code, which: &str, section: &str) -> Result<Case, String> {
    let mut files = Memory::default();
    let mut open: Option<(String, String)> = None;
    for line in section.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(""), Some((path, text))) => {
                if files.0.insert(path.clone(), text.into_bytes()).is_some() {
                    return Err(format!("{which}: `{path}` stands twice"));
                }
            }
            (Some(info), None) => {
                let path = match info.split_once(" file=") {
                    None if info == "sbot" => "main.sbot",
                    Some(("sbot" | "text", path)) => path,
                    _ => return Err(format!("{which}: `{info}` is no block of a page")),
                };
                if files.0.is_empty() && path != "main.sbot" {
                    return Err(format!("{which}: the first block is not the main file"));
                }
                open = Some((path.to_owned(), String::new()));
            }
            (_, Some((path, mut text))) => {
                text.push_str(line);
                text.push('\n');
                open = Some((path, text));
            }
            (None, None) => {}
        }
    }
    if open.is_some() || files.0.is_empty() {
        return Err(format!("{which}: a block is not closed, or there is none"));
    }
    Ok(Case { name: format!("{} {which}", code.name()), entry: "main.sbot".to_owned(), files })
}

/// What is wrong with the page of a code.
fn problem(code: Code) -> Result<(), String> {
    let page = parse(code)?;
    let wrong = check(&page.wrong);
    let errors: BTreeSet<&str> =
        wrong.diagnostics.iter().filter(|found| found.is_error()).map(|found| found.code.name()).collect();
    let as_announced = match code.severity() {
        Severity::Error => errors == BTreeSet::from([code.name()]),
        Severity::Warning => errors.is_empty() && wrong.diagnostics.iter().any(|found| found.code == code),
    };
    if !as_announced {
        let list = listed(&wrong.diagnostics, &wrong.sources);
        return Err(format!("the wrong example does not fail with this code alone\n{list}"));
    }
    let right = check(&page.right);
    if right.diagnostics.iter().any(|found| found.is_error() || found.code == code) {
        return Err(format!(
            "the right example is not right\n{}",
            listed(&right.diagnostics, &right.sources)
        ));
    }
    Ok(())
}

#[test]
fn every_code_has_a_page_with_a_wrong_and_a_right_example() {
    let problems: Vec<String> = ALL
        .iter()
        .filter_map(|code| problem(*code).err().map(|problem| format!("{}: {problem}", code.name())))
        .collect();
    assert!(problems.is_empty(), "{} pages of {}\n\n{}", problems.len(), ALL.len(), problems.join("\n"));
}

#[test]
fn every_page_is_about_a_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/src/diagnostic/explain");
    for path in entries(&folder) {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("UTF-8");
        assert!(
            Code::find(stem).is_some_and(|code| code.name() == stem),
            "{} is about no code",
            path.display()
        );
    }
}

#[test]
fn every_code_is_announced_by_a_fixture() {
    let mut announced = String::new();
    for case in cases(&fixtures("check")) {
        for bytes in case.files.0.values() {
            for line in String::from_utf8_lossy(bytes).lines() {
                if let Some((_, comment)) = line.rsplit_once("//~") {
                    announced.push_str(comment);
                    announced.push('\n');
                }
            }
        }
    }
    let missing: Vec<&str> =
        ALL.iter().map(|code| code.name()).filter(|name| !announced.contains(name)).collect();
    assert!(missing.is_empty(), "no fixture announces {}", missing.join(", "));
}

#[test]
fn every_code_has_an_emitter() {
    let mut source = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/src"), &mut source);
    let missing: Vec<&str> = ALL
        .iter()
        .map(|code| code.name())
        .filter(|name| !source.contains(&format!("Code::{name}")))
        .collect();
    assert!(missing.is_empty(), "nothing in the compiler reports {}", missing.join(", "));
}

/// All Rust source but the list of codes, and the renderer, whose tests name codes that they do not report.
fn read(folder: &Path, source: &mut String) {
    for path in entries(folder) {
        let silent = ["diagnostic/codes.rs", "diagnostic/render.rs", "diagnostic/render"];
        if silent.iter().any(|end| path.ends_with(end)) {
            continue;
        }
        if path.is_dir() {
            read(&path, source);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            source.push_str(&fs::read_to_string(&path).expect("source"));
        }
    }
}
