//! The VM against tables built by hand: every law of a turn that does not need the compiler.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs, unreachable_pub)]

mod arithmetic;
mod build;
mod calls;
mod containers;
mod embedding;
mod failures;
mod fields;
mod hours;
mod limits;
mod listing;
mod lists;
mod owners;
mod runs;
mod triggers;
mod verifier;
mod waits;
