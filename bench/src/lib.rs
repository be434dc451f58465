//! The reference conversation, three ways in one process: by hand as a Rust state machine (the yardstick), and by the VM,
//! with and without encoding the run between events. Both sides send what they do into the same log and are compared
//! with each other before anything is timed.

pub mod contender;
pub mod script;
pub mod timing;
pub mod yardstick;
