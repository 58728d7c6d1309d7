//! The introspection endpoint (RFC 7662): what the provider knows about a token.
//!
//! It is made for APIs. That a client may ask about tokens of its own is what later versions of Duende
//! IdentityServer allow; Visma's documentation says that integrators may not, which is a fault to switch on.

use super::super::{Sandbox, reply};
use super::client::authenticate;
use crate::core::fault::Fault;
use crate::sandbox::reply::Pairs;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// The endpoint.
pub(in crate::sandbox) async fn introspection(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        return reply::method_not_allowed("POST");
    }
    if sandbox.fails(Fault::EndpointsDown) {
        return reply::bare(StatusCode::SERVICE_UNAVAILABLE, None);
    }
    let body = reply::body(body).await;
    let pairs = Pairs::read(&body);
    if !reply::is_form(&head.headers) || pairs.repeats() {
        return reply::bare(StatusCode::UNSUPPORTED_MEDIA_TYPE, None);
    }
    let known = authenticate(&sandbox.config, &head.headers, &pairs).is_ok();
    if !known || sandbox.fails(Fault::IntrospectionRefused) {
        return reply::bare(StatusCode::UNAUTHORIZED, None);
    }
    let Some(token) = pairs.get("token") else {
        let error = json!({"error": "invalid_request"});
        return reply::json(StatusCode::BAD_REQUEST, error.to_string());
    };
    let known = match access_token(&sandbox, token).await {
        Some(claims) => Some(claims),
        None => refresh_token(&sandbox, token),
    };
    let answer = known.unwrap_or_else(|| json!({"active": false}));
    reply::json(StatusCode::OK, answer.to_string())
}

/// What is said about an access token that has not ended. That it was revoked nobody knows: a JWT is good
/// until its end.
async fn access_token(sandbox: &Sandbox, token: &str) -> Option<Value> {
    let mut claims = sandbox.keys().await?.verify(token)?;
    let scopes = claims["scope"].as_array()?;
    let scopes: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
    let scope = scopes.join(" ");
    if claims["exp"].as_i64() <= Some(sandbox.now().as_second()) {
        return None;
    }
    claims["scope"] = scope.into();
    claims["active"] = true.into();
    Some(claims)
}

/// What is said about a refresh token that can still be spent.
fn refresh_token(sandbox: &Sandbox, token: &str) -> Option<Value> {
    let memory = sandbox.memory();
    let authorization = memory.refresh_token(token)?;
    let user = &super::USERS[authorization.session.user];
    Some(json!({
        "active": true,
        "iss": sandbox.origin,
        "client_id": sandbox.config.client_id,
        "sub": user.subject,
        "scope": super::in_answer_order(&authorization.request.scopes),
        "iat": authorization.issued_at.as_second(),
    }))
}
