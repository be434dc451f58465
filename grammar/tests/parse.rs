//! `parse/NAME.sbot` is read without an error as `parse/NAME.tree`. With `UPDATE_TREES=1` the second is written anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)] // A test may panic.

use sbot_grammar::{dump, parse};
use std::path::Path;
use std::{env, fs};

#[test]
fn every_form_has_its_tree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parse");
    let mut sources: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "sbot"))
        .collect();
    sources.sort();
    assert!(!sources.is_empty());
    let mut wrong = vec![];
    for path in sources {
        let source = fs::read_to_string(&path).unwrap();
        let parsed = parse(&source);
        for error in &parsed.errors {
            let line = source[..error.span.start as usize].lines().count();
            wrong.push(format!("{}:{line}: {:?}", path.display(), error.kind));
        }
        let tree = dump(&parsed.file);
        let expected = path.with_extension("tree");
        if env::var_os("UPDATE_TREES").is_some() {
            fs::write(&expected, &tree).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != tree {
            wrong.push(format!("{}: the tree is\n{tree}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_examples_and_the_standard_library_have_no_errors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("examples"), root.join("stdlib")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "sbot") {
                let parsed = parse(&fs::read_to_string(&path).unwrap());
                assert!(parsed.errors.is_empty(), "{}: {:?}", path.display(), parsed.errors);
            }
        }
    }
}
