//! Law: a fixture of `fixtures/check` gives the findings that its comments announce, on their lines, and no others.
//!
//! `//~ E0203` at the end of a line announces one on that line, `//~ E0203 E0301` two; each `^` after the `~` means
//! the line above. A file without such a comment must have no finding at all.

#![allow(clippy::expect_used)] // A fixture that cannot be read is a failure.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use support::{Case, cases, check, fixtures};

/// How often a code is found on a line of a file.
type Found = BTreeMap<(String, usize, String), usize>;

fn announced(case: &Case) -> Found {
    let mut found = Found::new();
    for (path, bytes) in
        case.files.0.iter().filter(|(path, _)| path.ends_with(".sbot") || path.ends_with(".po"))
    {
        let text = std::str::from_utf8(bytes).expect("fixtures are UTF-8");
        for (line, written) in (1..).zip(text.lines()) {
            let Some((_, comment)) = written.rsplit_once("//~") else { continue };
            let codes = comment.trim_start_matches('^');
            let above = comment.len() - codes.len();
            for code in codes.split_whitespace() {
                assert!(
                    sbotc::diagnostic::Code::find(code).is_some(),
                    "{}: {path}:{line} announces `{code}`, which is no code",
                    case.name
                );
                *found.entry((path.clone(), line - above, code.to_owned())).or_default() += 1;
            }
        }
    }
    found
}

fn found(checked: &sbotc::Checked) -> Found {
    let mut found = Found::new();
    for diagnostic in &checked.diagnostics {
        let source = checked.sources.get(diagnostic.place.file);
        let line = source.line_column(diagnostic.place.span.start).line as usize;
        *found.entry((source.path.clone(), line, diagnostic.code.name().to_owned())).or_default() += 1;
    }
    found
}

/// What is different, or nothing.
fn difference(case: &Case) -> Option<String> {
    let checked = check(case);
    let (want, have) = (announced(case), found(&checked));
    if want == have {
        return None;
    }
    let mut out = format!("{}\n", case.name);
    for ((path, line, code), count) in &want {
        let have = have.get(&(path.clone(), *line, code.clone())).copied().unwrap_or(0);
        for _ in have..*count {
            writeln!(out, "    {path}:{line}: {code} is announced and not found").expect("memory");
        }
    }
    for ((path, line, code), count) in &have {
        let want = want.get(&(path.clone(), *line, code.clone())).copied().unwrap_or(0);
        if *count > want {
            let messages: Vec<&str> = checked
                .diagnostics
                .iter()
                .filter(|diagnostic| {
                    let source = checked.sources.get(diagnostic.place.file);
                    diagnostic.code.name() == code
                        && source.path == *path
                        && source.line_column(diagnostic.place.span.start).line as usize == *line
                })
                .map(|diagnostic| diagnostic.message.as_str())
                .collect();
            writeln!(
                out,
                "    {path}:{line}: {code} is found {count}x, announced {want}x: {}",
                messages.join(" / ")
            )
            .expect("memory");
        }
    }
    Some(out)
}

#[test]
fn every_fixture_gives_what_it_announces() {
    let cases = cases(&fixtures("check"));
    assert!(!cases.is_empty());
    let wrong: Vec<String> = cases.iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{} of {} fixtures differ\n\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// A fixture is called after the code it is about; `clean-…` is about none.
#[test]
fn every_fixture_is_about_the_code_of_its_name() {
    for case in cases(&fixtures("check")) {
        let (code, _) = case.name.split_once('-').expect("CODE-what-it-shows");
        assert!(
            code == "clean" || sbotc::diagnostic::Code::find(code).is_some(),
            "{}: a name begins with a code or with `clean`",
            case.name
        );
        if code == "clean" {
            assert!(announced(&case).is_empty(), "{} announces something", case.name);
        }
    }
}
