//! Which files make up a project. The caller reads the disk; this module asks for files by path.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{self, FileId, Place, Sources};
use rustc_hash::FxHashMap;
use sbot_grammar::Comment;
use sbot_grammar::ast::{self, ItemKind, Span};
use std::io;
use std::sync::Arc;

/// Where files come from. Paths use `/` and are relative to where the tool was started.
pub trait Files {
    /// The content of a file.
    ///
    /// # Errors
    /// Whatever keeps it from being read.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// Whether a file is there.
    fn exists(&self, path: &str) -> bool;
}

/// A file that was parsed.
#[derive(Debug)]
pub struct Unit {
    /// The file.
    pub file: FileId,
    /// Its tree.
    pub tree: ast::File,
    /// Its comments.
    pub comments: Vec<Comment>,
    /// Files it uses directly, with the place of the `use`. Those of the standard library that are always in are not listed.
    pub uses: Vec<(FileId, Span)>,
    /// Whether it belongs to the standard library.
    pub std: bool,
    /// Whether it was asked for, rather than used by another file.
    pub entry: bool,
}

/// All files of a project, parsed. Input of checking.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The texts.
    pub sources: Sources,
    /// One per source, in the same order.
    pub units: Vec<Unit>,
    /// What was wrong so far: syntax, files that are missing, circles.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses the files of `entries`, everything they use, and the standard library that is always in.
///
/// # Errors
/// A path of `entries` that cannot be read, is no UTF-8 or is too large, with the reason.
pub fn parse(entries: &[String], files: &dyn Files) -> Result<Parsed, ReadError> {
    let mut loader = Loader { files, parsed: Parsed::default(), ids: FxHashMap::default(), open: Vec::new() };
    for path in sbot_stdlib::ALWAYS {
        loader.std(path);
    }
    for path in entries {
        let path = normalize("", path);
        if !loader.ids.contains_key(&path) {
            let text = loader.text(&path)?;
            loader.add(path.clone(), text, true);
        }
        if let Some(unit) = loader.ids.get(&path).and_then(|id| loader.parsed.units.get_mut(id.0 as usize)) {
            unit.entry = true;
        }
    }
    Ok(loader.parsed)
}

/// A file that cannot be used at all.
#[derive(Debug)]
pub struct ReadError {
    /// Its path.
    pub path: String,
    /// Why, and what to do.
    pub why: String,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot read `{}`: {}", self.path, self.why)
    }
}

impl std::error::Error for ReadError {}

struct Loader<'a> {
    files: &'a dyn Files,
    parsed: Parsed,
    ids: FxHashMap<String, FileId>,
    /// Files whose `use`s are being followed, outermost first.
    open: Vec<FileId>,
}

impl Loader<'_> {
    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        let error = |why: String| ReadError { path: path.to_owned(), why };
        let bytes = self.files.read(path).map_err(|e| error(e.to_string()))?;
        source::text(bytes).map(Arc::from).map_err(error)
    }

    fn std(&mut self, path: &str) -> Option<FileId> {
        if let Some(id) = self.ids.get(path) {
            return Some(*id);
        }
        let file = sbot_stdlib::file(path)?;
        Some(self.add(path.to_owned(), Arc::from(file.text), false))
    }

    fn add(&mut self, path: String, text: Arc<str>, entry: bool) -> FileId {
        let parsed = sbot_grammar::parse(&text);
        let std = path.starts_with("std/") && sbot_stdlib::file(&path).is_some();
        let id = self.parsed.sources.add(path.clone(), text);
        self.ids.insert(path.clone(), id);
        let errors = crate::diagnostic::syntax::word_all(&parsed.errors, id, &self.parsed.sources);
        self.parsed.diagnostics.extend(errors);
        let wanted: Vec<(String, Span)> = parsed
            .file
            .items
            .iter()
            .filter_map(|item| {
                let ItemKind::Use(text) = &item.kind else { return None };
                let plain = text.plain().map(str::to_owned);
                if plain.is_none() {
                    let place = Place { file: id, span: text.span };
                    self.parsed.diagnostics.push(
                        Diagnostic::new(Code::E0301, place, "the path after `use` is a fixed text")
                            .help("write the path without `{…}`"),
                    );
                }
                Some((plain?, text.span))
            })
            .collect();
        self.parsed.units.push(Unit {
            file: id,
            tree: parsed.file,
            comments: parsed.comments,
            uses: Vec::new(),
            std,
            entry,
        });
        self.open.push(id);
        for (wanted, span) in wanted {
            if let Some(used) = self.follow(&path, &wanted, Place { file: id, span })
                && let Some(unit) = self.parsed.units.get_mut(id.0 as usize)
            {
                unit.uses.push((used, span));
            }
        }
        self.open.pop();
        id
    }

    fn follow(&mut self, from: &str, wanted: &str, place: Place) -> Option<FileId> {
        if wanted.starts_with("std/") {
            let found = self.std(wanted);
            if found.is_none() {
                let names: Vec<&str> = sbot_stdlib::FILES.iter().map(|file| file.path).collect();
                self.parsed.diagnostics.push(
                    Diagnostic::new(
                        Code::E0205,
                        place,
                        format!("the standard library has no file `{wanted}`"),
                    )
                    .help(format!("it has {}", names.join(", "))),
                );
            }
            return found;
        }
        let path = normalize(parent(from), wanted);
        if let Some(id) = self.ids.get(&path).copied() {
            if let Some(at) = self.open.iter().position(|open| *open == id) {
                self.circle(at, id, place);
                return None;
            }
            return Some(id);
        }
        match self.text(&path) {
            Ok(text) => Some(self.add(path, text, false)),
            Err(error) => {
                self.parsed.diagnostics.push(
                    Diagnostic::new(Code::E0205, place, format!("cannot use `{wanted}`: {}", error.why))
                        .help(format!("the path is relative to this file: it was looked for at `{path}`")),
                );
                None
            }
        }
    }

    fn circle(&mut self, at: usize, id: FileId, place: Place) {
        let path = |id: FileId| self.parsed.sources.get(id).path.clone();
        let mut chain: Vec<String> = self.open.iter().skip(at).map(|id| path(*id)).collect();
        chain.push(path(id));
        let diagnostic = Diagnostic::new(Code::E0206, place, "these files use each other in a circle")
            .note(chain.join(" uses "))
            .help("move what both need into a third file, and let both use that one");
        self.parsed.diagnostics.push(diagnostic);
    }
}

/// The folder of a path, without the slash at its end.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// `path` as seen from the folder `base`, without `.` and `..` where that is possible.
#[must_use]
pub fn normalize(base: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let joined = if base.is_empty() || path.starts_with('/') { path } else { format!("{base}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let absolute = if joined.starts_with('/') { "/" } else { "" };
    format!("{absolute}{}", parts.join("/"))
}
