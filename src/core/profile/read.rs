//! Reads a profile from TOML, with every problem at once: key, line, what was expected.
//!
//! Nothing is guessed and nothing is ignored: a profile that loads means what it says.

mod secret;

pub(super) use secret::secret_of;

use crate::core::profile::listen::{self, Listen, ListenTls};
use crate::core::profile::read::secret::{ALTERNATIVES, client_secret};
use crate::core::profile::source::{Source, kind, parse};
use crate::core::profile::{
    Api, Authorize, ClientAuthentication, Endpoints, Environment, Exchange, KeepTokens, Network,
    Origin, Preset, Profile, ProfileFile, ProfileProblem, Provider, ProxyChoice, ResponseMode,
    ResponseType, ScopeSet, SecretReference, check, is_variable_name,
};
use url::Url;

/// What the link carries anyway, each by a key or by the run itself.
pub const LINK_PARAMETERS: [&str; 10] = [
    "client_id",
    "response_type",
    "response_mode",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "ui_locales",
];

/// What the token request carries anyway.
const TOKEN_FIELDS: [&str; 6] = [
    "grant_type",
    "code",
    "redirect_uri",
    "client_id",
    "client_secret",
    "code_verifier",
];

/// Reads one profile file; what a profile needs and lacks is among the problems.
pub fn read(name: &str, origin: Origin, text: &str) -> ProfileFile {
    let (profile, problems, warnings) = match parse(text) {
        Ok(document) => {
            let mut source = Source::new(text, document.as_table());
            if let Err(message) = check::name(name) {
                source.problem("", message);
            }
            source.refuse_strangers();
            let profile = profile(&mut source, name, &origin);
            let sound = source.problems.is_empty();
            source.problems.sort_by_key(|problem| problem.line);
            (profile.filter(|_| sound), source.problems, source.warnings)
        }
        Err(problem) => (None, vec![problem], Vec::new()),
    };
    ProfileFile {
        name: name.to_owned(),
        origin,
        profile,
        problems,
        warnings,
        hidden_by: None,
    }
}

/// A file that could not even be read.
pub fn unreadable(name: &str, origin: Origin, message: impl Into<String>) -> ProfileFile {
    ProfileFile {
        name: name.to_owned(),
        origin,
        profile: None,
        problems: vec![ProfileProblem {
            key: String::new(),
            line: None,
            message: message.into(),
        }],
        warnings: Vec::new(),
        hidden_by: None,
    }
}

/// Every part is read before one that is missing ends it.
fn profile(source: &mut Source<'_>, name: &str, origin: &Origin) -> Option<Profile> {
    let title = source.text("title", check::title);
    let provider = provider(source);
    let client_id = source.required(
        "client_id",
        "the client id of your registration",
        check::client_id,
    );
    let client_secret = client_secret(source, provider.as_ref());
    let redirect_uri = source.required(
        "redirect_uri",
        "the redirect URI as registered",
        check::redirect_uri,
    );
    let scopes = scopes(source);
    let scope_sets = scope_sets(source);
    let keep_tokens = keep_tokens(source, provider.as_ref());
    let authorize = authorize(source);
    let exchange = exchange(source, client_secret.as_ref());
    let listen = listen(source, redirect_uri.as_deref());
    let proxy = source.text("network.proxy", check::proxy);
    let api = api(source, provider.as_ref());
    let variables = source.parameters("variables", &[]);
    for (name, _) in &variables {
        if !is_variable_name(name) {
            let message = "is no name for a variable: letters, digits, `_`, `-` and `.` only";
            source.problem(&format!("variables.{name}"), message);
        }
    }
    Some(Profile {
        name: name.to_owned(),
        title,
        origin: origin.clone(),
        provider: provider?,
        client_id: client_id?,
        client_secret: client_secret?,
        redirect_uri: redirect_uri?,
        scopes,
        scope_sets,
        keep_tokens,
        authorize,
        exchange,
        listen,
        network: Network {
            proxy: proxy.unwrap_or(ProxyChoice::System),
        },
        api,
        variables,
    })
}

fn provider(source: &mut Source<'_>) -> Option<Provider> {
    let Some(item) = source.item("provider") else {
        source.problem(
            "provider",
            "is missing: expected `\"visma-connect\"`, `\"visma-connect-stage\"`, `\"sandbox\"`, or a \
             table `[provider]`",
        );
        return None;
    };
    if item.as_str().is_some() {
        return source.text("provider", check::preset).map(Preset::provider);
    }
    if !item.is_table_like() {
        let message = format!("is {}: expected a name or a table", kind(item));
        source.problem("provider", message);
        return None;
    }
    provider_table(source)
}

/// A provider by its URLs; an issuer is asked for those that are not given, when the profile is used.
fn provider_table(source: &mut Source<'_>) -> Option<Provider> {
    let issuer = source.text("provider.issuer", check::endpoint);
    let lifetime = code_lifetime(source);
    let environment = source.text("provider.environment", check::environment);
    let (authorize_url, token_url) = match &issuer {
        Some(_) => (
            source.text("provider.authorize_url", check::endpoint),
            source.text("provider.token_url", check::endpoint),
        ),
        None => (
            source.required(
                "provider.authorize_url",
                "the URL where the link leads, or `issuer`, which is asked for it",
                check::endpoint,
            ),
            source.required(
                "provider.token_url",
                "the URL where the code is exchanged, or `issuer`",
                check::endpoint,
            ),
        ),
    };
    if issuer.is_none() && (authorize_url.is_none() || token_url.is_none()) {
        return None;
    }
    let (authorize_url, token_url) = (
        authorize_url.unwrap_or_default(),
        token_url.unwrap_or_default(),
    );
    if let Some(issuer) = &issuer
        && (authorize_url.is_empty() || token_url.is_empty())
        && issuer.starts_with("http:")
        && !check::is_here(issuer)
    {
        source.problem(
            "provider.issuer",
            "is asked for its endpoints, so it must be https: what comes over plain http may be anybody's",
        );
    }
    let endpoints = endpoints(source);
    // What is not given is asked of the issuer, which must then be here too.
    let here = |url: &str| match (url, &issuer) {
        ("", Some(issuer)) => check::is_here(issuer),
        (url, _) => check::is_here(url),
    };
    let local = here(&authorize_url) && here(&token_url);
    if environment == Some(Environment::Sandbox) && !local {
        source.problem(
            "provider.environment",
            "`sandbox` is a provider on this machine, where `a` and `x` answer for you: expected \
             `production`, `stage` or your own word",
        );
    }
    if token_url.starts_with("http:") && !check::is_here(&token_url) {
        source.warning(
            "provider.token_url",
            "is not encrypted: the client secret can be read on the way; use https",
        );
    }
    Some(Provider {
        preset: None,
        label: match &issuer {
            Some(issuer) if authorize_url.is_empty() => host_of(issuer),
            _ => host_of(&authorize_url),
        },
        environment: environment.unwrap_or_else(|| Environment::Other("unknown".to_owned())),
        issuer,
        authorize_url,
        token_url,
        endpoints,
        names_issuer: false,
        code_lifetime: lifetime.unwrap_or(300),
        code_lifetime_inferred: lifetime.is_none(),
    })
}

fn endpoints(source: &mut Source<'_>) -> Endpoints {
    let mut url = |key| source.text(key, check::endpoint);
    Endpoints {
        jwks_url: url("provider.jwks_url"),
        userinfo_url: url("provider.userinfo_url"),
        revocation_url: url("provider.revocation_url"),
        introspection_url: url("provider.introspection_url"),
    }
}

fn code_lifetime(source: &mut Source<'_>) -> Option<u32> {
    let key = "provider.code_lifetime";
    let Some(seconds) = source.item(key)?.as_integer() else {
        return source.text(key, check::lifetime);
    };
    match check::lifetime(&seconds.to_string()) {
        Ok(seconds) => Some(seconds),
        Err(message) => {
            source.problem(key, message);
            None
        }
    }
}

fn scopes(source: &mut Source<'_>) -> Vec<String> {
    let before = source.problems.len();
    let scopes = source.list("scopes", check::scope);
    if scopes.is_empty() && source.problems.len() == before {
        let what = match source.item("scopes") {
            Some(_) => "is empty",
            None => "is missing",
        };
        let message = format!("{what}: expected a list such as `[\"dineropublicapi:read\"]`");
        source.problem("scopes", message);
    }
    scopes
}

/// Lists by name, judged as `scopes` is.
fn scope_sets(source: &mut Source<'_>) -> Vec<ScopeSet> {
    let sets: Vec<ScopeSet> = source
        .lists("scope_sets", check::set_name, check::scope)
        .into_iter()
        .map(|(name, scopes)| ScopeSet { name, scopes })
        .collect();
    for (at, set) in sets.iter().enumerate() {
        let same = sets.iter().take(at).find(|other| is_same(other, set));
        if let Some(same) = same {
            let message = format!("asks for the same as `{}`: one of them can go", same.name);
            source.warning(&format!("scope_sets.{}", set.name), message);
        }
    }
    sets
}

/// The order of scopes has no meaning (RFC 6749 3.3).
fn is_same(one: &ScopeSet, other: &ScopeSet) -> bool {
    let holds = |whole: &[String], part: &[String]| part.iter().all(|it| whole.contains(it));
    holds(&one.scopes, &other.scopes) && holds(&other.scopes, &one.scopes)
}

fn keep_tokens(source: &mut Source<'_>, provider: Option<&Provider>) -> Option<KeepTokens> {
    let key = "keep_tokens";
    let keep = source.text(key, check::keep_tokens)?;
    let embedded = provider.is_some_and(|it| it.preset == Some(Preset::Sandbox));
    if embedded && keep != KeepTokens::Memory {
        source.warning(
            key,
            "keeps what is worth nothing: the embedded sandbox ends with the program, and its tokens with \
             it; better `\"memory\"`, or leave it out",
        );
    }
    Some(keep)
}

fn authorize(source: &mut Source<'_>) -> Authorize {
    Authorize {
        response_type: source
            .text("authorize.response_type", check::response_type)
            .unwrap_or(ResponseType::Code),
        response_mode: source
            .text("authorize.response_mode", check::response_mode)
            .unwrap_or(ResponseMode::FormPost),
        pkce: source.text("authorize.pkce", check::pkce).unwrap_or(true),
        ui_locales: source.text("authorize.ui_locales", check::ui_locales),
        extra: source.parameters("authorize.extra", &LINK_PARAMETERS),
    }
}

/// A client without a secret shows none, unless the file says how it is to be shown.
fn exchange(source: &mut Source<'_>, secret: Option<&SecretReference>) -> Exchange {
    let key = "exchange.client_authentication";
    let without = secret == Some(&SecretReference::None);
    let chosen = source.text(key, check::client_authentication);
    if without
        && matches!(
            chosen,
            Some(ClientAuthentication::Post | ClientAuthentication::Basic)
        )
    {
        let message = format!("is missing, and `{key}` wants it sent: expected {ALTERNATIVES}");
        source.problem("client_secret", message);
    }
    let assumed = if without {
        ClientAuthentication::None
    } else {
        ClientAuthentication::Post
    };
    Exchange {
        client_authentication: chosen.unwrap_or(assumed),
        id_token_signed_response_alg: source.text(
            "exchange.id_token_signed_response_alg",
            check::signature_algorithm,
        ),
        extra: source.parameters("exchange.extra", &TOKEN_FIELDS),
    }
}

/// Where the answer is waited for. What opens a door to others is said.
fn listen(source: &mut Source<'_>, redirect_uri: Option<&str>) -> Listen {
    let listen = Listen {
        address: source.text("listen.address", listen::address),
        hosts: source.list("listen.hosts", listen::host),
        tls: source.text("listen.tls", check::listen_tls),
    };
    if listen.address.is_some_and(|address| !address.is_loopback()) {
        source.warning(
            "listen.address",
            "can be reached from other machines: whoever reaches it may send answers, and only those with \
             the run's state are taken",
        );
    }
    let plain = redirect_uri.is_some_and(|uri| uri.starts_with("http:"));
    if plain && listen.tls == Some(ListenTls::SelfSigned) {
        source.warning(
            "listen.tls",
            "speaks TLS, and `redirect_uri` says http: a browser comes without it and is turned away",
        );
    }
    listen
}

/// Only `visma-connect` and the sandbox have an API that goes without saying: a token is never sent to
/// a place that nobody named.
fn api(source: &mut Source<'_>, provider: Option<&Provider>) -> Api {
    let assumed = match provider.map(|provider| provider.preset) {
        Some(Some(Preset::VismaConnect)) => Some("https://api.dinero.dk"),
        // A provider that could not be read has its own problem; no second one follows from it.
        Some(Some(Preset::Sandbox)) | None => Some(""),
        Some(Some(Preset::VismaConnectStage) | None) => None,
    };
    let base_url = match assumed {
        Some(assumed) => source
            .text("api.base_url", check::base_url)
            .or_else(|| Some(assumed.to_owned())),
        None => source.required(
            "api.base_url",
            "the URL of the API that takes the token",
            check::base_url,
        ),
    };
    Api {
        base_url: base_url.unwrap_or_default(),
        organization_id: source.text("api.organization_id", check::organization_id),
        test_organizations: source.list("api.test_organizations", check::organization_id),
    }
}

fn host_of(url: &str) -> String {
    Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}
