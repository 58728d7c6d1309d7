//! Makes a request to the API, and reads what is needed to make the next one.

use crate::core::token::{Grant, authorization, may_go};
use crate::core::wire::{Body, Headers, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What the user wants to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Method, upper case.
    pub method: String,
    /// Path with query below the API's base URL, or an absolute URL.
    pub target: String,
    /// Header fields that the user adds, in order; `Authorization` among them takes the token's place.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Body,
}

impl Call {
    /// A call without header fields of its own and without a body.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: Body::default(),
        }
    }

    /// Whether the user names this header field.
    pub fn names(&self, header: &str) -> bool {
        let is_it = |(name, _): &(String, String)| name.eq_ignore_ascii_case(header);
        self.headers.iter().any(is_it)
    }

    /// Whether the target is an absolute URL; one that stands in a query makes it none.
    pub fn is_absolute(&self) -> bool {
        let scheme = self.target.split_once("://").map(|(scheme, _)| scheme);
        scheme.is_some_and(|scheme| {
            !scheme.is_empty()
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        })
    }

    /// The call with an organization in the place that the target keeps for it, as one path segment
    /// whatever is in its id.
    #[must_use]
    pub fn of_organization(&self, id: &str) -> Self {
        let segment = utf8_percent_encode(id, SEGMENT).to_string();
        Self {
            target: self.target.replace(ORGANIZATION, &segment),
            ..self.clone()
        }
    }

    /// Whether the target keeps a place for the organization.
    pub fn names_organization(&self) -> bool {
        self.target.contains(ORGANIZATION)
    }
}

/// What stands for the organization in a path.
const ORGANIZATION: &str = "{organizationId}";

/// All that is encoded in a path segment: everything but letters, digits and the hyphen of a UUID. Dots
/// too: `..` would lead to another resource.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// One of the user's companies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// What stands in paths.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it has a subscription that allows API calls; `None` when the answer does not say.
    pub pro: Option<bool>,
    /// What the user may do in it: `Admin`, `Reader`; nothing when the answer does not say.
    pub role: Option<String>,
}

/// Where a call goes.
pub fn url(call: &Call, base_url: &str) -> String {
    if call.is_absolute() {
        call.target.clone()
    } else {
        format!(
            "{}/{}",
            base_url.trim_end_matches('/'),
            call.target.trim_start_matches('/')
        )
    }
}

/// Whether the token of a grant goes along with a call once there is one: not where the user gives an
/// `Authorization` of their own.
pub fn takes_token(call: &Call, base_url: &str, grant: &Grant) -> bool {
    !call.names("authorization") && may_go(grant, &url(call, base_url))
}

/// The request for a call. The grant's token goes along only where it may (see [`authorization`]), and not
/// where the user gives an `Authorization` of their own.
pub fn request(call: &Call, base_url: &str, grant: Option<&Grant>) -> Request {
    let url = url(call, base_url);
    let mut headers = Headers::default();
    if !call.names("accept") {
        headers.push("Accept", "application/json");
    }
    if !call.body.is_empty() && !call.names("content-type") {
        headers.push("Content-Type", "application/json");
    }
    let token = grant
        .filter(|_| !call.names("authorization"))
        .and_then(|grant| authorization(grant, &url));
    if let Some((name, value)) = token {
        headers.push(&name, value.expose());
    }
    for (name, value) in &call.headers {
        headers.push(name, value);
    }
    Request {
        method: call.method.clone(),
        url,
        headers,
        body: call.body.clone(),
    }
}

/// The organizations of an answer to `GET /v1.1/organizations` (or `/v1/`); `None` when it is not one.
/// Keys are read without case, because third parties report both.
pub fn organizations(body: &[u8]) -> Option<Vec<Organization>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let list = value.as_array()?;
    list.iter().map(organization).collect()
}

/// One organization of the list.
fn organization(value: &Value) -> Option<Organization> {
    let subscription = member(value, "subscription");
    let flag = |name: &str| {
        subscription
            .and_then(|value| member(value, name))
            .or_else(|| member(value, name))
            .and_then(Value::as_bool)
    };
    Some(Organization {
        id: match member(value, "id")? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        },
        name: member(value, "name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        role: member(value, "roleKey")
            .and_then(Value::as_str)
            .map(str::to_owned),
        pro: match (flag("hasPro"), flag("hasTotal"), flag("isPro")) {
            (None, None, None) => None,
            flags => Some([flags.0, flags.1, flags.2].contains(&Some(true))),
        },
    })
}

/// A member of a JSON object, its name compared without case.
pub fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value
        .as_object()?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
