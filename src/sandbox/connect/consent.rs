//! Sign-in and consent, and the answer that the user's decision makes (RFC 6749 4.1.2).
//!
//! Each page names its request in a hidden field, so that a client without cookies can walk them too.

use super::super::memory::{Authorization, AuthorizeRequest, ResponseMode, SignIn};
use super::super::pages;
use super::super::reply::{self, Pairs};
use super::super::{Sandbox, failing};
use super::authorize::pending;
use super::claims::{self, Hashed};
use super::{USERS, in_answer_order};
use crate::core::fault::Fault;
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{RawQuery, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::sync::Arc;

/// The cookie of a signed-in user.
pub(super) const COOKIE: &str = "dineroscope-sandbox";

/// The sign-in page.
pub(in crate::sandbox) async fn login(
    State(sandbox): State<Arc<Sandbox>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    match *request.method() {
        Method::GET => {
            let pairs = Pairs::read(query.unwrap_or_default().as_bytes());
            match (pending(&sandbox, &pairs), pairs.get("flow")) {
                (Some(pending), Some(flow)) => {
                    // Who comes back from the consent page means somebody else.
                    let sign_in = match pending.session {
                        Some(_) => SignIn::Choose,
                        None => pending.sign_in,
                    };
                    let likely = sandbox.memory().likely_user(sign_in, USERS.len());
                    let page = pages::login(pending.request.language, flow, sign_in, likely);
                    reply::page(StatusCode::OK, page, None)
                }
                _ => unknown(&sandbox),
            }
        }
        Method::POST => {
            let pairs = Pairs::read(&reply::body(request.into_body()).await);
            sign_in(&sandbox, &pairs)
        }
        _ => reply::method_not_allowed("GET, POST"),
    }
}

/// Signs the chosen user in, then goes on to the consent page.
fn sign_in(sandbox: &Sandbox, pairs: &Pairs) -> Response {
    let chosen = pairs.get("user").unwrap_or_default();
    let user = USERS.iter().position(|user| user.email == chosen);
    let (Some(user), Some(flow)) = (user, pairs.get("flow")) else {
        return unknown(sandbox);
    };
    let now = sandbox.now();
    let Some(cookie) = sandbox.memory().sign_in(flow, user, now) else {
        return unknown(sandbox);
    };
    let headers = [
        (
            header::LOCATION,
            format!("{}/consent?flow={flow}", sandbox.origin),
        ),
        (
            header::SET_COOKIE,
            format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax"),
        ),
    ];
    (StatusCode::FOUND, headers).into_response()
}

/// The consent page.
pub(in crate::sandbox) async fn consent(
    State(sandbox): State<Arc<Sandbox>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    match *request.method() {
        Method::GET => {
            let pairs = Pairs::read(query.unwrap_or_default().as_bytes());
            let Some((pending, flow)) = pending(&sandbox, &pairs).zip(pairs.get("flow")) else {
                return unknown(&sandbox);
            };
            let Some(session) = pending.session else {
                return reply::redirect(&format!("{}/account/login?flow={flow}", sandbox.origin));
            };
            let page = pages::consent(&pending.request, &USERS[session.user], flow);
            reply::page(StatusCode::OK, page, None)
        }
        Method::POST => {
            let pairs = Pairs::read(&reply::body(request.into_body()).await);
            decide(&sandbox, &pairs).await
        }
        _ => reply::method_not_allowed("GET, POST"),
    }
}

/// Does what the user decided.
async fn decide(sandbox: &Sandbox, pairs: &Pairs) -> Response {
    let accepted = match pairs.get("decision") {
        Some("accept") => true,
        Some("cancel") => false,
        _ => return unknown(sandbox),
    };
    let decided = pairs
        .get("flow")
        .and_then(|flow| sandbox.memory().decide(flow));
    let Some(pending) = decided else {
        return unknown(sandbox);
    };
    match pending.session {
        _ if !accepted => refuse(sandbox, &pending.request, "access_denied"),
        None => unknown(sandbox),
        Some(session) => {
            accept(
                sandbox,
                Authorization {
                    request: pending.request,
                    session,
                    issued_at: sandbox.now(),
                },
            )
            .await
        }
    }
}

/// A page was asked for that belongs to no request, or to one that was decided before.
fn unknown(sandbox: &Sandbox) -> Response {
    let id = sandbox.memory().report(pages::Language::English, "");
    reply::redirect(&format!("{}/error?errorId={id}", sandbox.origin))
}

/// Brings a code to the redirect URI, and an id_token with it where that was asked for.
pub(super) async fn accept(sandbox: &Sandbox, mut authorization: Authorization) -> Response {
    if let Some(error) = failing::of_callback(&sandbox.config.faults) {
        return refuse(sandbox, &authorization.request, error);
    }
    if sandbox.fails(Fault::ScopeNarrowed) {
        let scopes = &mut authorization.request.scopes;
        scopes.retain(|scope| !scope.ends_with(":write"));
    }
    let request = authorization.request.clone();
    let code = sandbox.memory().issue_code(authorization.clone());
    let scope = in_answer_order(&request.scopes);
    let mut fields = vec![("code", code), ("scope", scope)];
    if request.hybrid {
        let hashed = Hashed::Code(&fields[0].1);
        let claims = claims::id_token(sandbox, &authorization, &request.scopes, hashed);
        let keys = sandbox.keys().await;
        let Some(token) = keys.and_then(|keys| super::id_token::signed(sandbox, keys, claims))
        else {
            return reply::bare(StatusCode::INTERNAL_SERVER_ERROR, None);
        };
        fields.insert(1, ("id_token", token));
    }
    deliver(sandbox, &request, fields)
}

/// Brings an error to the redirect URI: one of the few that are brought there.
pub(super) fn refuse(sandbox: &Sandbox, request: &AuthorizeRequest, error: &str) -> Response {
    deliver(sandbox, request, vec![("error", error.to_owned())])
}

/// What a fault does to a field of the answer.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// It does not come.
    Drop,
    /// It comes twice.
    Repeat,
    /// It comes with another value.
    Value(&'static str),
    /// It comes with a random value.
    Random,
    /// It comes under another name.
    Name(&'static str),
    /// Another field comes with it.
    With(&'static str, &'static str),
    /// A field comes with it that is as long as no answer.
    Bulk(&'static str),
}

/// Faults that change a field of the answer, in the order in which they do.
const CHANGES: [(Fault, &str, Change); 9] = [
    (Fault::WrongState, "state", Change::Random),
    (Fault::NoState, "state", Change::Drop),
    (
        Fault::WrongIssuer,
        "iss",
        Change::Value("https://connect.elsewhere.example"),
    ),
    (Fault::NoIssuer, "iss", Change::Drop),
    (
        Fault::CodeAndError,
        "code",
        Change::With("error", "server_error"),
    ),
    (Fault::CodeTwice, "code", Change::Repeat),
    (Fault::TokenInCallback, "code", Change::Name("access_token")),
    (Fault::NoCode, "code", Change::Drop),
    (Fault::CallbackTooLarge, "iss", Change::Bulk("padding")),
];

/// Longer than any listener takes, in bytes.
const BULK: usize = 100_000;

/// Does to the fields what the faults do that are on.
fn spoil(sandbox: &Sandbox, fields: &mut Vec<(&'static str, String)>) {
    for (fault, name, change) in CHANGES {
        let at = fields.iter().position(|(field, _)| *field == name);
        let Some(at) = at.filter(|_| sandbox.fails(fault)) else {
            continue;
        };
        match change {
            Change::Drop => fields.retain(|(field, _)| *field != name),
            Change::Repeat => fields.insert(at, fields[at].clone()),
            Change::Value(other) => other.clone_into(&mut fields[at].1),
            Change::Random => fields[at].1 = sandbox.memory().handle(),
            Change::Name(other) => fields[at].0 = other,
            Change::Bulk(other) => fields.push((other, "0".repeat(BULK))),
            Change::With(other, value) => fields.insert(at, (other, value.to_owned())),
        }
    }
}

/// Brings fields to the redirect URI, with those that every answer has.
fn deliver(
    sandbox: &Sandbox,
    request: &AuthorizeRequest,
    mut fields: Vec<(&'static str, String)>,
) -> Response {
    if let Some(state) = &request.state {
        fields.push(("state", state.clone()));
    }
    fields.push(("session_state", session_state(sandbox)));
    fields.push(("iss", sandbox.origin.clone()));
    spoil(sandbox, &mut fields);
    let failed = fields.iter().any(|(name, _)| *name == "error");
    let mode = match request.response_mode {
        asked if !sandbox.fails(Fault::OtherMode) => asked,
        ResponseMode::FormPost | ResponseMode::Fragment => ResponseMode::Query,
        ResponseMode::Query => ResponseMode::FormPost,
    };
    let uri = &request.redirect_uri;
    match mode {
        ResponseMode::FormPost => {
            let page = pages::callback(
                request.language,
                uri,
                &fields,
                sandbox.fails(Fault::CallbackPlain),
            );
            let script = digest(&SHA256, pages::CALLBACK_SCRIPT.as_bytes());
            let hash = format!("sha256-{}", STANDARD.encode(script));
            reply::page(StatusCode::OK, page, Some(&hash))
        }
        ResponseMode::Query => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&fields);
            let separator = if uri.contains('?') { '&' } else { '?' };
            // Duende keeps a fragment of the address before from living on in an error's.
            let fragment = if failed { "#_" } else { "" };
            reply::redirect(&format!("{uri}{separator}{}{fragment}", query.finish()))
        }
        ResponseMode::Fragment => {
            let mut pairs = form_urlencoded::Serializer::new(String::new());
            pairs.extend_pairs(&fields);
            reply::redirect(&format!("{uri}#{}", pairs.finish()))
        }
    }
}

/// For a check-session iframe: a hash and its salt (OpenID Connect Session Management 2).
fn session_state(sandbox: &Sandbox) -> String {
    let mut memory = sandbox.memory();
    let (hash, salt) = (memory.handle(), memory.handle());
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, hash.as_bytes()));
    format!("{hash}.{}", salt.get(..32).unwrap_or_default())
}
