//! Law: everything in the standard library is documented, its examples are true, and its built-in functions are those
//! of the VM's table.

#![allow(clippy::expect_used, clippy::indexing_slicing)] // A library that cannot be read is a failure.

mod support;

use sbot_stdlib::{ALWAYS, FILES, StdFile};
use sbot_vm::builtin::BUILTINS;
use sbotc::diagnostic::render::render;
use sbotc::library::{EXAMPLE_ACCOUNT, Item, items};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;
use support::{Case, Memory, cases, check, fixtures, listed};

/// Functions of the VM that the compiler itself calls: what patterns, json and operators become.
const INTERNAL: &[&str] = &[
    "append",
    "contains_words",
    "find_email",
    "find_number",
    "find_number_in",
    "find_phone",
    "first_options",
    "has_digits",
    "has_letters",
    "in_range",
    "json_field",
    "json_index",
    "json_of",
    "language_index",
    "length_in",
    "length_is",
    "options",
];

fn all() -> Vec<(&'static StdFile, Item)> {
    FILES.iter().flat_map(|file| items(file).into_iter().map(move |item| (file, item))).collect()
}

/// Whether its examples are statements.
fn is_statement(item: &Item) -> bool {
    matches!(item.word, "action" | "flow")
}

fn is_always(file: &StdFile) -> bool {
    ALWAYS.contains(&file.path)
}

/// A project of one file.
fn project(source: String) -> Case {
    let files = Memory(BTreeMap::from([("main.sbot".to_owned(), source.into_bytes())]));
    Case { name: "library".to_owned(), entry: "main.sbot".to_owned(), files }
}

#[test]
fn every_item_has_a_doc_comment_and_an_example() {
    let all = all();
    assert!(all.len() > 150, "only {} items were found", all.len());
    for (file, item) in all {
        assert!(!item.doc.is_empty(), "{}: `{}` says nothing about itself", file.path, item.name);
        assert!(item.doc.ends_with(['.', '`']), "{}: `{}`: {}", file.path, item.name, item.doc);
        assert!(!item.examples.is_empty(), "{}: `{}` has no example", file.path, item.name);
        for field in item.fields {
            assert!(!field.doc.is_empty(), "{}: `{}.{}`", file.path, item.name, field.name);
        }
    }
}

/// Each file alone, with nothing else in scope than what is always there.
#[test]
fn every_example_is_true() {
    for file in FILES {
        let examples: Vec<(String, String)> = items(file)
            .into_iter()
            .filter(|item| !is_statement(item))
            .flat_map(|item| item.examples.into_iter().map(move |example| (item.name.clone(), example)))
            .collect();
        let mut source = String::from("bot examples\n\n");
        if !is_always(file) {
            writeln!(source, "use \"{}\"\n", file.path).expect("a text can be written to");
        }
        writeln!(source, "{EXAMPLE_ACCOUNT}\n\ntrigger manual\n\nstep start: -> end\n").expect("a text");
        for (n, (name, example)) in examples.iter().enumerate() {
            writeln!(source, "test \"{n} {name}\" {{ trigger manual expect {example} }}").expect("a text");
        }
        let checked = check(&project(source));
        let Some(project) = &checked.project else {
            panic!("{}", render(&checked.diagnostics, &checked.sources, false))
        };
        let lowered = sbotc::lower::lower(project, &checked.sources, true);
        let program =
            sbot_vm::Program::new(lowered.tables, Some(lowered.debug)).expect("the examples verify");
        let program = Arc::new(program);
        assert_eq!(lowered.tests.len(), examples.len());
        for (test, (name, example)) in lowered.tests.iter().zip(&examples) {
            let report = sbotc::sim::run_test(&program, test, &checked.sources, false);
            let why = report.explain(&checked.sources).join("\n");
            assert!(report.failure.is_none(), "{}: `{name}`: {example}\n{why}", file.path);
        }
    }
}

#[test]
fn every_example_that_is_a_statement_compiles() {
    let mut case = cases(&fixtures("")).into_iter().find(|case| case.name == "library").expect("the fixture");
    let frame = String::from_utf8(case.files.0["main.sbot"].clone()).expect("UTF-8");
    let mut tried = 0;
    for (file, item) in all().into_iter().filter(|(_, item)| is_statement(item)) {
        let used = if is_always(file) { String::new() } else { format!("use \"{}\"", file.path) };
        let frame = frame.replace("use \"account.sbot\"", &format!("use \"account.sbot\"\n{used}"));
        for example in item.examples {
            let source = format!("{frame}\nstep example:\n  {}\n  -> end\n", example.replace('\n', "\n  "));
            case.files.0.insert("main.sbot".to_owned(), source.into_bytes());
            let checked = check(&case);
            let errors: Vec<_> = checked.diagnostics.iter().filter(|found| found.is_error()).collect();
            let codes: BTreeSet<&str> = errors.iter().map(|found| found.code.name()).collect();
            let expected = BTreeSet::new();
            let list = listed(errors, &checked.sources);
            assert_eq!(codes, expected, "{}: `{}`\n{list}", file.path, item.name);
            tried += 1;
        }
    }
    assert!(tried > 15, "only {tried} examples were found");
}

/// A bot may use every file at once, and none of their names hides another.
#[test]
fn all_files_go_together() {
    let mut source = String::from("bot all\n\ntrigger manual\n\n");
    for file in FILES.iter().filter(|file| !is_always(file)) {
        writeln!(source, "@allow(W0709)\nuse \"{}\"", file.path).expect("a text");
    }
    source.push_str("\nstep start: -> end\n");
    // The account has no zone and no currency: who needs one is told where the function is called.
    let checked = check(&project(source));
    let errors = checked.diagnostics.iter().filter(|found| found.is_error());
    assert_eq!(listed(errors, &checked.sources), "");
    // What nobody calls is not in the program.
    let lowered = sbotc::lower::lower(checked.project.as_ref().expect("no errors"), &checked.sources, false);
    assert_eq!(lowered.tables.functions.len(), 1);
    let mut places: BTreeMap<String, &str> = BTreeMap::new();
    for (file, item) in all() {
        let first = *places.entry(item.name.clone()).or_insert(file.path);
        assert_eq!(first, file.path, "`{}` is in two files", item.name);
    }
}

/// A project pays for the files that it uses, and for no others.
#[test]
fn only_used_files_are_read() {
    let read = |uses: &str| {
        let checked =
            check(&project(format!("bot demo\n\n{uses}\n\ntrigger manual\n\nstep start: -> end\n")));
        checked.sources.iter().map(|(_, source)| source.path.clone()).collect::<BTreeSet<String>>()
    };
    let mut expected: BTreeSet<String> = ALWAYS.iter().map(|path| (*path).to_owned()).collect();
    expected.insert("main.sbot".to_owned());
    assert_eq!(read(""), expected);
    expected.insert("std/text.sbot".to_owned());
    assert_eq!(read("use \"std/text.sbot\""), expected);
}

/// The types of a row of the VM's table, from the text that begins with them: parameters, result.
fn row_types(doc: &str) -> (Vec<&str>, &str) {
    let (params, rest) = doc.split_once(" -> ").expect("TYPES -> TYPE: what it does");
    let result = rest.split_once(": ").map_or(rest, |(result, _)| result);
    let bare = params.split(", ").map(|param| param.split_once(": ").map_or(param, |(_, ty)| ty));
    (bare.collect(), result)
}

/// Whether a type as declared is one that the row of the table names. `T` stands for any type; a choice, by its name or
/// written out, is a text to the VM.
fn agrees(row: &str, declared: &str, choices: &BTreeSet<String>) -> bool {
    if row == "T" || row == declared {
        return true;
    }
    if let (Some(row), Some(declared)) = (row.strip_suffix('?'), declared.strip_suffix('?')) {
        return agrees(row, declared, choices);
    }
    let list = |ty: &str| ty.strip_prefix('[').and_then(|ty| ty.strip_suffix(']')).map(str::to_owned);
    if let (Some(row), Some(declared)) = (list(row), list(declared)) {
        return agrees(&row, &declared, choices);
    }
    if let Some((first, last)) = row.split_once('…') {
        return declared.starts_with(first) && declared.ends_with(last);
    }
    row == "text" && choices.contains(declared)
}

#[test]
fn built_in_functions_are_declared_as_the_table_has_them() {
    let choices: BTreeSet<String> =
        all().into_iter().filter(|(_, item)| item.word == "type").map(|(_, item)| item.name).collect();
    let mut declared: BTreeMap<String, &str> = BTreeMap::new();
    for (file, item) in all() {
        let Some(builtin) = item.builtin else { continue };
        let here = format!("{}: `{}` is @builtin({builtin})", file.path, item.name);
        assert!(declared.insert(builtin.clone(), file.path).is_none(), "{here}, and so is another");
        let row = sbot_vm::builtin::builtin(&builtin).unwrap_or_else(|| panic!("{here}, which the VM lacks"));
        assert_eq!(usize::from(row.arity), item.params.len(), "{here}");
        let (params, result) = row_types(row.doc);
        assert_eq!(params.len(), item.params.len(), "{here}: {}", row.doc);
        for (param, declared) in params.iter().zip(&item.params) {
            assert!(agrees(param, declared, &choices), "{here}: {declared}, the table says {param}");
        }
        let declared = item.result.expect("a function has a result");
        assert!(agrees(result, &declared, &choices), "{here}: -> {declared}, the table says {result}");
    }
    for row in BUILTINS {
        let internal = INTERNAL.contains(&row.name);
        assert!(
            declared.contains_key(row.name) != internal,
            "`{}` is {}",
            row.name,
            if internal { "internal and declared" } else { "declared nowhere" }
        );
    }
    for name in INTERNAL {
        assert!(sbot_vm::builtin::builtin(name).is_some(), "the VM has no `{name}`");
    }
}
