//! Localisation: the texts of a project that a client can see, their translations in gettext's `.po` files, and both
//! together in one program.
//!
//! ```text
//! ir::Project ── texts ──> Texts ── merge ──> Catalog ── po::write ──> locale/es.po
//!                            │                                            │
//!                            └──────────── localize <──── po::read ───────┘
//!                                             │
//!                                     ir::Project, each text a choice on the client's language
//! ```
//!
//! Invariants: nothing here reads a disk; what is offered for translation and what is replaced by one are found by the
//! same walk over the program (`walk.rs`), so neither can see a text that the other does not; a project without
//! translations is left as it is.

mod apply;
mod check;
mod graph;
mod merge;
mod names;
mod pieces;
pub mod po;
mod pseudo;
mod tag;
mod texts;
mod walk;

pub use apply::{Counts, Locale, LocaleFile, Strictness, localize};
pub use merge::{merge, template};
pub use po::Catalog;
pub use pseudo::{PSEUDO, pseudo};
pub use tag::Tag;
pub use texts::{Role, Text, Texts, texts};
