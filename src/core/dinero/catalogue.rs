//! The operations of Dinero that are offered, as data. Lists, scope checks and the sandbox read it.
//!
//! Source: Dinero's OpenAPI document of September 2026.

/// One operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name in lists and on the command line.
    pub name: &'static str,
    /// Method.
    pub method: &'static str,
    /// Path with `{organizationId}` where the organization stands.
    pub path: &'static str,
    /// Query that is sent unless changed; empty for none.
    pub query: &'static str,
    /// What it is for.
    pub summary: &'static str,
    /// The scope it needs (which operation needs which is inferred).
    pub scope: &'static str,
}

/// Every operation offered so far.
pub const OPERATIONS: [Operation; 3] = [
    Operation {
        name: "organizations",
        method: "GET",
        path: "/v1.1/organizations",
        query: "",
        summary: "the user's companies: the best first call",
        scope: "dineropublicapi:read",
    },
    Operation {
        name: "contacts",
        method: "GET",
        path: "/v2/{organizationId}/contacts",
        query: "pageSize=25",
        summary: "customers and suppliers of the organization",
        scope: "dineropublicapi:read",
    },
    Operation {
        name: "invoices",
        method: "GET",
        path: "/v1/{organizationId}/invoices",
        query: "pageSize=25&fields=Guid,Number,ContactName,Date,Status,TotalInclVat",
        summary: "sales invoices of the organization",
        scope: "dineropublicapi:read",
    },
];

/// What Dinero documents about a scope; `None` for scopes of others.
pub fn scope_meaning(scope: &str) -> Option<&'static str> {
    Some(match scope {
        "dineropublicapi:read" => "see invoices, contacts, accounts; change nothing",
        "dineropublicapi:write" => "create, change, book and delete in their name",
        "offline_access" => "a refresh token: no sign-in every hour",
        "openid" => "who signed in; Dinero advises against it",
        "profile" => "the user's name; needs openid",
        "email" => "the user's e-mail address; needs openid",
        _ => return None,
    })
}

/// The fields that contacts can be filtered by.
pub const CONTACT_FILTERS: &[&str] = &[
    "ExternalReference",
    "Name",
    "Email",
    "VatNumber",
    "EanNumber",
    "IsPerson",
    "Phone",
];

/// The fields that invoices can be filtered by.
pub const INVOICE_FILTERS: &[&str] = &["ExternalReference", "ContactGuid", "Description"];

/// The fields that products can be filtered by.
const PRODUCT_FILTERS: &[&str] = &["Name", "ProductNumber", "ExternalReference"];

/// The fields that the list at a path can be filtered by; `None` for what is no such list.
pub fn filter_fields(path: &str) -> Option<&'static [&'static str]> {
    [
        ("/contacts", CONTACT_FILTERS),
        ("/invoices", INVOICE_FILTERS),
        ("/products", PRODUCT_FILTERS),
    ]
    .into_iter()
    .find(|(end, _)| path.ends_with(end))
    .map(|(_, fields)| fields)
}
