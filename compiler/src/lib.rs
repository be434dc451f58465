//! The compiler of the `.sbot` language: text in, diagnostics and program tables out.
//!
//! Every stage is a type, so no stage can run on the wrong input:
//! [`project::parse`] gives [`project::Parsed`], [`check::check`] turns it into [`check::Checked`], and
//! [`lower::lower`] turns the checked project into the tables of a program. [`sim`] runs a program in a simulated
//! world, for tests and for the terminal.
//!
//! Nothing here touches a disk, a clock, a terminal or a network; the binary does.

pub mod bindings;
pub mod chart;
pub mod check;
pub mod coverage;
pub mod diagnostic;
pub mod diff;
pub mod explore;
pub mod fix;
pub mod flow;
pub mod i18n;
pub mod in_memory;
pub mod ir;
pub mod kommo;
pub mod library;
pub mod lint;
pub mod lower;
pub mod project;
pub mod replay;
pub mod resolve;
pub mod sim;
pub mod source;
pub mod types;
pub mod upgrade;

pub use check::Checked;
pub use project::{Files, ReadError};

/// Parses and checks the project that begins with the file `entry`.
///
/// A file that cannot be read at all is a finding without a source, so that callers have one kind of result.
///
/// # Errors
/// The entry file cannot be read, is no UTF-8 or is too large.
pub fn check_files(entry: &str, files: &dyn Files) -> Result<Checked, ReadError> {
    Ok(check::check(project::parse(&[entry.to_owned()], files)?, files))
}
