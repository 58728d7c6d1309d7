//! How the sandbox fails: what is switched on, and what each fault puts in place of an answer.
//!
//! Several at once: whoever is silent is silent first; of those that replace an answer the first of its
//! table counts; those that change a field all change theirs.

use super::{Sandbox, pages, reply};
use crate::core::fault::Fault;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use jiff::SignedDuration;
use jiff::fmt::rfc2822::DateTimePrinter;
use std::sync::{Arc, PoisonError, RwLock};

/// The faults that are on. A clone is the same switch, so that they can be switched while a sandbox runs.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<RwLock<Vec<Fault>>>);

impl Faults {
    /// A switch of its own, with these on.
    pub fn of(faults: &[Fault]) -> Self {
        Self(Arc::new(RwLock::new(faults.to_vec())))
    }

    /// From now on these are on, and no others.
    pub fn set(&self, faults: &[Fault]) {
        faults.clone_into(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether that one is on.
    pub fn has(&self, fault: Fault) -> bool {
        let on = self.0.read().unwrap_or_else(PoisonError::into_inner);
        on.contains(&fault)
    }
}

/// Two are equal when they are the same switch.
impl PartialEq for Faults {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Faults {}

/// What comes in place of an answer.
#[derive(Debug, Clone, Copy)]
enum Instead {
    /// A status with a header, and nothing else.
    Bare(StatusCode, &'static str, &'static str),
    /// A status with plain text, perhaps with Retry-After.
    Text(StatusCode, Option<&'static str>, &'static str),
    /// A proxy's web page.
    Page(StatusCode),
    /// Nothing, not even a head.
    Nothing,
}

impl Instead {
    /// As it is sent.
    fn response(self) -> Response {
        match self {
            Self::Bare(status, name, value) => {
                let name = HeaderName::from_static(name);
                reply::bare(status, Some((name, HeaderValue::from_static(value))))
            }
            Self::Text(status, retry_after, text) => {
                let after = retry_after.map(HeaderValue::from_static);
                let mut response = reply::bare(status, after.map(|it| (header::RETRY_AFTER, it)));
                let kind = HeaderValue::from_static("text/plain; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                *response.body_mut() = text.into();
                response
            }
            Self::Page(StatusCode::NOT_FOUND) => {
                reply::page(StatusCode::NOT_FOUND, pages::not_found(), None)
            }
            Self::Page(status) => reply::page(status, pages::maintenance(), None),
            Self::Nothing => reply::dropped(),
        }
    }
}

/// What comes in place of a token answer, whatever was asked.
const TOKEN: [(Fault, Instead); 9] = [
    (Fault::TokenDropped, Instead::Nothing),
    (
        Fault::TokenRedirect,
        Instead::Bare(StatusCode::FOUND, "location", "/account/login"),
    ),
    (
        Fault::Token403,
        Instead::Text(StatusCode::FORBIDDEN, None, "Request blocked."),
    ),
    (Fault::Token404, Instead::Page(StatusCode::NOT_FOUND)),
    (
        Fault::Token405,
        Instead::Bare(StatusCode::METHOD_NOT_ALLOWED, "allow", "GET"),
    ),
    (
        Fault::Token429,
        Instead::Text(StatusCode::TOO_MANY_REQUESTS, Some("30"), "Slow down."),
    ),
    (
        Fault::Token500,
        Instead::Text(StatusCode::INTERNAL_SERVER_ERROR, None, ""),
    ),
    (Fault::TokenHtml, Instead::Page(StatusCode::OK)),
    (Fault::TokenEmpty, Instead::Text(StatusCode::OK, None, "")),
];

/// What comes in place of an answer of the API, before it looks at the token.
const API: [(Fault, Instead); 11] = [
    (Fault::ApiDropped, Instead::Nothing),
    (
        Fault::ApiRedirect,
        Instead::Bare(StatusCode::FOUND, "location", "/v1.1/organizations/"),
    ),
    (Fault::ApiHtml, Instead::Page(StatusCode::OK)),
    (Fault::Api404, Instead::Page(StatusCode::NOT_FOUND)),
    (
        Fault::Api429,
        Instead::Text(
            StatusCode::TOO_MANY_REQUESTS,
            Some("12"),
            "API calls quota exceeded: at most 100 calls in 1 minute for each organization.",
        ),
    ),
    (
        Fault::Api429Bare,
        Instead::Text(
            StatusCode::TOO_MANY_REQUESTS,
            None,
            "API calls quota exceeded: at most 100 calls in 1 minute for each organization.",
        ),
    ),
    (
        Fault::Api413,
        Instead::Text(StatusCode::PAYLOAD_TOO_LARGE, None, "Too large."),
    ),
    (
        Fault::Api500,
        Instead::Text(
            StatusCode::INTERNAL_SERVER_ERROR,
            None,
            "An unexpected error occurred.",
        ),
    ),
    (Fault::Api480, Instead::Text(BROWN_OUT, None, "Brown-out.")),
    (
        Fault::Api401,
        Instead::Bare(
            StatusCode::UNAUTHORIZED,
            "www-authenticate",
            r#"Bearer error="invalid_token""#,
        ),
    ),
    (
        Fault::ApiNoScope,
        Instead::Bare(
            StatusCode::FORBIDDEN,
            "www-authenticate",
            r#"Bearer error="insufficient_scope""#,
        ),
    ),
];

/// What Dinero answers with at random before it removes a path.
const BROWN_OUT: StatusCode = match StatusCode::from_u16(480) {
    Ok(status) => status,
    Err(_) => StatusCode::GONE,
};

/// Errors that the callback carries in place of a code.
const AUTHORIZE: [(Fault, &str); 4] = [
    (Fault::AccessDenied, "access_denied"),
    (Fault::LoginRequired, "login_required"),
    (Fault::AuthorizeFailed, "server_error"),
    (Fault::AuthorizeUnavailable, "temporarily_unavailable"),
];

/// An error of the token endpoint (RFC 6749 5.2).
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    /// Its code.
    pub(super) error: &'static str,
    /// Its words; mostly there are none.
    pub(super) description: Option<&'static str>,
}

impl From<&'static str> for Refusal {
    fn from(error: &'static str) -> Self {
        Self {
            error,
            description: None,
        }
    }
}

/// A fault, the error it causes, and its words.
type Refused = (Fault, &'static str, Option<&'static str>);

/// Errors that strike every token request.
pub(super) const GRANT: [Refused; 7] = [
    (Fault::InvalidRequest, "invalid_request", None),
    (Fault::InvalidClient, "invalid_client", None),
    (Fault::UnauthorizedClient, "unauthorized_client", None),
    (Fault::UnsupportedGrantType, "unsupported_grant_type", None),
    (Fault::InvalidScope, "invalid_scope", None),
    (Fault::InvalidTenant, "invalid_tenant", None),
    (
        Fault::OtherError,
        "policy_violation",
        Some("a policy of the company forbids it"),
    ),
];

/// Errors that strike a code. The words are inferred.
pub(super) const CODE: [Refused; 5] = [
    (
        Fault::ExpiredCode,
        "invalid_grant",
        Some("authorization code expired"),
    ),
    (
        Fault::ReusedCode,
        "invalid_grant",
        Some("authorization code was already redeemed"),
    ),
    (
        Fault::WrongVerifier,
        "invalid_grant",
        Some("transformed code verifier does not match code challenge"),
    ),
    (
        Fault::OtherRedirectUri,
        "invalid_grant",
        Some("invalid redirect_uri"),
    ),
    (Fault::InvalidGrant, "invalid_grant", None),
];

/// Errors that strike a refresh token.
pub(super) const REFRESH: [Refused; 2] = [
    (Fault::RefreshTokenSpent, "invalid_grant", None),
    (
        Fault::RefreshReused,
        "invalid_grant",
        Some("refresh token was already used"),
    ),
];

/// An error of Dinero: status, code and words, and the field it is about.
pub(super) type DineroError = (u16, u16, &'static str, Option<(&'static str, &'static str)>);

/// Errors that strike calls within a company, after token and scope were found good.
const COMPANY: [(Fault, DineroError); 9] = [
    (
        Fault::ApiNoPro,
        (
            403,
            90,
            "The organization has no active Pro subscription.",
            None,
        ),
    ),
    (
        Fault::ApiNoProOlder,
        (403, 48, "No Pro subscription.", None),
    ),
    (
        Fault::ApiNoAccess,
        (
            403,
            41,
            "The user has no access to this organization.",
            None,
        ),
    ),
    (
        Fault::ApiNotFound,
        (404, 40, "There is nothing with that id.", None),
    ),
    (
        Fault::ApiNotFoundGuid,
        (400, 63, "The Guid was not found.", None),
    ),
    (
        Fault::ApiValidation,
        (
            400,
            42,
            "Validation failed.",
            Some(("Name", "must not be empty")),
        ),
    ),
    (Fault::ApiLimit, (400, 43, "A limit was exceeded.", None)),
    (
        Fault::ApiOutdated,
        (400, 58, "The timestamp is outdated.", None),
    ),
    (
        Fault::ApiDuplicate,
        (409, 72, "An entity with that Guid exists.", None),
    ),
];

/// How far a clock is off under the fault that sets it wrong.
const CLOCKS: [(Fault, SignedDuration); 2] = [
    (Fault::ClockAhead, SignedDuration::from_mins(10)),
    (Fault::ClockBehind, SignedDuration::from_mins(-10)),
];

/// What the first of a table's faults that is on has beside it.
fn first<T: Copy>(faults: &Faults, table: &[(Fault, T)]) -> Option<T> {
    let row = table.iter().find(|(fault, _)| faults.has(*fault));
    row.map(|(_, beside)| *beside)
}

/// What the token endpoint answers whatever it was asked.
pub(super) fn instead_of_tokens(faults: &Faults) -> Option<Response> {
    first(faults, &TOKEN).map(Instead::response)
}

/// What the API answers whatever it was asked.
pub(super) fn instead_of_api(faults: &Faults) -> Option<Response> {
    first(faults, &API).map(Instead::response)
}

/// What a call within a company is answered with.
pub(super) fn of_company(faults: &Faults) -> Option<DineroError> {
    first(faults, &COMPANY)
}

/// The error that the callback carries in place of a code.
pub(super) fn of_callback(faults: &Faults) -> Option<&'static str> {
    first(faults, &AUTHORIZE)
}

/// The error by which one of these refuses.
pub(super) fn refused(faults: &Faults, table: &[Refused]) -> Result<(), Refusal> {
    let row = table.iter().find(|(fault, ..)| faults.has(*fault));
    row.map_or(Ok(()), |(_, error, description)| {
        Err(Refusal {
            error,
            description: *description,
        })
    })
}

/// How far the clock is off.
pub(super) fn skew(faults: &Faults) -> Option<SignedDuration> {
    first(faults, &CLOCKS)
}

/// Lets every answer carry the time of a clock that is off.
pub(super) async fn dated(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if skew(&sandbox.config.faults).is_some() {
        let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&sandbox.now());
        let value = text.ok().and_then(|text| HeaderValue::try_from(text).ok());
        if let Some(value) = value {
            response.headers_mut().insert(header::DATE, value);
        }
    }
    response
}
