//! What replaced older operations of Dinero, as data.
//!
//! Source: Dinero's OpenAPI document of September 2026, which marks one as deprecated and has newer versions
//! of the others beside them.

/// An older operation and what replaced it. `{}` stands for one segment of a path.
#[derive(Debug)]
pub struct Successor {
    /// Method of the older one.
    pub method: &'static str,
    /// Its path.
    pub older: &'static str,
    /// The newer path, with the same method.
    pub newer: &'static str,
}

/// Every one that is known.
pub const SUCCESSORS: [Successor; 5] = [
    Successor {
        method: "PUT",
        older: "/v1/{}/contacts/{}",
        newer: "/v2/{organizationId}/contacts/{guid}",
    },
    Successor {
        method: "POST",
        older: "/v1.1/{}/vouchers/purchase",
        newer: "/v1.2/{organizationId}/vouchers/purchase",
    },
    Successor {
        method: "PUT",
        older: "/v1/{}/vouchers/purchase/{}",
        newer: "/v1.1/{organizationId}/vouchers/purchase/{guid}",
    },
    Successor {
        method: "PUT",
        older: "/v1/{}/invoices/{}",
        newer: "/v1.2/{organizationId}/invoices/{guid}",
    },
    Successor {
        method: "POST",
        older: "/v1/{}/ledgeritems",
        newer: "/v1.2/{organizationId}/ledgeritems",
    },
];

/// What replaced an operation; `None` when nothing is known to have.
pub fn successor(method: &str, path: &str) -> Option<&'static Successor> {
    let fits = |older: &str| {
        let (mut one, mut other) = (older.split('/'), path.split('/'));
        loop {
            match (one.next(), other.next()) {
                (None, None) => return true,
                (Some("{}"), Some(segment)) if !segment.is_empty() => {}
                (Some(segment), Some(same)) if segment == same => {}
                _ => return false,
            }
        }
    };
    SUCCESSORS
        .iter()
        .find(|row| row.method == method && fits(row.older))
}
