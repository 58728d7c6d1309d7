//! The authorize link (RFC 6749 4.1.1): its parameters as rows, and the URL they make.

use crate::core::profile::{Profile, ResponseType};
use crate::core::secret::Secret;

/// One parameter of the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The protocol word.
    pub name: String,
    /// The value, not yet encoded.
    pub value: String,
    /// What it is for, in a few words.
    pub meaning: &'static str,
}

/// What a link needs beyond the profile: made fresh for each run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// Ties the answer to the run.
    pub state: String,
    /// Ties an id_token to the run; only sent with `openid`.
    pub nonce: String,
    /// Kept here until the exchange; its challenge goes into the link.
    pub verifier: Option<Secret>,
}

/// The parameters in the order they are sent.
pub fn parameters(profile: &Profile, redirect_uri: &str, fresh: &Fresh) -> Vec<Parameter> {
    let mut rows = vec![
        row("client_id", &profile.client_id, "your registration"),
        row(
            "response_type",
            profile.authorize.response_type.name(),
            match profile.authorize.response_type {
                ResponseType::Code => "a code comes back",
                ResponseType::CodeIdToken => "a code and an id_token",
            },
        ),
        row(
            "response_mode",
            profile.authorize.response_mode.name(),
            match profile.authorize.response_mode {
                crate::core::profile::ResponseMode::FormPost => "as a POST, not in a URL",
                crate::core::profile::ResponseMode::Query => "in the address, as a GET",
                crate::core::profile::ResponseMode::Fragment => "behind #, handed over here",
            },
        ),
        row("redirect_uri", redirect_uri, "where the answer is brought"),
        row("scope", &profile.scopes.join(" "), "what is asked for"),
        row("state", &fresh.state, "ties answer to this run"),
    ];
    let hybrid = profile.authorize.response_type == ResponseType::CodeIdToken;
    if hybrid || profile.scopes.iter().any(|scope| scope == "openid") {
        rows.push(row("nonce", &fresh.nonce, "ties id_token to this run"));
    }
    if let Some(verifier) = &fresh.verifier {
        let challenge = super::pkce::challenge(verifier);
        rows.push(row("code_challenge", &challenge, "S256 of a kept secret"));
        rows.push(row("code_challenge_method", "S256", "how it was made"));
    }
    if let Some(locales) = &profile.authorize.ui_locales {
        rows.push(row("ui_locales", locales, "language of the pages"));
    }
    for (name, value) in &profile.authorize.extra {
        rows.push(row(name, value, "from the profile's extra"));
    }
    rows
}

/// Sets a parameter, in the place of one of the same name.
pub fn set(parameters: &mut Vec<Parameter>, name: &str, value: &str, meaning: &'static str) {
    let new = row(name, value, meaning);
    match parameters.iter_mut().find(|kept| kept.name == name) {
        Some(kept) => *kept = new,
        None => parameters.push(new),
    }
}

/// One row.
fn row(name: &str, value: &str, meaning: &'static str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value: value.to_owned(),
        meaning,
    }
}

/// The link: endpoint and form-encoded query, in one piece.
pub fn url(authorize_url: &str, parameters: &[Parameter]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for parameter in parameters {
        query.append_pair(&parameter.name, &parameter.value);
    }
    let separator = if authorize_url.contains('?') {
        '&'
    } else {
        '?'
    };
    format!("{authorize_url}{separator}{}", query.finish())
}
