//! Every key of a profile file with its meaning: one table for reading, messages and the README.
//!
//! A key that is planned but has no effect yet stands here too, so that it is refused by name instead
//! of being taken for a spelling mistake or, worse, ignored.

use crate::core::nearest::near_miss;

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFacts {
    /// Dotted, as `authorize.pkce`.
    pub key: &'static str,
    /// What it is for and what it takes, in a few words.
    pub meaning: &'static str,
    /// Whether it has an effect; if not, it is refused with `not supported yet`.
    pub supported: bool,
}

const fn key(key: &'static str, meaning: &'static str) -> KeyFacts {
    KeyFacts {
        key,
        meaning,
        supported: true,
    }
}

const fn later(key: &'static str, meaning: &'static str) -> KeyFacts {
    KeyFacts {
        key,
        meaning,
        supported: false,
    }
}

/// Every key, in the order of design.md section 4.
pub const KEYS: &[KeyFacts] = &[
    key(
        "title",
        "what a person calls it; the file's name without it",
    ),
    key(
        "provider",
        "`\"visma-connect\"`, `\"visma-connect-stage\"`, `\"sandbox\"`, or a table with the keys below",
    ),
    key(
        "provider.issuer",
        "who it says it is; compared with `iss` in the answer, and asked for the URLs below that are not given",
    ),
    key("provider.authorize_url", "where the link leads"),
    key("provider.token_url", "where the code is exchanged"),
    key("provider.jwks_url", "its signing keys"),
    key("provider.userinfo_url", "who signed in"),
    key("provider.revocation_url", "where tokens are withdrawn"),
    key(
        "provider.introspection_url",
        "what the server says of a token",
    ),
    key(
        "provider.code_lifetime",
        "how long a code lives: seconds, or `\"5m\"`; 5 minutes are assumed",
    ),
    key(
        "provider.environment",
        "`\"production\"`, `\"stage\"`, or your own word; shown in the title bar",
    ),
    key("client_id", "as registered"),
    key(
        "client_secret",
        "one of the tables below; as plain text it is taken with a warning; left out for a client without one",
    ),
    key(
        "client_secret.env",
        "the environment variable that holds it",
    ),
    key(
        "client_secret.prompt",
        "`true`: you are asked when it is needed",
    ),
    key(
        "client_secret.keyring",
        "`true`: it is in the system's keyring",
    ),
    key(
        "client_secret.command",
        "the program that prints it, a list: `[\"pass\", \"acme\"]`; no shell has a part in it",
    ),
    key(
        "redirect_uri",
        "as registered, character for character; port 0 takes any free port",
    ),
    key("scopes", "what is asked for, a list"),
    key(
        "keep_tokens",
        "where tokens are kept: `\"memory\"`, gone when you quit; `\"keyring\"`; or `\"file\"`, which only \
         you can read; asked once without it",
    ),
    key(
        "scope_sets",
        "named lists of scopes to ask for instead, a table: `read-only = [\"dineropublicapi:read\"]`",
    ),
    key(
        "authorize.response_type",
        "`\"code\"` (assumed), or `\"code id_token\"` for a hybrid application",
    ),
    key(
        "authorize.response_mode",
        "how the answer comes: `\"form_post\"` (assumed), `\"query\"`, or `\"fragment\"`, which a page of ours \
         hands over",
    ),
    key("authorize.pkce", "`\"S256\"` (assumed) or `\"off\"`"),
    key(
        "authorize.ui_locales",
        "languages of the pages: `\"da-DK\"`",
    ),
    key("authorize.extra", "further parameters of the link, a table"),
    key(
        "exchange.client_authentication",
        "how the secret is sent: `\"post\"` (assumed), `\"basic\"`, or `\"none\"`",
    ),
    key(
        "exchange.id_token_signed_response_alg",
        "the algorithm that id_tokens are signed with, as registered; any with a public key is assumed",
    ),
    key(
        "exchange.extra",
        "further fields of the token request, a table",
    ),
    key(
        "listen.address",
        "where to listen instead of at the redirect URI (tunnel, proxy, container): `\"127.0.0.1:8765\"`",
    ),
    key("listen.hosts", "further Host names to accept, a list"),
    key(
        "listen.tls",
        "`\"self-signed\"`, assumed where the browser comes straight to an https redirect URI; or `\"off\"`",
    ),
    later("network.ca_file", "a certificate authority of your own"),
    key(
        "network.proxy",
        "`\"system\"` (assumed), `\"none\"`, or a URL; loopback is always reached directly",
    ),
    key(
        "api.base_url",
        "where the token is sent, and nowhere else; `https://api.dinero.dk` for `visma-connect`",
    ),
    key("api.organization_id", "the organization to begin with"),
    key(
        "api.test_organizations",
        "organizations that may be written to in production without asking, a list",
    ),
    key(
        "variables",
        "what `{{name}}` stands for in requests, a table: `contact = \"0b5f…\"`",
    ),
];

/// The facts of a key.
pub(super) fn facts(dotted: &str) -> Option<&'static KeyFacts> {
    KEYS.iter().find(|facts| facts.key == dotted)
}

/// The place of a key in the order of all keys; one of a table's own is where its table is.
pub(super) fn rank(dotted: &str) -> Option<usize> {
    let above = dotted.rsplit_once('.').map(|(above, _)| above);
    KEYS.iter()
        .position(|facts| facts.key == dotted)
        .or_else(|| rank(above?))
}

/// Whether a key is a table with keys of its own.
pub(super) fn has_keys_below(dotted: &str) -> bool {
    KEYS.iter().any(|facts| is_below(facts.key, dotted))
}

/// What is expected instead of an unknown key: the nearest known one, or the keys of its table.
pub(super) fn suggestion(unknown: &str) -> String {
    let off = 1 + unknown.chars().count() / 4;
    if let Some(key) = near_miss(unknown, KEYS.iter().map(|facts| facts.key), off) {
        return format!("did you mean `{key}`?");
    }
    let (table, last) = unknown.rsplit_once('.').unwrap_or(("", unknown));
    let elsewhere = KEYS
        .iter()
        .find(|facts| facts.key.rsplit('.').next() == Some(last));
    if let Some(facts) = elsewhere {
        return format!("did you mean `{}`?", facts.key);
    }
    let known: Vec<String> = KEYS
        .iter()
        .filter(|facts| facts.supported && is_directly_below(facts.key, table))
        .map(|facts| format!("`{}`", facts.key))
        .collect();
    format!("expected one of {}", known.join(", "))
}

fn is_below(key: &str, table: &str) -> bool {
    key.strip_prefix(table)
        .is_some_and(|rest| rest.starts_with('.'))
}

fn is_directly_below(key: &str, table: &str) -> bool {
    key.rsplit_once('.').map_or("", |(above, _)| above) == table
}
