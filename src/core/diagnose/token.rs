//! Rules about the grant: what came, how long it lives, whom it is for.
//!
//! Nothing is verified cryptographically here; these are the mistakes that show by looking.

use super::seen::{exchange, is_like_visma, portal, provider, quoted, record, span, trouble};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::token::{jwt, origin_of};
use crate::core::wire::Record;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::Value;

/// The rules about the grant.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "token-expired",
        steps: &[Step::Token, Step::Requests],
        severity: Severity::Error,
        source: "RFC 6749 5.1",
        check: expired,
    },
    Rule {
        name: "token-wrong-audience",
        steps: &[Step::Token],
        severity: Severity::Error,
        source: "RFC 9068 4",
        check: wrong_audience,
    },
    Rule {
        name: "refresh-token-missing",
        steps: &[Step::Token],
        severity: Severity::Warning,
        source: "OpenID Connect Core 11, Visma Connect documentation",
        check: refresh_token_missing,
    },
    Rule {
        name: "token-type-not-bearer",
        steps: &[Step::Token],
        severity: Severity::Warning,
        source: "RFC 6749 7.1",
        check: not_bearer,
    },
    Rule {
        name: "token-expires-in-odd",
        steps: &[Step::Token],
        severity: Severity::Warning,
        source: "RFC 6749 5.1",
        check: expires_in_odd,
    },
    Rule {
        name: "clock-skew",
        steps: &[Step::Token],
        severity: Severity::Warning,
        source: "RFC 9110 6.6.1",
        check: clock_skew,
    },
    Rule {
        name: "token-expires-soon",
        steps: &[Step::Token],
        severity: Severity::Note,
        source: "RFC 6749 5.1",
        check: expires_soon,
    },
];

/// Below so many seconds a token is said to end soon.
const SOON: i64 = 300;

/// Over so many seconds two clocks are said to disagree.
const SKEW: i64 = 120;

/// Longest lifetime of an access token that is still plausible: a year.
const LONGEST: u64 = 366 * 86_400;

/// How long ago the grant ended, in seconds.
pub(super) fn ended_ago(evidence: &Evidence<'_>) -> Option<i64> {
    let left = evidence.grant?.seconds_left(evidence.now)?;
    (left <= 0).then_some(-left)
}

fn expired(evidence: &Evidence<'_>) -> Option<Found> {
    let ago = ended_ago(evidence)?;
    let refused = evidence.api.is_some_and(|record| {
        record
            .outcome
            .response()
            .is_some_and(|response| response.status == 401)
    });
    let grant = evidence
        .grant
        .filter(|grant| !grant.access_token.is_empty())?;
    // At step 6 the 401 says it, with this as its cause; a lifetime of 0 is said to be odd.
    if evidence.step == Step::Requests && refused
        || grant.expires_in == Some(0) && !is_imported(evidence)
    {
        return None;
    }
    let lifetime = i64::try_from(grant.expires_in?).unwrap_or(i64::MAX);
    let seen = match lifetime {
        0 => "its `exp` had passed when it was taken in".to_owned(),
        _ => format!(
            "it was good for {} and ended {} ago",
            span(lifetime),
            span(ago)
        ),
    };
    if !can_be_refreshed(evidence) {
        return Some(Found::new(
            "The access token has expired",
            seen,
            "The API answers 401 from now on.",
            &["ctrl-n begins a new run and gets a new one"],
        ));
    }
    // What became of the refresh says more.
    if trouble(evidence).is_some() {
        return None;
    }
    let found = Found::new(
        "The access token has expired and can be refreshed",
        seen,
        "That is the way of things: a call of the API refreshes it first.",
        &["u refreshes it now"],
    );
    Some(found.rated(Severity::Note))
}

/// Whether the tokens are the user's own, so that no answer of ours said anything about them.
fn is_imported(evidence: &Evidence<'_>) -> bool {
    let renewed = evidence.held.is_some_and(|held| held.renewal.is_some());
    evidence.grant.is_some_and(|grant| grant.asked.is_empty()) && !renewed
}

/// Whether there is a refresh token that is not known to be spent.
fn can_be_refreshed(evidence: &Evidence<'_>) -> bool {
    let unsettled = evidence.held.is_some_and(|held| held.unsettled.is_some());
    evidence
        .grant
        .is_some_and(|grant| grant.refresh_token.is_some())
        && !unsettled
}

/// How a new access token is got.
fn how_to_renew(evidence: &Evidence<'_>) -> &'static str {
    if can_be_refreshed(evidence) {
        "u refreshes it"
    } else {
        "ctrl-n begins a new run and gets a new one"
    }
}

fn expires_soon(evidence: &Evidence<'_>) -> Option<Found> {
    let left = evidence.grant?.seconds_left(evidence.now)?;
    if !(1..SOON).contains(&left) {
        return None;
    }
    Some(Found::new(
        "The access token ends soon",
        format!("{} left", span(left)),
        "After that the API answers 401.",
        &[how_to_renew(evidence)],
    ))
}

/// The audience of the access token, when it is a JWT for another API than the one that is called.
pub(super) fn other_audience(evidence: &Evidence<'_>) -> Option<String> {
    let grant = evidence.grant.filter(|_| is_like_visma(evidence))?;
    let token = jwt::decode(grant.access_token.expose()).ok()?;
    let audiences: Vec<&str> = match token.claims.get("aud")? {
        Value::String(one) => vec![one],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let fits = |aud: &&str| origin_of(aud).is_some_and(|origin| origin == grant.api_origin);
    if audiences.is_empty() || audiences.iter().any(fits) {
        return None;
    }
    Some(audiences.join(", "))
}

fn wrong_audience(evidence: &Evidence<'_>) -> Option<Found> {
    let audience = other_audience(evidence)?;
    let origin = &evidence.grant?.api_origin;
    Some(Found::new(
        "The access token is for another API",
        format!("aud {}, the API is {}", quoted(&audience), quoted(origin)),
        "The scopes of the link decide for which API a token is made. This API will answer 401.",
        &[
            "check `scopes` in the profile: Dinero's begin with `dineropublicapi:`",
            "check `base_url` under `[api]`",
        ],
    ))
}

fn refresh_token_missing(evidence: &Evidence<'_>) -> Option<Found> {
    let grant = evidence.grant?;
    let wanted = grant.asked.iter().any(|scope| scope == "offline_access");
    // One that was revoked did come.
    let revoked = evidence.held.is_some_and(|held| held.revoked_at.is_some());
    if grant.refresh_token.is_some() || !wanted || revoked {
        return None;
    }
    let granted = grant.scopes_named && grant.scopes.iter().any(|scope| scope == "offline_access");
    let (seen, cause, fix) = if granted {
        (
            "`offline_access` is among the granted scopes, no refresh_token came",
            "Applications of some types get none (Service, SPA), or something went wrong at the \
             provider.",
            format!("check the type of the application in {}", portal(evidence)),
        )
    } else {
        (
            "`offline_access` was asked for, no refresh_token came",
            "Offline Access is not ticked at the registration, or the user did not grant it.",
            format!(
                "tick Offline Access in {}, then wait two minutes",
                portal(evidence)
            ),
        )
    };
    Some(Found::new(
        "No refresh token came, although it was asked for",
        seen,
        cause,
        &[
            &fix,
            "ctrl-n begins a new run: only a new consent changes it",
        ],
    ))
}

fn not_bearer(evidence: &Evidence<'_>) -> Option<Found> {
    let kind = &evidence.grant?.token_type;
    if kind.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Some(Found::new(
        "The token is not a bearer token",
        format!("token_type {}", quoted(kind)),
        "It must be used in another way than in an Authorization: Bearer header, which is all this \
         program does with it. Calls may be refused.",
        &["switch off DPoP or the like at the registration"],
    ))
}

/// The request whose answer brought the grant in use, when it was made in this program run.
fn origin<'a>(evidence: &Evidence<'a>) -> Option<&'a Record> {
    let renewed = evidence.held.and_then(|held| held.renewal.as_ref());
    let from = match renewed {
        Some(_) => record(evidence, evidence.held?.refresh.as_ref()?.call?),
        None => exchange(evidence),
    }?;
    let answer = token_answer(from)?;
    let token = answer.get("access_token")?.as_str()?;
    evidence.grant?.access_token.matches(token).then_some(from)
}

/// A token answer as JSON; only small ones, for it is read at every look.
fn token_answer(record: &Record) -> Option<Value> {
    let response = record.outcome.response()?;
    if response.body.len() > 32 * 1024 {
        return None;
    }
    serde_json::from_slice(&response.body.0).ok()
}

fn expires_in_odd(evidence: &Evidence<'_>) -> Option<Found> {
    let grant = evidence.grant?;
    if is_imported(evidence) {
        // The user's own token: there was no answer that could have said it.
        return None;
    }
    let raw = origin(evidence)
        .and_then(token_answer)
        .and_then(|answer| answer.get("expires_in").cloned())
        .filter(|value| !value.is_null());
    let (headline, seen) = match (grant.expires_in, raw) {
        (None, None) => (
            "The token answer does not say when the token ends",
            "no expires_in".to_owned(),
        ),
        (None, Some(raw)) => (
            "The token's lifetime cannot be read",
            format!("expires_in {}", quoted(&raw.to_string())),
        ),
        (Some(0), _) => ("The token is over as it comes", "expires_in 0".to_owned()),
        (Some(seconds), _) if seconds > LONGEST => (
            "The token's lifetime is hardly meant so",
            format!("expires_in {seconds}: seconds, so over a year"),
        ),
        (Some(_), Some(Value::String(text))) => (
            "The token's lifetime is sent as a text",
            format!("expires_in {}", quoted(&format!("\"{text}\""))),
        ),
        _ => return None,
    };
    Some(Found::new(
        headline,
        seen,
        "RFC 6749 has it as a number of seconds; Dinero's is 3600. The countdown may be wrong, the \
         API decides.",
        &[&format!(
            "tell {} about it; the token may work all the same",
            provider(evidence)
        )],
    ))
}

/// By how many seconds the provider's clock was ahead of ours (behind, when negative) when it gave the tokens:
/// the Date of its answer (RFC 9110 6.6.1) against the moment at which that came.
pub fn clock_ahead(evidence: &Evidence<'_>) -> Option<i64> {
    ahead_by(origin(evidence)?)
}

/// By how many seconds the clock of who answered was ahead of ours, where the answer has a `Date`.
pub fn ahead_by(record: &Record) -> Option<i64> {
    let date = record.outcome.response()?.headers.get("date")?;
    let theirs = DateTimeParser::new().parse_timestamp(date).ok()?;
    let ours = record
        .at
        .checked_add(record.timing.total.unwrap_or_default())
        .ok()?;
    Some(theirs.duration_since(ours).as_secs())
}

/// The same, when it is too much to be the way.
pub(super) fn skew(evidence: &Evidence<'_>) -> Option<i64> {
    clock_ahead(evidence).filter(|ahead| ahead.abs() > SKEW)
}

fn clock_skew(evidence: &Evidence<'_>) -> Option<Found> {
    // What was pasted came some time ago: its Date says nothing about our clock.
    let ahead = skew(evidence).filter(|_| !evidence.pasted)?;
    let (way, cause) = if ahead > 0 {
        (
            "ahead of",
            "This machine's clock is likely slow. The token ends earlier than the countdown says.",
        )
    } else {
        (
            "behind",
            "This machine's clock is likely fast. The token may not be valid yet for its API.",
        )
    };
    Some(Found::new(
        "Our clock and the provider's disagree",
        format!(
            "Date of the token answer is {} {way} our clock",
            span(ahead.abs())
        ),
        cause,
        &["set this machine's clock by the network (NTP)"],
    ))
}
