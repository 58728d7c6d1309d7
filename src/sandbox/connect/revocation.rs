//! The revocation endpoint (RFC 7009): a refresh token dies, an access token that is a JWT does not.
//!
//! A JWT is checked by its signature alone, so nobody asks here before they take it. That is why the answer
//! to one is the same 200 as to a token that nobody knows (RFC 7009 2.2).

use super::super::{Sandbox, reply};
use super::client::authenticate;
use crate::core::fault::Fault;
use crate::sandbox::reply::Pairs;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// The kinds of token that may be hinted at.
const HINTS: [&str; 2] = ["access_token", "refresh_token"];

/// The endpoint.
pub(in crate::sandbox) async fn revocation(
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
        return refuse("invalid_request");
    }
    if let Err(error) = authenticate(&sandbox.config, &head.headers, &pairs) {
        return refuse(error);
    }
    let Some(token) = pairs.get("token") else {
        return refuse("invalid_request");
    };
    let hint = pairs.get("token_type_hint");
    let known = hint.is_none_or(|hint| HINTS.contains(&hint));
    if !known || sandbox.fails(Fault::RevocationRefused) {
        return refuse("unsupported_token_type");
    }
    sandbox.memory().revoke_refresh_token(token);
    reply::bare(StatusCode::OK, None)
}

/// An error (RFC 7009 2.2.1).
fn refuse(error: &str) -> Response {
    reply::json(
        StatusCode::BAD_REQUEST,
        json!({ "error": error }).to_string(),
    )
}
