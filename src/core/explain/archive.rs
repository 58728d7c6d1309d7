//! Reads the requests of a HAR file (HTTP Archive 1.2), as browsers export them.

use crate::core::wire::{Body, Headers, Request, Response};
use base64::Engine as _;
use serde_json::Value;

/// Requests with their answers, in order; `None` when it is no HAR.
pub(super) fn read(value: &Value) -> Option<Vec<(Request, Response)>> {
    let entries = value.get("log")?.get("entries")?.as_array()?;
    Some(entries.iter().filter_map(entry).collect())
}

/// One entry.
fn entry(entry: &Value) -> Option<(Request, Response)> {
    let (request, response) = (entry.get("request")?, entry.get("response")?);
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let posted = request.get("postData");
    let mut headers = fields(request);
    if let Some(posted) = posted
        && headers.get("content-type").is_none()
    {
        headers.push("Content-Type", text(posted, "mimeType"));
    }
    let content = response.get("content");
    let mut answer_headers = fields(response);
    if let Some(content) = content
        && answer_headers.get("content-type").is_none()
    {
        answer_headers.push("Content-Type", text(content, "mimeType"));
    }
    let location = text(response, "redirectURL");
    if !location.is_empty() && answer_headers.get("location").is_none() {
        answer_headers.push("Location", location);
    }
    Some((
        Request {
            method: text(request, "method"),
            url: text(request, "url"),
            headers,
            body: Body::text(&posted.map(posted_text).unwrap_or_default()),
        },
        Response {
            status: response
                .get("status")
                .and_then(Value::as_u64)
                .and_then(|status| u16::try_from(status).ok())?,
            reason: text(response, "statusText"),
            version: text(response, "httpVersion"),
            headers: answer_headers,
            body: Body::new(content.map(content_bytes).unwrap_or_default()),
            cut: None,
        },
    ))
}

/// Header fields.
fn fields(message: &Value) -> Headers {
    let mut headers = Headers::default();
    let list = message.get("headers").and_then(Value::as_array);
    for field in list.into_iter().flatten() {
        let text = |name: &str| field.get(name).and_then(Value::as_str);
        if let (Some(name), Some(value)) = (text("name"), text("value")) {
            headers.push(name, value);
        }
    }
    headers
}

/// What was posted: as text, or as pairs.
fn posted_text(posted: &Value) -> String {
    if let Some(text) = posted
        .get("text")
        .and_then(Value::as_str)
        .filter(|it| !it.is_empty())
    {
        return text.to_owned();
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    let list = posted.get("params").and_then(Value::as_array);
    for pair in list.into_iter().flatten() {
        let text = |name: &str| pair.get(name).and_then(Value::as_str).unwrap_or_default();
        form.append_pair(text("name"), text("value"));
    }
    form.finish()
}

/// The body of an answer.
fn content_bytes(content: &Value) -> Vec<u8> {
    let text = content
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let packed = content.get("encoding").and_then(Value::as_str) == Some("base64");
    if packed {
        let decoded = base64::engine::general_purpose::STANDARD.decode(text);
        return decoded.unwrap_or_default();
    }
    text.as_bytes().to_vec()
}
