//! The edge touches the world: sockets, files, the browser, the clock. Every failure here becomes an
//! event; nothing here decides.

pub mod desktop;
pub mod http;
pub mod listener;
pub mod profiles;
pub mod runtime;
pub mod sandbox_server;
pub mod visitor;
