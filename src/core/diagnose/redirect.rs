//! Rules about the redirect URI of the link (RFC 6749 3.1.2).
//!
//! It is compared character by character by everybody, so its shape is judged before it travels.

use super::seen::{is_visma, parameter, quoted};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::profile::is_placeholder;
use crate::core::wire::is_loopback;
use url::Url;

/// The rules about the redirect URI.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "redirect-uri-not-absolute",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "RFC 6749 3.1.2",
        check: not_absolute,
    },
    Rule {
        name: "redirect-uri-differs-from-profile",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "RFC 6749 3.1.2.3",
        check: differs_from_profile,
    },
    Rule {
        name: "redirect-uri-fragment",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "RFC 6749 3.1.2",
        check: fragment,
    },
    Rule {
        name: "redirect-uri-insecure",
        steps: &[Step::Link],
        severity: Severity::Warning,
        source: "RFC 6749 3.1.2.1",
        check: insecure,
    },
    Rule {
        name: "redirect-uri-http-loopback",
        steps: &[Step::Link],
        severity: Severity::Note,
        source: "Visma's documents contradict each other; inferred",
        check: http_loopback,
    },
];

/// The redirect URI, unless a placeholder stands in it.
fn redirect_uri<'a>(evidence: &Evidence<'a>) -> Option<&'a str> {
    parameter(evidence, "redirect_uri").filter(|uri| !is_placeholder(uri))
}

fn not_absolute(evidence: &Evidence<'_>) -> Option<Found> {
    let uri = redirect_uri(evidence)?;
    if Url::parse(uri).is_ok_and(|url| url.has_host() || !matches!(url.scheme(), "http" | "https"))
        && !looks_like_host(uri)
    {
        return None;
    }
    Some(Found::new(
        "The redirect URI is not a whole address",
        format!("redirect_uri {} in the link", quoted(uri)),
        "A redirect URI is absolute: scheme, host, port and path, exactly as registered.",
        &["write it whole, such as `http://localhost:8765/callback`"],
    ))
}

/// What differs first, in words.
fn first_difference(one: &str, other: &str) -> String {
    let (Ok(first), Ok(second)) = (Url::parse(one), Url::parse(other)) else {
        return "they are not both addresses".to_owned();
    };
    let parts = [
        ("the scheme", first.scheme() != second.scheme()),
        ("the host", first.host_str() != second.host_str()),
        (
            "the port",
            first.port_or_known_default() != second.port_or_known_default(),
        ),
        (
            "the slash at the end",
            first.path().trim_end_matches('/') == second.path().trim_end_matches('/')
                && first.path() != second.path(),
        ),
        ("the path", first.path() != second.path()),
    ];
    let differs = parts.iter().find(|(_, differs)| *differs);
    differs
        .map_or("how they are written", |(part, _)| *part)
        .to_owned()
}

fn differs_from_profile(evidence: &Evidence<'_>) -> Option<Found> {
    let profile = evidence.compared?;
    let uri = redirect_uri(evidence)?;
    let own = profile.redirect_uri.as_str();
    if uri == own || is_placeholder(own) || own.contains(":0/") {
        return None;
    }
    Some(Found::new(
        "The redirect URI is not the profile's",
        format!("link {}, profile {}", quoted(uri), quoted(own)),
        format!(
            "They differ in {}. Every character counts: the provider compares them as texts.",
            first_difference(uri, own)
        ),
        &["use the registered address in both, character for character"],
    ))
}

/// `localhost:8765/callback` is read as a URL of the scheme `localhost`.
fn looks_like_host(uri: &str) -> bool {
    !uri.contains("://")
        && uri
            .split_once(':')
            .is_some_and(|(_, rest)| rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn fragment(evidence: &Evidence<'_>) -> Option<Found> {
    let uri = redirect_uri(evidence)?;
    let (_, behind) = uri.split_once('#')?;
    Some(Found::new(
        "The redirect URI has a fragment",
        format!("{} in {}", quoted(&format!("#{behind}")), quoted(uri)),
        "What stands behind `#` never reaches a server; a redirect URI must not have it.",
        &["take `#` and what follows out, in the profile and in the registration"],
    ))
}

fn insecure(evidence: &Evidence<'_>) -> Option<Found> {
    let uri = redirect_uri(evidence)?;
    let url = Url::parse(uri).ok()?;
    if url.scheme() != "http" || is_loopback(&url) {
        return None;
    }
    Some(Found::new(
        "The code would travel over plain http",
        format!("redirect_uri {}: http, and not this machine", quoted(uri)),
        "Anybody on the way can read the code. Plain http is for loopback addresses only.",
        &["register an https address, or one on `localhost`"],
    ))
}

fn http_loopback(evidence: &Evidence<'_>) -> Option<Found> {
    let uri = redirect_uri(evidence)?;
    let url = Url::parse(uri).ok()?;
    if !is_visma(evidence) || url.scheme() != "http" || !is_loopback(&url) {
        return None;
    }
    Some(Found::new(
        "The portal may not take http on this machine",
        format!("redirect_uri {}", quoted(uri)),
        "Visma's documents disagree on whether a web application may register plain http on \
         localhost. If the portal took it, all is well.",
        &["register this address in the portal, character for character"],
    ))
}
