//! What is asked before a request is sent: whether it is meant, and whether the token allows it.

use super::catalogue::{Danger, Operation, Scope, WRITE};
use crate::core::profile::{Environment, Profile};
use url::Url;

/// Why a request is asked about before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    /// What it does is always asked about.
    Danger(Danger),
    /// It changes something in production, outside the companies that are there for tests.
    Production,
}

impl Caution {
    /// Why, as a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Danger(Danger::Final) => "It cannot be undone.",
            Self::Danger(Danger::Mails) => "It sends something out of the house.",
            Self::Danger(Danger::Costs) => "It costs money.",
            Self::Danger(Danger::Reads | Danger::Writes) | Self::Production => {
                "It changes data in production, in a company that is not among test_organizations."
            }
        }
    }
}

/// Whether a request is asked about: what books, mails or costs always, what changes something where it counts.
pub fn caution(
    operation: Option<&Operation>,
    method: &str,
    organization: Option<&str>,
    profile: &Profile,
) -> Option<Caution> {
    let danger = match operation {
        Some(operation) => operation.danger,
        None if is_reading(method) => Danger::Reads,
        None => Danger::Writes,
    };
    if danger.always_asks() {
        return Some(Caution::Danger(danger));
    }
    let for_tests = |id: &str| profile.api.test_organizations.iter().any(|own| own == id);
    let counts = profile.provider.environment == Environment::Production
        && !organization.is_some_and(for_tests);
    (danger == Danger::Writes && counts).then_some(Caution::Production)
}

/// The organization that a request to a URL is about: what stands behind the version, as it is sent. `None`
/// where that is none, or not told for sure.
pub fn organization_at(url: &str) -> Option<String> {
    // As the client reads it: dots and backslashes could lead to another company than they seem to.
    let url = Url::parse(url).ok()?;
    let mut segments = url.path_segments()?;
    segments.find(|segment| is_version(segment))?;
    let id = segments.next()?;
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| id.to_owned())
}

/// Whether a segment is a version: `v1`, `v1.2`.
fn is_version(segment: &str) -> bool {
    let digits = segment.strip_prefix('v').unwrap_or_default();
    let fits = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    digits.starts_with(|first: char| first.is_ascii_digit()) && digits.bytes().all(fits)
}

/// The scope that a request needs and a token with these scopes lacks. Of a free request only what its method
/// tells, and of a token whose scopes nobody told nothing.
pub fn missing_scope(
    operation: Option<&Operation>,
    method: &str,
    granted: &[String],
) -> Option<&'static str> {
    if granted.is_empty() {
        return None;
    }
    let scope = match operation {
        Some(operation) => operation.scope,
        None if is_reading(method) => Scope::ReadOrWrite,
        None => Scope::Write,
    };
    // Of another API nothing is known: its tokens have none of Dinero's scopes.
    let is_dinero = granted
        .iter()
        .any(|scope| scope.starts_with("dineropublicapi:"));
    (operation.is_some() || is_dinero)
        .then(|| scope.is_missing(granted).then(|| scope.name()))
        .flatten()
}

/// Whether a method only reads (RFC 9110 9.2.1).
fn is_reading(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// What a scope that is missing would allow.
pub fn would_allow(scope: &str) -> &'static str {
    if scope == WRITE {
        "creating, changing, booking and deleting"
    } else {
        "reading"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organization_is_the_one_that_the_path_leads_to() {
        for (url, expected) in [
            ("https://a.example/v1/123/invoices?x=/v1/9/", Some("123")),
            ("https://a.example/base/v1.2/123/invoices/a", Some("123")),
            ("https://a.example/v1/1/../456/contacts", Some("456")),
            ("https://a.example/v1/1\\..\\456\\contacts", Some("456")),
            ("https://a.example/v1/%2e%2e/v2/456/x", Some("456")),
            ("https://a.example/v1//123/x", None),
            ("https://a.example/v1/%31/x", None),
            ("https://a.example/v1.1/organizations", None),
            ("https://a.example/123/x", None),
            ("/v1/123/x", None),
        ] {
            assert_eq!(organization_at(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn of_a_token_whose_scopes_nobody_told_nothing_is_said() {
        let book = super::super::catalogue::operation("invoices.book");
        assert_eq!(missing_scope(book, "POST", &[]), None);
        let read = [super::super::catalogue::READ.to_owned()];
        assert_eq!(missing_scope(book, "POST", &read), Some(WRITE));
    }
}
