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
    rule(
        "invalid-tenant",
        "Visma Connect documentation",
        invalid_tenant,
    ),
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

/// Both ways of showing the secret at once: RFC 6749 2.3 forbids it, whatever is answered.
fn shown_twice(evidence: &Evidence<'_>) -> Option<Found> {
    let request = &token_request(evidence)?.request;
    let both = request.headers.get("authorization").is_some()
        && form_field(request, "client_secret").is_some();
    both.then(|| {
        Found::new(
            "The client shows its secret twice",
            "client_secret in the body and an Authorization header",
            "A client uses one way of showing who it is, and a server may refuse two with invalid_client.",
            &["leave one of the two out"],
        )
    })
}

fn invalid_client(evidence: &Evidence<'_>) -> Option<Found> {
    let Some((seen, request)) = refusal(evidence, |error| error == "invalid_client") else {
        return shown_twice(evidence).filter(|_| evidence.pasted);
    };
    let posted = form_field(request, "client_secret");
    let basic = request.headers.get("authorization").is_some();
    let unknown = request.method.is_empty();
    let way = match (&posted, basic) {
        _ if unknown => "the request was not pasted",
        (Some(_), true) => "the secret was sent twice: in the body and by Basic",
        (Some(_), false) => "the secret was sent in the body",
        (None, true) => "the secret was sent by Basic",
        (None, false) => "no secret was sent",
    };
    let odd = posted.as_deref().is_some_and(|secret| {
        secret.trim() != secret || secret.starts_with(['"', '\'']) || secret.ends_with(['"', '\''])
    });
    let cause = match (posted.is_some() || basic || unknown, odd) {
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

/// The required fields that a token request does not have.
fn missing_fields(request: &Request, of_a_refresh: bool) -> Vec<&'static str> {
    let basic = request.headers.get("authorization").is_some();
    let required: &[&str] = if of_a_refresh {
        &["grant_type", "refresh_token", "client_id"]
    } else {
        &["grant_type", "code", "redirect_uri", "client_id"]
    };
    required
        .iter()
        .copied()
        .filter(|name| !(basic && *name == "client_id"))
        .filter(|name| form_field(request, name).is_none_or(|value| value.is_empty()))
        .collect()
}

/// A form that was pasted without its answer, and lacks something.
fn pasted_with_gaps<'a>(evidence: &Evidence<'a>) -> Option<(String, &'a Request)> {
    let request = &token_request(evidence).filter(|_| evidence.pasted)?.request;
    let kind = request.headers.media_type();
    let form = kind.is_empty() || kind == "application/x-www-form-urlencoded";
    let of_a_code = form_field(request, "grant_type").is_none_or(|it| it == "authorization_code");
    (form && of_a_code && request.method == "POST" && !missing_fields(request, false).is_empty())
        .then(|| ("the request alone".to_owned(), request))
}

fn invalid_request(evidence: &Evidence<'_>) -> Option<Found> {
    let refused = refusal(evidence, |error| error == "invalid_request");
    let (seen, request) = refused.or_else(|| {
        trouble(evidence)
            .is_none()
            .then(|| pasted_with_gaps(evidence))
            .flatten()
    })?;
    let missing = missing_fields(request, is_refresh(evidence));
    let (seen, cause) = if request.method.is_empty() {
        (
            seen,
            "Likeliest first: the body was sent as JSON or multipart instead of a form, a required field \
             is missing, a field stands twice.",
        )
    } else if missing.is_empty() {
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
    } else if request.method.is_empty() {
        "The registration does not allow this grant (a Service application), or the request had no \
         redirect_uri; a Duende server answers both with this error."
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
        if request.method.is_empty() {
            seen
        } else {
            format!("{seen}; sent grant_type {}", quoted(&sent))
        },
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
const EXPLAINED: [&str; 7] = [
    "invalid_tenant",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

fn invalid_tenant(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, _) = refusal(evidence, |error| error == "invalid_tenant")?;
    Some(Found::new(
        "The user or company may not use that API",
        seen,
        "The API is for companies that are entitled to it in Visma Admin, and for users with the role \
         API User there. A change of roles takes 10 to 15 minutes. Dinero's API has no such rule.",
        &[
            "have entitlement and role checked in Visma Admin, then wait a quarter of an hour",
            go_on(evidence),
        ],
    ))
}

fn other_error(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = match trouble(evidence)? {
        TokenTrouble::Error { .. } => refusal(evidence, |error| !EXPLAINED.contains(&error))?.0,
        TokenTrouble::Status { status } if ![404, 405, 410].contains(status) => {
            format!("status {status}, and no error in its body")
        }
        _ => return None,
    };
    let cause = if seen.starts_with("status") {
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
