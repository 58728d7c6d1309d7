//! The edge touches the world: sockets, files, the browser, the clock. Every failure here becomes an
//! event; nothing here decides.

pub mod archive;
pub mod certificate;
pub mod desktop;
pub mod drafts;
pub mod editor;
pub mod export;
pub mod filter;
pub mod folders;
pub mod http;
pub mod listener;
pub mod marks;
mod private;
pub mod profiles;
pub mod reading;
pub mod refresh;
pub mod requests;
pub mod runtime;
pub mod sandbox_server;
pub mod saved;
pub mod scratch;
pub mod secrets;
pub mod settings;
pub mod surroundings;
pub mod trust;
pub mod vault;
pub mod visitor;
mod worker;
