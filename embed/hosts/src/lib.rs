//! Hosts to start from. Each is a program of its own under `src/bin`, and all of them run `bots/shop.sbot`:
//!
//! | program | what it shows |
//! |---|---|
//! | `chat` | the least that a host does: a conversation in the terminal |
//! | `web` | a service over HTTP with a store: webhooks that may come twice, timers, and effects that are carried out once, whenever it is killed |
//! | `million` | a million parked runs in one process |

pub mod arena;
