//! A profile: one OAuth client registration, the provider it is registered at, and the API it is for.
//!
//! This file holds the shape; `profile/read.rs` reads it from TOML and names every problem with its
//! key and line, `profile/check.rs` judges the values.

pub mod check;
pub mod edit;
pub mod keys;
pub mod listen;
pub mod read;
pub mod register;
pub(in crate::core) mod source;
pub mod trust;
mod written_secret;

use crate::core::secret::Secret;
use listen::Listen;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One client registration, ready to be used by the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The file's stem.
    pub name: String,
    /// What a person calls it.
    pub title: Option<String>,
    /// Where it was read from.
    #[serde(skip)]
    pub origin: Origin,
    /// The authorization server.
    pub provider: Provider,
    /// As registered; may still hold a placeholder.
    pub client_id: String,
    /// Where the client secret is.
    #[serde(with = "written_secret")]
    pub client_secret: SecretReference,
    /// As registered, character for character; may still hold a placeholder.
    pub redirect_uri: String,
    /// What is asked for, in order.
    pub scopes: Vec<String>,
    /// Named lists to ask for instead, in the order of the file.
    pub scope_sets: Vec<ScopeSet>,
    /// Where grants are kept; `None` when the file does not say, which means memory and is asked once.
    pub keep_tokens: Option<KeepTokens>,
    /// Options of the authorize link.
    pub authorize: Authorize,
    /// Options of the token request.
    pub exchange: Exchange,
    /// Where the answer is waited for, where the redirect URI does not say.
    pub listen: Listen,
    /// How the network is reached.
    pub network: Network,
    /// The API that takes the token.
    pub api: Api,
    /// What `{{name}}` stands for in requests; not kept with runs, it may be about people.
    #[serde(skip)]
    pub variables: Vec<(String, String)>,
}

impl Profile {
    /// The title, else the name.
    pub fn label(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    /// Whether `offline_access` is asked for.
    pub fn wants_refresh_token(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "offline_access")
    }

    /// The first field in which a placeholder of the shipped files still stands.
    pub fn placeholder(&self) -> Option<Field> {
        let fields = [
            (Field::ClientId, &self.client_id),
            (Field::RedirectUri, &self.redirect_uri),
        ];
        fields
            .into_iter()
            .find(|(_, value)| is_placeholder(value))
            .map(|(field, _)| field)
    }
}

/// Whether a value was never filled in: `{INSERT_…}`, `<…>`, `your-client-id`, or empty.
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    value.is_empty()
        || value.contains(['<', '>', '{', '}'])
        || lower.contains("your-client-id")
        || lower.contains("your_client_id")
        || lower.contains("insert_")
}

/// A field that the screen can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Field {
    /// `client_id`.
    ClientId,
    /// `redirect_uri`.
    RedirectUri,
}

impl Field {
    /// The key in the profile file.
    pub fn key(self) -> &'static str {
        match self {
            Self::ClientId => "client_id",
            Self::RedirectUri => "redirect_uri",
        }
    }
}

/// Where a profile was read from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Origin {
    /// Compiled into the program.
    BuiltIn,
    /// A file; trusted when its folder was named by the user or is the configuration folder.
    File {
        /// The file.
        path: PathBuf,
        /// Whether secrets it names may be used without asking.
        trusted: bool,
    },
    #[default]
    /// Made in memory, by `sandbox --print-profile` or a test.
    Memory,
}

/// An authorization server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Which preset it was read from, if any.
    pub preset: Option<Preset>,
    /// What a person calls it: `Visma Connect`.
    pub label: String,
    /// What kind of data is behind it.
    pub environment: Environment,
    /// Its issuer, to compare with `iss`. `None` when it is not known.
    pub issuer: Option<String>,
    /// The authorize endpoint; empty for the embedded sandbox until it listens.
    pub authorize_url: String,
    /// The token endpoint; empty for the embedded sandbox until it listens.
    pub token_url: String,
    /// Where else it can be asked.
    pub endpoints: Endpoints,
    /// Whether its metadata says that it names itself in every answer (RFC 9207 3).
    pub names_issuer: bool,
    /// How long a code lives, in seconds.
    pub code_lifetime: u32,
    /// Whether that lifetime is inferred rather than documented.
    pub code_lifetime_inferred: bool,
}

/// Endpoints of a provider that a sign-in can do without; each is used where it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Endpoints {
    /// Its signing keys (RFC 7517 5).
    pub jwks_url: Option<String>,
    /// Who signed in (OpenID Connect Core 5.3).
    pub userinfo_url: Option<String>,
    /// Where tokens are withdrawn (RFC 7009).
    pub revocation_url: Option<String>,
    /// What the server says of a token (RFC 7662).
    pub introspection_url: Option<String>,
}

impl Endpoints {
    /// Those of a server with the paths of a Duende IdentityServer, such as Visma Connect (its metadata
    /// document, captured 2026-09-13) and the sandbox.
    pub fn of_identity_server(origin: &str) -> Self {
        let url = |path: &str| Some(format!("{origin}{path}"));
        Self {
            jwks_url: url("/.well-known/openid-configuration/jwks"),
            userinfo_url: url("/connect/userinfo"),
            revocation_url: url("/connect/revocation"),
            introspection_url: url("/connect/introspect"),
        }
    }
}

/// The providers known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preset {
    /// connect.visma.com.
    VismaConnect,
    /// Visma's staging host.
    VismaConnectStage,
    /// The sandbox embedded in this program.
    Sandbox,
}

impl Preset {
    /// Every preset, for messages that list them.
    pub const ALL: [Self; 3] = [Self::VismaConnect, Self::VismaConnectStage, Self::Sandbox];

    /// The name used in profile files.
    pub fn name(self) -> &'static str {
        match self {
            Self::VismaConnect => "visma-connect",
            Self::VismaConnectStage => "visma-connect-stage",
            Self::Sandbox => "sandbox",
        }
    }

    /// The provider itself. Hosts and paths: Visma's metadata document, captured 2026-09-13.
    pub fn provider(self) -> Provider {
        let (label, environment, issuer) = match self {
            Self::VismaConnect => (
                "Visma Connect",
                Environment::Production,
                Some("https://connect.visma.com"),
            ),
            Self::VismaConnectStage => (
                "Visma Connect",
                Environment::Stage,
                Some("https://connect.identity.stagaws.visma.com"),
            ),
            Self::Sandbox => ("Sandbox", Environment::Sandbox, None),
        };
        let url = |path: &str| {
            issuer
                .map(|issuer| format!("{issuer}{path}"))
                .unwrap_or_default()
        };
        Provider {
            preset: Some(self),
            label: label.to_owned(),
            environment,
            issuer: issuer.map(str::to_owned),
            authorize_url: url("/connect/authorize"),
            token_url: url("/connect/token"),
            endpoints: issuer
                .map(Endpoints::of_identity_server)
                .unwrap_or_default(),
            names_issuer: false,
            code_lifetime: 300,
            code_lifetime_inferred: true,
        }
    }
}

/// What is at stake behind a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Environment {
    /// Real companies, real books.
    Production,
    /// The provider's own test system.
    Stage,
    /// A sandbox on this machine: `a` and `x` answer in the user's place.
    Sandbox,
    /// Whatever the profile calls it.
    Other(String),
}

impl Environment {
    /// In capitals, as the title bar shows it.
    pub fn label(&self) -> String {
        match self {
            Self::Production => "PRODUCTION".to_owned(),
            Self::Stage => "STAGE".to_owned(),
            Self::Sandbox => "SANDBOX".to_owned(),
            Self::Other(name) => name.to_uppercase(),
        }
    }
}

/// Where a client secret is to be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SecretReference {
    /// The client has none.
    None,
    /// It stands in the file, in plain text.
    Plain(Secret),
    /// In an environment variable.
    Environment(String),
    /// The user is asked when it is needed.
    #[default]
    Prompt,
    /// In the system's keyring, under the client's token endpoint and id.
    Keyring,
    /// Printed by a program: its name and its arguments; no shell has a part in it.
    Command(Vec<String>),
}

/// Where grants are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeepTokens {
    /// Nowhere: they are gone when the program ends.
    Memory,
    /// In the system's keyring.
    Keyring,
    /// In a file that only this user can read (0600).
    File,
}

impl KeepTokens {
    /// Every way, for messages and choices that list them.
    pub const ALL: [Self; 3] = [Self::Memory, Self::Keyring, Self::File];

    /// The word in profile files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

/// A named list of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeSet {
    /// Its name.
    pub name: String,
    /// What is asked for with it, in order.
    pub scopes: Vec<String>,
}

/// How the answer is brought back (OAuth 2.0 Multiple Response Types, Form Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// A POST with the fields in its body.
    FormPost,
    /// A GET with the fields in its query.
    Query,
    /// The fields behind `#`, which a browser keeps to itself: a page of ours hands them over.
    Fragment,
}

impl ResponseMode {
    /// Every mode, for messages and choices that list them.
    pub const ALL: [Self; 3] = [Self::FormPost, Self::Query, Self::Fragment];

    /// The protocol word.
    pub fn name(self) -> &'static str {
        match self {
            Self::FormPost => "form_post",
            Self::Query => "query",
            Self::Fragment => "fragment",
        }
    }
}

/// What the answer brings (OAuth 2.0 Multiple Response Types 3, 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseType {
    /// A code.
    Code,
    /// A code and an id_token.
    CodeIdToken,
}

impl ResponseType {
    /// The protocol word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::CodeIdToken => "code id_token",
        }
    }
}

/// Options of the authorize link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorize {
    /// `code` unless the file says otherwise.
    pub response_type: ResponseType,
    /// `form_post` unless the file says otherwise.
    pub response_mode: ResponseMode,
    /// Whether a code challenge (S256) goes along.
    pub pkce: bool,
    /// Languages of the pages, BCP 47, separated by spaces.
    pub ui_locales: Option<String>,
    /// Further parameters, in order.
    pub extra: Vec<(String, String)>,
}

/// How the client shows who it is at the token endpoint (RFC 6749 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientAuthentication {
    /// `client_secret` in the body.
    Post,
    /// The Basic scheme.
    Basic,
    /// Only `client_id`.
    None,
}

impl ClientAuthentication {
    /// The word in profile files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Basic => "basic",
            Self::None => "none",
        }
    }
}

/// The algorithms that an id_token may be signed with (RFC 7518 3.1, RFC 8037 3.1).
pub const SIGNATURE_ALGORITHMS: [&str; 13] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    "HS256", "HS384", "HS512",
];

/// Options of the token request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// `post` unless the file says otherwise.
    pub client_authentication: ClientAuthentication,
    /// The algorithm that the provider signs this client's id_tokens with (OpenID Connect Registration 2,
    /// `id_token_signed_response_alg`); any with a public key where it is not said.
    pub id_token_signed_response_alg: Option<String>,
    /// Further form fields, in order.
    pub extra: Vec<(String, String)>,
}

/// How the network is reached. Loopback is never reached through a proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Which proxy.
    pub proxy: ProxyChoice,
}

/// Which proxy requests take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProxyChoice {
    /// What the system says (HTTP_PROXY and its kin).
    System,
    /// None.
    None,
    /// This one.
    Url(String),
}

/// The API that takes the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Api {
    /// Origin and perhaps a path, without a slash at its end; empty for the embedded sandbox until it
    /// listens.
    pub base_url: String,
    /// The organization chosen beforehand.
    pub organization_id: Option<String>,
    /// Organizations that may be written to in production without a question.
    #[serde(default)]
    pub test_organizations: Vec<String>,
}

/// Whether a text can be the name of a variable: what JSON has between double braces is none.
pub fn is_variable_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(fits)
}

/// Something wrong with a profile file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileProblem {
    /// The key it is about, dotted; empty when the file as a whole.
    pub key: String,
    /// Line in the file, counted from 1, when known.
    pub line: Option<usize>,
    /// What is wrong and what is expected.
    pub message: String,
}

impl std::fmt::Display for ProfileProblem {
    /// `line 3, scopes: is empty: expected …`; from outside, so shown through `Visible`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = match (self.line, self.key.as_str()) {
            (Some(line), "") => format!("line {line}: "),
            (Some(line), key) => format!("line {line}, {key}: "),
            (None, "") => String::new(),
            (None, key) => format!("{key}: "),
        };
        write!(formatter, "{place}{}", self.message)
    }
}

/// Whether the profile loads with it, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFile {
    /// The file's stem.
    pub name: String,
    /// Where it stands.
    pub origin: Origin,
    /// The profile, when it could be read.
    pub profile: Option<Profile>,
    /// Why it could not be read; empty when it could.
    pub problems: Vec<ProfileProblem>,
    /// What is worth saying although it could be read (a secret in plain text).
    pub warnings: Vec<ProfileProblem>,
    /// The place of the file of the same name that is used instead of this one.
    pub hidden_by: Option<String>,
}
