//! What the keys of a profile mean, in the words of the form.

use crate::core::profile::keys::KEYS;

/// Where the words of the key table are those of a file and not of a form.
const MEANINGS: [(&str, &str); 9] = [
    (
        "provider",
        "The authorization server: whom the user signs in with.",
    ),
    (
        "client_id",
        "As registered in the provider's developer portal; Visma's begin with isv_.",
    ),
    (
        "client_secret",
        "Where the client secret is. The portal shows it once; in the file it would be plain text.",
    ),
    (
        "redirect_uri",
        "Where the answer comes back: as registered, character for character. Port 0 takes any free port.",
    ),
    ("scopes", "What is asked for."),
    (
        "scope_sets",
        "Named lists of scopes to ask for instead; the link step has the choice.",
    ),
    (
        "keep_tokens",
        "Where tokens are kept: in memory until you quit, in the system's keyring, or in a file that only \
         you can read. Asked once when the file does not say.",
    ),
    (
        "authorize.pkce",
        "A proof that the code is redeemed by whom it was made for; as switched in the portal.",
    ),
    (
        "authorize.response_mode",
        "How the answer comes: as a POST with form_post, in the address with query.",
    ),
];

/// What stands beside a value, where there is hardly room.
const SHORT: [(&str, &str); 27] = [
    ("title", "what a person calls it"),
    ("provider.issuer", "compared with iss"),
    ("provider.authorize_url", "where the link leads"),
    ("provider.token_url", "where the code goes"),
    ("provider.jwks_url", "signatures are checked"),
    ("provider.userinfo_url", "who signed in"),
    ("provider.revocation_url", "withdraws tokens"),
    ("provider.introspection_url", "what it says of one"),
    ("provider.code_lifetime", "5 minutes are assumed"),
    ("provider.environment", "in the title bar"),
    ("client_id", "as registered"),
    ("redirect_uri", "as registered"),
    ("authorize.response_type", "what comes back"),
    ("exchange.id_token_signed_response_alg", "as registered"),
    ("authorize.pkce", "as switched in the portal"),
    ("authorize.ui_locales", "language of the pages"),
    ("authorize.extra", "name=value"),
    ("exchange.client_authentication", "how the secret is sent"),
    ("exchange.extra", "name=value"),
    ("listen.address", "for a tunnel or proxy"),
    ("listen.hosts", "further Host names"),
    ("listen.tls", "as the redirect URI"),
    ("network.proxy", "system is assumed"),
    ("api.base_url", "where the token goes"),
    ("api.organization_id", "to begin with"),
    ("api.test_organizations", "no question there"),
    ("variables", "for {{name}} in requests"),
];

/// What a key means.
pub fn meaning(key: &str) -> &'static str {
    let own = MEANINGS.iter().find(|(name, _)| *name == key);
    let table = KEYS.iter().find(|facts| facts.key == key);
    own.map(|(_, text)| *text)
        .or(table.map(|facts| facts.meaning))
        .unwrap_or_default()
}

/// What a key means in a few words.
pub(super) fn short(key: &str) -> &'static str {
    let found = SHORT.iter().find(|(name, _)| *name == key);
    found.map(|(_, text)| *text).unwrap_or_default()
}

/// What is assumed where the file does not say; `None` where it must.
pub fn assumed(key: &str) -> Option<&'static str> {
    Some(match key {
        "authorize.response_type" => "code is assumed",
        "authorize.response_mode" => "form_post is assumed",
        "authorize.pkce" => "S256 is assumed",
        "exchange.client_authentication" => "post is assumed",
        "keep_tokens" => "memory, and asked once",
        _ => return None,
    })
}

/// What a word of a choice means.
pub fn choice_words(key: &str, word: &str) -> &'static str {
    match (key, word) {
        ("provider", "visma-connect") => "PRODUCTION: real companies",
        ("provider", "visma-connect-stage") => "Visma's test system",
        ("provider", "sandbox") => "played on this machine",
        ("provider", _) => "another provider",
        ("authorize.response_type", "code") => "a code, as Dinero has it",
        ("authorize.response_type", _) => "an id_token beside it: hybrid",
        ("authorize.response_mode", "form_post") => "a POST, not in a URL",
        ("authorize.response_mode", "fragment") => "behind #, handed over by a page here",
        ("authorize.response_mode", _) => "in the address",
        ("listen.tls", "off") => "a tunnel or proxy speaks it",
        ("listen.tls", _) => "with a certificate made here",
        ("authorize.pkce", "off") => "where the portal has it off",
        ("authorize.pkce", _) => "where the portal has it on",
        ("exchange.client_authentication", "post") => "the secret in the body",
        ("exchange.client_authentication", "basic") => "the secret in a header",
        ("exchange.client_authentication", _) => "no secret is sent",
        ("exchange.id_token_signed_response_alg", "HS256") => "with the client secret",
        ("exchange.id_token_signed_response_alg", _) => "with a key of the provider's",
        ("keep_tokens", "memory") => "gone when you quit",
        ("keep_tokens", "keyring") => "the system's keyring",
        ("keep_tokens", _) => "a file only you can read",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::profile::edit::{FIELDS, FieldKind};

    #[test]
    fn every_row_of_the_form_and_every_word_of_a_choice_has_a_meaning() {
        for field in FIELDS {
            assert_ne!(meaning(field.key), "", "{}", field.key);
            if let FieldKind::Choice(words) = field.kind {
                for word in words.iter().filter(|_| words.len() > 1) {
                    assert_ne!(choice_words(field.key, word), "", "{} {word}", field.key);
                }
            }
        }
    }

    #[test]
    fn no_words_are_about_a_key_that_has_no_row() {
        let known = |key: &str| FIELDS.iter().any(|field| field.key == key);
        assert!(MEANINGS.iter().all(|(key, _)| known(key)));
        assert!(SHORT.iter().all(|(key, _)| known(key)));
    }
}
