//! The standard library, in the language itself. In: nothing. Out: the text of each `std/*.sbot` file.
//!
//! Invariants: nothing here reads a file while a program runs (the texts are part of the binary), nothing here
//! parses or checks them, and no fact about the language stands here that is not in one of the files.

/// A file of the standard library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StdFile {
    /// As `use` names it: `std/crm.sbot`.
    pub path: &'static str,
    /// The whole file.
    pub text: &'static str,
}

/// Every file, in order of path.
pub const FILES: &[StdFile] = &[
    StdFile { path: "std/actions.sbot", text: include_str!("../actions.sbot") },
    StdFile { path: "std/ask.sbot", text: include_str!("../ask.sbot") },
    StdFile { path: "std/crm.sbot", text: include_str!("../crm.sbot") },
    StdFile { path: "std/date.sbot", text: include_str!("../date.sbot") },
    StdFile { path: "std/list.sbot", text: include_str!("../list.sbot") },
    StdFile { path: "std/number.sbot", text: include_str!("../number.sbot") },
    StdFile { path: "std/prelude.sbot", text: include_str!("../prelude.sbot") },
    StdFile { path: "std/sales.sbot", text: include_str!("../sales.sbot") },
    StdFile { path: "std/text.sbot", text: include_str!("../text.sbot") },
];

/// The files that belong to every project without a `use`. Entities come before the actions that speak of them.
pub const ALWAYS: &[&str] = &["std/crm.sbot", "std/actions.sbot", "std/prelude.sbot"];

/// The file of this path.
#[must_use]
pub fn file(path: &str) -> Option<&'static StdFile> {
    FILES.iter().find(|file| file.path == path)
}

#[cfg(test)]
mod tests {
    use super::{ALWAYS, FILES, file};

    #[test]
    fn what_is_always_in_is_there() {
        for path in ALWAYS {
            assert!(file(path).is_some(), "{path}");
        }
    }

    #[test]
    fn files_stand_in_order_of_path() {
        assert!(FILES.is_sorted_by(|a, b| a.path < b.path));
    }
}
