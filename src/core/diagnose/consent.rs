//! Rules about waiting for the browser: the listener, and an answer that does not come.
//!
//! Most errors of an authorize request are shown to the user and never sent back, so "nothing came" is
//! itself the evidence; what did come to the listener tells the causes apart.

use super::seen::{brought_an_answer, portal, provider, quoted, refused_hit, span};
use super::{Evidence, Found, Rule, Severity, error_page, preflight};
use crate::core::oauth::callback::Verdict;
use crate::core::oauth::flow::{BindFailure, BindFailureKind, Browser};
use crate::core::oauth::surroundings::Remote;
use crate::core::oauth::{RunPhase, Step};
use crate::core::wire::Purpose;
use std::net::SocketAddr;
use url::Url;

/// The rules about waiting.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "callback-timeout",
        steps: &[Step::Consent],
        severity: Severity::Error,
        source: "Duende, inferred",
        check: timeout,
    },
    Rule {
        name: "error-page-unknown",
        steps: &[Step::Consent],
        severity: Severity::Error,
        source: "Duende, inferred",
        check: ended_on_an_error_page,
    },
    Rule {
        name: "port-in-use",
        steps: &[Step::Consent],
        severity: Severity::Error,
        source: "the operating system",
        check: port_in_use,
    },
    Rule {
        name: "port-not-permitted",
        steps: &[Step::Consent],
        severity: Severity::Error,
        source: "the operating system",
        check: port_not_permitted,
    },
    Rule {
        name: "address-unavailable",
        steps: &[Step::Consent],
        severity: Severity::Error,
        source: "the operating system",
        check: address_unavailable,
    },
    Rule {
        name: "listen-failed",
        steps: &[Step::Consent],
        severity: Severity::Error,
        source: "the operating system",
        check: listen_failed,
    },
];

/// The provider's error page, when it was reached in the user's place. In a browser nobody here sees it.
fn ended_on_an_error_page(evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.page.is_some() {
        return error_page::unknown(evidence);
    }
    let began = evidence.run.started_at?;
    if evidence.run.phase != RunPhase::Waiting || preflight::is_refused(evidence) {
        return None;
    }
    let last = evidence
        .transcript
        .iter()
        .rfind(|record| record.purpose == Purpose::InTheUsersPlace && record.at >= began)?;
    let url = Url::parse(&last.request.url).ok()?;
    let (_, id) = url.query_pairs().find(|(name, _)| name == "errorId")?;
    Some(Found::new(
        "The authorize request ended on an error page",
        format!(
            "{} {}?errorId={}",
            last.request.method,
            url.path(),
            super::seen::clip(&id, 24)
        ),
        "Client id, redirect URI, scope or another parameter is not as registered. That is told to \
         the user only: no answer will come to this listener.",
        &[
            &format!(
                "compare client id, redirect URI and scopes with {}, character for character",
                portal(evidence)
            ),
            "ctrl-n begins a new run, once that is right",
        ],
    ))
}

fn timeout(evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.run.phase != RunPhase::TimedOut {
        return None;
    }
    let waited = evidence.run.waiting.map_or_else(String::new, |waiting| {
        let seconds = waiting.until.duration_since(waiting.since).as_secs();
        format!(" in {}", span(seconds))
    });
    let hits = match evidence.run.hits.len() {
        0 => "no hit at all".to_owned(),
        1 => "1 hit, not an answer".to_owned(),
        count => format!("{count} hits, none of them an answer"),
    };
    let uri = &evidence.run.redirect_uri;
    let (cause, first) = likeliest(evidence);
    let found = Found::new(
        "No answer came from the browser in time",
        format!("{hits}{waited} at {}", quoted(uri)),
        cause,
        &[
            &first,
            "p paste the address or the form body, if the browser has the answer",
            "ctrl-n begins a new run with a new link",
        ],
    );
    // An answer that was refused, or a preflight that failed, leads: it says why nothing else came.
    Some(match refused_hit(evidence) {
        Some(hit) if brought_an_answer(hit) => found.rated(Severity::Warning),
        _ if evidence.page.is_some() || preflight::says_why(evidence) => {
            found.rated(Severity::Warning)
        }
        _ => found,
    })
}

/// The likeliest cause given what was and was not seen, and what to do about it first.
fn likeliest(evidence: &Evidence<'_>) -> (String, String) {
    let uri = quoted(&evidence.run.redirect_uri);
    if let Some(hit) = refused_hit(evidence) {
        let (cause, fix) = match hit.verdict {
            Verdict::OtherPath => (
                "The browser reached this listener, but at another path than the redirect URI's.",
                format!("compare the path in {} with {uri}", portal(evidence)),
            ),
            Verdict::TlsToPlain => (
                "The browser spoke TLS to this listener, which speaks plain http.",
                format!("open {uri} with http, not https"),
            ),
            Verdict::CertificateRefused(_) => (
                "The browser reached this listener and refused its certificate, so it sent nothing.",
                "w opens the callback's address: accept the warning there".to_owned(),
            ),
            _ => (
                "Something reached the redirect URI, but it was not the answer of this run.",
                "3 shows what came and why it was refused".to_owned(),
            ),
        };
        return (cause.to_owned(), fix);
    }
    if let Some((cause, fix)) = far_away(evidence) {
        return (cause.to_owned(), fix);
    }
    match &evidence.run.browser {
        Browser::Failed(reason) => (
            format!(
                "The browser could not be started ({}), so nobody opened the link.",
                super::seen::clip(reason, 80)
            ),
            "y copy the link and open it in any browser of this machine".to_owned(),
        ),
        Browser::NotOpened => (
            "The link was not opened from here. If it was opened elsewhere, the browser must run on \
             this machine; an error page of the provider never comes back."
                .to_owned(),
            "o open the link in the browser".to_owned(),
        ),
        Browser::Opening | Browser::Opened(_) if preflight::is_taken(evidence) => (
            format!(
                "{} takes this link, as preflight showed: likely nobody has finished signing in and \
                 consenting yet, or the browser runs on another machine.",
                super::seen::capital(provider(evidence))
            ),
            "look at the browser, and finish there".to_owned(),
        ),
        Browser::Opening | Browser::Opened(_) => (
            format!(
                "Likely {} shows an error page: an unknown client id, redirect URI or scope is told \
                 to the user only and never comes back.",
                provider(evidence)
            ),
            format!(
                "look at the browser; compare {uri} with {}, character for character",
                portal(evidence)
            ),
        ),
    }
}

/// The browser is likely on another machine, which cannot reach this one's loopback.
fn far_away(evidence: &Evidence<'_>) -> Option<(&'static str, String)> {
    let run = evidence.run;
    let remote = run.surroundings.as_ref()?.remote.as_ref()?;
    let url = Url::parse(&run.redirect_uri).ok()?;
    let public = url.port_or_known_default()?;
    let bound = run.addresses.first().map_or(public, SocketAddr::port);
    match remote {
        Remote::Ssh { .. } => Some((
            "This program runs in an SSH session. A browser at the other end brings the answer to its own \
             machine, where nobody listens.",
            format!(
                "run `{}` on the machine with the browser, then open the link again",
                remote.ssh_line(public, bound)?
            ),
        )),
        Remote::Container => Some((
            "This program runs in a container. A browser outside brings the answer to its own machine, \
             unless the port is published.",
            format!("publish the port (`-p 127.0.0.1:{public}:{bound}`), then open the link again"),
        )),
        // Windows hands its loopback on by itself.
        Remote::Wsl => None,
    }
}

/// The failure to listen, when it is of that kind.
fn failure<'a>(evidence: &Evidence<'a>, kind: BindFailureKind) -> Option<&'a BindFailure> {
    match &evidence.run.phase {
        RunPhase::ListenFailed(failure) if failure.kind == kind => Some(failure),
        _ => None,
    }
}

/// What was asked for and what the system said.
fn at_address(failure: &BindFailure) -> String {
    format!(
        "{}: {}",
        failure.address,
        super::seen::clip(&failure.detail, 120)
    )
}

fn port_in_use(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence, BindFailureKind::InUse)?;
    let holder = failure.holder.as_ref();
    let holder = holder.map_or_else(String::new, |holder| format!("; {holder} listens there"));
    Some(Found::new(
        "Another program holds the callback's port",
        format!("{}{holder}", at_address(failure)),
        "The browser would bring the code to that program. Another port is never taken in silence: \
         the redirect URI names this one.",
        &[
            "end the other program (perhaps a second dineroscope), then ctrl-n",
            &format!(
                "change the port of `redirect_uri` in the profile and in {}",
                portal(evidence)
            ),
        ],
    ))
}

fn port_not_permitted(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence, BindFailureKind::NotPermitted)?;
    Some(Found::new(
        "This port is not for everybody",
        at_address(failure),
        "Ports below 1024 belong to the system's administrator on most systems.",
        &[&format!(
            "use a port above 1024 in `redirect_uri`, in the profile and in {}",
            portal(evidence)
        )],
    ))
}

fn address_unavailable(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence, BindFailureKind::AddressUnavailable)?;
    Some(Found::new(
        "The callback's address is not of this machine",
        at_address(failure),
        "One can listen only on addresses that this machine has.",
        &[&format!(
            "use `localhost` or `127.0.0.1` in `redirect_uri`, in the profile and in {}",
            portal(evidence)
        )],
    ))
}

fn listen_failed(evidence: &Evidence<'_>) -> Option<Found> {
    let failure = failure(evidence, BindFailureKind::Other)?;
    Some(Found::new(
        "The listener for the callback could not be opened",
        at_address(failure),
        "The system refused for a reason of its own; its words stand above.",
        &[
            "ctrl-n tries again",
            "change the port of `redirect_uri`, if it stays so",
        ],
    ))
}
