//! Programs out of sources of one file.

use sbot_embed::Engine;
use sbot_vm::Program;
use std::io;

struct OneFile<'a>(&'a str);

impl sbotc::Files for OneFile<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match path {
            "main.sbot" => Ok(self.0.as_bytes().to_vec()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn exists(&self, path: &str) -> bool {
        path == "main.sbot"
    }
}

pub(crate) fn engine(source: &str) -> Engine {
    let checked = sbotc::check_files("main.sbot", &OneFile(source)).unwrap();
    let Some(project) = &checked.project else { panic!("{:#?}", checked.diagnostics) };
    let lowered = sbotc::lower::lower(project, &checked.sources, false);
    let program = Program::new(lowered.tables, Some(lowered.debug)).unwrap();
    Engine::load(&program.encode(false)).unwrap()
}
