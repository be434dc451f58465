//! Mends what has one right answer. In: the files of a project. Out: their new texts, and what is left to say.
//!
//! A finding whose suggestion is sure is mended; nothing else is. What is mended together does not overlap, and it
//! stays only if it leads to no error that was not there before: no new syntax error, and where the syntax was right,
//! no new error at all. Nothing here writes a file.

use crate::check::check;
use crate::diagnostic::{Code, Diagnostic, Edit};
use crate::project::{Files, Parsed, ReadError, parse};
use crate::source::{FileId, Sources};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

/// So many rounds are made: what one uncovers is mended in the next.
const ROUNDS: usize = 20;
/// So many times a project is checked again in one round to find the fixes that have to be taken back.
const CHECKS: usize = 40;

/// Files with changes that are not written yet.
#[derive(Clone)]
pub struct Edited<'f> {
    inner: &'f dyn Files,
    texts: FxHashMap<String, String>,
}

impl<'f> Edited<'f> {
    /// Without a change so far.
    #[must_use]
    pub fn new(inner: &'f dyn Files) -> Self {
        Self { inner, texts: FxHashMap::default() }
    }

    /// The changed files with their whole text, in order of path.
    #[must_use]
    pub fn changed(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<_> = self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        all.sort_unstable();
        all
    }
}

impl Files for Edited<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self.texts.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.inner.read(path),
        }
    }

    fn exists(&self, path: &str) -> bool {
        self.texts.contains_key(path) || self.inner.exists(path)
    }
}

/// Mends the project of `entries`. The changes are in `files` then; the result is how many findings were mended.
///
/// # Errors
/// A path of `entries` that cannot be read.
pub fn fix(entries: &[String], files: &mut Edited<'_>) -> Result<usize, ReadError> {
    let state = State::of(entries, files, Part::Syntax)?;
    let (fixed, _) = rounds(entries, files, state, Part::Syntax)?;
    let before = State::of(entries, files, Part::Rest { bold: true })?;
    // What one uncovers may be mended by the next. If in the end nothing new is wrong, all of them were right.
    let mut bold = files.clone();
    let (more, after) = rounds(entries, &mut bold, before.clone(), Part::Rest { bold: true })?;
    if more == 0 || before.has_all_of(&after, &[]) {
        *files = bold;
        return Ok(fixed + more);
    }
    let (more, _) = rounds(entries, files, before, Part::Rest { bold: false })?;
    Ok(fixed + more)
}

/// Which findings are mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Syntax,
    Rest {
        /// Whether what the fixes uncover is looked at only in the end.
        bold: bool,
    },
}

/// Mends until there is nothing more to mend: how much was, and how the project stands then.
fn rounds(
    entries: &[String],
    files: &mut Edited<'_>,
    mut state: State,
    part: Part,
) -> Result<(usize, State), ReadError> {
    let mut fixed = 0;
    let mut refused = FxHashSet::default();
    for _ in 0..ROUNDS {
        let fixes = state.fixes(part, &refused);
        let mut round =
            Round { entries, files, part, state: &state, accepted: Vec::new(), after: None, checks: CHECKS };
        round.take(fixes.clone())?;
        let (accepted, Some(after)) = (round.accepted, round.after) else { break };
        fixed += accepted.len();
        let texts = state.texts(files, &accepted)?;
        refused.extend(fixes.into_iter().filter(|fix| !accepted.contains(fix)).map(|fix| fix.name));
        files.texts.extend(texts);
        state = after;
    }
    Ok((fixed, state))
}

/// A suggestion that is sure.
#[derive(Clone, Debug, PartialEq)]
struct Fix {
    file: FileId,
    /// Where the finding is.
    at: u32,
    edits: Vec<Edit>,
    name: Name,
    syntax: bool,
}

/// What tells a finding from others, in the next round as well: file, code, sentence.
type Name = (String, Code, String);

impl Fix {
    fn start(&self) -> (FileId, u32) {
        (self.file, self.edits.first().map_or(0, |edit| edit.span.start))
    }
}

/// A project as it stands.
#[derive(Clone)]
struct State {
    sources: Sources,
    diagnostics: Rc<[Diagnostic]>,
    /// For each file, whether it may be changed.
    own: Vec<bool>,
    /// Its syntax errors.
    syntax: Vec<Wrong>,
    /// Behind this place of a file nothing was read.
    unread: FxHashMap<FileId, u32>,
    /// How often each thing is found, and whether it is an error.
    found: FxHashMap<Name, (usize, bool)>,
}

impl State {
    /// For the syntax, nothing but it is looked at.
    fn of(entries: &[String], files: &dyn Files, part: Part) -> Result<State, ReadError> {
        let mut parsed = parse(entries, files)?;
        let own = parsed.units.iter().map(|unit| !unit.std).collect();
        let (syntax, unread) = syntax(&parsed);
        let (sources, diagnostics) = match part {
            Part::Syntax => (parsed.sources, std::mem::take(&mut parsed.diagnostics)),
            Part::Rest { .. } => {
                let checked = check(parsed, files);
                (checked.sources, checked.diagnostics)
            }
        };
        let mut all = FxHashMap::default();
        for found in &diagnostics {
            all.entry(name(&sources, found)).or_insert((0, found.is_error())).0 += 1;
        }
        Ok(State { sources, diagnostics: diagnostics.into(), own, syntax, unread, found: all })
    }

    /// What can be mended at once.
    fn fixes(&self, part: Part, refused: &FxHashSet<Name>) -> Vec<Fix> {
        let mut all: Vec<Fix> = self
            .diagnostics
            .iter()
            .filter(|found| self.own.get(found.place.file.0 as usize) == Some(&true))
            .filter_map(|found| {
                let suggestion = found.suggestion.as_ref().filter(|suggestion| suggestion.sure)?;
                let name = name(&self.sources, found);
                let syntax = is_syntax(found.code);
                let (file, at) = (found.place.file, found.place.span.start);
                Some(Fix { file, at, edits: suggestion.edits.clone(), name, syntax })
            })
            .filter(|fix| fix.syntax == (part == Part::Syntax) && !refused.contains(&fix.name))
            .collect();
        all.sort_by_key(Fix::start);
        // The places that are changed, which do not touch: the one before tells.
        let mut taken: BTreeMap<(FileId, u32), u32> = BTreeMap::new();
        all.retain(|fix| {
            let free = |edit: &Edit| {
                let before = taken.range(..=(fix.file, edit.span.end)).next_back();
                before.is_none_or(|((file, _), end)| *file != fix.file || *end < edit.span.start)
            };
            let free = fix.edits.iter().all(free);
            if free {
                taken.extend(fix.edits.iter().map(|edit| ((fix.file, edit.span.start), edit.span.end)));
            }
            free
        });
        all
    }

    /// The texts of the files that the fixes change.
    fn texts(&self, files: &dyn Files, fixes: &[Fix]) -> Result<FxHashMap<String, String>, ReadError> {
        let mut by_file: FxHashMap<FileId, Vec<&Edit>> = FxHashMap::default();
        for fix in fixes {
            by_file.entry(fix.file).or_default().extend(&fix.edits);
        }
        let mut texts = FxHashMap::default();
        for (file, mut edits) in by_file {
            edits.sort_by_key(|edit| edit.span.start);
            let source = self.sources.get(file);
            let unreadable =
                |error: io::Error| ReadError { path: source.path.clone(), why: error.to_string() };
            // A byte order mark is no part of the text, and stays.
            let mark = files.read(&source.path).map_err(unreadable)?.starts_with("\u{feff}".as_bytes());
            let text = apply(&source.text, &edits);
            texts.insert(source.path.clone(), if mark { format!("\u{feff}{text}") } else { text });
        }
        Ok(texts)
    }

    /// Whether `after`, which is this with the fixes made, has no syntax error that this has not.
    fn reads_as_well(&self, after: &State, fixes: &[Fix]) -> bool {
        let moved = |file: FileId, at: u32| {
            let edits = fixes.iter().filter(|fix| fix.file == file).flat_map(|fix| &fix.edits);
            let before = edits.filter(|edit| edit.span.start <= at);
            before.fold(i64::from(at), |at, edit| {
                at + i64::try_from(edit.text.len()).unwrap_or(0) - i64::from(edit.span.end - edit.span.start)
            })
        };
        let mended: FxHashSet<(FileId, u32, &str)> =
            fixes.iter().map(|fix| (fix.file, fix.at, fix.name.2.as_str())).collect();
        let left =
            self.syntax.iter().filter(|(file, at, text)| !mended.contains(&(*file, *at, text.as_str())));
        let known: FxHashSet<(FileId, i64)> = left.map(|(file, at, _)| (*file, moved(*file, *at))).collect();
        let read = |file: FileId, at: u32| {
            self.unread.get(&file).is_none_or(|unread| i64::from(at) < moved(file, *unread))
        };
        after.syntax.iter().all(|(file, at, _)| !read(*file, *at) || known.contains(&(*file, i64::from(*at))))
    }

    /// Whether every error of `after`, which is this with the fixes made, is one that this has and was not mended.
    fn has_all_of(&self, after: &State, fixes: &[Fix]) -> bool {
        let mut left: FxHashMap<&Name, usize> = self.found.iter().map(|(name, (n, _))| (name, *n)).collect();
        for fix in fixes {
            left.entry(&fix.name).and_modify(|count| *count = count.saturating_sub(1));
        }
        let errors = after.found.iter().filter(|(_, (_, error))| *error);
        errors.into_iter().all(|(name, (count, _))| left.get(name).is_some_and(|left| count <= left))
    }

    /// Whether each finding that was mended is gone.
    fn is_mended_in(&self, after: &State, fixes: &[Fix]) -> bool {
        let count = |state: &State, name: &Name| state.found.get(name).map_or(0, |(count, _)| *count);
        let mut mended: FxHashMap<&Name, usize> = FxHashMap::default();
        for fix in fixes {
            *mended.entry(&fix.name).or_default() += 1;
        }
        mended.iter().all(|(name, times)| count(after, name) + times <= count(self, name))
    }
}

fn is_syntax(code: Code) -> bool {
    matches!(code, Code::E0101 | Code::E0102 | Code::E0103 | Code::E0110)
}

/// A syntax error: file, place, sentence.
type Wrong = (FileId, u32, String);

fn syntax(parsed: &Parsed) -> (Vec<Wrong>, FxHashMap<FileId, u32>) {
    let found = || parsed.diagnostics.iter().filter(|found| is_syntax(found.code));
    let unread = found().filter(|found| found.unread).map(|found| (found.place.file, found.place.span.start));
    let all = found().filter(|found| !found.unread);
    (
        all.map(|found| (found.place.file, found.place.span.start, found.message.clone())).collect(),
        unread.collect(),
    )
}

fn name(sources: &Sources, found: &Diagnostic) -> Name {
    (sources.get(found.place.file).path.clone(), found.code, found.message.clone())
}

/// One round: the fixes that stay.
struct Round<'r, 'f> {
    entries: &'r [String],
    files: &'r Edited<'f>,
    part: Part,
    state: &'r State,
    accepted: Vec<Fix>,
    /// The project with those made.
    after: Option<State>,
    /// How many more times the project may be checked.
    checks: usize,
}

impl Round<'_, '_> {
    /// Accepts all of the fixes if that is right, or what is right of either half.
    fn take(&mut self, mut fixes: Vec<Fix>) -> Result<(), ReadError> {
        if fixes.is_empty() || self.checks == 0 {
            return Ok(());
        }
        self.checks -= 1;
        let all: Vec<Fix> = self.accepted.iter().chain(&fixes).cloned().collect();
        let mut tried = self.files.clone();
        tried.texts.extend(self.state.texts(self.files, &all)?);
        let after = State::of(self.entries, &tried, self.part)?;
        let state = self.state;
        let right = match self.part {
            Part::Syntax => state.reads_as_well(&after, &all),
            Part::Rest { bold } => {
                state.is_mended_in(&after, &all)
                    && state.reads_as_well(&after, &all)
                    && (bold || state.has_all_of(&after, &all))
            }
        };
        if right {
            (self.accepted, self.after) = (all, Some(after));
        } else if fixes.len() > 1 {
            let second = fixes.split_off(fixes.len() / 2);
            self.take(fixes)?;
            self.take(second)?;
        }
        Ok(())
    }
}

/// The text after the edits, which do not overlap and stand in order. Line breaks are those of the file.
fn apply(text: &str, edits: &[&Edit]) -> String {
    let windows = text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'));
    let mut out = String::with_capacity(text.len() + 16 * edits.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        out.push_str(text.get(at..start).unwrap_or(""));
        if windows {
            out.push_str(&edit.text.replace('\n', "\r\n"));
        } else {
            out.push_str(&edit.text);
        }
        at = end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}
