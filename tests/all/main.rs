//! One binary of tests, a module for each thing a user relies on.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod answers;
mod calls;
mod cli;
mod cli_operations;
mod cli_profile;
mod cli_request;
mod cli_request_operation;
mod cli_token;
mod diagnose;
mod editing;
mod endpoints;
mod explain;
mod explain_archive;
mod faults;
mod filter;
mod flow;
mod focus;
mod grants;
mod history;
mod hostile;
mod http;
mod kept_requests;
mod kept_runs;
mod keys;
mod late;
mod layers;
mod listener;
mod listener_tls;
mod login;
mod mistakes;
mod panes;
mod preflight;
mod profile_draft;
mod profile_draft_any;
mod profile_files;
mod profile_folders;
mod profile_problems;
mod profile_register;
mod profile_secret;
mod profiles;
mod pty;
#[cfg(unix)]
mod pty_answers;
#[cfg(unix)]
mod pty_editor;
#[cfg(unix)]
mod pty_profile;
#[cfg(unix)]
mod pty_requests;
mod reader;
mod readme;
mod redaction;
mod refresh;
mod requests;
mod requests_world;
#[cfg(unix)]
mod runs;
mod runtime;
mod sandbox;
mod scope_lab;
mod screens;
mod screens_answers;
mod screens_callback;
mod screens_claims;
mod screens_endpoints;
mod screens_explain;
mod screens_faults;
mod screens_loop;
mod screens_profiles;
mod screens_record;
mod screens_requests;
mod screens_rows;
mod screens_runs;
mod screens_scope_lab;
mod screens_token;
mod secret_sources;
mod settling;
mod snippets;
mod ticket;
mod trust;
mod vault;
#[cfg(feature = "keyring")]
mod vault_keyring;

#[path = "../support/archive.rs"]
mod archive;
#[path = "../support/browser.rs"]
mod browser;
#[path = "../support/calls_home.rs"]
mod calls_home;
#[path = "../support/holding.rs"]
mod holding;
#[path = "../support/hostile.rs"]
mod hostile_provider;
#[path = "../support/inquiring.rs"]
mod inquiring;
#[path = "../support/kept.rs"]
mod kept;
#[path = "../support/leak.rs"]
mod leak;
#[path = "../support/picture.rs"]
mod picture;
#[path = "../support/quiet.rs"]
mod quiet;
#[path = "../support/recorder.rs"]
mod recorder;
#[path = "../support/renewing.rs"]
mod renewing;
#[path = "../support/shelf.rs"]
mod shelf;
#[path = "../support/signer.rs"]
mod signer;
#[path = "../support/stage.rs"]
mod stage;
#[path = "../support/standalone.rs"]
mod standalone;
#[expect(dead_code, reason = "the benchmarks use the rest of it")]
#[path = "../support/terminal.rs"]
mod terminal;
