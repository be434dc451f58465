//! The bot of this folder, compiled, in a folder of its own.

use sbot_vm::Program;
use std::path::{Path, PathBuf};
use std::{fs, io};

struct OnDisk;

impl sbotc::Files for OnDisk {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn exists(&self, path: &str) -> bool {
        Path::new(path).is_file()
    }
}

/// An empty folder for a test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes the compiled bot into a folder, as `sbotc build` does. Gives the path.
pub(crate) fn shop(folder: &Path) -> PathBuf {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/bots/shop.sbot");
    let checked = sbotc::check_files(source, &OnDisk).unwrap();
    let Some(project) = &checked.project else { panic!("{:#?}", checked.diagnostics) };
    let lowered = sbotc::lower::lower(project, &checked.sources, false);
    let program = Program::new(lowered.tables, Some(lowered.debug)).unwrap();
    let path = folder.join("shop.sbc");
    fs::write(&path, program.encode(false)).unwrap();
    path
}
