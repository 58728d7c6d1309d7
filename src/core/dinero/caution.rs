//! What is asked before a request is sent: whether it is meant, and whether the token allows it.

use super::catalogue::{Danger, Operation, Scope, WRITE};
use crate::core::profile::{Environment, Profile};

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

/// The scope that a request needs and a token with these scopes lacks. Of a free request only what its method
/// tells.
pub fn missing_scope(
    operation: Option<&Operation>,
    method: &str,
    granted: &[String],
) -> Option<&'static str> {
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
