//! dineroscope takes an OAuth 2.0 client through Visma Connect one visible step at a time, then sends
//! test requests to the Dinero API with the token that came out. This page is the map of the house.
//!
//! # Layers
//!
//! ```text
//! main ──► tui ─┐
//!      └─► cli ─┴─► edge ──► sandbox ──► core      (edge, tui and cli also name core)
//! ```
//!
//! - [`core`] knows OAuth, Visma and Dinero, but no world: no clock, no files, no sockets. It cannot fail;
//!   it returns findings.
//! - [`sandbox`] plays Visma Connect and Dinero as a router without a socket.
//! - [`edge`] touches the world: sockets, files, the browser. Each of its failures becomes an event.
//! - [`tui`] and [`cli`] are two faces of one engine and do not know each other.
//!
//! `tests/all/layers.rs` holds all this against the source.
//!
//! # How anything happens
//!
//! ```text
//! key ─► tui::keymap ─► Action ─► Command ─► Engine::command ─► Effects ─► edge::runtime ─┐
//! screen ◄─ tui::view (pure) ◄─ Engine ◄─ Engine::event ◄─ Events ◄──────────────────────┘
//! ```
//!
//! Three enums are the whole vocabulary, on one page ([`core::engine::message`]): a **command** is what a
//! person asks, an **event** is what the world reports, an **effect** is what the world is asked to do.
//! Whatever is sent or received is one thing, a [`core::wire::Record`].
//!
//! # Where is …
//!
//! | question | place |
//! |---|---|
//! | the link, PKCE, the answer, the token request | `core/oauth/{link,pkce,callback,grant}.rs` |
//! | how far a run is | `core/oauth/flow.rs` |
//! | why did it say that | `core/diagnose/` |
//! | how are secrets masked | `core/wire/redact.rs` |
//! | what leaves this machine | `core/export/` |
//! | a run that is kept, compared, reported | `core/history/` |
//! | a request that was sent | `core/history/sent.rs`, `edge/requests.rs` |
//! | a request that is saved, or was only typed | `core/dinero/{saved,drafts}.rs`, `edge/{saved,drafts}.rs` |
//! | the user's editor between two frames | `edge/{editor,scratch}.rs`, `tui/start/` |
//! | where may the token go | `core/token.rs` |
//! | what can be called, and how it is found | `core/dinero/{catalogue,search}.rs` |
//! | what may each grant call | `core/engine/scope_lab.rs` |
//! | what can go wrong on purpose | `core/fault.rs` |
//! | what a key does | `tui/keymap.rs` |
//! | what a step shows | `tui/screens/` |
//! | the callback listener, the one door to the network | `edge/listener.rs`, `edge/http.rs` |
//! | a large answer: what stands in which row, search, table, filter | `core/reader/`, `edge/filter.rs` |
//! | the reader of the answer that is shown, on its thread | `edge/reading.rs`, `tui/ui/viewing.rs`, `tui/view/answer.rs` |
//! | what can be set | `core/settings.rs` |
//! | the consent page | `sandbox/pages.rs` |
//!
//! # Reading order
//!
//! `core/oauth/flow.rs`, `core/engine/message.rs`, `core/engine.rs`, then whichever edge or face you came
//! for. Inside `core`, a module names only those before it:
//! `nearest ◄ settings ◄ secret ◄ wire ◄ reader ◄ profile ◄ token ◄ oauth ◄ dinero ◄ fault ◄ diagnose ◄ export ◄ history ◄ explain ◄ engine`.

pub mod cli;
pub mod core;
pub mod edge;
pub mod sandbox;
pub mod tui;
