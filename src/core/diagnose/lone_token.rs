//! Rules about a token as such: whether it is whole, and whether its time has come.

use super::seen::{is_visma, quoted, span};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::profile::Preset;
use crate::core::token::jwt::{self, NotAJwt};
use serde_json::Value;

/// The rules about a token as such.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "token-malformed",
        steps: &[Step::Token],
        severity: Severity::Error,
        source: "RFC 7519 7.2",
        check: malformed,
    },
    Rule {
        name: "token-opaque",
        steps: &[Step::Token],
        severity: Severity::Note,
        source: "RFC 6749 1.4",
        check: opaque,
    },
    Rule {
        name: "token-wrong-issuer",
        steps: &[Step::Token],
        severity: Severity::Error,
        source: "RFC 9068 4",
        check: wrong_issuer,
    },
    Rule {
        name: "token-not-yet-valid",
        steps: &[Step::Token],
        severity: Severity::Error,
        source: "RFC 7519 4.1.5",
        check: not_yet_valid,
    },
];

/// By how many seconds clocks may differ before it counts.
const TOLERANCE: i64 = 60;

fn malformed(evidence: &Evidence<'_>) -> Option<Found> {
    let token = evidence.grant?.access_token.expose();
    if !token.starts_with("eyJ") {
        return None;
    }
    let (seen, cause) = match jwt::decode(token).err()? {
        NotAJwt::Opaque => return None,
        NotAJwt::Parts(count) => (
            format!("{count} parts, and a JWT has three"),
            "A part was lost when it was copied: the signature at its end, mostly.",
        ),
        NotAJwt::Encoding => (
            "a part is not base64url".to_owned(),
            "It was cut off or altered: a line end, a quote or an ellipsis came into it.",
        ),
        NotAJwt::Json => (
            "a part is not JSON".to_owned(),
            "It was cut off in the middle of its claims.",
        ),
    };
    Some(Found::new(
        "The token is not whole",
        format!("{} characters, {seen}", token.chars().count()),
        cause,
        &["copy it once more, from its first letter to the end of its signature"],
    ))
}

fn opaque(evidence: &Evidence<'_>) -> Option<Found> {
    let token = evidence
        .grant
        .filter(|_| evidence.pasted)?
        .access_token
        .expose();
    if token.is_empty() || token.starts_with("eyJ") || jwt::decode(token).is_ok() {
        return None;
    }
    Some(Found::new(
        "This is no JWT, and need not be one",
        format!("{} characters", token.chars().count()),
        "A code, a refresh token and many access tokens are words that only who gave them can read. Nothing is \
         wrong with that, and nothing can be told from it.",
        &["ask the server that gave it: `introspection_endpoint`, where there is one"],
    ))
}

fn wrong_issuer(evidence: &Evidence<'_>) -> Option<Found> {
    // Only where the provider is known to issue its tokens under its own name.
    let expected = evidence.profile.provider.issuer.as_deref().filter(|_| {
        is_visma(evidence) || evidence.profile.provider.preset == Some(Preset::Sandbox)
    })?;
    let claims = jwt::decode(evidence.grant?.access_token.expose())
        .ok()?
        .claims;
    let issuer = claims.get("iss")?.as_str()?;
    if issuer == expected {
        return None;
    }
    Some(Found::new(
        "The token was issued by somebody else",
        format!("iss {}, expected {}", quoted(issuer), quoted(expected)),
        "It is of another environment or another provider; this API will not take it.",
        &["get a token from the environment that the API belongs to"],
    ))
}

fn not_yet_valid(evidence: &Evidence<'_>) -> Option<Found> {
    let grant = evidence.grant?;
    let claims = jwt::decode(grant.access_token.expose()).ok()?.claims;
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let from = time("nbf").max(time("iat"))?;
    let ahead = from.saturating_sub(evidence.now.as_second());
    if ahead <= TOLERANCE {
        return None;
    }
    Some(Found::new(
        "The token is not valid yet",
        format!("{} in the future by our clock", quoted(&span(ahead))),
        "Who issued it has a clock that is ahead of ours, or ours is slow. An API whose clock is like ours \
         refuses it with 401.",
        &["set the clocks by the network (NTP)"],
    ))
}
