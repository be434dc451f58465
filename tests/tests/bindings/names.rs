//! Names that would be one are told, and never taken for each other.

use super::{root, written};
use sbotc::bindings::{Extent, Language};

#[test]
fn names_that_would_be_one_are_told() {
    let path = root().join("tests/fixtures/bindings/clashes");
    let told = |language: Language| -> Vec<String> {
        let clashes = written(&path, Extent::Used, language).err().unwrap_or_default();
        clashes.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        told(Language::Rust),
        [
            "the user `anna_smith` and the user `AnnaSmith` would both be called `AnnaSmith`",
            "`due_at` of the action `pays` and `dueAt` of the action `pays` would both be called `due_at`",
            "the exit `paid_now` of the action `pays` and the exit `paidNow` of the action `pays` would both be called `paid_now`",
            "the choice \"a b\" of `how` of the action `pays` and the choice \"a-b\" of `how` of the action `pays` would both be called `AB`",
            "the action `pay_out` and the action `pay.out` would both be called `PayOut`",
        ]
    );
    // In JSON names are those of the source; only the definitions have names of their own.
    let definitions = [
        "the action `pay_out` and the action `pay.out` would both be called `PayOut`",
        "the exit `paid_now` of the action `pays` and the exit `paidNow` of the action `pays` would both be called `PaysPaidNow`",
    ];
    for language in [Language::TypeScript, Language::Python, Language::JsonSchema] {
        assert_eq!(told(language), definitions, "{language:?}");
    }
}
