//! The sandbox over real sockets: what somebody relies on who tries their client on it.
//!
//! Each test walks it with a client that follows nothing and keeps nothing, so that every answer is seen.

mod api;
mod authorize;
mod bodies;
mod caller;
mod conventions;
mod endpoints;
mod faults;
mod lifecycles;
mod operations;
mod round_trips;
mod token;
pub(crate) mod walk;

use walk::{CLIENT, REDIRECT_URI, SECRET, Stage, VERIFIER, config, link};
