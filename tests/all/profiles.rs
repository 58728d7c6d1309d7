//! Profile files as text: what each key does, and what is assumed without it.

use dineroscope::core::profile::read::read;
use dineroscope::core::profile::{
    ClientAuthentication, Environment, Field, KeepTokens, Origin, Preset, Profile, ProfileFile,
    ProxyChoice, ResponseMode, ScopeSet, SecretReference,
};
use dineroscope::core::secret::Secret;

/// The least that a profile needs.
pub(crate) const LEAST: &str = "provider = \"visma-connect\"\nclient_id = \"isv_acme\"\n\
                     redirect_uri = \"http://localhost:8765/callback\"\nscopes = [\"a:read\"]\n";

pub(crate) fn file(text: &str) -> ProfileFile {
    read("acme", Origin::Memory, text)
}

pub(crate) fn sound(text: &str) -> Profile {
    let file = file(text);
    file.profile
        .unwrap_or_else(|| panic!("{text}\n{:?}", file.problems))
}

pub(crate) fn problems(text: &str) -> Vec<String> {
    let file = file(text);
    assert_eq!(file.profile.is_none(), !file.problems.is_empty(), "{text}");
    file.problems.iter().map(ToString::to_string).collect()
}

/// The one problem of a profile that is sound but for these lines.
pub(crate) fn only_problem(lines: &str) -> String {
    let mut problems = problems(&format!("{LEAST}{lines}"));
    assert_eq!(problems.len(), 1, "{lines}: {problems:?}");
    problems.remove(0)
}

#[test]
fn the_least_profile_gets_the_documented_defaults() {
    let profile = sound(LEAST);
    assert_eq!(profile.name, "acme");
    assert_eq!(profile.label(), "acme");
    assert_eq!(profile.provider, Preset::VismaConnect.provider());
    assert_eq!(profile.client_secret, SecretReference::None);
    assert_eq!(
        profile.exchange.client_authentication,
        ClientAuthentication::None
    );
    assert_eq!(profile.authorize.response_mode, ResponseMode::FormPost);
    assert!(profile.authorize.pkce);
    assert_eq!(profile.authorize.ui_locales, None);
    assert_eq!(profile.keep_tokens, None);
    assert_eq!(profile.scope_sets, []);
    assert_eq!(profile.network.proxy, ProxyChoice::System);
    assert_eq!(profile.api.base_url, "https://api.dinero.dk");
}

#[test]
fn every_key_has_its_effect() {
    let profile = sound(
        r#"
title = "Acme æøå"
client_id = "acme"
client_secret = { env = "ACME_SECRET" }
redirect_uri = "https://app.local:8443/callback"
scopes = ["openid", "offline_access"]
keep_tokens = "file"
scope_sets = { wide = ["openid", "profile"], "read_only-2" = ["openid"] }

[provider]
issuer = "https://login.example.com"
authorize_url = "https://login.example.com/authorize"
token_url = "https://login.example.com/token"
code_lifetime = "2m"
environment = "Test"

[authorize]
response_type = "code"
response_mode = "query"
pkce = "off"
ui_locales = "da-DK en-GB"
extra = { prompt = "consent", max_age = 0 }

[exchange]
client_authentication = "basic"
extra = { resource = "https://api.example.com" }

[network]
proxy = "http://proxy.example.com:3128"

[api]
base_url = "https://api.example.com/base/"
organization_id = "123456"
"#,
    );
    assert_eq!(profile.label(), "Acme æøå");
    assert_eq!(profile.client_id, "acme");
    assert_eq!(
        profile.client_secret,
        SecretReference::Environment("ACME_SECRET".to_owned())
    );
    assert_eq!(profile.redirect_uri, "https://app.local:8443/callback");
    assert_eq!(profile.scopes, ["openid", "offline_access"]);
    assert_eq!(profile.keep_tokens, Some(KeepTokens::File));
    let set = |name: &str, scopes: &[&str]| ScopeSet {
        name: name.to_owned(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(
        profile.scope_sets,
        [
            set("wide", &["openid", "profile"]),
            set("read_only-2", &["openid"])
        ]
    );
    let provider = profile.provider;
    assert_eq!(provider.preset, None);
    assert_eq!(provider.label, "login.example.com");
    assert_eq!(
        provider.issuer.as_deref(),
        Some("https://login.example.com")
    );
    assert_eq!(
        provider.authorize_url,
        "https://login.example.com/authorize"
    );
    assert_eq!(provider.token_url, "https://login.example.com/token");
    assert_eq!(provider.code_lifetime, 120);
    assert!(!provider.code_lifetime_inferred);
    assert_eq!(provider.environment, Environment::Other("Test".to_owned()));
    assert_eq!(profile.authorize.response_mode, ResponseMode::Query);
    assert!(!profile.authorize.pkce);
    assert_eq!(profile.authorize.ui_locales.as_deref(), Some("da-DK en-GB"));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        profile.authorize.extra,
        [pair("prompt", "consent"), pair("max_age", "0")]
    );
    assert_eq!(
        profile.exchange.client_authentication,
        ClientAuthentication::Basic
    );
    assert_eq!(
        profile.exchange.extra,
        [pair("resource", "https://api.example.com")]
    );
    assert_eq!(
        profile.network.proxy,
        ProxyChoice::Url("http://proxy.example.com:3128".to_owned())
    );
    assert_eq!(profile.api.base_url, "https://api.example.com/base");
    assert_eq!(profile.api.organization_id.as_deref(), Some("123456"));
}

#[test]
fn a_table_may_be_written_in_any_of_its_ways() {
    let dotted = sound(&format!("authorize.pkce = \"off\"\n{LEAST}"));
    let inline = sound(&format!("{LEAST}authorize = {{ pkce = \"off\" }}\n"));
    let headed = sound(&format!("{LEAST}[authorize]\npkce = \"off\"\n"));
    assert_eq!(dotted, inline);
    assert_eq!(inline, headed);
    assert!(!headed.authorize.pkce);
    let seconds = |lifetime: &str| {
        sound(&format!(
            "client_id = \"a\"\nredirect_uri = \"http://localhost/\"\nscopes = [\"a\"]\n\
             provider = {{ authorize_url = \"https://a.example/\", token_url = \"https://a.example/\", \
             code_lifetime = {lifetime} }}\napi.base_url = \"https://a.example\"\n"
        ))
        .provider
        .code_lifetime
    };
    assert_eq!(seconds("90"), 90);
    assert_eq!(seconds("\"90s\""), 90);
    assert_eq!(seconds("\"1h\""), 3600);
}

#[test]
fn placeholders_and_any_http_redirect_uri_are_read() {
    for uri in [
        "http://localhost:0/callback",
        "https://localhost:8888",
        "https://acme.example/oauth/callback",
        "http://[::1]:8765/",
        "http://localhost:<port>/callback",
    ] {
        let profile = sound(&LEAST.replace("http://localhost:8765/callback", uri));
        assert_eq!(profile.redirect_uri, uri);
    }
    let profile = sound(&LEAST.replace("isv_acme", "isv_<your-client-id>"));
    assert_eq!(profile.placeholder(), Some(Field::ClientId));
}

#[test]
fn secrets_are_read_and_never_printed() {
    let prompted = sound(&format!("{LEAST}client_secret = {{ prompt = true }}\n"));
    assert_eq!(prompted.client_secret, SecretReference::Prompt);
    assert_eq!(
        prompted.exchange.client_authentication,
        ClientAuthentication::Post
    );
    let plain = file(&format!("{LEAST}client_secret = \"hunter2hunter2\"\n"));
    let warnings: Vec<String> = plain.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "line 5, client_secret: stands in the file as plain text: better one of `{ keyring = true }`, \
             `{ env = \"NAME\" }`, `{ command = [\"pass\", \"acme\"] }` and `{ prompt = true }`; one key in the \
             Profiles screen (`P`) moves it into the keyring"
        ]
    );
    assert!(!format!("{plain:?}").contains("hunter2"));
    assert_eq!(
        plain.profile.unwrap().client_secret,
        SecretReference::Plain(Secret::new("hunter2hunter2"))
    );
    let lacking = only_problem("exchange.client_authentication = \"basic\"");
    assert!(lacking.contains("client_secret: is missing"), "{lacking}");
}

#[test]
fn a_secret_may_be_in_the_keyring_or_be_printed_by_a_program() {
    let keyring = sound(&format!("{LEAST}client_secret = {{ keyring = true }}\n"));
    assert_eq!(keyring.client_secret, SecretReference::Keyring);
    let command = sound(&format!(
        "{LEAST}client_secret.command = [\"pass\", \"a b\", \"\"]\n"
    ));
    assert_eq!(
        command.client_secret,
        SecretReference::Command(["pass", "a b", ""].map(str::to_owned).to_vec())
    );
    for table in ["keyring = true", "command = [\"pass\"]", "prompt = true"] {
        let text = LEAST.replace("visma-connect", "sandbox");
        let problems = problems(&format!("{text}client_secret = {{ {table} }}\n"));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].contains("must be text for the sandbox"),
            "{problems:?}"
        );
    }
}

#[test]
fn what_is_of_no_use_is_warned_about() {
    let warnings = |text: &str| {
        let file = file(text);
        assert!(file.profile.is_some(), "{:?}", file.problems);
        let warnings = file.warnings.iter();
        warnings.map(ToString::to_string).collect::<Vec<_>>()
    };
    let sets = format!(
        "{LEAST}[scope_sets]\none = [\"a\", \"b\"]\nother = [\"a\"]\nsame = [\"b\", \"a\"]\n"
    );
    assert_eq!(
        warnings(&sets),
        ["line 8, scope_sets.same: asks for the same as `one`: one of them can go"]
    );
    let sandbox = LEAST.replace("visma-connect", "sandbox");
    let kept = warnings(&format!("{sandbox}keep_tokens = \"keyring\"\n"));
    assert_eq!(kept.len(), 1);
    assert!(
        kept[0].starts_with("line 5, keep_tokens: keeps what is worth nothing"),
        "{kept:?}"
    );
    for text in [
        format!("{sandbox}keep_tokens = \"memory\"\n"),
        format!("{LEAST}keep_tokens = \"keyring\"\n"),
    ] {
        assert_eq!(warnings(&text), [] as [&str; 0]);
    }
}

#[test]
fn the_api_of_another_provider_must_be_named() {
    for provider in [
        "provider = \"visma-connect-stage\"",
        "provider.authorize_url = \"https://a.example\"\nprovider.token_url = \"https://a.example\"",
    ] {
        let text = LEAST.replace("provider = \"visma-connect\"", provider);
        let problems = problems(&text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("api.base_url: is missing"),
            "{problems:?}"
        );
    }
}

#[test]
fn only_a_provider_on_this_machine_may_call_itself_a_sandbox() {
    let text = |host: &str| {
        LEAST.replace(
            "provider = \"visma-connect\"",
            &format!(
                "api.base_url = \"{host}\"\nprovider = {{ environment = \"sandbox\", \
                 authorize_url = \"{host}/a\", token_url = \"{host}/t\" }}"
            ),
        )
    };
    assert_eq!(
        sound(&text("http://127.0.0.1:4000")).provider.environment,
        Environment::Sandbox
    );
    assert_eq!(problems(&text("https://login.example.com")).len(), 1);
    let unencrypted = text("http://login.example.com").replace("\"sandbox\"", "\"Test\"");
    let warnings = file(&unencrypted).warnings;
    assert_eq!(warnings[0].key, "provider.token_url");
}

#[test]
fn the_sandbox_has_no_address_until_it_listens() {
    let profile = sound(&LEAST.replace("visma-connect", "sandbox"));
    assert_eq!(profile.provider.authorize_url, "");
    assert_eq!(profile.api.base_url, "");
}
