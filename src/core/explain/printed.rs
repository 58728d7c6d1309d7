//! Reads what programs print of an answer: JSON among other text, objects as Python and JavaScript show
//! them, and the words of exceptions.

use super::Item;
use super::read::address_of_an_api;
use crate::core::oauth::callback::Arrival;
use crate::core::wire::{Body, Headers, Request, Response};
use serde_json::{Map, Value};

/// Errors that come to the redirect URI and never from a token endpoint (RFC 6749 4.1.2.1, OpenID Connect
/// Core 3.1.2.6).
const OF_THE_CALLBACK: [&str; 8] = [
    "access_denied",
    "login_required",
    "consent_required",
    "interaction_required",
    "account_selection_required",
    "temporarily_unavailable",
    "server_error",
    "unmet_authentication_requirements",
];

/// Errors of a token endpoint (RFC 6749 5.2; the last is Visma's own).
const OF_THE_TOKEN_ENDPOINT: [&str; 7] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "invalid_tenant",
];

/// An answer made of a status and a body.
pub(super) fn of_status(status: u16, media: &str, body: &str) -> Response {
    let mut headers = Headers::default();
    headers.push("Content-Type", media);
    Response {
        status,
        reason: String::new(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body: Body::text(body),
        cut: None,
    }
}

/// The same of JSON.
fn of_json(status: u16, body: &str) -> Response {
    of_status(status, "application/json", body)
}

/// An answer of a redirect URI from the members of an object.
fn of_members(object: &Map<String, Value>) -> Item {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    for (name, value) in object {
        if let Some(value) = value.as_str() {
            fields.append_pair(name, value);
        }
    }
    Item::Answer {
        place: String::new(),
        fields: fields.finish(),
        arrival: Arrival::Pasted,
    }
}

/// What a JSON object is that stands for itself; `text` is how it is written.
pub(super) fn json(value: &Value, text: &str) -> Option<Item> {
    let object = match value {
        Value::Object(object) => object,
        Value::Array(list) => {
            let rows = !list.is_empty() && list.iter().all(Value::is_object);
            return rows.then(|| Item::Call(None, Some(of_json(200, text))));
        }
        _ => return None,
    };
    let has = |name: &str| object.contains_key(name);
    let error = object.get("error").and_then(Value::as_str);
    let of_callback = error.is_some_and(|error| OF_THE_CALLBACK.contains(&error));
    let code_and_state = object.get("code").is_some_and(Value::is_string) && has("state");
    if code_and_state && !has("grant_type") || of_callback && !has("message") {
        return Some(of_members(object));
    }
    if has("access_token") || has("token_type") && (has("expires_in") || has("refresh_token")) {
        return Some(Item::Exchange(None, Some(of_json(200, text))));
    }
    if error.is_some() {
        return Some(Item::Exchange(None, Some(of_json(400, text))));
    }
    if has("Collection") && has("Pagination") {
        return Some(Item::Call(None, Some(of_json(200, text))));
    }
    is_api_error(object)
        .then(|| Item::Call(None, Some(of_json(status_of(object).unwrap_or(400), text))))
}

/// The answer that a JSON text is, whatever it answers.
pub(super) fn answer(text: &str) -> Option<Response> {
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    let failed = value.get("error").is_some()
        || value
            .as_object()
            .is_some_and(|object| is_api_error(object) || object.contains_key("message"));
    let status = value.as_object().and_then(status_of);
    let status = status.unwrap_or(if failed { 400 } else { 200 });
    Some(of_json(status, text.trim()))
}

/// Whether an object has the names of Dinero's errors.
fn is_api_error(object: &Map<String, Value>) -> bool {
    let names = ["code", "message", "validationerrors", "errormessagelist"];
    let known = object
        .keys()
        .filter(|key| names.contains(&key.to_ascii_lowercase().as_str()))
        .count();
    known >= 2
}

/// The status with which Dinero sends an error of that code, where it is always the same.
fn status_of(object: &Map<String, Value>) -> Option<u16> {
    let (_, code) = object
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case("code"))?;
    Some(match code.as_u64()? {
        41 | 48 | 90 => 403,
        72 => 409,
        _ => return None,
    })
}

/// Most objects of a text that are looked at.
const MOST_OBJECTS: usize = 64;

/// Largest object that is looked at among other text, in bytes.
const LARGEST_OBJECT: usize = 64 * 1024;

/// The first object in a text that tells something.
pub(super) fn object(text: &str) -> Option<Item> {
    if let Some(item) = object_as_written(text) {
        return Some(item);
    }
    // JSON within a string of JSON, as logs have it.
    let escaped = text.contains("{\\\"").then(|| text.replace("\\\"", "\""));
    escaped.and_then(|plain| object_as_written(&plain))
}

/// The same, taken as it stands.
fn object_as_written(text: &str) -> Option<Item> {
    text.match_indices('{')
        .take(MOST_OBJECTS)
        .find_map(|(at, _)| {
            let behind = &text[at..];
            let behind = &behind[..behind.floor_char_boundary(LARGEST_OBJECT)];
            let (value, written) = value_at(behind)?;
            json(&value, &written).or_else(|| within(&value))
        })
}

/// What tells something inside of an object.
fn within(value: &Value) -> Option<Item> {
    let inner: Vec<&Value> = match value {
        Value::Object(object) => object.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => return None,
    };
    inner
        .into_iter()
        .filter(|value| value.is_object())
        .find_map(|value| json(value, &value.to_string()).or_else(|| within(value)))
}

/// The object that a text begins with, and how it reads as JSON.
fn value_at(text: &str) -> Option<(Value, String)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    if let Some(Ok(value)) = values.next() {
        return Some((value, text[..values.byte_offset()].to_owned()));
    }
    let json = as_json(balanced(text)?);
    let value = serde_json::from_str(&json).ok()?;
    Some((value, json))
}

/// A text up to the brace that closes its first; quotes are not looked at.
fn balanced(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(&text[..=at]);
                }
            }
            _ => {}
        }
    }
    None
}

/// An object as Python, Ruby and JavaScript print it, in the words of JSON.
fn as_json(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    let mut word = String::new();
    let mut within_quotes = false;
    for letter in text.replace("=>", ":").chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            word.push(letter);
            continue;
        }
        match (word.as_str(), letter) {
            ("None" | "undefined" | "nil", _) if !within_quotes => json.push_str("null"),
            ("True", _) if !within_quotes => json.push_str("true"),
            ("False", _) if !within_quotes => json.push_str("false"),
            (name, ':') if !within_quotes && !name.is_empty() => {
                json.push('"');
                json.push_str(name);
                json.push('"');
            }
            (other, _) => json.push_str(other),
        }
        word.clear();
        within_quotes ^= letter == '"' || letter == '\'';
        json.push(if letter == '\'' { '"' } else { letter });
    }
    json
}

/// The error that an exception names: `[invalid_client]`, `(invalid_grant)`, `Error: invalid_grant`.
pub(super) fn words(text: &str) -> Option<Item> {
    if text.contains("calls quota exceeded") {
        let body = text.lines().find(|line| line.contains("quota"));
        let body = body.unwrap_or_default();
        return Some(Item::Call(None, Some(of_status(429, "text/plain", body))));
    }
    let names = OF_THE_TOKEN_ENDPOINT.iter().chain(&OF_THE_CALLBACK);
    let (at, name) = names
        .filter_map(|name| named_at(text, name).map(|at| (at, *name)))
        .min()?;
    let mut object = Map::new();
    object.insert("error".to_owned(), name.into());
    if let Some(said) = description(&text[at + name.len()..]) {
        object.insert("error_description".to_owned(), said.into());
    }
    let value = Value::Object(object);
    json(&value, &value.to_string())
}

/// Where a text names an error as programs do; prose about an error is none.
fn named_at(text: &str, name: &str) -> Option<usize> {
    text.match_indices(name)
        .map(|(at, _)| at)
        .find(|at| is_printed(&text[..*at], &text[at + name.len()..]))
}

/// Whether what stands around a word says that a program printed it as an error.
fn is_printed(before: &str, behind: &str) -> bool {
    let closes = behind
        .chars()
        .next()
        .is_none_or(|next| !next.is_ascii_alphanumeric() && next != '_');
    let before = before.trim_end_matches(['\'', '"', '`']);
    if closes && (before.ends_with(['[', '(']) && behind.starts_with([']', ')', ':', ' '])) {
        return true;
    }
    let label = before.trim_end();
    let Some(label) = label.strip_suffix([':', '=']) else {
        return false;
    };
    let label = label.trim_end().trim_end_matches(['\'', '"']);
    let lower = label.to_ascii_lowercase();
    closes
        && [
            "error",
            "exception",
            "oauth2",
            "error code",
            "error_code",
            "errorcode",
        ]
        .iter()
        .any(|mark| lower.ends_with(mark))
}

/// Longest description that is taken over, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// What the text behind an error says about it.
fn description(behind: &str) -> Option<String> {
    let line = behind.lines().next().unwrap_or_default();
    let said = match line.split_once("error_description") {
        Some((_, said)) => {
            let said = said.trim_start_matches(['\'', '"', ':', '=', ' ']);
            said.split(['\'', '"', '}']).next().unwrap_or_default()
        }
        None => line.strip_prefix([')', ']'])?,
    };
    let said = said.trim();
    let known = !said.is_empty() && !said.ends_with("is null");
    known.then(|| said.chars().take(LONGEST_DESCRIPTION).collect())
}

/// What a program says of a call that failed: its address, its status, and the body where it stands there.
pub(super) fn failed_call(text: &str) -> Option<Item> {
    let url = address_of_an_api(text)?;
    let status = status_in(text)?;
    let response = match object(text) {
        Some(Item::Call(_, Some(answer))) => Response { status, ..answer },
        _ => of_status(status, "", ""),
    };
    // How it was asked is not known, so nothing is held against that.
    let request = Request {
        method: String::new(),
        url: url.to_owned(),
        headers: Headers::default(),
        body: Body::default(),
    };
    Some(Item::Call(Some(request), Some(response)))
}

/// Words that follow a status.
const REASONS: [&str; 14] = [
    "Bad Request",
    "BadRequest",
    "Unauthorized",
    "Forbidden",
    "Not Found",
    "NotFound",
    "Method Not Allowed",
    "Conflict",
    "Too Many Requests",
    "TooManyRequests",
    "Internal Server Error",
    "InternalServerError",
    "Client Error",
    "Server Error",
];

/// The status of a failed call, as libraries write it.
fn status_in(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    (0..text.len().saturating_sub(2)).find_map(|at| {
        let digits = text.get(at..at + 3)?;
        let alone = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        if !digits.bytes().all(|byte| byte.is_ascii_digit())
            || !alone(before)
            || !alone(bytes.get(at + 3))
        {
            return None;
        }
        let status: u16 = digits
            .parse()
            .ok()
            .filter(|status| (400..600).contains(status))?;
        let behind = text[at + 3..].trim_start_matches([' ', '(', '-', ':']);
        let said = REASONS.iter().any(|reason| behind.starts_with(reason));
        let label = text[..at].trim_end_matches([' ', ':', '=', '"', '\'']);
        let lower = label
            .get(label.floor_char_boundary(label.len().saturating_sub(16))..)?
            .to_ascii_lowercase();
        let labelled = ["status", "code", "statuscode", "http", "error"]
            .iter()
            .any(|mark| lower.ends_with(mark));
        (said || labelled).then_some(status)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error that a text is read as.
    fn error(text: &str) -> Option<String> {
        match object(text).or_else(|| words(text))? {
            Item::Exchange(None, Some(answer)) => Some(answer.body.to_text().into_owned()),
            _ => None,
        }
    }

    #[test]
    fn errors_are_read_as_programs_print_them() {
        for (text, read) in [
            (
                "Error: invalid_grant\n    at x",
                r#"{"error":"invalid_grant"}"#,
            ),
            (
                "(invalid_grant) code expired",
                r#"{"error":"invalid_grant","error_description":"code expired"}"#,
            ),
            (
                "data: { error: 'invalid_scope', error_description: undefined },",
                r#"{ "error": "invalid_scope", "error_description": null }"#,
            ),
            (
                r#"{"body":"{\"error\":\"invalid_client\"}"}"#,
                r#"{"error":"invalid_client"}"#,
            ),
            (
                "{'error' => 'invalid_client'}",
                r#"{"error" : "invalid_client"}"#,
            ),
        ] {
            assert_eq!(error(text).as_deref(), Some(read), "{text}");
        }
        for prose in [
            "We saw invalid_grant last week",
            "the error is invalid_grants: none",
            "{{{{{{ error",
        ] {
            assert_eq!(error(prose), None, "{prose}");
        }
    }

    #[test]
    fn a_status_is_one_only_where_it_is_called_so() {
        assert_eq!(status_in("404 Client Error: Not Found for url"), Some(404));
        assert_eq!(status_in("statusCode: 403,"), Some(403));
        assert_eq!(status_in("success: 401 (Unauthorized)."), Some(401));
        assert_eq!(status_in("line 404 of 500 lines, £429"), None);
    }
}
