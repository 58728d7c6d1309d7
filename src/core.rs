//! The pure core: it knows OAuth, Visma Connect and Dinero, but no world.
//!
//! No clock, no randomness, no files, no sockets: time and entropy are handed in, effects are handed
//! out as data. That is why every rule of the flow can be tested by stepping a value.
//!
//! Reading order is dependency order:
//! `nearest ◄ settings ◄ secret ◄ wire ◄ reader ◄ profile ◄ token ◄ oauth ◄ dinero ◄ fault ◄ diagnose ◄ export ◄ history ◄ explain ◄ engine`.

pub mod diagnose;
pub mod dinero;
pub mod engine;
pub mod explain;
pub mod export;
pub mod fault;
pub mod history;
pub mod nearest;
pub mod oauth;
pub mod profile;
pub mod reader;
pub mod secret;
pub mod settings;
pub mod token;
pub mod wire;
