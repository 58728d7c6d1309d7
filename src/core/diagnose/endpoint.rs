//! Rules about what the provider's further endpoints said: userinfo, revocation, introspection.
//!
//! An answer about a token that was replaced since is no evidence any more; `HeldGrant::inquired` leaves it
//! out.

use super::seen::{capital, is_like_visma, provider, quoted, their_words};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::oauth::endpoint::{ENDPOINTS, Endpoint, Inquired, Inquiry, Told};
use crate::core::oauth::grant::TokenTrouble;
use crate::core::secret::Secret;
use crate::core::token::import::TokenKind;
use crate::core::token::jwt;
use crate::core::wire::{FailureKind, Outcome};
use serde_json::Value;

/// Shorthand for a row.
const fn rule(
    name: &'static str,
    severity: Severity,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Token],
        severity,
        source,
        check,
    }
}

/// The rules about further endpoints.
pub(super) const RULES: &[Rule] = &[
    rule(
        "userinfo-sub-mismatch",
        Severity::Error,
        "OpenID Connect Core 5.3.2",
        sub_mismatch,
    ),
    rule(
        "revocation-failed",
        Severity::Error,
        "RFC 7009 2.2.1",
        revocation_failed,
    ),
    rule(
        "userinfo-refused",
        Severity::Warning,
        "RFC 6750 3.1",
        userinfo_refused,
    ),
    rule(
        "endpoint-no-answer",
        Severity::Warning,
        "RFC 7009 2.2, RFC 7662 2.3",
        no_answer,
    ),
    rule(
        "userinfo-without-openid",
        Severity::Note,
        "OpenID Connect Core 5.3.1",
        without_openid,
    ),
    rule(
        "introspection-refused",
        Severity::Note,
        "RFC 7662 2.1, Visma Connect documentation",
        introspection_refused,
    ),
];

/// What came of an inquiry about the tokens in use, as long as it can be about any of the two.
fn inquired<'a>(evidence: &Evidence<'a>, endpoint: Endpoint) -> Option<&'a Inquired> {
    let held = evidence.held?;
    let about = [TokenKind::Refresh, TokenKind::Access];
    let of = |token| held.inquired(Inquiry { endpoint, token });
    about.into_iter().filter_map(of).max_by_key(|one| one.at)
}

/// A refusal: what was seen of it, and its error code, if any.
fn refusal(evidence: &Evidence<'_>, inquired: &Inquired) -> Option<(String, String)> {
    match inquired.told.as_ref().err()? {
        TokenTrouble::Error {
            status,
            error,
            description,
        } => {
            let said = match description {
                Some(words) => format!(", {}", quoted(&their_words(evidence, words))),
                None => String::new(),
            };
            let code = their_words(evidence, error);
            Some((format!("{status} {}{said}", quoted(&code)), error.clone()))
        }
        TokenTrouble::Status { status } => {
            Some((format!("{status} without a reason"), String::new()))
        }
        _ => None,
    }
}

/// `sub` of a token.
fn subject(token: &Secret) -> Option<String> {
    let claims = jwt::decode(token.expose()).ok()?.claims;
    claims.get("sub")?.as_str().map(str::to_owned)
}

/// `sub` by which userinfo is judged: the id_token's; where none came, the access token's as far as the provider
/// is known to write the same there.
pub fn expected_subject(evidence: &Evidence<'_>) -> Option<String> {
    let grant = evidence.grant?;
    match &grant.id_token {
        Some(token) => subject(token),
        None => subject(&grant.access_token).filter(|_| is_like_visma(evidence)),
    }
}

fn sub_mismatch(evidence: &Evidence<'_>) -> Option<Found> {
    let Ok(Told::Claims(claims)) = &inquired(evidence, Endpoint::Userinfo)?.told else {
        return None;
    };
    let told = claims.get("sub").and_then(Value::as_str)?;
    let expected = expected_subject(evidence).filter(|expected| expected != told)?;
    let shown = |text: &str| quoted(&their_words(evidence, text));
    Some(Found::new(
        "Userinfo is about somebody else than the token",
        format!(
            "sub is {} in the token, {} in userinfo",
            shown(&expected),
            shown(told)
        ),
        "An answer about another user must not be used: a token was swapped on the way, or the provider \
         mixed up two users.",
        &[
            "do not use what userinfo says; ctrl-n begins a new run",
            &format!("tell {} about it", provider(evidence)),
        ],
    ))
}

/// An id_token says so too: some servers name only the API's scopes in their answer.
fn was_openid_granted(evidence: &Evidence<'_>) -> bool {
    evidence.grant.is_some_and(|grant| {
        grant.id_token.is_some() || grant.scopes.iter().any(|scope| scope == "openid")
    })
}

fn without_openid(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, _) = refusal(evidence, inquired(evidence, Endpoint::Userinfo)?)?;
    if was_openid_granted(evidence) {
        return None;
    }
    Some(Found::new(
        "Userinfo tells nothing without `openid`",
        format!("{seen}; `openid` is not among the granted scopes"),
        "That is as it should be, and no test of the token: the API may take it all the same.",
        &[
            "add `openid` to the scopes, then ctrl-n for a new run, if you need to know who signed in",
        ],
    ))
}

fn userinfo_refused(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, error) = refusal(evidence, inquired(evidence, Endpoint::Userinfo)?)?;
    if !was_openid_granted(evidence) {
        return None;
    }
    let cause = match error.as_str() {
        "invalid_token" => {
            "The token has ended, was revoked, or is made for an API and not for userinfo."
        }
        "insufficient_scope" => {
            "`openid` was granted by the token answer, and yet the endpoint misses it in the token."
        }
        _ => "The endpoint takes access tokens of its own provider only, as a bearer header.",
    };
    Some(Found::new(
        "The userinfo endpoint does not take the token",
        seen,
        cause,
        &[
            "look at `exp` and `scope` among the claims",
            "u refreshes the token, then w asks again",
        ],
    ))
}

fn revocation_failed(evidence: &Evidence<'_>) -> Option<Found> {
    let inquired = inquired(evidence, Endpoint::Revocation)?;
    let (seen, error) = refusal(evidence, inquired)?;
    let cause = match error.as_str() {
        "invalid_client" => {
            "The endpoint does not know this client by this secret: revoking asks for the same \
             authentication as the token endpoint."
        }
        "unsupported_token_type" => "The provider does not revoke tokens of this kind.",
        _ => "The endpoint did not do it.",
    };
    Some(Found::new(
        "The token was not revoked",
        format!("{seen}, asked for the {}", inquired.inquiry.token.name()),
        format!("{cause} The token is as good as before."),
        &[
            "check client_id and client_secret, and `client_authentication` under `[exchange]`",
            "v tries it again",
        ],
    ))
}

fn introspection_refused(evidence: &Evidence<'_>) -> Option<Found> {
    let (seen, _) = refusal(evidence, inquired(evidence, Endpoint::Introspection)?)?;
    Some(Found::new(
        "The provider does not tell this client about tokens",
        seen,
        format!(
            "Introspection is made for APIs, with credentials of their own; {} need not answer a client. \
             It says nothing about the token.",
            provider(evidence)
        ),
        &["look at the claims instead: a JWT says itself what it allows and until when"],
    ))
}

/// In what way an endpoint gave no answer that can be used.
fn silence(evidence: &Evidence<'_>, inquired: &Inquired) -> Option<String> {
    let record = super::seen::record(evidence, inquired.call);
    Some(match inquired.told.as_ref().err()? {
        TokenTrouble::NoAnswer => match record.map(|record| &record.outcome) {
            Some(Outcome::Failed(failure)) if failure.kind == FailureKind::Cancelled => {
                "you cancelled it".to_owned()
            }
            Some(Outcome::Failed(failure)) => {
                format!("no answer from {}:{}", failure.host, failure.port)
            }
            _ => "no answer".to_owned(),
        },
        TokenTrouble::Redirected { location } => {
            format!("sent on to {}", quoted(&their_words(evidence, location)))
        }
        TokenTrouble::ServerError { status, .. } => format!("status {status}"),
        TokenTrouble::NotJson(_) => "an answer that cannot be read".to_owned(),
        TokenTrouble::Incomplete { member } => format!("an answer without {}", quoted(member)),
        TokenTrouble::Error { .. } | TokenTrouble::Status { .. } => return None,
    })
}

fn no_answer(evidence: &Evidence<'_>) -> Option<Found> {
    let answers = ENDPOINTS.iter().filter_map(|row| {
        let inquired = inquired(evidence, row.endpoint)?;
        Some((row, inquired, silence(evidence, inquired)?))
    });
    let (row, inquired, seen) = answers.max_by_key(|(_, inquired, _)| inquired.at)?;
    let cause = if row.endpoint == Endpoint::Revocation {
        format!(
            "Whether the {} is revoked is not known. Revoking it once more does no harm.",
            inquired.inquiry.token.name()
        )
    } else {
        "That says nothing about the token.".to_owned()
    };
    let again = match row.endpoint {
        Endpoint::Userinfo => "w asks again",
        Endpoint::Revocation => "v tries it again",
        Endpoint::Introspection => "s asks again",
    };
    Some(Found::new(
        format!("{} endpoint: no answer that can be used", capital(row.name)),
        format!("{seen}, asked at `{}`", row.key),
        cause,
        &[again, &format!("check `{}` of the provider", row.key)],
    ))
}
