//! What tokens and the userinfo endpoint say about a user: one place, so that they cannot contradict each
//! other.
//!
//! ```text
//! Authorization ─┬─► access token   for the API: scopes as an array, no organization
//!                ├─► id_token       for the client: who signed in, tied to nonce and token or code
//!                └─► userinfo       for whoever holds an access token with `openid`
//! ```

use super::super::Sandbox;
use super::super::memory::Authorization;
use super::{USERS, User, in_answer_order};
use crate::core::fault::Fault;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// Lifetime of an access token in seconds: what Dinero's applications have.
const ACCESS_TOKEN_SECONDS: i64 = 3600;

/// The same, when it is told to be short.
const SHORT_SECONDS: i64 = 5;

/// Whom an access token is for, when it is for somebody else.
const OTHER_AUDIENCE: &str = "https://api.elsewhere.example";

/// Who issued a token, when it was somebody else.
pub(super) const OTHER_ISSUER: &str = "https://connect.elsewhere.example";

/// Lifetime of an id_token in seconds (Duende's default).
const ID_TOKEN_SECONDS: i64 = 300;

/// What an id_token came with, and is tied to by a hash.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hashed<'a> {
    /// An access token, at the token endpoint: `at_hash` (OpenID Connect Core 3.1.3.6).
    AccessToken(&'a str),
    /// A code, in the callback: `c_hash` (OpenID Connect Core 3.3.2.11).
    Code(&'a str),
}

/// Lifetime of an access token here, in seconds.
pub(super) fn lifetime(sandbox: &Sandbox) -> i64 {
    if sandbox.fails(Fault::TokenShortLived) {
        SHORT_SECONDS
    } else {
        ACCESS_TOKEN_SECONDS
    }
}

/// The claims of an access token: the scopes are an array, and no organization is named.
pub(super) fn access_token(sandbox: &Sandbox, granted: &Authorization, scopes: &[String]) -> Value {
    let mut claims = common(sandbox, granted, lifetime(sandbox));
    let scopes = in_answer_order(scopes);
    let elsewhere = sandbox.fails(Fault::OtherAudience);
    claims["aud"] = if elsewhere {
        OTHER_AUDIENCE.into()
    } else {
        sandbox.origin.as_str().into()
    };
    claims["scope"] = scopes.split(' ').collect::<Vec<_>>().into();
    if sandbox.fails(Fault::OtherIssuer) {
        claims["iss"] = OTHER_ISSUER.into();
    }
    claims["client_id"] = sandbox.config.client_id.as_str().into();
    claims["created_at"] = 1_704_096_000.into();
    claims
}

/// The claims of an id_token (OpenID Connect Core 2).
pub(super) fn id_token(
    sandbox: &Sandbox,
    granted: &Authorization,
    scopes: &[String],
    hashed: Hashed<'_>,
) -> Value {
    let mut claims = common(sandbox, granted, ID_TOKEN_SECONDS);
    claims["aud"] = sandbox.config.client_id.as_str().into();
    if let Some(nonce) = &granted.request.nonce {
        claims["nonce"] = nonce.as_str().into();
    }
    match hashed {
        Hashed::AccessToken(token) => claims["at_hash"] = half_hash(token).into(),
        Hashed::Code(code) => claims["c_hash"] = half_hash(code).into(),
    }
    for (name, value) in identity(&USERS[granted.session.user], scopes) {
        claims[name] = value;
    }
    claims
}

/// What the identity scopes tell about a user (OpenID Connect Core 5.4); `sub` is told always.
pub(super) fn identity(user: &User, scopes: &[String]) -> Map<String, Value> {
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), user.subject.into());
    if has("profile") {
        claims.insert("name".to_owned(), user.name().into());
        claims.insert("given_name".to_owned(), user.given_name.into());
        claims.insert("family_name".to_owned(), user.family_name.into());
        claims.insert("locale".to_owned(), "da-DK".into());
    }
    if has("email") {
        claims.insert("email".to_owned(), user.email.into());
        claims.insert("email_verified".to_owned(), true.into());
    }
    claims
}

/// The left half of the SHA-256 of a token or code, as RS256 asks for it.
fn half_hash(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

/// The claims that both kinds of token have.
fn common(sandbox: &Sandbox, granted: &Authorization, seconds: i64) -> Value {
    let now = sandbox.now().as_second();
    let signed_in = granted.session.signed_in_at.as_second();
    json!({
        "iss": sandbox.origin,
        "nbf": now,
        "iat": now,
        "exp": now + seconds,
        "auth_time": signed_in,
        "sub": USERS[granted.session.user].subject,
        "idp": "Visma Connect",
        "sid": granted.session.sid,
        "amr": ["pwdless", "face_fpt"],
        "acr": "3",
        "llt": signed_in,
    })
}
