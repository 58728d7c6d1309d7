//! The terminal UI: the engine drawn, keys turned into commands.
//!
//! `draw` is a pure function of engine, `ui` and theme; only `terminal` touches the terminal.

pub mod action;
pub mod pane;
pub mod screens;
