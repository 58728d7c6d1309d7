//! Reads what an API answer is about: one answer, one meaning, so that one rule speaks.
//!
//! Dinero's error bodies come in three shapes and two casings, and some errors have none at all; all of
//! that is met here and nowhere else.

use super::place::{dates_fault, lacks_organization, unknown_organization};
use super::query_filter;
use super::token::{ended_ago, other_audience};
use super::{Evidence, seen};
use crate::core::dinero::call::member;
use crate::core::oauth::callback::target;
use crate::core::wire::{Cut, Record, Response};
use serde_json::Value;

/// Largest error body that is read, in bytes: it is read at every look.
const READABLE: usize = 16 * 1024;

/// Bytes of a large body's beginning and end that are looked at: it is judged with every drawing.
const EDGE: usize = 4 * 1024;

/// What an answer of the API means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Unauthorized,
    ScopeInsufficient,
    NoPro,
    Role,
    NotFound,
    WrongPath,
    PageSize,
    QueryFilter,
    Limit,
    Validation,
    RateLimited,
    BrownOut,
    ServerError,
    NoOrganizations,
    NotJson,
    TimestampOutdated,
    TooLarge,
    Duplicate,
    OtherRefusal,
    OrganizationMissing,
    OrganizationUnknown,
    DateRange,
}

/// The last call with its answer.
pub(super) fn call<'a>(evidence: &Evidence<'a>) -> Option<(&'a Record, &'a Response)> {
    let record = evidence.api?;
    Some((record, record.outcome.response()?))
}

/// What the last answer means; `None` when it is as it should be.
pub(super) fn meaning(evidence: &Evidence<'_>) -> Option<Meaning> {
    let (record, response) = call(evidence)?;
    let error = || ApiError::of(evidence, response);
    Some(match response.status {
        ..300 => return of_success(record, response),
        400 | 403 | 404 if is_dinero(evidence) && lacks_organization(record) => {
            Meaning::OrganizationMissing
        }
        401 if lacks_scope(evidence) && ended_ago(evidence).is_none() => Meaning::ScopeInsufficient,
        401 => Meaning::Unauthorized,
        403 => match error().code {
            Some(90 | 48) => Meaning::NoPro,
            _ if unknown_organization(evidence).is_some() => Meaning::OrganizationUnknown,
            _ if lacks_scope(evidence) => Meaning::ScopeInsufficient,
            _ => Meaning::Role,
        },
        404 if unknown_organization(evidence).is_some() => Meaning::OrganizationUnknown,
        404 if error().is_json => Meaning::NotFound,
        404 | 405 | 410 => Meaning::WrongPath,
        409 => Meaning::Duplicate,
        413 => Meaning::TooLarge,
        429 => Meaning::RateLimited,
        480 => Meaning::BrownOut,
        400 | 422 => of_bad_request(record, &error()),
        500.. => Meaning::ServerError,
        _ => Meaning::OtherRefusal,
    })
}

/// What a 2xx means, when something about it is odd. Large bodies are judged by their edges only.
fn of_success(record: &Record, response: &Response) -> Option<Meaning> {
    let body = &response.body.0;
    let beginning = &body[..body.len().min(EDGE)];
    let end = &body[body.len().saturating_sub(EDGE)..];
    let (first, last) = (
        beginning.trim_ascii_start().first()?,
        end.trim_ascii_end().last()?,
    );
    // Of a body that is too large for memory the end is not at hand.
    let whole = response.body.is_at_hand();
    let web_page = response.headers.media_type() == "text/html";
    let says_json = response.headers.media_type().ends_with("json");
    let is_json = match first {
        b'{' => !whole || *last == b'}',
        b'[' => !whole || *last == b']',
        b'<' => false,
        _ => body.len() > READABLE || serde_json::from_slice::<Value>(body).is_ok(),
    };
    let broke_off = matches!(response.cut, Some(Cut::ConnectionEnded | Cut::Stalled));
    let limited = matches!(response.cut, Some(Cut::Limit(_) | Cut::Cancelled));
    if broke_off || web_page || says_json && !is_json && !limited {
        return Some(Meaning::NotJson);
    }
    let (path, _) = target(&record.request.url);
    let empty = beginning
        .trim_ascii()
        .strip_prefix(b"[")
        .map(<[u8]>::trim_ascii)
        == Some(b"]");
    (path.ends_with("/organizations") && empty).then_some(Meaning::NoOrganizations)
}

/// What a 400 means.
fn of_bad_request(record: &Record, error: &ApiError) -> Meaning {
    match error.code {
        Some(40 | 63 | 65) => return Meaning::NotFound,
        Some(58) => return Meaning::TimestampOutdated,
        Some(72) => return Meaning::Duplicate,
        _ if error.says("guidMustBeUnique") => return Meaning::Duplicate,
        _ => {}
    }
    if error.code.is_none() && body_disagrees(record) {
        return Meaning::NotJson;
    }
    if page_size(record).is_some() {
        return Meaning::PageSize;
    }
    if error.code == Some(43) {
        return Meaning::Limit;
    }
    if let Some(filter) = query(record, "queryFilter") {
        let path = target(&record.request.url).0;
        let blamed = error.names("queryFilter") || error.names("filter");
        if blamed || query_filter::fault(&filter, path).is_some() {
            return Meaning::QueryFilter;
        }
    }
    if dates_fault(record).is_some() {
        return Meaning::DateRange;
    }
    Meaning::Validation
}

/// Whether a call says that it sends JSON and sends something else.
pub(super) fn body_disagrees(record: &Record) -> bool {
    let request = &record.request;
    let body = &request.body.0;
    request.headers.media_type().ends_with("json")
        && !body.is_empty()
        && body.len() <= READABLE
        && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err()
}

/// A query parameter of a call, its name compared without case.
pub(super) fn query(record: &Record, name: &str) -> Option<String> {
    let (_, query) = target(&record.request.url);
    form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.into_owned())
}

/// A page size that Dinero does not take.
pub(super) fn page_size(record: &Record) -> Option<String> {
    query(record, "pageSize").filter(|size| {
        !size
            .parse()
            .is_ok_and(|size: u32| (1..=1000).contains(&size))
    })
}

/// The scope that a call needs: reading or writing (which needs which is inferred).
pub(super) fn needed_scope(record: &Record) -> &'static str {
    match record.request.method.as_str() {
        "GET" | "HEAD" => "dineropublicapi:read",
        _ => "dineropublicapi:write",
    }
}

/// Whether the token went along without the scope that the call needs, or the API says so.
fn lacks_scope(evidence: &Evidence<'_>) -> bool {
    let Some((record, response)) = call(evidence) else {
        return false;
    };
    let said = challenge(response).is_some_and(|words| words.contains("insufficient_scope"));
    let sent = record.request.headers.get("authorization").is_some();
    // A token for another API is refused whatever scopes it has.
    let lacks = is_dinero(evidence)
        && other_audience(evidence).is_none()
        && evidence.grant.is_some_and(|grant| {
            let needed = needed_scope(record);
            grant.scopes_named && !grant.scopes.iter().any(|scope| scope == needed)
        });
    sent && (said || lacks)
}

/// The challenge of a 401 (RFC 6750 3).
pub(super) fn challenge(response: &Response) -> Option<&str> {
    response.headers.get("www-authenticate")
}

/// Whether the API is Dinero's, or the sandbox that plays it: only there its codes mean something.
pub(super) fn is_dinero(evidence: &Evidence<'_>) -> bool {
    let base = &evidence.profile.api.base_url;
    seen::is_like_visma(evidence) || base.starts_with("https://api.dinero.dk")
}

/// An error body of Dinero, as far as it can be read.
#[derive(Debug, Default)]
pub(super) struct ApiError {
    /// Its code.
    pub(super) code: Option<i64>,
    /// Its words.
    pub(super) message: Option<String>,
    /// Field and what is wrong with it.
    pub(super) fields: Vec<(String, String)>,
    /// Whether it is a JSON object at all.
    is_json: bool,
}

impl ApiError {
    /// Reads a body: keys in either case, the code at the top or in a list.
    pub(super) fn of(evidence: &Evidence<'_>, response: &Response) -> Self {
        let body = &response.body.0;
        if body.len() > READABLE {
            return Self::default();
        }
        let Ok(value @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else {
            return Self::default();
        };
        let first = member(&value, "errorMessageList").and_then(|list| list.get(0));
        let find = |name: &str| {
            member(&value, name).or_else(|| first.and_then(|error| member(error, name)))
        };
        let code = find("code").and_then(|code| match code {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        });
        Self {
            code: code.filter(|_| is_dinero(evidence)),
            message: find("message").and_then(Value::as_str).map(str::to_owned),
            fields: fields(&value),
            is_json: true,
        }
    }

    /// Whether a field's trouble is said with this word.
    fn says(&self, word: &str) -> bool {
        self.names(word) || self.fields.iter().any(|(_, words)| words.contains(word))
    }

    /// Whether the error names a field or parameter.
    fn names(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let holds = |text: &str| text.to_ascii_lowercase().contains(&name);
        self.fields.iter().any(|(field, _)| holds(field))
            || self.message.as_deref().is_some_and(holds)
    }
}

/// The fields that the body of an error of Dinero names, each with what is wrong with it; a large body names none.
pub fn refused_fields(body: &[u8]) -> Vec<(String, String)> {
    let read = (body.len() <= READABLE).then(|| serde_json::from_slice(body).ok());
    read.flatten().map_or_else(Vec::new, |error| fields(&error))
}

/// The fields that an error names.
fn fields(error: &Value) -> Vec<(String, String)> {
    let words = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    };
    if let Some(Value::Object(errors)) = member(error, "validationErrors") {
        return errors
            .iter()
            .map(|(field, value)| (field.clone(), words(value)))
            .collect();
    }
    let Some(Value::Array(list)) = member(error, "languageSpecificMessages") else {
        return Vec::new();
    };
    let pair = |entry: &Value| {
        let field = member(entry, "property")?.as_str()?.to_owned();
        Some((field, member(entry, "message").map(words)?))
    };
    list.iter().filter_map(pair).collect()
}
