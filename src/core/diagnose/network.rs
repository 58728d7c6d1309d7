//! Rules about requests that got no HTTP answer: the exchange, a refresh, and the calls of the API.
//!
//! One kind of failure, one rule; each says the host, the port and how far it got.

use super::exchange::{go_on, is_in_the_dark};
use super::seen::{clip, token_request, trouble};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::oauth::grant::TokenTrouble;
use crate::core::profile::ProxyChoice;
use crate::core::wire::{Failure, FailureKind, Outcome, Phase, TlsFault};

/// A rule about a kind of failure.
const fn rule(
    name: &'static str,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Exchange, Step::Token, Step::Requests],
        severity: Severity::Error,
        source,
        check,
    }
}

/// The rules about failures of the network.
pub(super) const RULES: &[Rule] = &[
    rule("network-dns", "RFC 1034", dns),
    rule("network-refused", "RFC 9293 3.10.7", refused),
    rule("network-unreachable", "the operating system", unreachable),
    rule("network-tls", "RFC 8446, RFC 9525", tls),
    rule("network-timeout", "this program's limits", timeout),
    rule("network-reset", "RFC 9293 3.5.2", reset),
    rule("network-proxy", "RFC 9110 9.3.6", proxy),
    rule("network-proxy-auth", "RFC 9110 15.5.8", proxy_auth),
    rule("network-failed", "this program's HTTP client", failed),
];

/// The failure of the request that the step is about.
fn failure<'a>(evidence: &Evidence<'a>) -> Option<&'a Failure> {
    let record = match evidence.step {
        _ if is_of_token(evidence) => token_request(evidence)?,
        Step::Requests => evidence.api?,
        _ => return None,
    };
    match &record.outcome {
        Outcome::Failed(failure) => Some(failure),
        _ => None,
    }
}

/// Whether it was a request for tokens that got no answer, not a call of the API.
fn is_of_token(evidence: &Evidence<'_>) -> bool {
    trouble(evidence) == Some(&TokenTrouble::NoAnswer)
}

/// Where it went and the library's own words.
fn seen(failure: &Failure) -> String {
    let detail = clip(failure.detail.trim(), 140);
    let place = format!("{}, port {}", failure.host, failure.port);
    match (failure.host.as_str(), detail.as_str()) {
        // An address that is none has no host.
        ("", _) => detail,
        (_, "") => place,
        _ => format!("{place}: {detail}"),
    }
}

/// What goes on after the cause is gone: a run is over, a call can be repeated.
fn again(evidence: &Evidence<'_>) -> &'static str {
    match evidence.step {
        Step::Exchange => "ctrl-n begins a new run, once that is right",
        _ if is_of_token(evidence) => go_on(evidence),
        _ => "↵ sends it again, once that is right",
    }
}

/// Which setting names the host.
fn setting(evidence: &Evidence<'_>) -> &'static str {
    let base_url = &evidence.profile.api.base_url;
    match evidence.api {
        _ if is_of_token(evidence) => "`token_url` of the provider",
        Some(record) if !record.request.url.starts_with(base_url.as_str()) => {
            "the address that was typed"
        }
        _ => "`base_url` under `[api]`",
    }
}

fn dns(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence).filter(|failure| failure.kind == FailureKind::Dns)?;
    Some(Found::new(
        "The server's name is not known",
        seen(failure),
        "The name is misspelt, the machine is offline, or a company's own name server does not know \
         it (VPN).",
        &[
            &format!("check the host in {}", setting(evidence)),
            again(evidence),
        ],
    ))
}

fn refused(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence).filter(|failure| failure.kind == FailureKind::Refused)?;
    Some(Found::new(
        "Nobody listens at that address",
        seen(failure),
        "The machine is there and refuses the connection: the port is wrong, the server is not \
         running, or a firewall answers in its place.",
        &[
            &format!("check host and port in {}", setting(evidence)),
            again(evidence),
        ],
    ))
}

fn unreachable(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence).filter(|failure| failure.kind == FailureKind::Unreachable)?;
    Some(Found::new(
        "There is no way to that server",
        seen(failure),
        "This machine is offline, or no route leads there (VPN, firewall).",
        &["check the network connection", again(evidence)],
    ))
}

fn tls(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence)?;
    let FailureKind::Tls(fault) = failure.kind else {
        return None;
    };
    let (headline, cause, fix) = match fault {
        TlsFault::Expired => (
            "The server's certificate is out of its time",
            "It is past its last day or before its first; or this machine's clock is wrong.",
            "check this machine's clock, then tell the server's owner",
        ),
        TlsFault::UnknownIssuer => (
            "The server's certificate is signed by a stranger",
            "A company's proxy signs with an authority of its own, or the server signs for itself. \
             Neither is among those this machine trusts.",
            "add the company's certificate authority to this machine's trust store",
        ),
        TlsFault::WrongName => (
            "The server's certificate is for another name",
            "The address leads to another server, or the host is written in another way than the \
             certificate has it.",
            "check the host, character for character",
        ),
        TlsFault::NotTls => (
            "The server does not speak TLS there",
            "The address says https, but the port answers in another way.",
            "check scheme and port",
        ),
        TlsFault::Other => (
            "No secure connection could be made",
            "The two sides did not agree on TLS; the words above say more.",
            "check whether a proxy or firewall stands between",
        ),
    };
    Some(Found::new(
        headline,
        seen(failure),
        cause,
        &[
            fix,
            &format!("check {}", setting(evidence)),
            again(evidence),
        ],
    ))
}

fn timeout(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence)?;
    let FailureKind::Timeout(phase) = failure.kind else {
        return None;
    };
    let (phase, cause) = match phase {
        Phase::Connect => (
            "no connection in 10 s",
            "The server is down, or a firewall swallows the connection without a word.",
        ),
        Phase::Answer => (
            "connected, no answer in 30 s",
            "The server took the request and stayed silent: it is overloaded, or waits for something \
             itself.",
        ),
        Phase::Body => (
            "the answer began and stood still",
            "The server or something between stopped in the middle of the answer.",
        ),
    };
    let spent = match evidence.step {
        Step::Exchange => " Whether the code was used is not known; it is not sent again.",
        _ if is_in_the_dark(evidence) => " Whether the refresh token was used is not known.",
        _ => "",
    };
    Some(Found::new(
        "The server did not answer in time",
        format!("{}, port {}: {phase}", failure.host, failure.port),
        format!("{cause}{spent}"),
        &[again_later(evidence)],
    ))
}

/// What goes on after a server had its time.
fn again_later(evidence: &Evidence<'_>) -> &'static str {
    match evidence.step {
        Step::Exchange => "ctrl-n begins a new run; try it again in a minute",
        _ if is_of_token(evidence) => go_on(evidence),
        _ => "↵ sends it again; try it in a minute",
    }
}

fn reset(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence).filter(|failure| failure.kind == FailureKind::Reset)?;
    Some(Found::new(
        "The connection was cut before an answer came",
        seen(failure),
        "The server or a firewall closed it: it restarts, or does not want this request.",
        &[again_later(evidence)],
    ))
}

/// Which proxy is taken.
fn by_proxy(evidence: &Evidence<'_>) -> String {
    match &evidence.profile.network.proxy {
        ProxyChoice::System => "the proxy of the system (HTTPS_PROXY and its kin)".to_owned(),
        ProxyChoice::Url(url) => {
            let host = url.rsplit('@').next().unwrap_or_default();
            format!("the proxy `{}` of the profile", clip(host, 80))
        }
        ProxyChoice::None => "a proxy".to_owned(),
    }
}

fn proxy(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence).filter(|failure| failure.kind == FailureKind::Proxy)?;
    Some(Found::new(
        "The proxy did not let the request through",
        format!("{}; by {}", seen(failure), by_proxy(evidence)),
        "It cannot be reached, does not know the server, or forbids it.",
        &[
            "correct `proxy` under `[network]` in the profile, or set it to `none`",
            again(evidence),
        ],
    ))
}

fn proxy_auth(evidence: &Evidence<'_>) -> Option<Found> {
    let failure =
        failure(evidence).filter(|failure| failure.kind == FailureKind::ProxyAuthentication)?;
    Some(Found::new(
        "The proxy wants to know who you are",
        format!("{}; by {}", seen(failure), by_proxy(evidence)),
        "It answered 407: it lets nobody through without a user name and password, which this \
         program does not send.",
        &[
            "set `proxy = \"none\"` under `[network]`, or name a proxy that asks for none",
            again(evidence),
        ],
    ))
}

fn failed(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence)?;
    if failure.kind == FailureKind::Other && failure.detail.contains("invalid HTTP") {
        return Some(Found::new(
            "What came back is not HTTP",
            seen(failure),
            "The request was sent; the head of the answer holds something that HTTP does not allow, or \
             another protocol answered.",
            &[
                &format!("check {}, its port above all", setting(evidence)),
                again(evidence),
            ],
        ));
    }
    let cause = match failure.kind {
        FailureKind::Invalid => {
            "It cannot be sent as it stands: the address or a header holds something that HTTP does \
             not take."
        }
        FailureKind::Other => "It is none of the usual troubles; the words above say more.",
        _ => return None,
    };
    Some(Found::new(
        "The request could not be sent",
        seen(failure),
        cause,
        &[&format!("check {}", setting(evidence)), again(evidence)],
    ))
}
