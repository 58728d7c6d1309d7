//! The rows of the form: which keys it edits, in which order, and how each is filled.
//!
//! Apart from [`crate::core::profile::keys::KEYS`], which has the meanings: not every key has a row.

use crate::core::profile::SIGNATURE_ALGORITHMS;

/// How a field of the form is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several texts: words with blanks or commas between.
    List,
    /// Names with values: `name=value`, with blanks between.
    Pairs,
    /// Where the client secret is: nowhere, in the file, variable, command, prompt, keyring.
    Secret,
    /// Named lists: `name=word word; name=word`.
    Sets,
}

/// One row of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldFacts {
    /// Dotted, as in `KEYS`, where its meaning stands.
    pub key: &'static str,
    /// The heading it stands under.
    pub group: &'static str,
    /// How it is filled.
    pub kind: FieldKind,
    /// A value that would do, as it is typed.
    pub example: &'static str,
}

/// What the form shows for a provider that has no preset's name but a table of URLs. Setting it makes
/// room for the URLs.
pub const OWN_URLS: &str = "own URLs";

const fn field(
    group: &'static str,
    key: &'static str,
    kind: FieldKind,
    example: &'static str,
) -> FieldFacts {
    FieldFacts {
        key,
        group,
        kind,
        example,
    }
}

const REGISTRATION: &str = "Registration";
const LINK: &str = "Link";
const EXCHANGE: &str = "Exchange";
const LISTENER: &str = "Listener";
const NETWORK: &str = "Network";
const API: &str = "API";

const PROVIDERS: &[&str] = &["visma-connect", "visma-connect-stage", "sandbox", OWN_URLS];
const RESPONSE_MODES: &[&str] = &["form_post", "query", "fragment"];
const AUTHENTICATIONS: &[&str] = &["post", "basic", "none"];
const WAYS_TO_KEEP: &[&str] = &["memory", "keyring", "file"];

/// Every key that the form edits, in its order.
pub const FIELDS: &[FieldFacts] = &[
    field(REGISTRATION, "title", FieldKind::Text, "Acme integration"),
    field(
        REGISTRATION,
        "provider",
        FieldKind::Choice(PROVIDERS),
        "visma-connect",
    ),
    field(
        REGISTRATION,
        "provider.issuer",
        FieldKind::Text,
        "https://login.example.com",
    ),
    field(
        REGISTRATION,
        "provider.authorize_url",
        FieldKind::Text,
        "https://login.example.com/connect/authorize",
    ),
    field(
        REGISTRATION,
        "provider.token_url",
        FieldKind::Text,
        "https://login.example.com/connect/token",
    ),
    field(
        REGISTRATION,
        "provider.jwks_url",
        FieldKind::Text,
        "https://login.example.com/.well-known/jwks",
    ),
    field(
        REGISTRATION,
        "provider.userinfo_url",
        FieldKind::Text,
        "https://login.example.com/connect/userinfo",
    ),
    field(
        REGISTRATION,
        "provider.revocation_url",
        FieldKind::Text,
        "https://login.example.com/connect/revocation",
    ),
    field(
        REGISTRATION,
        "provider.introspection_url",
        FieldKind::Text,
        "https://login.example.com/connect/introspect",
    ),
    field(
        REGISTRATION,
        "provider.code_lifetime",
        FieldKind::Text,
        "5m",
    ),
    field(
        REGISTRATION,
        "provider.environment",
        FieldKind::Text,
        "stage",
    ),
    field(REGISTRATION, "client_id", FieldKind::Text, "isv_acme"),
    field(REGISTRATION, "client_secret", FieldKind::Secret, "keyring"),
    field(
        REGISTRATION,
        "redirect_uri",
        FieldKind::Text,
        "http://localhost:8765/callback",
    ),
    field(
        REGISTRATION,
        "scopes",
        FieldKind::List,
        "dineropublicapi:read dineropublicapi:write offline_access",
    ),
    field(
        REGISTRATION,
        "scope_sets",
        FieldKind::Sets,
        "read-only=dineropublicapi:read",
    ),
    field(
        LINK,
        "authorize.response_type",
        FieldKind::Choice(&["code", "code id_token"]),
        "code",
    ),
    field(
        LINK,
        "authorize.response_mode",
        FieldKind::Choice(RESPONSE_MODES),
        "form_post",
    ),
    field(
        LINK,
        "authorize.pkce",
        FieldKind::Choice(&["S256", "off"]),
        "S256",
    ),
    field(LINK, "authorize.ui_locales", FieldKind::Text, "da-DK"),
    field(
        LINK,
        "authorize.extra",
        FieldKind::Pairs,
        "prompt=select_account",
    ),
    field(
        EXCHANGE,
        "exchange.client_authentication",
        FieldKind::Choice(AUTHENTICATIONS),
        "post",
    ),
    field(
        EXCHANGE,
        "exchange.id_token_signed_response_alg",
        FieldKind::Choice(&SIGNATURE_ALGORITHMS),
        "RS256",
    ),
    field(
        EXCHANGE,
        "exchange.extra",
        FieldKind::Pairs,
        "resource=https://api.example.com",
    ),
    field(
        LISTENER,
        "listen.address",
        FieldKind::Text,
        "127.0.0.1:8765",
    ),
    field(LISTENER, "listen.hosts", FieldKind::List, "app.example.com"),
    field(
        LISTENER,
        "listen.tls",
        FieldKind::Choice(&["self-signed", "off"]),
        "self-signed",
    ),
    field(NETWORK, "network.proxy", FieldKind::Text, "system"),
    field(
        API,
        "api.base_url",
        FieldKind::Text,
        "https://api.dinero.dk",
    ),
    field(API, "api.organization_id", FieldKind::Text, "123456"),
    field(API, "api.test_organizations", FieldKind::List, "123456"),
    field(API, "variables", FieldKind::Pairs, "contact=0b5f"),
    field(
        API,
        "keep_tokens",
        FieldKind::Choice(WAYS_TO_KEEP),
        "memory",
    ),
];
