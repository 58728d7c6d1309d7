//! Rules about calls that the token did not open (RFC 6750 3.1).
//!
//! A 401 says little, so our own record is asked: was a token sent, is it over, whom is it for.

use super::api::{rule, seen, when};
use super::refusal::{Meaning, challenge, meaning, needed_scope};
use super::seen::{clip, quoted, span, their_words};
use super::token::{ended_ago, other_audience, skew};
use super::{Evidence, Found, Rule, Severity};
use crate::core::token::origin_of;
use crate::core::wire::Record;

/// The rules about the token in a call.
pub(super) const RULES: &[Rule] = &[
    rule(
        "api-unauthorized",
        Severity::Error,
        "RFC 6750 3.1, Dinero documentation",
        unauthorized,
    ),
    rule(
        "token-scope-insufficient",
        Severity::Error,
        "RFC 6750 3.1, inferred",
        scope_insufficient,
    ),
    rule(
        "token-not-sent-elsewhere",
        Severity::Note,
        "RFC 6750 5.3",
        not_sent_elsewhere,
    ),
];

/// What gets another token.
const NEW_TOKEN: &str = "ctrl-n begins a new run and gets a new token";

/// Whether the token went along.
fn token_went_along(record: &Record) -> bool {
    record.request.headers.get("authorization").is_some()
}

/// Whether a call goes to another origin than the one the token was made for.
fn is_elsewhere(evidence: &Evidence<'_>, record: &Record) -> bool {
    evidence
        .grant
        .is_some_and(|grant| origin_of(&record.request.url).as_ref() != Some(&grant.api_origin))
}

fn unauthorized(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::Unauthorized)?;
    let said = challenge(response).map_or_else(
        || ", no WWW-Authenticate".to_owned(),
        |words| {
            format!(
                "; WWW-Authenticate {}",
                quoted(&their_words(evidence, words))
            )
        },
    );
    let (cause, fix) = why_unauthorized(evidence, record);
    Some(Found::new(
        "The API does not take the token",
        format!("{}{said}", seen(evidence, record, response)),
        cause,
        &[&fix],
    ))
}

/// The likeliest reason of a 401 and what to do about it.
fn why_unauthorized(evidence: &Evidence<'_>, record: &Record) -> (String, String) {
    if evidence.pasted && record.request.method.is_empty() {
        return (
            "Likeliest first: the token expired (it lives an hour), it was made for another API, it was cut \
             or broken by a line end, `Bearer ` was missing before it, a clock is wrong."
                .to_owned(),
            "paste the token itself to have it read".to_owned(),
        );
    }
    if !token_went_along(record) {
        return if is_elsewhere(evidence, record) {
            (
                "No token was sent: the address is another one than the token was made for."
                    .to_owned(),
                "call a path of the API itself, such as `/v1.1/organizations`".to_owned(),
            )
        } else {
            (
                "No token was sent: there is none yet.".to_owned(),
                "1 begins at the link; a token comes at step 5".to_owned(),
            )
        };
    }
    let sent = record.request.headers.get("authorization");
    if sent.is_some_and(|sent| sent.starts_with("eyJ")) {
        return (
            "The header holds the token alone: the word `Bearer` is missing before it.".to_owned(),
            "send `Authorization: Bearer`, a space, then the token".to_owned(),
        );
    }
    if let Some(ago) = ended_ago(evidence) {
        return (
            format!("The token expired {} ago.", span(ago)),
            NEW_TOKEN.to_owned(),
        );
    }
    if let Some(audience) = other_audience(evidence) {
        return (
            format!("The token is for another API: aud {}.", quoted(&audience)),
            "check `scopes` and `base_url` in the profile".to_owned(),
        );
    }
    if let Some(skew) = skew(evidence) {
        return (
            format!(
                "Our clock and the provider's are {} apart, so the token may not be valid yet, or no \
                 more.",
                span(skew.abs())
            ),
            "set this machine's clock by the network (NTP)".to_owned(),
        );
    }
    (
        "By our record the token is whole, of this API and in its time. It may have been revoked, or \
         the API cannot check it right now."
            .to_owned(),
        NEW_TOKEN.to_owned(),
    )
}

fn scope_insufficient(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::ScopeInsufficient)?;
    let granted = evidence.grant?.scopes.join(" ");
    let needed = needed_scope(record);
    Some(Found::new(
        "The token lacks the scope this call needs",
        format!(
            "{}; granted {}",
            seen(evidence, record, response),
            quoted(&granted)
        ),
        format!(
            "{} calls need `{needed}` (inferred: Dinero does not say which call needs which).",
            clip(&record.request.method, 12)
        ),
        &[
            &format!("put `{needed}` into `scopes` of the profile"),
            "ctrl-n begins a new run; accept it on the page",
        ],
    ))
}

fn not_sent_elsewhere(evidence: &Evidence<'_>) -> Option<Found> {
    let record = evidence.api?;
    let told = meaning(evidence) == Some(Meaning::Unauthorized);
    if told || token_went_along(record) || !is_elsewhere(evidence, record) {
        return None;
    }
    let origin = &evidence.grant?.api_origin;
    let went = origin_of(&record.request.url)?;
    Some(Found::new(
        "This call went without the token",
        format!(
            "it went to {}, the token is for {}",
            quoted(&went),
            quoted(origin)
        ),
        "A token is only ever sent to the API it was made for; whoever else gets it could use it.",
        &["call a path of the API itself, if the token was to go along"],
    ))
}
