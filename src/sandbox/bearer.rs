//! The access token that comes along with a request (RFC 6750 2.1), or the challenge that says why it does
//! not do (RFC 6750 3).
//!
//! Dinero and the userinfo endpoint ask the same of it; whom it must be for is theirs to say.

use super::{Sandbox, reply};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

/// What a token of somebody else, or one that was altered, is answered with.
const INVALID: &str =
    r#"Bearer error="invalid_token", error_description="The signature or audience is invalid""#;

/// What a token is answered with that has ended.
const EXPIRED: &str = r#"Bearer error="invalid_token", error_description="The token is expired""#;

/// The claims of a token that this sandbox signed for that audience (any, where none is named) and that has
/// not ended.
pub(super) async fn claims(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    audience: Option<&str>,
) -> Result<Value, &'static str> {
    let header = reply::header_text(headers, header::AUTHORIZATION).ok_or("Bearer")?;
    let token = header
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or("Bearer")?;
    let claims = sandbox.keys().await.and_then(|keys| keys.verify(token));
    let claims = claims
        .filter(|claims| audience.is_none_or(|audience| claims["aud"] == audience))
        .ok_or(INVALID)?;
    if claims["exp"].as_i64() <= Some(sandbox.now().as_second()) {
        return Err(EXPIRED);
    }
    Ok(claims)
}

/// Whether a token allows that.
pub(super) fn has_scope(claims: &Value, wanted: &str) -> bool {
    let scopes = claims["scope"].as_array().map(Vec::as_slice);
    scopes
        .unwrap_or_default()
        .iter()
        .any(|scope| scope == wanted)
}

/// A refusal without a body.
pub(super) fn refuse(status: StatusCode, challenge: &'static str) -> Response {
    let value = HeaderValue::from_static(challenge);
    reply::bare(status, Some((header::WWW_AUTHENTICATE, value)))
}
