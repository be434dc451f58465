//! Which lines of a project break because of a difference. The checker says so: it looks at the project as if the source
//! had followed the account, and what it reports then and did not report before is what breaks.

use super::Drift;
use super::edit::{File, apply};
use crate::Checked;
use crate::project::{Files, normalize, parse};
use std::collections::BTreeSet;
use std::io;

/// A line that breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// Path of the file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// The code of the diagnostic.
    pub code: &'static str,
    /// What the checker says.
    pub message: String,
}

/// More differences than this are not looked at one by one.
const MOST: usize = 300;

/// What each difference breaks, in the order of the differences. None: it was not looked at, because there are too many.
///
/// `project` are the files to be checked; `files` those that the differences are about.
#[must_use]
pub fn breaks(
    project: &[String],
    disk: &dyn Files,
    files: &[File],
    drift: &[Drift],
) -> Vec<Option<Vec<Break>>> {
    let before = found(project, disk, files, None);
    let key = |one: &Break| (one.file.clone(), one.line, one.code, one.message.clone());
    let known: BTreeSet<_> = before.iter().map(key).collect();
    let mut looked = 0;
    let each = drift.iter().map(|drift| {
        if drift.without.is_empty() || project.is_empty() {
            return Some(Vec::new());
        }
        looked += 1;
        if looked > MOST {
            return None;
        }
        let after = found(project, disk, files, Some(drift));
        Some(after.into_iter().filter(|one| !known.contains(&key(one))).collect())
    });
    each.collect()
}

fn found(project: &[String], disk: &dyn Files, files: &[File], drift: Option<&Drift>) -> Vec<Break> {
    let texts = files.iter().enumerate().map(|(at, file)| {
        let text = drift.map_or_else(|| file.text.clone(), |drift| apply(at, &file.text, &drift.without));
        // A file goes by one path, whatever folder was named: `./account.sbot` is `account.sbot`.
        (normalize("", &file.path), text)
    });
    let changed = Changed { texts: texts.collect(), disk };
    let Ok(parsed) = parse(project, &changed) else { return Vec::new() };
    let Checked { diagnostics, sources, .. } = crate::check::check(parsed, &changed);
    let errors = diagnostics.iter().filter(|one| one.is_error());
    let mut all: Vec<Break> = errors
        .map(|one| {
            let source = sources.get(one.place.file);
            let at = source.line_column(one.place.span.start);
            Break {
                file: source.path.clone(),
                line: at.line,
                column: at.column,
                code: one.code.name(),
                message: one.message.clone(),
            }
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Files of which some have another text.
struct Changed<'a> {
    texts: Vec<(String, String)>,
    disk: &'a dyn Files,
}

impl Files for Changed<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let plain = normalize("", path);
        match self.texts.iter().find(|(known, _)| *known == plain) {
            Some((_, text)) => Ok(text.clone().into_bytes()),
            None => self.disk.read(path),
        }
    }

    fn exists(&self, path: &str) -> bool {
        let plain = normalize("", path);
        self.texts.iter().any(|(known, _)| *known == plain) || self.disk.exists(path)
    }
}
