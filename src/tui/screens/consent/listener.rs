//! Where the answer is waited for: addresses, path, TLS and its certificate, the browser.

use crate::core::engine::message::Command;
use crate::core::oauth::RunPhase;
use crate::core::oauth::callback::target;
use crate::core::oauth::flow::{Browser, Certificate};
use crate::core::profile::ResponseMode;
use crate::tui::action::Action;
use crate::tui::pane::{Group, Mark, Row};
use crate::tui::screens::Scene;
use crate::tui::screens::link::preflight;
use crate::tui::screens::parts::{choice, fact, group, prose};
use std::net::SocketAddr;

/// Where we listen.
pub(super) fn listener(scene: &Scene<'_>) -> Group {
    let run = scene.engine.run();
    let mut rows: Vec<Row> = Vec::new();
    for (index, address) in run.addresses.iter().enumerate() {
        let name = if index == 0 { "address" } else { "" };
        let (mark, whose) = whose(address);
        rows.push(fact(mark, name, address.to_string(), whose));
    }
    if run.without_ipv6 {
        rows.push(fact(
            Mark::Note,
            "",
            "no IPv6 loopback",
            "not on this machine",
        ));
    }
    let profile = scene.engine.profile();
    let expected = match profile.map(|profile| profile.authorize.response_mode) {
        Some(ResponseMode::Query) => "GET expected, POST taken",
        Some(ResponseMode::Fragment) => "a page here hands it over",
        _ => "POST expected, GET taken",
    };
    rows.push(fact(
        Mark::Ok,
        "path",
        target(&run.redirect_uri).0,
        expected,
    ));
    let hosts: &[String] = profile.map_or(&[], |profile| &profile.listen.hosts);
    if !hosts.is_empty() {
        rows.push(fact(Mark::Note, "hosts", hosts.join(", "), "taken as well"));
    }
    match &run.certificate {
        Some(certificate) => rows.extend(tls(scene, certificate)),
        None => rows.push(without_tls(&run.redirect_uri)),
    }
    rows.push(browser(scene));
    rows.extend(preflight(scene));
    group("Listener", "", rows)
}

/// Who can come to an address.
fn whose(address: &SocketAddr) -> (Mark, &'static str) {
    match (address.ip().is_loopback(), address.is_ipv4()) {
        (true, true) => (Mark::Ok, "IPv4, ours"),
        (true, false) => (Mark::Ok, "IPv6, ours"),
        (false, _) => (Mark::Warning, "other machines reach it"),
    }
}

/// No TLS here.
fn without_tls(redirect_uri: &str) -> Row {
    let meaning = if redirect_uri.starts_with("https:") {
        "a tunnel or proxy has it"
    } else {
        "plain http on loopback"
    };
    fact(Mark::Note, "TLS", "off", meaning)
}

/// The certificate: whether a browser took it, and by what it is recognised.
fn tls(scene: &Scene<'_>, certificate: &Certificate) -> Vec<Row> {
    let (mark, meaning) = match scene.engine.certificate_taken_at() {
        Some(at) => (Mark::Ok, format!("taken {}", scene.time(at))),
        None => (Mark::Note, "browsers warn of it".to_owned()),
    };
    let mut rows = vec![fact(mark, "TLS", "self-signed", meaning)];
    // 16 of the 32 pairs fit on a line of the smallest terminal.
    let half = certificate.fingerprint.len().div_ceil(2);
    let (first, second) = certificate
        .fingerprint
        .split_at_checked(half)
        .unwrap_or((&certificate.fingerprint, ""));
    rows.push(fact(Mark::None, "  SHA-256", first, ""));
    rows.push(fact(Mark::None, "", second, ""));
    if let Some(trouble) = &certificate.trouble {
        rows.push(fact(
            Mark::Warning,
            "  not kept",
            trouble,
            "browsers will ask again",
        ));
    }
    rows
}

/// What became of opening the browser.
fn browser(scene: &Scene<'_>) -> Row {
    match &scene.engine.run().browser {
        Browser::NotOpened if scene.engine.run().opens_address => fact(
            Mark::Note,
            "browser",
            "callback's address",
            "the link comes after it",
        ),
        Browser::NotOpened => fact(Mark::Note, "browser", "not opened", "as you asked"),
        Browser::Opening => fact(Mark::Note, "browser", "being started", ""),
        Browser::Opened(at) => fact(
            Mark::Ok,
            "browser",
            format!("started {}", scene.time(*at)),
            "what it shows is unseen",
        ),
        Browser::Failed(reason) => fact(Mark::Error, "browser", reason, ""),
    }
}

/// The way to accept the browser's warning before an answer depends on it; none once it was accepted.
pub(super) fn address_first(scene: &Scene<'_>) -> Option<Group> {
    let engine = scene.engine;
    if !engine.allows(&Command::OpenAddress) {
        return None;
    }
    let text = match engine.run().phase {
        RunPhase::Ready => "w  listen, and open the callback's own address first",
        _ => "w  open the callback's own address, and accept the browser's warning",
    };
    let open = choice(Mark::None, text, "", Action::Engine(Command::OpenAddress));
    let why = prose("What comes by POST is lost on the warning page: let it warn first.");
    Some(group("The browser's warning", "", vec![open, why]))
}
