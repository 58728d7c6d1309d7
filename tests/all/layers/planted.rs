//! Planted violations: each rule of the house is shown to be able to fail.
//!
//! A check that finds nothing proves nothing until it was seen to find something.

use super::sources::Source;
use super::{appearance, layering};

fn file(path: &str, text: &str) -> Source {
    Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

/// The complaints about a file with this content.
fn complaints(path: &str, text: &str) -> Vec<String> {
    let dependencies = ["tokio", "reqwest", "serde", "getrandom", "unicode_width"];
    layering(&file(path, text), &dependencies.map(str::to_owned))
}

/// Text that must be refused in this file, and text that must pass there.
fn check(path: &str, refused: &[&str], passes: &[&str]) {
    for text in refused {
        let found = complaints(path, text);
        assert!(!found.is_empty(), "`{text}` was let through in {path}");
    }
    for text in passes {
        let found = complaints(path, text);
        assert!(
            found.is_empty(),
            "`{text}` was refused in {path}: {found:?}"
        );
    }
}

#[test]
fn the_core_knows_no_world() {
    check(
        "src/core/oauth/link.rs",
        &[
            "use tokio::sync::mpsc;",
            "async fn f() { tokio::select! {} }",
            "use {serde::Serialize, reqwest as http};",
            "use std::{fmt, fs::File};",
            "use std as s; fn f() { s::env::var(\"HOME\"); }",
            "fn f() { core::net::TcpStream::connect(a); }",
            "use std::net; fn f() { net::TcpListener::bind(a); }",
            "use std::net::*;",
            "use std::time::Instant;",
            "fn f() { std::time::SystemTime::now(); }",
            "use jiff::Timestamp; mod inner { use super::*; fn f() { Timestamp::now(); } }",
            "fn f() { getrandom::fill(&mut seed); }",
            "use aws_lc_rs::rand::SystemRandom;",
            "use unicode_width::UnicodeWidthStr;",
            "use crate::edge::http;",
            "use super::super::super::tui;",
            "use crate::*;",
            "static mut COUNT: u32 = 0;",
            "static COUNT: AtomicU64 = AtomicU64::new(0);",
            "pub static LAST: LazyLock<Mutex<u8>> = f();",
            "thread_local! { static LAST: u8 = 0; }",
        ],
        &[
            "// use tokio::net;\nuse std::net::{IpAddr, SocketAddr};",
            "const WHY: &str = \"std::fs::read\"; static WORDS: LazyLock<Vec<u8>> = f();",
            "use jiff::Timestamp; fn f(now: Timestamp) -> &'static Mutex<u8> {}",
            "use serde::Serialize; use crate::core::wire::Record; use super::pkce;",
        ],
    );
}

#[test]
fn inside_the_core_reading_order_is_dependency_order() {
    check(
        "src/core/wire/body.rs",
        &[
            "use crate::core::engine::Engine;",
            "use super::super::profile;",
            "fn f(p: &crate::core::profile::Profile) {}",
        ],
        &["use crate::core::secret::Secret; use super::redact;"],
    );
    check(
        "src/core/diagnose.rs",
        &["use crate::core::engine::message;"],
        &["use crate::core::{fault::Fault, oauth::Run}; mod link; use link::RULES;"],
    );
}

#[test]
fn the_other_layers_keep_to_their_neighbours() {
    check(
        "src/sandbox/pages.rs",
        &[
            "use crate::edge::http;",
            "use reqwest::Client;",
            "use tokio::net::TcpListener;",
            "use clap::Parser;",
        ],
        &["use axum::Router; use crate::core::fault::Fault; use tokio::time::sleep;"],
    );
    check(
        "src/edge/listener.rs",
        &[
            "use ratatui::Frame;",
            "use crate::cli;",
            "use reqwest::Client;",
        ],
        &["use axum::Router; use crate::sandbox; use tokio::net::TcpListener;"],
    );
    check(
        "src/edge/http.rs",
        &["use clap::Parser;"],
        &["use reqwest::Client;"],
    );
    check(
        "src/cli/login.rs",
        &[
            "use crate::tui;",
            "use crate::sandbox::x;",
            "fn f() { axum::serve(); }",
        ],
        &["use clap::Parser; use crate::{core::engine, edge::runtime};"],
    );
    check(
        "src/tui/ui.rs",
        &[
            "use crate::cli;",
            "use reqwest::Url;",
            "use crate::sandbox;",
        ],
        &["use ratatui::Frame; use crate::core::engine::Engine;"],
    );
    check(
        "src/main.rs",
        &["use dineroscope::sandbox;"],
        &["use dineroscope::{cli, tui};"],
    );
}

#[test]
fn a_file_that_looks_wrong_is_refused() {
    let long = format!("//! Long.\n{}", "\n".repeat(500));
    let refused = [
        ("src/a.rs", "fn f() {}"),
        ("src/a/mod.rs", "//! A."),
        ("src/a.rs", "//! A.\nfn f() { todo!() }"),
        ("src/a.rs", "//! A.\nfn f() { dbg!(1); }"),
        ("src/a.rs", "//! A.\n#[allow(dead_code)]\nfn f() {}"),
        ("tests/a.rs", "//! A.\n#![allow(dead_code)]"),
        ("src/a.rs", long.as_str()),
    ];
    for (path, text) in refused {
        assert!(
            !appearance(&file(path, text)).is_empty(),
            "let through: {text}"
        );
    }
    let fine = "//! A `todo!` and `#[allow(…)]` in prose.\nfn f() -> bool { todo != 1 }";
    assert_eq!(appearance(&file("src/a.rs", fine)), Vec::<String>::new());
    let table = appearance(&file(super::rules::DATA_TABLES[0], &long));
    assert_eq!(table, Vec::<String>::new());
}
