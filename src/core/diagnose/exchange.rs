//! Rules about the errors of the token endpoint (RFC 6749 5.2), `invalid_grant` apart: in the exchange at
//! its own step, in a refresh at the token, and where a call waited for it.
//!
//! One answer is one trouble, so at most one of these speaks.

use super::refresh::wider_scope;
use super::seen::{
    code_age, form_field, is_refresh, is_visma, lifetime, portal, quoted, refresh_end, span,
    their_words, token_request, trouble,
};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::oauth::{RunPhase, Step};
use crate::core::wire::Request;

/// A rule about the token endpoint's answer to the exchange and to a refresh.
pub(super) const fn rule(
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

/// The rules about what the token endpoint says.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "code-expiring",
        steps: &[Step::Callback, Step::Exchange],
        severity: Severity::Warning,
        source: "Duende, inferred",
        check: code_expiring,
    },
    rule(
        "invalid-client",
        "RFC 6749 5.2, Duende, inferred",
        invalid_client,
    ),
    rule(
        "invalid-request-missing-parameter",
        "RFC 6749 5.2",
        invalid_request,
    ),
    rule(
        "unauthorized-client",
        "RFC 6749 5.2, Duende, inferred",
        unauthorized_client,
    ),
    rule(
        "unsupported-grant-type",
        "RFC 6749 5.2",
        unsupported_grant_type,
    ),
    rule("invalid-scope", "RFC 6749 5.2", invalid_scope),
    rule("token-error", "RFC 6749 5.2", other_error),
];

/// After any failed exchange: the run is over.
pub(super) const NEW_RUN: &str = "ctrl-n begins a new run: this code is not taken again";

/// What goes on: after an exchange a new run; after a refresh another try, unless its token may be spent.
pub(super) fn go_on(evidence: &Evidence<'_>) -> &'static str {
    if !is_refresh(evidence) {
        return NEW_RUN;
    }
    if is_in_the_dark(evidence) {
        return "ctrl-n begins a new run, which brings a new grant whatever became of this one";
    }
    match evidence.step {
        Step::Requests => "↵ sends the call again, once that is right: it refreshes first",
        _ => "u refreshes again, once that is right: the refresh token was not used",
    }
}

/// Whether a refresh ended so that its token may be spent.
pub(super) fn is_in_the_dark(evidence: &Evidence<'_>) -> bool {
    refresh_end(evidence).is_some_and(|end| matches!(end.outcome, RefreshOutcome::Unknown(_)))
}

/// Where the whole answer can be read.
pub(super) fn whole_answer(evidence: &Evidence<'_>) -> &'static str {
    if is_refresh(evidence) {
        "read the whole answer: t for the transcript"
    } else {
        "read the whole answer: Raw answer on step 4, t for the transcript"
    }
}

/// An OAuth error with that code: what was seen, and the request that it answers.
pub(super) fn refusal<'a>(
    evidence: &Evidence<'a>,
    is_meant: impl Fn(&str) -> bool,
) -> Option<(String, &'a Request)> {
    let TokenTrouble::Error {
        status,
        error,
        description,
    } = trouble(evidence)?
    else {
        return None;
    };
    if !is_meant(error) {
        return None;
    }
    let words = match description {
        Some(words) => format!(": {}", their_words(evidence, words)),
        None => ", no error_description".to_owned(),
    };
    let seen = format!("{status} {}{words}", quoted(&their_words(evidence, error)));
    Some((seen, &token_request(evidence)?.request))
}

fn code_expiring(evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.run.phase != RunPhase::Answered {
        return None;
    }
    let age = code_age(evidence)?.as_secs();
    if age < i64::from(evidence.profile.provider.code_lifetime) {
        return None;
    }
    Some(Found::new(
        "The code is likely too old by now",
        format!("it came {} ago and lives {}", span(age), lifetime(evidence)),
        "Exchanging it would most likely end with invalid_grant.",
        &["ctrl-n begins a new run"],
    ))
}

fn invalid_client(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, request) = refusal(evidence, |error| error == "invalid_client")?;
    let posted = form_field(request, "client_secret");
    let basic = request.headers.get("authorization").is_some();
    let way = match (&posted, basic) {
        (Some(_), true) => "the secret was sent twice: in the body and by Basic",
        (Some(_), false) => "the secret was sent in the body",
        (None, true) => "the secret was sent by Basic",
        (None, false) => "no secret was sent",
    };
    let odd = posted.as_deref().is_some_and(|secret| {
        secret.trim() != secret || secret.starts_with(['"', '\'']) || secret.ends_with(['"', '\''])
    });
    let cause = match (posted.is_some() || basic, odd) {
        (false, _) => "An application with a secret must show it; none went along.",
        (true, true) => {
            "The secret has a space, quote or line end at its edge, which likely came along when it \
             was copied."
        }
        (true, false) => {
            "Likely the secret is an old one, or belongs to another application or environment. The \
             client id may also be unknown here."
        }
    };
    let renew = if is_visma(evidence) {
        "make a new secret in the portal, tab Credentials, and put it where the profile takes it from"
    } else {
        "compare client id and secret with the registration"
    };
    Some(Found::new(
        "The provider does not take this client's secret",
        format!("{seen}; {way}"),
        cause,
        &[
            renew,
            "try `client_authentication = \"basic\"` (or `post`) in the profile, if the secret is right",
            if is_refresh(evidence) {
                go_on(evidence)
            } else {
                "ctrl-n begins a new run with it"
            },
        ],
    ))
}

fn invalid_request(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, request) = refusal(evidence, |error| error == "invalid_request")?;
    let basic = request.headers.get("authorization").is_some();
    let required: &[&str] = if is_refresh(evidence) {
        &["grant_type", "refresh_token", "client_id"]
    } else {
        &["grant_type", "code", "redirect_uri", "client_id"]
    };
    let missing: Vec<&str> = required
        .iter()
        .copied()
        .filter(|name| !(basic && *name == "client_id"))
        .filter(|name| form_field(request, name).is_none_or(|value| value.is_empty()))
        .collect();
    let (seen, cause) = if missing.is_empty() {
        (
            seen,
            if is_refresh(evidence) {
                "Every required field went along. A further field is not taken, or a value is malformed."
            } else {
                "Every required field went along. A further field is not taken, a value is malformed, \
                 or the provider wants PKCE and the link had no challenge."
            },
        )
    } else {
        (
            format!("{seen}; not sent: {}", missing.join(", ")),
            "A required field is missing or empty.",
        )
    };
    Some(Found::new(
        "The token request lacks something or is malformed",
        seen,
        cause,
        &[
            "compare `[exchange]` of the profile with the provider's documents",
            go_on(evidence),
        ],
    ))
}

fn unauthorized_client(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, request) = refusal(evidence, |error| error == "unauthorized_client")?;
    let cause = if is_refresh(evidence) {
        "The registration does not allow the refresh_token grant (Offline Access), or not any more."
    } else if form_field(request, "redirect_uri").is_none() {
        "The request had no redirect_uri; a Duende server answers that with this error."
    } else {
        "The registration does not allow the authorization_code grant: a Service application cannot \
         have it."
    };
    Some(Found::new(
        if is_refresh(evidence) {
            "This application may not refresh tokens"
        } else {
            "This application may not exchange codes"
        },
        seen,
        cause,
        &[
            &format!(
                "check type and grant types of the application in {}",
                portal(evidence)
            ),
            go_on(evidence),
        ],
    ))
}

fn unsupported_grant_type(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, request) = refusal(evidence, |error| error == "unsupported_grant_type")?;
    let sent = form_field(request, "grant_type").unwrap_or_default();
    Some(Found::new(
        "The token endpoint does not know this grant type",
        format!("{seen}; sent grant_type {}", quoted(&sent)),
        "The endpoint is not one for this grant, or something on the way dropped the form's body.",
        &["check `token_url` of the provider", go_on(evidence)],
    ))
}

fn invalid_scope(evidence: &Evidence<'_>) -> Option<Found> {
    if wider_scope(evidence).is_some() {
        return None;
    }
    let (seen, request) = refusal(evidence, |error| error == "invalid_scope")?;
    let (seen, cause, fix) = match form_field(request, "scope") {
        Some(scope) => (
            format!("{seen}; sent scope {}", quoted(&scope)),
            "What is granted was settled by the link; a request for tokens needs no `scope`.",
            "take `scope` out of `exchange.extra`",
        ),
        None => (
            seen,
            "A scope of the link is not granted to the application any more.",
            "compare `scopes` with the registration",
        ),
    };
    Some(Found::new(
        "The token endpoint does not grant a scope",
        seen,
        cause,
        &[fix, go_on(evidence)],
    ))
}

/// The errors that have a rule of their own.
const EXPLAINED: [&str; 6] = [
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

fn other_error(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = match trouble(evidence)? {
        TokenTrouble::Error { .. } => refusal(evidence, |error| !EXPLAINED.contains(&error))?.0,
        TokenTrouble::Status { status } if ![404, 405, 410].contains(status) => {
            format!("status {status}, and no error in its body")
        }
        _ => return None,
    };
    let cause = if seen.contains("`invalid_tenant`") {
        "The user or company is not entitled to that API in Visma Admin. A change of roles takes 10 \
         to 15 minutes."
    } else if seen.starts_with("status") {
        "The answer is not one of an OAuth server. A firewall, gateway or proxy may stand before it."
    } else {
        "It is not an error that RFC 6749 names; the provider's documents say more."
    };
    Some(Found::new(
        if is_refresh(evidence) {
            "The token endpoint refused the refresh"
        } else {
            "The token endpoint refused the exchange"
        },
        seen,
        cause,
        &[whole_answer(evidence), go_on(evidence)],
    ))
}
