//! Types for hosts, made of what a project declares: its actions with their answers, the fields of its entities, its
//! names, its bots with their parameters and waits.
//!
//! In: a parsed project and what was checked and lowered of it. Out: the text of one file, in Rust, TypeScript, Python or
//! JSON Schema. One [`Model`] is read; each language has one writer, which knows the model alone.
//!
//! Invariants: the same project always gives the same text; no name is silently changed into that of another thing
//! ([`Clash`]); no text of a source ends a comment or a literal of the file that is written.

mod model;
mod name;
mod python;
mod rust;
mod schema;
mod shape;
mod typescript;
mod write;

pub use model::{Declared, Extent, Model};
pub use name::Clash;

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// For hosts that call `sbot-vm`.
    Rust,
    /// For the JSON of `sbot-embed`.
    TypeScript,
    /// For the same JSON.
    Python,
    /// Of the same JSON, draft 2020-12.
    JsonSchema,
}

/// The languages, each with its name on the command line and the ending of its files.
pub const LANGUAGES: &[(Language, &str, &str)] = &[
    (Language::Rust, "rust", "rs"),
    (Language::TypeScript, "typescript", "ts"),
    (Language::Python, "python", "py"),
    (Language::JsonSchema, "json-schema", "schema.json"),
];

/// The text of the file.
///
/// # Errors
/// Names of the project that would be the same in this language.
pub fn write(model: &Model, language: Language) -> Result<String, Vec<Clash>> {
    match language {
        Language::Rust => rust::write(model),
        Language::TypeScript => typescript::write(model),
        Language::Python => python::write(model),
        Language::JsonSchema => schema::write(model),
    }
}
