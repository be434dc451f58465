//! Projects whose files are held in memory, from their texts to the bytes of a program: for packages of other languages
//! and for pages that compile in a browser.

use crate::diagnostic::render;
use crate::i18n::{self, LocaleFile, Strictness, Tag};
use crate::project::{self, Files};
use crate::{check, lower};
use sbot_vm::Program;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;

/// Files by path.
#[derive(Clone, Debug, Default)]
pub struct InMemory(pub BTreeMap<String, Vec<u8>>);

impl Files for InMemory {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }

    fn exists(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}

/// What came of compiling a project.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The bytes of the `.sbc` file, if there was no error.
    pub program: Option<Vec<u8>>,
    /// The id of the program.
    pub id: Option<u64>,
    /// Errors and warnings, each one an object as `sbotc check --format json` prints it.
    pub diagnostics: Vec<Value>,
    /// The same for people, without colours.
    pub report: String,
}

/// Compiles every `.sbot` file, with the translations of the folder `locale`, as `sbotc build --locale all
/// --allow-incomplete` does. Attached files only have to be there.
#[must_use]
pub fn compile(files: &InMemory) -> Compiled {
    let entries: Vec<String> = files.0.keys().filter(|path| path.ends_with(".sbot")).cloned().collect();
    if entries.is_empty() {
        return Compiled::failed("there is no .sbot file among the files");
    }
    let parsed = match project::parse(&entries, files) {
        Ok(parsed) => parsed,
        Err(why) => return Compiled::failed(&why.to_string()),
    };
    let mut checked = check::check(parsed, files);
    i18n::localize(&mut checked, "", locales(files), Strictness::Incomplete);
    let (mut diagnostics, sources) = (checked.diagnostics, checked.sources);
    render::sort(&mut diagnostics);
    let report = render::render(&diagnostics, &sources, false);
    let lines = diagnostics.iter().map(|one| render::json_line(one, &sources));
    let diagnostics = lines.filter_map(|line| serde_json::from_str(&line).ok()).collect();
    let Some(project) = checked.project else {
        return Compiled { program: None, id: None, diagnostics, report };
    };
    let lowered = lower::lower(&project, &sources, false);
    match Program::new(lowered.tables, Some(lowered.debug)) {
        Ok(program) => {
            Compiled { program: Some(program.encode(false)), id: Some(program.id()), diagnostics, report }
        }
        Err(why) => Compiled::failed(&format!("the compiler made a program that does not verify: {why}")),
    }
}

/// The translations among the files.
fn locales(files: &InMemory) -> Vec<LocaleFile> {
    let tag = |path: &str| Tag::read(path.strip_prefix("locale/")?.strip_suffix(".po")?).ok();
    let file = |(path, bytes): (&String, &Vec<u8>)| {
        Some(LocaleFile { tag: tag(path)?, path: path.clone(), bytes: bytes.clone() })
    };
    files.0.iter().filter_map(file).collect()
}

impl Compiled {
    /// A project that is none.
    fn failed(why: &str) -> Compiled {
        let diagnostics = vec![json!({"severity": "error", "code": null, "message": why})];
        Compiled { program: None, id: None, diagnostics, report: format!("error: {why}\n") }
    }

    /// `{"id":HEX,"diagnostics":[…],"report":TEXT}`; the id is `null` if there was an error.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let id = self.id.map(|id| format!("{id:016x}"));
        json!({"id": id, "diagnostics": self.diagnostics, "report": self.report})
    }
}

#[cfg(test)]
mod tests {
    use super::{InMemory, compile};
    use std::collections::BTreeMap;

    fn files(files: &[(&str, &str)]) -> InMemory {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        InMemory(files.collect::<BTreeMap<_, _>>())
    }

    #[test]
    fn a_project_becomes_a_program() {
        let bot =
            "bot hello\ntrigger message\nchannel shop: whatsapp \"Shop\"\nstep a: message \"Hi\" -> end\n";
        let compiled = compile(&files(&[("hello.sbot", bot)]));
        assert!(compiled.program.is_some(), "{}", compiled.report);
        assert!(compiled.id.is_some());
        let wrong = compile(&files(&[("hello.sbot", &bot.replace("end", "b"))]));
        assert!(wrong.program.is_none() && wrong.report.contains("E0201"), "{}", wrong.report);
        assert!(wrong.diagnostics.iter().any(|one| one["code"] == "E0201"));
        assert!(compile(&files(&[("a.txt", "")])).report.contains(".sbot"));
        let bytes = InMemory(BTreeMap::from([("a.sbot".to_owned(), vec![255, 254])]));
        assert!(compile(&bytes).program.is_none());
    }
}
