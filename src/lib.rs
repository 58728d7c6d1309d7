//! dineroscope: an OAuth 2.0 client taken through Visma Connect one visible step at a time, then test
//! requests to the Dinero API with the token that came out.

pub mod cli;
pub mod core;
pub mod edge;
pub mod sandbox;
pub mod tui;
