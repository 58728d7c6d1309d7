//! Reading forms and writing answers, in the few shapes that the sandbox uses.
//!
//! By hand, because axum's extractors answer 400 in their own words where Visma Connect has its own.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt as _};

/// Decoded pairs of a query or a form, in order.
#[derive(Debug, Default)]
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// From `a=b&c=d`.
    pub(super) fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of that name, when it is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// The first value of that name.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(given, _)| given == name);
        pair.map(|(_, value)| value.as_str())
    }

    /// Whether a name comes twice, which RFC 6749 3.2 forbids.
    pub(super) fn repeats(&self) -> bool {
        let names = || self.0.iter().map(|(name, _)| name);
        names()
            .enumerate()
            .any(|(at, name)| names().skip(at + 1).any(|other| other == name))
    }
}

/// The most that is read of a request's body, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The whole body; nothing when it is too large or broke off.
pub(super) async fn body(body: Body) -> Bytes {
    axum::body::to_bytes(body, BODY_LIMIT)
        .await
        .unwrap_or_default()
}

/// A header's text.
pub(super) fn header_text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a body says of itself that it is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    header_text(headers, header::CONTENT_TYPE).is_some_and(|value| {
        let kind = value.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// A cookie's value.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let text = header_text(headers, header::COOKIE)?;
    text.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// A web page; kept nowhere, framed nowhere, with no script but the one of that policy.
pub(super) fn page(status: StatusCode, html: String, script: Option<&str>) -> Response {
    let script = script.map_or_else(String::new, |hash| format!("script-src '{hash}'; "));
    let policy = format!(
        "default-src 'none'; {script}style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (
            header::CACHE_CONTROL,
            "no-store, no-cache, max-age=0".to_owned(),
        ),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (status, headers, html).into_response()
}

/// A JSON answer; `no-store` as RFC 6749 5.1 asks.
pub(super) fn json(status: StatusCode, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=UTF-8"),
        (header::CACHE_CONTROL, "no-store, no-cache, max-age=0"),
        (header::PRAGMA, "no-cache"),
    ];
    (status, headers, body).into_response()
}

/// A 302, as ASP.NET sends it after GET and POST alike.
pub(super) fn redirect(location: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

/// Nothing but a status and perhaps one header.
pub(super) fn bare(status: StatusCode, further: Option<(HeaderName, HeaderValue)>) -> Response {
    let mut response = status.into_response();
    if let Some((name, value)) = further {
        response.headers_mut().insert(name, value);
    }
    response
}

/// 405 with the methods that would do.
pub(super) fn method_not_allowed(allowed: &str) -> Response {
    let value = HeaderValue::from_str(allowed).ok();
    bare(
        StatusCode::METHOD_NOT_ALLOWED,
        value.map(|value| (header::ALLOW, value)),
    )
}

/// 413, as a proxy answers it: in plain text.
pub(super) fn too_large() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::PAYLOAD_TOO_LARGE, headers, "Too large.").into_response()
}

/// An answer that announces all of itself and breaks off in the middle.
pub(super) fn cut_off(text: &str) -> Response {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let broken = stream::once(async {
        // What came before is on the wire by then; an error at once would take it along.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
    });
    let body = stream::iter([Ok(half)]).chain(broken);
    let mut response = json(StatusCode::OK, String::new());
    *response.body_mut() = Body::from_stream(body);
    let length = HeaderValue::from(text.len());
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length);
    response
}

/// No answer: a body that breaks at once takes the head along, so the connection ends in silence.
pub(super) fn dropped() -> Response {
    let broken = stream::iter([Err::<Bytes, _>(std::io::Error::from(
        std::io::ErrorKind::ConnectionAborted,
    ))]);
    let mut response = json(StatusCode::OK, String::new());
    *response.body_mut() = Body::from_stream(broken);
    response
}
