//! Rules about the token endpoint's answer (RFC 6749 5.1, 5.2), `invalid_grant` apart.
//!
//! One answer is one trouble, so at most one of these speaks.

use super::seen::{
    clip, code_age, exchange, form_field, is_visma, lifetime, portal, provider, quoted, span,
    their_words, trouble,
};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::grant::{NotJson, TokenTrouble};
use crate::core::oauth::{RunPhase, Step};
use crate::core::wire::Request;

/// A rule about the token endpoint's answer.
const fn rule(
    name: &'static str,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Exchange],
        severity: Severity::Error,
        source,
        check,
    }
}

/// The rules about the token endpoint.
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
    rule("token-wrong-method", "RFC 6749 3.2", wrong_method),
    rule("token-wrong-endpoint", "RFC 6749 3.2", wrong_endpoint),
    rule("token-redirected", "RFC 6749 3.2", redirected),
    rule("token-response-not-json", "RFC 6749 5.1", not_json),
    rule("token-response-incomplete", "RFC 6749 5.1", incomplete),
    rule("token-server-error", "RFC 9110 15.6", server_error),
];

/// After any failed exchange: the run is over.
pub(super) const NEW_RUN: &str = "ctrl-n begins a new run: this code is not taken again";

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
    Some((seen, &exchange(evidence)?.request))
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
            "ctrl-n begins a new run with it",
        ],
    ))
}

fn invalid_request(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, request) = refusal(evidence, |error| error == "invalid_request")?;
    let basic = request.headers.get("authorization").is_some();
    let required = ["grant_type", "code", "redirect_uri", "client_id"];
    let missing: Vec<&str> = required
        .into_iter()
        .filter(|name| !(basic && *name == "client_id"))
        .filter(|name| form_field(request, name).is_none_or(|value| value.is_empty()))
        .collect();
    let (seen, cause) = if missing.is_empty() {
        (
            seen,
            "Every required field went along. A further field is not taken, a value is malformed, or \
             the provider wants PKCE and the link had no challenge.",
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
            NEW_RUN,
        ],
    ))
}

fn unauthorized_client(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, request) = refusal(evidence, |error| error == "unauthorized_client")?;
    let cause = if form_field(request, "redirect_uri").is_none() {
        "The request had no redirect_uri; a Duende server answers that with this error."
    } else {
        "The registration does not allow the authorization_code grant: a Service application cannot \
         have it."
    };
    Some(Found::new(
        "This application may not exchange codes",
        seen,
        cause,
        &[
            &format!(
                "check type and grant types of the application in {}",
                portal(evidence)
            ),
            NEW_RUN,
        ],
    ))
}

fn unsupported_grant_type(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, request) = refusal(evidence, |error| error == "unsupported_grant_type")?;
    let sent = form_field(request, "grant_type").unwrap_or_default();
    Some(Found::new(
        "The token endpoint does not know this grant type",
        format!("{seen}; sent grant_type {}", quoted(&sent)),
        "The endpoint is not one for the code flow, or something on the way dropped the form's body.",
        &["check `token_url` of the provider", NEW_RUN],
    ))
}

fn invalid_scope(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, request) = refusal(evidence, |error| error == "invalid_scope")?;
    let (seen, cause, fix) = match form_field(request, "scope") {
        Some(scope) => (
            format!("{seen}; sent scope {}", quoted(&scope)),
            "The exchange takes no `scope`: what is granted was settled by the link.",
            "take `scope` out of `exchange.extra`",
        ),
        None => (
            seen,
            "A scope of the link is not granted to the application any more.",
            "compare `scopes` with the registration",
        ),
    };
    Some(Found::new(
        "The provider does not grant a scope in the exchange",
        seen,
        cause,
        &[fix, NEW_RUN],
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
        "The token endpoint refused the exchange",
        seen,
        cause,
        &["read the whole answer under Raw, Response", NEW_RUN],
    ))
}

/// Where the token request went.
fn endpoint(evidence: &Evidence<'_>) -> String {
    exchange(evidence).map_or_else(String::new, |record| {
        let url = evidence.mask.url(&record.request.url).to_string();
        quoted(&url)
    })
}

fn wrong_method(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::Status { status: 405 } = trouble(evidence)? else {
        return None;
    };
    Some(Found::new(
        "That address takes no POST",
        format!("405 from POST {}", endpoint(evidence)),
        "A token endpoint takes POST, so this is likely another address: the authorize endpoint, a \
         page, the issuer.",
        &[
            "correct `token_url` of the provider in the profile",
            NEW_RUN,
        ],
    ))
}

fn wrong_endpoint(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::Status {
        status: status @ (404 | 410),
    } = trouble(evidence)?
    else {
        return None;
    };
    Some(Found::new(
        "There is no token endpoint at that address",
        format!("{status} from POST {}", endpoint(evidence)),
        "The path is misspelt, or it belongs to another environment or product.",
        &[
            "compare `token_url` with token_endpoint in the provider's metadata",
            NEW_RUN,
        ],
    ))
}

fn redirected(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::Redirected { location } = trouble(evidence)? else {
        return None;
    };
    let to = if location.is_empty() {
        "nowhere: no Location".to_owned()
    } else {
        quoted(&evidence.mask.url(location).to_string())
    };
    Some(Found::new(
        "The token endpoint sends us elsewhere",
        format!("POST {} was redirected to {to}", endpoint(evidence)),
        "A token endpoint does not redirect: the address is an old one, http instead of https, or a \
         sign-in page stands before it. It was not followed, for code and secret would go along.",
        &[
            "correct `token_url` of the provider in the profile",
            NEW_RUN,
        ],
    ))
}

fn not_json(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::NotJson(kind) = trouble(evidence)? else {
        return None;
    };
    let response = exchange(evidence)?.outcome.response()?;
    let (headline, cause) = match kind {
        NotJson::Empty => (
            "The token endpoint answered with nothing",
            "A proxy dropped the body, or the address is not the token endpoint.",
        ),
        NotJson::Html => (
            "The token endpoint answered with a web page",
            "A sign-in page, a maintenance page or a proxy answered in its place; or `token_url` is \
             the address of a page.",
        ),
        NotJson::CutOff => (
            "The token endpoint's answer broke off",
            "The connection ended before the answer did. The tokens in it are lost: the code is \
             spent.",
        ),
        NotJson::TooLarge => (
            "The token endpoint's answer is far too large",
            "A token answer has a few thousand bytes; over 1 MiB is read no further. Something else \
             answered.",
        ),
        NotJson::Other => (
            "The token endpoint's answer is not JSON",
            "Something else answered, or a server that does not keep to RFC 6749.",
        ),
    };
    let media = response.headers.media_type();
    let media = if media.is_empty() {
        "no Content-Type"
    } else {
        &media
    };
    Some(Found::new(
        headline,
        format!(
            "{}, {}, {} bytes from {}",
            response.status,
            clip(media, 60),
            response.body.len(),
            endpoint(evidence)
        ),
        cause,
        &["read the whole answer under Raw, Response", NEW_RUN],
    ))
}

fn incomplete(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::Incomplete { member } = trouble(evidence)? else {
        return None;
    };
    Some(Found::new(
        format!("The token answer has no {member}"),
        format!(
            "200 and JSON from {}, without `{member}`",
            endpoint(evidence)
        ),
        "RFC 6749 requires access_token and token_type. Another kind of server answered, or another \
         grant was meant.",
        &["check `token_url` of the provider", NEW_RUN],
    ))
}

fn server_error(evidence: &Evidence<'_>) -> Option<Found> {
    let TokenTrouble::ServerError {
        status,
        retry_after,
    } = trouble(evidence)?
    else {
        return None;
    };
    let wait = match retry_after {
        Some(after) => format!(", Retry-After {}", quoted(after)),
        None => ", no Retry-After".to_owned(),
    };
    let (headline, cause) = if *status == 429 {
        (
            "The token endpoint wants to be asked less often",
            "Too many requests came from this client or this address.".to_owned(),
        )
    } else {
        (
            "The token endpoint failed by itself",
            format!(
                "{status} is the trouble of {}, not of this request.",
                provider(evidence)
            ),
        )
    };
    Some(Found::new(
        headline,
        format!("{status} from POST {}{wait}", endpoint(evidence)),
        cause,
        &[
            "wait a minute, or as long as Retry-After says, then ctrl-n: a new run",
            "look at the provider's status page, if it stays so",
        ],
    ))
}
