//! What every contender that is written in Rust, or embedded in a Rust host, has in common: the host that takes what a
//! conversation does, and the loop that answers the harness.

mod embedded;
pub mod host;
mod memory;
mod serve;
pub mod steps;

pub use embedded::{Embedded, Language};
pub use memory::resident;
pub use serve::{Move, Peer, Unsupported, serve};
