//! The token endpoint (RFC 6749 3.2): a code or a refresh token for tokens.
//!
//! As Duende IdentityServer does it: 400 for every error, mostly without a description, and a failed
//! exchange burns the code.

use super::super::Sandbox;
use super::super::failing::{self, Refusal};
use super::super::keys::Keys;
use super::super::memory::{Authorization, CODE_SECONDS, Refresh};
use super::super::reply::{self, Pairs};
use super::claims::{self, Hashed};
use super::client::authenticate;
use super::{USERS, in_answer_order};
use crate::core::fault::Fault;
use crate::core::oauth::pkce;
use crate::core::secret::{Secret, equal_in_constant_time};
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// What is given: on what authorization, and for which scopes of it.
#[derive(Debug)]
struct Granted {
    authorization: Authorization,
    scopes: Vec<String>,
}

/// The token endpoint.
pub(in crate::sandbox) async fn token(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        return reply::method_not_allowed("POST");
    }
    if sandbox.fails(Fault::SlowToken) {
        tokio::time::sleep(sandbox.config.silence).await;
    }
    if let Some(instead) = failing::instead_of_tokens(&sandbox.config.faults) {
        return instead;
    }
    let body = reply::body(body).await;
    let refreshes = Pairs::read(&body).get("grant_type") == Some("refresh_token");
    let granted = match grant(&sandbox, &head.headers, &body) {
        Ok(granted) => granted,
        Err(refusal) => return refuse(&refusal),
    };
    let answer = match sandbox.keys().await {
        Some(keys) => answer(&sandbox, keys, granted),
        None => None,
    };
    match answer {
        None => reply::bare(StatusCode::INTERNAL_SERVER_ERROR, None),
        Some(_) if refreshes && sandbox.fails(Fault::RefreshDropped) => reply::dropped(),
        Some(answer) if sandbox.fails(Fault::TokenCutOff) => reply::cut_off(&answer.to_string()),
        Some(answer) => reply::json(StatusCode::OK, answer.to_string()),
    }
}

/// The error answer.
fn refuse(refusal: &Refusal) -> Response {
    let mut body = json!({"error": refusal.error});
    if let Some(description) = refusal.description {
        body["error_description"] = description.into();
    }
    reply::json(StatusCode::BAD_REQUEST, body.to_string())
}

/// What a request is worth.
fn grant(sandbox: &Sandbox, headers: &HeaderMap, body: &Bytes) -> Result<Granted, Refusal> {
    let pairs = Pairs::read(body);
    if !reply::is_form(headers) || pairs.repeats() {
        return Err("invalid_request".into());
    }
    authenticate(&sandbox.config, headers, &pairs)?;
    failing::refused(&sandbox.config.faults, &failing::GRANT)?;
    match pairs.get("grant_type") {
        Some("authorization_code") => by_code(sandbox, &pairs),
        Some("refresh_token") => by_refresh_token(sandbox, &pairs),
        _ => Err("unsupported_grant_type".into()),
    }
}

/// By a code. It is taken out of the memory before anything about it is checked.
fn by_code(sandbox: &Sandbox, pairs: &Pairs) -> Result<Granted, Refusal> {
    let code = pairs.get("code").ok_or("invalid_grant")?;
    let taken = sandbox.memory().burn_code(code);
    let authorization = taken.ok_or("invalid_grant")?;
    failing::refused(&sandbox.config.faults, &failing::CODE)?;
    let age = sandbox.now().as_second() - authorization.issued_at.as_second();
    if age > CODE_SECONDS {
        return Err("invalid_grant".into());
    }
    let redirect_uri = pairs.get("redirect_uri").ok_or("unauthorized_client")?;
    if redirect_uri != authorization.request.redirect_uri {
        return Err("invalid_grant".into());
    }
    if !is_verified(
        authorization.request.challenge.as_deref(),
        pairs.get("code_verifier"),
    ) {
        return Err("invalid_grant".into());
    }
    Ok(Granted {
        scopes: authorization.request.scopes.clone(),
        authorization,
    })
}

/// Whether the verifier belongs to the challenge (RFC 7636 4.6); one without the other does not do.
fn is_verified(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            (43..=128).contains(&verifier.chars().count())
                && equal_in_constant_time(&pkce::challenge(&Secret::new(verifier)), challenge)
        }
        _ => false,
    }
}

/// By a one-time refresh token, which is spent by that; for fewer scopes when some are named.
fn by_refresh_token(sandbox: &Sandbox, pairs: &Pairs) -> Result<Granted, Refusal> {
    let token = pairs.get("refresh_token").ok_or("invalid_request")?;
    failing::refused(&sandbox.config.faults, &failing::REFRESH)?;
    let asked = pairs.get("scope").unwrap_or_default();
    let scopes: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
    let presented = sandbox.memory().spend_refresh_token(token, &scopes);
    match presented {
        Refresh::Taken(mut authorization) => {
            if sandbox.fails(Fault::RefreshOtherUser) {
                authorization.session.user = (authorization.session.user + 1) % USERS.len();
            }
            Ok(Granted {
                scopes: if scopes.is_empty() {
                    authorization.request.scopes.clone()
                } else {
                    scopes
                },
                authorization: *authorization,
            })
        }
        Refresh::TooWide => Err("invalid_scope".into()),
        Refresh::Unknown | Refresh::Replayed => Err("invalid_grant".into()),
    }
}

/// The success answer (RFC 6749 5.1).
fn answer(sandbox: &Sandbox, keys: &Keys, granted: Granted) -> Option<Value> {
    let Granted {
        authorization,
        scopes,
    } = granted;
    let claims = claims::access_token(sandbox, &authorization, &scopes);
    let access_token = keys.sign("at+JWT", &claims)?;
    let mut answer = json!({});
    if scopes.iter().any(|scope| scope == "openid") {
        let hashed = Hashed::AccessToken(&access_token);
        let claims = claims::id_token(sandbox, &authorization, &scopes, hashed);
        answer["id_token"] = super::id_token::signed(sandbox, keys, claims)?.into();
    }
    answer["access_token"] = access_token.into();
    answer["expires_in"] = claims::lifetime(sandbox).into();
    answer["token_type"] = "Bearer".into();
    answer["scope"] = in_answer_order(&scopes).into();
    let asked = &authorization.request.scopes;
    let offline = asked.iter().any(|scope| scope == "offline_access");
    if offline {
        // The next one stands for all that was granted, whatever this one was used for (RFC 6749 6).
        answer["refresh_token"] = sandbox.memory().issue_refresh_token(authorization).into();
    }
    spoil(sandbox, &mut answer);
    if sandbox.fails(Fault::BrokenToken) {
        let whole = answer["access_token"].as_str().unwrap_or_default();
        answer["access_token"] = whole[..whole.len() / 3].into();
    }
    Some(answer)
}

/// Members of the answer that a fault takes away, or gives another value.
const MEMBERS: [(Fault, &str, Option<&str>); 5] = [
    (Fault::TokenIncomplete, "access_token", None),
    (Fault::NoRefreshToken, "refresh_token", None),
    (Fault::NoExpiresIn, "expires_in", None),
    (Fault::ExpiresInText, "expires_in", Some("3600")),
    (Fault::TokenNotBearer, "token_type", Some("DPoP")),
];

/// Does to the answer what the faults of its members do. One that was taken away stays away.
fn spoil(sandbox: &Sandbox, answer: &mut Value) {
    let Some(members) = answer.as_object_mut() else {
        return;
    };
    for (fault, member, other) in MEMBERS {
        if !sandbox.fails(fault) || !members.contains_key(member) {
            continue;
        }
        match other {
            Some(other) => members.insert(member.to_owned(), other.into()),
            None => members.remove(member),
        };
    }
}
