//! What the provider says about itself (OpenID Connect Discovery, RFC 8414), and its public key.
//!
//! Only what is there is named: a document that promises more would be a trap.

use super::super::Sandbox;
use super::super::reply;
use super::SCOPES;
use crate::core::fault::Fault;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// Where OpenID Connect looks.
pub(in crate::sandbox) const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";

/// Where RFC 8414 looks.
pub(in crate::sandbox) const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";

/// The public keys; not the `jwks.json` that others have.
pub(in crate::sandbox) const JWKS_PATH: &str = "/.well-known/openid-configuration/jwks";

/// Who signed in.
pub(in crate::sandbox) const USERINFO_PATH: &str = "/connect/userinfo";

/// Where tokens are revoked.
pub(in crate::sandbox) const REVOCATION_PATH: &str = "/connect/revocation";

/// What the provider knows about a token; shorter than its name, as at Visma Connect.
pub(in crate::sandbox) const INTROSPECTION_PATH: &str = "/connect/introspect";

/// The discovery document.
pub(in crate::sandbox) async fn discovery(State(sandbox): State<Arc<Sandbox>>) -> Response {
    let origin = &sandbox.origin;
    // Like the real one, it keeps silent about the scopes of Dinero.
    let scopes: Vec<_> = SCOPES
        .iter()
        .filter(|scope| !scope.starts_with("dinero"))
        .collect();
    let mut document = json!({
        "issuer": origin,
        "jwks_uri": format!("{origin}{JWKS_PATH}"),
        "authorization_endpoint": format!("{origin}/connect/authorize"),
        "token_endpoint": format!("{origin}/connect/token"),
        "userinfo_endpoint": format!("{origin}{USERINFO_PATH}"),
        "revocation_endpoint": format!("{origin}{REVOCATION_PATH}"),
        "introspection_endpoint": format!("{origin}{INTROSPECTION_PATH}"),
        "scopes_supported": scopes,
        "claims_supported": ["sub", "name", "given_name", "family_name", "locale", "email", "email_verified"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code", "code id_token"],
        "response_modes_supported": ["form_post", "query"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "subject_types_supported": ["public"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": true,
    });
    if sandbox.fails(Fault::MetadataIssuer) {
        document["issuer"] = "https://connect.elsewhere.example".into();
    }
    if let Some(members) = document
        .as_object_mut()
        .filter(|_| sandbox.fails(Fault::MetadataIncomplete))
    {
        members.remove("token_endpoint");
    }
    reply::json(StatusCode::OK, document.to_string())
}

/// The public keys (RFC 7517 5).
pub(in crate::sandbox) async fn jwks(State(sandbox): State<Arc<Sandbox>>) -> Response {
    match sandbox
        .keys()
        .await
        .and_then(super::super::keys::Keys::jwks)
    {
        Some(set) => reply::json(StatusCode::OK, set.to_string()),
        None => reply::bare(StatusCode::INTERNAL_SERVER_ERROR, None),
    }
}
