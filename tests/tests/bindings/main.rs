//! Law: the files that `sbotc bindings` writes are those of `fixtures/bindings/generated`; they compile, stand as the
//! language's own tools write them, and fit what a program asks for and takes.
//!
//! `UPDATE_PAGES=1 cargo test -p sbot-tests --test bindings` writes the files anew. Where those in Rust do not compile any
//! more, `cargo run -p sbotc -- bindings rust tests/fixtures/bindings/everything -o …` does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that does not compile is a failure.

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code, unreachable_pub)]
mod everything {
    include!("../../fixtures/bindings/generated/everything.rs");
}
#[allow(dead_code, unreachable_pub)]
mod flower_shop {
    include!("../../fixtures/bindings/generated/flower_shop.rs");
}
#[allow(unreachable_pub)]
mod host {
    include!("../../fixtures/bindings/host.rs");
}
mod hand;
mod json;
mod names;
mod rust;
mod schema;

use sbot_vm::Program;
use sbotc::bindings::{self, Clash, Declared, Extent, LANGUAGES, Language, Model};
use sbotc::i18n::{self, Strictness};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::project::{Built, check, compile};

/// The projects of which all files are kept, with the names of the files.
const KEPT: &[(&str, &str)] =
    &[("tests/fixtures/bindings/everything", "everything"), ("examples/flower-shop", "flower_shop")];

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A project of a folder, as a program and as a model of it.
pub(crate) fn read(path: &Path, extent: Extent) -> Result<(Arc<Program>, Model), Vec<Clash>> {
    let (_, memory, mut checked) = check(path);
    i18n::localize(&mut checked, "", support::locales(&memory), Strictness::Complete);
    let paths: Vec<String> = memory.0.keys().filter(|path| path.ends_with(".sbot")).cloned().collect();
    let declared = Declared::of(&sbotc::project::parse(&paths, &memory).unwrap());
    let found = support::listed(checked.diagnostics.iter().filter(|one| one.is_error()), &checked.sources);
    let project = checked.project.unwrap_or_else(|| panic!("{} does not compile:\n{found}", path.display()));
    let program = compile(path, false, Built::AsFound).program;
    let model = Model::of(&declared, &project, &program, extent)?;
    Ok((program, model))
}

pub(crate) fn written(path: &Path, extent: Extent, language: Language) -> Result<String, Vec<Clash>> {
    bindings::write(&read(path, extent)?.1, language)
}

/// The examples.
pub(crate) fn examples() -> Vec<PathBuf> {
    support::entries(&root().join("examples")).into_iter().filter(|path| path.is_dir()).collect()
}

#[test]
fn the_kept_files_are_up_to_date() {
    let mut stale = Vec::new();
    for (project, name) in KEPT {
        for (language, _, ending) in LANGUAGES {
            let file = root().join(format!("tests/fixtures/bindings/generated/{name}.{ending}"));
            let text = written(&root().join(project), Extent::Used, *language).unwrap();
            if std::env::var_os("UPDATE_PAGES").is_some() {
                fs::write(&file, &text).unwrap();
            }
            if fs::read_to_string(&file).unwrap_or_default() != text {
                stale.push(file);
            }
        }
    }
    assert!(stale.is_empty(), "out of date, see the head of this test: {stale:#?}");
}

#[test]
fn the_same_project_gives_the_same_text() {
    let path = root().join("tests/fixtures/bindings/everything");
    for (language, _, _) in LANGUAGES {
        let once = written(&path, Extent::All, *language).unwrap();
        assert_eq!(once, written(&path, Extent::All, *language).unwrap());
        assert!(once.ends_with('\n') && !once.contains(" \n") && !once.contains("\n\n\n\n"), "{language:?}");
    }
}

/// Every example of the page is part of a host that a test compiles or checks.
#[test]
fn the_examples_of_the_page_are_true() {
    let page = fs::read_to_string(root().join("docs/bindings.md")).unwrap();
    let hosts = [("rust", "host.rs"), ("python", "host.py"), ("ts", "host.ts")];
    let mut found = 0;
    for block in page.split("```").skip(1).step_by(2) {
        let (language, code) = block.split_once('\n').unwrap();
        let Some((_, host)) = hosts.iter().find(|(name, _)| *name == language) else { continue };
        let host = fs::read_to_string(root().join("tests/fixtures/bindings").join(host)).unwrap();
        // What stands between two `…` stands in the host like this.
        for part in code.split("…\n").filter(|part| !part.trim().is_empty()) {
            assert!(host.contains(part), "not in {host}:\n{part}");
        }
        found += 1;
    }
    assert!(found >= 3, "{found}");
}
