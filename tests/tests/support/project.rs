//! Projects of the corpus, compiled: the fixtures of `fixtures/run`, and the examples.

use super::{Memory, entries, fixtures, listed, locales};
use sbot_vm::Program;
use sbotc::Checked;
use sbotc::i18n::{self, LocaleFile, PSEUDO, Strictness, Tag, po};
use sbotc::ir::Test;
use sbotc::source::Sources;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A project that can be run.
pub(crate) struct Project {
    pub(crate) name: String,
    pub(crate) program: Arc<Program>,
    pub(crate) sources: Sources,
    pub(crate) tests: Vec<Test<u32>>,
}

/// Which translations are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Built {
    /// Those that are there; they must be complete.
    AsFound,
    Without,
    /// The language that nobody speaks.
    Pseudo,
}

pub(crate) fn with_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.to_str().unwrap().ends_with(ending)).collect()
}

/// The fixtures, then the examples.
pub(crate) fn paths() -> Vec<PathBuf> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut paths = with_ending(&fixtures("run"), ".sbot");
    paths.extend(entries(&fixtures("run/projects")));
    paths.extend(entries(&examples).into_iter().filter(|path| path.is_dir()));
    paths
}

/// The name of a project, its files, and what is wrong with it.
pub(crate) fn check(path: &Path) -> (String, Memory, Checked) {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let (root, files) = if path.is_dir() {
        (path, entries(path))
    } else {
        (path.parent().unwrap(), vec![path.to_path_buf()])
    };
    let mut memory = Memory::default();
    for file in entries(root).iter().filter(|file| file.is_file()) {
        memory.0.insert(file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(file).unwrap());
    }
    memory.0.extend(translations(root));
    let wanted: Vec<String> = files
        .iter()
        .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned())
        .filter(|file| file.ends_with(".sbot"))
        .collect();
    let parsed = sbotc::project::parse(&wanted, &memory).unwrap_or_else(|error| panic!("{name}: {error}"));
    (name, memory.clone(), sbotc::check::check(parsed, &memory))
}

/// The files in the folder `locale` of a project.
pub(crate) fn translations(root: &Path) -> Vec<(String, Vec<u8>)> {
    let folder = root.join("locale");
    let files = if folder.is_dir() { entries(&folder) } else { Vec::new() };
    let name = |file: &Path| format!("locale/{}", file.file_name().unwrap().to_str().unwrap());
    files.iter().map(|file| (name(file), fs::read(file).unwrap())).collect()
}

/// Compiles a file, or all files of a folder.
pub(crate) fn compile(path: &Path, tests: bool, built: Built) -> Project {
    let (name, memory, mut checked) = check(path);
    let files = match built {
        Built::AsFound => locales(&memory),
        Built::Without => Vec::new(),
        Built::Pseudo => vec![pseudo(&mut checked)],
    };
    i18n::localize(&mut checked, "", files, Strictness::Complete);
    let found = listed(checked.diagnostics.iter().filter(|one| one.is_error()), &checked.sources);
    let project = checked.project.unwrap_or_else(|| panic!("{name} does not compile:\n{found}"));
    let lowered = sbotc::lower::lower(&project, &checked.sources, tests);
    let program =
        Program::new(lowered.tables, Some(lowered.debug)).unwrap_or_else(|error| panic!("{name}: {error}"));
    Project { name, program: Arc::new(program), sources: checked.sources, tests: lowered.tests }
}

/// A translation of every text into brackets. A project that does not name its language gets one.
fn pseudo(checked: &mut Checked) -> LocaleFile {
    let project = checked.project.as_mut().unwrap();
    project.account.language.get_or_insert_with(|| Arc::from("en"));
    let texts = i18n::texts(project, &checked.sources, "");
    let catalog = i18n::pseudo(&texts, i18n::template(&texts, &checked.sources, ""));
    let bytes = po::write(&catalog).into_bytes();
    LocaleFile { tag: Tag::read(PSEUDO).unwrap(), path: "locale/en-XA.po".to_owned(), bytes }
}
