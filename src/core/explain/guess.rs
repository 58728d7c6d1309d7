//! Guesses the profile behind what was pasted: the provider by its host, the rest from the link.

use super::Item;
use super::bench::parameters;
use crate::core::profile::listen::Listen;
use crate::core::profile::{
    Api, Authorize, ClientAuthentication, Endpoints, Environment, Exchange, Network, Origin,
    Preset, Profile, Provider, ProxyChoice, ResponseMode, ResponseType, SecretReference,
};
use url::Url;

/// The provider behind an address.
fn provider(address: &str) -> Option<Provider> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    let preset = match host {
        "connect.visma.com" | "oauth.developers.visma.com" | "api.dinero.dk" => {
            Some(Preset::VismaConnect)
        }
        "connect.identity.stagaws.visma.com" => Some(Preset::VismaConnectStage),
        _ => None,
    };
    if let Some(preset) = preset {
        return Some(preset.provider());
    }
    Some(Provider {
        preset: None,
        label: host.to_owned(),
        environment: Environment::Other("unknown".to_owned()),
        issuer: None,
        authorize_url: address.split('?').next().unwrap_or_default().to_owned(),
        token_url: String::new(),
        endpoints: Endpoints::default(),
        names_issuer: false,
        code_lifetime: 300,
        code_lifetime_inferred: true,
    })
}

/// A profile that fits what was pasted.
pub(super) fn guessed(items: &[Item], link: Option<&str>) -> Profile {
    let address = items.iter().find_map(|item| match item {
        Item::Link(link) => Some(link.clone()),
        Item::Exchange(Some(request), _) | Item::Call(Some(request), _) => {
            Some(request.url.clone())
        }
        _ => None,
    });
    let provider = address
        .and_then(|address| provider(&address))
        .unwrap_or_else(|| Preset::VismaConnect.provider());
    let rows = link.map(parameters).unwrap_or_default();
    let value = |name: &str| {
        let row = rows.iter().find(|row| row.name == name);
        row.map(|row| row.value.clone())
    };
    let api = if provider.preset == Some(Preset::VismaConnect) {
        "https://api.dinero.dk"
    } else {
        ""
    };
    Profile {
        name: "what was pasted".to_owned(),
        title: None,
        origin: Origin::Memory,
        client_id: value("client_id").unwrap_or_else(|| "unknown".to_owned()),
        client_secret: SecretReference::None,
        redirect_uri: value("redirect_uri").unwrap_or_else(|| "unknown".to_owned()),
        scopes: value("scope")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        scope_sets: Vec::new(),
        keep_tokens: None,
        authorize: Authorize {
            response_type: match value("response_type").as_deref() {
                Some("code id_token" | "id_token code") => ResponseType::CodeIdToken,
                _ => ResponseType::Code,
            },
            response_mode: match value("response_mode").as_deref() {
                Some("query") => ResponseMode::Query,
                Some("fragment") => ResponseMode::Fragment,
                _ => ResponseMode::FormPost,
            },
            pkce: value("code_challenge").is_some(),
            ui_locales: value("ui_locales"),
            extra: Vec::new(),
        },
        exchange: Exchange {
            id_token_signed_response_alg: None,
            client_authentication: ClientAuthentication::Post,
            extra: Vec::new(),
        },
        listen: Listen::default(),
        network: Network {
            proxy: ProxyChoice::None,
        },
        api: Api {
            base_url: api.to_owned(),
            organization_id: None,
            test_organizations: Vec::new(),
        },
        variables: Vec::new(),
        provider,
    }
}
