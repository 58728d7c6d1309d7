//! Who asks at the token endpoint (RFC 6749 2.3.1): secret in the body, or HTTP Basic, never both.
//!
//! Apart, because half of all failed exchanges fail here.

use super::super::SandboxConfig;
use super::super::reply::{self, Pairs};
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::borrow::Cow;

/// Nothing, when the registered client asks; else the error code.
pub(super) fn authenticate(
    config: &SandboxConfig,
    headers: &HeaderMap,
    pairs: &Pairs,
) -> Result<(), &'static str> {
    let header = reply::header_text(headers, header::AUTHORIZATION);
    let (id, secret) = match header {
        Some(_) if pairs.get("client_secret").is_some() => return Err("invalid_request"),
        Some(header) => basic(header).ok_or("invalid_request")?,
        None => (
            pairs.get("client_id").ok_or("invalid_request")?.to_owned(),
            pairs.get("client_secret").unwrap_or_default().to_owned(),
        ),
    };
    let contradicts = pairs.get("client_id").is_some_and(|other| other != id);
    let known = id == config.client_id && config.client_secret.matches(&secret);
    if known && !contradicts {
        Ok(())
    } else {
        Err("invalid_client")
    }
}

/// Id and secret of a Basic header; both were form-encoded before they were joined.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, value) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

/// One form-encoded value.
fn form_decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy();
    Cow::into_owned(decoded)
}
