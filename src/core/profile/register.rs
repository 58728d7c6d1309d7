//! What to register at the provider so that a profile works: names as its portal has them, values to
//! copy.
//!
//! For Visma the portal's words, from its documentation; what that does not say is marked as inferred.
//! For others the names of client metadata (RFC 7591 section 2), which their portals paraphrase.

use crate::core::profile::{
    ClientAuthentication, Environment, Preset, Profile, ResponseMode, SecretReference,
    is_placeholder,
};
use url::Url;

/// What to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// One for each field of a form; none when nothing is to be registered.
    pub rows: Vec<RegistrationRow>,
    /// What else to know, a sentence or two each.
    pub notes: Vec<String>,
}

/// One field of the provider's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationRow {
    /// What the field is called there.
    pub name: &'static str,
    /// What to enter, to be copied.
    pub value: String,
    /// Why, and what follows from it.
    pub meaning: String,
}

fn row(
    name: &'static str,
    value: impl Into<String>,
    meaning: impl Into<String>,
) -> RegistrationRow {
    RegistrationRow {
        name,
        value: value.into(),
        meaning: meaning.into(),
    }
}

/// Where applications are registered for Visma Connect.
const PORTAL: &str = "https://oauth.developers.visma.com";

/// Scopes for the sign-in itself, not for an API: OpenID Connect Core 5.4 and 11, and Visma's own.
const IDENTITY: [&str; 13] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
    "roles",
    "tenants",
    "tenant_hierarchy",
    "groups",
    "custom",
    "idp_claims",
    "sub_external_id",
];

/// What to register for a profile.
pub fn registration(profile: &Profile) -> Registration {
    let provider = &profile.provider;
    match (provider.preset, &provider.environment) {
        (Some(Preset::VismaConnect | Preset::VismaConnectStage), _) => visma(profile),
        (Some(Preset::Sandbox), _) => nothing(
            "There is nothing to register: the embedded sandbox takes the client as it stands in the \
             profile.",
        ),
        (None, Environment::Sandbox) => nothing(
            "There is nothing to register: a sandbox on this machine knows one client; `dineroscope \
             sandbox --print-profile` prints the profile that fits it.",
        ),
        (None, _) => any_provider(profile),
    }
}

fn nothing(note: &str) -> Registration {
    Registration {
        rows: Vec::new(),
        notes: vec![note.to_owned()],
    }
}

fn visma(profile: &Profile) -> Registration {
    let mut rows = vec![
        row("Portal", PORTAL, "where an application is made and changed"),
        row(
            "Application type",
            "Web",
            "the only type that Dinero takes; it has a secret and may have refresh tokens",
        ),
        redirect_uri(profile, "Redirect URI"),
        row(
            "Post-logout redirect URI",
            "none",
            "leave it empty: this program signs nobody out",
        ),
        row(
            "Hybrid flow",
            "off",
            "the link asks for `code` alone, which an application with it refuses (inferred)",
        ),
        row(
            "PKCE",
            if profile.authorize.pkce { "on" } else { "off" },
            "as `authorize.pkce` in the profile: switched on there and not sent, the link ends on an error page",
        ),
        row(
            "Offline Access",
            if asks_offline(profile) { "on" } else { "off" },
            if asks_offline(profile) {
                "`offline_access` is asked for: without the tick there is no refresh token"
            } else {
                "`offline_access` is not asked for, so no refresh token comes"
            },
        ),
    ];
    if asks_offline(profile) {
        rows.push(row(
            "Refresh tokens",
            "One-time, with a grace period of 60 s",
            "or Re-use; both work here. A one-time token used twice ends all access of that user with this \
             client; the grace period (5 to 60 s) forgives an answer that was lost",
        ));
    }
    let api: Vec<&str> = all_scopes(profile)
        .into_iter()
        .filter(|scope| !IDENTITY.contains(scope))
        .collect();
    if !api.is_empty() {
        rows.push(row(
            "Integrations",
            api.join(" "),
            "the API scopes that the profile asks for; the API's owner may have to approve them",
        ));
    }
    rows.extend(client_id(profile));
    Registration {
        rows,
        notes: visma_notes(profile, &api),
    }
}

fn visma_notes(profile: &Profile, api: &[&str]) -> Vec<String> {
    let mut notes = vec![format!(
        "A secret is made on the tab Credentials and shown once. It {}.",
        where_the_secret_goes(&profile.client_secret)
    )];
    if is_placeholder(&profile.client_id) {
        notes.push(
            "The portal gives a client id, `isv_` and a name: copy it into the profile.".to_owned(),
        );
    }
    if api
        .iter()
        .any(|scope| scope.starts_with("dineropublicapi:"))
    {
        notes.push(
            "The team's country must be Denmark, with a real CVR number: else the Dinero scopes cannot be \
             asked for."
                .to_owned(),
        );
    }
    notes.extend(redirect_notes(profile));
    let url = Url::parse(&profile.redirect_uri).ok();
    if is_loopback(profile) && url.is_some_and(|url| url.scheme() == "http") {
        notes.push(
            "Visma's documents disagree whether a Web application may have plain http on localhost. If the \
             portal refuses it, register what it takes, such as `https://localhost:8765/callback` or, with \
             a line in the hosts file, `https://app.local:8765/callback`, and write that into the profile: \
             https is served here too. Localhost is meant for testing: take it out of an application that \
             others use."
                .to_owned(),
        );
    }
    if profile.provider.preset == Some(Preset::VismaConnectStage) {
        notes.push(
            "Where an application for the stage host is registered is not documented; this portal is the \
             one for production (inferred). Ask Visma, and whether your API is there at all."
                .to_owned(),
        );
    }
    notes.push(
        "A change in the portal takes a minute or two until the server knows it; settings of refresh tokens \
         hold for sign-ins after the change."
            .to_owned(),
    );
    notes
}

/// The names of client metadata (RFC 7591 section 2).
fn any_provider(profile: &Profile) -> Registration {
    let grants = if asks_offline(profile) {
        "authorization_code refresh_token"
    } else {
        "authorization_code"
    };
    let (way, said) = match profile.exchange.client_authentication {
        ClientAuthentication::Post => ("client_secret_post", "in the body"),
        ClientAuthentication::Basic => ("client_secret_basic", "by the Basic scheme"),
        ClientAuthentication::None => ("none", "not at all: a public client"),
    };
    let mode = match profile.authorize.response_mode {
        ResponseMode::FormPost => "a POST to the redirect URI",
        ResponseMode::Query => "in the query of the redirect URI",
        ResponseMode::Fragment => "behind the `#` of the redirect URI",
    };
    let mut rows = vec![
        redirect_uri(profile, "redirect_uris"),
        row(
            "grant_types",
            grants,
            if asks_offline(profile) {
                "a code for tokens, and a refresh token for new ones"
            } else {
                "a code for tokens; `offline_access` is not asked for, so nothing is refreshed"
            },
        ),
        row(
            "response_types",
            "code",
            format!(
                "comes back as `{}`, {mode}",
                profile.authorize.response_mode.name()
            ),
        ),
        row(
            "token_endpoint_auth_method",
            way,
            format!("the client shows who it is {said}"),
        ),
        row(
            "code_challenge_method",
            if profile.authorize.pkce {
                "S256"
            } else {
                "none"
            },
            if profile.authorize.pkce {
                "PKCE (RFC 7636) goes along; a provider may demand it, none may mind it"
            } else {
                "PKCE is off in the profile; a provider may demand it"
            },
        ),
        row(
            "scope",
            all_scopes(profile).join(" "),
            "what the profile and its scope sets ask for",
        ),
    ];
    rows.extend(client_id(profile));
    let mut notes = Vec::new();
    if profile.exchange.client_authentication != ClientAuthentication::None {
        notes.push(format!(
            "The provider gives a secret with the registration. It {}.",
            where_the_secret_goes(&profile.client_secret)
        ));
    }
    if is_placeholder(&profile.client_id) {
        notes.push("The provider gives a client id: copy it into the profile.".to_owned());
    }
    notes.extend(redirect_notes(profile));
    Registration { rows, notes }
}

fn redirect_uri(profile: &Profile, name: &'static str) -> RegistrationRow {
    let meaning = if is_placeholder(&profile.redirect_uri) {
        "still a placeholder: choose one, here and in the profile"
    } else {
        "compared character for character: scheme, letter case, port, path, a slash at the end"
    };
    row(name, &profile.redirect_uri, meaning)
}

fn redirect_notes(profile: &Profile) -> Vec<String> {
    let port = Url::parse(&profile.redirect_uri)
        .ok()
        .and_then(|url| url.port());
    let mut notes = Vec::new();
    if port == Some(0) {
        notes.push(
            "Port 0 in `redirect_uri` takes another port each time, which few providers allow (RFC 8252 \
             7.3 asks them to, for loopback addresses). If yours does not, choose a port and register it."
                .to_owned(),
        );
    }
    notes
}

/// What follows `It`.
fn where_the_secret_goes(reference: &SecretReference) -> String {
    match reference {
        SecretReference::None => "needs a place: the profile has no `client_secret`".to_owned(),
        SecretReference::Plain(_) => {
            "stands in the profile as plain text; better move it into the keyring".to_owned()
        }
        SecretReference::Environment(name) => {
            format!("goes into the environment variable `{name}`")
        }
        SecretReference::Prompt => "is asked for when it is needed".to_owned(),
        SecretReference::Keyring => {
            "goes into the system's keyring, for this token endpoint and client id".to_owned()
        }
        SecretReference::Command(words) => {
            let program = words.first().map(String::as_str).unwrap_or_default();
            format!("is what `{program}` has to print")
        }
    }
}

/// Given by the provider, so it is there to be compared.
fn client_id(profile: &Profile) -> Option<RegistrationRow> {
    let known = !is_placeholder(&profile.client_id);
    known.then(|| {
        row(
            "Client id",
            &profile.client_id,
            "given by the provider: compare it",
        )
    })
}

/// Those of every set too: a registration serves them all.
fn all_scopes(profile: &Profile) -> Vec<&str> {
    let sets = profile.scope_sets.iter().flat_map(|set| &set.scopes);
    let mut scopes: Vec<&str> = Vec::new();
    for scope in profile.scopes.iter().chain(sets) {
        if !scopes.contains(&scope.as_str()) {
            scopes.push(scope);
        }
    }
    scopes
}

fn asks_offline(profile: &Profile) -> bool {
    all_scopes(profile).contains(&"offline_access")
}

fn is_loopback(profile: &Profile) -> bool {
    Url::parse(&profile.redirect_uri).is_ok_and(|url| crate::core::wire::is_loopback(&url))
}
