//! Any project can be checked: every finding can be shown. What has no error becomes a program that the verifier takes,
//! that survives its bytes and that runs; it is no different from itself, and it says nothing that cannot be translated.

use crate::drive;
use crate::input::Input;
use sbot_vm::Program;
use sbotc::diagnostic::render::{json_line, render};
use sbotc::project::Files;
use sbotc::{Checked, check_files, i18n};
use std::collections::BTreeMap;
use std::io;

/// A line that begins another file: this, and its path.
pub(crate) const NEXT: &str = "=== ";
/// The file a project begins with.
pub(crate) const ENTRY: &str = "main.sbot";

/// The files of a project by path.
struct Memory<'a>(BTreeMap<&'a str, &'a [u8]>);

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.get(path).map(|bytes| bytes.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}

/// The law.
///
/// # Panics
/// It does not hold.
pub fn holds(data: &[u8]) {
    let files = files(data);
    let Ok(mut checked) = check_files(ENTRY, &files) else { return };
    shown(&checked);
    let Checked { sources, project: Some(project), .. } = &mut checked else { return };
    let lowered = sbotc::lower::lower(project, sources, true);
    let program = Program::new(lowered.tables, Some(lowered.debug))
        .unwrap_or_else(|why| panic!("the compiler made a program that does not load: {why}"));
    let loaded = Program::load(&program.encode(false)).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(program.tables(), loaded.tables());
    drive::whole(&program, &mut Input::new(data));
    let same = sbotc::diff::diff((project, sources), (project, sources));
    assert!(same.changes.is_empty(), "a project differs from itself: {:?}", same.changes);
    let texts = i18n::texts(project, sources, "");
    let _ = i18n::template(&texts, sources, "");
}

/// One file after the other, each but the first behind a line with its path.
fn files(data: &[u8]) -> Memory<'_> {
    let mut files = BTreeMap::new();
    let (mut path, mut from) = (ENTRY, 0);
    let mut at = 0;
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let next = line.strip_prefix(NEXT.as_bytes()).and_then(|name| std::str::from_utf8(name).ok());
        if let Some(next) = next {
            files.insert(path, data.get(from..at).unwrap_or_default());
            (path, from) = (next.trim(), at + line.len());
        }
        at += line.len();
    }
    files.insert(path, data.get(from..).unwrap_or_default());
    Memory(files)
}

fn shown(checked: &Checked) {
    let errors = checked.diagnostics.iter().any(sbotc::diagnostic::Diagnostic::is_error);
    assert!(errors == checked.project.is_none(), "errors and a program, or neither");
    for color in [false, true] {
        let report = render(&checked.diagnostics, &checked.sources, color);
        assert!(report.is_empty() == checked.diagnostics.is_empty());
    }
    for found in &checked.diagnostics {
        let line = json_line(found, &checked.sources);
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "no JSON: {line}");
    }
}
