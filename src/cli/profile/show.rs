//! `profile show`: a profile as it is understood, with what the file does not say and where that comes from.

use super::arguments::Show;
use super::{Desk, told};
use crate::cli::exit::Exit;
use crate::cli::session::Stop;
use crate::core::profile::edit::{Draft, OWN_URLS};
use crate::core::profile::listen::ListenTls;
use crate::core::profile::{
    Environment, KeepTokens, Preset, Profile, ProxyChoice, SecretReference,
};
use crate::edge::profiles::place;
use crate::edge::profiles::write::{self, Opened};
use serde_json::{Value, json};

/// Shows it; of one that cannot be used all problems.
pub(super) fn show(desk: &mut Desk<'_, '_>, arguments: &Show) -> Result<Exit, Stop> {
    desk.needs_its_folder()?;
    let Some(Opened { file, text, .. }) = write::open(&desk.search, &arguments.name) else {
        return Err(desk.unknown(&arguments.name));
    };
    let draft = Draft::open(&file.name, file.origin.clone(), &text).ok();
    let said = |key: &str| draft.as_ref().is_some_and(|it| it.value(key).is_some());
    let rows: Vec<Row> = file
        .profile
        .as_ref()
        .map(|profile| rows(profile, said))
        .unwrap_or_default();
    if arguments.json {
        let mut object = json!({"v": 1});
        object["profile"] = told::to_json(&file);
        object["values"] = rows.iter().map(Row::to_json).collect();
        desk.printer.object(&object)?;
    } else if file.profile.is_some() {
        desk.print(&format!("{:<NAME$}  {}", "file", place(&file.origin)))?;
        for row in &rows {
            desk.print(&row.to_line())?;
        }
    }
    for line in told::lines(&file) {
        desk.say(&line);
    }
    if file.profile.is_some() {
        return Ok(Exit::Done);
    }
    let text = format!("the profile `{}` cannot be used", file.name);
    Err(desk.fail(Exit::Profile, &text))
}

/// Room for the longest key.
const NAME: usize = "exchange.client_authentication".len();

/// Where a value comes from that neither the file nor the preset of its provider says.
const ASSUMED: &str = "assumed";

/// There is none, and nothing is put in its place.
const NOT_SAID: &str = "not said";

/// One key with its value.
struct Row {
    key: &'static str,
    value: Value,
    /// [`ASSUMED`], [`NOT_SAID`], or the preset it comes from; empty when the file says it.
    from: String,
}

impl Row {
    fn to_json(&self) -> Value {
        json!({
            "key": self.key,
            "value": self.value,
            "from": if self.from.is_empty() { "file" } else { &self.from },
        })
    }

    fn to_line(&self) -> String {
        let unit = if self.value.is_number() { " s" } else { "" };
        let value = words(&self.value);
        let from = match self.from.as_str() {
            "" => String::new(),
            from @ (ASSUMED | NOT_SAID) => format!("  ({from})"),
            preset => format!("  (from {preset})"),
        };
        format!("{:<NAME$}  {value}{unit}{from}", self.key)
    }
}

/// Whether there is no value.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// A value as a person reads it.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(" "),
        Value::Object(pairs) if pairs.is_empty() => "none".to_owned(),
        Value::Object(pairs) => {
            let pair = |(name, value): (&String, &Value)| format!("{name} = {}", words(value));
            pairs.iter().map(pair).collect::<Vec<_>>().join("; ")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Every key with its value, in the order of the README.
fn rows(profile: &Profile, said: impl Fn(&str) -> bool) -> Vec<Row> {
    let preset = profile.provider.preset.map(Preset::name);
    values(profile)
        .into_iter()
        .map(|(key, value)| Row {
            from: match preset {
                _ if said(key) => String::new(),
                _ if is_nothing(&value) => NOT_SAID.to_owned(),
                Some(preset) if key.starts_with("provider.") || key == "api.base_url" => {
                    preset.to_owned()
                }
                _ => ASSUMED.to_owned(),
            },
            key,
            value,
        })
        .collect()
}

fn values(profile: &Profile) -> Vec<(&'static str, Value)> {
    let provider = &profile.provider;
    let address = |url: &str| match url {
        "" => json!("known when the sandbox runs"),
        url => json!(url),
    };
    let sets = profile.scope_sets.iter();
    let sets = sets.map(|set| (set.name.clone(), json!(set.scopes)));
    let pairs = |pairs: &[(String, String)]| -> Value {
        let pairs = pairs.iter();
        Value::Object(
            pairs
                .map(|(name, value)| (name.clone(), json!(value)))
                .collect(),
        )
    };
    let mut values = vec![
        ("title", json!(profile.title)),
        (
            "provider",
            json!(provider.preset.map_or(OWN_URLS, Preset::name)),
        ),
        ("provider.issuer", json!(provider.issuer)),
        ("provider.authorize_url", address(&provider.authorize_url)),
        ("provider.token_url", address(&provider.token_url)),
        ("provider.jwks_url", json!(provider.endpoints.jwks_url)),
        (
            "provider.userinfo_url",
            json!(provider.endpoints.userinfo_url),
        ),
        (
            "provider.revocation_url",
            json!(provider.endpoints.revocation_url),
        ),
        (
            "provider.introspection_url",
            json!(provider.endpoints.introspection_url),
        ),
        ("provider.code_lifetime", json!(provider.code_lifetime)),
        (
            "provider.environment",
            json!(environment(&provider.environment)),
        ),
        ("client_id", json!(profile.client_id)),
        ("client_secret", secret(&profile.client_secret)),
        ("redirect_uri", json!(profile.redirect_uri)),
        ("scopes", json!(profile.scopes)),
        ("scope_sets", Value::Object(sets.collect())),
        (
            "keep_tokens",
            json!(profile.keep_tokens.unwrap_or(KeepTokens::Memory).name()),
        ),
        (
            "authorize.response_type",
            json!(profile.authorize.response_type.name()),
        ),
        (
            "authorize.response_mode",
            json!(profile.authorize.response_mode.name()),
        ),
        (
            "authorize.pkce",
            json!(if profile.authorize.pkce {
                "S256"
            } else {
                "off"
            }),
        ),
        ("authorize.ui_locales", json!(profile.authorize.ui_locales)),
        ("authorize.extra", pairs(&profile.authorize.extra)),
        (
            "exchange.client_authentication",
            json!(profile.exchange.client_authentication.name()),
        ),
        ("exchange.extra", pairs(&profile.exchange.extra)),
    ];
    values.extend(listen(profile));
    values.extend([
        ("network.proxy", json!(proxy(&profile.network.proxy))),
        ("api.base_url", address(&profile.api.base_url)),
        ("api.organization_id", json!(profile.api.organization_id)),
        (
            "api.test_organizations",
            json!(Some(&profile.api.test_organizations).filter(|list| !list.is_empty())),
        ),
        ("variables", pairs(&profile.variables)),
    ]);
    values
}

/// Where the answer is waited for.
fn listen(profile: &Profile) -> [(&'static str, Value); 3] {
    let listen = &profile.listen;
    let hosts = Some(&listen.hosts).filter(|hosts| !hosts.is_empty());
    let tls = if listen.speaks_tls(&profile.redirect_uri) {
        ListenTls::SelfSigned
    } else {
        ListenTls::Off
    };
    [
        (
            "listen.address",
            json!(listen.address.map(|address| address.to_string())),
        ),
        ("listen.hosts", json!(hosts)),
        ("listen.tls", json!(tls.name())),
    ]
}

/// The word in profile files.
fn environment(environment: &Environment) -> String {
    match environment {
        Environment::Other(word) => word.clone(),
        known => known.label().to_lowercase(),
    }
}

fn proxy(proxy: &ProxyChoice) -> &str {
    match proxy {
        ProxyChoice::System => "system",
        ProxyChoice::None => "none",
        ProxyChoice::Url(url) => url,
    }
}

/// Where the secret is; never the secret.
pub(super) fn secret(reference: &SecretReference) -> Value {
    match reference {
        SecretReference::None => Value::Null,
        SecretReference::Plain(secret) => {
            json!(format!("•••• {} chars, in the file", secret.characters()))
        }
        SecretReference::Environment(name) => json!({ "env": name }),
        SecretReference::Prompt => json!({ "prompt": true }),
        SecretReference::Keyring => json!({ "keyring": true }),
        SecretReference::Command(words) => json!({ "command": words }),
    }
}
