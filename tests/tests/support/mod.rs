//! What the harnesses share: files in memory, folders of fixtures, and how findings are named.

#![allow(dead_code, clippy::unwrap_used)] // Each test binary uses a part; a fixture that cannot be read is a failure.

pub(crate) mod project;

use sbotc::diagnostic::Diagnostic;
use sbotc::i18n::{self, LocaleFile, Strictness, Tag};
use sbotc::source::Sources;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of a project by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(pub(crate) BTreeMap<String, Vec<u8>>);

impl sbotc::project::Files for Memory {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}

/// `fixtures/NAME`.
pub(crate) fn fixtures(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A project to compile: `main.sbot` or the one file it is made of, and all its files.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The name of the fixture, without `.sbot`.
    pub(crate) name: String,
    /// The path of the file that is compiled.
    pub(crate) entry: String,
    pub(crate) files: Memory,
}

/// The cases of a folder, by name: each file `NAME.sbot` alone, and each folder with a `main.sbot`.
pub(crate) fn cases(folder: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for path in entries(folder) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut files = Memory::default();
        if path.is_dir() {
            collect(&path, &path, &mut files);
            cases.push(Case { name, entry: "main.sbot".to_owned(), files });
        } else if let Some(stem) = name.strip_suffix(".sbot") {
            files.0.insert(name.clone(), fs::read(&path).unwrap());
            cases.push(Case { name: stem.to_owned(), entry: name.clone(), files });
        }
    }
    cases
}

fn collect(root: &Path, folder: &Path, files: &mut Memory) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.0.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// What a folder holds, in order.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Compiles a case up to its findings, with the translations of its folder `locale`.
pub(crate) fn check(case: &Case) -> sbotc::Checked {
    let mut checked =
        sbotc::check_files(&case.entry, &case.files).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    i18n::localize(&mut checked, "", locales(&case.files), Strictness::Complete);
    against(&mut checked, case);
    checked
}

/// Compares with the older program in the folder `old` of the case, which is called `v1`.
fn against(checked: &mut sbotc::Checked, case: &Case) {
    let old = case
        .files
        .0
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix("old/")?.to_owned(), bytes.clone())));
    let old = Memory(old.collect());
    let Some(new) = checked.project.as_ref().filter(|_| !old.0.is_empty()) else { return };
    let built = |project: &sbotc::ir::Project, sources: &Sources, tag: Option<&str>| {
        let mut lowered = sbotc::lower::lower(project, sources, false);
        lowered.tables.tag = tag.map(Into::into);
        sbot_vm::Program::new(lowered.tables, Some(lowered.debug)).unwrap()
    };
    let was = sbotc::check_files("main.sbot", &old).unwrap();
    let program = built(was.project.as_ref().unwrap(), &was.sources, Some("v1"));
    let is = built(new, &checked.sources, None);
    let upgrade = sbot_vm::Upgrade::new(&program, &is);
    let report = sbotc::upgrade::report(&program, &is, &upgrade);
    let old = sbotc::upgrade::Old { path: "v1.sbc", program: &program };
    let found = sbotc::upgrade::findings(old, &is, &report, new);
    checked.add(found);
}

/// The translations among the files.
pub(crate) fn locales(files: &Memory) -> Vec<LocaleFile> {
    let found = files.0.iter().filter_map(|(path, bytes)| {
        let tag = path.strip_prefix("locale/")?.strip_suffix(".po")?;
        Some(LocaleFile { tag: Tag::read(tag).unwrap(), path: path.clone(), bytes: bytes.clone() })
    });
    found.collect()
}

/// The same with every `.sbot` file as an entry, as for a folder on the command line.
pub(crate) fn check_folder(case: &Case) -> sbotc::Checked {
    let parsed = sbotc::project::parse(&sbot_files(case), &case.files).unwrap();
    let mut checked = sbotc::check::check(parsed, &case.files);
    i18n::localize(&mut checked, "", locales(&case.files), Strictness::Complete);
    checked
}

/// The paths of the `.sbot` files of a case.
pub(crate) fn sbot_files(case: &Case) -> Vec<String> {
    let own = |path: &&String| path.ends_with(".sbot") && !path.starts_with("old/");
    case.files.0.keys().filter(own).cloned().collect()
}

/// `main.sbot:3: E0203 the sentence`, a line for each finding.
pub(crate) fn listed<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>, sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let source = sources.get(diagnostic.place.file);
        let line = source.line_column(diagnostic.place.span.start).line;
        writeln!(out, "    {}:{line}: {} {}", source.path, diagnostic.code.name(), diagnostic.message)
            .unwrap();
    }
    out
}
