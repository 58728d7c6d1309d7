//! Rules about preflight: what the provider said when the run's link was asked for before a browser did.

use super::error_page::parameter_at_fault;
use super::seen::{clip, is_visma, parameter, portal, provider, quoted, record, their_words};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::oauth::preflight::{Landing, Preflight, PreflightResult};
use crate::core::wire::{FailureKind, Outcome, Record, TlsFault, html};
use url::Url;

/// A rule about preflight.
const fn rule(
    name: &'static str,
    severity: Severity,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Link, Step::Consent],
        severity,
        source,
        check,
    }
}

/// The rules about preflight.
pub(super) const RULES: &[Rule] = &[
    rule(
        "preflight-error-page",
        Severity::Error,
        "Duende, inferred; RFC 6749 4.1.2.1",
        error_page,
    ),
    rule(
        "preflight-unreachable",
        Severity::Error,
        "the operating system; RFC 8446",
        unreachable,
    ),
    rule(
        "preflight-login-page",
        Severity::Note,
        "Duende, inferred",
        login_page,
    ),
];

/// The preflight of a run to which no answer came yet: an answer says more than it does.
fn preflight<'a>(evidence: &Evidence<'a>) -> Option<(&'a Preflight, &'a Record)> {
    let preflight = evidence.run.preflight.as_ref()?;
    let is_open = !evidence.pasted && evidence.run.answer.is_none();
    is_open.then_some(())?;
    Some((preflight, record(evidence, preflight.call)?))
}

/// Where its first answer led.
fn landing<'a>(evidence: &Evidence<'a>) -> Option<&'a Landing> {
    match &preflight(evidence)?.0.result {
        PreflightResult::Landed(landing) => Some(landing),
        _ => None,
    }
}

/// Whether the provider did not take the link.
pub(super) fn is_refused(evidence: &Evidence<'_>) -> bool {
    landing(evidence).is_some_and(Landing::is_refusal)
}

/// Whether the provider took the link.
pub(super) fn is_taken(evidence: &Evidence<'_>) -> bool {
    landing(evidence) == Some(&Landing::LoginPage)
}

/// Whether preflight says why no answer comes.
pub(super) fn says_why(evidence: &Evidence<'_>) -> bool {
    is_refused(evidence)
        || preflight(evidence)
            .is_some_and(|(preflight, _)| preflight.result == PreflightResult::NoAnswer)
}

/// Where it was asked, and the status of the answer.
fn asked(record: &Record) -> String {
    let place = Url::parse(&record.request.url).map_or_else(
        |_| record.request.url.clone(),
        |url| format!("{}{}", url.host_str().unwrap_or_default(), url.path()),
    );
    let status = record.outcome.response().map(|response| response.status);
    let status = status.map_or_else(String::new, |status| format!(": {status}"));
    format!("GET {}{status}", clip(&place, 80))
}

/// The words of the error page, whichever of the two answers it is.
fn page_words(evidence: &Evidence<'_>) -> Option<String> {
    let (preflight, first) = preflight(evidence)?;
    let page = match preflight.page {
        Some(call) => record(evidence, call)?,
        None => first,
    };
    let words = html::words(&page.outcome.response()?.body.to_text());
    (!words.is_empty()).then_some(words)
}

fn error_page(evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.step == Step::Consent && evidence.page.is_some() {
        // What the browser showed of the same refusal says at least as much.
        return None;
    }
    let landing = landing(evidence).filter(|landing| landing.is_refusal())?;
    let (_, first) = preflight(evidence)?;
    let words = page_words(evidence).unwrap_or_default();
    let (seen, said, id) = match landing {
        Landing::Back { error, .. } => {
            let error = error.clone().unwrap_or_default();
            let seen = format!("error={}", their_words(evidence, &error));
            (seen, parameter_at_fault(&error), None)
        }
        Landing::ErrorPage { id: Some(id), .. } => {
            let seen = format!("its error page, errorId={}", clip(id, 24));
            (seen, parameter_at_fault(&words), Some(id))
        }
        _ => {
            let line = words.lines().next().unwrap_or("an error page");
            let seen = quoted(&their_words(evidence, line));
            (seen, parameter_at_fault(&words), None)
        }
    };
    let mut fix = vec![compare(evidence, said)];
    match id {
        Some(_) if is_visma(evidence) => fix.push(
            "y copy the errorId, and paste it into the portal: My Applications, More, Debugger"
                .to_owned(),
        ),
        Some(_) => {
            fix.push("y copy the errorId, and ask the provider for its log of it".to_owned());
        }
        None => {}
    }
    fix.push("f asks again, once that is right; in the portal a change takes a minute".to_owned());
    Some(Found {
        fix,
        ..Found::new(
            "The provider does not take this link",
            format!("{}, {seen}", asked(first)),
            cause(evidence, said),
            &[],
        )
    })
}

/// Which parameters could be at fault: what the page says, then what can be seen in the link, then what
/// only the provider knows.
fn cause(evidence: &Evidence<'_>, said: Option<&str>) -> String {
    let suspects = suspects(evidence);
    let first = match (said, suspects.as_slice()) {
        (Some(name), _) => format!("It is about {name}, as the provider says."),
        (None, []) => {
            let challenge = match parameter(evidence, "code_challenge") {
                Some(_) => "",
                None => ", or PKCE is required for it",
            };
            format!(
                "The provider does not say why. Likeliest first: redirect_uri is not registered so, \
                 client_id is not known there, a scope is not granted{challenge}."
            )
        }
        (None, found) => format!(
            "The provider does not say why; in the link itself is seen: {}.",
            found.join("; ")
        ),
    };
    format!("{first} No browser would come back with an answer.")
}

/// What the rules find in the link itself, the worst first, two at most.
fn suspects(evidence: &Evidence<'_>) -> Vec<String> {
    let at_link = Evidence {
        step: Step::Link,
        ..*evidence
    };
    let mut found: Vec<(Severity, String)> = super::rules()
        .filter(|rule| rule.steps.contains(&Step::Link))
        .filter(|rule| RULES.iter().all(|own| own.name != rule.name))
        .filter_map(|rule| {
            let found = (rule.check)(&at_link)?;
            Some((found.severity.unwrap_or(rule.severity), found.headline))
        })
        .filter(|(severity, _)| *severity == Severity::Error)
        .collect();
    found.sort_by_key(|(severity, _)| *severity);
    found.into_iter().take(2).map(|(_, text)| text).collect()
}

/// What is compared with the registration first.
fn compare(evidence: &Evidence<'_>, said: Option<&str>) -> String {
    let what = said.unwrap_or("redirect_uri, client_id and scope");
    format!(
        "compare {what} with {}, character for character",
        portal(evidence)
    )
}

fn login_page(evidence: &Evidence<'_>) -> Option<Found> {
    if !is_taken(evidence) {
        return None;
    }
    let (_, first) = preflight(evidence)?;
    Some(Found::new(
        "The provider takes this link",
        format!("{}, a page to sign in on", asked(first)),
        format!(
            "Client id, redirect URI and scopes are as {} has them. Nothing was begun by asking.",
            provider(evidence)
        ),
        &["o opens the link in the browser"],
    ))
}

fn unreachable(evidence: &Evidence<'_>) -> Option<Found> {
    let (preflight, record) = preflight(evidence)?;
    let failure = match (&record.outcome, &preflight.result) {
        (Outcome::Failed(failure), PreflightResult::NoAnswer) => failure,
        // Network Authentication Required (RFC 6585 6): a captive portal says so itself.
        (Outcome::Response(response), _) if response.status == 511 => {
            return Some(Found::new(
                "This network wants a sign-in of its own first",
                asked(record),
                "A captive portal answered in the provider's place, as in hotels and trains.",
                &[
                    "open any page in the browser and sign in to the network",
                    "f asks again",
                ],
            ));
        }
        _ => return None,
    };
    let (headline, cause) = match failure.kind {
        FailureKind::Dns => (
            "The provider's name is not known",
            "The name is misspelt, the machine is offline, or a company's own name server does not know \
             it (VPN).",
        ),
        FailureKind::Refused => (
            "Nobody listens at the provider's address",
            "The port is wrong, the server is not running, or a firewall answers in its place.",
        ),
        FailureKind::Unreachable => (
            "There is no way to the provider",
            "This machine is offline, or no route leads there (VPN, firewall).",
        ),
        FailureKind::Tls(TlsFault::Expired) => (
            "The provider's certificate is out of its time",
            "It is past its last day or before its first; or this machine's clock is wrong.",
        ),
        FailureKind::Tls(TlsFault::UnknownIssuer | TlsFault::WrongName) => (
            "Another server answers in the provider's place",
            "Its certificate is not the provider's: a company's proxy that looks into TLS, or a captive \
             portal that wants a sign-in first.",
        ),
        FailureKind::Tls(_) => (
            "No secure connection to the provider could be made",
            "The address says https, but the two sides did not agree on TLS.",
        ),
        FailureKind::Timeout(_) => (
            "The provider did not answer in time",
            "The server is down, or a firewall swallows the connection without a word.",
        ),
        FailureKind::Reset => (
            "The connection was cut before an answer came",
            "The server or a firewall closed it: it restarts, or does not want this request.",
        ),
        FailureKind::Proxy | FailureKind::ProxyAuthentication => (
            "The proxy did not let the link through",
            "It cannot be reached, forbids the provider, or asks for a user name and password. A \
             browser may use another one.",
        ),
        FailureKind::Cancelled => return None,
        FailureKind::Invalid | FailureKind::Other => (
            "The link could not be asked for",
            "It cannot be sent as it stands, or the connection failed in an unusual way; the words \
             above say more.",
        ),
    };
    let detail = their_words(evidence, failure.detail.trim());
    Some(Found::new(
        headline,
        format!("{}, port {}: {detail}", failure.host, failure.port),
        cause,
        &[
            "check `authorize_url` of the provider and `proxy` under `[network]`",
            "f asks again",
        ],
    ))
}
