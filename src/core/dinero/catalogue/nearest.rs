//! The operation that a mistyped path most likely means.

use super::{Operation, catalogue};
use crate::core::nearest::near_miss;

/// What another version of the path costs, and another method: less than a mistyped word.
const VERSION: usize = 1;
const METHOD: usize = 3;
/// What a missing organization costs.
const NO_ORGANIZATION: usize = 2;
/// What a mistyped word costs.
const WORD: usize = 4;

/// The operation whose call is nearest to this one and not the same; `None` when none is near.
pub fn nearest_to(method: &str, path: &str) -> Option<&'static Operation> {
    let costs = catalogue().operations.iter().filter_map(|operation| {
        let cost = cost(operation, path)?;
        let method = if operation.method == method {
            0
        } else {
            METHOD
        };
        Some((cost + method, operation))
    });
    costs
        .filter(|(cost, _)| *cost > 0)
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, operation)| operation)
}

/// How far a path is from an operation's; `None` when it is another one.
fn cost(operation: &Operation, path: &str) -> Option<usize> {
    let own: Vec<&str> = operation.path.trim_matches('/').split('/').collect();
    let mut given: Vec<&str> = path.trim_matches('/').split('/').collect();
    let mut cost = 0;
    if !is_version(given.first()?) {
        given.insert(0, "");
    }
    let stands_for_id = |segment: &&str| segment.bytes().all(|byte| byte.is_ascii_digit());
    if operation.names_organization() && own.len() == given.len() + 1 {
        if given.get(1).is_some_and(stands_for_id) {
            return None;
        }
        given.insert(1, "{organizationId}");
        cost += NO_ORGANIZATION;
    }
    if own.len() != given.len() {
        return None;
    }
    for (at, (own, given)) in own.iter().zip(&given).enumerate() {
        cost += match (at, own == given || own.starts_with('{')) {
            (_, true) => 0,
            (0, false) => VERSION,
            (_, false) => {
                near_miss(given, [*own], 2)?;
                WORD
            }
        };
    }
    Some(cost)
}

/// Whether a segment is a version: `v1`, `v1.2`.
fn is_version(segment: &str) -> bool {
    let digits = segment.strip_prefix('v').unwrap_or_default();
    !digits.is_empty()
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::nearest_to;

    #[test]
    fn what_is_meant_is_found_and_never_what_was_sent() {
        for (method, path, meant) in [
            ("GET", "/v2/1/invoices", Some("invoices.list")),
            ("GET", "/1/invoices", Some("invoices.list")),
            ("GET", "/v1/invoices", Some("invoices.list")),
            ("GET", "/v1/1/invoice", Some("invoices.list")),
            ("PATCH", "/v1/1/products", Some("products.list")),
            (
                "GET",
                "/v1/1/vouchers/manual/abc",
                Some("manual-vouchers.get"),
            ),
            ("PUT", "/v1/1/invoices/abc", Some("invoices.update")),
            ("GET", "/organizations", Some("organizations.list")),
            ("GET", "/v1/1/nothing/like/it", None),
            ("GET", "/", None),
            ("GET", "", None),
        ] {
            let found = nearest_to(method, path).map(|operation| operation.name.as_str());
            assert_eq!(found, meant, "{method} {path}");
        }
        let same = nearest_to("GET", "/v1.1/organizations");
        assert_ne!(
            same.map(|one| one.name.as_str()),
            Some("organizations.list")
        );
    }
}
