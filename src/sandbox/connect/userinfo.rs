//! The userinfo endpoint (OpenID Connect Core 5.3): who signed in, told to whoever holds an access token
//! that was granted `openid`.

use super::super::{Sandbox, bearer, reply};
use super::{SCOPES, USERS, claims};
use crate::core::fault::Fault;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::Value;
use std::sync::Arc;

/// What a token without `openid` is answered with, as Duende IdentityServer does.
const NO_OPENID: &str = r#"Bearer error="insufficient_scope""#;

/// The endpoint.
pub(in crate::sandbox) async fn userinfo(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
) -> Response {
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return reply::method_not_allowed("GET, POST");
    }
    if sandbox.fails(Fault::UserinfoRefused) {
        return bearer::refuse(StatusCode::UNAUTHORIZED, r#"Bearer error="invalid_token""#);
    }
    if sandbox.fails(Fault::EndpointsDown) {
        return reply::bare(StatusCode::SERVICE_UNAVAILABLE, None);
    }
    let token = match bearer::claims(&sandbox, request.headers(), None).await {
        Ok(token) => token,
        Err(challenge) => return bearer::refuse(StatusCode::UNAUTHORIZED, challenge),
    };
    let user = USERS.iter().find(|user| {
        let is_theirs = token["sub"] == user.subject;
        is_theirs != sandbox.fails(Fault::UserinfoOtherUser)
    });
    let (Some(user), true) = (user, bearer::has_scope(&token, "openid")) else {
        return bearer::refuse(StatusCode::FORBIDDEN, NO_OPENID);
    };
    let granted = SCOPES
        .iter()
        .filter(|scope| bearer::has_scope(&token, scope));
    let granted: Vec<String> = granted.map(|&scope| scope.to_owned()).collect();
    let mut answer = claims::identity(user, &granted);
    for name in ["idp", "auth_time", "sid"] {
        answer.insert(name.to_owned(), token[name].clone());
    }
    reply::json(StatusCode::OK, Value::Object(answer).to_string())
}
