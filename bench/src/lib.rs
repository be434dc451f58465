//! The reference conversation, in one process: by hand as a Rust state machine (the yardstick), and by the VM, with and
//! without encoding the run between events. Both send what they do into the same log, which has to be the one that was
//! written out by hand before anything is timed.
//!
//! And what measures it beside other languages: the protocol of a contender that is a process of its own, the rounds in
//! which samples are taken, and the page that is made of the figures. The processes are in `bench/peers`, a workspace
//! of its own. Nothing here starts a process.

#[cfg(feature = "sbot")]
pub mod contender;
pub mod expected;
pub mod protocol;
pub mod report;
pub mod script;
pub mod steps;
pub mod timing;
#[cfg(feature = "sbot")]
pub mod upgrade;
pub mod yardstick;
