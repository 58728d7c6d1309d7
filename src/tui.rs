//! The terminal UI: the engine drawn, keys turned into commands.
//!
//! ```text
//! key ─► ui::input ─► keymap ─► Action ─► ui::act ─► Reaction ─► app ─► engine and world
//! screen ◄─ view ◄─ flow ◄─ pane ◄─ screens ◄─ engine
//! ```
//!
//! `view::draw` is a pure function of engine, `ui` and theme; only `terminal` touches the terminal.

pub mod action;
pub mod app;
pub mod ask;
pub mod broken;
pub mod flow;
pub mod keymap;
pub mod pane;
pub mod screens;
pub mod start;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod ui;
pub mod view;
