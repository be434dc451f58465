//! The programs that parked runs belong to, and whose tables are changed. A new one goes to the end: inputs that were
//! kept name programs by their number.

use sbot_vm::Program;
use sbotc::project::{Files, parse};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Files, or folders of which every file is compiled.
const PATHS: &[&str] = &[
    "bench/reference.sbot",
    "examples/pizzeria",
    "tests/fixtures/run/flow.sbot",
    "tests/fixtures/run/run.sbot",
    "tests/fixtures/run/actions.sbot",
    "tests/fixtures/run/buttons_from.sbot",
    "tests/fixtures/run/delivery.sbot",
    "tests/fixtures/run/fields.sbot",
    "tests/fixtures/run/hours.sbot",
    "tests/fixtures/run/list.sbot",
    "tests/fixtures/run/locals.sbot",
    "tests/fixtures/run/patterns.sbot",
    "tests/fixtures/run/pause.sbot",
    "tests/fixtures/run/records.sbot",
    "tests/fixtures/run/rotate.sbot",
    "tests/fixtures/run/traps.sbot",
    "tests/fixtures/run/triggers.sbot",
    "tests/fixtures/run/validate.sbot",
    "tests/fixtures/run/code.sbot",
    "tests/fixtures/run/lowering.sbot",
    "tests/fixtures/run/std_actions.sbot",
    "tests/fixtures/run/library.sbot",
    "examples/booking",
    "examples/hotel",
    "examples/flower-shop",
    "examples/webinar",
];

/// Of [`programs`], the small ones come first.
pub(crate) const SMALL: usize = 20;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads what is under a folder.
struct Folder<'a>(&'a Path);

impl Files for Folder<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.0.join(path))
    }

    fn exists(&self, path: &str) -> bool {
        self.0.join(path).is_file()
    }
}

/// The programs, compiled once.
pub(crate) fn programs() -> &'static [Program] {
    static PROGRAMS: OnceLock<Vec<Program>> = OnceLock::new();
    PROGRAMS.get_or_init(|| PATHS.iter().map(|path| compile(&root().join(path))).collect())
}

/// What a folder holds, in order of name.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn compile(path: &Path) -> Program {
    let (folder, files) = match path.parent() {
        Some(parent) if !path.is_dir() => (parent, vec![path.to_path_buf()]),
        Some(_) | None => (path, entries(path)),
    };
    let named = files.iter().filter_map(|file| Some(file.file_name()?.to_str()?.to_owned()));
    let wanted: Vec<String> = named.filter(|file| file.ends_with(".sbot")).collect();
    let files = Folder(folder);
    let parsed = parse(&wanted, &files).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let checked = sbotc::check::check(parsed, &files);
    let Some(project) = &checked.project else { panic!("{} does not compile", path.display()) };
    let lowered = sbotc::lower::lower(project, &checked.sources, false);
    let program = Program::new(lowered.tables, Some(lowered.debug));
    program.unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}
